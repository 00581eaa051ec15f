"""Every rules file says what it is for; every rule matches its examples, every example a rule.

The tests of a file's own syntax are generic: a file that is added is held to the first of them at once.
"""

import json
import re
from importlib import resources

import pytest

from indexer.clean import fold
from indexer.issue_dates import read_date, read_year
from indexer.labels import label_key, label_rules
from indexer.metadata import name_of_code
from indexer.organs import fields, organ_of, organ_rules, provinces
from indexer.references import law_names, role_rules
from indexer.rules import rows
from indexer.symbols import body, canonical, document_types, find_symbols

FOLDER = resources.files("indexer.rules")
TABLES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".tsv"))
OBJECTS = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".json"))


@pytest.mark.parametrize("name", TABLES)
def test_tables_say_what_they_are_for(name: str) -> None:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# "), "the first line says what the file is for"
    assert len(lines[0]) > 30
    assert lines[0].isascii() or re.search(r"[a-z]{4,}", lines[0])


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_well_formed(name: str) -> None:
    table = rows(name)
    assert table, "a table without rows"
    whole = ["\t".join(row) for row in table]
    assert len(whole) == len(set(whole)), "a row stands twice"
    for row in table:
        assert row[0].strip(), row
        assert all(cell == cell.strip(" \r") for cell in row), row


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_are_json(name: str) -> None:
    assert json.loads((FOLDER / name).read_text(encoding="utf-8"))


# -- types of documents ---------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("document_types.tsv"), ids=lambda row: row[0])
def test_types_match_their_example(row: list[str]) -> None:
    code, names, used_by, example = row
    (found,) = find_symbols("số " + example)
    assert (found.type_code, found.canonical) == (code, example)
    assert used_by in ("QPPL", "state", "party", "both", "copy")
    assert all(name[0].isupper() for name in names.split(" | "))


def test_types_are_those_of_the_shared_table() -> None:
    assert {
        "KH",
        "CT",
        "NQ",
        "QĐ",
        "NĐ",
        "TT",
        "TTLT",
        "NQLT",
        "VBHN",
        "CTr",
        "KL",
        "HD",
        "TB",
        "TTr",
        "CĐ",
    } <= set(document_types())


# -- bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("issuers.tsv"), ids=lambda row: row[0][:20])
def test_bodies_match_their_examples(row: list[str]) -> None:
    pattern, name, level, system, examples = row
    assert level in ("trung-uong", "tinh", "so", "xa", "huyen", "-")
    assert system in ("Đảng", "Nhà nước", "Đoàn thể", "-")
    for example in examples.split(" | "):
        found = body(example)
        assert re.fullmatch(pattern, example), example
        assert found is not None
        assert found.name == name, f"{example} is taken by an earlier row"


def test_every_code_of_a_field_names_a_body() -> None:
    for code, name, _, bodies in rows("fields.tsv"):
        if "bộ" in bodies and re.fullmatch(r"[A-ZĐ]+", code):
            assert name_of_code("B" + code) is not None, code
        if "sở" in bodies:
            assert (name_of_code("S" + code) or "").startswith("Sở "), name


@pytest.mark.parametrize("rule", organ_rules(), ids=lambda rule: rule[3][0])
def test_organs_match_their_examples(rule: tuple[str, str | None, re.Pattern[str], tuple[str, ...]]) -> None:
    for example in rule[3]:
        assert organ_of(example) is not None, example


def test_every_ministry_and_department_is_an_organ() -> None:
    for code, name, others, bodies in rows("fields.tsv"):
        for spelling in (name, *filter(None, others.split(" | "))):
            head = "Bộ" if "bộ" in bodies else "Sở" if "sở" in bodies else "Phòng"
            organ = organ_of(f"{head} {spelling}")
            assert organ is not None, (code, spelling)


def test_provinces() -> None:
    now = [row[0] for row in rows("provinces.tsv") if row[1] == "now"]
    assert len(now) == 34
    assert all(row[1] in ("now", "old") for row in rows("provinces.tsv"))
    assert provinces()[fold("TP.HCM")] == "Hồ Chí Minh"
    for name in now:
        organ = organ_of(f"UBND tỉnh {name}")
        assert organ is not None, name
        assert organ.level == "tinh"


def test_fields_have_one_name_each() -> None:
    assert fields()[fold("KH&CN")] == "Khoa học và Công nghệ"


def test_laws_are_found_whole() -> None:
    pattern, names = law_names()
    for _, name in rows("laws.tsv"):
        found = pattern.match(fold(name) + " và")
        assert found is not None, name
        assert found.end() == len(fold(name)), name
        assert fold(names[found[0]]) == fold(name)


# -- roles, labels ----------------------------------------------------------------------------------


def test_roles_are_known() -> None:
    known = {"same", "implements", "legal_basis", "under_plan", "replaces", "amends", "mentions"}
    for rule in role_rules():
        assert rule.role in known
        assert rule.zone in ("title", "preamble", "body", "any")
        assert rule.examples


def test_labels_both_ways() -> None:
    for key, pattern, examples in label_rules():
        for example in examples:
            assert label_key(example.rstrip(": ")) is not None, (key, pattern.pattern, example)


# -- dates of issue ------------------------------------------------------------------------------------

DATES = [
    ("ngày 18/5/2026", "2026-05-18", False),
    ("ngày 07/4/2026", "2026-04-07", False),
    ("ngày 7-4-2026 của", "2026-04-07", False),
    ("ngày 7.4.2026", "2026-04-07", False),
    ("ngày 18 tháng 5 năm 2026", "2026-05-18", False),
    ("ngày 05 tháng 01 năm 2017của chính phủ", "2017-01-05", False),
    ("ngày   tháng 6 năm 2026", "2026-06", True),
    ("ngày tháng năm 2026", "2026", True),
    ("ngày … tháng 8 năm 2025", "2025-08", True),
    ("ngày ..... tháng ..... năm ......", None, True),
    ("ngày /6/2026", "2026-06", True),
]


@pytest.mark.parametrize(("text", "iso", "blank"), DATES)
def test_dates(text: str, iso: str | None, blank: bool) -> None:
    found = read_date(text, 0)
    assert found is not None
    assert (found.iso, found.blank) == (iso, blank)


@pytest.mark.parametrize(
    "text", ["ngày 31/2/2026", "ngày 32/1/2026", "ngày 1/13/2026", "ngày mai", "hôm nay"]
)
def test_no_dates(text: str) -> None:
    assert read_date(text, 0) is None


def test_years() -> None:
    found = read_year("năm 2015", 0)
    assert found is not None
    assert found.iso == "2015"
    assert read_year("năm 15", 0) is None
    assert read_year("năm 1015", 0) is None


def test_symbols_of_examples_are_canonical() -> None:
    for row in rows("document_types.tsv"):
        assert canonical("số " + row[3]) == row[3]
