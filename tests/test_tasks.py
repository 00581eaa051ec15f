"""Tasks: every form of assignment, every field with its span, nothing borrowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.assignments import coordinating_in, read_assignment, report_to, unit_title
from indexer.clean import bare, collapse
from indexer.readers.plain import read_text
from indexer.records import Span, Task
from indexer.structure import read_structure
from indexer.targets import find_targets
from indexer.tasks import read_tasks, split_directing
from indexer.titles import task_free_rules, title_kind, title_rules

SHARED = Path(__file__).resolve().parents[2] / "shared"
EXAMPLE = SHARED / "benchmark" / "example-000"


def read(text: str) -> tuple[str, list[Task]]:
    source = read_text(text.encode(), markdown=True)
    blocks, outline = read_structure(source)
    return source.text, read_tasks(source.text, blocks, outline, find_targets(source.text, blocks, outline))


def names(mentions: object) -> list[str]:
    return [mention.text for mention in mentions]  # type: ignore[attr-defined]


HEAD = "KẾ HOẠCH\n\nVề một việc trên địa bàn xã Mây Bạc năm 2026\n\nUBND xã xây dựng Kế hoạch như sau:\n\n"


def plan(body: str) -> tuple[str, list[Task]]:
    return read(HEAD + body)


def test_labelled_items_of_a_part() -> None:
    text, (first, second) = plan(
        """II. NHIỆM VỤ, GIẢI PHÁP

1. Tuyên truyền về chuyển đổi số

Tổ chức 02 hội nghị tại các thôn.

Đơn vị chủ trì: Phòng Văn hóa - Xã hội.

Đơn vị phối hợp: Công an xã; các thôn.

Thời gian hoàn thành: Trước ngày 30/9/2026.

Sản phẩm: Báo cáo kết quả; video tuyên truyền.

2. Kiểm tra, giám sát

Kiểm tra định kỳ việc thực hiện.

Đơn vị chủ trì: Văn phòng HĐND và UBND xã.
"""
    )
    assert first.id == "II.1"
    assert first.title == "Tuyên truyền về chuyển đổi số"
    assert names(first.lead) == ["Phòng Văn hóa - Xã hội"]
    assert first.lead_basis == "Đơn vị chủ trì"
    assert names(first.coordinating) == ["Công an xã", "các thôn"]
    assert (first.deadline.kind, first.deadline.end) == ("by", "2026-09-30")
    assert first.deadline_span is not None
    assert first.deadline_span.of(text) == "Trước ngày 30/9/2026"
    assert names(first.products) == ["Báo cáo kết quả", "video tuyên truyền"]
    assert [target.value for target in first.targets] == [2]
    assert [span.of(text) for span in first.actions] == ["Tổ chức 02 hội nghị tại các thôn."]
    assert names(second.lead) == ["Văn phòng HĐND và UBND xã"]
    assert second.coordinating == ()
    assert second.deadline.kind == "none"


def test_spans_hold_the_wording() -> None:
    text, tasks = plan(
        """III. TỔ CHỨC THỰC HIỆN

1. Phòng Kinh tế chủ trì, phối hợp với Công an
xã và các đơn vị liên quan rà soát hồ sơ, báo cáo UBND xã trước ngày 20 hằng tháng.
"""
    )
    (task,) = tasks
    assert names(task.coordinating) == ["Công an xã", "các đơn vị liên quan"]
    for mention in (*task.lead, *task.coordinating):
        assert collapse(mention.span.of(text)) == mention.text
    assert task.deadline.recurrence == {"freq": "monthly", "day": 20}
    assert task.report_to is not None
    assert task.report_to.text == "UBND xã"


def test_group_tasks_with_results_of_the_group() -> None:
    _, tasks = plan(
        """III. NHIỆM VỤ

Nhóm 1: Hạ tầng số

1.1. Nội dung trọng tâm và thời hạn

- Nhiệm vụ 1: Rà soát thiết bị.

Thời gian hoàn thành rà soát: Đã thực hiện xong.

Thời gian hoàn thành mua sắm: trong Quý II năm 2026.

Cơ quan, đơn vị thực hiện: Phòng Kinh tế chủ trì, phối hợp với các thôn.

- Nhiệm vụ 2: Nâng cấp đường truyền.

Thời gian hoàn thành: Theo kế hoạch của tỉnh.

Cơ quan, đơn vị chủ trì thực hiện: Công an xã.

1.2. Kết quả cần đạt

- 100% thôn có sóng.

1.3. Nguồn lực tài chính: Ngân sách xã.
"""
    )
    assert [task.id for task in tasks] == ["III.N1.1.1.NV1", "III.N1.1.1.NV2"]
    first, second = tasks
    assert names(first.lead) == ["Phòng Kinh tế"]
    assert names(first.coordinating) == ["các thôn"]
    assert (first.deadline.kind, first.deadline.end) == ("within", "2026-06-30")
    assert first.deadline.milestones[0] == {"name": "rà soát", "status": "done"}
    assert first.targets == ()
    assert second.deadline.relative_to == "kế hoạch của tỉnh"


def test_party_labels_and_inherited_time() -> None:
    _, tasks = plan(
        """III. NHIỆM VỤ CỤ THỂ

1. Nhiệm vụ thường xuyên

1.1. Nâng cao chất lượng phục vụ người dân

- Tăng cường kiểm tra; thực hiện thường xuyên.

- Kịp thời biểu dương.

Trách nhiệm chỉ đạo: Đảng ủy Sở Nội vụ lãnh đạo Chi bộ Văn phòng chỉ đạo thực hiện; Đảng ủy Công an tỉnh.

Trách nhiệm thực hiện: Các cấp ủy, tổ chức đảng.
"""
    )
    (task,) = tasks
    assert task.lead == ()
    assert names(task.directing) == ["Đảng ủy Sở Nội vụ", "Chi bộ Văn phòng", "Đảng ủy Công an tỉnh"]
    assert names(task.implementing) == ["Các cấp ủy, tổ chức đảng"]
    assert task.deadline.kind == "continuous"
    assert task.deadline_inherited
    assert task.deadline.raw == "Nhiệm vụ thường xuyên"


def test_organisation_prose_units_and_closing() -> None:
    _, tasks = plan(
        """IV. TỔ CHỨC THỰC HIỆN

1. Phòng Văn hóa - Xã hội

Là cơ quan đầu mối, chủ trì theo dõi, đôn đốc việc thực hiện.

Phối hợp chặt chẽ với Công an xã trong việc giám sát.

2. Giao Văn phòng HĐND và UBND xã theo dõi, tổng hợp kết quả.

3. Trưởng các thôn, Hiệu trưởng các trường học tổ chức thực hiện Kế hoạch này.

Yêu cầu các phòng, đơn vị thực hiện nghiêm túc.

Trong quá trình thực hiện, nếu có vướng mắc, các đơn vị phản ánh về UBND xã.
"""
    )
    assert [(t.id, names(t.lead), t.lead_basis) for t in tasks] == [
        ("IV.1", ["Phòng Văn hóa - Xã hội"], "tiêu đề đơn vị"),
        ("IV.2", ["Văn phòng HĐND và UBND xã"], "Giao … theo dõi"),
        ("IV.3", ["Trưởng các thôn", "Hiệu trưởng các trường học"], "chủ ngữ"),
        ("IV.x", ["các phòng, đơn vị"], "Yêu cầu …"),
    ]
    assert names(tasks[0].coordinating) == ["Công an xã"]


def test_purposes_and_goals_give_no_tasks() -> None:
    _, tasks = plan(
        """I. MỤC ĐÍCH, YÊU CẦU

1. Mục đích

Các phòng, đơn vị thực hiện nghiêm túc.

II. MỤC TIÊU

1. Đến năm 2030

- 100% thôn có sóng.
"""
    )
    assert tasks == []


def test_a_group_about_money_lists_work_where_lines_say_who_does_it() -> None:
    body = "III. NHIỆM VỤ\n\nNhóm 4: Tài chính, kinh phí\n\n4.1. Nội dung\n\n- Nhiệm vụ 1: Quản lý kinh phí đúng mục đích.\n\n"
    _, tasks = plan(body + "Thời hạn hoàn thành: Thường xuyên.\n\nĐơn vị chủ trì: Phòng Kinh tế xã.\n")
    assert [names(task.lead) for task in tasks] == [["Phòng Kinh tế xã"]]
    _, tasks = plan(body + "- Nhiệm vụ 2: Bố trí đủ vốn.\n")
    assert tasks == []


@pytest.mark.parametrize(
    "item",
    [
        "Nghị định số 512/2031/NĐ-CP ngày 13/8/2031 của Chính phủ về quản lý chợ nổi",
        "Luật Chợ nổi số 81/2031/QH17",
        "Thông tư số 12/2031/TT-BNV của Bộ trưởng Bộ Nội vụ quy định chế độ báo cáo.",
        "Quyết định số 71/QĐ-UBND sửa đổi Quyết định số 70/QĐ-UBND;",
    ],
)
def test_a_document_in_a_list_is_no_task(item: str) -> None:
    _, tasks = plan(
        f"II. NỘI DUNG\n\n1. {item}\n\n2. Rà soát, bổ sung Kế hoạch số 12/KH-UBND của UBND tỉnh\n\nLập danh sách.\n"
    )
    assert [task.section for task in tasks] == ["II > 2"]


def test_work_without_a_name_is_a_task_without_lead() -> None:
    _, tasks = plan(
        """II. NHIỆM VỤ TRỌNG TÂM

1. Tổ chức quán triệt Kế hoạch

Quán triệt đến toàn thể công chức.

2. Đẩy mạnh ứng dụng công nghệ số

Khai thác dữ liệu dùng chung.
"""
    )
    assert [(task.id, task.lead, task.deadline.kind) for task in tasks] == [
        ("II.1", (), "none"),
        ("II.2", (), "none"),
    ]


def test_points_that_name_who_does_them() -> None:
    _, tasks = plan(
        """II. NHIỆM VỤ

1. Tuyên truyền

a) Công an xã chủ trì, phối hợp với Trạm Y tế tuyên truyền tại chợ. Hoàn thành trước ngày 31/8/2026.

b) Tổ chức hội thi kỹ năng số. Hằng năm, tập trung vào dịp 10/10.

2. Kiểm tra

a) Lập kế hoạch kiểm tra.

b) Thông báo kết quả.
"""
    )
    assert [(task.id, names(task.lead), task.deadline.kind) for task in tasks] == [
        ("II.1.a", ["Công an xã"], "by"),
        ("II.1.b", [], "recurring"),
        ("II.2", [], "none"),
    ]


def test_numbers_in_brackets_straight_under_a_part() -> None:
    text = """II. NỘI DUNG

(1) Kênh mương. Phòng Kinh tế chủ trì nạo vét kênh nội đồng trước ngày 30/6/2026.

(2) Chợ quê: Công an xã chủ trì trực cổng chợ trong các phiên chợ của xã.

III. PHÂN CÔNG

1. Trạm Y tế lập danh sách hộ được khám gửi Ủy ban nhân dân xã trước ngày 30/6/2026, gồm hai nhóm.

(1) hộ nghèo của xã;

(2) hộ cận nghèo của xã.
"""
    _, tasks = plan(text)
    assert [(task.id, names(task.lead)) for task in tasks] == [
        ("II.1", ["Phòng Kinh tế"]),
        ("II.2", ["Công an xã"]),
        ("III.1", ["Trạm Y tế"]),
    ]


def test_a_heading_that_names_a_unit_over_the_work_of_another_is_a_theme() -> None:
    _, tasks = plan(
        """II. NHIỆM VỤ

1. Trạm Y tế

Phòng Kinh tế bàn giao mặt bằng sửa nhà trạm trước ngày 15/6/2026.

2. Trạm Y tế

Rà soát tủ thuốc của các thôn trước ngày 20/6/2026.
"""
    )
    assert [names(task.lead) for task in tasks] == [["Phòng Kinh tế"], ["Trạm Y tế"]]


def test_annex_table() -> None:
    text, tasks = plan(
        """III. TỔ CHỨC THỰC HIỆN

1. Giao Công an xã theo dõi.

PHỤ LỤC

| TT | Nhiệm vụ | Chủ trì | Phối hợp | Kết quả | Thời gian |
|---|---|---|---|---|---|
| I | Hạ tầng số | | | | |
| 1 | Lắp camera | Công an xã | Phòng Kinh tế; các thôn | 05 camera | Quý III/2026 |
| 2 | Mở lớp tập huấn | Phòng Văn hóa - Xã hội | | Báo cáo | Thường xuyên |
"""
    )
    rows = [task for task in tasks if task.block.of(text).startswith("|")]
    assert [(t.title, names(t.lead), names(t.coordinating), t.deadline.kind) for t in rows] == [
        ("Lắp camera", ["Công an xã"], ["Phòng Kinh tế", "các thôn"], "within"),
        ("Mở lớp tập huấn", ["Phòng Văn hóa - Xã hội"], [], "continuous"),
    ]
    assert names(rows[0].products) == ["05 camera"]
    assert rows[0].lead_basis == "Chủ trì"
    assert len({task.id for task in tasks}) == len(tasks)


def test_the_title_of_an_annex_over_a_table_is_no_task() -> None:
    _, tasks = plan(
        """III. TỔ CHỨC THỰC HIỆN

1. Giao Công an xã theo dõi.

PHỤ LỤC
NHIỆM VỤ CỦA SỞ TƯ PHÁP THỰC HIỆN KẾ HOẠCH SỐ 12/KH-UBND

| TT | Nhiệm vụ | Chủ trì | Thời gian |
|---|---|---|---|
| 1 | Mở lớp tập huấn | Phòng Hành chính | Tháng 6/2026 |
"""
    )
    assert [task.title for task in tasks if task.section.startswith("Phụ lục")] == ["Mở lớp tập huấn"]


@pytest.mark.parametrize(
    ("sentence", "lead", "basis"),
    [
        ("Giao Công an xã chủ trì tham mưu theo dõi.", ["Công an xã"], "Giao … chủ trì tham mưu"),
        (
            "Các chi bộ trực thuộc căn cứ Kế hoạch này tổ chức thực hiện.",
            ["Các chi bộ trực thuộc"],
            "chủ ngữ",
        ),
        (
            "Ủy ban Kiểm tra Tỉnh ủy thường xuyên kiểm tra, giám sát các cấp ủy.",
            ["Ủy ban Kiểm tra Tỉnh ủy"],
            "chủ ngữ",
        ),
        (
            "UBND xã yêu cầu các phòng, ban triển khai thực hiện kịp thời.",
            ["các phòng, ban"],
            "yêu cầu …",
        ),
        (
            "Ban Quản lý dự án đầu tư xây dựng tỉnh chủ trì, phối hợp với Sở Xây dựng lập dự án.",
            ["Ban Quản lý dự án đầu tư xây dựng tỉnh"],
            "chủ trì, phối hợp với",
        ),
        ("Phòng Kinh tế là đầu mối; tổng hợp số liệu chợ.", ["Phòng Kinh tế"], "đầu mối"),
        ("Phòng Kinh tế: thường trực; nhận báo cáo của các chợ.", ["Phòng Kinh tế"], "chủ ngữ"),
        ("Trên cơ sở nhiệm vụ được giao, các phòng xây dựng kế hoạch.", ["các phòng"], "chủ ngữ"),
        ("Vụ Xuất nhập khẩu rà soát danh mục hàng hóa.", ["Vụ Xuất nhập khẩu"], "chủ ngữ"),
        ("Cục Quản lý, giám sát bảo hiểm chủ trì soạn thảo.", ["Cục Quản lý, giám sát bảo hiểm"], "chủ trì"),
        ("Sở Y tế kiểm tra các đơn vị có trách nhiệm báo cáo.", ["Sở Y tế"], "chủ ngữ"),
        ("Sở Y tế kiểm tra hồ sơ và chịu trách nhiệm về kết quả.", ["Sở Y tế"], "chủ ngữ"),
        ("UBND xã ký hợp đồng với 03 chủ đò.", ["UBND xã"], "chủ ngữ"),
        ("Chủ tịch UBND xã, phường quyết định cấm đò.", ["Chủ tịch UBND xã, phường"], "chủ ngữ"),
        ("Ban quản lý bến đò Cây Dừa lấy phiếu ý kiến.", ["Ban quản lý bến đò Cây Dừa"], "chủ ngữ"),
    ],
)
def test_assignment_sentences(sentence: str, lead: list[str], basis: str) -> None:
    found = read_assignment(sentence, Span(0, len(sentence)))
    assert found is not None
    assert (names(found.lead), found.basis) == (lead, basis)


@pytest.mark.parametrize(
    "sentence",
    [
        "Tổ chức tuyên truyền, phổ biến sâu rộng nội dung Chỉ thị.",
        "Tổ chức hội thi kỹ năng cho thanh niên.",
        "Số hóa hồ sơ, tài liệu lưu trữ.",
        "Phòng, chống tham nhũng, tiêu cực phải được thực hiện nghiêm.",
        "Thành lập Ban Chỉ đạo cấp xã.",
        "Báo cáo kết quả thực hiện theo quy định.",
        "Cơ sở dữ liệu đất đai được cập nhật.",
    ],
)
def test_sentences_that_name_nobody(sentence: str) -> None:
    assert read_assignment(sentence, Span(0, len(sentence))) is None


@pytest.mark.parametrize(
    ("title", "units"),
    [
        ("Công an xã", ["Công an xã"]),
        (
            "Các phòng, ban chuyên môn, Trung tâm Phục vụ hành chính công",
            ["Các phòng, ban chuyên môn", "Trung tâm Phục vụ hành chính công"],
        ),
        ("Trách nhiệm của Sở Nội vụ", ["Sở Nội vụ"]),
        ("Đề nghị Ủy ban MTTQ Việt Nam xã", ["Ủy ban MTTQ Việt Nam xã"]),
        ("Các doanh nghiệp trên địa bàn", ["Các doanh nghiệp trên địa bàn"]),
    ],
)
def test_unit_titles(title: str, units: list[str]) -> None:
    found = unit_title(title, Span(0, len(title)))
    assert found is not None
    assert names(found.units) == units


@pytest.mark.parametrize(
    "title",
    [
        "Tổ chức quán triệt",
        "Hội nghị sơ kết",
        "Cơ sở dữ liệu và kết nối",
        "Kiểm tra, giám sát",
        "Phòng cháy, chữa cháy",
    ],
)
def test_other_titles(title: str) -> None:
    assert unit_title(title, Span(0, len(title))) is None


def test_coordinating_and_report() -> None:
    text = "Chủ trì, phối hợp với Văn phòng HĐND&UBND và các cơ quan liên quan trong việc theo dõi; báo cáo kết quả về Sở Nội vụ theo quy định."
    span = Span(0, len(text))
    assert names(coordinating_in(text, span)) == ["Văn phòng HĐND&UBND", "các cơ quan liên quan"]
    found = report_to(text, span)
    assert found is not None
    assert found.text == "Sở Nội vụ"


def test_directing_chain() -> None:
    assert names(split_directing("Đảng ủy A lãnh đạo Đảng ủy B chỉ đạo thực hiện; Đảng ủy C.")) == [
        "Đảng ủy A",
        "Đảng ủy B",
        "Đảng ủy C",
    ]


def test_every_title_rule_matches_an_example_first() -> None:
    for kind, pattern, examples in title_rules():
        assert any(pattern.search(bare(example)) for example in examples), pattern.pattern
        assert all(title_kind(example) == kind for example in examples), examples


def test_every_task_free_type_matches_its_examples() -> None:
    for pattern, examples in task_free_rules():
        assert all(pattern.match(bare(example)) for example in examples), pattern.pattern


def test_a_report_assigns_nothing() -> None:
    _, tasks = read(
        "BÁO CÁO\n\nKết quả công tác quý I\n\nI. NHIỆM VỤ QUÝ II\n\n1. Nâng cao chất lượng\n\nĐạt kết quả tốt.\n"
    )
    assert tasks == []


def test_a_list_of_documents_gives_no_work() -> None:
    _, tasks = plan(
        "I. DANH MỤC\n\n1. Nghị định số 12/2025/NĐ-CP ngày 15/01/2025 của Chính phủ về lưu trữ\n\n"
        "2. Thông tư số 03/2025/TT-BNV ngày 02/3/2025 hướng dẫn nghiệp vụ lưu trữ\n\n"
        "3. Công an xã lập sổ.\n"
    )
    assert [task.section for task in tasks] == ["I > 3"]


def test_line_ends_of_a_wrapped_file_change_nothing() -> None:
    body = """I. NHIỆM VỤ

1. Công an xã chủ trì, phối hợp với Phòng Kinh tế{}xây trụ sở đội dân phòng; khởi công trong dịp Quốc khánh (02/9/2026), khánh{}thành trong dịp Ngày toàn dân phòng cháy (04/10/2027).
"""
    (_, (whole,)), (_, (wrapped,)) = plan(body.format(" ", " ")), plan(body.format("\n", "\n"))
    assert wrapped.deadline == whole.deadline
    assert [m["date"] for m in wrapped.deadline.milestones] == ["2026-09-02", "2027-10-04"]
    assert names(wrapped.coordinating) == names(whole.coordinating)


FRAGMENTS = [
    "I. NHIỆM VỤ\n", "1. ", "a) ", "- ", "Nhóm 1: ", "Nhiệm vụ 2: ", "Đơn vị chủ trì: ", "Thời gian thực hiện: ", "\n\n", "\n",
    "Công an xã ", "các phòng, ban, ", "chủ trì, phối hợp với ", "Giao ", "Yêu cầu ", "trước ngày 30/9/2026", "31/13/2026 ",
    "quý V năm 2026", "Tối thiểu 90% ", "không còn hộ ", "; ", ". ", ", ", " và ", "(", ")", "| TT | Nhiệm vụ | Chủ trì |\n",
    "| 1 | Tập huấn | |\n", "| | | |\n", "PHỤ LỤC\n", "Phòng", "\u00a0", "báo cáo UBND xã ", "Nơi nhận:\n", "thường xuyên", "%", "0",
]  # fmt: skip


def test_random_texts_are_read_without_an_error() -> None:
    import random

    chance = random.Random(57)
    for _ in range(300):
        body = "".join(chance.choice(FRAGMENTS) for _ in range(chance.randrange(1, 60)))
        text, tasks = plan(body)
        assert len({task.id for task in tasks}) == len(tasks)
        for task in tasks:
            spans = [task.span, task.block, *task.actions]
            spans += [m.span for m in (*task.lead, *task.coordinating, *task.directing, *task.implementing)]
            assert all(0 <= span.start <= span.end <= len(text) for span in spans)


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the shared benchmark is not here")
def test_example_000() -> None:
    path = SHARED / "corpus" / "000_347f30275df2fa96.txt"
    source = read_text(path.read_bytes(), markdown=True)
    blocks, outline = read_structure(source)
    tasks = read_tasks(source.text, blocks, outline, find_targets(source.text, blocks, outline))
    gold = [json.loads(line) for line in (EXAMPLE / "tasks.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [f"000-{task.id}" for task in tasks] == [g["id"] for g in gold]
    for task, expected in zip(tasks, gold, strict=True):
        assert (task.section, task.title) == (expected["section"], _spelled(expected, task)), expected["id"]
        assert expected["quote"] in collapse(task.span.of(source.text))
        assert [_corrected(m, expected) for m in names(task.lead)] == expected["lead_units"]
        assert task.lead_basis == expected["lead_basis"]
        assert names(task.coordinating) == expected["coordinating_units"]
        assert (names(task.directing), names(task.implementing)) == ([], [])
        assert task.deadline.raw == expected["deadline_raw"]
        assert task.deadline.kind == expected["deadline"]["kind"]
        assert [t.quote.startswith(e) for t, e in zip(task.targets, expected["targets"], strict=True)] == [
            True for _ in expected["targets"]
        ]
        assert (task.report_to.text if task.report_to else None) == expected["report_to"]
        assert len(task.actions) == len(expected["actions"])
        for span, action in zip(task.actions, expected["actions"], strict=True):
            assert collapse(span.of(source.text)).startswith(action)
        assert (task.products, task.funding) == ((), None)


def _spelled(expected: dict[str, object], task: Task) -> object:
    """The gold corrects a slip of the scan in one title; the reading keeps the document's wording."""
    return task.title if expected["notes"] else expected["title"]


def _corrected(name: str, expected: dict[str, object]) -> str:
    notes = str(expected["notes"] or "")
    return "Phòng Chuyển đổi số" if name in notes else name


@pytest.mark.parametrize(
    ("title", "end"),
    [("CỨU HỘ ĐƯỜNG THỦY NĂM 2031", "2031-07-01"), ("CỨU HỘ ĐƯỜNG THỦY ĐẾN NĂM 2035", None)],
)
def test_the_year_of_a_title_dates_its_limits_unless_it_only_ends_there(title: str, end: str | None) -> None:
    _, tasks = read(
        f"KẾ HOẠCH\n\n{title}\n\nII. NHIỆM VỤ\n\n1. Sở Xây dựng chủ trì kiểm tra bến đò trước ngày 01/7.\n"
    )
    assert [task.deadline.end for task in tasks] == [end]


def test_units_of_one_list_are_read_in_one_way() -> None:
    """Points of one unit that mostly have no limit are tasks where those of the unit beside it are."""
    _, tasks = plan(
        """II. NHIỆM VỤ CỦA CÁC ĐƠN VỊ

1. Phòng Kinh tế

a) Đo lại ruộng bậc thang, xong trước ngày 30/5/2026.

b) Phát giống cho các thôn, xong trước ngày 30/6/2026.

2. Công an xã

a) Tuần tra ban đêm ở chợ phiên.

b) Gắn biển tốc độ ở đầu cầu.

c) Kẻ vạch trước cổng trường, hoàn thành trước ngày 05/9/2026.

3. Trạm Y tế xã

a) Phun thuốc muỗi.

b) Cân trẻ dưới năm tuổi.
"""
    )
    assert [task.id for task in tasks] == ["II.1.a", "II.1.b", "II.2.a", "II.2.b", "II.2.c", "II.3"]
    assert [task.deadline.end for task in tasks] == [
        "2026-05-30",
        "2026-06-30",
        None,
        None,
        "2026-09-05",
        None,
    ]
    assert all(names(task.lead) == ["Công an xã"] for task in tasks[2:5])


def test_the_one_who_leads_may_stand_in_a_later_sentence() -> None:
    _, tasks = read(
        "KẾ HOẠCH\n\nII. NHIỆM VỤ\n\n1. Xóa bến đò tự phát\n\nToàn xã có 09 bến đò không phép. Công an xã chủ trì, phối hợp với "
        "Đoàn Thanh niên xã dán thông báo, vận động chủ đò.\n\n2. Trực đò\n\nThay ca mỗi ngày.\n"
    )
    assert names(tasks[0].lead) == ["Công an xã"]
    assert names(tasks[0].coordinating) == ["Đoàn Thanh niên xã"]


DIRECTIVE = (
    "CHỈ THỊ\n\nVề việc quét dọn bến đò\n\nBan Thường vụ Huyện ủy yêu cầu:\n\n"
    "1. Nâng cao nhận thức\n\nYêu cầu các chi bộ quán triệt Chỉ thị.\n\n"
    "2. Các chi bộ tổ chức quét bến mỗi tuần.\n\n"
)


def test_paragraphs_under_the_last_heading_of_a_directive() -> None:
    _, tasks = read(
        DIRECTIVE
        + "3. Tổ chức thực hiện\n\nChỉ thị này thay thế Chỉ thị số 2-CT/TU và được phổ biến đến chi bộ.\n\n"
        "Văn phòng Tỉnh ủy chủ trì theo dõi, tổng hợp, báo cáo trước ngày 15/12 hằng năm.\n\n"
        "Ban Tổ chức Tỉnh ủy chủ trì tham mưu khen thưởng.\n"
    )
    assert [names(task.lead) for task in tasks] == [
        ["các chi bộ"], ["Các chi bộ"], ["Văn phòng Tỉnh ủy"], ["Ban Tổ chức Tỉnh ủy"],
    ]  # fmt: skip
    assert [task.section for task in tasks] == ["1", "2", "3", "3"]


def test_a_sentence_after_the_last_number_is_a_task_where_it_names_who_does_it() -> None:
    text, tasks = read(
        DIRECTIVE + "Chỉ thị này được phổ biến đến chi bộ.\n\n"
        "Giao Văn phòng Tỉnh ủy theo dõi, tổng hợp, báo cáo trước ngày 15/12 hằng năm.\n\n"
        "Trong quá trình thực hiện, nếu có vướng mắc, các chi bộ báo cáo Ban Thường vụ.\n"
    )
    assert [task.section for task in tasks] == ["1", "2", ""]
    assert names(tasks[-1].lead) == ["Văn phòng Tỉnh ủy"]
    assert tasks[-1].block.of(text).startswith("Giao Văn phòng")


def test_who_manages_is_a_label_and_no_unit() -> None:
    title = "Cơ quan quản lý"
    assert unit_title(title, Span(0, len(title))) is None


def test_a_whole_set_of_labels_after_the_last_point_is_of_all_points() -> None:
    _, tasks = plan(
        """II- NHIỆM VỤ

1- Quản lý bến bãi
a) Rà soát bến tạm, lập sổ trong năm 2026.
b) Trạm Thủy văn đo mực nước hai lần một ngày.
c) Mỗi bến có một người trực.
- Trách nhiệm chỉ đạo: Thường trực Đảng ủy.
- Trách nhiệm thực hiện: Ban Quản lý bến.
- Thời gian: trước ngày 15/7/2026.
"""
    )
    assert [(task.section, names(task.directing), task.deadline.raw) for task in tasks] == [
        ("II > 1", ["Thường trực Đảng ủy"], "trước ngày 15/7/2026")
    ]


def test_in_a_party_document_to_lead_is_an_order() -> None:
    body = "CHỈ THỊ\n\nVề bến đò\n\nBan Thường vụ Tỉnh ủy yêu cầu:\n\n1. Lãnh đạo Công an các xã nắm chắc các bến đò ngang.\n"
    _, tasks = read(f"ĐẢNG CỘNG SẢN VIỆT NAM\n\nSố 4-CT/TU\n\n{body}")
    assert names(tasks[0].lead) == ["Công an các xã"]
    assert tasks[0].lead_basis == "lãnh đạo …"
    _, tasks = read(body)
    assert names(tasks[0].lead) == ["Lãnh đạo Công an các xã"]


@pytest.mark.parametrize(
    "verb", ["lắp 12 phao tiêu", "kẻ vạch đỗ thuyền", "đối chiếu danh sách chủ thuyền", "thuê ca nô"]
)
def test_a_plain_verb_ends_the_name_of_a_unit(verb: str) -> None:
    _, tasks = plan(f"I. NHIỆM VỤ\n\n1. Phòng Kinh tế {verb} theo mẫu.\n")
    assert names(tasks[0].lead) == ["Phòng Kinh tế"]


def test_points_on_money_among_the_work_are_work() -> None:
    _, tasks = plan(
        "III. NHIỆM VỤ, GIẢI PHÁP\n\n1. Củng cố bến đò\n\n1.1. Sửa cầu tàu.\n\n1.2. Lắp đèn.\n\n"
        "2. Nguồn lực và dữ liệu\n\n2.1. Bố trí ngân sách mua phao.\n\n2.2. Kết nối dữ liệu thuyền bè.\n"
    )
    assert [task.section for task in tasks][-2:] == ["III > 2 > 2.1", "III > 2 > 2.2"] or [
        task.section for task in tasks
    ][-2:] == ["III > 2.1", "III > 2.2"]


def test_to_inspect_is_no_inspectorate() -> None:
    _, tasks = plan(
        "I. NHIỆM VỤ\n\n1. Thanh tra, xử lý nghiêm bến không phép.\n\n2. Thanh tra tỉnh kiểm tra bến.\n"
    )
    assert names(tasks[0].lead) == []
    assert names(tasks[1].lead) == ["Thanh tra tỉnh"]
