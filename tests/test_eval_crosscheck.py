"""The measuring of the cross-check: other people's documents, gold written by hand, children made by edits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.crosscheck import main, measure_gold, timing, worded
from indexer.encode import load_encoder

PARENT = """UBND TỈNH BÌNH SƠN

Số: 12/KH-UBND

Bình Sơn, ngày 10 tháng 3 năm 2026

KẾ HOẠCH
Trồng cây xanh trên địa bàn tỉnh năm 2026

I. NHIỆM VỤ

1. UBND các xã, phường trồng tối thiểu 2.000 cây bóng mát dọc đường liên thôn, hoàn thành trước ngày 30/6/2026.

2. UBND các xã, phường lập vườn ươm giống bản địa tại trung tâm xã, hoàn thành trước ngày 30/9/2026.

3. Sở Tài chính bố trí kinh phí mua cây giống cho các xã vùng cao, hoàn thành trước ngày 30/4/2026.
"""
CHILD = """UBND XÃ TÂN LẬP

Số: 5/KH-UBND

Tân Lập, ngày 20 tháng 3 năm 2026

KẾ HOẠCH
Trồng cây xanh trên địa bàn xã Tân Lập năm 2026

Thực hiện Kế hoạch số 12/KH-UBND ngày 10/3/2026 của UBND tỉnh Bình Sơn, UBND xã xây dựng Kế hoạch như sau:

I. NHIỆM VỤ

1. Phòng Kinh tế chủ trì trồng 2.000 cây bóng mát dọc đường liên thôn, hoàn thành trước ngày 30/8/2026.
"""
GOLD = {
    "parent": "cha",
    "child": "con",
    "tasks": [
        {
            "id": "dòng 1",
            "begins": "UBND các xã, phường trồng",
            "verdict": "partial",
            "children": [{"id": "dòng 1", "begins": "Phòng Kinh tế chủ trì trồng"}],
        },
        {"id": "dòng 2", "begins": "UBND các xã, phường lập vườn", "verdict": "missing", "children": []},
        {"id": "dòng 3", "begins": "Sở Tài chính bố trí", "verdict": "covered", "children": []},
        {"id": "dòng 4", "begins": "Một việc không có trong văn bản", "verdict": "covered", "children": []},
    ],
}
ROW = {"parent": "cha", "child": "con", "kind": "deadline_later", "parent_quote": "trước ngày 30/6/2026"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two documents, with gold and planted differences beside it."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "alignments").mkdir()
    (tmp_path / "docs" / "cha.txt").write_text(PARENT, encoding="utf-8")
    (tmp_path / "docs" / "con.txt").write_text(CHILD, encoding="utf-8")
    (tmp_path / "alignments" / "cha--con.json").write_text(json.dumps(GOLD), encoding="utf-8")
    rows = [{**ROW, "child_quote": "trước ngày 30/8/2026"}, {**ROW, "kind": "copied", "child_quote": "x"}]
    (tmp_path / "planted.json").write_text(json.dumps({"planted": rows}), encoding="utf-8")
    return tmp_path


def test_gold_of_others_is_measured(folder: Path) -> None:
    """Tasks are found by their words; a task that is not read counts as wrong, and so does a wrong label."""
    found = measure_gold(folder / "docs", folder / "alignments", folder / "planted.json")
    graded = found["verdicts"]
    assert graded["tasks"] == 4
    wrong = {row["task"]: (row["gold"], row["got"]) for row in graded["wrong"]}
    assert wrong["dòng 3"] == ("covered", "out_of_scope")
    assert wrong["dòng 4"] == ("covered", "unread")
    assert "dòng 2" not in wrong
    assert graded["links"]["recall"] == 1.0
    assert found["planted"]["kinds"]["deadline_later"] == {"found": 1, "planted": 1}
    assert [row["kind"] for row in found["planted"]["missed"]] == ["copied"]


def test_gold_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--gold`` finds what stands beside the folder, prints the tables, and with ``--wrong`` each disagreement."""
    assert main(["--gold", str(folder / "docs"), "--wrong"]) == 0
    out = capsys.readouterr().out
    assert "| **macro** | 4 |" in out
    assert '"task": "dòng 3"' in out


def test_gold_without_gold_is_an_error(folder: Path, tmp_path: Path) -> None:
    """A folder without anything to compare with is told, not measured as perfect."""
    lone = tmp_path / "lone" / "docs"
    lone.mkdir(parents=True)
    with pytest.raises(SystemExit):
        main(["--gold", str(lone)])


COLLECTIONS = Path(__file__).resolve().parent.parent / "eval" / "benchmark" / "collections"


@pytest.mark.parametrize(
    ("name", "accuracy", "planted"),
    [
        ("an-toan-thuc-pham", 0.96, 40),
        ("viec-lam", 0.91, 57),
        ("ma-tuy", 0.79, None),
        ("nuoc-sach", 0.89, None),
    ],
)
def test_collections_of_other_hands_are_held(name: str, accuracy: float, planted: int | None) -> None:
    """What was gained on documents of other authors stays: raise the floors where the figures rise."""
    folder = COLLECTIONS / name
    rows = folder / "planted.json" if planted is not None else None
    found = measure_gold(folder / "docs", folder / "alignments", rows)
    assert found["verdicts"]["accuracy"] >= accuracy, found["verdicts"]["wrong"]
    if planted is not None:
        assert found["planted"]["found"] >= planted, found["planted"]["missed"]


def test_verdicts_on_sentences() -> None:
    """Covered, partial and not found are told apart on sentences written for it, by clause; figures and limits change nothing."""
    graded = worded(load_encoder(None))
    assert graded["tasks"] >= 40
    assert all(row["gold"] >= 7 for row in graded["by_verdict"].values())
    assert graded["macro_f1"] >= 0.9, graded["wrong"]


def test_timing_measures_what_it_says() -> None:
    """A check of tasks by tasks and a matrix of plans, with a step of progress for each plan."""
    found = timing(plans=2, tasks=20)
    assert found["one_check"]["tasks"] == [20, 20]
    assert found["matrix"]["plans"] == 2
    assert found["matrix"]["progress_steps"] == 3
