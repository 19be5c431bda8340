"""How many tabs may be open: of strangers few, and a newcomer takes the place of the one silent longest."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from dashboard.web import limits
from dashboard.web.listening import take
from dashboard.web.rate import Rate

log = logging.getLogger("foyer.web")

_LATER = 1013  # the websocket's own code for: come again later
_FULL = "Too many pages are open here. Close some and try again."


@dataclass(eq=False)
class _Tab:
    """An open websocket. `whose`: the account or, of a stranger, the address it is counted for."""

    whose: str
    stranger: bool
    silence: asyncio.Timeout | None = field(default=None)


class Tabs:
    """ASGI middleware. `whose(request)`: the account that a request is of, or '' for a stranger's.

    `most`: tabs in all; half of them may be of one account, a quarter of strangers.
    """

    def __init__(self, app: ASGIApp, whose: Callable[[Scope], str], most: int) -> None:
        self.app = app
        self.whose = whose
        self.most = most
        self.strangers = min(limits.STRANGERS, most // 4)
        self.of_address = min(limits.STRANGERS_OF_ADDRESS, max(self.strangers // 2, 1))
        # The one that spoke longest ago first.
        self.open: dict[_Tab, None] = {}
        self.by_address = Rate(limits.BURST_OF_ADDRESS, limits.RATE_OF_ADDRESS)
        self.by_all = Rate(limits.BURST, limits.RATE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a websocket in, and count it until it is closed."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        address = limits.group(scope["client"][0] if scope.get("client") else "")
        sign_in = await run_in_threadpool(self.whose, scope)
        tab = _Tab(sign_in or address, not sign_in)
        if not self._let_in(tab):
            log.warning("refused a page: %d are open", len(self.open))
            await _refuse(scope, receive, send)
            return
        self.open[tab] = None
        if sign_in:
            take(scope, limits.SIGNED_IN.size)
        try:
            await self.app(scope, self._hearing(tab, address, receive, send), send)
        finally:
            self.open.pop(tab, None)

    def _let_in(self, tab: _Tab) -> bool:
        """Whether there is room, if need be made by closing the stranger's tab that was silent longest."""
        strangers = [other for other in self.open if other.stranger]
        if not tab.stranger:
            of_one = sum(other.whose == tab.whose for other in self.open)
            return len(self.open) < self.most and of_one < max(self.most // 2, 1)
        near = [other for other in strangers if other.whose == tab.whose]
        full = near if len(near) >= self.of_address else strangers if len(strangers) >= self.strangers else []
        if full:
            self.open.pop(full[0])
            if full[0].silence is not None:
                full[0].silence.reschedule(asyncio.get_running_loop().time())
        return len(self.open) < self.most

    def _hearing(self, tab: _Tab, address: str, receive: Receive, send: Send) -> Receive:
        """What a stranger says comes at a measured pace, and must come some time."""
        if not tab.stranger:
            return receive

        async def hear() -> Message:
            try:
                async with asyncio.timeout(limits.STRANGER_IDLE) as tab.silence:
                    message = await receive()
                    if message["type"] == "websocket.receive":
                        if tab in self.open:
                            self.open[tab] = self.open.pop(tab)
                        await asyncio.sleep(self.by_address.wait(address))
                        # One address alone does not make all the others wait.
                        await asyncio.sleep(self.by_all.wait())
            except TimeoutError:
                await send({"type": "websocket.close", "code": _LATER, "reason": _FULL})
                return {"type": "websocket.disconnect", "code": _LATER}
            return message

        return hear


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if "websocket.http.response" in scope.get("extensions", {}):
        answer = PlainTextResponse(_FULL, 503, {"Retry-After": "30"})
        await send({"type": "websocket.http.response.start", "status": 503, "headers": answer.raw_headers})
        await send({"type": "websocket.http.response.body", "body": bytes(answer.body)})
    else:
        await WebSocketClose(_LATER, _FULL)(scope, receive, send)
