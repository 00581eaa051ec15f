"""The benchmark over corpus/ (eval/benchmark): gold that stands in the documents, the split, the numbers promised."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import Query, read_benchmark
from indexer.clean import bare, collapse, has_diacritics, nfc
from indexer.readers import SUFFIXES, read_file
from indexer.readers.markup import strip_markup

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
FOLDER = ROOT / "eval" / "benchmark"
FIELDS = ["qid", "question", "kind", "answerable", "answer", "must_contain", "evidence"]
CHAINS = {"dev": ("cai-cach-hanh-chinh", "phong-chay"), "test": ("chuyen-doi-so",)}

#: Kind → at least so many questions over both splits.
LEAST = {"unanswerable": 25, "no_diacritics": 20, "abbreviation": 20, "paraphrase": 30, "multi_doc": 20}


def _files() -> dict[str, Path]:
    return {
        document["doc"]: CORPUS / document["file"]
        for path in sorted((CORPUS / "manifest").glob("*.json"))
        for document in json.loads(path.read_text(encoding="utf-8"))["documents"]
    }


@lru_cache(maxsize=32)
def _text(doc: str) -> str | None:
    """Return a document as it is read; one whose reader is not installed, from its source."""
    path = _files().get(doc)
    if path is None:
        return None
    if path.suffix in SUFFIXES:
        return read_file(path).parts[0].source.text
    source = (CORPUS / "sources" / f"{doc}.md").read_text(encoding="utf-8")
    return strip_markup(nfc(source), markdown=True)[0]


def _rows(split: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _queries(split: str) -> tuple[Query, ...]:
    return read_benchmark(FOLDER / f"{split}.jsonl").queries


ALL = [(split, query) for split in CHAINS for query in _queries(split)]
ANSWERABLE = [query for _, query in ALL if query.answerable]


def _id(query: Query) -> str:
    return query.qid


def _folded(text: str) -> str:
    return collapse(bare(nfc(text)))


@pytest.mark.parametrize("split", CHAINS)
def test_no_fault(split: str) -> None:
    benchmark = read_benchmark(FOLDER / f"{split}.jsonl", _text)
    assert len(benchmark.queries) == len(_rows(split))


@pytest.mark.parametrize("split", CHAINS)
def test_the_fields_are_those_of_the_format(split: str) -> None:
    for row in _rows(split):
        assert list(row) == FIELDS, row["qid"]
        assert all(list(evidence) == ["doc", "quote"] for evidence in row["evidence"]), row["qid"]


@pytest.mark.parametrize("query", ANSWERABLE, ids=_id)
def test_every_quote_is_verbatim(query: Query) -> None:
    for evidence in query.evidence:
        text = _text(evidence.doc)
        assert text is not None
        assert collapse(evidence.quote) in collapse(text), evidence


@pytest.mark.parametrize("query", ANSWERABLE, ids=_id)
def test_the_reference_answer_meets_its_own_gold(query: Query) -> None:
    assert query.answer
    assert query.must_contain
    for group in query.must_contain:
        assert any(_folded(alternative) in _folded(query.answer) for alternative in group), group


#: These name a document, or say more than the sentence they rest on.
_BEYOND_THE_QUOTE = ("topic_docs", "replaces")


@pytest.mark.parametrize("query", [q for q in ANSWERABLE if q.kind not in _BEYOND_THE_QUOTE], ids=_id)
def test_the_evidence_holds_the_answer(query: Query) -> None:
    quoted = _folded(" ".join(evidence.quote for evidence in query.evidence))
    for group in query.must_contain:
        assert any(_folded(alternative) in quoted for alternative in group), group


def test_unanswerable_questions_have_no_gold() -> None:
    for _, query in ALL:
        assert query.answerable == (query.kind != "unanswerable"), query.qid
        if not query.answerable:
            assert not query.evidence
            assert not query.must_contain
            assert query.answer.startswith("Không có thông tin trong các văn bản đã nạp")


def test_ids_and_questions_are_unique() -> None:
    assert len({query.qid for _, query in ALL}) == len(ALL)
    assert len({_folded(query.text) for _, query in ALL}) == len(ALL)


def test_the_split_is_by_chain() -> None:
    for split, chains in CHAINS.items():
        documents = {
            document["doc"]
            for chain in chains
            for document in json.loads((CORPUS / "manifest" / f"{chain}.json").read_text(encoding="utf-8"))[
                "documents"
            ]
        }
        asked = {evidence.doc for query in _queries(split) for evidence in query.evidence}
        assert asked == documents, split


def test_enough_of_each_kind() -> None:
    kinds = Counter(query.kind for _, query in ALL)
    assert len(ALL) >= 150
    assert {kind: kinds[kind] for kind, least in LEAST.items() if kinds[kind] < least} == {}


def test_kinds_are_what_they_say() -> None:
    for _, query in ALL:
        if query.kind == "no_diacritics":
            assert not has_diacritics(query.text), query.qid
        elif query.kind == "multi_doc":
            assert len({evidence.doc for evidence in query.evidence}) >= 2, query.qid
        elif query.kind == "abbreviation":
            assert re.search(r"[A-ZĐ]{2,}", query.text), query.qid


def _pairs(text: str) -> list[tuple[str, str]]:
    syllables = re.findall(r"\w+", bare(text))
    return list(itertools.pairwise(syllables))


@pytest.mark.parametrize("query", [q for q in ANSWERABLE if q.kind == "paraphrase"], ids=_id)
def test_everyday_words_are_not_those_of_the_document(query: Query) -> None:
    quoted = {pair for evidence in query.evidence for pair in _pairs(evidence.quote)}
    asked = _pairs(query.text)
    assert sum(pair in quoted for pair in asked) <= len(asked) / 4


def test_the_readme_counts_the_questions() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = {
        name: (int(dev), int(test))
        for name, dev, test in re.findall(
            r"^\| (?:`(\w+)`|all) \| .*?\| *(\d+) \| *(\d+) \|$", readme, re.MULTILINE
        )
    }
    kinds = {split: Counter(query.kind for query in _queries(split)) for split in CHAINS}
    counted = {kind: (kinds["dev"][kind], kinds["test"][kind]) for kind in kinds["dev"] | kinds["test"]}
    counted[""] = (kinds["dev"].total(), kinds["test"].total())
    assert told == counted
