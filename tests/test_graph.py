"""The chain of documents: who cites whom, absent documents kept apart or together, the picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from indexer.records import Reference, Span
from indexer.store import StoredDocument, StoredReference
from search_api.drawing import _HIGH, _WIDE, layout, svg
from search_api.graph import Branch, around, chains, make_graph
from search_api.schemas import Graph, GraphEdge, GraphNode
from search_api.service import Service

BOX = (_WIDE, _HIGH)
SVG = "{http://www.w3.org/2000/svg}"


def row(doc: str, symbol: str | None = None, level: str = "xa", **fields: Any) -> StoredDocument:
    given: dict[str, Any] = dict.fromkeys(StoredDocument.__struct_fields__)
    given |= {"id": doc, "symbol": symbol, "level": level, "path": f"{doc}.txt", "draft": symbol is None}
    return StoredDocument(**{**given, **fields})


def cite(
    doc: str, start: int, symbol: str | None, role: str = "implements", **fields: Any
) -> StoredReference:
    given: dict[str, Any] = {
        "span": Span(start, start + 10), "raw": f"Kế hoạch số {symbol}", "symbol": symbol, "type": "Kế hoạch",
        "issuer": None, "date": None, "role": role,
    }  # fmt: skip
    return StoredReference(doc, Reference(**{**given, **fields}))


def edges(graph: Graph) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.role, edge.target) for edge in graph.edges]


def missing(graph: Graph) -> list[GraphNode]:
    return [node for node in graph.nodes if node.missing]


def test_a_cited_title_makes_an_edge_of_the_cited_document() -> None:
    inner = "Chỉ thị số 07-CT/TU"
    outer = cite("a", 0, "51-KH/ĐU", title=f"về thực hiện\n{inner} của Tỉnh ủy", date="2026-05-18")
    graph = make_graph(
        [row("a")], [outer, cite("a", 50, "07-CT/TU", raw="Chỉ thị số\n07-CT/TU", nested=True)], {}
    )
    first, second = sorted(missing(graph), key=lambda node: str(node.symbol), reverse=True)
    assert edges(graph) == [(first.id, "implements", second.id), ("a", "implements", first.id)]
    assert (first.symbol, second.symbol) == ("51-KH/ĐU", "07-CT/TU")


def test_a_nested_mention_whose_title_is_not_found_makes_no_edge() -> None:
    graph = make_graph([row("a")], [cite("a", 50, "07-CT/TU", nested=True)], {})
    assert (graph.edges, missing(graph)) == ((), [])


@pytest.mark.parametrize(
    ("first", "second", "documents"),
    [
        ({"date": "2026-04-16"}, {"date": "2026-04-16"}, 1),
        ({"date": "2026-04-16"}, {}, 1),
        ({"date": "2026-04-16"}, {"date": "2026"}, 1),
        ({"date": "2026-04-16"}, {"date": "2026-04-15"}, 2),
        ({"locality": "Suối Đá"}, {"locality": "Cầu Gỗ"}, 2),
        ({"issuer": "UBND tỉnh"}, {"issuer": "Ủy ban nhân dân tỉnh"}, 1),
        ({"issuer": "Tỉnh ủy"}, {"issuer": "Ban Thường vụ Tỉnh ủy"}, 1),
        ({"issuer": "Sở Nội vụ"}, {"issuer": "Sở Tài chính"}, 2),
        ({"level": "tinh"}, {"level": "xa"}, 2),
    ],
)
def test_absent_documents_are_told_apart_by_more_than_their_symbol(
    first: dict[str, Any], second: dict[str, Any], documents: int
) -> None:
    graph = make_graph(
        [row("a", level="tinh"), row("b", level="tinh")],
        [cite("a", 0, "12/KH-UBND", **first), cite("b", 0, "12/KH-UBND", **second)],
        {},
    )
    assert len(missing(graph)) == documents


def test_a_mention_that_could_mean_two_absent_documents_joins_neither() -> None:
    graph = make_graph(
        [row("a"), row("b"), row("c")],
        [
            cite("a", 0, "12/KH-UBND", date="2026-04-16"),
            cite("b", 0, "12/KH-UBND", date="2025-03-01"),
            cite("c", 0, "12/KH-UBND"),
        ],
        {},
    )
    assert len(missing(graph)) == 3


def test_a_commune_s_own_documents_are_not_another_commune_s() -> None:
    graph = make_graph(
        [row("a", locality="Suối Đá"), row("b", locality="Cầu Gỗ")],
        [
            cite("a", 0, "14/KH-UBND", "replaces", level="xa", issuer="UBND xã"),
            cite("b", 0, "14/KH-UBND", "replaces", level="xa", issuer="UBND xã"),
        ],
        {},
    )
    assert sorted(str(node.locality) for node in missing(graph)) == ["Cầu Gỗ", "Suối Đá"]


def test_a_document_that_names_itself_is_no_other_document() -> None:
    rows = [row("phu-luc", "14/KH-UBND")]
    graph = make_graph(rows, [cite("phu-luc", 0, "14/KH-UBND", sub_role="self")], {})
    assert (missing(graph), edges(graph)) == ([], [])


def test_edges_are_counted_once_and_quoted() -> None:
    graph = make_graph(
        [row("a"), row("b", "9/KH-UBND", "tinh")],
        [
            cite("a", 5, "9/KH-UBND"),
            cite("a", 90, "9/KH-UBND"),
            cite("a", 99, "9/KH-UBND", "mentions"),
            cite("a", 120, None),
            cite("b", 3, "9/KH-UBND"),
        ],
        {("a", 5): "b", ("a", 90): "b", ("a", 99): "b", ("b", 3): "b"},
    )
    (edge,) = graph.edges
    assert (edge.source, edge.target, edge.doc, edge.start, edge.end, edge.mentions) == (
        "a",
        "b",
        "a",
        5,
        15,
        2,
    )
    assert edge.quote == "Kế hoạch số 9/KH-UBND"
    assert graph.unnumbered == 1


def test_an_absent_document_points_to_the_one_that_bears_its_number() -> None:
    graph = make_graph(
        [row("a"), row("b", "9/KH-UBND", "tinh", date="2026-04-15")],
        [cite("a", 5, "09/KH-UBND", level="tinh", date="2026-04-16")],
        {},
    )
    assert [node.similar for node in missing(graph)] == [("b",)]


def node(name: str, level: str | None = "xa", *, absent: bool = False, **fields: Any) -> GraphNode:
    given: dict[str, Any] = dict.fromkeys(GraphNode.__struct_fields__)
    given |= {"id": name, "doc": None if absent else name, "missing": absent, "symbol": name, "level": level}
    given |= {"draft": False, "similar": ()}
    return GraphNode(**{**given, **fields})


def edge(source: str, target: str, role: str = "implements") -> GraphEdge:
    return GraphEdge(source, target, role, source, 0, 5, "trích", 1)


CHAIN = Graph(
    (
        node("tw", "trung-uong", absent=True),
        node("tu", "tinh"),
        node("ub", "tinh"),
        node("so", "so"),
        node("xa"),
        node("xa-cu", absent=True),
        node("la", None),
    ),
    (
        edge("tu", "tw"),
        edge("ub", "tu"),
        edge("so", "ub"),
        edge("xa", "ub"),
        edge("xa", "tw", "legal_basis"),
        edge("xa", "xa-cu", "replaces"),
    ),
)


def test_around_a_document_stand_its_parents_parents_and_its_children() -> None:
    assert {n.id for n in around(CHAIN, "so").nodes} == {"so", "ub", "tu", "tw"}
    assert {n.id for n in around(CHAIN, "tu").nodes} == {"tw", "tu", "ub", "so", "xa"}
    assert {n.id for n in around(CHAIN, "la").nodes} == {"la"}


def test_the_list_holds_every_edge_once_and_every_document() -> None:
    def walk(branches: tuple[Branch, ...]) -> list[Branch]:
        return [b for branch in branches for b in (branch, *walk(branch.branches))]

    everything = walk(chains(CHAIN))
    assert {b.node.id for b in everything} == {n.id for n in CHAIN.nodes}
    assert sorted((b.edge.source, b.edge.target) for b in everything if b.edge) == sorted(
        (e.source, e.target) for e in CHAIN.edges
    )
    assert [b.node.id for b in chains(CHAIN)] == ["tw", "xa-cu", "la"]


def test_a_ring_of_documents_neither_hangs_nor_hides() -> None:
    ring = Graph((node("a"), node("b"), node("c", "tinh")), (edge("a", "b"), edge("b", "a"), edge("b", "c")))
    assert len(chains(ring)) == 1
    loop = Graph((node("a"), node("b")), (edge("a", "b"), edge("b", "a")))
    assert [b.node.id for b in chains(loop)] == ["a"]
    assert ElementTree.fromstring(svg(loop)) is not None


def test_levels_stand_from_left_to_right_and_nothing_overlaps() -> None:
    made = layout(CHAIN)
    assert made.bands == [("trung-uong", 1), ("tinh", 2), ("so", 1), ("xa", 2), ("", 1)]
    x = {name: box.x for name, box in made.boxes.items()}
    assert x["tw"] < x["tu"] < x["ub"] < x["so"] < x["xa-cu"] < x["xa"] < x["la"]
    places = [(box.column, box.y) for box in made.boxes.values()]
    for place, (column, y) in enumerate(places):
        assert all(other != column or abs(y - low) >= BOX[1] for other, low in places[place + 1 :])


def test_no_line_crosses_a_box_between_its_ends() -> None:
    made = layout(CHAIN)
    for (cited, citing), lane in made.lanes.items():
        a, b = made.boxes[cited].column, made.boxes[citing].column
        for box in made.boxes.values():
            if a < box.column < b:
                assert not box.y <= lane <= box.y + BOX[1], (cited, citing)


HOSTILE = '</text></svg><script>alert("1")</script>&\x00\x1b'


def test_words_of_documents_stay_words() -> None:
    graph = Graph(
        (
            node(HOSTILE, "tinh", issuer=HOSTILE, title=HOSTILE, status=HOSTILE, type=HOSTILE),
            node(
                "b", "tinh", absent=True, symbol=HOSTILE, locality=HOSTILE, date=HOSTILE, similar=(HOSTILE,)
            ),
        ),
        (GraphEdge(HOSTILE, "b", "implements", HOSTILE, 0, 1, HOSTILE, 1),),
    )
    drawn = svg(graph, lambda doc: "/van-ban/x", HOSTILE)
    tree = ElementTree.fromstring(drawn)
    assert not list(tree.iter(f"{SVG}script"))
    assert "<script" not in drawn
    assert "style=" not in drawn  # the policy of the pages forbids it
    assert not re.search(r"\son\w+=", drawn)


def test_absent_documents_are_dashed_and_open_nothing() -> None:
    tree = ElementTree.fromstring(svg(CHAIN, lambda doc: f"/van-ban/{doc}", "so"))
    assert [a.get("href") for a in tree.iter(f"{SVG}a")] == [f"/van-ban/{n.id}" for n in CHAIN.nodes if n.doc]
    dashed = [
        r for r in tree.iter(f"{SVG}rect") if r.get("stroke-dasharray") and r.get("width") == str(BOX[0])
    ]
    assert len(dashed) == 2
    words = " ".join("".join(t.itertext()) for t in tree.iter(f"{SVG}text"))
    assert words.count("chưa có trong kho") == 3  # two documents and the legend
    assert "TRUNG ƯƠNG" in words
    assert "CHƯA RÕ CẤP" in words


def test_an_empty_graph_is_drawn() -> None:
    assert ElementTree.fromstring(svg(Graph((), ()))) is not None


def test_the_sample_collection_hangs_together(sample_index: Path) -> None:
    service = Service(sample_index)
    graph = service.graph()
    names = {n.id for n in graph.nodes}
    assert len(names) == len(graph.nodes)
    assert {r.doc for r in service.documents()} <= names
    assert all({e.source, e.target} <= names for e in graph.edges)
    for e in graph.edges:
        assert service.document(e.doc).text[e.start : e.end] == e.quote
    stood = {(e.source, e.target) for e in graph.edges if e.role == "implements"}
    assert ("kh-112-kh-ubnd-chuyen-doi-so", "kh-45-kh-tu-chuyen-doi-so") in stood
    assert ("kh-45-kh-tu-chuyen-doi-so", "nq-68-nq-tw-chuyen-doi-so") in stood
    made = layout(graph)
    for (cited, citing), lane in made.lanes.items():
        a, b = made.boxes[cited].column, made.boxes[citing].column
        assert not any(a < box.column < b and box.y <= lane <= box.y + BOX[1] for box in made.boxes.values())
    part = service.graph("kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so")
    assert 1 < len(part.nodes) < len(graph.nodes)
