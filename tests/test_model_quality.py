from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.model_quality import BM25, Collection, Cut, collections, fuse, measure, mrr_recall, show, statutes
from indexer.encode import load_encoder

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.mark.parametrize(
    ("scores", "groups", "expected"),
    [
        ([3, 2, 1], [{0}], (1.0, 1.0)),
        ([3, 2, 1], [{2}], (1 / 3, 1.0)),
        ([3, 2, 1], [{1, 2}], (0.5, 1.0)),
        ([3, 2, 1], [{0}, {2}], (1.0, 1.0)),
        (list(range(20)), [{0}], (0.0, 0.0)),
        (list(range(20)), [{19}, {0}], (1.0, 0.5)),
    ],
)
def test_mrr_and_recall(scores: list[float], groups: list[set[int]], expected: tuple[float, float]) -> None:
    assert mrr_recall(np.array([scores], dtype=np.float32), [groups]) == pytest.approx(expected)


def test_bm25_prefers_the_rare_word() -> None:
    index = BM25(["thư viện mở cửa", "thư viện đóng cửa", "cửa hàng sách"])
    assert index.score("hàng sách").argmax() == 2
    assert index.score("đóng cửa").argmax() == 1
    assert index.score("xyz").tolist() == [0, 0, 0]


def test_fusion_goes_from_one_side_to_the_other() -> None:
    lexical = np.array([[3, 2, 1, 0]], dtype=np.float32)
    dense = lexical[:, ::-1].copy()
    assert fuse(lexical, dense, 0.1).argmax() == 0
    assert fuse(lexical, dense, 0.9).argmax() == 3


def test_a_document_is_as_good_as_its_best_passage() -> None:
    collection = Collection(
        "tiny",
        ["thư viện", "đường ống nước sạch", "phí chợ", "cây xanh"],
        [0, 0, 1, 2],
        ["nước sạch ở đâu", "phí chợ của ai"],
        [[{0}], [{1}]],
    )
    figures = measure(collection, load_encoder(None))
    assert figures["bm25"] == (1.0, 1.0)
    assert figures["dense"] == (1.0, 1.0)
    assert "tiny (2 questions)" in show(figures)


def test_a_beir_folder_is_read_whole_or_in_clauses(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "a", "title": "Luật Thư viện, Điều 1", "text": "Thẻ bạn đọc\\n1. Thẻ cấp miễn phí. 2. Thẻ có hạn một năm."}\n'
        '{"_id": "b", "title": "Luật Thư viện, Điều 2", "text": "Kho sách"}\n',
        encoding="utf-8",
    )
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q", "text": "thẻ có hạn bao lâu"}\n{"_id": "x", "text": "?"}\n', encoding="utf-8"
    )
    (tmp_path / "qrels" / "dev.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq\ta\t1\nx\tb\t0\n", encoding="utf-8"
    )
    whole = statutes(tmp_path)
    assert whole.owners == [0, 1]
    assert whole.questions == ["thẻ có hạn bao lâu"]
    assert whole.relevant == [[{0}]]
    cut = statutes(tmp_path, 6)
    assert cut.owners == [0, 0, 1]
    assert cut.texts[1].endswith("Thẻ bạn đọc\n2. Thẻ có hạn một năm.")


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="development data is not here")
def test_the_embedded_model_keeps_its_quality() -> None:
    statutes_whole, statutes_cut, plans, own = collections(SHARED)
    encoder = load_encoder(None)
    floors = {
        statutes_whole.name: (0.76, 0.85),
        statutes_cut.name: (0.86, 0.90),
        plans.name: (0.50, 0.70),
        own.name: (0.50, 0.70),
    }
    for collection in (statutes_whole, statutes_cut, plans, own):
        figures = measure(collection, encoder)
        dense, fused = figures["dense"], figures["fused"]
        assert isinstance(dense, tuple)
        assert isinstance(fused, dict)
        assert dense[0] >= floors[collection.name][0]
        assert fused[0.4][0] >= floors[collection.name][1]


def test_a_cut_vector_has_length_one_and_the_first_dimensions() -> None:
    encoder = load_encoder(None)
    short = Cut(encoder, 64).encode_passages(["thư viện xã", "nước sạch"])
    whole = encoder.encode_passages(["thư viện xã", "nước sạch"])[:, :64]
    assert np.linalg.norm(short, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert (short * whole).sum(axis=1) == pytest.approx(np.linalg.norm(whole, axis=1), abs=1e-5)
