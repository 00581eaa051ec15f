"""What each page shows: one documented, frozen dataclass per template.

A test compares the fields with the names that the template uses, both ways.  Everything is plain
text that the template escapes, except :class:`markupsafe.Markup` values, which
:mod:`web.highlight` made from escaped pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Link:
    """A link; ``current`` marks the page or choice that is shown now."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class Option:
    """One value of a facet: following ``href`` chooses it, or gives it up where it is ``chosen``."""

    label: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A group of values with the number of documents (or tasks) that each would show.

    ``more`` are the rarer values, folded away.
    """

    label: str
    options: tuple[Option, ...]
    more: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Field:
    """A labelled value; ``href`` leads to the words that say it."""

    label: str
    value: str
    href: str | None = None


@dataclass(frozen=True)
class Valued:
    """A value of an answer, as the document words it, with the numbers of its citations."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True)
class Statement:
    """One line of an answer: a label ("" where the values speak for themselves) and its values.

    ``listed`` values stand on lines of their own.
    """

    label: str
    values: tuple[Valued, ...]
    listed: bool = False


@dataclass(frozen=True)
class AnswerPart:
    """What one document answers; ``heading`` is the task or section.

    ``source`` names the document; it is "" where the part before names it already.
    """

    source: str
    meta: str
    href: str
    heading: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Quoted:
    """A citation or a passage found: quoted words, where they stand, and the link that opens them."""

    n: int
    quote: Markup
    source: str
    """The document: type and symbol, or that it is a draft."""
    meta: str
    """Issuer and date."""
    title: str
    where: str
    """The readable path of the section."""
    page: int | None
    href: str
    status: str | None = None


@dataclass(frozen=True)
class Worded:
    """A sentence of the language model: text and citation marks; ``reason`` says why it is struck out."""

    text: tuple[tuple[str, int | None], ...]
    reason: str | None


@dataclass(frozen=True)
class Judging:
    """The form in which a user says what the answer is worth."""

    kept: tuple[tuple[str, str], ...]
    """Name and value of what names the question again."""
    cites: tuple[int, ...]
    verdicts: tuple[tuple[str, str], ...]
    """Code and word of each verdict."""
    given: str
    """The word of the verdict that was just kept, "" before."""


@dataclass(frozen=True)
class AnswerCard:
    """The answer of one question.

    ``reason`` says what is missing where it is not answered, else how the question was read, or "".
    """

    answered: bool
    reason: str
    text: tuple[tuple[str, int | None], ...]
    """The answer in pieces, a citation mark carrying its number; used where there are no parts."""
    parts: tuple[AnswerPart, ...]
    more_parts: tuple[AnswerPart, ...]
    citations: tuple[Quoted, ...]
    more_citations: tuple[Quoted, ...]
    """Those after the first ones, folded away; a citation mark opens the fold."""
    notices: tuple[tuple[str, str], ...]
    """(document, warning) pairs about the documents that the answer rests on."""
    copied: str
    """The answer with its citations as text."""
    plain: str
    """Address of the same text by itself."""
    docx: str
    """Address of the same as a Word file."""
    judging: Judging
    worded: tuple[Worded, ...]
    """The sentences of a language model, empty where none was asked."""
    note: str
    """What is to be said about the language model, or ""."""
    word_it: str | None
    """Address that asks the language model; None where there is none or it was asked."""


@dataclass(frozen=True)
class Page:
    """What every page shows around its content."""

    title: str
    """The name of the page, for the window's title bar."""
    nav: tuple[Link, ...]
    """The pages there are, in order."""
    query: str
    """What the search box holds."""


@dataclass(frozen=True)
class HomePage(Page):
    """``/`` before anything is asked (``home.html``)."""

    suggestions: tuple[Link, ...]
    """Questions that these documents answer."""
    stock: tuple[Link, ...]
    """What is in the store, counted, each leading to its list."""


@dataclass(frozen=True)
class ResultsPage(Page):
    """``/?q=`` (``results.html``)."""

    answer: AnswerCard | None
    """None where words were searched rather than a question asked."""
    hits: tuple[Quoted, ...]
    facets: tuple[Facet, ...]
    chips: tuple[Link, ...]
    """The filters in force; each link takes one away."""
    clear: str
    """The same search without any filter."""
    kept: tuple[tuple[str, str], ...]
    """Name and value of the filters that the search form carries along."""
    dates: tuple[tuple[str, str, str], ...]
    """Name, label and value of the two date fields."""
    more: str | None
    """The same page with more passages."""
    scope: str
    """Where was searched, in words."""
    problem: str | None
    """What is wrong with a filter's value; nothing was searched then."""
    suggestions: tuple[Link, ...]
    """Offered where nothing was found."""


@dataclass(frozen=True)
class Column:
    """A column of a table; ``order`` is the value of aria-sort."""

    label: str
    href: str | None
    order: str = "none"
    css: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """A row of the list of documents."""

    href: str
    name: str
    title: str
    type: str
    issuer: str
    level: str
    date: str
    tasks: int
    tasks_href: str | None
    warnings: tuple[str, ...]
    status: str | None
    draft: bool


@dataclass(frozen=True)
class DocumentsPage(Page):
    """``/van-ban`` (``documents.html``)."""

    rows: tuple[DocumentLine, ...]
    columns: tuple[Column, ...]
    facets: tuple[Facet, ...]
    chips: tuple[Link, ...]
    clear: str
    find: str
    """The words that title or symbol must hold."""
    kept: tuple[tuple[str, str], ...]
    total: int
    """How many documents there are."""
    matching: int
    """How many pass the filters."""
    pages: tuple[Link, ...]
    """Links to the parts of a long list; empty where one part holds all."""


@dataclass(frozen=True)
class OutlineLink:
    """A node of the outline; ``depth`` is 1 to 6."""

    num: str
    title: str
    depth: int
    href: str
    current: bool


@dataclass(frozen=True)
class Piece:
    """A paragraph, heading or table of the document text, in order.

    ``tag`` is p, h2 … h6 or table; ``rows`` are the cells of a table, the first row being the header.
    """

    tag: str
    css: str
    id: str | None
    html: Markup
    rows: tuple[tuple[Markup, ...], ...] = ()


@dataclass(frozen=True)
class ReferenceLine:
    """A document that this one cites: ``href`` opens it (None: not in the store), ``at`` the mention."""

    name: str
    title: str
    href: str | None
    at: str
    mentions: int


@dataclass(frozen=True)
class TaskLine:
    """A task: the units and the deadline are quoted; ``due`` is overdue, month, later or ""."""

    title: str
    href: str
    lead: tuple[str, ...]
    lead_label: str
    coordinating: tuple[str, ...]
    deadline: str
    due: str
    due_words: str
    products: tuple[str, ...]
    source: str
    source_href: str
    source_title: str


@dataclass(frozen=True)
class DocumentPage(Page):
    """``/van-ban/{doc}`` (``document.html``)."""

    name: str
    """Type and symbol."""
    heading: str
    """The title (trích yếu), or the name where there is none."""
    meta: str
    """Issuer and date."""
    status: str | None
    warnings: tuple[str, ...]
    outline: tuple[OutlineLink, ...]
    pieces: tuple[Piece, ...]
    cited: str | None
    """The words that the address points at; None where it points at none."""
    lost: bool
    """The address points at words that are not there."""
    fields: tuple[Field, ...]
    references: tuple[tuple[str, tuple[ReferenceLine, ...]], ...]
    """(role, documents) pairs."""
    cited_by: tuple[Link, ...]
    tasks_here: tuple[TaskLine, ...]
    """Tasks of the section that holds the cited words."""
    tasks: tuple[TaskLine, ...]
    search_here: tuple[str, str]
    """Name and value of the filter that keeps a search inside this document."""
    graph_href: str
    """The picture of what stands above and below this document."""


@dataclass(frozen=True)
class Choice:
    """An option of a select element."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class TasksPage(Page):
    """``/nhiem-vu`` (``tasks.html``)."""

    rows: tuple[TaskLine, ...]
    columns: tuple[Column, ...]
    unit: str
    units: tuple[str, ...]
    """Names of units, for the box's suggestions."""
    roles: tuple[Choice, ...]
    dues: tuple[Choice, ...]
    documents: tuple[Choice, ...]
    dates: tuple[tuple[str, str, str], ...]
    sort: str
    clear: str | None
    """The page without filters; None where there are none."""
    matching: int
    overdue: int
    this_month: int
    quick: tuple[Option, ...]
    """Counted short cuts: overdue, this month, without an end."""
    pages: tuple[Link, ...]
    exports: tuple[Link, ...]
    problem: str | None
    today: str


@dataclass(frozen=True)
class ChainLine:
    """A document in the list of the graph; ``branches`` stand below it.

    ``role`` is in which role it cites the one above ("" at the top), ``at`` opens the words that say so;
    ``again``: what stands below it is written out elsewhere in the list.
    """

    name: str
    meta: str
    title: str
    href: str | None
    role: str
    at: str | None
    status: str | None
    similar: tuple[Link, ...]
    again: bool
    branches: tuple[ChainLine, ...]


@dataclass(frozen=True)
class GraphPage(Page):
    """``/so-do`` (``graph.html``)."""

    picture: Markup | None
    """The SVG; None where there are too many documents to draw."""
    chains: tuple[ChainLine, ...]
    alone: tuple[ChainLine, ...]
    """Documents that cite none and that none cites."""
    documents: tuple[Choice, ...]
    """What the picture may be narrowed to."""
    clear: str | None
    """The whole graph; None where it is shown."""
    download: str
    """The picture as a file."""
    total: int
    absent: int
    unnumbered: int


@dataclass(frozen=True)
class EmptyPage(Page):
    """No index yet, or one without documents (``empty.html``)."""

    reason: str
    command: str
    """What to type to add documents."""


@dataclass(frozen=True)
class ErrorPage(Page):
    """A page that cannot be shown (``error.html``)."""

    heading: str
    message: str
    advice: str
    reference: str | None
    """The number under which the log tells more."""
    back: Link


@dataclass(frozen=True)
class ApiParameter:
    """A parameter of an operation."""

    name: str
    where: str
    required: bool
    about: str


@dataclass(frozen=True)
class ApiOperation:
    """One operation of the HTTP API; ``takes`` names the JSON object that it is sent, "" for none."""

    method: str
    path: str
    summary: str
    returns: str
    takes: str
    parameters: tuple[ApiParameter, ...]


@dataclass(frozen=True)
class ApiPage(Page):
    """``/api/v1/`` (``api.html``)."""

    operations: tuple[ApiOperation, ...]
    schema: str
    """The address of the OpenAPI document."""
