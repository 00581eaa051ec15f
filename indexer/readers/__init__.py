"""One module per file format: bytes → :class:`indexer.records.SourceText`.

:func:`read_file` is the one verb.  Plain text is read here; every other format is parsed in a process of its
own (:mod:`indexer.readers.isolate`), where a crash or a hang cannot take the caller down.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from indexer.errors import UnreadableFile
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.plain import read_text
from indexer.records import SourceText

TEXT_SUFFIXES = frozenset({".txt", ".md"})
SUFFIXES: frozenset[str] = TEXT_SUFFIXES
"""Suffixes (lower case) of the files that :func:`read_file` reads."""


class ReadPart(msgspec.Struct, frozen=True):
    """One document of a file: ``name`` is the file's name, or the path inside an archive."""

    name: str
    source: SourceText


class Skipped(msgspec.Struct, frozen=True):
    """A member of an archive that was not read, and the Vietnamese reason."""

    path: str
    reason: str


class ReadResult(msgspec.Struct, frozen=True):
    """What one file holds: one part, or several for an archive, and what was left out."""

    parts: tuple[ReadPart, ...]
    skipped: tuple[Skipped, ...] = ()


def read_file(path: Path) -> ReadResult:
    """Read one file.

    Raises :class:`indexer.errors.UnreadableFile` with a Vietnamese reason that says what to do.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        accepted = ", ".join(sorted(SUFFIXES))
        raise UnreadableFile(
            str(path), f"chưa đọc được loại tệp “{suffix or path.name}”; các loại đọc được: {accepted}"
        )
    data = _read_bytes(path, LIMITS.text_bytes)
    try:
        source = read_text(data, markdown=suffix == ".md")
    except Refused as refused:
        raise UnreadableFile(str(path), str(refused)) from None
    return ReadResult(parts=(ReadPart(name=path.name, source=source),))


def _read_bytes(path: Path, limit: int) -> bytes:
    """Read a file whose size is between 1 and ``limit`` bytes, or raise ``UnreadableFile``."""
    try:
        if not path.is_file():
            raise UnreadableFile(str(path), "không có tệp này, hoặc đây không phải một tệp thường")
        size = path.stat().st_size
        if size > limit:
            raise UnreadableFile(
                str(path),
                f"tệp quá lớn ({size / 2**20:.1f} MB, giới hạn {limit / 2**20:.0f} MB); hãy tách thành nhiều tệp nhỏ hơn",
            )
        data = path.read_bytes()
    except PermissionError:
        raise UnreadableFile(str(path), "không có quyền đọc tệp; hãy cấp quyền đọc rồi chạy lại") from None
    except OSError as error:
        raise UnreadableFile(str(path), f"hệ điều hành không đọc được tệp ({error.strerror})") from None
    if not data:
        raise UnreadableFile(str(path), "tệp rỗng (0 byte)")
    return data
