"""What a form of our own pages posts: read only from the same origin, and only a little."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

MOST_BYTES = 16 * 1024
"""Bytes of a form."""


def same_origin(request: Request) -> bool:
    """Say whether a request comes from a page of this very server.

    A browser tells the origin of every form that is posted; a page elsewhere cannot change that.
    Without an origin the address of the page that posted is asked; without both the answer is no.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    said = request.headers.get("origin") or request.headers.get("referer") or ""
    host = urlsplit(said).netloc.lower()
    return bool(host) and host == request.headers.get("host", "").lower()


async def small_form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a posted form; answer 403 to another origin, 413 and 415 to what is no such form."""
    if not same_origin(request):
        raise HTTPException(403)
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    return parse_qs(body.decode("utf-8", "replace"), max_num_fields=200)
