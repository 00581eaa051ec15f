"""Tasks of a document: who does what by when, every field with its own span (domain §4).

A task is the smallest block that carries its own assignment: a numbered item or a bullet with labelled
lines under it, a sentence that names who does it, a heading that names a unit, a row of an annex table.
Its sub-paragraphs are its actions.  Nothing is borrowed from a neighbour: what is not stated stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from indexer.assignments import (
    Assignment,
    UnitTitle,
    begins_with_verb,
    coordinating_in,
    first_sentence,
    given_in,
    lead_in_note,
    read_assignment,
    report_to,
    unit_title,
)
from indexer.clean import collapse, fold
from indexer.deadlines import find_deadlines, read_deadline, read_statements
from indexer.label_lines import label_blocks
from indexer.labels import ASSIGNING, match_label
from indexer.lines import unwrapped
from indexer.records import Block, Deadline, Mention, Section, Span, Target, Task
from indexer.symbols import find_symbols
from indexer.tables import Row, Table, read_tables
from indexer.titles import assigns_no_work, title_kind
from indexer.units import split_roles, split_units

_BLOCKED = frozenset({"facts", "none", "funding", "results"})
_TASK_LABELS = ASSIGNING | {"deadline"}


def read_tasks(
    text: str,
    blocks: Sequence[Block],
    outline: Sequence[Section],
    targets: Sequence[Target],
    *,
    year: int | None = None,
) -> list[Task]:
    """Read the tasks of a document in order.

    ``year`` is the plan's year, for days that are given without one; by default it is taken from the
    head of the document.  Ids are paths of numbers ("II.1"), unique in the document.
    """
    text = unwrapped(text, blocks)
    reader = _Reader(text, blocks, outline, targets, _plan_year(text, blocks) if year is None else year)
    return reader.read()


#: "Nghị định số 12/2030/NĐ-CP ngày … của … về …": the words before and after the symbol in a list of documents.
_DOCUMENT_NAME = re.compile(
    r"(?:(?:bộ )?luật|pháp lệnh|nghị (?:định|quyết)|quyết định|quy định|quy chế|thông tư(?: liên tịch)?|thông tri|chỉ thị"
    r"|kết luận|hướng dẫn|kế hoạch|chương trình|đề án|công (?:văn|điện)|thông báo|báo cáo|tờ trình)(?![a-zà-ỹđ])[^,;:.]{0,80}$"
)
_OF_A_DOCUMENT = re.compile(
    r"[\s,(]*(?:$|[.;/)]|(?:ngày|năm|của|về|quy định|sửa đổi|bổ sung|hướng dẫn|ban hành|phê duyệt|v/v)(?![a-zà-ỹđ]))"
)
_LISTED_DOCUMENT = re.compile(
    r"(?:luật|bộ luật|pháp lệnh|nghị quyết|nghị định|thông tư(?: liên tịch)?|quyết định|chỉ thị|công văn|thông báo)"
    r" (?:liên tịch )?số:? ?\d"
)
_PARTY_HEAD = "đảng cộng sản việt nam"
_ORDERS = re.compile(r"(?:Lãnh đạo|Chỉ đạo)(?:,? (?:lãnh đạo|chỉ đạo))?\s+")
LED = "lãnh đạo …"
"""The basis of a unit that a Party committee is told to lead: the committee answers for its work."""
_YEAR = re.compile(r"\b(20\d\d)\b")
_END_YEAR = re.compile(r"(?:đến|giai đoạn|tới|tầm nhìn)[^.;]{0,20}20\d\d")


def _plan_year(text: str, blocks: Sequence[Block]) -> int | None:
    """Return the year of the place line, else the one year that the title names ("đến năm 2030" ends later)."""
    for block in blocks:
        if block.kind == "place" and (found := _YEAR.findall(block.span.of(text))):
            return int(found[-1])
    titles = [block.span.of(text) for block in blocks if block.kind == "title"]
    named = {year for title in titles for year in _YEAR.findall(title)}
    if len(named) != 1 or any(_END_YEAR.search(fold(title)) for title in titles):
        return None
    return int(named.pop())


class _Run(msgspec.Struct, frozen=True):
    """Content blocks and the labelled lines that follow them."""

    content: tuple[Block, ...]
    labels: tuple[Block, ...]

    @property
    def assigns(self) -> bool:
        return any(label.label in _TASK_LABELS for label in self.labels)

    @property
    def names_units(self) -> bool:
        return any(label.label in ASSIGNING for label in self.labels)


class _Given(msgspec.Struct, frozen=True):
    """What a heading hands down to the items under it."""

    lead: tuple[Mention, ...] = ()
    directing: tuple[Mention, ...] = ()


class _Reader:
    """One pass over the outline of one document."""

    def __init__(
        self,
        text: str,
        blocks: Sequence[Block],
        outline: Sequence[Section],
        targets: Sequence[Target],
        year: int | None,
    ) -> None:
        self.text = text
        self.outline = outline
        self.targets = targets
        self.year = year
        self.task_free = assigns_no_work(text, blocks)
        self.children: dict[int, list[int]] = {}
        for index, section in enumerate(outline):
            self.children.setdefault(section.parent, []).append(index)
        self.own: dict[int, list[Block]] = {}
        for block in label_blocks(text, blocks):
            if block.kind in ("paragraph", "bullet", "label"):
                self.own.setdefault(block.section, []).append(block)
        self.tabled = {block.section for block in blocks if block.kind == "row"}
        self.tables = read_tables(text, blocks)
        self.tasks: list[Task] = []
        self.ids: dict[str, int] = {}
        self.party = any(b.kind == "banner" and _PARTY_HEAD in fold(b.span.of(text)) for b in blocks)

    def read(self) -> list[Task]:
        for index in self.children.get(-1, []):
            self._visit(index, _Given(), None)
        for table in self.tables:
            self._table(table)
        self._outside()
        tasks = sorted(self.tasks, key=lambda task: (task.block.start, task.block.end))
        return [self._numbered(task) for task in tasks]

    def _assignment(self, span: Span) -> Assignment | None:
        """Read who does what a sentence says; in a Party document "Lãnh đạo Công an xã nắm …" is an order."""
        found = read_assignment(self.text, span)
        if (
            found is None
            or not self.party
            or found.basis != "chủ ngữ"
            or found.lead[0].span.start != span.start
        ):
            return found
        order = _ORDERS.match(self.text, span.start)
        if order is None:
            return found
        first = found.lead[0].span
        led = split_units(self.text[order.end() : first.end], order.end())
        return Assignment((*led, *found.lead[1:]), LED, True, found.end) if led else None

    # -- the outline --------------------------------------------------------------------------

    def _visit(self, index: int, given: _Given, context: str | None) -> None:
        section = self.outline[index]
        kind = title_kind(section.title) if section.title else None
        if kind in _BLOCKED:
            if not self._labelled_below(index) and not (
                kind == "funding" and self._works_on_money(index, context)
            ):
                return
            kind = "tasks"  # "Nhóm 4: Kinh phí" with "Đơn vị chủ trì: …" in it lists work, whatever its title
        context = "organisation" if "organisation" in (kind, context) else kind or context
        title = self._unit_title(section, context)
        if title is not None and context != "organisation" and self._others_work(index, title):
            title = None
        if section.kind == "annex" and index in self.tabled:
            title = None  # "NHIỆM VỤ CỦA SỞ X" over a table: its rows are the tasks
        children = self.children.get(index, [])
        if children:
            self._with_children(index, children, title, given, context)
        else:
            self._leaf(index, title, given, context)

    def _labelled_below(self, index: int) -> bool:
        """Say whether a line in the section names who does the work ("Đơn vị chủ trì: …")."""
        return any(
            block.kind == "label" and block.label in ASSIGNING
            for inside in (index, *self._descendants(index))
            for block in self.own.get(inside, [])
        )

    def _works_on_money(self, index: int, context: str | None) -> bool:
        """Say whether a section on money among those that list work has points that say what is to be done."""
        points = self.children.get(index, [])
        first = [own[0].body for point in points if (own := self.own.get(point, []))]
        done = [self._assignment(body) is not None or begins_with_verb(self.text, body) for body in first]
        return context == "tasks" and len(points) > 1 and 2 * sum(done) >= len(points)

    def _unit_title(self, section: Section, context: str | None) -> UnitTitle | None:
        if section.title is None:
            return None
        span = self._title_span(section)
        found = unit_title(self.text, span)
        if found is None or context in ("organisation", None) or found.directs:
            return found
        # In a part that lists work, "Doanh nghiệp và hợp tác xã" may be a theme: want a proper name.
        return found if any(len(m.text.split()) > 1 and m.text[:1].isupper() for m in found.units) else None

    def _others_work(self, index: int, title: UnitTitle) -> bool:
        """Say whether what opens under a heading is another unit's: "2. Trạm Y tế / Phòng Kinh tế bàn giao …"."""
        below = next((b for b in self.own.get(index, []) if b.kind == "paragraph"), None)
        found = self._assignment(below.body) if below is not None else None
        if below is None or found is None or not found.strong:
            return False
        if found.lead[0].span.start != below.body.start or title.directs:
            return False
        return not {fold(m.text) for m in found.lead} & {fold(m.text) for m in title.units}

    def _title_span(self, section: Section) -> Span:
        """Return the words of a section's heading, without its number."""
        heading = section.heading
        words = heading.of(self.text)
        if section.title:
            first = re.escape(section.title.split()[0])
            found = re.search(first, words)
            if found:
                start = heading.start + found.start()
                return Span(start, heading.start + len(words.rstrip(" :\n")))
        return heading

    def _with_children(
        self, index: int, children: list[int], title: UnitTitle | None, given: _Given, context: str | None
    ) -> None:
        section = self.outline[index]
        runs = self._runs(self.own.get(index, []))
        lettered = all(self._lettered(self.outline[child]) for child in children)
        if title is not None and title.directs:
            given = _Given(directing=title.units)
        elif title is not None and not (self._statute(index) and context != "organisation"):
            if not self._by_point(children) and not self._beside_by_point(index, children):
                self._unit_task(index, title, given)
                return
            given = _Given(lead=title.units, directing=given.directing)
        elif any(run.names_units for run in runs) and not self._by_point(children, any_=True):
            self._section_task(index, runs, given)
            return
        elif lettered and self._labelled_last(children):
            self._section_task(index, [*runs, *self._runs(self.own.get(children[-1], []))], given)
            return
        elif (
            lettered
            and section.kind not in ("part", "chapter", "article")
            and not self._by_point(children, any_=True)
        ):
            if self._counts(index, context, bool(runs)):
                self._section_task(index, runs, given)
            return
        opening = self._opening(index, children)
        if opening is not None and not given.lead:
            given = _Given(lead=opening.lead, directing=given.directing)
        for child in children:
            self._visit(child, given, context)
        self._closing(index, context)

    def _opening(self, index: int, children: list[int]) -> Assignment | None:
        """A run-in that names a unit and goes on in points: "7. UBND các xã: a) …"."""
        section = self.outline[index]
        if section.title is not None or section.kind in ("part", "group"):
            return None
        own = [b for b in self.own.get(index, []) if b.span.start < self.outline[children[0]].span.start]
        if not own:
            return None
        return self._assignment(own[0].body)

    @staticmethod
    def _lettered(section: Section) -> bool:
        return re.fullmatch(r"[a-zđ]", section.num) is not None

    def _labelled_last(self, children: list[int]) -> bool:
        """Say whether labelled lines stand under the last of several points only: they are the parent's."""
        labelled = [any(b.label in _TASK_LABELS for b in self.own.get(child, [])) for child in children]
        if len(children) < 2 or not labelled[-1] or any(labelled[:-1]):
            return False
        labels = {b.label for b in self.own.get(children[-1], []) if b.label in _TASK_LABELS}
        if len(labels) > 2 and labels & set(ASSIGNING):
            # A whole set of labelled lines is of the work that the points make up, though one of them has a limit.
            first = [own[0].body for child in children[:-1] if (own := self.own.get(child, []))]
            given = [self._assignment(body) for body in first]
            return not any(found and found.strong and found.basis != "chủ ngữ" for found in given)
        return not self._by_point(children[:-1], any_=True)

    def _by_point(self, children: list[int], any_: bool = False) -> bool:
        """Say whether the points under a heading carry assignments of their own."""
        carrying = 0
        for child in children:
            if (
                self.outline[child].num
                and not self._lettered(self.outline[child])
                and self.outline[child].title
            ):
                return True
            own = self.own.get(child, [])
            first = own[0].body if own else None
            carries = any(b.label in _TASK_LABELS for b in own) or bool(self.children.get(child))
            if first is not None and not carries:
                found = self._assignment(first)
                carries = (found is not None and found.strong) or bool(
                    find_deadlines(self.text[first.start : first.end], year=self.year)
                )
            carrying += carries
        return carrying > 0 if any_ else 2 * carrying >= len(children)

    def _beside_by_point(self, index: int, children: list[int]) -> bool:
        """Say whether units beside this one are given work point by point: a list is read in one way.

        Where each point of "1. Sở Y tế" has its own limit, those of "2. Sở Công Thương" are tasks too, though
        fewer of them have one.
        """
        if not all(self._lettered(self.outline[child]) for child in children):
            return False
        if not self._by_point(children, any_=True):
            return False
        beside = self.children.get(self.outline[index].parent, [])
        return any(
            other != index
            and len(points := self.children.get(other, [])) > 1
            and all(self._lettered(self.outline[point]) for point in points)
            and self._by_point(points)
            for other in beside
        )

    def _counts(self, index: int, context: str | None, has_body: bool) -> bool:
        """Say whether an item that names nobody is a task: in a part that lists work."""
        section = self.outline[index]
        if section.kind in ("part", "chapter", "article", "annex") or self._statute(index):
            return False
        return context in ("tasks", "continuous", None) or (context == "organisation" and not has_body)

    # -- a section without sections of its own --------------------------------------------------

    def _leaf(self, index: int, title: UnitTitle | None, given: _Given, context: str | None) -> None:
        section = self.outline[index]
        own = self.own.get(index, [])
        runs = self._runs(own)
        labelled = [run for run in runs if run.assigns]
        if not labelled and self._is_listed_document(section):
            return
        if title is not None and not title.directs and not labelled:
            if self._statute(index) and context != "organisation":
                return
            self._unit_task(index, title, given)
        elif labelled and runs[-1] is not labelled[-1] and _all_bullets(runs):
            self._bullets(section, runs, given, context)
        elif len(labelled) > 1 or (labelled and section.kind in ("part", "annex")):
            for run in labelled:
                self._run_task(section, run, given)
        elif labelled:
            self._section_task(index, runs, given)
        elif section.kind in ("part", "annex", "article", "chapter"):
            self._loose(index, own, context, lone=section.kind == "part")
        else:
            self._prose(index, own, given, context)

    def _is_listed_document(self, section: Section) -> bool:
        """Say whether an item only names a document ("2. Nghị định số …"): a list of texts gives no work."""
        words = section.span.of(self.text)[len(section.num) :].lstrip(" .)-\n")
        if _LISTED_DOCUMENT.match(fold(words[:80])) is None:
            return False
        start = section.span.end - len(section.span.of(self.text)[len(section.num) :].lstrip(" .)-\n"))
        return self._assignment(Span(start, section.span.end)) is None

    def _bullets(self, section: Section, runs: Sequence[_Run], given: _Given, context: str | None) -> None:
        """Bullets of which some carry labels of their own: each bullet is a task."""
        for run in runs:
            alone = run.content[:-1] if run.assigns else run.content
            for block in alone:
                found = self._assignment(block.body) or lead_in_note(self.text, block.body)
                self._block_task(section, block, found, given)
            if run.assigns:
                self._run_task(section, _Run(run.content[-1:], run.labels), given)

    def _runs(self, own: Sequence[Block]) -> list[_Run]:
        runs: list[_Run] = []
        content: list[Block] = []
        labels: list[Block] = []
        for block in own:
            if block.kind == "label":
                labels.append(block)
                continue
            if labels:
                runs.append(_Run(tuple(content), tuple(labels)))
                content, labels = [], []
            content.append(block)
        if content or labels:
            runs.append(_Run(tuple(content), tuple(labels)))
        return runs

    def _prose(self, index: int, own: list[Block], given: _Given, context: str | None) -> None:
        """A numbered item without labels: one task, or one for each paragraph that names who does it."""
        section = self.outline[index]
        content = [b for b in own if b.kind != "label"]
        read = [self._assignment(b.body) for b in content]
        strong = [found for found in read if found is not None and found.strong]
        each = (
            section.title is not None
            and len(content) > 1
            and 2 * len(strong) >= len(content)
            and bool(strong)
        )
        if each and all(b.kind == "bullet" for b in content):
            each = sum(found.basis.startswith(("chủ trì", "Giao")) for found in strong) > 0 or len(
                strong
            ) == len(content)
        if each and len(strong) == 1 and read[0] is not strong[0]:
            # "Giao X chủ trì …" after other paragraphs assigns them all.
            self._section_task(index, self._runs(own), given, strong[0])
            return
        if each:
            for block, found in zip(content, read, strict=True):
                if found is not None or not _FORMALITY.match(fold(block.body.of(self.text))):
                    self._block_task(section, block, found, given)
            return
        first = read[0] if read else None
        if first is None and not given.lead and self._cites(section, content):
            return
        if first is None and not given.lead and not self._counts(index, context, bool(content)):
            if not content or self._statute(index):
                return
            dated = find_deadlines(content[0].body.of(self.text), year=self.year)
            if not dated and (section.title is not None or not begins_with_verb(self.text, content[0].body)):
                return
        if first is not None and not first.strong and section.title is not None:
            first = None
        if self._statute(index) and not self._assigns(first, context):
            return
        self._section_task(index, self._runs(own), given, first)

    def _cites(self, section: Section, content: Sequence[Block]) -> bool:
        """Say whether an item is the name of a document in a list of documents, and no work to do."""
        span = self._title_span(section) if section.title else content[0].body if content else section.heading
        words = collapse(span.of(self.text))
        symbols = find_symbols(words)
        if not symbols or not _DOCUMENT_NAME.match(fold(words[: symbols[0].span.start])):
            return False
        return _OF_A_DOCUMENT.match(fold(words[symbols[0].span.end :])) is not None

    def _statute(self, index: int) -> bool:
        """Say whether a section is part of a statute, whose rules are no tasks: an article, or what is in one."""
        while not self.task_free and index >= 0:
            if self.outline[index].kind in ("article", "chapter"):
                return True
            index = self.outline[index].parent
        return self.task_free

    def _assigns(self, found: Assignment | None, context: str | None) -> bool:
        """Say whether a sentence of a statute gives work to do, and no rule: under "Tổ chức thực hiện", or "Giao …"."""
        if found is None or not found.strong:
            return False
        if context == "organisation" or found.basis.lower().startswith(
            ("giao", "phân công", "yêu cầu", "đề nghị")
        ):
            return True
        return fold(self.text[max(0, found.end - 16) : found.end]).endswith("chịu trách nhiệm")

    def _loose(self, index: int, own: list[Block], context: str | None, *, lone: bool) -> None:
        """Paragraphs straight under a part: those that name who does it, and bullets that list work."""
        section = self.outline[index]
        for block in own:
            if block.kind == "label":
                continue
            found = self._assignment(block.body)
            if self._statute(index) and not self._assigns(found, context):
                continue
            if found is not None and found.strong and not _is_difficulty(self.text, block):
                self._block_task(section, block, found, _Given(), closing=block.kind == "paragraph")
            elif (
                lone
                and context in ("tasks", "continuous")
                and block.kind == "bullet"
                and not self._statute(index)
            ):
                self._block_task(section, block, None, _Given())

    def _closing(self, index: int, context: str | None) -> None:
        """Sentences that follow the numbered items of a part: "Yêu cầu các phòng, đơn vị …"."""
        children = self.children.get(index, [])
        after = self.outline[children[-1]].span.end if children else 0
        for block in self.own.get(index, []):
            if block.kind == "label" or block.span.start < after:
                continue
            found = self._assignment(block.body)
            if found is not None and found.strong and not _is_difficulty(self.text, block):
                self._block_task(self.outline[index], block, found, _Given(), closing=True)

    def _outside(self) -> None:
        """What stands in no section: sentences after the last item, or, without any, labelled lines."""
        own = self.own.get(-1, [])
        if self.outline:
            end = max(section.span.end for section in self.outline)
            for block in own:
                if block.kind == "label" or block.span.start < end or self.task_free:
                    continue
                found = self._assignment(block.body)
                if found is not None and found.strong and not _is_difficulty(self.text, block):
                    self._block_task(None, block, found, _Given(), closing=True)
            return
        for run in self._runs(own):
            if run.assigns:
                self._add_task(
                    _Draft.of("x", "", None, run.content or run.labels), run.labels, _Given(), None
                )

    # -- making tasks ---------------------------------------------------------------------------

    def _section_task(
        self, index: int, runs: Sequence[_Run], given: _Given, found: Assignment | None = None
    ) -> None:
        section = self.outline[index]
        content = [b for run in runs for b in run.content]
        labels = [b for run in runs for b in run.labels]
        below = [
            block
            for child in self._descendants(index)
            for block in self.own.get(child, [])
            if block.kind != "label" and block not in content
        ]
        actions = [b.body for b in [*content, *below]]
        if section.title:
            span = self._title_span(section)
        elif content:
            span = first_sentence(self.text, content[0].body)
            actions = actions[1:]
        else:
            span = section.heading
        draft = _Draft(
            section=section.path,
            id=_id_of(section.path),
            title=section.title,
            span=span,
            block=self._block_of(section),
            actions=tuple(actions),
            index=index,
        )
        if found is None and content and not any(label.label in ASSIGNING for label in labels):
            found = self._assignment(content[0].body)
            if found is not None and section.title is not None and not found.strong:
                found = None
            if found is None:
                found = next(
                    (
                        later
                        for b in content
                        if (later := given_in(self.text, b.body) or lead_in_note(self.text, b.body))
                        is not None
                    ),
                    None,
                )
        self._add_task(draft, labels, given, found)

    def _descendants(self, index: int) -> list[int]:
        found: list[int] = []
        for child in self.children.get(index, []):
            found += [child, *self._descendants(child)]
        return found

    def _block_of(self, section: Section) -> Span:
        words = section.span.of(self.text)
        return Span(section.span.start, section.span.start + len(words.rstrip()))

    def _unit_task(self, index: int, title: UnitTitle, given: _Given) -> None:
        """A heading that names the unit: what stands under it is that unit's work."""
        section = self.outline[index]
        content = [b for b in self.own.get(index, []) if b.kind != "label"]
        below = [
            b for child in self._descendants(index) for b in self.own.get(child, []) if b.kind != "label"
        ]
        body = [*content, *below]
        start = self._title_span(section).start
        span = Span(start, first_sentence(self.text, body[0].body).end) if body else self._title_span(section)
        draft = _Draft(
            section=section.path,
            id=_id_of(section.path),
            title=section.title,
            span=span,
            block=self._block_of(section),
            actions=tuple(b.body for b in body),
            index=index,
        )
        found = Assignment(title.units, "tiêu đề đơn vị", True, span.start)
        self._add_task(draft, [b for b in self.own.get(index, []) if b.kind == "label"], given, found)

    def _run_task(self, section: Section, run: _Run, given: _Given) -> None:
        self._add_task(
            _Draft.of(_id_of(section.path), section.path, None, run.content or run.labels, run.labels),
            run.labels,
            given,
            None,
        )

    def _block_task(
        self,
        section: Section | None,
        block: Block,
        found: Assignment | None,
        given: _Given,
        *,
        closing: bool = False,
    ) -> None:
        path = section.path if section is not None else ""
        number = ".".join(part for part in (_id_of(path), "x" if closing else "") if part)
        draft = _Draft(
            section=path,
            id=number,
            title=None,
            span=first_sentence(self.text, block.body),
            block=block.span,
            index=-1,
        )
        self._add_task(draft, [], given, found)

    def _add_task(
        self, draft: _Draft, labels: Sequence[Block], given: _Given, found: Assignment | None
    ) -> None:
        units = _Units(self.text)
        for label in labels:
            units.add(label)
        lead, basis, coordinating = units.lead, units.basis, units.coordinating
        prose = not any(label.label in ASSIGNING for label in labels)
        if prose and found is not None:
            lead, basis = list(found.lead), found.basis
        elif prose and given.lead:
            lead, basis = list(given.lead), "tiêu đề đơn vị"
        if prose and lead:
            coordinating = [
                m
                for m in coordinating_in(self.text, draft.block)
                if fold(m.text) not in {fold(n.text) for n in lead}
            ]
        deadline, deadline_span, inherited = self._deadline(draft, labels)
        self.tasks.append(
            Task(
                id=draft.id,
                section=draft.section,
                title=draft.title,
                span=draft.span,
                block=draft.block,
                lead=tuple(lead),
                lead_basis=basis,
                coordinating=tuple(coordinating),
                directing=tuple(units.directing) or given.directing,
                implementing=tuple(units.implementing),
                deadline=deadline,
                deadline_span=deadline_span,
                deadline_inherited=inherited,
                products=tuple(
                    mention
                    for label in labels
                    if label.label in ("product", "result")
                    for mention in _values(self.text, label.body)
                ),
                targets=tuple(t for t in self.targets if draft.block.covers(t.span)),
                funding=next(
                    (_value(self.text, label.body) for label in labels if label.label == "funding"), None
                ),
                report_to=report_to(self.text, draft.block),
                actions=draft.actions,
            )
        )

    def _deadline(self, draft: _Draft, labels: Sequence[Block]) -> tuple[Deadline, Span | None, bool]:
        stated = [label for label in labels if label.label == "deadline" and label.body.of(self.text).strip()]
        if stated:
            span = Span(stated[0].body.start, _trimmed(self.text, stated[-1].body).end)
            values = [_trimmed(self.text, label.body).of(self.text) for label in stated]
            if len(values) == 1:
                return read_deadline(values[0], year=self.year), span, False
            names = [_deadline_name(_label_words(self.text, label)) for label in stated]
            return read_statements(list(zip(names, values, strict=True)), year=self.year), span, False
        above = self._inherited(draft)
        if above is not None and len(draft.actions) > 1:
            return above
        start = draft.block.start
        inline = _specific(find_deadlines(self.text[start : draft.block.end], year=self.year))
        distinct = {deadline.raw for _, deadline in inline}
        if inline and (len(distinct) == 1 or len(draft.actions) <= 1):
            where, deadline = inline[0]
            return deadline, Span(start + where.start, start + where.end), False
        return above or (Deadline(), None, False)

    def _inherited(self, draft: _Draft) -> tuple[Deadline, Span | None, bool] | None:
        """Take the limit that a heading above states: "Nhiệm vụ thường xuyên"."""
        at = self.outline[draft.index].parent if draft.index >= 0 else -1
        while at >= 0:
            section = self.outline[at]
            if section.title and title_kind(section.title) == "continuous":
                raw = collapse(section.title)
                return Deadline(raw=raw, kind="continuous"), self._title_span(section), True
            at = section.parent
        return None

    def _numbered(self, task: Task) -> Task:
        """Make the id unique: the second task of a section is "II.1-2"."""
        count = self.ids[task.id] = self.ids.get(task.id, 0) + 1
        return task if count == 1 else msgspec.structs.replace(task, id=f"{task.id}-{count}")

    # -- tables ---------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        if table.column("task") is None or not set(table.columns.values()) & {
            "lead", "lead_coordinate", "coordinate", "direct", "deadline", "product",
        }:  # fmt: skip
            return
        for number, row in enumerate(table.rows, start=1):
            self._row(table, row, number)

    def _row(self, table: Table, row: Row, number: int) -> None:
        cells = {
            key: row.cells[index]
            for index, key in sorted(table.columns.items(), reverse=True)
            if index < len(row.cells) and row.cells[index].of(self.text).strip(" -–…")
        }
        task = cells.get("task")
        if task is None or _is_group(self.text, row, cells):
            return
        section = self.outline[row.section] if row.section >= 0 else None
        if section is not None and self._blocked(row.section):
            return
        order = collapse(cells["order"].of(self.text)).strip(" .)") if "order" in cells else str(number)
        path = section.path if section is not None else ""
        lead, coordinating, basis = self._row_units(table, cells)
        deadline = Deadline()
        if "deadline" in cells:
            deadline = read_deadline(cells["deadline"].of(self.text), year=self.year)
        self.tasks.append(
            Task(
                id=".".join(part for part in (_id_of(path), order) if part),
                section=path,
                title=collapse(task.of(self.text)) if len(task.of(self.text)) <= 200 else None,
                span=task,
                block=row.span,
                lead=lead,
                lead_basis=basis,
                coordinating=coordinating,
                directing=tuple(self._cell_units(cells, "direct")),
                deadline=deadline,
                deadline_span=cells.get("deadline"),
                products=tuple(_values(self.text, cells["product"])) if "product" in cells else (),
                targets=tuple(t for t in self.targets if row.span.covers(t.span)),
                funding=_value(self.text, cells["funding"]) if "funding" in cells else None,
            )
        )

    def _row_units(
        self, table: Table, cells: dict[str, Span]
    ) -> tuple[tuple[Mention, ...], tuple[Mention, ...], str | None]:
        key = "lead" if "lead" in cells else "lead_coordinate" if "lead_coordinate" in cells else None
        coordinating = self._cell_units(cells, "coordinate")
        if key is None:
            return (), tuple(coordinating), None
        roles = split_roles(cells[key].of(self.text), cells[key].start)
        column = table.column(key)
        basis = table.names.get(column) if column is not None else None
        return roles.lead, (*roles.coordinating, *coordinating), basis

    def _cell_units(self, cells: dict[str, Span], key: str) -> list[Mention]:
        return split_units(cells[key].of(self.text), cells[key].start) if key in cells else []

    def _blocked(self, index: int) -> bool:
        while index >= 0:
            section = self.outline[index]
            if section.title and section.kind != "annex" and title_kind(section.title) in _BLOCKED:
                return True
            index = section.parent
        return False


class _Draft(msgspec.Struct, frozen=True):
    """Where a task stands, before its fields are read."""

    section: str
    id: str
    title: str | None
    span: Span
    block: Span
    actions: tuple[Span, ...] = ()
    index: int = -1

    @staticmethod
    def of(
        number: str, section: str, title: str | None, content: Sequence[Block], labels: Sequence[Block] = ()
    ) -> _Draft:
        last = labels[-1] if labels else content[-1]
        return _Draft(
            section=section,
            id=number,
            title=title,
            span=content[0].body,
            block=Span(content[0].span.start, last.span.end),
            actions=tuple(b.body for b in content[1:] if b.kind != "label"),
        )


class _Units:
    """Units of the labelled lines of one task, by role."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lead: list[Mention] = []
        self.basis: str | None = None
        self.coordinating: list[Mention] = []
        self.directing: list[Mention] = []
        self.implementing: list[Mention] = []

    def add(self, label: Block) -> None:
        value = label.body.of(self.text)
        if label.label in ("lead", "lead_coordinate", "lead_or_implement"):
            roles = split_roles(value, label.body.start)
            if label.label == "lead_or_implement" and (self.lead or self.directing):
                self.implementing += roles.lead
            else:
                self.lead += roles.lead
                self.basis = self.basis or _label_words(self.text, label)
            self.coordinating += roles.coordinating
        elif label.label == "coordinate":
            self.coordinating += split_units(value, label.body.start)
        elif label.label == "direct":
            self.directing += split_directing(value, label.body.start)
        elif label.label == "implement":
            self.implementing += split_units(value, label.body.start)


_DIRECTS = re.compile(
    r"\s+(?:lãnh đạo|chỉ đạo)(?:,?\s+(?:chỉ đạo|lãnh đạo))?(?:\s+(?:tổ chức\s+)?thực hiện)?(?=\s+[A-ZĐ]|\s*[;.,]|\s*$)"
)


def split_directing(text: str, offset: int = 0) -> list[Mention]:
    """Take apart "A lãnh đạo B chỉ đạo thực hiện; C": all of them direct."""
    found: list[Mention] = []
    for piece in re.finditer(r"[^;]+", text):
        at = piece.start()
        for verb in [*_DIRECTS.finditer(text, piece.start(), piece.end()), None]:
            end = verb.start() if verb else piece.end()
            found += split_units(text[at:end], offset + at)
            at = verb.end() if verb else end
    return found


_DEADLINE_LABEL = re.compile(
    r"(?:thời gian|thời hạn|tiến độ|hạn|lộ trình)\s*(?:hoàn thành|thực hiện|triển khai|dự kiến)?\s*", re.I
)


def _deadline_name(label: str) -> str:
    """Return what a time label names beside time ("Thời gian hoàn thành rà soát" → "rà soát")."""
    return _DEADLINE_LABEL.sub("", label, count=1).strip()


def _specific(found: list[tuple[Span, Deadline]]) -> list[tuple[Span, Deadline]]:
    """Leave out "định kỳ hằng tháng" where "trước ngày 20 hằng tháng" says more."""
    dated = {
        one.recurrence["freq"]
        for _, one in found
        if one.recurrence and len(one.recurrence) > 1 and "freq" in one.recurrence
    }
    return [
        (span, one)
        for span, one in found
        if not (one.recurrence and len(one.recurrence) == 1 and one.recurrence.get("freq") in dated)
    ]


def _all_bullets(runs: Sequence[_Run]) -> bool:
    return all(block.kind == "bullet" for run in runs for block in run.content)


def _label_words(text: str, label: Block) -> str:
    """Return a label as worded, without its colon ("Đơn vị chủ trì")."""
    line = label.span.of(text)
    match = match_label(line)
    return collapse(line[match.start : match.end - 1]) if match else "chủ trì"


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip(" \n\t.;"))))


def _value(text: str, span: Span) -> Mention | None:
    trimmed = _trimmed(text, span)
    return Mention(collapse(trimmed.of(text)), trimmed) if trimmed.start < trimmed.end else None


def _values(text: str, span: Span) -> list[Mention]:
    """Divide products at ";" and at bullets on lines of their own."""
    found = []
    at = span.start
    for match in [*re.finditer(r";|\n\s*[-+•]\s", span.of(text)), None]:
        end = span.start + match.start() if match else span.end
        value = _value(text, Span(at, end))
        if value is not None:
            found.append(value)
        at = span.start + match.end() if match else end
    return found


_DIFFICULTY = re.compile(
    r"(?:trong )?quá trình (?:tổ chức |triển khai )*thực hiện"
    r"|(?:trên đây|nếu|khi)\b[^.]*(?:vướng mắc|khó khăn|phát sinh)"
)


#: "Chỉ thị này thay thế Chỉ thị số …": of the document itself, no work to do.
_FORMALITY = re.compile(
    r"(?:chỉ thị|nghị quyết|kế hoạch|quyết định|chương trình|công văn|đề án|kết luận) này\s+(?:thay thế|thay cho|có hiệu lực|"
    r"được (?:phổ biến|quán triệt)|phổ biến)|trên đây là\s"
)


def _is_difficulty(text: str, block: Block) -> bool:
    """Say whether a closing sentence only tells where to turn with difficulties."""
    return _DIFFICULTY.match(fold(block.body.of(text))) is not None


def _is_group(text: str, row: Row, cells: dict[str, Span]) -> bool:
    """Say whether a row only heads the rows below it."""
    filled = [collapse(cell.of(text)) for cell in row.cells if cell.of(text).strip()]
    if len(filled) > 1 and len(set(filled)) == 1:
        return True
    if set(cells) <= {"task", "order", "note"}:
        order = collapse(cells["order"].of(text)) if "order" in cells else ""
        return re.fullmatch(r"[IVX]+\.?|[A-H]\.?|", order) is not None or len(filled) <= 2
    task = cells["task"].of(text)
    others = [cell for key, cell in cells.items() if key not in ("task", "order")]
    return all(cell.of(text) == task for cell in others)


_SHORT = {
    "Nhóm": "N",
    "Nhiệm vụ": "NV",
    "Công việc": "CV",
    "Đầu việc": "DV",
    "Phần việc": "PV",
    "Việc": "V",
    "Hoạt động": "HD",
    "Nội dung": "ND",
    "Mô hình": "MH",
    "Tiểu dự án": "TDA",
    "Dự án": "DA",
    "Phụ lục": "PL",
    "Điều": "D",
    "Chương": "C",
    "Mục": "M",
    "Phần": "P",
}


def _id_of(path: str) -> str:
    """Return a path of numbers as an id: "III > Nhóm 1 > 1.1 > Nhiệm vụ 2" → "III.N1.1.1.NV2"."""
    parts: list[str] = []
    for part in path.split(" > ") if path else []:
        for name, short in _SHORT.items():
            part = part.replace(name + " ", short).replace(name, short)
        if parts and part.startswith(parts[-1] + "."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


__all__ = ["LED", "read_tasks", "split_directing"]
