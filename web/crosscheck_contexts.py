"""What the pages under ``/doi-chieu`` show; see :mod:`web.contexts` for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from web.contexts import Choice, Link, Option, Page


@dataclass(frozen=True)
class CheckDocument:
    """One of the two documents; ``href`` is None for an uploaded file."""

    name: str
    title: str
    href: str | None


@dataclass(frozen=True)
class CheckAlert:
    """An alert: ``sign`` and ``severity`` (a class) go with the word ``name``; links open its spans."""

    name: str
    severity: str
    sign: str
    message: str
    parent: Link | None
    child: Link | None


@dataclass(frozen=True)
class CheckPassage:
    """A quoted passage and where it opens."""

    section: str
    quote: str
    href: str | None
    note: str = ""


@dataclass(frozen=True)
class CheckLine:
    """A row: the parent's passage, what answers it, the verdict by word and sign."""

    key: str
    level: str
    theirs: CheckPassage
    mine: tuple[CheckPassage, ...]
    verdict: str
    words: str
    sign: str
    scope: str
    reason: str
    parts: tuple[tuple[str, str, str], ...]
    """Actions inside: (sign, words, quote)."""
    alerts: tuple[CheckAlert, ...]
    review: str
    stale: bool


@dataclass(frozen=True)
class CheckBar:
    """A segment of the bar: where it begins and its share in percent, its verdict (a class), what it says."""

    verdict: str
    at: float
    share: float
    label: str


@dataclass(frozen=True)
class SixClear:
    """A criterion of "6 rõ"."""

    name: str
    hint: str
    filled: int
    total: int
    percent: str


@dataclass(frozen=True)
class CheckPage(Page):
    """``/doi-chieu`` (``check.html``)."""

    children: tuple[Choice, ...]
    cited: tuple[Choice, ...]
    """Parents that the chosen plan cites."""
    others: tuple[Choice, ...]
    we: str
    child: CheckDocument | None
    parent: CheckDocument | None
    line: str
    notes: tuple[str, ...]
    bar: tuple[CheckBar, ...]
    rows: tuple[CheckLine, ...]
    verdicts: tuple[Option, ...]
    codes: tuple[Option, ...]
    levels: tuple[Option, ...]
    clear: str | None
    alerts: tuple[CheckAlert, ...]
    only: tuple[CheckPassage, ...]
    six: tuple[SixClear, ...]
    exports: tuple[Link, ...]
    more: tuple[Link, ...]
    """Other looks: the matrix of the parent, the chain of the plan."""
    review_words: tuple[Choice, ...]
    back: str
    """Where a posted review comes back to; "" where reviews cannot be kept (an upload)."""
    problem: str | None


@dataclass(frozen=True)
class MatrixCellLine:
    """A cell: sign, word, a class, and where it opens; ``alerts`` names its alerts."""

    sign: str
    words: str
    verdict: str
    href: str
    alerts: str


@dataclass(frozen=True)
class MatrixLine:
    """A task of the parent and its cells, in the order of the plans."""

    theirs: CheckPassage
    cells: tuple[MatrixCellLine, ...]


@dataclass(frozen=True)
class MatrixPage(Page):
    """``/doi-chieu/ma-tran`` (``matrix.html``): one parent and the plans that carry it out."""

    parents: tuple[Choice, ...]
    parent: CheckDocument | None
    plans: tuple[tuple[Link, str], ...]
    rows: tuple[MatrixLine, ...]
    legend: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
