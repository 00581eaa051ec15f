"""What the parent's annex gives each commune to reach, a row a commune, against what the plan promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.clean import bare, collapse
from indexer.records import Document, Span
from indexer.tables import split_row
from search_api.check.compare import alert
from search_api.check.schemas import Alert
from search_api.check.scope import We

_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?")
_UNIT = re.compile(r"\((?P<unit>[^\W\d_]+|%)\)\s*$")
_COMMUNE = re.compile(r"\b(?:xa|phuong|dac khu) (?P<place>\w.*)$")
_KINDS = ("xa", "phuong", "dac khu")
_CLAUSE = re.compile(r"[^;,|]+?(?:(?=[;,|])|\.(?=\s)|$)")
_LONGEST = 300
_WORDS = 3
"""A column of fewer words ("Kinh phí") is in any clause."""


def quota_alerts(child: Document, parent: Document, we: We) -> list[Alert]:
    """Return where a commune's plan promises less than the row of its name in a table of the parent."""
    if we.level != "xa":
        return []
    out = []
    for name, unit, asked, row in _given(parent, we):
        promised = list(_promised(child, frozenset(bare(name).split()), unit))
        if not promised or any(value >= asked for value, _ in promised):
            continue
        value, where = max(promised)
        words = f"Chỉ tiêu giao thấp hơn: “{name}” cấp trên giao {asked:g} {unit}, kế hoạch {value:g} {unit}; cần giải trình."
        out.append(alert("target_lower", "error", words, parent, row, child, where))
    return out


def _given(parent: Document, we: We) -> Iterator[tuple[str, str, float, Span]]:
    """Yield name, unit and value of each column that counts, in the row of our name."""
    name = bare(we.name)
    # "Ủy ban nhân dân phường" is told apart by the place of the date line; a full name says it itself.
    full = f"{name} {bare(we.place or '')}".strip() if name.endswith(_KINDS) else name
    named = _COMMUNE.search(full)
    ours = {named["place"], named.group()} if named else set()
    header: list[str] = []
    before = None
    for block in parent.blocks:
        if block.kind != "row":
            before = None
            continue
        cells = [collapse(cell.of(parent.text)) for cell in split_row(parent.text, block.span)]
        if before is None:
            header = cells
        before = block
        if cells is header or len(cells) != len(header) or not any(bare(cell) in ours for cell in cells):
            continue
        for title, cell in zip(header, cells, strict=True):
            unit = _UNIT.search(title)
            name = title[: unit.start()].strip() if unit else ""
            if unit and len(name.split()) >= _WORDS and _NUMBER.fullmatch(cell):
                yield name, unit["unit"], _value(cell), block.span


def _promised(child: Document, wanted: frozenset[str], unit: str) -> Iterator[tuple[float, Span]]:
    """Yield each figure of a unit in a clause of the plan that holds every word of the column."""
    counted = re.compile(rf"(?<![\d.,/])(?P<n>{_NUMBER.pattern})\s*{re.escape(unit)}(?!\w)", re.IGNORECASE)
    for clause in _CLAUSE.finditer(child.text):
        found = counted.findall(clause.group())
        if len(found) != 1 or len(clause.group()) > _LONGEST:
            continue
        if wanted <= set(re.findall(r"\w+", bare(clause.group()))):
            start = clause.start() + len(clause.group()) - len(clause.group().lstrip())
            yield _value(found[0]), Span(start, clause.end())


def _value(words: str) -> float:
    return float(words.replace(".", "").replace(",", "."))
