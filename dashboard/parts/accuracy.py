"""Forecast accuracy: of months that are over, what was forecast 90, 60 and 30 days before, and what was won."""

import streamlit as st

from crm_data import Workspace
from crm_data.nouns.converted import named
from crm_data.numbers.accuracy import DAYS, HEADS, MOST_MONTHS
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.converted import choose_currency
from dashboard.parts.filters import filter_bar
from dashboard.parts.heading import heading
from dashboard.parts.of_months import BY_MONTH
from dashboard.parts.period import COMPARE, PARAM, choose_period

ACCURACY = "accuracy"  # in the address: what was forecast before, in place of the forecast
KEEP = ("tab", PARAM, COMPARE, ACCURACY)

_BY_WHAT = (
    "What a deal was worth then is converted by the rate that it has now, so that rates make no forecast better or"
    f" worse. A given forecast {BY_MONTH}"
)


def to_accuracy() -> None:
    """From a callback: the same filters and period, of the months that are over."""
    place.go({**place.params(), ACCURACY: "months"})


def accuracy_screen(my: Workspace) -> None:
    """Filters, period, and a line for each forecast; every number leads to its rows."""
    members = my.members()
    with heading("Forecast accuracy"):
        st.button("Forecast", key="accuracy.back", icon=":material/arrow_back:", on_click=_back)
    query = filter_bar(my.deals, lambda: members, KEEP, sort=False)
    closed = known(my, "closed", (query, say.today()), lambda: my.numbers.closed_days(query))
    period = choose_period(my, query, closed, compares=False)
    choose_currency(my, query, period, _BY_WHAT, beside=True)
    asked = (query, say.today(), period)
    found = known(my, ACCURACY, asked, lambda: my.numbers.accuracy(query, period))
    if not found.lines:
        st.info("No month of this period is over. Choose a longer period, or an earlier one.")
        return
    given = HEADS if my.submissions.all_seen else [_own(head) for head in HEADS]
    heads = (f"Month ({named(found.currency)})", *given)
    lines = [(f"{line.month:%b %Y}, {line.days} days before", line.figures) for line in found.lines]
    figures.matrix(my, heads, lines, ACCURACY)
    days = say.plain(", ".join(map(str, DAYS)))
    st.caption(
        f"Each forecast is as it stood {days} days before the last day of the month, when the day began. "
        "Given: the numbers that people had given, the manager's before the own, beside what the same people won. "
        "Commit and weighted: the deals that were open and expected in the month, with value, stage, probability "
        "and forecast as they were then, and owner and currency as now. "
        "Accuracy is 1 - the difference between forecast and won / won. Not available: nothing was forecast or "
        "won, or the history does not say how all deals stood then. "
        f"Of the months of the period that are over the last {MOST_MONTHS} at most."
    )


def _own(head: str) -> str:
    """Who is no manager is told their own number alone."""
    return {
        "Given": "Your number",
        "Won by these": "Won by you",
        "Accuracy of given": "Accuracy of yours",
    }.get(head, head)


def _back() -> None:
    place.go({name: word for name, word in place.params().items() if name != ACCURACY})
