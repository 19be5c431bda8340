"""The door to the numbers of one company: each method opens one read and answers with frames or figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, tzinfo
from decimal import Decimal
from functools import partial

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Invalid, NotFound
from crm_data.nouns.activities import Activities
from crm_data.nouns.converted import CONVERTED, Converted, is_converted, untold
from crm_data.nouns.customers import Customers
from crm_data.nouns.deals import Deals
from crm_data.nouns.goals import Goals
from crm_data.nouns.leads import Leads
from crm_data.nouns.since import CHANGED
from crm_data.nouns.submissions import Submissions
from crm_data.nouns.tasks import Tasks
from crm_data.numbers import board as boards
from crm_data.numbers import breakdown as broken
from crm_data.numbers import months, owners, pipeline, rates, touches
from crm_data.numbers.accuracy import Accuracy, accuracy
from crm_data.numbers.ages import ages, put_off
from crm_data.numbers.as_of_board import BoardThen, board_then, moment_then
from crm_data.numbers.bridge import Bridge, bridge
from crm_data.numbers.by_words import losses, sources
from crm_data.numbers.cohorts import Cohorts, cohorts
from crm_data.numbers.conversion import conversion
from crm_data.numbers.figures import Chart, Figure, Formula, Question, counted
from crm_data.numbers.forecast import Forecast, forecast
from crm_data.numbers.forecast_board import MonthColumn, forecast_board
from crm_data.numbers.funnel import Base, funnel
from crm_data.numbers.goal_year import GoalYear, goal_year
from crm_data.numbers.goals import against_goals, by_months
from crm_data.numbers.overview import Overview, lists
from crm_data.numbers.own import ALL, Own, judged
from crm_data.numbers.own_chart import Asked, compared, own_chart, plain
from crm_data.numbers.period import EARLIEST, LATEST, USUAL, Compare, Period, chosen
from crm_data.numbers.queue import queue
from crm_data.numbers.review import Review, review
from crm_data.numbers.stage_days import stage_days
from crm_data.numbers.stage_rates import stage_rates
from crm_data.numbers.standing import beside, standing_now
from crm_data.numbers.submitted import Asked as Given
from crm_data.numbers.submitted import Submitted, submitted
from crm_data.numbers.then_and_now import ThenNow, then_and_now
from crm_data.numbers.told import Told, told
from crm_data.store.names import member_names
from crm_data.store.ordering import keys
from crm_data.store.query import Query
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.tables import Deal
from crm_data.tables.fields import Kind, words

ALL_TIME = Period(EARLIEST, LATEST)


@dataclass(frozen=True)
class Drawn:
    """What a chart is asked for: see the verbs of `Numbers` for each."""

    query: Query | None = None
    period: Period | None = None
    currency: str | None = None
    base: Base = Base.MADE
    skipped: bool = True


class Numbers:
    """What managers read. Each method takes the list's own Query, so a chart and the list below it agree.

    Sums are of one currency: `currency`, else the one the query filters by, else the company's. Archived deals
    are in no number. Periods are days of the query's zone.
    """

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store, self._scope = store, scope
        self._deals, self._leads = Deals(store, scope), Leads(store, scope)
        self._tasks, self._activities = Tasks(store, scope), Activities(store, scope)
        self._goals = Goals(store, scope)
        self._submissions = Submissions(store, scope)
        self._customers = Customers(store, scope)

    def board(self, query: Query | None = None, per_column: int = 20) -> list[boards.Column]:
        """Open stages with totals over all matching deals, and the first cards of each. Five statements."""
        query, money = self._told(query, None)
        with self._store.read(self._scope) as session:
            where = self._deals.matching(query)
            by = keys(Deal, self._deals.fields, query)
            return boards.board(session, where, by, query, per_column, money, self._scope.stages)

    def board_then(
        self,
        query: Query | None = None,
        day: date | None = None,
        per_column: int = 20,
        currency: str | None = None,
    ) -> BoardThen:
        """The board as it stood at the end of a day, yesterday unless given; see `board_then`. Six statements.

        Raises Invalid for a day that has not ended, or lies before all that is known.
        """
        query, money = self._told(query, currency)
        day = self.past_day(day, query.zone)
        with self._store.read(self._scope) as session:
            where = self._deals.matching(query)
            away = None if query.archived else self._deals.matching(replace(query, archived=True))
            rules = self._scope.stages
            return board_then(session, where, away, Question("deals", query), day, per_column, money, rules)

    def past_day(self, day: date | None = None, zone: tzinfo = UTC) -> date:
        """A day that has ended where the person is; yesterday where none is given. Raises Invalid."""
        last = self._today(zone) - timedelta(days=1)
        day = day or last
        if day > last:
            raise Invalid("That day has not ended yet. Choose one before today.")
        if day < EARLIEST:
            raise Invalid(f"Days before {EARLIEST:%Y} are not known. Choose a later one.")
        return day

    def by_stage(self, query: Query | None = None, currency: str | None = None) -> pipeline.Pipeline:
        """Open deals by stage: count, value and weighted value; other currencies beside. One statement."""
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            sums = pipeline.stage_sums(session, self._deals.matching(query), money)
        return pipeline.pipeline(sums, money, Question("deals", query), self._scope.stages)

    def by_month(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> Chart:
        """Won by month of closing, expected by month of expected close, and what has no date; see `months`.

        Of all time unless a period is given. Two statements.
        """
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            return months.by_month(
                session,
                self._where(query, money),
                Question("deals", query),
                period or ALL_TIME,
                self._today(query.zone),
                money,
            )

    def by_owner(
        self,
        query: Query | None = None,
        period: Period | None = None,
        top: int = 20,
        currency: str | None = None,
    ) -> Chart:
        """Weighted open and won by owner, the top ones first; see `owners`. Two statements.

        Won is of all time unless a period is given.
        """
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            return owners.by_owner(
                session,
                self._where(query, money),
                member_names(session),
                Question("deals", query),
                period or ALL_TIME,
                top,
                money,
            )

    def tiles(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> list[Figure]:
        """Won, win rates, average deal, cycle, velocity and activities of a period; see `rates`, `touches`.

        The last 90 days unless a period is given. Five statements, and two for the goal where it is compared with.
        """
        query, money = self._told(query, currency)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where, before = self._where(query, money), period.before()
            pair = rates.rates(session, where, period, query.zone, money)
            each = [period, *([before] if before else [])]
            some = touches.touches(session, where, each)
        deals = Question("deals", query)
        won, *rest = rates.tiles(*pair, period, deals, money)
        per_won = [
            touches.per_won_deal(closed, count, when, deals, money)
            for closed, count, when in zip(pair, some, each, strict=False)
            if closed
        ]
        rest.append(replace(per_won[0], before=per_won[1]) if before else per_won[0])
        if period.against_goal and self._goals.all_seen:
            won = replace(won, before=self.against_goals(query, period, currency)[-1])
        return [won, *rest]

    def against_goals(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> list[Figure]:
        """Won against goal, pace, gap, pipeline needed, coverage, and the goal; see `goals`. Two statements.

        Who is no manager is shown their own deals and goal.
        """
        query, money = self._told(query, currency)
        period = period or self.period(USUAL, query.zone)
        deals = self._of_goals(query)
        with self._store.read(self._scope) as session:
            where, today = self._where(deals.query, money), self._today(query.zone)
            return against_goals(session, where, deals, self._goals, period, today, money)

    def goal_year(
        self, query: Query | None = None, first: date | None = None, currency: str | None = None
    ) -> GoalYear:
        """Goals and what was won, by month and by person, of the twelve months from `first`; see `goal_year`.

        Of this fiscal year unless it is given. Who is no manager is shown their own. Three statements.
        """
        query, money = self._told(query, currency)
        first = first or self.period("this_year", query.zone).first
        query = self._of_goals(query).query
        with self._store.read(self._scope) as session:
            where, names = self._where(query, money), member_names(session)
            return goal_year(session, self._goals, query, where, names, first, money)

    def _of_goals(self, query: Query) -> Question:
        """The deals that goals are compared with: one's own where one sees no other goal."""
        deals = Question("deals", query)
        return deals if self._goals.all_seen else deals.but(assigned_to=(self._scope.user_id,))

    def standing(
        self, query: Query | None = None, currency: str | None = None, period: Period | None = None
    ) -> list[Figure]:
        """What is open now, due this month, and has gone wrong; see `standing`. One statement.

        `period`: what it is compared with says the past day as of which these are compared, for two more.
        """
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            where, today = self._where(query, money), self._today(query.zone)
            rules = self._scope.stages
            asked = Question("deals", query)
            now = standing_now(session, where, asked, today, query.zone, money, rules)
            day = period.moment_before() if period else None
            if day is None or day >= today:
                return now
            return beside(now, moment_then(session, where, asked, day, money), day)

    def review(self, query: Query | None = None, first: int = 0) -> Review:
        """The open deals in the order in which this person goes through them; see `review`. One statement.

        `first`: the one to begin with, counted from 0.
        """
        query = self._asked(query)
        with self._store.read(self._scope) as session:
            where, today = self._deals.matching(query), self._today(query.zone)
            return review(session, where, Question("deals", query), self._scope.user_id, today, first)

    def bridge(
        self,
        query: Query | None = None,
        since: date | None = None,
        closing: Period | None = None,
        currency: str | None = None,
    ) -> Bridge:
        """What became of the pipeline since a day, 30 days ago unless it is given; see `bridge`. One statement."""
        query, money = self._told(query, currency)
        today = self._today(query.zone)
        since = since or today - timedelta(days=30)
        with self._store.read(self._scope) as session:
            where, asked = self._where(query, money), Question("deals", query)
            return bridge(session, where, asked, since, closing or ALL_TIME, today, money)

    def then_and_now(
        self,
        query: Query | None = None,
        since: date | None = None,
        closing: Period | None = None,
        show: str = CHANGED,
        currency: str | None = None,
        first: int = 0,
        size: int | None = 50,
    ) -> ThenNow:
        """The deals behind the bridge, each as it was and as it is; see `then_and_now`. Two statements.

        Raises Invalid for a list (`show`) that there is not.
        """
        query, money = self._told(query, currency)
        since = since or self._today(query.zone) - timedelta(days=30)
        with self._store.read(self._scope) as session:
            where, asked = self._where(query, money), Question("deals", query)
            names, rules, closing = member_names(session), self._scope.stages, closing or ALL_TIME
            return then_and_now(session, where, asked, since, closing, show, money, names, rules, first, size)

    def forecast(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> Forecast:
        """By month what was won and what is open by how sure it is; see `forecast`. Five statements."""
        query, money = self._told(query, currency)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where, today = self._where(query, money), self._today(query.zone)
            goals = partial(by_months, session, self._goals, query, money)
            given = self._given(session, query, money)
            asked = Question("deals", query)
            return forecast(session, where, asked, period, today, money, goals, given, self._scope.stages)

    def forecast_board(
        self,
        query: Query | None = None,
        period: Period | None = None,
        currency: str | None = None,
        per_column: int = 20,
    ) -> list[MonthColumn]:
        """The open deals by month of expected close, each with totals over all and its first cards.

        Five statements. The months are those of the forecast that are not over; see `forecast_board`.
        """
        query, money = self._told(query, currency)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where, today = self._where(query, money), self._today(query.zone)
            by = keys(Deal, self._deals.fields, replace(query, sort="expected_close_date", descending=False))
            return forecast_board(
                session, where, by, query, period, today, per_column, money, self._scope.stages
            )

    def accuracy(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> Accuracy:
        """What was forecast of months that are over, and what was won; see `accuracy`, also for statements."""
        query, money = self._told(query, currency)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where, today = self._where(query, money), self._today(query.zone)
            asked, given, rules = Question("deals", query), self._submissions, self._scope.stages
            return accuracy(session, given, where, asked, period, today, money, rules)

    def submitted(
        self, query: Query | None = None, month: date | None = None, currency: str | None = None
    ) -> Submitted:
        """The forecast that people gave for a month, this one unless it is given, by person; see `submitted`.

        Who is no manager is shown their own. Three statements.
        """
        query, money = self._told(query, currency)
        month = (month or self._today(query.zone)).replace(day=1)
        with self._store.read(self._scope) as session:
            asked = self._given(session, query, money)([month])
            return submitted(asked, month, member_names(session))

    def _given(self, session: CompanySession, query: Query, money: str) -> Callable[[Sequence[date]], Given]:
        """What reads the numbers that people gave for some months, and the deals beside them."""
        deals, today = self._of_goals(query), self._today(query.zone)
        where, rules, submissions = self._where(deals.query, money), self._scope.stages, self._submissions
        return lambda months: Given(session, submissions, where, deals, months, today, money, rules)

    def funnel(
        self,
        query: Query | None = None,
        period: Period | None = None,
        base: Base = Base.MADE,
        skipped: bool = True,
    ) -> Chart:
        """How many deals came how far, of all currencies; see `funnel`. One statement."""
        query = self._asked(query)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where = self._deals.matching(query)
            return funnel(session, where, Question("deals", query), period, base, skipped, self._scope.stages)

    def stage_days(self, query: Query | None = None, period: Period | None = None) -> Chart:
        """How long deals stay in each stage; see `stage_days`. One statement."""
        query = self._asked(query)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where, today = self._deals.matching(query), self._today(query.zone)
            return stage_days(session, where, Question("deals", query), period, today, self._scope.stages)

    def cohorts(
        self, query: Query | None = None, period: Period | None = None, currency: str | None = None
    ) -> Cohorts:
        """Of the deals made in each month, how many were won since, and what they were worth; see `cohorts`.

        One statement.
        """
        query, money = self._told(query, currency)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            where, today = self._where(query, money), self._today(query.zone)
            return cohorts(session, where, Question("deals", query), period, today, money)

    def stage_rates(self, query: Query | None = None) -> list[Figure]:
        """Of the deals that stood in each open stage and are closed, how many were won; see `stage_rates`."""
        query = self._asked(query)
        with self._store.read(self._scope) as session:
            where, asked = self._deals.matching(query), Question("deals", query)
            return stage_rates(session, where, asked, self._scope.stages)

    def breakdown(
        self,
        query: Query | None = None,
        period: Period | None = None,
        by: str = "assigned_to",
        top: int = broken.TOP,
        currency: str | None = None,
    ) -> broken.Breakdown:
        """Results, how it moves, funnel and days in stage of each owner, industry or the like; see `breakdown`.

        `by`: one of `dimensions`. At most nine statements, and two where the period is compared. Raises Invalid.
        """
        query, money = self._told(query, currency)
        query = untold(query)  # also what is told in one has its funnel and days of every currency
        period = period or self.period(USUAL, query.zone)
        dimension = broken.chosen(by, self._dimensions())
        asked = broken.Asked(
            dimension,
            self._deals,
            self._deals.matching(query),
            Question("deals", query),
            period,
            self._today(query.zone),
            money,
            self._scope.stages,
            self._leads,
            self.leads_of(query),
            top,
        )
        with self._store.read(self._scope) as session:
            return broken.breakdown(session, asked)

    def dimensions(self) -> dict[str, str]:
        """What deals can be broken down by -> in words."""
        return {key: one.label for key, one in self._dimensions().items()}

    def _dimensions(self) -> dict[str, broken.Dimension]:
        own = {kind: [one.name for one in self._scope.own.of(kind)] for kind in ("deals", "customers")}
        return broken.dimensions(self._deals, self._customers, own)

    def losses(self, query: Query | None = None, period: Period | None = None, top: int = 8) -> Chart:
        """Why deals were lost; see `by_words`. One statement."""
        query = self._asked(query)
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            return losses(session, self._deals.matching(query), Question("deals", query), period, top)

    def sources(self, query: Query | None = None, period: Period | None = None, top: int = 8) -> Chart:
        """Where leads come from, over leads that match; see `by_words`. One statement."""
        query = (query or self._leads.default_query()).first()
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            return sources(session, self._leads.matching(query), Question("leads", query), period, top)

    def ages(self, query: Query | None = None, currency: str | None = None) -> Chart:
        """How old the open deals are; see `ages`. One statement."""
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            where, today = self._where(query, money), self._today(query.zone)
            return ages(session, where, Question("deals", query), today, money)

    def put_off(self, query: Query | None = None, currency: str | None = None) -> Chart:
        """How often the expected close of open deals was put off; see `ages`. One statement."""
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            return put_off(session, self._where(query, money), Question("deals", query), money)

    def chart(
        self,
        name: str = "stage",
        query: Query | None = None,
        period: Period | None = None,
        currency: str | None = None,
        base: Base = Base.MADE,
        skipped: bool = True,
    ) -> Chart:
        """One of `CHARTS`, over deals that match; leads are narrowed by owner alone. Raises NotFound."""
        if name not in CHARTS:
            raise NotFound("There is no such chart. Choose one from the screen.")
        return CHARTS[name](self, Drawn(query, period, currency, base, skipped))

    def own(
        self,
        own: Own | None = None,
        query: Query | None = None,
        period: Period | None = None,
        currency: str | None = None,
        zone: tzinfo = UTC,
        compare: str = Compare.NOTHING,
    ) -> Chart:
        """A chart of one's own, as whoever looks may see it; see `own_chart`. One to four statements.

        `query`, `period` and `currency` in place of what it says itself. `compare`: what one number of a
        period stands beside, for a statement more. Raises Invalid, NotFound.
        """
        own = own or Own()
        records, own = self._of_kind(own.kind), self._judged(own)
        query = (query or records.query(own.asks, zone)).first()
        query, money = self._of_chart(plain(query, own), own, currency)
        asked = Asked(
            own,
            records,
            records.matching(query),
            Question(own.kind, query),
            period or self.period(own.period, query.zone, compare),
            self._today(query.zone),
            money,
            self._scope.fiscal,
        )
        before = asked.period.before() if own.dated and not own.by and not asked.period.alone else None
        with self._store.read(self._scope) as session:
            found = own_chart(session, asked)
            return compared(session, found, asked, before) if before else found

    def _of_chart(self, query: Query, own: Own, currency: str | None) -> tuple[Query, str | None]:
        """The list of a chart of one's own, and the currency of its sums; None where it sums no amounts."""
        of = self._of_kind(own.kind).fields.get(own.of)
        if not of or of.kind is not Kind.MONEY:
            return query, None
        deals = own.kind == self._deals.name
        if deals and not currency and (own.currency == ALL or (is_converted(query) and not own.currency)):
            return Question(own.kind, query).of(self._own_money(query)).query, self._own_money(query)
        own_money = None if own.currency == ALL else own.currency
        query = untold(query) if deals else query
        return query, self.currency(query, currency or own_money)

    def _judged(self, own: Own) -> Own:
        """A chart made to agree with what its records hold; see `own.judged`. Raises Invalid, NotFound."""
        return judged(own, self._of_kind(own.kind))

    def _of_kind(self, kind: str) -> Records:
        """The records that a chart of one's own may be of. Raises NotFound."""
        kinds = (self._deals, self._leads, self._customers, self._tasks, self._activities)
        found = next((records for records in kinds if records.name == kind), None)
        if found is None:
            raise NotFound("There are no such records to make a chart of. Choose another kind.")
        return found

    def leads_of(self, query: Query | None) -> Query:
        """The leads beside some deals: those of the same owners, on the days of the same zone."""
        base = self._leads.default_query()
        if query is None:
            return base
        same = {name: query.where[name] for name in ("assigned_to",) if name in query.where}
        return replace(base, where={**base.where, **same}, zone=query.zone)

    def period(self, word: str, zone: tzinfo = UTC, compare: str = Compare.BEFORE) -> Period:
        """What a word for a period means today where the person is; see `chosen`. Raises Invalid."""
        return chosen(word, self._today(zone), self._scope.fiscal, compare)

    def closed_days(self, query: Query | None = None, currency: str | None = None) -> Period | None:
        """From the first to the last day on which a matching deal was closed; None when none was."""
        query, money = self._told(query, currency)
        with self._store.read(self._scope) as session:
            return rates.closed_days(session, self._where(query, money))

    def conversion(self, query: Query | None = None, period: Period | None = None) -> list[Figure]:
        """Lead conversion in both ways, over leads that match; see `conversion`. One statement."""
        query = query or self._leads.default_query()
        period = period or self.period(USUAL, query.zone)
        with self._store.read(self._scope) as session:
            return conversion(session, self._leads.matching(query), period, query)

    def tasks(self, query: Query | None = None) -> dict[str, Figure]:
        """How many tasks there are behind each name above their list, under the same filters. One statement."""
        query = (query or self._tasks.default_query()).first()
        asked = {name: Question("tasks", replace(query, preset=name)) for name in self._tasks.tabs}
        counts = self._tasks.counts(query)
        return {name: counted(words(name), counts[name], rows) for name, rows in asked.items()}

    def overview(
        self, zone: tzinfo = UTC, rows: int = 8, recent: int = 10, converted: bool = False
    ) -> Overview:
        """What the first screen shows, with the first `rows` of the queue and the true totals.

        `converted`: the pipeline and what was won are of all currencies, told in the company's own.
        """
        base = Query(zone=zone)
        asked = lists(base)
        deals = replace(base, preset=CONVERTED) if converted else base
        *month, last_month = self._month(deals)
        page = self._activities.page(replace(asked["recent"].query, size=recent))
        counts = {
            "recent": page.total,
            "upcoming": self._tasks.count(asked["upcoming"].query),
            "without_step_all": self._deals.count(asked["without_step_all"].query),
        }
        kinds = (self._customers, self._leads, self._deals, self._tasks, self._activities)
        with self._store.read(self._scope) as session:
            waits = queue(session, kinds, self._scope.user_id, base, rows)
        return Overview(
            queue=waits,
            figures={name: counted(_SAID[name], counts[name], rows_) for name, rows_ in asked.items()},
            pipeline=self.by_stage(deals),
            month=month,
            last_month=last_month,
            recent=page,
        )

    def told(self, query: Query | None = None, period: Period | None = None, beside: bool = False) -> Told:
        """Whether and how deals of all currencies can be told in the company's own; see `told`. Two statements.

        Those that are open, and where there is a period those that were closed in it. `beside`: and with them the
        goals and given numbers that this person sees, for one statement more.
        """
        query = self._asked(query)
        also = [
            sa.select(each.table.currency).where(*each.matching(Query(where={"amount": (Decimal(0), None)})))
            for each in (self._goals, self._submissions)
        ]
        with self._store.read(self._scope) as session:
            where, money = self._deals.matching(query), self._own_money(query)
            deals = Question("deals", query)
            return told(session, where, deals, period, money, also if beside else ())

    def currency(self, query: Query | None = None, currency: str | None = None) -> str:
        """The currency that sums are in."""
        asked = query.only("currency") if query else None
        if isinstance(asked, tuple) and len(asked) == 1:
            (asked,) = asked
        if not currency and isinstance(asked, str) and len(asked) == 3:
            currency = asked
        return (currency or self._scope.currency).upper()

    def _asked(self, query: Query | None) -> Query:
        """The list that a number is of, in one currency: of what is told in none, or is not told in one."""
        return untold((query or self._deals.default_query()).first())

    def _told(self, query: Query | None, currency: str | None) -> tuple[Query, str]:
        """The list, and the currency of its sums: where it says so all of them, told in the company's own."""
        asked = self._asked(query)
        if query is None or not is_converted(query) or currency:
            return asked, self.currency(asked, currency)
        return query.first(), self._own_money(query)

    def _own_money(self, query: Query) -> Converted:
        return Converted.into(self._scope.currency, self._today(query.zone))

    def _where(self, query: Query, currency: str | None) -> pipeline.Where:
        if isinstance(currency, Converted):
            return self._deals.matching(query)  # among its selections is that there is a rate
        return [*self._deals.matching(query), Deal.currency == self.currency(query, currency)]

    def _today(self, zone: tzinfo) -> date:
        return clock.now().astimezone(zone).date()

    def _month(self, query: Query) -> list[Figure]:
        """Won this month so far, by value and count, against as many days of last month; and last month whole."""
        query, money = self._told(query, None)
        now = Period.month_so_far(self._today(query.zone))
        then, whole = now.last_month(), Period.month_of(now.last_month().last)
        with self._store.read(self._scope) as session:
            found = rates.closed_in(session, self._where(query, money), [now, then, whole], money)
        deals = Question("deals", query)

        def won(label: str, formula: Formula, at: int, period: Period) -> Figure:
            return rates.won_in(found[at], label, formula, period, deals, money)

        pairs = (("Won this month", Formula.VALUE), ("Deals won this month", Formula.COUNT))
        so_far = [
            replace(
                won(label, formula, 0, now),
                before=won(label.replace("this", "by this day last"), formula, 1, then),
            )
            for label, formula in pairs
        ]
        return [*so_far, won("Won in all of last month", Formula.VALUE, 2, whole)]


_SAID = {
    "upcoming": "upcoming",
    "without_step_all": "deals in the company without a next step",
    "recent": "on the timeline",
}


# What Insights draws, in order.
CHARTS: Mapping[str, Callable[[Numbers, Drawn], Chart]] = {
    "stage": lambda numbers, it: numbers.by_stage(it.query, it.currency).chart,
    "month": lambda numbers, it: numbers.by_month(it.query, it.period, it.currency),
    "owner": lambda numbers, it: numbers.by_owner(it.query, it.period, currency=it.currency),
    "funnel": lambda numbers, it: numbers.funnel(it.query, it.period, it.base, it.skipped),
    "days": lambda numbers, it: numbers.stage_days(it.query, it.period),
    "losses": lambda numbers, it: numbers.losses(it.query, it.period),
    "sources": lambda numbers, it: numbers.sources(numbers.leads_of(it.query), it.period),
    "ages": lambda numbers, it: numbers.ages(it.query, it.currency),
    "pushed": lambda numbers, it: numbers.put_off(it.query, it.currency),
}
