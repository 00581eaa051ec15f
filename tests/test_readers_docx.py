from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from indexer.readers.docx import read_docx
from indexer.readers.docx_styles import Numbering, write_number
from indexer.readers.limits import Refused
from indexer.readers.package import parse_xml as parse_untrusted
from indexer.records import SourceText

SHARED = Path(__file__).resolve().parents[2] / "shared"
W = nsdecls("w")


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(document: Any) -> SourceText:
    source, _ = read_docx(saved(document))
    assert source is not None
    return source


def lines(source: SourceText) -> list[str]:
    return [line for line in source.text.split("\n") if line]


def from_body(body: str, **parts: str) -> SourceText:
    """Read a document whose body is the XML given; other parts by name (numbering, footnotes, styles)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
            'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
            f"<w:body>{body}</w:body></w:document>",
        )
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    source, _ = read_docx(stream.getvalue())
    assert source is not None
    return source


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def test_paragraphs_and_tables_stay_in_their_order() -> None:
    document = docx.Document()
    document.add_paragraph("KẾ HOẠCH")
    table = document.add_table(rows=2, cols=3, style="Table Grid")
    for at, text in enumerate(["TT", "Nhiệm vụ", "Chủ trì", "1", "Rà soát\nthủ tục", "Văn phòng | Sở"]):
        table.cell(at // 3, at % 3).text = text
    document.add_paragraph("Nơi nhận: như trên")
    assert read(document).text == (
        "KẾ HOẠCH\n\n| TT | Nhiệm vụ | Chủ trì |\n| 1 | Rà soát  thủ tục | Văn phòng ¦ Sở |\n\nNơi nhận: như trên\n\n"
    )


def test_merged_cells() -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=3, style="Table Grid")
    for at in range(12):
        table.cell(at // 3, at % 3).text = f"ô {at}"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "gộp dọc"
    table.cell(3, 0).merge(table.cell(3, 2)).text = "gộp ngang"
    assert lines(read(document)) == [
        "| ô 0 | ô 1 | ô 2 |",
        "| gộp dọc | ô 4 | ô 5 |",
        "| gộp dọc | ô 7 | ô 8 |",
        "| gộp ngang |  |  |",
    ]


def test_the_header_table_is_lines_not_rows() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "UBND TỈNH AN LẠC\nSỞ TƯ LIỆU\nSố: 12/KH-STL"
    table.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    document.add_paragraph("KẾ HOẠCH")
    assert lines(read(document)) == [
        "UBND TỈNH AN LẠC",
        "SỞ TƯ LIỆU",
        "Số: 12/KH-STL",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "KẾ HOẠCH",
    ]


def test_a_table_that_mentions_the_motto_is_a_table() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2, style="Table Grid")
    table.cell(0, 0).text, table.cell(0, 1).text = "Văn bản", "Đánh giá"
    table.cell(1, 0).text = "Hiệp định giữa Cộng hòa xã hội chủ nghĩa Việt Nam và các nước"
    assert lines(read(document))[1] == "| Hiệp định giữa Cộng hòa xã hội chủ nghĩa Việt Nam và các nước |  |"


def test_a_small_table_with_lines_is_a_table() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    table.cell(0, 0).text, table.cell(0, 1).text = "Chỉ tiêu", "90%"
    assert lines(read(document)) == ["| Chỉ tiêu | 90% |"]


NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2.%3."/></w:lvl>
  <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%4)"/></w:lvl>
  <w:lvl w:ilvl="4"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
  <w:lvl w:ilvl="5"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr></w:lvl>
  <w:lvl w:ilvl="6"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Điều %7."/><w:suff w:val="space"/></w:lvl>
  <w:lvl w:ilvl="7"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%8"/></w:lvl>
</w:abstractNum>
<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="8"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="1"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
</w:numbering>"""


@pytest.mark.parametrize(
    ("steps", "labels"),
    [
        (
            [(7, 0), (7, 1), (7, 1), (7, 2), (7, 2), (7, 3), (7, 3)],
            ["I. ", "1. ", "2. ", "2.1. ", "2.2. ", "a) ", "b) "],
        ),
        ([(7, 0), (7, 1), (7, 0), (7, 1)], ["I. ", "1. ", "II. ", "1. "]),
        ([(7, 4), (7, 5)], ["- ", "• "]),
        ([(7, 6), (7, 6)], ["Điều 1. ", "Điều 2. "]),
        ([(7, 0), (7, 0), (7, 7)], ["I. ", "II. ", "2.1 "]),
        ([(7, 1), (8, 1), (8, 1), (7, 1)], ["1. ", "5. ", "6. ", "7. "]),
        ([(7, 2)], ["1.1. "]),
        ([(9, 0), (0, 0), (7, 8)], ["", "", ""]),
    ],
)
def test_list_numbers(steps: list[tuple[int, int]], labels: list[str]) -> None:
    numbering = Numbering(parse_untrusted(NUMBERING.encode(), "numbering"))
    assert [numbering.label(str(number), level) for number, level in steps] == labels


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (1, "upperRoman", "I"),
        (49, "lowerRoman", "xlix"),
        (3, "upperLetter", "C"),
        (27, "lowerLetter", "aa"),
        (7, "decimalZero", "07"),
        (7, "decimal", "7"),
        (0, "upperRoman", "0"),
        (7, "chineseCounting", "7"),
    ],
)
def test_written_numbers(value: int, form: str, expected: str) -> None:
    assert write_number(value, form) == expected


def test_numbers_are_in_the_text() -> None:
    def item(text: str, number: int, level: int) -> str:
        return paragraph(
            run(text, "<w:b/>"),
            properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>',
        )

    body = item("MỤC ĐÍCH", 7, 0) + item("Mục đích", 7, 1) + paragraph(run("Đoạn")) + item("Yêu cầu", 7, 1)
    source = from_body(body, numbering=NUMBERING)
    assert lines(source) == ["I. MỤC ĐÍCH", "1. Mục đích", "Đoạn", "2. Yêu cầu"]
    assert [span.of(source.text) for span in source.bold] == ["I. MỤC ĐÍCH", "1. Mục đích", "2. Yêu cầu"]


def test_numbers_come_from_styles_too() -> None:
    styles = f"""<w:styles {W}><w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/>
      <w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr><w:rPr><w:b/><w:caps/></w:rPr></w:style>
      <w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H"/></w:style></w:styles>"""
    body = "".join(
        paragraph(run(text), properties=f'<w:pStyle w:val="{style}"/>{extra}')
        for text, style, extra in [
            ("Mục đích", "H", ""),
            ("Yêu cầu", "H2", ""),
            ("Không số", "H", '<w:numPr><w:numId w:val="0"/></w:numPr>'),
        ]
    )
    assert lines(from_body(body, numbering=NUMBERING, styles=styles)) == [
        "I. MỤC ĐÍCH",
        "II. YÊU CẦU",
        "KHÔNG SỐ",
    ]


def test_breaks_tabs_hyphens_and_symbols() -> None:
    body = paragraph(
        run("Số:"),
        "<w:r><w:tab/><w:t>12</w:t><w:noBreakHyphen/><w:t>KH</w:t><w:br/><w:t>dòng hai</w:t>"
        '<w:br w:type="page"/><w:sym w:font="Wingdings" w:char="F0FC"/><w:softHyphen/></w:r>',
    )
    assert from_body(body).text == "Số:\t12-KH\ndòng hai✓\n\n"


def test_tracked_changes() -> None:
    body = (
        paragraph(
            run("Hoàn thành "),
            f'<w:del w:id="1"><w:r><w:delText>trước 2027</w:delText></w:r></w:del><w:ins w:id="2">{run("trong 2026")}</w:ins>',
        )
        + paragraph(run("Đoạn "), properties='<w:rPr><w:del w:id="3"/></w:rPr>')
        + paragraph(run("nối liền"))
    )
    source = from_body(body)
    assert lines(source) == ["Hoàn thành trong 2026", "Đoạn nối liền"]
    assert [notice.code for notice in source.notices] == ["tracked_changes"]


def test_fields_hyperlinks_and_hidden_text() -> None:
    body = paragraph(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>',
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        run("3"),
        f"<w:hyperlink>{run(' Nghị quyết')}</w:hyperlink>",
        run(" ẩn", "<w:vanish/>"),
    )
    source = from_body(body)
    assert lines(source) == ["3 Nghị quyết"]
    assert [notice.code for notice in source.notices] == ["hidden_text"]


def test_footnotes_follow_the_document() -> None:
    notes = f"""<w:footnotes {W}><w:footnote w:id="-1"><w:p/></w:footnote><w:footnote w:id="2">
      {paragraph(run("Theo Kế hoạch số 5"))}</w:footnote></w:footnotes>"""
    body = paragraph(run("Chỉ tiêu"), '<w:r><w:footnoteReference w:id="2"/></w:r>') + paragraph(run("Hết"))
    assert lines(from_body(body, footnotes=notes)) == ["Chỉ tiêu[1]", "Hết", "[1] Theo Kế hoạch số 5"]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph(run('DỰ THẢO'))}</w:txbxContent>"
    body = paragraph(
        run("UBND XÃ"),
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        f"{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>",
    )
    assert lines(from_body(body)) == ["UBND XÃ", "DỰ THẢO"]


@pytest.mark.parametrize(
    ("font", "shown", "expected"),
    [
        (".VnTime", "KÕ ho¹ch chuyÓn ®æi sè", "Kế hoạch chuyển đổi số"),
        (".VnTimeH", "KÕ ho¹ch", "KẾ HOẠCH"),
        ("VNI-Times", "Keá hoaïch chuyeån ñoåi soá", "Kế hoạch chuyển đổi số"),
        (".VnTime", "Kế hoạch đã là Unicode", "Kế hoạch đã là Unicode"),
        (".VnTime", "Hà Nội", "Hà Nội"),
        ("Times New Roman", "Kế hoạch", "Kế hoạch"),
        (
            "Times New Roman",
            "KÕ ho¹ch thùc hiÖn nhiÖm vô chuyÓn ®æi sè",
            "Kế hoạch thực hiện nhiệm vụ chuyển đổi số",
        ),
    ],
)
def test_legacy_fonts(font: str, shown: str, expected: str) -> None:
    middle = len(shown) // 2
    properties = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>'
    source = from_body(paragraph(run(shown[:middle], properties), run(shown[middle:], properties)))
    assert lines(source) == [expected]
    assert bool(source.notices) == (shown != expected)


def test_soft_hyphen_is_a_letter_in_abc_fonts() -> None:
    font = '<w:rPr><w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/></w:rPr>'
    body = paragraph(
        f"<w:r>{font}<w:t>Tr</w:t><w:softHyphen/><w:t>íc ngµy 5 th¸ng 7, b¸o c¸o kÕt qu¶</w:t></w:r>"
    )
    assert lines(from_body(body)) == ["Trước ngày 5 tháng 7, báo cáo kết quả"]


def test_pages_come_from_the_last_rendering() -> None:
    body = (
        paragraph(run("một"))
        + paragraph("<w:r><w:lastRenderedPageBreak/><w:t>hai</w:t></w:r>")
        + paragraph(run("dài"), "<w:r><w:lastRenderedPageBreak/><w:t> nối</w:t></w:r>")
        + paragraph(run("ba"))
    )
    source = from_body(body)
    assert [(page.number, page.span.of(source.text).split()) for page in source.pages] == [
        (1, ["một"]),
        (2, ["hai", "dài", "nối"]),
        (3, ["ba"]),
    ]


def test_decomposed_accents_are_composed_over_runs() -> None:
    source = from_body(paragraph(run("Kê"), run("\u0301 hoa", "<w:b/>"), run("\u0323ch", "<w:b/>")))
    assert lines(source) == ["Kế hoạch"]


def test_nested_tables_and_content_controls() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph(run('trong'))}</w:tc></w:tr></w:tbl>"
    table = (
        "<w:tbl><w:tblPr><w:tblBorders><w:top w:val='single'/></w:tblBorders></w:tblPr><w:sdt><w:sdtContent><w:tr>"
        f"<w:tc>{paragraph(run('ngoài'))}{inner}</w:tc><w:tc>{paragraph(run('bên'))}</w:tc>"
        "</w:tr></w:sdtContent></w:sdt></w:tbl>"
    )
    body = table + f"<w:sdt><w:sdtContent>{paragraph(run('khung'))}</w:sdtContent></w:sdt>"
    assert lines(from_body(body)) == ["| ngoài  trong | bên |", "khung"]


def test_a_table_of_contents_is_left_out() -> None:
    styles = f'<w:styles {W}><w:style w:styleId="T"><w:name w:val="toc 1"/></w:style></w:styles>'
    body = paragraph(
        run("I. MỤC ĐÍCH"), "<w:r><w:tab/><w:t>3</w:t></w:r>", properties='<w:pStyle w:val="T"/>'
    )
    body += paragraph(run("1. Một văn bản"), properties='<w:pStyle w:val="T"/>') + paragraph(
        run("I. MỤC ĐÍCH")
    )
    source = from_body(body, styles=styles)
    assert lines(source) == ["1. Một văn bản", "I. MỤC ĐÍCH"]
    assert [notice.code for notice in source.notices] == ["contents"]


def test_macros_are_reported() -> None:
    stream = io.BytesIO(saved_paragraph("Nội dung"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"\0")
    source, _ = read_docx(stream.getvalue())
    assert source is not None
    assert [notice.code for notice in source.notices] == ["macro"]


def saved_paragraph(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    return saved(document)


def damaged(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d>&x;</d>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a zip", "hỏng"),
        (b"PK\x03\x04broken", "hỏng"),
        (damaged("other.xml", b"<a/>"), "thiếu phần"),
        (damaged("word/document.xml", b"<a"), "XML hợp lệ"),
        (damaged("word/document.xml", LAUGHS), "thực thể"),
        (damaged("word/document.xml", OUTSIDE), "thực thể"),
        (damaged("word/document.xml", b"<!-- " + b" " * 5000 + b"--><!DOCTYPE d><d/>"), "w:body|XML|DTD"),
        (damaged("word/document.xml", b"<d/>"), "w:body"),
        (damaged("word/document.xml", b"<d>" * 100_000), "XML hợp lệ"),
        (damaged("word/document.xml", b"<d>" + b" " * 210_000_000 + b"</d>"), "giải nén vượt"),
    ],
)
def test_hostile_files_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_docx(data)


def test_deep_nesting_is_refused() -> None:
    body = paragraph(run("x"))
    for _ in range(60):
        body = f"<w:tbl><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>"
    with pytest.raises(Refused, match=r"sâu|XML"):
        from_body(body)


def test_an_empty_document_has_no_text() -> None:
    assert read_docx(saved(docx.Document())) == (None, ())


@pytest.mark.skipif(not SHARED.exists(), reason="no shared corpus here")
def test_shared_documents_read_whole() -> None:
    for path in sorted((SHARED / "corpus-docx").glob("*.docx")):
        source, _ = read_docx(path.read_bytes())
        assert source is not None
        words = re.sub(r"\W", "", source.text)
        told = docx.Document(str(path))
        for item in told.paragraphs:
            kept = re.sub(r"\W", "", unicodedata.normalize("NFC", item.text))
            if not item._p.findall(f".//{qn('w:footnoteReference')}"):
                assert kept in words


def test_the_helpers_of_these_tests_make_real_elements() -> None:
    assert OxmlElement("w:p").tag == parse_xml(f"<w:p {W}/>").tag
