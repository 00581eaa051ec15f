"""The *Bảng rà soát* as files: XLSX to work with, DOCX to sign, HTML to read anywhere, JSON for programs."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from indexer.clean import collapse
from search_api.check.schemas import VERDICT_SIGNS, VERDICT_WORDS, CheckItem, CheckReport, Party
from search_api.check.similarity import rule_rows
from search_api.export import printable, set_typeface

if TYPE_CHECKING:
    from docx.document import Document as Word

TITLE = "BẢNG RÀ SOÁT"
_FONT = "Times New Roman"
_QUOTE = 900
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LEVELS = {"task": "Nhiệm vụ", "target": "Chỉ tiêu", "requirement": "Yêu cầu"}
_COLORS = {
    "covered": "E2F0E4",
    "partial": "FFF3D6",
    "not_found": "F9DEDC",
    "review": "E4E8F5",
    "out_of_scope": "F1F1F1",
}


@lru_cache(maxsize=1)
def advice() -> dict[str, tuple[str, str]]:
    """Return (short name, what to do) by alert code or verdict (``rules/check_advice.tsv``)."""
    return {code: (name, what) for code, name, what in rule_rows("check_advice.tsv")}


def alert_name(code: str) -> str:
    """Return the short Vietnamese name of an alert code."""
    return advice().get(code, (code, ""))[0]


class Line(msgspec.Struct, frozen=True):
    """One row of the table."""

    order: int
    level: str
    theirs: str
    mine: str
    verdict: str
    verdict_words: str
    difference: str
    advice: str


def shown(item: CheckItem) -> bool:
    """Say whether an item goes on paper: requirements only where they have something to say."""
    return item.level != "requirement" or bool(item.alerts) or item.review is not None


def lines(report: CheckReport) -> Iterator[Line]:
    """Yield the rows of the table: items, then general alerts, then what only the plan has."""
    order = 0
    for item in report.items:
        if not shown(item):
            continue
        order += 1
        yield Line(
            order,
            _LEVELS[item.level],
            _place(item.parent_section, item.parent_quote),
            "\n".join(_place(m.section, m.quote) for m in item.matches[:3] if item.verdict != "not_found"),
            item.verdict,
            f"{VERDICT_SIGNS[item.verdict]} {VERDICT_WORDS[item.verdict]}",
            _difference(item),
            _advice(item),
        )
    for alert in report.alerts:
        order += 1
        yield Line(
            order,
            "Toàn văn bản",
            _quoted(alert.parent_quote),
            _quoted(alert.child_quote),
            "",
            "! " + alert_name(alert.code),
            alert.message,
            advice().get(alert.code, ("", ""))[1],
        )
    for only in report.child_only:
        order += 1
        yield Line(
            order, "Chỉ có ở kế hoạch", "", _place(only.section, only.quote), "", "i Thông tin", "", ""
        )


def _cut(text: str) -> str:
    words = collapse(text)
    return words if len(words) <= _QUOTE else words[:_QUOTE].rsplit(" ", 1)[0] + " …"


def _place(section: str, quote: str) -> str:
    where = f"Mục {section}: " if section else ""
    return f"{where}“{_cut(quote)}”"


def _quoted(quote: str | None) -> str:
    return f"“{_cut(quote)}”" if quote else ""


def _difference(item: CheckItem) -> str:
    said = [a.message for a in item.alerts]
    if item.reason:
        said.insert(0, item.reason)
    if item.verdict == "out_of_scope":
        said.insert(0, item.scope[:1].upper() + item.scope[1:] + ".")
    if item.review is not None:
        by = f" ({item.review.reviewer})" if item.review.reviewer else ""
        stale = " [đoạn văn đã thay đổi từ khi rà soát]" if item.review.stale else ""
        machine = VERDICT_WORDS[item.machine or item.verdict]
        said.append(
            f"Người rà soát{by} kết luận: {VERDICT_WORDS[item.review.verdict]} (máy: {machine}). "
            f"{item.review.note}{stale}".strip()
        )
    return "\n".join(said)


def _advice(item: CheckItem) -> str:
    if item.verdict == "out_of_scope":
        return ""
    codes = ([item.verdict] if item.verdict in advice() else []) + [a.code for a in item.alerts]
    return "\n".join(dict.fromkeys(advice()[code][1] for code in codes if code in advice()))


def _name(party: Party | None) -> str:
    if party is None:
        return ""
    symbol = f" số {party.symbol}" if party.symbol else " (dự thảo)" if party.draft else ""
    issuer = f" của {party.issuer}" if party.issuer else ""
    when = f" ngày {'/'.join(reversed(party.date.split('-')))}" if party.date else ""
    return f"{party.type or 'Văn bản'}{symbol}{when}{issuer}"


def _heads(report: CheckReport) -> list[str]:
    made = date.today()
    out = [f"Kế hoạch được rà soát: {_name(report.child_info)}"]
    if report.parent_info is not None:
        out.append(f"Văn bản cấp trên: {_name(report.parent_info)}")
    out.append(f"Kết quả: {report.summary['line']} Lập ngày {made:%d/%m/%Y}.")
    out += [f"Lưu ý: {note}" for note in report.notes]
    return out


_COLUMNS = (
    ("STT", 1.4, 6.0),
    ("Nhiệm vụ cấp trên (mục, trích)", 7.4, 48.0),
    ("Nội dung kế hoạch (mục, trích)", 7.4, 48.0),
    ("Mức độ", 2.5, 18.0),
    ("Sai khác", 4.2, 36.0),
    ("Kiến nghị", 3.6, 30.0),
)
"""Name, width in cm on paper (26.5 of A4 landscape), width of a sheet's column."""


def _values(line: Line) -> tuple[str, ...]:
    theirs = line.theirs if line.level == "Nhiệm vụ" else f"[{line.level}] {line.theirs}".strip()
    return (str(line.order), theirs, line.mine, line.verdict_words, line.difference, line.advice)


# --- XLSX ----------------------------------------------------------------------------------------


def xlsx(report: CheckReport) -> bytes:
    """Make a workbook: the table, the "6 rõ" table, the counts."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.properties.title, book.properties.creator = "Bảng rà soát", "chithi"
    edge = Side(style="thin", color="808080")
    box = Border(left=edge, right=edge, top=edge, bottom=edge)

    def put(sheet: Any, row: int, column: int, value: str | int, **font: Any) -> Any:
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            cell.value = printable(value)[:32_767]
            cell.data_type = "s"
            cell.quotePrefix = value.lstrip().startswith(_FORMULA)
        else:
            cell.value = value
        cell.font = Font(name=_FONT, size=font.pop("size", 11), **font)
        return cell

    def table(
        sheet: Any,
        at: int,
        head: tuple[str, ...],
        widths: tuple[float, ...],
        rows: list[tuple[Any, ...]],
        fills: list[str],
    ) -> None:
        for number, label in enumerate(head, 1):
            cell = put(sheet, at, number, label, bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.fill, cell.border = PatternFill("solid", fgColor="E7EEF6"), box
            sheet.column_dimensions[get_column_letter(number)].width = widths[number - 1]
        for offset, values in enumerate(rows, 1):
            tallest = 1
            for number, value in enumerate(values, 1):
                cell = put(sheet, at + offset, number, value)
                cell.border = box
                cell.alignment = Alignment(
                    horizontal="center" if number == 1 else "left", vertical="top", wrap_text=True
                )
                if fills[offset - 1] and number == 4:
                    cell.fill = PatternFill("solid", fgColor=fills[offset - 1])
                if isinstance(value, str):
                    wide = int(widths[number - 1] * 1.1)
                    tallest = max(tallest, sum(-(-max(len(part), 1) // wide) for part in value.split("\n")))
            sheet.row_dimensions[at + offset].height = min(409.0, 15.0 * tallest + 3)
        sheet.auto_filter.ref = f"A{at}:{get_column_letter(len(head))}{at + len(rows)}"
        sheet.freeze_panes = f"A{at + 1}"
        sheet.print_title_rows = f"{at}:{at}"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "&P/&N"

    sheet: Any = book.active
    sheet.title = "Bảng rà soát"
    put(sheet, 1, 1, TITLE, size=14, bold=True)
    heads = _heads(report)
    for number, words in enumerate(heads, 2):
        put(sheet, number, 1, words, size=12, italic=number > 3)
    found = list(lines(report))
    rows: list[tuple[Any, ...]] = [(line.order, *_values(line)[1:]) for line in found]
    table(
        sheet,
        len(heads) + 3,
        tuple(name for name, _, _ in _COLUMNS),
        tuple(width for _, _, width in _COLUMNS),
        rows,
        [_COLORS.get(line.verdict, "") for line in found],
    )
    six: Any = book.create_sheet("6 rõ")
    criteria = report.six_clear["criteria"]
    put(six, 1, 1, "6 RÕ: MỖI NHIỆM VỤ CỦA KẾ HOẠCH NÊU ĐƯỢC GÌ", size=14, bold=True)
    shares = ("", "", "Tỷ lệ", *(f"{c['percent']:g}%".replace(".", ",") for c in criteria))
    details = [
        (n, task["section"], _cut(task["quote"])[:300], *(task["values"][c["key"]] or "" for c in criteria))
        for n, task in enumerate(report.six_clear["tasks"], 1)
    ]
    table(
        six,
        3,
        ("STT", "Mục", "Nhiệm vụ", *(c["name"] for c in criteria)),
        (6.0, 16.0, 44.0, *(24.0 for _ in criteria)),
        [shares, *details],
        [""] * (len(details) + 1),
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- DOCX ----------------------------------------------------------------------------------------


def docx(report: CheckReport) -> bytes:
    """Make the table for Word: Times New Roman, A4 landscape, the header row on every page."""
    import docx as word
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    made: Word = word.Document()
    style: Any = made.styles["Normal"]
    style.font.size = Pt(11)
    set_typeface(style.element, _FONT)
    style.font.name = _FONT
    style.paragraph_format.space_after = Pt(0)
    made.core_properties.title, made.core_properties.author = "Bảng rà soát", "chithi"
    made.core_properties.comments = ""
    now = datetime.combine(date.today(), time(), UTC).replace(tzinfo=None)
    made.core_properties.created = made.core_properties.modified = now
    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin, page.right_margin = Cm(1.7), Cm(1.5)
    page.top_margin = page.bottom_margin = Cm(1.8)
    _page_number(page.footer.paragraphs[0])

    def say(text: str, size: float, *, bold: bool = False, italic: bool = False, middle: bool = True) -> None:
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if middle else WD_ALIGN_PARAGRAPH.LEFT
        run = paragraph.add_run(printable(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)

    say(TITLE, 14, bold=True)
    for number, words in enumerate(_heads(report)):
        say(words, 12, italic=number > 1)
    say("", 8)
    if report.parent is not None:
        _table(
            made,
            _COLUMNS,
            [_values(line) for line in lines(report)],
            [line.verdict for line in lines(report)],
        )
    else:
        widths = (
            ("STT", 1.2, 0.0),
            ("Điểm cần xem", 5.0, 0.0),
            ("Trích", 9.5, 0.0),
            ("Nội dung", 6.5, 0.0),
            ("Kiến nghị", 4.3, 0.0),
        )
        _table(
            made,
            widths,
            [
                (
                    str(n),
                    alert_name(a.code),
                    _quoted(a.child_quote),
                    a.message,
                    advice().get(a.code, ("", ""))[1],
                )
                for n, a in enumerate(report.alerts, 1)
            ],
            ["" for _ in report.alerts],
        )
    say("", 8)
    say("6 rõ", 12, bold=True, middle=False)
    criteria = report.six_clear["criteria"]
    width = 26.5 / max(len(criteria), 1)
    _table(
        made,
        tuple((c["name"], width, 0.0) for c in criteria),
        [tuple(f"{c['filled']}/{c['total']} ({c['percent']:g}%)".replace(".", ",") for c in criteria)],
        [""],
    )
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _table(
    made: Any, columns: tuple[tuple[str, float, float], ...], rows: list[tuple[str, ...]], verdicts: list[str]
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    table: Any = made.add_table(rows=1, cols=len(columns))
    table.style, table.autofit = "Table Grid", False
    head = table.rows[0]
    _row_property(head, "tblHeader")
    _row_property(head, "cantSplit")
    for cell, column, (name, width, _) in zip(head.cells, table.columns, columns, strict=True):
        column.width = cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(name).bold = True
        _shade(cell, "E7EEF6")
    for values, verdict in zip(rows, verdicts, strict=True):
        row = table.add_row()
        for number, (cell, value, (_, width, _)) in enumerate(zip(row.cells, values, columns, strict=True)):
            cell.width = Cm(width)
            for at, part in enumerate(printable(value).split("\n")):
                paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
                if number == 0:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                paragraph.add_run(part)
            if number == 3 and verdict in _COLORS:
                _shade(cell, _COLORS[verdict])


def _row_property(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def _shade(cell: Any, color: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _page_number(paragraph: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


# --- HTML ----------------------------------------------------------------------------------------

_STYLE = """
body{font:15px/1.45 "Times New Roman",Tinos,serif;margin:1.5cm;color:#111}
h1{text-align:center;font-size:20px;margin:0 0 .4em}p.head{text-align:center;margin:.15em 0}
table{border-collapse:collapse;width:100%;margin:1em 0}th,td{border:1px solid #777;padding:4px 6px;vertical-align:top}
th{background:#e7eef6}td.n{text-align:center}td{white-space:pre-line}thead{display:table-header-group}tr{break-inside:avoid}
.covered{background:#e2f0e4}.partial{background:#fff3d6}.not_found{background:#f9dedc}.review{background:#e4e8f5}
.out_of_scope{background:#f1f1f1}@page{size:A4 landscape;margin:1.5cm}@media print{body{margin:0;font-size:12px}}
"""


def html_page(report: CheckReport) -> bytes:
    """Make one HTML file that needs nothing else, to read and to print."""
    e = html.escape
    out = [
        "<!doctype html><html lang=vi><meta charset=utf-8>",
        f"<title>Bảng rà soát {e(report.child)}</title><style>{_STYLE}</style><h1>{TITLE}</h1>",
    ]
    out += [f"<p class=head>{e(words)}</p>" for words in _heads(report)]
    out.append("<table><thead><tr>" + "".join(f"<th scope=col>{e(n)}</th>" for n, _, _ in _COLUMNS))
    out.append("</tr></thead><tbody>")
    for line in lines(report):
        cells = [f"<td>{e(printable(value))}</td>" for value in _values(line)]
        cells[0] = cells[0].replace("<td>", "<td class=n>", 1)
        cells[3] = cells[3].replace("<td>", f'<td class="{line.verdict}">', 1)
        out.append(f"<tr>{''.join(cells)}</tr>")
    out.append("</tbody></table><h2>6 rõ</h2><table><tr>")
    criteria = report.six_clear["criteria"]
    out += [f"<th scope=col>{e(c['name'])}</th>" for c in criteria]
    out.append("</tr><tr>")
    out += [
        f"<td class=n>{c['filled']}/{c['total']} ({c['percent']:g}%)</td>".replace(".", ",") for c in criteria
    ]
    out.append("</tr></table></html>")
    return "\n".join(out).encode()


def as_json(report: CheckReport) -> bytes:
    """Return the report as the API has it."""
    return msgspec.json.encode(report)


class Format(msgspec.Struct, frozen=True):
    """A format of the table: what makes it, its media type, how people call it."""

    make: Callable[[CheckReport], bytes]
    media_type: str
    label: str


FORMATS: dict[str, Format] = {
    "xlsx": Format(
        xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel (.xlsx)"
    ),
    "docx": Format(
        docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word (.docx)"
    ),
    "html": Format(html_page, "text/html; charset=utf-8", "Trang in (.html)"),
    "json": Format(as_json, "application/json", "JSON"),
}
"""Formats by suffix, in the order they are offered."""
