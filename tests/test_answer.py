"""Answers over the sample collection: the fact as the document words it, or a refusal that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.clean import bare
from search_api.questions.question import understand
from search_api.questions.scope import find_scope, issuer_names, topic_text
from search_api.schemas import Filters
from search_api.service import Service


@pytest.fixture(scope="module")
def service(sample_index: Path) -> Service:
    return Service(sample_index)


@pytest.mark.parametrize(
    ("question", "docs", "topic"),
    [
        ("chỉ tiêu trong kế hoạch 86 là bao nhiêu?", {"kh-86-kh-ubnd-cai-cach-hanh-chinh"}, ""),
        ("KH 145 giao ai mua xe chữa cháy?", {"kh-145-kh-ubnd-phong-chay"}, "mua xe chữa cháy"),
        ("112/KH-UBND nói gì về dữ liệu?", {"kh-112-kh-ubnd-chuyen-doi-so"}, "dữ liệu"),
        ("ai chủ trì tuyên truyền ở xã Yên Trạch?", {"kh-ubnd-xa-yen-trach-phong-chay"}, "tuyên truyền"),
        ("ai chu tri tuyen truyen o xa yen trach", {"kh-ubnd-xa-yen-trach-phong-chay"}, "tuyen truyen"),
        (
            "kế hoạch cải cách hành chính của Sở Nội vụ giao ai khảo sát?",
            {"kh-so-noi-vu-cai-cach-hanh-chinh"},
            "khảo sát",
        ),
        ("Sở Nội vụ phối hợp với ai khi khảo sát?", None, "khảo sát"),
        ("KH145 giao ai mua xe chữa cháy?", {"kh-145-kh-ubnd-phong-chay"}, "mua xe chữa cháy"),
        (
            "dự thảo của xã Yên Trạch giao ai tuyên truyền?",
            {"kh-ubnd-xa-yen-trach-phong-chay"},
            "tuyên truyền",
        ),
        ("trong KH PCCC xã Yên Trạch có những việc gì?", {"kh-ubnd-xa-yen-trach-phong-chay"}, ""),
        ("dự thảo nghị quyết phải xong khi nào?", None, "dự thảo nghị quyết"),
        ("theo chỉ thị tháng 3 thì ai rà soát thủ tục?", {"ct-21-ct-ttg-cai-cach-hanh-chinh"}, "rà soát"),
        ("kế hoạch 86 nói gì về hồ sơ của tỉnh?", {"kh-86-kh-ubnd-cai-cach-hanh-chinh"}, "hồ sơ"),
        ("đơn vị nào thực hiện Nghị quyết 68-NQ/TW?", None, ""),
        ("ai chủ trì số hóa hồ sơ?", None, "số hóa hồ sơ"),
    ],
)
def test_the_documents_that_a_question_names(
    service: Service, question: str, docs: set[str] | None, topic: str
) -> None:
    understood = understand(question)
    scope = service.scope(understood)
    assert (set(scope.docs) if scope.docs is not None else None) == docs
    assert bare(topic) in bare(topic_text(understood, scope))


def test_what_a_commune_has_to_do_is_told_by_the_plans_above_it_too(service: Service) -> None:
    for question in ("UBND xã Phú Hòa phải làm những gì?", "xa phu hoa duoc giao nhung viec gi"):
        docs = set(service.scope(understand(question)).docs or ())
        assert "kh-19-kh-ubnd-xa-phu-hoa-cai-cach-hanh-chinh" in docs
        assert "kh-86-kh-ubnd-cai-cach-hanh-chinh" in docs  # which its plan carries out
        answer = service.ask(question)
        assert {group.doc for group in answer.groups} >= {"kh-86-kh-ubnd-cai-cach-hanh-chinh"}
    body = service.scope(understand("Trạm Y tế xã Phú Hòa được giao việc gì?"))
    assert body.docs == ("kh-19-kh-ubnd-xa-phu-hoa-cai-cach-hanh-chinh",)


def test_two_names_that_exclude_one_another_are_two_groups(service: Service) -> None:
    scope = service.scope(understand("hạn khảo sát trong kế hoạch 86 và trong kế hoạch của Sở Nội vụ?"))
    assert {frozenset(group) for group in scope.groups} == {
        frozenset({"kh-86-kh-ubnd-cai-cach-hanh-chinh"}),
        frozenset({"kh-so-noi-vu-cai-cach-hanh-chinh"}),
    }


@pytest.mark.parametrize(
    ("issuer", "place", "name"),
    [
        ("Ban Thường vụ Tỉnh ủy", "Lâm Sơn", "tinh uy"),
        ("Ủy ban nhân dân tỉnh Lâm Sơn", "Lâm Sơn", "ubnd tinh"),
        ("UBND xã Phú Hòa", "Phú Hòa", "uy ban nhan dan xa phu hoa"),
        ("Sở KH&CN", None, "so khoa hoc va cong nghe"),
        ("Sở Công viên và Chiếu sáng", "Lâm Sơn", "so cong vien"),
        ("Ban Thường vụ Đảng ủy xã Phú Hòa", "Phú Hòa", "dang uy xa"),
    ],
)
def test_issuers_are_named_in_several_ways(issuer: str, place: str | None, name: str) -> None:
    assert name in issuer_names(issuer, place)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("ai chủ trì nhiệm vụ chuyển đổi số?", ["Sở Khoa học và Công nghệ"]),
        ("Ai ký Chỉ thị 33-CT/TW?", ["Nguyễn Bá Thước"]),
        ("kế hoạch 145 ban hành ngày nào?", ["20 tháng 4 năm 2026"]),
        ("Kế hoạch của xã Đông Khê thay thế văn bản nào?", ["KH-UBND"]),
        ("Kế hoạch 86 thực hiện những văn bản nào?", ["21/CT-TTg"]),
        ("Kế hoạch của Sở Nội vụ thực hiện kế hoạch số mấy của tỉnh?", ["86/KH-UBND"]),
        ("Văn bản nào trong kho chưa có số?", ["Sở Nội vụ", "Sở Khoa học và Công nghệ", "Yên Trạch"]),
        ("Bà Vi Thị Hạnh Nguyên ký những kế hoạch nào?", ["45-KH/TU"]),
        ("Những văn bản nào có nói đến trợ lý ảo?", ["68-NQ/TW", "112/KH-UBND", "27/KH-UBND"]),
        ("Nghị quyết 68 được những kế hoạch nào triển khai?", ["45-KH/TU", "27/KH-UBND"]),
        ("Có bao nhiêu văn bản về phòng cháy?", ["33-CT/TW", "60-KH/TU", "145/KH-UBND"]),
        ("Các văn bản của Tỉnh ủy gồm những gì?", ["45-KH/TU", "60-KH/TU"]),
        ("Kế hoạch 86 do ai ký và thực hiện những văn bản nào?", ["Đoàn Minh Quế", "21/CT-TTg"]),
    ],
)
def test_facts(service: Service, question: str, words: list[str]) -> None:
    answer = service.ask(question)
    assert answer.answered, answer.reason
    assert answer.answer is not None
    for word in words:
        assert bare(word) in bare(answer.answer)
    assert all(piece.cites for group in answer.groups for piece in group.pieces)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Kế hoạch số 47-KH/TU đặt chỉ tiêu bao nhiêu?", "chưa có toàn văn"),
        ("Kế hoạch số 09-KH/ĐUSNV của Đảng ủy Sở Nội vụ tỉnh Lâm Sơn do ai ký?", "chưa có toàn văn"),
        ("Kế hoạch phòng cháy của UBND xã Yên Trạch mang số bao nhiêu?", "dự thảo"),
        ("Kế hoạch của xã Yên Trạch ban hành ngày nào?", "ngày ban hành"),
        ("Ai là Chủ tịch UBND xã Yên Trạch?", "ký thay"),
        ("Số điện thoại của Công an xã Đông Khê là bao nhiêu?", "liên hệ"),
        ("ai chủ trì trồng rừng ở tỉnh Phượng Hoàng?", "Phượng Hoàng"),
        ("Tỉnh Phượng Hoàng rà soát nhà trọ xong khi nào?", "Phượng Hoàng"),
        ("ubnd tinh tuyen quang yeu cau lap to lien gia xong truoc ngay nao", "Tuyên Quang"),
        ("giá vàng hôm nay bao nhiêu một lượng?", "Không có trong kho"),
        ("Những quyết định nào của UBND tỉnh?", "thuộc loại này"),
        ("Năm 2019 tỷ lệ hồ sơ trực tuyến đạt bao nhiêu phần trăm?", "Không có trong kho"),
    ],
)
def test_refusals_say_why(service: Service, question: str, why: str) -> None:
    answer = service.ask(question)
    assert not answer.answered, answer.answer
    assert answer.answer is None
    assert answer.reason is not None
    assert answer.reason.startswith("Không có trong kho")
    assert why in answer.reason


def test_filters_limit_the_answer(service: Service) -> None:
    answer = service.ask("ai chủ trì nhiệm vụ chuyển đổi số?", Filters(level="xa"))
    assert {citation.doc for citation in answer.citations} == {"kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so"}


def test_a_symbol_finds_its_document_then_those_that_cite_it(service: Service) -> None:
    hits = service.search("45-KH/TU", 10).hits
    assert hits[0].doc == "kh-45-kh-tu-chuyen-doi-so"
    others = [hit.doc for hit in hits if hit.doc != hits[0].doc]
    citing = {row.doc for row in service.references() if row.symbol == "45-KH/TU"}
    assert set(others[:2]) <= citing


def test_the_catalogue_does_not_depend_on_the_order_of_documents(service: Service) -> None:
    from search_api.questions.scope import Catalogue

    question = understand("chỉ tiêu trong kế hoạch của tỉnh và của xã Phú Hòa?")
    there = find_scope(question, service.store, Catalogue(service.rows()))
    back = find_scope(question, service.store, Catalogue(service.rows()[::-1]))
    assert there == back


@pytest.mark.parametrize(
    "question",
    ["Những kế hoạch nào về cải cách hành chính?", "Văn bản nào viện dẫn Nghị quyết 57-NQ/TW?"],
)
def test_a_list_of_documents_opens_no_others(
    question: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.store import Store
    from search_api.answers.answer import answer

    asked, opened = understand(question), set()
    plain = Store.document
    monkeypatch.setattr(Store, "document", lambda store, doc: opened.add(doc) or plain(store, doc))
    given = answer(asked, service.scope(asked), service.store, lambda *_: [], service.rows(), Filters())
    assert given.answered
    assert opened == {citation.doc for citation in given.citations} != {row.id for row in service.rows()}


def test_documents_that_may_replace_another_say_so(service: Service) -> None:
    may = service.store.replacing()
    for row in service.rows():
        document = service.store.document(row.id)
        says = "thay thế" in " ".join(document.text.lower().split())
        assert (row.id in may) == (says or any(r.role == "replaces" for r in document.references))
    assert may
