"""Abbreviations: those a document defines itself, and the common ones of administration.

"thủ tục hành chính (TTHC)", "… (sau đây gọi tắt là …)", "(viết tắt: …)".  The long form is found by
matching the initials backwards from the parenthesis, so that nothing before it is taken in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from indexer.clean import bare, collapse, fold
from indexer.records import Abbreviation, Span
from indexer.rules import rows
from indexer.symbols import find_symbols

# One way to match each text: with any choice left, a parenthesis that never closes takes for ever.
_SHORT = r"[A-ZĐƯ][A-Za-zĐđƯư]*+(?:[&\-–.,/ ]{1,2}[A-ZĐƯ][A-Za-zĐđƯư]*+)*+"
_PLAIN = re.compile(rf"\(\s*(?P<short>{_SHORT}\d{{0,2}})\s*\)")
_NAMED = re.compile(
    r"\(\s*(?:(?:sau đây|dưới đây|sau này)\s+)?(?:được\s+)?(?:gọi|viết)(?:\s+(?:tắt|chung|gọn|ngắn gọn))?\s*(?:là|:)\s*"
    r"[\"“”'‘’]?\s*(?P<short>[^()\"“”]{2,80}?)\s*[\"“”'‘’]?\s*\)"
)
_BOUND = re.compile(r"[.;:!?()\"“”|]|\n\s*\n")
_WORD = re.compile(r"[^\W_]+")
_SKIPPED = frozenset({"va", "cua", "cac", "voi", "ve", "cho", "trong", "theo", "doi", "tai", "so", "nhung"})
_NOT_SHORT = re.compile(r"(?:[IVXL]+|[A-ZĐ]|\d+|AI|TP|TX|UB|BC|KH)$")
_LONGEST = 14


class Common(NamedTuple):
    """A common abbreviation: its short form, its meanings (the usual one first) and an example."""

    short: str
    long: tuple[str, ...]
    example: str


@lru_cache(maxsize=1)
def common_abbreviations() -> dict[str, Common]:
    """Return the abbreviations of ``rules/abbreviations.tsv`` by :func:`short_key`."""
    out: dict[str, Common] = {}
    for short, long, example in rows("abbreviations.tsv"):
        known = out.get(short_key(short))
        meanings = (*known.long, long) if known is not None else (long,)
        out[short_key(short)] = Common(short, tuple(dict.fromkeys(meanings)), example)
    return out


def short_key(short: str) -> str:
    """Return a form in which the spellings of a short form are equal ("KH&CN", "KHCN", "kh-cn")."""
    return re.sub(r"[^a-z0-9đ]", "", fold(short))


def expand(short: str) -> tuple[str, ...]:
    """Return the meanings of a common short form, the usual one first; empty for an unknown one.

    >>> expand("cđs")
    ('chuyển đổi số',)
    """
    found = common_abbreviations().get(short_key(short))
    return found.long if found is not None else ()


def find_abbreviations(text: str) -> list[Abbreviation]:
    """Find the abbreviations that ``text`` defines, in order, one for each short form.

    The span covers the long form and the parenthesis.  A short form in parentheses whose letters are not
    the initials of the words before it ("(AI)", "(I)", "(Phụ lục II)") is left alone.
    """
    out: dict[str, Abbreviation] = {}
    for found in _PLAIN.finditer(text):
        short = collapse(found["short"])
        letters = _letters(short)
        if len(letters) < 2 or _NOT_SHORT.match(short) or not _mostly_capital(short):
            continue
        start = _by_initials(text, found.start(), letters)
        if start is not None:
            _keep(out, text, short, start, found.start(), found.end())
    for found in _NAMED.finditer(fold(text).replace("\n", " ")):
        short = collapse(text[found.start("short") : found.end("short")]).strip("“”\"'")
        start = _named_start(text, found.start(), short)
        if start is not None:
            _keep(out, text, short, start, found.start(), found.end())
    return sorted(out.values(), key=lambda a: a.span)


def _keep(out: dict[str, Abbreviation], text: str, short: str, start: int, end: int, close: int) -> None:
    long = collapse(text[start:end]).strip(" ,-–*_")
    if long and fold(long) != fold(short):
        out.setdefault(short, Abbreviation(short, long, Span(start, close)))


def _mostly_capital(short: str) -> bool:
    letters = [c for c in short if c.isalpha()]
    return sum(c.isupper() for c in letters) * 2 > len(letters)


def _letters(short: str) -> str:
    """Return the letters of a short form, bare and lower-case; digits and signs drop out."""
    return "".join(c for c in bare(short) if c.isalpha())


def _words_before(text: str, end: int) -> list[re.Match[str]]:
    """Return the words before ``end`` up to the sentence's start, the last one first."""
    low = max(0, end - 220)
    begin = max((bound.end() for bound in _BOUND.finditer(text, low, end)), default=low)
    words = list(_WORD.finditer(text, begin, end))
    if begin == low and low > 0 and words:
        words = words[1:]  # the first may be cut
    return words[::-1][: _LONGEST + 6]


def _by_initials(text: str, end: int, letters: str) -> int | None:
    """Return where the long form begins whose initials are ``letters``, matching backwards."""
    words = _words_before(text, end)
    wanted = letters[::-1]

    def match(at: int, here: int, skipped: int) -> int | None:
        if here == len(wanted):
            return at - 1
        if at >= len(words):
            return None
        word = bare(words[at][0])
        if word == wanted[here : here + len(word)][::-1] and len(word) > 1 and words[at][0].isupper():
            inner = match(at + 1, here + len(word), skipped)  # an abbreviation inside: "UBND xã"
            if inner is not None:
                return inner
        if word[0] == wanted[here]:
            inner = match(at + 1, here + 1, skipped)
            if inner is not None:
                return inner
        if here > 0 and skipped < 3 and (word in _SKIPPED or len(wanted) > 3):
            return match(at + 1, here, skipped + 1)
        return None

    last = match(0, 0, 0)
    return words[last].start() if last is not None else None


def _named_start(text: str, end: int, short: str) -> int | None:
    """Find the long form of "… (sau đây gọi tắt là Hội thi)": by initials, or where the same words begin it."""
    letters = _letters(short)
    if _mostly_capital(short) and " " not in short:
        by_initials = _by_initials(text, end, letters)
        if by_initials is not None:
            return by_initials
    if find_symbols(short):
        return None  # a document's short name: the citations have it
    wanted = [bare(word[0]) for word in _WORD.finditer(short)]
    words = _words_before(text, end)[::-1]
    said = [bare(word[0]) for word in words]
    starts = [
        at for at, word in enumerate(said) if wanted and word == wanted[0] and len(said) - at > len(wanted)
    ]
    whole = [at for at in starts if said[at : at + len(wanted)] == wanted]
    best = whole or starts
    return words[best[-1]].start() if best else None
