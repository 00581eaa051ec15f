"""The addresses of pages: every state of a page is in its URL, and only in it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

HOME = "/"
DOCUMENTS = "/van-ban"
TASKS = "/nhiem-vu"
EXPORT = "/nhiem-vu/xuat"
CHECK = "/doi-chieu"
GRAPH = "/so-do"
PICTURE = "/so-do/hinh.svg"
EVALUATION = "/danh-gia"
EVALUATION_FILE = "/danh-gia/tai"
GRADING = "/danh-gia/cham"
ANSWER_FILE = "/xuat/tra-loi.docx"
FEEDBACK = "/phan-hoi"


def address(path: str, parameters: Mapping[str, object], **changes: object) -> str:
    """Return path and query; a change to None or "" drops the parameter.

    In ``changes`` an underscore stands for the hyphen of a parameter's name.

    >>> address("/", {"q": "a b", "loai": "KH"}, loai=None, co_quan="UBND")
    '/?q=a+b&co-quan=UBND'
    """
    renamed = {name.replace("_", "-"): value for name, value in changes.items()}
    merged = {**parameters, **renamed}
    query = urlencode({name: value for name, value in merged.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def document_path(doc: str) -> str:
    """Return the address of a document."""
    return f"{DOCUMENTS}/{quote(doc, safe='')}"


def span_path(doc: str, start: int, end: int) -> str:
    """Return the address that opens a document at ``text[start:end]``, highlighted."""
    return f"{document_path(doc)}?tu={start}&den={end}#trich"
