"""What a document states of itself is told only of the document that bears what the question names."""

from __future__ import annotations

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.answers.borne import probability
from search_api.answers.draft import document_label
from search_api.service import Service

PROVINCE = """ỦY BAN NHÂN DÂN TỈNH SÔNG LÃNG
Số: 77/KH-UBND
Sông Lãng, ngày 9 tháng 2 năm 2026

KẾ HOẠCH
Phát triển cây dược liệu tỉnh Sông Lãng giai đoạn 2026 - 2030

Căn cứ Luật Dược số 105/2016/QH13; thực hiện Chương trình số 21-CTr/TU ngày 03/12/2025 của Tỉnh ủy, Ủy ban nhân dân tỉnh ban hành Kế hoạch như sau:

I. NHIỆM VỤ

1. Sở Y tế chủ trì mở hai vườn giống trước ngày 30/6/2026. Biên bản bàn giao vườn giống do Trưởng phòng Nghiệp vụ ký.

Kế hoạch này thay thế Kế hoạch số 15/KH-UBND ngày 10/01/2023 của Ủy ban nhân dân tỉnh./.

Nơi nhận:                         TM. ỦY BAN NHÂN DÂN
- Sở Y tế;                             CHỦ TỊCH
- Lưu: VT.                         Tạ Văn Hòe

PHỤ LỤC
Chỉ tiêu giao các xã năm 2026

| STT | Địa bàn | Diện tích trồng (ha) | Tham gia trồng (hộ) |
|---|---|---|---|
| 1 | Xã Đồng Vại | 10 | 35 |
| 2 | Xã Khe Mít | 7 | 22 |
"""
COMMUNE = """ỦY BAN NHÂN DÂN XÃ ĐỒNG VẠI
Số: 8/KH-UBND
Đồng Vại, ngày 2 tháng 4 năm 2026

KẾ HOẠCH
Phát triển cây dược liệu trên địa bàn xã Đồng Vại năm 2026

Thực hiện Kế hoạch số 77/KH-UBND ngày 09/02/2026 của UBND tỉnh, UBND xã xây dựng Kế hoạch như sau:

I. NHIỆM VỤ

1. Phòng Kinh tế xã chủ trì trồng 10 ha ba kích trước ngày 30/9/2026.

Nơi nhận:                         TM. ỦY BAN NHÂN DÂN
- UBND tỉnh;                           CHỦ TỊCH
- Lưu: VT.                         Mai Thị Cúc
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("two")
    (folder / "vb").mkdir()
    (folder / "vb" / "kh-77.txt").write_text(PROVINCE, encoding="utf-8")
    (folder / "vb" / "kh-8.txt").write_text(COMMUNE, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(folder / "index")


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("Ai ký kế hoạch 77 của UBND tỉnh Sông Lãng?", "Tạ Văn Hòe"),
        ("Kế hoạch dược liệu của xã Đồng Vại do ai ký?", "Mai Thị Cúc"),
        ("Kế hoạch dược liệu của tỉnh Sông Lãng thay thế văn bản nào?", "15/KH-UBND"),
        ("Kế hoạch 77/KH-UBND căn cứ luật nào?", "105/2016/QH13"),
        ("Kế hoạch dược liệu của UBND xã Đồng Vại số mấy, ban hành ngày nào?", "8/KH-UBND"),
    ],
)
def test_the_document_that_is_named_answers(two: Service, asked: str, holds: str) -> None:
    found = two.ask(asked)
    assert found.answered, found.reason
    assert holds in (found.answer or "")
    used = {n for group in found.groups for piece in group.pieces for n in piece.cites}
    assert used == {citation.n for citation in found.citations}


@pytest.mark.parametrize(
    "asked",
    [
        "Ai ký kế hoạch 64 của tỉnh về giảm nghèo?",
        "Kế hoạch trồng rừng của UBND tỉnh Phù Lạc do ai ký, chức vụ gì?",
        "Kế hoạch cải cách hành chính của UBND tỉnh Phù Lạc thay thế kế hoạch nào?",
        "Kế hoạch tinh giản biên chế của tỉnh căn cứ những luật nào?",
        "Quyết định 41/2024 của UBND tỉnh về giá nước ban hành ngày nào?",
    ],
)
def test_another_document_is_not_taken_for_the_one_named(two: Service, asked: str) -> None:
    found = two.ask(asked)
    assert not found.answered, found.answer


def test_a_place_that_has_no_document_is_answered_for_only_where_it_is_spoken_of(two: Service) -> None:
    assert "(hộ): 22" in (two.ask("Xã Khe Mít có bao nhiêu hộ tham gia trồng dược liệu?").answer or "")
    found = two.ask("UBND xã Khe Mít giao phòng nào chủ trì trồng ba kích?")
    assert not found.answered, found.answer


@pytest.mark.parametrize(
    "asked",
    [
        "Hà Khê mở hai vườn giống trước ngày nào?",
        "Ai chủ trì mở hai vườn giống theo kế hoạch 90?",
        "Sở Y tế Hà Khê chủ trì mở mấy vườn giống?",
    ],
)
def test_a_name_that_nothing_speaks_of_is_missing(two: Service, asked: str) -> None:
    found = two.ask(asked)
    assert not found.answered, found.answer
    assert found.refusal == "missing_document"
    assert "Hà Khê" in (found.reason or "") or "kế hoạch 90" in (found.reason or "")


@pytest.mark.parametrize(
    "asked",
    [
        "Sông Lãng mở hai vườn giống trước ngày nào?",
        "Sở Y tế Sông Lãng chủ trì mở mấy vườn giống, trước ngày nào?",
        "Ai chủ trì mở hai vườn giống theo kế hoạch 77?",
    ],
)
def test_a_name_that_a_document_bears_is_not(two: Service, asked: str) -> None:
    found = two.ask(asked)
    assert found.answered, found.reason


def test_the_scope_is_told_in_the_words_typed(two: Service) -> None:
    found = two.ask("Sản lượng chè của xã Đồng Vại và tỉnh Sông Lãng là bao nhiêu?")
    assert "xã Đồng Vại" in (found.reason or "")
    assert "dong vai" not in (found.reason or "")


def test_who_signs_a_paper_is_asked_of_the_work(two: Service) -> None:
    found = two.ask("Bàn giao vườn giống thì ai ký biên bản?")
    assert "Trưởng phòng Nghiệp vụ" in (found.answer or "")


def test_two_documents_compared_bear_the_names_together(two: Service) -> None:
    found = two.ask("Ai ký kế hoạch 77 của UBND tỉnh Sông Lãng và kế hoạch 8 của xã Đồng Vại?")
    assert "Tạ Văn Hòe" in (found.answer or "")
    assert "Mai Thị Cúc" in (found.answer or "")


def test_confidence_grows_with_what_is_borne(two: Service) -> None:
    steps = [probability(share / 10) for share in range(11)]
    assert steps == sorted(steps)
    labels = {document_label(two.store.document(row.id)) for row in two.rows()}
    assert len(labels) == 2
