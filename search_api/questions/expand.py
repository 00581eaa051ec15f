"""Words that mean the same, added to a query: abbreviations and everyday wording (data in indexer/rules).

Expansion only adds units, with a factor below 1: what the user typed always counts most.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from indexer.clean import bare, fold
from indexer.rules import rows
from indexer.wordings import wordings

#: How much an added word counts beside a typed one.
ABBREVIATION = 0.9
SYNONYM = 0.33


class Added(NamedTuple):
    """Wording added to a query: which typed words it stands for, and its factor."""

    typed: str
    text: str
    factor: float


class _Group(NamedTuple):
    keys: tuple[str, ...]
    forms: tuple[str, ...]


def squeezed(short: str) -> str:
    """Return an abbreviation as it is typed in a hurry: "KH&CN" → "khcn"."""
    return re.sub(r"[^a-z0-9]", "", bare(short))


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, tuple[str, ...]]:
    """Return the long forms by squeezed short form."""
    table: dict[str, list[str]] = {}
    for row in rows("abbreviations.tsv"):
        table.setdefault(squeezed(row[0]), []).append(row[1])
    return {short: tuple(dict.fromkeys(longs)) for short, longs in table.items()}


@lru_cache(maxsize=1)
def _long_forms() -> tuple[tuple[str, str, str], ...]:
    """Return (syllables between spaces, long form, short form), ready to be looked for in a question."""
    forms = {fold(row[1]): row[0] for row in rows("abbreviations.tsv")}
    return tuple((f" {' '.join(_syllables(long))} ", long, short) for long, short in forms.items())


@lru_cache(maxsize=1)
def _synonyms() -> tuple[dict[str, tuple[str, ...]], int]:
    """Return the administrative forms by everyday phrase (folded), and the longest phrase in words."""
    table: dict[str, tuple[str, ...]] = {}
    groups = wordings()
    # Folded in one piece: a call for each of some ten thousand would be felt at the first question.
    folded = fold("|".join(key for wording in groups for key in wording.everyday)).split("|")
    forms = (wording.official for wording in groups for _ in wording.everyday)
    table.update(zip(folded, forms, strict=True))
    return table, max((len(key.split()) for key in table), default=0)


@lru_cache(maxsize=1)
def _bare_synonyms() -> dict[str, tuple[str, ...]]:
    table = _synonyms()[0]
    return dict(zip(bare("|".join(table)).split("|"), table.values(), strict=True))


_WORD = re.compile(r"[^\W_]+(?:[&.\-–][^\W_]+)*")


def expand(text: str, *, plain: bool = False, own: dict[str, str] | None = None) -> list[Added]:
    """Return the wordings to add to ``text``.

    ``plain`` says that it was typed without diacritics; ``own`` are abbreviations that documents
    define themselves (short → long).
    """
    table = abbreviations()
    learned = {squeezed(short): long for short, long in (own or {}).items()}
    added: list[Added] = []
    for match in _WORD.finditer(text):
        word = match.group()
        short = squeezed(word)
        written = word.isupper() or any(c in word for c in "&-") or (not plain and _capitals_inside(word))
        if len(short) < 2 or not (written or len(short) >= 3 or plain):
            continue
        longs = (learned[short],) if short in learned else table.get(short, ())
        if _is_word(word) and not written:
            continue
        added += [Added(word, long, ABBREVIATION / len(longs)) for long in longs]
    folded = f" {' '.join(_syllables(fold(text)))} "
    for spaced, long, short in _long_forms():
        if spaced in folded:
            added.append(Added(long, short, 0.4))
    added += _everyday(bare(text) if plain else fold(text), _bare_synonyms() if plain else _synonyms()[0])
    return added


def _capitals_inside(word: str) -> bool:
    """Say whether a word is written like an abbreviation ("GDĐTvPTNT", "Tx"), not like a name ("Tư" of "Sở Tư pháp")."""
    return not word.islower() and not (word.istitle() and _is_word(word.lower()))


def _syllables(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _is_word(word: str) -> bool:
    """Say whether a lower-case token is an ordinary syllable ("ban", "so") rather than an abbreviation."""
    return bool(re.search(r"[aeiouyăâêôơư]", fold(word))) and len(word) <= 4


def _everyday(folded: str, table: dict[str, tuple[str, ...]]) -> list[Added]:
    words = _syllables(folded)
    longest = _synonyms()[1]
    added: list[Added] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in table:
                added += [Added(phrase, form, SYNONYM) for form in table[phrase]]
                break
        at += 1
    return added
