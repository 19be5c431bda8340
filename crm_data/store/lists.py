"""A list at any place and as a whole: windows for scrolling, what changed meanwhile, footers, groups, all ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.store import ordering, summary
from crm_data.store import query as q
from crm_data.store.finding import Found, place_of, showing
from crm_data.store.last_change import last_change
from crm_data.store.names import member_names
from crm_data.store.ordering import Key, Spot
from crm_data.store.reading import Reader, Row
from crm_data.store.scope import CompanySession
from crm_data.store.summary import Group, Measured
from crm_data.store.values import clean_text, row_id
from crm_data.tables.fields import Field, Kind
from crm_data.tables.reading import reading_order

MOST_IN_WINDOW = 500
MOST_WATCHED = 1_000
MOST_FOUND = 100  # characters of what is looked for
KNOWN_FOR = timedelta(minutes=1)  # the clock moves what is overdue, without a line in the log
_MOST_SPOTS, _LEAST_GAP = 400, 500


@dataclass(frozen=True)
class Ruler:
    """What is known of a list that somebody scrolls: its length, and the places of some of its rows.

    Whoever scrolls keeps it from one window to the next. It holds until something of the company changes.
    """

    company: int
    query: q.Query
    last_change: int
    at: datetime
    total: int
    spots: tuple[Spot, ...] = ()

    def known(self, spots: Sequence[Spot]) -> "Ruler":
        """With more places: of those near each other one is enough."""
        gap, found = max(_LEAST_GAP, self.total // _MOST_SPOTS), list(self.spots)
        for spot in spots:
            if all(abs(spot.before - other.before) >= gap for other in found):
                found.append(spot)
        return Ruler(self.company, self.query, self.last_change, self.at, self.total, tuple(found))


@dataclass(frozen=True)
class Window:
    """Some rows of a list: the first has `start` rows before it. `names` as in a Page."""

    rows: list[Row]
    start: int
    total: int
    names: Mapping[str, Mapping[int, str]]
    ruler: Ruler


@dataclass(frozen=True)
class Fresh:
    """Of the rows that somebody sees: those that were changed, as they are, and the ids that left the list."""

    rows: list[Row] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    names: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


class Lists(Reader):
    """The lists of one kind of record in one company, as one person may see them."""

    def window(self, query: q.Query, start: int, n: int, ruler: Ruler | None = None) -> Window:
        """`n` rows (at most 500) of a list from its place `start` on; the nearest there are when it is shorter.

        Give it the `ruler` of the window before. Rows are then found from the nearest place that is known, in the
        order of an index, so that scrolling costs the same wherever one is in a list of a million rows: at most
        max(500, total / 400) rows are stepped over. A jump steps over all rows from there, once; so does an order
        by columns that the filter has no index for. The rows are counted anew after a change of anything in the
        company, or a minute. Statements: two to four, and one a kind of linked record. Raises Invalid.
        """
        query, n = query.first(), max(1, min(n, MOST_IN_WINDOW))
        where = self.matching(query)
        ordering.keys(self.table, self.fields, query)
        with self._store.read(self._scope) as session:
            ruler = self._ruler(session, query, where, ruler)
            start = max(0, min(start, ruler.total - n))
            # A key that no index keeps costs more to compare than rows cost to step over.
            known = ruler if self.fields[query.sort].sort else replace(ruler, spots=())
            edge, backwards, skip = _nearest(known, start, n)
            by = ordering.keys(self.table, self.fields, query, backwards)
            if edge is not None:
                where = [*where, ordering.behind(by, edge)]
            rows_of = self._part(by, where, query, n, skip)
            rows, keys = self._found(session, rows_of, len(by) - 1)
            names = self._names(session, rows)
        if backwards:
            rows.reverse()
            keys.reverse()
        ends = {0, len(rows) - 1} if rows else set()
        spots = [Spot(keys[at], rows[at]["id"], start + at + 1) for at in sorted(ends)]
        return Window(rows, start, ruler.total, names, ruler.known(spots))

    def fresh(self, query: q.Query, seen: Mapping[int, int]) -> Fresh:
        """What became of rows that somebody sees, as id -> version: at most a thousand. One statement at rest."""
        ids = [id_ for id_ in map(row_id, list(seen)[:MOST_WATCHED]) if id_ is not None]
        if not ids:
            return Fresh()
        model: Any = self.table
        where = [*self.matching(query.first()), model.id.in_(ids)]
        with self._store.read(self._scope) as session:
            now = {
                row.id: row.version
                for row in session.execute(sa.select(model.id, model.version).where(*where))
            }
            changed = [id_ for id_, version in now.items() if version != seen[id_]]
            rows: list[Row] = []
            if changed:
                some = self._select.where(model.id.in_(changed)).order_by(model.id)
                result = session.execute(some)
                columns = list(result.keys())
                rows = [dict(zip(columns, row, strict=True)) for row in result]
            names = self._names(session, rows) if rows else {}
        return Fresh(rows, [id_ for id_ in ids if id_ not in now], names)

    def last_change(self) -> int:
        """A number that is another after each change of anything in the company; 0 before the first."""
        with self._store.read(self._scope) as session:
            return last_change(session)

    def ids(self, query: q.Query, most: int) -> list[int]:
        """The ids of all rows that match, for an act upon all of them. Raises Invalid when there are more."""
        model: Any = self.table
        wanted = sa.select(model.id).where(*self.matching(query)).order_by(model.id).limit(most + 1)
        with self._store.read(self._scope) as session:
            found = list(session.scalars(wanted))
        if len(found) > most:
            raise Invalid(
                f"This is for at most {most:,} records at once. Narrow the list with a filter first."
            )
        return found

    def find(
        self, query: q.Query, columns: Sequence[str], text: str, after: int = -1, back: bool = False
    ) -> Found:
        """The next row of the list behind the place `after`, or the last before it, that shows a text in a column.

        Round the end to the other side; over all rows that match, wherever anybody has scrolled. Two statements.
        Raises Invalid.
        """
        where, by = self.matching(query.first()), ordering.keys(self.table, self.fields, query.first())
        said = _sought(text)
        if said is None:
            return Found(0)
        with self._store.read(self._scope) as session:
            shows = self._shows(session, columns, said, query)
            place = (sa.func.row_number().over(order_by=ordering.directed(by)) - 1).label("at")
            hit = sa.case((shows, 1), else_=0).label("hit")
            listed = sa.select(place, hit).select_from(self.table).where(*where).subquery()
            hits = sa.select(listed.c.at).where(listed.c.hit == 1).subquery()
            count, at, nth = session.execute(place_of(hits, after, back)).one()
        return Found(count, at, nth) if count else Found(0)

    def footers(self, query: q.Query, wanted: Mapping[str, str]) -> dict[str, Measured]:
        """What stands under each column: field -> one of `MEASURES`, over all rows that match.

        Answers by field and currency, with no currency (`PLAIN`) for what is no money. An average has two places,
        rounded half up. One statement, and one more where amounts have currencies of their own. Raises Invalid.
        """
        summary.demand_measures(self.fields, wanted)
        where, model = self.matching(query.first()), self.table
        sums = [self.fields[name] for name, measure in wanted.items() if measure in ("sum", "average")]
        counts = {name: measure for name, measure in wanted.items() if measure not in ("sum", "average")}
        with self._store.read(self._scope) as session:
            parts = [summary.counted(model, self.fields[name], measure) for name, measure in counts.items()]
            numbers = (
                session.execute(sa.select(*parts).select_from(model).where(*where)).one() if parts else ()
            )
            found: dict[str, Measured] = {
                name: {summary.PLAIN: int(number)} for name, number in zip(counts, numbers, strict=True)
            }
            by_money = self._added(session, [], sums, where, query) if sums else []
        for declared in sums:
            each = [(money, of[declared.name], held[declared.name]) for _, money, _, of, held in by_money]
            if not self._has_currency(declared):
                each = [(self._currency(declared), sum(e[1] for e in each), sum(e[2] for e in each))]
            found[declared.name] = summary.measured(declared, wanted[declared.name], each)
        return {name: found[name] for name in wanted}

    def groups(
        self,
        query: q.Query,
        by: Sequence[str],
        sums: Sequence[str] = (),
        columns: Sequence[str] = (),
        text: str | None = None,
    ) -> list[Group]:
        """The rows that match, grouped by one to three columns, each group with its number of rows and its sums.

        With `text` those rows alone that show it in one of `columns`, as `find` looks for it. In the order in
        which people read the values, nothing last. One statement, and one a kind of linked record. Raises
        Invalid, also for more than a thousand groups.
        """
        summary.demand_groups(self.fields, by, sums)
        added = [self.fields[name] for name in sums]
        said = None if text is None else _sought(text)
        if text is not None and said is None:
            return []
        with self._store.read(self._scope) as session:
            where = self.matching(query.first())
            if said is not None:
                where = [*where, self._shows(session, columns, said, query)]
            found = self._added(session, by, added, where, query)
            groups: dict[tuple[Any, ...], tuple[int, dict[str, dict[str, Any]]]] = {}
            for values, money, count, of, held in found:
                known, amounts = groups.get(values, (0, {}))
                for declared in added:
                    here = amounts.setdefault(declared.name, {})
                    code = money if self._has_currency(declared) else self._currency(declared)
                    if held[declared.name]:
                        here[code] = here.get(code, Decimal(0)) + of[declared.name]
                groups[values] = known + count, amounts
            if len(groups) > summary.MOST_GROUPS:
                raise Invalid("These are more groups than can be shown. Group by a column with fewer values.")
            named = [dict(zip(by, values, strict=True)) for values in groups]
            names = self._names(session, named) if any(self.fields[n].to for n in by) else {}
        made = [
            Group(
                values,
                count,
                {
                    n: {code: summary.read_sum(self.fields[n], s) for code, s in of.items()}
                    for n, of in amounts.items()
                },
                tuple(names.get(name, {}).get(value) for name, value in zip(by, values, strict=True)),
            )
            for values, (count, amounts) in groups.items()
        ]
        place = [_reading(self.fields[name], names.get(name, {})) for name in by]
        return sorted(made, key=lambda g: [key(value) for key, value in zip(place, g.values, strict=True)])

    def group(self, query: q.Query, by: Sequence[str], values: Sequence[Any]) -> q.Query:
        """The list of one group's rows. Raises Invalid."""
        summary.demand_groups(self.fields, by, ())
        if len(values) != len(by):
            raise Invalid("This group is no longer there. Group the list again.")
        return summary.narrowed(query, self.fields, by, values)

    # the parts

    def _part(
        self, by: Sequence[Key], where: Sequence[Any], query: q.Query, n: int, skip: int
    ) -> sa.Select[Any]:
        """The SELECT of some rows in their order. What no index keeps in it is sorted by ids, without the rows."""
        model: Any = self.table
        ordered = ordering.directed(by)
        if self.fields[query.sort].sort:
            return self._keyed(by).where(*where).order_by(*ordered).limit(n).offset(skip or None)
        some = sa.select(model.id).where(*where).order_by(*ordered).limit(n).offset(skip or None)
        return self._keyed(by).where(model.id.in_(some)).order_by(*ordered)

    def _shows(
        self, session: CompanySession, columns: Sequence[str], said: str, query: q.Query
    ) -> sa.ColumnElement[bool]:
        fields = [self.fields[name] for name in columns if name in self.fields]
        return showing(self.table, fields, said, member_names(session), query.zone)

    def _ruler(
        self, session: CompanySession, query: q.Query, where: Sequence[Any], known: Ruler | None
    ) -> Ruler:
        last, now = last_change(session), clock.now()
        same = known and (known.company, known.query, known.last_change) == (session.company, query, last)
        if known and same and now - known.at < KNOWN_FOR:
            return known
        total = session.scalar(sa.select(sa.func.count()).select_from(self.table).where(*where)) or 0
        return Ruler(session.company, query, last, now, total)

    def told_in(self, query: q.Query) -> str:
        """The one currency in which the list tells all its amounts; '' where each stands in its own."""
        return ""

    def summed(self, declared: Field, query: q.Query) -> sa.ColumnElement[int]:
        """The sum of a column in SQL: of money in cents, as the list tells it."""
        return summary.added(self.table, declared)

    def _added(
        self,
        session: CompanySession,
        by: Sequence[str],
        sums: Sequence[Field],
        where: Sequence[Any],
        query: q.Query,
    ) -> list[tuple[tuple[Any, ...], str, int, dict[str, int], dict[str, int]]]:
        """(values, currency, rows, sum by field, how many hold something by field) of each group, in SQL."""
        model: Any = self.table
        keys = [summary.filled(model, self.fields[name]) for name in by]
        told = self.told_in(query)
        money = [model.currency] if not told and any(map(self._has_currency, sums)) else []
        totals = [self.summed(declared, query) for declared in sums]
        holds = [sa.func.count(getattr(model, declared.name)) for declared in sums]
        wanted = sa.select(*keys, *money, sa.func.count(), *totals, *holds).select_from(model).where(*where)
        if keys or money:
            wanted = wanted.group_by(*keys, *money)
        names, found = [declared.name for declared in sums], []
        for row in session.execute(wanted.limit(summary.MOST_GROUPS * 10)):
            values, rest = tuple(row[: len(keys)]), list(row[len(keys) :])
            code = rest.pop(0) if money else told or summary.PLAIN
            count, numbers = int(rest[0]), [int(number) for number in rest[1:]]
            of, held = numbers[: len(names)], numbers[len(names) :]
            found.append(
                (values, code, count, dict(zip(names, of, strict=True)), dict(zip(names, held, strict=True)))
            )
        return found

    def _has_currency(self, declared: Field) -> bool:
        return declared.kind is Kind.MONEY and "currency" in self.fields

    def _currency(self, declared: Field) -> str:
        return self._scope.currency if declared.kind is Kind.MONEY else summary.PLAIN


def _sought(text: str) -> str | None:
    """What is looked for; None for nothing. Raises Invalid."""
    said = clean_text(text, False)
    if len(said or "") > MOST_FOUND:
        raise Invalid(f"Look for a shorter text: at most {MOST_FOUND} characters.")
    return said


def _nearest(ruler: Ruler, start: int, n: int) -> tuple[Spot | None, bool, int]:
    """The known place from which the fewest rows are stepped over: it, whether one goes back from it, how many."""
    ways: list[tuple[int, bool, Spot | None]] = [(start, False, None)]
    if start + n >= ruler.total:
        ways.append((0, True, None))
    else:
        ways.append((ruler.total - start - n, True, None))
    for spot in ruler.spots:
        if spot.before <= start:
            ways.append((start - spot.before, False, spot))
        elif spot.before - 1 >= start + n:
            ways.append((spot.before - 1 - start - n, True, spot))
    skip, backwards, edge = min(ways, key=lambda way: way[0])
    return edge, backwards, skip


def _reading(declared: Field, names: Mapping[int, str]) -> Any:
    """What the values of a column are sorted by, as people read them; nothing comes last."""
    order = {value: at for at, value in enumerate(declared.choice_labels())}

    def key(value: Any) -> tuple[bool, Any]:
        if declared.kind is Kind.CHOICE:
            return value is None, order.get(value, len(order))
        if declared.kind in (Kind.MEMBER, Kind.LINK):
            return value is None, (reading_order(names.get(value, "")), value or 0)
        if declared.kind is Kind.TEXT:
            return value is None, (reading_order(value or ""), value or "")
        return value is None, value if value is not None else 0

    return key
