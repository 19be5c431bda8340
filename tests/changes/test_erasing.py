"""Erasing for good: what goes is shown before, nothing else goes, and no word is left in log or search."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Workspace, errors
from crm_data.accounts import passwords
from crm_data.alike.likeness import known_by
from crm_data.changes.erasing import Erasure, _label
from crm_data.store.naming import naming
from crm_data.store.writer import table_of
from crm_data.tables import Base, ChangeLog, ChangeSet, SecurityLog, User
from tests.changes.looking import last, tables_of
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.kinds import KINDS, TITLES
from tests.support.office import Office

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
ALIKE = [kind for kind in KINDS if known_by(kind)]
NAME, MAIL, PHONE = "Zyxwvut Quark", "zyx@quark.example", "+1 503 555 0177"


@pytest.fixture
def admin(two: Office) -> Workspace:
    """An admin whose password is known."""
    with two.store.system("a test's password") as session:
        session.get_one(User, two.people[0]["admin"]).password_hash = passwords.hashed(PASSWORD)
    return two.at(0, "admin")


def filled(my: Workspace) -> int:
    """A customer with all that can hang on one, changed and put away."""
    customer = my.customers.add({"name": NAME, "email": MAIL, "phone": PHONE})
    other = a_customer(my, "Somebody else")
    lead = a_lead(my, customer_id=customer, lead_name=f"{NAME} again", email=MAIL)
    deal = a_deal(my, customer, deal_name=f"Roast for {NAME}")
    a_deal(my, other, deal_name="Another roast")
    my.deals.move(deal, "qualified", "prospect")
    my.leads.convert(lead, second=True)
    a_task(my, deal_id=deal, title=f"Ring {NAME}")
    my.activities.log("call", title=f"Spoke to {NAME}", customer_id=customer)
    my.customers.archive([customer])
    return customer


def everything(store: Any) -> str:
    """All that the database holds, as one text."""
    with store.system("a test looks", write=False) as session:
        return json.dumps(
            [
                [str(value) for value in row]
                for table in Base.metadata.sorted_tables
                for row in session.execute(sa.select(table))
            ],
            ensure_ascii=False,
        )


def erase(my: Workspace, customer: int, **said: Any) -> Erasure:
    """Look and do it."""
    looked = my.trash.look("customers", [customer], said.get("keep_leads", False))
    return my.trash.erase("customers", [customer], looked.mark, PASSWORD, **said)


def test_what_was_shown_goes_and_no_word_of_it_is_left(two: Office, admin: Workspace) -> None:
    customer = filled(admin)
    assert admin.find(NAME).groups
    before = tables_of(two.store, two.companies[0])
    looked = admin.trash.look("customers", [customer])
    assert set(looked.goes) == {"customers", "leads", "deals", "deal_stage_history", "tasks", "activities"}
    assert looked.names["customers"] == (NAME,)
    gone = erase(admin, customer)
    assert gone == looked
    after = tables_of(two.store, two.companies[0])
    for table, rows in before.items():
        went = set(rows) - set(after.get(table, {}))
        assert len(went) == looked.goes.get(table, 0), table
        assert {id_: row for id_, row in rows.items() if id_ not in went} == after[table]
    said = everything(two.store)
    for word in ("zyxwvut", "quark", "5550177", "555 0177"):
        assert word not in said.lower(), word
    assert not admin.find(NAME).groups
    assert admin.changes.verify().wrong == ()
    with two.store.system("a test looks", write=False) as session:
        lines = session.scalars(sa.select(SecurityLog).where(SecurityLog.event == "erased_for_good")).all()
        assert [(line.user_id, line.detail) for line in lines] == [(admin.scope.user_id, dict(looked.goes))]


def test_it_cannot_be_undone_and_older_acts_leave_it(two: Office, admin: Workspace) -> None:
    added = admin.customers.add_all([{"name": NAME}, {"name": "Stays here"}])
    act = last(admin)
    admin.changes.undo(act)
    redo = last(admin)
    admin.changes.undo(redo)
    admin.customers.archive([added[0]])
    erase(admin, added[0])
    preview = admin.changes.preview(last(admin))
    assert preview.why == "What was erased for good cannot be brought back."
    with pytest.raises(errors.Invalid):
        admin.changes.undo(last(admin))
    again = next(done for done in admin.changes.page()[0] if done.undoes == redo)
    assert "Zyx" not in again.title
    left = admin.changes.undo(again.id, rest=True)
    assert [(one.id, one.sentence) for one in left] == [(added[0], "It was erased for good.")]
    assert admin.changes.undo(last(admin)) == []
    assert [row["name"] for row in admin.customers.page().rows] == ["Stays here"]
    assert admin.changes.verify().wrong == ()
    for done in admin.changes.page()[0]:
        admin.changes.lines(done.id)
        assert done.title


MAKERS = {
    "customers": a_customer,
    "leads": a_lead,
    "deals": a_deal,
    "tasks": a_task,
    "activities": lambda my: my.activities.log("note", title="Said"),
}


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_going_back_with_chosen_records_says_nothing_of_others_that_were_erased(
    two: Office, admin: Workspace, frozen_clock: Any, kind: str
) -> None:
    moment = frozen_clock.moment - timedelta(seconds=1)
    gone, chosen = MAKERS[kind](admin), a_customer(admin, "Chosen")
    records = admin.records(kind)
    records.archive([gone])
    admin.trash.erase(kind, [gone], admin.trash.look(kind, [gone]).mark, PASSWORD)
    seen = admin.changes.since(moment)
    assert admin.changes.go_back(seen.first, seen.last, {"customers": [chosen]}) == []
    assert chosen not in admin.customers.choices()
    admin.changes.undo(last(admin))
    with pytest.raises(errors.ChangedSince, match="It was erased for good"):
        admin.changes.go_back(seen.first, seen.last, {"customers": [chosen], kind: [gone, chosen]})


@pytest.mark.parametrize("kind", ALIKE)
def test_what_was_merged_into_it_stays_in_the_trash(two: Office, admin: Workspace, kind: str) -> None:
    records, title = admin.records(kind), TITLES[kind]
    one, other = (records.add({title: name, "email": MAIL}) for name in (NAME, "Another"))
    admin.alike.merge(kind, [one, other], one)
    merged = last(admin)
    records.archive([one])
    looked = admin.trash.look(kind, [one])
    assert looked.goes == {kind: 1}
    assert [(lost.table, lost.label, lost.count) for lost in looked.stays] == [(kind, "Merged into", 1)]
    assert admin.trash.erase(kind, [one], looked.mark, PASSWORD) == looked
    assert (records.get(other)["archived_at"] is None, records.get(other)["merged_into"]) == (False, None)
    with pytest.raises(errors.CrmError):
        admin.changes.undo(merged)
    admin.changes.undo(merged, rest=True)
    assert records.get(other)["archived_at"] is None


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_whatever_names_a_record_has_a_name(two: Office, kind: str) -> None:
    my = two.at(0, "admin")
    kinds = {name: my.records(name) for name in my.kinds}
    assert all(_label(kinds, child, column) for child, column, _ in naming(kind))


def test_leads_stay_when_one_says_so(two: Office, admin: Workspace) -> None:
    customer = filled(admin)
    lead = next(iter(admin.leads.choices()))
    looked = admin.trash.look("customers", [customer], keep_leads=True)
    assert "leads" not in looked.goes
    assert {(one.table, one.column, one.count) for one in looked.stays} >= {("leads", "customer_id", 1)}
    erase(admin, customer, keep_leads=True)
    assert admin.leads.get(lead)["customer_id"] is None
    assert admin.changes.verify().wrong == ()


def test_only_what_is_archived_and_only_as_it_was_shown(two: Office, admin: Workspace) -> None:
    customer = a_customer(admin, NAME)
    with pytest.raises(errors.Invalid, match="Archive it first"):
        admin.trash.look("customers", [customer])
    admin.customers.archive([customer])
    looked = admin.trash.look("customers", [customer])
    a_task(admin, customer_id=customer)
    before = tables_of(two.store, two.companies[0], ())
    with pytest.raises(errors.Invalid, match="has changed since you looked"):
        admin.trash.erase("customers", [customer], looked.mark, PASSWORD)
    with pytest.raises(errors.Invalid, match="password is not right"):
        erase_with(admin, customer, "a wrong password")
    assert tables_of(two.store, two.companies[0], ()) == before


def erase_with(my: Workspace, customer: int, password: str) -> Erasure:
    """With another password."""
    return my.trash.erase("customers", [customer], my.trash.look("customers", [customer]).mark, password)


def test_who_may_not_and_strangers_change_nothing(two: Office, admin: Workspace) -> None:
    customer = filled(admin)
    mark = admin.trash.look("customers", [customer]).mark
    before = everything(two.store)
    for role in ("user", "sales_rep", "manager"):
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).trash.look("customers", [customer])
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).trash.erase("customers", [customer], mark, PASSWORD)
    with pytest.raises(errors.NotFound):
        two.at(1, "admin").trash.look("customers", [customer])
    for table in ("change_log", "user_companies", "nothing"):
        with pytest.raises(errors.NotFound):
            admin.trash.look(table, [1])
    assert everything(two.store) == before


def test_the_log_forgets_nothing_that_was_not_erased(two: Office, admin: Workspace) -> None:
    """The trigger lets values go when a line says so, and else refuses the very same statement."""
    customer = filled(admin)
    log, acts = table_of(ChangeLog), table_of(ChangeSet)
    blank = {"before": sa.null(), "after": sa.null(), "salt": sa.null(), "sealed": "0" * 64}
    for table, values in ((log, blank), (acts, {"title": "", "salt": sa.null(), "sealed": "0" * 64})):
        with pytest.raises(errors.Invalid, match="only be added to"), two.store.write(admin.scope) as session:
            session.core().execute(sa.update(table).values(values))
    erase(admin, customer)
    for change in ({"sealed": "1" * 64}, {"after": {"name": NAME}}, {"action": "add"}):
        with pytest.raises(errors.Invalid), two.store.write(admin.scope) as session:
            session.core().execute(sa.update(log).where(log.c.sealed.is_not(None)).values(change))
    assert admin.changes.verify().wrong == ()


def test_the_trash_says_who_put_it_there_and_what_went_with_it(two: Office, admin: Workspace) -> None:
    rep = two.at(0, "manager")
    ids = [a_customer(admin, f"Customer {n}") for n in range(3)]
    rep.customers.archive(ids[:2])
    act = last(rep)
    admin.customers.archive(ids[2:])
    found, more = admin.trash.page("customers")
    assert [(away.id, away.who, away.together) for away in found] == [
        (ids[2], "Alpha Admin", 1),
        (ids[1], "Alpha Manager", 2),
        (ids[0], "Alpha Manager", 2),
    ]
    assert (found[1].act, more) == (act, None)
    assert admin.trash.counts()["customers"] == 3
    first, before = admin.trash.page("customers", n=2)
    rest, _ = admin.trash.page("customers", before, n=2)
    assert [away.id for away in (*first, *rest)] == [ids[2], ids[1], ids[0]]
    for role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).trash.page("customers")
    assert two.at(1, "admin").trash.page("customers") == ([], None)
    admin.changes.undo(act)
    assert [away.id for away in admin.trash.page("customers")[0]] == [ids[2]]


def test_what_came_back_archived_was_not_archived_by_that(
    two: Office, admin: Workspace, frozen_clock: Any
) -> None:
    """To restore all that went together would take away again all that came back."""
    before = a_customer(admin, "Older")
    frozen_clock.move(hours=1)
    since = last(admin) + 1
    away, others = a_customer(admin, "Away"), [a_customer(admin, f"Other {n}") for n in range(3)]
    admin.customers.archive([away])
    act = last(admin)
    found = admin.changes.since(since)
    admin.changes.go_back(found.first, found.last)
    admin.changes.undo(last(admin))
    assert {row["id"] for row in admin.customers.page(admin.customers.query({})).rows} == {before, *others}
    assert [(one.id, one.together, one.act) for one in admin.trash.page("customers")[0]] == [(away, 1, act)]
