"""A one-time link used by fifty at once wins exactly once, on both engines, whatever it was for."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
import sqlalchemy as sa

from crm_data.accounts import onetime, passwords
from crm_data.accounts.people import SYSTEM
from crm_data.errors import CrmError
from crm_data.installation import Installation
from crm_data.store.store import Store
from crm_data.tables import ChangeLog, Company, Membership, SignInSession, User
from crm_data.tables.security import LinkKind
from tests.dashboard.house import PASSWORD, House, house
from tests.support.own import own_settings

MANY = 50
KNOWN, NEW = "manager@omega.example", "new@alpha.example"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash costs is not under test here."""
    monkeypatch.setattr(passwords, "COST", 4)
    monkeypatch.setattr(passwords, "_NOBODY", bcrypt.hashpw(b"nobody", bcrypt.gensalt(4)))


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        yield made


@pytest.fixture
def bare(database_url: str) -> Iterator[Installation]:
    """Nobody is there yet."""
    store = Store(database_url)
    yield Installation(store, own_settings(database_url))
    store.close()


def at_once(use: Callable[[int], object]) -> list[int]:
    """Fifty threads that begin together; the numbers of those that were not refused. Only refusals may come."""
    start = threading.Barrier(MANY, timeout=60)

    def one(turn: int) -> bool:
        start.wait()
        try:
            use(turn)
        except CrmError:
            return False
        return True

    with ThreadPoolExecutor(MANY) as pool:
        return [turn for turn, won in enumerate(pool.map(one, range(MANY))) if won]


def words(turn: int) -> str:
    return f"a dozen words, {turn}"


def count(home: House, *wanted: sa.Select[tuple[int]]) -> list[int]:
    with home.office.store.system("a test", write=False) as session:
        return [session.scalar(one) or 0 for one in wanted]


@pytest.mark.slow
def test_an_invitation_of_somebody_new(home: House) -> None:
    token = home.office.at(0, "admin").people.invite(NEW, "user")
    links = home.installation.links
    (won,) = at_once(lambda turn: links.redeem_invite(token, words(turn), f"192.0.2.{turn}", "New", "One"))
    # from where the account was made: the others' passwords were wrong ones for it by then, and strangers wait
    assert home.installation.sign_in(NEW, words(won), f"192.0.2.{won}")
    people = sa.select(sa.func.count(User.id)).where(User.email == NEW)
    members = sa.select(sa.func.count(Membership.id)).join(User, User.id == Membership.user_id)
    logged = sa.select(sa.func.count(ChangeLog.id)).where(ChangeLog.table_name == "user_companies")
    assert count(home, people, members.where(User.email == NEW), logged) == [1, 1, 1]


@pytest.mark.slow
def test_an_invitation_of_somebody_known(home: House) -> None:
    token = home.office.at(0, "admin").people.invite(KNOWN, "user")
    links = home.installation.links
    # each from an address of its own where they have signed in before: none is slowed as a stranger
    for turn in range(MANY):
        home.installation.sign_in(KNOWN, PASSWORD, f"192.0.2.{turn}")
    assert (
        len(at_once(lambda turn: links.redeem_invite(token, words(turn), f"192.0.2.{turn}", old=PASSWORD)))
        == 1
    )
    members = sa.select(sa.func.count(Membership.id)).join(User, User.id == Membership.user_id)
    assert count(home, members.where(User.email == KNOWN)) == [2]


@pytest.mark.slow
def test_a_reset(home: House) -> None:
    token = home.installation.links.reset(SYSTEM, KNOWN)
    (won,) = at_once(lambda turn: home.installation.links.redeem_reset(token, words(turn)))
    assert home.installation.sign_in(KNOWN, words(won), "198.51.100.1")
    with pytest.raises(CrmError):
        home.installation.sign_in(KNOWN, PASSWORD, "198.51.100.2")


@pytest.mark.slow
def test_a_setup(bare: Installation) -> None:
    token = bare.links.setup()
    assert token is not None

    def use(turn: int) -> object:
        person = {"email": f"first{turn}@x.example", "first_name": "First", "last_name": "One"}
        return bare.links.redeem_setup(
            token, {"name": f"Firm {turn}", "email": f"firm{turn}@x.example"}, person, words(turn)
        )

    (won,) = at_once(use)
    with bare._store.system("a test", write=False) as session:
        assert session.scalars(sa.select(Company.name)).all() == [f"Firm {won}"]
        assert session.scalars(sa.select(User.email)).all() == [f"first{won}@x.example"]


@pytest.mark.slow
def test_a_ticket(home: House) -> None:
    ticket = home.installation.sign_in(KNOWN, PASSWORD, "192.0.2.1")
    assert len(at_once(lambda turn: home.installation.sessions.open(ticket))) == 1
    assert count(home, sa.select(sa.func.count(SignInSession.id))) == [1]


def test_without_the_one_update_that_decides_several_win(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: looking first and using after lets more than one through, so the tests above can fail.

    The person whom both would wait for is not held either.
    """

    def looked(session: object, token: str, kind: LinkKind) -> onetime.Bound:
        with home.office.store.system("a test", write=False) as other:
            found = onetime.look(other, token)
        meanwhile.wait()
        return found

    meanwhile = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(onetime, "use", looked)
    monkeypatch.setattr(onetime, "hold_person", lambda session, token: None)
    ticket = home.installation.sign_in(KNOWN, PASSWORD, "192.0.2.1")
    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(lambda _: home.installation.sessions.open(ticket), range(2)))) == 2
