"""Putting items together: verdicts from parts, alerts that say the same once, quotations cut at a word."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from search_api.check.clauses import Absent
from search_api.check.schemas import Alert, CheckItem, Part, Verdict

COVERED = 0.5
"""Score from which a piece answers another."""


def once(item: CheckItem, targets: Sequence[Alert]) -> CheckItem:
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


def not_missing(item: CheckItem, lower: Sequence[tuple[int, int]]) -> CheckItem:
    """Leave out that a target is missing where it is said that the plan has less of it, or lacks its clause."""
    if item.level != "target" or not any(a.code == "target_missing" for a in item.alerts):
        return item
    if not any(a < item.parent_end and item.parent_start < b for a, b in lower):
        return item
    kept = tuple(a for a in item.alerts if a.code != "target_missing")
    return msgspec.structs.replace(item, alerts=kept)


def short(words: str, length: int = 110) -> str:
    """Cut a quotation at a word."""
    return words if len(words) <= length else f"{words[:length].rsplit(' ', 1)[0]}…"


def lacks(absent: Sequence[Absent]) -> str:
    """Say in Vietnamese which clause was not found."""
    first = absent[0]
    what = "Kế hoạch chưa nêu" if first.listed else "Chưa thấy nội dung tương ứng với việc"
    return f"{what} “{short(first.words)}”."


def with_alerts(item: CheckItem, alerts: Sequence[Alert]) -> CheckItem:
    """Add alerts to an item."""
    return msgspec.structs.replace(item, alerts=(*item.alerts, *alerts))


def from_parts(parts: Sequence[Part], top: float) -> tuple[Verdict, float]:
    """Judge a task by its actions; ``top`` is the score of the whole."""
    parts = [part for part in parts if part.verdict != "out_of_scope"]
    if not parts:
        return "not_found", top
    held = sum(part.verdict == "covered" for part in parts)
    some = sum(part.verdict == "partial" for part in parts)
    weak = sum(part.verdict == "review" for part in parts)
    score = max(top, sum(part.score for part in parts) / len(parts))
    if held == len(parts):
        return "covered", score
    # One sentence of many that some passage is near to is no sign of the work.
    enough = 3 * some >= len(parts) or (some and top >= COVERED)
    if held or enough or (weak and top >= COVERED):
        return "partial", score
    if 2 * weak > len(parts):
        return "review", score
    # A faint sign of half of the actions or fewer is none.  Where the whole is near and no action is, the theme is
    # shared; whether the work is must be read.
    return ("review", top) if top >= COVERED else ("not_found", top)
