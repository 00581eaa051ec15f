from __future__ import annotations

import os
import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import UnreadableFile
from indexer.readers import read_file
from indexer.readers.encodings import (
    Undecidable,
    convert,
    decode,
    font_encoding,
    is_syllable,
    plausibility,
    raise_capitals,
)
from indexer.readers.limits import Refused
from indexer.readers.markup import strip_markup
from indexer.readers.plain import read_text
from indexer.readers.textbuilder import TextBuilder, compose, row
from indexer.records import SourceText
from indexer.rules import rows

SHARED = Path(__file__).resolve().parents[2] / "shared"
EXAMPLES = rows("legacy-examples.tsv")
SENTENCE = "Kế hoạch thực hiện nhiệm vụ chuyển đổi số của xã Bình Minh; hoàn thành trước ngày 25/7/2026."
PARAGRAPH = "\n".join(example[2] for example in EXAMPLES[:6])


def markdown(text: str) -> str:
    return strip_markup(text, markdown=True)[0]


@pytest.mark.parametrize(("encoding", "shown", "meant"), EXAMPLES)
def test_examples_convert(encoding: str, shown: str, meant: str) -> None:
    assert convert(shown, encoding) == meant


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "viscii"])
def test_legacy_bytes_are_recognised(encoding: str) -> None:
    chosen = [row for row in EXAMPLES if row[0] == encoding]
    data = "\n".join(row[1] for row in chosen).encode("latin-1")
    found = decode(data)
    assert (found.encoding, found.converted) == (encoding, True)
    assert found.text == "\n".join(row[2] for row in chosen)


@pytest.mark.parametrize(("encoding", "shown", "meant"), EXAMPLES)
def test_one_sentence_is_enough(encoding: str, shown: str, meant: str) -> None:
    found = decode(shown.encode("latin-1"))
    assert (found.encoding, found.text) == (encoding, meant)


@pytest.mark.parametrize(("encoding", "shown", "meant"), [e for e in EXAMPLES if e[0] in ("tcvn3", "vni")])
def test_legacy_codes_saved_as_utf8(encoding: str, shown: str, meant: str) -> None:
    found = decode(shown.encode("utf-8"))
    assert (found.encoding, found.text) == (encoding, meant)


def test_every_letter_of_each_table_is_vietnamese() -> None:
    letters = set("ăâđêôơưĂÂĐÊÔƠƯ")
    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY":
        for tone in "\u0300\u0301\u0303\u0309\u0323":
            letters.add(compose(base + tone, [])[0])
    for encoding in ("vni", "viscii"):
        assert {letter for name, _, letter in rows("legacy-encodings.tsv") if name == encoding} == letters
    small = {letter for letter in letters if letter.islower()}
    assert small <= {letter for name, _, letter in rows("legacy-encodings.tsv") if name == "tcvn3"}


def test_windows_1258() -> None:
    decomposed = PARAGRAPH
    for letter in set(PARAGRAPH):
        try:
            letter.encode("cp1258")
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFD", letter)
            tone = next(c for c in base if c in "\u0300\u0301\u0303\u0309\u0323")
            decomposed = decomposed.replace(
                letter, unicodedata.normalize("NFC", base.replace(tone, "")) + tone
            )
    found = decode(decomposed.encode("cp1258"))
    assert (found.encoding, found.text) == ("windows-1258", PARAGRAPH)


def test_utf8_read_as_windows_and_saved_again() -> None:
    twice = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in SENTENCE.encode("utf-8"))
    found = decode(twice.encode("utf-8"))
    assert (found.encoding, found.text, found.converted) == ("utf-8-twice", SENTENCE, True)


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_unicode_forms(codec: str, expected: str) -> None:
    source = read_text(SENTENCE.encode(codec), markdown=False)
    assert (source.text, source.encoding, source.notices) == (SENTENCE, expected, ())


def test_decomposed_text_is_composed_and_line_ends_are_one() -> None:
    source = read_text(unicodedata.normalize("NFD", "Ủy ban\r\nHội đồng\rXã").encode(), markdown=False)
    assert source.text == "Ủy ban\nHội đồng\nXã"


def test_tcvn3_capitals() -> None:
    shown = "KÕ HO¹CH CHUYÓN §æI Sè\nSë Néi vô vµ Ñy ban\nUû ban nh©n d©n x· Hång V©n\nKý thay"
    found = decode(shown.encode("latin-1"))
    assert found.text.split("\n")[0] == "KẾ HOẠCH CHUYỂN ĐỔI SỐ"
    assert found.text.split("\n")[2:] == ["Uỷ ban nhân dân xã Hồng Vân", "Ký thay"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KÕ HOạCH", "KÕ HOẠCH"),
        ("Sở Nội vụ", "Sở Nội vụ"),
        ("Sở NộI Vụ", "SỞ NỘI VỤ"),
        ("ở", "ở"),
        ("", ""),
    ],
)
def test_raise_capitals(line: str, expected: str) -> None:
    assert raise_capitals(line) == expected


def test_a_converted_file_says_so() -> None:
    source = read_text(EXAMPLES[0][1].encode("latin-1"), markdown=False)
    assert [notice.code for notice in source.notices] == ["encoding"]
    assert "TCVN3" in source.notices[0].message


@pytest.mark.parametrize(
    "data",
    [
        "Le café français à l'été, déjà vu naïvement; où êtes-vous, élève?".encode("latin-1"),
        "Москва столица Российской Федерации".encode("cp1251"),
        b"\xff\xfeabc",
        b"\x80\x81\x82",
    ],
)
def test_undecidable_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Undecidable):
        decode(data)


def test_a_few_zero_bytes_are_lost_signs() -> None:
    line = "Ủy ban nhân dân xã Mây Bạc phân công các thôn tổ chức thực hiện.\n"
    data = (line * 40 + "\0 Nhà đầu tư\n").encode()
    source = read_text(data, markdown=False)
    assert "\ufffd Nhà đầu tư" in source.text
    assert [notice.code for notice in source.notices] == ["damaged"]
    with pytest.raises(Refused):
        read_text((line + "\0" * 9).encode(), markdown=False)


def test_a_few_broken_bytes_are_reported() -> None:
    data = (SENTENCE * 40).encode()
    source = read_text(data[:500] + b"\xff" + data[500:], markdown=False)
    assert "damaged" in [notice.code for notice in source.notices]
    assert source.text.count("\ufffd") <= 4
    cut = read_text((SENTENCE + "ấ").encode()[:-1], markdown=False)
    assert cut.text == SENTENCE + "\ufffd"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("nghiệp", True),
        ("quyết", True),
        ("giữa", True),
        ("gìn", True),
        ("uỷ", True),
        ("ủy", True),
        ("tằc", False),
        ("café", False),
        ("đèt", False),
        ("ấ́", False),
        ("xyz", False),
    ],
)
def test_syllables(word: str, expected: bool) -> None:
    assert is_syllable(word) is expected


def test_rhymes_and_their_examples() -> None:
    for rhymes, examples in rows("syllable-rhymes.tsv"):
        known = rhymes.split()
        for word in examples.split(" | "):
            assert is_syllable(word), word
        plain = {strip_tone(word) for word in examples.split(" | ")}
        assert any(word.endswith(rhyme) for word in plain for rhyme in known)


def strip_tone(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize(
        "NFC", "".join(c for c in parts if c not in "\u0300\u0301\u0303\u0309\u0323")
    )


def test_real_sentences_look_vietnamese() -> None:
    assert plausibility(PARAGRAPH).share > 0.98


def test_font_rules_and_their_examples() -> None:
    table = [(row[0], row[2].split(" | ")) for row in rows("legacy-fonts.tsv")]
    for encoding, examples in table:
        for name in examples:
            assert font_encoding(name) == encoding
            assert font_encoding("ABCDEF+" + name) == encoding
    assert font_encoding("Times New Roman") is None
    assert font_encoding("Arial") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**KẾ HOẠCH**", "KẾ HOẠCH"),
        ("__KẾ HOẠCH__", "KẾ HOẠCH"),
        ("*Thời gian thực hiện:* Quý III", "Thời gian thực hiện: Quý III"),
        ("_Thời gian:_ Quý III", "Thời gian: Quý III"),
        ("***Vừa đậm vừa nghiêng***", "Vừa đậm vừa nghiêng"),
        ("**2.2. *Mục tiêu* cụ thể**", "2.2. Mục tiêu cụ thể"),
        ("***Mục* tiêu**", "Mục tiêu"),
        ("**a****b**", "ab"),
        ("## II. QUAN ĐIỂM", "II. QUAN ĐIỂM"),
        ("#### **IV. TỔ CHỨC**", "IV. TỔ CHỨC"),
        ("## Mục tiêu ##", "Mục tiêu"),
        ("#khongphaitieude", "#khongphaitieude"),
        ("1\\. Đảng đoàn", "1. Đảng đoàn"),
        ("\\- Tiềm lực", "- Tiềm lực"),
        ("(R\\&D)", "(R&D)"),
        ("\\*", "*"),
        ("\\*\\*không đậm\\*\\*", "**không đậm**"),
        ("* gạch đầu dòng", "* gạch đầu dòng"),
        ("* một\n* hai*", "* một\n* hai*"),
        ("5 * 3 = 15 * 1", "5 * 3 = 15 * 1"),
        ("5*3*2", "5*3*2"),
        ("Biểu (*) và (*) ghi chú", "Biểu (*) và (*) ghi chú"),
        ("Số: ____/KH ngày ____ tháng", "Số: ____/KH ngày ____ tháng"),
        ("ten_tep_du_lieu", "ten_tep_du_lieu"),
        ("**chưa đóng", "**chưa đóng"),
        ("2 ** 3", "2 ** 3"),
        ("trên\n\n---\n\ndưới", "trên\n\n\n\ndưới"),
        ("trên\n***\ndưới", "trên\n\ndưới"),
        ("hai dấu cách  \nxuống dòng", "hai dấu cách\nxuống dòng"),
        ("một<br>hai<br/>ba", "một\nhai\nba"),
        ("10m<sup>2</sup> &amp; hơn", "10m2 & hơn"),
        ("xem [Nghị quyết](https://vi.du/a_b)", "xem Nghị quyết"),
        ("> trích dẫn", "trích dẫn"),
        ("| TT | Việc |\n|---|:--:|\n| 1 | **Họp**<br>báo |", "| TT | Việc |\n| 1 | Họp  báo |"),
        ("TT | Việc\n--- | ---\n1 | Họp", "| TT | Việc |\n| 1 | Họp |"),
        ("| a \\| b | c |\n|---|---|", "| a ¦ b | c |"),
        ("- Chủ trì: Sở A\n- Phối hợp: Sở B", "- Chủ trì: Sở A\n- Phối hợp: Sở B"),
    ],
)
def test_marks(text: str, expected: str) -> None:
    assert markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C:\\thu muc\\tep", "C:\\thu muc\\tep"),
        ("> lớn hơn", "> lớn hơn"),
        ("a|b", "a|b"),
        ("**Đậm** trong tệp thường", "Đậm trong tệp thường"),
        ("# 5 đơn vị\n1\\. Một", "5 đơn vị\n1. Một"),
    ],
)
def test_plain_files_keep_what_is_not_markdown(text: str, expected: str) -> None:
    assert strip_markup(text, markdown=False)[0] == expected


def test_bold_spans_point_at_the_words() -> None:
    text, bold = strip_markup("\\*\n## I. **MỤC** ĐÍCH\nvà **Đơn vị:** Sở __A__", markdown=True)
    assert text == "*\nI. MỤC ĐÍCH\nvà Đơn vị: Sở A"
    assert [span.of(text) for span in bold] == ["I. MỤC ĐÍCH", "Đơn vị:", "A"]


def test_form_feeds_are_pages() -> None:
    source = read_text("trang một\n\ftrang **hai**\n\f".encode(), markdown=False)
    assert [(page.number, page.span.of(source.text).strip()) for page in source.pages] == [
        (1, "trang một"),
        (2, "trang hai"),
    ]
    assert [span.of(source.text) for span in source.bold] == ["hai"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "rỗng"),
        (b" \n\t\r\n ", "khoảng trắng"),
        ("\ufeff \u200b".encode(), "không có chữ nào"),
        (bytes(range(256)) * 40, "nhị phân"),
        (b"%PDF-1.7\n...", ".pdf"),
        (b"PK\x03\x04abcd", ".docx"),
        (b"\x89PNG\r\n\x1a\n\0\0", ".png"),
        (b"a" * 10_485_760, "10.485.760"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "xau.txt"
    path.write_bytes(data)
    started = time.perf_counter()
    with pytest.raises(UnreadableFile, match=words):
        read_file(path)
    assert time.perf_counter() - started < 2


def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "kin.txt"
    path.write_text(SENTENCE, encoding="utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(UnreadableFile, match="quyền"):
        read_file(path)


def test_missing_and_unknown_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="không có tệp"):
        read_file(tmp_path / "khong.txt")
    (tmp_path / "a.xyz").write_text("a", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="các loại đọc được"):
        read_file(tmp_path / "a.xyz")


def test_long_lines_stay_fast() -> None:
    line = "*a **b _c " * 90_000
    started = time.perf_counter()
    strip_markup(line, markdown=True)
    assert time.perf_counter() - started < 3


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab *_#\\\n|-<>&;[]()!`ấ1.") | st.characters(), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for markdown_file in (True, False):
        try:
            source = read_text(text.encode("utf-8", "replace"), markdown=markdown_file)
        except Refused:
            continue
        check_source(source)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        source = read_text(data, markdown=False)
    except Refused:
        return
    check_source(source)


def check_source(source: SourceText) -> None:
    assert unicodedata.is_normalized("NFC", source.text)
    assert source.text.strip()
    assert "\r" not in source.text
    for span in source.bold:
        assert 0 <= span.start < span.end <= len(source.text)
        assert span.of(source.text).strip()
    for before, after in zip(source.pages, source.pages[1:], strict=False):
        assert before.span.end == after.span.start
    source.text.encode("utf-8")


def test_builder_composes_across_pieces() -> None:
    builder = TextBuilder()
    builder.page(1)
    builder.line([("Đie\u0302", False), ("\u0323n", True), (" áp ", True), ("thấp\nhai", False)])
    builder.blank()
    builder.blank()
    builder.page(2, 0.9)
    builder.line([("cuối  ", False)])
    source = builder.build("docx")
    assert source.text == "Điện áp thấp\nhai\n\ncuối\n"
    assert [span.of(source.text) for span in source.bold] == ["ện áp "] or [
        span.of(source.text) for span in source.bold
    ] == ["n áp "]
    assert [(page.number, page.ocr) for page in source.pages] == [(1, None), (2, 0.9)]
    check_source(source)


def test_rows() -> None:
    assert row(["a\nb", " c | d ", ""]) == "| a  b | c ¦ d |  |"


def test_rows_typed_without_outer_bars() -> None:
    typed = """III. PHÂN CÔNG

TT | Việc | Chủ trì | Hạn
1 | Thả cá giống | Hội Nông dân xã | 30/6/2026
2 | Cắm biển cấm | | Tháng 7
3 | Dọn lòng hồ | Đoàn Thanh niên |

Đường dây A | B và C | D của xã.
"""
    assert strip_markup(typed, markdown=False)[0].split("\n")[2:8] == [
        "| TT | Việc | Chủ trì | Hạn |",
        "| 1 | Thả cá giống | Hội Nông dân xã | 30/6/2026 |",
        "| 2 | Cắm biển cấm |  | Tháng 7 |",
        "| 3 | Dọn lòng hồ | Đoàn Thanh niên |  |",
        "",
        "Đường dây A | B và C | D của xã.",
    ]
    barred = "| TT | Việc | Hạn |\n| 1 | Thả cá giống | Tháng 6 |"
    assert strip_markup(barred, markdown=False)[0] == barred


@pytest.mark.skipif(not SHARED.exists(), reason="no shared corpus here")
def test_shared_plans_lose_only_their_marks() -> None:
    for path in sorted((SHARED / "corpus").iterdir()):
        source = read_file(path).parts[0].source
        check_source(source)
        assert source.encoding == "utf-8"
        raw = re.sub(r"(?m)^-{3,}$", "", path.read_text(encoding="utf-8"))
        bare = str.maketrans("", "", "*#\\_ \n\t\r")
        assert source.text.translate(bare) == raw.translate(bare)
