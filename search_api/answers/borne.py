"""How much of what a question names a document bears: its symbol, place, body and subject.

What a document states of itself (who signed, on what basis, which number) is sure only of the document
that was asked about.  A scope may rest on one word of the question, a level or an issuer, where the
place or the number beside it is of no document of the index: then the words are borne by none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec

from indexer.clean import bare, collapse
from indexer.records import Document, Span
from search_api.answers.citing import Citations
from search_api.answers.draft import Drafted, Evidence, Statement, document_label
from search_api.questions.coverage import Topic
from search_api.questions.expand import expand

_WEIGHT, _CONSTANT = 20.0, -13.6
"""Fitted on questions asked of their own collection, and of others, where no document is meant: of the
former nearly all have 0.6 of their words borne by the document that answers, of the latter nearly none."""
_NEAR = 0.15
"""How much less than the best another document may bear and still be shown beside it."""
_HEAD = 1500
"""Characters of a head that are read where the title is not known."""
NOT_HELD = "Không có trong kho: không thấy văn bản nào mang tên, số hiệu hoặc nội dung được hỏi."


#: What is done with a document, and as what: said of it, no part of its name.
_DONE_WITH = re.compile(
    r"(?<![a-z])(?:(?:duoc|da|moi) )?(?:ban hanh|phat hanh|xay dung|lap|(?:giu )?chuc(?: vu| danh)?|hieu luc|hien nay|trong kho"
    r"|van ban|tai lieu|dong chi|lam theo|tiep tuc)(?![a-z])"
)


def _named(topic: str) -> str:
    flat = bare(topic)
    kept, at = [], 0
    for match in _DONE_WITH.finditer(flat):
        kept.append(topic[at : match.start()])
        at = match.end()
    return collapse(" ".join([*kept, topic[at:]]))


def probability(share: float) -> float:
    """Return how probable it is that a document is meant that bears this share of the question's words."""
    return 1 / (1 + math.exp(-(_WEIGHT * share + _CONSTANT)))


def frame(document: Document) -> str:
    """Return what names a document: its head, its label, its place."""
    metadata = document.metadata
    title = metadata.title
    end = title.span.end if title is not None and title.span is not None else _HEAD
    place = metadata.locality.value if metadata.locality else ""
    return f"{document.text[: min(end, _HEAD)]}\n{title.value if title else ''}\n{document_label(document)} {place}"


def of_the_document_asked_about(
    maker: Callable[[Evidence, Citations], Drafted],
) -> Callable[[Evidence, Citations], Drafted]:
    """Let a maker answer only from documents that bear what the question names, as sure as they bear it."""

    def made(evidence: Evidence, cites: Citations) -> Drafted:
        question = evidence.question
        text = _named(question.topic)
        named = Topic(text, expand(text, plain=question.plain), question.plain)
        if named.empty and not any(word[0].isdigit() for word in named.words):
            return maker(evidence, cites)
        own = Citations(evidence.store)
        drafted = maker(evidence, own)
        if not drafted.statements:
            return drafted
        weighed = [(named.match(_words(s, evidence, own)).recall, s) for s in drafted.statements]
        best = max(share for share, _ in weighed)
        sure = min(drafted.confidence, probability(best))
        if sure < evidence.settings.least:
            return Drafted((), NOT_HELD, final=True)
        kept = [_cited(statement, own, cites) for share, statement in weighed if share >= best - _NEAR]
        return drafted._replace(statements=tuple(kept), confidence=sure)

    return made


def _words(statement: Statement, evidence: Evidence, cites: Citations) -> str:
    """Return what names the document of a statement, what is quoted, and the names of those compared with it."""
    numbers = {number for piece in statement.pieces for number in piece.cites}
    quoted = [citation.quote for citation in cites.all() if citation.n in numbers]
    documents = [evidence.store.document(statement.doc), *map(evidence.store.document, evidence.beside)]
    return "\n".join([*map(frame, documents), *quoted])


def _cited(statement: Statement, own: Citations, cites: Citations) -> Statement:
    """Carry a statement over to the citations of the answer."""
    made = {citation.n: citation for citation in own.all()}

    def again(number: int) -> int:
        held = made[number]
        facts = [Span(start, end) for start, end in held.fact]
        return cites.cite(held.doc, Span(held.start, held.end), facts)

    pieces = [msgspec.structs.replace(p, cites=tuple(again(n) for n in p.cites)) for p in statement.pieces]
    return statement._replace(pieces=tuple(pieces))
