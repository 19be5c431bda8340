"""What open tabs take of a server, and what closed ones leave: 2,000 of them, or as many as a low limit bears."""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from dashboard.web.lean_tabs import LateLoop
from tests.dashboard.house import house
from tests.support import wire
from tests.support.databases import Database
from tests.support.serving import Served, serving
from tests.support.soak import size

LIMIT = size(512, 4096)
# What the pools keep for who asks next: ten connections of three files each, to read and to look after sign-ins.
POOLED = 2 * 10 * 3
TABS = size(160, 2000)  # of two sign-ins, each of which may have half of the room there is


def test_a_loop_takes_no_descriptors_before_it_is_used() -> None:
    before = len(os.listdir("/dev/fd"))
    loops = [LateLoop() for _ in range(50)]  # type: ignore[abstract]
    assert len(os.listdir("/dev/fd")) == before
    assert loops[0].run_until_complete(asyncio.sleep(0, "done")) == "done"
    assert not loops[0].is_running()
    assert len(os.listdir("/dev/fd")) > before
    for loop in loops:
        loop.close()
        assert loop.is_closed()
    assert len(os.listdir("/dev/fd")) == before
    with pytest.raises(RuntimeError, match="closed"):
        loops[1].call_soon(print)


def held(served: Served) -> int:
    return len(os.listdir(f"/proc/{served.process.pid}/fd"))


async def opened(stack: AsyncExitStack, served: Served, cookie: str) -> ClientConnection:
    """A tab that has drawn its page."""
    socket = await stack.enter_async_context(
        connect(
            served.url.replace("http", "ws") + "/_stcore/stream",
            origin=Origin(served.url),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": cookie},
            max_size=None,
            open_timeout=60,
            ping_interval=None,
        )
    )
    asked = BackMsg()
    asked.rerun_script.page_name = "account"
    await socket.send(asked.SerializeToString())
    while ForwardMsg.FromString(await socket.recv(decode=False)).WhichOneof("type") != "script_finished":
        pass
    return socket


async def many(served: Served, cookies: tuple[str, ...]) -> int:
    """Open them all, a few at a time; how many descriptors the server holds then."""
    async with AsyncExitStack() as stack:
        at_once = asyncio.Semaphore(10)

        async def one(turn: int) -> None:
            async with at_once:
                await opened(stack, served, cookies[turn % len(cookies)])

        await asyncio.gather(*(one(turn) for turn in range(TABS)))
        return held(served)


@pytest.mark.slow
def test_what_many_tabs_took_is_given_back(new_database: Callable[[str], Database]) -> None:
    with house(new_database("sqlite").url) as made, serving(made.settings.database_url, {}, LIMIT) as served:
        name = f"foyer_{httpx.URL(served.url).port}"
        cookie, other = (f"{name}={made.token(role)}" for role in ("manager", "admin"))
        assert b"Alpha" in wire.seen(served.url, "account", cookie)
        before = held(served)
        most = asyncio.run(many(served, (cookie, other)))
        assert most - before < 1.2 * TABS + 20
        until = time.monotonic() + 20
        while held(served) > before + POOLED and time.monotonic() < until:
            time.sleep(0.1)
        assert held(served) <= before + POOLED, "what was closed is given back"
        assert b"Alpha" in wire.seen(served.url, "account", cookie)
        assert httpx.get(f"{served.url}/healthz").json()["descriptors"]["most"] == LIMIT
        place = urlsplit(served.url)
        with ExitStack() as silent:
            for _ in range(size(300, 4_000)):
                silent.enter_context(socket.create_connection((place.hostname, place.port)))
            assert httpx.get(f"{served.url}/healthz", timeout=20).json()["status"] in ("ok", "degraded")
            assert b"Alpha" in wire.seen(served.url, "account", cookie)
        assert "Too many open files" not in served.said()
