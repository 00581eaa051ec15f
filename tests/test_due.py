"""Tasks by the time in which they fall due, and the time that a question speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest

from search_api.questions.period import due_period, without_period
from search_api.service import Service


@pytest.fixture(scope="module")
def service(sample_index: Path) -> Service:
    return Service(sample_index)


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("việc đến hạn trong tháng 9", [("2025-09-01", "2025-09-30"), ("2026-09-01", "2026-09-30")]),
        ("quý III năm 2026 có việc gì", [("2026-07-01", "2026-09-30")]),
        ("quy 2/2027 phai xong viec gi", [("2027-04-01", "2027-06-30")]),
        ("phải xong trước 30/6/2026", [(None, "2026-06-30")]),
        ("xong trước tháng 10/2026", [(None, "2026-10-01")]),
        ("đến hết năm 2026", [(None, "2026-12-31")]),
        ("quy chế năm nay", []),
        ("kế hoạch tháng trước", []),
    ],
)
def test_the_time_of_a_question(text: str, periods: list[tuple[str | None, str]]) -> None:
    assert due_period(text, {2026, 2025}) == periods


def test_the_time_is_no_part_of_what_tasks_are_about() -> None:
    assert without_period("chợ trong quý III năm 2026").split() == ["chợ", "trong"]


def test_tasks_of_a_month_are_listed_and_all_lie_in_it(service: Service) -> None:
    answer = service.ask("Những nhiệm vụ nào đến hạn trong quý III năm 2026?")
    assert answer.answered
    assert answer.kind == "due"
    held = service.store.tasks(due_from="2026-07-01", due_to="2026-09-30")
    due = {" ".join((task.task.deadline.raw or "").split()) for task in held}
    said = [" ".join(piece.value.split()) for group in answer.groups for piece in group.pieces]
    assert said
    assert set(said) <= due


def test_a_time_without_tasks_is_refused(service: Service) -> None:
    answer = service.ask("Những nhiệm vụ nào đến hạn trong tháng 1/2019?")
    assert not answer.answered
