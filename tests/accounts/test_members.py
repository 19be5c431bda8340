"""Members: roles, the last admin, hand-over, who may; every act in the company's log."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from crm_data import clock, rights
from crm_data.accounts.handover import OpenWork
from crm_data.accounts.members import Members
from crm_data.accounts.onetime import LinkSpent
from crm_data.accounts.people import SYSTEM
from crm_data.errors import CrmError, Invalid, NotAllowed, NotFound
from crm_data.rights import ROLES, Act
from crm_data.tables import ChangeLog, Customer, Deal, Lead, Membership, Task
from tests.accounts.conftest import House
from tests.support.statements import counted


def members(house: House, role: str = "admin", company: int = 0) -> Members:
    return Members(house.store, house.office.scope(company, role))


def role_of(house: House, role: str) -> str | None:
    """The role a person has now; None when their membership is ended."""
    found = {m.user_id: m for m in members(house).all()}[house.user(role)]
    return None if found.ended_at else found.role


def test_the_list_is_one_statement_and_one_company(house: House) -> None:
    house.join(house.user("user", 1), 0)
    with counted(house.store) as sent:
        listed = members(house, "user").all()
    assert len(sent) == 1
    assert [(m.name, m.role) for m in listed] == [
        ("Alpha Admin", "admin"), ("Alpha Manager", "manager"), ("Alpha Sales_rep", "sales_rep"),
        ("Alpha User", "user"), ("Omega User", "user"),
    ]  # fmt: skip


def test_a_new_role_holds_and_is_logged(house: House) -> None:
    members(house).change_role(house.user("user"), "manager")
    assert role_of(house, "user") == "manager"
    with house.store.system("a test", write=False) as session:
        logged = session.scalars(sa.select(ChangeLog)).one()
    assert (logged.table_name, logged.before, logged.after) == (
        "user_companies", {"role": "user"}, {"role": "manager"},
    )  # fmt: skip
    assert logged.user_id == house.user("admin")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_only_admins_look_after_members(house: House, role: str) -> None:
    mine, other = members(house, role), house.user("user")
    for act in (
        lambda: mine.change_role(other, "admin"),
        lambda: mine.end(other),
        lambda: mine.bring_back(other),
        lambda: mine.open_work(other),
        lambda: mine.invitations(),
        lambda: mine.withdraw("x@y.example"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_people_of_another_company_do_not_exist_here(house: House) -> None:
    stranger = house.user("user", 1)
    for act in (
        lambda: members(house).change_role(stranger, "user"),
        lambda: members(house).end(stranger),
        lambda: members(house).end(house.user("user"), stranger),
        lambda: members(house).change_role(9_999_999, "user"),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("role", ["super_admin", "system", "", "Admin", "owner"])
def test_there_are_four_roles(house: House, role: str) -> None:
    with pytest.raises(Invalid, match="no such role"):
        members(house).change_role(house.user("user"), role)


def test_nobody_gives_a_role_above_their_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks after members is an admin now; the rule stands for the day on which others may."""
    monkeypatch.setitem(rights._FROM, Act.MEMBERS, "manager")
    monkeypatch.setattr("crm_data.accounts.members.grantable", lambda role: ROLES[: ROLES.index(role) + 1])
    mine = members(house, "manager")
    mine.change_role(house.user("user"), "sales_rep")
    for act in (
        lambda: mine.change_role(house.user("user"), "admin"),
        lambda: mine.invite("new@alpha.example", "admin"),
        lambda: mine.reset_link(house.user("admin")),
    ):
        with pytest.raises(NotAllowed, match="above their own"):
            act()


def test_an_invitation_elsewhere_stands(house: House) -> None:
    tokens = [members(house, company=company).invite("new@both.example", "user") for company in (0, 1)]
    members(house).withdraw("new@both.example")
    with pytest.raises(LinkSpent):
        house.installation.links.look(tokens[0])
    assert house.installation.links.look(tokens[1]).company == "Omega"
    assert len(members(house, company=1).invitations()) == 1
    assert members(house).invitations() == []


def test_who_leaves_here_stays_signed_in_elsewhere(house: House) -> None:
    house.join(house.user("user"), 1)
    here = house.sign_in("user")
    there = house.sign_in("user")
    ticket = house.installation.sessions.switch(house.signed(there), house.office.companies[1])
    there = house.installation.sessions.open(ticket, replacing=there)
    members(house).end(house.user("user"), close=True)
    assert house.installation.sessions.resolve(here) is None
    assert house.signed(there).scope.company_id == house.office.companies[1]


def test_the_last_admin_stays(house: House) -> None:
    me = house.user("admin")
    with pytest.raises(Invalid, match="last admin"):
        members(house).change_role(me, "manager")
    with pytest.raises(Invalid, match="last admin"):
        members(house).end(me)
    members(house).change_role(house.user("manager"), "admin")
    house.installation.people.set_active(SYSTEM, house.email("manager"), False)
    with pytest.raises(Invalid, match="last admin"):
        members(house).end(me)
    house.installation.people.set_active(SYSTEM, house.email("manager"), True)
    members(house).change_role(me, "user")
    assert role_of(house, "admin") == "user"


def test_two_admins_who_demote_each_other_at_once_leave_one(house: House) -> None:
    members(house).change_role(house.user("manager"), "admin")
    for _ in range(5):
        pair = [("admin", "manager"), ("manager", "admin")]

        def demote(who: tuple[str, str]) -> bool:
            try:
                Members(house.store, house.office.scope(0, "admin")).change_role(house.user(who[1]), "user")
            except CrmError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(demote, pair))
        assert sum(done) == 1
        for role in ("admin", "manager"):
            house.change(Membership, Membership.user_id == house.user(role), role="admin")


def work(house: House, role: str) -> None:
    """One of each kind of record, open and closed, assigned to somebody."""
    me, company = house.user(role), house.office.companies[0]
    with house.store.write(house.office.scope(0, "admin")) as session:
        customer = Customer(name="C", assigned_to=me, company_id=company)
        session.add(customer)
        session.flush()
        own = {"assigned_to": me, "company_id": company}
        of = {**own, "customer_id": customer.id}
        session.add_all(
            [
                Lead(lead_name="open", **own),
                Lead(lead_name="lost", status="lost", **own),
                Deal(deal_name="open", deal_value=1, **of),
                Deal(deal_name="lost", deal_value=1, stage="closed_lost", status="lost", **of),
                Task(title="open", **own),
                Task(title="done", status="completed", completed_at=clock.now(), **own),
            ]
        )  # fmt: skip


def test_what_is_open_goes_to_a_colleague_and_the_rest_keeps_its_name(house: House) -> None:
    work(house, "sales_rep")
    leaver, taker = house.user("sales_rep"), house.user("user")
    assert members(house).open_work(leaver) == OpenWork(
        dict.fromkeys(["customers", "leads", "deals", "tasks"], 1)
    )
    with pytest.raises(Invalid, match="open work"):
        members(house).end(leaver)
    with pytest.raises(Invalid, match="somebody else"):
        members(house).end(leaver, leaver)
    members(house).end(leaver, taker, close=True)
    assert role_of(house, "sales_rep") is None
    assert members(house).open_work(leaver).total == 0
    assert members(house).open_work(taker).total == 4
    with house.store.system("a test", write=False) as session:
        kept = session.scalars(sa.select(Lead.assigned_to).where(Lead.lead_name == "lost")).all()
        kept += session.scalars(sa.select(Task.assigned_to).where(Task.title == "done")).all()
        assert kept == [leaver, leaver]
        entries = session.execute(sa.select(ChangeLog.table_name, ChangeLog.act_id)).all()
        versions = session.scalars(sa.select(Task.version).where(Task.title == "open")).all()
    assert {name for name, _ in entries} == {"customers", "leads", "deals", "tasks", "user_companies"}
    assert len({act for _, act in entries}) == 1
    assert versions == [2]


@pytest.mark.slow
def test_nobody_takes_over_who_cannot_sign_in(house: House) -> None:
    work(house, "sales_rep")
    house.installation.people.set_active(SYSTEM, house.email("user"), False)
    with pytest.raises(Invalid, match="cannot sign in"):
        members(house).end(house.user("sales_rep"), house.user("user"))
    members(house).end(house.user("manager"), close=True)
    with pytest.raises(NotFound):
        members(house).end(house.user("sales_rep"), house.user("manager"))


def test_a_former_member_comes_back(house: House) -> None:
    members(house).end(house.user("user"), close=True)
    with pytest.raises(NotFound):
        members(house).change_role(house.user("user"), "manager")
    members(house).bring_back(house.user("user"))
    assert role_of(house, "user") == "user"
    with pytest.raises(Invalid):
        members(house).bring_back(house.user("user"))
    assert house.events()[-2:] == ["membership_ended", "membership_restored"]


def test_the_operator_enters_any_company_with_a_reason(house: House) -> None:
    company = house.office.companies[1]
    with pytest.raises(NotAllowed):
        house.installation.members_of(house.office.scope(0, "admin"), company)
    with pytest.raises(NotFound):
        house.installation.members_of(SYSTEM, 999_999)
    assert house.installation.members_of(SYSTEM, company).invite("boss@omega.example", "admin")
    assert "entered_company" in house.events()


def test_the_scope_of_the_command_line(house: House) -> None:
    company = house.office.companies[0]
    assert house.installation.scope(company).role == "system"
    assert house.installation.scope(company, house.email("manager")).role == "manager"
    for company_id, email in ((999, None), (company, "x@y.example"), (company, house.email("user", 1))):
        with pytest.raises(NotFound):
            house.installation.scope(company_id, email)


def test_a_company_does_not_close_the_account_of_the_last_operator(house: House) -> None:
    runs = house.user("manager")
    house.make_operator("manager")
    with pytest.raises(Invalid, match="alone"):
        members(house).end(runs, close=True)
    assert role_of(house, "manager") == "manager"
    house.sign_in("manager")
    house.make_operator("manager", company=1)
    members(house).end(runs, close=True)
    assert role_of(house, "manager") is None
