"""Access middleware: passes the named proxy, our own origin, and to files and numbers only who is signed in."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

log = logging.getLogger("foyer.web")

# What answers only to somebody who is signed in. The script behind the websocket asks for itself.
CLOSED = (
    "/media",
    "/export",
    "/components",
    "/portrait",
    "/_stcore/upload_file",
    "/_stcore/metrics",
    "/_stcore/script-health-check",
)
UPLOADS = "/_stcore/upload_file"
# Ways in that Streamlit has of its own, and we have not.
NEVER = ("/_stcore/agent", "/auth", "/oauth2callback")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """ASGI middleware. `is_signed_in` looks a request's session up; it may take a moment and runs on a thread.

    `is_own_tab(request, tab)`: whether a tab, by Streamlit's name for it, was opened with the request's cookie.
    `public`: the origin that browsers know us by, where a proxy in front may call us otherwise.
    """

    def __init__(
        self,
        app: ASGIApp,
        is_signed_in: Callable[[Scope], bool],
        is_own_tab: Callable[[Scope, str], bool] = lambda scope, tab: True,
        public: str = "",
    ) -> None:
        self.app = app
        self.public = public
        self.is_signed_in = is_signed_in
        self.is_own_tab = is_own_tab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status, why = await self._judge(scope)
        if not status:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008, why)(scope, receive, send)
        else:
            answer = JSONResponse({"error": why}, status, {"Cache-Control": "no-store"})
            await answer(scope, receive, send)

    async def _judge(self, scope: Scope) -> tuple[int, str]:
        """Status and sentence of a refusal; status 0 lets pass."""
        path = "/" + scope["path"].lstrip("/")
        if under(path, NEVER):
            return 404, "There is nothing here."
        if not _same_origin(scope, self.public):
            log.warning("refused a %s from another origin to %s", scope["type"], path)
            return 403, "This request comes from another site and was refused."
        if under(path, CLOSED) and not await run_in_threadpool(self.is_signed_in, scope):
            return 401, "You are signed out. Sign in to go on."
        if under(path, (UPLOADS,)) and not self.is_own_tab(scope, tab_of(path)):
            return 403, "This file belongs to another tab. Choose it again here."
        return 0, ""


def under(path: str, roots: tuple[str, ...]) -> bool:
    """Whether a path is one of these or below it, however many slashes it begins with."""
    path = "/" + path.lstrip("/")
    return any(path == root or path.startswith(root + "/") for root in roots)


def tab_of(path: str) -> str:
    """Streamlit's name for the tab that an upload is for."""
    return ("/" + path.lstrip("/")).removeprefix(UPLOADS).strip("/").split("/")[0]


def _same_origin(scope: Scope, public: str) -> bool:
    """Whether a request that may change something, or a websocket, comes from a page of our own.

    Browsers name the origin with every one of these. A websocket without an origin comes from no browser, and so
    carries nobody's cookie but its own; a POST without one is refused all the same.
    """
    safe = scope["type"] == "http" and scope["method"] in _SAFE
    headers = Headers(scope=scope)
    origin: str | None = headers.get("origin")
    if safe:
        return True
    if origin is None:
        return bool(scope["type"] == "websocket")
    if origin == public:
        return True
    try:
        return urlsplit(origin).netloc == str(headers.get("host"))
    except ValueError:
        return False
