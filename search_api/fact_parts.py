"""Which words of a document state the fact that is asked for, and the passages that hold them.

A task that is long is cut in several passages: its first part holds what is to be done and so matches
the question, its last part "Đơn vị chủ trì: …", which is the answer.  The part that answers ranks just
above the best part of its task.  The same holds for the frame of a document: number, date, signature.
Asked which documents cite a symbol or bear a signature, the places where they do so come first.
What is said above a task, in the heading "1. Sở Y tế" or before a list, ranks just below the task.  A bare heading
repeats the words of a question without answering it: what stands under it takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from indexer.clean import bare
from indexer.records import Document, Mention, Span, Task
from indexer.store import Store, StoredPassage
from indexer.units import canonical_unit
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
    store: Store,
) -> list[tuple[StoredPassage, float]]:
    """Rank the part that holds what is asked for just above the best part of the same task or frame.

    ``ranked`` is best first, and so is what is returned.  Parts that were not found are added.
    """
    document_of, passages_of = store.document, lru_cache(maxsize=None)(store.passages_of)
    held = {passage.id: passage for passage, _ in ranked}
    scores = {passage.id: score for passage, score in ranked}
    if any(kind in _KINDS for kind in question.kinds):
        for passage, score in ranked[:REACH]:
            for part, lifted in _parts(passage, score, question.kinds, document_of(passage.doc), passages_of):
                held.setdefault(part.id, part)
                scores[part.id] = max(scores.get(part.id, lifted), lifted)
    if "unit_tasks" in question.kinds:
        for part in _of_unit(question, {p.doc: document_of(p.doc) for p, _ in ranked[:REACH]}, passages_of):
            of_document = [scores[p.id] for p in held.values() if p.doc == part.doc]
            held.setdefault(part.id, part)
            scores[part.id] = scores.get(part.id, min(of_document)) + OF_UNIT
    if "topic_docs" in question.kinds and ranked:
        for n, part in enumerate(_of_documents(question, [p for p, _ in ranked], store)):
            held.setdefault(part.id, part)
            scores[part.id] = ranked[0][1] + _STEP / (n + 1)
    _over_tasks(ranked[:REACH], held, scores, question)
    _under_headings(ranked[:REACH], held, scores, question)
    order = {passage.id: n for n, (passage, _) in enumerate(ranked)}
    return sorted(
        ((passage, scores[key]) for key, passage in held.items()),
        key=lambda item: (-item[1], order.get(item[0].id, len(order)), item[0].id),
    )


def _parts(
    passage: StoredPassage,
    score: float,
    kinds: Sequence[str],
    document: Document,
    passages_of: Callable[[str], Sequence[StoredPassage]],
) -> Iterator[tuple[StoredPassage, float]]:
    """Yield the passages that state the fact for ``passage``, with the score that they reach by it."""
    for whole, spans in _wholes(document, passage, kinds):
        if any(span.overlaps(passage.span) for span in spans):
            continue  # it states the fact itself
        for part in passages_of(passage.doc):
            if any(span.overlaps(part.span) for span in spans):
                yield part, score + (_STEP if part.span.overlaps(whole) else -_STEP)


def _of_unit(
    question: Question,
    documents: Mapping[str, Document],
    passages_of: Callable[[str], Sequence[StoredPassage]],
) -> list[StoredPassage]:
    """Return the passages in which a task begins that a unit named in the question has to do."""
    asked = f" {canonical_unit(question.text)} "
    flat = bare(question.text)

    def names(mentions: Sequence[Mention]) -> bool:
        forms = (canonical_unit(mention.text) for mention in mentions)
        return any(" " in form and f" {form} " in asked for form in forms)

    found: dict[int, StoredPassage] = {}
    for doc, document in documents.items():
        begins = []
        for task in document.tasks:
            wanted = (
                task.coordinating
                if "phoi hop" in flat
                else task.lead
                if "chu tri" in flat
                else (*task.lead, *task.implementing)
            )
            if names(wanted):
                begins.append(task.span)
        if begins:
            found |= {p.id: p for p in passages_of(doc) if any(span.overlaps(p.span) for span in begins)}
    return list(found.values())


_CITES = re.compile(
    r"(?:vien dan|dan chieu|nhac den|noi den|de cap|can cu|thuc hien|trien khai|thi hanh|cu the hoa|quan triet)"
    r"(?: (?!ve )[^\s.;?]+){0,6} $"
)
"""After these words a question for documents names what they cite."""
_SIGNED = re.compile(r"(?<![a-z])ki(?![a-z])")


def _of_documents(
    question: Question, found: Sequence[StoredPassage], store: Store
) -> Iterator[StoredPassage]:
    """Yield where documents say what "văn bản nào" asks: that they cite a symbol, that a person signed them."""
    flat = bare(question.text)
    for symbol in question.symbols:
        at = flat.find(bare(symbol))
        if at < 0 or not _CITES.search(flat[:at]):
            continue
        for doc in store.citing(symbol):
            spans = [held.reference.span for held in store.references(doc=doc, symbol=symbol)]
            yield from [p for p in store.passages_of(doc) if any(span.overlaps(p.span) for span in spans)][:1]
    if not _SIGNED.search(flat):
        return
    for doc in dict.fromkeys(passage.doc for passage in found if passage.kind == "boilerplate"):
        document = store.document(doc)
        signer = document.metadata.signer
        if signer is None or f" {bare(signer.value)} " not in f" {flat} ":
            continue
        spans = list(frame_spans(document, ("signer",)))
        for p in store.passages_of(doc):
            if "title" in p.tags or any(span.overlaps(p.span) for span in spans):
                yield p


def _over_tasks(
    best: Sequence[tuple[StoredPassage, float]],
    held: Mapping[int, StoredPassage],
    scores: dict[int, float],
    question: Question,
) -> None:
    """Let a heading that says who leads or directs all that stands under it follow the best of that."""
    for heading in held.values():
        if heading.kind != "heading" or not any(
            _states(heading.text, k) for k in question.kinds if k != "target"
        ):
            continue
        below = f"{heading.section} > "
        above = [s for p, s in best if p.doc == heading.doc and p.section.startswith(below)]
        if above:
            scores[heading.id] = max(scores[heading.id], max(above) - _STEP)


def _under_headings(
    best: Sequence[tuple[StoredPassage, float]],
    held: dict[int, StoredPassage],
    scores: dict[int, float],
    question: Question,
) -> None:
    """Let the best passage under a bare heading take its place in ``scores``, the heading just below."""
    for heading, _ in best:
        if heading.kind != "heading" or any(_states(heading.text, kind) for kind in question.kinds):
            continue
        below = [
            p
            for p in held.values()
            if p.doc == heading.doc and p.section.startswith(f"{heading.section} > ") and p.kind != "heading"
        ]
        if not below:
            continue
        first = min(below, key=lambda p: (-scores[p.id], p.id))
        scores[first.id] = max(scores[heading.id], scores[first.id])
        scores[heading.id] = min(scores[heading.id], scores[first.id] - _STEP)


OF_UNIT = 0.5
"""What a passage gains in which a task of the unit that is asked about begins."""
_KINDS = ("lead", "coordinate", "direct", "deadline", "product", "signer", "issued")
_HEADINGS = {
    "lead": re.compile(r"chủ trì|phụ trách", re.IGNORECASE),
    "coordinate": re.compile(r"phối hợp", re.IGNORECASE),
    "direct": re.compile(r"chỉ đạo|phụ trách", re.IGNORECASE),
    "target": re.compile(r"(?<![\d.])\d+(?![\d.])[^\d]*$"),
}
"""By kind of question, words by which a heading states the fact: "2.3. Thứ trưởng … chỉ đạo:", "(04 đơn vị)"."""
_NUMBERING = re.compile(r"^\s*(?:điều\s+|nhóm\s+|mục\s+)?[\dIVX.]+[.):]*\s*", re.IGNORECASE)


def _states(heading: str, kind: str) -> bool:
    return kind in _HEADINGS and bool(_HEADINGS[kind].search(_NUMBERING.sub("", heading)))


def _wholes(
    document: Document, passage: StoredPassage, kinds: Sequence[str]
) -> Iterator[tuple[Span, list[Span]]]:
    """Yield what a passage is a part of, a task or the frame, with the places that state what is asked."""
    frame = list(frame_spans(document, kinds))
    if frame:
        yield Span(0, len(document.text)), frame
    if passage.kind == "boilerplate":
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
