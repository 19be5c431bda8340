"""A browser's tab in an attacker's hands: it says what it likes over the websocket and keeps what it hears."""

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

TIMEOUT = 60.0


class Tab:
    """Connected on entering. `cookie`: the Cookie header; `resume`: another tab's session to pretend to be."""

    def __init__(
        self, url: str, page: str = "", query: str = "", cookie: str = "", address: str = "", resume: str = ""
    ) -> None:
        self.url, self.page, self.query = url, page, query
        self.headers = {"Cookie": cookie} if cookie else {}
        if address:
            self.headers["X-Forwarded-For"] = address
        self.protocols = [
            Subprotocol(word) for word in ["streamlit", *(["unsaid", resume] if resume else [])]
        ]
        self.page_hash = ""
        self.session = ""
        self.elements: dict[tuple[int, ...], Element] = {}
        self.fragments: set[str] = set()
        self.boxes: set[str] = set()  # by their ids
        self.states: dict[str, WidgetState] = {}
        self._open = ExitStack()

    def __enter__(self) -> "Tab":
        place = urlsplit(self.url).netloc
        opening = connect(
            f"ws://{place}/_stcore/stream",
            origin=Origin(f"http://{place}"),
            subprotocols=self.protocols,
            additional_headers=self.headers,
            compression=None,
            max_size=None,
            proxy=None,
        )
        self.socket = self._open.enter_context(opening)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    # saying

    def run(self, *once: WidgetState, fragment: str = "", page_hash: str | None = None) -> bytes:
        """One run of the script, with what was kept and what is said this once; every byte that came back."""
        self.socket.send(self.asking(*once, fragment=fragment, page_hash=page_hash).SerializeToString())
        return self.heard()

    def asking(self, *once: WidgetState, fragment: str = "", page_hash: str | None = None) -> BackMsg:
        """The message that asks for a run."""
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.fragment_id = self.query, fragment
        state.page_script_hash = self.page_hash if page_hash is None else page_hash
        if not state.page_script_hash:
            state.page_name = self.page
        state.context_info.timezone, state.context_info.locale = "UTC", "en-US"
        state.context_info.url = f"{self.url}/{self.page}"
        state.widget_states.widgets.extend([*self.states.values(), *once])
        return asked

    def say(self, message: BackMsg, seconds: float, patience: float | None = None) -> bytes:
        """Any message at all; what came when nothing more comes for so long. `patience`: for the first of it."""
        self.rest(seconds)
        self.socket.send(message.SerializeToString())
        try:
            first = self.socket.recv(patience or seconds, decode=False)
        except TimeoutError:
            return b""
        return first + self.rest(seconds)

    def rest(self, seconds: float) -> bytes:
        """What comes unasked, until nothing comes for so long."""
        heard = b""
        while True:
            try:
                heard += self.socket.recv(seconds, decode=False)
            except TimeoutError:
                return heard

    def keep(self, id_: str, **value: Any) -> None:
        """A widget's value, sent with every run from now on, as keep(id, string_value='x')."""
        self.states[id_] = state(id_, **value)

    def click(self, label: str) -> bytes:
        """A run with a button pressed."""
        return self.run(state(self.one("button", label).id, trigger_value=True))

    def unfold(self, key: str) -> bytes:
        """A run in which the box of this key is open, as it is from then on."""
        self.keep(next(id_ for id_ in self.boxes if id_.endswith(f"-{key}")), bool_value=True)
        return self.run()

    # hearing

    def heard(self) -> bytes:
        """Everything until the script has ended, a rerun of its own included."""
        heard, started = b"", False
        while True:
            raw, message = self._take()
            heard += raw
            kind = message.WhichOneof("type")
            if kind == "new_session":
                started, new = True, message.new_session
                self.page_hash = new.page_script_hash
                self.session = new.initialize.session_id or self.session
                if not message.metadata.run.fragment_ids:
                    self.elements, self.fragments, self.boxes = {}, set(), set()
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash or self.page_hash
            elif kind == "delta":
                self.fragments |= {message.delta.fragment_id} - {""}
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
            elif kind == "delta" and message.delta.add_block.id:
                self.boxes.add(message.delta.add_block.id)
            early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            if kind == "script_finished" and started and not early:
                return heard

    def _take(self) -> tuple[bytes, ForwardMsg]:
        raw = self.socket.recv(TIMEOUT, decode=False)
        return raw, ForwardMsg.FromString(raw)

    # looking

    def all(self, kind: str) -> Iterator[Any]:
        """Every element of a kind on the screen."""
        for element in self.elements.values():
            if element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def buttons(self, label: str) -> Iterator[Any]:
        """The buttons with this label."""
        return (found for found in self.all("button") if found.label == label)

    def one(self, kind: str, label: str) -> Any:
        """The first of them with this label."""
        return next(found for found in self.all(kind) if found.label == label)


def state(id_: str, **value: Any) -> WidgetState:
    """What a browser says of one widget; the name of the value is its type on the wire."""
    made = WidgetState(id=id_)
    for kind, content in value.items():
        if hasattr(getattr(made, kind), "data") and isinstance(content, list):
            getattr(made, kind).data.extend(content)
        elif hasattr(content, "SerializeToString"):
            getattr(made, kind).CopyFrom(content)
        else:
            setattr(made, kind, content)
    return made
