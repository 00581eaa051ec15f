"""Which pieces of the child answer which pieces of the parent: a score in [0, 1] for every pair.

The score is a logistic function of what :mod:`search_api.check.similarity` measures over whole pieces, over
clauses (a task may be split, several merged) and over titles.  Its weights were fitted to the hand-made
alignments of the sample collection and of four collections of other hands, held near what they were before;
left out one at a time, each of the five is told better by the weights of the other four (docs/crosscheck.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from indexer.encode import Encoder
from indexer.records import Document
from search_api.check.similarity import (
    Matrix,
    Space,
    Terms,
    compare,
    dense_similarity,
    make_space,
    own_abbreviations,
    terms_of,
    written_out,
)
from search_api.check.units import Unit, clauses

FEATURES = ("covered", "covering", "cosine", "dense", "clause", "title", "mutual")
WEIGHTS: dict[str, float] = {
    "covered": 2.5,
    "covering": 3.0,
    "cosine": 2.65,
    "dense": 3.5,
    "clause": 3.5,
    "title": 1.85,
    "mutual": 2.8,
}
BIAS = -6.9
_SAME_TITLE = 2.0
"""Value of the title feature where two titles are the same, whatever their words weigh."""
_TAKEN = 4.3
_SHARES = 0.18
_CLAUSE_SHARED = 9.0
"""Weight that a clause must share before its share counts: two rare terms, not a turn of phrase."""


class Aligned(msgspec.Struct, frozen=True):
    """Scores of (parent pieces × child pieces), and what they were made of."""

    scores: Matrix
    features: dict[str, Matrix]
    shared: Matrix
    space: Space
    parents: tuple[Terms, ...]
    children: tuple[Terms, ...]


class Aligner:
    """Compares pieces of two documents over one space of terms."""

    def __init__(
        self, parent: Document, child: Document, background: Sequence[str], encoder: Encoder | None
    ) -> None:
        self.own = own_abbreviations(parent, child)
        self._encoder = encoder
        self._known: dict[str, Terms] = {}
        self.space = make_space([self.terms(words) for words in background])

    def terms(self, words: str) -> Terms:
        """Return the terms of a piece, cut once."""
        found = self._known.get(words)
        if found is None:
            found = self._known[words] = terms_of(words, self.own)
        return found

    def dense(self, parents: Sequence[str], children: Sequence[str]) -> Matrix | None:
        """Return how alike pieces are by meaning; None without an encoder."""
        return dense_similarity(
            self._encoder,
            [written_out(words, self.own) for words in parents],
            [written_out(words, self.own) for words in children],
        )

    def align(self, parents: Sequence[Unit], children: Sequence[Unit], tasks: int | None = None) -> Aligned:
        """Score every pair of pieces.

        The first ``tasks`` pieces of the child are its tasks: they compete for a parent piece among
        themselves, not with the goals that say the same.
        """
        a = [self.terms(unit.words) for unit in parents]
        b = [self.terms(unit.words) for unit in children]
        shape = (len(parents), len(children))
        if not parents or not children:
            empty = np.zeros(shape, dtype=np.float32)
            return Aligned(empty, {}, empty, self.space, tuple(a), tuple(b))
        dense = self.dense([unit.words for unit in parents], [unit.words for unit in children])
        found = compare(a, b, self.space, dense)
        features = {
            "covered": found.covered,
            "covering": found.covering,
            "cosine": found.cosine,
            "dense": found.dense,
            "clause": self._clauses(parents, children),
            "title": self._titles(parents, children, a, b),
        }
        base = found.covered + found.covering + found.cosine + found.dense
        cut = len(children) if tasks is None else tasks
        # The best of a bad lot is no evidence: being each other's best counts as far as words are shared.
        weight = np.clip(found.cosine / _SHARES, 0.0, 1.0)
        features["mutual"] = weight * np.concatenate([_mutual(base[:, :cut]), _mutual(base[:, cut:])], axis=1)
        features["taken"] = _taken(found.cosine, found.covered)
        scores = _logistic(features, dense is not None)
        return Aligned(scores, features, found.shared, self.space, tuple(a), tuple(b))

    def _clauses(self, parents: Sequence[Unit], children: Sequence[Unit]) -> Matrix:
        """Return the best harmonic mean of a parent clause and a child clause."""
        rows, row_owner = _cut(parents)
        columns, column_owner = _cut(children)
        found = compare(
            [self.terms(r) for r in rows], [self.terms(c) for c in columns], self.space, cosine=False
        )
        both = 2 * found.covered * found.covering / np.maximum(found.covered + found.covering, 1e-6)
        both = np.where(found.shared >= _CLAUSE_SHARED, both, 0.0).astype(np.float32)
        by_row = np.maximum.reduceat(both, row_owner, axis=0)
        out: Matrix = np.maximum.reduceat(by_row, column_owner, axis=1)
        return out

    def _titles(
        self, parents: Sequence[Unit], children: Sequence[Unit], a: list[Terms], b: list[Terms]
    ) -> Matrix:
        """Return how far the title of one side is held by the whole of the other."""
        mine = [self.terms(unit.title or unit.words) for unit in parents]
        theirs = [self.terms(unit.title or unit.words) for unit in children]
        down = compare(mine, b, self.space, cosine=False)
        up = compare(a, theirs, self.space, cosine=False)
        enough_down = np.where(down.shared >= _CLAUSE_SHARED, down.covered, 0.0)
        enough_up = np.where(up.shared >= _CLAUSE_SHARED, up.covering, 0.0)
        out: Matrix = np.maximum(enough_down, enough_up).astype(np.float32)
        by_title: dict[tuple[str, ...], list[int]] = {}
        for column, piece in enumerate(theirs):
            by_title.setdefault(tuple(piece.factors), []).append(column)
        for row, piece in enumerate(mine):
            if len(piece.factors) >= 5:
                for column in by_title.get(tuple(piece.factors), ()):
                    out[row, column] = _SAME_TITLE
        return out


def _cut(units: Sequence[Unit]) -> tuple[list[str], list[int]]:
    words: list[str] = []
    owner: list[int] = []
    for unit in units:
        owner.append(len(words))
        words += clauses(unit.words)
    return words, owner


def _mutual(base: Matrix) -> Matrix:
    """Return 1 where each is the other's best, less where one has a better partner."""
    if not base.shape[1]:
        return base
    row = base / np.maximum(base.max(axis=1, keepdims=True), 1e-6)
    column = base / np.maximum(base.max(axis=0, keepdims=True), 1e-6)
    out: Matrix = (row * column).astype(np.float32)
    return out


def _taken(cosine: Matrix, covered: Matrix) -> Matrix:
    """Return how far a child piece plainly answers another parent piece, and not this one too.

    Two tasks of one theme share words; where the child says the one nearly as the parent does, that is no
    sign of the other, unless most of the other's words stand there as well (the child merged the two).
    """
    best = cosine.max(axis=0, keepdims=True)
    owned = np.clip((best - 0.45) / 0.3, 0.0, 1.0)
    behind = np.clip((best - cosine) / np.maximum(best, 1e-6) - 0.25, 0.0, 1.0)
    out: Matrix = (owned * behind * np.clip((0.75 - covered) / 0.3, 0.0, 1.0)).astype(np.float32)
    return out


def _logistic(features: dict[str, Matrix], with_dense: bool) -> Matrix:
    total = np.full_like(features["covered"], BIAS)
    for name in FEATURES:
        value = features[name]
        if name == "dense" and not with_dense:
            value = features["cosine"]
        total = total + WEIGHTS[name] * value
    total = total - _TAKEN * features["taken"]
    out: Matrix = (1.0 / (1.0 + np.exp(-total))).astype(np.float32)
    return out
