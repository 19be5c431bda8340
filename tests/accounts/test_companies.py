"""Companies: made and stopped by the operator, described by their own admins."""

import dataclasses
from datetime import date

import pytest
import sqlalchemy as sa

from crm_data.accounts.companies import Profile
from crm_data.accounts.people import SYSTEM
from crm_data.errors import Conflict, Invalid, NotAllowed, NotFound
from crm_data.rights import ROLES
from crm_data.store.scope import CompanyScope
from crm_data.tables import ChangeLog
from tests.accounts.conftest import House


def operator(house: House) -> CompanyScope:
    return dataclasses.replace(house.office.scope(0, "admin"), operator=True)


@pytest.mark.slow
def test_the_operator_makes_and_lists_companies(house: House) -> None:
    made = house.installation.companies.make(operator(house), {"name": "New", "email": "X@New.example"}).id
    listed = {line.id: line for line in house.installation.companies.all(operator(house))}
    assert (listed[made].name, listed[made].email, listed[made].members) == ("New", "x@new.example", 0)
    assert listed[house.office.companies[0]].members == 4
    with pytest.raises(Invalid, match="uses this e-mail"):
        house.installation.companies.make(SYSTEM, {"name": "Other", "email": "x@new.example"})


def test_a_company_and_its_first_admin_are_made_together_or_not_at_all(house: House) -> None:
    house.make_operator()
    here, me = house.installation, operator(house)
    new = {"name": "New", "email": "office@new.example", "currency": "eur"}
    before = len(here.companies.all(me))
    for profile, admin in ((new, "nobody"), (new, ""), ({**new, "currency": "E"}, "boss@new.example")):
        with pytest.raises(Invalid):
            here.companies.make(me, profile, admin)
    for email, admin, words in (
        ("", "boss@new.example", "^Company e-mail is needed"),
        ("office", "boss@new.example", "^Company e-mail: that is not"),
        ("office@new.example", "boss", "^The first admin: E-mail: that is not"),
    ):
        with pytest.raises(Invalid, match=words):
            here.companies.make(me, {**new, "email": email}, admin)
    assert len(here.companies.all(me)) == before
    made = here.companies.make(me, new, "Boss@New.example")
    shown = here.links.look(made.invitation)
    assert (shown.company, shown.email, shown.role) == ("New", "boss@new.example", "admin")
    assert here.scope(made.id).currency == "EUR"
    assert here.companies.make(me, {**new, "email": "other@new.example"}).invitation is None


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_does(house: House, role: str) -> None:
    companies, me = house.installation.companies, house.office.scope(0, role)
    for act in (
        lambda: companies.make(me, {"name": "N", "email": "n@n.example"}),
        lambda: companies.all(me),
        lambda: companies.change(me, house.office.companies[1], {"status": ("active", "suspended")}),
        lambda: house.installation.people.set_active(me, house.email("user"), False),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_status_and_subscription_are_the_operators(house: House) -> None:
    companies, other = house.installation.companies, house.office.companies[1]
    large = {"status": ("active", "suspended"), "subscription_plan": (None, "Large")}
    companies.change(operator(house), other, large)
    line = next(c for c in companies.all(operator(house)) if c.id == other)
    assert (line.status, line.plan) == ("suspended", "Large")
    with house.store.system("a test", write=False) as session:
        assert session.scalars(sa.select(ChangeLog.after)).one() == {
            "status": "suspended", "subscription_plan": "Large",
        }  # fmt: skip
    with pytest.raises(Invalid, match="working in this company"):
        companies.change(operator(house), house.office.companies[0], {"status": ("active", "inactive")})
    with pytest.raises(Invalid, match="the operator's"):
        companies.change(operator(house), other, {"name": ("Omega", "Renamed")})
    with pytest.raises(Invalid):
        companies.change(operator(house), other, {"status": ("active", "gone")})
    with pytest.raises(Conflict):
        companies.change(operator(house), other, {"subscription_plan": (None, "Small")})
    days = {"subscription_start": (None, date(2026, 3, 1)), "subscription_end": (None, date(2026, 2, 1))}
    with pytest.raises(Invalid, match="ends before it starts"):
        companies.change(operator(house), other, days)
    companies.change(operator(house), other, days | {"subscription_end": (None, date(2027, 2, 28))})
    line = next(c for c in companies.all(operator(house)) if c.id == other)
    assert (line.plan, line.plan_starts, line.plan_ends) == ("Large", date(2026, 3, 1), date(2027, 2, 28))
    with pytest.raises(NotFound):
        companies.change(operator(house), 999_999, {"status": ("active", "active")})


def test_admins_keep_the_profile(house: House) -> None:
    mine = Profile(house.store, house.office.scope(0, "admin"))
    assert "status" not in mine.fields
    mine.change(
        {"name": ("Alpha", "Alpha & Co"), "currency": ("USD", "chf"), "website": (None, "alpha.example")}
    )
    now = mine.get()
    assert (now["name"], now["currency"], now["website"]) == ("Alpha & Co", "CHF", "https://alpha.example")
    assert Profile(house.store, house.office.scope(1, "admin")).get()["name"] == "Omega"
    with pytest.raises(Conflict):
        mine.change({"name": ("Alpha", "Alpha Ltd")})
    for bad in (
        {"currency": ("CHF", "Franc")},
        {"name": ("Alpha & Co", "")},
        {"status": ("active", "inactive")},
    ):
        with pytest.raises(Invalid):
            mine.change(bad)
    with pytest.raises(NotAllowed):
        Profile(house.store, house.office.scope(0, "manager")).change({"name": ("Alpha & Co", "Mine")})
    assert Profile(house.store, house.office.scope(0, "user")).get()["name"] == "Alpha & Co"
