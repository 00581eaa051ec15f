"""Symbols: the shared table, our own table, texts without symbols, spans, canonical forms."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.symbols import body, canonical, document_types, find_symbols, symbol_key

SHARED = Path(__file__).resolve().parents[2] / "shared"
TABLE = SHARED / "domain" / "symbols.jsonl"

ROWS = [
    # text, raw, kind, canonical
    ("Kế hoạch số 318/KH-UBND ngày", "318/KH-UBND", "admin", "318/KH-UBND"),
    ("Chỉ thị 19-CT/TU của", "19-CT/TU", "party", "19-CT/TU"),
    ("Nghị quyết số 103/NQ-CP;", "103/NQ-CP", "admin", "103/NQ-CP"),
    ("Nghị định số 45/2024/NĐ-CP quy định", "45/2024/NĐ-CP", "qppl", "45/2024/NĐ-CP"),
    ("Luật số 18/2025/QH15.", "18/2025/QH15", "law", "18/2025/QH15"),
    ("Nghị quyết số 88/2025/UBTVQH15 về", "88/2025/UBTVQH15", "law", "88/2025/UBTVQH15"),
    ("Pháp lệnh số 12/2013/UBTVQH13", "12/2013/UBTVQH13", "law", "12/2013/UBTVQH13"),
    ("Thông tư số 09/2023/TT-BKHCN", "09/2023/TT-BKHCN", "qppl", "09/2023/TT-BKHCN"),
    ("(77/2024/QĐ-TTg)", "77/2024/QĐ-TTg", "qppl", "77/2024/QĐ-TTg"),
    ("Công điện số 64/CĐ-TTg", "64/CĐ-TTg", "admin", "64/CĐ-TTg"),
    ("Tờ trình số 415/TTr-SNV", "415/TTr-SNV", "admin", "415/TTr-SNV"),
    ("Chương trình số 16-CTr/TU", "16-CTr/TU", "party", "16-CTr/TU"),
    ("Kế hoạch số 27-KH/ĐUSNV", "27-KH/ĐUSNV", "party", "27-KH/ĐUSNV"),
    ("Thông báo số 902-TB/BCĐTW", "902-TB/BCĐTW", "party", "902-TB/BCĐTW"),
    ("Công văn số 815-CV/BTGTU", "815-CV/BTGTU", "party", "815-CV/BTGTU"),
    ("Công văn số 4410/BNV-TCBC", "4410/BNV-TCBC", "cong_van", "4410/BNV-TCBC"),
    ("Công văn số 77/UBND-VHXH", "77/UBND-VHXH", "cong_van", "77/UBND-VHXH"),
    ("công văn số 933/VPCP-KGVX", "933/VPCP-KGVX", "cong_van", "933/VPCP-KGVX"),
    ("Công văn số 210/XYZT-KH", "210/XYZT-KH", "cong_van", "210/XYZT-KH"),
    ("Quyết định số 118/TTg ngày", "118/TTg", "cong_van", "118/TTg"),
    (
        "Thông tư liên tịch số 03/2014/TTLT-BTC-BNV",
        "03/2014/TTLT-BTC-BNV",
        "qppl",
        "03/2014/TTLT-BTC-BNV",
    ),
    (
        "số 03/2014/TTLT-BTC-\nBNV ngày",
        "03/2014/TTLT-BTC-\nBNV",
        "repaired",
        "03/2014/TTLT-BTC-BNV",
    ),
    ("số 01/NQLT-CP-UBTƯMTTQVN", "01/NQLT-CP-UBTƯMTTQVN", "admin", "01/NQLT-CP-UBTƯMTTQVN"),
    ("Văn bản hợp nhất 15/VBHN-BTC", "15/VBHN-BTC", "admin", "15/VBHN-BTC"),
    ("Lệnh số 09/2024/L-CTN", "09/2024/L-CTN", "qppl", "09/2024/L-CTN"),
    ("số 60.2/2025/NQ-HĐND", "60.2/2025/NQ-HĐND", "qppl", "60.2/2025/NQ-HĐND"),
    ("số 30a/2008/NQ-CP", "30a/2008/NQ-CP", "qppl", "30a/2008/NQ-CP"),
    ("Quyết định số 21-QĐi/TW", "21-QĐi/TW", "party", "21-QĐi/TW"),
    ("Quy chế số 03-QC/TU", "03-QC/TU", "party", "03-QC/TU"),
    ("số 51-KH/ĐUCA", "51-KH/ĐUCA", "party", "51-KH/ĐUCA"),
    ("số 66-KH/HU", "66-KH/HU", "party", "66-KH/HU"),
    # dashes of every kind are no damage
    ("số 1210/QĐ–UBND", "1210/QĐ–UBND", "admin", "1210/QĐ-UBND"),
    ("số 1210/QĐ\u00adUBND", "1210/QĐ\u00adUBND", "admin", "1210/QĐ-UBND"),
    ("số 44‑NQ/TW", "44‑NQ/TW", "party", "44-NQ/TW"),
    ("số 712/QÐ-UBND", "712/QÐ-UBND", "admin", "712/QĐ-UBND"),
    ("số 31/2022/NĐ-СР", "31/2022/NĐ-СР", "qppl", "31/2022/NĐ-CP"),
    # damage
    ("Nghị quyết 44-/NQ/TW", "44-/NQ/TW", "repaired", "44-NQ/TW"),
    ("Nghị quyết 44 - NQ/ TW", "44 - NQ/ TW", "repaired", "44-NQ/TW"),
    ("Nghị quyết 44/NQ-TW", "44/NQ-TW", "repaired", "44-NQ/TW"),
    ("Nghị quyết 44-NQ-TW", "44-NQ-TW", "repaired", "44-NQ/TW"),
    ("Nghị quyết 44-TW/NQ", "44-TW/NQ", "repaired", "44-NQ/TW"),
    ("Kế hoạch 15-KH/UBND", "15-KH/UBND", "repaired", "15/KH-UBND"),
    ("Kế hoạch 15/KH/UBND", "15/KH/UBND", "repaired", "15/KH-UBND"),
    ("Kế hoạch 15/KHUBND", "15/KHUBND", "repaired", "15/KH-UBND"),
    ("Kế hoạch 15/KH.UBND", "15/KH.UBND", "repaired", "15/KH-UBND"),
    ("Kế hoạch 15 /KH - UBND", "15 /KH - UBND", "repaired", "15/KH-UBND"),
    ("Kế hoạch số 15 KH-UBND", "15 KH-UBND", "repaired", "15/KH-UBND"),
    ("Quyết định số 15/QĐ-\nUBND", "15/QĐ-\nUBND", "repaired", "15/QĐ-UBND"),
    ("Quyết định số 15/QĐ-\n\nUBND", "15/QĐ-\n\nUBND", "repaired", "15/QĐ-UBND"),
    ("Nghị định số 31/2022/ND-CP", "31/2022/ND-CP", "repaired", "31/2022/NĐ-CP"),
    ("Nghị định số 31/2022NĐ-CP", "31/2022NĐ-CP", "repaired", "31/2022/NĐ-CP"),
    ("số 31/2022/NĐ- CP", "31/2022/NĐ- CP", "repaired", "31/2022/NĐ-CP"),
    ("số: 13    /2025/QĐ-UBND", "13    /2025/QĐ-UBND", "repaired", "13/2025/QĐ-UBND"),
    ("Luật số 18/2025/QH 15", "18/2025/QH 15", "repaired", "18/2025/QH15"),
    ("quyết định số 88/qđ-ubnd", "88/qđ-ubnd", "repaired", "88/QĐ-UBND"),
    ("nghi quyet so 44-nq/tw", "44-nq/tw", "repaired", "44-NQ/TW"),
    ("số 07/2025/QĐ-TTG", "07/2025/QĐ-TTG", "repaired", "07/2025/QĐ-TTg"),
    ("số 16-CTR/TU", "16-CTR/TU", "repaired", "16-CTr/TU"),
    ("số 05/2021/TT-BLDTBXH", "05/2021/TT-BLDTBXH", "repaired", "05/2021/TT-BLĐTBXH"),
    # words and footnote numbers stuck to a symbol are not part of it
    ("45/2024/NĐ-CPThông tư", "45/2024/NĐ-CP", "qppl", "45/2024/NĐ-CP"),
    ("45/2024/NĐ-CP12 quy định", "45/2024/NĐ-CP", "qppl", "45/2024/NĐ-CP"),
    ("theo Nghị định45/2024/NĐ-CP", "45/2024/NĐ-CP", "qppl", "45/2024/NĐ-CP"),
    ("số 12/2021/NQ-HĐND15", "12/2021/NQ-HĐND15", "qppl", "12/2021/NQ-HĐND15"),
    # blank numbers
    ("Số: /KH-SNV", "Số: /KH-SNV", "draft", None),
    ("Số -CT/TU", "Số -CT/TU", "draft", None),
    ("Số: ……/QĐ-UBND", "Số: ……/QĐ-UBND", "draft", None),
    ("Số:          /TTr-BNV", "Số:          /TTr-BNV", "draft", None),
    ("Số: ..../2026/NĐ-CP", "Số: ..../2026/NĐ-CP", "draft", None),
    ("Luật số:      /2026/QH16", "số:      /2026/QH16", "draft", None),
    ("Số: xx/KH-UBND", "Số: xx/KH-UBND", "draft", None),
    ("Số: /UBND-NC", "Số: /UBND-NC", "draft", None),
]

NONE = [
    "ngày 15/8/2026",
    "từ 01/01/2025 - 31/12/2026",
    "giai đoạn 2026 - 2030",
    "nhiệm kỳ 2025-2030",
    "trực 24/7",
    "đạt 85/100 điểm",
    "COVID-19/SARS-CoV-2",
    "TCVN 9001:2015/BKHCN",
    "theo mẫu số 01/ĐK-TCT ban hành",
    "Mẫu số 05/TB-BTC",
    "AI/IoT, 5G/6G",
    "Số 505 + 506/Ngày 02-7-2022",
    "địa chỉ số 12/3 phố Mới",
    "tỷ lệ 1/500",
    "KH&CN, GD&ĐT",
    "điện thoại 0123-456-789",
    "số lượng 30/31 tỉnh",
    "2.5/5.0",
    "quý I/2026 - quý II/2026",
    "Nghị quyết của HĐND tỉnh",
]


@pytest.mark.parametrize(("text", "raw", "kind", "expected"), ROWS)
def test_table(text: str, raw: str, kind: str, expected: str | None) -> None:
    matches = find_symbols(text)
    assert [(m.raw, m.kind, m.canonical) for m in matches] == [(raw, kind, expected)]
    assert matches[0].span.of(text) == raw


@pytest.mark.parametrize("text", NONE)
def test_no_symbol(text: str) -> None:
    assert find_symbols(text) == []


@pytest.mark.skipif(not TABLE.exists(), reason="the shared table is not there")
def test_shared_table() -> None:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = [(m.raw, m.kind, m.canonical) for m in find_symbols(row["text"])]
        expected = [] if row["symbol"] is None else [(row["symbol"], row["kind"], row["canonical"])]
        assert found == expected, row


def test_parts() -> None:
    (match,) = find_symbols("Kế hoạch số 27-KH/ĐUSNV")
    assert (match.type_code, match.body_code, match.unit_code) == ("KH", "ĐUSNV", None)
    (match,) = find_symbols("số 4410/BNV-TCBC")
    assert (match.type_code, match.body_code, match.unit_code) == (None, "BNV", "TCBC")
    (match,) = find_symbols("số 09/2023/TT-BKHCN")
    assert (match.type_code, match.body_code, match.year) == ("TT", "BKHCN", "2023")


def test_several_in_one_text() -> None:
    text = "Nghị quyết số 44-NQ/TW, số 46-NQ/TW và Kế hoạch 12/KH-UBND"
    assert [m.canonical for m in find_symbols(text)] == ["44-NQ/TW", "46-NQ/TW", "12/KH-UBND"]


@pytest.mark.parametrize("row", ROWS)
def test_canonical_is_a_fixed_point(row: tuple[str, str, str, str | None]) -> None:
    if row[3] is not None:
        assert canonical("số " + row[3]) == row[3]


def test_canonical_of_none_or_many() -> None:
    assert canonical("giai đoạn 2026-2030") is None
    assert canonical("12/KH-UBND và 13/KH-UBND") is None


def test_symbol_key() -> None:
    assert symbol_key("07-CT/TU") == symbol_key("7-ct/TU")
    assert symbol_key("70-CT/TU") != symbol_key("7-CT/TU")


@pytest.mark.parametrize(
    ("code", "level", "system"),
    [
        ("CP", "trung-uong", "Nhà nước"),
        ("TW", "trung-uong", "Đảng"),
        ("TU", "tinh", "Đảng"),
        ("UBND", None, "Nhà nước"),
        ("ĐU", None, "Đảng"),
        ("ĐUSNV", "so", "Đảng"),
        ("SNV", "so", "Nhà nước"),
        ("BTC-BNV", "trung-uong", "Nhà nước"),
    ],
)
def test_body(code: str, level: str | None, system: str | None) -> None:
    found = body(code)
    assert found is not None
    assert (found.level, found.system) == (level, system)


def test_unknown_body() -> None:
    assert body("XYZ") is None


def test_types() -> None:
    assert document_types()["KH"][0] == "Kế hoạch"
    assert "Thông tri" in document_types()["TT"]


@given(st.text(alphabet="0123456789/-–. KHNQCTUBDĐsố:\n…", max_size=60))
def test_any_text(text: str) -> None:
    last = 0
    for match in find_symbols(text):
        assert match.raw == match.span.of(text)
        assert match.span.start >= last
        last = match.span.end
