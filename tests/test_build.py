"""Building: incremental equals full, kills and damage leave a working index, every refusal is reported."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.indexing import FakeEncoder, analyse, plan, read

import indexer.build as module
from indexer.build import BuildReport, build_index
from indexer.engine import LexicalQuery, LocalEngine
from indexer.errors import ChithiError, IndexProblem, ModelUnavailable, UnusableInput
from indexer.generations import IndexFiles, writer_lock
from indexer.records import SourceText
from indexer.store import Filters, Store

ROOT = Path(__file__).parents[1]
QUERIES = ("chuyển đổi số", "y te co so", "phòng cháy chữa cháy", "mã1x0", "kế hoạch thứ 3", "12/KH-UBND")


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        if "." not in path.name:
            path = path.with_name(f"{path.name}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def build(
    folder: Path, encoder: FakeEncoder | None = None, index: Path | None = None, **more: Any
) -> BuildReport:
    options: dict[str, Any] = {"read": read, "analyse": analyse, "analysis": "1", "workers": 0, **more}
    return build_index([folder], index or folder.parent / "index", encoder or FakeEncoder(), **options)


def counts(report: BuildReport) -> tuple[int, int, int, int]:
    return (report.added, report.changed, report.removed, report.unchanged)


def results(index: Path, encoder: FakeEncoder | None = None, scores: bool = True) -> dict[str, Any]:
    """Return all that can be asked of an index, in terms that do not hang on passage ids."""
    encoder = encoder or FakeEncoder()
    out: dict[str, Any] = {}
    with Store.open(index, encoder.identity) as store:
        rows = store.documents()
        out["documents"] = [
            (r.id, r.path, r.digest, [(p.span, p.embedded, p.text) for p in store.passages_of(r.id)])
            for r in rows
        ]
        out["read"] = [store.whole_document(r.id) for r in rows]
        out["tasks"], out["references"] = store.tasks(), store.references()
        m = store.manifest
        out["counts"] = (m.documents, m.passages, m.tasks, m.references, m.vectors, store.engine.counts())
        allowed = store.filter_passages(Filters(doc=[r.id for r in rows[::2]]))
        for query in QUERIES:
            for which in (None, allowed):
                for name, found in (
                    ("dense", store.engine.search_dense(encoder.encode_queries([query])[0], 500, which)),
                    ("words", store.engine.search_lexical(LexicalQuery.of(query), 500, which)),
                ):
                    hits = zip(store.passages(found.ids), found.scores, strict=True)
                    keyed = {(p.doc, p.ordinal): round(float(s), 4) if scores else 0 for p, s in hits}
                    out[f"{name} {query} {which is None}"] = keyed
    return out


# -- one step at a time ----------------------------------------------------------------------------


def test_first_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(
        docs, a=plan(1, lead="Sở Y tế", cites="5-NQ/TW; 6-NQ/TW", notice="Chữ mờ."), b__c=plan(2, passages=3)
    )
    stages: list[str] = []
    report = build(docs, progress=lambda stage, done, total: stages.append(stage))
    assert counts(report) == (2, 0, 0, 0)
    assert (report.documents, report.passages, report.tasks, report.references) == (2, 7, 1, 2)
    assert report.embedded == 7
    assert report.index == str(tmp_path / "index")
    assert not report.skipped
    assert [(w.path, w.page, w.message) for w in report.warnings] == [(f"{docs}/a.txt", 2, "Chữ mờ.")]
    assert report.seconds > 0
    assert list(dict.fromkeys(stages)) == ["scan", "read", "write", "sync", "rename", "publish", "done"]
    assert sorted(p.name for p in (tmp_path / "index").iterdir()) == ["current", "gen-000001", "lock"]
    with Store.open(tmp_path / "index") as store:
        assert store.manifest.roots == (docs.as_posix(),)
        assert store.manifest.model == "embedded"
        assert [r.id for r in store.documents()] == ["a", "c"]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    docs, encoder = tmp_path / "docs", FakeEncoder()
    write(docs, a=plan(1), b=plan(2), broken="!")
    first = build(docs, encoder)
    assert [s.path for s in first.skipped] == [f"{docs}/broken.txt"]
    before = len(encoder.seen)

    def never(*_: object) -> Any:
        raise AssertionError("an unchanged document was analysed again")

    again = build(docs, encoder, analyse=never)
    assert counts(again) == (0, 0, 0, 2)
    assert again.skipped == first.skipped, "a broken file is reported every time"
    assert again.generation == first.generation == 1
    assert len(encoder.seen) == before


def test_only_what_changed_is_read_and_embedded(tmp_path: Path) -> None:
    docs, encoder, analysed = tmp_path / "docs", FakeEncoder(), []

    def noting(doc: str, path: str, digest: str, source: SourceText) -> Any:
        analysed.append(doc)
        return analyse(doc, path, digest, source)

    write(docs, a=plan(1), b=plan(2), c=plan(3))
    build(docs, encoder, analyse=noting)
    analysed.clear()
    encoder.seen.clear()
    text = plan(2) + "\n\nmột đoạn mới"
    write(docs, b=text, d=plan(4, passages=2))
    (docs / "c.txt").unlink()
    report = build(docs, encoder, analyse=noting)
    assert counts(report) == (1, 1, 1, 1)
    assert sorted(analysed) == ["b", "d"]
    assert len(encoder.seen) == report.embedded == 3, "of b only the new paragraph is embedded"
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


def test_a_moved_file_keeps_its_vectors_and_its_passages(tmp_path: Path) -> None:
    docs, encoder = tmp_path / "docs", FakeEncoder()
    write(docs, a=plan(1), b=plan(2))
    build(docs, encoder)
    encoder.seen.clear()
    with Store.open(tmp_path / "index") as store:
        before = [p.id for p in store.passages_of("a")]
    (docs / "sub").mkdir()
    (docs / "a.txt").rename(docs / "sub" / "a.txt")
    report = build(docs, encoder)
    assert counts(report) == (0, 0, 0, 2)
    assert not encoder.seen
    with Store.open(tmp_path / "index") as store:
        assert [p.id for p in store.passages_of("a")] == before
        assert store.row("a").path == store.document("a").path == f"{docs}/sub/a.txt"
    (docs / "sub" / "a.txt").rename(docs / "z.txt")
    report = build(docs, encoder)
    assert counts(report) == (1, 0, 1, 1)
    assert not encoder.seen, "another name, the same words: no vector is made again"
    with Store.open(tmp_path / "index") as store:
        assert store.document("z").id == "z"
        assert store.tasks() == []
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


def test_ids_are_never_used_again(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    used: set[int] = set()
    for n in range(4):
        write(docs, a=plan(n))
        build(docs)
        with Store.open(tmp_path / "index") as store:
            ids = {p.id for p in store.passages_of("a")}
        assert not ids & used
        used |= ids


def test_copies_are_documents_of_their_own(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1), b=plan(1))
    assert counts(build(docs)) == (2, 0, 0, 0)
    write(docs, c=plan(1))
    assert counts(build(docs)) == (1, 0, 0, 2)
    (docs / "a.txt").unlink()
    assert counts(build(docs)) == (0, 0, 1, 2)
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


def test_a_clash_renames_both_and_ends_again(tmp_path: Path) -> None:
    docs, encoder = tmp_path / "docs", FakeEncoder()
    write(docs, x__plan=plan(1, lead="Sở A"))
    build(docs, encoder)
    write(docs, y__plan=plan(2))
    encoder.seen.clear()
    assert counts(build(docs, encoder)) == (2, 0, 1, 0)
    assert len(encoder.seen) == 4
    with Store.open(tmp_path / "index") as store:
        assert [r.id for r in store.documents()] == ["x-plan", "y-plan"]
        assert store.tasks()[0].task.id == "x-plan#1"
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")
    (docs / "y" / "plan.txt").unlink()
    build(docs, encoder)
    with Store.open(tmp_path / "index") as store:
        assert [r.id for r in store.documents()] == ["plan"]


def test_two_documents_swap_their_contents(tmp_path: Path) -> None:
    docs, encoder = tmp_path / "docs", FakeEncoder()
    write(docs, a=plan(1), b=plan(2))
    build(docs, encoder)
    encoder.seen.clear()
    write(docs, a=plan(2), b=plan(1))
    assert counts(build(docs, encoder)) == (0, 2, 0, 0)
    assert not encoder.seen
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


def test_archive(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1))

    def pack(**members: str) -> None:
        with zipfile.ZipFile(docs / "gói.zip", "w") as archive:
            for name, text in members.items():
                archive.writestr(zipfile.ZipInfo(name.replace("__", "/") + ".txt"), text)

    pack(b=plan(2), x__a=plan(3), bad="!", wrong="?")
    report = build(docs)
    bad = [("gói.zip/bad.txt", "hỏng"), ("gói.zip/wrong.txt", "IndexError")]
    for seen in (report, build(docs)):
        assert [s.path for s in seen.skipped] == [f"{docs}/{name}" for name, _ in bad]
        assert all(reason in s.reason for s, (_, reason) in zip(seen.skipped, bad, strict=True))
    assert counts(report) == (3, 0, 0, 0)
    assert report.generation == build(docs).generation
    with Store.open(tmp_path / "index") as store:
        assert [(r.id, r.path) for r in store.documents()] == [
            ("docs-a", f"{docs}/a.txt"),
            ("b", f"{docs}/gói.zip/b.txt"),
            ("x-a", f"{docs}/gói.zip/x/a.txt"),
        ]
    encoder = FakeEncoder()
    pack(b=plan(2), x__a=plan(4))
    assert counts(build(docs, encoder)) == (0, 2, 0, 1), "the bytes of the archive are those of its members"
    assert len(encoder.seen) == 4
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


def test_another_encoder(tmp_path: Path) -> None:
    docs, other = tmp_path / "docs", FakeEncoder(7)
    write(docs, a=plan(1), b=plan(2))
    build(docs)

    def never(*_: object) -> Any:
        raise AssertionError("read again only because the encoder is another")

    report = build(docs, other, analyse=never, model="khác")
    assert counts(report) == (0, 0, 0, 2)
    assert len(other.seen) == report.embedded == 8
    with Store.open(tmp_path / "index", other.identity) as store:
        assert store.manifest.model == "khác"
    build(docs, other, index=tmp_path / "full")
    assert results(tmp_path / "index", other) == results(tmp_path / "full", other)


def test_another_analysis_reads_again_and_keeps_vectors(tmp_path: Path) -> None:
    docs, encoder, analysed = tmp_path / "docs", FakeEncoder(), []

    def newer(doc: str, path: str, digest: str, source: SourceText) -> Any:
        analysed.append(doc)
        return analyse(doc, path, digest, source)

    write(docs, a=plan(1), b=plan(2))
    build(docs, encoder)
    encoder.seen.clear()
    report = build(docs, encoder, analyse=newer, analysis="2")
    assert counts(report) == (0, 0, 0, 2)
    assert analysed == ["a", "b"]
    assert not encoder.seen
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


def test_analysis_version_is_stable_and_hangs_on_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Path(
        shutil.copytree(ROOT / "indexer", tmp_path / "indexer", ignore=shutil.ignore_patterns("model"))
    )
    monkeypatch.setattr(module, "__file__", str(package / "build.py"))
    version = module.analysis_version.__wrapped__
    first = version()
    assert version() == first
    with next((package / "rules").glob("*.tsv")).open("a", encoding="utf-8") as rules:
        rules.write("\n")
    assert version() != first


def test_workers_give_the_same_index(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, **{f"d{n}": plan(n, passages=2) for n in range(12)}, broken="!", wrong="?")
    one = build(docs, index=tmp_path / "one")
    two = build(docs, index=tmp_path / "two", workers=2)
    assert len(one.skipped) == 2
    assert one.skipped == two.skipped
    assert results(tmp_path / "one") == results(tmp_path / "two")


# -- what cannot be used ---------------------------------------------------------------------------


def test_refusals_are_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1), broken="!", empty="", wrong="?", surrogate=plan(5))
    (docs / "binary.txt").write_bytes(bytes(range(256)) * 10)

    def odd(path: Path) -> Any:
        result = read(path)
        if path.stem == "surrogate":
            part = result.parts[0]
            return type(result)((type(part)(part.name, SourceText("\ud800")),))
        return result

    report = build(docs, read=odd)
    assert {Path(s.path).name: s.reason for s in report.skipped} == {
        "binary.txt": "chương trình gặp lỗi khi phân tích tệp này (UnicodeDecodeError); hãy báo lỗi này",
        "broken.txt": "tệp hỏng",
        "empty.txt": "tệp rỗng (0 byte)",
        "surrogate.txt": "chương trình gặp lỗi khi phân tích tệp này (UnicodeEncodeError); hãy báo lỗi này",
        "wrong.txt": "chương trình gặp lỗi khi phân tích tệp này (IndexError); hãy báo lỗi này",
    }
    assert report.documents == 1


def test_a_document_that_broke_leaves_the_index(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1), b=plan(2))
    build(docs)
    write(docs, b="!")
    report = build(docs)
    assert counts(report) == (0, 0, 1, 1)
    assert [s.path for s in report.skipped] == [f"{docs}/b.txt"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_no_permission(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1), b=plan(2))
    (docs / "b.txt").chmod(0)
    assert "quyền đọc" in build(docs).skipped[0].reason


def test_no_permission_as_any_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1), b=plan(2))
    real = module._digest

    def guarded(path: Path) -> str:
        if path.stem == "b":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(module, "_digest", guarded)
    report = build(docs)
    assert [(Path(s.path).name, "quyền đọc" in s.reason) for s in report.skipped] == [("b.txt", True)]


def test_other_suffixes_are_named_and_take_no_part_in_ids(tmp_path: Path) -> None:
    from indexer.errors import UnreadableFile

    docs = tmp_path / "docs"
    write(docs, **{"a": plan(1), "a.json": "{}"})

    def choosy(path: Path) -> Any:
        if path.suffix != ".txt":
            raise UnreadableFile(str(path), "chưa đọc được loại tệp này")
        return read(path)

    report = build(docs, read=choosy, suffixes=frozenset({".txt"}))
    assert [Path(s.path).name for s in report.skipped] == ["a.json"]
    with Store.open(tmp_path / "index") as store:
        assert store.has("a")


@pytest.mark.parametrize("content", [{}, {"a": "!"}, {"a": "?", "b": ""}])
def test_nothing_usable_leaves_the_old_index(tmp_path: Path, content: dict[str, str]) -> None:
    docs, good = tmp_path / "docs", tmp_path / "good"
    write(docs, **content)
    with pytest.raises(UnusableInput, match="docs"):
        build(docs)
    write(good, a=plan(1))
    build(good)
    before = results(tmp_path / "index")
    with pytest.raises(UnusableInput, match="docs"):
        build(docs)
    assert results(tmp_path / "index") == before
    assert sorted(p.name for p in (tmp_path / "index").iterdir()) == ["current", "gen-000001", "lock"]


def test_no_paths_and_missing_paths(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="chithi index"):
        build_index([], tmp_path / "i", FakeEncoder())
    with pytest.raises(UnusableInput, match="none"):
        build(tmp_path / "none")
    assert not (tmp_path / "i").exists()


def test_a_folder_that_cannot_hold_an_index(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1))
    with pytest.raises(IndexProblem, match="--index"):
        build(docs, index=docs / "a.txt" / "index")


class Broken(FakeEncoder):
    def __init__(self, fill: float, width: int = 24) -> None:
        super().__init__()
        self.fill, self.width = fill, width

    def encode_passages(self, texts: Any) -> np.ndarray:
        return np.full((len(texts), self.width), self.fill, np.float32)


@pytest.mark.parametrize("encoder", [Broken(np.nan), Broken(np.inf), Broken(1, 5)])
def test_an_encoder_that_returns_rubbish(tmp_path: Path, encoder: FakeEncoder) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1))
    build(docs)
    before = results(tmp_path / "index")
    write(docs, b=plan(2))
    with pytest.raises(ModelUnavailable, match="--model"):
        build(docs, encoder)
    assert results(tmp_path / "index") == before


def test_a_zero_vector_stays_out_of_the_vectors(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1))
    report = build(docs, Broken(0))
    with Store.open(tmp_path / "index") as store:
        assert store.manifest.vectors == 0
        assert store.manifest.passages == report.passages == 4
        assert len(store.engine.search_lexical(LexicalQuery.of("mã1x0"), 5).ids) == 1
    write(docs, b=plan(2))
    again = Broken(0)
    build(docs, again)
    assert not again.seen


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1))
    build(docs)
    before = results(tmp_path / "index")
    write(docs, b=plan(2))

    def full(_: LocalEngine) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalEngine, "save", full)
    with pytest.raises(IndexProblem, match="dung lượng đĩa"):
        build(docs)
    monkeypatch.undo()
    assert results(tmp_path / "index") == before
    assert not list((tmp_path / "index").glob("build-*"))


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../current", "manifest.json", "store.sqlite", "vectors.faiss", "lexical/meta.json"]
)
@pytest.mark.parametrize("how", ["gone", "cut", "rubbish"])
def test_building_over_a_damaged_index(tmp_path: Path, name: str, how: str) -> None:
    docs = tmp_path / "docs"
    write(docs, a=plan(1), b=plan(2))
    build(docs)
    expected = results(tmp_path / "index")
    path = (tmp_path / "index" / "gen-000001" / name).resolve()
    raw = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(
            raw[: len(raw) // 2] if how == "cut" else b"\xff\x00" * (len(raw) // 2) + raw[:1] * (len(raw) % 2)
        )
    write(docs, b=plan(3))
    report = build(docs)
    assert report.documents == 2
    if (name, how) != ("../current", "gone"):
        noted = any("tạo lại từ đầu" in w.message for w in report.warnings)
        # An index of words that is written anew anyway is not even looked at.
        assert noted or name.startswith("lexical")
    write(docs, b=plan(2))
    build(docs)
    assert results(tmp_path / "index") == expected


def test_rubbish_inside_the_store(tmp_path: Path) -> None:
    import sqlite3

    docs = tmp_path / "docs"
    write(docs, a=plan(1), b=plan(2))
    build(docs)
    connection = sqlite3.connect(tmp_path / "index" / "gen-000001" / "store.sqlite")
    connection.execute("UPDATE documents SET notices = '[{'")
    connection.commit()
    connection.close()
    write(docs, b=plan(3))
    assert any("tạo lại từ đầu" in w.message for w in build(docs).warnings)
    build(docs, index=tmp_path / "full")
    assert results(tmp_path / "index") == results(tmp_path / "full")


# -- many steps, at random ---------------------------------------------------------------------------


@pytest.mark.parametrize("small", [2000, 0])
@pytest.mark.parametrize("seed", range(4))
def test_incremental_equals_full(
    tmp_path: Path, seed: int, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random additions, changes, moves, copies and removals; then the same folder indexed at once."""
    monkeypatch.setattr(module, "_SMALL", small)
    if not small:
        monkeypatch.setattr(module, "_DEAD_SHARE", 10)
    dice = random.Random(seed)
    docs, encoder, next_seed = tmp_path / "docs", FakeEncoder(), 0
    for _ in range(5):
        for _ in range(dice.randint(1, 4)):
            present = sorted(docs.rglob("*.txt")) if docs.exists() else []
            action = dice.choice(["add", "add", "change", "move", "copy", "remove"])
            folder = dice.choice(["", "x/", "y/"])
            target = docs / f"{folder}{dice.choice('abcde')}.txt"
            target.parent.mkdir(parents=True, exist_ok=True)
            if action == "add" or len(present) < 2:
                next_seed += 1
                target.write_text(
                    plan(next_seed, dice.randint(1, 4), lead="Sở A", cites="1-NQ/TW"), encoding="utf-8"
                )
                continue
            source = dice.choice(present)
            if action == "change":
                source.write_text(
                    source.read_text(encoding="utf-8") + f"\n\nthêm {dice.random()}", encoding="utf-8"
                )
            elif action == "remove":
                source.unlink()
            elif action == "move":
                source.replace(target)
            elif source != target:
                shutil.copy(source, target)
        build(docs, encoder)
    shutil.rmtree(tmp_path / "full", ignore_errors=True)
    build(docs, index=tmp_path / "full")
    # Deleted entries weigh in the word statistics until the index is written anew: no scores there.
    assert results(tmp_path / "index", scores=bool(small)) == results(tmp_path / "full", scores=bool(small))


# -- kills and company -------------------------------------------------------------------------------


def child(docs: Path, index: Path, where: str, workers: int = 0) -> subprocess.Popen[str]:
    script = ROOT / "tests" / "fakes" / "killed_build.py"
    return subprocess.Popen(
        [sys.executable, str(script), str(docs), str(index), where, str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def grown(tmp_path: Path) -> tuple[Path, Path, dict[str, Any], dict[str, Any]]:
    """Return a folder that has grown since it was indexed, the index, and its results then and in full."""
    docs, index = tmp_path / "docs", tmp_path / "index"
    write(docs, **{f"d{n}": plan(n) for n in range(3)})
    build(docs, analysis=None)
    old = results(index)
    write(docs, **{f"d{n}": plan(n + 100, passages=20) for n in range(1, 40)})
    build(docs, index=tmp_path / "full", analysis=None)
    return docs, index, old, results(tmp_path / "full")


def survives(
    docs: Path, index: Path, old: dict[str, Any], new: dict[str, Any], published: bool | None
) -> None:
    """Open, search, rebuild; the index left behind is the old one or the new one, whole."""
    left = results(index)
    if published is None:
        assert left in (old, new)
    else:
        assert left == (new if published else old)
    build(docs, analysis=None)
    assert results(index) == new
    assert not list(index.glob("build-*"))


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize(
    "where",
    [
        "scan:1",
        "read:1",
        "read:20",
        "read:40",
        "write:1",
        "write:2",
        "sync:1",
        "rename:1",
        "publish:1",
        "publish:2",
        "done:1",
    ],
)
def test_kill_at_a_checkpoint(grown: tuple[Path, Path, dict[str, Any], dict[str, Any]], where: str) -> None:
    docs, index, old, new = grown
    process = child(docs, index, where)
    process.communicate(timeout=60)
    assert process.returncode == -9
    survives(docs, index, old, new, published=where in ("publish:2", "done:1"))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_kill_at_ten_moments(
    grown: tuple[Path, Path, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    docs, index, old, new = grown
    saved = tmp_path / "saved"
    shutil.copytree(index, saved)

    def start() -> tuple[subprocess.Popen[str], float]:
        process = child(docs, index, "never", workers=0)
        assert process.stdout is not None
        process.stdout.readline()
        return process, time.perf_counter()

    process, begun = start()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    whole = time.perf_counter() - begun
    killed = 0
    for n in range(10):
        shutil.rmtree(index)
        shutil.copytree(saved, index)
        process, begun = start()
        time.sleep(whole * (n + 0.5) / 10)
        process.kill()
        process.communicate(timeout=60)
        killed += process.returncode == -9
        survives(docs, index, old, new, published=None)
    assert killed >= 7


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_workers_end_with_a_killed_builder(tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    write(docs, **{f"d{n}": plan(n) for n in range(30)})
    process = child(docs, index, "read:5", workers=2)
    process.communicate(timeout=60)  # would wait for workers, which hold the same pipes
    assert process.returncode == -9
    assert build(docs).documents == 30, "nor do they hold the lock"


def test_the_first_build_killed_before_its_pointer(tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    write(docs, a=plan(1))

    class Killed(BaseException):
        pass

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "publish":
            raise Killed

    with pytest.raises(Killed):
        build(docs, progress=progress)
    with pytest.raises(ChithiError):
        Store.open(index)
    assert counts(build(docs)) == (1, 0, 0, 0)


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    write(docs, a=plan(1))
    with (
        writer_lock(IndexFiles(index)),
        pytest.raises(IndexProblem, match=rf"tiến trình {os.getpid()}\).*đợi"),
    ):
        build(docs)
    assert build(docs).documents == 1


def test_readers_see_the_old_or_the_new_never_half(tmp_path: Path) -> None:
    """Two versions of a folder, indexed in turn, while readers open and search without pause."""
    docs, index = tmp_path / "docs", tmp_path / "index"
    versions = [{f"d{n}": plan(n + 100 * v, passages=3 + v) for n in range(5)} for v in range(2)]
    write(docs, **versions[0])
    build(docs)
    stop, seen, encoder = threading.Event(), set(), FakeEncoder()
    query = encoder.encode_queries(["chuyển đổi số"])[0]

    def look() -> str:
        with Store.open(index, encoder.identity) as store:
            texts = {r.id: store.text(r.id) for r in store.documents()}
            version = next(n for n, v in enumerate(versions) if v == texts)
            each = 5 * (3 + version)
            assert store.manifest.passages == each
            for found in (
                store.engine.search_dense(query, 99),
                store.engine.search_lexical(LexicalQuery.of("kế hoạch"), 99),
            ):
                assert len(store.passages(found.ids)) == each
            return f"version {version}"

    failures: list[Exception] = []

    def reader() -> None:
        while not stop.is_set():
            try:
                seen.add(look())
            except (ChithiError, AssertionError, KeyError, StopIteration) as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=reader) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(6):
        write(docs, **versions[(n + 1) % 2])
        build(docs)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert seen == {"version 0", "version 1"}
