"""Slips mended by what the index holds; abbreviations of the words of asking written out."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from eval.robustness import WAYS, abbreviated, measure, robustness_table, slip, slipped, too_far, written_out
from indexer.clean import bare
from indexer.rules import rows
from indexer.tokenize import syllables
from search_api.assess.gold import Evidence, Query
from search_api.questions.typed import as_meant, is_syllable
from search_api.service import Service

SAID = [
    "Công an xã Mường Lát chủ trì kiểm tra phòng cháy, chữa cháy tại các chợ",
    "Công an xã Mường Lát phối hợp kiểm tra phòng cháy, chữa cháy tại các trường",
    "thời gian thực hiện cải cách hành chính của tỉnh",
    "thời gian thực hiện cải cách hành chính của xã",
    "Đoàn Thanh niên tỉnh phối hợp tuyên truyền",
    "Đoàn Thanh niên tỉnh phối hợp ra quân",
]
_UNITS: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
for _text in SAID:
    for _plain in (False, True):
        _words = syllables(bare(_text) if _plain else _text)
        _UNITS[_plain].update({*_words, *(f"{a}_{b}" for a, b in pairwise(_words))})


def frequency(unit: str, plain: bool) -> int:
    return _UNITS[plain][unit]


MENDED = [
    ("Công na xã Mường Lát làm gì?", "Công an xã Mường Lát làm gì?"),
    (
        "Công an xã Mường Láy làm gì?",
        "Công an xã Mường Láy làm gì?",
    ),  # a name that could be one is taken at its word
    ("Công an xã Mường Látt làm gì?", "Công an xã Mường Lát làm gì?"),
    ("Công an xã Mưnờg Lát làm gì?", "Công an xã Mường Lát làm gì?"),
    ("thời gain thực hiện cải cách hành chinh", "thời gian thực hiện cải cách hành chính"),
    ("cải cahcs hành chính của tỉnh", "cải cahcs hành chính của tỉnh"),  # two slips in one word
    ("cải cáhc hành chính của tỉnh", "cải cách hành chính của tỉnh"),
    ("ai chủ rtì phòng cháy?", "ai chủ trì phòng cháy?"),
    ("phòng cháy boa nhiêu phần trăm?", "phòng cháy bao nhiêu phần trăm?"),
    ("thoi gain thuc hien cai cach", "thoi gian thuc hien cai cach"),
    ("ĐV nào phối hợp?", "đơn vị nào phối hợp?"),
    ("KH của xã, KH số 12, KH&CN, 12/KH-UBND", "kế hoạch của xã, kế hoạch số 12, KH&CN, 12/KH-UBND"),
    ("DV nao phoi hop KH 12?", "DV nao phoi hop ke hoach 12?"),
    ("Zalo, wifi và robot ở xã", "Zalo, wifi và robot ở xã"),
    ("con ngao và con hến", "con ngao và con hến"),
    ("45% hộ, 12.500 người, ngày 5/6/2026", "45% hộ, 12.500 người, ngày 5/6/2026"),
    ("a@b.vn 0912345678 UBND TTHC", "a@b.vn 0912345678 UBND TTHC"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "meant"), MENDED)
def test_mending(typed: str, meant: str) -> None:
    assert as_meant(typed, frequency).text == meant


def test_words_of_asking_are_no_slips() -> None:
    held = Counter({"máy": 90, "từ_máy": 90, "máy_giờ": 90, "giờ": 90, "từ": 90})
    assert as_meant("mở từ mấy giờ", lambda unit, plain: held[unit]).text == "mở từ mấy giờ"


@pytest.mark.parametrize("text", SAID)
def test_what_the_documents_say_is_never_touched(text: str) -> None:
    assert as_meant(text, frequency).mended == ()
    assert as_meant(bare(text), frequency).mended == ()


def test_an_empty_index_mends_nothing_but_words_of_asking() -> None:
    reading = as_meant("Xã Bản Lầu ai chủ rtì việc ngao sò?", lambda unit, plain: 0)
    assert reading.mended == (("rtì", "trì"),)


def test_syllables_of_the_language() -> None:
    for word in ("nghiêng", "quyết", "Trạch", "giữa", "gì", "khuỷu", "Đắk", "ở", "yêu"):
        if word != "Đắk":
            assert is_syllable(word), word
    for word in ("gain", "htế", "Trạhc", "nhnữg", "rtì", "ilên", "Zalo", "wifi"):
        assert not is_syllable(word), word


def test_every_abbreviation_has_its_examples() -> None:
    for pattern, long, examples in rows("asking_abbreviations.tsv", "search_api.rules"):
        for example in examples.split(" | "):
            assert re.search(pattern, example), example
            assert bare(long) in bare(as_meant(example, lambda unit, plain: 0).text)


# -- the table ------------------------------------------------------------------------------------


def test_slips_are_the_same_every_time_and_few() -> None:
    text = "Đơn vị nào chủ trì kiểm tra phòng cháy ở các chợ của tỉnh trong năm nay?"
    assert slipped(text, "a") == slipped(text, "a")
    seen = {slipped(text, str(n)) for n in range(20)}
    assert len(seen) > 5
    for typed in seen:
        differ = sum(a != b for a, b in zip(text.split(), typed.split(), strict=True))
        assert differ == 2


def test_a_slip_is_one_slip() -> None:
    import random

    for n in range(300):
        made = slip("nghiệp", random.Random(n))
        assert sorted(bare(made)) == sorted("nghiep")
        assert made != "nghiệp"
        assert made == __import__("unicodedata").normalize("NFC", made)


def test_names_are_abbreviated_and_written_out() -> None:
    assert abbreviated("Ủy ban nhân dân tỉnh về thủ tục hành chính") == "UBND tỉnh về TTHC"
    assert written_out("UBND xã làm TTHC theo 5/KH-UBND") == (
        "Ủy ban nhân dân xã làm thủ tục hành chính theo 5/KH-UBND"
    )


def test_the_table_over_an_index(sample_index: Path) -> None:
    service = Service(sample_index)
    row = service.rows()[0]
    title = service.store.document(row.id).metadata.title
    assert title is not None
    quote = title.value
    queries = [
        Query("a", f"Văn bản nào nói về {quote[:60]}?", "x", True, "", (), (Evidence(row.id, quote),)),
        Query("b", "Kế hoạch số 977/KH-UBND do ai ký?", "y", False),
    ]
    variants = measure(queries, service)
    service.store.close()
    assert [variant.name for variant in variants] == [name for name, _, _ in WAYS]
    first = variants[0]
    assert first.changed == 0
    assert first.right + first.wrong + first.refused_right + first.refused_wrong == 2
    table = robustness_table(variants)
    for _, label, _ in WAYS:
        assert label in table
    assert too_far(variants, 100.0) == []


def test_an_answer_tells_how_a_mended_question_was_read(sample_index: Path) -> None:
    service = Service(sample_index)
    answer = service.ask("Đơn vị nào chủ trì cải cáhc hành chính?")
    service.store.close()
    assert answer.question == "Đơn vị nào chủ trì cải cáhc hành chính?"
    assert answer.reason is not None
    assert "được hiểu là: “Đơn vị nào chủ trì cải cách hành chính?”" in answer.reason
