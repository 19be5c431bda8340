"""An address of a screen gets the page it stands in, any other a page that says that there is none.

Streamlit would answer both with its own empty page.
"""

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.menu import SCREENS
from dashboard.web import frame
from dashboard.web.packed import Both

_SCREENS = {"", "index.html", *(screen.name for screen in SCREENS)}
# The first screen stands at the root, and its own name leads there.
_FRAMED = {f"/{name}" for name in _SCREENS} - {f"/{SCREENS[0].name}"}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>No such page · Foyer</title>
<link rel="icon" href="/favicon.png">
<style>
  :root { color-scheme: light dark; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 15vh auto 0; padding: 0 1rem; }
  h1 { font-size: 1.5rem; }
  a { color: light-dark(#3a56c5, #93a6f2); }
</style>
<h1>There is no such page</h1>
<p>The address may be cut off or mistyped. Check it, or go on from the <a href="/">overview</a>.</p>
</html>
"""


class Addresses:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._framed = Both(frame.PAGE.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, unless the answer is the frame of a screen that there is not."""
        if scope["type"] == "http" and scope["path"] in _FRAMED and scope["method"] in ("GET", "HEAD"):
            framed = self._framed.answer(scope, {"Cache-Control": "no-cache"}, "text/html")
            await framed(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"].strip("/") in _SCREENS:
            await self.app(scope, receive, send)
            return
        refused = False

        async def unless_frame(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                refused = message["status"] in (200, 304) and kind.startswith("text/html")
                if refused:
                    page = HTMLResponse(_PAGE, 404, {"Cache-Control": "no-store"})
                    await page(scope, receive, send)
            if not refused:
                await send(message)

        await self.app(scope, receive, unless_frame)
