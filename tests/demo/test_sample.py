"""The sample for a new company: one person's, marked, and behind the company's walls."""

from datetime import date

import pytest
import sqlalchemy as sa

from crm_data.demo import SAMPLE_SOURCE, sample
from crm_data.errors import NotFound
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Company, Customer, Membership, User
from tests.demo.support import ask, assert_whole
from tests.support.databases import Database
from tests.support.kinds import CLASSES, KINDS

TODAY = date(2026, 3, 4)


def _people(store: Store) -> None:
    with store.system("test") as session:
        for number in (1, 2):
            session.add(
                Company(id=number, name=f"Firm {number}", email=f"{number}@firm.example", currency="EUR")
            )
            session.add(
                User(
                    id=number,
                    email=f"{number}@person.example",
                    password_hash="x",
                    first_name="A",
                    last_name="B",
                )
            )
            session.flush()
            session.add(Membership(company_id=number, user_id=number, role="admin"))


def test_a_sample_is_one_persons_and_marked(database: Database) -> None:
    store = Store(database.url)
    _people(store)
    made = sample(store, 2, 2, TODAY)
    assert (made["customers"], made["leads"], made["deals"], made["tasks"]) == (40, 30, 40, 50)
    assert made["activities"] > 120
    assert_whole(store)
    for table in (
        kind for kind in KINDS if made.get(kind) and "assigned_to" in CLASSES[kind].table.__table__.c
    ):
        rows = ask(store, f"SELECT DISTINCT company_id, source, assigned_to, created_by FROM {table}")
        assert rows == [(2, SAMPLE_SOURCE, 2, 2)], table
    assert ask(store, "SELECT DISTINCT company_id, source, user_id FROM activities") == [
        (2, SAMPLE_SOURCE, 2)
    ]
    assert ask(store, "SELECT DISTINCT currency FROM deals") == [("EUR",)]
    store.close()


def test_a_sample_goes_beside_what_is_there(database: Database) -> None:
    store = Store(database.url)
    _people(store)
    with store.write(CompanyScope(2, 2, "admin")) as session:
        session.add(Customer(name="Ours"))
    sample(store, 2, 2, TODAY)
    with store.read(CompanyScope(2, 2, "admin")) as session:
        unmarked = session.scalars(sa.select(Customer.name).where(Customer.source.is_(None))).all()
    assert unmarked == ["Ours"]
    store.close()


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_only_a_member_of_the_company_gets_one(database: Database) -> None:
    store = Store(database.url)
    _people(store)
    for company, person in ((2, 1), (1, 2), (3, 1)):
        with pytest.raises(NotFound):
            sample(store, company, person, TODAY)
    assert ask(store, "SELECT count(*) FROM customers") == [(0,)]
    store.close()
