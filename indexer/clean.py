"""Unicode and spelling variants: folded for matching, never in the quoted text.

The ``fold`` functions keep the length of their argument, so an offset into the folded text is an
offset into the text itself (the text is NFC: readers compose it once).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00ad"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_QUOTES = {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'"}
_SAME_LENGTH = {
    **{ord(c): "-" for c in DASHES},
    **{ord(c): " " for c in _SPACES},
    **{ord(k): v for k, v in _QUOTES.items()},
}

# hoá → hóa, uỷ → ủy, khoẻ → khỏe: the tone mark moves to the first vowel when nothing follows.
_TONES = "àáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ"
_TONE_PAIR = re.compile(r"(o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?![a-zà-ỹđ])")
_TONE_OF = {c: i % 5 for i, c in enumerate(_TONES)}
_WITH_TONE = {"o": "òóỏõọ", "u": "ùúủũụ"}
_BASE = {c: "aeiouy"[i // 5] for i, c in enumerate(_TONES)}
# sỹ → sĩ, kỷ ~ kỉ: y and i are written for one another after these initials.
# A pattern that begins with a set of letters is looked for much faster than one that begins by looking back.
_Y_FOR_I = re.compile(r"([hklmst])(?<![a-zà-ỹđ][hklmst])([yỳýỷỹỵ])(?![a-zà-ỹđ])")
_I_OF = dict(zip("yỳýỷỹỵ", "iìíỉĩị", strict=True))


def nfc(text: str) -> str:
    """Compose accents (NFC) and make line ends ``\\n``: the form every stored text has."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=4096)
def _lower_char(char: str) -> str:
    lowered = char.lower()
    return lowered if len(lowered) == 1 else char


def lower(text: str) -> str:
    """Lower-case, keeping the length (a few foreign capitals would grow)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(_lower_char(c) for c in text)


def _move_tone(match: re.Match[str]) -> str:
    first, second = match.group(1)[0], match.group(1)[1]
    return _WITH_TONE[first][_TONE_OF[second]] + _BASE[second]


# What recognition of characters makes of figures: "25/l0/2026", "0l lớp", "3l/KH-UBND", "30/l l/2026".
# A letter l after a figure and before a space may as well be litres.
_DIGITS = str.maketrans("lO", "10")
_SLIP = re.compile(r"[\dlO/](?:(?<=\d)[lO]|(?<=[lO])\d|(?<=/)l|(?<=l)\.\d)")
_SLIPPED = re.compile(
    r"(?<![^\W\d_])(?:(?<!\d)0l(?![^\W\d_])|l(?=\.\d{3})|(?=[lO]*\d)\d*[lO][\dlO]*(?:(?<=[\dO])(?![^\W\d_])|(?=/[\dA-ZĐ]|[:.]\d)))"
)
_SLIPPED_MONTH = re.compile(r"(?<=\d/)l(?: ?l)?(?=/\d)")

#: One line is folded by many readers in turn; longer texts are folded once and would only fill the cache.
_CACHED_LENGTH = 400
_SPECIAL = re.compile(f"[{re.escape(DASHES + _SPACES + ''.join(_QUOTES))}]")


def _folded(text: str) -> str:
    # Most lines have none of these: looking is far cheaper than translating letter by letter.
    if _SLIP.search(text):
        text = _SLIPPED.sub(lambda m: m.group().translate(_DIGITS), text)
        text = _SLIPPED_MONTH.sub(
            lambda m: m.group().replace(" ", "").translate(_DIGITS).ljust(len(m.group())), text
        )
    out = lower(text.translate(_SAME_LENGTH) if _SPECIAL.search(text) else text)
    out = _TONE_PAIR.sub(_move_tone, out)
    return _Y_FOR_I.sub(lambda m: m.group(1) + _I_OF[m.group(2)], out)


_folded_line = lru_cache(maxsize=16_384)(_folded)


def fold(text: str) -> str:
    """Fold case, dashes, spaces, quotes, tone placement, y/i and letters in figures; accents stay.  Same length.

    >>> fold("Uỷ ban – Văn hoá"), fold("liệt sỹ")
    ('ủy ban - văn hóa', 'liệt sĩ')
    """
    return _folded_line(text) if len(text) <= _CACHED_LENGTH else _folded(text)


@lru_cache(maxsize=8192)
def _bare_char(char: str) -> str:
    if char in "đĐ":
        return "d" if char == "đ" else "D"
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isalnum() else char


_BARE_TABLE: dict[int, str] = {
    code: _bare_char(chr(code))
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if chr(code).isalpha()
}


@lru_cache(maxsize=16_384)
def _bare_line(text: str) -> str:
    return fold(text).translate(_BARE_TABLE)


def bare(text: str) -> str:
    """Fold and take all diacritics off ("Chuyển đổi" → "chuyen doi").  Same length for NFC text."""
    return _bare_line(text) if len(text) <= _CACHED_LENGTH else fold(text).translate(_BARE_TABLE)


def without_marks(text: str) -> str:
    """Take the diacritics off, keeping the case: "Sở KH&CN" → "So KH&CN".  Same length for NFC text."""
    return text.translate(_BARE_TABLE)


def collapse(text: str) -> str:
    """Make every run of white space one space and trim the ends."""
    return " ".join(text.split())


def has_diacritics(text: str) -> bool:
    """Say whether any letter of the text carries a Vietnamese diacritic."""
    return lower(text).translate(_BARE_TABLE) != lower(text)


_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKED_SHARE = 0.3
"""Vietnamese has a mark on two words of three; a text with fewer than this was typed without them."""


def typed_plain(text: str) -> bool:
    """Say whether a text was typed without diacritics, a few that the keyboard put in left aside.

    >>> typed_plain("bao nhiêu phan tram ho so truc tuyen"), typed_plain("hồ sơ trực tuyến")
    (True, False)
    """
    words = _WORD.findall(text)
    return sum(map(has_diacritics, words)) < _MARKED_SHARE * len(words) if words else not has_diacritics(text)
