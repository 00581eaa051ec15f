"""What changed in the reading of documents, as gains and losses: ``python -m indexer.inspect A B``.

A and B are each a saved index, files and folders that are read now with the rules of this checkout, or
a reading that ``--save`` wrote.  A change of a rule is judged on real text by it::

    python -m indexer.inspect FOLDER --save before.jsonl
    … change the rule, or check out another commit …
    python -m indexer.inspect before.jsonl FOLDER

Exit status: 0 nothing changed, 1 something did, 2 wrong use or unusable input.  A developer's tool: its
output is English, except for the messages of errors, which are those of the program.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TextIO

import msgspec

from indexer.clean import collapse
from indexer.errors import ChithiError, UnreadableFile, UnusableInput
from indexer.generations import IndexFiles
from indexer.records import Deadline, Document, SourceText, Target

KINDS = (
    "document",
    "metadata",
    "outline",
    "reference",
    "task",
    "lead",
    "coordinating",
    "directing",
    "implementing",
    "deadline",
    "product",
    "funding",
    "task target",
    "target",
    "abbreviation",
    "notice",
)
_WIDTH = 150


class Read(NamedTuple):
    """A fact of the reading: its kind, where in the document's outline it stands, what it says."""

    kind: str
    place: str
    says: str

    def line(self) -> str:
        """Write the fact in a line."""
        text = f"{self.kind:<13} {self.place + ': ' if self.place else ''}{self.says}"
        return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


class Change(msgspec.Struct, frozen=True):
    """What one document lost and gained, in the order of kinds and places."""

    doc: str
    losses: tuple[Read, ...]
    gains: tuple[Read, ...]
    kept: Counter[str]


class Reading(msgspec.Struct, frozen=True):
    """What was read from one document, as lines of words; ``text`` is a digest of the text itself."""

    doc: str
    path: str
    text: str
    facts: tuple[Read, ...]


def reading(document: Document) -> Reading:
    """Reduce a document to what can be compared between versions of the program."""
    digest = hashlib.sha256(document.text.encode("utf-8", "replace")).hexdigest()[:16]
    return Reading(document.id, document.path, digest, tuple(facts(document)))


def facts(document: Document) -> Iterator[Read]:
    """Yield everything that is read from a document, in words that do not hang on offsets."""
    metadata = document.metadata
    for name in ("type", "symbol", "issuer", "level", "locality", "date", "title", "signer", "capacity"):
        fact = getattr(metadata, name)
        if fact is not None:
            yield Read("metadata", name, collapse(fact.value))
    if metadata.draft:
        yield Read("metadata", "draft", "yes")
    for mention in metadata.recipients:
        yield Read("metadata", "recipient", mention.text)
    for section in document.outline:
        yield Read("outline", section.path, f"[{section.kind}] {collapse(section.title or '(run-in)')}")
    for reference in document.references:
        said = (
            reference.role + (" nested" if reference.nested else ""),
            reference.sub_role,
            reference.type,
            reference.symbol or collapse(reference.raw),
            reference.date,
            reference.issuer,
            f"“{collapse(reference.title)}”" if reference.title else None,
        )
        yield Read("reference", "", " · ".join(part for part in said if part))
    for task in document.tasks:
        place = f"{task.section} “{_short(task.title or task.span.of(document.text))}”"
        yield Read("task", task.section, _short(task.title or task.span.of(document.text), 110))
        for kind, mentions in (
            ("lead", task.lead),
            ("coordinating", task.coordinating),
            ("directing", task.directing),
            ("implementing", task.implementing),
            ("product", task.products),
        ):
            yield from (Read(kind, place, mention.text) for mention in mentions)
        if task.deadline.kind != "none":
            yield Read("deadline", place, _deadline(task.deadline))
        if task.funding is not None:
            yield Read("funding", place, task.funding.text)
        yield from (Read("task target", place, _target(target)) for target in task.targets)
    for target in document.targets:
        yield Read("target", target.section, _target(target))
    for abbreviation in document.abbreviations:
        yield Read("abbreviation", "", f"{abbreviation.short} = {collapse(abbreviation.long)}")
    for notice in document.notices:
        yield Read("notice", notice.code, collapse(notice.message))


def _short(text: str, most: int = 50) -> str:
    text = collapse(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _deadline(deadline: Deadline) -> str:
    said = [
        deadline.kind,
        f"{deadline.start or ''}..{deadline.end or ''}" if deadline.start or deadline.end else "",
    ]
    said += [deadline.precision or "", "exclusive" if deadline.end_exclusive else ""]
    said += ["open-ended" if deadline.open_ended else "", "on request" if deadline.on_request else ""]
    said += ["about" if deadline.approx else "", deadline.status or ""]
    said += [" ".join(f"{k}={v}" for k, v in (deadline.recurrence or {}).items()), " ".join(deadline.anchors)]
    said += ["; ".join(" ".join(m.values()) for m in deadline.milestones)]
    said += [f"relative to {deadline.relative_to}" if deadline.relative_to else ""]
    return f"{' · '.join(part for part in said if part)} ← {collapse(deadline.raw or '')}"


def _target(target: Target) -> str:
    number = "" if target.value is None else f"{target.value:g}"
    said = (collapse(target.indicator), target.comparator, number, target.unit or "", target.by or "")
    return f"{' '.join(part for part in said if part)} ← {_short(target.quote, 60)}"


def compare(before: Reading, after: Reading) -> Change:
    """Return what ``after`` lost and gained against ``before``."""
    old, new = Counter(before.facts), Counter(after.facts)
    return Change(
        after.doc,
        tuple(_ordered((old - new).elements(), before)),
        tuple(_ordered((new - old).elements(), after)),
        Counter(read.kind for read in (old & new).elements()),
    )


def _ordered(reads: Iterable[Read], whole: Reading) -> list[Read]:
    """Sort by kind, then as they stand in the document."""
    stands = {read: place for place, read in reversed(list(enumerate(whole.facts)))}
    return sorted(reads, key=lambda read: (KINDS.index(read.kind), stands[read]))


def load(path: Path) -> dict[str, Reading]:
    """Return what a saved index or a saved reading holds, or read a file or folder now; by document id.

    Raises ``UnusableInput`` where there is nothing at ``path`` or nothing in it can be read.
    """
    if path.suffix == ".jsonl" and path.is_file():
        return _saved(path)
    if IndexFiles(path).current.exists():
        from indexer.store import Store

        with Store.open(path) as store:
            return {row.id: reading(store.document(row.id)) for row in store.documents()}
    return _read_now(path)


def _saved(path: Path) -> dict[str, Reading]:
    try:
        lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
        held = [msgspec.json.decode(line, type=Reading) for line in lines]
    except (OSError, msgspec.MsgspecError) as error:
        raise UnusableInput(f"{path}: không phải tệp do --save ghi ra ({error}). Hãy ghi lại.") from error
    return {one.doc: one for one in held}


def save(readings: dict[str, Reading], path: Path) -> None:
    """Write readings, a line of JSON a document; raises ``UnusableInput`` where it cannot."""
    try:
        path.write_bytes(b"".join(msgspec.json.encode(readings[doc]) + b"\n" for doc in sorted(readings)))
    except OSError as error:
        raise UnusableInput(f"{path}: không ghi được ({error.strerror}). Hãy chọn chỗ khác.") from error


def _read_now(path: Path) -> dict[str, Reading]:
    from indexer.analyse import analyse
    from indexer.discover import discover, document_ids
    from indexer.readers import read_file

    found: list[tuple[PurePosixPath, str, SourceText]] = []
    for file in discover([path], path / ".no-index").files:
        try:
            result = read_file(file.path)
        except UnreadableFile as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        whole = PurePosixPath(Path(os.path.abspath(file.shown)).as_posix())
        if file.path.suffix.lower() == ".zip":
            inside = whole.with_suffix("")
            found += [(inside / part.name, f"{file.shown}/{part.name}", part.source) for part in result.parts]
        else:
            found += [(whole, file.shown, part.source) for part in result.parts]
    if not found:
        raise UnusableInput(
            f"{path}: không có văn bản nào đọc được. Cần một chỉ mục, một tệp hoặc thư mục văn bản."
        )
    ids = document_ids([whole for whole, _, _ in found])
    return {
        doc: reading(analyse(doc, shown, "", source))
        for doc, (_, shown, source) in zip(ids, found, strict=True)
    }


def report(before: dict[str, Reading], after: dict[str, Reading], out: TextIO, *, totals_only: bool) -> bool:
    """Print losses (-) and gains (+) by document, then counts by kind; say whether there are any."""
    lost: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for doc in sorted(before.keys() | after.keys()):
        if doc not in after or doc not in before:
            sign, counts, only = ("-", lost, before) if doc in before else ("+", gained, after)
            held = Counter(read.kind for read in only[doc].facts)
            counts += held
            counts["document"] += 1
            if not totals_only:
                inside = ", ".join(f"{held[kind]} {kind}" for kind in KINDS if held[kind])
                print(f"{sign} document {doc} ({only[doc].path}): {inside}", file=out)
            continue
        change = compare(before[doc], after[doc])
        kept += change.kept
        kept["document"] += 1
        lost += Counter(read.kind for read in change.losses)
        gained += Counter(read.kind for read in change.gains)
        if totals_only or not (change.losses or change.gains):
            continue
        print(f"{doc} ({after[doc].path})", file=out)
        if before[doc].text != after[doc].text:
            print("    the text itself differs", file=out)
        for kind in KINDS:
            for sign, reads in (("-", change.losses), ("+", change.gains)):
                for read in reads:
                    if read.kind == kind:
                        print(f"  {sign} {read.line()}", file=out)
    print(f"{'':<13} {'lost':>7} {'gained':>7} {'same':>7}", file=out)
    for kind in KINDS:
        if lost[kind] or gained[kind] or kept[kind]:
            print(f"{kind:<13} {-lost[kind]:>7} {'+' + str(gained[kind]):>7} {kept[kind]:>7}", file=out)
    return bool(lost or gained)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two readings; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m indexer.inspect", description="What changed in the reading."
    )
    parser.add_argument("before", type=Path, help="an index, a file, a folder or FILE.jsonl")
    parser.add_argument("after", type=Path, nargs="?", help="the same, to compare with")
    parser.add_argument("--save", type=Path, metavar="FILE.jsonl", help="write the reading of the first")
    parser.add_argument("--totals", action="store_true", help="print the counts only")
    options = parser.parse_args(arguments)
    if options.after is None and options.save is None:
        parser.error("name a second reading to compare with, or a file to --save the first in")
    try:
        before = load(options.before)
        if options.save is not None:
            save(before, options.save)
        if options.after is None:
            return 0
        after = load(options.after)
    except ChithiError as error:
        print(f"inspect: {error}", file=sys.stderr)
        return 2
    return 1 if report(before, after, sys.stdout, totals_only=options.totals) else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
