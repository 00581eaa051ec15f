"""What the routes and the pages need of the service: they are written, and tested, against this."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from search_api.schemas import (
    Answer,
    DocumentRow,
    DocumentView,
    Filters,
    Graph,
    Hit,
    ReferenceRow,
    SearchResult,
    TaskRow,
)

Way = Literal["fused", "lexical", "dense"]
"""Both sides; words alone; meaning alone."""

if TYPE_CHECKING:
    from search_api.check.checking import Checks


class Searching(Protocol):
    """The service over one saved index.  Dates are ISO; every method may raise ``ChithiError``."""

    @property
    def index_dir(self) -> Path:
        """The folder of the index; evaluations are kept in it."""

    def ranked(self, query: str, k: int, way: Way) -> tuple[Hit, ...]:
        """Return the ``k`` best passages by one way of ranking."""

    def search(self, query: str, k: int = 10, filters: Filters = ...) -> SearchResult:
        """Return the ``k`` best passages for words or a question."""

    def ask(self, question: str, filters: Filters = ..., *, model: bool = ...) -> Answer:
        """Answer from the documents, or say what is missing; ``model`` lets a language model word it."""

    def documents(self, filters: Filters = ...) -> tuple[DocumentRow, ...]:
        """List the documents that pass the filters."""

    def document(self, doc: str) -> DocumentView:
        """Return everything read from a document; raise ``UnknownDocument`` where there is none."""

    def tasks(
        self,
        doc: str | None = None,
        unit: str | None = None,
        role: str | None = None,
        due_from: str | None = None,
        due_to: str | None = None,
    ) -> tuple[TaskRow, ...]:
        """List tasks; ``role`` is lead or coordinate."""

    def references(self) -> tuple[ReferenceRow, ...]:
        """List every mention of a document, ``doc`` saying where it stands."""

    def graph(self, doc: str | None = None) -> Graph:
        """Return the chain of documents, or of it what stands above and below one."""

    def judge(self, question: str, verdict: str, right: Sequence[int], filters: Filters = ...) -> None:
        """Keep what a user says of an answer; ``right`` are the numbers of the citations left ticked."""

    @property
    def checks(self) -> Checks:
        """The cross-checks over this index."""
        ...

    def suggestions(self) -> tuple[str, ...]:
        """Return up to three questions that these documents answer."""

    def health(self) -> dict[str, Any]:
        """Return the state of the index: ``documents``, ``passages``, ``tasks`` counts at least."""
