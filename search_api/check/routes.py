"""The cross-checks under ``/api/v1/check``, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from indexer.errors import UnknownDocument, UnusableInput
from search_api.check.checking import Checks, Name
from search_api.check.jobs import MatrixJobs
from search_api.check.schemas import (
    Chain,
    CheckItem,
    CheckReport,
    Matrix,
    MatrixProgress,
    ReviewRequest,
    Versions,
)
from search_api.check.uploads import Uploads
from search_api.protocol import Searching
from search_api.routes import PREFIX, encoded, returns

MOST_CHILDREN = 200
_LONGEST_REVIEW = 16 * 1024

_Child = Annotated[str, Query(min_length=1, description="Mã kế hoạch")]
_We = Annotated[str | None, Query(description="Cơ quan được tính trách nhiệm, nếu khác cơ quan ban hành")]
_Old = Annotated[str, Query(min_length=1, description="Mã bản cũ")]
_New = Annotated[str, Query(min_length=1, description="Mã bản mới")]


class Desk:
    """What the pages and the API share: the files given to be checked and the matrices under way."""

    def __init__(self) -> None:
        self.uploads = Uploads()
        self.jobs = MatrixJobs()


def no_parent(checks: Checks, child: Name) -> str:
    """Say which parents a plan cites, where the index has none of them."""
    absent = checks.missing(checks.document(child)[0])
    named = "; ".join(absent) or "kế hoạch không viện dẫn văn bản nào có số"
    return f"Chưa có toàn văn văn bản cấp trên: {named}."


def check_routes(service: Callable[[], Searching], desk: Desk) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix=f"{PREFIX}/check", default_response_class=Response)
    find = desk.uploads.find

    @routes.get("", responses=returns(CheckReport), summary="Rà soát kế hoạch với văn bản cấp trên")
    def check(
        child: _Child,
        parent: Annotated[str | None, Query(description="Mã văn bản cấp trên; bỏ trống để rà riêng")] = None,
        we: _We = None,
    ) -> Response:
        checks = service().checks
        return encoded(
            checks.check(find(checks, child), find(checks, parent) if parent else None, we=we or None)
        )

    @routes.get("/chain", responses=returns(Chain), summary="Theo nhiệm vụ xuống từng cấp")
    def chain(child: _Child) -> Response:
        checks = service().checks
        plan = find(checks, child)
        found = checks.chain(plan)
        if found is None:
            raise UnknownDocument(no_parent(checks, plan))
        return encoded(found)

    @routes.get(
        "/matrix",
        responses=returns(Matrix)
        | {
            202: {
                "description": "Đang lập: số kế hoạch đã rà (chỉ khi wait=false)",
                "content": {
                    "application/json": {
                        "schema": {"$ref": f"#/components/schemas/{MatrixProgress.__name__}"}
                    }
                },
            }
        },
        summary="Ma trận một văn bản cấp trên và nhiều kế hoạch",
    )
    def matrix(
        parent: Annotated[str, Query(min_length=1, description="Mã văn bản cấp trên")],
        child: Annotated[
            list[str] | None,
            Query(
                max_length=MOST_CHILDREN,
                description="Mã kế hoạch, nhắc lại cho từng kế hoạch; bỏ trống: mọi kế hoạch triển khai",
            ),
        ] = None,
        wait: Annotated[
            bool, Query(description="false: trả về ngay, mã 202 cùng tiến độ khi chưa xong")
        ] = True,
    ) -> Response:
        checks = service().checks
        named = [find(checks, name) for name in child or ()]
        job = desk.jobs.of(checks, find(checks, parent), named or None)
        if wait:
            job.finished.wait()
        return encoded(job.result()) if job.finished.is_set() else encoded(job.progress(), 202)

    @routes.get("/versions", responses=returns(Versions), summary="So hai bản của một kế hoạch")
    def versions(old: _Old, new: _New) -> Response:
        checks = service().checks
        return encoded(checks.versions(find(checks, old), find(checks, new)))

    @routes.post(
        "/reviews",
        responses=returns(CheckItem),
        summary="Ghi ý kiến của người rà soát về một mục",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {"$ref": f"#/components/schemas/{ReviewRequest.__name__}"}}
                },
            }
        },
    )
    async def review(request: Request) -> Response:
        asked = await _posted(request)

        def keep() -> CheckItem:
            checks = service().checks
            report = checks.check(find(checks, asked.child), find(checks, asked.parent))
            return checks.reviews.put(report, asked.key, asked.verdict, asked.note, asked.reviewer)

        return encoded(await run_in_threadpool(keep))

    return routes


async def _posted(request: Request) -> ReviewRequest:
    """Read a review.  A page of another site can post neither JSON nor past what a browser tells of it."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403)
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_REVIEW:
            raise HTTPException(413)
    try:
        return msgspec.json.decode(body, type=ReviewRequest)
    except msgspec.DecodeError as error:
        raise UnusableInput(
            f"Ý kiến gửi lên không đọc được ({error}). Cần JSON theo mô tả OpenAPI."
        ) from None
