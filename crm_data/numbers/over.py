"""What a whole dashboard says in place of its charts: one period, what it is compared with, one currency."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.numbers.own import Own, money_of
from crm_data.numbers.period import Compare, chosen

# What a dashboard can be compared with: goals are of deals that were won alone, and its charts are of anything.
COMPARED = (Compare.NOTHING, Compare.BEFORE, Compare.YEAR_AGO)
PERIOD, COMPARE, CURRENCY = "period", "compare", "currency"
EACH = "each"  # in an address: as each chart says, though the dashboard says something


@dataclass(frozen=True)
class Over:
    """'' leaves it to each chart. `compare`: one of `COMPARED`, of the charts that are one number.

    `currency`: as a chart says it.
    """

    period: str = ""
    compare: str = ""
    currency: str = ""

    def of(self, own: Own) -> Own:
        """A chart as the dashboard wants it: its period where it is of one, and its currency."""
        own = replace(own, period=self.period) if self.period and own.dated else own
        return replace(own, currency=self.currency) if self.currency else own

    def judged(self) -> "Over":
        """What there is of it. Raises Invalid with one sentence."""
        if self.period:
            chosen(self.period, clock.now().date())
        if self.compare and self.compare not in COMPARED:
            raise Invalid("A dashboard is not compared with that. Choose from the list.", COMPARE)
        compare = "" if self.compare == Compare.NOTHING else self.compare
        return Over(self.period, compare, money_of(self.currency))

    def said(self, params: Mapping[str, str]) -> "Over":
        """With what an address says in place of it."""
        words: dict[str, Any] = {name: params[name] for name in (PERIOD, COMPARE, CURRENCY) if name in params}
        return replace(self, **{name: "" if word == EACH else word for name, word in words.items()})


NOTHING = Over()
