"""Back to a moment while another company works: it goes on writing, and holds what it wrote and nothing else."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from crm_data import Edit, Workspace
from tests.changes.looking import Tables, tables_of
from tests.changes.test_back import back_to, without_history
from tests.nouns.makers import a_customer, a_deal
from tests.support.office import Office

SLOW = 60.0  # seconds; the machine may be busy


class Busy(threading.Thread):
    """A person of a company who adds records and changes them, until told to stop. `held`: as each is kept."""

    def __init__(self, my: Workspace) -> None:
        super().__init__(daemon=True)
        self.my, self.ends = my, threading.Event()
        self.held: dict[int, dict[str, Any]] = {}
        self.failed: list[BaseException] = []

    def run(self) -> None:
        try:
            while not self.ends.is_set():
                id_ = self.my.customers.add({"name": f"Theirs {len(self.held)}"})
                self.my.customers.change([Edit(id_, {"notes": (None, "a note")})])
                self.held[id_] = dict(self.my.customers.get(id_))
        except BaseException as failed:  # noqa: BLE001 - told by the test
            self.failed.append(failed)

    def writes_on(self) -> None:
        """Wait until one more record of theirs is there."""
        now, until = len(self.held), time.monotonic() + SLOW
        while len(self.held) <= now and not self.failed and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.held) > now, self.failed


@pytest.mark.slow
def test_a_mistaken_file_of_friday_is_taken_back_on_monday_while_another_company_works(
    two: Office, frozen_clock: Any
) -> None:
    my, other = two.at(0, "admin"), two.at(1)
    for n in range(20):
        a_deal(my, a_customer(my, f"Known {n}"))
        a_deal(other, a_customer(other, f"Known {n}"))
    before = tables_of(two.store, two.companies[0])
    frozen_clock.move(seconds=60)
    friday = frozen_clock.moment
    rows = "".join(f"Known {n},k{n}@x.example\n" for n in range(20))
    rows += "".join(f"Fresh {n},f{n}@x.example\n" for n in range(300))
    sheet = my.read_file(f"Name,E-mail\n{rows}".encode(), "some.csv")
    plan = replace(my.guess(sheet, my.customers), key=("name",))
    report = my.commit_import(my.customers, sheet, plan)
    assert (report.created, report.updated) == (300, 20)
    frozen_clock.move(days=3)
    theirs = tables_of(two.store, two.companies[1], ())
    busy = Busy(other)
    busy.start()
    try:
        busy.writes_on()
        assert back_to(two, friday) == []
        busy.writes_on()
    finally:
        busy.ends.set()
        busy.join(SLOW)
    assert not busy.failed
    assert without_history(tables_of(two.store, two.companies[0])) == without_history(before)
    now = tables_of(two.store, two.companies[1], ())
    own = {id_: row for id_, row in now["customers"].items() if id_ in busy.held}
    assert own.keys() == busy.held.keys()
    for id_, row in busy.held.items():
        assert {name: own[id_][name] for name in row if name in own[id_]} == {
            name: value for name, value in row.items() if name in own[id_]
        }
    assert without(now, busy.held) == theirs
    assert other.changes.verify().wrong == ()


def without(tables: Tables, customers: Any) -> Tables:
    """The tables without some customers."""
    left = {id_: row for id_, row in tables["customers"].items() if id_ not in customers}
    return {**tables, "customers": left}
