"""Uvicorn's two protocols, and what they bear of a browser that is slow or sends without end.

A connection that asks nothing in time is closed, and the one that has waited longest when there are too many; so
is one that does not take its answer. A websocket takes small frames until the application knows who is there.
"""

import asyncio
from typing import Any, ClassVar

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dashboard.web import limits

_TAKE = "foyer.take"


def take(scope: Scope, size: int) -> None:
    """Let the websocket of a request take messages of so many bytes; in a test without our listener, nothing."""
    if _TAKE in scope:
        scope[_TAKE](size)


class _Patient:
    """Cuts the connection when its browser takes nothing of what is sent for too long."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    _stuck: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """More is waiting than the transport likes."""
        super().pause_writing()  # type: ignore[misc]
        self._stuck = self.loop.call_later(limits.STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It went out."""
        super().resume_writing()  # type: ignore[misc]
        self._moved()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._moved()
        super().connection_lost(exc)  # type: ignore[misc]

    def _moved(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None


class Http(_Patient, H11Protocol):
    """HTTP. `most`: connections, those of websockets among them."""

    most: ClassVar[int] = 10_000
    _silent: ClassVar[dict["Http", asyncio.TimerHandle]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A browser is there; it has to say what it wants."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.most:
            next(iter(self._silent)).transport.abort()

    def handle_events(self) -> None:
        """Bytes came: perhaps a whole request."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._heard()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """The connection goes on as a websocket."""
        self._heard()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Answered; the next request may come, or be there already."""
        self._wait()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._heard()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._heard()
        self._silent[self] = self.loop.call_later(limits.HEAD_SECONDS, self._late)

    def _heard(self) -> None:
        timer = self._silent.pop(self, None)
        if timer is not None:
            timer.cancel()

    def _late(self) -> None:
        if self.transport.get_write_buffer_size():  # the last answer is still going out
            self._silent[self] = self.loop.call_later(limits.STUCK_SECONDS, self.transport.abort)
        else:
            self.transport.abort()


class Websocket(_Patient, WebSocketsSansIOProtocol):
    """A websocket; `ws_max_size` is what a stranger may send at once."""

    def handle_connect(self, event: Any) -> None:
        """The opening: the application is told how to say what may come."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            self.scope[_TAKE] = self._take  # type: ignore[literal-required]

    def handle_cont(self, event: Any) -> None:
        """A piece of a message; empty ones weigh nothing and would be kept without end."""
        if len(self.frames) >= limits.PIECES:
            self.transport.abort()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answered, unless the browser does not take what is waiting for it already."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def _take(self, size: int) -> None:
        self.conn.max_message_size = size
