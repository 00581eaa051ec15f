"""What Word computes from styles.xml and numbering.xml: fonts, bold, hidden text, list numbers."""

from __future__ import annotations

import msgspec

from indexer.readers.package import Element, attribute, child, local, value_of

_OFF = ("0", "false", "off", "none")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
# Bullets drawn by symbol fonts (private area F000-F0FF, low byte) as the sign that they look like.
_SYMBOL_BULLETS = {0x2D: "-", 0x2B: "+", 0x2A: "*", 0x6F: "○", 0xA8: "○"}
_LEVELS = 9


def switched_on(properties: Element | None, name: str) -> bool | None:
    """Read an on/off property: True, False, or None where it is not stated."""
    value = value_of(properties, name)
    return None if value is None else value.lower() not in _OFF


class RunStyle(msgspec.Struct, frozen=True):
    """Run properties that change what is read; None where nothing is stated."""

    font: str | None = None
    bold: bool | None = None
    caps: bool | None = None
    hidden: bool | None = None

    def over(self, base: RunStyle) -> RunStyle:
        """Return this style with the gaps filled from ``base``."""
        return RunStyle(
            font=self.font if self.font is not None else base.font,
            bold=self.bold if self.bold is not None else base.bold,
            caps=self.caps if self.caps is not None else base.caps,
            hidden=self.hidden if self.hidden is not None else base.hidden,
        )


def run_style(properties: Element | None) -> RunStyle:
    """Read the properties (``rPr``) of one run or style."""
    if properties is None:
        return RunStyle()
    fonts = child(properties, "rFonts")
    font = None
    if fonts is not None:
        font = attribute(fonts, "hAnsi") or attribute(fonts, "ascii")
        if font is None and attribute(fonts, "asciiTheme"):
            font = ""
    return RunStyle(
        font=font,
        bold=switched_on(properties, "b"),
        caps=switched_on(properties, "caps"),
        hidden=switched_on(properties, "vanish"),
    )


class Style(msgspec.Struct, frozen=True):
    """One style with what it inherits already in it.  ``numbering`` is (numId, level)."""

    name: str
    run: RunStyle
    numbering: tuple[str, int] | None
    bordered: bool


class Styles:
    """The styles of a document, resolved along their ``basedOn`` chain."""

    def __init__(self, root: Element | None) -> None:
        """Read styles.xml (None: a document without styles)."""
        self._raw: dict[str, Element] = {}
        self._done: dict[str, Style] = {}
        self.default_paragraph: str | None = None
        self.base = RunStyle()
        for node in root if root is not None else ():
            if local(node.tag) == "style":
                key = attribute(node, "styleId") or ""
                self._raw[key] = node
                default = (attribute(node, "default") or "0").lower() not in _OFF
                if default and attribute(node, "type") == "paragraph":
                    self.default_paragraph = key
            elif local(node.tag) == "docDefaults":
                self.base = run_style(child(child(node, "rPrDefault"), "rPr"))

    def get(self, key: str | None) -> Style:
        """Return a style; an unknown or missing one is empty."""
        if key is None or key not in self._raw:
            return Style("", RunStyle(), None, False)
        if key not in self._done:
            self._done[key] = self._resolve(key)
        return self._done[key]

    def _resolve(self, key: str) -> Style:
        chain: list[Element] = []
        seen: set[str] = set()
        at: str | None = key
        while at is not None and at in self._raw and at not in seen and len(chain) < 50:
            seen.add(at)
            chain.append(self._raw[at])
            at = value_of(self._raw[at], "basedOn")
        run = RunStyle()
        numbering: tuple[str, int] | None = None
        bordered = False
        for node in chain:
            run = run.over(run_style(child(node, "rPr")))
            found = numbering_of(child(node, "pPr"))
            if numbering is None and found is not None and found[0] is not None:
                numbering = (found[0], found[1] or 0)
            bordered = bordered or has_borders(child(child(node, "tblPr"), "tblBorders"))
        return Style((value_of(chain[0], "name") or "").lower(), run, numbering, bordered)


def has_borders(borders: Element | None) -> bool:
    """Say whether any line of a border element is drawn."""
    if borders is None:
        return False
    return any((attribute(edge, "val") or "nil") not in ("nil", "none", "") for edge in borders)


def numbering_of(properties: Element | None) -> tuple[str | None, int | None] | None:
    """Return (numId, level) as stated in paragraph properties; None where nothing is stated."""
    node = child(properties, "numPr")
    if node is None:
        return None
    level = value_of(node, "ilvl")
    number = value_of(node, "numId")
    return number, int(level) if level and level.isdigit() else None


class Level(msgspec.Struct, frozen=True):
    """One level of a list definition."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str | None = None
    font: str | None = None


class Numbering:
    """The list definitions of numbering.xml and the counters that run through the document."""

    def __init__(self, root: Element | None) -> None:
        """Read numbering.xml (None: a document without lists)."""
        self._abstract: dict[str, dict[int, Level]] = {}
        self._linked: dict[str, str] = {}
        self._by_style: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._overrides: dict[str, dict[int, Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        for node in root if root is not None else ():
            if local(node.tag) == "abstractNum":
                self._read_abstract(node)
            elif local(node.tag) == "num":
                self._read_num(node)

    def _read_abstract(self, node: Element) -> None:
        key = attribute(node, "abstractNumId") or ""
        levels = {}
        for part in node:
            if local(part.tag) == "lvl":
                at, level = _read_level(part)
                levels[at] = level
            elif local(part.tag) == "numStyleLink":
                self._linked[key] = attribute(part, "val") or ""
            elif local(part.tag) == "styleLink":
                self._by_style[attribute(part, "val") or ""] = key
        self._abstract[key] = levels

    def _read_num(self, node: Element) -> None:
        key = attribute(node, "numId") or ""
        self._of[key] = value_of(node, "abstractNumId") or ""
        for part in node:
            if local(part.tag) != "lvlOverride":
                continue
            at = _number(attribute(part, "ilvl"), 0)
            start = value_of(part, "startOverride")
            if start is not None:
                self._starts.setdefault(key, {})[at] = _number(start, 1)
            own = child(part, "lvl")
            if own is not None:
                self._overrides.setdefault(key, {})[at] = _read_level(own)[1]

    def _levels(self, number: str) -> tuple[str, dict[int, Level]]:
        abstract = self._of.get(number, "")
        levels = self._abstract.get(abstract, {})
        if not levels and abstract in self._linked:
            abstract = self._by_style.get(self._linked[abstract], abstract)
            levels = self._abstract.get(abstract, {})
        return abstract, {**levels, **self._overrides.get(number, {})}

    def level_of_style(self, number: str, style: str | None) -> int:
        """Return the level that is tied to a paragraph style, 0 where none is."""
        if style:
            for at, level in self._levels(number)[1].items():
                if level.style == style:
                    return at
        return 0

    def label(self, number: str, at: int) -> str:
        """Count one paragraph of list ``number`` at level ``at``; return its label with the gap after it."""
        abstract, levels = self._levels(number)
        if number == "0" or at not in levels or not 0 <= at < _LEVELS:
            return ""
        counters = self._counters.setdefault(abstract, [None] * _LEVELS)
        starts = self._starts.get(number, {})
        if at in starts and (number, at) not in self._begun:
            self._begun.add((number, at))
            counters[at] = starts[at]
        else:
            before = counters[at]
            counters[at] = levels[at].start if before is None else before + 1
        for upper in range(at):
            if counters[upper] is None:
                counters[upper] = levels[upper].start if upper in levels else 1
        for lower in range(at + 1, _LEVELS):
            restart = levels[lower].restart if lower in levels else None
            if restart != 0 and (restart is None or at < restart):
                counters[lower] = None
        return _label(levels, counters, at)


def _number(text: str | None, fallback: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return fallback


def _read_level(node: Element) -> tuple[int, Level]:
    fonts = child(child(node, "rPr"), "rFonts")
    restart = value_of(node, "lvlRestart")
    return _number(attribute(node, "ilvl"), 0), Level(
        form=value_of(node, "numFmt") or "decimal",
        text=value_of(node, "lvlText") or "",
        start=_number(value_of(node, "start"), 1),
        suffix=value_of(node, "suff") or "tab",
        restart=None if restart is None else _number(restart, 0),
        legal=switched_on(node, "isLgl") is True,
        style=value_of(node, "pStyle"),
        font=None if fonts is None else attribute(fonts, "ascii"),
    )


def _label(levels: dict[int, Level], counters: list[int | None], at: int) -> str:
    level = levels[at]
    gap = "" if level.suffix == "nothing" else " "
    if level.form == "bullet":
        sign = _bullet(level.text, level.font)
        return sign + gap if sign else ""
    if level.form == "none" and "%" not in level.text:
        return level.text + gap if level.text else ""
    text = level.text
    for upper in range(at + 1):
        place = f"%{upper + 1}"
        if place in text:
            shape = levels[upper].form if upper in levels else "decimal"
            if level.legal and shape not in ("none", "bullet"):
                shape = "decimal"
            text = text.replace(place, write_number(counters[upper] or 0, shape))
    return text + gap if text.strip() else ""


def _bullet(text: str, font: str | None) -> str:
    sign = text.strip()[:3]
    if not sign:
        return ""
    code = ord(sign[0])
    if 0xF000 <= code <= 0xF0FF:
        return _SYMBOL_BULLETS.get(code & 0xFF, "•")
    if font and font.lower().startswith(("wingdings", "symbol", "webdings")):
        return _SYMBOL_BULLETS.get(code, "•") if code < 0x100 and sign not in ("-", "+") else sign
    return "○" if sign == "o" else sign


def write_number(value: int, form: str) -> str:
    """Write a list number in one of Word's formats; unknown formats are written in digits.

    >>> write_number(4, "upperRoman"), write_number(28, "lowerLetter"), write_number(3, "decimalZero")
    ('IV', 'bb', '03')
    """
    if form in ("upperRoman", "lowerRoman") and 0 < value < 4000:
        out = ""
        for size, letters in _ROMAN:
            while value >= size:
                out += letters
                value -= size
        return out.upper() if form == "upperRoman" else out
    if form in ("upperLetter", "lowerLetter") and 0 < value < 26 * 30:
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form == "decimalZero":
        return f"{value:02d}"
    if form == "none":
        return ""
    return str(value)
