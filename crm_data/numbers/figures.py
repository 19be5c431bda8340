"""A figure with all that makes it checkable: its formula, its previous period, and the rows it comes from."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from crm_data.numbers.period import Period
from crm_data.store.query import Query


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share"  # from 0 to 1
    MONEY = "money"
    MONEY_A_DAY = "money a day"
    DAYS = "days"
    COUNT = "count"


@dataclass(frozen=True)
class Figure:
    """One tile. `value` None is "not available": there was nothing to divide by.

    `before` is the same over the equal period before. `rows` lists exactly what it was made from, where one list
    can; `means` is the definition with its formula and date basis, to be shown on demand.
    """

    name: str
    label: str
    unit: Unit
    value: Decimal | float | int | None
    before: Decimal | float | int | None
    period: Period
    means: str
    rows: Query | None = None
    currency: str | None = None

    @property
    def change(self) -> Decimal | float | int | None:
        """How much more it is than before; None when either is not available."""
        if self.value is None or self.before is None:
            return None
        return self.value - self.before  # type: ignore[operator]
