"""Targets of the parent against those of the child: the same indicator, the unit, the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from indexer.clean import collapse, fold
from indexer.records import Document, Span, Target
from search_api.check.align import Aligned, Aligner
from search_api.check.compare import alert, is_lower, measure, same_measure
from search_api.check.duties import BY_SUBJECT
from search_api.check.figures import figures
from search_api.check.schemas import Alert, CheckItem, Match, Verdict
from search_api.check.scope import Scope, We, _ours, addressee
from search_api.check.similarity import Matrix, compare
from search_api.check.units import Unit, target_units, task_words

SAME = 0.5
"""Likeness from which two targets measure the same."""
_ADOPTED = 0.6
"""Likeness from which the child has made the target its own, whomever the parent gave it to."""
_NEARLY = 0.45
_ENOUGH = 7.0
_WIDE = re.compile(
    r"grdp|tổng sản phẩm|toàn tỉnh|cấp tỉnh|cả nước|toàn quốc|dân số|trung tâm dữ liệu|các sở|(?:mỗi|từng) sở|sở, (?:ban, )?ngành"
    r"|dữ liệu mở|hợp tác xã"
)
_EACH = re.compile(r"\b(?:mỗi|từng|một|tại) (?:\w+ ){0,2}(?:xã|phường|trung tâm|thôn|trường|quầy|hộ|đội|khu)")
_COUNTS_COMMUNES = re.compile(r"^(?:\W|\d|%)*(?:số )?(?:xã|phường|xã, phường)\b")
_LOCAL = re.compile(r"\bxã\b(?! hội)|phường|địa phương|cấp cơ sở|các cấp|thôn|bản,")
_APART = (re.compile(r"hài lòng"), re.compile(r"(?:đúng|trước|quá) hạn"))
"""What one of two targets says and the other does not, where they cannot be the same indicator."""
_YEAR = re.compile(r"20\d\d")


class Targets:
    """Compares the targets of two documents after their tasks were aligned."""

    def __init__(
        self,
        parent: Document,
        child: Document,
        aligner: Aligner,
        we: We,
        scopes: Sequence[Scope],
        verdicts: Mapping[int, Verdict],
        best: Mapping[int, Sequence[int]],
        aligned: Aligned,
        evidence: Sequence[Unit],
        all_ours: bool = False,
        shares: Mapping[int, Sequence[Span]] | None = None,
    ) -> None:
        self.shares = shares or {}
        self.parent, self.child, self.aligner, self.we = parent, child, aligner, we
        self.scopes, self.verdicts, self.best = scopes, verdicts, best
        self.aligned, self.evidence = aligned, evidence
        self.theirs = [
            msgspec.structs.replace(u, task=-1) if self._before_anybody(u) else u
            for u in target_units(parent)
        ]
        self.mine = target_units(child)
        self.horizon = _horizon(child)
        self.all_ours = all_ours

    def _before_anybody(self, unit: Unit) -> bool:
        """Say whether a target stands in sentences before the one whose subject is given the task: it is everybody's."""
        if unit.task < 0 or self.parent.tasks[unit.task].lead_basis != BY_SUBJECT:
            return False
        end = self.parent.targets[unit.target].span.end
        first = min((m.span.start for m in self.parent.tasks[unit.task].lead), default=-1)
        return end <= first and re.search(r"\.\s", self.parent.text[end - 1 : first]) is not None

    def items(self) -> list[CheckItem]:
        """Return one item for each target of the parent."""
        if not self.theirs:
            return []
        likeness = self._likeness()
        return [self._item(n, likeness) for n in range(len(self.theirs))]

    def _likeness(self) -> Matrix:
        a = [self.aligner.terms(u.words) for u in self.theirs]
        b = [self.aligner.terms(u.words) for u in self.mine]
        if not b:
            return np.zeros((len(a), 0), dtype=np.float32)
        found = compare(a, b, self.aligner.space)
        both = 2 * found.covered * found.covering / np.maximum(found.covered + found.covering, 1e-6)
        inside = np.maximum(found.covered, found.covering) - 0.25
        inside = np.where(
            (found.shared >= _ENOUGH) & (np.minimum(found.covered, found.covering) >= 0.25), inside, 0
        )
        out: Matrix = np.maximum(both, inside).astype(np.float32)
        for i, mine in enumerate(self.theirs):
            task_matches = {
                self.evidence[j].task for j in self.best.get(mine.task, ()) if self.evidence[j].kind == "task"
            }
            for j, theirs in enumerate(self.mine):
                a_t, b_t = self.parent.targets[mine.target], self.child.targets[theirs.target]
                words = fold(mine.words), fold(theirs.words)
                apart = any(bool(p.search(words[0])) != bool(p.search(words[1])) for p in _APART)
                if apart or not same_measure(a_t, b_t) or not _same_year(a_t, b_t):
                    out[i, j] *= 0.5
                    continue
                if a_t.value == b_t.value and out[i, j] >= 0.25:
                    # The same value for the same year is a sign of its own.
                    out[i, j] += 0.2 if a_t.by and b_t.by else 0.13
                elif a_t.by and b_t.by and a_t.unit == "%" and out[i, j] >= _NEARLY:
                    out[i, j] += 0.1  # both name the year, and it is the same
                if out[i, j] >= 1.0:
                    continue
                if theirs.task >= 0 and theirs.task in task_matches and out[i, j] >= 0.2:
                    out[i, j] += 0.2
        return out

    def _item(self, number: int, likeness: Matrix) -> CheckItem:
        unit = self.theirs[number]
        target = self.parent.targets[unit.target]
        scope = self._scope(unit, target)
        row = likeness[number]
        found = int(np.argmax(row)) if row.size else -1
        score = float(row[found]) if found >= 0 else 0.0
        if score >= _ADOPTED and not scope.ours and unit.task < 0:
            scope = Scope(True, "general", "kế hoạch có cùng chỉ tiêu")
        alerts: list[Alert] = []
        matches: tuple[Match, ...] = ()
        verdict: Verdict = "not_found"
        reason = ""
        if score >= SAME:
            mine = self.child.targets[self.mine[found].target]
            matches = (
                Match(
                    mine.section,
                    mine.span.start,
                    mine.span.end,
                    mine.span.of(self.child.text),
                    round(min(score, 1.0), 3),
                    None,
                    (f"{measure(target)} – {measure(mine)}",),
                ),
            )
            verdict = "covered"
            if (
                scope.ours
                and same_measure(target, mine)
                and is_lower(target, mine)
                and _comparable(target, mine)
            ):
                alerts.append(
                    alert(
                        "target_lower",
                        "error",
                        f"Chỉ tiêu thấp hơn: cấp trên {measure(target)}, kế hoạch {measure(mine)}; cần giải trình.",
                        self.parent,
                        target.span,
                        self.child,
                        mine.span,
                    )
                )
            elif scope.ours and not same_measure(target, mine):
                alerts.append(
                    alert(
                        "target_unit",
                        "warning",
                        f"Đơn vị tính khác nhau: cấp trên {measure(target)}, kế hoạch {measure(mine)}.",
                        self.parent,
                        target.span,
                        self.child,
                        mine.span,
                    )
                )
        elif scope.ours:
            verdict, reason, matches, missing = self._without(unit, target)
            if missing:
                alerts.append(missing)
        if not scope.ours:
            verdict = "out_of_scope"
        return CheckItem(
            key=f"target:{unit.target + 1}",
            level="target",
            parent_section=unit.section,
            parent_start=unit.span.start,
            parent_end=unit.span.end,
            parent_quote=unit.span.of(self.parent.text),
            verdict=verdict,
            score=round(min(score, 1.0), 3),
            matches=matches,
            alerts=tuple(alerts),
            scope=scope.why,
            role=scope.role,
            reason=reason,
            task=self.parent.tasks[unit.task].id if unit.task >= 0 else None,
            machine=verdict,
        )

    def _without(self, unit: Unit, target: Target) -> tuple[Verdict, str, tuple[Match, ...], Alert | None]:
        """Judge a target that the child's targets do not repeat."""
        if unit.task >= 0 and self.verdicts.get(unit.task) in ("not_found", "review"):
            return "not_found", "Nhiệm vụ có chỉ tiêu này chưa được nêu trong kế hoạch.", (), None
        near, score = self._nearest(unit)
        matches: tuple[Match, ...] = ()
        where = None
        if near is not None:
            where = near.span
            if _states(near, self.child, target, unit.words):
                match = Match(
                    near.section, where.start, where.end, where.of(self.child.text), round(score, 3)
                )
                return "covered", "Mức của chỉ tiêu được nêu trong nhiệm vụ.", (match,), None
            matches = (
                Match(near.section, where.start, where.end, where.of(self.child.text), round(score, 3)),
            )
        # A goal of the whole that nothing in the plan is near to is no goal of each commune.
        asked = near is not None or unit.task >= 0 or self.we.level != "xa" or self._owned(unit)
        asked = asked or bool(_LOCAL.search(fold(collapse(target.quote))))
        asked = asked and (target.unit == "%" or near is not None or target.value == 0)
        missing = (
            alert(
                "target_missing",
                "warning",
                f"Kế hoạch không nêu chỉ tiêu “{collapse(target.quote)[:140]}” ({measure(target)}).",
                self.parent,
                target.span,
                self.child,
                where,
            )
            if asked and not (target.unit != "%" and (target.value or 0) <= 2)
            else None
        )
        return (
            ("partial" if near is not None else "not_found"),
            "Có nội dung nhưng không nêu mức." if near is not None else "",
            matches,
            missing,
        )

    def _owned(self, unit: Unit) -> bool:
        owner = self._related_task(unit)
        return owner is not None and self.scopes[owner].ours

    def _nearest(self, unit: Unit) -> tuple[Unit | None, float]:
        if unit.task >= 0 and self.best.get(unit.task):
            j = self.best[unit.task][0]
            return self.evidence[j], float(self.aligned.scores[unit.task, j])
        aligned = self.aligner.align([unit], self.evidence)
        if not aligned.scores.size:
            return None, 0.0
        j = int(np.argmax(aligned.scores[0] - aligned.features["mutual"][0] * 0))
        both = 2 * aligned.features["covered"][0, j] * 0.5 + 0.5 * aligned.features["covered"][0, j]
        return (self.evidence[j], float(aligned.scores[0, j])) if both >= 0.75 else (None, 0.0)

    # -- scope ------------------------------------------------------------------------------------

    def _scope(self, unit: Unit, target: Target) -> Scope:
        words = fold(collapse(target.quote))
        if self.all_ours:
            return Scope(True, "general", "tính mọi chỉ tiêu theo yêu cầu")
        if self._national(words) and (unit.task < 0 or self.scopes[unit.task].role == "general"):
            return Scope(False, "none", "chỉ tiêu chung của cả nước")
        if unit.task >= 0:
            own = self.scopes[unit.task]
            if not own.ours or own.role == "unknown":
                return Scope(False, "none", own.why)
            if unit.task in self.shares and not any(s.overlaps(target.span) for s in self.shares[unit.task]):
                return Scope(False, "none", "phần việc giao cơ quan khác trong nhiệm vụ chung")
            if self._not_for_a_commune(words, unit, target):
                return Scope(False, "none", "chỉ tiêu của toàn tỉnh, không giao cho từng xã")
            return own
        if target.by and self.horizon and int(target.by[:4]) > self.horizon and not _past(words):
            return Scope(False, "none", f"chỉ tiêu đến năm {target.by[:4]}, kế hoạch đến năm {self.horizon}")
        cells = [c.strip() for c in target.quote.split("|")] if "|" in target.quote else []
        if any(cell and _ours(cell, self.we) for cell in cells):
            return Scope(True, "lead", "được giao theo dõi chỉ tiêu")
        other = next((c for c in cells if (a := addressee(c)) is not None and a.level != self.we.level), None)
        if other is not None and self.we.level in ("so", "xa"):
            return Scope(False, "none", f"giao {other} theo dõi")
        if self.we.level == "tinh" or self.we.level is None or self.we.level == "trung-uong":
            return Scope(True, "general", "chỉ tiêu chung")
        owner = self._related_task(unit)
        if owner is not None:
            own = self.scopes[owner]
            if not own.ours or own.role != "lead":
                return Scope(False, "none", own.why)
            if (
                own.why.startswith("giao chung")
                and target.unit != "%"
                and target.value
                and not _EACH.search(words)
            ):
                return Scope(False, "none", "tổng số chung, không giao cho từng cơ quan")
            if self._not_for_a_commune(words, unit, target):
                return Scope(False, "none", "chỉ tiêu của toàn tỉnh, không giao cho từng xã")
            return own
        if self.we.level == "so":
            return Scope(False, "none", "chỉ tiêu không gắn với nhiệm vụ giao cho sở")
        if self._not_for_a_commune(words, unit, target):
            return Scope(False, "none", "chỉ tiêu của toàn tỉnh, không giao cho từng xã")
        return Scope(True, "general", "chỉ tiêu áp dụng cho cấp xã")

    def _national(self, words: str) -> bool:
        """Say whether a target of the centre speaks of the whole country to a department or a commune."""
        level = self.parent.metadata.level.value if self.parent.metadata.level else None
        return level == "trung-uong" and self.we.level in ("xa", "so") and not _LOCAL.search(words)

    def _not_for_a_commune(self, words: str, unit: Unit, target: Target) -> bool:
        if self.we.level != "xa":
            return False
        if _WIDE.search(words) or _COUNTS_COMMUNES.match(fold(unit.words)):
            return True
        return target.unit != "%" and bool(target.value) and not _EACH.search(words) and unit.task < 0

    def _related_task(self, unit: Unit) -> int | None:
        """Return the task of the parent that a target outside tasks belongs to, if one is near enough."""
        group = unit.section.rsplit(" > ", 1)[0]
        inside = [
            n
            for n, task in enumerate(self.parent.tasks)
            if " > " in unit.section and task.section.startswith(group + " > ")
        ]
        goals = not inside
        candidates = inside or list(range(len(self.parent.tasks)))
        if not candidates:
            return None
        a = self.aligner.terms(unit.words)
        b = [self.aligner.terms(" ".join(self._task_words(n).split())) for n in candidates]
        found = compare([a], b, self.aligner.space)
        at = int(np.argmax(found.covered[0]))
        near = float(found.covered[0, at]) >= (0.6 if goals else 0.3)
        return candidates[at] if near else None

    def _task_words(self, number: int) -> str:
        task = self.parent.tasks[number]
        return collapse(task.block.of(self.parent.text))


def _same_year(a: Target, b: Target) -> bool:
    return a.by is None or b.by is None or a.by[:4] == b.by[:4]


def _past(words: str) -> bool:
    return "so với" in words


def _horizon(child: Document) -> int | None:
    """Return the last year that the child's title names; None where it names none."""
    title = child.metadata.title
    if title is None:
        return None
    own = re.split(
        r"(?:thực hiện|triển khai) (?:nghị quyết|chỉ thị|kế hoạch|chương trình|quyết định)", fold(title.value)
    )[0]
    years = [int(y) for y in _YEAR.findall(own)]
    later = "những năm tiếp theo" in fold(title.value) or "các năm tiếp theo" in fold(title.value)
    return max(years) if years and not later else None


def _comparable(a: Target, b: Target) -> bool:
    """Say whether two values can be set against each other: percentages always, counts in one unit."""
    if a.unit == "%" or b.unit == "%":
        return a.unit == b.unit
    return fold(a.unit or "") == fold(b.unit or "")


def _states(unit: Unit, child: Document, target: Target, counted: str) -> bool:
    """Say whether a passage states the value of a target, in figures or as "mọi", "toàn bộ" for 100%."""
    text = fold(
        task_words(child, child.tasks[unit.task]) if unit.kind == "task" else unit.span.of(child.text)
    )
    if target.value is None:
        return True
    if target.unit == "%" and target.value == 100:
        thing = re.escape(fold(counted).split()[0]) if counted.split() else "x"
        every = rf"\b(?:mọi|toàn bộ|tất cả|mỗi|từng)(?: các)? (?:\w+ )?{thing}\b"
        return bool(re.search(r"100\s*%", text) or re.search(every, text))
    value = f"{target.value:g}".replace(".", ",")
    if target.unit == "%":
        return bool(re.search(rf"(?<![\d,.]){re.escape(value)}\s*%", text))
    if re.search(rf"(?<![\d,.])0?{re.escape(value)}(?![\d,.%])", text):
        return True
    kind = fold(target.unit or "").split()[:1]
    more = (f.value >= target.value for f in figures(text, Span(0, len(text))) if [f.unit] == kind)
    return target.comparator in (">=", ">") and any(more)
