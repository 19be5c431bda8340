"""What can be typed into the form, the cookie or the address of a stranger: one calm sentence each."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count

import bcrypt
import httpx
import pytest
import sqlalchemy as sa
from websockets.exceptions import ConnectionClosed

from crm_data.accounts import passwords
from crm_data.accounts.sign_in import REFUSED
from crm_data.errors import CrmError
from crm_data.tables import User
from dashboard.parts import say
from tests.attack.tab import Tab
from tests.attack.town import Town, canaries
from tests.dashboard.house import PASSWORD, House, house
from tests.support import makers
from tests.support.serving import Served, serving

# Nobody is tried so often that they would be slowed.
ME, ADMIN, REP = "manager@alpha.example", "admin@alpha.example", "sales_rep@alpha.example"
_address = count(1)


# --- the form, over the wire


@pytest.fixture(scope="module")
def served(there: Town) -> Iterator[Served]:
    """Behind a proxy, so that each try comes from an address of its own."""
    with serving(there.house.settings.database_url, {"CRM_TRUSTED_PROXY": "127.0.0.1"}) as running:
        yield running
    assert "Traceback" not in running.said()
    assert PASSWORD not in running.said()


def stranger(served: Served, query: str = "", cookie: str = "") -> Tab:
    return Tab(served.url, "", query, cookie, address=f"203.0.113.{next(_address)}")


def send(tab: Tab, email: str, password: str) -> bytes:
    tab.keep(tab.one("text_input", "E-mail").id, string_value=email)
    tab.keep(tab.one("text_input", "Password").id, string_value=password)
    return tab.click("Sign in")


TYPED = [
    (" ", " "),
    ("admin'--", PASSWORD),
    ("' OR 1=1 --", "' OR 1=1 --"),
    (f"{ME}\0x", PASSWORD),
    ("m\u0131nager@alpha.example", PASSWORD),
    ("mana\u200bger@alpha.example", PASSWORD),
    ("x" * 20_000, PASSWORD),
    (ME, PASSWORD + " "),
    (ME, " " + PASSWORD),
    (ME, PASSWORD.upper()),
    (ADMIN, ADMIN),
    (ADMIN, "x" * 73),
    (ADMIN, "x" * 20_000),
    (REP, "😀" * 19),
    (REP, "\0"),
    ("<script>alert(1)</script>", "![](http://x/p.png)"),
    ("$latex$ :red[x] :material/home:", "{{7*7}}"),
]


@pytest.mark.slow
def test_whatever_is_typed_is_refused_in_the_same_words(served: Served) -> None:
    for email, password in TYPED:
        with stranger(served) as tab:
            tab.run()
            heard = send(tab, email, password)
            said = [found.body for found in tab.all("alert")]
            assert said == [say.plain(REFUSED)], (email[:40], password[:40])
            assert b'"ticket"' not in heard
            assert canaries(heard, 0) + canaries(heard, 1) == []


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["manager@omega.example", " MANAGER@Omega.example\t"])
def test_the_same_form_lets_in_who_is_right(served: Served, typed: str) -> None:
    with stranger(served) as tab:
        tab.run()
        assert b'"ticket"' in send(tab, typed, PASSWORD)


@pytest.mark.slow
def test_what_is_too_large_or_no_text_at_all_closes_the_websocket_alone(served: Served) -> None:
    with stranger(served) as tab:
        tab.run()
        with pytest.raises(ConnectionClosed):
            send(tab, "x" * 40_000_000, PASSWORD)
    with stranger(served) as tab:
        tab.run()
        tab.keep(tab.one("text_input", "E-mail").id, string_value="surrogate")
        tab.socket.send(tab.asking().SerializeToString().replace(b"surrogate", b"\xed\xa0\x80ogate"))
        with pytest.raises(ConnectionClosed):
            tab.rest(10)
    assert httpx.get(f"{served.url}/healthz").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("link", ["x" * 43, "", "%00", "x" * 20_000, "' OR 1=1", "[]", "%ff%fe"])
def test_a_made_up_link_opens_nothing(served: Served, link: str) -> None:
    with stranger(served, f"link={link}&link={link}") as tab:
        heard = tab.run()
        assert b"used, replaced by a newer one, or is too old" in heard or b"Password" in heard
        assert canaries(heard, 0) + canaries(heard, 1) == []


@pytest.mark.slow
def test_a_link_opens_what_it_is_for_once(served: Served, there: Town) -> None:
    token = there.house.office.at(0, "admin").people.invite("new@alpha.example", "user")
    with stranger(served, f"link={token}") as tab:
        heard = tab.run()
        assert canaries(heard, 0), "an invitation names who invites"
        assert canaries(heard, 1) == []
        assert token.encode() not in heard, "the token leaves the address as soon as it is read"
    there.house.installation.links.redeem_invite(token, PASSWORD, "192.0.2.1", "New", "One")
    with stranger(served, f"link={token}") as tab:
        heard = tab.run()
        assert b"used, replaced" in heard
        assert canaries(heard, 0) == []


@pytest.mark.slow
def test_a_session_that_was_put_there_beforehand_is_not_the_one_one_gets(served: Served, there: Town) -> None:
    fixed, attackers = "A" * 43, there.token("user", 1)
    for planted in (fixed, attackers, ""):
        ticket = there.house.installation.sign_in(there.house.email("admin"), PASSWORD, "192.0.2.8")
        answer = httpx.post(
            f"{served.url}/session",
            json={"ticket": ticket},
            headers={
                "Origin": served.url,
                "Cookie": f"__Host-foyer={planted}",
                "X-Forwarded-For": "192.0.2.8",
                "X-Forwarded-Proto": "https",
            },
        )
        assert answer.status_code == 204
        (given,) = answer.headers.get_list("set-cookie")
        parts = given.split("; ")
        name, _, token = parts[0].partition("=")
        assert name == "__Host-foyer"
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(parts)
        assert "strict-transport-security" in answer.headers
        assert token not in ("", fixed, attackers)
        signed = there.house.installation.sessions.resolve(token)
        assert signed is not None
        assert signed.account.email == there.house.email("admin")
        assert planted == "" or there.house.installation.sessions.resolve(planted) is None


# --- behind the form


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        yield made


@pytest.mark.parametrize(
    "stored", ["", "plaintext", PASSWORD, "$2y$10$short", "$2b$31$" + "a" * 53, "$2b$04$" + "9" * 53, "unset"]
)
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_stored_hash_that_is_none_lets_nobody_in(
    home: House, stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_NOBODY", bcrypt.hashpw(b"nobody", bcrypt.gensalt(4)))
    home.change(User, User.email == ME, password_hash=stored)
    for typed in (PASSWORD, stored, ""):
        with pytest.raises(CrmError) as told:
            home.installation.sign_in(ME, typed, "192.0.2.1")
        assert str(told.value) == REFUSED


def test_decomposed_letters_are_the_same_person(home: House) -> None:
    home.change(User, User.email == ME, email="ren\u00e9@alpha.example")
    assert home.installation.sign_in("Rene\u0301@alpha.example", PASSWORD, "192.0.2.1")


@pytest.mark.slow
def test_a_hundred_people_sign_in_at_once(home: House) -> None:
    with home.office.store.system("a test") as session:
        kept = session.scalar(sa.select(User.password_hash).where(User.email == ME))
        for turn in range(100):
            person = makers.person(session, email=f"one{turn}@alpha.example", password_hash=kept)
            makers.member(session, home.office.companies[0], "user", user_id=person.id, is_primary=True)

    def enter(turn: int) -> str:
        ticket = home.installation.sign_in(f"one{turn}@alpha.example", PASSWORD, f"192.0.2.{turn // 20}")
        return home.installation.sessions.open(ticket)

    with ThreadPoolExecutor(100) as pool:
        tokens = list(pool.map(enter, range(100)))
    names = [signed.account.email for signed in map(home.installation.sessions.resolve, tokens) if signed]
    assert names == [f"one{turn}@alpha.example" for turn in range(100)]


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_signing_in_waits_while_somebody_else_writes(home: House) -> None:
    path = home.office.store.url.removeprefix("sqlite:///")
    locked = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            time.sleep(1.0)
            other.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    assert home.installation.sign_in(ME, PASSWORD, "192.0.2.1")
    holder.join()
