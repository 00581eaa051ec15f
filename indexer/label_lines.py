"""Labelled lines in every shape that plans give them, brought to one: a label block and its value.

Three shapes beside "Đơn vị chủ trì: Văn phòng Sở" on a line of its own: several labels in one
parenthesis ("(Đơn vị thực hiện: …; thời gian: …)"), a label whose values are the bullets under it, and a
bullet that is an assignment or a time limit and nothing else ("- Phòng Kinh tế chủ trì; Công an xã phối hợp.").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from indexer.assignments import unit_title
from indexer.clean import collapse, fold
from indexer.deadlines import read_deadline
from indexer.labels import ASSIGNING, match_label
from indexer.records import Block, Span

_ANOTHER = re.compile(r"[;.,]\s+(?=[^\W\d_][^:;.()]{1,60}:)")
_ONLY_TIME = re.compile(
    r"(?:hoàn thành|thực hiện|triển khai|xong)\s+(?:và\s+)?(?:trong|trước|thường|hằng|hàng|định|từ|đến|giai|xong|quý|tháng|năm)"
)
_LEADS_ONLY = re.compile(
    r".{3,300}?\s+chủ trì(?:\s+(?:thực hiện|tham mưu))?\s*[.;]?\s*(?:$|.{3,300}\s+phối hợp(?:\s+thực hiện)?\s*[.;/]*$)",
    re.S,
)
_MOST_WORDS = 18


def label_blocks(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with labelled lines of every shape as blocks of kind "label"."""
    merged = _with_bullets(text, blocks)
    found: list[Block] = []
    for block in merged:
        if block.kind == "label":
            found += _divided(text, block)
        elif block.kind == "bullet" and (label := _as_label(text, block)) is not None:
            found.append(label)
        else:
            found.append(block)
    return found


def _divided(text: str, block: Block) -> list[Block]:
    """Divide the value of a label at the labels that follow in it; drop a bracket that it leaves open."""
    pieces = [(block.body.start, block.label, block.span.start)]
    for match in _ANOTHER.finditer(text, block.body.start, block.body.end):
        label = match_label(text[match.end() : min(block.body.end, match.end() + 140)])
        if label is not None and label.key in (*ASSIGNING, "deadline", "product", "funding"):
            pieces.append((match.end() + label.end, label.key, match.end()))
    divided = []
    for at, (start, key, opening) in enumerate(pieces):
        end = pieces[at + 1][2] if at + 1 < len(pieces) else block.body.end
        body = _trimmed(text, Span(start, end))
        divided.append(
            Block(Span(opening, max(body.end, opening)), "label", block.section, body, key)
            if len(pieces) > 1
            else msgspec.structs.replace(block, body=body)
        )
    return divided


def _trimmed(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ";,"):
        end -= 1
    words = text[start:end].rstrip(".")
    if words.endswith(")") and words.count(")") > words.count("("):
        end = start + len(words) - 1
    return Span(start, end)


def _with_bullets(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Give a label without a value the unit names listed under it."""
    out: list[Block] = []
    for block in blocks:
        last = out[-1] if out else None
        takes = (
            last is not None
            and last.kind == "label"
            and last.label in ASSIGNING
            and last.section == block.section
            and block.kind == "bullet"
            and (not last.body.of(text).strip() or last.body.of(text).lstrip().startswith(("-", "+", "•")))
            and len(block.body.of(text).split()) <= _MOST_WORDS
            and unit_title(text, block.body) is not None
        )
        if takes and last is not None:
            start = block.span.start if not last.body.of(text).strip() else last.body.start
            out[-1] = msgspec.structs.replace(
                last, span=Span(last.span.start, block.span.end), body=Span(start, block.span.end)
            )
        else:
            out.append(block)
    return out


def _as_label(text: str, block: Block) -> Block | None:
    """Read a bullet that is an assignment or a time limit and nothing else as a label; None for any other."""
    words = collapse(block.body.of(text))
    if len(words) > 400:
        return None
    folded = fold(words)
    if _ONLY_TIME.match(folded) and len(words.split()) <= _MOST_WORDS:
        if read_deadline(words).kind not in ("none", "relative"):
            return Block(block.span, "label", block.section, block.body, "deadline")
        return None
    if _LEADS_ONLY.fullmatch(folded) and _names(text, block):
        return Block(block.span, "label", block.section, block.body, "lead")
    return None


def _names(text: str, block: Block) -> bool:
    """Say whether the words before "chủ trì" are the names of units."""
    folded = fold(block.body.of(text))
    end = block.body.start + folded.find("chủ trì")
    return unit_title(text, Span(block.body.start, end)) is not None
