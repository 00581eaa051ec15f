"""Confidence of answers against what was right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from eval.page import reliability_plot
from eval.report import Reliable, reliability, reliability_table
from search_api.service import Service


def row(confidence: float | None, outcome: str) -> dict[str, Any]:
    return {"qid": "a", "answer": {"confidence": confidence, "outcome": outcome}}


ROWS = [
    row(0.95, "right"), row(1.0, "right"), row(0.91, "wrong"), row(0.42, "wrong"), row(0.49, "right"),
    row(None, "refused_right"), {"qid": "b"},
]  # fmt: skip


def test_answers_are_grouped_by_tenths() -> None:
    groups = reliability(ROWS)
    assert [(g.low, g.answers, g.right) for g in groups] == [(0.4, 2, 1), (0.9, 3, 2)]
    assert groups[1].confidence == pytest.approx((0.95 + 1.0 + 0.91) / 3)
    assert reliability([]) == []


def test_the_curve_and_the_table_show_every_group() -> None:
    groups = reliability(ROWS)
    drawn = reliability_plot(groups)
    assert len(re.findall("<circle", drawn)) == len(groups)
    assert "2 đúng trong 3 câu trả lời" in drawn
    assert "0,667" in reliability_table(groups)
    assert reliability_plot([Reliable(0.9, 1.0, 1.0, 1, 1)])


def test_every_answer_has_a_confidence_and_no_refusal_has(sample_index: Path) -> None:
    service = Service(sample_index)
    for question in (
        *service.suggestions(),
        "Kế hoạch số 977/KH-UBND do ai ký?",
        "Giá vàng hôm nay bao nhiêu?",
    ):
        answer = service.ask(question)
        if answer.answered:
            assert answer.confidence is not None
            assert 0.0 <= answer.confidence <= 1.0
            assert answer.refusal is None
        else:
            assert answer.confidence is None
            assert answer.refusal in ("missing_document", "not_stated", "not_found")
    service.store.close()
