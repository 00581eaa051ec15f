"""A document's text as paragraphs, headings and tables, every span still reachable.

The text is covered from end to end: what no block claims is shown as plain paragraphs.  Only white
space and the pipes of table rows are not shown.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from markupsafe import Markup

from indexer.clean import bare
from search_api.schemas import DocumentView, OutlineRow
from web.contexts import Piece
from web.highlight import Mark, render

CITED = "trich"
"""The anchor of the cited words."""

_LINE = re.compile(r"[^\n]+")
_CELL = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r"\|[\s:|-]+\|")
_LABEL = re.compile(r"\s*(?:[-+•]\s*)?[^:\n]{3,90}:")
_BULLET = re.compile(r"\s*[-+•*]\s")
_CSS = {
    "symbol": "center",
    "place": "center italic",
    "banner": "center strong",
    "type": "center strong large",
    "title": "center strong",
    "label": "label",
    "bullet": "bullet",
    "recipients": "lines small",
    "signature": "lines center strong",
}


def section_anchors(outline: Sequence[OutlineRow]) -> list[str]:
    """Name each section by its path ("muc-iii-1"); a path met again gets a number of its own."""
    seen: dict[str, int] = {}
    names = []
    for row in outline:
        name = "muc-" + (re.sub(r"[^a-z0-9]+", "-", bare(row.path)).strip("-") or "0")
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-lan-{seen[name]}")
    return names


def section_at(outline: Sequence[OutlineRow], at: int) -> int | None:
    """Return the index of the deepest section that holds the offset; None outside every section."""
    best = None
    for index, row in enumerate(outline):
        if row.start <= at < row.end and (best is None or row.depth >= outline[best].depth):
            best = index
    return best


def pieces(
    view: DocumentView, marks: Sequence[Mark] = (), cited: tuple[int, int] | None = None
) -> list[Piece]:
    """Return the document's text in order, ``marks`` rendered, ``cited`` marked and anchored.

    Page numbers become empty elements whose ``data-n`` the style sheet shows in the margin.
    """
    anchors = section_anchors(view.outline)
    heads = sorted((row.start, i) for i, row in enumerate(view.outline))
    points = [
        *(Mark(start, start, "span", "page", data=str(number)) for number, start, _ in view.pages),
        *(Mark(start, start, "span", id=f"d-{start}") for start, _ in view.passages),
    ]
    words = sorted([*marks, *points], key=lambda m: (m.start, -m.end))
    layer = _Layer(view.text, words, cited)
    out: list[Piece] = []
    for is_row, group in groupby(_blocks(view), key=lambda block: block[2] == "row"):
        blocks = list(group)
        if is_row:
            out += _tables(layer, blocks, heads, anchors)
        else:
            out += [_paragraph(view, layer, block, heads, anchors) for block in blocks]
    return out


class _Layer:
    """The text with its marks, rendered stretch by stretch from start to end."""

    def __init__(self, text: str, marks: list[Mark], cited: tuple[int, int] | None) -> None:
        self.text = text
        self.marks = marks
        self.starts = [mark.start for mark in marks]
        self.longest = max((mark.end - mark.start for mark in marks), default=0)
        self.cited = cited
        self.anchored = False

    def points(self, start: int, end: int) -> list[Mark]:
        """Return the empty marks in [start, end)."""
        inside = self.marks[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        return [mark for mark in inside if mark.start == mark.end]

    def render(self, start: int, end: int, extra: Sequence[Mark] = ()) -> Markup:
        first = bisect_left(self.starts, start - self.longest)
        chosen = list(self.marks[first : bisect_right(self.starts, end)])
        if self.cited:
            left, right = max(self.cited[0], start), min(self.cited[1], end)
            if left < right and self.text[left:right].strip():
                chosen.insert(0, Mark(left, right, "mark", "cited", id=None if self.anchored else CITED))
                self.anchored = True
        return render(self.text, start, end, [*extra, *chosen])


def _blocks(view: DocumentView) -> Iterator[tuple[int, int, str]]:
    """Cover the text with (start, end, kind); the gaps between known blocks go line by line."""
    at = 0
    for start, end, kind in [*sorted(view.blocks), (len(view.text), len(view.text), "")]:
        for line in _LINE.finditer(view.text, at, max(at, start)):
            if line[0].strip():
                yield line.start(), line.end(), _guess(view.text, line.start(), line.end())
        start = max(start, at)
        if start < end:
            if kind != "row" and view.text[start:end].lstrip().startswith("|"):
                for line in _LINE.finditer(view.text, start, end):
                    yield line.start(), line.end(), _guess(view.text, line.start(), line.end())
            else:
                yield start, end, kind
        at = max(at, end)


def _guess(text: str, start: int, end: int) -> str:
    line = text[start:end].strip()
    if len(line) > 2 and line.startswith("|") and line.endswith("|"):
        return "row"
    return "bullet" if _BULLET.match(line) else "paragraph"


def _inside(heads: list[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return the outline indices of the sections that start inside [start, end)."""
    return [i for _, i in heads[bisect_left(heads, (start, -1)) : bisect_left(heads, (end, -1))]]


def _paragraph(
    view: DocumentView,
    layer: _Layer,
    block: tuple[int, int, str],
    heads: list[tuple[int, int]],
    anchors: list[str],
) -> Piece:
    start, end, kind = block
    found = _inside(heads, start, end)
    extra = [Mark(view.outline[i].start, view.outline[i].start, "span", id=anchors[i]) for i in found[1:]]
    tag, css = "p", _CSS.get(kind, "")
    if found:
        section = view.outline[found[0]]
        if (
            section.kind != "run_in"
            and section.title is not None
            and kind in ("heading", "paragraph", "", "title")
        ):
            tag, css = f"h{min(section.depth + 1, 6)}", "annex" if section.kind == "annex" else ""
    elif kind == "heading":
        css = "strong"
    if kind == "label" and (label := _LABEL.match(view.text, start, end)):
        extra.append(Mark(start, label.end(), "b"))
    return Piece(tag, css, anchors[found[0]] if found else None, layer.render(start, end, extra))


def _tables(
    layer: _Layer, blocks: list[tuple[int, int, str]], heads: list[tuple[int, int]], anchors: list[str]
) -> Iterator[Piece]:
    rows: list[tuple[Markup, ...]] = []
    for start, end, _ in blocks:
        for line in _LINE.finditer(layer.text, start, end):
            if not line[0].strip() or _RULER.fullmatch(line[0].strip()):
                continue
            spans = list(_cells(layer.text, line.start(), line.end()))
            if rows and len(spans) != len(rows[0]) and len(spans) > 1 and len(rows[0]) > 1:
                yield Piece("table", "", None, Markup(""), tuple(rows))
                rows = []
            first = spans[0][0]
            extra = [
                Mark(first, first, "span", id=anchors[i]) for i in _inside(heads, line.start(), line.end())
            ]
            extra += [replace(mark, start=first, end=first) for mark in layer.points(line.start(), first)]
            rows.append(tuple(layer.render(a, b, () if n else extra) for n, (a, b) in enumerate(spans)))
    if rows:
        yield Piece("table", "", None, Markup(""), tuple(rows))


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span of each cell of a row line, without the pipes and the space around."""
    cuts = [m.start() for m in _CELL.finditer(text, start, end)]
    before = [start - 1] if not cuts or text[start : cuts[0]].strip() else []
    after = [end] if not cuts or text[cuts[-1] + 1 : end].strip() else []
    edges = [*before, *cuts, *after]
    if len(edges) < 2:
        edges = [start - 1, end]
    for left, right in pairwise(edges):
        a, b = left + 1, right
        while a < b and text[a].isspace():
            a += 1
        while a < b and text[b - 1].isspace():
            b -= 1
        yield a, b
