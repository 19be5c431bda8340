"""The door to the numbers of one company: each method opens one read and answers with frames or figures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, tzinfo

import pandas as pd

from crm_data import clock
from crm_data.nouns.activities import Activities
from crm_data.nouns.deals import Deals
from crm_data.nouns.leads import Leads
from crm_data.nouns.steps import NextStep, next_steps
from crm_data.nouns.tasks import Tasks
from crm_data.numbers import board as boards
from crm_data.numbers import months, owners, pipeline, rates
from crm_data.numbers.conversion import conversion
from crm_data.numbers.figures import Figure, Unit
from crm_data.numbers.overview import Overview, lists
from crm_data.numbers.period import Period
from crm_data.store.names import member_names
from crm_data.store.query import Query
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Deal

TRAILING_DAYS = 90


class Numbers:
    """What managers read. Each method takes the list's own Query, so a chart and the list below it agree.

    Sums are of one currency: `currency`, else the one the query filters by, else the company's. Archived deals
    are in no number. Periods are days of the query's zone.
    """

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store, self._scope = store, scope
        self._deals, self._leads = Deals(store, scope), Leads(store, scope)
        self._tasks, self._activities = Tasks(store, scope), Activities(store, scope)

    def board(self, query: Query | None = None, per_column: int = 20) -> list[boards.Column]:
        """Open stages with totals over all matching deals, and the first cards of each. Five statements."""
        query = self._asked(query)
        with self._store.read(self._scope) as session:
            where = self._deals.matching(query)
            return boards.board(session, where, query, per_column, self.currency(query))

    def by_stage(self, query: Query | None = None, currency: str | None = None) -> pipeline.Pipeline:
        """Open deals by stage: count, value and weighted value; other currencies beside. One statement."""
        query = self._asked(query)
        with self._store.read(self._scope) as session:
            sums = pipeline.stage_sums(session, self._deals.matching(query))
        return pipeline.pipeline(sums, self.currency(query, currency))

    def by_currency(self, query: Query | None = None) -> pd.DataFrame:
        """Each currency for itself: count, open, weighted, won. One statement."""
        with self._store.read(self._scope) as session:
            return pipeline.by_currency(session, self._deals.matching(self._asked(query)))

    def by_month(
        self,
        query: Query | None = None,
        first: date | None = None,
        last: date | None = None,
        currency: str | None = None,
    ) -> pd.DataFrame:
        """Won by month of closing, expected by month of expected close, and what has no date; see `months`."""
        query = self._asked(query)
        with self._store.read(self._scope) as session:
            return months.by_month(session, self._where(query, currency), first, last)

    def by_owner(
        self,
        query: Query | None = None,
        period: Period | None = None,
        top: int = 20,
        currency: str | None = None,
    ) -> pd.DataFrame:
        """Open, weighted, won and win rate by owner, the top ones first; see `owners`. Two statements."""
        query = self._asked(query)
        with self._store.read(self._scope) as session:
            names = member_names(session)
            return owners.by_owner(session, self._where(query, currency), names, period, top)

    def tiles(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> list[Figure]:
        """Won, win rates, average deal, cycle and velocity of a period of closing; see `rates`.

        The last 90 days unless a period is given. Five statements.
        """
        query = self._asked(query)
        today, money = self._today(query.zone), self.currency(query, currency)
        period = period or Period.last_days(today, TRAILING_DAYS)
        with self._store.read(self._scope) as session:
            pair = rates.rates(session, self._where(query, currency), period, today, query.zone)
        return rates.tiles(*pair, period, query, money)

    def conversion(self, query: Query | None = None, period: Period | None = None) -> list[Figure]:
        """Lead conversion in both ways, over leads that match; see `conversion`. One statement."""
        query = query or self._leads.default_query()
        period = period or Period.last_days(self._today(query.zone), TRAILING_DAYS)
        with self._store.read(self._scope) as session:
            return conversion(session, self._leads.matching(query), period, query)

    def next_steps(self, deal_ids: Sequence[int], zone: tzinfo = UTC) -> dict[int, NextStep]:
        """The next step of each of some deals: the open task that is due first. One statement."""
        with self._store.read(self._scope) as session:
            return next_steps(session, deal_ids, zone)

    def overview(self, zone: tzinfo = UTC, rows: int = 5, recent: int = 10) -> Overview:
        """What the first screen shows, with the first `rows` of each list and the true totals."""
        asked = lists(self._scope.user_id, Query(zone=zone))
        *month, last_month = self._month(zone)
        return Overview(
            tasks=self._tasks.counts(Query(sort="due_date", zone=zone)),
            due=self._tasks.page(replace(asked["due"][1], size=rows)),
            without_step=self._deals.page(replace(asked["without_step"][1], size=rows)),
            without_step_all=self._deals.count(asked["without_step_all"][1]),
            pipeline=self.by_stage(Query(zone=zone)),
            month=month,
            last_month=last_month,
            recent=self._activities.page(replace(asked["recent"][1], size=recent)),
            rows=asked,
        )

    def currency(self, query: Query | None = None, currency: str | None = None) -> str:
        """The currency that sums are in."""
        asked = query.where.get("currency") if query else None
        if not currency and isinstance(asked, str) and len(asked) == 3:
            currency = asked
        return (currency or self._scope.currency).upper()

    def _asked(self, query: Query | None) -> Query:
        return (query or self._deals.default_query()).first()

    def _where(self, query: Query, currency: str | None) -> pipeline.Where:
        return [*self._deals.matching(query), Deal.currency == self.currency(query, currency)]

    def _today(self, zone: tzinfo) -> date:
        return clock.now().astimezone(zone).date()

    def _month(self, zone: tzinfo) -> list[Figure]:
        """Won this month so far, by value and count, against as many days of last month; and last month whole."""
        query, money = Query(zone=zone), self._scope.currency
        now = Period.month_so_far(self._today(zone))
        then, whole = now.last_month(), Period.month_of(now.last_month().last)
        with self._store.read(self._scope) as session:
            found = rates.closed_in(session, self._where(query, None), [now, then, whole])
        won = rates.won_rows(query, now, money)
        means = "Deals won by close date, from the 1st to today, against as many days of last month."
        said = "Deals won by close date in the whole of last month."
        return [
            Figure(
                "won_value", "Won this month", Unit.MONEY, found[0].won_value, found[1].won_value, now,
                f"Value of {means.lower()}", won, money,
            ),
            Figure(
                "won", "Deals won this month", Unit.COUNT, found[0].won, found[1].won, now,
                f"Number of {means.lower()}", won, money,
            ),
            Figure(
                "won_value", "Won last month", Unit.MONEY, found[2].won_value, None, whole,
                f"Value of {said.lower()}", rates.won_rows(query, whole, money), money,
            ),
        ]  # fmt: skip
