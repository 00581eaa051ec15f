"""The chain of documents: what implements, replaces, amends or rests on what, those absent included.

A document of the index is a node; so is one that is cited but absent, known by symbol, date, issuer and
place together, since a symbol alone is not unique.  A mention inside a cited title ("Kế hoạch số 51-KH/ĐU
… về thực hiện Chỉ thị số 07-CT/TU") is an edge of the document whose title it is, not of the one that
cites it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from indexer.clean import collapse, fold
from indexer.organs import organ_key, organ_of
from indexer.records import Reference
from indexer.references import SELF
from indexer.store import StoredDocument, StoredReference, symbol_key
from search_api.schemas import Graph, GraphEdge, GraphNode

ROLES = ("implements", "replaces", "amends", "legal_basis")
"""Roles that make an edge; a document that is only mentioned makes none."""


class _Absent(msgspec.Struct):
    """What the mentions of one absent document say of it; None where none of them says."""

    key: str
    symbol: str
    date: str | None = None
    issuer: str | None = None
    level: str | None = None
    locality: str | None = None
    type: str | None = None
    title: str | None = None
    id: str = ""

    def agrees(self, other: Reference) -> bool:
        """Say whether nothing that both know speaks against their being one document."""
        return (
            _dates_agree(self.date, other.date)
            and _same(self.level, other.level)
            and _same(self.locality, other.locality)
            and _issuers_agree(self.issuer, other.issuer)
        )

    def learn(self, other: Reference) -> None:
        """Take what a mention adds: the longer date and issuer, whatever was not known."""
        if other.date and len(other.date) > len(self.date or ""):
            self.date = other.date
        if other.issuer and len(other.issuer) > len(self.issuer or ""):
            self.issuer = other.issuer
        self.level = self.level or other.level
        self.locality = self.locality or other.locality
        self.type = self.type or other.type
        self.title = self.title or (collapse(other.title) if other.title else None)


def _dates_agree(a: str | None, b: str | None) -> bool:
    return not a or not b or a.startswith(b) or b.startswith(a)


def _same(a: str | None, b: str | None) -> bool:
    return not a or not b or fold(a) == fold(b)


def _issuers_agree(a: str | None, b: str | None) -> bool:
    if not a or not b or organ_of(a) is None or organ_of(b) is None:
        return True
    x, y = organ_key(a), organ_key(b)
    return x == y or x in y or y in x


def _weight(reference: Reference) -> int:
    known = (reference.date, reference.issuer, reference.locality, reference.level)
    return sum(value is not None for value in known) + len(reference.date or "")


class _Nodes:
    """Which node each mention means."""

    def __init__(
        self,
        rows: Sequence[StoredDocument],
        mentions: Sequence[StoredReference],
        resolved: Mapping[tuple[str, int], str | None],
    ) -> None:
        self.resolved = resolved
        self.home = {row.id: (row.level, row.locality) for row in rows}
        self.held: dict[str, list[StoredDocument]] = {}
        for row in rows:
            if row.symbol:
                self.held.setdefault(symbol_key(row.symbol), []).append(row)
        self.absent: dict[str, list[_Absent]] = {}
        self.of: dict[tuple[str, int], str | _Absent] = {}
        # The mentions that say most come first: those that say less join them, or stay apart where
        # they could mean several.
        for mention in sorted(mentions, key=lambda m: (-_weight(m.reference), m.doc, m.reference.span.start)):
            self._place(mention)
        self._name()

    def _name(self) -> None:
        """Give the absent documents names that last from build to build; file stems hold no colon."""
        for group in self.absent.values():
            taken: dict[str, int] = {}
            for absent in group:
                parts = (absent.key, absent.date, absent.level, absent.locality, absent.issuer)
                name = ":".join(fold(part or "") for part in parts)
                taken[name] = taken.get(name, 0) + 1
                absent.id = name if taken[name] == 1 else f"{name}:{taken[name]}"

    def _place(self, mention: StoredReference) -> None:
        symbol = mention.reference.symbol
        at = (mention.doc, mention.reference.span.start)
        target = mention.doc if mention.reference.sub_role == SELF else self.resolved.get(at)
        if target is not None:
            self.of[at] = target
        elif symbol is not None:
            key = symbol_key(symbol)
            known = self.absent.setdefault(key, [])
            reference = self._located(mention)
            fits = [absent for absent in known if absent.agrees(reference)]
            if len(fits) != 1:
                fits = [_Absent(key, symbol)]
                known.append(fits[0])
            fits[0].learn(reference)
            self.of[at] = fits[0]

    def _located(self, mention: StoredReference) -> Reference:
        """Add the place where it goes without saying: "UBND xã" in a commune's plan is that commune's."""
        reference = mention.reference
        level, locality = self.home.get(mention.doc, (None, None))
        own = {level, "tinh" if level == "so" else level}
        if reference.locality is None and reference.level in own - {None, "trung-uong"}:
            return msgspec.structs.replace(reference, locality=locality)
        return reference

    def id(self, at: tuple[str, int]) -> str | None:
        """Return the node that the mention at (document, start) means; None without a symbol."""
        found = self.of.get(at)
        return found.id if isinstance(found, _Absent) else found

    def similar(self, absent: _Absent) -> tuple[str, ...]:
        """Return documents of the index with the symbol and the level of an absent one."""
        return tuple(
            row.id
            for row in self.held.get(absent.key, ())
            if _same(row.level, absent.level) and _same(row.locality, absent.locality)
        )


def make_graph(
    rows: Sequence[StoredDocument],
    references: Sequence[StoredReference],
    resolved: Mapping[tuple[str, int], str | None],
    status: Mapping[str, str] | None = None,
    roles: Iterable[str] = ROLES,
) -> Graph:
    """Make the graph of an index.

    ``references`` stand in the order of documents and places; ``resolved`` maps (document, start) to the
    document of the index that a mention names; ``status`` says of a document that it was replaced.
    """
    wanted = frozenset(roles)
    nodes = _Nodes(rows, references, resolved)
    edges: dict[tuple[str, str, str], GraphEdge] = {}
    unnumbered = 0
    by_doc: dict[str, list[Reference]] = {}
    for held in references:
        by_doc.setdefault(held.doc, []).append(held.reference)
    for doc, mentions in by_doc.items():
        for place, reference in enumerate(mentions):
            if reference.role not in wanted:
                continue
            target = nodes.id((doc, reference.span.start))
            if target is None:
                unnumbered += 1
                continue
            source: str | None = doc
            if reference.nested:
                outer = _outer(mentions, place)
                source = nodes.id((doc, outer.span.start)) if outer is not None else None
            if source is None or source == target:
                continue
            key = (source, target, reference.role)
            known = edges.get(key)
            if known is not None:
                edges[key] = msgspec.structs.replace(known, mentions=known.mentions + 1)
                continue
            span = reference.span
            edges[key] = GraphEdge(
                source, target, reference.role, doc, span.start, span.end, reference.raw, mentions=1
            )
    used = {end for edge in edges.values() for end in (edge.source, edge.target)}
    made = [_held(row, (status or {}).get(row.id)) for row in rows]
    for group in nodes.absent.values():
        made += [_missing(absent, nodes.similar(absent)) for absent in group if absent.id in used]
    made.sort(key=lambda node: (node.missing, node.id))
    unique = {node.id: node for node in made}
    return Graph(tuple(unique.values()), tuple(edges[key] for key in sorted(edges)), unnumbered)


def _outer(mentions: Sequence[Reference], place: int) -> Reference | None:
    """Return the mention in whose title the nested one at ``place`` stands: the nearest before it."""
    inner = collapse(mentions[place].raw)
    for outer in reversed(mentions[:place]):
        if outer.title and inner in collapse(outer.title):
            return outer
    return None


def _held(row: StoredDocument, status: str | None) -> GraphNode:
    return GraphNode(
        id=row.id,
        doc=row.id,
        missing=False,
        symbol=row.symbol,
        type=row.type_code or row.type,
        issuer=row.issuer,
        level=row.level,
        locality=row.locality,
        date=row.date,
        title=row.title,
        draft=row.draft,
        status=status,
    )


def _missing(absent: _Absent, similar: tuple[str, ...]) -> GraphNode:
    return GraphNode(
        id=absent.id,
        doc=None,
        missing=True,
        symbol=absent.symbol,
        type=absent.type,
        issuer=absent.issuer,
        level=absent.level,
        locality=absent.locality,
        date=absent.date,
        title=absent.title,
        similar=similar,
    )


class Branch(msgspec.Struct, frozen=True):
    """A document in the chain written as a list: what cites it stands below it.

    ``role`` is that in which it cites the one above ("" at the top); ``repeated`` says that it stands in
    the list before, with the ``hidden`` documents below it.
    """

    node: GraphNode
    role: str
    edge: GraphEdge | None
    repeated: bool
    hidden: int
    branches: tuple[Branch, ...]


LEVELS = ("trung-uong", "tinh", "so", "xa")


def order(node: GraphNode) -> tuple[int, str, str]:
    """Return the key by which documents are listed: level from the top, date, symbol."""
    level = LEVELS.index(node.level) if node.level in LEVELS else len(LEVELS)
    return (level, node.date or "9999", node.symbol or node.id)


def chains(graph: Graph) -> tuple[Branch, ...]:
    """Return the graph as a list of trees, the documents that cite none at the top.

    Every edge stands in it once; a document that cites several is written out under the first only.
    """
    nodes = {node.id: node for node in graph.nodes}
    below: dict[str, list[GraphEdge]] = {}
    for edge in sorted(
        graph.edges, key=lambda e: (ROLES.index(e.role) if e.role in ROLES else 9, order(nodes[e.source]))
    ):
        below.setdefault(edge.target, []).append(edge)
    citing = {edge.source for edge in graph.edges}
    written: set[str] = set()

    def branch(node: GraphNode, edge: GraphEdge | None) -> Branch:
        role = edge.role if edge is not None else ""
        if node.id in written:
            return Branch(node, role, edge, True, len(below.get(node.id, ())), ())
        written.add(node.id)
        inside = tuple(branch(nodes[e.source], e) for e in below.get(node.id, ()))
        return Branch(node, role, edge, False, 0, inside)

    listed = sorted(graph.nodes, key=order)
    tops = [node for node in listed if node.id not in citing]
    tops.sort(key=lambda node: not below.get(node.id))
    made = [branch(node, None) for node in tops]
    # Documents that cite each other in a ring hang below no top.
    made += [branch(node, None) for node in listed if node.id not in written]
    return tuple(made)


def around(graph: Graph, doc: str) -> Graph:
    """Return the part of the graph above and below one document: its parents' parents, its children's."""
    above = _reach({doc}, [(edge.source, edge.target) for edge in graph.edges])
    below = _reach({doc}, [(edge.target, edge.source) for edge in graph.edges])
    kept = above | below
    return Graph(
        tuple(node for node in graph.nodes if node.id in kept),
        tuple(
            edge
            for edge in graph.edges
            if {edge.source, edge.target} <= above or {edge.source, edge.target} <= below
        ),
        graph.unnumbered,
    )


def _reach(start: set[str], arrows: Sequence[tuple[str, str]]) -> set[str]:
    onward: dict[str, list[str]] = {}
    for source, target in arrows:
        onward.setdefault(source, []).append(target)
    found, left = set(start), list(start)
    while left:
        for target in onward.get(left.pop(), ()):
            if target not in found:
                found.add(target)
                left.append(target)
    return found
