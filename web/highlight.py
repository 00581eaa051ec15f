"""Mark spans of a document's text in HTML without changing one visible character.

The text is escaped piece by piece; marks may nest, overlap, touch or repeat.  Overlapping marks are
split where they cross, so the elements always nest; an ``id`` goes to the first piece only; of
several links over the same words the innermost wins, because HTML forbids a link in a link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup, escape


@dataclass(frozen=True)
class Mark:
    """An element to put around ``text[start:end]``; an empty span makes an empty element (an anchor).

    ``href`` makes the element a link whatever ``tag`` says.  ``data`` becomes ``data-n``: a value that
    the style sheet may show (a page number), which is not part of the text.
    """

    start: int
    end: int
    tag: str = "mark"
    css: str = ""
    href: str | None = None
    id: str | None = None
    title: str | None = None
    data: str | None = None

    def opening(self, first: bool) -> Markup:
        """Return the start tag; ``first`` says whether this is the mark's first piece."""
        pairs = (
            ("id", self.id if first else None),
            ("class", self.css or None),
            ("href", self.href),
            ("title", self.title),
            ("data-n", self.data),
        )
        written = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in pairs if value)
        return Markup("<{}{}>").format(self.element, written)

    @property
    def element(self) -> str:
        """The name of the element."""
        return "a" if self.href else self.tag


def render(text: str, start: int, end: int, marks: Iterable[Mark] = ()) -> Markup:
    """Return ``text[start:end]`` as HTML, the parts that ``marks`` cover wrapped in their elements.

    Offsets are code points into ``text``.  Marks are clipped to the range; those outside it are left
    out.  Of two marks over exactly the same words, the earlier one in ``marks`` is the outer one.

    >>> render("ai <chủ> trì", 0, 12, [Mark(3, 8, "b")])
    Markup('ai <b>&lt;chủ&gt;</b> trì')
    """
    start, end = max(0, start), min(end, len(text))
    opened: dict[int, list[tuple[int, Mark]]] = defaultdict(list)
    anchors: dict[int, list[Mark]] = defaultdict(list)
    points = {start, end}
    for order, mark in enumerate(marks):
        if mark.start == mark.end:
            if start <= mark.start < end or mark.start == start == end:
                anchors[mark.start].append(mark)
                points.add(mark.start)
            continue
        left, right = max(mark.start, start), min(mark.end, end)
        if left < right:
            opened[left].append((order, mark))
            points.update((left, right))

    out: list[Markup] = []
    stack: list[tuple[int, Mark]] = []
    active: list[tuple[int, Mark]] = []
    started: set[int] = set()

    def close_to(length: int) -> None:
        while len(stack) > length:
            out.append(Markup("</{}>").format(stack.pop()[1].element))

    cuts = sorted(points)
    for at, until in zip(cuts, [*cuts[1:], end], strict=True):
        active = [item for item in active if item[1].end > at] + opened.get(at, [])
        active.sort(key=lambda item: (item[1].start, -item[1].end, item[0]))
        wanted = _one_link(active)
        shared = 0
        while shared < min(len(stack), len(wanted)) and stack[shared] == wanted[shared]:
            shared += 1
        close_to(shared)
        for anchor in anchors.get(at, ()):
            if anchor.href and any(open_.href for _, open_ in stack):
                anchor = replace(anchor, href=None)  # HTML has no link inside a link
            out.append(anchor.opening(True) + Markup("</{}>").format(anchor.element))
        if at == until:
            continue
        for order, mark in wanted[shared:]:
            out.append(mark.opening(order not in started))
            started.add(order)
            stack.append((order, mark))
        out.append(escape(text[at:until]))
    close_to(0)
    return Markup("").join(out)


def _one_link(active: list[tuple[int, Mark]]) -> list[tuple[int, Mark]]:
    links = [item for item in active if item[1].href]
    return [item for item in active if not item[1].href or item == links[-1]]
