"""Words with places → lines in reading order: two-column headers, tables, paragraphs, page margins.

One engine serves text PDFs and scans: both give :class:`Word` objects.  Coordinates are points, x to the
right, y downwards from the top of the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median

import msgspec

from indexer.readers.grid import Grid
from indexer.readers.textbuilder import Piece, TextBuilder, row
from indexer.rules import rows as rule_rows

_MARGIN_TOP = 0.12  # share of the page's height where running headers stand
_MARGIN_BOTTOM = 0.90
_SPACE = 0.8  # ems of white space that may still be a space between words
_GUTTER = 1.9  # ems of white space that surely part two columns
_SLIVER = 12.0  # points: no column of words is narrower
_LISTED = re.compile(
    r"(?:[-–+•●▪*]\s|\d{1,3}(?:\.\d{1,3})*[.)]\s|[a-zđ]{1,2}\)\s|[IVXLC]{1,6}[.-]\s?|[A-Z]\.\s|(?:Điều|Chương|Mục|CHƯƠNG|"
    r"Phụ lục|PHỤ LỤC|Nhiệm vụ|Nhóm)\s+[\dIVXA-Z])"
)
_COUNTED = re.compile(r"[\dIVXa-zđ]{1,4}[.)]?|\d+(\.\d+)+\.?")
_LONG_CELL = 120  # characters: so long a text ends with a full stop
_ENDED = re.compile(r"[.;:!?…]['\"”’)\]]*$")


class Word(msgspec.Struct):
    """A word on a page: its box, baseline ``y`` and font size in points."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    glued: bool = False
    """No space stands between this word and the one before it (a change of font inside a word)."""


class Line(msgspec.Struct):
    """Words on one baseline, left to right."""

    words: list[Word]

    @property
    def x0(self) -> float:
        """Left end."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right end."""
        return max(word.x1 for word in self.words)

    @property
    def y(self) -> float:
        """Baseline of most words."""
        return median(word.y for word in self.words)

    @property
    def size(self) -> float:
        """Font size of most words."""
        return median(word.size for word in self.words)

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return "".join(
            ("" if word.glued or not at else " ") + word.text for at, word in enumerate(self.words)
        )

    @property
    def pieces(self) -> list[Piece]:
        """The words as styled pieces."""
        out: list[Piece] = []
        for at, word in enumerate(self.words):
            text = ("" if word.glued or not at else " ") + word.text
            if out and out[-1][1] == word.bold:
                out[-1] = (out[-1][0] + text, word.bold)
            else:
                out.append((text, word.bold))
        return out


class Table(msgspec.Struct):
    """A table on a page: rows of cell texts, the place of its top and bottom."""

    rows: list[list[str]]
    top: float
    bottom: float
    bold: list[bool] = []


class PageLayout(msgspec.Struct):
    """What stands on one page, in reading order."""

    number: int
    width: float
    height: float
    items: list[Line | Table | None]
    """``None`` is a paragraph break."""
    notes: list[list[Line]] = []
    ocr: float | None = None


def gather_lines(words: Sequence[Word]) -> list[Line]:
    """Group words by baseline, top to bottom; small raised words join the line that they touch."""
    if not words:
        return []
    lines: list[Line] = []
    for word in sorted(words, key=lambda w: (w.y, w.x0)):
        if lines and abs(word.y - lines[-1].words[-1].y) <= 0.35 * min(word.size, lines[-1].words[-1].size):
            lines[-1].words.append(word)
        else:
            lines.append(Line([word]))
    largest = max(word.size for word in words)
    lone = [
        line for line in lines if len(line.words) == 1 and len(line.text) <= 4 and line.size < 0.8 * largest
    ]
    full = [line for line in lines if all(line is not small for small in lone)]
    for small in lone:
        word = small.words[0]
        near = [
            line
            for line in full
            if word.size < 0.8 * line.size
            and abs(line.y - word.y) <= 0.75 * line.size
            and _touches(line, word)
        ]
        if near:
            best = min(near, key=lambda line: abs(line.y - word.y))
            best.words.append(word)
            lines.remove(small)
    for line in lines:
        line.words.sort(key=lambda w: w.x0)
        _raise_marks(line)
    return sorted(lines, key=lambda line: line.y)


def _touches(line: Line, word: Word) -> bool:
    return line.x0 - 2 * line.size <= word.x0 <= line.x1 + 2 * line.size


def _raise_marks(line: Line) -> None:
    """Write raised numbers as note marks: "kế hoạch" + raised 2 → "kế hoạch[2]"."""
    usual, level = line.size, line.y
    for at, word in enumerate(line.words):
        raised = word.size < 0.8 * usual and word.y < level - 0.12 * usual
        if not (raised and word.text.isdigit() and len(word.text) < 4):
            continue
        word.text = f"[{word.text}]"
        if at:
            word.glued = word.x0 - line.words[at - 1].x1 < 0.2 * usual
        if at + 1 < len(line.words):
            after = line.words[at + 1]
            after.glued = after.text[0] in ",.;:)" and after.x0 - word.x1 < 0.2 * usual


# --- columns --------------------------------------------------------------------------------------


def _segments(line: Line) -> list[Line]:
    """Split a line where white space is wider than a space should be."""
    out: list[Line] = []
    for word in line.words:
        if out and word.x0 - out[-1].words[-1].x1 <= _SPACE * max(word.size, out[-1].words[-1].size):
            out[-1].words.append(word)
        else:
            out.append(Line([word]))
    return out


def in_columns(lines: Sequence[Line], width: float) -> list[Line]:
    """Put lines in reading order: a zone of two columns is read left column first.

    Only zones that part near the middle count (the header, Nơi nhận beside the signature).
    """
    split = [_segments(line) for line in lines]
    out: list[Line] = []
    at = 0
    while at < len(lines):
        zone = _zone(lines, split, at, width)
        if zone is None:
            out.append(lines[at])
            at += 1
            continue
        end, gutter = zone
        left: list[Line] = []
        right: list[Line] = []
        for line in lines[at:end]:
            for side, chosen in (
                (left, [word for word in line.words if word.x1 <= gutter + 1]),
                (right, [word for word in line.words if word.x1 > gutter + 1]),
            ):
                if chosen:
                    side.append(Line(chosen))
        out.extend((*left, *right))
        at = end
    return out


class _Band(msgspec.Struct):
    """The white band between two columns, and the gap of the line that narrowed it last (0: one side only)."""

    low: float
    high: float
    gap: float = 0.0


def _zone(
    lines: Sequence[Line], split: Sequence[list[Line]], start: int, width: float
) -> tuple[int, float] | None:
    """Return (end, gutter) of a two-column zone that starts at line ``start``; None where there is none."""
    band = _Band(0.22 * width, 0.78 * width)
    end = start
    gaps: list[float] = []
    last: Line | None = None
    while end < len(lines):
        line = lines[end]
        if last is not None and line.y - last.y > 3.2 * max(last.size, line.size):
            break
        narrowed = _narrow(split[end], band, width)
        if narrowed is None or (not gaps and not narrowed.gap and end - start >= 2):
            break
        if narrowed.gap:
            gaps.append(narrowed.gap / line.size)
        band = narrowed
        last = line
        end += 1
    if end - start < 2 or not gaps or (len(gaps) < 2 and max(gaps) < _GUTTER):
        return None
    return end, (band.low + band.high) / 2


def _narrow(parts: list[Line], band: _Band, width: float) -> _Band | None:
    """Narrow the white band by one line; None where the line crosses it."""
    best: _Band | None = None
    for before, after in pairwise(parts):
        low, high = max(band.low, before.x1), min(band.high, after.x0)
        if high - low > 4 and (best is None or high - low > best.high - best.low):
            best = _Band(low, high, after.x0 - before.x1)
    if best is not None:
        return best
    x0, x1 = parts[0].x0, parts[-1].x1
    if x1 - x0 > 0.5 * width:
        return None
    if (x0 + x1) / 2 < (band.low + band.high) / 2:
        low, high = max(band.low, x1), band.high
    else:
        low, high = band.low, min(band.high, x0)
    return _Band(low, high) if high - low > 4 else None


# --- paragraphs -----------------------------------------------------------------------------------


def with_breaks(lines: Sequence[Line]) -> list[Line | Table | None]:
    """Insert paragraph breaks (None) where a gap, an indent or a short line shows one."""
    out: list[Line | Table | None] = []
    if not lines:
        return out
    pitches = [b.y - a.y for a, b in pairwise(lines) if 0 < b.y - a.y < 4 * a.size]
    pitch = _usual(pitches) if pitches else 1.2 * lines[0].size
    wide = [line for line in lines if len(line.text) > 25]
    right = _high([line.x1 for line in wide]) if wide else max(line.x1 for line in lines)
    left = _low([line.x0 for line in wide]) if wide else min(line.x0 for line in lines)
    before: Line | None = None
    for line in lines:
        if before is not None and _parted(before, line, pitch, left, right):
            out.append(None)
        out.append(line)
        before = line
    return out


def _usual(values: list[float]) -> float:
    """Return the most common distance, to half a point."""
    return Counter(round(value * 2) / 2 for value in values).most_common(1)[0][0]


def _high(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.9) - 1 if len(values) > 9 else -1]


def _low(values: list[float]) -> float:
    return sorted(values)[len(values) // 10]


def _parted(before: Line, line: Line, pitch: float, left: float, right: float) -> bool:
    gap = line.y - before.y
    em = line.size
    if gap <= 0 or gap > 1.45 * pitch + 0.15 * em:
        return True
    if _LISTED.match(line.text):
        return True
    shift = line.x0 - before.x0
    centred = abs((line.x0 + line.x1) - (before.x0 + before.x1)) < 2.5 * em
    if shift > 1.2 * em and line.x0 - left > 1.2 * em and not centred:
        return True  # an indent starts a paragraph, unless both lines are centred
    if _is_centred(before, left, right) and line.x0 - left > 1.2 * em and right - line.x1 < 0.8 * em:
        return True  # a centred title, then the first line of a paragraph
    word = line.words[0]
    fits = before.x1 + 0.3 * em + (word.x1 - word.x0) < right - 1.2 * em
    if fits and (not centred or abs(shift) < 0.3 * em):
        return True  # the first word would have stood on the line before: the break was meant
    if right - before.x1 > 5 * em and _ENDED.search(before.text):
        return True
    return abs(line.size - before.size) > 0.2 * max(line.size, before.size)


def _is_centred(line: Line, left: float, right: float) -> bool:
    """Say whether a line stands clear of both margins, as far from the one as from the other."""
    before, after = line.x0 - left, right - line.x1
    return min(before, after) > 2 * line.size and abs(before - after) < 2 * line.size


# --- tables ---------------------------------------------------------------------------------------


def fill_grid(grid: Grid, words: Sequence[Word]) -> tuple[Table, list[Word]]:
    """Put words into the cells of a table; returns the table and the words outside it."""
    cells: dict[tuple[int, int], list[Word]] = {}
    outside: list[Word] = []
    for word in words:
        owner = grid.cell_at((word.x0 + word.x1) / 2, word.y - 0.3 * word.size)
        if owner is None:
            outside.append(word)
        else:
            cells.setdefault(owner, []).append(word)
    texts = {owner: cell_text(content) for owner, content in cells.items()}
    heavy = {owner: all(word.bold for word in content) for owner, content in cells.items()}
    rows: list[list[str]] = []
    bold: list[bool] = []
    for r in range(grid.rows):
        written = []
        for c in range(grid.columns):
            owner = grid.owner[r][c]
            repeated = owner[1] < c  # part of a cell merged sideways: its text stands in the first column
            written.append("" if repeated else texts.get(owner, ""))
        started = any(grid.owner[r][c][0] == r for c in range(grid.columns))
        if started and any(written):
            rows.append(written)
            bold.append(all(heavy[o] for o in set(grid.owner[r]) if o in heavy))
    table = Table(rows, grid.ys[0], grid.ys[-1], bold)
    return _without_slivers(table, grid), outside


def _without_slivers(table: Table, grid: Grid) -> Table:
    """Drop columns too narrow for words that no row fills (a border drawn double)."""
    used = [
        c
        for c in range(grid.columns)
        if grid.xs[c + 1] - grid.xs[c] > _SLIVER or any(line[c] for line in table.rows)
    ]
    table.rows = [[line[c] for c in used] for line in table.rows]
    return table


def cell_text(words: Sequence[Word]) -> str:
    """Write the words of one cell; lines that start an item or follow an end are kept apart."""
    lines = gather_lines(words)
    out = ""
    right = max(line.x1 for line in lines)
    for at, line in enumerate(lines):
        text = line.text
        if not at:
            out = text
            continue
        before = lines[at - 1]
        ended = _ENDED.search(before.text) and right - before.x1 > 2 * line.size
        item = re.match(r"[-–+•●]\s|\d{1,2}[.)]\s", text)
        joined = "" if out.endswith(("-", "/")) and _inside_symbol(out, text) else " "
        out += ("\n" if ended or item else joined) + text
    return out


def _inside_symbol(before: str, after: str) -> bool:
    """Say whether a document symbol was broken over two lines ("05/2012/" + "TT-BLĐ")."""
    last = before.rsplit(" ", 1)[-1]
    return any(char.isdigit() or char == "/" for char in last[:-1]) and after[:1].isupper() and len(last) > 2


# --- pages ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _noise() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line[0]})" for line in rule_rows("page-noise.tsv")))


def is_page_noise(text: str) -> bool:
    """Say whether a margin line is a page number, a gazette header or a signing stamp."""
    return _noise().fullmatch(unicodedata.normalize("NFC", " ".join(text.split()))) is not None


def _shape(text: str) -> str:
    """Return a margin line with its page number taken off and other digits masked."""
    text = re.sub(r"^\W*\d{1,4}\W+|\W+\d{1,4}\W*$", "", " ".join(text.split()))
    return re.sub(r"\d", "#", text)


def _margin_lines(page: PageLayout) -> list[Line]:
    lines = [item for item in page.items if isinstance(item, Line)]
    tables = [item for item in page.items if isinstance(item, Table)]
    found = []
    for line in sorted(lines, key=lambda item: item.y)[:3]:
        if line.y < _MARGIN_TOP * page.height and not any(table.bottom < line.y for table in tables):
            found.append(line)
    for line in sorted(lines, key=lambda item: -item.y)[:3]:
        if line.y > _MARGIN_BOTTOM * page.height and not any(table.top > line.y for table in tables):
            found.append(line)
    return found


def drop_running_lines(pages: Sequence[PageLayout]) -> None:
    """Take running headers, footers and page numbers off the pages.

    A margin line goes when it is noise by rule, or when its shape stands in the same margin of several pages.
    """
    margins = [_margin_lines(page) for page in pages]
    counts: Counter[str] = Counter()
    for found in margins:
        counts.update({_shape(line.text) for line in found})
    least = max(3, len(pages) // 3)
    for page, found in zip(pages, margins, strict=True):
        gone = []
        for line in found:
            text = line.text
            repeated = counts[_shape(text)] >= least and bool(_shape(text))
            if repeated or is_page_noise(text):
                gone.append(id(line))
        if gone:
            kept: list[Line | Table | None] = []
            for item in page.items:
                if isinstance(item, Line) and id(item) in gone:
                    continue
                if item is None and (not kept or kept[-1] is None):
                    continue
                kept.append(item)
            page.items = kept


def join_split_tables(pages: Sequence[PageLayout]) -> None:
    """Undo what a page break does to a table: the repeated header rows, a row cut in two, a merged cell cut."""
    last: Table | None = None
    head: list[list[str]] = []
    for page in pages:
        items = [item for item in page.items if item is not None]
        if not items:
            continue
        first, final = items[0], items[-1]
        goes_on = (
            last is not None
            and isinstance(first, Table)
            and bool(first.rows and last.rows)
            and len(first.rows[0]) == len(last.rows[0])
        )
        if goes_on and last is not None and isinstance(first, Table):
            _continue_table(last, head, first)
            if not first.rows:
                page.items = [item for item in page.items if item is not first]
                if final is first:
                    continue
        if isinstance(final, Table) and final.rows:
            if not (goes_on and final is first):
                head = [list(line) for line in final.rows[:3]]
            last = final
        else:
            last, head = None, []


def _continue_table(last: Table, head: list[list[str]], first: Table) -> None:
    while len(first.rows) > 1 and any(_same(first.rows[0], line) for line in head):
        del first.rows[0]
        del first.bold[:1]
    top, above = first.rows[0], last.rows[-1]
    if not any(top):
        return
    if _is_cut(above, top):
        last.rows[-1] = [" ".join(part for part in pair if part) for pair in zip(above, top, strict=True)]
        del first.rows[0]
        del first.bold[:1]
        return
    counted = sum(1 for line in last.rows if _COUNTED.fullmatch(line[0]))
    if top[0] or counted * 2 < len(last.rows) or not above[0]:
        return
    filled = [at for at, cell in enumerate(top) if cell]
    # the cells before the first filled one were merged downwards over the break
    for line in first.rows:
        if line[0]:
            break
        for at in range(filled[0]):
            line[at] = line[at] or last.rows[-1][at]


def _is_cut(above: list[str], top: list[str]) -> bool:
    """Say whether a page break cut one row in two: a cell goes on in small letters, or long text had no end."""
    if _COUNTED.fullmatch(top[0]):
        return False
    return any(
        after
        and before
        and not _LISTED.match(after)
        and (after[0].islower() or (len(before) > _LONG_CELL and not _ENDED.search(before)))
        for before, after in zip(above, top, strict=True)
    )


def _same(a: list[str], b: list[str]) -> bool:
    return [" ".join(cell.split()).lower() for cell in a] == [" ".join(cell.split()).lower() for cell in b]


def write_pages(pages: Sequence[PageLayout], out: TextBuilder) -> None:
    """Write pages into the text; notes follow the last page, under the number of their own."""
    before: Line | Table | None = None
    for page in pages:
        if not _goes_on(before, page):
            out.blank()
            before = None
        out.page(page.number, page.ocr)
        for item in page.items:
            if item is None:
                out.blank()
                continue
            if isinstance(item, Table):
                if before is not None and not _goes_on(before, page):
                    out.blank()
                for at, line in enumerate(item.rows):
                    out.line([(row(line), at < len(item.bold) and item.bold[at])])
            else:
                if isinstance(before, Table):
                    out.blank()
                out.line(item.pieces)
            before = item
    out.blank()
    for page in pages:
        if page.notes:
            out.page(page.number, page.ocr)
            for note in page.notes:
                for part in note:
                    out.line(part.pieces)
                out.blank()


def _goes_on(before: Line | Table | None, page: PageLayout) -> bool:
    """Say whether a table of the page before continues at the top of this page."""
    first = next((item for item in page.items if item is not None), None)
    return (
        isinstance(before, Table)
        and isinstance(first, Table)
        and bool(before.rows and first.rows)
        and len(before.rows[0]) == len(first.rows[0])
        and before is not first
        and before not in [item for item in page.items if isinstance(item, Table)]
    )
