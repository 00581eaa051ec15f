"""Answers which tasks fall due in a time that the question names: "những việc đến hạn trong quý III"."""

from __future__ import annotations

import re

from indexer.clean import bare, collapse
from indexer.records import Span
from indexer.store import StoredTask
from search_api.answers.citing import Citations
from search_api.answers.draft import Drafted, Evidence, Statement, shortened
from search_api.questions.coverage import Topic
from search_api.questions.expand import expand
from search_api.questions.period import due_period, without_period
from search_api.schemas import AnswerPiece

_MOST = 40
_SAID = 0.75
"""Share of the topic that a task, with the title above it, must say to be listed."""
_WORDS_OF_A_TASK = 40
#: What is left of a question about all tasks.
_EVERYTHING = re.compile(
    r"(?:xa|phuong|tinh|so|don vi|co quan|viec|nhiem vu|cong viec|gi|trong|phai|nop|[\W_])*"
)


def due_tasks(evidence: Evidence, cites: Citations) -> Drafted:
    """List the tasks whose deadline lies in the time asked about, the earliest first."""
    years = {int(row.date[:4]) for row in evidence.rows if row.date}
    periods = due_period(evidence.question.text, years)
    within = {row.id for row in evidence.rows}
    found = [
        held
        for first, last in periods
        for held in evidence.store.tasks(due_from=first, due_to=last)
        if held.doc in within and held.task.deadline.raw and held.task.deadline_span
    ]
    text = collapse(without_period(evidence.question.topic))
    plain = evidence.question.plain
    topic = Topic("" if _EVERYTHING.fullmatch(bare(text)) else text, expand(text, plain=plain), plain)
    said = [(1.0 if topic.empty else topic.match(_words(evidence, held)).recall, held) for held in found]
    best = max((share for share, _ in said), default=0.0)
    chosen = [held for share, held in said if share >= _SAID]
    chosen.sort(key=lambda held: (held.task.deadline.end or held.task.deadline.start or "", held.doc))
    statements = [_state(evidence, held, cites) for held in chosen[:_MOST]]
    if statements:
        return Drafted(tuple(dict.fromkeys(statements)), kind="due", confidence=best)
    return Drafted(
        (), "Không có trong kho: không nhiệm vụ nào có thời hạn trong thời gian được hỏi.", final=True
    )


def _words(evidence: Evidence, held: StoredTask) -> str:
    row = evidence.store.row(held.doc)
    return f"{row.title or ''}\n{held.task.block.of(evidence.store.document(held.doc).text)}"


def _state(evidence: Evidence, held: StoredTask, cites: Citations) -> Statement:
    document, task = evidence.store.document(held.doc), held.task
    due = task.deadline_span or task.span
    whole = cites.cite(document.id, task.span)
    line = (
        Span(min(task.span.start, due.start), max(task.span.end, due.end)) if task.block.covers(due) else due
    )
    number = cites.cite(document.id, line, [due])
    name = shortened(task.title or task.span.of(document.text), _WORDS_OF_A_TASK)
    return Statement(
        document.id,
        f"nhiệm vụ “{name}”",
        (AnswerPiece("Thời hạn", task.deadline.raw or "", (number, whole)),),
    )
