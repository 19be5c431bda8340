"""What a year of many companies is drawn from: moments, members, and the rows that were there before."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection

from crm_data.demo.ledger import Row, ids
from crm_data.demo.words import CUSTOMER_NOTES, TALKS

# One year's size by the schema document.
YEAR = {
    "companies": 100,
    "users": 1_000,
    "user_companies": 1_500,
    "customers": 10_000,
    "leads": 20_000,
    "deals": 5_000,
    "tasks": 50_000,
    "activities": 100_000,
}
SECONDS = 365 * 24 * 3600


class Known:
    """The rows of one table made so far, by company and in order of time."""

    def __init__(self) -> None:
        self._ids: dict[int, list[int]] = {}
        self._times: dict[int, list[datetime]] = {}

    def note(self, company: int, row: int, at: datetime) -> None:
        """Remember a row; called in order of time."""
        self._ids.setdefault(company, []).append(row)
        self._times.setdefault(company, []).append(at)

    def some(self, random: Random, company: int, before: datetime) -> int | None:
        """Any row of the company that was made before that moment."""
        count = bisect_left(self._times.get(company, ()), before)
        return self._ids[company][int(random.random() * count)] if count else None


@dataclass
class Crowd:
    """Counts, chance, the year that ends yesterday, and who works where."""

    connection: Connection
    random: Random
    today: date
    counts: dict[str, int]
    big_tenant: bool
    companies: list[int] = field(default_factory=list)
    users: list[int] = field(default_factory=list)
    members: dict[int, list[int]] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    qualified: dict[int, deque[tuple[datetime, int]]] = field(default_factory=dict)
    converted: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history_ids = ids(self.connection, "deal_stage_history")
        self.until = datetime.combine(self.today, time(0), UTC) - timedelta(hours=1)
        self.since = self.until - timedelta(seconds=SECONDS + 1)
        talks = [text for kind in TALKS.values() for _, text, _ in kind] + list(CUSTOMER_NOTES)
        self._texts = [" ".join(self.random.sample(talks, 3)) for _ in range(500)]

    def company(self) -> int:
        """The company that the next row belongs to: any, or by half of them the first."""
        if self.big_tenant and len(self.companies) > 1:
            if self.random.random() < 0.5:
                return self.companies[0]
            return self.companies[1 + int(self.random.random() * (len(self.companies) - 1))]
        return self.random.choice(self.companies)

    def member(self, company: int) -> int:
        """Somebody who works there."""
        there = self.members[company]
        return there[int(self.random.random() * len(there))]

    def text(self) -> str:
        """Two or three sentences."""
        return self._texts[int(self.random.random() * len(self._texts))]

    def times(self, table: str) -> Iterator[tuple[int, datetime]]:
        """An id and a moment for each row of a table, in order of time over the year."""
        drawn = sorted(1 + int(self.random.random() * SECONDS) for _ in range(self.counts[table]))
        for id_, seconds in zip(ids(self.connection, table), drawn, strict=False):
            yield id_, self.since + timedelta(seconds=seconds)

    def maybe(self, table: str, company: int, before: datetime, chance: float) -> int | None:
        """With that chance, a row of the company that was there before."""
        if self.random.random() > chance:
            return None
        return self.known[table].some(self.random, company, before)

    def base(self, table: str, id_: int, company: int, at: datetime) -> dict[str, Any]:
        """What every company row has; the row is remembered, so that later ones may refer to it."""
        self.known.setdefault(table, Known()).note(company, id_, at)
        by = self.member(company)
        return {"id": id_, "company_id": company, "created_at": at, "updated_at": at, "created_by": by}
