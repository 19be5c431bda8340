"""An import that is killed, doubled or raced leaves what it should: all of it once, or nothing."""

import signal
import threading
from collections.abc import Iterator

import pytest

from crm_data.errors import Unavailable
from crm_data.transfer.csv_read import read
from crm_data.transfer.mapping import guess
from tests.conftest import FrozenClock
from tests.support.children import end_of
from tests.support.databases import Database
from tests.support.office import Office
from tests.support.statements import counted
from tests.transfer.files import accounts, csv_bytes, firm

KILLED = """
import os, signal, sys
from crm_data import Workspace
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from tests.transfer.files import accounts

url, at = sys.argv[1], float(sys.argv[2])
my = Workspace(Store(url), CompanyScope(1, None, "system"))
sheet = my.read_file(accounts(3000), "accounts.csv")

def listen(share):
    if share >= at:
        os.kill(os.getpid(), signal.SIGKILL)

my.commit_import(my.customers, sheet, my.guess(sheet, my.customers), listen)
"""


@pytest.fixture
def made(database: Database) -> Iterator[Office]:
    with firm(database.url) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("at", ["0.2", "0.6", "1.0"])
def test_a_kill_in_the_middle_leaves_nothing(database: Database, made: Office, at: str) -> None:
    assert end_of(KILLED, database.url, at) == -signal.SIGKILL
    my = made.at()
    assert my.customers.count() == 0
    sheet = my.read_file(accounts(3000), "accounts.csv")
    assert my.commit_import(my.customers, sheet, my.guess(sheet, my.customers)).created == 3000


def test_two_imports_of_one_file_at_once_are_one(made: Office) -> None:
    """Without any key to find a record by, nothing but the lock between them keeps the rows single."""
    file = csv_bytes([["City", "Name"], *(["Oslo", f"N {n % 50}"] for n in range(200))])
    file += csv_bytes([["Bern", f"N {n}"] for n in range(50)])
    reports, wrong = [], []

    def go(role: str) -> None:
        my = made.at(0, role)
        sheet = my.read_file(file, "x.csv")
        try:
            reports.append(my.commit_import(my.customers, sheet, my.guess(sheet, my.customers)))
        except Unavailable as trouble:
            wrong.append(trouble)

    threads = [threading.Thread(target=go, args=(role,)) for role in ("manager", "admin", "manager")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sorted(report.created for report in reports) == [0, 0, 100]
    assert made.at().customers.count() == 100


def test_ids_go_on_after_an_import(made: Office) -> None:
    my = made.at()
    first = my.customers.add({"name": "First"})
    sheet = read(accounts(7), "accounts.csv")
    my.commit_import(my.customers, sheet, guess(sheet, my.customers))
    assert my.customers.add({"name": "Last"}) == first + 8
    ids = [row["id"] for page in my.customers.walk() for row in page.rows]
    assert len(set(ids)) == 9


@pytest.mark.slow
def test_an_import_asks_a_handful_of_statements_whatever_its_size(
    made: Office, frozen_clock: FrozenClock
) -> None:
    my = made.at()
    asked = []
    for count in (1, 10, 900):
        sheet = read(accounts(count).replace(b"Firm", f"Firm{count}".encode()), "accounts.csv")
        plan = guess(sheet, my.customers)
        frozen_clock.move(minutes=1)  # so that the kept choices always have a new time
        with counted(made.store) as statements:
            my.commit_import(my.customers, sheet, plan)
        asked.append(len(statements))
    # The chain of the log reads its head, numbers the change set and moves the head on; PostgreSQL looks at the
    # references before. The choices are kept behind a lock: the colleagues, the row of these headings, its change.
    postgres = made.store.engines.write.dialect.name == "postgresql"
    chain, choices = 4 if postgres else 2, 4  # SQLite reads the head with the numbers of the log
    assert asked[1] == asked[2] <= 10 + chain + choices
    # There it is asked for by itself before it begins, too.
    assert asked[0] == asked[1] + (2 if postgres else 3), (
        "a company's first begins its chain and reads the head again"
    )
