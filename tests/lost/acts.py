"""What the processes do that are killed: the product's own verbs, each act acknowledged once it has returned."""

import json
import os
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from crm_data import Edit, Workspace
from crm_data.errors import Conflict
from crm_data.settings import settings
from crm_data.store import migrating
from crm_data.store.changes import new_act
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups
from tests.migrations.trial import config
from tests.support import chance

WRITERS = 2
IMPORTED = 150
STAGES = ("qualified", "proposal", "negotiation", "closed_won", "closed_lost", "prospect")


def _acknowledging(file: Path) -> Callable[[str], None]:
    """A way to say that an act is done: one line, with the kernel before the call returns."""
    out = os.open(file, os.O_WRONLY | os.O_APPEND)

    def acknowledge(line: str) -> None:
        os.write(out, f"{line}\n".encode())

    return acknowledge


def save(url: str, scope: CompanyScope, said: Path, seed: int) -> None:
    """Add, change, move, convert and put away records without end, in several threads."""
    my, acknowledge = Workspace(Store(url), scope), _acknowledging(said)
    threads = [
        threading.Thread(target=_save, args=(my, acknowledge, chance.dice(f"{seed} {number}")))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _save(my: Workspace, acknowledge: Callable[[str], None], dice: random.Random) -> None:
    def done(act: str, table: str, id_: int) -> None:
        acknowledge(json.dumps([act, table, id_]))

    while True:
        customer = my.customers.add({"name": f"Firm {dice.random()}"}, act := new_act())
        done(act, "customers", customer)
        wanted = {"customer_id": customer, "deal_name": f"Deal {dice.random()}", "deal_value": "100"}
        deal = my.deals.add(wanted, act := new_act())
        done(act, "deals", deal)
        stands = "prospect"
        for stage in dice.sample(STAGES[:-1], 2):
            close = {"value": "90.10", "close_date": "2026-03-01"} if stage.startswith("closed") else {}
            reason = "Price" if stage == "closed_lost" else None
            my.deals.move(deal, stage, stands, reason=reason, act_id=(act := new_act()), **close)
            done(act, "deals", deal)
            stands = stage
        lead = my.leads.add({"lead_name": f"Ada {dice.random()}", "estimated_value": "5"}, act := new_act())
        done(act, "leads", lead)
        my.leads.convert(lead, act_id=(act := new_act()))
        done(act, "leads", lead)
        my.customers.change(
            [Edit(customer, {"city": (None, "Graz"), "notes": (None, "x" * 5000)})], act := new_act()
        )
        done(act, "customers", customer)


def sheet_of(my: Workspace, mark: str) -> Any:
    """A file of deals of a customer that is there, each with an id of its own."""
    rows = [f"{mark}-{n},Deal {mark}-{n},Firm,{n}.50,qualified" for n in range(IMPORTED)]
    return my.read_file(
        "\n".join(["external id,deal name,customer,deal value,stage", *rows]).encode(), "d.csv"
    )


def bring(url: str, scope: CompanyScope, said: Path, marks: list[str]) -> None:
    """Import one file after another."""
    my, acknowledge = Workspace(Store(url), scope), _acknowledging(said)
    acknowledge("ready")
    for mark in marks:
        sheet = sheet_of(my, mark)
        my.commit_import(my.deals, sheet, my.guess(sheet, my.deals), act_id=mark)
        acknowledge(mark)


def _backups(url: str, folder: Path) -> Backups:
    return Backups(Store(url), settings({"DATABASE_URL": url, "CRM_BACKUP_DIR": str(folder)}))


def back_up(url: str, folder: Path, said: Path) -> None:
    """Make backups without end."""
    backups, acknowledge = _backups(url, folder), _acknowledging(said)
    acknowledge("ready")
    while True:
        acknowledge(backups.make(None).name)


def put_back(url: str, folder: Path, said: Path, names: list[str]) -> None:
    """Restore one backup after another without end."""
    backups, acknowledge = _backups(url, folder), _acknowledging(said)
    acknowledge("ready")
    while True:
        for name in names:
            backups.restore(name, None)
            acknowledge(name)


def migrate(url: str, scripts: Path, said: Path) -> None:
    """Bring a database to the newest revision of `scripts`."""
    acknowledge = _acknowledging(said)
    acknowledge("ready")
    acknowledge(upgraded(url, scripts))


def upgraded(url: str, scripts: Path) -> str:
    """Bring a database to the newest revision of `scripts`; the revision it is at."""
    migrating._config = lambda: config(scripts)
    return migrating.upgrade(url)


OWN = ("name", "industry", "company_name", "country", "address", "city", "state", "notes")
SHARED = "customer_code"


def edit(my: Workspace, customer: int, field: str, times: int) -> int:
    """Count up a field of one's own, and every fourth time one that all share, reading anew after a Conflict.

    Returns how many conflicts there were.
    """
    conflicts, own = 0, 0
    for time in range(times):
        if time % 4 != 3:
            own += my.customers.change([Edit(customer, {field: (str(own), str(own + 1))})])
            continue
        while True:
            seen = my.customers.get(customer)[SHARED]
            # Two who want the very same value agree; so each signs what it counts.
            mine = f"{int(seen.split()[0]) + 1} {field}"
            try:
                my.customers.change([Edit(customer, {SHARED: (seen, mine)})])
                break
            except Conflict:
                conflicts += 1
    return conflicts


def edit_together(url: str, scope: CompanyScope, customer: int, fields: tuple[str, ...], times: int) -> int:
    """A thread for each field; returns how many conflicts there were in all."""
    my = Workspace(Store(url), scope)
    with ThreadPoolExecutor(len(fields)) as pool:
        return sum(pool.map(lambda field: edit(my, customer, field, times), fields))


def write_much(url: str, scope: CompanyScope, said: Path) -> None:
    """Add customers with long notes without end."""
    my, acknowledge = Workspace(Store(url), scope), _acknowledging(said)
    while True:
        acknowledge(str(my.customers.add({"name": "Firm", "notes": "x" * 30_000})))
