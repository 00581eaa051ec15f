"""Measures by hand: rankings, quoted evidence, answers; intervals, the paired test, slices."""

from __future__ import annotations

import itertools

import pytest

from eval.compare import compare, interval, randomisation_test, slices
from eval.dataset import Evidence, Query
from eval.measures import (
    RETRIEVAL,
    AnswerScore,
    Judgements,
    answer_metrics,
    evidence_ranks,
    means,
    measure_ranking,
    says,
    score_answer,
)
from search_api.schemas import Answer, Citation

TEXT = "1. Trồng cây ven đường làng\nĐơn vị chủ trì: Hội Nông dân xã. Hoàn thành trong Quý III năm 2026."


def ranked(*keys: str) -> list[tuple[str, float]]:
    return [(key, 1.0) for key in keys]  # all tied: the order must decide


@pytest.mark.parametrize(
    ("qrels", "ranking", "expected"),
    [
        ({"a": 1}, ("a", "b"), {"MRR@10": 1, "nDCG@10": 1, "Recall@1": 1, "Recall@10": 1, "MAP": 1}),
        ({"a": 1}, ("b", "a"), {"MRR@10": 0.5, "Recall@1": 0, "Recall@5": 1, "MAP": 0.5}),
        ({"a": 1, "c": 1}, ("b", "a"), {"MRR@10": 0.5, "Recall@10": 0.5, "MAP": 0.25}),
        ({"a": 0, "c": 2}, ("a", "c"), {"MRR@10": 0.5, "Recall@1": 0, "Recall@10": 1}),
        ({"a": 1}, tuple("bcdefghijkla"), {"MRR@10": 0, "Recall@10": 0, "Recall@50": 1}),
        ({"a": 1}, (), dict.fromkeys(RETRIEVAL, 0)),
    ],
)
def test_rankings(qrels: dict[str, int], ranking: tuple[str, ...], expected: dict[str, float]) -> None:
    values = measure_ranking(Judgements({"q": qrels}), {"q": ranked(*ranking)})
    assert {name: values[name]["q"] for name in expected} == pytest.approx(expected)


def test_a_query_that_the_run_misses_counts_as_zero() -> None:
    judged = Judgements({"q1": {"a": 1}, "q2": {"a": 1}})
    assert means(measure_ranking(judged, {"q1": ranked("a")}))["MRR@10"] == 0.5
    assert means(measure_ranking(judged, {}))["nDCG@10"] == 0.0


def test_a_query_nobody_judged_does_not_count() -> None:
    judged = Judgements({"q1": {"a": 1}})
    assert means(measure_ranking(judged, {"q1": ranked("a"), "q9": ranked("b")}))["MRR@10"] == 1.0


def test_recall_over_quotes_is_the_share_of_quotes_covered() -> None:
    groups = [{"a", "b"}, {"c"}, set[str]()]
    judged = Judgements({"q": {"a": 1, "b": 1, "c": 1}}, {"q": groups})
    values = measure_ranking(judged, {"q": ranked("x", "b", "a", "y", "z", "c")})
    assert values["Recall@1"]["q"] == 0
    assert values["Recall@5"]["q"] == pytest.approx(1 / 3)  # two passages of one quote count once
    assert values["Recall@10"]["q"] == pytest.approx(2 / 3)  # a quote that no passage holds stays uncovered
    assert values["MRR@10"]["q"] == 0.5
    assert evidence_ranks(groups, ranked("x", "b", "c")) == [2, 3, None]


@pytest.mark.parametrize(
    ("answer", "alternatives", "expected"),
    [
        ("Đơn vị chủ trì: HỘI NÔNG DÂN xã", ["Hội Nông dân"], True),
        ("phòng Văn hoá – Xã hội", ["Phòng Văn hóa - Xã hội"], True),
        ("truoc 25/7/2026", ["trước 25/7/2026"], True),
        ("trong  Quý\nIII", ["Quý III"], True),
        ("Quý III", ["Quý IV", "quý iii"], True),
        ("Quý III", ["Quý IV"], False),
        ("", ["a"], False),
        ("Ho\u0323\u0302i", ["Hội"], True),
    ],
)
def test_what_an_answer_must_contain(answer: str, alternatives: list[str], expected: bool) -> None:
    assert says(answer, alternatives) is expected


def query(**changes: object) -> Query:
    fields: dict[str, object] = {
        "qid": "q",
        "text": "Ai trồng cây?",
        "must_contain": (("Hội Nông dân",),),
        "evidence": (
            Evidence("d", "Đơn vị chủ trì: Hội Nông dân xã."),
            Evidence("d", "1. Trồng cây ven đường làng"),
        ),
    }
    return Query(**{**fields, **changes})  # type: ignore[arg-type]


def citation(start: int, end: int, doc: str = "d", quote: str | None = None) -> Citation:
    return Citation(1, doc, "d.txt", None, "", None, start, end, TEXT[start:end] if quote is None else quote)


def answer(text: str | None, *citations: Citation) -> Answer:
    reason = None if text is not None else "Không có trong kho."
    return Answer("Ai?", text is not None, text, reason, citations)


def text_of(doc: str) -> str | None:
    return TEXT if doc == "d" else None


LEAD = citation(TEXT.index("Đơn vị"), TEXT.index(" Hoàn"))
TITLE = citation(0, TEXT.index("\n"))
LATE = citation(TEXT.index("Hoàn thành"), len(TEXT))


@pytest.mark.parametrize(
    ("asked", "given", "outcome", "precision", "recall", "faithful"),
    [
        (query(), answer("Hội Nông dân xã [1]", LEAD), "right", 1.0, 0.5, 1),
        (query(), answer("Hội Nông dân xã [1]", LEAD, TITLE), "right", 1.0, 1.0, 2),
        (query(), answer("Hội Nông dân xã [1]", LEAD, LATE), "right", 0.5, 0.5, 2),
        (query(), answer("Hội Phụ nữ [1]", LEAD), "wrong", 1.0, 0.5, 1),
        (query(), answer("Hội Nông dân", citation(LATE.start, LATE.end, quote="bịa")), "right", 0.0, 0.0, 0),
        (query(), answer("Hội Nông dân", citation(0, 5, "khác")), "right", 0.0, 0.0, 0),
        (query(), answer("Hội Nông dân"), "right", 0.0, 0.0, 0),
        (query(), answer(None, LEAD), "refused_wrong", None, 0.0, 1),
        (query(must_contain=()), answer("Hội Nông dân", LEAD), "right", 1.0, 0.5, 1),
        (query(must_contain=()), answer("Hội Nông dân", LATE), "wrong", 0.0, 0.0, 1),
        (
            query(answerable=False, must_contain=(), evidence=()),
            answer(None, LEAD),
            "refused_right",
            None,
            None,
            1,
        ),
        (query(answerable=False, must_contain=(), evidence=()), answer("Có", LEAD), "wrong", None, None, 1),
    ],
)
def test_answers(
    asked: Query, given: Answer, outcome: str, precision: float | None, recall: float | None, faithful: int
) -> None:
    score = score_answer(asked, given, text_of)
    assert (score.outcome, score.precision, score.recall, score.faithful) == (
        outcome,
        precision,
        recall,
        faithful,
    )
    assert score.citations == len(given.citations)


def test_a_wrong_answer_says_what_it_lacks() -> None:
    asked = query(must_contain=(("Hội Nông dân",), ("Quý III", "30/9/2026")))
    assert score_answer(asked, answer("Hội Nông dân", LEAD), text_of).lacking == (("Quý III", "30/9/2026"),)


def test_answers_in_sum() -> None:
    scores = [
        AnswerScore("1", "right", (), 1.0, 0.5, 2, 2),
        AnswerScore("2", "wrong", (), 0.0, 0.0, 1, 2),
        AnswerScore("3", "refused_right", (), None, None, 0, 0),
        AnswerScore("4", "refused_wrong", (), None, 0.0, 0, 0),
    ]
    assert answer_metrics(scores) == pytest.approx(
        {
            "right": 1,
            "wrong": 1,
            "refused_right": 1,
            "refused_wrong": 1,
            "accuracy": 0.5,
            "citation_precision": 0.5,
            "citation_recall": 0.5 / 3,
            "quote_fidelity": 0.75,
        }
    )


# -- comparison -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "differences", [[1.0, 1.0, 1.0], [0.5, -0.25, 1.0, 0.0], [0.1] * 6, [-0.3, -0.2], [1.0, -1.0]]
)
def test_the_paired_test_is_exact_where_few_differ(differences: list[float]) -> None:
    held = [d for d in differences if d]
    seen = abs(sum(held))
    signs = list(itertools.product((1, -1), repeat=len(held)))
    as_far = [abs(sum(s * d for s, d in zip(sign, held, strict=True))) >= seen - 1e-12 for sign in signs]
    assert randomisation_test(differences) == pytest.approx(sum(as_far) / len(signs))


def test_the_paired_test_of_many_queries() -> None:
    assert randomisation_test([0.2] * 40) < 0.001
    assert randomisation_test([0.2, -0.2] * 20) > 0.5
    assert randomisation_test([0.0] * 40) == 1.0
    assert randomisation_test([0.1, -0.05] * 20) == randomisation_test([0.1, -0.05] * 20)


def test_intervals() -> None:
    assert interval([]) == (0.0, 0.0)
    assert interval([0.4] * 9) == pytest.approx((0.4, 0.4))
    low, high = interval([0.0, 1.0] * 50)
    assert 0.35 < low < 0.45
    assert 0.55 < high < 0.65


def test_gains_and_losses() -> None:
    found = compare("MRR@10", "a", "b", {"1": 1.0, "2": 0.5, "3": 0.2}, {"1": 0.5, "2": 1.0, "4": 1.0})
    assert found.gains == (("4", 1.0), ("2", 0.5))
    assert found.losses == (("1", -0.5), ("3", -0.2))
    assert found.difference == pytest.approx(0.2)
    assert found.mean_a == pytest.approx(1.7 / 4)
    assert found.low <= found.difference <= found.high


def test_slices() -> None:
    queries = [
        Query("1", "ai trong cay", "no_diacritics", evidence=(Evidence("x", "a"), Evidence("y", "b"))),
        Query("2", "Ai lo CĐS?", "abbreviation", evidence=(Evidence("x", "a"),)),
        Query("3", "Ai nấu bếp?", "unanswerable", answerable=False),
    ]
    values = {"MRR@10": {"1": 1.0, "2": 0.0}, "Recall@10": {"1": 1.0, "2": 0.5}}
    scores = {"3": AnswerScore("3", "refused_right", (), None, None, 0, 0)}
    found = slices(queries, values, scores)
    assert found["document"]["x"] == {"n": 2, "MRR@10": 0.5, "Recall@10": 0.75, "accuracy": None}
    assert found["document"]["y"]["n"] == 1
    assert found["no_diacritics"]["yes"]["MRR@10"] == 1.0
    assert found["abbreviation"]["yes"]["n"] == 1
    assert found["unanswerable"]["yes"] == {"n": 1, "MRR@10": None, "Recall@10": None, "accuracy": 1.0}
    assert "paraphrase" not in found  # nothing to tell apart
    assert "length" not in found
