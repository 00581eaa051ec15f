from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.clean import bare
from indexer.encode import (
    FILES,
    StaticEncoder,
    embedded_folder,
    load_encoder,
    prepare,
    preset_for,
    presets,
    read_weights,
)
from indexer.errors import ModelUnavailable
from indexer.train import UNKNOWN, save

TEXTS = [
    "Sở Tài chính chủ trì, phối hợp với các đơn vị xây dựng dự toán kinh phí năm 2026.",
    "Đẩy mạnh chuyển đổi số; hoàn thành trước ngày 25/7/2026, đạt 70%.",
    "Kế hoạch số 234/KH-UBND thực hiện Nghị quyết số 57-NQ/TW",
    "ai chủ trì nhiệm vụ chuyển đổi số?",
]

VOCABULARY = [
    UNKNOWN,
    "chuyển",
    "chuyên",
    "đổi",
    "số",
    "sở",
    "tài",
    "chính",
    "chuyển_đổi",
    "đổi_số",
    "tài_chính",
]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    table = random.normal(size=(len(VOCABULARY), 8)).astype(np.float32)
    counts = np.array([1, 50, 20, 40, 90, 60, 30, 30, 45, 35, 25])
    save(tmp_path / "tiny", "tiny", VOCABULARY, table, counts)
    return tmp_path / "tiny"


def test_the_embedded_model_gives_unit_vectors() -> None:
    encoder = load_encoder(None)
    for vectors in (encoder.encode_passages(TEXTS), encoder.encode_queries(TEXTS)):
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)


def test_the_embedded_model_finds_the_passage_that_answers() -> None:
    encoder = load_encoder("embedded")
    passages = [
        "Văn phòng Sở chủ trì tiếp nhận hồ sơ và trả kết quả thủ tục hành chính cho người dân.",
        "Lực lượng phòng cháy, chữa cháy diễn tập phương án cứu nạn tại khu dân cư.",
        "Bảo đảm kinh phí từ ngân sách nhà nước để thực hiện các nhiệm vụ của kế hoạch.",
    ]
    questions = [
        "thủ tục hành chính do ai giải quyết",
        "diễn tập cứu hỏa, cứu nạn",
        "kinh phi lay tu nguon ngan sach nao",
    ]
    scores = encoder.encode_queries(questions) @ encoder.encode_passages(passages).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_the_identity_is_that_of_the_files() -> None:
    encoder = load_encoder(None)
    name, _, rest = encoder.identity.partition("@")
    assert name == "chithi-static"
    assert rest.endswith(f"/{encoder.dimension}")
    assert load_encoder(str(embedded_folder())).identity == encoder.identity


def test_the_model_folder_is_small_enough() -> None:
    assert sum(f.stat().st_size for f in embedded_folder().iterdir()) <= 48 * 2**20


@pytest.mark.parametrize("which", ["tiny", "embedded"])
def test_sentence_transformers_gives_the_same_vectors(which: str, tiny: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = tiny if which == "tiny" else embedded_folder()
    model = SentenceTransformer(str(folder), device="cpu")
    theirs = model.encode([prepare(text) for text in TEXTS])
    np.testing.assert_allclose(StaticEncoder(folder).encode_passages(TEXTS), theirs, atol=1e-4)


def test_loading_imports_no_heavy_library() -> None:
    code = (
        "import sys; from indexer.encode import load_encoder; load_encoder().encode_queries(['chuyen doi so']);"
        "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'pyvi') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize("text", ["", "   ", "?!", "Ωμέγα", "xyzzyqwv"])
def test_a_text_without_known_unit_gets_one_defined_vector(tiny: Path, text: str) -> None:
    encoder = StaticEncoder(tiny)
    empty, other, known = encoder.encode_passages([text, "", "chuyển đổi số"])
    assert np.linalg.norm(empty) == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(empty, other)
    assert abs(float(empty @ known)) < 0.9


def test_the_vector_of_nothing_is_near_nothing() -> None:
    encoder = load_encoder(None)
    empty, *known = encoder.encode_passages(["", *TEXTS])
    assert max(abs(float(empty @ vector)) for vector in known) < 0.2


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("chuyen doi so", "chuyển đổi số"),
        ("CHUYEN DOI SO", "chuyển đổi số"),
        ("so tai chinh?", "số tài chính?"),
        ("chuyển đổi so", "chuyển đổi so"),
        ("57-NQ/TW", "57-nq/tw"),
        ("2026", "2026"),
        ("", ""),
    ],
)
def test_diacritics_are_put_back_by_counts(tiny: Path, typed: str, expected: str) -> None:
    assert StaticEncoder(tiny).restore(typed) == expected


@pytest.mark.parametrize(
    "text",
    [
        "đơn vị nào chủ trì nhiệm vụ chuyển đổi số?",
        "thời hạn hoàn thành cải cách hành chính, kế hoạch năm 2026",
        "ủy ban nhân dân tỉnh ban hành quyết định",
    ],
)
def test_the_embedded_model_restores_official_wording(text: str) -> None:
    encoder = load_encoder(None)
    assert isinstance(encoder, StaticEncoder)
    assert encoder.restore(bare(text)) == text
    np.testing.assert_allclose(
        encoder.encode_queries([bare(text)]), encoder.encode_queries([text]), atol=1e-5
    )


@pytest.mark.parametrize(
    "damage", ["no weights", "short weights", "no vocabulary", "not json", "other tensors"]
)
def test_a_damaged_model_is_told(tiny: Path, damage: str) -> None:
    weights, tokenizer = tiny / FILES.weights, tiny / FILES.tokenizer
    if damage == "no weights":
        weights.unlink()
    elif damage == "short weights":
        weights.write_bytes(weights.read_bytes()[:200])
    elif damage == "no vocabulary":
        tokenizer.unlink()
    elif damage == "not json":
        tokenizer.write_text("{", encoding="utf-8")
    else:
        from safetensors.numpy import save_file

        save_file({"a": np.zeros(2, dtype=np.float32)}, weights)
    with pytest.raises(ModelUnavailable, match="mô hình") as caught:
        StaticEncoder(tiny)
    assert str(tiny) in str(caught.value)
    assert "embedded" in str(caught.value)


def test_read_weights_maps_what_was_saved(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    arrays = {"a": np.arange(6, dtype=np.int8).reshape(2, 3), "b": np.array([0.5, 2], dtype=np.float32)}
    save_file(arrays, tmp_path / "x.safetensors", metadata={"k": "v"})
    found, metadata = read_weights(tmp_path / "x.safetensors")
    assert metadata == {"k": "v"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


# ------------------------------------------------------------------------------------------- Hub


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one-layer BERT with a word vocabulary, saved the way a Hub model is."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(3)
    base = tmp_path_factory.mktemp("hub")
    words = [
        "query",
        "passage",
        ":",
        "chuyển_đổi",
        "chuyển",
        "đổi",
        "số",
        "tài_chính",
        "tài",
        "chính",
        "sở",
        "_",
    ]
    vocabulary = {w: n for n, w in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words])}
    tokenizer = BertTokenizerFast(
        vocab=vocabulary, do_lower_case=True, strip_accents=False, never_split=["chuyển_đổi"]
    )
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(base / "bert")
    tokenizer.save_pretrained(base / "bert")
    body = Transformer(str(base / "bert"), max_seq_length=32)
    model = SentenceTransformer(
        modules=[body, Pooling(16), Normalize()],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    )
    model.save(str(base / "tiny-bert"))
    return base / "tiny-bert"


def test_a_folder_is_loaded_like_a_hub_model(transformer: Path) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder(str(transformer))
    assert encoder.dimension == 16
    assert encoder.identity.startswith(f"{transformer}@")
    assert encoder.identity.endswith("/16")
    assert load_encoder(str(transformer)).identity == encoder.identity
    plain = SentenceTransformer(str(transformer), device="cpu")
    texts = ["chuyển đổi số", "sở tài chính"]
    np.testing.assert_allclose(
        encoder.encode_queries(texts), plain.encode([f"query: {t}" for t in texts], prompt=""), atol=1e-5
    )
    np.testing.assert_allclose(
        encoder.encode_passages(texts), plain.encode([f"passage: {t}" for t in texts], prompt=""), atol=1e-5
    )
    assert not np.allclose(encoder.encode_queries(texts), encoder.encode_passages(texts), atol=1e-3)
    assert encoder.encode_passages([]).shape == (0, 16)


def test_words_are_joined_for_a_model_of_segmented_text(
    transformer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.encode import HubEncoder, Preset

    preset = Preset(
        dimension=16,
        max_length=24,
        query_prompt="",
        document_prompt="",
        segmented=True,
        licence="Apache-2.0",
        note="",
    )
    encoder = HubEncoder(str(transformer), preset)
    seen: list[list[str]] = []
    inner: Any = encoder._model
    real = inner.encode
    monkeypatch.setattr(
        inner, "encode", lambda texts, **options: seen.append(texts) or real(texts, **options)
    )
    vectors = encoder.encode_queries(["Chuyển đổi số của Sở Tài chính", ""])
    assert vectors.shape == (2, 16)
    assert any("_" in word for word in seen[0][0].split())
    assert inner.max_seq_length == 24
    assert HubEncoder(str(transformer)).identity != encoder.identity


def test_a_preset_of_another_dimension_is_refused(transformer: Path) -> None:
    from indexer.encode import HubEncoder

    with pytest.raises(ModelUnavailable, match="16 chiều"):
        HubEncoder(str(transformer), presets()["BAAI/bge-m3"])


@pytest.mark.parametrize("way", ["offline", "unreachable", "no folder", "empty folder"])
def test_a_model_that_cannot_be_had_says_how_to_stay_offline(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    name = "khong-co/mo-hinh-nay"
    if way == "offline":
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    elif way == "unreachable":
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    else:
        name = str(tmp_path / "mo-hinh")
        if way == "empty folder":
            Path(name).mkdir()
    with pytest.raises(ModelUnavailable) as caught:
        load_encoder(name)
    assert name in str(caught.value)
    assert "embedded" in str(caught.value)
    assert "thư mục" in str(caught.value)


def test_presets_are_complete() -> None:
    known = presets()
    assert set(known) == {
        "AITeamVN/Vietnamese_Embedding",
        "BAAI/bge-m3",
        "bkai-foundation-models/vietnamese-bi-encoder",
        "intfloat/multilingual-e5-small",
        "intfloat/multilingual-e5-large",
        "Qwen/Qwen3-Embedding-0.6B",
    }
    assert all(p.dimension >= 384 and p.max_length >= 256 and p.licence for p in known.values())


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("BAAI/bge-m3", True),
        ("/srv/models/bge-m3", True),
        ("/srv/models/Vietnamese-Bi-Encoder", True),
        ("/srv/hub/models--intfloat--multilingual-e5-small", True),
        ("someone/else", False),
        ("/srv/models/other", False),
    ],
)
def test_a_preset_is_found_by_name_or_folder(name: str, found: bool) -> None:
    assert (preset_for(name) is not None) is found
