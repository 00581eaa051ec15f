"""Put the diacritics back that a question was typed without ("chuyen doi so" → "chuyển đổi số").

The most probable reading by the counts of syllables and of pairs of neighbours (a first-order Viterbi
search).  It is a guess for searching with, beside the words as typed; it is never shown as the user's words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from indexer.clean import bare
from indexer.tokenize import JOINER

_CANDIDATES = 24
_UNSEEN_PAIR = 0.05


class Restorer:
    """Restores diacritics from counts.

    ``singles`` maps each accented syllable to its count; ``pair_count`` gives the count of a pair
    ("chuyển_đổi"), 0 if it is not known.
    """

    def __init__(self, singles: Mapping[str, float], pair_count: Callable[[str], float]) -> None:
        """Sort the readings of every bare syllable by their count."""
        self._count = singles
        self._pair_count = pair_count
        self._total = sum(singles.values()) or 1.0
        self._readings: dict[str, list[str]] = {}
        for syllable in singles:
            self._readings.setdefault(bare(syllable), []).append(syllable)
        for readings in self._readings.values():
            readings.sort(key=lambda s: -singles[s])
            del readings[_CANDIDATES:]

    def restore(self, syllables: list[str]) -> list[str]:
        """Return the most probable accented syllables, one for each given (folded, without accents).

        A syllable without a known reading stays as it is.
        """
        best: list[tuple[float, list[str]]] = [(0.0, [])]
        for typed in syllables:
            step = []
            for reading in self._readings.get(typed, [typed]):
                own = self._count.get(reading, 1.0)
                score, path = max(
                    ((total + self._link(path, reading, own), path) for total, path in best),
                    key=lambda item: item[0],
                )
                step.append((score, [*path, reading]))
            best = step
        return max(best, key=lambda item: item[0])[1]

    def _link(self, path: list[str], reading: str, own: float) -> float:
        """Log-probability of ``reading`` after ``path``, backing off to its own count."""
        if not path:
            return math.log(own)
        previous = path[-1]
        pair = self._pair_count(f"{previous}{JOINER}{reading}")
        before = self._count.get(previous, 1.0)
        return math.log(pair / before + _UNSEEN_PAIR * own / self._total)
