"""A person's verdicts: several processes may write them, none is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import DamagedIndex, UnusableInput
from search_api.check.locking import held
from search_api.check.reviews import FILE, Reviews
from search_api.check.schemas import CheckItem, CheckReport

ROOT = Path(__file__).parent.parent


def report(items: int) -> CheckReport:
    return CheckReport(
        child="con",
        parent="cha",
        parent_cited=True,
        items=tuple(
            CheckItem(
                key=f"task:{n}",
                level="task",
                parent_section=str(n),
                parent_start=n,
                parent_end=n + 1,
                parent_quote=f"việc thứ {n}",
                verdict="not_found",
                score=0.1,
                matches=(),
                alerts=(),
                machine="not_found",
            )
            for n in range(items)
        ),
        child_only=(),
        alerts=(),
        six_clear={},
        summary={},
    )


WRITER = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from test_check_reviews import Reviews, report
made, reviews = report(40), Reviews(Path({folder!r}))
print("ready", flush=True)
sys.stdin.readline()
for n in range({first}, 40, 2):
    reviews.put(made, f"task:{{n}}", "covered", f"ghi chú {{n}}")
"""


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WRITER.format(tests=str(ROOT / "tests"), root=str(ROOT), folder=str(tmp_path), first=first),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, 1)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    kept = Reviews(tmp_path).apply(report(40))
    assert [i.review.note if i.review else None for i in kept.items] == [f"ghi chú {n}" for n in range(40)]
    assert {p.name for p in tmp_path.iterdir()} == {FILE, "reviews.lock"}


def test_a_stuck_writer_is_told(tmp_path: Path) -> None:
    with (
        held(tmp_path / "reviews.lock"),
        pytest.raises(UnusableInput, match="đang ghi"),
        held(tmp_path / "reviews.lock", patience=0.05),
    ):
        pass
    with held(tmp_path / "reviews.lock"):
        assert (tmp_path / "reviews.lock").exists()


def test_taking_back_and_refusing(tmp_path: Path) -> None:
    reviews, made = Reviews(tmp_path), report(2)
    before = reviews.stamp()
    now = reviews.put(made, "task:1", "partial", "một nửa", "Nguyễn Văn A")
    assert (now.verdict, now.machine) == ("partial", "not_found")
    assert reviews.stamp() != before
    assert reviews.put(reviews.apply(made), "task:1", "", "").review is None
    for key, verdict, note, name in (
        ("task:9", "covered", "", None),
        ("task:1", "x", "", None),
        ("task:1", "covered", "a" * 2001, None),
        ("task:1", "covered", "", "b" * 121),
    ):
        with pytest.raises(UnusableInput):
            reviews.put(made, key, verdict, note, name)


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(DamagedIndex, match="đừng xóa"):
        Reviews(tmp_path).put(report(1), "task:0", "covered", "")
    assert (tmp_path / FILE).read_text(encoding="utf-8") == "{"
