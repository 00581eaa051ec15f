"""The benchmark of speed and size, over a few passages, and the page that it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import bench, bench_systems, synthetic
from indexer.engine import VectorPlan
from indexer.errors import UnusableInput

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"


def test_the_same_seed_gives_the_same_documents(tmp_path: Path) -> None:
    assert synthetic.write_documents(CORPUS, tmp_path / "a", 150) == 3
    synthetic.write_documents(CORPUS, tmp_path / "b", 150)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*.txt")} for n in "ab")
    assert first == second
    assert len(set(first.values())) == 3


def test_questions_are_typed_with_and_without_diacritics() -> None:
    asked = synthetic.questions(CORPUS, 20)
    assert asked == synthetic.questions(CORPUS, 20)
    assert len(set(asked)) > 15
    assert sum(text.isascii() for text in asked) >= 4


def test_some_questions_are_over_all_documents() -> None:
    from search_api.questions.question import understand

    kinds = {kind for text in synthetic.questions(CORPUS, 60) for kind in understand(text).kinds}
    assert {"topic_docs", "unit_tasks", "replaces", "coordinate", "lead", "deadline"} <= kinds


def test_a_folder_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="quá ít văn bản"):
        synthetic.Pool(tmp_path)


@pytest.mark.parametrize("plan", [VectorPlan("Flat"), VectorPlan("SQ8", codes=True)])
def test_systems_are_measured_over_the_same_passages(
    plan: VectorPlan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.engine.vector_plan", lambda _n: plan)
    synthetic.write_documents(CORPUS, tmp_path / "documents", 60)
    (tmp_path / "questions").write_text("\n".join(synthetic.questions(CORPUS, 6)), encoding="utf-8")
    measured: dict[str, Any] = {}
    for name in ("build", "search", "floor"):
        arguments = [name, "--index", tmp_path / "index", "--documents", tmp_path / "documents"]
        bench_systems.main([*map(str, arguments), "--questions", str(tmp_path / "questions")])
        measured[name] = json.loads(capsys.readouterr().out)
    assert measured["build"]["passages"] == measured["floor"]["passages"] > 40
    for name, timing in (
        ("search", "fused"),
        ("search", "service"),
        ("search", "answer"),
        ("floor", "fused"),
    ):
        assert 0 < measured[name][timing]["p50_ms"] <= measured[name][timing]["p95_ms"]
        assert measured[name][timing]["queries"] == 6
    measured["txtai"] = {"error": "No module named 'txtai'"}
    cold = {"median_s": 0.4, "slowest_s": 0.5, "peak_mib": 90.0, "runs": 10, "passages": 60}
    text = bench.page("python -m eval.bench", {"sizes": {60: measured}, "cold": cold}, [])
    assert "floor: FAISS + tantivy" in text
    assert "| chithi, answer |" in text
    assert "Not measured: txtai (No module named 'txtai')." in text
    assert "0.40 s" in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| ") and "chithi" in line}
    assert widths == {8}


def test_a_system_that_fails_says_why(tmp_path: Path) -> None:
    assert "error" in bench.system("floor", "--index", tmp_path / "khong-co")
