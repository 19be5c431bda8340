"""Many hands on one record: no edit is lost, and nobody is told of a lock."""

import pytest

from crm_data import Workspace
from tests.lost import acts
from tests.support.children import in_children
from tests.support.databases import Database
from tests.support.office import office
from tests.support.plain import plain
from tests.support.soak import size

pytestmark = pytest.mark.slow


def one_record(database: Database, processes: int, threads: int, times: int) -> None:
    """Threads of processes count up fields of one customer: one field each of their own, and one together."""
    two = office(database.url)
    my = two.at(role="admin")
    fields = acts.OWN[: processes * threads]
    customer = my.customers.add({acts.SHARED: "0"} | dict.fromkeys(fields, "0") | {"name": "0"})
    two.store.close()
    together = [
        (acts.edit_together, database.url, my.scope, customer, fields[n * threads :][:threads], times)
        for n in range(processes)
    ]
    conflicts = sum(in_children(*together))
    row = Workspace(two.store, my.scope).customers.get(customer)
    two.store.close()
    shared = times // 4
    assert {field: row[field] for field in fields} == dict.fromkeys(fields, str(times - shared))
    assert row[acts.SHARED].split()[0] == str(len(fields) * shared)
    assert conflicts, "nobody met anybody"
    with plain(database, owner=True) as sql:
        logged = sql.value("SELECT count(*) FROM change_log WHERE action = 'change'")
        version = sql.value("SELECT version FROM customers")
    assert logged == version - 1 == len(fields) * times


def test_eight_threads(database: Database) -> None:
    one_record(database, 1, 8, size(200 if database.kind == "sqlite" else 100, 500))


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_two_processes_of_four_threads(database: Database) -> None:
    one_record(database, 2, 4, size(100, 500))
