"""Warnings about one document, shown beside every answer that rests on it.

Blank number or date, annexes referred to but absent, gaps in the numbering, damaged text, pages without
text, doubtful recognition.  Messages are Vietnamese and say what to do or what to mind.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from indexer.clean import collapse, fold, has_diacritics
from indexer.markers import roman_value
from indexer.readers.encodings import is_syllable
from indexer.records import Block, Metadata, Notice, Section, SourceText, Span
from indexer.symbols import find_symbols

LOW_CONFIDENCE = 0.85
"""Mean word confidence below which a recognised page is called doubtful."""
_DAMAGED_SHARE = 0.04
_FEW_WORDS = 40
_HEAD = 6000

_ANNEX = re.compile(
    r"(?<![a-zà-ỹđ])phụ lục(?:\s+(?:số\s+)?(?P<n>[ivxl]{1,6}|\d{1,2}|[a-d])(?![a-zà-ỹđ0-9]))?"
)
_OTHERS_ANNEX = re.compile(
    r"[^.;:()]{0,40}?(?:kèm theo|của|tại|thuộc|trong|,)?\s+(?:các\s+)?(?:nghị định|thông tư|quyết định|nghị quyết|luật"
    r"|kế hoạch số|công văn|hướng dẫn số|chỉ thị|hợp đồng|điều ước|công ước)(?!\s+này)"
)
_ATTACHED = re.compile(r"\s*(?:\S+\s+){0,4}?(?:kèm theo|đính kèm)")
_SEE = re.compile(
    r"(?:chi tiết|cụ thể|xem|có|như|nêu|được quy định|quy định)\s+(?:tại|theo|ở|trong)?\s*(?:các\s+)?$"
)
_AT = re.compile(r"(?:tại|theo|ở|trong)\s+(?:các\s+)?$")
_CLOSED = re.compile(r"\s*(?:[.;,)]|$|này)")
_ANNEX_HEAD = re.compile(
    r"(?:^|[\n|])[ \t*#]*(?P<name>PHỤ\s+LỤC|Phụ\s+lục)(?:[ \t]+(?:SỐ[ \t]+|số[ \t]+)?(?P<n>[IVXL]{1,6}|\d{1,2}|[A-D])(?!\w))?"
    r"[ \t*]*(?=$|[\n|:.–-])"
)
_ENCLOSED = re.compile(
    r"(?<![a-zà-ỹđ])(?P<name>biểu|bảng|danh sách|danh mục|lịch)(?:\s+[a-zà-ỹđ]+){0,4}\s+(?:kèm theo|đính kèm)"
    r"\s+(?:kế hoạch|chương trình|chỉ thị|công văn|hướng dẫn|văn bản) này"
)
_PAGED = frozenset({"pdf", "scan", "image", "png", "jpg", "jpeg", "tif", "tiff"})
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-zÀ-ỹĐđ]")
_UNREADABLE = re.compile(r"[\ufffd\ue000-\uf8ff]")
_LETTERS = "abcdđeghiklmnopqrstuvxy"
_NUMBERED: frozenset[str] = frozenset(
    {"part", "chapter", "division", "article", "clause", "point", "group", "task", "heading", "run_in"}
)


def document_notices(
    source: SourceText, blocks: Sequence[Block], outline: Sequence[Section], metadata: Metadata
) -> list[Notice]:
    """Return the warnings about a document that its reader (``source.notices``) has not given, in a fixed order."""
    out = list(_identity(source.text, metadata))
    out.extend(_annexes(source.text, outline))
    out.extend(_enclosures(source.text, outline))
    out.extend(_gaps(outline))
    if not any(notice.code == "damaged" for notice in source.notices):
        out.extend(_damage(source.text))
    told = {notice.page for notice in source.notices if notice.page is not None}
    out.extend(notice for notice in _pages(source) if notice.page not in told)
    return out


def _identity(text: str, metadata: Metadata) -> Iterator[Notice]:
    """Warn of a blank or absent number and date; a text without a type is no document of its own."""
    draft = next((m for m in find_symbols(text[:_HEAD]) if m.kind == "draft"), None)
    if metadata.symbol is None and draft is not None and metadata.draft:
        yield Notice(
            "blank_number",
            f"Số của văn bản để trống (“{collapse(draft.raw)}”): có thể là dự thảo hoặc bản chưa ban hành; "
            "hãy đối chiếu với bản chính thức trước khi viện dẫn.",
            span=draft.span,
        )
    elif metadata.symbol is None and metadata.type is not None:
        yield Notice(
            "no_number",
            "Không thấy số và ký hiệu trong văn bản; không thể khẳng định đây là bản đã ban hành.",
        )
    date = metadata.date
    if metadata.draft and (date is None or len(date.value) < 10):
        known = {7: "chỉ ghi tháng và năm", 4: "chỉ ghi năm"}.get(len(date.value)) if date else None
        yield Notice(
            "blank_date",
            f"Ngày ban hành để trống{f' ({known})' if known else ''}: thời hạn và hiệu lực tính từ ngày ban hành "
            "chưa xác định được.",
            span=date.span if date else None,
        )
    elif date is None and metadata.type is not None:
        yield Notice("no_date", "Không thấy ngày ban hành trong văn bản.")


def _annexes(text: str, outline: Sequence[Section]) -> Iterator[Notice]:
    """Warn of annexes that the text refers to and that are not in it."""
    present = {_annex_number(section.num) for section in outline if section.kind == "annex"}
    folded = fold(text).replace("\n", " ")
    heads = list(_ANNEX_HEAD.finditer(text))
    headings = {_annex_number(match["n"] or "") for match in heads}
    present |= headings
    asked: dict[str, Span] = {}
    own = {section.heading.start for section in outline if section.kind == "annex"}
    own |= {match.start("name") for match in heads}
    for found in _ANNEX.finditer(folded):
        if found.start() in own or _OTHERS_ANNEX.match(folded, found.end()):
            continue
        if text[found.start() : found.end()].isupper():
            continue
        before, after = (
            folded[max(0, found.start() - 30) : found.start()],
            folded[found.end() : found.end() + 50],
        )
        closed = _CLOSED.match(after) is not None
        if not (_ATTACHED.match(after) or (closed and (_SEE.search(before) or _AT.search(before)))):
            continue
        number = _annex_number(found["n"] or "")
        asked.setdefault(number, Span(found.start(), found.end()))
    for number, span in asked.items():
        if number in present or (not number and present):
            continue
        if number and "" in present and len(asked) == 1:
            continue  # one annex without a number, called by one
        name = collapse(span.of(text))
        yield Notice(
            "annex_missing",
            f"Văn bản dẫn đến “{name}” nhưng tệp không có phần này; nội dung trong phụ lục không tra cứu được.",
            span=span,
        )


def _enclosures(text: str, outline: Sequence[Section]) -> Iterator[Notice]:
    """Warn of a form or list "kèm theo Kế hoạch này" where nothing of the kind follows: no heading, no table, no annex."""
    if any(section.kind == "annex" for section in outline):
        return
    folded = fold(text).replace("\n", " ")
    for found in _ENCLOSED.finditer(folded):
        rest = fold(text[found.end() :])
        if re.search(rf"^[ \t*#]*{found['name']}(?!\w)|^\s*\|", rest, re.MULTILINE):
            continue
        span = Span(found.start(), found.end())
        yield Notice(
            "annex_missing",
            f"Văn bản dẫn đến “{collapse(span.of(text))}” nhưng tệp không có phần này.",
            span=span,
        )
        return


def _annex_number(number: str) -> str:
    """Return an annex's number in one form: "II", "02" and "2" are equal."""
    number = number.strip().lower()
    if number.isdigit():
        return str(int(number))
    value = roman_value(number)
    return str(value) if value else number


def _gaps(outline: Sequence[Section]) -> Iterator[Notice]:
    """Warn where the numbers of siblings skip one or more."""
    siblings: dict[tuple[int, str], list[tuple[int, Section]]] = {}
    for section in outline:
        value = _ordinal(section.num) if section.kind in _NUMBERED else None
        if value is None:
            continue
        style = section.kind if section.kind in ("article", "chapter", "part") else _style(section.num)
        key = (-1 if section.kind == "article" else section.parent, style)
        siblings.setdefault(key, []).append((value, section))
    for group in siblings.values():
        values = {value for value, _ in group}
        for (before, first), (after, second) in itertools.pairwise(group):
            # A number that comes later, as after a quoted article, is not missing.
            if not before + 1 < after <= before + 5 or values & set(range(before + 1, after)):
                continue
            yield Notice(
                "numbering_gap",
                f"Đánh số không liên tục: từ mục {first.path} sang mục {second.path}; "
                "có thể thiếu nội dung hoặc tách nhầm mục.",
                span=second.heading,
            )


def _style(number: str) -> str:
    if number[:1].isdigit():
        return "digits" + str(number.count("."))
    if roman_value(number) and number.isupper():
        return "roman"
    return "letter"


def _ordinal(number: str) -> int | None:
    """Return a section's place among its siblings from its printed number; None where it has none."""
    tail = number.strip().rsplit(".", 1)[-1].rsplit(" ", 1)[-1]
    if re.fullmatch(r"\d{1,3}", tail):
        return int(tail)
    if tail.isupper() and roman_value(tail):
        return roman_value(tail)
    if len(tail) == 1 and tail in _LETTERS:
        return _LETTERS.index(tail) + 1
    return None


def _first_of(words: set[str], text: str) -> Span | None:
    if not words:
        return None
    return next(Span(*match.span()) for match in _WORD.finditer(text) if match[0] in words)


def _damage(text: str) -> Iterator[Notice]:
    """Warn of text that looks damaged: syllables that are none, other scripts inside words, lost accents."""
    words = Counter(_WORD.findall(text))
    letters = sum(len(word) * times for word, times in words.items())
    wrong = {word for word in words if _OTHER_SCRIPT.search(word) and _LATIN.search(word)}
    spoilt: set[str] = set()
    accented = 0
    for word, times in words.items():
        if word.isascii() or len(word) > 24:
            continue
        accented += times
        if not is_syllable(word.lower()) and not word.isupper():
            spoilt.add(word)
    bad, mixed = (sum(words[word] for word in some) for some in (spoilt, wrong))
    first_bad, first_mixed = _first_of(spoilt, text), _first_of(wrong, text)
    if accented >= _FEW_WORDS and bad > accented * _DAMAGED_SHARE:
        yield Notice(
            "damaged_text",
            f"Chữ có dấu hiệu hỏng: {bad} trên {accented} tiếng có dấu không đúng chính tả tiếng Việt "
            f"(ví dụ “{first_bad.of(text) if first_bad else ''}”); hãy kiểm tra bảng mã hoặc bản quét.",
            span=first_bad,
        )
    if mixed:
        yield Notice(
            "mixed_script",
            f"Có {mixed} từ lẫn chữ cái của bảng chữ khác (ví dụ “{first_mixed.of(text) if first_mixed else ''}”); "
            "tìm theo đúng chữ có thể bỏ sót.",
            span=first_mixed,
        )
    unreadable = len(_UNREADABLE.findall(text))
    if unreadable:
        at = _UNREADABLE.search(text)
        yield Notice(
            "unreadable_signs",
            f"Có {unreadable} ký tự không đọc được trong văn bản.",
            span=Span(*at.span()) if at else None,
        )
    if letters > 600 and not has_diacritics(text):
        yield Notice(
            "no_diacritics",
            "Văn bản không có dấu tiếng Việt; kết quả tìm và trích dẫn kém chính xác hơn.",
        )


def _pages(source: SourceText) -> Iterator[Notice]:
    """Warn of pages without text and of pages recognised with doubt."""
    for page in source.pages:
        if source.format in _PAGED and not page.span.of(source.text).strip():
            yield Notice(
                "page_without_text",
                f"Trang {page.number} không có chữ đọc được (trang trắng, ảnh hoặc bản quét).",
                page=page.number,
            )
        elif page.ocr is not None and page.ocr < LOW_CONFIDENCE:
            yield Notice(
                "low_ocr",
                f"Trang {page.number} được nhận dạng từ ảnh với độ tin cậy {page.ocr * 100:.0f}%; "
                "hãy đối chiếu với bản gốc trước khi dùng.",
                page=page.number,
                span=page.span,
            )
