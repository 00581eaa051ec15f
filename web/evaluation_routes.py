"""Routes under ``/danh-gia``: results, sets of questions, grading, frozen versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from indexer.errors import UnknownDocument, UnknownOption, UnusableInput
from search_api.assess.evaluations import LONGEST_SET, Evaluations, Suffix
from search_api.assess.gold import TextOf
from search_api.protocol import Searching
from web.addresses import EVALUATION, EVALUATION_FILE, GRADING, address
from web.evaluation import evaluation_page
from web.forms import same_origin, small_form
from web.grading import first_open, grading_page, keep_grades

if TYPE_CHECKING:
    from web.app import Renderer

ADD_SET = f"{EVALUATION}/them-bo"
FREEZE = f"{EVALUATION}/chot"
_TYPES = {"jsonl": "application/jsonl; charset=utf-8", "qrels": "text/plain; charset=utf-8"}


def evaluation_routes(service: Callable[[], Searching], render_page: Renderer) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route(EVALUATION, methods=["GET", "HEAD"])
    def evaluation(request: Request) -> Response:
        kept = Evaluations(service().index_dir)
        return render_page("evaluation.html", evaluation_page(kept, _asked(request)))

    @routes.api_route(EVALUATION_FILE, methods=["GET", "HEAD"])
    def download(request: Request) -> Response:
        asked, opened = _asked(request), service()
        suffix, number = asked.get("dang", "jsonl"), asked.get("ban")
        if suffix not in _TYPES:
            raise UnknownOption(f"dang: không có dạng “{suffix[:40]}”. Các dạng: {', '.join(_TYPES)}.")
        if number is not None and not (number.isascii() and number.isdigit() and len(number) < 9):
            raise UnknownOption(f"ban: “{number[:40]}” không phải số phiên bản.")
        name = asked.get("bo", "")
        content = Evaluations(opened.index_dir).export(
            name, int(number) if number else None, cast("Suffix", suffix), _text_of(opened)
        )
        return Response(
            content,
            media_type=_TYPES[suffix],
            headers={
                "content-disposition": f'attachment; filename="bo-cau-hoi{f"-{number}" if number else ""}.{suffix}"'
            },
        )

    @routes.api_route(GRADING, methods=["GET", "HEAD"])
    def grading(request: Request) -> Response:
        opened, asked = service(), _asked(request)
        kept = Evaluations(opened.index_dir)
        if "cau" not in asked:
            return RedirectResponse(first_open(kept, asked), 303)
        return render_page("grading.html", grading_page(opened, kept, asked))

    @routes.post(GRADING)
    async def grade(request: Request) -> Response:
        form = await small_form(request)
        opened = service()
        kept = Evaluations(opened.index_dir)
        return RedirectResponse(await run_in_threadpool(keep_grades, opened, kept, form), 303)

    @routes.post(FREEZE)
    async def freeze(request: Request) -> Response:
        form = await small_form(request)
        kept = Evaluations(service().index_dir)
        try:
            await run_in_threadpool(kept.freeze, form.get("bo", [""])[-1])
        except UnusableInput as error:
            page = await run_in_threadpool(evaluation_page, kept, {}, str(error))
            return render_page("evaluation.html", page, 400)
        return RedirectResponse(address(EVALUATION, {"xong": "chot"}) + "#ban", 303)

    @routes.post(ADD_SET)
    async def add(request: Request) -> Response:
        opened = service()
        kept = Evaluations(opened.index_dir)
        name, content = await _uploaded(request)
        try:
            await run_in_threadpool(kept.save_set, name, content, _text_of(opened))
        except (UnusableInput, UnknownOption) as error:
            page = await run_in_threadpool(evaluation_page, kept, {}, str(error))
            return render_page("evaluation.html", page, 400)
        return RedirectResponse(address(EVALUATION, {"xong": "bo"}) + "#bo", 303)

    return routes


def _asked(request: Request) -> dict[str, str]:
    return {name: value.strip() for name, value in request.query_params.items() if value.strip()}


def _text_of(service: Searching) -> TextOf:
    """Return what gives a document's text, None where there is no such document."""

    def text_of(doc: str) -> str | None:
        try:
            return service.document(doc).text
        except UnknownDocument:
            return None

    return text_of


async def _uploaded(request: Request) -> tuple[str, bytes]:
    """Return name and content of an uploaded set; the name is the file's where none is typed."""
    if not same_origin(request):
        raise HTTPException(403)
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > LONGEST_SET + 4096:
        raise HTTPException(413)
    async with request.form(max_files=1, max_fields=4) as form:
        file, name = form.get("tep"), form.get("ten")
        if not isinstance(file, UploadFile):
            return "", b""
        content = await file.read()
        typed = name.strip() if isinstance(name, str) else ""
        return typed or PurePath((file.filename or "").replace("\\", "/")).stem, content
