"""What Insights says of all deals, said of each owner, industry or the like, in four tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.nouns.converted import in_money, named
from crm_data.nouns.cycles import cycle_days, timed
from crm_data.nouns.of_customers import said
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.breakdown_pace import PACE, pace
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.forecast import Line
from crm_data.numbers.funnel import Base, counts_by, steps_of
from crm_data.numbers.own_chart import called
from crm_data.numbers.owners import told_apart
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.placing import FIRST, NONE, is_middle, place_of
from crm_data.numbers.rates import BASIS, Closed
from crm_data.numbers.stage_days import median_of, medians_by
from crm_data.numbers.sums import LOST, OPEN, WON, amount, cents, closing, number, total, weighted_cents
from crm_data.store import summary
from crm_data.store.conditions import Except
from crm_data.store.names import member_names
from crm_data.store.query import Query
from crm_data.store.reading import Reader
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Customer, Deal
from crm_data.tables.fields import Field, Kind, inside
from crm_data.tables.stage_rules import StageRules

TOP = 12  # lines; what is behind them is one line
OTHERS = "All others"
RESULTS = ("Won", "Deals won", "Win rate", "Average deal", "Median cycle", "Open", "Weighted")
COMPARED = RESULTS[:5]  # those of the period, which stand beside the same of an earlier one
_OWN = (Kind.CHOICE, Kind.YES_NO, Kind.MEMBER)
_OF_CUSTOMER = "customer."  # before the column, where it is one of the deal's customer
_UNKNOWN = "Deals cannot be broken down by that. Choose one of the list."


@dataclass(frozen=True)
class Dimension:
    """What deals are broken down by: a column of theirs, or where `of_customer` of their customer."""

    key: str
    label: str
    field: Field
    of_customer: bool

    @property
    def column(self) -> Any:
        """The column, NULL where nothing is filled in, within a select of deals."""
        if not self.of_customer:
            return summary.filled(Deal, self.field)
        column = summary.filled(Customer, self.field)
        return sa.select(column).where(Customer.id == Deal.customer_id).scalar_subquery()


@dataclass(frozen=True)
class Breakdown:
    """The same lines four times: each a value, or what is behind the greatest ones.

    `pace`: see `breakdown_pace`. `funnel`, `days`: of deals of every currency. `before`: what the results of the
    period are compared with, each figure with its own `before`.
    """

    label: str
    currency: str
    results: Sequence[Line]
    pace: Sequence[Line]
    funnel_heads: Sequence[str]
    funnel: Sequence[Line]
    days_heads: Sequence[str]
    days: Sequence[Line]
    before: Period | None = None

    @property
    def heads(self) -> list[str]:
        """Those of `table`."""
        funnel = [f"funnel: {head}" for head in self.funnel_heads]
        then = [f"{head}: {side}" for head in COMPARED for side in ("before", "change")]
        return [
            self.label,
            "currency",
            *RESULTS,
            *(["compared with", *then] if self.before else []),
            *PACE,
            *funnel,
            *(f"median days: {head}" for head in self.days_heads),
        ]

    def table(self) -> list[tuple[Any, ...]]:
        """A row a line, with all that is said of it; None where there is none."""
        said, money = zip(self.results, self.pace, self.funnel, self.days, strict=True), named(self.currency)
        return [
            (
                one.name,
                money,
                *(f and f.value for f in one.figures),
                *(self._then(one) if self.before else ()),
                *(f and f.value for f in (*two.figures, *three.figures, *four.figures)),
            )
            for one, two, three, four in said
        ]

    def _then(self, line: Line) -> Iterator[Any]:
        """What is compared with, and of each of `COMPARED` the value then and by how much it is more now."""
        assert self.before is not None
        yield f"{self.before.first}..{self.before.last}"
        for figure in line.figures[: len(COMPARED)]:
            yield figure and figure.before and figure.before.value
            yield figure and figure.change


@dataclass(frozen=True)
class Asked:
    """What is broken down. `where`: of every currency; `money`: of the one that amounts are in."""

    dimension: Dimension
    deals: Reader
    where: Where
    rows: Question
    period: Period
    today: date
    currency: str
    rules: StageRules
    leads: Reader
    leads_query: Query
    top: int = TOP


# A place: what SQL calls it, its name, and its rows.
Place = tuple[int, str, Question]


def dimensions(deals: Reader, customers: Reader, own: Mapping[str, Sequence[str]]) -> dict[str, Dimension]:
    """What deals can be broken down by, by its key. `own`: table -> the names of the company's own fields."""
    found = [_dimension(deals, "assigned_to")]
    found += [_dimension(customers, name) for name in ("industry", "customer_type", "source")]
    for records in (deals, customers):
        shown = [name for name in own.get(records.name, ()) if records.fields[name].filter]
        found += [_dimension(records, name) for name in shown if records.fields[name].kind in _OWN]
    return {one.key: one for one in found}


def chosen(key: str, some: Mapping[str, Dimension]) -> Dimension:
    """That of a key. Raises Invalid."""
    if key not in some:
        raise Invalid(_UNKNOWN)
    return some[key]


def breakdown(session: CompanySession, asked: Asked) -> Breakdown:
    """A line a value, most deals first, one for those that have none, and one for all others.

    Deals count that were made in the period, closed in it or in what it is compared with, or are open. Results: by
    `actual_close_date` in the period, open as of now, in one currency. Funnel: of deals made in the period, who
    skipped a stage came to it. Days: as `stage_days`. At most nine statements, and two more where the period is
    compared with an earlier one: the lines are the same, and what was won and lost in it stands at each figure.
    """
    values = _values(session, asked)
    names = member_names(session) if asked.dimension.field.kind is Kind.MEMBER else {}
    places = _places(asked, values, names)
    placed = _placed(asked, values)
    closed, before = dict[int, Closed](), asked.period.before()
    results = _results(session, asked, placed, places, closed)
    if before:
        earlier = _results(session, replace(asked, period=before), placed, places, {})
        results = [_beside(*pair) for pair in zip(results, earlier, strict=True)]
    moves = pace(session, asked, placed, places, values, closed)
    funnel_heads, funnel = _funnel(session, asked, placed, places)
    days = _days(session, asked, placed, places)
    shown = {
        at
        for lines in (results, moves, funnel, days)
        for at, line in enumerate(lines)
        if any(
            figure and (figure.count or (figure.before and figure.before.count)) for figure in line.figures
        )
    }
    each = (results, moves, funnel, days)
    kept = [[line for at, line in enumerate(lines) if at in shown] for lines in each]
    stages = [asked.rules.label(stage) for stage in OPEN_STAGES]
    label = asked.dimension.label
    return Breakdown(label, asked.currency, kept[0], kept[1], funnel_heads, kept[2], stages, kept[3], before)


def _beside(line: Line, earlier: Line) -> Line:
    """A line with what it says of the period beside the same of the earlier one; what is as of now has none."""
    pairs = zip(line.figures, earlier.figures, strict=True)
    both = [
        replace(now, before=then) if now and at < len(COMPARED) else now
        for at, (now, then) in enumerate(pairs)
    ]
    return Line(line.name, both)


def _dimension(records: Reader, name: str) -> Dimension:
    field, of_customer = records.fields[name], records.table is Customer
    label = f"Customer's {inside(field.label)}" if of_customer else field.label
    return Dimension(f"{_OF_CUSTOMER if of_customer else ''}{name}", label, field, of_customer)


# which lines there are


def _values(session: CompanySession, asked: Asked) -> list[Any]:
    """The values that most of the deals have, None among them where some have none."""
    made = within(Deal.created_at, *asked.period.edges, asked.rows.query.zone)
    before = asked.period.before()
    inside_ = [closing(asked.period), *([closing(before)] if before else [])]
    closed = sa.and_(Deal.status != OPEN, sa.or_(*inside_))
    told = [] if asked.period.all_time else [sa.or_(made, closed, Deal.status == OPEN)]
    each = sa.select(asked.dimension.column.label("value")).select_from(Deal).where(*asked.where, *told)
    held = each.subquery()
    wanted = sa.select(held.c.value, sa.func.count().label("deals")).group_by(held.c.value)
    order: tuple[Any, ...] = (sa.desc("deals"), held.c.value.is_(None), held.c.value)
    found = session.execute(wanted.order_by(*order).limit(asked.top + 1))
    return [value for value, _ in found][: asked.top]


def _places(asked: Asked, values: Sequence[Any], names: Mapping[int, str]) -> list[Place]:
    """Those of the values in order, then none, if it is not among them, then all others."""
    dimension, known = asked.dimension, [value for value in values if value is not None]
    order = [*values, *([] if None in values else [None])]
    numbers = {value: at for at, value in enumerate(known, FIRST)}
    found = [
        (
            NONE if value is None else numbers[value],
            called(dimension.field, value, names),
            _rows(asked, (value,)),
        )
        for value in order
    ]
    found.append((FIRST + len(known), OTHERS, _rows(asked, (*known, None), but=True)))
    labels = told_apart([label for _, label, _ in found])
    return [(at, label, rows) for (at, _, rows), label in zip(found, labels, strict=True)]


def _rows(asked: Asked, values: tuple[Any, ...], but: bool = False) -> Question:
    dimension = asked.dimension
    if dimension.of_customer:
        name = "of_customer_else" if but else "of_customer"
        return asked.rows.but(f"{name}:{said(dimension.field.name, values)}")
    wanted = Except(values) if but else values
    return asked.rows.holding(asked.deals.fields, dimension.field.name, wanted)


def _placed(asked: Asked, values: Sequence[Any]) -> sa.Subquery:
    """Every deal with its place."""
    column = asked.dimension.column
    known = [value for value in values if value is not None]
    each = sa.select(Deal.id, column.label("value")).where(*asked.where).subquery()
    return sa.select(each.c.id, place_of(each.c.value, known)).subquery()


# what stands in them


def _results(
    session: CompanySession,
    asked: Asked,
    placed: sa.Subquery,
    places: Sequence[Place],
    closed: dict[int, Closed],
) -> list[Line]:
    """The lines; what was closed in each place goes into `closed`."""
    inside_ = closing(asked.period)
    open_ = Deal.status == OPEN
    won, lost = (sa.and_(Deal.status == status, inside_) for status in (WON, LOST))
    sums = [number(won), total(cents(asked.currency), won), number(lost)]
    sums += [number(open_), total(cents(asked.currency), open_)]
    sums += [total(weighted_cents(asked.currency), open_)]
    wanted = sa.select(placed.c.place, *sums).join(placed, placed.c.id == Deal.id)
    wanted = wanted.where(in_money(asked.currency)).group_by(placed.c.place)
    found = {int(at): [int(part) for part in parts] for at, *parts in session.execute(wanted)}
    took: dict[int, Any] = {
        int(at): {"timed": int(n), "median_days": float(median), "mean_days": float(mean)}
        for at, n, median, mean in session.execute(_cycles(asked, placed))
    }
    nothing = [0] * len(sums)
    for at, _, _ in places:
        won_count, won_cents, lost_count, *_ = found.get(at, nothing)
        closed[at] = Closed(won_count, lost_count, amount(won_cents), **took.get(at, {}))
    return [
        Line(name, _line(asked, name, rows, found.get(at, nothing)[3:], closed[at]))
        for at, name, rows in places
    ]


def _cycles(asked: Asked, placed: sa.Subquery) -> sa.Select[Any]:
    """Place, how many won deals took a time, median and mean of their days; as `rates` has it of all."""
    won = (
        sa.select(placed.c.place, cycle_days().label("days"))
        .join(placed, placed.c.id == Deal.id)
        .where(*timed(), closing(asked.period), in_money(asked.currency))
        .subquery()
    )
    ranked = sa.select(
        won.c.place,
        sa.case((won.c.days < 0, 0), else_=won.c.days).label("days"),
        sa.func.row_number().over(partition_by=won.c.place, order_by=won.c.days).label("nth"),
        sa.func.count().over(partition_by=won.c.place).label("n"),
    ).subquery()
    median = sa.func.avg(sa.case((is_middle(ranked.c.nth, ranked.c.n), ranked.c.days)))
    return sa.select(ranked.c.place, sa.func.count(), median, sa.func.avg(ranked.c.days)).group_by(
        ranked.c.place
    )


def _line(
    asked: Asked, name: str, rows: Question, parts: Sequence[int], closed: Closed
) -> list[Figure | None]:
    won, lost = closed.won, closed.lost
    open_count, open_cents, weighted = parts
    rows = rows.of(asked.currency)
    of_period = rows.but(actual_close_date=asked.period.edges)
    behind_won = (won, of_period.but(status=(WON,)))
    behind_both = (won + lost, of_period.but(status=(WON, LOST)))
    behind_open = (open_count, rows.but(status=(OPEN,)))

    def figure(head: str, formula: Formula, value: Value | None, behind: tuple[int, Question]) -> Figure:
        now = behind is behind_open
        period, means = (None, "") if now else (asked.period, BASIS)
        return Figure(f"{head}, {name}", formula, value, *behind, asked.currency, period, means)

    return [
        figure("Won", Formula.VALUE, closed.won_value, behind_won),
        figure("Deals won", Formula.COUNT, won, behind_won),
        figure("Win rate", Formula.WIN_RATE, closed.win_rate, behind_both),
        figure("Average deal", Formula.AVERAGE, closed.average, behind_won),
        figure(
            "Median cycle", Formula.MEDIAN_DAYS, closed.median_days, (closed.timed, of_period.but("timed"))
        ),
        figure("Open", Formula.VALUE, amount(open_cents), behind_open),
        figure("Weighted", Formula.WEIGHTED, amount(weighted), behind_open),
    ]


def _funnel(
    session: CompanySession, asked: Asked, placed: sa.Subquery, places: Sequence[Place]
) -> tuple[list[str], list[Line]]:
    found = counts_by(session, placed, asked.rows, asked.period)
    lines, heads = [], []
    for at, name, rows in places:
        counts = found.get(at, [0] * (len(OPEN_STAGES) + 1))
        steps = steps_of(rows, counts, asked.period, Base.MADE, True, asked.rules, f", {name}")
        lines.append(Line(name, [figure for pair in steps for figure in pair if figure]))
        labels = [step.label.removesuffix(f", {name}") for step, _ in steps]
        steps_named = ((label, f"of {before}") for before, label in pairwise(labels))
        heads = [labels[0], *(head for both in steps_named for head in both)]
    return heads, lines


def _days(session: CompanySession, asked: Asked, placed: sa.Subquery, places: Sequence[Place]) -> list[Line]:
    found = medians_by(session, placed, asked.rows, asked.period, asked.today)

    def line(at: int, name: str, rows: Question) -> Line:
        return Line(
            name,
            [
                median_of(
                    rows,
                    stage.value,
                    found.get((at, stage.value), (0, None)),
                    asked.period,
                    asked.today,
                    asked.rules,
                    f", {name}",
                )
                for stage in OPEN_STAGES
            ],
        )

    return [line(*place) for place in places]
