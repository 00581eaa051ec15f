"""Does this plan carry out that directive: every task, target and requirement of the parent against the child.

:func:`check` needs nothing but the two documents (and an encoder, if there is one).  Verdicts judge content
only; what differs is said by alerts.  The rules are those of domain/README §5; the figures are in
``docs/crosscheck.md``.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from indexer.clean import collapse, fold
from indexer.encode import Encoder
from indexer.records import Deadline, Document, Mention, Span
from search_api.check.align import Aligned, Aligner
from search_api.check.clauses import ABSENT, PLAIN, WHOLE, Absent, Clauses, Key, orders_plan, tells
from search_api.check.compare import (
    alert,
)
from search_api.check.duties import Duties
from search_api.check.limits import Limits
from search_api.check.listed import fewer_places, left_out
from search_api.check.placing import child_alerts, copied
from search_api.check.plan import deadline_alerts, plan_alerts, six_clear
from search_api.check.quantities import Quantities
from search_api.check.quotas import quota_alerts
from search_api.check.relation import citation_alerts, name_of, party, relation_of, replaced, summary
from search_api.check.results import COVERED, from_parts, lacks, not_missing, once, with_alerts
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
    only_the_centre,
    who,
)
from search_api.check.share import clause_spans
from search_api.check.similarity import Matrix, compare, phrases, written_out
from search_api.check.targets import Targets
from search_api.check.units import (
    LONG,
    Unit,
    clause_units,
    clauses,
    is_funding,
    paragraph_units,
    requirement_units,
    sentences,
    titled_units,
)

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
_REPORT = re.compile(r"báo cáo|tổng hợp kết quả|gửi số liệu")
FUNDS = re.compile(
    r"^(?:(?:chủ động|hằng năm|ưu tiên|quan tâm),? )*(?:cân đối|bố trí|bảo đảm|lồng ghép|dành)"
    r"[^.;]{0,30}(?:kinh phí|ngân sách|nguồn vốn)"
)
"""How a task begins that orders to find the money for what is planned."""
SUM = re.compile(r"\d[\d.,]*\s*(?:nghìn|triệu|t[ỷỉ]) đồng")
PAYS = re.compile(r"^kinh phí\W|(?:cân đối|bố trí|tổng kinh phí)[^.;]{0,20}\d[\d.,]*\s*(?:triệu|t[ỷỉ]) đồng")
"""A task of a plan that names the money for it."""
_FOLLOWS = re.compile(r"theo dõi|đôn đốc|đầu mối|thường trực|tổng hợp")
_HANDED_ON = re.compile(r"(?:xây dựng|ban hành|lập|cụ thể hóa)[^.;]{0,40}(?:kế hoạch|chương trình hành động)")
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
        *quota_alerts(child, parent, run.we),
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
        self.duties = Duties(parent, we, all_ours)
        self.scopes, self.theirs = self.duties.scopes, self.duties.theirs
        self.mine = titled_units(child)
        said = [u for u in paragraph_units(child) if not is_funding(child, u)]
        # Work that stands outside tasks counts as a task would; goals and requirements promise, they assign nothing.
        self.working = [*self.mine, *(u for u in said if u.kind == "paragraph")]
        self.evidence = [*self.working, *(u for u in said if u.kind != "paragraph")]
        self.funding = [u for u in paragraph_units(child) if is_funding(child, u)]
        self.funding += [u for u in self.mine if PAYS.search(fold(u.words))]
        self.goals = [j for j, unit in enumerate(self.evidence) if unit.kind == "goal"]
        self.actions = {n: self.duties.actions(n) for n in range(len(parent.tasks))}
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
                pieces = sentences(action)
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
        self.quantities = Quantities(parent, child, self.aligner, self.evidence, self.duties.measured())
        self.clauses = Clauses(
            parent,
            self.aligner,
            self.evidence,
            dict(self._pieces_of_ours()),
            self.theme,
        )
        self.time = Limits(
            self.duties, child, self.aligner, self.evidence, len(self.mine), self.aligned.scores
        )

    def _part_systems(self) -> None:
        """Weaken pairs whose leads are of different systems: what a council oversees, a Front does not do."""
        theirs = [_system(t.lead) for t in self.parent.tasks]
        mine = [_system(t.lead) for t in self.child.tasks]
        for i, one in enumerate(theirs):
            for j, other in enumerate(mine):
                if one != other and "" not in (one, other) and (one in _APART or other in _APART):
                    self.aligned.scores[i, j] *= _APART_FACTOR

    def _pieces_of_ours(self) -> Iterator[tuple[Key, Sequence[Span] | None]]:
        """Yield our tasks and their actions with their clauses, each of which must be answered."""
        for n, scope in enumerate(self.scopes):
            if not scope.ours:
                continue
            if not self.actions[n]:
                yield (n, WHOLE), self.duties.shares[n].spans if n in self.duties.shares else None
            said = clause_spans(self.parent, self.parent.tasks[n]) if self.actions[n] else []
            for k, action in enumerate(self.actions[n]):
                if len(action.words.split()) < LONG:
                    yield (n, k), _inside(said, action.span)

    def _align(self, units: Sequence[Unit]) -> Aligned:
        return self.aligner.align(units, self.evidence, len(self.working))

    def _is_plan(self) -> bool:
        code = self.child.metadata.type_code
        return code in _PLANS

    def _orders(self, words: str) -> bool:
        return orders_plan(written_out(words, self.aligner.own), self.theme)

    def _limits_the_plan(self, number: int, limit: Span | None) -> bool:
        """Say whether a task's limit stands in the clause that orders this plan: then its date is held to it."""
        if not self.issues or limit is None:
            return False
        text = self.parent.text
        clause = next((span for span in self._said(number) if span.overlaps(limit)), None)
        return clause is not None and self._orders(collapse(Span(clause.start, limit.start).of(text)))

    def _centre(self, words: str) -> bool:
        """Say whether most of a piece is work that only the centre can do."""
        if self.duties.all_ours:
            return False
        said = clauses(words)
        level = self._level_of_parent()
        return 2 * sum(only_the_centre(clause, level, self.we) for clause in said) > len(said)

    def _scores(self, aligned: Aligned, row: int) -> Matrix:
        scores: Matrix = aligned.scores[row].copy()
        scores[len(self.mine) : len(self.working)] *= _PARAGRAPH
        return scores

    def _together(self, number: int, scores: Matrix) -> float:
        """Return the score of the best task with what the best goal adds to it.

        A goal alone is no task: it counts by itself only where the parent's item is a goal too; a view
        ("quan điểm, yêu cầu") promises nothing.
        """
        cut = len(self.working)
        work = float(scores[:cut].max()) if cut else 0.0
        goal = float(scores[self.goals].max()) if self.goals else 0.0
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
            {n: share.spans for n, share in self.duties.shares.items()},
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
            if a.code in ("target_lower", "action_missing") and a.parent_span is not None
        ]
        items = [not_missing(item, lower) for item in items]
        extra, loose = child_alerts(self.child, self.parent, self.we, self._homes(best))
        self.loose += loose
        items = [once(item, short.get(item.task or "", ())) for item in items]
        same_level = self.we.level == self._level_of_parent()
        taken, loose = copied(self.child, self.parent, items, same_level)
        self.loose += loose
        for key, found in taken.items():
            extra.setdefault(key, []).extend(found)
        items = [with_alerts(item, extra.get(item.key, [])) if item.key in extra else item for item in items]
        items.sort(key=lambda item: (item.parent_start, item.parent_end, item.level))
        return tuple(items)

    def _task_item(self, number: int) -> tuple[CheckItem, list[int]]:
        unit, task, scope = self.theirs[number], self.parent.tasks[number], self.scopes[number]
        limit, limit_span = self.duties.limits[number]
        scores = self._scores(self.aligned, number)
        order = [int(j) for j in np.argsort(-scores)[:_MOST_MATCHES]] if len(scores) else []
        top = self._together(number, scores) if order else 0.0
        chosen = [j for j in order if scores[j] >= WEAK and scores[j] >= 0.25 * top]
        parts, by_part, absent = self._parts(number)
        if any(len(unit.words.split()) >= LONG for unit in self.actions[number]):
            # The whole of so long a task is near to every passage of its theme: what answers its sentences is shown.
            chosen = list(by_part)
        chosen = list(dict.fromkeys([*chosen, *by_part]))
        for j, score in by_part.items():
            scores[j] = max(float(scores[j]), score)
        reason = ""
        issued = (
            not parts
            and self.issues
            and scope.role in ("lead", "general")
            and top < _SURE
            and self._orders(unit.words)
        )
        if parts:
            verdict, top = from_parts(parts, top)
        else:
            if top < COVERED and (reporting := self._reports(unit.words, limit)) is not None:
                chosen = list(dict.fromkeys([reporting, *chosen]))
                scores[reporting] = top = max(top, _REPORTED)
            if scope.role != "coordinate" and top >= WEAK:
                absent = self.clauses.absent((number, WHOLE), chosen)
                absent += self._unnamed(self._said(number), chosen)
            verdict, reason = self._verdict(unit, top, chosen, absent)
            if verdict == "not_found" and (goal := self._only_goal(number, scores, top)) is not None:
                reason = "Chỉ nêu ở mục tiêu, chưa có nhiệm vụ tương ứng."
                if len(self.working) and scores[: len(self.working)].max() >= _FAINT:
                    verdict, top = "partial", float(scores[goal])
                    reason = "Mục tiêu có nêu; nhiệm vụ gần nhất chỉ có nội dung liên quan."
                    chosen = [goal, int(np.argmax(scores[: len(self.working)]))]
        matches = self._matches(self.aligned, number, chosen, scores)
        if not parts and verdict == "not_found" and (paying := self._paying(unit)):
            # Money is said in figures under a heading of its own, in none of the words of the order.
            verdict, top = "covered", _REPORTED
            if absent := self._unpaid(number, paying):
                verdict, reason = "partial", lacks(absent)
            matches = tuple(self._plain_match(one) for one in paying)
        alerts: list[Alert] = []
        if issued and scope.ours and scope.role != "unknown":
            working = [j for j in chosen if j < len(self.working)]
            absent = self.clauses.absent((number, WHOLE), working, issued=True)
            verdict, top = ("partial" if absent else "covered"), max(top, 0.9)
            reason = "Chính kế hoạch này là văn bản được yêu cầu ban hành."
            if absent:
                reason += f" {lacks(absent)}"
            matches = (self._own_match(), *matches)
        ordered = (
            scope.ours
            and scope.role in ("lead", "general")
            and self._limits_the_plan(number, limit_span)
            # A plan that hands the order on, with a limit, is held to that limit.
            and not any(_HANDED_ON.search(fold(self.evidence[j].words)) for j in chosen)
        )
        if (ordered or (issued and scope.ours)) and (late := self.time.late_issue(limit, limit_span)):
            alerts.append(late)
        if not scope.ours:
            verdict = "out_of_scope"
        elif verdict == "not_found" and scope.role in ("general", "unknown") and self._centre(unit.words):
            verdict = "out_of_scope"
            reason = "Việc chỉ cấp Trung ương thực hiện được."
        elif scope.role == "unknown" and verdict == "not_found":
            verdict = "review"
            reason = "Văn bản cấp trên không nêu giao cho ai, kế hoạch không có nội dung này."
        elif number in self.duties.narrowed and verdict == "not_found":
            verdict = "review"
            reason = "Chỉ giao một số nơi, một số cơ quan: cần xác định có thuộc diện này không."
        elif number in self.duties.told and verdict == "not_found":
            verdict = "review"
            reason = "Cấp trên giao cơ quan khác hướng dẫn, chỉ đạo; kế hoạch chưa nêu phần việc của mình."
        elif scope.role == "coordinate" and verdict == "not_found":
            reason = "Được giao phối hợp; kế hoạch chưa nêu phần việc phối hợp."
        if scope.ours and not issued and not ordered:
            alerts += self.time.alerts(number, [j for j in chosen if scores[j] >= COVERED], len(parts) > 1)
        if scope.ours and verdict == "partial":
            lost = [
                Absent(Span(p.start, p.end), collapse(p.quote)) for p in parts if p.verdict == "not_found"
            ]
            alerts += [
                alert("action_missing", "warning", lacks([one]), self.parent, one.span, self.child, None)
                for one in (*lost, *absent)
            ]
        if scope.ours and verdict in ("covered", "partial"):
            alerts += self.quantities.alerts(number, chosen, [a.parent_span for a in alerts], self._orders)
        for j in chosen:
            if j < len(self.mine) and scores[j] >= WEAK:
                self.used[j] = True
        parts = parts or self._shared_parts(number, verdict, top)
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
            if absent or share >= 0.5:
                return "partial", lacks(absent) if absent else "Chỉ khớp một phần nội dung."
            return "partial", "Dấu hiệu khớp yếu, nhiều nhất là một phần: cần người đọc lại."
        if share < 0.34 or (top < _PLAINLY and share < 0.6):
            return "partial", "Chỉ một phần các việc nêu trong nhiệm vụ có nội dung tương ứng."
        if absent:
            return "partial", lacks(absent)
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

    def _parts(self, number: int) -> tuple[tuple[Part, ...], dict[int, float], list[Absent]]:
        """Return the actions of a task that has several, each with its verdict, what answers them and what is absent."""
        units = self.actions[number]
        if not units:
            return (), {}, []
        parts: list[Part] = []
        lost: list[Absent] = []
        answered: list[tuple[float, int]] = []
        for k, (rows, unit) in enumerate(zip(self.action_rows[number], units, strict=True)):
            rows = [row for row in rows if not self._centre(self.pieces[row].words)]
            if not rows:
                where = unit.span
                parts.append(Part(where.start, where.end, where.of(self.parent.text), "out_of_scope", 0.0))
                continue
            verdict, score, found = self._part(rows)
            if verdict != "covered" and self.issues and self._orders(unit.words):
                verdict, score = "covered", 0.9
                if late := self.time.late_issue(*self.duties.limit_in(unit.span)):
                    self.loose.append(late)
                # The plan answers the order to make it, not what the same sentence asks besides.
                if absent := self.clauses.absent((number, k), [j for _, j in found], issued=True):
                    verdict = "partial"
                    lost += absent
            elif (
                verdict != "covered"
                and (reporting := self._reports(unit.words, self.duties.limit_in(unit.span)[0])) is not None
            ):
                verdict, score = "covered", _REPORTED
                answered.append((_REPORTED, reporting))
            else:
                answered += found
                if verdict == "covered":
                    passages = [j for _, j in found]
                    absent = self.clauses.absent((number, k), passages)
                    if self.scopes[number].role != "coordinate":
                        absent += self._unnamed([unit.span], passages)
                    verdict = "partial" if absent else verdict
                    lost += absent
            parts.append(
                Part(unit.span.start, unit.span.end, unit.span.of(self.parent.text), verdict, round(score, 3))
            )
        by_part: dict[int, float] = {}
        for score, j in answered:
            by_part[j] = max(score, by_part.get(j, 0.0))
        return tuple(parts), by_part, lost

    def _shared_parts(self, number: int, verdict: Verdict, score: float) -> tuple[Part, ...]:
        """Return the clauses of a task that several bodies share, so that it is seen which ones are judged."""
        own = self.duties.shares.get(number)
        if own is None or verdict == "out_of_scope":
            return ()
        if not own.others:
            return ()
        said = sorted({*own.spans, *own.others})
        ours = [span in own.spans for span in said]
        return tuple(
            Part(
                span.start,
                span.end,
                span.of(self.parent.text),
                verdict if is_ours else "out_of_scope",
                round(score, 3) if is_ours else 0.0,
            )
            for span, is_ours in zip(said, ours, strict=True)
        )

    def _said(self, number: int) -> Sequence[Span]:
        """Return the clauses of a task that are ours."""
        own = self.duties.shares.get(number)
        return own.spans if own is not None else clause_spans(self.parent, self.parent.tasks[number])

    def _unnamed(self, spans: Sequence[Span], chosen: Sequence[int]) -> list[Absent]:
        """Return the groups and places that clauses list and the passages that answer do not name."""
        text, plan = self.parent.text, self.child.text
        said = [self._whole(j).of(plan) for j in chosen]
        out: list[Span] = []
        for span in spans if said else ():
            out += left_out(text, span, said)
            if (places := fewer_places(text, span, said, plan)) is not None:
                out.append(places)
        return [Absent(span, collapse(span.of(text)), listed=True) for span in out]

    def _whole(self, j: int) -> Span:
        unit = self.evidence[j]
        return self.child.tasks[unit.task].block if unit.kind == "task" else unit.span

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
        promised = [
            (score, j) for score, j in goals if score >= _PROMISED and self.evidence[j].kind == "goal"
        ]
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

    def _paying(self, unit: Unit) -> list[Unit]:
        """Return the passages about money that name a sum, for a piece that orders to find the money."""
        if not FUNDS.search(fold(unit.words)):
            return []
        return [u for u in self.funding if SUM.search(fold(u.words))]

    def _unpaid(self, number: int, paying: Sequence[Unit]) -> list[Absent]:
        """Return the clauses of such a task besides the order that the passages about money do not say."""
        own = [
            u
            for u in clause_units(self.parent, number, self._said(number))
            if not FUNDS.search(fold(u.words))
        ]
        own = [u for u in own if tells(u.words)]
        if not own:
            return []
        told = " . ".join(u.words for u in paying)
        found = compare(
            [self.aligner.terms(u.words) for u in own], [self.aligner.terms(told)], self.aligner.space
        )
        return [
            Absent(u.span, u.words) for u, held in zip(own, found.covered[:, 0], strict=True) if held < ABSENT
        ]

    def _plain_match(self, unit: Unit) -> Match:
        task = self.child.tasks[unit.task].id if unit.kind == "task" else None
        span = unit.span
        return Match(
            unit.section, span.start, span.end, span.of(self.child.text), _REPORTED, task, ("kinh phí",)
        )

    def _own_match(self) -> Match:
        fact = self.child.metadata.title or self.child.metadata.type
        span = (
            fact.span
            if fact is not None and fact.span is not None
            else Span(0, min(80, len(self.child.text)))
        )
        return Match("", span.start, span.end, span.of(self.child.text), 0.9, None, ("chính kế hoạch này",))

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

    def _homes(self, best: Mapping[int, Sequence[int]]) -> dict[int, int]:
        """Return for each task of the child the task of ours in the parent that it answers best."""
        home: dict[int, int] = {}
        for number, chosen in best.items():
            if self.scopes[number].ours:
                for j in chosen:
                    if j < len(self.mine) and (
                        j not in home or self.aligned.scores[number, j] > self.aligned.scores[home[j], j]
                    ):
                        home[j] = number
        return home

    def _level_of_parent(self) -> str | None:
        return self.parent.metadata.level.value if self.parent.metadata.level else None

    # -- requirements, child only -----------------------------------------------------------------

    def _requirement_items(self) -> list[CheckItem]:
        if not self.requirements:
            return []
        aligned = self._align(self.requirements)
        pieces = [sentences(unit) for unit in self.requirements]
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


def _inside(spans: Sequence[Span], whole: Span) -> list[Span]:
    """Return what of each span lies in ``whole``."""
    cut = (Span(max(s.start, whole.start), min(s.end, whole.end)) for s in spans if s.overlaps(whole))
    return [s for s in cut if s.end > s.start]


def _system(leads: Sequence[Mention]) -> str:
    """Return the system of the one lead of a task; "" where it has none or several kinds."""
    found = set()
    for mention in leads:
        known = addressee(mention.text)
        inspects = fold(mention.text).startswith(("ủy ban kiểm tra", "ubkt"))
        found.add("inspection" if inspects else known.system if known is not None else "")
    return found.pop() if len(found) == 1 else ""


__all__ = ["COVERED", "check", "check_alone", "name_of", "party", "summary"]
