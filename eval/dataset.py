"""Benchmarks read and checked: a questions file with gold quotes, a BEIR folder, TREC qrels.

Questions files are read by :mod:`search_api.assess.gold`.  All faults of a benchmark are reported together.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from indexer.clean import collapse
from indexer.errors import UnusableInput
from search_api.assess.gold import (
    BenchmarkFaults,
    Evidence,
    Query,
    TextOf,
    file_text,
    locate,
    objects,
    read_questions,
    relevant,
    string,
)


class CorpusText(msgspec.Struct, frozen=True):
    """A document of a BEIR corpus: one passage."""

    id: str
    title: str
    text: str


Qrels = dict[str, dict[str, int]]
"""Grade by query id and document (or passage) id; 0 means judged and not relevant."""


class Benchmark(msgspec.Struct, frozen=True):
    """What is to be run: ``corpus`` and ``qrels`` only for the kind "beir"."""

    name: str
    kind: Literal["questions", "beir"]
    queries: tuple[Query, ...]
    corpus: tuple[CorpusText, ...] = ()
    qrels: Qrels = {}


def read_benchmark(path: Path, text_of: TextOf | None = None, split: str | None = None) -> Benchmark:
    """Read a questions file (its quotes are checked where ``text_of`` is given) or a BEIR folder.

    ``split`` names the qrels of a BEIR folder; without it "test", or the only one there is.

    Raises BenchmarkFaults, which lists all faults, or UnusableInput where nothing stands at ``path``.
    """
    if path.is_dir():
        return _read_beir(path, split)
    if not path.is_file():
        raise UnusableInput(
            f"Không có «{path}». Hãy chỉ tới một tệp câu hỏi .jsonl hoặc một thư mục BEIR "
            "(corpus.jsonl, queries.jsonl, qrels/*.tsv)."
        )
    return Benchmark(path.stem, "questions", read_questions(path, text_of))


# -- BEIR and TREC --------------------------------------------------------------------------------


def _read_beir(folder: Path, split: str | None) -> Benchmark:
    faults: list[str] = []
    missing = [name for name in ("corpus.jsonl", "queries.jsonl") if not (folder / name).is_file()]
    if missing:
        raise BenchmarkFaults(
            folder,
            [f"thiếu {name} (thư mục BEIR cần corpus.jsonl, queries.jsonl, qrels/*.tsv)" for name in missing],
        )
    corpus: dict[str, CorpusText] = {}
    for where, row in objects(folder / "corpus.jsonl", faults):
        key = string(row, "_id", where, faults)
        title = string(row, "title", where, faults, needed=False)
        text = string(row, "text", where, faults, needed=not title)
        if key in corpus:
            faults.append(f"{where}: _id “{key}” bị trùng")
        elif key:
            corpus[key] = CorpusText(key, title, text)
    queries: dict[str, Query] = {}
    for where, row in objects(folder / "queries.jsonl", faults):
        key = string(row, "_id", where, faults)
        text = string(row, "text", where, faults)
        if key in queries:
            faults.append(f"{where}: _id “{key}” bị trùng")
        elif key:
            queries[key] = Query(key, collapse(text))
    qrels: Qrels = {}
    path = _qrels_file(folder, split, faults)
    if path is not None:
        qrels = _qrels(path, faults)
        faults += [
            f"{path.name}: không có câu hỏi “{qid}” trong queries.jsonl"
            for qid in qrels
            if qid not in queries
        ]
        unknown = dict.fromkeys(doc for grades in qrels.values() for doc in grades if doc not in corpus)
        faults += [f"{path.name}: không có văn bản “{doc}” trong corpus.jsonl" for doc in unknown]
        if not any(grade > 0 for grades in qrels.values() for grade in grades.values()):
            faults.append(f"{path.name}: không có đánh giá nào lớn hơn 0")
    if faults:
        raise BenchmarkFaults(folder, faults)
    judged = tuple(q for q in queries.values() if any(grade > 0 for grade in qrels.get(q.qid, {}).values()))
    return Benchmark(folder.resolve().name, "beir", judged, tuple(corpus.values()), qrels)


def _qrels_file(folder: Path, split: str | None, faults: list[str]) -> Path | None:
    inside = folder / "qrels"
    found = {p.stem: p for p in sorted(inside.glob("*")) if p.suffix in (".tsv", ".txt", ".qrels", ".trec")}
    wanted = split or ("test" if "test" in found else next(iter(found)) if len(found) == 1 else None)
    if wanted in found:
        return found[wanted]
    names = ", ".join(found) or "không có tệp nào"
    faults.append(
        f"qrels: không có “{wanted}” (có: {names})"
        if wanted
        else f"qrels: hãy chọn một phần bằng --split (có: {names})"
    )
    return None


def _qrels(path: Path, faults: list[str]) -> Qrels:
    """Read BEIR (query, document, grade; a header line) or TREC qrels (query, 0, document, grade)."""
    qrels: Qrels = {}
    for number, line in enumerate(file_text(path, faults).split("\n"), start=1):
        fields = line.rstrip("\r").split("\t") if line.count("\t") >= 2 else line.split()
        if not line.strip() or (number == 1 and fields[-1].strip().lower() in ("score", "relevance", "rel")):
            continue
        where = f"{path.name}, dòng {number}"
        if len(fields) not in (3, 4):
            faults.append(f"{where}: cần 3 cột (câu hỏi, văn bản, điểm) hoặc 4 cột kiểu TREC")
            continue
        qid, doc, grade = fields[0].strip(), fields[-2].strip(), fields[-1].strip()
        if not re.fullmatch(r"-?\d+", grade):
            faults.append(f"{where}: điểm “{grade}” không phải số nguyên")
        elif doc in qrels.setdefault(qid, {}):
            faults.append(f"{where}: cặp “{qid}”, “{doc}” bị trùng")
        else:
            qrels[qid][doc] = int(grade)
    return qrels


def read_qrels(path: Path) -> Qrels:
    """Read a qrels file of either kind; raise BenchmarkFaults with all its faults."""
    faults: list[str] = []
    qrels = _qrels(path, faults)
    if not qrels and not faults:
        faults.append(f"{path.name}: không có đánh giá nào")
    if faults:
        raise BenchmarkFaults(path, faults)
    return qrels


__all__ = [
    "Benchmark",
    "BenchmarkFaults",
    "CorpusText",
    "Evidence",
    "Qrels",
    "Query",
    "TextOf",
    "locate",
    "read_benchmark",
    "read_qrels",
    "relevant",
]
