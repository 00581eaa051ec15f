"""The seam under retrieval: what finds passages, by meaning (dense) and by words (lexical).

:class:`Engine` is all that the rest of the code sees.  :class:`LocalEngine` keeps vectors in FAISS
and words in tantivy, in the folder of one generation; a distributed engine would implement the same
five verbs.  Passages are known here by their id alone; what they say stands in the store.
"""

from __future__ import annotations

import importlib
import io
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from indexer.errors import DamagedIndex
from indexer.generations import HOW_TO_INDEX

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]

# An allowed set up to this size is scored exactly; a larger one narrows an approximate search.
EXACT_ALLOWED = 50_000
# A term set costs the lexical index about 0.5 ms per 1,000 ids; beyond this, over-fetch and drop.
TERM_SET_ALLOWED = 20_000
COMMON_FROM = 10_000
"""Passages that must hold a unit before it is left out as common: reading a shorter list costs nothing."""
_TRAIN_PER_LIST = 50
_TRAIN_FLAT = 100_000
_CODED = 25_000
"""Above so many vectors codes are read first; below, reading the vectors themselves is as quick."""
_IN_LISTS = 4_000_000
REFINED = 4
"""So many times the passages wanted are taken by their codes and compared by their vectors."""
_ADD_CHUNK = 65_536


class LexicalWeights(msgspec.Struct, frozen=True):
    """How much a match counts by field.

    ``body``: units of the embedded text; ``heading``: units of the document's and the sections'
    titles; ``bare``: units without diacritics; ``symbol``: whole document symbols in the passage;
    ``own``: the symbol of the passage's own document.
    """

    body: float = 1.0
    heading: float = 0.5
    bare: float = 0.25
    symbol: float = 3.0
    own: float = 4.0


class LexicalQuery(msgspec.Struct, frozen=True):
    """Units to look for, each with the factor it counts with; any of them may match.

    ``units`` are looked up in body and heading, ``bare`` in the bare field, ``symbols`` in the two
    symbol fields.  In a large index (:data:`COMMON_FROM`) a unit that more than the share ``common`` of
    the passages hold in a field is left out of that field, unless nothing else is asked for: it tells
    hardly any passage from another, and reading its long list is what a query takes its time for.
    """

    units: dict[str, float]
    bare: dict[str, float] = {}
    symbols: dict[str, float] = {}
    weights: LexicalWeights = LexicalWeights()
    common: float = 1.0

    @classmethod
    def of(cls, text: str, weights: LexicalWeights | None = None) -> LexicalQuery:
        """Make the query of a text: all its units, a repeated one counting as often as it stands."""
        from indexer import tokenize

        return cls(
            units=_counted(tokenize.units(text)),
            bare=_counted(tokenize.bare_units(text)),
            symbols=dict.fromkeys(tokenize.symbols(text), 1.0),
            weights=weights or LexicalWeights(),
        )


class IndexedPassage(msgspec.Struct, frozen=True):
    """A passage as the engine takes it in; every field but ``id`` holds units joined by spaces."""

    id: int
    body: str
    heading: str = ""
    bare: str = ""
    symbols: str = ""
    own: str = ""


class Found(NamedTuple):
    """Passages found, best first: ``ids`` int64 and ``scores`` float32, both of shape (n,), n ≤ k."""

    ids: Ids
    scores: Scores


class EngineCounts(msgspec.Struct, frozen=True):
    """``passages`` in the lexical index, ``vectors`` in the dense one (a text without meaning has none)."""

    passages: int
    vectors: int


class Engine(Protocol):
    """What retrieval needs of an index, and all that it may use.

    ``allowed`` are the passage ids that may be found, ascending, without repeats; None means all.
    Scores are comparable within one answer only.
    """

    def put(self, doc: str, passages: Sequence[IndexedPassage], vectors: Vectors) -> None:
        """Add a document's passages; row i of ``vectors`` (n, dimension) belongs to passage i."""

    def delete(self, doc: str) -> None:
        """Remove a document's passages; an unknown document has none."""

    def search_dense(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Found:
        """Find the k passages nearest to ``vector`` (dimension,) by cosine."""

    def search_lexical(self, query: LexicalQuery, k: int, allowed: Ids | None = None) -> Found:
        """Find the k passages that match the words best."""

    def vectors(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the ids among ``ids`` that have a vector, and their unit vectors (n, dimension)."""

    def counts(self) -> EngineCounts:
        """Return what is held."""

    def frequency(self, unit: str, plain: bool = False) -> int:
        """Return how many passages hold a lexical unit, without diacritics where ``plain``."""


def indexed(passage_id: int, embedded: str, heading: str, own_symbol: str | None = None) -> IndexedPassage:
    """Cut a passage into its units.  The same functions cut the query (:meth:`LexicalQuery.of`)."""
    from indexer import tokenize

    units, plain = tokenize.both_units(embedded)
    return IndexedPassage(
        id=passage_id,
        body=_joined(units),
        heading=_joined(tokenize.units(heading)),
        bare=_joined(plain),
        symbols=_joined(tokenize.symbols(embedded)),
        own=_joined(tokenize.symbols(own_symbol or "")),
    )


def _term(unit: str) -> str:
    """Make a unit one token of the index, which splits at white space."""
    return "_".join(unit.split())


def _joined(units: Sequence[str]) -> str:
    joined = " ".join(units)
    # Nearly always no unit has a space inside; then each need not be looked at.
    return joined if len(joined.split()) == len(units) else " ".join(map(_term, units))


def _counted(units: Iterable[str]) -> dict[str, float]:
    return {unit: float(n) for unit, n in Counter(units).items()}


def no_passages() -> Found:
    """Return the empty answer."""
    return Found(np.empty(0, np.int64), np.empty(0, np.float32))


# -- how vectors are kept, by size ----------------------------------------------------------------


class VectorPlan(msgspec.Struct, frozen=True):
    """A FAISS factory string, and how the vectors are searched.

    ``codes``: one bit a number beside them, read first.  ``lists``: how many lists of an IVF there
    are (0: none), ``probe``: how many of them a search visits.
    """

    factory: str
    codes: bool = False
    lists: int = 0
    probe: int = 0


def vector_plan(count: int) -> VectorPlan:
    """Choose how ``count`` vectors are kept: exact, one byte a number, with codes, or in lists.

    Lists lose a quarter of the nearest passages of our model, whose vectors form no clusters (recall@10
    0.77 at 109,475 passages with 64 of 1,024 lists, against 0.996 by codes in the same time); they are
    for numbers at which reading every code would take too long.

    >>> [vector_plan(n).factory for n in (100, 20_000, 1_000_000, 10_000_000)]
    ['Flat', 'SQ8', 'SQ8', 'IVF16384,SQ8']
    >>> [n for n in (100, 20_000, 30_000, 1_000_000, 10_000_000) if vector_plan(n).codes]
    [30000, 1000000]
    """
    if count <= 10_000:
        return VectorPlan("Flat")
    if count <= _IN_LISTS:
        return VectorPlan("SQ8", codes=count > _CODED)
    lists = 2 ** round(float(np.log2(4 * np.sqrt(count))))
    return VectorPlan(f"IVF{lists},SQ8", lists=lists, probe=64)


_CODES = "RaBitQfs"


def codes_beside(path: Path) -> Path:
    """Return the file of the codes that belong to a file of vectors."""
    return path.with_suffix(f".codes{path.suffix}")


def _faiss() -> Any:
    """Import FAISS at the first use; its stubs and its module disagree, so it stays untyped."""
    return importlib.import_module("faiss")


class _Dense:
    """Unit vectors by passage id, compared by inner product.

    Not safe for writing from several threads; searching is.
    """

    def __init__(self, index: Any, plan: VectorPlan, codes: Any = None) -> None:
        self.index = index
        self.plan = plan
        self.codes = codes
        """FAISS index of one bit a number, in the order of the vectors; None where there is none yet."""
        self._mapped = threading.Lock()
        self._ids: Ids | None = None
        self._order: Ids | None = None

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors, dimension: int) -> _Dense:
        """Train on a fixed sample of the rows and add them all, in chunks.

        ``vectors`` may be mapped from a file: no more than a chunk of it is held.
        """
        faiss = _faiss()
        plan = vector_plan(len(ids))
        index = faiss.index_factory(dimension, plan.factory, faiss.METRIC_INNER_PRODUCT)
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        codes = faiss.index_factory(dimension, _CODES, faiss.METRIC_INNER_PRODUCT) if plan.codes else None
        if not index.is_trained:
            wanted = plan.lists * _TRAIN_PER_LIST or _TRAIN_FLAT
            sample: Vectors = vectors
            if len(vectors) > wanted:
                rows = np.random.default_rng(0).choice(len(vectors), wanted, replace=False)
                sample = vectors[np.sort(rows)]
            sample = np.ascontiguousarray(sample, dtype=np.float32)
            index.train(sample)
            if codes is not None:
                codes.train(sample)
        if not plan.lists:
            index = faiss.IndexIDMap(index)
        made = cls(index, plan, codes)
        made.add(ids, vectors)
        return made

    @classmethod
    def load(cls, path: Path, *, writable: bool) -> _Dense:
        faiss = _faiss()
        # Lists are mapped one way, all else another; the wrong one would read the whole file.
        mapped = writable or os.name == "nt"
        try:
            index = faiss.read_index(str(path), 0 if mapped else faiss.IO_FLAG_MMAP_IFC)
            lists = int(index.nlist) if hasattr(index, "nlist") else 0
            if lists and not mapped:
                index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
            beside = codes_beside(path)
            codes = None
            if beside.exists():
                codes = faiss.read_index(str(beside), 0 if mapped else faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise DamagedIndex(f"Không đọc được các véc-tơ ở «{path}». {HOW_TO_INDEX}") from error
        if codes is not None and codes.ntotal != index.ntotal:
            raise DamagedIndex(f"Các véc-tơ ở «{path}» không khớp với mã của chúng. {HOW_TO_INDEX}")
        plan = VectorPlan("", codes is not None, lists, vector_plan(int(index.ntotal)).probe or 64)
        return cls(index, plan, codes)

    def save(self, path: Path) -> None:
        faiss = _faiss()
        if self.plan.codes and self.codes is None:
            self._code()
        try:
            faiss.write_index(self.index, str(path))
            if self.codes is not None:
                faiss.write_index(self.codes, str(codes_beside(path)))
        except RuntimeError as error:
            raise OSError(f"faiss: {error}") from error

    def _code(self) -> None:
        """Make the codes anew from the vectors that are kept."""
        faiss = _faiss()
        vectors = self.index.index
        self.codes = faiss.index_factory(int(self.index.d), _CODES, faiss.METRIC_INNER_PRODUCT)
        for start in range(0, int(self.index.ntotal), _ADD_CHUNK):
            rows = vectors.reconstruct_n(start, min(_ADD_CHUNK, int(self.index.ntotal) - start))
            if start == 0:
                self.codes.train(rows)
            self.codes.add(rows)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        for start in range(0, len(ids), _ADD_CHUNK):
            rows = np.ascontiguousarray(vectors[start : start + _ADD_CHUNK], dtype=np.float32)
            self.index.add_with_ids(rows, ids[start : start + _ADD_CHUNK])
            if self.codes is not None:
                self.codes.add(rows)
        self._ids = self._order = None

    def remove(self, ids: Ids) -> None:
        if len(ids):
            self.index.remove_ids(ids)
            self.codes = None  # they stand in the order of the vectors
        self._ids = self._order = None

    def search(self, vector: Vectors, k: int, allowed: Ids | None) -> Found:
        faiss = _faiss()
        total = int(self.index.ntotal)
        k = min(k, total if allowed is None else min(total, len(allowed)))
        if k <= 0:
            return no_passages()
        # One query keeps one core busy; waiting for others costs 20 ms on a loaded machine.  The setting
        # is the calling thread's own.
        faiss.omp_set_num_threads(1)
        if self.codes is not None and (allowed is None or len(allowed) > EXACT_ALLOWED):
            return self._search_coded(vector, k, allowed)
        selector = None
        probe = self.plan.probe
        if allowed is not None:
            mask = np.zeros(int(allowed[-1]) + 1, bool)
            mask[allowed] = True
            bits = np.packbits(mask, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)
            # A selector inside a few lists loses most of a small set: visit all the lists instead.
            small = len(allowed) <= EXACT_ALLOWED
            probe = self.plan.lists if small else min(self.plan.lists, probe * total // len(allowed))
        if self.plan.lists:
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probe)
        else:
            parameters = faiss.SearchParameters(sel=selector)
        scores, ids = self.index.search(np.ascontiguousarray(vector[None, :]), k, params=parameters)
        real = ids[0] >= 0
        return _ordered(ids[0][real], scores[0][real])

    def _search_coded(self, vector: Vectors, k: int, allowed: Ids | None) -> Found:
        """Take the nearest by their codes, then order them by their vectors."""
        total = int(self.index.ntotal)
        reach = k * REFINED if allowed is None else k * REFINED * total // len(allowed)
        held = self.all_ids()
        while True:
            reach = min(total, reach)
            _, found = self.codes.search(np.ascontiguousarray(vector[None, :]), reach)
            at = found[0][found[0] >= 0]
            if allowed is not None:
                at = at[np.isin(held[at], allowed)]
            if len(at) >= k or reach == total:
                break
            reach *= 4
        # einsum stays in this thread: a matrix product of this size would wait for the other cores.
        scores = np.einsum("ij,j->i", self.index.index.reconstruct_batch(at), vector)
        best = _ordered(held[at], scores)
        return Found(best.ids[:k], best.scores[:k])

    def all_ids(self) -> Ids:
        """Return the ids in the order in which the vectors are kept."""
        faiss = _faiss()
        with self._mapped:
            if self._ids is None:
                if self.plan.lists:
                    lists = self.index.invlists
                    parts = [
                        faiss.rev_swig_ptr(lists.get_ids(n), lists.list_size(n)).copy()
                        for n in range(self.plan.lists)
                        if lists.list_size(n)
                    ]
                    self._ids = np.concatenate(parts) if parts else np.empty(0, np.int64)
                else:
                    self._ids = faiss.vector_to_array(self.index.id_map).astype(np.int64)
            return self._ids

    def vectors(self, ids: Ids) -> tuple[Ids, Vectors]:
        faiss = _faiss()
        held = self.all_ids()
        with self._mapped:
            if self._order is None:
                self._order = np.argsort(held, kind="stable")
                if self.plan.lists:
                    self.index.set_direct_map_type(faiss.DirectMap.Hashtable)
            order = self._order
        if not len(held) or not len(ids):
            return np.empty(0, np.int64), np.empty((0, int(self.index.d)), np.float32)
        at = order[np.minimum(np.searchsorted(held, ids, sorter=order), len(held) - 1)]
        match = held[at] == ids
        found = ids[match]
        lists = self.plan.lists  # lists know ids, the map before the others positions
        rows = self.index.reconstruct_batch(found) if lists else self.index.index.reconstruct_batch(at[match])
        return found, normalised(np.asarray(rows, np.float32))


def normalised(rows: Vectors) -> Vectors:
    """Scale each row (n, d) to length 1; a row of zeros stays one.  Raises ValueError on NaN."""
    if not np.isfinite(rows).all():
        raise ValueError("a vector is not finite")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def _ordered(ids: Ids, scores: Scores) -> Found:
    """Sort by falling score; equal scores by id, so that an answer never depends on chance."""
    order = np.lexsort((ids, -scores))
    return Found(ids[order].astype(np.int64), scores[order].astype(np.float32))


# -- words ----------------------------------------------------------------------------------------

_TEXT_FIELDS = ("body", "heading", "bare", "symbol", "own")


class _Lexical:
    """A tantivy index of units; the caller has cut the text, so tokens are split at spaces only."""

    def __init__(self, index: Any) -> None:
        self.index = index
        self.schema = index.schema
        self.searcher = index.searcher()
        self._writer: Any = None
        self._links: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Take away the folder of links, if one was made; the files stay open until they are collected."""
        if self._links is not None:
            self._links.cleanup()

    @classmethod
    def create(cls, folder: Path) -> _Lexical:
        import tantivy

        folder.mkdir(parents=True)
        builder = tantivy.SchemaBuilder()
        for name in _TEXT_FIELDS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("doc", tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field("passage", indexed=True, fast=True)
        return cls(tantivy.Index(builder.build(), path=str(folder)))

    @classmethod
    def load(cls, folder: Path) -> _Lexical:
        import tantivy

        try:
            return cls(tantivy.Index.open(str(folder)))
        except (ValueError, OSError) as error:
            if "lock" not in str(error).lower():
                raise DamagedIndex(f"Không mở được chỉ mục từ ngữ ở «{folder}». {HOW_TO_INDEX}") from error
        # tantivy locks a file beside the index even to read it, which a reader without the right to
        # write there cannot.  A folder of links, where it may, serves it as well.
        try:
            links = tempfile.TemporaryDirectory(prefix="chithi-")
            for file in folder.iterdir():
                if file.suffix != ".lock":
                    (Path(links.name) / file.name).symlink_to(file.absolute())
            opened = cls(tantivy.Index.open(links.name))
        except (ValueError, OSError) as error:
            raise DamagedIndex(
                f"Không mở được chỉ mục từ ngữ ở «{folder}»: {error}. Hãy cấp quyền ghi vào thư mục ấy, "
                "hoặc chạy lại «chithi index»."
            ) from error
        opened._links = links
        return opened

    def writer(self) -> Any:
        if self._writer is None:
            # One thread: the same passages in the same order make the same segments.
            self._writer = self.index.writer(heap_size=128_000_000, num_threads=1)
        return self._writer

    def add(self, doc: str, passages: Sequence[IndexedPassage]) -> None:
        import tantivy

        writer = self.writer()
        for passage in passages:
            entry = tantivy.Document()
            texts = (passage.body, passage.heading, passage.bare, passage.symbols, passage.own)
            for name, text in zip(_TEXT_FIELDS, texts, strict=True):
                if text:
                    entry.add_text(name, text)
            entry.add_text("doc", doc)
            entry.add_unsigned("passage", passage.id)
            writer.add_document(entry)

    def delete(self, doc: str) -> None:
        self.writer().delete_documents_by_term("doc", doc)

    def commit(self) -> None:
        writer, self._writer = self.writer(), None
        try:
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:  # what tantivy raises when the disk is full
            raise OSError(f"tantivy: {error}") from error
        self.index.reload()
        self.searcher = self.index.searcher()

    def ids_of(self, doc: str) -> Ids:
        """Return the passage ids of a document, as of the last commit."""
        from tantivy import Query

        limit = max(1, self.searcher.num_docs)
        hits = self.searcher.search(Query.term_query(self.schema, "doc", doc), limit, count=False).hits
        return np.sort(self._ids([address for _, address in hits]))

    def _ids(self, addresses: list[Any]) -> Ids:
        return np.asarray(self.searcher.fast_field_values("passage", addresses), np.int64)

    def _query(self, query: LexicalQuery) -> Any | None:
        from tantivy import Occur, Query

        weights = query.weights
        wanted = [
            (field, weight, units)
            for field, weight, units in (
                ("body", weights.body, query.units),
                ("heading", weights.heading, query.units),
                ("bare", weights.bare, query.bare),
                ("symbol", weights.symbol, query.symbols),
                ("own", weights.own, query.symbols),
            )
            if weight > 0
        ]
        terms = [
            (field, _term(unit), weight * factor)
            for field, weight, units in wanted
            for unit, factor in units.items()
            if factor > 0
        ]
        if query.common < 1:
            most = max(query.common * self.searcher.num_docs, COMMON_FROM)
            terms = [t for t in terms if 0 < self.searcher.doc_freq(t[0], t[1]) <= most] or terms
        clauses = [
            (Occur.Should, Query.boost_query(Query.term_query(self.schema, field, term, "freq"), boost))
            for field, term, boost in terms
        ]
        return Query.boolean_query(clauses) if clauses else None

    def search(self, query: LexicalQuery, k: int, allowed: Ids | None) -> Found:
        from tantivy import Occur, Query

        total = int(self.searcher.num_docs)
        k = min(k, total if allowed is None else len(allowed))
        parsed = self._query(query)
        if k <= 0 or total == 0 or parsed is None:
            return no_passages()
        if allowed is None:
            return self._run(parsed, k)
        if len(allowed) <= TERM_SET_ALLOWED:
            only = Query.term_set_query(self.schema, "passage", allowed.tolist())
            silent = Query.const_score_query(only, 0.0)
            return self._run(Query.boolean_query([(Occur.Must, parsed), (Occur.Must, silent)]), k)
        # A large set: look further down the whole ranking until enough of it is allowed.
        reach = min(total, 2 * k * (1 + total // len(allowed)))
        while True:
            found = self._run(parsed, reach)
            kept = np.isin(found.ids, allowed, assume_unique=True)
            if int(kept.sum()) >= k or len(found.ids) < reach or reach == total:
                return Found(found.ids[kept][:k], found.scores[kept][:k])
            reach = min(total, reach * 4)

    def _run(self, parsed: Any, k: int) -> Found:
        hits = self.searcher.search(parsed, k, count=False).hits
        if not hits:
            return no_passages()
        scores = np.fromiter((score for score, _ in hits), np.float32, len(hits))
        return _ordered(self._ids([address for _, address in hits]), scores)


# -- both, in one folder --------------------------------------------------------------------------


class _Pending:
    """What a writer has been given and not yet saved: vectors spilled to a file, ids in memory."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.path = folder / "vectors.pending"
        self.file = self.path.open("wb")
        self.dimension = dimension
        self.ids: list[Ids] = []
        self.docs: dict[str, int] = {}
        """Where the ids of a document stand in ``ids``."""
        self.taken_back: set[int] = set()
        self.removed: list[Ids] = [np.empty(0, np.int64)]
        """Ids to remove from the base."""

    def give(self, doc: str, ids: Ids, rows: Vectors) -> None:
        self.docs[doc] = len(self.ids)
        self.ids.append(ids)
        self.file.write(np.ascontiguousarray(rows).tobytes())

    def take_back(self, doc: str) -> None:
        at = self.docs.pop(doc, None)
        if at is not None:
            self.taken_back.add(at)

    def take(self) -> tuple[Ids, Vectors]:
        """Return what was given and not taken back; the vectors are mapped from the file."""
        self.file.close()
        ids = np.concatenate(self.ids) if self.ids else np.empty(0, np.int64)
        if not len(ids):
            return ids, np.empty((0, self.dimension), np.float32)
        rows: Vectors = np.memmap(self.path, np.float32, "r", shape=(len(ids), self.dimension))
        if self.taken_back:
            stays = [np.full(len(part), n not in self.taken_back) for n, part in enumerate(self.ids)]
            stay = np.concatenate(stays)
            return ids[stay], rows[stay]
        return ids, rows


class LocalEngine:
    """FAISS and tantivy in a generation's folder.

    Open one for searching with the constructor: nothing is read before the first search.  Make one
    with :meth:`create`, fill it with :meth:`put` and :meth:`delete`, then :meth:`save` it once; put
    and delete on an engine opened for searching raise ``io.UnsupportedOperation``.
    """

    def __init__(self, vectors: Path, lexical: Path, dimension: int) -> None:
        """Name the FAISS file, the tantivy folder and the vectors' length; nothing is opened yet."""
        self._vectors_path = vectors
        self._lexical_path = lexical
        self.dimension = dimension
        self._opening = threading.Lock()
        self._dense: _Dense | None = None
        self._lexical: _Lexical | None = None
        self._pending: _Pending | None = None

    @classmethod
    def create(
        cls, vectors: Path, lexical: Path, dimension: int, base: LocalEngine | None = None
    ) -> LocalEngine:
        """Make an engine to be filled, empty or with all that ``base`` holds (which stays as it is)."""
        made = cls(vectors, lexical, dimension)
        made._pending = _Pending(vectors.parent, dimension)
        if base is None:
            made._lexical = _Lexical.create(lexical)
            return made
        shutil.copytree(base._lexical_path, lexical, ignore=shutil.ignore_patterns("*.lock"))
        made._lexical = _Lexical.load(lexical)
        made._dense = _Dense.load(base._vectors_path, writable=True)
        return made

    def _open_dense(self) -> _Dense:
        with self._opening:
            if self._dense is None:
                self._dense = _Dense.load(self._vectors_path, writable=False)
                if int(self._dense.index.d) != self.dimension:
                    raise DamagedIndex(
                        f"Các véc-tơ ở «{self._vectors_path}» không khớp với chỉ mục. {HOW_TO_INDEX}"
                    )
            return self._dense

    def _open_lexical(self) -> _Lexical:
        with self._opening:
            if self._lexical is None:
                self._lexical = _Lexical.load(self._lexical_path)
            return self._lexical

    def warm(self) -> None:
        """Open both indexes now: what a server does before its first question."""
        self._open_dense()
        self._open_lexical()

    # -- writing

    def _writing(self) -> tuple[_Pending, _Lexical]:
        if self._pending is None or self._lexical is None:
            raise io.UnsupportedOperation("this engine was opened for searching")
        return self._pending, self._lexical

    def put(self, doc: str, passages: Sequence[IndexedPassage], vectors: Vectors) -> None:
        """Add a document's passages; found only after :meth:`save`.

        A vector of zeros (a text in which the encoder knows no word) is left out of the dense index:
        it is near to nothing.  Raises ValueError on another shape, on a vector that is not finite, and
        on a document that was put before and not deleted.
        """
        pending, lexical = self._writing()
        if vectors.shape != (len(passages), self.dimension):
            raise ValueError(f"{len(passages)} passages, vectors of shape {vectors.shape}")
        if doc in pending.docs:
            raise ValueError(f"document {doc!r} was put twice")
        rows = normalised(np.asarray(vectors, np.float32))
        kept = rows.any(axis=1)
        ids = np.fromiter((p.id for p in passages), np.int64, len(passages))[kept]
        pending.give(doc, ids, rows[kept])
        lexical.add(doc, passages)

    def delete(self, doc: str) -> None:
        """Remove a document's passages."""
        pending, lexical = self._writing()
        pending.take_back(doc)
        pending.removed.append(lexical.ids_of(doc))
        lexical.delete(doc)

    def save(self) -> None:
        """Write both indexes; the engine can be searched from now on and no longer be filled."""
        pending, lexical = self._writing()
        lexical.commit()
        ids, vectors = pending.take()
        base = self._dense
        if base is None:
            self._dense = _Dense.build(ids, vectors, self.dimension)
        else:
            self._dense = _extended(base, np.concatenate(pending.removed), ids, vectors, self.dimension)
        self._dense.save(self._vectors_path)
        del vectors
        pending.path.unlink()
        self._pending = None

    def close(self) -> None:
        """Let go of the files; what was put and not saved is lost."""
        if self._pending is not None:
            self._pending.file.close()
            self._pending = None
        if self._lexical is not None:
            self._lexical.close()
        self._dense = self._lexical = None

    # -- searching

    def search_dense(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Found:
        """Find the k passages nearest to ``vector`` (dimension,); scores are cosines."""
        row = normalised(np.asarray(vector, np.float32).reshape(1, self.dimension))[0]
        if not row.any():
            return no_passages()
        return self._open_dense().search(row, k, allowed)

    def search_lexical(self, query: LexicalQuery, k: int, allowed: Ids | None = None) -> Found:
        """Find the k passages that match the words best; scores are weighted sums of BM25."""
        return self._open_lexical().search(query, k, allowed)

    def vectors(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the ids among ``ids`` that have a vector, and their unit vectors (n, dimension)."""
        return self._open_dense().vectors(np.asarray(ids, np.int64))

    def frequency(self, unit: str, plain: bool = False) -> int:
        """Return how many passages hold a lexical unit, without diacritics where ``plain``."""
        return int(self._open_lexical().searcher.doc_freq("bare" if plain else "body", _term(unit)))

    def counts(self) -> EngineCounts:
        """Return how many passages and vectors are held."""
        return EngineCounts(
            passages=int(self._open_lexical().searcher.num_docs),
            vectors=int(self._open_dense().index.ntotal),
        )


def _extended(base: _Dense, removed: Ids, ids: Ids, vectors: Vectors, dimension: int) -> _Dense:
    """Apply removals, then additions; keep vectors another way where their number asks for it."""
    kept = np.setdiff1d(base.all_ids(), removed)
    plan = vector_plan(len(kept) + len(ids))
    # "Exact, bytes or lists" is the choice that matters; the number of lists may lag by one doubling.
    same = plan.lists <= 2 * base.plan.lists and base.plan.lists <= 2 * plan.lists
    same = same and plan.codes == base.plan.codes
    if same and not plan.lists:
        faiss = _faiss()
        flat = isinstance(faiss.downcast_index(base.index.index), faiss.IndexFlat)
        same = flat == (plan.factory == "Flat")
    if same:
        base.remove(removed)
        base.add(ids, vectors)
        return base
    kept, old = base.vectors(kept)
    return _Dense.build(np.concatenate([kept, ids]), np.concatenate([old, vectors]), dimension)
