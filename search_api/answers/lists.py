"""The items of a list that a quoted line opens ("hồ sơ bao gồm:"): the line alone answers nothing."""

from __future__ import annotations

from bisect import bisect_right

from indexer.clean import collapse
from indexer.records import Block, Document, Span
from search_api.answers.citing import Citations
from search_api.answers.marks import list_mark
from search_api.schemas import AnswerPiece

MOST = 12
"""Items that are shown; of a longer list the rest are counted."""


def list_items(document: Document, quoted: Span) -> list[Block]:
    """Return the items of the list that a quoted text opens, where it ends with a colon; else none."""
    text = document.text
    if not quoted.of(text).rstrip().endswith(":"):
        return []
    at = bisect_right(document.blocks, quoted.end - 1, key=lambda block: block.span.start)
    opening = document.blocks[at - 1]
    after = document.blocks[at:]
    if not after or after[0].kind in ("label", "row", "boilerplate"):
        return []
    mark, above = list_mark(text, after[0]), list_mark(text, opening)
    if mark and mark == above:
        return []
    items: list[Block] = []
    for block in after:
        own = list_mark(text, block)
        if block.kind in ("label", "row", "boilerplate", "title", "type") or (above and own == above):
            break
        if own != mark:
            if not own or not mark:
                break
            continue  # an item of an item
        items.append(block)
        if not mark and not block.span.of(text).rstrip().endswith((";", ",")):
            break  # lines without marks are items up to the one that ends the sentence
    return items


def item_pieces(document: Document, items: list[Block], cites: Citations) -> tuple[AnswerPiece, ...]:
    """Quote the first items of a list, each with its citation."""
    return tuple(
        AnswerPiece(
            "",
            f"“{collapse(block.span.of(document.text)).strip(' -+')}”",
            (cites.cite(document.id, block.span),),
        )
        for block in items[:MOST]
    )


def left_out(items: list[Block]) -> str | None:
    """Say how many items of a list are not shown."""
    more = len(items) - MOST
    return f"Danh sách còn {more} mục nữa; mở trích dẫn để xem đủ." if more > 0 else None
