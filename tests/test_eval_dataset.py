"""Reading and checking benchmarks; which passages hold a gold quote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import BenchmarkFaults, locate, read_benchmark, read_qrels, relevant
from indexer.errors import UnusableInput
from indexer.records import Span

SHARED = Path(__file__).resolve().parents[2] / "shared"

TEXT = (
    "I. MỤC TIÊU\nTrồng 500 cây xanh dọc tuyến đường liên thôn,\nhoàn thành trước ngày 30/9/2026.\n\n"
    "II. NHIỆM VỤ\n1. Vận động hội viên góp ngày công\nĐơn vị chủ trì: Hội Nông dân – Hội Phụ nữ."
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Trồng 500 cây xanh dọc tuyến đường liên thôn, hoàn thành trước ngày 30/9/2026.", 1),
        ("  Trồng   500\tcây xanh", 1),
        ("TRỒNG 500 CÂY XANH", 1),
        ("Hội Nông dân - Hội Phụ nữ", 1),
        ("Hội", 2),
        ("Trồng 600 cây xanh", 0),
        ("", 0),
    ],
)
def test_a_quote_is_found_whatever_its_white_space(quote: str, found: int) -> None:
    assert len(locate(TEXT, quote)) == found + (quote == "Hội")  # "hội viên" too


def test_a_quote_is_found_whatever_its_tone_placement() -> None:
    assert locate("Phòng Văn hoá – Xã hội", "phòng văn hóa - xã hội")


def words(first: int, last: int) -> str:
    return " ".join(f"w{n}" for n in range(first, last))


LONG = words(0, 200)


def span(first: int, last: int) -> Span:
    start = LONG.index(words(first, last))
    return Span(start, start + len(words(first, last)))


@pytest.mark.parametrize(
    ("quote", "passage", "expected"),
    [
        ((50, 60), (0, 100), True),  # contained
        ((50, 60), (50, 60), True),  # the same
        ((0, 100), (20, 60), True),  # a passage inside a longer quote
        ((0, 100), (80, 120), True),  # half of the passage lies in the quote
        ((0, 100), (81, 121), False),  # less than half
        ((90, 110), (0, 100), True),  # a quote cut in two halves: both hold half of it
        ((90, 110), (100, 200), True),
        ((95, 110), (0, 100), False),  # five words of fifteen
        ((95, 110), (100, 200), True),
        ((90, 112), (100, 104), True),  # the middle of three pieces
        ((10, 20), (20, 90), False),  # neighbours
        ((10, 20), (60, 90), False),
    ],
)
def test_a_passage_is_relevant_when_it_shares_half_of_the_shorter(
    quote: tuple[int, int], passage: tuple[int, int], expected: bool
) -> None:
    assert relevant(LONG, span(*passage), [span(*quote)]) is expected


def test_any_place_of_a_repeated_quote_will_do() -> None:
    text = "Trước ngày 30/9/2026.\nKhác.\nTrước ngày 30/9/2026."
    places = locate(text, "Trước ngày 30/9/2026.")
    assert len(places) == 2
    assert relevant(text, Span(22, len(text)), places)
    assert not relevant(text, Span(22, 27), places)


def question(**changes: Any) -> dict[str, Any]:
    row = {
        "qid": "A1",
        "question": "Bao nhiêu cây xanh được trồng?",
        "kind": "target",
        "answerable": True,
        "answer": "500 cây",
        "must_contain": [["500"]],
        "evidence": [{"doc": "trong-cay", "quote": "Trồng 500 cây xanh"}],
    }
    return {**row, **changes}


def write(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def text_of(doc: str) -> str | None:
    return TEXT if doc == "trong-cay" else None


def test_a_questions_file_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "hoi.jsonl",
        question(),
        question(qid="A2", question="bao nhieu cay xanh", answerable=False, must_contain=[], evidence=[]),
    )
    benchmark = read_benchmark(path, text_of)
    assert benchmark.name == "hoi"
    assert [q.qid for q in benchmark.queries] == ["A1", "A2"]
    assert benchmark.queries[0].must_contain == (("500",),)
    assert [q.plain for q in benchmark.queries] == [False, True]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "hoi.jsonl"
    path.write_bytes("\ufeff".encode() + json.dumps(question()).encode() + b"\r\n\r\n")
    assert len(read_benchmark(path).queries) == 1


def test_all_faults_of_a_questions_file_are_told_together(tmp_path: Path) -> None:
    path = write(
        tmp_path / "hoi.jsonl",
        question(),
        question(question="Hỏi lại?"),
        "{không phải json",
        question(qid="A3", evidence=[{"doc": "khac", "quote": "gì đó"}]),
        question(qid="A4", evidence=[{"doc": "trong-cay", "quote": "Trồng 600 cây xanh"}]),
        question(qid="A5", must_contain=["500"]),
        question(qid="A6", answerable=False),
        question(qid="A7", evidence=[]),
        question(qid="", question=" ", answerable="có"),
        "[1]",
        question(qid="A8", evidence=["x"], must_contain="500"),
    )
    with pytest.raises(BenchmarkFaults) as error:
        read_benchmark(path, text_of)
    told = str(error.value)
    for part in (
        "dòng 2: qid “A1” đã có ở hoi.jsonl, dòng 1",
        "dòng 3: không phải JSON",
        "(qid A3), evidence 1: không có văn bản “khac”",
        "(qid A4), evidence 1: văn bản “trong-cay” không có đoạn “Trồng 600 cây xanh”",
        "dòng 6: mỗi mục của “must_contain”",
        "dòng 7: câu không trả lời được",
        "dòng 8: câu trả lời được phải có ít nhất một “evidence”",
        "dòng 9: trường “qid”",
        "dòng 9: trường “question”",
        "dòng 9: trường “answerable”",
        "dòng 10: cần một đối tượng JSON",
        "dòng 11, evidence 1: cần một đối tượng",
        "dòng 11: trường “must_contain” phải là danh sách",
    ):
        assert part in told
    assert len(error.value.faults) == 13


def test_an_empty_or_missing_benchmark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFaults, match="không có câu hỏi nào"):
        read_benchmark(write(tmp_path / "rong.jsonl"))
    with pytest.raises(UnusableInput, match="Không có"):
        read_benchmark(tmp_path / "khong-co")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(BenchmarkFaults, match="UTF-8"):
        read_benchmark(tmp_path / "latin.jsonl")


def beir(
    folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n", name: str = "dev"
) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    write(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "Điều 1", "text": "Trồng cây"},
        {"_id": "d2", "title": "", "text": "Tưới cây"},
    )
    write(folder / "queries.jsonl", {"_id": "q1", "text": "Ai trồng?"}, {"_id": "q2", "text": "Ai tưới?"})
    (folder / "qrels" / f"{name}.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_a_beir_folder_is_read(tmp_path: Path) -> None:
    benchmark = read_benchmark(beir(tmp_path / "bo-cay"))
    assert (benchmark.name, benchmark.kind, len(benchmark.corpus)) == ("bo-cay", "beir", 2)
    assert [q.qid for q in benchmark.queries] == ["q1"]  # q2 was not judged
    assert benchmark.qrels == {"q1": {"d1": 1, "d2": 0}}


def test_the_split_is_chosen(tmp_path: Path) -> None:
    beir(tmp_path)
    beir(tmp_path, "q2\t0\td2\t1\n", "train")
    with pytest.raises(BenchmarkFaults, match="--split"):
        read_benchmark(tmp_path)
    assert read_benchmark(tmp_path, split="train").qrels == {"q2": {"d2": 1}}
    with pytest.raises(BenchmarkFaults, match=r"không có “thi” \(có: dev, train\)"):
        read_benchmark(tmp_path, split="thi")


def test_all_faults_of_a_beir_folder_are_told_together(tmp_path: Path) -> None:
    beir(tmp_path, "q1\td1\tx\nq9\td1\t1\nq1\td9\t1\nq1\td9\t1\nq1\n")
    write(tmp_path / "corpus.jsonl", {"_id": "d1", "text": "a"}, {"_id": "d1", "text": "b"}, {"_id": "d3"})
    write(tmp_path / "queries.jsonl", {"_id": "q1", "text": "a"}, {"_id": "q1", "text": "b"})
    with pytest.raises(BenchmarkFaults) as error:
        read_benchmark(tmp_path)
    told = str(error.value)
    for part in (
        "corpus.jsonl, dòng 2: _id “d1” bị trùng",
        "corpus.jsonl, dòng 3: trường “text”",
        "queries.jsonl, dòng 2: _id “q1” bị trùng",
        "dev.tsv, dòng 1: điểm “x”",
        "dev.tsv, dòng 4: cặp “q1”, “d9” bị trùng",
        "dev.tsv, dòng 5: cần 3 cột",
        "không có câu hỏi “q9” trong queries.jsonl",
        "không có văn bản “d9” trong corpus.jsonl",
    ):
        assert part in told


def test_a_folder_that_is_no_beir_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFaults, match=r"thiếu corpus\.jsonl"):
        read_benchmark(tmp_path)


def test_trec_qrels_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.qrels", "1 0 d1 2", "1 0 d2 0")
    assert read_qrels(path) == {"1": {"d1": 2, "d2": 0}}


@pytest.mark.skipif(not SHARED.exists(), reason="no shared folder")
def test_the_development_sets_are_read() -> None:
    assert len(read_benchmark(SHARED / "benchmark" / "plans-dev.jsonl").queries) == 20
    statutes = read_benchmark(SHARED / "benchmark" / "statutes-dev")
    assert (len(statutes.corpus), len(statutes.queries)) == (2249, 425)
