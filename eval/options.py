"""Options of ``chithi eval``; imports nothing heavy, so that the command can list them at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

Way = Literal["fused", "lexical", "dense", "bm25-syllables", "bm25-pairs", "bm25-pyvi"]
WAYS: tuple[Way, ...] = ("fused", "lexical", "dense", "bm25-syllables", "bm25-pairs", "bm25-pyvi")
"""Ways of retrieving (see :mod:`eval.configurations`)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add every option of the command but ``--index`` (all commands have it)."""
    parser.add_argument(
        "benchmark", type=Path, metavar="BỘ_ĐÁNH_GIÁ", help="tệp câu hỏi .jsonl hoặc thư mục BEIR"
    )
    parser.add_argument("--json", action="store_true", help="in một đối tượng JSON ra đầu ra chuẩn")
    parser.add_argument(
        "-c",
        "--configuration",
        action="append",
        default=[],
        metavar="CẤU_HÌNH",
        help=f"cấu hình cần chạy, lặp lại được; cách tìm: {', '.join(WAYS)}; "
        "thêm tùy chọn sau dấu hai chấm, ví dụ fused:dense_weight=0.5,windows=110",
    )
    parser.add_argument(
        "--model", action="append", default=[], metavar="TÊN", help="mô hình cần so sánh, lặp lại được"
    )
    parser.add_argument(
        "--reranker",
        action="append",
        default=[],
        metavar="TÊN",
        help="chạy thêm cấu hình đầu với mô hình xếp hạng lại này, lặp lại được",
    )
    parser.add_argument("--sweep", metavar="TÊN=GIÁ_TRỊ,…", help="thử nhiều giá trị: dense_weight=0,0.2,0.4")
    parser.add_argument(
        "--strip-diacritics", action="store_true", help="bỏ hết dấu của câu hỏi trước khi tìm"
    )
    parser.add_argument("--split", metavar="TÊN", help="phần của qrels trong thư mục BEIR (test, dev…)")
    parser.add_argument("--no-answers", action="store_true", help="chỉ đo tìm kiếm, không đo câu trả lời")
    parser.add_argument("--run", type=Path, metavar="TỆP", help="ghi kết quả tìm ra tệp TREC run")
    parser.add_argument(
        "--score-run",
        type=Path,
        action="append",
        default=[],
        metavar="TỆP",
        help="chấm thêm tệp TREC run có sẵn",
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="TỆP", help="báo lỗi (mã 1) nếu kém mốc trong tệp JSON này"
    )
    parser.add_argument("--save", metavar="TÊN", help="giữ kết quả bên cạnh chỉ mục để xem ở trang /danh-gia")
    parser.add_argument("--html", type=Path, metavar="TỆP", help="ghi báo cáo thành một trang HTML")
