"""Two made-up companies: enough of everything, in agreement with itself, and the same every time."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data.accounts.passwords import matches
from crm_data.demo import DemoPerson, fill
from crm_data.errors import CrmError, Invalid
from crm_data.store.store import Store
from crm_data.tables import Customer, Deal, DealStageHistory
from tests.demo.support import PASSWORD, TODAY, ask, assert_whole, counts, fingerprint
from tests.support.databases import Database, fresh
from tests.support.kinds import KINDS

# What fills it is tried quickly where the firms are looked at: tests/nouns/test_plans.py.
pytestmark = pytest.mark.slow
Filled = tuple[Store, list[DemoPerson]]


def test_there_is_enough_of_everything(filled: Filled) -> None:
    found = counts(filled[0])
    assert found["companies"] == 2
    assert (found["customers"], found["leads"], found["deals"]) == (224, 192, 256)
    assert found["tasks"] == 352
    noted = ask(filled[0], "SELECT count(*) FROM activities WHERE activity_type <> 'status_change'")
    assert noted == [(960,)]


def test_every_reference_stays_in_its_company(filled: Filled) -> None:
    assert_whole(filled[0])


def test_people_in_every_role_one_in_both_companies_one_operator(filled: Filled) -> None:
    store, people = filled
    for company in {person.company for person in people}:
        roles = {person.role.split(",")[0] for person in people if person.company == company}
        assert roles == {"Admin", "Manager", "Sales rep", "User"}
    emails = [person.email for person in people]
    assert len(emails) - len(set(emails)) == 1
    operators = ask(store, "SELECT email FROM users WHERE role = 'super_admin'")
    assert operators == [(people[0].email,)]
    assert "operator" in people[0].role


def test_everybody_named_can_sign_in_and_nobody_else(filled: Filled) -> None:
    store, people = filled
    rows = ask(store, "SELECT email, password_hash, is_active FROM users")
    hashes = {stored for _, stored, _ in rows}
    assert len(hashes) == 1
    assert matches(PASSWORD, hashes.pop())
    assert {email for email, _, active in rows if active} == {person.email for person in people}
    assert ask(store, "SELECT count(*) FROM user_companies WHERE ended_at IS NOT NULL") == [(1,)]


def test_what_a_stage_means_is_what_the_deal_says(filled: Filled) -> None:
    store = filled[0]
    wrong = (
        "status = 'won' AND (actual_close_date IS NULL OR probability <> 100 OR loss_reason IS NOT NULL)",
        "status = 'lost' AND (actual_close_date IS NULL OR probability <> 0 OR loss_reason IS NULL)",
        "status = 'open' AND (actual_close_date IS NOT NULL OR probability NOT BETWEEN 5 AND 95)",
        "created_by IS NULL OR assigned_to IS NULL OR deal_value <= 0",
    )
    for clause in wrong:
        assert ask(store, f"SELECT count(*) FROM deals WHERE {clause}") == [(0,)], clause


def test_the_history_begins_with_the_deal_and_ends_where_it_stands(filled: Filled) -> None:
    store = filled[0]
    stands = sa.select(
        Deal.id, Deal.stage, Deal.created_at, Deal.stage_since, Deal.probability, Deal.actual_close_date
    )
    deals = {id_: facts for id_, *facts in ask(store, stands)}
    step = DealStageHistory
    moved = sa.select(step.deal_id, step.from_stage, step.to_stage, step.moved_at, step.probability)
    ways: dict[int, list[tuple[Any, ...]]] = {}
    for deal, *move in ask(store, moved.order_by(step.id)):
        ways.setdefault(deal, []).append(tuple(move))
    assert ways.keys() == deals.keys()
    for deal, moves in ways.items():
        stage, made, since, probability, closed = deals[deal]
        assert (moves[0][0], moves[0][2]) == (None, made)
        assert (moves[-1][1], moves[-1][2], moves[-1][3]) == (stage, since, probability)
        assert [m[0] for m in moves[1:]] == [m[1] for m in moves[:-1]]
        assert [m[2] for m in moves] == sorted(m[2] for m in moves)
        assert closed is None or closed == since.date()


def test_the_numbers_have_a_likely_shape(filled: Filled) -> None:
    store = filled[0]
    for won, lost, open_ in ask(
        store,
        "SELECT count(CASE status WHEN 'won' THEN 1 END), count(CASE status WHEN 'lost' THEN 1 END),"
        " count(CASE status WHEN 'open' THEN 1 END) FROM deals GROUP BY company_id",
    ):
        assert 0.3 <= won / (won + lost) <= 0.5
        assert open_ >= 20
    stages = ask(store, "SELECT DISTINCT company_id, stage FROM deals")
    assert len(stages) == 12
    no_step = (
        "SELECT count(*) FROM deals d WHERE status = 'open' AND NOT EXISTS (SELECT 1 FROM tasks t"
        " WHERE t.deal_id = d.id AND t.status IN ('pending', 'in_progress'))"
    )
    assert 3 <= ask(store, no_step)[0][0] <= 35
    stopped = "SELECT count(*) FROM deals WHERE status = 'open' AND stage_since < '2026-01-20 00:00:00+00'"
    assert ask(store, stopped)[0][0] >= 3


def test_tasks_are_overdue_due_today_and_to_come(filled: Filled) -> None:
    store, open_ = filled[0], "status IN ('pending', 'in_progress')"
    for clause in (
        f"{open_} AND due_date < '2026-03-04 00:00:00+00'",
        f"{open_} AND due_date BETWEEN '2026-03-04 00:00:00+00' AND '2026-03-04 23:59:59+00'",
        f"{open_} AND due_date > '2026-03-05 00:00:00+00'",
        "status = 'completed'",
        "status = 'cancelled'",
    ):
        companies = ask(store, f"SELECT company_id, count(*) FROM tasks WHERE {clause} GROUP BY company_id")
        assert len(companies) == 2, clause
    for clause in (
        "status = 'completed' AND completed_at IS NULL",
        "completed_at < created_at",
        f"{open_} AND completed_at IS NOT NULL",
    ):
        assert ask(store, f"SELECT count(*) FROM tasks WHERE {clause}") == [(0,)], clause


def test_nothing_has_happened_that_is_still_to_come(filled: Filled) -> None:
    store, end = filled[0], "'2026-03-04 00:00:00+00'"
    for table in (*KINDS, "users", "user_companies"):
        late = f"created_at >= {end} OR updated_at >= {end} OR updated_at < created_at"
        assert ask(store, f"SELECT count(*) FROM {table} WHERE {late}") == [(0,)], table
    noted = (
        "SELECT min(activity_date), max(activity_date) FROM activities WHERE activity_type <> 'status_change'"
    )
    first, last = (str(moment)[:10] for moment in ask(store, noted)[0])
    assert "2025-05-30" < first < "2025-07-01"
    assert "2026-02-25" < last < "2026-03-05"
    nobody = "SELECT count(*) FROM {} WHERE created_by IS NULL"
    for table in KINDS:
        assert ask(store, nobody.format(table)) == [(0,)], table


def test_a_converted_lead_and_its_deal_name_each_other(filled: Filled) -> None:
    pairs = ask(
        filled[0],
        "SELECT l.status, l.converted_at = d.created_at, d.lead_id = l.id, d.customer_id = l.customer_id"
        " FROM leads l JOIN deals d ON d.id = l.converted_deal_id",
    )
    assert len(pairs) > 50
    assert {(status, *map(bool, same)) for status, *same in pairs} == {("qualified", True, True, True)}


def test_the_timeline_tells_every_move_and_conversion(filled: Filled) -> None:
    store = filled[0]
    told = "SELECT deal_id, activity_date FROM activities WHERE title LIKE 'Stage: %' ORDER BY 1, 2"
    moved = "SELECT deal_id, moved_at FROM deal_stage_history WHERE from_stage IS NOT NULL ORDER BY 1, 2"
    assert ask(store, told) == ask(store, moved)
    converted = "SELECT id, converted_deal_id FROM leads WHERE converted_at IS NOT NULL ORDER BY 1"
    noted = "SELECT lead_id, deal_id FROM activities WHERE title = 'Converted to a deal' ORDER BY 1"
    assert ask(store, noted) == ask(store, converted)


def test_a_new_row_gets_an_id_of_its_own(filled: Filled) -> None:
    """The counters of the tables have moved on with the rows."""
    store = filled[0]
    with store.system("test") as session:
        row = Customer(company_id=1, name="One more")
        session.add(row)
        session.flush()
        assert row.id > ask(store, "SELECT max(id) FROM customers")[0][0] - 1
        session.delete(row)


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_the_same_seed_and_day_make_the_same(filled: Filled) -> None:
    made = [fingerprint(filled[0])]
    for seed, day in ((7, TODAY), (8, TODAY), (7, date(2026, 3, 5))):
        other = fresh("sqlite")
        store = Store(other.url)
        fill(store, PASSWORD, day, seed)
        made.append(fingerprint(store))
        store.close()
        other.drop()
    assert made[0] == made[1]
    assert len(set(made)) == 3


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 7), date(2028, 2, 29), date(2026, 1, 1)])
def test_any_day_will_do(database: Database, day: date) -> None:
    store = Store(database.url)
    fill(store, PASSWORD, day, seed=day.toordinal())
    assert_whole(store)
    for won, closed in ask(
        store,
        "SELECT sum(status = 'won'), sum(status <> 'open') FROM deals GROUP BY company_id",
    ):
        assert 0.3 <= won / closed <= 0.5
    store.close()


def test_a_database_in_use_is_refused(filled: Filled) -> None:
    store = filled[0]
    before = fingerprint(store)
    with pytest.raises(CrmError, match="already holds a company"):
        fill(store, PASSWORD, TODAY)
    assert fingerprint(store) == before


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_password_that_could_not_be_used_is_refused(database: Database) -> None:
    store = Store(database.url)
    with pytest.raises(Invalid, match="too short"):
        fill(store, "short", TODAY)
    assert counts(store)["companies"] == 0
    store.close()
