"""Make the .docx and .pdf documents of the sample collection from their sources.

A source, ``sources/<stem>.md``, is plain text in a light format: paragraphs parted by blank lines,
``**bold**`` and ``*italic*``, pipe tables, ``-----`` (a rule), ``===`` (a new page) and ``-> text <-``
(a centred line).  What a reader of such documents expects is laid out from the words themselves: the
two-column head (issuer | national motto), the centred title, the two-column foot (recipients |
signature), the annexes on pages of their own.  Which format a document gets is what its manifest says.

Run ``python corpus/make_files.py`` after changing a source.  The result is the same, byte for byte,
whenever and wherever the same versions of python-docx and reportlab make it: no times are written.
"""

from __future__ import annotations

import argparse
import datetime
import html
import io
import json
import re
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

CORPUS = Path(__file__).resolve().parent

TYPES = frozenset(
    {"KẾ HOẠCH", "NGHỊ QUYẾT", "CHỈ THỊ", "QUYẾT ĐỊNH", "CHƯƠNG TRÌNH", "HƯỚNG DẪN", "THÔNG BÁO", "QUY CHẾ"}
)
"""Names of types: the first line that is one ends the head."""

MOTTOES = ("CỘNG HÒA XÃ HỘI", "ĐỘC LẬP", "ĐẢNG CỘNG SẢN")
PLACE = re.compile(r"ngày\b.*\btháng\b.*\bnăm\b", re.IGNORECASE)
EMPHASIS = re.compile(r"(\*\*|\*)(.+?)\1", re.DOTALL)
ESCAPE = re.compile(r"\\([\\*_#.|>+-])")
FONT_FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/liberation-serif"),
)
FACES = ("Regular", "Bold", "Italic", "BoldItalic")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip archive can hold: every member gets it."""


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, a table, a pair of columns, a rule or a page break, in the order of the source.

    ``runs`` belongs to a paragraph; ``rows`` to a table, its first row being the header; ``columns``
    to a pair: rows of (left, right), each side a list of paragraphs.
    """

    kind: Literal["paragraph", "table", "columns", "rule", "page"]
    runs: tuple[Run, ...] = ()
    centred: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    columns: tuple[tuple[tuple[Block, ...], tuple[Block, ...]], ...] = ()
    gap: bool = False
    """Room for a hand-written signature above."""

    @property
    def text(self) -> str:
        """The words of a paragraph, without its styles."""
        return "".join(run.text for run in self.runs)

    @property
    def bold(self) -> bool:
        """Say whether every word of a paragraph is bold."""
        return bool(self.runs) and all(run.bold or not run.text.strip() for run in self.runs)


def unmarked(source: str) -> str:
    """Return the words of ``source`` without the marks of the light format or of Markdown."""
    lines = []
    for line in source.splitlines():
        if re.fullmatch(r"\s*(-{3,}|={3,}|\|[\s:|-]+\|)\s*", line):
            continue
        line = re.sub(r"^\s*->\s?(.*?)\s?<-\s*$", r"\1", line)
        lines.append(re.sub(r"^#+\s+", "", line))
    # An escaped mark is a letter: it is put aside while the emphasis is taken off.
    text = ESCAPE.sub(lambda match: chr(0xE000 + ord(match[1])), "\n".join(lines))
    for _ in range(2):
        text = EMPHASIS.sub(r"\2", text)
    return re.sub("[\ue000-\ue07f]", lambda match: chr(ord(match[0]) - 0xE000), text)


def runs_of(text: str) -> tuple[Run, ...]:
    """Split a paragraph into runs at ``**`` and ``*``."""
    hidden = ESCAPE.sub(lambda match: chr(0xE000 + ord(match[1])), text)
    runs: list[Run] = []

    def add(words: str, bold: bool, italic: bool) -> None:
        if words:
            runs.append(
                Run(
                    re.sub("[\ue000-\ue07f]", lambda match: chr(ord(match[0]) - 0xE000), words),
                    bold,
                    italic,
                )
            )

    def split(words: str, bold: bool, italic: bool) -> None:
        at = 0
        for match in EMPHASIS.finditer(words):
            add(words[at : match.start()], bold, italic)
            split(match[2], bold or match[1] == "**", italic or match[1] == "*")
            at = match.end()
        add(words[at:], bold, italic)

    split(hidden, False, False)
    return tuple(runs)


def cells_of(line: str) -> tuple[str, ...]:
    """Return the cells of one line of a pipe table."""
    return tuple(" ".join(unmarked(cell).split()) for cell in line.strip().strip("|").split("|"))


def parse(source: str) -> list[Block]:
    """Read a source into blocks, in order; nothing is laid out yet."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", source.strip()):
        lines = [line for line in chunk.splitlines() if line.strip()]
        if not lines:
            continue
        if all(line.lstrip().startswith("|") for line in lines):
            rows = [cells_of(line) for line in lines if not re.fullmatch(r"\s*\|[\s:|-]+\|\s*", line)]
            width = len(rows[0])
            for row in rows:
                if len(row) != width:
                    raise ValueError(f"a table row has {len(row)} cells, its header {width}: {row}")
            blocks.append(Block("table", rows=tuple(rows)))
        elif all(line.lstrip().startswith("- ") for line in lines):
            blocks.extend(Block("paragraph", runs_of(line.strip())) for line in lines)
        elif re.fullmatch(r"-{3,}", chunk.strip()):
            blocks.append(Block("rule"))
        elif re.fullmatch(r"={3,}", chunk.strip()):
            blocks.append(Block("page"))
        else:
            # Two spaces at the end of a line break it, as in Markdown; otherwise lines flow.
            text = re.sub(r" {2,}\n", "\n", chunk.strip())
            text = re.sub(r"(?<!\n)\n(?!\n)", "\n" if re.search(r" {2,}\n", chunk) else " ", text)
            centred = re.fullmatch(r"->\s?(.*?)\s?<-", text, re.DOTALL)
            text = re.sub(r"^#+\s+", "", centred[1] if centred else text)
            blocks.append(Block("paragraph", runs_of(text), centred=centred is not None))
    return blocks


def centre(block: Block) -> Block:
    """Return the same paragraph, centred."""
    return replace(block, centred=True)


def lay_out(blocks: list[Block]) -> list[Block]:
    """Make the head and the foot of the document pairs of columns, centre titles, part the annexes."""
    kind_at = next(
        (
            i
            for i, b in enumerate(blocks)
            if b.text.strip().upper() in TYPES or b.text.startswith("CHỈ THỊ CỦA")
        ),
        None,
    )
    if kind_at is None:
        raise ValueError("no line of its own names the type of the document (KẾ HOẠCH, CHỈ THỊ, …)")
    left = [b for b in blocks[:kind_at] if b.kind == "paragraph"]
    right = [b for b in left if b.text.upper().startswith(MOTTOES)]
    place = [b for b in left if PLACE.search(b.text)]
    number = [b for b in left if re.match(r"Số\b", b.text)]
    left = [b for b in left if b not in right and b not in place and b not in number]
    head = Block(
        "columns",
        columns=(
            (tuple(map(centre, left)), tuple(map(centre, right))),
            (tuple(map(centre, number)), tuple(map(centre, place))),
        ),
    )
    laid = [head, centre(blocks[kind_at])]
    at = kind_at + 1
    while at < len(blocks) and blocks[at].kind == "paragraph" and blocks[at].bold:
        laid.append(centre(blocks[at]))
        at += 1
    annex = False
    while at < len(blocks):
        block = blocks[at]
        if block.kind == "paragraph" and block.text.strip().startswith("Nơi nhận"):
            recipients = [block]
            at += 1
            while at < len(blocks) and blocks[at].text.startswith("- "):
                recipients.append(blocks[at])
                at += 1
            signature = []
            while at < len(blocks) and blocks[at].bold and not blocks[at].text.startswith("PHỤ LỤC"):
                signature.append(centre(blocks[at]))
                at += 1
            if signature:
                signature[-1] = replace(signature[-1], gap=True)
            laid.append(Block("columns", columns=((tuple(recipients), tuple(signature)),)))
            continue
        if block.text.startswith("PHỤ LỤC"):
            if laid[-1].kind != "page":
                laid.append(Block("page"))
            annex = True
        elif annex and block.kind == "table":
            annex = False
        laid.append(centre(block) if annex and block.kind == "paragraph" else block)
        at += 1
    return laid


# --- Word -------------------------------------------------------------------------------------------


def write_docx(blocks: list[Block]) -> bytes:
    """Return a Word document of the blocks: A4, Times New Roman, a running page number."""
    import docx
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name = "Times New Roman"
    normal.font.size = Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    normal.paragraph_format.space_after = Pt(6)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(15)
    page.different_first_page_header_footer = True

    number = page.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        run = number.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = words
        run._r.append(mark)

    def fill(paragraph: Any, block: Block, size: float | None = None) -> None:
        for piece in block.runs:
            run = paragraph.add_run(piece.text)
            run.bold = piece.bold or None
            run.italic = piece.italic or None
            if size:
                run.font.size = Pt(size)
        if block.centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def fill_cell(cell: Any, paragraphs: tuple[Block, ...], size: float) -> None:
        for i, block in enumerate(paragraphs):
            paragraph = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(0)
            if block.gap:
                paragraph.paragraph_format.space_before = Pt(48)
            fill(paragraph, block, size)

    for block in blocks:
        if block.kind == "page":
            document.add_page_break()
        elif block.kind == "rule":
            paragraph = document.add_paragraph("-----")
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif block.kind == "columns":
            table = document.add_table(rows=len(block.columns), cols=2)
            table.alignment = WD_TABLE_ALIGNMENT.CENTER
            for row, sides in zip(table.rows, block.columns, strict=True):
                for cell, side in zip(row.cells, sides, strict=True):
                    fill_cell(cell, side, 13)
        elif block.kind == "table":
            table = document.add_table(rows=len(block.rows), cols=len(block.rows[0]))
            table.style = "Table Grid"
            for i, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
                for cell, words in zip(row.cells, cells, strict=True):
                    fill_cell(cell, (Block("paragraph", (Run(words, bold=i == 0),), centred=i == 0),), 12)
            repeated = OxmlElement("w:tblHeader")
            repeated.set(qn("w:val"), "true")
            table.rows[0]._tr.get_or_add_trPr().append(repeated)
        else:
            paragraph = document.add_paragraph()
            fill(paragraph, block)
            if not block.centred:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
                paragraph.paragraph_format.first_line_indent = Mm(10)

    facts = document.core_properties
    facts.author = facts.last_modified_by = "chithi"
    facts.comments = ""
    facts.revision = 1
    facts.created = facts.modified = datetime.datetime(*EPOCH)
    raw = io.BytesIO()
    document.save(raw)
    return repack(raw.getvalue())


def repack(archive: bytes) -> bytes:
    """Return the same zip archive with no times in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same on every system
            new.writestr(member, old.read(name))
    return out.getvalue()


# --- PDF --------------------------------------------------------------------------------------------


def font_files() -> dict[str, Path] | None:
    """Return the files of Liberation Serif 2 by face; None where the fonts are not installed.

    Version 1 lies in a folder of nearly the same name and has no Vietnamese: a font counts only if
    it has the letters.
    """
    from reportlab.pdfbase.ttfonts import TTFontFile

    for folder in FONT_FOLDERS:
        files = {face: folder / f"LiberationSerif-{face}.ttf" for face in FACES}
        if all(
            path.exists() and {ord("ệ"), ord("Ợ"), ord("ữ")} <= TTFontFile(str(path)).charToGlyph.keys()
            for path in files.values()
        ):
            return files
    return None


def write_pdf(blocks: list[Block], title: str) -> bytes:
    """Return a PDF of the blocks: A4, embedded Liberation Serif, page numbers from page 2."""
    from reportlab.lib import colors
    from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

    files = font_files()
    if files is None:
        raise FileNotFoundError(
            "Liberation Serif 2 is not installed (Debian: fonts-liberation, fonts-liberation2)"
        )
    for face, path in files.items():
        pdfmetrics.registerFont(TTFont(f"Serif-{face}", str(path)))
    pdfmetrics.registerFontFamily(
        "Serif-Regular",
        normal="Serif-Regular",
        bold="Serif-Bold",
        italic="Serif-Italic",
        boldItalic="Serif-BoldItalic",
    )
    body = ParagraphStyle(
        "body",
        fontName="Serif-Regular",
        fontSize=13,
        leading=17,
        alignment=TA_JUSTIFY,
        firstLineIndent=10 * mm,
        spaceAfter=5,
    )
    middle = ParagraphStyle("middle", parent=body, alignment=TA_CENTER, firstLineIndent=0)
    column = ParagraphStyle(
        "column", parent=body, fontSize=12, leading=15, alignment=0, firstLineIndent=0, spaceAfter=2
    )
    column_middle = ParagraphStyle("column-middle", parent=column, alignment=TA_CENTER)
    signed = ParagraphStyle("signed", parent=column_middle, spaceBefore=48)
    cell_style = ParagraphStyle("cell", parent=column, fontSize=10.5, leading=13, spaceAfter=0)
    cell_head = ParagraphStyle("cell-head", parent=cell_style, alignment=TA_CENTER)

    def marked(block: Block) -> str:
        out = []
        for run in block.runs:
            words = html.escape(run.text, quote=False).replace("\n", "<br/>")
            words = f"<i>{words}</i>" if run.italic else words
            out.append(f"<b>{words}</b>" if run.bold else words)
        return "".join(out)

    def column_style(block: Block) -> Any:
        return signed if block.gap else column_middle if block.centred else column

    width = A4[0] - 45 * mm
    story: list[Any] = []
    for block in blocks:
        if block.kind == "page":
            story.append(PageBreak())
        elif block.kind == "rule":
            story.append(Paragraph("-----", middle))
        elif block.kind == "columns":
            sides = [
                [[Paragraph(marked(b), column_style(b)) for b in side] for side in row]
                for row in block.columns
            ]
            table = Table(sides, colWidths=[width * 0.44, width * 0.56])
            table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP")])
            story += [table, Spacer(1, 4 * mm)]
        elif block.kind == "table":
            rows = [
                [
                    Paragraph(
                        f"<b>{html.escape(words)}</b>" if i == 0 else html.escape(words, quote=False),
                        cell_head if i == 0 else cell_style,
                    )
                    for words in row
                ]
                for i, row in enumerate(block.rows)
            ]
            table = Table(rows, colWidths=column_widths(block.rows, width), repeatRows=1)
            table.setStyle(
                [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]
            )
            story.append(table)
        else:
            story.append(Paragraph(marked(block), middle if block.centred else body))

    def number_page(canvas: Any, document: Any) -> None:
        if document.page > 1:
            canvas.setFont("Serif-Regular", 13)
            canvas.drawCentredString(A4[0] / 2, A4[1] - 12 * mm, str(document.page))

    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=30 * mm,
        rightMargin=15 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=title,
        author="chithi",
        invariant=1,
    ).build(story, onFirstPage=number_page, onLaterPages=number_page)
    return out.getvalue()


def column_widths(rows: tuple[tuple[str, ...], ...], width: float) -> list[float]:
    """Share ``width`` points among the columns by the length of their words, none under 9 %."""
    weights = []
    for cells in zip(*rows, strict=True):
        longest = max(len(cell) for cell in cells)
        weights.append(max(4.0, min(longest, 60) ** 0.7))
    shares = [max(weight / sum(weights), 0.06) for weight in weights]
    return [width * share / sum(shares) for share in shares]


# --- the collection ---------------------------------------------------------------------------------


def manifest_files(corpus: Path = CORPUS) -> dict[str, str]:
    """Return the file name of each document by its id, as the manifests have them."""
    files: dict[str, str] = {}
    for path in sorted((corpus / "manifest").glob("*.json")):
        for document in json.loads(path.read_text(encoding="utf-8"))["documents"]:
            files[document["doc"]] = document["file"]
    return files


def make(source: Path, file: str) -> bytes:
    """Return the bytes of the document ``file`` made from ``source``."""
    blocks = lay_out(parse(source.read_text(encoding="utf-8")))
    if file.endswith(".docx"):
        return write_docx(blocks)
    if file.endswith(".pdf"):
        return write_pdf(blocks, title=source.stem)
    raise ValueError(f"{file}: a document made from {source.name} must end in .docx or .pdf")


def main() -> int:
    """Make every document that has a source; say which changed."""
    parser = argparse.ArgumentParser(description="Make the .docx and .pdf documents from corpus/sources.")
    parser.add_argument("--out", type=Path, default=CORPUS, help="folder to write to")
    folder: Path = parser.parse_args().out
    files = manifest_files()
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted((CORPUS / "sources").glob("*.md")):
        if source.stem not in files:
            print(f"{source.name}: no manifest in corpus/manifest names this document", file=sys.stderr)
            return 1
        data = make(source, files[source.stem])
        target = folder / files[source.stem]
        same = target.exists() and target.read_bytes() == data
        target.write_bytes(data)
        print(f"{target.name}: {'unchanged' if same else 'written'}, {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
