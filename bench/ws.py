"""One tab as Streamlit's server sees it: a websocket that asks for runs and reads until each has ended."""

import time
from contextlib import ExitStack
from types import TracebackType
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

TIMEOUT = 60.0


class RunFailed(RuntimeError):
    """The script showed an error, or the wrong page."""


class Tab:
    """Connected on entering. `page` is the page's address, as 'customers'; `cookie` the Cookie header."""

    def __init__(self, url: str, page: str = "", cookie: str = "", query: str = "") -> None:
        self.url, self.page, self.query = url, page, query
        self._headers = {"Cookie": cookie} if cookie else {}
        self._open = ExitStack()
        self._page_hash = ""
        self._kept: dict[str, bytes] = {}
        self.received = 0
        self.kinds: list[str] = []

    def __enter__(self) -> "Tab":
        place = urlsplit(self.url).netloc
        opening = connect(
            f"ws://{place}/_stcore/stream",
            origin=Origin(f"http://{place}"),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=self._headers,
            compression=None,
            max_size=None,
            proxy=None,
        )
        self._socket = self._open.enter_context(opening)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def run(self) -> float:
        """One run of the script: seconds from asking until everything has arrived.

        Raises RunFailed when an exception is shown, and TimeoutError after a minute.
        """
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = self.query
        if self._page_hash:
            state.page_script_hash = self._page_hash
        else:
            state.page_name = self.page
        state.context_info.timezone, state.context_info.locale = "UTC", "en-US"
        state.context_info.url = f"{self.url}/{self.page}"
        state.cached_message_hashes.extend(self._kept)
        self.kinds, self.received = [], 0
        begun = time.perf_counter()
        self._socket.send(asked.SerializeToString())
        started = False
        while True:
            message = self._next()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                started, self._page_hash = True, message.new_session.page_script_hash or self._page_hash
            elif kind == "navigation":
                self._page_hash = message.navigation.page_script_hash or self._page_hash
            elif kind == "page_not_found":
                raise RunFailed(f"There is no page {self.page!r}.")
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._note(message)
            elif kind == "script_finished" and started:
                return time.perf_counter() - begun

    def _next(self) -> ForwardMsg:
        """The next message; one that was sent before comes as its hash alone."""
        raw = self._socket.recv(TIMEOUT, decode=False)
        self.received += len(raw)
        message: ForwardMsg = ForwardMsg.FromString(raw)
        if message.WhichOneof("type") == "ref_hash":
            message = ForwardMsg.FromString(self._kept[message.ref_hash])
        elif message.metadata.cacheable and message.hash:
            self._kept[message.hash] = raw
        return message

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type") or ""
        self.kinds.append(kind)
        if kind == "exception":
            raise RunFailed(f"{element.exception.type}: {element.exception.message}")
