"""The outline: numbering is trusted, headings and run-ins told apart, page breaks undone."""

from __future__ import annotations

import io
import json
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.clean import collapse
from indexer.markers import STYLES, match_marker
from indexer.readers.plain import read_text
from indexer.records import SourceText, Span
from indexer.structure import read_structure

HEAD = """UBND XÃ ĐỒNG KHÊ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: /KH-UBND

Đồng Khê, ngày    tháng 5 năm 2026

KẾ HOẠCH

Thực hiện Chỉ thị số 33-CT/TW ngày 12/01/2026 của
Ban Bí thư về phòng cháy

Thực hiện Kế hoạch số 60-KH/TU ngày 02/3/2026 của Ban Thường vụ Tỉnh ủy, UBND xã xây dựng kế hoạch như sau:

"""
FOOT = """
Nơi nhận:
- UBND tỉnh (b/c);
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lò Văn Thí
"""


def outline(text: str, bold: tuple[Span, ...] = ()) -> list[tuple[str, str | None, str]]:
    _, sections = read_structure(SourceText(text=text, bold=bold))
    return [(s.path, s.title, s.kind) for s in sections]


@pytest.mark.parametrize(
    ("line", "number"),
    [("l. Rà soát bến đò", "1"), ("l2. Kiểm tra", "12"), ("2.l. Mục tiêu", "2.1"), ("l0. Tổng kết", "10")],
)
def test_recognised_letters_in_a_number(line: str, number: str) -> None:
    marker = match_marker(line)
    assert marker is not None
    assert marker.number == number
    assert line[marker.words].isupper()


@pytest.mark.parametrize(
    ("line", "number", "words"),
    [
        ("4- Cai nghiện", "4", "Cai nghiện"),
        ("2- 100% thôn", "2", "100% thôn"),
        ("3- 13/13 thôn", "3", "13/13 thôn"),
        ("1.2- Tuyên truyền", "1.2", "Tuyên truyền"),
    ],
)
def test_a_number_with_a_dash(line: str, number: str, words: str) -> None:
    marker = match_marker(line)
    assert marker is not None
    assert (marker.number, line[marker.words :]) == (number, words)


def test_items_of_the_party_open_sections() -> None:
    text = """II- NHIỆM VỤ

1- Tuyên truyền
Mỗi tháng phát thanh 04 tin.
- Trách nhiệm chỉ đạo: Thường trực Đảng ủy.

2- Quản lý
a) Rà soát hộ nuôi ong; Trung tâm Y tế, Phòng Văn hóa
- Xã hội phối hợp.
b) Lập sổ theo dõi.
"""
    assert [path for path, _, _ in outline(text)] == ["II", "II > 1", "II > 2", "II > 2 > a", "II > 2 > b"]
    assert all("- Xã hội" not in line[:8] for line in logical_texts(text))


def logical_texts(text: str) -> list[str]:
    blocks, _ = read_structure(SourceText(text=text, bold=()))
    return [block.span.of(text) for block in blocks]


def test_a_letter_is_no_number_where_a_word_or_an_item_begins() -> None:
    assert match_marker("là một việc") is None
    item = match_marker("l) việc khác")
    assert item is not None
    assert item.style == "letter"


@pytest.mark.parametrize(("style", "example"), [(style, example) for style, _, _, example in STYLES])
def test_every_style_matches_its_example(style: str, example: str) -> None:
    marker = match_marker(example)
    assert marker is not None
    assert marker.style == style


@pytest.mark.parametrize(
    "line",
    [
        "2026 là năm bản lề",
        "1.500 hộ dân được hỗ trợ",
        "100% hồ sơ được số hóa",
        "27/7 hằng năm",
        "2.500 hộ",
        "5. 2026",
        "5- 7 người mỗi tổ",
        "2- 3 lần một tuần",
        "Điều này cần làm ngay",
        "Mục đích của kế hoạch",
        "Phần lớn hồ sơ đã xong",
        "nhóm hộ nghèo: rà soát",
        "Nhiệm vụ trọng tâm của xã",
        "Phụ lục kèm theo nêu chi tiết từng việc.",
        "Việc khó.",
    ],
)
def test_what_is_no_number(line: str) -> None:
    assert match_marker(line) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "I. MỤC ĐÍCH\n\n1. Mục đích\n\nNâng cao nhận thức.\n\n2. Yêu cầu\n\nThiết thực, hiệu quả.\n",
            [("I", "MỤC ĐÍCH", "part"), ("I > 1", "Mục đích", "heading"), ("I > 2", "Yêu cầu", "heading")],
        ),
        (
            "I- QUAN ĐIỂM\n\n1. Con người là trung tâm của mọi việc, mọi lúc, mọi nơi.\n\n2. Phòng là chính.\n\nII- NHIỆM VỤ\n\nLàm ngay.\n",
            [
                ("I", "QUAN ĐIỂM", "part"),
                ("I > 1", None, "run_in"),
                ("I > 2", None, "run_in"),
                ("II", "NHIỆM VỤ", "part"),
            ],
        ),
        (
            "I. CHỈ TIÊU\n\n1. Tỷ lệ hộ nghèo dưới 2%.\n\n2. 100% học sinh có thẻ.\n\n3. 05 lớp tập huấn.\n",
            [
                ("I", "CHỈ TIÊU", "part"),
                ("I > 1", None, "run_in"),
                ("I > 2", None, "run_in"),
                ("I > 3", None, "run_in"),
            ],
        ),
        (
            "III. NHIỆM VỤ\n\nNhóm 1: Chỉ đạo\n\n1.1. Nội dung\n\n- Nhiệm vụ 1: Rà soát quy chế.\n\n- Nhiệm vụ 2: Sửa quy chế.\n\n1.2. Kết quả cần đạt\n\n- 100% thôn có tổ.\n",
            [],
        ),
        (
            "I. NHIỆM VỤ\n\n1.1. Mục tiêu chung: Đến năm 2030 mọi thôn có điểm chữa cháy.\n\n1.2. Mở lớp tập huấn cho đội dân phòng.\n",
            [
                ("I", "NHIỆM VỤ", "part"),
                ("I > 1.1", "Mục tiêu chung", "heading"),
                ("I > 1.2", None, "run_in"),
            ],
        ),
        (
            "Chương I\n\nQUY ĐỊNH CHUNG\n\nĐiều 1. Phạm vi\n\n1. Văn bản này quy định việc a;\n\na) Việc thứ nhất;\n\nb) Việc thứ hai.\n\nĐiều 2. Đối tượng\n\nMọi thôn.\n",
            [
                ("Chương I", "QUY ĐỊNH CHUNG", "chapter"),
                ("Chương I > Điều 1", "Phạm vi", "article"),
                ("Chương I > Điều 1 > 1", None, "clause"),
                ("Chương I > Điều 1 > 1 > a", None, "point"),
                ("Chương I > Điều 1 > 1 > b", None, "point"),
                ("Chương I > Điều 2", "Đối tượng", "article"),
            ],
        ),
    ],
)
def test_outline(body: str, expected: list[tuple[str, str | None, str]]) -> None:
    found = outline(HEAD + body + FOOT)
    if body.startswith("III."):
        assert [path for path, _, _ in found] == [
            "III",
            "III > Nhóm 1",
            "III > Nhóm 1 > 1.1",
            "III > Nhóm 1 > 1.1 > Nhiệm vụ 1",
            "III > Nhóm 1 > 1.1 > Nhiệm vụ 2",
            "III > Nhóm 1 > 1.2",
        ]
    else:
        assert found == expected


def test_head_and_foot_are_told_apart() -> None:
    text = HEAD + "I. NHIỆM VỤ\n\n1. Rà soát\n\nLàm ngay.\n" + FOOT
    blocks, _ = read_structure(SourceText(text=text))
    kinds = {
        kind: [collapse(b.span.of(text)) for b in blocks if b.kind == kind]
        for kind in {b.kind for b in blocks}
    }
    assert kinds["symbol"] == ["Số: /KH-UBND"]
    assert kinds["place"] == ["Đồng Khê, ngày tháng 5 năm 2026"]
    assert kinds["type"] == ["KẾ HOẠCH"]
    assert kinds["title"] == ["Thực hiện Chỉ thị số 33-CT/TW ngày 12/01/2026 của Ban Bí thư về phòng cháy"]
    assert len(kinds["preamble"]) == 1
    assert kinds["recipients"] == ["Nơi nhận:", "- UBND tỉnh (b/c);", "- Lưu: VT."]
    assert kinds["signature"][-1] == "Lò Văn Thí"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        # A page break inside a sentence, and inside a unit's name.
        (
            "I. VIỆC\n\nRà soát các điểm chữa cháy công cộng trên địa bàn, báo cáo kết quả\n\nvề Công an xã.\n\nMua máy bơm.",
            2,
        ),
        # A page number between the halves.
        (
            "I. VIỆC\n\nRà soát các điểm chữa cháy công cộng trên địa bàn xã theo sự\n\n2\n\nphân công của Công an xã.",
            1,
        ),
        # A label never joins what stands before it.
        (
            "I. VIỆC\n\nRà soát các điểm chữa cháy công cộng trên địa bàn xã\n\nThời gian thực hiện: Thường xuyên.",
            2,
        ),
    ],
)
def test_page_breaks_are_undone(text: str, paragraphs: int) -> None:
    blocks, _ = read_structure(SourceText(text=text))
    assert len([b for b in blocks if b.kind in ("paragraph", "label")]) == paragraphs


def test_a_blank_line_after_every_line_changes_nothing() -> None:
    body = (
        "I. NHIỆM VỤ TRỌNG TÂM CỦA NĂM\n1. Kiện toàn đội dân phòng ở các thôn, bảo đảm đủ người, đủ phương tiện và\n"
        "có người trực trong mùa khô, gắn với phong trào toàn dân tham gia phòng cháy,\nchữa cháy ở cơ sở.\n"
        "2. Tuyên truyền trên hệ thống loa của thôn mỗi tuần ba lần, tập trung vào cách\n"
        "dùng bình chữa cháy và lối thoát nạn thứ hai của nhà ở kết hợp kinh doanh.\n"
    )
    spaced = "\n\n".join(body.split("\n"))
    assert outline(body) == outline(spaced)


def test_a_closing_sentence_leaves_the_numbered_items() -> None:
    text = (
        HEAD
        + "I. TỔ CHỨC\n\n1. Giao Công an xã theo dõi, tổng hợp.\n\nYêu cầu các thôn thực hiện nghiêm túc./.\n"
        + FOOT
    )
    blocks, sections = read_structure(SourceText(text=text))
    closing = next(b for b in blocks if b.span.of(text).startswith("Yêu cầu"))
    assert sections[closing.section].path == "I"
    assert sections[1].span.end <= closing.span.start


def test_a_demand_in_the_middle_of_a_list_does_not_end_it() -> None:
    body = (
        "1. Nâng cao nhận thức của cấp ủy\n\nYêu cầu các chi bộ quán triệt Chỉ thị trong tháng 6.\n\n"
        "Các chi bộ đưa nội dung vào sinh hoạt.\n\n2. Kiểm tra, giám sát\n\n"
        "Ủy ban Kiểm tra chủ trì kiểm tra hằng năm.\n\nYêu cầu các chi bộ thực hiện nghiêm túc.\n"
    )
    blocks, sections = read_structure(SourceText(text=HEAD + body + FOOT))
    assert [section.path for section in sections] == ["1", "2"]
    inside = {
        block.span.of(HEAD + body + FOOT)[:24]: block.section for block in blocks if block.kind == "paragraph"
    }
    assert inside["Yêu cầu các chi bộ quán "] == inside["Các chi bộ đưa nội dung "] == 0
    assert inside["Ủy ban Kiểm tra chủ trì "] == 1
    assert inside["Yêu cầu các chi bộ thực "] == -1


def test_quoted_articles_of_another_law_are_not_this_texts() -> None:
    text = (
        "Điều 1. Sửa đổi Điều 9\n\n1. Sửa đổi Điều 9 như sau:\n\n“Điều 9. Bình chữa cháy\n\n1. Mỗi hộ có một bình.\n\n"
        "2. Mỗi thôn có một máy bơm.”.\n\nĐiều 2. Hiệu lực\n\nTừ ngày ký.\n"
    )
    assert [path for path, _, kind in outline(text) if kind == "article"] == ["Điều 1", "Điều 2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A number alone on its line: its title stands on the next one.
        (
            "I.\nMỤC ĐÍCH\n\n1.\nMục đích\n\nNâng cao nhận thức.\n\n2.\nYêu cầu\n\nThiết thực.\n",
            [("I", "MỤC ĐÍCH"), ("I > 1", "Mục đích"), ("I > 2", "Yêu cầu")],
        ),
        (
            "I. VIỆC\n\n1.\n\nRà soát\n\na)\n\nĐội dân phòng lập sổ.\n\nb)\n\nThôn niêm yết.\n",
            [("I", "VIỆC"), ("I > 1", "Rà soát"), ("I > 1 > a", None), ("I > 1 > b", None)],
        ),
        ("I. VIỆC\n\n2.1\nTập huấn\n\nMở lớp.\n", [("I", "VIỆC"), ("I > 2.1", "Tập huấn")]),
        # An article that is spoken of, broken off at the end of a line.
        (
            "Điều 1. Bãi bỏ\n1. Thay cụm từ “đội dân phòng” thành “tổ dân phòng” tại khoản 1\nĐiều 6.\n"
            "2. Thay cụm từ “máy bơm” tại điểm b khoản 3\nĐiều 19.\nĐiều 2. Hiệu lực\nTừ ngày ký.\n",
            [("Điều 1", "Bãi bỏ"), ("Điều 1 > 1", None), ("Điều 1 > 2", None), ("Điều 2", "Hiệu lực")],
        ),
        # An amending law in straight quotes.
        (
            'Điều 1. Sửa đổi\n\n1. Sửa đổi Điều 9 như sau:\n\n"Điều 9. Bình chữa cháy\n\n1. Mỗi hộ có một bình.\n\n'
            '2. Mỗi thôn có một máy bơm.".\n\n2. Bãi bỏ Điều 10.\n\nĐiều 2. Hiệu lực\n\nTừ ngày ký.\n',
            [("Điều 1", "Sửa đổi"), ("Điều 1 > 1", "Sửa đổi Điều 9 như sau"), ("Điều 1 > 2", None), ("Điều 2", "Hiệu lực")],
        ),
        # A heading in capitals over two lines; after a blank line only where it is unfinished.
        (
            "I. ĐẶC ĐIỂM CHUNG VÀ KẾT QUẢ CHƯƠNG TRÌNH CHỢ NỔI\nTRÊN ĐỊA BÀN TỈNH\n\nChợ có thuyền.\n\n"
            "II. NHIỆM VỤ CỦA\n\nCÁC XÃ\n\nRà soát thuyền.\n\nIII. KINH PHÍ\n\nNGÂN SÁCH XÃ\n\nDo xã chi.\n",
            [
                ("I", "ĐẶC ĐIỂM CHUNG VÀ KẾT QUẢ CHƯƠNG TRÌNH CHỢ NỔI TRÊN ĐỊA BÀN TỈNH"),
                ("II", "NHIỆM VỤ CỦA CÁC XÃ"),
                ("III", "KINH PHÍ"),
            ],
        ),
        # Nobody closed the quotations: the next instruction to amend is this law's own.
        (
            'Điều 1. Sửa đổi\n\n1. Sửa đổi Điều 9 như sau:\n\n"Điều 9. Bình chữa cháy\n\n1. Mỗi hộ có một bình.\n\n'
            '2. Bổ sung nước thường xuyên.\n\n2. Bổ sung khoản 3 vào sau khoản 2 Điều 10 như sau:\n\n"3. Mỗi thôn có một bể.\n\n'
            '3. Thay cụm từ "cấp huyện" bằng cụm từ "cấp xã" tại Điều 12.\n\nĐiều 2. Hiệu lực\n\nTừ ngày ký.\n',
            [
                ("Điều 1", "Sửa đổi"),
                ("Điều 1 > 1", "Sửa đổi Điều 9 như sau"),
                ("Điều 1 > 2", "Bổ sung khoản 3 vào sau khoản 2 Điều 10 như sau"),
                ("Điều 1 > 3", None),
                ("Điều 2", "Hiệu lực"),
            ],
        ),
        # A footnote that quotes another decree runs on over the next page.
        (
            "Điều 5. Kinh phí\n\nDo ngân sách xã bảo đảm.\n\n1 Nghị định khác quy định như sau:\n\n“Điều 3. Chuyển tiếp\n\n"
            "Hồ sơ đã nộp thì giải quyết tiếp.\n\nĐiều 6. Trách nhiệm\n\nCông an xã thi hành.\n\n"
            "Điều 4. Hiệu lực\n\nTừ ngày ký.”.\n\nĐiều 7. Thi hành\n\nCác thôn thi hành.\n",
            [("Điều 5", "Kinh phí"), ("Điều 6", "Trách nhiệm"), ("Điều 7", "Thi hành")],
        ),
        ("Mục i. KIỂM TRA\n\nLàm ngay.\n\nMục ii. XỬ LÝ\n\nLàm sau.\n", [("Mục I", "KIỂM TRA"), ("Mục II", "XỬ LÝ")]),
        # Names after a colon go on the sentence; a topic before one is a title.
        (
            "I. VIỆC\n\n1. Công an xã chủ trì, phối hợp với các Ban: Mặt trận, Thanh niên mở lớp.\n\n"
            "2. Đối với các thôn: Một, Hai và Ba lập sổ.\n\n3. Tuyên truyền: Phát loa mỗi tuần.\n",
            [("I", "VIỆC"), ("I > 1", None), ("I > 2", None), ("I > 3", "Tuyên truyền")],
        ),
        ("I. Việc chung\n\n1. Làm.\n\nIi. Tổ chức thực hiện\n\n1. Giao.\n", [("I", "Việc chung"), ("I > 1", None), ("II", "Tổ chức thực hiện"), ("II > 1", None)]),
        # A heading that ends in "đạt được" is whole.
        (
            "I. TÌNH HÌNH\n1. Kết quả đạt được\nQua hai năm, các thôn đã có máy bơm.\n",
            [("I", "TÌNH HÌNH"), ("I > 1", "Kết quả đạt được")],
        ),
    ],
)  # fmt: skip
def test_numbers_and_quotations(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(path, title) for path, title, _ in outline(text)] == expected


def test_the_last_section_ends_before_the_foot() -> None:
    text = HEAD + "I. NHIỆM VỤ\n\n1. Rà soát\n\nLàm ngay.\n" + FOOT + "\nPHỤ LỤC\n\nDANH SÁCH\n\nThôn Một.\n"
    _, sections = read_structure(SourceText(text=text))
    assert [section.span.of(text).rstrip()[-9:] for section in sections] == [
        "Làm ngay.",
        "Làm ngay.",
        "Thôn Một.",
    ]


def test_results_to_be_reached_are_those_of_all_the_points_above() -> None:
    text = "II. VIỆC\n\n1. Tuyên truyền\n\na) Công an xã mở lớp.\n\nb) Thôn phát tờ rơi.\n\nKết quả cần đạt\n\n- 100% hộ được phát.\n"
    blocks, sections = read_structure(SourceText(text=text))
    assert sections[next(b for b in blocks if b.kind == "bullet").section].path == "II > 1"


SHARED = Path(__file__).resolve().parents[2] / "shared"
GAZETTE = SHARED / "train" / "congbao.jsonl.zst"
_ARTICLE = re.compile(r"(?m)^[ \t]*(?P<quote>[“\"‘]?)[ \t]*Điều (?P<number>\d{1,3})[a-zđ]?\. ?(?=\S)")


@pytest.mark.skipif(not GAZETTE.exists(), reason="../shared is not here")
def test_every_numbered_article_of_twenty_statutes_is_found() -> None:
    """Counted by another way: lines that print "Điều n." outside a quotation.

    What is counted there and is no section must be the next article of a quotation that an earlier
    article opened: a footnote of a consolidated text quotes several articles of the amending one.
    """
    zstandard = pytest.importorskip("zstandard")
    with GAZETTE.open("rb") as packed:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), "utf-8").readlines()
    texts = [str(json.loads(line)["text"]) for line in lines]
    counted = missed = 0
    for text in random.Random(7).sample([t for t in texts if len(_ARTICLE.findall(t)) >= 3], 20):
        source = read_text(text.encode(), markdown=False)
        _, sections = read_structure(source)
        found = {section.span.start for section in sections if section.kind == "article"}
        last_quoted = -10
        for match in _ARTICLE.finditer(source.text):
            number = int(match["number"])
            quoted = bool(match["quote"])
            at = match.start() + len(match.group()) - len(match.group().lstrip())
            if not quoted:
                counted += 1
                if at not in found:
                    missed += 1
                    assert number == last_quoted + 1, source.text[at : at + 80]
                    quoted = True
            last_quoted = number if quoted else last_quoted
    assert counted > 500
    assert missed <= 3


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "I. VIỆC",
                "1. Rà soát",
                "1.1. Mở lớp",
                "a) Một;",
                "- Hai",
                "Chữ thường",
                "",
                "Đơn vị chủ trì: Công an xã.",
                "Nhóm 1: Ba",
                "- Nhiệm vụ 1: Bốn.",
                "Nơi nhận:",
                "KẾ HOẠCH",
                "| a | b |",
                "Điều 3. Năm",
                "“Điều 4. Sáu",
                "PHỤ LỤC I",
                "2",
            ]
        ),
        max_size=30,
    )
)
def test_spans_nest_and_blocks_do_not_overlap(lines: list[str]) -> None:
    text = "\n".join(lines)
    blocks, sections = read_structure(SourceText(text=text))
    for before, after in pairwise(blocks):
        assert before.span.end <= after.span.start
    for section in sections:
        assert 0 <= section.span.start <= section.heading.end <= len(text)
        if section.parent >= 0:
            assert sections[section.parent].span.covers(section.span)
            assert sections[section.parent].depth == section.depth - 1
    covered = {at for block in blocks for at in range(block.span.start, block.span.end)}
    loose = [at for at, char in enumerate(text) if char.isalpha() and at not in covered]
    assert loose == []


def test_the_last_sentence_of_a_body_is_of_the_whole_document() -> None:
    body = (
        "I. TỔ CHỨC\n\n1. Công an xã tổng hợp.\n\n2. Các thôn gửi số liệu trước ngày 16.\n\n"
        "Các phòng, đơn vị thuộc xã nghiêm túc thực hiện; đề nghị Mặt trận xã phối hợp./.\n"
    )
    blocks, sections = read_structure(SourceText(text=HEAD + body + FOOT))
    closing = next(b for b in blocks if b.span.of(HEAD + body + FOOT).startswith("Các phòng"))
    assert sections[closing.section].path == "I"
    # Under a number of its own it stays: "2. Các thôn …./."
    body = "I. TỔ CHỨC\n\n1. Công an xã tổng hợp.\n\n2. Các thôn nghiêm túc thực hiện./.\n"
    blocks, sections = read_structure(SourceText(text=HEAD + body + FOOT))
    last = next(b for b in blocks if b.body.of(HEAD + body + FOOT).startswith("Các thôn"))
    assert sections[last.section].path == "I > 2"


def test_numbers_may_run_on_over_the_parts() -> None:
    body = (
        "I. VỀ BẾN ĐÒ\n\n1. Công an xã kiểm tra bến.\n\n2. Trạm Y tế trực.\n\nII. VỀ THUYỀN\n\n3. Phòng Kinh tế đăng ký thuyền.\n\n"
        "4. Các thôn ghi sổ.\n\nIII. KINH PHÍ\n\n9. hộ nào thiếu áo phao thì được cấp.\n"
    )
    _, sections = read_structure(SourceText(text=HEAD + body + FOOT))
    assert [section.path for section in sections] == [
        "I", "I > 1", "I > 2", "II", "II > 3", "II > 4", "III",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["Việc", "Công việc", "Dự án", "Hoạt động", "Nhiệm vụ"])
def test_numbered_work_by_any_name(word: str) -> None:
    body = f"I. CÁC VIỆC\n\n{word} 1. Nạo vét luồng\n\nĐo sâu.\n\n{word} 2. Lắp phao\n\nMua phao.\n"
    _, sections = read_structure(SourceText(text=HEAD + body + FOOT))
    assert [section.path for section in sections] == ["I", f"I > {word} 1", f"I > {word} 2"]
    assert [section.title for section in sections[1:]] == ["Nạo vét luồng", "Lắp phao"]
