"""The files of a cross-check, opened by LibreOffice, printed to PDF and looked at: nothing is cut, lost or off the page."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import pytest

from indexer.readers.office import libreoffice
from search_api.check.export import FORMATS, Result, paper
from search_api.check.tables import Table
from search_api.office import printable
from search_api.service import Service

COMMUNE, PROVINCE = "kh-ubnd-xa-yen-trach-phong-chay", "kh-145-kh-ubnd-phong-chay"
DIGITAL, ABOVE = "kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so", "kh-112-kh-ubnd-chuyen-doi-so"
TIMES = ("TimesNewRoman", "LiberationSerif", "Tinos")
"""Times New Roman, and the faces of the same widths that stand in for it where it is not installed."""
SIGNS = set("✓◐✗→")
NAMES = ("pair", "alone", "matrix", "chain", "versions")


@pytest.fixture(scope="module")
def results(sample_index: Path) -> dict[str, Result]:
    checks = Service(sample_index).checks
    followed = checks.chain(DIGITAL)
    assert followed is not None
    return {
        "pair": checks.check(COMMUNE, PROVINCE),
        "alone": checks.check(COMMUNE),
        "matrix": checks.matrix(ABOVE),
        "chain": followed,
        "versions": checks.versions(DIGITAL, COMMUNE),
    }


@pytest.fixture(scope="module")
def printed(results: dict[str, Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every Word and Excel file as PDF, by one run of LibreOffice for each kind."""
    program = libreoffice()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing: .ci/system-packages installs it")
        pytest.skip("no LibreOffice on this machine: the files cannot be opened and looked at")
    root = tmp_path_factory.mktemp("printed")
    for form in ("docx", "xlsx"):
        folder = root / form
        folder.mkdir()
        for name, result in results.items():
            (folder / f"{name}.{form}").write_bytes(FORMATS[form].make(result))
        done = subprocess.run(
            [
                program,
                f"-env:UserInstallation={(root / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                *(str(folder / f"{name}.{form}") for name in NAMES),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        made = {path.stem for path in folder.glob("*.pdf")}
        assert made == set(NAMES), done.stderr
    return root


def words(text: str | None) -> str:
    """Return a text without white space: where lines break is the program's choice."""
    return "".join((text or "").split())


def expected(result: Result, form: str) -> list[Table]:
    laid = paper(result)
    if form == "xlsx":
        return [*(laid.workbook or laid.tables), *laid.sheets]
    return [*laid.tables, *laid.printed]


def tables_of(pdf: Any) -> Iterator[list[list[str]]]:
    """Yield the tables of a PDF as they stand on the pages, in order."""
    for page in pdf.pages:
        for table in page.find_tables():
            yield [[words(cell) for cell in row] for row in table.extract()]


def rows_of(pdf: Any, tables: list[Table]) -> list[list[list[str]]]:
    """Gather the rows of each table over the pages; every part has to begin with the head row."""
    heads = [[words(c.name) for c in table.columns] for table in tables]
    out: list[list[list[str]]] = [[] for _ in tables]
    at = 0
    for rows in tables_of(pdf):
        found = next((n for n in range(at, len(tables)) if rows[0] == heads[n]), None)
        assert found is not None, f"a page's table begins without its head row: {rows[0]}"
        at = found
        for row in rows[1:]:
            if out[at] and not row[0] and tables[at].columns[0].name == "STT" and tables[at].rows[0][0]:
                out[at][-1] = [a + b for a, b in zip(out[at][-1], row, strict=True)]  # split over two pages
            else:
                out[at].append(row)
    return out


@pytest.mark.parametrize("form", ["docx", "xlsx"])
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_printed_whole(printed: Path, results: dict[str, Result], name: str, form: str) -> None:
    tables = expected(results[name], form)
    with pdfplumber.open(printed / form / f"{name}.pdf") as pdf:
        for page in pdf.pages:
            assert (round(page.width), round(page.height)) == (842, 595), "A4 landscape"
        shown = rows_of(pdf, tables)
    for table, rows in zip(tables, shown, strict=True):
        assert rows == [[words(printable(value)) for value in row] for row in table.rows]


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_head_row_and_quotes_on_the_second_page(printed: Path, results: dict[str, Result], form: str) -> None:
    report: Any = results["pair"]
    with pdfplumber.open(printed / form / "pair.pdf") as pdf:
        assert len(pdf.pages) > 1
        top = pdf.pages[1].find_tables()[0].extract()[0]
        assert [words(cell) for cell in top] == [words(c.name) for c in paper(report).tables[0].columns]
        text = [row for rows in rows_of(pdf, expected(report, form)) for row in rows]
    item = next(i for i in report.items if i.verdict == "covered" and i.alerts)
    both = [row for row in text if words(item.parent_quote) in row[1]]
    assert any(words(item.matches[0].quote) in row[2] for row in both)


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_letters_are_times_and_embedded(printed: Path, form: str) -> None:
    with pdfplumber.open(printed / form / "pair.pdf") as pdf:
        letters = [c for page in pdf.pages for c in page.chars]
        table = pdf.pages[0].find_tables()[0].bbox
        inside = [c for c in pdf.pages[0].chars if c["top"] >= table[1] and c["bottom"] <= table[3]]
    assert all("+" in c["fontname"] for c in letters), "embedded, as a subset"
    strange = {c["text"] for c in inside if c["fontname"].split("+")[1].split("-")[0] not in TIMES}
    assert strange <= SIGNS


@pytest.mark.parametrize("form", ["docx", "xlsx"])
@pytest.mark.parametrize("name", NAMES)
def test_pictures_have_margins_and_grounds(printed: Path, name: str, form: str) -> None:
    document = pypdfium2.PdfDocument(printed / form / f"{name}.pdf")
    try:
        pictures = [page.render(scale=1).to_pil().convert("RGB") for page in document]
    finally:
        document.close()
    for picture in pictures:
        wide, tall = picture.size
        edge = 12  # points: a printer leaves that much white
        for box in (
            (0, 0, wide, edge),
            (0, tall - edge, wide, tall),
            (0, 0, edge, tall),
            (wide - edge, 0, wide, tall),
        ):
            assert picture.crop(box).getextrema() == ((255, 255),) * 3, "nothing runs off the page"
        assert picture.getextrema() != ((255, 255),) * 3, "no page is empty"
    colors = {color for picture in pictures for _, color in picture.getcolors(1 << 20) or ()}
    assert (0xE7, 0xEE, 0xF6) in colors, "the head row has its ground"
    if name == "pair":
        assert (0xE2, 0xF0, 0xE4) in colors, "verdicts have theirs"


def test_the_page_to_print_stands_alone(results: dict[str, Result]) -> None:
    for result in results.values():
        page = FORMATS["html"].make(result).decode()
        assert "http" not in page
        assert page.count("<table>") == page.count("<thead>") == page.count("</table>")
        for table in expected(result, "html"):
            for column in table.columns:
                assert f">{column.name}</th>" in page.replace("&quot;", '"')


def test_a_cell_never_becomes_a_formula(results: dict[str, Result]) -> None:
    from openpyxl import load_workbook

    for result in results.values():
        book = load_workbook(io.BytesIO(FORMATS["xlsx"].make(result)))
        for sheet in book:
            assert sheet.print_title_rows
            assert "f" not in {c.data_type for row in sheet.iter_rows() for c in row}
