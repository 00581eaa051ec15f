"""Answers by quoted sentences: measurable targets, and the sentences that say most of the topic."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from indexer.clean import bare, collapse, fold
from indexer.deadlines import find_deadlines
from indexer.passages import section_titles
from indexer.records import Block, Document, Span, Target
from indexer.tables import header_key
from indexer.units import canonical_unit
from search_api.answers.citing import Citations, section_at, trimmed
from search_api.answers.draft import Drafted, Evidence, Statement, document_label, shortened
from search_api.answers.lists import item_pieces, left_out, list_items
from search_api.answers.marks import list_mark, without_mark
from search_api.answers.owner import BODY, nobody_acts, owner_line
from search_api.answers.sections import find_section, said_there, section_asked
from search_api.answers.wanted import tells
from search_api.questions.predicate import asked_whether
from search_api.questions.question import Question, asks_for_a_day, asks_for_an_end, asks_how_often
from search_api.schemas import AnswerPiece

_LOOK_AT = 40
"""Passages whose documents' targets are weighed."""
_MOST_TARGETS = 8
_NEAR_TARGET = 0.94
"""How near to the best target another must come to be shown beside it."""
_CLAUSE_END = re.compile(r"(?<=[.;!?…])[”\")]*\s+|\n\s*\n")
_FIGURE = re.compile(r"\d")


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
    weighed: list[tuple[float, float, Document, Target, float]] = []
    seen = {passage.doc: score for passage, score in reversed(evidence.passages[:_LOOK_AT])}
    for row in evidence.rows:
        if row.id not in seen:
            continue
        document = evidence.store.document(row.id)
        paths = section_titles(document.outline)
        for target in document.targets:
            section = section_at(document, target.span.start)
            path, clause = paths[section] if section >= 0 else "", _clause(document, target.span)
            if not _fits(evidence.question, document, clause, path) or not _measured(
                evidence.question, clause
            ):
                continue
            around = f"{path}\n{clause}"
            own = evidence.topic.match(clause)
            whole = evidence.topic.match(around)
            score = 0.65 * own.recall + 0.15 * whole.recall + 0.2 * own.focus
            if wants_share and target.unit != "%":
                score -= 0.15
            weighed.append((score, max(own.recall, whole.recall * 0.9), document, target, own.recall))
    weighed.sort(key=lambda w: (-w[0], w[2].id, w[3].span.start))
    good = [w for w in weighed if w[1] >= 0.7 and w[0] >= 0.5]
    if not good:
        return Drafted(())
    statements: list[Statement] = []
    for score, _, document, target, own_recall in good[:_MOST_TARGETS]:
        if score < good[0][0] * _NEAR_TARGET:
            break
        if own_recall < good[0][4] - _LESS:
            continue  # it leaves out a word that tells the best one from others
        span = _clause_span(document, target.span)
        number = cites.cite(document.id, span, [target.span])
        piece = AnswerPiece("Chỉ tiêu", collapse(span.of(document.text)).strip(" -+.;"), (number,))
        stated = Statement(document.id, "", (piece,))
        if stated not in statements:  # two targets of one clause are one statement
            statements.append(stated)
    return Drafted(tuple(statements), kind="target", confidence=good[0][0])


def _clause_span(document: Document, span: Span) -> Span:
    at = bisect_right(document.blocks, span.start, key=lambda b: b.span.start)
    if at and span.end <= document.blocks[at - 1].span.end:
        return sentence_around(document.text, document.blocks[at - 1].span, span.start, span.end)
    return span


def _clause(document: Document, span: Span) -> str:
    return collapse(_clause_span(document, span).of(document.text))


class Said(NamedTuple):
    """A place of a document that may answer: the sentence that says most, in the words to be quoted."""

    confidence: float
    """How probable it is that this is what was asked for."""
    recall: float
    """How much of the topic is said here: by the quoted words, the item above them, the headings."""
    document: Document
    block: Block
    sentence: Span
    quoted: Span
    above: Span | None
    """The line that opens the list which this is an item of."""


def sayings(evidence: Evidence, kinds: Sequence[str], within: Sequence[Span] = ()) -> list[Said]:
    """Weigh the sentences of the best passages (those ``within`` some spans only), the best first."""
    found: dict[tuple[str, int], Said] = {}
    best = evidence.passages[0][1] if evidence.passages else 0.0
    gap = lead_of_best(evidence)
    asked = canonical_unit(evidence.question.text)
    whether = asked_whether(evidence.question)
    funding_asked = "funding" in kinds and evidence.scoped and len(evidence.rows) <= _MOST_SAID
    for rank, (passage, score) in enumerate(evidence.passages[:_PASSAGES]):
        if passage.kind == "boilerplate":
            continue
        document = evidence.store.document(passage.doc)
        frame = frame_of(document)
        for block in document.blocks:
            if not passage.span.overlaps(block.span) or not _may_be_quoted(document.text, block, kinds):
                continue
            if within and not any(span.overlaps(block.span) for span in within):
                continue
            above = opening_line(document, block)
            telling = block.kind != "label" or block.label in _TELLING
            labels = labels_after(document, block) if telling else None
            item = _item_of(document, block)
            place = f"{passage.section_title}\n{above.of(document.text) if above else ''}"
            for sentence in _sentences(document.text, block.span):
                quoted = _grown(document.text, item, sentence)
                if labels is not None and quoted.end == block.span.end:
                    quoted = Span(quoted.start, labels.end)
                words = _with_header(document, block, quoted)
                own = evidence.topic.match(sentence.of(document.text))
                whole = evidence.topic.match(f"{place}\n{words}").recall
                named = evidence.topic.match(f"{frame}\n{place}\n{words}")
                if named.core < _LEAST_CORE and not evidence.topic.empty:
                    continue  # "kinh phí năm 2026" of another subject
                recall = 1.0 if evidence.topic.empty else (whole + named.recall) / 2
                on_money = "funding" in kinds and bool(_FUNDING_HEAD.search(passage.section_title))
                if funding_asked and _FUNDING_HEAD.search(f"{passage.section_title} {words[:40]}"):
                    recall = max(recall, _FUNDING_SAID)
                if recall < LEAST_SAID:
                    continue
                held = _holds(evidence.question, kinds, words, place, not_labelled=labels is None)
                if block.kind == "row" and (_empty_cell(words, kinds) or _heads_a_table(document, block)):
                    continue
                timed = f"{_time_of_series(document.text, block.span, sentence)}{words}"
                if not held or not _fits(evidence.question, document, timed, place):
                    continue
                confidence = WEIGHTS.probability(
                    recall=recall,
                    focus=own.focus,
                    # The section on money need not say as much of the work as the task whose cost it tells.
                    behind=0.0 if on_money else min(1.0, best - score),
                    gap=gap if rank == 0 else 0.0 if on_money else -gap,
                    held=held,
                    scoped=evidence.scoped,
                )
                if whether is not None:
                    says = whether.match(f"{place}\n{words}").recall
                    confidence = more_probable(confidence, _SAYS_WHETHER * says - _SAYS_NOTHING * (1 - says))
                if _by_asked(asked, document.text, above, sentence):
                    confidence = more_probable(confidence, ACTOR)
                said = Said(confidence, recall, document, block, sentence, quoted, above)
                key = (document.id, item.start)
                if key not in found or found[key].confidence < confidence:
                    found[key] = said
    ahead = leads([(s.document.id, s.quoted, s.recall) for s in found.values()])
    weighed = [
        s._replace(confidence=WEIGHTS.leading(s.confidence, lead))
        for s, lead in zip(found.values(), ahead, strict=True)
    ]
    return sorted(weighed, key=lambda s: (-s.confidence, s.document.id, s.sentence.start))


def leads(places: Sequence[tuple[str, Span, float]]) -> list[float]:
    """Return by how much more each place (document, span, recall) says of the topic than the best other one.

    A place that holds another one, or lies in it, is no other one.
    """
    order = sorted(places, key=lambda place: -place[2])
    found = []
    for doc, span, recall in places:
        other = next((r for d, s, r in order if d != doc or not s.overlaps(span)), 0.0)
        found.append(recall - other)
    return found


def frame_of(document: Document) -> str:
    """Return what a document is called: type, number, issuer, title."""
    title = document.metadata.title
    return f"{document_label(document)} {title.value if title else ''}"


def lead_of_best(evidence: Evidence) -> float:
    """Return by how much the best passage leads the next one that is not of the same section."""
    if not evidence.passages:
        return _WIDE
    first, best = evidence.passages[0]
    for passage, score in evidence.passages[1:]:
        same = (passage.doc, passage.section) == (first.doc, first.section)
        if not same and passage.kind != "heading":
            return min(_WIDE, best - score)
    return _WIDE


ACTOR = 0.8
"""What it adds to the odds (in logarithms) that the unit which a question names is the one that acts in a place."""


def more_probable(confidence: float, by: float) -> float:
    """Return a probability whose odds are ``exp(by)`` times as high."""
    odds = confidence / max(1e-9, 1 - confidence) * math.exp(by)
    return odds / (1 + odds)


_SAYS_WHETHER, _SAYS_NOTHING = 1.6, 0.5
"""What it adds to the odds that a place says what a yes-or-no question wants to know, and takes off where it does not."""


def _by_asked(asked: str, text: str, above: Span | None, sentence: Span) -> bool:
    """Say whether a unit named in the question (canonical) acts: it opens the sentence, or its list stands under it."""
    opening = above.of(text) if above else sentence.of(text)
    match = _ACTS.match(opening)
    if match is None or not BODY.match(opening, match.end()):
        return False
    words = canonical_unit(" ".join(opening[match.end() :].split()[:_UNIT_WORDS])).split()
    found = max(
        (n for n in range(2, len(words) + 1) if f" {' '.join(words[:n])} " in f" {asked} "), default=0
    )
    return found >= (len(words) if above and len(words) < _UNIT_WORDS else _LEAST_UNIT)


_ACTS = re.compile(r"\s*(?:(?:\d{1,2}\.)+\d{0,2}\s+|\d{1,2}[.)]\s+|[a-zđ][.)]\s+|[-+*•]\s+)?")
_UNIT_WORDS, _LEAST_UNIT = 8, 3


class Weights(NamedTuple):
    """A logistic model of "this place answers", fitted on development questions (docs/benchmark.md)."""

    recall: float
    focus: float
    behind: float
    gap: float
    held: float
    scoped: float
    """What it counts that the question names a document, place or body which the index holds."""
    lead: float
    """What it counts by how much more a place says of the topic than every other place."""
    constant: float

    def leading(self, confidence: float, lead: float) -> float:
        """Return how probable an answer is that says by ``lead`` more of the topic than every other place."""
        return more_probable(confidence, self.lead * lead)

    def stating(self, confidence: float) -> float:
        """Return how probable an answer of ``confidence`` that lacks the fact would be if it stated it."""
        return more_probable(confidence, self.held)

    def probability(
        self, *, recall: float, focus: float, behind: float, gap: float, held: float, scoped: bool
    ) -> float:
        """Return how probable it is that a place with these features answers."""
        total = (
            self.recall * recall
            + self.focus * focus
            + self.behind * behind
            + self.gap * gap * recall  # standing clear of all others says something where the words do
            + self.held * held
            + self.scoped * scoped
            + self.constant
        )
        return 1 / (1 + math.exp(-total))


WEIGHTS = Weights(recall=3.7, focus=1.8, behind=-3.8, gap=2.9, held=1.1, scoped=1.0, lead=2.6, constant=-5.6)
_FUNDING_HEAD = re.compile(r"kinh phí(?: thực hiện)?|nguồn (?:lực tài chính|vốn|kinh phí)", re.IGNORECASE)
_FUNDING_SAID = 0.8
"""What of a question about the money for a whole plan its section on money says, whatever the words."""
_LEAST_CORE = 0.2
"""Share of the words of the subject that a place must say, its document's name included."""
LEAST_SAID = 0.25
"""Share of the topic below which words have nothing to do with it."""
_WIDE = 0.5
"""Lead of the best passage over the second beyond which more says nothing more."""
_PASSAGES = 12
_LONGEST_ITEM = 420
"""Characters up to which the sentences around the one that answers are quoted with it."""
_LINES_ABOVE = 30


def _may_be_quoted(text: str, block: Block, kinds: Sequence[str]) -> bool:
    """Labelled lines answer what they are labelled with; headings only where they go on after a colon or figure."""
    if block.kind == "label":
        money = block.label == "funding" and "target" in kinds
        return block.label in kinds or "funding" in kinds or block.label in _TELLING or money
    if block.kind == "heading":
        words = block.span.of(text)
        long = len(words.split()) >= _LONG_HEAD and bool(kinds)
        return long or (bool({"target", "funding"} & set(kinds)) and bool(_GOES_ON.search(words)))
    return block.kind not in ("type", "title")


_TELLING = ("content", "goal", "target", "result", "scope", "form", None)
"""Labels of lines that tell what is done, not by whom or when."""
_LONG_HEAD = 9
"""Words from which a heading is a sentence that says what is to be done."""
_GOES_ON = re.compile(r":\s*\S|\(\s*\d")


def opening_line(document: Document, block: Block) -> Span | None:
    """Return the line that a block stands under: of its list, its short heading, the unit or article above."""
    text = document.text
    at = _place_of(document, block)
    mark = list_mark(text, block)
    if mark:
        for before in reversed(document.blocks[max(0, at - _LINES_ABOVE) : at]):
            if before.section != block.section and before.kind == "heading":
                break
            if before.span.of(text).rstrip().endswith(":"):
                if list_mark(text, before) != mark:
                    return before.span
                break
    elif at and block.kind == "paragraph":
        before = document.blocks[at - 1]
        words = before.span.of(text)
        short = len(words.split()) <= _SHORT_HEAD and words.rstrip()[-1:] not in ".;,"
        if before.kind == "paragraph" and list_mark(text, before) and short:
            return before.span
    section = block.section
    while section >= 0:
        above = document.outline[section]
        section = above.parent
        if above.span.start >= block.span.start:
            continue
        line = next((b.span for b in document.blocks if b.span.start == above.span.start), above.heading)
        words = line.of(text).rstrip()
        opens = words.endswith(":") or above.kind == "article" or BODY.match(above.title or "")
        if opens and len(words) <= _LONGEST_ITEM:
            return line
    return None


def _place_of(document: Document, block: Block) -> int:
    return bisect_left(document.blocks, block.span.start, key=lambda b: b.span.start)


_SHORT_HEAD = 16


def labels_after(document: Document, block: Block) -> Span | None:
    """Return the labelled lines ("Chủ trì: …", "Thời gian: …") that follow a block and close it."""
    first = last = None
    for after in document.blocks[_place_of(document, block) + 1 :]:
        if after.kind != "label" or after.label is None:
            break
        first, last = first or after.span, after.span
    return Span(first.start, last.end) if first and last else None


def _item_of(document: Document, block: Block) -> Span:
    """Return the whole of a short item of several paragraphs that a block is one of, else the block."""
    if block.section < 0 or block.kind != "paragraph":
        return block.span
    span = trimmed(document.text, document.outline[block.section].span)
    first = _place_of(document, block)
    while first and document.blocks[first - 1].span.start >= span.start:
        first -= 1
    inside = []
    for other in document.blocks[first:]:
        if other.span.start >= span.end:
            break
        inside.append(other)
    same = all(other.kind == "paragraph" and other.section == block.section for other in inside)
    return span if same and span.end - span.start <= _LONGEST_ITEM and span.covers(block.span) else block.span


def _grown(text: str, block: Span, sentence: Span) -> Span:
    """Return the sentence with those around it while what is quoted stays short."""
    if block.end - block.start <= _LONGEST_ITEM:
        return block
    start, end = sentence.start, sentence.end
    for clause in _sentences(text, block):
        if clause.start >= end and clause.end - start <= _LONGEST_ITEM:
            end = clause.end
    return Span(start, end)


def _with_header(document: Document, block: Block, quoted: Span) -> str:
    """Return the quoted words, a row of a table with the heads of its columns."""
    words = quoted.of(document.text)
    header = table_header(document, block) if block.kind == "row" else None
    return f"{header.of(document.text)}\n{words}" if header else words


def table_header(document: Document, block: Block) -> Span | None:
    """Return the first row of the table that a row belongs to; None for that row itself."""
    at = _place_of(document, block)
    first = None
    for before in reversed(document.blocks[:at]):
        if before.kind != "row" or before.section != block.section:
            break
        first = before.span
    return first


def _heads_a_table(document: Document, block: Block) -> bool:
    """Say whether a row only names the columns of the rows below: "TT | Trường | Hạn"."""
    at = _place_of(document, block) + 1
    if at >= len(document.blocks) or document.blocks[at].kind != "row" or table_header(document, block):
        return False
    return not _FIGURE.search(block.span.of(document.text))


def _empty_cell(words: str, kinds: Sequence[str]) -> bool:
    """Say whether the cell of a row (under its header) for all that is asked is empty: nobody is named there."""
    header, _, row = words.partition("\n")
    heads, values = cells(header), cells(row)
    if not kinds or len(heads) != len(values):
        return False
    asked = [value for head, value in zip(heads, values, strict=True) if header_key(head) in kinds]
    return bool(asked) and not any(re.search(r"\w", value) for value in asked)


def cells(row: str) -> list[str]:
    """Return the cells of a table row."""
    return [collapse(cell) for cell in row.strip().strip("|").split("|")]


def best_sentences(evidence: Evidence, cites: Citations) -> Drafted:
    """Answer with the places that say most of the topic, quoted whole; the last resort."""
    kinds = evidence.question.kinds
    if evidence.topic.empty and not (evidence.scoped and _FACT_WORDS.keys() & set(kinds)):
        return _named_section(evidence, cites) or Drafted(())
    listed = _named_section(evidence, cites)
    if listed is None and _LIST_ASKED.search(bare(evidence.question.text)):
        listed = _listed_section(evidence, cites)
    if listed is not None:
        return listed
    ranked = sayings(evidence, kinds)
    good = [said for said in ranked if said.confidence >= evidence.settings.least]
    if "lead" in kinds:
        # "Chủ trì xác định giá đất …" under no line that names a unit does not tell who.
        good = [s for s in good if not nobody_acts(s.quoted.of(s.document.text)) or said_of(s)]
    statements: list[Statement] = []
    told: list[tuple[str, Span]] = []
    remark = None
    for said in good[:_MOST_LOOKED_AT]:
        if len(statements) == _MOST_SAID or said.confidence < good[0].confidence * _NEAR:
            break
        if said.recall < good[0].recall - _LESS:
            continue
        if any(doc == said.document.id and span.overlaps(said.quoted) for doc, span in told):
            continue  # an item of a list already shown
        statement = stated(said, cites, asked_who="lead" in kinds)
        items = list_items(said.document, said.quoted)
        if items:
            pieces = (*statement.pieces, *item_pieces(said.document, items, cites))
            statement = statement._replace(pieces=pieces)
            told += [(said.document.id, item.span) for item in items]
            remark = remark or left_out(items)
        if statement not in statements:
            statements.append(statement)
    confidence = good[0].confidence if good else 1.0
    return Drafted(tuple(statements), kind="sentence", confidence=confidence, remark=remark)


_LIST_ASKED = re.compile(
    r"gom (?:nhung |cac )?(?:gi|noi dung|thanh phan|don vi|ai)|nhung (?:noi dung |viec |buoc )?gi(?![a-z])"
    r"|(?:nhung|cac) (?:noi dung|buoc|yeu cau|nguyen tac|truong hop|can cu|tai lieu|giay to|thanh phan|tieu chi|nhom) (?:nao|gi)"
)
_HEAD_SAYS, _WITH_FRAME = 0.5, 0.75
"""Share of the topic that the title of a section must say, by itself and with the name of its document."""
_MOST_ITEMS = 12


def _named_section(evidence: Evidence, cites: Citations) -> Drafted | None:
    """Quote the section that a question names by number or title, of the documents that it names; else None."""
    asked = section_asked(evidence.question)
    if asked is None or not evidence.scoped or len(evidence.rows) > _MOST_SAID:
        return None
    statements: list[Statement] = []
    more = 0
    for row in evidence.rows:
        document = evidence.store.document(row.id)
        index = find_section(document, asked)
        if index is None:
            continue
        blocks, left = said_there(document, index, _MOST_ITEMS)
        more += left
        pieces = tuple(
            AnswerPiece("", f"“{collapse(b.span.of(document.text))}”", (cites.cite(document.id, b.span),))
            for b in blocks
        )
        if pieces:
            heading = f"mục “{shortened(document.outline[index].heading.of(document.text), _WORDS_ABOVE)}”"
            statements.append(Statement(document.id, heading, pieces))
    if not statements:
        return None
    remark = f"Mục này còn {more} đoạn nữa; mở trích dẫn để xem đủ." if more else None
    return Drafted(tuple(statements), kind="section", remark=remark)


def _listed_section(evidence: Evidence, cites: Citations) -> Drafted | None:
    """Quote every item of the section whose title is what a list is asked of; None where there is none."""
    best: tuple[float, Document, int] | None = None
    for passage, _ in evidence.passages[:_PASSAGES]:
        document = evidence.store.document(passage.doc)
        section = section_at(document, passage.span.start)
        while section >= 0:
            head = document.outline[section].title or ""
            own, named = evidence.topic.match(head), evidence.topic.match(f"{head}\n{frame_of(document)}")
            says = own.recall >= _HEAD_SAYS and own.focus >= _HEAD_SAYS and named.recall >= _WITH_FRAME
            if says and (best is None or own.recall > best[0]):
                best = (own.recall, document, section)
            section = document.outline[section].parent
    if best is None:
        return None
    said, document, section = best
    whole = document.outline[section]
    items = [
        block
        for block in document.blocks
        if whole.span.covers(block.span) and block.span.start >= whole.heading.end and block.kind != "heading"
    ]
    if not 1 < len(items) <= _MOST_ITEMS:
        return None
    pieces = tuple(
        AnswerPiece("", f"“{collapse(b.span.of(document.text))}”", (cites.cite(document.id, b.span),))
        for b in items
    )
    heading = f"mục “{shortened(whole.heading.of(document.text), _WORDS_ABOVE)}”"
    return Drafted((Statement(document.id, heading, pieces),), kind="section", confidence=(1 + said) / 2)


_MOST_SAID, _MOST_LOOKED_AT = 3, 8
_NEAR, _LESS = 0.6, 0.1
"""How near the confidence and the coverage of another place must come to be shown beside the best."""


def said_of(said: Said) -> Span | None:
    """Return the line above a place that tells whose work it is, where the place itself does not."""
    if not nobody_acts(said.quoted.of(said.document.text)):
        return None
    return owner_line(said.document, said.block)


def stated(said: Said, cites: Citations, asked_who: bool = False) -> Statement:
    """Quote a place, under the line that opens its list; under the title of its document where nobody is named."""
    document = said.document
    over = said.above.of(document.text) if said.above else ""
    number = cites.cite(document.id, said.quoted, [said.sentence] if said.sentence != said.quoted else [])
    numbers: tuple[int, ...] = (number,)
    heading = ""
    title = document.metadata.title
    owner = said_of(said) if asked_who else None
    if owner is not None:
        numbers = (number, cites.cite(document.id, owner))
        heading = f"mục “{shortened(owner.of(document.text), _WORDS_ABOVE)}”"
    elif asked_who and title and title.span and not BODY.search(f"{said.quoted.of(document.text)}\n{over}"):
        numbers = (number, cites.cite(document.id, title.span))
        heading = f"“{collapse(title.span.of(document.text))}”"
    elif said.above is not None:
        numbers = (number, cites.cite(document.id, said.above))
        heading = f"mục “{shortened(said.above.of(document.text), _WORDS_ABOVE)}”"
    header = table_header(document, said.block) if said.block.kind == "row" else None
    if header is not None:
        heads, values = cells(header.of(document.text)), cells(said.quoted.of(document.text))
        if len(heads) == len(values):
            filled = [
                (h, v)
                for h, v in zip(heads, values, strict=True)
                if v and h and not _ORDER.fullmatch(bare(h))
            ]
            return Statement(document.id, heading, tuple(AnswerPiece(h, v, numbers) for h, v in filled))
    quoted = collapse(said.quoted.of(document.text)).strip(" -+")
    return Statement(document.id, heading, (AnswerPiece("", f"“{quoted}”", numbers),))


_ORDER = re.compile(r"s?tt|so tt|#")
_WORDS_ABOVE = 40

_ASSIGNS = {
    "lead": re.compile(
        r"chủ trì|\bgiao (?:cho )?[^\W\d_]|phụ trách|chịu trách nhiệm|có trách nhiệm|đầu mối|thường trực|\bdo [A-ZĐÀ-Ỹ]",
    ),
    "direct": re.compile(r"chỉ đạo|lãnh đạo|chủ trì", re.IGNORECASE),
    "coordinate": re.compile(r"phối hợp|\bcùng (?:với )?[A-ZĐÀ-Ỹ]", re.IGNORECASE),
}
"""By kind of question, how a sentence assigns work."""
#: Roles that a question may ask for by name: whoever leads some other work is not the "đầu mối".
_ROLES = ("dau moi", "thuong truc", "tham muu", "giam sat")
_TIME = re.compile(
    r"\d{1,2}\s*/\s*\d{1,2}(?:\s*/\s*\d{2,4})?|(?:ngày|tháng|quý|năm|tuần|giờ)\s+(?:[IVX]+|\d+)\b"
    r"|\d+\s*(?:giờ|ngày|tháng|tuần|năm|phút)|thường xuyên|h[àằ]ng (?:ngày|tuần|tháng|quý|năm)|định kỳ"
    r"|(?:sau|ngay|đến|trước|trong) khi|thứ (?:hai|ba|tư|năm|sáu|bảy)\b|chủ nhật",
    re.IGNORECASE,
)
_BEGINS_ON = re.compile(r"(?:kể )?từ (?:ngày|tháng|quý|năm)(?!.*(?:đến|tới|[-–]))", re.IGNORECASE | re.DOTALL)


def begins_only(deadline: str) -> bool:
    """Say whether a time is the day from which something holds ("từ ngày 01/6/2026"), with no end."""
    return bool(_BEGINS_ON.match(deadline.strip()))


OFTEN = re.compile(
    r"(?<!\w)(?:(?:một|hai|ba|bốn|năm|\d+) (?:lần|lượt)|h[àằ]ng (?:giờ|ngày|tuần|tháng|quý|năm)|định k[ỳì]|thường xuyên"
    r"|(?:mỗi|từng) (?:ngày|tuần|tháng|quý|năm|học k[ỳì]|vụ|đợt)|(?:sáng|chiều|tối|thứ [^\W\d]+) (?:mỗi|h[àằ]ng)"
    r"|\d+ (?:lần|buổi|lượt|tin|bài)?/(?:ngày|tuần|tháng|quý|năm))(?!\w)",
    re.IGNORECASE,
)
"""How often something is done."""
_FACT_WORDS = {
    "funding": re.compile(
        r"(?:từ|bằng|trong|do|gồm|và|là)\s+(?:các )?(?:nguồn|ngân sách|dự toán|dự phòng|kinh phí|quỹ)"
        r"|(?:lấy|trích|chi|trả|huy động) (?:từ|bằng) (?!ngày|tháng|năm|khi)|quỹ [^.;,]{2,40} (?:chi|trả|hỗ trợ|cấp) "
        r"|nguồn (?:vốn|chi|lực|kinh phí|xã hội hóa|hợp pháp)"
        r"|ngân sách [^.;]{0,60}(?:bảo đảm|đảm bảo|cấp|bố trí|hỗ trợ|chi trả)|xã hội hóa|lồng ghép|tài chính:",
        re.IGNORECASE,
    ),
    "product": re.compile(r"sản phẩm|kết quả", re.IGNORECASE),
    "report": re.compile(r"báo cáo|gửi|nộp (?:về|cho|lên)", re.IGNORECASE),
    "basis": re.compile(
        r"(?:theo|tại|áp dụng|thực hiện) (?:quy định (?:tại|của) )?(?:các )?"
        r"(?:Nghị quyết|Nghị định|Thông tư|Quyết định|Luật|Kế hoạch|Công văn|Quy chế)",
    ),
    "signer": re.compile(r"(?<!đăng )(?<!chữ )(?<!học )\bk[ýí]\b(?! kết)", re.IGNORECASE),
}
"""By kind of question, what a sentence must speak of to answer it."""
_WEAK = 0.5


def _holds(
    question: Question, kinds: Sequence[str], words: str, place: str, *, not_labelled: bool = True
) -> float:
    """Say how surely words hold the kinds of fact asked for, 0 where they hold none of them.

    Work whose assignment stands in labelled lines names there who and when, or nowhere: unless the words
    are ``not_labelled``, a name or a day in them is no sign.
    """
    grades: list[float] = []
    often = asks_how_often(question.text)
    for kind in kinds:
        if kind in _ASSIGNS:
            if _ASSIGNS[kind].search(words) or _ASSIGNS[kind].search(words.lower()):
                role = next((role for role in _ROLES if role in bare(question.text)), None)
                grades.append(1.0 if role is None or role in bare(words) else _WEAK)
            else:
                grades.append(_WEAK if not_labelled and (BODY.search(words) or BODY.search(place)) else 0.0)
        elif kind == "deadline" and often:
            grades.append(float(bool(OFTEN.search(words))))
        elif kind in ("deadline", "effect"):
            # "Năm 2025 xã tiếp nhận …" sets no day.
            day = asks_for_a_day(question.text)
            dated = (
                _WEAK if not_labelled and _TIME.search(_YEAR_ONLY.sub(" ", words) if day else words) else 0.0
            )
            named = [span.of(words) for span, _ in find_deadlines(words)]
            begins = bool(named) and asks_for_an_end(question.text) and all(map(begins_only, named))
            grades.append(_WEAK if begins else 1.0 if named else dated)
        elif kind == "target":
            grades.append(float(_measured(question, words)))
        elif kind in _FACT_WORDS:
            pattern = _FACT_WORDS[kind]
            weak = (_FUNDING_HEAD if kind == "funding" else pattern).search(place)
            grades.append(1.0 if pattern.search(words) else _WEAK if weak else 0.0)
    if "report" in kinds and not _FACT_WORDS["report"].search(words):
        return 0.0
    if "basis" in kinds and not _FACT_WORDS["basis"].search(words):
        return 0.0
    if "funding" in kinds and not grades[[k for k in kinds if _graded(k)].index("funding")]:
        return 0.0
    return sum(grades) / len(grades) if grades else 1.0


def _graded(kind: str) -> bool:
    return kind in ("lead", "direct", "coordinate", "deadline", "effect", "target") or kind in _FACT_WORDS


_MONEY_ASKED = re.compile(
    r"(?:bao nhieu|may) (?:ti|ty|trieu|nghin|dong|tien|usd|kinh phi|von|ngan sach)(?![a-z])"
    r"|muc (?:chi|thu|phat|ho tro|phu cap|tro cap|luong|thuong)(?![a-z])"
    r"|(?<![a-z])gia (?:ca |tien )?(?:la )?(?:bao nhieu|may)(?![a-z])"
    # "Kinh phí sửa 14 cống là bao nhiêu", "tập huấn tốn bao nhiêu", "giá thuê chỗ ở chợ là bao nhiêu"
    r"|(?<![a-z])(?:kinh phi|chi phi|so tien|(?<!thanh )tien|(?<!cong )(?<!can )gia (?:thue|ban|mua|ve|dien|nuoc|dat))"
    r"(?! do)(?: [a-z0-9/,-]+){0,16}? (?:la |het |can |ton )?bao nhieu(?= ?(?:$|[?,;.]))"
    r"|(?<![a-z])(?:ton|het|mat) (?:may|bao nhieu)(?= ?(?:$|[?,;.]))"
    # "vốn điều lệ của quỹ … là bao nhiêu" asks for a sum, not for any figure beside it
    r"|(?<![a-z])(?:von(?: (?:dieu le|phap dinh|dau tu|ban dau|gop|vay))?|tong (?:muc )?(?:dau tu|kinh phi|du toan|chi phi))"
    r"(?! hoa)(?: [a-z0-9/-]+){0,16}? (?:la |het |can )?bao nhieu(?= ?(?:$|[?,;.]))"
)
_MONEY = re.compile(
    r"\d[\d.,]*\s*(?:(?:nghìn |ngàn )?(?:tỷ|tỉ|triệu|nghìn|ngàn)(?:\s*(?:đồng|USD))?|đồng|USD|đô la)",
    re.IGNORECASE,
)
_ITEM_NUMBER = re.compile(
    r"^\s*(?:[-+*•|]\s*)?(?:\d{1,2}[.)]|(?:\d{1,2}\.)+\d{1,2}\.?|(?:Điều|Khoản|Mục|Phụ lục)\s+\d+[.:]?)\s+",
    re.IGNORECASE,
)
_CURRENCY = {
    "usd": re.compile(r"(?<![a-z])usd(?![a-z])"),
    "đồng": re.compile(r"(?:ti|ty|trieu|nghin) dong(?![a-z])"),
}
_SHARE_ASKED = re.compile(r"phan tram|%|bao nhieu pt(?![a-z])")


def _measured(question: Question, words: str) -> bool:
    """Say whether words hold a figure of the kind asked for: a share, an amount of money, any number."""
    flat = bare(question.text)
    words = "\n".join(_ITEM_NUMBER.sub("", line) for line in words.split("\n"))
    if _SHARE_ASKED.search(flat):
        return "%" in words or "phần trăm" in words.lower() or "‰" in words
    if _MONEY_ASKED.search(flat):
        wanted = next((name for name, asked in _CURRENCY.items() if asked.search(flat)), None)
        amounts = [match.group().lower() for match in _MONEY.finditer(words)]
        return any(wanted is None or wanted in amount for amount in amounts)
    words = _YEAR_ONLY.sub(" ", words)
    return bool(_FIGURE.search(words) or _NUMERAL.search(words))


#: "Chỉ tiêu năm 2026:" holds no figure.
_YEAR_ONLY = re.compile(
    r"(?<!\w)(?:năm|giai đoạn) (?:19|20)\d\d(?: ?[-–] ?(?:19|20)\d\d)?(?![\d/.,%])", re.IGNORECASE
)
_NUMERAL = re.compile(r"(?<!\w)(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)(?!\w)", re.IGNORECASE)


_UNTIL = r"(?:tháng|quý|đến|trước|trong|sau|từ|hết|cuối|đầu|xong|vào|thời gian:?)(?:\s+(?:hết|cuối|ngày|tháng|quý))*"


def _of_year(text: str, year: str) -> bool:
    """Say whether a text speaks of a year.

    "12/9/2025" is the day of a cited document, not the year that the statement is about; "đến ngày
    31/12/2027" is.
    """
    return bool(
        re.search(rf"(?<![\d/]){year}(?!\d)", text)
        or re.search(rf"(?<!\w){_UNTIL}\s+[\dIV/]{{1,5}}/{year}(?!\d)", text, re.IGNORECASE)
    )


def _dated(words: str) -> bool:
    """Say whether a statement says until when it holds: "trước ngày 31/12/2027", "đến năm 2030"."""
    return bool(
        re.search(
            rf"(?<!\w){_UNTIL}\s+(?:[\dIV/]{{1,5}}/|năm\s+)(?:19|20)\d\d(?![\d/])", words, re.IGNORECASE
        )
    )


_OPENS_WITH_TIME = re.compile(
    r"\s*(?:\S+\s+){0,2}?(?:đến|tính đến|năm|trong|hết|cuối) [^,;.]{0,40}(?:19|20)\d\d,", re.IGNORECASE
)
_SOME_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def _time_of_series(text: str, block: Span, clause: Span) -> str:
    """Return the time that a sentence opens with, for a clause of it after a semicolon that names none.

    "Đến hết năm 2025, xã có 12 bến; tỷ lệ bến có phao đạt 40%": the share is of 2025 too.
    """
    before = text[block.start : clause.start]
    if not _SERIES.search(before) or _SOME_YEAR.search(clause.of(text)):
        return ""
    starts = [match.end() for match in re.finditer(r"[.!?][”\")]*\s+(?=\S)", before)]
    opening = _OPENS_WITH_TIME.match(before, starts[-1] if starts else 0)
    return f"{opening.group().strip()} " if opening else ""


_LAW = r"(?<![a-z])(?:luat|phap lenh|nghi dinh|thong tu|nghi quyet|quyet dinh)"


def _fits(question: Question, document: Document, words: str, path: str) -> bool:
    """Say whether a statement speaks of the year and of the thing counted that a question names."""
    metadata = document.metadata
    if question.years:
        around = [words, path]
        if not _dated(words):
            # A statement that names no time of its own is about the time of its document.
            around += [
                metadata.title.value if metadata.title else "",
                metadata.date.value if metadata.date else "",
            ]
        for year in question.years:
            if any(_of_year(text, year) for text in around):
                continue
            # A law spoken of by its year ("Luật Khí tượng năm 2015") bears it in its number: 12/2015/QH13.
            by_year = re.search(rf"{_LAW}(?: [^\W\d]+){{0,10}} nam {year}", bare(question.text))
            if not by_year or not re.search(rf"\d/{year}/[A-ZĐ]", words):
                return False
    if not tells(question.text, words):
        return False
    return question.counted is None or question.counted in _ANY_THING or _counts(words, question.counted)


_ANY_THING = frozenset(("cai", "chiec", "thu"))
"""Nouns that only say that things are counted: "mấy cái đồng hồ"."""


_NUMBER = re.compile(r"\d[\d.,/]*%?|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|chục|trăm")
_TOKEN = re.compile(r"\d[\d.,/]*%?|[^\W\d_]+")
_BEFORE_YEAR = frozenset(
    ("hàng", "hằng", "mỗi", "trong", "từng", "các", "những", "cả", "cuối", "đầu", "của", "qua")
)


_SAME_MEASURE = {
    "met": ("m",),
    "cay": ("km",),
    "ki": ("km",),
    "tieng": ("gio",),
    "hec": ("ha",),
    "can": ("kg",),
}
"""Measures as people say them (their first syllable), and as documents write them."""


def _counts(words: str, noun: str) -> bool:
    """Say whether a number stands before a noun (without diacritics), one word between them at most.

    In a row of a table the head of its column may be what is counted: "Đi làm việc ở nước ngoài (người)".
    """
    header, _, row = words.partition("\n")
    heads, values = cells(header), cells(row)
    if row and len(heads) == len(values) > 1:
        for head, value in zip(heads, values, strict=True):
            if re.search(r"\d", value) and noun in re.findall(r"[a-z]+", bare(head)):
                return True
    nouns = (noun, *_SAME_MEASURE.get(noun, ()))
    tokens = _TOKEN.findall(fold(without_mark(words)))
    for at, token in enumerate(tokens):
        if not _NUMBER.fullmatch(token) or (token == "năm" and at and tokens[at - 1] in _BEFORE_YEAR):
            continue
        if any(bare(near) in nouns for near in tokens[at + 1 : at + 3]):
            return True
    return False


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
