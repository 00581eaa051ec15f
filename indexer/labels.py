"""Labels of labelled lines: "Đơn vị chủ trì: Văn phòng Sở." → key ``lead``.

The label families are data (``rules/labels.tsv``).  Matching is done on bare text, so that a slip of an
accent ("Thòi gian thực hiên:") does not hide a label; the whole text before the colon must fit.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from indexer.clean import bare
from indexer.rules import rows

ASSIGNING: frozenset[str] = frozenset(
    {"lead", "lead_coordinate", "lead_or_implement", "direct", "implement", "coordinate"}
)
"""Keys whose value names units."""

TASK_KEYS: frozenset[str] = ASSIGNING | {"deadline", "product", "funding", "report", "place"}
"""Keys of the labelled lines that close a task."""

_LONGEST = 130
_BULLET = re.compile(r"\s*(?:[-+•●▪*–—]\s*)?[\[(“\"]?\s*")
_PARENTHESIS = re.compile(r"\s*\([^)]*\)\s*$")


class LabelMatch(msgspec.Struct, frozen=True):
    """A label found at the start of a line.

    ``start`` and ``end`` are offsets into the line that was given: ``end`` is after the colon, so that
    ``line[end:]`` is the value.
    """

    key: str
    start: int
    end: int


@lru_cache(maxsize=1)
def label_rules() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """Return (key, compiled pattern, examples) in the order of the file."""
    parts: dict[str, str] = {}
    rules = []
    for row in rows("labels.tsv"):
        key, pattern = row[0], row[1]
        for name, part in parts.items():
            pattern = pattern.replace("{" + name + "}", part)
        if key.startswith("@"):
            parts[key[1:]] = pattern
            continue
        rules.append((key, re.compile(pattern), tuple(row[2].split(" | "))))
    return tuple(rules)


@lru_cache(maxsize=4096)
def label_key(label: str) -> str | None:
    """Return the key of a label without its colon ("Đơn vị chủ trì" → "lead"), or None."""
    words = " ".join(_PARENTHESIS.sub("", bare(label)).split())
    for key, pattern, _ in label_rules():
        if pattern.fullmatch(words):
            return key
    return None


def match_label(line: str) -> LabelMatch | None:
    """Find the label that opens ``line``, after an optional list marker; a colon is required.

    A number before the label ("3.3. Nguồn lực tài chính: …") is not skipped: such a line belongs to the
    outline, and its text after the number can be given instead.

    >>> match_label("- Đơn vị chủ trì: Văn phòng Sở.")
    LabelMatch(key='lead', start=2, end=17)
    """
    opening = _BULLET.match(line)
    start = opening.end() if opening else 0
    colon = line.find(":", start, start + _LONGEST)
    if colon <= start:
        return None
    key = label_key(line[start:colon])
    return None if key is None else LabelMatch(key, start, colon + 1)
