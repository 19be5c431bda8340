"""A database that an installation is being copied into: marked as half a copy until all is there and compared.

On SQLite rows go into the tables themselves, whose triggers stand aside. On PostgreSQL tables point at each other
in a circle: rows wait in tables beside, named `half_...`, and come into the real ones all at once, at the end.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_UNREADABLE = "What this half of a copy says of itself cannot be read. " + ANEW
_NOT_EMPTY = "The database to copy to holds rows already. Nothing was copied; name one that is new or empty."
_WRITTEN = (
    "Somebody wrote into the new database while it was half a copy, which is not finished. Stop what serves it. "
    + ANEW
)
_TAKEN = "Another copy into this database was begun after this one, which stops here."
_BESIDE = "half_"
_TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
Sums = Mapping[str, Copied]


class HalfCopy:
    """The database to copy to, between its mark and its end. Every few rows are a transaction of their own."""

    def __init__(self, url: str, hold: Callable[[Connection], None]) -> None:
        self._hold, self._turn = hold, secrets.token_hex(8)
        self._engine = migration_engine(url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with as_sentence(), self._engine.begin() as here:
            wait_for_others(here)
            yield here

    @contextmanager
    def _marked(self) -> Iterator[Connection]:
        """A transaction while the mark is this copy's own. Raises Unavailable where another took it over."""
        with self._transaction() as here:
            if not is_half(here) or here.scalar(sa.select(_mark().c.turn)) != self._turn:
                raise Unavailable(_TAKEN)
            yield here

    def begin(self, sums: Sums) -> None:
        """Mark it, with what is to arrive; or go on with what was begun. Whoever was at it before stops.

        Raises Invalid where that was other rows, or where it holds rows and is no half of a copy.
        """
        with self._transaction() as here:
            if is_half(here):
                self._demand_same(here, sums)
                here.execute(sa.update(_mark()).values(turn=self._turn))
                return
            if current(here) != head():
                raise Unavailable(_TAKEN)
            demand_empty(here, Base.metadata.sorted_tables)
            triggers = list(here.exec_driver_sql(_TRIGGERS).scalars()) if _is_sqlite(here) else []
            said = {
                "revision": head(),
                "triggers": triggers,
                "tables": {name: [one.rows, one.sha256] for name, one in sums.items()},
            }
            here.exec_driver_sql(f"CREATE TABLE {MARK} (said TEXT NOT NULL, turn TEXT NOT NULL)")
            here.execute(sa.insert(_mark()), {"said": json.dumps(said), "turn": self._turn})
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
                    # Whatever a database grants by default: nobody but the owner sees a row of it.
                    here.exec_driver_sql(f"ALTER TABLE {beside} ENABLE ROW LEVEL SECURITY")
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
        with self._marked() as here:
            into = self._into(here, table)
            mine = measured(here, table, into)
        sent = measured(there, table, most=mine.rows)
        if sent != mine:
            raise Unavailable(UNEQUAL.format(table.name))
        for rows in pages(there, table, skip=mine.rows):
            with self._marked() as here:
                here.execute(sa.insert(into), rows)
            passing(Point.MOVE_ROWS)

    def end(self, there: Connection, sums: Sums) -> None:
        """Compare all of it once more and take the mark away, in one transaction."""
        passing(Point.MOVE_WHOLE)
        with self._marked() as here:
            self._hold(here)
            said = _said(here)
            if not _is_sqlite(here):
                demand_empty(here, Base.metadata.sorted_tables, _WRITTEN)
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
            for name in named(here):
                here.exec_driver_sql(
                    f"DROP TABLE IF EXISTS {quoted(name)}" + ("" if _is_sqlite(here) else " CASCADE")
                )


def named(connection: Connection) -> Sequence[str]:
    """The tables of a database by name, without those of an extension."""
    return sa.inspect(connection).get_table_names() if _is_sqlite(connection) else sorted(tables(connection))


def demand_empty(connection: Connection, among: Iterable[sa.Table], sentence: str = _NOT_EMPTY) -> None:
    """Raise Invalid where one of the tables holds a row."""
    for table in among:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise Invalid(sentence)


def _mark() -> sa.TableClause:
    return sa.table(MARK, sa.column("said"), sa.column("turn"))


def _said(here: Connection) -> dict[str, Any]:
    """What the mark says. Raises Invalid where somebody else wrote it."""
    try:
        said = json.loads(here.scalar(sa.select(_mark().c.said)) or "")
        whole = {"revision", "triggers", "tables"} <= said.keys() and isinstance(said["tables"], dict)
        whole = whole and all(sql.startswith("CREATE TRIGGER ") for sql in said["triggers"])
    except (ValueError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise Invalid(_UNREADABLE)
    return dict(said)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
