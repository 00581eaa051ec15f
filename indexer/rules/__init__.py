"""Vocabulary as data (TSV), with examples that tests run both ways; each file says what it is for."""

from __future__ import annotations

from importlib import resources


def rows(name: str, package: str = "indexer.rules") -> list[list[str]]:
    """Return the rows of a TSV file of rules, comments and blank lines left out."""
    return _rows((resources.files(package) / name).read_text(encoding="utf-8"))


def rows_below(folder: str) -> list[list[str]]:
    """Return the rows of all TSV files of a folder here, by the names of the files."""
    files = sorted((resources.files("indexer.rules") / folder).iterdir(), key=lambda file: file.name)
    return [
        row for file in files if file.name.endswith(".tsv") for row in _rows(file.read_text(encoding="utf-8"))
    ]


def _rows(content: str) -> list[list[str]]:
    return [line.split("\t") for line in content.splitlines() if line.strip() and not line.startswith("#")]
