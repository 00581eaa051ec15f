"""The outermost layer: security headers on every response, and no exception without a log entry.

A page of this application loads nothing but its own style sheet, script and images, is framed by
nobody, and answers only to the host names it is served under (a web page elsewhere could otherwise
point a name of its own at the loopback address and read the documents).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from fastapi import Response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger("chithi.web")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def new_reference() -> str:
    """Make a number that a user can read out and that finds the entry in the log: "3F2A-91C0"."""
    raw = secrets.token_hex(4).upper()
    return f"{raw[:4]}-{raw[4:]}"


class Guard:
    """ASGI middleware; ``refuse`` makes the response of a refusal from (scope, status, reference)."""

    def __init__(
        self, app: App, refuse: Callable[[Scope, int, str | None], Response], hosts: Collection[str] | None
    ) -> None:
        """Wrap ``app``; ``hosts`` None answers to every host name."""
        self.app = app
        self.refuse = refuse
        self.hosts = None if hosts is None else {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 400 to a foreign host name and 500 to an exception."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                present = {name.lower() for name, _ in message["headers"]}
                extra = {**HEADERS, "cache-control": _caching(scope, message["status"])}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in extra.items() if k.encode() not in present),
                ]
            await send(message)

        if not self._known_host(scope):
            await self.refuse(scope, 400, None)(scope, receive, guarded)
            return
        try:
            await self.app(scope, receive, guarded)
        except Exception:
            reference = new_reference()
            logger.exception("error %s: %s %s", reference, scope["method"], scope["path"])
            if started:
                raise
            await self.refuse(scope, 500, reference)(scope, receive, guarded)

    def _known_host(self, scope: Scope) -> bool:
        if self.hosts is None:
            return True
        given = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        host = given.rsplit(":", 1)[0] if not given.endswith("]") else given
        return host.strip("[]").lower() in self.hosts


def _caching(scope: Scope, status: int) -> str:
    if status == 200 and scope["path"].startswith("/static/") and b"v=" in scope["query_string"]:
        return "public, max-age=31536000, immutable"
    return "no-cache"
