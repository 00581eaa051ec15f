"""The report as one HTML page that needs nothing else: tables, and plots drawn as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from eval.compare import Comparison
from eval.measures import RETRIEVAL
from eval.report import (
    ANSWER_LABELS,
    OUTCOME_LABELS,
    PART_LABELS,
    SLICE_LABELS,
    Measured,
    Reliable,
    Result,
    figure,
    reliability,
)
from indexer.errors import UnusableInput

PLOTTED = ("MRR@10", "nDCG@10", "Recall@10")
_WIDTH = 720
_LABEL = 250
_ROW = 30

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6573; --line: #d5dae1; --paper: #fff;
  --band: #f4f6f9; --accent: #0b5cad; --gain: #17724a; --loss: #b03a24; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #a4afbd; --line: #3a4452;
  --paper: #12161c; --band: #1b212a; --accent: #6db3ff; --gain: #58c792; --loss: #ff8d78; --warn: #f0b85a; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
p, li { max-width: 46rem; } .soft { color: var(--soft); } .note { color: var(--warn); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
th { background: var(--band); } th:first-child, td:first-child, .left { text-align: left; }
td.text { white-space: normal; text-align: left; min-width: 14rem; }
svg { max-width: 100%; height: auto; display: block; margin: .5rem 0; font: 13px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); } svg .grid { stroke: var(--line); }
svg .bar { stroke: var(--accent); stroke-width: 2; } svg .dot { fill: var(--accent); }
svg .main { fill: var(--ink); } svg .gain { fill: var(--gain); } svg .loss { fill: var(--loss); }
svg .zero { stroke: var(--soft); }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; }
summary { cursor: pointer; } details > div { padding: .3rem 0 .6rem 1.1rem; }
.gain { color: var(--gain); } .loss { color: var(--loss); }
"""


def write_page(path: Path, result: Result) -> None:
    """Write the page; raise UnusableInput where the file cannot be written."""
    try:
        path.write_text(page(result), encoding="utf-8")
    except OSError as error:
        raise UnusableInput(f"Không ghi được tệp «{path}» ({error.strerror}).") from error


def page(result: Result) -> str:
    """Return the page; all that comes from the benchmark or the documents is escaped."""
    title = f"Kết quả đánh giá: {result.benchmark}"
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    held = result.configurations
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{result.queries} câu hỏi, {result.judged} câu có đáp án trong văn bản. '
        f"Cấu hình chính: {escape(held[0].name)}.</p>",
        f'<ul class="note">{notes}</ul>' if notes else "",
        _section("Chất lượng theo cấu hình", intervals_plot(held), _quality(held)),
    ]
    if sum(c.latency_ms is not None for c in held) > 1:
        parts.append(_section("Chất lượng và thời gian", latency_plot(held)))
    if "accuracy" in result.metrics:
        parts.append(_section("Câu trả lời", outcomes_plot(result), _answers(result)))
        groups = reliability(result.per_query)
        if groups:
            parts.append(
                _section("Độ tin cậy của câu trả lời", reliability_plot(groups), _reliability(groups))
            )
    first = [c for c in result.comparisons if c.measure == "MRR@10"]
    if first:
        plots = "".join(differences_plot(c, result.per_query) for c in first[:6])
        parts.append(_section("Chênh lệch theo từng câu hỏi", _comparisons(result.comparisons), plots))
    if result.slices:
        parts.append(_section("Lát cắt", _slices(result)))
    parts.append(_section("Từng câu hỏi", "".join(_question(row) for row in result.per_query)))
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def _section(title: str, *content: str) -> str:
    return f"<section><h2>{title}</h2>{''.join(content)}</section>"


def _svg(height: float, title: str, body: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{"".join(body)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    mark = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{mark}>{escape(words)}</text>'


def _short(text: str, size: int = 36) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


# -- plots ----------------------------------------------------------------------------------------


def intervals_plot(held: Sequence[Measured]) -> str:
    """Draw the mean and the 95 % interval of each configuration, one panel a measure."""
    lowest = min((c.intervals[name][0] for c in held for name in PLOTTED), default=0.0)
    floor = math.floor(max(0.0, min(lowest, 0.95)) * 10) / 10

    def x(value: float) -> float:
        return _LABEL + (value - floor) / (1 - floor) * (_WIDTH - _LABEL - 60)

    body: list[str] = []
    top = 10.0
    steps = round((1 - floor) * 10)
    ticks = [floor + n / 10 for n in range(0, steps + 1, 1 if steps <= 5 else 2)]
    for name in PLOTTED:
        bottom = top + 24 + _ROW * len(held)
        body.append(_text(0, top + 14, name))
        for tick in ticks:
            body.append(
                f'<line class="grid" x1="{x(tick):.1f}" y1="{top + 20:.1f}" x2="{x(tick):.1f}" y2="{bottom:.1f}"/>'
            )
            body.append(_text(x(tick), bottom + 14, figure(tick, 1), "middle", "soft"))
        for n, configuration in enumerate(held):
            y = top + 24 + _ROW * (n + 0.5)
            low, high = configuration.intervals[name]
            mean = configuration.metrics[name]
            told = f"{configuration.name}: {figure(mean)} ({figure(low)}–{figure(high)})"
            body += [
                _text(_LABEL - 12, y + 4, _short(configuration.name), "end"),
                f'<g><title>{escape(told)}</title><line class="bar" x1="{x(max(low, floor)):.1f}" y1="{y:.1f}" '
                f'x2="{x(high):.1f}" y2="{y:.1f}"/><circle class="dot" cx="{x(mean):.1f}" cy="{y:.1f}" r="5"/></g>',
                _text(x(high) + 8, y + 4, figure(mean), kind="soft"),
            ]
        top = bottom + 30
    return _svg(top, "Trung bình và khoảng 95% theo cấu hình", body)


def latency_plot(held: Sequence[Measured]) -> str:
    """Draw MRR@10 against the median milliseconds of a query (log scale)."""
    points = [(c.latency_ms["p50"], c.metrics["MRR@10"], c.name) for c in held if c.latency_ms is not None]
    times = [max(ms, 0.01) for ms, _, _ in points]
    left, right = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)) + 0.01)
    values = [value for _, value, _ in points]
    low, high = math.floor(min(values) * 10) / 10, math.ceil(max(values) * 10) / 10
    if high - low < 0.1:
        high = low + 0.1
    height, bottom, origin = 320.0, 270.0, 60.0

    def x(ms: float) -> float:
        return origin + (math.log10(max(ms, 0.01)) - left) / max(right - left, 1) * (_WIDTH - origin - 150)

    def y(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - 34)

    body: list[str] = []
    for power in range(left, right + 1):
        ms = 10.0**power
        body.append(f'<line class="grid" x1="{x(ms):.1f}" y1="34" x2="{x(ms):.1f}" y2="{bottom:.1f}"/>')
        body.append(_text(x(ms), bottom + 18, f"{ms:g}".replace(".", ","), "middle", "soft"))
    for n in range(round((high - low) * 10) + 1):
        value = low + n / 10
        body.append(
            f'<line class="grid" x1="{origin}" y1="{y(value):.1f}" x2="{_WIDTH - 150}" y2="{y(value):.1f}"/>'
        )
        body.append(_text(origin - 8, y(value) + 4, figure(value, 1), "end", "soft"))
    body.append(_text(_WIDTH - 150, bottom + 40, "mili giây một câu hỏi (trung vị)", "end", "soft"))
    body.append(_text(0, 12, "MRR@10", kind="soft"))
    taken: list[tuple[float, float]] = []
    for ms, value, name in sorted(points, key=lambda p: -p[1]):
        at = y(value) + 4
        while any(abs(at - other) < 14 and abs(x(ms) - beside) < 150 for beside, other in taken):
            at += 14  # names of near points stand below one another
        taken.append((x(ms), at))
        told = f"{name}: MRR@10 {figure(value)}, {figure(ms, 1)} ms"
        body.append(
            f'<g><title>{escape(told)}</title><circle class="dot" cx="{x(ms):.1f}" cy="{y(value):.1f}" r="6"/></g>'
        )
        body.append(_text(x(ms) + 10, at, _short(name, 24)))
    return _svg(height, "MRR@10 và thời gian một câu hỏi", body)


def outcomes_plot(result: Result) -> str:
    """Draw how many questions were answered or refused, rightly or wrongly."""
    counts = [(label, int(result.metrics[name]), name) for name, label in OUTCOME_LABELS.items()]
    most = max((count for _, count, _ in counts), default=1) or 1
    body = []
    for n, (label, count, name) in enumerate(counts):
        y = 8 + n * _ROW
        width = count / most * (_WIDTH - _LABEL - 60)
        good = "gain" if name in ("right", "refused_right") else "loss"
        body.append(_text(_LABEL - 12, y + 15, label, "end"))
        body.append(f'<rect class="{good}" x="{_LABEL}" y="{y}" width="{width:.1f}" height="20"/>')
        body.append(_text(_LABEL + width + 8, y + 15, str(count)))
    return _svg(8 + len(counts) * _ROW, "Trả lời và từ chối", body)


def reliability_plot(groups: Sequence[Reliable]) -> str:
    """Draw the share of right answers against their confidence; on the diagonal the two are equal."""
    origin, bottom, size = 60.0, 300.0, 270.0

    def x(value: float) -> float:
        return origin + value * size

    def y(value: float) -> float:
        return bottom - value * size

    body = [_text(0, 12, "Tỷ lệ đúng", kind="soft")]
    for n in range(0, 11, 2):
        tick = n / 10
        body.append(f'<line class="grid" x1="{x(tick):.1f}" y1="{y(1)}" x2="{x(tick):.1f}" y2="{bottom}"/>')
        body.append(f'<line class="grid" x1="{x(0)}" y1="{y(tick):.1f}" x2="{x(1)}" y2="{y(tick):.1f}"/>')
        body.append(_text(x(tick), bottom + 18, figure(tick, 1), "middle", "soft"))
        body.append(_text(origin - 8, y(tick) + 4, figure(tick, 1), "end", "soft"))
    body.append(_text(x(1), bottom + 38, "độ tin cậy", "end", "soft"))
    body.append(
        f'<line class="zero" stroke-dasharray="4 4" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>'
    )
    points = " ".join(f"{x(g.confidence):.1f},{y(g.share):.1f}" for g in groups)
    body.append(f'<polyline class="bar" fill="none" points="{points}"/>')
    most = max(g.answers for g in groups)
    for g in groups:
        told = f"{figure(g.low, 1)}–{figure(g.high, 1)}: {g.right} đúng trong {g.answers} câu trả lời"
        radius = 3 + 8 * math.sqrt(g.answers / most)
        body.append(
            f'<g><title>{escape(told)}</title><circle class="dot" cx="{x(g.confidence):.1f}" '
            f'cy="{y(g.share):.1f}" r="{radius:.1f}"/></g>'
        )
    return _svg(bottom + 46, "Tỷ lệ đúng theo độ tin cậy của câu trả lời", body)


def differences_plot(comparison: Comparison, per_query: Sequence[dict[str, Any]]) -> str:
    """Draw, for every question that differs, by how much; the largest gain first, the largest loss last."""
    asked = {row["qid"]: row["question"] for row in per_query}
    items = [*comparison.gains, *reversed(comparison.losses)]
    if not items:
        told = f"{comparison.b} so với {comparison.a}: không câu hỏi nào khác nhau về {comparison.measure}."
        return f'<p class="soft">{escape(told)}</p>'
    middle, reach = 110.0, 80.0
    wide = (_WIDTH - 60) / len(items)
    body = [
        _text(0, middle - reach + 4, "+1", kind="soft"),
        _text(0, middle + 4, "0", kind="soft"),
        _text(0, middle + reach + 4, "−1", kind="soft"),
    ]
    for n, (qid, difference) in enumerate(items):
        height = max(abs(difference) * reach, 1)
        y = middle - height if difference > 0 else middle
        told = f"{qid} ({difference:+.2f}): {asked.get(qid, '')}"
        body.append(
            f'<rect class="{"gain" if difference > 0 else "loss"}" x="{40 + n * wide:.1f}" y="{y:.1f}" '
            f'width="{max(min(wide - 1, 40), 1):.1f}" height="{height:.1f}"><title>{escape(told)}</title></rect>'
        )
    body.append(f'<line class="zero" x1="40" y1="{middle}" x2="{_WIDTH - 20}" y2="{middle}"/>')
    title = (
        f"{comparison.measure}: {comparison.b} so với {comparison.a}, "
        f"tăng {len(comparison.gains)} câu, giảm {len(comparison.losses)} câu"
    )
    return f"<p>{escape(title)}</p>{_svg(middle + reach + 20, title, body)}"


# -- tables ---------------------------------------------------------------------------------------


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _quality(held: Sequence[Measured]) -> str:
    return _table(
        ["Cấu hình", "Cách tìm", *RETRIEVAL, "p50 ms", "p95 ms"],
        (
            [
                c.name,
                c.label,
                *(figure(c.metrics[name]) for name in RETRIEVAL),
                figure((c.latency_ms or {}).get("p50"), 1),
                figure((c.latency_ms or {}).get("p95"), 1),
            ]
            for c in held
        ),
    )


def _reliability(groups: Sequence[Reliable]) -> str:
    return _table(
        ["Độ tin cậy", "Trả lời", "Đúng", "Tin cậy trung bình", "Tỷ lệ đúng"],
        (
            [
                f"{figure(g.low, 1)}–{figure(g.high, 1)}",
                str(g.answers),
                str(g.right),
                figure(g.confidence),
                figure(g.share),
            ]
            for g in groups
        ),
    )


def _answers(result: Result) -> str:
    return _table(
        ["Độ đo", "Giá trị"],
        (
            [label, figure(result.metrics[name], 0 if name in OUTCOME_LABELS else 3)]
            for name, label in ANSWER_LABELS.items()
        ),
    )


def _comparisons(comparisons: Sequence[Comparison]) -> str:
    return _table(
        ["So sánh", "Độ đo", "Chênh lệch", "Khoảng 95%", "p", "Tăng", "Giảm"],
        (
            [
                f"{c.b} so với {c.a}",
                c.measure,
                f"{c.difference:+.3f}".replace(".", ","),
                f"{figure(c.low)} … {figure(c.high)}",
                figure(c.p, 4),
                str(len(c.gains)),
                str(len(c.losses)),
            ]
            for c in comparisons
        ),
    )


def _slices(result: Result) -> str:
    measures = [m for m in next(iter(next(iter(result.slices.values())).values())) if m != "n"]
    return _table(
        ["Lát cắt", "Phần", "Số câu", *("Trả lời đúng" if m == "accuracy" else m for m in measures)],
        (
            [
                SLICE_LABELS.get(name, name) if n == 0 else "",
                PART_LABELS.get(part, part),
                str(row["n"]),
                *(figure(row[m]) for m in measures),
            ]
            for name, parts in result.slices.items()
            for n, (part, row) in enumerate(parts.items())
        ),
    )


def _question(row: dict[str, Any]) -> str:
    told = []
    if row["metrics"]:
        told.append(
            f"MRR@10 {figure(row['metrics']['MRR@10'], 2)}, Recall@10 {figure(row['metrics']['Recall@10'], 2)}"
        )
    answer = row.get("answer")
    if answer:
        good = answer["outcome"] in ("right", "refused_right")
        told.append(f'<span class="{"gain" if good else "loss"}">{OUTCOME_LABELS[answer["outcome"]]}</span>')
    lines = [
        f"<li>hạng {item['rank'] or 'ngoài danh sách'}: {escape(item['doc'])} “{escape(item['quote'])}”</li>"
        for item in row.get("evidence", ())
    ]
    inside = f"<p>Dẫn chứng cần tìm:</p><ul>{''.join(lines)}</ul>" if lines else ""
    if answer:
        said = answer["answer"] if answer["answer"] is not None else answer["reason"]
        inside += f"<p>Trả lời: {escape(said or '')}</p>"
        if answer["gold"]:
            inside += f'<p class="soft">Đáp án: {escape(answer["gold"])}</p>'
        lacking = "; ".join(" hoặc ".join(group) for group in answer["lacking"])
        if lacking:
            inside += f'<p class="loss">Thiếu: {escape(lacking)}</p>'
    best = "".join(
        f"<li>{escape(hit['id'])}{escape(': ' + _short(' '.join(hit['text'].split()), 240)) if 'text' in hit else ''}</li>"
        for hit in row["top"][:3]
    )
    inside += f'<p>Đứng đầu:</p><ol class="soft">{best}</ol>' if best else ""
    return (
        f"<details><summary>{escape(row['qid'])} {escape(row['question'])} "
        f'<span class="soft">({"; ".join(told)})</span></summary><div>{inside}</div></details>'
    )
