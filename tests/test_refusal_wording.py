"""What a refusal says was asked about, and how it names documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from search_api.answers.cited import citation_place
from search_api.answers.draft import document_label
from search_api.answers.wording import asked_about
from search_api.naming import issuer_name
from search_api.questions.question import understand
from search_api.schemas import Citation
from search_api.service import Service


@pytest.mark.parametrize(
    ("question", "names", "asked"),
    [
        ("Cơ quan nào của tỉnh Đại Sơn chủ trì tham mưu ban hành quy chế chợ?", ["tỉnh Đại Sơn"], "tham mưu ban hành quy chế chợ"),
        ("Xã Đồng Mây có bao nhiêu hộ trồng chè?", ["Xã Đồng Mây"], "hộ trồng chè"),
        ("Giá thuê chỗ ở chợ Mây là bao nhiêu?", [], "Giá thuê chỗ ở chợ Mây"),
        ("cán bộ của Sở Y tế đi học ở đâu, trước ngày nào?", ["Sở Y tế"], "cán bộ, đi học"),
        ("gia thue cho o cho lon la bao nhieu", [], "gia thue cho o cho lon"),
    ],
)  # fmt: skip
def test_the_words_asked_about(question: str, names: list[str], asked: str) -> None:
    assert asked_about(understand(question), names) == asked


@pytest.mark.parametrize(
    ("issuer", "place", "name"),
    [
        ("UBND phường", "Cầu Mây", "UBND phường Cầu Mây"),
        ("Ủy ban nhân dân tỉnh", "Lâm Sơn", "Ủy ban nhân dân tỉnh Lâm Sơn"),
        ("Ban Thường vụ Tỉnh ủy", "Lâm Sơn", "Ban Thường vụ Tỉnh ủy (Lâm Sơn)"),
        ("UBND xã Đồng Mây", "Đồng Mây", "UBND xã Đồng Mây"),
        ("Thủ tướng Chính phủ", None, "Thủ tướng Chính phủ"),
        (None, "Lâm Sơn", None),
    ],
)
def test_an_issuer_is_named_with_its_place(issuer: str | None, place: str | None, name: str | None) -> None:
    assert issuer_name(issuer, place) == name


def test_a_citation_of_a_draft_names_its_place() -> None:
    cited = Citation(
        1, "d", "d.txt", None, "", None, 0, 1, "x", draft=True, type="KH", issuer="UBND phường", locality="Cầu Mây"
    )  # fmt: skip
    assert citation_place(cited) == "Dự thảo Kế hoạch của UBND phường Cầu Mây"


@pytest.fixture(scope="module")
def service(sample_index: Path) -> Service:
    return Service(sample_index)


def test_a_document_that_is_only_cited_is_named_with_those_that_cite_it(service: Service) -> None:
    answer = service.ask("Kế hoạch số 47-KH/TU đặt những chỉ tiêu gì?")
    doc = "kh-86-kh-ubnd-cai-cach-hanh-chinh"
    assert answer.reason
    assert doc not in answer.reason
    assert document_label(service.store.document(doc)) in answer.reason


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Theo kế hoạch của Sở Thủy văn và Hải đảo thì xã phải làm những gì?", "“Sở Thủy văn và Hải đảo”"),
        ("Kế hoạch của Sở Y tế giao ai tập huấn?", "“Sở Y tế”"),
    ],
)
def test_a_department_that_issued_nothing_is_said_to_be_missing(
    service: Service, question: str, name: str
) -> None:
    answer = service.ask(question)
    assert not answer.answered
    assert answer.reason
    assert name in answer.reason


def test_work_that_is_issued_is_due_like_other_work(service: Service) -> None:
    answer = service.ask("Quy chế quản lý kho dữ liệu dùng chung ban hành khi nào?")
    assert answer.kind == "deadline"
    assert not service.ask("Kế hoạch nuôi cá tra ban hành khi nào?").answered
