"""What a kind of question expects of a passage beside its words: structure as evidence.

Values are added to the fused score, which lies in [0, 1]; fitted on development data.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.clean import bare
from indexer.store import StoredPassage
from search_api.questions.question import Question

_KINDS: dict[str, dict[str, float]] = {
    "": {"boilerplate": -0.3, "heading": -0.05},
    "signer": {"boilerplate": 0.8},
    "issued": {"boilerplate": 0.8},
    "person": {"boilerplate": 0.8},
    "lead": {"task": 0.12, "row": 0.06},
    "coordinate": {"task": 0.15, "row": 0.08},
    "deadline": {"task": 0.12, "row": 0.06},
    "direct": {"task": 0.12},
    "unit_tasks": {"task": 0.12, "row": 0.06},
}
"""By kind of question ("" for every one), what a kind of passage gains."""

_TAGS: dict[str, dict[str, float]] = {
    "basis": {"preamble": 0.6, "basis": 0.2},
    "replaces": {"replaces": 0.8},
    "replaced_by": {"replaces": 0.8},
    "topic_docs": {"title": 0.5},
    "target": {"target": 0.1},
}
"""By kind of question, what a tag of a passage gains."""


_SAYS: dict[str, tuple[re.Pattern[str], float]] = {
    "effect": (re.compile(r"có hiệu lực (?:thi hành )?(?:kể )?(?:từ|sau)", re.IGNORECASE), 0.5),
}
"""By kind of question, words by which a passage states the fact, and what it gains by them."""


_AIMS = re.compile(
    r"(?:^|› )(?:\S+\. )?(?:muc dich|yeu cau|quan diem|dac diem|boi canh|tinh hinh|thuc trang|su can thiet)(?![a-z])"
)
"""Sections that say why and how things stand: they share the words of a task and give it to nobody."""
_AIM_WORDS = re.compile(
    r"muc dich|yeu cau|quan diem|dac diem|boi canh|tinh hinh|thuc trang|vi sao|tai sao|can thiet"
)
_OF_TASKS = frozenset(
    ("lead", "coordinate", "direct", "deadline", "unit_tasks", "product", "report", "funding")
)


@lru_cache(maxsize=16_384)
def _says_aims(section_title: str) -> bool:
    return bool(_AIMS.search(bare(section_title)))


def _aims(passage: StoredPassage, question: Question) -> float:
    if not _says_aims(passage.section_title) or _AIM_WORDS.search(bare(question.text)):
        return 0.0
    return -0.2 if _OF_TASKS.intersection(question.kinds) else -0.1


def prior(passage: StoredPassage, question: Question) -> float:
    """Return what is added to the score of a passage for the kinds of a question."""
    value = _KINDS[""].get(passage.kind, 0.0) + _aims(passage, question)
    if question.kinds:
        value += _KINDS.get(question.kinds[0], {}).get(passage.kind, 0.0)
    for kind in question.kinds:
        if kind in _SAYS and _SAYS[kind][0].search(passage.text):
            value += _SAYS[kind][1]
        value += sum(_TAGS.get(kind, {}).get(tag, 0.0) for tag in passage.tags)
    return value
