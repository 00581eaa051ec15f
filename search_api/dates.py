"""Dates as people type them into filters, to the ISO bounds that the index compares."""

from __future__ import annotations

import calendar
import re
from datetime import date

from indexer.errors import UnknownOption

_FORMS = (
    re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,2})[/-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})"),
)


def bound(text: str | None, *, last: bool, name: str = "ngày") -> str | None:
    """Return the ISO date of one end of a period; None for an empty value.

    A month or a year stands for its first day, or with ``last`` for its last.  Raises
    ``UnknownOption``, naming the option ``name``, for anything else.

    >>> bound("6/2026", last=True), bound("25/7/2026", last=False)
    ('2026-06-30', '2026-07-25')
    """
    value = (text or "").strip()
    if not value:
        return None
    for form in _FORMS:
        if found := form.fullmatch(value):
            parts = {key: int(number) for key, number in found.groupdict().items()}
            year, month = parts["y"], parts.get("m", 12 if last else 1)
            try:
                day = parts.get("d") or (calendar.monthrange(year, month)[1] if last else 1)
                return date(year, month, day).isoformat()
            except ValueError:
                break
    raise UnknownOption(
        f"{name}: không hiểu ngày “{value[:40]}”. Viết ngày/tháng/năm, ví dụ 25/7/2026, 7/2026 hoặc 2026."
    )
