"""``chithi tasks`` and ``chithi graph``: what they print, what they write, how they refuse."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import icalendar
import openpyxl
import pytest

from chithi.files import write_whole
from chithi.main import main
from indexer.errors import UnusableInput
from search_api.schemas import Graph, TaskRow

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

Đơn vị chủ trì: Phòng Văn hoá – Xã hội.

Đơn vị phối hợp: Đoàn Thanh niên xã.

Thời gian hoàn thành: Trước ngày 30/9/2026.

2. Chăm sóc cây đã trồng

Tưới nước, làm cỏ, dựng cọc giữ cây ở các tuyến đường liên thôn.

Đơn vị chủ trì: Phòng Kinh tế.

Thời gian thực hiện: Thường xuyên.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "van-ban").mkdir()
    (folder / "van-ban" / "cay-xanh.txt").write_text(PLAN, encoding="utf-8")
    assert main(["index", str(folder / "van-ban"), "--index", str(folder / "ix")]) == 0
    return folder / "ix"


def run(index: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([*arguments, "--index", str(index)])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ([], ["Ươm cây giống", "Chăm sóc cây đã trồng"]),
        (["--unit", "phòng VHXH"], ["Ươm cây giống"]),
        (["--unit", "doan thanh nien", "--role", "coordinate"], ["Ươm cây giống"]),
        (["--unit", "đoàn thanh niên", "--role", "lead"], []),
        (["--role", "coordinate"], ["Ươm cây giống"]),
        (["--due-from", "1/9/2026", "--due-to", "9/2026"], ["Ươm cây giống"]),
        (["--due-from", "2027"], []),
        (["--doc", "cay-xanh", "--unit", "kinh tế"], ["Chăm sóc cây đã trồng"]),
    ],
)
def test_tasks_as_json(
    index: Path, capsys: pytest.CaptureFixture[str], filters: list[str], titles: list[str]
) -> None:
    status, out, _ = run(index, capsys, "tasks", *filters, "--json")
    found = json.loads(out)
    assert list(found) == ["tasks"]
    assert [task["title"] for task in found["tasks"]] == titles
    assert status == (0 if titles else 1)
    for task in found["tasks"]:
        assert set(TaskRow.__struct_fields__) == set(task)
        assert PLAN[task["start"] : task["end"]] == task["quote"]


def test_tasks_as_text(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(index, capsys, "tasks", "--unit", "kinh tế")
    assert (status, err) == (0, "")
    for words in (
        "1. Chăm sóc cây đã trồng",
        "Chủ trì: Phòng Kinh tế",
        "Phối hợp: không nêu",
        "Thường xuyên",
        "Tất cả 1 nhiệm vụ",
    ):
        assert words in out


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "docx", "ics"])
def test_tasks_as_files(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    path = tmp_path / f"bảng nhiệm vụ.{suffix}"
    path.write_bytes(b"old")
    status, out, err = run(index, capsys, "tasks", f"--{suffix}", str(path))
    assert (status, err) == (0, "")
    assert out.startswith(f"Đã ghi 2 nhiệm vụ vào {path}")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    if suffix == "xlsx":
        assert openpyxl.load_workbook(path).active.max_row == 6
    if suffix == "ics":
        (event,) = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        assert event.decoded("dtstart").isoformat() == "2026-09-29"


def test_nothing_found_writes_nothing(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(index, capsys, "tasks", "--unit", "Sở Y tế", "--xlsx", str(tmp_path / "a.xlsx"))
    assert (status, out) == (1, "")
    assert "Chưa thấy trong kho" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tasks", "--doc", "khong-co"], "khong-co"),
        (["tasks", "--due-from", "hôm qua"], "--due-from"),
        (["tasks", "--xlsx", "/khong/co/a.xlsx"], "chưa có thư mục"),
        (["tasks", "--csv", "."], "là thư mục"),
        (["graph", "--doc", "khong-co"], "khong-co"),
        (["graph", "--svg", "/khong/co/a.svg"], "chưa có thư mục"),
    ],
)
def test_what_cannot_be_done_is_said(
    index: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    status, out, err = run(index, capsys, *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [["tasks", "--json", "--xlsx", "a"], ["tasks", "--role", "boss"], ["graph", "--json", "--svg", "a"]],
)
def test_options_that_do_not_go_together(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "chithi: tham số" in capsys.readouterr().err


def test_graph_as_json(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(index, capsys, "graph", "--json")
    assert status == 0
    graph: dict[str, Any] = json.loads(out)
    assert set(graph) == set(Graph.__struct_fields__)
    assert [(n["doc"], n["missing"], n["symbol"]) for n in graph["nodes"]] == [
        ("cay-xanh", False, "15/KH-UBND"),
        (None, True, "88/KH-UBND"),
    ]
    (edge,) = graph["edges"]
    assert (edge["source"], edge["role"]) == ("cay-xanh", "implements")
    assert PLAN[edge["start"] : edge["end"]] == edge["quote"]


def test_graph_as_text_and_picture(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(index, capsys, "graph")
    assert status == 0
    assert "Kế hoạch 88/KH-UBND · UBND tỉnh" in out
    assert "   [thực hiện] Kế hoạch 15/KH-UBND" in out
    assert "1 chưa có trong kho" in out
    path = tmp_path / "so-do.svg"
    status, out, _ = run(index, capsys, "graph", "--svg", str(path))
    assert (status, out.startswith("Đã vẽ 2 văn bản (1 chưa có trong kho), 1 quan hệ")) == (0, True)
    assert ElementTree.parse(path).getroot().tag.endswith("svg")


@pytest.mark.skipif(os.name == "nt", reason="rights of files are of another kind there")
def test_a_file_keeps_its_rights_and_a_failed_write_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    with pytest.raises(UnusableInput):
        write_whole(tmp_path / "khong" / "b.csv", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
