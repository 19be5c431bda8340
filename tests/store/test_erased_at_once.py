"""A row goes as quickly out of a company of thousands as out of one of few: counted in steps of SQLite itself."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC

import pytest

from crm_data.store.bulk import writing
from crm_data.store.changes import new_act
from tests.support.databases import Database
from tests.support.kinds import KINDS, least
from tests.support.office import Office, office

FEW, MANY, GOING = 60, 1_500, 40


def steps(path: str, table: str, ids: list[int]) -> int:
    """How many steps SQLite takes to delete rows, with all that the keys ask of other rows; nothing is kept."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("BEGIN")
        connection.set_progress_handler(step, 100)
        connection.execute(f"DELETE FROM {table} WHERE id IN ({', '.join(map(str, ids))})")
        connection.set_progress_handler(None, 0)
        connection.execute("ROLLBACK")
    return taken


def filled(made: Office, count: int) -> dict[str, list[int]]:
    """So many rows more of every kind, which name nothing that they need not; their ids."""
    my, ids = made.at(0, "admin"), {}
    for kind in KINDS:
        records = my.records(kind)
        usual = {name: field.default for name, field in records.fields.items() if field.default is not None}
        values = usual | records.parse_all(least(my, kind), UTC, adding=True)
        with writing(records, new_act()) as bulk:
            ids[kind] = bulk.insert([values] * count)
    return ids


@pytest.mark.slow
def test_what_is_erased_looks_at_no_row_that_does_not_name_it(
    new_database: Callable[[str], Database],
) -> None:
    database = new_database("sqlite")
    made, path = office(database.url), database.url.removeprefix("sqlite:///")
    taken: list[dict[str, int]] = []
    for count in (FEW, MANY):
        ids = filled(made, count)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("ANALYZE")  # what is known of the rows decides which index is taken
        taken.append({kind: steps(path, kind, ids[kind][-GOING:]) for kind in KINDS})
    made.store.close()
    few, many = taken
    assert {kind: (few[kind], many[kind]) for kind in KINDS if many[kind] > 2 * few[kind] + 50} == {}
