"""Signs of the symbol fonts (Symbol, Wingdings): bullets, boxes and arrows by the code that draws them."""

from __future__ import annotations

_SIGNS = {
    0x2A: "*", 0x2B: "+", 0x2D: "-", 0x51: "☒", 0x52: "☑", 0x6F: "□", 0x71: "□", 0x72: "□", 0x78: "☒", 0xA3: "≤",
    0xA7: "▪", 0xA8: "□", 0xB3: "≥", 0xB7: "•", 0xD8: "➢", 0xE0: "→", 0xF0: "⇨", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip


def symbol(code: int) -> str:
    """Return the sign that a symbol font draws for a code of the private area F000-F0FF; others stay.

    >>> symbol(0xF0B7), symbol(0xF0FC), symbol(0x41)
    ('•', '✓', 'A')
    """
    if not 0xF000 <= code <= 0xF0FF:
        return chr(code)
    low = code & 0xFF
    if low in _SIGNS:
        return _SIGNS[low]
    return chr(low) if chr(low).isdigit() or chr(low) in "()[]/=<>.,:;" else "•"
