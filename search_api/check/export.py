"""The *Bảng rà soát* of one plan as tables, and every result of a cross-check as files.

XLSX to work with, DOCX to sign, HTML to read anywhere, JSON for programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import msgspec

from indexer.clean import collapse
from search_api.check import tables
from search_api.check.schemas import (
    VERDICT_SIGNS,
    VERDICT_WORDS,
    Chain,
    CheckItem,
    CheckReport,
    Matrix,
    Party,
    Versions,
)
from search_api.check.similarity import rule_rows
from search_api.check.tables import Column, Paper, Table
from search_api.naming import type_name
from search_api.office import DOCX, XLSX, Format

TITLE = "BẢNG RÀ SOÁT"
_QUOTE = 900
_LEVELS = {"task": "Nhiệm vụ", "target": "Chỉ tiêu", "requirement": "Yêu cầu"}
Result = CheckReport | Matrix | Chain | Versions
"""What can be made a file of."""


@lru_cache(maxsize=1)
def advice() -> dict[str, tuple[str, str]]:
    """Return (short name, what to do) by alert code or verdict (``rules/check_advice.tsv``)."""
    return {code: (name, what) for code, name, what in rule_rows("check_advice.tsv")}


def alert_name(code: str) -> str:
    """Return the short Vietnamese name of an alert code."""
    return advice().get(code, (code, ""))[0]


class Line(msgspec.Struct, frozen=True):
    """One row of the table."""

    order: int
    level: str
    theirs: str
    mine: str
    verdict: str
    verdict_words: str
    difference: str
    advice: str


def shown(item: CheckItem) -> bool:
    """Say whether an item goes on paper: requirements only where they have something to say."""
    return item.level != "requirement" or bool(item.alerts) or item.review is not None


def lines(report: CheckReport) -> Iterator[Line]:
    """Yield the rows of the table: items, then general alerts, then what only the plan has."""
    order = 0
    for item in report.items:
        if not shown(item):
            continue
        order += 1
        yield Line(
            order,
            _LEVELS[item.level],
            place(item.parent_section, item.parent_quote),
            "\n".join(place(m.section, m.quote) for m in item.matches[:3] if item.verdict != "not_found"),
            item.verdict,
            f"{VERDICT_SIGNS[item.verdict]} {VERDICT_WORDS[item.verdict]}",
            _difference(item),
            _advice(item),
        )
    for alert in report.alerts:
        order += 1
        yield Line(
            order,
            "Toàn văn bản",
            _quoted(alert.parent_quote),
            _quoted(alert.child_quote),
            "",
            "! " + alert_name(alert.code),
            alert.message,
            advice().get(alert.code, ("", ""))[1],
        )
    for only in report.child_only:
        order += 1
        yield Line(order, "Chỉ có ở kế hoạch", "", place(only.section, only.quote), "", "i Thông tin", "", "")


def cut(text: str, most: int = _QUOTE) -> str:
    """Return a quote for a cell: white space collapsed, the end of a very long one left out."""
    words = collapse(text)
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def place(section: str, quote: str, most: int = _QUOTE) -> str:
    """Return a quote with its section."""
    where = f"Mục {section}: " if section else ""
    return f"{where}“{cut(quote, most)}”"


def _quoted(quote: str | None) -> str:
    return f"“{cut(quote)}”" if quote else ""


def _difference(item: CheckItem) -> str:
    said = [a.message for a in item.alerts]
    if item.reason:
        said.insert(0, item.reason)
    if item.verdict == "out_of_scope":
        said.insert(0, item.scope[:1].upper() + item.scope[1:] + ".")
    if item.review is not None:
        by = f" ({item.review.reviewer})" if item.review.reviewer else ""
        stale = " [đoạn văn đã thay đổi từ khi rà soát]" if item.review.stale else ""
        machine = VERDICT_WORDS[item.machine or item.verdict]
        said.append(
            f"Người rà soát{by} kết luận: {VERDICT_WORDS[item.review.verdict]} (máy: {machine}). "
            f"{item.review.note}{stale}".strip()
        )
    return "\n".join(said)


def _advice(item: CheckItem) -> str:
    if item.verdict == "out_of_scope":
        return ""
    codes = ([item.verdict] if item.verdict in advice() else []) + [a.code for a in item.alerts]
    return "\n".join(dict.fromkeys(advice()[code][1] for code in codes if code in advice()))


def party_name(party: Party | None) -> str:
    """Name a document in the head of a file."""
    if party is None:
        return ""
    symbol = f" số {party.symbol}" if party.symbol else " (dự thảo)" if party.draft else ""
    issuer = f" của {party.issuer}" if party.issuer else ""
    when = f" ngày {'/'.join(reversed(party.date.split('-')))}" if party.date else ""
    return f"{type_name(party.type)}{symbol}{when}{issuer}"


def heads(report: CheckReport) -> list[str]:
    """Return the lines above the table: what was checked, the result, what to know."""
    made = date.today()
    out = [f"Kế hoạch được rà soát: {party_name(report.child_info)}"]
    if report.parent_info is not None:
        out.append(f"Văn bản cấp trên: {party_name(report.parent_info)}")
    out.append(f"Kết quả: {report.summary['line']} Lập ngày {made:%d/%m/%Y}.")
    out += [f"Lưu ý: {note}" for note in report.notes]
    return out


_COLUMNS = (
    Column("STT", 1.4, 6.0, middle=True),
    Column("Nhiệm vụ cấp trên (mục, trích)", 7.4, 48.0),
    Column("Nội dung kế hoạch (mục, trích)", 7.4, 48.0),
    Column("Mức độ", 2.5, 18.0),
    Column("Sai khác", 4.2, 36.0),
    Column("Kiến nghị", 3.6, 30.0),
)
_ALONE = (
    Column("STT", 1.2, 6.0, middle=True),
    Column("Điểm cần xem", 5.0, 28.0),
    Column("Trích", 9.5, 60.0),
    Column("Nội dung", 6.5, 44.0),
    Column("Kiến nghị", 4.3, 36.0),
)


def _values(line: Line) -> tuple[str, ...]:
    theirs = line.theirs if line.level == "Nhiệm vụ" else f"[{line.level}] {line.theirs}".strip()
    return (str(line.order), theirs, line.mine, line.verdict_words, line.difference, line.advice)


def report_paper(report: CheckReport) -> Paper:
    """Lay out the *Bảng rà soát* of one plan."""
    if report.parent is not None:
        found = list(lines(report))
        main = Table(
            "Bảng rà soát",
            _COLUMNS,
            tuple(_values(line) for line in found),
            tuple((3, line.verdict) if line.verdict else None for line in found),
        )
    else:
        main = Table(
            "Bảng rà soát",
            _ALONE,
            tuple(
                (
                    str(n),
                    alert_name(a.code),
                    _quoted(a.child_quote),
                    a.message,
                    advice().get(a.code, ("", ""))[1],
                )
                for n, a in enumerate(report.alerts, 1)
            ),
        )
    return Paper(TITLE, tuple(heads(report)), (main,), (_six_short(report),), (_six_whole(report),))


def _six_short(report: CheckReport) -> Table:
    criteria = report.six_clear["criteria"]
    return Table(
        "6 rõ",
        tuple(Column(c["name"], 26.5 / max(len(criteria), 1), 18.0, middle=True) for c in criteria),
        (tuple(f"{c['filled']}/{c['total']} ({c['percent']:g}%)".replace(".", ",") for c in criteria),),
    )


def _six_whole(report: CheckReport) -> Table:
    criteria = report.six_clear["criteria"]
    shares = ("", "", "Tỷ lệ", *(f"{c['percent']:g}%".replace(".", ",") for c in criteria))
    details = [
        (
            str(n),
            task["section"],
            cut(task["quote"], 300),
            *(task["values"][c["key"]] or "" for c in criteria),
        )
        for n, task in enumerate(report.six_clear["tasks"], 1)
    ]
    return Table(
        "6 rõ",
        (
            Column("STT", 1.2, 6.0, middle=True),
            Column("Mục", 2.0, 16.0),
            Column("Nhiệm vụ", 6.0, 44.0),
            *(Column(c["name"], 2.8, 24.0) for c in criteria),
        ),
        (shares, *details),
        title="6 RÕ: MỖI NHIỆM VỤ CỦA KẾ HOẠCH NÊU ĐƯỢC GÌ",
    )


def paper(result: Result) -> Paper:
    """Lay out any result of a cross-check."""
    from search_api.check import export_many as many

    if isinstance(result, CheckReport):
        return report_paper(result)
    if isinstance(result, Matrix):
        return many.matrix_paper(result)
    if isinstance(result, Chain):
        return many.chain_paper(result)
    return many.versions_paper(result)


def xlsx(result: Result) -> bytes:
    """Make a workbook."""
    return tables.xlsx(paper(result))


def docx(result: Result) -> bytes:
    """Make a Word file: Times New Roman, A4 landscape, the header row on every page."""
    return tables.docx(paper(result))


def html_page(result: Result) -> bytes:
    """Make one HTML file that needs nothing else, to read and to print."""
    return tables.html_page(paper(result))


def as_json(result: Result) -> bytes:
    """Return the result as the API has it."""
    return msgspec.json.encode(result)


FORMATS: dict[str, Format[Result]] = {
    "xlsx": Format(xlsx, XLSX, "Excel (.xlsx)"),
    "docx": Format(docx, DOCX, "Word (.docx)"),
    "html": Format(html_page, "text/html; charset=utf-8", "Trang in (.html)"),
    "json": Format(as_json, "application/json", "JSON"),
}
"""Formats by suffix, in the order they are offered."""
