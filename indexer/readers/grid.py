"""Ruling lines → tables: which cells a page draws, and which of them are merged.

Coordinates are points (or pixels), x to the right, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

_JOIN = 3.0  # points between lines that are drawn as one
_MOST_LINES = 4000  # a drawing, not a table


class Rule(msgspec.Struct, frozen=True):
    """A straight line along one axis: ``at`` is its place on the other axis."""

    at: float
    start: float
    end: float


class Grid(msgspec.Struct, frozen=True):
    """A table: the edges of its columns and rows, and for each elementary cell the cell that owns it.

    ``owner[row][column]`` is (row, column) of the first elementary cell of the merged cell.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    owner: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def columns(self) -> int:
        """Number of elementary columns."""
        return len(self.xs) - 1

    @property
    def rows(self) -> int:
        """Number of elementary rows."""
        return len(self.ys) - 1

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the owning cell at a point; None outside the table."""
        column = _slot(self.xs, x)
        line = _slot(self.ys, y)
        if column is None or line is None:
            return None
        return self.owner[line][column]


def _slot(edges: tuple[float, ...], value: float) -> int | None:
    if not edges[0] - _JOIN <= value <= edges[-1] + _JOIN:
        return None
    for at in range(len(edges) - 2, -1, -1):
        if value >= edges[at]:
            return at
    return 0


def merge_rules(rules: Iterable[Rule], gap: float = _JOIN) -> list[Rule]:
    """Join collinear pieces of lines; a border drawn twice becomes one."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: r.at):
        if groups and rule.at - groups[-1][-1].at <= gap / 1.5:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    merged: list[Rule] = []
    for group in groups:
        at = sum(rule.at for rule in group) / len(group)
        start = end = None
        for rule in sorted(group, key=lambda r: r.start):
            if start is None or end is None:
                start, end = rule.start, rule.end
            elif rule.start <= end + gap:
                end = max(end, rule.end)
            else:
                merged.append(Rule(at, start, end))
                start, end = rule.start, rule.end
        if start is not None and end is not None:
            merged.append(Rule(at, start, end))
    return merged


def find_grids(across: Iterable[Rule], down: Iterable[Rule]) -> list[Grid]:
    """Find the tables that horizontal (``across``) and vertical (``down``) lines draw, top to bottom."""
    horizontal = [rule for rule in merge_rules(across) if rule.end - rule.start > 8]
    vertical = [rule for rule in merge_rules(down) if rule.end - rule.start > 6]
    if len(horizontal) < 2 or len(vertical) < 2 or len(horizontal) + len(vertical) > _MOST_LINES:
        return []
    parent = list(range(len(horizontal) + len(vertical)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for i, line in enumerate(horizontal):
        for j, post in enumerate(vertical):
            if (
                line.start - _JOIN <= post.at <= line.end + _JOIN
                and post.start - _JOIN <= line.at <= post.end + _JOIN
            ):
                parent[root(i)] = root(len(horizontal) + j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, line in enumerate(horizontal):
        groups.setdefault(root(i), ([], []))[0].append(line)
    for j, post in enumerate(vertical):
        groups.setdefault(root(len(horizontal) + j), ([], []))[1].append(post)
    grids = [grid for lines, posts in groups.values() if (grid := _grid(lines, posts)) is not None]
    return sorted(grids, key=lambda grid: grid.ys[0])


def _places(values: Iterable[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _JOIN:
            out.append(value)
    return out


def _grid(lines: list[Rule], posts: list[Rule]) -> Grid | None:
    if len(lines) < 2 or len(posts) < 2:
        return None
    xs, ys = _places(post.at for post in posts), _places(line.at for line in lines)
    if len(xs) < 3 or len(ys) < 2 or len(xs) > 64 or (len(xs) - 1) * (len(ys) - 1) < 2:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1

    def drawn(rules: list[Rule], at: float, middle: float) -> bool:
        return any(
            abs(rule.at - at) <= _JOIN and rule.start - _JOIN <= middle <= rule.end + _JOIN for rule in rules
        )

    owner = [[(r, c) for c in range(columns)] for r in range(rows)]
    for r in range(rows):
        for c in range(columns):
            if c and not drawn(posts, xs[c], (ys[r] + ys[r + 1]) / 2):
                owner[r][c] = owner[r][c - 1]
            elif r and not drawn(lines, ys[r], (xs[c] + xs[c + 1]) / 2):
                owner[r][c] = owner[r - 1][c]
    return Grid(tuple(xs), tuple(ys), tuple(tuple(line) for line in owner))
