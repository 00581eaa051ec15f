"""Warnings: what must be warned of, and what must not."""

import pytest

from indexer.metadata import read_metadata
from indexer.notices import document_notices
from indexer.records import Notice, Page, SourceText, Span
from indexer.structure import read_structure

HEAD = """Số: 77/KH-SNV

Hòa Phú, ngày 12 tháng 5 năm 2026

KẾ HOẠCH

Cải cách hành chính năm 2026

Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh, Sở Nội vụ xây dựng Kế hoạch như sau:

"""
BODY = """I. MỤC ĐÍCH

1. Nâng cao chất lượng phục vụ người dân và doanh nghiệp.

2. Rút ngắn thời gian giải quyết hồ sơ.

II. NHIỆM VỤ

1. Rà soát thủ tục.

2. Công khai kết quả.
"""


def warned(text: str, **fields: object) -> list[Notice]:
    source = SourceText(text, **fields)  # type: ignore[arg-type]
    blocks, outline = read_structure(source)
    return document_notices(source, blocks, outline, read_metadata(text, blocks, outline))


def codes(text: str, **fields: object) -> list[str]:
    return [notice.code for notice in warned(text, **fields)]


def test_sound_document() -> None:
    assert codes(HEAD + BODY) == []


def test_blank_number_and_date() -> None:
    text = HEAD.replace("77/KH", " /KH").replace("ngày 12 tháng 5", "ngày     tháng 5") + BODY
    number, date = warned(text)
    assert (number.code, date.code) == ("blank_number", "blank_date")
    assert number.span is not None
    assert number.span.of(text) == "Số:  /KH-SNV"
    assert "chỉ ghi tháng và năm" in date.message


def test_no_number_and_no_date() -> None:
    text = HEAD.split("\n\n", 2)[2] + BODY
    assert codes(text) == ["no_number", "no_date"]


ANNEX = [
    # sentence, annex at the end, is it missing?
    ("3. Chi tiết tại Phụ lục I.", "", True),
    ("3. Các mục tiêu (Chi tiết tại Phụ lục II kèm theo).", "", True),
    ("3. Có Phụ lục kèm theo.", "", True),
    ("3. Chi tiết tại Phụ lục I.", "PHỤ LỤC I\nDanh mục nhiệm vụ", False),
    ("3. Chi tiết tại Phụ lục 1.", "Phụ lục I\nDanh mục nhiệm vụ", False),
    ("3. Chi tiết tại Phụ lục II kèm theo.", "PHỤ LỤC I\nDanh mục nhiệm vụ", True),
    ("3. Có Phụ lục kèm theo.", "PHỤ LỤC\nDanh mục nhiệm vụ", False),
    ("3. Theo dõi từng thôn theo biểu giao chỉ tiêu kèm theo Kế hoạch này.", "", True),
    ("3. Theo dõi từng thôn theo biểu kèm theo Kế hoạch này.", "BIỂU GIAO CHỈ TIÊU\nThôn Một: 12", False),
    ("3. Nộp danh sách kèm theo đơn này.", "", False),
    ("3. Theo Phụ lục I ban hành kèm theo Thông tư số 05/2023/TT-BNV.", "", False),
    ("3. Theo mẫu tại Phụ lục II của Nghị định số 45/2024/NĐ-CP.", "", False),
    ("3. Theo Phụ lục III Nghị định số 45/2024/NĐ-CP.", "", False),
]


@pytest.mark.parametrize(("sentence", "annex", "missing"), ANNEX)
def test_annexes(sentence: str, annex: str, missing: bool) -> None:
    assert ("annex_missing" in codes(HEAD + BODY + "\n" + sentence + "\n\n" + annex + "\n")) == missing


def test_numbering_gap() -> None:
    text = HEAD + BODY.replace("2. Công khai", "3. Công khai")
    (notice,) = warned(text)
    assert notice.code == "numbering_gap"
    assert "II > 1" in notice.message
    assert "II > 3" in notice.message


def test_numbering_that_goes_back_is_no_gap() -> None:
    assert "numbering_gap" not in codes(HEAD + BODY + "\nIII. TỔ CHỨC\n\n1. Giao các phòng.\n")


def test_damaged_text() -> None:
    damaged = "Kế hoạch thưc hiệp nghiẽp vữ chuyểnđổi số ởđịa phươngg, nâmg caoo năngg lựcc. " * 12
    assert "damaged_text" in codes(HEAD + BODY + damaged)


def test_other_script() -> None:
    (notice,) = warned(HEAD + BODY + "\n3. Giao Тrung tâm thực hiện.\n")
    assert notice.code == "mixed_script"
    assert "Тrung" in notice.message


def test_unreadable_signs() -> None:
    assert "unreadable_signs" in codes(HEAD + BODY + "\n3. Giao \ufffdng thực hiện.\n")


def test_no_diacritics() -> None:
    assert "no_diacritics" in codes("Ke hoach cai cach hanh chinh nam nay cua co quan. " * 40)


def test_pages() -> None:
    text = HEAD + BODY
    half = len(HEAD)
    pages = (
        Page(1, Span(0, half), 0.62),
        Page(2, Span(half, half)),
        Page(3, Span(half, len(text)), 0.97),
    )
    found = warned(text, pages=pages, format="pdf")
    assert [(n.code, n.page) for n in found] == [("low_ocr", 1), ("page_without_text", 2)]
    assert "62%" in found[0].message
    assert codes(text, pages=pages[1:], format="docx") == []


def test_what_the_reader_said_is_not_said_again() -> None:
    text = HEAD + BODY
    pages = (Page(1, Span(0, len(text)), 0.5),)
    said = (Notice("ocr", "Trang 1 …", page=1),)
    assert codes(text, pages=pages, notices=said, format="pdf") == []


def test_messages_are_vietnamese_sentences() -> None:
    text = (
        HEAD.replace("77/KH", " /KH") + BODY.replace("2. Công khai", "4. Công khai") + "\n5. Xem Phụ lục I.\n"
    )
    for notice in warned(text):
        assert notice.message.endswith(".")
        assert notice.message[0].isupper()
