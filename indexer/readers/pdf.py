"""PDF files: characters with their places from PDFium, lines and tables by :mod:`indexer.readers.layout`.

Pages without text are handed to the reader of scans; pages keep their numbers for citations.
"""

from __future__ import annotations

import ctypes
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from math import hypot, isfinite
from typing import Any

import msgspec
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from indexer.readers import encodings
from indexer.readers.grid import Grid, Rule, find_grids
from indexer.readers.layout import (
    Line,
    PageLayout,
    Table,
    Word,
    drop_running_lines,
    fill_grid,
    gather_lines,
    in_columns,
    join_split_tables,
    with_breaks,
    write_pages,
)
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.mend import mend_numbers
from indexer.readers.symbols import symbol
from indexer.readers.textbuilder import TextBuilder, compose
from indexer.records import Notice, SourceText

_THIN = 2.5  # points: a filled rectangle no thicker than this is a line
_LINE_HEIGHT = 1.12  # ems: the size of a word is that of its line
_AT_ONCE = 2  # pages in recognition at a time
_FEW = 12  # printable characters below which a page counts as without text
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_SYMBOL_FONT = re.compile(r"symbol|wingdings|webdings", re.IGNORECASE)
_NOTE_START = re.compile(r"\[\d{1,3}\]")

_SPACES = frozenset({0x20, 0x0D, 0x0A, 0x09, 0xA0, 0x00, 0x3000})

PageImage = Any
"""A PIL image of a rendered page."""
OcrPage = Callable[[int, PageImage, float], "PageLayout | None"]
"""Reads the picture of a page: (number, image, points per pixel) → layout, None where nothing was read."""


Reread = Callable[[Grid, list[Word]], list[Word]]
"""Looks again at the cells of a scanned table that got no words; returns the words found there."""


class Ocr(msgspec.Struct, frozen=True):
    """How to read pages without text: ``read`` and, where that is impossible, the reason in Vietnamese."""

    read: OcrPage | None
    reason: str = ""


def read_pdf(data: bytes, ocr: Ocr, progress: Callable[[], None] = lambda: None) -> SourceText | None:
    """Read a PDF file; None where no page has text.

    ``progress`` is called after every page.  Raises :class:`Refused` for what cannot be read.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Refused(_reason(str(error))) from None
    try:
        return _read(document, ocr, progress)
    finally:
        document.close()


def _reason(error: str) -> str:
    if "assword" in error:
        return "PDF có mật khẩu; hãy bỏ mật khẩu (in lại thành PDF mới) rồi lập chỉ mục lại"
    if "ecurity" in error:
        return "PDF dùng cách mã hóa không đọc được; hãy in lại thành PDF mới"
    return "PDF hỏng, không mở được; hãy tải lại tệp hoặc in lại thành PDF mới"


def _read(document: Any, ocr: Ocr, progress: Callable[[], None]) -> SourceText | None:
    count = len(document)
    if count == 0:
        raise Refused("PDF không có trang nào")
    if count > LIMITS.pages:
        raise Refused(f"PDF có {count} trang, quá giới hạn {LIMITS.pages} trang; hãy tách thành nhiều tệp")
    out = TextBuilder()
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        reading = _Reading(ocr, out, pool, progress)
        for number in range(1, count + 1):
            try:
                page = document[number - 1]
            except pdfium.PdfiumError:
                out.notices.append(
                    Notice(code="page_damaged", message=f"Trang {number} hỏng, không đọc được.", page=number)
                )
                continue
            try:
                reading.page(number, page)
            finally:
                page.close()
            progress()
        pages = reading.finish()
    mend_numbers(pages)
    drop_running_lines(pages)
    join_split_tables(pages)
    write_pages(pages, out)
    reading.report()
    if not out.length or not any(page.items or page.notes for page in pages):
        if out.notices:
            raise Refused(" ".join(dict.fromkeys(notice.message for notice in out.notices))[:600])
        return None
    return out.build("pdf")


class _Reading:
    """State that runs over the pages of one document."""

    def __init__(
        self, ocr: Ocr, out: TextBuilder, pool: ThreadPoolExecutor, progress: Callable[[], None]
    ) -> None:
        self.pages: list[PageLayout] = []
        self._pool = pool
        self._progress = progress
        self._waiting: deque[tuple[int, bool, Future[PageLayout | None]]] = deque()
        self._ocr = ocr
        self._out = out
        self._scanned = 0
        self._layered: list[int] = []
        self._converted: set[str] = set()
        self._garbled: list[int] = []

    def page(self, number: int, page: Any) -> None:
        """Read one page into a layout, by its text or, without any, by its picture."""
        width, height = page.get_size()
        words, printable = self._words(page)
        picture = _has_picture(page)
        if printable < _FEW:
            if picture or not _is_blank(page):
                self._scan(number, page)
            return
        if _is_garbled(words):
            self._garbled.append(number)
            self._scan(number, page, text=False)
        if picture:
            self._layered.append(number)
        self.pages.append(lay_out(number, width, height, words, *_rules(page, height)))

    def _scan(self, number: int, page: Any, *, text: bool = True) -> None:
        notices = self._out.notices
        if self._ocr.read is None:
            if text:
                notices.append(
                    Notice(
                        code="no_text_page",
                        message=f"Trang {number} là ảnh quét, chưa đọc được: {self._ocr.reason}",
                        page=number,
                    )
                )
            return
        self._scanned += 1
        if self._scanned > LIMITS.ocr_pages:
            notices.append(
                Notice(
                    code="no_text_page",
                    message=f"Trang {number} là ảnh quét, không đọc vì quá giới hạn {LIMITS.ocr_pages} trang quét.",
                    page=number,
                )
            )
            return
        width, height = page.get_size()
        scale = min(300 / 72, (LIMITS.image_pixels / max(width * height, 1)) ** 0.5)
        image = page.render(scale=scale, grayscale=True).to_pil()
        # PDFium reads pages one at a time; recognition runs beside it
        self._waiting.append((number, text, self._pool.submit(self._ocr.read, number, image, 1 / scale)))
        while len(self._waiting) > 2 * _AT_ONCE:
            self._take()

    def _take(self) -> None:
        """Wait for the page that was given to recognition first."""
        number, text, coming = self._waiting.popleft()
        layout = coming.result()
        self._progress()
        if layout is not None and layout.items:
            self.pages = [page for page in self.pages if page.number != number]
            self.pages.append(layout)
        elif text:
            self._out.notices.append(
                Notice(
                    code="no_text_page",
                    message=f"Trang {number} là ảnh, không nhận dạng được chữ nào; hãy xem bản gốc.",
                    page=number,
                )
            )

    def finish(self) -> list[PageLayout]:
        """Wait for the pages in recognition; return all pages in order."""
        while self._waiting:
            self._take()
        self.pages.sort(key=lambda page: page.number)
        return self.pages

    def report(self) -> None:
        """Add the notices that speak of the whole document."""
        notices = self._out.notices
        for page in self.pages:
            if page.ocr is not None:
                notices.append(
                    Notice(
                        code="ocr",
                        message=f"Trang {page.number} được nhận dạng từ ảnh quét, độ tin cậy {page.ocr:.0%}; "
                        "hãy đối chiếu với bản gốc.",
                        page=page.number,
                    )
                )
        if self._layered:
            notices.append(
                Notice(
                    code="ocr_layer",
                    message=f"Trang {_ranges(self._layered)} là ảnh quét có sẵn lớp chữ do máy khác nhận dạng; "
                    "hãy đối chiếu với bản gốc.",
                    page=self._layered[0],
                )
            )
        for number in self._garbled:
            notices.append(
                Notice(
                    code="damaged",
                    message=f"Lớp chữ của trang {number} bị hỏng (phông chữ không có bảng mã); hãy đối chiếu với bản gốc.",
                    page=number,
                )
            )
        if self._converted:
            names = ", ".join(sorted(encodings.LEGACY_NAMES[name] for name in self._converted))
            notices.append(
                Notice(
                    code="encoding",
                    message=f"PDF dùng phông chữ mã {names}, đã được chuyển sang Unicode; hãy đối chiếu khi trích dẫn.",
                )
            )

    def _words(self, page: Any) -> tuple[list[Word], int]:
        words: list[Word] = []
        printable = 0
        textpage = page.get_textpage()
        try:
            for word, font in _words_of(page, textpage):
                printable += len(word.text)
                if _SYMBOL_FONT.search(font):
                    word.text = "".join(symbol(ord(char)) for char in word.text)
                encoding = encodings.font_encoding(font)
                if encoding is not None and not word.text.isascii():
                    word.text = self._converted_text(word.text, encoding)
                elif encoding == "tcvn3-caps":
                    word.text = word.text.upper()
                words.append(word)
        finally:
            textpage.close()
        return self._without_codes(words), printable

    def _converted_text(self, text: str, encoding: str) -> str:
        if any(ord(char) > 0x17F and char.isalpha() for char in text):
            return text  # the font has a table to Unicode after all
        self._converted.add(encoding.removesuffix("-caps"))
        return encodings.convert(text, encoding)

    def _without_codes(self, words: list[Word]) -> list[Word]:
        """Convert legacy codes that an unnamed font hides ("KÕ ho¹ch" in a renamed font)."""
        found = encodings.shown_as_legacy(" ".join(word.text for word in words))
        if found is not None and found.encoding in ("tcvn3", "vni"):
            self._converted.add(found.encoding)
            for word in words:
                word.text = encodings.convert(word.text, found.encoding)
        return words


def lay_out(
    number: int,
    width: float,
    height: float,
    words: list[Word],
    across: list[Rule],
    down: list[Rule],
    ocr: float | None = None,
    reread: Reread | None = None,
) -> PageLayout:
    """Put the words of a page in reading order, tables at their place.  Shared with the reader of scans.

    ``reread`` is asked for the words of table cells that have none.
    """
    rest = words
    tables: list[Table] = []
    for grid in find_grids(across, down):
        if reread is not None:
            rest = rest + reread(grid, rest)
        filled, rest = fill_grid(grid, rest)
        if filled.rows and len(filled.rows[0]) > 1:
            tables.append(filled)
        elif filled.rows:
            # a frame around text, not a table: its words are read as lines
            rest = [*rest, *(word for word in words if grid.cell_at(word.x0, word.y) is not None)]
    lines = gather_lines(rest)
    lines, notes = _notes(lines, across, height, width)
    items: list[Line | Table | None] = []
    places: list[Table | None] = [*sorted(tables, key=lambda t: t.top), None]
    for table in places:
        limit = table.top if table is not None else float("inf")
        above = [line for line in lines if line.y <= limit]
        lines = [line for line in lines if line.y > limit]
        if above:
            if items:
                items.append(None)
            items.extend(with_breaks(in_columns(above, width)))
        if table is not None:
            items.append(table)
    return PageLayout(number, width, height, items, notes, ocr)


def _notes(
    lines: list[Line], across: list[Rule], height: float, width: float
) -> tuple[list[Line], list[list[Line]]]:
    """Part the footnotes from a page: small lines at its end, the first of which starts with a note mark."""
    if len(lines) < 3:
        return lines, []
    usual = sorted(line.size for line in lines)[len(lines) // 2]
    start = len(lines)
    while start > 0 and lines[start - 1].size < 0.93 * usual and lines[start - 1].y > 0.3 * height:
        start -= 1
    tail = lines[start:]
    while tail and not _NOTE_START.match(tail[0].text):
        tail = tail[1:]
    if not tail:
        return lines, []
    notes: list[list[Line]] = []
    for line in tail:
        if _NOTE_START.match(line.text) or not notes:
            notes.append([])
        notes[-1].append(line)
    return lines[: len(lines) - len(tail)], notes


# --- PDFium ---------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _is_bold(font: str) -> bool:
    return bool(_BOLD.search(font))


def _words_of(page: Any, textpage: Any) -> Iterator[tuple[Word, str]]:
    """Yield the words of a page with the names of their fonts.

    A word ends at white space, a new baseline or a gap.
    """
    count = textpage.count_chars()
    if count > 200_000:
        raise Refused("một trang PDF có quá nhiều ký tự; có thể là tệp độc hại nên không đọc")
    turn = _turn(page)
    x, y = ctypes.c_double(), ctypes.c_double()
    box = raw.FS_RECTF()
    name = ctypes.create_string_buffer(256)
    flags = ctypes.c_int()
    pointer = textpage.raw
    get_unicode, get_box, get_origin = (
        raw.FPDFText_GetUnicode,
        raw.FPDFText_GetLooseCharBox,
        raw.FPDFText_GetCharOrigin,
    )
    matrix = raw.FS_MATRIX()
    letters: list[str] = []
    word: Word | None = None
    font = ""
    last_x = 0.0
    broken = True
    for at in range(count):
        code = get_unicode(pointer, at)
        if code in _SPACES or 0x2000 <= code <= 0x200B:
            broken = True
            continue
        if code in (0x02, 0xFFFE):
            code = 0x2D  # PDFium marks a hyphen at the end of a line so
        if 0xD800 <= code < 0xE000 or code < 0x20:
            code = 0xFFFD
        get_box(pointer, at, box)
        get_origin(pointer, at, x, y)
        x0, base, x1 = turn(x.value, y.value, box)
        if not (isfinite(x0) and isfinite(base) and isfinite(x1)):
            continue
        char = chr(code)
        glued = False
        if word is not None and not broken:
            size = word.size
            if letters[-1] == char and abs(x0 - last_x) < 0.1 * size and abs(base - word.y) < 0.1 * size:
                continue  # printed twice to look bold
            rise = abs(base - word.y)
            glued = rise < 0.75 * size and -0.6 * size < x0 - word.x1 < 0.2 * size
            if glued and rise < 0.12 * size:
                letters.append(char)
                word.x1 = max(word.x1, x1)
                last_x = x0
                continue
        if word is not None:
            word.text = "".join(letters)
            yield word, font
        raw.FPDFText_GetFontInfo(pointer, at, name, 256, flags)
        font = name.value.decode("utf-8", "replace")
        raw.FPDFText_GetMatrix(pointer, at, matrix)
        size = _LINE_HEIGHT * raw.FPDFText_GetFontSize(pointer, at) * hypot(matrix.c, matrix.d)
        letters = [char]
        word = Word("", x0, x1, base, size if 1 < size < 1000 else 1.0, _is_bold(font), glued)
        last_x = x0
        broken = False
    if word is not None:
        word.text = "".join(letters)
        yield word, font


def _turn(page: Any) -> Callable[[float, float, Any], tuple[float, float, float]]:
    """Return the map from page space to what the reader sees: (x0, baseline from the top, x1)."""
    rotation = page.get_rotation()
    left, bottom, right, top = page.get_mediabox()
    crop = page.get_cropbox()
    left, bottom, right, top = (
        max(left, crop[0]),
        max(bottom, crop[1]),
        min(right, crop[2]),
        min(top, crop[3]),
    )

    def upright(x: float, y: float, box: Any) -> tuple[float, float, float]:
        return box.left - left, top - y, box.right - left

    def quarter(x: float, y: float, box: Any) -> tuple[float, float, float]:
        return box.bottom - bottom, x - left, box.top - bottom

    def half(x: float, y: float, box: Any) -> tuple[float, float, float]:
        return right - box.right, y - bottom, right - box.left

    def three(x: float, y: float, box: Any) -> tuple[float, float, float]:
        return top - box.top, right - x, top - box.bottom

    return {0: upright, 90: quarter, 180: half, 270: three}.get(rotation, upright)


def _rules(page: Any, height: float) -> tuple[list[Rule], list[Rule]]:
    """Return the horizontal and vertical lines that a page draws."""
    across: list[Rule] = []
    down: list[Rule] = []
    rotation = page.get_rotation()
    left, bottom, right, top = page.get_mediabox()
    for number, item in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=4)):
        if number > 20_000:
            break
        for x0, y0, x1, y1 in _strokes(item):
            if rotation == 90:
                ax0, ay0, ax1, ay1 = y0 - bottom, x0 - left, y1 - bottom, x1 - left
            elif rotation == 180:
                ax0, ay0, ax1, ay1 = right - x1, y0 - bottom, right - x0, y1 - bottom
            elif rotation == 270:
                ax0, ay0, ax1, ay1 = top - y1, right - x1, top - y0, right - x0
            else:
                ax0, ay0, ax1, ay1 = x0 - left, top - y1, x1 - left, top - y0
            if not all(map(isfinite, (ax0, ay0, ax1, ay1))):
                continue
            if ay1 - ay0 <= _THIN < ax1 - ax0:
                across.append(Rule((ay0 + ay1) / 2, ax0, ax1))
            elif ax1 - ax0 <= _THIN < ay1 - ay0:
                down.append(Rule((ax0 + ax1) / 2, ay0, ay1))
    return across, down


def _strokes(item: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the boxes of the thin parts of a path, and the four edges of a stroked rectangle."""
    x0, y0, x1, y1 = item.get_bounds()
    if min(x1 - x0, y1 - y0) <= _THIN:
        yield x0, y0, x1, y1
        return
    count = raw.FPDFPath_CountSegments(item)
    if not 2 <= count <= 2000:
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    if fill.value and not stroke.value:
        # a filled shape: its thin rectangles are lines, its large ones a background
        yield from _thin_rectangles(item, count)
        return
    matrix = item.get_matrix()
    first = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield _box(last, point)
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield _box(point, first)


def _thin_rectangles(item: Any, count: int) -> Iterator[tuple[float, float, float, float]]:
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO and points:
            yield _bounds(points)
            points = []
        points.append(matrix.on_point(x.value, y.value))
    if points:
        yield _bounds(points)


def _bounds(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def _box(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float, float]:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def _has_picture(page: Any) -> bool:
    """Say whether pictures cover more than half of a page: a scan, with or without a text layer."""
    width, height = page.get_size()
    covered = 0.0
    for number, item in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4)):
        if number > 500:
            break
        x0, y0, x1, y1 = item.get_bounds()
        covered += max(0.0, min(x1, width * 2) - max(x0, -width)) * max(
            0.0, min(y1, height * 2) - max(y0, -height)
        )
    return bool(covered > 0.5 * width * height)


def _is_blank(page: Any) -> bool:
    """Say whether a page without text shows nothing at all (rendered small, all pixels alike)."""
    width, height = page.get_size()
    scale = min(1.0, 400 / max(width, height, 1))
    low, high = page.render(scale=scale, grayscale=True).to_pil().getextrema()
    return int(high) - int(low) < 24


def _is_garbled(words: list[Word]) -> bool:
    """Say whether a text layer spells nothing: letters without a table to Unicode."""
    text = " ".join(word.text for word in words)
    odd = sum(1 for char in text if char == "\ufffd" or 0xE000 <= ord(char) < 0xF8FF)
    if odd * 5 > len(text) > 0:
        return True
    composed, _ = compose(text, [])
    looks = encodings.plausibility(composed)
    return looks.counted > 60 and looks.share < 0.3


def _ranges(numbers: list[int]) -> str:
    """Write page numbers shortly: [1, 2, 3, 7] → "1–3, 7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
