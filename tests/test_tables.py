"""Tables: headers told from bodies, cells with spans."""

from __future__ import annotations

import pytest

from indexer.clean import bare
from indexer.records import Block, Span
from indexer.tables import header_key, header_rules, read_tables, split_row

EXAMPLES = [(key, example) for key, _, examples in header_rules() for example in examples]


@pytest.mark.parametrize(("key", "example"), EXAMPLES)
def test_example_has_key(key: str, example: str) -> None:
    assert header_key(example) == key


def test_every_pattern_matches_an_example_first() -> None:
    for _, pattern, examples in header_rules():
        assert any(
            next(p for _, p, _ in header_rules() if p.fullmatch(bare(e).strip(" .:*"))) is pattern
            for e in examples
        )


def blocks_of(text: str) -> list[Block]:
    blocks, at = [], 0
    for line in text.split("\n"):
        span = Span(at, at + len(line))
        if line:
            blocks.append(Block(span, "row" if line.startswith("|") else "paragraph", 0, span))
        at += len(line) + 1
    return blocks


def test_cells() -> None:
    text = "| 1 | Lập bản đồ |  |"
    assert [span.of(text) for span in split_row(text, Span(0, len(text)))] == ["1", "Lập bản đồ", ""]


def test_table_with_two_header_rows_and_a_repeated_header() -> None:
    text = "\n".join(
        [
            "| TT | Nhiệm vụ | Phân công thực hiện | Phân công thực hiện | Thời gian |",
            "| TT | Nhiệm vụ | Chủ trì | Phối hợp | Thời gian |",
            "| (1) | (2) | (3) | (4) | (5) |",
            "| 1 | Lập bản đồ | Công an xã | Phòng Kinh tế | Tháng 6/2026 |",
            "| TT | Nhiệm vụ | Phân công thực hiện | Phân công thực hiện | Thời gian |",
            "| 2 | Tập huấn | Trạm Y tế | | Quý III/2026 |",
        ]
    )
    (table,) = read_tables(text, blocks_of(text))
    assert {table.columns[i] for i in range(5)} == {"order", "task", "lead", "coordinate", "deadline"}
    assert [row.texts(text)[1] for row in table.rows] == ["Lập bản đồ", "Tập huấn"]


def test_layout_table_is_none() -> None:
    text = "| UBND XÃ | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |\n| Số: 1/KH-UBND | ngày 1 tháng 2 năm 2026 |"
    assert read_tables(text, blocks_of(text)) == []
