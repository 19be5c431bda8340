"""Signing in: every failure in the same words, counted before any hashing, slowed in the database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_data import accounts
from crm_data.accounts import passwords, throttle
from crm_data.accounts.own import prove_oneself
from crm_data.accounts.people import SYSTEM
from crm_data.accounts.sign_in import REFUSED
from crm_data.errors import CrmError, Invalid, NotSignedIn, Throttled
from crm_data.installation import Installation
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, SecurityLog, SignInAttempt, User
from tests.accounts.conftest import HERE, PASSWORD, House
from tests.conftest import FrozenClock


def refused(house: House, email: str, password: str = "wrong", address: str = HERE) -> str:
    with pytest.raises(CrmError) as told:
        house.installation.sign_in(email, password, address)
    assert type(told.value) in (NotSignedIn, Throttled)
    return str(told.value)


@pytest.mark.parametrize(
    "typed", ["manager@alpha.example", " Manager@ALPHA.example ", "MANAGER@ALPHA.EXAMPLE"]
)
def test_a_person_signs_in_however_they_write_their_e_mail(house: House, typed: str) -> None:
    ticket = house.installation.sign_in(typed, PASSWORD, HERE)
    signed = house.signed(house.installation.sessions.open(ticket))
    assert signed.account.email == "manager@alpha.example"
    assert (signed.scope.role, signed.scope.company_name) == ("manager", "Alpha")
    with house.store.system("a test", write=False) as session:
        assert session.get_one(User, signed.account.id).last_login is not None


BAD_EMAILS = [
    "", " ", "nobody@alpha.example", "admin'--", "' OR 1=1 --", "manager@alpha.example\0x",
    "m\u0131nager@alpha.example", "\ud800", "x" * 10_000_000, "MANAGER@ALPHA.EXAMPLE@x",
]  # fmt: skip


@pytest.mark.parametrize("email", BAD_EMAILS)
def test_whatever_is_typed_as_e_mail_is_refused_in_the_same_words(house: House, email: str) -> None:
    assert refused(house, email, PASSWORD) == REFUSED


@pytest.mark.parametrize("password", ["", " ", "wrong", PASSWORD + " ", "x" * 73, "😀" * 19, "\0", "\ud800"])
def test_whatever_is_typed_as_password_is_refused_in_the_same_words(house: House, password: str) -> None:
    assert refused(house, house.email("manager"), password) == REFUSED


def test_every_state_that_shuts_a_person_out_sounds_the_same(house: House) -> None:
    me, here = house.user("manager"), house.office.companies[0]
    shut = [
        (User, User.id == me, {"is_active": False}, {"is_active": True}),
        (User, User.id == me, {"password_hash": ""}, {"password_hash": passwords.hashed(PASSWORD)}),
        (Company, Company.id == here, {"status": "suspended"}, {"status": "active"}),
        (Company, Company.id == here, {"status": "inactive"}, {"status": "active"}),
        (Membership, Membership.user_id == me, {"ended_at": sa.func.current_timestamp()}, {"ended_at": None}),
        (Membership, Membership.user_id == me, {"permissions": {"read": True}}, {"permissions": None}),
    ]
    for turn, (table, where, closed, opened) in enumerate(shut):
        house.change(table, where, **closed)
        assert refused(house, house.email("manager"), PASSWORD, f"192.0.2.{turn}") == REFUSED
        house.change(table, where, **opened)
        house.installation.sign_in(house.email("manager"), PASSWORD, f"192.0.2.{turn}")


def test_the_log_tells_the_reason_and_hides_the_person(house: House) -> None:
    refused(house, "nobody@alpha.example")
    refused(house, house.email("manager"))
    with house.store.system("a test", write=False) as session:
        details = session.scalars(sa.select(SecurityLog.detail).order_by(SecurityLog.id)).all()
    assert [d["why"] for d in details if d] == ["unknown", "password"]
    assert {d["email"] for d in details if d} == {"n…@alpha.example", "m…@alpha.example"}


def test_the_sixth_try_is_not_even_hashed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(throttle.PER_ACCOUNT):
        assert refused(house, house.email("manager")) == REFUSED
    monkeypatch.setattr(passwords, "matches", lambda *a: pytest.fail("a throttled try was hashed"))
    assert "Too many attempts" in refused(house, house.email("manager"), PASSWORD)
    assert "Too many attempts" in refused(house, house.email("manager").upper(), PASSWORD)


def test_somebody_unknown_is_slowed_just_as_well(house: House) -> None:
    said = [refused(house, "nobody@alpha.example") for _ in range(7)]
    assert said[:5] == [REFUSED] * 5
    assert all("Too many attempts" in s for s in said[5:])


def test_the_count_survives_a_restart_and_ends_after_a_quarter_of_an_hour(
    house: House, frozen_clock: FrozenClock
) -> None:
    for _ in range(throttle.PER_ACCOUNT):
        refused(house, house.email("manager"))
    store = Store(house.store.url)
    again = Installation(store, house.settings)
    with pytest.raises(Throttled):
        again.sign_in(house.email("manager"), PASSWORD, HERE)
    frozen_clock.move(minutes=14)
    with pytest.raises(Throttled):
        again.sign_in(house.email("manager"), PASSWORD, HERE)
    frozen_clock.move(minutes=2)
    assert again.sign_in(house.email("manager"), PASSWORD, HERE)
    store.close()


def test_success_forgives_earlier_failures(house: House) -> None:
    for _ in range(3):
        for _ in range(throttle.PER_ACCOUNT - 1):
            refused(house, house.email("manager"))
        house.installation.sign_in(house.email("manager"), PASSWORD, HERE)


def test_a_stranger_who_guesses_does_not_lock_out_the_person(house: House) -> None:
    house.installation.sign_in(house.email("manager"), PASSWORD, HERE)
    for _ in range(throttle.PER_ACCOUNT):
        refused(house, house.email("manager"), address="203.0.113.1")
    assert "Too many" in refused(house, house.email("manager"), PASSWORD, "203.0.113.1")
    assert "Too many" in refused(house, house.email("manager"), PASSWORD, "203.0.113.2")
    assert house.installation.sign_in(house.email("manager"), PASSWORD, HERE)


@pytest.mark.slow
def test_an_address_that_fails_for_many_people_is_slowed(house: House) -> None:
    for turn in range(throttle.PER_ADDRESS):
        assert refused(house, f"guess{turn}@alpha.example") == REFUSED
    assert "Too many attempts" in refused(house, house.email("manager"), PASSWORD)
    assert house.installation.sign_in(house.email("manager"), PASSWORD, "198.51.100.1")


def test_a_hundred_tries_at_once_are_counted_one_by_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda *a: hashed.append("one") or False)

    def attempt(_: int) -> None:
        with pytest.raises(CrmError):
            house.installation.sign_in(house.email("manager"), "wrong", HERE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(30)))
    assert len(hashed) == throttle.PER_ACCOUNT


def test_attempts_name_nobody(house: House) -> None:
    refused(house, house.email("manager"))
    with house.store.system("a test", write=False) as session:
        kept = session.scalars(sa.select(SignInAttempt)).one()
    assert len(kept.email_key) == 64
    assert "alpha" not in kept.email_key


PROVING = {
    "sign_in": lambda h, signed, invite: h.installation.sign_in(h.email("manager"), PASSWORD, HERE),
    "change_password": lambda h, signed, invite: h.installation.change_password(
        signed, PASSWORD, "words of the old one's holder", HERE
    ),
    "redeem_invite": lambda h, signed, invite: h.installation.links.redeem_invite(
        invite, "words of the old one's holder", HERE, old=PASSWORD
    ),
    "prove_oneself": lambda h, signed, invite: prove_oneself(h.store, h.user("manager"), PASSWORD, HERE),
}


@pytest.mark.slow
@pytest.mark.parametrize("verb", PROVING)
def test_a_reset_while_the_old_password_is_hashed_has_the_last_word(
    house: House, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = house.signed(house.sign_in())
    link = house.installation.links.reset(SYSTEM, house.email("manager"))
    invite = house.office.at(1, "admin").people.invite(house.email("manager"), "user")
    hashing = passwords.matches

    def meanwhile(password: str, stored: str | None) -> bool:
        found = hashing(password, stored)
        monkeypatch.setattr(passwords, "matches", hashing)
        house.installation.links.redeem_reset(link, "what its person wanted")
        return found

    monkeypatch.setattr(passwords, "matches", meanwhile)
    with pytest.raises((NotSignedIn, Invalid)):
        PROVING[verb](house, signed, invite)
    assert house.installation.sign_in(house.email("manager"), "what its person wanted", HERE)


def test_every_verb_that_proves_a_password_is_tried() -> None:
    proving = [
        path for path in Path(accounts.__file__).parent.glob("*.py") if " = prove(" in path.read_text()
    ]
    assert sum(path.read_text().count(" = prove(") for path in proving) == len(PROVING)
