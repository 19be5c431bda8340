"""What a request may bring along: little, in little time; only the way in for files takes more."""

import asyncio
import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.web import limits
from dashboard.web.gate import UPLOADS, under

log = logging.getLogger("foyer.web")

_LARGE = "This request is larger than anything Foyer takes."
_SLOW = "This request took too long. Try again on a better line."


class _Refused(Exception):
    def __init__(self, status: int, why: str) -> None:
        self.status, self.why = status, why


class Bodies:
    """ASGI middleware, before all that reads a body. It also closes a connection whose body nobody has read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and count what comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        unread = declared != "0" or "transfer-encoding" in headers
        upload = scope["method"] == "PUT" and under(scope["path"], (UPLOADS,))
        most = limits.UPLOAD if upload else limits.BODY
        until = asyncio.get_running_loop().time() + (limits.UPLOAD_SECONDS if upload else limits.BODY_SECONDS)
        came, begun = 0, False

        async def counted() -> Message:
            nonlocal came, unread
            if not unread:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _Refused(408, _SLOW) from None
            came += len(message.get("body", b""))
            if came > most:
                raise _Refused(413, _LARGE)
            unread = bool(message.get("more_body"))
            return message

        async def closing(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                if unread:
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        try:
            if _head(scope) > limits.HEAD:
                raise _Refused(431, _LARGE)
            if not declared.isdigit() or int(declared) > most:
                raise _Refused(413, _LARGE)
            await self.app(scope, counted, closing)
        except _Refused as refused:
            log.warning("refused a request to %s: %s", scope["path"][:100], refused.why)
            if not begun:
                answer = JSONResponse({"error": refused.why}, refused.status, {"Cache-Control": "no-store"})
                await answer(scope, receive, closing)


def _head(scope: Scope) -> int:
    lines = sum(len(name) + len(value) for name, value in scope["headers"])
    return lines + len(scope.get("raw_path") or b"") + len(scope["query_string"])
