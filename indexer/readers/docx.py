"""Word documents (.docx): paragraphs and tables in their order, with what Word computes written out.

List numbers, capitals, footnotes, text boxes and legacy fonts are resolved; inserted text of tracked changes is
kept and deleted text dropped.  Each paragraph is one line followed by a blank line, so nothing needs joining.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from indexer.readers import encodings
from indexer.readers.docx_styles import (
    Numbering,
    RunStyle,
    Styles,
    has_borders,
    numbering_of,
    run_style,
)
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.package import Element, Package, attribute, child, local, value_of
from indexer.readers.symbols import symbol
from indexer.readers.textbuilder import Piece, TextBuilder, row
from indexer.records import Notice, SourceText

_SKIPPED = frozenset({"del", "moveFrom", "delText", "instrText", "rPr", "pPr", "Fallback", "annotationRef"})
_PASSED = frozenset(
    {
        "hyperlink", "smartTag", "ins", "moveTo", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo",
        "AlternateContent", "Choice", "oMath", "oMathPara", "f", "num", "den", "e", "sup", "sub", "sSup", "sSub",
        "d", "rad", "deg", "nary", "ruby", "rubyBase",
    }
)  # fmt: skip
_LAYOUT_MARKS = re.compile(
    r"(?m)^\s*(?:c[oộ]ng h[oòóa]+ x[aã] h[oộ]i ch[uủ] ngh[iĩ]a vi[eệ]t nam|đ[aả]ng c[oộ]ng s[aả]n vi[eệ]t nam|"
    r"độc lập\s*[-–]\s*tự do.{0,20})\s*$|^\s*n[oơ]i nh[aậ]n\s*:",
    re.IGNORECASE,
)
_LAYOUT_CELL = 1500  # characters: a longer cell is content, whatever it mentions
_CONTENTS_LINE = re.compile(r"(?:\t|\.{4,}|…{2,}) ?[\divxIVX]{1,4}$")
_BIG_PICTURE = 2_500_000 * 2_500_000  # square EMU: about 7 by 7 centimetres
_FEW_CHARACTERS = 60
_FULLEST_PAGE = 6000  # characters


class Paragraph(msgspec.Struct):
    """A paragraph being read: its styled pieces and what was anchored in it."""

    pieces: list[Piece]
    boxes: list[str]
    breaks_before: int = 0
    breaks_inside: int = 0
    joins_next: bool = False

    @property
    def text(self) -> str:
        """The words of the paragraph, spaces at its ends taken off."""
        return "".join(piece for piece, _ in self.pieces).strip()

    @property
    def lines(self) -> list[str]:
        """The words as lines, with those of its text boxes."""
        found = [line.strip() for line in self.text.split("\n")]
        return [line for line in (*found, *self.boxes) if line]


class _Cell(msgspec.Struct):
    text: str
    span: int
    bold: bool
    continues: bool
    breaks: int


def read_docx(data: bytes) -> tuple[SourceText | None, tuple[str, ...]]:
    """Read a .docx file.

    Returns the text, None where the document has no words, and the names of its large pictures (a scan pasted
    into Word has only those).  Raises :class:`Refused` for what cannot be read.
    """
    return _Reader(Package(data)).read()


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        if "word/document.xml" not in package:
            if "encryptedpackage" in package.names():
                raise Refused("tệp có mật khẩu; hãy bỏ mật khẩu trong Word rồi lập chỉ mục lại")
            raise Refused("không phải tệp Word (.docx): thiếu phần word/document.xml")
        self._styles = Styles(package.xml("word/styles.xml"))
        self._numbering = Numbering(package.xml("word/numbering.xml"))
        self._out = TextBuilder()
        self._page = 1
        self._notes: list[tuple[str, str, str]] = []
        self._changes = 0
        self._hidden = 0
        self._contents = 0
        self._pictures = 0
        self._depth = 0
        self._converted: set[str] = set()
        self._forced: str | None = None
        self._trusted: dict[str, bool] = {}
        self._pending: Paragraph | None = None
        self._paged = False

    def read(self) -> tuple[SourceText | None, tuple[str, ...]]:
        root = self._package.xml("word/document.xml")
        body = child(root, "body")
        if body is None:
            raise Refused("tệp Word không có nội dung (thiếu w:body)")
        self._decide_fonts(body)
        self._paged = next((True for n in body.iter() if local(n.tag) == "lastRenderedPageBreak"), False)
        if self._paged:
            self._out.page(1)
        self._blocks(body)
        self._flush(None)
        self._footnotes()
        self._report()
        pictures = tuple(
            name
            for name in self._package.names()
            if name.startswith("word/media/")
            and name.endswith((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"))
        )
        if not self._out.length:
            return None, pictures
        source = self._out.build("docx")
        if len(source.pages) * _FULLEST_PAGE < len(source.text):
            # page breaks that Word left from an older rendering say nothing
            source = msgspec.structs.replace(source, pages=())
        return source, pictures if self._pictures and len(source.text) < _FEW_CHARACTERS else ()

    # --- legacy fonts ---------------------------------------------------------------------------

    def _decide_fonts(self, body: Element) -> None:
        """Judge on the whole text whether legacy fonts mean what they say, and whether codes hide elsewhere."""
        samples: dict[str, list[str]] = {}
        sizes: dict[str, int] = {}
        for paragraph in body.iter():
            if local(paragraph.tag) != "p":
                continue
            base = self._paragraph_style(paragraph)
            for run in paragraph.iter():
                if local(run.tag) != "r":
                    continue
                text = "".join(
                    n.text or "" if local(n.tag) == "t" else "\u00ad"
                    for n in run
                    if local(n.tag) in ("t", "softHyphen")
                )
                key = self._font_encoding(self._run_style(run, base)) or ""
                if sizes.get(key, 0) < 60_000:
                    samples.setdefault(key, []).append(text)
                    sizes[key] = sizes.get(key, 0) + len(text)
            for pieces in samples.values():
                pieces.append("\n")
        for key, texts in samples.items():
            sample = "".join(texts)
            if key:
                looks = encodings.plausibility(sample).share
                self._trusted[key] = encodings.plausibility(encodings.convert(sample, key)).share >= looks
            else:
                hidden = encodings.shown_as_legacy(sample)
                self._forced = (
                    hidden.encoding if hidden is not None and hidden.encoding in ("tcvn3", "vni") else None
                )

    def _font_encoding(self, style: RunStyle) -> str | None:
        return encodings.font_encoding(style.font) if style.font else None

    def _in_unicode(self, text: str, style: RunStyle) -> str:
        encoding = self._font_encoding(style)
        if encoding is not None and not self._trusted.get(encoding, True):
            encoding = None
        encoding = encoding or self._forced
        if encoding is None or any(
            ord(char) > 0xFF and char.isalpha() and char not in "ŠšŒœŸŽžƒ" for char in text
        ):
            return text
        if text.isascii() and encoding != "tcvn3-caps":
            return text
        self._converted.add(encoding.removesuffix("-caps"))
        return encodings.convert(text, encoding)

    # --- blocks ---------------------------------------------------------------------------------

    def _blocks(self, parent: Element) -> None:
        self._depth += 1
        if self._depth > LIMITS.nesting * 3:
            raise Refused("cấu trúc tệp lồng nhau quá sâu; có thể là tệp độc hại nên không đọc")
        for node in parent:
            kind = local(node.tag)
            if kind == "p":
                self._flush(self._read_paragraph(node))
            elif kind == "tbl":
                self._flush(None)
                self._table(node)
            elif kind == "sdt":
                if self._is_contents(node):
                    self._contents += 1
                    continue
                self._blocks(node)
            elif kind in ("sdtContent", "customXml", "ins", "moveTo", "smartTag"):
                self._blocks(node)
            elif kind == "AlternateContent":
                choice = child(node, "Choice")
                if choice is not None:
                    self._blocks(choice)
            elif kind == "altChunk":
                self._out.notices.append(
                    Notice(
                        code="embedded",
                        message="Tệp Word nhúng một tệp khác chưa đọc được; hãy mở và lưu lại bằng Word.",
                    )
                )
        self._depth -= 1

    @staticmethod
    def _is_contents(node: Element) -> bool:
        gallery = value_of(child(child(node, "sdtPr"), "docPartObj"), "docPartGallery")
        return gallery == "Table of Contents"

    def _flush(self, paragraph: Paragraph | None) -> None:
        """Write the paragraph; one whose end mark was deleted waits for the next."""
        waiting, self._pending = self._pending, None
        if waiting is not None:
            if paragraph is None:
                paragraph = waiting
            else:
                paragraph.pieces = waiting.pieces + paragraph.pieces
                paragraph.boxes = waiting.boxes + paragraph.boxes
                paragraph.breaks_before += waiting.breaks_before + waiting.breaks_inside
        elif paragraph is None:
            return
        if paragraph.joins_next:
            paragraph.joins_next = False
            self._pending = paragraph
            return
        self._turn(paragraph.breaks_before)
        if paragraph.text:
            self._out.line(_trimmed(paragraph.pieces))
            self._out.blank()
        for line in paragraph.boxes:
            self._out.line([(line, False)])
            self._out.blank()
        self._turn(paragraph.breaks_inside)

    def _turn(self, pages: int) -> None:
        for _ in range(pages):
            self._page += 1
            self._out.page(self._page)

    # --- paragraphs and runs --------------------------------------------------------------------

    def _paragraph_style(self, node: Element) -> RunStyle:
        key = value_of(child(node, "pPr"), "pStyle") or self._styles.default_paragraph
        return self._styles.get(key).run.over(self._styles.base)

    def _run_style(self, run: Element, base: RunStyle) -> RunStyle:
        properties = child(run, "rPr")
        if properties is None:
            return base
        own = run_style(properties)
        named = value_of(properties, "rStyle")
        if named:
            own = own.over(self._styles.get(named).run)
        return own.over(base)

    def _read_paragraph(self, node: Element) -> Paragraph | None:
        properties = child(node, "pPr")
        key = value_of(properties, "pStyle") or self._styles.default_paragraph
        style = self._styles.get(key)
        paragraph = Paragraph([], [])
        base = style.run.over(self._styles.base)
        marks = child(properties, "rPr")
        paragraph.joins_next = child(marks, "del") is not None or child(marks, "moveFrom") is not None
        state = _RunState(paragraph, base)
        self._inline(node, state, 0)
        state.close(self)
        if style.name.startswith("toc ") and _CONTENTS_LINE.search(paragraph.text):
            self._contents += 1
            return None
        if paragraph.text:
            label = self._label(properties, key)
            if label:
                bold = next((b for text, b in paragraph.pieces if text.strip()), False)
                paragraph.pieces.insert(0, (label, bold))
        elif paragraph.boxes == [] and paragraph.breaks_before == 0 and not paragraph.joins_next:
            return None
        return paragraph

    def _label(self, properties: Element | None, key: str | None) -> str:
        stated = numbering_of(properties)
        inherited = self._styles.get(key).numbering
        number = (
            stated[0] if stated is not None and stated[0] is not None else inherited[0] if inherited else None
        )
        if number is None or number == "0":
            return ""
        if stated is not None and stated[1] is not None:
            level = stated[1]
        elif stated is None or stated[0] is None:
            level = (inherited[1] if inherited else 0) or self._numbering.level_of_style(number, key)
        else:
            level = 0
        return self._numbering.label(number, level)

    def _inline(self, node: Element, state: _RunState, depth: int) -> None:
        if depth > 60:
            raise Refused("cấu trúc đoạn văn lồng nhau quá sâu; có thể là tệp độc hại nên không đọc")
        for part in node:
            kind = local(part.tag)
            if kind in ("del", "moveFrom"):
                self._changes += 1
            elif kind == "r":
                self._run(part, state, depth)
            elif kind in _PASSED:
                if kind in ("ins", "moveTo"):
                    self._changes += 1
                if kind == "AlternateContent":
                    choice = child(part, "Choice")
                    if choice is not None:
                        self._inline(choice, state, depth + 1)
                elif kind == "sdt":
                    content = child(part, "sdtContent")
                    if content is not None:
                        self._inline(content, state, depth + 1)
                else:
                    self._inline(part, state, depth + 1)

    def _run(self, run: Element, state: _RunState, depth: int) -> None:
        style = self._run_style(run, state.base)
        if style.hidden:
            self._hidden += 1
            return
        for part in run:
            kind = local(part.tag)
            if kind == "t":
                state.add(self, part.text or "", style)
            elif kind in ("tab", "ptab"):
                state.add(self, "\t", style)
            elif kind in ("br", "cr"):
                if (attribute(part, "type") or "textWrapping") == "textWrapping":
                    state.add(self, "\n", style)
            elif kind == "noBreakHyphen":
                state.add(self, "-", style)
            elif kind == "softHyphen":
                if self._font_encoding(style) or self._forced:
                    state.add(self, "\u00ad", style)
            elif kind == "sym":
                state.add(self, _symbol(part), msgspec.structs.replace(style, font=None))
            elif kind == "lastRenderedPageBreak":
                if state.empty:
                    state.paragraph.breaks_before += 1
                else:
                    state.paragraph.breaks_inside += 1
            elif kind in ("footnoteReference", "endnoteReference"):
                state.add(self, self._note(part, kind), msgspec.structs.replace(style, font=None))
            elif kind in ("drawing", "pict", "object"):
                self._drawing(part, state, depth)
            elif kind == "AlternateContent":
                choice = child(part, "Choice")
                chosen = choice if choice is not None else child(part, "Fallback")
                if chosen is not None:
                    self._drawing(chosen, state, depth)

    def _drawing(self, node: Element, state: _RunState, depth: int) -> None:
        """Collect the paragraphs of text boxes, and note large pictures."""
        if depth > 20:
            return
        stack = [node]
        while stack:
            at = stack.pop()
            kind = local(at.tag)
            if kind == "txbxContent":
                for paragraph in self._inner(at):
                    state.paragraph.boxes.extend(paragraph.lines)
                continue
            if kind == "extent":
                try:
                    area = int(at.get("cx") or 0) * int(at.get("cy") or 0)
                except ValueError:
                    area = 0
                if area > _BIG_PICTURE and any(local(n.tag) == "blip" for n in node.iter()):
                    self._pictures += 1
            if kind == "AlternateContent":
                choice = child(at, "Choice")
                stack.append(choice if choice is not None else at[-1]) if len(at) else None
                continue
            stack.extend(reversed(at))

    def _inner(self, parent: Element) -> Iterator[Paragraph]:
        """Read the paragraphs of a cell, a note or a text box, those of nested tables among them."""
        self._depth += 1
        if self._depth > LIMITS.nesting * 3:
            raise Refused("bảng hoặc khung chữ lồng nhau quá sâu; có thể là tệp độc hại nên không đọc")
        for node in parent:
            kind = local(node.tag)
            if kind == "p":
                paragraph = self._read_paragraph(node)
                if paragraph is not None:
                    yield paragraph
            elif kind in ("tbl", "tr", "tc", "sdt", "sdtContent", "customXml", "ins", "moveTo"):
                yield from self._inner(node)
            elif kind == "AlternateContent":
                choice = child(node, "Choice")
                if choice is not None:
                    yield from self._inner(choice)
        self._depth -= 1

    # --- notes ----------------------------------------------------------------------------------

    def _note(self, node: Element, kind: str) -> str:
        if switched_on_attribute(node, "customMarkFollows"):
            return ""
        mark = f"[{len(self._notes) + 1}]"
        self._notes.append((mark, kind.removesuffix("Reference"), attribute(node, "id") or ""))
        return mark

    def _footnotes(self) -> None:
        """Write the notes after the document, in the order of their marks."""
        found: dict[tuple[str, str], Element] = {}
        if self._notes:
            for kind in ("footnote", "endnote"):
                root = self._package.xml(f"word/{kind}s.xml")
                for node in root if root is not None else ():
                    found[(kind, attribute(node, "id") or "")] = node
        for mark, kind, key in list(self._notes):
            note = found.get((kind, key))
            if note is None:
                continue
            lines = [line for paragraph in self._inner(note) for line in paragraph.lines]
            if lines:
                self._out.line([(f"{mark} " + " ".join(lines), False)])
                self._out.blank()

    # --- tables ---------------------------------------------------------------------------------

    def _table(self, table: Element) -> None:
        rows = self._rows(table)
        if not rows:
            return
        if self._is_layout(table, rows):
            for cells in rows:
                self._turn(max(cell.breaks for cell in cells))
                for cell in cells:
                    if cell.continues:
                        continue
                    for line in cell.text.split("\n"):
                        self._out.line([(line, cell.bold)])
                    self._out.blank()
            return
        width = max(sum(cell.span for cell in cells) for cells in rows)
        above: list[str] = []
        for cells in rows:
            written: list[str] = []
            for cell in cells:
                at = len(written)
                text = above[at] if cell.continues and at < len(above) else cell.text
                written.extend([text, *[""] * (cell.span - 1)])
            written.extend([""] * (width - len(written)))
            above = written
            self._turn(max(cell.breaks for cell in cells))
            if any(text.strip() for text in written) and not all(cell.continues for cell in cells):
                filled = [cell for cell in cells if cell.text]
                self._out.line([(row(written), bool(filled) and all(cell.bold for cell in filled))])
        self._out.blank()

    def _rows(self, table: Element) -> list[list[_Cell]]:
        rows: list[list[_Cell]] = []
        for tr in _through(table, "tr"):
            properties = child(tr, "trPr")
            if child(properties, "del") is not None:
                self._changes += 1
                continue
            cells = [_Cell("", 1, False, False, 0)] * _small(value_of(properties, "gridBefore"), 0)
            for tc in _through(tr, "tc"):
                cells.append(self._cell(tc))
            if cells:
                rows.append(cells)
        return rows

    def _cell(self, tc: Element) -> _Cell:
        properties = child(tc, "tcPr")
        merge = value_of(properties, "vMerge")
        lines: list[str] = []
        breaks = 0
        bold = True
        for paragraph in self._inner(tc):
            lines.extend(paragraph.lines)
            breaks += paragraph.breaks_before + paragraph.breaks_inside
            bold = bold and all(b for text, b in paragraph.pieces if text.strip())
        return _Cell(
            text="\n".join(lines),
            span=max(1, _small(value_of(properties, "gridSpan"), 1)),
            bold=bold and bool(lines),
            continues=merge is not None and merge != "restart",
            breaks=breaks,
        )

    def _is_layout(self, table: Element, rows: list[list[_Cell]]) -> bool:
        """Say whether a table only places things: the header, Nơi nhận beside the signature, one cell."""
        most = max(len(cells) for cells in rows)
        if most == 1:
            return len(rows) <= 3
        words = "\n".join(cell.text for cells in rows[:4] for cell in cells)
        short = all(len(cell.text) <= _LAYOUT_CELL for cells in rows for cell in cells)
        if short and len(rows) <= 6 and most <= 4 and _LAYOUT_MARKS.search(words):
            return True
        if len(rows) > 3 or most > 3:
            return False
        return not self._has_lines(table)

    def _has_lines(self, table: Element) -> bool:
        properties = child(table, "tblPr")
        borders = child(properties, "tblBorders")
        if borders is not None:
            if has_borders(borders):
                return True
        elif self._styles.get(value_of(properties, "tblStyle")).bordered:
            return True
        return any(local(node.tag) == "tcBorders" and has_borders(node) for node in table.iter())

    # --- notices --------------------------------------------------------------------------------

    def _report(self) -> None:
        notices = self._out.notices
        if self._converted:
            names = ", ".join(sorted(encodings.LEGACY_NAMES[name] for name in self._converted))
            notices.append(
                Notice(
                    code="encoding",
                    message=f"Văn bản dùng phông chữ mã {names}, đã được chuyển sang Unicode; hãy đối chiếu khi trích dẫn.",
                )
            )
        if self._changes:
            notices.append(
                Notice(
                    code="tracked_changes",
                    message="Tệp còn theo dõi sửa đổi chưa chấp nhận: phần thêm được giữ, phần xóa được bỏ.",
                )
            )
        if self._hidden:
            notices.append(
                Notice(code="hidden_text", message="Tệp có chữ bị ẩn trong Word; phần này không được đọc.")
            )
        if self._contents:
            notices.append(
                Notice(code="contents", message="Mục lục tự động của Word không được đọc như nội dung.")
            )
        if self._pictures:
            notices.append(
                Notice(
                    code="picture",
                    message=f"Tệp có {self._pictures} hình ảnh lớn; chữ trong hình không được đọc.",
                )
            )
        if any("vbaproject" in name for name in self._package.names()):
            notices.append(Notice(code="macro", message="Tệp có macro; macro không được chạy."))


class _RunState:
    """Gathers runs of one style, so that a letter split over two runs is converted whole."""

    def __init__(self, paragraph: Paragraph, base: RunStyle) -> None:
        self.paragraph = paragraph
        self.base = base
        self._text: list[str] = []
        self._style = base

    @property
    def empty(self) -> bool:
        return not self.paragraph.text and not "".join(self._text).strip()

    def add(self, reader: _Reader, text: str, style: RunStyle) -> None:
        if style != self._style:
            self.close(reader)
            self._style = style
        self._text.append(text)

    def close(self, reader: _Reader) -> None:
        text = "".join(self._text)
        self._text = []
        if not text:
            return
        text = reader._in_unicode(text, self._style)
        if self._style.caps:
            text = text.upper()
        self.paragraph.pieces.append((text, self._style.bold is True))


def switched_on_attribute(node: Element, name: str) -> bool:
    """Say whether an on/off attribute is set."""
    return (attribute(node, name) or "0").lower() not in ("0", "false", "off")


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """Take the white space off the start of each line; its end is taken off by the builder."""
    out: list[Piece] = []
    fresh = True
    for text, bold in pieces:
        lines = text.split("\n")
        for at, line in enumerate(lines):
            if at:
                out.append(("\n", False))
                fresh = True
            kept = line.lstrip() if fresh else line
            if kept:
                out.append((kept, bold))
                fresh = False
    return out


def _symbol(node: Element) -> str:
    try:
        code = int(attribute(node, "char") or "", 16)
    except ValueError:
        return ""
    return symbol(code) if 0x20 <= code < 0xD800 or 0xF000 <= code <= 0xF0FF else ""


def _through(parent: Element, wanted: str) -> Iterator[Element]:
    """Yield children of a kind, also those inside content controls and tracked insertions."""
    for node in parent:
        kind = local(node.tag)
        if kind == wanted:
            yield node
        elif kind in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _through(node, wanted)


def _small(text: str | None, fallback: int) -> int:
    """Read a small count; a hostile one is held at 63, Word's own limit of columns."""
    try:
        return min(int(text or ""), 63)
    except ValueError:
        return fallback
