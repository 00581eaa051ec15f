"""One module per file format: bytes → :class:`indexer.records.SourceText`.

:func:`read_file` is the one verb.  Plain text is read here; every other format is parsed in a process of its
own (:mod:`indexer.readers.isolate`), where a crash or a hang cannot take the caller down.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from indexer.errors import UnreadableFile
from indexer.readers.isolate import Job, run
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.office import to_docx
from indexer.readers.plain import read_text
from indexer.records import SourceText

TEXT_SUFFIXES = frozenset({".txt", ".md"})
WORD_SUFFIXES = frozenset({".docx", ".docm"})
OFFICE_SUFFIXES = frozenset({".doc", ".rtf", ".odt"})
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})

SUFFIXES: frozenset[str] = (
    TEXT_SUFFIXES | WORD_SUFFIXES | OFFICE_SUFFIXES | IMAGE_SUFFIXES | HTML_SUFFIXES | {".pdf", ".zip"}
)
"""Suffixes (lower case) of the files that :func:`read_file` reads."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


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
    try:
        if suffix not in SUFFIXES:
            raise Refused(_unknown(path.name))
        data = _read_bytes(path, LIMITS.text_bytes if suffix in TEXT_SUFFIXES else LIMITS.file_bytes)
        if suffix == ".zip":
            return _read_archive(data)
        return ReadResult(parts=(ReadPart(name=path.name, source=read_bytes(data, suffix)),))
    except Refused as refused:
        raise UnreadableFile(str(path), str(refused)) from None


def read_bytes(data: bytes, suffix: str) -> SourceText:
    """Read the bytes of one file (not an archive) by its suffix and by what it really is.

    Raises :class:`Refused` with a Vietnamese reason.
    """
    if suffix in TEXT_SUFFIXES:
        return read_text(data, markdown=suffix == ".md")
    if suffix in WORD_SUFFIXES | OFFICE_SUFFIXES:
        return _read_word(data, suffix)
    if suffix == ".pdf":
        if b"%PDF-" not in data[:1024]:
            raise Refused("không phải tệp PDF (thiếu dấu %PDF-); hãy tải lại tệp hoặc kiểm tra phần mở rộng")
        return _parsed("pdf", data)
    return _parsed("html" if suffix in HTML_SUFFIXES else "image", data)


def _read_word(data: bytes, suffix: str) -> SourceText:
    """Read what is named like a Word file: such names also hide newer, older and HTML files."""
    if data.startswith(b"PK") and suffix != ".odt":
        return _parsed("docx", data)
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html")):
        return _parsed("html", data)
    if data.startswith(b"%PDF-"):
        raise Refused("nội dung thật là PDF; hãy đổi phần mở rộng thành .pdf")
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise Refused("tệp có mật khẩu; hãy bỏ mật khẩu trong Word rồi lập chỉ mục lại")
    if suffix in WORD_SUFFIXES and not data.startswith(_OLE):
        raise Refused("không phải tệp Word (.docx) hoặc tệp bị hỏng; hãy mở và lưu lại bằng Word")
    real = suffix if suffix in OFFICE_SUFFIXES else ".doc"
    source = _parsed("docx", to_docx(data, real))
    return msgspec.structs.replace(source, format=real.removeprefix("."))


def _parsed(reader: str, data: bytes) -> SourceText:
    source = run(Job(reader=reader, data=data)).source
    if source is None:
        raise Refused("tệp không có chữ nào")
    return source


def _read_archive(data: bytes) -> ReadResult:
    parts: list[ReadPart] = []
    skipped: list[Skipped] = []
    with tempfile.TemporaryDirectory(prefix="chithi-") as folder:
        for member in run(Job(reader="zip", data=data, folder=folder)).members:
            suffix = Path(member.name).suffix.lower()
            try:
                if member.reason:
                    raise Refused(member.reason)
                if suffix not in SUFFIXES:
                    raise Refused(_unknown(Path(member.name).name))
                content = _read_bytes(
                    Path(member.path), LIMITS.text_bytes if suffix in TEXT_SUFFIXES else LIMITS.file_bytes
                )
                parts.append(ReadPart(name=member.name, source=read_bytes(content, suffix)))
            except Refused as refused:
                skipped.append(Skipped(path=member.name, reason=str(refused)))
    if not parts and not skipped:
        raise Refused("tệp .zip không chứa tệp nào")
    return ReadResult(parts=tuple(parts), skipped=tuple(skipped))


def _unknown(name: str) -> str:
    accepted = ", ".join(sorted(SUFFIXES))
    return f"chưa đọc được loại tệp “{Path(name).suffix or name}”; các loại đọc được: {accepted}"


def _read_bytes(path: Path, limit: int) -> bytes:
    """Read a file whose size is between 1 and ``limit`` bytes.  Raises :class:`Refused`."""
    try:
        if not path.is_file():
            raise Refused("không có tệp này, hoặc đây không phải một tệp thường")
        size = path.stat().st_size
        if size > limit:
            raise Refused(
                f"tệp quá lớn ({size / 2**20:.1f} MB, giới hạn {limit / 2**20:.0f} MB); hãy tách thành nhiều tệp nhỏ hơn"
            )
        data = path.read_bytes()
    except PermissionError:
        raise Refused("không có quyền đọc tệp; hãy cấp quyền đọc rồi chạy lại") from None
    except OSError as error:
        raise Refused(f"hệ điều hành không đọc được tệp ({error.strerror})") from None
    if not data:
        raise Refused("tệp rỗng (0 byte)")
    return data
