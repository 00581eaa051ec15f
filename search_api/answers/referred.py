"""Work that the division of work gives by its number: "Hội Nông dân xã: chủ trì Nhiệm vụ 3"."""

from __future__ import annotations

import re

from indexer.clean import bare
from indexer.records import Document, Span
from search_api.answers.citing import section_at
from search_api.answers.owner import BODY

_NUMBERED = re.compile(
    r"\s*(?P<what>nhiem vu|noi dung|muc|phan|nhom|du an|hoat dong|giai phap)\s+(?P<number>[ivxlc]+|\d+(?:\.\d+)*)(?![a-z0-9])"
)
_BY_ROLE = {
    "lead": "chu tri|phu trach|chiu trach nhiem|dam nhiem|dau moi",
    "coordinate": "phoi hop",
    "direct": "chi dao|lanh dao",
}
"""By kind of question, how numbered work is given to somebody (bare)."""
_SENTENCE = re.compile(r"\S(?:[^.;]|[.;](?!\s))*[.;]?")
_SO_FAR = 60
"""Characters between the word that gives and the number of what is given."""


def given_by_number(document: Document, task: Span, kind: str) -> Span | None:
    """Return the item that gives a unit the section which a task is or stands in, by its number; None where none does."""
    verbs = _BY_ROLE.get(kind)
    at = section_at(document, task.start)
    while verbs and at >= 0:
        section = document.outline[at]
        match = _NUMBERED.match(bare(section.heading.of(document.text)))
        if match:
            what, number = match["what"], match["number"]
            named = re.compile(
                rf"(?<![a-z])(?:{verbs})(?: [^.;]{{0,{_SO_FAR}}}?)?"
                rf" {what} (?:[0-9, va]*[, ])?{number}(?![a-z0-9./])"
            )
            for block in document.blocks:
                if section.span.covers(block.span) or block.kind in ("title", "heading"):
                    continue
                words = block.span.of(document.text)
                if named.search(bare(words)) and BODY.search(words):
                    return block.span
        at = section.parent
    return None
