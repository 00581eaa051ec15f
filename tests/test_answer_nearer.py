"""Answers that stand elsewhere than where they are looked for first: each a small document of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.sentences import _holds, begins_only
from search_api.questions.parallel import side_by_side
from search_api.questions.question import asks_for_a_day, asks_for_an_end, understand
from search_api.questions.scope import _spelled_out
from search_api.service import Service

FISH = """ỦY BAN NHÂN DÂN XÃ BÌNH LẠCH
Số: 41/KH-UBND

Bình Lạch, ngày 12 tháng 02 năm 2026

KẾ HOẠCH
Phát triển nghề nuôi cá lồng trên địa bàn xã Bình Lạch năm 2026

I. NHIỆM VỤ

Nhiệm vụ 1. Con giống

a) Trạm Thủy sản cung cấp 40.000 con giống trước ngày 15/4/2026.

Nhiệm vụ 2. Hội thi lồng cá đẹp

a) Hội thi tổ chức tại bến Cái Sậy, mỗi ấp cử một đội gồm 05 người; giải nhất 3 triệu đồng.

II. NGƯỜI GÁC BẾN

Người gác bến ghi sổ chuyến mỗi ngày, dọn sạch bến cuối tuần. Người gác bến không được chở quá tải, không nhận tiền của khách.

Mức bồi dưỡng người gác bến thực hiện theo Nghị quyết số 17/2025/NQ-HĐND ngày 10/12/2025 của Hội đồng nhân dân tỉnh.

Đến hết năm 2025, xã có 12 bến; tỷ lệ bến có phao cứu sinh đạt 41%.

Mục tiêu năm 2026: tỷ lệ bến có phao cứu sinh trong toàn xã đạt 90%.

III. KINH PHÍ

Tổng kinh phí 210 triệu đồng từ ngân sách xã.

IV. PHÂN CÔNG

1. Trạm Thủy sản: chủ trì Nhiệm vụ 1; cấp sổ theo dõi nước cho Tổ hợp tác các ấp hằng quý.

2. Hội Nông dân xã: chủ trì Nhiệm vụ 2; vận động hội viên tham gia.

3. Bà Lữ Thị Mận, Phó Chủ tịch UBND xã theo dõi chung việc nuôi cá lồng.
"""

DRAFT = """ỦY BAN NHÂN DÂN
XÃ BÌNH LẠCH
DỰ THẢO
Số:       /KH-UBND

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Bình Lạch, ngày      tháng      năm 2026

KẾ HOẠCH
Phòng, chống sạt lở bờ sông trên địa bàn xã Bình Lạch năm 2026

I. NHIỆM VỤ

1. Phòng Kinh tế cắm 60 biển cảnh báo sạt lở trước ngày 30/5/2026.

2. Thu giấy tờ hộ ven sông phải nộp cho Phòng Kinh tế. Thời hạn: Thường xuyên. Đơn vị chủ trì: Văn phòng.

3. Các ấp gửi danh sách hộ ở ven sông về Phòng Kinh tế trước ngày 20/4/2026.

4. Bà Lữ Thị Mận, Phó Chủ tịch UBND xã chỉ huy di dời hộ ven sông.

II. KINH PHÍ

Tổng kinh phí 95 triệu đồng từ ngân sách xã.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("nearer")
    (folder / "vb").mkdir()
    (folder / "vb" / "kh-ca-long.txt").write_text(FISH, encoding="utf-8")
    (folder / "vb" / "kh-sat-lo.txt").write_text(DRAFT, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(Path(folder / "index"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # work that the division of work gives by its number
        ("Hội thi lồng cá đẹp do tổ chức nào chủ trì?", ("Hội Nông dân xã", "Nhiệm vụ 2")),
        ("Người gác bến bị cấm làm gì?", ("không được chở quá tải",)),
        ("Mức bồi dưỡng người gác bến áp dụng theo văn bản nào?", ("17/2025/NQ-HĐND",)),
        ("Trạm Thủy sản phải đưa gì cho tổ hợp tác các ấp mỗi quý?", ("sổ theo dõi nước",)),
        ("Các ấp gửi danh sách hộ ven sông cho ai, trước ngày nào?", ("Phòng Kinh tế", "20/4/2026")),
        ("Tổng kinh phí các kế hoạch của xã Bình Lạch mỗi cái bao nhiêu?", ("210 triệu", "95 triệu")),
        (
            "Bà Lữ Thị Mận được giao vai trò gì trong các kế hoạch của xã Bình Lạch?",
            ("nuôi cá lồng", "di dời hộ"),
        ),
    ],
)
def test_answered(service: Service, question: str, said: tuple[str, ...]) -> None:
    answer = service.ask(question)
    assert answer.answered, answer.reason
    for words in said:
        assert words in (answer.answer or "")


def test_a_draft_says_itself_that_it_is_not_issued_yet(service: Service) -> None:
    answer = service.ask("Kế hoạch sạt lở của xã Bình Lạch đã có số và ngày ban hành chưa?")
    assert answer.answered
    assert "(dự thảo)" in (answer.answer or "")
    assert "để trống: Số: /KH-UBND" in (answer.answer or "")
    assert not service.ask("Kế hoạch sạt lở của xã Bình Lạch ban hành ngày nào?").answered


def test_a_clause_is_of_the_time_its_sentence_opens_with(service: Service) -> None:
    answer = service.ask("Tỷ lệ bến có phao cứu sinh năm 2026 là bao nhiêu?")
    assert "90%" in (answer.answer or "")
    assert "41%" not in (answer.answer or "")
    assert "41%" in (service.ask("Tỷ lệ bến có phao cứu sinh năm 2025 là bao nhiêu?").answer or "")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        (
            "Tỉnh bảo cắm biển phải xong ngày nào, xã Bình Lạch tự đặt ngày nào?",
            ["tỉnh", "xa binh lach"],
        ),
        (
            "Chỉ tiêu biển báo của Bình Lạch có thấp hơn mức tỉnh giao cho xã khu vực II không?",
            ["binh lach", "tỉnh"],
        ),
        ("Mỗi tổ ở Bình Lạch có đủ số người tỉnh đòi không, so con số?", ["binh lach", "tỉnh"]),
        ("Biển báo của Bình Lạch và An Hiệp, xã nào nhiều hơn?", ["binh lach", "an hiep"]),
    ],
)
def test_side_by_side(question: str, names: list[str]) -> None:
    places = {"binh lach": {"a", "b"}, "an hiep": {"d"}}
    found = side_by_side(question, {}, places, {"tinh": {"c"}, "xa": {"a", "b", "d"}}, {})
    assert [named.name for named in found] == names


def test_a_word_with_its_marks_is_no_abbreviation() -> None:
    assert "trung ương" not in _spelled_out("xã Bình Lạch tự đặt ngày nào").lower()


def test_another_number_gives_nothing(service: Service) -> None:
    answer = service.ask("Hội thi lồng cá đẹp do tổ chức nào chủ trì?")
    assert "Trạm Thủy sản" not in (answer.answer or "")


@pytest.mark.parametrize(
    ("question", "kind", "asked"),
    [
        ("Phòng Kinh tế đưa gì cho các ấp?", "basis", False),
        ("Kế hoạch dựa vào đâu?", "basis", True),
        ("Người gác bến bị cấm làm gì?", "unit_tasks", False),
        ("Người gác bến phải làm việc gì?", "unit_tasks", True),
        ("Các ấp gửi danh sách hộ nuôi cá cho ai?", "report", True),
        ("Các ấp gửi tin nhắn chúc mừng cho ai?", "deadline", False),
        ("Chỉ tiêu cắm biển của xã có thấp hơn mức tỉnh giao không?", "target", True),
        ("Tỉnh có giao chỉ tiêu cắm biển cho xã không?", "target", False),
        ("Mấy trường nhận đỡ đầu phải đến thăm bến bao lâu một lần?", "target", False),
        ("Mấy trường nhận đỡ đầu bến?", "target", True),
    ],
)
def test_kinds(question: str, kind: str, asked: bool) -> None:
    assert (kind in understand(question).kinds) is asked


@pytest.mark.parametrize(
    ("question", "words", "holds"),
    [
        ("Bến dọn vào ngày nào?", "Năm 2025 xã có 12 bến đò.", 0.0),
        ("Bến dọn vào ngày nào?", "Bến được dọn trước ngày 12/4/2026.", 1.0),
        ("Dọn bến xong trước ngày nào?", "Kể từ ngày 01/6/2026, xã dọn bến.", 0.5),
        ("Bao giờ dọn bến?", "Kể từ ngày 01/6/2026, xã dọn bến.", 1.0),
        ("Dọn bến xong trước ngày nào?", "Dọn bến từ ngày 12/4/2026 đến ngày 15/4/2026.", 1.0),
        ("Bến dọn khi nào?", "Bến được dọn năm 2025.", 0.5),
    ],
)
def test_a_year_is_no_day(question: str, words: str, holds: float) -> None:
    assert _holds(understand(question), ("deadline",), words, "") == holds


def test_a_day_is_taken_for_set(service: Service) -> None:
    answer = service.ask("Các ấp phải nộp danh sách hộ ven sông cho Phòng Kinh tế trước ngày mấy?")
    assert "20/4/2026" in (answer.answer or "")
    assert "Thường xuyên" not in (answer.answer or "")
    assert asks_for_a_day("Các ấp nộp danh sách trước ngày mấy?")
    assert not asks_for_a_day("Các ấp nộp danh sách khi nào?")


@pytest.mark.parametrize(
    ("deadline", "begins"),
    [
        ("từ ngày 01/6/2026", True),
        ("kể từ ngày 01/6", True),
        ("từ ngày 01/6 đến ngày 15/6", False),
        ("trước ngày 01/6", False),
    ],
)
def test_the_day_from_which_something_holds_is_no_end(deadline: str, begins: bool) -> None:
    assert begins_only(deadline) is begins
    assert asks_for_an_end("Dọn bến xong trước ngày nào?")
    assert not asks_for_an_end("Dọn bến từ ngày nào?")
