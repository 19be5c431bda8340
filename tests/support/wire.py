"""A tab over the wire: what the server sends for a run of a page, as it comes over a real websocket."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

WAIT = 60  # seconds


@contextmanager
def tab(url: str, cookie: str = "", origin: str = "", **headers: str) -> Iterator[Callable[[str], bytes]]:
    """An open tab. What it yields runs a page by its address and returns everything that was sent for it."""
    with connect(
        url.replace("http", "ws") + "/_stcore/stream",
        origin=Origin(origin or url),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=_sent(cookie, headers),
        max_size=None,
        proxy=None,
    ) as socket:
        yield lambda page: _run(socket, page)


def seen(url: str, page: str, cookie: str = "", origin: str = "", **headers: str) -> bytes:
    """One run of a page in a new tab."""
    with tab(url, cookie, origin, **headers) as run:
        return run(page)


def _sent(cookie: str, headers: Mapping[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {**named, "Cookie": cookie} if cookie else named


def _run(socket: ClientConnection, page: str) -> bytes:
    asked = BackMsg()
    asked.rerun_script.page_name = page
    socket.send(asked.SerializeToString())
    heard = b""
    while True:
        raw = socket.recv(timeout=WAIT)
        assert isinstance(raw, bytes)
        heard += raw
        message = ForwardMsg.FromString(raw)
        # A redirect to the first page ends one run early and begins another.
        early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if message.WhichOneof("type") == "script_finished" and not early:
            return heard
