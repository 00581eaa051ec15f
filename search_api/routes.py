"""The HTTP API under ``/api/v1``: the objects of the commands, as JSON.

Every answer is encoded by msgspec from the structs of :mod:`search_api.schemas`; every error is
``{"error": "…"}`` in Vietnamese, made by the application's handlers (see ``web.app``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response

from indexer.errors import UnusableInput
from search_api.check.schemas import (
    Chain,
    CheckItem,
    CheckReport,
    Matrix,
    MatrixProgress,
    ReviewRequest,
    Versions,
)
from search_api.dates import bound
from search_api.protocol import Searching
from search_api.schemas import (
    Answer,
    DocumentRow,
    DocumentView,
    Filters,
    Graph,
    ReferenceRow,
    SearchResult,
    TaskRow,
)

PREFIX = "/api/v1"
QUERY_LIMIT = 2000
"""Longest query or question accepted, in characters."""
MOST_HITS = 100

Level = Literal["tinh", "so", "xa", "trung-uong"]
Role = Literal["lead", "coordinate"]

_Question = Annotated[
    str, Query(min_length=1, max_length=QUERY_LIMIT, description="Từ khóa, số ký hiệu hoặc câu hỏi")
]
_Doc = Annotated[str | None, Query(description="Mã văn bản")]
_Type = Annotated[str | None, Query(description="Loại văn bản, ví dụ KH")]
_Issuer = Annotated[str | None, Query(description="Cơ quan ban hành")]
_Level = Annotated[Level | None, Query(description="Cấp ban hành")]
_From = Annotated[str | None, Query(alias="from", description="Ban hành từ ngày (2026-07-25 hoặc 25/7/2026)")]
_To = Annotated[str | None, Query(alias="to", description="Ban hành đến ngày")]


class Documents(msgspec.Struct, frozen=True):
    """The list of documents."""

    documents: tuple[DocumentRow, ...]


class Tasks(msgspec.Struct, frozen=True):
    """The register of tasks."""

    tasks: tuple[TaskRow, ...]


class References(msgspec.Struct, frozen=True):
    """Every mention of another document."""

    references: tuple[ReferenceRow, ...]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused; ``reference`` is the number of the entry in the server's log."""

    error: str
    reference: str | None = None


ANSWERS: tuple[type[msgspec.Struct], ...] = (
    SearchResult,
    Answer,
    Documents,
    DocumentView,
    Tasks,
    References,
    Graph,
    CheckReport,
    Chain,
    Matrix,
    MatrixProgress,
    Versions,
    ReviewRequest,
    CheckItem,
    Problem,
)


def encoded(value: Any, status: int = 200) -> Response:
    """Encode any of our structs as a JSON response (UTF-8, not escaped)."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def component_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of every answer, keyed by name, for the OpenAPI document."""
    _, components = msgspec.json.schema_components(ANSWERS, ref_template="#/components/schemas/{name}")
    return dict(components)


def returns(answer: type[msgspec.Struct]) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a route for the OpenAPI document."""

    def content(kind: type[msgspec.Struct]) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}

    return {
        200: {"description": "Kết quả", "content": content(answer)},
        400: {"description": "Giá trị không dùng được", "content": content(Problem)},
        422: {"description": "Tham số sai", "content": content(Problem)},
        503: {"description": "Chưa có chỉ mục", "content": content(Problem)},
    }


def required_query(text: str) -> str:
    """Return the query without outer white space; raise ``UnusableInput`` where nothing is left."""
    if not text.strip():
        raise UnusableInput("Câu tìm đang để trống. Nhập từ khóa, số ký hiệu hoặc câu hỏi.")
    return text.strip()


def router(service: Callable[[], Searching]) -> APIRouter:
    """Return the routes over the service that ``service`` opens (called once per request)."""
    routes = APIRouter(prefix=PREFIX, default_response_class=Response)

    def chosen(
        doc: _Doc, type_: str | None, issuer: _Issuer, level: str | None, start: str | None, end: str | None
    ) -> Filters:
        return Filters(
            doc=doc or None,
            type=type_ or None,
            issuer=issuer or None,
            level=level,
            date_from=bound(start, last=False, name="from"),
            date_to=bound(end, last=True, name="to"),
        )

    @routes.get("/search", responses=returns(SearchResult), summary="Tìm đoạn văn")
    def search(
        q: _Question,
        k: Annotated[int, Query(ge=1, le=MOST_HITS, description="Số đoạn")] = 10,
        doc: _Doc = None,
        type: _Type = None,
        issuer: _Issuer = None,
        level: _Level = None,
        date_from: _From = None,
        date_to: _To = None,
    ) -> Response:
        filters = chosen(doc, type, issuer, level, date_from, date_to)
        return encoded(service().search(required_query(q), k, filters))

    @routes.get("/ask", responses=returns(Answer), summary="Hỏi, trả lời có trích dẫn")
    def ask(
        q: _Question,
        doc: _Doc = None,
        type: _Type = None,
        issuer: _Issuer = None,
        level: _Level = None,
        date_from: _From = None,
        date_to: _To = None,
    ) -> Response:
        filters = chosen(doc, type, issuer, level, date_from, date_to)
        return encoded(service().ask(required_query(q), filters))

    @routes.get("/documents", responses=returns(Documents), summary="Danh mục văn bản")
    def documents(
        doc: _Doc = None,
        type: _Type = None,
        issuer: _Issuer = None,
        level: _Level = None,
        date_from: _From = None,
        date_to: _To = None,
    ) -> Response:
        filters = chosen(doc, type, issuer, level, date_from, date_to)
        return encoded(Documents(tuple(service().documents(filters))))

    @routes.get("/documents/{doc:path}", responses=returns(DocumentView), summary="Một văn bản")
    def document(doc: str) -> Response:
        return encoded(service().document(doc))

    @routes.get("/tasks", responses=returns(Tasks), summary="Nhiệm vụ")
    def tasks(
        doc: _Doc = None,
        unit: Annotated[str | None, Query(description="Tên đơn vị hoặc một phần tên")] = None,
        role: Annotated[Role | None, Query(description="Vai trò của đơn vị")] = None,
        due_from: Annotated[str | None, Query(alias="due-from", description="Hạn từ ngày")] = None,
        due_to: Annotated[str | None, Query(alias="due-to", description="Hạn đến ngày")] = None,
    ) -> Response:
        found = service().tasks(
            doc=doc or None,
            unit=unit or None,
            role=role,
            due_from=bound(due_from, last=False, name="due-from"),
            due_to=bound(due_to, last=True, name="due-to"),
        )
        return encoded(Tasks(tuple(found)))

    @routes.get("/references", responses=returns(References), summary="Văn bản viện dẫn")
    def references(doc: _Doc = None) -> Response:
        found = service().references()
        return encoded(References(tuple(r for r in found if doc is None or r.doc == doc)))

    @routes.get("/graph", responses=returns(Graph), summary="Sơ đồ văn bản")
    def graph(doc: _Doc = None) -> Response:
        return encoded(service().graph(doc or None))

    @routes.get("/healthz", summary="Tình trạng")
    def health() -> Response:
        return encoded(service().health())

    return routes
