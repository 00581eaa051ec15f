"""``/nhiem-vu``: the register of tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from indexer.clean import bare
from indexer.errors import UnknownOption
from search_api.dates import bound
from search_api.export import FORMATS
from search_api.naming import issuer_name
from search_api.protocol import Searching
from search_api.register import Register, conditions, task_name
from search_api.schemas import DocumentRow, TaskRow
from web import wording
from web.addresses import EXPORT, TASKS, address, document_path, span_path
from web.catalogue import row_name
from web.contexts import Choice, Column, Link, Option, TaskLine, TasksPage
from web.listing import navigation, parts

_DUE_WORDS = {"overdue": "Quá hạn", "month": "Trong tháng này", "later": "", "": ""}


_ROLES = {"chu-tri": ("lead", "Chủ trì"), "phoi-hop": ("coordinate", "Phối hợp")}
_DUES = {
    "qua-han": ("overdue", "Đã quá hạn"),
    "thang-nay": ("month", "Đến hạn trong tháng này"),
    "con-han": ("later", "Còn hạn sau tháng này"),
    "khong-han": ("", "Không có ngày kết thúc"),
}
_RANK = {"overdue": 0, "month": 1, "later": 2, "": 3}
_KEYS: dict[str, Callable[[tuple[TaskRow, str]], tuple[object, ...]]] = {
    "han": lambda line: (_RANK[line[1]], line[0].deadline.end or "", bare(line[0].title or line[0].quote)),
    "nhiem-vu": lambda line: (bare(line[0].title or line[0].quote),),
    "chu-tri": lambda line: (not line[0].lead_units, bare("; ".join(line[0].lead_units))),
    "van-ban": lambda line: (line[0].symbol is None, line[0].symbol or line[0].doc, line[0].start),
}


def _sort(asked: dict[str, str]) -> str:
    return asked["sap-xep"] if asked.get("sap-xep") in _KEYS else "han"


def _chosen(
    service: Searching, asked: dict[str, str], today: date
) -> tuple[list[tuple[TaskRow, str]], list[tuple[TaskRow, str]]]:
    """Return the tasks that pass the filters, each with its state of being due, sorted.

    The first list leaves the filter by that state out; the second applies it.  Raises
    ``UnknownOption`` for a value that no filter has, ``UnknownDocument`` for a document.
    """
    for name, known in (("vai-tro", _ROLES), ("han", _DUES)):
        if name in asked and asked[name] not in known:
            raise UnknownOption(
                f"{name}: không có giá trị “{asked[name][:40]}”. Chọn một mục trong danh sách."
            )
    found = service.tasks(
        doc=asked.get("van-ban"),
        unit=asked.get("don-vi"),
        role=_ROLES[asked["vai-tro"]][0] if "vai-tro" in asked else None,
        due_from=bound(asked.get("tu"), last=False, name="Hạn từ ngày"),
        due_to=bound(asked.get("den"), last=True, name="Hạn đến ngày"),
    )
    every = [(task, wording.due_state(task.deadline, today)) for task in found]
    every.sort(key=_KEYS[_sort(asked)])
    if "han" not in asked:
        return every, every
    return every, [line for line in every if line[1] == _DUES[asked["han"]][0]]


def export_file(
    service: Searching, rows: Sequence[DocumentRow], asked: dict[str, str], today: date
) -> tuple[bytes, str, str]:
    """Make the register that the page of the same address shows; return content, media type, file name.

    Raises ``UnknownOption`` for a format or a filter that there is not.
    """
    form = FORMATS.get(asked.get("dinh-dang", "xlsx"))
    if form is None:
        raise UnknownOption(
            f"dinh-dang: không có định dạng “{asked['dinh-dang'][:40]}”. Các định dạng: {', '.join(FORMATS)}."
        )
    _, lines = _chosen(service, asked, today)
    named = next((row_name(row) for row in rows if row.doc == asked.get("van-ban")), asked.get("van-ban"))
    said = conditions(
        named,
        asked.get("don-vi"),
        _ROLES[asked["vai-tro"]][0] if "vai-tro" in asked else None,
        bound(asked.get("tu"), last=False),
        bound(asked.get("den"), last=True),
    )
    if "han" in asked:
        due = _DUES[asked["han"]][1]
        said = "; ".join(part for part in (said, due[0].lower() + due[1:]) if part)
    content = form.make(Register(tuple(task for task, _ in lines), today, said))
    return content, form.media_type, f"nhiem-vu.{asked.get('dinh-dang', 'xlsx')}"


def tasks_page(
    service: Searching, rows: Sequence[DocumentRow], asked: dict[str, str], today: date
) -> TasksPage:
    """List the tasks, overdue and this month's first."""
    state = {name: value for name, value in asked.items() if name != "trang"}
    problem = None
    every: list[tuple[TaskRow, str]] = []
    lines: list[tuple[TaskRow, str]] = []
    try:
        every, lines = _chosen(service, asked, today)
    except UnknownOption as error:
        problem = str(error)
    counts = {name: sum(1 for _, due in every if due == due_state) for name, (due_state, _) in _DUES.items()}
    sort = _sort(asked)

    def column(label: str, name: str | None, css: str = "") -> Column:
        href = address(TASKS, state, sap_xep=name) if name else None
        return Column(label, href, "ascending" if name == sort else "none", css)

    part, links = parts(TASKS, state, asked.get("trang"), len(lines))
    by_doc = {row.doc: row for row in rows}
    units = sorted(
        {unit for task, _ in every for unit in (*task.lead_units, *task.coordinating_units)}, key=bare
    )
    return TasksPage(
        title="Nhiệm vụ",
        nav=navigation(TASKS),
        query="",
        rows=tuple(
            task_line(task, today, document_path(task.doc), by_doc.get(task.doc)) for task, _ in lines[part]
        ),
        columns=(
            column("Nhiệm vụ", "nhiem-vu"),
            column("Chủ trì", "chu-tri"),
            column("Phối hợp", None),
            column("Thời hạn", "han"),
            column("Sản phẩm", None),
            column("Văn bản", "van-ban"),
        ),
        unit=asked.get("don-vi", ""),
        units=tuple(units[:400]),
        roles=tuple(
            Choice(value, label, asked.get("vai-tro") == value) for value, (_, label) in _ROLES.items()
        ),
        dues=tuple(Choice(value, label, asked.get("han") == value) for value, (_, label) in _DUES.items()),
        documents=tuple(
            Choice(row.doc, row_name(row), asked.get("van-ban") == row.doc)
            for row in sorted(rows, key=lambda row: bare(row_name(row)))
            if row.tasks
        ),
        dates=(
            ("tu", "Hạn từ ngày", asked.get("tu", "")),
            ("den", "Hạn đến ngày", asked.get("den", "")),
        ),
        sort=sort if "sap-xep" in asked else "",
        clear=TASKS if set(state) - {"sap-xep"} else None,
        matching=len(lines),
        overdue=sum(1 for _, due in lines if due == "overdue"),
        this_month=sum(1 for _, due in lines if due == "month"),
        quick=tuple(
            Option(
                label,
                counts[name],
                address(TASKS, state, han=None if asked.get("han") == name else name),
                asked.get("han") == name,
            )
            for name, (_, label) in _DUES.items()
        ),
        pages=links,
        exports=tuple(
            Link(form.label, address(EXPORT, {**state, "dinh-dang": suffix}))
            for suffix, form in FORMATS.items()
            if lines
        ),
        problem=problem,
        today=wording.day(today.isoformat()),
    )


def task_line(task: TaskRow, today: date, source: str, row: DocumentRow | None = None) -> TaskLine:
    """Make the line of a task; ``source`` is the address of its document, ``row`` names it."""
    due = wording.due_state(task.deadline, today)
    lead, label = task.lead_units, "Chủ trì"
    if not lead and task.directing_units:
        lead, label = task.directing_units, "Chỉ đạo"
    elif not lead and task.implementing_units:
        lead, label = task.implementing_units, "Thực hiện"
    return TaskLine(
        title=task_name(task),
        href=span_path(task.doc, task.start, task.end),
        lead=tuple(lead),
        lead_label=label,
        coordinating=task.coordinating_units,
        deadline=wording.deadline_words(task.deadline, task.deadline_raw),
        due=due,
        due_words=_DUE_WORDS[due],
        products=task.products,
        source=wording.document_label(row.type, row.symbol, row.draft, issuer_name(row.issuer, row.locality))
        if row
        else (task.symbol or task.doc),
        source_href=source,
        source_title=task.doc_title or "",
    )
