"""What a run and what answers are worth, query by query.

Rankings are measured through ir_measures; a query that a run misses counts as zero.  Gold that is
quoted text adds the share of a question's quotes that the first k passages cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from eval.dataset import Qrels, Query, TextOf, locate, relevant
from indexer.clean import bare, collapse, nfc
from indexer.records import Span
from search_api.schemas import Answer, Citation

Ranking = Sequence[tuple[str, float]]
"""Ids and scores, best first; the order decides, not the scores."""
PerQuery = dict[str, dict[str, float]]
"""Value by measure and query id."""

CUTOFFS = (1, 5, 10, 50, 100)
DEPTH = max(CUTOFFS)
"""How many passages are asked for."""
RETRIEVAL = ("MRR@10", "nDCG@10", *(f"Recall@{k}" for k in CUTOFFS), "MAP")
"""The measures of a ranking in the order in which they are shown."""
LOWER_IS_BETTER = frozenset({"wrong", "refused_wrong"})


class Judgements(msgspec.Struct, frozen=True):
    """What counts as found: grades by passage and, for quoted gold, the passages of each quote.

    ``evidence`` is None where gold has no quotes; a quote that no passage holds has an empty set.
    """

    qrels: Qrels
    evidence: dict[str, list[set[str]]] | None = None


def measure_ranking(judged: Judgements, rankings: Mapping[str, Ranking]) -> PerQuery:
    """Return the values of :data:`RETRIEVAL` for every judged query."""
    import ir_measures
    from ir_measures import AP, RR, R, nDCG

    names = {str(RR @ 10): "MRR@10", str(nDCG @ 10): "nDCG@10", str(AP): "MAP"}
    measures = [RR @ 10, nDCG @ 10, AP]
    if judged.evidence is None:
        measures += [R @ k for k in CUTOFFS]
        names |= {str(R @ k): f"Recall@{k}" for k in CUTOFFS}
    out: PerQuery = {name: dict.fromkeys(judged.qrels, 0.0) for name in RETRIEVAL}
    qrels = [
        ir_measures.Qrel(qid, doc, grade)
        for qid, grades in judged.qrels.items()
        for doc, grade in grades.items()
    ]
    # A rank as the score keeps ties in the order in which they were given.
    run = [
        ir_measures.ScoredDoc(qid, doc, float(-rank))
        for qid, ranking in rankings.items()
        if qid in judged.qrels
        for rank, (doc, _) in enumerate(ranking)
    ]
    if qrels and run:
        for found in ir_measures.iter_calc(measures, qrels, run):
            out[names[str(found.measure)]][found.query_id] = float(found.value)
    if judged.evidence is not None:
        for k in CUTOFFS:
            out[f"Recall@{k}"] = {
                qid: evidence_recall(groups, rankings.get(qid, ()), k)
                for qid, groups in judged.evidence.items()
            }
    return out


def evidence_recall(groups: Sequence[set[str]], ranking: Ranking, k: int) -> float:
    """Return the share of quotes of which one of the first ``k`` passages holds one."""
    first = {key for key, _ in ranking[:k]}
    return sum(not group.isdisjoint(first) for group in groups) / len(groups) if groups else 0.0


def evidence_ranks(groups: Sequence[set[str]], ranking: Ranking) -> list[int | None]:
    """Return, for each quote, the rank of the first passage that holds it."""
    return [
        next((n for n, (key, _) in enumerate(ranking, start=1) if key in group), None) for group in groups
    ]


def means(values: PerQuery) -> dict[str, float]:
    """Return the mean of every measure over its queries (0 where there are none)."""
    return {name: sum(given.values()) / len(given) if given else 0.0 for name, given in values.items()}


# -- answers --------------------------------------------------------------------------------------

Outcome = Literal["right", "wrong", "refused_right", "refused_wrong"]


class AnswerScore(msgspec.Struct, frozen=True):
    """One answer judged.

    ``lacking`` are the alternatives of which the answer has none; ``precision`` is the share of the
    citations that rest on a gold quote (None where nothing was answered or nothing could be), ``recall``
    the share of gold quotes that are cited (None for a question without an answer); ``faithful`` of
    ``citations`` quote their document to the letter.
    """

    qid: str
    outcome: Outcome
    lacking: tuple[tuple[str, ...], ...]
    precision: float | None
    recall: float | None
    faithful: int
    citations: int


def says(answer: str, alternatives: Iterable[str]) -> bool:
    """Say whether an answer has one of some wordings: case, diacritics, dashes, hoá/hóa are alike."""
    flat = collapse(bare(nfc(answer)))
    return any(collapse(bare(nfc(wording))) in flat for wording in alternatives)


def score_answer(query: Query, answer: Answer, text_of: TextOf) -> AnswerScore:
    """Judge one answer: by ``must_contain``, or by its citations where the gold has none."""
    texts = {citation.doc: text_of(citation.doc) for citation in answer.citations}
    faithful = sum(_faithful(citation, texts[citation.doc]) for citation in answer.citations)
    precision, recall = _cited(query, answer, text_of) if query.answerable else (None, None)
    lacking = tuple(g for g in query.must_contain if not (answer.answered and says(answer.answer or "", g)))
    outcome: Outcome
    if not answer.answered:
        outcome = "refused_wrong" if query.answerable else "refused_right"
    elif not query.answerable:
        outcome = "wrong"
    elif query.must_contain:
        outcome = "wrong" if lacking else "right"
    else:
        outcome = "right" if recall else "wrong"
    return AnswerScore(query.qid, outcome, lacking, precision, recall, faithful, len(answer.citations))


def _faithful(citation: Citation, text: str | None) -> bool:
    return text is not None and bool(citation.quote) and text[citation.start : citation.end] == citation.quote


def _cited(query: Query, answer: Answer, text_of: TextOf) -> tuple[float | None, float]:
    """Return citation precision and recall; a refusal cites nothing (its passages are no evidence)."""
    if not answer.answered:
        return None, 0.0
    good: set[int] = set()
    covered = 0
    for evidence in query.evidence:
        text = text_of(evidence.doc) or ""
        places = locate(text, evidence.quote)
        hits = {
            n
            for n, citation in enumerate(answer.citations)
            if citation.doc == evidence.doc and relevant(text, Span(citation.start, citation.end), places)
        }
        good |= hits
        covered += bool(hits)
    recall = covered / len(query.evidence) if query.evidence else 0.0
    return (len(good) / len(answer.citations) if answer.citations else 0.0), recall


def answer_metrics(scores: Sequence[AnswerScore]) -> dict[str, float]:
    """Return counts of the outcomes, and the means of what was measured.

    ``accuracy``: right or rightly refused, of all; ``citation_precision``: mean over the answers given
    to questions that have one; ``citation_recall``: mean over the questions that have one;
    ``quote_fidelity``: share of all citations.
    """
    outcomes = ("right", "wrong", "refused_right", "refused_wrong")
    out = {name: float(sum(s.outcome == name for s in scores)) for name in outcomes}
    out["accuracy"] = (out["right"] + out["refused_right"]) / len(scores) if scores else 0.0
    precise = [s.precision for s in scores if s.precision is not None]
    recalled = [s.recall for s in scores if s.recall is not None]
    cited = sum(s.citations for s in scores)
    out["citation_precision"] = sum(precise) / len(precise) if precise else 0.0
    out["citation_recall"] = sum(recalled) / len(recalled) if recalled else 0.0
    out["quote_fidelity"] = sum(s.faithful for s in scores) / cited if cited else 1.0
    return out
