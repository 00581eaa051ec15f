"""Faults of answers found by reading them: each a small document of our own, asked as a person asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.answer import _as_typed
from search_api.answers.sentences import _counts
from search_api.questions.question import understand
from search_api.service import Service

REPORT = """BỘ KHÍ TƯỢNG
Số:        /BC-BKT
Hà Nội, ngày     tháng     năm 2026

BÁO CÁO
Tổng kết việc thi hành Luật Khí tượng

1. Quá trình tổng kết

Luật Khí tượng số 12/2015/QH13 được Quốc hội thông qua ngày 03/4/2015, có hiệu lực thi hành từ ngày 01/7/2016.

2. Mạng lưới trạm đo mưa

Số trạm đo mưa tự động chưa đáp ứng yêu cầu: năm 2018 số trạm đo mưa tự động là 412 trạm; năm 2022 là 530 trạm; năm 2025 là 611 trạm.

3. Dân số được cảnh báo

Dân số vùng lũ quét được cảnh báo sớm năm 2025 là 1,2 triệu người.

4. Văn bản hướng dẫn

Nghị định số 77/2023/NĐ-CP ngày 09/11/2023 của Chính phủ sửa đổi, bổ sung một số điều của Nghị định số 38/2016/NĐ-CP.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("weather")
    (folder / "vb").mkdir()
    (folder / "vb" / "bc-khi-tuong.txt").write_text(REPORT, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(Path(folder / "index"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Luật Khí tượng năm 2015 có hiệu lực thi hành từ khi nào?", "01/7/2016"),
        ("Số trạm đo mưa tự động năm 2022 là bao nhiêu?", "530 trạm"),
        ("Dân số vùng lũ quét được cảnh báo sớm năm 2025 là bao nhiêu người?", "1,2 triệu"),
        ("Văn bản nào sửa đổi Nghị định số 38/2016/NĐ-CP?", "77/2023/NĐ-CP"),
    ],
)
def test_answered(service: Service, question: str, said: str) -> None:
    answer = service.ask(question)
    assert answer.answered, answer.reason
    assert answer.answer is not None
    assert said in answer.answer
    text = service.store.text("bc-khi-tuong")
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "Báo cáo tổng kết Luật Khí tượng mang số bao nhiêu?",
        "Luật Khí tượng năm 2009 có hiệu lực thi hành từ khi nào?",
        "Văn bản nào thay thế Nghị định số 77/2023/NĐ-CP?",
    ],
)
def test_refused(service: Service, question: str) -> None:
    assert not service.ask(question).answered


@pytest.mark.parametrize(
    ("question", "kind", "asked"),
    [
        ("Dân số bao nhiêu?", "issued", False),
        ("Kế hoạch này số bao nhiêu?", "issued", True),
        ("dạy trả kết quả theo nghị định nào?", "product", False),
        ("dạy trả kết quả theo nghị định nào?", "basis", True),
    ],
)
def test_kinds(question: str, kind: str, asked: bool) -> None:
    assert (kind in understand(question).kinds) == asked


PLAN = """ỦY BAN NHÂN DÂN TỈNH SÔNG LAM
Số: 31/KH-UBND
Sông Lam, ngày 4 tháng 5 năm 2026

KẾ HOẠCH
Phòng, chống lũ quét năm 2026

III. TỔ CHỨC THỰC HIỆN

1. UBND các xã
- Rà soát nhà ở ven suối xong trước ngày 15/6/2026.
- Báo cáo kết quả về Chi cục Thủy lợi trước ngày 25 hằng tháng.
"""


def test_when_to_report_is_the_day_of_the_report(tmp_path: Path) -> None:
    (tmp_path / "vb").mkdir()
    (tmp_path / "vb" / "kh-31.txt").write_text(PLAN, encoding="utf-8")
    build_index([tmp_path / "vb"], tmp_path / "index", load_encoder())
    answer = Service(tmp_path / "index").ask("UBND các xã báo cáo kết quả cho ai, trước ngày nào?")
    assert answer.answer is not None
    assert "Chi cục Thủy lợi" in answer.answer
    assert "ngày 25 hằng tháng" in answer.answer


@pytest.mark.parametrize(
    ("question", "names", "told"),
    [
        ("Ai ký kế hoạch của xã Đông Hòa?", ("dong hoa", "xa"), ["xã Đông Hòa"]),
        ("ai ky ke hoach cua xa dong hoa", ("dong hoa",), ["xa dong hoa"]),
        ("Xã Đông Hòa và xã Mường Lát khác gì?", ("dong hoa", "muong lat"), ["Xã Đông Hòa", "xã Mường Lát"]),
        ("UBND tỉnh giao gì?", ("ubnd tinh", "uy ban nhan dan tinh"), ["UBND tỉnh"]),
        ("UBND tỉnh giao gì?", ("uy ban nhan dan tinh",), ["uy ban nhan dan tinh"]),
    ],
)
def test_names_are_told_as_they_were_typed(question: str, names: tuple[str, ...], told: list[str]) -> None:
    assert _as_typed(understand(question), names) == told


ORDER = """BỘ KHÍ TƯỢNG
Số: 05/CT-BKT
Hà Nội, ngày 4 tháng 3 năm 2026

CHỈ THỊ
Về chuẩn bị mùa mưa lũ năm 2026

1. Nhiệm vụ của các đơn vị

a) Cục Thủy văn chủ trì, phối hợp với các đơn vị liên quan:

- Soạn thảo quy chế vận hành trạm đo mặn ven biển, trình Bộ trưởng trong quý II năm 2026.

- Bảo trì phao đo sóng ở cửa sông, đợt 1 xong trước ngày 30/5/2026, đợt 2 xong trước ngày 30/9/2026.

b) Lắp cột thu lôi tại các trạm vùng núi; vận hành từ ngày 01/7/2026.

2. Mua sắm

| TT | Việc phải làm | Nơi nhận việc | Kết quả phải nộp |
| 1 | Mua ca nô cho trạm Cửa Lò | Trạm Cửa Lò | Biên bản bàn giao |

3. Kinh phí

Từ dự toán chi sự nghiệp khí tượng năm 2026.
"""


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("order")
    (folder / "vb").mkdir()
    (folder / "vb" / "ct-05.txt").write_text(ORDER, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # The unit stands in the line above the list, the work in the item.
        ("Đơn vị nào soạn thảo quy chế vận hành trạm đo mặn?", ["Cục Thủy văn"]),
        # All days of the sentence, not the first one.
        ("Bảo trì phao đo sóng đợt 1 và đợt 2 xong trước ngày nào?", ["30/5/2026", "30/9/2026"]),
        # A day that is no deadline of a task.
        ("Cột thu lôi ở trạm vùng núi vận hành từ khi nào?", ["01/7/2026"]),
        # A row of a table under the heads of its columns.
        ("Mua ca nô cho trạm Cửa Lò phải nộp kết quả gì?", ["Kết quả phải nộp: Biên bản bàn giao"]),
    ],
)
def test_the_fact_is_in_what_is_quoted(ordered: Service, question: str, said: list[str]) -> None:
    answer = ordered.ask(question)
    assert answer.answer is not None, answer.reason
    for words in said:
        assert words in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        # A figure of another kind does not answer.
        "Kinh phí mua ca nô là bao nhiêu triệu đồng?",
        "Bảo trì phao đo sóng đạt bao nhiêu phần trăm?",
    ],
)
def test_a_figure_of_another_kind_is_no_answer(ordered: Service, question: str) -> None:
    assert not ordered.ask(question).answered


@pytest.mark.parametrize(
    ("words", "noun", "counts"),
    [
        ("có 04 đơn vị sự nghiệp", "don", True),
        ("1. Biên chế công chức hằng năm", "bien", False),
        ("mỗi năm đơn vị báo cáo", "don", False),
        ("thành lập ba tổ công tác", "to", True),
    ],
)
def test_a_number_counts_the_noun_after_it(words: str, noun: str, counts: bool) -> None:
    assert _counts(words, noun) is counts


RULES = """ỦY BAN NHÂN DÂN TỈNH SÔNG LAM
Số: 12/2026/QĐ-UBND
Sông Lam, ngày 2 tháng 3 năm 2026

QUYẾT ĐỊNH
Ban hành Quy định quản lý bến đò ngang

Điều 1. Hồ sơ xin mở bến

1. Đơn đề nghị theo mẫu.

2. Sơ đồ vị trí bến.

3. Giấy xác nhận của UBND xã.

Điều 2. Phân công

1. Công an xã chủ trì, phối hợp với Trạm Y tế xã kiểm tra áo phao tại các bến.

2. Sở Xây dựng có trách nhiệm cấp biển hiệu.

Điều 3. Kinh phí

Kinh phí thực hiện từ nguồn thu phí bến bãi và ngân sách xã bảo đảm.
"""


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "vb").mkdir()
    (folder / "vb" / "qd-12.txt").write_text(RULES, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Hồ sơ xin mở bến đò gồm những gì?", ["Đơn đề nghị", "Sơ đồ vị trí", "Giấy xác nhận"]),
        ("ai phối hợp với công an xã?", ["Phối hợp: Trạm Y tế xã"]),
        ("Kinh phí quản lý bến đò lấy từ đâu?", ["nguồn thu phí bến bãi"]),
    ],
)
def test_lists_partners_and_money(ruled: Service, question: str, said: list[str]) -> None:
    answer = ruled.ask(question)
    assert answer.answer is not None, answer.reason
    for words in said:
        assert words in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "ai phối hợp với Sở Xây dựng?",
        "Ai chủ trì trồng rừng ven biển?",
    ],
)
def test_silent_where_the_document_is(ruled: Service, question: str) -> None:
    answer = ruled.ask(question)
    assert not answer.answered, answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "Ai ký kế hoạch phòng chống thiên tai của tỉnh Phượng Hoàng?",
        "Quyết định của tỉnh Hồ Đồng ban hành ngày nào?",
    ],
)
def test_a_place_without_documents_is_not_any_place_of_its_level(ruled: Service, question: str) -> None:
    answer = ruled.ask(question)
    assert not answer.answered, answer.answer
    assert answer.refusal == "missing_document"
