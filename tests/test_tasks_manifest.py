"""Tasks of our own sample documents against what their authors wrote down: the figures of issue B."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from indexer.clean import collapse, fold
from indexer.readers.plain import read_text
from indexer.records import Task
from indexer.structure import read_structure
from indexer.targets import find_targets
from indexer.tasks import read_tasks

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
MANIFESTS = sorted((CORPUS / "manifest").glob("*.json"))
DEADLINE = ("kind", "start", "end", "end_exclusive", "recurrence")


def norm(words: str) -> str:
    return fold(collapse(words)).strip(" .;")


def source_of(entry: dict[str, Any]) -> Path:
    """The text of a sample: its own file, or the hand-written source of a Word or PDF one."""
    path = CORPUS / str(entry["file"])
    return path if path.suffix in (".txt", ".md") else CORPUS / "sources" / f"{entry['doc']}.md"


def documents() -> list[dict[str, Any]]:
    entries = [
        entry for manifest in MANIFESTS for entry in json.loads(manifest.read_text("utf-8"))["documents"]
    ]
    return [entry for entry in entries if source_of(entry).exists() and entry.get("tasks")]


def matched(text: str, tasks: list[Task], entry: dict[str, Any]) -> list[tuple[dict[str, Any], Task | None]]:
    pairs: list[tuple[dict[str, Any], Task | None]] = []
    left = list(tasks)
    for gold in entry["tasks"]:
        title = norm(gold["title"])

        def score(task: Task, title: str = title, section: str = gold["section"]) -> int:
            quote = norm(task.span.of(text))
            inside = task.section.startswith(section) and title in norm(task.block.of(text))
            return 4 * (title in quote) + 2 * (task.section == section) * (inside or title in quote) + inside

        best = max(left, key=score, default=None)
        if best is None or score(best) == 0:
            pairs.append((gold, None))
            continue
        left.remove(best)
        pairs.append((gold, best))
    return pairs


@pytest.mark.skipif(not MANIFESTS, reason="the sample manifests are not here")
def test_figures_of_the_sample_collection() -> None:
    found = missed = extra = dated = 0
    units = {"lead": [0, 0, 0], "coordinating": [0, 0, 0], "directing": [0, 0, 0], "implementing": [0, 0, 0]}
    for entry in documents():
        source = read_text(source_of(entry).read_bytes(), markdown=True)
        blocks, outline = read_structure(source)
        tasks = read_tasks(source.text, blocks, outline, find_targets(source.text, blocks, outline))
        pairs = matched(source.text, tasks, entry)
        hits = [(gold, task) for gold, task in pairs if task is not None]
        found += len(hits)
        missed += len(pairs) - len(hits)
        if entry["task_gold"] != "organisation_only":
            extra += len(tasks) - len(hits)
        for gold, task in hits:
            for role, counts in units.items():
                got = {norm(mention.text) for mention in getattr(task, role)}
                want = {norm(name) for name in gold[f"{role}_units"]}
                for at, number in enumerate((len(got & want), len(got - want), len(want - got))):
                    counts[at] += number
            read = json.loads(json.dumps(msgspec.to_builtins(task.deadline)))
            want_deadline = gold["deadline"]
            dated += all((read.get(key) or None) == (want_deadline.get(key) or None) for key in DEADLINE)
    assert f1(found, extra, missed) >= 0.95
    assert dated / found >= 0.95
    for role, counts in units.items():
        assert f1(*counts) >= 0.95, (role, counts)


def f1(right: int, wrong: int, missing: int) -> float:
    return 2 * right / (2 * right + wrong + missing) if right else 1.0
