"""The everyday wordings of rules/synonyms: form of the files, and what must not be a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

import pytest

from indexer.clean import bare, fold
from search_api.questions.expand import SYNONYM, expand

#: Keys of one syllable, looked at one by one: loan words that are nothing else, with or without diacritics.
REVIEWED_SINGLE = frozenset(
    {
        "vneid",
        "smartphone",
        "app",
        "website",
        "zalo",
        "facebook",
        "tiktok",
        "chatbot",
        "chatgpt",
        "backup",
        "hacker",
        "virus",
        "livestream",
        "homestay",
    }
)

#: What documents say themselves: as a key it would add words to a question that needs none.
_ADMINISTRATIVE = """
    chủ trì | phối hợp | thời hạn | thời gian | hoàn thành | thực hiện | kế hoạch | nhiệm vụ |
    giải pháp | chỉ tiêu | mục tiêu | báo cáo | kinh phí | ngân sách | khen thưởng | bổ nhiệm |
    hồ sơ | thủ tục | thủ tục hành chính | chuyển đổi số | tuyên truyền | hướng dẫn | tập huấn |
    bồi dưỡng | kiểm tra | giám sát | đôn đốc | theo dõi | tổng hợp | rà soát | ban hành | phê duyệt
    | tham mưu | thẩm định | sơ kết | tổng kết | thi đua | kỷ luật | xử lý | vi phạm | công khai |
    niêm yết | người dân | doanh nghiệp | cán bộ | công chức | viên chức | đảng viên | cơ quan |
    đơn vị | chủ tịch | bí thư | giám đốc | người đứng đầu | hội đồng nhân dân | ủy ban nhân dân |
    công an xã | phòng kinh tế | phòng cháy | chữa cháy | lối thoát nạn | hộ nghèo | người cao tuổi
    | người khuyết tật | người có công | liệt sĩ | thương binh | dữ liệu | cơ sở dữ liệu |
    an toàn thông tin | an ninh mạng | hạ tầng số | thường xuyên | hằng năm | hằng quý | hằng tháng
    | quý | tháng | năm | ngày | xã | tỉnh | thôn | sở | phòng
"""
ADMINISTRATIVE = frozenset(fold(word.strip()) for word in _ADMINISTRATIVE.split("|"))


class Group(NamedTuple):
    """One line: where it stands, everyday forms, official forms, a question."""

    where: str
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    example: str


FOLDER = resources.files("indexer.rules") / "synonyms"
FILES = sorted(file.name for file in FOLDER.iterdir())


def _groups(name: str) -> list[Group]:
    groups = []
    for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        assert len(cells) == 3, f"{name}:{number} has {len(cells)} columns"
        groups.append(
            Group(f"{name}:{number}", tuple(cells[0].split("|")), tuple(cells[1].split("|")), cells[2])
        )
    return groups


GROUPS = [group for name in FILES for group in _groups(name)]


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text))


def test_enough_groups() -> None:
    assert len(GROUPS) >= 3_000


def _faults(group: Group) -> Iterator[str]:
    for text in (*group.keys, *group.forms, group.example):
        if not text or text != " ".join(text.split()):
            yield f"white space in “{text}”"
    keys = [fold(key) for key in group.keys]
    forms = [fold(form) for form in group.forms]
    if len(set(forms)) < len(forms) or set(keys) & set(forms):
        yield "a form twice, or as a key"
    for key in keys:
        # expand() compares runs of syllables: a key with a mark in it would never be found.
        if key != _words(key):
            yield f"marks in “{key}”"
        if len(key.split()) < 2 and key not in REVIEWED_SINGLE:
            yield f"one syllable: “{key}”"
        if key in ADMINISTRATIVE:
            yield f"documents say “{key}” themselves"
    if not group.example.endswith("?"):
        yield "the example is no question"
    if not any(f" {key} " in f" {_words(fold(group.example))} " for key in keys):
        yield "the example has none of the keys"


@pytest.mark.parametrize("name", FILES)
def test_groups(name: str) -> None:
    assert [f"{group.where}: {fault}" for group in _groups(name) for fault in _faults(group)] == []


def test_a_key_stands_once_with_and_without_diacritics() -> None:
    seen: dict[str, str] = {}
    for group in GROUPS:
        for key in group.keys:
            typed = bare(key)
            assert typed not in seen, f"“{key}”: {seen[typed]} and {group.where}"
            seen[typed] = group.where


def test_reviewed_singles_are_used() -> None:
    assert {fold(key) for group in GROUPS for key in group.keys if len(key.split()) == 1} == REVIEWED_SINGLE


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("plain", [False, True], ids=["accents", "plain"])
def test_examples_are_expanded(name: str, plain: bool) -> None:
    for group in _groups(name):
        typed = bare(group.example) if plain else group.example
        added = {wording.text for wording in expand(typed, plain=plain) if wording.factor == SYNONYM}
        assert added, f"{group.where}: {group.example}"
