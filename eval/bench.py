"""Speed, size and quality in one run, written to one page: ``python -m eval.bench --out docs/benchmark.md``.

``--quick`` takes 2,000 passages instead of 10,000 and 100,000; ``--large`` adds 1,000,000; ``--sizes`` takes
any.  Every size is indexed from files.  Quality is measured on our own questions and on whatever
development sets ``--shared`` holds.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval import synthetic
from eval.bench_systems import size_mib
from eval.cli import measure
from eval.configurations import configurations
from eval.dataset import read_benchmark
from eval.measures import RETRIEVAL
from eval.report import ANSWER_LABELS, OUTCOME_LABELS, Measured, Result
from eval.runs import Bench, store_text
from indexer.build import build_index
from indexer.encode import load_encoder
from indexer.errors import ChithiError
from search_api.service import Service

ROOT = Path(__file__).resolve().parent.parent
QUICK = (2_000,)
USUAL = (10_000, 100_000)
LARGE = 1_000_000
_QUESTIONS = 200
_COLD_RUNS = 10
_SLOW = 200_000
"""Above so many passages the systems that scan everything for each question are left out."""
_PACKAGES = ("faiss-cpu", "tantivy", "numpy", "torch", "ir-measures", "rank-bm25", "txtai")
_ENGLISH = {
    "right": "right",
    "wrong": "wrong",
    "refused_right": "rightly refused",
    "refused_wrong": "wrongly refused",
    "accuracy": "accuracy",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "quote_fidelity": "quote fidelity",
}
COMPARED = ("fused", "lexical", "dense", "bm25-syllables", "bm25-pairs", "bm25-pyvi")
ABLATED = (
    "fused:weights.heading=0",
    "fused:weights.bare=0",
    "fused:weights.symbol=0,weights.own=0",
    "fused:asked_factor=1",
    "fused:asked_factor=0",
    *(f"fused:dense_weight={n / 10:g}" for n in range(1, 10)),
)
"""Each setting taken back, to show what it is worth."""


def say(words: str) -> None:
    """Tell the person who waits what goes on."""
    print(words, file=sys.stderr, flush=True)


# -- speed and size -------------------------------------------------------------------------------


def system(name: str, *arguments: object) -> dict[str, Any]:
    """Measure one system in a process of its own; ``{"error": …}`` where it cannot be."""
    command = [sys.executable, "-m", "eval.bench_systems", name, *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        return {"error": last[0]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def speed(sizes: Sequence[int], corpus: Path, folder: Path) -> dict[str, Any]:
    """Return, by the number of passages asked for, the figures of each system; and those of a cold start."""
    questions = folder / "questions.txt"
    questions.write_text("\n".join(synthetic.questions(corpus, _QUESTIONS)), encoding="utf-8")
    out: dict[str, Any] = {"sizes": {}}
    for size in sizes:
        documents, index = folder / f"documents-{size}", folder / f"index-{size}"
        say(f"{size:,} passages: writing documents")
        synthetic.write_documents(corpus, documents, size)
        measured: dict[str, Any] = {}
        names = ["build", "search", "floor", "txtai", "rank-bm25"]
        for name in names if size <= _SLOW else names[:3]:
            say(f"{size:,} passages: {name}")
            measured[name] = system(
                name, "--index", index, "--documents", documents, "--questions", questions
            )
            if "error" in measured["build"]:
                break
        out["sizes"][size] = measured
        if "cold" not in out and "error" not in measured["build"]:
            out["cold"] = {**cold_start(index), "passages": measured["build"]["passages"]}
    return out


def cold_start(index: Path) -> dict[str, Any]:
    """Return the median seconds and the peak memory of ``chithi ask`` as a new process each time."""
    say("cold start")
    command = [
        sys.executable,
        "-m",
        "chithi",
        "ask",
        "Đơn vị nào chủ trì trồng cây xanh?",
        "--index",
        str(index),
    ]
    seconds: list[float] = []
    peak = 0.0
    for _ in range(_COLD_RUNS):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = max(peak, usage.ru_maxrss / 1024)
        else:
            process.wait()
        seconds.append(time.perf_counter() - started)
        if process.returncode not in (0, 1):
            return {"error": f"chithi ask: exit status {process.returncode}"}
    return {
        "median_s": statistics.median(seconds),
        "slowest_s": max(seconds),
        "peak_mib": peak,
        "runs": _COLD_RUNS,
    }


# -- quality --------------------------------------------------------------------------------------


def quality(shared: Path | None, folder: Path) -> Iterator[tuple[str, Result, Result, Result | None]]:
    """Yield, for each set of questions: its name, all configurations, the stripped ones, the ablation."""
    own = sorted((ROOT / "eval" / "benchmark").glob("*.jsonl"))
    sets = [(path, ROOT / "corpus") for path in own]
    if shared is not None and shared.is_dir():
        sets += [(path, shared / "corpus") for path in sorted((shared / "benchmark").glob("*.jsonl"))]
        sets += [(path.parent, shared) for path in sorted((shared / "benchmark").glob("*/queries.jsonl"))]
    services: dict[Path, Service] = {}
    try:
        for path, corpus in sets:
            say(f"quality: {path.name}")
            service = None
            if path.is_file():
                if corpus not in services:
                    index = folder / f"quality-{len(services)}"
                    build_index([corpus], index, load_encoder())
                    services[corpus] = Service(index)
                service = services[corpus]
            name = f"Our questions, {path.stem}" if path in own else path.stem
            yield (name, *_measured(path, service))
    finally:
        for opened in services.values():
            opened.store.close()


def _measured(path: Path, service: Service | None) -> tuple[Result, Result, Result | None]:
    store = service.store if service else None
    benchmark = read_benchmark(path, (lambda doc: store_text(store, doc)) if store else None)
    ablated = ABLATED if service else (*ABLATED, *(f"fused:chunks={n}" for n in (0, 40, 90)))
    with Bench(benchmark, service) as bench:
        found, _ = measure(bench, configurations(COMPARED))
        stripped = [c._replace(strip=True) for c in configurations(COMPARED[:3])]
        without, _ = measure(bench, stripped, strip=True)
        ablation, _ = measure(bench, configurations(("fused", *ablated)), answers=False)
    return found, without, ablation


# -- the page -------------------------------------------------------------------------------------


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def machine() -> str:
    """Return the processor, the cores, the memory and the system."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        processor = names[0] if names else processor
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB of memory"
    return f"{processor}, {cores} cores{memory}, {platform.system()} {platform.machine()}"


def versions() -> str:
    """Return the versions of what is measured."""
    found = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} (not installed)")
    return ", ".join(found)


def speed_section(figures: dict[str, Any]) -> str:
    """Return the tables of speed and size."""
    parts = [
        "## Speed and size",
        "Every system gets the same passages, vectors and questions, each in a process of its own, one after "
        f"another. {_QUESTIONS} questions, one in five without diacritics, one in ten over all documents "
        "(lists of them, the work of a unit, what falls due, levels compared), after five that are not counted. "
        "*Floor*: FAISS (our vectors, searched the same way, one thread) and tantivy (one field, the same "
        "units), vectors and words of the question made before the clock starts, one "
        "search after the other, no fusion. *chithi, fused*: understanding the question, encoding, both searches "
        "(at the same time, one thread each), fusion. *chithi, service*: that, and the document "
        "that the question names, the text of the hits, facets. *chithi, answer*: the whole answer with its "
        "citations (`Service.ask`). *txtai*: its hybrid index over our vectors. "
        "*rank-bm25*: words only. Index speed of chithi is the whole way from files to searchable (reading, "
        "structure, tasks, references, embedding), at every size from files; that of the others starts from "
        "passages already cut.",
    ]
    for size, measured in figures["sizes"].items():
        rows = _speed_rows(measured)
        held = measured["build"].get("passages", size)
        parts.append(f"### {held:,} passages\n\n" + _table(
            ["system", "index, passages/s", "p50, ms", "p95, ms", "p50 / floor", "memory, MiB", "disk, MiB"], rows
        ))  # fmt: skip
        if "error" not in measured["build"]:
            build = measured["build"]
            parts.append(
                f"{build['documents']:,} files ({_number(build['source_mib'])} MiB of text), {build['tasks']:,} tasks, "
                f"indexed in {_number(build['seconds'])} s; peak memory {_number(build['peak_mib'], 0)} MiB a process."
            )
        failed = {name: m["error"] for name, m in measured.items() if "error" in m}
        parts += [f"Not measured: {name} ({why})." for name, why in failed.items()]
        if size > _SLOW:
            parts.append("txtai and rank-bm25 are left out at this size: they keep everything in memory.")
    cold = figures.get("cold")
    if cold and "error" not in cold:
        parts.append(
            f"### Cold start\n\n`chithi ask` as a new process over {cold['passages']:,} passages: median of "
            f"{cold['runs']} runs {cold['median_s']:.2f} s (slowest {cold['slowest_s']:.2f} s), "
            f"peak memory {_number(cold['peak_mib'], 0)} MiB."
        )
    elif cold:
        parts.append(f"### Cold start\n\nNot measured: {cold['error']}.")
    return "\n\n".join(parts)


def _speed_rows(measured: dict[str, Any]) -> list[list[str]]:
    base = measured.get("floor", {}).get("fused", {}).get("p50_ms")
    rows = []
    for name, label, timing in (
        ("floor", "floor: FAISS + tantivy", "fused"),
        ("search", "chithi, fused", "fused"),
        ("search", "chithi, service", "service"),
        ("search", "chithi, answer", "answer"),
        ("txtai", "txtai", "fused"),
        ("rank-bm25", "rank-bm25", "fused"),
    ):
        found = measured.get(name)
        if not found or "error" in found:
            continue
        build = measured["build"] if name == "search" else found
        p50 = found[timing]["p50_ms"]
        rows.append(
            [
                label,
                _number(build.get("passages_per_second"), 0),
                _number(p50, 2),
                _number(found[timing]["p95_ms"], 2),
                _number(p50 / base) if base else "–",
                _number(found.get("resident_mib"), 0),
                _number(build.get("disk_mib")),
            ]
        )
    return rows


def quality_section(name: str, found: Result, stripped: Result, ablation: Result | None) -> str:
    """Return the tables of one set of questions."""
    parts = [
        f"### {name}",
        f"{found.queries} questions, {found.judged} with gold. In brackets: 95 % bootstrap interval.",
        _quality_table([*found.configurations, *stripped.configurations]),
    ]
    if "accuracy" in found.metrics:
        rows = [
            [
                _ENGLISH[key],
                _number(found.metrics[key], 0 if key in OUTCOME_LABELS else 3),
                _number(stripped.metrics[key], 0 if key in OUTCOME_LABELS else 3),
            ]
            for key in ANSWER_LABELS
        ]
        parts.append(_table(["answers", "as asked", "without diacritics"], rows))
    if ablation is not None:
        base = ablation.configurations[0]
        rows = [
            [
                c.name,
                *(
                    f"{c.metrics[m]:.3f} ({c.metrics[m] - base.metrics[m]:+.3f})"
                    for m in ("MRR@10", "Recall@10")
                ),
            ]
            for c in ablation.configurations
        ]
        parts.append(
            "What each setting is worth:\n\n" + _table(["configuration", "MRR@10", "Recall@10"], rows)
        )
    return "\n\n".join(parts)


def _quality_table(held: Sequence[Measured]) -> str:
    rows = []
    for n, c in enumerate(held):
        name = c.name if n < len(COMPARED) else f"{c.name}, questions without diacritics"
        low, high = c.intervals["MRR@10"]
        rows.append(
            [
                name,
                f"{c.metrics['MRR@10']:.3f} [{low:.3f}, {high:.3f}]",
                *(f"{c.metrics[m]:.3f}" for m in RETRIEVAL if m != "MRR@10"),
            ]
        )
    return _table(["configuration", "MRR@10", *(m for m in RETRIEVAL if m != "MRR@10")], rows)


def page(
    command: str, figures: dict[str, Any], sets: Sequence[tuple[str, Result, Result, Result | None]]
) -> str:
    """Return the whole page."""
    parts = [
        "# Benchmark",
        f"Written by `{command}` on {datetime.now(UTC).date().isoformat()}. Do not edit by hand.",
        f"- Machine: {machine()}\n- Versions: {versions()}\n"
        f"- Model: embedded, {size_mib(ROOT / 'indexer' / 'model'):.0f} MiB",
    ]
    if figures["sizes"]:
        parts.append(speed_section(figures))
    if sets:
        parts.append(
            "## Quality\n\nRecall@k over quoted gold is the share of a question's quotes that the first k passages "
            "cover; MRR@10 counts the first passage that holds any of them. `bm25-…` are plain BM25 "
            "(k1 = 1.2, b = 0.75) over the same passages."
        )
        parts += [quality_section(*item) for item in sets]
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 where something needed is missing."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the page to write (Markdown)")
    parser.add_argument("--quick", action="store_true", help="2,000 passages only")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of passages, instead of the usual ones")
    parser.add_argument("--large", action="store_true", help="1,000,000 passages as well")
    parser.add_argument("--no-speed", action="store_true", help="quality only")
    parser.add_argument("--no-quality", action="store_true", help="speed only")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="documents to recombine")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="development sets")
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else list(arguments)
    command = " ".join(["python -m eval.bench", *given])
    sizes: tuple[int, ...] = tuple(options.sizes or (QUICK if options.quick else USUAL))
    if options.large:
        sizes = (*sizes, LARGE)
    try:
        with tempfile.TemporaryDirectory(prefix="chithi-bench-") as name:
            folder = Path(name)
            figures = {"sizes": {}} if options.no_speed else speed(sizes, options.corpus, folder)
            sets = [] if options.no_quality else list(quality(options.shared, folder))
            options.out.write_text(page(command, figures, sets), encoding="utf-8")
    except ChithiError as error:
        say(f"eval.bench: {error}")
        return 2
    say(f"written: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
