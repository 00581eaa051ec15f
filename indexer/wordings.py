"""How people say what documents word otherwise (data in rules/synonyms and rules/everyday.tsv)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from indexer.rules import rows, rows_below


class Wording(NamedTuple):
    """One line of rules/synonyms: ``everyday`` forms, ``official`` ones, an example question with an everyday one."""

    everyday: tuple[str, ...]
    official: tuple[str, ...]
    example: str


@lru_cache(maxsize=1)
def wordings() -> tuple[Wording, ...]:
    """Return the everyday wordings that queries are widened with (rules/synonyms)."""
    return tuple(
        Wording(tuple(everyday.split("|")), tuple(official.split("|")), example)
        for everyday, official, example in rows_below("synonyms")
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|"))


def everyday() -> list[tuple[str, tuple[str, ...]]]:
    """Return (official phrase, other ways to say it): rules/everyday.tsv, and rules/synonyms read backwards."""
    others: dict[str, dict[str, None]] = {
        row[0]: dict.fromkeys(_split(row[1])) for row in rows("everyday.tsv")
    }
    for wording in wordings():
        for official in wording.official:
            others.setdefault(official.lower(), {}).update(dict.fromkeys(wording.everyday))
    return [(official, tuple(way for way in ways if way != official)) for official, ways in others.items()]
