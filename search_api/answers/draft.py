"""What the makers of answers are given and what they give back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from indexer.clean import collapse
from indexer.records import Document
from indexer.store import Store, StoredDocument, StoredPassage
from search_api.naming import issuer_name
from search_api.questions.coverage import Topic
from search_api.questions.question import Question
from search_api.schemas import AnswerPiece

if TYPE_CHECKING:
    from search_api.answers.answer import AnswerSettings


class Evidence(NamedTuple):
    """Everything an answer may rest on: passages found (best first, score in [0, 1]) and documents."""

    question: Question
    topic: Topic
    store: Store
    passages: list[tuple[StoredPassage, float]]
    rows: Sequence[StoredDocument]
    scoped: bool
    settings: AnswerSettings
    beside: tuple[str, ...] = ()
    """Documents that the question names beside those of this evidence, to compare them."""


class Statement(NamedTuple):
    """What one document answers: facts, and which task of it they are of ("" for the whole document).

    ``labelled`` is false where the facts name the document themselves.
    """

    doc: str
    heading: str
    pieces: tuple[AnswerPiece, ...]
    labelled: bool = True


class Drafted(NamedTuple):
    """An answer in the making; without statements, ``reason`` says why and ``final`` stops the search.

    ``confidence`` in [0, 1] is how much of the topic the first statement says; 1 for what a document
    states of itself.
    """

    statements: tuple[Statement, ...]
    reason: str | None = None
    kind: str | None = None
    final: bool = False
    confidence: float = 1.0
    remark: str | None = None
    """What the statements leave out: items of a list, the half of a question that no document states."""


def document_label(document: Document) -> str:
    """Name a document in a line, as an official would: type, symbol or "dự thảo", issuer."""
    held = document.metadata
    facts = (held.type, held.symbol, held.issuer, held.locality)
    return _label(document.id, *(fact.value if fact else None for fact in facts), draft=held.draft)


def row_label(row: StoredDocument) -> str:
    """Name a document by its row as :func:`document_label` does, without opening it."""
    return _label(row.id, row.type, row.symbol, row.issuer, row.locality, draft=row.draft)


def _label(
    doc: str, type_: str | None, symbol: str | None, issuer: str | None, place: str | None, *, draft: bool
) -> str:
    parts = [type_ or "Văn bản"]
    if symbol:
        parts.append(f"số {symbol}")
    elif draft:
        parts.append("(dự thảo)")
    if issuer:
        parts.append(f"của {issuer_name(issuer, place)}")
    elif not symbol:
        parts.append(f"“{doc}”")
    return " ".join(parts)


def shortened(text: str, words: int = 28) -> str:
    """Return the first words of a text, marked where it was cut."""
    parts = collapse(text).split()
    return " ".join(parts) if len(parts) <= words else " ".join(parts[:words]) + "…"
