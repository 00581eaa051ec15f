"""The engine: dense and lexical search, filters, deletion, and how vectors are kept by size."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from indexer import engine as module
from indexer import tokenize
from indexer.engine import (
    Engine,
    IndexedPassage,
    LexicalQuery,
    LexicalWeights,
    LocalEngine,
    indexed,
    vector_plan,
)
from indexer.errors import DamagedIndex

DIMENSION = 16


def rows(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, DIMENSION)).astype(np.float32)


def make(folder: Path, base: LocalEngine | None = None) -> LocalEngine:
    folder.mkdir()
    return LocalEngine.create(folder / "v.faiss", folder / "lexical", DIMENSION, base)


def filled(folder: Path, docs: int = 6, each: int = 5) -> tuple[LocalEngine, np.ndarray]:
    """Document d holds passages d*each+1 …, with words "w<id>", "d<doc>" and "all"."""
    made, vectors = make(folder), rows(docs * each)
    for d in range(docs):
        ids = range(d * each + 1, (d + 1) * each + 1)
        made.put(
            f"doc{d}",
            [IndexedPassage(i, body=f"w{i} d{d} all") for i in ids],
            vectors[d * each : (d + 1) * each],
        )
    made.save()
    return made, vectors


def words(*units: str) -> LexicalQuery:
    return LexicalQuery(units=dict.fromkeys(units, 1.0))


@pytest.fixture(params=["Flat", "SQ8", "SQ8, codes", "IVF4,SQ8"])
def plan(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every way of keeping vectors, at a size that a test can afford."""
    lists = 4 if request.param.startswith("IVF") else 0
    factory, *codes = request.param.split(", ")
    made = module.VectorPlan(factory, codes=bool(codes), lists=lists, probe=4 if lists else 0)
    monkeypatch.setattr(module, "vector_plan", lambda _n: made)
    return str(request.param)


def test_it_is_an_engine(tmp_path: Path) -> None:
    made: Engine = filled(tmp_path / "a")[0]
    assert made.counts() == module.EngineCounts(passages=30, vectors=30)


@pytest.mark.parametrize(
    ("count", "factory"),
    [
        (0, "Flat"),
        (10_000, "Flat"),
        (10_001, "SQ8"),
        (1_000_000, "SQ8"),
        (10_000_000, "IVF16384,SQ8"),
    ],
)
def test_plan_by_size(count: int, factory: str) -> None:
    assert vector_plan(count).factory == factory


def test_codes_find_what_the_vectors_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, n, dimension = tmp_path / "a", 3_000, 256
    folder.mkdir()
    made = LocalEngine.create(folder / "v.faiss", folder / "lexical", dimension)
    vectors = np.random.default_rng(3).standard_normal((n, dimension)).astype(np.float32)
    made.put("doc", [IndexedPassage(i, body="all") for i in range(1, n + 1)], vectors)
    monkeypatch.setattr(module, "vector_plan", lambda _n: module.VectorPlan("SQ8", codes=True))
    made.save()
    assert module.codes_beside(folder / "v.faiss").exists()
    noise = np.random.default_rng(4).standard_normal((20, dimension)).astype(np.float32)
    for i, by in enumerate(noise):
        found = made.search_dense(vectors[i] + by, 10)
        assert found.ids[0] == i + 1
        assert found.scores[0] == pytest.approx(0.7, abs=0.1)


def test_vectors_and_codes_that_do_not_belong_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "vector_plan", lambda _n: module.VectorPlan("SQ8", codes=True))
    filled(tmp_path / "a")
    filled(tmp_path / "b", docs=7)
    module.codes_beside(tmp_path / "b" / "v.faiss").replace(module.codes_beside(tmp_path / "a" / "v.faiss"))
    opened = LocalEngine(tmp_path / "a" / "v.faiss", tmp_path / "a" / "lexical", DIMENSION)
    with pytest.raises(DamagedIndex):
        opened.search_dense(rows(1)[0], 3)


def test_a_common_unit_is_left_out_of_a_large_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = filled(tmp_path / "a")  # "all" stands in every passage, "w3" in one
    query = LexicalQuery(units={"all": 1.0, "w3": 1.0}, common=0.5)
    assert len(made.search_lexical(query, 30).ids) == 30
    monkeypatch.setattr(module, "COMMON_FROM", 10)
    assert list(made.search_lexical(query, 30).ids) == [3]
    alone = LexicalQuery(units={"all": 1.0}, common=0.5)
    assert len(made.search_lexical(alone, 30).ids) == 30


def test_dense_finds_each_vector_first(tmp_path: Path, plan: str) -> None:
    made, vectors = filled(tmp_path / "a", docs=40)
    opened = LocalEngine(tmp_path / "a" / "v.faiss", tmp_path / "a" / "lexical", DIMENSION)
    for which in (made, opened):
        for i in (0, 7, 199):
            found = which.search_dense(vectors[i] * 3, 4)
            assert found.ids[0] == i + 1
            assert found.scores[0] == pytest.approx(1, abs=0.02)
            assert list(found.scores) == sorted(found.scores, reverse=True)


@pytest.mark.parametrize("exact", [0, 50_000])
def test_filter_is_exact_for_small_sets(
    tmp_path: Path, plan: str, exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT_ALLOWED", exact)
    made, vectors = filled(tmp_path / "a", docs=40)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    allowed = np.array([3, 50, 51, 120, 199, 200], np.int64)
    for query in rows(10, seed=1):
        found = made.search_dense(query, 3, allowed)
        best = allowed[np.argsort(-(unit[allowed - 1] @ query))]
        if plan == "Flat":
            assert list(found.ids) == list(best[:3])
        assert set(found.ids) <= set(allowed)
        assert len(found.ids) == 3
    assert len(made.search_dense(vectors[0], 10, np.empty(0, np.int64)).ids) == 0
    assert len(made.search_dense(vectors[0], 10, np.array([999], np.int64)).ids) == 0


def test_vectors_by_id(tmp_path: Path, plan: str) -> None:
    made, vectors = filled(tmp_path / "a", docs=40)
    ids, got = made.vectors(np.array([5, 999, 2, 150], np.int64))
    assert list(ids) == [5, 2, 150]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert np.abs(got - unit[ids - 1]).max() < 0.05
    none, empty = made.vectors(np.empty(0, np.int64))
    assert len(none) == 0
    assert empty.shape == (0, DIMENSION)


def test_derive_delete_put(tmp_path: Path, plan: str) -> None:
    base, _ = filled(tmp_path / "a", docs=40)
    made = make(tmp_path / "b", base)
    new = rows(2, seed=9)
    made.delete("doc0")
    made.put("doc0", [IndexedPassage(901, body="mới all"), IndexedPassage(902, body="nữa")], new)
    made.delete("doc1")
    made.delete("không có")
    made.save()
    assert made.counts().passages == made.counts().vectors == 200 - 10 + 2
    assert made.search_dense(new[1], 1).ids[0] == 902
    assert list(made.search_lexical(words("mới"), 5).ids) == [901]
    assert len(made.search_lexical(words("d1"), 5).ids) == 0
    assert len(base.search_lexical(words("d1"), 5).ids) == 5, "the base stays as it was"
    assert base.counts().vectors == 200


def test_a_document_taken_back_before_saving(tmp_path: Path) -> None:
    made, vectors = make(tmp_path / "a"), rows(4)
    made.put("x", [IndexedPassage(1, body="một"), IndexedPassage(2, body="hai")], vectors[:2])
    made.delete("x")
    made.put("y", [IndexedPassage(1, body="ba"), IndexedPassage(2, body="tư")], vectors[2:])
    made.save()
    assert made.counts() == module.EngineCounts(passages=2, vectors=2)
    assert made.search_dense(vectors[2], 1).scores[0] == pytest.approx(1, abs=1e-5)
    assert len(made.search_lexical(words("một"), 5).ids) == 0


def test_rename_keeps_ids(tmp_path: Path) -> None:
    base, vectors = filled(tmp_path / "a")
    made = make(tmp_path / "b", base)
    made.delete("doc2")
    made.put("khác", [IndexedPassage(i, body=f"w{i}") for i in range(11, 16)], vectors[10:15])
    made.save()
    assert made.counts().vectors == 30
    assert made.search_dense(vectors[12], 1).ids[0] == 13


@pytest.mark.parametrize("before", ["Flat", "SQ8", "IVF4,SQ8"])
@pytest.mark.parametrize("after", ["Flat", "SQ8", "IVF4,SQ8"])
def test_growing_into_another_plan(
    tmp_path: Path, before: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(factory: str) -> None:
        lists = 4 if factory.startswith("IVF") else 0
        made = module.VectorPlan(factory, lists=lists, probe=lists)
        monkeypatch.setattr(module, "vector_plan", lambda _n: made)

    use(before)
    base, vectors = filled(tmp_path / "a", docs=40)
    use(after)
    made = make(tmp_path / "b", base)
    made.delete("doc3")
    made.put("new", [IndexedPassage(500, body="x")], rows(1, seed=5))
    made.save()
    again = LocalEngine(tmp_path / "b" / "v.faiss", tmp_path / "b" / "lexical", DIMENSION)
    assert again.counts() == module.EngineCounts(passages=196, vectors=196)
    for i in (0, 100, 199):
        assert again.search_dense(vectors[i], 1).ids[0] == i + 1
    assert again.search_dense(rows(1, seed=5)[0], 1).ids[0] == 500


def test_zero_vector_is_found_by_words_only(tmp_path: Path) -> None:
    made = make(tmp_path / "a")
    made.put(
        "x",
        [IndexedPassage(1, body="một"), IndexedPassage(2, body="hai")],
        np.eye(2, DIMENSION, 1, dtype=np.float32) * [[0], [1]],
    )
    made.save()
    assert made.counts() == module.EngineCounts(passages=2, vectors=1)
    assert list(made.search_dense(np.ones(DIMENSION, np.float32), 5).ids) == [2]
    assert len(made.search_dense(np.zeros(DIMENSION, np.float32), 5).ids) == 0
    assert list(made.search_lexical(words("một"), 5).ids) == [1]


def test_empty_engine(tmp_path: Path) -> None:
    made = make(tmp_path / "a")
    made.save()
    assert len(made.search_dense(np.ones(DIMENSION, np.float32), 5).ids) == 0
    assert len(made.search_lexical(words("một"), 5).ids) == 0
    assert len(made.search_lexical(words(), 5).ids) == 0


@pytest.mark.parametrize("reach", [0, 20_000])
def test_lexical_filter(tmp_path: Path, reach: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TERM_SET_ALLOWED", reach)
    made, _ = filled(tmp_path / "a")
    allowed = np.array([4, 9, 28], np.int64)
    assert list(made.search_lexical(words("all"), 10, allowed).ids) == [4, 9, 28]
    found = made.search_lexical(words("all", "w28"), 10, allowed)
    assert found.ids[0] == 28
    free = made.search_lexical(words("all", "w28"), 30)
    assert dict(zip(free.ids, free.scores, strict=True))[28] == pytest.approx(found.scores[0])


def test_weights_and_factors(tmp_path: Path) -> None:
    made = make(tmp_path / "a")
    made.put(
        "x",
        [
            IndexedPassage(1, body="số", heading="đề", bare="so", symbols="5-nq/tw", own="7-kh/tu"),
            IndexedPassage(2, body="đề", heading="số", bare="de"),
        ],
        rows(2),
    )
    made.save()

    def best(query: LexicalQuery) -> list[int]:
        return [int(i) for i in made.search_lexical(query, 5).ids]

    one = {"số": 1.0}
    assert best(LexicalQuery(one, weights=LexicalWeights(body=1, heading=0))) == [1]
    assert best(LexicalQuery(one, weights=LexicalWeights(body=0.1, heading=5))) == [2, 1]
    assert best(LexicalQuery({"số": 0.0, "đề": 1.0}, weights=LexicalWeights(heading=0))) == [2]
    assert best(LexicalQuery({}, bare={"so": 1.0})) == [1]
    assert best(LexicalQuery({}, symbols={"5-nq/tw": 1.0})) == [1]
    assert best(LexicalQuery({}, symbols={"7-kh/tu": 1.0})) == [1]


def test_units_of_text(tmp_path: Path) -> None:
    made = make(tmp_path / "a")
    texts = ["Chuyển đổi số theo Kế hoạch số 12-KH/TU", "Phòng cháy, chữa cháy"]
    made.put("x", [indexed(i, t, "Phần I", "3-KH/ĐU") for i, t in enumerate(texts, 1)], rows(2))
    made.save()
    for question, first in [
        ("chuyển đổi số", 1),
        ("chuyen doi so", 1),
        ("12–KH/TU", 1),
        ("phòng cháy", 2),
        ("PHONG CHAY", 2),
    ]:
        assert made.search_lexical(LexicalQuery.of(question), 5).ids[0] == first, question
    assert set(made.search_lexical(LexicalQuery.of("3-KH/ĐU"), 5).ids) == {1, 2}


def test_a_body_parts_into_the_units_that_the_encoder_reads() -> None:
    for text in ("Đạt 99,5 % vào 05/07/2026; 1.500.000 đồng", "số 57 -NQ/TW, Điều 4.0", "chuyển\nđổi số"):
        assert indexed(1, text, "").body.split(" ") == tokenize.units(text)


def test_bare_units_are_those_of_the_query() -> None:
    text = "Đề án số 5-NQ/TW: 70% hồ sơ, quý III/2026; Uỷ ban xã Ðồng Ý\nvà 1.500 hộ"
    cut = indexed(1, text, text)
    assert cut.bare.split(" ") == tokenize.bare_units(text)
    assert cut.body.split(" ") == cut.heading.split(" ") == tokenize.units(text)
    assert cut.symbols.split(" ") == tokenize.symbols(text)
    assert module._joined(["a b", "c", "d\x0ce"]) == "a_b c d_e"


def test_wrong_use(tmp_path: Path) -> None:
    made, vectors = filled(tmp_path / "a")
    with pytest.raises(io.UnsupportedOperation):
        made.put("x", [], vectors[:0])
    other = make(tmp_path / "b")
    with pytest.raises(ValueError, match="shape"):
        other.put("x", [IndexedPassage(1, body="a")], rows(2))
    with pytest.raises(ValueError, match="finite"):
        other.put("x", [IndexedPassage(1, body="a")], np.full((1, DIMENSION), np.nan, np.float32))
    other.put("x", [IndexedPassage(1, body="a")], rows(1))
    with pytest.raises(ValueError, match="twice"):
        other.put("x", [IndexedPassage(2, body="a")], rows(1))
    other.close()


def test_words_are_found_where_no_lock_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tantivy

    filled(tmp_path / "a")
    real, refused = tantivy.Index.open, []

    class Refusing:
        @staticmethod
        def open(path: str) -> object:
            if not refused:
                refused.append(path)
                raise ValueError("Failed to acquire Lockfile: Permission denied")
            return real(path)

    monkeypatch.setattr(tantivy, "Index", Refusing)
    opened = LocalEngine(tmp_path / "a" / "v.faiss", tmp_path / "a" / "lexical", DIMENSION)
    assert list(opened.search_lexical(words("w7"), 5).ids) == [7]
    assert refused == [str(tmp_path / "a" / "lexical")]
    opened.close()


def test_damaged_files(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    broken = LocalEngine(tmp_path / "a" / "v.faiss", tmp_path / "a" / "lexical", DIMENSION + 1)
    with pytest.raises(DamagedIndex):
        broken.search_dense(np.ones(DIMENSION + 1, np.float32), 1)
    (tmp_path / "a" / "v.faiss").write_bytes(b"rubbish" * 100)
    (tmp_path / "a" / "lexical" / "meta.json").write_bytes(b"{")
    broken = LocalEngine(tmp_path / "a" / "v.faiss", tmp_path / "a" / "lexical", DIMENSION)
    with pytest.raises(DamagedIndex):
        broken.search_dense(np.ones(DIMENSION, np.float32), 1)
    with pytest.raises(DamagedIndex):
        broken.search_lexical(words("a"), 1)
