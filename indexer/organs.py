"""Names of issuing bodies in running text: where a name ends, and its level (domain §1).

The patterns are data (``rules/organs.tsv``).  They run over :func:`cased`, the folded text with the
capitals of the original, so that a proper name ("xã Tân Hòa") ends where the capitals end.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from indexer.clean import collapse, fold
from indexer.rules import rows
from indexer.symbols import matching_text

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_LOWER = "a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_NOT_A_NAME = (
    "Kế hoạch|Nghị|Quyết|Chỉ|Luật|Căn|Thực|Thông|Về|Triển|Theo|Ngày|Số|Nơi|Sở|Phòng|Ban|Đảng|Ủy|Hội|Bộ|Công an|Trung tâm"
    "|Văn phòng|Chủ|Trưởng|Giám|Các|Tổ|Yêu|Đề|Báo|Hướng|Chương trình|Quy"
)
_NAME = (
    rf"(?-i:(?!(?:{_NOT_A_NAME})(?![{_LOWER}]))[{_UPPER}][{_LOWER}]+"
    rf"(?:(?:\s+|\s?-\s?)(?!(?:{_NOT_A_NAME})(?![{_LOWER}]))[{_UPPER}][{_LOWER}]*(?![{_UPPER}{_LOWER}])){{0,3}})"
)
_GEO_LEVEL = (
    ("tỉnh", "tinh"),
    ("thành phố", "tinh"),
    ("tp", "tinh"),
    ("xã", "xa"),
    ("phường", "xa"),
    ("đặc khu", "xa"),
    ("thị trấn", "xa"),
    ("huyện", "huyen"),
    ("quận", "huyen"),
    ("thị xã", "huyen"),
)
_GEO = re.compile(r"(?<!\w)(thị xã|đặc khu|thị trấn|thành phố|tp|tỉnh|xã|phường|huyện|quận)(?!\w)")
_SHORT = (
    ("ủy ban nhân dân", "ubnd"),
    ("hội đồng nhân dân", "hđnd"),
    ("ban thường vụ", "btv"),
    ("ban chấp hành", "bch"),
    ("mặt trận tổ quốc việt nam", "mttq"),
    ("mặt trận tổ quốc", "mttq"),
    ("mttq việt nam", "mttq"),
    ("mttq vn", "mttq"),
)


class Organ(msgspec.Struct, frozen=True):
    """A body's name found at an offset: where it ends, its level and system; None where unknown."""

    end: int
    level: str | None
    system: str | None


_CAPITALS = re.compile(
    "[" + "".join(re.escape(chr(code)) for code in range(0x1F00) if chr(code).isupper()) + "]+"
)


def cased(text: str) -> str:
    """Fold accents, dashes and spaces but keep capitals; white space is blanks.  Same length.

    >>> cased("Uỷ ban\\nxã")
    'Ủy ban xã'
    """
    plain = matching_text(text)
    folded = fold(plain)
    if plain.islower():
        return folded
    pieces: list[str] = []
    at = 0
    for match in _CAPITALS.finditer(plain):
        start, end = match.span()
        pieces += (folded[at:start], folded[start:end].upper())
        at = end
    return "".join(pieces) + folded[at:]


def _spaced(name: str) -> str:
    """Turn a folded name into a pattern that allows any white space and blanks about dashes."""
    parts = [re.escape(part) for part in fold(name).replace(" - ", " ").split()]
    if " - " not in name:
        return r"\s+".join(parts)
    words = [r"\s*-\s*".join(_spaced(half) for half in fold(name).split(" - "))]
    return words[0]


@lru_cache(maxsize=1)
def provinces() -> dict[str, str]:
    """Return folded spellings of provinces → the usual name."""
    out: dict[str, str] = {}
    for name, _, others in rows("provinces.tsv"):
        for spelling in (name, *filter(None, others.split(" | "))):
            out[fold(spelling)] = name
    return out


@lru_cache(maxsize=1)
def fields() -> dict[str, str]:
    """Return folded spellings of fields of administration → the usual name."""
    out: dict[str, str] = {}
    for _, name, others, _ in rows("fields.tsv"):
        for spelling in (name, *filter(None, others.split(" | "))):
            out[fold(spelling)] = name
    return out


def _any_of(spellings: list[str]) -> str:
    ordered = sorted(spellings, key=len, reverse=True)
    return "(?:" + "|".join(_spaced(s) for s in ordered) + rf")(?![{_LOWER}{_UPPER}])"


@lru_cache(maxsize=1)
def organ_rules() -> tuple[tuple[str, str | None, re.Pattern[str], tuple[str, ...]], ...]:
    """Return (level, system, compiled pattern, examples) in the order of the file."""
    parts = {"name": _NAME, "province": _any_of(list(provinces())), "field": _any_of(list(fields()))}
    out = []
    for row in rows("organs.tsv"):
        head, pattern = row[0], row[2] if len(row) > 3 else row[1]
        for name, part in parts.items():
            pattern = pattern.replace("{" + name + "}", part)
        if len(row) < 4:
            parts[head[1:]] = pattern
            continue
        pattern = re.sub(r" (?!\?)", r"\\s+", pattern)
        compiled = re.compile(rf"(?:{pattern})(?![{_LOWER}{_UPPER}])", re.I)
        out.append((head, None if row[1] == "-" else row[1], compiled, tuple(row[3].split(" | "))))
    return tuple(out)


def read_organ(text: str, at: int, limit: int | None = None) -> Organ | None:
    """Read the body whose name begins at ``text[at]``, the longest that fits; None when none does.

    ``text`` is a :func:`cased` text; ``limit`` is the first offset that is out of bounds.
    """
    end_at = len(text) if limit is None else limit
    best: Organ | None = None
    for level, system, pattern, _ in organ_rules():
        found = pattern.match(text, at, min(end_at, at + 220))
        if found is None or (best is not None and found.end() <= best.end):
            continue
        value: str | None = level
        if level == "@geo":
            value = geo_level(found[0])
        best = Organ(found.end(), None if value == "-" else value, system)
    return best


def geo_level(name: str) -> str | None:
    """Return the level that the first word of place in a name tells ("UBND xã A" → "xa")."""
    found = _GEO.search(fold(name))
    return dict(_GEO_LEVEL)[found[1]] if found else None


@lru_cache(maxsize=2048)
def organ_of(name: str) -> Organ | None:
    """Return what is known of a body by its whole name; None for a name that is no body's."""
    text = cased(collapse(name))
    organ = read_organ(text, 0)
    return organ if organ is not None and organ.end >= len(text) else None


@lru_cache(maxsize=2048)
def organ_key(name: str) -> str:
    """Return a form in which the spellings of one body's name are equal."""
    key = fold(collapse(name)).replace(" - ", "-")
    for long, short in _SHORT:
        key = key.replace(long, short)
    for spelling, usual in sorted(fields().items(), key=lambda item: -len(item[0])):
        if "&" in spelling and spelling in key:
            key = key.replace(spelling, fold(usual))
    return key.replace(" - ", "-").replace(" -", "-").replace("- ", "-")


def organ_fits(short: str, long: str) -> bool:
    """Say whether ``short`` may be a shorter name of the body ``long`` ("Đảng ủy Sở", "Đảng ủy Sở Nội vụ")."""
    a, b = organ_key(short), organ_key(long)
    return a == b or b.startswith(a + " ")


def province_in(text: str) -> str | None:
    """Return the one province that "tỉnh …" or "thành phố …" names in ``text``; None for none or several."""
    found = {
        provinces()[fold(collapse(match[1]))]
        for match in re.finditer(
            rf"(?:tỉnh|thành phố|tp\.?)\s+({_any_of(list(provinces()))})", fold(matching_text(text))
        )
    }
    return found.pop() if len(found) == 1 else None
