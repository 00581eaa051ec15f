"""What each setting of the search is worth: one change at a time, over several benchmarks, as a table.

``python -m eval.ablation dev.jsonl=INDEX plans.jsonl=INDEX beir-folder --into docs/retrieval.md``
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from eval.cli import measure
from eval.compare import Comparison
from eval.configurations import Configuration, parse
from eval.dataset import read_benchmark
from eval.report import Measured, Result, figure
from eval.runs import Bench, store_text
from indexer.errors import ChithiError, UnusableInput
from search_api.service import Service

MARKS = ("<!-- figures -->", "<!-- end of figures -->")
"""Between these lines of a document the tables are replaced."""


class Change(msgspec.Struct, frozen=True):
    """One row: what is changed, in words, and the configuration.  ``beir``: it means something there too."""

    told: str
    spec: str
    beir: bool = True


def _sweep(name: str, told: str, values: Sequence[float], kept: float) -> list[Change]:
    return [Change(f"{told} {v:g}", f"fused:{name}={v:g}") for v in values if v != kept]


def groups(default: Configuration) -> dict[str, list[Change]]:
    """Return the changes to try, by subject; the values in use are left out."""
    settings = default.settings
    return {
        "Against plain ways": [
            Change("BM25, syllables", "bm25-syllables"),
            Change("BM25, syllables + pairs", "bm25-pairs"),
            Change("BM25, pyvi words", "bm25-pyvi"),
            Change("words only (`lexical`)", "lexical"),
            Change("meaning only (`dense`)", "dense"),
        ],
        "Units": [Change(f"pairs of syllables × {v:g}", f"fused:pairs={v:g}") for v in (0, 0.5, 1.5)],
        "Fields": [
            *_sweep("weights.heading", "`heading`", (0, 0.25, 0.5, 0.75, 1), settings.weights.heading),
            *_sweep("weights.bare", "`bare`", (0, 0.1, 0.25, 0.5), settings.weights.bare),
            *_sweep("plain_weights.body", "typed plain: `body`", (0, 0.3, 0.6), settings.plain_weights.body),
            *_sweep(
                "plain_weights.heading",
                "typed plain: `heading`",
                (0, 0.2, 0.5),
                settings.plain_weights.heading,
            ),
        ],
        "The question": [
            *_sweep("asked_factor", "`asked_factor`", (0, 0.15, 0.3, 0.6, 1), settings.asked_factor),
            Change("units of any frequency", "fused:common=1"),
            Change("no everyday words", "fused:synonyms=0"),
            Change("everyday words × 0.5", "fused:synonyms=0.5"),
            Change("everyday words × 1.5", "fused:synonyms=1.5"),
        ],
        "Fusion": [
            *_sweep(
                "dense_weight",
                "`dense_weight`",
                (0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1),
                settings.dense_weight,
            ),
            *_sweep(
                "plain_dense", "typed plain: of `dense_weight`", (0, 0.4, 0.6, 0.8, 1), settings.plain_dense
            ),
            Change("standard scores (z) instead of [0, 1]", "fused:z_scores=1"),
            *_sweep("depth", "`depth`", (30, 100, 300), settings.depth),
        ],
        "Structure": [
            Change("no priors", "fused:priors=0", beir=False),
            Change("priors × 0.5", "fused:priors=0.5", beir=False),
            Change("priors × 1.5", "fused:priors=1.5", beir=False),
            Change("no part lifted", "fused:parts=0", beir=False),
        ],
        "Passages": [
            Change("windows of 110 words, no structure", "fused:windows=110", beir=False),
            Change("at most 80 words", "fused:chunks=80", beir=False),
            Change("at most 200 words", "fused:chunks=200", beir=False),
        ],
    }


class Given(msgspec.Struct, frozen=True):
    """A benchmark and the index that holds its documents (None for a BEIR folder)."""

    path: Path
    index: Path | None

    @classmethod
    def of(cls, text: str) -> Given:
        """Read ``BENCHMARK=INDEX`` or a folder."""
        path, _, index = text.partition("=")
        return cls(Path(path), Path(index) if index else None)


def run_all(given: Given, changes: Sequence[Change], strip: bool) -> Result:
    """Measure the settings in use, and every change that means something for the benchmark."""
    beir = given.path.is_dir()
    wanted = [parse("fused"), *(parse(c.spec) for c in changes if c.beir or not beir)]
    if strip:
        wanted = [held._replace(strip=True) for held in wanted]
    service = Service(given.index) if given.index is not None else None
    try:
        read = (
            read_benchmark(given.path)
            if service is None
            else read_benchmark(given.path, lambda doc: store_text(service.store, doc))
        )
        with Bench(read, service) as bench:
            return measure(bench, wanted, answers=False)[0]
    finally:
        if service is not None:
            service.store.close()


def _cell(held: Measured | None, difference: Comparison | None) -> str:
    if held is None:
        return "–"
    told = figure(held.metrics["MRR@10"]).replace(",", ".")
    if difference is None:
        low, high = (figure(v).replace(",", ".") for v in held.intervals["MRR@10"])
        return f"**{told}** ({low}–{high})"
    sure = difference.low > 0 or difference.high < 0
    mark = "**" if sure else ""
    return (
        f"{told} ({mark}{difference.difference:+.3f}{mark}, {difference.low:+.3f} … {difference.high:+.3f})"
    )


def tables(results: Sequence[tuple[str, Result]], subjects: dict[str, list[Change]]) -> Iterator[str]:
    """Yield the lines of the tables: a column for each benchmark, a row for each change."""
    names = [name for name, _ in results]
    held = [{c.name: c for c in result.configurations} for _, result in results]
    against = [{c.b: c for c in result.comparisons if c.measure == "MRR@10"} for _, result in results]
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    yield f"| **in use** | {' | '.join(_cell(found['fused'], None) for found in held)} |"
    recall = (figure(found["fused"].metrics["Recall@10"]).replace(",", ".") for found in held)
    yield f"| its Recall@10 | {' | '.join(recall)} |"
    for subject, changes in subjects.items():
        yield ""
        yield f"### {subject}"
        yield ""
        yield f"| | {' | '.join(names)} |"
        yield "|---" * (len(names) + 1) + "|"
        for change in changes:
            cells = [
                _cell(found.get(change.spec), beside.get(change.spec))
                for found, beside in zip(held, against, strict=True)
            ]
            yield f"| {change.told} | {' | '.join(cells)} |"


def machine() -> str:
    """Say what it was run on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "faiss-cpu", "tantivy"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}; "
        f"{libraries}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.ablation", description=__doc__)
    parser.add_argument("benchmark", nargs="+", type=Given.of, metavar="BENCHMARK[=INDEX]")
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="replace the tables of this Markdown document"
    )
    options = parser.parse_args(arguments)
    subjects = groups(parse("fused"))
    changes = [change for held in subjects.values() for change in held]
    try:
        results = []
        for strip in (False, True):
            for given in options.benchmark:
                print(f"{given.path}{' (stripped)' if strip else ''}", file=sys.stderr)
                result = run_all(given, changes, strip)
                name = f"{result.benchmark} ({result.judged})"
                results.append((f"{name}, no diacritics" if strip else name, result))
        text = "\n".join(["", machine(), "", *tables(results, subjects), ""])
        if options.into is None:
            print(text)
        else:
            _replace(options.into, text)
    except ChithiError as error:
        print(f"ablation: {error}", file=sys.stderr)
        return 2
    return 0


def _replace(path: Path, text: str) -> None:
    """Put the tables between the marks of a document; raise UnusableInput where it has none."""
    held = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, begin, rest = held.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not begin or not end:
        raise UnusableInput(f"«{path}» cần hai dòng {MARKS[0]} và {MARKS[1]}.")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
