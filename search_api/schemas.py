"""What the service returns: the JSON objects of the commands and of the HTTP API.

Field names are fixed (other programs read them); adding is free.  ``start`` and ``end`` are offsets
in code points into the document's text; ``text`` and ``quote`` equal ``text[start:end]``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from indexer.records import Deadline, Notice


class Filters(msgspec.Struct, frozen=True):
    """Which documents may answer; empty means all.  Dates are ISO, both ends inclusive."""

    doc: str | None = None
    type: str | None = None
    issuer: str | None = None
    level: str | None = None
    date_from: str | None = None
    date_to: str | None = None


class Hit(msgspec.Struct, frozen=True):
    """A passage found, best first; ``highlights`` are [start, end] of matched words in the document."""

    rank: int
    score: float
    doc: str
    path: str
    title: str | None
    symbol: str | None
    section: str
    page: int | None
    start: int
    end: int
    text: str
    section_title: str = ""
    type: str | None = None
    issuer: str | None = None
    level: str | None = None
    date: str | None = None
    draft: bool = False
    highlights: tuple[tuple[int, int], ...] = ()
    status: str | None = None
    locality: str | None = None


class SearchResult(msgspec.Struct, frozen=True):
    """The answer of ``search``; ``facets`` counts the documents found by type, level, issuer, doc."""

    query: str
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]] = {}
    seconds: float = 0.0


class Citation(msgspec.Struct, frozen=True):
    """A quoted span; ``fact`` are the [start, end] of the words that carry the fact, inside it."""

    n: int
    doc: str
    path: str
    symbol: str | None
    section: str
    page: int | None
    start: int
    end: int
    quote: str
    title: str | None = None
    section_title: str = ""
    fact: tuple[tuple[int, int], ...] = ()
    draft: bool = False
    issuer: str | None = None
    date: str | None = None
    type: str | None = None
    locality: str | None = None


class AnswerPiece(msgspec.Struct, frozen=True):
    """One statement of an answer: a Vietnamese label, the quoted words, the citations' numbers."""

    label: str
    value: str
    cites: tuple[int, ...]


class AnswerGroup(msgspec.Struct, frozen=True):
    """What one document (and one task or section of it) answers."""

    doc: str
    heading: str
    pieces: tuple[AnswerPiece, ...]


class ModelSentence(msgspec.Struct, frozen=True):
    """A sentence of the language model: ``text`` with marks [n] of the answer's citations.

    ``struck`` sentences failed the check against the documents; they are shown struck out with the
    ``reason``, and are no part of the answer.
    """

    text: str
    cites: tuple[int, ...] = ()
    struck: bool = False
    reason: str | None = None


class ModelAnswer(msgspec.Struct, frozen=True):
    """What the optional language model made of an answer.

    Where ``used`` is false no sentence of it stands: the answer is the extractive one, and ``note``
    says why in Vietnamese.
    """

    name: str
    used: bool
    sentences: tuple[ModelSentence, ...] = ()
    note: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """The answer of ``ask``.

    When ``answered`` is false, ``answer`` is None, ``reason`` says in Vietnamese what is missing and
    ``citations`` are the nearest passages.  ``confidence`` in [0, 1] says how much of what was asked the
    statement shown first says, None for a refusal; ``refusal`` is "missing_document", "not_stated" or
    "not_found".
    """

    question: str
    answered: bool
    answer: str | None
    reason: str | None
    citations: tuple[Citation, ...]
    kind: str | None = None
    groups: tuple[AnswerGroup, ...] = ()
    notices: tuple[DocumentNotice, ...] = ()
    qid: str | None = None
    confidence: float | None = None
    refusal: str | None = None
    model: ModelAnswer | None = None


class DocumentNotice(msgspec.Struct, frozen=True):
    """A warning about a document that an answer rests on."""

    doc: str
    code: str
    message: str


class DocumentRow(msgspec.Struct, frozen=True):
    """A document in a list."""

    doc: str
    path: str
    title: str | None
    symbol: str | None
    type: str | None
    issuer: str | None
    level: str | None
    locality: str | None
    date: str | None
    signer: str | None
    draft: bool
    passages: int
    tasks: int
    notices: tuple[Notice, ...] = ()
    status: str | None = None


class OutlineRow(msgspec.Struct, frozen=True):
    """A node of a document's outline."""

    num: str
    title: str | None
    depth: int
    kind: str
    path: str
    start: int
    end: int


class ReferenceRow(msgspec.Struct, frozen=True):
    """A mention of another document, and the document of the index that it names, if only one can."""

    raw: str
    symbol: str | None
    type: str | None
    issuer: str | None
    date: str | None
    role: str
    nested: bool
    title: str | None
    resolved_doc: str | None
    start: int
    end: int
    sub_role: str | None = None
    doc: str | None = None


class TargetRow(msgspec.Struct, frozen=True):
    """A measurable target."""

    quote: str
    value: float | None
    unit: str | None
    start: int
    end: int
    section: str
    indicator: str = ""
    comparator: str = "="
    by: str | None = None


class TaskRow(msgspec.Struct, frozen=True):
    """A task with its assignment; every field's spans are in ``spans``.

    ``content`` is what is to be done, where the heading (``quote``) only names the unit.
    """

    id: str
    doc: str
    section: str
    title: str | None
    quote: str
    start: int
    end: int
    lead_units: tuple[str, ...]
    lead_basis: str | None
    coordinating_units: tuple[str, ...]
    directing_units: tuple[str, ...]
    implementing_units: tuple[str, ...]
    deadline_raw: str | None
    deadline: Deadline
    products: tuple[str, ...]
    targets: tuple[TargetRow, ...]
    funding: str | None
    spans: dict[str, Any]
    actions: tuple[tuple[int, int], ...] = ()
    page: int | None = None
    symbol: str | None = None
    doc_title: str | None = None
    type: str | None = None
    issuer: str | None = None
    level: str | None = None
    locality: str | None = None
    draft: bool = False
    content: str | None = None


class DocumentView(msgspec.Struct, frozen=True):
    """Everything read from one document: the answer of ``show``."""

    doc: str
    path: str
    title: str | None
    symbol: str | None
    type: str | None
    issuer: str | None
    level: str | None
    locality: str | None
    date: str | None
    signer: str | None
    draft: bool
    text: str
    outline: tuple[OutlineRow, ...]
    references: tuple[ReferenceRow, ...]
    tasks: tuple[TaskRow, ...]
    targets: tuple[TargetRow, ...]
    warnings: tuple[Notice, ...]
    capacity: str | None = None
    recipients: tuple[str, ...] = ()
    facts: dict[str, tuple[int, int] | None] = {}
    pages: tuple[tuple[int, int, int], ...] = ()
    passages: tuple[tuple[int, int], ...] = ()
    blocks: tuple[tuple[int, int, str], ...] = ()
    cited_by: tuple[str, ...] = ()
    status: str | None = None


class GraphNode(msgspec.Struct, frozen=True):
    """A document of the chain: one of the index (``doc``), or one that is cited but absent.

    ``similar`` are documents of the index that bear the symbol of an absent one but disagree with its
    date or issuer: one side may be wrong.
    """

    id: str
    doc: str | None
    missing: bool
    symbol: str | None
    type: str | None
    issuer: str | None
    level: str | None
    locality: str | None
    date: str | None
    title: str | None
    draft: bool = False
    status: str | None = None
    similar: tuple[str, ...] = ()


class GraphEdge(msgspec.Struct, frozen=True):
    """``source`` stands in ``role`` to ``target``: it implements, replaces, amends or rests on it.

    ``doc``, ``start``, ``end`` and ``quote`` are the first mention that says so; ``mentions`` counts them.
    """

    source: str
    target: str
    role: str
    doc: str
    start: int
    end: int
    quote: str
    mentions: int


class Graph(msgspec.Struct, frozen=True):
    """The chain of documents.

    ``unnumbered`` counts the citations of these roles that name no symbol, so that nobody can say which
    document is meant; they make no node.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    unnumbered: int = 0
