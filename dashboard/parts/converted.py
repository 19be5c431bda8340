"""One currency, or all of them told in it: the choice above the numbers, and the rates that they are told by."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from crm_data import Figure, Period, Query, Workspace
from crm_data.nouns.converted import CONVERTED, TOO_LARGE, UNRATED, is_converted, untold
from crm_data.numbers.own import ALL
from crm_data.numbers.told import UNTOLD, Told
from dashboard.known import known
from dashboard.parts import figures, place, say

KEY = "converted"
_LEFT = {UNTOLD[UNRATED]: "without a rate of their day", UNTOLD[TOO_LARGE]: "too large to convert"}


def choose_currency(
    my: Workspace, query: Query, period: Period | None, but: str = "", beside: bool = False
) -> None:
    """Draw the choice where there are several currencies and rates of them, and what is chosen in words.

    What is chosen is a selection of the list, and so stands in the address and in every list that is opened.
    `period`: that in which deals are closed of which the numbers are; None where they are of open ones alone.
    `but`: the sentence that says what is not of all currencies there, or by which rates else. `beside`: goals and
    given numbers have currencies there too.
    """
    chosen = is_converted(query)
    if not chosen and not _rates(my):
        return
    asked = (query, say.today(), period, beside)
    told = known(my, "told", asked, lambda: my.numbers.told(query, period, beside))
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
        st.caption(say.plain(" ".join(filter(None, (_by_what(told), but)))))
        left_out(my, told.left, KEY)


def left_out(my: Workspace, left: Sequence[Figure], key: str) -> None:
    """Draw how many deals are in none of the numbers that are told in one currency; nothing where all are."""
    some = [
        (figure, f"{say.count(figure.count, 'deal')} {_LEFT[figure.label]}, in none of the converted numbers")
        for figure in left
        if figure.count
    ]
    if some:
        figures.line(my, some, key)


def all_in_one(my: Workspace, key: str, currency: str, go: Callable[[str], None]) -> None:
    """Draw the choice of a chart of one's own: all currencies in the company's. Only where there are rates.

    `currency`: what the chart says now; `go`: from the callback, what it is to say.
    """
    if currency != ALL and not _rates(my):
        return
    st.session_state[key] = currency == ALL
    own = say.plain(my.exchange_rates.into)
    st.toggle(f"All, in {own}", key=key, on_change=lambda: go(ALL if st.session_state[key] else ""))


def _rates(my: Workspace) -> int:
    """How many rates there are: most companies keep none, and are asked no more."""
    return known(my, "rates", (), lambda: my.exchange_rates.count(Query()))


def _choose(my: Workspace, query: Query) -> None:
    """From the choice: the same list, told in one currency or no more."""
    place.catch_up()
    names = [name for name in untold(query).preset.split(",") if name]
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
        f" today's: {'; '.join(each) or 'no rate is kept'}."
    )
