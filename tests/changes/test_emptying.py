"""The trash that empties itself: after so many days, told before, whole or not at all, never what is in use."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Workspace, errors
from crm_data.accounts import passwords
from crm_data.changes import emptying
from crm_data.changes.dues import GRACE, Rule
from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.tables import Base, Company, SecurityLog, User
from crm_data.tables.change_set import Actor
from crm_data.tables.company import CompanyStatus
from tests.changes.looking import last, tables_of
from tests.conftest import FrozenClock
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.locking import locking, out_of_order, written
from tests.support.office import Office

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
DAYS = 30
Round = Callable[[], int]


@pytest.fixture
def admin(two: Office) -> Workspace:
    """An admin whose password is known."""
    with two.store.system("a test's password") as session:
        session.get_one(User, two.people[0]["admin"]).password_hash = passwords.hashed(PASSWORD)
    return two.at(0, "admin")


@pytest.fixture
def empty(two: Office, tmp_path: Path) -> Round:
    """The round of the server."""
    wanted = settings({"DATABASE_URL": two.store.url, "CRM_BACKUP_DIR": str(tmp_path)})
    return Installation(two.store, wanted).empty_trash


def there(two: Office, kind: str = "customers") -> set[int]:
    """The records of the first company that are still there, archived or not."""
    return set(tables_of(two.store, two.companies[0])[kind])


def test_the_kinds_are_those_that_the_trash_shows(admin: Workspace) -> None:
    assert set(emptying.kinds()) == set(admin.trash.counts())
    assert emptying.kinds().index("deals") < emptying.kinds().index("customers")


def test_nothing_goes_before_an_admin_says_so(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    customer = a_customer(admin)
    admin.customers.archive([customer])
    assert admin.trash.rule() == Rule(None, None)
    assert admin.trash.page("customers")[0][0].goes is None
    frozen_clock.move(days=4_000)
    assert empty() == 0
    assert there(two) == {customer}


def test_it_goes_on_the_day_that_was_told_with_all_that_went_with_it(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    customer = a_customer(admin, "Zyxwvut Quark")
    deal = a_deal(admin, customer, deal_name="Roast for Zyxwvut Quark")
    lead = a_lead(admin, customer_id=customer, lead_name="Zyxwvut Quark again")
    task = a_task(admin, deal_id=deal, title="Ring Zyxwvut Quark")
    done = a_task(admin, customer_id=customer, title="Rang Zyxwvut Quark", status="completed")
    admin.activities.log("call", title="Spoke to Zyxwvut Quark", customer_id=customer, task_id=done)
    admin.tasks.archive([task])
    admin.deals.archive([deal])
    admin.leads.archive([lead])
    admin.customers.archive([customer])
    stays = a_customer(admin, "Stays")
    others = two.at(1, "admin").customers.add({"name": "Of others"})
    two.at(1, "admin").customers.archive([others])
    rule = admin.trash.keep_for(DAYS, None, PASSWORD)
    told = admin.trash.page("customers")[0][0].goes
    assert told == date(2026, 4, 2) == rule.day(frozen_clock.moment)
    frozen_clock.moment = frozen_clock.moment.replace(year=2026, month=4, day=1, hour=23, minute=59)
    before = tables_of(two.store, two.companies[0])
    assert empty() == 0
    assert tables_of(two.store, two.companies[0]) == before
    frozen_clock.move(minutes=1)
    assert empty() == 6
    assert there(two) == {stays}
    assert not there(two, "leads") | there(two, "deals") | there(two, "tasks") | there(two, "activities")
    acts = [act for act in admin.changes.page()[0] if act.kind == "erase_for_good"]
    assert [(act.actor, act.user_id, act.who) for act in acts] == [(Actor.RULE, None, "The system")]
    gone = {"2 tasks", "1 deal", "1 lead", "1 customer", "1 activity"}
    assert set(acts[0].title.split(": ")[1].split(", ")) == gone
    assert "archived for more than 30 days" in acts[0].title
    assert admin.changes.verify().wrong == ()
    assert admin.changes.preview(acts[0].id).why == "What was erased for good cannot be brought back."
    with two.store.system("a test looks", write=False) as session:
        tables = Base.metadata.sorted_tables
        held = [
            [str(value) for value in row] for table in tables for row in session.execute(sa.select(table))
        ]
        lines = session.scalars(sa.select(SecurityLog).where(SecurityLog.event == "erased_for_good")).all()
        assert [(line.user_id, line.company_id) for line in lines] == [(None, two.companies[0])]
        assert session.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables["customers"])) == 2
    assert "zyxwvut" not in json.dumps(held).lower()
    assert empty() == 0


def test_what_is_old_already_waits_some_days_and_is_counted_before(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    ids = [a_customer(admin, f"Customer {n}") for n in range(3)]
    admin.customers.archive(ids[:2])
    frozen_clock.move(days=100)
    admin.customers.archive(ids[2:])
    now = frozen_clock.moment.date()
    seen = admin.trash.outlook(DAYS)
    assert (seen.first, dict(seen.counts), seen.later) == (now + timedelta(days=GRACE), {"customers": 2}, 1)
    assert admin.trash.outlook("").rule == Rule(None, None)
    assert admin.trash.keep_for(DAYS, None, PASSWORD) == seen.rule == admin.trash.rule()
    assert {away.goes for away in admin.trash.page("customers")[0]} == {
        seen.first,
        now + timedelta(days=DAYS + 1),
    }
    assert empty() == 0
    frozen_clock.move(days=GRACE)
    assert empty() == 2
    assert there(two) == {ids[2]}


def test_what_somebody_restored_stays_and_so_does_what_it_belongs_to(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    customer, back = a_customer(admin, "Its deal is back"), a_customer(admin, "Is back")
    deal = a_deal(admin, customer)
    admin.deals.archive([deal])
    admin.customers.archive([customer, back])
    admin.trash.keep_for(DAYS, None, PASSWORD)
    frozen_clock.move(days=20)
    admin.customers.restore([back])
    admin.deals.restore([deal])
    frozen_clock.move(days=20)
    (away,) = admin.trash.page("customers")[0]
    assert (away.id, away.goes, away.stays) == (customer, None, True)
    assert empty() == 0
    admin.deals.archive([deal])
    told = admin.trash.page("customers")[0][0]
    assert (told.goes, told.stays) == (frozen_clock.moment.date() + timedelta(days=DAYS + 1), False)
    frozen_clock.move(days=DAYS)
    assert empty() == 0
    frozen_clock.move(days=1)
    assert empty() == 2
    assert there(two) == {back}
    assert not there(two, "deals")


def test_what_only_tells_of_a_record_goes_with_the_last_that_it_tells_of(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    gone, other = a_customer(admin, "Goes"), a_customer(admin, "Stays for now")
    lead = a_lead(admin)
    said = admin.activities.log("call", title="Spoke of both", customer_id=gone, lead_id=lead)
    task = a_task(admin, customer_id=gone)
    admin.customers.archive([gone])
    admin.trash.keep_for(DAYS, None, PASSWORD)
    frozen_clock.move(days=50)
    assert admin.trash.page("customers")[0][0].stays
    admin.tasks.change([Edit(task, {"status": ("pending", "completed")})])
    assert admin.trash.page("customers")[0][0].stays
    admin.leads.archive([lead])
    (away,) = admin.trash.page("customers")[0]
    assert away.goes == frozen_clock.moment.date() + timedelta(days=DAYS + 1)
    admin.activities.archive([said])
    admin.activities.restore([said])
    assert admin.trash.page("customers")[0][0].stays, "somebody wanted it back"
    frozen_clock.move(days=DAYS + 1)
    assert empty() == 0
    assert there(two) == {gone, other}


def test_what_was_merged_into_a_record_stays_as_long_as_that_does(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    ids = [a_customer(admin, "Ann Field") for _ in range(2)]
    admin.alike.merge("customers", ids, ids[0])
    act = last(admin)
    admin.trash.keep_for(DAYS, None, PASSWORD)
    frozen_clock.move(days=400)
    assert admin.trash.page("customers")[0][0].stays
    assert empty() == 0
    admin.changes.undo(act)
    assert set(admin.customers.choices()) == set(ids)
    admin.changes.undo(last(admin))
    admin.customers.archive([ids[0]])
    frozen_clock.move(days=DAYS + 1)
    assert empty() == 1
    frozen_clock.move(days=1)
    assert empty() == 1  # nothing is left in which it goes on
    assert there(two) == set()
    assert admin.changes.verify().wrong == ()


def test_a_round_takes_so_many_and_the_next_goes_on(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "MOST", 2)
    held = a_customer(admin, "Held")
    a_deal(admin, held)
    ids = [a_customer(admin, f"Customer {n}") for n in range(4)]
    admin.customers.archive([held, *ids])
    admin.trash.keep_for(DAYS, None, PASSWORD)
    frozen_clock.move(days=DAYS + 1)
    assert [empty() for _ in range(4)] == [2, 2, 0, 0]
    assert there(two) == {held}
    acts = [act for act in admin.changes.page()[0] if act.kind == "erase_for_good"]
    assert [act.counts["customers"] for act in acts] == [2, 2]


def test_a_changed_rule_holds_from_then_on(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    customer = a_customer(admin)
    admin.customers.archive([customer])
    admin.trash.keep_for(90, None, PASSWORD)
    frozen_clock.move(days=60)
    assert admin.trash.keep_for(DAYS, 90, PASSWORD).start == frozen_clock.moment.date() + timedelta(GRACE)
    with pytest.raises(errors.Conflict):
        admin.trash.keep_for(100, 90)
    assert admin.trash.keep_for(40, DAYS).start == admin.trash.rule().start
    assert admin.trash.keep_for(None, 40) == Rule(None, None)
    frozen_clock.move(days=100)
    assert empty() == 0
    assert there(two) == {customer}


def test_a_company_that_is_closed_is_left_alone(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    admin.customers.archive([a_customer(admin)])
    admin.trash.keep_for(DAYS, None, PASSWORD)
    frozen_clock.move(days=99)
    with two.store.system("a test closes it") as session:
        session.get_one(Company, two.companies[0]).status = CompanyStatus.SUSPENDED.value
    assert empty() == 0


def test_a_rule_that_is_set_while_a_round_looks_is_the_one_that_holds(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = a_customer(admin)
    admin.customers.archive([customer])
    admin.trash.keep_for(DAYS, None, PASSWORD)
    frozen_clock.move(days=99)
    looked = emptying._due

    def meanwhile(*args: Any) -> Any:
        found = looked(*args)
        admin.customers.restore([customer])
        return found

    with monkeypatch.context() as patched:
        patched.setattr(emptying, "_due", meanwhile)
        assert empty() == 0
    assert customer in admin.customers.choices()


def test_who_may_not_and_what_is_wrong_changes_nothing(two: Office, admin: Workspace) -> None:
    before = tables_of(two.store, two.companies[0], ())
    for role in ("user", "sales_rep", "manager"):
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).trash.keep_for("nonsense", None, PASSWORD)
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).trash.outlook("nonsense")
    for role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).trash.rule()
    for wrong in (0, 29, 3_651, "29"):
        with pytest.raises(errors.Invalid, match="from 30 to 3,650"):
            admin.trash.keep_for(wrong, None, PASSWORD)
    with pytest.raises(errors.Invalid, match="password is not right"):
        admin.trash.keep_for(DAYS, None, "a wrong password")
    assert tables_of(two.store, two.companies[0], ()) == before
    admin.trash.keep_for(DAYS, None, PASSWORD)
    assert two.at(1, "admin").trash.rule() == Rule(None, None)


@pytest.mark.postgres
@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_a_round_locks_in_order(
    two: Office, admin: Workspace, empty: Round, frozen_clock: FrozenClock
) -> None:
    customer = a_customer(admin)
    deal = a_deal(admin, customer)
    a_task(admin, deal_id=deal, status="cancelled")
    admin.activities.log("call", title="Said", deal_id=deal)
    admin.deals.archive([deal])
    admin.customers.archive([customer])
    with locking(two.store) as sent:
        admin.trash.keep_for(DAYS, None, PASSWORD)
    assert written(sent)
    assert out_of_order(sent) == []
    frozen_clock.move(days=99)
    with locking(two.store) as sent:
        assert empty() == 4
    assert written(sent)
    assert out_of_order(sent) == []
