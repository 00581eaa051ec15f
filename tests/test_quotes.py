"""Whatever is shown is quoted: quote == text[start:end], for every result over two collections."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from search_api.service import Service
from tests.conftest import ROOT, SHARED

QUESTIONS = [
    "ai chủ trì nhiệm vụ chuyển đổi số?",
    "đơn vị nào phối hợp tuyên truyền?",
    "khi nào phải hoàn thành rà soát?",
    "chỉ tiêu bao nhiêu phần trăm hồ sơ trực tuyến?",
    "kế hoạch căn cứ vào văn bản nào?",
    "ai ký kế hoạch?",
    "kế hoạch này thay thế văn bản nào?",
    "văn bản nào nói về cải cách hành chính?",
    "don vi nao chu tri cai cach hanh chinh",
    "kinh phí lấy từ nguồn nào?",
    "giá vàng hôm nay bao nhiêu?",
    "57-NQ/TW",
]


def questions() -> list[str]:
    texts = list(QUESTIONS)
    for path in (
        *sorted((ROOT / "eval" / "benchmark").glob("*.jsonl")),
        SHARED / "benchmark" / "plans-dev.jsonl",
    ):
        if path.exists():
            texts += [
                json.loads(line)["question"]
                for line in path.read_text(encoding="utf-8").split("\n")
                if line.strip()
            ]
    return texts


@pytest.mark.parametrize("which", ["sample_index", "shared_index"])
def test_every_quote_is_verbatim(which: str, request: pytest.FixtureRequest) -> None:
    index: Path = request.getfixturevalue(which)
    service = Service(index)
    texts = {row.doc: service.document(row.doc).text for row in service.documents()}
    for question in questions():
        answer = service.ask(question)
        assert answer.answered == (answer.answer is not None)
        assert answer.answered or answer.reason
        for citation in answer.citations:
            assert citation.quote == texts[citation.doc][citation.start : citation.end]
            assert citation.quote.strip()
            assert all(citation.start <= a < b <= citation.end for a, b in citation.fact)
        numbers = {citation.n for citation in answer.citations}
        for group in answer.groups:
            for piece in group.pieces:
                assert piece.cites, (question, piece)
                assert numbers.issuperset(piece.cites)
        for hit in service.search(question, 5).hits:
            assert hit.text == texts[hit.doc][hit.start : hit.end]


@pytest.mark.parametrize("which", ["sample_index", "shared_index"])
def test_every_fact_read_stands_in_the_text(which: str, request: pytest.FixtureRequest) -> None:
    index: Path = request.getfixturevalue(which)
    service = Service(index)
    for row in service.documents():
        view = service.document(row.doc)
        size = len(view.text)
        for task in view.tasks:
            assert task.quote == view.text[task.start : task.end]
            for units, spans in (
                (task.lead_units, task.spans["lead_units"]),
                (task.coordinating_units, task.spans["coordinating_units"]),
            ):
                assert len(units) == len(spans)
                for _, (start, end) in zip(units, spans, strict=True):
                    assert 0 <= start < end <= size
        for reference in view.references:
            assert reference.raw == view.text[reference.start : reference.end]
        for target in view.targets:
            assert 0 <= target.start < target.end <= size
