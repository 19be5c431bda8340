"""What a whole dashboard says in place of its charts: its period, comparison and currency, in one line above them.

What is chosen stands in the address; whoever may change the dashboard keeps it there for all who open it.
"""

from collections.abc import Mapping

import streamlit as st

from crm_data import Board, CrmError, Workspace, new_act
from crm_data.numbers.over import COMPARE, COMPARED, CURRENCY, EACH, PERIOD, Over
from crm_data.numbers.own import ALL
from crm_data.numbers.period import COMPARED as WORDS
from crm_data.numbers.period import NAMED, Compare
from dashboard.parts import place, say
from dashboard.parts.acts import attempt
from dashboard.parts.converted import all_in_one
from dashboard.parts.currencies import currency_choice
from dashboard.parts.undo import did

_KEY = "boards.over"


def over_line(my: Workspace, board: Board, refusal: str) -> Over:
    """Draw the line; what the address says, behind it the dashboard itself. `refusal`: where one is shown."""
    try:
        over = board.over.said(place.params()).judged()
    except CrmError as refused:
        st.warning(say.plain(str(refused)), icon=":material/link_off:")
        over = board.over
    periods = {"": "Each its own period", **NAMED}
    if over.period not in periods:
        periods[over.period] = over.period.replace("..", " to ")
    _choice(PERIOD, "Period of all charts", periods, over.period)
    if over.period:
        _choice(
            COMPARE,
            "Compared with",
            {how.value: WORDS[how] for how in COMPARED},
            over.compare or Compare.NOTHING.value,
        )
    key = f"{_KEY}.{CURRENCY}"
    st.session_state[key] = "" if over.currency == ALL else over.currency
    currency_choice(
        "Currency of all charts",
        key,
        nothing="Each its currency",
        first=my.scope.currency,
        label_visibility="collapsed",
        width=190,
        on_change=lambda: _go(CURRENCY, st.session_state[key] or ""),
    )
    all_in_one(my, f"{_KEY}.all", over.currency, lambda said: _go(CURRENCY, said))
    if over.period:
        st.caption(say.span(*my.numbers.period(over.period, say.zone()).edges), width="content")
    if board.id and board.may_change and over != board.over:
        st.button("Keep for this dashboard", key=f"{_KEY}.keep", icon=":material/keep:",
                  on_click=_keep, args=(my, board, over, refusal))  # fmt: skip
    return over


def _choice(name: str, label: str, options: Mapping[str, str], here: str) -> None:
    key = f"{_KEY}.{name}"
    st.session_state[key] = here
    st.selectbox(label, list(options), key=key, format_func=options.__getitem__, label_visibility="collapsed",
                 width=190, on_change=lambda: _go(name, st.session_state[key]))  # fmt: skip


def _go(name: str, word: str) -> None:
    place.catch_up()
    place.go({**place.params(), name: word or EACH})


def _keep(my: Workspace, board: Board, over: Over, refusal: str) -> None:
    act = new_act()

    def do() -> bool:
        my.dashboards.change(board.id, over=over, version=board.version, act_id=act)
        return True

    if attempt(refusal, do):
        rest = {n: said for n, said in place.params().items() if n not in (PERIOD, COMPARE, CURRENCY)}
        place.go(rest)
        did(my, f"{board.name} opens with this period and currency now.", act, f"Kept for {board.name}")
