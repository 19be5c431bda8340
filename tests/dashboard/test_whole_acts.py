"""A click that comes while an act is being done ends no act between two of its lines."""

from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from crm_data.settings import settings
from dashboard import server
from dashboard.web import whole_acts


def _two_at_once() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def act() -> None:
        here = get_script_run_ctx()
        assert here is not None
        assert here.script_requests is not None
        st.session_state["begun"] = True
        here.script_requests.request_rerun(RerunData(query_string=here.query_string))  # the other click
        st.query_params["q"] = "oak"
        st.session_state["ended"] = True

    def other() -> None:
        st.session_state["other"] = True

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.button("Act", on_click=act)
    st.checkbox("Other", on_change=other)
    st.session_state["drawn"] = st.session_state["runs"]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit as it is by itself."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", whole_acts._with_callbacks)


def acted() -> AppTest:
    at = AppTest.from_function(_two_at_once).run()
    at.checkbox[0].check()
    return at.button[0].click().run()


def test_an_act_is_done_to_its_end_and_then_the_other_click_is_heard(alone: None) -> None:
    server.build(settings({}))
    at = acted()
    assert {name: name in at.session_state for name in ("begun", "ended", "other")} == {
        "begun": True,
        "ended": True,
        "other": True,
    }
    assert at.session_state["drawn"] == at.session_state["runs"] == 2
    assert not at.exception


def test_streamlit_alone_ends_it_midway(alone: None) -> None:
    """When this fails, Streamlit has learned it, and `whole_acts` can go."""
    at = acted()
    assert "begun" in at.session_state
    assert "ended" not in at.session_state


class Runner:
    """What runs the script of a tab, as far as the tab tells it something."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def request_rerun(self, asked: Any) -> bool:
        self.told.append(f"run with {asked.query_string}")
        return True

    def request_stop(self) -> None:
        self.told.append("stop")


class Tab(AppSession):
    """A tab that nothing was opened for."""

    def __del__(self) -> None:
        pass


def test_two_clicks_of_a_tab_are_never_heard_by_two_threads_at_once() -> None:
    """Both would change the tab's one state, and which widgets have changed is told to one of them alone."""
    tab, runner = Tab.__new__(Tab), Runner()
    tab._state, tab._scriptrunner = AppSessionState.APP_IS_RUNNING, runner  # type: ignore[assignment]
    tab.request_rerun(ClientState(query_string="q=oak"))
    assert runner.told == ["run with q=oak"]
    assert tab._scriptrunner is runner
