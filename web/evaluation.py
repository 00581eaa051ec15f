"""``/danh-gia``: results that were kept, drawn and compared; sets of questions and their versions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from search_api.assess.evaluations import Evaluations, StoredConfiguration, StoredRun
from search_api.assess.significance import Comparison, compare
from web import wording
from web.addresses import EVALUATION, EVALUATION_FILE, GRADING, HOME, address
from web.contexts import Choice, Link
from web.evaluation_contexts import (
    Bar,
    Compared,
    Difference,
    EvaluationPage,
    Plot,
    Point,
    RunLine,
    SetLine,
    VersionLine,
)
from web.listing import navigation

MEASURES = ("MRR@10", "nDCG@10", "Recall@10")
SHOWN = 20
"""Questions that gained or lost which are listed."""
DRAWN = 14
"""Configurations of a plot."""

_WIDTH = 860
_LEFT = 300
_ROW = 30
_ROUNDS = 4000
_SAID = {
    "bo": "Đã thêm bộ câu hỏi.",
    "chot": "Đã chốt một phiên bản; phiên bản này không đổi nữa.",
}

Held = dict[str, tuple[StoredRun, StoredConfiguration]]
"""Configurations by "result/configuration"."""


def evaluation_page(kept: Evaluations, asked: dict[str, str], problem: str | None = None) -> EvaluationPage:
    """Build the page; ``bo`` chooses the benchmark, ``a`` and ``b`` what is compared, ``do`` by what."""
    runs, faulty = kept.runs()
    versions, faulty_versions = kept.versions()
    names = list(dict.fromkeys(run.benchmark for run in runs.values()))
    chosen = asked["bo"] if asked.get("bo") in names else (names[0] if names else "")
    shown = {name: run for name, run in runs.items() if run.benchmark == chosen}
    held: Held = {
        f"{name}/{configuration.name}": (run, configuration)
        for name, run in shown.items()
        for configuration in run.configurations
    }
    keys = list(held)
    first = asked["a"] if asked.get("a") in held else (keys[0] if keys else "")
    others = [key for key in keys if key != first]
    second = asked["b"] if asked.get("b") in held else (others[0] if others else "")
    by = asked["do"] if asked.get("do") in MEASURES else MEASURES[0]
    return EvaluationPage(
        title="Đánh giá",
        nav=navigation(EVALUATION),
        query="",
        benchmarks=tuple(Link(name, address(EVALUATION, {"bo": name}), name == chosen) for name in names),
        measures=MEASURES,
        rows=tuple(_row(name, run, n) for name, run in shown.items() for n in range(len(run.configurations))),
        quality=_quality(held, by) if held else None,
        speed=_speed(held, by) if sum(c.latency_ms is not None for _, c in held.values()) > 1 else None,
        kept=(("bo", chosen),) if len(names) > 1 else (),
        firsts=tuple(Choice(key, key.replace("/", ": ", 1), key == first) for key in keys),
        seconds=tuple(Choice(key, key.replace("/", ": ", 1), key == second) for key in keys),
        by=tuple(Choice(name, name, name == by) for name in MEASURES),
        compared=_compared(held, first, second, by) if second and first != second else None,
        sets=tuple(_set_line(kept, name) for name in kept.sets()),
        versions=tuple(
            VersionLine(
                name=version.name,
                number=version.number,
                made=_day(version.made),
                questions=version.questions,
                grades=version.grades,
                digest=version.sha256[:12],
                downloads=_downloads(version.name, version.number),
            )
            for version in versions
        ),
        faulty=(*faulty, *faulty_versions),
        said=_SAID.get(asked.get("xong", ""), ""),
        problem=problem,
    )


def _row(name: str, run: StoredRun, n: int) -> RunLine:
    configuration = run.configurations[n]
    low, high = configuration.intervals.get("MRR@10", (0.0, 0.0))
    speed = (configuration.latency_ms or {}).get("p50")
    right = run.metrics.get("accuracy") if n == 0 else None
    return RunLine(
        run=name,
        made=_day(run.made),
        name=configuration.name,
        label=configuration.label,
        figures=tuple(wording.figure(configuration.metrics.get(measure)) for measure in MEASURES),
        interval=f"{wording.figure(low)} – {wording.figure(high)}",
        latency=wording.figure(speed, 1),
        answers=wording.figure(right),
        first=n == 0,
    )


def _day(iso: str) -> str:
    """Write the day of an ISO time stamp."""
    return wording.day(iso[:10])


def _downloads(name: str, number: int | None) -> tuple[Link, ...]:
    state = {"bo": name, "ban": number}
    return (
        Link("câu hỏi (JSONL)", address(EVALUATION_FILE, {**state, "dang": "jsonl"})),
        Link("qrels (TREC)", address(EVALUATION_FILE, {**state, "dang": "qrels"})),
    )


def _set_line(kept: Evaluations, name: str) -> SetLine:
    questions, grades = kept.questions(name), kept.grades(name)
    return SetLine(
        name=name,
        questions=len(questions),
        judged=len({grade.qid for grade in grades}),
        grades=len(grades),
        href=address(GRADING, {"bo": name}),
        downloads=_downloads(name, None),
    )


# -- plots ----------------------------------------------------------------------------------------


def _short(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


def _quality(held: Held, measure: str) -> Plot:
    """Place means and intervals on a common scale that starts at a tenth below the lowest."""
    items = list(held.items())[:DRAWN]
    lowest = min((c.intervals.get(measure, (0.0, 0.0))[0] for _, (_, c) in items), default=0.0)
    floor = math.floor(max(0.0, min(lowest, 0.9)) * 10) / 10
    span = _WIDTH - _LEFT - 70

    def x(value: float) -> float:
        return round(_LEFT + (max(value, floor) - floor) / (1 - floor) * span, 1)

    bars = []
    for n, (key, (_, configuration)) in enumerate(items):
        low, high = configuration.intervals.get(measure, (0.0, 0.0))
        mean = configuration.metrics.get(measure, 0.0)
        told = f"{key}: {measure} {wording.figure(mean)}, khoảng 95 % {wording.figure(low)} đến {wording.figure(high)}"
        bars.append(
            Bar(
                y=10 + _ROW * (n + 0.5),
                low=x(low),
                high=x(high),
                mean=x(mean),
                label=_short(key, 40),
                value=wording.figure(mean),
                told=told,
            )
        )
    steps = round((1 - floor) * 10)
    ticks = [floor + n / 10 for n in range(0, steps + 1, 1 if steps <= 5 else 2)]
    return Plot(
        title=f"{measure}: trung bình và khoảng 95 %",
        width=_WIDTH,
        height=10 + _ROW * len(items) + 30,
        x_ticks=tuple((x(tick), wording.figure(tick, 1)) for tick in ticks),
        y_ticks=(),
        bars=tuple(bars),
    )


def _speed(held: Held, measure: str) -> Plot:
    """Place quality against the median milliseconds of a query, on a log scale."""
    items = [
        (key, max(c.latency_ms.get("p50", 0.0), 0.01), c.metrics.get(measure, 0.0))
        for key, (_, c) in held.items()
        if c.latency_ms is not None
    ][:DRAWN]
    left = math.floor(math.log10(min(ms for _, ms, _ in items)))
    right = max(math.ceil(math.log10(max(ms for _, ms, _ in items))), left + 1)
    low = math.floor(min(value for _, _, value in items) * 10) / 10
    high = max(math.ceil(max(value for _, _, value in items) * 10) / 10, low + 0.1)
    bottom, top, origin, end = 250.0, 20.0, 60.0, _WIDTH - 230.0

    def x(ms: float) -> float:
        return round(origin + (math.log10(ms) - left) / (right - left) * (end - origin), 1)

    def y(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    points: list[Point] = []
    for key, ms, value in sorted(items, key=lambda item: -item[2]):
        at = y(value) + 5
        while any(abs(at - p.label_y) < 17 and abs(x(ms) - p.x) < 230 for p in points):
            at += 17  # names of near points stand below one another
        told = f"{key}: {measure} {wording.figure(value)}, {wording.figure(ms, 1)} mili giây"
        points.append(Point(x(ms), y(value), at, _short(key, 28), told))
    lowest = max([bottom, *(p.label_y for p in points)])
    return Plot(
        title=f"{measure} và thời gian một câu hỏi",
        width=_WIDTH,
        height=int(lowest) + 50,
        x_ticks=tuple(
            (x(10.0**power), f"{10.0**power:g}".replace(".", ",")) for power in range(left, right + 1)
        ),
        y_ticks=tuple(
            (y(low + n / 10), wording.figure(low + n / 10, 1)) for n in range(round((high - low) * 10) + 1)
        ),
        points=tuple(points),
        x_label="mili giây một câu hỏi (trung vị)",
    )


# -- two runs -------------------------------------------------------------------------------------


def _compared(held: Held, a: str, b: str, measure: str) -> Compared | None:
    (run_a, conf_a), (run_b, conf_b) = held[a], held[b]
    before, after = _values(run_a, conf_a.name, measure), _values(run_b, conf_b.name, measure)
    shared = [qid for qid in before if qid in after]
    if not shared:
        return None
    found = compare(measure, a, b, {q: before[q] for q in shared}, {q: after[q] for q in shared}, _ROUNDS)
    told = {row.qid: (row.question, row.kind) for row in run_b.per_query}

    def lines(changed: Sequence[tuple[str, float]]) -> tuple[Difference, ...]:
        return tuple(
            Difference(
                qid=qid,
                question=told[qid][0],
                kind=told[qid][1],
                href=address(HOME, {"q": told[qid][0]}),
                before=wording.figure(before[qid], 2),
                after=wording.figure(after[qid], 2),
                change=wording.signed(change, 2),
            )
            for qid, change in changed[:SHOWN]
        )

    return Compared(
        a=a.replace("/", ": ", 1),
        b=b.replace("/", ": ", 1),
        measure=measure,
        shared=len(shared),
        means=(wording.figure(found.mean_a), wording.figure(found.mean_b)),
        change=wording.signed(found.difference),
        interval=f"{wording.signed(found.low)} … {wording.signed(found.high)}",
        p=wording.figure(found.p),
        sure=_sure(found),
        gains=lines(found.gains),
        losses=lines(found.losses),
        more_gains=max(0, len(found.gains) - SHOWN),
        more_losses=max(0, len(found.losses) - SHOWN),
    )


def _values(run: StoredRun, configuration: str, measure: str) -> dict[str, float]:
    return {
        row.qid: value
        for row in run.per_query
        if (value := row.by_configuration.get(configuration, {}).get(measure)) is not None
    }


def _sure(found: Comparison) -> str:
    if not found.gains and not found.losses:
        return "Hai cấu hình cho kết quả như nhau ở mọi câu hỏi."
    if found.low > 0:
        return "B tốt hơn A, khác biệt khó là ngẫu nhiên."
    if found.high < 0:
        return "B kém hơn A, khác biệt khó là ngẫu nhiên."
    return "Chưa đủ căn cứ để nói cấu hình nào tốt hơn: khoảng 95 % còn chứa 0."
