"""Quality of an encoder by itself: dense, BM25 and fused, on the two development sets.

``python -m eval.model_quality --model embedded --shared ../shared`` prints the figures of the model card.  It needs no
index: it is how a model is chosen before one is built.  BM25 here is a plain one over the lexical units
(k1 = 1.2, b = 0.75), the same for every model, so that only the model makes the difference.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.clean import bare, fold
from indexer.encode import Encoder, load_encoder
from indexer.metadata import read_metadata
from indexer.passages import make_passages
from indexer.readers import SUFFIXES, read_file
from indexer.structure import read_structure
from indexer.tokenize import syllables, units

Scores = NDArray[np.float32]
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
_POOL = 200


class Collection(msgspec.Struct, frozen=True):
    """Texts, questions, and for each question the groups of rows that answer it.

    A question has one group for each piece of evidence; any row of a group is a hit for it.  ``owners`` is the
    row of each text: a document cut into passages is as good as its best passage.
    """

    name: str
    texts: list[str]
    owners: list[int]
    questions: list[str]
    relevant: list[list[set[int]]]


class Cut:
    """An encoder of which only the first ``width`` dimensions are kept, brought to length 1 again."""

    def __init__(self, encoder: Encoder, width: int) -> None:
        """Cut what ``encoder`` gives."""
        self._encoder = encoder
        self._width = width

    def _cut(self, vectors: Scores) -> Scores:
        short = vectors[:, : self._width]
        return np.asarray(short / np.maximum(np.linalg.norm(short, axis=1, keepdims=True), 1e-9), np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Scores:
        """Return (n, width)."""
        return self._cut(self._encoder.encode_queries(texts))

    def encode_passages(self, texts: Sequence[str]) -> Scores:
        """Return (n, width)."""
        return self._cut(self._encoder.encode_passages(texts))


class BM25:
    """Plain BM25 over lexical units; ``score`` gives one figure for every text."""

    def __init__(self, texts: Sequence[str], cut: Callable[[str], list[str]] = units) -> None:
        """Count the units of all texts."""
        self._cut = cut
        postings: dict[str, list[tuple[int, int]]] = {}
        lengths = np.zeros(len(texts), dtype=np.float32)
        for row, text in enumerate(texts):
            counts = Counter(cut(text))
            lengths[row] = sum(counts.values())
            for unit, count in counts.items():
                postings.setdefault(unit, []).append((row, count))
        norm = 1.2 * (0.25 + 0.75 * lengths / max(float(lengths.mean()), 1.0))
        self._size = len(texts)
        self._weights: dict[str, tuple[NDArray[np.int64], Scores]] = {}
        for unit, found in postings.items():
            rows = np.array([r for r, _ in found])
            tf = np.array([c for _, c in found], dtype=np.float32)
            idf = np.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            self._weights[unit] = (rows, (idf * tf * 2.2 / (tf + norm[rows])).astype(np.float32))

    def score(self, question: str) -> Scores:
        """Return the scores of all texts, shape (n,)."""
        out = np.zeros(self._size, dtype=np.float32)
        for unit in self._cut(question):
            if (hit := self._weights.get(unit)) is not None:
                out[hit[0]] += hit[1]
        return out


_CLAUSE_END = re.compile(r"(?<=[.;:])(?<!\d\.)\s+|\n+")


def _clauses(title: str, text: str, words: int) -> list[str]:
    """Cut an article into runs of clauses of at most ``words`` words, each with title and heading in front."""
    heading, _, body = text.partition("\n")
    runs, current, size = list[str](), list[str](), 0
    for clause in _CLAUSE_END.split(body if body.strip() else heading):
        length = len(clause.split())
        if current and size + length > words:
            runs.append(" ".join(current))
            current, size = [], 0
        if length:
            current.append(clause)
            size += length
    return [f"{title}\n{heading}\n{run}" for run in [*runs, " ".join(current)]]


def statutes(folder: Path, words: int | None = None) -> Collection:
    """Read a BEIR folder; documents whole (title, then text) or cut into clauses of at most ``words`` words."""
    docs = [json.loads(line) for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines()]
    rows = {doc["_id"]: n for n, doc in enumerate(docs)}
    gold: dict[str, list[set[int]]] = {}
    for line in next((folder / "qrels").glob("*.tsv")).read_text("utf-8").splitlines()[1:]:
        query, doc, score = line.split("\t")
        if int(score) > 0:
            gold.setdefault(query, []).append({rows[doc]})
    questions = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    kept = [q for q in questions if q["_id"] in gold]
    texts: list[str] = []
    owners: list[int] = []
    for row, doc in enumerate(docs):
        title, text = doc["title"], doc["text"]
        pieces = [f"{title}\n{text}"] if words is None else _clauses(title, text, words)
        texts += pieces
        owners += [row] * len(pieces)
    name = f"{folder.name}, {'whole articles' if words is None else f'clauses of {words} words'}"
    return Collection(name, texts, owners, [q["text"] for q in kept], [gold[q["_id"]] for q in kept])


def _longest_run(needle: list[str], hay: list[str]) -> int:
    best = 0
    previous = [0] * (len(hay) + 1)
    for word in needle:
        row = [0] * (len(hay) + 1)
        for n, other in enumerate(hay, 1):
            if word == other:
                row[n] = previous[n - 1] + 1
                best = max(best, row[n])
        previous = row
    return best


def _matches(quote: list[str], passage: list[str]) -> bool:
    if not quote:
        return False
    joined, text = " ".join(quote), " ".join(passage)
    if f" {joined} " in f" {text} " or _longest_run(quote, passage) * 2 >= len(passage):
        return True
    return _longest_run(quote, passage) * 2 >= len(quote)


def plans(questions: Path, corpus: Path) -> Collection:
    """Read the documents of ``corpus`` into passages; gold is found by its quotes.

    A passage is relevant when it holds the quote, half of the quote, or is itself mostly quote.
    """
    texts: list[str] = []
    names: list[str] = []
    read: list[list[str]] = []
    for path in sorted(corpus.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.stem == "README":
            continue
        for part in read_file(path).parts:
            text = part.source.text
            blocks, outline = read_structure(part.source)
            metadata = read_metadata(text, blocks, outline)
            for passage in make_passages(text, blocks, outline, metadata, part.source.pages):
                if passage.kind not in ("boilerplate", "heading"):
                    texts.append(passage.embedded)
                    names.append(path.stem)
                    read.append(syllables(passage.span.of(text)))
    asked, relevant = [], []
    for line in questions.read_text("utf-8").splitlines():
        row = json.loads(line)
        groups = [
            {n for n, w in enumerate(read) if names[n] == e["doc"] and _matches(syllables(e["quote"]), w)}
            for e in row.get("evidence", ())
        ]
        groups = [g for g in groups if g]
        if row["answerable"] and groups:
            asked.append(row["question"])
            relevant.append(groups)
    return Collection(f"{corpus.name}, {questions.name}", texts, list(range(len(texts))), asked, relevant)


def mrr_recall(scores: Scores, relevant: list[list[set[int]]], k: int = 10) -> tuple[float, float]:
    """Return MRR@k and the mean share of evidence found among the first k; ``scores`` (questions, texts)."""
    reciprocal, recall = [], []
    for row, groups in zip(scores, relevant, strict=True):
        order = np.argsort(-row, kind="stable")[:k].tolist()
        wanted = set().union(*groups)
        first = next((n for n, doc in enumerate(order, 1) if doc in wanted), None)
        reciprocal.append(1 / first if first else 0.0)
        recall.append(sum(bool(g & set(order)) for g in groups) / len(groups))
    return float(np.mean(reciprocal)), float(np.mean(recall))


def _normal(scores: Scores, pool: Scores) -> Scores:
    """Z-score each row over its pool (boolean mask); what is outside the pool is last."""
    out = np.full_like(scores, -1e9)
    for n in range(len(scores)):
        mask = pool[n].astype(bool)
        part = scores[n, mask]
        out[n, mask] = (part - part.mean()) / max(float(part.std()), 1e-6)
    return out


def fuse(lexical: Scores, dense: Scores, weight: float) -> Scores:
    """Return (1 - weight) · lexical + weight · dense, z-scored over the union of both first 200."""
    pool = np.zeros_like(lexical)
    rows = np.arange(len(lexical))[:, None]
    size = min(_POOL, lexical.shape[1])
    for scores in (lexical, dense):
        pool[rows, np.argpartition(-scores, size - 1, axis=1)[:, :size]] = 1
    return (1 - weight) * _normal(lexical, pool) + weight * _normal(dense, pool)


def strip(text: str) -> str:
    """Return the question as typed without any diacritics."""
    return bare(fold(text))


def measure(
    collection: Collection, encoder: Encoder | Cut, *, without_diacritics: bool = False
) -> dict[str, object]:
    """Return the figures of one collection: BM25, dense, and fused at each weight."""
    questions = [strip(q) for q in collection.questions] if without_diacritics else collection.questions
    owners = np.array(collection.owners)

    def best(scores: Scores) -> Scores:
        """Each document's best passage: (questions, texts) to (questions, documents)."""
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        return np.asarray(np.maximum.reduceat(scores, firsts, axis=1), dtype=np.float32)

    index = BM25(collection.texts, lambda t: units(strip(t)) if without_diacritics else units(t))
    lexical = best(np.stack([index.score(q) for q in questions]))
    dense = best(encoder.encode_queries(questions) @ encoder.encode_passages(collection.texts).T)
    fused = {w: mrr_recall(fuse(lexical, dense, w), collection.relevant) for w in WEIGHTS[1:-1]}
    top = max(fused, key=lambda w: fused[w][0])
    return {
        "collection": collection.name,
        "without_diacritics": without_diacritics,
        "questions": len(questions),
        "bm25": mrr_recall(lexical, collection.relevant),
        "dense": mrr_recall(dense, collection.relevant),
        "fused": fused,
        "best_weight": top,
    }


def show(figures: dict[str, object]) -> str:
    """Return the figures of :func:`measure` as lines of a table."""

    def pair(value: object) -> str:
        assert isinstance(value, tuple)
        return f"{value[0]:.3f} / {value[1]:.3f}"

    fused = figures["fused"]
    assert isinstance(fused, dict)
    accents = ", no diacritics" if figures["without_diacritics"] else ""
    weights = "  ".join(f"{w}: {pair(v)}" for w, v in fused.items())
    return (
        f"{figures['collection']}{accents} ({figures['questions']} questions)  MRR@10 / Recall@10\n"
        f"  bm25 {pair(figures['bm25'])}   dense {pair(figures['dense'])}"
        f"   fused {pair(fused[figures['best_weight']])} at {figures['best_weight']}\n  {weights}"
    )


def collections(shared: Path) -> list[Collection]:
    """Return the development sets: statutes and plans of a shared folder, our questions over corpus/."""
    benchmark = shared / "benchmark"
    own = Path(__file__).parent
    return [
        statutes(benchmark / "statutes-dev"),
        statutes(benchmark / "statutes-dev", 60),
        plans(benchmark / "plans-dev.jsonl", shared / "corpus"),
        plans(own / "benchmark" / "dev.jsonl", own.parent / "corpus"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="embedded (default), a Hub name or a folder")
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--cut", type=int, default=None, help="keep only so many dimensions of each vector")
    options = parser.parse_args(arguments)
    held = load_encoder(options.model)
    encoder = Cut(held, options.cut) if options.cut else held
    for collection in collections(options.shared):
        for without in (False, True):
            sys.stdout.write(show(measure(collection, encoder, without_diacritics=without)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
