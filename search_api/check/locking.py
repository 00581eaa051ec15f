"""One writer at a time over a small file that several processes share."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import UnusableInput

PATIENCE = 10.0
"""Seconds to wait for another writer: a review takes milliseconds, so more means that something hangs."""


@contextmanager
def held(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock file ``path``; it dies with the process.

    Raises UnusableInput where the folder cannot be written or another writer keeps the lock.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UnusableInput(
            f"Không ghi được vào «{path.parent}» ({error.strerror}). Kiểm tra quyền ghi của thư mục chỉ mục."
        ) from error
    try:
        until = time.monotonic() + patience
        while not _taken(descriptor):
            if time.monotonic() > until:
                raise UnusableInput(
                    f"Một chương trình khác đang ghi «{path.parent}» quá lâu. Đóng nó rồi làm lại."
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
