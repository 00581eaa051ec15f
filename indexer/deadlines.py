"""Time limits, normalised as the domain notes say (README §4).

:func:`read_deadline` reads the value of a labelled line or a table cell; :func:`find_deadlines` finds
limits stated inside prose ("trước ngày 22 hằng tháng").  Wordings that are not dates are data
(``rules/deadline_patterns.tsv``); dates are read by :mod:`indexer.dates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import msgspec

from indexer.clean import bare, collapse
from indexer.dates import Period, find_periods, with_years
from indexer.records import Deadline, Span
from indexer.rules import rows


class PhraseRule(msgspec.Struct, frozen=True):
    """A row of ``deadline_patterns.tsv``."""

    kind: str
    value: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]


@lru_cache(maxsize=1)
def phrase_rules() -> tuple[PhraseRule, ...]:
    """Return the wordings that are not dates, in the order of the file."""
    return tuple(
        PhraseRule(kind, value, re.compile(pattern), tuple(examples.split(" | ")))
        for kind, value, pattern, examples in rows("deadline_patterns.tsv")
    )


def _search(kind: str, text: str) -> tuple[PhraseRule, re.Match[str]] | None:
    for rule in phrase_rules():
        if rule.kind == kind and (match := rule.pattern.search(text)):
            return rule, match
    return None


# What stands before a date: "trước ngày", "chậm nhất là", "từ".
_FILL = r"(?:\s|,|thoi\s+diem|thoi\s+gian|vao|la|ngay|thang|nam|qu[yi]|cuoi|dau|het|khoang)*$"
_BEFORE = re.compile(r"\btruoc" + _FILL)
_UNTIL = re.compile(
    r"\b(?:cham\s+nhat|muon\s+nhat|khong\s+(?:qua|muon\s+hon|cham\s+hon|tre\s+hon|sau)|den\s+het|den|toi|het|cham\s+hon)"
    + _FILL
)
_FROM = re.compile(r"\b(?:ke\s+tu|bat\s+dau(?:\s+tu)?|tu)(?:\s|sau|ngay|thang|nam|qu[yi]|giua|dau|cuoi)*$")
_ON = re.compile(r"\b(?:vao|trong|dien\s+ra)(?:\s|ngay|buoi|sang|chieu|toi|hoi|luc|\d{1,2}\s*(?:h|gio)\d*)*$")
_BETWEEN = re.compile(r"\s*,?\s*(?:den|toi|-+>?|va)\s*(?:het\s+|cuoi\s+)?(?:ngay|thang|nam|qu[yi])?\s*")
_RANGE_DASH = re.compile(r"\s*,?\s*(?:den|toi|-+>?)\s*(?:het\s+|cuoi\s+)?(?:ngay|thang|nam|qu[yi])?\s*")
_EVENT = re.compile(
    r"\b(?:khoi\s+cong|khanh\s+thanh|khai\s+mac|be\s+mac|khai\s+truong|ra\s+mat|to\s+chuc\s+le|le\s+(?:phat\s+dong|cong\s+bo)|phat\s+dong)\b"
)
_NEXT_EVENT = re.compile(r",\s+(?=(?:khởi công|khánh thành|khai mạc|bế mạc|khai trương|ra mắt)\b)", re.I)
_OTHER_STATEMENT = re.compile(r"\s*;\s*|\.\s+(?=[A-ZĐÀ-Ỹ])|\n+")
_DAY_OF = re.compile(r"\bngay\s+(?:mung\s+)?(\d{1,2})(?!\s*(?:/|-\s*\d|\d|thang\s+\d|ngay\b|gio\b))")
_WEEKDAY = re.compile(r"\b(?:thu\s+(hai|ba|tu|nam|sau|bay|[2-7])|(chu\s+nhat))\b")
_WEEKDAYS = {"hai": 1, "ba": 2, "tu": 3, "nam": 4, "sau": 5, "bay": 6}
_TRIM = " \t\n.;,/:"


def read_deadline(raw: str, *, year: int | None = None) -> Deadline:
    """Read the value of a time label.

    ``raw`` is the document's wording; the result's ``raw`` is that wording, collapsed and without its
    full stop.  ``year`` stands in where a day or month has no year (the year of the plan).  Wording that
    gives no date gives kind "relative"; an empty value gives kind "none".

    >>> read_deadline("Trước ngày 25/7/2026.").end
    '2026-07-25'
    """
    words = collapse(raw[: 4 * _LONGEST_VALUE])[:_LONGEST_VALUE].strip(_TRIM)
    words = words[1:-1].strip(_TRIM) if words.startswith("(") and words.endswith(")") else words
    if not words or _search("none", bare(words)):
        return Deadline()
    return msgspec.structs.replace(_read(words, year), raw=words)


def _read(words: str, year: int | None) -> Deadline:
    parts = [part for part in _OTHER_STATEMENT.split(words) if part.strip(_TRIM)]
    if len(parts) == 1 and len(_EVENT.findall(bare(words))) > 1:
        parts = [part for part in _NEXT_EVENT.split(words) if part.strip(_TRIM)]
    if len(parts) > 1:
        read = [(part.strip(_TRIM), _read_one(part.strip(_TRIM), year)) for part in parts]
        dated = [(part, one) for part, one in read if one.kind in _DATED]
        if len(dated) > 1:
            return _merge(dated, read)
        if len(dated) == 1 and any(one.kind == "done" for _, one in read):
            return _merge(dated, read)
    return _read_one(words, year)


def read_statements(statements: Sequence[tuple[str, str]], *, year: int | None = None) -> Deadline:
    """Read several labelled limits of one task: (what the label names, value) each.

    The latest dated one is the task's; each stays as a milestone under its name.
    """
    read = [(name, raw, read_deadline(raw, year=year)) for name, raw in statements]
    every = [(name or one.raw or "", one) for name, _, one in read if one.kind != "none"]
    raw = "; ".join(one.raw for _, one in every if one.raw)
    dated = [(name, one) for name, one in every if one.kind in _DATED]
    if len(every) == 1 or not dated:
        return msgspec.structs.replace(every[0][1], raw=raw) if every else Deadline()
    return msgspec.structs.replace(_merge(dated, every), raw=raw)


_DATED = ("by", "within", "range", "event")


def _merge(dated: list[tuple[str, Deadline]], every: list[tuple[str, Deadline]]) -> Deadline:
    """Make one deadline of several dated statements, each of which stays as a milestone."""
    milestones = tuple(_milestone(part, one) for part, one in every if one.kind in (*_DATED, "done"))
    last = max((one for _, one in dated), key=lambda one: one.end or "")
    kinds = {one.kind for _, one in dated}
    starts = [one.start for _, one in dated if one.start]
    start = min(starts) if starts and len(starts) == len(dated) else None
    return msgspec.structs.replace(
        last, kind="event" if "event" in kinds else last.kind, start=start, milestones=milestones
    )


def _milestone(part: str, one: Deadline) -> dict[str, str]:
    milestone = {"name": part}
    if one.kind == "done":
        return milestone | {"status": "done"}
    if one.kind == "event" and one.end:
        return {"name": _activity(part), "date": one.end}
    return milestone | {
        key: value for key, value in (("kind", one.kind), ("start", one.start), ("end", one.end)) if value
    }


_OCCASION_TAIL = re.compile(
    r"\s*(?:\btrong\b|\bvào\b|\bnhân\b|\bdịp\b|\bngày\b|\bkỷ niệm\b|\().*$", re.I | re.S
)


def _activity(part: str) -> str:
    return _OCCASION_TAIL.sub("", part) or part


def _read_one(words: str, year: int | None) -> Deadline:
    plain = bare(words)
    periods = list(with_years(find_periods(plain, words), year))
    done = _search("done", plain)
    continuous = _search("continuous", plain)
    recur = _search("recur", plain)
    base = Deadline(
        on_request=_search("on_request", plain) is not None,
        open_ended=_search("open_ended", plain) is not None,
    )
    if done and not periods:
        return msgspec.structs.replace(base, kind="done", status="done")
    if recur and not (continuous and continuous[1].start() < recur[1].start() and not periods):
        dates = [p for p in find_periods(plain, words) if p.first]
        limited = _limit(plain, dates)
        if limited is None or limited[0].kind != "by" or limited[0].precision != "day":
            return _recurring(words, plain, base)
    relative = _relative(words, plain, bool(periods))
    finishes = continuous and periods and "hoan thanh" in plain[: periods[0].start]
    if finishes:
        # "Hoàn thành trong quý I/2026 và duy trì thường xuyên": a date, and no end after it.
        base = msgspec.structs.replace(base, open_ended=True)
    elif continuous:
        limited = _limit(plain, periods)
        if limited is None or limited[0].kind != "by" or _until_only(plain, limited[1]):
            bounds = limited[0] if limited else Deadline()
            return msgspec.structs.replace(
                base,
                kind="continuous",
                start=bounds.start,
                end=bounds.end,
                precision=bounds.precision,
                relative_to=relative,
            )
    limited = _limit(plain, periods)
    if limited is None and periods:
        return _without_year(plain, periods, base)
    if limited is None:
        return msgspec.structs.replace(base, kind="relative", relative_to=relative or _whole(words, base))
    dated = limited[0]
    if dated.kind == "event":
        dated = msgspec.structs.replace(
            dated, milestones=({"name": _activity(words), "date": dated.end or dated.start or ""},)
        )
    return msgspec.structs.replace(
        dated,
        on_request=base.on_request,
        open_ended=base.open_ended or dated.open_ended,
        kind="range" if base.open_ended and not finishes and dated.kind in ("within", "by") else dated.kind,
    )


def _without_year(plain: str, periods: Sequence[Period], base: Deadline) -> Deadline:
    """Keep days or months whose year nothing tells as anchors ("--06-30"), with the kind of the last."""
    period = periods[-1]
    days = [p for p in periods if p.precision == "day" and p.first is None and not p.anniversary]
    listed = all(_DAY_JOIN.fullmatch(plain, a.end, b.start) for a, b in pairwise(days))
    kept = days if period in days and listed else [period]
    sample = _single(plain, period.in_year(2000))
    return msgspec.structs.replace(
        base,
        kind=sample.kind,
        precision=sample.precision,
        end_exclusive=sample.end_exclusive,
        approx=sample.approx,
        anchors=tuple(_anchor(p) for p in kept),
    )


_DAY_JOIN = re.compile(r"\s*(?:,|\bva\b)\s*(?:(?:truoc\s+)?ngay\s+)?")


def _whole(words: str, base: Deadline) -> str | None:
    """Return what an undated wording is relative to when no pattern says it: all of it."""
    return None if base.on_request else words


def _until_only(plain: str, period: Period) -> bool:
    """Say whether "đến …" bounds a continuous duty ("thường xuyên đến năm 2030")."""
    return _BEFORE.search(plain[: period.start]) is None and "hoan thanh" not in plain


def _relative(words: str, plain: str, dated: bool) -> str | None:
    for rule in phrase_rules():
        if rule.kind == "relative" and (match := rule.pattern.search(plain)):
            start, end = match.span(1)
            if dated and find_periods(plain[start:end], words[start:end]):
                continue
            if plain[start:end].startswith("khi") and _search("on_request", plain):
                continue
            return words[start:end].strip(_TRIM)
    return None


def _limit(plain: str, periods: list[Period]) -> tuple[Deadline, Period] | None:
    """Make a dated deadline of the periods of one statement; None where no dated period stands."""
    dated = [p for p in periods if p.first and p.last]
    if not dated:
        return None
    first, last = dated[0], dated[-1]
    if len(dated) > 1:
        between = plain[dated[0].end : dated[1].start]
        starts = _FROM.search(plain[: first.start])
        if _RANGE_DASH.fullmatch(between) or (starts and "den" in between):
            return _make("range", first, dated[1]), dated[1]
        if starts and _UNTIL.search(plain[: dated[1].start]):
            return _make("range", first, dated[1]), dated[1]
        if _BETWEEN.fullmatch(between) and first.precision == dated[1].precision != "day":
            return _make("range", first, dated[1]), dated[1]
        # "Trong tháng 6/2026, chậm nhất ngày 20/6/2026": the stricter wording says the limit.
        for period in dated:
            before = plain[: period.start]
            if _BEFORE.search(before) or _UNTIL.search(before):
                return _single(plain, period), period
        return _single(plain, last), last
    return _single(plain, first), first


def _single(plain: str, period: Period) -> Deadline:
    before = plain[: period.start]
    if _BEFORE.search(before):
        return _make("by", None, period, exclusive=True)
    if _FROM.search(before):
        if period.joined:
            return _make("range", period, period)
        start = _make("range", period, period)
        return msgspec.structs.replace(start, end=None, open_ended=True)
    if _UNTIL.search(before):
        return _make("by", None, period)
    occasion = _search("occasion", before)
    if period.precision == "day" and not period.approx and not period.joined:
        held = before.rstrip().endswith("(") and len(before.split()) > 1
        if period.anniversary or occasion or held or _EVENT.search(plain) or _ON.search(before):
            return _make("event", period, period)
        return _make("by", None, period)
    return _make("range" if period.joined else "within", period, period)


def _make(kind: str, first: Period | None, last: Period, *, exclusive: bool = False) -> Deadline:
    start = first.first if first else None
    end = last.first if exclusive else last.last
    made: Deadline = msgspec.convert(
        {
            "kind": kind,
            "start": start.isoformat() if start else None,
            "end": end.isoformat() if end else None,
            "precision": last.precision,
            "end_exclusive": exclusive,
            "approx": last.approx or (first.approx if first else False),
        },
        Deadline,
    )
    return made


# --- what comes back -----------------------------------------------------------------------------


def _recurring(words: str, plain: str, base: Deadline) -> Deadline:
    found = find_periods(plain, words)
    undated = [p for p in found if p.first is None and p.month is not None]
    recurrence = _recurrence(plain)
    anchors: list[tuple[int, str]] = []
    exclusive = False
    limits = [p for p in undated if not _is_occasion(plain, p) and not p.joined]
    for period in undated:
        if period.joined and period.precision == "month" and "-" not in plain[period.start : period.end]:
            numbers = [int(n) for n in re.findall(r"\d+", plain[period.start : period.end])]
            anchors += [(period.start + at, f"--{n:02d}") for at, n in enumerate(numbers)]
        elif (
            period not in limits or len(limits) > 1 or (recurrence or {}).get("freq") not in ("yearly", None)
        ):
            anchors.append((period.start, _anchor(period)))
    if len(limits) == 1 and (recurrence or {}).get("freq") in ("yearly", None):
        only = limits[0]
        recurrence = {"freq": "yearly", **_month_of(only)}
        exclusive = _BEFORE.search(plain[: only.start]) is not None
    elif limits:
        exclusive = _BEFORE.search(plain[: limits[0].start]) is not None
    if recurrence is not None:
        day = _DAY_OF.search(plain)
        if day and not any(p.start <= day.start() < p.end for p in found) and int(day.group(1)) <= 31:
            recurrence = recurrence | {"day": int(day.group(1))}
            exclusive = _BEFORE.search(plain[: day.start()]) is not None
        weekday = _WEEKDAY.search(plain)
        if weekday and recurrence.get("freq") == "weekly":
            name = weekday.group(1)
            number = 7 if weekday.group(2) else _WEEKDAYS.get(name) or int(name) - 1
            recurrence = recurrence | {"weekday": number}
            exclusive = _BEFORE.search(plain[: weekday.start()]) is not None
    anchors += _named_anchors(words, plain)
    bounds = _limit(plain, [p for p in found if p.first])
    return msgspec.structs.replace(
        base,
        kind="recurring",
        recurrence=recurrence,
        anchors=tuple(name for _, name in sorted(anchors)),
        end_exclusive=exclusive,
        start=bounds[0].start if bounds else None,
        end=bounds[0].end if bounds else None,
    )


def _recurrence(plain: str) -> dict[str, str | int] | None:
    """Return the recurrence, the shortest interval first where two are named ("6 tháng, hằng năm")."""
    recurrence: dict[str, str | int] | None = None
    for rule in phrase_rules():
        if rule.kind != "recur" or not rule.value or not rule.pattern.search(plain):
            continue
        freq, *more = rule.value.split(",")
        if recurrence is None:
            recurrence = {"freq": freq}
        elif recurrence["freq"] != freq and "also" not in recurrence:
            recurrence["also"] = freq
        for pair in more:
            name, _, number = pair.partition("=")
            recurrence[name] = int(number)
    return recurrence


def _is_occasion(plain: str, period: Period) -> bool:
    before = plain[: period.start]
    if _BEFORE.search(before) or _UNTIL.search(before):
        return False
    return period.anniversary or (_search("occasion", before) is not None)


def _anchor(period: Period) -> str:
    month = f"--{period.month:02d}"
    return month if period.day is None else f"{month}-{period.day:02d}"


def _month_of(period: Period) -> dict[str, str | int]:
    month = period.month or 1
    if period.precision == "quarter" and not period.joined:
        return {"quarter": (month + 2) // 3}
    return {"month": month} if period.day is None else {"month": month, "day": period.day}


def _named_anchors(words: str, plain: str) -> list[tuple[int, str]]:
    return [
        (match.start(), rule.value or words[match.start() : match.end()])
        for rule in phrase_rules()
        if rule.kind == "anchor"
        for match in rule.pattern.finditer(plain)
    ]


# --- limits inside prose -------------------------------------------------------------------------

_EVERY = r"(?:\s+(?:cua\s+)?(?:hang|moi)\s+(?:thang|nam|qu[yi]|tuan)|\s+(?:cua\s+)?thang\s+cuoi\s+(?:cua\s+)?(?:moi\s+)?qu[yi])?"
_VERB = (
    r"\b(?:(?:co\s+ban\s+)?hoan\s+thanh|xong|ban\s+hanh|thuc\s+hien\s+xong|trinh|gui|nop|bao\s+cao"
    r"|tong\s+hop|thoi\s+gian|thoi\s+han)"
)
_LIMIT_LEAD = re.compile(
    r"\b(truoc|cham\s+nhat|muon\s+nhat|khong\s+muon\s+hon|xong\s+truoc)(?:\s+(?:la|vao|het|thoi\s+diem))*\s+(?:ngay\s+)?$"
)
_LIMIT_VERB = re.compile(_VERB + r"(?:[^.;\n]{0,45}?)\s(?:trong|den\s+het|den|vao)\s+(?:dau\s+|cuoi\s+)?$")
_FROM_TO = re.compile(r"\b(?:thoi\s+gian|thuc\s+hien|trien\s+khai|hoan\s+thanh)[^.;\n]{0,25}?\s(tu)\s+$")
_PARENTHESIS = re.compile(r"\(([^()\n]{3,80})\)")
# "trước ngày 15/6 và 15/12 hằng năm", "trước ngày 25/6 và ngày 25/12": days without a year are one statement.
_MORE_DAYS = r"(?:\s*(?:,|\bva\b)\s*(?:(?:truoc\s+)?ngay\s+)?\d{1,2}\s*(?:/|thang)\s*\d{1,2}(?![\d/]))+"
_DAYS_EVERY_YEAR = re.compile(_MORE_DAYS + r"(?:\s+(?:hang|moi)\s+nam\b)?")
# "mỗi năm hai lần, vào ngày 20/6 và ngày 20/12": listed days need no word of a limit before them.
_LISTED_DAYS = re.compile(
    r"((?:\b(?:moi|hang)\s+nam[^.;\n]{0,20}?)?\bvao\s+(?:cac\s+)?ngay\s+\d{1,2}\s*(?:/|thang)\s*\d{1,2}(?![\d/])"
    + _MORE_DAYS
    + r"(?:\s+(?:hang|moi)\s+nam\b)?)"
)
_DAY_EVERY = re.compile(
    r"\b((?:truoc|cham\s+nhat(?:\s+la)?(?:\s+vao)?|vao)\s+ngay\s+\d{1,2}\s+(?:cua\s+)?(?:(?:hang|moi)\s+(?:thang|qu[yi])|thang\s+cuoi\s+(?:cua\s+)?(?:moi\s+|hang\s+)?qu[yi](?:\s+hang\s+nam)?))\b"
)
_ALONE = re.compile(
    r"(?:^|[.;,(]\s+)(?:(?:hoan\s+thanh|thuc\s+hien|trien\s+khai)\s+)?"
    r"(thuong\s+xuyen(?:,\s*lien\s+tuc)?|hang\s+(?:nam|thang|qu[yi])|dinh\s+ki\s+(?:hang\s+)?(?:nam|thang|qu[yi]))\s*(?=[.;)]|$)"
)
_YEARLY_SENTENCE = re.compile(
    r"(?:^|[.;]\s+)(hang\s+(?:nam|qu[yi]|thang),?\s+(?:tap\s+trung\s+)?(?:vao|trong)\s+(?:cac\s+)?(?:dip|thang|qu[yi]|tuan|ngay)[^.;]*)"
)
_DAYS_BEFORE = re.compile(
    r"\bcham\s+nhat\s+\d+\s+ngay\s+(?:lam\s+viec\s+)?(?:truoc|sau|ke\s+tu)\s+((?:ngay|khi)\s+(?!\d)[^;.,]+)"
)
_DONE_IN = re.compile(r"\b(?:hoan\s+thanh|thuc\s+hien|trien\s+khai)\s+((?:trong\s+)?)$")
_AFTER_COMMA = re.compile(r"[,;]\s+(trong|den\s+het|xong\s+trong)\s+$")
# "… từ ngày 15/5 đến ngày 31/10", not the days that figures are counted over.
_DAYS_FROM_TO = re.compile(r"^(?!.*\b(?:so\s+lieu|ki\s+bao\s+cao|cung\s+ki|tinh)\b[^.;]*$).*\b(tu)\s+$", re.S)
# "… trồng 25 ha trong tháng 7/2026.": a month or a quarter that closes the clause.
_IN_MONTHS = re.compile(r"(?<!dien\sra\s)(?<!xay\sra\s)(?<!da\sco\s)\b(trong)\s+$")
_SHORT = ("month", "quarter", "half_year")
_MONTHS_END = re.compile(r"\s*(?:[.;,)]|$)|\s+(?:de|nham|cho|tai|theo)\b")
_STARTING = re.compile(
    r"\b(?:bat\s+dau|hoat\s+dong|van\s+hanh|ap\s+dung|tinh|ke|thuc\s+hien|trien\s+khai|khai\s+giang|cong\s+khai)\s+(?:ke\s+)?(tu)\s+$"
)
_WITHIN = re.compile(
    r"\b(?:trong\s+(?:vong|thoi\s+han)\s+(?:khong\s+qua\s+|toi\s+da\s+)?|trong\s+(?=\d+\s+(?:gio|ngay|tuan|thang)"
    r"(?:\s+lam\s+viec)?\s+(?:ke\s+tu|tinh\s+tu|sau\s+khi|tu\s+khi)))\d+\s+(?:phut|gio|ngay|tuan|thang)(?:\s+lam\s+viec)?"
    r"(?:,?\s+((?:ke\s+tu|tinh\s+tu|sau\s+khi|tu\s+khi|truoc\s+khi)\s+[^;.,]{3,90}))?"
)
_RANGE_AFTER_COMMA = re.compile(r"[,;.]\s+(?:thuc\s+hien\s+)?(tu)\s+$")
_ONWARD = re.compile(r",?\s+va\s+(?:cac\s+|nhung\s+)?(?:nam|giai\s+doan)\s+(?:tiep\s+theo|sau|ke\s+tiep)\b")
_CLAUSE_ENDS = re.compile(r"\s*(?:[.;,)]|$)")
_EVENT_DATES = re.compile(r"\b(?:khoi\s+cong|khanh\s+thanh|khai\s+mac|khai\s+truong|ra\s+mat)\b[^.;\n]*$")
# "(18/8/2026)" after what is held that day, and not after the name of a document.
_HELD = re.compile(r"(?<!\d)(?!.*\b(?:luat|so|nghi\s+dinh|ngay\s+thanh\s+lap)\b[^;.]*\($)\b[^;.\n]{6,120}\($")
_PERIODIC_REPORT = re.compile(r"\bdinh\s+ki\s+hang\s+nam\b[^.;\n]{0,80}$")
_PERIODIC = re.compile(
    r"\b(dinh\s+ki\s*(?:,|\(|-)?\s*(?:(?:hang|moi)\s+(?:thang|qu[yi]|nam|tuan)|0?[36]\s+thang|(?:ba|sau)\s+thang|qu[yi]|nam|thang|mot\s+nam)"
    r"(?:\s*(?:,|va|/|hoac)\s*(?:(?:hang|moi|0?1|mot|ca)\s+)?(?:0?6\s+thang|nam|qu[yi]|thang|lan))*(?:\s+(?:va|,)\s+dot\s+xuat)?"
    r"|(?:0?[36]|ba|sau)\s+thang\s+(?:mot|0?1)\s+lan)\b"
)


_LONGEST_VALUE = 1_000
_MOST_PERIODS = 20
_WINDOW = 160
_PIECE = 1_200


def pieces(text: str, longest: int = _PIECE) -> Iterator[tuple[int, int]]:
    """Divide a text into stretches of at most ``longest``, at the end of a sentence where there is one.

    The patterns look backwards from each date: on stretches of bounded length, hostile input stays cheap.
    """
    start = 0
    while start < len(text):
        end = min(len(text), start + longest)
        if end < len(text):
            cut = max(text.rfind(mark, start, end) for mark in (". ", "; ", ".\n", ";\n", "\n\n"))
            end = cut + 1 if cut > start else end
        yield start, end
        start = end


def find_deadlines(text: str, *, year: int | None = None) -> list[tuple[Span, Deadline]]:
    """Find limits stated in prose, in order; anniversaries and periods of time in titles are none.

    Spans are offsets into ``text`` and cover the wording that is the deadline's ``raw``.
    """
    found = []
    for start, end in pieces(text):
        for span, deadline in _find(text[start:end], year):
            found.append((Span(start + span.start, start + span.end), deadline))
    return found


def _find(text: str, year: int | None) -> list[tuple[Span, Deadline]]:
    plain = bare(text)
    found: list[tuple[Span, Deadline]] = []

    def add(start: int, end: int) -> None:
        if not any(span.start < end and start < span.end for span, _ in found):
            deadline = read_deadline(text[start:end], year=year)
            if deadline.kind not in ("none", "relative"):
                found.append((Span(start, end), deadline))

    for match in _PARENTHESIS.finditer(plain):
        inside = match.group(1)
        if re.fullmatch(
            r"(?:thuc\s+hien\s+)?(?:thuong\s+xuyen|hang\s+(?:nam|qu[yi]|thang)|dinh\s+ki[^;]*)(?:,[^;]*)?",
            inside,
        ) or re.match(r"(?:thoi\s+gian|thoi\s+han|hoan\s+thanh|xong|truoc|trong|cham\s+nhat)\b", inside):
            start = match.start(1)
            label = re.match(r"(?:thoi\s+gian|thoi\s+han)[^:]{0,40}:\s*", inside)
            add(start + (label.end() if label else 0), match.end(1))
    for match in _DAY_EVERY.finditer(plain):
        add(*match.span(1))
    stated = find_periods(plain, text)[:_MOST_PERIODS]
    for period in stated:
        before = plain[max(0, period.start - _WINDOW) : period.start]
        if (
            period.first is None
            and _LIMIT_LEAD.search(before)
            and (yearly := _PERIODIC_REPORT.search(before))
        ):
            add(max(0, period.start - _WINDOW) + yearly.start(), period.end)
    for match in _PERIODIC.finditer(plain):
        add(*match.span(1))
    for match in [*_ALONE.finditer(plain), *_LISTED_DAYS.finditer(plain), *_YEARLY_SENTENCE.finditer(plain)]:
        add(*match.span(1))
    if notice := _DAYS_BEFORE.search(plain):
        found.append((Span(*notice.span()), _relative_to(text, notice)))
    periods = [p for p in stated if not _past(p, year)]
    days = [p for p in periods if p.precision == "day"]
    events = [p for p in days if _EVENT_DATES.search(plain, max(0, p.start - _WINDOW), p.start)]
    if events and (first := _EVENT_DATES.search(plain, max(0, events[0].start - _WINDOW), events[0].start)):
        add(first.start(), events[-1].end + (1 if plain.startswith(")", events[-1].end) else 0))
    held = [p for p in days if p.first and _HELD.search(plain[max(0, p.start - _WINDOW) : p.start])]
    if len(held) > 1 and held[-1].end - held[0].start < 200:
        opening = max(plain.rfind(mark, 0, held[0].start) for mark in (". ", ": ", "\n")) + 1
        start = opening + len(plain[opening:]) - len(plain[opening:].lstrip())
        add(start, held[-1].end + 1)
    for at, period in enumerate(periods):
        before = plain[max(0, period.start - 120) : period.start]
        shift = max(0, period.start - 120)
        if period.anniversary:
            continue
        end = period.end
        tail = _DAYS_EVERY_YEAR.match(plain[end : end + 120]) or re.match(_EVERY, plain[end:])
        end += tail.end() if tail else 0
        if lead := _LIMIT_LEAD.search(before):
            add(shift + lead.start(1), end)
        elif (lead := _FROM_TO.search(before) or _RANGE_AFTER_COMMA.search(before)) and at + 1 < len(periods):
            following = periods[at + 1]
            if _RANGE_DASH.fullmatch(plain[period.end : following.start]):
                onward = _ONWARD.match(plain, following.end)
                add(shift + lead.start(1), onward.end() if onward else following.end)
        elif ((lead := _AFTER_COMMA.search(before)) and _CLAUSE_ENDS.match(plain, end)) or (
            (lead := _DONE_IN.search(before)) and period.precision != "day"
        ):
            add(shift + lead.start(1), end)
        elif (lead := _DAYS_FROM_TO.search(before)) and period.precision == "day" and at + 1 < len(periods):
            following = periods[at + 1]
            if following.precision == "day" and _RANGE_DASH.fullmatch(plain[period.end : following.start]):
                add(shift + lead.start(1), following.end)
        elif (
            (lead := _IN_MONTHS.search(before))
            and period.precision in _SHORT
            and _MONTHS_END.match(plain, end)
        ) or ((lead := _STARTING.search(before)) and _CLAUSE_ENDS.match(plain, end)):
            add(shift + lead.start(1), end)
        elif lead := _LIMIT_VERB.search(before):
            words = re.search(r"(?:trong|den\s+het|den|vao)\s+(?:dau\s+|cuoi\s+)?$", before)
            add(shift + (words.start() if words else lead.start()), end)
    for within in _WITHIN.finditer(plain):
        if not any(span.start < within.end() and within.start() < span.end for span, _ in found):
            found.append((Span(*within.span()), _relative_to(text, within)))
    return sorted(found, key=lambda item: item[0])


def _past(period: Period, year: int | None) -> bool:
    """Say whether a period lies years before the plan: no limit of its own ("xây dựng trước năm 2015")."""
    return year is not None and period.last is not None and period.last.year < year - 1


def _relative_to(text: str, notice: re.Match[str]) -> Deadline:
    return Deadline(
        raw=collapse(text[notice.start() : notice.end()]),
        kind="relative",
        relative_to=collapse(text[notice.start(1) : notice.end(1)]) if notice[1] else None,
    )


def latest(deadline: Deadline) -> date | None:
    """Return the last day on which the deadline is still kept; None where it has no end."""
    if deadline.end is None:
        return None
    day = date.fromisoformat(deadline.end)
    return day - timedelta(days=1) if deadline.end_exclusive else day
