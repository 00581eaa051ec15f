"""Files → saved index: read what is new, carry over the rest, write aside, swap.

The index mirrors exactly the paths given.  A document is read again only if its bytes (or the code
that reads) changed; a passage is embedded again only if its embedded text (or the encoder) did.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import signal
import sqlite3
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from multiprocessing import connection, get_context, parent_process
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec
import numpy as np

from indexer import generations
from indexer.discover import Discovered, LeftOut, SourceFile, discover, document_ids
from indexer.engine import IndexedPassage, LocalEngine, Vectors, indexed
from indexer.errors import (
    DamagedIndex,
    IndexProblem,
    MissingIndex,
    ModelUnavailable,
    UnreadableFile,
    UnusableInput,
)
from indexer.generations import SCHEMA_VERSION, IndexFiles, Manifest
from indexer.records import Document, SourceText
from indexer.store import Store, StoredDocument, StoreWriter

if TYPE_CHECKING:
    from indexer.encode import Encoder
    from indexer.readers import ReadResult

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and how much there is.

Stages, in order: scan (files), read and carry (documents), write, sync, rename, publish, done.
"""
Read = Callable[[Path], "ReadResult"]
Analyse = Callable[[str, str, str, SourceText], Document]

ARCHIVES = frozenset({".zip"})
"""Suffixes of files that hold several documents."""

_POOL_FROM = 8
_WORKERS = 2
_IN_FLIGHT = 16
_EMBED_BATCH = 2048
# Deleted entries still weigh in the word statistics; a small index is so cheap to write anew that it
# never has any, a large one is written anew when a tenth of it would be dead.
_SMALL = 2_000
_DEAD_SHARE = 0.1
# What a mistake in the reading of one document can raise: the others must not suffer from it.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class BuildWarning(msgspec.Struct, frozen=True):
    """Something to know about a document of the index, in Vietnamese."""

    path: str
    page: int | None
    message: str


class BuildReport(msgspec.Struct, frozen=True):
    """What a build did: counts of the index as it is now, then of documents against the one before.

    ``embedded`` counts the passages that went through the encoder.
    """

    index: str
    documents: int
    passages: int
    tasks: int
    references: int
    added: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[LeftOut, ...]
    warnings: tuple[BuildWarning, ...]
    seconds: float
    embedded: int = 0
    generation: int = 0


# -- one document, in this process or a worker -----------------------------------------------------


class _Place(msgspec.Struct, frozen=True):
    """Where a document stands: its id, the path to show, its file, its path inside an archive."""

    id: str
    shown: str
    file: str
    part: str
    digest: str


class _Job(msgspec.Struct, frozen=True):
    """A document to read from ``path``, or to analyse from the text given."""

    place: _Place
    path: str
    source: SourceText | None = None


class _Analysed(msgspec.Struct, frozen=True):
    """A document with its passages cut into units (their ids are not known yet), or why there is none."""

    document: Document | None
    units: tuple[IndexedPassage, ...] = ()
    reason: str = ""


def _heading(title: str | None, section_title: str) -> str:
    return f"{title or ''}\n{section_title}"


def _work(job: _Job, read: Read, analyse: Analyse) -> _Analysed:
    """Read and analyse one document; whatever is wrong with it becomes a reason."""
    place = job.place
    try:
        source = job.source
        if source is None:
            parts = read(Path(job.path)).parts
            if len(parts) != 1:
                return _Analysed(None, reason=f"tệp chứa {len(parts)} văn bản, cần đúng một")
            source = parts[0].source
        source.text.encode("utf-8")  # a lone surrogate cannot be stored
        document = analyse(place.id, place.shown, place.digest, source)
        meta = document.metadata
        title = meta.title.value if meta.title else None
        symbol = meta.symbol.value if meta.symbol else None
        return _Analysed(
            document,
            tuple(
                indexed(0, p.embedded, _heading(title, p.section_title), symbol) for p in document.passages
            ),
        )
    except UnreadableFile as error:
        return _Analysed(None, reason=error.reason)
    except MemoryError:
        return _Analysed(None, reason="không đủ bộ nhớ để đọc tệp này")
    except _FAULTS as error:
        log.debug("reading %s", place.shown, exc_info=True)
        kind = type(error).__name__
        return _Analysed(None, reason=f"chương trình gặp lỗi khi phân tích tệp này ({kind}); hãy báo lỗi này")


def _work_packed(job: _Job, read: Read, analyse: Analyse) -> bytes:
    """Do :func:`_work` in a worker; packed, the records travel faster than pickled."""
    return msgspec.msgpack.encode(_work(job, read, analyse))


def _end_with_parent() -> None:
    """Make a worker end when the builder is killed (nobody else would tell it), and only then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


def _analysed(jobs: Sequence[_Job], read: Read, analyse: Analyse, workers: int) -> Iterator[_Analysed]:
    """Yield the outcome of every job in order; a few documents are held at a time."""
    done = 0
    if workers > 0:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)
        waiting: deque[Future[bytes]] = deque()
        ahead = iter(jobs)
        try:
            while True:
                while len(waiting) < _IN_FLIGHT and (job := next(ahead, None)) is not None:
                    waiting.append(pool.submit(_work_packed, job, read, analyse))
                if not waiting:
                    return
                packed = waiting.popleft().result()
                done += 1
                yield msgspec.msgpack.decode(packed, type=_Analysed)
        except BrokenProcessPool:
            log.debug("a worker died; going on without workers", exc_info=True)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    for job in jobs[done:]:
        yield _work(job, read, analyse)


# -- what is to be done ----------------------------------------------------------------------------


class _Plan(msgspec.Struct):
    """The documents that the index shall hold, and how each comes by its content.

    ``keep``: stays as it is in the store, by its id.  ``jobs``: read or analysed again.  ``files`` are
    those that hold the documents: path, digest, members of an archive that were left out.
    """

    keep: list[_Place]
    jobs: list[_Job]
    files: dict[str, tuple[str, list[tuple[str, str]]]]
    skipped: list[LeftOut]

    def leave_out(self, place: _Place, reason: str) -> None:
        """Note that a document could not be read: a file is tried again next time, a member is listed."""
        if place.part:
            self.files[place.file][1].append((place.part, reason))
        else:
            del self.files[place.file]


@lru_cache(maxsize=1)
def analysis_version() -> str:
    """Return a digest of the code and the rules that read documents.

    Anything read by another version is read again; a number raised by hand would be forgotten.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(here.rglob("*")):
        inside = path.relative_to(here)
        if path.suffix in {".py", ".tsv", ".json"} and "model" not in inside.parts:
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _absolute(shown: str, part: str) -> PurePosixPath:
    """Return the path that an id is made of; an archive counts as a folder."""
    absolute = PurePosixPath(Path(os.path.abspath(shown)).as_posix())
    return absolute.with_suffix("") / part if part else absolute


def _plan(
    files: Sequence[SourceFile],
    old: Store | None,
    read: Read,
    suffixes: frozenset[str] | None,
    progress: Progress,
) -> _Plan:
    """Decide for every document whether it stays, is analysed again, or is read."""
    plan = _Plan([], [], {}, [])
    digests = old.file_digests() if old else {}
    held: dict[str, list[StoredDocument]] = defaultdict(list)
    for row in old.documents() if old else ():
        held[row.file].append(row)
    present = {file.shown for file in files}
    same: dict[str, str] = {}
    # The later wins: a path that is gone now rather than one that is still there.
    for path, digest in sorted(digests.items(), key=lambda item: (item[0] not in present, item[0])):
        same[digest] = path

    class Wanted(msgspec.Struct):
        file: SourceFile
        digest: str
        part: str
        row: StoredDocument | None = None
        source: SourceText | None = None

    wanted: list[Wanted] = []
    for n, file in enumerate(files):
        progress("scan", n, len(files))
        if suffixes is not None and file.path.suffix.lower() not in suffixes:
            # The reader says why; such a file takes no part in the giving of ids.
            try:
                read(file.path)
            except UnreadableFile as error:
                plan.skipped.append(LeftOut(file.shown, error.reason))
                continue
        try:
            digest = _digest(file.path)
        except PermissionError:
            plan.skipped.append(LeftOut(file.shown, "không có quyền đọc tệp; hãy cấp quyền đọc rồi chạy lại"))
            continue
        except OSError as error:
            plan.skipped.append(LeftOut(file.shown, f"hệ điều hành không đọc được tệp ({error.strerror})"))
            continue
        before = file.shown if digests.get(file.shown) == digest else same.get(digest)
        if old is not None and before is not None:
            members = old.file_skips(before)
            plan.files[file.shown] = (digest, members)
            plan.skipped += [LeftOut(f"{file.shown}/{name}", reason) for name, reason in members]
            wanted += [Wanted(file, digest, row.part, row) for row in held[before]]
        elif file.path.suffix.lower() in ARCHIVES:
            # What is inside takes part in the giving of ids, so that it must be known first.
            try:
                result = read(file.path)
            except UnreadableFile as error:
                plan.skipped.append(LeftOut(file.shown, error.reason))
                continue
            members = [(s.path, s.reason) for s in result.skipped]
            plan.files[file.shown] = (digest, members)
            plan.skipped += [LeftOut(f"{file.shown}/{name}", reason) for name, reason in members]
            wanted += [Wanted(file, digest, p.name, source=p.source) for p in result.parts]
        else:
            plan.files[file.shown] = (digest, [])
            wanted.append(Wanted(file, digest, ""))
    progress("scan", len(files), len(files))

    ids = document_ids([_absolute(w.file.shown, w.part) for w in wanted])
    taken: set[str] = set()
    for doc, w in zip(ids, wanted, strict=True):
        shown = f"{w.file.shown}/{w.part}" if w.part else w.file.shown
        place = _Place(doc, shown, w.file.shown, w.part, w.digest)
        if old is not None and w.row is not None:
            if w.row.id == doc and doc not in taken:
                taken.add(doc)
                plan.keep.append(place)
                continue
            # The same bytes under another id: what was read stays, what bears the id is made again.
            w.source = old.document(w.row.id).source
        plan.jobs.append(_Job(place, str(w.file.path), w.source))
    return plan


# -- the build -------------------------------------------------------------------------------------


def _no_progress(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


def build_index(
    paths: Sequence[Path],
    index_dir: Path,
    encoder: Encoder,
    *,
    model: str = "embedded",
    progress: Progress | None = None,
    read: Read | None = None,
    analyse: Analyse | None = None,
    suffixes: frozenset[str] | None = None,
    analysis: str | None = None,
    workers: int | None = None,
) -> BuildReport:
    """Make the index in ``index_dir`` mirror ``paths``, and say what was done.

    ``model`` is the name that a user gives for the encoder.  ``read``, ``analyse``, ``suffixes`` and
    ``analysis`` (the version of the other two) are for tests; ``workers`` processes read documents (by
    default two where there are many).  A file that cannot be read is reported and left out.

    Raises UnusableInput if a path does not exist or nothing in them can be read (the index stays as it
    was), IndexProblem if another process builds or the folder cannot be written, ModelUnavailable if
    the encoder returns rubbish.
    """
    started = time.perf_counter()
    if not paths:
        raise UnusableInput("Chưa nêu tệp hay thư mục nào để lập chỉ mục. Hãy chạy «chithi index THƯ_MỤC».")
    if read is None or analyse is None:
        from indexer import readers
        from indexer.analyse import analyse as analyse_document

        suffixes = readers.SUFFIXES if read is None and suffixes is None else suffixes
        read = read or readers.read_file
        analyse = analyse or analyse_document
    files = IndexFiles(Path(index_dir))
    found = discover([Path(p) for p in paths], files.root)
    task = _Task(
        files=files,
        found=found,
        paths=tuple(paths),
        encoder=encoder,
        model=model,
        progress=progress or _no_progress,
        read=read,
        analyse=analyse,
        suffixes=suffixes,
        analysis=analysis or analysis_version(),
        workers=workers,
    )
    with generations.writer_lock(files):
        generations.sweep(files)
        try:
            report = _run(task)
        except (OSError, sqlite3.Error) as error:
            raise IndexProblem(
                f"Không ghi được chỉ mục vào «{files.root}» ({error}). Chỉ mục cũ vẫn còn nguyên; "
                "hãy kiểm tra dung lượng đĩa và quyền ghi."
            ) from error
        generations.sweep(files)
    task.progress("done", 1, 1)
    return msgspec.structs.replace(report, seconds=round(time.perf_counter() - started, 3))


class _Task(msgspec.Struct, frozen=True):
    """What :func:`build_index` was asked for, with every default filled in."""

    files: IndexFiles
    found: Discovered
    paths: tuple[Path, ...]
    encoder: Encoder
    model: str
    progress: Progress
    read: Read
    analyse: Analyse
    suffixes: frozenset[str] | None
    analysis: str
    workers: int | None


def _run(task: _Task) -> BuildReport:
    """Build on the old generation; if that turns out to be damaged, build anew without it."""
    damage = ""
    try:
        old: Store | None = Store.open(task.files.root)
    except MissingIndex:
        old = None
    except IndexProblem as error:
        old, damage = None, str(error)
    if old is not None:
        build = _Build(task, old)
        try:
            return build.run()
        except (DamagedIndex, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            damage = str(error)
        finally:
            build.close()
            old.close()
    build = _Build(task, None)
    if damage:
        message = f"Chỉ mục cũ không dùng được nên đã tạo lại từ đầu: {damage}"
        build.warnings.append(BuildWarning(str(task.files.root), None, message))
    try:
        return build.run()
    finally:
        build.close()


@runtime_checkable
class EncodesUnits(Protocol):
    """An encoder that reads the units of the lexical index."""

    def encode_units(self, found: Sequence[str]) -> Vectors:
        """Return the vector of some units, of length 1."""


class _Build:
    """One attempt of :func:`build_index`, with the writer lock held."""

    def __init__(self, task: _Task, old: Store | None) -> None:
        self.task = task
        self.old = old
        self.encoder = task.encoder
        self.warnings: list[BuildWarning] = []
        self.embedded = 0
        self.folder: Path | None = None
        self.writer: StoreWriter | None = None
        self.engine: LocalEngine | None = None

    def close(self) -> None:
        """Put away whatever is still open; a build that was not published leaves nothing."""
        if self.writer is not None:
            self.writer.abandon()
        if self.engine is not None:
            self.engine.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self) -> BuildReport:
        """Do it all; see :func:`build_index`."""
        task, old, progress = self.task, self.old, self.task.progress
        roots = tuple(sorted({Path(os.path.abspath(p)).as_posix() for p in task.paths}))
        current = old if old is not None and old.manifest.analysis == task.analysis else None
        plan = _plan(task.found.files, current, task.read, task.suffixes, progress)
        skipped = [*task.found.skipped, *plan.skipped]
        before = {row.id: row for row in old.documents()} if old else {}

        workers = task.workers
        if workers is None:
            workers = _WORKERS if len(plan.jobs) >= _POOL_FROM and (os.cpu_count() or 1) > 1 else 0
        outcomes = enumerate(
            zip(plan.jobs, _analysed(plan.jobs, task.read, task.analyse, workers), strict=True)
        )
        pending: _Pending | None = None
        for n, (job, outcome) in outcomes:
            progress("read", n, len(plan.jobs))
            if outcome.document is None:
                skipped.append(LeftOut(job.place.shown, outcome.reason))
                plan.leave_out(job.place, outcome.reason)
                continue
            if pending is None:
                pending = self._open_new(plan, before, current)
            pending.add(job.place, outcome)
        progress("read", len(plan.jobs), len(plan.jobs))
        if pending is None:
            # Nothing new could be read.  A file that is broken today as it was yesterday changes nothing.
            if current is not None and self._same(current, plan, before, roots):
                return self._report(current.manifest, before, before, skipped)
            pending = self._open_new(plan, before, current)
        pending.flush()
        manifest, after = self._save(pending, plan, roots, skipped)
        return self._report(manifest, before, after, skipped)

    def _save(
        self, pending: _Pending, plan: _Plan, roots: tuple[str, ...], skipped: Sequence[LeftOut]
    ) -> tuple[Manifest, dict[str, StoredDocument]]:
        """Finish the generation and publish it; return its manifest and its documents."""
        task, writer, engine, folder = self.task, pending.writer, pending.engine, pending.folder
        progress = task.progress
        writer.set_files((path, digest, members) for path, (digest, members) in sorted(plan.files.items()))
        documents, passages, tasks, references = writer.counts()
        if documents == 0:
            raise UnusableInput(_nothing_usable(task.paths, skipped))
        number = generations.next_number(task.files)
        progress("write", 0, 1)
        writer.save()
        engine.save()
        vectors = engine.counts().vectors
        engine.close()
        progress("write", 1, 1)
        manifest = Manifest(
            schema=SCHEMA_VERSION,
            generation=number,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            encoder=self.encoder.identity,
            model=task.model,
            dimension=self.encoder.dimension,
            analysis=task.analysis,
            roots=roots,
            documents=documents,
            passages=passages,
            tasks=tasks,
            references=references,
            vectors=vectors,
            next_document=writer.next_document,
            next_passage=writer.next_passage,
            lexical_dead=pending.dead,
            files=generations.sizes(folder),
        )
        progress("sync", 0, 1)
        generations.finish(folder, manifest)
        progress("rename", 0, 1)
        generations.publish(task.files, folder, number, between=lambda: progress("publish", 0, 1))
        self.folder = None
        progress("publish", 1, 1)
        with Store.open(task.files.root) as new:
            return manifest, {row.id: row for row in new.documents()}

    def _same(
        self, old: Store, plan: _Plan, before: dict[str, StoredDocument], roots: tuple[str, ...]
    ) -> bool:
        """Say whether the old generation is exactly what a new one would be."""
        manifest = old.manifest
        return (
            manifest.encoder == self.encoder.identity
            and manifest.model == self.task.model
            and manifest.roots == roots
            and {p.id for p in plan.keep} == set(before)
            and all(before[p.id].path == p.shown for p in plan.keep)
            and old.file_digests() == {path: digest for path, (digest, _) in plan.files.items()}
        )

    def _open_new(self, plan: _Plan, before: dict[str, StoredDocument], current: Store | None) -> _Pending:
        """Start a generation with what stays of ``current`` (None: nothing does)."""
        old, dimension = self.old, self.encoder.dimension
        self.folder = folder = generations.begin(self.task.files)
        store, vectors, lexical = (
            folder / name for name in (IndexFiles.STORE, IndexFiles.VECTORS, IndexFiles.LEXICAL)
        )
        if current is not None:
            shutil.copyfile(current.folder / IndexFiles.STORE, store)
        first = (old.manifest.next_document, old.manifest.next_passage) if old else (1, 1)
        self.writer = writer = StoreWriter(store, *first)
        if current is None:
            self.engine = LocalEngine.create(vectors, lexical, dimension)
            return _Pending(self, folder, writer, self.engine)
        kept = {place.id for place in plan.keep}
        gone = [row for row in before.values() if row.id not in kept]
        for row in gone:
            writer.delete(row.id)
        for place in plan.keep:
            if before[place.id].path != place.shown:
                writer.move(place.id, place.shown, place.file, place.part)
        manifest = current.manifest
        dead, size = manifest.lexical_dead + sum(row.passages for row in gone), manifest.passages
        if manifest.encoder == self.encoder.identity and size >= _SMALL and dead <= size * _DEAD_SHARE:
            self.engine = LocalEngine.create(vectors, lexical, dimension, current.engine)
            for row in gone:
                self.engine.delete(row.id)
            return _Pending(self, folder, writer, self.engine, dead)
        self.engine = LocalEngine.create(vectors, lexical, dimension)
        pending = _Pending(self, folder, writer, self.engine)
        for n, place in enumerate(plan.keep):
            self.task.progress("carry", n, len(plan.keep))
            row = before[place.id]
            passages = current.passages_of(row.id)
            units = (
                indexed(p.id, p.embedded, _heading(row.title, p.section_title), row.symbol) for p in passages
            )
            pending.carry(place.id, list(units), [p.embedded for p in passages])
        return pending

    @cached_property
    def _alike(self) -> dict[str, set[str]]:
        """Documents of the old index by what may make a new one like them: id, path, bytes."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.old.documents() if self.old else ():
            for key in (f"id {row.id}", f"path {row.path}", f"digest {row.digest} {row.part}"):
                found[key].add(row.id)
        return found

    def known_vectors(self, place: _Place) -> dict[str, int]:
        """Return the passages of the old index whose vectors may serve a document, by embedded text."""
        old = self.old
        if old is None or old.manifest.encoder != self.encoder.identity:
            return {}
        keys = (f"id {place.id}", f"path {place.shown}", f"digest {place.digest} {place.part}")
        docs = sorted(set().union(*(self._alike.get(key, set()) for key in keys)))
        return {p.embedded: p.id for doc in docs for p in old.passages_of(doc)}

    def encode(self, texts: Sequence[str], bodies: Sequence[str]) -> Vectors:
        """Embed passages; raise ModelUnavailable if what comes back are no vectors.

        ``bodies`` are their units joined by spaces: an encoder of units need not cut the texts again.
        """
        if isinstance(self.encoder, EncodesUnits):
            rows = [self.encoder.encode_units(body.split(" ")) for body in bodies]
            vectors = np.asarray(np.stack(rows), np.float32)
        else:
            vectors = np.asarray(self.encoder.encode_passages(list(texts)), np.float32)
        self.embedded += len(texts)
        if vectors.shape != (len(texts), self.encoder.dimension) or not np.isfinite(vectors).all():
            raise ModelUnavailable(
                f"Mô hình «{self.task.model}» trả về véc-tơ không hợp lệ (kích thước {vectors.shape}). "
                "Hãy dùng mô hình khác bằng --model, hoặc bỏ --model để dùng mô hình có sẵn."
            )
        return vectors

    def _report(
        self,
        manifest: Manifest,
        before: dict[str, StoredDocument],
        after: dict[str, StoredDocument],
        skipped: Iterable[LeftOut],
    ) -> BuildReport:
        both = before.keys() & after.keys()
        notices = (BuildWarning(row.path, n.page, n.message) for row in after.values() for n in row.notices)
        unchanged = sum(before[doc].digest == after[doc].digest for doc in both)
        return BuildReport(
            index=str(self.task.files.root),
            documents=manifest.documents,
            passages=manifest.passages,
            tasks=manifest.tasks,
            references=manifest.references,
            added=len(after.keys() - before.keys()),
            changed=len(both) - unchanged,
            removed=len(before.keys() - after.keys()),
            unchanged=unchanged,
            skipped=tuple(sorted(skipped, key=lambda s: s.path)),
            warnings=(*self.warnings, *notices),
            seconds=0.0,
            embedded=self.embedded,
            generation=manifest.generation,
        )


class _Pending:
    """Documents on their way into the engine: embedded in batches across documents."""

    def __init__(
        self, build: _Build, folder: Path, writer: StoreWriter, engine: LocalEngine, dead: int = 0
    ) -> None:
        self.build = build
        self.folder = folder
        self.dead = dead
        self.writer = writer
        self.engine = engine
        self.waiting: list[tuple[str, list[IndexedPassage], Vectors, list[int], list[str]]] = []
        self.texts = 0

    def add(self, place: _Place, outcome: _Analysed) -> None:
        """Store a new document and queue its passages."""
        document = outcome.document
        assert document is not None
        ids = self.writer.put(document, place.file, place.part)
        units = [msgspec.structs.replace(u, id=i) for i, u in zip(ids, outcome.units, strict=True)]
        known = self.build.known_vectors(place)
        self._queue(place.id, units, [known.get(p.embedded) for p in document.passages],
                    [p.embedded for p in document.passages])  # fmt: skip

    def carry(self, doc: str, units: list[IndexedPassage], texts: list[str]) -> None:
        """Queue a document that is in the store already, under the same passage ids."""
        old = self.build.old
        same = old is not None and old.manifest.encoder == self.build.encoder.identity
        self._queue(doc, units, [u.id if same else None for u in units], texts)

    def _queue(
        self, doc: str, units: list[IndexedPassage], sources: list[int | None], texts: list[str]
    ) -> None:
        vectors = np.zeros((len(units), self.engine.dimension), np.float32)
        rows = [n for n, source in enumerate(sources) if source is not None]
        missing = [n for n, source in enumerate(sources) if source is None]
        if rows and self.build.old is not None:
            wanted = np.asarray([sources[n] for n in rows], np.int64)
            held, found = self.build.old.engine.vectors(np.unique(wanted))
            at = dict(zip(held.tolist(), found, strict=True))
            for n, source in zip(rows, wanted.tolist(), strict=True):
                # One that was left out for being zero stays so.
                vectors[n] = at.get(source, 0)
        self.waiting.append((doc, units, vectors, missing, [texts[n] for n in missing]))
        self.texts += len(missing)
        if self.texts >= _EMBED_BATCH or len(self.waiting) >= _EMBED_BATCH:
            self.flush()

    def flush(self) -> None:
        """Embed what waits and hand it to the engine."""
        texts = [text for *_, missing in self.waiting for text in missing]
        bodies = [units[n].body for _, units, _, rows, _ in self.waiting for n in rows]
        fresh = (
            self.build.encode(texts, bodies) if texts else np.zeros((0, self.engine.dimension), np.float32)
        )
        at = 0
        for doc, units, vectors, missing, _ in self.waiting:
            vectors[missing] = fresh[at : at + len(missing)]
            at += len(missing)
            self.engine.put(doc, units, vectors)
        self.waiting, self.texts = [], 0


def _nothing_usable(paths: Sequence[Path], skipped: Sequence[LeftOut]) -> str:
    shown = ", ".join(f"«{p}»" for p in paths)
    if not skipped:
        return f"Không có tệp nào để lập chỉ mục trong {shown}. Hãy chỉ tới thư mục có văn bản."
    listed = "; ".join(f"{s.path}: {s.reason}" for s in skipped[:5])
    more = f"; và {len(skipped) - 5} tệp khác" if len(skipped) > 5 else ""
    return f"Không đọc được văn bản nào trong {shown}: {listed}{more}."
