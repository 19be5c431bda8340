"""One company's book while it is drawn: who sells, how much of everything, and the rows there are already."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from crm_data.demo.calendar import Calendar
from crm_data.demo.journey import Move
from crm_data.demo.ledger import Ledger, Row
from crm_data.demo.names import Names
from crm_data.demo.team import Seller
from crm_data.demo.trades import Trade


@dataclass(frozen=True)
class Plan:
    """How many rows a book is to have; `activities` counts what people noted, not what the product adds."""

    customers: int
    leads: int
    deals: int
    tasks: int
    activities: int

    def times(self, much: float) -> "Plan":
        """The same, so much as large."""
        counts = (self.customers, self.leads, self.deals, self.tasks, self.activities)
        return Plan(*(max(1, round(count * much)) for count in counts))

    @property
    def converted(self) -> int:
        """How many of the deals came from a lead, and brought a new customer."""
        return round(min(self.leads * 0.35, self.deals * 0.3, self.customers * 0.5))


@dataclass
class Book:
    """The rows of one company as they are drawn. `source`, when given, marks every row; `sellers` own them.

    `helpers` sell nothing, but note things down. `code` begins the customers' codes.
    """

    ledger: Ledger
    calendar: Calendar
    trade: Trade
    company_id: int
    currency: str
    sellers: Sequence[Seller]
    plan: Plan
    helpers: Sequence[int] = ()
    code: str = ""
    source: str | None = None
    customers: list[Row] = field(default_factory=list)
    leads: list[Row] = field(default_factory=list)
    deals: list["Drawn"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = Names(self.random, self.trade)
        self._luck = {seller.user_id: self.random.random() for seller in self.sellers}

    @property
    def random(self) -> Random:
        """What decides, seeded."""
        return self.calendar.random

    def owner(self, at: datetime, end: datetime | None = None) -> Seller:
        """Whoever has room for a new record; who has left since, only for what ended before that."""
        there = [s for s in self.sellers if s.until is None or (end is not None and at < end < s.until)]
        return self.random.choices(there, [s.share for s in there])[0]

    def wins(self, seller: Seller) -> bool:
        """Every seller wins just their share, whatever the seed: a remainder is carried on."""
        luck = self._luck[seller.user_id] + seller.skill
        self._luck[seller.user_id] = luck % 1
        return luck >= 1

    def add(self, table: str, at: datetime, by: int | None, **values: Any) -> Row:
        """A row of this company, made then by that person, with the book's own mark."""
        marked = {"source": self.source} if self.source else {}
        stamps = {"created_at": at, "updated_at": values.pop("updated_at", at), "created_by": by}
        return self.ledger.add(table, company_id=self.company_id, **stamps, **(values | marked))


@dataclass(frozen=True)
class Drawn:
    """A deal's row, its customer's, the moves it made, and whether it has come to a stop without an end."""

    row: Row
    customer: Row
    moves: Sequence[Move]
    stalls: bool

    @property
    def open(self) -> bool:
        """Neither won nor lost."""
        return bool(self.row["status"] == "open")
