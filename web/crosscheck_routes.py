"""Routes under ``/doi-chieu``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from indexer.errors import UnusableInput
from search_api.check.checking import Checks
from search_api.check.routes import MOST_CHILDREN, Desk
from search_api.check.uploads import MOST_BYTES, MOST_FILES
from search_api.protocol import Searching
from search_api.schemas import Filters
from web.addresses import CHECK, address
from web.crosscheck import FILE, PARAMETERS, REVIEW, UPLOAD, check_page, export_file
from web.crosscheck_form import ALONE, CHAIN, DOCUMENTS, MATRIX, MODES, PAIR, VERSIONS, Asked, read_asked
from web.crosscheck_many import chain_page, many_file, matrix_page, versions_page
from web.forms import same_origin, small_form
from web.pages import empty_page

if TYPE_CHECKING:
    from web.app import Renderer

OLD_MATRIX = "/doi-chieu/ma-tran"
"""Where the matrix was before it became a mode of the form."""
_NEEDED = {
    PAIR: (("ke-hoach", "kế hoạch"), ("cap-tren", "văn bản cấp trên")),
    ALONE: (("ke-hoach", "kế hoạch"),),
    CHAIN: (("ke-hoach", "kế hoạch"),),
    MATRIX: (("cap-tren", "văn bản cấp trên"),),
    VERSIONS: (("ban-cu", "bản cũ"), ("ke-hoach", "bản mới")),
}
_LONGEST_UPLOAD = 4 * MOST_BYTES


def _asked(request: Request, checks: Checks, desk: Desk) -> Asked:
    """Read an address.  A page never reads a file of the server by name: see ``Uploads.find``."""
    given = {name: request.query_params.get(name, "").strip() for name in PARAMETERS}
    values = {name: value for name, value in given.items() if value}
    if values.get("che-do", PAIR) not in MODES:
        raise UnusableInput(
            f"che-do: không có cách đối chiếu “{values['che-do'][:40]}”. Chọn một thẻ trên trang."
        )
    plans: list[str] = []
    if values.get("che-do") == MATRIX:
        plans = [plan.strip() for plan in request.query_params.getlist("ke-hoach") if plan.strip()]
        values.pop("ke-hoach", None)
        if len(plans) > MOST_CHILDREN:
            raise UnusableInput(f"Một ma trận nhận tối đa {MOST_CHILDREN} kế hoạch. Bỏ chọn bớt.")
    return read_asked(values, tuple(dict.fromkeys(plans)), checks, desk.uploads)


def crosscheck_routes(service: Callable[[], Searching], render_page: Renderer, desk: Desk) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route(CHECK, methods=["GET", "HEAD"])
    def check(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        checks = opened.checks
        asked = _asked(request, checks, desk)
        if asked.mode == MATRIX:
            return render_page("matrix.html", matrix_page(checks, rows, asked, desk.jobs))
        if asked.mode == CHAIN:
            return render_page("chain.html", chain_page(checks, rows, asked))
        if asked.mode == VERSIONS:
            return render_page("versions.html", versions_page(checks, rows, asked))
        shown = check_page(checks, rows, asked)
        return render_page("check.html", shown, 400 if shown.form.problem else 200)

    @routes.api_route(FILE, methods=["GET", "HEAD"])
    def file(request: Request) -> Response:
        checks = service().checks
        asked = _asked(request, checks, desk)
        form = request.query_params.get("dinh-dang", "xlsx")
        if asked.mode in (PAIR, ALONE):
            content, media_type, name = export_file(checks, asked, form)
        else:
            content, media_type, name = many_file(checks, asked, form, desk.jobs)
        return Response(
            content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
        )

    @routes.api_route(OLD_MATRIX, methods=["GET", "HEAD"])
    def matrix(request: Request) -> Response:
        parent = request.query_params.get("cap-tren", "")
        return RedirectResponse(address(CHECK, {"che-do": MATRIX, "cap-tren": parent}), 308)

    @routes.post(REVIEW)
    async def review(request: Request) -> Response:
        form = await small_form(request)
        given = {name: values[-1].strip() for name, values in form.items() if values[-1].strip()}

        def keep() -> None:
            checks = service().checks
            if "ke-hoach" not in given or "cap-tren" not in given:
                raise UnusableInput(
                    "Thiếu kế hoạch hoặc văn bản cấp trên. Mở lại trang đối chiếu rồi làm lại."
                )
            find = desk.uploads.find
            report = checks.check(find(checks, given["ke-hoach"]), find(checks, given["cap-tren"]))
            checks.reviews.put(
                report,
                given.get("muc", ""),
                given.get("ket-luan", ""),
                given.get("ghi-chu", ""),
                given.get("nguoi"),
            )

        await run_in_threadpool(keep)
        back = given.get("ve", "")
        where = back if back.startswith(f"{CHECK}?") else CHECK
        return RedirectResponse(where + (f"#{given['muc']}" if "muc" in given else ""), 303)

    @routes.post(UPLOAD)
    async def upload(request: Request) -> Response:
        if not same_origin(request):
            raise HTTPException(403)
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            raise HTTPException(411)
        if int(length) > _LONGEST_UPLOAD:
            raise UnusableInput(
                f"Các tệp lớn quá {_LONGEST_UPLOAD // 2**20} MB. Tải lên ít tệp hơn, hoặc đưa vào kho bằng chithi index."
            )
        files: list[tuple[str, str, bytes]] = []
        chosen: list[tuple[str, str]] = []
        async with request.form(max_files=MOST_FILES, max_fields=MOST_CHILDREN + 8) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if value.filename:
                        files.append((name.removeprefix("tep-"), value.filename, await value.read()))
                elif value.strip():
                    chosen.append((name, value.strip()))
        return RedirectResponse(await run_in_threadpool(_uploaded, desk, files, chosen), 303)

    return routes


def _uploaded(desk: Desk, files: list[tuple[str, str, bytes]], chosen: list[tuple[str, str]]) -> str:
    """Hold the files and return the address of the result: that of documents of the index, with their ids."""
    mode = dict(chosen).get("che-do", PAIR)
    if mode not in MODES:
        raise UnusableInput("Không rõ cách đối chiếu. Mở lại trang đối chiếu rồi tải tệp lên lại.")
    held = [(name, desk.uploads.put(file, data)) for name, file, data in files if name in DOCUMENTS]
    given = {name for name, _ in held}
    # A file stands before what is chosen beside it; a matrix takes both.
    several = mode == MATRIX
    named = held + [
        (name, value)
        for name, value in chosen
        if name in DOCUMENTS and (name not in given or (several and name == "ke-hoach"))
    ]
    missing = [words for name, words in _NEEDED[mode] if name not in {n for n, _ in named}]
    if missing:
        raise UnusableInput(f"Thiếu {' và '.join(missing)}: chọn tệp, hoặc chọn văn bản trong kho.")
    query = [("che-do", mode)] if mode else []
    return f"{CHECK}?{urlencode([*query, *dict.fromkeys(named)])}"
