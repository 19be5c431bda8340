"""Every verb locks rows in one order, on PostgreSQL: the company, its records, people, and what is theirs."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import event

from crm_data import Edit, errors
from crm_data.accounts.people import SYSTEM
from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.store.locks import rank
from crm_data.tables import Base
from tests.store.doors import OPERATORS, VERBS, told
from tests.store.test_rights_of_doors import Town, filled
from tests.support.databases import Database
from tests.support.office import office

pytestmark = pytest.mark.postgres
# Table and what follows: a lock that is asked for, or a change, which takes one.
_LOCK = re.compile(r"\bFROM (\w+)\b(.*?)\bFOR (?:NO KEY )?UPDATE", re.DOTALL)
_CHANGE = re.compile(r"^(?:UPDATE|DELETE FROM) (\w+)\b(.*)$", re.DOTALL)
_ONE_ROW = re.compile(
    r"\b(\w+\.)?id = %|\btoken_hash = %|user_companies.user_id = .*company_id = ", re.DOTALL
)


@pytest.fixture(scope="module")
def town(new_database: Callable[[str], Database]) -> Iterator[Town]:
    made = office(new_database("postgresql").url)
    found = Town(made.store, made.companies, made.people)
    found.ids = (filled(found, 0), filled(found, 1))
    yield found
    made.store.close()


@contextmanager
def locking(town: Town) -> Iterator[list[list[str]]]:
    """The statements of each transaction, as they are sent."""
    transactions: list[list[str]] = [[]]

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        transactions[-1].append(statement)

    def ended(connection: Any) -> None:
        transactions.append([])

    engine = town.store.engines.write
    event.listen(engine, "before_cursor_execute", note)
    for end in ("commit", "rollback"):
        event.listen(engine, end, ended)
    yield transactions
    event.remove(engine, "before_cursor_execute", note)
    for end in ("commit", "rollback"):
        event.remove(engine, end, ended)


def out_of_order(transactions: list[list[str]]) -> list[str]:
    """What is wrong with the locks of some transactions, in words."""
    wrong = []
    for statements in transactions:
        held: list[str] = []
        for sql in statements:
            asked, changed = _LOCK.search(sql), _CHANGE.match(sql)
            found = asked or changed
            if found is None or found[1] not in Base.metadata.tables:
                continue
            table, where = found[1], found[2]
            if asked and "ORDER BY" not in where and not _ONE_ROW.search(where) and table != "companies":
                wrong.append(f"in any order: {sql}")
            if changed and table not in held and not _ONE_ROW.search(where):
                wrong.append(f"many rows that were not locked before: {sql}")
            if table not in held and held and rank(table) < max(map(rank, held)):
                wrong.append(f"{table} behind {held}: {sql}")
            if asked and table == "users" and table in held:
                wrong.append(f"people once more, who may be before those that are held: {sql}")
            held.append(table)
    return wrong


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_locks_in_order(town: Town, name: str) -> None:
    with locking(town) as sent, suppress(errors.CrmError):
        told(VERBS[name].call(town.at(0, "admin"), town.ids[0]))
    assert out_of_order(sent) == []


@pytest.mark.parametrize("name", sorted(name for name in OPERATORS if not name.startswith("Backups.")))
def test_an_operator_locks_in_order(town: Town, name: str, tmp_path: Any) -> None:
    wanted = settings({"DATABASE_URL": town.store.url, "CRM_BACKUP_DIR": str(tmp_path)})
    with locking(town) as sent, suppress(errors.CrmError):
        OPERATORS[name](Installation(town.store, wanted), SYSTEM, town.ids[1])
    assert out_of_order(sent) == []


def test_what_ends_sessions_and_links_locks_in_order(town: Town) -> None:
    made = Installation(town.store, settings({"DATABASE_URL": town.store.url}))
    my, rep = town.at(1, "admin"), town.people[1]["sales_rep"]
    with locking(town) as sent:
        my.people.invite("somebody@else.example", "user")
        my.people.invite("somebody@else.example", "user")
        my.people.end(rep, town.people[1]["manager"], True)
        my.people.bring_back(rep)
        made.people.set_active(SYSTEM, town.ids[1].email, False)
        made.people.set_active(SYSTEM, town.ids[1].email, True)
        made.links.tidy()
        made.sessions.tidy()
    assert any("one_time_links" in sql and "FOR UPDATE" in sql for each in sent for sql in each)
    assert out_of_order(sent) == []


def test_what_many_records_are_changed_by_locks_in_order(town: Town) -> None:
    my, ids = town.at(0, "admin"), town.ids[0]
    deals = [ids.deal, my.deals.add({"deal_name": "Salt", "deal_value": 1, "customer_id": ids.customer})]
    other = my.customers.add({"name": "Other"})
    with locking(town) as sent:
        my.deals.change([Edit(id_, {"customer_id": (ids.customer, other)}) for id_ in deals])
        my.deals.set_all(deals, {"notes": "x"})
        my.deals.archive(deals)
        my.deals.restore(deals)
    assert sum("FOR UPDATE" in sql for each in sent for sql in each) > 4
    assert out_of_order(sent) == []


def test_what_is_out_of_order_is_found() -> None:
    lock = "SELECT t.id FROM {} AS t WHERE t.x = %s ORDER BY t.id FOR UPDATE"
    assert out_of_order([[lock.format("companies"), lock.format("deals"), lock.format("users")]]) == []
    assert out_of_order([[lock.format("deals"), lock.format("companies")]])
    assert out_of_order([[lock.format("users"), lock.format("leads")]])
    assert out_of_order([[lock.format("users"), lock.format("sessions"), lock.format("users")]])
    assert out_of_order([["SELECT users.id FROM users WHERE users.role = %s FOR UPDATE"]])
    assert out_of_order([["DELETE FROM sessions WHERE sessions.user_id = %s"]])
