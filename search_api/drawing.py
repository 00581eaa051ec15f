"""The graph of documents as a picture: levels from left to right, what cites a document right of it.

networkx orders the documents of a level and finds the chains, drawsvg writes the SVG.  Only
presentation attributes are used, so that a page's content security policy lets them pass.  Words of
documents reach the SVG only as text, which drawsvg escapes, and addresses only percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from search_api.graph import LEVELS, order
from search_api.naming import type_name
from search_api.schemas import Graph, GraphEdge, GraphNode

LEVEL_NAMES = {
    "trung-uong": "TRUNG ƯƠNG",
    "tinh": "TỈNH",
    "so": "SỞ, NGÀNH",
    "xa": "XÃ, PHƯỜNG",
    "": "CHƯA RÕ CẤP",
}
ROLE_NAMES = {
    "implements": "thực hiện",
    "replaces": "thay thế",
    "amends": "sửa đổi, bổ sung",
    "legal_basis": "căn cứ",
    "under_plan": "theo",
    "mentions": "nhắc đến",
}

_WIDE, _HIGH = 252, 80
_GAP_X, _GAP_Y, _GAP_CHAIN, _LANE = 76, 12, 24, 14
_MARGIN, _TOP = 36, 92
_INK, _SOFT, _LINE, _ACCENT, _WARN = "#1c2126", "#4d5760", "#858d94", "#1d4b7a", "#a3201c"
_STROKES: dict[str, dict[str, Any]] = {
    "implements": {"stroke": _ACCENT, "stroke_width": 1.6},
    "replaces": {"stroke": _WARN, "stroke_width": 1.6, "stroke_dasharray": "8 4"},
    "amends": {"stroke": "#7a4a00", "stroke_width": 1.6, "stroke_dasharray": "8 4 2 4"},
}
_OTHER: dict[str, Any] = {"stroke": _SOFT, "stroke_width": 1.1, "stroke_dasharray": "2 4"}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")


class Box(NamedTuple):
    """Where a document is drawn: its column, counted over all levels, and its upper left corner."""

    column: int
    x: float
    y: float


def _columns(graph: Graph) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Return the column of each document, and (level, number of columns) of the levels there are.

    Inside a level a document stands right of those of the level that it cites.
    """
    import networkx as nx

    levels = {node.id: node.level if node.level in LEVELS else "" for node in graph.nodes}
    column: dict[str, int] = {}
    bands: list[tuple[str, int]] = []
    start = 0
    for level in (*LEVELS, ""):
        own = [node.id for node in graph.nodes if levels[node.id] == level]
        if not own:
            continue
        inside = nx.DiGraph()
        inside.add_nodes_from(own)
        inside.add_edges_from(
            (edge.target, edge.source)
            for edge in graph.edges
            if levels[edge.target] == level == levels[edge.source]
        )
        # Documents that cite each other in a ring share a column.
        rings = nx.condensation(inside)
        width = 0
        for place, generation in enumerate(nx.topological_generations(rings)):
            width = place + 1
            for ring in generation:
                column.update(dict.fromkeys(rings.nodes[ring]["members"], start + place))
        bands.append((level, width))
        start += width
    return column, bands


def _chains(graph: Graph) -> list[list[GraphNode]]:
    """Return the documents in groups that hang together; those that stand alone make the last group.

    A law that everybody cites does not make one group of all: it goes with the first that cites it.
    """
    import networkx as nx

    nodes = {node.id: node for node in graph.nodes}
    firm = nx.Graph()
    firm.add_nodes_from(nodes)
    firm.add_edges_from((edge.source, edge.target) for edge in graph.edges if edge.role != "legal_basis")
    bases: dict[str, str] = {}
    for edge in graph.edges:
        if edge.role == "legal_basis" and not firm.degree(edge.target):
            bases.setdefault(edge.target, edge.source)
    for target, source in bases.items():
        if not firm.has_edge(source, target):
            firm.add_edge(source, target)
    linked: list[list[GraphNode]] = []
    alone: list[list[GraphNode]] = []
    for members in nx.connected_components(firm):
        group = sorted((nodes[name] for name in members), key=order)
        (linked if len(group) > 1 else alone).append(group)
    linked.sort(key=lambda group: (-len(group), order(group[0])))
    rest = sorted((group[0] for group in alone), key=order)
    return [*linked, rest] if rest else linked


class Layout(NamedTuple):
    """Where everything is drawn.

    ``lanes`` are the heights at which an edge (cited, citing) crosses the columns between its ends,
    where no box stands; ``bands`` are (level, columns) from the left.
    """

    boxes: dict[str, Box]
    lanes: dict[tuple[str, str], float]
    bands: list[tuple[str, int]]
    height: float


def layout(graph: Graph) -> Layout:
    """Place every document and leave a free lane for every edge.

    A document stands level with the one it hangs from, or below what the columns hold already.
    """
    column, bands = _columns(graph)
    boxes: dict[str, Box] = {}
    lanes: dict[tuple[str, str], float] = {}
    cited: dict[str, list[str]] = {}
    for edge in graph.edges:
        cited.setdefault(edge.source, []).append(edge.target)
    floor = float(_TOP)
    for group in _chains(graph):
        hung = _hung(group, cited, column)
        children: dict[str | None, list[GraphNode]] = {}
        for node in group:
            children.setdefault(hung.get(node.id), []).append(node)
        free: dict[int, float] = {}
        waiting = [(node, floor) for node in reversed(children.get(None, []))]
        while waiting:
            node, wish = waiting.pop()
            own = column[node.id]
            parent = hung.get(node.id)
            between = range(column[parent] + 1 if parent else own, own)
            y = max(wish, *(free.get(c, floor) for c in (*between, own)))
            free[own] = y + _HIGH + _GAP_Y
            free.update(dict.fromkeys(between, y + _HIGH / 2 + _LANE))
            boxes[node.id] = Box(own, _MARGIN + own * (_WIDE + _GAP_X), y)
            for target in cited.get(node.id, ()):
                crossed = range(column[target] + 1, own)
                if target == parent or not crossed:
                    lanes[target, node.id] = y + _HIGH / 2
                elif (target, node.id) not in lanes:
                    low = max(free.get(c, floor) for c in crossed)
                    lanes[target, node.id] = low + _LANE / 2
                    free.update(dict.fromkeys(crossed, low + _LANE))
            waiting += [(child, y) for child in reversed(children.get(node.id, []))]
        floor = max(free.values(), default=floor) + _GAP_CHAIN
    return Layout(boxes, lanes, bands, floor)


def _hung(
    group: Sequence[GraphNode], cited: Mapping[str, Sequence[str]], column: Mapping[str, int]
) -> dict[str, str]:
    """Choose for each document the one it hangs from: of those it cites, the nearest to its left."""
    names = {node.id for node in group}
    hung = {}
    for name in names:
        left = [target for target in cited.get(name, ()) if target in names and column[target] < column[name]]
        if left:
            hung[name] = max(left, key=lambda target: (column[target], target))
    return hung


def day(iso: str | None) -> str:
    """Write an ISO date, whole or partial, as people do; "" for none."""
    return "/".join(reversed(iso.split("-"))) if iso else ""


def node_name(node: GraphNode) -> str:
    """Name a document by type and number, or say that it is a draft."""
    kind = type_name(node.type)
    return f"{kind} {node.symbol}" if node.symbol else f"{kind} (dự thảo)" if node.draft else kind


def node_issuer(node: GraphNode) -> str:
    """Name the issuer, with the place where the name alone does not tell it."""
    issuer = node.issuer or "không rõ cơ quan ban hành"
    outside = node.level != "trung-uong" and node.locality and node.locality not in issuer
    return f"{issuer} ({node.locality})" if outside else issuer


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)


def _short(text: str, most: int) -> str:
    text = _clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def svg(graph: Graph, link: Callable[[str], str] | None = None, focus: str | None = None) -> str:
    """Draw the graph; ``link`` makes the (percent-encoded) address of a document, ``focus`` stands out.

    Returns a whole SVG document, with an XML declaration.
    """
    import drawsvg

    class Anchor(drawsvg.DrawingParentElement):  # type: ignore[misc]
        """An SVG link."""

        TAG_NAME = "a"

    boxes, lanes, bands, height = layout(graph)
    columns = max(3, sum(width for _, width in bands))
    width = 2 * _MARGIN + columns * (_WIDE + _GAP_X) - _GAP_X
    picture = drawsvg.Drawing(
        width, height, font_family="Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif"
    )
    picture.append(drawsvg.Rectangle(0, 0, width, height, fill="#ffffff"))
    _draw_bands(picture, bands, height)
    arrows = {role: _arrow(str(stroke["stroke"])) for role, stroke in _STROKES.items()}
    other = _arrow(str(_OTHER["stroke"]))
    _draw_legend(picture, graph, arrows, other)
    # The faint lines first, so that those that matter lie above them; boxes above all lines.
    for edge in sorted(graph.edges, key=lambda e: (e.role in _STROKES, e.source, e.target)):
        arrow = arrows.get(edge.role, other)
        lane = lanes[edge.target, edge.source]
        _draw_edge(picture, edge, boxes[edge.target], boxes[edge.source], lane, arrow)
    for node in graph.nodes:
        box = boxes[node.id]
        holder: Any = picture
        if node.doc is not None and link is not None:
            # The list beside the picture carries the same links for the keyboard and for readers.
            holder = Anchor(href=link(node.doc), tabindex=-1)
            picture.append(holder)
        _draw_node(holder, node, box, chosen=node.id == focus)
    return str(picture.as_svg())


def _draw_bands(picture: Any, bands: list[tuple[str, int]], height: float) -> None:
    import drawsvg

    start = 0
    for place, (level, width) in enumerate(bands):
        x = _MARGIN + start * (_WIDE + _GAP_X) - _GAP_X / 2 + 4
        wide = width * (_WIDE + _GAP_X) - 8
        picture.append(
            drawsvg.Rectangle(x, 44, wide, height - 48, fill="#f3f4f2" if place % 2 == 0 else "#e9eef4", rx=4)
        )
        picture.append(
            drawsvg.Text(LEVEL_NAMES[level], 16, x + 12, 72, fill=_SOFT, font_weight=600, letter_spacing=0.6)
        )
        start += width


def _arrow(colour: str) -> Any:
    import drawsvg

    arrow = drawsvg.Marker(-0.9, -0.5, 0.1, 0.5, scale=9, orient="auto")
    arrow.append(drawsvg.Lines(-0.9, 0.42, -0.9, -0.42, 0.1, 0, close=True, fill=colour))
    return arrow


def _draw_legend(picture: Any, graph: Graph, arrows: dict[str, Any], other: Any) -> None:
    import drawsvg

    x = float(_MARGIN)
    for role in (r for r in ROLE_NAMES if any(edge.role == r for edge in graph.edges)):
        words = f"A → B: B {ROLE_NAMES[role]} A"
        line = drawsvg.Line(
            x, 22, x + 40, 22, marker_end=arrows.get(role, other), **_STROKES.get(role, _OTHER)
        )
        picture.append(line)
        picture.append(drawsvg.Text(words, 16, x + 50, 28, fill=_INK))
        x += 70 + 8.4 * len(words)
    if any(node.missing for node in graph.nodes):
        picture.append(
            drawsvg.Rectangle(
                x, 12, 40, 20, fill="#ffffff", stroke=_LINE, stroke_width=1.4, stroke_dasharray="5 4", rx=4
            )
        )
        picture.append(drawsvg.Text("chưa có trong kho", 16, x + 50, 28, fill=_INK))


def _draw_edge(picture: Any, edge: GraphEdge, cited: Box, citing: Box, lane: float, arrow: Any) -> None:
    """Draw from the cited to the citing box; up and down only in the gaps between columns."""
    import drawsvg

    line = drawsvg.Path(fill="none", marker_end=arrow, **_STROKES.get(edge.role, _OTHER))
    x1, y1, y2 = cited.x + _WIDE, cited.y + _HIGH / 2, citing.y + _HIGH / 2
    line.M(x1, y1)
    if citing.column > cited.column:
        x2, bend = citing.x - 2, _GAP_X / 2
        if y1 != lane:
            line.C(x1 + bend, y1, x1 + bend, lane, x1 + 2 * bend - 4, lane)
        if lane != y2:
            line.L(x2 - 2 * bend + 4, lane).C(x2 - bend, lane, x2 - bend, y2, x2, y2)
        else:
            line.L(x2, y2)
        at = (x2 - _GAP_X / 2 - 2, y2 - 6)
    else:
        x2 = citing.x + _WIDE + 2
        line.C(x1 + 40, y1, x2 + 40, y2, x2, y2)
        at = (x2 + 30, y2 - 6)
    line.append_title(_clean(f"{ROLE_NAMES.get(edge.role, edge.role)}: {edge.quote}"))
    picture.append(line)
    if edge.role in ("replaces", "amends"):
        word = "thay thế" if edge.role == "replaces" else "sửa đổi"
        colour = _STROKES[edge.role]["stroke"]
        picture.append(drawsvg.Text(word, 16, *at, fill=colour, text_anchor="middle"))


def _draw_node(holder: Any, node: GraphNode, box: Box, *, chosen: bool) -> None:
    import drawsvg

    dashes = {"stroke_dasharray": "5 4"} if node.missing else {}
    holder.append(
        drawsvg.Rectangle(
            box.x,
            box.y,
            _WIDE,
            _HIGH,
            rx=4,
            fill="#e7eef6" if chosen else "#ffffff",
            stroke=_ACCENT if not node.missing else _LINE,
            stroke_width=2.6 if chosen else 1.4,
            **dashes,
        )
    )
    when = day(node.date)
    last = [
        when,
        "dự thảo" if node.draft and node.symbol else "",
        "chưa có trong kho" if node.missing else "",
    ]
    if node.status:
        last.append("đã bị thay thế" if "thay thế" in node.status else "đã được sửa đổi")
    lines: tuple[tuple[str, int, dict[str, Any]], ...] = (
        (node_name(node), 26, {"font_weight": 600, "fill": _SOFT if node.missing else _INK}),
        (node_issuer(node), 29, {"fill": _SOFT if node.missing else _INK}),
        (
            " · ".join(part for part in last if part) or "không rõ ngày",
            31,
            {"fill": _WARN if node.status else _SOFT},
        ),
    )
    for place, (words, most, style) in enumerate(lines):
        holder.append(drawsvg.Text(_short(words, most), 16, box.x + 10, box.y + 24 + place * 22, **style))
    about = [node_name(node), node_issuer(node), node.title or "", node.status or ""]
    if node.missing:
        about.append("Chưa có toàn văn trong kho")
        if node.similar:
            about.append(
                f"Trong kho có văn bản cùng số nhưng khác ngày hoặc cơ quan: {', '.join(node.similar)}"
            )
    group = drawsvg.Rectangle(box.x, box.y, _WIDE, _HIGH, fill="#ffffff", fill_opacity=0)
    group.append_title(". ".join(_clean(part) for part in about if part))
    holder.append(group)
