"""The folder of a saved index: its file names, the generation that is current, one writer at a time.

A build writes a whole new generation aside, makes it durable, renames it and moves one pointer::

    <index>/current              the name of the generation to read
    <index>/lock                 held by the one process that builds
    <index>/gen-000007/          a finished generation, never written again
        manifest.json            what it was made from, its counts, the sizes of its files
        store.sqlite             documents, passages and everything read from them
        vectors.faiss            vectors, by passage id
        lexical/                 tantivy index over our units
    <index>/build-…/             a build in progress, or one that was killed: swept by the next build

A process that dies at any moment leaves the pointer on a generation that is whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import msgspec

from indexer.errors import DamagedIndex, IndexProblem, MissingIndex

try:
    import fcntl as _fcntl
except ImportError:  # Windows has byte locks instead
    fcntl: ModuleType | None = None
else:
    fcntl = _fcntl

SCHEMA_VERSION = 3
"""Of everything below the index folder; another number means: index again."""

HOW_TO_INDEX = "Hãy chạy «chithi index THƯ_MỤC» để tạo lại chỉ mục."


class Manifest(msgspec.Struct, frozen=True):
    """What a generation was made from, and what must stand in its folder.

    ``encoder`` is the encoder's identity, ``model`` the name a user gives for it; ``files`` maps each
    file's path inside the generation to its size in bytes; ``next_passage`` is the first passage id
    never used so far; ``lexical_dead`` counts the deleted entries that the lexical index still has.
    """

    schema: int
    generation: int
    built_at: str
    encoder: str
    model: str
    dimension: int
    analysis: str
    roots: tuple[str, ...]
    documents: int
    passages: int
    tasks: int
    references: int
    vectors: int
    next_document: int
    next_passage: int
    lexical_dead: int
    files: dict[str, int]


class _SchemaOnly(msgspec.Struct):
    schema: int


class IndexFiles(msgspec.Struct, frozen=True):
    """Names every file of an index folder."""

    root: Path

    MANIFEST: ClassVar[str] = "manifest.json"
    STORE: ClassVar[str] = "store.sqlite"
    VECTORS: ClassVar[str] = "vectors.faiss"
    LEXICAL: ClassVar[str] = "lexical"
    BUILDING: ClassVar[str] = "build-"

    @property
    def current(self) -> Path:
        """The pointer: a text file that holds the name of one generation."""
        return self.root / "current"

    @property
    def lock(self) -> Path:
        """The file that a writer locks; it holds the writer's process id."""
        return self.root / "lock"

    def generation(self, number: int) -> Path:
        """Return the folder of generation ``number``."""
        return self.root / f"gen-{number:06d}"

    @staticmethod
    def number(folder: Path) -> int | None:
        """Return the number of a generation's folder; None if it is no such folder."""
        prefix, _, digits = folder.name.partition("-")
        return int(digits) if prefix == "gen" and digits.isascii() and digits.isdigit() else None

    def generations(self) -> list[Path]:
        """Return the folders of all finished generations, oldest first."""
        found = [p for p in self.root.iterdir() if self.number(p) is not None and p.is_dir()]
        return sorted(found, key=lambda p: self.number(p) or 0)


# -- reading -------------------------------------------------------------------------------------


def current_generation(files: IndexFiles) -> Path:
    """Return the folder that the pointer names.

    Raises MissingIndex where there is no pointer, DamagedIndex where it names no generation.
    """
    try:
        name = files.current.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise MissingIndex(f"Chưa có chỉ mục ở «{files.root}». {HOW_TO_INDEX}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedIndex(f"Không đọc được «{files.current}» ({error}). {HOW_TO_INDEX}") from error
    folder = files.root / name
    if files.number(folder) is None or folder.parent != files.root:
        raise DamagedIndex(f"«{files.current}» không ghi tên một bản chỉ mục hợp lệ. {HOW_TO_INDEX}")
    return folder


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest and check that its files are there in full.

    Raises DamagedIndex if one is missing or has another size, IndexProblem if the generation was
    written by a version of the program with another schema.
    """
    path = folder / IndexFiles.MANIFEST
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DamagedIndex(f"Chỉ mục «{folder}» thiếu tệp {path.name}. {HOW_TO_INDEX}") from error
    try:
        schema = msgspec.json.decode(raw, type=_SchemaOnly).schema
        if schema != SCHEMA_VERSION:
            raise IndexProblem(
                f"Chỉ mục «{folder}» có cấu trúc phiên bản {schema}, chương trình này cần phiên bản "
                f"{SCHEMA_VERSION}. {HOW_TO_INDEX}"
            )
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as error:
        raise DamagedIndex(f"Tệp «{path}» bị hỏng ({error}). {HOW_TO_INDEX}") from error
    for name, size in manifest.files.items():
        file = folder / name
        try:
            actual = file.stat().st_size
        except OSError as error:
            raise DamagedIndex(f"Chỉ mục «{folder}» thiếu tệp {name}. {HOW_TO_INDEX}") from error
        if actual != size:
            raise DamagedIndex(
                f"Tệp «{file}» của chỉ mục bị hỏng: {actual} byte thay vì {size} byte. {HOW_TO_INDEX}"
            )
    return manifest


class Pin:
    """Keeps a generation from being swept while somebody reads it, until closed or collected.

    A shared lock on the manifest where the system has such locks; elsewhere (Windows) the open file
    itself keeps the folder from being deleted.
    """

    def __init__(self, folder: Path) -> None:
        """Pin the generation in ``folder``; raise OSError if it is not there."""
        descriptor = os.open(folder / IndexFiles.MANIFEST, os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, descriptor)
        _flock(descriptor, shared=True)

    def close(self) -> None:
        """Let the generation go; closing twice is harmless."""
        self._close()


def _flock(descriptor: int, *, shared: bool) -> bool:
    """Lock an open file without waiting; False if another process holds it."""
    if fcntl is None:
        return True
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: readers are not hindered, a sweep goes by age alone.
        return True
    return True


# -- writing -------------------------------------------------------------------------------------


@contextmanager
def writer_lock(files: IndexFiles) -> Iterator[None]:
    """Hold the index folder for writing; the lock dies with the process.

    Raises IndexProblem at once if another process holds it.
    """
    try:
        files.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(files.lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise IndexProblem(
            f"Không ghi được vào thư mục chỉ mục «{files.root}» ({error.strerror}). "
            "Hãy kiểm tra quyền ghi hoặc chọn thư mục khác bằng --index."
        ) from error
    try:
        if not _take(descriptor):
            holder = os.pread(descriptor, 32, 1).decode("ascii", "replace").strip() if fcntl else ""
            who = f" (tiến trình {holder})" if holder else ""
            raise IndexProblem(
                f"Chỉ mục «{files.root}» đang được một tiến trình khác{who} cập nhật. "
                "Hãy đợi tiến trình ấy xong rồi chạy lại."
            )
        os.ftruncate(descriptor, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f" {os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(descriptor)  # which releases the lock


def _take(descriptor: int) -> bool:
    if fcntl is not None:
        return _flock(descriptor, shared=False)
    msvcrt: Any = __import__("msvcrt")
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def begin(files: IndexFiles) -> Path:
    """Make the folder of a new build.  Call with the writer lock held."""
    return Path(tempfile.mkdtemp(prefix=IndexFiles.BUILDING, dir=files.root))


def next_number(files: IndexFiles) -> int:
    """Return the number of the next generation."""
    existing = files.generations()
    return (IndexFiles.number(existing[-1]) or 0) + 1 if existing else 1


def sizes(folder: Path) -> dict[str, int]:
    """Return the size in bytes of each file of a generation, by path; lock and hidden files are left out."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.name != IndexFiles.MANIFEST
    }


def finish(folder: Path, manifest: Manifest) -> None:
    """Write the manifest last and make every file of a build durable."""
    (folder / IndexFiles.MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def publish(files: IndexFiles, folder: Path, number: int, between: Callable[[], None] | None = None) -> Path:
    """Rename a finished build to its generation and move the pointer to it; return the new folder.

    ``between`` is called when the generation stands and the pointer has not moved.
    """
    target = files.generation(number)
    os.replace(folder, target)
    _sync(files.root)
    if between is not None:
        between()
    aside = files.root / "current.new"
    aside.write_text(target.name + "\n", encoding="utf-8")
    _sync(aside)
    os.replace(aside, files.current)
    _sync(files.root)
    return target


def sweep(files: IndexFiles, keep: int = 2) -> None:
    """Remove abandoned builds, generations never published, and old ones that nobody reads.

    The current generation and the ``keep - 1`` before it stay.  Call with the writer lock held.  What
    cannot be removed now (Windows keeps open files) is left for the next sweep.
    """
    try:
        current: int | None = IndexFiles.number(current_generation(files))
    except IndexProblem:
        current = None
    doomed = [p for p in files.root.iterdir() if p.name.startswith(IndexFiles.BUILDING) and p.is_dir()]
    if current is not None:
        numbered = [(IndexFiles.number(p) or 0, p) for p in files.generations()]
        doomed += [p for n, p in numbered if n > current]
        old = [p for n, p in numbered if n < current]
        doomed += [p for p in old[: max(0, len(old) - (keep - 1))] if not _read_by_somebody(p)]
    for folder in doomed:
        shutil.rmtree(folder, ignore_errors=True)


def _read_by_somebody(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / IndexFiles.MANIFEST, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _flock(descriptor, shared=False)
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    """Make a file or a folder's entries durable; Windows has no way to sync a folder."""
    if os.name == "nt" and path.is_dir():
        return
    flags = os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
