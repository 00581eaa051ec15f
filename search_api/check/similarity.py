"""How alike two pieces are: shared terms weighted by rarity over both documents, and encoder vectors.

Everything is computed as matrices of (parent pieces × child pieces).  Terms are folded syllables and pairs
of them; abbreviations are written out, administrative paraphrases brought to one form
(``rules/paraphrases.tsv``), and wording common to every plan weighs little (``rules/boilerplate.tsv``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.abbreviations import common_abbreviations, short_key
from indexer.clean import fold
from indexer.encode import Encoder
from indexer.records import Document

Matrix = NDArray[np.float32]

_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*%?|[^\W\d_]+")
_SHORT = re.compile(r"(?<!\w)[A-ZĐ]{2,}[a-zđ]?(?:\s?&\s?[A-ZĐ]{2,})?(?!\w)")
_PAIR = 0.6
"""Weight of a pair of syllables beside a syllable."""
_LIGHT = 0.12
_BOILERPLATE = 0.2


def rule_rows(name: str) -> list[list[str]]:
    """Return the rows of a rules file of this room, comments left out."""
    content = (resources.files("search_api.rules") / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in content.splitlines() if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=1)
def paraphrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of the wordings that have another form, and that form by folded wording."""
    table: dict[str, str] = {}
    for row in rule_rows("paraphrases.tsv"):
        forms = [fold(form) for form in row[0].split("|")]
        for form in forms[1:]:
            table[form] = forms[0]
    ordered = sorted(table, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)"), table


@lru_cache(maxsize=1)
def boilerplate() -> re.Pattern[str]:
    """Return the wording common to every plan, over folded text."""
    patterns = [fold(row[0]).replace(" ", r"\s+") for row in rule_rows("boilerplate.tsv")]
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)")


@lru_cache(maxsize=1)
def light_words() -> frozenset[str]:
    """Return the syllables that say little by themselves."""
    return frozenset(" ".join(row[0] for row in rule_rows("check_light_words.txt")).split())


def own_abbreviations(*documents: Document) -> dict[str, str]:
    """Return the abbreviations that the documents define, by :func:`short_key`."""
    return {short_key(a.short): a.long for document in documents for a in document.abbreviations}


def written_out(text: str, own: Mapping[str, str]) -> str:
    """Write abbreviations out, those that the documents define first."""

    def long(match: re.Match[str]) -> str:
        key = short_key(match[0])
        if key in own:
            return own[key]
        common = common_abbreviations().get(key)
        return common.long[0] if common is not None else match[0]

    return _SHORT.sub(long, text)


_GOES_WITH = 0.45
"""How much rarer a pair may be than its syllable where the two are one word."""


class Terms(msgspec.Struct, frozen=True):
    """The weighted terms of one piece: term → own factor (below 1 for wording of every plan)."""

    factors: dict[str, float]


def terms_of(text: str, own: Mapping[str, str]) -> Terms:
    """Cut a piece into terms."""
    folded = fold(written_out(text, own))
    pattern, table = paraphrases()
    folded = pattern.sub(lambda m: table[m[0]], folded)
    common = [m.span() for m in boilerplate().finditer(folded)]
    light = light_words()
    factors: dict[str, float] = {}
    before: tuple[str, float, int] | None = None
    for match in _TOKEN.finditer(folded):
        token = match[0]
        factor = _LIGHT if token in light else 1.0
        if any(start <= match.start() < end for start, end in common):
            factor = min(factor, _BOILERPLATE)
        factors[token] = max(factors.get(token, 0.0), factor)
        if before is not None and not folded[before[2] : match.start()].strip():
            pair = f"{before[0]} {token}"
            weight = _PAIR * (before[1] + factor) / 2
            if before[1] >= 1.0 or factor >= 1.0:
                factors[pair] = max(factors.get(pair, 0.0), weight)
        before = (token, factor, match.end())
    return Terms(factors)


def phrases(words: str, weights: Mapping[str, float], idf: Mapping[str, float], most: int = 5) -> list[str]:
    """Return the runs of ``words`` whose pairs of syllables the other piece shares, the weightiest first.

    A syllable at the end of a run that nearly always goes with the one outside it ("đội ngũ cán|bộ") is cut off;
    ``idf`` tells how rare syllables and pairs are.  Figures stand by themselves.
    """
    light = light_words()
    tokens = [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(fold(words))]
    out: dict[str, float] = {}
    run: list[int] = []
    total = 0.0

    def bound(first: int, second: int, single: int) -> bool:
        if not (first >= 0 and second < len(tokens)) or words[tokens[first][2] : tokens[second][1]].strip():
            return False
        pair, one = f"{tokens[first][0]} {tokens[second][0]}", tokens[single][0]
        return pair in idf and one in idf and idf[pair] - idf[one] < _GOES_WITH

    def close() -> None:
        while run and (tokens[run[-1]][0] in light or bound(run[-1], run[-1] + 1, run[-1])):
            run.pop()
        while run and (tokens[run[0]][0] in light or bound(run[0] - 1, run[0], run[0])):
            run.pop(0)
        if len(run) >= 2:
            said = words[tokens[run[0]][1] : tokens[run[-1]][2]]
            out[said] = max(out.get(said, 0.0), total)

    for at, (token, _, end) in enumerate(tokens):
        if token[0].isdigit() and token in weights:
            out[token] = weights[token]
        joined = at + 1 < len(tokens) and not words[end : tokens[at + 1][1]].strip()
        pair = f"{token} {tokens[at + 1][0]}" if joined else ""
        if pair in weights:
            run = run or [at]
            run.append(at + 1)
            total += weights[pair]
            continue
        close()
        run, total = [], 0.0
    return sorted(out, key=lambda said: (-out[said], said))[:most]


class Space(msgspec.Struct, frozen=True):
    """Weighted vectors of pieces, (pieces × terms): each entry idf × factor; ``idf`` by column."""

    vocabulary: dict[str, int]
    idf: Matrix

    def vectors(self, pieces: Sequence[Terms]) -> Matrix:
        """Return one row for each piece."""
        out = np.zeros((len(pieces), len(self.vocabulary)), dtype=np.float32)
        for row, piece in enumerate(pieces):
            for term, factor in piece.factors.items():
                column = self.vocabulary.get(term)
                if column is not None:
                    out[row, column] = factor * self.idf[column]
        return out


def make_space(pieces: Sequence[Terms]) -> Space:
    """Count terms over the pieces of both documents; rare terms weigh most."""
    counts: dict[str, int] = {}
    for piece in pieces:
        for term in piece.factors:
            counts[term] = counts.get(term, 0) + 1
    vocabulary = {term: n for n, term in enumerate(counts)}
    found = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
    idf = np.log(1.0 + (len(pieces) + 1.0) / (found + 0.5)).astype(np.float32)
    return Space(vocabulary, idf)


class Similarity(msgspec.Struct, frozen=True):
    """Matrices (parent pieces × child pieces), each in [0, 1]."""

    covered: Matrix
    """Share of the parent piece's weight that the child piece holds."""
    covering: Matrix
    """Share of the child piece's weight that the parent piece holds."""
    cosine: Matrix
    dense: Matrix
    shared: Matrix
    """Absolute weight that both hold."""


def compare(
    parents: Sequence[Terms],
    children: Sequence[Terms],
    space: Space,
    dense: Matrix | None = None,
    *,
    cosine: bool = True,
) -> Similarity:
    """Compare every parent piece with every child piece; without ``cosine`` where nobody asks for it."""
    a, b = space.vectors(parents), space.vectors(children)
    in_b = (b > 0).astype(np.float32)
    in_a = (a > 0).astype(np.float32)
    weight_a = a.sum(axis=1, keepdims=True)
    weight_b = b.sum(axis=1, keepdims=True)
    shared_a = a @ in_b.T
    shared_b = (b @ in_a.T).T
    near = np.zeros((len(parents), len(children)), dtype=np.float32)
    if cosine:
        norm_a = np.linalg.norm(a, axis=1, keepdims=True)
        norm_b = np.linalg.norm(b, axis=1, keepdims=True)
        near = (a @ b.T) / np.maximum(norm_a * norm_b.T, 1e-6)
    return Similarity(
        covered=shared_a / np.maximum(weight_a, 1e-6),
        covering=shared_b / np.maximum(weight_b.T, 1e-6),
        cosine=near.astype(np.float32),
        dense=np.zeros_like(near) if dense is None else dense,
        shared=shared_a,
    )


def dense_similarity(
    encoder: Encoder | None, parents: Sequence[str], children: Sequence[str]
) -> Matrix | None:
    """Return cosines of encoder vectors, less what any two pieces of these documents have in common."""
    if encoder is None or not parents or not children:
        return None
    a, b = encoder.encode_passages(list(parents)), encoder.encode_passages(list(children))
    middle = np.concatenate([a, b]).mean(axis=0, keepdims=True)
    a, b = a - middle, b - middle
    a /= np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-6)
    b /= np.maximum(np.linalg.norm(b, axis=1, keepdims=True), 1e-6)
    out: Matrix = np.clip(a @ b.T, 0.0, 1.0).astype(np.float32)
    return out
