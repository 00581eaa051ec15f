"""Where alerts about the plan hang: at the item of the parent that the passage answers, or loose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexer.records import Document, Span
from search_api.check.compare import alert, copied_runs
from search_api.check.plan import plan_alerts
from search_api.check.schemas import Alert, CheckItem
from search_api.check.scope import We

Placed = tuple[dict[str, list[Alert]], list[Alert]]
"""Alerts by the key of their item, and those that belong to none."""


def child_alerts(child: Document, parent: Document, we: We, home: Mapping[int, int]) -> Placed:
    """Hang alerts on the child's tasks at the item that they answer; ``home`` is the parent's task of each."""
    out: dict[str, list[Alert]] = {}
    loose: list[Alert] = []
    for index, found in plan_alerts(child, we):
        number = home.get(index, -1)
        if number < 0:
            loose.append(found)
            continue
        task = parent.tasks[number]
        told = alert(found.code, found.severity, found.message, parent, task.span, child, None)
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
    return out, loose


def copied(child: Document, parent: Document, items: Sequence[CheckItem], same_level: bool) -> Placed:
    """Say what was copied word for word: wide wording where the levels differ, or whole long sentences."""
    loose: list[Alert] = []
    out: dict[str, list[Alert]] = {}
    for run in copied_runs(parent, child):
        whole = _sentence_share(child, run.child)
        if not (run.wide and not same_level) and not (run.words >= 18 and whole >= 0.8):
            continue
        extra = ", cả phạm vi của cấp trên" if run.wide else ""
        found = alert(
            "copied",
            "warning" if run.wide else "info",
            f"Chép nguyên văn {run.words} chữ của văn bản cấp trên{extra}, chưa cụ thể hóa theo địa phương, đơn vị.",
            parent,
            run.parent,
            child,
            run.child,
        )
        home = next((i for i in items if i.parent_start <= run.parent.start < i.parent_end), None)
        if home is None:
            loose.append(found)
        else:
            out.setdefault(home.key, []).append(found)
    return out, loose


def _sentence_share(document: Document, span: Span) -> float:
    """Return the share of the sentences around a run that the run fills."""
    text = document.text
    start = max(text.rfind(mark, 0, span.start) for mark in (". ", ";", "\n\n", ".\n"))
    ends = [at for at in (text.find(mark, span.end) for mark in (".", ";", "\n\n")) if at >= 0]
    end = min(ends) if ends else len(text)
    return (span.end - span.start) / max(end - max(start, 0), 1)
