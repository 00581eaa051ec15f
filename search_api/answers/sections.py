"""Which section of a document a question names: by its number ("mục III", "nhóm 2") or by its title ("mục kinh phí")."""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.clean import bare, fold
from indexer.records import Block, Document
from search_api.questions.question import Question
from search_api.questions.scope import flat_words

_WHAT = (
    r"(?:noi|ghi|neu|quy dinh|viet|gom|bao gom|co|de cap|yeu cau|dat ra|de ra|liet ke)(?: (?:ve|ro|den|toi))?"
    r"(?: nhung| cac)?(?: (?:[a-z]+ ){0,4}?)?(?:gi|nao|the nao|ra sao|sao)(?: nhi| vay| a)?"
)
#: "Mục III", "nhóm 2", "phụ lục": asked for what it says.
_NUMBERED = re.compile(
    r"(?<![a-z])(?:(?P<kind>muc|phan|chuong|nhom|phu luc|dieu|nhiem vu|viec|hoat dong|du an|mo hinh)(?: so)?"
    r" (?P<number>[ivx]{1,5}|\d{1,2})(?![a-z0-9/.])"
    r"|(?P<annex>phu luc))"
    rf"(?=[^?]* {_WHAT} ?(?:$|[?]))"
)
_TITLED = re.compile(
    r"(?<![a-z])(?:muc|phan)(?: ve)? (?P<title>[a-z ,-]{3,60}?)(?: (?:trong|cua|o|tai|thuoc|theo) [^?]*)?"
    rf" {_WHAT} ?(?:$|[?])"
)
#: "Mức chi", "phần trăm", "mục tiêu" name no section.
_ACCENTED = re.compile(r"(?:mục|phần|chương|nhóm|phụ lục|điều|nhiệm vụ|việc|hoạt động|dự án|mô hình)")
_NO_TITLE = re.compile(
    r"^(?:tieu|dich|chi|tram|mem|viec|cung|thuong|phat|thu|do|luong|lon|nao|gi|ho tro)(?![a-z])"
)


class Asked(NamedTuple):
    """A section as a question names it: the word for it and its number, or the words of its title (all bare)."""

    kind: str
    number: str
    title: str


def section_asked(question: Question) -> Asked | None:
    """Return the section that a question asks the content of; None where it names none.

    >>> from search_api.questions.question import understand
    >>> section_asked(understand("Mục kinh phí của kế hoạch nói gì?")).title
    'kinh phi'
    """
    flat = bare(question.text)
    for pattern in (_NUMBERED, _TITLED):
        for match in pattern.finditer(flat):
            typed = fold(question.text)[match.start() : match.end()]
            if not question.plain and not _ACCENTED.match(typed):
                continue
            found = match.groupdict()
            title = (found.get("title") or "").strip(" ,-")
            if title and _NO_TITLE.match(title):
                continue
            kind = found.get("kind") or found.get("annex") or ""
            return Asked(kind, found.get("number") or "", title)
    return None


def find_section(document: Document, asked: Asked) -> int | None:
    """Return the section of a document that is meant, the outermost first; None where there is none."""
    text = document.text
    best: tuple[int, int] | None = None
    for index, section in enumerate(document.outline):
        heading = flat_words(section.heading.of(text))
        if asked.title:
            title = flat_words(section.title or "")
            wanted = flat_words(asked.title)
            if not title or f" {wanted} " not in f" {title} ":
                continue
            rank = len(title.split()) - len(wanted.split())
            if rank > _MORE_WORDS:
                continue
        else:
            number = rf"(?:so )?{asked.number}" if asked.number else asked.kind
            if not re.match(rf"(?:{asked.kind} )?{number}(?![a-z0-9])", heading):
                continue
            # "Nhóm 2" is the section that calls itself so before one that is only numbered 2.
            rank = section.depth + (0 if heading.startswith(asked.kind) else _CALLED_OTHERWISE)
            if asked.kind in _CALLED_SO and not heading.startswith(asked.kind):
                continue
        if best is None or rank < best[0]:
            best = (rank, index)
    return best[1] if best else None


_MORE_WORDS = 6
"""Words that a title may have beside those by which a question names its section."""
_CALLED_OTHERWISE = 10
_CALLED_SO = frozenset(("nhom", "phu luc", "dieu", "chuong"))
"""Kinds of sections that bear the word in their heading."""


def said_there(document: Document, index: int, most: int) -> tuple[list[Block], int]:
    """Return the blocks that tell what a section says, and how many are left out.

    Of a long section the lines that open its parts are told.
    """
    whole = document.outline[index]
    inside = [
        block
        for block in document.blocks
        if whole.span.covers(block.span)
        and block.kind not in ("boilerplate", "title", "type")
        and not (block.kind == "heading" and block.span.start <= whole.heading.start)
    ]
    if len(inside) <= most:
        return inside, 0
    parts = {section.span.start for section in document.outline if section.parent == index}
    opening = [block for block in inside if block.span.start in parts]
    shown = (opening or inside)[:most]
    return shown, len(inside) - len(shown)
