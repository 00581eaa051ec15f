"""The signatures of a document that several bodies sign: who signed for which of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.clean import bare, collapse
from indexer.records import Document, Span
from search_api.questions.coverage import Topic

_TAIL = 3000
"""Characters at the end of a document in which it is signed."""
_FOR = re.compile(r"^[ \t]*(?:TM|KT|TL|TUQ|T/M|K/T|Q)\b\.?[ \t]*\S", re.MULTILINE)
_WORDS_OF_A_NAME = (2, 5)
_AHEAD = 0.1
"""By how much more of the question's words the capacity of the signature meant must say than the next."""


class Signature(NamedTuple):
    """Where the capacity stands ("KT. GIÁM ĐỐC SỞ …, PHÓ GIÁM ĐỐC"), and the name under it."""

    capacity: Span
    name: Span


def signatures(document: Document) -> list[Signature]:
    """Return the signatures of a document one under the other, each a capacity in capitals and a name."""
    start = max(0, len(document.text) - _TAIL)
    found: list[Signature] = []
    opened: int | None = None
    closed = at = start
    for line in document.text[start:].splitlines(keepends=True):
        words = collapse(line)
        first = at + len(line) - len(line.lstrip())
        last = at + len(line.rstrip())
        at += len(line)
        if not words:
            continue
        if _FOR.match(line) and words == words.upper():
            if opened is None:
                opened = first
            closed = last
        elif opened is not None and words == words.upper():
            closed = last
        elif opened is not None:
            if _is_name(words):
                found.append(Signature(Span(opened, closed), Span(first, last)))
            opened = None
    return found


def _is_name(words: str) -> bool:
    parts = words.split()
    least, most = _WORDS_OF_A_NAME
    return least <= len(parts) <= most and all(part.isalpha() and part.istitle() for part in parts)


#: "Bên Sở Giáo dục ai ký": one of the bodies is asked about.
_FOR_WHOM = re.compile(r"(?<![a-z])(?:ben|phia|dai dien|thay mat|thay cho)(?![a-z])")


def signed_for(document: Document, question: str, topic: Topic) -> list[Signature]:
    """Return the signature for the body that a question names; all of them where it names none.

    None at all where one body signs alone, which the document's own frame tells.
    """
    held = signatures(document)
    if len(held) < 2:
        return []
    if not _FOR_WHOM.search(bare(question)):
        return held
    weighed = sorted(
        ((topic.match(collapse(s.capacity.of(document.text))).recall, n) for n, s in enumerate(held)),
        reverse=True,
    )
    if weighed[0][0] >= weighed[1][0] + _AHEAD:
        return [held[weighed[0][1]]]
    return held
