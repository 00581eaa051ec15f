"""``/doi-chieu``: does this plan carry out that directive; and the matrix of one parent and its plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from indexer.clean import bare, collapse
from indexer.errors import UnknownOption
from search_api.check.checking import Checks
from search_api.check.export import FORMATS, alert_name
from search_api.check.schemas import (
    VERDICT_SIGNS,
    VERDICT_WORDS,
    VERDICTS,
    Alert,
    CheckItem,
    CheckReport,
    Matrix,
    Party,
)
from search_api.schemas import DocumentRow
from web import wording
from web.addresses import CHECK, address, document_path, span_path
from web.catalogue import row_name
from web.contexts import Choice, Link, Option
from web.crosscheck_contexts import (
    CheckAlert,
    CheckBar,
    CheckDocument,
    CheckLine,
    CheckPage,
    CheckPassage,
    MatrixCellLine,
    MatrixLine,
    MatrixPage,
    SixClear,
)
from web.listing import navigation

MATRIX = "/doi-chieu/ma-tran"
REVIEW = "/doi-chieu/y-kien"
UPLOAD = "/doi-chieu/tai-len"
FILE = "/doi-chieu/xuat"
PARAMETERS = ("ke-hoach", "cap-tren", "chung-ta", "muc-do", "canh-bao", "loai")
_LEVELS = {
    "nhiem-vu": ("task", "Nhiệm vụ"),
    "chi-tieu": ("target", "Chỉ tiêu"),
    "yeu-cau": ("requirement", "Yêu cầu"),
}
_LEVEL_WORDS = dict(_LEVELS.values())
_SIGNS = {"error": "!!", "warning": "!", "info": "i"}


def asked_report(checks: Checks, asked: dict[str, str]) -> CheckReport | None:
    """Return the check that an address asks for; None while nothing is chosen."""
    if "ke-hoach" not in asked:
        return None
    return checks.check(asked["ke-hoach"], asked.get("cap-tren"), we=asked.get("chung-ta"))


def check_page(
    checks: Checks, rows: Sequence[DocumentRow], asked: dict[str, str], report: CheckReport | None = None
) -> CheckPage:
    """Show the pickers, and the result once a plan is chosen (or ``report``, that of an upload)."""
    uploaded = report is not None
    problem = None
    for name, known in (("muc-do", VERDICTS), ("loai", tuple(_LEVELS))):
        if name in asked and asked[name] not in known:
            problem = f"{name}: không có giá trị “{asked[name][:40]}”. Chọn một mục trong danh sách."
            asked = {k: v for k, v in asked.items() if k != name}
    if report is None:
        report = asked_report(checks, asked)
    child, parent = asked.get("ke-hoach"), asked.get("cap-tren")
    by_name = sorted(rows, key=lambda row: bare(row_name(row)))
    first = checks.parents(child) if child and not uploaded else []
    cited = [row for doc in first for row in rows if row.doc == doc]

    def choices(found: Sequence[DocumentRow], chosen: str | None) -> tuple[Choice, ...]:
        return tuple(Choice(r.doc, f"{_label(r)} – {r.title or ''}"[:140], r.doc == chosen) for r in found)

    shown = [i for i in report.items if _passes(i, asked)] if report else []
    state = {k: v for k, v in asked.items() if k in PARAMETERS}
    return CheckPage(
        title="Đối chiếu",
        nav=navigation(CHECK),
        query="",
        children=choices(by_name, child),
        cited=choices(cited, parent),
        others=choices([r for r in by_name if r.doc not in first and r.doc != child], parent),
        we=asked.get("chung-ta", ""),
        child=_document(report.child_info) if report else None,
        parent=_document(report.parent_info) if report else None,
        line=report.summary["line"] if report else "",
        notes=report.notes if report else (),
        bar=_bar(report) if report and report.parent else (),
        rows=tuple(_line(i, report) for i in shown) if report else (),
        verdicts=_verdicts(report, state) if report and not uploaded else (),
        codes=_codes(report, state) if report and not uploaded else (),
        levels=_levels(report, state) if report and not uploaded else (),
        clear=address(CHECK, state, muc_do=None, canh_bao=None, loai=None)
        if {"muc-do", "canh-bao", "loai"} & set(state)
        else None,
        alerts=tuple(
            _alert(a, report) for a in report.alerts if "canh-bao" not in asked or a.code == asked["canh-bao"]
        )
        if report
        else (),
        only=tuple(
            CheckPassage(o.section, collapse(o.quote), _opens(report.child_info, o.start, o.end))
            for o in report.child_only
        )
        if report
        else (),
        six=tuple(
            SixClear(c["name"], c["hint"], c["filled"], c["total"], f"{c['percent']:g}".replace(".", ","))
            for c in report.six_clear["criteria"]
        )
        if report
        else (),
        exports=tuple(
            Link(form.label, address(FILE, state, dinh_dang=suffix)) for suffix, form in FORMATS.items()
        )
        if report and not uploaded
        else (),
        more=tuple(
            link
            for link in (
                Link(
                    "Ma trận mọi kế hoạch triển khai văn bản cấp trên này",
                    f"{MATRIX}?cap-tren={quote(parent)}",
                )
                if parent
                else None,
            )
            if link is not None
        ),
        review_words=tuple(Choice(v, f"{VERDICT_SIGNS[v]} {VERDICT_WORDS[v]}", False) for v in VERDICTS),
        back=address(CHECK, state) if report and not uploaded and parent else "",
        problem=problem,
    )


def _label(row: DocumentRow) -> str:
    return wording.document_label(row.type, row.symbol, row.draft, row.issuer)


def _document(party: Party | None) -> CheckDocument | None:
    if party is None:
        return None
    name = wording.document_label(party.type, party.symbol, party.draft, party.issuer)
    return CheckDocument(name, party.title or "", document_path(party.doc) if party.stored else None)


def _passes(item: CheckItem, asked: dict[str, str]) -> bool:
    if "muc-do" in asked and item.verdict != asked["muc-do"]:
        return False
    if "canh-bao" in asked and not any(a.code == asked["canh-bao"] for a in item.alerts):
        return False
    if "loai" in asked:
        return item.level == _LEVELS[asked["loai"]][0]
    # Without being asked for, requirements are shown only where something is to be said of them.
    return item.level != "requirement" or bool(item.alerts) or "canh-bao" in asked


def _opens(party: Party | None, start: int, end: int) -> str | None:
    return span_path(party.doc, start, end) if party is not None and party.stored else None


def _short(text: str, most: int = 420) -> str:
    words = collapse(text)
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def _line(item: CheckItem, report: CheckReport) -> CheckLine:
    review = ""
    if item.review is not None:
        by = f"{item.review.reviewer}: " if item.review.reviewer else ""
        review = f"{by}{VERDICT_WORDS[item.review.verdict]}. {item.review.note}".strip()
    return CheckLine(
        key=item.key,
        level=_LEVEL_WORDS[item.level],
        theirs=CheckPassage(
            item.parent_section,
            _short(item.parent_quote),
            _opens(report.parent_info, item.parent_start, item.parent_end),
        ),
        mine=tuple(
            CheckPassage(
                m.section, _short(m.quote), _opens(report.child_info, m.start, m.end), ", ".join(m.why[:4])
            )
            for m in item.matches[:3]
            if item.verdict != "not_found"
        ),
        verdict=item.verdict,
        words=VERDICT_WORDS[item.verdict],
        sign=VERDICT_SIGNS[item.verdict],
        scope=item.scope,
        reason=item.reason,
        parts=tuple(
            (VERDICT_SIGNS[p.verdict], VERDICT_WORDS[p.verdict], _short(p.quote, 160)) for p in item.parts
        ),
        alerts=tuple(_alert(a, report) for a in item.alerts),
        review=review,
        stale=bool(item.review and item.review.stale),
    )


def _alert(alert: Alert, report: CheckReport) -> CheckAlert:
    def link(span: tuple[int, int] | None, party: Party | None, words: str) -> Link | None:
        href = _opens(party, *span) if span else None
        return Link(words, href) if href else None

    about_parent = report.parent_info if alert.code != "internal_conflict" else report.child_info
    return CheckAlert(
        alert_name(alert.code),
        alert.severity,
        _SIGNS[alert.severity],
        alert.message,
        link(
            alert.parent_span,
            about_parent,
            "cấp trên" if alert.code != "internal_conflict" else "chỗ thứ nhất",
        ),
        link(
            alert.child_span,
            report.child_info,
            "kế hoạch" if alert.code != "internal_conflict" else "chỗ thứ hai",
        ),
    )


def _bar(report: CheckReport) -> tuple[CheckBar, ...]:
    counts = report.summary["levels"]["task"]
    total = sum(counts.values()) or 1
    out: list[CheckBar] = []
    for verdict in VERDICTS:
        if counts[verdict]:
            at = out[-1].at + out[-1].share if out else 0.0
            label = f"{VERDICT_SIGNS[verdict]} {VERDICT_WORDS[verdict]}: {counts[verdict]}"
            out.append(CheckBar(verdict, round(at, 2), round(100 * counts[verdict] / total, 2), label))
    return tuple(out)


def _verdicts(report: CheckReport, state: dict[str, str]) -> tuple[Option, ...]:
    rest = {k: v for k, v in state.items() if k != "muc-do"}
    counts = Counter(i.verdict for i in report.items if _passes(i, rest))
    return tuple(
        Option(
            f"{VERDICT_SIGNS[v]} {VERDICT_WORDS[v]}",
            counts[v],
            address(CHECK, state, muc_do=None if state.get("muc-do") == v else v),
            state.get("muc-do") == v,
        )
        for v in VERDICTS
        if counts[v] or state.get("muc-do") == v
    )


def _codes(report: CheckReport, state: dict[str, str]) -> tuple[Option, ...]:
    counts = Counter(a.code for i in report.items for a in i.alerts)
    counts.update(a.code for a in report.alerts)
    return tuple(
        Option(
            alert_name(code),
            number,
            address(CHECK, state, canh_bao=None if state.get("canh-bao") == code else code),
            state.get("canh-bao") == code,
        )
        for code, number in counts.most_common()
    )


def _levels(report: CheckReport, state: dict[str, str]) -> tuple[Option, ...]:
    counts: Counter[str] = Counter(i.level for i in report.items)
    return tuple(
        Option(
            words,
            counts[level],
            address(CHECK, state, loai=None if state.get("loai") == name else name),
            state.get("loai") == name,
        )
        for name, (level, words) in _LEVELS.items()
        if counts[level]
    )


def export_file(checks: Checks, asked: dict[str, str], form: str) -> tuple[bytes, str, str]:
    """Return content, media type and name of the *Bảng rà soát*; raise UnknownOption for another format."""
    if form not in FORMATS:
        raise UnknownOption(
            f"dinh-dang: không có định dạng “{form[:40]}”. Các định dạng: {', '.join(FORMATS)}."
        )
    report = asked_report(checks, asked)
    if report is None:
        raise UnknownOption("Chưa chọn kế hoạch để rà soát (ke-hoach).")
    return FORMATS[form].make(report), FORMATS[form].media_type, f"ra-soat.{form}"


def matrix_page(rows: Sequence[DocumentRow], checks: Checks, parent: str | None) -> MatrixPage:
    """Show the matrix of a parent; only those that some plan carries out can be chosen."""
    with_plans = [row for row in rows if checks.children(row.doc)]
    found: Matrix | None = checks.matrix(parent) if parent else None
    return MatrixPage(
        title="Ma trận đối chiếu",
        nav=navigation(CHECK),
        query="",
        parents=tuple(
            Choice(r.doc, f"{_label(r)} – {r.title or ''}"[:140], r.doc == parent)
            for r in sorted(with_plans, key=lambda r: bare(row_name(r)))
        ),
        parent=_document(found.parent_info) if found else None,
        plans=tuple(
            (
                Link(
                    wording.document_label(c.type, c.symbol, c.draft, c.issuer),
                    address(CHECK, {"ke-hoach": c.doc, "cap-tren": parent or ""}),
                ),
                found.summaries[c.doc]["line"],
            )
            for c in found.children
        )
        if found
        else (),
        rows=tuple(
            MatrixLine(
                CheckPassage(r.section, _short(r.quote, 180), _opens(found.parent_info, r.start, r.end)),
                tuple(
                    MatrixCellLine(
                        VERDICT_SIGNS[cell.verdict],
                        VERDICT_WORDS[cell.verdict],
                        cell.verdict,
                        span_path(c.doc, cell.start, cell.end)
                        if cell.start is not None and cell.end is not None
                        else address(CHECK, {"ke-hoach": c.doc, "cap-tren": parent or ""}),
                        ", ".join(alert_name(code) for code in cell.alerts),
                    )
                    for c in found.children
                    if (cell := r.cells.get(c.doc)) is not None
                ),
            )
            for r in found.rows
        )
        if found
        else (),
        legend=tuple((v, VERDICT_SIGNS[v], VERDICT_WORDS[v]) for v in VERDICTS),
        notes=found.notes if found else (),
    )
