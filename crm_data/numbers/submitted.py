"""The forecast of a month as it was given: the manager's number, else the person's own, else what is computed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from crm_data.nouns.converted import UNRATED, Converted, untold
from crm_data.nouns.converted import worth as converted
from crm_data.nouns.selections import called, won_between
from crm_data.nouns.submissions import Submissions
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.goals import asked_of
from crm_data.numbers.pairs import TOO_MANY, Pair, but_pairs, nothing
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
WITHOUT = (
    "Not available: some given numbers have no rate of their month, or are too large to convert. They are opened"
    " here."
)
Owner = int | None


@dataclass(frozen=True)
class Computed:
    """What the deals of a person in a month say: how many are won or in commit, and their value in cents."""

    count: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Number:
    """One that was given; `told` None where it cannot be told in the currency of the figures."""

    told: Decimal | None


@dataclass(frozen=True)
class Said:
    """What was given for a person in a month; None where nothing was. `at`: when the newest was."""

    own: Number | None = None
    over: Number | None = None
    at: datetime | None = None

    @property
    def counts(self) -> Number | None:
        """The manager's number, else the person's own."""
        return self.own if self.over is None else self.over


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
        self.deals = deals.of(currency)
        # Of a person and a month in each currency, which is one where not all are told in it.
        self.said: dict[tuple[int, str, date], Said] = {}
        self.computed: dict[tuple[Owner, str, date], Computed] = {}
        if self.months:
            self._read_said(session, submissions)
            self._read_computed(session, where, rules)
        # With conditions that leave no room for the people who have a number, nobody else can be named.
        if self.said and self._but(self.deals, tuple((who, code) for who, code, _ in self.said)) is None:
            self.rows, self.why = nothing(self.rows), TOO_MANY

    def _read_said(self, session: CompanySession, submissions: Submissions) -> None:
        each = Submission
        wanted = sa.select(
            each.user_id, each.currency, each.month, each.by_manager, each.created_at,
            converted(self.currency, each.amount),
        )  # fmt: skip
        newest = replace(self.rows, query=untold(self.rows.query)).but("newest")
        wanted = wanted.where(*submissions.matching(newest.query))
        for user, code, month, over, at, worth in session.execute(wanted):
            known = self.said.get((user, code, month), Said())
            given = Number(None if worth is None else amount(worth))
            own, overruled = (known.own, given) if over else (given, known.over)
            last = known.at if known.at and known.at > at else at
            self.said[user, code, month] = Said(own, overruled, last)

    def _read_computed(self, session: CompanySession, where: Where, rules: StageRules) -> None:
        first, last = self.months[0], Period.month_of(self.months[-1]).last
        day = sa.case((won_between(first, last), Deal.actual_close_date), else_=Deal.expected_close_date)
        named = (Deal.assigned_to.label("owner"), Deal.currency.label("code"), day.label("day"))
        days = sa.select(*named, cents(self.currency).label("worth"))
        each = days.where(*where, called(first, last, self.deals.query.zone, rules)).subquery()
        by = (each.c.owner, each.c.code, sa.extract("year", each.c.day), sa.extract("month", each.c.day))
        wanted = sa.select(*by, sa.func.count(), total(each.c.worth)).group_by(*by)
        for owner, code, y, m, count, worth in session.execute(wanted):
            self.computed[owner, code, date(int(y), int(m), 1)] = Computed(int(count), int(worth))

    def figure(self, month: date, owner: Owner | None = None, one: bool = False) -> Figure | None:
        """The forecast of a month, of all or with `one` of one owner; None once the month is over."""
        if month not in self.months:
            return None
        period, name = Period.month_of(month), f"{month:%b %Y}"
        if self.why:
            label = f"{name}, forecast"
            return Figure(label, Formula.SUBMITTED, None, 0, self.rows, self.currency, period, self.why)
        told = {
            (user, code): said
            for (user, code, at), said in self.said.items()
            if at == month and (not one or user == owner)
        }
        others = self._computed_figure(month, owner, one, tuple(told))
        if not told:
            return others
        label, rows = f"{name}, forecast", self._rows(month, owner, one).but("in_force")
        counted = [said.counts.told for said in told.values() if said.counts]
        if None in counted:
            return self._unrated(label, Formula.SUBMITTED, counted.count(None), rows, period)
        worth = sum((each for each in counted if each is not None), Decimal(0))
        over = sum(said.over is not None for said in told.values())
        means = f"Managers' numbers: {over}; people's own: {len(told) - over}; {self._rest} it is computed."
        return Figure(
            label,
            Formula.SUBMITTED,
            worth + Decimal(others.value or 0),
            len(told),
            rows,
            self.currency,
            period,
            means,
            against=others,
        )

    @property
    def _rest(self) -> str:
        if isinstance(self.currency, Converted):
            return "of everybody else, and of them in other currencies,"
        return "of everybody else"

    def _unrated(
        self, label: str, formula: Formula, count: int, rows: Question, period: Period, of: str = ""
    ) -> Figure:
        """Not available: it opens the numbers that cannot be told in the currency."""
        behind = replace(rows, query=untold(rows.query)).but(UNRATED)
        return Figure(label, formula, None, count, behind, self.currency, period, WITHOUT, of=of)

    def _rows(self, month: date, owner: Owner, one: bool) -> Question:
        rows = self.rows.but(month=(month, month))
        return rows.but(user_id=(owner,)) if one else rows

    def _computed_figure(self, month: date, owner: Owner, one: bool, but: tuple[Pair, ...]) -> Figure:
        """Won and commit of a month, of all but those who have a number, in its currency."""
        period = Period.month_of(month)
        some = [
            found
            for (who, code, at), found in self.computed.items()
            if at == month and (who, code) not in but and (not one or who == owner)
        ]
        rows = self.deals.but(f"called:{period.first}..{period.last}")
        rows = rows.but(assigned_to=(owner,)) if one else rows
        rows = (self._but(rows, but) or rows) if but else rows
        label = f"{month:%b %Y}, won + commit" + (" of everybody else" if but else "")
        count, worth = sum(one.count for one in some), sum(one.cents for one in some)
        return Figure(label, Formula.VALUE, amount(worth), count, rows, self.currency, period, _COMPUTED)

    def _but(self, rows: Question, pairs: tuple[Pair, ...]) -> Question | None:
        if isinstance(self.currency, Converted):
            return but_pairs(rows, pairs)
        return rows.but(assigned_to=Except(tuple(who for who, _ in pairs)))

    def people(self, month: date, names: Mapping[int, str]) -> Iterator[Person]:
        """A line for each who has deals or a number in a month, by name."""
        here = {who for who, _, at in (*self.said, *self.computed) if at == month}
        for who in [*(user for user in names if user in here), *([None] if None in here else [])]:
            given = [said.at for said in self._of(month, who) if said.at]
            yield Person(
                names[who] if who else NOBODY, who, list(self._line(month, who)), max(given, default=None)
            )

    def _of(self, month: date, who: Owner) -> list[Said]:
        return [said for (user, _, at), said in self.said.items() if user == who and at == month]

    def _line(self, month: date, who: Owner) -> Iterator[Figure | None]:
        yield self._computed_figure(month, who, True, ())
        period = Period.month_of(month)
        for over in (False, True):
            each = [said.over if over else said.own for said in self._of(month, who)]
            told = [given.told for given in each if given]
            rows = self._rows(month, who, True).but("newest", by_manager=(over,))
            label = f"{month:%b %Y}, {'manager' if over else 'own'} number"
            if not told:
                yield None
            elif None in told:
                yield self._unrated(label, Formula.SUM, told.count(None), rows, period, "amount")
            else:
                worth = sum((one for one in told if one is not None), Decimal("0.00"))
                yield Figure(label, Formula.SUM, worth, len(told), rows, self.currency, period, of="amount")
        yield self.figure(month, who, True)


def submitted(asked: Asked, month: date, names: Mapping[int, str]) -> Submitted:
    """The forecast of a month by person; those of all add up to `every`."""
    people = [] if asked.why else list(asked.people(month, names))
    return Submitted(asked.currency, month, people, asked.figure(month))
