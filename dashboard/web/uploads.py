"""How many files may come in and be kept: a few a person at a time, a few a tab, and all of them only so much."""

from collections import Counter
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime as streamlit_runtime

from dashboard.web import limits
from dashboard.web.gate import UPLOADS, tab_of, under

_BUSY = "Other files are coming in just now. Try again in a minute."
_KEPT = "This page holds several large files already. Reload it and choose the file again."


class Uploads:
    """ASGI middleware, behind the gate: whoever comes here is signed in. `whose(request)`: their sign-in."""

    def __init__(self, app: ASGIApp, whose: Callable[[Scope], str]) -> None:
        self.app = app
        self.whose = whose
        self.coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or say that there are enough."""
        if scope["type"] != "http" or scope["method"] != "PUT" or not under(scope["path"], (UPLOADS,)):
            await self.app(scope, receive, send)
            return
        whose = self.whose(scope)
        kept = _kept()
        if self.coming[whose] >= limits.UPLOADS_OF_PERSON or self.coming.total() >= limits.UPLOADS:
            why = _BUSY
        elif kept.get(tab_of(scope["path"]), 0) >= limits.KEPT_OF_TAB:
            why = _KEPT
        elif sum(kept.values()) >= limits.KEPT:
            why = _BUSY
        else:
            why = ""
        if why:
            await JSONResponse({"error": why}, 429, {"Cache-Control": "no-store"})(scope, receive, send)
            return
        self.coming[whose] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.coming[whose] -= 1
            self.coming += Counter()  # those at nothing are forgotten


def _kept() -> dict[str, int]:
    """Tab -> bytes of the files that Streamlit holds for it."""
    if not streamlit_runtime.exists():
        return {}
    files = streamlit_runtime.get_instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return {tab: sum(len(file.data) for file in list(held.values())) for tab, held in list(files.items())}
