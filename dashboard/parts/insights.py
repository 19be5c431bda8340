"""Insights: what a manager reads of the pipeline, numbers first, then charts; every number leads to its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from crm_data import Chart, Figure, Period, Query, Workspace
from crm_data.numbers.funnel import Base
from crm_data.numbers.numbers import CHARTS
from dashboard import again, session
from dashboard.components.picture import take_away
from dashboard.known import known, reading
from dashboard.parts import charts, figures, place, say
from dashboard.parts.breakdown import BY, breakdown
from dashboard.parts.cohorts import COHORTS, cohorts
from dashboard.parts.converted import choose_currency
from dashboard.parts.filters import filter_bar, in_words
from dashboard.parts.heading import heading
from dashboard.parts.number_views import number_box, number_shelf
from dashboard.parts.period import COMPARE, PARAM, choose_period, chosen_words, offer, show_period
from dashboard.parts.printing import printed

FUNNEL, SKIPPED = "funnel", "skipped"
KEEP = ("tab", PARAM, COMPARE, BY, COHORTS, FUNNEL, SKIPPED)
PLACE = "insights"
_AGAIN = f"{PLACE}.again"
_BASE, _SKIPPED = "funnel.base", "funnel.skipped"
OF_EVERY = (
    "What is counted and not added up, as the funnel and days in stage, is of deals without a rate too."
)
# Of these the figures are of the period; the others are of what is open now.
_OF_PERIOD = ("month", "owner", "funnel", "days", "losses", "sources")


def insights_screen(my: Workspace) -> None:
    """Period, tiles, and the charts: each a fragment, so that a click on one leaves the others as they are."""
    members = my.members()
    with heading("Insights"):
        spot = st.container(width="content")
    shelf = number_shelf(my, (PARAM, COMPARE))
    query = filter_bar(my.deals, lambda: members, KEEP, sort=False, shelf=shelf)
    closed = known(my, "closed", (query, say.today()), lambda: my.numbers.closed_days(query))
    period = choose_period(my, query, closed)
    with spot:
        number_box(my, shelf, query, ("tab",), chosen_words())
    choose_currency(my, query, period, OF_EVERY, beside=True)
    printed(my, f"insights, {say.span(*period.edges)}", in_words(my.deals, query, members))
    asked = (query, say.today(), period, period.before())
    tiles, standing, leads, goals = known(
        my,
        "tiles",
        asked,
        lambda: (
            my.numbers.tiles(query, period),
            my.numbers.standing(query, period=period),
            my.numbers.conversion(my.numbers.leads_of(query), period),
            my.numbers.against_goals(query, period),
        ),
    )
    again.drawn("tiles", (reading("tiles"),), lambda: _tiles(my, tiles, standing, leads, goals))
    breakdown(my, query, period)
    cohorts(my, query, period)
    shown = _Shown(my, query, period, closed)
    again.drawn(PLACE, shown.of(), shown.draw)


def _tiles(
    my: Workspace, tiles: list[Figure], standing: list[Figure], leads: list[Figure], goals: list[Figure]
) -> None:
    won, rate, *rest = tiles
    attained, _, gap, needed, coverage, goal = goals
    compared = [attained, gap, needed, coverage, goal] if goal.value is not None else []
    figures.tiles(my, [*compared, won, rate, *standing])
    figures.tiles(my, [*rest, *leads])


@dataclass(frozen=True)
class _Shown:
    """The charts of a query and a period. `closed`: from the first to the last day on which a deal was closed."""

    my: Workspace
    query: Query
    period: Period
    closed: Period | None

    def of(self) -> tuple[Any, ...]:
        """All that they depend on, but for what a browser has clicked in them."""
        for name in CHARTS:
            self._ready(name)
        return (self.closed, _said(), charts.ground(), *(reading(f"chart.{name}") for name in CHARTS))

    def draw(self) -> None:
        """Each in a fragment of its own, which is a place of the grid."""
        with st.grid(min_column_width=330, gap="small"):
            for name in CHARTS:
                st.fragment(partial(self._chart, name))()

    def _elsewhere(self) -> Period | None:
        """The days on which deals were closed, where some of them are not in the period that is shown."""
        first, last = self.period.edges
        closed = self.closed
        if closed and (first is None or first <= closed.first) and (last is None or closed.last <= last):
            return None
        return closed

    def _ready(self, name: str) -> charts.Ready:
        my, query, period = self.my, self.query, self.period
        base, skipped = _funnel() if name == "funnel" else (Base.MADE, True)
        note = say.span(*period.edges) if name in _OF_PERIOD else ""
        return known(
            my,
            f"chart.{name}",
            (query, say.today(), period, base, skipped, charts.ground()),
            lambda: charts.prepare(
                name, my.numbers.chart(name, query, period, base=base, skipped=skipped), note
            ),
        )

    def _chart(self, name: str) -> None:
        session.demand_here(self.my)  # Streamlit runs it again without the script around it
        again.alone(PLACE)
        if st.session_state.pop(_AGAIN, False):
            st.rerun()
        if name == "funnel":
            _of_funnel()
        my, ready = self.my, self._ready(name)
        clicked = charts.draw_one(ready, f"charts.{name}", _nothing(my, name, ready.chart, self._elsewhere()))
        if clicked:
            charts.behind(my, clicked, f"charts.{name}")
        _taken_away(my, name, ready.chart, self.query)
        place.follow()


def _of_funnel() -> None:
    """Draw the choice of which deals the funnel is of, and whether a stage that was skipped counts."""
    labels = {Base.MADE.value: "Made in the period", Base.MOVED.value: "Moved in the period"}
    base, skipped = _funnel()
    st.session_state[_BASE], st.session_state[_SKIPPED] = base.value, skipped

    def changed() -> None:
        rest = {name: said for name, said in place.params().items() if name not in (FUNNEL, SKIPPED)}
        if st.session_state[_BASE] == Base.MOVED.value:
            rest[FUNNEL] = Base.MOVED.value
        if not st.session_state[_SKIPPED]:
            rest[SKIPPED] = "no"
        place.go(rest)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "Which deals",
            list(labels),
            format_func=labels.__getitem__,
            key=_BASE,
            label_visibility="collapsed",
            required=True,
            on_change=changed,
        )
        st.toggle("Count skipped stages", key=_SKIPPED, on_change=changed)


def _funnel() -> tuple[Base, bool]:
    """What the address says of both."""
    said = place.params()
    base = Base.MOVED if said.get(FUNNEL) == Base.MOVED.value else Base.MADE
    return base, said.get(SKIPPED) != "no"


def _nothing(my: Workspace, name: str, chart: Chart, closed: Period | None) -> Callable[[], None]:
    """What is missing, the deals without an amount that are there, and the period in which there is something."""

    def draw() -> None:
        st.markdown(f"**{say.plain(chart.title)}**")
        without: list[Figure] = []  # each list of deals once, whichever bars are made of it
        for bar in chart.bars:
            if bar.figure.count and all(bar.figure.rows != other.rows for other in without):
                without.append(bar.figure)
        st.caption(charts.NO_AMOUNT if without else say.plain(chart.lacks))
        if without:
            figures.counts(my, ("Without an amount", "Deals"), without, f"without.{name}")
        if closed and name in _OF_PERIOD:
            offer(closed, f"charts.{name}.known", _show)

    return draw


def _show(word: str) -> None:
    """Another period is another screen: a fragment alone would not know it."""
    show_period(word)
    st.session_state[_AGAIN] = True


def _said() -> dict[str, str]:
    """What the address says of the period."""
    return {param: word for param, word in place.params().items() if param in (PARAM, COMPARE)}


def _taken_away(my: Workspace, name: str, chart: Chart, query: Query) -> None:
    wanted = {**my.deals.params(query), **_said(), "chart": name, "zone": str(say.zone())}
    if name == "funnel":
        base, skipped = _funnel()
        wanted |= {"base": base.value, "skipped": "1" if skipped else "0"}
    csv = f"/export/chart.csv?{urlencode(wanted)}" if my.may("export") else ""
    take_away(f"charts.{name}", chart.title, not chart.empty, csv)
