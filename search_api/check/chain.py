"""Checks of more than two documents: a chain of levels, one parent with many plans, two versions of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from indexer.clean import collapse, fold
from indexer.encode import Encoder
from indexer.records import Document, Task
from indexer.units import same_unit
from search_api.check.align import Aligner
from search_api.check.crosscheck import COVERED, name_of, party
from search_api.check.schemas import (
    Chain,
    ChainRow,
    ChainStep,
    CheckItem,
    CheckReport,
    Matrix,
    MatrixCell,
    MatrixRow,
    Outcome,
    VersionChange,
    Versions,
)
from search_api.check.units import task_units

Progress = Callable[[int, int], None]

SAME = 0.5
"""Score from which two tasks of two versions are one task."""


def chain(documents: Sequence[Document], reports: Sequence[CheckReport]) -> Chain:
    """Follow each task of the highest document down; ``reports[i]`` checks document i+1 against i.

    A task is lost where nothing answers it although it was the issuer's; a level that it does not concern
    is passed over in silence only where a later one cannot be reached any more.
    """
    head = documents[0]
    rows = []
    for item in reports[0].items:
        if item.level != "task":
            continue
        steps, lost = _follow(item, documents, reports)
        rows.append(
            ChainRow(
                item.parent_section,
                item.parent_start,
                item.parent_end,
                item.parent_quote,
                tuple(steps),
                lost,
                _outcome(steps, lost, len(reports)),
            )
        )
    lost_at = Counter(row.lost_at for row in rows if row.lost_at)
    names = {document.id: name_of(document) for document in documents}
    told = "; ".join(f"{count} việc dừng ở {names[doc]}" for doc, count in lost_at.items())
    counts = Counter(row.outcome for row in rows)
    line = f"{counts['reached']}/{len(rows)} nhiệm vụ của {name_of(head)} đi đến văn bản cuối"
    if counts["out_of_scope"]:
        line += f"; {counts['out_of_scope']} không thuộc trách nhiệm của một cấp dưới"
    if counts["unclear"]:
        line += f"; {counts['unclear']} chưa rõ, cần xem lại"
    return Chain(
        documents=tuple(party(document) for document in documents),
        rows=tuple(rows),
        summary=f"{line}{'; ' + told if told else ''}.",
        notes=tuple(note for report in reports for note in report.notes),
    )


def _outcome(steps: Sequence[ChainStep], lost: str | None, levels: int) -> Outcome:
    if lost is not None:
        return "lost"
    if steps and steps[-1].verdict == "out_of_scope":
        return "out_of_scope"
    through = len(steps) == levels and steps[-1].verdict in ("covered", "partial")
    return "reached" if through else "unclear"


def _follow(
    item: CheckItem, documents: Sequence[Document], reports: Sequence[CheckReport]
) -> tuple[list[ChainStep], str | None]:
    steps: list[ChainStep] = []
    current: list[CheckItem] = [item]
    for number in range(len(reports)):
        document = documents[number + 1]
        best = max(current, key=lambda i: (_RANK[i.verdict], i.score))
        match = best.matches[0] if best.matches and best.verdict in ("covered", "partial", "review") else None
        steps.append(
            ChainStep(
                document.id,
                document.metadata.level.value if document.metadata.level else None,
                best.verdict,
                match.section if match else None,
                match.start if match else None,
                match.end if match else None,
                match.quote if match else None,
            )
        )
        if best.verdict == "not_found":
            return steps, document.id
        if best.verdict == "out_of_scope" or number + 1 == len(reports):
            return steps, None
        tasks = {m.task for i in current for m in i.matches if m.task}
        current = [i for i in reports[number + 1].items if i.level == "task" and i.task in tasks]
        if not current:
            return steps, None
    return steps, None


_RANK = {"covered": 4, "partial": 3, "review": 2, "not_found": 1, "out_of_scope": 0}


def matrix(
    parent: Document,
    children: Sequence[Document],
    report_of: Callable[[Document], CheckReport],
    progress: Progress | None = None,
) -> Matrix:
    """Check many plans against one parent: rows are its tasks, columns the plans."""
    reports: list[CheckReport] = []
    for number, child in enumerate(children):
        if progress is not None:
            progress(number, len(children))
        reports.append(report_of(child))
    if progress is not None:
        progress(len(children), len(children))
    cells: dict[str, dict[str, MatrixCell]] = {}
    rows: dict[str, CheckItem] = {}
    for report in reports:
        for item in report.items:
            if item.level != "task":
                continue
            rows.setdefault(item.key, item)
            match = item.matches[0] if item.matches else None
            cells.setdefault(item.key, {})[report.child] = MatrixCell(
                item.verdict,
                item.score,
                match.start if match else None,
                match.end if match else None,
                match.quote if match else None,
                tuple(dict.fromkeys(a.code for a in item.alerts)),
            )
    return Matrix(
        parent=parent.id,
        parent_info=party(parent),
        children=tuple(party(child) for child in children),
        rows=tuple(
            MatrixRow(i.parent_section, i.parent_start, i.parent_end, i.parent_quote, cells[key], key)
            for key, i in rows.items()
        ),
        summaries={report.child: report.summary for report in reports},
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
    )


# --- two versions of one plan --------------------------------------------------------------------


def versions(old: Document, new: Document, encoder: Encoder | None = None) -> Versions:
    """Compare two versions of one plan: tasks added, dropped, moved, re-assigned, re-dated, reworded."""
    before, after = task_units(old), task_units(new)
    aligner = Aligner(old, new, [u.words for u in (*before, *after)], encoder)
    aligned = aligner.align(before, after)
    pairs = _pairs(aligned.scores)
    changes: list[VersionChange] = []
    order = {j: rank for rank, j in enumerate(sorted(pairs.values()))}
    in_order = _longest_run([order[pairs[i]] for i in sorted(pairs)])
    for rank, i in enumerate(sorted(pairs)):
        j = pairs[i]
        a, b = old.tasks[before[i].task], new.tasks[after[j].task]
        found = list(_differences(old, new, a, b))
        if rank not in in_order:
            found.insert(0, ("moved", f"Chuyển từ mục {a.section} sang mục {b.section}."))
        for kind, message in found or [("same", "Giữ nguyên.")]:
            changes.append(_change(kind, message, old, a, new, b, float(aligned.scores[i, j])))
    for i, unit in enumerate(before):
        if i not in pairs:
            changes.append(
                _change("dropped", "Không còn trong bản mới.", old, old.tasks[unit.task], new, None)
            )
    for j, unit in enumerate(after):
        if j not in pairs.values():
            changes.append(_change("added", "Thêm trong bản mới.", old, None, new, new.tasks[unit.task]))
    counts: Counter[str] = Counter(change.kind for change in changes)
    words = {
        "added": "thêm",
        "dropped": "bỏ",
        "moved": "chuyển chỗ",
        "reassigned": "giao lại",
        "redated": "đổi thời hạn",
        "reworded": "sửa lời",
        "same": "giữ nguyên",
    }
    line = ", ".join(f"{counts[kind]} {name}" for kind, name in words.items() if counts[kind])
    return Versions(
        old.id,
        new.id,
        tuple(sorted(changes, key=lambda c: c.new_start if c.new_start is not None else c.old_start or 0)),
        {"line": f"{line}." if line else "Không có nhiệm vụ nào để so sánh.", **dict(counts)},
    )


def _pairs(scores: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> dict[int, int]:
    """Match one to one, the best pair first."""
    out: dict[int, int] = {}
    taken: set[int] = set()
    for flat in np.argsort(-scores, axis=None):
        i, j = divmod(int(flat), scores.shape[1])
        if scores[i, j] < SAME:
            break
        if i not in out and j not in taken:
            out[i] = j
            taken.add(j)
    return out


def _longest_run(order: Sequence[int]) -> set[int]:
    """Return the positions of a longest increasing run: what is outside it has moved."""
    best: list[list[int]] = []
    for at, value in enumerate(order):
        before: list[int] = []
        for run in best:
            if order[run[-1]] < value and len(run) > len(before):
                before = run
        best.append([*before, at])
    longest: list[int] = max(best, key=len) if best else []
    return set(longest)


def _differences(old: Document, new: Document, a: Task, b: Task) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    mine = [m.text for m in (*a.lead, *a.implementing, *a.directing)]
    theirs = [m.text for m in (*b.lead, *b.implementing, *b.directing)]
    if len(mine) != len(theirs) or any(not any(same_unit(x, y) for y in theirs) for x in mine):
        out.append(
            (
                "reassigned",
                f"Chủ trì: “{collapse('; '.join(mine)) or 'không nêu'}” thành “{collapse('; '.join(theirs)) or 'không nêu'}”.",
            )
        )
    if _limit(a) != _limit(b):
        out.append(
            (
                "redated",
                f"Thời hạn: “{a.deadline.raw or 'không nêu'}” thành “{b.deadline.raw or 'không nêu'}”.",
            )
        )
    if " ".join(fold(a.span.of(old.text)).split()) != " ".join(fold(b.span.of(new.text)).split()):
        out.append(("reworded", "Sửa lời văn."))
    return out


def _limit(task: Task) -> tuple[object, ...]:
    d = task.deadline
    recurrence = tuple(sorted((k, str(v)) for k, v in (d.recurrence or {}).items()))
    return (d.kind, d.start, d.end, recurrence, d.open_ended)


def _change(
    kind: str, message: str, old: Document, a: Task | None, new: Document, b: Task | None, score: float = 0.0
) -> VersionChange:
    return VersionChange(
        kind=kind,  # type: ignore[arg-type]
        message=message,
        old_section=a.section if a else None,
        old_start=a.span.start if a else None,
        old_end=a.span.end if a else None,
        old_quote=a.span.of(old.text) if a else None,
        new_section=b.section if b else None,
        new_start=b.span.start if b else None,
        new_end=b.span.end if b else None,
        new_quote=b.span.of(new.text) if b else None,
        score=round(score, 3),
    )


__all__ = ["COVERED", "chain", "matrix", "versions"]
