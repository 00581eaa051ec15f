"""A question as it was meant: slips of the fingers mended, abbreviations of the words of asking written out.

What counts as a word is what the documents of the index and the rules of asking say; a word that
occurs there beside one of its neighbours is never touched, and neither is a name that could be one.
A mended question is told to the user, who sees at once where it was read wrongly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from indexer.clean import bare, collapse, fold, nfc, typed_plain, without_marks
from indexer.rules import rows
from indexer.tokenize import JOINER
from indexer.wordings import wordings

Frequency = Callable[[str, bool], int]
"""How many passages hold a unit (a syllable, or two joined by ``_``); the flag says: without diacritics."""

RULE_WEIGHT = 3
"""What two words side by side in the rules of asking count, in passages."""
ENOUGH = 2
"""Passages that must hold a word beside its neighbour before a possible word is changed into it."""
RARER = 8
"""How much rarer a possible word must be than the one it is changed into, where one neighbour speaks for it."""
_TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_SHAPES = {"a": "ăâ", "ă": "aâ", "â": "aă", "e": "ê", "ê": "e", "o": "ôơ", "ô": "oơ", "ơ": "oô", "u": "ư", "ư": "u",
           "d": "đ", "đ": "d"}  # fmt: skip
_LETTERS = "abcdeghiklmnopqrstuvxyăâđêôơư"
_WORD = re.compile(r"[^\W_]+")
_ONSETS = "|".join(
    [
        "ngh",
        "nghi",
        "gh",
        "gi",
        "kh",
        "ng",
        "nh",
        "ph",
        "qu",
        "th",
        "tr",
        "ch",
        "b",
        "c",
        "d",
        "đ",
        "g",
        "h",
        "k",
        "l",
        "m",
        "n",
        "p",
        "q",
        "r",
        "s",
        "t",
        "v",
        "x",
    ]
)


class Reading(NamedTuple):
    """``text`` is the question to be understood; ``mended`` are (typed, meant) pairs of words."""

    text: str
    mended: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def _abbreviations() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![\w/&.-])(?:{pattern})(?![\w/&-])"), long)
        for pattern, long, _ in rows("asking_abbreviations.tsv", "search_api.rules")
    )


@lru_cache(maxsize=2)
def _of_rules(plain: bool) -> frozenset[str]:
    """Return the syllables, and the pairs of them, of the rules of asking and of everyday wording."""
    texts = [row[2] for row in rows("questions.tsv", "search_api.rules")]
    texts += [row[0] for row in rows("question_words.tsv", "search_api.rules")]
    texts += [key for wording in wordings() for key in wording.everyday]
    texts += [row[1] for row in rows("abbreviations.tsv")]
    whole = "|".join(texts)
    found: set[str] = set()
    for part in re.split(r"[|,.;:?!()]", bare(whole) if plain else fold(whole)):
        words = part.split()
        found.update(words)
        found.update(map(JOINER.join, pairwise(words)))
    return frozenset(found)


@lru_cache(maxsize=1)
def _syllable() -> re.Pattern[str]:
    rhymes = sorted({r for row in rows("syllable-rhymes.tsv") for r in row[0].split()}, key=len, reverse=True)
    return re.compile(rf"(?:{_ONSETS})?(?:{'|'.join(rhymes)})")


def is_syllable(word: str) -> bool:
    """Say whether a word could be a Vietnamese syllable, whatever its tone.

    >>> is_syllable("Trạch"), is_syllable("Trạhc"), is_syllable("gain")
    (True, False, False)
    """
    parts = unicodedata.normalize("NFD", word.lower())
    return bool(_syllable().fullmatch(nfc("".join(c for c in parts if c not in _TONES))))


def as_meant(text: str, frequency: Frequency) -> Reading:
    """Read a question as it was meant; ``frequency`` tells what the index holds."""
    written = collapse(nfc(text))
    plain = typed_plain(written)
    if plain:
        written = without_marks(written)
    for pattern, long in _abbreviations():
        written = pattern.sub(bare(long) if plain else long, written)
    words = list(_WORD.finditer(written))
    out: list[str] = [m.group() for m in words]
    mended: list[tuple[str, str]] = []
    for n, match in enumerate(words):
        if not _may_be_a_slip(written, match):
            continue
        before = out[n - 1] if n and _beside(written, words[n - 1], match) else ""
        after = out[n + 1] if n + 1 < len(words) and _beside(written, match, words[n + 1]) else ""
        meant = _mended(match.group(), before, after, plain, frequency)
        if meant is not None:
            mended.append((match.group(), meant))
            out[n] = meant
    if mended:
        parts: list[str] = []
        at = 0
        for match, word in zip(words, out, strict=True):
            parts += [written[at : match.start()], word]
            at = match.end()
        written = "".join([*parts, written[at:]])
    return Reading(written, tuple(mended))


def _may_be_a_slip(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    return (
        len(word) > 1
        and word.isalpha()
        and not any(char in "/&.-@" for char in around.replace(". ", ""))
        and sum(char.isupper() for char in word) < len(word)
    )


def _beside(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    return not text[left.end() : right.start()].strip()


_ASKING = frozenset(("mấy", "nào", "gì", "ai", "đâu", "bao", "nhiêu"))


def _mended(word: str, before: str, after: str, plain: bool, frequency: Frequency) -> str | None:
    """Return the word that was meant, None where it is left as it stands."""
    folding = bare if plain else fold
    typed, left, right = folding(word), folding(before), folding(after)
    of_rules = _of_rules(plain)

    def seen(unit: str) -> int:
        return frequency(unit, plain) + RULE_WEIGHT * (unit in of_rules)

    def sides(candidate: str) -> tuple[int, int]:
        return (
            seen(f"{left}{JOINER}{candidate}") if left else 0,
            seen(f"{candidate}{JOINER}{right}") if right else 0,
        )

    def beside(candidate: str) -> int:
        return sum(sides(candidate))

    if not plain and typed in _ASKING:
        return None  # "mấy giờ" is not "máy giờ", whatever the documents speak of
    known = seen(typed) > 0
    if known and (beside(typed) or not (left or right)):
        return None
    possible = is_syllable(word)
    if known or possible:
        # A name that could be one is taken at its word: a place that the index lacks is a place.
        if not word.islower():
            return None
        near = set(swapped(typed)) | (set() if plain else set(retoned(typed)))
        best = max(near, key=lambda c: (beside(c), c), default=None)
        if best is None or best == typed:
            return None
        # Both neighbours speak for the other word, or the only one does and the typed word is rare beside it.
        alone = not (left and right)
        fits = min(sides(best)) >= ENOUGH or (
            beside(best) >= ENOUGH and seen(best) >= (RARER if alone else RARER * RARER) * seen(typed)
        )
        return _cased(best, word) if fits else None
    near = {c for c in (*swapped(typed), *(() if plain else retoned(typed))) if seen(c)}
    far = {c for c in edited(typed) if seen(c)} - near
    ranked = sorted(((beside(c), c in near, seen(c), c) for c in near | far), reverse=True)
    if not ranked:
        return None
    score, is_near, _, best = ranked[0]
    return _cased(best, word) if score or is_near else None


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if any(char.isupper() for char in like[:2]) else word


def swapped(word: str) -> Iterator[str]:
    """Yield the words that become this one when two neighbouring letters change places."""
    for n in range(len(word) - 1):
        if word[n] != word[n + 1]:
            yield word[:n] + word[n + 1] + word[n] + word[n + 2 :]


def retoned(word: str) -> Iterator[str]:
    """Yield the words with the same letters and another tone, or another shape of one letter, folded."""
    parts = unicodedata.normalize("NFD", word)
    toneless = nfc("".join(c for c in parts if c not in _TONES))
    tone = next((c for c in parts if c in _TONES), "")
    for n, char in enumerate(toneless):
        if char in "aăâeêioôơuưy":
            for other in ("", *_TONES):
                yield fold(nfc(toneless[: n + 1] + other + toneless[n + 1 :]))
        for shape in _SHAPES.get(char, ""):
            reshaped = toneless[:n] + shape + toneless[n + 1 :]
            for m, vowel in enumerate(reshaped):
                if vowel in "aăâeêioôơuưy":
                    yield fold(nfc(reshaped[: m + 1] + tone + reshaped[m + 1 :]))


def edited(word: str) -> Iterator[str]:
    """Yield the words that are one letter longer, shorter or other."""
    for n in range(len(word) + 1):
        if n < len(word):
            yield word[:n] + word[n + 1 :]
        for letter in _LETTERS:
            yield word[:n] + letter + word[n:]
            if n < len(word):
                yield word[:n] + letter + word[n + 1 :]
