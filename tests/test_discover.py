"""Which files are indexed, and the ids of documents."""

from __future__ import annotations

import itertools
import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.discover import discover, document_ids
from indexer.errors import UnusableInput


def tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


def shown(root: Path, *paths: Path) -> list[str]:
    found = discover(paths or [root], root / "chỉ-mục")
    return [Path(f.shown).relative_to(root).as_posix() for f in found.files]


def test_walk_is_sorted_and_leaves_hidden_files_out(tmp_path: Path) -> None:
    tree(tmp_path, "b/2.txt", "b/1.txt", "a.md", ".ẩn.txt", ".git/x.txt", "b/~$1.docx", "chỉ-mục/gen/x.txt")
    assert shown(tmp_path) == ["a.md", "b/1.txt", "b/2.txt"]


def test_every_file_once(tmp_path: Path) -> None:
    tree(tmp_path, "b/1.txt", "a.md")
    everything = [tmp_path, tmp_path / "b", tmp_path / "b" / "1.txt", tmp_path / "." / "a.md"]
    for order in itertools.permutations(everything):
        assert shown(tmp_path, *order) == ["a.md", "b/1.txt"]


def test_a_hidden_file_named_outright_is_taken(tmp_path: Path) -> None:
    tree(tmp_path, ".ẩn.txt")
    assert shown(tmp_path, tmp_path / ".ẩn.txt") == [".ẩn.txt"]


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ("*.md", ["a.txt", "b/a.txt", "b/c/a.txt"]),
        ("# lời ghi\n\n  *.md  \n", ["a.txt", "b/a.txt", "b/c/a.txt"]),
        ("b/", ["a.md", "a.txt"]),
        ("c/", ["a.md", "a.txt", "b/a.md", "b/a.txt"]),
        ("a.txt/", ["a.md", "a.txt", "b/a.md", "b/a.txt", "b/c/a.txt"]),
        ("/a.*", ["b/a.md", "b/a.txt", "b/c/a.txt"]),
        ("b/a.*", ["a.md", "a.txt", "b/c/a.txt"]),
        ("b/*", ["a.md", "a.txt"]),
        ("\ufeffa.txt", ["a.md", "b/a.md"]),
        ("không có", ["a.md", "a.txt", "b/a.md", "b/a.txt", "b/c/a.txt"]),
    ],
)
def test_ignore_file(tmp_path: Path, rules: str, left: list[str]) -> None:
    tree(tmp_path, "a.txt", "a.md", "b/a.txt", "b/a.md", "b/c/a.txt")
    (tmp_path / ".chithiignore").write_text(rules, encoding="utf-8")
    assert shown(tmp_path) == left


def test_ignore_file_of_a_folder_below(tmp_path: Path) -> None:
    tree(tmp_path, "a.txt", "b/a.txt", "b/c/a.txt")
    (tmp_path / "b" / ".chithiignore").write_text("/a.txt", encoding="utf-8")
    assert shown(tmp_path) == ["a.txt", "b/c/a.txt"]
    (tmp_path / "b" / ".chithiignore").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UnusableInput, match="UTF-8"):
        shown(tmp_path)


def test_links(tmp_path: Path) -> None:
    tree(tmp_path, "b/x.txt", "ngoài/y.txt")
    (tmp_path / "b" / "vòng").symlink_to(tmp_path / "b")
    (tmp_path / "a-link").symlink_to(tmp_path / "b")
    (tmp_path / "a.txt").symlink_to(tmp_path / "b" / "x.txt")
    (tmp_path / "b" / "ra").symlink_to(tmp_path / "ngoài")
    (tmp_path / "hỏng.txt").symlink_to(tmp_path / "không-có")
    assert shown(tmp_path) == ["b/x.txt", "ngoài/y.txt"]
    found = discover([tmp_path / "b"], tmp_path / "i")
    assert [f.shown for f in found.files] == [f"{tmp_path}/b/ra/y.txt", f"{tmp_path}/b/x.txt"]
    assert [s.reason for s in discover([tmp_path], tmp_path / "i").skipped] == [
        "liên kết hỏng, không dẫn tới tệp nào"
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.txt")
    found = discover([tmp_path], tmp_path / "i")
    assert not found.files
    assert found.skipped[0].reason == "không phải tệp thường"


def test_missing_paths_are_named_together(tmp_path: Path) -> None:
    tree(tmp_path, "a.txt")
    with pytest.raises(UnusableInput, match=r"«.*/x», «.*/y»"):
        discover([tmp_path / "x", tmp_path, tmp_path / "y"], tmp_path / "i")


@pytest.mark.parametrize(
    ("paths", "ids"),
    [
        ("/r/a.txt /r/b.txt", "a b"),
        ("/r/x/plan.txt /r/y/plan.txt", "x-plan y-plan"),
        ("/r/plan.txt /r/plan.docx /r/plan", "plan-txt plan-docx plan"),
        ("/r/plan.txt /r/plan.docx /r/x/plan.txt", "plan-txt plan-docx x-plan"),
        ("/1/x/plan.txt /2/x/plan.txt", "1-x-plan 2-x-plan"),
        ("/r/x/plan.txt /r/y/plan.txt /r/x-plan.md", "r-x-plan y-plan r-x-plan-2"),
        ("/r/x/p.txt /r/x/p.md /r/y/p.txt /r/y/p.md", "x-p-txt x-p-md y-p-txt y-p-md"),
        ("/r/51-KH.ĐU.txt", "51-KH.ĐU"),
        ("/r/e\u0301.txt /r/é.md", "é-txt é-md"),
        ("/r/e\u0301.txt /r/é.txt", "r-é-txt-1 r-é-txt-2"),
        ("/p.txt /p.TXT", "p-txt p-TXT"),
    ],
)
def test_ids(paths: str, ids: str) -> None:
    given_paths = [PurePosixPath(p) for p in paths.split()]
    got = document_ids(given_paths)
    assert len(set(got)) == len(got)
    if "r-x-plan" not in ids:  # that row shows only that such a clash ends
        assert got == ids.split()


names = st.sampled_from(["a", "b", "a-b", "b-a"])
file_paths = st.builds(
    lambda folders, stem, suffix: PurePosixPath("/", *folders, stem + suffix),
    st.lists(names, max_size=3),
    names,
    st.sampled_from([".txt", ".md", ""]),
)


@given(st.lists(file_paths, unique=True, max_size=12), st.randoms())
def test_ids_are_unique_and_do_not_depend_on_the_order(paths: list[PurePosixPath], random: object) -> None:
    ids = dict(zip(paths, document_ids(paths), strict=True))
    assert len(set(ids.values())) == len(paths)
    shuffled = list(paths)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dict(zip(shuffled, document_ids(shuffled), strict=True)) == ids
