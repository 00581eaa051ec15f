"""How probable an answer is by what stands beside it: other places that say as much, and the scope."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.clean import typed_plain
from indexer.encode import load_encoder
from indexer.records import Span, Task
from search_api.answers import sentences, tasks
from search_api.answers.owner import of_sort, sort_asked
from search_api.answers.sentences import Weights, leads
from search_api.answers.tasks import asks_more
from search_api.questions.question import asks_how_often
from search_api.service import Service


def test_a_place_leads_those_that_it_does_not_hold() -> None:
    places = [
        ("a", Span(0, 100), 0.9),
        ("a", Span(20, 40), 0.8),  # in the first
        ("a", Span(120, 160), 0.5),
        ("b", Span(20, 40), 0.6),
    ]
    assert leads(places) == pytest.approx([0.3, 0.2, -0.4, -0.3])
    assert leads([("a", Span(0, 9), 0.7)]) == [0.7]
    assert leads([]) == []


@pytest.mark.parametrize("weights", [sentences.WEIGHTS, tasks.WEIGHTS])
def test_what_makes_an_answer_more_probable(weights: Weights) -> None:
    def sure(*, recall: float = 0.8, behind: float = 0.3, scoped: bool = False, lead: float = 0.0) -> float:
        made = weights.probability(recall=recall, focus=0.5, behind=behind, gap=0.1, held=1.0, scoped=scoped)
        return weights.leading(made, lead)

    assert sure(scoped=True) > sure()
    assert sure(lead=0.3) > sure() > sure(lead=-0.3)
    assert sure(recall=1.0) > sure() > sure(behind=0.9)
    # All that is asked said here, and by no other place, outweighs a passage that stands before it.
    assert sure(recall=1.0, behind=0.5, scoped=True, lead=0.4) > sure(recall=0.6, behind=0.0)


POOLS = """ỦY BAN NHÂN DÂN XÃ SUỐI TRONG
Số: 57/KH-UBND
Suối Trong, ngày 9 tháng 4 năm 2026

KẾ HOẠCH
Quản lý hồ, đập nhỏ năm 2026

I. NHIỆM VỤ

1. Các thôn dọn bèo trước mùa mưa.

II. DANH MỤC HỒ CẦN XỬ LÝ

TT | Hồ | Mức rò rỉ | Bộ phận được giao
1 | Hồ Khe Sim | Cao | Ban Quản lý thủy lợi
2 | Hồ Cây Đa | Thấp | Thôn Cây Đa
"""


def test_the_heads_of_columns_answer_nothing(tmp_path: Path) -> None:
    (tmp_path / "kh-57.txt").write_text(POOLS, encoding="utf-8")
    build_index([tmp_path / "kh-57.txt"], tmp_path / "index", load_encoder())
    given = Service(tmp_path / "index").ask("Danh mục hồ của xã Suối Trong ghi hồ nào ở mức rò rỉ thấp?")
    assert given.answer is not None
    assert "Hồ: Hồ Cây Đa; Mức rò rỉ: Thấp" in given.answer
    assert "| TT |" not in given.answer


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("Sở nào chủ trì thu phí bến bãi?", "so"),
        ("Cục nào quản lý chợ đầu mối?", "cuc"),
        ("Phòng chuyên môn nào lo việc này?", "phong"),
        ("so nao chu tri thu phi ben bai", "so"),
        ("to trinh so nao duoc duyet", None),
        ("Tờ trình số nào được duyệt?", None),
        ("Cơ quan nào thu phí bến bãi?", None),
    ],
)
def test_the_sort_of_body_asked_for(question: str, sort: str | None) -> None:
    assert sort_asked(question, typed_plain(question)) == sort


def test_a_body_of_another_sort_is_less_probable() -> None:
    assert of_sort("so", "Sở Tài chính") > 0 > of_sort("so", "UBND các phường")
    assert of_sort("so", "Các sở, ngành") > 0
    assert of_sort("phong", "Văn phòng Sở") == 0


@pytest.mark.parametrize(
    ("question", "often"),
    [
        ("Bao lâu đội xung kích đi kiểm tra bếp ăn một lần?", True),
        ("mấy tháng Ban Chỉ đạo họp một lần", True),
        ("loa xa phat tin moi ngay may lan", True),
        ("Tần suất lấy mẫu nước giếng?", True),
        ("Bao lâu thì phải trả kết quả?", False),
        ("Một lần nữa cho hỏi hạn nộp là ngày nào?", False),
    ],
)
def test_how_often_is_asked(question: str, often: bool) -> None:
    assert asks_how_often(question) is often


WELLS = """ỦY BAN NHÂN DÂN XÃ GIỒNG SAO
Số: 61/KH-UBND
Giồng Sao, ngày 4 tháng 5 năm 2026

KẾ HOẠCH
Bảo vệ nước giếng năm 2026

I. NHIỆM VỤ

1. Trạm Y tế lấy mẫu nước giếng tại 08 ấp, hoàn thành trước ngày 30/11/2026.

2. Lấy mẫu lại nước giếng nhiễm phèn mỗi quý 02 lần, báo dân biết ngay.
"""


def test_how_often_is_not_answered_by_a_last_day(tmp_path: Path) -> None:
    (tmp_path / "kh-61.txt").write_text(WELLS, encoding="utf-8")
    build_index([tmp_path / "kh-61.txt"], tmp_path / "index", load_encoder())
    given = Service(tmp_path / "index").ask("Xã Giồng Sao bao lâu lấy mẫu nước giếng nhiễm phèn một lần?")
    assert given.answer is not None
    assert "mỗi quý 02 lần" in given.answer
    assert "30/11/2026" not in given.answer


@pytest.mark.parametrize(
    ("question", "kinds", "more"),
    [
        ("Bến đò đặt ở ấp nào và bao giờ mở?", 1, True),
        ("Ai sửa cầu, xong ngày nào, lắp những gì?", 2, True),
        ("Ai sửa cầu, xong ngày nào?", 2, False),
        ("Đơn vị nào chủ trì, phối hợp với công an xã?", 1, False),
    ],
)
def test_more_is_asked_than_was_read(question: str, kinds: int, more: bool) -> None:
    assert asks_more(question, kinds) is more


def test_what_no_record_holds_is_quoted_with_the_task(tmp_path: Path) -> None:
    (tmp_path / "kh-61.txt").write_text(WELLS, encoding="utf-8")
    build_index([tmp_path / "kh-61.txt"], tmp_path / "index", load_encoder())
    given = Service(tmp_path / "index").ask(
        "Trạm Y tế lấy mẫu nước giếng ở mấy ấp nào và bao giờ hoàn thành?"
    )
    assert given.answer is not None
    assert "trước ngày 30/11/2026" in given.answer
    assert "08 ấp" in given.answer


def test_a_far_less_probable_task_is_not_shown_beside_the_best(tmp_path: Path) -> None:
    (tmp_path / "kh-61.txt").write_text(WELLS, encoding="utf-8")
    build_index([tmp_path / "kh-61.txt"], tmp_path / "index", load_encoder())
    service = Service(tmp_path / "index")
    document = service.store.document("kh-61")
    first, second = document.tasks[:2]

    def weighed(task: Task, confidence: float, score: float) -> tasks._Weighed:
        return tasks._Weighed(score, 0.7, confidence, document, task, task.block)

    sure, beside, doubtful = weighed(first, 0.8, 0.9), weighed(second, 0.5, 0.88), weighed(second, 0.1, 0.95)
    assert tasks._choose([sure, beside], set()) == [sure, beside]
    assert tasks._choose([doubtful, sure], set()) == [sure]
    assert tasks._choose([doubtful, sure], {"kh-61"}) == [sure, doubtful]
