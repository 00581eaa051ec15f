"""The register as files, opened again by other programs' readers: sheets, annex, calendar."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import Any

import docx
import icalendar
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from lxml import etree

from indexer.records import Deadline
from search_api.deadline_calendar import due_days
from search_api.export import FORMATS
from search_api.naming import document_name, unit_matcher
from search_api.register import NO_UNIT, Register, by_unit, due_day, last_day, source_words, task_name
from search_api.schemas import TaskRow

MADE = date(2026, 8, 3)


def task(number: int = 1, **fields: Any) -> TaskRow:
    given: dict[str, Any] = {
        "id": f"kh-5:{number}",
        "doc": "kh-5",
        "section": f"II > {number}",
        "title": f"Nhiệm vụ thứ {number}",
        "quote": f"Nhiệm vụ thứ {number}",
        "start": 100 * number,
        "end": 100 * number + 15,
        "lead_units": ("Phòng Kinh tế",),
        "lead_basis": "Đơn vị chủ trì",
        "coordinating_units": ("Văn phòng", "Công an xã"),
        "directing_units": (),
        "implementing_units": (),
        "deadline_raw": "Trước ngày 25/9/2026",
        "deadline": Deadline(
            "Trước ngày 25/9/2026", "by", end="2026-09-25", precision="day", end_exclusive=True
        ),
        "products": ("Báo cáo",),
        "targets": (),
        "funding": None,
        "spans": {},
        "page": 3,
        "symbol": "5/KH-UBND",
        "doc_title": "Trồng cây xanh",
        "type": "KH",
        "issuer": "UBND xã Suối Đá",
        "level": "xa",
        "locality": "Suối Đá",
    }
    return TaskRow(**{**given, **fields})


def made(*tasks: TaskRow, conditions: str = "") -> Register:
    return Register(tasks, MADE, conditions)


# --- words and days --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "exclusive", "expected"),
    [
        ("2026-07-25", True, date(2026, 7, 24)),
        ("2026-07-25", False, date(2026, 7, 25)),
        ("2026-03-01", True, date(2026, 2, 28)),
        ("2028-03-01", True, date(2028, 2, 29)),
        ("2026-06", False, date(2026, 6, 30)),
        ("2026-06", True, date(2026, 5, 31)),
        ("2026", False, date(2026, 12, 31)),
        ("2026", True, date(2025, 12, 31)),
        (None, True, None),
    ],
)
def test_last_day_in_time(end: str | None, exclusive: bool, expected: date | None) -> None:
    assert last_day(end, exclusive=exclusive) == expected


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (Deadline("x", "by", end="2026-07-25", end_exclusive=True), date(2026, 7, 24)),
        (Deadline("x", "within", start="2026-06-01", end="2026-06-30"), date(2026, 6, 30)),
        (Deadline("x", "range", start="2026-01-01", end="2030-12-31"), date(2030, 12, 31)),
        (Deadline("x", "range", start="2026-06-01", end="2027-06-30", open_ended=True), None),
        (Deadline("x", "continuous"), None),
        (Deadline("x", "recurring", end="2026-12-31"), None),
        (Deadline("x", "done", end="2026-03-31"), None),
        (Deadline("x", "relative", relative_to="kế hoạch của tỉnh"), None),
        (Deadline(), None),
    ],
)
def test_due_day(deadline: Deadline, expected: date | None) -> None:
    assert due_day(deadline) == expected


def test_the_source_names_the_document_or_says_that_it_is_a_draft() -> None:
    assert source_words(task()) == "Kế hoạch số 5/KH-UBND, mục II > 1, trang 3"
    assert (
        source_words(task(symbol=None, draft=True, page=None))
        == "Dự thảo Kế hoạch của UBND xã Suối Đá, mục II > 1"
    )
    assert source_words(task(symbol=None, draft=True, issuer="UBND xã", section="", page=None)) == (
        "Dự thảo Kế hoạch của UBND xã Suối Đá"
    )
    assert document_name(None, None, False, None) == "Văn bản (không rõ số)"


def test_a_task_under_a_unit_is_named_by_what_the_unit_does() -> None:
    assert task_name(task(title="Phòng Kinh tế", content="Bố trí kinh phí.\nThẩm định giá.")) == (
        "Bố trí kinh phí. Thẩm định giá."
    )


def test_groups_keep_spellings_together_and_the_units_of_two_communes_apart() -> None:
    groups = by_unit(
        [
            task(1, lead_units=("Phòng VH-XH", "Phòng Kinh tế")),
            task(2, lead_units=()),
            task(3, lead_units=("Phòng Văn hoá – Xã hội",)),
            task(4, lead_units=("Phòng Văn hóa - Xã hội",), issuer="UBND xã Cầu Gỗ", locality="Cầu Gỗ"),
            task(5, lead_units=(), implementing_units=("Phòng Kinh tế",)),
            task(6, lead_units=("Phòng Văn hoá – Xã hội",)),
        ]
    )
    assert [(g.name, g.scope, [t.start // 100 for t in g.tasks]) for g in groups] == [
        ("Phòng Văn hoá – Xã hội", "UBND xã Suối Đá", [1, 3, 6]),
        ("Phòng Kinh tế", "UBND xã Suối Đá", [1, 5]),
        ("Phòng Văn hóa - Xã hội", "UBND xã Cầu Gỗ", [4]),
        (NO_UNIT, "", [2]),
    ]


def test_a_province_s_units_are_one_group_whoever_assigns_them() -> None:
    province = {"level": "tinh", "locality": "Suối Đá", "lead_units": ("Sở Nội vụ",)}
    groups = by_unit([task(1, issuer="UBND tỉnh", **province), task(2, issuer="Tỉnh ủy", **province)])
    assert [(g.name, g.scope, len(g.tasks)) for g in groups] == [("Sở Nội vụ", "", 2)]


@pytest.mark.parametrize(
    ("asked", "name", "expected"),
    [
        ("phòng VHXH", "Phòng Văn hoá – Xã hội", True),
        ("phong van hoa xa hoi", "Phòng Văn hóa - Xã hội", True),
        ("Sở KHCN", "Sở Khoa học và Công nghệ", True),
        ("Sở Khoa học và Công nghệ", "Sở KH&CN", True),
        ("công an", "Công an xã", True),
        ("chuyển đ", "Ban Chỉ đạo chuyển đổi số", True),
        ("văn phòng", "Phòng Văn hóa", False),
        ("Sở Y tế", "Sở Nội vụ", False),
        ("công an tỉnh", "Công an xã", False),
        ("&", "Phòng Kinh tế", False),
    ],
)
def test_units_are_found_by_name_part_and_abbreviation(asked: str, name: str, expected: bool) -> None:
    assert unit_matcher(asked)(name, None) is expected


def test_a_document_s_own_abbreviation_is_understood() -> None:
    assert unit_matcher("Trung tâm Cây xanh")("TTCX", {"TTCX": "Trung tâm Cây xanh"})


# --- sheets ----------------------------------------------------------------------------------------

HOSTILE = [
    '=HYPERLINK("http://x","bấm")',
    "+84 912",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1+1",
    "  =1+1",
    "= 5\x00\x07",
]


def sheet_of(register: Register) -> Any:
    return openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].make(register))).active


def column(sheet: Any, label: str) -> int:
    return next(cell.column for cell in sheet[4] if cell.value == label)


def test_the_workbook_holds_a_row_a_task_with_true_dates() -> None:
    sheet = sheet_of(
        made(task(1), task(2, deadline=Deadline("Thường xuyên", "continuous"), deadline_raw="Thường xuyên"))
    )
    assert [
        sheet.cell(5, column(sheet, name)).value for name in ("STT", "Nhiệm vụ", "Chủ trì", "Phối hợp")
    ] == [
        1,
        "Nhiệm vụ thứ 1",
        "Phòng Kinh tế",
        "Văn phòng; Công an xã",
    ]
    due = sheet.cell(5, column(sheet, "Hạn chót"))
    assert due.is_date
    assert due.value.date() == date(2026, 9, 24)
    assert due.number_format == "dd/mm/yyyy"
    assert sheet.cell(5, column(sheet, "Thời gian hoàn thành")).value == "Trước ngày 25/9/2026"
    assert sheet.cell(6, column(sheet, "Hạn chót")).value is None
    assert sheet.auto_filter.ref == "A4:M6"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.column_dimensions["E"].hidden is True  # nobody directs anything here
    assert sheet["A2"].value == "2 nhiệm vụ trích từ 1 văn bản; lập ngày 03/08/2026"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_workbook_is_a_formula(text: str) -> None:
    register = made(task(title=text, lead_units=(text,), deadline_raw=text, doc=text), conditions=text)
    raw = FORMATS["xlsx"].make(register)
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f"
    titled = sheet.cell(5, column(sheet, "Nhiệm vụ"))
    assert titled.quotePrefix
    inside = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml")
    assert not etree.fromstring(inside).findall(".//{*}f")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_table_begins_like_a_formula(text: str) -> None:
    raw = FORMATS["csv"].make(made(task(title=text, lead_units=(text,), symbol=text, doc=text)))
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_table_is_utf8_with_a_mark_and_commas() -> None:
    raw = FORMATS["csv"].make(made(task(title='Trồng "cây", tưới\nnước')))
    assert raw.startswith(b"\xef\xbb\xbfSTT,")
    assert raw.count(b"\r\n") == 2
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0]["Nhiệm vụ"] == 'Trồng "cây", tưới nước'
    assert rows[0]["Hạn chót"] == "24/09/2026"
    assert rows[0]["Ghi chú"] == "Kế hoạch số 5/KH-UBND, mục II > 1, trang 3"


# --- the annex -------------------------------------------------------------------------------------


def test_the_annex_is_a4_landscape_in_times_with_a_repeated_header() -> None:
    tasks = [
        task(1, lead_units=("Phòng Kinh tế", "Công an xã")),
        task(2, lead_units=(), coordinating_units=(), products=(), title="A\x0b<b>&"),
    ]
    word = docx.Document(io.BytesIO(FORMATS["docx"].make(made(*tasks, conditions="đơn vị: kinh tế"))))
    page = word.sections[0]
    assert page.orientation == WD_ORIENT.LANDSCAPE
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (29.7, 21.0)
    normal: Any = word.styles["Normal"]
    assert normal.font.name == "Times New Roman"
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "Times New Roman"
    assert [p.text for p in word.paragraphs][:3] == [
        "PHỤ LỤC",
        "PHÂN CÔNG NHIỆM VỤ",
        "(2 nhiệm vụ trích từ 1 văn bản; lập ngày 03/08/2026; đơn vị: kinh tế)",
    ]
    table = word.tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == [
        "STT",
        "Nhiệm vụ",
        "Chủ trì",
        "Phối hợp",
        "Thời gian hoàn thành",
        "Sản phẩm",
        "Ghi chú",
    ]
    header: Any = table.rows[0]
    assert header._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [row[0] for row in rows[1:]] == [
        "Phòng Kinh tế (1 nhiệm vụ)",
        "1",
        "Công an xã (1 nhiệm vụ)",
        "1",
        f"{NO_UNIT} (1 nhiệm vụ)",
        "1",
    ]
    assert rows[2][1:] == [
        "Nhiệm vụ thứ 1",
        "Phòng Kinh tế; Công an xã",
        "Văn phòng; Công an xã",
        "Trước ngày 25/9/2026",
        "Báo cáo",
        "Kế hoạch số 5/KH-UBND, mục II > 1, trang 3",
    ]
    assert rows[6][1:4] == ["A <b>&", "không nêu", "không nêu"]
    assert word.paragraphs[-1].text.startswith("Ghi chú: nhiệm vụ giao cho nhiều đơn vị")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_stands_an_empty_register(name: str) -> None:
    assert FORMATS[name].make(made())


# --- the calendar ----------------------------------------------------------------------------------


def events(*tasks: TaskRow) -> list[Any]:
    calendar = icalendar.Calendar.from_ical(FORMATS["ics"].make(made(*tasks)))
    return list(calendar.walk("VEVENT"))


def recurring(raw: str = "x", exclusive: bool = False, **fields: Any) -> Deadline:
    return Deadline(raw, "recurring", end_exclusive=exclusive, **fields)


def test_a_deadline_is_an_all_day_event_on_the_last_day_in_time() -> None:
    (event,) = events(task())
    assert event.decoded("dtstart") == date(2026, 9, 24)
    assert event.decoded("dtend") == date(2026, 9, 25)
    assert str(event["summary"]) == "Hạn: Nhiệm vụ thứ 1"
    assert "Thời hạn ghi trong văn bản: Trước ngày 25/9/2026" in str(event["description"])
    assert "Nguồn: Kế hoạch số 5/KH-UBND, mục II > 1, trang 3" in str(event["description"])


def test_the_calendar_is_stable_and_its_identities_differ() -> None:
    register = made(task(1), task(2), task(3))
    assert FORMATS["ics"].make(register) == FORMATS["ics"].make(register)
    assert len({str(event["uid"]) for event in events(task(1), task(2), task(3))}) == 3


@pytest.mark.parametrize(
    ("deadline", "first", "rule"),
    [
        (recurring(exclusive=True, recurrence={"freq": "monthly", "day": 20}), "2026-08-19", {"FREQ": "MONTHLY", "BYMONTHDAY": 19}),
        (recurring(recurrence={"freq": "monthly", "day": 20}), "2026-08-20", {"FREQ": "MONTHLY", "BYMONTHDAY": 20}),
        (recurring(exclusive=True, recurrence={"freq": "monthly", "day": 3}), "2026-09-02", {"FREQ": "MONTHLY", "BYMONTHDAY": 2}),
        (recurring(exclusive=True, recurrence={"freq": "monthly", "day": 1}), "2026-08-31", {"FREQ": "MONTHLY", "BYMONTHDAY": -1}),
        (
            recurring(recurrence={"freq": "monthly", "day": 30}),
            "2026-08-30",
            {"FREQ": "MONTHLY", "BYMONTHDAY": [28, 29, 30], "BYSETPOS": -1},
        ),
        (
            recurring(exclusive=True, recurrence={"freq": "quarterly", "day": 25, "month_of_period": 3}),
            "2026-09-24",
            {"FREQ": "YEARLY", "BYMONTHDAY": 24, "BYMONTH": [3, 6, 9, 12]},
        ),
        (
            recurring(exclusive=True, recurrence={"freq": "quarterly", "day": 1, "month_of_period": 1}),
            "2026-09-30",
            {"FREQ": "YEARLY", "BYMONTHDAY": -1, "BYMONTH": [3, 6, 9, 12]},
        ),
        (recurring(exclusive=True, recurrence={"freq": "yearly", "month": 11, "day": 15}), "2026-11-14", {"FREQ": "YEARLY", "BYMONTH": 11, "BYMONTHDAY": 14}),
        (recurring(exclusive=True, recurrence={"freq": "yearly", "month": 1, "day": 1}), "2026-12-31", {"FREQ": "YEARLY", "BYMONTH": 12, "BYMONTHDAY": -1}),
        (recurring(recurrence={"freq": "yearly", "month": 2}), "2027-02-28", {"FREQ": "YEARLY", "BYMONTH": 2, "BYMONTHDAY": -1}),
        (recurring(recurrence={"freq": "weekly", "weekday": 5}), "2026-08-07", {"FREQ": "WEEKLY", "BYDAY": "FR"}),
        (recurring(exclusive=True, recurrence={"freq": "weekly", "weekday": 1}), "2026-08-09", {"FREQ": "WEEKLY", "BYDAY": "SU"}),
        (recurring(recurrence={"freq": "yearly"}, anchors=("--09-02", "Tết Nguyên đán")), "2026-09-02", {"FREQ": "YEARLY", "BYMONTH": 9, "BYMONTHDAY": 2}),
        (
            recurring(recurrence={"freq": "monthly", "day": 10}, end="2026-12-31"),
            "2026-08-10",
            {"FREQ": "MONTHLY", "BYMONTHDAY": 10, "UNTIL": date(2026, 12, 31)},
        ),
    ],
)  # fmt: skip
def test_a_report_that_comes_back_has_a_rule(deadline: Deadline, first: str, rule: dict[str, Any]) -> None:
    (due,) = due_days(deadline, MADE)
    assert due.day.isoformat() == first
    assert due.rule == rule
    (event,) = events(task(deadline=deadline))
    assert event.decoded("dtstart").isoformat() == first
    written = event["rrule"]
    assert {key: value if isinstance(rule[key], list) else value[0] for key, value in written.items()} == rule


@pytest.mark.parametrize(
    "deadline",
    [
        Deadline("Thường xuyên", "continuous"),
        Deadline(),
        Deadline("Theo kế hoạch của tỉnh", "relative", relative_to="kế hoạch của tỉnh"),
        recurring("Hằng năm", recurrence={"freq": "yearly"}),
        recurring("Hằng quý", recurrence={"freq": "quarterly"}),
        recurring("Ngày 15 hằng quý", recurrence={"freq": "quarterly", "day": 15}),
        recurring("Tết", recurrence={"freq": "yearly"}, anchors=("Tết Nguyên đán (âm lịch 01/01)",)),
        Deadline("x", "range", start="2026-06-01", end="2027-06-30", open_ended=True),
        recurring(recurrence={"freq": "monthly", "day": 5}, end="2026-07-31"),
    ],
)
def test_no_day_is_made_up(deadline: Deadline) -> None:
    assert due_days(deadline, MADE) == []


def test_what_is_left_out_is_counted_in_the_description() -> None:
    raw = FORMATS["ics"].make(
        made(task(1), task(2, deadline=Deadline("Thường xuyên", "continuous")), task(3, deadline=Deadline()))
    )
    said = str(icalendar.Calendar.from_ical(raw)["description"])
    assert said.startswith("1 nhiệm vụ có ngày hoàn thành. 2 nhiệm vụ khác không có ngày tính được")


def test_each_milestone_and_each_occasion_is_an_event_of_its_own() -> None:
    milestones = ({"name": "Khởi công", "date": "2026-09-02"}, {"name": "Khánh thành", "date": "2027-10-04"})
    both = events(
        task(deadline=Deadline("x", "event", start="2026-09-02", end="2027-10-04", milestones=milestones))
    )
    assert [(str(e["summary"]), e.decoded("dtstart").isoformat()) for e in both] == [
        ("Hạn: Khởi công – Nhiệm vụ thứ 1", "2026-09-02"),
        ("Hạn: Khánh thành – Nhiệm vụ thứ 1", "2027-10-04"),
    ]
    yearly = recurring(
        "Hằng năm, vào dịp 27/7 và 22/12", recurrence={"freq": "yearly"}, anchors=("--07-27", "--12-22")
    )
    assert [
        (str(e["summary"])[:9], e.decoded("dtstart").isoformat()) for e in events(task(deadline=yearly))
    ] == [
        ("Nhắc việc", "2027-07-27"),
        ("Nhắc việc", "2026-12-22"),
    ]


def test_lines_of_a_name_cannot_break_out_of_their_property() -> None:
    (event,) = events(task(title="Một\r\nEND:VEVENT; hai, ba"))
    assert str(event["summary"]) == "Hạn: Một END:VEVENT; hai, ba"
