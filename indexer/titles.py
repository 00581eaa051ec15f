"""What the titles of sections say: facts, purposes, goals, work, who does it (``rules/section_titles.tsv``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer.clean import bare, collapse
from indexer.records import Block
from indexer.rules import rows


@lru_cache(maxsize=1)
def title_rules() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """Return (kind, pattern, examples) of section titles, in the order of the file."""
    return tuple(
        (kind, re.compile(pattern), tuple(examples.split(" | ")))
        for kind, pattern, examples in rows("section_titles.tsv")
    )


@lru_cache(maxsize=4096)
def title_kind(title: str) -> str | None:
    """Return what a section's title says of the tasks in it, or None."""
    words = collapse(bare(title)).strip(" .:*-")
    return next((kind for kind, pattern, _ in title_rules() if pattern.search(words)), None)


@lru_cache(maxsize=1)
def task_free_rules() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Return (pattern, examples) of the types that assign no work."""
    return tuple(
        (re.compile(pattern + r"(?![a-z])"), tuple(examples.split(" | ")))
        for pattern, examples in rows("task_free_types.tsv")
    )


_HEAD_BLOCKS = 25


def assigns_no_work(text: str, blocks: Sequence[Block]) -> bool:
    """Say whether a document's type line (or a line of capitals in its head) is of a type that assigns no work."""
    for block in blocks[:_HEAD_BLOCKS]:
        words = collapse(block.span.of(text))
        if block.kind != "type" and not (
            words.isupper() and block.kind in ("banner", "title", "heading", "paragraph")
        ):
            continue
        plain = bare(words).strip(" .:*")
        if any(pattern.match(plain) for pattern, _ in task_free_rules()):
            return True
        if block.kind == "type":
            return False
    return False
