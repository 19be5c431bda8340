"""Insights broken down: results, funnel and days in stage of each owner, industry or the like, in tables."""

from urllib.parse import urlencode

import streamlit as st

from crm_data import Figure, Period, Query, Workspace
from crm_data.nouns.converted import named
from crm_data.numbers.breakdown import COMPARED, RESULTS
from crm_data.numbers.breakdown_pace import PACE
from dashboard import session
from dashboard.components.picture import take_away
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.period import COMPARE, PARAM

BY = "by"  # in the address: what it is broken down by
_KEY = "breakdown.by"
_LABEL = "Broken down by"


def breakdown(my: Workspace, query: Query, period: Period) -> None:
    """The choice, and the tables of what is chosen; a fragment, so that a choice draws nothing else again."""

    def drawn() -> None:
        session.demand_here(my)  # Streamlit runs it again without the script around it
        by = _choice(my)
        if by:
            _tables(my, query, period, by)
        place.follow()

    st.fragment(drawn)()


def _choice(my: Workspace) -> str:
    some = my.numbers.dimensions()
    asked = place.params().get(BY, "")
    if asked and asked not in some:
        st.warning(
            "Deals cannot be broken down by what this link says. Choose from the list.",
            icon=":material/link_off:",
        )
        asked = ""
    st.session_state[_KEY] = asked
    st.selectbox(
        _LABEL,
        ["", *some],
        key=_KEY,
        format_func=lambda key: f"{_LABEL}: {some[key]}" if key else "Break it down by …",
        label_visibility="collapsed",
        width=330,
        on_change=_chosen,
    )
    return asked


def _chosen() -> None:
    rest = {name: said for name, said in place.params().items() if name != BY}
    chosen = st.session_state[_KEY]
    place.go({**rest, BY: chosen} if chosen else rest)


def _tables(my: Workspace, query: Query, period: Period, by: str) -> None:
    asked = (query, say.today(), period, period.before(), by)
    found = known(my, "breakdown", asked, lambda: my.numbers.breakdown(query, period, by))
    if not found.results:
        st.info("No deal was made or closed in this period, and none is open. Choose a longer period.")
        return
    name = f"{found.label} ({named(found.currency)})"
    figures.matrix(
        my, (name, *RESULTS), [(line.name, line.figures) for line in found.results], "breakdown.now"
    )
    if found.before:
        name = f"{say.span(*found.before.edges)}, and the change since"
        then = [
            (line.name, [_then(figure) for figure in line.figures[: len(COMPARED)]]) for line in found.results
        ]
        figures.matrix(my, (name, *COMPARED), then, "breakdown.before")
    for name, heads, lines in (
        (f"{found.label}, how it moves ({named(found.currency)})", PACE, found.pace),
        (f"{found.label}, funnel", found.funnel_heads, found.funnel),
        (f"{found.label}, median days", found.days_heads, found.days),
    ):
        figures.matrix(my, (name, *heads), [(line.name, line.figures) for line in lines], f"breakdown.{name}")
    st.caption(
        f"Period: {say.span(*period.edges)}. Won, win rate, average and cycle by close date; open and weighted "
        "as of now. "
        "Velocity by close date; age and put off are of open deals as of now; lead conversion is of leads made "
        "and converted in the period, of the owner alone whatever else is filtered. "
        "The funnel is of deals made in the period, of all currencies, skipped stages counted; days in stage are "
        "of deals that left a stage in it or stand there, of all currencies."
    )
    said = {name: word for name, word in place.params().items() if name in (PARAM, COMPARE)}
    wanted = {**my.deals.params(query), **said, BY: by, "zone": str(say.zone())}
    csv = f"/export/breakdown.csv?{urlencode(wanted)}" if my.may("export") else ""
    take_away("breakdown", found.label, False, csv)


def _then(figure: Figure | None) -> figures.Cell:
    """What a figure was before, and by how much it is more or less now; it opens the rows of before."""
    if figure is None or figure.before is None:
        return None
    return figure.before, ", ".join(filter(None, (figures.shown(figure.before), figures.change(figure))))
