"""``/danh-gia/cham``: a person grades the passages that two configurations found for a question."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from indexer.clean import collapse
from indexer.errors import UnknownOption, UnusableInput
from indexer.records import Span
from search_api.assess.evaluations import GRADES, Evaluations, Grade, grade_of, pool
from search_api.assess.gold import Query, passage_key, passage_of
from search_api.protocol import Searching, Way
from search_api.schemas import Filters, Hit
from web import wording
from web.addresses import EVALUATION, GRADING, address, span_path
from web.catalogue import row_name
from web.contexts import Choice
from web.evaluation_contexts import Graded, GradingPage
from web.listing import navigation, number

WAYS: dict[str, tuple[Way, str]] = {
    "chung": ("fused", "từ khóa + ngữ nghĩa"),
    "tu-khoa": ("lexical", "chỉ từ khóa"),
    "ngu-nghia": ("dense", "chỉ ngữ nghĩa"),
}
_DEPTHS = (5, 10, 20)
_OPEN = "x"
"""Posted for a passage that has no grade."""
_FIELD = re.compile(r"d:(.+):([0-9a-f]{10})", re.DOTALL)


def _digest(text: str) -> str:
    """Name the words of a passage: a grade is refused where they changed since it was shown."""
    return hashlib.sha256(collapse(text).encode()).hexdigest()[:10]


def _state(asked: dict[str, str]) -> dict[str, str]:
    return {name: asked[name] for name in ("bo", "a", "b", "so") if name in asked}


def grading_page(service: Searching, kept: Evaluations, asked: dict[str, str]) -> GradingPage:
    """Build the page; ``bo`` names the set, ``cau`` the question, ``a`` and ``b`` the two configurations.

    Raises ``UnknownOption`` for a set, question or configuration that there is not.
    """
    name = asked.get("bo", "")
    questions, grades = kept.questions(name), kept.grades(name)
    graded = {grade.qid for grade in grades}
    query, position = _question(questions, asked.get("cau", ""))
    first, second = (_way(asked.get(side), default) for side, default in (("a", "chung"), ("b", "tu-khoa")))
    depth = number(asked.get("so"), 10, 1, max(_DEPTHS))
    pooled: list[Hit] = pool(
        service.ranked(query.text, depth, WAYS[first][0]), service.ranked(query.text, depth, WAYS[second][0])
    )
    rows = {row.doc: row for row in service.documents(Filters())}
    state = _state(asked)

    def at(offset: int) -> str | None:
        place = position + offset
        return (
            address(GRADING, {**state, "cau": questions[place].qid}) if 0 <= place < len(questions) else None
        )

    later = [*questions[position + 1 :], *questions[:position]]
    still_open = next((other.qid for other in later if other.qid not in graded), None)
    saved = asked.get("da-luu", "")
    return GradingPage(
        title=f"Chấm bộ {name}",
        nav=navigation(GRADING),
        query="",
        set_name=name,
        qid=query.qid,
        question=query.text,
        kind=query.kind,
        reference=query.answer,
        gold=tuple(
            (row_name(rows[gold.doc]) if gold.doc in rows else gold.doc, gold.quote)
            for gold in query.evidence
        ),
        position=position + 1,
        total=len(questions),
        judged=sum(other.qid in graded for other in questions),
        previous=at(-1),
        next=at(1),
        next_open=address(GRADING, {**state, "cau": still_open}) if still_open else None,
        questions=tuple(
            Choice(
                other.qid,
                f"{'✓ ' if other.qid in graded else ''}{other.qid}: {other.text}",
                other.qid == query.qid,
            )
            for other in questions
        ),
        ways=tuple(
            (side, label, tuple(Choice(code, told, code == chosen) for code, (_, told) in WAYS.items()))
            for side, label, chosen in (("a", "Cấu hình thứ nhất", first), ("b", "Cấu hình thứ hai", second))
        ),
        depths=tuple(Choice(str(n), f"{n} đoạn đầu", n == depth) for n in sorted({*_DEPTHS, depth})),
        passages=tuple(
            _passage(n, hit, grade_of(grades, query.qid, hit.doc, hit.text))
            for n, hit in enumerate(pooled, start=1)
        ),
        kept=tuple({**state, "cau": query.qid}.items()),
        said=f"Đã lưu câu {saved[:60]}." if saved else "",
        back=EVALUATION,
    )


def first_open(kept: Evaluations, asked: dict[str, str]) -> str:
    """Return the address of the first question without a grade: which one is shown stands in the address."""
    name = asked.get("bo", "")
    questions, graded = kept.questions(name), {grade.qid for grade in kept.grades(name)}
    query = next((query for query in questions if query.qid not in graded), questions[0])
    return address(GRADING, {**_state(asked), "cau": query.qid})


def _question(questions: Sequence[Query], qid: str) -> tuple[Query, int]:
    for n, query in enumerate(questions):
        if query.qid == qid:
            return query, n
    raise UnknownOption(f"cau: bộ này không có câu “{qid[:60]}”. Chọn một câu trong danh sách.")


def _way(code: str | None, default: str) -> str:
    if code is None:
        return default
    if code not in WAYS:
        raise UnknownOption(f"Không có cấu hình “{code[:40]}”. Các cấu hình: {', '.join(WAYS)}.")
    return code


def _passage(n: int, hit: Hit, grade: Grade | None) -> Graded:
    given = None if grade is None else grade.grade
    return Graded(
        n=n,
        field=f"d:{passage_key(hit.doc, Span(hit.start, hit.end))}:{_digest(hit.text)}",
        quote=collapse(hit.text),
        source=wording.document_name(hit.type, hit.symbol, hit.draft),
        meta=" · ".join(part for part in (hit.issuer, wording.day(hit.date)) if part),
        where=hit.section_title,
        href=span_path(hit.doc, hit.start, hit.end),
        choices=(
            *(Choice(str(value), told, value == given) for value, told in GRADES.items()),
            Choice(_OPEN, "chưa chấm", given is None),
        ),
    )


def keep_grades(service: Searching, kept: Evaluations, form: dict[str, list[str]]) -> str:
    """Keep the grades of a posted form; return the address of the next question.

    Raises ``UnusableInput`` where a passage is no longer what the person read; nothing is kept then.
    """
    asked = {name: values[-1] for name, values in form.items()}
    name = asked.get("bo", "")
    query, place = _question(questions := kept.questions(name), asked.get("cau", ""))
    texts: dict[str, str] = {}
    given: list[Grade] = []
    cleared: list[Grade] = []
    for field, value in asked.items():
        match = _FIELD.fullmatch(field)
        named = passage_of(match[1]) if match else None
        if match is None or named is None:
            continue  # not the field of a passage: the set, the question, the configurations
        doc, span = named
        text = texts.setdefault(doc, service.document(doc).text)
        quote = collapse(span.of(text))
        if _digest(quote) != match[2]:
            raise UnusableInput(
                f"Văn bản “{doc}” đã được đọc lại từ khi mở trang nên chưa lưu được điểm. Hãy mở lại câu hỏi này."
            )
        if value == _OPEN:
            cleared.append(Grade(query.qid, doc, quote, 0))
        elif value in map(str, GRADES):
            given.append(Grade(query.qid, doc, quote, int(value)))
        else:
            raise UnknownOption(f"Điểm “{value[:20]}” không hợp lệ: chỉ chấm từ 0 đến 3.")
    kept.grade(name, given, cleared)
    following = questions[place + 1].qid if place + 1 < len(questions) else query.qid
    return address(GRADING, {**_state(asked), "cau": following, "da-luu": query.qid})
