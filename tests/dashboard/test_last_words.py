"""What a run has drawn reaches the browser, though the next request is handled before it was passed on."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

from crm_data.settings import settings
from dashboard import server
from dashboard.web import last_words

SCRIPT = """
import streamlit as st

@st.fragment
def grid():
    st.text("a grid")

st.text("those with " + st.query_params["q"])
if "gate" in st.session_state:
    st.session_state.pop("gate").wait(60)
grid()
"""
InATab = Callable[[Callable[["Tab"], Awaitable[list[ForwardMsg]]]], list[ForwardMsg]]
CHANGED = ("_create_scriptrunner", "_handle_scriptrunner_event_on_event_loop")
OLD, NEW = ClientState(query_string="q=elm"), ClientState(query_string="q=oak")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit as it is by itself."""
    monkeypatch.setattr(AppSession, CHANGED[0], last_words._started)
    monkeypatch.setattr(AppSession, CHANGED[1], last_words._handled)


@pytest.fixture
def mended(alone: None) -> None:
    """Streamlit as the server has it."""
    server.build(settings({}))


class Tab(AppSession):
    """A tab whose runs can be watched, and that hears nothing of files."""

    def register_file_watchers(self) -> None:
        pass

    async def rested(self) -> list[ForwardMsg]:
        """What it has for the browser once no run is left."""
        async with asyncio.timeout(60):
            while self._scriptrunner is not None:
                await asyncio.sleep(0.001)
        return self.flush_browser_queue()

    def ends_unheard(self) -> None:
        """The run comes to its end while the loop does something else, which is this call."""
        runner = self._scriptrunner
        assert runner is not None
        assert runner._script_thread is not None
        runner._script_thread.join(60)
        assert not runner._script_thread.is_alive()


@pytest.fixture
def with_a_tab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InATab:
    """`with_a_tab(act)` gives what the browser is sent after an act in a tab that shows the elms."""
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.setattr(Runtime, "_instance", MagicMock())

    async def opened(act: Callable[[Tab], Awaitable[list[ForwardMsg]]]) -> list[ForwardMsg]:
        tab = Tab(
            ScriptData(str(tmp_path / "script.py"), is_hello=False), MagicMock(), ScriptCache(), None, {}
        )
        try:
            tab.request_rerun(OLD)
            assert texts(await tab.rested()) == ["those with elm", "a grid"]
            return await act(tab)
        finally:
            tab.shutdown()

    return lambda act: asyncio.run(opened(act))


def texts(sent: list[ForwardMsg]) -> list[str]:
    return [each.delta.new_element.text.body for each in sent if each.delta.new_element.HasField("text")]


def ends(sent: list[ForwardMsg]) -> list[int]:
    return [each.script_finished for each in sent if each.WhichOneof("type") == "script_finished"]


def of_the_grid(tab: Tab) -> ClientState:
    """What a grid of the screen asks by itself."""
    (fragment,) = tab._fragment_storage._fragments  # type: ignore[attr-defined]
    asked = ClientState(fragment_id=fragment)
    asked.MergeFrom(NEW)
    return asked


async def grid_asks_too_soon(tab: Tab) -> list[ForwardMsg]:
    tab.request_rerun(NEW)
    tab.ends_unheard()
    tab.request_rerun(of_the_grid(tab))
    return await tab.rested()


async def one_is_stopped_midway(tab: Tab) -> list[ForwardMsg]:
    gate = tab.session_state["gate"] = threading.Event()
    tab.request_rerun(NEW)
    stopped = tab._scriptrunner
    while "gate" in tab.session_state:
        await asyncio.sleep(0.001)
    tab.request_script_stop()
    tab.request_rerun(OLD)
    sent = await tab.rested()
    gate.set()
    assert stopped is not None
    assert stopped._script_thread is not None
    while stopped._script_thread.is_alive():
        await asyncio.sleep(0.001)
    return sent + await tab.rested()


def test_a_list_is_sent_though_its_grid_asks_something_at_the_instant_of_its_end(
    mended: None, with_a_tab: InATab
) -> None:
    sent = with_a_tab(grid_asks_too_soon)
    assert texts(sent) == ["those with oak", "a grid"]
    assert ends(sent) == [ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]


def test_streamlit_alone_never_sends_it(alone: None, with_a_tab: InATab) -> None:
    """When this fails, Streamlit has learned it, and `last_words` can go."""
    sent = with_a_tab(grid_asks_too_soon)
    assert texts(sent) == ["a grid"]
    assert ends(sent) == [ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]


def test_of_a_run_that_was_stopped_nothing_later_is_taken(mended: None, with_a_tab: InATab) -> None:
    """Its end would be told as that of the run that took its place."""
    sent = with_a_tab(one_is_stopped_midway)
    assert texts(sent) == ["those with elm", "a grid"]
    assert ends(sent) == [ForwardMsg.FINISHED_SUCCESSFULLY]
