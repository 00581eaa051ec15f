"""Faults of answers found by reading them: each a small document of our own, asked as a person asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.answer import _as_typed
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
        ("ai ky ke hoach cua xa dong hoa", ("dong hoa",), ["dong hoa"]),
        ("Xã Đông Hòa và xã Mường Lát khác gì?", ("dong hoa", "muong lat"), ["Đông Hòa", "Mường Lát"]),
        ("UBND tỉnh giao gì?", ("uy ban nhan dan tinh",), ["uy ban nhan dan tinh"]),
    ],
)
def test_names_are_told_as_they_were_typed(question: str, names: tuple[str, ...], told: list[str]) -> None:
    assert _as_typed(understand(question), names) == told
