"""Dates of issue, in full and partial: "ngày 18/5/2026", "ngày 18 tháng 5 năm 2026", "tháng 6 năm 2026".

Time limits are another matter (:mod:`indexer.deadlines`); here a date is only an issue date.
"""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

_DAY = re.compile(
    r"(?:ngày\s*)(\d{1,2})\s*(?:[/.\-]|tháng)\s*(\d{1,2})\s*(?:[/.\-]|,?\s*năm)\s*(\d{4})(?!\d)"
)
_BLANK_DAY = re.compile(
    r"ngày[\s.…_]*(\d{0,2})[\s.…_]*(?:tháng|/)[\s.…_]*(\d{0,2})[\s.…_]*(?:năm|/)[\s.…_]*(\d{4})?(?!\d)"
)
_YEAR = re.compile(r"năm\s+(\d{4})(?!\d)")


class IssueDate(NamedTuple):
    """A date at an offset: ``iso`` is partial where the text leaves a part blank, None for all blank."""

    iso: str | None
    end: int
    blank: bool


def _valid(year: int, month: int, day: int) -> bool:
    if not (1930 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def read_date(folded: str, at: int) -> IssueDate | None:
    """Read a date that begins at ``folded[at]`` with "ngày"; blanks in it are allowed."""
    full = _DAY.match(folded, at)
    if full is not None:
        day, month, year = (int(part) for part in full.groups())
        if _valid(year, month, day):
            return IssueDate(f"{year:04}-{month:02}-{day:02}", full.end(), False)
        return None
    blank = _BLANK_DAY.match(folded, at)
    if blank is None or (blank[1] and blank[2] and blank[3]):
        return None
    year_text, month_text = blank[3] or "", blank[2]
    if year_text and not 1930 <= int(year_text) <= 2100:
        return None
    iso = None
    if year_text:
        iso = year_text
        if month_text and 1 <= int(month_text) <= 12:
            iso += f"-{int(month_text):02}"
    end = blank.end()
    while end > at and folded[end - 1] in " .…_\n":
        end -= 1
    return IssueDate(iso, end, True)


def read_year(folded: str, at: int) -> IssueDate | None:
    """Read "năm 2015" at ``folded[at]``, as laws are cited."""
    found = _YEAR.match(folded, at)
    if found is None or not 1930 <= int(found[1]) <= 2100:
        return None
    return IssueDate(found[1], found.end(), False)
