"""The JSON API returns the service's own objects, and Vietnamese errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from fakes.web_service import DRAFT, HOSTILE, PLAN, FakeService
from fastapi.testclient import TestClient

from indexer.errors import MissingIndex, UnknownOption
from search_api.dates import bound
from search_api.schemas import Filters
from web.app import create_app


@pytest.fixture(scope="module")
def service() -> FakeService:
    return FakeService()


@pytest.fixture(scope="module")
def client(service: FakeService) -> Iterator[TestClient]:
    with TestClient(create_app(service)) as opened:
        yield opened


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_the_objects_are_those_of_the_service(client: TestClient, service: FakeService) -> None:
    get = lambda where: client.get(f"/api/v1{where}").json()  # noqa: E731
    question = "Ai chủ trì kho dữ liệu dùng chung của tỉnh?"
    assert get(f"/search?q={quote('chuyển đổi số')}&k=3") == plain(service.search("chuyển đổi số", 3))
    assert get(f"/ask?q={quote(question)}") == plain(service.ask(question))
    assert get("/documents") == {"documents": plain(service.documents())}
    assert get(f"/documents/{PLAN}") == plain(service.document(PLAN))
    assert get(f"/documents/{quote(HOSTILE, safe='')}") == plain(service.document(HOSTILE))
    assert get("/tasks") == {"tasks": plain(service.tasks())}
    assert get("/references") == {"references": plain(service.references())}
    assert get("/healthz") == service.health()
    assert client.get("/healthz").json() == service.health()


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("type=KH", Filters(type="KH")),
        ("level=xa&doc=" + DRAFT, Filters(level="xa", doc=DRAFT)),
        ("issuer=khoa%20hoc", Filters(issuer="khoa hoc")),
        ("from=2026-04&to=4/2026", Filters(date_from="2026-04-01", date_to="2026-04-30")),
    ],
)
def test_filters(client: TestClient, service: FakeService, query: str, filters: Filters) -> None:
    assert client.get(f"/api/v1/documents?{query}").json() == {"documents": plain(service.documents(filters))}
    found = client.get(f"/api/v1/search?q=s%E1%BB%91&{query}").json()
    assert found["hits"] == plain(service.search("số", 10, filters).hits)


def test_task_filters(client: TestClient, service: FakeService) -> None:
    wanted = plain(
        service.tasks(doc=PLAN, unit="khoa học", role="lead", due_from="2026-08-01", due_to="2026-08-31")
    )
    query = f"doc={PLAN}&unit={quote('khoa học')}&role=lead&due-from=8/2026&due-to=8/2026"
    assert client.get(f"/api/v1/tasks?{query}").json() == {"tasks": wanted}
    assert len(wanted) == 1


@pytest.mark.parametrize(
    ("where", "status", "words"),
    [
        ("/search", 422, "q: thiếu giá trị"),
        ("/search?q=", 422, "q: đang để trống"),
        ("/search?q=%20", 400, "Câu tìm đang để trống"),
        ("/search?q=a&k=x", 422, "k: phải là số nguyên"),
        ("/search?q=a&k=0", 422, "k: phải từ 1 trở lên"),
        ("/search?q=a&k=101", 422, "k: không được quá 100"),
        ("/search?q=a&level=huyen", 422, "level: chỉ nhận 'tinh', 'so', 'xa' hoặc 'trung-uong'"),
        ("/search?q=a&k=x&level=y", 422, "; level"),
        ("/ask?q=" + "a" * 2001, 422, "q: dài quá 2000 ký tự"),
        ("/ask?q=a&from=mai", 400, "from: không hiểu ngày “mai”"),
        ("/tasks?role=x", 422, "role: chỉ nhận 'lead' hoặc 'coordinate'"),
        ("/documents/khong-co", 404, "Không có văn bản «khong-co»"),
        ("/khong-co", 404, "Không có trang"),
    ],
)
def test_errors_are_json_in_vietnamese(client: TestClient, where: str, status: int, words: str) -> None:
    response = client.get(f"/api/v1{where}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert words in response.json()["error"]


def test_a_missing_index_is_503() -> None:
    def missing() -> FakeService:
        raise MissingIndex("Chưa có chỉ mục.")

    with TestClient(create_app(missing)) as client:
        for where in ("/api/v1/search?q=a", "/api/v1/documents", "/healthz"):
            response = client.get(where)
            assert response.status_code == 503
            assert response.json()["error"] == "Chưa có chỉ mục."


def test_openapi_describes_every_answer(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert {
        "/api/v1/search",
        "/api/v1/ask",
        "/api/v1/documents",
        "/api/v1/documents/{doc}",
        "/api/v1/tasks",
        "/api/v1/references",
    } <= set(schema["paths"])
    names = set(schema["components"]["schemas"])
    assert {
        "SearchResult",
        "Hit",
        "Answer",
        "Citation",
        "DocumentView",
        "TaskRow",
        "Deadline",
        "Problem",
    } <= names

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                assert node["$ref"].removeprefix("#/components/schemas/") in names
            for value in node.values():
                follow(value)
        elif isinstance(node, list):
            for value in node:
                follow(value)

    follow(schema)
    page = client.get("/api/v1/").text
    for path in schema["paths"]:
        assert path in page
    assert client.get("/docs").status_code == 404


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("25/7/2026", "2026-07-25", "2026-07-25"),
        ("2026-07-25", "2026-07-25", "2026-07-25"),
        ("2-9-2026", "2026-09-02", "2026-09-02"),
        ("7/2026", "2026-07-01", "2026-07-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        (" 2026 ", "2026-01-01", "2026-12-31"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_bounds(text: str | None, first: str | None, last: str | None) -> None:
    assert bound(text, last=False) == first
    assert bound(text, last=True) == last


@pytest.mark.parametrize("text", ["mai", "31/2/2026", "13/2026", "2026-13-01", "20260", "1/1/26", "0"])
def test_bounds_refuse(text: str) -> None:
    with pytest.raises(UnknownOption, match="không hiểu ngày"):
        bound(text, last=False, name="from")
