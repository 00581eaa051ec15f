"""``/doi-chieu``: does this plan carry out that directive; and a plan by itself before it is signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from indexer.clean import collapse
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
    Party,
)
from search_api.schemas import DocumentRow
from web.addresses import CHECK, address, span_path
from web.contexts import Choice, Link, Option
from web.crosscheck_contexts import (
    CheckAlert,
    CheckBar,
    CheckLine,
    CheckPage,
    CheckPassage,
    SixClear,
)
from web.crosscheck_form import ALONE, MATRIX, PAIR, Asked, check_form, label, shown_document
from web.listing import navigation

REVIEW = "/doi-chieu/y-kien"
UPLOAD = "/doi-chieu/tai-len"
FILE = "/doi-chieu/xuat"
PARAMETERS = (
    "che-do",
    "ke-hoach",
    "cap-tren",
    "ban-cu",
    "chung-ta",
    "muc-do",
    "canh-bao",
    "loai",
    "doi",
    "dung",
    "o",
)
"""Every parameter of the page, in all modes."""
_LEVELS = {
    "nhiem-vu": ("task", "Nhiệm vụ"),
    "chi-tieu": ("target", "Chỉ tiêu"),
    "yeu-cau": ("requirement", "Yêu cầu"),
}
_LEVEL_WORDS = dict(_LEVELS.values())
_SIGNS = {"error": "!!", "warning": "!", "info": "i"}


def asked_report(checks: Checks, asked: Asked) -> CheckReport | None:
    """Return the check that an address asks for; None while nothing is chosen."""
    child = asked.name("ke-hoach")
    if child is None:
        return None
    parent = asked.name("cap-tren") if asked.mode == PAIR else None
    return checks.check(child, parent, we=asked.values.get("chung-ta"))


def check_page(checks: Checks, rows: Sequence[DocumentRow], asked: Asked) -> CheckPage:
    """Show the form, and the result once a plan is chosen."""
    problem = None
    state = dict(asked.values)
    for name, known in (("muc-do", VERDICTS), ("loai", tuple(_LEVELS))):
        if name in state and state[name] not in known:
            problem = f"{name}: không có giá trị “{state[name][:40]}”. Chọn một mục trong danh sách."
            del state[name]
    same = "cap-tren" in state and state["cap-tren"] == state.get("ke-hoach") and asked.mode == PAIR
    if same:
        problem = "Kế hoạch và văn bản cấp trên được chọn là một văn bản. Chọn văn bản khác."
    report = None if same else asked_report(checks, asked)
    child, parent = state.get("ke-hoach"), state.get("cap-tren")
    paired = report is not None and report.parent is not None
    shown = [i for i in report.items if _passes(i, state)] if report else []
    suggested: tuple[Link, ...] = ()
    if report is not None and not paired and asked.mode == PAIR:
        by_doc = {row.doc: row for row in rows}
        suggested = tuple(
            Link(label(by_doc[doc]), address(CHECK, state, cap_tren=doc))
            for doc in checks.parents(asked.found[child or ""])
            if doc in by_doc
        )
    return CheckPage(
        title="Rà kế hoạch trước khi ký" if asked.mode == ALONE else "Đối chiếu",
        nav=navigation(CHECK),
        query="",
        form=check_form(checks, rows, asked, problem),
        suggested=suggested,
        child=shown_document(report.child_info) if report else None,
        parent=shown_document(report.parent_info) if report else None,
        line=report.summary["line"] if report else "",
        notes=report.notes if report else (),
        bar=_bar(report) if report and paired else (),
        rows=tuple(check_line(i, report) for i in shown) if report else (),
        verdicts=_verdicts(report, state) if report else (),
        codes=_codes(report, state) if report else (),
        levels=_levels(report, state) if report else (),
        clear=address(CHECK, state, muc_do=None, canh_bao=None, loai=None)
        if {"muc-do", "canh-bao", "loai"} & set(state)
        else None,
        alerts=tuple(
            _alert(a, report) for a in report.alerts if "canh-bao" not in state or a.code == state["canh-bao"]
        )
        if report
        else (),
        only=tuple(
            CheckPassage(o.section, collapse(o.quote), opens(report.child_info, o.start, o.end))
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
        if report
        else (),
        more=(
            Link(
                "Ma trận mọi kế hoạch triển khai văn bản cấp trên này",
                address(CHECK, {"che-do": MATRIX, "cap-tren": parent}),
            ),
        )
        if paired
        else (),
        review_words=tuple(Choice(v, f"{VERDICT_SIGNS[v]} {VERDICT_WORDS[v]}", False) for v in VERDICTS),
        back=address(CHECK, state) if paired else "",
        reviewed=(("ke-hoach", child or ""), ("cap-tren", parent or "")),
    )


def _passes(item: CheckItem, asked: dict[str, str]) -> bool:
    if "muc-do" in asked and item.verdict != asked["muc-do"]:
        return False
    if "canh-bao" in asked and not any(a.code == asked["canh-bao"] for a in item.alerts):
        return False
    if "loai" in asked:
        return item.level == _LEVELS[asked["loai"]][0]
    # Without being asked for, requirements are shown only where something is to be said of them.
    return item.level != "requirement" or bool(item.alerts) or "canh-bao" in asked


def opens(party: Party | None, start: int, end: int) -> str | None:
    """Return the address of a passage; None in an upload, which has no page."""
    return span_path(party.doc, start, end) if party is not None and party.stored else None


def short(text: str, most: int = 420) -> str:
    """Return the beginning of a quote, cut between words."""
    words = collapse(text)
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def check_line(item: CheckItem, report: CheckReport) -> CheckLine:
    """Show an item of a report."""
    review = ""
    if item.review is not None:
        by = f"{item.review.reviewer}: " if item.review.reviewer else ""
        review = f"{by}{VERDICT_WORDS[item.review.verdict]}. {item.review.note}".strip()
    return CheckLine(
        key=item.key,
        level=_LEVEL_WORDS[item.level],
        theirs=CheckPassage(
            item.parent_section,
            short(item.parent_quote),
            opens(report.parent_info, item.parent_start, item.parent_end),
        ),
        mine=tuple(
            CheckPassage(
                m.section, short(m.quote), opens(report.child_info, m.start, m.end), ", ".join(m.why[:4])
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
            (VERDICT_SIGNS[p.verdict], VERDICT_WORDS[p.verdict], short(p.quote, 160)) for p in item.parts
        ),
        alerts=tuple(_alert(a, report) for a in item.alerts),
        review=review,
        stale=bool(item.review and item.review.stale),
    )


def _alert(alert: Alert, report: CheckReport) -> CheckAlert:
    def link(span: tuple[int, int] | None, party: Party | None, words: str) -> Link | None:
        href = opens(party, *span) if span else None
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


def export_file(checks: Checks, asked: Asked, form: str) -> tuple[bytes, str, str]:
    """Return content, media type and name of the *Bảng rà soát*; raise UnknownOption for another format."""
    if form not in FORMATS:
        raise UnknownOption(
            f"dinh-dang: không có định dạng “{form[:40]}”. Các định dạng: {', '.join(FORMATS)}."
        )
    report = asked_report(checks, asked)
    if report is None:
        raise UnknownOption("Chưa chọn kế hoạch để rà soát (ke-hoach).")
    return FORMATS[form].make(report), FORMATS[form].media_type, f"ra-soat.{form}"
