"""What the pages under ``/doi-chieu`` show; see :mod:`web.contexts` for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from web.contexts import Choice, Link, Option, Page


@dataclass(frozen=True)
class Picker:
    """One document to choose: groups are (label, choices); a ``several`` picker takes any number."""

    name: str
    label: str
    empty: str
    """What the empty choice says; "" where something has to be chosen."""
    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    several: bool = False
    open: bool = False
    """Whether a picker of several stands open."""


@dataclass(frozen=True)
class CheckForm:
    """What is to be checked: one form for all modes, its fields those of the mode."""

    mode: str
    modes: tuple[Link, ...]
    about: str
    pickers: tuple[Picker, ...]
    we: str | None
    """The body whose tasks count; None where the mode does not ask."""
    submit: str
    kept_hours: int
    """How long an upload is held."""
    problem: str | None = None


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
    """``/doi-chieu``: a plan against its parent, or by itself (``check.html``)."""

    form: CheckForm
    suggested: tuple[Link, ...]
    """The parents that a plan cites, while none is chosen."""
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
    """Where a posted review comes back to; "" where nothing can be reviewed."""
    reviewed: tuple[tuple[str, str], ...]
    """The hidden fields of a review: what was checked."""


@dataclass(frozen=True)
class MatrixCellLine:
    """A cell: sign, word, a class, and the address that opens it; ``alerts`` names its alerts."""

    plan: str
    sign: str
    words: str
    verdict: str
    href: str
    alerts: str
    opened: bool


@dataclass(frozen=True)
class OpenedCell:
    """Both passages of the cell that is open, beside the address of the whole check of that plan."""

    plan: str
    line: CheckLine
    whole: str
    close: str


@dataclass(frozen=True)
class MatrixLine:
    """A task of the parent and its cells, in the order of the plans."""

    key: str
    theirs: CheckPassage
    cells: tuple[MatrixCellLine | None, ...]
    opened: OpenedCell | None


@dataclass(frozen=True)
class Progressing:
    """A matrix under way."""

    done: int
    total: int
    words: str


@dataclass(frozen=True)
class MatrixPage(Page):
    """One parent and its plans (``matrix.html``); ``progress`` while it is being made."""

    form: CheckForm
    parent: CheckDocument | None
    progress: Progressing | None
    plans: tuple[tuple[Link, str], ...]
    verdicts: tuple[Option, ...]
    rows: tuple[MatrixLine, ...]
    short: bool
    """Whether cells show signs alone, for there are many plans; the legend says the words."""
    legend: tuple[tuple[str, str, str], ...]
    exports: tuple[Link, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ChainCell:
    """What became of a task at one level."""

    level: str
    sign: str
    words: str
    verdict: str
    passage: CheckPassage | None


@dataclass(frozen=True)
class ChainLine:
    """A task of the highest document followed down; ``ended`` says in words what became of it."""

    theirs: CheckPassage
    cells: tuple[ChainCell | None, ...]
    ended: str
    outcome: str


@dataclass(frozen=True)
class ChainPage(Page):
    """The chain of levels above one plan (``chain.html``)."""

    form: CheckForm
    documents: tuple[CheckDocument, ...]
    line: str
    stops: tuple[Option, ...]
    """Filter: where tasks stop."""
    rows: tuple[ChainLine, ...]
    exports: tuple[Link, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class VersionLine:
    """A task in one or both versions; ``kinds`` are (class, word)."""

    kinds: tuple[tuple[str, str], ...]
    messages: tuple[str, ...]
    old: CheckPassage | None
    new: CheckPassage | None


@dataclass(frozen=True)
class VersionsPage(Page):
    """Two versions of one plan (``versions.html``)."""

    form: CheckForm
    old: CheckDocument | None
    new: CheckDocument | None
    line: str
    kinds: tuple[Option, ...]
    rows: tuple[VersionLine, ...]
    exports: tuple[Link, ...]
