"""An index made from another: the same documents, with another encoder or other passages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from indexer import generations
from indexer import passages as cutting
from indexer.encode import Encoder
from indexer.engine import LocalEngine, indexed
from indexer.generations import IndexFiles
from indexer.passages import context_line, make_passages, tagged
from indexer.records import Document, Passage, Span
from indexer.store import Store, StoreWriter


def make_variant(
    store: Store,
    folder: Path,
    encoder: Encoder,
    model: str | None = None,
    windows: int | None = None,
    chunks: int | None = None,
) -> None:
    """Make an index in ``folder`` (new) of the documents of ``store``.

    ``model`` is the name of ``encoder`` if it is not that of the store; ``windows`` cuts the documents
    into runs of about so many words that know nothing of their structure; ``chunks`` cuts them as the
    product does, with so many words at most.
    """
    folder.mkdir(parents=True)
    files = IndexFiles(folder)
    building = generations.begin(files)
    writer = StoreWriter(building / IndexFiles.STORE)
    engine = LocalEngine.create(
        building / IndexFiles.VECTORS, building / IndexFiles.LEXICAL, encoder.dimension
    )
    try:
        for row in store.documents():
            document = store.whole_document(row.id)
            if windows is not None:
                cut = recut(document, list(window_passages(document, windows)))
                document = msgspec.structs.replace(document, passages=cut)
            elif chunks is not None:
                with longest(chunks):
                    made = make_passages(
                        document.text,
                        document.blocks,
                        document.outline,
                        document.metadata,
                        document.source.pages,
                    )
                document = msgspec.structs.replace(document, passages=recut(document, made))
            ids = writer.put(document, row.file, row.part)
            rows = [
                indexed(n, p.embedded, f"{row.title or ''}\n{p.section_title}", row.symbol)
                for n, p in zip(ids, document.passages, strict=True)
            ]
            engine.put(row.id, rows, encoder.encode_passages([p.embedded for p in document.passages]))
        documents, passages, tasks, references = writer.counts()
        writer.save()
        engine.save()
        vectors = engine.counts().vectors
    finally:
        writer.abandon()
        engine.close()
    manifest = msgspec.structs.replace(
        store.manifest,
        generation=1,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=encoder.identity,
        model=model or store.manifest.model,
        dimension=encoder.dimension,
        documents=documents,
        passages=passages,
        tasks=tasks,
        references=references,
        vectors=vectors,
        next_document=writer.next_document,
        next_passage=writer.next_passage,
        lexical_dead=0,
        files=generations.sizes(building),
    )
    generations.finish(building, manifest)
    generations.publish(files, building, 1)


@contextmanager
def longest(words: int) -> Iterator[None]:
    """Let passages have ``words`` words at most; the least and the most keep their proportion.

    The product has one size of passages and no setting for it, so that its constants are changed here,
    for as long as a variant is made.
    """
    least, most = cutting.MIN_WORDS, cutting.MAX_WORDS
    cutting.MIN_WORDS, cutting.MAX_WORDS = max(1, round(least * words / most)), words
    try:
        yield
    finally:
        cutting.MIN_WORDS, cutting.MAX_WORDS = least, most


def recut(document: Document, passages: list[Passage]) -> tuple[Passage, ...]:
    """Finish passages as the product does: only the cutting differs."""
    return tuple(tagged(passages, document.blocks, document.references, document.targets))


def window_passages(document: Document, size: int) -> Iterator[Passage]:
    """Cut a document into runs of whole blocks up to ``size`` words; what a splitter without structure does.

    A block longer than that is cut at the words.  The document's context line is kept in the embedded
    text, so that only the cutting differs.
    """
    context = context_line(document.metadata)
    text = document.text
    start = end = words = 0
    pieces = [piece for block in document.blocks for piece in _pieces(text, block.span, size)]
    for piece in [*sorted(pieces), None]:
        count = len(piece.of(text).split()) if piece else 0
        if words and (piece is None or words + count > size):
            span = Span(start, end)
            embedded = f"{context}\n{' '.join(span.of(text).split())}"
            yield Passage(span, "", "", embedded.strip(), context, document.page_at(start))
            words = 0
        if piece:
            start = piece.start if not words else start
            end = max(piece.end, end) if words else piece.end
            words += count


def _pieces(text: str, span: Span, size: int) -> Iterator[Span]:
    """Yield a block whole, or runs of ``size`` words of it."""
    at, words = span.start, 0
    inside = False
    for offset in range(span.start, span.end):
        blank = text[offset].isspace()
        if inside and blank:
            words += 1
            if words == size:
                yield Span(at, offset)
                at, words = offset + 1, 0
        inside = not blank
    if text[at : span.end].strip():
        yield Span(at, span.end)
