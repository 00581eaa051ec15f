"""How values read on a page: codes to Vietnamese words, ISO dates to dd/mm/yyyy, counts with points."""

from __future__ import annotations

import re
from datetime import date

from indexer.records import Deadline
from search_api.naming import type_name as type_name

LEVELS = {"trung-uong": "Trung ương", "tinh": "Cấp tỉnh", "so": "Cấp sở, ngành", "xa": "Cấp xã"}

ROLES = {
    "implements": "Văn bản cấp trên được thực hiện",
    "legal_basis": "Căn cứ pháp lý",
    "under_plan": "Thực hiện theo",
    "replaces": "Thay thế",
    "amends": "Sửa đổi, bổ sung",
    "mentions": "Nhắc đến",
}

_MARKS = re.compile(r"\[(\d{1,3})\]")


def level_name(value: str | None) -> str:
    """Name a level."""
    return LEVELS.get(value, value) if value else "Chưa rõ cấp"


def role_name(value: str) -> str:
    """Name the role of a reference."""
    return ROLES.get(value, ROLES["mentions"])


def day(iso: str | None) -> str:
    """Write an ISO date, whole or partial, as dd/mm/yyyy, mm/yyyy or yyyy; "" for none.

    >>> day("2026-06-05"), day("2026-06"), day(None)
    ('05/06/2026', '06/2026', '')
    """
    return "/".join(reversed(iso.split("-"))) if iso else ""


def count(number: int) -> str:
    """Write a count with points between thousands, as Vietnamese does."""
    return f"{number:,}".replace(",", ".")


def document_name(kind: str | None, symbol: str | None, draft: bool) -> str:
    """Name a document by type and symbol: "Kế hoạch số 118/KH-UBND", "Kế hoạch (dự thảo)"."""
    name = type_name(kind)
    if symbol:
        return f"{name} số {symbol}" + (" (dự thảo)" if draft else "")
    return f"{name} (dự thảo, chưa có số)" if draft else f"{name} (không rõ số)"


def document_label(kind: str | None, symbol: str | None, draft: bool, issuer: str | None) -> str:
    """Name a document so that it is told from others: one without a symbol is named by its issuer.

    >>> document_label("KH", None, True, "UBND xã Đồng Mây")
    'Kế hoạch (dự thảo) của UBND xã Đồng Mây'
    """
    if symbol or not issuer:
        return document_name(kind, symbol, draft)
    return f"{type_name(kind)}{' (dự thảo)' if draft else ''} của {issuer}"


def deadline_words(deadline: Deadline, raw: str | None) -> str:
    """Quote a deadline as the document words it; "không nêu" where it states none."""
    return raw or deadline.raw or "không nêu"


def due_state(deadline: Deadline, today: date) -> str:
    """Place a deadline against today: "overdue", "month" (ends this month), "later" or "" (no end).

    An exclusive end ("trước ngày 25") is over on that day itself.
    """
    if not deadline.end or deadline.kind in ("continuous", "recurring", "done") or deadline.open_ended:
        return ""
    now = today.isoformat()
    end = deadline.end
    full = end if len(end) == 10 else f"{end}-31" if len(end) == 7 else f"{end}-12-31"
    if full < now or (deadline.end_exclusive and full == now):
        return "overdue"
    return "month" if full[:7] == now[:7] else "later"


def split_marks(text: str) -> list[tuple[str, int | None]]:
    """Split an answer at its citation marks: [("Sở A ", None), ("[1]", 1), …]."""
    out: list[tuple[str, int | None]] = []
    at = 0
    for found in _MARKS.finditer(text):
        if found.start() > at:
            out.append((text[at : found.start()], None))
        out.append((found[0], int(found[1])))
        at = found.end()
    if at < len(text):
        out.append((text[at:], None))
    return out


def figure(value: float | None, digits: int = 3) -> str:
    """Write a measured figure with a decimal comma, "–" for none.

    >>> figure(0.9139), figure(None)
    ('0,914', '–')
    """
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")


def signed(value: float, digits: int = 3) -> str:
    """Write a difference with its sign.

    >>> signed(0.02), signed(-0.02)
    ('+0,020', '−0,020')
    """
    return figure(value, digits).replace("-", "−") if value < 0 else f"+{figure(value, digits)}"
