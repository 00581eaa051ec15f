"""The form of ``/doi-chieu``: five modes, their documents, uploads among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.clean import bare
from indexer.records import Document
from search_api.check.checking import Checks, Name
from search_api.check.crosscheck import party
from search_api.check.schemas import Party
from search_api.check.uploads import KEPT_HOURS, Uploads
from search_api.naming import issuer_name
from search_api.schemas import DocumentRow
from web import wording
from web.addresses import CHECK, address, document_path
from web.catalogue import row_name
from web.contexts import Choice, Link
from web.crosscheck_contexts import CheckDocument, CheckForm, Picker

PAIR, ALONE, CHAIN, MATRIX, VERSIONS = "", "mot", "chuoi", "ma-tran", "hai-ban"
MODES = {
    PAIR: "Kế hoạch × cấp trên",
    ALONE: "Một kế hoạch trước khi ký",
    CHAIN: "Chuỗi các cấp",
    MATRIX: "Một cấp trên × nhiều kế hoạch",
    VERSIONS: "Hai bản của một kế hoạch",
}
_ABOUT = {
    PAIR: "Từng nhiệm vụ, chỉ tiêu, yêu cầu của cấp trên đã được kế hoạch cụ thể hóa chưa, sai khác ở đâu.",
    ALONE: "Số, ngày còn trống, nhiệm vụ thiếu chủ trì hoặc thời hạn, 6 rõ, phụ lục vắng, chỗ mâu thuẫn trong kế hoạch.",
    CHAIN: "Nhiệm vụ của văn bản cao nhất trong kho đi xuống từng cấp đến kế hoạch này, dừng lại ở cấp nào.",
    MATRIX: "Mỗi hàng là một nhiệm vụ của cấp trên, mỗi cột là một kế hoạch triển khai; mở ô để xem cả hai đoạn.",
    VERSIONS: "Nhiệm vụ thêm, bỏ, chuyển chỗ, giao lại, đổi thời hạn giữa bản cũ và bản mới.",
}
_SUBMIT = {
    PAIR: "Đối chiếu",
    ALONE: "Rà kế hoạch",
    CHAIN: "Xem chuỗi",
    MATRIX: "Xem ma trận",
    VERSIONS: "So hai bản",
}
DOCUMENTS = ("ke-hoach", "cap-tren", "ban-cu")
"""Parameters that name a document."""


@dataclass(frozen=True)
class Asked:
    """What an address asks for: single values, and the plans of a matrix."""

    values: dict[str, str]
    plans: tuple[str, ...]
    found: dict[str, Name] = field(default_factory=dict)
    """What the named documents are: ids of the index, or uploads."""

    @property
    def mode(self) -> str:
        """The mode, one of :data:`MODES`."""
        mode = self.values.get("che-do", PAIR)
        return mode if mode in MODES else PAIR

    def name(self, parameter: str) -> Name | None:
        """Return a named document."""
        value = self.values.get(parameter)
        return self.found[value] if value else None

    @property
    def children(self) -> list[Name]:
        """The plans of a matrix."""
        return [self.found[plan] for plan in self.plans]


def read_asked(values: dict[str, str], plans: Sequence[str], checks: Checks, uploads: Uploads) -> Asked:
    """Look up every document that an address names; raise UnknownDocument for what there is not."""
    named = [values[p] for p in DOCUMENTS if p in values] + list(plans)
    return Asked(values, tuple(plans), {name: uploads.find(checks, name) for name in dict.fromkeys(named)})


def check_form(
    checks: Checks, rows: Sequence[DocumentRow], asked: Asked, problem: str | None = None
) -> CheckForm:
    """Make the form of a mode, filled in from the address."""
    mode = asked.mode
    by_name = sorted(rows, key=lambda row: bare(row_name(row)))
    plans = [row for row in by_name if row.type == "KH"]
    rest = [row for row in by_name if row.type != "KH"]
    child, parent = asked.values.get("ke-hoach"), asked.values.get("cap-tren")

    def uploaded(chosen: Sequence[str]) -> tuple[Choice, ...]:
        held = [asked.found[name] for name in chosen if name in asked.found]
        return tuple(
            Choice(d.id, f"{party_label(party(d))} ({d.path})", True) for d in held if isinstance(d, Document)
        )

    def picker(
        name: str, label: str, empty: str, groups: Sequence[tuple[str, Sequence[DocumentRow]]]
    ) -> Picker:
        value = asked.values.get(name)
        own = uploaded([value] if value else [])
        filled = [(title, choices(found, [value or ""])) for title, found in groups if found]
        return Picker(name, label, empty, tuple([("Tệp tải lên", own)] if own else []) + tuple(filled))

    plan_groups = (("Kế hoạch", plans), ("Văn bản khác", rest))
    plan = picker("ke-hoach", "Kế hoạch cần rà", "Chọn kế hoạch", plan_groups)
    pickers: tuple[Picker, ...] = (plan,)
    if mode == PAIR:
        first = checks.parents(asked.found[child]) if child else []
        cited = [row for doc in first for row in rows if row.doc == doc]
        others = [row for row in by_name if row.doc not in first and row.doc != child]
        groups = (("Kế hoạch viện dẫn", cited), ("Văn bản khác trong kho", others))
        pickers = (plan, picker("cap-tren", "Văn bản cấp trên", "Chọn văn bản cấp trên", groups))
    elif mode == VERSIONS:
        pickers = (
            picker("ban-cu", "Bản cũ (dự thảo, năm trước)", "Chọn bản cũ", plan_groups),
            picker("ke-hoach", "Bản mới (ban hành, năm nay)", "Chọn bản mới", plan_groups),
        )
    elif mode == MATRIX:
        with_plans = checks.with_children()
        groups = (
            ("Có kế hoạch triển khai trong kho", [row for row in by_name if row.doc in with_plans]),
            ("Văn bản khác", [row for row in by_name if row.doc not in with_plans]),
        )
        several = [("Tệp tải lên", uploaded(asked.plans))] if uploaded(asked.plans) else []
        several += [
            (title, choices([r for r in found if r.doc != parent], asked.plans))
            for title, found in plan_groups
            if found
        ]
        pickers = (
            picker("cap-tren", "Văn bản cấp trên", "Chọn văn bản cấp trên", groups),
            Picker(
                "ke-hoach",
                f"Các kế hoạch: đã chọn {len(asked.plans)}"
                if asked.plans
                else "Các kế hoạch (không chọn: mọi kế hoạch trong kho viện dẫn văn bản cấp trên)",
                "",
                tuple(several),
                several=True,
                open=bool(asked.plans) and parent is None,
            ),
        )
    return CheckForm(
        mode=mode,
        modes=tuple(
            Link(words, address(CHECK, carried(asked, other)), other == mode)
            for other, words in MODES.items()
        ),
        about=_ABOUT[mode],
        pickers=pickers,
        we=asked.values.get("chung-ta", "") if mode in (PAIR, ALONE) else None,
        submit=_SUBMIT[mode],
        kept_hours=KEPT_HOURS,
        problem=problem,
    )


def carried(asked: Asked, mode: str) -> dict[str, str]:
    """Return the address of another mode over the same documents, as far as it takes them."""
    takes = {PAIR: ("ke-hoach", "cap-tren"), MATRIX: ("cap-tren",)}.get(mode, ("ke-hoach",))
    kept = {name: asked.values[name] for name in takes if name in asked.values}
    return {"che-do": mode, **kept} if mode else kept


def choices(rows: Sequence[DocumentRow], chosen: Sequence[str]) -> tuple[Choice, ...]:
    """Return what a picker offers."""
    return tuple(Choice(r.doc, _named(r), r.doc in chosen) for r in rows)


def _named(row: DocumentRow, most: int = 120) -> str:
    words = f"{label(row)} – {row.title}" if row.title else label(row)
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def label(row: DocumentRow) -> str:
    """Name a document so that it is told from others."""
    return wording.document_label(row.type, row.symbol, row.draft, issuer_name(row.issuer, row.locality))


def party_label(one: Party) -> str:
    """Name one of the documents of a result."""
    return wording.document_label(one.type, one.symbol, one.draft, one.issuer)


def shown_document(one: Party | None) -> CheckDocument | None:
    """Show one of the documents of a result."""
    if one is None:
        return None
    return CheckDocument(party_label(one), one.title or "", document_path(one.doc) if one.stored else None)
