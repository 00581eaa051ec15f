"""The command: exit statuses, JSON on stdout alone, messages in Vietnamese, nothing heavy imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chithi.main import main

PLAN = """KẾ HOẠCH

Trồng cây xanh trên địa bàn xã Phú Hòa

I. NHIỆM VỤ

1. Ươm cây giống

Chọn giống cây bản địa, ươm tại vườn ươm của xã.

Đơn vị chủ trì: Phòng Kinh tế.

Đơn vị phối hợp: Đoàn Thanh niên xã.

Thời gian hoàn thành: Trước ngày 30/9/2026.
"""


@pytest.fixture
def index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "van-ban").mkdir()
    (tmp_path / "van-ban" / "cay-xanh.txt").write_text(PLAN, encoding="utf-8")
    assert main(["index", str(tmp_path / "van-ban"), "--index", str(tmp_path / "ix")]) == 0
    capsys.readouterr()
    return tmp_path / "ix"


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_index_reports_counts(tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = run_json(capsys, "index", str(tmp_path / "van-ban"), "--index", str(index))
    assert status == 0
    assert (report["documents"], report["unchanged"], report["added"]) == (1, 1, 0)
    assert {
        "index",
        "passages",
        "tasks",
        "references",
        "changed",
        "removed",
        "skipped",
        "warnings",
        "seconds",
    } <= set(report)


def test_index_without_a_path_takes_the_last_ones(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = run_json(capsys, "index", "--index", str(index))
    assert (status, report["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    ("question", "answered", "words"),
    [
        ("ai chủ trì ươm cây giống?", True, ["Phòng Kinh tế"]),
        (
            "đơn vị nào phối hợp ươm cây giống, hạn khi nào?",
            True,
            ["Đoàn Thanh niên xã", "Trước ngày 30/9/2026"],
        ),
        ("ai chu tri uom cay giong", True, ["Phòng Kinh tế"]),
        ("giá vàng hôm nay bao nhiêu?", False, []),
        ("Kế hoạch số 99/KH-UBND giao bao nhiêu chỉ tiêu?", False, []),
    ],
)
def test_ask(
    question: str, answered: bool, words: list[str], index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer = run_json(capsys, "ask", question, "--index", str(index))
    assert status == (0 if answered else 1)
    assert answer["answered"] is answered
    text = (index.parent / "van-ban" / "cay-xanh.txt").read_text(encoding="utf-8")
    for citation in answer["citations"]:
        assert citation["quote"] == text[citation["start"] : citation["end"]]
    if answered:
        assert answer["citations"]
        assert all(word in answer["answer"] for word in words)
    else:
        assert answer["answer"] is None
        assert answer["reason"].startswith("Không có trong kho")


def test_batches_answer_line_by_line(tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "cau-hoi.jsonl"
    batch.write_text(
        '{"qid": "a", "question": "ai chủ trì ươm cây?"}\n\n{"qid": 2, "question": "vàng?"}\n',
        encoding="utf-8",
    )
    for command in ("ask", "search"):
        main([command, "--batch", str(batch), "--index", str(index)])
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["qid"] for line in lines] == ["a", "2"]


def test_a_faulty_batch_names_every_fault(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = tmp_path / "hong.jsonl"
    batch.write_text('{"qid": "a"}\nkhông phải json\n', encoding="utf-8")
    assert main(["ask", "--batch", str(batch), "--index", str(index)]) == 2
    message = capsys.readouterr().err
    assert "dòng 1" in message
    assert "dòng 2" in message


def test_show(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, view = run_json(capsys, "show", "cay-xanh", "--index", str(index))
    assert status == 0
    assert view["text"] == PLAN
    task = view["tasks"][0]
    assert task["lead_units"] == ["Phòng Kinh tế"]
    start, end = task["spans"]["lead_units"][0]
    assert PLAN[start:end] == "Phòng Kinh tế"
    assert task["deadline"]["end"] == "2026-09-30"
    assert task["deadline"]["end_exclusive"] is True


@pytest.mark.parametrize(
    ("arguments", "needle"),
    [
        (["index", "{tmp}/rong"], "rong"),
        (["index", "{tmp}/khong-co"], "khong-co"),
        (["ask", "ai chủ trì?", "--index", "{tmp}/chua-co"], "Chưa có chỉ mục"),
        (["ask", "a" * 10_000, "--index", "{ix}"], "10000"),
        (["ask", "--index", "{ix}"], "Thiếu câu hỏi"),
        (["show", "khong-co", "--index", "{ix}"], "khong-co"),
        (["ask", "ai?", "--from", "31/2/2026", "--index", "{ix}"], "31/2/2026"),
        (["index", "{tmp}/van-ban", "--model", "{tmp}/van-ban", "--index", "{ix}"], "van-ban"),
    ],
)
def test_bad_input_exits_with_2(
    arguments: list[str], needle: str, tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rong").mkdir()
    filled = [a.replace("{tmp}", str(tmp_path)).replace("{ix}", str(index)) for a in arguments]
    assert main(filled) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert needle in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments", [["ask", "x", "--level", "abc"], ["search", "x", "-k", "0"], ["khong-co"], []]
)
def test_wrong_use_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "chithi:" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_reported_and_the_rest_stands(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "van-ban" / "nhi-phan.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "van-ban" / "rong.txt").write_bytes(b"")
    status, report = run_json(capsys, "index", str(tmp_path / "van-ban"), "--index", str(index))
    assert status == 1
    assert {Path(s["path"]).name for s in report["skipped"]} == {"nhi-phan.txt", "rong.txt"}
    assert report["unchanged"] == 1


def test_asking_never_imports_torch(index: Path) -> None:
    code = (
        "import sys; from chithi.main import main\n"
        f"main(['ask', 'don vi nao chu tri uom cay giong?', '--index', {str(index)!r}])\n"
        "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'pyvi') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stdout.strip().endswith("[]")
    assert "Phòng Kinh tế" in done.stdout


QUESTION = {
    "qid": "1",
    "question": "Đơn vị nào chủ trì ươm cây giống?",
    "kind": "lead",
    "answerable": True,
    "answer": "Phòng Kinh tế",
    "must_contain": [["Phòng Kinh tế"]],
    "evidence": [{"doc": "cay-xanh", "quote": "Đơn vị chủ trì: Phòng Kinh tế."}],
}


def test_eval_measures_a_questions_file(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "hoi.jsonl"
    questions.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    run, page, baseline = tmp_path / "run.txt", tmp_path / "trang.html", tmp_path / "moc.json"
    status, result = run_json(
        capsys, "eval", str(questions), "--index", str(index), "--run", str(run), "--html", str(page)
    )
    assert status == 0
    assert {"metrics", "per_query", "slices"} <= set(result)
    assert (result["metrics"]["MRR@10"], result["metrics"]["right"]) == (1.0, 1.0)
    assert run.read_text(encoding="utf-8").startswith("1 Q0 cay-xanh:")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    baseline.write_text(json.dumps({"metrics": {"right": 2}}), encoding="utf-8")
    status = main(["eval", str(questions), "--index", str(index), "--baseline", str(baseline)])
    out, err = capsys.readouterr()
    assert status == 1
    assert "MRR@10" in out
    assert "right" in err


def test_eval_refuses_with_2(tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = tmp_path / "hoi.jsonl"
    wrong = QUESTION | {"evidence": [{"doc": "cay-xanh", "quote": "Câu này không có."}]}
    questions.write_text(json.dumps(wrong), encoding="utf-8")
    assert main(["eval", str(questions), "--index", str(index), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Câu này không có." in err
