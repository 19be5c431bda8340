"""One currency, or all of them told in it: the choice above the numbers, and the rates that they are told by."""

from dataclasses import replace

import streamlit as st

from crm_data import Period, Query, Workspace
from crm_data.nouns.converted import CONVERTED, is_converted
from crm_data.numbers.told import Told
from dashboard.known import known
from dashboard.parts import figures, place, say

KEY = "converted"


def choose_currency(my: Workspace, query: Query, period: Period) -> None:
    """Draw the choice where there are several currencies and rates of them, and what is chosen in words.

    What is chosen is a selection of the list, and so stands in the address and in every list that is opened.
    """
    asked = (query, say.today(), period)
    told = known(my, "told", asked, lambda: my.numbers.told(query, period))
    chosen = is_converted(query)
    if told.offered or chosen:
        own = say.plain(told.into)
        st.session_state[KEY] = chosen
        st.segmented_control(
            "Currency",
            [False, True],
            key=KEY,
            required=True,
            format_func={False: own, True: f"All, in {own}"}.__getitem__,
            label_visibility="collapsed",
            on_change=lambda: _choose(my, query),
        )
    if chosen:
        st.caption(say.plain(_by_what(told)))
        if told.unrated.count:
            left = say.count(told.unrated.count, "deal")
            figures.line(
                my,
                [(told.unrated, f"{left} without a rate of their day, in none of the converted numbers")],
                KEY,
            )


def _choose(my: Workspace, query: Query) -> None:
    """From the choice: the same list, told in one currency or no more."""
    place.catch_up()
    names = [name for name in query.preset.split(",") if name and name != CONVERTED]
    wanted = replace(query, preset=",".join([*names, *([CONVERTED] if st.session_state.get(KEY) else [])]))
    here = {name: word for name, word in place.params().items() if name not in my.deals.params(query)}
    place.go({**here, **my.deals.params(wanted)})


def _by_what(told: Told) -> str:
    each = [
        f"1 {used.currency} = {say.rate(used.rate)} {told.into} since {say.day(used.holds_from)}"
        + (f" ({say.count(used.before, 'earlier rate')})" if used.before else "")
        for used in told.rates
    ]
    return (
        f"Of all currencies, each deal converted into {told.into} by the rate of its close date, open ones by"
        f" today's: {'; '.join(each) or 'no rate is kept'}. Goals and what is broken down are in {told.into}"
        " alone."
    )
