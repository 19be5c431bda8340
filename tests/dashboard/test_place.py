"""The address is the only state of a list, and two quick clicks must not lose it."""

from streamlit.testing.v1 import AppTest


def _two_clicks() -> None:
    import streamlit as st

    from dashboard.parts import place

    st.session_state["read"] = place.params()
    st.button("Search", on_click=place.go, args=({"q": "oak"},))
    st.button("Sort", on_click=place.go, args=({"sort": "name"}, ("q",)))
    st.checkbox("Close", on_change=place.catch_up)


def opened() -> AppTest:
    at = AppTest.from_function(_two_clicks).run()
    at.button[0].click().run()
    assert at.session_state["read"] == {"q": "oak"}
    return at


def test_a_click_sent_before_the_browser_knew_the_new_address_undoes_nothing() -> None:
    at = opened()
    del at.query_params["q"]
    at.checkbox[0].check().run()
    assert at.session_state["read"] == {"q": "oak"}
    del at.query_params["q"]
    at.button[1].click().run()
    assert at.session_state["read"] == {"q": "oak", "sort": "name"}


def test_back_is_followed() -> None:
    at = opened()
    del at.query_params["q"]
    at.run()
    assert at.session_state["read"] == {}
    at.checkbox[0].check().run()
    assert at.session_state["read"] == {}


def test_three_clicks_sent_before_the_browser_knew_all_count() -> None:
    at = opened()
    at.button[1].click().run()
    del at.query_params["q"], at.query_params["sort"]
    at.checkbox[0].check().run()
    assert at.session_state["read"] == {"q": "oak", "sort": "name"}
