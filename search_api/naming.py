"""How documents and units are named to people, and which names a person's words mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from indexer.clean import bare, collapse, fold
from indexer.rules import rows
from indexer.units import canonical_unit


@cache
def _types() -> dict[str, str]:
    return {row[0]: row[1].split(" | ")[0] for row in rows("document_types.tsv")}


def type_name(value: str | None) -> str:
    """Name a document type given as a code or already as a name; "Văn bản" for an unknown one."""
    return _types().get(value, value) if value else "Văn bản"


def document_name(kind: str | None, symbol: str | None, draft: bool, issuer: str | None) -> str:
    """Name a document in a line of text: by its number, else by who made it.

    >>> document_name("KH", None, True, "UBND xã Đồng Mây")
    'Dự thảo Kế hoạch của UBND xã Đồng Mây'
    """
    name = type_name(kind)
    if draft:
        name = f"Dự thảo {name}"
    if symbol:
        return f"{name} số {symbol}"
    return f"{name} của {issuer}" if issuer else f"{name} (không rõ số)"


_LEVEL_LAST = re.compile(r"(?:xã|phường|đặc khu|tỉnh|thành phố|huyện|thị xã|thị trấn)$", re.IGNORECASE)


def issuer_name(issuer: str | None, place: str | None) -> str | None:
    """Name an issuer with its place, which heads of documents often set on a line of its own.

    >>> issuer_name("UBND xã", "Đồng Mây"), issuer_name("Sở Y tế", "Lâm Sơn"), issuer_name("UBND xã Phú Hòa", "Phú Hòa")
    ('UBND xã Đồng Mây', 'Sở Y tế (Lâm Sơn)', 'UBND xã Phú Hòa')
    """
    if not issuer or not place or bare(place) in bare(issuer):
        return issuer
    return f"{issuer} {place}" if _LEVEL_LAST.search(issuer) else f"{issuer} ({place})"


_SHORTEST_WORK, _LONGEST_WORK = 4, 16
"""Words of the name of a piece of work that a question can be asked about."""


@cache
def _verbs() -> tuple[str, ...]:
    verbs = [fold(row[0]) for row in rows("task_verbs.tsv", "search_api.rules")]
    return tuple(sorted(verbs, key=len, reverse=True))


def work_name(title: str) -> str | None:
    """Return the title of a task as a question names it; None where it names no piece of work.

    >>> work_name("Xây dựng kho dữ liệu dùng chung.")
    'xây dựng kho dữ liệu dùng chung'
    >>> work_name("Các sở, ban, ngành cấp tỉnh") is None
    True
    """
    name = collapse(title).strip(" .;:,-–")
    words = name.split()
    if not _SHORTEST_WORK <= len(words) <= _LONGEST_WORK or any(mark in name for mark in "|:;…"):
        return None
    if not any(fold(name).startswith(f"{verb} ") for verb in _verbs()):
        return None
    return name if words[0].isupper() else name[0].lower() + name[1:]


def unit_matcher(asked: str) -> Callable[[str, Mapping[str, str] | None], bool]:
    """Return a test of unit names against what a person typed: a name, a part of one, an abbreviation.

    The test takes a name as a document has it and the abbreviations that this document defines.  Names
    are compared with abbreviations expanded on both sides ("sở KHCN", "Sở Khoa học và Công nghệ"); a
    part of a name must end at a word's end unless it stands in the name letter by letter.

    >>> unit_matcher("phòng VHXH")("Phòng Văn hoá – Xã hội", None)
    True
    """
    wanted = collapse(asked)
    canonical = canonical_unit(wanted)
    plain = bare(wanted) == fold(wanted)
    typed = fold(wanted)

    def matches(name: str, abbreviations: Mapping[str, str] | None = None) -> bool:
        folded = fold(collapse(name))
        if typed in (bare(folded) if plain else folded):
            return True
        return bool(canonical) and f" {canonical} " in f" {canonical_unit(name, abbreviations)} "

    return matches
