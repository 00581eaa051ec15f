"""How good the cross-check is: planted differences, gold alignments, children made by known edits.

    python -m eval.crosscheck [--children N] [--json] [--more FOLDER …]
    python -m eval.crosscheck --time
    python -m eval.crosscheck --gold FOLDER [--alignments FOLDER] [--planted FILE] [--wrong]

prints the tables of ``docs/crosscheck.md``.  ``--more`` adds folders of plans to make children from (by
default ``../shared/corpus`` where it is there).  ``--gold`` measures other documents in place of the sample
collection: alignments as in ``eval/benchmark/alignments``, whose parents and children are named after the
files, and planted differences as in ``corpus/manifest``.  ``--wrong`` prints every disagreement.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eval.crosscheck_children import KINDS, Child, make_child
from indexer.analyse import analyse
from indexer.clean import collapse, fold
from indexer.encode import Encoder, load_encoder
from indexer.records import Document, SourceText
from search_api.check.chain import matrix
from search_api.check.checking import read_document
from search_api.check.compare import cites, compare_deadlines
from search_api.check.crosscheck import check
from search_api.check.schemas import VERDICTS, Alert, CheckItem, CheckReport
from search_api.check.units import task_words

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
ALIGNMENTS = ROOT / "eval" / "benchmark" / "alignments"
WORDED = ROOT / "eval" / "benchmark" / "worded.tsv"
SHARED = ROOT.parent / "shared" / "corpus"
CITATIONS = ("date", "number", "missing")
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*|[a-zđ])[.)]\s+")
"""The number before a row's words: a clause is quoted without it."""
_SAME_VERDICT = {"missing": "not_found"}
_SAME_KIND = {
    "task_missing": "task_left_out",
    "lead_missing": "no_lead",
    "lead_collective": "collective_lead",
    "issued_late": "deadline_later",
    "wrong_reference": "wrong_citation",
    "content_missing": "action_missing",
    "scope_narrowed": "action_missing",
    "extra_task": "no_origin",
}


class Gold(msgspec.Struct, frozen=True):
    """A hand-made alignment: verdict and answering tasks for each task of the parent."""

    parent: str
    child: str
    tasks: tuple[dict[str, Any], ...]
    note: str = ""


def sample(folder: Path = CORPUS) -> dict[str, Document]:
    """Read the sample collection by its manifests."""
    out = {}
    for path in sorted((folder / "manifest").glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8"))["documents"]:
            out[row["doc"]] = read_document(folder / row["file"])
    return out


def gold_alignments(folder: Path = ALIGNMENTS) -> list[Gold]:
    """Read the hand-made alignments."""
    return [msgspec.json.decode(path.read_bytes(), type=Gold) for path in sorted(folder.glob("*.json"))]


def folder_of(folder: Path) -> dict[str, Document]:
    """Read every document of a folder, named after its file."""
    paths = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in (".txt", ".md", ".docx", ".pdf")]
    return {path.stem: read_document(path) for path in paths}


def planted_rows(path: Path) -> list[dict[str, Any]]:
    """Read planted differences: a manifest, a folder of manifests, or a list of rows."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    out: list[dict[str, Any]] = []
    for file in files:
        read = json.loads(file.read_text(encoding="utf-8"))
        out += [_planted_row(row) for row in (read["planted"] if isinstance(read, dict) else read)]
    return out


def _planted_row(row: dict[str, Any]) -> dict[str, Any]:
    """Bring a row to our names: other people write "code", "quote_child", "task_missing"."""
    kind = row["kind"] if "kind" in row else row["code"]
    return {
        "parent_quote": row.get("quote_parent"),
        "child_quote": row.get("quote_child"),
        **row,
        "kind": _SAME_KIND.get(kind, kind),
    }


# --- planted differences -------------------------------------------------------------------------


def _plain(text: str | None) -> str:
    return fold(collapse((text or "").replace("*", ""))).strip(" .|")


def _meets(quotes: Iterable[str | None], wanted: Iterable[str | None]) -> bool:
    said = [q for q in map(_plain, quotes) if q]
    return any(w in q or q in w for w in map(_plain, wanted) if w for q in said)


def _left_out(report: CheckReport, parent: Document, quote: str) -> bool:
    wanted = _plain(quote)[:60]
    for item in report.items:
        if item.level != "task":
            continue
        if item.verdict == "not_found" and wanted in _plain(
            parent.text[item.parent_start : item.parent_end + 400]
        ):
            return True
        if any(part.verdict == "not_found" and wanted in _plain(part.quote) for part in item.parts):
            return True
    return False


def all_alerts(report: CheckReport) -> list[Alert]:
    """Return the alerts of a report, those of its items included."""
    return [*report.alerts, *(a for item in report.items for a in item.alerts)]


def planted(
    documents: dict[str, Document], encoder: Encoder | None, where: Path = CORPUS / "manifest"
) -> dict[str, Any]:
    """Count the planted differences that are found under their code, and list the other alerts."""
    by_pair: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in planted_rows(where):
        by_pair[row["parent"], row["child"]].append(row)
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    missed, others = [], []
    for (parent, child), rows in by_pair.items():
        report = check(documents[child], documents[parent], encoder=encoder, known=list(documents.values()))
        alerts = all_alerts(report)
        used: set[int] = set()
        for row in rows:
            total[row["kind"]] += 1
            if row["kind"] == "task_left_out":
                ok = _left_out(report, documents[parent], row["parent_quote"])
            elif row["kind"] == "no_origin":
                ok = _meets((only.quote for only in report.child_only), (row["child_quote"],))
            else:
                hits = [
                    n
                    for n, a in enumerate(alerts)
                    if a.code == row["kind"]
                    and _meets((a.child_quote, a.parent_quote), (row["child_quote"], row["parent_quote"]))
                ]
                used.update(hits)
                ok = bool(hits)
            found[row["kind"]] += ok
            if not ok:
                missed.append({"parent": parent, "child": child, **row})
        others += [
            {"parent": parent, "child": child, "code": a.code, "message": a.message}
            for n, a in enumerate(alerts)
            if n not in used
        ]
    return {
        "kinds": {kind: {"found": found[kind], "planted": total[kind]} for kind in sorted(total)},
        "found": sum(found.values()),
        "planted": sum(total.values()),
        "missed": missed,
        "other_alerts": others,
    }


# --- verdicts ------------------------------------------------------------------------------------


def f1(tp: int, fp: int, fn: int) -> float:
    """Return F1; 1 where there is nothing to find and nothing was said."""
    return 1.0 if tp + fp + fn == 0 else 2 * tp / (2 * tp + fp + fn)


def gold_items(gold: Gold, report: CheckReport, parent: Document) -> list[CheckItem | None]:
    """Return the item of each gold row: by the task's id and words, or by its words alone.

    Who writes an alignment by hand counts sections as they read them: the first words decide where the ids differ.
    """
    items = {item.task: item for item in report.items if item.level == "task"}
    blocks = {task.id: _plain(task.block.of(parent.text)) for task in parent.tasks}
    order = {task.id: number for number, task in enumerate(parent.tasks)}
    out: list[CheckItem | None] = []
    last = -1
    for row in gold.tasks:
        begins = _plain(row.get("begins"))
        id_ = row["id"] if row["id"] in items and begins in blocks[row["id"]] else None
        if id_ is None and begins:
            holding = [t for t in parent.tasks if begins in blocks[t.id]]
            # A row inside a longer task belongs to the task whose block is the shortest.
            inner = [t for t in holding if not any(o is not t and t.block.covers(o.block) for o in holding)]
            # Tasks that begin with the same words stand in the order of the rows.
            later = [t for t in inner if order[t.id] >= last]
            id_ = later[0].id if later else inner[0].id if inner else None
        last = order[id_] if id_ is not None else last
        out.append(items[id_] if id_ is not None else None)
    return out


def verdicts(
    documents: dict[str, Document], encoder: Encoder | None, folder: Path = ALIGNMENTS
) -> dict[str, Any]:
    """Compare verdicts with the hand-made ones: F1 by verdict and their mean over verdicts.

    A gold task that the reading does not have counts as wrong, under the verdict "unread".
    """
    confusion: Counter[tuple[str, str]] = Counter()
    links: Counter[str] = Counter()
    wrong = []
    pairs = gold_alignments(folder)
    for gold in pairs:
        child = documents[gold.child]
        report = check(child, documents[gold.parent], encoder=encoder, known=list(documents.values()))
        found = gold_items(gold, report, documents[gold.parent])
        shared = Counter(item.key for item in found if item is not None)
        for row, item in zip(gold.tasks, found, strict=True):
            wanted = _SAME_VERDICT.get(row["verdict"], row["verdict"])
            several = item is not None and shared[item.key] > 1
            got = gold_verdict(item, row.get("begins"), several=several)
            confusion[wanted, got] += 1
            if wanted != got:
                wrong.append(
                    {
                        "parent": gold.parent,
                        "child": gold.child,
                        "task": row["id"],
                        "begins": row.get("begins", ""),
                        "gold": wanted,
                        "got": got,
                    }
                )
            if wanted in ("covered", "partial") and item is not None:
                asked = {_child_task(child, c) for c in row["children"]}
                given = {m.task for m in item.matches if m.task and m.score >= 0.5}
                links["both"] += len(asked & given)
                links["gold"] += len(asked)
                links["given"] += len(given) if asked else 0
    by_verdict = {name: _graded(confusion, name) for name in VERDICTS}
    ours = sum(n for (a, _), n in confusion.items() if a != "out_of_scope")
    return {
        "pairs": len(pairs),
        "tasks": sum(confusion.values()),
        "accuracy": round(sum(n for (a, b), n in confusion.items() if a == b) / sum(confusion.values()), 3),
        "macro_f1": round(sum(v["f1"] for v in by_verdict.values()) / len(by_verdict), 3),
        "by_verdict": by_verdict,
        "review_share": round(sum(n for (_, b), n in confusion.items() if b == "review") / max(ours, 1), 3),
        "links": {
            "recall": round(links["both"] / max(links["gold"], 1), 3),
            "precision": round(links["both"] / max(links["given"], 1), 3),
        },
        "wrong": wrong,
    }


def gold_verdict(item: CheckItem | None, begins: str | None, *, several: bool) -> str:
    """Return what the check says of a gold row: of the action that it names, where ``several`` rows are one task."""
    if item is None:
        return "unread"
    wanted = _NUMBER.sub("", _plain(begins))
    if not several or not wanted or item.verdict == "out_of_scope":
        return item.verdict
    named = [part.verdict for part in item.parts if wanted in _plain(part.quote)]
    return named[0] if len(named) == 1 else item.verdict


def _child_task(child: Document, row: dict[str, Any]) -> str:
    """Return the id of the child's task that a gold link names, by id and words, or by words alone."""
    begins = _plain(row.get("begins"))
    blocks = {task.id: _plain(task.block.of(child.text)) for task in child.tasks}
    if not begins or begins in blocks.get(row["id"], ""):
        return str(row["id"])
    holding = [t for t, words in blocks.items() if begins in words]
    return min(holding, key=lambda t: len(blocks[t]), default=str(row["id"]))


# --- verdicts on sentences written for it --------------------------------------------------------

_PROVINCE = (
    "UBND TỈNH MÂY SƠN\n\nSố: 7/KH-UBND\n\nMây Sơn, ngày 05 tháng 01 năm 2026\n\nKẾ HOẠCH\nCông tác năm 2026\n\n"
    "I. NHIỆM VỤ\n\n"
)
_COMMUNE = (
    "UBND XÃ ĐỒI CHÈ\n\nSố: 3/KH-UBND\n\nĐồi Chè, ngày 15 tháng 01 năm 2026\n\nKẾ HOẠCH\nCông tác năm 2026\n\n"
    "Thực hiện Kế hoạch số 7/KH-UBND ngày 05/01/2026 của UBND tỉnh Mây Sơn, UBND xã xây dựng Kế hoạch như sau:\n\n"
    "I. NHIỆM VỤ\n\n"
)


def worded(encoder: Encoder | None, path: Path = WORDED) -> dict[str, Any]:
    """Grade the verdicts on one pair of plans made of sentences (``eval/benchmark/worded.tsv``)."""
    rows = [
        r.split("\t") for r in path.read_text(encoding="utf-8").splitlines() if r and not r.startswith("#")
    ]
    theirs = "\n\n".join(f"{n}. UBND các xã, phường {_low(r[1])}." for n, r in enumerate(rows, 1))
    said = [task for r in rows if r[2] != "-" for task in r[2].split(" // ")]
    # The order of the child is not the parent's: what stands where must not help.
    mixed = sorted(said, key=lambda task: hashlib.md5(task.encode(), usedforsecurity=False).hexdigest())
    ours = "\n\n".join(f"{n}. {task}." for n, task in enumerate(mixed, 1))
    parent = analyse("cap-tinh", "cap-tinh.txt", "", SourceText(_PROVINCE + theirs + "\n"))
    child = analyse("cap-xa", "cap-xa.txt", "", SourceText(_COMMUNE + ours + "\n"))
    report = check(child, parent, encoder=encoder)
    gold = Gold(
        parent.id, child.id, tuple({"id": "", "begins": _low(r[1])[:60], "verdict": r[0]} for r in rows)
    )
    confusion: Counter[tuple[str, str]] = Counter()
    wrong = []
    for row, item in zip(gold.tasks, gold_items(gold, report, parent), strict=True):
        got = item.verdict if item is not None else "unread"
        confusion[row["verdict"], got] += 1
        if got != row["verdict"]:
            wrong.append({"task": row["begins"], "gold": row["verdict"], "got": got})
    graded = {name: _graded(confusion, name) for name in ("covered", "partial", "not_found")}
    return {
        "tasks": len(rows),
        "by_verdict": graded,
        "macro_f1": round(sum(v["f1"] for v in graded.values()) / len(graded), 3),
        "wrong": wrong,
    }


def _low(words: str) -> str:
    return words[:1].lower() + words[1:]


def _graded(confusion: Counter[tuple[str, str]], name: str) -> dict[str, Any]:
    tp = confusion[name, name]
    fp = sum(n for (a, b), n in confusion.items() if b == name != a)
    fn = sum(n for (a, b), n in confusion.items() if a == name != b)
    return {"f1": round(f1(tp, fp, fn), 3), "gold": tp + fn, "right": tp, "wrong": fp}


# --- children by known edits ---------------------------------------------------------------------


def _count(plan: Document, child: Child, report: CheckReport, tally: dict[str, Counter[str]]) -> None:
    items = {item.task: item for item in report.items if item.level == "task"}
    merged = _merged_limits(plan, child)
    for task in plan.tasks:
        item = items[task.id]
        kind = child.edits.get(task.id, "none")
        codes = {a.code for a in item.alerts}
        tally[kind]["tasks"] += 1
        tally[kind][item.verdict] += 1
        tally[kind]["kept"] += item.verdict == "covered"
        tally["lower"]["fp"] += kind != "target_lowered" and "target_lower" in codes
        for name, wanted, code in (
            ("later", "deadline_moved", {"deadline_later"}),
            ("weakened", "deadline_weakened", {"deadline_weakened", "deadline_missing"}),
        ):
            said = bool(codes & code)
            true = kind == wanted or bool(merged.get(task.id, set()) & code)
            tally[name][
                "tp" if said and true else "fp" if said else "fn" if true and kind == wanted else "tn"
            ] += 1
    targets = {item.key: item for item in report.items if item.level == "target"}
    for number in range(len(plan.targets)):
        said = any(a.code == "target_lower" for a in targets[f"target:{number + 1}"].alerts)
        true = number in child.targets
        tally["lower"]["tp" if said and true else "fp" if said else "fn" if true else "tn"] += 1


def _merged_limits(plan: Document, child: Child) -> dict[str, set[str]]:
    """Return what merging does to the limits: the second task gets the first one's."""
    out: dict[str, set[str]] = {}
    for one, two in zip(plan.tasks, plan.tasks[1:], strict=False):
        if child.edits.get(one.id) == child.edits.get(two.id) == "merged":
            found = compare_deadlines(two.deadline, one.deadline)
            if found is not None:
                out.setdefault(two.id, set()).add(found[0])
    return out


def plans(more: Sequence[Path]) -> list[Document]:
    """Return the documents to make children from: those with ten tasks or more."""
    documents = list(sample().values())
    for folder in more:
        for path in sorted(folder.glob("*")):
            if path.suffix.lower() in (".txt", ".md", ".docx", ".pdf"):
                documents.append(read_document(path))
    return [d for d in documents if len(d.tasks) >= 10]


def children(documents: Sequence[Document], encoder: Encoder | None, each: int) -> dict[str, Any]:
    """Make ``each`` children of every plan and count what the check says of every edit."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    cited: Counter[str] = Counter()
    for plan in documents:
        for seed in range(each):
            # A draft without a number cannot be cited by it.
            damage = CITATIONS[seed % 4] if seed % 4 < 3 and plan.metadata.symbol is not None else None
            child = make_child(plan, seed, damage)
            if damage == "missing" and cites(child.document, plan):
                damage = None  # its own annex or text still names it: it is cited
            report = check(child.document, plan, encoder=encoder, all_ours=True)
            _count(plan, child, report, tally)
            codes = {a.code for a in report.alerts}
            wanted = {"missing": "parent_not_cited"}.get(damage or "", "wrong_citation")
            if damage is not None:
                cited["damaged"] += 1
                cited["found"] += wanted in codes
            elif plan.metadata.symbol is not None:
                cited["sound"] += 1
                cited["false"] += bool(codes & {"wrong_citation", "parent_not_cited"})
    kept = {
        kind: {
            "tasks": tally[kind]["tasks"],
            "covered": tally[kind]["kept"],
            "share": round(tally[kind]["kept"] / max(tally[kind]["tasks"], 1), 3),
        }
        for kind in ("none", *KINDS)
        if kind != "dropped" and tally[kind]["tasks"]
    }
    dropped = tally["dropped"]
    false = sum(tally[kind]["not_found"] for kind in tally if kind != "dropped")
    found = {"dropped": _rates(dropped["not_found"], false, dropped["tasks"] - dropped["not_found"])}
    for name, label in (
        ("later", "deadline_moved"),
        ("weakened", "deadline_weakened"),
        ("lower", "target_lowered"),
    ):
        found[label] = _rates(tally[name]["tp"], tally[name]["fp"], tally[name]["fn"])
    return {
        "plans": len(documents),
        "children": len(documents) * each,
        "found": found,
        "kept": kept,
        "citations": dict(cited),
    }


def _rates(tp: int, fp: int, fn: int) -> dict[str, Any]:
    return {
        "edits": tp + fn,
        "recall": round(tp / max(tp + fn, 1), 3),
        "precision": round(tp / max(tp + fp, 1), 3),
    }


def measure(each: int, more: Sequence[Path], encoder: Encoder | None = None) -> dict[str, Any]:
    """Measure everything; ``more`` are folders of other plans, counted by themselves."""
    encoder = encoder or load_encoder(None)
    documents = sample()
    out = {
        "planted": planted(documents, encoder),
        "verdicts": verdicts(documents, encoder),
        "worded": worded(encoder),
        "children": children([d for d in documents.values() if len(d.tasks) >= 10], encoder, each),
    }
    ours = {d.id for d in documents.values()}
    others = [d for d in plans(more) if d.id not in ours]
    if others:
        out["children_more"] = children(others, encoder, each)
    return out


def measure_gold(
    folder: Path, alignments: Path | None, rows: Path | None, encoder: Encoder | None = None
) -> dict[str, Any]:
    """Measure the documents of a folder against alignments and planted differences made for them."""
    encoder = encoder or load_encoder(None)
    documents = folder_of(folder)
    out = {}
    if rows is not None:
        out["planted"] = planted(documents, encoder, rows)
    if alignments is not None:
        out["verdicts"] = verdicts(documents, encoder, alignments)
    return out


def timing(encoder: Encoder | None = None, *, plans: int = 50, tasks: int = 300) -> dict[str, Any]:
    """Measure processor time: one check of ``tasks`` by ``tasks``, and one parent against ``plans`` plans.

    The pieces are those of the sample collection, so that words and lengths are those of real plans.
    """
    encoder = encoder or load_encoder(None)
    documents = [d for d in sample().values() if len(d.tasks) >= 10]
    said = [task_words(d, t) for d in documents for t in d.tasks]
    many = [said[n % len(said)] for n in range(2 * tasks)]

    def of(name: str, words: Sequence[str]) -> Document:
        body = "\n\n".join(f"{n}. UBND các xã, phường {_low(w)}." for n, w in enumerate(words, 1))
        return analyse(name, f"{name}.txt", "", SourceText(_PROVINCE + body + "\n"))

    a, b = of("a", many[:tasks]), of("b", many[tasks:])
    best = min(_spent(lambda: check(b, a, encoder=encoder)) for _ in range(3))
    parent = max(documents, key=lambda d: len(d.tasks))
    children_ = [make_child(parent, seed).document for seed in range(plans)]
    steps: list[int] = []
    whole = _spent(
        lambda: matrix(
            parent,
            children_,
            lambda child: check(child, parent, encoder=encoder),
            lambda done, _: steps.append(done),
        )
    )
    return {
        "one_check": {"tasks": [len(a.tasks), len(b.tasks)], "seconds": round(best, 2)},
        "matrix": {
            "tasks": len(parent.tasks),
            "plans": plans,
            "seconds": round(whole, 2),
            "progress_steps": len(steps),
        },
    }


def _spent(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def table(found: dict[str, Any]) -> str:
    """Show the figures as the tables of the documentation."""
    out: list[str] = []
    if "planted" in found:
        out += ["| planted | found | of |", "|---|---|---|"]
        out += [f"| {k} | {v['found']} | {v['planted']} |" for k, v in found["planted"]["kinds"].items()]
        out.append(f"| **all** | {found['planted']['found']} | {found['planted']['planted']} |")
        out += [f"\nalerts besides the planted ones: {len(found['planted']['other_alerts'])}"]
    if "verdicts" in found:
        graded = found["verdicts"]
        out += ["", "| verdict | gold | F1 |", "|---|---|---|"]
        out += [f"| {k} | {v['gold']} | {v['f1']} |" for k, v in graded["by_verdict"].items()]
        out.append(f"| **macro** | {graded['tasks']} | {graded['macro_f1']} |")
        out.append(
            f"\nlinks: {graded['links']}, review share: {graded['review_share']}, "
            f"accuracy: {graded['accuracy']}"
        )
    if "worded" in found:
        graded = found["worded"]
        out += ["", "| verdict, sentences | gold | F1 |", "|---|---|---|"]
        out += [f"| {k} | {v['gold']} | {v['f1']} |" for k, v in graded["by_verdict"].items()]
        out.append(f"| **macro** | {graded['tasks']} | {graded['macro_f1']} |")
    for name in ("children", "children_more"):
        if name not in found:
            continue
        made = found[name]
        out += ["", f"{name}: {made['children']} children of {made['plans']} plans", ""]
        out += ["| edit to find | edits | recall | precision |", "|---|---|---|---|"]
        out += [
            f"| {k} | {v['edits']} | {v['recall']} | {v['precision']} |" for k, v in made["found"].items()
        ]
        out += [
            "",
            "| edit to see through | tasks | kept as covered |",
            "|---|---|---|",
        ]
        out += [f"| {k} | {v['tasks']} | {v['share']} |" for k, v in made["kept"].items()]
        out.append(f"\ncitations: {made['citations']}")
    return "\n".join(out)


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables, or everything as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.crosscheck", description=__doc__)
    parser.add_argument("--children", type=int, default=8, help="children made of each plan")
    parser.add_argument("--more", type=Path, nargs="*", default=[SHARED] if SHARED.exists() else [])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--gold", type=Path, help="folder of other documents to measure")
    parser.add_argument("--alignments", type=Path, help="their hand-made verdicts (default: ../alignments)")
    parser.add_argument("--planted", type=Path, help="their planted differences (default: ../planted.json)")
    parser.add_argument("--wrong", action="store_true", help="print every disagreement")
    parser.add_argument("--time", action="store_true", help="processor time of a check and of a matrix")
    options = parser.parse_args(arguments)
    if options.time:
        sys.stdout.write(json.dumps(timing(), indent=1) + "\n")
        return 0
    if options.gold is not None:
        beside = options.gold.resolve().parent
        alignments = options.alignments or _if_there(beside / "alignments")
        rows = options.planted or _if_there(beside / "planted.json")
        if alignments is None and rows is None:
            parser.error(f"{options.gold}: neither alignments nor planted differences; name one of them")
        found = measure_gold(options.gold, alignments, rows)
    else:
        found = measure(options.children, options.more)
    if options.wrong:
        parts = ("verdicts", "worded")
        said = [
            *(row for part in parts for row in found.get(part, {}).get("wrong", ())),
            *found.get("planted", {}).get("missed", ()),
        ]
        sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in said)
    sys.stdout.write(
        (json.dumps(found, ensure_ascii=False, indent=1) if options.json else table(found)) + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
