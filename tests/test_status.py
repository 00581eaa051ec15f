"""A document that another of the index replaces says so wherever it is shown."""

from __future__ import annotations

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.service import Service

OLD = """ỦY BAN NHÂN DÂN
XÃ PHÚ HÒA

Số: 12/KH-UBND

Phú Hòa, ngày 16 tháng 01 năm 2026

KẾ HOẠCH

Trồng cây xanh trên địa bàn xã Phú Hòa

I. NHIỆM VỤ

1. Ươm cây giống

Đơn vị chủ trì: Phòng Kinh tế.
"""
NEW = """ỦY BAN NHÂN DÂN
XÃ PHÚ HÒA

Số: 40/KH-UBND

Phú Hòa, ngày 20 tháng 5 năm 2026

KẾ HOẠCH

Trồng và chăm sóc rừng trên địa bàn xã Phú Hòa

I. NHIỆM VỤ

1. Chăm sóc rừng non

Đơn vị chủ trì: Ban Quản lý rừng.

(Kế hoạch này thay thế Kế hoạch số 12/KH-UBND ngày 16/01/2026 của UBND xã Phú Hòa)
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("status")
    (folder / "v").mkdir()
    (folder / "v" / "cu.txt").write_text(OLD, encoding="utf-8")
    (folder / "v" / "moi.txt").write_text(NEW, encoding="utf-8")
    build_index([folder / "v"], folder / "ix", load_encoder())
    return Service(folder / "ix")


def test_in_lists_documents_hits_and_answers(service: Service) -> None:
    state = "Đã bị thay thế bởi 40/KH-UBND"
    assert {row.doc: row.status for row in service.documents()} == {"cu": state, "moi": None}
    assert service.document("cu").status == state
    assert {hit.doc: hit.status for hit in service.search("ươm cây giống").hits}["cu"] == state
    answer = service.ask("ai chủ trì ươm cây giống?")
    assert answer.answered
    assert [(n.doc, n.message) for n in answer.notices if n.code == "not_in_force"] == [("cu", f"{state}.")]


def test_a_document_that_nothing_replaces_says_nothing(service: Service) -> None:
    assert not [n for n in service.ask("ai chủ trì chăm sóc rừng non?").notices if n.code == "not_in_force"]
