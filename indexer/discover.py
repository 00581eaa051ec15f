"""Which files an index mirrors, and the id of each document.

Both depend on the files alone, never on the order in which they were given or indexed before.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import msgspec

from indexer.errors import UnusableInput

IGNORE_FILE = ".chithiignore"


class SourceFile(msgspec.Struct, frozen=True, order=True):
    """A file to index: ``shown`` is its path as the user would write it, with forward slashes."""

    shown: str
    path: Path


class LeftOut(msgspec.Struct, frozen=True):
    """Something that was not indexed, and the Vietnamese reason."""

    path: str
    reason: str


class Discovered(msgspec.Struct, frozen=True):
    """Files to index, in sorted order, and what could not be looked into."""

    files: tuple[SourceFile, ...]
    skipped: tuple[LeftOut, ...]


class _Rule(msgspec.Struct, frozen=True):
    """A line of an ignore file: a pattern below ``folder``."""

    folder: Path
    pattern: str
    folders_only: bool

    def matches(self, path: Path, is_folder: bool) -> bool:
        if self.folders_only and not is_folder:
            return False
        relative = path.relative_to(self.folder).as_posix()
        if self.pattern.startswith("/"):
            return fnmatchcase(relative, self.pattern[1:])
        return fnmatchcase(path.name, self.pattern) or fnmatchcase(relative, self.pattern)


def discover(paths: Sequence[Path], index_dir: Path) -> Discovered:
    """Walk files and folders; every file once, hidden ones (and the index itself) left out.

    A ``.chithiignore`` in a folder lists patterns (fnmatch, one a line, ``#`` for remarks) for names or
    paths below it; one that ends in ``/`` is for folders, one that starts with ``/`` for paths only.
    Links are followed after everything else, so that a file is shown under its real path if that is
    among those given; a link that leads back is not followed twice.

    Raises UnusableInput, naming them all, for paths that do not exist.
    """
    missing = [str(p) for p in paths if not p.exists()]
    if missing:
        raise UnusableInput(
            f"Không có tệp hoặc thư mục: {', '.join(f'«{m}»' for m in missing)}. Hãy kiểm tra lại đường dẫn."
        )
    walk = _Walk(index_dir)
    for path in sorted(Path(os.path.normpath(p)) for p in paths):
        walk.visit(path, ())
    while walk.links:
        links, walk.links = sorted(walk.links, key=lambda link: link[0]), []
        for path, rules in links:
            walk.visit(path, rules)
    return Discovered(tuple(sorted(walk.files)), tuple(sorted(walk.skipped, key=lambda s: s.path)))


class _Walk:
    def __init__(self, index_dir: Path) -> None:
        self.seen = {os.path.realpath(index_dir)}
        self.files: list[SourceFile] = []
        self.skipped: list[LeftOut] = []
        self.links: list[tuple[Path, tuple[_Rule, ...]]] = []

    def visit(self, path: Path, rules: tuple[_Rule, ...]) -> None:
        real = os.path.realpath(path)
        if real in self.seen:
            return
        try:
            mode = path.stat().st_mode
        except OSError as error:
            reason = "liên kết hỏng, không dẫn tới tệp nào" if path.is_symlink() else _reason(error)
            self.skipped.append(LeftOut(path.as_posix(), reason))
            return
        self.seen.add(real)
        if stat.S_ISDIR(mode):
            self._folder(path, rules)
        elif stat.S_ISREG(mode):
            self.files.append(SourceFile(unicodedata.normalize("NFC", path.as_posix()), path))
        else:
            self.skipped.append(LeftOut(path.as_posix(), "không phải tệp thường"))

    def _folder(self, folder: Path, rules: tuple[_Rule, ...]) -> None:
        try:
            names = sorted(os.listdir(folder))
            if IGNORE_FILE in names:
                rules += _read_rules(folder)
        except OSError as error:
            self.skipped.append(LeftOut(folder.as_posix(), _reason(error)))
            return
        for name in names:
            path = folder / name
            # "~$" starts the lock files that Word leaves beside an open document.
            if name.startswith((".", "~$")) or any(r.matches(path, path.is_dir()) for r in rules):
                continue
            if path.is_symlink():
                self.links.append((path, rules))
            else:
                self.visit(path, rules)


def _read_rules(folder: Path) -> tuple[_Rule, ...]:
    path = folder / IGNORE_FILE
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UnusableInput(f"«{path}» không phải văn bản UTF-8; hãy lưu lại tệp này bằng UTF-8.") from error
    patterns = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return tuple(_Rule(folder, p.rstrip("/"), p.endswith("/")) for p in patterns)


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "không có quyền đọc; hãy cấp quyền đọc rồi chạy lại"
    return f"hệ điều hành không đọc được ({error.strerror})"


def document_ids(paths: Sequence[PurePosixPath]) -> list[str]:
    """Give each path an id: its stem, made longer only where several would have the same.

    Files of one folder are told apart by their suffix ("plan-docx"), others by the folders above them,
    as few as needed ("y-te-plan").  ``paths`` are absolute; the result does not depend on their order.

    >>> document_ids([PurePosixPath(p) for p in ("/x/a/plan.txt", "/x/b/plan.txt", "/x/b/other.md")])
    ['a-plan', 'b-plan', 'other']
    """
    names = [_Name(path) for path in paths]
    while True:
        groups = defaultdict(list)
        for name in names:
            groups[str(name)].append(name)
        clashes = [group for group in groups.values() if len(group) > 1]
        if not clashes:
            return [str(name) for name in names]
        # All of them before the next look: the outcome must not hang on an order.
        longer = [name.lengthened(group) for group in clashes for name in group]
        if not any(longer):
            for group in clashes:
                for n, name in enumerate(sorted(group, key=lambda name: name.path), 1):
                    name.number = n


class _Name:
    """An id in the making."""

    def __init__(self, path: PurePosixPath) -> None:
        self.path = path
        self.folders = [unicodedata.normalize("NFC", p) for p in path.parent.parts if p != "/"]
        self.stem = unicodedata.normalize("NFC", path.stem).strip() or path.stem
        self.depth = 0
        self.suffixed = False
        self.number = 0

    def __str__(self) -> str:
        above = self.folders[len(self.folders) - self.depth :]
        suffix = [self.path.suffix[1:]] if self.suffixed and self.path.suffix else []
        number = [str(self.number)] if self.number else []
        return "-".join([*above, self.stem, *suffix, *number])

    def lengthened(self, group: Sequence[_Name]) -> bool:
        """Add what tells this one from the others of its group; False if there is nothing left to add."""
        if not self.suffixed and any(o is not self and o.folders == self.folders for o in group):
            self.suffixed = True
            return True
        if self.depth < len(self.folders):
            self.depth += 1
            return True
        return False
