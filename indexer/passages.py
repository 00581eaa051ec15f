"""Document → passages: 60 to 150 words, inside one section, an assignment beside its task.

The quoted words of a passage are a span of the text; what the encoder sees has the document and the
path of headings before them (:class:`indexer.records.Passage`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

import msgspec

from indexer.clean import collapse
from indexer.records import BOILERPLATE, Block, Metadata, Page, Passage, Reference, Section, Span, Target

MIN_WORDS = 60
MAX_WORDS = 150
#: A task whose words and assignment exceed this is split, its assignment staying with its last part.
_SENTENCE_END = re.compile(r"(?<=[.;!?…])[”\")]*\s+(?=[^\W\d_a-zà-ỹđ]|[-+“\"(0-9])")

Kind = Literal["body", "heading", "task", "row", "boilerplate"]


class _Atom(NamedTuple):
    """What is never split: a heading, a sentence or more, labelled lines with what they close."""

    span: Span
    words: int
    kind: Kind


def make_passages(
    text: str,
    blocks: Sequence[Block],
    outline: Sequence[Section],
    metadata: Metadata,
    pages: Sequence[Page] = (),
) -> list[Passage]:
    """Cut a document into passages, in the order of its text; every block is in one of them."""
    context = context_line(metadata)
    titles = section_titles(outline)
    out: list[Passage] = []
    frame = _signature_rows(text, blocks)
    for (section, boilerplate), group in groupby(
        blocks, key=lambda b: (b.section, b.kind in BOILERPLATE or b.span in frame)
    ):
        path = outline[section].path if section >= 0 else ""
        title = titles[section] if section >= 0 else ""
        header = ""
        for atom in _pack(_atoms(text, list(group), boilerplate)):
            quoted = collapse(atom.span.of(text))
            if atom.kind == "row" and not header:
                header = collapse(quoted.split("\n")[0].strip("| "))
            parts = [context, title, quoted if atom.kind == "heading" or not header else f"{header} {quoted}"]
            out.append(
                Passage(
                    span=atom.span,
                    section=path,
                    section_title=title,
                    embedded="\n".join(part for part in parts if part),
                    context=context,
                    page=_page_at(pages, atom.span.start),
                    kind=atom.kind,
                )
            )
    return out


_RECIPIENTS = re.compile(r"^[|\s*_]*nơi nhận\s*:", re.IGNORECASE)


def _signature_rows(text: str, blocks: Sequence[Block]) -> frozenset[Span]:
    """Return the rows of a table that holds recipients and signature: the end of a document, no task."""
    out: set[Span] = set()
    inside = False
    for block in blocks:
        inside = block.kind == "row" and (inside or bool(_RECIPIENTS.match(block.span.of(text))))
        if inside:
            out.add(block.span)
    return frozenset(out)


def context_line(metadata: Metadata) -> str:
    """Return the document in a line: type, symbol, issuer, title."""
    facts = (metadata.type, metadata.symbol, metadata.issuer, metadata.locality, metadata.title)
    return " ".join(fact.value for fact in facts if fact is not None)


def section_titles(outline: Sequence[Section]) -> list[str]:
    """Return the readable path of every section: "II. Nhiệm vụ › 1. Tuyên truyền"."""
    out: list[str] = []
    for section in outline:
        own = f"{section.num}. {section.title}" if section.title else section.num
        out.append(f"{out[section.parent]} › {own}" if section.parent >= 0 else own)
    return out


def _page_at(pages: Sequence[Page], offset: int) -> int | None:
    number = None
    for page in pages:
        if page.span.start > offset:
            break
        number = page.number
    return number


def _count(text: str, span: Span) -> int:
    return len(span.of(text).split())


def _atoms(text: str, blocks: Sequence[Block], boilerplate: bool) -> list[_Atom]:
    """Make the atoms of one section."""
    atoms: list[_Atom] = []
    pending: Span | None = None  # a heading that waits for the words under it
    for block in blocks:
        span = block.span
        if block.kind == "heading":
            pending = Span(pending.start, span.end) if pending else span
            continue
        if block.kind == "label" and atoms and pending is None and atoms[-1].kind != "row":
            last = atoms.pop()
            atoms.append(_Atom(Span(last.span.start, span.end), last.words + _count(text, span), "task"))
            continue
        kind: Kind = "boilerplate" if boilerplate else "row" if block.kind == "row" else "body"
        if block.kind == "label":
            kind = "task"
        first = True
        for piece in _sentences(text, span):
            start = pending.start if pending is not None and first else piece.start
            whole = Span(start, piece.end)
            atoms.append(_Atom(whole, _count(text, whole), kind))
            first = False
        pending = None
    if pending is not None:
        atoms.append(_Atom(pending, _count(text, pending), "heading"))
    return atoms


def _sentences(text: str, span: Span) -> Iterator[Span]:
    """Yield a block whole, or cut after sentences where it exceeds :data:`MAX_WORDS`."""
    if _count(text, span) <= MAX_WORDS:
        yield span
        return
    body = span.of(text)
    cuts = [0, *(m.end() for m in _SENTENCE_END.finditer(body)), len(body)]
    start = 0
    for here, after in zip(cuts[1:], [*cuts[2:], len(body)], strict=True):
        if here > start and (here == len(body) or len(body[start:after].split()) > MAX_WORDS):
            yield Span(span.start + start, span.start + start + len(body[start:here].rstrip()))
            start = here


def _pack(atoms: Sequence[_Atom]) -> Iterator[_Atom]:
    """Join atoms of one section up to :data:`MAX_WORDS`; a table row of a task stays by itself."""
    current: _Atom | None = None
    for atom in atoms:
        if current is None:
            current = atom
            continue
        alone = (
            atom.kind == "row" and (atom.words >= 15 or current.words >= MIN_WORDS) and current.words >= 12
        )
        # Two tasks of one section are two answers: they share a passage only when both are small.
        if current.kind == "task" and atom.kind != "boilerplate" and current.words >= MIN_WORDS // 2:
            alone = True
        if alone or current.words + atom.words > MAX_WORDS:
            yield current
            current = atom
        else:
            kind = atom.kind if current.kind in ("body", "heading") else current.kind
            current = _Atom(Span(current.span.start, atom.span.end), current.words + atom.words, kind)
    if current is not None:
        yield current


def tagged(
    passages: Sequence[Passage],
    blocks: Sequence[Block],
    references: Sequence[Reference],
    targets: Sequence[Target],
) -> list[Passage]:
    """Note on each passage what it holds beside its words (:attr:`Passage.tags`)."""
    marks: list[tuple[Span, str]] = [(b.span, b.kind) for b in blocks if b.kind in ("title", "preamble")]
    marks += [(r.span, "replaces") for r in references if r.role in ("replaces", "amends")]
    marks += [
        (r.span, "basis") for r in references if r.role in ("under_plan", "legal_basis") and not r.nested
    ]
    marks += [(t.span, "target") for t in targets]
    return [
        msgspec.structs.replace(
            passage, tags=tuple(sorted({tag for span, tag in marks if span.overlaps(passage.span)}))
        )
        for passage in passages
    ]
