"""Which part of a parent task is ours: one paragraph often gives work to several bodies, clause by clause.

"Sở Y tế hướng dẫn …; UBND các xã, phường thu gom …" is two duties in one task.  Whose each clause is, is read
from its own subject; a clause without a subject goes on with the one before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from indexer.assignments import coordinating_in, read_assignment
from indexer.clean import collapse, fold
from indexer.organs import cased, read_organ
from indexer.records import Document, Span, Task

# A line that ends in the middle of a sentence is only wrapped.
_CUT = re.compile(r"[;.]\s+|\n\s*\n\s*|(?<=:)\n\s*|\n(?=\s*[-+*•|]\s)")
_DIRECTED = re.compile(r"(?:hướng dẫn|chỉ đạo|yêu cầu|đôn đốc)\s+(?=(?:các |công an |ủy ban |ubnd ))")
_SOME = re.compile(
    r"(?:xã|phường|sở|ngành|đơn vị|cơ quan|địa phương|thôn|huyện)\s+(?:nơi\s+)?(?:có\s|được chọn|thí điểm|ven\s|vùng\s|biên giới"
    r"|miền núi|thuộc (?:vùng|diện|khu vực)|nằm (?:trong|ở)|còn\s|chưa\s)"
    r"|(?:sở|ngành|đơn vị|cơ quan|địa phương|xã|phường|ubnd cấp xã)(?:, \w+)? (?:có )?liên quan"
)
"""A collective narrowed to those that have or are something: whether we are among them, nobody can compute."""

Ours = Callable[[str], str | None]


class Share(msgspec.Struct, frozen=True):
    """The clauses of a task that are ours, and how: by their subject, or as the ones told to do it."""

    spans: tuple[Span, ...]
    why: str
    whole: bool
    directed: bool = False
    dated: bool = True
    """Whether the task's own time limit stands in these clauses."""
    others: tuple[Span, ...] = ()
    """The clauses whose subject is another body."""


def clause_spans(document: Document, task: Task) -> list[Span]:
    """Return the clauses of a task's text; of lines with labels only what one says of the content."""
    lines = [b for b in document.blocks if b.kind == "label" and task.block.overlaps(b.span)]
    labels = [b.span for b in lines if b.label != "content"]
    contents = [(b.span.start, b.body.start) for b in lines if b.label == "content"]
    out: list[Span] = []
    for body in _bodies(task):
        at = body.start
        found = _CUT.finditer(document.text, body.start, body.end)
        cuts = [(m.start(), m.end()) for m in found if m[0].strip() or _begins(document, m.start(), m.end())]
        # "Nội dung: …" begins behind its label.
        cuts += [cut for cut in contents if body.start < cut[1] < body.end]
        for stop, go_on in [*sorted(cuts), (body.end, body.end)]:
            span = Span(at, stop)
            if document.text[at:stop].strip() and not any(span.overlaps(label) for label in labels):
                out.append(span)
            at = go_on
    return out


def _begins(document: Document, start: int, end: int) -> bool:
    """Say whether what follows a line's end is a new piece: some files have a blank line after every line."""
    if document.text[:start].rstrip()[-1:] in (":", ";", "."):
        return True
    blocks = document.blocks
    at = bisect_left(blocks, start, key=lambda block: block.span.start)
    return at < len(blocks) and blocks[at].span.start <= end


def _bodies(task: Task) -> list[Span]:
    if not task.actions:
        return [Span(task.span.start, max(task.span.end, task.block.end))]
    spans = [task.span, *task.actions]
    own = [s for s in spans if task.block.covers(s)]
    return sorted({s for s in own if not any(o != s and o.covers(s) for o in own)})


def share(
    document: Document,
    task: Task,
    ours: Ours,
    below: Ours | None = None,
    *,
    led: str | None = None,
    known: Callable[[str], bool] = lambda _: True,
) -> Share | None:
    """Return our clauses of a task where it names several bodies; None where it is one duty.

    ``ours`` says why a name means us, or None; ``below`` says so of bodies that another body directs.
    ``led`` says why the task is ours where a line of its own says so ("Cơ quan chủ trì: …"): then a clause is
    another body's only where it begins with a name that is ``known``.
    """
    text = document.text
    spans = clause_spans(document, task)
    if not spans:
        return None
    kept: list[Span] = []
    mine = led
    others = False
    elsewhere: list[Span] = []
    inside = led is not None
    for number, span in enumerate(spans):
        found = read_assignment(text, span)
        names = [m.text for m in found.lead] if found is not None else _subject(text, span)
        if found is not None and inside and text[: span.start].rstrip()[-1:] in (";", ","):
            # "…; phân công đồng chí bí thư phụ trách": what we are to hand on ourselves.
            names = [] if fold(found.basis).startswith(("giao", "phân công")) else names
        why = next((w for name in names if (w := ours(_name(name))) is not None), None)
        if led is not None and why is None and not any(known(_name(name)) for name in names):
            names = []
        if why is None and not names:
            with_us = next(
                (w for m in coordinating_in(text, span) if (w := ours(_name(m.text))) is not None), None
            )
            if with_us is not None and number > 0 and led is None:
                kept.append(span)
                mine = mine or f"phối hợp: {with_us}"
                continue
        if names:
            inside = why is not None
            others = others or not inside
            elsewhere += [] if inside else [span]
            mine = mine or why
        if inside:
            kept.append(span)
        elif not names and number == 0 and task.title is None:
            others = True
    if mine is not None and kept:
        if not elsewhere:
            kept = list(spans)  # no clause names another body: those that name nobody are ours as well
        whole = not others or len(kept) == len(spans)
        limit = task.deadline_span
        dated = limit is None or any(s.overlaps(limit) for s in kept) or not _in_body(task, limit)
        # A limit on a line of its own is that of the body named on such a line.
        dated = dated or (led is not None and not any(s.overlaps(limit) for s in spans if limit))
        return Share(tuple(kept), mine, whole, dated=dated, others=tuple(elsewhere))
    for span in spans:
        folded = fold(text[span.start : span.end])
        for match in _DIRECTED.finditer(folded):
            name = _name(collapse(text[span.start + match.end() : span.end]))
            if (why := below(name) if below is not None else None) is not None:
                return Share((span,), f"được hướng dẫn, chỉ đạo: {why}", len(spans) == 1, directed=True)
    return None


def _in_body(task: Task, span: Span) -> bool:
    return any(body.covers(span) for body in _bodies(task))


_NAME_END = re.compile(
    r"\s(?:tổ chức|thực hiện|triển khai|xây dựng|lập|rà soát|nắm|kiểm tra|bố trí|ban hành|báo cáo|gửi|di dời"
    r"|ký|thu|dẹp|xóa|vận động|tuyên truyền|hoàn thành|chủ động|tiếp tục|tăng cường|đẩy mạnh|bảo đảm|phối hợp"
    r"|thống kê|kiện toàn|mở|cử|quản lý|khảo sát)\b"
)


def _name(words: str) -> str:
    """Return a name without what runs on behind it ("UBND các xã, phường di dời 640 hộ")."""
    plain = collapse(words)
    found = _NAME_END.search(plain, 4)
    return plain[: found.start()] if found else " ".join(plain.split()[:12])


_OPENS = re.compile(r"(?:các|ủy ban|ubnd|chủ tịch|sở|đảng ủy|công an|ban (?!hành))\s?")


def _subject(text: str, span: Span) -> list[str]:
    """Return the name with which a clause begins, where a verb follows at once; nothing else is a subject."""
    words = collapse(text[span.start : span.end]).lstrip("-+* ")
    found = _NAME_END.search(words, 4)
    if found is None or not _OPENS.match(fold(words)) or len(words[: found.start()].split()) > 12:
        return []
    return [words[: found.start()]]


_COLLECTIVE = re.compile(
    r"(?:\s+(?:các|cấp))?\s+(?:xã|phường|tỉnh)(?:,\s*(?:xã|phường|đặc khu))*(?!\w)", re.I
)
_RUN_IN = re.compile(r"[^.;:]{3,60}[.:]\s+")
_NUMBER = re.compile(r"\s*(?:[-+*•]\s*)?(?:(?:\d+(?:\.\d+)*|[a-zđ])[.)]\s*)?\**")


@lru_cache(maxsize=4)
def _cased(text: str) -> str:
    return cased(text)


def subjects(document: Document, task: Task) -> list[str]:
    """Return the bodies with which the sentences of a task begin, where the reading names nobody.

    "3. Giá nước. Sở Tài chính thẩm định …": a short run-in heading may stand in front.  Empty where the first
    sentence has no subject: then the task is not theirs alone.
    """
    text = _cased(document.text)
    if row := _row_lead(text, document, task):
        return row
    out: list[str] = []
    for number, span in enumerate(clause_spans(document, task)):
        marker = _NUMBER.match(text, span.start, span.end)
        name = _body_at(text, marker.end() if marker else span.start, span.end)
        if name is None and number == 0 and marker is not None:
            run_in = _RUN_IN.match(text, marker.end(), task.block.end)
            if run_in is None:
                return []
            if run_in.end() < span.end:
                name = _body_at(text, run_in.end(), span.end)
            else:
                continue  # the clause is the heading itself: the next one has the subject
        if name is None and not out:
            return []
        if name is not None:
            out.append(document.text[name.start : name.end])
    return out


_DASH = re.compile(r"\s+[-–]\s+")


def _row_lead(text: str, document: Document, task: Task) -> list[str]:
    """Return the lead of a table's row that was flattened into a line: "Mua 12 xuồng - Công an tỉnh - Sở Tài chính - …"."""
    cuts = [m.end() for m in _DASH.finditer(text, task.block.start, task.block.end)]
    if len(cuts) < 2 or _body_at(text, task.span.start, task.block.end) is not None:
        return []
    name = _body_at(text, cuts[0], task.block.end)
    return [collapse(document.text[name.start : name.end])] if name is not None else []


def _body_at(text: str, at: int, end: int) -> Span | None:
    found = read_organ(text, at, end)
    if found is None:
        return None
    more = _COLLECTIVE.match(text, found.end, end)
    return Span(at, more.end() if more else found.end)


_GIVEN = re.compile(r"(?:^|;|(?<!\w)(?:đề nghị|giao|yêu cầu|của|đối với|dành cho)(?!\w))\s*")
_HEADING_ENDS = re.compile(r"\s*[;:(.]|\s+(?:thực hiện|triển khai|tổ chức|có trách nhiệm)(?!\w)")


def heading_bodies(document: Document, task: Task) -> list[str]:
    """Return whom the headings over a task may name, the nearest first: at its beginning or behind "đề nghị", "của".

    "1. Các sở, ban, ngành; UBND các xã, phường (gọi chung là …):", "III. Nội dung đề nghị UBND các xã thực hiện".
    """
    sections = {section.path: section for section in document.outline}
    out: list[str] = []
    at = sections.get(task.section)
    while at is not None:
        title = collapse(at.title or "")
        for match in _GIVEN.finditer(fold(title)):
            end = _HEADING_ENDS.search(fold(title), match.end())
            name = title[match.end() : end.start() if end else len(title)].strip(" ,")
            if _OPENS.match(fold(name)):
                out.append(name)
        at = document.outline[at.parent] if at.parent >= 0 else None
    return out


def only_some(document: Document, names: Sequence[Span]) -> bool:
    """Say whether the collective that means us is narrowed ("UBND các xã, phường nơi có chợ")."""
    return any(_SOME.search(fold(collapse(s.of(document.text)))) for s in names)
