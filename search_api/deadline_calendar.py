"""Deadlines as a calendar (iCalendar, RFC 5545) that Outlook, Google Calendar and telephones take in.

A dated task is an all-day event on the last day in time; a report that comes back is one event with a
rule.  Events, not VTODO: the calendars officials use do not show those.  What has no computable day
(thường xuyên, hằng năm without a day, theo kế hoạch của …) makes no event; how many such tasks there
are is said in the calendar's description.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from indexer.clean import bare
from indexer.records import Deadline
from search_api.register import (
    Register,
    deadline_words,
    due_day,
    last_day,
    lead_words,
    listed,
    source_words,
    task_name,
)
from search_api.schemas import TaskRow

_MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
_TITLE = 120
"""Characters of a task's name that a calendar shows in a line; the whole stands in the description."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Due(msgspec.Struct, frozen=True):
    """A day to be reminded of: the first one, the rule by which it comes back, what it is called.

    ``occasion``: the text says to do it about this day ("dịp 27/7"), not by it.
    """

    day: date
    rule: dict[str, Any] | None = None
    name: str = ""
    occasion: bool = False


def due_days(deadline: Deadline, made: date) -> list[Due]:
    """Return the days of a deadline; a recurring one begins at its start, or at ``made``.

    Empty where no day can be computed.
    """
    if deadline.kind == "event" and deadline.milestones:
        return [
            Due(day, name=milestone.get("name", ""))
            for milestone in deadline.milestones
            if (day := last_day(_date_of(milestone), exclusive=False)) is not None
        ]
    if deadline.kind == "recurring":
        return list(_recurring(deadline, made))
    day = due_day(deadline)
    return [Due(day)] if day is not None else []


def _date_of(milestone: dict[str, str]) -> str | None:
    """Return the day of a milestone; one "by" a day does not say here whether the day itself is in time."""
    ends = milestone.get("kind") in ("within", "range")
    return milestone.get("date") or (milestone.get("end") if ends else None)


def _recurring(deadline: Deadline, made: date) -> Iterator[Due]:
    since = date.fromisoformat(deadline.start) if deadline.start and len(deadline.start) == 10 else made
    until = last_day(deadline.end, exclusive=False) if not deadline.open_ended else None
    about = re.search(r"\bdip\b", bare(deadline.raw or "")) is not None
    for month, day in _anchors(deadline):
        for due in _yearly(month, day, since, until, exclusive=deadline.end_exclusive):
            yield msgspec.structs.replace(due, occasion=about)
    recurrence = deadline.recurrence or {}
    frequency = str(recurrence.get("freq", ""))
    wanted = recurrence.get("day")
    weekday = recurrence.get("weekday")
    if frequency == "weekly" and isinstance(weekday, int) and 1 <= weekday <= 7:
        index = (weekday - 1 - deadline.end_exclusive) % 7
        first = since + timedelta(days=(index - since.weekday()) % 7)
        yield from _bounded(first, {"FREQ": "WEEKLY", "BYDAY": _WEEKDAYS[index]}, until)
    elif frequency == "yearly" and isinstance(recurrence.get("month"), int):
        yield from _yearly(
            int(recurrence["month"]),
            int(wanted) if isinstance(wanted, int) else None,
            since,
            until,
            exclusive=deadline.end_exclusive,
        )
    elif frequency in ("monthly", "quarterly", "half_yearly") and isinstance(wanted, int):
        yield from _monthly(recurrence, frequency, wanted, since, until, exclusive=deadline.end_exclusive)


def _monthly(
    recurrence: dict[str, str | int],
    frequency: str,
    wanted: int,
    since: date,
    until: date | None,
    *,
    exclusive: bool,
) -> Iterator[Due]:
    """Yield "ngày d" of each month, or of one month of each quarter or half year if the text says which."""
    rule: dict[str, Any] = {"FREQ": "MONTHLY"}
    months = range(1, 13)
    if frequency != "monthly":
        size = _MONTHS[frequency]
        place = recurrence.get("month_of_period")
        if not isinstance(place, int) or not 1 <= place <= size:
            return
        months = range(place, 13, size)
        rule = {"FREQ": "YEARLY"}
    if exclusive and wanted == 1:
        rule["BYMONTHDAY"] = -1
        months = range(1, 13) if frequency == "monthly" else _before(months)
    else:
        # A month without day 31 is reminded of on its last day: the latest of those listed.
        wanted -= exclusive
        rule["BYMONTHDAY"] = wanted if wanted <= 28 else list(range(28, wanted + 1))
        if wanted > 28:
            rule["BYSETPOS"] = -1
    if frequency != "monthly":
        rule["BYMONTH"] = list(months)
    if frequency != "monthly" and "BYSETPOS" in rule:
        # BYSETPOS counts within a year here, not within a month: one rule a month instead.
        for month in rule["BYMONTH"]:
            yield from _yearly(month, wanted, since, until, exclusive=False)
        return
    days = (since + timedelta(days=n) for n in range(370))
    first = next(d for d in days if d.month in months and d.day == _in_month(d, int(wanted), rule))
    yield from _bounded(first, rule, until)


def _before(months: range) -> Any:
    return sorted((month - 2) % 12 + 1 for month in months)


def _in_month(day: date, wanted: int, rule: dict[str, Any]) -> int:
    last = _last_of(day.year, day.month)
    return last if rule["BYMONTHDAY"] == -1 else min(wanted, last)


def _last_of(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def _yearly(
    month: int, day: int | None, since: date, until: date | None, *, exclusive: bool
) -> Iterator[Due]:
    """Yield a day of each year; a month alone is due on its last day, or before its first."""
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return
    if exclusive and day in (None, 1):
        month, day = (month - 2) % 12 + 1, None
    elif exclusive and day is not None:
        day -= 1
    whole = day is None or day >= _last_of(2001, month)
    for year in (since.year, since.year + 1):
        first = date(year, month, _last_of(year, month) if whole or day is None else day)
        if first >= since:
            rule = {"FREQ": "YEARLY", "BYMONTH": month, "BYMONTHDAY": -1 if whole else day}
            yield from _bounded(first, rule, until)
            return


def _bounded(first: date, rule: dict[str, Any], until: date | None) -> Iterator[Due]:
    if until is None:
        yield Due(first, rule)
    elif first <= until:
        yield Due(first, {**rule, "UNTIL": until})


def _anchors(deadline: Deadline) -> Iterator[tuple[int, int | None]]:
    """Yield (month, day) of the anchors that name one ("--07-27"); feasts of the moon name none."""
    for anchor in deadline.anchors:
        parts = anchor.removeprefix("--").split("-")
        if anchor.startswith("--") and all(part.isdigit() for part in parts):
            yield int(parts[0]), int(parts[1]) if len(parts) > 1 else None


def ics(register: Register, now: datetime | None = None) -> bytes:
    """Make the calendar; ``now`` (default: the day the register was made) is its time stamp."""
    import icalendar

    stamp = now or datetime.combine(register.made, time(), UTC)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//chithi//Hạn hoàn thành nhiệm vụ//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Hạn hoàn thành nhiệm vụ")
    without = 0
    events = []
    for task in register.tasks:
        days = due_days(task.deadline, register.made)
        without += not days
        events += [_event(task, due, order, stamp) for order, due in enumerate(days)]
    said = f"{len(register.tasks) - without} nhiệm vụ có ngày hoàn thành."
    if without:
        said += (
            f" {without} nhiệm vụ khác không có ngày tính được (thường xuyên, không nêu thời hạn, theo kế hoạch "
            "của cơ quan khác…) nên không có trong lịch."
        )
    if register.conditions:
        said += f" Điều kiện lọc: {register.conditions}."
    calendar.add("description", said)
    calendar.add("x-wr-caldesc", said)
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(task: TaskRow, due: Due, order: int, stamp: datetime) -> Any:
    import icalendar

    event = icalendar.Event()
    identity = hashlib.sha256(f"{task.id}\0{task.start}\0{order}".encode()).hexdigest()[:24]
    event.add("uid", f"{identity}@chithi")
    event.add("dtstamp", stamp)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    if due.rule:
        event.add("rrule", due.rule)
    name = task_name(task)
    short = textwrap.shorten(name, _TITLE, placeholder="…")
    what = "Nhắc việc" if due.occasion else "Hạn"
    event.add("summary", f"{what}: {due.name} – {short}" if due.name else f"{what}: {short}")
    event.add(
        "description",
        "\n".join(
            (
                f"Nhiệm vụ: {name}",
                f"Chủ trì: {lead_words(task)}",
                f"Phối hợp: {listed(task.coordinating_units)}",
                f"Thời hạn ghi trong văn bản: {deadline_words(task)}",
                f"Sản phẩm: {listed(task.products)}",
                f"Nguồn: {source_words(task)}",
            )
        ),
    )
    event.add("transp", "TRANSPARENT")
    return event
