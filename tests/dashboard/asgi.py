"""An ASGI application asked in this process: HTTP by httpx, a websocket by hand."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

HOME = "http://127.0.0.1:8501"


class Asked:
    """Asks an application as a browser at `peer` would, and keeps its cookies."""

    def __init__(self, app: ASGIApp, peer: str = "127.0.0.1") -> None:
        self.app = app
        self.peer = peer
        self.cookies = httpx.Cookies()

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to one request. `path` goes out as it is."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.peer, 50_000))
            async with httpx.AsyncClient(transport=transport, cookies=self.cookies) as http:
                answer = await http.request(method, HOME + path, **more)
                self.cookies = http.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def websocket(self, path: str, **headers: str) -> list[Message]:
        """What the application sends to somebody who opens a websocket and goes."""
        said: list[Message] = []
        come = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])
        scope = {
            "type": "websocket",
            "path": path,
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "client": (self.peer, 50_000),
            "query_string": b"",
            "subprotocols": [],
        }

        async def receive() -> Message:
            return next(come)

        async def send(message: Message) -> None:
            said.append(message)

        asyncio.run(self.app(scope, receive, send))
        return said
