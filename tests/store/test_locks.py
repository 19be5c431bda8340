"""Every verb locks rows in one order, on PostgreSQL: the company, its records, people, and what is theirs."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from crm_data import Edit, Given, Replacing, Way, errors
from crm_data.accounts.people import SYSTEM
from crm_data.installation import Installation
from crm_data.settings import settings
from tests.store.doors import OPERATORS, VERBS, told
from tests.store.test_rights_of_doors import Town, filled
from tests.support.databases import Database
from tests.support.locking import locking, out_of_order
from tests.support.office import office
from tests.support.own import own_settings

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def town(new_database: Callable[[str], Database]) -> Iterator[Town]:
    made = office(new_database("postgresql").url)
    found = Town(made.store, made.companies, made.people)
    found.ids = (filled(found, 0), filled(found, 1))
    yield found
    made.store.close()


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_locks_in_order(town: Town, name: str) -> None:
    with locking(town.store) as sent, suppress(errors.CrmError):
        told(VERBS[name].call(town.at(0, "admin"), town.ids[0]))
    assert out_of_order(sent) == []


@pytest.mark.parametrize("name", sorted(name for name in OPERATORS if not name.startswith("Backups.")))
def test_an_operator_locks_in_order(town: Town, name: str, tmp_path: Any) -> None:
    wanted = settings({"DATABASE_URL": town.store.url, "CRM_BACKUP_DIR": str(tmp_path)})
    with locking(town.store) as sent, suppress(errors.CrmError):
        OPERATORS[name](Installation(town.store, wanted), SYSTEM, town.ids[1])
    assert out_of_order(sent) == []


def test_what_ends_sessions_and_links_locks_in_order(town: Town) -> None:
    made = Installation(town.store, own_settings(town.store.url))
    my, rep = town.at(1, "admin"), town.people[1]["sales_rep"]
    with locking(town.store) as sent:
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
    with locking(town.store) as sent:
        my.deals.change([Edit(id_, {"customer_id": (ids.customer, other)}) for id_ in deals])
        my.deals.change_many(deals, Given(Way.SET, "notes", "x"), rest=False)
        my.deals.replace_many(my.deals.replaceable(deals, Replacing("x", "y")))
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
