"""What differs between a parent's passage and the child's: time limits, targets, citations, copying.

Dates are compared as intervals.  A limit is *later* only where the child's last day lies after the parent's;
where the child's period merely reaches over the parent's day, that is said as possible, not as certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from indexer.clean import collapse, fold
from indexer.deadlines import latest
from indexer.organs import organ_fits
from indexer.records import BOILERPLATE, Deadline, Document, Reference, Span, Target
from indexer.references import SELF
from indexer.symbols import symbol_key
from search_api.check.schemas import Alert, Severity

_FIXED = frozenset({"by", "within", "range", "event"})
_LONG = timedelta(days=550)
"""A period longer than this is a phase, not a date that "thường xuyên" could weaken."""


class Dated(msgspec.Struct, frozen=True):
    """A time limit and where it stands."""

    deadline: Deadline
    span: Span | None


def day(value: str | None) -> date | None:
    """Return the date of an ISO string that names a whole day."""
    return date.fromisoformat(value) if value is not None and len(value) == 10 else None


def _shown(moment: date) -> str:
    return f"{moment:%d/%m/%Y}"


def _phase(deadline: Deadline) -> bool:
    start, end = day(deadline.start), day(deadline.end)
    return deadline.open_ended or (start is not None and end is not None and end - start > _LONG)


_FREQUENCIES = {"weekly": 7, "monthly": 31, "quarterly": 92, "half_yearly": 184, "yearly": 366}


def _recurring(parent: Deadline, child: Deadline) -> tuple[str, Severity, str] | None:
    a, b = parent.recurrence or {}, child.recurrence or {}
    if not a or not b:
        return None
    if _FREQUENCIES.get(str(b.get("freq")), 0) > _FREQUENCIES.get(str(a.get("freq")), 999):
        return ("deadline_later", "warning", "định kỳ thưa hơn: cấp trên yêu cầu “{p}”, kế hoạch ghi “{c}”")
    if a.get("freq") != b.get("freq"):
        return None
    mine = (int(b.get("month", 0)), int(b.get("day", 0)))
    theirs = (int(a.get("month", 0)), int(a.get("day", 0)))
    if 0 in (theirs[1], mine[1]) or bool(mine[0]) != bool(theirs[0]) or mine <= theirs:
        return None
    return ("deadline_later", "warning", "thời hạn muộn hơn trong mỗi kỳ: cấp trên “{p}”, kế hoạch “{c}”")


def _in_its_year(parent: Deadline, child: Deadline) -> tuple[str, Severity, str] | None:
    """Compare a day of every year with the child's day in its own year ("30/9 hằng năm", "30/10/2026")."""
    every = parent.recurrence or {}
    mine = day(child.end)
    if every.get("freq") != "yearly" or mine is None or child.kind != "by" or child.precision != "day":
        return None
    theirs = (int(every.get("month", 0)), int(every.get("day", 0)))
    if 0 in theirs or (mine.month, mine.day) <= theirs:
        return None
    return ("deadline_later", "warning", "thời hạn muộn hơn trong năm: cấp trên “{p}”, kế hoạch “{c}”")


def _started(parent: Deadline, child: Deadline) -> tuple[str, Severity, str] | None:
    """Compare two limits that say only when work begins."""
    first, mine = day(parent.start), day(child.start)
    if first is None or mine is None or mine <= first + timedelta(days=1):
        return None
    return ("deadline_later", "error", "bắt đầu muộn hơn: cấp trên “{p}”, kế hoạch “{c}”")


def compare_deadlines(parent: Deadline, child: Deadline) -> tuple[str, Severity, str] | None:
    """Return (code, severity, message) where the child's limit is later or weaker; None where it keeps.

    ``{p}`` and ``{c}`` in the message stand for the two wordings.

    >>> from indexer.deadlines import read_deadline
    >>> compare_deadlines(read_deadline("Trước ngày 30/6/2026"), read_deadline("Thường xuyên"))[0]
    'deadline_weakened'
    """
    if parent.open_ended and child.open_ended and parent.kind == child.kind == "range":
        return _started(parent, child)
    if parent.kind == "recurring":
        return _recurring(parent, child) if child.kind == "recurring" else _in_its_year(parent, child)
    limit = latest(parent)
    if parent.kind not in _FIXED or limit is None:
        return None
    if child.kind in ("continuous", "relative", "none") or (child.kind == "recurring" and not child.end):
        if _phase(parent) or (child.kind == "recurring" and parent.precision == "year"):
            return None
        if child.kind == "none":
            return ("deadline_missing", "warning", "hạn “{p}” của cấp trên không được nêu trong kế hoạch")
        if child.kind == "recurring":
            return ("deadline_weakened", "warning", "hạn cố định “{p}” thành việc định kỳ “{c}”")
        what = "thường xuyên" if child.kind == "continuous" else "không tính được ngày"
        return ("deadline_weakened", "error", f"hạn cố định “{{p}}” thành “{{c}}” ({what})")
    mine = latest(child)
    if mine is None:
        if child.open_ended and not parent.open_ended and child.kind == "range":
            return ("deadline_weakened", "warning", "hạn “{p}” thành “{c}”, không có ngày kết thúc")
        return None
    if mine <= limit + timedelta(days=1):
        return None
    first = day(child.start)
    if first is not None and first <= limit and child.kind == "within":
        return (
            "deadline_later",
            "info",
            f"thời hạn có thể muộn hơn: cấp trên “{{p}}”, kế hoạch “{{c}}” (kéo đến {_shown(mine)})",
        )
    if parent.open_ended:
        return None
    return (
        "deadline_later",
        "error",
        f"thời hạn muộn hơn {(mine - limit).days} ngày: cấp trên “{{p}}”, kế hoạch “{{c}}”"
        if child.precision == "day" and parent.precision == "day"
        else "thời hạn muộn hơn: cấp trên “{p}”, kế hoạch “{c}”",
    )


def deadline_alert(
    parent: Document, child: Document, theirs: Dated, mine: Dated, where: Span | None = None
) -> Alert | None:
    """Make the alert of two limits; ``where`` is what to show of the child where it states none."""
    found = compare_deadlines(theirs.deadline, mine.deadline)
    if found is None:
        return None
    code, severity, message = found
    words = message.format(p=theirs.deadline.raw or "", c=mine.deadline.raw or "không nêu")
    return alert(
        code, severity, f"{words[0].upper()}{words[1:]}.", parent, theirs.span, child, mine.span or where
    )


def alert(
    code: str,
    severity: Severity,
    message: str,
    parent: Document | None,
    parent_span: Span | None,
    child: Document,
    child_span: Span | None,
) -> Alert:
    """Make an alert; quotes are cut from the texts."""
    return Alert(
        code,
        severity,
        message,
        parent_span.of(parent.text) if parent is not None and parent_span is not None else None,
        (parent_span.start, parent_span.end) if parent is not None and parent_span is not None else None,
        child_span.of(child.text) if child_span is not None else None,
        (child_span.start, child_span.end) if child_span is not None else None,
    )


# --- targets -------------------------------------------------------------------------------------


def number(value: float | None) -> str:
    """Show a value as Vietnamese documents write it."""
    if value is None:
        return "?"
    return f"{value:g}".replace(".", ",")


def measure(target: Target) -> str:
    """Show a target's comparator, value and unit."""
    words = {">=": "tối thiểu ", "<=": "không quá ", ">": "trên ", "<": "dưới ", "=": ""}
    unit = target.unit or ""
    return f"{words[target.comparator]}{number(target.value)}{unit if unit == '%' else ' ' + unit}".strip()


def same_measure(a: Target, b: Target) -> bool:
    """Say whether two targets count in the same unit."""
    return (a.unit == "%") == (b.unit == "%")


_DECREASE = re.compile(r"giảm|cắt|rút ngắn|kéo giảm")


def is_lower(parent: Target, child: Target) -> bool:
    """Say whether the child promises less than the parent asks."""
    if parent.value is None or child.value is None:
        return False
    if parent.comparator in ("<=", "<") or (parent.comparator == "=" and parent.value == 0):
        return child.value > parent.value
    return child.value < parent.value


# --- citations -----------------------------------------------------------------------------------


class Known(msgspec.Struct, frozen=True):
    """What is known of a document that may be cited."""

    symbol: str
    date: str | None
    issuer: str | None
    source: str
    locality: str | None = None


def identity(document: Document) -> Known | None:
    """Return what a document says of itself; None for a draft without a number."""
    meta = document.metadata
    if meta.symbol is None:
        return None
    return Known(
        meta.symbol.value,
        meta.date.value if meta.date else None,
        meta.issuer.value if meta.issuer else None,
        "văn bản gốc",
        meta.locality.value if meta.locality else None,
    )


def cited_identities(document: Document, source: str) -> list[Known]:
    """Return what a document says of those that it cites with symbol and date."""
    return [Known(r.symbol, r.date, r.issuer, source) for r in document.references if r.symbol and r.date]


def _agree(a: str | None, b: str | None) -> bool:
    return a is None or b is None or a.startswith(b) or b.startswith(a)


def _same_body(a: str | None, b: str | None) -> bool:
    return a is None or b is None or organ_fits(a, b) or organ_fits(b, a)


_SYMBOL = re.compile(r"^(\d+)(?:[./]\d+)*(\D.*)$")


def _tail(symbol: str) -> str:
    found = _SYMBOL.match(symbol_key(symbol))
    return found[2] if found else symbol_key(symbol)


def citation_faults(reference: Reference, known: Sequence[Known]) -> str | None:
    """Return in Vietnamese what is wrong with a citation against what is known; None where nothing is.

    A number that fits one document and a date that fits another with the same kind of symbol is a slip.
    """
    if reference.symbol is None or reference.sub_role == SELF:
        return None
    key = symbol_key(reference.symbol)
    same = [k for k in known if symbol_key(k.symbol) == key and _same_body(reference.issuer, k.issuer)]
    if same:
        if any(_agree(reference.date, k.date) for k in same):
            return None
        right = same[0]
        return f"ngày ghi là {_day(reference.date)}, {right.source} ghi {_day(right.date)}"
    others = [k for k in known if symbol_key(k.symbol) == key]
    if others and reference.date is not None and any(k.date == reference.date for k in others):
        return f"cơ quan ghi là {reference.issuer}, {others[0].source} ghi {others[0].issuer}"
    if reference.date is None or len(reference.date) < 10:
        return None
    for candidate in known:
        if (
            candidate.source == "văn bản gốc"
            and candidate.date == reference.date
            and _tail(candidate.symbol) == _tail(reference.symbol)
            and reference.issuer is not None
            and _same_body(reference.issuer, candidate.issuer)
        ):
            return (
                f"số ghi là {reference.symbol}, văn bản ngày {_day(candidate.date)} có số {candidate.symbol}"
            )
    return None


def _day(value: str | None) -> str:
    return "/".join(reversed(value.split("-"))) if value else "không rõ"


def cites(child: Document, parent: Document) -> list[Reference]:
    """Return the child's mentions of the parent by its symbol, whatever they say of date and issuer."""
    known = identity(parent)
    if known is None:
        return []
    key = symbol_key(known.symbol)
    return [
        r
        for r in child.references
        if r.symbol
        and r.sub_role != SELF
        and symbol_key(r.symbol) == key
        and _same_body(r.issuer, known.issuer)
    ]


# --- copying -------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
_LEAST = 15
"""Syllables in a row that are no chance."""
_WIDE = re.compile(
    r"toàn tỉnh|địa bàn tỉnh|cấp tỉnh|(?:từng|các|cho) sở|sở, (?:ban, )?ngành|cả nước|toàn quốc"
)


class Copied(msgspec.Struct, frozen=True):
    """A run of words that stands in both texts."""

    parent: Span
    child: Span
    words: int
    wide: bool


def _stream(document: Document) -> list[tuple[str, int, int]]:
    """Return the syllables of the running text: boilerplate, titles, citations and tables left out."""
    skip = [r.span for r in document.references]
    skip += [
        Span(at, at + len(r.title))
        for r in document.references
        if r.title and (at := document.text.find(r.title, r.span.start)) >= 0
    ]
    skip += [t.span for t in document.targets]
    skip.sort()
    out: list[tuple[str, int, int]] = []
    for block in document.blocks:
        if block.kind in BOILERPLATE or block.kind in (
            "title",
            "type",
            "preamble",
            "heading",
            "label",
            "row",
        ):
            continue
        for match in _WORD.finditer(document.text, block.body.start, block.body.end):
            out.append((fold(match[0]), match.start(), match.end()))
        out.append(("\n", block.body.end, block.body.end))
    holes = iter(skip)
    hole = next(holes, None)
    kept: list[tuple[str, int, int]] = []
    for word in sorted(out, key=lambda w: w[1]):
        while hole is not None and hole.end <= word[1]:
            hole = next(holes, None)
        inside = hole is not None and hole.start <= word[1] < hole.end
        kept.append(("\n", word[1], word[1]) if inside else word)
    return kept


def copied_runs(parent: Document, child: Document) -> Iterator[Copied]:
    """Yield runs of :data:`_LEAST` syllables or more that the child has word for word from the parent."""
    a, b = _stream(parent), _stream(child)
    size = 6
    where: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(a) - size + 1):
        gram = tuple(word for word, _, _ in a[at : at + size])
        if "\n" not in gram:
            where.setdefault(gram, []).append(at)
    at = 0
    while at <= len(b) - size:
        best, best_from = 0, 0
        for start in where.get(tuple(word for word, _, _ in b[at : at + size]), ()):
            length = size
            while (
                at + length < len(b)
                and start + length < len(a)
                and b[at + length][0] == a[start + length][0]
                and b[at + length][0] != "\n"
            ):
                length += 1
            if length > best:
                best, best_from = length, start
        if best >= _LEAST:
            theirs = Span(a[best_from][1], a[best_from + best - 1][2])
            mine = Span(b[at][1], b[at + best - 1][2])
            yield Copied(theirs, mine, best, bool(_WIDE.search(fold(collapse(mine.of(child.text))))))
        at += max(best, 1) if best >= _LEAST else 1


def sources(*known: Sequence[Known | None]) -> list[Known]:
    """Join what is known, documents themselves before what others say of them."""
    out: list[Known] = []
    for group in known:
        out += [k for k in group if k is not None]
    return out


Statuses = Mapping[str, str]
"""What the service knows of documents that were replaced or amended, by id."""
