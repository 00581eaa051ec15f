"""Is the difference real: intervals, a paired test, gains and losses, slices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from eval.dataset import Query
from eval.measures import AnswerScore

ROUNDS = 10_000
_EXACT = 14
"""Up to this many queries that differ, every assignment of signs is tried instead of a sample."""
_SEED = 20_260_101
_ABBREVIATION = re.compile(r"(?<![\w/-])[A-ZĐ]{2,}[a-z]?(?![\w/-])")

Values = Mapping[str, float]
"""Value by query id."""


class Comparison(msgspec.Struct, frozen=True):
    """Two configurations by one measure, ``b`` against ``a`` over the same queries.

    ``low`` and ``high`` bound the difference (95 %, bootstrap); ``p`` is of the paired randomisation
    test, two sided; ``gains`` and ``losses`` are (query id, difference), the largest first.
    """

    measure: str
    a: str
    b: str
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float
    p: float
    gains: tuple[tuple[str, float], ...]
    losses: tuple[tuple[str, float], ...]


def interval(values: Iterable[float], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean; the same values give the same interval."""
    held = np.fromiter(values, np.float64)
    if not len(held):
        return 0.0, 0.0
    random = np.random.default_rng(_SEED)
    picks = random.integers(0, len(held), (rounds, len(held)), dtype=np.int32)
    low, high = np.quantile(held[picks].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def randomisation_test(differences: Sequence[float], rounds: int = ROUNDS) -> float:
    """Return how often chance signs give a mean at least as far from zero (two sided).

    All assignments are tried where few differ; otherwise a fixed sample, the one seen counted in.
    """
    held = np.array([d for d in differences if d], dtype=np.float64)
    if not len(held):
        return 1.0
    observed = abs(held.sum()) - 1e-12
    signs: NDArray[np.int8]
    if len(held) <= _EXACT:
        bits = np.arange(2 ** len(held))[:, None] >> np.arange(len(held)) & 1
        return float((np.abs((1 - 2 * bits) @ held) >= observed).mean())
    signs = np.random.default_rng(_SEED).choice(np.array([-1, 1], np.int8), (rounds, len(held)))
    return float((1 + (np.abs(signs @ held) >= observed).sum()) / (1 + rounds))


def compare(measure: str, a: str, b: str, values_a: Values, values_b: Values) -> Comparison:
    """Compare two configurations; a query that only one has counts as zero for the other."""
    qids = list(dict.fromkeys([*values_a, *values_b]))
    differences = {qid: values_b.get(qid, 0.0) - values_a.get(qid, 0.0) for qid in qids}
    low, high = interval(differences.values())
    ordered = sorted(differences.items(), key=lambda item: (-abs(item[1]), item[0]))
    count = max(len(qids), 1)
    mean_a = sum(values_a.values()) / count
    mean_b = sum(values_b.values()) / count
    return Comparison(
        measure=measure,
        a=a,
        b=b,
        mean_a=mean_a,
        mean_b=mean_b,
        difference=mean_b - mean_a,
        low=low,
        high=high,
        p=randomisation_test(list(differences.values())),
        gains=tuple(item for item in ordered if item[1] > 0),
        losses=tuple(item for item in ordered if item[1] < 0),
    )


# -- slices ---------------------------------------------------------------------------------------


def _yes(value: bool) -> tuple[str, ...]:
    return ("yes" if value else "no",)


def _length(query: Query) -> str:
    words = len(query.text.split())
    return "01–12" if words <= 12 else "13–24" if words <= 24 else "25+"


SLICES: dict[str, Callable[[Query], tuple[str, ...]]] = {
    "kind": lambda q: (q.kind,) if q.kind else (),
    "no_diacritics": lambda q: _yes(q.plain),
    "abbreviation": lambda q: _yes(q.kind == "abbreviation" or bool(_ABBREVIATION.search(q.text))),
    "paraphrase": lambda q: _yes(q.kind == "paraphrase"),
    "unanswerable": lambda q: _yes(not q.answerable),
    "document": lambda q: tuple(dict.fromkeys(e.doc for e in q.evidence)),
    "length": lambda q: (_length(q),),
}
"""How questions are parted; a question may stand in several parts of one slice (documents)."""


def slices(
    queries: Sequence[Query],
    values: Mapping[str, Values],
    answers: Mapping[str, AnswerScore],
    measures: Sequence[str] = ("MRR@10", "Recall@10"),
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return, by slice and part: how many questions, the means of ``measures``, the answers' accuracy.

    A mean is over the judged questions of the part and None where there are none; so is ``accuracy``.
    A slice in which all questions stand in one part says nothing and is left out.
    """
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for name, part_of in SLICES.items():
        parts: dict[str, list[Query]] = {}
        for query in queries:
            for part in part_of(query):
                parts.setdefault(part, []).append(query)
        if len(parts) < 2:
            continue
        out[name] = {part: _row(held, values, answers, measures) for part, held in sorted(parts.items())}
    return out


def _row(
    held: Sequence[Query],
    values: Mapping[str, Values],
    answers: Mapping[str, AnswerScore],
    measures: Sequence[str],
) -> dict[str, Any]:
    row: dict[str, Any] = {"n": len(held)}
    for measure in measures:
        found = [values[measure][q.qid] for q in held if q.qid in values[measure]]
        row[measure] = sum(found) / len(found) if found else None
    scored = [answers[q.qid] for q in held if q.qid in answers]
    good = sum(s.outcome in ("right", "refused_right") for s in scored)
    row["accuracy"] = good / len(scored) if scored else None
    return row
