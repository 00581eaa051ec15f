"""``chithi check`` in every mode: what it prints and the files it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chithi.main import main

COMMUNE, PROVINCE = "kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so", "kh-112-kh-ubnd-chuyen-doi-so"
OTHER, TOP = "kh-19-kh-ubnd-xa-phu-hoa-cai-cach-hanh-chinh", "nq-68-nq-tw-chuyen-doi-so"
MODES = {
    "pair": [COMMUNE, PROVINCE],
    "alone": [COMMUNE],
    "chain": [COMMUNE, "--chain"],
    "matrix": ["--children", PROVINCE],
    "versions": [COMMUNE, "--old", OTHER],
}
FIELDS = {
    "pair": "items",
    "alone": "six_clear",
    "chain": "documents",
    "matrix": "children",
    "versions": "changes",
}


@pytest.mark.parametrize("mode", MODES)
def test_prints_json_and_files(
    sample_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    base = ["check", *MODES[mode], "--index", str(sample_index)]
    assert main(base) == 0
    said = capsys.readouterr().out
    assert said.strip()
    assert main([*base, "--json"]) == 0
    assert FIELDS[mode] in json.loads(capsys.readouterr().out)
    for suffix, magic in (("xlsx", b"PK"), ("docx", b"PK"), ("html", b"<!doctype html>")):
        path = tmp_path / f"{mode}.{suffix}"
        assert main([*base, f"--{suffix}", str(path)]) == 0
        assert path.read_bytes().startswith(magic)
        told = capsys.readouterr()
        assert str(path) in told.err
        assert told.out == ""
    assert main([*base, "--xlsx", str(tmp_path / "khong-co" / "a.xlsx")]) == 2
    assert "chọn thư mục khác" in capsys.readouterr().err


def test_what_cannot_be_checked(sample_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = ["--index", str(sample_index)]
    assert main(["check", TOP, "--chain", *index]) == 1
    assert "Chưa có toàn văn" in capsys.readouterr().err
    assert main(["check", "--children", COMMUNE, *index]) == 1
    assert "Chưa có kế hoạch nào" in capsys.readouterr().err
    assert main(["check", COMMUNE, "--chain", "--old", OTHER, *index]) == 2
    assert main(["check", *index]) == 2
