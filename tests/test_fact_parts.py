"""Which passage states the fact: what is said above a task, bare headings, tasks of a named unit, the frame."""

from __future__ import annotations

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.fact_parts import _states
from search_api.schemas import Filters
from search_api.service import Service

PLAN = """ỦY BAN NHÂN DÂN XÃ TÂN KHE
Số: 31/KH-UBND

Tân Khe, ngày 05 tháng 3 năm 2026

KẾ HOẠCH

Phát triển nghề trồng dâu nuôi tằm năm 2026

I. MỤC ĐÍCH

Phòng Kinh tế và các thôn cùng làm để nghề trồng dâu nuôi tằm có chỗ đứng trên địa bàn xã, bà con yên tâm bám nghề.

II. NHIỆM VỤ

1. Cải tạo giống dâu

Đưa giống dâu lai vào thay ruộng dâu già cỗi ở các bãi ven sông.

Đơn vị chủ trì: Phòng Kinh tế.

2. Mở lớp ươm tơ

Dạy nghề ươm tơ cho phụ nữ các thôn trong thời gian nông nhàn.

Đơn vị chủ trì: Hội Liên hiệp Phụ nữ xã.

3. Xây nhà kén chung

Bố trí hai nhà kén tại thôn Bến và thôn Soi để bà con gửi kén.

Đơn vị chủ trì: Phòng Kinh tế.

III. TỔ CHỨC THỰC HIỆN

1. Trạm Khuyến nông

a) Hướng dẫn kỹ thuật phun phòng bệnh gai cho tằm con.

b) Cấp phát vôi bột cho các hộ.

2. Công an xã

a) Bảo vệ bãi dâu ban đêm.

b) Kiểm tra tạm trú của thợ ươm tơ.

Nơi nhận:
- UBND tỉnh;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Vũ Thị Lụa
"""

CARRIED_OUT = """ỦY BAN NHÂN DÂN XÃ TÂN KHE
TRẠM KHUYẾN NÔNG
Số: 4/KH-TKN

Tân Khe, ngày 02 tháng 4 năm 2026

KẾ HOẠCH

Hướng dẫn kỹ thuật cho các hộ nuôi tằm

Thực hiện Kế hoạch số 31/KH-UBND ngày 05/3/2026 của UBND xã, Trạm Khuyến nông xây dựng kế hoạch như sau:

I. NHIỆM VỤ

Phát tờ hướng dẫn cho từng hộ.

TRƯỞNG TRẠM

Đinh Văn Kén
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("parts")
    (folder / "kho").mkdir()
    (folder / "kho" / "ke-hoach-31.txt").write_text(PLAN, "utf-8")
    (folder / "kho" / "ke-hoach-4.txt").write_text(CARRIED_OUT, "utf-8")
    build_index([folder / "kho"], folder / "ix", load_encoder())
    return Service(folder / "ix")


def found(service: Service, question: str) -> list[str]:
    return [
        " ".join(p.text.split()) for p, _ in service.passages(service.understand(question), Filters(), 30)
    ]


def at(texts: list[str], words: str) -> int:
    return next(n for n, text in enumerate(texts) if words in text)


def test_what_stands_under_a_bare_heading_comes_before_it(service: Service) -> None:
    texts = found(service, "Trạm Khuyến nông")
    assert texts.index("1. Trạm Khuyến nông") == 1
    assert texts[0].startswith(("a) Hướng dẫn", "b) Cấp phát"))


def test_the_heading_that_names_the_lead_follows_its_task(service: Service) -> None:
    texts = found(service, "Ai hướng dẫn phun phòng bệnh gai cho tằm con?")
    assert texts[0].startswith("a) Hướng dẫn kỹ thuật")
    assert texts[1] == "1. Trạm Khuyến nông"


def test_tasks_of_the_unit_that_is_named_come_first(service: Service) -> None:
    texts = found(service, "Phòng Kinh tế được giao chủ trì những nhiệm vụ nào?")
    assert {texts[0][:20], texts[1][:20]} == {"1. Cải tạo giống dâu", "3. Xây nhà kén chung"}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Ai ký kế hoạch trồng dâu nuôi tằm?", "Vũ Thị Lụa"),
        ("Kế hoạch trồng dâu nuôi tằm ban hành ngày nào?", "ngày 05 tháng 3"),
    ],
)
def test_the_frame_comes_first_where_it_is_asked_for(service: Service, question: str, words: str) -> None:
    assert at(found(service, question), words) == 0


def test_the_documents_that_cite_a_symbol_come_before_the_one_that_bears_it(service: Service) -> None:
    texts = found(service, "Văn bản nào viện dẫn Kế hoạch số 31/KH-UBND?")
    assert at(texts, "Thực hiện Kế hoạch số 31/KH-UBND") == 0


def test_what_a_person_signed_is_told_by_title_and_signature(service: Service) -> None:
    texts = found(service, "Ông Đinh Văn Kén ký những kế hoạch nào?")
    assert at(texts, "Hướng dẫn kỹ thuật cho các hộ nuôi tằm") < 2
    assert at(texts, "Đinh Văn Kén") < 2


@pytest.mark.parametrize(
    ("heading", "kind", "states"),
    [
        ("2.3. Thứ trưởng Vũ Thị Lụa chỉ đạo:", "direct", True),
        ("2. Các đơn vị sự nghiệp công lập trực thuộc Sở (04 đơn vị):", "target", True),
        ("2. Các đơn vị sự nghiệp công lập", "target", False),
        ("Điều 7. Căn cứ nghiệm thu", "target", False),
        ("3. Sở Tài chính", "lead", False),
    ],
)
def test_a_heading_may_state_the_fact_itself(heading: str, kind: str, states: bool) -> None:
    assert _states(heading, kind) is states
