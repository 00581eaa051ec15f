"""The saved index: one generation, opened, checked and pinned; what it says of each document.

SQLite holds documents, passages and everything read from them; vectors and words stand behind
:class:`indexer.engine.Engine`.  Reading is safe from several threads.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeVar

import msgspec
import numpy as np

from indexer.clean import bare, fold, has_diacritics
from indexer.engine import Ids, LocalEngine
from indexer.errors import DamagedIndex, OtherModel, UnknownDocument
from indexer.generations import (
    HOW_TO_INDEX,
    IndexFiles,
    Manifest,
    Pin,
    current_generation,
    read_manifest,
)
from indexer.records import Document, Fact, Notice, Passage, Reference, Span, Task

__all__ = [
    "Filters",
    "IndexFiles",
    "Manifest",
    "Store",
    "StoreWriter",
    "StoredDocument",
    "StoredPassage",
    "StoredReference",
    "StoredTask",
    "UnknownDocument",
]

TaskRole = Literal["lead", "coordinate", "direct", "implement"]

_SCHEMA = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, digest TEXT NOT NULL, skipped TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, file TEXT NOT NULL,
    part TEXT NOT NULL, digest TEXT NOT NULL, text TEXT NOT NULL, body BLOB NOT NULL,
    type_code TEXT, type TEXT, type_folded TEXT, symbol TEXT, symbol_key TEXT, issuer TEXT,
    issuer_folded TEXT, level TEXT, locality TEXT, date TEXT, date_first TEXT, date_last TEXT,
    title TEXT, signer TEXT, draft INTEGER NOT NULL, passages INTEGER NOT NULL,
    tasks INTEGER NOT NULL, notices BLOB NOT NULL
);
CREATE INDEX documents_symbol ON documents (symbol_key);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, doc INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, section TEXT NOT NULL,
    section_title TEXT NOT NULL, page INTEGER, kind TEXT NOT NULL, tags TEXT NOT NULL,
    text TEXT NOT NULL, embedded TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX passages_doc ON passages (doc, ordinal);
CREATE TABLE refs (
    doc INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    symbol_key TEXT, role TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (doc, ordinal)
) WITHOUT ROWID;
CREATE INDEX refs_symbol ON refs (symbol_key);
CREATE TABLE tasks (
    doc INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    due_first TEXT, due_last TEXT, body BLOB NOT NULL, PRIMARY KEY (doc, ordinal)
) WITHOUT ROWID;
CREATE TABLE task_units (
    doc INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    role TEXT NOT NULL, folded TEXT NOT NULL, bare TEXT NOT NULL
);
CREATE INDEX task_units_task ON task_units (doc, ordinal);
"""
_DOCUMENT_COLUMNS = (
    "id, path, file, part, digest, type_code, type, symbol, issuer, level, locality, date, title, signer, "
    "draft, passages, tasks, notices"
)


class Filters(msgspec.Struct, frozen=True):
    """Which documents may answer; None means any.

    ``type`` is a code ("KH") or a name ("Kế hoạch"); ``issuer`` any part of an issuer's name; both may
    be typed without diacritics.  Dates are ISO, "2026" and "2026-06" stand for the whole year or month,
    both ends inclusive; a document without a date passes no date filter.
    """

    doc: str | Sequence[str] | None = None
    type: str | None = None
    issuer: str | None = None
    level: str | None = None
    date_from: str | None = None
    date_to: str | None = None


class DocumentFilter(Protocol):
    """Anything with the fields of :class:`Filters`."""

    @property
    def doc(self) -> str | Sequence[str] | None:
        """Id of a document, or several."""

    @property
    def type(self) -> str | None:
        """Code or name of a document type."""

    @property
    def issuer(self) -> str | None:
        """Part of an issuer's name."""

    @property
    def level(self) -> str | None:
        """One of trung-uong, tinh, so, xa."""

    @property
    def date_from(self) -> str | None:
        """First day, month or year."""

    @property
    def date_to(self) -> str | None:
        """Last day, month or year."""


class StoredDocument(msgspec.Struct, frozen=True, gc=False):
    """A row of the list of documents.

    ``file`` is the file that it was read from, ``part`` its path inside an archive ("" otherwise),
    ``digest`` the SHA-256 of the file's bytes; ``passages`` and ``tasks`` are counts.
    """

    id: str
    path: str
    file: str
    part: str
    digest: str
    type_code: str | None
    type: str | None
    symbol: str | None
    issuer: str | None
    level: str | None
    locality: str | None
    date: str | None
    title: str | None
    signer: str | None
    draft: bool
    passages: int
    tasks: int
    notices: tuple[Notice, ...]


class StoredPassage(msgspec.Struct, frozen=True, gc=False):
    """A passage of the index: ``text`` is ``document.text[span.start:span.end]``."""

    id: int
    doc: str
    ordinal: int
    span: Span
    section: str
    section_title: str
    page: int | None
    kind: str
    tags: tuple[str, ...]
    text: str
    embedded: str


class StoredTask(msgspec.Struct, frozen=True, gc=False):
    """A task and the id of its document."""

    doc: str
    task: Task


class StoredReference(msgspec.Struct, frozen=True, gc=False):
    """A mention of a document and the id of the document that it stands in."""

    doc: str
    reference: Reference


T = TypeVar("T")
_REPLACES = re.compile(r"hay\s+[tT]hế|HAY\s+THẾ")
"""Where a text may say "thay thế"; without its first letter, which is large or small."""


class Store:
    """One generation of a saved index, read only.  A context manager; see :meth:`open`."""

    def __init__(self, folder: Path, manifest: Manifest, pin: Pin) -> None:
        """Open the SQLite file of a generation whose manifest has been checked."""
        self.folder = folder
        self.manifest = manifest
        self.engine = LocalEngine(
            folder / IndexFiles.VECTORS, folder / IndexFiles.LEXICAL, dimension=manifest.dimension
        )
        self._pin = pin
        self._lock = threading.Lock()
        uri = f"{(folder / IndexFiles.STORE).absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._connection.create_function(
            "says_replacing", 1, lambda text: bool(_REPLACES.search(text)), deterministic=True
        )
        self._replacing: frozenset[str] | None = None
        self._cached = lru_cache(maxsize=128)(self._load)
        self._text = lru_cache(maxsize=256)(self._load_text)

    @classmethod
    def open(cls, index_dir: Path, encoder_identity: str | None = None) -> Store:
        """Open the current generation of the index in ``index_dir`` and pin it.

        Fast: the vectors and the words are opened at the first search (or by ``engine.warm()``).

        Raises MissingIndex where there is none, DamagedIndex where its files are missing, cut short or
        unreadable, OtherModel where it was built with another encoder than ``encoder_identity``, and
        IndexProblem where another version of the program wrote it.
        """
        files = IndexFiles(Path(index_dir))
        folder = current_generation(files)
        for attempt in range(3):
            try:
                pin = Pin(folder)
                break
            except OSError as error:
                # Two builds may have passed between the pointer and the folder; a newer one stands then.
                newer = current_generation(files)
                if newer == folder or attempt == 2:
                    raise DamagedIndex(
                        f"Chỉ mục «{folder}» không mở được ({error.strerror}). {HOW_TO_INDEX}"
                    ) from error
                folder = newer
        try:
            manifest = read_manifest(folder)
            if encoder_identity is not None and encoder_identity != manifest.encoder:
                raise OtherModel(
                    f"Chỉ mục «{files.root}» được tạo bằng mô hình «{manifest.model}» ({manifest.encoder}), "
                    f"không phải mô hình đang dùng ({encoder_identity}). Hãy dùng --model {manifest.model}, "
                    "hoặc chạy lại «chithi index» với mô hình mới."
                )
            store = cls(folder, manifest, pin)
        except BaseException:
            pin.close()
            raise
        store._rows("SELECT num FROM documents LIMIT 1")
        return store

    def close(self) -> None:
        """Let the generation go; the store cannot be read any more."""
        self.engine.close()
        self._connection.close()
        self._pin.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise DamagedIndex(
                f"Không đọc được «{self.folder / IndexFiles.STORE}» ({error}). {HOW_TO_INDEX}"
            ) from error

    def _decoded(self, raw: bytes, kind: type[T]) -> T:
        try:
            return msgspec.msgpack.decode(raw, type=kind)
        except (msgspec.DecodeError, TypeError) as error:  # TypeError: text where bytes belong
            raise DamagedIndex(
                f"Nội dung của «{self.folder / IndexFiles.STORE}» bị hỏng ({error}). {HOW_TO_INDEX}"
            ) from error

    # -- documents

    def documents(self, filters: DocumentFilter | None = None) -> list[StoredDocument]:
        """List the documents that pass the filters, by path."""
        where, values = _document_filter(filters or Filters())
        rows = self._rows(f"SELECT {_DOCUMENT_COLUMNS} FROM documents {where} ORDER BY path, id", values)
        return [self._row(row) for row in rows]

    def _row(self, row: tuple[Any, ...]) -> StoredDocument:
        *plain, draft, passages, tasks, raw = row
        notices: tuple[Notice, ...] = self._decoded(raw, tuple[Notice, ...])
        return StoredDocument(*plain, bool(draft), passages, tasks, notices)  # type: ignore[call-arg]

    def row(self, doc: str) -> StoredDocument:
        """Return a document's row; raise UnknownDocument if there is none."""
        rows = self._rows(f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (doc,))
        if not rows:
            raise self._unknown(doc)
        return self._row(rows[0])

    def _unknown(self, doc: str) -> UnknownDocument:
        known = [row[0] for row in self._rows("SELECT id FROM documents")]
        close = difflib.get_close_matches(doc, known, n=3)
        hint = f" Có phải: {', '.join(f'«{c}»' for c in close)}?" if close else ""
        return UnknownDocument(f"Không có văn bản «{doc}» trong chỉ mục.{hint}")

    def has(self, doc: str) -> bool:
        """Say whether a document of that id stands in the index."""
        return bool(self._rows("SELECT 1 FROM documents WHERE id = ?", (doc,)))

    def document(self, doc: str) -> Document:
        """Return what was read from a document, its passages apart; raise UnknownDocument if there is none."""
        return self._cached(doc)

    def whole_document(self, doc: str) -> Document:
        """Return everything read from a document, as it was stored."""
        bodies = self._rows(
            "SELECT body, embedded FROM passages WHERE doc = (SELECT num FROM documents WHERE id = ?) "
            "ORDER BY ordinal",
            (doc,),
        )
        passages = (
            msgspec.structs.replace(self._decoded(raw, Passage), embedded=embedded)
            for raw, embedded in bodies
        )
        return msgspec.structs.replace(self.document(doc), passages=tuple(passages))

    def _load(self, doc: str) -> Document:
        rows = self._rows("SELECT path, text, body FROM documents WHERE id = ?", (doc,))
        if not rows:
            raise self._unknown(doc)
        path, text, body = rows[0]
        bare_document = self._decoded(body, Document)
        return msgspec.structs.replace(
            bare_document,
            path=path,
            source=msgspec.structs.replace(bare_document.source, text=text),
        )

    def text(self, doc: str) -> str:
        """Return a document's text alone, which is cheaper than the document."""
        return self._text(doc)

    def _load_text(self, doc: str) -> str:
        rows = self._rows("SELECT text FROM documents WHERE id = ?", (doc,))
        if not rows:
            raise self._unknown(doc)
        return str(rows[0][0])

    def with_symbol(self, symbol: str) -> list[str]:
        """Return the ids of the documents whose own symbol this is, in any spelling."""
        key = symbol_key(symbol)
        return [
            r[0] for r in self._rows("SELECT id FROM documents WHERE symbol_key = ? ORDER BY path", (key,))
        ]

    def citing(self, symbol: str) -> list[str]:
        """Return the ids of the documents that mention this symbol, those apart whose own it is."""
        rows = self._rows(
            "SELECT DISTINCT d.id, d.path FROM refs r JOIN documents d ON d.num = r.doc "
            "WHERE r.symbol_key = ? AND r.symbol_key IS NOT d.symbol_key ORDER BY d.path",
            (symbol_key(symbol),),
        )
        return [row[0] for row in rows]

    def citing_number(self, number: int) -> list[str]:
        """Return the ids of the documents that mention a symbol that begins with these digits."""
        rows = self._rows(
            "SELECT DISTINCT d.id, d.path FROM refs r JOIN documents d ON d.num = r.doc "
            "WHERE r.symbol_key >= ? AND r.symbol_key < ? ORDER BY d.path",
            (str(number), f"{number}\uffff"),
        )
        return [row[0] for row in rows]

    def replacing(self) -> frozenset[str]:
        """Return the ids of the documents that may say that they replace another; read once."""
        if self._replacing is None:
            sql = (
                "SELECT id FROM documents WHERE says_replacing(text) OR EXISTS "
                "(SELECT 1 FROM refs WHERE refs.doc = documents.num AND role = 'replaces')"
            )
            self._replacing = frozenset(row[0] for row in self._rows(sql))
        return self._replacing

    # -- passages

    def passage(self, passage_id: int) -> StoredPassage:
        """Return one passage; raise KeyError if there is no such id."""
        return self.passages([passage_id])[0]

    def passages(self, ids: Iterable[int]) -> list[StoredPassage]:
        """Return passages in the order of ``ids``; raise KeyError for an id that does not exist."""
        wanted = [int(i) for i in ids]
        found: dict[int, StoredPassage] = {}
        for part in _chunks(wanted):
            marks = ",".join("?" * len(part))
            found.update((p.id, p) for p in self._passages(f"WHERE p.id IN ({marks})", part))
        return [found[i] for i in wanted]

    def passages_of(self, doc: str) -> list[StoredPassage]:
        """Return the passages of a document in the order of its text."""
        return self._passages("WHERE d.id = ? ORDER BY p.ordinal", (doc,))

    def _passages(self, where: str, values: Sequence[Any]) -> list[StoredPassage]:
        rows = self._rows(
            'SELECT p.id, d.id, p.ordinal, p.start, p."end", p.section, p.section_title, p.page, p.kind, p.tags, '
            f"p.text, p.embedded FROM passages p JOIN documents d ON d.num = p.doc {where}",
            values,
        )
        return [
            StoredPassage(
                pid,
                doc,
                n,
                Span(start, end),
                section,
                title,
                page,
                kind,
                tuple(tags.split()),
                text,
                embedded,
            )
            for pid, doc, n, start, end, section, title, page, kind, tags, text, embedded in rows
        ]

    def filter_passages(self, filters: DocumentFilter) -> Ids | None:
        """Return the ids of the passages that may answer, ascending; None where all may."""
        where, values = _document_filter(filters)
        if not where:
            return None
        rows = self._rows(
            f"SELECT id FROM passages WHERE doc IN (SELECT num FROM documents {where}) ORDER BY id", values
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    # -- tasks and references

    def tasks(
        self,
        doc: str | None = None,
        unit: str | Sequence[str] | None = None,
        role: TaskRole | None = None,
        due_from: str | None = None,
        due_to: str | None = None,
    ) -> list[StoredTask]:
        """List tasks by document and place in it.

        ``unit``: a part of a unit's name, or several of which any will do; without diacritics it
        matches without them.  ``role`` alone asks for tasks that have such a unit.  Dates are ISO (a
        year or a month stands for all of it); a task passes if one of its dates lies between them, both
        inclusive; a task without a date passes no date filter.
        """
        where: list[str] = []
        values: list[Any] = []
        if doc is not None:
            where.append("d.id = ?")
            values.append(doc)
        if unit is not None or role is not None:
            names = [unit] if isinstance(unit, str) else list(unit or ())
            inner = ["u.doc = t.doc", "u.ordinal = t.ordinal"]
            if role is not None:
                inner.append("u.role = ?")
                values.append(role)
            if unit is not None:
                tests = []
                for name in names:
                    column, wanted = _spelling(name, "u.folded", "u.bare")
                    tests.append(f"instr({column}, ?)")
                    values.append(wanted)
                inner.append(f"({' OR '.join(tests) or '0'})")
            where.append(f"EXISTS (SELECT 1 FROM task_units u WHERE {' AND '.join(inner)})")
        if due_from is not None:
            where.append("t.due_last >= ?")
            values.append(period(due_from)[0])
        if due_to is not None:
            where.append("t.due_first <= ?")
            values.append(period(due_to)[1])
        condition = f"WHERE {' AND '.join(where)}" if where else ""
        rows = self._rows(
            f"SELECT d.id, t.body FROM tasks t JOIN documents d ON d.num = t.doc {condition} "
            "ORDER BY d.path, d.id, t.ordinal",
            values,
        )
        return [StoredTask(doc_id, self._decoded(body, Task)) for doc_id, body in rows]

    def docs_of_units(self, names: Sequence[str]) -> list[str]:
        """Return the ids of the documents that give work to a unit whose name holds one of these, by path."""
        tests, values = [], []
        for name in names:
            column, wanted = _spelling(name, "folded", "bare")
            tests.append(f"instr({column}, ?)")
            values.append(wanted)
        rows = self._rows(
            "SELECT id FROM documents WHERE num IN (SELECT doc FROM task_units "
            f"WHERE {' OR '.join(tests) or '0'}) ORDER BY path, id",
            values,
        )
        return [row[0] for row in rows]

    def references(self, doc: str | None = None, symbol: str | None = None) -> list[StoredReference]:
        """List mentions of documents, by document and place in it; ``symbol`` in any spelling."""
        where, values = [], []
        if doc is not None:
            where.append("d.id = ?")
            values.append(doc)
        if symbol is not None:
            where.append("r.symbol_key = ?")
            values.append(symbol_key(symbol))
        condition = f"WHERE {' AND '.join(where)}" if where else ""
        rows = self._rows(
            f"SELECT d.id, r.body FROM refs r JOIN documents d ON d.num = r.doc {condition} "
            "ORDER BY d.path, d.id, r.ordinal",
            values,
        )
        return [StoredReference(doc_id, self._decoded(body, Reference)) for doc_id, body in rows]

    def file_digests(self) -> dict[str, str]:
        """Return the digest of each file that was read, by path."""
        return dict(self._rows("SELECT path, digest FROM files ORDER BY path"))

    def file_skips(self, path: str) -> list[tuple[str, str]]:
        """Return the members of an archive that were not read, with the reasons."""
        rows = self._rows("SELECT skipped FROM files WHERE path = ?", (path,))
        return msgspec.json.decode(rows[0][0], type=list[tuple[str, str]]) if rows else []


def symbol_key(symbol: str) -> str:
    """Fold a document symbol to what two spellings of it share ("57 -NQ/TW" and "57–nq/tw")."""
    return "".join(bare(symbol).split()).lstrip("0")


def period(date: str) -> tuple[str, str]:
    """Return the first and the last day of an ISO date, month or year.

    >>> period("2026"), period("2026-06")
    (('2026-01-01', '2026-12-31'), ('2026-06-01', '2026-06-31'))

    The last day only bounds comparisons of ISO dates, so that every month may have 31.
    """
    return (date + "-01-01"[len(date) - 4 :], date + "-12-31"[len(date) - 4 :])


def _spelling(value: str, folded: str, bare_column: str) -> tuple[str, str]:
    """Choose the column to compare with: a value typed without diacritics is compared without."""
    wanted = " ".join(value.split())
    return (folded, fold(wanted)) if has_diacritics(wanted) else (bare_column, bare(wanted))


def _document_filter(filters: DocumentFilter) -> tuple[str, list[Any]]:
    """Return a WHERE clause over ``documents`` ("" where everything passes) and its values."""
    where: list[str] = []
    values: list[Any] = []
    if filters.doc is not None:
        docs = [filters.doc] if isinstance(filters.doc, str) else list(filters.doc)
        where.append("id IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(docs).decode())
    if filters.type is not None:
        # The column holds name and code, with and without diacritics, between bars.
        where.append("instr(type_folded, ?)")
        values.append(f"|{_spelling(filters.type, '', '')[1]}|")
    if filters.issuer is not None:
        where.append("instr(issuer_folded, ?)")
        values.append(_spelling(filters.issuer, "", "")[1])
    if filters.level is not None:
        where.append("level = ?")
        values.append(filters.level)
    if filters.date_from is not None:
        where.append("date_last >= ?")
        values.append(period(filters.date_from)[0])
    if filters.date_to is not None:
        where.append("date_first <= ?")
        values.append(period(filters.date_to)[1])
    return (f"WHERE {' AND '.join(where)}" if where else ""), values


def _chunks(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


# -- writing --------------------------------------------------------------------------------------


class StoreWriter:
    """Writes the SQLite file of a build: one transaction, durable at :meth:`save`."""

    def __init__(self, path: Path, next_document: int = 1, next_passage: int = 1) -> None:
        """Open ``path``, new or a copy of an older one; ids go on from those given and are never reused."""
        fresh = not path.exists()
        self.next_document = next_document
        self.next_passage = next_passage
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        if fresh:
            self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN IMMEDIATE")

    def put(self, document: Document, file: str, part: str, ids: Sequence[int] | None = None) -> list[int]:
        """Add a document; return the ids of its passages (``ids`` if given, else new ones).

        Raises ValueError if the text cannot be stored (lone surrogates), sqlite3.IntegrityError if the
        document stands there already.
        """
        try:
            document.text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(f"the text of {document.id!r} is no valid Unicode") from error
        num, self.next_document = self.next_document, self.next_document + 1
        if ids is None:
            ids = range(self.next_passage, self.next_passage + len(document.passages))
            self.next_passage += len(document.passages)
        encode = msgspec.msgpack.encode
        without = msgspec.structs.replace(
            document, source=msgspec.structs.replace(document.source, text=""), passages=()
        )
        meta = document.metadata
        date = _value(meta.date)
        first, last = period(date) if date else (None, None)
        run, many = self._connection.execute, self._connection.executemany
        run(
            f"INSERT INTO documents VALUES ({','.join('?' * 26)})",
            (
                num, document.id, document.path, file, part, document.digest, document.text,
                encode(without), meta.type_code, _value(meta.type), _both(_value(meta.type), meta.type_code),
                _value(meta.symbol), _key(_value(meta.symbol)), _value(meta.issuer),
                _both(_value(meta.issuer)), _value(meta.level), _value(meta.locality), date, first, last,
                _value(meta.title), _value(meta.signer), int(meta.draft), len(document.passages),
                len(document.tasks), encode(document.notices),
            ),
        )  # fmt: skip
        many(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                (i, num, n, p.span.start, p.span.end, p.section, p.section_title, p.page, p.kind,
                 " ".join(p.tags), p.span.of(document.text), p.embedded, encode(msgspec.structs.replace(p, embedded="")))
                for n, (i, p) in enumerate(zip(ids, document.passages, strict=True))
            ),
        )  # fmt: skip
        many(
            "INSERT INTO refs VALUES (?,?,?,?,?)",
            ((num, n, _key(r.symbol), r.role, encode(r)) for n, r in enumerate(document.references)),
        )
        many(
            "INSERT INTO tasks VALUES (?,?,?,?,?)",
            ((num, n, *_due(task), encode(task)) for n, task in enumerate(document.tasks)),
        )
        many(
            "INSERT INTO task_units VALUES (?,?,?,?,?)",
            (
                (num, n, role, fold(name), bare(name))
                for n, task in enumerate(document.tasks)
                for role, name in _units(task)
            ),
        )
        return list(ids)

    def move(self, doc: str, path: str, file: str, part: str) -> None:
        """Record that a document that stays as it is now stands at another path."""
        self._connection.execute(
            "UPDATE documents SET path = ?, file = ?, part = ? WHERE id = ?", (path, file, part, doc)
        )

    def delete(self, doc: str) -> None:
        """Remove a document and everything read from it."""
        self._connection.execute("DELETE FROM documents WHERE id = ?", (doc,))

    def set_files(self, files: Iterable[tuple[str, str, Sequence[tuple[str, str]]]]) -> None:
        """Replace the list of files read: path, digest, members left out with their reasons."""
        self._connection.execute("DELETE FROM files")
        self._connection.executemany(
            "INSERT INTO files VALUES (?,?,?)",
            ((path, digest, msgspec.json.encode(skipped)) for path, digest, skipped in files),
        )

    def counts(self) -> tuple[int, int, int, int]:
        """Return the numbers of documents, passages, tasks and references."""
        tables = ("documents", "passages", "tasks", "refs")
        found = [self._connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables]
        return (found[0], found[1], found[2], found[3])

    def save(self) -> None:
        """Commit, and close."""
        self._connection.execute("COMMIT")
        self._connection.close()

    def abandon(self) -> None:
        """Close without saving; harmless after :meth:`save`."""
        self._connection.close()


def _value(fact: Fact | None) -> str | None:
    return fact.value if fact else None


def _key(symbol: str | None) -> str | None:
    return symbol_key(symbol) if symbol else None


def _both(*names: str | None) -> str:
    """Spell names with and without diacritics between bars, for comparing with either."""
    known = [" ".join(name.split()) for name in names if name]
    return "|" + "".join(f"{fold(name)}|{bare(name)}|" for name in known)


def _due(task: Task) -> tuple[str | None, str | None]:
    """Return the first and the last date by which something of the task is due."""
    dates = [task.deadline.end, *(m.get("date") for m in task.deadline.milestones)]
    days = [period(date) for date in dates if date]
    if not days:
        return (None, None)
    return (min(first for first, _ in days), max(last for _, last in days))


def _units(task: Task) -> Iterator[tuple[TaskRole, str]]:
    for mention in task.lead:
        yield "lead", mention.text
    for mention in task.coordinating:
        yield "coordinate", mention.text
    for mention in task.directing:
        yield "direct", mention.text
    for mention in task.implementing:
        yield "implement", mention.text
