"""Answers which tasks fall due in a time that the question names: "những việc đến hạn trong quý III"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from indexer.clean import bare, collapse
from indexer.dates import find_periods, with_years
from indexer.records import Span, Task
from search_api.answers.citing import Citations
from search_api.answers.draft import Drafted, Evidence, Statement, shortened
from search_api.naming import unit_matcher
from search_api.questions.coverage import Topic
from search_api.questions.expand import expand
from search_api.questions.period import due_period, without_period
from search_api.questions.scope import flat_words, issuer_names
from search_api.schemas import AnswerPiece

_MOST = 40
_SAID = 0.75
"""Share of the topic that a task, with the title above it, must say to be listed."""
_WORDS_OF_A_TASK = 40
_FEW = 20
"""Up to so many documents in scope are read for days that tasks name beside their deadlines."""
#: What is left of a question about all tasks.
_EVERYTHING = re.compile(
    r"(?:xa|phuong|tinh|so|don vi|co quan|cac|phong|va|van|viec|nhiem vu|cong viec|hoat dong|gi|nhung|co|trong|vao"
    r"|theo|phai|nop|gui"
    r"|ke hoach|van ban|ghi|han|mot|ngay|cu the|cua|[\W_])*"
)


def due_tasks(evidence: Evidence, cites: Citations) -> Drafted:
    """List the tasks whose deadline lies in the time asked about, the earliest first."""
    years = {int(row.date[:4]) for row in evidence.rows if row.date}
    periods = due_period(evidence.question.text, years)
    within = {row.id for row in evidence.rows}
    found = [
        _Due(
            held.doc,
            held.task,
            held.task.deadline_span,
            held.task.deadline.end or held.task.deadline.start or "",
        )
        for first, last in periods
        for held in evidence.store.tasks(due_from=first, due_to=last)
        if held.doc in within and held.task.deadline.raw and held.task.deadline_span
    ]
    found += _dated_tasks(evidence, periods, {(held.doc, held.task.id) for held in found})
    text = collapse(without_period(" ".join(evidence.topic.words)))
    plain = evidence.question.plain
    issuer, own = _of_issuer(evidence, text)
    if own:
        # "Sở Y tế đến hạn phải xong việc gì": what its own plan says, and what others give it.
        matches = unit_matcher(issuer)
        found = [
            held
            for held in found
            if held.doc in own
            or any(
                matches(m.text, None)
                for m in (*held.task.lead, *held.task.implementing, *held.task.directing)
            )
        ]
        text = ""
    topic = Topic("" if _EVERYTHING.fullmatch(bare(text)) else text, expand(text, plain=plain), plain)
    said = [(1.0 if topic.empty else topic.match(_words(evidence, held)).recall, held) for held in found]
    best = max((share for share, _ in said), default=0.0)
    chosen = [held for share, held in said if share >= _SAID]
    chosen.sort(key=lambda held: (held.day, held.doc))
    statements = [_state(evidence, held, cites) for held in chosen[:_MOST]]
    if statements:
        return Drafted(tuple(dict.fromkeys(statements)), kind="due", confidence=best)
    return Drafted(
        (), "Không có trong kho: không nhiệm vụ nào có thời hạn trong thời gian được hỏi.", final=True
    )


def _of_issuer(evidence: Evidence, text: str) -> tuple[str, set[str]]:
    """Return the issuer that is all a question names, bare, and its documents; none where it names a subject too."""
    left = f" {flat_words(text)} "
    own: dict[str, set[str]] = {}
    for row in evidence.rows:
        for name in issuer_names(row.issuer, row.locality):
            if f" {name} " in left:
                own.setdefault(name, set()).add(row.id)
    longest = max(own, key=len, default="")
    rest = left.replace(f" {longest} ", " ", 1) if longest else left
    return (longest, own[longest]) if longest and _EVERYTHING.fullmatch(rest) else ("", set())


class _Due(NamedTuple):
    """A task and the words that tell its time; ``day`` is the last day of it, ISO."""

    doc: str
    task: Task
    due: Span
    day: str


_OF_A_DOCUMENT = re.compile(r"(?:/[A-ZĐa-z-]+|số \S+) (?:ngày )?$")


def _dated_tasks(
    evidence: Evidence, periods: list[tuple[str | None, str]], known: set[tuple[str, str]]
) -> Iterator[_Due]:
    """Yield the tasks, not yet ``known``, whose own words name a day or month of the time asked about.

    "Diễn tập vào ngày 04/10/2026" is no deadline, and the second of "đợt 1 xong trước …, đợt 2 xong trước …" is
    not the one that the task was read to have.
    """
    if len(evidence.rows) > _FEW:
        return
    for row in evidence.rows:
        document = evidence.store.document(row.id)
        year = int(row.date[:4]) if row.date else None
        for task in document.tasks:
            if (row.id, task.id) in known:
                continue
            own = (task.span, *task.actions)
            dated = (named for span in own if (named := _day_within(document.text, span, periods, year)))
            first_named = next(dated, None)
            if first_named is not None:
                yield _Due(row.id, task, *first_named)


def _day_within(
    text: str, span: Span, periods: list[tuple[str | None, str]], year: int | None
) -> tuple[Span, str] | None:
    """Return where words name a day or month of the time asked about, and its last day; None where they do not."""
    words = span.of(text)
    for at in with_years(find_periods(bare(words), words), year):
        if at.last is None or at.precision not in ("day", "month", "quarter"):
            continue
        day = at.last.isoformat()
        inside = any((first or "") <= day <= last for first, last in periods)
        if inside and not _OF_A_DOCUMENT.search(words[: at.start]):
            return Span(span.start + at.start, span.start + at.end), day
    return None


def _words(evidence: Evidence, held: _Due) -> str:
    row = evidence.store.row(held.doc)
    return f"{row.title or ''}\n{held.task.block.of(evidence.store.document(held.doc).text)}"


def _state(evidence: Evidence, held: _Due, cites: Citations) -> Statement:
    document, task, due = evidence.store.document(held.doc), held.task, held.due
    whole = cites.cite(document.id, task.span)
    line = (
        Span(min(task.span.start, due.start), max(task.span.end, due.end)) if task.block.covers(due) else due
    )
    number = cites.cite(document.id, line, [due])
    value = (task.deadline.raw or "") if due == task.deadline_span else collapse(due.of(document.text))
    name = shortened(task.title or task.span.of(document.text), _WORDS_OF_A_TASK)
    pieces = [AnswerPiece("Thời hạn", value, (number, whole))]
    if due != task.deadline_span and not task.span.covers(due):
        # What is due then is one of several things that the task is made of.
        said = _sentence_of(document.text, next(action for action in task.actions if action.covers(due)), due)
        pieces.append(
            AnswerPiece("", f"“{collapse(said.of(document.text))}”", (cites.cite(document.id, said),))
        )
    return Statement(document.id, f"nhiệm vụ “{name}”", tuple(pieces))


_END = re.compile(r"[.;](?=\s+[A-ZĐÀ-Ỹ])")


def _sentence_of(text: str, action: Span, due: Span) -> Span:
    """Return the sentence of an action that names a day."""
    ends = [action.start, *(m.end() for m in _END.finditer(text, action.start, action.end)), action.end]
    first = max(end for end in ends if end <= due.start)
    last = min(end for end in ends if end >= due.end)
    return Span(first + len(text[first:last]) - len(text[first:last].lstrip()), last)
