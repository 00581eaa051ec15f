"""``/van-ban``: the list of documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from indexer.clean import bare
from search_api.schemas import DocumentRow
from web import wording
from web.addresses import DOCUMENTS, TASKS, address, document_path
from web.contexts import Column, DocumentLine, DocumentsPage, Link
from web.listing import facet, navigation, parts, warning


def documents_page(rows: Sequence[DocumentRow], asked: dict[str, str]) -> DocumentsPage:
    """List the documents; every facet counts what it would show beside the other filters."""
    kinds: tuple[tuple[str, str, Callable[[DocumentRow], str], Callable[[str], str]], ...] = (
        ("loai", "Loại văn bản", lambda row: row.type or "", wording.type_name),
        ("cap", "Cấp ban hành", lambda row: row.level or "", wording.level_name),
        ("co-quan", "Cơ quan ban hành", lambda row: row.issuer or "", lambda value: value),
        ("noi", "Nơi ban hành", lambda row: row.locality or "", lambda value: value),
        ("nam", "Năm", lambda row: (row.date or "")[:4], lambda value: value),
    )
    find = bare(asked.get("ten", ""))

    def passes(row: DocumentRow, skip: str = "") -> bool:
        words = bare(f"{row.title or ''} {row.symbol or ''} {row.doc}")
        return all(word in words for word in find.split()) and all(
            value(row) == asked[name] for name, _, value, _ in kinds if name in asked and name != skip
        )

    matching = [row for row in rows if passes(row)]
    state = {name: value for name, value in asked.items() if name != "trang"}
    facets, chips = [], []
    for name, label, value, word in kinds:
        counts: dict[str, int] = {}
        for row in rows:
            if value(row) and passes(row, skip=name):
                counts[value(row)] = counts.get(value(row), 0) + 1
        facets.append(facet(DOCUMENTS, state, name, label, counts, word))
        if name in asked:
            chips.append(Link(f"{label}: {word(asked[name])}", address(DOCUMENTS, {**state, name: None})))
    if find:
        chips.append(Link(f"Tên hoặc số: {asked['ten']}", address(DOCUMENTS, {**state, "ten": None})))

    sort = asked.get("sap-xep", "ngay")
    matching.sort(key=lambda row: bare(row.title or row.doc))
    orders: dict[str, Callable[[], None]] = {
        "ngay": lambda: matching.sort(key=lambda row: row.date or "", reverse=True),
        "ten": lambda: None,
        "loai": lambda: matching.sort(key=lambda row: bare(wording.type_name(row.type))),
        "co-quan": lambda: matching.sort(key=lambda row: bare(row.issuer or "~")),
        "nhiem-vu": lambda: matching.sort(key=lambda row: -row.tasks),
    }
    sort = sort if sort in orders else "ngay"
    orders[sort]()

    def column(label: str, name: str, order: str = "ascending", css: str = "") -> Column:
        return Column(label, address(DOCUMENTS, state, sap_xep=name), order if sort == name else "none", css)

    part, links = parts(DOCUMENTS, state, asked.get("trang"), len(matching))
    return DocumentsPage(
        title="Văn bản",
        nav=navigation(DOCUMENTS),
        query="",
        rows=tuple(_document_line(row) for row in matching[part]),
        columns=(
            column("Văn bản", "ten"),
            column("Loại", "loai"),
            column("Cơ quan ban hành", "co-quan"),
            column("Ngày", "ngay", "descending", "number"),
            column("Nhiệm vụ", "nhiem-vu", "descending", "number"),
        ),
        facets=tuple(facet for facet in facets if facet.options),
        chips=tuple(chips),
        clear=DOCUMENTS,
        find=asked.get("ten", ""),
        kept=tuple((name, value) for name, value in state.items() if name != "ten"),
        total=len(rows),
        matching=len(matching),
        pages=links,
    )


def row_name(row: DocumentRow) -> str:
    """Name a document in full: type, symbol, title."""
    name = wording.document_name(row.type, row.symbol, row.draft)
    return f"{name} – {row.title}" if row.title else name


def _document_line(row: DocumentRow) -> DocumentLine:
    return DocumentLine(
        href=document_path(row.doc),
        name=wording.document_name(row.type, row.symbol, row.draft),
        title=row.title or "",
        type=wording.type_name(row.type) if row.type else "không rõ",
        issuer=row.issuer or "không rõ",
        level=wording.level_name(row.level),
        date=wording.day(row.date) or "không rõ",
        tasks=row.tasks,
        tasks_href=address(TASKS, {"van-ban": row.doc}) if row.tasks else None,
        warnings=tuple(warning(n.message, n.page) for n in row.notices),
        status=row.status,
        draft=row.draft,
    )
