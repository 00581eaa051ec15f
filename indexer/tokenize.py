"""Lexical units, the same for the index, for the query and for the embedded model.

A Vietnamese word is mostly one or two syllables, and where a word ends is not written.  Instead of guessing
(a segmenter errs, and errs differently on a short query), every syllable *and* every pair of neighbours is a
unit: "chuyển đổi số" gives ``chuyển đổi số chuyển_đổi đổi_số``.

The text is folded (case, dashes, tone placement, y/i), the accents stay; :func:`bare_units` takes them off.
Numbers keep their meaning rather than their digits: a date, a percentage, a decimal is one unit, written
without leading zeros ("01/07/2026" → ``1/7/2026``) and without thousands separators.  The parts of a document
symbol are ordinary syllables ("57-NQ/TW" → ``57 nq tw 57_nq nq_tw``), so that "nghị quyết 57" finds it;
:func:`symbols` gives the symbol whole, for a field of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from indexer.clean import bare, fold

JOINER = "_"
"""Stands between the two syllables of a pair; never occurs inside a syllable."""

# A number that means one thing: date, day or month, ratio, percentage, decimal, thousands.  The last
# alternative is everything else that is letters or digits; then what separates sentences or their parts.
_TOKEN = re.compile(
    r"\d+(?:/\d+)+(?![\w/])"  # 25/7/2026, 6/2026, 24/7, but not the number of 15/2020/NĐ-CP
    r"|\d+(?:[.,]\d+)*\s?%"  # 70%, 99,5 %
    r"|\d+(?:[.,]\d+)+(?![^\W\d_])"  # 1.500.000, 4.0, 2,5
    r"|[^\W_]+"
    r"|[.,;:!?()\[\]\"|…•]"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]000|[.,]\d{3}(?=[.,]\d{3}))*[.,]\d{3}")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")

_SYMBOL_TAIL = r"[a-z0-9]{1,12}(?:\.[a-z]{1,4})?"
_SYMBOL = re.compile(
    r"(?<![\w/.-])(?:"
    # 57-nq/tw, 12-ct/tu, 05-qd/vptw
    rf"\d{{1,5}}[a-z]? ?- ?[a-z]{{1,5}} ?/ ?{_SYMBOL_TAIL}(?: ?- ?{_SYMBOL_TAIL})*"
    # 234/kh-ubnd, 15/2020/nd-cp, 01/2026/tt-btc, 5a/ctr-ubnd
    rf"|\d{{1,5}}[a-z]? ?/ ?(?:\d{{4}} ?/ ?)?[a-z]{{1,8}}(?: ?- ?{_SYMBOL_TAIL})+"
    # 51/2024/qh15
    r"|\d{1,5} ?/ ?\d{4} ?/ ?[a-z]{1,6}\d{0,2}"
    r")(?![\w/])"
)


def _one_line(text: str) -> str:
    """Join wrapped lines; a line that starts a new statement is kept apart by a full stop.

    Files with hard line wraps cut sentences anywhere, so a line that goes on in lower case belongs to the one
    before it.
    """
    if "\n" not in text:
        return text
    parts: list[str] = []
    for line in text.split("\n"):
        stripped = line.lstrip()
        if not stripped:
            continue
        if parts:
            parts.append(" " if stripped[0].islower() else " . ")
        parts.append(stripped)
    return "".join(parts)


def _number(token: str) -> str:
    token = token.replace(" ", "")
    digits = token.rstrip("%")
    if _THOUSANDS.fullmatch(digits) and not digits.startswith("0"):
        return digits.replace(".", "").replace(",", "") + token[len(digits) :]
    return _LEADING_ZEROS.sub("", token)


def _pieces(text: str) -> list[str]:
    """Return syllables with the separators between them, in order."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    found: list[str] = _TOKEN.findall(fold(_one_line(text)))
    return [_number(t) if len(t) > 1 and t[0].isdigit() and not t.isalpha() else t for t in found]


def syllables(text: str) -> list[str]:
    """Return the syllables and numbers of ``text`` in reading order, folded, with their accents.

    >>> syllables("Uỷ ban giải quyết 70% hồ sơ trước 05/07/2026.")
    ['ủy', 'ban', 'giải', 'quyết', '70%', 'hồ', 'sơ', 'trước', '5/7/2026']
    """
    return [t for t in _pieces(text) if len(t) > 1 or t.isalnum()]


def units(text: str) -> list[str]:
    """Return the lexical units: all syllables, then all pairs of neighbours within a clause.

    Punctuation that parts clauses ends a pair, so that no pair joins two statements.

    >>> units("Chuyển đổi số, an toàn")
    ['chuyển', 'đổi', 'số', 'an', 'toàn', 'chuyển_đổi', 'đổi_số', 'an_toàn']
    """
    return _paired(_pieces(text))


def both_units(text: str) -> tuple[list[str], list[str]]:
    """Return :func:`units` and :func:`bare_units`, cutting the text once."""
    pieces = _pieces(text)
    return _paired(pieces), _paired(list(map(bare, pieces)))


def _paired(pieces: Sequence[str]) -> list[str]:
    singles: list[str] = []
    pairs: list[str] = []
    previous = ""
    for token in pieces:
        if len(token) > 1 or token.isalnum():
            singles.append(token)
            if previous:
                pairs.append(f"{previous}{JOINER}{token}")
            previous = token
        else:
            previous = ""
    return singles + pairs


def bare_units(text: str) -> list[str]:
    """Return :func:`units` without any diacritics, for queries typed without them.

    >>> bare_units("Chuyển đổi số")
    ['chuyen', 'doi', 'so', 'chuyen_doi', 'doi_so']
    """
    return both_units(text)[1]


def symbols(text: str) -> list[str]:
    """Return the document symbols of ``text`` whole, in order, in one loose spelling.

    Lower case, no diacritics (Đ is often typed D), no inner spaces, no leading zero of the number.

    >>> symbols("Nghị quyết số 57-NQ/TW và Nghị định 09 /2020/NĐ–CP")
    ['57-nq/tw', '9/2020/nd-cp']
    """
    if "/" not in text:
        return []
    text = unicodedata.normalize("NFC", text)
    return [m.group().replace(" ", "").lstrip("0") for m in _SYMBOL.finditer(bare(text).replace("\n", " "))]
