"""References to other documents (viện dẫn): who is cited, in what role, inside which title (domain §2).

A mention is read by adjacency on a same-length folded text, so a symbol broken over lines is found;
titles, nesting and roles are read inside the block that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from indexer.clean import collapse, fold
from indexer.issue_dates import read_date, read_year
from indexer.organs import (
    cased,
    geo_level,
    organ_fits,
    organ_key,
    organ_of,
    province_in,
    provinces,
    read_organ,
)
from indexer.records import Block, Metadata, Reference, ReferenceRole, Section, SourceText, Span
from indexer.rules import rows
from indexer.symbols import SymbolMatch, body, document_types, find_symbols, symbol_key

_W = r"(?![a-zà-ỹđ])"
_TYPE_CODES = {
    "bộ luật": "L",
    "luật": "L",
    "pháp lệnh": "PL",
    "hiến pháp": "HP",
    "công văn": "CV",
    "văn bản": "CV",
    "công hàm": "CV",
    "thông tư": "TT",
    "thông tri": "TT",
    "kế hoạch hành động": "KH",
    "kế hoạch công tác": "KH",
    "chương trình công tác": "CTr",
    "chương trình hành động": "CTr",
    "điện": "CĐ",
}
_NAMES_AS = {
    "kế hoạch hành động": "Kế hoạch",
    "kế hoạch công tác": "Kế hoạch",
    "chương trình hành động": "Chương trình",
    "chương trình công tác": "Chương trình",
    "văn bản": "Công văn",
    "điện": "Công điện",
}
_ANAPHORA = re.compile(
    rf"(kế hoạch|chỉ thị|nghị quyết|quyết định|chương trình|đề án|kết luận|hướng dẫn|công văn|thông báo){_W}\s+của\s+"
)
_LAW_CODES = ("L", "PL")
_LAW_HEAD = re.compile(rf"(?<![a-zà-ỹđ])(bộ luật|luật|pháp lệnh){_W}\s+")
_AMENDING_LAW = re.compile(
    r"(luật|pháp lệnh)\s+(?:sửa đổi,\s+bổ sung|bổ sung|sửa đổi)\s+(?:một số\s+)?[^;.:()]{0,40}?của\s+(?:các\s+)?"
    r"(?=(?:bộ\s+)?luật|pháp lệnh)"
)
_CONSTITUTION = re.compile(r"hiến pháp(?:\s+nước cộng hòa xã hội chủ nghĩa việt nam)?")
_LAW_STOP = re.compile(
    rf"\s+(?:số|ngày|năm|và|của|về|đã|được|có|thì|hoặc|hay|là|mà|để|theo|trong|gồm|bao gồm|đối với|quy định|tại|do|với|khi"
    rf"|không|như|này|cho|bằng|trên|từ|đến|sửa đổi|hiện hành|nếu|phải|trừ|nhưng|sau|thuộc|bị|trước|ban hành){_W}"
    r"|[;,.:()\"|/\[\]]|\s\d"
)
_CONNECTOR = re.compile(
    r"[\s,;)\"”]*(?:(?:và|hoặc|hay|cùng|cùng với|cũng như|đồng thời|các)\s+)*(?:(?:các|những)\s+)?(?:số\s*:?\s*)?"
)
_LIST_HEAD = re.compile(r"[\s,;]*(?:(?:và|hoặc|hay|&)\s+)?(số\s*:?\s*)?")
_POINTER = re.compile(
    r"(?:(?:,|;|và|hoặc|tại|của|các|đến|từ|-)\s*)*"
    r"(?:điểm|khoản|điều|mục|chương|phụ lục|phần|tiểu mục|đoạn|tiết|gạch đầu dòng)\s+[^;.\n]{0,60}?"
    r"\s*(?:(?:của|tại|ban hành kèm theo|kèm theo|trong)\s*)?(?:các\s*)?$"
)
_ONE_POINTER = re.compile(
    r"(?:điểm|khoản|điều|mục|chương|phụ lục|phần|tiểu mục|đoạn|tiết)\s+(?:số\s+)?(?:[\da-zđivxl]{1,5}(?:[.\d]*))"
    r"(?:\s*(?:,|và|hoặc|đến|;)\s*(?:[\da-zđivxl]{1,4})(?![a-zà-ỹđ]))*\s*"
)
_PARENTHESIS = re.compile(r"\s*\(([^()]{0,160})\)")
_TITLE_END = re.compile(
    r";|[.…]{2,}|\.(?=\s|$|/)|:|\"|”|\||\s\((?=\s*(?:sau đây|gọi tắt|viết tắt|gọi là|ban hành|kèm|chỉ thị|nghị quyết|kế hoạch"
    r"|quyết định|nghị định|thông tư|luật|công văn|b/c|có hiệu lực|đã))|,?\s(?:đã\s+)?được\s+(?:sửa đổi|bổ sung|thay thế)"
    r"|,?\scó hiệu lực|,?\shết hiệu lực|,?\s+như sau|,?\svà\s+(?:(?:các|những)\s+(?:văn bản|quy định|hướng dẫn)|văn bản)\s"
    r"|,\s*(?:nhằm|trong đó|cụ thể|đồng thời|bảo đảm việc|trong (?:năm|thời gian|quá trình|giai đoạn)"
    r"|đến nay|hiện nay|từ năm)\s|,?\s+có căn cứ ban hành|\s+ban hành kèm theo"
)
_AUTHOR_VERB = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:đã\s+)?(?:xây dựng|ban hành|tổ chức|triển khai|yêu cầu|đề nghị|báo cáo|trình|kính|thông báo"
    r"|quyết định|hướng dẫn|phối hợp|xin|có ý kiến|giao|nhận được)"
)
_SENTENCE = re.compile(r"[.!?…](?=\s+[^\d\s])|\n\s*\n(?=\s*[-+•])|:\s*\"")
_OWN_NUMBER = re.compile(r"(?:^|\n|\|)[ \t*_|]*(?:luật\s+)?số\s*:[ \t]*$")
_WITH_THIS = re.compile(r"(?:ban hành\s+)?(?:kèm theo|cùng với|theo)\s*(?:các\s*)?$")
SELF = "self"
"""The sub-role of a mention of the document itself, which cites nothing."""
_SKIPPED: frozenset[str] = frozenset({"symbol", "place", "banner", "recipients", "signature"})


class _Role(msgspec.Struct, frozen=True):
    role: str
    sub_role: str | None
    zone: str
    after: bool
    types: frozenset[str]
    pattern: re.Pattern[str]
    examples: tuple[str, ...]


class _Mention(msgspec.Struct):
    """A citation being read; offsets are into the text."""

    start: int
    end: int
    type: str | None
    type_code: str | None
    symbol: SymbolMatch | None
    issuer: Span | None = None
    date: str | None = None
    law: str | None = None
    unnumbered: bool = False
    in_law_title: bool = False
    name_end: int = -1
    """Where a law's name ends, its date apart."""
    title: Span | None = None
    inside: int = -1
    """Index of the mention in whose title this one stands."""
    role: ReferenceRole = "mentions"
    sub_role: str | None = None


@lru_cache(maxsize=1)
def role_rules() -> tuple[_Role, ...]:
    """Return the rules of ``rules/reference_roles.tsv`` in their order."""
    out = []
    for role, sub_role, zone, side, types, pattern, examples in rows("reference_roles.tsv"):
        compiled = re.compile(pattern if side == "after" else rf"(?<![a-zà-ỹđ])(?:{pattern})$")
        out.append(
            _Role(
                role,
                None if sub_role == "-" else sub_role,
                zone,
                side == "after",
                frozenset() if types == "-" else frozenset(types.split(",")),
                compiled,
                tuple(examples.split(" | ")),
            )
        )
    return tuple(out)


@lru_cache(maxsize=1)
def _type_words() -> dict[str, tuple[str, str]]:
    """Return folded type name → (name, code)."""
    out: dict[str, tuple[str, str]] = {}
    for code, names in document_types().items():
        for name in names:
            out.setdefault(fold(name), (name, code))
    for name, code in _TYPE_CODES.items():
        out[name] = (name.capitalize(), code)
    for name, usual in _NAMES_AS.items():
        out[name] = (usual, out.get(name, (usual, _TYPE_CODES.get(name, "")))[1])
    return out


@lru_cache(maxsize=1)
def _type_pattern() -> str:
    names = sorted(_type_words(), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in names) + ")" + _W


@lru_cache(maxsize=1)
def _heads() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    types = _type_pattern()
    plain = re.compile(rf"(?<![a-zà-ỹđ])(?<!pháp )(?<!pháp  )({types})\s*,?\s*(?:số(?:\s+hiệu)?\s*:?\s*)?$")
    law = re.compile(
        rf"(?<![a-zà-ỹđ])(bộ luật|luật|pháp lệnh|nghị quyết){_W}\s+"
        rf"((?:(?!(?<!pháp )(?:bộ\s+)?luật{_W}|pháp lệnh)[^;.:()|]){{3,110}}?)\s*,?\s*"
        r"(?:số\s*:?\s*)?$"
    )
    of = re.compile(rf"(?<![a-zà-ỹđ])({types})\s+của\s+([^;,.:()|]{{2,80}}?)\s+số\s*:?\s*$")
    return plain, law, of


@lru_cache(maxsize=1)
def law_names() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern over folded text for the names of laws, and folded name → name."""
    names = {fold(name): name for _, name in rows("laws.tsv")}
    ordered = sorted(names, key=len, reverse=True)
    pattern = "|".join(re.escape(n).replace(r"\ ", r"\s+").replace(r"\,", r",?") for n in ordered)
    return re.compile(f"(?:{pattern}){_W}"), names


@lru_cache(maxsize=1)
def title_openers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for the words that open a cited title: always, and after a date or an issuer."""
    always = [row[1] for row in rows("title_openers.tsv") if row[0] == "always"]
    full = [row[1] for row in rows("title_openers.tsv")]

    def compiled(words: list[str]) -> re.Pattern[str]:
        ordered = sorted(words, key=len, reverse=True)
        joined = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in ordered)
        # "gửi kèm Nghị định số … về Sở …, UBND tỉnh": where to, not what about.
        return re.compile(rf"(?:{joined}){_W}(?!(?<=về)\s+(?:sở\s+(?!hữu)|ubnd|ủy\s+ban\s+nhân\s+dân))")

    return compiled(always), compiled(full)


class _Zones:
    """Which part of the document an offset stands in, and the stretch of text that belongs together."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.length = len(text)
        self.spans: list[Span] = []
        self.kinds: list[str] = []
        for block in sorted(blocks, key=lambda b: b.span):
            if self.spans and block.span.start < self.spans[-1].end:
                continue
            joined = (
                self.spans
                and self.kinds[-1] == block.kind == "title"
                and not text[self.spans[-1].end : block.span.start].strip()
            )
            if joined:
                self.spans[-1] = Span(self.spans[-1].start, block.span.end)
            else:
                self.spans.append(block.span)
                self.kinds.append(block.kind)

    def at(self, offset: int) -> tuple[Span, str]:
        """Return the segment around ``offset`` and its kind."""
        low, high = 0, len(self.spans)
        while low < high:
            middle = (low + high) // 2
            if self.spans[middle].end <= offset:
                low = middle + 1
            else:
                high = middle
        if low < len(self.spans) and self.spans[low].start <= offset:
            return self.spans[low], self.kinds[low]
        return Span(offset, self.spans[low].start if low < len(self.spans) else self.length), "paragraph"


class _Reader:
    """Reads the citations of one text."""

    def __init__(
        self, text: str, blocks: Sequence[Block], metadata: Metadata | None, outline: Sequence[Section] = ()
    ) -> None:
        self.text = text
        self.body_start = min((section.span.start for section in outline), default=0)
        self.cased = cased(text)
        self.folded = self.cased.lower()
        self.zones = _Zones(text, blocks)
        self.metadata = metadata or Metadata()
        self.mentions: list[_Mention] = []

    # -- finding mentions -----------------------------------------------------------------------

    def find(self) -> None:
        """Fill ``mentions``: numbered, laws by name, "Kế hoạch của Đảng ủy Sở"."""
        for match in find_symbols(self.text):
            mention = self._numbered(match)
            if mention is not None:
                self.mentions.append(mention)
        self.mentions.extend(self._laws())
        self.mentions.extend(self._anaphora())
        self.mentions.sort(key=lambda m: (m.start, -m.end))
        kept: list[_Mention] = []
        for mention in self.mentions:
            if kept and mention.start < kept[-1].end and not kept[-1].in_law_title:
                continue
            kept.append(mention)
        self.mentions = kept
        self._share_issuer()

    def _numbered(self, match: SymbolMatch) -> _Mention | None:
        _, kind = self.zones.at(match.span.start)
        if kind in _SKIPPED and kind != "signature":
            return None
        start, type_name, type_code, issuer = self._head(match)
        if kind == "signature" and (start == match.span.start or type_name is None):
            return None  # notes may follow a signature; a number in it alone is no citation
        before = self.folded[max(0, start - 60) : start]
        typed = start < match.span.start and type_name is not None
        if match.kind == "draft" and (not typed or _WITH_THIS.search(before)):
            return None
        line = self.text[max(0, match.span.start - 24) : match.span.start].casefold()
        if _OWN_NUMBER.search("\n" + line if match.span.start < 24 else line) and (
            not typed or self.folded[start:].startswith("luật")
        ):
            return None
        if type_name is None and match.type_code is not None:
            type_name, type_code = document_types()[match.type_code][0], match.type_code
        elif type_name is None and match.kind == "cong_van":
            type_name, type_code = "Công văn", "CV"
        mention = _Mention(start, match.span.end, type_name, type_code, match, issuer)
        if issuer is not None and start < match.span.start:
            mention.unnumbered = False
        self._extend(mention)
        if self._is_this(mention):
            mention.sub_role = SELF
        return mention

    def _is_this(self, mention: _Mention) -> bool:
        """Say whether a mention means the document itself ("Kèm theo Kế hoạch số 12/KH-UBND …").

        Numbers restart: another body's, or another day's, is another document.
        """
        own, canonical = self.metadata.symbol, mention.symbol.canonical if mention.symbol else None
        if own is None or canonical is None or symbol_key(own.value) != symbol_key(canonical):
            return False
        date, issuer = self.metadata.date, self.metadata.issuer
        if mention.date is not None and date is not None:
            if not (mention.date.startswith(date.value) or date.value.startswith(mention.date)):
                return False
            if mention.date == date.value and len(mention.date) == 10:
                return True
        if mention.issuer is None or issuer is None:
            return True
        named = collapse(mention.issuer.of(self.text))
        return organ_of(named) is None or organ_of(issuer.value) is None or _same_issuer(named, issuer.value)

    def _head(self, match: SymbolMatch) -> tuple[int, str | None, str | None, Span | None]:
        """Find where the mention begins: the words of its type before the symbol."""
        start = match.span.start
        low = max(0, start - 150)
        before = self.folded[low:start]
        if match.kind == "draft":
            before = self.folded[low:start] + " "
        plain, law, of = _heads()
        found = plain.search(before)
        if found is not None:
            name, code = _type_words()[collapse(found[1])]
            if _fits_symbol(code, match):
                return low + found.start(), name, code, None
        if match.kind == "law" or (match.body_code or "").startswith(("QH", "UBTVQH")):
            named = self._named_law(low, start)
            if named is not None:
                return named
            found = law.search(before)
            if found is not None:
                at = low + found.start()
                code = _TYPE_CODES.get(collapse(found[1]), "NQ")
                if code != "NQ":
                    return at, collapse(found[1]).capitalize(), code, None
        found = of.search(before)
        if found is not None:
            organ = read_organ(self.cased, low + found.start(2), low + found.end(2))
            if organ is not None and not self.folded[organ.end : low + found.end(2)].strip():
                name, code = _type_words()[collapse(found[1])]
                return low + found.start(), name, code, Span(low + found.start(2), organ.end)
        number = re.search(r"(?<![a-zà-ỹđ])số\s*:?\s*$", before)
        at = low + number.start() if number else start
        previous = self.mentions[-1] if self.mentions else None
        if previous is not None and previous.end <= at and previous.symbol is not None:
            between = self.folded[previous.end : at]
            if re.fullmatch(r"\s*(?:,|;|và|hoặc|&|,?\s*và)?\s*", between) and at - previous.end < 8:
                return at, previous.type, previous.type_code, None
        return at, None, None, None

    def _named_law(self, low: int, start: int) -> tuple[int, str, str, None] | None:
        """Find a law's name that ends right before its number: "Luật Lưu trữ số 33/2024/QH15"."""
        pattern, _ = law_names()
        for head in _LAW_HEAD.finditer(self.folded, low, start):
            known = pattern.match(self.folded, head.end(), start)
            if known is not None and re.fullmatch(
                r"\s*,?\s*(?:số\s*:?\s*)?", self.folded[known.end() : start]
            ):
                kind = collapse(head[1])
                return head.start(), kind.capitalize(), _TYPE_CODES[kind], None
        return None

    def _extend(self, mention: _Mention) -> None:
        """Read the date and the issuer after a symbol or a law's name, in either order."""
        folded, end = self.folded, mention.end
        segment, _ = self.zones.at(max(mention.start, mention.end - 1))
        limit = max(segment.end, self._soft_limit(segment, end))
        for _ in range(3):
            if mention.date is None:
                at = re.compile(r"\s*,?\s*\(?(?:\s*(?:ban hành|kí|kí ban hành)\s+)?\s*").match(folded, end)
                start = at.end() if at else end
                read = read_date(folded, start)
                if read is None and mention.symbol is None:
                    read = read_year(folded, start)
                if read is not None and read.end <= limit + 40:
                    mention.date = read.iso
                    opened = "(" in folded[end:start]
                    end = read.end
                    if opened:
                        close = re.compile(r"\s*\)").match(folded, end)
                        end = close.end() if close else end
                    continue
            if mention.issuer is None:
                issuer = self._issuer(end, limit, mention)
                if issuer is not None:
                    mention.issuer = issuer
                    end = issuer.end
                    continue
            break
        mention.end = end

    def _soft_limit(self, segment: Span, end: int) -> int:
        """Let a citation run over a block's end that cuts a sentence: no full stop, the next in lower case."""
        if end < segment.end - 2 or segment.end >= len(self.text):
            return segment.end
        return min(len(self.text), segment.end + 120)

    def _issuer(self, end: int, limit: int, mention: _Mention) -> Span | None:
        opener = re.compile(r"\s*,?\s*(?:của|do)\s*(?=\S)(?:đồng chí\s+)?").match(self.folded, end)
        at = opener.end() if opener else end
        if opener is None:
            bare_start = re.compile(r"\s+").match(self.folded, end)
            if bare_start is None or mention.symbol is None:
                return None
            at = bare_start.end()
            if not self.cased[at : at + 1].isupper() or self.folded[at:].startswith(
                ("sở ", "ban ", "phòng ")
            ):
                return None
        organ = read_organ(self.cased, at, limit)
        if organ is not None:
            end_at = organ.end
            if mention.symbol is not None and "-" in (mention.symbol.body_code or ""):
                end_at = self._joint(end_at, limit)
            return Span(at, end_at)
        if opener is None or not self.cased[at : at + 1].isupper():
            return None
        words = re.compile(
            rf"[^;,.:()|\"“”\n]{{2,90}}?(?=\s+(?:{title_openers()[1].pattern})|[;,.:()|\"“”]|\s*\n\s*\n|\s*$)"
        ).match(self.folded, at, min(limit, at + 120))
        return Span(at, words.end()) if words is not None else None

    def _joint(self, end: int, limit: int) -> int:
        """Read the further bodies of a joint document: "của Bộ A, Bộ B và Bộ C"."""
        while True:
            link = re.compile(r"\s*(?:,|và|-)\s*").match(self.folded, end)
            organ = read_organ(self.cased, link.end(), limit) if link else None
            if organ is None:
                return end
            end = organ.end

    def _laws(self) -> list[_Mention]:
        """Find laws cited by name: "Luật Ngân sách nhà nước", "Bộ luật Lao động năm 2019"."""
        out: list[_Mention] = []
        taken = [(m.start, m.end) for m in self.mentions]
        pattern, names = law_names()

        def add(
            start: int, end: int, type_name: str, code: str, law: str | None, whole: bool = False
        ) -> None:
            if any(s < end and start < e for s, e in taken) and not whole:
                return
            _, kind = self.zones.at(start)
            if kind in _SKIPPED:
                return
            mention = _Mention(start, end, type_name, code, None, law=law, in_law_title=whole, name_end=end)
            self._extend(mention)
            out.append(mention)

        for found in _CONSTITUTION.finditer(self.folded):
            if self.cased[found.start()].isupper():
                add(found.start(), found.end(), "Hiến pháp", "HP", "Hiến pháp")
        for found in _LAW_HEAD.finditer(self.folded):
            start, at = found.span()
            if at >= len(self.cased) or not (self.cased[start].isupper() or self.cased[at].isupper()):
                continue
            kind = collapse(found[1])
            code = _TYPE_CODES[kind]
            amending = _AMENDING_LAW.match(self.folded, start)
            if amending is not None and self.cased[start].isupper():
                if not any(s <= start < e for s, e in taken):
                    before = len(out)
                    add(start, at + len("sửa đổi"), kind.capitalize(), code, "sửa đổi", True)
                    for mention in out[before:]:
                        mention.title = Span(at, at)
                continue
            known = pattern.match(self.folded, at)
            if known is not None and (self.cased[at].isupper() or kind == "bộ luật"):
                name = names.get(collapse(known[0]), collapse(self.text[at : known.end()]))
                add(start, known.end(), kind.capitalize(), code, name)
                continue
            if not (self.cased[start].isupper() and self.cased[at].isupper()):
                continue
            if self.cased[at : at + 2].isupper():
                short = re.compile(r"[A-ZĐ&]{2,9}(?![\w-])").match(self.cased, at)
                if short is not None and self.cased[start + 1].islower():
                    add(start, short.end(), kind.capitalize(), code, short[0])
                continue
            stop = _LAW_STOP.search(self.folded, at, at + 90)
            if (
                stop is not None
                and stop.start() - at >= 2
                and len(self.folded[at : stop.start()].split()) <= 10
            ):
                add(start, stop.start(), kind.capitalize(), code, collapse(self.text[at : stop.start()]))
        for mention in out:
            if mention.in_law_title:
                self._close_amending(mention, out)
        return out

    def _close_amending(self, outer: _Mention, laws: list[_Mention]) -> None:
        """Stretch "Luật sửa đổi … của Luật A và Luật B ngày …" over the laws that it names."""
        segment, _ = self.zones.at(outer.start)
        inner = [m for m in (*laws, *self.mentions) if outer.start < m.start < segment.end]
        end, last = outer.end, None
        for mention in sorted(inner, key=lambda m: m.start):
            gap = self.folded[end : mention.start]
            if mention.type_code not in _LAW_CODES:
                break  # a directive or plan that stands after the list is not one of the amended laws
            if last is not None and not re.fullmatch(r"\s*(?:,|và|hoặc|,?\s*và)?\s*(?:các\s*)?", gap):
                break
            if last is None and not _AMENDING_LAW.fullmatch(self.folded, outer.start, mention.start):
                first = _AMENDING_LAW.match(self.folded, outer.start)
                if first is None or first.end() != mention.start:
                    break
            end, last = mention.end, mention
        if last is None:
            return
        listed = sum(1 for mention in inner if mention.start < end)
        if listed > 1 and last.symbol is not None:
            # "Luật sửa đổi … của Luật A và Luật B số 9/2026/QH16": the number is the amending law's.
            named = self.folded[last.start : last.symbol.span.start]
            last.end = last.name_end = last.start + len(re.sub(r"\s*,?\s*(?:số\s*:?\s*)?$", "", named))
            outer.symbol, last.symbol = last.symbol, None
            outer.date, last.date = last.date, None
            outer.issuer, last.issuer = last.issuer, None
            last.law = collapse(
                re.sub(r"^(?:bộ\s+)?luật\s+|^pháp lệnh\s+", "", self.text[last.start : last.end], flags=re.I)
            )
        if last.symbol is None and last.date is not None:
            outer.date, last.date = last.date, None
            last.end = last.name_end
        outer.title = Span(outer.title.start if outer.title else outer.start, end)
        outer.end = end

    def _anaphora(self) -> list[_Mention]:
        """Find citations without a number: "Kế hoạch của Đảng ủy Sở"."""
        out = []
        taken = [(m.start, m.end) for m in self.mentions]
        for found in _ANAPHORA.finditer(self.folded):
            start = found.start()
            if not self.cased[start].isupper() or self.cased[start : start + 3].isupper():
                continue
            segment, kind = self.zones.at(start)
            if kind in _SKIPPED or kind in ("heading", "type"):
                continue
            organ = read_organ(self.cased, found.end(), segment.end)
            if organ is None or any(s <= start < e for s, e in taken):
                continue
            if not self.cased[found.end()].isupper() or self._is_product(start, segment):
                continue
            name, code = _type_words()[collapse(found[1])]
            end = self._joint(organ.end, segment.end)
            if title_openers()[1].match(self.folded, end + 1) is None:
                end = organ.end
            mention = _Mention(start, end, name, code, None, Span(found.end(), end), unnumbered=True)
            after = re.compile(r"\s*,?\s*(?=ngày)").match(self.folded, end)
            read = read_date(self.folded, after.end()) if after else None
            if read is not None:
                mention.date, mention.end = read.iso, read.end
            out.append(mention)
        return out

    def _is_product(self, start: int, segment: Span) -> bool:
        """Say whether the words name what a task is to produce: "Sản phẩm: Quyết định của UBND tỉnh"."""
        before = self.folded[segment.start : start].rstrip()
        return (
            before.endswith("|")
            or re.match(r"[-+•\s(]*(?:sản phẩm|kết quả|đầu ra)[^:]{0,40}:", before) is not None
        )

    def _share_issuer(self) -> None:
        """Give the issuer at the end of "số A, số B và số C của Bộ Chính trị" to the whole list."""
        for here in range(len(self.mentions) - 2, -1, -1):
            mention, after = self.mentions[here], self.mentions[here + 1]
            if mention.issuer is not None or after.issuer is None or mention.symbol is None:
                continue
            if after.symbol is None or after.symbol.body_code != mention.symbol.body_code:
                continue
            gap = self.folded[mention.end : after.start]
            if _LIST_HEAD.fullmatch(gap) and ";" not in gap:
                mention.issuer = after.issuer

    # -- titles, nesting --------------------------------------------------------------------------

    def read_titles(self) -> None:
        """Find the cited title of each mention, and which mentions stand inside another's title."""
        for here, mention in enumerate(self.mentions):
            if mention.in_law_title and mention.title is not None:
                for index in range(here + 1, len(self.mentions)):
                    if self.mentions[index].start >= mention.end:
                        break
                    self.mentions[index].inside = here
            parent = self.mentions[mention.inside] if mention.inside >= 0 else None
            if mention.in_law_title:
                continue
            bound = parent.title.end if parent is not None and parent.title is not None else None
            title = self._title(here, bound)
            if title is None:
                continue
            mention.title = title
            for index in range(here + 1, len(self.mentions)):
                inner = self.mentions[index]
                if inner.start >= title.end:
                    break
                inner.inside = here

    def _title(self, here: int, bound: int | None) -> Span | None:
        mention = self.mentions[here]
        if mention.law is not None:
            return None  # a law cited by name is its own title
        segment, _ = self.zones.at(max(mention.start, mention.end - 1))
        limit = bound if bound is not None else max(segment.end, mention.end)
        at = mention.end
        parenthesis = _PARENTHESIS.match(self.folded, at)
        if parenthesis is not None and not find_symbols(parenthesis[1]):
            at = parenthesis.end()
        gap = re.compile(r"\s*,?\s*").match(self.folded, at)
        at = gap.end() if gap else at
        always, full = title_openers()
        complete = mention.date is not None or mention.issuer is not None
        # An issuer given to a whole list stands after a later member.
        opener = (full if complete else always).match(self.folded, at, limit)
        if opener is None or at >= limit:
            return None
        end = self._title_end(here, at, limit) if bound is None else self._inner_end(at, limit)
        while end > at and (self.folded[end - 1].isspace() or self.folded[end - 1] in ',;.:"”('):
            end -= 1
        if len(self.folded[at:end].split()) < 2:
            return None
        return Span(at, end)

    def _inner_end(self, at: int, limit: int) -> int:
        found = _TITLE_END.search(self.folded, at, limit)
        return found.start() if found else limit

    def _title_end(self, here: int, at: int, limit: int) -> int:
        """Find where a title at top level ends: punctuation, the author's clause, or a sibling citation."""
        end = limit
        position = at
        while True:
            found = _TITLE_END.search(self.folded, position, limit)
            if found is None:
                break
            if found[0] == "." and re.search(
                r"(?:^|\s)(?:tp|tx|st|ths|ts|ô)$", self.folded[: found.start()][-6:]
            ):
                position = found.end()
                continue
            if found[0] in ('"', "”") and self._quote_inside(at, found.start()):
                position = found.end()
                continue
            end = found.start()
            break
        opened = self.folded.find("(", at, end)
        closed = self.folded.find(")", at, end)
        if closed >= 0 and (opened < 0 or opened > closed):
            end = closed
        end = min(end, self._author_clause(at, end))
        amends = self.folded[at:].startswith(("sửa đổi", "bổ sung", "bãi bỏ", "thay thế", "đính chính"))
        previous = self.mentions[here]
        for index in range(here + 1, len(self.mentions)):
            sibling = self.mentions[index]
            if sibling.start >= end:
                break
            if sibling.in_law_title:
                previous = sibling
                continue
            gap = self.folded[previous.end : sibling.start]
            link = re.search(r"(?:,|;|\svà|\scùng với|\s?và)\s*(?:các\s+)?$", gap)
            coordinate = _CONNECTOR.fullmatch(gap) is not None and previous is not self.mentions[here]
            if link is not None and not coordinate and not amends and sibling.symbol is not None:
                return previous.end + link.start() if previous.end + link.start() > at else end
            previous = sibling
        return end

    def _quote_inside(self, at: int, quote: int) -> bool:
        """Say whether a quotation mark belongs to the title: it opens inside, or closes what opened inside."""
        if self.text[quote] in '“"' and self.folded[at:quote].count('"') % 2 == 0:
            return self.folded.find('"', quote + 1, quote + 200) > 0
        return self.folded[at:quote].count('"') % 2 == 1

    def _author_clause(self, at: int, end: int) -> int:
        """Find ", Sở Nội vụ xây dựng Kế hoạch": the author's clause after a citation's title."""
        for found in re.compile(r"[,.]\s+|\s{2,}").finditer(self.folded, at, end):
            here = found.end()
            if not self.cased[here : here + 1].isupper():
                continue
            organ = read_organ(self.cased, here, end)
            if organ is not None and _AUTHOR_VERB.match(self.folded, organ.end):
                return found.start()
        return end

    # -- roles ------------------------------------------------------------------------------------

    def read_roles(self) -> None:
        """Give each mention its role from the words before and after it."""
        last: _Mention | None = None
        reached = 0
        for mention in self.mentions:
            if mention.sub_role == SELF:
                reached = max(reached, mention.title.end if mention.title else mention.end)
                continue  # a mention whatever stands before it, and no example to those after it
            if mention.inside >= 0:
                outer = self.mentions[mention.inside]
                # What a replaced plan's title cites is not replaced with it.
                mention.role = outer.role if outer.role not in ("replaces", "amends") else "mentions"
                mention.sub_role = "nested_in_cited_title"
                continue
            self._role(mention, last, reached)
            reached = mention.title.end if mention.title else mention.end
            if mention.sub_role != "short_name":
                last = mention

    def _role(self, mention: _Mention, last: _Mention | None, reached: int) -> None:
        """Give one mention its role; ``last`` is the one before that has a role of its own."""
        segment, kind = self.zones.at(mention.start)
        zone = kind if kind in ("title", "preamble") else "body"
        if kind == "paragraph" and mention.start < self.body_start:
            zone = "preamble"
        from_start = segment.start
        within = last is not None and last.start >= segment.start
        if last is not None and within:
            from_start = max(last.end, last.title.end if last.title else 0, reached)
        gap = self.folded[min(from_start, mention.start) : mention.start]
        if not gap.strip() and not within:
            gap = self._unfinished_before(segment.start, last)
        if within and last is not None:
            if self._is_alias(mention, last, gap):
                mention.role, mention.sub_role = "mentions", "short_name"
                return
            if _CONNECTOR.fullmatch(gap) or _CONNECTOR.fullmatch(_without_pointers(gap)):
                mention.role, mention.sub_role = last.role, last.sub_role
                if mention.unnumbered and mention.role == "mentions":
                    mention.sub_role = "unnumbered_anaphor"
                return
        sentence = [m.end() for m in _SENTENCE.finditer(gap)]
        cue = gap[sentence[-1] :] if sentence else gap
        for candidate in dict.fromkeys((_without_pointers(cue), cue)):
            for rule in role_rules():
                if rule.zone not in ("any", zone) or rule.after:
                    continue
                if rule.types and mention.type_code not in rule.types:
                    continue
                if rule.pattern.search(candidate):
                    if (
                        rule.role == "implements"
                        and zone == "preamble"
                        and not self._states_purpose(mention, segment)
                    ):
                        continue
                    self._apply(rule, mention, last if within else None, candidate != cue)
                    return
        ends = {mention.end, mention.title.end if mention.title else mention.end}
        for rule in role_rules():
            if not rule.after or rule.zone not in ("any", zone):
                continue
            if any(rule.pattern.match(self.folded, end, segment.end) for end in ends):
                self._apply(rule, mention, None, False)
                return
        if zone == "title":
            mention.role, mention.sub_role = "implements", "title_parent"
        elif zone == "preamble" and within and last is not None and ";" in gap and len(gap.split()) <= 4:
            mention.role, mention.sub_role = last.role, last.sub_role
        elif mention.unnumbered:
            mention.sub_role = "unnumbered_anaphor"

    def _states_purpose(self, mention: _Mention, segment: Span) -> bool:
        """Say whether a sentence of the preamble says why the document is issued, and does not tell a story.

        It opens its block, or goes on to the body that issues ("…, Sở Nội vụ xây dựng Kế hoạch như sau:").
        """
        if not _SENTENCE.search(self.folded[segment.start : mention.start]):
            return True
        after = mention.title.end if mention.title else mention.end
        rest = self.folded[after : segment.end]
        stop = re.search(r"[.!?](?=\s+[^\d\s])", rest)
        sentence = rest[: stop.start()] if stop else rest
        return re.search(r"như sau|sau đây|:\s*$|xây dựng kế hoạch|ban hành", sentence + " ") is not None

    def _unfinished_before(self, start: int, last: _Mention | None) -> str:
        """Return the end of the block before, where no full stop closes it: a page break cut the sentence."""
        low = max(0, start - 200, last.end if last is not None else 0)
        before = self.folded[low:start]
        if not before.strip() or before.rstrip()[-1] in '.;:!?…|”"':
            return ""
        return before

    def _apply(self, rule: _Role, mention: _Mention, last: _Mention | None, part: bool) -> None:
        if rule.role == "same":
            if last is not None and last.role not in ("amends", "replaces"):
                mention.role = last.role
            mention.sub_role = rule.sub_role
            return
        if rule.role == "replaces" and part:
            mention.role = "amends"
            return
        for role in ("implements", "legal_basis", "under_plan", "replaces", "amends", "mentions"):
            if rule.role == role:
                mention.role = role
        mention.sub_role = rule.sub_role
        if mention.unnumbered and mention.role == "mentions":
            mention.sub_role = "unnumbered_anaphor"

    def _is_alias(self, mention: _Mention, last: _Mention, gap: str) -> bool:
        """Say whether "(Chỉ thị số 1-CT/TU)" only names again what was just cited."""
        if "(" not in gap or mention.symbol is None:
            return False
        same = last.symbol is not None and last.symbol.canonical == mention.symbol.canonical
        return same or "sau đây" in gap or "gọi tắt" in gap or "viết tắt" in gap

    # -- results ----------------------------------------------------------------------------------

    def result(self) -> list[Reference]:
        """Return the references, issuers carried over and anaphora resolved."""
        issuers = self._known_issuers()
        home = self._home()
        out: list[Reference] = []
        for mention in self.mentions:
            symbol = mention.symbol.canonical if mention.symbol else None
            issuer = collapse(mention.issuer.of(self.text)) if mention.issuer else None
            if issuer is None and symbol is not None:
                issuer = issuers.get(symbol) or _issuer_of_code(mention.symbol)
            if issuer is None and mention.role == "replaces" and self.metadata.issuer is not None:
                issuer = self.metadata.issuer.value  # nobody replaces another body's document
            title = collapse(mention.title.of(self.text)) if mention.title else None
            if mention.unnumbered and mention.title is None and issuer is not None:
                earlier = _antecedents(out, mention, issuer)
                if len(earlier) == 1:
                    symbol, issuer = earlier[0].symbol, earlier[0].issuer
                elif not earlier and mention.date is None:
                    continue  # "Nghị quyết của HĐND tỉnh" means a kind of document and no document
            if mention.unnumbered and issuer is None:
                continue
            level, locality = self._where(mention.symbol, issuer, home)
            span = Span(mention.start, mention.end)
            out.append(
                Reference(
                    span,
                    span.of(self.text),
                    symbol,
                    mention.type,
                    issuer,
                    mention.date,
                    mention.role,
                    mention.inside >= 0,
                    title or (mention.law if mention.law and mention.law != "sửa đổi" else None),
                    level,
                    locality,
                    mention.sub_role,
                )
            )
        return out

    def _known_issuers(self) -> dict[str, str]:
        """Return symbol → issuer where the document's full citations of the symbol agree on one."""
        found: dict[str, dict[str, str]] = {}
        for mention in self.mentions:
            if mention.symbol is None or mention.symbol.canonical is None or mention.issuer is None:
                continue
            issuer = collapse(mention.issuer.of(self.text))
            found.setdefault(mention.symbol.canonical, {}).setdefault(organ_key(issuer), issuer)
        return {
            symbol: next(iter(named.values()))
            for symbol, named in found.items()
            if len(named) == 1 or _one_body(list(named.values()))
        }

    def _home(self) -> str | None:
        """Return the province of the document, where it says: its own locality or the one it names."""
        locality = self.metadata.locality
        if locality is not None and fold(locality.value) in provinces():
            return provinces()[fold(locality.value)]
        level = self.metadata.level
        if locality is not None and level is not None and level.value in ("tinh", "so"):
            return locality.value
        named = {
            province_in(mention.issuer.of(self.text))
            for mention in self.mentions
            if mention.issuer is not None
        } - {None}
        return named.pop() if len(named) == 1 else None

    def _where(
        self, symbol: SymbolMatch | None, issuer: str | None, home: str | None
    ) -> tuple[str | None, str | None]:
        organ = organ_of(issuer) if issuer is not None else None
        level = organ.level if organ is not None else None
        if level is None and symbol is not None and symbol.body_code is not None:
            known = body(symbol.body_code)
            level = known.level if known is not None else None
        if level is None and issuer is not None:
            level = geo_level(issuer)
        if level == "trung-uong":
            return level, "Trung ương"
        if level is None:
            return None, None
        if level in ("tinh", "so"):
            return level, (province_in(issuer) if issuer else None) or home
        name = re.search(r"(?:xã|phường|đặc khu|huyện|quận|thị xã|thị trấn)\s+(.+)$", collapse(issuer or ""))
        return level, name[1] if name else None


def _fits_symbol(code: str, match: SymbolMatch) -> bool:
    """Say whether the type named before a symbol can be the symbol's: no "hợp đồng số 1/2020/QH14"."""
    if match.kind == "law":
        return code in ("L", "PL", "NQ", "HP", "LCT")
    if match.type_code is None or code == match.type_code or code == "CV":
        return True
    return code not in ("HĐ", "DA", "BC", "BB", "GM", "PA", "PG", "BS", "SY", "GGT", "QH", "CL", "TC")


def _one_body(names: Sequence[str]) -> bool:
    """Say whether the names may all be one body's: the shortest fits every other."""
    shortest = min(names, key=len)
    return all(organ_fits(shortest, name) for name in names)


def _issuer_of_code(symbol: SymbolMatch | None) -> str | None:
    """Return the issuer that a symbol's code names by itself: "CP" is Chính phủ, "UBND" nobody in particular."""
    if symbol is None or symbol.body_code is None:
        return None
    code = symbol.body_code
    if code in ("CP", "TTg", "CTN", "HĐBT", "VPCP", "NHNN", "TTCP", "KTNN") or code.startswith(
        ("QH", "UBTVQH")
    ):
        known = body(code)
        return known.name if known is not None else None
    return None


def _antecedents(earlier: Sequence[Reference], mention: _Mention, issuer: str) -> list[Reference]:
    """Return the documents cited earlier that "Kế hoạch của Đảng ủy Sở" can mean, each once."""
    found: dict[str, Reference] = {}
    for reference in earlier:
        if reference.symbol is None or reference.issuer is None or reference.type != mention.type:
            continue
        if reference.sub_role == SELF:
            continue  # one's own plan is "Kế hoạch này"
        if organ_fits(issuer, reference.issuer):
            found.setdefault(reference.symbol, reference)
    return list(found.values())


def _without_pointers(gap: str) -> str:
    """Take "khoản 2 Điều 3 của" off the end of the words before a citation."""
    text = gap
    while True:
        stripped = re.sub(r"(?:của|tại|trong|thuộc|ban hành kèm theo|các|nội dung)\s*$", "", text)
        best = None
        for found in _ONE_POINTER.finditer(stripped, max(0, len(stripped) - 90)):
            rest = stripped[found.end() :]
            if re.fullmatch(r"[\s,;]*(?:và|hoặc|của|tại)?\s*", rest):
                best = found
                break
        if best is None:
            return text
        text = stripped[: best.start()]
        text = re.sub(r"(?:[,;]|\svà|\shoặc|\scủa)\s*$", " ", text)


def find_references(
    text: str,
    blocks: Sequence[Block] = (),
    outline: Sequence[Section] = (),
    metadata: Metadata | None = None,
) -> list[Reference]:
    """Find the citations of other documents in order; spans point into ``text``.

    A mention of the document itself (``metadata.symbol``) has the sub-role :data:`SELF`.  Without ``blocks`` the structure is
    read from the text itself.
    """
    if not blocks:
        from indexer.structure import read_structure

        blocks, outline = read_structure(SourceText(text))
    reader = _Reader(text, blocks, metadata, outline)
    reader.find()
    reader.read_titles()
    reader.read_roles()
    return reader.result()


def resolve_reference(reference: Reference, documents: Mapping[str, Metadata]) -> str | None:
    """Return the id of the one document that ``reference`` can mean; None for none or several.

    ``documents`` maps ids to metadata.  The symbol must be equal; issuer, locality and date must agree
    where both sides know them.  A symbol alone is not unique, so that something more must agree.
    """
    if reference.symbol is None:
        return None
    key = symbol_key(reference.symbol)
    found = [
        doc
        for doc, metadata in documents.items()
        if metadata.symbol is not None
        and symbol_key(metadata.symbol.value) == key
        and _agrees(reference, metadata)
    ]
    return found[0] if len(found) == 1 else None


def resolve_references(
    references: Iterable[Reference], documents: Mapping[str, Metadata]
) -> list[str | None]:
    """Resolve each reference by :func:`resolve_reference`, in order."""
    return [resolve_reference(reference, documents) for reference in references]


def _agrees(reference: Reference, metadata: Metadata) -> bool:
    """Say whether date, issuer and locality agree where known, and at least one of them speaks for it."""
    proofs = 0
    if reference.date is not None and metadata.date is not None:
        a, b = reference.date, metadata.date.value
        if not (a.startswith(b) or b.startswith(a)):
            return False
        proofs += 1
    if reference.issuer is not None and metadata.issuer is not None:
        a, b = reference.issuer, metadata.issuer.value
        level = organ_of(a)
        own = metadata.level.value if metadata.level else None
        if level is not None and level.level is not None and own is not None and level.level != own:
            return False
        if _same_issuer(a, b):
            proofs += 1
        elif organ_of(a) is not None and organ_of(b) is not None:
            return False
    if reference.locality is not None and metadata.locality is not None:
        a, b = fold(reference.locality), fold(metadata.locality.value)
        if a == b:
            proofs += 1
        elif reference.level == "trung-uong":
            proofs += 0
        elif {a, b} <= set(provinces()) or reference.level == "xa":
            return False
    national = re.search(r"-(?:CP|TTg|CTN)$|/(?:UBTV)?QH\d+$|/\d{4}/", reference.symbol or "") is not None
    return proofs > 0 or national


def _same_issuer(a: str, b: str) -> bool:
    """Say whether two names can be one body's; the head of a body stands for it (Bộ trưởng Bộ X, Bộ X)."""
    short = re.compile(
        r"^(?:ban thường vụ|btv|thường trực|ban chấp hành|bch|bộ trưởng|thống đốc|chủ tịch|giám đốc)\s+"
    )
    x, y = short.sub("", organ_key(a)), short.sub("", organ_key(b))
    return x == y or x.startswith(y + " ") or y.startswith(x + " ")
