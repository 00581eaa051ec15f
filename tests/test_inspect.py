"""What changed in the reading: gains and losses by document and kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from indexer.inspect import KINDS, load, main

PLAN = """ỦY BAN NHÂN DÂN
XÃ SUỐI ĐÁ
Số: 15/KH-UBND
Suối Đá, ngày 12 tháng 5 năm 2026

KẾ HOẠCH

Trồng cây xanh trên địa bàn xã Suối Đá năm 2026

Thực hiện Kế hoạch số 88/KH-UBND ngày 02/4/2026 của UBND tỉnh về trồng cây xanh, UBND xã xây dựng Kế hoạch như sau:

I. NHIỆM VỤ

1. Ươm cây giống

Chọn giống cây bản địa, ươm tại vườn ươm của xã.

Đơn vị chủ trì: Phòng Kinh tế.

Đơn vị phối hợp: Đoàn Thanh niên xã; Công an xã.

Thời gian hoàn thành: Trước ngày 30/9/2026.
"""

CHANGES = [
    ("Phòng Kinh tế.", "Văn phòng HĐND và UBND xã.", ["- lead", "+ lead"]),
    ("; Công an xã", "", ["- coordinating"]),
    ("30/9/2026", "30/11/2026", ["- deadline", "+ deadline"]),
    ("Trước ngày 30/9/2026", "Thường xuyên", ["- deadline", "+ deadline"]),
    ("88/KH-UBND", "89/KH-UBND", ["- reference", "+ reference"]),
    ("15/KH-UBND", "16/KH-UBND", ["- metadata", "+ metadata"]),
    ("xây dựng Kế hoạch như sau", "ban hành Kế hoạch như sau", []),
]


def folder(at: Path, text: str = PLAN) -> Path:
    at.mkdir()
    (at / "cay-xanh.txt").write_text(text, encoding="utf-8")
    return at


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_a_change_shows_as_loss_and_gain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: list[str]
) -> None:
    assert PLAN.count(old) == 1
    before, after = folder(tmp_path / "a"), folder(tmp_path / "b", PLAN.replace(old, new))
    assert main([str(before), str(after)]) == (1 if expected else 0)
    printed = capsys.readouterr().out
    assert [
        " ".join(line.split()[:2])
        for line in printed.splitlines()
        if line.startswith("  ") and line[2] in "+-"
    ] == expected


def test_the_same_reading_in_every_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans, index, saved = folder(tmp_path / "a"), tmp_path / "ix", tmp_path / "before.jsonl"
    build_index([plans], index, load_encoder())
    assert main([str(plans), "--save", str(saved)]) == 0
    for first in (plans, index, saved, plans / "cay-xanh.txt"):
        for second in (plans, index, saved):
            assert main([str(first), str(second)]) == 0
    assert "skipped" not in capsys.readouterr().err
    assert load(index)["cay-xanh"].facts == load(saved)["cay-xanh"].facts


def test_documents_that_came_and_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = folder(tmp_path / "a"), folder(tmp_path / "b")
    (after / "cay-xanh.txt").rename(after / "khac.txt")
    assert main([str(before), str(after)]) == 1
    printed = capsys.readouterr().out
    assert "- document cay-xanh" in printed
    assert "+ document khac" in printed
    counts = {line.split()[0]: line.split()[1:] for line in printed.splitlines() if len(line.split()) == 4}
    assert counts["document"] == ["-1", "+1", "0"]
    assert counts["lead"] == ["-1", "+1", "0"]
    assert counts["coordinating"] == ["-2", "+2", "0"]


def test_totals_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = folder(tmp_path / "a")
    after = folder(tmp_path / "b", PLAN.replace("30/9/2026", "30/11/2026"))
    assert main([str(before), str(after), "--totals"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["lost", "gained", "same"]
    assert ["deadline", "-1", "+1", "0"] in [line.split() for line in lines]


@pytest.mark.parametrize("case", ["missing", "empty", "not saved", "nowhere to save"])
def test_what_cannot_be_read_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    plans = folder(tmp_path / "a")
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.jsonl").write_text("{}\n")
    arguments = {
        "missing": [str(tmp_path / "khong-co"), str(plans)],
        "empty": [str(plans), str(tmp_path / "empty")],
        "not saved": [str(tmp_path / "x.jsonl"), str(plans)],
        "nowhere to save": [str(plans), "--save", str(tmp_path / "khong" / "a.jsonl")],
    }[case]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("inspect: ")


def test_one_reading_alone_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(folder(tmp_path / "a"))])
    assert stopped.value.code == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans = folder(tmp_path / "a")
    (plans / "hong.pdf").write_bytes(b"%PDF-1.4 hong")
    assert main([str(plans), str(plans)]) == 0
    assert "skipped:" in capsys.readouterr().err


def test_every_kind_of_fact_is_told_of_the_sample_collection(sample_index: Path) -> None:
    kinds = {read.kind for one in load(sample_index).values() for read in one.facts}
    assert kinds <= set(KINDS)
    assert {"metadata", "outline", "reference", "task", "lead", "coordinating", "deadline", "target"} <= kinds
