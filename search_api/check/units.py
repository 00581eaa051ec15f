"""The pieces that a cross-check compares, cut out of a document: tasks, actions, targets, paragraphs.

``words`` is what a piece says is to be done: the names of who does it, its time limit and the labels of
those lines are left out, because two plans name different people and that must not part them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from indexer.assignments import unit_title
from indexer.clean import collapse, fold
from indexer.records import BOILERPLATE, Block, Document, Span, Target, Task
from search_api.check.share import clause_spans

UnitKind = Literal["task", "action", "target", "requirement", "goal", "paragraph"]

_DROPPED_LABELS = frozenset(
    {
        "lead",
        "lead_or_implement",
        "lead_coordinate",
        "coordinate",
        "direct",
        "implement",
        "deadline",
        "funding",
        "report",
        "place",
        "target",
        "result",
    }
)
_ROLE_WORDS = re.compile(
    r"\b(?:chủ trì(?:,? (?:và )?phối hợp(?: với)?)?|phối hợp với|(?<!\w )giao(?= (?-i:[A-ZĐ]))"
    r"|(?:hoàn thành|thực hiện|xong)(?= *[.;,]|$))",
    re.I,
)
_SENTENCE = re.compile(r"[.;]\s+(?=[^\s])|\n+")
_LEADING = re.compile(
    r"^[\s|]*(?:[-+*•]\s*)?(?:(?:\d+(?:\.\d+)*|[a-zđ]|[IVX]+)[.)]\s*)?(?:[-+*•]\s*)?(?:nhiệm vụ \d+\s*:)?\s*",
    re.I,
)
_GROUP_RESULT = re.compile(r"^\W*(?:kết quả cần đạt|kết quả|chỉ tiêu)\W*$", re.I)
_PURPOSE = re.compile(r"mục đích|yêu cầu|quan điểm|nguyên tắc|phương châm")
_NOT_PURPOSE = re.compile(r"mục tiêu|chỉ tiêu|nhiệm vụ|giải pháp|tổ chức thực hiện")
_FUNDING = re.compile(r"kinh phí|nguồn lực tài chính|nguồn vốn")


class Unit(msgspec.Struct, frozen=True):
    """A piece of a document; ``span`` is quoted, ``words`` compared, ``task`` its index in the tasks."""

    kind: UnitKind
    span: Span
    words: str
    section: str
    task: int = -1
    target: int = -1
    title: str = ""


def without(text: str, span: Span, cut: Sequence[Span]) -> str:
    """Return ``text[span]`` collapsed, with the spans of ``cut`` taken out."""
    pieces: list[str] = []
    at = span.start
    for hole in sorted(cut):
        if hole.end <= at or hole.start >= span.end:
            continue
        pieces.append(text[at : max(at, hole.start)])
        at = max(at, hole.end)
    pieces.append(text[at : span.end])
    return collapse(" ".join(pieces))


def task_holes(document: Document, task: Task) -> list[Span]:
    """Return what a task says of people, time and money: the spans that :func:`without` takes out."""
    holes = [
        Span(mention.span.start, mention.span.start + _name_length(mention.text))
        for mention in (*task.lead, *task.coordinating, *task.directing, *task.implementing)
        if task.block.covers(mention.span)
    ]
    if task.deadline_span is not None and task.block.covers(task.deadline_span):
        holes.append(task.deadline_span)
    # The name of the directive itself stands in half of all tasks and parts none of them.
    holes += [r.span for r in document.references if task.block.covers(r.span)]
    results = False
    for block in document.blocks:
        if block.span.start < task.block.start:
            continue
        if block.span.start >= task.block.end:
            break
        words = block.span.of(document.text)
        if (
            results
            or block.kind in BOILERPLATE
            or (block.label in _DROPPED_LABELS and block.span.start > task.span.start)
        ):
            holes.append(block.span)
        if _GROUP_RESULT.match(collapse(words)) and block.span.start > task.span.start:
            # What follows "Kết quả cần đạt" belongs to the group, not to its last task.
            results = True
            holes.append(block.span)
    return holes


_LONG_NAME = 9
_RUNS_ON = re.compile(
    r"(?:xã, phường(?:, đặc khu)?|cấp (?:xã|tỉnh)|tỉnh|xã|sở|ngành|trường học|công ty)(?=\s+[a-zđà-ỹ])"
)


def _name_length(name: str) -> int:
    """Return how many characters of a mention are a name: a long one may run on into what is to be done."""
    if len(name.split()) <= _LONG_NAME and not re.search(r"\d", name):
        return len(name)
    found = _RUNS_ON.search(fold(name))
    return found.end() if found else 0


def _words(document: Document, span: Span, holes: Sequence[Span]) -> str:
    left = _ROLE_WORDS.sub(" ", without(document.text, span, holes))
    return collapse(_LEADING.sub("", left).strip(" .;,:|-"))


def _row_words(document: Document, task: Task) -> str:
    products = " ".join(mention.text for mention in task.products)
    cited = [r.span for r in document.references if task.span.covers(r.span)]
    return collapse(f"{without(document.text, task.span, cited)} . {products}")


def task_words(document: Document, task: Task) -> str:
    """Return what a task says is to be done."""
    if document.text[task.block.start : task.block.end].lstrip().startswith("|"):
        return _row_words(document, task)
    return _words(document, task.block, task_holes(document, task)) or collapse(task.span.of(document.text))


def task_units(document: Document) -> list[Unit]:
    """Return one piece for each task, in order."""
    return [
        Unit(
            "task",
            task.span,
            task_words(document, task) or collapse(task.span.of(document.text)),
            task.section,
            number,
            title=collapse(task.title or first_clause(task.span.of(document.text))),
        )
        for number, task in enumerate(document.tasks)
    ]


def titled_units(document: Document) -> list[Unit]:
    """Return the pieces of :func:`task_units`; a paragraph under a heading of its own says what the heading says too.

    "3. Trực ban" over two paragraphs of different units makes two tasks; neither repeats the heading.
    """
    sections = {section.path: section for section in document.outline}
    parents = {section.parent for section in document.outline}
    numbers = {id(section): n for n, section in enumerate(document.outline)}
    out = []
    for unit in task_units(document):
        task = document.tasks[unit.task]
        section = sections.get(task.section)
        if (
            task.title is None
            and section is not None
            and section.title
            and section.kind not in ("part", "annex")
        ):
            names = unit_title(document.text, section.heading) is not None
            if numbers[id(section)] not in parents and not names:
                unit = msgspec.structs.replace(unit, words=f"{collapse(section.title)} . {unit.words}")
        out.append(unit)
    return out


def words_in(document: Document, task: Task, spans: Sequence[Span]) -> str:
    """Return what some clauses of a task say is to be done."""
    holes = task_holes(document, task)
    return collapse("; ".join(w for s in spans if (w := _words(document, s, holes))))


def clause_units(document: Document, number: int, spans: Sequence[Span] | None = None) -> list[Unit]:
    """Return one piece for each clause of a task, or of ``spans`` in it; a row of a table is one clause."""
    task = document.tasks[number]
    if document.text[task.block.start : task.block.end].lstrip().startswith("|"):
        return []
    holes = task_holes(document, task)
    out = []
    for span in clause_spans(document, task) if spans is None else spans:
        if any(hole.covers(span) for hole in holes):
            continue
        if words := _words(document, span, holes):
            out.append(Unit("action", span, words, task.section, number))
    return out


def first_clause(words: str) -> str:
    """Return the words up to the first semicolon or full stop."""
    return collapse(_LEADING.sub("", _SENTENCE.split(words.strip(), maxsplit=1)[0]))


def action_units(document: Document, number: int) -> list[Unit]:
    """Return the actions of a task where it has several; each must be carried out by itself."""
    task = document.tasks[number]
    holes = task_holes(document, task)
    body = [task.span] if len(task.actions) and not _inside(task.span, task.actions) else []
    spans = [*(s for s in body if _is_action(document, s, task)), *task.actions]
    units = []
    for span in spans:
        if any(span.start >= hole.start and span.end <= hole.end for hole in holes):
            continue
        words = _words(document, span, holes)
        if span.of(document.text).rstrip().endswith(":"):
            continue  # it leads in what follows, and orders nothing itself
        if len(words.split()) >= 4:
            units.append(Unit("action", span, words, task.section, number))
    return units if len(units) > 1 else []


LONG = 60
"""Words from which an action is several orders: it is judged by its sentences."""


def sentences(unit: Unit) -> list[Unit]:
    """Return the sentences of a long action, each as a piece; a short action is one piece."""
    if len(unit.words.split()) < LONG:
        return [unit]
    said = [m for m in re.split(r"(?<=[.;])\s+", unit.words) if len(m.split()) >= 6]
    return [msgspec.structs.replace(unit, words=words) for words in said] if len(said) > 1 else [unit]


def clauses(words: str) -> list[str]:
    """Return the clauses of a piece that say something by themselves, the whole piece where it has one."""
    found = [c for c in (collapse(c) for c in re.split(r";|\.\s", words)) if len(c.split()) >= 6]
    return found if len(found) > 1 else [words]


def _inside(span: Span, others: Sequence[Span]) -> bool:
    return any(other.overlaps(span) for other in others)


def _is_action(document: Document, span: Span, task: Task) -> bool:
    """Say whether the task's own sentence is content: a short heading over bullets is not."""
    words = span.of(document.text)
    return task.title is None and len(words.split()) > 12


def target_units(document: Document) -> list[Unit]:
    """Return one piece for each target."""
    owner = [-1] * len(document.targets)
    for number, target in enumerate(document.targets):
        for index, task in enumerate(document.tasks):
            if task.block.covers(target.span) and not _after_results(document, task, target.span):
                owner[number] = index
    return [
        Unit("target", t.span, target_words(document, t), t.section, owner[n], n)
        for n, t in enumerate(document.targets)
    ]


def _after_results(document: Document, task: Task, span: Span) -> bool:
    return any(h.covers(span) for h in task_holes(document, task))


_MEASURE = re.compile(
    r"(?:tối thiểu|ít nhất|trên|dưới|từ|khoảng|không (?:quá|thấp hơn|dưới)|đạt|phấn đấu)?\s*"
    r"\d+(?:[.,]\d+)*\s*%?(?:\s*trở lên)?",
    re.I,
)


_OPEN_END = re.compile(r"\b(?:có|được|đạt|là|với|và)$")
_CLAUSE_END = re.compile(r"[.;\n|]")


def target_words(document: Document, target: Target) -> str:
    """Return what a target measures: its indicator, with the rest of the clause where that says too little."""
    text = document.text
    indicator = collapse(target.indicator)
    quote = collapse(target.quote)
    if quote.startswith("|"):
        return indicator
    if _OPEN_END.search(indicator):
        found = _CLAUSE_END.search(text, target.span.end)
        end = found.start() if found else len(text)
        indicator = collapse(indicator + " " + text[target.span.end : min(end, target.span.end + 160)])
    if len(indicator.split()) >= 5 and not indicator.endswith(","):
        return _MEASURE.sub(" ", indicator)
    tail = _MEASURE.split(quote)[-1]
    words = tail if len(tail.split()) >= 5 else quote
    return collapse(_MEASURE.sub(" ", words))


def requirement_units(document: Document) -> list[Unit]:
    """Return the paragraphs of purposes, requirements and guiding views."""
    return [u for u in _paragraphs(document) if u.kind == "requirement"]


def paragraph_units(document: Document) -> list[Unit]:
    """Return the paragraphs outside tasks that may hold an answer: goals, requirements, organisation."""
    return list(_paragraphs(document))


def _paragraphs(document: Document) -> Iterator[Unit]:
    tasks = sorted(task.block for task in document.tasks)
    for block in document.blocks:
        if block.kind in BOILERPLATE or block.kind in ("title", "type", "preamble", "heading", "row"):
            continue
        if block.section < 0 or any(t.start <= block.span.start < t.end for t in tasks):
            continue
        words = collapse(block.body.of(document.text))
        if len(words.split()) < 8:
            continue
        section = document.outline[block.section]
        if _CLOSING.match(fold(words)):
            continue
        kind: UnitKind = "paragraph"
        if _is_purpose(document, block):
            kind = "requirement"
        elif _titled(document, block, _GOALS) or _mostly_targets(document, block):
            kind = "goal"
        yield Unit(kind, block.body, words, section.path)


_GOALS = re.compile(r"mục tiêu|chỉ tiêu|kết quả cần đạt")
_CLOSING = re.compile(
    r"^\(kèm theo |^(?:nghị quyết|chỉ thị|kế hoạch|chương trình) này (?:được )?(?:phổ biến|có hiệu lực|thay thế)"
    r"|^(?:trong )?quá trình (?:triển khai |tổ chức )*(?:thực hiện|nếu)"
    r"|^(?:trên đây là|căn cứ |yêu cầu )[^.]{0,90}kế hoạch này"
)


def _mostly_targets(document: Document, block: Block) -> bool:
    held = sum(t.span.end - t.span.start for t in document.targets if block.span.covers(t.span))
    return held >= 0.6 * (block.body.end - block.body.start)


def _titled(document: Document, block: Block, pattern: re.Pattern[str]) -> bool:
    index = block.section
    while index >= 0:
        section = document.outline[index]
        if pattern.search(fold(section.title or "")):
            return True
        index = section.parent
    return False


def _is_purpose(document: Document, block: Block) -> bool:
    """Say whether a paragraph states purposes or views: the nearest heading that tells decides.

    Under "II. QUAN ĐIỂM, MỤC TIÊU" what stands in "1. Quan điểm" is a view, and in "2. Mục tiêu" a goal.
    """
    index = block.section
    while index >= 0:
        section = document.outline[index]
        title = fold(section.title or "")
        if _NOT_PURPOSE.search(title):
            return False
        if _PURPOSE.search(title):
            return True
        index = section.parent
    return False


def is_funding(document: Document, unit: Unit) -> bool:
    """Say whether a paragraph stands in the part about money."""
    return any(
        section.path == unit.section and _FUNDING.search(fold(section.title or ""))
        for section in document.outline
    )
