"""The forecast: months with what was won, what is open by how sure it is, and what stands beside; or its board."""

import streamlit as st

from crm_data import Workspace
from crm_data.nouns.converted import named
from crm_data.numbers.forecast import HEADS
from crm_data.tables.deal import Category
from crm_data.tables.fields import words
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.accuracy import ACCURACY, accuracy_screen, to_accuracy
from dashboard.parts.converted import choose_currency
from dashboard.parts.filters import filter_bar, in_words
from dashboard.parts.heading import heading
from dashboard.parts.month_board import BOARD, SHOWN, month_board
from dashboard.parts.move import OPEN_STAGES
from dashboard.parts.number_views import number_box, number_shelf
from dashboard.parts.of_months import BY_MONTH
from dashboard.parts.period import COMPARE, PARAM, choose_period, chosen_words
from dashboard.parts.printing import printed
from dashboard.parts.submitted import GIVEN, by_person, given_screen
from dashboard.parts.views import choose_view

KEEP = ("tab", PARAM, COMPARE, SHOWN)


_OF_MONTHS = f"A goal or a given forecast {BY_MONTH}"


def forecast_screen(my: Workspace) -> None:
    """Filters, period, the table, and what people gave, or the board; every number leads to its rows."""
    if place.params().get(GIVEN):
        given_screen(my)
        return
    if place.params().get(ACCURACY):
        accuracy_screen(my)
        return
    members = my.members()
    with heading("Forecast"):
        shown = choose_view(SHOWN, {"": "Table", BOARD: "Board"}, label="Shown as", keep=True)
        st.button("Accuracy", key="forecast.accuracy", icon=":material/target:", on_click=to_accuracy)
        spot = st.container(width="content")
    shelf = number_shelf(my, (PARAM, COMPARE))
    query = filter_bar(my.deals, lambda: members, KEEP, sort=False, shelf=shelf)
    closed = known(my, "closed", (query, say.today()), lambda: my.numbers.closed_days(query))
    period = choose_period(my, query, closed, compares=False)
    with spot:
        number_box(my, shelf, query, ("tab", SHOWN), chosen_words())
    choose_currency(my, query, period, "" if shown == BOARD else _OF_MONTHS, beside=True)
    printed(my, f"forecast, {say.span(*period.edges)}", in_words(my.deals, query, members))
    if shown == BOARD:
        month_board(my, query, period)
        return
    found = known(my, "forecast", (query, say.today(), period), lambda: my.numbers.forecast(query, period))
    *deals, goal, given = HEADS
    whose = HEADS if my.goals.all_seen else [*deals, f"Your {goal.lower()}", f"Your {given.lower()}"]
    heads = (f"Month ({named(found.currency)})", *whose)
    figures.matrix(my, heads, [(line.name, line.figures) for line in found.lines], "forecast")
    st.caption(
        f"Won by close date in the period. Open deals as of now, by expected close: {say.plain(_told(my))}. "
        "Slipped are those whose expected close has passed. Each open deal stands in one line."
    )
    by_person(my, query)


def _told(my: Workspace) -> str:
    """The categories with their stages, as the company calls them: 'commit: negotiation; ...'."""
    rules = my.scope.stages
    own = dict(rules.called)
    each = []
    for category in Category:
        stages = [own.get(s, words(s).lower()) for s in rules.of_category(category) if s in OPEN_STAGES]
        if stages:
            each.append(f"{words(category).lower()}: {' and '.join(stages)}")
    return f"{'; '.join(each)}; or as it was set by hand"
