"""A measured benchmark as one object, as tables on a terminal, and against a committed baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eval.compare import Comparison
from eval.measures import LOWER_IS_BETTER, RETRIEVAL
from indexer.errors import UnusableInput

TOLERANCE = 0.005
"""How far a measure may fall below a baseline that names no tolerance of its own."""

SLICE_LABELS = {
    "kind": "Loại câu hỏi",
    "no_diacritics": "Gõ không dấu",
    "abbreviation": "Có chữ viết tắt",
    "paraphrase": "Lời thường ngày",
    "unanswerable": "Không có câu trả lời",
    "document": "Văn bản",
    "length": "Số từ của câu hỏi",
}
PART_LABELS = {"yes": "có", "no": "không"}
OUTCOME_LABELS = {
    "right": "trả lời đúng",
    "wrong": "trả lời sai",
    "refused_right": "từ chối đúng",
    "refused_wrong": "từ chối sai",
}
ANSWER_LABELS = {
    **OUTCOME_LABELS,
    "accuracy": "tỷ lệ đúng (cả từ chối đúng)",
    "citation_precision": "dẫn chứng đúng / dẫn chứng đã nêu",
    "citation_recall": "dẫn chứng đã nêu / dẫn chứng cần nêu",
    "quote_fidelity": "trích nguyên văn",
}


class Measured(msgspec.Struct, frozen=True):
    """One configuration: means, 95 % intervals, milliseconds of a query (None for a run that was read)."""

    name: str
    label: str
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    latency_ms: dict[str, float] | None
    answered_queries: int
    """How many judged queries the run has."""


class Result(msgspec.Struct, frozen=True):
    """All that one evaluation found; ``metrics`` are those of the first configuration and of the answers.

    ``per_query`` has, for each question, its gold, the first configuration's ranks, every
    configuration's values, and the answer with its outcome.
    """

    benchmark: str
    kind: str
    queries: int
    judged: int
    metrics: dict[str, float]
    per_query: tuple[dict[str, Any], ...]
    slices: dict[str, dict[str, dict[str, Any]]]
    configurations: tuple[Measured, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()
    index: str | None = None
    made: str = ""


class Reliable(msgspec.Struct, frozen=True):
    """Answers of about one confidence: from ``low`` (inclusive) to ``high``, their mean, how many are right."""

    low: float
    high: float
    confidence: float
    answers: int
    right: int

    @property
    def share(self) -> float:
        """The share that is right."""
        return self.right / self.answers


def reliability(per_query: Sequence[Mapping[str, Any]]) -> list[Reliable]:
    """Group the answers that were given by tenths of their confidence; groups without an answer are left out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for row in per_query:
        answer = row.get("answer") or {}
        confidence = answer.get("confidence")
        if confidence is not None and answer["outcome"] in ("right", "wrong"):
            tenth = min(9, int(confidence * 10))
            groups.setdefault(tenth, []).append((confidence, answer["outcome"] == "right"))
    return [
        Reliable(
            tenth / 10,
            (tenth + 1) / 10,
            sum(confidence for confidence, _ in held) / len(held),
            len(held),
            sum(right for _, right in held),
        )
        for tenth, held in sorted(groups.items())
    ]


# -- terminal -------------------------------------------------------------------------------------


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Set rows in columns; the first ``left`` columns stand to the left, the others to the right."""
    widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if n < left else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, ["─" * width for width in widths], *rows)
    ]
    return "\n".join(lines)


def figure(value: float | None, digits: int = 3) -> str:
    """Write a figure the Vietnamese way, "–" where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")


def terminal(result: Result, *, details: int = 40) -> str:
    """Return the whole report as text; ``details`` bounds the list of questions not answered well."""
    parts = [
        f"Bộ đánh giá {result.benchmark}: {result.queries} câu hỏi, {result.judged} câu có đáp án.",
        *(f"Lưu ý: {note}" for note in result.notes),
        quality_table(result.configurations),
    ]
    if result.comparisons:
        parts.append(comparison_table(result.comparisons))
    if "accuracy" in result.metrics:
        parts.append(answers_table(result.metrics))
        groups = reliability(result.per_query)
        if groups:
            parts.append(reliability_table(groups))
    if result.slices:
        parts.append(slices_table(result.slices))
    failed = failures(result.per_query)
    if failed and details:
        shown = "\n".join(failed[:details])
        more = f"\n… và {len(failed) - details} câu khác" if len(failed) > details else ""
        parts.append(f"Câu chưa đạt ({len(failed)}):\n{shown}{more}")
    return "\n\n".join(parts)


def quality_table(configurations: Sequence[Measured]) -> str:
    """Return the table of configurations: means with the interval of MRR@10, and milliseconds."""
    rows = []
    for held in configurations:
        low, high = held.intervals["MRR@10"]
        speed = held.latency_ms or {}
        rows.append(
            [
                held.name,
                *(figure(held.metrics[name]) for name in RETRIEVAL),
                f"{figure(low)}–{figure(high)}",
                figure(speed.get("p50"), 1),
                figure(speed.get("p95"), 1),
            ]
        )
    return table(["Cấu hình", *RETRIEVAL, "MRR@10 (95%)", "p50 ms", "p95 ms"], rows)


def reliability_table(groups: Sequence[Reliable]) -> str:
    """Return the table of confidence against what was right."""
    rows = [
        [
            f"{figure(g.low, 1)}–{figure(g.high, 1)}",
            str(g.answers),
            str(g.right),
            figure(g.confidence),
            figure(g.share),
        ]
        for g in groups
    ]
    return table(["Độ tin cậy", "Trả lời", "Đúng", "Tin cậy TB", "Tỷ lệ đúng"], rows)


def comparison_table(comparisons: Sequence[Comparison]) -> str:
    """Return the table of differences."""
    rows = [
        [
            f"{c.b} so với {c.a}",
            c.measure,
            f"{c.difference:+.3f}".replace(".", ","),
            f"{figure(c.low)}…{figure(c.high)}",
            figure(c.p, 4),
            f"{len(c.gains)}/{len(c.losses)}",
        ]
        for c in comparisons
    ]
    return table(["So sánh", "Độ đo", "Chênh lệch", "95%", "p", "tăng/giảm"], rows, left=2)


def answers_table(metrics: Mapping[str, float]) -> str:
    """Return what the answers are worth."""
    rows = [
        [label, figure(metrics[name], 0 if name in OUTCOME_LABELS else 3)]
        for name, label in ANSWER_LABELS.items()
    ]
    return table(["Trả lời", ""], rows)


def slices_table(slices: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return all slices in one table."""
    measures = [name for name in next(iter(next(iter(slices.values())).values())) if name != "n"]
    rows = [
        [
            SLICE_LABELS.get(name, name) if n == 0 else "",
            PART_LABELS.get(part, part),
            str(row["n"]),
            *(figure(row[m]) for m in measures),
        ]
        for name, parts in slices.items()
        for n, (part, row) in enumerate(parts.items())
    ]
    header = ["Lát cắt", "", "số câu", *("trả lời đúng" if m == "accuracy" else m for m in measures)]
    return table(header, rows, left=2)


def failures(per_query: Sequence[dict[str, Any]]) -> list[str]:
    """Say of each question that is not as it should be: which quote is missed, what was answered."""
    out = []
    for row in per_query:
        told: list[str] = []
        values = row["metrics"]
        if values and (values["Recall@10"] < 1 or values["MRR@10"] < 0.5):
            told.append(f"MRR@10 {figure(values['MRR@10'], 2)}, Recall@10 {figure(values['Recall@10'], 2)}")
            told += [
                f"   hạng {item['rank'] or 'ngoài danh sách'}: {item['doc']} “{_short(item['quote'])}”"
                for item in row.get("evidence", ())
                if item["rank"] is None or item["rank"] > 10
            ]
            top = row["top"][:1]
            if values["MRR@10"] < 1 and top:
                told.append(f"   đứng đầu: {top[0]['id']} {_short(top[0].get('text', ''))}".rstrip())
        answer = row.get("answer")
        if answer and answer["outcome"] in ("wrong", "refused_wrong"):
            said = answer["answer"] if answer["answer"] is not None else answer["reason"]
            told.append(f"{OUTCOME_LABELS[answer['outcome']]}: {_short(said or '', 300)}")
            told += [f"   thiếu: {' | '.join(group)}" for group in answer["lacking"]]
        if told:
            kind = f" ({row['kind']})" if row.get("kind") else ""
            out.append("\n".join([f"{row['qid']}{kind} {row['question']}", *(f"   {line}" for line in told)]))
    return out


def _short(text: str, size: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= size else text[: size - 1] + "…"


# -- baseline -------------------------------------------------------------------------------------


def below_baseline(path: Path, metrics: Mapping[str, float]) -> list[str]:
    """Compare with a committed baseline; return what is worse, in Vietnamese.

    The file is JSON with "metrics" (a saved result will do) and, optionally, "tolerance": one number or
    one for each measure.  Raises UnusableInput where it cannot be used.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnusableInput(
            f"Không đọc được mốc so sánh «{path}»: {error}. Cần tệp JSON có “metrics”."
        ) from error
    wanted = held.get("metrics") if isinstance(held, dict) else None
    if not isinstance(wanted, dict) or not wanted or not all(_is_number(v) for v in wanted.values()):
        raise UnusableInput(f'Mốc so sánh «{path}» phải có "metrics": {{"MRR@10": 0.9, …}} gồm các số.')
    given = held.get("tolerance", TOLERANCE)
    worse = []
    for name, value in wanted.items():
        tolerance = given.get(name, TOLERANCE) if isinstance(given, dict) else given
        if not _is_number(tolerance):
            raise UnusableInput(f"Mốc so sánh «{path}»: tolerance phải là số hoặc một số cho mỗi độ đo.")
        if name not in metrics:
            worse.append(f"{name}: mốc là {figure(value)}, lần chạy này không đo")
            continue
        lost = metrics[name] - value if name in LOWER_IS_BETTER else value - metrics[name]
        if lost > tolerance + 1e-9:
            worse.append(
                f"{name}: {figure(metrics[name])}, mốc là {figure(value)} (dung sai {figure(float(tolerance))})"
            )
    return worse


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
