"""``/doi-chieu`` over more than two documents: the matrix, the chain of levels, two versions of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlencode

from indexer.errors import UnknownOption
from indexer.units import same_unit
from search_api.check.checking import Checks, Name
from search_api.check.export import FORMATS, Result, alert_name
from search_api.check.export_many import KINDS, change_messages, gathered
from search_api.check.jobs import MatrixJobs
from search_api.check.routes import no_parent
from search_api.check.schemas import (
    OUTCOME_WORDS,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    VERDICTS,
    Chain,
    ChainRow,
    ChainStep,
    Matrix,
    MatrixRow,
    Party,
    VersionChange,
    Versions,
)
from search_api.schemas import DocumentRow
from web.addresses import CHECK, address
from web.contexts import Link, Option
from web.crosscheck import FILE, check_line, opens, short
from web.crosscheck_contexts import (
    ChainCell,
    ChainLine,
    ChainPage,
    CheckPassage,
    MatrixCellLine,
    MatrixLine,
    MatrixPage,
    OpenedCell,
    Progressing,
    VersionLine,
    VersionsPage,
)
from web.crosscheck_form import CHAIN, MATRIX, VERSIONS, Asked, check_form, party_label, shown_document
from web.listing import navigation

_AT_ONCE = 1.0
"""Seconds that a page waits for a matrix before it shows how far it is."""
_WORDED = 6
"""Plans up to which cells show words; more, and signs alone fit."""
_LEGEND = tuple((v, VERDICT_SIGNS[v], VERDICT_WORDS[v]) for v in VERDICTS)
_NAMES = {MATRIX: "ma-tran", CHAIN: "chuoi-cac-cap", VERSIONS: "so-hai-ban"}
"""Names of files by mode."""


class Where(Protocol):
    """Makes the address of the page with changes."""

    def __call__(self, **changes: object) -> str:
        """Return the address."""


def known(value: str | None, name: str, values: Sequence[str]) -> None:
    """Raise UnknownOption where a filter has a value that it cannot have."""
    if value is not None and value not in values:
        raise UnknownOption(f"{name}: không có giá trị “{value[:40]}”. Chọn một mục trong danh sách.")


# --- one parent, many plans ----------------------------------------------------------------------


def matrix_page(checks: Checks, rows: Sequence[DocumentRow], asked: Asked, jobs: MatrixJobs) -> MatrixPage:
    """Show the matrix of a parent, or how far it is."""
    parent = asked.name("cap-tren")
    verdict = asked.values.get("muc-do")
    known(verdict, "muc-do", VERDICTS)
    job = jobs.of(checks, parent, asked.children or None) if parent is not None else None
    done = job is not None and job.finished.wait(_AT_ONCE)
    found = job.result() if job is not None and done else None
    progress = None
    if job is not None and not done:
        at = job.progress()
        left = f", còn khoảng {max(1, round(at.seconds_left))} giây" if at.seconds_left is not None else ""
        progress = Progressing(at.done, max(at.total, 1), f"Đã rà {at.done}/{at.total} kế hoạch{left}.")
    several = [("ke-hoach", plan) for plan in asked.plans]
    state = {k: v for k, v in asked.values.items() if k in ("che-do", "cap-tren", "muc-do")}

    def where(**changes: object) -> str:
        return address(CHECK, state, **changes) + _repeated(several)

    return MatrixPage(
        title="Ma trận đối chiếu",
        nav=navigation(CHECK),
        query="",
        form=check_form(checks, rows, asked, _without_plans(found)),
        parent=shown_document(found.parent_info) if found else None,
        progress=progress,
        plans=tuple(
            (
                Link(party_label(c), address(CHECK, {"ke-hoach": c.doc, "cap-tren": found.parent})),
                found.summaries[c.doc]["line"],
            )
            for c in found.children
        )
        if found
        else (),
        verdicts=_matrix_verdicts(found, verdict, where) if found else (),
        rows=tuple(
            _matrix_line(checks, found, r, asked, parent, where)
            for r in found.rows
            if verdict is None or any(cell.verdict == verdict for cell in r.cells.values())
        )
        if found and parent is not None
        else (),
        short=bool(found and len(found.children) > _WORDED),
        legend=_LEGEND,
        exports=_exports({**state, "muc-do": ""}, several) if found and found.children else (),
        notes=found.notes if found else (),
    )


def _without_plans(found: Matrix | None) -> str | None:
    if found is None or found.children:
        return None
    return (
        f"Chưa có kế hoạch nào trong kho viện dẫn {party_label(found.parent_info)} là văn bản cấp trên. "
        "Chọn các kế hoạch cần xem, hoặc tải tệp lên."
    )


def _matrix_verdicts(found: Matrix, chosen: str | None, where: Where) -> tuple[Option, ...]:
    counts: Counter[str] = Counter(cell.verdict for row in found.rows for cell in row.cells.values())
    return tuple(
        Option(f"{sign} {words}", counts[v], where(muc_do=None if v == chosen else v), v == chosen)
        for v, sign, words in _LEGEND
        if counts[v] or v == chosen
    )


def _matrix_line(
    checks: Checks, found: Matrix, row: MatrixRow, asked: Asked, parent: Name, where: Where
) -> MatrixLine:
    open_doc, _, open_key = asked.values.get("o", "").rpartition("~")
    opened = None
    cells: list[MatrixCellLine | None] = []
    for plan in found.children:
        cell = row.cells.get(plan.doc)
        if cell is None:
            cells.append(None)
            continue
        chosen = (open_doc, open_key) == (plan.doc, row.key)
        cells.append(
            MatrixCellLine(
                party_label(plan),
                VERDICT_SIGNS[cell.verdict],
                VERDICT_WORDS[cell.verdict],
                cell.verdict,
                where(o=f"{plan.doc}~{row.key}") + "#o-mo",
                ", ".join(alert_name(code) for code in cell.alerts),
                chosen,
            )
        )
        if chosen:
            report = checks.check(asked.found.get(plan.doc, plan.doc), parent)
            item = next(i for i in report.items if i.key == row.key)
            opened = OpenedCell(
                party_label(plan),
                check_line(item, report),
                address(CHECK, {"ke-hoach": plan.doc, "cap-tren": found.parent}) + f"#{row.key}",
                where() + f"#{row.key}",
            )
    return MatrixLine(
        row.key,
        CheckPassage(row.section, short(row.quote, 180), opens(found.parent_info, row.start, row.end)),
        tuple(cells),
        opened,
    )


# --- the chain of levels -------------------------------------------------------------------------


def chain_page(checks: Checks, rows: Sequence[DocumentRow], asked: Asked) -> ChainPage:
    """Follow the tasks of the highest document down to the plan that is chosen."""
    plan = asked.name("ke-hoach")
    found = checks.chain(plan) if plan is not None else None
    problem = no_parent(checks, plan) if plan is not None and found is None else None
    stop = asked.values.get("dung")
    names = {d.doc: party_label(d) for d in found.documents} if found else {}
    if found is not None:
        known(stop, "dung", [*names, *OUTCOME_WORDS])
    state = {k: v for k, v in asked.values.items() if k in ("che-do", "ke-hoach", "dung")}
    return ChainPage(
        title="Chuỗi các cấp",
        nav=navigation(CHECK),
        query="",
        form=check_form(checks, rows, asked, problem),
        documents=tuple(d for one in found.documents if (d := shown_document(one)) is not None)
        if found
        else (),
        line=found.summary if found else "",
        stops=_stops(found, names, stop, state) if found else (),
        rows=tuple(
            ChainLine(
                CheckPassage(
                    row.section, short(row.quote, 240), opens(found.documents[0], row.start, row.end)
                ),
                tuple(
                    _chain_cell(row.steps[n], document) if n < len(row.steps) else None
                    for n, document in enumerate(found.documents[1:])
                ),
                f"Dừng ở {names[row.lost_at]}" if row.lost_at else OUTCOME_WORDS[row.outcome],
                row.outcome,
            )
            for row in found.rows
            if stop is None or _stop(row) == stop
        )
        if found
        else (),
        exports=_exports({**state, "dung": ""}) if found else (),
        notes=found.notes if found else (),
    )


def _chain_cell(step: ChainStep, document: Party) -> ChainCell:
    passage = None
    if step.start is not None and step.end is not None:
        passage = CheckPassage(
            step.section or "", short(step.quote or "", 240), opens(document, step.start, step.end)
        )
    return ChainCell(
        party_label(document), VERDICT_SIGNS[step.verdict], VERDICT_WORDS[step.verdict], step.verdict, passage
    )


def _stop(row: ChainRow) -> str:
    """Return the value of the filter that shows a row."""
    return row.lost_at or row.outcome


def _stops(
    found: Chain, names: dict[str, str], chosen: str | None, state: dict[str, str]
) -> tuple[Option, ...]:
    counts = Counter(_stop(row) for row in found.rows)
    offered = [(doc, f"Dừng ở {name}") for doc, name in names.items()] + list(OUTCOME_WORDS.items())
    return tuple(
        Option(
            words,
            counts[value],
            address(CHECK, state, dung=None if value == chosen else value),
            value == chosen,
        )
        for value, words in offered
        if counts[value] or value == chosen
    )


# --- two versions --------------------------------------------------------------------------------


def versions_page(checks: Checks, rows: Sequence[DocumentRow], asked: Asked) -> VersionsPage:
    """Show what became of every task between two versions."""
    old, new = asked.name("ban-cu"), asked.name("ke-hoach")
    found = checks.versions(old, new) if old is not None and new is not None else None
    problem = None
    if found is not None and found.old == found.new:
        problem = "Hai bản được chọn là một văn bản. Chọn bản cũ khác."
    elif found is not None and _of_others(found):
        problem = (
            "Hai văn bản này của hai cơ quan khác nhau, có thể không phải hai bản của một kế hoạch. "
            "Kết quả dưới đây chỉ so lời văn."
        )
    kind = asked.values.get("doi")
    known(kind, "doi", tuple(KINDS))
    lines = gathered(found) if found else []
    counts: Counter[str] = Counter(k for changes in lines for k in {c.kind for c in changes})
    state = {k: v for k, v in asked.values.items() if k in ("che-do", "ke-hoach", "ban-cu", "doi")}
    # What did not change is shown only on request.
    shown = [
        changes
        for changes in lines
        if (kind in {c.kind for c in changes} if kind else changes[0].kind != "same")
    ]
    return VersionsPage(
        title="So hai bản của một kế hoạch",
        nav=navigation(CHECK),
        query="",
        form=check_form(checks, rows, asked, problem),
        old=shown_document(found.old_info) if found else None,
        new=shown_document(found.new_info) if found else None,
        line=found.summary["line"] if found else "",
        kinds=tuple(
            Option(
                words, counts[name], address(CHECK, state, doi=None if kind == name else name), kind == name
            )
            for name, words in KINDS.items()
            if counts[name] or kind == name
        )
        if found
        else (),
        rows=tuple(_version_line(changes, found) for changes in shown) if found else (),
        exports=_exports({**state, "doi": ""}) if found else (),
    )


def _of_others(found: Versions) -> bool:
    """Say whether two documents name different issuers."""
    issuers = [p.issuer for p in (found.old_info, found.new_info) if p is not None and p.issuer]
    return len(issuers) == 2 and not same_unit(issuers[0], issuers[1])


def _version_line(changes: list[VersionChange], found: Versions) -> VersionLine:
    one = changes[0]

    def passage(
        section: str | None, quote: str | None, party: Party | None, start: int | None, end: int | None
    ) -> CheckPassage | None:
        if quote is None or start is None or end is None:
            return None
        return CheckPassage(section or "", short(quote), opens(party, start, end))

    return VersionLine(
        tuple((c.kind, KINDS[c.kind]) for c in changes),
        tuple(change_messages(changes)),
        passage(one.old_section, one.old_quote, found.old_info, one.old_start, one.old_end),
        passage(one.new_section, one.new_quote, found.new_info, one.new_start, one.new_end),
    )


# --- files ---------------------------------------------------------------------------------------


def _repeated(several: Sequence[tuple[str, str]]) -> str:
    return "".join(f"&{urlencode({name: value})}" for name, value in several)


def _exports(state: dict[str, str], several: Sequence[tuple[str, str]] = ()) -> tuple[Link, ...]:
    return tuple(
        Link(form.label, address(FILE, state, dinh_dang=suffix) + _repeated(several))
        for suffix, form in FORMATS.items()
    )


def many_file(checks: Checks, asked: Asked, form: str, jobs: MatrixJobs) -> tuple[bytes, str, str]:
    """Return content, media type and name of the file of a mode of more than two documents."""
    known(form, "dinh-dang", tuple(FORMATS))
    found: Result | None = None
    if asked.mode == MATRIX and (parent := asked.name("cap-tren")) is not None:
        job = jobs.of(checks, parent, asked.children or None)
        job.finished.wait()
        found = job.result()
    elif asked.mode == CHAIN and (plan := asked.name("ke-hoach")) is not None:
        found = checks.chain(plan)
    elif asked.mode == VERSIONS:
        old, new = asked.name("ban-cu"), asked.name("ke-hoach")
        found = checks.versions(old, new) if old is not None and new is not None else None
    if found is None:
        raise UnknownOption("Chưa chọn đủ văn bản để ghi ra tệp. Mở lại trang đối chiếu và chọn văn bản.")
    return FORMATS[form].make(found), FORMATS[form].media_type, f"{_NAMES[asked.mode]}.{form}"
