"""What a kind of question expects of a passage beside its words."""

from __future__ import annotations

import pytest

from indexer.records import Span
from indexer.store import StoredPassage
from search_api.priors import prior
from search_api.questions.question import understand


def passage(text: str = "", section_title: str = "", kind: str = "body") -> StoredPassage:
    return StoredPassage(1, "kh", 0, Span(0, len(text)), "I", section_title, None, kind, (), text, text)


@pytest.mark.parametrize(
    ("question", "title", "lower"),
    [
        ("Ai chủ trì số hóa hồ sơ?", "I. MỤC ĐÍCH, YÊU CẦU", True),
        ("Ai chủ trì số hóa hồ sơ?", "I. QUAN ĐIỂM, MỤC TIÊU › 1. Quan điểm", True),
        ("Bao giờ xong đường vào bản?", "I. ĐẶC ĐIỂM TÌNH HÌNH", True),
        ("Ai chủ trì số hóa hồ sơ?", "II. NHIỆM VỤ › 1. Số hóa", False),
        ("Mục đích của kế hoạch là gì?", "I. MỤC ĐÍCH, YÊU CẦU", False),
        ("Ai chủ trì theo dõi tình hình dịch bệnh?", "II. NHIỆM VỤ › 2. Theo dõi tình hình", False),
    ],
)
def test_aims_and_circumstances_wait_unless_they_are_asked_for(
    question: str, title: str, lower: bool
) -> None:
    plain = prior(passage(), understand(question))
    assert (prior(passage(section_title=title), understand(question)) < plain) is lower


def test_who_asks_when_something_takes_effect_gets_the_words_that_say_so() -> None:
    question = understand("Quyết định có hiệu lực từ ngày nào?")
    says = passage("Quyết định này có hiệu lực thi hành kể từ ngày 01/3/2025.")
    assert prior(says, question) > prior(passage("Chánh Văn phòng chịu trách nhiệm thi hành."), question)
