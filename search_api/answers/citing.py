"""Citations of one answer: numbered once, each a span of a document, quoted verbatim."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from indexer.passages import section_titles
from indexer.records import Block, Document, Span
from indexer.store import Store
from search_api.schemas import Citation


class Citations:
    """Collects the citations of an answer; asking twice for one span gives one number."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: dict[tuple[str, int, int], Citation] = {}

    def cite(self, doc: str, span: Span, facts: Iterable[Span] = ()) -> int:
        """Return the number of the citation of ``span``, with ``facts`` marked inside it."""
        document = self._store.document(doc)
        span = trimmed(document.text, span)
        key = (doc, span.start, span.end)
        marks = tuple((f.start, f.end) for f in facts if span.covers(f))
        known = self._made.get(key)
        if known is not None:
            merged = tuple(sorted({*known.fact, *marks}))
            self._made[key] = _replace(known, merged)
            return known.n
        section = section_at(document, span.start)
        titles = section_titles(document.outline)
        metadata = document.metadata
        self._made[key] = Citation(
            n=len(self._made) + 1,
            doc=doc,
            path=document.path,
            symbol=metadata.symbol.value if metadata.symbol else None,
            section=document.outline[section].path if section >= 0 else "",
            page=document.page_at(span.start),
            start=span.start,
            end=span.end,
            quote=span.of(document.text),
            title=metadata.title.value if metadata.title else None,
            section_title=titles[section] if section >= 0 else "",
            fact=marks,
            draft=metadata.draft,
            issuer=metadata.issuer.value if metadata.issuer else None,
            date=metadata.date.value if metadata.date else None,
            type=metadata.type_code,
            locality=metadata.locality.value if metadata.locality else None,
        )
        return self._made[key].n

    def all(self) -> tuple[Citation, ...]:
        """Return the citations in the order of their numbers."""
        return tuple(self._made.values())


def _replace(citation: Citation, fact: tuple[tuple[int, int], ...]) -> Citation:
    import msgspec

    return msgspec.structs.replace(citation, fact=fact)


def trimmed(text: str, span: Span) -> Span:
    """Return the span without white space at its ends."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def blocks_within(document: Document, span: Span) -> list[Block]:
    """Return the blocks that lie wholly inside a span."""
    blocks = document.blocks
    at = bisect_left(blocks, span.start, key=lambda block: block.span.start)
    inside = []
    while at < len(blocks) and blocks[at].span.start <= span.end:
        if blocks[at].span.end <= span.end:
            inside.append(blocks[at])
        at += 1
    return inside


def section_at(document: Document, offset: int) -> int:
    """Return the index of the innermost section that holds ``offset``; -1 outside all."""
    found = -1
    for index, section in enumerate(document.outline):
        if section.span.start <= offset < section.span.end:
            found = index
    return found
