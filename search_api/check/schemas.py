"""What a cross-check says: structs of its JSON (``chithi check``, ``/api/v1/check``).

Offsets are code points into the text of the document that ``parent_`` or ``child_`` names; a quote is
always ``text[start:end]`` of it.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Verdict = Literal["covered", "partial", "not_found", "out_of_scope", "review"]
Level = Literal["task", "target", "requirement"]
Severity = Literal["error", "warning", "info"]
Outcome = Literal["reached", "lost", "out_of_scope", "unclear"]

VERDICTS: tuple[Verdict, ...] = ("covered", "partial", "not_found", "review", "out_of_scope")
"""In the order in which a summary tells them."""

VERDICT_WORDS: dict[str, str] = {
    "covered": "Đã cụ thể hóa",
    "partial": "Một phần",
    "not_found": "Chưa thấy nội dung tương ứng",
    "out_of_scope": "Không thuộc trách nhiệm",
    "review": "Cần xem lại",
}
OUTCOME_WORDS: dict[str, str] = {
    "reached": "Đi đến văn bản cuối",
    "lost": "Dừng lại",
    "out_of_scope": "Không thuộc trách nhiệm cấp dưới",
    "unclear": "Chưa rõ, cần xem lại",
}
VERDICT_SIGNS: dict[str, str] = {
    "covered": "✓",
    "partial": "◐",
    "not_found": "✗",
    "out_of_scope": "–",
    "review": "?",
}


class Alert(msgspec.Struct, frozen=True):
    """Something to look at: a difference, or a fault of the child; spans are null where there is nothing."""

    code: str
    severity: Severity
    message: str
    parent_quote: str | None = None
    parent_span: tuple[int, int] | None = None
    child_quote: str | None = None
    child_span: tuple[int, int] | None = None


class Match(msgspec.Struct, frozen=True):
    """A passage of the child that answers an item; ``why`` names what the two share."""

    section: str
    start: int
    end: int
    quote: str
    score: float
    task: str | None = None
    why: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One of several actions inside a parent task, with its own verdict."""

    start: int
    end: int
    quote: str
    verdict: Verdict
    score: float


class Review(msgspec.Struct, frozen=True):
    """A person's verdict, kept beside the index; ``stale`` where a passage has changed since."""

    verdict: Verdict
    note: str
    reviewer: str | None
    at: str
    stale: bool = False


class CheckItem(msgspec.Struct, frozen=True):
    """A task, target or requirement of the parent, and what the child does about it.

    ``verdict`` is the person's where there is a review, otherwise the machine's (``machine``).
    ``scope`` says why the item is or is not the child's to do; ``role`` is lead, coordinate or none.
    """

    key: str
    level: Level
    parent_section: str
    parent_start: int
    parent_end: int
    parent_quote: str
    verdict: Verdict
    score: float
    matches: tuple[Match, ...]
    alerts: tuple[Alert, ...]
    scope: str = ""
    role: str = ""
    reason: str = ""
    task: str | None = None
    parts: tuple[Part, ...] = ()
    machine: Verdict | None = None
    review: Review | None = None


class ChildOnly(msgspec.Struct, frozen=True):
    """A task of the child without an origin in the parent: information, not a fault."""

    section: str
    start: int
    end: int
    quote: str


class Party(msgspec.Struct, frozen=True):
    """One of the two documents."""

    doc: str
    title: str | None
    symbol: str | None
    type: str | None
    issuer: str | None
    level: str | None
    date: str | None
    draft: bool
    stored: bool = True


class CheckReport(msgspec.Struct, frozen=True):
    """The whole cross-check; ``parent`` is None for the check of one plan alone."""

    child: str
    parent: str | None
    parent_cited: bool
    items: tuple[CheckItem, ...]
    child_only: tuple[ChildOnly, ...]
    alerts: tuple[Alert, ...]
    six_clear: dict[str, Any]
    summary: dict[str, Any]
    relation: str = "parent"
    notes: tuple[str, ...] = ()
    child_info: Party | None = None
    parent_info: Party | None = None
    seconds: float = 0.0


class MatrixCell(msgspec.Struct, frozen=True):
    """One plan's verdict on one task of the parent."""

    verdict: Verdict
    score: float
    start: int | None
    end: int | None
    quote: str | None
    alerts: tuple[str, ...] = ()


class MatrixRow(msgspec.Struct, frozen=True):
    """A task of the parent and its verdicts by plan; ``key`` is the item's in every plan's report."""

    section: str
    start: int
    end: int
    quote: str
    cells: dict[str, MatrixCell]
    key: str = ""


class Matrix(msgspec.Struct, frozen=True):
    """One parent and the plans that carry it out."""

    parent: str
    parent_info: Party
    children: tuple[Party, ...]
    rows: tuple[MatrixRow, ...]
    summaries: dict[str, dict[str, Any]]
    notes: tuple[str, ...] = ()


class MatrixProgress(msgspec.Struct, frozen=True):
    """A matrix that is being made: plans checked of those to check, seconds gone and seconds left."""

    parent: str
    done: int
    total: int
    seconds: float
    seconds_left: float | None


class VersionChange(msgspec.Struct, frozen=True):
    """What became of one task between two versions of a plan."""

    kind: Literal["added", "dropped", "moved", "reworded", "reassigned", "redated", "same"]
    message: str
    old_section: str | None
    old_start: int | None
    old_end: int | None
    old_quote: str | None
    new_section: str | None
    new_start: int | None
    new_end: int | None
    new_quote: str | None
    score: float = 0.0


class Versions(msgspec.Struct, frozen=True):
    """Two versions of one plan."""

    old: str
    new: str
    changes: tuple[VersionChange, ...]
    summary: dict[str, Any]
    old_info: Party | None = None
    new_info: Party | None = None


class ChainStep(msgspec.Struct, frozen=True):
    """What became of a task of the head at one level of the chain."""

    doc: str
    level: str | None
    verdict: Verdict
    section: str | None
    start: int | None
    end: int | None
    quote: str | None


class ChainRow(msgspec.Struct, frozen=True):
    """A task of the head, followed down; ``lost_at`` is the document that first lacks it.

    ``outcome`` is "reached" (the last document carries it out), "lost", "out_of_scope" (a level that it does
    not concern) or "unclear" (a person has to look, so it cannot be followed further).
    """

    section: str
    start: int
    end: int
    quote: str
    steps: tuple[ChainStep, ...]
    lost_at: str | None
    outcome: Outcome = "unclear"


class Chain(msgspec.Struct, frozen=True):
    """From the highest document of the index down to the plan."""

    documents: tuple[Party, ...]
    rows: tuple[ChainRow, ...]
    summary: str
    notes: tuple[str, ...] = ()


class ReviewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's verdict on the item ``key`` of a cross-check; an empty verdict takes the review back."""

    child: str
    parent: str
    key: str
    verdict: Verdict | Literal[""]
    note: str = ""
    reviewer: str | None = None
