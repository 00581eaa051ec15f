"""Citations: symbol, issuer, date, cited title, nesting, role, anaphora, resolution.

Places, numbers and titles are invented.
"""

import json
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.organs import cased, organ_of, organ_rules, read_organ
from indexer.records import Fact, Metadata, Reference, SourceText, Span
from indexer.references import (
    find_references,
    resolve_reference,
    resolve_references,
    role_rules,
    title_openers,
)
from indexer.structure import read_structure

SHARED = Path(__file__).resolve().parents[2] / "shared"
EXAMPLE = SHARED / "benchmark" / "example-000" / "refs.jsonl"

PLAN = """Số: 77/KH-SNV

Hòa Phú, ngày 12 tháng 5 năm 2026

KẾ HOẠCH

Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh về thực hiện Chỉ thị số 05-CT/TU,
ngày 10/3/2026 của Ban Thường vụ Tỉnh ủy về tăng cường quản lý đất đai

Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh về thực hiện Chỉ thị số 05-CT/TU, ngày 10/3/2026 của Ban Thường vụ Tỉnh ủy về tăng cường quản lý đất đai; Kế hoạch số 09-KH/ĐUSNV ngày 20/4/2026 của Đảng ủy Sở Nội vụ (NV) thực hiện Chỉ thị số 05-CT/TU, ngày 10/3/2026 của Ban Thường vụ Tỉnh ủy về tăng cường quản lý đất đai, Sở Nội vụ xây dựng Kế hoạch như sau:

I. MỤC ĐÍCH, YÊU CẦU

1. Tổ chức thực hiện nghiêm Chỉ thị số 05-CT/TU, Kế hoạch của Đảng ủy Sở và phù hợp với tình hình.

2. Tuyên truyền các Nghị quyết số 41-NQ/TW, số 43-NQ/TW và số 45-NQ/TW của Bộ Chính trị.

3. Thực hiện theo quy định của Luật Lưu trữ và Nghị định số 12/2025/NĐ-CP ngày 15 tháng 01 năm 2025 của Chính phủ quy định chi tiết Luật Lưu trữ.

4. Hỗ trợ các hộ theo Kế hoạch số 15/KH-UBND ngày 03/3/2026 của UBND tỉnh về hỗ trợ nhà ở và Quyết định số 210/QĐ-UBND ngày 05/3/2026 của UBND tỉnh phê duyệt danh sách.

II. TỔ CHỨC THỰC HIỆN

Căn cứ chức năng, nhiệm vụ được giao, các phòng tổ chức thực hiện Kế hoạch này. (Kế hoạch này thay thế Kế hoạch số 20/KH-SNV ngày 11/02/2025 về thực hiện Chỉ thị số 03-CT/TU của Tỉnh ủy).

Nơi nhận:
- UBND tỉnh;
- Lưu: VT, theo Công văn số 11/SNV-VP.
"""


def read(text: str, metadata: Metadata | None = None) -> list[Reference]:
    found = find_references(text, metadata=metadata)
    for reference in found:
        assert reference.raw == reference.span.of(text)
    return found


def brief(references: list[Reference]) -> list[tuple[str | None, str, bool, str | None, str | None]]:
    return [(r.symbol, r.role, r.nested, r.date, r.issuer) for r in references]


def test_where_a_report_goes_is_no_title() -> None:
    (found,) = read("Gửi biểu kèm theo Nghị định số 12/2025/NĐ-CP về Sở Nội vụ và UBND tỉnh trước ngày 30/6.")
    assert found.title is None
    (found,) = read("Thực hiện Nghị định số 12/2025/NĐ-CP về sở hữu trí tuệ.")
    assert found.title == "về sở hữu trí tuệ"


def test_a_text_that_breaks_off_after_the_word_for_law() -> None:
    for last in ("luật ", "Luật ", "Luật", "Bộ luật "):
        assert read("Thực hiện theo quy định của " + last) == []


def test_plan() -> None:
    tu, ubnd, du = "Ban Thường vụ Tỉnh ủy", "UBND tỉnh", "Đảng ủy Sở Nội vụ"
    bct = "Bộ Chính trị"
    assert brief(read(PLAN)) == [
        ("31/KH-UBND", "implements", False, "2026-04-02", ubnd),
        ("05-CT/TU", "implements", True, "2026-03-10", tu),
        ("31/KH-UBND", "implements", False, "2026-04-02", ubnd),
        ("05-CT/TU", "implements", True, "2026-03-10", tu),
        ("09-KH/ĐUSNV", "implements", False, "2026-04-20", du),
        ("05-CT/TU", "implements", True, "2026-03-10", tu),
        ("05-CT/TU", "mentions", False, None, tu),
        ("09-KH/ĐUSNV", "mentions", False, None, du),
        ("41-NQ/TW", "mentions", False, None, bct),
        ("43-NQ/TW", "mentions", False, None, bct),
        ("45-NQ/TW", "mentions", False, None, bct),
        (None, "legal_basis", False, None, None),
        ("12/2025/NĐ-CP", "legal_basis", False, "2025-01-15", "Chính phủ"),
        (None, "legal_basis", True, None, None),
        ("15/KH-UBND", "under_plan", False, "2026-03-03", ubnd),
        ("210/QĐ-UBND", "under_plan", False, "2026-03-05", ubnd),
        ("20/KH-SNV", "replaces", False, "2025-02-11", None),
        ("03-CT/TU", "mentions", True, None, "Tỉnh ủy"),
    ]


def test_titles() -> None:
    found = read(PLAN)
    assert found[0].title == (
        "về thực hiện Chỉ thị số 05-CT/TU, ngày 10/3/2026 của Ban Thường vụ Tỉnh ủy về tăng cường quản lý đất đai"
    )
    assert [found[i].title for i in (1, 3, 5)] == ["về tăng cường quản lý đất đai"] * 3
    assert found[6].title is None
    assert found[14].title == "về hỗ trợ nhà ở"
    assert found[4].sub_role == "direct_parent"
    assert found[5].sub_role == "nested_in_cited_title"
    assert found[0].sub_role == "title_parent"
    assert found[7].raw == "Kế hoạch của Đảng ủy Sở"
    assert found[7].sub_role == "unnumbered_anaphor"
    assert found[9].raw == "số 43-NQ/TW"
    assert found[9].type == "Nghị quyết"


def test_blank_lines_change_nothing() -> None:
    broken = PLAN.replace("Chỉ thị số 05-CT/TU", "Chỉ thị \n\nsố 05-CT/TU").replace(
        "UBND tỉnh về thực hiện", "UBND \n\ntỉnh về thực hiện"
    )
    assert brief(read(broken)) == brief(read(PLAN))


def test_blocks_given_or_read() -> None:
    blocks, outline = read_structure(SourceText(PLAN))
    assert find_references(PLAN, blocks, outline, None) == find_references(PLAN)


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the shared example is not there")
def test_example() -> None:
    gold = [json.loads(line) for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    path = next((SHARED / "corpus").glob("000_*.txt"))
    text = path.read_text(encoding="utf-8").replace("**", "")
    found = read(text)
    assert len(found) == len(gold)
    levels = {"tỉnh": "tinh", "sở": "so", "trung ương": "trung-uong", "xã": "xa"}
    for reference, row in zip(found, gold, strict=True):
        assert " ".join(reference.raw.split()) == row["raw"]
        assert reference.symbol == row["number"]
        assert reference.type == row["type"]
        assert reference.issuer == row["body"]
        assert reference.date == row["date"]
        assert reference.role == row["role"]
        assert reference.title == row["cited_title"]
        assert reference.level == levels[row["level"]]
        assert reference.nested == (row["sub_role"] == "nested_in_cited_title")
        if row["role"] == "implements":
            assert reference.sub_role == row["sub_role"]


ONE = [
    # sentence, (symbol, type, issuer, date, role)
    (
        "Căn cứ Nghị định số 45/2024/NĐ-CP ngày 07 tháng 6 năm 2024 của Chính phủ;",
        ("45/2024/NĐ-CP", "Nghị định", "Chính phủ", "2024-06-07", "legal_basis"),
    ),
    (
        "Căn cứ Thông tư 08/2023/TT-BNV ngày 1-2-2023 của Bộ trưởng Bộ Nội vụ;",
        ("08/2023/TT-BNV", "Thông tư", "Bộ trưởng Bộ Nội vụ", "2023-02-01", "legal_basis"),
    ),
    (
        "Thực hiện Công văn số 512/UBND-KT ngày 6/5/2026 của UBND tỉnh, Sở Tài chính báo cáo như sau:",
        ("512/UBND-KT", "Công văn", "UBND tỉnh", "2026-05-06", "implements"),
    ),
    (
        "Triển khai Nghị quyết 44-NQ/TW (ngày 22/12/2024) của Bộ Chính trị, UBND xã ban hành Kế hoạch như sau:",
        ("44-NQ/TW", "Nghị quyết", "Bộ Chính trị", "2024-12-22", "implements"),
    ),
    (
        "Các nội dung bám sát, cụ thể hóa đầy đủ nhiệm vụ theo Nghị quyết số 88/NQ-CP.",
        ("88/NQ-CP", "Nghị quyết", "Chính phủ", None, "implements"),
    ),
    (
        "Quyết định này thay thế Quyết định số 14/2020/QĐ-UBND ngày 03/3/2020 của Ủy ban nhân dân tỉnh.",
        ("14/2020/QĐ-UBND", "Quyết định", "Ủy ban nhân dân tỉnh", "2020-03-03", "replaces"),
    ),
    (
        "Bãi bỏ toàn bộ Thông tư số 02/2019/TT-BTC.",
        ("02/2019/TT-BTC", "Thông tư", None, None, "replaces"),
    ),
    (
        "Điều 1. Sửa đổi, bổ sung một số điều của Quyết định số 14/2020/QĐ-UBND",
        ("14/2020/QĐ-UBND", "Quyết định", None, None, "amends"),
    ),
    (
        "Bãi bỏ khoản 2 Điều 5 Thông tư số 02/2019/TT-BTC.",
        ("02/2019/TT-BTC", "Thông tư", None, None, "amends"),
    ),
    (
        "Thực hiện theo quy định tại khoản 1 Điều 3 Thông tư số 02/2019/TT-BTC.",
        ("02/2019/TT-BTC", "Thông tư", None, None, "legal_basis"),
    ),
    (
        "Hỗ trợ các hộ nghèo theo Kế hoạch số 15/KH-UBND của UBND xã Tân Hòa.",
        ("15/KH-UBND", "Kế hoạch", "UBND xã Tân Hòa", None, "under_plan"),
    ),
    (
        "Tổ chức quán triệt Kế hoạch hành động số 33-KH/TU ngày 1/2/2026 của Tỉnh ủy.",
        ("33-KH/TU", "Kế hoạch", "Tỉnh ủy", "2026-02-01", "mentions"),
    ),
    (
        "Theo Luật số 21/2025/QH15 thì cơ quan có trách nhiệm.",
        ("21/2025/QH15", "Luật", "Quốc hội", None, "legal_basis"),
    ),
    (
        "Căn cứ Luật Lưu trữ số 33/2024/QH15;",
        ("33/2024/QH15", "Luật", "Quốc hội", None, "legal_basis"),
    ),
    (
        "Căn cứ Nghị quyết số 61/2025/UBTVQH15 ngày 10/6/2025 của Ủy ban Thường vụ Quốc hội;",
        ("61/2025/UBTVQH15", "Nghị quyết", "Ủy ban Thường vụ Quốc hội", "2025-06-10", "legal_basis"),
    ),
    (
        "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;",
        (None, "Luật", None, "2022-06-15", "legal_basis"),
    ),
    ("Căn cứ Bộ luật Lao động năm 2019;", (None, "Bộ luật", None, "2019", "legal_basis")),
    ("đúng quy định của Luật Ngân sách nhà nước.", (None, "Luật", None, None, "legal_basis")),
    (
        "Căn cứ Kế hoạch của UBND tỉnh số 52/KH-UBND ngày 5/1/2026;",
        ("52/KH-UBND", "Kế hoạch", "UBND tỉnh", "2026-01-05", "legal_basis"),
    ),
    (
        "Các phòng duy trì việc thực hiện Nghị quyết 44-/NQ/TW trên địa bàn.",
        ("44-NQ/TW", "Nghị quyết", None, None, "mentions"),
    ),
    (
        "Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 88/TTr-SNV ngày 3/4/2026;",
        ("88/TTr-SNV", "Tờ trình", None, "2026-04-03", "mentions"),
    ),
]


@pytest.mark.parametrize(("sentence", "expected"), ONE)
def test_one(sentence: str, expected: tuple[str | None, ...]) -> None:
    (found,) = read(sentence)
    assert (found.symbol, found.type, found.issuer, found.date, found.role) == expected


NO_REFERENCE = [
    "Căn cứ chức năng, nhiệm vụ được giao, các phòng chủ động thực hiện.",
    "Căn cứ tình hình thực tế, UBND xã xây dựng kế hoạch.",
    "Theo quy định tại Điều 5 Thông tư này.",
    "Kế hoạch này có hiệu lực kể từ ngày ký.",
    "Các luật sư và trợ giúp viên pháp lý.",
    "Giai đoạn 2026 - 2030, trực 24/7.",
    "theo kế hoạch của tỉnh",
    "Ban hành kèm theo Quyết định số      /QĐ-UBND ngày    tháng    năm 2026 của UBND tỉnh",
    "Hồ sơ theo mẫu số 01/ĐK-TCT.",
]


@pytest.mark.parametrize("sentence", NO_REFERENCE)
def test_no_reference(sentence: str) -> None:
    assert read(sentence) == []


def test_amending_law() -> None:
    outer, first, second = read(
        "Căn cứ Luật sửa đổi, bổ sung một số điều của Luật Cán bộ, công chức và Luật Viên chức ngày 25 tháng 11 năm 2019;"
    )
    assert (outer.type, outer.date, outer.role, outer.nested) == ("Luật", "2019-11-25", "legal_basis", False)
    assert [first.raw, second.raw] == ["Luật Cán bộ, công chức", "Luật Viên chức"]
    assert first.nested
    assert second.nested


def test_amended_by() -> None:
    first, second = read(
        "Căn cứ Nghị định số 12/2020/NĐ-CP được sửa đổi, bổ sung bởi Nghị định số 15/2023/NĐ-CP;"
    )
    assert first.role == second.role == "legal_basis"
    assert not second.nested
    assert second.sub_role == "amending"


def test_anaphor_needs_one_candidate() -> None:
    text = (
        "Thực hiện Kế hoạch số 1/KH-UBND ngày 1/2/2026 của UBND tỉnh; Kế hoạch số 2/KH-UBND ngày 3/2/2026 của UBND tỉnh.\n\n"
        "Các phòng thực hiện Kế hoạch của UBND tỉnh."
    )
    assert [r.symbol for r in read(text)] == ["1/KH-UBND", "2/KH-UBND", None]


def test_anaphor_with_a_title_of_its_own() -> None:
    text = (
        "Thực hiện Kế hoạch số 1-KH/TU ngày 1/2/2026 của Ban Thường vụ Tỉnh ủy.\n\n"
        "Quán triệt Kế hoạch của Ban Thường vụ Tỉnh ủy, UBND tỉnh triển khai thực hiện Nghị quyết số 40-NQ/TW."
    )
    _, plan, resolution = read(text)
    assert plan.symbol is None
    assert plan.issuer == "Ban Thường vụ Tỉnh ủy, UBND tỉnh"
    assert resolution.nested


@pytest.mark.parametrize(
    ("sentence", "sub_role"),
    [
        ("Phụ lục ban hành kèm theo Kế hoạch số 14/KH-UBND ngày 01/02/2031 của UBND xã Hạ Bằng.", "self"),
        ("(Kèm theo Kế hoạch số 14/KH-UBND của UBND xã)", "self"),
        ("Căn cứ Kế hoạch số 14/KH-UBND, các thôn báo cáo.", "self"),
        # Numbers restart with each body and each year.
        ("Căn cứ Kế hoạch số 14/KH-UBND ngày 05/3/2030 của UBND xã Hạ Bằng.", None),
        ("Căn cứ Kế hoạch số 14/KH-UBND của UBND tỉnh.", None),
    ],
)
def test_a_mention_of_the_document_itself(sentence: str, sub_role: str | None) -> None:
    own = Metadata(
        symbol=Fact("14/KH-UBND", None, "number_line"),
        date=Fact("2031-02-01", None, "place_line"),
        issuer=Fact("UBND xã Hạ Bằng", None, "preamble"),
    )
    (found,) = read(sentence, own)
    assert (found.symbol, found.sub_role) == ("14/KH-UBND", sub_role)
    assert sub_role is None or found.role == "mentions"


def test_what_follows_a_mention_of_the_document_itself_has_a_role_of_its_own() -> None:
    own = Metadata(symbol=Fact("14/KH-UBND", None, "number_line"))
    text = "Căn cứ Kế hoạch số 14/KH-UBND và Kế hoạch số 15/KH-UBND của UBND tỉnh, các thôn báo cáo."
    assert [(r.symbol, r.sub_role == "self") for r in read(text, own)] == [
        ("14/KH-UBND", True),
        ("15/KH-UBND", False),
    ]


def test_replaced_plan_is_the_issuers_own() -> None:
    own = Metadata(issuer=Fact("UBND xã Tân Hòa", None, "preamble_author"))
    (found,) = read("Kế hoạch này thay thế Kế hoạch số 14/KH-UBND ngày 15/01/2026.", own)
    assert found.issuer == "UBND xã Tân Hòa"
    assert found.role == "replaces"


def test_locality_of_the_document() -> None:
    own = Metadata(locality=Fact("Hòa Lạc", None, "place_line"), level=Fact("so", None, "issuer"))
    province, ministry, commune = read(
        "Căn cứ Kế hoạch số 1/KH-UBND của UBND tỉnh; Thông tư số 2/2025/TT-BNV; Kế hoạch số 3/KH-UBND của UBND xã Tân Hòa.",
        own,
    )
    assert (province.level, province.locality) == ("tinh", "Hòa Lạc")
    assert (ministry.level, ministry.locality) == ("trung-uong", "Trung ương")
    assert (commune.level, commune.locality) == ("xa", "Tân Hòa")


def test_story_in_the_preamble_is_no_purpose() -> None:
    text = (
        "KẾ HOẠCH\n\nLưu trữ số\n\nCông tác lưu trữ có tiến bộ. Thực hiện Nghị quyết số 40-NQ/TW, nhiều kho đã mở. "
        "Nay còn hạn chế.\n\nI. MỤC ĐÍCH\n\nTốt hơn.\n"
    )
    (found,) = read(text)
    assert found.role == "mentions"


PIECES = [
    "Thực hiện ", "Căn cứ ", "Kế hoạch số 1/KH-UBND", "Luật Lưu trữ", "Luật sửa đổi, bổ sung một số điều của ", " và ", "; ",
    " ngày 1/2/2026", " của UBND tỉnh", " về lưu trữ", "(", ")", "\n\n", "số 5-CT/TU", "thay thế ", "I. MỤC ĐÍCH\n", "Nơi nhận:\n",
    "khoản 2 Điều 3 ", "Kế hoạch của Tỉnh ủy", ", ", ". ", "Số: /KH-UBND\n", "KẾ HOẠCH\n",
]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
@hypothesis.example(["Luật sửa đổi, bổ sung một số điều của ", "Luật Lưu trữ", "số 5-CT/TU"])
def test_any_pieces(pieces: list[str]) -> None:
    text = "".join(pieces)
    last = 0
    for reference in read(text):
        assert reference.span.start < reference.span.end
        assert reference.span.start >= last
        last = reference.span.start


# -- rules, both ways ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", role_rules(), ids=lambda r: f"{r.role}-{r.sub_role}-{r.zone}")
def test_role_rules_match_their_examples(rule: object) -> None:
    from indexer.clean import fold

    for example in rule.examples:  # type: ignore[attr-defined]
        words = fold(example) + ("" if rule.after else " ")  # type: ignore[attr-defined]
        found = rule.pattern.match(words) if rule.after else rule.pattern.search(words)  # type: ignore[attr-defined]
        assert found, example


def test_organ_rules_match_their_examples() -> None:
    for level, system, _, examples in organ_rules():
        for example in examples:
            organ = organ_of(example)
            assert organ is not None, example
            if not level.startswith("@") and level != "-":
                assert organ.level == level, example
            assert organ.system == system, example


def test_openers_open_their_examples() -> None:
    from indexer.clean import fold
    from indexer.rules import rows

    always, full = title_openers()
    for when, opener, example in rows("title_openers.tsv"):
        assert full.match(fold(example)), opener
        assert (always.match(fold(example)) is not None) == (when == "always"), opener


ORGANS = [
    ("Đảng ủy UBND tỉnh về thực hiện", "Đảng ủy UBND tỉnh", "tinh"),
    ("Đảng ủy Sở Khoa học và Công nghệ (KH&CN)", "Đảng ủy Sở Khoa học và Công nghệ", "so"),
    ("Bộ Chính trị về đột phá", "Bộ Chính trị", "trung-uong"),
    (
        "Ban Chấp hành Trung ương Đảng khóa XIII và các",
        "Ban Chấp hành Trung ương Đảng khóa XIII",
        "trung-uong",
    ),
    (
        "Bộ trưởng Bộ Lao động - Thương binh\nvà Xã hội quy định",
        "Bộ trưởng Bộ Lao động - Thương binh\nvà Xã hội",
        "trung-uong",
    ),
    ("UBND xã Tân Hòa về", "UBND xã Tân Hòa", "xa"),
    ("UBND tỉnh\n\nAn Giang về", "UBND tỉnh\n\nAn Giang", "tinh"),
    ("Uỷ ban nhân dân thành phố Cần Thơ ban hành", "Uỷ ban nhân dân thành phố Cần Thơ", "tinh"),
    ("ỦY BAN NHÂN DÂN TỈNH VỀ VIỆC", "ỦY BAN NHÂN DÂN TỈNH", "tinh"),
]


@pytest.mark.parametrize(("text", "name", "level"), ORGANS)
def test_organs(text: str, name: str, level: str) -> None:
    organ = read_organ(cased(text), 0)
    assert organ is not None
    assert (text[: organ.end], organ.level) == (name, level)


# -- resolution -----------------------------------------------------------------------------------------


def document(symbol: str, issuer: str, level: str, locality: str, date: str) -> Metadata:
    return Metadata(
        symbol=Fact(symbol, None, ""),
        issuer=Fact(issuer, None, ""),
        level=Fact(level, None, ""),
        locality=Fact(locality, None, ""),
        date=Fact(date, None, ""),
    )


DOCUMENTS = {
    "a": document("07-CT/TU", "Ban Thường vụ Tỉnh ủy", "tinh", "An Giang", "2026-04-07"),
    "b": document("07-CT/TU", "Ban Thường vụ Tỉnh ủy", "tinh", "Cà Mau", "2026-05-09"),
    "c": document("45/2024/NĐ-CP", "Chính phủ", "trung-uong", "Hà Nội", "2024-06-07"),
    "d": document("12/KH-UBND", "UBND xã", "xa", "Tân Hòa", "2026-01-05"),
    "e": document("12/KH-UBND", "Ủy ban nhân dân tỉnh", "tinh", "An Giang", "2025-01-05"),
}


def citation(
    symbol: str, issuer: str | None, date: str | None, level: str | None, locality: str | None
) -> Reference:
    return Reference(Span(0, 1), "x", symbol, None, issuer, date, "mentions", level=level, locality=locality)


RESOLVED = [
    (citation("07-CT/TU", "Ban Thường vụ Tỉnh ủy", "2026-04-07", "tinh", None), "a"),
    (citation("07-CT/TU", "Tỉnh ủy", None, "tinh", "Cà Mau"), "b"),
    (citation("07-CT/TU", "Ban Thường vụ Tỉnh ủy", None, "tinh", None), None),  # two provinces
    (citation("07-CT/TU", "Ban Thường vụ Tỉnh ủy", "2020-01-01", "tinh", None), None),
    (citation("45/2024/NĐ-CP", None, None, "trung-uong", "Trung ương"), "c"),
    (citation("12/KH-UBND", "UBND xã Tân Hòa", None, "xa", "Tân Hòa"), "d"),
    (citation("12/KH-UBND", "UBND tỉnh", "2025-01-05", "tinh", "An Giang"), "e"),
    (citation("12/KH-UBND", None, None, None, None), None),  # a symbol alone proves nothing
    (citation("99/KH-UBND", "UBND tỉnh", None, "tinh", None), None),
]


@pytest.mark.parametrize(("reference", "expected"), RESOLVED)
def test_resolution(reference: Reference, expected: str | None) -> None:
    assert resolve_reference(reference, DOCUMENTS) == expected


def test_resolution_of_many() -> None:
    assert resolve_references([r for r, _ in RESOLVED], DOCUMENTS) == [e for _, e in RESOLVED]
