"""The forecast of a month as it was given: the manager's number, else the person's own, else what is computed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from crm_data.nouns.selections import called, won_between
from crm_data.nouns.submissions import Submissions
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.goals import asked_of
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import amount, cents, total
from crm_data.store.conditions import Except
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, Submission
from crm_data.tables.stage_rules import StageRules

HEADS = ("Won + commit", "Own number", "Manager's number", "Forecast")
NOBODY = "Nobody"
_COMPUTED = "Won by close date in the month, and open deals in commit that are expected in the rest of it."
Owner = int | None


@dataclass(frozen=True)
class Computed:
    """What the deals of a person in a month say: how many are won or in commit, and their value in cents."""

    count: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Said:
    """What was given for a person in a month, as an amount; None where nothing was. `at`: when the newest was."""

    own: Decimal | None = None
    over: Decimal | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Person:
    """One line of a month: a figure a head of `HEADS`, None where nothing was given.

    `given`: when the newest of the two numbers was given, in UTC; None where there is none.
    """

    name: str
    user_id: Owner
    figures: Sequence[Figure | None]
    given: datetime | None = None


@dataclass(frozen=True)
class Submitted:
    """A month by person, and the forecast of all of them together; None of a month that is over."""

    currency: str
    month: date
    people: Sequence[Person]
    every: Figure | None


class Asked:
    """The numbers and the deals behind the forecasts of some months, read in two statements."""

    def __init__(
        self,
        session: CompanySession,
        submissions: Submissions,
        where: Where,
        deals: Question,
        months: Sequence[date],
        today: date,
        currency: str,
        rules: StageRules,
    ) -> None:
        self.currency, self.today = currency, today
        self.months = [month for month in months if Period.month_of(month).last >= today]
        whole = Period(months[0], Period.month_of(months[-1]).last)
        self.rows, self.why = asked_of(deals.query, currency, whole, "submissions", "Given numbers")
        self.deals = deals.but(currency=(currency,))
        self.said: dict[tuple[int, date], Said] = {}
        self.computed: dict[tuple[Owner, date], Computed] = {}
        if self.months:
            self._read_said(session, submissions)
            self._read_computed(session, where, rules)

    def _read_said(self, session: CompanySession, submissions: Submissions) -> None:
        each = Submission
        wanted = sa.select(each.user_id, each.month, each.by_manager, each.amount, each.created_at)
        wanted = wanted.where(*submissions.matching(self.rows.but("newest").query))
        for user, month, over, worth, at in session.execute(wanted):
            known = self.said.get((user, month), Said())
            newest = known.at if worth is None or (known.at and known.at > at) else at
            own, overruled = (known.own, worth) if over else (worth, known.over)
            self.said[user, month] = Said(own, overruled, newest)

    def _read_computed(self, session: CompanySession, where: Where, rules: StageRules) -> None:
        first, last = self.months[0], Period.month_of(self.months[-1]).last
        day = sa.case((won_between(first, last), Deal.actual_close_date), else_=Deal.expected_close_date)
        days = sa.select(Deal.assigned_to.label("owner"), day.label("day"), cents().label("worth"))
        each = days.where(*where, called(first, last, self.deals.query.zone, rules)).subquery()
        by = (each.c.owner, sa.extract("year", each.c.day), sa.extract("month", each.c.day))
        wanted = sa.select(*by, sa.func.count(), total(each.c.worth)).group_by(*by)
        for owner, y, m, count, worth in session.execute(wanted):
            self.computed[owner, date(int(y), int(m), 1)] = Computed(int(count), int(worth))

    def figure(self, month: date, owner: Owner | None = None, one: bool = False) -> Figure | None:
        """The forecast of a month, of all or with `one` of one owner; None once the month is over."""
        if month not in self.months:
            return None
        period, name = Period.month_of(month), f"{month:%b %Y}"
        if self.why:
            label = f"{name}, forecast"
            return Figure(label, Formula.SUBMITTED, None, 0, self.rows, self.currency, period, self.why)
        told = {
            user: said for (user, at), said in self.said.items() if at == month and (not one or user == owner)
        }
        others = self._computed_figure(month, owner, one, tuple(told))
        if not told:
            return others
        counted = [said.own if said.over is None else said.over for said in told.values()]
        worth = sum((each for each in counted if each is not None), Decimal(0))
        over = sum(said.over is not None for said in told.values())
        rows = self._rows(month, owner, one).but("in_force")
        means = (
            f"Managers' numbers: {over}; people's own: {len(told) - over}; of everybody else it is computed."
        )
        return Figure(
            f"{name}, forecast",
            Formula.SUBMITTED,
            worth + Decimal(others.value or 0),
            len(told),
            rows,
            self.currency,
            period,
            means,
            against=others,
        )

    def _rows(self, month: date, owner: Owner, one: bool) -> Question:
        rows = self.rows.but(month=(month, month))
        return rows.but(user_id=(owner,)) if one else rows

    def _computed_figure(self, month: date, owner: Owner, one: bool, but: tuple[int, ...]) -> Figure:
        """Won and commit of a month, of all but those who have a number."""
        period = Period.month_of(month)
        some = [
            found
            for (who, at), found in self.computed.items()
            if at == month and who not in but and (not one or who == owner)
        ]
        rows = self.deals.but(f"called:{period.first}..{period.last}")
        rows = rows.but(assigned_to=(owner,)) if one else rows
        rows = rows.but(assigned_to=Except(but)) if but else rows
        label = f"{month:%b %Y}, won + commit" + (" of everybody else" if but else "")
        count, worth = sum(one.count for one in some), sum(one.cents for one in some)
        return Figure(label, Formula.VALUE, amount(worth), count, rows, self.currency, period, _COMPUTED)

    def people(self, month: date, names: Mapping[int, str]) -> Iterator[Person]:
        """A line for each who has deals or a number in a month, by name."""
        here = {who for who, at in (*self.said, *self.computed) if at == month}
        for who in [*(user for user in names if user in here), *([None] if None in here else [])]:
            given = self.said.get((who, month), Said()).at if who else None
            yield Person(names[who] if who else NOBODY, who, list(self._line(month, who)), given)

    def _line(self, month: date, who: Owner) -> Iterator[Figure | None]:
        yield self._computed_figure(month, who, True, ())
        said = self.said.get((who, month), Said()) if who else Said()
        for over, worth in ((False, said.own), (True, said.over)):
            rows = self._rows(month, who, True).but("newest", by_manager=(over,))
            label = f"{month:%b %Y}, {'manager' if over else 'own'} number"
            yield (
                None
                if worth is None
                else Figure(
                    label, Formula.SUM, worth, 1, rows, self.currency, Period.month_of(month), of="amount"
                )
            )
        yield self.figure(month, who, True)


def submitted(asked: Asked, month: date, names: Mapping[int, str]) -> Submitted:
    """The forecast of a month by person; those of all add up to `every`."""
    people = [] if asked.why else list(asked.people(month, names))
    return Submitted(asked.currency, month, people, asked.figure(month))
