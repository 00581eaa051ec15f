"""Days and periods as Vietnamese documents write them: "ngày 25/7/2026", "Quý III năm 2027".

:func:`find_periods` reads them off bare text (see :func:`indexer.clean.bare`); what a deadline makes of
them is :mod:`indexer.deadlines`'s business.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal

import msgspec

Precision = Literal["day", "month", "quarter", "half_year", "year"]


class Period(msgspec.Struct, frozen=True):
    """A day or a period; ``start`` and ``end`` are offsets, ``first`` and ``last`` its outer days.

    Where the text gives no year, ``first`` and ``last`` are None and ``month``/``day`` hold what it does
    give.  ``joined`` says that several periods were written as one ("Quý II, III").
    """

    start: int
    end: int
    precision: Precision
    first: date | None = None
    last: date | None = None
    month: int | None = None
    day: int | None = None
    last_month: int | None = None
    last_day: int | None = None
    joined: bool = False
    approx: bool = False
    anniversary: bool = False

    def in_year(self, year: int) -> Period:
        """Return the period with its dates in ``year`` (29/2 becomes 28/2 where it must)."""
        if self.month is None:
            return self
        begin, close = _days(self.month, self.last_month or self.month, year, self.day)
        if self.last_day is not None:
            close = _days(self.month, self.month, year, self.last_day)[1]
        return msgspec.structs.replace(self, first=begin, last=close)


_YEAR = r"((?:19|20)\d\d)(?!\d)"
_D = r"(\d{1,2})"
_SEP = r"\s*[/.\-]\s*"
_OF_YEAR = rf"(?:\s*[/-]\s*(?:nam\s+)?{_YEAR}|\s*,?\s*(?:cua\s+)?nam\s+{_YEAR}|\s+{_YEAR})?"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_QUARTER = r"(?:iv|i{1,3}|[1-4])(?![a-z\d])"
_ORDINAL = {"1": 1, "nhat": 1, "dau": 1, "2": 2, "hai": 2, "3": 3, "ba": 3, "4": 4, "tu": 4, "cuoi": 4}
_LIST = r"\s*(?:,|va|-|den|;|&)\s*"


def _days(month: int, last_month: int, year: int, day: int | None = None) -> tuple[date, date]:
    if day is not None:
        only = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        return only, only
    return date(year, month, 1), date(year, last_month, calendar.monthrange(year, last_month)[1])


def _valid(day: int | None, month: int) -> bool:
    return 1 <= month <= 12 and (day is None or 1 <= day <= (29 if month == 2 else 31))


def _year_of(match: re.Match[str], *groups: int) -> int | None:
    return next((int(match.group(g)) for g in groups if match.group(g)), None)


def _period(
    match: re.Match[str],
    precision: Precision,
    month: int,
    year: int | None,
    *,
    day: int | None = None,
    last_month: int | None = None,
    joined: bool = False,
    approx: bool = False,
    anniversary: bool = False,
) -> Period | None:
    if not _valid(day, month) or (last_month is not None and not month <= last_month <= 12):
        return None
    period = Period(
        match.start(),
        match.end(),
        precision,
        month=month,
        day=day,
        last_month=last_month,
        joined=joined,
        approx=approx,
        anniversary=anniversary,
    )
    return period if year is None else period.in_year(year)


def _span_of_days(match: re.Match[str], first: date, last: date, precision: Precision) -> Period:
    return Period(match.start(), match.end(), precision, first=first, last=last, joined=True)


def _anniversary(match: re.Match[str]) -> Period | None:
    day, month, since, day2, month2, year = (int(g) for g in match.groups())
    if (day, month) != (day2, month2) or year - since < 5:
        return None
    return _period(match, "day", month, year, day=day, anniversary=True)


def _day_range(match: re.Match[str]) -> Period | None:
    first_day, last_day, month = (int(match.group(g)) for g in (1, 2, 3))
    year = _year_of(match, 4)
    if year is None or not (_valid(first_day, month) and _valid(last_day, month) and first_day < last_day):
        return None
    first, last = _days(month, month, year, first_day)[0], _days(month, month, year, last_day)[0]
    return _span_of_days(match, first, last, "day")


def _full_date(match: re.Match[str]) -> Period | None:
    return _period(match, "day", int(match.group(2)), int(match.group(3)), day=int(match.group(1)))


def _long_date(match: re.Match[str]) -> Period | None:
    return _period(match, "day", int(match.group(2)), _year_of(match, 3, 4, 5), day=int(match.group(1)))


def _half(match: re.Match[str]) -> Period | None:
    months = 9 if match.group(1) in ("9", "09", "chin") else 6
    if match.group(2) == "cuoi":
        return _period(match, "half_year", 13 - months, _year_of(match, 3), last_month=12)
    precision: Precision = "half_year" if months == 6 else "month"
    return _period(match, precision, 1, _year_of(match, 3), last_month=months)


def _week(match: re.Match[str]) -> Period | None:
    number, month = _ORDINAL[match.group(1)], int(match.group(2))
    year = _year_of(match, 3, 4, 5)
    if year is None or not _valid(None, month):
        return _period(match, "month", month, year, approx=True)
    last_day = calendar.monthrange(year, month)[1]
    first = last_day - 6 if match.group(1) == "cuoi" else 7 * number - 6
    found = _span_of_days(match, date(year, month, first), date(year, month, min(first + 6, last_day)), "day")
    return msgspec.structs.replace(found, approx=True, joined=False)


_THIRDS = {"dau": (1, 10), "giua": (11, 20), "cuoi": (21, 31)}


def _months(match: re.Match[str]) -> Period | None:
    part, month = match.group(1), int(match.group(2))
    more = [int(n) for n in re.findall(r"\d+", match.group(3))]
    year = _year_of(match, 4, 5, 6)
    found = _period(
        match,
        "month",
        month,
        year,
        last_month=more[-1] if more else None,
        joined=bool(more),
        approx=bool(part),
    )
    if found is None or part is None or more:
        return found
    first, last = _THIRDS[part]
    third = msgspec.structs.replace(found, day=first, last_day=last, precision="day")
    return third if year is None else third.in_year(year)


def _quarters(match: re.Match[str]) -> Period | None:
    numbers = [_ROMAN[n] for n in re.findall(_QUARTER, match.group(1))]
    if numbers != sorted(numbers):
        return None
    return _period(
        match,
        "quarter",
        3 * numbers[0] - 2,
        _year_of(match, 2, 3, 4),
        last_month=3 * numbers[-1],
        joined=len(numbers) > 1,
    )


def _month_of_year(match: re.Match[str]) -> Period | None:
    return _period(match, "month", int(match.group(1)), int(match.group(2)))


def _school_year(match: re.Match[str]) -> Period | None:
    first, last = int(match.group(1)), int(match.group(2))
    if last != first + 1:
        return None
    found = _span_of_days(match, date(first, 9, 1), date(last, 5, 31), "year")
    return msgspec.structs.replace(found, approx=True)


def _years(match: re.Match[str]) -> Period | None:
    first, last = int(match.group(1)), int(match.group(2))
    return _span_of_days(match, date(first, 1, 1), date(last, 12, 31), "year") if first < last else None


def _year(match: re.Match[str]) -> Period | None:
    part, first = match.group(1), int(match.group(2))
    more = [int(n) for n in re.findall(r"\d{4}", match.group(3))]
    last = more[-1] if more else first
    if last < first:
        return None
    begin, close = date(first, 1, 1), date(last, 12, 31)
    if part and not more:
        months = {"dau": (1, 3), "giua": (5, 8), "cuoi": (10, 12)}[part]
        begin, close = _days(*months, first)
    return Period(
        match.start(), match.end(), "year", first=begin, last=close, joined=bool(more), approx=bool(part)
    )


def _part_of_year(match: re.Match[str]) -> Period | None:
    first, last = {"dau": (1, 3), "giua": (5, 8), "cuoi": (10, 12)}[match.group(1)]
    return _period(match, "year", first, None, last_month=last, approx=True)


def _bare_year(match: re.Match[str]) -> Period | None:
    year = int(match.group(1))
    return Period(match.start(), match.end(), "year", first=date(year, 1, 1), last=date(year, 12, 31))


def _day_month(match: re.Match[str]) -> Period | None:
    return _period(match, "day", int(match.group(2)), None, day=int(match.group(1)))


_NAMED_DAY = rf"(?<![\d/.,-])(?:ngay\s+)?{_D}{_SEP}{_D}{_SEP}"
_RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = tuple(
    (needs, re.compile(pattern), make)
    for needs, pattern, make in (
        ("0", rf"{_NAMED_DAY}{_YEAR}\s*(?:-|den)\s*(?:ngay\s+)?{_D}{_SEP}{_D}{_SEP}{_YEAR}", _anniversary),
        (
            "/",
            rf"(?<![\d/])(?:ngay\s+)?{_D}\s*(?:-|den)\s*(?:ngay\s+)?{_D}\s*/\s*{_D}\s*/\s*{_YEAR}",
            _day_range,
        ),
        ("0", rf"{_NAMED_DAY}{_YEAR}", _full_date),
        ("thang", rf"(?<!\d)(?:ngay\s+)?{_D}\s+thang\s+{_D}(?!\d){_OF_YEAR}", _long_date),
        ("thang", rf"\b(0?6|sau|0?9|chin)\s+thang\s+(dau|cuoi)\s+nam(?:\s+{_YEAR})?", _half),
        (
            "tuan",
            rf"\btuan\s+(?:le\s+)?(?:thu\s+)?(\d|nhat|hai|ba|tu|dau|cuoi)(?:\s+tien)?\s+(?:cua\s+)?thang\s+{_D}{_OF_YEAR}",
            _week,
        ),
        (
            "thang",
            rf"(?:\b(dau|giua|cuoi)\s+)?\bthang\s+{_D}(?!\d)((?:{_LIST}(?:thang\s+)?\d{{1,2}}(?![\d/]*/\d{{1,2}}/|\d))*){_OF_YEAR}",
            _months,
        ),
        ("qu", rf"\bqu[yi]\s+({_QUARTER}(?:{_LIST}(?:qu[yi]\s+)?{_QUARTER})*){_OF_YEAR}", _quarters),
        ("/", rf"(?<![\d/.])(\d{{1,2}})\s*/\s*{_YEAR}", _month_of_year),
        ("nam", rf"\bnam\s+hoc\s+{_YEAR}\s*-\s*{_YEAR}", _school_year),
        (
            "0",
            rf"(?<![\d/-])(?:giai\s+doan\s+|nhiem\s+ki\s+|nam\s+)?{_YEAR}\s*(?:-|den)\s*(?:nam\s+)?{_YEAR}",
            _years,
        ),
        (
            "nam",
            rf"(?:\b(dau|giua|cuoi)\s+)?\bnam\s+{_YEAR}((?:\s*(?:,|va|;)\s*(?:nam\s+)?(?:19|20)\d\d(?!\d))*)",
            _year,
        ),
        ("nam", r"\b(dau|giua|cuoi)\s+nam\b(?!\s+(?:\d|sau|toi|truoc))", _part_of_year),
        ("/", rf"(?<![\d/.])(?:ngay\s+)?{_D}\s*/\s*{_D}(?![\d/%]|\s*/)", _day_month),
        ("0", rf"(?:(?<=den )|(?<=tu )|(?<=trong )|^\s*){_YEAR}(?=\s*(?:$|[,;.)]|va\b|den\b))", _bare_year),
    )
)
"""What a text must hold for a rule to find anything in it ("0" for a digit), the rule, the period."""
_DIGIT = re.compile(r"\d")
_ACUTE = ("ý", "Ý", "í", "Í", "ú")


def find_periods(bare_text: str, text: str | None = None) -> list[Period]:
    """Find the days and periods of ``bare_text`` in order, the longest reading first.

    ``text`` is the unfolded text of the same length: "quy 1" is a quarter only where it is not plainly
    another word ("quỹ 1").
    """
    found: list[Period] = []
    digits = _DIGIT.search(bare_text) is not None
    for needs, pattern, make in _RULES:
        if not (digits if needs == "0" else needs in bare_text):
            continue
        for match in pattern.finditer(bare_text):
            if any(p.start < match.end() and match.start() < p.end for p in found):
                continue
            if make is _quarters and text is not None and not _is_quarter(text[match.start() : match.end()]):
                continue
            period = make(match)
            if period is not None:
                found.append(period)
    return sorted(found, key=lambda p: p.start)


def _is_quarter(word: str) -> bool:
    return word[:3].isascii() or any(letter in word[:3] for letter in _ACUTE)


def with_years(periods: list[Period], year: int | None) -> Iterator[Period]:
    """Give periods without a year that of the next dated one, else of the last, else ``year``."""
    known = [p.last.year if p.last else None for p in periods]
    for at, period in enumerate(periods):
        if period.first is not None or period.month is None:
            yield period
            continue
        later = next((y for y in known[at + 1 :] if y), None)
        earlier = next((y for y in reversed(known[:at]) if y), None)
        chosen = later or earlier or year
        yield period if chosen is None else period.in_year(chosen)
