"""Question → answer: facts that the documents state, each with its citation, or a refusal that says why.

The kinds of question are routed to the modules that know the records they ask about; what none of
them can answer is looked for in the best sentences, and refused below one threshold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from indexer.clean import bare, collapse
from indexer.store import Store, StoredDocument, StoredPassage
from search_api.answers import documents as answer_documents
from search_api.answers import sentences as answer_sentences
from search_api.answers import tasks as answer_tasks
from search_api.answers.borne import NOT_HELD
from search_api.answers.citing import Citations
from search_api.answers.draft import Drafted, Evidence, Statement, document_label
from search_api.answers.due import due_tasks
from search_api.answers.wording import asked_about
from search_api.questions.coverage import Topic, rarity_of
from search_api.questions.expand import expand
from search_api.questions.question import TASK_KINDS, Question
from search_api.questions.scope import Scope, flat_words, topic_text, written_out_type
from search_api.schemas import Answer, AnswerGroup, AnswerPiece, DocumentNotice, Filters

SURE = 0.6
"""Confidence from which nine in ten answers of the development questions are right; below it the answer says so."""
NEAREST = 3
"""How many passages a refusal shows."""


class AnswerSettings(NamedTuple):
    """Thresholds, fitted on development data (docs/benchmark.md)."""

    least: float = 0.12
    """Confidence that a place or a task must have to answer: below it, the question is refused."""
    title: float = 0.6
    """Share of the topic that a document's title must say before it is a document on that topic."""


def answer(
    question: Question,
    scope: Scope,
    store: Store,
    find: Callable[[Question, Filters | Sequence[str]], list[tuple[StoredPassage, float]]],
    rows: Sequence[StoredDocument],
    filters: Filters,
    settings: AnswerSettings | None = None,
) -> Answer:
    """Answer a question; ``find`` gives passages among filters or documents, best first."""
    settings = settings or AnswerSettings()
    if scope.asked_missing or (scope.missing and scope.docs is None and not _may_be_asked_of(question)):
        mentioned = _mentioned(scope, find(question, filters))
        if len(mentioned) < len(scope.missing):
            return _missing(question, scope, store)
    within: Filters | Sequence[str] = filters
    allowed = {row.id for row in rows}
    if scope.docs is not None:
        allowed &= set(scope.docs)
        within = sorted(allowed)
    found = find(question, within) if allowed else []
    if scope.missing and scope.docs is None:
        # A place that no document is of is answered for by the passages that speak of it, by no others.
        named = [bare(collapse(name)) for name in scope.missing if "/" not in name]
        found = [(p, s) for p, s in found if all(name in collapse(bare(p.text)) for name in named)]
    strangers = _strangers(question, scope, found)
    if strangers:
        return _missing(question, scope._replace(missing=strangers, cited_by=()), store)
    evidence = Evidence(
        question=question,
        topic=make_topic(question, scope, store),
        store=store,
        passages=found,
        rows=[row for row in rows if row.id in allowed],
        scoped=scope.docs is not None,
        settings=settings,
    )
    cites = Citations(store)
    if _EACH.search(bare(question.text)) and len(scope.groups) == 1 and 1 < len(allowed) <= NEAREST:
        # "Hai kế hoạch của xã, mỗi cái bao nhiêu": every document by itself.
        scope = scope._replace(groups=tuple((row.id,) for row in evidence.rows))
    several = len(scope.groups) > 1
    drafted = _draft_each(evidence, scope, find, cites) if several else _draft(evidence, cites)
    if drafted.statements:
        return _answered(question, drafted, cites, store, scope)
    reason = drafted.reason or _plain_reason(question, scope)
    return _refused(question, reason, found, store, "not_stated" if drafted.reason else "not_found")


_EACH = re.compile(
    r"(?<![a-z])(?:(?:moi|tung) (?:cai|ke hoach|van ban|ban|noi|ben|chi thi|cong van)"
    r"|(?:trong|o|theo|tai) (?:ca )?(?:cac|nhung|hai|ba|2|3) (?:ban )?(?:ke hoach|van ban|chi thi|cong van))(?! nao)(?![a-z])"
)
"""A question that is to be answered from each of the documents it speaks of."""
#: Kinds that weigh by themselves whether a document bears the names in a question, or ask who else does.
_WEIGH_NAMES = frozenset(
    (
        "basis",
        "replaces",
        "replaced_by",
        "effect",
        "where",
        "signer",
        "issued",
        "person",
        "topic_docs",
        "contact",
    )
)


def _strangers(
    question: Question, scope: Scope, found: Sequence[tuple[StoredPassage, float]]
) -> tuple[str, ...]:
    """Return the names in a question that neither a document bears nor a passage found speaks of."""
    if not scope.unheld or _WEIGH_NAMES & set(question.kinds):
        return ()
    texts = [flat_words(f"{p.section_title} {p.text}") for p, _ in found]
    out = []
    for name in scope.unheld:
        words = re.findall(r"[a-z0-9]+", written_out_type(bare(name)))
        between = " (?:so 0*)?" if words[-1].isdigit() else " "
        pattern = re.compile(rf"(?<![a-z0-9]){' '.join(words[:-1])}{between}{words[-1]}(?![a-z0-9])")
        if not any(pattern.search(text) for text in texts):
            out.append(name)
    return tuple(out)


def _may_be_asked_of(question: Question) -> bool:
    """Say whether other documents can answer about one that the index lacks: what cites or replaces it."""
    return bool({"replaced_by", "replaces", "topic_docs"} & set(question.kinds))


#: A department may be spoken of everywhere and have issued nothing.
_DEPARTMENT = re.compile(r"Sở(?!\w)")
#: What is issued as a document, not made as a piece of work.
_A_DOCUMENT = re.compile(
    r"ke hoach|chi thi|nghi quyet|du thao|cong van|van ban|chuong trinh|so may|so hieu|so bao nhieu"
)


def _mentioned(scope: Scope, found: Sequence[tuple[StoredPassage, float]]) -> set[str]:
    """Return the missing names that the passages found speak of: places are named inside documents too."""
    texts = [bare(passage.text) for passage, _ in found[: NEAREST * 3]]
    return {
        name
        for name in scope.missing
        if not _DEPARTMENT.match(name)
        and "/" not in name
        and any(bare(collapse(name)) in collapse(text) for text in texts)
    }


def _draft_each(
    evidence: Evidence,
    scope: Scope,
    find: Callable[[Question, Filters | Sequence[str]], list[tuple[StoredPassage, float]]],
    cites: Citations,
) -> Drafted:
    """Answer a question that names several documents from each of them by itself."""
    allowed = {row.id for row in evidence.rows}
    statements: list[Statement] = []
    kind = reason = None
    confidence = 1.0
    for at, group in enumerate(scope.groups):
        docs = _on_subject(evidence, [row for row in evidence.rows if row.id in group and row.id in allowed])
        if not docs:
            continue
        others = [doc for other in scope.groups if other != group for doc in other if doc in allowed]
        own = evidence._replace(
            question=_with_year(evidence.question, at, len(scope.groups)),
            passages=find(evidence.question, docs),
            rows=[row for row in evidence.rows if row.id in docs],
            beside=tuple(others[:NEAREST]),
        )
        drafted = _draft(own, cites)
        statements += [s for s in drafted.statements if s not in statements]
        kind = kind or drafted.kind
        reason = reason or drafted.reason
        if drafted.statements:
            confidence = min(confidence, drafted.confidence)
    answering = {statement.doc for statement in statements}
    silent = [doc for group in scope.groups if not answering & set(group) for doc in group if doc in allowed]
    if statements and silent:
        names = "; ".join(document_label(evidence.store.document(doc)) for doc in silent[:NEAREST])
        reason = f"Chưa thấy nội dung này trong: {names}."
    return Drafted(tuple(statements), reason, kind, confidence=confidence)


def _with_year(question: Question, at: int, groups: int) -> Question:
    """Leave to each of the documents compared its own year: "của tỉnh đến 2030 và của xã năm 2026"."""
    years = re.findall(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/])", question.text)
    if groups != len(years) or len(set(years)) == 1 or not set(question.years) <= set(years):
        return question
    return question._replace(years=(years[at],))


_TITLE_SAYS, _TITLE_BEHIND = 0.3, 0.15
"""Share of the topic that the title of a compared document says, and how far behind the best it may be."""


def _on_subject(evidence: Evidence, rows: Sequence[StoredDocument]) -> list[str]:
    """Of the documents of a level keep those whose titles say the subject, where some do."""
    least = _TITLE_SAYS - _TITLE_BEHIND
    said = {row.id: evidence.topic.recall(row.title or "", least) for row in rows}
    best = max(said.values(), default=0.0)
    if best < _TITLE_SAYS:
        return list(said)
    return [doc for doc, recall in said.items() if recall >= best - _TITLE_BEHIND]


def make_topic(question: Question, scope: Scope, store: Store) -> Topic:
    """Return what is asked about, without the names of documents and with abbreviations written out."""
    text = topic_text(question, scope)
    engine = store.engine
    rarity = rarity_of(engine.frequency, engine.counts().passages, question.plain)
    return Topic(text, expand(text, plain=question.plain), question.plain, rarity)


#: "Mức chi theo văn bản nào" may be said by a sentence; on what a plan is based its preamble says, or nothing.
_A_PLANS_BASIS = re.compile(
    r"^(?!.*(?:muc|che do|dinh muc|gia|phi|le phi|tro cap|phu cap|quy trinh|mau)(?![a-z]).*(?:theo|tai|ap dung))"
)
_ABSENT = {
    "effect": "ngày có hiệu lực",
    "replaces": "văn bản bị thay thế",
    "signer": "người ký",
    "issued": "số và ngày ban hành",
    "basis": "căn cứ ban hành",
}
"""What a document states of itself, in the words that tell that it does not."""


def _draft(evidence: Evidence, cites: Citations) -> Drafted:
    kinds = evidence.question.kinds
    makers: list[Callable[[Evidence, Citations], Drafted]] = []
    for kind in kinds:
        maker = answer_documents.MAKERS.get(kind)
        if maker is not None and maker not in makers:
            makers.append(maker)
    if "due" in kinds:
        makers.append(due_tasks)
    elif "unit_tasks" in kinds:
        makers.append(answer_tasks.tasks_of_unit)
    elif "coordinate" in kinds:
        makers.append(answer_tasks.partners)
    if any(kind in TASK_KINDS for kind in kinds):
        makers.append(answer_tasks.task_facts)
    if not any(
        kind in ("contact", "person", "signer", "issued", "replaces", "due")
        or (kind == "basis" and _A_PLANS_BASIS.search(bare(evidence.question.text)))
        for kind in kinds
    ):
        makers.append(answer_sentences.best_sentences)
    reason = None
    statements: list[Statement] = []
    first: str | None = None
    confidence = 1.0
    remarks: list[str] = []
    # "Có hiệu lực khi nào và thay thế văn bản nào": each half by itself, what is not stated said to be so.
    asked = [kind for kind in kinds if kind in _ABSENT]
    halves = {answer_documents.MAKERS[kind]: kind for kind in asked} if len(asked) > 1 else {}
    silent: list[str] = []
    ended: Drafted | None = None
    for maker in makers:
        if statements and maker is answer_sentences.best_sentences:
            break
        if ended is not None and maker not in halves and not statements:
            return ended
        drafted = maker(evidence, cites)
        if drafted.statements:
            # "Ai ký, có hiệu lực từ ngày nào": every fact that is asked for, in the order of asking.
            statements += [statement for statement in drafted.statements if statement not in statements]
            first = first or drafted.kind
            confidence = min(confidence, drafted.confidence)
            remarks += [drafted.remark] if drafted.remark else []
        elif maker in halves and drafted.reason != NOT_HELD:
            silent.append(_ABSENT[halves[maker]])
            ended = ended or (drafted if drafted.final else None)
        elif drafted.final and not statements:
            if kinds == ("signer",) and drafted.reason == NOT_HELD:
                # "Ai ký giấy xin lỗi" is asked of a piece of work, not of a document.
                said = answer_sentences.best_sentences(evidence, cites)
                return said if said.statements else drafted
            work = kinds == ("issued",) and not _A_DOCUMENT.search(bare(evidence.question.text))
            if work and drafted.reason == NOT_HELD:
                # "Hướng dẫn kẻ vạch ban hành khi nào" may ask when work is to be done.
                by_when = evidence._replace(question=evidence.question._replace(kinds=("deadline",)))
                due = answer_tasks.task_facts(by_when, cites)
                return due if due.statements else drafted
            return drafted
        reason = reason or drafted.reason
    if ended is not None and not statements:
        return ended
    if statements and silent:
        named = document_label(evidence.store.document(statements[0].doc))
        remarks.append(f"{named} không nêu {' và '.join(silent)}.")
    remark = " ".join(remarks) or None
    return Drafted(tuple(statements), reason, first, confidence=confidence, remark=remark)


def _answered(question: Question, drafted: Drafted, cites: Citations, store: Store, scope: Scope) -> Answer:
    groups: list[AnswerGroup] = []
    lines: list[str] = []
    for statement in drafted.statements:
        marks = "".join(f"[{n}]" for n in dict.fromkeys(n for piece in statement.pieces for n in piece.cites))
        facts = "; ".join(_worded(piece) for piece in statement.pieces)
        where = ", ".join(filter(None, (document_label(store.document(statement.doc)), statement.heading)))
        lines.append(f"{facts} {marks} — {where}" if statement.labelled else f"{facts} {marks}")
        groups.append(AnswerGroup(statement.doc, statement.heading, statement.pieces))
    documents = list(dict.fromkeys(statement.doc for statement in drafted.statements))
    return Answer(
        question=question.text,
        answered=True,
        answer="\n".join(lines),
        reason=_remark(question, drafted, scope, documents),
        citations=cites.all(),
        kind=drafted.kind,
        groups=tuple(groups),
        notices=_notices(documents, store),
        confidence=round(min(1.0, max(0.0, drafted.confidence)), 3),
    )


def _worded(piece: AnswerPiece) -> str:
    return f"{piece.label}: {piece.value}" if piece.label else piece.value


def _remark(question: Question, drafted: Drafted, scope: Scope, documents: Sequence[str]) -> str | None:
    """Say which documents asked about are silent, which reading was taken, or that the match is loose."""
    if len(scope.groups) > 1 and drafted.reason and drafted.reason.startswith("Chưa thấy"):
        return drafted.reason
    remarks = [drafted.remark] if drafted.remark else []
    if scope.names and len(documents) > 1:
        names = ", ".join(_as_typed(question, scope.names))
        remarks.append(f"Trả lời trong phạm vi các văn bản ứng với: {names}.")
    elif drafted.confidence < SURE:
        remarks.append("Văn bản chỉ khớp một phần với câu hỏi; hãy mở trích dẫn để đối chiếu trước khi dùng.")
    return " ".join(remarks) or None


def _notices(documents: Sequence[str], store: Store) -> tuple[DocumentNotice, ...]:
    return tuple(
        DocumentNotice(doc, notice.code, notice.message)
        for doc in documents
        for notice in store.row(doc).notices
    )


def _refused(
    question: Question,
    reason: str,
    found: Sequence[tuple[StoredPassage, float]],
    store: Store,
    refusal: str,
) -> Answer:
    cites = Citations(store)
    for passage, _ in found[:NEAREST]:
        cites.cite(passage.doc, passage.span)
    documents = list(dict.fromkeys(passage.doc for passage, _ in found[:NEAREST]))
    return Answer(
        question=question.text,
        answered=False,
        answer=None,
        reason=reason,
        citations=cites.all(),
        notices=_notices(documents, store),
        refusal=refusal,
    )


_LEVEL_BEFORE = re.compile(r"(?<![a-z])(?:xa|phuong|tinh|thanh pho|tp|dac khu|huyen|quan) $")


def _as_typed(question: Question, names: Sequence[str]) -> list[str]:
    """Return the names that limit an answer as the question has them, each once, the longest for its place.

    A long form of what the question abbreviates is not shown beside it: nobody typed it.
    """
    flat = bare(question.text)
    found: list[tuple[int, int]] = []
    other: list[str] = []
    for name in names:
        words = r"[\W_]+".join(map(re.escape, re.findall(r"[a-z0-9]+", bare(name))))
        match = re.search(rf"(?<![a-z0-9]){words}(?![a-z0-9])", flat) if words else None
        if match is None:
            other.append(name)
        else:
            level = _LEVEL_BEFORE.search(flat[: match.start()])
            found.append((level.start() if level else match.start(), match.end()))
    # "xã" right before "Đông Hòa" is part of the same name.
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    typed = [question.text[start:end] for start, end in joined]
    return list(dict.fromkeys(typed or other))


def _plain_reason(question: Question, scope: Scope) -> str:
    names = _as_typed(question, scope.names) if scope.names else []
    where = f" trong các văn bản ứng với “{', '.join(names)}”" if names else ""
    asked = asked_about(question, names)
    about = f" về “{asked}”" if asked else ""
    return f"Không có trong kho: không thấy văn bản nào nêu nội dung{about}{where}. Các đoạn gần nhất được dẫn bên dưới."


def _missing(question: Question, scope: Scope, store: Store) -> Answer:
    """Refuse a question about a document that the index only cites, or does not know at all."""
    cites = Citations(store)
    named = ", ".join(f"“{name}”" for name in scope.missing)
    for doc in scope.cited_by[:NEAREST]:
        for held in store.references(doc=doc):
            if held.reference.symbol in scope.missing:
                cites.cite(doc, held.reference.span)
                break
    if scope.cited_by:
        titles = ", ".join(
            dict.fromkeys(document_label(store.document(doc)) for doc in scope.cited_by[:NEAREST])
        )
        reason = (
            f"Không có trong kho: chưa có toàn văn {named}. Văn bản này chỉ được viện dẫn trong {titles}; "
            "nội dung của nó không thể trả lời từ văn bản viện dẫn."
        )
    else:
        reason = f"Không có trong kho: không có văn bản nào của hoặc mang tên {named}."
    return Answer(question.text, False, None, reason, cites.all(), refusal="missing_document")
