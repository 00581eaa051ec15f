"""Answers by quoted sentences: measurable targets, and the sentences that say most of the topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.clean import bare, collapse
from indexer.deadlines import find_deadlines
from indexer.passages import section_titles
from indexer.records import Document, Span, Target
from search_api.answers.citing import Citations, section_at
from search_api.answers.draft import Drafted, Evidence, Statement
from search_api.questions.question import Question
from search_api.schemas import AnswerPiece

CLEAR_ALLOWS = 0.25
"""How much less of the topic a passage must say that stands clear of all others."""
_LOOK_AT = 40
"""Passages whose documents' targets are weighed."""
_MOST_TARGETS = 8
_CLAUSE_END = re.compile(r"(?<=[.;!?…])[”\")]*\s+|\n\s*\n")
_FIGURE = re.compile(r"\d")


def clear_passage(evidence: Evidence) -> Span | None:
    """Return the span of the first passage where it stands clear of the second; else None.

    A question in everyday words says little that the text says; where one passage is far nearer than
    all others, that little is enough.
    """
    if len(evidence.passages) > 1:
        (first, best), (_, second) = evidence.passages[:2]
        if best - second >= evidence.settings.clear:
            return first.span
    return None


def sentence_around(text: str, block: Span, first: int, last: int) -> Span:
    """Return the sentence or sentences of a block that hold ``[first, last)``."""
    start, end = block.start, block.end
    for match in _CLAUSE_END.finditer(text, block.start, block.end):
        if match.group().strip(' \n”")') or text[match.start() - 1] != ";":
            if match.end() <= first:
                start = match.end()
            elif match.start() >= last:
                end = match.start()
                break
    return Span(start, end)


def target_facts(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer how much or how many from the targets on the topic."""
    wants_share = re.search(r"phần trăm|phan tram|%|tỷ lệ|tỉ lệ|ty le|ti le", evidence.question.text.lower())
    weighed: list[tuple[float, float, Document, Target]] = []
    seen = {passage.doc: score for passage, score in reversed(evidence.passages[:_LOOK_AT])}
    for row in evidence.rows:
        if row.id not in seen:
            continue
        document = evidence.store.document(row.id)
        paths = section_titles(document.outline)
        for target in document.targets:
            section = section_at(document, target.span.start)
            if not _fits(
                evidence.question,
                document,
                _clause(document, target.span),
                paths[section] if section >= 0 else "",
            ):
                continue
            around = f"{paths[section] if section >= 0 else ''}\n{_clause(document, target.span)}"
            own = evidence.topic.match(_clause(document, target.span))
            whole = evidence.topic.match(around)
            score = 0.7 * own.recall + 0.15 * whole.recall + 0.15 * own.focus
            if wants_share and target.unit != "%":
                score -= 0.15
            weighed.append((score, max(own.recall, whole.recall * 0.9), document, target))
    weighed.sort(key=lambda w: (-w[0], w[2].id, w[3].span.start))
    good = [w for w in weighed if w[1] >= 0.7 and w[0] >= 0.5]
    if not good:
        return Drafted(())
    statements: list[Statement] = []
    for score, _, document, target in good[:_MOST_TARGETS]:
        if score < good[0][0] * 0.92:
            break
        span = _clause_span(document, target.span)
        number = cites.cite(document.id, span, [target.span])
        piece = AnswerPiece("Chỉ tiêu", collapse(span.of(document.text)).strip(" -+.;"), (number,))
        stated = Statement(document.id, "", (piece,))
        if stated not in statements:  # two targets of one clause are one statement
            statements.append(stated)
    return Drafted(tuple(statements), kind="target", confidence=good[0][0])


def _clause_span(document: Document, span: Span) -> Span:
    for block in document.blocks:
        if block.span.start <= span.start and span.end <= block.span.end:
            return sentence_around(document.text, block.span, span.start, span.end)
    return span


def _clause(document: Document, span: Span) -> str:
    return collapse(_clause_span(document, span).of(document.text))


def best_sentences(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer with the sentences that say most of the topic, quoted whole; the last resort."""
    if evidence.topic.empty and not (evidence.scoped and _FACT_WORDS.keys() & set(evidence.question.kinds)):
        return Drafted(())
    wants_figure = "target" in evidence.question.kinds
    ranked: list[tuple[float, float, Document, Span]] = []
    for passage, score in evidence.passages[:8]:
        if passage.kind == "boilerplate":
            continue
        document = evidence.store.document(passage.doc)
        for block in document.blocks:
            if not passage.span.overlaps(block.span) or block.kind in ("heading", "label", "type", "title"):
                continue
            for span in _sentences(document.text, block.span):
                words = span.of(document.text)
                if not (
                    _holds_fact(words, evidence.question.kinds) or _says_effect(evidence.question, words)
                ):
                    continue
                if not _fits(evidence.question, document, words, passage.section_title):
                    continue
                match = evidence.topic.match(words)
                context = evidence.topic.match(f"{passage.section_title}\n{words}")
                recall = max(match.recall, 0.5 * match.recall + 0.5 * context.recall)
                if evidence.topic.empty:
                    recall = 1.0  # the document and the kind of fact are all that is asked
                ranked.append((0.6 * recall + 0.15 * match.focus + 0.25 * score, recall, document, span))
    ranked.sort(key=lambda r: (-r[0], r[2].id, r[3].start))
    limit = evidence.settings.sentence + (0.15 if wants_figure else 0.0)
    clear = clear_passage(evidence)
    first = evidence.passages[0][0].doc if evidence.passages else ""
    good = [
        r
        for r in ranked
        if r[1] >= limit - (CLEAR_ALLOWS if clear and r[2].id == first and clear.covers(r[3]) else 0.0)
    ]
    statements = []
    for score, _, document, span in good[:3]:
        if score < good[0][0] * 0.9:
            break
        number = cites.cite(document.id, span)
        quoted = collapse(span.of(document.text)).strip(" -+")
        statements.append(Statement(document.id, "", (AnswerPiece("", f"“{quoted}”", (number,)),)))
    # What the sentence says by itself counts; the place it was found at only chooses among sentences.
    return Drafted(tuple(statements), kind="sentence", confidence=good[0][1] if good else 1.0)


_ASSIGNS = re.compile(
    r"chủ trì|\bgiao (?:cho )?[^\W\d_]|phụ trách|chịu trách nhiệm (?:chỉ đạo|chủ trì|trước|tổ chức|thực hiện|về|chính)|đầu mối"
    r"|chỉ đạo|phối hợp",
    re.IGNORECASE,
)


_FACT_WORDS = {
    "funding": re.compile(r"kinh phí|ngân sách|nguồn (?:vốn|chi|lực)|dự toán|xã hội hóa", re.IGNORECASE),
    "product": re.compile(r"sản phẩm|kết quả (?:là|:|đạt)", re.IGNORECASE),
    "report": re.compile(r"báo cáo|gửi", re.IGNORECASE),
}
"""By kind of question, what a sentence must speak of to answer it."""


_LAW = r"(?<![a-z])(?:luat|phap lenh|nghi dinh|thong tu|nghi quyet|quyet dinh)"


def _fits(question: Question, document: Document, words: str, path: str) -> bool:
    """Say whether a statement speaks of the year and of the thing counted that a question names."""
    metadata = document.metadata
    if question.years:
        around = [
            words,
            path,
            metadata.title.value if metadata.title else "",
            metadata.date.value if metadata.date else "",
        ]
        for year in question.years:
            # "12/9/2025" is the day of a cited document, not the year that the statement is about.
            if any(re.search(rf"(?<![\d/]){year}(?!\d)", text) for text in around):
                continue
            # A law spoken of by its year ("Luật Khí tượng năm 2015") bears it in its number: 12/2015/QH13.
            by_year = re.search(rf"{_LAW}(?: [^\W\d]+){{0,10}} nam {year}", bare(question.text))
            if not by_year or not re.search(rf"\d/{year}/[A-ZĐ]", words):
                return False
    if question.counted is None:
        return True
    noun = question.counted
    flat = bare(words)
    return bool(
        re.search(
            rf"(?:\d%?|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|chuc|tram)(?: [a-z-]+)?[ ,] ?{noun}(?![a-z])",
            flat,
        )
    )


def _holds_fact(words: str, kinds: Sequence[str]) -> bool:
    """Say whether a sentence holds the kind of fact that is asked for: a figure, a date, an assignment."""
    if "target" in kinds:
        return bool(_FIGURE.search(words))
    if "deadline" in kinds and not find_deadlines(words):
        return False
    for kind, pattern in _FACT_WORDS.items():
        if kind in kinds and not pattern.search(words):
            return False
    return not {"lead", "direct", "coordinate"} & set(kinds) or bool(_ASSIGNS.search(words))


def _says_effect(question: Question, words: str) -> bool:
    """Say whether a sentence gives the day from which something is in force, where that is asked."""
    return "hieu luc" in bare(question.text) and bool(_EFFECT.search(words))


_EFFECT = re.compile(r"hiệu lực[^.;]{0,40}\d{1,2}[/-]\d{1,2}[/-]\d{4}", re.IGNORECASE)


def _sentences(text: str, block: Span) -> list[Span]:
    cuts = [block.start]
    for match in re.finditer(r"(?<=[.;!?…])[”\")]*\s+(?=\S)", text[block.start : block.end]):
        cuts.append(block.start + match.end())
    cuts.append(block.end)
    clauses = [Span(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]
    # A series ("năm 2015 là 112; năm 2024 là 111") says at its head what all its clauses are about.
    whole = [a for a in cuts[:-1] if a == block.start or not _SERIES.search(text, block.start, a)]
    ends = [*whole[1:], block.end]
    series = [Span(a, b) for a, b in zip(whole, ends, strict=True) if b - a <= _LONGEST_SERIES]
    return [*clauses, *(span for span in series if span not in clauses)]


_SERIES = re.compile(r";[”\")]*\s+\Z")
_LONGEST_SERIES = 700
"""Characters up to which a sentence with semicolons is also read whole."""
