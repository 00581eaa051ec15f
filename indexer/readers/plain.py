"""Plain text and Markdown: encodings recognised, marks taken off, everything else as read."""

from __future__ import annotations

from indexer.clean import nfc
from indexer.readers import encodings
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.markup import strip_markup
from indexer.readers.textbuilder import clean_characters
from indexer.records import Notice, Page, SourceText, Span

_SIGNATURES = (
    (b"%PDF-", "PDF", ".pdf"),
    (b"PK\x03\x04", "ZIP hoặc Word (.docx)", ".zip hoặc .docx"),
    (b"\xd0\xcf\x11\xe0", "Word 97-2003", ".doc"),
    (b"{\\rtf", "RTF", ".rtf"),
    (b"\x89PNG", "ảnh PNG", ".png"),
    (b"\xff\xd8\xff", "ảnh JPEG", ".jpg"),
    (b"II*\0", "ảnh TIFF", ".tif"),
    (b"MM\0*", "ảnh TIFF", ".tif"),
)


def read_text(data: bytes, *, markdown: bool) -> SourceText:
    """Read the bytes of a .txt or .md file.

    Raises :class:`Refused` where the bytes are no text, the encoding cannot be told, or a limit is passed.
    A form feed starts a new page.
    """
    for magic, name, suffix in _SIGNATURES:
        if data.startswith(magic):
            raise Refused(
                f"nội dung thật là {name}, không phải văn bản thuần; hãy đổi phần mở rộng thành {suffix}"
            )
    try:
        decoded = encodings.decode(data)
    except encodings.Undecidable as error:
        raise Refused(str(error)) from None
    text = decoded.text
    if not text.strip():
        raise Refused("tệp chỉ có khoảng trắng, không có chữ nào")
    longest = max(map(len, text.split("\n")))
    if longest > LIMITS.line_characters:
        raise Refused(
            f"có một dòng dài {longest:,} ký tự (giới hạn {LIMITS.line_characters:,}); ".replace(",", ".")
            + "tệp này có lẽ không phải văn bản, hoặc cần được ngắt dòng"
        )
    feeds = "\f" in text
    chapters = text.split("\f") if feeds else [text]
    if feeds and not chapters[-1].strip():
        chapters.pop()
    cleaned = "\f".join(nfc(clean_characters(part)) for part in chapters)
    stripped, bold, pages = _strip(cleaned, markdown=markdown)
    if not stripped.strip():
        raise Refused("tệp không có chữ nào sau khi bỏ ký hiệu định dạng")
    return SourceText(
        text=stripped,
        pages=pages,
        bold=bold,
        notices=_notices(decoded),
        format="md" if markdown else "txt",
        encoding=decoded.encoding,
    )


def _strip(text: str, *, markdown: bool) -> tuple[str, tuple[Span, ...], tuple[Page, ...]]:
    if "\f" not in text:
        stripped, bold = strip_markup(text, markdown=markdown)
        return stripped, bold, ()
    parts: list[str] = []
    spans: list[Span] = []
    pages: list[Page] = []
    offset = 0
    for number, chapter in enumerate(text.split("\f"), start=1):
        stripped, bold = strip_markup(chapter, markdown=markdown)
        stripped += "" if stripped.endswith("\n\n") else "\n" if stripped.endswith("\n") else "\n\n"
        parts.append(stripped)
        spans.extend(Span(span.start + offset, span.end + offset) for span in bold)
        pages.append(Page(number=number, span=Span(offset, offset + len(stripped))))
        offset += len(stripped)
    return "".join(parts), tuple(spans), tuple(pages)


def _notices(decoded: encodings.Decoded) -> tuple[Notice, ...]:
    notices = []
    if decoded.converted:
        name = encodings.LEGACY_NAMES.get(decoded.encoding, "Windows-1252")
        notices.append(
            Notice(
                code="encoding",
                message=f"Văn bản dùng bảng mã {name}, đã được chuyển sang Unicode; hãy đối chiếu khi trích dẫn.",
            )
        )
    if decoded.damaged:
        notices.append(
            Notice(
                code="damaged",
                message=f"Tệp UTF-8 có {decoded.damaged} chỗ hỏng, hiện là dấu “\ufffd”; hãy xem lại bản gốc.",
            )
        )
    return tuple(notices)
