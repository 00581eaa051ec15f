"""Tables on paper: one layout, written as a workbook, a Word file or an HTML page."""

from __future__ import annotations

import html
import io
from datetime import date
from typing import Any

import msgspec

from search_api.office import (
    FONT,
    HEAD_COLOR,
    new_word,
    page_number,
    print_landscape,
    printable,
    put_text,
    row_property,
    shade,
)

COLORS = {
    "covered": "E2F0E4",
    "partial": "FFF3D6",
    "not_found": "F9DEDC",
    "review": "E4E8F5",
    "out_of_scope": "F1F1F1",
}
"""Grounds of verdicts, always beside their sign and word."""
_PER_CM = 5.0
"""Letters of 11 points in a centimetre, at least."""
_WHOLE = 18
"""Lines up to which a row of a Word table is kept on one page; a taller one would leave the page empty."""
_LINE, _TALLEST = 15.0, 409.0
"""Heights in points: of a line of 11 points, and the most that a row of a sheet may have."""


class Column(msgspec.Struct, frozen=True):
    """A column: its width in cm on paper (26.5 of A4 landscape in all) and in a sheet."""

    name: str
    cm: float
    width: float
    middle: bool = False


class Table(msgspec.Struct, frozen=True):
    """A table; ``grounds`` say by row which cells bear the color of which verdict: (column, verdict)…"""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    grounds: tuple[tuple[int | str, ...] | None, ...] = ()
    title: str = ""

    def ground(self, row: int, column: int) -> str:
        """Return the verdict whose color a cell bears, "" for none."""
        found = self.grounds[row] if row < len(self.grounds) else None
        for at in range(0, len(found or ()), 2):
            if found is not None and found[at] == column:
                return str(found[at + 1])
        return ""


class Paper(msgspec.Struct, frozen=True):
    """A file: title, lines above, tables; some tables are for paper alone or for sheets alone."""

    title: str
    heads: tuple[str, ...]
    tables: tuple[Table, ...]
    printed: tuple[Table, ...] = ()
    sheets: tuple[Table, ...] = ()
    workbook: tuple[Table, ...] = ()
    """Instead of ``tables`` in a workbook, where the sheet may be wider than paper."""


# --- XLSX ----------------------------------------------------------------------------------------


def xlsx(paper: Paper) -> bytes:
    """Make a workbook: a sheet for each table, filters on, ready to print."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.properties.title, book.properties.creator = paper.title.capitalize(), "chithi"
    first = True
    for table in (*(paper.workbook or paper.tables), *paper.sheets):
        sheet: Any = book.active if first else book.create_sheet()
        sheet.title = table.name[:31]
        lines = paper.heads if first else ()
        put_text(sheet.cell(1, 1), table.title or paper.title)
        sheet.cell(1, 1).font = Font(name=FONT, size=14, bold=True)
        for number, words in enumerate(lines, 2):
            cell = sheet.cell(number, 1)
            put_text(cell, words)
            cell.font = Font(name=FONT, size=12, italic=number > 3)
        _sheet_table(sheet, len(lines) + 3, table, len(lines) + 1)
        first = False
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_table(sheet: Any, at: int, table: Table, heads: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    edge = Side(style="thin", color="808080")
    box = Border(left=edge, right=edge, top=edge, bottom=edge)
    last = get_column_letter(len(table.columns))
    wide = sum(column.width for column in table.columns)
    for row in range(1, heads + 1):
        # A long line above the table runs over its whole width, and no further: that would be cut in print.
        sheet.merge_cells(f"A{row}:{last}{row}")
        sheet.cell(row, 1).alignment = Alignment(vertical="top", wrap_text=True)
        size = 20.0 if row == 1 else 16.5
        text = str(sheet.cell(row, 1).value or "")
        sheet.row_dimensions[row].height = size * -(-max(len(text), 1) // max(int(wide), 1))
    for number, column in enumerate(table.columns, 1):
        cell = sheet.cell(at, number)
        put_text(cell, column.name)
        cell.font = Font(name=FONT, size=11, bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill, cell.border = PatternFill("solid", fgColor=HEAD_COLOR), box
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    tallest = max(_height(column.name, column.width * 0.9) for column in table.columns)
    sheet.row_dimensions[at].height = _LINE * tallest + 6
    for offset, values in enumerate(table.rows):
        tallest = 1
        for number, (value, column) in enumerate(zip(values, table.columns, strict=True)):
            cell = sheet.cell(at + 1 + offset, number + 1)
            if value.isdecimal():
                cell.value = int(value)
            else:
                put_text(cell, value)
            cell.font, cell.border = Font(name=FONT, size=11), box
            cell.alignment = Alignment(
                horizontal="center" if column.middle else "left", vertical="top", wrap_text=True
            )
            if verdict := table.ground(offset, number):
                cell.fill = PatternFill("solid", fgColor=COLORS[verdict])
            tallest = max(tallest, _height(value, column.width))
        sheet.row_dimensions[at + 1 + offset].height = min(_TALLEST, _LINE * tallest + 3)
    sheet.auto_filter.ref = f"A{at}:{last}{at + len(table.rows)}"
    sheet.freeze_panes = f"A{at + 1}"
    print_landscape(sheet, at)


def _height(text: str, width: float) -> int:
    """Return the lines that a text takes: not every program finds the height of wrapped text by itself."""
    fits = max(int(width * 1.15), 1)
    return sum(-(-max(len(part), 1) // fits) for part in text.split("\n"))


# --- DOCX ----------------------------------------------------------------------------------------


def docx(paper: Paper) -> bytes:
    """Make a Word file: Times New Roman, A4 landscape, the header row on every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    made = new_word(
        paper.title.capitalize(), date.today(), points=11, landscape=True, left=1.7, right=1.5, top=1.8
    )
    page_number(made.sections[0].footer.paragraphs[0])

    def say(text: str, size: float, *, bold: bool = False, italic: bool = False, middle: bool = True) -> None:
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if middle else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.keep_with_next = bold
        run = paragraph.add_run(printable(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)

    say(paper.title, 14, bold=True)
    for number, words in enumerate(paper.heads):
        say(words, 12, italic=number > 1)
    for number, table in enumerate((*paper.tables, *paper.printed)):
        say("", 8)
        if number:
            say(table.title or table.name, 12, bold=True, middle=False)
        _word_table(made, table)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _word_table(made: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    put: Any = made.add_table(rows=1, cols=len(table.columns))
    put.style, put.autofit = "Table Grid", False
    head = put.rows[0]
    row_property(head, "cantSplit")
    row_property(head, "tblHeader")
    for cell, place, column in zip(head.cells, put.columns, table.columns, strict=True):
        place.width = cell.width = Cm(column.cm)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(column.name).bold = True
        shade(cell)
    for order, values in enumerate(table.rows):
        row = put.add_row()
        if max(_height(v, c.cm * _PER_CM) for v, c in zip(values, table.columns, strict=True)) <= _WHOLE:
            row_property(row, "cantSplit")
        for number, (cell, value, column) in enumerate(zip(row.cells, values, table.columns, strict=True)):
            cell.width = Cm(column.cm)
            for at, part in enumerate(printable(value).split("\n")):
                paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
                if column.middle:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                paragraph.add_run(part)
            if verdict := table.ground(order, number):
                shade(cell, COLORS[verdict])


# --- HTML ----------------------------------------------------------------------------------------

_STYLE = """
body{font:15px/1.45 "Times New Roman",Tinos,serif;margin:1.5cm;color:#111}
h1{text-align:center;font-size:20px;margin:0 0 .4em}p.head{text-align:center;margin:.15em 0}
table{border-collapse:collapse;width:100%;margin:1em 0}th,td{border:1px solid #777;padding:4px 6px;vertical-align:top}
th{background:#e7eef6}td.n{text-align:center}td{white-space:pre-line}thead{display:table-header-group}tr{break-inside:avoid}
.covered{background:#e2f0e4}.partial{background:#fff3d6}.not_found{background:#f9dedc}.review{background:#e4e8f5}
.out_of_scope{background:#f1f1f1}@page{size:A4 landscape;margin:1.5cm}@media print{body{margin:0;font-size:12px}}
"""


def html_page(paper: Paper) -> bytes:
    """Make one HTML file that needs nothing else, to read and to print."""
    e = html.escape
    out = [
        "<!doctype html><html lang=vi><meta charset=utf-8>",
        f"<title>{e(paper.title.capitalize())}</title><style>{_STYLE}</style><h1>{e(paper.title)}</h1>",
    ]
    out += [f"<p class=head>{e(printable(words))}</p>" for words in paper.heads]
    for number, table in enumerate((*paper.tables, *paper.printed)):
        if number:
            out.append(f"<h2>{e(table.title or table.name)}</h2>")
        out.append("<table><thead><tr>")
        out += [f"<th scope=col>{e(column.name)}</th>" for column in table.columns]
        out.append("</tr></thead><tbody>")
        for order, values in enumerate(table.rows):
            cells = []
            for at, (value, column) in enumerate(zip(values, table.columns, strict=True)):
                kinds = " ".join(k for k in ("n" if column.middle else "", table.ground(order, at)) if k)
                cells.append(f'<td class="{kinds}">' if kinds else "<td>")
                cells.append(f"{e(printable(value))}</td>")
            out.append(f"<tr>{''.join(cells)}</tr>")
        out.append("</tbody></table>")
    out.append("</html>")
    return "\n".join(out).encode()
