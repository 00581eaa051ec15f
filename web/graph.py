"""``/so-do``: what implements what, drawn by levels and written as a list."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from indexer.clean import bare
from search_api.drawing import ROLE_NAMES, node_issuer, svg
from search_api.graph import Branch, chains
from search_api.protocol import Searching
from search_api.schemas import DocumentRow
from web import wording
from web.addresses import GRAPH, PICTURE, address, document_path, span_path
from web.catalogue import row_name
from web.contexts import ChainLine, Choice, GraphPage, Link
from web.listing import navigation

MOST_DRAWN = 400
"""Documents up to which the whole graph is drawn; above, a document must be chosen first."""


def graph_page(service: Searching, rows: Sequence[DocumentRow], asked: dict[str, str]) -> GraphPage:
    """Build the page; ``van-ban`` keeps what stands above and below one document."""
    focus = asked.get("van-ban")
    graph = service.graph(focus)
    names = {row.doc: row_name(row) for row in rows}
    tops = chains(graph)
    picture = None
    if len(graph.nodes) <= MOST_DRAWN:
        drawn = svg(graph, document_path, focus)
        # The words in it were escaped when it was drawn; the declaration before it is no HTML.
        picture = Markup(drawn[drawn.index("<svg") :])
    return GraphPage(
        title="Sơ đồ văn bản",
        nav=navigation(GRAPH),
        query="",
        picture=picture,
        chains=tuple(_line(top, names) for top in tops if top.branches),
        alone=tuple(_line(top, names) for top in tops if not top.branches),
        documents=tuple(
            Choice(row.doc, names[row.doc], row.doc == focus)
            for row in sorted(rows, key=lambda row: bare(names[row.doc]))
        ),
        clear=GRAPH if focus else None,
        download=address(PICTURE, {"van-ban": focus}),
        total=len(graph.nodes),
        absent=sum(1 for node in graph.nodes if node.missing),
        unnumbered=graph.unnumbered,
    )


def picture_file(service: Searching, asked: dict[str, str]) -> bytes:
    """Draw the graph as a file of its own, without links: it is opened far from this server."""
    focus = asked.get("van-ban")
    return svg(service.graph(focus), focus=focus).encode()


def _line(branch: Branch, names: dict[str, str]) -> ChainLine:
    node, edge = branch.node, branch.edge
    return ChainLine(
        name=wording.document_name(node.type, node.symbol, node.draft),
        meta=" · ".join(part for part in (node_issuer(node), wording.day(node.date)) if part),
        title="" if branch.repeated else node.title or "",
        href=document_path(node.doc) if node.doc else None,
        role=ROLE_NAMES.get(branch.role, branch.role),
        at=span_path(edge.doc, edge.start, edge.end) if edge else None,
        status=node.status,
        similar=()
        if branch.repeated
        else tuple(Link(names.get(doc, doc), document_path(doc)) for doc in node.similar),
        again=branch.hidden > 0,
        branches=tuple(_line(inside, names) for inside in branch.branches),
    )
