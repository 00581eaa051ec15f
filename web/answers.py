"""``/?q=``: search results and the answer card."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from indexer.errors import UnknownOption, UnusableInput
from search_api.answers.cited import answer_docx, cited_text
from search_api.assess.feedback import VERDICTS
from search_api.dates import bound
from search_api.naming import issuer_name
from search_api.protocol import Searching
from search_api.questions.question import understand
from search_api.schemas import Answer, AnswerPiece, Citation, DocumentRow, Filters, Hit, SearchResult
from web import wording
from web.addresses import ANSWER_FILE, HOME, address, document_path, span_path
from web.contexts import (
    AnswerCard,
    AnswerPart,
    Facet,
    Judging,
    Link,
    Quoted,
    ResultsPage,
    Statement,
    Valued,
    Worded,
)
from web.highlight import Mark, render
from web.listing import check_query, facet, meta, navigation, number

FIRST_HITS = 10

MOST_HITS = 50

SHOWN_PARTS = 4

SHOWN_CITATIONS = 8

_WORDED_NOTE = (
    "Mô hình ngôn ngữ trong mạng của đơn vị viết lại; từng câu đã được đối chiếu với câu trích nguyên văn."
)

LONG_VALUE = 80
"""Characters from which several values stand on lines of their own."""

SNIPPET = 320
"""Characters of a passage that a result shows."""

FILTERS = ("loai", "cap", "co-quan", "van-ban", "tu", "den")


def results_page(service: Searching, query: str, asked: dict[str, str]) -> ResultsPage:
    """Search, and ask where the query is a question."""
    state = {"q": query, **{name: asked[name] for name in FILTERS if name in asked}}
    problem, result, answer = None, SearchResult(query, ()), None
    shown = number(asked.get("so"), FIRST_HITS, FIRST_HITS, MOST_HITS)
    try:
        filters = _filters(asked)
        result = service.search(query, shown, filters)
        answer = _asked(service, query, filters, asked) if understand(query).asks else None
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
        answer=_answer_card(answer, state, asked, has_model=_has_model(service)) if answer else None,
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
        suggestions=suggestions(service) if nothing else (),
    )


def _has_model(service: Searching) -> bool:
    return bool(service.health().get("language_model"))


def _asked(service: Searching, query: str, filters: Filters, asked: dict[str, str]) -> Answer:
    model = asked.get("mo-hinh") == "co" and _has_model(service)
    return service.ask(query, filters, model=True) if model else service.ask(query, filters)


def answer_text(service: Searching, query: str, asked: dict[str, str]) -> str:
    """Return the answer with its citations as text; for words without a question, say so."""
    return cited_text(_asked(service, query, _filters(asked), asked))


def answer_file(service: Searching, query: str, asked: dict[str, str], today: date) -> bytes:
    """Return the answer with its citations as a Word file."""
    return answer_docx(_asked(service, query, _filters(asked), asked), today)


def judge(service: Searching, asked: dict[str, str], right: Sequence[str]) -> str:
    """Keep a verdict; return the address of the page that says so."""
    query = check_query(asked.get("q", ""))
    if not query:
        raise UnusableInput("Thiếu câu hỏi. Mở lại trang trả lời rồi bấm lại.")
    ticked = [int(n) for n in right if re.fullmatch(r"\d{1,3}", n)]
    verdict = asked.get("danh-gia", "")
    service.judge(query, verdict, ticked, _filters(asked))
    state = {"q": query, **{name: asked[name] for name in FILTERS if name in asked}}
    return address(HOME, {**state, "da-ghi": verdict}) + "#tra-loi"


def suggestions(service: Searching) -> tuple[Link, ...]:
    """Make links of the suggested questions."""
    return tuple(Link(text, address(HOME, {"q": text})) for text in service.suggestions()[:3])


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
        hit.doc: wording.document_label(hit.type, hit.symbol, hit.draft, _issuer(hit)) for hit in result.hits
    }
    missing = {*result.facets.get("doc", {}), *([chosen] if chosen else [])} - set(named)
    if missing:
        for row in service.documents(Filters()):
            if row.doc in missing:
                named[row.doc] = wording.document_label(row.type, row.symbol, row.draft, _issuer(row))
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
        for name in FILTERS
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
        facet(HOME, state, name, label, result.facets.get(key, {}), word) for key, name, label, word in kinds
    )
    return tuple(facet for facet in facets if facet.options)


def _where(section: str, title: str) -> str:
    return " › ".join(part.strip() for part in (title or section).split(" > ") if part.strip())


def _answer_card(
    answer: Answer, state: dict[str, str], asked: dict[str, str], *, has_model: bool
) -> AnswerCard:
    model = answer.model
    spoken = {**state, "mo-hinh": "co"} if model is not None and model.used else state
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
    named = {c.doc: wording.document_label(c.type, c.symbol, c.draft, _issuer(c)) for c in answer.citations}
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
        copied=cited_text(answer),
        plain=address(HOME, {**spoken, "dinh-dang": "van-ban"}),
        docx=address(ANSWER_FILE, spoken),
        judging=Judging(
            kept=tuple(state.items()),
            # The verdict is on what the documents say, which is what is kept.
            cites=tuple(c.n for c in answer.citations) if answer.answered and spoken is state else (),
            verdicts=tuple(VERDICTS.items()),
            given=VERDICTS.get(asked.get("da-ghi", ""), ""),
        ),
        worded=tuple(
            Worded(
                tuple((text, n if n in cited else None) for text, n in wording.split_marks(s.text)), s.reason
            )
            for s in (model.sentences if model else ())
        ),
        note=(model.note or _WORDED_NOTE) if model else "",
        word_it=address(HOME, {**state, "mo-hinh": "co"}) + "#tra-loi"
        if has_model and model is None
        else None,
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
        "" if repeated else wording.document_label(source.type, source.symbol, source.draft, _issuer(source)),
        "" if repeated else meta(_issuer(source), source.date),
        span_path(doc, source.start, source.end),
        heading,
        tuple(statements),
    )


def _issuer(one: Citation | Hit | DocumentRow) -> str | None:
    return issuer_name(one.issuer, one.locality)


def _citation(citation: Citation) -> Quoted:
    at = citation.start
    facts = [Mark(a - at, b - at, "b") for a, b in citation.fact]
    return Quoted(
        n=citation.n,
        quote=render(citation.quote, 0, len(citation.quote), [*facts, *_rows(citation.quote)]),
        source=wording.document_label(citation.type, citation.symbol, citation.draft, _issuer(citation)),
        meta=meta(_issuer(citation), citation.date),
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
        source=wording.document_label(hit.type, hit.symbol, hit.draft, _issuer(hit)),
        meta=meta(_issuer(hit), hit.date),
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
