"""Measurable results: clause → comparator, value, unit, date; and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.analyse import analyse
from indexer.clean import bare, collapse
from indexer.records import Block, Section, SourceText, Span
from indexer.targets import find_targets, rules, targets_in

SHARED = Path(__file__).resolve().parents[2] / "shared"
EXAMPLE = SHARED / "benchmark" / "example-000"


def read(text: str) -> list[tuple[str, str, float | None, str | None, str | None]]:
    found = targets_in(text, Span(0, len(text)), "I")
    for target in found:
        assert collapse(target.span.of(text)) == target.quote
    return [(t.quote, t.comparator, t.value, t.unit, t.by) for t in found]


TABLE: list[tuple[str, list[tuple[str, str, float, str, str | None]]]] = [
    (
        "Tối thiểu 90% hồ sơ được nộp trực tuyến trong năm 2026.",
        [("Tối thiểu 90% hồ sơ được nộp trực tuyến trong năm 2026", ">=", 90, "%", "2026")],
    ),
    (
        "Bảo đảm 100% thôn có sóng di động; tối thiểu 70% hộ có Internet.",
        [
            ("Bảo đảm 100% thôn có sóng di động", "=", 100, "%", None),
            ("tối thiểu 70% hộ có Internet", ">=", 70, "%", None),
        ],
    ),
    (
        "cắt giảm 50% thời gian giải quyết, 40% chi phí tuân thủ",
        [
            ("cắt giảm 50% thời gian giải quyết", "=", 50, "%", None),
            ("40% chi phí tuân thủ", "=", 40, "%", None),
        ],
    ),
    (
        "Khuyến khích mỗi phòng, đơn vị chọn ít nhất một việc làm thiết thực, phù hợp với chức năng; tránh hình thức.",
        [("mỗi phòng, đơn vị chọn ít nhất một việc làm thiết thực", ">=", 1, "việc làm", None)],
    ),
    (
        "phấn đấu đến năm 2030 không còn hộ nghèo ở nhà tạm",
        [("phấn đấu đến năm 2030 không còn hộ nghèo ở nhà tạm", "=", 0, "hộ", "2030")],
    ),
    (
        "Ít nhất 30 hợp tác xã có doanh thu.",
        [("Ít nhất 30 hợp tác xã có doanh thu", ">=", 30, "hợp tác xã", None)],
    ),
    ("Không còn hồ sơ quá hạn.", [("Không còn hồ sơ quá hạn", "=", 0, "hồ sơ", None)]),
    ("Thay thế máy quét đã hỏng hoặc không còn đáp ứng tại xã.", []),
    ("Mở lớp, mỗi lớp không quá ba mươi người.", []),
    ("Có 5 sáng kiến được công nhận.", [("Có 5 sáng kiến được công nhận", "=", 5, "sáng kiến", None)]),
    (
        "Hình thành tối thiểu 01 mô hình điểm.",
        [("Hình thành tối thiểu 01 mô hình điểm", ">=", 1, "mô hình", None)],
    ),
    (
        "Tỷ lệ hồ sơ đúng hạn đạt trên 98,5%",
        [("Tỷ lệ hồ sơ đúng hạn đạt trên 98,5%", ">", 98.5, "%", None)],
    ),
    (
        "Hỗ trợ 1.500 hộ dân trong quý II/2026",
        [("Hỗ trợ 1.500 hộ dân trong quý II/2026", "=", 1500, "hộ", "2026-06-30")],
    ),
    ("không quá 2% hồ sơ quá hạn", [("không quá 2% hồ sơ quá hạn", "<=", 2, "%", None)]),
    ("tăng trung bình 16 - 18%/năm", [("tăng trung bình 16 - 18%/năm", ">=", 16, "%/năm", None)]),
    (
        "có từ 40 - 50 tổ chức được xếp hạng",
        [("có từ 40 - 50 tổ chức được xếp hạng", ">=", 40, "tổ chức", None)],
    ),
    ("thuộc nhóm 3 nước dẫn đầu", [("thuộc nhóm 3 nước dẫn đầu", "<=", 3, "nước", None)]),
    ("đạt 12 người trên một vạn dân", [("đạt 12 người trên một vạn dân", "=", 12, "người", None)]),
    (
        "tối thiểu 80% hộ gia đình có ít nhất một bình chữa cháy",
        [("tối thiểu 80% hộ gia đình có ít nhất một bình chữa cháy", ">=", 80, "%", None)],
    ),
    ("nâng tỷ lệ từ 20% lên 40%", [("nâng tỷ lệ từ 20% lên 40%", "=", 40, "%", None)]),
    ("mức độ hài lòng đạt từ 95% trở lên", [("mức độ hài lòng đạt từ 95% trở lên", ">=", 95, "%", None)]),
    ("Trực điện thoại 24/7, giải đáp ngay cho người dân.", []),
    ("Thực hiện Kế hoạch số 45/KH-UBND ngày 10/6/2026 của UBND tỉnh", []),
    ("số hóa tài liệu lưu trữ trong 3 năm gần đây", []),
    ("Chiến dịch 500 ngày đêm tìm kiếm", []),
    ("Định kỳ 6 tháng báo cáo kết quả", []),
    ("nhận thức đầy đủ tầm quan trọng của công tác", []),
    ("mô hình chính quyền địa phương 02 cấp", []),
    ("không để xảy ra tình trạng đùn đẩy trách nhiệm", []),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_clauses(text: str, expected: list[tuple[str, str, float, str, str | None]]) -> None:
    assert read(text) == expected


def test_heading_gives_the_date() -> None:
    (target,) = targets_in("90% hộ có nước sạch", Span(0, 19), "II > 2", by="2030")
    assert target.by == "2030"


def test_rows_of_an_indicator_table() -> None:
    text = "\n".join(
        [
            "| TT | Chỉ tiêu | Đơn vị tính | Năm 2026 | Năm 2030 |",
            "| 1 | Hồ sơ nộp trực tuyến | % | 80 | ≥ 90 |",
            "| 2 | Thôn chưa có sóng | thôn | 13 | 0 |",
        ]
    )
    blocks, at = [], 0
    for line in text.split("\n"):
        span = Span(at, at + len(line))
        blocks.append(Block(span, "row", 0, span))
        at += len(line) + 1
    outline = [Section("I", "Phụ lục", 1, "annex", "I", Span(0, len(text)), Span(0, 0), -1)]
    got = [(t.indicator, t.comparator, t.value, t.unit, t.by) for t in find_targets(text, blocks, outline)]
    assert got == [
        ("Hồ sơ nộp trực tuyến", "=", 80, "%", "2026"),
        ("Hồ sơ nộp trực tuyến", ">=", 90, "%", "2030"),
        ("Thôn chưa có sóng", "=", 13, "thôn", "2026"),
        ("Thôn chưa có sóng", "=", 0, "thôn", "2030"),
    ]


def test_every_rule_matches_its_examples() -> None:
    import re

    for rule in rules():
        for example in rule.examples:
            assert re.search(rf"(?<![a-z])(?:{rule.pattern})(?![a-z])", bare(example)), (rule.kind, example)


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the shared benchmark is not here")
def test_example_000() -> None:
    from indexer.readers.plain import read_text
    from indexer.structure import read_structure

    source = read_text((SHARED / "corpus" / "000_347f30275df2fa96.txt").read_bytes(), markdown=True)
    blocks, outline = read_structure(source)
    got = find_targets(source.text, blocks, outline)
    gold = [json.loads(line) for line in (EXAMPLE / "targets.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(t.section, t.quote, t.comparator, t.value, t.unit, t.by) for t in got] == [
        (g["section"], g["quote"], g["comparator"], g["value"], g["unit"], g["by"]) for g in gold
    ]


@pytest.mark.parametrize(
    ("title", "values"),
    [("TÌNH HÌNH VÀ CHỈ TIÊU", [94.0]), ("TÌNH HÌNH", []), ("TÌNH HÌNH THỰC HIỆN CHỈ TIÊU", [])],
)
def test_a_section_of_facts_and_goals_has_goals(title: str, values: list[float]) -> None:
    text = (
        "UBND XÃ ĐỒI CHÈ\n\nSố: 3/KH-UBND\n\nĐồi Chè, ngày 15 tháng 01 năm 2026\n\nKẾ HOẠCH\nCông tác năm 2026\n\n"
        f"I. {title}\n\n1. Tỷ lệ tham gia bảo hiểm đạt 94% dân số.\n"
    )
    read = analyse("ke-hoach", "ke-hoach.txt", "", SourceText(text))
    assert [target.value for target in read.targets] == values
