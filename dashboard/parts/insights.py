"""Insights: what a manager reads of the pipeline, numbers first, then charts; every number leads to its rows."""

from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from crm_data import Chart, Figure, Period, Query, Workspace
from crm_data.numbers.funnel import Base
from crm_data.numbers.numbers import CHARTS
from dashboard import session
from dashboard.components.picture import take_away
from dashboard.known import known
from dashboard.parts import charts, figures, place, say
from dashboard.parts.breakdown import BY, breakdown
from dashboard.parts.filters import filter_bar, in_words
from dashboard.parts.heading import heading
from dashboard.parts.period import COMPARE, PARAM, choose_period, show_period
from dashboard.parts.printing import printed

KEEP = ("tab", PARAM, COMPARE, BY)
_AGAIN = "insights.again"
# Of these the figures are of the period; the others are of what is open now.
_OF_PERIOD = ("month", "owner", "funnel", "days", "losses", "sources")


def insights_screen(my: Workspace) -> None:
    """Period, tiles, and the charts: each a fragment, so that a click on one leaves the others as they are."""
    members = my.members()
    with heading("Insights"):
        pass
    query = filter_bar(my.deals, lambda: members, KEEP, sort=False)
    closed = known(my, "closed", (query, say.today()), lambda: my.numbers.closed_days(query))
    period = choose_period(my, query, closed)
    printed(my, f"insights, {say.span(*period.edges)}", in_words(my.deals, query, members))
    asked = (query, say.today(), period, period.before())
    tiles, standing, leads, goals = known(
        my,
        "tiles",
        asked,
        lambda: (
            my.numbers.tiles(query, period),
            my.numbers.standing(query),
            my.numbers.conversion(my.numbers.leads_of(query), period),
            my.numbers.against_goals(query, period),
        ),
    )
    won, rate, *rest = tiles
    attained, _, gap, needed, goal = goals
    compared = [attained, gap, needed, goal] if goal.value is not None else []
    figures.tiles(my, [*compared, won, rate, *standing])
    figures.tiles(my, [*rest, *leads])
    breakdown(my, query, period)
    with st.grid(min_column_width=330, gap="small"):
        for name in CHARTS:
            with st.container():
                _chart(my, name, query, period, closed)


def _chart(my: Workspace, name: str, query: Query, period: Period, closed: Period | None) -> None:
    """One chart in a fragment of its own."""

    def drawn() -> None:
        session.demand_here(my)  # Streamlit runs it again without the script around it
        if st.session_state.pop(_AGAIN, False):
            st.rerun()
        base, skipped = _of_funnel() if name == "funnel" else (Base.MADE, True)
        note = say.span(*period.edges) if name in _OF_PERIOD else ""
        ready = known(
            my,
            f"chart.{name}",
            (query, say.today(), period, base, skipped, charts.ground()),
            lambda: charts.prepare(
                name, my.numbers.chart(name, query, period, base=base, skipped=skipped), note
            ),
        )
        clicked = charts.draw_one(ready, f"charts.{name}", _nothing(my, name, ready.chart, closed))
        if clicked:
            charts.behind(my, clicked, f"charts.{name}")
        _taken_away(my, name, ready.chart, query, base, skipped)
        place.follow()

    st.fragment(drawn)()


def _of_funnel() -> tuple[Base, bool]:
    """Which deals the funnel is of, and whether a stage that was skipped counts."""
    labels = {Base.MADE.value: "Made in the period", Base.MOVED.value: "Moved in the period"}
    with st.container(horizontal=True, vertical_alignment="center"):
        base = st.segmented_control(
            "Which deals",
            list(labels),
            format_func=labels.__getitem__,
            default=Base.MADE.value,
            key="funnel.base",
            label_visibility="collapsed",
            required=True,
        )
        skipped = st.toggle("Count skipped stages", True, key="funnel.skipped")
    return Base(base or Base.MADE.value), skipped


def _nothing(my: Workspace, name: str, chart: Chart, closed: Period | None) -> Callable[[], None]:
    """What is missing, the deals without an amount that are there, and the period in which there is something."""

    def draw() -> None:
        st.markdown(f"**{say.plain(chart.title)}**")
        st.caption(say.plain(chart.lacks))
        without: list[Figure] = []  # each list of deals once, whichever bars are made of it
        for bar in chart.bars:
            if bar.figure.count and all(bar.figure.rows != other.rows for other in without):
                without.append(bar.figure)
        if without:
            figures.counts(my, ("Without an amount", "Deals"), without, f"without.{name}")
        if closed and name in _OF_PERIOD:
            st.button(
                f"Show {say.span(closed.first, closed.last)}",
                key=f"charts.{name}.known",
                icon=":material/date_range:",
                on_click=_show,
                args=(f"{closed.first}..{closed.last}",),
            )

    return draw


def _show(word: str) -> None:
    """Another period is another screen: a fragment alone would not know it."""
    show_period(word)
    st.session_state[_AGAIN] = True


def _taken_away(my: Workspace, name: str, chart: Chart, query: Query, base: Base, skipped: bool) -> None:
    said = {param: word for param, word in place.params().items() if param in (PARAM, COMPARE)}
    wanted = {**my.deals.params(query), **said, "chart": name, "zone": str(say.zone())}
    wanted |= {"base": base.value, "skipped": "1" if skipped else "0"} if name == "funnel" else {}
    csv = f"/export/chart.csv?{urlencode(wanted)}" if my.may("export") else ""
    take_away(f"charts.{name}", chart.title, not chart.empty, csv)
