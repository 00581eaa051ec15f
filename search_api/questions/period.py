"""The time that a question speaks of: "tháng 9", "quý III năm 2026", "trước 30/6/2026"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection

from indexer.clean import bare

_MONTHS_OF_A_QUARTER = 3
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = r"(?:(?: nam |/| )(?P<year>(?:19|20)\d\d))?"
_DAY = re.compile(
    r"(?P<before>truoc|den het|het|cham nhat|den)(?: ngay)? (?P<day>\d{1,2})/(?P<month>\d{1,2})"
    r"(?:/(?P<year>(?:19|20)\d\d))?(?![\d/])"
)
_MONTH = re.compile(rf"(?P<before>truoc |den het |het )?thang (?P<month>1[0-2]|0?[1-9])(?!\d){_YEAR}")
_QUARTER = re.compile(
    rf"(?P<before>truoc |den het |het )?qu[iy] (?P<quarter>i{{1,3}}|iv|[1-4])(?![a-z0-9]){_YEAR}"
)
_WHOLE_YEAR = re.compile(r"(?P<before>truoc |den het |het )?(?<!quy )nam (?P<year>(?:19|20)\d\d)(?!\d)")


def due_period(text: str, years: Collection[int]) -> list[tuple[str | None, str]]:
    """Return the (first, last) days, ISO, of the time that a question speaks of; none where it speaks of none.

    A question that names no year means each of ``years``.  Before "trước", "hết" the first day is open.

    >>> due_period("việc nào phải xong trong quý III", {2026})
    [('2026-07-01', '2026-09-30')]
    """
    flat = bare(text)
    for pattern in (_DAY, _MONTH, _QUARTER, _WHOLE_YEAR):
        match = pattern.search(flat)
        if match is None:
            continue
        named = match.groupdict()
        meant = [int(named["year"])] if named.get("year") else sorted(years)
        out = []
        for year in meant:
            first, last = _limits(named, year)
            ahead = "truoc" in (named["before"] or "") and pattern is not _DAY
            out.append((None if named["before"] else first, first if ahead else last))
        return out
    return []


def _limits(named: dict[str, str | None], year: int) -> tuple[str, str]:
    if named.get("day"):
        day = f"{year}-{int(named['month'] or 1):02}-{int(named['day'] or 1):02}"
        return day, day
    if named.get("month"):
        first = last = int(named["month"] or 1)
    elif named.get("quarter"):
        last = _QUARTERS[named["quarter"] or "1"] * _MONTHS_OF_A_QUARTER
        first = last - _MONTHS_OF_A_QUARTER + 1
    else:
        first, last = 1, 12
    return f"{year}-{first:02}-01", f"{year}-{last:02}-{calendar.monthrange(year, last)[1]:02}"


def without_period(text: str) -> str:
    """Take the time out of a text: it chooses the tasks and is not what they are about."""
    flat = bare(text)
    for pattern in (_DAY, _MONTH, _QUARTER, _WHOLE_YEAR):
        match = pattern.search(flat)
        if match is not None:
            return f"{text[: match.start()]} {text[match.end() :]}"
    return text
