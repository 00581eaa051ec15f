"""Files that are checked without being added to the index: held in memory for a while, forgotten by themselves.

A file's id is made from its bytes, so the address of a result stays the same when the file is given again,
and nobody finds a file by guessing an address.  Nothing is written to the disk.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path, PurePath

from indexer.errors import UnknownDocument, UnusableInput
from indexer.records import Document
from search_api.check.checking import Checks, Name, read_document

MOST_FILES = 60
"""Files held at a time: a matrix of fifty plans and its parent; the one unused longest goes first."""
MOST_BYTES = 30 * 2**20
"""Bytes of one file."""
MOST_HELD = 300 * 2**20
"""Bytes of the files held, together."""
KEPT_HOURS = 12
_ID = re.compile(r"tep-[0-9a-f]{24}")


class Uploads:
    """The files that users gave; safe from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty; ``clock`` counts seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[Document, int, float]] = OrderedDict()

    def put(self, name: str, data: bytes) -> str:
        """Read a file, hold it and return its id.

        Raises UnusableInput where it is empty or too long, UnreadableFile where it cannot be read.
        """
        shown = PurePath(name.replace("\\", "/")).name or "tệp"
        if not data:
            raise UnusableInput(f"Tệp {shown} rỗng. Chọn tệp khác.")
        if len(data) > MOST_BYTES:
            raise UnusableInput(
                f"Tệp {shown} lớn quá {MOST_BYTES // 2**20} MB. Tách tệp, hoặc đưa vào kho bằng chithi index."
            )
        suffix = PurePath(shown).suffix.lower()
        doc = f"tep-{hashlib.sha256(suffix.encode() + data).hexdigest()[:24]}"
        if self.get(doc) is None:
            document = read_document(Path(shown), data, doc)
            with self._lock:
                self._held[doc] = (document, len(data), self._clock())
                self._sweep()
        return doc

    def get(self, doc: str) -> Document | None:
        """Return a held file, and hold it from now on."""
        with self._lock:
            self._sweep()
            found = self._held.get(doc)
            if found is None:
                return None
            self._held[doc] = (found[0], found[1], self._clock())
            self._held.move_to_end(doc)
            return found[0]

    def _sweep(self) -> None:
        oldest = self._clock() - KEPT_HOURS * 3600
        size = sum(size for _, size, _ in self._held.values())
        while self._held:
            _, bytes_, used = next(iter(self._held.values()))
            if len(self._held) <= MOST_FILES and size <= MOST_HELD and used >= oldest:
                break
            self._held.popitem(last=False)
            size -= bytes_

    def find(self, checks: Checks, name: str) -> Name:
        """Return what ``name`` stands for: a held file, or the id of a document of the index.

        Raises UnknownDocument for anything else: no file of this machine is ever read by its name.
        """
        held = self.get(name)
        if held is not None:
            return held
        try:
            checks.stored(name)
        except UnknownDocument:
            if _ID.fullmatch(name):
                raise UnknownDocument(
                    f"Tệp tải lên không còn được giữ (tối đa {KEPT_HOURS} giờ, {MOST_FILES} tệp, mất khi dừng máy chủ). "
                    "Hãy tải tệp lên lại: địa chỉ của kết quả sẽ như cũ."
                ) from None
            raise
        return name


__all__ = ["KEPT_HOURS", "MOST_BYTES", "MOST_FILES", "MOST_HELD", "Uploads"]
