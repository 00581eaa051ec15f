"""Whether words hold the kind of thing that a question wants: an hour, a company by name, what came of something."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from indexer.clean import bare
from indexer.rules import rows


class Want(NamedTuple):
    """How something is asked for, and how words look that tell it."""

    asked: re.Pattern[str]
    told: re.Pattern[str]
    examples: tuple[str, str, str]
    """A question, words that tell what it wants, words that do not."""


@lru_cache(maxsize=1)
def wants() -> tuple[Want, ...]:
    """Return the rules of ``rules/wanted.tsv``."""
    return tuple(
        Want(re.compile(rf"(?<![a-z0-9])(?:{asked})"), re.compile(told), (question, telling, other))
        for asked, told, question, telling, other in rows("wanted.tsv", "search_api.rules")
    )


@lru_cache(maxsize=64)
def _wanted_by(question: str) -> tuple[re.Pattern[str], ...]:
    flat = bare(question)
    return tuple(want.told for want in wants() if want.asked.search(flat))


def tells(question: str, words: str) -> bool:
    """Say whether words tell what a question wants; true where no rule knows what that is.

    >>> tells("Chợ đêm mở cửa lúc mấy giờ?", "Chợ đêm mở từ tháng 9/2026")
    False
    """
    return all(told.search(words) for told in _wanted_by(question))
