"""A year's size of rows: the document's numbers, nobody else's rows, and fast enough."""

import time
from datetime import date

import pytest

from crm_data.accounts.passwords import matches
from crm_data.demo import scale
from crm_data.demo.crowd import YEAR
from crm_data.errors import CrmError
from crm_data.store.store import Store
from tests.demo.support import PASSWORD, ask, assert_whole, counts, fingerprint
from tests.support.databases import Database, fresh
from tests.support.kinds import KINDS

TODAY = date(2026, 3, 4)


@pytest.mark.slow
def test_the_numbers_are_the_documents(database: Database) -> None:
    lines: list[str] = []
    people = scale(database.url, 0.02, PASSWORD, today=TODAY, tell=lines.append)
    store = Store(database.url)
    found = counts(store)
    assert {table: found[table] for table in YEAR} == {t: count // 50 for t, count in YEAR.items()}
    assert found["deal_stage_history"] > found["deals"]
    assert_whole(store)
    assert lines[3] == "200 customers"
    assert len(lines) == 9
    assert people[0].role == "Admin, operator"
    stored = ask(store, f"SELECT password_hash FROM users WHERE email = '{people[0].email}'")[0][0]
    assert matches(PASSWORD, stored)
    store.close()


@pytest.mark.slow
def test_what_belongs_together_agrees(database: Database) -> None:
    store = Store(database.url)
    scale(store, 0.02, PASSWORD, today=TODAY)
    for wrong in (
        "SELECT count(*) FROM deals d JOIN customers c ON c.id = d.customer_id"
        " WHERE c.created_at >= d.created_at",
        "SELECT count(*) FROM deals WHERE (status = 'open') <> (actual_close_date IS NULL)",
        "SELECT count(*) FROM deals WHERE (status = 'lost') <> (loss_reason IS NOT NULL)",
        "SELECT count(*) FROM leads l JOIN deals d ON d.id = l.converted_deal_id"
        " WHERE d.lead_id <> l.id OR d.customer_id <> l.customer_id OR l.converted_at <> d.created_at",
        "SELECT count(*) FROM tasks WHERE (status = 'completed') <> (completed_at IS NOT NULL)",
        "SELECT count(*) FROM companies c WHERE NOT EXISTS (SELECT 1 FROM user_companies m"
        " WHERE m.company_id = c.id AND m.role = 'admin')",
        "SELECT count(*) FROM users u WHERE NOT EXISTS (SELECT 1 FROM user_companies m"
        " WHERE m.user_id = u.id AND m.is_primary)",
        "SELECT count(*) FROM activities WHERE created_by IS NULL OR activity_date > '2026-03-04'",
    ):
        assert ask(store, wrong) == [(0,)], wrong
    assert ask(store, "SELECT count(*) FROM leads WHERE converted_deal_id IS NOT NULL")[0][0] > 30
    with pytest.raises(CrmError, match="already holds a company"):
        scale(store, 0.01, PASSWORD, today=TODAY)
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_one_company_may_have_half_of_everything(database: Database) -> None:
    store = Store(database.url)
    scale(store, 0.05, PASSWORD, big_tenant=True, today=TODAY)
    for table in KINDS:
        share, rows = ask(store, f"SELECT avg(company_id = 1), count(*) FROM {table}")[0]
        assert not rows or 0.4 < share < 0.6, table
    assert_whole(store)
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_the_same_seed_makes_the_same_rows(database: Database) -> None:
    made = []
    for seed in (1, 1, 2):
        other = fresh("sqlite")
        store = Store(other.url)
        scale(store, 0.01, PASSWORD, today=TODAY, seed=seed)
        made.append(fingerprint(store))
        store.close()
        other.drop()
    assert made[0] == made[1] != made[2]


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_tenth_of_a_year_takes_seconds(database: Database) -> None:
    begun = time.perf_counter()
    scale(database.url, 0.1, PASSWORD)
    assert time.perf_counter() - begun < 30  # 4 on a quiet machine
