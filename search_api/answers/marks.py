"""The marks that items of a list begin with: "-", "+", "a)", "2.1."."""

from __future__ import annotations

import re

from indexer.records import Block

_MARKER = re.compile(r"\s*(?:([-–•])|(\+)|(\*)|(\d{1,2}[.)])|([a-zđ][.)])|((?:\d{1,2}\.)+\d{1,2}\.?))\s")


def list_mark(text: str, block: Block) -> int:
    """Return which kind of list marker a block begins with; 0 for none."""
    match = _MARKER.match(text, block.span.start, block.span.end)
    return match.lastindex or 0 if match else 0


def without_mark(words: str) -> str:
    """Return words without the list marker they begin with."""
    return _MARKER.sub("", words, count=1)
