"""The service over one saved index: what the commands, the HTTP API and the pages call."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec

from indexer.clean import bare, fold
from indexer.encode import Encoder, load_encoder
from indexer.engine import Ids
from indexer.records import Mention, Span, Task
from indexer.references import resolve_reference
from indexer.store import Filters as DocumentFilters
from indexer.store import Store, StoredDocument, StoredPassage, StoredTask
from search_api import views
from search_api.answers import answer as answering
from search_api.fact_parts import lift_parts
from search_api.graph import around, make_graph
from search_api.naming import unit_matcher, work_name
from search_api.priors import prior
from search_api.protocol import Way
from search_api.questions.coverage import syllables
from search_api.questions.question import Question, understand
from search_api.questions.scope import Catalogue, Scope, find_scope, topic_text
from search_api.questions.typed import Reading, as_meant
from search_api.rerank import DEPTH as RERANK_DEPTH
from search_api.rerank import rerank
from search_api.retrieve import RetrievalSettings, default_settings, retrieve
from search_api.schemas import (
    Answer,
    DocumentNotice,
    DocumentRow,
    DocumentView,
    Filters,
    Graph,
    Hit,
    ReferenceRow,
    SearchResult,
    TaskRow,
)

if TYPE_CHECKING:
    from search_api.answers.language_model import LanguageModel
    from search_api.answers.model_answer import OnSentence
    from search_api.check.checking import Checks

_ANSWER_DEPTH = 60
"""Passages an answer may rest on."""
_SCOPE_BONUS = 0.6
"""What a passage of a document that the question names gains in a search."""
_LEANING_BONUS = 0.1
"""What a passage gains whose issuer the question names as one who works, not as its author."""
_FAR_BEHIND = 0.5
"""By so much a passage falls behind that of another document which was named beside its own."""
_TRIES = 4
"""How many tasks of a document are tried for a suggested question."""
_SYMBOL_BONUS = {"own": 2.0, "cites": 1.0}


class Service:
    """Search and answers over the current generation of an index; safe from several threads."""

    def __init__(
        self,
        index_dir: Path,
        settings: RetrievalSettings | None = None,
        language_model: LanguageModel | None = None,
    ) -> None:
        """Open the index with the encoder that built it; raises as :meth:`Store.open` does.

        ``language_model`` words answers where it is asked to; None (the usual) leaves it out.
        """
        self.index_dir = Path(index_dir)
        self.language_model = language_model
        self.settings = settings or default_settings()
        self.store = Store.open(self.index_dir)
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()
        self._rows: list[StoredDocument] | None = None
        self._catalogue: Catalogue | None = None
        self._states: dict[str, str | None] = {}
        self._suggested: tuple[str, ...] | None = None
        self._resolved: dict[tuple[str, int], str | None] | None = None

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index, loaded at the first question."""
        with self._loading:
            if self._encoder is None:
                encoder = load_encoder(self.store.manifest.model)
                if encoder.identity != self.store.manifest.encoder:
                    # Raises OtherModel, which says what to do, unless the index was rebuilt meanwhile.
                    self.store, stale = Store.open(self.index_dir, encoder.identity), self.store
                    stale.close()
                self._encoder = encoder
        return self._encoder

    @cached_property
    def checks(self) -> Checks:
        """The cross-checks over this index."""
        from search_api.check.checking import Checks

        return Checks(self.index_dir, lambda: self.store, lambda: self.encoder, self._status)

    def rows(self) -> list[StoredDocument]:
        """Return the catalogue of documents."""
        if self._rows is None:
            self._rows = self.store.documents()
        return self._rows

    def catalogue(self) -> Catalogue:
        """Return the documents by the names that people give them."""
        if self._catalogue is None:
            self._catalogue = Catalogue(self.rows())
        return self._catalogue

    # -- search -------------------------------------------------------------------------------

    def passages(
        self,
        question: Question,
        within: Filters | Sequence[str],
        k: int,
        settings: RetrievalSettings | None = None,
    ) -> list[tuple[StoredPassage, float]]:
        """Find passages for a question within filters or a list of documents, best first."""
        scope = self.scope(question)
        asked = question._replace(topic=topic_text(question, scope))
        if isinstance(within, Filters):
            allowed = self.store.filter_passages(_filters(within))
            ranked = self._ranked(asked, scope, allowed, settings)
            if len(scope.groups) > 1 and allowed is None:
                # A comparison: each document that is named gets its turn, then whatever is left.
                each = [
                    self._ranked(asked, scope, self._passages_of(group), settings) for group in scope.groups
                ]
                ranked = _in_turn(each, ranked)
        else:
            ranked = self._ranked(asked, scope, self._passages_of(within), settings)
        return ranked[:k]

    def scope(self, question: Question) -> Scope:
        """Find the documents that a question names."""
        return find_scope(question, self.store, self.catalogue())

    def _passages_of(self, docs: Sequence[str]) -> Ids | None:
        return self.store.filter_passages(DocumentFilters(doc=list(docs)))

    def _ranked(
        self, question: Question, scope: Scope, allowed: Ids | None, settings: RetrievalSettings | None
    ) -> list[tuple[StoredPassage, float]]:
        if allowed is not None and not len(allowed):
            return []
        settings = settings or self.settings
        found = retrieve(question, self.store.engine, self.encoder, settings, allowed)
        scores = {int(i): float(s) for i, s in zip(found.ids, found.scores, strict=True)}
        bonus = self._bonus(question, scope)
        ranked = [
            (
                passage,
                scores[passage.id] + bonus.get(passage.doc, 0.0) + settings.priors * prior(passage, question),
            )
            for passage in self.store.passages(scores)
        ]
        ranked.sort(key=lambda item: (-item[1], item[0].id))
        if settings.reranker and ranked:
            texts = [passage.embedded for passage, _ in ranked[:RERANK_DEPTH]]
            changes = rerank(
                settings.reranker, question.text, texts, [scores[passage.id] for passage, _ in ranked]
            )
            ranked = [(item, score + change) for (item, score), change in zip(ranked, changes, strict=True)]
            ranked.sort(key=lambda item: (-item[1], item[0].id))
        if not settings.parts:
            return ranked
        return lift_parts(ranked, question, self.store)

    def _bonus(self, question: Question, scope: Scope) -> dict[str, float]:
        """Put the documents that a question names first, and those that bear its symbol before all."""
        bonus = dict.fromkeys(scope.leaning, _LEANING_BONUS) | dict.fromkeys(scope.docs or (), _SCOPE_BONUS)
        for symbol in question.symbols:
            for doc in self.store.citing(symbol):
                bonus[doc] = bonus.get(doc, 0.0) + _SYMBOL_BONUS["cites"] / len(question.text.split())
            for doc in self.store.with_symbol(symbol):
                bonus[doc] = bonus.get(doc, 0.0) + _SYMBOL_BONUS["own"] / len(question.text.split())
        return bonus

    def understand(self, text: str) -> Question:
        """Read a question as it was meant: slips mended by what the index holds."""
        return self._read(text)[0]

    def _read(self, text: str) -> tuple[Question, Reading]:
        reading = as_meant(text, self.store.engine.frequency)
        return understand(reading.text), reading

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> SearchResult:
        """Return the ``k`` best passages for words, a symbol or a question."""
        started = time.perf_counter()
        question = self.understand(query)
        found = self.passages(question, filters or Filters(), max(k, 50))
        rows = {row.id: row for row in self.rows()}
        hits = tuple(
            self._hit(rank, score, passage, rows[passage.doc], question)
            for rank, (passage, score) in enumerate(found[:k], start=1)
        )
        documents = [rows[doc] for doc in dict.fromkeys(passage.doc for passage, _ in found)]
        return SearchResult(query, hits, _facets(documents), time.perf_counter() - started)

    def ranked(self, query: str, k: int, way: Way) -> tuple[Hit, ...]:
        """Return the ``k`` best passages by both sides, by words alone or by meaning alone."""
        settings = self.settings
        if way != "fused":
            settings = settings._replace(dense_weight=0.0 if way == "lexical" else 1.0)
        question = self.understand(query)
        rows = {row.id: row for row in self.rows()}
        found = self.passages(question, Filters(), k, settings)
        return tuple(
            self._hit(rank, score, passage, rows[passage.doc], question)
            for rank, (passage, score) in enumerate(found, start=1)
        )

    def _hit(
        self, rank: int, score: float, passage: StoredPassage, row: StoredDocument, question: Question
    ) -> Hit:
        return Hit(
            rank=rank,
            score=round(score, 4),
            doc=passage.doc,
            path=row.path,
            title=row.title,
            symbol=row.symbol,
            section=passage.section,
            page=passage.page,
            start=passage.span.start,
            end=passage.span.end,
            text=passage.text,
            section_title=passage.section_title,
            type=row.type_code or row.type,
            issuer=row.issuer,
            level=row.level,
            date=row.date,
            draft=row.draft,
            status=self.status(row),
            highlights=matched_words(passage.text, passage.span.start, question),
            locality=row.locality,
        )

    # -- answers ------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        *,
        model: bool = False,
        on_sentence: OnSentence | None = None,
    ) -> Answer:
        """Answer from the documents, or say what is missing.

        ``model`` lets the language model word the answer, where there is one; ``on_sentence`` is then
        called with every sentence as it comes.
        """
        understood, reading = self._read(question)
        filters = filters or Filters()
        rows = self.rows() if filters == Filters() else self.store.documents(_filters(filters))
        scope = self.scope(understood)
        given = answering.answer(
            understood,
            scope,
            self.store,
            lambda asked, within: self.passages(asked, within, _ANSWER_DEPTH),
            rows,
            filters,
        )
        given = self._with_states(_told(given, question, reading))
        if not model or self.language_model is None:
            return given
        from search_api.answers import model_answer

        if not model_answer.may_be_worded(given):
            return given
        allowed = {row.id for row in rows}
        within = filters if scope.docs is None else sorted(allowed & set(scope.docs))
        found = [passage for passage, _ in self.passages(understood, within, _ANSWER_DEPTH)]
        # What the extractive answer cites comes first: the model must not miss it.
        found.sort(
            key=lambda p: (
                not any(c.doc == p.doc and p.span.overlaps(Span(c.start, c.end)) for c in given.citations)
            )
        )
        passages = model_answer.given_passages(found, self.store)
        return model_answer.worded(given, passages, self.store, self.language_model, on_sentence)

    def _with_states(self, given: Answer) -> Answer:
        """Add a warning for every cited document that another of the index replaces or amends."""
        cited = dict.fromkeys(citation.doc for citation in given.citations)
        stated = [(doc, self.status(self.store.row(doc))) for doc in cited]
        added = tuple(DocumentNotice(doc, "not_in_force", f"{state}.") for doc, state in stated if state)
        return msgspec.structs.replace(given, notices=(*added, *given.notices)) if added else given

    # -- what was read ------------------------------------------------------------------------

    def documents(self, filters: Filters | None = None) -> tuple[DocumentRow, ...]:
        """List the documents that pass the filters."""
        status = self._status()
        rows = self.store.documents(_filters(filters or Filters()))
        return tuple(views.document_row(row, status.get(row.id)) for row in rows)

    def document(self, doc: str) -> DocumentView:
        """Return everything read from a document; raise ``UnknownDocument`` where there is none."""
        document = self.store.whole_document(doc)
        resolved = self._resolutions()
        references = tuple(
            views.reference_row(reference, doc, resolved.get((doc, reference.span.start)))
            for reference in document.references
        )
        cited_by = sorted(
            {citing for (citing, _), target in resolved.items() if target == doc and citing != doc}
        )
        return views.document_view(document, references, tuple(cited_by), self._status().get(doc))

    def tasks(
        self,
        doc: str | None = None,
        unit: str | None = None,
        role: str | None = None,
        due_from: str | None = None,
        due_to: str | None = None,
    ) -> tuple[TaskRow, ...]:
        """List tasks; ``role`` is lead or coordinate, ``unit`` a unit's name, a part or an abbreviation."""
        if doc is not None:
            self.store.row(doc)
        wanted = cast("Literal['lead', 'coordinate'] | None", role)
        held = self.store.tasks(doc, None, wanted, due_from, due_to)
        if unit is not None and unit.strip():
            held = self._of_unit(held, unit, role)
        return tuple(views.task_row(item.task, self.store.document(item.doc)) for item in held)

    def _of_unit(self, held: Sequence[StoredTask], unit: str, role: str | None) -> list[StoredTask]:
        """Keep the tasks of a unit; a document's own abbreviations count in that document."""
        matches = unit_matcher(unit)
        own = {
            item.doc: {short.short: short.long for short in self.store.document(item.doc).abbreviations}
            for item in held
        }

        def units(task: Task) -> tuple[Mention, ...]:
            if role == "lead":
                return task.lead
            if role == "coordinate":
                return task.coordinating
            return (*task.lead, *task.coordinating, *task.directing, *task.implementing)

        return [
            item for item in held if any(matches(mention.text, own[item.doc]) for mention in units(item.task))
        ]

    def graph(self, doc: str | None = None) -> Graph:
        """Return the documents and what they implement, replace, amend and rest on, absent ones included.

        ``doc`` keeps what stands above and below that document; raises ``UnknownDocument``.
        """
        whole = make_graph(self.rows(), self.store.references(), self._resolutions(), self._status())
        if doc is None:
            return whole
        self.store.row(doc)
        return around(whole, doc)

    def references(self) -> tuple[ReferenceRow, ...]:
        """List every mention of a document, ``doc`` saying where it stands."""
        resolved = self._resolutions()
        return tuple(
            views.reference_row(held.reference, held.doc, resolved.get((held.doc, held.reference.span.start)))
            for held in self.store.references()
        )

    def _resolutions(self) -> dict[tuple[str, int], str | None]:
        """Resolve every mention to a document of the index, where only one can be meant."""
        if self._resolved is None:
            documents = {row.id: views.known_metadata(row) for row in self.rows()}
            self._resolved = {
                (held.doc, held.reference.span.start): resolve_reference(held.reference, documents)
                for held in self.store.references()
            }
        return self._resolved

    def _status(self) -> dict[str, str]:
        """Say of each document that another of the index replaces or amends that it does."""
        stated = ((row.id, self.status(row)) for row in self.rows())
        return {doc: status for doc, status in stated if status is not None}

    def status(self, row: StoredDocument) -> str | None:
        """Say by which document of the index this one is replaced or amended; None for by none."""
        if row.symbol is None:
            return None
        if row.id not in self._states:
            same = {
                doc: views.known_metadata(self.store.row(doc)) for doc in self.store.with_symbol(row.symbol)
            }
            held = [
                item
                for item in self.store.references(symbol=row.symbol)
                if item.reference.role in ("replaces", "amends")
                and item.doc != row.id
                and resolve_reference(item.reference, same) == row.id
            ]
            # Being replaced says more than being amended.
            held.sort(key=lambda item: item.reference.role != "replaces")
            state = None
            if held:
                by = self.store.row(held[0].doc)
                word = "bị thay thế" if held[0].reference.role == "replaces" else "được sửa đổi, bổ sung"
                state = f"Đã {word} bởi {by.symbol or by.title or by.id}"
            self._states[row.id] = state
        return self._states[row.id]

    def judge(
        self, question: str, verdict: str, right: Sequence[int], filters: Filters | None = None
    ) -> None:
        """Keep what a user says of the answer to a question; ``right`` are the citations left ticked.

        The answer is made anew here: nothing but the verdict is taken from the user.  Raises
        ``UnusableInput`` for an unknown verdict, or where the file cannot be written.
        """
        from datetime import date

        from search_api.assess import feedback

        entry = feedback.make_feedback(self.ask(question, filters), verdict, right, date.today(), filters)
        feedback.append(feedback.feedback_file(self.index_dir), entry)

    def suggestions(self) -> tuple[str, ...]:
        """Return up to three questions that these documents answer, from different documents."""
        if self._suggested is None:
            self._suggested = tuple(islice(self._suggestions(), 3))
        return self._suggested

    def _suggestions(self) -> Iterator[str]:
        """Yield a question a document, about a piece of work that is named and led, and that is answered."""
        asked_when = False
        for row in self.rows():
            tried = 0
            for task in self.store.document(row.id).tasks:
                name = work_name(task.title or "")
                if name is None or not task.lead or task.lead_basis == "collective":
                    continue
                dated = task.deadline.kind in ("by", "within", "range")
                question = (
                    f"Khi nào phải hoàn thành việc {name}?"
                    if dated and not asked_when
                    else f"Đơn vị nào chủ trì {name}?"
                )
                answer = self.ask(question)
                tried += 1
                if answer.answered and answer.groups and answer.groups[0].doc == row.id:
                    asked_when = asked_when or question.startswith("Khi nào")
                    yield question
                    break
                if tried == _TRIES:
                    break

    def health(self) -> dict[str, Any]:
        """Return the state of the index."""
        manifest = self.store.manifest
        return {
            "status": "ok",
            "index": str(self.index_dir),
            "documents": manifest.documents,
            "passages": manifest.passages,
            "tasks": manifest.tasks,
            "model": manifest.model,
            "language_model": self.language_model.name if self.language_model else None,
        }


def _told(given: Answer, asked: str, reading: Reading) -> Answer:
    """Give an answer the question as it was typed, and say how it was read where words were mended."""
    reason = given.reason
    if reading.mended:
        told = f"Câu hỏi được hiểu là: “{reading.text}”."
        reason = f"{told} {reason}" if reason else told
    return msgspec.structs.replace(given, question=asked, reason=reason)


def _filters(filters: Filters) -> DocumentFilters:
    return DocumentFilters(**msgspec.structs.asdict(filters))


def _in_turn(
    each: Sequence[Sequence[tuple[StoredPassage, float]]], rest: Sequence[tuple[StoredPassage, float]]
) -> list[tuple[StoredPassage, float]]:
    """Deal ranked lists out in turn, every passage once, then add ``rest``.

    In each turn the lists keep their order (that of the question), but a passage that falls far behind
    the best one of its turn waits: its document was mentioned rather than asked about.
    """
    dealt: list[tuple[StoredPassage, float]] = []
    for turn in zip_longest(*each):
        held = [item for item in turn if item is not None]
        best = max(score for _, score in held)
        dealt += sorted(held, key=lambda item: best - item[1] > _FAR_BEHIND)
    out: dict[int, tuple[StoredPassage, float]] = {}
    for item in (*dealt, *rest):
        out.setdefault(item[0].id, item)
    return list(out.values())


def _facets(documents: Sequence[StoredDocument]) -> dict[str, dict[str, int]]:
    facets = {
        "type": Counter(row.type_code or row.type or "" for row in documents),
        "level": Counter(row.level or "" for row in documents),
        "issuer": Counter(row.issuer or "" for row in documents),
        "doc": Counter(row.id for row in documents),
    }
    return {name: {value: n for value, n in counts.most_common() if value} for name, counts in facets.items()}


def matched_words(text: str, offset: int, question: Question) -> tuple[tuple[int, int], ...]:
    """Return the stretches of a passage that the words of the topic match, as document offsets."""
    wanted = {word for word in syllables(question.topic or question.text, question.plain) if len(word) > 1}
    flat = bare(text) if question.plain else fold(text)
    marks: list[Span] = []
    for match in re.finditer(r"\d+(?:[./,]\d+)*%?|[^\W_]+", flat):
        if match.group() not in wanted:
            continue
        if marks and not text[marks[-1].end : match.start()].strip(" -–,"):
            marks[-1] = Span(marks[-1].start, match.end())
        else:
            marks.append(Span(match.start(), match.end()))
    # A lone syllable matches by chance; a run of two is the word that was looked for.
    return tuple(
        (offset + mark.start, offset + mark.end)
        for mark in marks
        if len(wanted) == 1 or re.search(r"\s|\d", text[mark.start : mark.end])
    )
