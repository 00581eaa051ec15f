"""Names set side by side in a question: "ở Trung ương và ở tỉnh", "tỉnh giao ai, sở giao phòng nào", "hai sở".

Each of them is answered by itself.  A level ("tỉnh", "sở") says which documents only in this way;
named alone it is more often a place or a unit than a document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from indexer.clean import bare, typed_plain
from indexer.rules import rows


class Named(NamedTuple):
    """Documents meant by a name, and where the name stands in the question."""

    start: int
    end: int
    name: str
    docs: frozenset[str]


#: A name after these is part of a longer name: "Đảng ủy UBND tỉnh", "Phó Chủ tịch UBND tỉnh".
_LONGER_NAME = re.compile(
    r"(?:dang uy|van phong|chu tich|giam doc|lanh dao|hoi dong|doan thanh nien|cong an|truc thuoc|cac|chi bo|truong|moi|tung"
    r"|ban|vao|uy ban|dia ban|toan) $"
)
_ASKED = (
    r"(?:ai|gi|(?:may|bao nhieu)(?: (?!va |voi |cua |o )[a-z]+){0,3}|phan tram|%|khi nao|bao gio|"
    r"(?:nhung )?(?:don vi|co quan|phong|bo phan|ngay|thang|to chuc|so) nao"
    r"|the nao|ra sao)"
)
_GAP = re.compile(
    r"\s*(?P<verb>(?:(?:giao|dat|yeu cau|quy dinh|de ra|dat ra|phan cong|dat muc|hen|ghi|neu|chot|han|cho|xong"
    r"|phai|hoan thanh|do|truoc) )*)"
    rf"(?P<asked>(?:{_ASKED} ?)*)[,;:]?\s*(?:va|voi|con|hay|hoac|so voi|cung)?\s*"
    r"(?:(?:cua|o|tai|theo|trong|ben|ke hoach|van ban|chi thi|nghi quyet|ban|thi) )*"
)
#: "của tỉnh, xã A và chợ phiên xã B": a word or two before the last name.
_LAST_OF_A_LIST = re.compile(r"(?:,| va)(?: (?!phoi|cung|giao)[a-z]+){1,2} ")
#: "tỉnh giao ai theo dõi, sở giao ai theo dõi"
_ASKED_OF_EACH = re.compile(
    rf"\s*(?:(?:bao|giao|yeu cau|quy dinh|dat|doi|hen|chot|de ra)(?: (?!va |con |thi )[a-z0-9]+){{0,9}} "
    rf"|(?:phan cong|han|de|cho|do|thi|la)? ?(?:cho )?){_ASKED}(?: [a-z]+){{0,4}}[,;] "
    r"?(?:va |con |thi )?(?:(?:cua|o|tai|theo|ben|cap) )*"
)
_JOINS = re.compile(r"[,;:]|(?<![a-z])(?:va|voi|con|hay|hoac)(?![a-z])|" + _ASKED)
_CARRIES_OUT = re.compile(r"(?<![a-z])(?:thuc hien|trien khai|thi hanh|can cu|thay the|cu the hoa)(?![a-z])")
_PREPOSITION = re.compile(r"(?:^|[ ,;:(])(o|cua|theo|tai) $")
_ISSUING = re.compile(
    r":| ?(?:tu |cung |thi |deu )?(?:giao|dat|yeu cau|quy dinh|de ra|neu|phan cong|hen|ghi|chot|han|bao nhieu)(?![a-z])"
)
_OF_A_DOCUMENT = re.compile(
    r"(?:van ban|ke hoach|chi thi|nghi quyet|quyet dinh|chuong trinh|chi tieu|muc tieu|thoi han|(?<![a-z])han|ti le|ty le)"
    r"(?: [^\s,;:]+){0,14} (?:cua|o|tai|theo|giua)? ?$|(?:ke hoach|van ban) $"
)
#: Words by which a question compares.
COMPARES = re.compile(
    r"so (?:con so|so lieu|muc|han|hai|chi tieu)(?![a-z])"
    r"|khac nhau|khac gi|giong nhau|khop nhau|co khop|so sanh|so voi|bang nhau|chenh|khac biet|lech nhau|co trung|trung nhau"
    r"|(?:cao|thap|som|muon|nhieu|it|cham|nhanh) hon|giua"
)
_COUNTED = re.compile(r"(?<!\w)(?:cả )?(?:hai|ba|2|3) (sở|xã|phường|tỉnh)(?! \w+ (?:nào|gì))(?!\w)")
_COUNTED_PLAIN = re.compile(r"(?<!\w)(?:ca )?(?:hai|2|3) (xa|phuong|tinh)(?! \w+ (?:nao|gi))(?!\w)")
_COUNTED_LEVELS = {"so": "so", "xa": "xa", "phuong": "xa", "tinh": "tinh"}
_SEVERAL = 2
_FARTHEST = 60
"""Characters between two names of the same preposition ("ở tỉnh …, ở xã …")."""


@lru_cache(maxsize=1)
def level_patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """Return (level, pattern over accented text, pattern over bare text)."""
    table = rows("level_names.tsv", "search_api.rules")
    return tuple(
        (
            level,
            re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"),
            re.compile(rf"(?<![a-z0-9])(?:{bare(pattern)})(?![a-z0-9])"),
        )
        for level, pattern, _ in table
    )


def side_by_side(
    text: str,
    issuers: Mapping[str, set[str]],
    places: Mapping[str, set[str]],
    levels: Mapping[str, set[str]],
    types: Mapping[str, set[str]],
) -> list[Named]:
    """Return the names that a question sets side by side, at least two that mean other documents; else none.

    ``text`` has its abbreviations written out; the maps give documents by flat name, level or bare type.
    """
    flat = bare(text)
    counted = _COUNTED_PLAIN.search(flat) if typed_plain(text) else _COUNTED.search(text.lower())
    spaced = f" {' '.join(re.findall(r'[a-z0-9]+', flat))} "
    by_place = sum(f" {place} " in spaced for place in places)
    if counted and by_place < _SEVERAL:
        docs = levels.get(_COUNTED_LEVELS[bare(counted.group(1))], set())
        return [Named(*counted.span(), bare(counted.group()), frozenset({doc})) for doc in sorted(docs)]
    found = _with_types(flat, _names(text, flat, issuers, places, levels), types)
    best: list[Named] = []
    cluster: list[Named] = []
    for named in found:
        if cluster and _linked(flat, cluster[-1], named):
            cluster.append(named)
        else:
            cluster = [named]
        if len(cluster) > len(best):
            best = list(cluster)
    compares = bool(COMPARES.search(flat))
    if len(best) < 2 and compares and len(found) == 2:
        best = found
    if len(best) < 2 or not (compares or any(_issues(flat, named) for named in best)):
        return []
    return _distinct(best)


def _names(
    text: str,
    flat: str,
    issuers: Mapping[str, set[str]],
    places: Mapping[str, set[str]],
    levels: Mapping[str, set[str]],
) -> list[Named]:
    taken: list[Named] = []

    def free(start: int, end: int) -> bool:
        return all(end <= named.start or start >= named.end for named in taken)

    # A large index has thousands of names: only those whose words stand in the question are looked for.
    spaced = f" {' '.join(re.findall(r'[a-z0-9]+', flat))} "
    for name in sorted((name for name in issuers if f" {name} " in spaced), key=len, reverse=True):
        if " " not in name:
            continue  # "xa", "tinh": levels
        pattern = r"[\W_]+".join(map(re.escape, name.split()))
        for match in re.finditer(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", flat):
            if free(*match.span()) and not _LONGER_NAME.search(flat[: match.start()]):
                taken.append(Named(*match.span(), name, frozenset(issuers[name])))
    plain = typed_plain(text)
    lowered = text.lower()
    for level, accented, unaccented in level_patterns():
        if plain and level == "so":
            continue  # "so" is also "số"
        for match in unaccented.finditer(flat) if plain else accented.finditer(lowered):
            if free(*match.span()) and levels.get(level) and not _LONGER_NAME.search(flat[: match.start()]):
                taken.append(Named(*match.span(), match.group(), frozenset(levels[level])))
    for place in sorted((place for place in places if f" {place} " in spaced), key=len, reverse=True):
        pattern = r"[\W_]+".join(map(re.escape, place.split()))
        for match in re.finditer(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", flat):
            if not places[place] or not free(*match.span()):
                continue
            start, docs = match.start(), frozenset(places[place])
            before = next((n for n in taken if n.end <= start and not flat[n.end : start].strip(" ,")), None)
            if before is not None:  # "xã Yên Trạch", "Sở Nội vụ Lâm Sơn": one name
                taken.remove(before)
                start, docs = before.start, (before.docs & docs) or docs
            taken.append(Named(start, match.end(), flat[start : match.end()], docs))
    return sorted(taken)


def _with_types(flat: str, names: list[Named], types: Mapping[str, set[str]]) -> list[Named]:
    """Add the types of document that a question sets beside one another: "chỉ thị hẹn …, kế hoạch tỉnh hẹn …"."""
    found: list[Named] = []
    for type_, docs in types.items():
        for match in re.finditer(
            rf"(?<![a-z0-9]){re.escape(type_)}(?! (?:nao|gi|so|nay|\d))(?![a-z0-9])", flat
        ):
            found.append(Named(*match.span(), type_, frozenset(docs)))
    if len({named.name for named in found}) < _SEVERAL:
        return names
    out = list(names)
    for named in sorted(found):
        gap = next((n for n in out if re.fullmatch(r" (?:cua )?", flat[named.end : n.start] or "-")), None)
        if gap is None:
            out.append(named)
        elif named.docs & gap.docs:  # "kế hoạch tỉnh": one name
            out.remove(gap)
            out.append(Named(named.start, gap.end, flat[named.start : gap.end], named.docs & gap.docs))
    return sorted(out)


def _linked(flat: str, left: Named, right: Named) -> bool:
    between = flat[left.end : right.start]
    if len(right.name.split()) > 1 and _LAST_OF_A_LIST.fullmatch(between):
        return True
    if _ASKED_OF_EACH.fullmatch(between if between.endswith(" ") else f"{between} "):
        return True
    gap = _GAP.fullmatch(between if between.endswith(" ") else f"{between} ")
    if gap and _JOINS.search(between) and not (gap.group("verb").strip() and not gap.group("asked").strip()):
        return True
    if _CARRIES_OUT.search(between):
        return False  # "kế hoạch của xã thực hiện những kế hoạch nào của tỉnh": one is asked about
    first = _PREPOSITION.search(flat[: left.start])
    second = _PREPOSITION.search(flat[: right.start])
    return bool(first and second and first.group(1) == second.group(1) and len(between) <= _FARTHEST)


def _issues(flat: str, named: Named) -> bool:
    """Say whether a document of the one named is meant, not its work."""
    before = flat[: named.start]
    return bool(
        _ISSUING.match(flat, named.end)
        or _OF_A_DOCUMENT.search(before)
        or ((preposition := _PREPOSITION.search(before)) and preposition.group(1) in ("o", "theo"))
    )


def _distinct(names: list[Named]) -> list[Named]:
    """Leave to each name the documents that no narrower name beside it means; drop what has none."""
    out: list[Named] = []
    for named in names:
        docs = named.docs
        for other in names:
            if other is not named and other.docs < named.docs:
                docs -= other.docs
        if docs and all(docs != kept.docs for kept in out):
            out.append(named._replace(docs=docs))
    return out if len(out) > 1 else []
