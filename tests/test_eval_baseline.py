"""The product is not worse than what is committed, on every set of questions that it was developed with.

When a change makes it better, raise the figures of the set's ``baseline.json`` in the same commit.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chithi.main import main
from indexer.build import build_index
from indexer.encode import load_encoder

BENCHMARK = Path(__file__).parent.parent / "eval" / "benchmark"
COLLECTIONS = sorted(path.parent for path in (BENCHMARK / "collections").glob("*/baseline.json"))
BASELINES = [BENCHMARK / "baseline.json", *(folder / "baseline.json" for folder in COLLECTIONS)]


def hold(questions: Path, index: Path, baseline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["eval", str(questions), "--index", str(index), "-c", "fused", "--baseline", str(baseline)])
    captured = capsys.readouterr()
    assert status == 0, captured.err


def test_no_measure_falls_below_the_baseline(sample_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hold(BENCHMARK / "dev.jsonl", sample_index, BENCHMARK / "baseline.json", capsys)


@pytest.mark.parametrize("folder", COLLECTIONS, ids=lambda folder: folder.name)
def test_nor_on_the_other_collections(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    report = build_index([folder / "docs"], index, load_encoder())
    assert not report.skipped
    hold(folder / "questions.jsonl", index, folder / "baseline.json", capsys)


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda path: path.parent.name)
def test_the_baselines_hold_what_matters(baseline: Path) -> None:
    held = json.loads(baseline.read_text(encoding="utf-8"))
    assert {"MRR@10", "Recall@10", "right", "wrong", "refused_right", "quote_fidelity"} <= set(
        held["metrics"]
    )
    assert held["metrics"]["quote_fidelity"] == 1
    assert held["tolerance"]["quote_fidelity"] == 0
    assert set(held["tolerance"]) == set(held["metrics"])
