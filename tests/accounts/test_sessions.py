"""Sessions: opened by a ticket, looked up in one statement, ended by whatever must end them."""

import pytest
import sqlalchemy as sa

from crm_data.accounts import onetime
from crm_data.accounts.onetime import LinkSpent
from crm_data.accounts.people import SYSTEM
from crm_data.accounts.tokens import digest
from crm_data.errors import CrmError, NotAllowed, NotFound, NotSignedIn
from crm_data.tables import Company, Membership, SignInSession, User
from tests.accounts.conftest import PASSWORD, House
from tests.conftest import FrozenClock
from tests.support.statements import counted


def alive(house: House, token: str) -> bool:
    return house.installation.sessions.resolve(token) is not None


def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    token = house.sign_in()
    assert len(token) == 43
    with house.store.system("a test", write=False) as session:
        assert session.scalars(sa.select(SignInSession.token_hash)).all() == [digest(token)]


def test_a_session_tells_who_where_and_what_else(house: House) -> None:
    house.join(house.user("manager"), 1, "user")
    signed = house.signed(house.sign_in())
    assert signed.account.name == "Alpha Manager"
    assert signed.scope.company_id == house.office.companies[0]
    assert (signed.scope.role, signed.scope.operator, signed.scope.currency) == ("manager", False, "USD")
    assert [(place.name, place.role) for place in signed.companies] == [
        ("Alpha", "manager"),
        ("Omega", "user"),
    ]


def test_looking_it_up_takes_one_statement(house: House) -> None:
    token = house.sign_in()
    with counted(house.store) as seen:
        house.signed(token)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "garbage", [None, "", "x", "x" * 43, "x" * 8000, "\0" * 43, "eyJhbGciOiJub25lIn0.e30."]
)
def test_garbage_is_nobody(house: House, garbage: str | None) -> None:
    house.sign_in()
    assert house.installation.sessions.resolve(garbage) is None


def test_a_ticket_works_once_and_for_half_a_minute(house: House, frozen_clock: FrozenClock) -> None:
    ticket = house.installation.sign_in(house.email("manager"), PASSWORD, "1")
    assert house.installation.sessions.open(ticket)
    with pytest.raises(onetime.LinkSpent):
        house.installation.sessions.open(ticket)
    late = house.installation.sign_in(house.email("manager"), PASSWORD, "1")
    frozen_clock.move(seconds=31)
    with pytest.raises(onetime.LinkSpent):
        house.installation.sessions.open(late)


def test_a_ticket_is_no_session_and_a_session_no_ticket(house: House) -> None:
    ticket = house.installation.sign_in(house.email("manager"), PASSWORD, "1")
    assert not alive(house, ticket)
    with pytest.raises(onetime.LinkSpent):
        house.installation.sessions.open(house.installation.sessions.open(ticket))


def test_signing_in_again_takes_over_from_the_old_session(house: House) -> None:
    old = house.sign_in()
    ticket = house.installation.sign_in(house.email("manager"), PASSWORD, "1")
    new = house.installation.sessions.open(ticket, replacing=old)
    assert new != old
    assert (alive(house, old), alive(house, new)) == (False, True)


def test_idle_and_absolute_limits(house: House, frozen_clock: FrozenClock) -> None:
    idle, whole = house.settings.session_idle_minutes, house.settings.session_hours
    token = house.sign_in()
    frozen_clock.move(minutes=idle - 1)
    assert alive(house, token)
    frozen_clock.move(minutes=idle)
    assert not alive(house, token)
    busy = house.sign_in()
    for _ in range(whole * 60 // (idle - 1)):
        frozen_clock.move(minutes=idle - 1)
        assert alive(house, busy)
    frozen_clock.move(minutes=idle - 1)
    assert not alive(house, busy)


def test_what_a_browser_asks_by_itself_keeps_no_session_alive(
    house: House, frozen_clock: FrozenClock
) -> None:
    idle, token = house.settings.session_idle_minutes, house.sign_in()
    frozen_clock.move(minutes=idle - 1)
    assert house.installation.sessions.resolve(token, seen=False) is not None
    frozen_clock.move(minutes=1)
    assert house.installation.sessions.resolve(token, seen=False) is None


def test_use_is_stamped_at_most_once_a_minute(house: House, frozen_clock: FrozenClock) -> None:
    token = house.sign_in()
    frozen_clock.move(seconds=59)
    with counted(house.store) as seen:
        house.signed(token)
    assert len(seen) == 1
    frozen_clock.move(seconds=1)
    with counted(house.store) as seen:
        house.signed(token)
        house.signed(token)
    assert sum(s.startswith("UPDATE") for s in seen) == 1


ENDINGS = {
    "signing out": lambda h, t: h.installation.sessions.end(t),
    "signing out everywhere": lambda h, t: h.installation.sessions.end_everywhere(h.signed(t)),
    "ending it from the list": lambda h, t: h.installation.sessions.end_one(
        h.signed(t), h.signed(t).session_id
    ),
    "deactivation": lambda h, t: h.installation.people.set_active(SYSTEM, h.email("manager"), False),
    "a deactivation by hand": lambda h, t: h.change(User, User.id == h.user("manager"), is_active=False),
    "an ended membership": lambda h, t: h.change(
        Membership, Membership.user_id == h.user("manager"), ended_at=sa.func.current_timestamp()
    ),
    "a suspended company": lambda h, t: h.installation.companies.change(
        SYSTEM, h.office.companies[0], {"status": ("active", "suspended")}
    ),
    "an inactive company": lambda h, t: h.change(Company, Company.name == "Alpha", status="inactive"),
    "a reset": lambda h, t: h.installation.links.redeem_reset(
        h.installation.links.reset(SYSTEM, h.email("manager")), "another dozen words"
    ),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_a_session_ends_at_once_by(house: House, how: str) -> None:
    mine, other = house.sign_in(), house.sign_in("admin", 1)
    assert alive(house, mine)
    ENDINGS[how](house, mine)
    assert not alive(house, mine)
    assert alive(house, other)


OF_THE_PERSON = [how for how in ENDINGS if "membership" not in how and "company" not in how]


@pytest.mark.parametrize("how", OF_THE_PERSON)
def test_who_was_here_a_moment_ago_switches_to_nowhere_after(house: House, how: str) -> None:
    house.join(house.user("manager"), 1)
    token = house.sign_in()
    signed = house.signed(token)
    ENDINGS[how](house, token)
    with pytest.raises((NotSignedIn, LinkSpent)):
        house.installation.sessions.open(
            house.installation.sessions.switch(signed, house.office.companies[1])
        )


@pytest.mark.slow
def test_a_new_password_ends_every_other_session(house: House) -> None:
    here, there = house.sign_in(), house.sign_in()
    house.installation.change_password(house.signed(here), PASSWORD, "another dozen words", "1")
    assert (alive(house, here), alive(house, there)) == (True, False)
    assert house.installation.sign_in(house.email("manager"), "another dozen words", "1")


@pytest.mark.parametrize(
    ("current", "new", "says"),
    [
        ("wrong", "another dozen words", "old password is not right"),
        (PASSWORD, PASSWORD, "is the old one"),
        (PASSWORD, "short", "too short"),
        (PASSWORD, "manager@alpha.example", "must not be your e-mail"),
    ],
)
def test_a_new_password_may_be_refused(house: House, current: str, new: str, says: str) -> None:
    here = house.signed(house.sign_in())
    with pytest.raises(CrmError, match=says):
        house.installation.change_password(here, current, new, "1")
    assert house.installation.sign_in(house.email("manager"), PASSWORD, "2")


def test_undefined_permissions_shut_the_company_with_a_sentence(house: House) -> None:
    token = house.sign_in()
    house.change(Membership, Membership.user_id == house.user("manager"), permissions={"all": True})
    with pytest.raises(NotAllowed, match="special permissions"):
        house.installation.sessions.resolve(token)


def test_switching_needs_a_membership_and_gives_a_new_token(house: House) -> None:
    old = house.sign_in()
    there = house.office.companies[1]
    with pytest.raises(NotFound):
        house.installation.sessions.switch(house.signed(old), there)
    house.join(house.user("manager"), 1, "user")
    ticket = house.installation.sessions.switch(house.signed(old), there)
    new = house.installation.sessions.open(ticket, replacing=old)
    assert (house.signed(new).scope.company_id, house.signed(new).scope.role) == (there, "user")
    assert not alive(house, old)


def test_a_change_of_role_holds_at_once(house: House) -> None:
    token = house.sign_in()
    house.change(Membership, Membership.user_id == house.user("manager"), role="user")
    assert house.signed(token).scope.role == "user"


def test_people_see_and_end_their_own_sessions_only(house: House) -> None:
    here, there, other = house.sign_in(), house.sign_in(), house.sign_in("admin")
    signed = house.signed(here)
    listed = house.installation.sessions.of(signed)
    assert [(s.company, s.here) for s in listed].count(("Alpha", True)) == 1
    assert len(listed) == 2
    house.installation.sessions.end_one(signed, house.signed(other).session_id)
    assert alive(house, other)
    house.installation.sessions.end_one(signed, next(s.id for s in listed if not s.here))
    assert not alive(house, there)


def test_dead_sessions_are_removed(house: House, frozen_clock: FrozenClock) -> None:
    house.sign_in()
    frozen_clock.move(days=8)
    kept = house.sign_in("admin")
    house.installation.sessions.tidy()
    with house.store.system("a test", write=False) as session:
        assert session.scalars(sa.select(SignInSession.token_hash)).all() == [digest(kept)]
