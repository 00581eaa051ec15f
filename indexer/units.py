"""Units that are assigned work: a list of names taken apart, names compared.

A list is divided at ";" first, at "," and "và" only between complete names; a collective ("các phòng,
ban chuyên môn, trung tâm trực thuộc UBND xã") stays whole.  The words that decide are data
(``rules/unit_words.tsv``, ``rules/unit_aliases.tsv``).  A mention always keeps the document's wording;
:func:`canonical_unit` is for comparing only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from indexer.clean import bare, collapse, fold
from indexer.records import Mention, Span
from indexer.rules import rows


@lru_cache(maxsize=1)
def unit_words() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return, for each kind of word, the words and the examples of ``unit_words.tsv``."""
    words: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for kind, listed, examples in rows("unit_words.tsv"):
        separate = (listed,) if kind == "fixed" else tuple(fold(listed).split(" | "))
        before = words.get(kind, ((), ()))
        words[kind] = (before[0] + separate, before[1] + tuple(examples.split(" | ")))
    return words


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Return bare abbreviation → bare expansion."""
    return {bare(short): bare(long) for short, long, _ in rows("unit_aliases.tsv")}


def _spread(words: Iterable[str]) -> str:
    """Return a group of alternatives, the longest first, whose spaces match any white space."""
    escaped = {re.escape(word).replace(r"\ ", r"\s+") for word in words}
    return "(?:" + "|".join(sorted(escaped, key=len, reverse=True)) + ")"


def accented(*kinds: str) -> str:
    """Return a pattern of the words of ``kinds`` for folded text, accents kept."""
    return _spread(word for kind in kinds for word in unit_words()[kind][0])


@lru_cache(maxsize=32)
def _alternatives(*kinds: str) -> str:
    return _spread(bare(word) for kind in kinds for word in unit_words()[kind][0])


@lru_cache(maxsize=32)
def _opens(*kinds: str) -> re.Pattern[str]:
    return re.compile(accented(*kinds) + r"(?!\w)")


@lru_cache(maxsize=1)
def _fixed() -> re.Pattern[str]:
    return re.compile(
        "|".join(bare(w).replace(" ", r"\s+").replace(r"\s+?", r"\s*") for w in unit_words()["fixed"][0])
    )


_SEPARATOR = re.compile(
    r"\s*[,，]\s*(?:(?:và|cùng|cùng\s+với|với)\s+)?|\s+(?:và|cùng\s+với|cùng|&)\s+|\s*/\s*(?=[A-ZĐ])"
)
_LIST = re.compile(r";\s*+(?:và\s+)?|\n\s*+[-+•*]\s+|•\s*")
_NOTE = re.compile(r"\s*\([^()]*\)?\s*$")
_EDGE = " \t\n.,;:-–+•*/"
_LEADING = re.compile(
    r"^(?:(?:và|với|cùng|cùng với|gồm|giao|là|đề nghị|mời)\s+|[-–+•*]\s*|\d{1,2}[.)]\s+)+", re.I
)
_AFTERWARDS = re.compile(
    r"(?:,?\s+trong\s+phạm\s+vi\b.*|\s+(?:và|với|cùng))$"
    r"|\s+(?:theo\s+(?:lĩnh\s+vực|chức\s+năng|thẩm\s+quyền|phân\s+công|dõi|quy\s+định)|căn\s+cứ|thực\s+hiện"
    r"|tổ\s+chức\s+(?:thực\s+hiện|triển\s+khai)"
    r"|triển\s+khai|chịu\s+trách\s+nhiệm|có\s+trách\s+nhiệm|báo\s+cáo|tham\s+mưu(?!\s*,?\s*giúp\s+việc))\b.*$",
    re.S,
)


# Longer values are no list of units: what is read of them stays bounded.
_LONGEST_LIST = 2_000


def split_units(text: str, offset: int = 0) -> list[Mention]:
    """Take a list of units apart; ``offset`` is where ``text`` starts in the document.

    >>> [m.text for m in split_units("Các phòng, đơn vị trực thuộc Sở; Đoàn thanh niên.")]
    ['Các phòng, đơn vị trực thuộc Sở', 'Đoàn thanh niên']
    """
    mentions: list[Mention] = []
    text = text[:_LONGEST_LIST]
    for start, end in _between(_LIST, text, 0, len(text)):
        for first, last in _split_commas(text, start, end):
            mentions += _shared_head(text, first, last, offset) or _mention(text, first, last, offset)
    return mentions


_SHARED = re.compile(r"\s*(?:các\s+)?((?:Sở|Bộ|Phòng|Hội|Ban|Chi bộ|Ngành)\b)(\s*:)?\s*", re.I)


def _shared_head(text: str, start: int, end: int, offset: int) -> list[Mention]:
    """Give each name of "các Sở: Tài chính, Nội vụ" its head; nothing where a piece is no known field."""
    head = _SHARED.match(text, start, end)
    if head is None:
        return []
    plain = bare(text)
    field = re.compile(_alternatives("field") + r"(?![a-z])")
    separator = re.compile(r"\s*(?:,|;|\bva\b)\s*(?:va\s+)?")
    found: list[tuple[int, int]] = []
    at = head.end()
    while at < end:
        match = field.match(plain, at, end)
        if match is None:
            break
        found.append(match.span())
        gap = separator.match(plain, match.end(), end)
        at = gap.end() if gap else match.end()
        if gap is None:
            break
    if len(found) < 2 or text[at:end].strip(_EDGE):
        return []
    word = head.group(1)[:1].upper() + head.group(1)[1:]
    return [Mention(f"{word} {collapse(text[a:b])}", Span(offset + a, offset + b)) for a, b in found]


def _between(separator: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces = []
    for match in separator.finditer(text, start, end):
        pieces.append((start, match.start()))
        start = match.end()
    pieces.append((start, end))
    return [(a, b) for a, b in pieces if text[a:b].strip(_EDGE)]


def _mention(text: str, start: int, end: int, offset: int, head: str = "") -> list[Mention]:
    piece = text[start:end]
    while True:
        stripped = piece.rstrip(_EDGE)
        if note := _NOTE.search(stripped):
            stripped = stripped[: note.start()]
        if after := _AFTERWARDS.search(stripped):
            stripped = stripped[: after.start()]
        if stripped == piece:
            break
        piece = stripped
    while (opening := _LEADING.match(piece)) or (piece and piece[0] in _EDGE):
        cut = opening.end() if opening else 1
        start, piece = start + cut, piece[cut:]
    if len(piece.strip()) < 2 or not any(c.isalpha() for c in piece):
        return []
    return [Mention(head + collapse(piece), Span(offset + start, offset + start + len(piece)))]


def _split_commas(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Divide one item of a list at the commas and "và" that stand between complete names."""
    folded = fold(text)
    kept = [m.span() for m in _fixed().finditer(bare(text), start, end)]
    pieces: list[tuple[int, int]] = []
    current = start
    for match in _SEPARATOR.finditer(text, start, end):
        inside = any(a < match.end() and match.start() < b for a, b in kept)
        opened = text.count("(", current, match.start()) > text.count(")", current, match.start())
        if inside or opened or match.start() <= current:
            continue
        comma = "," in match.group()
        if _begins_unit(text, folded, current, match.start(), match.end(), end, comma=comma):
            pieces.append((current, match.start()))
            current = match.end()
    pieces.append((current, end))
    return pieces


def _begins_unit(text: str, folded: str, start: int, stop: int, at: int, end: int, *, comma: bool) -> bool:
    """Say whether a new name begins at ``at``, after the name ``text[start:stop]``."""
    plain = bare(text[:end])
    if not _names_unit(folded, start, stop) or _LEVEL_ALONE.match(folded, at, end):
        return False
    if _fixed().match(plain, at, end):
        return True
    if _opens("plural").match(folded, at, end):
        # "các sở và các ngành", "các phòng, các ban" still name separate collectives.
        return True
    head = _opens("head", "whole", "position").match(folded, at, end)
    if head is None:
        return False
    no_unit = _opens("no_unit").match(folded, at, end)
    if no_unit is not None and no_unit.group() != "tổ chức":
        return False
    if _opens("in_field").match(folded, at, end) and _DEPARTMENT.match(folded, start, stop):
        return False
    following = folded[head.end() : _next_separator(text, head.end(), end)].strip(" .;")
    whole = _opens("whole").match(folded, at, end)
    office = _opens("position").match(folded, at, end)
    proper = text[at].isupper()
    says_which = bool(following) and (office is not None or not _opens("generic", "head").match(following))
    collective = _collective(_LEADING.sub("", folded[start:stop]).strip(_EDGE))
    if proper and office is not None and " " in office.group():
        return True
    if proper:
        return whole is not None or says_which or (bool(following) and not collective)
    if collective or (office is not None and whole is None and not says_which):
        return False
    if comma:
        return office is None or says_which
    # "X và đơn vị liên quan": two when X is the name of one unit.
    after = _next_separator(text, head.end(), end)
    return bool(following) or _opens("head").match(folded[after:end].lstrip(" ,")) is not None


# "UBND xã, phường": the second level belongs to the first name.
_LEVEL_ALONE = re.compile(
    r"(?:xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố)\s*(?=[,;.)]|và\s|hoặc\s|$)"
)
_DEPARTMENT = re.compile(r"\s*(?:phòng|sở|ban|vụ|cục|chi cục|bộ|viện)\s")


def _next_separator(text: str, start: int, end: int) -> int:
    found = _SEPARATOR.search(text, start, end)
    return found.start() if found else end


def _names_unit(folded: str, start: int, stop: int) -> bool:
    """Say whether the words so far could stand as a unit's name of their own."""
    words = _LEADING.sub("", folded[start:stop]).strip(_EDGE)
    if _opens("plural").match(words):
        return True
    head = _opens("head", "whole", "position").match(words)
    if head is None:
        return False
    alone = head.end() == len(words)
    return not alone or _opens("whole", "position").fullmatch(words) is not None


def _collective(words: str) -> bool:
    """Say whether folded ``words`` name no unit in particular."""
    if _fixed().match(bare(words)):
        return False
    if _opens("plural").match(words) or re.search(r"\bcác\b", words):
        return True
    head = _opens("head").match(words)
    if head is None:
        return False
    rest = words[head.end() :].strip(" ,")
    if _opens("whole").match(words) and not rest:
        return False
    if words[head.end() :].lstrip().startswith(",") and _opens("head").match(rest):
        return True
    return not rest or _opens("generic").match(rest) is not None


def is_collective(name: str) -> bool:
    """Say whether a name means no unit in particular ("các phòng, đơn vị", "cơ quan liên quan")."""
    words = collapse(fold(name)).strip(_EDGE)
    head = _opens("head").match(words)
    if head and name.strip()[:1].isupper() and _opens("whole").match(words) is None:
        rest = words[head.end() :].strip()
        proper = collapse(name)[head.end() :].strip()[:1].isupper()
        if rest and proper and not re.search(r"\bcác\b", words):
            return False
    return _collective(words)


# --- roles inside a value ------------------------------------------------------------------------


class Roles(msgspec.Struct, frozen=True):
    """Units of one value, by what they do."""

    lead: tuple[Mention, ...] = ()
    coordinating: tuple[Mention, ...] = ()


_LEADS_WITH = re.compile(
    r"[\s,]*(?:(?:là\s+(?:đơn\s+vị|cơ\s+quan)\s+)?chủ\s+trì[\s,]*(?:và\s+)?(?:là\s+)?)?"
    r"\bphối\s+hợp(?:\s+chặt\s+chẽ)?(?:\s*:|\s+(?:với|cùng(?:\s+với)?|có))\s*",
    re.I,
)
_IS_LEAD = re.compile(
    r"^\s*(?:chủ\s+trì\b[\s:,]*(?!phối))|[\s,(]+(?:làm\s+|là\s+(?:đơn\s+vị|cơ\s+quan)\s+)?chủ\s+trì\b.*$",
    re.I | re.S,
)
_IS_COORDINATING = re.compile(
    r"^\s*phối\s+hợp\b[\s:,]*|[\s,(]+(?:cùng\s+)?phối\s+hợp(?:\s+thực\s+hiện)?\s*\)?[\s.]*$", re.I
)


def split_roles(text: str, offset: int = 0) -> Roles:
    """Take apart a value that says who leads and who helps.

    >>> roles = split_roles("Phòng Kinh tế chủ trì, phối hợp với Công an xã")
    >>> [m.text for m in roles.lead], [m.text for m in roles.coordinating]
    (['Phòng Kinh tế'], ['Công an xã'])
    """
    lead: list[Mention] = []
    coordinating: list[Mention] = []
    current = lead
    text = text[:_LONGEST_LIST]
    for start, end in _between(_LIST, text, 0, len(text)):
        if both := _LEADS_WITH.search(text, start, end):
            lead += split_units(text[start : both.start()], offset + start)
            current = coordinating
            current += split_units(text[both.end() : end], offset + both.end())
            continue
        piece = text[start:end]
        if marked := _IS_COORDINATING.search(piece):
            coordinating += _without(piece, marked, offset + start)
        elif marked := _IS_LEAD.search(piece):
            lead += _without(piece, marked, offset + start)
        else:
            current += split_units(piece, offset + start)
    return Roles(tuple(lead), tuple(coordinating))


def _without(piece: str, marked: re.Match[str], offset: int) -> list[Mention]:
    if marked.start() == 0:
        return split_units(piece[marked.end() :], offset + marked.end())
    return split_units(piece[: marked.start()], offset)


# --- comparing -----------------------------------------------------------------------------------

_LEVELS = frozenset({"xa", "phuong", "tinh", "so", "thanh", "pho", "dac", "khu"})


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """Words of unit names that a slip may be corrected to (five letters or more)."""
    words: set[str] = set()
    for kind in ("head", "whole", "field", "generic", "position"):
        for entry in unit_words()[kind][0]:
            words.update(re.findall(r"[a-z]+", bare(entry)))
    for long in aliases().values():
        words.update(long.split())
    return frozenset(words)


@lru_cache(maxsize=65_536)
def _nearest(word: str) -> str:
    """Correct one letter of a word that no unit name has; the word itself when that is not certain."""
    known = _known_words()
    if word in known or len(word) < 5 or not word.isalpha():
        return word
    near = {k for k in known if abs(len(k) - len(word)) <= 1 and _one_apart(k, word)}
    return near.pop() if len(near) == 1 else word


def _one_apart(a: str, b: str) -> bool:
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


@lru_cache(maxsize=8192)
def _canonical(name: str) -> str:
    words = collapse(bare(name[:500])).strip(_EDGE)
    words = re.sub(r"^(?:cac|nhung|toan the|tat ca)\s+", "", words)
    words = re.sub(r"\s*([&-])\s*", r"\1", words)
    out: list[str] = []
    for token in re.findall(r"[a-z0-9]+(?:[&-][a-z0-9]+)*", words):
        if token in aliases():
            out.append(aliases()[token])
            continue
        for part in re.split(r"[&-]", token):
            out.append(aliases().get(part) or _nearest(part))
        if "&" in token:
            out[-1:] = ["va", out[-1]]
    return " ".join(out)


def canonical_unit(name: str, abbreviations: Mapping[str, str] | None = None) -> str:
    """Return the form of a name that is compared: bare, abbreviations expanded, slips corrected.

    ``abbreviations`` are those that the document defines itself (short → long).

    >>> canonical_unit("Phòng VH-XH") == canonical_unit("Phòng Văn hoá – Xã hội")
    True
    """
    for short, long in (abbreviations or {}).items():
        name = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", lambda _, long=long: long, name)  # type: ignore[misc]
    return _canonical(name)


def same_unit(a: str, b: str, abbreviations: Mapping[str, str] | None = None) -> bool:
    """Say whether two names mean the same unit of one document.

    A level that only one of them names ("Phòng Kinh tế xã", "Phòng Kinh tế") makes no difference.
    """
    first, second = canonical_unit(a, abbreviations).split(), canonical_unit(b, abbreviations).split()
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    return len(short) > 1 and long[: len(short)] == short and set(long[len(short) :]) <= _LEVELS
