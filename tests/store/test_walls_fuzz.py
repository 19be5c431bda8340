"""Statements put together by chance: what a company sees is the same whether or not another company is there."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc, exists, func, select
from sqlalchemy.orm import Bundle, aliased
from sqlalchemy.orm import join as orm_join

from crm_data import clock
from crm_data.errors import CrmError, NotFound
from crm_data.store.statements import NotImplementedInScope
from crm_data.store.store import Store
from crm_data.tables import Activity, Company, Customer, Deal, Lead, Membership, Task, User
from tests.support import chance, makers
from tests.support.databases import Database
from tests.support.makers import Filled
from tests.support.soak import size
from tests.walls.without import KEYS, SESSION, store_with

OWNED: list[Any] = [Customer, Deal, Lead, Task, Activity, Membership]
Pair = tuple[Store, Store, Filled]


@pytest.fixture(scope="module")
def pair(new_database: Callable[[str], Database]) -> Iterator[Pair]:
    """A database with one company, and one with the same and another; the session alone stands between them."""
    alone, together = (store_with(frozenset({SESSION, KEYS}), new_database("sqlite")) for _ in range(2))
    clock.set_source(lambda: makers.MOMENT)
    with alone.system("fill") as session:
        first = makers.filled_company(session, "own")
        for _ in range(2):  # people stand outside of any company: there are as many here
            makers.person(session)
    with together.system("fill") as session:
        own = makers.filled_company(session, "own")
        makers.filled_company(session, "other")
    clock.set_source(None)
    assert own == first
    yield alone, together, own
    alone.close()
    together.close()


class Dice:
    """Makes statements from seeds: ORM classes most of the time, Core tables among them."""

    def __init__(self, seed: int) -> None:
        self.random = chance.dice(seed)

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def source(self) -> Any:
        """Something with columns: a class, an alias of one, a table or a subquery."""
        table = self.random.choice(OWNED)
        if self.random.random() < 0.1:
            return self.one(Company, User)
        made = self.random.random()
        if made < 0.6:
            return table
        if made < 0.8:
            return aliased(table)
        if made < 0.9:
            return table.__table__ if made < 0.87 else table.__table__.alias()
        return self.one(
            aliased(table, select(table).subquery()), aliased(table, select(table.__table__).subquery())
        )

    def column(self, source: Any, depth: int = 0) -> Any:
        name = self.one("id", "created_at", "version", "id")
        column = getattr(source, name, None)
        if column is None:
            column = source.c[name]
        kind = self.random.randrange(12 if depth < 2 else 4)
        other = self.source()
        if kind < 4:
            return column
        if kind == 4:
            return func.count(column)
        if kind == 5:
            return func.coalesce(column, self.column(other, 3))
        if kind == 6:
            return sa.case((column > 0, self.column(self.one(source, other), 3)), else_=None)
        if kind == 7:
            return func.max(column).over(order_by=self.column(self.one(source, other), 3))
        if kind == 8:
            return func.count(column).filter(self.column(self.one(source, other), 3) > 0)
        if kind == 9:
            return self.statement(depth + 1, columns=1).limit(1).scalar_subquery()
        if kind == 10:
            return sa.cast(column, sa.String) + "x"
        return Bundle("b", column, self.column(self.one(source, other), 3))

    def condition(self, source: Any, depth: int) -> Any:
        kind = self.random.randrange(6)
        if kind == 0 and depth < 2:
            return self.column(source, 3).in_(self.statement(depth + 1, columns=1))
        if kind == 1 and depth < 2:
            return exists(self.statement(depth + 1))
        if kind == 2:
            return sa.or_(self.column(source, 3) > 0, self.column(self.source(), 3) > 0)
        return self.column(source, 3) != 0

    def statement(self, depth: int = 0, columns: int = 0) -> Any:
        first, second = self.source(), self.source()
        wanted = [
            self.column(self.one(first, first, second), depth) for _ in range(columns or self.one(1, 2))
        ]
        made = select(*wanted)
        how = self.random.randrange(8)
        on = sa.true() if self.random.random() < 0.5 else self.condition(second, depth)
        if how == 0:
            made = made.select_from(first)
        elif how == 1:
            made = made.select_from(first).join(
                second, on, isouter=self.one(True, False), full=self.one(False, False, True)
            )
        elif how == 2:
            made = made.join_from(first, second, on)
        elif how == 3:
            made = made.select_from(orm_join(first, second, sa.true()))
        elif how == 4:
            made = made.select_from(first, second)
        if self.random.random() < 0.4:
            made = made.where(self.condition(self.one(first, second), depth))
        if self.random.random() < 0.1:
            made = made.correlate(self.one(first, second))
        if self.random.random() < 0.1 and depth == 0:
            made = self.one(sa.union, sa.union_all)(made, self.statement(1, columns=len(wanted)))
        elif self.random.random() < 0.1 and depth == 0:
            inner = made.cte() if self.random.random() < 0.5 else made.subquery()
            made = select(inner)
        return made

    def change(self) -> Any:
        """An UPDATE or DELETE, of a class mostly."""
        target = self.random.choice(OWNED)
        table = target if self.random.random() < 0.8 else self.one(aliased(target), target.__table__, User)
        if self.random.random() < 0.5:
            made: Any = sa.delete(table)
        else:
            column = self.one("version", "version", "id", "company_id")
            value = self.one(1, 2, self.column(self.one(table, target, self.source())))
            made = sa.update(table).values({column: value})
        for _ in range(self.random.randrange(3)):
            made = made.where(self.condition(self.one(table, table, self.source()), 0))
        if self.random.random() < 0.3:
            made = made.returning(self.column(self.one(table, self.source()), 3))
        return made


class Undo(Exception):
    """Ends a transaction without keeping it."""


def changed(store: Store, own: Filled, statement: Any) -> list[str] | None:
    """What the own company's change answers, undone; None when the statement is refused."""
    answer: list[str] = []
    try:
        with store.write(own.scope) as session:
            result = session.execute(statement)
            answer = (
                [str(tuple(row)) for row in result.all()] if result.returns_rows else [str(result.rowcount)]
            )
            raise Undo
    except Undo:
        return sorted(answer)
    except NotImplementedInScope:
        return None
    except NotFound:
        return ["the database itself had to refuse it"]


def seen(store: Store, own: Filled, statement: Any) -> list[str] | None:
    """What the own company sees, or None when the statement is refused."""
    try:
        with store.read(own.scope) as session:
            return sorted(str(tuple(row)) for row in session.execute(statement).all())
    except NotImplementedInScope:
        return None


def differ(pair: Pair, seeds: range, change: bool = False) -> tuple[list[int], int, int]:
    """The seeds whose statement sees or touches another company, and how many ran and were refused."""
    alone, together, own = pair
    wrong, ran, refused = [], 0, 0
    for seed in seeds:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                statement = Dice(seed).change() if change else Dice(seed).statement()
                shown = [(changed if change else seen)(store, own, statement) for store in (alone, together)]
        except (
            exc.SQLAlchemyError,
            CrmError,
            AttributeError,
            TypeError,
            ValueError,
            KeyError,
            NotImplementedError,
        ):
            continue  # chance made no statement of it
        if shown[0] != shown[1]:
            wrong.append(seed)
        ran, refused = ran + (shown[1] is not None), refused + (shown[1] is None)
    return wrong, ran, refused


@pytest.mark.parametrize(
    "seeds", [range(100), pytest.param(range(100, size(1200, 6000)), marks=pytest.mark.slow)]
)
def test_another_company_changes_nothing_that_is_seen(pair: Pair, seeds: range) -> None:
    wrong, ran, refused = differ(pair, seeds)
    assert wrong == [], f"seed {wrong[0]}: {Dice(wrong[0]).statement()}"
    assert ran > len(seeds) / 10
    assert refused > len(seeds) / 10


@pytest.mark.parametrize(
    "seeds", [range(100), pytest.param(range(100, size(600, 2000)), marks=pytest.mark.slow)]
)
def test_another_company_is_changed_by_nothing(pair: Pair, seeds: range) -> None:
    wrong, ran, refused = differ(pair, seeds, change=True)
    assert wrong == [], f"seed {wrong[0]}: {Dice(wrong[0]).change()}"
    assert ran > len(seeds) / 10
    assert refused > len(seeds) / 10


@pytest.mark.slow
def test_without_the_check_statements_do_see_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_data.store.scope.demand_scoped", lambda *args: None)
    assert len(differ(pair, range(400))[0]) > 10
    assert len(differ(pair, range(1000), change=True)[0]) > 10
