"""ZIP archives: the files inside, taken out one by one within bounds."""

from __future__ import annotations

import io
import posixpath
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from indexer.readers.isolate import Member
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.package import BROKEN_ZIP

_BLOCK = 1 << 20
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800


def unpack(data: bytes, folder: str, progress: Callable[[], None] = lambda: None) -> Iterator[Member]:
    """Write the files of an archive under ``folder`` with names of our own; yield one member for each.

    Folders, and what systems add by themselves (__MACOSX, .DS_Store), are passed over.  Refused members carry
    their reason.  Raises :class:`Refused` where the whole archive is no good.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN_ZIP as error:
        raise Refused(f"tệp .zip hỏng, không mở được ({error}); hãy nén lại") from None
    infos = archive.infolist()
    if len(infos) > LIMITS.zip_members * 4:
        raise Refused(
            f"tệp .zip có {len(infos)} mục, quá giới hạn {LIMITS.zip_members} tệp; hãy giải nén thành thư mục rồi lập chỉ mục"
        )
    left = LIMITS.zip_bytes
    count = 0
    for info in infos:
        name = _name(info)
        if info.is_dir() or _is_litter(name):
            continue
        count += 1
        if count > LIMITS.zip_members:
            yield Member(
                name,
                reason=f"quá giới hạn {LIMITS.zip_members} tệp trong một .zip; hãy tách thành nhiều .zip",
            )
            continue
        reason = _objection(info, name, left)
        if reason:
            yield Member(name, reason=reason)
            continue
        target = Path(folder) / f"{count:04d}{Path(name).suffix.lower()[:10]}"
        try:
            size = _extract(archive, info, target, left)
        except Refused as refused:
            target.unlink(missing_ok=True)
            yield Member(name, reason=str(refused))
            continue
        left -= size
        progress()
        yield Member(name, path=str(target))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; names without the UTF-8 flag are tried as UTF-8 before the old code page."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = info.filename
    return unicodedata.normalize("NFC", name)


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return (
        parts[0] == "__MACOSX"
        or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")
        or parts[-1].startswith("~$")
    )


def _objection(info: zipfile.ZipInfo, name: str, left: int) -> str:
    """Return why a member is refused before it is opened; "" where nothing speaks against it."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or (len(plain) > 1 and plain[1] == ":") or ".." in plain.split("/"):
        return "đường dẫn trong .zip trỏ ra ngoài thư mục; không an toàn nên không đọc"
    if posixpath.normpath(plain).count("/") > LIMITS.nesting:
        return f"nằm sâu quá {LIMITS.nesting} cấp thư mục trong .zip"
    if any(ord(char) < 32 for char in plain):
        return "tên tệp trong .zip có ký tự điều khiển"
    if info.external_attr >> 28 == 0xA:
        return "là liên kết (symlink) trong .zip; không an toàn nên không đọc"
    if info.flag_bits & _ENCRYPTED:
        return "tệp trong .zip có mật khẩu; hãy giải nén trước rồi lập chỉ mục"
    if plain.lower().endswith(".zip"):
        return ".zip nằm trong .zip; hãy giải nén trước rồi lập chỉ mục"
    if info.file_size > min(left, LIMITS.file_bytes):
        return f"quá lớn khi giải nén ({info.file_size / 2**20:.0f} MB)"
    if info.file_size > _BLOCK and info.file_size > LIMITS.zip_ratio * max(info.compress_size, 1):
        return "tỷ lệ nén bất thường; có thể là tệp nén độc hại nên không đọc"
    return ""


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one member; the sizes that the archive states are not believed."""
    size = 0
    most = min(left, LIMITS.file_bytes)
    try:
        with archive.open(info) as source, target.open("wb") as out:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > most:
                    raise Refused(
                        f"quá lớn khi giải nén (hơn {most / 2**20:.0f} MB); có thể là tệp nén độc hại"
                    )
                out.write(block)
    except BROKEN_ZIP as error:
        raise Refused(f"bị hỏng trong .zip ({error})") from None
    return size
