"""Cohorts on Insights: a table that is asked for, of what was won of the deals made in each month."""

import streamlit as st

from crm_data import Period, Query, Workspace
from crm_data.nouns.converted import named
from crm_data.numbers.cohorts import HEADS, VALUE_HEADS
from dashboard import session
from dashboard.known import known
from dashboard.parts import figures, place, say

COHORTS = "cohorts"  # in the address: that they are shown
_SHOWN = "yes"
_KEY = "cohorts.shown"


def cohorts(my: Workspace, query: Query, period: Period) -> None:
    """The switch, and the two tables; a fragment, so that it draws nothing else again."""

    def drawn() -> None:
        session.demand_here(my)  # Streamlit runs it again without the script around it
        st.session_state[_KEY] = place.params().get(COHORTS) == _SHOWN
        st.toggle("Cohorts by month made", key=_KEY, on_change=_switched)
        if st.session_state[_KEY]:
            _tables(my, query, period)
        place.follow()

    st.fragment(drawn)()


def _switched() -> None:
    rest = {name: said for name, said in place.params().items() if name != COHORTS}
    place.go({**rest, COHORTS: _SHOWN} if st.session_state[_KEY] else rest)


def _tables(my: Workspace, query: Query, period: Period) -> None:
    asked = (query, say.today(), period)
    found = known(my, COHORTS, asked, lambda: my.numbers.cohorts(query, period))
    if not found.shares:
        st.info("No deal was made in the twelve months up to the end of this period. Choose another period.")
        return
    money = named(found.currency)
    for name, heads, lines in (
        (f"Won of those made in ({money})", HEADS, found.shares),
        (f"Value won of those made in ({money})", VALUE_HEADS, found.values),
    ):
        told = [at for at in range(len(heads)) if any(line.figures[at] for line in lines)]
        rows = [(line.name, [line.figures[at] for at in told]) for line in lines]
        figures.matrix(my, (name, *(heads[at] for at in told)), rows, f"cohorts.{heads[0]}")
    st.caption(
        "A line is of the deals made in that month, of the twelve months up to the period's end. Same month: won "
        "by the end of it; + 1: by the end of the month after it, and so on, by close date. Empty: that month is "
        "not over."
    )
