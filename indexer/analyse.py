"""Source text → :class:`indexer.records.Document`: everything that is read from one document."""

from __future__ import annotations

from indexer.abbreviations import find_abbreviations
from indexer.metadata import read_metadata
from indexer.notices import document_notices
from indexer.passages import make_passages, tagged
from indexer.records import Document, SourceText
from indexer.references import find_references
from indexer.structure import read_structure
from indexer.targets import find_targets
from indexer.tasks import read_tasks


def analyse(doc_id: str, path: str, digest: str, source: SourceText) -> Document:
    """Read a document whole; ``digest`` is the hash of the file's bytes."""
    text = source.text
    blocks, outline = read_structure(source)
    metadata = read_metadata(text, blocks, outline)
    targets = find_targets(text, blocks, outline)
    tasks = read_tasks(text, blocks, outline, targets)
    references = find_references(text, blocks, outline, metadata)
    passages = make_passages(text, blocks, outline, metadata, source.pages)
    return Document(
        id=doc_id,
        path=path,
        digest=digest,
        source=source,
        blocks=tuple(blocks),
        outline=tuple(outline),
        metadata=metadata,
        references=tuple(references),
        tasks=tuple(tasks),
        targets=tuple(targets),
        abbreviations=tuple(find_abbreviations(text)),
        notices=(*source.notices, *document_notices(source, blocks, outline, metadata)),
        passages=tuple(tagged(passages, blocks, references, targets)),
    )
