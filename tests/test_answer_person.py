"""Documents that name somebody who has a part in the work, whoever signed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.service import Service

HEAD = """ỦY BAN NHÂN DÂN XÃ BẾN TRĂNG
Số: {number}/KH-UBND
Bến Trăng, ngày {number} tháng 3 năm 2026

KẾ HOẠCH
{title}

I. NHIỆM VỤ

1. Công an xã tuần tra ba lần mỗi tuần.

{last}

{signed}
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("person")
    texts = {
        5: ("Phòng cháy rừng năm 2026", "2. Ông Mạc Văn Trà phụ trách chung.", "Mạc Văn Trà"),
        8: ("Dọn kênh mương năm 2026", "2. Ban điều hành do ông Mạc Văn Trà làm trưởng ban.", "Lê Thị Đào"),
        9: ("Mở chợ phiên năm 2026", "2. Phòng Kinh tế theo dõi.", "Lê Thị Đào"),
    }
    for number, (title, last, name) in texts.items():
        signed = f"TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n\n{name}"
        text = HEAD.format(number=number, title=title, last=last, signed=signed)
        (folder / f"kh-{number}.txt").write_text(text, encoding="utf-8")
    build_index(sorted(folder.glob("*.txt")), folder / "index", load_encoder())
    return Service(Path(folder / "index"))


@pytest.mark.parametrize(
    ("question", "docs"),
    [
        ("Ông Mạc Văn Trà phụ trách những kế hoạch nào của xã Bến Trăng?", {"kh-5", "kh-8"}),
        ("Bà Lê Thị Đào ký những kế hoạch nào?", {"kh-8", "kh-9"}),
    ],
)
def test_plans_of_a_person(service: Service, question: str, docs: set[str]) -> None:
    answer = service.ask(question)
    assert {group.doc for group in answer.groups} == docs
