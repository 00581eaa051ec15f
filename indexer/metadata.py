"""The identity of a document: type, symbol, issuer, level, place, date, title, signer (domain §1).

Every value is a :class:`~indexer.records.Fact`: where it stands and which rule found it.  What the text
does not say stays None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from indexer.clean import collapse, fold
from indexer.issue_dates import IssueDate, read_date
from indexer.organs import (
    Organ,
    cased,
    fields,
    geo_level,
    organ_fits,
    organ_key,
    organ_of,
    province_in,
    provinces,
    read_organ,
)
from indexer.records import Block, Fact, Mention, Metadata, Section, Span
from indexer.references import find_references
from indexer.rules import rows
from indexer.symbols import SymbolMatch, body, document_types, find_symbols

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_LOWER = "a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_HEAD = 6000
_PLACE = re.compile(
    rf"(?<!\w)((?:TP\.?\s*|Thành phố\s+|Tp\.?\s*)?[{_UPPER}][{_LOWER}]+(?:(?:\s|\s?-\s?)[{_UPPER}][{_LOWER}]+){{0,4}})"
    r"\s*,\s*(?=ngày)"
)
_AUTHOR = re.compile(
    r"\s*(?:\([^)]*\)\s*)?,?\s*(?:đã\s+|kính\s+|nay\s+)?(?:xây dựng|ban hành|tổ chức|triển khai|trình|tiến hành|báo cáo"
    r"|yêu cầu|chỉ thị|thông báo|quyết định|đề nghị|hướng dẫn|quyết nghị|kết luận|phê duyệt|xin|phát động|phối hợp"
    r"|thống nhất|giao|kính gửi)"
    r"(?![a-zà-ỹđ])"
)
_WEAK_VERB = re.compile(r"\s*(?:\([^)]*\)\s*)?,?\s*(?:giao|phối hợp|hướng dẫn)(?![a-zà-ỹđ])")
_PASSED = re.compile(
    r"(?:luật|bộ luật|pháp lệnh|nghị quyết)\s+này\s+(?:đã\s+)?được\s+[^.;]{5,160}?thông qua\s+(?=ngày)"
)
_SIGNS = re.compile(
    rf"(?:(?:tm|kt|tl|tuq|q)\s?\.|t/[ml]\b|(?:quyền |phó |phụ trách )?(?:tổng )?(?:giám đốc|chủ tịch|bí thư|bộ trưởng|thủ tướng"
    rf"|trưởng ban|chánh văn phòng|tổng bí thư|hiệu trưởng|chủ nhiệm|cục trưởng|viện trưởng|chánh án|tổng thanh tra|thứ trưởng"
    rf"|thống đốc|trưởng phòng|vụ trưởng|tổng thư kí|trưởng đoàn|chi cục trưởng|trưởng trạm|trạm trưởng"
    rf"|trưởng công an|chỉ huy trưởng)(?![{_LOWER}]))"
)
_RANK = re.compile(
    r"(?:(?:(?:đại|thượng|trung|thiếu)\s+(?:tướng|tá|úy)|gs\.?|pgs\.?|ts\.?|ths\.?|bs\.?|ckii\.?|cki\.?|ls\.?|gs\.ts\.?|pgs\.ts\.?"
    r"|bác sĩ|đồng chí)\s*[.,]?\s*)+"
)
_PERSON = re.compile(rf"[{_UPPER}][{_LOWER}]*(?:\s+[{_UPPER}][{_LOWER}]*){{1,5}}$")
_PERSON_AT_END = re.compile(
    rf"(?<![{_LOWER}])([{_UPPER}][{_LOWER}]+(?:\s+[{_UPPER}][{_LOWER}]*[{_LOWER}]){{1,4}})\s*$"
)
_SIGNED = re.compile(
    r"\(?\s*(?:đã\s+)?(?:kí|ký)(?:\s+(?:tên|và ghi rõ họ tên|số|,\s*đóng dấu))?\s*,?[^)]{0,30}\)?", re.I
)
_OFFICE = re.compile(r"^(?:bộ trưởng|thống đốc|giám đốc|tổng giám đốc|thứ trưởng)\s+(?=bộ|sở|ngân hàng)")
_HAS_SIGNED = re.compile(
    r"(?<!\w)((?:Phó )?(?:Tổng Bí thư|Chủ tịch nước|Chủ tịch Quốc hội|Thủ tướng Chính phủ|Thủ tướng"
    rf"|Bộ trưởng(?: Bộ [^,.;]{{3,60}}?)?|Bí thư|Chủ tịch(?: UBND [^,.;]{{3,40}}?)?))\s+"
    rf"([{_UPPER}][{_LOWER}]+(?:\s+[{_UPPER}][{_LOWER}]+){{1,4}})"
    r"\s+(?:đã\s+)?(?:kí|ký)\s+(?:ban hành|quyết định)"
)
_BULLET = re.compile(r"^[\s\-+•*–|]+")
_KEEP = re.compile(r"lưu\s?[:\s]", re.I)
_LEVEL_WORDS = (
    (
        "xa",
        re.compile(
            r"(?:ubnd|ủy ban nhân dân|hđnd|đảng ủy|trên địa bàn|thường trực đảng ủy)\s+(?:xã|phường|đặc khu)"
        ),
    ),
    (
        "tinh",
        re.compile(
            r"(?:ubnd|ủy ban nhân dân|hđnd|trên địa bàn)\s+(?:tỉnh|thành phố)|các sở, (?:ban, )?ngành|thường trực tỉnh ủy"
        ),
    ),
)


class _Head(msgspec.Struct, frozen=True):
    """The first part of a document and the blocks that name its parts."""

    text: str
    """The whole text."""
    end: int
    """Where the head (number, place, type, title) ends and the preamble begins."""
    body: int
    """Where the first section begins."""


@lru_cache(maxsize=1)
def _type_names() -> dict[str, tuple[str, str]]:
    """Return folded name → (name, code); the usual code of a name is the first that has it as usual name."""
    found: dict[str, tuple[str, str]] = {}
    for code, names in document_types().items():
        for name in names:
            found.setdefault(fold(name), (name, code))
    found[fold("Luật")] = ("Luật", "L")
    found[fold("Bộ luật")] = ("Bộ luật", "L")
    found[fold("Kế hoạch công tác")] = ("Kế hoạch", "KH")
    found[fold("Chương trình công tác")] = ("Chương trình", "CTr")
    found[fold("Kế hoạch hành động")] = ("Kế hoạch", "KH")
    found[fold("Công văn")] = ("Công văn", "CV")
    return found


def _type_of(line: str) -> tuple[str, str, int] | None:
    """Return (name, code, length) of the type that a line begins with; the longest name wins."""
    folded = fold(line)
    draft = re.match(r"dự thảo\s+", folded)
    skip = draft.end() if draft else 0
    best: tuple[str, str, int] | None = None
    for folded_name, (name, code) in _type_names().items():
        pattern = re.escape(folded_name).replace(r"\ ", r"\s+")
        found = re.compile(pattern + r"(?![a-zà-ỹđ])").match(folded, skip)
        if found is not None and (best is None or found.end() > best[2]):
            best = (name, code, found.end())
    return best


def read_metadata(text: str, blocks: Sequence[Block], outline: Sequence[Section] = ()) -> Metadata:
    """Read who issued what, when, about what, signed by whom.

    ``blocks`` and ``outline`` are those of :func:`indexer.structure.read_structure`; spans point into
    ``text``.  Nothing is raised: what cannot be read is None.
    """
    return _Reader(text, blocks, outline).read()


_ISSUED_WITH = re.compile(r"\(\s*(?:ban hành\s+)?kèm theo\s+([^()]{8,240})\)")
_MOTTO = re.compile(r"cộng hòa xã hội|độc lập|đảng cộng sản")


class _Reader:
    def __init__(self, text: str, blocks: Sequence[Block], outline: Sequence[Section]) -> None:
        self.text = text
        self.blocks = blocks
        starts = [
            b.span.start for b in blocks if b.kind in ("preamble", "paragraph", "heading", "bullet", "label")
        ]
        titled = [b.span.end for b in blocks if b.kind in ("type", "title")]
        first = min((s.span.start for s in outline), default=len(text))
        after_title = max((end for end in titled if end <= first), default=0)
        limit = min(_HEAD, first, len(text))
        self.head_end = min((s for s in starts if s >= after_title), default=limit)
        self.head_end = min(max(self.head_end, after_title), max(limit, after_title))
        self.body_start = max(first, self.head_end)
        self.head = text[: self.head_end]
        self.head_cased = cased(self.head)
        self.own: SymbolMatch | None = None
        self.outline = outline

    def read(self) -> Metadata:
        kind, code = self._type()
        symbol = self._symbol()
        place, date = self._place()
        title = self._title()
        if kind is None and self.own is not None:
            kind, code = self._type_from_symbol()
        if date is None:
            date = self._passed() or self._authenticated(symbol)
        issuer = self._issuer()
        if symbol is not None and date is None:
            date, issuer, title = self._own_citation(symbol, issuer, title)
        annexed = False
        if kind is None and self.own is None and self._is_annex():
            title = title or self._annex_title()
            issued, day, annexed = self._issued_with()
            issuer, date = issuer or issued, date or day
        level = self._level(issuer)
        locality = self._locality(place, issuer, level, title)
        signer, capacity = self._signature()
        blank = self.own is not None and self.own.canonical is None
        return Metadata(
            type=kind,
            type_code=code,
            symbol=symbol,
            issuer=issuer,
            level=level,
            locality=locality,
            date=None if date is None or date[0].iso is None else Fact(date[0].iso, date[1], date[2]),
            title=title,
            signer=signer,
            capacity=capacity,
            recipients=tuple(self._recipients()),
            draft=blank or annexed or (date is not None and date[0].blank),
        )

    # -- type, symbol, date, title -------------------------------------------------------------

    def _fact(self, start: int, end: int, rule: str, value: str | None = None) -> Fact:
        span = Span(start, end)
        return Fact(value if value is not None else collapse(span.of(self.text)), span, rule)

    def _type(self) -> tuple[Fact | None, str | None]:
        for block in self.blocks:
            if block.kind not in ("type", "title"):
                continue
            found = _type_of(block.span.of(self.text))
            if found is None:
                if block.kind == "title":
                    break
                continue
            name, code, length = found
            rule = "type_line" if block.kind == "type" else "title_begins_with_type"
            return self._fact(block.span.start, block.span.start + length, rule, name), code
        return None, None

    def _type_from_symbol(self) -> tuple[Fact | None, str | None]:
        own = self.own
        if own is None:
            return None, None
        if own.type_code is not None:
            return Fact(document_types()[own.type_code][0], own.span, "symbol_code"), own.type_code
        if own.kind == "cong_van" or (own.unit_code and own.kind == "draft"):
            return Fact("Công văn", own.span, "symbol_code"), "CV"
        return None, None

    def _symbol(self) -> Fact | None:
        title_start = min(
            (b.span.start for b in self.blocks if b.kind in ("type", "title")), default=self.head_end
        )
        authentic = self._symbol_at_end()
        if authentic is not None:
            return authentic  # a consolidated text is another document than the decree that it prints
        found = find_symbols(self.text[: max(self.head_end, min(len(self.text), 400))])
        for match in found:
            before = self.text[max(0, match.span.start - 40) : match.span.start]
            line = re.split(r"[\n|]", before)[-1] if match.span.start > 40 or "\n" in before else before
            folded = fold(line).strip(" *_>")
            if match.span.start > title_start and ":" not in line + match.raw[:4]:
                continue  # below the title, "số 1/2026/QH16" at the start of a line is a citation that was wrapped
            opens = match.kind == "draft" and re.fullmatch(r"(?:luật|pháp lệnh)?\s*", folded)
            if opens or re.fullmatch(r"(?:luật|pháp lệnh)?\s*số\s*[:.]?\s*", folded):
                self.own = match
                break
            in_block = any(b.kind == "symbol" and b.span.overlaps(match.span) for b in self.blocks)
            if in_block and match.span.start < title_start and len(folded) < 6:
                self.own = match
                break
        if self.own is None:
            self._symbol_in_title(found)
        if self.own is None or self.own.canonical is None:
            return None
        return Fact(self.own.canonical, self.own.span, "number_line")

    def _symbol_in_title(self, found: Sequence[SymbolMatch]) -> None:
        """Take "Nghị quyết số 1-NQ/TW" alone on a line at the head for the document's own symbol."""
        for match in found:
            start = self.text.rfind("\n", 0, match.span.start) + 1
            end = self.text.find("\n", match.span.end)
            line = self.text[start : end if end >= 0 else len(self.text)]
            kind = _type_of(line.lstrip())
            if kind is None or start > 400:
                continue
            rest = collapse(fold(line.lstrip()[kind[2] :].replace(match.raw, " ")))
            if rest in ("", "số", "số:", "số :"):
                self.own = match
                return

    def _symbol_at_end(self) -> Fact | None:
        """Read the number of a consolidated text, which stands at its authentication."""
        at = fold(self.text).rfind("xác thực văn bản hợp nhất")
        if at < 0:
            return None
        for match in find_symbols(self.text[max(0, at - 400) : at + 400]):
            if match.type_code == "VBHN" and match.canonical is not None:
                offset = max(0, at - 400)
                span = Span(match.span.start + offset, match.span.end + offset)
                return Fact(match.canonical, span, "authentication")
        return None

    def _place(self) -> tuple[Fact | None, tuple[IssueDate, Span, str] | None]:
        """Read "Tân Hòa, ngày 5 tháng 6 năm 2026"."""
        area = self.head_cased
        for found in _PLACE.finditer(area):
            read = read_date(area.lower(), found.end())
            if read is None:
                continue
            span = Span(found.end(), read.end)
            start = max(found.start(1), self.text.rfind("\n", found.start(1), found.end(1)) + 1)
            name = collapse(self.text[start : found.end(1)])
            return (
                Fact(name, Span(start, found.end(1)), "place_line"),
                (read, span, "place_line"),
            )
        for block in self.blocks:
            if block.kind == "place" and block.span.end <= self.head_end:
                at = area.lower().find("ngày", block.span.start, block.span.end)
                read = read_date(area.lower(), at) if at >= 0 else None
                if read is not None:
                    return None, (read, Span(at, read.end), "date_line")
        return None, None

    def _passed(self) -> tuple[IssueDate, Span, str] | None:
        """Read the day on which the National Assembly passed a law, at its end."""
        folded = fold(self.text[-6000:]).replace("\n", " ")
        offset = max(0, len(self.text) - 6000)
        for found in _PASSED.finditer(folded):
            read = read_date(folded, found.end())
            if read is not None and not read.blank:
                return read, Span(found.end() + offset, read.end + offset), "passed"
        return None

    def _authenticated(self, symbol: Fact | None) -> tuple[IssueDate, Span, str] | None:
        """Read the date of a consolidated text, which stands at its authentication."""
        if symbol is None or symbol.rule != "authentication" or symbol.span is None:
            return None
        area = cased(self.text[symbol.span.end : symbol.span.end + 400])
        for found in _PLACE.finditer(area):
            read = read_date(area.lower(), found.end())
            if read is not None:
                span = Span(symbol.span.end + found.end(), symbol.span.end + read.end)
                return read, span, "authentication"
        return None

    def _own_citation(
        self, symbol: Fact, issuer: Fact | None, title: Fact | None
    ) -> tuple[tuple[IssueDate, Span, str] | None, Fact | None, Fact | None]:
        """Take what is missing from the sentence that introduces the text ("… ký ban hành Nghị quyết số …")."""
        head = self.text[: min(len(self.text), max(self.head_end + 3000, 4000))]
        blocks = [b for b in self.blocks if b.span.end <= len(head)]
        for reference in find_references(head, blocks):
            if reference.date is None or reference.symbol != symbol.value or reference.nested:
                continue
            if issuer is None and reference.issuer is not None:
                issuer = Fact(reference.issuer, reference.span, "own_citation")
            bare_title = (
                title is not None and len(find_symbols(title.value)) == 1 and len(title.value.split()) <= 6
            )
            if reference.title and (title is None or bare_title):
                first = reference.title.split()[0]
                at = self.text.find(first, reference.span.end)
                title = Fact(
                    reference.title,
                    Span(at, at + _printed_length(self.text, at, reference.title)),
                    "own_citation",
                )
            return (
                (IssueDate(reference.date, reference.span.end, False), reference.span, "own_citation"),
                issuer,
                title,
            )
        return None, issuer, title

    def _title(self) -> Fact | None:
        spans: list[Span] = []
        for block in self.blocks:
            if block.kind == "title":
                if fold(block.span.of(self.text)).startswith("kính gửi"):
                    break
                cut = self._author_within(block.span)
                if cut is not None:
                    spans.append(Span(block.span.start, cut[0]))
                    break
                spans.append(block.span)
            elif spans and block.kind in ("preamble", "paragraph", "heading"):
                break
        if not spans:
            return self._about() or self._capitals_of_head()
        start, end = spans[0].start, spans[-1].end
        found = _type_of(self.text[start:end])
        typed = any(b.kind == "type" for b in self.blocks)
        if found is not None and not typed and found[2] < end - start:
            rest = self.text[start + found[2] : end]
            bare_rest = fold(rest).strip()
            if not re.match(r"số\b", bare_rest):
                start += found[2] + (len(rest) - len(rest.lstrip(" \n:")))
        while start < end and self.text[start].isspace():
            start += 1
        value = collapse(" ".join(span.of(self.text) for span in [Span(start, spans[0].end), *spans[1:]]))
        if not value:
            return None
        return Fact(value.strip(" *_"), Span(start, end), "title_lines")

    def _author_within(self, span: Span) -> tuple[int, int] | None:
        """Find a printed line of a title, not its first, that only names a body: the author's line."""
        lines = list(re.compile(r"[^\n]+").finditer(self.text, span.start, span.end))
        for line in lines[1:]:
            words = line[0].strip(" *_")
            if words and _whole_organ(words) is not None:
                at = line.start() + line[0].index(words)
                return at, at + len(words)
        return None

    def _capitals_of_head(self) -> Fact | None:
        """Take the lines in capitals under the place line for the title where no type is printed.

        "BẢN SO SÁNH, THUYẾT MINH …", "BIỂU TỔNG HỢP …" are no types of documents.
        """
        if any(block.kind in ("type", "title") for block in self.blocks):
            return None
        placed = False
        for block in self.blocks:
            if block.section >= 0 or block.kind == "row":
                return None
            words = block.span.of(self.text)
            if placed and len(words.split()) >= 5 and words.isupper() and not words.startswith("|"):
                if _whole_organ(collapse(words)) is not None or _MOTTO.match(fold(words)):
                    continue
                return self._fact(block.span.start, block.span.end, "capitals_of_head")
            placed = placed or block.kind == "place"
        return None

    # -- a file that holds an annex only --------------------------------------------------------

    def _is_annex(self) -> bool:
        """Say whether the text begins with an annex: the document that it belongs to is another file."""
        return re.match(r"\W*phụ\s+lục(?:\s+[\divxl]{1,5})?\s*[.:]?\s*\n", fold(self.text[:80])) is not None

    def _annex_title(self) -> Fact | None:
        first = next((section for section in self.outline if section.kind == "annex"), None)
        if first is None or first.title is None:
            return None
        return Fact(first.title, first.heading, "annex_title")

    def _issued_with(self) -> tuple[Fact | None, tuple[IssueDate, Span, str] | None, bool]:
        """Read "(Kèm theo Báo cáo số 12/BC-UBND ngày … của UBND xã …)": issuer, date, whether its number is blank."""
        found = _ISSUED_WITH.search(fold(self.text[:1500]))
        if found is None:
            return None, None, False
        start, end = found.span(1)
        area = cased(self.text)
        at = area.lower().find("ngày", start, end)
        read = read_date(area.lower(), at) if at >= 0 else None
        date = (read, Span(at, read.end), "issued_with") if read is not None else None
        of = re.compile(r"\scủa\s+").search(area.lower(), start, end)
        organ = read_organ(area, of.end(), end) if of is not None else None
        issuer = self._organ_fact(of.end(), organ.end, "issued_with") if of is not None and organ else None
        number = re.match(r"[^\d]*?số\s*:?\s*(\S)", fold(self.text[start:end]))
        return issuer, date, number is not None and not number[1].isdigit()

    def _about(self) -> Fact | None:
        """Read the subject of an official letter: "V/v báo cáo …" under its number."""
        found = re.compile(r"(?:^|[\n|])[ \t|*]*(v/v\s*:?|về việc)\s+(?=\S)").search(fold(self.head))
        if found is None:
            return None
        end = re.compile(r"\n\s*\n|\||\n(?=\s*(?:kính gửi|[^\n]{0,40}, ngày))").search(
            fold(self.text), found.end()
        )
        stop = end.start() if end else min(len(self.text), found.end() + 300)
        return self._fact(found.start(1), stop, "subject_line")

    # -- issuer, level, place ------------------------------------------------------------------

    def _issuer(self) -> Fact | None:
        banner = self._banner()
        for rule in (self._named_by_type, self._author_in_preamble, self._author_line):
            fact = rule()
            if fact is None:
                continue
            if banner is None or not organ_fits(fact.value, banner.value):
                return fact
            return banner if len(organ_key(banner.value)) > len(organ_key(fact.value)) else fact
        signing = self._signing_body() or self._standing_committee(banner)
        if banner is None or signing is None:
            return banner or signing or self._by_code()
        # The signature names the Party body that decided; a head names a state body in full.
        organ = organ_of(signing.value)
        party = organ is None or organ.system == "Đảng"
        return signing if party and not organ_fits(signing.value, banner.value) else banner

    def _standing_committee(self, banner: Fact | None) -> Fact | None:
        """Join "T/M BAN THƯỜNG VỤ" with the committee that the head names: "Ban Thường vụ Tỉnh ủy"."""
        if banner is None:
            return None
        for block in self.blocks:
            found = re.match(
                r"\s*t/m\s+(ban thường vụ|ban chấp hành|thường trực)\s*(?:$|\n|\s{3})",
                fold(block.span.of(self.text)),
            )
            if block.kind == "signature" and found is not None:
                name = {"ban thường vụ": "Ban Thường vụ", "ban chấp hành": "Ban Chấp hành"}.get(
                    found[1], "Thường trực"
                )
                return Fact(f"{name} {banner.value}", banner.span, "signature_and_banner")
        return None

    def _named_by_type(self) -> Fact | None:
        """Read "CHỈ THỊ CỦA BAN BÍ THƯ": the line of the type names the body."""
        for block in self.blocks:
            if block.kind not in ("type", "title"):
                continue
            line = re.split(r"\n", block.span.of(self.text))[0]
            found = re.search(r"\scủa\s+(?=\S)", fold(line))
            kind = _type_of(line)
            if found is None or kind is None or kind[2] != found.start():
                return None
            if _whole_organ(line[found.end() :]) is None:
                return None
            at = block.span.start + found.end()
            return self._organ_fact(at, block.span.start + len(line.rstrip()), "type_line")
        return None

    def _author_in_preamble(self) -> Fact | None:
        """Find the body that says it issues: "…; Sở Nội vụ xây dựng Kế hoạch như sau:"."""
        start = self.head_end
        end = min(self.body_start, start + 12000, len(self.text))
        if end <= start:
            return None
        area = cased(self.text[:end])
        best: tuple[int, Organ] | None = None
        for found in re.compile(r"(?:[;,.:]\s+|\n\s*|\s{2,})(?=\S)").finditer(
            " " + area[start - 1 if start else 0 :]
        ):
            at = found.end() - 1 + (start - 1 if start else 0)
            if at < start or not area[at : at + 1].isupper():
                continue
            organ = read_organ(area, at)
            if organ is None or not _AUTHOR.match(area.lower(), organ.end):
                continue
            if best is not None and _WEAK_VERB.match(area.lower(), organ.end):
                continue
            best = (at, organ)
        if best is None and area[start : start + 1].isupper():
            organ = read_organ(area, start)
            if organ is not None and _AUTHOR.match(area.lower(), organ.end):
                best = (start, organ)
        return self._organ_fact(best[0], best[1].end, "preamble_author") if best else None

    def _organ_fact(self, start: int, end: int, rule: str) -> Fact:
        office = _OFFICE.match(fold(self.text[start:end]))
        if office is not None:
            start += office.end()
        return self._fact(start, end, rule, proper_name(self.text[start:end]))

    def _author_line(self) -> Fact | None:
        """Find a line of its own that names the body, between the title and "Căn cứ"."""
        for block in self.blocks:
            if block.span.start > self.body_start:
                break
            within = self._author_within(block.span) if block.kind == "title" else None
            if within is not None:
                return self._organ_fact(*within, "author_line")
            if block.span.start < self.head_end and block.kind not in (
                "banner",
                "title",
                "paragraph",
                "heading",
            ):
                continue
            after_type = any(
                b.kind in ("type", "title") and b.span.end <= block.span.start for b in self.blocks
            )
            if not after_type:
                continue
            line = block.span.of(self.text).strip().rstrip(":,")
            if len(line) > 90 or block.kind == "title":
                continue
            if _whole_organ(line) is not None:
                return self._organ_fact(block.span.start, block.span.start + len(line), "author_line")
        return None

    def _banner(self) -> Fact | None:
        """Find the last body that the head names above the type."""
        type_at = min(
            (b.span.start for b in self.blocks if b.kind in ("type", "title")), default=self.head_end
        )
        best: tuple[int, int] | None = None
        area = self.text[:type_at]
        for start, end in _lines(area):
            end_at = end
            motto = re.compile(r"\s*(?:cộng hòa xã hội|độc lập|đảng cộng sản)").search(fold(area[start:end]))
            if motto is not None:
                end_at = start + motto.start()
            line = area[start:end_at].strip(" *_|\t-")
            if len(line) < 3:
                continue
            at = area.index(line, start)
            joined = self._joined_banner(area, at, at + len(line))
            if joined is not None:
                best = joined
        if best is None:
            return None
        return self._organ_fact(best[0], best[1], "banner")

    def _joined_banner(self, area: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the body's name that begins on a line, over one further line if only both make a name."""
        line = area[start:end]
        if _whole_organ(line) is not None:
            place = re.compile(r"\s+((?:tỉnh|thành phố|xã|phường|đặc khu|huyện)[^\n|]{2,30})").match(
                fold(area), end
            )
            if place is not None and _whole_organ(collapse(area[start : place.end(1)])) is not None:
                return start, place.end(1)
            return start, end
        following = re.compile(r"[\s|*_]*\n[\s|*_]*([^\n|]{2,60})").match(area, end)
        if following is None or not (line.isupper() and following[1].strip().isupper()):
            return None
        joined = _whole_organ(collapse(area[start : following.end(1)]))
        return (start, following.end(1)) if joined is not None else None

    def _signing_body(self) -> Fact | None:
        """Read the body from the signature: "TM. ỦY BAN NHÂN DÂN", "T/M ĐẢNG ỦY"."""
        for block in self.blocks:
            if block.kind != "signature":
                continue
            found = re.match(r"\s*(?:tm\s?\.|t/m)\s*(?=\S)", fold(block.span.of(self.text)))
            if found is None:
                continue
            at = block.span.start + found.end()
            line = re.split(r"\n|\s{3,}", self.text[at : block.span.end])[0]
            organ = read_organ(cased(line.title()), 0)
            if organ is not None:
                return self._organ_fact(at, at + organ.end, "signature")
        return None

    def _by_code(self) -> Fact | None:
        """Read the body that the symbol's code names: "SNV" is Sở Nội vụ, "BTC" Bộ Tài chính."""
        own = self.own
        if own is None or own.body_code is None:
            return None
        name = name_of_code(own.body_code.split("-")[0])
        return Fact(name, own.span, "symbol_code") if name is not None else None

    def _level(self, issuer: Fact | None) -> Fact | None:
        if issuer is not None:
            organ = organ_of(issuer.value)
            level = (organ.level if organ is not None else None) or geo_level(issuer.value)
            if level is not None:
                return Fact(level, issuer.span, "issuer:" + issuer.rule)
        own = self.own
        if own is not None and own.body_code is not None:
            known = body(own.body_code)
            if known is not None and known.level is not None:
                return Fact(known.level, own.span, "symbol_code")
        return self._level_by_words()

    def _level_by_words(self) -> Fact | None:
        """Tell the level from whom the document speaks of: its recipients first, then its own words."""
        areas = [b.span for b in self.blocks if b.kind == "recipients"]
        areas.append(Span(self.head_end, min(len(self.text), self.head_end + 8000)))
        for area in areas:
            folded = fold(area.of(self.text)).replace("\n", " ")
            for level, pattern in _LEVEL_WORDS:
                found = pattern.search(folded)
                if found is not None:
                    span = Span(area.start + found.start(), area.start + found.end())
                    return Fact(level, span, "wording")
        return None

    def _locality(
        self, place: Fact | None, issuer: Fact | None, level: Fact | None, title: Fact | None
    ) -> Fact | None:
        if place is not None:
            return place
        if issuer is not None:
            if level is not None and level.value == "trung-uong":
                return None
            named = province_in(issuer.value)
            if named is not None:
                return Fact(named, issuer.span, "issuer")
            commune = re.search(rf"(?:xã|phường|đặc khu|huyện|quận|thị xã)\s+([{_UPPER}].*)$", issuer.value)
            if commune is not None:
                return Fact(commune[1], issuer.span, "issuer")
        if level is not None and level.value in ("trung-uong", "xa"):
            return None
        for span, rule in (
            (title.span if title else None, "title"),
            (Span(self.head_end, min(self.body_start, self.head_end + 6000)), "preamble"),
        ):
            if span is None:
                continue
            named = province_in(span.of(self.text))
            if named is not None:
                at = fold(span.of(self.text)).replace("\n", " ").find(fold(named))
                where = Span(span.start + at, span.start + at + len(named)) if at >= 0 else span
                return Fact(named, where, rule)
        return None

    # -- signature, recipients -----------------------------------------------------------------

    def _signature(self) -> tuple[Fact | None, Fact | None]:
        """Read who signed and in what capacity, from the first signature of the document."""
        capacity: list[Span] = []
        printed = list(self._signature_lines())
        for at, (start, end) in enumerate(printed):
            line = self.text[start:end]
            words = fold(line)
            if _SIGNS.match(words) and not _person(line):
                cut = _PERSON_AT_END.search(line)
                if cut is not None and line[: cut.start()].strip().isupper():
                    head_end = start + len(line[: cut.start()].rstrip())
                    capacity.append(Span(start, head_end))
                    signer = self._fact(start + cut.start(1), start + cut.end(1), "signature")
                    return signer, self._capacity(capacity)
                capacity.append(Span(start, end))
                continue
            if not capacity:
                continue
            if line.isupper() and len(words.split()) <= 12:
                if self._goes_on(capacity[-1], printed[at:]):
                    capacity[-1] = Span(capacity[-1].start, end)
                    continue
                if len(words.split()) <= 5 and _person(line.title()) and not _SIGNS.search(words):
                    value = collapse(line).title()
                    return self._fact(start, end, "signature", value), self._capacity(capacity)
                capacity.append(Span(start, end))
                continue
            if _SIGNED.fullmatch(line.strip()):
                continue
            rank = _RANK.match(words)
            name_at = start + (rank.end() if rank else 0)
            name = _person(self.text[name_at:end])
            if name is not None:
                return self._fact(name_at, name_at + len(name), "signature"), self._capacity(capacity)
            last = _PERSON_AT_END.search(line) if len(words.split()) <= 8 else None
            if last is not None:
                return self._fact(start + last.start(1), start + last.end(1), "signature"), self._capacity(
                    capacity
                )
            break
        if not capacity:
            return self._signed_by()
        return None, self._capacity(capacity)

    def _goes_on(self, before: Span, lines: Sequence[tuple[int, int]]) -> bool:
        """Say whether a line in capitals goes on with the capacity above ("BỘ TRƯỞNG BỘ NÔNG NGHIỆP VÀ / MÔI TRƯỜNG").

        The name of the signer is the last: a line that only looks like one has it below itself.
        """
        start, end = lines[0]
        if self.text[before.end : start].strip(" \t\n*_"):
            return False  # another cell of a table
        if re.search(r"(?:\s(?:và|của|thuộc)|[,\-–])$", fold(before.of(self.text))):
            return True
        below = next(((a, b) for a, b in lines[1:] if not _SIGNED.fullmatch(self.text[a:b].strip())), None)
        if below is None or "|" in self.text[end : below[0]]:
            return False
        words = self.text[below[0] : below[1]]
        rank = _RANK.match(fold(words))
        name = words[rank.end() :] if rank else words
        return (
            not _SIGNS.search(fold(words))
            and (_person(name) or _person(name.title())) is not None
            and len(before.of(self.text).split()) > 2
            and _SIGNS.match(fold(self.text[start:end])) is None
        )

    def _signed_by(self) -> tuple[Fact | None, Fact | None]:
        """Read "Tổng Bí thư … đã ký ban hành" in the sentence that introduces a text."""
        area = cased(self.text[: max(self.head_end, 3000)])
        found = _HAS_SIGNED.search(area)
        if found is None:
            return None, None
        return (
            self._fact(found.start(2), found.end(2), "signed_by"),
            self._fact(found.start(1), found.end(1), "signed_by"),
        )

    def _capacity(self, spans: Sequence[Span]) -> Fact | None:
        if not spans:
            return None
        parts: list[str] = []
        for span in spans:
            # "KT. BỘ TRƯỞNG THỨ TRƯỞNG" on one line is two lines that a reader joined.
            line = collapse(span.of(self.text))
            split = re.match(
                r"((?:TM|KT|TL|TUQ|Q)\s?\.\s?.+?|T/[ML]\s.+?)\s+"
                r"((?:PHÓ|THỨ|KT\.|TL\.|BÍ THƯ|CHỦ TỊCH|GIÁM ĐỐC|CHÁNH|TRƯỞNG|CỤC|VỤ)(?:\s.*)?)$",
                line,
            )
            whole = re.match(r"(?:TM|T/M)\s?\.?\s*(.+)$", line)
            known = split is not None and _SIGNS.search(fold(split[1])) is not None
            if whole is not None and _whole_organ(whole[1]) is not None:
                known = False
            parts.extend(
                [split[1], split[2]]
                if split is not None and known and _SIGNS.match(fold(split[2]))
                else [line]
            )
        return Fact(" / ".join(parts), Span(spans[0].start, spans[-1].end), "signature")

    def _signature_lines(self) -> Iterator[tuple[int, int]]:
        """Yield the printed lines of the signature, cells of a table row as lines."""
        started = False
        beside = list(self._beside_recipients())
        if any(_SIGNS.match(fold(self.text[start:end])) for start, end in beside):
            yield from beside
        for block in self.blocks:
            if block.kind == "signature":
                started = True
            elif started and block.kind != "recipients":
                return
            elif block.kind == "recipients" or not (block.kind == "row" and self._signature_row(block)):
                continue
            area = block.span.of(self.text)
            for found in re.compile(r"[^\n|]+").finditer(area):
                line = found[0].strip(" \t*_")
                if line:
                    start = block.span.start + found.start() + found[0].index(line)
                    yield start, start + len(line)

    def _beside_recipients(self) -> Iterator[tuple[int, int]]:
        """Yield what stands to the right of the recipients where two columns were printed as one text."""
        for _, cut, end in self._recipient_columns():
            if cut < end:
                yield cut, end

    def _recipient_columns(self) -> Iterator[tuple[int, int, int]]:
        """Yield each line of the recipients as its start, where a right column begins in it, and its end."""
        signing = False
        for block in self.blocks:
            if block.kind != "recipients":
                signing = False
                continue
            for found in re.compile(r"[^\n|]+").finditer(block.span.of(self.text)):
                line = found[0].rstrip(" \t*_")
                start = block.span.start + found.start()
                at = 0 if self._indented(start) and _signs(line, signing) else _right_column(line, signing)
                if at < len(line):
                    # What follows the name of the signer is no name again.
                    signing = _person(line[at:]) is None
                yield start, start + at, start + len(line)

    def _indented(self, start: int) -> bool:
        """Say whether a line begins so far to the right that it stands in the right column alone."""
        line_start = self.text.rfind("\n", 0, start) + 1
        return start - line_start >= _FAR and not self.text[line_start:start].strip()

    def _signature_row(self, block: Block) -> bool:
        cells = [c.strip(" *_") for c in block.span.of(self.text).split("|")]
        return block.span.start > self.head_end and any(
            _SIGNS.match(fold(cell)) and cell[:6].isupper() and len(cell) < 120 for cell in cells
        )

    def _recipients(self) -> Iterator[Mention]:
        """Yield the bodies of "Nơi nhận" (the archive line apart) and of "Kính gửi"."""
        for start, end in self._recipient_items():
            value = self.text[start:end].rstrip(" ;,.|\n")
            if not value.strip() or _KEEP.match(fold(value) + " ") or len(value) > 300:
                continue
            yield Mention(collapse(value), Span(start, start + len(value)))

    def _recipient_items(self) -> Iterator[tuple[int, int]]:
        """Yield each item of the lists, lines that go on joined: an item ends in ";", "," or ".", or before a bullet."""
        items: list[tuple[int, int]] = []
        finished = True
        for start, end in self._recipient_lines():
            line = self.text[start:end]
            skip = _BULLET.match(line)
            at = start + (skip.end() if skip else 0)
            label = re.match(r"(?:nơi nhận|kính gửi)\s*:?\s*", fold(self.text[at:end]))
            if label is not None:
                at += label.end()
                again = _BULLET.match(self.text[at:end])
                at += again.end() if again is not None else 0
                finished = True
            if at >= end or not self.text[at:end].strip():
                continue
            if not finished and skip is None and items:
                items[-1] = (items[-1][0], end)
            else:
                items.append((at, end))
            rest = self.text[end : end + 1]
            finished = rest == ";" or self.text[at:end].rstrip().endswith((";", ",", ".", ":"))
        yield from items

    def _recipient_lines(self) -> Iterator[tuple[int, int]]:
        beside = [Span(start, end) for start, end in self._beside_recipients()]
        for start, end in self._recipient_lines_whole():
            cut = next((s.start for s in beside if start <= s.start < end), end)
            if self.text[start:cut].strip() and not any(s.start < start < s.end for s in beside):
                yield start, cut

    def _recipient_lines_whole(self) -> Iterator[tuple[int, int]]:
        for block in self.blocks:
            if block.kind == "recipients" or fold(block.span.of(self.text)[:20]).startswith("kính gửi"):
                area = block.span
            elif block.kind == "row" and "nơi nhận" in fold(block.span.of(self.text)):
                at = fold(block.span.of(self.text)).index("nơi nhận")
                stop = block.span.of(self.text).find("|", at)
                area = Span(block.span.start + at, block.span.start + stop if stop > 0 else block.span.end)
            else:
                continue
            for found in re.compile(r"[^\n;]+").finditer(area.of(self.text)):
                for part in re.compile(r"(?:(?!\s-\s(?=\S)).)+", re.S).finditer(found[0]):
                    yield area.start + found.start() + part.start(), area.start + found.start() + part.end()


#: A column to the right: a wide blank, or the next words after the end of an item.
_WIDE = re.compile(r"(?<=\S)(?:\s{3,}|\t+)(?=\S)")
_ITEM_END = re.compile(r"(?<=[;,.:)])\s+(?=\S)")


_FAR = 20
"""Blanks before a line of the right column of which the left one has ended."""


def _signs(words: str, signing: bool) -> bool:
    """Say whether words are an office in capitals, or, below one (``signing``), a name or "(đã ký)"."""
    if words.isupper() and _SIGNS.match(fold(words)) and not _person(words):
        return True
    return signing and (_person(words) is not None or _SIGNED.fullmatch(words) is not None)


def _right_column(line: str, signing: bool) -> int:
    """Return where the signature stands beside a recipient on its line; the length of the line if nowhere.

    Two columns are often one text: "- Sở Nội vụ (b/c);        KT. CHỦ TỊCH", or with the blanks lost.
    A name stands there only below an office (``signing``).
    """
    wide = list(_WIDE.finditer(line))
    for gap in [*wide[-1:], *_ITEM_END.finditer(line)]:
        rest = line[gap.end() :].strip(" *_")
        if rest.isupper() and _SIGNS.match(fold(rest)) and not _person(rest):
            return gap.end()
        if signing and (_person(rest) is not None or (gap in wide and _SIGNED.fullmatch(rest))):
            return gap.end()
        ranked = _RANK.match(fold(rest)) if signing else None
        if ranked is not None and _person(rest[ranked.end() :]) is not None:
            return gap.end()
    return len(line)


def _printed_length(text: str, start: int, words: str) -> int:
    """Return how far the collapsed ``words`` reach in ``text`` from ``start``; at least one."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    found = re.compile(pattern).match(text, start)
    return found.end() - start if found else max(1, len(words.split()[0]))


def _lines(area: str) -> Iterator[tuple[int, int]]:
    """Yield the printed lines; a wide blank or a cell's border ends a line, as columns are read."""
    for found in re.compile(r"(?:(?!\s{3,})[^\n|])+").finditer(area):
        if found[0].strip():
            yield found.span()


def _whole_organ(line: str) -> Organ | None:
    """Return the body that a whole line names; a line in capitals or in lower case has no proper case."""
    words = collapse(line).strip(" *_:-")
    for form in (words, words.title()):
        organ = read_organ(cased(form), 0)
        if organ is not None and organ.end >= len(form):
            return organ
    return None


def _person(line: str) -> str | None:
    """Return the person's name that ``line`` is; None for a line that is none."""
    words = line.strip()
    name = re.split(r"\s{3,}|\s\d", words)[0].strip(" .")
    if not _PERSON.fullmatch(name) or _SIGNS.match(fold(name)):
        return None
    if all(part.isupper() for part in name.split()) or _whole_organ(name) is not None:
        return None
    return name


@lru_cache(maxsize=1)
def _code_names() -> dict[str, str]:
    out: dict[str, str] = {}
    for code, name, others, bodies in rows("fields.tsv"):
        codes = [code, *(o.strip() for o in others.split("|") if re.fullmatch(r"[A-ZĐ&]+", o.strip()))]
        for each in codes:
            if "bộ" in bodies:
                out["B" + each] = f"Bộ {name}"
            if "sở" in bodies:
                out["S" + each] = f"Sở {name}"
                out["ĐUS" + each] = f"Đảng ủy Sở {name}"
    for code, name, level, _, _ in rows("issuers.tsv"):
        if re.fullmatch(r"[A-ZĐ][A-Za-zĐ]+", code) and level == "trung-uong" and "," not in name:
            out.setdefault(code, name)
    return out


def name_of_code(code: str) -> str | None:
    """Return the body that a symbol's code names by itself; None where it names a kind of body only.

    >>> name_of_code("SNV"), name_of_code("UBND")
    ('Sở Nội vụ', None)
    """
    if code.startswith("UBTVQH"):
        return "Ủy ban Thường vụ Quốc hội"
    if re.fullmatch(r"QH\d*", code):
        return "Quốc hội"
    return _code_names().get(code)


def proper_name(printed: str) -> str:
    """Write a body's name with the usual capitals and its field in full.

    >>> proper_name("SỞ KH&CN"), proper_name("UBND xã Tân Hòa")
    ('Sở Khoa học và Công nghệ', 'UBND xã Tân Hòa')
    """
    name = re.sub(r"\s*\([^()]{2,12}\)", "", collapse(printed))
    for spelling, usual in sorted(fields().items(), key=lambda item: -len(item[0])):
        at = fold(name).find(spelling)
        if at > 0 and fold(name)[at - 1] == " " and not fold(name)[at + len(spelling) :][:1].isalpha():
            name = name[:at] + usual + name[at + len(spelling) :]
            break
    letters = [c for c in printed if c.isalpha()]
    if not letters or not (all(c.isupper() for c in letters) or printed[1:].islower()):
        return name
    field = next((u for u in fields().values() if name.endswith(u) or f" {u} " in name), None)
    words = name if field is None else name.replace(field, "\0")
    words = words.lower() if not all(w in ("UBND", "HĐND") for w in words.split()) else words
    words = re.sub(r"(?<!\w)(ubnd|hđnd|mttq|tp)(?!\w)", lambda m: m[0].upper(), words)
    words = re.sub(
        r"(?<!\w)(tỉnh|thành phố|xã|phường|đặc khu|huyện|quận|thị xã) (?!ủy|trưởng)(.+)$",
        lambda m: f"{m[1]} {m[2].title()}",
        words,
    )
    for spelling, usual in provinces().items():
        if words.lower().endswith(" " + spelling):
            words = words[: -len(spelling)] + usual
            break
    for small, right in _CAPITALS:
        words = words.replace(small, right)
    words = words[:1].upper() + words[1:]
    return words.replace("\0", field) if field is not None else words


_CAPITALS = (
    ("thủ tướng chính phủ", "Thủ tướng Chính phủ"),
    ("chính phủ", "Chính phủ"),
    ("thường vụ quốc hội", "Thường vụ Quốc hội"),
    ("quốc hội", "Quốc hội"),
    ("bộ chính trị", "Bộ Chính trị"),
    ("ban bí thư", "Ban Bí thư"),
    ("trung ương", "Trung ương"),
    ("ban thường vụ", "Ban Thường vụ"),
    ("ban chấp hành", "Ban Chấp hành"),
    ("đảng ủy", "Đảng ủy"),
    ("đảng bộ", "Đảng bộ"),
    ("tỉnh ủy", "Tỉnh ủy"),
    ("thành ủy", "Thành ủy"),
    ("ủy ban nhân dân", "Ủy ban nhân dân"),
    ("hội đồng nhân dân", "Hội đồng nhân dân"),
    (" sở ", " Sở "),
    (" bộ ", " Bộ "),
    ("mặt trận tổ quốc", "Mặt trận Tổ quốc"),
    ("việt nam", "Việt Nam"),
    ("ngân hàng nhà nước", "Ngân hàng Nhà nước"),
)
