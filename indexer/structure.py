"""Text → blocks and outline (domain §3): trust the numbering, not the typography.

Three steps: logical lines (:mod:`indexer.lines`), what each line is in the frame of an official
document (head, preamble, body, recipients, signature, annex), and the tree of numbered sections.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from indexer.clean import collapse, fold
from indexer.labels import LabelMatch, match_label
from indexer.lines import (
    PREAMBLE,
    TYPE_LINE,
    LogicalLine,
    ends_sentence,
    is_capital,
    logical_lines,
    starts_block,
)
from indexer.markers import Marker, match_marker, ordinal, roman_value, skip_bullet
from indexer.records import Block, BlockKind, Section, SectionKind, SourceText, Span

_SYMBOL_LINE = re.compile(r"số\s*[:.]|số\s*[-/…]|số\s+[\d.…_]+\s*[-/]|\d{1,5}\s?[-/]\s?[a-zđ]{2,4}\s?/")
_PLACE = re.compile(
    r"(?<![\w/-])[^\W\d_]+(?:[ .]+(?:- )?[^\W\d_]+){0,6},\s*ngày\s*[\d.…_ ]*\s*tháng\s*[\d.…_ ]*\s*năm\s*[\d.…_]*"
)
_DATE_LINE = re.compile(r"ngày\s*[\d.…_ ]*\s*tháng\s*[\d.…_ ]*\s*năm\s*[\d.…_]*$")
_BANNER = re.compile(
    r"cộng hòa xã hội chủ nghĩa|độc lập\s?-\s?tự do|đảng cộng sản việt nam|đảng bộ |[*_=\-–—]{1,}$|dự thảo$|\(?dự thảo"
)
#: The state's name or motto beside the body's name: two columns printed as one line.
_MOTTO = re.compile(r"\S\s{3,}(?:cộng hòa xã hội chủ nghĩa|độc lập\s?-\s?tự do|đảng cộng sản việt nam)")
_SIGNATURE = re.compile(
    r"(?:tm|kt|tl|tuq|q)\s?\.\s?\S|t/[ml]\b|(?:quyền |phó |phụ trách )?(?:tổng )?"
    r"(?:giám đốc|chủ tịch|bí thư|bộ trưởng|thủ tướng|trưởng ban|chánh văn phòng|tổng bí thư|hiệu trưởng|chủ nhiệm|"
    r"trưởng trạm|trạm trưởng|trưởng công an|chỉ huy trưởng|"
    r"cục trưởng|viện trưởng|chánh án|tổng thanh tra|thứ trưởng|thống đốc|trưởng phòng|vụ trưởng)(?![a-zà-ỹđ])"
)
#: Closing sentences of a document: they speak of the whole, not of the numbered item above them.
_CLOSING = re.compile(
    r"yêu cầu (?:các|thủ trưởng|giám đốc|trưởng|chủ tịch|toàn)|trên đây là |trong quá trình (?:tổ chức |triển khai )?"
    r"(?:tổ chức )?thực hiện|(?:kế hoạch|chỉ thị|nghị quyết|chương trình|quy chế|đề án) này |nhận được |"
    r"(?:ủy ban nhân dân|ubnd|ban thường vụ|đảng ủy|sở|giám đốc|chủ tịch|bộ|thủ tướng) [^.;:]{0,50}yêu cầu (?:các|thủ|giám|người)"
)
#: What the last sentence of a body says of the whole document, however it begins.
_WHOLE = re.compile(
    r"(?:nghiêm túc|khẩn trương|chủ động)(?: tổ chức)?(?: triển khai)?,? (?:thực hiện|triển khai)|căn cứ (?:nội dung )?kế hoạch"
    r"|(?:kế hoạch|chỉ thị|công văn|nội dung) (?:này|trên)|vướng mắc|khó khăn"
)
#: A line of its own over the results of all the items above it.
_OF_THE_GROUP = re.compile(r"(?:các )?(?:kết quả|chỉ tiêu|sản phẩm)(?:, (?:chỉ tiêu|sản phẩm))? cần đạt:?")
#: Before a colon: the sentence goes on with names ("… phối hợp với các Sở: Nội vụ, Tài chính xây dựng …").
_LEADS_TO_LIST = re.compile(
    r"\b(?:chủ trì|phối hợp với|chỉ đạo các|giao các|yêu cầu các)\b|^(?!trách nhiệm|nhiệm vụ).*\b(?:các|những) "
    r"(?:sở|vụ|bộ|ban|cục|phòng|huyện|xã|tỉnh|thôn|ngành|đơn vị)$"
)
_NONE = -10
_MAX_HEAD_LINES = 40
_PART_RANK = 3
#: An excerpt may begin at part III or Điều 20; a paragraph that begins with "7." is no section by that alone.
_FIRST_AT_ANY_NUMBER = ("roman", "chapter", "article", "group", "annex", "phan")


class _Printed(NamedTuple):
    """A logical line with what can be said of it alone."""

    line: LogicalLine
    raw: str
    words: str
    folded: str
    marker: Marker | None


def read_structure(source: SourceText) -> tuple[list[Block], list[Section]]:
    """Read the blocks of a text in order and the outline that they form."""
    text = source.text
    printed = []
    for line in logical_lines(text):
        raw = line.span.of(text)
        words = collapse(raw)
        printed.append(_Printed(line, raw, words, fold(words), match_marker(raw)))
    return _Reader(text, printed, source.bold).read()


class _Open(NamedTuple):
    """An open section on the way down to the current line."""

    section: int
    marker: Marker


class _Reader:
    """One pass over the logical lines; ``state`` is the part of the document that it is in."""

    def __init__(self, text: str, lines: Sequence[_Printed], bold: Sequence[Span]) -> None:
        self.text = text
        self.lines = lines
        self.starts = [entry.line.span.start for entry in lines]
        self.bold = sorted(bold)
        self.bold_starts = [span.start for span in self.bold]
        self.blocks: list[Block] = []
        self.sections: list[Section] = []
        self.stack: list[_Open] = []
        self.quote_until = -1
        self.article = 0
        """This text's last article."""
        self.quoted = _NONE
        """The last article seen inside the quotation."""
        self.broken_quote = -1
        """Where a quotation ends that an article of this text has broken in on (a footnote over two pages)."""
        self.ended: dict[int, int] = {}
        """Sections that a closing sentence has ended, and where."""
        self.last: dict[str, int] = {}
        """The last number of each style: "II. …" may go on with "4." where "I. …" ended with "3."."""
        self.taken: set[int] = set()
        """Lines that a number alone on the line before has taken as its title."""

    def read(self) -> tuple[list[Block], list[Section]]:
        body_from = self._read_head()
        state = "body"
        for position in range(body_from, len(self.lines)):
            if position not in self.taken:
                state = self._read_line(position, state)
        closed = _close_spans(self.sections, self.ended, len(self.text.rstrip()))
        return self.blocks, _without_foot(closed, self.blocks)

    # -- head ---------------------------------------------------------------------------------

    def _read_head(self) -> int:
        """Read number, place, type, title and preamble; return the first line of the body."""
        type_at = self._type_line()
        first_section = self._first_section(0 if type_at is None else type_at + 1)
        if type_at is None:
            return self._read_headless(first_section)
        for position in range(type_at):
            self._head_line(self.lines[position])
        entry = self.lines[type_at]
        name_end = TYPE_LINE.match(fold(entry.raw))
        rest = fold(entry.raw)[name_end.end() :].strip() if name_end is not None else ""
        alone = len(rest.split()) <= 1 or rest.startswith("của ")
        self._add("type" if alone else "title", entry.line.span)
        position = type_at + 1
        if alone:
            position = self._read_title(position, first_section)
        return self._read_preamble(position, first_section)

    def _read_headless(self, first_section: int) -> int:
        """A text without a line that names its type: the first line serves as the title."""
        position = 0
        limit = min(first_section, _MAX_HEAD_LINES, len(self.lines))
        while position < limit and self._head_line(self.lines[position], only_certain=True):
            position += 1
        if position < limit and len(self.lines[position].words) < 400:
            entry = self.lines[position]
            if TYPE_LINE.match(entry.folded):
                self._add("title", entry.line.span)
                position += 1
        return self._read_preamble(position, first_section)

    def _type_line(self) -> int | None:
        for position, entry in enumerate(self.lines[:_MAX_HEAD_LINES]):
            if is_capital(entry.words) and TYPE_LINE.match(entry.folded):
                return position
            if entry.marker and entry.marker.style in ("article", "chapter") and position > 3:
                return None
        return None

    def _first_section(self, start: int) -> int:
        for position in range(start, len(self.lines)):
            marker = self.lines[position].marker
            if marker is None or marker.style == "task":
                continue
            if ordinal(marker) in (0, 1) or marker.style in _FIRST_AT_ANY_NUMBER:
                return position
        return len(self.lines)

    def _head_line(self, entry: _Printed, only_certain: bool = False) -> bool:
        span = entry.line.span
        folded = fold(entry.raw)
        place = _PLACE.search(folded) or _DATE_LINE.match(folded)
        if _SYMBOL_LINE.match(folded):
            end = place.start() if place else len(entry.raw)
            self._add("symbol", Span(span.start, span.start + len(entry.raw[:end].rstrip())))
            if place:
                self._add("place", Span(span.start + place.start(), span.end))
            return True
        if place and place.start() < 60:
            if place.start() > 2 and entry.raw[: place.start()].strip():
                self._add("banner", Span(span.start, span.start + len(entry.raw[: place.start()].rstrip())))
            self._add("place", Span(span.start + place.start(), span.end))
            return True
        if (
            _BANNER.match(folded)
            or _MOTTO.search(folded)
            or (is_capital(entry.words) and not TYPE_LINE.match(entry.folded))
        ):
            self._add("banner", span)
            return True
        if not only_certain:
            self._add("banner" if len(entry.words.split()) <= 16 else "paragraph", span)
        return False

    def _read_title(self, position: int, first_section: int) -> int:
        started = False
        while position < min(first_section, len(self.lines)):
            entry = self.lines[position]
            if _BANNER.match(entry.folded) and len(entry.words) < 12:
                self._add("banner", entry.line.span)
            elif _SYMBOL_LINE.match(entry.folded) or _PLACE.match(entry.folded):
                self._head_line(entry)
            elif not started and is_capital(entry.words) and entry.folded.startswith("của "):
                self._add("banner", entry.line.span)  # "CỦA BAN BÍ THƯ": whose directive it is
            elif not started:
                if ends_sentence(entry.words) and len(entry.words.split()) > 60:
                    return position
                self._add("title", entry.line.span)
                started = True
            elif (
                len(entry.words.split()) <= 14
                and not ends_sentence(entry.words)
                and not (PREAMBLE.match(entry.folded))
            ):
                self._add("banner" if is_capital(entry.words) else "title", entry.line.span)
            else:
                return position
            position += 1
        return position

    def _read_preamble(self, position: int, first_section: int) -> int:
        for here in range(position, first_section):
            entry = self.lines[here]
            if _foot_state(entry) is not None:
                return here
            if PREAMBLE.match(entry.folded) or entry.folded.endswith(
                ("như sau:", "sau đây:", "sau:", "như sau")
            ):
                self._add("preamble", entry.line.span)
            elif here < position + 12 and (_SYMBOL_LINE.match(entry.folded) or _PLACE.match(entry.folded)):
                self._head_line(entry)
            else:
                self._plain(entry)
        return first_section

    # -- body and foot ------------------------------------------------------------------------

    def _read_line(self, position: int, state: str) -> str:
        entry = self.lines[position]
        if state != "body":
            if (
                entry.marker is not None
                and entry.marker.style in ("annex", "article", "chapter", "phan", "roman")
            ) or (state == "signature" and len(entry.words.split()) > 30):
                state = "body"
            elif is_capital(entry.words) and TYPE_LINE.match(entry.folded):
                self.stack.clear()
                self._add("heading", entry.line.span)
                return "body"
        turned = _foot_state(entry)
        if turned is not None:
            state = turned
        if state == "recipients" and turned is None and is_capital(entry.words):
            state = "signature"
        if state in ("recipients", "signature"):
            kind: BlockKind = "recipients" if state == "recipients" else "signature"
            self._add(kind, entry.line.span)
            return state
        if entry.marker is not None and entry.marker.style == "article":
            self._weigh_quote(ordinal(entry.marker), entry.line.span.start)
        if self.quote_until < entry.line.span.start:
            self.quote_until = _quote_end(self.text, entry)
            if self.quote_until >= 0:
                opened = match_marker(entry.raw.lstrip(' -+"“'))
                self.quoted = ordinal(opened) if opened and opened.style == "article" else _NONE
            if entry.marker is not None and self._opens_section(entry.marker, entry):
                self._section(position)
                return state
        self._plain(entry)
        return state

    def _weigh_quote(self, number: int, offset: int) -> None:
        """Say whose an article is that stands where a quotation is open: the quoted text's or this one's."""
        own = self.article
        if self.quote_until >= offset:
            if number == own + 1 and number != self.quoted + 1:
                self.broken_quote, self.quote_until = self.quote_until, -1
            else:
                self.quoted = number
        elif self.broken_quote >= offset and number == self.quoted + 1 != own + 1:
            self.quote_until, self.broken_quote, self.quoted = self.broken_quote, -1, number

    def _plain(self, entry: _Printed) -> None:
        """Add a line that opens no section: a table row, labelled lines, a bullet or a paragraph."""
        span = entry.line.span
        if entry.raw.startswith("|"):
            self._add("row", span)
            return
        bullet = skip_bullet(entry.raw)
        if not bullet and (_CLOSING.match(entry.folded) or self._is_last(entry)):
            self._end_items(entry)
        if not bullet and _OF_THE_GROUP.fullmatch(entry.folded):
            while self.stack and self.stack[-1].marker.style == "letter":
                self.ended[self.stack.pop().section] = span.start
        pieces = _labelled_pieces(entry.raw)
        first = pieces[0][0] if pieces else len(entry.raw)
        if first > bullet and entry.raw[:first].strip(" (*_"):
            kind: BlockKind = "bullet" if bullet else "paragraph"
            if not bullet and is_capital(entry.words) and 2 <= len(entry.words.split()) <= 30:
                kind = "heading"
            end = len(entry.raw[:first].rstrip(" (\n"))
            self._add(kind, Span(span.start, span.start + end), bullet)
        self._labels(span.start, entry.raw, pieces)

    def _labels(self, origin: int, raw: str, pieces: Sequence[tuple[int, LabelMatch]]) -> None:
        for number, (start, label) in enumerate(pieces):
            after = pieces[number + 1][0] if number + 1 < len(pieces) else len(raw)
            end = len(raw[:after].rstrip(" (\n"))
            self._add("label", Span(origin + start, origin + end), label.end, label.key)

    def _add(self, kind: BlockKind, span: Span, skip: int = 0, label: str | None = None) -> None:
        start = span.start + skip
        while start < span.end and self.text[start].isspace():
            start += 1
        section = self.stack[-1].section if self.stack else -1
        if kind in ("symbol", "place", "banner", "type", "title", "recipients", "signature"):
            section = -1
        self.blocks.append(Block(span, kind, section, Span(start, span.end), label))

    def _is_last(self, entry: _Printed) -> bool:
        """Say whether a paragraph of its own ends the body with "./.": it speaks of the whole document."""
        at = bisect.bisect_right(self.starts, entry.line.span.start)
        apart = "\n" in self.text[: entry.line.span.start].rstrip(" ")[-1:]
        last = at >= len(self.lines) or _foot_state(self.lines[at]) is not None
        return apart and last and entry.words.endswith("./.") and bool(_WHOLE.search(entry.folded))

    def _end_items(self, closing: _Printed) -> None:
        """Leave the numbered items of the current part: what comes closes the part, or the document."""
        if any(open_.marker.style == "article" for open_ in self.stack):
            return
        last = self.blocks[-1] if self.blocks else None
        if last is not None and last.kind == "heading" and not last.span.of(self.text).endswith((";", ".")):
            return  # the first sentence under "9. Tổ chức thực hiện"
        while self.stack and self.stack[-1].marker.rank > _PART_RANK:
            if self._goes_on(self.stack[-1].marker, closing):
                return  # "Yêu cầu các …" in the middle of a list is a paragraph of its item
            self.ended[self.stack.pop().section] = closing.line.span.start

    def _goes_on(self, marker: Marker, after: _Printed) -> bool:
        """Say whether the next number of a list stands below a line, before the part or the body ends."""
        at = bisect.bisect_right(self.starts, after.line.span.start)
        for entry in self.lines[at:]:
            if _foot_state(entry) is not None:
                return False
            if entry.marker is not None:
                if entry.marker.rank < marker.rank:
                    return False
                if entry.marker.style == marker.style and ordinal(entry.marker) == ordinal(marker) + 1:
                    return True
        return False

    # -- sections -----------------------------------------------------------------------------

    def _opens_section(self, marker: Marker, entry: _Printed) -> bool:
        """Say whether a printed number fits the numbering so far."""
        if not entry.raw[marker.words :].strip() and marker.style in ("decimal1", "letter", "upper"):
            return False
        number = ordinal(marker)
        before = next((open_ for open_ in reversed(self.stack) if open_.marker.rank <= marker.rank), None)
        sibling = before.marker if before is not None and before.marker.style == marker.style else None
        if marker.style == "bracketed":
            # "(1) Nhà ở: …" straight under a part; under an item it counts what one sentence lists.
            around = self.stack[-1].marker if self.stack else None
            if around is None or not (around.style == "bracketed" or around.rank <= _PART_RANK):
                return False
            return entry.raw[marker.words].isupper() and number == (ordinal(sibling) + 1 if sibling else 1)
        if marker.style in ("decimal1", "letter", "roman", "upper", "article", "chapter"):
            if number == 1 or marker.style == "article":
                return True
            if sibling is None:
                # A list that starts in the middle: only where nothing of this style was open before.
                return (
                    marker.style in _FIRST_AT_ANY_NUMBER
                    or (marker.style == "decimal1" and number <= 3 and is_capital(entry.words))
                    or (before is not None and number == self.last.get(marker.style, 0) + 1)
                )
            step = number - ordinal(sibling)
            return 1 <= step <= (2 if marker.style == "letter" else 5) or (step == 0 and number > 0)
        if marker.style == "decimal2" and sibling is None:
            # "1.500 hộ", "3.2 tỷ đồng": a figure at the start of a line is no section.
            return not entry.raw[marker.words : marker.words + 1].islower() or number == 1
        return True

    def _section(self, position: int) -> None:
        entry = self.lines[position]
        marker = entry.marker
        if marker is None:  # the caller has checked it
            raise ValueError(entry.words)
        while self.stack and self.stack[-1].marker.rank >= marker.rank:
            self.stack.pop()
        if marker.style == "article":
            self.article = ordinal(marker)
        self.last[marker.style] = ordinal(marker)
        in_article = any(open_.marker.style == "article" for open_ in self.stack)
        span = entry.line.span
        title, title_end = self._title(position, marker)
        below = self._title_below(position) if not entry.raw[marker.words :].strip() else None
        if below is not None:
            title = collapse(Span(self.lines[position + 1].line.span.start, below).of(self.text))
            title_end = below - entry.line.span.start
        elif title and title_end == len(entry.raw) and is_capital(title):
            end = self._capitals_below(position)
            if end is not None:
                title = collapse(Span(span.start + marker.words, end).of(self.text)).rstrip(" .:")
                title_end = end - span.start
        num = _printed_number(entry.raw, marker)
        parent = self.stack[-1].section if self.stack else -1
        path = f"{self.sections[parent].path} > {num}" if parent >= 0 else num
        heading_end = span.start + (title_end if title else marker.words)
        self.sections.append(
            Section(
                num=num,
                title=title,
                depth=len(self.stack) + 1,
                kind=_section_kind(marker, title, in_article),
                path=path,
                span=Span(span.start, span.end),
                heading=Span(span.start, span.start + len(self.text[span.start : heading_end].rstrip())),
                parent=parent,
            )
        )
        self.stack.append(_Open(len(self.sections) - 1, marker))
        rest = title_end if title else 0
        if title:
            self._add("heading", Span(span.start, self.sections[-1].heading.end), marker.words)
        if rest < len(entry.raw) and entry.raw[rest:].strip(" :.-"):
            label = match_label(entry.raw[marker.words :]) if title else None
            if label is not None:
                self._add("label", Span(span.start + marker.words, span.end), label.end, label.key)
            elif title:
                start = rest + len(entry.raw[rest:]) - len(entry.raw[rest:].lstrip(" :.-\n"))
                self._rest(entry, start)
            else:
                self._rest(entry, 0, marker.words)

    def _rest(self, entry: _Printed, start: int, skip: int = 0) -> None:
        """Add what follows a number or an inline heading on its line, labelled pieces apart."""
        raw = entry.raw[start:]
        pieces = [(at, label) for at, label in _labelled_pieces(raw) if at > skip]
        first = pieces[0][0] if pieces else len(raw)
        origin = entry.line.span.start + start
        self._add("paragraph", Span(origin, origin + len(raw[:first].rstrip(" (\n"))), skip)
        self._labels(origin, raw, pieces)

    def _title(self, position: int, marker: Marker) -> tuple[str | None, int]:
        """Return the title of a numbered line and the offset where it ends; None for a run-in."""
        entry = self.lines[position]
        words_raw = entry.raw[marker.words :]
        words = collapse(words_raw)
        count = len(words.split())
        inline = self._inline_title(entry, marker)
        if inline is not None:
            return inline
        whole = len(entry.raw)
        all_bold = self._bold_end(entry.line.span.start + marker.words) >= entry.line.span.end - 2
        if words.endswith(":"):
            return (words.rstrip(": "), whole) if count <= 30 else (None, 0)
        if is_capital(words) and count <= 40:
            return words.rstrip(" ."), whole
        has_body = self._has_body(position, marker)
        if words.endswith((";", "./.", "./", ",")) or (ends_sentence(words) and count > 12):
            return None, 0
        if all_bold and count <= 100 and not ends_sentence(words):
            return words, whole
        if re.search(r"[a-zà-ỹđ]{2}[.;] [A-ZĐÀ-Ỹ]", words):
            return None, 0
        if ends_sentence(words):
            return (words.rstrip(" ."), whole) if has_body else (None, 0)
        limit = 50 if has_body else 30
        return (words, whole) if count <= limit else (None, 0)

    def _title_below(self, position: int) -> int | None:
        """A number alone on its line ("Chương II"): return the end of the title under it, and take it."""
        end = None
        for below in range(position + 1, min(position + 5, len(self.lines))):
            entry = self.lines[below]
            if entry.marker is not None or entry.raw.startswith("|") or _foot_state(entry) is not None:
                break
            if end is not None and not is_capital(entry.words):
                break
            if len(entry.words.split()) > 40 or (ends_sentence(entry.words) and not is_capital(entry.words)):
                break
            end = entry.line.span.end
            self.taken.add(below)
        return end

    def _capitals_below(self, position: int) -> int | None:
        """Return where a heading in capitals ends that goes on in capitals on the next lines, and take them.

        A line straight below belongs to it; one after a blank line only where the heading is unfinished.
        """
        end = None
        for below in range(position + 1, min(position + 4, len(self.lines))):
            before, entry = self.lines[below - 1], self.lines[below]
            if entry.marker is not None or entry.raw.startswith(("|", "(")) or not is_capital(entry.words):
                break
            if (
                _foot_state(entry) is not None
                or TYPE_LINE.match(entry.folded)
                or len(entry.words.split()) > 25
            ):
                break
            apart = "\n" in self.text[before.line.span.end : entry.line.span.start].replace("\n", "", 1)
            if before.words.rstrip().endswith((".", ":", ";")) or (
                apart and _UNFINISHED.search(before.folded) is None
            ):
                break
            end = entry.line.span.end
            self.taken.add(below)
        return end

    def _inline_title(self, entry: _Printed, marker: Marker) -> tuple[str, int] | None:
        """Return a title that is followed by its text on the same line ("2.1. Mục tiêu chung: Đến …")."""
        raw = entry.raw
        bold_end = self._bold_end(entry.line.span.start + marker.words) - entry.line.span.start
        colon = raw.find(":", marker.words)
        if 0 < colon < len(raw) - 1 and raw[colon + 1 :].strip():
            prefix = collapse(raw[marker.words : colon])
            rest = raw[colon + 1 :].lstrip(" *_\n")
            limit = 25 if bold_end and colon - 2 <= bold_end <= colon + 3 else 12
            plain = not re.search(r"[.;!?]", prefix) and prefix[:1].isupper()
            plain = plain and not _LEADS_TO_LIST.search(fold(prefix))
            if plain and 0 < len(prefix.split()) <= limit and rest[:1].isupper() and marker.style != "task":
                return prefix, colon + 1
        if marker.words < bold_end < len(raw) - 8:
            prefix = collapse(raw[marker.words : bold_end])
            if prefix.endswith((".", ":")) and len(prefix.split()) <= 25:
                return prefix.rstrip(" .:"), bold_end
            # A heading in bold up to the end of a line, its text in plain letters on the next.
            after = raw[bold_end:].lstrip(" ")
            if after.startswith("\n") and after.lstrip()[:1].isupper() and len(prefix.split()) <= 40:
                return prefix, bold_end
        return None

    def _bold_end(self, offset: int) -> int:
        """Return where the bold run that covers ``offset`` ends; 0 when it is not bold."""
        at = bisect.bisect_right(self.bold_starts, offset) - 1
        if at >= 0 and self.bold[at].start <= offset < self.bold[at].end:
            return self.bold[at].end
        return 0

    def _has_body(self, position: int, marker: Marker) -> bool:
        """Say whether something stands under a numbered line before the next of its rank."""
        if position + 1 >= len(self.lines):
            return False
        after = self.lines[position + 1]
        if _foot_state(after) is not None:
            return False
        return after.marker is None or after.marker.rank > marker.rank


def _foot_state(entry: _Printed) -> str | None:
    """Return the part of the foot that a line opens, if it opens one."""
    if entry.folded.startswith("nơi nhận"):
        return "recipients"
    if is_capital(entry.words) and len(entry.words.split()) <= 14 and _SIGNATURE.match(entry.folded):
        return "signature"
    return None


def _quote_end(text: str, entry: _Printed) -> int:
    """Return where a quotation that a line opens and does not close ends; -1 when there is none.

    An amending law quotes whole articles of another law: their numbers are not this text's.  A quotation
    that nobody closed ends where the next instruction to amend stands.
    """
    opening = entry.raw.lstrip(" -+")
    if not opening.startswith(('"', "“")):
        return -1
    limit = min(len(text), entry.line.span.end + 60_000)
    instruction = _INSTRUCTION.search(text, entry.line.span.end, limit)
    unclosed = -1
    if instruction is not None:
        limit = instruction.start()
        unclosed = limit - 1
    if opening.startswith('"'):
        marker = match_marker(opening[1:].lstrip())
        if marker is None or marker.style not in _QUOTED_STYLES:
            return -1
        closing = _STRAIGHT_END.search(text, entry.line.span.end - len(opening) + 1, limit)
        return closing.start() if closing is not None else unclosed
    opened = entry.raw.count("“") - entry.raw.count("”")
    if opened <= 0:
        return -1
    depth = opened
    for match in re.compile("[“”]").finditer(text, entry.line.span.end, limit):
        depth += 1 if match.group() == "“" else -1
        if depth == 0:
            return match.start()
    marker = match_marker(opening[1:].lstrip())
    return unclosed if marker is not None and marker.style in _QUOTED_STYLES else -1


#: How a heading ends that goes on below.
_UNFINISHED = re.compile(r"(?:\s(?:và|của|về|cho|trong|với|tại|đối với|các|theo|trên)|[,\-–])$")
#: What a quotation of a law begins with, and how one in straight quotes ends.
_QUOTED_STYLES = ("article", "chapter", "division", "decimal1", "letter")
_STRAIGHT_END = re.compile(r'"\s?[.;,]*\s*$', re.M)
#: "3. Sửa đổi, bổ sung khoản 2 Điều 7 như sau:": a line of the amending law itself, in nobody's quotation.
_INSTRUCTION = re.compile(
    r"^[ \t]*(?:\d{1,2}|[a-zđ])[.)]\s*(?:Sửa đổi|Bổ sung|Thay (?:thế )?(?:một số )?(?:cụm )?từ|Bãi bỏ|Bỏ (?:cụm )?từ)[ ,]"
    r"(?=[^\n]*(?:\n[^\n]+){0,2}?(?:như sau:|cụm từ|bãi bỏ))[^\n]{0,160}?"
    r"(?:[Kk]hoản|[Đđ]iểm|[Đđ]iều|[Cc]ụm từ|[Cc]hương|[Mm]ục|[Tt]ên|[Tt]ừ)",
    re.M,
)
_LABEL_AT = re.compile(r"(?:(?<=[.;,)])\s+|\(|\s-\s+|^)(?=[^\W\d_][^:.;()]{2,70}:)")


def _labelled_pieces(raw: str) -> list[tuple[int, LabelMatch]]:
    """Find the labels in a line: at its start and after a full stop or an opening parenthesis."""
    if ":" not in raw:
        return []
    found: list[tuple[int, LabelMatch]] = []
    whole = match_label(raw)
    if whole is not None:
        found.append((0, whole))
    for match in _LABEL_AT.finditer(raw):
        at = match.end()
        if found and at < found[-1][0] + found[-1][1].end:
            continue
        label = match_label(raw[at:])
        if label is not None and (whole is not None or raw[at].isupper() or match.group().strip() == "("):
            found.append((at, label))
    return found


_PRINTED = {
    "group": "Nhóm",
    "task": "Nhiệm vụ",
    "article": "Điều",
    "chapter": "Chương",
    "division": "Mục",
    "annex": "Phụ lục",
    "phan": "Phần",
}


#: "Việc 2.", "Dự án 1:": other words for a numbered task, kept in its path.
_NAMED_TASK = re.compile(
    r"((?:(?:công |đầu )?việc|hoạt động|nội dung|mô hình|(?:tiểu )?dự án|phần việc)) ", re.IGNORECASE
)


def _printed_number(raw: str, marker: Marker) -> str:
    """Return the number as a path names it: "II", "1.1", "Nhóm 3", "Điều 12"."""
    number = marker.number
    if marker.style in ("roman", "upper", "chapter", "annex") or (
        marker.style in ("division", "phan", "group") and roman_value(number)
    ):
        number = number.upper()
    named = _NAMED_TASK.match(raw) if marker.style == "task" else None
    if named is not None:
        return f"{named[1].capitalize()} {number}".strip()
    if marker.style in _PRINTED:
        return f"{_PRINTED[marker.style]} {number}".strip()
    return number


def _section_kind(marker: Marker, title: str | None, in_article: bool) -> SectionKind:
    named: dict[str, SectionKind] = {
        "annex": "annex",
        "phan": "part",
        "upper": "part",
        "roman": "part",
        "chapter": "chapter",
        "division": "division",
        "article": "article",
        "group": "group",
        "task": "task",
    }
    if marker.style in named:
        return named[marker.style]
    if in_article:
        return "point" if marker.style == "letter" else "clause"
    return "heading" if title else "run_in"


def _close_spans(sections: list[Section], ended: Mapping[int, int], end: int) -> list[Section]:
    """Give every section the span that reaches to the next one that is not inside it."""
    closed: list[Section] = []
    ends: list[int] = [end] * len(sections)
    open_: list[int] = []
    for index, section in enumerate(sections):
        while open_ and sections[open_[-1]].depth >= section.depth:
            ends[open_.pop()] = section.span.start
        open_.append(index)
    for index, (section, reach) in enumerate(zip(sections, ends, strict=True)):
        stop = min(reach, ended.get(index, reach))
        closed.append(
            Section(
                num=section.num,
                title=section.title,
                depth=section.depth,
                kind=section.kind,
                path=section.path,
                span=Span(section.span.start, stop),
                heading=section.heading,
                parent=section.parent,
            )
        )
    return closed


def _without_foot(sections: list[Section], blocks: Sequence[Block]) -> list[Section]:
    """End sections before the recipients and the signature that stand after their last words."""
    starts = [block.span.start for block in blocks]
    out: list[Section] = []
    for section in sections:
        last = bisect.bisect_left(starts, section.span.end) - 1
        foot = last
        while foot >= 0 and blocks[foot].kind in ("recipients", "signature"):
            foot -= 1
        if foot < last and starts[foot + 1] > section.heading.end:
            span = Span(section.span.start, starts[foot + 1])
            section = msgspec.structs.replace(section, span=span)
        out.append(section)
    return out


__all__ = ["read_structure", "starts_block"]
