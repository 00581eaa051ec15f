"""Abbreviations that a document defines, and the table of common ones, both ways."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.abbreviations import common_abbreviations, expand, find_abbreviations, short_key
from indexer.rules import rows

DEFINED = [
    ("giải quyết thủ tục hành chính (TTHC) ở xã", "TTHC", "thủ tục hành chính"),
    ("Sở Khoa học và Công nghệ (KH&CN) tham mưu", "KH&CN", "Khoa học và Công nghệ"),
    ("đẩy mạnh chuyển đổi số (CĐS)", "CĐS", "chuyển đổi số"),
    ("bảo đảm an toàn, vệ sinh lao động (ATVSLĐ)", "ATVSLĐ", "an toàn, vệ sinh lao động"),
    ("Phòng Văn hóa - Xã hội (VH-XH)", "VH-XH", "Văn hóa - Xã hội"),
    ("công tác phòng cháy,\nchữa cháy (PCCC)", "PCCC", "phòng cháy, chữa cháy"),
    ("Trung tâm Phục vụ hành chính công (TTPVHCC)", "TTPVHCC", "Trung tâm Phục vụ hành chính công"),
    ("cơ sở dữ liệu (sau đây gọi tắt là CSDL)", "CSDL", "cơ sở dữ liệu"),
    ("cơ sở dữ liệu (viết tắt: CSDL)", "CSDL", "cơ sở dữ liệu"),
    ("cơ sở dữ liệu (sau đây viết tắt là “CSDL”)", "CSDL", "cơ sở dữ liệu"),
    (
        "mở Hội thi sáng kiến cải cách hành chính (sau đây gọi là Hội thi)",
        "Hội thi",
        "Hội thi sáng kiến cải cách hành chính",
    ),
    ("Quỹ Hỗ trợ nông dân tỉnh (sau đây gọi tắt là Quỹ)", "Quỹ", "Quỹ Hỗ trợ nông dân tỉnh"),
]


@pytest.mark.parametrize(("text", "short", "long"), DEFINED)
def test_defined(text: str, short: str, long: str) -> None:
    (found,) = find_abbreviations(text)
    assert (found.short, found.long) == (short, long)
    assert text[found.span.start : found.span.end].endswith(")")


NONE = [
    "trí tuệ nhân tạo (AI) và các công nghệ mới",  # not its initials
    "theo Phụ lục (II) kèm theo",
    "Quyết định số 12/QĐ-UBND (QĐ)",
    "gửi Sở Nội vụ (b/c)",
    "Hội nghị toàn quốc (ngày 5/6/2026)",
    "Nghị định của Chính phủ (sau đây gọi tắt là Nghị định số 45/2024/NĐ-CP)",
    "Tổ chức cuộc họp (TP)",
]


@pytest.mark.parametrize("text", NONE)
def test_not_defined(text: str) -> None:
    assert find_abbreviations(text) == []


def test_first_definition_wins() -> None:
    text = "thủ tục hành chính (TTHC) … trung tâm hành chính (TTHC)"
    assert [a.long for a in find_abbreviations(text)] == ["thủ tục hành chính"]


def test_table() -> None:
    table = common_abbreviations()
    assert len(table) >= 120
    assert expand("cđs") == ("chuyển đổi số",)
    assert expand("KHCN") == expand("kh&cn") == ("khoa học và công nghệ",)
    assert expand("ct") == ("chỉ thị", "chủ tịch")
    assert expand("xyzt") == ()


def test_table_both_ways() -> None:
    seen = set()
    for short, long, example in rows("abbreviations.tsv"):
        assert short_key(short) in short_key(example), short
        assert (short, long) not in seen, short
        assert "  " not in long
        seen.add((short, long))
        assert long in expand(short)


@given(st.text(alphabet="thủ tục hành chính (TTHC).sau đây gọi tắt là&-\n", max_size=80))
def test_any_text(text: str) -> None:
    for found in find_abbreviations(text):
        assert 0 <= found.span.start < found.span.end <= len(text)


@pytest.mark.parametrize("text", ["(" + "A" * 20_000, "(" + "A B-" * 5_000, "(Ủy ban " + "XÃ " * 5_000])
def test_a_parenthesis_that_never_closes_is_read_at_once(text: str) -> None:
    started = time.perf_counter()
    assert find_abbreviations(text) == []
    assert time.perf_counter() - started < 2
