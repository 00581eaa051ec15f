"""What is kept of evaluations: results, sets, grades, versions; nothing is lost, nothing is half written."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from chithi.main import main
from indexer.errors import UnknownOption, UnusableInput
from search_api.assess.evaluations import Evaluations, Grade, checked_name, grade_of, judged_rows, pool
from search_api.assess.gold import read_questions
from search_api.schemas import Hit

TEXT = "Xã An Lộc trồng 500 cây bàng.  Đoàn Thanh niên chủ trì.\nXong trước ngày 30/9/2026."
ROWS: list[dict[str, Any]] = [
    {"qid": "1", "question": "Trồng bao nhiêu cây?"},
    {
        "qid": "2",
        "question": "Ai chủ trì?",
        "kind": "lead",
        "answer": "Đoàn Thanh niên",
        "must_contain": [["Đoàn Thanh niên"]],
        "evidence": [{"doc": "cay", "quote": "Đoàn Thanh niên chủ trì."}],
    },
    {"qid": "3", "question": "Giá một cây?", "answerable": False},
    {"qid": "4", "question": "Trồng ở đâu?"},
]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def text_of(doc: str) -> str | None:
    return TEXT if doc == "cay" else None


@pytest.fixture
def kept(tmp_path: Path) -> Evaluations:
    held = Evaluations(tmp_path)
    held.save_set("thang-11", lines(ROWS), text_of)
    return held


@pytest.mark.parametrize("name", ["thang-11", "Bộ_thử", "2026", "a" * 60])
def test_names(name: str) -> None:
    assert checked_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".an", "a" * 61, "a b", "-a", "x\n"[:1] + "\0"])
def test_names_that_are_no_file_names(name: str) -> None:
    with pytest.raises(UnknownOption, match="Tên"):
        checked_name(name)


def test_a_set_is_checked_and_never_replaced(kept: Evaluations) -> None:
    assert kept.sets() == ["thang-11"]
    assert [query.qid for query in kept.questions("thang-11")] == ["1", "2", "3", "4"]
    with pytest.raises(UnusableInput, match="Đã có bộ"):
        kept.save_set("thang-11", lines(ROWS))
    wrong = [ROWS[1] | {"evidence": [{"doc": "cay", "quote": "Không có câu này"}]}, {"qid": "9"}]
    with pytest.raises(UnusableInput) as caught:
        kept.save_set("hong", lines(wrong), text_of)
    assert "Không có câu này" in str(caught.value)
    assert "dòng 2" in str(caught.value)
    assert kept.sets() == ["thang-11"]
    with pytest.raises(UnknownOption, match="thang-11"):
        kept.questions("khac")


def test_grades_replace_one_another_and_can_be_taken_back(kept: Evaluations) -> None:
    kept.grade("thang-11", [Grade("1", "cay", "trồng 500  cây\nbàng", 2)])
    kept.grade("thang-11", [Grade("1", "cay", "Trồng 500 cây bàng", 3), Grade("1", "cay", "Xong", 0)])
    assert [(g.quote, g.grade) for g in kept.grades("thang-11")] == [("Trồng 500 cây bàng", 3), ("Xong", 0)]
    assert all(g.at for g in kept.grades("thang-11"))
    kept.grade("thang-11", [], [Grade("1", "cay", "xong", 0)])
    assert len(kept.grades("thang-11")) == 1
    with pytest.raises(UnknownOption, match="0 đến 3"):
        kept.grade("thang-11", [Grade("1", "cay", "Xong", 4)])


def test_grades_of_several_threads_all_stay(kept: Evaluations) -> None:
    threads = [
        threading.Thread(target=kept.grade, args=("thang-11", [Grade("1", "cay", f"câu {n}", 1)]))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.grades("thang-11")) == 12
    assert not [path for path in kept.root.rglob("*") if path.name.startswith(".")]


def test_a_damaged_file_of_grades_is_said_and_not_written_over(kept: Evaluations) -> None:
    path = kept.root / "cham-diem" / "thang-11.jsonl"
    path.parent.mkdir()
    path.write_text("hỏng", encoding="utf-8")
    with pytest.raises(UnusableInput, match="chấm điểm"):
        kept.grade("thang-11", [Grade("1", "cay", "Xong", 1)])
    assert path.read_text(encoding="utf-8") == "hỏng"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đoàn Thanh niên\nchủ trì.", 2),
        ("ĐOÀN THANH NIÊN CHỦ TRÌ.", 2),
        ("trồng 500 cây bàng. Đoàn Thanh niên chủ trì. Xong", 2),  # cut longer since
        ("Thanh niên", 2),  # cut shorter since
        ("Hội Nông dân chủ trì.", None),
    ],
)
def test_a_grade_survives_another_cutting(text: str, expected: int | None) -> None:
    grades = [Grade("1", "cay", "Đoàn Thanh niên chủ trì.", 2), Grade("2", "cay", text, 1)]
    found = grade_of(grades, "1", "cay", text)
    assert (found.grade if found else None) == expected
    assert grade_of(grades, "1", "khac", text) is None


def test_a_version_is_frozen_numbered_and_measurable(kept: Evaluations, tmp_path: Path) -> None:
    kept.grade(
        "thang-11",
        [
            Grade("1", "cay", "Xã An Lộc trồng 500 cây bàng.", 3),
            Grade("2", "cay", "Xong trước ngày 30/9/2026.", 0),
            Grade("3", "cay", "Xã An Lộc trồng 500 cây bàng.", 1),
        ],
    )
    first = kept.freeze("thang-11")
    kept.grade("thang-11", [Grade("4", "cay", "Xã An Lộc", 2)])
    second = kept.freeze("thang-11")
    assert (first.number, first.questions, second.number, second.questions) == (1, 3, 2, 4)
    assert kept.versions() == ([second, first], []) or kept.versions() == ([first, second], [])
    frozen = (kept.root / "ban" / "thang-11-1.jsonl").read_bytes()
    assert hashlib.sha256(frozen).hexdigest() == first.sha256
    assert kept.export("thang-11", 1, "jsonl", text_of) == frozen
    (tmp_path / "ban.jsonl").write_bytes(frozen)
    queries = read_questions(tmp_path / "ban.jsonl", text_of)  # a benchmark that passes every check
    assert [(q.qid, q.answerable, len(q.evidence)) for q in queries] == [
        ("1", True, 1),
        ("2", True, 1),
        ("3", False, 0),
    ]
    qrels = kept.export("thang-11", 1, "qrels", text_of).decode().splitlines()
    assert qrels == ["1 0 cay:0-29 3", "2 0 cay:56-82 0", "2 0 cay:31-55 3", "3 0 cay:0-29 1"]
    with pytest.raises(UnknownOption, match="phiên bản 9"):
        kept.export("thang-11", 9, "jsonl", text_of)


def test_a_set_without_grades_is_not_frozen(tmp_path: Path) -> None:
    held = Evaluations(tmp_path)
    held.save_set("moi", lines([ROWS[0]]))
    with pytest.raises(UnusableInput, match="chưa có câu nào"):
        held.freeze("moi")


def test_gold_of_the_file_is_not_doubled(kept: Evaluations) -> None:
    grades = [Grade("2", "cay", "Xã An Lộc trồng 500 cây bàng. Đoàn Thanh niên chủ trì.", 3)]
    rows = {row["qid"]: row for row in judged_rows(kept.questions("thang-11"), grades)}
    assert [e["quote"] for e in rows["2"]["evidence"]] == ["Đoàn Thanh niên chủ trì."]


def hit(doc: str, start: int) -> Hit:
    return Hit(1, 1.0, doc, "", None, None, "", None, start, start + 5, "")


def test_a_pool_tells_nothing_of_who_found_what() -> None:
    a = [hit("a", 0), hit("b", 0), hit("c", 0)]
    b = [hit("c", 0), hit("d", 0)]
    assert [h.doc for h in pool(a, b)] == ["a", "c", "b", "d"]
    assert [h.doc for h in pool(b, a)] == ["a", "c", "b", "d"]
    assert pool([], []) == []


def test_eval_keeps_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "van-ban").mkdir()
    (tmp_path / "van-ban" / "cay.txt").write_text(f"KẾ HOẠCH\nTrồng cây\n\n{TEXT}\n", encoding="utf-8")
    index = tmp_path / "ix"
    assert main(["index", str(tmp_path / "van-ban"), "--index", str(index)]) == 0
    questions = tmp_path / "hoi.jsonl"
    questions.write_bytes(lines(ROWS[1:3]))
    capsys.readouterr()
    status = main(
        [
            "eval",
            str(questions),
            "--index",
            str(index),
            "-c",
            "fused",
            "-c",
            "lexical",
            "--save",
            "lan-1",
            "--json",
        ]
    )
    out, err = capsys.readouterr()
    assert status == 0
    assert json.loads(out)["benchmark"] == "hoi"
    assert "lan-1.json" in err
    held, faulty = Evaluations(index).runs()
    assert faulty == []
    assert [c.name for c in held["lan-1"].configurations] == ["fused", "lexical"]
    assert held["lan-1"].per_query[0].by_configuration["fused"]["MRR@10"] == 1.0
    (index / "danh-gia" / "lan-chay" / "hong.json").write_text("{", encoding="utf-8")
    assert Evaluations(index).runs()[1] == ["hong.json"]
    assert main(["index", str(tmp_path / "van-ban"), "--index", str(index)]) == 0
    assert list(Evaluations(index).runs()[0]) == ["lan-1"]  # outlives the next indexing
    assert main(["eval", str(questions), "--index", str(index), "--save", "../x"]) == 2
