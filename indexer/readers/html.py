"""HTML pages: block elements become lines, tables become rows; scripts and styles are left out."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from indexer.readers import encodings
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.package import local
from indexer.readers.textbuilder import Piece, TextBuilder, row
from indexer.records import Notice, SourceText

_DROPPED = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "iframe",
        "object",
        "svg",
        "select",
        "button",
        "nav",
        "form",
    }
)
_BLOCKS = frozenset(
    {
        "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre",
        "section", "article", "header", "footer", "main", "aside", "figure", "figcaption", "address", "hr", "center",
        "body", "html", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption",
    }
)  # fmt: skip
_BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LAYOUT = re.compile(r"cộng h[oòóa]+ xã hội chủ nghĩa|đảng cộng sản việt nam|nơi nhận\s*:", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DEEPEST = 400


def read_html(data: bytes) -> SourceText | None:
    """Read an HTML page; None where it has no words.

    The encoding is what the bytes show, then what the page declares.  Raises :class:`Refused` where neither fits.
    """
    if len(data) > LIMITS.text_bytes:
        raise Refused(f"trang HTML quá lớn (hơn {LIMITS.text_bytes // 2**20} MB)")
    text, encoding, converted = _decode(data)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text)
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    walker = _Walker()
    walker.block(root, False, 0)
    walker.end_line()
    walker.out.blank()
    if converted:
        walker.out.notices.append(
            Notice(
                code="encoding",
                message=f"Trang dùng bảng mã {encodings.LEGACY_NAMES.get(encoding, encoding)}, đã chuyển sang Unicode.",
            )
        )
    return walker.out.build("html", encoding) if walker.out.length else None


def _decode(data: bytes) -> tuple[str, str, bool]:
    try:
        decoded = encodings.decode(data)
        return decoded.text, decoded.encoding, decoded.converted
    except encodings.Undecidable as error:
        declared = _CHARSET.search(data[:4096])
        if declared is not None:
            name = declared.group(1).decode("ascii")
            try:
                return data.decode(name), name.lower(), False
            except (LookupError, UnicodeDecodeError):
                raise Refused(str(error)) from None
        raise Refused(str(error)) from None


class _Walker:
    """Goes through the tree once, writing lines as blocks end."""

    def __init__(self) -> None:
        self.out = TextBuilder()
        self._line: list[Piece] = []

    def end_line(self) -> None:
        """Write the line gathered so far."""
        pieces: list[Piece] = []
        for text, bold in self._line:
            text = _SPACES.sub(" ", text) if "\0" not in text else "\n"
            if not pieces or pieces[-1][0].endswith((" ", "\n")):
                text = text.lstrip(" ")
            if text:
                pieces.append((text, bold))
        self._line = []
        if any(text.strip() for text, _ in pieces):
            self.out.line(pieces)
            self.out.blank()

    def block(self, node: Any, bold: bool, depth: int) -> None:
        """Write one element and what it holds."""
        name = local(node.tag)
        if depth > _DEEPEST:
            raise Refused("trang HTML lồng nhau quá sâu; có thể là tệp độc hại nên không đọc")
        if name in _DROPPED or (node.get("hidden") is not None) or _HIDDEN.search(node.get("style") or ""):
            return
        if name == "br":
            self._line.append(("\0", False))
            return
        is_block = name in _BLOCKS
        if is_block:
            self.end_line()
        if name == "table" and not _is_layout(node):
            self._table(node, depth)
        else:
            heavy = bold or name in _BOLD
            if node.text:
                self._line.append((node.text.replace("\0", ""), heavy))
            for part in node:
                if isinstance(part.tag, str):
                    self.block(part, heavy, depth + 1)
                if part.tail:
                    self._line.append((part.tail.replace("\0", ""), heavy))
        if is_block:
            self.end_line()

    def _table(self, node: Any, depth: int) -> None:
        """Write the rows of a data table, merged cells repeated downwards."""
        above: dict[int, tuple[int, str]] = {}
        lines: list[tuple[list[str], bool]] = []
        for tr in _rows(node):
            written: list[str] = []
            heads = 0
            cells = [cell for cell in tr if local(cell.tag) in ("td", "th")]
            for cell in cells:
                self._covered(written, above)
                across, down = _count(cell.get("colspan")), _count(cell.get("rowspan"))
                text = _text(cell, depth)
                heads += local(cell.tag) == "th" or cell.find(".//b") is not None
                for at in range(across):
                    if down > 1:
                        above[len(written)] = (down - 1, text if at == 0 else "")
                    written.append(text if at == 0 else "")
            self._covered(written, above)
            if any(written):
                lines.append((written, bool(cells) and heads == len(cells)))
        width = max((len(line) for line, _ in lines), default=0)
        for line, bold in lines:
            self.out.line([(row([*line, *[""] * (width - len(line))]), bold)])
        self.out.blank()

    @staticmethod
    def _covered(written: list[str], above: dict[int, tuple[int, str]]) -> None:
        while len(written) in above:
            at = len(written)
            left, text = above[at]
            written.append(text)
            if left > 1:
                above[at] = (left - 1, text)
            else:
                del above[at]


def _count(text: str | None) -> int:
    return max(1, min(int(text), 63)) if text and text.strip().isdecimal() else 1


def _rows(table: Any) -> list[Any]:
    return [
        node
        for part in table
        for node in (
            [part]
            if local(part.tag) == "tr"
            else part
            if local(part.tag) in ("tbody", "thead", "tfoot")
            else []
        )
        if local(node.tag) == "tr"
    ]


def _text(cell: Any, depth: int) -> str:
    inner = _Walker()
    for at, part in enumerate([cell]):
        inner._line.append((part.text or "", False)) if not at else None
        for node in part:
            if isinstance(node.tag, str):
                inner.block(node, False, depth + 1)
            if node.tail:
                inner._line.append((node.tail, False))
    inner.end_line()
    return inner.out.build("html").text.strip()


def _is_layout(table: Any) -> bool:
    """Say whether a table only places things (a page frame, the header, Nơi nhận beside the signature)."""
    if table.find(".//table") is not None:
        return True
    rows = _rows(table)
    most = max((len([c for c in tr if local(c.tag) in ("td", "th")]) for tr in rows), default=0)
    if most <= 1:
        return True
    return len(rows) <= 6 and most <= 3 and _LAYOUT.search("".join(table.itertext())[:3000]) is not None
