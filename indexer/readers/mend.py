"""List numbers that recognition took for letters, mended where their neighbours leave one reading.

"II" between rows 10 and 12 is 11; "I." before "2." is "1."; "H." over a heading is "II.".  Only pages read from
scans are touched: their text is a reading already, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.readers.layout import Line, PageLayout, Table

_LOOKALIKE = re.compile(r"[IlLiH|1!JTtàÀáÍíOoDQSsBbZzGgqA]{1,3}|Là|[.,:;'`~-]{1,2}")
_ONES = frozenset({"I", "l", "L", "i", "|", "!", "J", "T", "Í", "í"})
_ROMAN_SLIPS = {
    "l": "I", "|": "I", "1": "I", "H": "II", "Il": "II", "lI": "II", "ll": "II", "11": "II", "IH": "III",
    "HI": "III", "IIl": "III", "lII": "III", "IIL": "III", "TH": "III", "TI": "II", "IT": "II",
}  # fmt: skip


def mend_numbers(pages: Sequence[PageLayout]) -> None:
    """Mend the list numbers of the scanned pages among ``pages``, in place."""
    lines: list[tuple[Line, bool]] = []
    for page in pages:
        for item in page.items:
            if isinstance(item, Table) and page.ocr is not None:
                _mend_column(item)
            elif isinstance(item, Line):
                lines.append((item, page.ocr is not None))
    _mend_parts(lines)
    _mend_letters(lines)
    labelled = [(line, scanned, label) for line, scanned in lines if (label := _label(line)) is not None]
    for at, (line, scanned, sign) in enumerate(labelled):
        if not scanned or (sign.isdigit() and sign not in _ROMAN_SLIPS):
            continue
        word = line.words[0]
        mark = word.text[-1:]
        heading = line.text[len(word.text) :].strip()
        following = next((label for _, _, label in labelled[at + 1 :] if label.isdigit()), None)
        if heading.isupper() and sign in _ROMAN_SLIPS and len(heading) > 5:
            word.text = _ROMAN_SLIPS[sign] + mark
        elif sign in _ONES and following == "2" and not heading.isupper():
            word.text = f"1{mark}"


_PART = re.compile(r"([IVXlH|1]{1,5})([.-])")
_STROKES = str.maketrans("l|1", "III")
_ANNEX = re.compile(r"(?:PHỤ LỤC|Phụ lục)\b")


def _roman(number: int) -> str:
    tens, rest = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[rest]


def _mend_parts(lines: Sequence[tuple[Line, bool]]) -> None:
    """Give the parts of a scan ("I. MỤC ĐÍCH", "II. …") their strokes back, by their order.

    Only where they do not count on as they stand, and only by strokes lost: "I", "I", "II", "IV" are I, II,
    III, IV.  Any other number at a wrong place leaves the document as it is.
    """
    runs: list[list[tuple[Line, str, str]]] = [[]]
    for line, scanned in lines:
        if _ANNEX.match(line.text):
            runs.append([])
        match = _PART.fullmatch(line.words[0].text)
        heading = " ".join(word.text for word in line.words[1:])
        if scanned and match and heading.isupper() and len(heading) > 5:
            runs[-1].append((line, match.group(1), match.group(2)))
    for run in runs:
        wanted = [_roman(at + 1) for at in range(len(run))]
        signs = [sign.replace("H", "II").translate(_STROKES) for _, sign, _ in run]
        if _counts_on(signs) or not all(
            sign.rstrip("I") == right.rstrip("I") and len(sign) <= len(right)
            for sign, right in zip(signs, wanted, strict=True)
        ):
            continue
        for (line, _, mark), right in zip(run, wanted, strict=True):
            line.words[0].text = right + mark


def _counts_on(signs: Sequence[str]) -> bool:
    """Say whether numbers follow one another as they stand, starting anew at I."""
    last = ""
    for sign in signs:
        at = next((n for n in range(1, 40) if _roman(n) == sign), 0)
        if not at or (at != 1 and (not last or _roman(at - 1) != last)):
            return False
        last = sign
    return True


def _mend_letters(lines: Sequence[tuple[Line, bool]]) -> None:
    """Tell d) from đ) by the letter before: a stroke across a small letter is easily lost or found."""
    last = ""
    for line, scanned in lines:
        word = line.words[0]
        sign = word.text.removesuffix(")")
        if len(line.words) < 2 or word.text == sign or len(sign) != 1 or not sign.isalpha():
            if len(line.words) > 1 and word.text[:1].isdigit() and word.text[-1:] in (".", ")"):
                last = ""
            continue
        if scanned and sign == "đ" and last == "c":
            sign = "d"
        elif scanned and sign == "d" and last == "d":
            sign = "đ"
        word.text = f"{sign})"
        last = sign


def _label(line: Line) -> str | None:
    """Return the list number that a line seems to start with, without its mark."""
    word = line.words[0].text
    if len(line.words) > 1 and word[-1:] in (".", ")") and (word[:-1].isdigit() or _is_sign(word[:-1])):
        return word[:-1]
    return None


def _is_sign(text: str) -> bool:
    return text in _ONES or text in _ROMAN_SLIPS


def _mend_column(table: Table) -> None:
    """Mend the numbers of the first column, where those that were read count on over the gap."""
    texts = [line[0].rstrip(".") for line in table.rows]
    known = [(at, int(text)) for at, text in enumerate(texts) if text.isdecimal() and len(text) < 4]

    def fill(start: int, end: int, first: int) -> None:
        gap = range(start, end)
        if all(not texts[at] or _LOOKALIKE.fullmatch(texts[at]) for at in gap):
            for at in gap:
                table.rows[at][0] = str(first + at - start)

    for (a, low), (b, high) in pairwise(known):
        if high - low == b - a > 1:
            fill(a + 1, b, low + 1)
    if len(known) >= 2:
        b, high = known[0]
        if 1 < high <= b and known[1][1] - high == known[1][0] - b:
            fill(b - high + 1, b, 1)
        elif 0 < b <= 2 and high > b and all(texts[:b]):
            fill(0, b, high - b)  # the table goes on from the page before
