"""How old the open deals are, and how often their expected close was put off."""

from datetime import date, timedelta

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.converted import named
from crm_data.nouns.selections import pushes
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, amount, cents, number, total
from crm_data.store.adding import added_up
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Deal

AGES = ((0, 30), (31, 60), (61, 90), (91, 180), (181, None))
PUSHED = (("Never", "0..0"), ("Once", "1..1"), ("Twice", "2..2"), ("3 times or more", "3.."))
SERIES = "Open value"


def ages(session: CompanySession, where: Where, asked: Question, today: date, currency: str) -> Chart:
    """A place a span of days since deals were made: the value of those that are open now. One statement."""
    spans = [
        (today - timedelta(days=high) if high else None, today - timedelta(days=low) if low else None)
        for low, high in AGES
    ]
    inside = [within(Deal.created_at, first, last, asked.query.zone) for first, last in spans]
    parts = [part for when in inside for part in (number(when), total(cents(currency), when))]
    found = session.execute(sa.select(*parts).select_from(Deal).where(*where, Deal.status == OPEN)).one()
    rows = asked.of(currency).but(status=(OPEN,))
    bars = []
    for (low, high), (first, last), count, value in zip(AGES, spans, found[0::2], found[1::2], strict=True):
        label = f"{low} to {high} days" if high else f"{low} days and more"
        behind = rows.but(created_at=(first, last))
        figure = Figure(f"Open, {label}", Formula.VALUE, amount(value), int(count), behind, currency)
        bars.append(Bar(label, SERIES, figure))
    return Chart(
        f"Open deals by age ({named(currency)})", "Days since they were made", currency, bars, _frame(bars),
        f"No open deal has a value in {currency}.",
    )  # fmt: skip


def put_off(session: CompanySession, where: Where, asked: Question, currency: str) -> Chart:
    """A place a number of times that the expected close was put off: the value of open deals. One statement."""
    times = pushes()
    each = sa.select(times.label("times"), cents(currency).label("cents")).where(*where, Deal.status == OPEN)
    deals = each.subquery()
    most = len(PUSHED) - 1
    place = sa.case((deals.c.times >= most, most), else_=deals.c.times).label("place")
    wanted = sa.select(place, sa.func.count(), added_up(deals.c.cents)).group_by(place)
    found = {int(at): (int(count), value) for at, count, value in session.execute(wanted)}
    rows = asked.of(currency).but(status=(OPEN,))
    bars = []
    for at, (label, said) in enumerate(PUSHED):
        count, value = found.get(at, (0, 0))
        behind = rows.but(f"pushed:{said}")
        figure = Figure(f"Put off, {label.lower()}", Formula.VALUE, amount(value), count, behind, currency)
        bars.append(Bar(label, SERIES, figure))
    return Chart(
        f"Close put off ({named(currency)})", "Open deals, by how often their expected close went later", currency,
        bars, _frame(bars), f"No open deal has a value in {currency}.",
    )  # fmt: skip


def _frame(bars: list[Bar]) -> pd.DataFrame:
    rows = [(bar.place, bar.figure.count, float(bar.figure.value or 0)) for bar in bars]
    return pd.DataFrame(rows, columns=["label", "count", "value"])
