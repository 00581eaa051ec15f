"""Yes-or-no questions: what they want to know, and that the place which says it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.questions.predicate import asked_whether
from search_api.questions.question import understand
from search_api.service import Service

PLAN = """ỦY BAN NHÂN DÂN XÃ BẾN GIANG
Số: 21/KH-UBND
Bến Giang, ngày 09 tháng 3 năm 2026

KẾ HOẠCH
Dọn bờ kênh, chống lấn chiếm đất công ích năm 2026

I. NHIỆM VỤ

1. Các thôn vận động hộ dân tự dỡ lán trại, chuồng bò dựng trên bờ kênh xong trước ngày 20/4/2026.

2. Lán trại không được tháo đi thì Công an xã lập biên bản, tham mưu thu hồi đất theo quy định.

3. Phòng Kinh tế đo đạc hai bên bờ kênh, cắm 140 cọc mốc trước ngày 30/5/2026.
"""


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Hộ dựng lán trên bờ kênh có bị thu hồi đất không?", "thu hồi đất"),
        ("Dựng chuồng bò ven kênh có được phép xây tường không ạ?", "xây tường"),
        ("nha dung lan co phai nop tien phat khong", "nop tien phat"),
    ],
)
def test_what_is_asked(question: str, wanted: str) -> None:
    topic = asked_whether(understand(question))
    assert topic is not None
    assert " ".join(topic.words) == wanted


@pytest.mark.parametrize(
    "question", ["Xã nào không có ma túy?", "Ai dựng lán trên bờ kênh?", "Có bao nhiêu hộ dựng lán?"]
)
def test_other_questions(question: str) -> None:
    assert asked_whether(understand(question)) is None


def test_the_place_that_says_it_answers(tmp_path: Path) -> None:
    (tmp_path / "vb").mkdir()
    (tmp_path / "vb" / "ben-giang-21.txt").write_text(PLAN, encoding="utf-8")
    build_index([tmp_path / "vb"], tmp_path / "index", load_encoder())
    answer = Service(tmp_path / "index").ask(
        "Hộ dân ở Bến Giang dựng lán trại trên bờ kênh mà không dỡ thì có bị thu hồi đất không?"
    )
    assert answer.answered, answer.reason
    assert "thu hồi đất" in (answer.answer or "")
