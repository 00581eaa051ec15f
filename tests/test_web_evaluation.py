"""``/danh-gia``: results shown and compared, passages graded, versions frozen; over a real small index."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chithi.main import main
from indexer.build import build_index
from indexer.encode import load_encoder
from search_api.assess.evaluations import Evaluations
from search_api.service import Service
from web.app import create_app
from web.guard import CONTENT_SECURITY_POLICY

PLAN = """KẾ HOẠCH

Mở tủ sách ở nhà văn hóa thôn

I. MỤC TIÊU

Mỗi nhà văn hóa thôn có ít nhất 300 đầu sách <b>cho</b> thiếu nhi.

II. NHIỆM VỤ

1. Quyên góp sách cũ của các trường học

Đơn vị chủ trì: Đoàn Thanh niên xã.

Thời gian hoàn thành: Quý II năm 2026.

2. Đóng kệ sách bằng gỗ tạp

Đơn vị chủ trì: Hội Cựu chiến binh xã.
"""
QUESTIONS = [
    {"qid": "1", "question": "Ai chủ trì quyên góp sách cũ?", "kind": "lead", "answer": "Đoàn Thanh niên",
     "must_contain": [["Đoàn Thanh niên"]], "evidence": [{"doc": "tu-sach", "quote": "Đơn vị chủ trì: Đoàn Thanh niên xã."}]},
    {"qid": "2", "question": "Mỗi nhà văn hóa có mấy đầu sách <i>?", "kind": "target",
     "must_contain": [["300"]], "evidence": [{"doc": "tu-sach", "quote": "ít nhất 300 đầu sách"}]},
]  # fmt: skip
ORIGIN = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}


class _Page(HTMLParser):
    VOID = frozenset({"meta", "link", "input", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "van-ban").mkdir()
    (tmp_path / "van-ban" / "tu-sach.txt").write_text(PLAN, encoding="utf-8")
    build_index([tmp_path / "van-ban"], tmp_path / "ix", load_encoder())
    return tmp_path / "ix"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "hoi.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in QUESTIONS), encoding="utf-8")
    return path


@pytest.fixture
def client(index: Path) -> TestClient:
    return TestClient(create_app(Service(index)), follow_redirects=True)


def fetch(client: TestClient, where: str, status: int = 200) -> _Page:
    response = client.get(where)
    assert response.status_code == status
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    page = _Page(response.text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label.get("for") for label in page.all("label")}
    for field in page.all("input") + page.all("select"):
        assert field.get("type") == "hidden" or field["id"] in labelled
    assert not [
        a for _, attributes in page.elements for a in attributes if a.startswith("on") or a == "style"
    ]
    assert len(page.all("h1")) == 1
    return page


def upload(client: TestClient, name: str, content: bytes, **headers: str) -> Any:
    return client.post(
        "/danh-gia/them-bo",
        files={"tep": (f"{name}.jsonl", content)},
        data={"ten": ""},
        headers=headers or ORIGIN,
    )


def test_nothing_kept_says_how_to_begin(client: TestClient) -> None:
    page = fetch(client, "/danh-gia")
    assert "chithi eval cau-hoi.jsonl --save lan-1" in page.text
    assert [a["href"] for a in page.all("a") if a.get("aria-current") == "page"] == ["/danh-gia"]


def test_results_are_shown_drawn_and_compared(client: TestClient, index: Path, questions: Path) -> None:
    base = ["eval", str(questions), "--index", str(index)]
    assert main([*base, "-c", "fused", "-c", "bm25-syllables", "--save", "lan-1"]) == 0
    assert main([*base, "-c", "dense", "--no-answers", "--save", "lan-2"]) == 0
    page = fetch(client, "/danh-gia")
    assert "lan-1" in page.text
    assert "lan-2" in page.text
    assert len(page.all("svg")) == 2
    assert all(svg["aria-label"] for svg in page.all("svg"))
    assert "2 câu chung" in page.text
    compared = fetch(client, "/danh-gia?a=lan-1/fused&b=lan-1/bm25-syllables&do=Recall@10")
    chosen = [o["value"] for o in compared.all("option") if "selected" in o]
    assert chosen == ["lan-1/fused", "lan-1/bm25-syllables", "Recall@10"]
    same = fetch(client, "/danh-gia?a=lan-1/fused&b=lan-1/fused")
    assert "Chọn hai cấu hình khác nhau" in same.text
    assert fetch(client, "/danh-gia?a=khong/co&b=%00&do=x&bo=khac").all("table")


def test_gains_and_losses_lead_to_the_question(client: TestClient, index: Path) -> None:
    def result(value: float, made: str) -> bytes:
        configuration = {
            "name": "fused", "label": "", "metrics": {"MRR@10": value}, "intervals": {"MRR@10": [0.1, 1.0]},
        }  # fmt: skip
        rows = [
            {
                "qid": str(n),
                "question": f"Câu <{n}>?",
                "by_configuration": {"fused": {"MRR@10": value if n else 0.5}},
            }
            for n in range(30)
        ]
        return json.dumps(
            {"benchmark": "thử", "queries": 30, "judged": 30, "metrics": {}, "per_query": rows,
             "configurations": [configuration], "made": made}
        ).encode()  # fmt: skip

    kept = Evaluations(index)
    kept.save_run("cu", result(0.25, "2026-01-01T00:00:00+00:00"))
    kept.save_run("moi", result(1.0, "2026-02-01T00:00:00+00:00"))
    (index / "danh-gia" / "lan-chay" / "hong.json").write_text("[]", encoding="utf-8")
    page = fetch(client, "/danh-gia?a=cu/fused&b=moi/fused")
    assert "B tốt hơn A" in page.text
    assert "B hơn A: 29 câu" in page.text
    assert "và 9 câu khác" in page.text
    assert "Câu <1>?" in page.text
    assert "+0,75" in page.text
    assert "hong.json" in page.text
    assert "01/02/2026" in page.text
    assert [a["href"] for a in page.all("a") if a["href"].startswith("/?q=C%C3%A2u")]
    assert "B kém hơn A" in fetch(client, "/danh-gia?a=moi/fused&b=cu/fused").text


def test_a_set_is_uploaded_graded_frozen_and_exported(
    client: TestClient, index: Path, questions: Path, tmp_path: Path
) -> None:
    page = _Page(upload(client, "thang-11", questions.read_bytes()).text)
    assert "Đã thêm bộ câu hỏi." in page.text
    assert "Chấm bộ thang-11" in page.text
    grading = fetch(client, "/danh-gia/cham?bo=thang-11")
    assert "Ai chủ trì quyên góp sách cũ?" in grading.text
    fields = [i for i in grading.all("input") if i.get("type") == "radio"]
    names = list(dict.fromkeys(i["name"] for i in fields))
    assert len(fields) == 5 * len(names)
    assert not re.search(r"fused|lexical|hạng \d|0,\d", grading.text), "blind: nothing says who found what"
    hidden = {i["name"]: i["value"] for i in grading.all("input") if i.get("type") == "hidden"}
    answer = next(n for n in names if "Đoàn Thanh niên" in _quoted(grading, n))
    response = client.post(
        "/danh-gia/cham", data=hidden | dict.fromkeys(names, "0") | {answer: "3"}, headers=ORIGIN
    )
    following = _Page(response.text)
    assert "Đã lưu câu 1." in following.text
    assert "Mỗi nhà văn hóa có mấy đầu sách <i>?" in following.text
    assert "cau=2" in str(response.url)
    again = fetch(client, "/danh-gia/cham?bo=thang-11&cau=1")
    checked = {i["name"]: i["value"] for i in again.all("input") if "checked" in i}
    assert checked == dict.fromkeys(names, "0") | {answer: "3"}
    client.post("/danh-gia/cham", data=hidden | {names[-1]: "x"}, headers=ORIGIN)  # taken back
    assert len(Evaluations(index).grades("thang-11")) == len(names) - 1

    frozen = _Page(client.post("/danh-gia/chot", data={"bo": "thang-11"}, headers=ORIGIN).text)
    assert "thang-11, phiên bản 1" in frozen.text
    exported = client.get("/danh-gia/tai?bo=thang-11&ban=1&dang=jsonl")
    assert "attachment" in exported.headers["content-disposition"]
    path = tmp_path / "ban-1.jsonl"
    path.write_bytes(exported.content)
    assert main(["eval", str(path), "--index", str(index), "-c", "fused", "--no-answers"]) == 0
    qrels = client.get("/danh-gia/tai?bo=thang-11&ban=1&dang=qrels").text.splitlines()
    assert all(re.fullmatch(r"\d 0 tu-sach:\d+-\d+ [0-3]", line) for line in qrels)
    assert len(qrels) >= len(names) - 1
    assert client.get("/danh-gia/tai?bo=thang-11").status_code == 200


def _quoted(page: _Page, field: str) -> str:
    start, end = map(int, re.findall(r":(\d+)-(\d+):", field)[0])
    return PLAN[start:end]


def test_grades_outlive_a_new_index(index: Path, questions: Path) -> None:
    kept = Evaluations(index)
    kept.save_set("bo", questions.read_bytes())
    client = TestClient(create_app(Service(index)))
    page = fetch(client, "/danh-gia/cham?bo=bo&cau=1")
    hidden = {i["name"]: i["value"] for i in page.all("input") if i.get("type") == "hidden"}
    names = list(dict.fromkeys(i["name"] for i in page.all("input") if i.get("type") == "radio"))
    client.post("/danh-gia/cham", data=hidden | {names[0]: "2"}, headers=ORIGIN)
    source = index.parent / "van-ban" / "tu-sach.txt"
    source.write_text("Bản sao.\n\n" + PLAN, encoding="utf-8")  # every offset moves
    build_index([index.parent / "van-ban"], index, load_encoder())
    again = TestClient(create_app(Service(index)))
    checked = [i["value"] for i in fetch(again, "/danh-gia/cham?bo=bo&cau=1").all("input") if "checked" in i]
    assert checked.count("2") == 1
    stale = again.post("/danh-gia/cham", data=hidden | {names[0]: "3"}, headers=ORIGIN)
    assert stale.status_code == 400
    assert "đã được đọc lại" in stale.text
    assert [g.grade for g in kept.grades("bo")] == [2]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"qid": "1"}\n{"qid": "1", "question": "x"}', "dòng 1"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "không có câu hỏi nào"),
        (
            json.dumps(QUESTIONS[0] | {"evidence": [{"doc": "khac", "quote": "x"}]}).encode(),
            "không có văn bản “khac”",
        ),
    ],
)
def test_a_faulty_set_is_refused_with_its_faults(
    client: TestClient, index: Path, content: bytes, told: str
) -> None:
    response = upload(client, "hong", content)
    assert response.status_code == 400
    assert told in _Page(response.text).text
    assert Evaluations(index).sets() == []


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/danh-gia/cham", 400),
        ("/danh-gia/cham?bo=khong-co", 400),
        ("/danh-gia/cham?bo=../../etc", 400),
        ("/danh-gia/cham?bo=bo&cau=khong-co", 400),
        ("/danh-gia/cham?bo=bo&a=la", 400),
        ("/danh-gia/cham?bo=bo&so=999999", 200),
        ("/danh-gia/cham?bo=bo&so=-1&b=ngu-nghia", 200),
        ("/danh-gia/tai?bo=bo&dang=exe", 400),
        ("/danh-gia/tai?bo=bo&ban=99", 400),
        ("/danh-gia/tai?bo=bo&ban=..", 400),
        ("/danh-gia/tai?bo=..%2f..", 400),
    ],
)
def test_wrong_addresses(client: TestClient, index: Path, questions: Path, where: str, status: int) -> None:
    Evaluations(index).save_set("bo", questions.read_bytes())
    response = client.get(where)
    assert response.status_code == status
    assert "Traceback" not in response.text


@pytest.mark.parametrize("path", ["/danh-gia/cham", "/danh-gia/chot", "/danh-gia/them-bo"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://noi-khac.example"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_cannot_post(
    client: TestClient, index: Path, questions: Path, path: str, headers: dict[str, str]
) -> None:
    Evaluations(index).save_set("bo", questions.read_bytes())
    if path.endswith("them-bo"):
        response = client.post(path, files={"tep": ("x.jsonl", questions.read_bytes())}, headers=headers)
    else:
        response = client.post(path, data={"bo": "bo"}, headers=headers)
    assert response.status_code == 403
    assert Evaluations(index).sets() == ["bo"]
    assert Evaluations(index).versions() == ([], [])


def test_uploads_are_bounded(client: TestClient, index: Path) -> None:
    response = upload(client, "to", b"x" * (5 * 1024 * 1024 + 9000))
    assert response.status_code == 413
    assert Evaluations(index).sets() == []
    nothing = client.post("/danh-gia/them-bo", data={"ten": "a"}, headers=ORIGIN)
    assert nothing.status_code == 400


def test_freezing_nothing_is_said(client: TestClient, index: Path) -> None:
    Evaluations(index).save_set("moi", b'{"qid": "1", "question": "Bao gio?"}')
    response = client.post("/danh-gia/chot", data={"bo": "moi"}, headers=ORIGIN)
    assert response.status_code == 400
    assert "chưa có câu nào được chấm" in _Page(response.text).text
