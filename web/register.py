"""``/nhiem-vu``: the register of tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from indexer.clean import bare, collapse
from indexer.errors import UnknownOption
from search_api.dates import bound
from search_api.protocol import Searching
from search_api.schemas import DocumentRow, TaskRow
from web import wording
from web.addresses import TASKS, address, document_path, span_path
from web.catalogue import row_name
from web.contexts import Choice, Column, Option, TaskLine, TasksPage
from web.listing import navigation, parts

_DUE_WORDS = {"overdue": "Quá hạn", "month": "Trong tháng này", "later": "", "": ""}


def tasks_page(
    service: Searching, rows: Sequence[DocumentRow], asked: dict[str, str], today: date
) -> TasksPage:
    """List the tasks, overdue and this month's first."""
    state = {name: value for name, value in asked.items() if name != "trang"}
    roles = {"chu-tri": ("lead", "Chủ trì"), "phoi-hop": ("coordinate", "Phối hợp")}
    dues = {
        "qua-han": ("overdue", "Đã quá hạn"),
        "thang-nay": ("month", "Đến hạn trong tháng này"),
        "con-han": ("later", "Còn hạn sau tháng này"),
        "khong-han": ("", "Không có ngày kết thúc"),
    }
    problem = None
    found: Sequence[TaskRow] = ()
    try:
        for name, known in (("vai-tro", roles), ("han", dues)):
            if name in asked and asked[name] not in known:
                raise UnknownOption(
                    f"{name}: không có giá trị “{asked[name][:40]}”. Chọn một mục trong danh sách."
                )
        found = service.tasks(
            doc=asked.get("van-ban"),
            unit=asked.get("don-vi"),
            role=roles[asked["vai-tro"]][0] if "vai-tro" in asked else None,
            due_from=bound(asked.get("tu"), last=False, name="Hạn từ ngày"),
            due_to=bound(asked.get("den"), last=True, name="Hạn đến ngày"),
        )
    except UnknownOption as error:
        problem = str(error)
    lines = [(task, wording.due_state(task.deadline, today)) for task in found]
    counts = {name: sum(1 for _, due in lines if due == state_) for name, (state_, _) in dues.items()}
    if not problem and "han" in asked:
        lines = [line for line in lines if line[1] == dues[asked["han"]][0]]

    rank = {"overdue": 0, "month": 1, "later": 2, "": 3}
    keys: dict[str, Callable[[tuple[TaskRow, str]], tuple[object, ...]]] = {
        "han": lambda line: (rank[line[1]], line[0].deadline.end or "", bare(line[0].title or line[0].quote)),
        "nhiem-vu": lambda line: (bare(line[0].title or line[0].quote),),
        "chu-tri": lambda line: (not line[0].lead_units, bare("; ".join(line[0].lead_units))),
        "van-ban": lambda line: (line[0].symbol is None, line[0].symbol or line[0].doc, line[0].start),
    }
    sort = asked.get("sap-xep", "han")
    sort = sort if sort in keys else "han"
    lines.sort(key=keys[sort])

    def column(label: str, name: str | None, css: str = "") -> Column:
        href = address(TASKS, state, sap_xep=name) if name else None
        return Column(label, href, "ascending" if name == sort else "none", css)

    part, links = parts(TASKS, state, asked.get("trang"), len(lines))
    by_doc = {row.doc: row for row in rows}
    units = sorted(
        {unit for task in found for unit in (*task.lead_units, *task.coordinating_units)}, key=bare
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
            Choice(value, label, asked.get("vai-tro") == value) for value, (_, label) in roles.items()
        ),
        dues=tuple(Choice(value, label, asked.get("han") == value) for value, (_, label) in dues.items()),
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
            for name, (_, label) in dues.items()
        ),
        pages=links,
        exports=(),
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
        title=collapse(task.title or task.quote),
        href=span_path(task.doc, task.start, task.end),
        lead=tuple(lead),
        lead_label=label,
        coordinating=task.coordinating_units,
        deadline=wording.deadline_words(task.deadline, task.deadline_raw),
        due=due,
        due_words=_DUE_WORDS[due],
        products=task.products,
        source=wording.document_label(row.type, row.symbol, row.draft, row.issuer)
        if row
        else (task.symbol or task.doc),
        source_href=source,
        source_title=task.doc_title or "",
    )
