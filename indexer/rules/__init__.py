"""Vocabulary as data (TSV), with examples that tests run both ways; each file says what it is for."""

from __future__ import annotations

from importlib import resources


def rows(name: str, package: str = "indexer.rules") -> list[list[str]]:
    """Return the rows of a TSV file of rules, comments and blank lines left out."""
    content = (resources.files(package) / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in content.splitlines() if line.strip() and not line.startswith("#")]
