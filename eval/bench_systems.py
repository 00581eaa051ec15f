"""The systems that are measured side by side, each in a process of its own so that memory can be told apart.

``python -m eval.bench_systems SYSTEM …`` prints one JSON object; :mod:`eval.bench` starts it.  All of
them get the same passages (those of our index), the same vectors and the same questions.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from indexer.store import Store

K = 10
DEPTH = 100
"""How many passages each side of the floor fetches: as many as ours."""


def _peak_mib() -> float:
    """Return the largest resident size of this process and of its children, MiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def _resident_mib() -> float | None:
    """Return what is resident now, MiB; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return None
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def size_mib(folder: Path) -> float:
    """Return the size of all files under a folder, MiB."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20


def timed(search: Callable[[str], object], questions: Sequence[str], limit: float) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds; stop after ``limit`` seconds.

    Five questions are asked before, uncounted.
    """
    for question in questions[:5]:
        search(question)
    taken: list[float] = []
    started = time.perf_counter()
    for question in questions:
        at = time.perf_counter()
        search(question)
        taken.append(time.perf_counter() - at)
        if time.perf_counter() - started > limit:
            break
    return {
        "queries": len(taken),
        "p50_ms": float(np.quantile(taken, 0.5)) * 1000,
        "p95_ms": float(np.quantile(taken, 0.95)) * 1000,
    }


def texts_of(store: Store) -> Iterator[str]:
    """Yield the embedded texts of all passages of an index, one document held at a time."""
    for row in store.documents():
        for passage in store.passages_of(row.id):
            yield passage.embedded


def passages(index: Path) -> tuple[list[str], str]:
    """Return the embedded texts of all passages of an index, and the name of its model."""
    from indexer.store import Store

    with Store.open(index) as store:
        return list(texts_of(store)), store.manifest.model


# -- ours -----------------------------------------------------------------------------------------


def build(options: argparse.Namespace) -> dict[str, Any]:
    """Index the folder of files with everything that is read from them."""
    from indexer.build import build_index
    from indexer.encode import load_encoder

    encoder = load_encoder()
    started = time.perf_counter()
    report = build_index([options.documents], options.index, encoder)
    seconds = time.perf_counter() - started
    return {
        "documents": report.documents,
        "passages": report.passages,
        "tasks": report.tasks,
        "seconds": seconds,
        "passages_per_second": report.passages / seconds,
        "peak_mib": _peak_mib(),
        "disk_mib": size_mib(options.index),
        "source_mib": size_mib(options.documents),
    }


def search(options: argparse.Namespace) -> dict[str, Any]:
    """Search our index: the fused query alone, and the whole service with the text of the hits."""
    from search_api.questions.question import understand
    from search_api.retrieve import retrieve
    from search_api.service import Service

    service = Service(options.index)
    started = time.perf_counter()
    service.store.engine.warm()
    encoder = service.encoder
    opened = time.perf_counter() - started
    engine, settings = service.store.engine, service.settings
    fused = timed(
        lambda q: retrieve(understand(q), engine, encoder, settings), options.questions, options.limit
    )
    whole = timed(lambda q: service.search(q, K), options.questions, options.limit)
    answer = timed(service.ask, options.questions, options.limit)
    return {
        "open_ms": opened * 1000,
        "fused": fused,
        "service": whole,
        "answer": answer,
        "resident_mib": _resident_mib(),
    }


# -- the floor ------------------------------------------------------------------------------------


def floor(options: argparse.Namespace) -> dict[str, Any]:
    """FAISS and tantivy, nothing else: vectors and words of a question are ready before the clock starts.

    FAISS searches the vectors of our index as they were saved (codes first, where there are any), so that
    the two differ in what is done around them.
    """
    import tantivy

    from indexer.encode import load_encoder
    from indexer.engine import REFINED, codes_beside, vector_plan
    from indexer.generations import IndexFiles
    from indexer.store import Store
    from indexer.tokenize import units

    faiss: Any = importlib.import_module("faiss")  # its stubs and its module disagree
    schema = tantivy.SchemaBuilder().add_text_field("body", tokenizer_name="whitespace").build()
    with Store.open(options.index) as store, tempfile.TemporaryDirectory() as folder:
        encoder = load_encoder(store.manifest.model)
        started = time.perf_counter()
        lexical = tantivy.Index(schema, path=folder)
        writer = lexical.writer(heap_size=128_000_000, num_threads=1)
        held = 0
        for text in texts_of(store):
            writer.add_document(tantivy.Document(body=" ".join(units(text))))
            held += 1
        writer.commit()
        writer.wait_merging_threads()
        seconds = time.perf_counter() - started
        vectors = store.folder / IndexFiles.VECTORS
        saved, parameters = faiss.read_index(str(vectors)), None  # owns what is read from it below
        dense = saved
        plan = vector_plan(held)
        if plan.codes:
            codes = faiss.read_index(str(codes_beside(vectors)))
            dense = faiss.IndexRefine(codes, faiss.downcast_index(saved.index))
            parameters = faiss.IndexRefineSearchParameters(k_factor=REFINED)
        elif plan.lists:
            parameters = faiss.SearchParametersIVF(nprobe=plan.probe)
        faiss.omp_set_num_threads(1)
        lexical.reload()
        searcher = lexical.searcher()
        ready: dict[str, tuple[Any, Any]] = {}
        for question in options.questions:
            terms = [
                (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", unit))
                for unit in dict.fromkeys(units(question))
            ]
            ready[question] = (tantivy.Query.boolean_query(terms), encoder.encode_queries([question]))

        def ask(question: str) -> None:
            words, vector = ready[question]
            searcher.search(words, DEPTH)
            dense.search(vector, DEPTH, params=parameters)

        fused = timed(ask, options.questions, options.limit)
        disk = (
            size_mib(Path(folder))
            + sum(file.stat().st_size for file in store.folder.glob("vectors*")) / 2**20
        )
    return {
        "passages": held,
        "seconds": seconds,
        "fused": fused,
        "disk_mib": disk,
        "resident_mib": _resident_mib(),
    }


# -- what a user would pick instead ---------------------------------------------------------------


def rank_bm25(options: argparse.Namespace) -> dict[str, Any]:
    """rank-bm25 over words at white space: words only, no vectors."""
    library: Any = importlib.import_module("rank_bm25")
    texts, _ = passages(options.index)
    started = time.perf_counter()
    index = library.BM25Okapi([text.lower().split() for text in texts])
    seconds = time.perf_counter() - started

    def ask(question: str) -> None:
        scores = index.get_scores(question.lower().split())
        np.argsort(-scores)[:K]

    return {
        "passages": len(texts),
        "seconds": seconds,
        "passages_per_second": len(texts) / seconds,
        "fused": timed(ask, options.questions, options.limit),
        "resident_mib": _resident_mib(),
    }


def txtai(options: argparse.Namespace) -> dict[str, Any]:
    """Measure txtai with its hybrid index (FAISS and its own BM25) over our vectors."""
    from indexer.encode import load_encoder

    library: Any = importlib.import_module("txtai.embeddings")
    texts, model = passages(options.index)
    encoder = load_encoder(model)

    def vectors(given: Sequence[str]) -> Any:
        return encoder.encode_passages(list(given))

    started = time.perf_counter()
    index = library.Embeddings(method="external", transform=vectors, hybrid=True, content=False)
    index.index((n, text, None) for n, text in enumerate(texts))
    seconds = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        index.save(folder)
        disk = size_mib(Path(folder))
        fused = timed(lambda question: index.search(question, K), options.questions, options.limit)
        resident = _resident_mib()
        index.close()
    return {
        "passages": len(texts),
        "seconds": seconds,
        "passages_per_second": len(texts) / seconds,
        "fused": fused,
        "disk_mib": disk,
        "resident_mib": resident,
    }


SYSTEMS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "build": build,
    "search": search,
    "floor": floor,
    "rank-bm25": rank_bm25,
    "txtai": txtai,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one system and print its figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=sorted(SYSTEMS))
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=Path, help="one question a line")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that the questions may take")
    options = parser.parse_args(arguments)
    if options.questions is not None:
        options.questions = options.questions.read_text(encoding="utf-8").split("\n")
    sys.stdout.write(json.dumps(SYSTEMS[options.system](options)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
