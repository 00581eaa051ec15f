"""Which pieces of a parent's task are ours, and which of them a plan leaves out: invented plans."""

from __future__ import annotations

import msgspec
import pytest

from eval.crosscheck import Gold, gold_items, gold_verdict
from indexer.analyse import analyse
from indexer.clean import fold
from indexer.deadlines import read_deadline
from indexer.records import Document, SourceText, Span
from search_api.check.clauses import second_work
from search_api.check.compare import compare_deadlines
from search_api.check.crosscheck import check
from search_api.check.duties import BY_SUBJECT, Duties
from search_api.check.figures import figures
from search_api.check.listed import fewer_places, group_words, left_out
from search_api.check.results import from_parts
from search_api.check.schemas import CheckItem, CheckReport, Part, Verdict
from search_api.check.scope import who
from search_api.check.share import clause_spans
from search_api.check.similarity import rule_rows
from search_api.check.units import paragraph_units

PROVINCE = (
    "UBND TỈNH MÂY SƠN\n\nSố: 7/KH-UBND\n\nMây Sơn, ngày 05 tháng 01 năm 2026\n\nKẾ HOẠCH\nVườn cây công cộng năm 2026\n\n"
    "I. NHIỆM VỤ\n\n"
)
COMMUNE = (
    "UBND XÃ ĐỒI CHÈ\n\nSố: 3/KH-UBND\n\nĐồi Chè, ngày 15 tháng 01 năm 2026\n\nKẾ HOẠCH\nVườn cây năm 2026\n\n"
    "Thực hiện Kế hoạch số 7/KH-UBND ngày 05/01/2026 của UBND tỉnh Mây Sơn, UBND xã xây dựng Kế hoạch như sau:\n\n"
    "I. NHIỆM VỤ\n\n"
)


def made(text: str, name: str) -> Document:
    return analyse(name, f"{name}.txt", name, SourceText(text))


def checked(theirs: str, ours: str) -> CheckReport:
    return check(made(f"{COMMUNE}{ours}\n", "xa"), made(f"{PROVINCE}{theirs}\n", "tinh"))


def tasks(report: CheckReport) -> list[CheckItem]:
    return [item for item in report.items if item.level == "task"]


def missing(item: CheckItem) -> list[str]:
    return [a.parent_quote or "" for a in item.alerts if a.code == "action_missing"]


def test_a_clause_of_another_body_under_our_line_is_not_ours() -> None:
    """Where a line gives us the task, a sentence that begins with another body's name is that body's."""
    theirs = (
        "1. Đào hố, trồng dặm hàng phượng dọc đê; tưới đủ ba tháng đầu. Sở Xây dựng phát tài liệu kỹ thuật trồng cây.\n"
        "- Cơ quan chủ trì: Ủy ban nhân dân các xã, phường.\n- Thời gian hoàn thành: Trước ngày 30/6/2026."
    )
    ours = "1. Phòng Kinh tế đào hố, trồng dặm hàng phượng dọc đê, tưới đủ ba tháng đầu, xong trước ngày 30/7/2026."
    (item,) = tasks(checked(theirs, ours))
    assert item.verdict == "covered"
    assert {a.code for a in item.alerts} == {"deadline_later"}
    counted = theirs.replace("kỹ thuật trồng cây", "kỹ thuật cho 90% chủ vườn")
    assert {i.verdict for i in checked(counted, ours).items if i.level == "target"} == {"out_of_scope"}


def test_a_clause_left_out_of_an_action_makes_it_partial() -> None:
    theirs = (
        "1. Ủy ban nhân dân các xã, phường:\n"
        "- Trồng dặm hàng phượng dọc đê trước mùa mưa; lập tổ bảo vệ đêm chống trộm chậu cảnh ven hồ.\n"
        "- Đặt ghế đá dưới tán cây ở sân nhà văn hóa."
    )
    ours = (
        "1. Phòng Kinh tế trồng dặm hàng phượng dọc đê trước mùa mưa.\n\n"
        "2. Phòng Văn hóa - Xã hội đặt ghế đá dưới tán cây ở sân nhà văn hóa."
    )
    (item,) = tasks(checked(theirs, ours))
    assert [part.verdict for part in item.parts] == ["partial", "covered"]
    assert missing(item) == ["lập tổ bảo vệ đêm chống trộm chậu cảnh ven hồ."]
    whole = ours.replace("mùa mưa.", "mùa mưa; lập tổ bảo vệ đêm chống trộm chậu cảnh ven hồ.")
    assert [part.verdict for part in tasks(checked(theirs, whole))[0].parts] == ["covered", "covered"]


@pytest.mark.parametrize(
    ("theirs", "verdict"),
    [
        ("1. Sở Xây dựng là cơ quan thường trực; hướng dẫn, đôn đốc các đơn vị.", "out_of_scope"),
        ("1. Công an tỉnh\n\nChỉ đạo công an cấp xã xử lý người bẻ cành.", "out_of_scope"),
        ("1. Công an tỉnh chỉ đạo Công an các xã, phường xử lý người bẻ cành.", "review"),
        ("1. Sở Xây dựng\n\nHướng dẫn UBND các xã, phường gắn biển tên cây.", "review"),
    ],
)
def test_who_is_told_what_to_do_by_another_body(theirs: str, verdict: str) -> None:
    """“The units” are those of the body that speaks; under its own name a body's own people are its affair."""
    (item,) = tasks(checked(f"{theirs}\n\n2. Sở Y tế trồng vườn thuốc.", "1. Phòng Kinh tế quét sân."))[:1]
    assert item.verdict == verdict


@pytest.mark.parametrize(
    ("words", "each"),
    [
        ("mỗi năm trồng cho 500 hộ", False),
        ("mỗi xã trồng 500 cây", True),
        ("mỗi thôn mỗi năm trồng 500 cây", True),
        ("trồng 500 cây ở từng thôn", True),
        ("trồng 500 cây mỗi quý", False),
    ],
)
def test_each_year_is_not_each_body(words: str, each: bool) -> None:
    assert [f.each for f in figures(words, Span(0, len(words)))] == [each]


def test_gold_that_cuts_a_task_is_held_to_its_actions() -> None:
    """Rows of gold inside one task are compared with the actions; a single row with the whole."""
    theirs = (
        "1. Ủy ban nhân dân các xã, phường:\n- Trồng dặm hàng phượng dọc đê trước mùa mưa.\n"
        "- Đặt ghế đá dưới tán cây ở sân nhà văn hóa."
    )
    (item,) = tasks(checked(theirs, "1. Phòng Kinh tế trồng dặm hàng phượng dọc đê trước mùa mưa."))
    assert gold_verdict(item, "Trồng dặm hàng phượng", several=True) == "covered"
    assert gold_verdict(item, "Đặt ghế đá", several=True) == "not_found"
    assert gold_verdict(item, "Đặt ghế đá", several=False) == item.verdict == "partial"
    assert gold_verdict(None, "Đặt ghế đá", several=False) == "unread"
    left = msgspec.structs.replace(item, verdict="out_of_scope")
    assert gold_verdict(left, "Đặt ghế đá", several=True) == "out_of_scope"


def test_words_of_groups_begin_their_examples() -> None:
    for row in rule_rows("groups.tsv"):
        found = group_words().match(fold(row[1]))
        assert found is not None, row


@pytest.mark.parametrize(
    ("asked", "said", "lost"),
    [
        (
            "tặng cây cho hộ nghèo, hộ cận nghèo, người cao tuổi",
            "tặng cây hộ nghèo, hộ cận nghèo",
            ["người cao tuổi"],
        ),
        (
            "tặng cây cho hộ nghèo, hộ cận nghèo, người cao tuổi",
            "tặng cây hộ nghèo và các hộ khó khăn khác",
            [],
        ),
        ("tặng cây cho hộ nghèo, hộ cận nghèo, người cao tuổi", "tặng cây cho cả làng", []),
        ("dạy ghép mắt cho học sinh lớp 8 và lớp 11", "dạy ghép mắt cho học sinh lớp 8", ["lớp 11"]),
        ("dạy ghép mắt cho học sinh lớp 8 và lớp 11", "học sinh lớp 11, lớp 8 tập ghép mắt", []),
        # A list as long as the parent's may have another name for the one that seems lost.
        (
            "mời người cao tuổi, thanh niên, khách du lịch",
            "mời các cụ cao niên, thanh niên, khách du lịch",
            [],
        ),
        ("cứu hộ, bảo vệ hồ sen, bến đò", "bảo vệ hồ sen và bến đò", []),
        (
            "mời chủ vườn, lái xe tải, khách du lịch và công nhân cây xanh",
            "mời các chủ vườn và công nhân cây xanh dự",
            ["lái xe tải, khách du lịch"],
        ),
    ],
)
def test_groups_left_out_of_a_list(asked: str, said: str, lost: list[str]) -> None:
    """A group is lost where others of its list are named, and no word stands for the rest."""
    assert [s.of(asked) for s in left_out(asked, Span(0, len(asked)), [said])] == lost


@pytest.mark.parametrize(
    ("said", "plan", "fewer"),
    [
        ("Trồng hàng rào ở 3 thôn ven suối", "Xã có 8 thôn.", True),
        ("Trồng hàng rào ở 3/8 thôn", "Xã rộng.", True),
        ("Trồng hàng rào ở 8 thôn", "Xã có 8 thôn, 3 thôn ven suối.", False),
        ("Trồng hàng rào ở 3 thôn ven suối", "Xã rộng.", False),
        ("Trồng hàng rào ở toàn bộ thôn, 3 thôn làm trước", "Xã có 8 thôn.", False),
        ("Trồng hàng rào ở 3 trường", "Xã có 8 thôn.", False),
    ],
)
def test_all_hamlets_made_some(said: str, plan: str, fewer: bool) -> None:
    asked = "trồng hàng rào ở tất cả các thôn, bản"
    found = fewer_places(asked, Span(0, len(asked)), [said], f"{plan} {said}.")
    assert (found is not None and found.of(asked)) == (fewer and "tất cả các thôn")


def test_a_group_left_out_is_quoted() -> None:
    theirs = "1. UBND các xã, phường tặng giống cây ăn quả cho hộ nghèo, hộ cận nghèo và người cao tuổi."
    ours = "1. Phòng Kinh tế tặng giống cây ăn quả cho hộ nghèo, hộ cận nghèo trước ngày 30/4/2026."
    (item,) = tasks(checked(theirs, ours))
    assert item.verdict == "partial"
    assert missing(item) == ["người cao tuổi"]
    (whole,) = tasks(checked(theirs, ours.replace("cận nghèo", "cận nghèo, người cao tuổi")))
    assert whole.verdict == "covered"


def test_what_a_line_says_of_the_content_is_a_clause() -> None:
    document = made(
        f"{PROVINCE}Nhiệm vụ 1: Cắt tỉa cây\n\nNội dung: cắt cành khô; chống cây nghiêng.\n\nCơ quan thực hiện: Sở Xây dựng.\n",
        "tinh",
    )
    (task,) = document.tasks
    assert [s.of(document.text) for s in clause_spans(document, task)] == [
        "Cắt tỉa cây",
        "cắt cành khô",
        "chống cây nghiêng",
    ]


@pytest.mark.parametrize(
    ("clause", "lost"),
    [
        ("phát mẫu phiếu và kiểm tra độ ẩm đất 5% số vườn", ["kiểm tra độ ẩm đất 5% số vườn"]),
        ("phát mẫu phiếu và kiểm tra độ ẩm đất", []),
        ("phát mẫu phiếu; tham mưu sơ kết vào tháng 12/2028", ["tham mưu sơ kết vào tháng 12/2028."]),
    ],
)
def test_a_counted_or_dated_piece_is_not_lost_in_its_sentence(clause: str, lost: list[str]) -> None:
    theirs = f"1. UBND các xã, phường lập danh sách vườn ươm trong dân, {clause}."
    ours = "1. Phòng Kinh tế lập danh sách vườn ươm trong dân, phát mẫu phiếu trước ngày 30/4/2026."
    (item,) = tasks(checked(theirs, ours))
    assert [quote.rstrip(".") for quote in missing(item)] == [quote.rstrip(".") for quote in lost]


def test_a_view_is_neither_work_nor_a_goal() -> None:
    """Under "QUAN ĐIỂM, MỤC TIÊU" each heading inside tells for itself; what is only a view carries nothing out."""
    views = (
        f"{COMMUNE.replace('I. NHIỆM VỤ', 'I. QUAN ĐIỂM, MỤC TIÊU')}"
        "1. Quan điểm\n\nTrồng cây là việc của mọi nhà, gắn trồng cây với giữ nguồn nước suối.\n\n"
        "2. Mục tiêu\n\nTrồng thêm nhiều cây bản địa ở ven suối và ven đường làng.\n\n"
        "II. NHIỆM VỤ\n\n1. Phòng Kinh tế quét sân.\n"
    )
    kinds = {u.section: u.kind for u in paragraph_units(made(views, "xa"))}
    assert kinds == {"I > 1": "requirement", "I > 2": "goal"}


@pytest.mark.parametrize(
    ("theirs", "ours", "code"),
    [
        ("trước ngày 30/9 hằng năm", "trước ngày 30/10/2026", "deadline_later"),
        ("trước ngày 30/9 hằng năm", "trước ngày 15/9/2026", None),
        ("trước ngày 20 hằng tháng", "trước ngày 25/9/2026", None),
    ],
)
def test_a_day_of_every_year_binds_the_day_of_this_one(theirs: str, ours: str, code: str | None) -> None:
    found = compare_deadlines(read_deadline(theirs), read_deadline(ours))
    assert (found and found[0]) == code


def test_the_day_of_a_plan_is_held_to_the_clause_that_orders_it() -> None:
    """The limit of making the plan is no limit of the other work in the same task, however well that is answered."""
    theirs = (
        "1. Ủy ban nhân dân các xã, phường có trách nhiệm ban hành kế hoạch trước ngày 10/01/2026; gửi ảnh vườn cây "
        "về Sở Xây dựng trước ngày 20 hằng tháng."
    )
    ours = "1. Phòng Kinh tế gửi ảnh vườn cây về Sở Xây dựng trước ngày 20 hằng tháng."
    (item,) = tasks(checked(theirs, ours))
    found = [a for a in item.alerts if a.code.startswith("deadline")]
    assert [(a.code, a.child_quote) for a in found] == [("deadline_later", "ngày 15 tháng 01 năm 2026")]


@pytest.mark.parametrize(
    ("theirs", "ours", "lower"),
    [
        ("mở lớp ghép cây, tối thiểu 4 lớp/năm", "mở 03 lớp ghép cây", True),
        ("mở lớp ghép cây, tối thiểu 4 lớp/năm", "mở 05 lớp ghép cây", False),
        ("tổ chức ngày hội hoa ban, mỗi năm hai kỳ", "tổ chức 01 ngày hội hoa ban", True),
        ("tổ chức ngày hội hoa ban, mỗi năm hai kỳ", "tổ chức 02 ngày hội hoa ban", False),
        ("phun nước vườn hoa 03 lần/tuần", "phun nước vườn hoa 02 lần", False),
        (
            "trích ngân sách mua giống hoa, 50 triệu đồng mỗi xã một năm",
            "trích 40 triệu đồng mua giống hoa",
            True,
        ),
    ],
)
def test_a_number_without_a_period_is_that_of_a_plans_one_year(theirs: str, ours: str, lower: bool) -> None:
    report = checked(
        f"1. UBND các xã, phường {theirs}.", f"1. Phòng Kinh tế {ours}, xong trước ngày 30/6/2026."
    )
    assert bool([a for i in report.items for a in i.alerts if a.code == "target_lower"]) is lower


def test_a_blank_line_after_every_line_cuts_no_clause() -> None:
    words = "Phòng Kinh tế trích 100 \n\ntriệu đồng mua giống hoa ban \n\ntrồng ven suối; tưới nước."
    document = made(f"{COMMUNE}1. {words}\n", "xa")
    (task,) = document.tasks
    assert [" ".join(s.of(document.text).split()) for s in clause_spans(document, task)] == [
        "Phòng Kinh tế trích 100 triệu đồng mua giống hoa ban trồng ven suối",
        "tưới nước.",
    ]


def test_the_same_year_is_a_sign_of_the_same_target() -> None:
    theirs = made(
        f"{PROVINCE.replace('I. NHIỆM VỤ', 'I. MỤC TIÊU')}1. Hộ trồng hoa, trồng rau, trồng chè ven suối tham gia tổ tự "
        "quản: 85% vào năm 2027.\n\nII. NHIỆM VỤ\n\n1. UBND các xã, phường quét lá.\n",
        "tinh",
    )
    ours = made(
        f"{COMMUNE.replace('I. NHIỆM VỤ', 'I. MỤC TIÊU')}1. Hộ làm vườn, ươm giống ven suối tham gia tổ tự quản: 80% "
        "vào năm 2027.\n\nII. NHIỆM VỤ\n\n1. Phòng Kinh tế quét lá.\n",
        "xa",
    )
    found = [a for i in check(ours, theirs).items if i.level == "target" for a in i.alerts]
    assert [a.code for a in found] == ["target_lower"]


_DIRECTIVE = (
    "TỈNH ỦY MÂY SƠN\n\nSố 5-CT/TU\n\nMây Sơn, ngày 05 tháng 01 năm 2026\n\nCHỈ THỊ\ncủa Ban Thường vụ Tỉnh ủy\n"
    "về vườn cây công cộng\n\nBan Thường vụ Tỉnh ủy yêu cầu:\n\n"
)
_PROVINCES_PLAN = (
    "UBND TỈNH MÂY SƠN\n\nSố: 9/KH-UBND\n\nMây Sơn, ngày 20 tháng 01 năm 2026\n\nKẾ HOẠCH\nVườn cây công cộng năm 2026\n\n"
    "Thực hiện Chỉ thị số 5-CT/TU ngày 05/01/2026 của Ban Thường vụ Tỉnh ủy, UBND tỉnh xây dựng Kế hoạch như sau:\n\n"
    "I. NHIỆM VỤ\n\n1. Sở Xây dựng tưới cây.\n"
)


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        (
            "Coi vườn cây là của chung. Người đứng đầu cấp ủy chịu trách nhiệm nếu để vườn hoang.",
            "out_of_scope",
        ),
        ("Coi vườn cây là của chung. Không để vườn hoang quá một mùa.", "review"),
        ("Coi vườn cây là của chung. Cấp ủy nhắc chính quyền không để vườn hoang.", "review"),
    ],
)
def test_what_a_party_document_asks_of_committees_is_not_the_states(asked: str, verdict: str) -> None:
    theirs = made(
        f"{_DIRECTIVE}1. {asked}\n\n2. Đảng ủy Ủy ban nhân dân tỉnh lãnh đạo việc tưới cây.\n\n"
        "3. Đảng ủy Công an tỉnh lãnh đạo việc giữ vườn.\n",
        "chi-thi",
    )
    scopes = Duties(theirs, who(made(_PROVINCES_PLAN, "tinh")), False).scopes
    expected = {"out_of_scope": "none", "review": "unknown"}
    assert theirs.tasks[0].lead == ()
    assert scopes[0].role == expected[verdict]


def test_the_order_to_make_a_plan_answers_only_itself() -> None:
    """A goal of the plan, however near, is not the work that the same sentence asks besides."""
    theirs = (
        "1. UBND các xã, phường xây dựng kế hoạch vườn cây của địa phương; đăng ký tháng đạt tiêu chí làng xanh với "
        "Sở Xây dựng."
    )
    ours = f"{COMMUNE.replace('I. NHIỆM VỤ', 'I. MỤC TIÊU')}Có 11 làng đạt tiêu chí làng xanh, sạch, có hoa bốn mùa ở ven đường.\n\nII. NHIỆM VỤ\n\n"
    report = check(
        made(f"{ours}1. Phòng Kinh tế quét lá rụng trên đường làng.\n", "xa"),
        made(PROVINCE + theirs + "\n", "tinh"),
    )
    (item,) = tasks(report)
    assert item.verdict == "partial"
    assert [quote.split(" tháng")[0] for quote in missing(item)] == ["đăng ký"]


def test_a_goal_before_the_first_name_is_everybodys() -> None:
    theirs = made(
        f"{_DIRECTIVE}1. Giữ vườn cây\n\nPhấn đấu tỷ lệ cây chết sau một năm dưới 5%. Các cấp ủy cụ thể hóa thành chỉ "
        "tiêu của mình.\n\nCấp ủy xã, phường lãnh đạo việc kiểm đếm cây ở từng làng, hoàn thành trước ngày 30/6/2026.\n",
        "chi-thi",
    )
    assert [t.lead_basis for t in theirs.tasks] == [BY_SUBJECT]
    items = check(made(_PROVINCES_PLAN, "tinh"), theirs).items
    (target,) = [i for i in items if i.level == "target"]
    assert (target.verdict, [a.code for a in target.alerts]) == ("not_found", ["target_missing"])


@pytest.mark.parametrize(
    ("said", "top", "verdict"),
    [
        (["review", "not_found"], 0.2, "not_found"),
        (["review", "review"], 0.2, "review"),
        (["review", "not_found"], 0.6, "partial"),
        (["not_found", "not_found"], 0.6, "review"),
        (["covered", "not_found"], 0.2, "partial"),
    ],
)
def test_a_faint_sign_of_half_of_the_actions_is_none(
    said: list[Verdict], top: float, verdict: Verdict
) -> None:
    assert from_parts([Part(0, 1, "x", one, 0.4) for one in said], top)[0] == verdict


@pytest.mark.parametrize(
    ("heading", "verdict"),
    [
        (
            "1. Các sở, ban, ngành; Ủy ban nhân dân các xã, phường (gọi chung là các cơ quan, địa phương):",
            "not_found",
        ),
        ("1. Nội dung đề nghị UBND các xã, phường thực hiện", "not_found"),
        ("1. Mô hình vườn cây ở xã, phường", "review"),
        ("1. Các mô hình vườn cây tại trường học", "review"),
    ],
)
def test_the_heading_over_a_task_names_who_is_to_do_it(heading: str, verdict: str) -> None:
    """A list under "UBND các xã, phường:" is given to the communes, though its items name nobody."""
    theirs = (
        f"{heading}\n\na) Gắn biển tên khoa học cho từng gốc cây cổ thụ trong vườn hoa.\n\n"
        "b) Thả cá vàng xuống hồ cảnh trước cổng công viên.\n\n"
        "2. Sở Y tế trồng vườn thuốc.\n\n3. Sở Xây dựng lát gạch lối đi.\n\n4. Công an tỉnh trực cổng công viên."
    )
    found = tasks(checked(theirs, "1. Phòng Kinh tế quét sân."))
    assert found[0].verdict == verdict


def test_other_work_of_a_sentence_that_is_left_out() -> None:
    """What a sentence asks besides its first work is looked for, though it has no figure and no semicolon."""
    theirs = (
        "1. Ủy ban nhân dân các xã, phường chụp ảnh từng gốc phượng ven đê, "
        "cập nhật lên bản đồ cây xanh số hóa của ngành xây dựng."
    )
    ours = "1. Phòng Kinh tế chụp ảnh từng gốc phượng ven đê"
    (item,) = tasks(checked(theirs, f"{ours}."))
    assert item.verdict == "partial"
    assert missing(item) == ["cập nhật lên bản đồ cây xanh số hóa của ngành xây dựng."]
    said = f"{ours}; đưa ảnh lên bản đồ cây xanh số hóa của ngành xây dựng."
    assert tasks(checked(theirs, said))[0].verdict == "covered"
    manner = theirs.replace("cập nhật lên bản đồ", "bảo đảm ảnh rõ nét cho bản đồ")
    assert tasks(checked(manner, f"{ours}."))[0].verdict == "covered"


def test_verbs_of_other_work_hold_their_examples() -> None:
    for verb, example in rule_rows("beside_verbs.tsv"):
        assert any(
            fold(example)[m.end() :].startswith(fold(verb)) for m in second_work().finditer(fold(example))
        ), verb


@pytest.mark.parametrize(
    ("money", "verdict"),
    [
        (
            "Tổng chi cho vườn cây năm 2026 là 85 triệu đồng từ ngân sách xã và đóng góp của hộ dân.",
            "covered",
        ),
        (
            "Chi cho vườn cây năm 2026 do các hộ dân và nhà hảo tâm tự nguyện đóng góp theo khả năng.",
            "not_found",
        ),
    ],
)
def test_the_order_to_find_money_is_answered_by_a_sum(money: str, verdict: str) -> None:
    """A part about money answers "bố trí kinh phí" with figures, not with the words of the order."""
    theirs = (
        "1. Ủy ban nhân dân các xã, phường bố trí kinh phí trong dự toán được giao.\n\n"
        "2. Sở Y tế trồng vườn thuốc."
    )
    ours = f"1. Phòng Văn hóa - Xã hội quét sân nhà văn hóa.\n\nII. KINH PHÍ\n\n{money}"
    item = tasks(checked(theirs, ours))[0]
    assert item.verdict == verdict
    assert [m.quote for m in item.matches] == ([money] if verdict == "covered" else [])
    more = theirs.replace("được giao.", "được giao; in sổ tay chăm sóc hoa lan phát cho học sinh tiểu học.")
    if verdict == "covered":
        (item, *_) = tasks(checked(more, ours))
        assert item.verdict == "partial"
        assert missing(item) == ["in sổ tay chăm sóc hoa lan phát cho học sinh tiểu học."]


def test_clauses_that_name_nobody_are_ours_where_no_other_body_is_named() -> None:
    theirs = (
        "1. Người làm vườn tưới cây mỗi sáng; UBND các xã, phường phát cho mỗi tổ một bộ kéo tỉa cành.\n\n"
        "2. Sở Y tế trồng vườn thuốc."
    )
    ours = "1. Người làm vườn của xã tưới cây mỗi sáng.\n\n2. Phòng Kinh tế quét sân."
    item = tasks(checked(theirs, ours))[0]
    assert item.verdict == "partial"
    assert missing(item) == ["UBND các xã, phường phát cho mỗi tổ một bộ kéo tỉa cành."]


def test_gold_rows_that_begin_alike_are_taken_in_order() -> None:
    """Two tasks that begin with the same name: the first row of gold is the first of them."""
    theirs = (
        "1. UBND các xã, phường cắt tỉa hàng phượng dọc đê sông trước mùa mưa bão.\n\n"
        "2. UBND các xã, phường tưới hoa."
    )
    report = checked(theirs, "1. Phòng Kinh tế tưới hoa.")
    parent = made(f"{PROVINCE}{theirs}\n", "tinh")
    rows = tuple({"id": n, "begins": "UBND các xã, phường", "verdict": "covered"} for n in ("a", "b"))
    first, *_ = gold_items(Gold("tinh", "xa", rows), report, parent)
    assert first is not None
    assert first.task == "I.1"


def test_a_task_of_several_bodies_shows_whose_each_clause_is() -> None:
    theirs = (
        "1. Sở Xây dựng ban hành sổ tay cắt tỉa; UBND các xã, phường cắt tỉa hàng phượng dọc đê sông.\n\n"
        "2. Sở Y tế trồng vườn thuốc."
    )
    item = tasks(checked(theirs, "1. Phòng Kinh tế cắt tỉa hàng phượng dọc đê sông."))[0]
    assert [(part.quote, part.verdict) for part in item.parts] == [
        ("Sở Xây dựng ban hành sổ tay cắt tỉa", "out_of_scope"),
        ("UBND các xã, phường cắt tỉa hàng phượng dọc đê sông.", "covered"),
    ]
    assert gold_verdict(item, "1. Sở Xây dựng ban hành", several=True) == "out_of_scope"
    assert gold_verdict(item, "UBND các xã, phường cắt tỉa", several=True) == "covered"
    (alone, _) = tasks(
        checked(theirs.replace("Sở Xây dựng ban hành sổ tay cắt tỉa; ", ""), "1. Phòng Kinh tế quét sân.")
    )
    assert alone.parts == ()


def test_sending_numbers_is_reporting() -> None:
    """Whoever gathers what was done and reports it each quarter sends the numbers, in whatever words."""
    theirs = (
        "1. UBND các xã, phường gửi số liệu theo biểu mẫu trước ngày 16 tháng cuối quý.\n\n"
        "2. Sở Y tế trồng vườn thuốc."
    )
    ours = "1. Phòng Kinh tế là cơ quan thường trực, tổng hợp tiến độ; tham mưu báo cáo Sở Xây dựng trước ngày 16 tháng cuối quý."
    assert tasks(checked(theirs, ours))[0].verdict == "covered"
    never = "1. Phòng Kinh tế quét sân nhà văn hóa vào chiều thứ sáu."
    assert tasks(checked(theirs, never))[0].verdict == "not_found"
