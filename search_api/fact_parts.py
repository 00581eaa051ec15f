"""Which words of a document state the fact that is asked for, and the passages that hold them.

A task that is long is cut in several passages: its first part holds what is to be done and so matches
the question, its last part "Đơn vị chủ trì: …", which is the answer.  The part that answers ranks just
above the best part of its task.  The same holds for the frame of a document: number, date, signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from indexer.records import Document, Span, Task
from indexer.store import StoredPassage
from search_api.questions.question import Question

REACH = 20
"""So many of the best passages lift the parts that belong to them."""
_STEP = 1e-3


def asked_spans(task: Task, kinds: Sequence[str]) -> Iterator[Span]:
    """Yield where a task says what is asked for, for the kinds of a question."""
    for kind in kinds:
        if kind == "lead":
            yield from (mention.span for mention in task.lead)
        elif kind == "coordinate":
            yield from (mention.span for mention in task.coordinating)
        elif kind == "direct":
            yield from (mention.span for mention in task.directing)
        elif kind == "deadline" and task.deadline_span is not None and not task.deadline_inherited:
            yield task.deadline_span
        elif kind == "product":
            yield from (mention.span for mention in task.products)


def frame_spans(document: Document, kinds: Sequence[str]) -> Iterator[Span]:
    """Yield where the frame of a document says what is asked for: who signed, its number and date."""
    held = document.metadata
    facts = [held.signer] if "signer" in kinds else []
    facts += [held.symbol, held.date] if "issued" in kinds else []
    yield from (fact.span for fact in facts if fact is not None and fact.span is not None)


def lift_parts(
    ranked: Sequence[tuple[StoredPassage, float]],
    question: Question,
    document_of: Callable[[str], Document],
) -> list[tuple[StoredPassage, float]]:
    """Rank the part that holds what is asked for just above the best part of the same task or frame.

    ``ranked`` is best first, and so is what is returned.  Parts that were not found are not added.
    """
    kinds = question.kinds
    if not any(kind in _KINDS for kind in kinds):
        return list(ranked)
    scores = {passage.id: score for passage, score in ranked}
    by_doc: dict[str, list[StoredPassage]] = {}
    for passage, _ in ranked:
        by_doc.setdefault(passage.doc, []).append(passage)
    for passage, score in ranked[:REACH]:
        for whole, spans in _wholes(document_of(passage.doc), passage, kinds):
            if any(span.overlaps(passage.span) for span in spans):
                continue  # it states the fact itself
            for part in by_doc[passage.doc]:
                if not part.span.overlaps(whole) or scores[part.id] >= score:
                    continue
                if any(span.overlaps(part.span) for span in spans):
                    scores[part.id] = score + _STEP
    order = {passage.id: n for n, (passage, _) in enumerate(ranked)}
    return sorted(
        ((passage, scores[passage.id]) for passage, _ in ranked),
        key=lambda item: (-item[1], order[item[0].id]),
    )


_KINDS = ("lead", "coordinate", "direct", "deadline", "product", "signer", "issued")


def _wholes(
    document: Document, passage: StoredPassage, kinds: Sequence[str]
) -> Iterator[tuple[Span, list[Span]]]:
    """Yield what a passage is a part of, a task or the frame, with the places that state what is asked."""
    if passage.kind == "boilerplate":
        spans = list(frame_spans(document, kinds))
        if spans:
            yield Span(0, len(document.text)), spans
        return
    for task in document.tasks:
        if not task.block.overlaps(passage.span):
            continue
        common = min(task.block.end, passage.span.end) - max(task.block.start, passage.span.start)
        if 2 * common < passage.span.end - passage.span.start:
            continue  # the end of a task before it, not a part of this one
        spans = list(asked_spans(task, kinds))
        if spans:
            yield task.block, spans
