"""Whatever is damaged is read or refused: a bounded part of ``python -m eval.fuzz``, and hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.fuzz import ROOT, Seeds, check, main, run
from indexer.analyse import analyse
from indexer.readers.limits import Refused
from indexer.readers.plain import read_text

SHARED = ROOT.parent / "shared"

#: Pieces that the rules of the reading look for, in any order.
PIECES = st.sampled_from(
    [
        "KẾ HOẠCH\n", "Số: 12/KH-UBND\n", "Đông Khê, ngày 02 tháng 5 năm 2026\n", "I. NHIỆM VỤ\n", "II.\nMỤC TIÊU\n", "1. ", "1.\n",
        "1.1. ", "a) ", "- ", "Nhóm 2: ", "- Nhiệm vụ 3: ", "Điều 4. ", "“Điều 5. ", '"Điều 6. ', "”.\n", '".\n', "PHỤ LỤC I\n", "Mục i. ",
        "| TT | Nhiệm vụ | Cơ quan chủ trì | Thời gian |\n", "| 1 | Rà soát | Công an xã | Quý IV/2026 |\n", "Đơn vị chủ trì: ",
        "Thời gian thực hiện: ", "Sản phẩm: ", "Kết quả cần đạt\n", "Công an xã", "UBND các xã, phường", ", ", "; ", ". ", "\n", "\n\n",
        "chủ trì, phối hợp với ", "trước ngày 30/9/2026", "từ tháng 6/2026 đến tháng 6/2027 và các năm tiếp theo", "31/02/2026",
        "Kế hoạch số 45-KH/TU ngày 13/3/2026 của Tỉnh ủy", "thay thế ", "Căn cứ ", "tối thiểu 90% hộ ", "không còn hộ ", "(", ")",
        "Nơi nhận:\n- Lưu: VT.\n", "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n", "Lò Văn Thí\n", "\f", "\u00a0", "\u0301", "khoản 1\nĐiều 6.", "2\n",
        "Trên đây là ", "Yêu cầu các thôn ", "hằng năm", "Thường xuyên", "%", "9" * 12, "/" * 5, "…" * 30,
    ]
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PIECES, PIECES, PIECES, st.text(max_size=12)), max_size=40), st.booleans())
def test_any_sequence_of_pieces_is_read(pieces: list[str], markdown: bool) -> None:
    try:
        source = read_text("".join(pieces).encode("utf-8", "ignore"), markdown=markdown)
    except Refused:
        return
    check(analyse("d", "d.txt", "", source))


def test_damaged_texts_and_files_of_the_collection() -> None:
    seeds = Seeds([ROOT / "corpus"])
    outcome = [held for held, _ in run(seeds, texts=150, files=6)][-1]
    assert outcome.failures == []
    assert outcome.inputs == 156
    assert outcome.read > 60


def test_the_same_number_gives_the_same_input() -> None:
    seeds = Seeds([ROOT / "corpus"])
    assert seeds.text(7) == seeds.text(7)
    assert seeds.file(3) == seeds.file(3)
    assert len({seeds.text(number)[0] for number in range(40)}) == 40


def test_the_command_says_what_it_ran(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--texts", "3", "--files", "0"]) == 0
    assert "3 inputs" in capsys.readouterr().out


@pytest.mark.skipif(not (SHARED / "train").is_dir(), reason="../shared is not here")
def test_statutes_decrees_and_circulars_are_read_without_an_error() -> None:
    from eval.fuzz import gazette

    texts = gazette(SHARED / "train" / "congbao.jsonl.zst", 15)
    assert len(texts) == 15
    for text in texts:
        document = analyse("d", "d.txt", "", read_text(text.encode(), markdown=False))
        check(document)
        assert document.passages
