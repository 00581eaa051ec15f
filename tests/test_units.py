"""Unit lists taken apart, collectives told, names compared."""

from __future__ import annotations

import pytest

from indexer.clean import bare, collapse, fold
from indexer.units import (
    aliases,
    canonical_unit,
    is_collective,
    same_unit,
    split_roles,
    split_units,
    unit_words,
)

LISTS: list[tuple[str, list[str]]] = [
    ("Văn phòng Sở, Trung tâm Công nghệ số.", ["Văn phòng Sở", "Trung tâm Công nghệ số"]),
    ("Phòng Văn hoá – Xã hội..", ["Phòng Văn hoá – Xã hội"]),
    (
        "Các phòng, đơn vị trực thuộc Sở; Đoàn thanh niên",
        ["Các phòng, đơn vị trực thuộc Sở", "Đoàn thanh niên"],
    ),
    ("Văn phòng Sở; các phòng, đơn vị", ["Văn phòng Sở", "các phòng, đơn vị"]),
    ("Các phòng chuyên môn, đơn vị.", ["Các phòng chuyên môn, đơn vị"]),
    (
        "Trưởng các phòng chuyên môn, Trưởng các đơn vị trực thuộc Sở",
        ["Trưởng các phòng chuyên môn", "Trưởng các đơn vị trực thuộc Sở"],
    ),
    (
        "Các phòng, ban chuyên môn, trung tâm trực thuộc UBND xã; các thôn; các cơ quan, đơn vị liên quan.",
        [
            "Các phòng, ban chuyên môn, trung tâm trực thuộc UBND xã",
            "các thôn",
            "các cơ quan, đơn vị liên quan",
        ],
    ),
    (
        "Công an xã, các phòng, ban chuyên môn, các cơ quan, đơn vị liên quan.",
        ["Công an xã", "các phòng, ban chuyên môn", "các cơ quan, đơn vị liên quan"],
    ),
    ("Văn phòng HĐND&UBND xã.", ["Văn phòng HĐND&UBND xã"]),
    ("Văn phòng HĐND và UBND xã, Phòng Kinh tế", ["Văn phòng HĐND và UBND xã", "Phòng Kinh tế"]),
    (
        "Các cấp ủy, tổ chức đảng, cơ quan, đơn vị, địa phương.",
        ["Các cấp ủy, tổ chức đảng, cơ quan, đơn vị, địa phương"],
    ),
    (
        "Sở Văn hóa, Thể thao và Du lịch, Sở Tài chính và các sở, ngành liên quan",
        ["Sở Văn hóa, Thể thao và Du lịch", "Sở Tài chính", "các sở, ngành liên quan"],
    ),
    ("Các sở, ban, ngành, UBND các xã, phường", ["Các sở, ban, ngành", "UBND các xã, phường"]),
    (
        "Các Sở, Ban, Ngành, đoàn thể tỉnh, UBND các xã, phường",
        ["Các Sở, Ban, Ngành, đoàn thể tỉnh", "UBND các xã, phường"],
    ),
    (
        "Mặt trận Tổ quốc Việt Nam và các tổ chức chính trị - xã hội",
        ["Mặt trận Tổ quốc Việt Nam", "các tổ chức chính trị - xã hội"],
    ),
    (
        "Ban Tuyên giáo và Dân vận Tỉnh ủy và Ban Tổ chức Tỉnh ủy",
        ["Ban Tuyên giáo và Dân vận Tỉnh ủy", "Ban Tổ chức Tỉnh ủy"],
    ),
    ("Công an, Quân sự xã", ["Công an", "Quân sự xã"]),
    ("Phòng Kinh tế, trung tâm y tế xã, công an xã", ["Phòng Kinh tế", "trung tâm y tế xã", "công an xã"]),
    ("cơ quan, đơn vị liên quan", ["cơ quan, đơn vị liên quan"]),
    ("Sở Nội vụ và cơ quan, đơn vị liên quan", ["Sở Nội vụ", "cơ quan, đơn vị liên quan"]),
    (
        "Thủ trưởng các cơ quan, đơn vị; Chủ tịch UBND các xã, phường",
        ["Thủ trưởng các cơ quan, đơn vị", "Chủ tịch UBND các xã, phường"],
    ),
    ("Hội Nông dân, Hội Phụ nữ, Đoàn Thanh niên xã", ["Hội Nông dân", "Hội Phụ nữ", "Đoàn Thanh niên xã"]),
    (
        "Các Sở: Tài chính, Nội vụ, Khoa học và Công nghệ; UBND các xã",
        ["Sở Tài chính", "Sở Nội vụ", "Sở Khoa học và Công nghệ", "UBND các xã"],
    ),
    ("Phòng Kinh tế, Hạ tầng và Đô thị; Trạm Y tế", ["Phòng Kinh tế, Hạ tầng và Đô thị", "Trạm Y tế"]),
    (
        "Sở Khoa học và Công nghệ (cơ quan thường trực), Văn phòng UBND tỉnh",
        ["Sở Khoa học và Công nghệ", "Văn phòng UBND tỉnh"],
    ),
    (
        "Đảng ủy các cơ quan Đảng tỉnh, Đảng ủy UBND tỉnh",
        ["Đảng ủy các cơ quan Đảng tỉnh", "Đảng ủy UBND tỉnh"],
    ),
    ("các phòng và đơn vị liên quan", ["các phòng và đơn vị liên quan"]),
    ("Các phòng, ban, trung tâm trực\n\nthuộc UBND xã", ["Các phòng, ban, trung tâm trực thuộc UBND xã"]),
    ("\n- Phòng Kinh tế\n- Công an xã", ["Phòng Kinh tế", "Công an xã"]),
    ("", []),
    (" . ", []),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_lists(text: str, expected: list[str]) -> None:
    assert [mention.text for mention in split_units(text)] == expected


@pytest.mark.parametrize(("text", "_expected"), LISTS)
def test_spans_hold_the_wording(text: str, _expected: list[str]) -> None:
    for mention in split_units(text, offset=7):
        assert mention.text.endswith(collapse((" " * 7 + text)[mention.span.start : mention.span.end]))


@pytest.mark.parametrize(
    ("text", "lead", "coordinating"),
    [
        (
            "Phòng Văn hoá – Xã hội chủ trì, phối hợp với các phòng, ban chuyên môn.",
            ["Phòng Văn hoá – Xã hội"],
            ["các phòng, ban chuyên môn"],
        ),
        ("Phòng Kinh tế chủ trì; Phòng Văn hóa phối hợp", ["Phòng Kinh tế"], ["Phòng Văn hóa"]),
        ("Sở Nội vụ (chủ trì); Sở Tài chính (phối hợp)", ["Sở Nội vụ"], ["Sở Tài chính"]),
        ("Phòng Kinh tế phối hợp với Công an xã; Trạm Y tế", ["Phòng Kinh tế"], ["Công an xã", "Trạm Y tế"]),
        ("Các phòng thuộc Sở", ["Các phòng thuộc Sở"], []),
    ],
)
def test_roles(text: str, lead: list[str], coordinating: list[str]) -> None:
    roles = split_roles(text)
    assert [m.text for m in roles.lead] == lead
    assert [m.text for m in roles.coordinating] == coordinating


@pytest.mark.parametrize(
    "name",
    [
        "Các phòng, đơn vị",
        "cơ quan, đơn vị liên quan",
        "UBND các xã, phường",
        "Trưởng các phòng chuyên môn",
        "Các phòng, ban chuyên môn, trung tâm trực thuộc UBND xã",
    ],
)
def test_collective(name: str) -> None:
    assert is_collective(name)


@pytest.mark.parametrize(
    "name",
    [
        "Phòng Kinh tế",
        "Văn phòng Sở",
        "Công an xã",
        "Đảng ủy các cơ quan Đảng tỉnh",
        "Ban Quản lý các khu công nghiệp",
        "Văn phòng Đảng ủy",
    ],
)
def test_not_collective(name: str) -> None:
    assert not is_collective(name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Phòng VH-XH", "Phòng Văn hoá – Xã hội"),
        ("Phòng Chuyên đổi sô", "Phòng Chuyển đổi số"),
        ("Sở KH&CN", "Sở Khoa học và Công nghệ"),
        ("Phòng Kinh tế xã", "Phòng Kinh tế"),
        ("Uỷ ban nhân dân xã", "UBND xã"),
        ("VĂN PHÒNG SỞ", "văn phòng sở"),
    ],
)
def test_same(first: str, second: str) -> None:
    assert same_unit(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Phòng Kinh tế", "Phòng Văn hóa"), ("Công an xã", "Công an tỉnh")],
)
def test_not_same(first: str, second: str) -> None:
    assert not same_unit(first, second)


def test_abbreviations_of_the_document() -> None:
    assert same_unit("Phòng KHTC", "Phòng Kế hoạch Tài chính", {"KHTC": "Kế hoạch Tài chính"})


def test_every_kind_of_word_has_examples_that_hold_one() -> None:
    for kind, (words, examples) in unit_words().items():
        if kind == "fixed":
            continue
        for example in examples:
            assert any(word in fold(example) for word in words), (kind, example)


def test_fixed_names_stay_whole() -> None:
    for example in unit_words()["fixed"][1]:
        assert [m.text for m in split_units(example)] == [example]


def test_every_alias_equates_its_example() -> None:
    from indexer.rules import rows

    assert aliases()
    for short, _, example in rows("unit_aliases.tsv"):
        left, right = example.split(" = ")
        assert short in bare(left).replace(" ", "").replace("mttqvn", "mttqvn vn"), short
        assert canonical_unit(left) == canonical_unit(right), example
