"""One plan by itself, before it is signed: who, by when, blank numbers, absent annexes, contradictions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from indexer.clean import collapse, fold
from indexer.records import BOILERPLATE, Document, Span, Target, Task
from indexer.symbols import symbol_key
from indexer.units import is_collective
from search_api.check.compare import alert, day, measure, number, same_measure
from search_api.check.schemas import Alert
from search_api.check.scope import We, addressee, named, who
from search_api.check.units import target_words, task_words

_OWN_COLLECTIVE = re.compile(r"phòng|ban\b|đơn vị|bộ phận|cơ quan|\bsở\b|ngành")
_EVERY_BODY = re.compile(r"cấp ủy|xã, phường|các xã|các phường|thôn|trường|tổ dân phố|ubnd|ủy ban nhân dân")
_BY_SUBJECT = frozenset({"tiêu đề đơn vị", "chủ ngữ"})
_ASKED = re.compile(r"^(?:đề nghị|yêu cầu)")
# A unit of the level abolished on 1 July 2025; "cấp huyện", "bỏ huyện" speak of the level, not of a unit.
_ABOLISHED = re.compile(
    r"(?:(?:ubnd|ủy ban nhân dân|hđnd|hội đồng nhân dân|công an|ban chỉ huy quân sự|ban thường vụ|đảng ủy|đoàn thanh niên"
    r"|hội [^\W\d_]+(?: [^\W\d_]+){0,3}|trung tâm(?: [^\W\d_]+){0,6}|phòng(?:[ ,-]+[^\W\d_]+){1,8}?|ban(?: [^\W\d_]+){1,5}"
    r"|chủ tịch(?: ubnd)?|văn phòng(?: [^\W\d_]+){0,4})"
    r"(?: các| cấp)? (?:huyện|quận|thị xã)(?!\s+(?:đội|lỵ))|(?<!\w)huyện ủy|(?<!\w)quận ủy|(?<!\w)thị ủy)(?:(?= [A-ZĐÀ-Ỹ])| |\b)"
)
_WAS = re.compile(
    r"\b(?:trước đây|cũ|không còn|bãi bỏ|giải thể|bỏ|kết thúc|chuyển từ|nguyên)\b[^.;]{0,40}$|^[^.;]{0,25}\b(?:cũ|trước đây)\b"
)


def lead_alerts(child: Document) -> Iterator[tuple[int, Alert]]:
    """Yield (index of the task, alert) for tasks without a lead, or with a collective one."""
    led = sum(bool(t.lead or t.implementing or t.directing) for t in child.tasks)
    if led * 2 < len(child.tasks):
        # A document that assigns by section or not at all: one sentence says it, not one for each task.
        first = next(t for t in child.tasks if not (t.lead or t.implementing or t.directing))
        yield (
            -1,
            alert(
                "no_lead",
                "warning",
                f"{len(child.tasks) - led}/{len(child.tasks)} nhiệm vụ không nêu đơn vị chủ trì.",
                None,
                None,
                child,
                first.span,
            ),
        )
        return
    for index, task in enumerate(child.tasks):
        words = collapse(task.span.of(child.text))
        if not (task.lead or task.implementing or task.directing):
            if task.lead_basis is None and not _ASKED.match(fold(words)):
                shown = collapse(task.title or words)[:90]
                extra = ", chỉ có đơn vị phối hợp" if task.coordinating else ""
                yield (
                    index,
                    alert(
                        "no_lead",
                        "error",
                        f"Nhiệm vụ “{shown}” không nêu đơn vị chủ trì{extra}.",
                        None,
                        None,
                        child,
                        _shown_task(task),
                    ),
                )
        elif task.lead and task.lead_basis not in _BY_SUBJECT and not _ASKED.match(fold(words)):
            names = [m for m in task.lead if _collective(m.text)]
            if len(names) == len(task.lead):
                yield (
                    index,
                    alert(
                        "collective_lead",
                        "warning",
                        f"Chủ trì là tập thể “{collapse(names[0].text)}”, không rõ đơn vị chịu trách nhiệm chính.",
                        None,
                        None,
                        child,
                        names[0].span,
                    ),
                )


def _shown_task(task: Task) -> Span:
    """Return what to quote of a task that lacks something: all of it, unless it is long."""
    return task.block if task.block.end - task.block.start <= 900 else task.span


def _collective(name: str) -> bool:
    folded = fold(name)
    return (
        is_collective(name)
        and bool(_OWN_COLLECTIVE.search(folded))
        and not _EVERY_BODY.search(re.sub(r"(?:thuộc|trực thuộc|của) .*$", "", folded))
    )


def unit_alerts(child: Document, we: We) -> Iterator[tuple[int, Alert]]:
    """Yield (index of the task or -1, alert) for units of the abolished level and leads from outside."""
    folded = fold(child.text)
    flat = re.sub(r"\s", " ", folded)
    boundaries = [b for b in child.blocks if b.kind not in BOILERPLATE]
    seen: set[str] = set()
    for match in _ABOLISHED.finditer(flat):
        start, end = match.start(), match.end()
        start = _last_unit(flat, start, end)
        if not any(b.span.start <= start < b.span.end for b in boundaries):
            continue
        if any(r.span.start <= start < r.span.end for r in child.references):
            continue
        before, after = flat[max(0, start - 50) : start], flat[end : end + 30]
        if _WAS.search(before) or re.match(r"\s*(?:cũ|trước đây)", after) or "cấp huyện" in match[0]:
            continue
        span = Span(start, start + len(child.text[start:end].rstrip()))
        name = collapse(span.of(child.text))
        if name in seen:
            continue
        seen.add(name)
        yield (
            _task_at(child, span.start),
            alert(
                "abolished_unit",
                "error",
                f"“{name}” là đơn vị cấp huyện, không còn từ ngày 01/7/2025.",
                None,
                None,
                child,
                span,
            ),
        )
    for index, task in enumerate(child.tasks):
        for mention in task.lead:
            if (why := _foreign(mention.text, we, task)) is not None:
                yield index, alert("foreign_unit", "warning", why, None, None, child, mention.span)


_UNIT_START = re.compile(
    r"(?<!\w)(?:ubnd|ủy ban|hđnd|hội đồng|công an|ban|đảng ủy|đoàn|hội|trung tâm|phòng|chủ tịch|văn phòng"
    r"|huyện ủy|quận ủy|thị ủy)\b"
)


def _last_unit(flat: str, start: int, end: int) -> int:
    """Begin at the last list item before the level: "Phòng A, Phòng B huyện" names Phòng B."""
    cut = max(
        flat.rfind(", ", start, end - 8), flat.rfind("; ", start, end), flat.rfind(" và ", start, end - 12)
    )
    if cut > start and (found := _UNIT_START.search(flat, cut, end)):
        return found.start()
    return start


def _task_at(child: Document, offset: int) -> int:
    for index, task in enumerate(child.tasks):
        if task.block.start <= offset < task.block.end:
            return index
    return -1


def _foreign(name: str, we: We, task: Task) -> str | None:
    """Return why a lead lies outside the issuer's organisation; None where it does not."""
    found = addressee(name)
    if found is None or found.system in ("front", "company", "press", "council") or named(name, we):
        return None
    if task.lead_basis is not None and task.lead_basis.startswith(("Đề nghị", "Yêu cầu")):
        return None
    outside = {
        "xa": ("so", "tinh", "trung-uong"),
        "so": ("trung-uong", "tinh"),
        "tinh": ("trung-uong",),
    }.get(we.level or "", ())
    if found.level in outside:
        return f"“{collapse(name)}” chủ trì nhưng không thuộc {we.name}; cơ quan ban hành không giao việc cho cấp trên."
    if we.level == "so" and found.level == "so" and not found.collective and re.match(r"sở ", fold(name)):
        return f"“{collapse(name)}” chủ trì nhưng không thuộc {we.name}."
    if (
        we.level == "xa"
        and found.level == "xa"
        and not found.collective
        and we.place
        and re.search(r"(?:xã|phường) [A-ZĐÀ-Ỹ]", name)
        and fold(we.place) not in fold(name)
    ):
        return f"“{collapse(name)}” chủ trì nhưng không thuộc {we.name}."
    return None


_NOTICE_SEVERITY = {
    "blank_number": "warning",
    "no_number": "warning",
    "blank_date": "warning",
    "no_date": "warning",
    "annex_missing": "error",
    "numbering_gap": "info",
}


def notice_alerts(child: Document) -> Iterator[Alert]:
    """Yield what the reader noticed of a draft: blank number and date, absent annexes, gaps in numbers."""
    for notice in child.notices:
        severity = _NOTICE_SEVERITY.get(notice.code)
        if severity is not None:
            yield alert(notice.code, severity, notice.message, None, None, child, notice.span)  # type: ignore[arg-type]


def deadline_alerts(child: Document) -> Iterator[tuple[int, Alert]]:
    """Yield (index of the task, alert) for tasks without any time limit, for the check of one plan alone."""
    for index, task in enumerate(child.tasks):
        if task.deadline.kind == "none" and task.lead_basis not in _BY_SUBJECT:
            shown = collapse(task.title or task.span.of(child.text))[:90]
            if not _ASKED.match(fold(shown)):
                yield (
                    index,
                    alert(
                        "no_deadline",
                        "warning",
                        f"Nhiệm vụ “{shown}” không nêu thời hạn.",
                        None,
                        None,
                        child,
                        task.span,
                    ),
                )


def reference_alerts(child: Document) -> Iterator[Alert]:
    """Yield citations of one document that disagree with each other on its date."""
    seen: dict[str, Any] = {}
    for reference in child.references:
        if not reference.symbol or not reference.date or len(reference.date) < 10:
            continue
        key = symbol_key(reference.symbol)
        first = seen.setdefault(key, reference)
        same_body = (
            first.issuer is None or reference.issuer is None or fold(first.issuer) == fold(reference.issuer)
        )
        if first.date != reference.date and same_body:
            yield alert(
                "internal_conflict",
                "error",
                f"{reference.symbol} được ghi ngày {_shown(first.date)} ở một chỗ và {_shown(reference.date)} ở chỗ khác.",
                child,
                first.span,
                child,
                reference.span,
            )


def _shown(value: str) -> str:
    return "/".join(reversed(value.split("-")))


def conflict_alerts(child: Document) -> Iterator[Alert]:
    """Yield targets with the same wording and another value, and tasks stated twice with another limit."""
    known: dict[tuple[str, str], Target] = {}
    for target in child.targets:
        key = (
            " ".join(fold(target_words(child, target)).split()),
            f"{target.unit}{target.by}{target.comparator[:1]}",
        )
        if len(key[0].split()) < 5:
            continue
        first = known.setdefault(key, target)
        if first is not target and same_measure(first, target) and first.value != target.value:
            yield alert(
                "internal_conflict",
                "error",
                f"Cùng một chỉ tiêu nhưng hai mức khác nhau: {measure(first)} và {measure(target)}.",
                child,
                first.span,
                child,
                target.span,
            )
    stated: dict[str, Task] = {}
    for task in child.tasks:
        words = " ".join(fold(task.title or task_words(child, task)).split())
        if len(words.split()) < 6:
            continue
        before = stated.setdefault(words, task)
        if before is task:
            continue
        ends = (day(before.deadline.end), day(task.deadline.end))
        if None not in ends and ends[0] != ends[1]:
            yield alert(
                "internal_conflict",
                "error",
                f"Cùng một nhiệm vụ nhưng hai thời hạn: “{before.deadline.raw}” và “{task.deadline.raw}”.",
                child,
                before.deadline_span or before.span,
                child,
                task.deadline_span or task.span,
            )


# --- 6 rõ ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def six_clear_rules() -> dict[str, Any]:
    """Return the criteria and the wording of authority (``rules/six_clear.json``)."""
    rules: dict[str, Any] = json.loads(
        (resources.files("search_api.rules") / "six_clear.json").read_text(encoding="utf-8")
    )
    return rules


def _clear(child: Document, task: Task, authority: re.Pattern[str]) -> dict[str, str | None]:
    """Return what the task says under each criterion; None where it says nothing."""
    leads = [m.text for m in (*task.lead, *task.implementing)] or [m.text for m in task.directing]
    single = [name for name in leads if not _collective(name)]
    words = task_words(child, task)
    deadline = task.deadline
    told = re.sub(r"\s", " ", fold(task.block.of(child.text)))
    found = authority.search(told)
    duty = [m.text for m in (*task.coordinating, *task.directing)]
    return {
        "nguoi": "; ".join(single) or None,
        "viec": words[:160] if len(words.split()) >= 5 else None,
        "thoi_gian": deadline.raw if deadline.kind not in ("none", "relative") else None,
        "trach_nhiem": ("; ".join(duty) or (task.report_to.text if task.report_to else None))
        if leads
        else None,
        "san_pham": "; ".join(m.text for m in task.products)
        or "; ".join(f"{measure(t)}" for t in task.targets if t.value is not None)
        or None,
        "tham_quyen": collapse(task.block.of(child.text)[found.start() : found.start() + 60])
        if found
        else None,
    }


def six_clear(child: Document, criteria: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the table of "6 rõ": each criterion with its share, each task with what it says.

    ``criteria`` picks and orders the keys of ``rules/six_clear.json``; all by default.
    """
    rules = six_clear_rules()
    wanted = [c for c in rules["criteria"] if criteria is None or c["key"] in criteria]
    authority = re.compile(fold(rules["authority"]))
    rows = []
    for task in child.tasks:
        values = _clear(child, task, authority)
        rows.append(
            {
                "section": task.section,
                "start": task.span.start,
                "end": task.span.end,
                "quote": task.span.of(child.text),
                "values": {c["key"]: collapse(values[c["key"]] or "") or None for c in wanted},
            }
        )
    total = len(rows)
    shares = []
    for criterion in wanted:
        filled = sum(row["values"][criterion["key"]] is not None for row in rows)  # type: ignore[index]
        shares.append(
            {
                **criterion,
                "filled": filled,
                "total": total,
                "percent": round(100 * filled / total, 1) if total else 0.0,
            }
        )
    return {"criteria": shares, "tasks": rows}


def plan_alerts(child: Document, we: We | None = None) -> list[tuple[int, Alert]]:
    """Return every alert on the plan by itself with the index of its task, -1 for none."""
    return [
        *lead_alerts(child),
        *unit_alerts(child, we or who(child)),
        *((-1, a) for a in notice_alerts(child)),
        *((-1, a) for a in reference_alerts(child)),
        *((-1, a) for a in conflict_alerts(child)),
    ]


__all__ = [
    "conflict_alerts",
    "deadline_alerts",
    "lead_alerts",
    "notice_alerts",
    "number",
    "plan_alerts",
    "reference_alerts",
    "six_clear",
    "six_clear_rules",
    "unit_alerts",
]
