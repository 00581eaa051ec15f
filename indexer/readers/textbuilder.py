"""Builds the one text of a document from styled pieces, composing accents as it goes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from indexer.readers.limits import LIMITS, Refused
from indexer.records import Notice, Page, SourceText, Span

Piece = tuple[str, bool]
"""A stretch of text and whether the source sets it in bold."""

_DROPPED = {
    **{code: None for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: None,
    0x85: "\n",
    0x0B: "\n",
    0x0C: "\n",
    0x2028: "\n",
    0x2029: "\n",
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_CLUSTER = re.compile(r"(?s).[\u0300-\u036f]*")
_RULE = re.compile(r"\s*(?:[-_–—=*]\s*){3,}")
_ODD_BREAKS = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u200b-\u200d\u2028\u2029\u2060\ufeff\ud800-\udfff]")


def clean_characters(text: str) -> str:
    """Make every line end ``\\n`` and drop control and zero-width characters; nothing else changes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_DROPPED) if _ODD_BREAKS.search(text) else text


def compose(text: str, marks: Sequence[int]) -> tuple[str, list[int]]:
    """Compose accents (NFC) and move the offsets ``marks`` (ascending, into ``text``) along.

    A mark that falls inside a composed letter moves to the letter's start.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, list(marks)
    out: list[str] = []
    length = 0
    starts: list[tuple[int, int]] = []
    for match in _CLUSTER.finditer(text):
        composed = unicodedata.normalize("NFC", match.group())
        if out:
            joined = unicodedata.normalize("NFC", out[-1] + composed)
            if joined != out[-1] + composed:
                length += len(joined) - len(out[-1])
                out[-1] = joined
                continue
        starts.append((match.start(), length))
        out.append(composed)
        length += len(composed)
    moved: list[int] = []
    at = 0
    for mark in marks:
        while at + 1 < len(starts) and starts[at + 1][0] <= mark:
            at += 1
        if mark >= len(text):
            moved.append(length)
        else:
            moved.append(starts[at][1] if starts else 0)
    return "".join(out), moved


def row(cells: Iterable[str]) -> str:
    """Write one table row: ``| cell | cell |``.  A bar inside a cell becomes ``¦``.

    Paragraphs of one cell are set two spaces apart, so that whoever splits names can still tell them.
    """
    written = []
    for cell in cells:
        lines = (" ".join(part.split()) for part in cell.replace("|", "¦").split("\n"))
        written.append("  ".join(line for line in lines if line))
    return "| " + " | ".join(written) + " |"


class TextBuilder:
    """Collects lines of styled pieces; ``build`` gives the immutable text with its spans.

    Pieces may hold decomposed accents and line breaks; offsets are those of the finished text.
    """

    def __init__(self) -> None:
        """Start with no text."""
        self._parts: list[str] = []
        self._length = 0
        self._bold: list[Span] = []
        self._pages: list[tuple[int, int, float | None]] = []
        self._blank = 2
        self.notices: list[Notice] = []

    @property
    def length(self) -> int:
        """Code points written so far."""
        return self._length

    def page(self, number: int, ocr: float | None = None) -> None:
        """Start page ``number`` (from 1); ``ocr`` is its mean confidence in [0, 1]."""
        self._pages.append((number, self._length, ocr))

    def line(self, pieces: Iterable[Piece]) -> None:
        """Write one line (more, where a piece holds line breaks).  Trailing spaces go; blank lines too."""
        text = ""
        edges: list[tuple[int, int]] = []
        for content, bold in pieces:
            content = clean_characters(content)
            if not content:
                continue
            start = len(text)
            text += content
            if bold and content.strip():
                if edges and edges[-1][1] == start:
                    edges[-1] = (edges[-1][0], len(text))
                else:
                    edges.append((start, len(text)))
        marks = [mark for edge in edges for mark in edge]
        text, moved = compose(text, marks)
        bold_spans = list(zip(moved[::2], moved[1::2], strict=True))
        offset = 0
        for line in text.split("\n"):
            self._plain(line, [(s - offset, e - offset) for s, e in bold_spans])
            offset += len(line) + 1

    def _plain(self, line: str, bold: list[tuple[int, int]]) -> None:
        kept = line.rstrip()
        if not kept.strip() or _RULE.fullmatch(kept):
            return
        for start, end in bold:
            start, end = max(start, 0), min(end, len(kept))
            if start < end and kept[start:end].strip():
                self._bold.append(Span(self._length + start, self._length + end))
        self._write(kept + "\n")
        self._blank = 0

    def blank(self) -> None:
        """End a paragraph: one blank line, never two."""
        if self._blank == 0:
            self._write("\n")
        self._blank = 1

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > LIMITS.text_characters:
            raise Refused(
                f"văn bản dài quá {LIMITS.text_characters:,} ký tự; hãy tách thành nhiều tệp".replace(
                    ",", "."
                )
            )

    def build(self, kind: str, encoding: str | None = None) -> SourceText:
        """Return the finished text; pages that share an offset with the next one are empty spans."""
        text = "".join(self._parts)
        ends = [start for _, start, _ in self._pages[1:]] + [len(text)] * bool(self._pages)
        pages = tuple(
            Page(number=number, span=Span(start, end), ocr=ocr)
            for (number, start, ocr), end in zip(self._pages, ends, strict=True)
        )
        return SourceText(
            text=text,
            pages=pages,
            bold=tuple(self._bold),
            notices=tuple(self.notices),
            format=kind,
            encoding=encoding,
        )
