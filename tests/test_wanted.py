"""What a question wants to be told: a neighbouring figure, or an order to find it out, is no answer."""

from __future__ import annotations

import pytest

from search_api.answers.wanted import Want, tells, wants
from search_api.questions.expand import expand


@pytest.mark.parametrize("want", wants(), ids=lambda want: want.examples[0])
def test_every_rule_tells_its_examples_apart(want: Want) -> None:
    question, telling, other = want.examples
    assert tells(question, telling)
    assert not tells(question, other)


def test_a_question_that_wants_none_of_these_takes_any_words() -> None:
    assert tells("Mở mấy đợt cao điểm, vào tháng nào?", "mở 03 đợt cao điểm (tháng 5, tháng 9)")
    assert tells("Ai chủ trì sửa cầu Nà Pheo?", "Sở Xây dựng chủ trì")


@pytest.mark.parametrize(
    "question",
    [
        "den nay xa da van dong duoc bao nhieu ho?",
        "Đã trồng được mấy cây rồi?",
    ],
)
def test_what_is_done_so_far_is_not_told_by_what_is_to_be_done(question: str) -> None:
    assert not tells(question, "vận động ít nhất 60 hộ, trồng 200 cây")
    assert tells(question, "đến tháng 6/2026 xã đã vận động 40 hộ, trồng 90 cây")


def test_a_name_that_begins_with_a_capital_is_no_abbreviation() -> None:
    """The second syllable of “Sở Tư pháp” is not TƯ (trung ương)."""
    assert all(added.text != "trung ương" for added in expand("Sở Tư pháp thẩm định"))
    assert any(added.text == "trung ương" for added in expand("nghị quyết của TƯ"))
