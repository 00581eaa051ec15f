"""The optional cross-encoder: what it reads, what it changes, how it fails; torch stays out without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chithi.main import main
from eval.configurations import configurations, parse
from indexer.build import build_index
from indexer.encode import load_encoder
from indexer.errors import ModelUnavailable
from search_api import rerank as reranking
from search_api.rerank import DEPTH, WEIGHT, load_reranker, rerank
from search_api.retrieve import RetrievalSettings, default_settings
from search_api.service import Service

TEXTS = {
    "cay-xanh": "KẾ HOẠCH\nTrồng cây xanh\n\nI. NHIỆM VỤ\n\n1. Ươm cây giống\n\nĐơn vị chủ trì: Phòng Kinh tế.\n",
    "tu-sach": "KẾ HOẠCH\nMở tủ sách\n\nI. NHIỆM VỤ\n\n1. Quyên góp sách\n\nĐơn vị chủ trì: Đoàn Thanh niên.\n",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder with random weights and a vocabulary of a few words; one output."""
    return make(tmp_path_factory.mktemp("cross") / "tiny", 1)


def make(folder: Path, outputs: int) -> Path:
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir(parents=True)
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "trồng",
        "cây",
        "giống",
        "sách",
        "đơn",
        "vị",
        "chủ",
        "trì",
    ]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=128,
        num_labels=outputs,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = BertTokenizerFast(
        vocab_file=str(folder / "vocab.txt"), do_lower_case=False, strip_accents=False, model_max_length=128
    )
    tokenizer.save_pretrained(folder)
    assert CrossEncoder(str(folder)).config.num_labels == outputs
    return folder


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rerank")
    (root / "van-ban").mkdir()
    for name, text in TEXTS.items():
        (root / "van-ban" / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([root / "van-ban"], root / "ix", load_encoder())
    return root / "ix"


def test_scores_lie_between_0_and_1(tiny: Path) -> None:
    found = load_reranker(str(tiny)).scores("trồng cây", ["cây giống", "sách", "đơn vị chủ trì"])
    assert (found.min(), found.max()) == (0.0, 1.0)
    assert found.shape == (3,)
    assert load_reranker(str(tiny)).scores("x", []).shape == (0,)
    assert load_reranker(str(tiny)).scores("trồng", ["cây", "cây"]).tolist() == [1.0, 1.0]
    assert load_reranker(str(tiny)) is load_reranker(str(tiny))


class _Shortest:
    """Prefers short texts; takes the place of a loaded model."""

    def scores(self, question: str, texts: list[str]) -> Any:
        found = np.array([-len(text) for text in texts], dtype=np.float64)
        return (found - found.min()) / max(found.max() - found.min(), 1e-9)


def test_the_best_passages_exchange_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reranking, "load_reranker", lambda name: _Shortest())
    fused = [1.0 - n / 100 for n in range(DEPTH + 5)]
    changes = rerank("m", "?", ["x" * (DEPTH - n) for n in range(DEPTH)], fused)
    after = [old + change for old, change in zip(fused, changes, strict=True)]
    assert max(after) == pytest.approx(after[DEPTH - 1])  # the shortest of those that were read
    assert after[DEPTH:] == pytest.approx([(1 - WEIGHT) * old for old in fused[DEPTH:]])
    assert len(after) == DEPTH + 5


def test_a_service_with_a_reranker(tiny: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Service(index).search("đơn vị chủ trì")
    again = Service(index, RetrievalSettings(reranker=str(tiny))).search("đơn vị chủ trì")
    assert {(h.doc, h.start) for h in again.hits} == {(h.doc, h.start) for h in plain.hits}
    assert [h.score for h in again.hits] != [h.score for h in plain.hits]
    monkeypatch.setattr("search_api.rerank.load_reranker", lambda name: _Shortest())
    short = Service(index, RetrievalSettings(reranker="m", priors=0, parts=False)).search("đơn vị chủ trì")
    assert [h.score for h in short.hits] == sorted((h.score for h in short.hits), reverse=True)


def test_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHITHI_RERANKER", raising=False)
    assert default_settings() == RetrievalSettings()
    monkeypatch.setenv("CHITHI_RERANKER", "a/b")
    assert default_settings().reranker == "a/b"
    assert default_settings("c/d").reranker == "c/d"
    assert RetrievalSettings().reranker is None
    assert parse("fused:reranker=a/b,depth=50").settings == RetrievalSettings(reranker="a/b", depth=50)
    names = [held.name for held in configurations(["fused:depth=50"], rerankers=["a/b"])]
    assert names == ["fused:depth=50", "fused:depth=50,reranker=a/b"]
    assert [held.name for held in configurations([], rerankers=["m"])][-1] == "fused:reranker=m"


def test_it_fails_in_vietnamese(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rong").mkdir()
    for folder in (tmp_path / "khong-co", tmp_path / "rong"):
        status = main(["ask", "ai chủ trì ươm cây?", "--index", str(index), "--reranker", str(folder)])
        out, err = capsys.readouterr()
        assert status == 2
        assert out == ""
        assert folder.name in err
        assert "--reranker" in err
        assert "Traceback" not in err


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="3 giá trị"):
        load_reranker(str(make(tmp_path / "three", 3)))


def test_eval_runs_it_beside_the_others(
    tiny: Path, index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "hoi.jsonl"
    gold = [{"doc": "cay-xanh", "quote": "Đơn vị chủ trì: Phòng Kinh tế."}]
    row = {"qid": "1", "question": "Ai chủ trì ươm cây giống?", "evidence": gold}
    questions.write_text(json.dumps(row), encoding="utf-8")
    beir = tmp_path / "beir"
    (beir / "qrels").mkdir(parents=True)
    (beir / "corpus.jsonl").write_text(
        "\n".join(json.dumps({"_id": key, "title": "", "text": text}) for key, text in TEXTS.items()), "utf-8"
    )
    (beir / "queries.jsonl").write_text(json.dumps({"_id": "1", "text": "trồng cây giống"}), "utf-8")
    (beir / "qrels" / "test.tsv").write_text("1\tcay-xanh\t1\n", "utf-8")
    for benchmark in (questions, beir):
        arguments = ["eval", str(benchmark), "--index", str(index), "-c", "fused", "--reranker", str(tiny)]
        assert main([*arguments, "--no-answers", "--json"]) == 0
        result = json.loads(capsys.readouterr().out)
        assert [c["name"] for c in result["configurations"]] == ["fused", f"fused:reranker={tiny}"]
        assert result["configurations"][1]["metrics"]["Recall@10"] == 1.0
