"""Numbering at the start of a line (đề mục): which style, which number, where the words begin.

The styles and their order from outer to inner are data; a line's marker says only what is printed,
:mod:`indexer.structure` decides whether it opens a section.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from indexer.clean import fold

#: (style, rank from outer to inner, pattern over folded text, example)
STYLES: tuple[tuple[str, int, str, str], ...] = (
    (
        "annex",
        0,
        r"phụ lục(?: số)?(?P<n> (?:[ivxl]+|\d{1,2}|[a-d])(?![a-zà-ỹđ0-9]))?[.: -]{0,3}",
        "PHỤ LỤC II",
    ),
    (
        "phan",
        1,
        r"phần (?:thứ )?(?P<n>[ivxl]+|\d{1,2}|nhất|hai|ba|tư|bốn|năm|sáu)(?![a-zà-ỹđ0-9])[.: -]{0,3}",
        "Phần thứ hai",
    ),
    ("upper", 2, r"(?P<n>[a-d])\s?[.)]\s+", "A. ĐÁNH GIÁ"),
    ("roman", 3, r"(?P<n>[ivxl]{1,6})\s?[.\-)/]{1,2}\s*(?=\S)", "II. NHIỆM VỤ"),
    ("chapter", 4, r"chương (?P<n>[ivxl]+|\d{1,2})(?![a-zà-ỹđ0-9])[.: -]{0,3}", "Chương II"),
    ("division", 5, r"mục (?P<n>\d{1,2}|[ivxl]+)(?![a-zà-ỹđ0-9,;)/])[.: -]{0,3}", "Mục 1"),
    (
        "group",
        6,
        r"nhóm (?:nhiệm vụ )?(?:thứ )?(?P<n>\d{1,2}|[ivxl]+)(?![a-zà-ỹđ0-9])\s?[.:\-]\s*",
        "Nhóm 1: Công tác chỉ đạo",
    ),
    ("article", 7, r"điều (?P<n>\d{1,3}[a-zđ]?)(?![a-zà-ỹđ0-9])\s?[.:]\s*", "Điều 12. Trách nhiệm"),
    (
        "decimal3",
        10,
        r"(?P<n>\d{1,2}\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)(?!\d)\.?[):]?\s*(?=\D)",
        "1.2.3. Nội dung",
    ),
    (
        "decimal2",
        9,
        r"(?P<n>\d{1,2}\.\d{1,2})(?![\d%])(?:\.|\)|:|[-–](?=\s)|(?=\s))\s*(?=[^\d%])",
        "2.1. Mục tiêu chung",
    ),
    (
        "decimal1",
        8,
        # "2. 100% hộ nghèo", "3. 05 lớp": a figure after the number, a blank between them.
        # "4- Cai nghiện" is how the Party numbers.
        r"(?P<n>\d{1,3}[a-zđ]?)\s?(?:\.\)?|\)|(?=/\s)/|(?<=\d)[-–](?=\s))"
        r"(?:\s*(?=[^\d\s.,/])|\s+(?=\d{1,3}(?:[.,]\d{1,2})?(?:\s?%|/\d{1,3}\s|\s[a-zà-ỹđ])))",
        "3. Nhiệm vụ",
    ),
    ("letter", 11, r"(?P<n>[a-zđ]{1,2}[0-9]?)\s?\)\s*(?=\S)", "a) Rà soát"),
    # Opens a section only where nothing but a part stands around it; see indexer.structure.
    ("bracketed", 8, r"\((?P<n>\d{1,2})\)\s+(?=[^\W\d_])", "(1) Nạo vét kênh"),
    ("task", 12, r"nhiệm vụ(?: (?:thứ|số))?(?P<n> ?\d{1,3})?\s?[:.]\s*", "Nhiệm vụ 2: Xây dựng"),
    (
        "task",
        12,
        r"(?:(?:công |đầu |phần )?việc|hoạt động|nội dung|mô hình|(?:tiểu )?dự án)(?: (?:thứ|số))? "
        r"(?P<n>\d{1,3})\s?[:.]\s+(?=\S)",
        "Việc 3. Nạo vét",
    ),
)

_COMPILED = tuple((style, rank, re.compile(pattern)) for style, rank, pattern, _ in STYLES)
_SLIPPED = re.compile(r"(?=[\d.]*[lO])[\dl][\dlO]?(?:\.[\dlO]{1,2}){0,3}(?=\.\s+[^\W\d_]|\s+[^\W\d_])(?!l\s)")
_BULLET = re.compile(r"[-+•●▪◦*·✓○]+\s*(?=[^\s\d])|[-+•●▪◦·]+\s+")
_AFTER_DASH = re.compile(r"[“\"(]?[A-ZĐÀ-Ỹ]|\d[\d.,]*\s?%|\d+/\d+\s")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})$|xl$")
_ORDINALS = {"nhất": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6}
_KEEPS_CASE = ("upper", "roman")


class Marker(NamedTuple):
    """A printed number: ``words`` is the offset in the line where the text after it begins."""

    style: str
    rank: int
    number: str
    words: int


def roman_value(number: str) -> int:
    """Return the value of a roman number in any case; 0 when it is none."""
    number = number.lower()
    if not number or not _ROMAN.match(number):
        return 0
    values = {"i": 1, "v": 5, "x": 10, "l": 50}
    total = 0
    for here, after in zip(number, [*number[1:], ""], strict=True):
        total += -values[here] if after and values[after] > values[here] else values[here]
    return total


def ordinal(marker: Marker) -> int:
    """Return the position of the number among its siblings (its last part); 0 when it has none."""
    number = marker.number.lower()
    if marker.style in ("decimal2", "decimal3"):
        return int(number.rsplit(".", 1)[1])
    if number in _ORDINALS:
        return _ORDINALS[number]
    digits = re.match(r"\d+", number)
    if digits:
        return int(digits.group())
    if marker.style == "letter" and len(number) == 1:
        return "abcdđeghiklmnopqrstuvxy".find(number) + 1
    if marker.style == "upper":
        return "abcd".find(number) + 1
    return roman_value(number)


def skip_bullet(line: str) -> int:
    """Return the offset after a leading bullet; 0 when the line has none."""
    match = _BULLET.match(line)
    return match.end() if match else 0


@lru_cache(maxsize=2048)
def match_marker(line: str) -> Marker | None:
    """Read the number that a line (without leading space) begins with.

    A bullet may stand before "Nhiệm vụ k:" and before a labelled number, never before the others.
    """
    slipped = _SLIPPED.match(line)
    if slipped is not None:
        # "l. Rà soát", "l2. …", "l.3. …": recognised characters; the same length, so offsets hold.
        line = slipped.group().replace("l", "1").replace("O", "0") + line[slipped.end() :]
    folded = fold(line[:120])
    offset = skip_bullet(folded)
    if offset:
        for style, rank, pattern in _COMPILED:
            if style in ("task", "group"):
                match = pattern.match(folded, offset)
                if match:
                    return Marker(style, rank, (match["n"] or "").strip(), match.end())
        return None
    for style, rank, pattern in _COMPILED:
        match = pattern.match(folded)
        if match is None:
            continue
        number = (match["n"] or "").strip()
        printed = line[match.start("n") : match.end("n")] if match["n"] else ""
        # "Ii." is what lower-casing a line of capitals leaves of "II.".
        recased = style == "roman" and len(printed) > 1 and printed == printed.capitalize()
        if style in _KEEPS_CASE and printed != printed.upper() and not recased:
            continue
        if style == "letter" and printed != printed.lower():
            continue
        if style == "roman" and not roman_value(number):
            continue
        if style == "annex" and not _opens_annex(line, match.end()):
            continue
        dashed = style in ("decimal1", "decimal2") and line[match.end("n") :][:1] in ("-", "–")
        if dashed and not _AFTER_DASH.match(line, match.end()):
            continue  # "5- 7 người", "2- 3 lần" are ranges
        if style in ("phan", "chapter", "division", "group") and line[0].islower():
            continue
        return Marker(style, rank, number, match.end())
    return None


def _opens_annex(line: str, end: int) -> bool:
    """Say whether "Phụ lục …" is a heading and not the start of a sentence about an annex."""
    rest = line[end:].strip()
    if not rest or line[: max(end, 8)].isupper():
        return True
    return not line[0].islower() and line[:end].rstrip()[-1:] in ".:-" and not rest.endswith((".", ";"))
