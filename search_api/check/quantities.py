"""What the clauses of a task measure - how many, how often, until when - against what the plan says of the same.

Figures and limits of a clause are set against those of the passages that answer the task, and of passages
anywhere in the plan that say nearly the same (goals, table cells).  One passage that keeps the parent's figure
settles it; only where all fall short is there an alert.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from indexer.clean import collapse, fold
from indexer.records import Document, Span, Task
from search_api.check.align import Aligner
from search_api.check.compare import Dated, alert, compare_deadlines
from search_api.check.figures import EVENTS, TIMES, Figure, figures, less
from search_api.check.schemas import Alert
from search_api.check.share import clause_spans
from search_api.check.similarity import Matrix, compare
from search_api.check.times import shorter, times
from search_api.check.units import Unit

_DIGITS = re.compile(r"\d+(?:[.,/]\d+)*%?")
_COMMON_UNITS = frozenset(
    {"%", "người", "hộ", "lần", "cơ", "thôn", "xã", "điểm", "công", "thời", "thời gian", "tỷ", "triệu"}
)
_TOTALS = frozenset({"người", "hộ", "lao", "tỷ", "triệu", "nghìn", "trẻ", "em", "học", "hội", "doanh"})
"""What a year's figure counts for all together, where nobody says "each": people, households, money."""
_SHARED = 5.0
_NEAR = 0.2
"""Likeness from which a figure in an answering passage counts the same thing."""
_SAME = 0.4
"""Likeness from which a figure anywhere in the plan does."""
_DATED = 0.3
"""Likeness from which a limit in an answering passage is the limit of the same clause."""


class _Counted(msgspec.Struct, frozen=True):
    """A figure or a limit, the task or passage that holds it, and the words around it."""

    owner: int
    words: str
    figure: Figure | None = None
    limit: Dated | None = None


Ours = tuple[int, bool, Sequence[Span]]
"""A task, whether it is given to us alone, and its clauses that are ours."""


class Quantities:
    """Compares the figures and limits of our tasks with those of the plan."""

    def __init__(
        self,
        parent: Document,
        child: Document,
        aligner: Aligner,
        evidence: Sequence[Unit],
        ours: Sequence[Ours],
    ) -> None:
        self.parent, self.child, self.evidence = parent, child, evidence
        self.one_year = _of_one_year(child)
        self.theirs = self._asked(ours)
        self.mine = self._promised(evidence) if self.theirs else []
        self.likeness = self._likeness(aligner)
        self.rows: dict[int, list[int]] = {}
        for row, counted in enumerate(self.theirs):
            self.rows.setdefault(counted.owner, []).append(row)

    def _asked(self, ours: Sequence[Ours]) -> list[_Counted]:
        """Return the parent's figures that a child can be held to: each body's own, or given to us alone."""
        out = []
        text, year = self.parent.text, _year(self.parent)
        for number, alone, spans in ours:
            for span in spans:
                words = _around(self.parent, span)
                for figure in figures(text, span):
                    often = figure.often is not None and figure.unit not in _TOTALS
                    if alone or figure.each or often or figure.most or figure.unit == "%":
                        out.append(_Counted(number, words, figure=figure))
                out += [_Counted(number, words, limit=limit) for limit in times(text, span, year)]
        return out

    def _promised(self, evidence: Sequence[Unit]) -> list[_Counted]:
        out = []
        text, year = self.child.text, _year(self.child)
        for j, unit in enumerate(evidence):
            spans = said(self.child, self.child.tasks[unit.task]) if unit.kind == "task" else [unit.span]
            for span in spans:
                for clause in _clauses_of(text, span):
                    words = _around(self.child, clause)
                    out += [_Counted(j, words, figure=figure) for figure in figures(text, clause)]
                    out += [_Counted(j, words, limit=limit) for limit in times(text, clause, year)]
        return out

    def _likeness(self, aligner: Aligner) -> Matrix:
        """Return how alike the words around are: each different wording is compared once."""
        if not self.theirs or not self.mine:
            return np.zeros((len(self.theirs), len(self.mine)), dtype=np.float32)
        a, rows = _distinct(self.theirs)
        b, columns = _distinct(self.mine)
        found = compare([aligner.terms(w) for w in a], [aligner.terms(w) for w in b], aligner.space)
        # A short goal inside a long clause is as near as a long one: both directions count.
        near = np.where(found.shared >= _SHARED, np.maximum(found.covered, found.covering), 0.0)
        out: Matrix = near[np.ix_(rows, columns)]
        return out

    def alerts(
        self,
        number: int,
        chosen: Sequence[int],
        told: Sequence[tuple[int, int] | None],
        apart: Callable[[str], bool],
    ) -> list[Alert]:
        """Return what the passages that answer a task, and goals that say the same, promise less.

        ``told`` are the spans of limits that were compared already; ``apart`` says of clauses that their limit is
        no limit of work (the order to make the plan itself).
        """
        out: list[Alert] = []
        for row in self.rows.get(number, ()):
            theirs = self.theirs[row]
            if theirs.figure is not None:
                found = self._lower(row, theirs.figure, chosen)
            elif theirs.limit is not None and not _among(theirs.limit.span, told) and not apart(theirs.words):
                found = self._later(row, theirs.limit, chosen)
            else:
                found = None
            if found is not None:
                out.append(found)
        return out

    def _lower(self, row: int, theirs: Figure, chosen: Sequence[int]) -> Alert | None:
        lower: list[tuple[float, Figure]] = []
        for column, own in enumerate(self.mine):
            if own.figure is None:
                continue
            near = float(self.likeness[row, column])
            # The one passage that answers, and a thing that few passages count: no further likeness is wanted.
            plain = own.owner in chosen[:1] and own.figure.unit not in _COMMON_UNITS
            if not plain and near < (_NEAR if own.owner in chosen else _SAME):
                continue
            falls = less(theirs, self._as_asked(theirs, self.theirs[row].words, own))
            if falls is False:
                return None
            if falls:
                lower.append((near, own.figure))
        if not lower:
            return None
        mine = max(lower, key=lambda pair: pair[0])[1]
        code, words = (
            ("deadline_later", "Thời hạn dài hơn: cấp trên “{a}”, kế hoạch “{b}”.")
            if theirs.most
            else ("target_lower", "Số lượng thấp hơn: cấp trên “{a}”, kế hoạch “{b}”; cần giải trình.")
        )
        return self._alert(code, words, theirs.span, mine.span)

    def _as_asked(self, theirs: Figure, words: str, own: _Counted) -> Figure:
        """Return the child's figure in the parent's terms, where that is plain.

        A number without a period, in a plan or a task of one year, is that year's; an event that the parent's
        clause names is one time of it ("ngày hội …, mỗi năm hai kỳ" – "01 ngày hội").
        """
        figure = own.figure
        assert figure is not None
        if theirs.unit in TIMES and figure.unit in EVENTS and figure.unit in fold(words):
            figure = msgspec.structs.replace(figure, unit=theirs.unit)
        if theirs.often == theirs.value and figure.often is None and self._in_one_year(own.owner):
            figure = msgspec.structs.replace(figure, often=figure.value)
        return figure

    def _in_one_year(self, owner: int) -> bool:
        """Say whether a passage of the plan speaks of one year: its own limit, or else the plan's title, does."""
        unit = self.evidence[owner]
        limit = self.child.tasks[unit.task].deadline if unit.kind == "task" else None
        if limit is not None and limit.kind != "none":
            years = {moment[:4] for moment in (limit.start, limit.end) if moment}
            return len(years) == 1 and not limit.open_ended
        return self.one_year

    def _later(self, row: int, theirs: Dated, chosen: Sequence[int]) -> Alert | None:
        later: list[tuple[float, str, str, Span]] = []
        for column, own in enumerate(self.mine):
            if own.limit is None or own.limit.span is None:
                continue
            near = float(self.likeness[row, column])
            if near < (_DATED if own.owner in chosen else _SAME):
                continue
            if shorter(theirs.deadline, own.limit.deadline):
                words = "Khoảng thời gian ngắn hơn: cấp trên “{a}”, kế hoạch “{b}”."
                later.append((near, "target_lower", words, own.limit.span))
                continue
            if theirs.deadline.kind == "range" and own.limit.deadline.kind != "range":
                continue  # a season is no limit that a single day could miss
            found = compare_deadlines(theirs.deadline, own.limit.deadline)
            if found is None:
                return None
            if found[0] == "deadline_later" and found[1] != "info":
                words = "Thời hạn muộn hơn: cấp trên “{a}”, kế hoạch “{b}”."
                later.append((near, "deadline_later", words, own.limit.span))
        if not later or theirs.span is None:
            return None
        _, code, words, where = max(later, key=lambda found: found[0])
        return self._alert(code, words, theirs.span, where)

    def _alert(self, code: str, words: str, theirs: Span, mine: Span) -> Alert:
        a, b = collapse(theirs.of(self.parent.text)), collapse(mine.of(self.child.text))
        return alert(
            code,
            "error",
            words.format(a=a, b=b),
            self.parent,
            _sentence_at(self.parent.text, theirs),
            self.child,
            _sentence_at(self.child.text, mine),
        )


def said(document: Document, task: Task) -> list[Span]:
    """Return the clauses of a task, and its products: what a table's column promises counts too."""
    products = [m.span for m in task.products if task.block.covers(m.span)]
    return [*clause_spans(document, task), *products]


def _distinct(counted: Sequence[_Counted]) -> tuple[list[str], list[int]]:
    number: dict[str, int] = {}
    where = [number.setdefault(c.words, len(number)) for c in counted]
    return list(number), where


def _among(span: Span | None, told: Sequence[tuple[int, int] | None]) -> bool:
    return span is None or any(t is not None and t[0] < span.end and span.start < t[1] for t in told)


def _year(document: Document) -> int | None:
    fact = document.metadata.date
    return int(fact.value[:4]) if fact is not None and fact.value[:4].isdigit() else None


_YEARS = re.compile(r"20\d\d")
_ANOTHERS_NAME = re.compile(
    r"(?:thực hiện|triển khai) (?:nghị quyết|chỉ thị|kế hoạch|chương trình|quyết định)"
)


def _of_one_year(document: Document) -> bool:
    """Say whether a plan is for one year, by its title without the name of what it carries out."""
    title = document.metadata.title
    if title is None:
        return False
    own = _ANOTHERS_NAME.split(fold(collapse(title.value)))[0]
    return len(set(_YEARS.findall(own))) == 1 and "tiếp theo" not in own


def _around(document: Document, span: Span) -> str:
    return _DIGITS.sub(" ", collapse(span.of(document.text)))


def _clauses_of(text: str, span: Span) -> list[Span]:
    cuts = [m.end() for m in re.finditer(r";\s|\.\s", text[span.start : span.end])]
    at, out = span.start, []
    for cut in [*cuts, span.end - span.start]:
        out.append(Span(at, span.start + cut))
        at = span.start + cut
    return out


def _sentence_at(text: str, span: Span) -> Span:
    """Return the clause around a figure, to be quoted."""
    start = max(text.rfind(mark, max(0, span.start - 240), span.start) for mark in (". ", "; ", "\n", ": "))
    ends = [at for mark in (". ", ";", "\n", ".\n") if (at := text.find(mark, span.end, span.end + 240)) >= 0]
    begin = start + 1 if start >= 0 else span.start
    while begin < span.start and text[begin].isspace():
        begin += 1
    return Span(begin, min(ends) if ends else span.end)
