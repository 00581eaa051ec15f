"""What two documents are to each other, how one cites the other, and what a check says in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from indexer.clean import collapse, fold
from indexer.organs import organ_key
from indexer.records import Document, Span
from search_api.check.compare import alert, citation_faults, cited_identities, cites, identity, sources
from search_api.check.schemas import VERDICTS, Alert, CheckItem, Party
from search_api.check.scope import We


def party(document: Document, *, stored: bool = True) -> Party:
    """Return what is shown of one of the two documents."""
    meta = document.metadata
    return Party(
        doc=document.id,
        title=collapse(meta.title.value) if meta.title else None,
        symbol=meta.symbol.value if meta.symbol else None,
        type=meta.type_code or (meta.type.value if meta.type else None),
        issuer=meta.issuer.value if meta.issuer else None,
        level=meta.level.value if meta.level else None,
        date=meta.date.value if meta.date else None,
        draft=meta.draft,
        stored=stored,
    )


def name_of(document: Document) -> str:
    """Name a document in a sentence."""
    meta = document.metadata
    kind = meta.type.value if meta.type else "Văn bản"
    symbol = f" số {meta.symbol.value}" if meta.symbol else ""
    issuer = f" của {meta.issuer.value}" if meta.issuer else ""
    return f"{kind}{symbol}{issuer}" if symbol or issuer else f"{kind} {document.id}"


def relation_of(child: Document, parent: Document) -> tuple[str, bool, list[str]]:
    """Return (parent, ancestor or unrelated; whether the child cites it; what to say of it in Vietnamese)."""
    found = cites(child, parent)
    own = identity(parent)
    if not found and own is not None:
        found = [r for r in child.references if (citation_faults(r, [own]) or "").startswith("số ghi")]
    direct = [r for r in found if not r.nested]
    if direct:
        return "parent", True, []
    if found:
        return (
            "ancestor",
            True,
            [
                f"{name_of(child)} chỉ dẫn {name_of(parent)} qua văn bản khác: đây là văn bản cấp trên gián tiếp."
            ],
        )
    if own is None and _named_without_number(child, parent):
        return "parent", True, [f"{name_of(parent)} chưa có số; kế hoạch dẫn theo tên cơ quan."]
    a = child.metadata.locality.value if child.metadata.locality else None
    b = parent.metadata.locality.value if parent.metadata.locality else None
    same_level = (
        child.metadata.level is not None
        and parent.metadata.level is not None
        and child.metadata.level.value == parent.metadata.level.value
    )
    apart = f" ({a} và {b})" if a and b and fold(a) != fold(b) and same_level else ""
    return (
        "unrelated",
        False,
        [
            f"{name_of(child)} và {name_of(parent)} không phải văn bản triển khai và văn bản cấp trên{apart}: "
            "kế hoạch không viện dẫn văn bản này"
            f"{' (văn bản này chưa có số)' if own is None else ''}; kết quả chỉ để tham khảo theo yêu cầu."
        ],
    )


def _named_without_number(child: Document, parent: Document) -> bool:
    """Say whether the child cites a document without number of the parent's type and issuer as its parent."""
    meta = parent.metadata
    if meta.issuer is None or meta.type is None:
        return False
    return any(
        r.symbol is None
        and r.issuer is not None
        and r.type is not None
        and r.role in ("implements", "under_plan")
        and fold(r.type) == fold(meta.type.value)
        and organ_key(r.issuer) == organ_key(meta.issuer.value)
        for r in child.references
    )


def citation_alerts(child: Document, parent: Document, cited: bool, known: Sequence[Document]) -> list[Alert]:
    """Return what is wrong with the child's citations: the parent not cited, or cited with a wrong number, date or issuer."""
    facts = sources(
        [identity(parent)],
        [identity(d) for d in known if d.id not in (parent.id, child.id)],
        cited_identities(parent, "văn bản cấp trên"),
    )
    out = []
    if not cited and identity(parent) is not None:
        out.append(
            alert(
                "parent_not_cited",
                "warning",
                f"Kế hoạch không viện dẫn {name_of(parent)}.",
                parent,
                parent.metadata.symbol.span if parent.metadata.symbol else None,
                child,
                None,
            )
        )
    seen: set[tuple[str | None, str | None]] = set()
    for reference in child.references:
        fault = citation_faults(reference, facts)
        if fault is None or (reference.symbol, reference.date) in seen:
            continue
        seen.add((reference.symbol, reference.date))
        own = parent.metadata.symbol
        about = own is not None and bool(cites(child, parent)) and reference in cites(child, parent)
        out.append(
            alert(
                "wrong_citation",
                "error",
                f"Viện dẫn “{collapse(reference.raw)[:120]}” không khớp: {fault}.",
                parent,
                _fact_span(parent, fault) if about or "số ghi" in fault else None,
                child,
                reference.span,
            )
        )
    return out


def _fact_span(parent: Document, fault: str) -> Span | None:
    meta = parent.metadata
    if fault.startswith("ngày") and meta.date is not None:
        return meta.date.span
    return meta.symbol.span if meta.symbol is not None else None


def replaced(child: Document, parent: Document, statuses: Mapping[str, str]) -> list[Alert]:
    """Return the alert that the parent was replaced or amended."""
    status = statuses.get(parent.id)
    if status is None:
        return []
    first = next(iter(cites(child, parent)), None)
    return [
        alert(
            "parent_replaced",
            "warning",
            f"{name_of(parent)}: {status[0].lower()}{status[1:]}; cần đối chiếu với văn bản mới.",
            parent,
            parent.metadata.symbol.span if parent.metadata.symbol else None,
            child,
            first.span if first else None,
        )
    ]


def summary(items: Sequence[CheckItem], general: Sequence[Alert], we: We | None = None) -> dict[str, Any]:
    """Count verdicts by level and say them in one line."""
    by_level: dict[str, dict[str, int]] = {}
    for level in ("task", "target", "requirement"):
        counts = Counter(item.verdict for item in items if item.level == level)
        by_level[level] = {verdict: counts[verdict] for verdict in VERDICTS}
    tasks = by_level["task"]
    ours = sum(n for verdict, n in tasks.items() if verdict != "out_of_scope")
    alerts = Counter(a.code for a in general)
    for item in items:
        alerts.update(a.code for a in item.alerts)
    parts = [
        f"{tasks['covered']}/{ours} nhiệm vụ thuộc trách nhiệm đã cụ thể hóa",
        f"{tasks['partial']} một phần",
        f"{tasks['not_found']} chưa thấy",
    ]
    if tasks["review"]:
        parts.append(f"{tasks['review']} cần xem lại")
    return {
        "line": ", ".join(parts) + ".",
        "in_scope": ours,
        **tasks,
        "levels": by_level,
        "alerts": dict(alerts),
        "review_share": round(tasks["review"] / ours, 3) if ours else 0.0,
        "we": we.name if we else None,
    }
