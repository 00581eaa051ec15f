"""A neighbouring fact is no answer: another body's chairman, another day; and what stands one sentence further on is."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.service import Service

PLAN = """ỦY BAN NHÂN DÂN TỈNH MÂY BẠC
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: 31/KH-UBND
Mây Bạc, ngày 03 tháng 02 năm 2026

KẾ HOẠCH
Sửa bến phà và chợ nổi năm 2026

Ủy ban nhân dân tỉnh xây dựng Kế hoạch như sau:

I. NHIỆM VỤ

Việc 1. Bến phà

Phòng Kinh tế bàn giao mặt bằng sửa bến phà trước ngày 15/6/2026.

Việc 2. Cứu hộ ven sông

Tuyển 18 đội viên trước ngày 30/4/2026; Đoàn Thanh niên chủ trì. Trạm Y tế tập huấn sơ cứu 03 ngày trong tháng 7/2026.

II. PHÂN CÔNG

- Phòng Tài chính: phân bổ 2 tỷ đồng sửa chợ nổi.

- Sở Nội vụ: dự thảo nghị quyết nêu hai phương án mức thưởng thuyền trưởng, 2 triệu đồng và 3 triệu đồng.

- Sở Tư pháp: sửa ngày sinh trên giấy tờ của chủ thuyền, không thu lệ phí.

- CDC: mỗi tháng đăng 04 đoạn phim phòng bệnh đường ruột.

- Các trưởng thôn nộp sổ thuyền về Phòng Kinh tế vào tuần đầu của quý.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Lê Thị Đào
"""


OF_COMMUNE = """ỦY BAN NHÂN DÂN XÃ BẾN TRĂNG
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: {number}/KH-UBND
Bến Trăng, ngày 0{number} tháng 02 năm 2026

KẾ HOẠCH
{title} năm 2026

I. NHIỆM VỤ

1. Công an xã tuần tra bến ba lần mỗi tuần.

II. KINH PHÍ

Tổng {sum} triệu đồng từ ngân sách xã.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("neighbours")
    (folder / "kh.txt").write_text(PLAN, encoding="utf-8")
    station = PLAN.replace("ỦY BAN NHÂN DÂN TỈNH MÂY BẠC", "UBND TỈNH MÂY BẠC\nSỞ Y TẾ").replace(
        "31/KH-UBND", "90/KH-SYT"
    )
    station = station.replace("Sửa bến phà và chợ nổi", "Khoa cấp cứu đường sông")
    station = station.replace(
        "Phòng Kinh tế bàn giao mặt bằng sửa bến phà", "Khoa Cấp cứu của Bệnh viện Sông Nước có 45 giường"
    )
    (folder / "so.txt").write_text(station.replace("- CDC: mỗi tháng", "- CDC: mỗi quý"), encoding="utf-8")
    for number, title, money in ((5, "Đua thuyền trên sông", 145), (6, "Trồng dừa ven sông", 320)):
        text = OF_COMMUNE.format(number=number, title=title, sum=money)
        (folder / f"xa-{number}.txt").write_text(text, encoding="utf-8")
    build_index(sorted(folder.glob("*.txt")), folder / "index", load_encoder())
    return Service(Path(folder / "index"))


def told(service: Service, question: str) -> str:
    return " ".join(
        f"{piece.label} {piece.value}" for group in service.ask(question).groups for piece in group.pieces
    )


@pytest.mark.parametrize(
    "question",
    [
        "Chủ tịch Hội Nông dân tỉnh Mây Bạc là ai?",
        "Chủ tịch HĐND tỉnh Mây Bạc là ai?",
        "Ngày khởi công sửa bến phà Mây Bạc là hôm nào?",
        "sdt phòng kinh tế mây bạc là số nào",
        "HĐND tỉnh Mây Bạc đã quyết mức thưởng thuyền trưởng là bao nhiêu?",
    ],
)
def test_a_neighbouring_fact_is_refused(service: Service, question: str) -> None:
    assert not service.ask(question).answered


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Chủ tịch UBND tỉnh Mây Bạc là ai?", "Lê Thị Đào"),
        ("Trên Mây Bạc, bến phà bàn giao mặt bằng khi nào?", "15/6/2026"),
        ("Việc 2 trong Kế hoạch 31/KH-UBND nói về nội dung gì?", "18 đội viên"),
        ("Tháng 7/2026 tỉnh Mây Bạc có những việc gì?", "tập huấn sơ cứu 03 ngày"),
        ("CDC được giao những việc gì trong kế hoạch 31/KH-UBND?", "04 đoạn phim"),
        ("Phòng Tài chính tỉnh Mây Bạc phân bổ bao nhiêu kinh phí sửa chợ nổi?", "2 tỷ đồng"),
        ("Sửa ngày sinh trên giấy tờ của chủ thuyền Mây Bạc có mất tiền không?", "không thu lệ phí"),
        ("Khoa Cấp cứu Bệnh viện Sông Nước tỉnh Mây Bạc dự kiến bao nhiêu giường?", "45 giường"),
        ("Các trưởng thôn phải nộp cái gì về Phòng Kinh tế?", "sổ thuyền"),
    ],
)
def test_what_stands_there_is_told(service: Service, question: str, words: str) -> None:
    assert words in told(service, question)


def test_two_plans_named_by_what_they_are_about_answer_each(service: Service) -> None:
    said = told(
        service,
        "Kinh phí kế hoạch đua thuyền và kế hoạch trồng dừa của xã Bến Trăng mỗi kế hoạch là bao nhiêu?",
    )
    assert "145 triệu" in said
    assert "320 triệu" in said
