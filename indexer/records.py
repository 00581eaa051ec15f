"""What is known of a document: immutable records, each tied to a span of its text.

Every fact carries a :class:`Span` into the one text that :class:`SourceText` holds.  Offsets are code
points; ``end`` is exclusive.  Nothing here imports anything of ours, so every room may import it.

``gc=False``: a record holds values and other records, never anything that leads back to it, so the cyclic
collector need not walk the thousands of them that each document brings.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Span(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """A stretch ``text[start:end]`` of a document's text, in code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words of the span, as the document has them."""
        return text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Say whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Say whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A name or value as the document words it.

    ``text`` is the wording with white space collapsed (a name may be broken over two lines); the
    verbatim form is ``span.of(document.text)``.
    """

    text: str
    span: Span


class Page(msgspec.Struct, frozen=True, gc=False):
    """One page of a paged source; ``ocr`` is the mean word confidence in [0, 1], None for real text."""

    number: int
    span: Span
    ocr: float | None = None


class Notice(msgspec.Struct, frozen=True, gc=False):
    """A warning about one document, in Vietnamese, shown beside every answer that rests on it."""

    code: str
    message: str
    page: int | None = None
    span: Span | None = None


class SourceText(msgspec.Struct, frozen=True, gc=False):
    """What a reader makes of one file: its immutable text and what the file said about it.

    The text is as read (accents composed to NFC, line ends ``\\n``, markup of the file format
    removed).  A table row is one line ``| cell | cell |``; a cell merged downwards is repeated in
    each row it covers.  ``bold`` lists spans that the source sets in bold: a hint, never a proof.
    """

    text: str
    pages: tuple[Page, ...] = ()
    bold: tuple[Span, ...] = ()
    notices: tuple[Notice, ...] = ()
    format: str = "txt"
    encoding: str | None = None


BlockKind = Literal[
    "symbol",  # số và ký hiệu
    "place",  # địa danh, ngày tháng
    "banner",  # quốc hiệu, tên cơ quan ban hành
    "type",  # tên loại văn bản: KẾ HOẠCH
    "title",  # trích yếu
    "preamble",  # căn cứ, thực hiện …
    "heading",
    "paragraph",
    "bullet",
    "label",  # "Đơn vị chủ trì: …"
    "row",  # a table row
    "recipients",  # nơi nhận
    "signature",  # chữ ký
]

BOILERPLATE: frozenset[str] = frozenset({"symbol", "place", "banner", "recipients", "signature"})


class Block(msgspec.Struct, frozen=True, gc=False):
    """A logical paragraph: physical lines joined, page breaks undone.

    ``section`` is an index into the outline, -1 before the first section.  ``label`` is the key of a
    labelled line (see ``rules/labels``), ``body`` the span after the label or list marker.
    """

    span: Span
    kind: BlockKind
    section: int
    body: Span
    label: str | None = None


SectionKind = Literal[
    "part",  # phần I, II
    "chapter",  # chương
    "division",  # mục
    "article",  # điều
    "clause",  # khoản
    "point",  # điểm
    "group",  # nhóm
    "task",  # nhiệm vụ k
    "annex",  # phụ lục
    "heading",  # numbered, short, followed by a body
    "run_in",  # numbered sentence that is itself the content
]


class Section(msgspec.Struct, frozen=True, gc=False):
    """A node of the outline (mục lục).

    ``span`` reaches from the number to the start of the next section that is not inside this one;
    ``heading`` covers the number and the title line.  ``path`` joins the numbers from the root
    ("II > 1"); only the whole path is unique.  ``title`` is None for a run-in.
    """

    num: str
    title: str | None
    depth: int
    kind: SectionKind
    path: str
    span: Span
    heading: Span
    parent: int
    """Index of the parent in the outline, -1 at the top."""


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A metadata value, where it stands, and the rule that found it."""

    value: str
    span: Span | None
    rule: str


class Metadata(msgspec.Struct, frozen=True, gc=False):
    """The identity of a document; None where the text does not say.

    ``type`` is the name of the type ("Kế hoạch"), ``type_code`` its code ("KH"); ``level`` one of
    trung-uong, tinh, so, xa; ``date`` ISO, may be partial ("2026-06" or "2026"); ``draft`` is true
    where the number or the day was left blank.
    """

    type: Fact | None = None
    type_code: str | None = None
    symbol: Fact | None = None
    issuer: Fact | None = None
    level: Fact | None = None
    locality: Fact | None = None
    date: Fact | None = None
    title: Fact | None = None
    signer: Fact | None = None
    capacity: Fact | None = None
    recipients: tuple[Mention, ...] = ()
    draft: bool = False


ReferenceRole = Literal["implements", "legal_basis", "under_plan", "replaces", "amends", "mentions"]


class Reference(msgspec.Struct, frozen=True, gc=False):
    """A mention of another document (viện dẫn).

    ``symbol`` is canonical (domain §1); ``nested`` says that the mention stands inside the cited
    title of another reference; ``title`` is the cited title.
    """

    span: Span
    raw: str
    symbol: str | None
    type: str | None
    issuer: str | None
    date: str | None
    role: ReferenceRole
    nested: bool = False
    title: str | None = None
    level: str | None = None
    locality: str | None = None
    sub_role: str | None = None


DeadlineKind = Literal[
    "by", "within", "range", "event", "continuous", "recurring", "relative", "done", "none"
]


class Deadline(msgspec.Struct, frozen=True, gc=False):
    """A time limit (thời hạn), normalised as domain/README §4 says; dates are ISO."""

    raw: str | None = None
    kind: DeadlineKind = "none"
    start: str | None = None
    end: str | None = None
    precision: Literal["day", "month", "quarter", "half_year", "year"] | None = None
    end_exclusive: bool = False
    open_ended: bool = False
    recurrence: dict[str, str | int] | None = None
    anchors: tuple[str, ...] = ()
    milestones: tuple[dict[str, str], ...] = ()
    relative_to: str | None = None
    on_request: bool = False
    status: str | None = None
    approx: bool = False


class Target(msgspec.Struct, frozen=True, gc=False):
    """A measurable result (chỉ tiêu): ``quote`` is the sentence, ``span`` where it stands."""

    quote: str
    span: Span
    section: str
    indicator: str
    comparator: Literal[">=", "<=", "=", ">", "<"]
    value: float | None
    unit: str | None
    by: str | None = None


class Task(msgspec.Struct, frozen=True, gc=False):
    """A task (nhiệm vụ): the smallest block that carries its own assignment."""

    id: str
    section: str
    title: str | None
    span: Span
    """The task's heading, or its sentence: what is quoted."""
    block: Span
    """The whole task, its actions and labelled lines included."""
    lead: tuple[Mention, ...] = ()
    lead_basis: str | None = None
    coordinating: tuple[Mention, ...] = ()
    directing: tuple[Mention, ...] = ()
    implementing: tuple[Mention, ...] = ()
    deadline: Deadline = Deadline()
    deadline_span: Span | None = None
    deadline_inherited: bool = False
    products: tuple[Mention, ...] = ()
    targets: tuple[Target, ...] = ()
    funding: Mention | None = None
    report_to: Mention | None = None
    actions: tuple[Span, ...] = ()


class Abbreviation(msgspec.Struct, frozen=True, gc=False):
    """An abbreviation that the document itself defines: "thủ tục hành chính (TTHC)"."""

    short: str
    long: str
    span: Span


class Passage(msgspec.Struct, frozen=True, gc=False):
    """A passage to retrieve: ``span`` is quoted, ``embedded`` is what the encoder sees.

    ``section`` is the path of numbers ("II > 1"), ``section_title`` the readable path, ``context``
    the document in a line (type, symbol, issuer, title); ``embedded`` joins context, readable path
    and the quoted words.
    """

    span: Span
    section: str
    section_title: str
    embedded: str
    context: str = ""
    page: int | None = None
    kind: Literal["body", "heading", "task", "row", "boilerplate"] = "body"
    tags: tuple[str, ...] = ()
    """What else it holds that a kind of question asks for: title, preamble, target, replaces, basis."""


class Document(msgspec.Struct, frozen=True, gc=False):
    """A document and everything read from it."""

    id: str
    path: str
    digest: str
    source: SourceText
    blocks: tuple[Block, ...]
    outline: tuple[Section, ...]
    metadata: Metadata
    references: tuple[Reference, ...]
    tasks: tuple[Task, ...]
    targets: tuple[Target, ...]
    abbreviations: tuple[Abbreviation, ...]
    notices: tuple[Notice, ...]
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """The document's one text; every span points into it."""
        return self.source.text

    def page_at(self, offset: int) -> int | None:
        """Return the number of the page that holds ``offset``; None for unpaged sources."""
        found = None
        for page in self.source.pages:
            if page.span.start > offset:
                break
            found = page.number
        return found
