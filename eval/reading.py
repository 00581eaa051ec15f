"""How well documents are read: precision, recall and F1 of every field against gold written by hand.

``python -m eval.reading`` measures the sample collection (``corpus/manifest``) and, where ``--shared`` has
it, the complete reading of the example of the development benchmark.  ``--errors`` lists every difference,
``--sample N FOLDER…`` prints readings drawn by a fixed seed from other documents, to be judged by eye.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from indexer.analyse import analyse
from indexer.clean import bare, collapse, fold
from indexer.errors import UnreadableFile
from indexer.readers import SUFFIXES, read_file
from indexer.records import Document, Reference, Target, Task

ROOT = Path(__file__).resolve().parents[1]
MORE = ROOT / "eval" / "reading_gold.json"
"""What the manifests leave out: every path of the outlines, and the results that tasks state."""
UNITS = ("lead", "coordinating", "directing", "implementing")
META = ("type", "symbol", "issuer", "level", "locality", "date", "title", "signer", "capacity")
_DATES = ("start", "end", "end_exclusive", "open_ended", "recurrence", "milestones")
SEED = 20_260_601


class Gold(NamedTuple):
    """What a person read in one document.

    ``outline`` holds all paths of numbers.  ``complete`` says that there are no other tasks.  ``printed``
    says that only citations that print their number are listed.
    """

    doc: str
    path: Path
    outline: tuple[str, ...]
    metadata: Mapping[str, Any] | None
    references: Sequence[Mapping[str, Any]]
    tasks: Sequence[Mapping[str, Any]]
    targets: Sequence[Mapping[str, Any]]
    complete: bool
    printed: bool


class Tally(msgspec.Struct):
    """Counts of one field, and what was wrong or missing, in words."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    errors: list[str] = msgspec.field(default_factory=list)

    def figures(self) -> dict[str, float | int]:
        """Return precision, recall and F1 (1 where nothing was to be found and nothing was)."""
        read, gold = self.right + self.wrong, self.right + self.missing
        return {
            "gold": gold,
            "right": self.right,
            "precision": round(self.right / read, 4) if read else 1.0,
            "recall": round(self.right / gold, 4) if gold else 1.0,
            "f1": round(2 * self.right / (read + gold), 4) if read + gold else 1.0,
        }

    def sets(self, got: set[str], want: set[str], where: str) -> None:
        """Count a set of names against the wanted ones."""
        self.right += len(got & want)
        self.wrong += len(got - want)
        self.missing += len(want - got)
        if got != want:
            self.errors.append(f"{where}: read {sorted(got - want)}, gold {sorted(want - got)}")

    def same(self, right: bool, where: str, got: object, want: object) -> None:
        """Count one value that is right or wrong (and then also missing)."""
        self.right += right
        self.wrong += not right
        self.missing += not right
        if not right:
            self.errors.append(f"{where}: read {got!r}, gold {want!r}")


Tallies = dict[str, Tally]


def norm(words: str, *, marks: bool = False) -> str:
    """Return words as they are compared: case, white space and a last stop do not matter.

    Nor do diacritics (scans slip), unless ``marks`` says so; tone placement never does.
    """
    plain = (fold if marks else bare)(collapse(words.replace(" / ", " "))).strip(" .;:")
    plain = re.sub(r"ủy ban nhân dân|uy ban nhan dan", "ubnd", plain)
    return re.sub(r"\s*[-–—]\s*", "-", plain)


# -- gold ---------------------------------------------------------------------------------------------


def collection(corpus: Path) -> Iterator[Gold]:
    """Yield the gold of the sample collection, in the order of its manifests."""
    more = json.loads(MORE.read_text("utf-8"))
    for manifest in sorted((corpus / "manifest").glob("*.json")):
        for entry in json.loads(manifest.read_text("utf-8"))["documents"]:
            held = more[entry["doc"]]
            yield Gold(
                doc=entry["doc"],
                path=corpus / entry["file"],
                outline=tuple(held["outline"]),
                metadata=entry,
                references=[row for row in entry["references"] if row["symbol"]],
                tasks=entry["tasks"],
                targets=[*entry["targets"], *held["targets_in_tasks"]],
                complete=entry["task_gold"] != "organisation_only",
                printed=True,
            )


def example(shared: Path) -> Iterator[Gold]:
    """Yield the gold of the complete reading in the development benchmark, where it is there."""
    folder = shared / "benchmark" / "example-000"
    if not folder.is_dir():
        return

    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines() if line.strip()]

    outline = rows("outline.jsonl")
    doc = str(outline[0]["doc"])
    path = next(p for p in sorted((shared / "corpus").iterdir()) if p.stem == doc)
    yield Gold(
        doc=doc,
        path=path,
        outline=tuple(row["path"] for row in outline),
        metadata=None,
        references=[
            {**row, "symbol": row["number"], "nested": "nested" in row["sub_role"]}
            for row in rows("refs.jsonl")
        ],
        tasks=rows("tasks.jsonl"),
        targets=rows("targets.jsonl"),
        complete=True,
        printed=False,
    )


# -- matching -----------------------------------------------------------------------------------------


def match_tasks(document: Document, gold: Sequence[Mapping[str, Any]]) -> list[Task | None]:
    """Return for each task of the gold the one read at the same place with the same words, or None."""
    left = list(document.tasks)
    out: list[Task | None] = []
    for row in gold:
        words = norm(row["title"] or row["quote"])

        def score(task: Task, words: str = words, section: str = row["section"]) -> int:
            quoted = words in norm(task.span.of(document.text))
            inside = task.section.startswith(section) and words in norm(task.block.of(document.text))
            return 4 * quoted + 2 * (task.section == section and (inside or quoted)) + inside

        best = max(left, key=score, default=None)
        if best is None or score(best) == 0:
            out.append(None)
            continue
        left.remove(best)
        out.append(best)
    return out


def match_references(
    read: Sequence[Reference], gold: Sequence[Mapping[str, Any]]
) -> list[tuple[Reference | None, Mapping[str, Any] | None]]:
    """Align citations in the order of the text by their symbols."""
    ours = [norm(r.symbol or "") for r in read]
    theirs = [norm(row["symbol"]) for row in gold]
    pairs: list[tuple[Reference | None, Mapping[str, Any] | None]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(read[a:b], gold[c:d], strict=True)
        else:
            pairs += [(reference, None) for reference in read[a:b]]
            pairs += [(None, row) for row in gold[c:d]]
    return pairs


def same_words(one: str, other: str) -> bool:
    """Say whether two quotes are of one statement: one holds the other, or they share most words."""
    one, other = norm(one), norm(other)
    if one in other or other in one:
        return True
    a, b = set(one.split()), set(other.split())
    return len(a & b) >= 0.7 * max(len(a), len(b))


def match_targets(read: Sequence[Target], gold: Sequence[Mapping[str, Any]]) -> list[Target | None]:
    """Return for each target of the gold the one read in its section with its words, or None."""
    left = list(read)
    out: list[Target | None] = []
    for row in gold:
        held = [t for t in left if t.section == row["section"] and same_words(t.quote, row["quote"])]
        best = min(held, key=lambda t: (t.value != row["value"], t.span.start), default=None)
        if best is not None:
            left.remove(best)
        out.append(best)
    return out


# -- measuring ----------------------------------------------------------------------------------------


def measure(golds: Iterable[Gold]) -> Tallies:
    """Read every document of the gold from its file and count each field."""
    tallies: Tallies = {}
    for gold in golds:
        document = analyse(gold.doc, gold.path.name, "", read_file(gold.path).parts[0].source)
        _outline(tallies, document, gold)
        _metadata(tallies, document, gold)
        _references(tallies, document, gold)
        _tasks(tallies, document, gold)
        _targets(tallies, document, gold)
    return tallies


def _tally(tallies: Tallies, field: str) -> Tally:
    return tallies.setdefault(field, Tally())


def _outline(tallies: Tallies, document: Document, gold: Gold) -> None:
    got, want = {section.path for section in document.outline}, set(gold.outline)
    _tally(tallies, "outline").sets(got, want, gold.doc)


def _metadata(tallies: Tallies, document: Document, gold: Gold) -> None:
    if gold.metadata is None:
        return
    place = norm(gold.metadata["locality"] or "", marks=True)
    for field in META:
        fact = getattr(document.metadata, field)
        got, want = (fact.value if fact else None), gold.metadata[field]
        if got is None and want is None:
            continue
        tally, where = _tally(tallies, f"metadata {field}"), f"{gold.doc} {field}"
        if got is None or want is None:
            tally.wrong += got is not None
            tally.missing += want is not None
            tally.errors.append(f"{where}: read {got!r}, gold {want!r}")
            continue
        tally.same(_same_name(norm(got, marks=True), norm(want, marks=True), place), where, got, want)
    draft = document.metadata.draft
    _tally(tallies, "metadata draft").same(
        draft == gold.metadata["draft"], gold.doc, draft, gold.metadata["draft"]
    )


def _same_name(got: str, want: str, place: str) -> bool:
    """Say whether two names are one, the place at the end of one of them aside."""
    if got == want:
        return True
    longer, shorter = (got, want) if len(got) > len(want) else (want, got)
    rest = longer.removeprefix(shorter).strip()
    return longer.startswith(shorter) and bool(place) and rest in (place, f"tỉnh {place}", f"xã {place}")


def _references(tallies: Tallies, document: Document, gold: Gold) -> None:
    read = [r for r in document.references if r.symbol]
    if gold.printed:
        read = [r for r in read if re.search(r"\d", r.raw)]
    symbols = _tally(tallies, "reference symbol")
    for reference, row in match_references(read, gold.references):
        if reference is None or row is None:
            if row is not None and row.get("self"):
                continue  # an annex that names its own plan cites nothing
            symbols.wrong += reference is not None
            symbols.missing += row is not None
            symbols.errors.append(
                f"{gold.doc}: read {reference.raw!r}" if reference else f"{gold.doc}: missed {row}"
            )
            continue
        symbols.right += 1
        where = f"{gold.doc} {row['symbol']}"
        roles = {row["role"], *row.get("role_alt", ())}
        _tally(tallies, "reference role").same(reference.role in roles, where, reference.role, sorted(roles))
        _tally(tallies, "reference nesting").same(
            reference.nested == row["nested"], where, reference.nested, row["nested"]
        )
        # The example also knows dates that the citation does not print.
        if gold.printed or row.get("date"):
            _tally(tallies, "reference date").same(
                reference.date == row.get("date"), where, reference.date, row.get("date")
            )


def _tasks(tallies: Tallies, document: Document, gold: Gold) -> None:
    pairs = list(zip(gold.tasks, match_tasks(document, gold.tasks), strict=True))
    found = _tally(tallies, "tasks")
    taken = [task for _, task in pairs if task is not None]
    found.right += len(taken)
    for row, task in pairs:
        if task is None and not row.get("optional"):
            found.missing += 1
            found.errors.append(f"{gold.doc} {row['section']}: missed {row['title'] or row['quote']!r}")
    if gold.complete:
        for task in document.tasks:
            if task not in taken:
                found.wrong += 1
                found.errors.append(
                    f"{gold.doc} {task.section}: extra {collapse(task.span.of(document.text))[:90]!r}"
                )
    for row, task in pairs:
        if task is not None:
            _one_task(tallies, document, row, task, f"{gold.doc} {row['section']}")


def _one_task(tallies: Tallies, document: Document, row: Mapping[str, Any], task: Task, where: str) -> None:
    for role in UNITS:
        got = {norm(mention.text) for mention in getattr(task, role)}
        _tally(tallies, f"{role} units").sets(got, {norm(name) for name in row[f"{role}_units"]}, where)
    read: dict[str, Any] = msgspec.to_builtins(task.deadline)
    want = row["deadline"]
    if row.get("deadline_optional") and read["kind"] == "none":
        return
    _tally(tallies, "deadline kind").same(read["kind"] == want["kind"], where, read["kind"], want["kind"])
    got_dates = {key: read[key] for key in _DATES if read.get(key)}
    want_dates = {key: want[key] for key in _DATES if want.get(key)}
    got_dates, want_dates = json.loads(json.dumps(got_dates)), json.loads(json.dumps(want_dates))
    if "milestones" in want_dates or "milestones" in got_dates:
        got_dates["milestones"], want_dates["milestones"] = (
            sorted(m["date"] for m in held.get("milestones", ())) for held in (got_dates, want_dates)
        )
    if got_dates or want_dates:
        _tally(tallies, "deadline dates").same(got_dates == want_dates, where, got_dates, want_dates)
    block = norm(task.block.of(document.text))
    for words in row.get("products", ()):
        held = any(same_words(mention.text, words) for mention in task.products)
        _tally(tallies, "products").same(held, where, [m.text for m in task.products], words)
    if row.get("funding"):
        text = task.funding.text if task.funding else ""
        _tally(tallies, "funding").same(
            bool(text) and same_words(text, row["funding"]), where, text, row["funding"]
        )
    for words in row.get("actions", ()):
        spoken = [norm(action.of(document.text)) for action in task.actions]
        _tally(tallies, "actions").same(
            any(norm(words) in action for action in spoken), where, norm(words) in block, words
        )


def _targets(tallies: Tallies, document: Document, gold: Gold) -> None:
    # What stands in the tables of an annex is not in the gold of the collection.
    read = [t for t in document.targets if not (gold.printed and t.section.startswith("Phụ lục"))]
    found = match_targets(read, gold.targets)
    tally = _tally(tallies, "targets")
    for row, target in zip(gold.targets, found, strict=True):
        where = f"{gold.doc} {row['section']}"
        if target is None:
            tally.missing += 1
            tally.errors.append(f"{where}: missed {row['quote']!r}")
            continue
        tally.right += 1
        got = (target.comparator, target.value, norm(target.unit or ""))
        want = (row["comparator"], row["value"], norm(row["unit"] or ""))
        _tally(tallies, "target value").same(got[:2] == want[:2], where, got, want)
        _tally(tallies, "target unit").same(got[2] == want[2], where, got[2], want[2])
    for target in read:
        if target not in found:
            tally.wrong += 1
            tally.errors.append(f"{gold.doc} {target.section}: extra {target.quote[:90]!r}")


# -- by eye -------------------------------------------------------------------------------------------


def sample(folders: Sequence[Path], count: int) -> Iterator[str]:
    """Yield ``count`` tasks and ``count`` citations drawn by :data:`SEED`, each with its own text."""
    tasks: list[tuple[Document, Task]] = []
    references: list[tuple[Document, Reference]] = []
    for folder in folders:
        for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
            try:
                source = read_file(path).parts[0].source
            except UnreadableFile as error:
                yield f"{path.name}: {error}"
                continue
            document = analyse(path.stem, path.name, "", source)
            tasks += [(document, task) for task in document.tasks]
            references += [(document, reference) for reference in document.references]
    rng = random.Random(SEED)
    for document, task in rng.sample(tasks, min(count, len(tasks))):
        block = collapse(task.block.of(document.text))
        yield (
            f"\nTASK {document.id} [{task.section}] {task.title!r}\n  text: {block[:900]}\n  deadline: {task.deadline.kind} "
            f"{task.deadline.raw!r} {task.deadline.start}..{task.deadline.end}"
        )
        for role in UNITS:
            names = [mention.text for mention in getattr(task, role)]
            if names:
                yield f"  {role}: {names}" + (f" ({task.lead_basis})" if role == "lead" else "")
    for document, held in rng.sample(references, min(count, len(references))):
        around = document.text[max(0, held.span.start - 160) : held.span.end + 120]
        yield (
            f"\nREFERENCE {document.id} {held.symbol} | {held.type} | {held.issuer} | {held.date} | {held.role}"
            f"{' nested' if held.nested else ''} | {held.title!r}\n  text: {collapse(around)}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, or what was asked for; return 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.reading", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--errors", action="store_true", help="list every difference")
    parser.add_argument(
        "--sample", type=int, metavar="N", help="print N tasks and N citations to judge by eye"
    )
    parser.add_argument("folders", type=Path, nargs="*", help="folders to draw the sample from")
    options = parser.parse_args(arguments)
    if options.sample:
        for line in sample(options.folders or [options.corpus], options.sample):
            sys.stdout.write(line + "\n")
        return 0
    sets = {"collection": list(collection(options.corpus)), "example": list(example(options.shared))}
    measured = {name: measure(golds) for name, golds in sets.items() if golds}
    if options.json:
        figures = {name: {f: t.figures() for f, t in tallies.items()} for name, tallies in measured.items()}
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
        return 0
    for name, tallies in measured.items():
        sys.stdout.write(table(name, len(sets[name]), tallies) + "\n")
        for field, tally in tallies.items() if options.errors else ():
            for error in tally.errors:
                sys.stdout.write(f"  {field}: {error}\n")
    return 0


def table(name: str, documents: int, tallies: Tallies) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        f"\n{name} ({documents} documents)\n",
        "| field | gold | precision | recall | F1 |",
        "|---|---|---|---|---|",
    ]
    for field, tally in tallies.items():
        held = tally.figures()
        lines.append(
            f"| {field} | {held['gold']} | {held['precision']:.3f} | {held['recall']:.3f} | {held['f1']:.3f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
