"""Answers taken along and judged: text, Word, verdicts kept beside the index and given out as questions."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import docx
import pytest
from fakes.web_service import FakeService
from fastapi.testclient import TestClient

from chithi.main import main
from eval.dataset import read_benchmark
from indexer.clean import collapse, fold
from indexer.errors import UnusableInput
from indexer.rules import rows
from search_api.answers.cited import answer_docx, cited_text
from search_api.assess.feedback import Feedback, append, exported, feedback_file, make_feedback, read_feedback
from search_api.naming import work_name
from search_api.schemas import Answer, Citation, DocumentNotice, Filters
from search_api.service import Service
from web.app import create_app

DAY = date(2026, 6, 10)
ASKED = "Ai chủ trì xây dựng kho dữ liệu dùng chung của tỉnh?"
QUOTE = "Đơn vị chủ trì:\nSở Công Thương\x0b."


def answer(*, answered: bool = True, question: str = "Ai chủ trì?") -> Answer:
    cited = Citation(
        1, "kh-5", "kh-5.docx", "5/KH-UBND", "II > 1", 3, 100, 100 + len(QUOTE), QUOTE, "Về hồ chứa",
        "II. NHIỆM VỤ > 1. Bản đồ", ((116, 130),), False, "UBND tỉnh Sông Lam", "2026-05-04", "KH",
    )  # fmt: skip
    return Answer(
        question, answered, "Chủ trì: Sở Công Thương [1]" if answered else None, None if answered else "Không có trong kho.",
        (cited,), "lead", (), (DocumentNotice("kh-5", "scan", "Bản quét, có thể sai chữ."),),
    )  # fmt: skip


# -- text and Word --------------------------------------------------------------------------------


def test_text_has_question_answer_citation_and_warning() -> None:
    text = cited_text(answer())
    assert "Hỏi: Ai chủ trì?" in text
    assert "Chủ trì: Sở Công Thương [1]" in text
    place = "Kế hoạch số 5/KH-UBND của UBND tỉnh Sông Lam, ngày 04/05/2026, mục “II. NHIỆM VỤ › 1. Bản đồ”, trang 3"
    assert place in text
    assert "“Đơn vị chủ trì: Sở Công Thương" in text
    assert "Bản quét" in text


def test_text_of_a_refusal_does_not_look_like_an_answer() -> None:
    text = cited_text(answer(answered=False))
    assert "Chưa thấy trong kho" in text
    assert "không phải câu trả lời" in text


@pytest.mark.parametrize("answered", [True, False])
def test_word_file(answered: bool) -> None:
    book = docx.Document(io.BytesIO(answer_docx(answer(answered=answered), DAY)))
    text = collapse("\n".join(p.text for p in book.paragraphs))
    assert "10/06/2026" in text
    assert "[1] “Đơn vị chủ trì: Sở Công Thương" in text
    assert "trang 3" in text
    assert book.styles["Normal"].font.name == "Times New Roman"
    bold = [run.text for p in book.paragraphs if p.text.startswith("[1]") for run in p.runs if run.bold]
    assert bold == ["Sở Công Thương"]
    if not answered:
        assert "Không có trong kho." in text


# -- the file -------------------------------------------------------------------------------------


def test_the_file_lies_beside_the_index(tmp_path: Path) -> None:
    assert feedback_file(tmp_path / ".chithi") == tmp_path / ".chithi.phan-hoi.jsonl"


def test_lines_of_many_threads_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"

    def write(n: int) -> None:
        for m in range(20):
            append(path, make_feedback(answer(question=f"Câu {n}-{m}?"), "dung", [1], DAY))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries, torn = read_feedback(path)
    assert (len({entry.question for entry in entries}), torn) == (120, 0)


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    append(path, make_feedback(answer(), "dung", [1], DAY))
    path.write_bytes(path.read_bytes() + b'{"day": "2026')
    append(path, make_feedback(answer(question="Hạn khi nào?"), "sai", [], DAY))
    entries, torn = read_feedback(path)
    assert ([entry.verdict for entry in entries], torn) == (["dung", "sai"], 1)


def test_nothing_is_kept_of_the_person() -> None:
    assert set(Feedback.__struct_fields__) == {
        "day", "question", "verdict", "answered", "answer", "kind", "right", "filters",
    }  # fmt: skip


def test_an_unknown_verdict_or_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="danh-gia"):
        make_feedback(answer(), "tốt", [], DAY)
    with pytest.raises(UnusableInput, match="Không ghi được"):
        append(tmp_path / "không có" / "f.jsonl", make_feedback(answer(), "dung", [1], DAY))


EXPORTS: list[tuple[str, bool, list[int], Filters, bool]] = [
    ("dung", True, [1], Filters(), True),
    ("dung", True, [], Filters(), False),  # no citation is right: nothing to hold an answer against
    ("dung", True, [9], Filters(), False),
    ("dung", False, [], Filters(), True),  # a right refusal
    ("thieu", True, [1], Filters(), True),
    ("thieu", False, [], Filters(), False),
    ("sai", True, [1], Filters(), False),
    ("sai", False, [], Filters(), False),
    ("dung", True, [1], Filters(level="xa"), False),
]


@pytest.mark.parametrize(("verdict", "answered", "right", "filters", "kept"), EXPORTS)
def test_what_becomes_a_question(
    verdict: str, answered: bool, right: list[int], filters: Filters, kept: bool
) -> None:
    made = exported([make_feedback(answer(answered=answered), verdict, right, DAY, filters)])
    assert bool(made) == kept
    if kept:
        assert made[0].answerable == answered
        assert bool(made[0].evidence) == answered


def test_the_last_verdict_counts() -> None:
    first = make_feedback(answer(), "dung", [1], DAY)
    assert exported([first, make_feedback(answer(question="ai chu tri?"), "sai", [], DAY)]) == []


# -- the page -------------------------------------------------------------------------------------


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def client(service: FakeService) -> Iterator[TestClient]:
    with TestClient(create_app(service, today=lambda: DAY), follow_redirects=False) as opened:
        yield opened


OWN = {"origin": "http://testserver"}


def test_a_verdict_is_kept_and_told(client: TestClient, service: FakeService) -> None:
    done = client.post("/phan-hoi", data={"q": ASKED, "danh-gia": "dung", "dung": "1"}, headers=OWN)
    assert done.status_code == 303
    (entry,) = service.judged
    assert (entry.question, entry.verdict, len(entry.right)) == (ASKED, "dung", 1)
    page = client.get(done.headers["location"].split("#")[0])
    assert "Đã ghi nhận: <strong>đúng</strong>" in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://la.example"}, 403),
        ({"origin": "http://testserver.la.example"}, 403),
        ({"origin": "http://testserver", "sec-fetch-site": "cross-site"}, 403),
        ({"referer": "http://la.example/testserver"}, 403),
        ({"referer": "http://testserver/?q=a"}, 303),
        ({"origin": "http://testserver", "sec-fetch-site": "same-origin"}, 303),
    ],
)
def test_only_our_own_page_may_post(
    client: TestClient, service: FakeService, headers: dict[str, str], status: int
) -> None:
    done = client.post("/phan-hoi", data={"q": ASKED, "danh-gia": "sai"}, headers=headers)
    assert done.status_code == status
    assert len(service.judged) == (status == 303)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (urlencode({"danh-gia": "dung"}), "application/x-www-form-urlencoded", 400),
        (urlencode({"q": ASKED, "danh-gia": "hay"}), "application/x-www-form-urlencoded", 400),
        (
            urlencode({"q": ASKED, "danh-gia": "dung", "x": "y" * 20_000}),
            "application/x-www-form-urlencoded",
            413,
        ),
        ('{"q": "a"}', "application/json", 415),
        ("", "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_such_form_is_refused(
    client: TestClient, service: FakeService, content: str, kind: str, status: int
) -> None:
    done = client.post("/phan-hoi", content=content, headers={**OWN, "content-type": kind})
    assert done.status_code == status
    assert service.judged == []


def test_plain_text_and_word_of_the_page(client: TestClient) -> None:
    page = client.get("/", params={"q": ASKED})
    assert "Sao chép kèm trích dẫn" in page.text
    assert "<textarea" in page.text
    plain = client.get("/", params={"q": ASKED, "dinh-dang": "van-ban"})
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.text.startswith(f"Hỏi: {ASKED}")
    file = client.get("/xuat/tra-loi.docx", params={"q": ASKED})
    assert "attachment" in file.headers["content-disposition"]
    assert "[1]" in "".join(p.text for p in docx.Document(io.BytesIO(file.content)).paragraphs)
    assert client.get("/xuat/tra-loi.docx").status_code == 400


# -- the whole way --------------------------------------------------------------------------------


def test_from_the_verdict_to_the_benchmark(
    sample_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service(sample_index)
    path = feedback_file(sample_index)
    try:
        assert main(["feedback", "--index", str(sample_index)]) == 1
        question = service.suggestions()[0]
        service.judge(question, "dung", [1])
        service.judge("Kế hoạch số 977/KH-UBND do ai ký?", "dung", [])
        service.judge("Ai chủ trì?", "sai", [])
        out = tmp_path / "hoi.jsonl"
        assert main(["feedback", "--index", str(sample_index), "--export", str(out)]) == 0
        assert "3 phản hồi: 2 đúng, 1 sai, 0 thiếu" in capsys.readouterr().out
        benchmark = read_benchmark(out, service.store.text)
        assert [query.answerable for query in benchmark.queries] == [True, False]
        assert json.loads(out.read_text(encoding="utf-8").splitlines()[0])["question"] == question
    finally:
        service.store.close()
        path.unlink(missing_ok=True)


def test_the_command_writes_a_word_file(sample_index: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.docx"
    assert (
        main(["ask", "ai chủ trì cải cách hành chính?", "--index", str(sample_index), "--docx", str(out)])
        == 0
    )
    assert docx.Document(str(out)).paragraphs


# -- suggested questions --------------------------------------------------------------------------


def test_every_verb_begins_its_example() -> None:
    for verb, example in rows("task_verbs.tsv", "search_api.rules"):
        assert fold(example).startswith(f"{fold(verb)} ")
        assert work_name(example), example


@pytest.mark.parametrize(
    "title",
    [
        "Các sở, ban, ngành tỉnh",
        "Sở Tài chính tỉnh Sông Lam",
        "Về công tác tuyên truyền năm 2026",
        "Xây dựng",
        "Nhiệm vụ trọng tâm của năm",
        "Xây dựng kế hoạch; kiểm tra việc thực hiện",
        "Tổ chức | Sở Nội vụ | tháng 6",
        "Cấp ủy, chính quyền các xã",
    ],
)
def test_what_is_no_piece_of_work_is_not_asked_about(title: str) -> None:
    assert work_name(title) is None


def test_suggestions_are_answered_from_different_documents(sample_index: Path) -> None:
    service = Service(sample_index)
    suggested = service.suggestions()
    assert len(suggested) == 3
    docs = [service.ask(question).groups[0].doc for question in suggested]
    assert len(set(docs)) == 3
    service.store.close()
