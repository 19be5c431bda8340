"""A database that an installation is being copied into: marked as half a copy until all is there and compared.

On SQLite rows go into the tables themselves, whose triggers stand aside. On PostgreSQL tables point at each other
in a circle: rows wait in tables beside, named `half_...`, and come into the real ones all at once, at the end.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import Invalid, Unavailable
from crm_data.store.failures import as_sentence
from crm_data.store.half import MARK, is_half
from crm_data.store.migrating import current, head, migration_engine, wait_for_others
from crm_data.store.points import Point, passing
from crm_data.tables import Base
from crm_data.transfer.checksums import Copied, measured, pages
from crm_data.transfer.counters import go_on_counting, next_number, sequence_of
from crm_data.transfer.postgres_rows import Staged, tables
from crm_data.transfer.quoting import quoted

ANEW = "Begin anew with --anew, which lets go of what was copied."
UNEQUAL = "What arrived of {} is not what was sent. The copy is not finished. " + ANEW
_CHANGED = "The database to copy from was changed since this copy began: {}. " + ANEW
_OTHER_VERSION = "This half of a copy was begun by another version of Foyer. " + ANEW
_BESIDE = "half_"
_TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
Sums = Mapping[str, Copied]


class HalfCopy:
    """The database to copy to, between its mark and its end. Every few rows are a transaction of their own."""

    def __init__(self, url: str, hold: Callable[[Connection], None]) -> None:
        self._url, self._hold = url, hold
        self._engine = migration_engine(url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with as_sentence(), self._engine.begin() as here:
            wait_for_others(here)
            yield here

    def begin(self, sums: Sums) -> None:
        """Mark it, with what is to arrive; or go on with what was begun.

        Raises Invalid where that was other rows.
        """
        with self._transaction() as here:
            if is_half(here):
                self._demand_same(here, sums)
                return
            triggers = list(here.exec_driver_sql(_TRIGGERS).scalars()) if _is_sqlite(here) else []
            said = {
                "revision": head(),
                "triggers": triggers,
                "tables": {name: [one.rows, one.sha256] for name, one in sums.items()},
            }
            here.exec_driver_sql(f"CREATE TABLE {MARK} (said TEXT NOT NULL)")
            here.execute(sa.insert(_mark()), {"said": json.dumps(said)})
            if _is_sqlite(here):
                for name in here.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                ).all():
                    here.exec_driver_sql(f"DROP TRIGGER {name[0]}")
            else:
                for table in Base.metadata.sorted_tables:
                    keys = ", ".join(quoted(key.name) for key in table.primary_key.columns)
                    beside = quoted(_BESIDE + table.name)
                    here.exec_driver_sql(f"CREATE TABLE {beside} (LIKE {quoted(table.name)})")
                    here.exec_driver_sql(f"ALTER TABLE {beside} ADD PRIMARY KEY ({keys})")
        passing(Point.MOVE_MARKED)

    def _demand_same(self, here: Connection, sums: Sums) -> None:
        said = _said(here)
        if said["revision"] != head() or current(here) != head() or said["tables"].keys() != sums.keys():
            raise Invalid(_OTHER_VERSION)
        other = [name for name, one in sums.items() if said["tables"][name] != [one.rows, one.sha256]]
        if other:
            raise Invalid(_CHANGED.format(", ".join(other[:5])))

    def fill(self, there: Connection, table: sa.Table) -> None:
        """Bring in the rows of a table that are not here yet, behind those that are, which must be the same."""
        with self._transaction() as here:
            into = self._into(here, table)
            mine = measured(here, table, into)
        sent = measured(there, table, most=mine.rows)
        if sent != mine:
            raise Unavailable(UNEQUAL.format(table.name))
        for rows in pages(there, table, skip=mine.rows):
            with self._transaction() as here:
                here.execute(sa.insert(into), rows)
            passing(Point.MOVE_ROWS)

    def end(self, there: Connection, sums: Sums) -> None:
        """Compare all of it once more and take the mark away, in one transaction."""
        passing(Point.MOVE_WHOLE)
        with self._transaction() as here:
            self._hold(here)
            said = _said(here)
            if not _is_sqlite(here):
                self._exchange(there, here)
            for name, one in sums.items():
                if measured(here, Base.metadata.tables[name]) != one:
                    raise Unavailable(UNEQUAL.format(name))
            if _is_sqlite(here):
                for sql in said["triggers"]:
                    here.exec_driver_sql(sql)
                go_on_counting(there, here)
                if here.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise Unavailable(UNEQUAL.format("what points at what"))
            here.exec_driver_sql(f"DROP TABLE {MARK}")
            passing(Point.MOVE_CHECKED)
        passing(Point.MOVED)

    def _exchange(self, there: Connection, here: Connection) -> None:
        """On PostgreSQL: from the tables beside into the real ones."""
        staged = Staged(here, _BESIDE)
        for table in Base.metadata.sorted_tables:
            staged.take(table.name, [column.name for column in table.columns])
            if (number := table.autoincrement_column) is not None:
                staged.counter(sequence_of(here, table, number), next_number(there, table, number))
        staged.exchange()
        for table in Base.metadata.sorted_tables:
            here.exec_driver_sql(f"DROP TABLE {quoted(_BESIDE + table.name)}")

    def _into(self, here: Connection, table: sa.Table) -> sa.TableClause:
        if _is_sqlite(here):
            return table
        return sa.table(_BESIDE + table.name, *(sa.column(c.name, c.type) for c in table.columns))

    def clear(self) -> None:
        """Let go of half a copy: what remains is a database without tables."""
        with self._transaction() as here:
            if not is_half(here):
                return
            if _is_sqlite(here):
                names: Sequence[str] = sa.inspect(here).get_table_names()
            else:
                names = sorted(tables(here))
            for name in names:
                here.exec_driver_sql(
                    f"DROP TABLE IF EXISTS {quoted(name)}" + ("" if _is_sqlite(here) else " CASCADE")
                )


def _mark() -> sa.TableClause:
    return sa.table(MARK, sa.column("said"))


def _said(here: Connection) -> Any:
    return json.loads(here.execute(sa.select(_mark().c.said)).scalar_one())


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
