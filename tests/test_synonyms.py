"""The everyday wordings of rules/synonyms.tsv: form of the file, and what must not be a key."""

from __future__ import annotations

import re
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
    """One line: everyday forms, administrative forms, a question."""

    line: int
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    example: str


def _groups() -> list[Group]:
    content = (resources.files("indexer.rules") / "synonyms.tsv").read_text(encoding="utf-8")
    groups = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        assert len(cells) == 3, f"line {number} has {len(cells)} columns"
        groups.append(Group(number, tuple(cells[0].split("|")), tuple(cells[1].split("|")), cells[2]))
    return groups


GROUPS = _groups()


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text))


def test_enough_groups() -> None:
    assert len(GROUPS) >= 300


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"line-{group.line}")
def test_group(group: Group) -> None:
    for text in (*group.keys, *group.forms, group.example):
        assert text, group
        assert text == " ".join(text.split()), text
    keys = [fold(key) for key in group.keys]
    forms = [fold(form) for form in group.forms]
    assert len(set(forms)) == len(forms)
    assert not set(keys) & set(forms)
    for key in keys:
        # expand() compares runs of syllables: a key with a mark in it would never be found.
        assert key == _words(key), key
        assert len(key.split()) >= 2 or key in REVIEWED_SINGLE, key
        assert key not in ADMINISTRATIVE, key
    assert group.example.endswith("?")
    example = f" {_words(fold(group.example))} "
    assert any(f" {key} " in example for key in keys)


def test_a_key_stands_once_with_and_without_diacritics() -> None:
    seen: dict[str, int] = {}
    for group in GROUPS:
        for key in group.keys:
            typed = bare(key)
            assert typed not in seen, f"“{key}”: lines {seen[typed]} and {group.line}"
            seen[typed] = group.line


def test_reviewed_singles_are_used() -> None:
    assert {fold(key) for group in GROUPS for key in group.keys if len(key.split()) == 1} == REVIEWED_SINGLE


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"line-{group.line}")
@pytest.mark.parametrize("plain", [False, True], ids=["accents", "plain"])
def test_the_example_is_expanded(group: Group, plain: bool) -> None:
    typed = bare(group.example) if plain else group.example
    added = {wording.text for wording in expand(typed, plain=plain) if wording.factor == SYNONYM}
    assert set(group.forms) <= added
