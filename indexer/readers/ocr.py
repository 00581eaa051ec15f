"""Scans and pictures: words with places from Tesseract (vie), lines and tables by the layout of PDFs.

Every page read so carries the mean confidence of its words; without Tesseract the reason says what to install.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import median
from typing import Any

import numpy as np

from indexer.readers.encodings import is_syllable
from indexer.readers.grid import Grid, Rule
from indexer.readers.isolate import run_program
from indexer.readers.layout import (
    PageLayout,
    Word,
    drop_running_lines,
    join_split_tables,
    write_pages,
)
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.mend import mend_numbers
from indexer.readers.pdf import Ocr, lay_out
from indexer.readers.textbuilder import TextBuilder, clean_characters
from indexer.records import Notice, SourceText

_MISSING = (
    "cần cài Tesseract OCR và dữ liệu tiếng Việt (Ubuntu/Debian: apt install tesseract-ocr tesseract-ocr-vie; "
    "Windows: bộ cài Tesseract, chọn Vietnamese) rồi lập chỉ mục lại"
)
_TOO_LARGE = f"ảnh quá lớn (hơn {LIMITS.image_pixels // 1_000_000} triệu điểm); hãy thu nhỏ ảnh"
_MEMORY = 2 * 1024**3
_FAINT = 25.0  # confidence (0-100) below which signs without letters are specks
_DARK = 140  # grey level of ink
_MOST_CELLS = 80
_DOUBTED = 0.6  # mean confidence below which a page may lie on its side
_STROKES = re.compile(r"[IlH|]{1,4}[.,;:)/-]{0,2}")


@lru_cache(maxsize=1)
def tesseract() -> str | None:
    """Return the path of a Tesseract that knows Vietnamese; None without one."""
    program = shutil.which(os.environ.get("CHITHI_TESSERACT", "tesseract"))
    if program is None:
        return None
    status, output = run_program([program, "--list-langs"], seconds=20, memory=_MEMORY)
    return program if status == 0 and b"vie" in output.split() else None


def page_reader() -> Ocr:
    """Return how pages without text are read here."""
    if tesseract() is None:
        return Ocr(read=None, reason=_MISSING)
    return Ocr(read=read_page)


def read_page(number: int, image: Any, points: float) -> PageLayout | None:
    """Read the picture of one page (grey); ``points`` is the size of a pixel in points.

    A page that lies on its side or upside down shows by its low confidence, and is turned.
    """
    best = _read_upright(number, image, points)
    if best is None or (best.ocr or 0.0) >= _DOUBTED:
        return best
    for angle in (90, 270, 180):
        turned = _read_upright(number, image.rotate(angle, expand=True), points)
        if turned is not None and (turned.ocr or 0.0) > (best.ocr or 0.0) + 0.1:
            best = turned
        if (best.ocr or 0.0) >= _DOUBTED:
            break
    return best


def _read_upright(number: int, image: Any, points: float) -> PageLayout | None:
    program = tesseract()
    if program is None:
        return None
    tilt = skew(np.asarray(image))
    if abs(tilt) >= 0.2:
        image = image.rotate(tilt, resample=2, fillcolor=255)
    width, height = image.size
    across, down = find_lines(np.asarray(image), points)
    cleaned = _without_lines(image, across, down, points)
    output = _recognise(program, cleaned, points, "3")
    if output is None:
        return None
    words, confidence = words_of_tsv(output, points, np.asarray(cleaned))
    if not words:
        return None

    def reread(grid: Grid, found: list[Word]) -> list[Word]:
        return _empty_cells(program, cleaned, points, grid, found)

    return lay_out(number, width * points, height * points, words, across, down, confidence, reread)


def skew(pixels: Any) -> float:
    """Return by how many degrees (anticlockwise) a page must be turned for its lines to lie level.

    The right angle makes the sums along the rows most uneven: lines of text, then white.
    """
    step = max(1, max(pixels.shape) // 1100)
    rows, columns = np.nonzero(pixels[::step, ::step] < _DARK)
    if not 500 < len(rows) < 400_000:
        return 0.0
    high = pixels.shape[0] // step + 1

    def evenness(degrees: float) -> float:
        level = (rows + columns * np.tan(np.radians(degrees))).astype(np.int32)
        counts = np.bincount(level - min(int(level.min()), 0), minlength=high)
        return float((counts.astype(np.float64) ** 2).sum())

    rough = max(np.arange(-3.0, 3.01, 0.5), key=evenness)
    fine = max(np.arange(rough - 0.4, rough + 0.41, 0.1), key=evenness)
    if evenness(fine) < 1.04 * evenness(0.0):
        return 0.0
    return -float(fine)


def _recognise(program: str, image: Any, points: float, mode: str) -> str | None:
    """Run Tesseract in a page segmentation mode; returns its table of words, None where it failed."""
    stream = io.BytesIO()
    image.save(stream, format="PNG", compress_level=1)
    status, output = run_program(
        [
            program, "stdin", "stdout", "-l", "vie", "--dpi", str(max(70, min(round(72 / points), 600))),
            "--psm", mode, "tsv",
        ],
        seconds=LIMITS.ocr_page_seconds,
        memory=_MEMORY,
        data=stream.getvalue(),
        environment={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    return output.decode("utf-8", "replace") if status == 0 else None


def _empty_cells(program: str, image: Any, points: float, grid: Grid, words: list[Word]) -> list[Word]:
    """Read the inked cells of a table where the page gave no word (lone numbers are lost in white space).

    The cells are set below one another in one picture, so that one run reads them all.
    """
    from PIL import Image

    taken = {grid.cell_at((word.x0 + word.x1) / 2, word.y - 0.3 * word.size) for word in words}
    pixels = np.asarray(image)
    crops: list[tuple[tuple[int, int], Any, float]] = []
    for r in range(grid.rows):
        for c in range(grid.columns):
            if grid.owner[r][c] != (r, c) or (r, c) in taken:
                continue
            box = [grid.xs[c] + 2, grid.ys[r] + 2, grid.xs[c + 1] - 2, grid.ys[r + 1] - 2]
            left, top, right, bottom = (int(value / points) for value in box)
            dark = pixels[top:bottom, left:right] < _DARK
            rows = np.flatnonzero(dark.any(axis=1)) if dark.size else dark
            if dark.size and len(rows) and 12 < dark.sum() < 0.3 * dark.size:
                first, last = top + int(rows[0]), top + int(rows[-1]) + 1
                if last - first < 60 / points:
                    crops.append(((r, c), pixels[first:last, left:right], last * points))
    if not crops or len(crops) > _MOST_CELLS:
        return []
    gap = round(12 / points)
    sheet = Image.new(
        "L",
        (
            max(crop.shape[1] for _, crop, _ in crops) + 2 * gap,
            sum(crop.shape[0] + gap for _, crop, _ in crops) + gap,
        ),
        255,
    )
    ends: list[int] = []
    at = gap
    for _, crop, _ in crops:
        sheet.paste(Image.fromarray(crop), (gap, at))
        at += crop.shape[0] + gap
        ends.append(at)
    output = _recognise(program, sheet, points, "6")
    found, _ = words_of_tsv(output, points) if output is not None else ([], 0.0)
    size = median(word.size for word in words) if words else 12.0
    out: list[Word] = []
    for word in found:
        place = next((n for n, end in enumerate(ends) if word.y / points - 2 <= end), None)
        if place is not None:
            (r, c), _, base = crops[place]
            start = grid.xs[c] + word.x0 - gap * points
            out.append(Word(word.text, start, min(start + word.x1 - word.x0, grid.xs[c + 1]), base, size))
    return out


def words_of_tsv(tsv: str, points: float, pixels: Any = None) -> tuple[list[Word], float]:
    """Read Tesseract's table of words; returns the words and their mean confidence in [0, 1].

    With the ``pixels`` of the page the strokes of Roman numbers are counted there.
    """
    heights: list[float] = []
    found: list[tuple[str, float, float, float, float]] = []
    bottom = 0.0
    weight = total = 0.0
    standing = 0
    for line in tsv.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) < 12:
            continue
        level, left, top, wide, high = (int(cells[at]) for at in (0, 6, 7, 8, 9))
        if level == 4:
            bottom = float(top + high)
            heights.append(float(high))
            continue
        if level != 5:
            continue
        text = unicodedata.normalize("NFC", clean_characters(cells[11]).strip()).replace("\u2044", "/")
        sure = float(cells[10])
        if not text or sure < 0 or (sure < _FAINT and not any(char.isalnum() for char in text)):
            continue
        if pixels is not None and _STROKES.fullmatch(text):
            text = _count_strokes(text, pixels[max(top, 0) : top + high, max(left - 1, 0) : left + wide + 1])
        found.append((_parted(text), left * points, (left + wide) * points, bottom * points, sure))
        if len(text) > 2:
            standing += 1 if high > wide else -1
        weight += len(text)
        total += sure * len(text)
    if not found:
        return [], 0.0
    size = 0.95 * median(heights) * points
    words = [Word(text, x0, x1, base, size) for text, x0, x1, base, _ in found]
    if standing > 0:
        return words, 0.0  # words that stand on end: the page lies on its side
    return words, round(total / weight / 100, 4)


def _count_strokes(text: str, crop: Any) -> str:
    """Write a Roman number of strokes (I, II, III) as the picture has it: recognition drops or joins strokes.

    Half-way up a stroke is one run of ink and the full stop behind it none.
    """
    dark = crop < _DARK
    rows = np.flatnonzero(dark.any(axis=1)) if dark.size else dark
    if len(rows) < 8:
        return text
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    quarter = (bottom - top) // 4
    band = dark[top + quarter : bottom - quarter].mean(axis=0) > 0.7
    count = int(np.count_nonzero(np.diff(np.concatenate(([0], band.astype(np.int8)))) == 1))
    tail = text.lstrip("IlH|")
    return "I" * count + tail if 2 <= count <= 3 else text


def _parted(text: str) -> str:
    """Part two words that recognition ran together ("chocác"), where there is one way to do so."""
    if text.isascii() or len(text) < 3 or not text.isalpha() or is_syllable(text.lower()):
        return text
    ways = [
        f"{text[:at]} {text[at:]}"
        for at in range(1, len(text))
        if is_syllable(text[:at].lower()) and is_syllable(text[at:].lower())
    ]
    return ways[0] if len(ways) == 1 else text


def find_lines(pixels: Any, points: float) -> tuple[list[Rule], list[Rule]]:
    """Find the long straight lines of a scanned page: the borders of tables."""
    dark = pixels < _DARK
    across = _runs(dark, max(int(40 / points), 20), points)
    down = _runs(dark.T, max(int(24 / points), 20), points)
    if len(across) > 3000 or len(down) > 3000:
        return [], []  # a photograph
    return across, down


def _runs(dark: Any, least: int, points: float) -> list[Rule]:
    """Return the runs of at least ``least`` dark pixels along the rows."""
    if dark.shape[1] <= least:
        return []
    sums = np.cumsum(np.pad(dark, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    full = (sums[:, least:] - sums[:, :-least]) >= 0.97 * least
    rules: list[Rule] = []
    for at in np.flatnonzero(full.any(axis=1)):
        marks = np.flatnonzero(np.diff(np.concatenate(([0], full[at].astype(np.int8), [0]))))
        for start, end in zip(marks[::2], marks[1::2], strict=True):
            rules.append(Rule(float(at) * points, float(start) * points, float(end + least - 1) * points))
        if len(rules) > 6000:
            break
    return rules


def _without_lines(image: Any, across: Sequence[Rule], down: Sequence[Rule], points: float) -> Any:
    """Paint the borders of tables white: Tesseract reads letters beside a line badly."""
    if not across or not down:
        return image
    pixels = np.array(image)
    for rule in across:
        at = round(rule.at / points)
        pixels[max(at - 1, 0) : at + 2, int(rule.start / points) : int(rule.end / points) + 1] = 255
    for rule in down:
        at = round(rule.at / points)
        pixels[int(rule.start / points) : int(rule.end / points) + 1, max(at - 1, 0) : at + 2] = 255
    from PIL import Image

    return Image.fromarray(pixels)


def read_pictures(
    files: Sequence[bytes], kind: str, progress: Callable[[], None] = lambda: None
) -> SourceText | None:
    """Read picture files, each frame a page; None where no word was found.

    Raises :class:`Refused` without Tesseract, or where the files are no pictures or too large.
    """
    if tesseract() is None:
        raise Refused(f"đây là ảnh, muốn đọc chữ {_MISSING}")
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # sizes are checked below, before any pixel is read
    pages: list[PageLayout] = []
    notices: list[Notice] = []
    number = 0
    for data in files:
        try:
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "BMP")) as opened:
                for frame in ImageSequence.Iterator(opened):
                    number += 1
                    if number > LIMITS.ocr_pages:
                        break
                    if frame.width * frame.height > LIMITS.image_pixels:
                        raise Refused(_TOO_LARGE)
                    grey = ImageOps.exif_transpose(frame).convert("L")
                    grey, points = _scaled(grey)
                    layout = read_page(number, grey, points)
                    if layout is not None and layout.items:
                        pages.append(layout)
                    else:
                        notices.append(_unread(number))
                    progress()
        except UnidentifiedImageError:
            raise Refused("không phải ảnh PNG, JPEG, TIFF hay BMP, hoặc ảnh bị hỏng") from None
        except Image.DecompressionBombError:
            raise Refused(_TOO_LARGE) from None
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise Refused(f"ảnh bị hỏng ({str(error)[:80]}); hãy quét hoặc lưu lại") from None
    if not pages:
        return None
    out = TextBuilder()
    mend_numbers(pages)
    drop_running_lines(pages)
    join_split_tables(pages)
    write_pages(pages, out)
    out.notices.extend(notices)
    out.notices.extend(ocr_notice(page) for page in pages if page.ocr is not None)
    return out.build(kind)


def _scaled(image: Any) -> tuple[Any, float]:
    """Bring a picture to about 300 dots per inch of an A4 page; returns it and the size of a pixel in points."""
    width, height = image.size
    points = 595.0 / min(width, height)
    factor = points / (72 / 300)
    if factor > 1.3:
        factor = min(factor, 3.0)
        image = image.resize((round(width * factor), round(height * factor)))
        points /= factor
    elif factor < 0.6:
        image = image.resize((round(width * factor), round(height * factor)))
        points /= factor
    return image, points


def ocr_notice(page: PageLayout) -> Notice:
    """Say that a page was read from a scan, and how surely."""
    return Notice(
        code="ocr",
        message=f"Trang {page.number} được nhận dạng từ ảnh quét, độ tin cậy {page.ocr or 0:.0%}; hãy đối chiếu với bản gốc.",
        page=page.number,
    )


def _unread(number: int) -> Notice:
    return Notice(
        code="no_text_page",
        message=f"Trang {number} là ảnh, không nhận dạng được chữ nào; hãy xem bản gốc.",
        page=number,
    )
