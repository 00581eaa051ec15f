"""The matrix, the chain and two versions laid out on paper."""

from __future__ import annotations

from datetime import date

from search_api.check.export import alert_name, party_name, place
from search_api.check.schemas import (
    OUTCOME_WORDS,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    Chain,
    ChainStep,
    Matrix,
    MatrixCell,
    VersionChange,
    Versions,
)
from search_api.check.tables import Column, Paper, Table
from search_api.naming import type_name

ABREAST = 8
"""Plans that stand side by side on a page; more go into further tables."""
KINDS = {
    "added": "Thêm",
    "dropped": "Bỏ",
    "reassigned": "Giao lại",
    "redated": "Đổi thời hạn",
    "moved": "Chuyển chỗ",
    "reworded": "Sửa lời",
    "same": "Giữ nguyên",
}
"""Kinds of changes in the order in which they are told."""


def _made() -> str:
    return f"Lập ngày {date.today():%d/%m/%Y}."


def verdict_words(verdict: str) -> str:
    """Return sign and word of a verdict."""
    return f"{VERDICT_SIGNS[verdict]} {VERDICT_WORDS[verdict]}"


def matrix_paper(found: Matrix) -> Paper:
    """Lay out a matrix: one wide sheet, and tables that fit a page."""
    heads = [f"Văn bản cấp trên: {party_name(found.parent_info)}. {_made()}"]
    heads += [
        f"[{n}] {party_name(child)}: {found.summaries[child.doc]['line']}"
        for n, child in enumerate(found.children, 1)
    ]
    heads += [f"Lưu ý: {note}" for note in found.notes]
    numbers = range(len(found.children))
    parts = [numbers[at : at + ABREAST] for at in range(0, len(numbers), ABREAST)]

    def table(part: range, name: str) -> Table:
        width = 16.5 / max(len(part), 1)
        columns = (
            Column("STT", 1.2, 6.0, middle=True),
            Column("Nhiệm vụ cấp trên (mục, trích)", 8.8, 60.0),
            *(Column(f"[{n + 1}] {_short_name(found, n)}", width, 22.0) for n in part),
        )
        rows, grounds = [], []
        for order, row in enumerate(found.rows, 1):
            cells = [row.cells.get(found.children[n].doc) for n in part]
            rows.append((str(order), place(row.section, row.quote, 300), *(_cell(c) for c in cells)))
            grounds.append(
                tuple(x for at, c in enumerate(cells, 2) if c is not None for x in (at, c.verdict))
            )
        return Table(name, columns, tuple(rows), tuple(grounds))

    tables = [
        table(part, f"Kế hoạch {part[0] + 1}–{part[-1] + 1}" if len(parts) > 1 else "Ma trận")
        for part in parts
    ]
    return Paper("MA TRẬN ĐỐI CHIẾU", tuple(heads), tuple(tables), workbook=(table(numbers, "Ma trận"),))


def _short_name(found: Matrix, n: int) -> str:
    child = found.children[n]
    return child.symbol or f"{type_name(child.type)} của {child.issuer or child.doc}"


def _cell(cell: MatrixCell | None) -> str:
    if cell is None:
        return ""
    return "\n".join([verdict_words(cell.verdict), *(f"! {alert_name(code)}" for code in cell.alerts)])


def chain_paper(found: Chain) -> Paper:
    """Lay out a chain: a column for each level."""
    below = found.documents[1:]
    names = {d.doc: party_name(d) for d in found.documents}
    width = 13.9 / max(len(below), 1)
    columns = (
        Column("STT", 1.2, 6.0, middle=True),
        Column(f"Nhiệm vụ của {party_name(found.documents[0])}", 8.4, 56.0),
        *(Column(names[d.doc], width, 48.0) for d in below),
        Column("Kết cục", 3.0, 26.0),
    )
    rows, grounds = [], []
    for order, row in enumerate(found.rows, 1):
        steps = [row.steps[n] if n < len(row.steps) else None for n in range(len(below))]
        rows.append(
            (
                str(order),
                place(row.section, row.quote, 400),
                *(_step(step) for step in steps),
                f"Dừng ở {names[row.lost_at]}" if row.lost_at else OUTCOME_WORDS[row.outcome],
            )
        )
        grounds.append(tuple(x for at, s in enumerate(steps, 2) if s is not None for x in (at, s.verdict)))
    line = " → ".join(names[d.doc] for d in found.documents)
    heads = (line, f"{found.summary} {_made()}", *(f"Lưu ý: {note}" for note in found.notes))
    table = Table("Chuỗi các cấp", columns, tuple(rows), tuple(grounds))
    return Paper("BẢNG THEO DÕI NHIỆM VỤ QUA CÁC CẤP", heads, (table,))


def _step(step: ChainStep | None) -> str:
    if step is None:
        return ""
    said = [verdict_words(step.verdict)]
    if step.quote is not None:
        said.append(place(step.section or "", step.quote, 400))
    return "\n".join(said)


def gathered(found: Versions) -> list[list[VersionChange]]:
    """Gather the changes of each task: one that was moved and re-dated is one line."""
    out: dict[tuple[int | None, int | None], list[VersionChange]] = {}
    for change in found.changes:
        out.setdefault((change.old_start, change.new_start), []).append(change)
    order = list(KINDS)
    return [sorted(changes, key=lambda c: order.index(c.kind)) for changes in out.values()]


def change_messages(changes: list[VersionChange]) -> list[str]:
    """Return what the kinds do not say already: from which section to which, from whom to whom."""
    return [c.message for c in changes if c.kind in ("reassigned", "redated", "moved")]


def versions_paper(found: Versions) -> Paper:
    """Lay out two versions: both wordings of every task side by side."""
    columns = (
        Column("STT", 1.2, 6.0, middle=True),
        Column("Bản cũ (mục, trích)", 9.2, 60.0),
        Column("Bản mới (mục, trích)", 9.2, 60.0),
        Column("Thay đổi", 2.6, 18.0),
        Column("Chi tiết", 4.3, 40.0),
    )
    rows = []
    for order, changes in enumerate(gathered(found), 1):
        one = changes[0]
        rows.append(
            (
                str(order),
                place(one.old_section or "", one.old_quote) if one.old_quote else "",
                place(one.new_section or "", one.new_quote) if one.new_quote else "",
                "\n".join(KINDS[c.kind] for c in changes),
                "\n".join(change_messages(changes)),
            )
        )
    heads = (
        f"Bản cũ: {party_name(found.old_info)}",
        f"Bản mới: {party_name(found.new_info)}",
        f"Kết quả: {found.summary['line']} {_made()}",
    )
    return Paper("BẢNG SO SÁNH HAI BẢN KẾ HOẠCH", heads, (Table("So sánh", columns, tuple(rows)),))
