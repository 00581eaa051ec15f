"""Folding keeps the length and mends what recognition of characters makes of figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.clean import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("trước ngày 25/l0/2026", "trước ngày 25/10/2026"),
        ("30/l l/2026", "30/11 /2026"),
        ("20/ll/2026", "20/11/2026"),
        ("0l lớp", "01 lớp"),
        ("3l/KH-UBND", "31/kh-ubnd"),
        ("năm 2O26", "năm 2026"),
        ("l.200 hộ", "1.200 hộ"),
        ("can 10l nước", "can 10l nước"),
        ("bơm 10l/phút", "bơm 10l/phút"),
        ("Điều lệ", "điều lệ"),
        ("lO lắng", "lo lắng"),
    ],
)
def test_letters_in_figures(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet="lO01 /.-KHa25", max_size=30))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
