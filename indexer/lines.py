"""Physical lines → logical lines: hard wraps and page breaks undone (domain §3).

A logical line is a list of physical lines that belong together; it keeps its span in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from indexer.clean import collapse, fold
from indexer.labels import match_label
from indexer.markers import match_marker, skip_bullet
from indexer.records import Block, Span

#: A line that ends in one of these goes on: no title or sentence ends so.
OPEN_ENDINGS = re.compile(
    r"(?:^|\s)(?:và|hoặc|của|cho|với|tại|theo|về|trong|trên|các|những|là|được|để|do|từ|đến|bởi|nhằm|cùng|ở"
    r"|vào|đối với|gồm|như|khi|nhất là)(?<!đạt được)(?<!có được)$"
)
_TERMINAL = (".", ";", ":", "!", "?", "…", ".”", '."', "./.", ".)", "./", ";”")
#: Lines that always begin something new: formulas of the head and the foot of a document.
STARTERS = re.compile(
    r"nơi nhận\b|kính gửi\s?:|số\s?:|số\s+-|căn cứ |xét đề nghị|theo đề nghị của|(?:tm|t/m|kt|tl|t/l|tuq|q)\. ?[a-zà-ỹđ]|t/[ml] |"
    r"cộng hòa xã hội|độc lập\s?-\s?tự do|đảng cộng sản việt nam|lưu\s?:|\(?ban hành kèm theo"
)
#: Names of types that stand alone in capitals under the head (tên loại văn bản).
TYPE_LINE = re.compile(
    r"(?:dự thảo\s+)?(?:kế hoạch(?: hành động| liên tịch| phối hợp| công tác)?|chỉ thị|nghị quyết(?: liên tịch)?|"
    r"quyết định|nghị định|thông tư(?: liên tịch)?|thông tri|luật|bộ luật|pháp lệnh|lệnh|hướng dẫn|kết luận|"
    r"chương trình(?: hành động| công tác)?|đề án|phương án|báo cáo|thông báo|công điện|quy định|quy chế|tờ trình|"
    r"văn bản hợp nhất|công văn|đề cương|danh mục|điều lệ|quy hoạch|chiến lược)(?![a-zà-ỹđ])"
)
#: A title in ordinary letters that opens a text without a head: "Chỉ thị về việc …".
_PLAIN_TITLE = re.compile(
    TYPE_LINE.pattern
    + r"\s+(?:về|v/v|quy định|ban hành|phê duyệt|công bố|sửa đổi|thành lập|kết luận|triển khai|thực hiện)\s"
)
#: How the preamble under the title begins.
PREAMBLE = re.compile(
    r"thực hiện |căn cứ |triển khai |để |nhằm |trên cơ sở |theo (?!đó)|xét |thi hành |tiếp tục |quán triệt "
    r"|tiếp theo |qua "
)
#: A number alone on its line: its words stand on the next one.
_LONE_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\s?[.)]|\d{1,2}\.\d{1,2}(?:\.\d{1,2})?|[IVX]{1,5}\s?[.)]|[a-zđ]\s?\))$"
)
_LISTED = re.compile(r"\((?:[ivx]{1,5}|\d{1,2}|[a-zđ])\)\s")
#: "… tại khoản 1" + "Điều 6.": an article that is spoken of, broken off at the end of the line.
_SPOKEN_OF = re.compile(
    r"(?:(?:khoản|điểm|mục) [\da-zđ]{1,3}|(?:^|\s)(?:tại|theo|của|và|hoặc|với|trong|khoản|điểm|các|từ|đến|sau|trước)|,)$"
)
_BEFORE_FIGURE = re.compile(r"(?:^|\s)(?:số|ngày|tháng|năm|quý|khoản|điều|điểm)$")
_PAGE_NUMBER = re.compile(r"(?:trang\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*/\s*\d{1,3})?$")


class LogicalLine(NamedTuple):
    """Lines that form one paragraph; ``gap`` is the number of blank lines before it."""

    span: Span
    gap: int


class _Line(NamedTuple):
    start: int
    end: int
    text: str
    gap: int


def _physical(text: str) -> list[_Line]:
    lines: list[_Line] = []
    gap = 0
    position = 0
    for raw in text.split("\n"):
        stripped = raw.strip(" \t\u00a0\f\u200b\ufeff\u3000")
        if stripped and not any(c.isalnum() for c in stripped) and not stripped.startswith("|"):
            gap += 2  # a rule: "-----", "*"
        elif stripped:
            start = position + raw.index(stripped)
            lines.append(_Line(start, start + len(stripped), stripped, gap))
            gap = 0
        else:
            gap += 1
        position += len(raw) + 1
    return lines


def starts_block(line: str) -> bool:
    """Say whether a line begins with a number, bullet, label or formula, whatever stands before it."""
    if line.startswith("|") or match_marker(line) or skip_bullet(line) or match_label(line):
        return True
    return bool(STARTERS.match(fold(line[:40])))


def is_capital(line: str) -> bool:
    """Say whether a line is set in capitals: at least two letters, none of them lower-case."""
    return line.isupper() and sum(map(str.isalpha, line)) >= 2


#: Names of fields that a dash joins, by their first half: a line may break before the dash.
_PAIRS: dict[str, tuple[str, ...]] = {
    "văn hóa": ("xã hội", "thể thao", "thông tin"),
    "văn hoá": ("xã hội", "thể thao", "thông tin"),
    "kinh tế": ("xã hội", "hạ tầng", "kế hoạch"),
    "kế hoạch": ("tài chính", "đầu tư", "tổng hợp"),
    "tài chính": ("kế hoạch", "kế toán"),
    "hành chính": ("tổng hợp", "quản trị", "tổ chức"),
    "tổ chức": ("hành chính", "cán bộ"),
    "văn thư": ("lưu trữ",),
    "lao động": ("thương binh", "xã hội"),
    "khoa học": ("công nghệ", "kỹ thuật"),
    "dân số": ("kế hoạch hóa", "kế hoạch hoá"),
    "quốc phòng": ("an ninh",),
    "giáo dục": ("đào tạo",),
}
_FIRST_HALF = re.compile(r"(?:phòng|sở|ban|vụ|trung tâm) (" + "|".join(_PAIRS) + r")$")
_SECOND_HALF = re.compile(
    r"[-–]\s+("
    + "|".join(sorted({half for halves in _PAIRS.values() for half in halves}))
    + r")(?! hóa| hoá|\w)"
)


def ends_sentence(line: str) -> bool:
    """Say whether a line ends in terminal punctuation."""
    return line.endswith(_TERMINAL)


class _Layout(NamedTuple):
    width: int
    wrapped: bool
    usual_gap: int


def _layout(lines: list[_Line]) -> _Layout:
    """Measure how the file breaks its lines: wrapped at a width, or one line a paragraph."""
    lengths = sorted(len(line.text) for line in lines if not line.text.startswith("|"))
    if not lengths:
        return _Layout(0, False, 0)
    width = lengths[int(len(lengths) * 0.95)] if len(lengths) > 5 else lengths[-1]
    near = sum(1 for n in lengths if 0.75 * width <= n <= 1.15 * width)
    wrapped = width <= 130 and near >= max(3, len(lengths) // 5)
    gaps = Counter(line.gap for line in lines[1:])
    usual = min((gap for gap, count in gaps.items() if count >= len(lines) * 0.25), default=0)
    return _Layout(width, wrapped, usual)


def _continues(before: str, first: str, line: _Line, layout: _Layout, under_type: bool) -> bool:
    """Decide whether ``line`` goes on the paragraph whose last physical line is ``before``.

    ``first`` is the paragraph's first line: a heading does not take an upper-case line in, nor does
    the title ``under_type``, the line of capitals that names the type.
    """
    text = line.text
    if before.startswith("|") or text.startswith("|"):
        return False
    marker = match_marker(text)
    if first == before and _LONE_NUMBER.match(before):
        return marker is None and not skip_bullet(text) and match_label(text) is None and text[0].isalpha()
    if _LONE_NUMBER.match(text) and not _BEFORE_FIGURE.search(fold(before[-12:])):
        return False
    open_end = bool(OPEN_ENDINGS.search(fold(before[-24:]))) or before.endswith((",", "-", "–", "&", "("))
    if marker is not None:
        if (
            marker.style == "article"
            and line.gap <= layout.usual_gap
            and _SPOKEN_OF.search(fold(before[-24:]))
        ):
            return True
        # "… Quyết định số" + "12. …" is rare; a number after an open sentence in a full line is a wrap.
        full = layout.wrapped and len(before) >= 0.8 * layout.width
        if not (marker.style in ("decimal1", "letter", "roman") and open_end and full):
            return False
        return marker.style == "decimal1" and text[marker.words : marker.words + 1].islower()
    half = _FIRST_HALF.search(fold(before[-40:])) if text[0] in "-–" else None
    other = _SECOND_HALF.match(fold(text[:40])) if half else None
    if half and other and other.group(1) in _PAIRS[half.group(1)]:
        return True  # "Phòng Văn hóa" / "- Xã hội phối hợp": the dash stands inside a unit's name
    if skip_bullet(text) and not (text[0] == "-" and text[1:2].isdigit()):
        # "nhiệm kỳ 2025 -" / "2030": the dash stays on the first line; a leading dash is a bullet.
        return False
    if match_label(text) or STARTERS.match(fold(text[:40])):
        return False
    if line.gap > layout.usual_gap and _LISTED.match(text) and not open_end:
        return False
    if is_capital(text) != is_capital(before) and (is_capital(text) or is_capital(before)):
        return open_end and not is_capital(before) and len(text) > 3 and line.gap <= layout.usual_gap
    if under_type and line.gap and text[0].isupper() and PREAMBLE.match(fold(text[:24])):
        return False
    first_char = next((c for c in text if c.isalnum()), "a")
    if text[0] in "”)],.;:%":
        return True
    if ends_sentence(before) and not before.endswith(("…", "...", "v.v.", "TP.", "Tp.")):
        full = layout.wrapped and len(before) >= 0.8 * layout.width
        return (
            full
            and line.gap <= layout.usual_gap
            and layout.usual_gap == 0
            and not before.endswith((":", "./."))
        )
    if first_char.islower() or open_end:
        return True
    if first_char.isdigit() and _BEFORE_FIGURE.search(fold(before[-12:])):
        return True
    if layout.wrapped:
        short = len(before) < 0.62 * layout.width
        if short and (line.gap or match_marker(first) or match_label(first)):
            return False
        if match_marker(first) and len(before) < 0.8 * layout.width:
            return False
        return line.gap <= layout.usual_gap
    if line.gap == 0 and first_char.isdigit():
        return True
    opens = match_marker(first) is not None or match_label(first) is not None
    return not opens and not under_type and not is_capital(before) and line.gap <= 1 and len(before) > 60


def logical_lines(text: str) -> list[LogicalLine]:
    """Join the physical lines of ``text``; lone page numbers fall out, table rows stay lines."""
    lines = _physical(text)
    kept = [line for line in lines if not _PAGE_NUMBER.match(line.text)]
    layout = _layout(kept)
    out: list[LogicalLine] = []
    first = before = ""
    under_type = bool(kept) and _PLAIN_TITLE.match(fold(kept[0].text)) is not None
    for line in kept:
        if out and _continues(before, first, line, layout, under_type):
            out[-1] = LogicalLine(Span(out[-1].span.start, line.end), out[-1].gap)
        else:
            if out:
                under_type = is_capital(first)
            out.append(LogicalLine(Span(line.start, line.end), line.gap))
            first = line.text
        before = line.text
    return out


def unwrapped(text: str, blocks: Sequence[Block]) -> str:
    """Return the text, as long as before, with a space for every line end inside a block.

    Where a file wraps its lines, a line end inside a paragraph says nothing; between blocks it does.
    """
    pieces: list[str] = []
    at = 0
    for block in blocks:
        if "\n" in (words := block.span.of(text)):
            pieces += (text[at : block.span.start], words.replace("\n", " "))
            at = block.span.end
    return "".join(pieces) + text[at:] if pieces else text


def words_of(text: str, span: Span) -> str:
    """Return the words of a span on one line."""
    return collapse(span.of(text))
