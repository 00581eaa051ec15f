"""The product is not worse than what is committed: dev questions over the sample collection, a few seconds.

When a change makes it better, raise the figures of ``eval/benchmark/baseline.json`` in the same commit.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chithi.main import main

BENCHMARK = Path(__file__).parent.parent / "eval" / "benchmark"
BASELINE = BENCHMARK / "baseline.json"


def test_no_measure_falls_below_the_baseline(sample_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(
        [
            *("eval", str(BENCHMARK / "dev.jsonl"), "--index", str(sample_index)),
            *("-c", "fused", "--baseline", str(BASELINE)),
        ]
    )
    captured = capsys.readouterr()
    assert status == 0, captured.err


def test_the_baseline_holds_what_matters() -> None:
    held = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert {"MRR@10", "Recall@10", "right", "wrong", "refused_right", "quote_fidelity"} <= set(
        held["metrics"]
    )
    assert held["metrics"]["quote_fidelity"] == 1
    assert held["tolerance"]["quote_fidelity"] == 0
    assert set(held["tolerance"]) == set(held["metrics"])
