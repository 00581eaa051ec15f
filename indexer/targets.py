"""Measurable results (chỉ tiêu): "Tối thiểu 90% hồ sơ …", "không còn hộ …", "Có 5 sáng kiến …".

One target a measure; its quote is the clause that states it.  Dates, document numbers, "24/7" and
periods of time are none.  Rows of an annex table of indicators give one target for each year column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from indexer.clean import bare, collapse, lower
from indexer.dates import Period, find_periods
from indexer.lines import unwrapped
from indexer.records import BOILERPLATE, Block, Section, Span, Target
from indexer.rules import rows
from indexer.tables import Row, Table, read_tables, split_row
from indexer.titles import assigns_no_work, title_kind

Comparator = Literal[">=", "<=", "=", ">", "<"]

_NUMBER = r"(?<![\w.,/])(\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?|\d+\.\d{1,2}(?!\d))"
_WORD_NUMBERS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
}  # fmt: skip
_UPPER = r"(?:\s*%?\s*(?:-|den)\s*(\d+(?:[.,]\d+)?)(?!\s*/))?"
# A number of these is a time, a rank in an administration or a part of the text, not a result.
_NO_THING = re.compile(
    r"\s*(?:nam|thang|ngay|gio|phut|tuan|qu[yi]|cap|nhiem\s+ki|buoc|giai\s+doan|muc|khoan|dieu|diem|chuong|h\b|lan\b(?!\s*/)"
    r"|nhom|dong\s+chi|ki\s+niem|the\s+he|chieu|mat\b|ben\b|khau|tang\b|van\s+ban\s+so|g\b|so\b|trong\s+so|van\s+dan|nghin\s+dan|trieu\s+dan|[/:.,;)]|$|-)"
)
_SYMBOL_BEFORE = re.compile(
    r"(?:\bso|\bdieu|\bkhoan|\bmuc|\bphu\s+luc|\bngay|\bthang|\bnhiem\s+vu|\bquy|\bluat|\blan\s+thu|\bkhoa|\bquyet\s+dinh|\bnghi\s+quyet"
    r"|\bchi\s+thi|\bke\s+hoach|\bhoi\s+thi\s+lan)\s*$"
)
_CLAUSE = re.compile(
    r";|\.(?=\s+[A-ZĐÀ-Ỹ“\"(-])|\.\s*$|\./\.?|\n[^\S\n]*[-+•]\s|\.{3}(?=\s+[A-ZĐÀ-Ỹ])|…(?=\s+[A-ZĐÀ-Ỹ])"
)
# No clause of prose is as long; a dump of figures is no target.
_LONGEST_CLAUSE = 1_500
_LEAD_IN = re.compile(
    r"(?:\s|[-+•*“\"(]|khuyến khích(?=\s)|yêu cầu(?=\s)|vận động(?=\s)|trong đó[,:]?|và(?=\s))+", re.I
)
_TAIL = re.compile(
    r",\s*(?:phù hợp|nhằm|góp phần|tránh|tạo|trên cơ sở|theo quy định|qua đó|từ đó|đồng thời|để|hướng tới|làm cơ sở)(?=\s)",
    re.I,
)


class Rule(msgspec.Struct, frozen=True):
    """A row of ``target_patterns.tsv``."""

    kind: str
    pattern: str
    examples: tuple[str, ...]


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Return the wordings before a number, in the order of the file."""
    return tuple(
        Rule(kind, pattern.replace(" ", r"\s+"), tuple(examples.split(" | ")))
        for kind, pattern, examples in rows("target_patterns.tsv")
    )


@lru_cache(maxsize=1)
def _one_syllable() -> frozenset[str]:
    """Return names of things of one syllable; others are taken as two ("sáng kiến")."""
    return frozenset(word for rule in rules() if rule.kind == "one" for word in rule.pattern.split("|"))


@lru_cache(maxsize=1)
def _whole_names() -> re.Pattern[str]:
    """Match names of things that two syllables would cut ("hợp tác xã") or one would ("hồ sơ")."""
    names = "|".join(rule.pattern for rule in rules() if rule.kind == "whole")
    return re.compile(rf"\s*({names})(?![a-z])")


@lru_cache(maxsize=1)
def _patterns() -> tuple[
    re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str], tuple[Rule, ...]
]:
    compared = tuple(r for r in rules() if r.kind not in ("verb", "zero", "one", "whole"))
    bounds = "|".join(f"(?:{r.pattern})" for r in compared)
    verbs = "|".join(r.pattern for r in rules() if r.kind == "verb")
    zero = "|".join(r.pattern for r in rules() if r.kind == "zero")
    words = "|".join(map(bare, _WORD_NUMBERS))
    percent = re.compile(rf"(?:(?<![a-z])({bounds})\s*)?(?:tu\s+)?{_NUMBER}{_UPPER}\s*%")
    counted = re.compile(
        rf"(?<![a-z])({bounds})\s*(?:tu\s+)?(?:{_NUMBER}{_UPPER}|({words})(?=\s)(?!\s+(?:muoi|tram|nghin|nua)\b))"
    )
    stated = re.compile(rf"(?<![a-z])(?:{verbs})\s+(?:tu\s+)?{_NUMBER}{_UPPER}(?=\s)")
    none_left = re.compile(
        rf"(?<![a-z])(?:{zero})\s+(?=[a-z])(?!(?:dap\s+ung|phu\s+hop|hieu\s+luc|duoc|can\b))"
    )
    return percent, counted, stated, none_left, compared


class _Found(msgspec.Struct, frozen=True):
    start: int
    end: int
    comparator: Comparator
    value: float
    unit: str
    rest: int


def find_targets(text: str, blocks: Sequence[Block], outline: Sequence[Section]) -> list[Target]:
    """Find the targets of a document in order.

    Boilerplate, titles and preambles give none, nor do statutes (documents made of articles).
    """
    if sum(section.kind == "article" for section in outline) > 3 or assigns_no_work(text, blocks):
        return []
    text = unwrapped(text, blocks)
    targets: list[Target] = []
    tables = read_tables(text, blocks)
    indicator_rows = {
        row.span for table in tables if table.column("indicator") is not None for row in table.rows
    }
    for table in tables:
        if table.column("indicator") is not None:
            for row in table.rows:
                targets += _row_targets(text, table, row, _path(outline, row.section))
    for block in blocks:
        if block.kind in BOILERPLATE or block.kind in ("type", "title", "preamble", "heading"):
            continue
        if _factual(outline, block.section):
            continue
        if block.kind == "row":
            if block.span not in indicator_rows:
                for cell in split_row(text, block.span):
                    targets += targets_in(text, cell, _path(outline, block.section))
            continue
        if block.label in ("deadline", "coordinate", "lead"):
            continue
        title = outline[block.section].title if block.section >= 0 else None
        targets += targets_in(text, block.body, _path(outline, block.section), _stated_by(title))
    return sorted(targets, key=lambda target: target.span)


_SETS_GOALS = re.compile(r"\b(?:va|,)\s+(?:\w+\s+){0,2}?(?:chi\s+tieu|muc\s+tieu)\b")
"""A section of both: "Tình hình và chỉ tiêu"."""


def _factual(outline: Sequence[Section], section: int) -> bool:
    """Say whether a section tells how things stand, not what is to be reached."""
    while section >= 0:
        title = outline[section].title
        if title and title_kind(title) == "facts" and not _SETS_GOALS.search(bare(title)):
            return True
        section = outline[section].parent
    return False


def _path(outline: Sequence[Section], section: int) -> str:
    return outline[section].path if section >= 0 else ""


def targets_in(text: str, span: Span, section: str, by: str | None = None) -> list[Target]:
    """Find the targets that one paragraph states; ``by`` is the date its heading gives."""
    targets: list[Target] = []
    start = span.start
    opening = text.find(":", span.start, min(span.end, span.start + 90))
    if opening > 0:
        # "Phấn đấu đến hết năm 2026: …; …" dates every clause that follows.
        by = _stated_by(text[span.start : opening]) or by
    for match in [*_CLAUSE.finditer(text, span.start, span.end), None]:
        end = match.start() if match else span.end
        if start < end <= start + _LONGEST_CLAUSE:
            targets += _clause_targets(text, start, end, section, by)
        start = match.end() if match else end
    return targets


def _clause_targets(text: str, start: int, end: int, section: str, by: str | None) -> list[Target]:
    plain = bare(text[start:end])
    found = _measures(plain, text[start:end])
    if not found:
        return []
    periods = find_periods(plain)
    found = [
        f
        for f in found
        if not any(p.start <= f.start and f.end <= p.end and p.precision == "day" for p in periods)
    ]
    found = _apart(plain, found)
    targets = []
    for number, measure in enumerate(found):
        first = _clause_start(text[start:end], plain, found, number)
        last = _clause_end(text[start:end], found, number)
        quote = Span(start + first, start + last)
        words = collapse(quote.of(text))
        targets.append(
            Target(
                quote=words,
                span=quote,
                section=section,
                indicator=_indicator(text[start:end], measure, first, last),
                comparator=measure.comparator,
                value=measure.value,
                unit=measure.unit,
                by=_date_of([p for p in periods if first <= p.start < last]) or by,
            )
        )
    return targets


_LIFTED = re.compile(r"\s*(?:nam\s+\d{4}\s*)?len\s+(?:toi\s+|den\s+|muc\s+)?")
_APART = re.compile(r"[,:]|\bva\b|\bvoi\b")


def _apart(plain: str, found: list[_Found]) -> list[_Found]:
    """Leave one measure to a statement: "80% hộ có ít nhất một bình" states 80%, "từ 20% lên 40%" 40%."""
    kept: list[_Found] = []
    for measure in found:
        between = plain[kept[-1].end : measure.start] if kept else ""
        if kept and _LIFTED.fullmatch(between):
            kept[-1] = msgspec.structs.replace(measure, start=kept[-1].start)
        elif kept and measure.unit[:1] != "%" and not _APART.search(between):
            continue
        else:
            kept.append(measure)
    return kept


_DIGIT = re.compile(r"\d")


def _measures(plain: str, words: str) -> list[_Found]:
    percent, counted, stated, none_left, _ = _patterns()
    found: list[_Found] = []

    def add(measure: _Found | None) -> None:
        if measure and not any(f.start < measure.end and measure.start < f.end for f in found):
            found.append(measure)

    # Most clauses state nothing that is measured: a sign that is not there need not be looked for with care.
    for match in percent.finditer(plain) if "%" in plain else ():
        unit = "%/năm" if re.match(r"\s*/\s*nam\b", plain[match.end() :]) else "%"
        add(
            _Found(
                match.start(),
                match.end(),
                _percent_comparator(match),
                _value(match.group(2)),
                unit,
                match.end(),
            )
        )
    for match in counted.finditer(plain):
        if _comparator(match.group(1)) in "<>" and not _REACHES.search(plain[: match.start()]):
            continue
        if match.group(2):
            add(_thing(plain, words, match, _comparator(match.group(1)), _value(match.group(2))))
        elif spelled := _WORD_NUMBERS.get(lower(words[match.start(4) : match.end(4)])):
            add(_thing(plain, words, match, _comparator(match.group(1)), float(spelled)))
    for match in stated.finditer(plain) if _DIGIT.search(plain) else ():
        if _HAS.match(match.group()) and not _OPENS.fullmatch(plain[: match.start()]):
            continue
        rank = re.search(r"(?:nhom|thu)\s+\d+$", plain[match.start() : match.end()]) is not None
        comparator: Comparator = (
            "<=" if rank else ">=" if match.group(2) else _comparator(None, plain[match.end() :])
        )
        add(_thing(plain, words, match, comparator, _value(match.group(1))))
    for match in none_left.finditer(plain):
        add(_zero(plain, words, match))
    return sorted(found, key=lambda f: f.start)


def _thing(
    plain: str, words: str, match: re.Match[str], comparator: Comparator, value: float
) -> _Found | None:
    """Make a measure of a number of things; None where the number counts no result."""
    if _SYMBOL_BEFORE.search(plain[: match.start()]) and not match.group().startswith(("toi", "it")):
        return None
    rest = plain[match.end() :]
    if value != int(value):
        return _Found(match.start(), match.end(), comparator, value, "", match.end())
    if _NO_THING.match(rest):
        return None
    unit = _unit(rest, words[match.end() :])
    return _Found(match.start(), match.end(), comparator, value, unit, match.end()) if unit else None


# "có" and "trong" say what a place has; a result only where the clause begins with them.
_HAS = re.compile(r"(?:co|co\s+du|trong|moi\s+\w+)\s")
_OPENS = re.compile(
    r"\W*(?:(?:phan\s+dau|bao\s+dam|dam\s+bao|moi\s+[a-z ,]+|toi\s+thieu|tu)\s+)?"
    r"(?:(?:den|trong)\s+(?:het\s+)?[a-z ]*\d[\d/]*\W*)?(?:phan\s+dau\s+)?"
)
_REACHES = re.compile(
    r"(?:^\W*|\b(?:dat|muc|thu hut|ho tro|dao tao|tang|giam|duy tri|len|chiem|to chuc|phat trien|xay dung|con)\s+)$"
)
_NO_RESULT = re.compile(
    r"(?:phu\s+hop|hieu\s+luc|la\b|duoc\b|kha\s+nang|chi\b|tinh\s+trang|nhieu\b|can\b|bao\s+lau|ai\b|gi\b)"
)
_ZERO_THINGS = re.compile(r"(?:ho|vu|ho\s+so|diem)\b")


def _zero(plain: str, words: str, match: re.Match[str]) -> _Found | None:
    thing = _ZERO_THINGS.match(plain[match.end() :])
    wording = match.group().split()
    if wording[:2] == ["khong", "con"]:
        if _NO_RESULT.match(plain[match.end() :]):
            return None
        return _Found(
            match.start(),
            match.end(),
            "=",
            0.0,
            _unit(plain[match.end() :], words[match.end() :]),
            match.end(),
        )
    if thing is None:
        return None
    return _Found(
        match.start(), match.end(), "=", 0.0, _unit(plain[match.end() :], words[match.end() :]), match.end()
    )


def _unit(rest: str, words: str) -> str:
    """Return the name of the things counted, as the text has it: one syllable or two, or a known longer one."""
    if whole := _whole_names().match(rest):
        return collapse(words[whole.start(1) : whole.end(1)])
    named = re.match(r"\s*([a-z0-9]+)(?:\s+([a-z0-9]+))?", rest)
    if named is None or named.group(1).isdigit():
        return ""
    group = 1 if named.group(1) in _one_syllable() or named.group(2) is None else 2
    return collapse(words[named.start(1) : named.end(group)])


def _comparator(words: str | None, after: str = "") -> Comparator:
    if words:
        for rule in _patterns()[4]:
            if re.fullmatch(rule.pattern, words.strip()):
                kind: Comparator = msgspec.convert(rule.kind, Comparator)
                return kind
    if re.match(r"\s*(?:%\s*)?(?:[a-z]+\s+){0,2}tro\s+len\b", after):
        return ">="
    return "<=" if re.match(r"\s*(?:%\s*)?(?:[a-z]+\s+){0,2}tro\s+xuong\b", after) else "="


def _percent_comparator(match: re.Match[str]) -> Comparator:
    """A range ("16 - 18%") promises at least its lower end."""
    after = match.string[match.end() :]
    return ">=" if match.group(3) and not match.group(1) else _comparator(match.group(1), after)


def _value(number: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", number):
        return float(number.replace(".", ""))
    return float(number.replace(",", "."))


def _clause_start(words: str, plain: str, found: list[_Found], number: int) -> int:
    if number == 0:
        lead = _LEAD_IN.match(words)
        return lead.end() if lead else 0
    comma = max(
        words.rfind(",", found[number - 1].end, found[number].start),
        words.rfind(" và ", found[number - 1].end, found[number].start),
    )
    at = comma if comma > 0 else found[number].start
    opening = re.compile(r"[\s,]*(?:và\s+)?(?:trong đó[,:]?\s*)?").match(words, at)
    return opening.end() if opening and comma > 0 else at


def _clause_end(words: str, found: list[_Found], number: int) -> int:
    end = len(words)
    if number + 1 < len(found):
        after = found[number + 1]
        comma = max(
            words.rfind(",", found[number].end, after.start),
            words.rfind(" và ", found[number].end, after.start),
        )
        end = comma if comma > 0 else after.start
    tail = _TAIL.search(words, found[number].end, end)
    if tail and not re.search(r"\d", words[tail.start() : end]):
        end = tail.start()
    return len(words[:end].rstrip(" \n.,;"))


def _indicator(words: str, measure: _Found, first: int, last: int) -> str:
    """Return what is measured: the words after the measure, else those before it."""
    after = collapse(words[measure.rest : last]).strip(" ,.;")
    before = collapse(words[first : measure.start]).strip(" ,.;")
    named = re.sub(
        r"\s*\b(?:đạt|chiếm|ở mức|duy trì|tăng|giảm|phấn đấu)(?:\s+\S+){0,3}$", "", before, flags=re.I
    )
    if named != before and len(named.split()) > 2 and not re.search(r"\b(?:cắt|kéo|thực hiện)$", named):
        return named
    return after or before


def _stated_by(title: str | None) -> str | None:
    return _date_of(find_periods(bare(title))) if title else None


def _date_of(periods: list[Period]) -> str | None:
    """Return the ISO year, month or day by which a target is to be reached; None when none is stated."""
    dated = [p for p in periods if p.last is not None and not p.anniversary]
    if not dated:
        return None
    last = dated[-1].last
    if last is None:
        return None
    if dated[-1].precision == "year":
        return f"{last.year}"
    return f"{last.year}-{last.month:02d}" if dated[-1].precision == "month" else last.isoformat()


# --- rows of a table of indicators -----------------------------------------------------------------


def _row_targets(text: str, table: Table, row: Row, section: str) -> list[Target]:
    """Make a target of each value of a row; the quote is the row's name of the indicator."""
    name_at = table.column("indicator")
    if name_at is None or name_at >= len(row.cells):
        return []
    name = row.cells[name_at]
    cells = row.texts(text)
    if not cells[name_at]:
        return []
    measure_at = table.column("measure")
    unit = cells[measure_at] if measure_at is not None and measure_at < len(cells) else None
    values = [index for index, key in table.columns.items() if key == "value" and index < len(cells)]
    targets = []
    for index in values:
        if not cells[index]:
            continue
        read = _cell_value(cells[index])
        if read is None:
            continue
        comparator, value, percent = read
        targets.append(
            Target(
                quote=collapse(row.span.of(text)),
                span=row.span,
                section=section,
                indicator=collapse(name.of(text)),
                comparator=comparator,
                value=value,
                unit="%" if percent else unit,
                by=_stated_by(table.names.get(index)) or _column_year(table.names.get(index)),
            )
        )
    return targets or targets_in(text, name, section)


def _column_year(name: str | None) -> str | None:
    year = re.search(r"20\d\d(?!.*20\d\d)", name or "")
    return year.group() if year else None


def _cell_value(cell: str) -> tuple[Comparator, float, bool] | None:
    plain = bare(cell)
    match = re.fullmatch(rf"\s*(.*?)\s*{_NUMBER}\s*(%?).*", plain)
    if match is None:
        return None
    return _comparator(match.group(1) or None), _value(match.group(2)), bool(match.group(3))
