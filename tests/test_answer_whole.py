"""Answers that are whole: who with the line that names them, both facts asked for, lists with their items."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.service import Service

DECISION = """ỦY BAN NHÂN DÂN TỈNH ĐẦM SEN
Số: 45/2025/QĐ-UBND
Đầm Sen, ngày 6 tháng 5 năm 2025

QUYẾT ĐỊNH
Về quản lý đò ngang và cầu phao trên địa bàn tỉnh Đầm Sen

Điều 1. Quỹ bảo trì cầu phao

Quỹ bảo trì cầu phao được dành ít nhất 12% số thu của bến; hồ sơ cấp vốn từ Quỹ cho mỗi cầu phao, bao gồm:

- Đơn của chủ cầu phao;

- Biên bản kiểm tra mặt cầu (02 bản);

- Ảnh chụp dây neo.

Điều 2. Hiệu lực

Quyết định này có hiệu lực thi hành sau 15 ngày, kể từ ngày ký và thay thế Quyết định số 18/2019/QĐ-UBND ngày 02/4/2019 của Ủy ban nhân dân tỉnh Đầm Sen về quản lý đò ngang.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "vb").mkdir()
    (folder / "vb" / "qd-45.txt").write_text(DECISION, encoding="utf-8")
    build_index([folder / "vb"], folder / "index", load_encoder())
    return Service(Path(folder / "index"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Quyết định về đò ngang của Đầm Sen có hiệu lực khi nào và thay thế văn bản nào?",
            ("sau 15 ngày, kể từ ngày ký", "18/2019/QĐ-UBND"),
        ),
        (
            "Quyết định quản lý đò ngang Đầm Sen áp dụng từ hôm nào, bỏ quyết định cũ nào?",
            ("sau 15 ngày", "18/2019/QĐ-UBND"),
        ),
    ],
)
def test_both_facts_are_told(service: Service, question: str, said: tuple[str, ...]) -> None:
    answer = service.ask(question)
    assert answer.answer is not None, answer.reason
    assert all(words in answer.answer for words in said), answer.answer


def test_a_sum_asked_for_is_not_answered_by_a_share(service: Service) -> None:
    answer = service.ask("Vốn điều lệ của Quỹ bảo trì cầu phao là bao nhiêu?")
    assert not answer.answered, answer.answer
