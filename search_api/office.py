"""What every Word and Excel file of ours shares: the page set-up, the typeface, safe text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from docx.document import Document as Word

FONT = "Times New Roman"
HEAD_COLOR = "E7EEF6"
CELL_LIMIT = 32_767
"""Characters that a cell of a spreadsheet holds."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet may take for a formula."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_Content = TypeVar("_Content")


class Format(msgspec.Struct, Generic[_Content], frozen=True):
    """A format of something shown: what makes the file, its media type, how people call it."""

    make: Callable[[_Content], bytes]
    media_type: str
    label: str


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text without what XML and sheets cannot hold, and without outer white space."""
    return without_controls(text).strip()


def without_controls(text: str) -> str:
    """Return a text without what XML and sheets cannot hold."""
    return _UNPRINTABLE.sub("", text)


# --- Word ----------------------------------------------------------------------------------------


def new_word(
    title: str,
    made: date,
    *,
    points: float,
    landscape: bool = False,
    left: float,
    right: float,
    top: float = 2.0,
    space_after: float = 0.0,
) -> Word:
    """Make an empty A4 document in Times New Roman; margins in cm, space after a paragraph in points."""
    import docx as word
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    out: Word = word.Document()
    style: Any = out.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(points)
    set_typeface(style.element, FONT)
    style.paragraph_format.space_after = Pt(space_after)
    out.core_properties.title, out.core_properties.author = title, "chithi"
    out.core_properties.comments = ""
    # The day alone: the same content makes the same file.
    at = datetime.combine(made, time(), UTC).replace(tzinfo=None)
    out.core_properties.created = out.core_properties.modified = at
    page = out.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    if landscape:
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin, page.right_margin = Cm(left), Cm(right)
    page.top_margin = page.bottom_margin = Cm(top)
    return out


def set_typeface(element: Any, name: str) -> None:
    """Set the typeface for every script: Word takes another one for letters it counts as East Asian."""
    from docx.oxml.ns import qn

    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def row_property(row: Any, name: str) -> None:
    """Mark a row of a table: ``tblHeader`` repeats it on every page, ``cantSplit`` keeps it on one."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def shade(cell: Any, color: str = HEAD_COLOR) -> None:
    """Color the ground of a cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    ground = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        ground.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(ground)


def page_number(paragraph: Any) -> None:
    """Put the number of the page into a paragraph, in the middle."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


# --- Excel ---------------------------------------------------------------------------------------


def put_text(cell: Any, text: str) -> None:
    """Write text that stays text, also after somebody opens the cell and presses Enter."""
    cell.value = printable(text)[:CELL_LIMIT]
    cell.data_type = "s"
    cell.quotePrefix = text.lstrip().startswith(FORMULA)


def print_landscape(sheet: Any, head_row: int) -> None:
    """Set a sheet up for A4 landscape: one page wide, the head row on every page, page numbers."""
    sheet.print_title_rows = f"{head_row}:{head_row}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&P/&N"
