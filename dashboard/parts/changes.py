"""What became of the pipeline since a day: the bridge from then to now, each deal in one of its terms."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from crm_data import CrmError, Period, Workspace
from crm_data.nouns.converted import named
from crm_data.numbers.bridge import Bridge
from crm_data.numbers.numbers import ALL_TIME
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.changed_deals import FROM, SHOW, changed_deals
from dashboard.parts.converted import choose_currency
from dashboard.parts.filters import filter_bar, in_words
from dashboard.parts.heading import heading
from dashboard.parts.number_views import number_box, number_shelf
from dashboard.parts.printing import printed

SINCE, CLOSING = "since", "closing"
KEEP = ("tab", SINCE, CLOSING, SHOW)
FIRST = {
    "this_week": "Since Monday",
    "7_days": "Last 7 days",
    "30_days": "Last 30 days",
    "this_month": "Since the month began",
    "this_quarter": "Since the quarter began",
    "this_year": "Since the year began",
}
DUE = {
    "all": "Closing any day",
    "this_month": "Closing this month",
    "this_quarter": "Closing this quarter",
    "this_year": "Closing this year",
}
_USUAL = {SINCE: "30_days", CLOSING: "all"}
_DAY = "day"


_ONE_RATE = (
    "What a deal was worth then is converted by the same rate: what rates did since is no change here."
)


def changes_screen(my: Workspace) -> None:
    """Filters, since when, the bridge as tiles and as lines, and its deals then and now."""
    members = my.members()
    with heading("Changes"):
        spot = st.container(width="content")
    shelf = number_shelf(my, tuple(_USUAL))
    query = filter_bar(my.deals, lambda: members, KEEP, sort=False, shelf=shelf)
    with st.container(horizontal=True, vertical_alignment="center", key="changes.line"):
        since, (word, closing) = _since(my), _closing(my)
        st.caption(f"From the beginning of {say.day(since)} to now.", width="content")
    with spot:
        params = place.params()
        days = {name: params.get(name, usual) for name, usual in _USUAL.items()}
        number_box(my, shelf, query, ("tab",), days)
    choose_currency(my, query, Period(since, say.today()), _ONE_RATE)
    due = "" if word == "all" else f", expected {say.span(*closing.edges)}"
    printed(my, f"changes from {say.day(since)} to now{due}", in_words(my.deals, query, members))
    asked = (query, say.today(), since, closing)
    found = known(my, "bridge", asked, lambda: my.numbers.bridge(query, since, closing))
    figures.tiles(my, found.terms)
    figures.matrix(my, (f"Pipeline ({named(found.currency)})", "Deals", "Value"), _lines(found), "bridge")
    st.caption(
        "Opening and all terms together are what is open now, to the cent. Each deal stands in one term, by what "
        "it had in the pipeline then and has in it now; one that came and went since is in no term. "
        "What is won, lost or pushed out leaves with the value it had then."
    )
    changed_deals(my, query, since, closing, word)
    place.follow()


def _lines(found: Bridge) -> list[tuple[str, list[figures.Cell]]]:
    """A line a figure: how many deals, and what they are worth."""
    each = [found.opening, *found.terms, found.end, found.same, found.went]
    return [(figure.label, [(figure, f"{figure.count:,}"), figure]) for figure in each]


def _since(my: Workspace) -> date:
    word = place.params().get(SINCE, _USUAL[SINCE])
    try:
        began = my.numbers.period(word if word in FIRST else f"{word}..{word}", say.zone()).first
    except CrmError as error:
        st.warning(say.plain(str(error)), icon=":material/link_off:")
        word = _USUAL[SINCE]
        began = my.numbers.period(word, say.zone()).first
    _choice("Since", SINCE, word if word in FIRST else _DAY, {**FIRST, _DAY: "Since a day …"})
    if word not in FIRST or st.session_state.get("changes.open"):
        st.session_state["changes.day"] = min(began, say.today())
        st.date_input("Day", key="changes.day", max_value=say.today(), label_visibility="collapsed", width=150,
                      on_change=lambda: _go(SINCE, str(st.session_state["changes.day"])))  # fmt: skip
    return min(began, say.today())


def _closing(my: Workspace) -> tuple[str, Period]:
    word = place.params().get(CLOSING, _USUAL[CLOSING])
    word = word if word in DUE else _USUAL[CLOSING]
    _choice("Expected close", CLOSING, word, DUE)
    return word, ALL_TIME if word == "all" else my.numbers.period(word, say.zone())


def _choice(label: str, name: str, word: str, labels: Mapping[str, str]) -> None:
    key = f"changes.{name}"
    st.session_state[key] = _DAY if name == SINCE and st.session_state.get("changes.open") else word
    st.selectbox(label, list(labels), key=key, format_func=labels.__getitem__, label_visibility="collapsed",
                 width=210, on_change=lambda: _go(name, st.session_state[key]))  # fmt: skip


def _go(name: str, word: str) -> None:
    """From a callback: say it in the address; the day itself is chosen in a field of its own."""
    if name == SINCE:
        st.session_state["changes.open"] = word == _DAY
    if word == _DAY:
        return
    place.catch_up()
    rest = {param: said for param, said in place.params().items() if param not in (name, FROM)}
    place.go(rest if word == _USUAL[name] else {**rest, name: word})
