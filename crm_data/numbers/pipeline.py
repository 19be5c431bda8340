"""The pipeline by stage: count, sum and weighted sum over every deal that matches, in one statement."""

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.sums import OPEN, Sum, added, amount, cents, total, weighted_cents
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.fields import words

Where = list[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Pipeline:
    """The open deals of one currency by stage, and the other currencies beside them, never added in.

    `frame`: a row a stage in order, with stage, label, count and, in `currency`, value and weighted as floats.
    """

    currency: str
    frame: pd.DataFrame
    sum: Sum
    others: list[Sum]


def stage_sums(session: CompanySession, where: Where) -> dict[str, list[Sum]]:
    """Open stage -> the sums of its matching deals, one a currency, by currency. One statement."""
    wanted = (
        sa.select(Deal.stage, Deal.currency, sa.func.count(), total(cents()), total(weighted_cents()))
        .where(*where, Deal.status == OPEN)
        .group_by(Deal.stage, Deal.currency)
        .order_by(Deal.currency)
    )
    found: dict[str, list[Sum]] = {stage.value: [] for stage in OPEN_STAGES}
    for stage, currency, count, value, weighted in session.execute(wanted):
        found[stage].append(Sum(currency, count, amount(value), amount(weighted)))
    return found


def pipeline(sums: dict[str, list[Sum]], currency: str) -> Pipeline:
    """The stage sums as a frame of one currency.

    Weighted pipeline = sum over open deals of value x probability / 100, each rounded to the cent; as of now.
    Unit: money. Source: Pipeline CRM help; rounding as in Margince.
    """
    mine = [added(sums[stage.value], currency) for stage in OPEN_STAGES]
    frame = pd.DataFrame(
        {
            "stage": [stage.value for stage in OPEN_STAGES],
            "label": [words(stage) for stage in OPEN_STAGES],
            "count": [part.count for part in mine],
            "value": [float(part.value) for part in mine],
            "weighted": [float(part.weighted) for part in mine],
        }
    )
    every = [part for parts in sums.values() for part in parts]
    others = sorted({part.currency for part in every} - {currency})
    return Pipeline(currency, frame, added(mine, currency), [added(every, other) for other in others])


def by_currency(session: CompanySession, where: Where) -> pd.DataFrame:
    """Every currency that matching deals have, each for itself: count, open, weighted and won, as floats."""
    open_, won = Deal.status == OPEN, Deal.status == "won"
    wanted = (
        sa.select(
            Deal.currency,
            sa.func.count().label("count"),
            total(cents(), open_).label("open"),
            total(weighted_cents(), open_).label("weighted"),
            total(cents(), won).label("won"),
        )
        .where(*where)
        .group_by(Deal.currency)
        .order_by(Deal.currency)
    )
    rows = [
        (currency, int(count), *(float(amount(part)) for part in parts))
        for currency, count, *parts in session.execute(wanted)
    ]
    return pd.DataFrame(rows, columns=["currency", "count", "open", "weighted", "won"])
