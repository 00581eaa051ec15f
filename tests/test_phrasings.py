"""Phrasings of officials, written before looking at the patterns: what they ask for, and what is left to search."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from indexer.clean import bare, without_marks
from search_api.questions.question import Question, named_parts, understand
from search_api.questions.typed import as_meant

TABLE = Path(__file__).parent / "data" / "phrasings.tsv"
ROWS = [
    tuple(line.split("\t"))
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def _read(typed: str) -> Question:
    return understand(as_meant(typed, lambda unit, plain: 0).text)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", bare(text)))


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("kinds", "marked"), ROWS)
def test_a_phrasing_is_read_as_what_it_asks(kinds: str, marked: str, plain: bool) -> None:
    typed = re.sub(r"[\[\]]", "", marked)
    question = _read(without_marks(typed).rstrip("?") if plain else typed)
    assert set(question.kinds) == set() if kinds == "-" else set(question.kinds) == set(kinds.split("+"))


@pytest.mark.parametrize(("kinds", "marked"), ROWS)
def test_no_word_of_the_topic_is_taken_for_asking(kinds: str, marked: str) -> None:
    kept = _words(" ".join(re.findall(r"\[(.*?)\]", marked)))
    question = _read(re.sub(r"[\[\]]", "", marked))
    assert not kept - _words(question.topic)


def test_every_kind_is_phrased_often_enough() -> None:
    counted = Counter(kinds for kinds, _ in ROWS)
    few = {"effect", "person"}
    assert all(count >= (10 if kind in few else 20) for kind, count in counted.items() if "+" not in kind)
    assert sum(count for kind, count in counted.items() if "+" in kind) >= 20


@pytest.mark.parametrize("part", named_parts(), ids=lambda part: part.kind)
def test_every_named_part_matches_its_examples(part: object) -> None:
    kind, pattern, examples = part  # type: ignore[misc]
    assert all(pattern.search(bare(example)) for example in examples), kind
