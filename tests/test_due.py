"""Tasks by the time in which they fall due, and the time that a question speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.questions.period import due_period, without_period
from search_api.service import Service


@pytest.fixture(scope="module")
def service(sample_index: Path) -> Service:
    return Service(sample_index)


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("việc đến hạn trong tháng 9", [("2025-09-01", "2025-09-30"), ("2026-09-01", "2026-09-30")]),
        ("quý III năm 2026 có việc gì", [("2026-07-01", "2026-09-30")]),
        ("quy 2/2027 phai xong viec gi", [("2027-04-01", "2027-06-30")]),
        ("phải xong trước 30/6/2026", [(None, "2026-06-30")]),
        ("xong trước tháng 10/2026", [(None, "2026-10-01")]),
        ("đến hết năm 2026", [(None, "2026-12-31")]),
        ("quy chế năm nay", []),
        ("kế hoạch tháng trước", []),
    ],
)
def test_the_time_of_a_question(text: str, periods: list[tuple[str | None, str]]) -> None:
    assert due_period(text, {2026, 2025}) == periods


def test_the_time_is_no_part_of_what_tasks_are_about() -> None:
    assert without_period("chợ trong quý III năm 2026").split() == ["chợ", "trong"]


def test_tasks_of_a_month_are_listed_and_all_lie_in_it(service: Service) -> None:
    answer = service.ask("Những nhiệm vụ nào đến hạn trong quý III năm 2026?")
    assert answer.answered
    assert answer.kind == "due"
    held = service.store.tasks(due_from="2026-07-01", due_to="2026-09-30")
    due = {" ".join((task.task.deadline.raw or "").split()) for task in held}
    said = [" ".join(piece.value.split()) for group in answer.groups for piece in group.pieces]
    assert said
    assert set(said) <= due


def test_a_time_without_tasks_is_refused(service: Service) -> None:
    answer = service.ask("Những nhiệm vụ nào đến hạn trong tháng 1/2019?")
    assert not answer.answered


BOATS = """ỦY BAN NHÂN DÂN XÃ CỒN NGHÊU
Số: 23/KH-UBND
Cồn Nghêu, ngày 02 tháng 3 năm 2026

KẾ HOẠCH
Bảo đảm an toàn tàu cá năm 2026

I. NHIỆM VỤ

1. Công an xã kiểm tra giấy tờ của 40 tàu, đợt 1 xong trước ngày 30/5/2026, đợt 2 xong trước ngày 30/9/2026.

2. Ban Chỉ huy Quân sự xã tổ chức diễn tập cứu nạn vào ngày 18/9/2026.

3. Phòng Kinh tế lắp 12 phao tiêu theo Kế hoạch số 88/KH-SNN ngày 10/9/2026 của Sở Nông nghiệp và Môi trường.

4. Trạm Y tế cấp 40 túi thuốc trước ngày 15/6/2026.
"""


def test_days_that_are_no_deadline_of_a_task_are_found_too(tmp_path: Path) -> None:
    (tmp_path / "kh-23.txt").write_text(BOATS, encoding="utf-8")
    build_index([tmp_path / "kh-23.txt"], tmp_path / "index", load_encoder())
    answer = Service(tmp_path / "index").ask("Tháng 9/2026 xã Cồn Nghêu có những việc gì?")
    assert answer.kind == "due"
    assert answer.answer is not None
    assert "18/9/2026" in answer.answer  # an event
    assert "30/9/2026" in answer.answer  # the second of two deadlines
    assert "phao tiêu" not in answer.answer  # the day of a cited plan
    assert "túi thuốc" not in answer.answer


HARBOURS = """UBND TỈNH BÃI SẬY                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG                 Độc lập - Tự do - Hạnh phúc
Số: 51/KH-SNNMT
Bãi Sậy, ngày 05 tháng 3 năm 2026

KẾ HOẠCH
Nạo vét luồng lạch năm 2026

I. NHIỆM VỤ

1. Đo đạc luồng vào cảng. Đơn vị chủ trì: Chi cục Thủy sản. Thời gian hoàn thành: trước ngày 20/9/2026.
"""


def test_what_falls_due_for_an_issuer_is_its_own_plan_and_what_others_give_it(tmp_path: Path) -> None:
    given = BOATS.replace(
        "4. Trạm Y tế",
        "4. Đề nghị Sở Nông nghiệp và Môi trường lắp phao trước ngày 25/9/2026.\n\n5. Trạm Y tế",
    )
    for name, text in (("kh-23.txt", given), ("kh-51.txt", HARBOURS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    build_index([tmp_path / "kh-23.txt", tmp_path / "kh-51.txt"], tmp_path / "index", load_encoder())
    answer = Service(tmp_path / "index").ask(
        "Trong tháng 9/2026 Sở Nông nghiệp và Môi trường đến hạn phải xong việc gì?"
    )
    assert answer.kind == "due"
    assert answer.answer is not None
    assert "20/9/2026" in answer.answer
    assert "25/9/2026" in answer.answer
    assert "diễn tập" not in answer.answer
