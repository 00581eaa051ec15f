"""The web application: pages, JSON API and static files over one service.

``create_app`` takes the service itself, or a function that opens it.  The function is called once
per request, so it may notice that the index was rebuilt; while it raises ``MissingIndex`` the pages
say how documents are added.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import ipaddress
import logging
import socket
import sys
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import jinja2
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from indexer.errors import (
    ChithiError,
    IndexProblem,
    MissingIndex,
    ModelUnavailable,
    UnknownDocument,
    UnusableInput,
)
from search_api.check.routes import Desk, check_routes
from search_api.protocol import Searching
from search_api.routes import PREFIX, Problem, component_schemas, encoded, router
from web import wording
from web.addresses import DOCUMENTS, HOME
from web.contexts import ApiOperation, ApiPage, ApiParameter, ErrorPage, Link, Page
from web.crosscheck_routes import crosscheck_routes
from web.evaluation_routes import evaluation_routes
from web.guard import Guard, Scope, new_reference
from web.listing import navigation
from web.pages import empty_page, pages

logger = logging.getLogger("chithi.web")

_HERE = Path(__file__).parent
LONGEST_REQUEST = 256 * 1024
"""Bytes of a request's head that the server reads: a question over the limit still gets its message."""


class Renderer(Protocol):
    """Renders a documented context with its template."""

    def __call__(self, template: str, page: Page, status: int = 200) -> Response:
        """Return the HTML response."""


@cache
def environment() -> jinja2.Environment:
    """Return the templates: everything escaped, a missing name is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["static"] = static_address
    env.filters["count"] = wording.count
    return env


@cache
def static_address(name: str) -> str:
    """Return the address of a static file; it changes with the content, so it may be cached for good."""
    digest = hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def render_page(template: str, page: Page, status: int = 200) -> Response:
    """Render a context (see :mod:`web.contexts`) with its template."""
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    return HTMLResponse(environment().get_template(template).render(values), status)


def create_app(
    service: Searching | Callable[[], Searching],
    *,
    today: Callable[[], date] = date.today,
    hosts: Collection[str] | None = None,
) -> FastAPI:
    """Compose the application over a service, or over a function that opens it.

    ``hosts`` are the host names answered to; None answers to all.
    """
    open_service: Callable[[], Searching] = service if callable(service) else lambda: service
    app = FastAPI(
        title="Chỉ thị",
        version="1",
        description="Tra cứu, hỏi đáp có trích dẫn và đối chiếu văn bản chỉ đạo.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        redirect_slashes=False,
    )
    app.include_router(router(open_service))

    @app.get("/healthz", include_in_schema=False)
    def health() -> Response:
        return encoded(open_service().health())

    @app.get(f"{PREFIX}/", include_in_schema=False)
    @app.get(PREFIX, include_in_schema=False)
    def api(request: Request) -> Response:
        return render_page("api.html", _api_page(app, request.url.path))

    app.include_router(pages(open_service, render_page, today))
    app.include_router(evaluation_routes(open_service, render_page))
    desk = Desk()
    app.include_router(check_routes(open_service, desk))
    app.include_router(crosscheck_routes(open_service, render_page, desk))
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.add_exception_handler(ChithiError, _known_error)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(Guard, refuse=_refusal, hosts=hosts)
    return app


def serve(index_dir: Path | str, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve an index until interrupted; warn on standard error where others can reach it.

    Raises ``UnusableInput`` where the address cannot be listened on.
    """
    import uvicorn

    from web.opening import ServiceOpener

    host = host.strip("[]")
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    hosts: set[str] | None = None
    if is_loopback(host):
        hosts = {"localhost", "127.0.0.1", "::1", host}
    else:
        print(
            f"Cảnh báo: máy khác trong mạng mở được trang này qua cổng {port}; trang không hỏi mật khẩu. "
            "Chỉ dùng trong mạng nội bộ tin cậy, hoặc bỏ --host để chỉ máy này mở được.",
            file=sys.stderr,
        )
    shown = f"[{host}]" if ":" in host else host
    print(f"Mở trình duyệt tại http://{shown}:{port}/ (Ctrl+C để dừng)", file=sys.stderr)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    config = uvicorn.Config(
        create_app(ServiceOpener(Path(index_dir)), hosts=hosts),
        log_level="warning",
        server_header=False,
        ws="none",
        h11_max_incomplete_event_size=LONGEST_REQUEST,
    )
    with listening, contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; raise ``UnusableInput`` saying why it cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there the option would share a port that another program holds
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            problem = f"Cổng {port} đang được chương trình khác dùng. Chọn cổng khác bằng --port, ví dụ --port 8001."
        elif isinstance(error, PermissionError):
            problem = f"Không được phép dùng cổng {port}. Chọn cổng từ 1024 trở lên bằng --port."
        else:
            problem = f"Không mở được địa chỉ {host}, cổng {port} trên máy này. Kiểm tra --host và --port."
        raise UnusableInput(problem) from error
    return listening


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches a server that listens on ``host``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


# --- errors --------------------------------------------------------------------------------------


def _wants_json(path: str) -> bool:
    return path.startswith(f"{PREFIX}/") or path == "/healthz"


def _respond(
    path: str, status: int, message: str, heading: str, advice: str, reference: str | None = None
) -> Response:
    if _wants_json(path):
        return encoded(Problem(message, reference), status)
    back = Link("Danh mục văn bản", DOCUMENTS) if path.startswith(DOCUMENTS) else Link("Trang tra cứu", HOME)
    page = ErrorPage(heading, navigation(path), "", heading, message, advice, reference, back)
    return render_page("error.html", page, status)


def _refusal(scope: Scope, status: int, reference: str | None) -> Response:
    path = str(scope["path"])
    if status == 400:
        return _respond(
            path,
            status,
            "Tên máy trong địa chỉ không thuộc máy chủ này.",
            "Không mở được trang",
            "Mở lại bằng đúng địa chỉ mà lệnh chithi serve in ra.",
        )
    return _respond(
        path,
        status,
        "Có lỗi khi xử lý yêu cầu này. Dữ liệu trong kho không bị ảnh hưởng.",
        "Có lỗi xảy ra",
        "Thử tải lại trang. Nếu vẫn lỗi, báo người quản trị kèm số tham chiếu.",
        reference,
    )


def _known_error(request: Request, error: Exception) -> Response:
    path = request.url.path
    if isinstance(error, UnknownDocument):
        return _respond(
            path, 404, str(error), "Không có văn bản này", "Có thể văn bản đã đổi tên hoặc bị gỡ khỏi kho."
        )
    if isinstance(error, IndexProblem | ModelUnavailable):
        reference = new_reference()
        logger.error("error %s: %s %s: %s", reference, request.method, path, error)
        if isinstance(error, MissingIndex) and not _wants_json(path):
            return render_page("empty.html", empty_page(path, str(error)), 503)
        return _respond(
            path, 503, str(error), "Chưa dùng được chỉ mục", "Báo người quản trị lập lại chỉ mục.", reference
        )
    return _respond(path, 400, str(error), "Chưa xử lý được yêu cầu", "Sửa lại rồi thử lần nữa.")


_WRONG = {
    "missing": "thiếu giá trị",
    "string_too_short": "đang để trống",
    "string_too_long": "dài quá {max_length} ký tự",
    "int_parsing": "phải là số nguyên",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được quá {le}",
    "literal_error": "chỉ nhận {expected}",
}


def _wrong_parameters(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    messages = []
    for problem in found:
        values = dict(problem.get("ctx") or {})
        values["expected"] = str(values.get("expected", "")).replace(" or ", " hoặc ")
        words = _WRONG.get(problem["type"], "không hợp lệ").format_map(values)
        messages.append(f"{problem['loc'][-1]}: {words}")
    return _respond(
        request.url.path, 422, "; ".join(messages) + ".", "Tham số chưa đúng", "Sửa lại rồi thử lần nữa."
    )


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = request.url.path
    if status == 404:
        return _respond(
            path,
            status,
            f"Không có trang {shortened(path)}.",
            "Không tìm thấy trang",
            "Kiểm tra lại địa chỉ.",
        )
    if status == 405:
        return _respond(
            path,
            status,
            f"Trang này không nhận {request.method}.",
            "Không làm được",
            "Mở trang bằng trình duyệt.",
        )
    return _respond(path, status, f"Máy chủ từ chối yêu cầu (mã {status}).", "Không làm được", "Thử lại sau.")


def shortened(path: str, most: int = 100) -> str:
    """Shorten an address for a message."""
    return path if len(path) <= most else path[:most] + "…"


# --- the API described ---------------------------------------------------------------------------


def _openapi(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["422"] = operation["responses"].get("503", {}) | {
                    "description": "Tham số sai"
                }
        schema["components"] = {"schemas": component_schemas()}
        app.openapi_schema = schema
    return app.openapi_schema


def _api_page(app: FastAPI, path: str) -> ApiPage:
    schema = app.openapi()
    operations = []
    for where, methods in schema["paths"].items():
        for method, told in methods.items():
            operations.append(
                ApiOperation(
                    method.upper(),
                    where,
                    told.get("summary", ""),
                    _schema_name(told["responses"]["200"]),
                    _schema_name(told.get("requestBody", {})),
                    tuple(
                        ApiParameter(p["name"], p["in"], p.get("required", False), p.get("description", ""))
                        for p in told.get("parameters", ())
                    ),
                )
            )
    return ApiPage("Giao diện lập trình", navigation(path), "", tuple(operations), f"{PREFIX}/openapi.json")


def _schema_name(part: dict[str, Any]) -> str:
    schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]
