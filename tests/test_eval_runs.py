"""Configurations, run files, the baseline, and whole evaluations over a small index and a BEIR folder."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eval.beir import beir_text, best_of, heading, pieces
from eval.cli import evaluate, main
from eval.configurations import accepted_options, configurations, parse
from eval.dataset import BenchmarkFaults, CorpusText
from eval.options import WAYS, add_arguments
from eval.report import below_baseline
from eval.runs import Run, passage_key, passage_of, read_trec, strip_diacritics, write_trec
from eval.variants import make_variant, window_passages
from indexer import passages as cutting
from indexer.build import build_index
from indexer.encode import load_encoder
from indexer.errors import MissingIndex, UnknownOption, UnusableInput
from indexer.metadata import read_metadata
from indexer.passages import make_passages
from indexer.readers import read_file
from indexer.records import Document, SourceText, Span
from indexer.store import Store
from indexer.structure import read_structure
from search_api.retrieve import RetrievalSettings

PLANS = {
    "cay-xanh": (
        "KẾ HOẠCH\nTrồng cây xanh ven đường làng năm 2026\n\nI. MỤC TIÊU\n"
        "Trồng mới 500 cây xanh dọc các tuyến đường liên thôn, tỷ lệ cây sống đạt 95%.\n\n"
        "II. NHIỆM VỤ\n1. Vận động hội viên góp ngày công trồng cây\n"
        "Đơn vị chủ trì: Hội Nông dân xã. Thời gian hoàn thành: trước ngày 30/9/2026.\n"
        "2. Ươm cây giống tại vườn ươm của xã\nĐơn vị chủ trì: Trạm Khuyến nông.\n"
    ),
    "thu-vien": (
        "KẾ HOẠCH\nMở tủ sách ở nhà văn hóa thôn\n\nI. MỤC TIÊU\n"
        "Mỗi nhà văn hóa thôn có ít nhất 300 đầu sách cho thiếu nhi.\n\n"
        "II. NHIỆM VỤ\n1. Quyên góp sách cũ của các trường học\n"
        "Đơn vị chủ trì: Đoàn Thanh niên xã. Thời gian hoàn thành: Quý II năm 2026.\n"
    ),
}
QUESTIONS: list[dict[str, Any]] = [
    {
        "qid": "1",
        "question": "Đơn vị nào chủ trì vận động hội viên góp ngày công trồng cây?",
        "kind": "lead",
        "answerable": True,
        "answer": "Hội Nông dân xã",
        "must_contain": [["Hội Nông dân"]],
        "evidence": [{"doc": "cay-xanh", "quote": "Đơn vị chủ trì: Hội Nông dân xã."}],
    },
    {
        "qid": "2",
        "question": "quyen gop sach cu cua cac truong hoc",
        "kind": "no_diacritics",
        "answerable": True,
        "answer": "",
        "must_contain": [],
        "evidence": [{"doc": "thu-vien", "quote": "Quyên góp sách cũ của các trường học"}],
    },
    {
        "qid": "3",
        "question": "Số điện thoại của Trạm Khuyến nông là bao nhiêu?",
        "kind": "unanswerable",
        "answerable": False,
        "answer": "",
        "must_contain": [],
        "evidence": [],
    },
]


def analyse(doc: str, path: str, digest: str, source: SourceText) -> Document:
    blocks, outline = read_structure(source)
    metadata = read_metadata(source.text, blocks, outline)
    passages = make_passages(source.text, blocks, outline, metadata)
    return Document(
        doc,
        path,
        digest,
        source,
        tuple(blocks),
        tuple(outline),
        metadata,
        (),
        (),
        (),
        (),
        (),
        tuple(passages),
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("eval")
    for name, text in PLANS.items():
        (root / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([root], root / ".index", load_encoder(), read=read_file, analyse=analyse, workers=0)
    return root / ".index"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "hoi.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in QUESTIONS), encoding="utf-8")
    return path


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    rows = [
        {"_id": f"{doc} {n}", "title": "", "text": line}
        for doc, text in PLANS.items()
        for n, line in enumerate(text.split("\n"))
        if line
    ]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (folder / "queries.jsonl").write_text(
        json.dumps({"_id": "q", "text": "ai trồng mới 500 cây xanh"}), encoding="utf-8"
    )
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq\tcay-xanh 4\t1\n", encoding="utf-8"
    )
    return folder


def options(*arguments: object, index: Path | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    parser.add_argument("--index", type=Path, default=index)
    return parser.parse_args([str(a) for a in arguments])


# -- configurations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("fused", RetrievalSettings()),
        ("lexical", RetrievalSettings(dense_weight=0.0)),
        ("dense", RetrievalSettings(dense_weight=1.0)),
        ("fused:dense_weight=0.5, depth=20", RetrievalSettings(dense_weight=0.5, depth=20)),
    ],
)
def test_configurations(spec: str, expected: RetrievalSettings) -> None:
    assert parse(spec).settings == expected


def test_nested_and_own_options() -> None:
    held = parse("fused:weights.heading=1.5,plain_weights.bare=0.7,model=nhà/mô-hình,windows=80,strip=1")
    assert (held.model, held.windows, held.strip) == ("nhà/mô-hình", 80, True)
    assert held.settings.weights.heading == 1.5
    assert held.settings.plain_weights.bare == 0.7
    assert {"model", "dense_weight", "weights.body"} <= set(accepted_options())


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("fuse", ", ".join(WAYS)),
        ("fused:weight=1", "dense_weight"),
        ("fused:weights.x=1", "weights.body"),
        ("fused:depth=nhiều", "số nguyên"),
        ("fused:dense_weight=x", "không phải số"),
        ("fused:dense_weight=2", "từ 0 đến 1"),
        ("fused:depth", "tên=giá trị"),
        ("fused:windows=1", "từ 10 đến 2000"),
        ("fused:chunks=3000", "từ 10 đến 2000"),
        ("fused:windows=50,chunks=50", "một trong hai"),
    ],
)
def test_a_wrong_configuration_says_what_is_accepted(spec: str, told: str) -> None:
    with pytest.raises(UnknownOption, match=re.escape(told)):
        parse(spec)


def test_lists_of_configurations() -> None:
    assert [c.name for c in configurations([])] == ["fused", "lexical", "dense"]
    assert [c.model for c in configurations([], ["a", "b"])] == ["a", "a", "b", "b"]
    swept = configurations(["fused"], sweep="dense_weight=0,0.5")
    assert [c.settings.dense_weight for c in swept[1:]] == [0.0, 0.5]
    assert configurations(["fused:depth=9"], sweep="dense_weight=0.1")[1].settings.depth == 9
    with pytest.raises(UnknownOption, match="--sweep"):
        configurations([], sweep="dense_weight")


# -- run files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("doc", ["a", "kế hoạch số 1", "x:1-2", "50%", "a%20b"])
def test_a_passage_id_survives_a_run_file(doc: str) -> None:
    key = passage_key(doc, Span(3, 40))
    assert not re.search(r"\s", key)
    assert passage_of(key) == (doc, Span(3, 40))


def test_other_ids_name_no_passage() -> None:
    assert passage_of("law01-1") is None


def test_run_files_come_back(tmp_path: Path) -> None:
    held = Run("fused:depth=9, x", {"1": [("b", 2.0), ("a", 1.5)], "2": [("a", 0.25)]})
    write_trec(tmp_path / "r.run", held)
    assert (tmp_path / "r.run").read_text("utf-8").splitlines()[0] == "1 Q0 b 1 2.000000 fused:depth=9,-x"
    assert read_trec(tmp_path / "r.run").rankings == held.rankings


def test_a_run_is_ordered_by_score_as_trec_eval_does(tmp_path: Path) -> None:
    path = tmp_path / "r.run"
    path.write_text("1 Q0 a 1 1.0 t\n1 Q0 c 2 1.0 t\n1 Q0 b 3 5 t\n", encoding="utf-8")
    assert [key for key, _ in read_trec(path).rankings["1"]] == ["b", "c", "a"]


def test_all_faults_of_a_run_file_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "r.run"
    path.write_text("1 Q0 a 1 x t\n1 a 2\n1 Q0 b 1 1 t\n1 Q0 b 2 1 t\n", encoding="utf-8")
    with pytest.raises(BenchmarkFaults) as error:
        read_trec(path)
    assert len(error.value.faults) == 3
    with pytest.raises(UnusableInput, match="Không đọc được"):
        read_trec(tmp_path / "khong-co.run")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("CĐS ở xã Đông Hòa, 70%?", "CDS o xa Dong Hoa, 70%?"), ("đường Ưu tiên", "duong Uu tien")],
)
def test_diacritics_are_stripped_and_capitals_stay(text: str, expected: str) -> None:
    assert strip_diacritics(text) == expected


# -- baseline -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "worse"),
    [
        ({"metrics": {"MRR@10": 0.9}}, 0),
        ({"metrics": {"MRR@10": 0.904}}, 0),
        ({"metrics": {"MRR@10": 0.92}}, 1),
        ({"metrics": {"MRR@10": 0.92}, "tolerance": 0.03}, 0),
        ({"metrics": {"MRR@10": 0.92}, "tolerance": {"MRR@10": 0.01}}, 1),
        ({"metrics": {"wrong": 2}}, 0),
        ({"metrics": {"wrong": 0}}, 1),
        ({"metrics": {"wrong": 0}, "tolerance": {"wrong": 1}}, 0),
        ({"metrics": {"accuracy": 0.5}}, 1),
    ],
)
def test_a_baseline(tmp_path: Path, baseline: dict[str, Any], worse: int) -> None:
    path = tmp_path / "moc.json"
    path.write_text(json.dumps(baseline), encoding="utf-8")
    assert len(below_baseline(path, {"MRR@10": 0.9, "wrong": 1.0})) == worse


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"metrics": {}}', '{"metrics": {"a": "b"}}'])
def test_an_unusable_baseline_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "moc.json").write_text(content, encoding="utf-8")
    with pytest.raises(UnusableInput, match="metrics"):
        below_baseline(tmp_path / "moc.json", {"a": 1.0})


# -- whole evaluations ----------------------------------------------------------------------------


def test_questions_over_an_index(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, run = tmp_path / "trang.html", tmp_path / "kq.run"
    status = evaluate(options(questions, "--json", "--html", page, "--run", run, index=index))
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert (status, printed.err) == (0, "")
    assert {"metrics", "per_query", "slices", "configurations"} <= set(result)
    assert [c["name"] for c in result["configurations"]] == ["fused", "lexical", "dense"]
    assert result["judged"] == 2
    assert result["metrics"]["Recall@10"] == 1.0
    assert result["metrics"]["quote_fidelity"] == 1.0
    assert sum(result["metrics"][n] for n in ("right", "wrong", "refused_right", "refused_wrong")) == 3
    first = result["per_query"][0]
    assert first["evidence"][0]["rank"] >= 1
    named = passage_of(first["top"][0]["id"])
    assert named is not None
    with Store.open(index) as store:
        spans = [p.span for p in store.passages_of(named[0])]
    assert named[1] in spans
    written = read_trec(run)
    assert set(written.rankings) == {"1", "2", "3"}
    assert (tmp_path / "kq-lexical.run").exists()
    check_page(page)


def check_page(path: Path) -> None:
    """A page stands by itself, and every tag that is opened is closed."""
    text = path.read_text("utf-8")
    assert not re.search(r"(?:src|href)=|@import|<script|url\(", text)
    assert text.count("<svg") == text.count("</svg>") >= 2
    opened: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "line", "circle", "rect"):
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("line", "circle", "rect"):
                assert opened.pop() == tag

    Parser().feed(text)
    assert not opened


def test_a_run_can_be_scored_again(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "cua-toi.run"
    evaluate(options(questions, "-c", "fused", "--no-answers", "--run", run, index=index))
    capsys.readouterr()
    evaluate(options(questions, "-c", "lexical", "--no-answers", "--score-run", run, "--json", index=index))
    result = json.loads(capsys.readouterr().out)
    assert [c["name"] for c in result["configurations"]] == ["lexical", "cua-toi"]
    assert result["configurations"][1]["metrics"]["Recall@10"] == 1.0
    assert result["configurations"][1]["latency_ms"] is None
    assert "right" not in result["metrics"]


def test_a_run_cut_otherwise_is_judged_by_its_offsets(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quote = PLANS["cay-xanh"].index("Đơn vị chủ trì: Hội")
    run = tmp_path / "khac.run"
    run.write_text(f"1 Q0 cay-xanh:{quote}-{quote + 32} 1 1.0 khac\n", encoding="utf-8")
    evaluate(options(questions, "-c", "lexical", "--no-answers", "--score-run", run, "--json", index=index))
    result = json.loads(capsys.readouterr().out)
    assert result["configurations"][1]["metrics"]["MRR@10"] == 0.5  # the other question counts as zero
    assert "khac: thiếu 1 câu hỏi, tính là 0" in result["notes"]


def test_variants_windows_models_and_bm25(
    index: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = [
        "fused",
        "fused:windows=20",
        "fused:chunks=20",
        "bm25-pairs",
        "bm25-syllables:windows=20",
        "dense:strip=1",
    ]
    arguments = [part for spec in specs for part in ("-c", spec)]
    assert evaluate(options(questions, *arguments, "--no-answers", index=index)) == 0
    printed = capsys.readouterr().out
    for spec in specs:
        assert spec in printed
    assert "Recall@10" in printed


def test_chunks_keep_the_structure(index: Path, tmp_path: Path) -> None:
    with Store.open(index) as store:
        make_variant(store, tmp_path / "nho", load_encoder(), chunks=10)
        before = [p.section for p in store.passages_of("cay-xanh")]
    with Store.open(tmp_path / "nho") as small:
        passages = small.passages_of("cay-xanh")
    assert {p.section for p in passages} == set(before)
    assert len(passages) >= len(before)
    assert (cutting.MIN_WORDS, cutting.MAX_WORDS) == (60, 150)


def test_chunks_of_the_usual_size_are_the_passages_of_the_product(tmp_path: Path) -> None:
    corpus = Path(__file__).parent.parent / "corpus"
    build_index([next(corpus.glob("*chuyen-doi-so.txt"))], tmp_path / "a", load_encoder(), workers=0)
    with Store.open(tmp_path / "a") as store:
        make_variant(store, tmp_path / "b", load_encoder(), chunks=cutting.MAX_WORDS)
        usual = {row.id: store.whole_document(row.id).passages for row in store.documents()}
    with Store.open(tmp_path / "b") as again:
        assert {row.id: again.whole_document(row.id).passages for row in again.documents()} == usual


def test_windows_cover_a_document(index: Path) -> None:
    with Store.open(index) as store:
        document = store.document("cay-xanh")
    for size in (10, 20, 60, 500):
        passages = list(window_passages(document, size))
        covered = " ".join(p.span.of(document.text) for p in passages).split()
        wanted = " ".join(b.span.of(document.text) for b in document.blocks).split()
        assert covered == wanted
        assert all(len(p.span.of(document.text).split()) <= size for p in passages)


def test_a_beir_folder(beir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "beir.html"
    assert evaluate(options(beir, "--json", "-c", "fused", "-c", "bm25-pairs", "--html", page)) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["kind"] == "beir"
    assert [c["metrics"]["MRR@10"] for c in result["configurations"]] == [1.0, 1.0]
    assert result["per_query"][0]["top"][0]["id"] == "cay-xanh 4"
    check_page(page)


LONG = CorpusText(
    "luat-1",
    "Luật Trồng cây, Điều 3",
    "Trách nhiệm của xã\n"
    + "\n".join(f"{n}. Tưới cây số {n} trong vườn của thôn mỗi ngày;" for n in range(1, 9)),
)


@pytest.mark.parametrize(
    ("item", "words", "count"),
    [
        (LONG, 20, 9),
        (LONG, 45, 3),
        (LONG, 500, 1),
        (LONG, 0, 1),
        (CorpusText("a", "", "Một dòng duy nhất. " * 8), 10, 5),
        (CorpusText("a", "Tên", ""), 10, 1),
    ],
)
def test_a_beir_document_is_cut_in_clauses(item: CorpusText, words: int, count: int) -> None:
    cut = pieces(item, words)
    assert len(cut) == count
    assert cut[0] == beir_text(item)
    assert all(piece.startswith(item.title) for piece in cut)
    if item is LONG:
        assert all("Trách nhiệm của xã\n" in piece for piece in cut)
    if count > 1:
        said = " ".join(piece.removeprefix(f"{item.title}\n{heading(item)}\n") for piece in cut[1:])
        assert said.split() == item.text.removeprefix(heading(item)).split()


def test_a_document_is_as_good_as_its_best_passage() -> None:
    assert best_of([("a", 3.0), ("b", 2.0), ("a", 1.0), ("c", 0.5)], 2) == [("a", 3.0), ("b", 2.0)]
    assert best_of([], 2) == []


def test_beir_documents_whole_or_cut(beir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = [part for n in (0, 10) for part in ("-c", f"fused:chunks={n}", "-c", f"bm25-pairs:chunks={n}")]
    assert evaluate(options(beir, *specs, "--json")) == 0
    result = json.loads(capsys.readouterr().out)
    assert [c["metrics"]["Recall@10"] for c in result["configurations"]] == [1.0] * 4


@pytest.mark.parametrize("spec", ["fused:windows=50", "bm25-pairs:windows=50"])
def test_windows_are_not_for_beir(beir: Path, spec: str) -> None:
    with pytest.raises(UnusableInput, match="windows"):
        evaluate(options(beir, "-c", spec))


def test_whole_documents_are_not_for_questions(index: Path, questions: Path) -> None:
    with pytest.raises(UnusableInput, match="chunks=0"):
        evaluate(options(questions, "-c", "fused:chunks=0", index=index))


def test_below_the_baseline_is_status_1(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "moc.json"
    path.write_text('{"metrics": {"MRR@10": 1.0, "accuracy": 1.0}}', encoding="utf-8")
    assert evaluate(options(beir, "-c", "lexical", "--baseline", path)) == 1
    assert "accuracy: mốc là 1,000" in capsys.readouterr().err


def test_what_cannot_be_used_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "khong-co.jsonl")]) == 2
    error = capsys.readouterr().err
    assert "khong-co.jsonl" in error
    assert "Traceback" not in error


def test_questions_need_an_index(questions: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingIndex):
        evaluate(options(questions, index=tmp_path / "khong-co"))


def test_every_option_is_documented() -> None:
    told = (Path(__file__).parent.parent / "docs" / "evaluation.md").read_text(encoding="utf-8")
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    names = {name for action in parser._actions for name in action.option_strings}
    own = {name for name in accepted_options() if "." not in name}
    missing = [name for name in (*names, *own, *WAYS) if f"`{name}`" not in told]
    assert missing == []


def test_the_options_are_light() -> None:
    code = (
        "import sys, eval.options; print([m for m in ('numpy', 'msgspec', 'search_api') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
