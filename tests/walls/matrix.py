"""Every known way round a filter, tried against a store with some of the walls."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from crm_data.errors import CrmError
from crm_data.store.guards import guarded_tables
from crm_data.store.statements import NotImplementedInScope
from crm_data.store.store import Store
from crm_data.tables import Base
from tests.store.paths import Path
from tests.store.test_walls import Undo, as_the_system, dump, shown
from tests.support.databases import Database
from tests.support.makers import Filled, two_companies
from tests.support.plain import plain
from tests.walls.without import store_with

# What became of a way: nothing of the other company was seen or changed; its rows were seen, but only by a
# reader within a transaction that changes; its rows were seen, changed, or pointed at.
HELD, SEEN_IN_A_CHANGE, OPEN = "held", "read in a change", "open"
# What only the composite keys refuse: rows that are one's own in all but where they point.
POINTS_OUT = {"a link to the other company's row", "a colleague of the other company"}
_BY_CHANCE = re.compile(r" at 0x[0-9a-f]+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_REFUSALS = (NotImplementedInScope, CrmError, exc.SQLAlchemyError, AttributeError, TypeError, LookupError)


@dataclass(frozen=True)
class Ground:
    """A store, its two companies, and a store with the same walls where the other company is gone."""

    store: Store
    own: Filled
    other: Filled
    lonely: Store

    def close(self) -> None:
        """Close both stores."""
        self.store.close()
        self.lonely.close()


def grounds(walls: frozenset[str], there: Database, deserted: Database) -> Ground:
    """Two databases filled for tries: with these walls and no others."""
    store, lonely = store_with(walls, there), store_with(walls, deserted)
    own, other = two_companies(store)
    same, gone = two_companies(lonely)
    with plain(deserted, owner=True) as sql:  # whatever keys there are
        sql.run("DELETE FROM companies WHERE id = ?", gone.company_id)
    assert replace(same, canary="") == replace(own, canary="")
    for database in (
        there,
        deserted,
    ):  # a row that is written anew as it was is another by its stamp, at once
        with plain(database, owner=True) as sql:
            for table in guarded_tables():
                if "updated_at" in Base.metadata.tables[table].columns:
                    sql.run(f"UPDATE {table} SET updated_at = '2020-01-01 00:00:00'")
    return Ground(store, own, other, lonely)


def outcome(ground: Ground, path: Path) -> str:
    """Try it as a reader and within a change; leaves both companies as they were."""
    if _leaks(ground, "read", path) or _changes(ground, path):
        return OPEN
    return SEEN_IN_A_CHANGE if _leaks(ground, "write", path) else HELD


def _leaks(ground: Ground, way: str, path: Path) -> bool:
    """Whether a result shows the other company's word, or is another than it is without that company."""
    seen, alone = (_seen(store, way, path, ground) for store in (ground.store, ground.lonely))
    return seen is not None and (ground.other.canary in seen or (alone is not None and seen != alone))


def _seen(store: Store, way: str, path: Path, ground: Ground) -> str | None:
    """What a way shows, but for the moment when its rows were made; None when it was refused."""
    seen = None
    with _refused_or_undone(), getattr(store, way)(ground.own.scope) as session:
        seen = _BY_CHANCE.sub("", shown(path.attempt(session, ground.other)))
        raise Undo
    return seen


def _changes(ground: Ground, path: Path) -> bool:
    """Whether a row of the other company would be another after COMMIT, or one of ours point at it."""
    found = False
    with _refused_or_undone(), ground.store.write(ground.own.scope) as session:
        connection = session.core()
        before = _state(connection, ground.other.company_id), _strangers(connection)
        path.attempt(session, ground.other)
        session.flush()
        if path.commits:
            _ask_now(connection)
        found = (_state(connection, ground.other.company_id), _strangers(connection)) != before
        raise Undo
    return found


def _state(connection: Any, company_id: int) -> Any:
    """All rows of a company, or on PostgreSQL, in one statement, what they amount to."""
    if connection.dialect.name == "sqlite":
        return dump(connection, company_id)
    parts = [
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t WHERE {column} = {company_id}"
        for table, column in guarded_tables().items()
    ]
    with as_the_system(connection):
        return sorted(map(tuple, connection.execute(sa.text(" UNION ALL ".join(parts)))))


def _ask_now(connection: Any) -> None:
    """Check the deferred keys now, as COMMIT would."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    elif connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise CrmError(f"COMMIT refuses {len(broken)} rows")


def _strangers(connection: Any) -> int:
    """How many rows lead into another company, by the composite keys that are declared."""
    parts = []
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if len(key.column_keys) == 2:
                column, to = key.column_keys[1], key.elements[1].column
                there = f"SELECT 1 FROM {to.table.name} b WHERE b.{to.name} = a.{column} AND b.company_id"
                parts.append(
                    f"(SELECT count(*) FROM {table.name} a WHERE EXISTS ({there} <> a.company_id)"
                    f" AND NOT EXISTS ({there} = a.company_id))"
                )
    with as_the_system(connection):
        number: int = connection.scalar(sa.text("SELECT " + " + ".join(parts)))
        return number


@contextmanager
def _refused_or_undone() -> Iterator[None]:
    try:
        yield
    except (Undo, *_REFUSALS):
        pass
