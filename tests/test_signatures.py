"""Signatures of a document that several bodies sign; a document that the index lacks replaces nothing it cites."""

from __future__ import annotations

from pathlib import Path

import pytest

from chithi.main import main
from search_api.answers.signatures import signatures
from search_api.service import Service

_JOINT = """SỞ Y TẾ - HỘI NÔNG DÂN TỈNH BÌNH SƠN
Số: 07/KHLT-SYT-HND

Bình Sơn, ngày 03 tháng 6 năm 2026

KẾ HOẠCH LIÊN TỊCH
Phối hợp phòng, chống dịch sởi ở thôn, bản năm 2026

Thực hiện Chỉ thị số 12-CT/TU ngày 10/01/2026 của Tỉnh ủy về phòng, chống dịch bệnh.

I. NHIỆM VỤ
1. Trung tâm Y tế chủ trì tiêm vắc xin sởi cho trẻ em trước ngày 30/9/2026.

Kế hoạch này thay thế Kế hoạch số 02/KHLT-SYT-HND ngày 01/3/2023.

TM. BAN THƯỜNG VỤ HỘI NÔNG DÂN TỈNH
CHỦ TỊCH
Lò Văn Hặc

KT. GIÁM ĐỐC SỞ Y TẾ
PHÓ GIÁM ĐỐC
Trần Thị Mai Sao

Nơi nhận:
- UBND tỉnh (b/c);
- Lưu: VT.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder: Path = tmp_path_factory.mktemp("joint")
    (folder / "docs").mkdir()
    (folder / "docs" / "khlt-07.txt").write_text(_JOINT, encoding="utf-8")
    assert main(["index", str(folder / "docs"), "--index", str(folder / "ix")]) == 0
    return Service(folder / "ix")


def test_every_signature_is_read_with_its_capacity(service: Service) -> None:
    document = service.store.document("khlt-07")
    read = [
        (s.name.of(document.text), " ".join(s.capacity.of(document.text).split()))
        for s in signatures(document)
    ]
    assert read == [
        ("Lò Văn Hặc", "TM. BAN THƯỜNG VỤ HỘI NÔNG DÂN TỈNH CHỦ TỊCH"),
        ("Trần Thị Mai Sao", "KT. GIÁM ĐỐC SỞ Y TẾ PHÓ GIÁM ĐỐC"),
    ]


@pytest.mark.parametrize(
    ("question", "names", "others"),
    [
        ("Bên Sở Y tế ai ký kế hoạch liên tịch phòng chống dịch sởi?", ["Mai Sao"], ["Hặc"]),
        ("phía Hội Nông dân ai ký kế hoạch liên tịch phòng chống dịch sởi", ["Hặc"], ["Mai Sao"]),
        ("Ai ký kế hoạch liên tịch phòng chống dịch sởi?", ["Hặc", "Mai Sao"], []),
    ],
)
def test_the_signer_of_the_body_asked_about(
    service: Service, question: str, names: list[str], others: list[str]
) -> None:
    answer = service.ask(question).answer or ""
    assert all(name in answer for name in names)
    assert not any(name in answer for name in others)


def test_a_document_that_is_only_cited_is_not_said_to_replace(service: Service) -> None:
    assert service.ask("Kế hoạch liên tịch dịch sởi thay thế văn bản nào?").answered
    assert not service.ask("Chỉ thị 12-CT/TU thay thế chỉ thị nào?").answered
