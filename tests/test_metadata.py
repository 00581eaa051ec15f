"""Metadata of invented documents: plans, Party plans, decrees, circulars, laws, letters, drafts."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.metadata import name_of_code, proper_name, read_metadata
from indexer.records import Fact, Metadata, SourceText
from indexer.structure import read_structure


class Case(NamedTuple):
    text: str
    expected: dict[str, object]


DEPARTMENT = Case(
    """Số: /KH-SNV

Hòa Phú, ngày tháng 6 năm 2026

KẾ HOẠCH

**Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh
về cải cách hành chính**

Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh về cải cách hành chính; Sở Nội vụ xây dựng Kế hoạch như sau:

I. MỤC ĐÍCH

Nâng cao chất lượng phục vụ.

Nơi nhận:

- UBND tỉnh (b/c);
- Lãnh đạo Sở;
- Lưu: VT, VP.

GIÁM ĐỐC

Trần Văn Hòa
""".replace("**", ""),
    {
        "type": "Kế hoạch",
        "type_code": "KH",
        "symbol": None,
        "issuer": "Sở Nội vụ",
        "level": "so",
        "locality": "Hòa Phú",
        "date": "2026-06",
        "title": "Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh về cải cách hành chính",
        "signer": "Trần Văn Hòa",
        "capacity": "GIÁM ĐỐC",
        "recipients": ("UBND tỉnh (b/c)", "Lãnh đạo Sở"),
        "draft": True,
    },
)

COMMUNE = Case(
    """ỦY BAN NHÂN DÂN
XÃ TÂN HÒA

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 27/KH-UBND

Tân Hòa, ngày 15 tháng 5 năm 2026

KẾ HOẠCH

Chuyển đổi số xã Tân Hòa năm 2026

Thực hiện Kế hoạch số 31/KH-UBND ngày 02/4/2026 của UBND tỉnh; UBND xã xây dựng Kế hoạch như sau:

I. MỤC TIÊU

Hoàn thành các chỉ tiêu.

Nơi nhận:
- UBND tỉnh;
- Thường trực
HĐND xã;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Thị Mai Hương
""",
    {
        "type": "Kế hoạch",
        "symbol": "27/KH-UBND",
        "issuer": "Ủy ban nhân dân xã Tân Hòa",
        "level": "xa",
        "locality": "Tân Hòa",
        "date": "2026-05-15",
        "title": "Chuyển đổi số xã Tân Hòa năm 2026",
        "signer": "Lê Thị Mai Hương",
        "capacity": "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH",
        "recipients": ("UBND tỉnh", "Thường trực HĐND xã"),
        "draft": False,
    },
)

PARTY = Case(
    """ĐẢNG BỘ TỈNH HÒA LẠC
ĐẢNG ỦY SỞ TƯ PHÁP

Số 12-KH/ĐUSTP

Hòa Lạc, ngày 3 tháng 2 năm 2026

KẾ HOẠCH

về học tập nghị quyết

Thực hiện Kế hoạch số 5-KH/TU ngày 1/1/2026 của Tỉnh ủy, Đảng ủy Sở Tư pháp ban hành Kế hoạch như sau:

I. MỤC ĐÍCH

Nắm vững nội dung.

Nơi nhận:
- Các chi bộ,
- Lưu Văn phòng Đảng ủy.

T/M ĐẢNG ỦY
BÍ THƯ

Ngô Quốc Bảo
""",
    {
        "type": "Kế hoạch",
        "symbol": "12-KH/ĐUSTP",
        "issuer": "Đảng ủy Sở Tư pháp",
        "level": "so",
        "locality": "Hòa Lạc",
        "date": "2026-02-03",
        "signer": "Ngô Quốc Bảo",
        "capacity": "T/M ĐẢNG ỦY / BÍ THƯ",
        "recipients": ("Các chi bộ",),
    },
)

SECRETARIAT = Case(
    """BAN CHẤP HÀNH TRUNG ƯƠNG

ĐẢNG CỘNG SẢN VIỆT NAM

Số 91-CT/TW

CHỈ THỊ CỦA BAN BÍ THƯ

về tăng cường công tác lưu trữ

Công tác lưu trữ thời gian qua có chuyển biến. Ban Bí thư yêu cầu thực hiện tốt các nhiệm vụ sau:

1. Các cấp ủy quán triệt Chỉ thị.

T/M BAN BÍ THƯ

Đỗ Hữu Nghĩa
""",
    {
        "type": "Chỉ thị",
        "symbol": "91-CT/TW",
        "issuer": "Ban Bí thư",
        "level": "trung-uong",
        "title": "về tăng cường công tác lưu trữ",
        "signer": "Đỗ Hữu Nghĩa",
        "capacity": "T/M BAN BÍ THƯ",
        "date": None,
    },
)

CIRCULAR = Case(
    """BỘ NỘI VỤ

Số: 20/2031/TT-BNV
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Hà Nội, ngày 29 tháng 12 năm 2031

THÔNG TƯ
Quy định chế độ báo cáo công tác lưu trữ

Căn cứ Luật Lưu trữ ngày 21 tháng 6 năm 2024;

Theo đề nghị của Cục trưởng Cục Văn thư và Lưu trữ nhà nước;

Bộ trưởng Bộ Nội vụ ban hành Thông tư quy định chế độ báo cáo công tác lưu trữ.

Điều 1. Phạm vi điều chỉnh

Thông tư này quy định chế độ báo cáo.

KT. BỘ TRƯỞNG
THỨ TRƯỞNG

Phan Văn Lợi
""",
    {
        "type": "Thông tư",
        "type_code": "TT",
        "symbol": "20/2031/TT-BNV",
        "issuer": "Bộ Nội vụ",
        "level": "trung-uong",
        "locality": "Hà Nội",
        "date": "2031-12-29",
        "title": "Quy định chế độ báo cáo công tác lưu trữ",
        "signer": "Phan Văn Lợi",
        "capacity": "KT. BỘ TRƯỞNG / THỨ TRƯỞNG",
    },
)

LAW = Case(
    """QUỐC HỘI

Luật số: 81/2031/QH17

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

LUẬT
THƯ VIỆN SỐ

Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;

Quốc hội ban hành Luật Thư viện số.

Điều 1. Phạm vi điều chỉnh

Luật này quy định về thư viện số.

Luật này được Quốc hội nước Cộng hòa xã hội chủ nghĩa Việt Nam khóa XVII, kỳ họp thứ 2 thông qua ngày 27 tháng 11 năm 2031.

CHỦ TỊCH QUỐC HỘI

Hồ Minh Triết
""",
    {
        "type": "Luật",
        "type_code": "L",
        "symbol": "81/2031/QH17",
        "issuer": "Quốc hội",
        "level": "trung-uong",
        "date": "2031-11-27",
        "title": "THƯ VIỆN SỐ",
        "signer": "Hồ Minh Triết",
        "capacity": "CHỦ TỊCH QUỐC HỘI",
        "locality": None,
    },
)

TABLE_HEAD = Case(
    """| ỦY BAN NHÂN DÂN TỈNH AN GIANG | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |
| Số: 512/QĐ-UBND | An Giang, ngày 6 tháng 5 năm 2026 |

QUYẾT ĐỊNH

Về việc ban hành Quy chế làm việc

Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2025;

Điều 1. Ban hành kèm theo Quyết định này Quy chế làm việc.

Điều 2. Quyết định có hiệu lực từ ngày ký.
""",
    {
        "type": "Quyết định",
        "symbol": "512/QĐ-UBND",
        "issuer": "Ủy ban nhân dân tỉnh An Giang",
        "level": "tinh",
        "locality": "An Giang",
        "date": "2026-05-06",
        "title": "Về việc ban hành Quy chế làm việc",
    },
)

NOTHING = Case(
    "Ghi chép cuộc họp ngày hôm qua. Mọi người trao đổi về công việc.\n",
    {
        "type": None,
        "symbol": None,
        "issuer": None,
        "level": None,
        "locality": None,
        "date": None,
        "signer": None,
        "capacity": None,
        "recipients": (),
        "draft": False,
    },
)

CASES = {
    "department": DEPARTMENT,
    "commune": COMMUNE,
    "party": PARTY,
    "secretariat": SECRETARIAT,
    "circular": CIRCULAR,
    "law": LAW,
    "table": TABLE_HEAD,
    "nothing": NOTHING,
}


def read(text: str) -> Metadata:
    blocks, outline = read_structure(SourceText(text))
    return read_metadata(text, blocks, outline)


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str) -> None:
    case = CASES[name]
    found = read(case.text)
    for field, expected in case.expected.items():
        value = getattr(found, field)
        if isinstance(value, Fact):
            value = value.value
        elif field == "recipients":
            value = tuple(mention.text for mention in value)
        assert value == expected, field


@pytest.mark.parametrize("name", CASES)
def test_spans_quote_the_text(name: str) -> None:
    text = CASES[name].text
    found = read(text)
    for field in ("symbol", "title", "signer", "locality"):
        fact = getattr(found, field)
        if fact is not None and fact.span is not None and fact.rule not in ("issuer", "own_citation"):
            assert " ".join(fact.span.of(text).split()) == fact.value, field
    for mention in found.recipients:
        assert " ".join(mention.span.of(text).split()) == mention.text


@pytest.mark.parametrize("name", CASES)
def test_blank_line_after_every_line(name: str) -> None:
    case = CASES[name]
    found = read(case.text.replace("\n", "\n\n"))
    for field in ("type", "symbol", "date", "signer"):
        value = getattr(found, field)
        if field in case.expected:
            assert (value.value if value is not None else None) == case.expected[field], field


def test_introduced_text() -> None:
    """A text given on a page: the sentence before it tells date, issuer, title and signer."""
    text = (
        "Nghị quyết số 95-NQ/TW\n\nThay mặt Bộ Chính trị, Tổng Bí thư Lê Minh Hải đã ký ban hành Nghị quyết số 95-NQ/TW "
        "(ngày 12/9/2031) của Bộ Chính trị về phát triển thư viện số.\n\nTrong thời gian qua, công tác thư viện có tiến bộ.\n\n"
        "I- QUAN ĐIỂM\n\n1. Thư viện số là nền tảng.\n"
    )
    found = read(text)
    assert found.symbol is not None
    assert found.date is not None
    assert found.title is not None
    assert found.signer is not None
    assert found.issuer is not None
    assert found.symbol.value == "95-NQ/TW"
    assert found.date.value == "2031-09-12"
    assert found.title.value == "về phát triển thư viện số"
    assert found.title.span is not None
    assert found.title.span.of(text) == "về phát triển thư viện số"
    assert found.signer.value == "Lê Minh Hải"
    assert found.issuer.value == "Bộ Chính trị"


PROPER = [
    ("SỞ KH&CN", "Sở Khoa học và Công nghệ"),
    ("Sở KH&CN", "Sở Khoa học và Công nghệ"),
    ("BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "Bộ Lao động - Thương binh và Xã hội"),
    ("ỦY BAN NHÂN DÂN XÃ TÂN HÒA", "Ủy ban nhân dân xã Tân Hòa"),
    ("UBND xã Tân Hòa", "UBND xã Tân Hòa"),
    ("Ủy ban nhân dân (UBND) tỉnh", "Ủy ban nhân dân tỉnh"),
    ("ỦY BAN NHÂN DÂN TỈNH AN GIANG", "Ủy ban nhân dân tỉnh An Giang"),
    ("THỦ TƯỚNG CHÍNH PHỦ", "Thủ tướng Chính phủ"),
    ("Uỷ ban nhân dân tỉnh an giang", "Uỷ ban nhân dân tỉnh An Giang"),
]


@pytest.mark.parametrize(("printed", "expected"), PROPER)
def test_proper_names(printed: str, expected: str) -> None:
    assert proper_name(printed) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("SNV", "Sở Nội vụ"),
        ("BTC", "Bộ Tài chính"),
        ("ĐUSNV", "Đảng ủy Sở Nội vụ"),
        ("CP", "Chính phủ"),
        ("VPCP", "Văn phòng Chính phủ"),
        ("QH15", "Quốc hội"),
        ("UBTVQH15", "Ủy ban Thường vụ Quốc hội"),
        ("UBND", None),
        ("ĐU", None),
    ],
)
def test_codes(code: str, expected: str | None) -> None:
    assert name_of_code(code) == expected


@settings(max_examples=60)
@given(st.lists(st.sampled_from("\n".join(case.text for case in CASES.values()).splitlines()), max_size=25))
def test_any_lines(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = read(text)
    for field in ("type", "symbol", "issuer", "level", "locality", "date", "title", "signer", "capacity"):
        fact = getattr(found, field)
        if fact is not None and fact.span is not None:
            assert 0 <= fact.span.start < fact.span.end <= len(text), field


@pytest.mark.parametrize(
    ("foot", "signer", "capacity"),
    [
        (
            "BỘ TRƯỞNG BỘ THỦY LỢI VÀ\nCHỢ NỔI\n\nTrần Văn Sông\n",
            "Trần Văn Sông",
            "BỘ TRƯỞNG BỘ THỦY LỢI VÀ CHỢ NỔI",
        ),
        (
            "KT. BỘ TRƯỞNG BỘ THỦY LỢI VÀ\nCHỢ NỔI\nTHỨ TRƯỞNG\n\nTrần Văn Sông\n",
            "Trần Văn Sông",
            "KT. BỘ TRƯỞNG BỘ THỦY LỢI VÀ CHỢ NỔI / THỨ TRƯỞNG",
        ),
        (
            "TL. BỘ TRƯỞNG\nVỤ TRƯỞNG VỤ TỔ CHỨC\nCÁN BỘ\n(Đã ký)\nTrần Văn Sông\n",
            "Trần Văn Sông",
            "TL. BỘ TRƯỞNG / VỤ TRƯỞNG VỤ TỔ CHỨC CÁN BỘ",
        ),
        ("GIÁM ĐỐC\n\nTRẦN VĂN SÔNG\n", "Trần Văn Sông", "GIÁM ĐỐC"),
    ],
)
def test_a_capacity_over_two_lines(foot: str, signer: str, capacity: str) -> None:
    text = (
        "Số: 12/2031/TT-BTL\n\nTHÔNG TƯ\nQuy định về chợ nổi\n\nĐiều 1. Phạm vi\n\nThông tư này quy định về chợ nổi.\n\n"
        + foot
    )
    blocks, outline = read_structure(SourceText(text))
    found = read_metadata(text, blocks, outline)
    assert found.signer is not None
    assert found.capacity is not None
    assert (found.signer.value, found.capacity.value) == (signer, capacity)


@pytest.mark.parametrize(
    ("head", "issuer", "date", "title", "draft"),
    [
        (
            "Phụ lục 2\n\nDANH MỤC CHỢ NỔI NĂM 2031\n\n(Kèm theo Báo cáo số     /BC-UBND ngày    tháng 4 năm 2031 của UBND xã "
            "Hạ Bằng)\n\nI. CHỢ LỚN\n\n1. Chợ Bến.\n",
            "UBND xã Hạ Bằng",
            "2031-04",
            "DANH MỤC CHỢ NỔI NĂM 2031",
            True,
        ),
        (
            "PHỤ LỤC\nPHÂN CÔNG NHIỆM VỤ\n(Ban hành kèm theo Kế hoạch số 14/KH-UBND ngày 01/02/2031 của UBND xã Hạ Bằng)\n\n"
            "| TT | Nhiệm vụ | Chủ trì |\n| 1 | Kê khai | Công an xã |\n",
            "UBND xã Hạ Bằng",
            "2031-02-01",
            "PHÂN CÔNG NHIỆM VỤ",
            False,
        ),
        (
            "UBND XÃ HẠ BẰNG\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nHạ Bằng, ngày 05 tháng 3 năm "
            "2031\n\nBẢN SO SÁNH QUY CHẾ CHỢ NỔI CŨ VÀ MỚI\n\n| Cũ | Mới |\n| Chợ sớm | Chợ trưa |\n",
            "UBND xã Hạ Bằng",
            "2031-03-05",
            "BẢN SO SÁNH QUY CHẾ CHỢ NỔI CŨ VÀ MỚI",
            False,
        ),
    ],
)
def test_annexes_and_tables_as_files_of_their_own(
    head: str, issuer: str, date: str, title: str, draft: bool
) -> None:
    blocks, outline = read_structure(SourceText(head))
    found = read_metadata(head, blocks, outline)
    got = [fact.value if fact else None for fact in (found.issuer, found.date, found.title)]
    assert (*got, found.draft) == (issuer, date, title, draft)
    assert found.symbol is None


@pytest.mark.parametrize(
    ("first_line", "kind", "title"),
    [
        (
            "Chỉ thị về tăng cường quản lý bến đò ngang và đò dọc trên địa bàn tỉnh trong mùa mưa lũ",
            "Chỉ thị",
            "về tăng cường quản lý bến đò ngang và đò dọc trên địa bàn tỉnh trong mùa mưa lũ",
        ),
        (
            "Quyết định quy định chức năng và quyền hạn của trung tâm cứu hộ đường thủy nội địa vùng hạ lưu sông",
            "Quyết định",
            "quy định chức năng và quyền hạn của trung tâm cứu hộ đường thủy nội địa vùng hạ lưu sông",
        ),
    ],
)
def test_a_title_in_ordinary_letters_without_a_head(first_line: str, kind: str, title: str) -> None:
    text = f"{first_line}\nQua ba năm thi hành, công tác quản lý bến đò còn nhiều hạn chế cần khắc phục.\n"
    found = read(text)
    assert found.type is not None
    assert found.type.value == kind
    assert found.title is not None
    assert found.title.value == title


@pytest.mark.parametrize(
    ("foot", "signer", "capacity"),
    [
        (
            "Nơi nhận:                                   TM. ỦY BAN NHÂN DÂN\n"
            "- UBND tỉnh;                                    KT. CHỦ TỊCH\n"
            "- Thường trực HĐND xã;                         PHÓ CHỦ TỊCH\n"
            "- Các thôn;                                     Lê Thị Mai Hương\n"
            "- Lưu: VT.\n",
            "Lê Thị Mai Hương",
            "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH",
        ),
        (
            # The blanks between the columns lost, as printed pages are read.
            "Nơi nhận: TM. ỦY BAN NHÂN DÂN \n\n- UBND tỉnh; CHỦ TỊCH \n\n- Thường trực HĐND xã; \n\n"
            "- Các thôn; Lê Thị Mai Hương \n\n- Lưu: VT. \n",
            "Lê Thị Mai Hương",
            "TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH",
        ),
        (
            "Nơi nhận:                                   TRƯỞNG TRẠM\n- UBND tỉnh;\n- Thường trực HĐND xã;\n"
            "- Các thôn;                                 Lê Thị Mai Hương\n- Lưu: VT.\n",
            "Lê Thị Mai Hương",
            "TRƯỞNG TRẠM",
        ),
        (
            # The list of recipients is shorter than the signature beside it.
            "Nơi nhận:                                        CHỦ TỊCH\n- UBND tỉnh;\n- Thường trực HĐND xã;\n"
            "- Các thôn;                                      (đã ký)\n- Lưu: VT.\n"
            "                                           Lê Thị Mai Hương\n",
            "Lê Thị Mai Hương",
            "CHỦ TỊCH",
        ),
        (
            # Two ranks before the name.
            "Nơi nhận:                                        GIÁM ĐỐC\n- UBND tỉnh;\n"
            "- Thường trực HĐND xã;                           (Đã ký)\n"
            "- Các thôn;\n- Lưu: VT.                             BS.CKI Lê Thị Mai Hương\n",
            "Lê Thị Mai Hương",
            "GIÁM ĐỐC",
        ),
    ],
)
def test_a_signature_beside_the_recipients(foot: str, signer: str, capacity: str) -> None:
    text = COMMUNE.text[: COMMUNE.text.index("Nơi nhận")] + foot
    metadata = read(text)
    assert metadata.signer is not None
    assert metadata.signer.value == signer
    assert metadata.capacity is not None
    assert metadata.capacity.value == capacity
    assert [item.text for item in metadata.recipients] == ["UBND tỉnh", "Thường trực HĐND xã", "Các thôn"]


def test_a_letter_whose_head_is_two_columns_in_one_text() -> None:
    found = read(
        "UBND TỈNH HÒA PHÚ                  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "SỞ NỘI VỤ                          Độc lập - Tự do - Hạnh phúc\n\n"
        "Số: 77/SNV-CCHC                    Hòa Phú, ngày 03 tháng 4 năm 2026\nV/v rà soát thủ tục\n\n"
        "Kính gửi: Các sở, ban, ngành.\n\nSở Nội vụ đề nghị các đơn vị rà soát thủ tục.\n"
    )
    assert found.issuer is not None
    assert (found.issuer.value, found.issuer.rule) == ("Sở Nội vụ", "banner")
    assert found.locality is not None
    assert found.locality.value == "Hòa Phú"
    assert found.date is not None
    assert found.date.value == "2026-04-03"
