"""Limits on what is read, and how a reader refuses: a hostile or broken file meets one of these, never the machine's end."""

from __future__ import annotations

import msgspec

_MIB = 1024 * 1024


class Refused(Exception):
    """A file that a reader cannot use; ``args[0]`` is the Vietnamese reason."""


class Limits(msgspec.Struct, frozen=True):
    """Bounds for one file; sizes in bytes, times in seconds.

    ``silence`` is the longest wait for a sign of life from the parsing process (a page done is one);
    ``total`` the longest time for one file; ``memory`` the address space of the parsing process.
    """

    text_bytes: int = 32 * _MIB
    file_bytes: int = 256 * _MIB
    line_characters: int = 1_000_000
    text_characters: int = 20_000_000
    pages: int = 3_000
    ocr_pages: int = 300
    ocr_page_seconds: float = 90.0
    image_pixels: int = 120_000_000
    xml_bytes: int = 200 * _MIB
    zip_members: int = 500
    zip_bytes: int = 512 * _MIB
    zip_ratio: int = 200
    nesting: int = 12
    memory: int = 3 * 1024 * _MIB
    silence: float = 120.0
    total: float = 1800.0
    convert_seconds: float = 120.0


LIMITS = Limits()
"""The limits in force."""
