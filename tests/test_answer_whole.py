"""Answers that are whole: who with the line that names them, both facts asked for, lists with their items."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.owner import nobody_acts
from search_api.service import Service

DECISION = """ỦY BAN NHÂN DÂN TỈNH ĐẦM SEN
Số: 45/2025/QĐ-UBND
Đầm Sen, ngày 6 tháng 5 năm 2025

QUYẾT ĐỊNH
Về quản lý đò ngang và cầu phao trên địa bàn tỉnh Đầm Sen

Điều 1. Quỹ bảo trì cầu phao

Quỹ bảo trì cầu phao được dành ít nhất 12% số thu của bến; hồ sơ cấp vốn từ Quỹ cho mỗi cầu phao, bao gồm:

- Đơn của chủ cầu phao;

- Biên bản kiểm tra mặt cầu (02 bản);

- Ảnh chụp dây neo.

Điều 2. Nhiệm vụ, quyền hạn của Sở Giao thông vận tải

1. Về luồng lạch:

a. Chủ trì đo độ sâu luồng lạch, gửi Sở Tài chính thẩm định chi phí trước khi trình Ủy ban nhân dân tỉnh;

b. Thả phao tiêu theo mùa nước do Chính phủ quy định.

2. Đề nghị Hội Chữ thập đỏ tỉnh

Dạy sơ cứu người đuối nước cho chủ đò; tặng áo phao cho học sinh qua sông.

Điều 3. Chế độ báo cáo

1. Ủy ban nhân dân xã tổng hợp tình hình đò ngang định kỳ hàng quý gửi về Sở Giao thông vận tải (trước ngày 18 tháng cuối quý) để tổng hợp, báo cáo Ủy ban nhân dân tỉnh.

2. Công an tỉnh chủ trì, phối hợp với Sở Tư pháp đăng kiểm lại toàn bộ vỏ thuyền gỗ chở khách.

Điều 4. Hiệu lực

Quyết định này có hiệu lực thi hành sau 15 ngày, kể từ ngày ký và thay thế Quyết định số 18/2019/QĐ-UBND ngày 02/4/2019 của Ủy ban nhân dân tỉnh Đầm Sen về quản lý đò ngang.
"""

NOTES = """THÔNG BÁO
Kết luận buổi họp giao ban tuần

1. Việc đã làm

Kiểm tra bến đò, bến thuyền.

2. Việc tuần tới

- Chủ trì kiểm đếm phao cứu sinh trên thuyền thúng, ghi sổ từng chiếc.
"""

SIGNED_NOT = """ỦY BAN NHÂN DÂN XÃ CỒN VẠC
Số: 9/2024/QĐ-UBND
Cồn Vạc, ngày 3 tháng 2 năm 2024

QUYẾT ĐỊNH
Về quản lý chợ nổi xã Cồn Vạc

Điều 1. Chợ nổi họp từ 5 giờ đến 9 giờ.

Điều 2. Quyết định này có hiệu lực từ ngày 15 tháng 02 năm 2024.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "vb").mkdir()
    (folder / "vb" / "qd-45.txt").write_text(DECISION, encoding="utf-8")
    (folder / "vb" / "tb.txt").write_text(NOTES, encoding="utf-8")
    (folder / "vb" / "qd-9.txt").write_text(SIGNED_NOT, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(Path(folder / "index"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Quyết định về đò ngang của Đầm Sen có hiệu lực khi nào và thay thế văn bản nào?",
            ("sau 15 ngày, kể từ ngày ký", "18/2019/QĐ-UBND"),
        ),
        (
            "Quyết định quản lý đò ngang Đầm Sen áp dụng từ hôm nào, bỏ quyết định cũ nào?",
            ("sau 15 ngày", "18/2019/QĐ-UBND"),
        ),
    ],
)
def test_both_facts_are_told(service: Service, question: str, said: tuple[str, ...]) -> None:
    answer = service.ask(question)
    assert answer.answer is not None, answer.reason
    assert all(words in answer.answer for words in said), answer.answer


def test_a_sum_asked_for_is_not_answered_by_a_share(service: Service) -> None:
    answer = service.ask("Vốn điều lệ của Quỹ bảo trì cầu phao là bao nhiêu?")
    assert not answer.answered, answer.answer


def test_who_is_told_by_the_line_that_names_the_unit(service: Service) -> None:
    answer = service.ask("Đo độ sâu luồng lạch ở Đầm Sen do sở nào chủ trì?")
    assert answer.answer is not None, answer.reason
    assert "Sở Giao thông vận tải" in answer.answer
    assert any("Nhiệm vụ, quyền hạn của Sở Giao thông vận tải" in c.quote for c in answer.citations)


def test_work_that_nobody_is_named_for_does_not_tell_who(service: Service) -> None:
    answer = service.ask("Phòng nào chủ trì kiểm đếm phao cứu sinh trên thuyền thúng?")
    assert not answer.answered, answer.answer


def test_the_work_of_a_unit_that_is_asked_politely(service: Service) -> None:
    answer = service.ask("Hội Chữ thập đỏ tỉnh được đề nghị làm gì ở Đầm Sen?")
    assert answer.answer is not None, answer.reason
    assert "Dạy sơ cứu" in answer.answer
    assert "áo phao" in answer.answer


@pytest.mark.parametrize(
    ("sentence", "nobody"),
    [
        ("g. Chủ trì xác định giá thuê bến theo khung do Chính phủ ban hành;", True),
        ("- Phối hợp với Sở Y tế tập huấn sơ cứu.", True),
        ("Chủ trì việc này do Sở Xây dựng đảm nhiệm.", False),
        ("Sở Xây dựng chủ trì, phối hợp với Công an tỉnh.", False),
        ("Chủ bến có trách nhiệm nhắc khách mặc áo phao.", False),
    ],
)
def test_nobody_acts(sentence: str, nobody: bool) -> None:
    assert nobody_acts(sentence) is nobody


def test_a_line_that_opens_a_list_is_told_with_its_items(service: Service) -> None:
    answer = service.ask("Hồ sơ cấp vốn từ Quỹ bảo trì cho mỗi cầu phao gồm giấy tờ gì?")
    assert answer.answer is not None, answer.reason
    for item in ("Đơn của chủ cầu phao", "Biên bản kiểm tra mặt cầu (02 bản)", "Ảnh chụp dây neo"):
        assert answer.answer.count(item) == 1, answer.answer


LETTER = """ỦY BAN NHÂN DÂN XÃ GIẾNG ĐÁ {n}
Số: {n}/KH-UBND
Giếng Đá, ngày {n} tháng 3 năm 2026

KẾ HOẠCH
Thau rửa giếng làng xóm {n}

1. Thau rửa giếng làng trước mùa mưa.
"""


def test_documents_beyond_those_listed_are_counted(tmp_path: Path) -> None:
    (tmp_path / "vb").mkdir()
    for n in range(10, 24):
        (tmp_path / "vb" / f"kh-{n}.txt").write_text(LETTER.format(n=n), encoding="utf-8")
    build_index([tmp_path / "vb"], tmp_path / "index", load_encoder())
    service = Service(tmp_path / "index")
    answer = service.ask("Có bao nhiêu kế hoạch về thau rửa giếng làng?")
    assert answer.reason is not None
    assert answer.reason.startswith("Tìm thấy 14 văn bản; ở đây nêu 10, còn 4 văn bản nữa.")
    few = service.ask("Những văn bản nào nói về thau rửa giếng làng xóm 12?")
    assert few.answered, few.reason


def test_a_report_is_sent_first_to_the_body_that_gathers_it(service: Service) -> None:
    answer = service.ask("UBND xã báo cáo tình hình đò ngang hàng quý gửi sở nào, trước ngày mấy?")
    assert answer.answer is not None, answer.reason
    assert "Báo cáo: Sở Giao thông vận tải; Ủy ban nhân dân tỉnh" in answer.answer
    assert "trước ngày 18" in answer.answer


def test_the_half_that_is_not_stated_is_said_to_be(service: Service) -> None:
    answer = service.ask("Đăng kiểm lại vỏ thuyền gỗ chở khách do ai chủ trì, trước ngày nào phải xong?")
    assert answer.answer is not None, answer.reason
    assert "Công an tỉnh" in answer.answer
    assert answer.reason is not None
    assert "không nêu thời hạn" in answer.reason


@pytest.mark.parametrize(
    "question",
    [
        "Quyết định về chợ nổi Cồn Vạc có hiệu lực khi nào và thay thế văn bản nào?",
        "Quyết định về chợ nổi Cồn Vạc thay thế văn bản nào, có hiệu lực từ ngày nào?",
    ],
)
def test_a_document_that_states_one_half_says_that_it_lacks_the_other(
    service: Service, question: str
) -> None:
    answer = service.ask(question)
    assert answer.answer is not None, answer.reason
    assert "15 tháng 02 năm 2024" in answer.answer
    assert answer.reason is not None
    assert "không nêu văn bản bị thay thế" in answer.reason


COMPARED = """ỦY BAN NHÂN DÂN {place}
Số: {n}/KH-UBND
{short}, ngày 4 tháng 01 năm 2026

KẾ HOẠCH
Lắp đèn báo luồng trên sông của {short}

I. MỤC TIÊU

- {goal}
"""


def test_each_of_two_documents_is_asked_for_its_own_year(tmp_path: Path) -> None:
    (tmp_path / "vb").mkdir()
    for n, place, short, goal in (
        (71, "TỈNH ĐẦM SEN", "tỉnh Đầm Sen", "Đến năm 2030: 95% luồng trên sông có đèn báo luồng."),
        (72, "XÃ CỒN VẠC", "xã Cồn Vạc", "Năm 2026: 40% luồng trên sông có đèn báo luồng."),
    ):
        text = COMPARED.format(place=place, short=short, n=n, goal=goal)
        (tmp_path / "vb" / f"kh-{n}.txt").write_text(text, encoding="utf-8")
    build_index([tmp_path / "vb"], tmp_path / "index", load_encoder())
    answer = Service(tmp_path / "index").ask(
        "Mục tiêu phần trăm luồng có đèn báo của tỉnh Đầm Sen đến năm 2030 và của xã Cồn Vạc năm 2026 khác nhau thế nào?"
    )
    assert answer.answer is not None, answer.reason
    assert "95%" in answer.answer
    assert "40%" in answer.answer
