"""From a question to passages: the part that answers, documents named beside one another, settings."""

from __future__ import annotations

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from indexer.engine import Found
from indexer.errors import DamagedIndex
from indexer.records import Span
from indexer.store import StoredPassage
from search_api.questions.question import understand
from search_api.retrieve import RetrievalSettings
from search_api.schemas import Filters
from search_api.service import Service, _in_turn

ACTIONS = (
    "Rà soát toàn bộ hệ thống tưới tiêu nội đồng, đo đạc từng tuyến kênh, lập danh mục tuyến xuống cấp và chụp "
    "ảnh hiện trạng; lấy ý kiến người dân từng thôn về thứ tự sửa chữa, công khai danh mục tại nhà văn hóa."
)
PLAN = f"""ỦY BAN NHÂN DÂN XÃ TÂN KHE
Số: 31/KH-UBND

Tân Khe, ngày 05 tháng 3 năm 2026

KẾ HOẠCH

Tu sửa kênh mương nội đồng năm 2026

I. NHIỆM VỤ

1. Rà soát, sửa chữa kênh mương nội đồng

{ACTIONS}

Huy động hội viên các đoàn thể góp ngày công nạo vét, đắp bờ, trồng cỏ giữ mái kênh; ưu tiên dùng đá và tre tại
chỗ, bố trí máy xúc cho đoạn sạt lở dài; nghiệm thu từng đoạn với sự có mặt của trưởng thôn và đại diện hộ dân
hưởng lợi, ghi biên bản và niêm yết kết quả trong mười ngày tại trụ sở.

Bàn giao cho tổ thủy nông cơ sở quản lý, lập sổ theo dõi và lịch lấy nước theo từng vụ, công khai trên loa truyền
thanh của xã để các hộ dân biết và cùng giám sát việc đóng mở cống.

Đơn vị chủ trì: Phòng Kinh tế. Đơn vị phối hợp: Hội Nông dân xã; các thôn.

Thời gian hoàn thành: Trước ngày 30/9/2026.

2. Tuyên truyền tiết kiệm nước

Phát thanh mỗi tuần hai buổi về lịch lấy nước.

Đơn vị chủ trì: Phòng Văn hóa - Xã hội.

II. KINH PHÍ

Kinh phí thực hiện Kế hoạch lấy từ ngân sách xã và đóng góp của người dân.

Nơi nhận:
- UBND tỉnh;
- Các thôn;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Lường Văn Khoát
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root = tmp_path_factory.mktemp("parts")
    (root / "van-ban").mkdir()
    (root / "van-ban" / "kenh-muong.txt").write_text(PLAN, encoding="utf-8")
    other = (
        PLAN.replace("31/KH-UBND", "47/KH-UBND").replace("TÂN KHE", "ĐỒNG LẦU").replace("Tân Khe", "Đồng Lầu")
    )
    other = other.replace("kênh mương nội đồng", "đường liên thôn").replace("ngân sách xã", "quỹ làng")
    (root / "van-ban" / "duong-thon.txt").write_text(other, encoding="utf-8")
    build_index([root / "van-ban"], root / "ix", load_encoder())
    return Service(root / "ix")


def first(service: Service, question: str, **settings: bool) -> StoredPassage:
    found = service.passages(understand(question), Filters(), 10, RetrievalSettings(**settings))
    return found[0][0]


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("Đơn vị nào chủ trì rà soát, sửa chữa kênh mương nội đồng?", "Phòng Kinh tế"),
        ("ai phối hợp rà soát, sửa chữa kênh mương nội đồng", "Hội Nông dân xã"),
        ("Khi nào phải xong việc rà soát, sửa chữa kênh mương nội đồng?", "30/9/2026"),
        ("don vi nao chu tri ra soat sua chua kenh muong noi dong", "Phòng Kinh tế"),
        ("Ai ký kế hoạch tu sửa kênh mương nội đồng?", "Lường Văn Khoát"),
    ],
)
def test_the_part_that_answers_comes_first(service: Service, question: str, holds: str) -> None:
    assert holds in first(service, question).text


def test_parts_are_lifted_just_above_their_task(service: Service) -> None:
    question = understand("Đơn vị nào chủ trì rà soát, sửa chữa kênh mương nội đồng?")
    lifted = service.passages(question, Filters(), 50)
    plain = service.passages(question, Filters(), 50, RetrievalSettings(parts=False))
    assert {p.id for p, _ in lifted} == {p.id for p, _ in plain}
    assert lifted[0][1] == pytest.approx(plain[0][1], abs=0.01)
    assert [score for _, score in lifted] == sorted((score for _, score in lifted), reverse=True)
    words = understand("kênh mương nội đồng")
    assert service.passages(words, Filters(), 50) == service.passages(
        words, Filters(), 50, RetrievalSettings(parts=False)
    )


@pytest.mark.parametrize(
    ("question", "docs"),
    [
        ("Kinh phí thực hiện kế hoạch 47 từ đâu?", {"duong-thon"}),
        ("nguồn lực để thực hiện kế hoạch 31?", {"kenh-muong"}),
        ("Phòng Kinh tế chủ trì việc gì trong KH 31, hạn tới đâu?", {"kenh-muong"}),
        ("văn bản nào triển khai thực hiện kế hoạch 31?", None),
        ("chi 31,5 triệu theo kế hoạch nào?", None),
    ],
)
def test_documents_named_by_number(service: Service, question: str, docs: set[str] | None) -> None:
    scope = service.scope(understand(question))
    assert (set(scope.docs) if scope.docs is not None else None) == docs


def passage(n: int, doc: str) -> StoredPassage:
    return StoredPassage(n, doc, 0, Span(0, 1), "", "", None, "body", (), "", "")


def test_documents_named_together_take_turns() -> None:
    a = [(passage(1, "a"), 1.5), (passage(2, "a"), 1.0)]
    b = [(passage(3, "b"), 1.6)]
    dealt = _in_turn([a, b], [(passage(4, "c"), 3.0), (passage(1, "a"), 1.5)])
    assert [p.id for p, _ in dealt] == [1, 3, 2, 4]  # in the order of the question
    far = [(passage(3, "b"), 2.4)]
    assert [p.id for p, _ in _in_turn([a, far], [])] == [3, 1, 2]  # "a" was only mentioned
    assert _in_turn([[], []], []) == []


@pytest.mark.parametrize(
    "settings",
    [
        RetrievalSettings(pairs=0),
        RetrievalSettings(synonyms=0),
        RetrievalSettings(priors=0),
        RetrievalSettings(z_scores=True),
        RetrievalSettings(dense_weight=0),
        RetrievalSettings(dense_weight=1),
    ],
)
def test_every_setting_finds_the_passage(service: Service, settings: RetrievalSettings) -> None:
    found = service.passages(understand("nạo vét đắp bờ trồng cỏ giữ mái kênh"), Filters(), 5, settings)
    assert any("nạo vét" in passage.text for passage, _ in found[:2])


@pytest.mark.parametrize("side", ["search_dense", "search_lexical"])
def test_what_fails_in_either_search_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    def broken(*_: object) -> Found:
        raise DamagedIndex("hỏng")

    monkeypatch.setattr(service.store.engine, side, broken)
    with pytest.raises(DamagedIndex, match="hỏng"):
        service.passages(understand("nạo vét mương"), Filters(), 5)
