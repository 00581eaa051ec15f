"""Time limits inside the wording of a clause, wherever they stand: "đến hết năm 2026", "quý II/2026", "từ tháng 6/2026".

The indexer reads the one limit of a task; a clause may hold a second, and goals and table cells hold their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from indexer.clean import fold
from indexer.deadlines import read_deadline
from indexer.records import Deadline, Span
from search_api.check.compare import Dated, day

_YEAR = r"20\d\d"
_DATE = rf"(?:ngày )?\d{{1,2}}/\d{{1,2}}/{_YEAR}|ngày \d{{1,2}}(?:/\d{{1,2}}(?!/)| tháng \d{{1,2}}(?: năm {_YEAR})?)"
_MONTH = rf"tháng \d{{1,2}}(?:/{_YEAR}| năm {_YEAR})"
_QUARTER = rf"quý (?:iv|iii|ii|i|[1-4])(?:/{_YEAR}| năm {_YEAR}|, năm {_YEAR})"
_AT = rf"{_DATE}|{_MONTH}|{_QUARTER}|năm {_YEAR}"
_TIME = re.compile(
    rf"(?<!\w)(?:từ (?P<a>{_AT})(?: đến| -|–) (?:hết )?(?P<b>{_AT})"
    rf"|(?P<from>(?:bắt đầu |kể )?từ (?:{_AT}))(?! đến)"
    rf"|(?:trước|chậm nhất|muộn nhất|đến hết|đến cuối|đến|hết|trong|vào|cuối|xong)(?: là)?(?: vào)? (?:{_AT})"
    rf"|{_QUARTER}|(?<!từ ){_MONTH})(?![\d/])"
)
_NO_YEAR = re.compile(r"(\d{1,2}/\d{1,2})(?!/)(?!\d)|(\d{1,2} tháng \d{1,2})(?! năm)(?!\d)")
_SHORTER = timedelta(days=7)
_SEASON = timedelta(days=366)


def times(text: str, span: Span, year: int | None) -> Iterator[Dated]:
    """Yield the limits of a stretch; a day without a year is taken to be of ``year``."""
    folded = fold(text[span.start : span.end]).replace("\n", " ")
    for match in _TIME.finditer(folded):
        raw = text[span.start + match.start() : span.start + match.end()]
        words = " ".join(raw.split())
        if year is not None:
            words = _dated(words, year)
        limit = read_deadline(words)
        if limit.kind in ("by", "within", "range", "event") and (limit.end or limit.start):
            yield Dated(limit, Span(span.start + match.start(), span.start + match.end()))


def _dated(words: str, year: int) -> str:
    def with_year(match: re.Match[str]) -> str:
        return f"{match[1]}/{year}" if match[1] else f"{match[2]} năm {year}"

    return _NO_YEAR.sub(with_year, words)


def shorter(parent: Deadline, child: Deadline) -> bool:
    """Say whether the child's season lies inside the parent's and is shorter ("từ 15/5 đến 15/10")."""
    a, b, c, d = day(parent.start), day(parent.end), day(child.start), day(child.end)
    if a is None or b is None or c is None or d is None or parent.kind != "range" or child.kind != "range":
        return False
    return b - a < _SEASON and a <= c and d <= b and (b - a) - (d - c) >= _SHORTER
