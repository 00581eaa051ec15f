"""Writing a result to a file: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from indexer.errors import UnusableInput


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` into ``path``; a file that stands there is replaced at once or not touched.

    Raises ``UnusableInput`` where it cannot be written (no such folder, no right, open in Excel).
    """
    if path.is_dir():
        raise UnusableInput(f"{path} là thư mục. Hãy ghi rõ tên tệp, ví dụ {path / 'nhiem-vu.xlsx'}.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise _refused(path, error) from error


def _mode(path: Path) -> int:
    """Return the rights that the file has, or that a new one would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _refused(path: Path, error: OSError) -> UnusableInput:
    if isinstance(error, FileNotFoundError):
        return UnusableInput(f"Không ghi được {path}: chưa có thư mục {path.parent}. Hãy tạo thư mục trước.")
    if isinstance(error, PermissionError):
        return UnusableInput(
            f"Không ghi được {path}: không có quyền ghi, hoặc tệp đang mở bằng chương trình khác. "
            "Hãy đóng tệp hoặc chọn chỗ khác."
        )
    return UnusableInput(f"Không ghi được {path}: {error.strerror or error}. Hãy chọn chỗ khác.")
