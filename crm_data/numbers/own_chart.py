"""A chart of one's own computed: every bar a figure, those of nobody, of no date and of all others too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.converted import SAID, Converted, named, untold
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question, counted
from crm_data.numbers.own import Own, measures_of, titled
from crm_data.numbers.owners import told_apart
from crm_data.numbers.period import EARLIEST, LATEST, Period, step_label, steps
from crm_data.numbers.pipeline import Where
from crm_data.numbers.placing import fixed
from crm_data.numbers.told import UNTOLD
from crm_data.store import summary
from crm_data.store.conditions import EMPTY, Except
from crm_data.store.filters import Condition, Op
from crm_data.store.lists import Lists
from crm_data.store.names import member_names, record_names
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.store.zones import day_start, within
from crm_data.tables import Deal
from crm_data.tables.fields import Field, Kind, inside

TOP = 12  # places of a column of many values; the others are one place
MOST_STEPS = 36  # places of days; what lies before them is one place
_NO_DATE, _EARLIER, _FIRST = 0, 1, 2  # what SQL calls places of days
_WHOLE = (Kind.CHOICE, Kind.YES_NO)  # of which each value has its place
# Rows of one place: how many, the sum in cents or units, and how many hold something.
Sums = tuple[int, int, int]


@dataclass(frozen=True)
class Asked:
    """What a chart is computed of. `where`, `rows`: the same records, in SQL and as a list."""

    own: Own
    records: Lists
    where: Where
    rows: Question
    period: Period
    today: date
    currency: str | None
    fiscal: int

    @property
    def of(self) -> Field | None:
        """The column that is summed."""
        return self.records.fields[self.own.of] if self.own.of else None


def plain(query: Query, own: Own) -> Query:
    """The list with a text that the grouping column is asked to contain said as a filter: beside it a group's
    own value can be asked for. Raises Invalid where the filter has no room for it.
    """
    said = query.where.get(own.column)
    if not isinstance(said, str) or not said:
        return query
    where = {name: wanted for name, wanted in query.where.items() if name != own.column}
    return replace(query, where=where, filter=query.filter.and_also(Condition(own.column, Op.HAS, (said,))))


def rows_where(asked: Asked, name: str, wanted: Any) -> Question:
    """The records that also meet a condition; see `Question.holding`."""
    return asked.rows.holding(asked.records.fields, name, wanted)


def narrowed(asked: Asked) -> Asked:
    """The records of the period and of the currency alone."""
    own, where, rows = asked.own, list(asked.where), asked.rows
    if own.dated and not asked.period.all_time:
        where.append(_within(asked, own.dated, *asked.period.edges))
        rows = rows_where(asked, own.dated, asked.period.edges)
    if isinstance(asked.currency, Converted):
        rows = rows.of(asked.currency)  # of the list it is already said
    elif asked.currency and "currency" in asked.records.fields:
        model: Any = asked.records.table
        where.append(model.currency == asked.currency)
        rows = rows.but(currency=(asked.currency,))
    return replace(asked, where=where, rows=rows)


def own_chart(session: CompanySession, asked: Asked) -> Chart:
    """The bars of a chart of one's own. One to four statements, whatever the number of records.

    Two more where all currencies are told in one: how many deals cannot be.
    """
    asked = narrowed(asked)
    own, records = asked.own, asked.records
    if not own.by:
        total = _totals(session, asked)
        places = [(titled(own, records), asked.rows, total)] if total[0] else []
    elif own.unit:
        places = list(_days(session, asked))
    else:
        places = list(_values(session, asked))
    series = measures_of(records)[own.measure]
    labels = told_apart([label for label, _, _ in places])
    bars = [
        Bar(label, series, _figure(asked, label, rows, sums))
        for label, (_, rows, sums) in zip(labels, places, strict=True)
    ]
    lines = [(bar.place, bar.figure.value, bar.figure.count) for bar in bars]
    return Chart(
        f"{titled(own, records)} ({named(asked.currency)})" if asked.currency else titled(own, records),
        _basis(asked, series),
        asked.currency or "",
        bars,
        pd.DataFrame(lines, columns=["place", "value", "count"]),
        f"There are no {records.name} in this chart: none match its filters and its period.",
        _left(session, asked) if isinstance(asked.currency, Converted) else [],
    )


def _left(session: CompanySession, asked: Asked) -> list[Figure]:
    """The deals of the same list and period that cannot be told in the company's own currency. Two statements."""
    every, found = Question(asked.rows.table, untold(asked.rows.query)), []
    for name, label in UNTOLD.items():
        rows = every.but(name)
        counts = sa.select(sa.func.count()).select_from(Deal).where(*asked.records.matching(rows.query))
        number = int(session.scalar(counts) or 0)
        found.append(counted(label, number, rows, "In no number of the chart."))
    return found


def compared(session: CompanySession, chart: Chart, asked: Asked, before: Period) -> Chart:
    """A chart that is one number, beside the same number of another period. One statement."""
    if not chart.bars:
        return chart
    then = narrowed(replace(asked, period=before))
    label = titled(asked.own, asked.records)
    figure = _figure(then, label, then.rows, _totals(session, then))
    (bar,) = chart.bars
    return replace(chart, bars=[replace(bar, figure=replace(bar.figure, before=figure))])


def _basis(asked: Asked, series: str) -> str:
    on = asked.own.dated and inside(asked.records.fields[asked.own.dated].label)
    by_rate = f"; {SAID.removesuffix('.')}" if isinstance(asked.currency, Converted) else ""
    return f"{series}, by {on}{by_rate}" if on else f"{series}, as of now{by_rate}"


def _figure(asked: Asked, label: str, rows: Question, sums: Sums) -> Figure:
    count, added, held = sums
    period = asked.period if asked.own.dated else None
    if asked.of is None:
        return Figure(label, Formula.COUNT, count, count, rows, period=period)
    total, value = summary.read_sum(asked.of, added), None
    formula = Formula.SUM if asked.own.measure.startswith("sum") else Formula.MEAN
    if formula is Formula.SUM:
        value = total
    elif held:
        value = summary.mean(asked.of, total, held)
    means = f"The column is {asked.of.label}."
    return Figure(label, formula, value, count, rows, asked.currency, period, means, of=asked.of.name)


# what stands in SQL


def _sums(asked: Asked) -> list[sa.ColumnElement[int]]:
    if asked.of is None:
        return [sa.func.count(), sa.literal_column("0", sa.Integer), sa.literal_column("0", sa.Integer)]
    column = getattr(asked.records.table, asked.of.name)
    return [sa.func.count(), asked.records.summed(asked.of, asked.rows.query), sa.func.count(column)]


def _totals(session: CompanySession, asked: Asked) -> Sums:
    table: Any = asked.records.table
    wanted = sa.select(*_sums(asked)).select_from(table).where(*asked.where)
    return _ints(tuple(session.execute(wanted).one()))


def _within(asked: Asked, name: str, first: date | None, last: date | None) -> sa.ColumnElement[bool]:
    column, declared = getattr(asked.records.table, name), asked.records.fields[name]
    if declared.kind is Kind.MOMENT:
        return within(column, first, last, asked.rows.query.zone)
    return column.between(first, last)  # type: ignore[no-any-return]


# places of values


def _values(session: CompanySession, asked: Asked) -> Iterator[tuple[str, Question, Sums]]:
    """A place a value: of a choice in its order, else the greatest first, and all others as one place."""
    table: Any = asked.records.table
    declared = asked.records.fields[asked.own.column]
    key = summary.filled(table, declared).label("place")
    count, added, held = _sums(asked)
    wanted = sa.select(key, count, added, held).select_from(table).where(*asked.where).group_by(key)
    if declared.kind in _WHOLE:
        found = [(value, _ints(sums)) for value, *sums in session.execute(wanted)]
        order = {value: at for at, value in enumerate(declared.choice_labels())}
        found.sort(key=lambda one: (one[0] is None, order.get(one[0], len(order)), str(one[0])))
        rest: Sums = (0, 0, 0)
    else:
        first = [added.desc()] if asked.own.measure.startswith("sum") else []
        wanted = wanted.order_by(*first, count.desc(), key.is_(None), key).limit(TOP + 1)
        found = [(value, _ints(sums)) for value, *sums in session.execute(wanted)]
        rest = (0, 0, 0)
        if len(found) > TOP:
            found = found[:TOP]
            whole = _totals(session, asked)
            rest = _less(whole, [sums for _, sums in found])
    names = _names(session, declared, [value for value, _ in found if value is not None])
    for value, sums in found:
        yield called(declared, value, names), rows_where(asked, declared.name, (value,)), sums
    if rest[0]:
        others = Except(tuple(value for value, _ in found))
        yield "All others", rows_where(asked, declared.name, others), rest


def _ints(sums: Sequence[Any]) -> Sums:
    count, added, held = sums
    return int(count), int(added or 0), int(held or 0)


def _less(whole: Sums, parts: Sequence[Sums]) -> Sums:
    count, added, held = (whole[at] - sum(part[at] for part in parts) for at in range(3))
    return count, added, held


def _names(session: CompanySession, declared: Field, values: Sequence[Any]) -> Mapping[int, str]:
    if declared.kind is Kind.MEMBER:
        return member_names(session)
    if declared.kind is Kind.LINK and declared.to and values:
        return record_names(session, declared.to, values)
    return {}


def called(declared: Field, value: Any, names: Mapping[int, str]) -> str:
    if value is None:
        return "Nobody" if declared.kind is Kind.MEMBER else f"No {inside(declared.label)}"
    if declared.kind is Kind.MEMBER:
        return names.get(value, "A former colleague")
    if declared.kind is Kind.LINK:
        return names.get(value) or f"Number {value}"
    if declared.kind is Kind.YES_NO:
        return "Yes" if value else "No"
    return declared.words_for(value) if declared.kind is Kind.CHOICE else str(value)


# places of days


def _days(session: CompanySession, asked: Asked) -> Iterator[tuple[str, Question, Sums]]:
    """A place a month or the like, the empty ones too; before and after them the rest."""
    table: Any = asked.records.table
    name, unit, zone = asked.own.column, asked.own.unit, asked.rows.query.zone
    column, declared = getattr(table, name), asked.records.fields[name]
    ends = sa.select(sa.func.min(column), sa.func.max(column)).select_from(table).where(*asked.where)
    low, high = (_day(end, asked) for end in session.execute(ends).one())
    each: list[Period] = []
    if low and high:
        if asked.own.dated == name and asked.period.bounded:
            low, high = asked.period.first, max(high, min(asked.today, asked.period.last))
        low, high = min(max(low, EARLIEST), LATEST), min(max(high, EARLIEST), LATEST)
        low = max(low, date(max(high.year - MOST_STEPS, EARLIEST.year), 1, 1))
        each = steps(low, high, unit, asked.fiscal)[-MOST_STEPS:]
    edges = [each[0].first, *(step.last + timedelta(days=1) for step in each)] if each else []
    begins = [day_start(day, zone) if declared.kind is Kind.MOMENT else day for day in edges]
    when = [(column.is_(None), _NO_DATE)]
    when += [(column < begin, at) for at, begin in enumerate(begins, _EARLIER)]
    numbered = [(clause, fixed(at)) for clause, at in when]
    later = _FIRST + len(each)
    place = sa.case(*numbered, else_=fixed(later)).label("place")
    wanted = sa.select(place, *_sums(asked)).select_from(table).where(*asked.where).group_by(place)
    found = {int(at): _ints(sums) for at, *sums in session.execute(wanted)}
    nothing: Sums = (0, 0, 0)
    if _EARLIER in found:
        before = (None, each[0].first - timedelta(days=1))
        yield "Earlier", rows_where(asked, name, before), found[_EARLIER]
    for at, step in enumerate(each, _FIRST):
        rows = rows_where(asked, name, step.edges)
        yield step_label(step, unit, asked.fiscal), rows, found.get(at, nothing)
    if later in found:
        yield "Later", rows_where(asked, name, (edges[-1], None)), found[later]
    if _NO_DATE in found:
        yield "No date", rows_where(asked, name, EMPTY), found[_NO_DATE]


def _day(moment: Any, asked: Asked) -> date | None:
    if isinstance(moment, datetime):
        return moment.astimezone(asked.rows.query.zone).date()
    return moment  # type: ignore[no-any-return]
