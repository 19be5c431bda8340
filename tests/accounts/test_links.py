"""One-time links: single use, expiring, bound to e-mail, company and role; a newer one voids the older."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from crm_data.accounts import onetime
from crm_data.accounts.links import ChooseNew, Joined
from crm_data.accounts.members import Members
from crm_data.accounts.onetime import LinkSpent
from crm_data.accounts.people import SYSTEM
from crm_data.accounts.tokens import new_token
from crm_data.errors import CrmError, Invalid, NotAllowed, NotFound, NotSignedIn
from crm_data.installation import Installation
from crm_data.rights import ROLES
from crm_data.store.store import Store
from crm_data.tables import ChangeLog, Company, Membership, User
from crm_data.tables.security import LinkKind
from tests.accounts.conftest import HERE, PASSWORD, House
from tests.conftest import FrozenClock
from tests.support.own import own_settings
from tests.support.statements import counted

NEW = "another dozen words"
COMPANY = {"name": "Acme", "email": "office@acme.example"}
ADA = {"email": "Ada@Acme.example", "first_name": "Ada", "last_name": "Byron"}


@pytest.fixture
def bare(database_url: str) -> Iterator[Installation]:
    """An installation with nobody in it."""
    store = Store(database_url)
    yield Installation(store, own_settings(database_url))
    store.close()


def members(house: House, role: str = "admin", company: int = 0) -> Members:
    return Members(house.store, house.office.scope(company, role))


def test_the_setup_link_makes_a_company_and_its_operator(bare: Installation) -> None:
    token = bare.links.setup()
    assert token is not None
    assert bare.links.look(token).kind is LinkKind.SETUP
    joined = bare.links.redeem_setup(token, COMPANY, ADA, PASSWORD)
    signed = bare.sessions.resolve(bare.sessions.open(joined.ticket))
    assert signed is not None
    assert (signed.account.email, signed.account.operator) == ("ada@acme.example", True)
    assert (signed.scope.role, signed.scope.company_name) == ("admin", "Acme")
    assert bare.links.setup() is None
    with pytest.raises(LinkSpent):
        bare.links.redeem_setup(token, COMPANY, ADA, PASSWORD)
    with bare._store.system("a test", write=False) as session:
        logged = session.execute(sa.select(ChangeLog.table_name, ChangeLog.action)).all()
        user = session.scalars(sa.select(User)).one()
        assert user.is_verified
        assert session.scalars(sa.select(Membership.is_primary)).one()
    assert set(logged) == {("companies", "add"), ("user_companies", "add")}


def test_a_refused_setup_leaves_the_link_and_nothing_else(bare: Installation) -> None:
    token = bare.links.setup() or ""
    for company, person, password, says in (
        ({"name": "", "email": "x"}, ADA, PASSWORD, "Company name is needed"),
        ({**COMPANY, "currency": "EURO"}, ADA, PASSWORD, "Three letters are needed"),
        ({**COMPANY, "status": "suspended"}, ADA, PASSWORD, "only its profile"),
        (COMPANY, {**ADA, "email": "nobody"}, PASSWORD, "not an e-mail"),
        (COMPANY, {**ADA, "first_name": "\0"}, PASSWORD, "control character"),
        (COMPANY, ADA, "short", "too short"),
    ):
        with pytest.raises(Invalid, match=says):
            bare.links.redeem_setup(token, company, person, password)
    assert not bare.companies.exist()
    assert bare.links.redeem_setup(token, COMPANY, ADA, PASSWORD)


def test_a_newer_setup_link_voids_the_older(bare: Installation) -> None:
    old, new = bare.links.setup(), bare.links.setup()
    with pytest.raises(LinkSpent):
        bare.links.look(old)
    assert bare.links.look(new)


def test_of_many_who_set_up_at_once_one_makes_the_first_company(bare: Installation) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: bare.links.setup() or "", range(8)))

        def attempt(turn: int) -> Joined | None:
            company, person = ({**who, "email": f"{turn}@acme.example"} for who in (COMPANY, ADA))
            try:
                return bare.links.redeem_setup(tokens[turn], company, person, PASSWORD)
            except LinkSpent:
                return None

        won = [joined for joined in pool.map(attempt, range(8)) if joined]
    assert len(won) == 1
    with bare._store.system("a test", write=False) as session:
        assert len(session.scalars(sa.select(Company.id)).all()) == 1
        assert len(session.scalars(sa.select(User.id)).all()) == 1


@pytest.mark.parametrize(
    ("kind", "lasts"), [("setup", 24 * 3600), ("invite", 7 * 86400), ("reset", 3600), ("ticket", 30)]
)
def test_links_end_when_their_time_is_over(
    house: House, frozen_clock: FrozenClock, kind: str, lasts: int
) -> None:
    with house.store.system("a test") as session:
        token = onetime.make(session, LinkKind(kind), email="x@y.example")
    frozen_clock.move(seconds=lasts - 1)
    with house.store.system("a test") as session:
        assert onetime.look(session, token).kind == kind
    frozen_clock.move(seconds=1)
    with house.store.system("a test") as session, pytest.raises(LinkSpent):
        onetime.use(session, token, LinkKind(kind))


@pytest.mark.parametrize("token", [None, "", "x" * 43, "x" * 1_000_000, "\ud800", "'; DROP TABLE users"])
def test_made_up_links_are_spent_links(house: House, token: str | None) -> None:
    for use in (
        lambda: house.installation.links.look(token),
        lambda: house.installation.links.redeem_setup(token, COMPANY, ADA, PASSWORD),
        lambda: house.installation.links.redeem_invite(token, PASSWORD, HERE, "A", "B"),
        lambda: house.installation.links.redeem_reset(token, PASSWORD),
    ):
        with pytest.raises(LinkSpent):
            use()


def test_a_link_of_one_kind_opens_nothing_of_another(house: House) -> None:
    links = house.installation.links
    reset = links.reset(SYSTEM, house.email("manager"))
    invite = members(house).invite("new@alpha.example", "user")
    ticket = house.installation.sign_in(house.email("manager"), PASSWORD, HERE)
    with pytest.raises(LinkSpent):
        links.look(ticket)
    with pytest.raises(LinkSpent):
        links.redeem_invite(reset, PASSWORD, HERE)
    with pytest.raises(CrmError):
        links.redeem_reset(invite, "another dozen words")
    with pytest.raises(LinkSpent):
        house.installation.sessions.open(reset, HERE, "a browser")
    assert house.installation.sign_in(house.email("manager"), PASSWORD, HERE)


def test_somebody_new_joins_with_the_role_of_the_invitation(house: House) -> None:
    token = members(house).invite(" New@Alpha.example", "sales_rep")
    shown = house.installation.links.look(token)
    assert (shown.email, shown.company, shown.role) == ("new@alpha.example", "Alpha", "sales_rep")
    joined = house.installation.links.redeem_invite(token, "my own dozen words", HERE, "New", "One")
    signed = house.signed(house.installation.sessions.open(joined.ticket))
    assert (signed.account.name, signed.scope.role) == ("New One", "sales_rep")
    assert signed.scope.company_id == house.office.companies[0]
    with pytest.raises(LinkSpent):
        house.installation.links.redeem_invite(token, "my own dozen words", HERE, "New", "One")
    assert house.installation.sign_in("new@alpha.example", "my own dozen words", HERE)


def test_somebody_known_joins_by_their_own_password_and_chooses_a_new_one(house: House) -> None:
    token = members(house, company=1).invite(house.email("manager"), "user")
    redeem, mine = house.installation.links.redeem_invite, house.sign_in()
    with pytest.raises(NotSignedIn):
        redeem(token, NEW, HERE, old="a password of another")
    with pytest.raises(NotSignedIn, match="the invitation waits"):
        redeem(token, NEW, HERE, "Some", "Body")
    with pytest.raises(ChooseNew):
        redeem(token, "", HERE, old=PASSWORD)
    for same in (PASSWORD, "short"):
        with pytest.raises(Invalid):
            redeem(token, same, HERE, old=PASSWORD)
    assert house.signed(mine)
    joined = redeem(token, NEW, HERE, old=PASSWORD)
    assert joined.user_id == house.user("manager")
    signed = house.signed(house.installation.sessions.open(joined.ticket))
    assert {place.name for place in signed.companies} == {"Alpha", "Omega"}
    assert house.installation.sessions.resolve(mine) is None
    with pytest.raises(NotSignedIn):
        house.installation.sign_in(house.email("manager"), PASSWORD, HERE)
    ticket = house.installation.sign_in(house.email("manager"), NEW, HERE)
    there = house.signed(house.installation.sessions.open(ticket))
    assert there.scope.company_name == "Alpha"  # still the primary one


def test_an_invitation_does_not_show_who_has_an_account(house: House) -> None:
    tokens = [
        members(house, company=1).invite(email, "user") for email in (house.email("user"), "x@y.example")
    ]
    known, unknown = (dataclasses.asdict(house.installation.links.look(token)) for token in tokens)
    assert known.pop("email") != unknown.pop("email")
    assert known == unknown


def test_somebody_who_left_comes_back_by_invitation(house: House) -> None:
    members(house).end(house.user("sales_rep"), close=True)
    with pytest.raises(NotSignedIn):
        house.sign_in("sales_rep")
    token = members(house).invite(house.email("sales_rep"), "user")
    house.installation.links.redeem_invite(token, "", HERE, old=PASSWORD)
    assert house.signed(house.sign_in("sales_rep")).scope.role == "user"


def test_invitations_are_bound_and_replaced(house: House) -> None:
    ours = members(house)
    old = ours.invite("new@alpha.example", "user")
    elsewhere = members(house, company=1).invite("new@alpha.example", "user")
    new = ours.invite("new@alpha.example", "manager")
    with pytest.raises(LinkSpent):
        house.installation.links.look(old)
    assert house.installation.links.look(elsewhere).company == "Omega"
    assert [(i.email, i.role) for i in ours.invitations()] == [("new@alpha.example", "manager")]
    ours.withdraw("new@alpha.example")
    assert ours.invitations() == []
    with pytest.raises(LinkSpent):
        house.installation.links.redeem_invite(new, "my own dozen words", HERE, "New", "One")
    assert house.installation.links.look(elsewhere)


def test_an_invitation_to_a_closed_company_waits(house: House) -> None:
    token = members(house).invite("new@alpha.example", "user")
    house.change(Company, Company.name == "Alpha", status="suspended")
    with pytest.raises(LinkSpent, match="closed"):
        house.installation.links.redeem_invite(token, "my own dozen words", HERE, "New", "One")
    house.change(Company, Company.name == "Alpha", status="active")
    assert house.installation.links.redeem_invite(token, "my own dozen words", HERE, "New", "One")


def test_who_may_invite_whom_as_what(house: House) -> None:
    for role in {*ROLES} - {"admin"}:
        with pytest.raises(NotAllowed):
            members(house, role).invite("new@alpha.example", "user")
    with pytest.raises(Invalid, match="works here already"):
        members(house).invite(house.email("user"), "user")
    with pytest.raises(Invalid, match="no such role"):
        members(house).invite("new@alpha.example", "super_admin")
    with pytest.raises(Invalid, match="not an e-mail"):
        members(house).invite("new", "user")


def test_a_reset_sets_the_password_and_ends_every_session(house: House) -> None:
    token = house.sign_in()
    link = members(house).reset_link(house.user("manager"))
    older = house.installation.links.reset(SYSTEM, house.email("manager"))
    with pytest.raises(LinkSpent):
        house.installation.links.look(link)
    with pytest.raises(Invalid, match="too short"):
        house.installation.links.redeem_reset(older, "short")
    house.installation.links.redeem_reset(older, "another dozen words")
    assert house.installation.sessions.resolve(token) is None
    with pytest.raises(NotSignedIn):
        house.installation.sign_in(house.email("manager"), PASSWORD, HERE)
    assert house.installation.sign_in(house.email("manager"), "another dozen words", HERE)
    with pytest.raises(LinkSpent):
        house.installation.links.redeem_reset(older, "one more dozen words")


def test_an_admin_cannot_reset_their_way_into_another_company(house: House) -> None:
    house.join(house.user("user"), 1, "admin")
    with pytest.raises(NotAllowed, match="only the operator"):
        members(house).reset_link(house.user("user"))
    house.make_operator("sales_rep")
    with pytest.raises(NotAllowed, match="only the operator"):
        members(house).reset_link(house.user("sales_rep"))
    with pytest.raises(NotFound):
        members(house).reset_link(house.user("user", 1) if house.user("user", 1) else 0)
    with pytest.raises(NotAllowed):
        members(house, "manager").reset_link(house.user("manager"))
    with pytest.raises(NotAllowed):
        house.installation.links.reset(house.office.scope(0, "admin"), house.email("user"))
    assert house.installation.links.reset(SYSTEM, house.email("user"))


def test_of_many_who_use_a_link_at_once_one_wins(house: House) -> None:
    token = members(house).invite("new@alpha.example", "user")

    def attempt(turn: int) -> Joined | None:
        try:
            return house.installation.links.redeem_invite(token, f"a dozen words, {turn}", HERE, "New", "One")
        except CrmError:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [joined for joined in pool.map(attempt, range(16)) if joined]
    assert len(won) == 1


def test_old_links_are_tidied_away(house: House, frozen_clock: FrozenClock) -> None:
    members(house).invite("new@alpha.example", "user")
    frozen_clock.move(days=60)
    house.installation.links.tidy()
    with house.store.system("a test", write=False) as session, pytest.raises(LinkSpent):
        onetime.look(session, new_token())


@pytest.mark.postgres
@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_a_person_is_locked_before_their_sessions_and_links(house: House) -> None:
    here = house.installation
    signed = house.signed(house.sign_in("manager"))
    reset = members(house).reset_link(house.user("manager"))
    invited = members(house, company=1).invite("sales_rep@alpha.example", "user")
    acts: dict[str, Callable[[], object]] = {
        "redeem_reset": lambda: here.links.redeem_reset(reset, NEW),
        "redeem_invite": lambda: here.links.redeem_invite(invited, NEW, HERE, old=PASSWORD),
        "change_password": lambda: here.change_password(signed, NEW, f"{NEW} more", HERE),
        "set_active": lambda: here.people.set_active(SYSTEM, "user@alpha.example", False),
        "bring_back": lambda: members(house).bring_back(house.user("user")),
        "open": lambda: here.sessions.open(here.sign_in("manager@alpha.example", f"{NEW} more", HERE)),
    }
    members(house).end(house.user("user"), close=True)
    for name, act in acts.items():
        with counted(house.store) as sent:
            act()
        ends = [
            at
            for at, said in enumerate(sent)
            if re.match(r"(?:UPDATE|DELETE FROM|(?s:SELECT.*FROM)) (?:one_time_links|sessions)\b", said)
            and (not said.startswith("SELECT") or "FOR UPDATE" in said)
        ]
        locks = [at for at, said in enumerate(sent) if "FROM users" in said and "FOR UPDATE" in said]
        assert min(locks) < min(ends), (name, sent)
