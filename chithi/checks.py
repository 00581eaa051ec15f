"""``chithi check``: a plan against its parent, by itself, in a chain, among others, against its older version."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.clean import collapse
from indexer.errors import UnusableInput

if TYPE_CHECKING:
    from search_api.check.export import Result
    from search_api.check.schemas import Alert, Chain, CheckReport, Matrix, Versions
    from search_api.service import Service

_WIDTH = 100


def check(options: argparse.Namespace, open_service: Callable[[argparse.Namespace], Service]) -> int:
    """Run the command; 1 where something was not found or contradicts the parent."""
    from chithi.commands import emit
    from chithi.printing import Progress

    modes = [bool(options.children), bool(options.old), options.chain]
    if sum(modes) > 1 or (options.children and options.child):
        raise UnusableInput(
            "Chỉ dùng một trong các cách: KẾ_HOẠCH [CẤP_TRÊN], --children, --old hoặc --chain."
        )
    if not options.children and not options.child:
        raise UnusableInput("Thiếu kế hoạch cần rà soát. Ví dụ: chithi check MÃ_KẾ_HOẠCH MÃ_CẤP_TRÊN")
    checks = open_service(options).checks
    if options.children:
        with Progress() as progress:
            found = checks.matrix(
                options.children, progress=lambda done, all_: progress("Rà soát", done, all_)
            )
        if not found.children:
            print(f"Chưa có kế hoạch nào trong kho triển khai {options.children}.", file=sys.stderr)
        if not _written(options, found, f"{len(found.children)} kế hoạch"):
            emit(found) if options.json else _matrix(found)
        return 0 if found.children else 1
    if options.old:
        compared = checks.versions(options.old, options.child)
        if not _written(options, compared, compared.summary["line"]):
            emit(compared) if options.json else _versions(compared)
        return 0
    if options.chain:
        followed = checks.chain(options.child)
        if followed is None:
            absent = checks.missing(checks.document(options.child)[0])
            named = "; ".join(absent) or "kế hoạch không viện dẫn văn bản nào có số"
            print(f"Chưa có toàn văn văn bản cấp trên: {named}.", file=sys.stderr)
            return 1
        if not _written(options, followed, followed.summary):
            emit(followed) if options.json else _chain(followed)
        return 0
    report = checks.check(options.child, options.parent, we=options.we)
    if _written(options, report, report.summary["line"]):
        return _status(report)
    emit(report) if options.json else _report(report)
    return _status(report)


def _written(options: argparse.Namespace, result: Result, line: str) -> bool:
    """Write the files that were asked for; say whether there were any."""
    from search_api.check.export import FORMATS

    asked: dict[str, Path] = {s: path for s in ("xlsx", "docx", "html") if (path := getattr(options, s))}
    for suffix, path in asked.items():
        try:
            path.write_bytes(FORMATS[suffix].make(result))
        except OSError as error:
            raise UnusableInput(
                f"Không ghi được tệp {path}: {error.strerror}. Đóng tệp nếu đang mở, hoặc chọn thư mục khác."
            ) from error
        print(f"Đã ghi {path}: {line}", file=sys.stderr)
    return bool(asked)


def _status(report: CheckReport) -> int:
    if report.parent is None:
        return 0
    return 1 if report.relation == "unrelated" else 0


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(collapse(text), _WIDTH, initial_indent=indent, subsequent_indent=indent)


_SEVERITY = {"error": "!!", "warning": "! ", "info": "i "}


def _alert(alert: Alert, indent: str) -> None:
    print(_wrapped(f"{_SEVERITY[alert.severity]} [{alert.code}] {alert.message}", indent))


def _report(report: CheckReport) -> None:
    from search_api.check.schemas import VERDICT_SIGNS, VERDICT_WORDS

    print(report.summary["line"])
    for note in report.notes:
        print(_wrapped(f"Lưu ý: {note}"))
    if report.items:
        print()
    for item in report.items:
        if item.level == "requirement" and item.verdict == "not_found" and not item.alerts:
            continue
        if item.verdict == "out_of_scope" and not item.alerts:
            continue
        kind = {"task": "", "target": " (chỉ tiêu)", "requirement": " (yêu cầu)"}[item.level]
        print(
            f"{VERDICT_SIGNS[item.verdict]} {VERDICT_WORDS[item.verdict]}{kind} · mục {item.parent_section}"
        )
        print(_wrapped(f"Cấp trên: “{collapse(item.parent_quote)[:240]}”", "    "))
        for match in item.matches[:2]:
            if item.verdict != "not_found":
                print(_wrapped(f"Kế hoạch, mục {match.section}: “{collapse(match.quote)[:240]}”", "    "))
        if item.reason:
            print(_wrapped(item.reason, "    "))
        if item.review is not None:
            stale = " (đoạn văn đã đổi, cần xem lại)" if item.review.stale else ""
            print(
                _wrapped(
                    f"Người rà soát: {item.review.note or VERDICT_WORDS[item.review.verdict]}{stale}", "    "
                )
            )
        for alert in item.alerts:
            _alert(alert, "    ")
    outside = sum(i.verdict == "out_of_scope" and i.level == "task" for i in report.items)
    if outside:
        print(f"– {outside} nhiệm vụ không thuộc trách nhiệm (xem đầy đủ bằng --json hoặc --xlsx).")
    if report.alerts:
        print("\nCảnh báo chung:")
        for alert in report.alerts:
            _alert(alert, "  ")
    if report.child_only:
        print(f"\nNhiệm vụ riêng của kế hoạch ({len(report.child_only)}, không phải thiếu sót):")
        for only in report.child_only:
            print(_wrapped(f"· mục {only.section}: {collapse(only.quote)[:140]}", "  "))
    print("\n6 rõ:")
    for criterion in report.six_clear["criteria"]:
        print(
            f"  {criterion['name']}: {criterion['filled']}/{criterion['total']} ({criterion['percent']:g}%)".replace(
                ".", ","
            )
        )


def _matrix(found: Matrix) -> None:
    from search_api.check.schemas import VERDICT_SIGNS, VERDICT_WORDS

    for number, child in enumerate(found.children, 1):
        print(f"[{number}] {child.doc}: {found.summaries[child.doc]['line']}")
    print("Ký hiệu: " + ", ".join(f"{sign} {VERDICT_WORDS[v]}" for v, sign in VERDICT_SIGNS.items()) + "\n")
    print(" ".join(f"{n:>3}" for n in range(1, len(found.children) + 1)) + "  Nhiệm vụ")
    for row in found.rows:
        marks = " ".join(
            f"{VERDICT_SIGNS[row.cells[c.doc].verdict] if c.doc in row.cells else ' ':>3}"
            for c in found.children
        )
        print(f"{marks}  {row.section}: {collapse(row.quote)[:90]}")
    for note in found.notes:
        print(_wrapped(f"Lưu ý: {note}"))


def _versions(found: Versions) -> None:
    print(found.summary["line"])
    for change in found.changes:
        if change.kind == "same":
            continue
        quote = collapse(change.new_quote or change.old_quote or "")[:120]
        print(_wrapped(f"- mục {change.new_section or change.old_section}: “{quote}”. {change.message}"))


def _chain(found: Chain) -> None:
    from search_api.check.schemas import OUTCOME_WORDS, VERDICT_SIGNS

    print(" → ".join(f"{d.type or ''} {d.symbol or d.doc}".strip() for d in found.documents))
    print(_wrapped(found.summary) + "\n")
    for row in found.rows:
        marks = " → ".join(VERDICT_SIGNS[step.verdict] for step in row.steps)
        ended = f"dừng ở {row.lost_at}" if row.lost_at else OUTCOME_WORDS[row.outcome].lower()
        print(f"{marks:<14} {row.section}: {collapse(row.quote)[:70]}  ({ended})")
