"""The saved index as it is read: opening, refusing, filters, tasks, references, passages."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fakes.indexing import FakeEncoder, analyse, plan, read

from indexer.build import build_index
from indexer.engine import LexicalQuery
from indexer.errors import DamagedIndex, IndexProblem, MissingIndex, OtherModel, UnusableInput
from indexer.store import Filters, IndexFiles, Store, UnknownDocument, period, symbol_key

DOCS = {
    "a": plan(
        1,
        symbol="12/KH-UBND",
        type="Kế hoạch",
        code="KH",
        issuer="UBND tỉnh Hoa Lư",
        level="tinh",
        date="2026-03-05",
        lead="Sở Y tế",
        due="2026-06-30",
        cites="05-NQ/TW",
    ),
    "b": plan(
        2,
        symbol="05-NQ/TW",
        type="Nghị quyết",
        code="NQ",
        issuer="Bộ Chính trị",
        level="trung-uong",
        date="2025",
        notice="Bản quét, chữ có thể sai.",
    ),
    "c": plan(
        3,
        type="Quyết định",
        code="QĐ",
        issuer="Sở Y tế",
        level="so",
        date="2026-06",
        lead="Phòng Kế hoạch; Sở Y tế",
        due="2027-01-15",
        cites="5 - NQ/TW; 12/KH-UBND",
    ),
    "d": plan(4, passages=2),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store")
    for name, text in DOCS.items():
        (root / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([root], root / ".index", FakeEncoder(), read=read, analyse=analyse)
    return root / ".index"


@pytest.fixture
def copy(index: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(index, tmp_path / "copy"))


@pytest.mark.parametrize(
    ("filters", "docs"),
    [
        (Filters(), "abcd"),
        (Filters(doc="a"), "a"),
        (Filters(doc=["a", "d"]), "ad"),
        (Filters(doc="x"), ""),
        (Filters(doc=[]), ""),
        (Filters(type="KH"), "a"),
        (Filters(type="kh"), "a"),
        (Filters(type="Kế hoạch"), "a"),
        (Filters(type="ke  hoach"), "a"),
        (Filters(type="QĐ"), "c"),
        (Filters(type="qd"), "c"),
        (Filters(type="K"), ""),
        (Filters(issuer="UBND"), "a"),
        (Filters(issuer="sở y tế"), "c"),
        (Filters(issuer="SO Y TE"), "c"),
        (Filters(issuer="bo chinh tri"), "b"),
        (Filters(level="tinh"), "a"),
        (Filters(level="xa"), ""),
        (Filters(date_from="2026"), "ac"),
        (Filters(date_from="2026-03-06"), "c"),
        (Filters(date_from="2026-06-20"), "c"),
        (Filters(date_to="2025-01-01"), "b"),
        (Filters(date_to="2026-03"), "ab"),
        (Filters(date_from="2025-05", date_to="2026-03-05"), "ab"),
        (Filters(type="KH", level="so"), ""),
        (Filters(type="KH", level="tinh", issuer="hoa lu"), "a"),
    ],
)
def test_filters(index: Path, filters: Filters, docs: str) -> None:
    with Store.open(index) as store:
        assert "".join(row.id for row in store.documents(filters)) == docs
        allowed = store.filter_passages(filters)
        if filters == Filters():
            assert allowed is None
        else:
            assert allowed is not None
            assert list(allowed) == sorted({p.id for d in docs for p in store.passages_of(d)})
            found = store.engine.search_dense(FakeEncoder().encode_queries(["chuyển đổi số"])[0], 50, allowed)
            assert set(found.ids) == set(allowed)


@pytest.mark.parametrize(
    ("options", "docs"),
    [
        ({}, "ac"),
        ({"doc": "a"}, "a"),
        ({"doc": "b"}, ""),
        ({"unit": "Sở Y tế"}, "ac"),
        ({"unit": "so y te"}, "ac"),
        ({"unit": "phòng"}, "c"),
        ({"unit": ["không có", "phòng kế hoạch"]}, "c"),
        ({"unit": []}, ""),
        ({"unit": "y tế", "role": "lead"}, "ac"),
        ({"unit": "y tế", "role": "coordinate"}, ""),
        ({"role": "lead"}, "ac"),
        ({"due_from": "2026-07-01"}, "c"),
        ({"due_to": "2026-06"}, "a"),
        ({"due_from": "2026", "due_to": "2027"}, "ac"),
        ({"due_from": "2028"}, ""),
        ({"unit": "%"}, ""),
    ],
)
def test_tasks(index: Path, options: dict[str, str], docs: str) -> None:
    with Store.open(index) as store:
        assert "".join(t.doc for t in store.tasks(**options)) == docs  # type: ignore[arg-type]


def test_documents_come_back_whole(index: Path) -> None:
    with Store.open(index) as store:
        for row in store.documents():
            text = DOCS[row.id]
            found = store.whole_document(row.id)
            assert found == analyse(row.id, row.path, row.digest, found.source)
            assert found.text == text == store.text(row.id)
            assert row.path.endswith(f"{row.id}.txt")
            assert store.row(row.id) == row
            for n, passage in enumerate(store.passages_of(row.id)):
                assert passage.text == text[passage.span.start : passage.span.end]
                assert passage.ordinal == n
                assert store.passage(passage.id) == passage
                assert passage.embedded == found.passages[n].embedded
        assert store.row("b").notices[0].message == "Bản quét, chữ có thể sai."
        assert store.row("d").draft
        many = store.passages([3, 1, 2])
        assert [p.id for p in many] == [3, 1, 2]
        with pytest.raises(KeyError):
            store.passages([1, 9999])


def test_symbols_and_references(index: Path) -> None:
    with Store.open(index) as store:
        assert store.with_symbol("5-NQ/TW") == ["b"]
        assert store.with_symbol("12/kh–ubnd") == ["a"]
        assert store.citing("05-nq/tw") == ["a", "c"]
        assert [(r.doc, r.reference.raw) for r in store.references()] == [
            ("a", "05-NQ/TW"),
            ("c", "5 - NQ/TW"),
            ("c", "12/KH-UBND"),
        ]
        assert len(store.references(doc="c")) == 2
        assert [r.doc for r in store.references(symbol="12/KH-UBND")] == ["c"]
        found = store.engine.search_lexical(LexicalQuery.of("12/KH-UBND"), 3)
        assert {p.doc for p in store.passages(found.ids)} == {"a"}


def test_what_may_be_worth_opening(index: Path) -> None:
    with Store.open(index) as store:
        assert store.citing_number(5) == ["a", "c"]
        assert store.citing_number(1) == ["c"]  # 12/KH-UBND begins so too
        assert store.docs_of_units(["Sở Y tế"]) == ["a", "c"]
        assert store.docs_of_units(["so y"]) == ["a", "c"]
        assert store.docs_of_units([]) == []


def test_unknown_document_suggests(index: Path) -> None:
    with Store.open(index) as store:
        assert not store.has("ab")
        with pytest.raises(UnknownDocument, match=r"«ab».*«a»") as caught:
            store.document("ab")
        assert isinstance(caught.value, UnusableInput)


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026-02", ("2026-02-01", "2026-02-31")),
        ("2026-02-03", ("2026-02-03", "2026-02-03")),
    ],
)
def test_period(date: str, days: tuple[str, str]) -> None:
    assert period(date) == days


@pytest.mark.parametrize("symbol", ["57-NQ/TW", "57 –NQ/TW", " 57-nq/tw", "057-NQ/TW"])
def test_symbol_key(symbol: str) -> None:
    assert symbol_key(symbol) == "57-nq/tw"


# -- refusing -------------------------------------------------------------------------------------


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingIndex, match="chithi index"):
        Store.open(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(MissingIndex):
        Store.open(tmp_path / "file")


def test_other_model(index: Path) -> None:
    Store.open(index, FakeEncoder().identity).close()
    with pytest.raises(OtherModel, match=r"«embedded» \(fake-0/24\).*fake-1/24.*--model embedded"):
        Store.open(index, FakeEncoder(1).identity)


def manifest(index: Path) -> Path:
    return index / "gen-000001" / "manifest.json"


def test_other_schema(copy: Path) -> None:
    path = manifest(copy)
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 999}))
    with pytest.raises(IndexProblem, match=r"999.*chithi index"):
        Store.open(copy)


@pytest.mark.parametrize("content", ["", "x", "../gen-000001", "gen-000009", "gen-", "gen-²"])
def test_bad_pointer(copy: Path, content: str) -> None:
    (copy / "current").write_text(content)
    with pytest.raises(DamagedIndex, match="chithi index"):
        Store.open(copy)


@pytest.mark.parametrize("name", ["manifest.json", "store.sqlite", "vectors.faiss", "lexical/meta.json"])
@pytest.mark.parametrize("how", ["gone", "cut", "rubbish"])
def test_damaged_file(copy: Path, name: str, how: str) -> None:
    path = copy / "gen-000001" / name
    size = path.stat().st_size
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: size // 2])
    else:
        path.write_bytes(b"\x00\xff" * (size // 2) + b"\x00" * (size % 2))

    def use() -> None:
        with Store.open(copy) as store:
            store.documents()
            store.engine.warm()

    with pytest.raises(DamagedIndex, match="chithi index"):
        use()


def test_rubbish_inside_the_store(copy: Path) -> None:
    import sqlite3

    path = copy / "gen-000001" / "store.sqlite"
    size = path.stat().st_size
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE documents SET body = substr(body, 1, 20)")
    connection.close()
    assert path.stat().st_size == size
    with Store.open(copy) as store, pytest.raises(DamagedIndex):
        store.document("a")


# -- speed, threads, generations --------------------------------------------------------------------


def test_opening_is_fast_and_light(index: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from indexer.store import Store;"
        f"t = time.perf_counter(); s = Store.open(Path({str(index)!r})); s.documents();"
        "print(time.perf_counter() - t);"
        "heavy = {'torch', 'faiss', 'tantivy', 'sentence_transformers', 'pyvi'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert float(done.stdout) < 0.1


def test_many_threads(index: Path) -> None:
    query = FakeEncoder().encode_queries(["y tế"])[0]

    def use(store: Store) -> int:
        for _ in range(30):
            found = store.engine.search_dense(query, 5)
            words = store.engine.search_lexical(LexicalQuery.of("y tế"), 5)
            store.passages([*found.ids, *words.ids])
            store.document("a")
            store.tasks(unit="y tế")
        return len(found.ids)

    with Store.open(index) as store, ThreadPoolExecutor(6) as pool:
        assert list(pool.map(use, [store] * 6)) == [5] * 6


def test_a_reader_pins_its_generation(copy: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    with Store.open(copy) as reader:
        for n in range(4):
            (docs / "new.txt").write_text(plan(50 + n), encoding="utf-8")
            build_index([docs], copy, FakeEncoder(), read=read, analyse=analyse)
        names = [p.name for p in IndexFiles(copy).generations()]
        assert names == ["gen-000001", "gen-000004", "gen-000005"]
        # Opened only now, long after the generation became old:
        assert len(reader.engine.search_lexical(LexicalQuery.of("kế hoạch"), 50).ids) == 14
        assert reader.engine.search_dense(np.ones(24, np.float32), 1).ids.shape == (1,)
    (docs / "new.txt").write_text(plan(60), encoding="utf-8")
    build_index([docs], copy, FakeEncoder(), read=read, analyse=analyse)
    assert [p.name for p in IndexFiles(copy).generations()] == ["gen-000005", "gen-000006"]


def test_opening_while_a_generation_is_swept(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The pointer was read, then two builds passed: the newer generation is opened."""
    import indexer.store as module

    docs = tmp_path / "docs"
    docs.mkdir()
    real, calls = module.current_generation, []

    def slow(files: IndexFiles) -> Path:
        found = real(files)
        if not calls:
            calls.append(1)
            for n in range(2):
                (docs / "new.txt").write_text(plan(70 + n), encoding="utf-8")
                build_index([docs], copy, FakeEncoder(), read=read, analyse=analyse)
        return found

    monkeypatch.setattr(module, "current_generation", slow)
    started = time.perf_counter()
    with Store.open(copy) as store:
        assert store.manifest.generation == 3
    assert time.perf_counter() - started < 30
