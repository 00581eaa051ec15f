"""A .docx as a ZIP of XML parts, opened with bounds: sizes checked, no entities, no network."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from functools import lru_cache
from typing import Any

from lxml import etree

from indexer.readers.limits import LIMITS, Refused

BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
)
"""What the standard library raises over damaged archives."""

Element = Any
"""An lxml element; lxml has no types of its own."""


@lru_cache(maxsize=4096)
def local(tag: object) -> str:
    """Return a tag or attribute name without its namespace; "" for comments and instructions."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """Return the attribute ``name`` in whatever namespace, as transitional and strict files differ in it."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return str(value)
    return None


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of that local name."""
    if element is not None:
        for node in element:
            if local(node.tag) == name:
                return node
    return None


def value_of(element: Element | None, name: str) -> str | None:
    """Return the ``val`` attribute of a child ("" where the child has none), None without the child."""
    node = child(element, name)
    return None if node is None else attribute(node, "val") or ""


def parse_xml(data: bytes, name: str) -> Element:
    """Parse untrusted XML.  Raises :class:`Refused` for a document type, an entity or broken markup."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise Refused(f"phần {name} khai báo DTD hoặc thực thể XML, không an toàn nên không đọc")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(
            f"phần {name} không phải XML hợp lệ ({str(error)[:120]}); hãy mở và lưu lại bằng Word"
        ) from None


class Package:
    """The parts of an Office Open XML file; every read is bounded."""

    def __init__(self, data: bytes) -> None:
        """Open the archive.  Raises :class:`Refused` where it is no ZIP or is encrypted."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except BROKEN_ZIP as error:
            raise Refused(
                f"tệp hỏng, không mở được như tệp Word ({error}); hãy mở và lưu lại bằng Word"
            ) from None
        self._names = {info.filename.lstrip("/").lower(): info for info in self._zip.infolist()}
        if len(self._names) > LIMITS.zip_members * 10:
            raise Refused("tệp Word chứa quá nhiều phần; không đọc để tránh tệp độc hại")
        self._left = LIMITS.xml_bytes

    def __contains__(self, name: str) -> bool:
        """Say whether a part of that name (case ignored) exists."""
        return name.lower() in self._names

    def names(self) -> list[str]:
        """Return the names of all parts, in lower case."""
        return list(self._names)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a part, None where there is none.  Raises :class:`Refused` past the size limit."""
        info = self._names.get(name.lower())
        if info is None:
            return None
        try:
            with self._zip.open(info) as part:
                data = part.read(self._left + 1)
        except BROKEN_ZIP as error:
            raise Refused(
                f"phần {name} của tệp bị hỏng hoặc có mật khẩu ({error}); hãy mở và lưu lại bằng Word"
            ) from None
        self._left -= len(data)
        if self._left < 0:
            raise Refused(
                f"nội dung giải nén vượt {LIMITS.xml_bytes // 2**20} MB; có thể là tệp nén độc hại nên không đọc"
            )
        return data

    def xml(self, name: str) -> Element | None:
        """Return the parsed root of an XML part, None where there is none."""
        data = self.read(name)
        return None if data is None else parse_xml(data, name)
