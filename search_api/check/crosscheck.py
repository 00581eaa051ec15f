"""Does this plan carry out that directive: every task, target and requirement of the parent against the child.

:func:`check` needs nothing but the two documents (and an encoder, if there is one).  Verdicts judge content
only; what differs is said by alerts.  The rules are those of domain/README §5; the figures are in
``docs/crosscheck.md``.
"""

from __future__ import annotations

import re
import time
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec
import numpy as np

from indexer.clean import collapse, fold
from indexer.deadlines import find_deadlines, latest
from indexer.encode import Encoder
from indexer.records import Deadline, Document, Mention, Span, Task
from search_api.check.align import Aligned, Aligner
from search_api.check.clauses import PLAIN, Absent, Clauses, orders_plan
from search_api.check.compare import (
    Dated,
    Known,
    alert,
    compare_deadlines,
    copied_runs,
    deadline_alert,
    is_lower,
    measure,
    same_measure,
)
from search_api.check.plan import deadline_alerts, plan_alerts, six_clear
from search_api.check.quantities import Quantities, said
from search_api.check.relation import citation_alerts, name_of, party, relation_of, replaced, summary
from search_api.check.schemas import (
    Alert,
    CheckItem,
    CheckReport,
    ChildOnly,
    Level,
    Match,
    Part,
    Verdict,
)
from search_api.check.scope import (
    Scope,
    We,
    addressee,
    mine,
    only_the_centre,
    share_addressed,
    task_scope,
    under,
    who,
)
from search_api.check.share import Share, only_some, share, subjects
from search_api.check.similarity import Matrix, compare, phrases, written_out
from search_api.check.targets import Targets
from search_api.check.units import (
    Unit,
    action_units,
    clauses,
    is_funding,
    paragraph_units,
    requirement_units,
    task_units,
    titled_units,
    words_in,
)

COVERED = 0.5
"""Score from which a piece answers another."""
WEAK = 0.44
"""Score below which nothing is found; between the two a person must look."""
_CLAUSE = 0.22
"""Share of a clause that the matched passages must hold for the clause to count as carried out."""
_PARAGRAPH = 0.95
_SURE = 0.9
_PLAINLY = 0.6
"""Score below which most clauses must be held as well."""
_HINT = 0.33
"""Score from which a task stands beside a goal that answers: the two together carry the item out."""
_PLAIN_GOAL = 0.8
"""Score from which a goal plainly says the same: the plan promises it, whoever is to do it."""
_PROMISED = 0.6
"""Score from which a goal says of an action that it is wanted."""
_MOST = 0.7
"""Share of an action's sentences that must be answered for the action to be."""
_FAINT = 0.14
"""Score from which a task beside such a goal is related work, though not the work itself."""
_MOST_MATCHES = 5
_REPORT = re.compile(r"báo cáo|tổng hợp kết quả")
_FOLLOWS = re.compile(r"theo dõi|đôn đốc|đầu mối|thường trực|tổng hợp")
_REPORTED = 0.75
_PLANS = frozenset({"KH", "CTr", "CTHĐ", "CT", "NQ"})


def check(
    child: Document,
    parent: Document,
    *,
    encoder: Encoder | None = None,
    we: str | None = None,
    known: Sequence[Document] = (),
    statuses: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    criteria: Sequence[str] | None = None,
    all_ours: bool = False,
) -> CheckReport:
    """Check a plan against a document that it carries out.

    ``we`` names the body whose tasks are counted where that is not the child's issuer; ``known`` are
    other documents whose numbers and dates citations are held against; ``statuses`` says of documents that
    they were replaced or amended; ``missing`` names parents that the child cites and nobody has;
    ``criteria`` picks the columns of "6 rõ"; ``all_ours`` counts every task, whomever the parent addresses.
    """
    started = time.perf_counter()
    run = _Run(child, parent, encoder, who(child, we), all_ours)
    items = run.items()
    relation, cited, notes = relation_of(child, parent)
    citing = citation_alerts(child, parent, cited, known)
    told = {a.child_span for a in citing}
    general = [
        *citing,
        *replaced(child, parent, statuses or {}),
        *(a for a in run.loose if a.child_span not in told or a.code != "internal_conflict"),
    ]
    notes = [*notes, *(f"Chưa có toàn văn văn bản cấp trên: {name}." for name in missing)]
    return CheckReport(
        child=child.id,
        parent=parent.id,
        parent_cited=cited,
        items=items,
        child_only=run.child_only(),
        alerts=tuple(general),
        six_clear=six_clear(child, criteria),
        summary=summary(items, general, run.we),
        relation=relation,
        notes=tuple(notes),
        child_info=party(child),
        parent_info=party(parent),
        seconds=round(time.perf_counter() - started, 3),
    )


def check_alone(
    child: Document,
    *,
    we: str | None = None,
    missing: Sequence[str] = (),
    criteria: Sequence[str] | None = None,
) -> CheckReport:
    """Check one plan before it is signed."""
    started = time.perf_counter()
    alerts = [a for _, a in plan_alerts(child, who(child, we))]
    alerts += [a for _, a in deadline_alerts(child)]
    counts = Counter(a.code for a in alerts)
    return CheckReport(
        child=child.id,
        parent=None,
        parent_cited=False,
        items=(),
        child_only=(),
        alerts=tuple(alerts),
        six_clear=six_clear(child, criteria),
        summary={
            "tasks": len(child.tasks),
            "alerts": dict(counts),
            "line": f"{len(child.tasks)} nhiệm vụ, {len(alerts)} điểm cần xem trước khi ký.",
        },
        relation="alone",
        notes=tuple(f"Chưa có toàn văn văn bản cấp trên: {name}." for name in missing),
        child_info=party(child),
        seconds=round(time.perf_counter() - started, 3),
    )


# --- one run -------------------------------------------------------------------------------------


class _Run:
    """One check: aligns once, then reads verdicts and alerts from the matrices."""

    def __init__(
        self, child: Document, parent: Document, encoder: Encoder | None, we: We, all_ours: bool = False
    ) -> None:
        self.child, self.parent, self.we = child, parent, we
        self.all_ours = all_ours
        addressed = share_addressed(parent.tasks)
        every = Scope(True, "general", "tính mọi nhiệm vụ theo yêu cầu")
        self.scopes = [
            every if all_ours else task_scope(task, we, addressed, self._named_first(task))
            for task in parent.tasks
        ]
        self.limits = [(task.deadline, task.deadline_span) for task in parent.tasks]
        self.narrowed: set[int] = set()
        self.told: set[int] = set()
        self.theirs = task_units(parent)
        self.shares: dict[int, Share] = {} if all_ours else self._shares()
        self.mine = titled_units(child)
        said = [u for u in paragraph_units(child) if not is_funding(child, u)]
        # Work that stands outside tasks counts as a task would; goals and requirements promise, they assign nothing.
        self.working = [*self.mine, *(u for u in said if u.kind == "paragraph")]
        self.evidence = [*self.working, *(u for u in said if u.kind != "paragraph")]
        self.actions = {n: self._actions(n, self.shares.get(n)) for n in range(len(parent.tasks))}
        self.requirements = requirement_units(parent)
        background = [u.words for u in (*self.theirs, *self.evidence, *self.requirements)]
        self.aligner = Aligner(parent, child, background, encoder)
        self.aligned = self._align(self.theirs)
        self.idf = {t: float(self.aligner.space.idf[n]) for t, n in self.aligner.space.vocabulary.items()}
        self._part_systems()
        self.action_rows: dict[int, list[list[int]]] = {}
        rows: list[Unit] = []
        for number, unit in enumerate(self.theirs):
            self.action_rows[number] = []
            for action in self.actions[number]:
                pieces = _sentences(action)
                self.action_rows[number].append(list(range(len(rows), len(rows) + len(pieces))))
                rows += pieces
            rows += [] if self.actions[number] else [unit]
        self.pieces = rows
        # Actions compete with the parent's other tasks for the child's, as tasks do.
        self.action_aligned = self._align(rows) if any(self.actions.values()) else self.aligned
        self.loose: list[Alert] = []
        self.used = np.zeros(len(self.mine), dtype=bool)
        self.issues = self._is_plan()
        titles = [d.metadata.title.value for d in (child, parent) if d.metadata.title is not None]
        self.theme = frozenset(fold(written_out(" ".join(titles), self.aligner.own)).split())
        self.quantities = Quantities(parent, child, self.aligner, self.evidence, self._measured())
        self.clauses = Clauses(
            parent,
            self.aligner,
            self.evidence,
            {
                n: self.shares[n].spans if n in self.shares else None
                for n, scope in enumerate(self.scopes)
                if scope.ours and not self.actions[n]
            },
            self.theme,
        )
        self.dated = sum(t.deadline.kind != "none" for t in child.tasks) * 2 >= len(child.tasks)

    def _named_first(self, task: Task) -> list[str]:
        if task.lead or task.implementing or task.directing or task.coordinating:
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
            found = share(self.parent, task, lambda n: mine(n, self.we), lambda n: under(n, self.we))
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
                    (limit for s in found.spans if (limit := self._limit_in(s))[0].kind != "none"),
                    (Deadline(), None),
                )
        return out

    def _measured(self) -> list[tuple[int, bool, Sequence[Span]]]:
        """Return our tasks with their clauses, and whether they are given to us alone: then totals bind us too."""
        out: list[tuple[int, bool, Sequence[Span]]] = []
        for number, task in enumerate(self.parent.tasks):
            scope = self.scopes[number]
            if scope.ours:
                own = self.shares.get(number)
                alone = self.all_ours or (scope.role == "lead" and not scope.why.startswith("giao chung"))
                out.append((number, alone, own.spans if own is not None else said(self.parent, task)))
        return out

    def _actions(self, number: int, own: Share | None) -> list[Unit]:
        units = action_units(self.parent, number)
        if own is not None:
            units = [u for u in units if any(s.overlaps(u.span) for s in own.spans)]
        return units if len(units) > 1 else []

    def _part_systems(self) -> None:
        """Weaken pairs whose leads are of different systems: what a council oversees, a Front does not do."""
        theirs = [_system(t.lead) for t in self.parent.tasks]
        mine = [_system(t.lead) for t in self.child.tasks]
        for i, one in enumerate(theirs):
            for j, other in enumerate(mine):
                if one != other and "" not in (one, other) and (one in _APART or other in _APART):
                    self.aligned.scores[i, j] *= _APART_FACTOR

    def _align(self, units: Sequence[Unit]) -> Aligned:
        return self.aligner.align(units, self.evidence, len(self.working))

    def _is_plan(self) -> bool:
        code = self.child.metadata.type_code
        return code in _PLANS

    def _orders(self, words: str) -> bool:
        return orders_plan(written_out(words, self.aligner.own), self.theme)

    def _centre(self, words: str) -> bool:
        return only_the_centre(words, self._level_of_parent(), self.we)

    def _scores(self, aligned: Aligned, row: int) -> Matrix:
        scores: Matrix = aligned.scores[row].copy()
        scores[len(self.mine) : len(self.working)] *= _PARAGRAPH
        return scores

    def _together(self, number: int, scores: Matrix) -> float:
        """Return the score of the best task with what the best goal adds to it.

        A goal alone is no task: it counts by itself only where the parent's item is a goal too.
        """
        cut = len(self.working)
        work = float(scores[:cut].max()) if cut else 0.0
        goal = float(scores[cut:].max()) if len(scores) > cut else 0.0
        if self._is_goal(number):
            return max(work, goal)
        return 1.0 - (1.0 - work) * (1.0 - goal / 2) if work >= _HINT else work

    def _only_goal(self, number: int, scores: Matrix, top: float) -> int | None:
        """Return the goal that plainly says what no task of the child takes up; None where there is none."""
        cut = len(self.working)
        if top >= WEAK or len(scores) <= cut or self._is_goal(number):
            return None
        best = cut + int(np.argmax(scores[cut:]))
        if self.evidence[best].kind != "goal" or scores[best] < _PLAIN_GOAL:
            return None
        return best

    def _is_goal(self, number: int) -> bool:
        """Say whether a task of the parent states little besides targets."""
        task = self.parent.tasks[number]
        told = sum(t.span.end - t.span.start for t in task.targets if task.block.covers(t.span))
        return told >= 0.7 * len(self.theirs[number].words)

    # -- items ------------------------------------------------------------------------------------

    def items(self) -> tuple[CheckItem, ...]:
        """Return the items in the order of the parent's text; loose alerts go to ``loose``."""
        built = [self._task_item(n) for n in range(len(self.theirs))]
        verdicts = {n: item.verdict for n, (item, _) in enumerate(built)}
        best = {n: found for n, (_, found) in enumerate(built)}
        targets = Targets(
            self.parent,
            self.child,
            self.aligner,
            self.we,
            self.scopes,
            verdicts,
            best,
            self.aligned,
            self.evidence,
            self.all_ours,
        )
        items = [item for item, _ in built] + targets.items() + self._requirement_items()
        short: dict[str, list[Alert]] = {}
        for item in items:
            if item.level == "target" and item.task and item.verdict != "out_of_scope":
                short.setdefault(item.task, []).extend(item.alerts)
        lower = [
            a.parent_span
            for item in items
            for a in item.alerts
            if a.code == "target_lower" and a.parent_span is not None
        ]
        items = [_not_missing(item, lower) for item in items]
        extra = self._child_alerts(best)
        items = [_once(item, short.get(item.task or "", ())) for item in items]
        for key, found in self._copied(items).items():
            extra.setdefault(key, []).extend(found)
        items = [_with_alerts(item, extra.get(item.key, [])) if item.key in extra else item for item in items]
        items.sort(key=lambda item: (item.parent_start, item.parent_end, item.level))
        return tuple(items)

    def _task_item(self, number: int) -> tuple[CheckItem, list[int]]:
        unit, task, scope = self.theirs[number], self.parent.tasks[number], self.scopes[number]
        limit, limit_span = self.limits[number]
        scores = self._scores(self.aligned, number)
        order = [int(j) for j in np.argsort(-scores)[:_MOST_MATCHES]] if len(scores) else []
        top = self._together(number, scores) if order else 0.0
        chosen = [j for j in order if scores[j] >= WEAK and scores[j] >= 0.25 * top]
        parts, by_part = self._parts(number)
        if any(len(unit.words.split()) >= _LONG_ACTION for unit in self.actions[number]):
            # The whole of so long a task is near to every passage of its theme: what answers its sentences is shown.
            chosen = list(by_part)
        chosen = list(dict.fromkeys([*chosen, *by_part]))
        for j, score in by_part.items():
            scores[j] = max(float(scores[j]), score)
        reason = ""
        absent: list[Absent] = []
        issued = (
            not parts
            and self.issues
            and scope.role in ("lead", "general")
            and top < _SURE
            and self._orders(unit.words)
        )
        if parts:
            verdict, top = _from_parts(parts, top)
        else:
            if top < COVERED and (reporting := self._reports(unit.words, limit)) is not None:
                chosen = list(dict.fromkeys([reporting, *chosen]))
                scores[reporting] = top = max(top, _REPORTED)
            if scope.role in ("lead", "general") and top >= COVERED:
                absent = self.clauses.absent(number, chosen)
            verdict, reason = self._verdict(unit, top, chosen, absent)
            if verdict == "not_found" and (goal := self._only_goal(number, scores, top)) is not None:
                reason = "Chỉ nêu ở mục tiêu, chưa có nhiệm vụ tương ứng."
                if len(self.working) and scores[: len(self.working)].max() >= _FAINT:
                    verdict, top = "partial", float(scores[goal])
                    reason = "Mục tiêu có nêu; nhiệm vụ gần nhất chỉ có nội dung liên quan."
                    chosen = [goal, int(np.argmax(scores[: len(self.working)]))]
        matches = self._matches(self.aligned, number, chosen, scores)
        alerts: list[Alert] = []
        if issued and scope.ours and scope.role != "unknown":
            absent = self.clauses.absent(number, [j for j in chosen if j < len(self.working)], issued=True)
            verdict, top = ("partial" if absent else "covered"), max(top, 0.9)
            reason = "Chính kế hoạch này là văn bản được yêu cầu ban hành."
            if absent:
                reason += f" {_lacks(absent)}"
            matches = (self._own_match(), *matches)
        if issued and scope.ours and (late := self._late_issue(limit, limit_span)):
            alerts.append(late)
        if not scope.ours:
            verdict = "out_of_scope"
        elif verdict == "not_found" and scope.role in ("general", "unknown") and self._centre(unit.words):
            verdict = "out_of_scope"
            reason = "Việc chỉ cấp Trung ương thực hiện được."
        elif scope.role == "unknown" and verdict == "not_found":
            verdict = "review"
            reason = "Văn bản cấp trên không nêu giao cho ai, kế hoạch không có nội dung này."
        elif number in self.narrowed and verdict == "not_found":
            verdict = "review"
            reason = "Chỉ giao một số nơi, một số cơ quan: cần xác định có thuộc diện này không."
        elif number in self.told and verdict == "not_found":
            verdict = "review"
            reason = "Cấp trên giao cơ quan khác hướng dẫn, chỉ đạo; kế hoạch chưa nêu phần việc của mình."
        elif scope.role == "coordinate" and verdict == "not_found":
            reason = "Được giao phối hợp; kế hoạch chưa nêu phần việc phối hợp."
        if scope.ours and not issued:
            alerts += self._deadlines(number, [j for j in chosen if scores[j] >= COVERED], parts)
        if scope.ours and verdict == "partial":
            lost = [(Span(p.start, p.end), collapse(p.quote)) for p in parts if p.verdict == "not_found"]
            lost += [(clause.span, clause.words) for clause in absent]
            alerts += [
                alert(
                    "action_missing",
                    "warning",
                    f"Chưa thấy nội dung tương ứng với việc “{_short(words)}”.",
                    self.parent,
                    span,
                    self.child,
                    None,
                )
                for span, words in lost
            ]
        if scope.ours and verdict in ("covered", "partial"):
            alerts += self.quantities.alerts(number, chosen, [a.parent_span for a in alerts], self._orders)
        for j in chosen:
            if j < len(self.mine) and scores[j] >= WEAK:
                self.used[j] = True
        item = self._item(
            f"task:{task.id}", "task", unit, verdict, top, matches, alerts, scope, reason, parts, task.id
        )
        return item, chosen if verdict != "not_found" else []

    def _item(
        self,
        key: str,
        level: Level,
        unit: Unit,
        verdict: Verdict,
        score: float,
        matches: tuple[Match, ...],
        alerts: Sequence[Alert],
        scope: Scope,
        reason: str = "",
        parts: tuple[Part, ...] = (),
        task: str | None = None,
    ) -> CheckItem:
        return CheckItem(
            key=key,
            level=level,
            parent_section=unit.section,
            parent_start=unit.span.start,
            parent_end=unit.span.end,
            parent_quote=unit.span.of(self.parent.text),
            verdict=verdict,
            score=round(float(score), 3),
            matches=matches,
            alerts=tuple(alerts),
            scope=scope.why,
            role=scope.role,
            reason=reason,
            task=task,
            parts=parts,
            machine=verdict,
        )

    def _verdict(
        self, unit: Unit, top: float, chosen: Sequence[int], absent: Sequence[Absent]
    ) -> tuple[Verdict, str]:
        if top < WEAK:
            return "not_found", ""
        share = self._clause_share(unit, chosen)
        if top < COVERED:
            if share >= 0.5:
                return "partial", "Chỉ khớp một phần nội dung."
            return "review", "Dấu hiệu khớp yếu: cần người đọc lại."
        if share < 0.34 or (top < _PLAINLY and share < 0.6):
            return "partial", "Chỉ một phần các việc nêu trong nhiệm vụ có nội dung tương ứng."
        if absent:
            return "partial", _lacks(absent)
        return "covered", ""

    def _clause_share(self, unit: Unit, chosen: Sequence[int]) -> float:
        """Return the share of the parent's clauses, by weight, that the matched passages hold together."""
        own = clauses(unit.words)
        said = [self.aligner.terms(words) for words in own if not PLAIN.search(fold(words))]
        if not said:
            return 1.0
        together = self.aligner.terms(" . ".join(self.evidence[j].words for j in chosen))
        found = compare(said, [together], self.aligner.space)
        weights = self.aligner.space.vectors(said).sum(axis=1)
        held = found.covered[:, 0] >= _CLAUSE
        return float((weights * held).sum() / max(float(weights.sum()), 1e-6))

    def _parts(self, number: int) -> tuple[tuple[Part, ...], dict[int, float]]:
        """Return the actions of a task that has several, each with its verdict, and what answers them."""
        units = self.actions[number]
        if not units:
            return (), {}
        parts: list[Part] = []
        answered: list[tuple[float, int]] = []
        for rows, unit in zip(self.action_rows[number], units, strict=True):
            rows = [row for row in rows if not self._centre(self.pieces[row].words)]
            if not rows:
                where = unit.span
                parts.append(Part(where.start, where.end, where.of(self.parent.text), "out_of_scope", 0.0))
                continue
            verdict, score, found = self._part(rows)
            if verdict != "covered" and self.issues and self._orders(unit.words):
                verdict, score = "covered", 0.9
                if late := self._late_issue(*self._limit_in(unit.span)):
                    self.loose.append(late)
            elif (
                verdict != "covered"
                and (reporting := self._reports(unit.words, self._limit_in(unit.span)[0])) is not None
            ):
                verdict, score = "covered", _REPORTED
                answered.append((_REPORTED, reporting))
            else:
                answered += found
            parts.append(
                Part(unit.span.start, unit.span.end, unit.span.of(self.parent.text), verdict, round(score, 3))
            )
        by_part: dict[int, float] = {}
        for score, j in answered:
            by_part[j] = max(score, by_part.get(j, 0.0))
        return tuple(parts), by_part

    def _part(self, rows: Sequence[int]) -> tuple[Verdict, float, list[tuple[float, int]]]:
        """Judge an action by its sentences: each by the best passage; a goal alone makes it partial at most."""
        cut = len(self.working)
        best: list[tuple[float, int]] = []
        goals: list[tuple[float, int]] = []
        for row in rows:
            scores = self._scores(self.action_aligned, row)
            if cut:
                j = int(np.argmax(scores[:cut]))
                best.append((float(scores[j]), j))
            if len(scores) > cut:
                j = cut + int(np.argmax(scores[cut:]))
                goals.append((float(scores[j]), j))
        held = [(score, j) for score, j in best if score >= COVERED]
        top = max((score for score, _ in best), default=0.0)
        if held:
            whole = len(held) >= _MOST * len(rows)
            return "covered" if whole else "partial", top, sorted(held, reverse=True)
        promised = [(score, j) for score, j in goals if score >= _PROMISED]
        if promised:
            return "partial", max(promised)[0], sorted(promised, reverse=True)
        if top >= WEAK:
            return "review", top, [(score, j) for score, j in best if score >= WEAK]
        return "not_found", top, []

    def _reports(self, words: str, deadline: Deadline) -> int | None:
        """Return the child's task that reports upwards, for a piece that mostly orders reports."""
        folded = fold(words)
        pieces = [piece for piece in re.split(r"[;.]", folded) if len(piece.split()) >= 4]
        if not _REPORT.search(folded) or not all(PLAIN.search(piece) for piece in pieces):
            return None
        best: tuple[int, int] | None = None
        for j, unit in enumerate(self.mine):
            task = self.child.tasks[unit.task]
            told = fold(collapse(task.block.of(self.child.text)))
            if not _REPORT.search(told):
                continue
            if not _FOLLOWS.search(told):
                continue
            points = 3 if task.deadline.kind == "recurring" and deadline.kind == "recurring" else 1
            if points >= 2 and (best is None or points > best[0]):
                best = (points, j)
        return best[1] if best else None

    def _limit_in(self, span: Span) -> tuple[Deadline, Span | None]:
        for found, deadline in find_deadlines(span.of(self.parent.text)):
            return deadline, Span(span.start + found.start, span.start + found.end)
        return Deadline(), None

    def _own_match(self) -> Match:
        fact = self.child.metadata.title or self.child.metadata.type
        span = (
            fact.span
            if fact is not None and fact.span is not None
            else Span(0, min(80, len(self.child.text)))
        )
        return Match("", span.start, span.end, span.of(self.child.text), 0.9, None, ("chính kế hoạch này",))

    def _late_issue(self, deadline: Deadline, span: Span | None) -> Alert | None:
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

    def _matches(
        self, aligned: Aligned, row: int, chosen: Sequence[int], scores: Matrix
    ) -> tuple[Match, ...]:
        out = []
        for j in chosen:
            unit = self.evidence[j]
            out.append(
                Match(
                    unit.section,
                    unit.span.start,
                    unit.span.end,
                    unit.span.of(self.child.text),
                    round(float(scores[j]), 3),
                    self.child.tasks[unit.task].id if unit.kind == "task" else None,
                    self._why(aligned, row, j),
                )
            )
        return tuple(out)

    def _why(self, aligned: Aligned, row: int, column: int) -> tuple[str, ...]:
        """Name the weightiest phrases that two pieces share, whole, and their common figures."""
        a, b = aligned.parents[row].factors, aligned.children[column].factors
        weights = {
            t: self.idf[t] * min(a[t], b[t])
            for t in a
            if t in b and t in self.idf and (" " in t or t[0].isdigit())
        }
        return tuple(phrases(self.evidence[column].words, weights, self.idf))

    # -- alerts -----------------------------------------------------------------------------------

    def _deadlines(self, number: int, chosen: Sequence[int], parts: Sequence[Part]) -> list[Alert]:
        """Compare time limits with the passage that answers best, and with others that answer only this."""
        limit, limit_span = self.limits[number]
        if len(parts) > 1 and limit.kind == "none":
            return []
        out = []
        scores = self.aligned.scores
        for rank, j in enumerate(j for j in chosen if j < len(self.mine)):
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
        found = compare([self.aligner.terms(self.theirs[number].words)], words, self.aligner.space)
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

    def _child_alerts(self, best: Mapping[int, Sequence[int]]) -> dict[str, list[Alert]]:
        """Hang alerts on the child's tasks at the item that they answer; the others are loose."""
        home: dict[int, int] = {}
        for number, chosen in best.items():
            if self.scopes[number].ours:
                for j in chosen:
                    if j < len(self.mine) and (
                        j not in home or self.aligned.scores[number, j] > self.aligned.scores[home[j], j]
                    ):
                        home[j] = number
        out: dict[str, list[Alert]] = {}
        for index, found in plan_alerts(self.child, self.we):
            number = home.get(index, -1)
            if number < 0:
                self.loose.append(found)
                continue
            task = self.parent.tasks[number]
            told = alert(found.code, found.severity, found.message, self.parent, task.span, self.child, None)
            out.setdefault(f"task:{task.id}", []).append(
                Alert(
                    found.code,
                    found.severity,
                    found.message,
                    told.parent_quote,
                    told.parent_span,
                    found.child_quote,
                    found.child_span,
                )
            )
        return out

    def _copied(self, items: Sequence[CheckItem]) -> dict[str, list[Alert]]:
        out: dict[str, list[Alert]] = {}
        for run in copied_runs(self.parent, self.child):
            whole = _sentence_share(self.child, run.child)
            if not (run.wide and self._level() != self._level_of_parent()) and not (
                run.words >= 18 and whole >= 0.8
            ):
                continue
            extra = ", cả phạm vi của cấp trên" if run.wide else ""
            found = alert(
                "copied",
                "warning" if run.wide else "info",
                f"Chép nguyên văn {run.words} chữ của văn bản cấp trên{extra}, chưa cụ thể hóa theo địa phương, đơn vị.",
                self.parent,
                run.parent,
                self.child,
                run.child,
            )
            home = next((i for i in items if i.parent_start <= run.parent.start < i.parent_end), None)
            if home is None:
                self.loose.append(found)
            else:
                out.setdefault(home.key, []).append(found)
        return out

    def _level(self) -> str | None:
        return self.we.level

    def _level_of_parent(self) -> str | None:
        return self.parent.metadata.level.value if self.parent.metadata.level else None

    # -- requirements, child only -----------------------------------------------------------------

    def _requirement_items(self) -> list[CheckItem]:
        if not self.requirements:
            return []
        aligned = self._align(self.requirements)
        pieces = [_sentences(unit) for unit in self.requirements]
        said = self._align([piece for one in pieces for piece in one])
        scope = Scope(True, "general", "yêu cầu chung của văn bản")
        items = []
        at = 0
        for row, unit in enumerate(self.requirements):
            scores = aligned.scores[row]
            order = [int(j) for j in np.argsort(-scores)[:2] if scores[int(j)] >= WEAK]
            top = float(scores.max()) if scores.size else 0.0
            verdict: Verdict = "covered" if top >= COVERED else "partial" if top >= WEAK else "not_found"
            if len(pieces[row]) > 1:
                # A long view is near to any passage of its theme: its sentences tell.
                best = said.scores[at : at + len(pieces[row])].max(axis=1, initial=0.0)
                held = int((best >= COVERED).sum())
                whole = held >= _MOST * len(best)
                verdict = "covered" if whole else "partial" if held else "review" if order else "not_found"
            at += len(pieces[row])
            matches = self._matches(aligned, row, order, scores)
            items.append(
                self._item(f"requirement:{row + 1}", "requirement", unit, verdict, top, matches, (), scope)
            )
        return items

    def child_only(self) -> tuple[ChildOnly, ...]:
        """Return the child's tasks without an origin in the parent."""
        out = []
        for j, unit in enumerate(self.mine):
            # An action of a long task is an origin as much as a task is.
            scores = np.concatenate([self.aligned.scores[:, j], self.action_aligned.scores[:, j]])
            if not self.used[j] and (not scores.size or float(scores.max()) < WEAK):
                out.append(
                    ChildOnly(unit.section, unit.span.start, unit.span.end, unit.span.of(self.child.text))
                )
        return tuple(out)


_APART = frozenset({"council", "front", "press", "inspection"})
_APART_FACTOR = 0.6


def _system(leads: Sequence[Mention]) -> str:
    """Return the system of the one lead of a task; "" where it has none or several kinds."""
    found = set()
    for mention in leads:
        known = addressee(mention.text)
        inspects = fold(mention.text).startswith(("ủy ban kiểm tra", "ubkt"))
        found.add("inspection" if inspects else known.system if known is not None else "")
    return found.pop() if len(found) == 1 else ""


def _sentence_share(document: Document, span: Span) -> float:
    """Return the share of the sentences around a run that the run fills."""
    text = document.text
    start = max(text.rfind(mark, 0, span.start) for mark in (". ", ";", "\n\n", ".\n"))
    ends = [at for at in (text.find(mark, span.end) for mark in (".", ";", "\n\n")) if at >= 0]
    end = min(ends) if ends else len(text)
    return (span.end - span.start) / max(end - max(start, 0), 1)


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


def _once(item: CheckItem, targets: Sequence[Alert]) -> CheckItem:
    """Leave out what is said of a figure where the targets of the task say the same."""
    told = {a.code for a in targets}
    spans = [a.parent_span for a in targets if a.parent_span is not None]

    def again(found: Alert) -> bool:
        at = found.parent_span
        return (
            found.code == "target_lower"
            and found.code in told
            and at is not None
            and any(a < at[1] and at[0] < b for a, b in spans)
        )

    if item.level != "task" or not any(again(a) for a in item.alerts):
        return item
    return msgspec.structs.replace(item, alerts=tuple(a for a in item.alerts if not again(a)))


def _not_missing(item: CheckItem, lower: Sequence[tuple[int, int]]) -> CheckItem:
    """Leave out that a target is missing where it is said that the plan has less of it."""
    if item.level != "target" or not any(a.code == "target_missing" for a in item.alerts):
        return item
    if not any(a < item.parent_end and item.parent_start < b for a, b in lower):
        return item
    kept = tuple(a for a in item.alerts if a.code != "target_missing")
    return msgspec.structs.replace(item, alerts=kept)


def _short(words: str, length: int = 110) -> str:
    """Cut a quotation at a word."""
    return words if len(words) <= length else f"{words[:length].rsplit(' ', 1)[0]}…"


def _lacks(absent: Sequence[Absent]) -> str:
    return f"Chưa thấy nội dung tương ứng với việc “{_short(absent[0].words)}”."


def _with_alerts(item: CheckItem, alerts: Sequence[Alert]) -> CheckItem:
    return msgspec.structs.replace(item, alerts=(*item.alerts, *alerts))


_LONG_ACTION = 60
"""Words from which an action is several orders: it is judged by its sentences."""


def _sentences(unit: Unit) -> list[Unit]:
    """Return the sentences of a long action, each as a piece; a short action is one piece."""
    if len(unit.words.split()) < _LONG_ACTION:
        return [unit]
    said = [m for m in re.split(r"(?<=[.;])\s+", unit.words) if len(m.split()) >= 6]
    return [msgspec.structs.replace(unit, words=words) for words in said] if len(said) > 1 else [unit]


def _from_parts(parts: Sequence[Part], top: float) -> tuple[Verdict, float]:
    parts = [part for part in parts if part.verdict != "out_of_scope"]
    if not parts:
        return "not_found", top
    held = sum(part.verdict == "covered" for part in parts)
    some = sum(part.verdict == "partial" for part in parts)
    weak = sum(part.verdict == "review" for part in parts)
    score = max(top, sum(part.score for part in parts) / len(parts))
    if held == len(parts):
        return "covered", score
    if held or some or (weak and top >= COVERED):
        return "partial", score
    if weak:
        return "review", score
    # The whole is near, no action of it is: the theme is shared, whether the work is must be read.
    return ("review", top) if top >= COVERED else ("not_found", top)


__all__ = [
    "Known",
    "check",
    "check_alone",
    "is_lower",
    "measure",
    "name_of",
    "party",
    "relation_of",
    "same_measure",
    "summary",
]
