"""Tables of a document: rows of cells with spans, columns known by their headers.

A reader gives each row as one line ``| cell | cell |``; the structure keeps it as a block of kind
"row".  Rows that follow one another make a table; its header rows are recognised from
``rules/table_headers.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from indexer.clean import bare, collapse
from indexer.records import Block, Span
from indexer.rules import rows


class Row(msgspec.Struct, frozen=True):
    """A row of cells; ``cells`` are the spans of the trimmed cells, in order."""

    span: Span
    cells: tuple[Span, ...]
    section: int

    def texts(self, text: str) -> list[str]:
        """Return the collapsed cells."""
        return [collapse(cell.of(text)) for cell in self.cells]


class Table(msgspec.Struct, frozen=True):
    """A table with a known header: ``columns`` maps the index of a column to its key."""

    header: tuple[Row, ...]
    columns: Mapping[int, str]
    names: Mapping[int, str]
    rows: tuple[Row, ...]

    def column(self, key: str) -> int | None:
        """Return the first column of a key."""
        return next((index for index, found in sorted(self.columns.items()) if found == key), None)


@lru_cache(maxsize=1)
def header_rules() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """Return (key, pattern, examples) in the order of the file."""
    return tuple(
        (key, re.compile(pattern), tuple(examples.split(" | ")))
        for key, pattern, examples in rows("table_headers.tsv")
    )


@lru_cache(maxsize=4096)
def header_key(cell: str) -> str | None:
    """Return the key of a header cell, or None for any other cell."""
    words = collapse(bare(cell)).strip(" .:*")
    if not words or len(words) > 70:
        return None
    return next((key for key, pattern, _ in header_rules() if pattern.fullmatch(words)), None)


_RULE = re.compile(r"[\s|:\-–—=]*")


def split_row(text: str, span: Span) -> tuple[Span, ...]:
    """Return the spans of the cells of a row line, white space trimmed."""
    start, end = span.start, span.end
    line = text[start:end]
    inner_start = start + (len(line) - len(line.lstrip())) + (1 if line.lstrip().startswith("|") else 0)
    inner_end = start + len(line.rstrip()) - (1 if line.rstrip().endswith("|") else 0)
    cells = []
    at = inner_start
    for match in re.finditer(r"(?<!\\)\|", text[inner_start:inner_end]):
        cells.append(_trim(text, at, inner_start + match.start()))
        at = inner_start + match.end()
    cells.append(_trim(text, at, max(at, inner_end)))
    return tuple(cells)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def read_tables(text: str, blocks: Iterable[Block]) -> list[Table]:
    """Find the tables whose header says what their columns hold."""
    tables: list[Table] = []
    run: list[Row] = []
    for block in blocks:
        if block.kind == "row":
            if _RULE.fullmatch(block.span.of(text)):
                continue
            run.append(Row(block.span, split_row(text, block.span), block.section))
            continue
        if run and collapse(block.span.of(text)):
            tables += _tables(text, run)
            run = []
    return tables + _tables(text, run)


def _tables(text: str, run: list[Row]) -> list[Table]:
    """Divide a run of rows at its header rows; a header repeated on a new page is dropped."""
    tables: list[Table] = []
    at = 0
    while at < len(run):
        keys = _header(run[at].texts(text))
        if keys is None:
            at += 1
            continue
        header, columns = [run[at]], keys
        at += 1
        while (
            at < len(run)
            and (below := _second_header(run[at].texts(text), header[0].texts(text))) is not None
        ):
            columns = columns | below
            header.append(run[at])
            at += 1
        body = []
        printed = [row.texts(text) for row in header]
        while at < len(run):
            cells = run[at].texts(text)
            if cells not in printed:
                if _header(cells) is not None:
                    break
                if not _column_numbers(cells):
                    body.append(run[at])
            at += 1
        names = {
            index: run_text for row in header for index, run_text in enumerate(row.texts(text)) if run_text
        }
        tables.append(Table(tuple(header), columns, names, tuple(body)))
    return tables


def _header(cells: list[str]) -> dict[int, str] | None:
    """Return the keys of a header row: something to do or to reach, and what belongs to it."""
    keys = {index: key for index, cell in enumerate(cells) if (key := header_key(cell)) is not None}
    found = set(keys.values())
    if len(found) < 2 or len(keys) < 0.6 * sum(bool(cell) for cell in cells):
        return None
    if not found & {"task", "indicator"} or not found - {"task", "indicator", "order", "note"}:
        return None
    return keys


def _second_header(cells: list[str], above: list[str]) -> dict[int, str] | None:
    """Return the keys that a second header row adds under merged cells; None for a row of the body."""
    if len(cells) != len(above):
        return None
    changed = [index for index, cell in enumerate(cells) if cell and cell != above[index]]
    same = [index for index, cell in enumerate(cells) if cell and cell == above[index]]
    keys = {index: key for index in changed if (key := header_key(cells[index])) is not None}
    if not changed or len(keys) < len(changed) or not (same or not all(cells)):
        return None
    return keys


def _column_numbers(cells: list[str]) -> bool:
    """Say whether a row only numbers the columns: (1) (2) (3)."""
    filled = [cell.strip("() ") for cell in cells if cell]
    return len(filled) > 2 and all(re.fullmatch(r"\d{1,2}|[A-Z]", cell) for cell in filled)
