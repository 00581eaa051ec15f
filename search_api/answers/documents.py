"""Answers about documents: basis, replaced document, signer, number and date, documents on a topic."""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.clean import bare, collapse
from indexer.records import Document, Fact, Reference, Span
from indexer.references import SELF
from indexer.store import StoredDocument, StoredPassage
from search_api.answers.borne import NOT_HELD, of_the_document_asked_about
from search_api.answers.citing import Citations
from search_api.answers.draft import Drafted, Evidence, Statement, document_label, row_label
from search_api.answers.sentences import sentence_around, target_facts
from search_api.answers.signatures import signed_for
from search_api.questions.scope import issuer_names, numbered, written_out
from search_api.schemas import AnswerPiece

_MOST = 10
_MOST_OPENED, _MOST_REPLACING = 200, 3
"""Of the documents that may replace another, how many are opened, by their titles; and shown."""
_WHOLE_DATE = len("2026-05-18")
_SAID_INSIDE = 0.8
"""Share of the topic that a passage must say for its document to be one on that topic."""
_SAID_ABOVE = 0.5
"""Share of the topic that the title of a plan must say which carries out a document on that topic."""
_NAMED_AT_LEAST = 0.4
_MEANT_AT_LEAST = 0.3
"""Share of the topic that a title must say for its document to be the one asked about."""
_NEAR_TITLE = 0.15
"""How much less of the topic than the best another document's title may say."""


def _ranked_rows(evidence: Evidence) -> list[StoredDocument]:
    """The documents in scope, those of the best passages first.

    Rows: of many documents only those that may be shown are worth opening.
    """
    rows = {row.id: row for row in evidence.rows}
    first = [passage.doc for passage, _ in evidence.passages if passage.doc in rows]
    return [rows[doc] for doc in dict.fromkeys([*first, *rows])]


def _asked_document(evidence: Evidence) -> list[Document]:
    """The documents that a question about a document means: its titles say most of the topic."""
    ranked = _ranked_rows(evidence)
    if not ranked or (evidence.topic.empty and not evidence.scoped):
        return []
    if evidence.topic.empty:
        return [evidence.store.document(row.id) for row in ranked[:3]]
    scored = [
        (evidence.topic.match(f"{row.title or ''} {row_label(row)}").recall - 0.02 * at, at, row.id)
        for at, row in enumerate(ranked[:20])
    ]
    scored.sort(key=lambda s: (-s[0], s[1]))
    best = scored[0][0]
    if not evidence.scoped and best < _MEANT_AT_LEAST:
        return []
    return [evidence.store.document(doc) for score, _, doc in scored if score >= best - 0.1][:3]


def _said_around(document: Document, reference: Reference) -> Span:
    for block in document.blocks:
        if block.span.start <= reference.span.start < block.span.end:
            return sentence_around(document.text, block.span, reference.span.start, reference.span.end)
    return reference.span


def _name(reference: Reference) -> str:
    return collapse(reference.raw)


def basis(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer which documents a plan, or one of its tasks, is based on."""
    by_task = _basis_of_passage(evidence, cites)
    if by_task.statements:
        return by_task
    statements = []
    for document in _asked_document(evidence):
        parents = [r for r in document.references if r.role == "implements" and not r.nested and r.symbol]
        direct = [r for r in parents if r.sub_role == "direct_parent"] or parents
        legal = [r for r in document.references if r.role == "legal_basis" and not r.nested]
        chosen: dict[str, Reference] = {}
        for reference in [*direct, *legal]:
            chosen.setdefault(reference.symbol or _name(reference), reference)
        pieces = [
            AnswerPiece("", _name(r), (cites.cite(document.id, _said_around(document, r), [r.span]),))
            for r in list(chosen.values())[:_MOST]
        ]
        if pieces:
            statements.append(Statement(document.id, "", tuple(pieces)))
    return Drafted(tuple(statements), kind="basis")


def _basis_of_passage(evidence: Evidence, cites: Citations) -> Drafted:
    """References inside the passage that says the topic best, when the topic is a piece of work."""
    if evidence.topic.empty:
        return Drafted(())
    for passage, _ in evidence.passages[:5]:
        document = evidence.store.document(passage.doc)
        first = document.outline[0].span.start if document.outline else 0
        if passage.span.start < first or evidence.topic.match(passage.text).recall < 0.75:
            continue
        inside = [
            r
            for r in document.references
            if passage.span.covers(r.span)
            and r.symbol
            and not r.nested
            and r.role in ("under_plan", "legal_basis")
        ]
        if inside:
            pieces = tuple(
                AnswerPiece("", _name(r), (cites.cite(document.id, _said_around(document, r), [r.span]),))
                for r in inside
            )
            return Drafted((Statement(document.id, "", pieces),), kind="basis")
    return Drafted(())


def replaces(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer which document another replaces."""
    topic, store = evidence.topic, evidence.store
    symbols = evidence.question.symbols
    if symbols and not any(store.with_symbol(symbol) for symbol in symbols):
        # Its own text would say what it replaces; another document that cites it does not.
        return Drafted((), f"Không có trong kho: chưa có toàn văn {', '.join(symbols)}.", final=True)
    least = 0.0 if topic.empty or evidence.scoped else _NAMED_AT_LEAST
    may = store.replacing()
    said = {
        row.id: 0.0 if topic.empty else topic.recall(f"{row.title or ''} {row_label(row)}", least)
        for row in _ranked_rows(evidence)
        if row.id in may
    }
    named = [doc for doc, recall in said.items() if recall >= least]
    opened = sorted(named, key=lambda doc: -said[doc])[:_MOST_OPENED]
    # Of several documents of one place the one whose title says the subject is meant.
    best = next((said[doc] for doc in opened if _replaced(store.document(doc))), 0.0)
    within = set(opened)
    statements = []
    for doc in named:
        if doc not in within or said[doc] < best - _NEAR_TITLE:
            continue
        document = store.document(doc)
        pieces = tuple(
            AnswerPiece("Thay thế", _name(r), (cites.cite(doc, _said_around(document, r), [r.span]),))
            for r in _replaced(document)
        )
        statements += [Statement(doc, "", pieces)] if pieces else []
        if len(statements) == _MOST_REPLACING:
            break
    if statements:
        return Drafted(tuple(statements), kind="replaces")
    return Drafted(
        (), "Không có trong kho: không văn bản nào được hỏi nêu việc thay thế văn bản khác.", final=True
    )


_REPLACING = re.compile(
    r"(?:này|kế hoạch|quyết định)[^.]{0,120}thay thế(?: cho)?(?: các)?[^.]*$", re.IGNORECASE
)


def _replaced(document: Document) -> list[Reference]:
    """Return what a document says that it replaces, every one of a list ("thay thế các quyết định: …; …")."""
    held = [r for r in document.references if r.role == "replaces" and r.sub_role != SELF]
    for reference in document.references:
        if reference in held or reference.nested or not reference.symbol or reference.sub_role == SELF:
            continue
        before = collapse(document.text[_said_around(document, reference).start : reference.span.start])
        if _REPLACING.search(before):
            held.append(reference)
    return sorted(held, key=lambda r: r.span.start)


_IN_FORCE = re.compile(
    r"hiệu lực(?: thi hành)?,? (?:kể )?(?:từ|vào)[^.;]{0,40}?(\d{1,2}\s*[/-]\s*\d{1,2}\s*[/-]\s*\d{4}"
    r"|ngày \d{1,2} tháng \d{1,2} năm \d{4}|ngày ký|ngày ban hành)"
    r"|hiệu lực(?: thi hành)?,? (?:kể từ )?sau \d+ (?:\([^)]{1,30}\) )?ngày"
    r"(?:,? (?:kể )?từ ngày (?:ký(?: ban hành)?|ban hành|đăng công báo))?",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"(?:này|Quyết định|Thông tư|Nghị định|Quy định|Nghị quyết|Luật này)(?: này)?,? (?:có|bắt đầu có) $",
    re.IGNORECASE,
)


def effect(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer from which day a document is in force, by its own sentence on it."""
    statements = []
    for document in _asked_document(evidence):
        for match in _IN_FORCE.finditer(document.text):
            if not _OF_ITSELF.search(
                collapse(document.text[max(0, match.start() - 60) : match.start()]) + " "
            ):
                continue
            span = Span(match.start(), match.end())
            around = _sentence_of(document, span)
            number = cites.cite(document.id, around, [span])
            said = collapse(span.of(document.text))
            statements.append(Statement(document.id, "", (AnswerPiece("Hiệu lực", said, (number,)),)))
            break
    return Drafted(tuple(statements), kind="effect")


_ADDRESS = re.compile(
    r"(?:trụ sở(?: chính| làm việc)?|địa chỉ)(?: của [^:;.]{1,80})?\s*(?:đặt |nằm )?(?:tại|ở|:|là)",
    re.IGNORECASE,
)


def where(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer where a body has its seat, by the sentence that says so."""
    for document in _asked_document(evidence):
        match = _ADDRESS.search(document.text)
        if match is not None:
            around = _sentence_of(document, Span(match.start(), match.end()))
            number = cites.cite(document.id, around)
            quoted = collapse(around.of(document.text)).strip(" -+")
            return Drafted(
                (Statement(document.id, "", (AnswerPiece("", f"“{quoted}”", (number,)),)),), kind="where"
            )
    return Drafted(())


def _sentence_of(document: Document, span: Span) -> Span:
    for block in document.blocks:
        if block.span.start <= span.start < block.span.end:
            return sentence_around(document.text, block.span, span.start, min(span.end, block.span.end))
    return span


def replaced_by(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer whether a named document was replaced by another of the index."""
    statements = []
    for symbol in evidence.question.symbols:
        for held in evidence.store.references(symbol=symbol):
            if held.reference.role in ("replaces", "amends"):
                document = evidence.store.document(held.doc)
                number = cites.cite(held.doc, _said_around(document, held.reference), [held.reference.span])
                word = "Bị thay thế bởi" if held.reference.role == "replaces" else "Được sửa đổi, bổ sung bởi"
                statements.append(
                    Statement(
                        held.doc,
                        "",
                        (AnswerPiece(word, document_label(document), (number,)),),
                        labelled=False,
                    )
                )
    statements = statements or _said_of_others(evidence, cites)
    if statements:
        return Drafted(tuple(statements), kind="replaced_by")
    named = ", ".join(evidence.question.symbols) or "văn bản được hỏi"
    return Drafted(
        (),
        f"Không có trong kho: không văn bản nào trong kho nêu việc thay thế hoặc sửa đổi {named}; "
        "điều đó không khẳng định văn bản còn hiệu lực.",
        final=True,
    )


_CHANGES = re.compile(r"(?:sửa đổi|thay thế|bãi bỏ|bổ sung)[^.;]{0,80}$", re.IGNORECASE)


def _said_of_others(evidence: Evidence, cites: Citations) -> list[Statement]:
    """Quote where a document says that another one changes the one asked about ("Nghị định 3 sửa đổi …")."""
    statements: list[Statement] = []
    for symbol in evidence.question.symbols:
        for held in evidence.store.references(symbol=symbol):
            document = evidence.store.document(held.doc)
            span = _said_around(document, held.reference)
            if not _CHANGES.search(collapse(document.text[span.start : held.reference.span.start])):
                continue
            number = cites.cite(held.doc, span, [held.reference.span])
            quoted = collapse(span.of(document.text)).strip(" -+")
            statement = Statement(held.doc, "", (AnswerPiece("", f"“{quoted}”", (number,)),))
            if statement not in statements:
                statements.append(statement)
    return statements[:_MOST]


def topic_docs(evidence: Evidence, cites: Citations) -> Drafted:
    """List the documents that have what is asked: a number or none, a signer, an issuer, a topic."""
    by_frame = _naming_person(evidence, cites) or _by_frame(evidence, cites)
    if by_frame is not None:
        return by_frame
    statements: list[Statement] = []
    symbols = set(evidence.question.symbols)
    numbers = set() if evidence.scoped else set(numbered(evidence.question.text))
    cited = bool(symbols or numbers)
    if evidence.topic.empty and evidence.scoped and not cited and len(evidence.rows) <= _MOST:
        kind = _wanted_type(evidence)
        rows = [row for row in evidence.rows if not kind or not row.type or bare(row.type) == kind]
        if not rows:
            return Drafted(
                (), "Không có trong kho: nơi được hỏi không có văn bản nào thuộc loại này.", final=True
            )
        held = [evidence.store.document(row.id) for row in rows]
        listed = [_listed(document, cites.cite(document.id, _title_span(document))) for document in held]
        return Drafted(tuple(listed), kind="topic_docs", remark=_counted(evidence, len(listed), 0))
    said_inside = {} if cited else _said_inside(evidence)
    citing = _citing(evidence, symbols, numbers) if cited else set()
    wanted = _wanted_type(evidence)
    level = _LEVEL_ASKED.search(bare(evidence.question.text))
    more = 0
    for row in _ranked_rows(evidence):
        full = len(statements) == _MOST
        if level and row.level and row.level != _LEVELS[level.group(1)]:
            continue
        if wanted and row.type and bare(row.type) != wanted:
            continue
        if cited:
            if row.id not in citing:
                continue
            document = evidence.store.document(row.id)
            mentions = [
                r
                for r in document.references
                if not r.nested and r.sub_role != SELF and (r.symbol in symbols or _numbered_so(r, numbers))
            ]
            if not mentions:
                continue
            if full:
                more += 1
                continue
            number = cites.cite(document.id, _said_around(document, mentions[0]), [mentions[0].span])
            statements.append(_listed(document, number))
            continue
        titled = evidence.topic.recall(row.title or "", evidence.settings.title) > 0
        inside = None if titled else said_inside.get(row.id)
        if evidence.topic.empty or not (titled or inside):
            continue
        if full:
            more += 1
            continue
        document = evidence.store.document(row.id)
        span = inside.span if inside else _title_span(document)
        statements.append(_listed(document, cites.cite(document.id, span)))
    if not (wanted or level):
        carrying_out = _carrying_out(evidence, statements, cites)
        more += max(0, len(statements) + len(carrying_out) - _MOST)
        statements = [*statements, *carrying_out][:_MOST]
    return Drafted(tuple(statements), kind="topic_docs", remark=_counted(evidence, len(statements), more))


_HOW_MANY = re.compile(r"(?<![a-z])(?:bao nhieu|may)(?![a-z])")


def _counted(evidence: Evidence, shown: int, more: int) -> str | None:
    """Say how many documents there are, where not all are shown or their number is asked for."""
    if more:
        return f"Tìm thấy {shown + more} văn bản; ở đây nêu {shown}, còn {more} văn bản nữa."
    asked = shown and _HOW_MANY.search(bare(evidence.question.text))
    return f"Tìm thấy {shown} văn bản." if asked else None


def _carrying_out(evidence: Evidence, listed: list[Statement], cites: Citations) -> list[Statement]:
    """List the plans that carry out a document already listed, and whose titles say it in part.

    A commune's "kế hoạch cấp nước sạch" is on "nước sạch nông thôn" as is the province's that it carries out.
    """
    known = {statement.doc for statement in listed}
    rows = {row.id: row for row in evidence.rows}
    found: list[Statement] = []
    for doc in [statement.doc for statement in listed]:
        symbol = evidence.store.row(doc).symbol
        for held in evidence.store.references(symbol=symbol) if symbol else ():
            row = rows.get(held.doc)
            carries_out = held.reference.role == "implements" and not held.reference.nested
            if row is None or held.doc in known or not carries_out:
                continue
            if evidence.topic.recall(row.title or "", _SAID_ABOVE) > 0:
                known.add(held.doc)
                document = evidence.store.document(held.doc)
                around = _said_around(document, held.reference)
                number = cites.cite(held.doc, around, [held.reference.span])
                found.append(_listed(document, number))
    return found


def _citing(evidence: Evidence, symbols: set[str], numbers: set[tuple[str, int]]) -> set[str]:
    """Return the documents that may mention one of these: no others are worth opening."""
    store = evidence.store
    found = {held.doc for symbol in symbols for held in store.references(symbol=symbol)}
    return found.union(*(store.citing_number(number) for _, number in numbers))


def _numbered_so(reference: Reference, numbers: set[tuple[str, int]]) -> bool:
    """Say whether a document is cited by a type and number: "Nghị quyết 68" is 68-NQ/TW."""
    number = re.match(r"0*(\d+)", reference.symbol or "")
    return number is not None and (bare(reference.type or ""), int(number.group(1))) in numbers


def _listed(document: Document, number: int) -> Statement:
    title = document.metadata.title
    value = f"{document_label(document)}: {collapse(title.value)}" if title else document_label(document)
    return Statement(document.id, "", (AnswerPiece("", value, (number,)),), labelled=False)


def _said_inside(evidence: Evidence) -> dict[str, StoredPassage]:
    """Return, by document, the first passage that says the topic whole."""
    weighed = [
        (evidence.topic.match(f"{passage.section_title}\n{passage.text}").recall, passage)
        for passage, _ in evidence.passages
        if passage.kind != "boilerplate"
    ]
    best = max((recall for recall, _ in weighed), default=0.0)
    said: dict[str, StoredPassage] = {}
    for recall, passage in weighed:
        if recall >= max(_SAID_INSIDE, best - _NEAR_TITLE):
            said.setdefault(passage.doc, passage)
    return said


_TYPE = r"(ke hoach|chi thi|nghi quyet|quyet dinh|thong tu|nghi dinh)"
_TYPE_ASKED = re.compile(rf"(?<![a-z]){_TYPE} (?:nao|gi)|(?<![a-z])(?:bao nhieu|may) {_TYPE}(?![a-z])")


_LEVEL_ASKED = re.compile(
    r"(?:van ban|ke hoach|chi thi|nghi quyet|quyet dinh) cap (trung uong|tinh|so|xa)(?![a-z])"
)
_LEVELS = {"trung uong": "trung-uong", "tinh": "tinh", "so": "so", "xa": "xa"}


def _wanted_type(evidence: Evidence) -> str | None:
    match = _TYPE_ASKED.search(bare(evidence.question.text))
    return match.group(1) or match.group(2) if match else None


_WITHOUT_NUMBER = re.compile(
    r"(?:chua|khong|de trong) (?:co |ghi )?(?:so|ky hieu|ki hieu)|du thao|chua ban hanh"
)
_SIGNS = re.compile(r"(?<![a-z])(?:do |ai |nguoi )?(?:ky|ki)(?![a-z])")
_ISSUES = re.compile(r"(?<![a-z])(?:do|cua)(?![a-z]).*ban hanh|ban hanh (?:nhung|cac)")


#: "Ông A phụ trách những kế hoạch nào": where somebody has a part, not what he signed.
_HAS_A_PART = re.compile(
    r"(?<!\w)(?:ông|bà|đồng chí|anh|chị) (?P<name>(?:[A-ZĐÀ-Ỹ][\wà-ỹ]* ?){2,5})(?:được |có tên |nằm |là |đang )*"
    r"(?:phụ trách|chỉ đạo|giao|phân công|nhắc|nêu tên|làm (?:tổ trưởng|trưởng ban)|tham gia|theo dõi|trong)",
    re.IGNORECASE,
)


def _naming_person(evidence: Evidence, cites: Citations) -> Drafted | None:
    """List the documents in scope that name a person who has a part in the work; None where no such is asked."""
    match = _HAS_A_PART.search(evidence.question.text)
    if match is None or len(evidence.rows) > _MOST_OPENED:
        return None
    name = re.compile(r"\s+".join(map(re.escape, match.group("name").split())), re.IGNORECASE)
    statements: list[Statement] = []
    for row in evidence.rows:
        document = evidence.store.document(row.id)
        found = name.search(document.text)
        if found is not None and len(statements) < _MOST:
            span = Span(*found.span())
            number = cites.cite(document.id, _sentence_of(document, span), [span])
            statements.append(_listed(document, number))
    return Drafted(tuple(statements), kind="topic_docs") if statements else None


def _by_frame(evidence: Evidence, cites: Citations) -> Drafted | None:
    """List documents by what their frame says, where the question asks about the frame; else None."""
    asked = bare(evidence.question.text)
    wanted = _wanted_type(evidence)
    statements: list[Statement] = []
    more = 0
    signs = bool(_SIGNS.search(asked)) or bool(re.search(r"(?<![a-z])(?:ong|ba|dong chi) ", asked))
    for row in evidence.rows:
        if wanted and row.type and bare(row.type) != wanted:
            continue
        if _WITHOUT_NUMBER.search(asked):
            if not row.draft:
                continue
        elif signs:
            if not row.signer or f" {bare(row.signer)} " not in f" {re.sub(r'[^a-z0-9]+', ' ', asked)} ":
                continue
        elif not (_ISSUES.search(asked) and evidence.scoped and len(evidence.rows) <= _MOST):
            continue
        if len(statements) == _MOST:
            more += 1
            continue
        document = evidence.store.document(row.id)
        fact = document.metadata.signer if signs else None
        span = fact.span if fact is not None and fact.span is not None else _title_span(document)
        statements.append(_listed(document, cites.cite(document.id, span)))
    if not statements:
        return None
    return Drafted(tuple(statements), kind="topic_docs", remark=_counted(evidence, len(statements), more))


def _title_span(document: Document) -> Span:
    title = document.metadata.title
    if title is not None and title.span is not None:
        return title.span
    return Span(0, min(len(document.text), 200))


def _facts(evidence: Evidence, cites: Citations, wanted: tuple[tuple[str, str], ...], absent: str) -> Drafted:
    statements = []
    asked = _asked_document(evidence)
    for document in asked:
        pieces = []
        for name, label in wanted:
            fact: Fact | None = getattr(document.metadata, name)
            if (
                fact is not None
                and fact.span is not None
                and not (name == "date" and len(fact.value) < _WHOLE_DATE)
            ):
                shown = collapse(fact.span.of(document.text))
                pieces.append(AnswerPiece(label, shown, (cites.cite(document.id, fact.span, [fact.span]),)))
        if pieces and pieces[0].label == wanted[0][1]:
            statements.append(Statement(document.id, "", tuple(pieces)))
    if statements:
        return Drafted(tuple(statements), kind=wanted[0][0])
    if not asked:
        return Drafted((), NOT_HELD, final=True)
    return Drafted((), f"Không có trong kho: {document_label(asked[0])} {absent}.", final=True)


def signer(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer who signed, and in what capacity; of several bodies that sign, who signed for the one asked."""
    for document in _asked_document(evidence)[:1]:
        statements = []
        for signed in signed_for(document, evidence.question.text, evidence.topic):
            whole = cites.cite(document.id, Span(signed.capacity.start, signed.name.end), [signed.name])
            pieces = (
                AnswerPiece("Người ký", collapse(signed.name.of(document.text)), (whole,)),
                AnswerPiece("Tư cách ký", collapse(signed.capacity.of(document.text)), (whole,)),
            )
            statements.append(Statement(document.id, "", pieces))
        if statements:
            return Drafted(tuple(statements), kind="signer")
    return _facts(evidence, cites, (("signer", "Người ký"), ("capacity", "Tư cách ký")), "không ghi người ký")


def issued(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer which number and date a document bears."""
    asked = bare(evidence.question.text)
    unfilled = _left_blank(evidence, cites) if _WHETHER_ISSUED.search(asked) else Drafted(())
    if unfilled.statements:
        return unfilled
    if re.search(r"ngay|khi nao", asked) and not re.search(r"so hieu|ky hieu|ki hieu|so bao nhieu", asked):
        return _facts(
            evidence,
            cites,
            (("date", "Ngày ban hành"), ("symbol", "Số, ký hiệu")),
            "để trống ngày ban hành",
        )
    return _facts(evidence, cites, (("symbol", "Số, ký hiệu"), ("date", "Ngày ban hành")), "để trống số hiệu")


_WHETHER_ISSUED = re.compile(
    r"(?<![a-z])(?:da|duoc) (?:[a-z]+ ){0,8}?(?:so|ngay|ky|ki|ban hanh|phat hanh)(?: [a-z]+){0,5} (?:hay )?chua ?\??$"
)
#: "Số:      /KH-UBND", "Khe Lau, ngày     tháng     năm 2026": what a draft leaves to be filled in.
_BLANK_LINE = re.compile(
    r"^.*?(?P<number>Số\s*:?[ \t.…]*/[A-ZĐ][\wĐ&-]*)|(?P<date>ngày[ \t.…]+tháng[ \t.…]+năm[ \t]*(?:20\d\d|[.…]*))",
    re.MULTILINE,
)
_HEAD = 1500
"""Characters in which a document's number and date stand."""


def _left_blank(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer "đã có số, ngày ban hành chưa" of a draft by the lines that it leaves blank."""
    statements = []
    for document in _asked_document(evidence):
        if not document.metadata.draft:
            continue
        pieces = []
        for match in _BLANK_LINE.finditer(document.text, 0, _HEAD):
            name = match.lastgroup or ""
            span = Span(*match.span(name))
            label = "Số còn để trống" if name == "number" else "Ngày ban hành còn để trống"
            pieces.append(
                AnswerPiece(label, collapse(span.of(document.text)), (cites.cite(document.id, span, [span]),))
            )
        if pieces:
            statements.append(Statement(document.id, "", tuple(pieces)))
    return Drafted(tuple(statements), kind="issued")


_OFFICE = re.compile(r"(pho )?(giam doc|chu tich|bi thu|truong phong|chanh van phong)")


def person(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer who holds an office only where a document is signed in that very capacity.

    "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH" says who the deputy is, and nothing of the chairman.
    """
    wanted = _OFFICE.search(bare(evidence.question.text))
    statements = []
    for document in _asked_document(evidence):
        signer_, capacity = document.metadata.signer, document.metadata.capacity
        if (
            signer_ is None
            or capacity is None
            or signer_.span is None
            or capacity.span is None
            or wanted is None
        ):
            continue
        date = document.metadata.date
        if evidence.question.years and not (date and date.value[:4] in evidence.question.years):
            continue  # who held the office in another year is not known
        held = [m.group() for m in _OFFICE.finditer(bare(capacity.value))]
        if held and held[-1] == wanted.group() and _holds_office_in(document, evidence):
            number = cites.cite(
                document.id,
                Span(min(capacity.span.start, signer_.span.start), signer_.span.end),
                [signer_.span],
            )
            statements.append(
                Statement(document.id, "", (AnswerPiece(capacity.value, signer_.value, (number,)),))
            )
    if statements:
        return Drafted(tuple(statements), kind="person")
    return Drafted(
        (),
        "Không có trong kho: không văn bản nào được ký với đúng chức danh được hỏi "
        "(người ký thay không cho biết ai giữ chức danh đó).",
        final=True,
    )


#: "Chủ tịch Hội Nông dân tỉnh", "Chủ tịch HĐND xã": not of the committee that issues plans.
_OF_ANOTHER = re.compile(
    r" (?:giam doc|chu tich|bi thu) (hoi dong nhan dan|hoi|lien minh|lien doan|(?:uy ban )?mat tran"
    r"|(?:uy ban )?mttq|cong doan|cong ty|hop tac xa|hiep hoi|doan) "
)


def _holds_office_in(document: Document, evidence: Evidence) -> bool:
    """Say whether the body whose officer is asked about is the one that issued the document."""
    issuer = document.metadata.issuer
    if issuer is None:
        return False
    place = document.metadata.locality
    asked = f" {written_out(evidence.question.text)} "
    body = _OF_ANOTHER.search(asked)
    if body and body.group(1) not in bare(issuer.value):
        return False
    return any(f" {name} " in asked for name in issuer_names(issuer.value, place.value if place else None))


_CONTACT = re.compile(r"(?<![\d/.-])(?:0|\+84)\d{2,3}[ .]?\d{3}[ .]?\d{3,4}(?![\d/])|[\w.+-]+@[\w-]+\.[\w.]+")


def contact(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer a telephone number or an address only where a passage on the topic prints one."""
    for passage, _ in evidence.passages[:10]:
        found = _CONTACT.search(passage.text)
        if found and evidence.topic.match(passage.text).recall >= 0.6:
            document = evidence.store.document(passage.doc)
            span = Span(passage.span.start + found.start(), passage.span.start + found.end())
            number = cites.cite(document.id, passage.span, [span])
            return Drafted(
                (Statement(document.id, "", (AnswerPiece("Liên hệ", found.group(), (number,)),)),),
                kind="contact",
            )
    return Drafted((), "Không có trong kho: các văn bản không ghi thông tin liên hệ này.", final=True)


MAKERS: dict[str, Callable[[Evidence, Citations], Drafted]] = {
    "basis": of_the_document_asked_about(basis),
    "replaces": of_the_document_asked_about(replaces),
    "replaced_by": replaced_by,
    "effect": of_the_document_asked_about(effect),
    "where": of_the_document_asked_about(where),
    "topic_docs": topic_docs,
    "signer": of_the_document_asked_about(signer),
    "issued": of_the_document_asked_about(issued),
    "person": of_the_document_asked_about(person),
    "contact": contact,
    "target": target_facts,
}
"""The maker of each kind of question that is not about a task."""
