"""How it moves, broken down: velocity, age of open deals, how often they were put off, and how leads convert."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.nouns.converted import in_money
from crm_data.nouns.cycles import moving, qualified, seconds_from
from crm_data.nouns.of_customers import said
from crm_data.nouns.selections import pushes, spoken
from crm_data.numbers.conversion import conversion_in
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.forecast import Line
from crm_data.numbers.placing import is_middle, place_of
from crm_data.numbers.rates import BASIS, Closed
from crm_data.numbers.sums import OPEN, number
from crm_data.store import summary
from crm_data.store.conditions import Except
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Customer, Deal, Lead

if TYPE_CHECKING:
    from crm_data.numbers.breakdown import Asked, Place

PACE = ("Velocity", "Median age", "Put off per deal", "Lead conversion")
_A_DAY = 86_400
_AS_OF_NOW = "Deals that are open now."


def pace(
    session: CompanySession,
    asked: "Asked",
    placed: sa.Subquery,
    places: Sequence["Place"],
    values: Sequence[Any],
    closed: Mapping[int, Closed],
) -> list[Line]:
    """A line a place, in order: velocity of the period, age and pushes of what is open now, conversion of leads.

    `values`: those that have places of their own. `closed`: what was closed in each place in the period; what its
    velocity is made of is added to it. The first three in one currency. Leads are of the owner, of the source that
    they name themselves, and of the customer; of a field of deals alone there is no conversion. Three statements.
    """
    _moving(session, asked, placed, closed)
    open_ = _open(session, asked, placed)
    known = [value for value in values if value is not None]
    leads = _leads(session, asked, known)
    return [
        Line(
            name,
            [
                *_of_deals(asked, name, rows, closed[at], open_.get(at)),
                _of_leads(asked, known, at, name, leads),
            ],
        )
        for at, name, rows in places
    ]


def _moving(
    session: CompanySession, asked: "Asked", placed: sa.Subquery, closed: Mapping[int, Closed]
) -> None:
    first, last = asked.period.edges
    zone = asked.rows.query.zone
    wanted = (
        sa.select(placed.c.place, number(qualified(last, zone)), sa.func.count(Deal.id))
        .join(placed, placed.c.id == Deal.id)
        .where(in_money(asked.currency), moving(first, last, zone))
        .group_by(placed.c.place)
    )
    for at, many, every in session.execute(wanted):
        closed[int(at)].qualified, closed[int(at)].moving = int(many), int(every)


def _open(session: CompanySession, asked: "Asked", placed: sa.Subquery) -> dict[int, tuple[int, int, float]]:
    """Place -> how many deals are open, how often they were put off in all, and their median age in days."""
    age = seconds_from(Deal.created_at, sa.literal(clock.now(), Deal.created_at.type))
    each = (
        sa.select(placed.c.place, pushes().label("times"), age.label("seconds"))
        .join(placed, placed.c.id == Deal.id)
        .where(in_money(asked.currency), Deal.status == OPEN)
        .subquery()
    )
    by: Any = each.c.place
    ranked = sa.select(
        by,
        each.c.times,
        each.c.seconds,
        sa.func.row_number().over(partition_by=by, order_by=each.c.seconds).label("nth"),
        sa.func.count().over(partition_by=by).label("n"),
    ).subquery()
    median = sa.func.avg(sa.case((is_middle(ranked.c.nth, ranked.c.n), ranked.c.seconds)))
    wanted = sa.select(ranked.c.place, sa.func.count(), sa.func.sum(ranked.c.times), median)
    return {
        int(at): (int(count), int(times), max(float(seconds), 0.0) / _A_DAY)
        for at, count, times, seconds in session.execute(wanted.group_by(ranked.c.place))
    }


def _of_deals(
    asked: "Asked", name: str, rows: Question, closed: Closed, open_: tuple[int, int, float] | None
) -> list[Figure]:
    first, last = ("" if edge is None else edge.isoformat() for edge in asked.period.edges)
    rows, (count, times, age) = rows.of(asked.currency), open_ or (0, 0, None)
    behind_open = (count, rows.but(status=(OPEN,)))

    def figure(at: int, formula: Formula, value: Value | None, behind: tuple[int, Question]) -> Figure:
        now = behind is behind_open
        period, means = (None, _AS_OF_NOW) if now else (asked.period, BASIS)
        return Figure(f"{PACE[at]}, {name}", formula, value, *behind, asked.currency, period, means)

    return [
        figure(0, Formula.VELOCITY, closed.velocity, (closed.moving, rows.but(f"moving:{first}..{last}"))),
        figure(1, Formula.AGE, age, behind_open),
        figure(2, Formula.PUSHES, times / count if count else None, behind_open),
    ]


# leads


def _column(asked: "Asked") -> Any:
    """What leads are broken down by, NULL where nothing is filled in; None where they know nothing of it."""
    field = asked.dimension.field
    if not asked.dimension.of_customer:
        return summary.filled(Lead, asked.leads.fields[field.name]) if field.name == "assigned_to" else None
    if field.name == "source":
        return summary.filled(Lead, asked.leads.fields["source"])
    column = summary.filled(Customer, field)
    return sa.select(column).where(Customer.id == Lead.customer_id).scalar_subquery()


def _leads(
    session: CompanySession, asked: "Asked", known: Sequence[Any]
) -> dict[int, tuple[int, int, int]] | None:
    """Place -> leads converted in the period, made in it, and either; None where leads are of no place."""
    column = _column(asked)
    if column is None:
        return None
    each = (
        sa.select(Lead.id, column.label("value")).where(*asked.leads.matching(asked.leads_query)).subquery()
    )
    placed = sa.select(each.c.id, place_of(each.c.value, known)).subquery()
    first, final = asked.period.edges
    converted, made = (
        within(day, first, final, asked.leads_query.zone) for day in (Lead.converted_at, Lead.created_at)
    )
    wanted = (
        sa.select(placed.c.place, number(converted), number(made), number(sa.or_(converted, made)))
        .join(placed, placed.c.id == Lead.id)
        .group_by(placed.c.place)
    )
    return {int(at): (int(a), int(b), int(c)) for at, a, b, c in session.execute(wanted)}


def _of_leads(
    asked: "Asked",
    known: Sequence[Any],
    at: int,
    name: str,
    leads: dict[int, tuple[int, int, int]] | None,
) -> Figure | None:
    if leads is None:
        return None
    but = at > len(known)
    values = (*known, None) if but else (None,) if at == 0 else (known[at - 1],)
    rows = _rows(asked, values, but)
    return conversion_in(asked.period, leads.get(at, (0, 0, 0)), rows, f"{PACE[3]}, {name}")


def _rows(asked: "Asked", values: tuple[Any, ...], but: bool) -> Question:
    field, every = asked.dimension.field, Question("leads", asked.leads_query)
    if not asked.dimension.of_customer:
        return every.holding(asked.leads.fields, field.name, Except(values) if but else values)
    if field.name == "source":
        return every.but(f"{'not_from' if but else 'from'}:{spoken(values)}")
    return every.but(f"{'of_customer_else' if but else 'of_customer'}:{said(field.name, values)}")
