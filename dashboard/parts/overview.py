"""The first screen: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

import streamlit as st

from crm_data import Period, Query, Workspace
from crm_data.nouns.converted import CONVERTED, is_converted, named
from crm_data.numbers.overview import Overview
from dashboard.again import drawn
from dashboard.known import known, reading
from dashboard.parts import figures, first_steps, place, say
from dashboard.parts.acts import show_refusal
from dashboard.parts.converted import choose_currency
from dashboard.parts.feed import feed
from dashboard.parts.heading import heading
from dashboard.parts.queue import PLACE, dialogs, draw_queue, shown, turn


def overview_screen(my: Workspace) -> None:
    """Draw it; every number leads to its rows."""
    zone = say.zone()
    rows = shown()
    query = _asked(my)
    converted = is_converted(query)
    asked = (str(zone), say.today(), rows, converted)
    found = known(my, PLACE, asked, lambda: my.numbers.overview(zone, rows, converted=converted))
    with heading(f"Good to see you, {my.scope.name.split(' ')[0]}", my.scope.company_name):
        pass
    show_refusal(PLACE)
    if not found.pipeline.sum.count and not found.recent.rows and first_steps.nothing_yet(my):
        first_steps.draw(my)
        return
    last, now = found.last_month.period, found.month[0].period
    if last and now:
        choose_currency(my, query, Period(last.first, now.last))
    drawn(PLACE, (reading(PLACE), turn()), lambda: _draw(my, found))
    dialogs(my)
    place.follow()


def _asked(my: Workspace) -> Query:
    """What the address says of currencies; of its deals the overview shows those of the company."""
    names = place.params().get("preset", "").split(",")
    return Query(zone=say.zone(), preset=CONVERTED if CONVERTED in names else "")


def _draw(my: Workspace, found: Overview) -> None:
    figures.tiles(my, [*found.month, found.last_month])
    one, two = st.columns(2, gap="large")
    with one:
        _now(my, found)
    with two:
        _pipeline(my, found)
        _recent(my, found)


def _now(my: Workspace, found: Overview) -> None:
    st.markdown("**What needs you now**")
    draw_queue(my, found.queue)
    _numbers(my, found, "upcoming", "without_step_all")


def _pipeline(my: Workspace, found: Overview) -> None:
    st.markdown("**Pipeline at a glance**")
    held = found.pipeline
    for totals in (held.total, *held.beside):
        open_deals = say.count(totals.count.count, "open deal")
        weighted = f"weighted {figures.shown(totals.weighted)}"
        said = [(totals.count, open_deals), (totals.value, ""), (totals.weighted, weighted)]
        figures.line(my, said, f"pipeline.{totals.count.currency}")
    heads = ("Stage", "Deals", f"Value ({named(held.currency)})", "Weighted")
    figures.table(my, heads, held.stages, "stages")


def _recent(my: Workspace, found: Overview) -> None:
    st.markdown("**Lately**")
    feed(my, found.recent, PLACE)
    if not found.recent.rows:
        st.caption("What happens with your customers will stand here.")


def _numbers(my: Workspace, found: Overview, *names: str) -> None:
    some = [found.figures[name] for name in names]
    figures.line(my, [(figure, f"{figure.count:,} {figure.label}") for figure in some], names[0])
