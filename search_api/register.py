"""The register of tasks as people file it: rows of words and days, grouped by unit.

What the sheets, the annex and the calendar of :mod:`search_api.export` and :mod:`search_api.deadline_calendar`
have in common.  Nothing is added to what the documents say: a field that a document leaves out reads
"không nêu".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from indexer.clean import collapse
from indexer.records import Deadline
from indexer.units import canonical_unit
from search_api.dates import bound
from search_api.naming import document_name
from search_api.schemas import TaskRow

UNSTATED = "không nêu"
NO_UNIT = "Không nêu đơn vị chủ trì"


class Register(msgspec.Struct, frozen=True):
    """Tasks to hand out: ``conditions`` says in words how they were chosen, ``made`` when."""

    tasks: tuple[TaskRow, ...]
    made: date
    conditions: str = ""

    @property
    def documents(self) -> int:
        """How many documents the tasks come from."""
        return len({task.doc for task in self.tasks})


def conditions(
    document: str | None = None,
    unit: str | None = None,
    role: str | None = None,
    due_from: str | None = None,
    due_to: str | None = None,
) -> str:
    """Say in words how tasks were chosen; "" for all of them.  Dates are ISO.

    >>> conditions(unit="Công an xã", role="lead", due_to="2026-12-31")
    'đơn vị: Công an xã (chủ trì); hạn đến 31/12/2026'
    """
    roles = {"lead": "chủ trì", "coordinate": "phối hợp"}
    said = [f"văn bản: {document}"] if document else []
    if unit:
        said.append(f"đơn vị: {collapse(unit)}" + (f" ({roles[role]})" if role in roles else ""))
    elif role in roles:
        said.append(f"có nêu đơn vị {roles[role]}")
    bounds = [
        f"{word} {date.fromisoformat(day):%d/%m/%Y}"
        for word, day in (("từ", due_from), ("đến", due_to))
        if day
    ]
    if bounds:
        said.append(f"hạn {' '.join(bounds)}")
    return "; ".join(said)


class Group(msgspec.Struct, frozen=True):
    """The tasks of one unit; ``scope`` names whose unit it is where the register holds several bodies."""

    name: str
    scope: str
    tasks: tuple[TaskRow, ...]


def task_name(task: TaskRow) -> str:
    """Name a task: its heading, else its sentence; where that only names the unit, what the unit must do."""
    return collapse(task.content or task.title or task.quote)


def responsible(task: TaskRow) -> tuple[tuple[str, ...], str]:
    """Return the units that answer for a task, and in which role: "" (lead), "thực hiện" or "chỉ đạo"."""
    for units, role in (
        (task.lead_units, ""),
        (task.implementing_units, "thực hiện"),
        (task.directing_units, "chỉ đạo"),
    ):
        if units:
            return units, role
    return (), ""


def lead_words(task: TaskRow) -> str:
    """Write who leads; where the document only says who carries out or directs, say that it does."""
    units, role = responsible(task)
    words = "; ".join(units) or UNSTATED
    return f"{words} ({role})" if role else words


def listed(values: Iterable[str]) -> str:
    """Join values, or say that none is stated."""
    return "; ".join(collapse(value) for value in values) or UNSTATED


def deadline_words(task: TaskRow) -> str:
    """Quote the deadline."""
    return collapse(task.deadline_raw or task.deadline.raw or UNSTATED)


def issuer_words(task: TaskRow) -> str | None:
    """Name the body that made the document, with its place where the name alone does not tell it."""
    if task.issuer and task.level == "xa" and task.locality and task.locality not in task.issuer:
        return f"{task.issuer} {task.locality}"
    return task.issuer


def source_words(task: TaskRow) -> str:
    """Say where a task stands: the document (or that it is a draft), section and page."""
    parts = [document_name(task.type, task.symbol, task.draft, issuer_words(task))]
    if task.section:
        parts.append(f"mục {task.section}")
    if task.page is not None:
        parts.append(f"trang {task.page}")
    return ", ".join(parts)


def last_day(end: str | None, *, exclusive: bool) -> date | None:
    """Return the last day on which something is still in time.

    "Trước ngày 25/7/2026" allows 24/7/2026; a month or a year allows its last day.

    >>> last_day("2026-07-25", exclusive=True), last_day("2026-06", exclusive=False)
    (datetime.date(2026, 7, 24), datetime.date(2026, 6, 30))
    """
    # Before a month is before its first day.
    day = bound(end, last=not exclusive)
    return date.fromisoformat(day) - timedelta(days=exclusive) if day else None


def first_day(deadline: Deadline) -> date | None:
    """Return the first day of a range or period."""
    day = bound(deadline.start, last=False)
    return date.fromisoformat(day) if day else None


def due_day(deadline: Deadline) -> date | None:
    """Return the day by which a task must be done; None where the document sets no such day."""
    if deadline.kind not in ("by", "within", "range", "event") or deadline.open_ended:
        return None
    return last_day(deadline.end, exclusive=deadline.end_exclusive)


def _scope(task: TaskRow) -> str:
    """Name whose units a document speaks of: those of a sở or a commune are its own ("Văn phòng")."""
    own = issuer_words(task) if task.level in ("so", "xa") else None
    return own or task.locality or ""


def by_unit(tasks: Sequence[TaskRow]) -> list[Group]:
    """Group tasks by responsible unit, in order of first appearance; those without a unit last.

    A task of several units stands under each of them.  Spellings of one unit make one group, named by
    the commonest.
    """
    rows: dict[tuple[str, str], list[TaskRow]] = {}
    spellings: dict[tuple[str, str], Counter[str]] = {}
    unnamed: list[TaskRow] = []
    for task in tasks:
        units, _ = responsible(task)
        if not units:
            unnamed.append(task)
        scope = _scope(task)
        seen = set()
        for unit in units:
            key = (canonical_unit(unit) or unit, canonical_unit(scope))
            spellings.setdefault(key, Counter())[unit] += 1
            if key not in seen:
                rows.setdefault(key, []).append(task)
                seen.add(key)
    several = len({scope for _, scope in rows}) > 1
    groups = [
        Group(
            spellings[key].most_common(1)[0][0],
            _scope(held[0]) if several else "",
            tuple(held),
        )
        for key, held in rows.items()
    ]
    if unnamed:
        groups.append(Group(NO_UNIT, "", tuple(unnamed)))
    return groups
