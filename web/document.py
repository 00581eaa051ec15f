"""``/van-ban/{doc}``: one document, its text in the middle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from indexer.clean import collapse
from indexer.references import SELF
from search_api.schemas import DocumentRow, DocumentView, ReferenceRow
from web import wording
from web.addresses import GRAPH, address, document_path
from web.catalogue import row_name
from web.contexts import DocumentPage, Field, Link, OutlineLink, ReferenceLine
from web.highlight import Mark
from web.listing import meta, navigation, warning
from web.reader import pieces, section_anchors, section_at
from web.register import task_line


def document_page(
    view: DocumentView, names: dict[str, DocumentRow], asked: dict[str, str], today: date
) -> DocumentPage:
    """Show a document, the words that ``tu`` and ``den`` point at highlighted."""
    span = _cited_span(view.text, asked)
    wanted = bool(asked)
    here = section_at(view.outline, span[0]) if span else None
    name = wording.document_name(view.type, view.symbol, view.draft)
    own = document_path(view.doc)
    tasks = [task_line(task, today, own) for task in view.tasks]
    inside = [
        line
        for line, task in zip(tasks, view.tasks, strict=True)
        if span and here is not None and _holds(view, here, task.start)
    ]
    return DocumentPage(
        title=f"{name} – {view.title}" if view.title else name,
        nav=navigation(own),
        query="",
        name=name,
        heading=view.title or name,
        meta=meta(view.issuer, view.date),
        status=view.status,
        warnings=tuple(warning(w.message, w.page) for w in view.warnings),
        outline=_outline_links(view, here),
        pieces=tuple(pieces(view, _reference_marks(view.references), span)),
        cited=collapse(view.text[span[0] : span[1]]) if span else None,
        lost=wanted and span is None,
        fields=_fields(view, own),
        references=_reference_groups(view.references, own),
        cited_by=tuple(
            Link(row_name(names[doc]) if doc in names else doc, document_path(doc)) for doc in view.cited_by
        ),
        tasks_here=tuple(inside),
        tasks=tuple(tasks),
        search_here=("van-ban", view.doc),
        graph_href=address(GRAPH, {"van-ban": view.doc}),
    )


def _cited_span(text: str, asked: dict[str, str]) -> tuple[int, int] | None:
    if not all(re.fullmatch(r"\d{1,9}", asked.get(name, "")) for name in ("tu", "den")):
        return None
    start, end = int(asked["tu"]), int(asked["den"])
    return (start, end) if start < end <= len(text) and text[start:end].strip() else None


def _holds(view: DocumentView, section: int, at: int) -> bool:
    return view.outline[section].start <= at < view.outline[section].end


def _outline_links(view: DocumentView, here: int | None) -> tuple[OutlineLink, ...]:
    links = []
    for index, (row, anchor) in enumerate(zip(view.outline, section_anchors(view.outline), strict=True)):
        title = row.title
        if not title:
            words = collapse(view.text[row.start : min(row.end, row.start + 300)].split("\n\n")[0])
            words = words.lstrip("-+•* ").removeprefix(row.num).lstrip(" .:)-")
            title = words if len(words) <= 70 else words[:70].rsplit(" ", 1)[0] + "…"
        links.append(OutlineLink(row.num, title, min(row.depth, 6), f"#{anchor}", index == here))
    return tuple(links)


def _reference_marks(references: Sequence[ReferenceRow]) -> list[Mark]:
    marks = []
    for ref in references:
        if ref.resolved_doc:
            title = f"Mở {ref.symbol or ref.raw}"
            marks.append(
                Mark(ref.start, ref.end, css="cites", href=document_path(ref.resolved_doc), title=title)
            )
        else:
            marks.append(Mark(ref.start, ref.end, "span", "missing", title="Văn bản này chưa có trong kho"))
    return marks


def _reference_groups(
    references: Sequence[ReferenceRow], own: str
) -> tuple[tuple[str, tuple[ReferenceLine, ...]], ...]:
    order = {role: i for i, role in enumerate(wording.ROLES)}
    groups: dict[str, dict[str, list[ReferenceRow]]] = {}
    first_role: dict[str, str] = {}
    cited = (ref for ref in references if ref.sub_role != SELF)  # "Kèm theo Kế hoạch số …" in its own annex
    for ref in sorted(cited, key=lambda ref: (order.get(ref.role, 9), ref.start)):
        key = ref.resolved_doc or ref.symbol or collapse(ref.raw)
        role = first_role.setdefault(key, "mentions" if ref.nested and ref.role == "implements" else ref.role)
        groups.setdefault(role, {}).setdefault(key, []).append(ref)
    return tuple(
        (wording.role_name(role), tuple(_reference_line(mentions, own) for mentions in groups[role].values()))
        for role in sorted(groups, key=lambda role: order.get(role, 9))
    )


def _reference_line(mentions: Sequence[ReferenceRow], own: str) -> ReferenceLine:
    ref = mentions[0]
    name = f"{ref.type or 'Văn bản'} số {ref.symbol}" if ref.symbol else collapse(ref.raw)
    parts = [name, f"ngày {wording.day(ref.date)}" if ref.date and ref.symbol else "", ref.issuer or ""]
    return ReferenceLine(
        ", ".join(part for part in parts if part),
        collapse(ref.title or ""),
        document_path(ref.resolved_doc) if ref.resolved_doc else None,
        f"{own}?tu={ref.start}&den={ref.end}#trich",
        len(mentions),
    )


def _fields(view: DocumentView, own: str) -> tuple[Field, ...]:
    def at(*names: str) -> str | None:
        span = next((view.facts[name] for name in names if view.facts.get(name)), None)
        return f"{own}?tu={span[0]}&den={span[1]}#trich" if span else None

    draft = "Dự thảo, chưa có số" if view.draft else "không rõ"
    given = (
        Field("Loại", wording.type_name(view.type) if view.type else "không rõ", at("type")),
        Field("Số ký hiệu", view.symbol or draft, at("symbol")),
        Field("Cơ quan", view.issuer or "không rõ", at("issuer")),
        Field("Cấp", wording.level_name(view.level), at("level")),
        Field("Nơi ban hành", view.locality or "", at("locality")),
        Field("Ngày", wording.day(view.date) or "không rõ", at("date")),
        Field("Người ký", ", ".join(part for part in (view.signer, view.capacity) if part), at("signer")),
        Field("Nơi nhận", _first(view.recipients), None),
        Field("Tệp", re.split(r"[/\\]", view.path)[-1], None),
    )
    return tuple(field for field in given if field.value)


def _first(names: Sequence[str], most: int = 3) -> str:
    shown = "; ".join(names[:most])
    return f"{shown} và {len(names) - most} nơi khác" if len(names) > most else shown
