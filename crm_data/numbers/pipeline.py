"""The pipeline by stage: count, sum and weighted sum over every deal that matches, in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.converted import Converted, named
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.figures import Bar, Chart, Figure, Question, counted
from crm_data.numbers.sums import OPEN, Sum, Totals, added, amount, cents, total, totals, weighted_cents
from crm_data.store.failures import unreadable
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.stage_rules import StageRules

Where = list[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Pipeline:
    """The open deals of one currency by stage, and the other currencies beside them, never added in.

    `sum`, `others`: all stages together. `stages`: label -> the totals of a stage, in order; `total` those of
    all, `beside` those of each other currency; `every`: how many there are, whatever their currency.
    `chart`: value and weighted by stage.
    """

    currency: str
    sum: Sum
    others: list[Sum]
    stages: Mapping[str, Totals]
    total: Totals
    beside: Sequence[Totals]
    every: Figure
    chart: Chart

    @property
    def frame(self) -> pd.DataFrame:
        """A row a stage in order, with stage, label, count and, in `currency`, value and weighted as floats."""
        return self.chart.frame


def stage_sums(session: CompanySession, where: Where, money: str = "") -> dict[str, list[Sum]]:
    """Open stage -> the sums of its matching deals, one a currency, by currency. One statement.

    Where `money` is `Converted` it is one sum, of all. Raises Unavailable where a damaged file names a stage that
    there is not: a total without it would be wrong.
    """
    sums = (sa.func.count(), total(cents(money)), total(weighted_cents(money)))
    whole = isinstance(money, Converted)
    by = [Deal.stage] if whole else [Deal.stage, Deal.currency]
    wanted = sa.select(*by, *sums).where(*where, Deal.status == OPEN).group_by(*by).order_by(*by)
    found: dict[str, list[Sum]] = {stage.value: [] for stage in OPEN_STAGES}
    for stage, *code, count, value, weighted in session.execute(wanted):
        if stage not in found:
            raise unreadable("the stage of a deal")
        found[stage].append(Sum(code[0] if code else money, count, amount(value), amount(weighted)))
    return found


def pipeline(sums: dict[str, list[Sum]], currency: str, asked: Question, rules: StageRules) -> Pipeline:
    """The stage sums as figures of one currency, of the deals that `asked` asks for.

    Weighted pipeline = sum over open deals of value x probability / 100, each rounded to the cent; as of now.
    Unit: money. Source: Pipeline CRM help; rounding as in Margince.
    """
    mine = {stage: added(sums[stage.value], currency) for stage in OPEN_STAGES}
    frame = pd.DataFrame(
        {
            "stage": [stage.value for stage in OPEN_STAGES],
            "label": [rules.label(stage) for stage in OPEN_STAGES],
            "count": [part.count for part in mine.values()],
            "value": [float(part.value) for part in mine.values()],
            "weighted": [float(part.weighted) for part in mine.values()],
        }
    )
    every = [part for parts in sums.values() for part in parts]
    others = [added(every, code) for code in sorted({part.currency for part in every} - {currency})]
    stages = {
        rules.label(stage): totals(part, rules.label(stage), asked.but(stage=(stage.value,)))
        for stage, part in mine.items()
    }
    bars = [
        Bar(label, series, figure)
        for label, held in stages.items()
        for series, figure in (("Value", held.value), ("Weighted", held.weighted))
    ]
    open_, whole = asked.but(status=(OPEN,)), added(mine.values(), currency)
    chart = Chart(
        f"Open pipeline by stage ({named(currency)})", "Open deals as of now", currency, bars, frame,
        f"No open deal has a value in {currency}.",
    )  # fmt: skip
    return Pipeline(
        currency,
        whole,
        others,
        stages,
        totals(whole, "Open deals", open_),
        [totals(part, "Open deals", open_) for part in others],
        counted("Open deals", sum(part.count for part in every), open_),
        chart,
    )
