"""The command: measure a benchmark, show it, save it, hold it against a baseline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eval.compare import compare, interval, slices
from eval.configurations import LABELS, Configuration, configurations
from eval.dataset import Benchmark, Query, read_benchmark
from eval.measures import (
    RETRIEVAL,
    AnswerScore,
    Judgements,
    PerQuery,
    answer_metrics,
    evidence_ranks,
    means,
    measure_ranking,
    score_answer,
)
from eval.options import add_arguments
from eval.report import Measured, Result, below_baseline, terminal
from eval.runs import Bench, Progress, Run, ask, passage_of, read_trec, run, silent, store_text, write_trec
from indexer.errors import UnusableInput
from indexer.store import Store
from search_api.assess.evaluations import Evaluations, checked_name
from search_api.schemas import Answer
from search_api.service import Service

COMPARED = ("MRR@10", "Recall@10", "nDCG@10")
_TOP = 5


def evaluate(options: argparse.Namespace) -> int:
    """Run the command; return 0, or 1 where a measure is below the baseline.

    Raises ChithiError (exit status 2) for a benchmark, index, model or option that cannot be used.
    """
    wanted = configurations(options.configuration, options.model, options.sweep, options.reranker)
    save = checked_name(options.save) if options.save is not None else None
    if options.strip_diacritics:
        wanted = [held._replace(strip=True) for held in wanted]
    given = [read_trec(path) for path in options.score_run]
    service, benchmark = _open(options)
    try:
        with _Bar() as progress, Bench(benchmark, service) as bench:
            result, runs = measure(
                bench,
                wanted,
                given,
                answers=not options.no_answers,
                strip=options.strip_diacritics,
                progress=progress,
            )
    finally:
        if service is not None:
            service.store.close()
    if options.run is not None:
        _write_runs(options.run, runs)
    if options.html is not None:
        from eval.page import write_page

        write_page(options.html, result)
    if save is not None:
        kept = Evaluations(options.index).save_run(save, msgspec.json.encode(result))
        print(f"Đã giữ kết quả ở {kept}; xem ở trang /danh-gia.", file=sys.stderr)
    if options.json:
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    else:
        print(terminal(result))
    if options.baseline is not None:
        worse = below_baseline(options.baseline, result.metrics)
        if worse:
            print("Kém mốc so sánh:\n  " + "\n  ".join(worse), file=sys.stderr)
            return 1
    return 0


def _open(options: argparse.Namespace) -> tuple[Service | None, Benchmark]:
    """Open the index where the benchmark needs one, and read the benchmark, its quotes checked."""
    if options.benchmark.is_dir():
        return None, read_benchmark(options.benchmark, split=options.split)
    if not options.benchmark.is_file():
        read_benchmark(options.benchmark)
    service = Service(options.index)
    store = service.store
    return service, read_benchmark(options.benchmark, lambda doc: store_text(store, doc))


def measure(
    bench: Bench,
    wanted: Sequence[Configuration],
    given: Sequence[Run] = (),
    *,
    answers: bool = True,
    strip: bool = False,
    progress: Progress = silent,
) -> tuple[Result, list[Run]]:
    """Run and measure all configurations, then the runs of others; the first one is the main one."""
    benchmark = bench.benchmark
    runs: list[Run] = []
    judged: list[Judgements] = []
    labels: list[str] = []
    for held in wanted:
        searcher = bench.searcher(held)
        runs.append(run(held.name, searcher, benchmark.queries, strip=held.strip, progress=progress))
        judged.append(bench.judged(held))
        labels.append(LABELS[held.way])
    for ranked in given:
        runs.append(ranked)
        judged.append(bench.judged_run(ranked))
        labels.append("tệp TREC run")
    values = [measure_ranking(held, ranked.rankings) for held, ranked in zip(judged, runs, strict=True)]
    configured = tuple(
        _measured(ranked, found, label) for ranked, found, label in zip(runs, values, labels, strict=True)
    )
    comparisons = tuple(
        compare(name, runs[0].name, other.name, values[0][name], found[name])
        for other, found in zip(runs[1:], values[1:], strict=True)
        for name in COMPARED[:2]
    )
    metrics = dict(configured[0].metrics)
    given_answers: dict[str, Answer] = {}
    scores: dict[str, AnswerScore] = {}
    if benchmark.kind == "questions" and answers and bench.service is not None:
        given_answers, scores, measured = _answers(bench.index(wanted[0]), benchmark.queries, strip, progress)
        metrics |= measured
    store = bench.service.store if bench.service is not None else None
    rows = _rows(benchmark.queries, runs, values, judged[0], given_answers, scores, store)
    result = Result(
        benchmark=benchmark.name,
        kind=benchmark.kind,
        queries=len(benchmark.queries),
        judged=len(judged[0].qrels),
        metrics=metrics,
        per_query=tuple(rows),
        slices=slices(benchmark.queries, values[0], scores),
        configurations=configured,
        comparisons=comparisons,
        notes=tuple(_notes(benchmark.queries, judged[0], runs)),
        index=str(bench.service.index_dir) if bench.service is not None else None,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return result, runs[: len(wanted)]


def _measured(ranked: Run, values: PerQuery, label: str) -> Measured:
    p50, p95 = ranked.latency(0.5), ranked.latency(0.95)
    speed = {"p50": p50 * 1000, "p95": p95 * 1000} if p50 is not None and p95 is not None else None
    first = values["MRR@10"]
    return Measured(
        name=ranked.name,
        label=label,
        metrics=means(values),
        intervals={name: interval(values[name].values(), 2000) for name in RETRIEVAL},
        latency_ms=speed,
        answered_queries=sum(qid in ranked.rankings for qid in first),
    )


def _answers(
    service: Service, queries: Sequence[Query], strip: bool, progress: Progress
) -> tuple[dict[str, Answer], dict[str, AnswerScore], dict[str, float]]:
    from eval.runs import strip_diacritics

    asked = [
        msgspec.structs.replace(query, text=strip_diacritics(query.text)) if strip else query
        for query in queries
    ]
    given, seconds = ask(service, asked, progress)
    scores = {
        query.qid: score_answer(query, given[query.qid], lambda doc: store_text(service.store, doc))
        for query in queries
    }
    measured = answer_metrics(list(scores.values()))
    ordered = sorted(seconds.values())
    measured["answer_p50_ms"] = 1000 * ordered[len(ordered) // 2] if ordered else 0.0
    return given, scores, measured


def _rows(
    queries: Sequence[Query],
    runs: Sequence[Run],
    values: Sequence[PerQuery],
    judged: Judgements,
    answers: dict[str, Answer],
    scores: dict[str, AnswerScore],
    store: Store | None,
) -> list[dict[str, Any]]:
    rows = []
    for query in queries:
        qid = query.qid
        ranking = runs[0].rankings.get(qid, [])
        row: dict[str, Any] = {
            "qid": qid,
            "question": query.text,
            "kind": query.kind,
            "answerable": query.answerable,
            "metrics": {name: values[0][name][qid] for name in RETRIEVAL if qid in values[0][name]},
            "by_configuration": {
                ranked.name: {name: found[name][qid] for name in COMPARED if qid in found[name]}
                for ranked, found in zip(runs, values, strict=True)
            },
            "top": [_hit(key, score, store) for key, score in ranking[:_TOP]],
        }
        if judged.evidence is not None and qid in judged.evidence:
            ranks = evidence_ranks(judged.evidence[qid], ranking)
            row["evidence"] = [
                {"doc": gold.doc, "quote": gold.quote, "rank": rank}
                for gold, rank in zip(query.evidence, ranks, strict=True)
            ]
        if qid in scores:
            answer, score = answers[qid], scores[qid]
            row["answer"] = {
                "outcome": score.outcome,
                "confidence": answer.confidence,
                "answer": answer.answer,
                "reason": answer.reason,
                "gold": query.answer,
                "lacking": score.lacking,
                "citation_precision": score.precision,
                "citation_recall": score.recall,
                "citations": score.citations,
                "faithful": score.faithful,
            }
        rows.append(row)
    return rows


def _hit(key: str, score: float, store: Store | None) -> dict[str, Any]:
    hit: dict[str, Any] = {"id": key, "score": round(score, 4)}
    named = passage_of(key) if store is not None else None
    if store is not None and named is not None and store.has(named[0]):
        doc, span = named
        hit |= {"doc": doc, "start": span.start, "end": span.end, "text": span.of(store.text(doc))}
    return hit


def _notes(queries: Sequence[Query], judged: Judgements, runs: Sequence[Run]) -> list[str]:
    notes = []
    for query in queries:
        for gold, group in zip(query.evidence, (judged.evidence or {}).get(query.qid, ()), strict=False):
            if not group:
                notes.append(f"{query.qid}: không đoạn nào chứa “{gold.quote[:60]}…” ({gold.doc})")
    for ranked in runs:
        missing = sum(qid not in ranked.rankings for qid in judged.qrels)
        if missing:
            notes.append(f"{ranked.name}: thiếu {missing} câu hỏi, tính là 0")
    return notes


def _write_runs(path: Path, runs: Sequence[Run]) -> None:
    """Write the main run to ``path`` and the others beside it, named after their configuration."""
    for n, ranked in enumerate(runs):
        tag = "".join(c if c.isalnum() or c in "-." else "-" for c in ranked.name)
        write_trec(path if n == 0 else path.with_name(f"{path.stem}-{tag}{path.suffix}"), ranked)


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, what: str) -> None:
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        if self._bar is None or self._what != what:
            self.__exit__()
            self._bar = tqdm(total=total, desc=what, leave=False, file=sys.stderr)
            self._what = what
        self._bar.update(done - self._bar.n)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m eval``; return the exit status."""
    import os

    from indexer.errors import ChithiError

    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    add_arguments(parser)
    parser.add_argument(
        "--index",
        type=Path,
        default=Path(os.environ.get("CHITHI_INDEX", ".chithi")),
        metavar="THƯ_MỤC",
        help="thư mục chỉ mục (mặc định: .chithi, hoặc biến CHITHI_INDEX)",
    )
    options = parser.parse_args(arguments)
    try:
        return evaluate(options)
    except ChithiError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2


__all__ = ["UnusableInput", "add_arguments", "evaluate", "main", "measure"]
