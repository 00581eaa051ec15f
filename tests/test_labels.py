"""Labels: every rule matches its examples, and no earlier rule takes them."""

from __future__ import annotations

import pytest

from indexer.clean import bare
from indexer.labels import label_rules, match_label

EXAMPLES = [(key, example) for key, _, examples in label_rules() for example in examples]


@pytest.mark.parametrize(("key", "example"), EXAMPLES)
def test_example_has_key(key: str, example: str) -> None:
    match = match_label(example)
    assert match is not None
    assert match.key == key


def test_every_rule_has_an_example_of_its_own() -> None:
    for key, pattern, examples in label_rules():
        assert examples, key
        for example in examples:
            first = next(p for _, p, _ in label_rules() if p.fullmatch(bare(example.rstrip(":"))))
            assert first is pattern, example


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("Đơn vị chủ trì: Văn phòng Sở.", "lead", "Văn phòng Sở."),
        ("- Đơn vị phối hợp: Các phòng.", "coordinate", "Các phòng."),
        ("+ Thòi gian thực hiên : quý I", "deadline", "quý I"),
        (
            "Thời gian hoàn thành xây dựng phương án, kế hoạch bổ sung: trong Quý II",
            "deadline",
            "trong Quý II",
        ),
        ("ĐƠN VỊ CHỦ TRÌ: Phòng A", "lead", "Phòng A"),
        ("Cơ quan chủ trì (chính): Phòng A", "lead", "Phòng A"),
        ("Nguồn lực tài chính: Ngân sách", "funding", "Ngân sách"),
    ],
)
def test_value_follows_the_label(line: str, key: str, value: str) -> None:
    match = match_label(line)
    assert match is not None
    assert match.key == key
    assert line[match.end :].strip() == value


@pytest.mark.parametrize(
    "line",
    [
        "Đơn vị chủ trì báo cáo kết quả",
        "Trong thời gian tới cần tập trung các nhiệm vụ sau:",
        "Nhiệm vụ 1: Tổ chức rà soát",
        "Các cơ quan phối hợp chặt chẽ thực hiện tốt các nội dung sau:",
        "3.3. Nguồn lực tài chính: Ngân sách",
        "Nơi nhận:",
        "",
        ":",
    ],
)
def test_no_label(line: str) -> None:
    assert match_label(line) is None
