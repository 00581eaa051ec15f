"""Whose work a sentence tells that names nobody ("g. Chủ trì xác định giá đất …"): the line above that does."""

from __future__ import annotations

import re

from indexer.clean import bare
from indexer.records import Block, Document, Span

BODY = re.compile(
    r"(?<!\w)(?:(?:Sở|Bộ|Ban|Phòng|Văn phòng|Chi cục|Tổng cục|Cục|Vụ|Trung tâm|Hội|Đoàn|Trạm|Chi bộ|Trường|Báo|Đài|Tổ"
    r"|Ngân hàng|Kho bạc|Viện|Liên đoàn|Liên minh|Bệnh viện)"
    r"(?=\s+[A-ZĐÀ-Ỹ])|Công an|UBND|HĐND|[UỦ][yỷ] ban|Đảng ủy|(?:Phó )?(?:Chủ tịch|Giám đốc|Chánh Văn phòng)"
    r"|Thủ trưởng|Thứ trưởng|Bộ trưởng)(?!\w)"
)
"""A body by its first words."""
_SORT_ASKED = re.compile(
    r"(?<!\w)(?P<sort>sở|so|vụ|vu|cục|cuc|chi cục|chi cuc|hội|hoi|phòng|phong|trung tâm|trung tam)"
    r"(?: (?:chuyên môn|chuyen mon))? (?:nào|nao)(?!\w)"
)


def sort_asked(question: str, plain: bool) -> str | None:
    """Return the sort of body that a question asks for, bare: "so" of "sở nào chủ trì"; None where it asks for any.

    Typed without diacritics "so nao" is "số nào" as well, where something numbered stands before it.
    """
    match = _SORT_ASKED.search(question.lower())
    if match is None or (match["sort"] == "so" and not plain):
        return None
    before = bare(question[: match.start()]).split()[-1:]
    return None if match["sort"] == "so" and before and before[0] in _NUMBERED else bare(match["sort"])


_NUMBERED = frozenset(("ban", "hoach", "dinh", "thi", "quyet", "trinh", "van", "tu", "mau", "bieu", "loai"))
#: Sorts that nobody uses of other bodies: "phòng nào" may well be answered by "Văn phòng".
_STRICT = frozenset(("so", "vu", "cuc", "hoi", "chi cuc"))


def of_sort(sort: str, name: str) -> float:
    """Say by how much (odds, in logarithms) a body is what "sở nào" asks for: "UBND các phường" is not."""
    if re.match(rf"(?:cac )?{sort}(?![a-z])", bare(name).strip()):
        return _OF_SORT
    return -_NOT_OF_SORT if sort in _STRICT else 0.0


_OF_SORT, _NOT_OF_SORT = 0.4, 1.5
_BEGINS = re.compile(
    r"\s*(?:[-–•+*]\s*|\d{1,2}[.)]\s*|(?:\d{1,2}\.)+\d{0,2}\.?\s*|[a-zđ][.)]\s*)?"
    r"(?:Chủ trì|Chủ động|Là (?:cơ quan |đơn vị )?(?:đầu mối|thường trực)|Làm đầu mối|Chịu trách nhiệm|Có trách nhiệm|Phụ trách"
    r"|Phối hợp|Hướng dẫn|Tham mưu|Giúp|Tổng hợp|Theo dõi|Đôn đốc)(?!\w)"
)
_GIVEN = re.compile(
    r"(?<!\w)(?:giao (?:cho )?(?=[A-ZĐÀ-Ỹ])|do [A-ZĐÀ-Ỹ][^.;]{2,60} (?:chủ trì|thực hiện|đảm nhiệm|phụ trách|làm đầu mối))"
)
_SHORT = 24
"""Words up to which a line above names a unit and does not tell its work."""
_LOOK_UP = 30


def nobody_acts(sentence: str) -> bool:
    """Say whether a sentence tells work and not whose: it opens with "Chủ trì …", and gives it to no one."""
    return bool(_BEGINS.match(sentence)) and not _GIVEN.search(sentence)


def owner_line(document: Document, block: Block) -> Span | None:
    """Return the nearest line above a block that names the unit it is about: of its list, a heading, the title."""
    text = document.text
    lines = [document.outline[at].heading for at in _above(document, block)]
    before = [b for b in document.blocks if b.span.start < block.span.start][-_LOOK_UP:]
    inner = document.outline[block.section].span.start if block.section >= 0 else 0
    near = [
        b.span
        for b in before
        if b.span.start >= inner
        and b.kind in ("paragraph", "heading")
        and (b.span.of(text).rstrip().endswith(":") or not b.span.of(text).rstrip().endswith((".", ";", ",")))
    ]
    for line in (*reversed(near), *lines):
        words = line.of(text)
        if len(words.split()) <= _SHORT and not nobody_acts(words) and BODY.search(words):
            return line
    title = document.metadata.title
    if title is not None and title.span is not None and BODY.search(title.value):
        return title.span
    return None


def _above(document: Document, block: Block) -> list[int]:
    """Return the sections that a block stands in, the innermost first."""
    found = []
    at = block.section
    while at >= 0:
        if document.outline[at].span.start < block.span.start:
            found.append(at)
        at = document.outline[at].parent
    return found
