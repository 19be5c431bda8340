"""What is named to a browser it holds, whatever is on its way: histories by chance beside a browser's rules."""

from collections import deque
from collections.abc import Collection
from typing import Any

import pytest
from streamlit import config
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

from crm_data.settings import settings
from dashboard import server
from dashboard.web import held_parts
from tests.support import chance

AGE = 2 * held_parts.SURE
PARTS = [f"part {n}" for n in range(12)]


class Lost(AssertionError):
    """The browser was given the name of what it does not hold."""


class Browser:
    """What a browser holds, by the rules of its own script."""

    def __init__(self) -> None:
        self.ended = 0
        self.held: dict[str, int] = {}

    def hears(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self.held:
                raise Lost
            self.held[message.ref_hash] = self.ended
        elif kind == "delta":
            self.held[message.hash] = self.ended
        elif message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self.ended += 1
            self.held = {name: at for name, at in self.held.items() if self.ended - at <= AGE}


class Tab:
    """The server's side of it: one run at a time, and one request that waits behind it, the newest."""

    def __init__(self) -> None:
        self.down: deque[ForwardMsg] = deque()
        self.waits: Collection[str] | None = None
        self.runs: Collection[str] | None = None
        self._scriptrunner: Any = None

    def _enqueue_forward_msg(self, message: ForwardMsg) -> None:
        self.down.append(message)

    def request_rerun(self, said: ClientState) -> None:
        if self.runs is None:
            self.runs = set(said.cached_message_hashes)
        else:
            self.waits = set(said.cached_message_hashes)

    def draws(self, part: str) -> None:
        message = ForwardMsg()
        if part in (self.runs or ()):
            message.ref_hash = part
        else:
            message.hash = part
            message.metadata.cacheable = True
            message.delta.new_element.text.body = part
        held_parts._send(self, message)  # type: ignore[arg-type]

    def ends(self, early: bool) -> None:
        message = ForwardMsg()
        message.script_finished = (
            ForwardMsg.FINISHED_EARLY_FOR_RERUN if early else ForwardMsg.FINISHED_SUCCESSFULLY
        )
        held_parts._send(self, message)  # type: ignore[arg-type]
        self.runs, self.waits = self.waits, None


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_parts, "_asked", Tab.request_rerun)
    monkeypatch.setattr(held_parts, "_sent", Tab._enqueue_forward_msg)


def played(steps: int, seed: str) -> int:
    """Somebody clicks, what is said travels, screens are drawn; how often a part was named. Raises Lost."""
    dice, browser, tab = chance.dice(seed), Browser(), Tab()
    up: deque[ClientState] = deque()
    named = 0
    for _ in range(steps):
        kind = dice.random()
        if kind < 0.1 and len(up) < 3:
            up.append(ClientState(cached_message_hashes=list(browser.held)))
        elif kind < 0.2 and up:
            held_parts._ask(tab, up.popleft())  # type: ignore[arg-type]
        elif kind < 0.4 and tab.runs is not None:
            part = dice.choice(PARTS[: dice.choice([2, 12])])
            named += part in tab.runs
            tab.draws(part)
        elif kind < 0.55 and tab.runs is not None:
            tab.ends(early=tab.waits is not None and dice.random() < 0.5)
        elif tab.down:
            browser.hears(tab.down.popleft())
    return named


def test_what_is_named_is_held(between: None) -> None:
    assert sum(played(20_000, f"held {seed}") for seed in range(5)) > 500


def test_a_browser_taken_at_its_word_loses_some(between: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_parts, "SURE", 10 * AGE)
    with pytest.raises(Lost):
        sum(played(20_000, f"held {seed}") for seed in range(20))


def test_every_tab_has_it() -> None:
    server.build(settings({}))
    assert AppSession.request_rerun is held_parts._ask
    assert AppSession._enqueue_forward_msg is held_parts._send
    assert config.get_option("global.maxCachedMessageAge") == AGE
