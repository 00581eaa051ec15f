from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from indexer.readers.grid import Rule, find_grids, merge_rules
from indexer.readers.layout import (
    Line,
    PageLayout,
    Table,
    Word,
    drop_running_lines,
    gather_lines,
    in_columns,
    is_page_noise,
    join_split_tables,
)
from indexer.readers.limits import LIMITS, Refused
from indexer.readers.mend import mend_numbers
from indexer.readers.pdf import Ocr, read_pdf
from indexer.records import SourceText
from indexer.rules import rows

SHARED = Path(__file__).resolve().parents[2] / "shared"
NO_OCR = Ocr(read=None, reason="cần cài Tesseract")
FONT_PLACES = [
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "C:/Windows/Fonts/times.ttf",
    "/Library/Fonts/Times New Roman.ttf",
]
FONT = next((place for place in FONT_PLACES if Path(place).exists()), None)
needs_font = pytest.mark.skipif(FONT is None, reason="no font with Vietnamese letters here")

BODY = (
    "Triển khai nhiệm vụ chuyển đổi số trên địa bàn xã Bình Minh bảo đảm đúng tiến độ đã đề ra trong",
    "kế hoạch của tỉnh; phân công rõ trách nhiệm của từng cơ quan, đơn vị; báo cáo kết quả hằng quý về",
    "Văn phòng để tổng hợp.",
)


class Pages:
    """Draws pages with a real font; coordinates in points from the top left."""

    def __init__(self, size: tuple[float, float] = A4) -> None:
        assert FONT is not None
        if "Chu" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont("Chu", FONT))
        self.stream = io.BytesIO()
        self.height = size[1]
        self.canvas = canvas.Canvas(self.stream, pagesize=size)

    def write(self, x: float, y: float, text: str, size: float = 13) -> None:
        self.canvas.setFont("Chu", size)
        self.canvas.drawString(x, self.height - y, text)

    def centre(self, x: float, y: float, text: str, size: float = 13) -> None:
        self.canvas.setFont("Chu", size)
        self.canvas.drawCentredString(x, self.height - y, text)

    def grid(self, xs: list[float], ys: list[float]) -> None:
        self.canvas.grid(xs, [self.height - y for y in ys])

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def turn(self) -> None:
        self.canvas.showPage()

    def saved(self) -> bytes:
        self.canvas.save()
        return self.stream.getvalue()

    def read(self) -> SourceText:
        source = read_pdf(self.saved(), NO_OCR)
        assert source is not None
        return source


def body(pages: Pages, y: float, lines: tuple[str, ...] = BODY, indent: float = 28) -> float:
    for at, line in enumerate(lines):
        pages.write(85 + (indent if not at else 0), y, line, 10)
        y += 17
    return y + 6


def text_lines(source: SourceText) -> list[str]:
    return [line for line in source.text.split("\n") if line]


@needs_font
def test_the_header_is_read_column_by_column() -> None:
    pages = Pages()
    pages.centre(170, 80, "UBND XÃ BÌNH MINH")
    pages.centre(410, 80, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 10)
    pages.centre(410, 96, "Độc lập - Tự do - Hạnh phúc")
    pages.line(120, 102, 220, 102)
    pages.centre(170, 116, "Số: 12/KH-UBND")
    pages.centre(410, 116, "Bình Minh, ngày 5 tháng 6 năm 2026")
    pages.centre(297, 160, "KẾ HOẠCH")
    body(pages, 190)
    assert text_lines(pages.read())[:6] == [
        "UBND XÃ BÌNH MINH",
        "Số: 12/KH-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Bình Minh, ngày 5 tháng 6 năm 2026",
        "KẾ HOẠCH",
    ]


@needs_font
def test_the_signature_stands_beside_the_recipients() -> None:
    pages = Pages()
    y = body(pages, 100)
    pages.write(85, y + 20, "Nơi nhận:", 11)
    pages.centre(430, y + 20, "TM. ỦY BAN NHÂN DÂN", 12)
    pages.write(85, y + 36, "- Như Điều 3;", 10)
    pages.centre(430, y + 38, "CHỦ TỊCH", 12)
    pages.write(85, y + 50, "- Lưu: VT.", 10)
    pages.centre(430, y + 110, "Nguyễn Văn An", 12)
    assert text_lines(pages.read())[3:] == [
        "Nơi nhận:",
        "- Như Điều 3;",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Nguyễn Văn An",
    ]


@needs_font
def test_paragraphs_are_parted_and_pages_known() -> None:
    pages = Pages()
    y = body(pages, 100)
    y = body(pages, y)
    pages.turn()
    body(pages, 100)
    source = pages.read()
    one = "\n".join(BODY)
    assert source.text == f"{one}\n\n{one}\n\n{one}\n\n"
    assert [(page.number, page.ocr) for page in source.pages] == [(1, None), (2, None)]
    assert source.pages[1].span.of(source.text) == f"{one}\n\n"


@needs_font
def test_indents_part_paragraphs_without_extra_space() -> None:
    pages = Pages()
    y = 100.0
    for _ in range(2):
        for at, line in enumerate(BODY):
            pages.write(85 + (28 if not at else 0), y, line, 10)
            y += 17
    assert pages.read().text.split("\n\n") == ["\n".join(BODY), "\n".join(BODY), ""]


@needs_font
def test_running_headers_and_page_numbers_go() -> None:
    pages = Pages()
    for number in range(1, 5):
        pages.centre(297, 40, f"{number}")
        pages.write(85, 60, f"Kế hoạch chuyển đổi số xã Bình Minh {number}", 9)
        body(pages, 130)
        pages.centre(297, 815, "Tài liệu nội bộ", 9)
        pages.turn()
    source = pages.read()
    assert text_lines(source) == list(BODY) * 4


@needs_font
def test_tables_become_rows() -> None:
    pages = Pages()
    y = body(pages, 100)
    pages.grid([80, 120, 330, 450, 540], [y, y + 30, y + 80])
    for x, text in ((84, "TT"), (124, "Nhiệm vụ"), (334, "Chủ trì"), (454, "Hạn")):
        pages.write(x, y + 18, text, 10)
    for x, dy, text in (
        (84, 46, "1"),
        (124, 46, "Rà soát thủ tục hành chính theo Quyết"),
        (124, 62, "định số 05/2026/"),
        (124, 76, "QĐ-UBND"),
        (334, 46, "Văn phòng;"),
        (334, 62, "Công an xã"),
        (454, 46, "30/6/2026"),
    ):
        pages.write(x, y + dy, text, 10)
    body(pages, y + 110)
    lines = text_lines(pages.read())
    assert lines[3:5] == [
        "| TT | Nhiệm vụ | Chủ trì | Hạn |",
        "| 1 | Rà soát thủ tục hành chính theo Quyết định số 05/2026/QĐ-UBND | Văn phòng;  Công an xã | 30/6/2026 |",
    ] or lines[4] == (
        "| 1 | Rà soát thủ tục hành chính theo Quyết định số 05/2026/QĐ-UBND | Văn phòng; Công an xã | 30/6/2026 |"
    )
    assert lines[5:] == list(BODY)


@needs_font
def test_a_table_goes_on_over_the_page_break() -> None:
    pages = Pages()
    for rows_here in (
        [("TT", "Việc"), ("1", "Một việc dài")],
        [("TT", "Việc"), ("", "nối tiếp việc dài"), ("2", "Hai")],
    ):
        ys = [100 + 25.0 * at for at in range(len(rows_here) + 1)]
        pages.grid([80, 130, 500], ys)
        for at, (a, b) in enumerate(rows_here):
            pages.write(85, ys[at] + 16, a, 10)
            pages.write(135, ys[at] + 16, b, 10)
        pages.turn()
    source = pages.read()
    assert source.text == "| TT | Việc |\n| 1 | Một việc dài nối tiếp việc dài |\n| 2 | Hai |\n\n"
    assert source.pages[1].span.of(source.text).startswith("| 2 ")


@needs_font
def test_rotated_pages_are_read_as_shown() -> None:
    pages = Pages(landscape(A4))
    body(pages, 100)
    upright = pages.read().text
    turned = Pages(landscape(A4))
    turned.canvas.setPageRotation(180)
    turned.canvas.translate(A4[1], A4[0])
    turned.canvas.rotate(180)
    body(turned, 100)
    assert turned.read().text == upright


@needs_font
def test_footnotes_follow_the_document_under_their_page() -> None:
    pages = Pages()
    y = body(pages, 100)
    pages.write(85, y, "Chỉ tiêu của tỉnh", 12)
    width = pdfmetrics.stringWidth("Chỉ tiêu của tỉnh", "Chu", 12)
    pages.write(85 + width + 0.5, y - 5, "1", 7)
    pages.write(85 + width + 6, y, "được giao hằng năm.", 12)
    pages.write(85, 780, "1", 6)
    pages.write(90, 784, "Theo Kế hoạch số 5 của tỉnh.", 9)
    pages.turn()
    body(pages, 100)
    source = pages.read()
    lines = text_lines(source)
    assert "Chỉ tiêu của tỉnh[1] được giao hằng năm." in lines
    assert lines[-1] == "[1] Theo Kế hoạch số 5 của tỉnh."
    assert [page.number for page in source.pages] == [1, 2, 1]


@needs_font
def test_scanned_pages_are_never_silent() -> None:
    from PIL import Image, ImageDraw
    from reportlab.lib.utils import ImageReader

    picture = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(picture).rectangle((100, 100, 300, 120), fill=0)
    pages = Pages()
    body(pages, 100)
    pages.turn()
    pages.canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    pages.turn()
    source = pages.read()
    assert [(notice.code, notice.page) for notice in source.notices] == [("no_text_page", 2)]
    only = Pages()
    only.canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    with pytest.raises(Refused, match="cần cài Tesseract"):
        read_pdf(only.saved(), NO_OCR)


@needs_font
def test_a_text_layer_over_a_scan_is_reported() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    pages = Pages()
    pages.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, *A4)
    body(pages, 100)
    source = pages.read()
    assert text_lines(source) == list(BODY)
    assert [notice.code for notice in source.notices] == ["ocr_layer"]


def blank_pages(count: int) -> bytes:
    stream = io.BytesIO()
    drawn = canvas.Canvas(stream)
    for _ in range(count):
        drawn.showPage()
    drawn.save()
    return stream.getvalue()


def encrypted() -> bytes:
    stream = io.BytesIO()
    drawn = canvas.Canvas(stream, encrypt="mat khau")
    drawn.drawString(100, 100, "secret")
    drawn.save()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n", "hỏng"),
        (b"%PDF-1.7\ntrailer<</Root 1 0 R>>\nstartxref\n99999\n%%EOF", "hỏng"),
        (encrypted(), "mật khẩu"),
        (blank_pages(LIMITS.pages + 1), "trang, quá giới hạn"),
    ],
)
def test_bad_files(data: bytes, words: str) -> None:
    started = time.perf_counter()
    with pytest.raises(Refused, match=words):
        read_pdf(data, NO_OCR)
    assert time.perf_counter() - started < 10


def test_blank_pages_have_no_text() -> None:
    assert read_pdf(blank_pages(2), NO_OCR) is None


@needs_font
def test_a_broken_cross_reference_table_is_rebuilt_or_refused() -> None:
    pages = Pages()
    body(pages, 100)
    data = re.sub(rb"startxref\s+\d+", b"startxref\n7", pages.saved())
    source = read_pdf(data, NO_OCR)
    assert source is not None
    assert text_lines(source) == list(BODY)


# --- layout pieces ----------------------------------------------------------------------------------


@pytest.mark.parametrize("example", [e for row in rows("page-noise.tsv") for e in row[1].split(" | ")])
def test_noise_examples(example: str) -> None:
    assert is_page_noise(example)


@pytest.mark.parametrize("row", rows("page-noise.tsv"), ids=lambda row: row[0][:20])
def test_noise_patterns_have_examples(row: list[str]) -> None:
    assert any(re.fullmatch(row[0], example) for example in row[1].split(" | "))


@pytest.mark.parametrize("text", ["1. Mục đích", "Số 12", "Năm 2026", "- Lưu: VT", "5/6/2026 hoàn thành"])
def test_what_is_no_noise(text: str) -> None:
    assert not is_page_noise(text)


def words(*placed: tuple[str, float, float]) -> list[Word]:
    return [Word(text, x, x + 6.0 * len(text), y, 12.0) for text, x, y in placed]


def test_lines_are_gathered_by_baseline() -> None:
    lines = gather_lines(words(("hai", 60, 101), ("một", 20, 100), ("dưới", 20, 118)))
    assert [line.text for line in lines] == ["một hai", "dưới"]


def test_raised_numbers_are_note_marks() -> None:
    line = words(("kế", 20, 100), ("hoạch", 36, 100), ("này", 76, 100))
    mark = Word("2", 66.5, 70, 95, 7)
    assert gather_lines([*line, mark])[0].text == "kế hoạch[2] này"


def test_justified_text_is_not_two_columns() -> None:
    lines = gather_lines(
        words(
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 80, 100),
            ("bbbbbbbbbbbbbbbbbbbbbbbbbbb", 292, 100),
            ("cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc", 80, 118),
            ("dddd", 80, 136),
        )
    )
    assert [line.text[0] for line in in_columns(lines, 595)] == ["a", "c", "d"]


def test_rules_join_and_grids_know_merged_cells() -> None:
    assert merge_rules([Rule(10, 0, 50), Rule(10.5, 51, 100)]) == [Rule(10.25, 0, 100)]
    across = [Rule(0, 0, 200), Rule(20, 0, 200), Rule(40, 100, 200), Rule(60, 0, 200)]
    down = [Rule(0, 0, 60), Rule(100, 0, 60), Rule(200, 0, 60)]
    (grid,) = find_grids(across, down)
    assert (grid.rows, grid.columns) == (3, 2)
    assert grid.cell_at(50, 50) == grid.cell_at(50, 30) == (1, 0)
    assert grid.cell_at(150, 50) == (2, 1)
    assert grid.cell_at(500, 50) is None
    assert find_grids(across, []) == []


def page_of(*items: Any, number: int = 1, ocr: float | None = None) -> PageLayout:
    return PageLayout(number, 595, 842, list(items), ocr=ocr)


def line_of(text: str, y: float) -> Line:
    return Line(words(*[(word, 80.0 + 50 * at, y) for at, word in enumerate(text.split())]))


def test_repeated_content_in_the_body_stays() -> None:
    pages = [page_of(line_of("Kính gửi các đơn vị", 300), line_of(str(n), 30), number=n) for n in range(1, 5)]
    drop_running_lines(pages)
    assert [len(page.items) for page in pages] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([["TT", "Việc"], ["1", "một"]], [["TT", "Việc"], ["2", "hai"]], [["2", "hai"]]),
        ([["TT", "Việc"], ["1", "một"]], [["2", "hai"]], [["2", "hai"]]),
        ([["TT", "Việc"], ["1", "a) một"]], [["", "b) hai"]], [["1", "b) hai"]]),
        ([["TT", "Việc"], ["1", "một"]], [["A", "B", "C"]], [["A", "B", "C"]]),
    ],
)
def test_tables_split_by_a_page_break(
    before: list[list[str]], after: list[list[str]], expected: list[list[str]]
) -> None:
    first, second = Table(before, 100, 800), Table(after, 50, 200)
    join_split_tables([page_of(first), page_of(second, number=2)])
    assert second.rows == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["I. Các hộ gia đình", "2. Các trường"], ["1. Các hộ gia đình", "2. Các trường"]),
        (["I. MỤC ĐÍCH", "2. Các trường"], ["I. MỤC ĐÍCH", "2. Các trường"]),
        (["H. NHIỆM VỤ CHUNG", "1. Một việc"], ["II. NHIỆM VỤ CHUNG", "1. Một việc"]),
        (["IH. TỔ CHỨC THỰC HIỆN", "1. Một việc"], ["III. TỔ CHỨC THỰC HIỆN", "1. Một việc"]),
        (
            ["I. MỤC ĐÍCH", "I. MỤC TIÊU", "II. NHIỆM VỤ", "IV. KINH PHÍ", "Phụ lục", "I. DANH MỤC"],
            ["I. MỤC ĐÍCH", "II. MỤC TIÊU", "III. NHIỆM VỤ", "IV. KINH PHÍ", "Phụ lục", "I. DANH MỤC"],
        ),
        (
            ["I. MỤC ĐÍCH", "II. MỤC TIÊU", "I. NỘI DUNG", "II. KINH PHÍ"],
            ["I. MỤC ĐÍCH", "II. MỤC TIÊU", "I. NỘI DUNG", "II. KINH PHÍ"],
        ),
        (["a) một", "b) hai", "c) ba", "đ) bốn"], ["a) một", "b) hai", "c) ba", "d) bốn"]),
        (["c) ba", "d) bốn", "d) năm"], ["c) ba", "d) bốn", "đ) năm"]),
    ],
)
def test_list_numbers_of_scans_are_mended(texts: list[str], expected: list[str]) -> None:
    page = page_of(*[line_of(text, 100 + 20 * at) for at, text in enumerate(texts)], ocr=0.9)
    mend_numbers([page])
    assert [item.text for item in page.items if isinstance(item, Line)] == expected
    untouched = page_of(*[line_of(text, 100 + 20 * at) for at, text in enumerate(texts)])
    mend_numbers([untouched])
    assert [item.text for item in untouched.items if isinstance(item, Line)] == texts


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["TT", "l", "2", "3"], ["TT", "1", "2", "3"]),
        (["10", "II", "12"], ["10", "11", "12"]),
        (["S", "9", "10"], ["8", "9", "10"]),
        (["I", "1", "2", "II", "1", "2"], ["I", "1", "2", "II", "1", "2"]),
        (["TT", "a", "b"], ["TT", "a", "b"]),
    ],
)
def test_the_first_column_of_scanned_tables(column: list[str], expected: list[str]) -> None:
    table = Table([[cell, "việc"] for cell in column], 0, 100)
    mend_numbers([page_of(table, ocr=0.9)])
    assert [line[0] for line in table.rows] == expected


@pytest.mark.skipif(not SHARED.exists(), reason="no shared corpus here")
def test_shared_files_keep_their_words() -> None:
    import pypdfium2 as pdfium

    for path in sorted((SHARED / "corpus-pdf").glob("*.pdf"))[::6]:
        source = read_pdf(path.read_bytes(), NO_OCR)
        assert source is not None
        document = pdfium.PdfDocument(path)
        told = " ".join(page.get_textpage().get_text_bounded() for page in document)
        document.close()
        known = set(re.findall(r"[^\W\d_]{3,}", source.text))
        missed = [word for word in re.findall(r"[^\W\d_]{3,}", told) if word not in known]
        assert len(missed) < 0.01 * len(told.split()) + 5
        assert "CÔNG BÁO/" not in source.text
