"""The table of settings: every row is a configuration that exists, and the document has its place for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import ablation
from eval.ablation import MARKS, Change, groups, main
from eval.configurations import parse
from search_api.retrieve import RetrievalSettings

DOCUMENT = Path(__file__).parent.parent / "docs" / "retrieval.md"


def test_every_row_is_a_configuration_that_differs() -> None:
    rows = [change for held in groups(parse("fused")).values() for change in held]
    assert len({change.told for change in rows}) == len(rows)
    for change in rows:
        held = parse(change.spec)
        assert (held.way, held.cutting, held.settings) != ("fused", (None, None), RetrievalSettings())


def test_every_setting_is_in_the_table_or_off() -> None:
    specs = " ".join(change.spec for held in groups(parse("fused")).values() for change in held)
    off = {"reranker", "weights", "plain_weights"}
    assert [name for name in RetrievalSettings()._fields if name not in off and f"{name}=" not in specs] == []


def test_the_document_holds_the_tables() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(mark in text for mark in MARKS)
    assert "| **in use** |" in text


def test_tables_are_written_between_the_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beir = tmp_path / "luat"
    (beir / "qrels").mkdir(parents=True)
    texts = {"a": "Người lái xe phải có giấy phép.", "b": "Hồ sơ nộp tại bộ phận một cửa."}
    (beir / "corpus.jsonl").write_text(
        "\n".join(json.dumps({"_id": key, "title": "", "text": text}) for key, text in texts.items()), "utf-8"
    )
    (beir / "queries.jsonl").write_text(json.dumps({"_id": "1", "text": "giấy phép lái xe"}), "utf-8")
    (beir / "qrels" / "test.tsv").write_text("1\ta\t1\n", "utf-8")
    changes = {"Fusion": [Change("words", "lexical"), Change("no priors", "fused:priors=0", beir=False)]}
    monkeypatch.setattr(ablation, "groups", lambda default: changes)
    document = tmp_path / "doc.md"
    document.write_text(f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n", encoding="utf-8")
    assert main([str(beir), "--into", str(document)]) == 0
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| words | 1.000 (+0.000, +0.000 … +0.000) |" in text
    assert "| no priors | – | – |" in text
    assert main([str(beir), "--into", str(tmp_path / "khac.md")]) == 2
    assert "khac.md" in capsys.readouterr().err
