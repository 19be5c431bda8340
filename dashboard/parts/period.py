"""The one control of the period that a screen's numbers are of; what is chosen stands in the URL."""

from datetime import date

import streamlit as st

from crm_data import CrmError, Period, Query, Workspace
from crm_data.numbers.period import EARLIEST, LATEST, NAMED, USUAL
from dashboard.parts import place, say

PARAM = "period"
FROM_TO = "from_to"
_MOST_YEARS = 10


def choose_period(my: Workspace, query: Query, known: Period | None) -> Period:
    """Draw the choice and return the period that the URL names, the usual one when it names none.

    `known`: from the first to the last day that has something; its years are offered by name.
    """
    word = place.params().get(PARAM, USUAL)
    try:
        period = my.numbers.period(word, query.zone)
    except CrmError as error:
        st.warning(say.plain(str(error)), icon=":material/link_off:")
        word, period = USUAL, my.numbers.period(USUAL, query.zone)
    years = range(known.last.year, known.first.year - 1, -1)[:_MOST_YEARS] if known else ()
    labels = {**NAMED, **{str(year): str(year) for year in years}, FROM_TO: "From … to …"}
    with st.container(horizontal=True, vertical_alignment="center", key="period.line"):
        _choice(word if word in labels else FROM_TO, labels)
        if word not in labels or st.session_state.get("period.open"):
            _days(period, known)
        before = period.before()
        note = say.span(*period.edges)
        st.caption(f"{note}, compared with {say.span(*before.edges)}" if before else note, width="content")
    return period


def show_period(word: str) -> None:
    """From a callback: go to another period, with everything else as it is."""
    st.session_state["period.open"] = False
    place.catch_up()
    rest = {name: said for name, said in place.params().items() if name != PARAM}
    place.go(rest if word == USUAL else {**rest, PARAM: word})


def _choice(word: str, labels: dict[str, str]) -> None:
    st.session_state["period.word"] = FROM_TO if st.session_state.get("period.open") else word

    def changed() -> None:
        chosen = st.session_state["period.word"]
        if chosen == FROM_TO:
            st.session_state["period.open"] = True
        else:
            show_period(chosen)

    st.selectbox(
        "Period",
        list(labels),
        key="period.word",
        format_func=labels.__getitem__,
        label_visibility="collapsed",
        width=190,
        on_change=changed,
    )


def _days(period: Period, known: Period | None) -> None:
    """The first and last day; the period is taken when both are there, in either order."""
    st.session_state["period.days"] = _shown(period, known, say.today())

    def changed() -> None:
        days = st.session_state["period.days"]
        if isinstance(days, tuple) and len(days) == 2:
            show_period(f"{min(days)}..{max(days)}")

    st.date_input(
        "First and last day",
        key="period.days",
        min_value=EARLIEST,
        max_value=LATEST,
        label_visibility="collapsed",
        width=230,
        on_change=changed,
    )


def _shown(period: Period, known: Period | None, today: date) -> tuple[date, date]:
    """What stands in the two days at first: where the period has no end, that of what there is, or today."""
    held = known or Period(today, today)
    first = period.first if period.first > EARLIEST else min(held.first, period.last)
    last = period.last if period.last < LATEST else max(held.last, first)
    return first, last
