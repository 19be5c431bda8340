"""What a run draws wakes the server's loop at its start and end, however much it is; and nothing waits long."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

from crm_data.settings import settings
from dashboard import server
from dashboard.web import one_wake

SCRIPT = """
import streamlit as st

for n in range(200):
    st.text(str(n))
if "gate" in st.session_state:
    st.session_state["gate"].wait(60)
    st.text("behind the gate")
"""
CHANGED = {
    (AppSession, "_on_scriptrunner_event"): one_wake._event,
    (AppSession, "_call_soon_on_event_loop"): one_wake._call,
    (Runtime, "_enqueued_some_message"): one_wake._sendable,
}
ALL = [str(n) for n in range(200)]
InATab = Callable[[Callable[["Tab"], Awaitable[None]]], None]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit as it is by itself, in this; a test of another module may have had the server made."""
    for (of, name), own in CHANGED.items():
        monkeypatch.setattr(of, name, own)


@pytest.fixture
def mended(alone: None) -> None:
    """Streamlit as the server has it."""
    server.build(settings({}))


class Tab(AppSession):
    """A tab that hears nothing of files, whose loop counts how often another thread wakes it."""

    wakes = 0
    texts: list[str]

    def register_file_watchers(self) -> None:
        pass

    def count_wakes(self) -> None:
        loop, real = self._event_loop, self._event_loop.call_soon_threadsafe
        self.wakes, self.texts = 0, []

        def counted(*said: Any, **more: Any) -> Any:
            self.wakes += 1
            return real(*said, **more)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign, assignment]

    def collect(self) -> None:
        sent = [each.delta.new_element for each in self.flush_browser_queue()]
        self.texts += [each.text.body for each in sent if each.HasField("text")]

    async def until(self, shown: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not shown():
                self.collect()
                await asyncio.sleep(0.001)


@pytest.fixture
def in_a_tab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InATab:
    """`in_a_tab(act)` does something with a tab of a script that draws two hundred lines."""
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.setattr(Runtime, "_instance", MagicMock())

    async def opened(act: Callable[[Tab], Awaitable[None]]) -> None:
        script = ScriptData(str(tmp_path / "script.py"), is_hello=False)
        tab = Tab(script, MagicMock(), ScriptCache(), None, {})
        tab.count_wakes()
        try:
            await act(tab)
        finally:
            tab.shutdown()

    return lambda act: asyncio.run(opened(act))


async def _whole_run(tab: Tab) -> None:
    tab.request_rerun(ClientState())
    await tab.until(lambda: tab._scriptrunner is None)
    tab.collect()
    assert tab.texts == ALL


async def _runs_while_the_loop_is_busy(tab: Tab) -> None:
    """What the loop has no time for meanwhile wakes it no more often than what it has."""
    tab.request_rerun(ClientState())
    runner = tab._scriptrunner
    assert runner is not None
    assert runner._script_thread is not None
    runner._script_thread.join(60)
    assert tab.wakes <= 3
    await tab.until(lambda: tab._scriptrunner is None)
    tab.collect()
    assert tab.texts == ALL


async def _stops_amid_a_run(tab: Tab) -> None:
    gate = tab.session_state["gate"] = threading.Event()
    tab.request_rerun(ClientState())
    await tab.until(lambda: tab.texts == ALL)  # although nobody wakes the loop now
    gate.set()
    await tab.until(lambda: "behind the gate" in tab.texts)


def test_all_of_a_run_is_shown_in_its_order(mended: None, in_a_tab: InATab) -> None:
    in_a_tab(_whole_run)


def test_two_hundred_elements_wake_the_loop_three_times(mended: None, in_a_tab: InATab) -> None:
    in_a_tab(_runs_while_the_loop_is_busy)


def test_what_was_drawn_is_shown_though_the_run_goes_on_for_long(mended: None, in_a_tab: InATab) -> None:
    in_a_tab(_stops_amid_a_run)


def test_streamlit_alone_is_woken_by_every_element(alone: None, in_a_tab: InATab) -> None:
    """When this fails, Streamlit has learned it, and `one_wake` can go."""
    with pytest.raises(AssertionError):
        in_a_tab(_runs_while_the_loop_is_busy)


def test_what_fails_stops_no_other(mended: None, in_a_tab: InATab) -> None:
    async def act(tab: Tab) -> None:
        heard: list[int] = []
        told: list[object] = []
        tab._event_loop.set_exception_handler(lambda loop, said: told.append(said["exception"]))
        for one in (1, 0, 2):
            tab._call_soon_on_event_loop(lambda one=one: heard.append(2 // one))  # type: ignore[misc]
        await tab.until(lambda: heard == [2, 1])
        assert [type(one) for one in told] == [ZeroDivisionError]

    in_a_tab(act)
