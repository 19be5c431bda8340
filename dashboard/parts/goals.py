"""Goals: a year of them as a grid of people and months, and what was won beside them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import streamlit as st

from crm_data import CrmError, Period, Query, Wanted, Workspace, new_act
from crm_data.nouns.converted import CONVERTED, UNRATED, is_converted, named
from crm_data.nouns.goals import months_from
from crm_data.numbers.goal_year import HEADS
from crm_data.numbers.period import called, fiscal_year
from dashboard.components.goals import Cell, Row, Typed, goals_grid
from dashboard.known import known
from dashboard.parts import figures, place, say, undo
from dashboard.parts.acts import done, show_refusal
from dashboard.parts.converted import choose_currency
from dashboard.parts.heading import heading
from dashboard.parts.of_months import BY_MONTH, behind
from dashboard.parts.printing import printed
from dashboard.parts.views import choose_view

PLACE = "goals"
YEAR, BY = "year", "by"
_OF_ONE = "Goals are set in one currency: choose that one."
SPANS = {"1": "Months", "3": "Quarters", "12": "Year"}


def goals_screen(my: Workspace) -> None:
    """The year, the grid, and what was won against it."""
    with heading("Goals"):
        pass
    query = _asked(my)
    one = is_converted(query)
    currency = my.numbers.currency(query)
    with st.container(horizontal=True, vertical_alignment="center", key="goals.line"):
        first = _year(my, query)
        span = int(choose_view(BY, SPANS, label="A column is a", keep=True))
    deals = replace(Query(zone=say.zone()), preset=CONVERTED if one else "")
    year = Period(first, Period.month_of(months_from(first, 12)[-1]).last)
    choose_currency(my, deals, year, f"A goal {BY_MONTH} {_OF_ONE}", beside=True)
    money = f"all currencies, in {named(currency)}" if one else currency
    printed(my, f"goals, {say.span(year.first, year.last)}, {money}")
    show_refusal(PLACE)
    if one or UNRATED in query.preset:
        if query.where.keys() - {"amount"}:
            behind(my, my.goals, query, "goal", "for the whole of their months")
        _beside(my, first, deals, currency)
        return
    found, names = known(my, PLACE, (first, currency), lambda: my.goals.year(first, currency))
    if query.where:
        count = my.goals.count(query)
        st.caption(f"{say.count(count, 'goal')} in {say.plain(currency)} behind the number that led here.")
    starts = months_from(first, 12)[::span]
    rows = [
        Row(user, name, [_cell(found.get(user, {}), name, start, span) for start in starts])
        for user, name in names.items()
    ]
    if rows:
        heads = [_head(start, span) for start in starts]
        sheet = f"{my.scope.company_id}:{first}:{span}:{currency}"

        def save(typed: list[Typed]) -> None:
            _save(my, typed, starts, span, currency)

        saved = st.session_state.get(f"{PLACE}.saved", 0)
        goals_grid(f"{PLACE}.grid", heads, rows, sheet, saved, my.goals.all_seen, save)
    _beside(my, first, deals, currency)


def _asked(my: Workspace) -> Query:
    """The goals that an address means, as a number that led here says it; all of them when it cannot be read."""
    try:
        return my.goals.query(place.params(), say.zone())
    except CrmError as error:
        st.warning(say.plain(str(error)), icon=":material/link_off:")
        return Query(zone=say.zone())


def _year(my: Workspace, query: Query) -> date:
    """Draw the choice of the fiscal year; the first day of the one that the address names or means."""
    fiscal = my.scope.fiscal
    now = fiscal_year(say.today(), fiscal)
    months = query.where.get("month")
    meant = months[0] if isinstance(months, tuple) and isinstance(months[0], date) else None
    year = fiscal_year(meant, fiscal) if meant else now
    said = place.params().get(YEAR, "")
    if said.isascii() and said.isdigit() and 1900 <= int(said) < 2200:
        year = int(said)
    years = sorted({*range(now - 3, now + 3), year})
    st.session_state[f"{PLACE}.{YEAR}"] = year

    def changed() -> None:
        chosen = st.session_state[f"{PLACE}.{YEAR}"]
        told = {"preset": CONVERTED} if is_converted(query) else {}
        place.go({"tab": PLACE, YEAR: str(chosen), **told}, keep=(BY,))

    st.selectbox(
        "Fiscal year",
        years,
        key=f"{PLACE}.{YEAR}",
        format_func=lambda year: called(year, fiscal),
        label_visibility="collapsed",
        width=140,
        on_change=changed,
    )
    return date(year, fiscal, 1)


def _head(start: date, span: int) -> str:
    last = months_from(start, span)[-1]
    return f"{start:%b %Y}" if span == 1 else f"{start:%b} to {last:%b %Y}"


def _cell(held: dict[date, Decimal], name: str, start: date, span: int) -> Cell:
    some = [held[month] for month in months_from(start, span) if month in held]
    text = f"{sum(some, Decimal(0)):,.2f}" if some else ""
    return Cell(text, f"{name}, {_head(start, span)}")


def _save(my: Workspace, typed: list[Typed], starts: list[date], span: int, currency: str) -> None:
    act = new_act()
    some = [
        Wanted(each.id, starts[each.at], span, each.seen, each.text)
        for each in typed
        if 0 <= each.at < len(starts)
    ]
    if some and done(PLACE, lambda: my.goals.set(some, currency, act, say.zone())):
        st.session_state[f"{PLACE}.saved"] = st.session_state.get(f"{PLACE}.saved", 0) + 1
        goals = say.count(len(some), "goal")
        undo.did(my, f"{goals} saved.", act, goals, "The goals are as they were.", "flag")


def _beside(my: Workspace, first: date, query: Query, currency: str) -> None:
    """The months of all people together, and the year of each; of all currencies where the list is told in one."""
    asked = (first, query, currency, say.today())
    of_one = None if is_converted(query) else currency
    found = known(my, f"{PLACE}.year", asked, lambda: my.numbers.goal_year(query, first, of_one))
    currency = named(found.currency)
    everybody = "Everybody" if is_converted(query) else "All"  # beside 'all, in USD'
    whose = everybody if my.goals.all_seen else "You"
    if found.people:
        lines = [(line.name, line.figures) for line in found.people]
        figures.matrix(my, (f"Year ({currency})", *HEADS), lines, f"{PLACE}.people")
    months = [(line.name, line.figures) for line in found.months]
    figures.matrix(my, (f"{whose} ({currency})", *HEADS), months, f"{PLACE}.months")
    st.caption(
        "A goal is of a person, a month and a currency; that of a quarter or a year is split into equal months. "
        "The team's is the sum of its people's. Won counts by close date, of everybody."
        if my.goals.all_seen
        else "Your goals are set by managers. Won counts by close date."
    )
