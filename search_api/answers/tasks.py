"""Answers from tasks: who leads, coordinates, directs; by when; what a unit has to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from indexer.assignments import read_assignment
from indexer.clean import bare, collapse
from indexer.deadlines import find_deadlines
from indexer.passages import section_titles
from indexer.records import Document, Mention, Span, Task
from indexer.store import StoredDocument
from indexer.units import canonical_unit
from search_api.answers.citing import Citations, blocks_within, section_at, trimmed
from search_api.answers.draft import Drafted, Evidence, Statement, document_label, shortened
from search_api.answers.marks import list_mark, without_mark
from search_api.answers.owner import BODY, of_sort, sort_asked
from search_api.answers.plans import plan_leads
from search_api.answers.referred import given_by_number
from search_api.answers.sentences import (
    ACTOR,
    OFTEN,
    Weights,
    begins_only,
    frame_of,
    lead_of_best,
    leads,
    more_probable,
    sayings,
    sentence_around,
    stated,
)
from search_api.answers.wanted import tells
from search_api.questions.coverage import Topic
from search_api.questions.question import Question, asks_for_a_day, asks_for_an_end, asks_how_often
from search_api.schemas import AnswerPiece

_LOOK_AT = 40
"""Passages whose tasks are weighed."""
_SAME_DOC, _OTHER_DOC = 0.93, 0.85
"""How near to the best task another must come to be shown beside it."""
_AS_SURE = 0.25
"""How near to the confidence of the best task another must come to be shown beside it."""
_SAID_WHOLE = 0.95
_NO_DAY = 1.2
"""What it takes off the odds (in logarithms) that a day is asked for and work goes on ("thường xuyên")."""
_RELATED = 0.3
"""Share of the topic below which a task has nothing to do with it."""
_SPOKEN_OF = 0.55
"""Share of the topic that a task must say before a refusal names it as the one that lacks the fact."""
_BETTER = 0.1
"""By how much more probable a sentence must be the answer than the best task."""
_LED = 1.15
"""By what the work counts more whose lead the question names, where those beside it are asked for."""
_PER_DOC, _ALL = 3, 8
_MOST_LISTED = 40
_MOST_ITEMS, _ITEM_WORDS = 12, 90
_FEW, _MOST_READ = 20, 40
"""Up to so many documents in scope are all read for the work of a unit; of more, so many of those that name it."""

_LABELS = {
    "lead": "Chủ trì",
    "coordinate": "Phối hợp",
    "direct": "Chỉ đạo",
    "implement": "Thực hiện",
    "deadline": "Thời hạn",
    "product": "Sản phẩm",
    "funding": "Kinh phí",
    "report": "Báo cáo",
}
_ABSENT = {
    "lead": "đơn vị chủ trì",
    "coordinate": "đơn vị phối hợp",
    "direct": "cơ quan chỉ đạo",
    "deadline": "thời hạn",
    "product": "sản phẩm",
    "funding": "nguồn kinh phí",
    "report": "nơi nhận báo cáo",
}


class _Weighed(NamedTuple):
    score: float
    recall: float
    confidence: float
    document: Document
    task: Task
    own: Span
    """What is the task's own of its block: up to the next item of its kind, where one stands in it."""


def weigh_tasks(evidence: Evidence) -> list[_Weighed]:
    """Rank the tasks that the passages found belong to, best first."""
    best: dict[tuple[str, str], _Weighed] = {}
    titles: dict[str, list[str]] = {}
    documents: dict[str, Document] = {}
    gap = lead_of_best(evidence)
    first = evidence.passages[0][1] if evidence.passages else 0.0
    for rank, (passage, score) in enumerate(evidence.passages[:_LOOK_AT]):
        if passage.doc not in documents:
            documents[passage.doc] = evidence.store.document(passage.doc)
            titles[passage.doc] = section_titles(documents[passage.doc].outline)
        document, paths = documents[passage.doc], titles[passage.doc]
        for task in document.tasks:
            if not task.block.overlaps(passage.span):
                continue
            own = own_part(document, task)
            if not own.overlaps(passage.span):
                continue
            key = (document.id, task.id)
            if key in best and best[key].score >= score + 2:
                continue
            weighed = _weigh(evidence, document, task, own, paths, score)
            weighed = weighed._replace(
                confidence=WEIGHTS.probability(
                    recall=weighed.recall,
                    focus=evidence.topic.match(task.span.of(document.text)).focus,
                    behind=min(1.0, first - score),
                    gap=gap if rank == 0 else -gap,
                    held=float(_has_asked(task, own, evidence.question)),
                    scoped=evidence.scoped,
                )
            )
            if key not in best or weighed.score > best[key].score:
                best[key] = weighed
    ahead = leads([(w.document.id, w.own, w.recall) for w in best.values()])
    sort = sort_asked(evidence.question.text, evidence.question.plain)
    weighed_all = [
        w._replace(
            confidence=more_probable(
                WEIGHTS.leading(w.confidence, lead), _by_sort(w.task, evidence.question.kinds, sort)
            )
        )
        for w, lead in zip(best.values(), ahead, strict=True)
    ]
    return sorted(weighed_all, key=lambda w: (-w.score, w.document.id, w.task.span.start))


WEIGHTS = Weights(recall=3.45, focus=1.8, behind=-2.5, gap=3.3, held=2.0, scoped=0.7, lead=3.0, constant=-5.8)
"""Fitted like those of the sentences; ``held`` sets the tasks that state what is asked for before the others."""


def _weigh(
    evidence: Evidence, document: Document, task: Task, own: Span, paths: Sequence[str], score: float
) -> _Weighed:
    topic = evidence.topic
    section = section_at(document, task.span.start)
    path = paths[section] if section >= 0 else ""
    head = topic.match(f"{path}\n{task.span.of(document.text)}")
    said = topic.match(task.span.of(document.text))
    frame = frame_of(document)
    words = f"{path}\n{_without_answers(document, task, own, evidence.question.kinds)}"
    whole = topic.match(words).recall
    named = topic.match(f"{frame}\n{words}").recall
    recall = (whole + named) / 2
    total = 0.40 * recall + 0.25 * head.recall + 0.10 * said.focus + 0.25 * score
    return _Weighed(total, recall, 0.0, document, task, own)


def _without_answers(document: Document, task: Task, own: Span, kinds: Sequence[str]) -> str:
    """Return the words of a task without those that would answer: a question does not ask what it says.

    "Ai bổ nhiệm giám đốc Sở?" is not answered by a task that the giám đốc Sở leads.
    """
    text = document.text
    spans = sorted(
        (m.span.start, m.span.end)
        for kind in kinds
        if kind in ("lead", "coordinate", "direct")
        for m in _mentions(task, kind)
    )
    parts: list[str] = []
    at = own.start
    for start, end in spans:
        if at <= start and end <= own.end:
            parts.append(text[at:start])
            at = end
    return " … ".join([*parts, text[at : own.end]])


def _by_sort(task: Task, kinds: Sequence[str], sort: str | None) -> float:
    """Say by how much it speaks for a task that it names a body of the sort asked for ("sở nào"), or against it."""
    roles = [kind for kind in kinds if kind in ("lead", "coordinate")]
    bodies = [mention.text for role in roles for mention in _mentions(task, role)]
    return max((of_sort(sort, body) for body in bodies), default=0.0) if sort else 0.0


def own_part(document: Document, task: Task) -> Span:
    """Return the block of a task up to the next item with the same kind of mark, which is not its own.

    A list whose marks were not read as one outline leaves a task with the items after it.
    """
    inside = blocks_within(document, task.block)
    if not inside or inside[0].span.start > task.span.start or inside[0].kind in ("row", "bullet"):
        return task.block
    mark = list_mark(document.text, inside[0])
    if not mark:
        return task.block
    for block in inside[1:]:
        if list_mark(document.text, block) == mark:
            return Span(task.block.start, block.span.start)
    return task.block


def _mentions(task: Task, kind: str) -> tuple[Mention, ...]:
    if kind == "lead":
        # "Trách nhiệm chỉ đạo" is what a Party plan gives in place of a lead.
        return task.lead
    if kind == "coordinate":
        return task.coordinating
    if kind == "direct":
        return task.directing
    if kind == "implement":
        return task.implementing
    if kind == "product":
        return task.products
    if kind == "funding":
        return (task.funding,) if task.funding else ()
    if kind == "report":
        return (task.report_to,) if task.report_to else ()
    if kind == "deadline" and task.deadline.raw and task.deadline_span:
        return (Mention(task.deadline.raw, task.deadline_span),)
    return ()


def _shown_kinds(task: Task, kinds: Sequence[str]) -> list[str]:
    """The kinds asked for, each replaced by what the task has in its place, then who else and when."""
    shown: list[str] = []
    for kind in kinds:
        if kind == "lead" and not task.lead:
            shown += [k for k in ("direct", "implement") if _mentions(task, k)]
        elif kind == "direct" and not task.directing and task.lead:
            shown.append("lead")
        else:
            shown.append(kind)
    for extra in ("lead", "direct", "implement", "coordinate", "deadline"):
        if extra not in shown and _mentions(task, extra):
            shown.append(extra)
    return shown


def _has_asked(task: Task, own: Span, question: Question) -> bool:
    """Say whether a task states what is asked for, or what stands in its place."""
    asked = canonical_unit(question.text)

    def has(kind: str) -> bool:
        return any(own.covers(m.span) or not task.block.covers(m.span) for m in _mentions(task, kind))

    def instead(kind: str) -> bool:
        # "Thứ trưởng nào chỉ đạo Vụ A" is not answered by Vụ A.
        return has(kind) and not any(_names(asked, m.text) for m in _mentions(task, kind))

    kinds = question.kinds
    if "report" in kinds:
        return has("report")
    part = _PART_ASKED.search(bare(question.text))
    for kind in kinds:
        if part and kind == "lead" and task.lead and all(_names(asked, m.text) for m in task.lead):
            continue  # "Sở A cử phòng nào" is not answered by Sở A
        if kind == "deadline" and asks_how_often(question.text):
            # "Bao lâu một lần" is not answered by the day on which it ends.
            if OFTEN.search(task.deadline.raw or ""):
                return True
            continue
        if has(kind):
            return True
        if kind == "lead" and (instead("direct") or instead("implement")):
            return True
        if kind == "direct" and instead("lead"):
            return True
        if kind == "deadline" and task.deadline_inherited:
            return True
    return False


_PART_ASKED = re.compile(
    r"(?<![a-z])(?:phong|bo phan|chi cuc|trung tam|vu|doi|to|khoa)(?: chuyen mon)? nao(?![a-z])"
)


def _state(document: Document, task: Task, kinds: Sequence[str], cites: Citations) -> Statement:
    pieces: list[AnswerPiece] = []
    for kind in _shown_kinds(task, kinds):
        mentions = _mentions(task, kind)
        if kind == "deadline" and "report" in kinds:
            # "Báo cáo ai, trước ngày nào" asks when the report is due, not the work.
            mentions = _due_beside(document, task, _mentions(task, "report")) or mentions
        elif kind == "deadline" and "deadline" in kinds:
            # "Đợt 1 xong trước …, đợt 2 xong trước …": all days of the sentence.
            mentions = _due_beside(document, task, mentions) or mentions
        if kind == "report" and mentions:
            mentions = _sent_to(document, task, mentions)
        if not mentions:
            continue
        number = cites.cite(
            document.id, _line_of(document, task, mentions), [mention.span for mention in mentions]
        )
        value = "; ".join(mention.text for mention in mentions)
        pieces.append(AnswerPiece(_LABELS[kind], value, (number,)))
    name = task.title or task.span.of(document.text)
    number = cites.cite(document.id, task.span)
    if pieces and number not in pieces[0].cites:
        pieces[0] = AnswerPiece(pieces[0].label, pieces[0].value, (*pieces[0].cites, number))
    heading = f"nhiệm vụ “{shortened(name)}”"
    return Statement(document.id, heading, tuple(pieces))


_SENT = re.compile(r"(?<!\w)gửi (?:về |cho |đến |tới )?(?=[A-ZĐÀ-Ỹ])")
_NAME_ENDS = re.compile(r"\s*[(,.;:]|\s+(?:để|trước|và (?:báo cáo|gửi)|tổng hợp|theo|chậm nhất)(?!\w)")


def _sent_to(document: Document, task: Task, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Add to who gets a report at last whom it is sent to first: "gửi về Sở A để tổng hợp, báo cáo UBND"."""
    line = _line_of(document, task, mentions)
    words = line.of(document.text)
    for match in _SENT.finditer(words):
        ends = _NAME_ENDS.search(words, match.end())
        span = Span(line.start + match.end(), line.start + (ends.start() if ends else len(words)))
        name = collapse(span.of(document.text))
        if not BODY.match(name) or span.end > mentions[0].span.start or len(name.split()) > _LONGEST_NAME:
            continue
        return (Mention(name, span), *mentions)
    return tuple(mentions)


_LONGEST_NAME = 12


def _due_beside(document: Document, task: Task, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the deadlines that stand in the sentence of a fact."""
    if not mentions:
        return ()
    around = _line_of(document, task, mentions)
    found = [span for span, _ in find_deadlines(around.of(document.text))]
    spans = [Span(around.start + span.start, around.start + span.end) for span in found]
    return tuple(Mention(collapse(span.of(document.text)), span) for span in spans)


def _line_of(document: Document, task: Task, mentions: Sequence[Mention]) -> Span:
    """Return the span to quote for a fact: the labelled lines of the task, or its sentence."""
    first = min(mention.span.start for mention in mentions)
    last = max(mention.span.end for mention in mentions)
    labels = [
        block.span
        for block in document.blocks
        if block.kind == "label" and task.block.covers(block.span) and block.label not in ("goal", None)
    ]
    if any(label.start <= first and last <= label.end for label in labels):
        return Span(labels[0].start, labels[-1].end)
    for block in document.blocks:
        if block.span.start <= first and last <= block.span.end:
            return sentence_around(document.text, block.span, first, last)
    return Span(min(task.span.start, first), max(task.span.end, last))


def task_facts(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer who leads, who coordinates, by when … from the tasks on the topic."""
    kinds = [kind for kind in evidence.question.kinds if kind in _LABELS]
    ranked = weigh_tasks(evidence)
    if evidence.topic.empty and not evidence.scoped:
        return Drafted((), "Câu hỏi chưa nói rõ việc gì. Hãy nêu thêm nội dung nhiệm vụ cần hỏi.")
    good = [w for w in ranked if w.recall >= _RELATED]
    whole = plan_leads(evidence) if "lead" in kinds else []
    with_fact = [w for w in good if _has_asked(w.task, w.own, evidence.question)]
    if kinds == ["deadline"]:
        # "Khởi công ngày nào" is not answered by the day on which the site is handed over.
        with_fact = [w for w in with_fact if tells(evidence.question.text, w.own.of(w.document.text))]
    if "deadline" in kinds and asks_for_a_day(evidence.question.text):
        with_fact = [
            w
            if re.search(r"\d|[IVX]", w.task.deadline.raw or "1")
            else w._replace(confidence=more_probable(w.confidence, -_NO_DAY))
            for w in with_fact
        ]
    if "deadline" in kinds and asks_for_an_end(evidence.question.text):
        with_fact = [
            w._replace(confidence=more_probable(w.confidence, -_NO_DAY))
            if begins_only(w.task.deadline.raw or "")
            else w
            for w in with_fact
        ]
    if "coordinate" in kinds:
        asked = canonical_unit(evidence.question.text)
        with_fact = [
            # "Công an tỉnh phối hợp sở nào": the work that the unit leads.
            w._replace(confidence=more_probable(w.confidence, ACTOR), score=w.score * _LED)
            if any(_names(asked, m.text) for m in w.task.lead)
            else w
            for w in with_fact
        ]
        with_fact.sort(key=lambda w: -w.score)
    if not with_fact:
        if whole:
            return Drafted(tuple(_state(d, t, kinds, cites) for d, t in whole), kind="lead")
        if good and good[0].recall >= _SPOKEN_OF and not evidence.topic.empty:
            return _given_by_number(good[0], kinds, cites) or _not_stated(good[0], kinds)
        return Drafted(())
    # A nearer task that does not state the fact must not be answered by a farther one.
    again = [w for w in with_fact if w.document.id == good[0].document.id and _same_work(w, good[0])]
    if again and not _has_asked(good[0].task, good[0].own, evidence.question):
        sure = WEIGHTS.stating(good[0].confidence)
        with_fact = [w._replace(confidence=max(w.confidence, sure)) for w in again]
        # the table at the end of a plan tells the work of its body again, in short
    elif good[0].score > with_fact[0].score * 1.12 and good[0].document.id == with_fact[0].document.id:
        return _given_by_number(good[0], kinds, cites) or _not_stated(good[0], kinds)
    named = {row.id for row in evidence.rows} if evidence.scoped and len(evidence.rows) <= _PER_DOC else set()
    chosen = _choose(with_fact, named)
    if not whole:
        if chosen[0].confidence < evidence.settings.least:
            return Drafted(())
        surer = chosen[0].confidence + _BETTER < 1
        said = sayings(evidence, evidence.question.kinds) if surer else []
        if said and said[0].confidence > chosen[0].confidence + _BETTER:
            # A sentence that says more of the topic and the fact answers before a task beside it.
            return Drafted(())
    rest = _said_in(evidence, chosen[0], cites) if not whole else ()
    facts = [*whole, *((w.document, w.task) for w in chosen)]
    shown = {(document.id, task.id): (document, task) for document, task in facts}
    statements = tuple(_state(d, t, kinds, cites) for d, t in list(shown.values())[:_ALL])
    remark = None
    if not rest and not whole and asks_more(evidence.question.text, len(kinds)):
        rest = _told(chosen[0], cites)
    if not rest and not whole and len(shown) == 1:
        rest, remark = _other_half(evidence, chosen[0], statements[0], kinds, cites)
    sure = 1.0 if whole else chosen[0].confidence
    return Drafted((*statements, *rest), kind=kinds[0], confidence=sure, remark=remark)


def asks_more(question: str, kinds: int) -> bool:
    """Say whether a question has clauses of asking beyond the kinds of fact read: "đặt ở ấp nào, bao giờ xong"."""
    clauses = re.split(r"[,;:?]| (?:va|voi) ", bare(question))
    return sum(bool(_ASKS.search(clause)) for clause in clauses) > kinds


_ASKS = re.compile(
    r"(?<![a-z])(?:ai|nao|gi|may|bao nhieu|bao gio|bao lau|dau|the nao|ra sao)(?! nua)(?![a-z])"
)
_MOST_TOLD = 700
"""Characters up to which a task is quoted whole for what else is asked of it."""


def _told(weighed: _Weighed, cites: Citations) -> tuple[Statement, ...]:
    """Quote a task whole where it is short: what else is asked of it, no record holds."""
    document, span = weighed.document, trimmed(weighed.document.text, weighed.own)
    if span.end - span.start > _MOST_TOLD:
        return ()
    number = cites.cite(document.id, span)
    return (
        Statement(document.id, "", (AnswerPiece("", f"“{collapse(span.of(document.text))}”", (number,)),)),
    )


_STANDS_FOR = {"lead": ("lead", "direct", "implement"), "direct": ("direct", "lead")}
"""By kind asked for, the facts that are shown in its place."""
_SURELY = 0.5
"""Confidence that a sentence elsewhere in the document needs to give the half that a task leaves out."""


def _other_half(
    evidence: Evidence, weighed: _Weighed, shown: Statement, kinds: Sequence[str], cites: Citations
) -> tuple[tuple[Statement, ...], str | None]:
    """Look in the document for what is asked beside the facts of a task, or say that it is not stated."""
    labels = {piece.label for piece in shown.pieces}
    absent = [
        kind
        for kind in kinds
        if not any(_LABELS[shown_kind] in labels for shown_kind in _STANDS_FOR.get(kind, (kind,)))
        and not (kind == "deadline" and weighed.task.deadline_inherited)
    ]
    if not absent or len(absent) == len(kinds):
        return (), None
    document = weighed.document
    own = evidence._replace(passages=[(p, s) for p, s in evidence.passages if p.doc == document.id])
    found: list[Statement] = []
    left: list[str] = []
    for kind in absent:
        said = sayings(own, [kind])
        if said and said[0].confidence >= _SURELY:
            found.append(stated(said[0], cites))
        else:
            left.append(_ABSENT[kind])
    remark = f"{document_label(document)} không nêu {' và '.join(left)} của việc này." if left else None
    return tuple(found), remark


def _same_work(short: _Weighed, long: _Weighed) -> bool:
    """Say whether a task tells again, in fewer words, the work of another of its document."""
    if short.task.id == long.task.id:
        return False
    text = short.document.text
    words = Topic(short.task.title or short.task.span.of(text), (), plain=False)
    content = sum(words.content)
    return content >= _LEAST_WORDS and words.match(long.task.block.of(text)).recall >= _TOLD_AGAIN


_LEAST_WORDS, _TOLD_AGAIN = 4, 0.9
"""Words of content that a short form must have, and the share of them that the long form must say."""


def _said_in(evidence: Evidence, weighed: _Weighed, cites: Citations) -> tuple[Statement, ...]:
    """Quote from the best task what else the question asks and its record does not hold: "mấy lớp, ai chủ trì"."""
    held = [kind for kind in evidence.question.kinds if _mentions(weighed.task, kind)]
    rest = [kind for kind in evidence.question.kinds if kind not in held and kind in (*_LABELS, "target")]
    if not rest or not held:
        return ()
    inside = [
        said
        for said in sayings(evidence, rest, [weighed.own])
        if said.document.id == weighed.document.id and weighed.own.covers(said.sentence)
    ]
    return (stated(inside[0], cites),) if inside else ()


def _not_stated(weighed: _Weighed, kinds: Sequence[str]) -> Drafted:
    absent = " và ".join(_ABSENT.get(kind, "thông tin này") for kind in kinds)
    name = shortened(weighed.task.title or weighed.task.span.of(weighed.document.text), 16)
    return Drafted(
        (),
        f"Không có trong kho: {document_label(weighed.document)} không nêu {absent} của nhiệm vụ “{name}”.",
    )


def _given_by_number(weighed: _Weighed, kinds: Sequence[str], cites: Citations) -> Drafted | None:
    """Quote the item that gives somebody the work by the number of its section."""
    document = weighed.document
    item = given_by_number(document, weighed.task.span, kinds[0])
    if item is None:
        return None
    numbers = (cites.cite(document.id, item), cites.cite(document.id, weighed.task.span))
    piece = AnswerPiece("", f"“{collapse(item.of(document.text))}”", numbers)
    heading = f"nhiệm vụ “{shortened(weighed.task.title or weighed.task.span.of(document.text))}”"
    return Drafted((Statement(document.id, heading, (piece,)),), kind=kinds[0], confidence=weighed.confidence)


def _choose(ranked: Sequence[_Weighed], named: set[str]) -> list[_Weighed]:
    """Take the best tasks: the near ones of every document, and the best of each document ``named``."""
    ranked = sorted(ranked, key=lambda w: -w.confidence)
    best = ranked[0]
    chosen: list[_Weighed] = []
    per_doc: dict[str, float] = {}
    for weighed in ranked:
        doc = weighed.document.id
        top = per_doc.setdefault(doc, weighed.score)
        # A short topic is said whole by tasks of many plans: each plan then answers with its best.
        answers = doc in named or weighed.score >= _OTHER_DOC * best.score or weighed.recall >= _SAID_WHOLE
        near = answers and weighed.score >= _SAME_DOC * top
        near = near and (doc in named or weighed.confidence >= _AS_SURE * best.confidence)
        if near and sum(c.document.id == doc for c in chosen) < _PER_DOC:
            chosen.append(weighed)
    return chosen[:_ALL]


def tasks_of_unit(evidence: Evidence, cites: Citations) -> Drafted:
    """List what a unit that the question names has to do, by role."""
    asked = _asked_units(evidence.question)
    flat = bare(evidence.question.text)
    kinds = ["lead", "direct", "implement", "coordinate"]
    if "phoi hop" in flat:
        kinds = ["coordinate"]
    elif "chu tri" in flat:
        kinds = ["lead"]
    ranked: list[tuple[float, Statement]] = []
    topic = evidence.topic
    for row in _rows_of_unit(evidence, asked):
        document = evidence.store.document(row.id)
        paths = section_titles(document.outline)
        told: list[Span] = []
        for task in document.tasks:
            roles = []
            for kind in kinds:
                named = [m for m in _mentions(task, kind) if _names(asked, m.text)]
                if named:
                    roles.append((kind, named))
            if not roles:
                continue
            told += [task.span, *(_line_of(document, task, named) for _, named in roles)]
            pieces = []
            name = shortened(task.title or task.span.of(document.text), 40)
            bearer = canonical_unit(_OF_UNIT.sub("", name))
            if any(bearer == canonical_unit(m.text) for _, named in roles for m in named):
                pieces = _items_under(document, task.span, task.block, cites)
                roles = [] if pieces else roles
            for kind, named in roles:
                line = _line_of(document, task, named)
                number = cites.cite(document.id, line, [m.span for m in named])
                heading = cites.cite(document.id, task.span)
                value = f"{named[0].text} — “{name}”"
                if not line.overlaps(task.span) and not _in_labels(document, line):
                    # The heading names the work, a sentence under it what this unit does of it.
                    value += f": “{collapse(line.of(document.text)).strip(' -+')}”"
                pieces.append(AnswerPiece(_LABELS[kind], value, (number, heading)))
            if task.deadline.raw and task.deadline_span:
                due = _mentions(task, "deadline")
                number = cites.cite(document.id, _line_of(document, task, due), [task.deadline_span])
                pieces.append(AnswerPiece(_LABELS["deadline"], task.deadline.raw, (number,)))
            section = section_at(document, task.span.start)
            words = (
                f"{row.title or ''}\n{paths[section] if section >= 0 else ''}\n{task.block.of(document.text)}"
            )
            said = 1.0 if topic.empty else topic.match(words).recall
            ranked.append((said, Statement(document.id, "", tuple(pieces))))
        if len(kinds) > 1:
            for span, section in _sentences_of_unit(document, asked):
                if any(span.overlaps(other) for other in told):
                    continue
                path = paths[section] if section >= 0 else ""
                words = f"{row.title or ''}\n{path}\n{span.of(document.text)}"
                said = 1.0 if topic.empty else topic.match(words).recall
                bearer = canonical_unit(_OF_UNIT.sub("", without_mark(collapse(span.of(document.text)))))
                under = (
                    _items_under(document, span, span, cites) if f" {bearer} " in f" {asked} " else []
                )  # a heading that names the unit and no work
                piece = AnswerPiece(
                    "", f"“{collapse(span.of(document.text)).strip(' -+')}”", (cites.cite(document.id, span),)
                )
                ranked.append((said, Statement(document.id, "", tuple(under) or (piece,))))
    # Words of the question beside the unit ("… về phòng cháy") narrow the list where some task says them.
    best = max((said for said, _ in ranked), default=0.0)
    statements = [statement for said, statement in ranked if said >= 0.6 * best][:_MOST_LISTED]
    if not statements and topic.words:
        return Drafted(())
    return Drafted(tuple(statements), kind="unit_tasks", confidence=best)


_LEVEL_ASKED = re.compile(
    r"(?<![a-z])(?:(?:cac |cap |moi )(xa|phuong|so|huyen)"
    r"|(?:thi |^)(?:ubnd |uy ban nhan dan |chinh quyen )?(xa|phuong)(?: (?!phai|can|co|duoc|lam)[a-z]+){0,4})(?:,? phuong)?"
    r" (?:phai|can|co (?:trach nhiem|nhiem vu)|duoc giao|lam (?:gi|nhung))(?![a-z])"
)


def _asked_units(question: Question) -> str:
    """Return the question as units are compared; a level that it names ("các xã phải làm gì") by its bodies."""
    asked = canonical_unit(question.text)
    level = _LEVEL_ASKED.search(bare(question.text))
    if level and (level.group(1) or level.group(2)) in ("xa", "phuong"):
        asked += "".join(f" | {canonical_unit(body)}" for body in _COMMUNE_BODIES)
    for everyday, full in _EVERYDAY_UNITS:
        if full not in asked and re.search(rf"(?<![a-z]){everyday}(?![a-z])", asked):
            asked += f" | {re.sub(rf'(?<![a-z]){everyday}(?![a-z])', full, asked)}"
    return asked


_EVERYDAY_UNITS = (
    ("hoi phu nu", "hoi lien hiep phu nu"),
    ("mat tran(?: to quoc)?", "uy ban mat tran to quoc viet nam"),
    ("ban chi huy quan su|xa doi", "ban chi huy quan su"),
    ("doan thanh nien", "doan thanh nien cong san ho chi minh"),
    ("ban quan li du an", "ban quan li du an dau tu xay dung"),
    ("dai phat thanh", "dai phat thanh va truyen hinh"),
)
"""Units as they are spoken of, and the names that documents give them (both as units are compared)."""


_COMMUNE_BODIES = ("UBND các xã, phường", "UBND các xã", "UBND xã", "UBND cấp xã", "Các xã, phường")


def _sentences_of_unit(document: Document, asked: str) -> list[tuple[Span, int]]:
    """Return the sentences that begin with the name of a unit asked about, which nobody else is told to do."""
    found: list[tuple[Span, int]] = []
    text = document.text
    words = asked.split()
    pairs = "|".join(re.escape(f"{a} {b}") for a, b in pairwise(words))
    if not pairs:
        return []
    named = re.compile(rf"(?<= )(?:{pairs})(?= )")
    for block in document.blocks:
        if block.kind not in ("paragraph", "bullet", "heading"):
            continue
        body = block.body.of(text)
        for match in _SENTENCE.finditer(body):
            span = Span(block.body.start + match.start(), block.body.start + match.end())
            opening = f" {canonical_unit(' '.join(match.group().split()[:_OPENING]))} "
            if not named.search(opening):
                continue
            given = read_assignment(text, span)
            if given is not None and any(_names(asked, mention.text) for mention in given.lead):
                found.append((span, block.section))
    return found


_SENTENCE = re.compile(r"\S(?:[^.;]|[.;](?!\s))*[.;]?")
_OPENING = 12
"""Words in which a sentence names the unit that it is about."""


def _rows_of_unit(evidence: Evidence, asked: str) -> list[StoredDocument]:
    """Return the documents that may give work to the unit: few, else those that the records of tasks tell."""
    if len(evidence.rows) <= _FEW:
        return list(evidence.rows)
    names = {
        mention.text
        for w in weigh_tasks(evidence)
        for kind in ("lead", "direct", "implement", "coordinate")
        for mention in _mentions(w.task, kind)
        if _names(asked, mention.text)
    }
    found = [passage.doc for passage, _ in evidence.passages]
    if names:
        found += evidence.store.docs_of_units(sorted(names))
    wanted = set(list(dict.fromkeys(found))[:_MOST_READ])
    return [row for row in evidence.rows if row.id in wanted]


def partners(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer who works with a unit that the question names: the tasks it leads, with those that coordinate.

    For a question that asks no more than that ("ai phối hợp với công an xã?").
    """
    question = evidence.question
    asked = canonical_unit(question.text)
    match = _WITH_UNIT.search(asked)
    if match is None:
        return Drafted(())
    statements: list[Statement] = []
    named = False
    for row in _rows_of_unit(evidence, asked):
        document = evidence.store.document(row.id)
        for task in document.tasks:
            leads = [m for m in task.lead if _is_rest(match.group("unit"), m.text)]
            named = named or bool(leads)
            if leads and task.coordinating:
                statements.append(_state(document, task, ("coordinate",), cites))
    if statements:
        return Drafted(tuple(statements[:_MOST_LISTED]), kind="coordinate")
    if named:
        reason = "Không có trong kho: không nhiệm vụ nào do đơn vị này chủ trì ghi đơn vị phối hợp."
        return Drafted((), reason, final=True)
    return Drafted(())


_WITH_UNIT = re.compile(r"phoi hop (?:voi|cung) (?:cac )?(?P<unit>[^?.,;]+)")


def _is_rest(words: str, unit: str) -> bool:
    """Say whether words are a unit's name and nothing else but its place."""
    name = canonical_unit(unit)
    rest = words.strip()
    return len(name.split()) > 1 and rest.startswith(name) and len(rest[len(name) :].split()) <= _PLACE_WORDS


_PLACE_WORDS = 3


def _in_labels(document: Document, line: Span) -> bool:
    return any(b.kind in ("label", "row") and b.span.overlaps(line) for b in document.blocks)


def _items_under(document: Document, heading: Span, otherwise: Span, cites: Citations) -> list[AnswerPiece]:
    """Quote the items under a heading that only names the unit which does them."""
    section = section_at(document, heading.start)
    whole = document.outline[section].span if section >= 0 else otherwise
    inside = [
        block
        for block in document.blocks
        if whole.covers(block.span) and block.span.start > heading.start and block.kind != "heading"
    ]
    return [
        AnswerPiece(
            "",
            f"“{shortened(block.body.of(document.text), _ITEM_WORDS)}”",
            (cites.cite(document.id, block.span),),
        )
        for block in inside[:_MOST_ITEMS]
    ]


#: What stands before a unit in a heading that only names it: "Đề nghị Hội …", "Trách nhiệm của Sở …".
_OF_UNIT = re.compile(
    r"^(?:Đề nghị|Giao(?: cho)?|Đối với|Về phía|(?:Trách nhiệm|Nhiệm vụ)(?: của)?)\s+", re.IGNORECASE
)


#: A unit that is known by its letters alone: "CDC".
_LETTERS = re.compile(r"(?!UBND|HĐND|MTTQ)[A-ZĐ]{3,5}")


def _names(asked: str, unit: str) -> bool:
    """Say whether a question (canonical) names a unit: its whole name stands in it."""
    name = canonical_unit(unit)
    if name in _ANY_UNIT:
        return False
    if len(name.split()) < _LEAST_NAME and not (_LETTERS.fullmatch(unit) and name in asked.split()):
        return False
    return f" {name} " in f" {asked} "


_LEAST_NAME = 2
_ANY_UNIT = frozenset(("co quan", "don vi", "dia phuong", "ca nhan", "to chuc", "cac don vi", "cac co quan"))
"""What every unit is called, and none is named by (as units are compared)."""
