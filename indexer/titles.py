"""What the titles of sections say: facts, purposes, goals, work, who does it (``rules/section_titles.tsv``)."""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.clean import bare, collapse
from indexer.labels import rows


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
