"""How much of a topic a text says, and what is added to a query."""

from __future__ import annotations

import pytest

from indexer.clean import bare as strip
from search_api.questions.coverage import Topic, rarity_of
from search_api.questions.expand import abbreviations, expand


def topic(text: str, plain: bool = False) -> Topic:
    return Topic(text, expand(text, plain=plain), plain)


@pytest.mark.parametrize(
    ("asked", "said", "low", "high"),
    [
        ("số hóa hồ sơ", "Quét, số hóa hồ sơ lưu trữ", 0.99, 1.0),
        ("số hoá hồ sơ", "Quét, số hóa hồ sơ lưu trữ", 0.99, 1.0),
        ("CCHC cấp xã", "đẩy mạnh cải cách hành chính ở cấp xã", 0.8, 1.0),
        ("tiền nong cho đội dân phòng", "Kinh phí cho đội dân phòng", 0.8, 1.0),
        ("chữa cháy rừng", "trồng cây ven đường", 0.0, 0.1),
        ("hồ sơ số", "số lượng hồ, ao sơ bộ", 0.0, 0.75),
    ],
)
def test_recall(asked: str, said: str, low: float, high: float) -> None:
    assert low <= topic(asked).match(said).recall <= high


def test_typed_without_diacritics() -> None:
    assert topic("so hoa ho so", plain=True).match("Số hóa hồ sơ").recall == pytest.approx(1.0)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("least", [0.0, 0.15, 0.4, 0.6, 0.8])
def test_a_title_is_weighed_as_any_text_is(least: float, plain: bool) -> None:
    titles = [
        "",
        "Kế hoạch số hóa hồ sơ năm 2026",
        "Đẩy mạnh cải cách hành chính ở cấp xã",
        "CCHC cấp xã",
        "Kinh phí cho đội dân phòng",
        "sơ kết hồ chứa",
        "Trồng cây",
        "Đội cảnh sát cứu nạn số 2",
    ]
    for asked in (
        "số hóa hồ sơ",
        "CCHC cấp xã",
        "tiền nong cho đội dân phòng",
        "hồ sơ",
        "cây xanh 2026",
        "CSCN",
    ):
        asked_topic = topic(strip(asked) if plain else asked, plain)
        for title in titles:
            whole = asked_topic.match(title).recall
            assert asked_topic.recall(title, least) == (whole if whole >= least else 0.0)


@pytest.mark.parametrize("text", ["", "việc của các", "nhiệm vụ"])
def test_a_topic_without_content_is_empty(text: str) -> None:
    assert topic(text).empty


@pytest.mark.parametrize(
    ("text", "plain", "added"),
    [
        ("CĐS cấp xã", False, "chuyển đổi số"),
        ("cds cap xa", True, "chuyển đổi số"),
        ("Sở KH&CN", False, "khoa học và công nghệ"),
        ("cải cách hành chính", False, "CCHC"),
    ],
)
def test_abbreviations_are_written_out_and_back(text: str, plain: bool, added: str) -> None:
    assert added.lower() in {wording.text.lower() for wording in expand(text, plain=plain)}


def test_an_ordinary_syllable_is_no_abbreviation() -> None:
    assert [w for w in expand("ban chỉ đạo có số liệu") if w.factor > 0.6] == []


def test_the_table_of_abbreviations_is_read() -> None:
    assert len(abbreviations()) > 100


@pytest.mark.parametrize(
    ("asked", "said", "recall"),
    [
        ("QKNCT huyện", "Quỹ khuyến nông tỉnh", 0.0),
        ("QHTPT cho vay", "Quỹ hỗ trợ phát triển cho vay", 0.9),
        ("qhtpt cho vay", "Quỹ hỗ trợ phát triển cho vay", 0.9),
        ("BQLCC ghi sổ", "Ban quản lý và chăm cây ghi sổ", 0.9),
    ],
)
def test_first_letters_of_a_name(asked: str, said: str, recall: float) -> None:
    plain = asked.islower()
    match = topic(asked, plain=plain).match(said)
    assert match.recall >= recall if recall else match.recall < 0.3


@pytest.mark.parametrize(
    ("asked", "said", "core"),
    [
        ("kinh phí trồng rừng năm 2026", "Tổng kinh phí năm 2026: 40 triệu đồng cho nước sạch", 0.0),
        ("kinh phí trồng rừng năm 2026", "Kinh phí trồng rừng do tỉnh cấp", 1.0),
        ("kinh phí năm 2026", "Ngân sách xã", 1.0),
    ],
)
def test_the_subject_is_more_than_what_is_asked_of_it(asked: str, said: str, core: float) -> None:
    assert topic(asked).match(said).core == core


def test_a_rare_word_counts_more_than_one_that_every_passage_says() -> None:
    held = {"xuồng": 2, "cao": 9, "tốc": 9, "cao_tốc": 2, "phấn": 60, "đấu": 60, "phấn_đấu": 60}
    rarity = rarity_of(lambda unit, plain: held.get(unit, 0), 99, plain=False)
    weighed = Topic("phấn đấu xuồng cao tốc lướt", (), plain=False, rarity=rarity)
    by_word = dict(zip(weighed.words, weighed.weights, strict=True))
    assert by_word["phấn"] < 0.4 < by_word["xuồng"]
    assert by_word["cao"] == by_word["xuồng"]  # as part of "cao tốc"
    assert 0.5 < by_word["lướt"] < 1.0  # said nowhere
    assert (
        weighed.match("mua xuồng cao tốc").recall
        > Topic("phấn đấu xuồng cao tốc lướt", (), False).match("mua xuồng cao tốc").recall
    )
