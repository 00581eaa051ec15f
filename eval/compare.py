"""Is the difference real (:mod:`search_api.assess.significance`), and where: slices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eval.dataset import Query
from eval.measures import AnswerScore
from search_api.assess.significance import Comparison, Values, compare, interval, randomisation_test

_ABBREVIATION = re.compile(r"(?<![\w/-])[A-ZĐ]{2,}[a-z]?(?![\w/-])")

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


__all__ = ["SLICES", "Comparison", "Values", "compare", "interval", "randomisation_test", "slices"]
