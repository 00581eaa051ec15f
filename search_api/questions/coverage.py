"""How much of what a question is about a text says: the evidence behind an answer or a refusal."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

from indexer.clean import bare, fold
from search_api.questions.expand import Added

#: What a syllable of rules/light_words.txt counts beside a content syllable.
_LIGHT_WEIGHT = 0.2
_OTHER_WORDS = 0.85
"""What a stretch of the topic counts that a text says in other words (a synonym, an abbreviation)."""
_SYLLABLE = re.compile(r"\d+(?:[./,]\d+)*%?|[^\W_]+")


@lru_cache(maxsize=2)
def light_words(plain: bool) -> frozenset[str]:
    """Return the syllables that say little by themselves, without diacritics where ``plain``."""
    content = (resources.files("search_api.rules") / "light_words.txt").read_text(encoding="utf-8")
    folding = bare if plain else fold
    lines = [line for line in content.splitlines() if not line.startswith("#")]
    return frozenset(folding(word) for line in lines for word in line.split())


def syllables(text: str, plain: bool) -> list[str]:
    """Cut a text into folded syllables, without diacritics where ``plain``."""
    return _SYLLABLE.findall(bare(text) if plain else fold(text))


@lru_cache(maxsize=100_000)
def _words_of(text: str, plain: bool) -> frozenset[str]:
    """Return the syllables of a text that is met at every question: a title."""
    return frozenset(syllables(text, plain))


#: Syllables of what is asked for, which every plan says somewhere.
_ASKED = frozenset(fold(word) for word in ("kinh", "phí", "vốn", "thời", "hạn", "chỉ", "tiêu", "tiền"))
_ASKED_PLAIN = frozenset(bare(word) for word in _ASKED)
_AND = frozenset(("và", "va"))
_VOWEL = re.compile(r"[aeiouy]")
_SHORTEST = 3
"""Letters that words must share before they are taken for what an abbreviation stands for."""


def initialisms(text: str, plain: bool) -> list[str]:
    """Return the words (folded) that may be first letters of a name: in capitals, or without any vowel.

    >>> initialisms("CSCN số 2 của UBND tỉnh", plain=False)
    ['cscn', 'ubnd']
    """
    found = []
    for match in re.finditer(r"[^\W\d_]+", text):
        word = bare(match.group()) if plain else fold(match.group())
        short = not _VOWEL.search(bare(word)) if plain or match.group().islower() else match.group().isupper()
        if short and len(word) >= _SHORTEST:
            found.append(word)
    return found


Rarity = Callable[[str], float | None]
"""Weight of a syllable or of a pair ("a_b") by its rarity in an index; None where the index lacks it."""
_COMMON = 0.2
"""What a syllable counts that every passage says; one that a single passage says counts 1."""
_NEVER_SAID = 0.8
"""What a syllable counts that no passage says: a word of daily life, or what the documents are silent about."""


_FEW = 100
"""Passages below which the numbers tell little of what is common: the words then weigh nearly alike."""


def rarity_of(frequency: Callable[[str, bool], int], passages: int, plain: bool) -> Rarity:
    """Return the weights of words by the number of passages (of so many) that hold them."""

    def weigh(unit: str) -> float | None:
        holding = frequency(unit, plain)
        if not holding:
            return None
        return 1 - (1 - _COMMON) * math.log(holding) / math.log(max(passages, _FEW))

    return weigh


class Match(NamedTuple):
    """``recall``: share of the topic that the text says; ``focus``: share of the text that is topic.

    ``core`` is the recall of the words that tell the subject: no years, no "kinh phí", no "thời hạn".
    """

    recall: float
    focus: float
    core: float = 1.0


class Topic:
    """The content of a question, ready to be compared with many texts."""

    def __init__(self, text: str, added: Iterable[Added], plain: bool, rarity: Rarity | None = None) -> None:
        self.plain = plain
        self.words = syllables(text, plain)
        light = light_words(plain)
        self.content = [word not in light for word in self.words]
        rare = self._rare(rarity) if rarity else [1.0] * len(self.words)
        self.weights = [
            r if content else _LIGHT_WEIGHT for r, content in zip(rare, self.content, strict=True)
        ]
        self.total = sum(self.weights)
        asked = _ASKED_PLAIN if plain else _ASKED
        self.core = [
            at
            for at, word in enumerate(self.words)
            if self.content[at] and not word[0].isdigit() and word not in asked
        ]
        self.light = light
        # Other wordings of stretches of the topic: (positions in words, wording, factor).
        self.others: list[tuple[tuple[int, ...], list[str], float]] = []
        for wording in added:
            typed = syllables(wording.typed, plain)
            positions = self._find(typed)
            if positions:
                self.others.append(
                    (positions, syllables(wording.text, plain), max(wording.factor, _OTHER_WORDS))
                )
        explained = {at for positions, _, _ in self.others for at in positions}
        self.initials = [
            (at, word)
            for word in initialisms(text, plain)
            for at, other in enumerate(self.words)
            if other == word and at not in explained
        ]

        self._matches: dict[str, Match] = {}
        self._vocabulary = set(self.words).union(*(other for _, other, _ in self.others))

    def _rare(self, rarity: Rarity) -> list[float]:
        """Weigh each syllable by how rare the word is that it is part of: with a neighbour, or by itself."""
        pairs = [rarity(f"{first}_{second}") for first, second in pairwise(self.words)]
        weights: list[float] = []
        for at, word in enumerate(self.words):
            own = rarity(word)
            beside = [pair for pair in (*pairs[max(0, at - 1) : at], *pairs[at : at + 1]) if pair]
            weights.append(_NEVER_SAID if own is None else max(beside, default=own))
        return weights

    def _find(self, typed: list[str]) -> tuple[int, ...]:
        for at in range(len(self.words) - len(typed) + 1):
            if self.words[at : at + len(typed)] == typed:
                return tuple(range(at, at + len(typed)))
        joined = "".join(typed)
        return tuple(i for i, word in enumerate(self.words) if word == joined)

    @property
    def empty(self) -> bool:
        """Say whether the topic has no word of content."""
        return not any(self.content)

    def match(self, text: str) -> Match:
        """Compare a text with the topic; one text is met by way of several passages, and compared once."""
        known = self._matches.get(text)
        if known is None:
            known = self._matches[text] = self._match(text)
        return known

    def _match(self, text: str) -> Match:
        if not self.words:
            return Match(0.0, 0.0, 0.0)
        words = syllables(text, self.plain)
        held = set(words)
        pairs = set(pairwise(words))
        said = [self._said(i, held, pairs) for i in range(len(self.words))]
        for positions, other, factor in self.others:
            if _contains(words, held, other):
                for i in positions:
                    said[i] = max(said[i], factor)
        if self.initials:
            letters = "".join(word[0] for word in words if word not in _AND)
            for at, short in self.initials:
                if short in letters:
                    said[at] = max(said[at], _OTHER_WORDS)
        core = sum(said[i] for i in self.core) / len(self.core) if self.core else 1.0
        recall = sum(s * w for s, w in zip(said, self.weights, strict=True)) / self.total
        content = [word for word in words if word not in self.light]
        focus = sum(word in self._vocabulary for word in content) / len(content) if content else 0.0
        return Match(recall, focus, core)

    def recall(self, title: str, least: float) -> float:
        """Return how much of the topic a title says; 0 where that is less than ``least``.

        Made for going through all titles of an index: of most their words alone tell.
        """
        held = _words_of(title, self.plain)
        if not self.initials and held.isdisjoint(self._vocabulary):
            return 0.0
        said = [1.0 if word in held else 0.0 for word in self.words]
        for at, _ in self.initials:
            said[at] = 1.0  # what letters stand for is not known from words alone
        for positions, other, factor in self.others:
            if held.issuperset(other):
                for i in positions:
                    said[i] = max(said[i], factor)
        at_most = sum(s * w for s, w in zip(said, self.weights, strict=True))
        if at_most < least * self.total - 1e-9:
            return 0.0
        recall = self.match(title).recall
        return recall if recall >= least else 0.0

    def _said(self, at: int, held: set[str], pairs: set[tuple[str, str]]) -> float:
        """A syllable counts whole when a neighbour stands beside it in the text as in the topic."""
        word = self.words[at]
        if word not in held:
            return 0.0
        beside = (at + 1 < len(self.words) and (word, self.words[at + 1]) in pairs) or (
            at > 0 and (self.words[at - 1], word) in pairs
        )
        return 1.0 if beside or len(self.words) == 1 or any(c.isdigit() for c in word) else 0.5


def _contains(words: list[str], held: set[str], wanted: list[str]) -> bool:
    if not wanted or not held.issuperset(wanted):
        return False
    first = wanted[0]
    size = len(wanted)
    return any(words[i : i + size] == wanted for i, word in enumerate(words) if word == first)
