from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.tokenize import JOINER, bare_units, syllables, symbols, units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t ", []),
        ("…!?", []),
        ("Chuyển đổi số", ["chuyển", "đổi", "số"]),
        ("UỶ BAN – Văn hoá", ["ủy", "ban", "văn", "hóa"]),
        ("25/7/2026", ["25/7/2026"]),
        ("05/07/2026,", ["5/7/2026"]),
        ("tháng 06/2026", ["tháng", "6/2026"]),
        ("trực 24/7.", ["trực", "24/7"]),
        ("đạt 70%", ["đạt", "70%"]),
        ("đạt 99,5 % trở lên", ["đạt", "99,5%", "trở", "lên"]),
        ("1.500.000 đồng", ["1500000", "đồng"]),
        ("2.500 hồ sơ", ["2500", "hồ", "sơ"]),
        ("công nghiệp 4.0", ["công", "nghiệp", "4.0"]),
        ("mạng 5G", ["mạng", "5g"]),
        ("giai đoạn 2025-2030", ["giai", "đoạn", "2025", "2030"]),
        ("quý II/2026", ["quý", "ii", "2026"]),
        ("57-NQ/TW", ["57", "nq", "tw"]),
        ("số 0234/KH-UBND", ["số", "234", "kh", "ubnd"]),
        ("15/2020/NĐ-CP", ["15", "2020", "nđ", "cp"]),
        ("51/2024/QH15", ["51", "2024", "qh15"]),
        ("snake_case", ["snake", "case"]),
        ("KH&CN", ["kh", "cn"]),
        ("Điều 5. Khoản 1", ["điều", "5", "khoản", "1"]),
    ],
)
def test_syllables(text: str, expected: list[str]) -> None:
    assert syllables(text) == expected


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Chuyển đổi số", ["chuyển_đổi", "đổi_số"]),
        ("Sở Tài chính, Sở Nội vụ", ["sở_tài", "tài_chính", "sở_nội", "nội_vụ"]),
        ("hết hạn. Đơn vị", ["hết_hạn", "đơn_vị"]),
        ("một; hai: ba (bốn) năm", []),
        ("| Công an xã | tháng 6 |", ["công_an", "an_xã", "tháng_6"]),
        ("công tác\ntuyên truyền", ["công_tác", "tác_tuyên", "tuyên_truyền"]),
        ("công tác\n\ntuyên truyền", ["công_tác", "tác_tuyên", "tuyên_truyền"]),
        ("Mục tiêu\nTuyên truyền", ["mục_tiêu", "tuyên_truyền"]),
        ("Mục tiêu\n- tuyên truyền", ["mục_tiêu", "tuyên_truyền"]),
        ("Nghị quyết 57-NQ/TW", ["nghị_quyết", "quyết_57", "57_nq", "nq_tw"]),
        ("số", []),
    ],
)
def test_pairs_stay_within_a_clause(text: str, pairs: list[str]) -> None:
    assert units(text) == [*syllables(text), *pairs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("không có số hiệu", []),
        ("Nghị quyết số 57-NQ/TW ngày 22/12/2024", ["57-nq/tw"]),
        ("Kế hoạch 0234/KH-UBND; 12-CTr/TU", ["234/kh-ubnd", "12-ctr/tu"]),
        ("15/2020/NĐ-CP, 15/2020/ND-CP", ["15/2020/nd-cp", "15/2020/nd-cp"]),
        ("Luật số 51/2024/QH15", ["51/2024/qh15"]),
        ("08/2021/TTLT-BTC-BNV", ["8/2021/ttlt-btc-bnv"]),
        ("số 234 /KH–UBND", ["234/kh-ubnd"]),
        ("ngày 25/7/2026, 24/7, 60 km/h, quý II/2026", []),
        ("theo 57-nq/tw?", ["57-nq/tw"]),
        ("5a/KH-UBND", ["5a/kh-ubnd"]),
    ],
)
def test_symbols(text: str, expected: list[str]) -> None:
    assert symbols(text) == expected


@pytest.mark.parametrize(
    "text", ["Uỷ ban nhân dân", "kỷ luật, liệt sỹ", "Đẩy mạnh 70% hoà giải", "57-NQ/TW", ""]
)
def test_bare_units_of_text_are_those_of_a_query_without_accents(text: str) -> None:
    stripped = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    stripped = stripped.replace("đ", "d").replace("Đ", "D")
    assert bare_units(text) == bare_units(stripped) == units(stripped)


@given(st.text())
def test_any_text_gives_clean_units(text: str) -> None:
    found = units(text)
    assert all(u and not any(c.isspace() for c in u) for u in found)
    assert len(bare_units(text)) == len(found)
    assert found[: len(syllables(text))] == syllables(text)
    assert all(JOINER not in s for s in syllables(text))


@given(st.text(alphabet="aăâeêoôơuưyđ kqthsm\u0301\u0300\u0309\u0303\u0323\n.,1/%-"))
def test_decomposed_text_gives_the_same_units(text: str) -> None:
    assert units(unicodedata.normalize("NFD", text)) == units(unicodedata.normalize("NFC", text))
