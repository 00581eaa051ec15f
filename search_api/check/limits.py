"""The time limit of a task against those of the passages that answer it, and the limit for making the plan itself."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from indexer.clean import collapse
from indexer.deadlines import find_deadlines, latest
from indexer.records import Deadline, Document, Span, Task
from search_api.check.align import Aligner
from search_api.check.compare import Dated, compare_deadlines, deadline_alert
from search_api.check.duties import Duties
from search_api.check.schemas import Alert
from search_api.check.similarity import Matrix, compare
from search_api.check.units import Unit

_PARAGRAPH_HELD = 0.4
"""Share of a task that a paragraph holds whose limit is then the task's."""
_DAY = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(20\d\d)(?!\d)")


def _days(words: str) -> list[date]:
    """Return the days that a passage names, whatever it says of them."""
    out = []
    for match in _DAY.finditer(words):
        month, number = int(match[2]), int(match[1])
        if 1 <= month <= 12 and 1 <= number <= monthrange(int(match[3]), month)[1]:
            out.append(date(int(match[3]), month, number))
    return out


class Limits:
    """Compares the limits of the parent's tasks with the plan's; ``scores`` are those of tasks and passages."""

    def __init__(
        self,
        duties: Duties,
        child: Document,
        aligner: Aligner,
        evidence: Sequence[Unit],
        tasks: int,
        scores: Matrix,
    ) -> None:
        self.duties, self.parent, self.child, self.aligner = duties, duties.parent, child, aligner
        self.evidence, self.tasks, self.scores = evidence, tasks, scores
        self.dated = sum(t.deadline.kind != "none" for t in child.tasks) * 2 >= len(child.tasks)

    def late_issue(self, deadline: Deadline, span: Span | None) -> Alert | None:
        """Compare the limit for issuing the plan with the day on which the child is dated."""
        fact = self.child.metadata.date
        if fact is None or len(fact.value) < 10:
            return None
        issued = Deadline(
            raw=f"ban hành ngày {'/'.join(reversed(fact.value.split('-')))}",
            kind="by",
            end=fact.value,
            precision="day",
        )
        if deadline.kind == "recurring":
            return None
        return deadline_alert(self.parent, self.child, Dated(deadline, span), Dated(issued, fact.span))

    def alerts(self, number: int, chosen: Sequence[int], several: bool) -> list[Alert]:
        """Compare time limits with the passage that answers best, and with others that answer only this."""
        limit, limit_span = self.duties.limits[number]
        if several and limit.kind == "none":
            return []
        out = []
        scores = self.scores
        for rank, j in enumerate(j for j in chosen if j < self.tasks):
            mine = self.child.tasks[self.evidence[j].task]
            alone = int(np.argmax(scores[:, j])) == number
            if rank > 0 and not (alone and scores[number, j] >= 0.8):
                continue
            if rank == 0 and not alone and scores[number, j] < 0.6:
                continue
            theirs = Dated(limit, limit_span)
            own = Dated(mine.deadline, mine.deadline_span)
            if mine.deadline.kind == "none":
                own = self._limit_inside(number, mine) or own
            if own.deadline.kind == "none" and not self.dated:
                continue
            found = deadline_alert(
                self.parent,
                self.child,
                theirs,
                own,
                mine.span,
            )
            if found is not None and not self._kept_inside(limit, mine):
                out.append(found)
        return out[:2]

    def _limit_inside(self, number: int, mine: Task) -> Dated | None:
        """Return the limit stated in the paragraph of a child's task that answers, where the task has none itself."""
        text = self.child.text
        spans = [s for s in mine.actions if len(s.of(text).split()) >= 4] or [mine.block]
        words = [self.aligner.terms(collapse(s.of(text))) for s in spans]
        found = compare([self.aligner.terms(self.duties.theirs[number].words)], words, self.aligner.space)
        best = int(np.argmax(found.covered[0]))
        if found.covered[0, best] < _PARAGRAPH_HELD:
            return None
        span = spans[best]
        for where, limit in find_deadlines(span.of(text)):
            return Dated(limit, Span(span.start + where.start, span.start + where.end))
        return None

    def _kept_inside(self, limit: Deadline, mine: Task) -> bool:
        """Say whether a limit inside the child's task keeps the parent's: one of its actions states it."""
        words = collapse(mine.block.of(self.child.text))
        last = latest(limit)
        if (
            mine.deadline.kind == "none"
            and last is not None
            and any(d <= last + timedelta(days=1) for d in _days(words))
        ):
            return True
        return any(
            d.kind in ("by", "within", "range", "event")
            and d.raw != mine.deadline.raw
            and compare_deadlines(limit, d) is None
            for _, d in find_deadlines(words)
        )
