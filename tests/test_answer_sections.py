"""Questions that name a section: by its number, by its title, and those that only look so."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.sections import section_asked
from search_api.questions.question import understand
from search_api.service import Service

PLAN = """ỦY BAN NHÂN DÂN XÃ BẾN GIANG
Số: 17/KH-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Bến Giang, ngày 03 tháng 02 năm 2026

KẾ HOẠCH
Trồng rừng ven sông năm 2026

I. MỤC TIÊU

1. Trồng 45 ha bạch đàn trước ngày 30/8/2026.

2. Mỗi thôn có 01 tổ giữ rừng.

II. NHIỆM VỤ

Nhóm 1. Chuẩn bị cây giống

1.1. Phòng Kinh tế ươm 60.000 cây giống.

1.2. Các thôn nhận cây trước ngày 15/5/2026.

Nhóm 2. Chăm sóc

2.1. Hội Nông dân làm cỏ mỗi quý một lần.

2.2. Công an xã tuần tra hằng tuần.

III. KINH PHÍ

Tổng kinh phí 730 triệu đồng, trong đó cây giống 410 triệu đồng, công chăm sóc 320 triệu đồng.

IV. TỔ CHỨC THỰC HIỆN

Văn phòng UBND xã theo dõi, đôn đốc.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("trees")
    (folder / "vb").mkdir()
    (folder / "vb" / "ben-giang-17.txt").write_text(PLAN, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(Path(folder / "index"))


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("Mục kinh phí trong kế hoạch 17/KH-UBND nói gì?", ("730 triệu", "320 triệu"), ("60.000",)),
        ("Mục I kế hoạch của xã Bến Giang ghi những gì?", ("45 ha", "01 tổ giữ rừng"), ("730 triệu",)),
        ("nhom 2 trong ke hoach xa ben giang gom nhung viec gi", ("làm cỏ", "tuần tra"), ("ươm",)),
        ("Phần tổ chức thực hiện của kế hoạch 17/KH-UBND quy định thế nào?", ("đôn đốc",), ("làm cỏ",)),
    ],
)
def test_a_named_section_is_quoted_whole(
    service: Service, question: str, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    answer = service.ask(question)
    assert answer.answered, answer.reason
    assert [words for words in said if words not in (answer.answer or "")] == []
    assert [words for words in unsaid if words in (answer.answer or "")] == []


@pytest.mark.parametrize(
    "question",
    [
        "Mục tiêu của kế hoạch trồng rừng là gì?",
        "Bao nhiêu phần trăm thôn có tổ giữ rừng?",
        "Mức chi cho công chăm sóc gồm những gì?",
        "Phần mềm quản lý rừng có những gì?",
        "Nhóm hộ nghèo được hỗ trợ gì?",
    ],
)
def test_what_only_looks_like_a_section(question: str) -> None:
    assert section_asked(understand(question)) is None
