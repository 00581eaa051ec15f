"""The register of tasks as files: XLSX and CSV to work with, DOCX to sign, ICS to be reminded by.

Text of a document never becomes a formula of a sheet, whatever it begins with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import msgspec

from search_api.deadline_calendar import ics
from search_api.office import (
    DOCX,
    FONT,
    FORMULA,
    HEAD_COLOR,
    XLSX,
    Format,
    new_word,
    page_number,
    print_landscape,
    printable,
    put_text,
    row_property,
    shade,
)
from search_api.register import (
    Register,
    by_unit,
    deadline_words,
    due_day,
    first_day,
    lead_words,
    listed,
    source_words,
    task_name,
)
from search_api.schemas import TaskRow

TITLE = "BẢNG PHÂN CÔNG NHIỆM VỤ"


def _summary(register: Register) -> str:
    said = (
        f"{len(register.tasks)} nhiệm vụ trích từ {register.documents} văn bản; "
        f"lập ngày {register.made:%d/%m/%Y}"
    )
    return f"{said}; {register.conditions}" if register.conditions else said


# --- sheets --------------------------------------------------------------------------------------


class _Column(msgspec.Struct, frozen=True):
    label: str
    width: float
    value: Callable[[TaskRow], str | date | int | None]


_COLUMNS = (
    _Column("Nhiệm vụ", 44, task_name),
    _Column("Chủ trì", 22, lambda task: listed(task.lead_units)),
    _Column("Phối hợp", 26, lambda task: listed(task.coordinating_units)),
    _Column("Chỉ đạo", 16, lambda task: "; ".join(task.directing_units)),
    _Column("Thực hiện", 16, lambda task: "; ".join(task.implementing_units)),
    _Column("Thời gian hoàn thành", 20, deadline_words),
    _Column("Từ ngày", 12, lambda task: first_day(task.deadline)),
    _Column("Hạn chót", 12, lambda task: due_day(task.deadline)),
    _Column("Sản phẩm", 22, lambda task: listed(task.products)),
    _Column("Ghi chú", 26, source_words),
    _Column("Trích yếu văn bản", 40, lambda task: task.doc_title or ""),
    _Column("Mã văn bản", 18, lambda task: task.doc),
)
"""Hạn chót is the last day in time: one day before the date of a "trước ngày"."""
_PRINTED = 11
"""Columns that go on paper, STT among them; those after it are for filtering."""
_LINE, _TALLEST = 15.0, 409.0
"""Heights in points: of a line of 11 points, and the most that a row may have."""


def xlsx(register: Register) -> bytes:
    """Make a workbook of one sheet: a row a task, filters on, ready to print on A4 landscape."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Phân công nhiệm vụ"
    book.properties.title = "Bảng phân công nhiệm vụ"
    book.properties.creator = "chithi"
    book.properties.created = book.properties.modified = datetime.combine(register.made, time())
    line = Side(style="thin", color="808080")
    box = Border(left=line, right=line, top=line, bottom=line)
    labels = ("STT", *(column.label for column in _COLUMNS))

    def put(row: int, column: int, value: str | date | int | None) -> Any:
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value
            if isinstance(value, date):
                cell.number_format = "dd/mm/yyyy"
        return cell

    put(1, 1, TITLE).font = Font(name=FONT, size=14, bold=True)
    put(2, 1, _summary(register)).font = Font(name=FONT, size=12, italic=True)
    for number, label in enumerate(labels, 1):
        cell = put(4, number, label)
        cell.font = Font(name=FONT, size=11, bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill = PatternFill("solid", fgColor=HEAD_COLOR)
        cell.border = box
    empty = set(range(1, len(_COLUMNS) + 1))
    for order, task in enumerate(register.tasks, 1):
        values = (order, *(column.value(task) for column in _COLUMNS))
        empty -= {place for place, value in enumerate(values) if value not in ("", None)}
        # Not every program finds the height of wrapped text by itself.
        lines = max(
            -(-len(value) // int(column.width * 1.15))
            for value, column in zip(values[1:_PRINTED], _COLUMNS, strict=False)
            if isinstance(value, str)
        )
        sheet.row_dimensions[4 + order].height = min(_TALLEST, _LINE * max(1, lines) + 3)
        for number, value in enumerate(values, 1):
            cell = put(4 + order, number, value)
            cell.font = Font(name=FONT, size=11)
            cell.border = box
            middle = number == 1 or isinstance(value, date)
            cell.alignment = Alignment(
                horizontal="center" if middle else "left", vertical="top", wrap_text=True
            )
    for number, width in enumerate((6, *(column.width for column in _COLUMNS)), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for place in empty if register.tasks else ():
        sheet.column_dimensions[get_column_letter(place + 1)].hidden = True
    last = get_column_letter(len(labels))
    sheet.print_area = f"A1:{get_column_letter(_PRINTED)}{4 + len(register.tasks)}"
    sheet.auto_filter.ref = f"A4:{last}{4 + len(register.tasks)}"
    sheet.freeze_panes = "C5"
    print_landscape(sheet, 4)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_table(register: Register) -> bytes:
    """Make a table for other programs: UTF-8 with a byte order mark, commas, CRLF, dates as dd/mm/yyyy.

    A cell that a spreadsheet could take for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("STT", *(column.label for column in _COLUMNS)))
    for order, task in enumerate(register.tasks, 1):
        writer.writerow((order, *(_csv_cell(column.value(task)) for column in _COLUMNS)))
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(value: str | date | int | None) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = printable(str(value)) if value is not None else ""
    return f"'{text}" if text.startswith(FORMULA) else text


# --- the annex -----------------------------------------------------------------------------------


_ANNEX = (
    ("STT", 1.4),
    ("Nhiệm vụ", 7.1),
    ("Chủ trì", 3.6),
    ("Phối hợp", 4.2),
    ("Thời gian hoàn thành", 3.1),
    ("Sản phẩm", 3.4),
    ("Ghi chú", 3.4),
)
"""Columns and their widths in cm: 26.2 of the 29.7 of A4 landscape, 2 cm left and 1.5 cm right."""


def docx(register: Register) -> bytes:
    """Make the annex *Phụ lục phân công nhiệm vụ*: A4 landscape, grouped by unit."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    made = new_word("Phụ lục phân công nhiệm vụ", register.made, points=12, landscape=True, left=2, right=1.5)
    page = made.sections[0]
    page.header_distance = Cm(1)
    page.different_first_page_header_footer = True
    page_number(page.header.paragraphs[0])

    for text, size, bold, italic in (
        ("PHỤ LỤC", 14, True, False),
        ("PHÂN CÔNG NHIỆM VỤ", 14, True, False),
        (f"({_summary(register)})", 12, False, True),
        ("", 12, False, False),
    ):
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(printable(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)

    groups = by_unit(register.tasks)
    table: Any = made.add_table(rows=1, cols=len(_ANNEX))
    table.style = "Table Grid"
    table.autofit = False
    for column, (_, width) in zip(table.columns, _ANNEX, strict=True):
        column.width = Cm(width)
    _fill(table.rows[0], [label for label, _ in _ANNEX], bold=True, centred=range(len(_ANNEX)))
    row_property(table.rows[0], "tblHeader")
    for group in groups:
        heading = table.add_row()
        name = f"{group.name} – {group.scope}" if group.scope else group.name
        merged = heading.cells[0].merge(heading.cells[-1])
        run = merged.paragraphs[0].add_run(printable(f"{name} ({len(group.tasks)} nhiệm vụ)"))
        run.bold = True
        merged.paragraphs[0].paragraph_format.keep_with_next = True
        shade(merged)
        row_property(heading, "cantSplit")
        for order, task in enumerate(group.tasks, 1):
            row = table.add_row()
            values = [
                str(order),
                task_name(task),
                lead_words(task),
                listed(task.coordinating_units),
                deadline_words(task),
                listed(task.products),
                source_words(task),
            ]
            _fill(row, values, bold=False, centred=(0,))
            row_property(row, "cantSplit")
    if sum(len(group.tasks) for group in groups) > len(register.tasks):
        note = made.add_paragraph()
        note.paragraph_format.space_before = Pt(6)
        run = note.add_run("Ghi chú: nhiệm vụ giao cho nhiều đơn vị được ghi ở từng đơn vị.")
        run.italic = True
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _fill(row: Any, values: list[str], *, bold: bool, centred: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    for number, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
        cell.width = Cm(_ANNEX[number][1])
        paragraph = cell.paragraphs[0]
        if number in centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(printable(value)).bold = bold


# --- all of them ---------------------------------------------------------------------------------


FORMATS: dict[str, Format[Register]] = {
    "xlsx": Format(xlsx, XLSX, "Excel (.xlsx)"),
    "docx": Format(
        docx,
        DOCX,
        "Word, phụ lục theo đơn vị (.docx)",
    ),
    "csv": Format(csv_table, "text/csv; charset=utf-8", "CSV (.csv)"),
    "ics": Format(ics, "text/calendar; charset=utf-8", "Lịch hạn hoàn thành (.ics)"),
}
"""Formats by suffix, in the order they are offered."""
