"""Is the difference of two runs real: intervals, a paired test, gains and losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

ROUNDS = 10_000
_EXACT = 14
"""Up to this many queries that differ, every assignment of signs is tried instead of a sample."""
_SEED = 20_260_101

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


def compare(
    measure: str, a: str, b: str, values_a: Values, values_b: Values, rounds: int = ROUNDS
) -> Comparison:
    """Compare two configurations; a query that only one has counts as zero for the other."""
    qids = list(dict.fromkeys([*values_a, *values_b]))
    differences = {qid: values_b.get(qid, 0.0) - values_a.get(qid, 0.0) for qid in qids}
    low, high = interval(differences.values(), rounds)
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
        p=randomisation_test(list(differences.values()), rounds),
        gains=tuple(item for item in ordered if item[1] > 0),
        losses=tuple(item for item in ordered if item[1] < 0),
    )
