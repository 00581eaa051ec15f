"""The figures of the reading (docs/reading.md): no field may fall below them by more than a little."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.reading import ROOT, Tallies, collection, example, main, match_references, measure, norm, same_words
from indexer.records import Reference, Span

SHARED = ROOT.parent / "shared"

#: The least F1 of every field over the sample collection.
FLOORS = {
    "outline": 0.99,
    "metadata type": 1.0,
    "metadata symbol": 1.0,
    "metadata issuer": 0.95,
    "metadata level": 1.0,
    "metadata locality": 0.95,
    "metadata date": 1.0,
    "metadata title": 0.95,
    "metadata signer": 0.95,
    "metadata capacity": 0.95,
    "metadata draft": 1.0,
    "reference symbol": 0.98,
    "reference role": 0.97,
    "reference nesting": 0.98,
    "reference date": 0.98,
    "tasks": 0.98,
    "lead units": 0.98,
    "coordinating units": 0.98,
    "directing units": 0.95,
    "implementing units": 0.95,
    "deadline kind": 0.98,
    "deadline dates": 0.97,
    "products": 0.94,
    "funding": 0.8,
    "targets": 0.97,
    "target value": 0.97,
    "target unit": 0.93,
}


@pytest.fixture(scope="module")
def tallies() -> Tallies:
    return measure(collection(ROOT / "corpus"))


def test_every_field_has_a_floor(tallies: Tallies) -> None:
    assert set(tallies) == set(FLOORS)


@pytest.mark.parametrize(("field", "least"), FLOORS.items())
def test_field(tallies: Tallies, field: str, least: float) -> None:
    assert tallies[field].figures()["f1"] >= least, tallies[field].errors


@pytest.mark.skipif(not (SHARED / "benchmark" / "example-000").is_dir(), reason="../shared is not here")
def test_the_complete_reading_of_the_example_is_right() -> None:
    wrong = {field: tally.errors for field, tally in measure(example(SHARED)).items() if tally.errors}
    assert wrong == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("100% thôn có tổ", "Bảo đảm 100% thôn có tổ.", True),
        ("không còn hộ ở nhà tạm", "không còn hộ nghèo ở nhà tạm", True),
        ("100% thôn có tổ", "90% thôn có loa", False),
    ],
)
def test_same_words(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ủy ban nhân dân xã", "UBND xã"),
        ("Phòng Văn hoá – Xã hội", "phòng Văn hóa - Xã hội."),
        ("A /  B", "a b"),
    ],
)
def test_what_does_not_matter(one: str, other: str) -> None:
    assert norm(one) == norm(other)


def test_citations_align_by_symbol_in_order() -> None:
    def cited(symbol: str) -> Reference:
        return Reference(Span(0, 1), symbol, symbol, None, None, None, "mentions")

    pairs = match_references(
        [cited("1/A"), cited("2/B"), cited("3/C")], [{"symbol": "2/b"}, {"symbol": "4/D"}]
    )
    assert [(r and r.symbol, g and g["symbol"]) for r, g in pairs] == [
        ("1/A", None),
        ("2/B", "2/b"),
        ("3/C", None),
        (None, "4/D"),
    ]


def test_the_command_prints_a_table_or_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--shared", str(tmp_path)]) == 0
    assert "| lead units |" in capsys.readouterr().out
    assert main(["--shared", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["collection"]["outline"]["f1"] >= FLOORS["outline"]
