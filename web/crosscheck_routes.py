"""Routes under ``/doi-chieu``, and ``GET /api/v1/check``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from indexer.errors import UnusableInput
from search_api.check.checking import Checks, read_document
from search_api.protocol import Searching
from search_api.routes import PREFIX, encoded
from search_api.schemas import Filters
from web.addresses import CHECK
from web.crosscheck import (
    FILE,
    MATRIX,
    PARAMETERS,
    REVIEW,
    UPLOAD,
    check_page,
    export_file,
    matrix_page,
)
from web.forms import same_origin, small_form
from web.pages import empty_page

if TYPE_CHECKING:
    from indexer.records import Document
    from search_api.check.schemas import CheckReport
    from web.app import Renderer

_MOST = 30 * 1024 * 1024


def _asked(request: Request) -> dict[str, str]:
    given = {name: request.query_params.get(name, "").strip() for name in PARAMETERS}
    return {name: value for name, value in given.items() if value}


def _known(checks: Checks, asked: dict[str, str]) -> None:
    """Refuse what is no document of the index: a page never reads a file of the server by name."""
    for name in ("ke-hoach", "cap-tren"):
        if name in asked:
            checks.stored(asked[name])


def crosscheck_routes(service: Callable[[], Searching], render_page: Renderer) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route(CHECK, methods=["GET", "HEAD"])
    def check(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        checks, asked = opened.checks, _asked(request)
        _known(checks, asked)
        shown = check_page(checks, rows, asked)
        return render_page("check.html", shown, 400 if shown.problem else 200)

    @routes.api_route(FILE, methods=["GET", "HEAD"])
    def file(request: Request) -> Response:
        checks, asked = service().checks, _asked(request)
        _known(checks, asked)
        form = request.query_params.get("dinh-dang", "xlsx")
        content, media_type, name = export_file(checks, asked, form)
        return Response(
            content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
        )

    @routes.api_route(MATRIX, methods=["GET", "HEAD"])
    def matrix(request: Request) -> Response:
        opened = service()
        checks = opened.checks
        parent = request.query_params.get("cap-tren", "").strip() or None
        _known(checks, {"cap-tren": parent} if parent else {})
        return render_page("matrix.html", matrix_page(opened.documents(Filters()), checks, parent))

    @routes.post(REVIEW)
    async def review(request: Request) -> Response:
        form = await small_form(request)
        asked = {name: values[-1].strip() for name, values in form.items() if values[-1].strip()}

        def keep() -> None:
            checks = service().checks
            _known(checks, asked)
            if "ke-hoach" not in asked or "cap-tren" not in asked:
                raise UnusableInput(
                    "Thiếu kế hoạch hoặc văn bản cấp trên. Mở lại trang đối chiếu rồi làm lại."
                )
            report = checks.check(asked["ke-hoach"], asked["cap-tren"])
            checks.reviews.put(
                report,
                asked.get("muc", ""),
                asked.get("ket-luan", ""),
                asked.get("ghi-chu", ""),
                asked.get("nguoi"),
            )

        await run_in_threadpool(keep)
        back = asked.get("ve", "")
        where = back if back.startswith(f"{CHECK}?") else CHECK
        return RedirectResponse(where + (f"#{asked['muc']}" if "muc" in asked else ""), 303)

    @routes.post(UPLOAD)
    async def upload(request: Request) -> Response:
        if not same_origin(request):
            raise HTTPException(403)
        given: dict[str, tuple[str, bytes] | str] = {}
        async with request.form(max_files=2, max_fields=8, max_part_size=_MOST) as form:
            for name in ("ke-hoach", "cap-tren"):
                value = form.get(f"tep-{name}")
                if isinstance(value, UploadFile) and value.filename:
                    given[name] = (value.filename, await value.read())
                elif isinstance(chosen := form.get(name), str) and chosen.strip():
                    given[name] = chosen.strip()
        if "ke-hoach" not in given or "cap-tren" not in given:
            raise UnusableInput("Cần một kế hoạch và một văn bản cấp trên: chọn trong kho hoặc chọn tệp.")

        def work() -> tuple[CheckReport, Checks]:
            checks = service().checks
            two = [_given(checks, given[name]) for name in ("ke-hoach", "cap-tren")]
            return checks.check_documents(
                two[0], two[1], stored=tuple(isinstance(given[n], str) for n in ("ke-hoach", "cap-tren"))
            ), checks

        report, checks = await run_in_threadpool(work)
        rows = await run_in_threadpool(lambda: service().documents(Filters()))
        return render_page("check.html", await run_in_threadpool(check_page, checks, rows, {}, report))

    return routes


def _given(checks: Checks, value: tuple[str, bytes] | str) -> Document:
    if isinstance(value, str):
        return checks.stored(value)
    name, data = value
    if len(data) > _MOST:
        raise UnusableInput(f"Tệp {name} lớn quá {_MOST // 2**20} MB.")
    return read_document(Path(PurePath(name).name), data)


def check_api(service: Callable[[], Searching]) -> APIRouter:
    """Return ``GET /api/v1/check``."""
    routes = APIRouter(prefix=PREFIX, default_response_class=Response)

    @routes.get("/check", summary="Rà soát kế hoạch với văn bản cấp trên")
    def check(
        child: Annotated[str, Query(min_length=1, description="Mã kế hoạch")],
        parent: Annotated[str | None, Query(description="Mã văn bản cấp trên; bỏ trống để rà riêng")] = None,
        we: Annotated[str | None, Query(description="Cơ quan được tính trách nhiệm")] = None,
    ) -> Response:
        checks = service().checks
        checks.stored(child)
        if parent:
            checks.stored(parent)
        return encoded(checks.check(child, parent or None, we=we or None))

    return routes
