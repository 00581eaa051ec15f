"""The pages: query string in, documented context out, HTML rendered.

Nothing here reads a file or an index; everything comes from the service, which the application
opens once per request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, RedirectResponse

from indexer.errors import UnusableInput
from search_api.office import DOCX
from search_api.protocol import Searching
from search_api.schemas import Filters
from web import wording
from web.addresses import ANSWER_FILE, DOCUMENTS, EXPORT, FEEDBACK, GRAPH, HOME, PICTURE, TASKS
from web.answers import FILTERS, answer_file, answer_text, judge, results_page, suggestions
from web.catalogue import documents_page
from web.contexts import EmptyPage, HomePage, Link
from web.document import document_page
from web.forms import small_form
from web.graph import graph_page, picture_file
from web.listing import check_query, navigation
from web.register import export_file, tasks_page

if TYPE_CHECKING:
    from web.app import Renderer

_TASK_FILTERS = ("don-vi", "vai-tro", "han", "tu", "den", "van-ban", "sap-xep")

ADD_COMMAND = "chithi index THƯ_MỤC_VĂN_BẢN"


def pages(service: Callable[[], Searching], render_page: Renderer, today: Callable[[], date]) -> APIRouter:
    """Return the routes of the pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route(HOME, methods=["GET", "HEAD"])
    def home(request: Request) -> Response:
        opened = service()
        if not opened.health().get("documents"):
            return render_page("empty.html", empty_page(request.url.path))
        asked = _parameters(request, "q", *FILTERS, "so", "mo-hinh", "da-ghi", "dinh-dang")
        query = check_query(asked.get("q", ""))
        if not query:
            return render_page("home.html", home_page(opened))
        if asked.get("dinh-dang") == "van-ban":
            return PlainTextResponse(answer_text(opened, query, asked))
        shown = results_page(opened, query, asked)
        return render_page("results.html", shown, 400 if shown.problem else 200)

    @routes.api_route(ANSWER_FILE, methods=["GET", "HEAD"])
    def answer_as_file(request: Request) -> Response:
        asked = _parameters(request, "q", *FILTERS, "mo-hinh")
        query = check_query(asked.get("q", ""))
        if not query:
            raise UnusableInput("Thiếu câu hỏi (q). Mở lại trang trả lời rồi tải lại.")
        return Response(
            answer_file(service(), query, asked, today()),
            media_type=DOCX,
            headers={"content-disposition": 'attachment; filename="tra-loi.docx"'},
        )

    @routes.post(FEEDBACK)
    async def feedback(request: Request) -> Response:
        form = await small_form(request)
        asked = {name: values[-1].strip() for name, values in form.items() if values[-1].strip()}
        where = await run_in_threadpool(judge, service(), asked, form.get("dung", []))
        return RedirectResponse(where, 303)

    @routes.api_route(DOCUMENTS, methods=["GET", "HEAD"])
    def documents(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        asked = _parameters(request, "loai", "cap", "co-quan", "noi", "nam", "ten", "sap-xep", "trang")
        check_query(asked.get("ten", ""))
        return render_page("documents.html", documents_page(rows, asked))

    @routes.api_route(DOCUMENTS + "/{doc:path}", methods=["GET", "HEAD"])
    def document(request: Request, doc: str) -> Response:
        opened = service()
        view = opened.document(doc)
        names = {row.doc: row for row in opened.documents(Filters())} if view.cited_by else {}
        asked = _parameters(request, "tu", "den")
        return render_page("document.html", document_page(view, names, asked, today()))

    @routes.api_route(TASKS, methods=["GET", "HEAD"])
    def tasks(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        asked = _parameters(request, *_TASK_FILTERS, "trang")
        check_query(asked.get("don-vi", ""))
        shown = tasks_page(opened, rows, asked, today())
        return render_page("tasks.html", shown, 400 if shown.problem else 200)

    @routes.api_route(EXPORT, methods=["GET", "HEAD"])
    def export(request: Request) -> Response:
        opened = service()
        asked = _parameters(request, "dinh-dang", *_TASK_FILTERS)
        check_query(asked.get("don-vi", ""))
        content, media_type, name = export_file(opened, opened.documents(Filters()), asked, today())
        return Response(
            content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
        )

    @routes.api_route(GRAPH, methods=["GET", "HEAD"])
    def graph(request: Request) -> Response:
        opened = service()
        rows = opened.documents(Filters())
        if not rows:
            return render_page("empty.html", empty_page(request.url.path))
        return render_page("graph.html", graph_page(opened, rows, _parameters(request, "van-ban")))

    @routes.api_route(PICTURE, methods=["GET", "HEAD"])
    def picture(request: Request) -> Response:
        drawn = picture_file(service(), _parameters(request, "van-ban"))
        return Response(
            drawn,
            media_type="image/svg+xml",
            headers={"content-disposition": 'attachment; filename="so-do-van-ban.svg"'},
        )

    return routes


def _parameters(request: Request, *names: str) -> dict[str, str]:
    """Return the named parameters that carry something, in the order of ``names``."""
    given = {name: request.query_params.get(name, "").strip() for name in names}
    return {name: value for name, value in given.items() if value}


def empty_page(path: str, reason: str = "Kho chưa có văn bản nào.") -> EmptyPage:
    """Say how documents are added."""
    return EmptyPage("Kho chưa có văn bản", navigation(path), "", reason, ADD_COMMAND)


def home_page(service: Searching) -> HomePage:
    """Build ``/`` before anything is asked."""
    health = service.health()
    stock = (
        ("documents", "văn bản", DOCUMENTS),
        ("tasks", "nhiệm vụ", TASKS),
    )
    counted = tuple(
        Link(f"{wording.count(health[key])} {word}", href) for key, word, href in stock if health.get(key)
    )
    return HomePage("Tra cứu", navigation(HOME), "", suggestions(service), counted)
