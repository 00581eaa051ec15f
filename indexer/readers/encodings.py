"""Bytes → text: Unicode in its forms, and the Vietnamese character sets that preceded it.

A legacy set is recognised by what its bytes spell: each candidate decoding is scored by the share of its
accented letters that stand in well-formed Vietnamese syllables.  When no candidate is clearly right the file
is refused: a wrong guess would mangle every word of it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import msgspec

from indexer.rules import rows

LEGACY_NAMES = {
    "tcvn3": "TCVN3 (ABC)",
    "vni": "VNI",
    "viscii": "VISCII",
    "windows-1258": "Windows-1258",
    "utf-8-twice": "UTF-8 bị mã hóa hai lần",
}
"""Encodings that are converted, and how a message names them."""

_SAMPLE = 60_000  # characters scored: enough to be sure, quick on long files
_ENOUGH = 0.85  # share of well-formed syllables below which a decoding is not believed
_MARGIN = 0.1  # lead over the next candidate below which the choice is not believed
_FEW = 3  # letters with diacritics below which nothing is decided


class Undecidable(Exception):
    """No decoding is clearly right; ``args[0]`` is the Vietnamese reason."""


class Decoded(msgspec.Struct, frozen=True):
    """Decoded text, the name of its encoding, and whether it was converted from a legacy set.

    ``damaged`` counts bytes that fit no letter and became U+FFFD.
    """

    text: str
    encoding: str
    converted: bool = False
    damaged: int = 0


# --- Vietnamese syllables -------------------------------------------------------------------------

_RHYMES = [rhyme for line in rows("syllable-rhymes.tsv") for rhyme in line[0].split()]
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx])?(?:"
    + "|".join(sorted(_RHYMES, key=len, reverse=True))
    + ")"
)
_STOPPED = re.compile(r"(?:c|ch|p|t)$")
_TONES = {0x300: "f", 0x301: "s", 0x303: "x", 0x309: "r", 0x323: "j"}
_WORD = re.compile(r"[^\W\d_]+")
_TYPOGRAPHY = frozenset("\u00a0–—‘’“”„…•§«»°±×·²³½¼€™®©−→\u00ad\u2011\ufeff☐☑☒✓\uf0b7◦▪■●○")


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Say whether ``word`` (lower case, NFC) is spelt as a Vietnamese syllable.

    >>> is_syllable("nghiệp"), is_syllable("hoá"), is_syllable("ho¹ch"), is_syllable("tặc"), is_syllable("tằc")
    (True, True, False, True, False)
    """
    toneless = []
    tones = ""
    for char in unicodedata.normalize("NFD", word):
        tone = _TONES.get(ord(char))
        if tone is None:
            toneless.append(char)
        else:
            tones += tone
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", "".join(toneless))
    if not _SYLLABLE.fullmatch(plain):
        return False
    return tones in ("s", "j") if _STOPPED.search(plain) else True


class Plausibility(msgspec.Struct, frozen=True):
    """How Vietnamese a text looks: letters that fit over letters that should (``counted``)."""

    fitting: int
    counted: int

    @property
    def share(self) -> float:
        """Share in [0, 1] of the non-ASCII characters that stand in well-formed syllables."""
        return self.fitting / self.counted if self.counted else 0.0


def plausibility(text: str) -> Plausibility:
    """Count the non-ASCII characters of ``text`` and those that stand in Vietnamese syllables.

    Typographic signs count against the text only where letters touch them on both sides ("c«ng").
    """
    special = sum(n for char, n in Counter(text).items() if char > "\x7f" and char not in _TYPOGRAPHY)
    inside = len(_TYPOGRAPHY_INSIDE.findall(text))
    fitting = 0
    for word, times in Counter(_WORD.findall(text)).items():
        if word.isascii():
            continue
        lowered = unicodedata.normalize("NFC", word).lower()
        # a letter case that changes inside a word speaks for a wrong decoding: "HOạCH" is caught by case only
        if is_syllable(lowered) and (word[1:].islower() or word.isupper() or len(word) == 1):
            fitting += times * sum(1 for char in word if char > "\x7f")
    return Plausibility(fitting, special + inside)


_TYPOGRAPHY_INSIDE = re.compile(r"(?<=[A-Za-z])[§«»°±×·²³½¼®©\u00ad](?=[A-Za-z])")


# --- legacy character sets ------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for encoding, code, letter in rows("legacy-encodings.tsv"):
        tables.setdefault(encoding, {})[bytes.fromhex(code).decode("latin-1")] = letter
    return tables


@lru_cache(maxsize=4)
def _single(encoding: str) -> dict[int, str]:
    return {ord(code): letter for code, letter in _tables()[encoding].items() if len(code) == 1}


@lru_cache(maxsize=1)
def _vni_pairs() -> tuple[re.Pattern[str], dict[str, str]]:
    table = dict(_tables()["vni"])
    # a capital is often followed by the small mark ("Aùp" typed with one shift)
    for code, letter in list(table.items()):
        if len(code) == 2 and code[0].isupper():
            table.setdefault(code[0] + code[1].lower(), letter)
    alternatives = "|".join(re.escape(code) for code in sorted(table, key=len, reverse=True))
    return re.compile(alternatives), table


def convert(text: str, encoding: str) -> str:
    """Turn text whose letters are legacy codes shown as windows-1252 or Latin-1 into Unicode (NFC).

    ``encoding`` is a key of :data:`LEGACY_NAMES` with a table, or ``tcvn3-caps`` (a font that draws capitals).

    >>> convert("KÕ ho¹ch", "tcvn3"), convert("Keá hoaïch", "vni")
    ('Kế hoạch', 'Kế hoạch')
    """
    if encoding == "tcvn3-caps":
        return text.translate(_single("tcvn3")).upper()
    if encoding == "vni":
        pattern, table = _vni_pairs()
        return pattern.sub(lambda m: table[m.group()], text)
    return text.translate(_single(encoding))


_CAPS_RUN = re.compile(r"[^\W\d_]+")


def raise_capitals(line: str) -> str:
    """Make capitals of the accented letters in words written in capitals ("HOạCH" → "HOẠCH").

    TCVN3 has no accented capitals; documents used a font that drew them.  A word with one ASCII capital
    ("Sở") follows its neighbours.
    """
    words = list(_CAPS_RUN.finditer(line))
    state: list[bool | None] = []
    for match in words:
        letters = [char for char in match.group() if char.isascii()]
        capitals = sum(1 for char in letters if char.isupper())
        if any(char.islower() for char in letters):
            state.append(False)
        elif capitals >= 2:
            state.append(True)
        else:
            state.append(None)
    if True not in state:
        return line
    out = list(line)
    for at, match in enumerate(words):
        decided = state[at]
        if decided is None:
            near = [
                s for s in (*reversed(state[max(0, at - 3) : at]), *state[at + 1 : at + 4]) if s is not None
            ]
            decided = bool(near) and all(near)
        if decided and not match.group().isupper():
            out[match.start() : match.end()] = match.group().upper()
    return "".join(out)


@lru_cache(maxsize=1)
def _fonts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row[0], re.compile(row[1])) for row in rows("legacy-fonts.tsv"))


_SUBSET_TAG = re.compile(r"^[A-Z]{6}\+")


@lru_cache(maxsize=1024)
def font_encoding(name: str) -> str | None:
    """Return the legacy encoding whose codes a font draws; None for a Unicode font.

    >>> font_encoding(".VnTimeH"), font_encoding("VNI-Times"), font_encoding("Times New Roman")
    ('tcvn3-caps', 'vni', None)
    """
    plain = _SUBSET_TAG.sub("", name).strip().lower()
    for encoding, pattern in _fonts():
        if pattern.fullmatch(plain):
            return encoding
    return None


# --- decoding -------------------------------------------------------------------------------------


def _windows_1252(data: bytes) -> str:
    """Decode as windows-1252; its five undefined bytes become the control characters of Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_CP1252[byte] for byte in data)


_CP1252 = [bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256)]
_TO_CP1252 = {char: bytes([b]) for b, char in enumerate(_CP1252)}


def _windows_1258(data: bytes) -> str:
    return unicodedata.normalize("NFC", data.decode("cp1258"))


_CANDIDATES: dict[str, Callable[[bytes], str]] = {
    "tcvn3": lambda data: convert(_windows_1252(data), "tcvn3"),
    "vni": lambda data: convert(_windows_1252(data), "vni"),
    "viscii": lambda data: convert(data.decode("latin-1"), "viscii"),
    "windows-1258": _windows_1258,
}


def _telling_sample(data: bytes) -> bytes:
    """Return up to ``_SAMPLE`` bytes around those above 7F: what a decision can rest on."""
    if len(data) <= _SAMPLE:
        return data
    step = max(len(data) // 20, 1)
    return b"\n".join(data[at : at + _SAMPLE // 20] for at in range(0, len(data), step))


def _finish(text: str, encoding: str) -> str:
    if encoding == "tcvn3":
        text = "\n".join(raise_capitals(line) for line in text.split("\n"))
    return text


def _scores(sample: bytes) -> list[tuple[float, str, Plausibility]]:
    found = []
    for name, decode in _CANDIDATES.items():
        try:
            text = decode(sample)
        except UnicodeDecodeError:
            continue
        if name == "tcvn3":
            text = _finish(text, name)
        looks = plausibility(text)
        found.append((looks.share, name, looks))
    return sorted(found, key=lambda item: -item[0])


def _decode_legacy(data: bytes) -> Decoded:
    scores = _scores(_telling_sample(data))
    if not scores:
        raise Undecidable(
            "không nhận ra bảng mã chữ (các byte không khớp UTF-8, UTF-16, TCVN3, VNI, VISCII hay Windows-1258); "
            "hãy mở tệp bằng chương trình đã tạo ra nó và lưu lại dạng UTF-8"
        )
    best, name, looks = scores[0]
    if looks.counted == 0:
        # only typographic signs (dashes, quotes) above ASCII: windows-1252 and 1258 agree on them
        return Decoded(_windows_1252(data), "windows-1252", converted=True)
    second = scores[1][0] if len(scores) > 1 else 0.0
    if best < _ENOUGH or best - second < _MARGIN or looks.fitting < _FEW:
        raise Undecidable(
            "không xác định chắc chắn được bảng mã chữ của tệp "
            f"(gần nhất: {LEGACY_NAMES[name]}, khớp {best:.0%}); hãy lưu lại tệp dạng UTF-8 rồi lập chỉ mục lại"
        )
    try:
        text = _CANDIDATES[name](data)
    except UnicodeDecodeError as error:
        raise Undecidable(
            f"tệp dùng bảng mã {LEGACY_NAMES[name]} nhưng có byte hỏng ở vị trí {error.start}; hãy lưu lại tệp dạng UTF-8"
        ) from None
    return Decoded(_finish(text, name), name, converted=True)


_DAMAGE_SIGNS = re.compile("á[º»]|Ã[\u00a0-\u00bf]|Ä[\u0090-\u0091‘’]|Æ[°¡]")


def shown_as_legacy(text: str) -> Decoded | None:
    """Recognise Unicode text whose letters are legacy codes ("KÕ ho¹ch" saved as UTF-8)."""
    lines = [line for line in text.split("\n") if not line.isascii()]
    sample = "\n".join(lines)[:_SAMPLE]
    looks = plausibility(sample)
    if looks.counted < _FEW or looks.share >= 0.6:
        return None
    tries: list[tuple[float, str]] = []
    if _DAMAGE_SIGNS.search(sample):
        repaired = _undo_double(sample)
        if repaired is not None:
            tries.append((plausibility(repaired).share, "utf-8-twice"))
    for name in ("tcvn3", "vni"):
        tries.append((plausibility(_finish(convert(sample, name), name)).share, name))
    tries.sort(reverse=True)
    best, name = tries[0]
    if best < _ENOUGH or best - max(looks.share, tries[1][0]) < _MARGIN:
        return None
    if name == "utf-8-twice":
        whole = _undo_double(text)
        return None if whole is None else Decoded(whole, name, converted=True)
    return Decoded(_finish(convert(text, name), name), name, converted=True)


def _undo_double(text: str) -> str | None:
    """Undo UTF-8 bytes read as windows-1252 and saved as UTF-8 again; None where that does not fit."""
    try:
        return b"".join(_TO_CP1252[char] for char in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def _utf16_order(data: bytes) -> str | None:
    """Guess UTF-16 without a byte order mark by where the zero bytes stand."""
    sample = data[:20_000]
    if len(sample) < 4 or b"\0" not in sample or len(data) % 2:
        return None
    half = len(sample) // 2
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.2 and even < 0.02:
        return "utf-16-le"
    if even > 0.2 and odd < 0.02:
        return "utf-16-be"
    return None


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(
    set(range(0x20)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B, 0x02, 0x05, 0x06, 0x14, 0x19, 0x1E}
)


def looks_binary(data: bytes) -> bool:
    """Say whether bytes cannot be text of an 8-bit character set or UTF-8: zero or many control bytes."""
    sample = data[:200_000]
    if b"\0" in sample:
        return True
    return len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) / 500


def decode(data: bytes) -> Decoded:
    """Decode the bytes of a text file.

    Raises :class:`Undecidable` when the bytes are no text, or no decoding is clearly right.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return Decoded(data[len(mark) :].decode(name), name)
            except UnicodeDecodeError:
                if name == "utf-8":
                    return _damaged_utf8(data[len(mark) :])
                raise Undecidable(
                    f"tệp mở đầu bằng dấu {name.upper()} nhưng nội dung không khớp; hãy lưu lại tệp dạng UTF-8"
                ) from None
    order = _utf16_order(data)
    if order is not None:
        try:
            text = data.decode(order)
        except UnicodeDecodeError:
            text = "\0"
        if "\0" not in text and not looks_binary(text.encode("utf-8")):
            return Decoded(text, order)
    lost = _lost_signs(data)
    if lost is not None:
        return lost
    if looks_binary(data):
        raise Undecidable("tệp nhị phân, không phải văn bản; hãy kiểm tra lại phần mở rộng của tệp")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _damaged_utf8(data)
    if text.isascii():
        return Decoded(text, "utf-8")
    return shown_as_legacy(text) or Decoded(text, "utf-8")


def _lost_signs(data: bytes) -> Decoded | None:
    """Read sound Vietnamese UTF-8 with a few zero bytes: a PDF converter leaves them for boxes and bullets."""
    zeros = data.count(0)
    if not zeros or zeros * 1000 > len(data) or looks_binary(data.replace(b"\0", b"")):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if text.isascii() else Decoded(text.replace("\0", "\ufffd"), "utf-8", damaged=zeros)


def _damaged_utf8(data: bytes) -> Decoded:
    """Decode UTF-8 with a few broken bytes; anything worse is tried as a legacy character set."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    multibyte = sum(1 for char in text if char > "\x7f")
    if broken * 100 <= multibyte or (broken == 1 and text.endswith("\ufffd") and multibyte > 10):
        return Decoded(text, "utf-8", damaged=broken)
    return _decode_legacy(data)
