"""Passages: in one section, an assignment beside its task, quoted verbatim, nothing left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.clean import collapse
from indexer.passages import MAX_WORDS, make_passages, section_titles
from indexer.records import Fact, Metadata, Passage, SourceText
from indexer.store import Store
from indexer.structure import read_structure


def passages(text: str) -> list[Passage]:
    blocks, outline = read_structure(SourceText(text=text))
    title = Metadata(type=Fact("Kế hoạch", None, "test"), title=Fact("về phòng cháy", None, "test"))
    return make_passages(text, blocks, outline, title)


SENTENCE = (
    "Rà soát các điểm lấy nước chữa cháy trên địa bàn và sửa chữa những điểm đã hỏng trước mùa khô hằng năm. "
)


def test_a_labelled_assignment_stays_with_its_task() -> None:
    text = (
        "II. NHIỆM VỤ\n\n- Nhiệm vụ 1: Mua máy bơm cho ba thôn vùng cao.\n\nĐơn vị chủ trì: Công an xã.\n\n"
        "Thời gian thực hiện: Quý II/2026.\n\n- Nhiệm vụ 2: Mở lớp dân phòng.\n\nĐơn vị chủ trì: Ban Chỉ huy quân sự xã.\n"
    )
    found = [collapse(p.span.of(text)) for p in passages(text) if p.kind == "task"]
    assert found == [
        "- Nhiệm vụ 1: Mua máy bơm cho ba thôn vùng cao. Đơn vị chủ trì: Công an xã. Thời gian thực hiện: Quý II/2026.",
        "- Nhiệm vụ 2: Mở lớp dân phòng. Đơn vị chủ trì: Ban Chỉ huy quân sự xã.",
    ]


def test_a_long_section_is_cut_at_sentences() -> None:
    text = "I. NHIỆM VỤ\n\n1. Nguồn nước\n\n" + SENTENCE * 20 + "\n\nĐơn vị chủ trì: Công an xã.\n"
    body = [p for p in passages(text) if p.section == "I > 1"]
    assert len(body) > 2
    assert all(len(p.span.of(text).split()) <= MAX_WORDS for p in body)
    assert all(collapse(p.span.of(text)).endswith(".") for p in body)
    assert "Đơn vị chủ trì: Công an xã." in body[-1].span.of(text)
    assert "hằng năm" in body[-1].span.of(text)


def test_embedded_text_has_the_document_and_the_path_before_the_quoted_words() -> None:
    text = "I. NHIỆM VỤ\n\n1. Nguồn nước\n\nSửa chữa các trụ nước đã hỏng.\n"
    last = passages(text)[-1]
    assert last.embedded == (
        "Kế hoạch về phòng cháy\nI. NHIỆM VỤ › 1. Nguồn nước\n1. Nguồn nước Sửa chữa các trụ nước đã hỏng."
    )
    assert last.section_title == "I. NHIỆM VỤ › 1. Nguồn nước"


@pytest.mark.parametrize("which", ["sample_index", "shared_index"])
def test_passages_keep_to_their_sections_and_cover_the_text(
    which: str, request: pytest.FixtureRequest
) -> None:
    index: Path = request.getfixturevalue(which)
    with Store.open(index) as store:
        for row in store.documents():
            document = store.whole_document(row.id)
            titles = dict(
                zip((s.path for s in document.outline), section_titles(document.outline), strict=True)
            )
            by_path: dict[str, list[tuple[int, int]]] = {}
            for section in document.outline:
                by_path.setdefault(section.path, []).append((section.span.start, section.span.end))
            covered = 0
            for passage in document.passages:
                assert passage.span.start >= covered
                covered = passage.span.end
                if passage.section:
                    assert passage.section_title in titles.values()
                    assert any(
                        s <= passage.span.start and passage.span.end <= e for s, e in by_path[passage.section]
                    )
            inside = [p.span for p in document.passages]
            for block in document.blocks:
                assert any(span.covers(block.span) or span.overlaps(block.span) for span in inside), block


def test_a_table_of_recipients_and_signature_is_the_frame() -> None:
    text = (
        "Điều 3. Quyết định này có hiệu lực từ ngày ký.\n\n"
        "| Nơi nhận: | TM. ỦY BAN NHÂN DÂN |\n|---|---|\n| - Như Điều 3; | CHỦ TỊCH |\n| - Lưu: VT. | Vũ Thị Lụa |\n"
    )
    kinds = {p.kind for p in passages(text) if "Lụa" in p.span.of(text) or "Nơi nhận" in p.span.of(text)}
    assert kinds == {"boilerplate"}
    plan = "II. NHIỆM VỤ\n\n| Việc | Nơi nhận báo cáo |\n|---|---|\n| Rà soát hộ | Phòng Kinh tế |\n"
    assert "boilerplate" not in {p.kind for p in passages(plan)}
