"""Which statement answers: the year asked about, cells left empty, money, sources of money."""

from __future__ import annotations

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.sentences import more_probable
from search_api.service import Service

PLAN = """ỦY BAN NHÂN DÂN XÃ BẾN TRĂNG
Số: 31/KH-UBND
Bến Trăng, ngày 5 tháng 3 năm 2026

KẾ HOẠCH
Phòng, chống cháy rừng năm 2026, định hướng đến năm 2028

I. MỤC TIÊU

- Đến ngày 31/12/2026: 09/21 thôn có bể chứa nước chữa cháy.

- Đến ngày 31/12/2027: 17/21 thôn có bể chứa nước chữa cháy.

II. NHIỆM VỤ

1. Lắp 12 chòi canh lửa tại các khu rừng trồng; sửa chữa 04 chòi cũ.

III. PHÂN CÔNG

| TT | Công việc | Chủ trì | Hoàn thành |
|---|---|---|---|
| 1 | Phát tờ rơi cho chủ rừng | | Tháng 4/2026 |
| 2 | Tập huấn đội xung kích | Công an xã | Tháng 5/2026 |

IV. KINH PHÍ

Kinh phí mua máy thổi gió 180 triệu đồng lấy từ dự phòng ngân sách xã. Quỹ bảo vệ rừng chi 25 triệu đồng cho tờ rơi.
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "vb").mkdir()
    (folder / "vb" / "kh-31.txt").write_text(PLAN, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("Cuối năm 2027 có mấy thôn có bể chứa nước chữa cháy?", "17/21", "09/21"),
        ("Trong năm 2026 bao nhiêu thôn có bể chứa nước chữa cháy?", "09/21", "17/21"),
        ("Kinh phí mua máy thổi gió lấy từ đâu?", "dự phòng ngân sách xã", "Chỉ tiêu"),
        ("Ai chủ trì tập huấn đội xung kích?", "Công an xã", "tờ rơi"),
    ],
)
def test_the_statement_asked_for(planned: Service, question: str, said: str, unsaid: str) -> None:
    answer = planned.ask(question)
    assert answer.answer is not None, answer.reason
    assert said in answer.answer
    assert unsaid not in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "Ai chủ trì phát tờ rơi cho chủ rừng?",
        "Mỗi chòi canh lửa giá bao nhiêu?",
        "Kinh phí dạy bơi trẻ em của xã Bến Trăng là mấy triệu?",
    ],
)
def test_what_is_left_open_is_not_answered(planned: Service, question: str) -> None:
    answer = planned.ask(question)
    assert not answer.answered, answer.answer


SHARED_WORK = """ỦY BAN NHÂN DÂN TỈNH CỬA LẠCH
Số: 77/KH-UBND
Cửa Lạch, ngày 9 tháng 4 năm 2026

KẾ HOẠCH
Chỉnh trang bến cá năm 2026

I. NHIỆM VỤ

1. Nạo vét luồng vào bến cá Mũi Gành; thu dọn lưới cũ, phao xốp trôi dạt quanh bến.

2. Bảo vệ nguồn lợi. Bộ đội Biên phòng tỉnh tuần tra vùng cấm khai thác. Sở Tài chính thẩm định giá vật liệu kè.

II. TỔ CHỨC THỰC HIỆN

1. UBND các xã, phường: cử người trực bến; không thu phí trái quy định.

III. PHÂN CÔNG

| TT | Nhiệm vụ | Chủ trì | Thời hạn |
|---|---|---|---|
| 1 | Nạo vét luồng vào bến cá | Ban Quản lý cảng cá | Trước ngày 20/9/2026 |

IV. KINH PHÍ

Ngân sách tỉnh cấp 900 triệu đồng nạo vét luồng; tiền phao tiêu trích từ Quỹ bảo vệ nguồn lợi thủy sản.
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "vb").mkdir()
    (folder / "vb" / "kh-77.txt").write_text(SHARED_WORK, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # The table tells again, in fewer words, what the body says without a day.
        ("Nạo vét luồng vào bến cá Mũi Gành xong trước ngày nào?", "20/9/2026"),
        # Work told in the middle of a paragraph is the unit's all the same.
        ("Sở Tài chính được giao nhiệm vụ gì?", "thẩm định giá vật liệu kè"),
        ("Theo kế hoạch này thì xã phải làm những việc gì?", "cử người trực bến"),
        # The section on money answers where the task itself says nothing of it.
        ("Kinh phí phao tiêu lấy từ nguồn nào?", "Quỹ bảo vệ nguồn lợi thủy sản"),
    ],
)
def test_where_the_fact_stands(harbour: Service, question: str, said: str) -> None:
    answer = harbour.ask(question)
    assert answer.answer is not None, answer.reason
    assert said in answer.answer


PARTY = """TỈNH ỦY MỎ ĐÁ
*
Số 12-KH/TU
Mỏ Đá, ngày 4 tháng 02 năm 2026

KẾ HOẠCH
giữ gìn nghề rèn truyền thống

I- NHIỆM VỤ

1- Truyền nghề cho lớp trẻ
Nội dung: mở 08 lớp rèn tại các làng nghề; tặng 60 bộ đồ nghề cho học viên.
Thời gian hoàn thành: Quý III năm 2026.
Cơ quan thực hiện: Sở Công Thương.

2- Quảng bá làng nghề
Hội Liên hiệp Phụ nữ tỉnh duy trì gian hàng dao rèn tại chợ phiên.

II- NGUỒN LỰC

Nguồn lực tài chính: Vốn khuyến công 7 tỷ đồng cho lò rèn tập trung.
"""


@pytest.fixture(scope="module")
def party(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("party")
    (folder / "vb").mkdir()
    (folder / "vb" / "kh-12.txt").write_text(PARTY, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # A line that tells the work is quoted with the labelled lines that close it.
        ("mở 08 lớp rèn tại các làng nghề", "Sở Công Thương"),
        ("Tặng mấy bộ đồ nghề cho học viên?", "60 bộ đồ nghề"),
        ("Tặng bao nhiêu cái đồ nghề cho học viên?", "60 bộ đồ nghề"),
        ("Hội Phụ nữ tỉnh được giao nhiệm vụ gì?", "gian hàng dao rèn"),
        ("Vốn khuyến công cho lò rèn tập trung bao nhiêu tỷ?", "7 tỷ đồng"),
    ],
)
def test_lines_with_labels_and_units_as_spoken_of(party: Service, question: str, said: str) -> None:
    answer = party.ask(question)
    assert answer.answer is not None, answer.reason
    assert said in answer.answer


DUTIES = """ỦY BAN NHÂN DÂN TỈNH HẠ NGÀN
Số: 52/KH-UBND
Hạ Ngàn, ngày 6 tháng 5 năm 2026

KẾ HOẠCH
Gìn giữ lễ hội đua ghe năm 2026

I. NHIỆM VỤ

1. Sở Văn hóa, Thể thao và Du lịch chủ trì, phối hợp với Công an tỉnh kiểm tra phao tiêu đường đua ghe.

2. Công an tỉnh chủ trì, phối hợp với Sở Xây dựng kiểm tra phao tiêu, dây neo đường đua ghe.

II. TỔ CHỨC THỰC HIỆN

1. Các phòng, ban

Tổng hợp báo cáo định kỳ hằng tháng về lễ hội gửi Trung tâm Văn hóa tỉnh trước ngày 12 hằng tháng.

2. Trung tâm Văn hóa tỉnh

Tổng hợp báo cáo định kỳ hằng tháng về lễ hội; gửi UBND tỉnh trước ngày 17 hằng tháng.
"""


@pytest.fixture(scope="module")
def duties(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("duties")
    (folder / "vb").mkdir()
    (folder / "vb" / "kh-52.txt").write_text(DUTIES, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Kiểm tra phao tiêu đường đua ghe: Công an tỉnh phối hợp sở nào?", "Sở Xây dựng"),
        ("Trung tâm Văn hóa tỉnh tổng hợp báo cáo về lễ hội trước ngày nào hằng tháng?", "17 hằng tháng"),
    ],
)
def test_the_unit_asked_about_is_the_one_that_acts(duties: Service, question: str, said: str) -> None:
    answer = duties.ask(question)
    assert answer.answer is not None, answer.reason
    assert said in answer.answer


def test_odds() -> None:
    assert more_probable(0.5, 0.0) == pytest.approx(0.5)
    assert 0.5 < more_probable(0.5, 0.8) < more_probable(0.9, 0.8) < 1
