"""A part with fragments in it: sent as it was, while they run by themselves; after one has, it is drawn anew."""

from dataclasses import replace

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from dashboard import again

COUNTED = "times drawn"


def script() -> None:
    """A part of two fragments, which say how often they were drawn."""
    import streamlit as st

    from dashboard import again

    def one(name: str) -> None:
        again.alone("part")
        st.session_state["times drawn"] = st.session_state.get("times drawn", 0) + 1
        st.checkbox(name, key=name)

    def part() -> None:
        for name in ("First", "Second"):
            st.fragment(lambda name=name: one(name))()

    st.text("Above")
    again.drawn("part", (st.session_state.get("of"),), part)
    st.text("After")
    if st.session_state.get("alone"):
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        ctx = get_script_run_ctx()
        assert ctx is not None
        ctx.fragment_ids_this_run = ["one of the part"]
        again.alone("part")


@pytest.fixture
def part() -> AppTest:
    at = AppTest.from_function(script).run()
    assert at.session_state[COUNTED] == 2
    return at


def test_a_part_of_fragments_is_drawn_once(part: AppTest) -> None:
    for _ in range(3):
        part.run()
        assert not part.exception
        assert [text.value for text in part.text] == ["Above", "After"]
        assert [box.label for box in part.checkbox] == ["First", "Second"]
    assert part.session_state[COUNTED] == 2


def test_what_a_person_changed_in_a_fragment_stays(part: AppTest) -> None:
    part.checkbox[1].check().run()
    assert [box.value for box in part.checkbox] == [False, True]
    part.run()
    assert [box.value for box in part.checkbox] == [False, True]
    assert part.session_state[COUNTED] == 4


def test_a_part_is_drawn_anew_once_a_fragment_of_it_has_run_by_itself(part: AppTest) -> None:
    part.session_state["alone"] = True
    part.run()
    assert part.session_state[COUNTED] == 2
    part.session_state["alone"] = False
    part.run()
    assert part.session_state[COUNTED] == 4


def test_a_fragment_that_is_gone_is_made_anew(part: AppTest) -> None:
    kept = part.session_state[again._KEPT]["part"]
    assert len(kept.fragments) == 2
    part.session_state[again._KEPT] = {"part": replace(kept, fragments=frozenset({"gone"}))}
    part.run()
    assert part.session_state[COUNTED] == 4


def test_outside_a_run_nothing_is_forgotten() -> None:
    assert get_script_run_ctx(suppress_warning=True) is None
    again.alone("part")
