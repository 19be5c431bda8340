"""What proves itself by a password or a token locks rows in the one order, on PostgreSQL: every such verb."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_data import clock
from crm_data.accounts.people import SYSTEM
from crm_data.errors import NotSignedIn
from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.store.store import Store
from crm_data.tables import OneTimeLink, SignInSession
from tests.accounts.conftest import HERE, PASSWORD, House
from tests.accounts.test_portraits import picture
from tests.store.doors import PROVED
from tests.support.databases import Database
from tests.support.locking import locking, out_of_order, written

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("engine_kind", ["postgresql"])]
NEW, FRESH = "another dozen words", "fresh@alpha.example"
# They write nothing; or they call others that are asked here and in tests/transfer.
READ = {
    "Installation.demand_ready", "Installation.demand_whole", "Installation.profile", "Installation.scope",
    "Installation.shortages",
    "Installation.state", "Companies.exist", "People.has_operator", "Links.look", "Sessions.of",
    "Installation.chores", "Backups.clear", "Backups.daily", "Backups.health", "Backups.moments", "Backups.prune",
    "Installation.portrait",
}  # fmt: skip


def _sign_in(house: House) -> Iterator[None]:
    yield
    house.sign_in()


def _sign_out(house: House) -> Iterator[None]:
    token = house.sign_in()
    yield
    house.installation.sessions.end(token)


def _wrong_password(house: House) -> Iterator[None]:
    yield
    with pytest.raises(NotSignedIn):
        house.installation.sign_in(house.email("user"), "not the password", HERE)


def _again(house: House) -> Iterator[None]:
    """Sign in where one is signed in: the session before ends."""
    before = house.sign_in()
    yield
    ticket = house.installation.sign_in(house.email("manager"), PASSWORD, HERE)
    house.installation.sessions.open(ticket, HERE, "a browser", replacing=before)


def _seen(house: House) -> Iterator[None]:
    """A session is held two minutes later: when it was seen last is kept."""
    token, before = house.sign_in(), clock.now() - timedelta(minutes=2)
    house.change(SignInSession, sa.true(), last_seen_at=before, created_at=before)
    yield
    assert house.installation.is_signed_in(token)


def _switch(house: House) -> Iterator[None]:
    house.join(house.user("manager"), 1)
    mine = house.signed(house.sign_in())
    yield
    house.installation.sessions.switch(mine, house.office.companies[1])


def _end_one(house: House) -> Iterator[None]:
    mine, other = (house.signed(house.sign_in()) for _ in range(2))
    yield
    house.installation.sessions.end_one(mine, other.session_id)


def _everywhere(house: House) -> Iterator[None]:
    mine, _ = (house.signed(house.sign_in()) for _ in range(2))
    house.installation.sign_in(house.email("manager"), PASSWORD, HERE)
    yield
    house.installation.sessions.end_everywhere(mine)


def _password(house: House) -> Iterator[None]:
    """Another session and an open link end with it."""
    mine, _ = (house.signed(house.sign_in()) for _ in range(2))
    house.installation.links.reset(SYSTEM, house.email("manager"))
    yield
    house.installation.change_password(mine, PASSWORD, NEW, HERE)


def _profile(house: House) -> Iterator[None]:
    house.join(house.user("manager"), 1)
    mine = house.signed(house.sign_in())
    yield
    house.installation.change_profile(mine, {"first_name": (mine.account.first_name, "Renamed")})


def _invited(house: House) -> Iterator[None]:
    token = house.office.at(0, "admin").people.invite(FRESH, "user")
    yield
    house.installation.links.redeem_invite(token, NEW, HERE, "Fresh", "One")


def _invited_too(house: House) -> Iterator[None]:
    """Somebody of another company, signed in there, who chooses a password of their own."""
    known = house.email("user", 1)
    token = house.office.at(0, "admin").people.invite(known, "manager")
    house.sign_in("user", 1)
    yield
    house.installation.links.redeem_invite(token, NEW, HERE, old=PASSWORD)


def _reset(house: House) -> Iterator[None]:
    house.sign_in()
    token = house.installation.links.reset(SYSTEM, house.email("manager"))
    yield
    house.installation.links.redeem_reset(token, NEW, HERE)


def _tidy(house: House) -> Iterator[None]:
    """Dead sessions, links and attempts of several people go together."""
    for role in ("manager", "user", "admin"):
        house.sign_in(role)
        house.installation.sign_in(house.email(role), PASSWORD, HERE)
    old = clock.now() - timedelta(days=400)
    house.change(SignInSession, sa.true(), created_at=old, last_seen_at=old, expires_at=old + timedelta(1))
    house.change(OneTimeLink, sa.true(), created_at=old, expires_at=old + timedelta(1))
    yield
    house.installation.sessions.tidy()
    house.installation.links.tidy()


# What comes first is done before its statements are looked at.
Act = Callable[[House], Iterator[None]]


def _portrait(house: House) -> Iterator[None]:
    """One in the place of another."""
    mine = house.signed(house.sign_in())
    house.installation.change_portrait(mine, picture())
    yield
    house.installation.change_portrait(mine, picture())


def _no_portrait(house: House) -> Iterator[None]:
    mine = house.signed(house.sign_in())
    house.installation.change_portrait(mine, picture())
    yield
    house.installation.change_portrait(mine, None)


WRITES: dict[str, tuple[Act, ...]] = {
    "Installation.sign_in": (_sign_in, _wrong_password),
    "Installation.is_signed_in": (_seen,),
    "Installation.change_password": (_password,),
    "Installation.change_profile": (_profile,),
    "Installation.change_portrait": (_portrait, _no_portrait),
    "Sessions.open": (_again,),
    "Sessions.resolve": (_seen,),
    "Sessions.switch": (_switch,),
    "Sessions.end": (_sign_out,),
    "Sessions.end_one": (_end_one,),
    "Sessions.end_everywhere": (_everywhere,),
    "Sessions.tidy": (_tidy,),
    "Links.redeem_invite": (_invited, _invited_too),
    "Links.redeem_reset": (_reset,),
    "Links.tidy": (_tidy,),
}
# They make the first company: asked below, of an installation without one.
# What they lock is tried with the search and with the trash: tests/finding, tests/changes/test_emptying.py.
ELSEWHERE = {"Installation.list_words", "Installation.empty_trash"}
FIRST = {"Links.setup", "Links.redeem_setup"}
ACTS = dict.fromkeys(act for acts in WRITES.values() for act in acts)


def test_every_verb_that_proves_itself_is_asked(engine_kind: str) -> None:
    assert {f"{room}.{verb}" for room, verbs in PROVED.items() for verb in verbs} == {
        *WRITES,
        *READ,
        *FIRST,
        *ELSEWHERE,
    }


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__.strip("_<>"))
def test_an_act_locks_in_order(house: House, act: Act) -> None:
    steps = act(house)
    next(steps)
    with locking(house.store) as sent:
        assert not list(steps)
    assert written(sent)
    assert out_of_order(sent) == []


def test_the_first_company_locks_in_order(database: Database, tmp_path: Path) -> None:
    person = {"email": "boss@new.example", "first_name": "The", "last_name": "Boss"}
    store = Store(database.url)
    wanted = settings({"DATABASE_URL": database.url, "CRM_BACKUP_DIR": str(tmp_path)})
    with closing(store), locking(store) as sent:
        links = Installation(store, wanted).links
        links.redeem_setup(str(links.setup()), {"name": "New", "email": "n@new.example"}, person, NEW)
    assert written(sent)
    assert out_of_order(sent) == []
