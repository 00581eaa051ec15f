"""The cross-check of a plan with its parent: scope, verdicts, alerts, what is kept of a person's view."""

from __future__ import annotations

import re
import time
from pathlib import Path

import msgspec
import pytest

from indexer.analyse import analyse
from indexer.clean import bare, collapse, fold
from indexer.deadlines import read_deadline
from indexer.encode import load_encoder
from indexer.errors import UnknownDocument, UnusableInput
from indexer.records import Document, SourceText, Span
from search_api.check.chain import versions
from search_api.check.checking import Checks
from search_api.check.clauses import orders_plan
from search_api.check.compare import compare_deadlines
from search_api.check.crosscheck import check, check_alone
from search_api.check.export import advice, docx, html_page, xlsx
from search_api.check.figures import figures, less
from search_api.check.plan import six_clear, six_clear_rules
from search_api.check.scope import (
    addressee,
    addressee_rules,
    centre_rules,
    mine,
    only_the_centre,
    under,
    who,
)
from search_api.check.share import share, subjects
from search_api.check.similarity import boilerplate, light_words, paraphrases, phrases, rule_rows
from search_api.check.times import shorter, times
from search_api.service import Service

PARENT = """ỦY BAN NHÂN DÂN
TỈNH SƠN BÌNH

Số: 41/KH-UBND

Sơn Bình, ngày 10 tháng 3 năm 2026

KẾ HOẠCH

Bảo vệ nguồn nước trên địa bàn tỉnh năm 2026

I. NHIỆM VỤ

1. Rà soát, cắm mốc hành lang bảo vệ các hồ chứa nước nhỏ; thống kê hộ dân lấn chiếm hành lang.

Cơ quan chủ trì: UBND các xã, phường.

Thời gian hoàn thành: Trước ngày 30/6/2026.

2. Lắp đặt camera giám sát tại các điểm xả thải của cơ sở chế biến tinh bột; truyền hình ảnh về trung tâm điều hành.

Cơ quan chủ trì: Sở Nông nghiệp và Môi trường.

Thời gian hoàn thành: Trước ngày 30/9/2026.

3. Vận động tối thiểu 80% hộ chăn nuôi xây hầm biogas hoặc đệm lót sinh học để xử lý phân gia súc.

Cơ quan chủ trì: UBND các xã, phường.

Cơ quan phối hợp: Hội Nông dân tỉnh.

Thời gian hoàn thành: Trong tháng 10/2026.

4. Trồng tre, mai dọc bờ suối bị sạt lở, giao từng đoạn bờ suối cho nhóm hộ chăm sóc.

Cơ quan chủ trì: UBND các xã, phường.

Thời gian hoàn thành: Trước ngày 30/8/2026.
"""

CHILD = """ỦY BAN NHÂN DÂN
XÃ TÂN LẬP

Số: {number}/KH-UBND

Tân Lập, ngày 02 tháng 4 năm 2026

KẾ HOẠCH

Bảo vệ nguồn nước xã Tân Lập năm 2026

Thực hiện Kế hoạch số {cited} của UBND tỉnh Sơn Bình, UBND xã xây dựng Kế hoạch như sau:

I. NHIỆM VỤ

1. Cắm mốc hành lang bảo vệ hồ Nà Pan, hồ Khuổi Lạ; lập danh sách hộ lấn chiếm hành lang hồ để vận động trả lại đất.

Đơn vị chủ trì: {lead}.

Thời gian thực hiện: {limit}.

2. Vận động {share} hộ chăn nuôi xây hầm biogas hoặc làm đệm lót sinh học xử lý phân gia súc.

Đơn vị chủ trì: Hội Nông dân xã.

Đơn vị phối hợp: {partner}.

Thời gian thực hiện: Trong tháng 9/2026.

3. Tổ chức thi chèo mảng trên hồ Nà Pan nhân ngày hội văn hóa các dân tộc.

Đơn vị chủ trì: Phòng Văn hóa - Xã hội.

Thời gian thực hiện: Tháng 9/2026.
"""
GOOD = {
    "number": "18",
    "cited": "41/KH-UBND ngày 10/3/2026",
    "lead": "Phòng Kinh tế",
    "limit": "Trước ngày 15/6/2026",
    "share": "tối thiểu 80%",
    "partner": "Trưởng các thôn",
}


def made(text: str, name: str) -> Document:
    return analyse(name, f"{name}.txt", name, SourceText(text))


@pytest.fixture(scope="module")
def parent() -> Document:
    return made(PARENT, "cap-tren")


def child(**changes: str) -> Document:
    return made(CHILD.format(**(GOOD | changes)), "ke-hoach")


def codes(report: object) -> set[str]:
    items = report.items  # type: ignore[attr-defined]
    return {a.code for i in items for a in i.alerts} | {a.code for a in report.alerts}  # type: ignore[attr-defined]


def test_verdicts_and_quotes(parent: Document) -> None:
    plan = child()
    report = check(plan, parent, encoder=load_encoder())
    verdicts = [i.verdict for i in report.items if i.level == "task"]
    assert verdicts == ["covered", "out_of_scope", "covered", "not_found"]
    assert report.summary["line"] == "2/3 nhiệm vụ thuộc trách nhiệm đã cụ thể hóa, 0 một phần, 1 chưa thấy."
    assert report.parent_cited
    assert report.relation == "parent"
    assert codes(report) == set()
    assert [collapse(o.quote)[:24] for o in report.child_only] == ["Tổ chức thi chèo mảng tr"]
    for item in report.items:
        assert item.parent_quote == parent.text[item.parent_start : item.parent_end]
        for match in item.matches:
            assert match.quote == plan.text[match.start : match.end]
            assert match.section


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"limit": "Trước ngày 31/7/2026"}, "deadline_later"),
        ({"limit": "Quý III năm 2026"}, "deadline_later"),
        ({"limit": "Thường xuyên"}, "deadline_weakened"),
        ({"limit": "Theo kế hoạch của tỉnh"}, "deadline_weakened"),
        ({"share": "tối thiểu 60%"}, "target_lower"),
        ({"share": "các"}, "target_missing"),
        ({"lead": "Các phòng, ban chuyên môn thuộc UBND xã"}, "collective_lead"),
        ({"lead": "Sở Tài chính"}, "foreign_unit"),
        ({"partner": "Phòng Nông nghiệp huyện"}, "abolished_unit"),
        ({"cited": "41/KH-UBND ngày 11/3/2026"}, "wrong_citation"),
        ({"cited": "14/KH-UBND ngày 10/3/2026"}, "wrong_citation"),
        ({"cited": "77/KH-UBND ngày 05/01/2026"}, "parent_not_cited"),
    ],
)
def test_alerts(parent: Document, changes: dict[str, str], code: str) -> None:
    plan = child(**changes)
    report = check(plan, parent)
    assert codes(report) == {code}
    before = {item.key: item.verdict for item in check(child(), parent).items}
    for item in report.items:
        # A later deadline or a lower target changes no verdict; nor does who does it and what is cited.
        assert item.level != "task" or item.verdict == before[item.key]
        for alert in item.alerts:
            assert alert.child_span is None or alert.child_quote == plan.text[slice(*alert.child_span)]
            assert alert.parent_span is None or alert.parent_quote == parent.text[slice(*alert.parent_span)]


def test_no_lead(parent: Document) -> None:
    text = CHILD.format(**GOOD).replace("Đơn vị chủ trì: Hội Nông dân xã.\n\n", "")
    assert codes(check(made(text, "x"), parent)) == {"no_lead"}


def test_who_we_are_can_be_told(parent: Document) -> None:
    report = check(child(), parent, we="Sở Nông nghiệp và Môi trường")
    assert [i.verdict for i in report.items if i.level == "task"] == [
        "out_of_scope",
        "not_found",
        "out_of_scope",
        "out_of_scope",
    ]


def test_replaced_parent_and_missing_parent(parent: Document) -> None:
    report = check(
        child(),
        parent,
        statuses={"cap-tren": "Đã bị thay thế bởi 50/KH-UBND"},
        missing=["Kế hoạch số 9-KH/ĐU"],
    )
    assert codes(report) == {"parent_replaced"}
    assert report.notes == ("Chưa có toàn văn văn bản cấp trên: Kế hoạch số 9-KH/ĐU.",)


def test_boilerplate_is_no_coverage() -> None:
    parent = made(
        PARENT.replace(
            "4. Trồng tre, mai dọc bờ suối bị sạt lở, giao từng đoạn bờ suối cho nhóm hộ chăm sóc.",
            "4. Tăng cường công tác tuyên truyền, nâng cao nhận thức của người dân về vỏ bao thuốc trừ sâu vứt ngoài ruộng.",
        ),
        "p",
    )
    text = CHILD.format(**GOOD) + (
        "\n4. Tăng cường công tác tuyên truyền, nâng cao nhận thức của người dân về tiêm phòng đàn chó, mèo.\n\n"
        "Đơn vị chủ trì: Phòng Kinh tế.\n\nThời gian thực hiện: Thường xuyên.\n"
    )
    report = check(made(text, "c"), parent, encoder=load_encoder())
    assert [i.verdict for i in report.items if i.level == "task"][3] in ("not_found", "review")


@pytest.mark.parametrize(
    ("theirs", "mine", "code"),
    [
        ("Trước ngày 30/6/2026", "Trong tháng 6/2026", None),
        ("Trong tháng 6/2026", "Trước ngày 30/6/2026", None),
        ("Trước ngày 30/6/2026", "Tháng 7/2026", "deadline_later"),
        ("Trước ngày 15/8/2026", "Quý III năm 2026", "deadline_later"),
        ("Trước ngày 15/11 hằng năm", "Trước ngày 30/11 hằng năm", "deadline_later"),
        ("Trước ngày 20 hằng tháng", "Trước ngày 18 hằng tháng", None),
        ("Trước ngày 20 hằng tháng", "Hằng quý", "deadline_later"),
        ("Từ tháng 5/2026 đến tháng 11/2026", "Từ tháng 5/2026 đến tháng 12/2026", "deadline_later"),
        ("Trong tháng 5/2026", "Thường xuyên", "deadline_weakened"),
        ("Giai đoạn 2026 - 2030", "Thường xuyên", None),
        ("Thường xuyên", "Trong tháng 5/2026", None),
        ("Trong năm 2026", "", "deadline_missing"),
    ],
)
def test_deadlines_are_intervals(theirs: str, mine: str, code: str | None) -> None:
    found = compare_deadlines(read_deadline(theirs), read_deadline(mine))
    assert (found[0] if found else None) == code


def test_possible_is_not_certain() -> None:
    found = compare_deadlines(read_deadline("Trước ngày 15/8/2026"), read_deadline("Quý III năm 2026"))
    assert found is not None
    assert found[1] == "info"
    assert "có thể" in found[2]


def test_addressees_both_ways() -> None:
    for told, _, examples in addressee_rules():
        for example in examples:
            assert addressee(example) == told, example
    assert addressee("Phòng Kinh tế") is None


def test_other_rules_hold_their_examples() -> None:
    pattern, table = paraphrases()
    for row in rule_rows("paraphrases.tsv"):
        forms = {fold(form) for form in row[0].split("|")}
        assert any(table[m[0]] in forms for m in pattern.finditer(fold(row[1]))), row
    for row in rule_rows("boilerplate.tsv"):
        assert re.search(fold(row[0]).replace(" ", r"\s+"), fold(row[1])), row
        assert boilerplate().search(fold(row[1])), row
    assert "và" in light_words()
    assert all(name and what for name, what in advice().values())


def test_plan_alone() -> None:
    text = CHILD.format(**(GOOD | {"number": " "})).replace("ngày 02 tháng", "ngày   tháng")
    text = text.replace("Thời gian thực hiện: Tháng 9/2026.", "(Chi tiết tại Phụ lục kèm theo)")
    report = check_alone(made(text, "x"))
    assert {"blank_number", "blank_date", "no_deadline", "annex_missing"} <= codes(report)
    assert report.parent is None
    assert report.six_clear["criteria"][0]["total"] == 3


def test_six_clear_is_configurable() -> None:
    plan = child()
    every = six_clear(plan)
    assert [c["key"] for c in every["criteria"]] == [c["key"] for c in six_clear_rules()["criteria"]]
    assert [c["percent"] for c in every["criteria"] if c["key"] == "nguoi"] == [100.0]
    assert [c["key"] for c in six_clear(plan, ["thoi_gian"])["criteria"]] == ["thoi_gian"]


def test_unrelated_provinces_are_said() -> None:
    one = made(PARENT, "mot")
    other = made(
        PARENT.replace("SƠN BÌNH", "HÀ LÂM").replace("Sơn Bình", "Hà Lâm").replace("41/", "52/"), "hai"
    )
    report = check(one, other)
    assert report.relation == "unrelated"
    assert "không phải văn bản triển khai và văn bản cấp trên" in report.notes[0]


def test_versions() -> None:
    old = child()
    text = CHILD.format(**(GOOD | {"lead": "Công an xã", "limit": "Trước ngày 20/6/2026"}))
    text = (
        text.split("3. Tổ chức thi")[0]
        + "3. Đặt biển cấm tắm tại ba vị trí nước sâu của hồ Nà Pan.\n\nĐơn vị chủ trì: Đoàn Thanh niên xã.\n"
    )
    kinds = sorted(c.kind for c in versions(old, made(text, "moi"), load_encoder()).changes)
    assert kinds == ["added", "dropped", "reassigned", "redated", "same"]


def test_files_open_and_say_it(parent: Document, tmp_path: Path) -> None:
    import io

    from docx import Document as Word
    from docx.enum.section import WD_ORIENT
    from openpyxl import load_workbook

    report = check(child(share="tối thiểu 60%"), parent)
    book = load_workbook(io.BytesIO(xlsx(report)))
    said = " ".join(str(c.value) for row in book["Bảng rà soát"].iter_rows() for c in row if c.value)
    assert "Chỉ tiêu thấp hơn" in said
    assert book["Bảng rà soát"].print_title_rows
    word = Word(io.BytesIO(docx(report)))
    assert word.sections[0].orientation == WD_ORIENT.LANDSCAPE
    assert word.styles["Normal"].font.name == "Times New Roman"
    table = word.tables[0]
    assert [c.text for c in table.rows[0].cells][:2] == ["STT", "Nhiệm vụ cấp trên (mục, trích)"]
    assert "tblHeader" in table.rows[0]._tr.xml
    page = html_page(report).decode()
    assert "Bảng rà soát" in page
    assert "http" not in page.replace("http-equiv", "")


def test_speed_of_300_by_300() -> None:
    def long(name: str, seed: int) -> Document:
        rows = "".join(
            f"{n}. Kiểm kê thiết bị số {n * seed} tại thôn {n % 37} và trạm {n % 23}; bàn giao cho tổ {n % 19} quản lý.\n\n"
            f"Cơ quan chủ trì: UBND các xã, phường.\n\nThời gian hoàn thành: Trước ngày {n % 27 + 1}/6/2026.\n\n"
            for n in range(1, 301)
        )
        return made(PARENT.split("1. Rà soát")[0] + rows, name)

    one, two = long("a", 1), long("b", 1)
    assert len(one.tasks) == 300
    encoder = load_encoder()
    check(child(), made(PARENT, "p"), encoder=encoder)
    started = time.process_time()
    check(one, two, encoder=encoder)
    assert time.process_time() - started < 8.0  # 2 s on a quiet machine; here others work too


# --- over an index -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checks(sample_index: Path) -> Checks:
    return Service(sample_index).checks


COMMUNE, PROVINCE = "kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so", "kh-112-kh-ubnd-chuyen-doi-so"


def test_parents_children_and_the_absent(checks: Checks) -> None:
    assert PROVINCE in checks.parents(COMMUNE)
    assert set(checks.children(PROVINCE)) == {COMMUNE, "kh-so-khcn-chuyen-doi-so"}
    notes = checks.check(COMMUNE, PROVINCE).notes
    assert any("21-KH/ĐU" in note for note in notes)


def test_files_are_not_added(checks: Checks, tmp_path: Path) -> None:
    path = tmp_path / "moi.txt"
    path.write_text(CHILD.format(**GOOD), encoding="utf-8")
    report = checks.check(str(path), PROVINCE)
    assert report.child_info is not None
    assert not report.child_info.stored
    with pytest.raises(UnknownDocument):
        checks.stored(str(path))


def test_matrix_and_chain(checks: Checks) -> None:
    steps: list[tuple[int, int]] = []
    found = checks.matrix(PROVINCE, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (2, 2)
    assert all(len(row.cells) == 2 for row in found.rows)
    followed = checks.chain(COMMUNE)
    assert followed is not None
    assert followed.documents[0].doc == "nq-68-nq-tw-chuyen-doi-so"
    lost = [row for row in followed.rows if row.lost_at is not None]
    assert lost
    assert all(row.steps[-1].doc == row.lost_at for row in lost)


def test_reviews_survive_and_grow_stale(checks: Checks) -> None:
    report = checks.check(COMMUNE, PROVINCE)
    item = next(i for i in report.items if i.verdict == "not_found" and i.level == "task")
    checks.reviews.put(report, item.key, "covered", "đã có ở kế hoạch khác", "Chuyên viên A")
    again = next(i for i in checks.check(COMMUNE, PROVINCE).items if i.key == item.key)
    assert (again.verdict, again.machine) == ("covered", "not_found")
    assert again.review is not None
    assert again.review.note == "đã có ở kế hoạch khác"
    assert "kế hoạch khác" in html_page(checks.check(COMMUNE, PROVINCE)).decode()
    # Another passage of the child: shown, but no longer in force.
    moved = msgspec.structs.replace(item, matches=report.items[0].matches or again.matches)
    if moved.matches:
        stale = checks.reviews.apply(msgspec.structs.replace(report, items=(moved,)))
        assert stale.items[0].review is not None
        assert stale.items[0].review.stale
        assert stale.items[0].verdict == item.verdict
    checks.reviews.put(report, item.key, "", "")
    assert checks.check(COMMUNE, PROVINCE) == report
    with pytest.raises(UnusableInput):
        checks.reviews.put(report, "task:none", "covered", "")


def test_every_planted_difference_is_found() -> None:
    from eval.crosscheck import planted, sample, verdicts

    documents, encoder = sample(), load_encoder()
    found = planted(documents, encoder)
    assert found["missed"] == []
    graded = verdicts(documents, encoder)
    assert graded["accuracy"] >= 0.97
    assert graded["macro_f1"] >= 0.93
    assert graded["by_verdict"]["covered"]["f1"] >= 0.95


def test_we_of_a_document(parent: Document) -> None:
    we = who(parent)
    assert we.level == "tinh"
    assert bare(we.name).endswith("son binh")


@pytest.mark.parametrize(
    ("theirs", "ours", "lower"),
    [
        ("mỗi tuần lấy tối thiểu 20 mẫu", "lấy 15 mẫu mỗi tuần", True),
        ("mỗi tuần lấy tối thiểu 20 mẫu", "lấy 100 mẫu mỗi tháng", False),
        ("phát ít nhất hai kỳ mỗi tháng", "mỗi tuần phát 01 kỳ", False),
        ("báo tin trong vòng 02 giờ", "báo tin trong vòng 24 giờ", True),
        ("xong trong vòng 07 ngày", "xong trong thời hạn 48 giờ", False),
        ("mỗi đội tối thiểu 60 người", "đội có 45 người", True),
        ("mỗi đội tối thiểu 60 người", "mua 45 áo phao", None),
        ("ít nhất 02 lần mỗi năm", "kiểm tra 06 lần", None),
        ("mỗi tuần ít nhất 02 lần", "mỗi tuần 0l lần", True),
        ("tặng ít nhất 30 thẻ mỗi năm", "tặng 20 thẻ trong năm 2026", True),
        ("mở 04 lớp mỗi năm", "năm 2026 mở 02 lớp", True),
        ("mở 04 lớp mỗi năm", "đến năm 2030 mở 02 lớp", None),
        ("không quá 02 ngày làm việc kể từ khi nhận", "ký trong 03 ngày làm việc từ khi nhận", True),
        ("tối thiểu 150 triệu đồng mỗi xã, phường một năm", "trích 100 triệu đồng trong năm 2026", True),
    ],
)
def test_figures_of_one_unit_are_compared(theirs: str, ours: str, lower: bool | None) -> None:
    """Quantities are set against each other by unit and period; what cannot be computed is not said."""
    (a,) = figures(theirs, Span(0, len(theirs)))
    (b,) = figures(ours, Span(0, len(ours)))
    assert less(a, b) is lower


def test_dates_and_numbers_of_documents_are_no_figures() -> None:
    """What looks like a quantity and is none."""
    words = "Kế hoạch số 98/KH-UBND ngày 27/02/2026; quý 2 năm 2026; giai đoạn 2026 - 2030; tháng 6; Điều 3"
    assert list(figures(words, Span(0, len(words)))) == []


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("xong đến hết năm 2026", ["2026-12-31"]),
        (
            "250 hộ trước ngày 31/7/2026, số còn lại trước ngày 31 tháng 12 năm 2026",
            ["2026-07-31", "2026-12-31"],
        ),
        ("báo cáo quý II/2026; tổng hợp trong tháng 8/2026", ["2026-06-30", "2026-08-31"]),
        ("trực từ ngày 01/5 đến ngày 31/10", ["2026-10-31"]),
        ("Kế hoạch số 98/KH-UBND ngày 27/02/2026; giai đoạn 2026 - 2030; 3/4 số xã", []),
    ],
)
def test_times_inside_a_wording(words: str, ends: list[str]) -> None:
    """Every limit of a clause is read, also a second one; dates of documents are none."""
    assert [found.deadline.end for found in times(words, Span(0, len(words)), 2026)] == ends


def test_seasons_and_beginnings() -> None:
    """A shorter season and a later beginning promise less."""
    theirs, ours = (
        next(times(w, Span(0, len(w)), 2026)).deadline
        for w in ("từ ngày 01/5 đến ngày 31/10", "từ ngày 15/5 đến ngày 15/10")
    )
    assert shorter(theirs, ours)
    assert not shorter(ours, theirs)
    found = compare_deadlines(read_deadline("từ tháng 6/2026"), read_deadline("từ tháng 8/2026"))
    assert found is not None
    assert found[0] == "deadline_later"
    assert compare_deadlines(read_deadline("từ tháng 8/2026"), read_deadline("từ tháng 6/2026")) is None


MIXED = """UBND TỈNH SƠN BÌNH

Số: 31/KH-UBND

Sơn Bình, ngày 05 tháng 3 năm 2026

KẾ HOẠCH
Chăm sóc cây xanh đô thị năm 2026

I. NHIỆM VỤ

1. Sở Xây dựng hướng dẫn kỹ thuật cắt tỉa; UBND các xã, phường dọn cành gãy sau mưa bão.

2. Sở Tài chính chủ trì cấp kinh phí mua giống; phối hợp với UBND các xã, phường kiểm kê cây cổ thụ ven đường.

3. Sở Công Thương chủ trì, phối hợp với UBND các xã, phường nơi có chợ trồng cây che bóng trong sân chợ.

4. Công an tỉnh chỉ đạo Công an các xã, phường xử lý người chặt phá cây.

5. Sở Y tế trồng vườn thuốc nam tại bệnh viện tỉnh.
"""
MIXED_CHILD = """UBND XÃ TÂN LẬP

Số: 9/KH-UBND

Tân Lập, ngày 20 tháng 3 năm 2026

KẾ HOẠCH
Chăm sóc cây xanh năm 2026

Thực hiện Kế hoạch số 31/KH-UBND ngày 05/3/2026 của UBND tỉnh Sơn Bình, UBND xã xây dựng Kế hoạch như sau:

I. NHIỆM VỤ

1. Phòng Kinh tế chủ trì dọn cành gãy sau mưa bão trong vòng một ngày.
"""


def test_only_our_clause_of_a_shared_task_counts() -> None:
    """A task that gives work to several bodies is ours as far as its clauses are; who is told or chosen is said."""
    parent, plan = made(MIXED, "tinh"), made(MIXED_CHILD, "xa")
    items = {i.task: i for i in check(plan, parent).items if i.level == "task"}
    assert [(i, items[i].verdict) for i in sorted(t for t in items if t)] == [
        ("I.1", "covered"),
        ("I.2", "not_found"),
        ("I.3", "review"),
        ("I.4", "review"),
        ("I.5", "out_of_scope"),
    ]
    assert "một số" in items["I.3"].reason
    we = who(plan)
    found = share(parent, parent.tasks[1], lambda n: mine(n, we), lambda n: under(n, we))
    assert found is not None
    assert [s.of(parent.text) for s in found.spans] == [
        "phối hợp với UBND các xã, phường kiểm kê cây cổ thụ ven đường."
    ]


def test_a_clause_left_out_is_quoted() -> None:
    """Work taken up without one of its clauses is partial, and the alert quotes the clause."""
    theirs = MIXED.replace(
        "1. Sở Xây dựng hướng dẫn kỹ thuật cắt tỉa; UBND các xã, phường dọn cành gãy sau mưa bão.",
        "1. UBND các xã, phường dọn cành gãy sau mưa bão; lập sổ theo dõi từng cây cổ thụ quý hiếm.",
    )
    parent, plan = made(theirs, "tinh"), made(MIXED_CHILD, "xa")
    item = next(i for i in check(plan, parent).items if i.task == "I.1")
    assert item.verdict == "partial"
    (found,) = [a for a in item.alerts if a.code == "action_missing"]
    assert found.parent_quote is not None
    assert "lập sổ theo dõi" in found.parent_quote
    whole = made(MIXED_CHILD.replace("một ngày.", "một ngày; lập sổ theo dõi các cây cổ thụ quý."), "xa")
    assert next(i for i in check(whole, parent).items if i.task == "I.1").verdict == "covered"


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ("Ban hành kế hoạch thực hiện Chỉ thị này", True),
        ("Xây dựng kế hoạch chăm sóc cây xanh của địa phương", True),
        ("Ban hành kế hoạch năm 2026 trước ngày 30/4/2026", True),
        ("Xây dựng chương trình phát triển nhà ở xã hội", False),
        ("Ban hành Kế hoạch phòng, chống thiên tai", False),
    ],
)
def test_the_order_to_make_this_plan(words: str, ours: bool) -> None:
    """A plan with an object of its own is other work than the plan that is checked."""
    assert orders_plan(words, frozenset(["chăm", "sóc", "cây", "xanh", "đô", "thị"])) is ours


def test_what_only_the_centre_can_do() -> None:
    """Each pattern matches its examples; a commune is not asked for laws, a province's own plan is held to them."""
    for pattern, examples in centre_rules():
        for example in examples:
            assert pattern.search(fold(example)), (pattern.pattern, example)
    we = who(made(MIXED_CHILD, "xa"))
    assert only_the_centre("Sửa đổi Luật Đất đai", "trung-uong", we)
    assert not only_the_centre("Tuyên truyền Luật Đất đai", "trung-uong", we)
    assert not only_the_centre("Sửa đổi Luật Đất đai", "tinh", we)


def test_whom_a_task_without_a_lead_names_first() -> None:
    """A sentence's subject counts where no lead was read, behind a run-in heading too."""
    theirs = MIXED.replace(
        "5. Sở Y tế trồng vườn thuốc nam tại bệnh viện tỉnh.",
        "5. Giá giống cây. Sở Tài chính thẩm định phương án giá.\n\n6. Trồng cây bóng mát ven đường làng.",
    )
    parent = made(theirs, "tinh")
    named = {t.id: subjects(parent, t) for t in parent.tasks if not t.lead}
    assert named["I.5"] == ["Sở Tài chính"]
    assert named["I.6"] == []
    rows = MIXED.replace(
        "5. Sở Y tế trồng vườn thuốc nam tại bệnh viện tỉnh.",
        "5. Mua 12 máy cắt cỏ cho các đội - Công an tỉnh - Sở Tài chính - quý II/2026",
    )
    row = made(rows, "tinh")
    assert subjects(row, row.tasks[-1]) == ["Công an tỉnh"]
    items = {i.task: i for i in check(made(MIXED_CHILD, "xa"), parent).items}
    assert items["I.5"].verdict == "out_of_scope"
    assert items["I.6"].verdict == "review"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("UBND các xã, phường", True),
        ("UBND cấp xã", True),
        ("UBND các phường", False),
        ("UBND các xã: Cốc Mạ, Tân Lập", True),
        ("UBND các xã: Cốc Mạ, Pá Hạ", False),
        ("UBND các xã, phường phối hợp với Sở Y tế", True),
    ],
)
def test_a_collective_that_leaves_us_out(name: str, ours: bool) -> None:
    """A collective of phường is no xã, and a list names its members."""
    assert (mine(name, who(made(MIXED_CHILD, "xa"))) is not None) is ours


def test_why_names_whole_phrases() -> None:
    """What two pieces share is said in the plan's own words; a word is not cut in the middle."""
    idf = {
        "đội": 2.0,
        "ngũ": 2.0,
        "cán": 1.0,
        "bộ": 1.0,
        "đội ngũ": 2.0,
        "ngũ cán": 2.5,
        "cán bộ": 1.0,
        "15": 1.0,
    }
    weights = {"đội ngũ": 2.0, "ngũ cán": 1.0, "15": 1.0}
    assert phrases("Bồi dưỡng đội ngũ cán bộ, 15 người", weights, idf) == ["đội ngũ", "15"]


_TWO_LEVELS = (
    "UBND TỈNH MÂY SƠN\n\nSố: 7/KH-UBND\n\nMây Sơn, ngày 05 tháng 01 năm 2026\n\nKẾ HOẠCH\nViệc làm năm 2026\n\n"
    "I. NHIỆM VỤ\n\n1. Mở lớp học tiếng nước ngoài cho người chuẩn bị xuất cảnh.\n"
    "- Cơ quan chủ trì: Trung tâm Dịch vụ việc làm tỉnh.\n\n"
    "2. Sửa chữa đường ống cấp nước vùng cao.\n- Cơ quan chủ trì: Trung tâm Nước sạch nông thôn tỉnh.\n\n"
    "3. Ủy ban nhân dân các xã, phường phân công tổ vận động đến nhà nhắc gia hạn thẻ.\n"
)


def test_a_departments_own_centre_is_the_department() -> None:
    theirs = made(_TWO_LEVELS, "viec-lam-tinh")
    mine = made(
        "UBND TỈNH MÂY SƠN\nSỞ NỘI VỤ\n\nSố: 9/KH-SNV\n\nMây Sơn, ngày 15 tháng 01 năm 2026\n\nKẾ HOẠCH\n"
        "Thực hiện Kế hoạch số 7/KH-UBND về việc làm năm 2026\n\nI. NHIỆM VỤ\n\n"
        "1. Mở lớp học tiếng nước ngoài cho người chuẩn bị xuất cảnh.\n"
        "- Đơn vị chủ trì: Trung tâm Dịch vụ việc làm tỉnh.\n",
        "viec-lam-so",
    )
    tasks = [item for item in check(mine, theirs).items if item.level == "task"]
    assert [item.verdict for item in tasks] == ["covered", "out_of_scope", "out_of_scope"]


def test_whoever_sends_a_squad_is_addressed_not_the_squad() -> None:
    theirs = made(_TWO_LEVELS, "viec-lam-tinh")
    mine = made(_TWO_LEVELS.replace("TỈNH MÂY SƠN", "XÃ ĐỒI CHÈ").split("1. Mở")[0] + "1. Dọn kho.\n", "xa")
    task = [item for item in check(mine, theirs).items if item.level == "task"][2]
    assert (task.verdict, task.role) == ("not_found", "lead")


@pytest.mark.parametrize(
    ("goal", "lower"),
    [
        ("giải quyết việc làm cho 320 người, trong đó 40 người đi làm việc ở nước ngoài", True),
        ("giải quyết việc làm cho 320 người, trong đó 45 người đi làm việc ở nước ngoài", False),
        ("giải quyết việc làm cho 320 người", False),
    ],
)
def test_the_row_of_our_name_in_an_annex_binds_us(goal: str, lower: bool) -> None:
    theirs = made(
        f"{_TWO_LEVELS}\nPHỤ LỤC\nChỉ tiêu giao các xã\n\n"
        "| STT | Địa bàn | Giải quyết việc làm (người) | Đi làm việc ở nước ngoài (người) |\n|---|---|---|---|\n"
        "| 1 | Xã Suối Nứa | 610 | 70 |\n| 2 | Xã Đồi Chè | 320 | 45 |\n",
        "viec-lam-tinh",
    )
    head = _TWO_LEVELS.replace("TỈNH MÂY SƠN", "XÃ ĐỒI CHÈ").split("I. NHIỆM VỤ")[0]
    mine = made(
        f"{head}I. MỤC TIÊU\n\n1. Năm nay {goal}.\n\nII. NHIỆM VỤ\n\n1. UBND xã dọn kho.\n", "viec-lam-xa"
    )
    found = [a for a in check(mine, theirs).alerts if a.code == "target_lower"]
    assert [("45" in a.message, "40" in a.message) for a in found] == ([(True, True)] if lower else [])
