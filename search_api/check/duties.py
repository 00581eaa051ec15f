"""What the parent asks of us: each of its tasks with its scope, our clauses of it, its limit and its actions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

import msgspec

from indexer.clean import collapse, fold
from indexer.deadlines import find_deadlines
from indexer.records import Deadline, Document, Span, Task
from search_api.check.quantities import said
from search_api.check.scope import Scope, We, addressee, mine, share_addressed, task_scope, under, who
from search_api.check.share import Share, clause_spans, heading_bodies, only_some, share, subjects
from search_api.check.units import Unit, action_units, task_units, words_in

UNDER_ITS_NAME = "tiêu đề đơn vị"
"""How the reading says that a task stands under the heading of a unit's name."""
BY_SUBJECT = "chủ ngữ"
"""How it says that the subject of a sentence is given the task."""
_PARTY_FIRST = re.compile(
    r"(?:^|[.;] )(?:các |mỗi )?(?:(?:người đứng đầu|bí thư) (?:các )?)?"
    r"(?:cấp ủy|tổ chức đảng|chi bộ|đảng bộ|ủy ban kiểm tra)(?!\w)"
)
_STATE = re.compile(
    r"ubnd|ủy ban nhân dân|chính quyền|(?<!\w)(?:các )?sở(?!\w)|ban, ngành|cơ quan, đơn vị|địa phương"
)


class Duties:
    """The parent's tasks as they are ours: ``theirs`` are their pieces, narrowed to our clauses."""

    def __init__(self, parent: Document, we: We, all_ours: bool) -> None:
        self.parent, self.we, self.all_ours = parent, we, all_ours
        addressed = share_addressed(parent.tasks)
        every = Scope(True, "general", "tính mọi nhiệm vụ theo yêu cầu")
        self.scopes = [
            every if all_ours else task_scope(task, we, addressed, self._named_first(task))
            for task in parent.tasks
        ]
        if we.system == "state" and who(parent).system == "party":
            self.scopes = [self._not_the_partys(s, t) for s, t in zip(self.scopes, parent.tasks, strict=True)]
        self.scopes = [self._headed(s, t) for s, t in zip(self.scopes, parent.tasks, strict=True)]
        self.limits = [(task.deadline, task.deadline_span) for task in parent.tasks]
        self.narrowed: set[int] = set()
        """Tasks that go to some of us only."""
        self.told: set[int] = set()
        """Tasks that another body is to direct us to do."""
        self.theirs = task_units(parent)
        self.shares: dict[int, Share] = {} if all_ours else self._shares()

    def _named_first(self, task: Task) -> list[str]:
        # A helper that a body is told to send ("UBND các xã phân công tổ vận động …") is nobody's addressee.
        named = (*task.lead, *task.implementing, *task.directing, *task.coordinating)
        if any(addressee(mention.text) is not None or mine(mention.text, self.we) for mention in named):
            return []
        return subjects(self.parent, task)

    def _shares(self) -> dict[int, Share]:
        """Narrow tasks that name several bodies to the clauses that are ours, and widen scope by them."""
        out: dict[int, Share] = {}
        for number, task in enumerate(self.parent.tasks):
            named = [
                m.span
                for m in (*task.lead, *task.implementing, *task.directing, *task.coordinating)
                if mine(m.text, self.we) is not None
            ]
            if only_some(self.parent, named):
                self.narrowed.add(number)
            if self.scopes[number].ours and self.scopes[number].role == "general":
                continue  # what a committee is to see to is its own, whoever does which clause
            found = share(
                self.parent,
                task,
                lambda n: mine(n, self.we),
                partial(self._directed, task),
                led=self._led_by_line(number, task),
                known=lambda n: addressee(n) is not None,
            )
            if found is None or (self.scopes[number].ours and (found.whole or found.directed)):
                continue
            if not self.scopes[number].ours:
                self.scopes[number] = Scope(
                    True, "coordinate" if found.directed else "lead", f"trong nhiệm vụ chung: {found.why}"
                )
                if found.directed:
                    self.told.add(number)
                    continue
            out[number] = found
            unit = self.theirs[number]
            if words := words_in(self.parent, task, found.spans):
                self.theirs[number] = msgspec.structs.replace(unit, words=words)
            if not found.dated:
                self.limits[number] = next(
                    (limit for s in found.spans if (limit := self.limit_in(s))[0].kind != "none"),
                    (Deadline(), None),
                )
        return out

    def _headed(self, scope: Scope, task: Task) -> Scope:
        """Give a task that names nobody to us where the heading over it does."""
        if scope.role != "unknown":
            return scope
        why = next(
            (w for n in heading_bodies(self.parent, task) if (w := mine(n, self.we)) is not None), None
        )
        return scope if why is None else Scope(True, "lead", f"theo tiêu đề: {why}")

    def _not_the_partys(self, scope: Scope, task: Task) -> Scope:
        """Take out of a state plan's scope what a Party document asks of committees alone, without naming a lead."""
        words = fold(collapse(task.block.of(self.parent.text)))
        if scope.role not in ("general", "unknown") or self.all_ours or not _PARTY_FIRST.search(words):
            return scope
        return scope if _STATE.search(words) else Scope(False, "none", "việc của cấp ủy, tổ chức đảng")

    def _directed(self, task: Task, name: str) -> str | None:
        """Return why another body is told to direct us: by our name, or that of a body under us; else None.

        "Đôn đốc các đơn vị" means whoever that body has; and what it has those under it do stands under the
        heading of its own name ("3. Công an tỉnh: chỉ đạo công an cấp xã …") as its own work.
        """
        found = addressee(name)
        if found is not None and found.level == "any":
            return None
        told = mine(name, self.we)
        return told if told is not None or task.lead_basis == UNDER_ITS_NAME else under(name, self.we)

    def _led_by_line(self, number: int, task: Task) -> str | None:
        """Return why a task is ours where a line with a label says so, outside its clauses; else None."""
        scope = self.scopes[number]
        if scope.role != "lead" or not task.lead:
            return None
        clauses = clause_spans(self.parent, task)
        if any(span.overlaps(mention.span) for span in clauses for mention in task.lead):
            return None
        return scope.why

    def measured(self) -> list[tuple[int, bool, Sequence[Span]]]:
        """Return our tasks with their clauses, and whether they are given to us alone: then totals bind us too."""
        out: list[tuple[int, bool, Sequence[Span]]] = []
        for number, task in enumerate(self.parent.tasks):
            scope = self.scopes[number]
            if scope.ours:
                own = self.shares.get(number)
                alone = self.all_ours or (scope.role == "lead" and "giao chung" not in scope.why)
                out.append((number, alone, own.spans if own is not None else said(self.parent, task)))
        return out

    def actions(self, number: int) -> list[Unit]:
        """Return the actions of a task that are ours, where it has several."""
        own = self.shares.get(number)
        units = action_units(self.parent, number)
        if own is not None:
            units = [u for u in units if any(s.overlaps(u.span) for s in own.spans)]
        return units if len(units) > 1 else []

    def limit_in(self, span: Span) -> tuple[Deadline, Span | None]:
        """Return the first time limit of a stretch and where it stands."""
        for found, deadline in find_deadlines(span.of(self.parent.text)):
            return deadline, Span(span.start + found.start, span.start + found.end)
        return Deadline(), None
