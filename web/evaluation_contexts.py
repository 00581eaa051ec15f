"""What the pages under ``/danh-gia`` show; see :mod:`web.contexts` for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from web.contexts import Choice, Link, Page


@dataclass(frozen=True)
class RunLine:
    """One configuration of a result that was kept; figures are written out, "–" where there is none."""

    run: str
    made: str
    name: str
    label: str
    figures: tuple[str, ...]
    """One for each measure of the page."""
    interval: str
    latency: str
    answers: str
    """Share of questions answered or refused rightly; only the first configuration answers."""
    first: bool
    """The first line of its result."""


@dataclass(frozen=True)
class Bar:
    """A configuration in the plot: its mean and interval as x, its line as y."""

    y: float
    low: float
    high: float
    mean: float
    label: str
    value: str
    told: str


@dataclass(frozen=True)
class Point:
    """A configuration in the plot of quality against time; the name stands at ``label_y``."""

    x: float
    y: float
    label_y: float
    label: str
    told: str


@dataclass(frozen=True)
class Plot:
    """A drawing of given size: bars (means with intervals) or points (quality against time)."""

    title: str
    width: int
    height: int
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()
    x_label: str = ""


@dataclass(frozen=True)
class Difference:
    """A question of which the value differs between two runs; following ``href`` asks it."""

    qid: str
    question: str
    kind: str
    href: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class Compared:
    """Two configurations compared question by question; ``sure`` says it in words."""

    a: str
    b: str
    measure: str
    shared: int
    """How many questions both have."""
    means: tuple[str, str]
    change: str
    interval: str
    p: str
    sure: str
    gains: tuple[Difference, ...]
    losses: tuple[Difference, ...]
    more_gains: int
    more_losses: int


@dataclass(frozen=True)
class SetLine:
    """A set of questions that is being judged."""

    name: str
    questions: int
    judged: int
    """Questions with at least one grade."""
    grades: int
    href: str
    downloads: tuple[Link, ...]


@dataclass(frozen=True)
class VersionLine:
    """A frozen version of a set."""

    name: str
    number: int
    made: str
    questions: int
    grades: int
    digest: str
    downloads: tuple[Link, ...]


@dataclass(frozen=True)
class EvaluationPage(Page):
    """``/danh-gia`` (``evaluation.html``)."""

    benchmarks: tuple[Link, ...]
    """The benchmarks of which results are kept."""
    measures: tuple[str, ...]
    rows: tuple[RunLine, ...]
    quality: Plot | None
    speed: Plot | None
    kept: tuple[tuple[str, str], ...]
    """Name and value that the form of the comparison carries along."""
    firsts: tuple[Choice, ...]
    seconds: tuple[Choice, ...]
    by: tuple[Choice, ...]
    compared: Compared | None
    sets: tuple[SetLine, ...]
    versions: tuple[VersionLine, ...]
    faulty: tuple[str, ...]
    """Files that cannot be read."""
    said: str
    """What was just done, or ""."""
    problem: str | None


@dataclass(frozen=True)
class Graded:
    """A passage to grade: ``field`` names its choice in the form; nothing says who found it."""

    n: int
    field: str
    quote: str
    source: str
    meta: str
    where: str
    href: str
    choices: tuple[Choice, ...]
    """The grades; the last one is "not graded"."""


@dataclass(frozen=True)
class GradingPage(Page):
    """``/danh-gia/cham`` (``grading.html``)."""

    set_name: str
    qid: str
    question: str
    kind: str
    reference: str
    """The reference answer of the file, or ""."""
    gold: tuple[tuple[str, str], ...]
    """(document, quote) pairs of the file."""
    position: int
    total: int
    judged: int
    """Questions with at least one grade."""
    previous: str | None
    next: str | None
    next_open: str | None
    """The next question without any grade."""
    questions: tuple[Choice, ...]
    ways: tuple[tuple[str, str, tuple[Choice, ...]], ...]
    """Name, label and choices of the two configurations."""
    depths: tuple[Choice, ...]
    passages: tuple[Graded, ...]
    kept: tuple[tuple[str, str], ...]
    """Name and value that the form carries along."""
    said: str
    back: str
