"""Names set side by side: each means other documents, and each is answered by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.clean import bare
from indexer.rules import rows
from search_api.questions.parallel import level_patterns
from search_api.questions.question import understand
from search_api.service import Service


@pytest.fixture(scope="module")
def service(sample_index: Path) -> Service:
    return Service(sample_index)


def test_levels_match_their_examples() -> None:
    table = list(rows("level_names.tsv", "search_api.rules"))
    for (level, _, examples), (of_rule, accented, unaccented) in zip(table, level_patterns(), strict=True):
        assert level == of_rule
        for example in examples.split(" | "):
            assert accented.search(example.lower())
            assert unaccented.search(bare(example))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hợp tác xã bán chè", False),
        ("nhà ở xã hội", False),
        ("sở hữu trí tuệ", False),
        ("tỉnh ủy lãnh đạo", False),
        ("của xã và của tỉnh", True),
    ],
)
def test_a_level_is_not_part_of_another_word(text: str, found: bool) -> None:
    assert any(accented.search(text) for _, accented, _ in level_patterns()) is found


@pytest.mark.parametrize(
    ("question", "groups"),
    [
        ("Tỷ trọng kinh tế số đến năm 2030: Trung ương đặt bao nhiêu, tỉnh đặt bao nhiêu?", 2),
        ("Xóa vùng lõm sóng: tỉnh giao ai, sở giao phòng nào?", 2),
        ("Ban Bí thư, Tỉnh ủy và UBND tỉnh yêu cầu rà soát nhà trọ xong khi nào?", 3),
        ("Phòng cháy: Trung ương giao ai theo dõi, tỉnh giao ai theo dõi?", 2),
        ("hai sở giao phòng nào đôn đốc kế hoạch?", 2),
        ("Hai xã Phú Hòa và Yên Trạch: ai chủ trì tuyên truyền?", 2),
        ("chi tieu ho so truc tuyen cua tinh va cua xa dong khe khac nhau the nao", 2),
        ("Công an tỉnh và Công an xã ai chủ trì diễn tập?", 0),
        ("Sở Nội vụ và Sở Khoa học và Công nghệ cùng phối hợp những việc gì?", 0),
        ("UBND tỉnh giao UBND xã Yên Trạch phối hợp lắp trạm phát sóng với ai?", 1),
        ("ai chủ trì tuyên truyền ở xã Yên Trạch?", 1),
        ("đơn vị nào kiện toàn trung tâm cấp xã trong kế hoạch của Sở Nội vụ?", 1),
        ("kế hoạch phòng cháy của xã Yên Trạch thực hiện những kế hoạch nào của tỉnh?", 1),
        ("Kế hoạch của Sở Nội vụ thực hiện kế hoạch số mấy của UBND tỉnh Lâm Sơn?", 1),
        ("Học bạ số do ai lo, bao giờ xong?", 0),
        ("chỗ một cửa của xã phải có mấy người?", 0),
        ("xã YT thành lập tổ liên gia khi nào?", 1),
        ("Rà soát nhà trọ: chỉ thị hẹn khi nào, kế hoạch tỉnh hẹn khi nào?", 2),
        ("kế hoạch của xã Yên Trạch thực hiện chỉ thị nào?", 1),
        ("Công an làm gì ở kế hoạch phòng cháy và ở kế hoạch chuyển đổi số?", 2),
        ("Kế hoạch 86 nói gì về hồ sơ của tỉnh?", 1),
    ],
)
def test_what_is_set_side_by_side(service: Service, question: str, groups: int) -> None:
    assert len(service.scope(understand(question)).groups) == groups


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "Tỷ trọng kinh tế số đến năm 2030: Trung ương đặt bao nhiêu, tỉnh đặt bao nhiêu?",
            ["30% GDP", "25% GRDP"],
        ),
        (
            "Xóa vùng lõm sóng: tỉnh giao ai, sở giao phòng nào?",
            ["Sở Khoa học và Công nghệ", "Phòng Bưu chính, Viễn thông"],
        ),
    ],
)
def test_each_is_answered_by_itself(service: Service, question: str, words: list[str]) -> None:
    answer = service.ask(question)
    assert answer.answered, answer.reason
    assert all(word in (answer.answer or "") for word in words), answer.answer
