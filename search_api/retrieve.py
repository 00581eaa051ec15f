"""Question → passages: words and meaning, fused; the document that the question names comes first.

Lexical and dense scores are put on one scale within each answer and joined by a convex combination
whose weight is one setting (:class:`RetrievalSettings`).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from indexer import tokenize
from indexer.clean import has_diacritics
from indexer.encode import Encoder
from indexer.engine import Engine, Found, Ids, LexicalQuery, LexicalWeights
from search_api.questions.expand import SYNONYM, Added, expand
from search_api.questions.question import Question

RESTORED = 0.8
"""How much the most probable accents count beside the words typed without them."""


@runtime_checkable
class Restores(Protocol):
    """An encoder that knows which accents a text typed without any probably has."""

    def restore(self, text: str) -> str:
        """Return the text with probable diacritics."""


class RetrievalSettings(NamedTuple):
    """What can be tuned, with the values fitted on development data (see docs/benchmark.md)."""

    dense_weight: float = 0.3
    """Share of the dense score in the fused one, 0 (words only) to 1 (meaning only)."""
    plain_dense: float = 0.8
    """How much of that share is kept for a question typed without diacritics: what it means is guessed."""
    depth: int = 100
    """How many passages each side contributes."""
    weights: LexicalWeights = LexicalWeights()
    plain_weights: LexicalWeights = LexicalWeights(body=0.3, heading=0.2, bare=1.0)
    """For a question typed without diacritics."""
    asked_factor: float = 0.3
    """How much the words of asking count beside the words of the topic."""
    common: float = 0.2
    """In a large index a unit that a larger share of the passages holds is not looked for; 1 looks for all."""
    pairs: float = 1.0
    """How much a pair of neighbouring syllables counts beside a syllable."""
    synonyms: float = 1.0
    """How much of their own factor everyday words added from data keep; 0 leaves them out."""
    priors: float = 1.0
    """How much of what :mod:`search_api.priors` adds counts; 0 leaves structure out."""
    parts: bool = True
    """The part of a task that holds what is asked for ranks with its task (:mod:`search_api.fact_parts`)."""
    z_scores: bool = False
    """Join standard scores (mean 0, deviation 1 of each side's list) instead of scores scaled to [0, 1]."""
    reranker: str | None = None
    """A cross-encoder by Hub name or folder that reads the best passages again (:mod:`search_api.rerank`)."""


def default_settings(reranker: str | None = None) -> RetrievalSettings:
    """Return the settings in use; the reranker is what is given, else ``CHITHI_RERANKER``, else none."""
    return RetrievalSettings(reranker=reranker or os.environ.get("CHITHI_RERANKER") or None)


class Fused(NamedTuple):
    """Passages found, best first: parallel arrays; ``lexical`` and ``dense`` are scaled to [0, 1]."""

    ids: Ids
    scores: np.ndarray[tuple[int], np.dtype[np.float64]]
    lexical: np.ndarray[tuple[int], np.dtype[np.float64]]
    dense: np.ndarray[tuple[int], np.dtype[np.float64]]


def lexical_query(question: Question, settings: RetrievalSettings, added: list[Added]) -> LexicalQuery:
    """Make the weighted units of a question: topic words, words added, words of asking faintly."""
    units: dict[str, float] = {}
    bare_units: dict[str, float] = {}

    def add(text: str, factor: float) -> None:
        for found, into in ((tokenize.units(text), units), (tokenize.bare_units(text), bare_units)):
            for unit in found:
                counted = factor * settings.pairs if tokenize.JOINER in unit else factor
                if counted:
                    into[unit] = max(into.get(unit, 0.0), counted)

    add(question.text, settings.asked_factor if question.topic else 1.0)
    add(question.topic, 1.0)
    for wording in added:
        add(wording.text, wording.factor)
    return LexicalQuery(
        units=units,
        bare=bare_units,
        symbols=dict.fromkeys(tokenize.symbols(question.text), 1.0),
        weights=settings.plain_weights if question.plain else settings.weights,
        common=settings.common,
    )


def _counted(added: list[Added], settings: RetrievalSettings) -> list[Added]:
    """Let everyday words count as the settings say."""
    if settings.synonyms == 1:
        return added
    return [
        wording._replace(factor=SYNONYM * settings.synonyms) if wording.factor == SYNONYM else wording
        for wording in added
        if settings.synonyms or wording.factor != SYNONYM
    ]


def dense_text(question: Question, added: list[Added]) -> str:
    """Return what the encoder sees of a question: its topic, with the words that were added."""
    text = question.topic or question.text
    return " ".join([text, *dict.fromkeys(wording.text for wording in added if wording.factor >= 0.5)])


def _scaled(found: Found, z_scores: bool = False) -> dict[int, float]:
    """Put scores on [0, 1]: the best is 1, the worst of a full list is near 0."""
    if not len(found.ids):
        return {}
    if z_scores:
        mean, deviation = float(found.scores.mean()), max(float(found.scores.std()), 1e-9)
        standard = (found.scores - mean) / deviation
        # About four deviations hold a list of a hundred: the priors were fitted to a range of one.
        lowest = float(standard[-1])
        return {int(i): (float(s) - lowest) / 4 for i, s in zip(found.ids, standard, strict=True)}
    top = float(found.scores[0])
    floor = float(found.scores[-1]) if len(found.scores) > 20 else 0.0
    width = max(top - floor, 1e-9)
    return {int(i): (float(s) - floor) / width for i, s in zip(found.ids, found.scores, strict=True)}


@lru_cache(maxsize=1)
def _beside() -> ThreadPoolExecutor:
    """Return the threads in which meaning is searched while words are: both leave Python's lock."""
    return ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="dense")


def retrieve(
    question: Question,
    engine: Engine,
    encoder: Encoder,
    settings: RetrievalSettings,
    allowed: Ids | None = None,
    own: dict[str, str] | None = None,
) -> Fused:
    """Find passages for a question among ``allowed`` (all where None), best first."""
    added = _counted(expand(question.topic or question.text, plain=question.plain, own=own), settings)
    restored = (
        encoder.restore(question.topic or question.text)
        if question.plain and isinstance(encoder, Restores)
        else ""
    )
    if has_diacritics(restored):
        added.append(Added(question.topic, restored, RESTORED))
    lexical: dict[int, float] = {}
    dense: dict[int, float] = {}
    weight = settings.dense_weight
    if question.plain and weight < 1:  # meaning alone stays alone
        weight *= settings.plain_dense
    nearest = None
    if weight > 0:
        text = dense_text(question, added)
        vector = encoder.encode_queries([restored or text])[0]
        nearest = _beside().submit(engine.search_dense, vector, settings.depth, allowed)
    if weight < 1:
        query = lexical_query(question, settings, added)
        lexical = _scaled(engine.search_lexical(query, settings.depth, allowed), settings.z_scores)
    if nearest:
        dense = _scaled(nearest.result(), settings.z_scores)
    ids = np.array(sorted(lexical.keys() | dense.keys()), dtype=np.int64)
    by_words = np.array([lexical.get(int(i), 0.0) for i in ids], dtype=np.float64)
    by_meaning = np.array([dense.get(int(i), 0.0) for i in ids], dtype=np.float64)
    scores = (1 - weight) * by_words + weight * by_meaning
    order = np.lexsort((ids, -scores))
    return Fused(ids[order], scores[order], by_words[order], by_meaning[order])
