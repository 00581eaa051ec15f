"""The pages: query string in, documented context out, HTML rendered.

Nothing here reads a file or an index; everything comes from the service, which the application
opens once per request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from indexer.clean import bare, collapse
from indexer.errors import UnknownOption, UnusableInput
from search_api.dates import bound
from search_api.protocol import Searching
from search_api.question import understand
from search_api.routes import QUERY_LIMIT
from search_api.schemas import (
    Answer,
    AnswerPiece,
    Citation,
    DocumentRow,
    DocumentView,
    Filters,
    Hit,
    ReferenceRow,
    SearchResult,
    TaskRow,
)
from web import wording
from web.addresses import DOCUMENTS, HOME, TASKS, address, document_path, span_path
from web.contexts import (
    AnswerCard,
    AnswerPart,
    Choice,
    Column,
    DocumentLine,
    DocumentPage,
    DocumentsPage,
    EmptyPage,
    Facet,
    Field,
    HomePage,
    Link,
    Option,
    OutlineLink,
    Quoted,
    ReferenceLine,
    ResultsPage,
    Statement,
    TaskLine,
    TasksPage,
    Valued,
)
from web.highlight import Mark, render
from web.reader import pieces, section_anchors, section_at

if TYPE_CHECKING:
    from web.app import Renderer

FIRST_HITS = 10
MOST_HITS = 50
SHOWN_PARTS = 4
SHOWN_CITATIONS = 8
SHOWN_OPTIONS = 8
LONG_VALUE = 80
"""Characters from which several values stand on lines of their own."""
ROWS = 50
"""Rows of a table on one page."""
SNIPPET = 320
"""Characters of a passage that a result shows."""

ADD_COMMAND = "chithi index THƯ_MỤC_VĂN_BẢN"

_FILTERS = ("loai", "cap", "co-quan", "van-ban", "tu", "den")


def navigation(path: str) -> tuple[Link, ...]:
    """Return the pages that exist, marking the one that ``path`` belongs to."""
    shown = ((HOME, "Tra cứu"), (DOCUMENTS, "Văn bản"), (TASKS, "Nhiệm vụ"))
    return tuple(
        Link(label, href, path == href or (href != HOME and path.startswith(href + "/")))
        for href, label in shown
    )


def pages(service: Callable[[], Searching], render_page: Renderer, today: Callable[[], date]) -> APIRouter:
    """Return the routes of the pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route(HOME, methods=["GET", "HEAD"])
    def home(request: Request) -> Response:
        opened = service()
        if not opened.health().get("documents"):
            return render_page("empty.html", empty_page(request.url.path))
        asked = _parameters(request, "q", *_FILTERS, "so")
        query = check_query(asked.get("q", ""))
        if not query:
            return render_page("home.html", home_page(opened))
        shown = results_page(opened, query, asked)
        return render_page("results.html", shown, 400 if shown.problem else 200)

    @routes.api_route(DOCUMENTS, methods=["GET", "HEAD"])
    def documents(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        asked = _parameters(request, "loai", "cap", "co-quan", "noi", "nam", "ten", "sap-xep", "trang")
        check_query(asked.get("ten", ""))
        return render_page("documents.html", documents_page(rows, asked))

    @routes.api_route(DOCUMENTS + "/{doc:path}", methods=["GET", "HEAD"])
    def document(request: Request, doc: str) -> Response:
        opened = service()
        view = opened.document(doc)
        names = {row.doc: row for row in opened.documents(Filters())} if view.cited_by else {}
        asked = _parameters(request, "tu", "den")
        return render_page("document.html", document_page(view, names, asked, today()))

    @routes.api_route(TASKS, methods=["GET", "HEAD"])
    def tasks(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        asked = _parameters(request, "don-vi", "vai-tro", "han", "tu", "den", "van-ban", "sap-xep", "trang")
        check_query(asked.get("don-vi", ""))
        shown = tasks_page(opened, rows, asked, today())
        return render_page("tasks.html", shown, 400 if shown.problem else 200)

    return routes


def _parameters(request: Request, *names: str) -> dict[str, str]:
    """Return the named parameters that carry something, in the order of ``names``."""
    given = {name: request.query_params.get(name, "").strip() for name in names}
    return {name: value for name, value in given.items() if value}


def check_query(text: str) -> str:
    """Return the query, white space collapsed; raise ``UnusableInput`` where it is too long."""
    query = collapse(text)
    if len(query) > QUERY_LIMIT:
        raise UnusableInput(
            f"Câu tìm dài {wording.count(len(query))} ký tự, nhiều hơn giới hạn {wording.count(QUERY_LIMIT)} ký tự. "
            "Hãy rút gọn: chỉ giữ tên nhiệm vụ, tên đơn vị hoặc số ký hiệu cần tìm."
        )
    return query


# --- pages ---------------------------------------------------------------------------------------


def empty_page(path: str, reason: str = "Kho chưa có văn bản nào.") -> EmptyPage:
    """Say how documents are added."""
    return EmptyPage("Kho chưa có văn bản", navigation(path), "", reason, ADD_COMMAND)


def home_page(service: Searching) -> HomePage:
    """Build ``/`` before anything is asked."""
    health = service.health()
    stock = (
        ("documents", "văn bản", DOCUMENTS),
        ("tasks", "nhiệm vụ", TASKS),
    )
    counted = tuple(
        Link(f"{wording.count(health[key])} {word}", href) for key, word, href in stock if health.get(key)
    )
    return HomePage("Tra cứu", navigation(HOME), "", _suggestions(service), counted)


def results_page(service: Searching, query: str, asked: dict[str, str]) -> ResultsPage:
    """Search, and ask where the query is a question."""
    state = {"q": query, **{name: asked[name] for name in _FILTERS if name in asked}}
    problem, result, answer = None, SearchResult(query, ()), None
    shown = _number(asked.get("so"), FIRST_HITS, FIRST_HITS, MOST_HITS)
    try:
        filters = _filters(asked)
        result = service.search(query, shown, filters)
        answer = service.ask(query, filters) if understand(query).asks else None
    except UnknownOption as error:
        problem = str(error)
    named = _document_labels(service, result, asked.get("van-ban"))
    chips = _chips(state, named)
    more = shown < MOST_HITS and len(result.hits) >= shown
    nothing = not result.hits and not (answer and answer.answered)
    return ResultsPage(
        title=query,
        nav=navigation(HOME),
        query=query,
        answer=_answer_card(answer) if answer else None,
        hits=tuple(_hit(hit) for hit in result.hits),
        facets=_result_facets(result, state, named),
        chips=chips,
        clear=address(HOME, {"q": query}),
        kept=tuple((name, state[name]) for name in ("loai", "cap", "co-quan", "van-ban") if name in state),
        dates=(
            ("tu", "Từ ngày", state.get("tu", "")),
            ("den", "Đến ngày", state.get("den", "")),
        ),
        more=address(HOME, state, so=min(shown + FIRST_HITS, MOST_HITS)) if more else None,
        scope=_scope(service, bool(chips)),
        problem=problem,
        suggestions=_suggestions(service) if nothing else (),
    )


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
        facets.append(_facet(DOCUMENTS, state, name, label, counts, word))
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

    part, links = _parts(DOCUMENTS, state, asked.get("trang"), len(matching))
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


def document_page(
    view: DocumentView, names: dict[str, DocumentRow], asked: dict[str, str], today: date
) -> DocumentPage:
    """Show a document, the words that ``tu`` and ``den`` point at highlighted."""
    span = _cited_span(view.text, asked)
    wanted = bool(asked)
    here = section_at(view.outline, span[0]) if span else None
    name = wording.document_name(view.type, view.symbol, view.draft)
    own = document_path(view.doc)
    tasks = [_task_line(task, today, own) for task in view.tasks]
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
        meta=_meta(view.issuer, view.date),
        status=view.status,
        warnings=tuple(_warning(w.message, w.page) for w in view.warnings),
        outline=_outline_links(view, here),
        pieces=tuple(pieces(view, _reference_marks(view.references), span)),
        cited=collapse(view.text[span[0] : span[1]]) if span else None,
        lost=wanted and span is None,
        fields=_fields(view, own),
        references=_reference_groups(view.references, own),
        cited_by=tuple(
            Link(_row_name(names[doc]) if doc in names else doc, document_path(doc)) for doc in view.cited_by
        ),
        tasks_here=tuple(inside),
        tasks=tuple(tasks),
        search_here=("van-ban", view.doc),
    )


def tasks_page(
    service: Searching, rows: Sequence[DocumentRow], asked: dict[str, str], today: date
) -> TasksPage:
    """List the tasks, overdue and this month's first."""
    state = {name: value for name, value in asked.items() if name != "trang"}
    roles = {"chu-tri": ("lead", "Chủ trì"), "phoi-hop": ("coordinate", "Phối hợp")}
    dues = {
        "qua-han": ("overdue", "Đã quá hạn"),
        "thang-nay": ("month", "Đến hạn trong tháng này"),
        "con-han": ("later", "Còn hạn sau tháng này"),
        "khong-han": ("", "Không có ngày kết thúc"),
    }
    problem = None
    found: Sequence[TaskRow] = ()
    try:
        for name, known in (("vai-tro", roles), ("han", dues)):
            if name in asked and asked[name] not in known:
                raise UnknownOption(
                    f"{name}: không có giá trị “{asked[name][:40]}”. Chọn một mục trong danh sách."
                )
        found = service.tasks(
            doc=asked.get("van-ban"),
            unit=asked.get("don-vi"),
            role=roles[asked["vai-tro"]][0] if "vai-tro" in asked else None,
            due_from=bound(asked.get("tu"), last=False, name="Hạn từ ngày"),
            due_to=bound(asked.get("den"), last=True, name="Hạn đến ngày"),
        )
    except UnknownOption as error:
        problem = str(error)
    lines = [(task, wording.due_state(task.deadline, today)) for task in found]
    counts = {name: sum(1 for _, due in lines if due == state_) for name, (state_, _) in dues.items()}
    if not problem and "han" in asked:
        lines = [line for line in lines if line[1] == dues[asked["han"]][0]]

    rank = {"overdue": 0, "month": 1, "later": 2, "": 3}
    keys: dict[str, Callable[[tuple[TaskRow, str]], tuple[object, ...]]] = {
        "han": lambda line: (rank[line[1]], line[0].deadline.end or "", bare(line[0].title or line[0].quote)),
        "nhiem-vu": lambda line: (bare(line[0].title or line[0].quote),),
        "chu-tri": lambda line: (not line[0].lead_units, bare("; ".join(line[0].lead_units))),
        "van-ban": lambda line: (line[0].symbol is None, line[0].symbol or line[0].doc, line[0].start),
    }
    sort = asked.get("sap-xep", "han")
    sort = sort if sort in keys else "han"
    lines.sort(key=keys[sort])

    def column(label: str, name: str | None, css: str = "") -> Column:
        href = address(TASKS, state, sap_xep=name) if name else None
        return Column(label, href, "ascending" if name == sort else "none", css)

    part, links = _parts(TASKS, state, asked.get("trang"), len(lines))
    by_doc = {row.doc: row for row in rows}
    units = sorted(
        {unit for task in found for unit in (*task.lead_units, *task.coordinating_units)}, key=bare
    )
    return TasksPage(
        title="Nhiệm vụ",
        nav=navigation(TASKS),
        query="",
        rows=tuple(
            _task_line(task, today, document_path(task.doc), by_doc.get(task.doc)) for task, _ in lines[part]
        ),
        columns=(
            column("Nhiệm vụ", "nhiem-vu"),
            column("Chủ trì", "chu-tri"),
            column("Phối hợp", None),
            column("Thời hạn", "han"),
            column("Sản phẩm", None),
            column("Văn bản", "van-ban"),
        ),
        unit=asked.get("don-vi", ""),
        units=tuple(units[:400]),
        roles=tuple(
            Choice(value, label, asked.get("vai-tro") == value) for value, (_, label) in roles.items()
        ),
        dues=tuple(Choice(value, label, asked.get("han") == value) for value, (_, label) in dues.items()),
        documents=tuple(
            Choice(row.doc, _row_name(row), asked.get("van-ban") == row.doc)
            for row in sorted(rows, key=lambda row: bare(_row_name(row)))
            if row.tasks
        ),
        dates=(
            ("tu", "Hạn từ ngày", asked.get("tu", "")),
            ("den", "Hạn đến ngày", asked.get("den", "")),
        ),
        sort=sort if "sap-xep" in asked else "",
        clear=TASKS if set(state) - {"sap-xep"} else None,
        matching=len(lines),
        overdue=sum(1 for _, due in lines if due == "overdue"),
        this_month=sum(1 for _, due in lines if due == "month"),
        quick=tuple(
            Option(
                label,
                counts[name],
                address(TASKS, state, han=None if asked.get("han") == name else name),
                asked.get("han") == name,
            )
            for name, (_, label) in dues.items()
        ),
        pages=links,
        exports=(),
        problem=problem,
        today=wording.day(today.isoformat()),
    )


# --- parts ---------------------------------------------------------------------------------------


def _suggestions(service: Searching) -> tuple[Link, ...]:
    return tuple(Link(text, address(HOME, {"q": text})) for text in service.suggestions()[:3])


def _number(text: str | None, default: int, least: int, most: int) -> int:
    if text is None or not re.fullmatch(r"\d{1,9}", text):
        return default
    return max(least, min(int(text), most))


def _filters(asked: dict[str, str]) -> Filters:
    if "cap" in asked and asked["cap"] not in wording.LEVELS:
        known = ", ".join(wording.LEVELS)
        raise UnknownOption(f"cap: không có cấp “{asked['cap'][:40]}”. Các cấp: {known}.")
    return Filters(
        doc=asked.get("van-ban"),
        type=asked.get("loai"),
        issuer=asked.get("co-quan"),
        level=asked.get("cap"),
        date_from=bound(asked.get("tu"), last=False, name="Từ ngày"),
        date_to=bound(asked.get("den"), last=True, name="Đến ngày"),
    )


def _scope(service: Searching, filtered: bool) -> str:
    documents = wording.count(int(service.health().get("documents", 0)))
    return (
        f"các văn bản đã chọn lọc trong kho {documents} văn bản"
        if filtered
        else f"{documents} văn bản trong kho"
    )


def _document_labels(service: Searching, result: SearchResult, chosen: str | None) -> dict[str, str]:
    """Name the documents of the facet; the list of documents is asked only where the hits do not tell."""
    named = {
        hit.doc: wording.document_label(hit.type, hit.symbol, hit.draft, hit.issuer) for hit in result.hits
    }
    missing = {*result.facets.get("doc", {}), *([chosen] if chosen else [])} - set(named)
    if missing:
        for row in service.documents(Filters()):
            if row.doc in missing:
                named[row.doc] = wording.document_label(row.type, row.symbol, row.draft, row.issuer)
    return named


def _chips(state: dict[str, str], named: dict[str, str]) -> tuple[Link, ...]:
    words: dict[str, Callable[[str], str]] = {
        "loai": lambda value: f"Loại: {wording.type_name(value)}",
        "cap": lambda value: f"Cấp: {wording.level_name(value)}",
        "co-quan": lambda value: f"Cơ quan: {value}",
        "van-ban": lambda value: f"Văn bản: {named.get(value, value)}",
        "tu": lambda value: f"Từ ngày {wording.day(value) if '-' in value else value}",
        "den": lambda value: f"Đến ngày {wording.day(value) if '-' in value else value}",
    }
    return tuple(
        Link(words[name](state[name]), address(HOME, {**state, name: None}))
        for name in _FILTERS
        if name in state
    )


def _result_facets(result: SearchResult, state: dict[str, str], named: dict[str, str]) -> tuple[Facet, ...]:
    kinds: tuple[tuple[str, str, str, Callable[[str], str]], ...] = (
        ("type", "loai", "Loại văn bản", wording.type_name),
        ("level", "cap", "Cấp ban hành", wording.level_name),
        ("issuer", "co-quan", "Cơ quan ban hành", lambda value: value),
        ("doc", "van-ban", "Văn bản", lambda value: named.get(value, value)),
    )
    facets = (
        _facet(HOME, state, name, label, result.facets.get(key, {}), word) for key, name, label, word in kinds
    )
    return tuple(facet for facet in facets if facet.options)


def _facet(
    path: str,
    state: dict[str, str],
    name: str,
    label: str,
    counts: dict[str, int],
    word: Callable[[str], str],
) -> Facet:
    chosen = state.get(name)
    options = [
        Option(
            word(value),
            number,
            address(path, {**state, name: None if value == chosen else value}),
            value == chosen,
        )
        for value, number in sorted(
            counts.items(), key=lambda item: (item[0] != chosen, -item[1], bare(item[0]))
        )
        if value
    ]
    # One more line costs less than a fold that hides one line.
    shown = SHOWN_OPTIONS if len(options) > SHOWN_OPTIONS + 1 else len(options)
    return Facet(label, tuple(options[:shown]), tuple(options[shown:]))


def _parts(path: str, state: dict[str, str], asked: str | None, total: int) -> tuple[slice, tuple[Link, ...]]:
    last = max(1, -(-total // ROWS))
    part = _number(asked, 1, 1, last)
    shown = sorted({1, last, *range(max(1, part - 2), min(last, part + 2) + 1)})
    links = tuple(
        Link(str(n), address(path, state, trang=n if n > 1 else None), n == part) for n in shown if last > 1
    )
    return slice((part - 1) * ROWS, part * ROWS), links


def _meta(issuer: str | None, iso: str | None) -> str:
    return " · ".join(part for part in (issuer, wording.day(iso)) if part)


def _row_name(row: DocumentRow) -> str:
    name = wording.document_name(row.type, row.symbol, row.draft)
    return f"{name} – {row.title}" if row.title else name


def _warning(message: str, page: int | None) -> str:
    return f"{message} (trang {page})" if page else message


def _where(section: str, title: str) -> str:
    return " › ".join(part.strip() for part in (title or section).split(" > ") if part.strip())


def _answer_card(answer: Answer) -> AnswerCard:
    cited = {citation.n: citation for citation in answer.citations}
    parts = tuple(
        _answer_part(
            group.doc,
            group.heading,
            group.pieces,
            answer.citations,
            before is not None and before.doc == group.doc,
        )
        for before, group in zip((None, *answer.groups), answer.groups, strict=False)
    )
    named = {c.doc: wording.document_name(c.type, c.symbol, c.draft) for c in answer.citations}
    # One more line costs less than a fold that hides one line.
    shown = SHOWN_CITATIONS if len(answer.citations) > SHOWN_CITATIONS + 1 else len(answer.citations)
    return AnswerCard(
        answered=answer.answered,
        reason=answer.reason or "",
        text=tuple((text, n if n in cited else None) for text, n in wording.split_marks(answer.answer or "")),
        parts=parts[:SHOWN_PARTS],
        more_parts=parts[SHOWN_PARTS:],
        citations=tuple(_citation(citation) for citation in answer.citations[:shown]),
        more_citations=tuple(_citation(citation) for citation in answer.citations[shown:]),
        notices=tuple((named.get(n.doc, n.doc), n.message) for n in answer.notices),
    )


def _answer_part(
    doc: str, heading: str, given: Sequence[AnswerPiece], citations: Sequence[Citation], repeated: bool
) -> AnswerPart:
    """Build one part; where the part before is of the same document, its name is not ``repeated``."""
    numbers = [n for piece in given for n in piece.cites]
    source = next((c for c in citations if c.n in numbers), None) or next(
        (c for c in citations if c.doc == doc), None
    )
    statements = []
    for label, group in groupby(given, key=lambda piece: piece.label):
        values = tuple(Valued(piece.value, piece.cites) for piece in group)
        listed = len(values) > 1 and any(len(value.text) > LONG_VALUE for value in values)
        statements.append(Statement(label, values, listed))
    if source is None:
        return AnswerPart("" if repeated else doc, "", document_path(doc), heading, tuple(statements))
    return AnswerPart(
        "" if repeated else wording.document_name(source.type, source.symbol, source.draft),
        "" if repeated else _meta(source.issuer, source.date),
        span_path(doc, source.start, source.end),
        heading,
        tuple(statements),
    )


def _citation(citation: Citation) -> Quoted:
    at = citation.start
    facts = [Mark(a - at, b - at, "b") for a, b in citation.fact]
    return Quoted(
        n=citation.n,
        quote=render(citation.quote, 0, len(citation.quote), [*facts, *_rows(citation.quote)]),
        source=wording.document_name(citation.type, citation.symbol, citation.draft),
        meta=_meta(citation.issuer, citation.date),
        title=citation.title or "",
        where=_where(citation.section, citation.section_title),
        page=citation.page,
        href=span_path(citation.doc, citation.start, citation.end),
    )


def _hit(hit: Hit) -> Quoted:
    where = _where(hit.section, hit.section_title)
    words = [(a - hit.start, b - hit.start) for a, b in hit.highlights]
    start, end = snippet(hit.text, words)
    marks = [Mark(a, b) for a, b in words]
    quote = render(hit.text, start, end, [*marks, *_rows(hit.text)])
    cut = ("… " if start else "", " …" if end < len(hit.text.rstrip()) else "")
    return Quoted(
        n=hit.rank,
        quote=cut[0] + quote + cut[1],
        source=wording.document_name(hit.type, hit.symbol, hit.draft),
        meta=_meta(hit.issuer, hit.date),
        title=(hit.title or "") if where else "",
        where=where or hit.title or "",
        page=hit.page,
        href=span_path(hit.doc, hit.start, hit.end),
        status=hit.status,
    )


def snippet(text: str, words: Sequence[tuple[int, int]], size: int = SNIPPET) -> tuple[int, int]:
    """Choose the stretch of about ``size`` characters that holds most of the words found.

    It starts and ends at white space.  The whole text is chosen where it is hardly longer.
    """
    if len(text) <= size * 1.25:
        return 0, len(text)
    starts = sorted({0, *(max(0, a - 40) for a, _ in words)})
    best = max(
        starts, key=lambda s: (len({text[a:b].lower() for a, b in words if s <= a and b <= s + size}), -s)
    )
    start = best
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    end = min(len(text), start + size)
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _rows(text: str) -> list[Mark]:
    """Set table rows on lines of their own, their inner pipes faded and their outer ones hidden."""
    marks = []
    for line in re.finditer(r"^\|.*\|$", text, re.M):
        marks.append(Mark(line.start(), line.end(), "span", "row"))
        for pipe in re.finditer(r"\|", line[0]):
            at = line.start() + pipe.start()
            outer = at == line.start() or at == line.end() - 1
            marks.append(Mark(at, at + 1, "span", "edge" if outer else "pipe"))
    return marks


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
    for ref in sorted(references, key=lambda ref: (order.get(ref.role, 9), ref.start)):
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
        warnings=tuple(_warning(n.message, n.page) for n in row.notices),
        status=row.status,
        draft=row.draft,
    )


_DUE_WORDS = {"overdue": "Quá hạn", "month": "Trong tháng này", "later": "", "": ""}


def _task_line(task: TaskRow, today: date, source: str, row: DocumentRow | None = None) -> TaskLine:
    due = wording.due_state(task.deadline, today)
    lead, label = task.lead_units, "Chủ trì"
    if not lead and task.directing_units:
        lead, label = task.directing_units, "Chỉ đạo"
    elif not lead and task.implementing_units:
        lead, label = task.implementing_units, "Thực hiện"
    return TaskLine(
        title=collapse(task.title or task.quote),
        href=span_path(task.doc, task.start, task.end),
        lead=tuple(lead),
        lead_label=label,
        coordinating=task.coordinating_units,
        deadline=wording.deadline_words(task.deadline, task.deadline_raw),
        due=due,
        due_words=_DUE_WORDS[due],
        products=task.products,
        source=wording.document_label(row.type, row.symbol, row.draft, row.issuer)
        if row
        else (task.symbol or task.doc),
        source_href=source,
        source_title=task.doc_title or "",
    )
