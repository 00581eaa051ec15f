"""Every state of every page, over a service of invented plans."""

from __future__ import annotations

import datetime
import html
import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import msgspec
import pytest
from fakes.web_service import DRAFT, HOSTILE, PLAN, FakeService, spans_hold
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.errors import DamagedIndex, MissingIndex
from search_api.schemas import Answer, AnswerGroup, AnswerPiece, Hit
from web.addresses import address, document_path, span_path
from web.answers import snippet
from web.app import create_app, is_loopback
from web.guard import CONTENT_SECURITY_POLICY

TODAY = datetime.date(2026, 6, 10)
ASKED = "Ai chủ trì xây dựng kho dữ liệu dùng chung của tỉnh?"


@pytest.fixture(scope="module")
def service() -> FakeService:
    return FakeService()


@pytest.fixture(scope="module")
def client(service: FakeService) -> Iterator[TestClient]:
    with TestClient(create_app(service, today=lambda: TODAY), raise_server_exceptions=False) as opened:
        yield opened


def home(**parameters: object) -> str:
    return address("/", {name.replace("_", "-"): value for name, value in parameters.items()})


class _Page(HTMLParser):
    """What a browser would see: elements with attributes, and the visible text."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def span_of(service: FakeService) -> tuple[int, int]:
    start, end = service.views[PLAN].tasks[0].spans["lead_units"][0]
    return start, end


def addresses(service: FakeService) -> dict[str, tuple[str, int]]:
    return {
        "home": ("/", 200),
        "words": (home(q="chuyển đổi số"), 200),
        "question": (home(q=ASKED), 200),
        "unanswered": (home(q="Ai chủ trì nuôi cá tầm ở dữ liệu chuyển đổi?"), 200),
        "nothing": (home(q="zzzz qqqq"), 200),
        "filtered": (home(q="chuyển đổi số", loai="KH", cap="tinh", den="2026"), 200),
        "filtered away": (home(q="chuyển đổi số", loai="KH", cap="trung-uong"), 200),
        "bad date": (home(q="số", tu="45/13/2026"), 400),
        "bad level": (home(q="số", cap="huyen"), 400),
        "too long": (home(q="ạ" * 2001), 400),
        "hostile query": (home(q='"><script>alert(1)</script> số'), 200),
        "documents": ("/van-ban", 200),
        "documents sorted": ("/van-ban?sap-xep=ten&loai=KH", 200),
        "documents none": ("/van-ban?ten=khongco", 200),
        "document": (document_path(PLAN), 200),
        "document cited": (span_path(PLAN, *span_of(service)), 200),
        "document lost": (f"{document_path(PLAN)}?tu=5&den=999999999", 200),
        "draft": (document_path(DRAFT), 200),
        "hostile": (document_path(HOSTILE), 200),
        "unknown document": ("/van-ban/khong-co", 404),
        "tasks": ("/nhiem-vu", 200),
        "tasks filtered": ("/nhiem-vu?don-vi=khoa+hoc&vai-tro=chu-tri&han=con-han", 200),
        "tasks none": ("/nhiem-vu?don-vi=khongco", 200),
        "tasks bad": ("/nhiem-vu?han=mai", 400),
        "api": ("/api/v1/", 200),
        "no page": ("/khong-co", 404),
    }


NAMES = sorted(addresses(FakeService()))


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_well_made(client: TestClient, service: FakeService, name: str) -> None:
    where, status = addresses(service)[name]
    response = client.get(where)
    assert response.status_code == status
    page = _Page(response.text)
    assert page.all("html") == [{"lang": "vi"}]
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("header")
    assert page.all("footer")
    assert page.all("nav")
    skip = next(a for a in page.all("a") if a.get("class") == "skip")
    assert skip["href"] == "#" + page.all("main")[0]["id"]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)), "ids are unique"
    labelled = {label.get("for") for label in page.all("label")}
    for field in page.all("input") + page.all("select"):
        assert field.get("type") == "hidden" or field["id"] in labelled
    for link in page.all("a"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in ids


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_from_elsewhere(client: TestClient, service: FakeService, name: str) -> None:
    response = client.get(addresses(service)[name][0])
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "same-origin"
    page = _Page(response.text)
    for tag, attributes in page.elements:
        assert "style" not in attributes, f"the policy forbids a style on <{tag}>"
        assert not [a for a in attributes if a.startswith("on")], f"a script on <{tag}>"
        for name_ in ("src", "href", "action"):
            target = attributes.get(name_, "/")
            assert target.startswith(("/", "#")), f"{tag} {name_}={target}"
            assert not target.startswith("//")
    assert not re.search(r"@import|https?:", response.text)


def test_static_files_name_no_other_host(client: TestClient) -> None:
    page = _Page(client.get("/").text)
    files = [x["href"] for x in page.all("link")] + [x["src"] for x in page.all("script") + page.all("img")]
    assert len(files) >= 4
    for file in files:
        response = client.get(file)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert not re.search(r"@import|url\(|https?://(?!www\.w3\.org/2000/svg)", response.text)
    script = next(x["src"] for x in page.all("script"))
    assert len(client.get(script).text.splitlines()) <= 200


@pytest.mark.parametrize("name", NAMES)
def test_links_of_the_navigation_open(client: TestClient, service: FakeService, name: str) -> None:
    page = _Page(client.get(addresses(service)[name][0]).text)
    seen = {link["href"] for link in page.all("a") if link["href"].startswith("/")}
    for href in sorted(seen):
        assert client.get(href).status_code == 200, href


def test_documents_are_escaped_everywhere(client: TestClient) -> None:
    for where in (
        "/van-ban",
        document_path(HOSTILE),
        home(q="biểu mẫu ký tự đặc biệt"),
        home(q="Ai chủ trì kiểm tra ký tự đặc biệt?"),
        "/nhiem-vu",
        home(q='"><script>alert(1)</script> số'),
    ):
        response = client.get(where)
        page = _Page(response.text)
        assert [s["src"].split("?")[0] for s in page.all("script")] == ["/static/chithi.js"]
        assert not [i for i in page.all("img") if "onerror" in i or i["src"] == "x"]
        assert not page.all("i")
    assert '<script>alert("thân")</script>' in _Page(client.get(document_path(HOSTILE)).text).text


def test_the_answer_comes_first_with_its_citations(client: TestClient, service: FakeService) -> None:
    page = _Page(client.get(home(q=ASKED)).text)
    text = page.text
    assert text.index("Trả lời") < text.index("Trích dẫn") < text.index("Các đoạn liên quan")
    assert "Sở Khoa học và Công nghệ [1]" in text
    start, end = service.ask(ASKED).citations[0].start, service.ask(ASKED).citations[0].end
    assert span_path(PLAN, start, end) in [link["href"] for link in page.all("a")]
    marks = [link for link in page.all("a") if link.get("class") == "mark"]
    assert {m["href"] for m in marks} == {f"#td-{c.n}" for c in service.ask(ASKED).citations}


def test_words_are_searched_without_an_answer(client: TestClient) -> None:
    text = _Page(client.get(home(q="kho dữ liệu")).text).text
    assert "Trả lời" not in text
    assert "Các đoạn tìm thấy" in text


def test_a_refusal_says_what_was_looked_for_and_what_is_nearest(client: TestClient) -> None:
    text = _Page(client.get(home(q="Ai chủ trì nuôi cá tầm ở dữ liệu chuyển đổi?")).text).text
    assert "Chưa thấy trong kho" in text
    assert "Đoạn gần nhất" in text
    assert "Trả lời" not in text


def test_nothing_found_says_how_to_widen(client: TestClient) -> None:
    text = _Page(client.get(home(q="zzzz qqqq")).text).text
    assert "Đã tìm “zzzz qqqq” trong 5 văn bản trong kho" in text
    assert "Có thể thử" in text
    filtered = _Page(client.get(home(q="chuyển đổi số", cap="trung-uong")).text)
    assert "Bỏ các điều kiện lọc" in filtered.text
    assert home(q="chuyển đổi số") in [link["href"] for link in filtered.all("a")]


def test_warnings_stand_beside_the_answer(client: TestClient) -> None:
    text = _Page(client.get(home(q="Bao giờ hoàn thành kiện toàn tổ công nghệ số cộng đồng?")).text).text
    assert "Trước ngày 25/5/2026 [1]" in text
    assert "Lưu ý, Kế hoạch (dự thảo) của " in text


def test_filters_are_links_that_can_be_taken_back(client: TestClient) -> None:
    page = _Page(client.get(home(q="chuyển đổi số")).text)
    choose = home(q="chuyển đổi số", loai="KH")
    assert choose in [link["href"] for link in page.all("a")]
    chosen = _Page(client.get(choose).text)
    assert home(q="chuyển đổi số") in [
        link["href"] for link in chosen.all("a") if link.get("class") == "chosen"
    ]
    assert "Nghị quyết số 09-NQ/TU" not in [w.strip() for w in chosen.words]
    kept = {field["name"]: field["value"] for field in chosen.all("input") if field.get("type") == "hidden"}
    assert kept["loai"] == "KH"


def test_more_passages_on_request(client: TestClient) -> None:
    first = _Page(client.get(home(q="số")).text)
    more = [link["href"] for link in first.all("a") if "so=20" in link["href"]]
    assert more
    assert len([li for li in first.all("li") if li.get("class") == "hit"]) == 10
    second = _Page(client.get(more[0]).text)
    assert len([li for li in second.all("li") if li.get("class") == "hit"]) > 10


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (home(q="ạ" * 2001), "Câu tìm dài 2.001 ký tự, nhiều hơn giới hạn 2.000 ký tự"),
        (home(q="số", tu="45/13/2026"), "Từ ngày: không hiểu ngày “45/13/2026”"),
        (home(q="số", cap="huyen"), "cap: không có cấp “huyen”"),
        ("/nhiem-vu?han=mai", "han: không có giá trị “mai”"),
        ("/nhiem-vu?tu=mai", "Hạn từ ngày: không hiểu ngày “mai”"),
        ("/van-ban/khong-co", "Không có văn bản «khong-co» trong kho"),
        ("/khong-co", "Không có trang /khong-co"),
    ],
)
def test_wrong_values_are_said_in_vietnamese(client: TestClient, where: str, words: str) -> None:
    response = client.get(where)
    assert 400 <= response.status_code < 500
    assert words in _Page(response.text).text


def test_the_store_without_index_says_how_to_add_documents() -> None:
    def missing() -> FakeService:
        raise MissingIndex("Chưa có chỉ mục ở «.chithi».")

    with TestClient(create_app(missing)) as client:
        for where in ("/", "/van-ban", "/van-ban/x", "/nhiem-vu"):
            response = client.get(where)
            assert response.status_code == 503
            text = _Page(response.text).text
            assert "Kho chưa có văn bản" in text
            assert "chithi index" in text
        assert client.get("/api/v1/search?q=a").json()["error"].startswith("Chưa có chỉ mục")


def test_an_index_without_documents_is_a_state_of_its_own() -> None:
    with TestClient(create_app(FakeService(empty=True))) as client:
        for where in ("/", "/?q=abc", "/van-ban", "/nhiem-vu"):
            response = client.get(where)
            assert response.status_code == 200
            assert "Kho chưa có văn bản nào" in response.text


class _Broken(FakeService):
    def health(self) -> dict[str, object]:
        raise RuntimeError("mật khẩu nằm ở đây")

    def documents(self, filters: object = None) -> tuple[()]:
        raise DamagedIndex("Chỉ mục hỏng. Chạy lại chithi index.")


def test_an_error_tells_its_number_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "chithi.web")
    with TestClient(create_app(_Broken()), raise_server_exceptions=False) as client:
        response = client.get("/")
        assert response.status_code == 500
        assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "mật khẩu" not in response.text
        reference = re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", response.text)
        assert reference
        assert reference[0] in caplog.text
        damaged = client.get("/van-ban")
        assert damaged.status_code == 503
        assert "Chỉ mục hỏng" in damaged.text
        again = re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", damaged.text)
        assert again
        assert again[0] in caplog.text
        api = client.get("/healthz")
        assert api.status_code == 500
        assert set(api.json()) == {"error", "reference"}


def test_a_foreign_host_name_is_refused() -> None:
    app = create_app(FakeService(), hosts={"localhost", "127.0.0.1", "::1"})
    for host, status in (
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("[::1]", 200),
        ("evil.example", 400),
        ("evil.example:8000", 400),
        ("", 400),
    ):
        with TestClient(app) as client:
            response = client.get("/", headers={"host": host})
            assert response.status_code == status, host


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("may-chu", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_cited_words_are_marked_once_and_anchored(client: TestClient, service: FakeService) -> None:
    start, end = span_of(service)
    response = client.get(span_path(PLAN, start, end).split("#")[0])
    found = re.findall(r'<mark id="trich" class="cited">(.*?)</mark>', response.text)
    assert found == [html.escape(service.views[PLAN].text[start:end])]
    page = _Page(response.text)
    current = [a for a in page.all("a") if a.get("aria-current") == "location"]
    assert [a["href"] for a in current] == ["#muc-iii-1"]


def test_every_passage_and_task_can_be_opened(client: TestClient, service: FakeService) -> None:
    for doc, view in service.views.items():
        assert spans_hold(view)
        plain = client.get(document_path(doc)).text
        for start, end in view.passages:
            assert f'id="d-{start}"' in plain
            opened = client.get(f"{document_path(doc)}?tu={start}&den={end}").text
            assert opened.count('id="trich"') == 1
        for task in view.tasks:
            assert 'id="trich"' in client.get(span_path(doc, task.start, task.end).split("#")[0]).text


def test_a_span_that_is_gone_is_said(client: TestClient) -> None:
    for query in ("tu=5&den=999999999", "tu=9&den=5", "tu=a&den=b", "tu=5"):
        response = client.get(f"{document_path(PLAN)}?{query}")
        assert response.status_code == 200
        assert "không còn khớp với văn bản" in response.text
        assert 'id="trich"' not in response.text


def test_table_rows_are_a_table(client: TestClient, service: FakeService) -> None:
    page = _Page(client.get(document_path(PLAN)).text)
    assert len(page.all("table")) == 1
    assert len(page.all("th")) == 5
    assert len(page.all("td")) == 15
    cell = service.views[PLAN].tasks[-1]
    opened = client.get(span_path(PLAN, cell.start, cell.end).split("#")[0]).text
    assert re.search(r'<td>(<span[^>]*></span>)*<mark id="trich" class="cited">Lắp đặt điểm', opened)


def test_references_are_links_or_said_to_be_missing(client: TestClient) -> None:
    page = _Page(client.get(document_path(DRAFT)).text)
    assert [a for a in page.all("a") if a.get("class") == "cites" and a["href"] == document_path(PLAN)]
    assert "05-CT/TU" in page.text
    assert "chưa có trong kho" in page.text
    cited = _Page(client.get(document_path(PLAN)).text)
    assert document_path(DRAFT) in [a["href"] for a in cited.all("a")]


def test_documents_facets_count_and_narrow(client: TestClient) -> None:
    page = _Page(client.get("/van-ban?loai=KH").text)
    assert "3 trong 5 văn bản" in page.text
    assert "/van-ban?loai=KH&cap=tinh" in [a["href"] for a in page.all("a")]
    found = _Page(client.get(f"/van-ban?{urlencode({'ten': 'dong may'})}").text)
    assert "1 trong 5 văn bản" in found.text
    assert document_path(DRAFT) in [a["href"] for a in found.all("a")]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("ngay", "57/KH-SKHCN"),
        ("ten", "Kế hoạch (dự thảo"),
        ("loai", "31/SNV-CCHC"),
        ("nhiem-vu", "118/KH-UBND"),
        ("co-quan", "57/KH-SKHCN"),
        ("x", "57/KH-SKHCN"),
    ],
)
def test_documents_sort(client: TestClient, sort: str, first: str) -> None:
    text = client.get(f"/van-ban?sap-xep={sort}").text
    body = text[text.index("<tbody>") :]
    rows = re.findall(r'<span class="under">([^<]*)</span>', body)
    assert first in rows[0]


def test_tasks_put_the_late_ones_first(client: TestClient) -> None:
    page = _Page(client.get("/nhiem-vu").text)
    text = page.text
    assert "12 nhiệm vụ · 1 quá hạn · 2 đến hạn trong tháng này · tính đến ngày 10/06/2026" in text
    order = ["Kiện toàn tổ công nghệ số", "Khảo sát và chuẩn hóa", "Ban hành quy chế", "Hỗ trợ người dân"]
    assert sorted(order, key=text.index) == order


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("han=qua-han", 1),
        ("han=thang-nay", 2),
        ("han=khong-han", 2),
        ("don-vi=văn phòng", 4),
        ("don-vi=sở khoa học&vai-tro=chu-tri", 2),
        ("don-vi=sở khoa học&vai-tro=phoi-hop", 2),
        (f"van-ban={PLAN}", 7),
        ("tu=1/12/2026&den=2026", 3),
        ("sap-xep=chu-tri&don-vi=", 12),
    ],
)
def test_tasks_filter(client: TestClient, query: str, count: int) -> None:
    text = _Page(client.get(f"/nhiem-vu?{query}").text).text
    assert f"được giao {count} nhiệm vụ" in text


def test_head_and_other_methods(client: TestClient) -> None:
    assert client.head("/").status_code == 200
    refused = client.post("/")
    assert refused.status_code == 405
    assert "không nhận POST" in refused.text


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("ngắn", [], "ngắn"),
        ("a " * 300, [], ("a " * 160).strip()),
        ("b " * 300 + "trúng đích " + "c " * 300, [(600, 605)], "trúng đích"),
    ],
)
def test_snippet(text: str, words: list[tuple[int, int]], expected: str) -> None:
    start, end = snippet(text, words)
    assert expected in text[start:end]
    assert end - start <= 420


def test_addresses_quote_whatever_an_id_holds(client: TestClient) -> None:
    assert document_path("a/b c?d#e") == "/van-ban/a%2Fb%20c%3Fd%23e"
    assert client.get("/van-ban/" + quote(HOSTILE, safe="")).status_code == 200


_ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["-1", "0", "99999999999999999999", "²", "１２", "\x00", "%", "KH", "1/1/2026", "2026-02-30"]
    ),
)
_NAMES = [
    "q",
    "loai",
    "cap",
    "co-quan",
    "van-ban",
    "tu",
    "den",
    "so",
    "trang",
    "sap-xep",
    "ten",
    "don-vi",
    "vai-tro",
    "han",
    "noi",
    "nam",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/", "/van-ban", "/nhiem-vu", document_path(PLAN), "/van-ban/%00"]),
    parameters=st.dictionaries(st.sampled_from(_NAMES), _ODD, max_size=5),
)
def test_no_parameter_breaks_a_page(client: TestClient, path: str, parameters: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "ignore").decode() for name, value in parameters.items()}
    response = client.get(f"{path}?{urlencode(clean)}")
    assert response.status_code in (200, 400, 404)
    _Page(response.text)


class _Said(FakeService):
    """Answers in the shapes that the fake's own reading does not make."""

    def __init__(self, groups: int, answer: str = "Sở Tư pháp [1]; Sở Y tế [9]") -> None:
        super().__init__()
        self.count, self.answer = groups, answer

    def ask(self, question: str, filters: object = None) -> Answer:
        cited = self._cite(1, PLAN, 0, 30, ((0, 7),))
        groups = tuple(
            AnswerGroup(
                PLAN,
                f"Nhiệm vụ {n}",
                (AnswerPiece("Chủ trì", "Sở A", (1,)), AnswerPiece("Chủ trì", "Sở B", ())),
            )
            for n in range(self.count)
        )
        return Answer(question, True, self.answer, None, (cited,), "lead", groups)

    def _hit(self, *given: object) -> Hit:
        return msgspec.structs.replace(super()._hit(*given), status="Đã bị thay thế bởi 9/KH-X")


def test_an_answer_without_groups_shows_its_words_and_marks() -> None:
    with TestClient(create_app(_Said(0))) as client:
        page = _Page(client.get(home(q=ASKED)).text)
    assert "Sở Tư pháp [1]; Sở Y tế [9]" in page.text
    assert [a["href"] for a in page.all("a") if a.get("class") == "mark"] == ["#td-1"], (
        "no mark without a citation"
    )
    assert "Đã bị thay thế bởi 9/KH-X" in page.text


def test_many_groups_are_folded_and_values_of_one_label_joined() -> None:
    with TestClient(create_app(_Said(6))) as client:
        page = _Page(client.get(home(q=ASKED)).text)
    assert "Thêm 2 nơi khác trả lời" in page.text
    assert page.text.count("Chủ trì Sở A [1]; Sở B") == 6
