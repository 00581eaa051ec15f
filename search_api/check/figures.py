"""Quantities inside the wording of two passages: how many, how often, within how long.

Targets (chỉ tiêu) are read by the indexer; a task also holds figures that are no target of their own
("mỗi tuần tối thiểu 20 mẫu", "trong vòng 02 giờ").  Only figures of one unit are set against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from indexer.clean import fold
from indexer.records import Span

_SPELLED = {
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
}
_PERIODS = {"ngày": 365.0, "tuần": 52.0, "tháng": 12.0, "quý": 4.0, "năm": 1.0, "năm học": 1.0}
_COUNTED = r"lần|kỳ|kì|buổi|đợt|mẫu|cuộc|lượt|lớp|hội nghị|tin|bài|chuyên mục|số"
_FIGURE = re.compile(
    r"(?P<least>(?:tối thiểu|ít nhất|không (?:dưới|ít hơn|thấp hơn)|trên|từ)\s+)?"
    r"(?<![\d/.,\-])(?P<n>\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?)(?![\d/\-])\s*(?P<unit>%|[^\W\d_]+(?:\s+[^\W\d_]+)?)"
)
_OFTEN_WORD = re.compile(rf"(?<!\w)(?P<n>{'|'.join(_SPELLED)})\s+(?P<unit>{_COUNTED})(?!\w)")
_PER_BEFORE = re.compile(
    r"(?:mỗi|hằng|hàng|một|trong một)\s+(?P<per>năm học|ngày|tuần|tháng|quý|năm)[^.;,]{0,40}$"
)
_PER_AFTER = re.compile(
    r"^(?:[^.;,]|(?<=xã), phường){0,30}?(?:mỗi|một|/|trong một|hằng|hàng)\s*(?P<per>năm học|ngày|tuần|tháng|quý|năm)(?!\w)"
)
# "20 thẻ trong năm 2026", "năm 2026 mở 02 lớp": what one year is promised; not what is done by its end.
_IN_YEAR_BEFORE = re.compile(
    r"(?<!đến )(?<!hết )(?<!cuối )(?<!đến hết )(?<!\w)năm (?:20\d\d|nay)[^.;,\d]{0,30}$"
)
_IN_YEAR_AFTER = re.compile(
    r"^[^.;,]{0,30}?(?<!\w)(?:(?:trong|của) năm(?: 20\d\d| nay)?(?!\w| học)"
    r"|(?<!đến )(?<!hết )(?<!cuối )(?<!đầu )(?<!từ )năm 20\d\d)"
)
_A_PERIOD = r"(?!(?:năm|tháng|quý|tuần|ngày|học kỳ|kỳ)(?!\w))"
_EACH_BEFORE = re.compile(rf"(?:mỗi|từng)\s+{_A_PERIOD}[^.;,\d]{{1,30}}$")
_EACH_AFTER = re.compile(rf"^\s*[^.;,\d]{{0,30}}?(?:mỗi|từng)\s+{_A_PERIOD}")
_WITHIN = re.compile(
    r"(?:trong(?: (?:vòng|thời hạn|thời gian))?|không quá|chậm nhất|sau|tối đa)\s+(?:là\s+)?$"
)
_WITHIN_AFTER = re.compile(r"^\s*(?:làm việc\s+)?(?:tiếp theo|kể từ|tính từ)")
_PART_OF_YEAR = re.compile(r"^\s*(?:đầu|cuối)\b")
_FAIR = "ngày hội"
"""An event that begins like a span of time."""
TIMES = frozenset({"lần", "kỳ", "kì", "đợt"})
"""What counts how often the very thing is done that a clause names."""
EVENTS = frozenset({_FAIR, "lớp", "buổi", "cuộc", "phiên", "hội", "chuyến", "số", "chuyên"})
"""Units that are the thing itself: "01 ngày hội" is one time."""
_NO_UNIT = frozenset({"năm", "tháng", "quý", "trở", "và", "đến", "điều", "khoản", "của", "là"})
_BEFORE_DATE = re.compile(
    r"(?<!mỗi )(?<!hằng )(?<!hàng )(?<!một )"
    r"(?:ngày|tháng|quý|năm|điều|khoản|mục|số|giai đoạn|nhóm|phụ lục|hạng|cấp|đợt|trước|loại)\s+$"
)
# A scan reads 1 as l: "0l lần", "l2 lớp".
_SCANNED = re.compile(r"(?<=\d)l(?![^\W\d_])|(?<![^\W_])l(?=\d)")
_TIME = {"phút": 1 / 60, "giờ": 1.0, "ngày": 24.0, "tuần": 168.0, "tháng": 720.0}


class Figure(msgspec.Struct, frozen=True):
    """A quantity: value, what is counted, by year where a period is stated; ``most`` where more is worse."""

    span: Span
    value: float
    unit: str
    often: float | None = None
    each: bool = False
    least: bool = False
    most: bool = False


def figures(text: str, span: Span) -> Iterator[Figure]:
    """Yield the quantities of a stretch; dates, numbers of documents and of sections are none."""
    folded = fold(text[span.start : span.end]).replace("\n", " ")
    folded = _SCANNED.sub("1", folded)
    for pattern in (_FIGURE, _OFTEN_WORD):
        for match in pattern.finditer(folded):
            unit = match["unit"].split()[0]
            before = folded[max(0, match.start() - 60) : match.start()]
            follows = folded[match.start("unit") + len(unit) : match.start("unit") + len(unit) + 24]
            within = _WITHIN.search(before) is not None or _WITHIN_AFTER.match(follows) is not None
            if unit in _NO_UNIT or (_BEFORE_DATE.search(before) and not within):
                continue
            value = _value(match["n"])
            after = folded[match.end("unit") if unit == match["unit"] else match.start("unit") + len(unit) :]
            where = Span(span.start + match.start(), span.start + match.start("unit") + len(unit))
            if match["unit"] == _FAIR:
                unit = _FAIR
            elif unit in _TIME:
                if within and not _PART_OF_YEAR.match(after):
                    yield Figure(where, value * _TIME[unit], "thời gian", most=True, least=True)
                continue
            per = _PER_AFTER.search(after) or _PER_BEFORE.search(before)
            one_year = per is None and (_IN_YEAR_AFTER.search(after) or _IN_YEAR_BEFORE.search(before))
            yield Figure(
                where,
                value,
                unit,
                often=value * _PERIODS[per["per"]] if per else value if one_year else None,
                each=bool(_EACH_BEFORE.search(before) or _EACH_AFTER.search(after)),
                least=bool(match.groupdict().get("least")),
            )


def _value(words: str) -> float:
    if words in _SPELLED:
        return float(_SPELLED[words])
    return float(words.replace(".", "").replace(",", "."))


def less(parent: Figure, child: Figure) -> bool | None:
    """Say whether the child's figure promises less; None where the two cannot be set against each other."""
    if parent.unit != child.unit or parent.most != child.most:
        return None
    if parent.most:
        return child.value > parent.value
    if parent.often is not None and child.often is not None:
        return child.often < parent.often
    if (parent.often is None) != (child.often is None) and parent.unit not in ("%",):
        return None
    return child.value < parent.value
