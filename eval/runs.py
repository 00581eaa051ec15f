"""Run configurations over a benchmark: through an index, or over a BEIR corpus indexed for the run.

The query path is the product's own (:mod:`search_api.retrieve`, :class:`search_api.service.Service`).
Runs are written and read as TREC run files.
"""

from __future__ import annotations

import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, Self

import msgspec
import numpy as np

from eval.beir import PIECE, BeirIndex, BeirSearcher, best_of, pieces
from eval.configurations import Configuration, Cutting
from eval.dataset import Benchmark, BenchmarkFaults, Query, locate, relevant
from eval.measures import DEPTH, Judgements, Ranking
from indexer.clean import fold, nfc
from indexer.encode import Encoder, load_encoder
from indexer.errors import UnusableInput
from indexer.records import Span
from indexer.store import Store
from indexer.tokenize import syllables, units
from search_api.assess.gold import passage_key, passage_of
from search_api.retrieve import RetrievalSettings
from search_api.schemas import Answer, Filters
from search_api.service import Service

Progress = Callable[[int, int, str], None]
"""Called with how many queries are done, of how many, and what is run."""


def silent(done: int, total: int, what: str) -> None:
    """Show nothing."""


class Run(msgspec.Struct, frozen=True):
    """What a configuration found: a ranking for every query, and the seconds that each took."""

    name: str
    rankings: dict[str, list[tuple[str, float]]]
    seconds: dict[str, float] = {}

    def latency(self, share: float) -> float | None:
        """Return a quantile of the seconds of a query, None where they were not measured."""
        return float(np.quantile(list(self.seconds.values()), share)) if self.seconds else None


class Searcher(Protocol):
    """Anything that ranks passages for a question."""

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """Return ids and scores, best first."""
        ...


def run(
    name: str,
    searcher: Searcher,
    queries: Sequence[Query],
    *,
    strip: bool = False,
    k: int = DEPTH,
    progress: Progress = silent,
) -> Run:
    """Ask every query once, after one that is not counted (it opens files)."""
    texts = {query.qid: strip_diacritics(query.text) if strip else query.text for query in queries}
    for text in list(texts.values())[:1]:
        searcher.search(text, k)
    rankings: dict[str, list[tuple[str, float]]] = {}
    seconds: dict[str, float] = {}
    for done, (qid, text) in enumerate(texts.items()):
        progress(done, len(texts), name)
        started = time.perf_counter()
        rankings[qid] = searcher.search(text, k)
        seconds[qid] = time.perf_counter() - started
    progress(len(texts), len(texts), name)
    return Run(name, rankings, seconds)


def strip_diacritics(text: str) -> str:
    """Return text as typed without any diacritics; capitals and signs stay.

    >>> strip_diacritics("CĐS ở xã Đông Hòa")
    'CDS o xa Dong Hoa'
    """
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


# -- through an index -----------------------------------------------------------------------------


class IndexSearcher:
    """The service's own search over a saved index."""

    def __init__(self, service: Service, settings: RetrievalSettings) -> None:
        """Search ``service`` with ``settings``."""
        self._service = service
        self._settings = settings

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """Return passage keys and scores, best first."""
        found = self._service.passages(self._service.understand(text), Filters(), k, self._settings)
        return [(passage_key(passage.doc, passage.span), score) for passage, score in found]


def store_text(store: Store, doc: str) -> str | None:
    """Return a document's text, None where the index has no such document."""
    return store.text(doc) if store.has(doc) else None


def judge_questions(
    queries: Iterable[Query], store: Store, run_keys: Iterable[str] | None = None
) -> Judgements:
    """Decide which passages hold the gold quotes of the answerable questions.

    The passages are those of the index, or those that a run file names (``run_keys``).
    """
    spans: dict[str, list[Span]] = {}
    for key in run_keys or ():
        named = passage_of(key)
        if named is not None:
            spans.setdefault(named[0], []).append(named[1])
    qrels: dict[str, dict[str, int]] = {}
    evidence: dict[str, list[set[str]]] = {}
    for query in queries:
        if not query.answerable:
            continue
        qrels[query.qid] = {}
        evidence[query.qid] = []
        for gold in query.evidence:
            text = store_text(store, gold.doc) or ""
            places = locate(text, gold.quote)
            if run_keys is None and gold.doc not in spans:
                spans[gold.doc] = [p.span for p in store.passages_of(gold.doc)] if text else []
            hits = {
                passage_key(gold.doc, span)
                for span in spans.get(gold.doc, ())
                if relevant(text, span, places)
            }
            evidence[query.qid].append(hits)
            qrels[query.qid].update(dict.fromkeys(hits, 1))
    return Judgements(qrels, evidence)


def ask(
    service: Service, queries: Sequence[Query], progress: Progress = silent
) -> tuple[dict[str, Answer], dict[str, float]]:
    """Answer every question; return the answers and the seconds that each took."""
    answers: dict[str, Answer] = {}
    seconds: dict[str, float] = {}
    for done, query in enumerate(queries):
        progress(done, len(queries), "trả lời")
        started = time.perf_counter()
        answers[query.qid] = service.ask(query.text)
        seconds[query.qid] = time.perf_counter() - started
    progress(len(queries), len(queries), "trả lời")
    return answers, seconds


# -- plain BM25, to be compared with --------------------------------------------------------------


def _pyvi(text: str) -> list[str]:
    from pyvi import ViTokenizer

    return [word for word in fold(ViTokenizer.tokenize(text)).split() if any(c.isalnum() for c in word)]


_CUTS: dict[str, Callable[[str], list[str]]] = {
    "bm25-syllables": syllables,
    "bm25-pairs": units,
    "bm25-pyvi": _pyvi,
}


class PlainBM25:
    """BM25 over whole passages, without the product's fields, folding and query side."""

    def __init__(self, ids: Sequence[str], texts: Sequence[str], way: str) -> None:
        """Count the units of all texts."""
        from eval.model_quality import BM25

        self._ids = list(ids)
        self._bm25 = BM25(texts, _CUTS[way])

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """Return ids and scores above zero, best first."""
        scores = self._bm25.score(nfc(text))
        order = np.argsort(-scores, kind="stable")
        return best_of(((self._ids[int(n)], float(scores[n])) for n in order if scores[n] > 0), k)


# -- everything a benchmark needs, opened once ----------------------------------------------------


class Bench:
    """Indexes, encoders and judgements of one benchmark, each made once; a context manager."""

    def __init__(self, benchmark: Benchmark, service: Service | None) -> None:
        """Prepare to run ``benchmark``; a questions file needs the ``service`` of its index."""
        self.benchmark = benchmark
        self.service = service
        self._folder = tempfile.TemporaryDirectory(prefix="chithi-eval-")
        self._encoders: dict[str | None, Encoder] = {}
        self._services: dict[tuple[str | None, Cutting], Service] = {}
        self._beir: dict[tuple[str | None, int], BeirIndex] = {}
        self._judged: dict[Cutting, Judgements] = {}
        self._plain: dict[tuple[str, Cutting], PlainBM25] = {}

    def __enter__(self) -> Self:
        """Return the bench."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close and remove what was made for the run."""
        for service in self._services.values():
            service.store.close()
        for index in self._beir.values():
            index.engine.close()
        self._folder.cleanup()

    def encoder(self, model: str | None) -> Encoder:
        """Return an encoder, loaded once."""
        if model not in self._encoders:
            self._encoders[model] = load_encoder(model)
        return self._encoders[model]

    def index(self, configuration: Configuration) -> Service:
        """Return the service for a configuration: the user's index, or a variant made from it."""
        if self.service is None:
            raise UnusableInput(
                "Tệp câu hỏi cần một chỉ mục: hãy chạy «chithi index» hoặc chỉ ra bằng --index."
            )
        if configuration.chunks == 0:
            raise UnusableInput(f"Cấu hình “{configuration.name}”: chunks=0 chỉ dùng cho bộ BEIR.")
        model = configuration.model
        if model == self.service.store.manifest.model:
            model = None
        if model is None and configuration.cutting == (None, None):
            return self.service
        key = (model, configuration.cutting)
        if key not in self._services:
            from eval.variants import make_variant

            encoder = self.encoder(model) if model else self.service.encoder
            folder = Path(self._folder.name) / f"index-{len(self._services)}"
            make_variant(
                self.service.store, folder, encoder, model, configuration.windows, configuration.chunks
            )
            self._services[key] = Service(folder)
        return self._services[key]

    def searcher(self, configuration: Configuration) -> Searcher:
        """Return what runs a configuration."""
        if self.benchmark.kind == "beir" and configuration.windows is not None:
            raise UnusableInput(
                f"Cấu hình “{configuration.name}”: bộ BEIR chỉ chia đoạn bằng chunks, không dùng được windows."
            )
        if configuration.way.startswith("bm25"):
            return self._bm25(configuration)
        if self.benchmark.kind == "questions":
            return IndexSearcher(self.index(configuration), configuration.settings)
        words = PIECE if configuration.chunks is None else configuration.chunks
        key = (configuration.model, words)
        if key not in self._beir:
            folder = Path(self._folder.name) / f"beir-{len(self._beir)}"
            self._beir[key] = BeirIndex(
                folder, self.benchmark.corpus, self.encoder(configuration.model), words
            )
        return BeirSearcher(self._beir[key], configuration.settings)

    def _bm25(self, configuration: Configuration) -> PlainBM25:
        key = (configuration.way, configuration.cutting)
        if key not in self._plain:
            if self.benchmark.kind == "beir":
                held_texts = [
                    (item.id, text)
                    for item in self.benchmark.corpus
                    for text in (pieces(item, configuration.chunks or 0))
                ]
                ids = [key for key, _ in held_texts]
                texts = [text for _, text in held_texts]
            else:
                store = self.index(configuration).store
                held = [p for row in store.documents() for p in store.passages_of(row.id)]
                ids = [passage_key(p.doc, p.span) for p in held]
                texts = [p.embedded for p in held]
            self._plain[key] = PlainBM25(ids, texts, configuration.way)
        return self._plain[key]

    def judged(self, configuration: Configuration) -> Judgements:
        """Return the judgements for the passages of a configuration."""
        if self.benchmark.kind == "beir":
            return Judgements(self.benchmark.qrels)
        key = configuration.cutting
        if key not in self._judged:
            store = self.index(configuration).store
            self._judged[key] = judge_questions(self.benchmark.queries, store)
        return self._judged[key]

    def judged_run(self, ranked: Run) -> Judgements:
        """Return the judgements for a run of somebody else, whose passages may be cut otherwise."""
        if self.benchmark.kind == "beir" or self.service is None:
            return Judgements(self.benchmark.qrels)
        keys = dict.fromkeys(key for ranking in ranked.rankings.values() for key, _ in ranking)
        return judge_questions(self.benchmark.queries, self.service.store, keys)


# -- TREC run files -------------------------------------------------------------------------------


def write_trec(path: Path, ranked: Run) -> None:
    """Write a run file: query, Q0, passage, rank, score, name; raises UnusableInput if it cannot be."""
    tag = "-".join(ranked.name.split())
    lines = [
        f"{qid} Q0 {key} {rank} {score:.6f} {tag}\n"
        for qid, ranking in ranked.rankings.items()
        for rank, (key, score) in enumerate(ranking, start=1)
    ]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise UnusableInput(f"Không ghi được tệp «{path}» ({error.strerror}).") from error


def read_trec(path: Path) -> Run:
    """Read a run file; passages are ranked by score, as trec_eval does (a tie by id, the last first).

    Raises BenchmarkFaults with all faults of the file.
    """
    faults: list[str] = []
    found: dict[str, dict[str, float]] = {}
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInput(
            f"Không đọc được tệp kết quả «{path}» ({error}). Cần tệp TREC run, UTF-8."
        ) from error
    for number, line in enumerate(content.split("\n"), start=1):
        fields = line.split()
        if not fields:
            continue
        where = f"{path.name}, dòng {number}"
        if len(fields) != 6:
            faults.append(f"{where}: cần 6 cột (câu hỏi, Q0, đoạn, hạng, điểm, tên), có {len(fields)}")
            continue
        qid, _, key, _, score, _ = fields
        try:
            value = float(score)
        except ValueError:
            faults.append(f"{where}: điểm “{score}” không phải số")
            continue
        if key in found.setdefault(qid, {}):
            faults.append(f"{where}: đoạn “{key}” bị trùng trong câu hỏi “{qid}”")
        found[qid][key] = value
    if not found and not faults:
        faults.append(f"{path.name}: không có kết quả nào")
    if faults:
        raise BenchmarkFaults(path, faults)
    rankings: dict[str, list[tuple[str, float]]] = {}
    for qid, scores in found.items():
        by_id = sorted(scores.items(), key=lambda item: item[0], reverse=True)
        rankings[qid] = sorted(by_id, key=lambda item: -item[1])
    return Run(path.stem, rankings)


__all__ = [
    "BeirIndex",
    "Bench",
    "IndexSearcher",
    "Ranking",
    "Run",
    "ask",
    "passage_key",
    "passage_of",
    "read_trec",
    "run",
    "write_trec",
]
