"""A flood of wrong passwords: few are ever hashed, the person at home gets in, and so does everybody else."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import bcrypt
import pytest
import sqlalchemy as sa

from crm_data.accounts import passwords
from crm_data.accounts.people import SYSTEM
from crm_data.errors import CrmError, NotSignedIn, Throttled
from crm_data.installation import Installation
from crm_data.store.store import Store
from crm_data.tables import SignInAttempt, User
from tests.attack.tab import Tab
from tests.conftest import FrozenClock
from tests.dashboard.house import PASSWORD, House, house
from tests.support.databases import Database
from tests.support.serving import Served, serving
from tests.support.soak import size

HOME, OFFICE = "192.0.2.1", "198.51.100.1"


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        yield made


@dataclass
class Hashes:
    """Stands in for bcrypt's check: counts, and may take its time."""

    takes: float = 0.0
    count: int = 0
    running: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def checkpw(self, password: bytes, kept: bytes) -> bool:
        with self.lock:
            self.count, self.running = self.count + 1, self.running + 1
            self.most = max(self.most, self.running)
        time.sleep(self.takes)
        with self.lock:
            self.running -= 1
        return password == PASSWORD.encode()

    def hashpw(self, password: bytes, salt: bytes) -> bytes:
        self.checkpw(password, salt)
        return b"$2b$04$" + b"." * 53


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    made = Hashes()
    monkeypatch.setattr(bcrypt, "checkpw", made.checkpw)
    monkeypatch.setattr(bcrypt, "hashpw", made.hashpw)
    return made


def guess(
    installation: Installation, email: str, address: str, password: str = "wrong"
) -> type[CrmError] | None:
    try:
        installation.sign_in(email, password, address)
    except CrmError as refused:
        return type(refused)
    return None


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_ten_thousand_guesses_in_an_hour_are_sixty_hashes_at_most(
    home: House, hashes: Hashes, frozen_clock: FrozenClock
) -> None:
    """From a thousand addresses and from the person's own office, while the person comes and goes."""
    victim, many = home.email("manager"), size(2_000, 10_000)
    assert guess(home.installation, victim, HOME, PASSWORD) is None
    own = 1
    addresses = itertools.cycle(
        [HOME, *(f"203.0.113.{a}" for a in range(250)), *(f"2001:db8::{a}" for a in range(750))]
    )
    for turn in range(many):
        frozen_clock.move(seconds=3600 / many)
        assert guess(home.installation, victim, next(addresses)) in (NotSignedIn, Throttled)
        if turn % (many // 10) == 0:
            # at home by the right password, as long as nobody has failed there too often in the last minutes
            own += guess(home.installation, victim, HOME, PASSWORD) is None
    assert own > 5
    assert hashes.count - own <= 60
    assert hashes.count - own >= 20  # the control: wrong passwords are hashed, and counted here
    with home.office.store.system("a test", write=False) as session:
        kept = session.scalar(sa.select(sa.func.count(SignInAttempt.id)))
    assert kept == hashes.count  # a try that is refused unseen leaves no row to fill the disk with


@pytest.mark.slow
def test_five_hundred_tries_in_ten_seconds_from_one_address(
    home: House, hashes: Hashes, frozen_clock: FrozenClock
) -> None:
    """At every account there might be; and the count outlives the process."""
    for turn in range(250):
        frozen_clock.move(seconds=0.02)
        guess(home.installation, f"guess{turn % 60}@alpha.example", HOME)
    assert hashes.count == 30
    store = Store(home.office.store.url)
    again = Installation(store, home.settings)
    for turn in range(250):
        frozen_clock.move(seconds=0.02)
        assert guess(again, f"guess{turn % 60}@alpha.example", HOME, PASSWORD) is Throttled
    assert hashes.count == 30
    assert guess(again, home.email("manager"), OFFICE, PASSWORD) is None
    store.close()


def test_a_success_resets_ones_own_count_and_nobody_elses(home: House, hashes: Hashes) -> None:
    me, other = home.email("manager"), home.email("admin")
    for _ in range(4):
        assert guess(home.installation, me, HOME) is NotSignedIn
        assert guess(home.installation, other, OFFICE) is NotSignedIn
    assert guess(home.installation, me, HOME, PASSWORD) is None
    for _ in range(4):
        assert guess(home.installation, me, HOME) is NotSignedIn
    assert guess(home.installation, other, OFFICE) is NotSignedIn
    assert guess(home.installation, other, OFFICE, PASSWORD) is Throttled


def test_nobody_is_locked_out_for_ever(home: House, hashes: Hashes, frozen_clock: FrozenClock) -> None:
    """A stranger keeps an account that was never used throttled: a link handed over opens it all the same."""
    victim = home.email("user")

    def flood() -> None:
        for turn in range(6):
            guess(home.installation, victim, f"203.0.113.{turn}")

    for _ in range(3):
        flood()
        assert guess(home.installation, victim, HOME, PASSWORD) is Throttled
        frozen_clock.move(minutes=10)
    flood()
    token = home.installation.links.reset(SYSTEM, victim)
    home.installation.links.redeem_reset(token, PASSWORD, HOME)
    flood()
    assert guess(home.installation, victim, HOME, PASSWORD) is None
    assert guess(home.installation, victim, OFFICE, PASSWORD) is Throttled
    frozen_clock.move(minutes=16)
    assert guess(home.installation, victim, OFFICE, PASSWORD) is None


@pytest.mark.slow
def test_no_more_than_two_hashes_at_a_time(home: House, hashes: Hashes) -> None:
    """Whoever asks for them: people signing in, and people whose new passwords are kept."""
    hashes.takes = 0.02
    acts: list[Callable[[], object]] = [
        *(
            lambda turn=turn: guess(home.installation, f"a{turn}@x.example", f"192.0.2.{turn}")
            for turn in range(20)
        ),
        *(lambda: passwords.hashed("a dozen words of my own") for _ in range(10)),
    ]
    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(lambda act: act(), acts))
    assert (hashes.count, hashes.most) == (30, 2)


# --- the real server, behind a proxy that tells where people come from


@pytest.fixture(scope="module")
def besieged(new_database: Callable[[str], Database]) -> Iterator[tuple[House, Served]]:
    with house(new_database("sqlite").url) as made:
        kept = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(passwords.COST)).decode()
        made.change(User, User.id > 0, password_hash=kept)
        with serving(made.settings.database_url, {"CRM_TRUSTED_PROXY": "127.0.0.1"}) as running:
            yield made, running


def signs_in(served: Served, email: str, password: str, address: str) -> tuple[float, bool]:
    """The form filled in and sent: how long the answer takes, and whether it lets in."""
    with Tab(served.url, address=address) as tab:
        tab.run()
        began = time.monotonic()
        said = send(tab, email, password)
        return time.monotonic() - began, b'"ticket"' in said


def send(tab: Tab, email: str, password: str) -> bytes:
    tab.keep(tab.one("text_input", "E-mail").id, string_value=email)
    tab.keep(tab.one("text_input", "Password").id, string_value=password)
    return tab.click("Sign in")


@pytest.mark.slow
def test_others_sign_in_while_one_account_is_flooded(besieged: tuple[House, Served]) -> None:
    made, served = besieged
    victim, other = made.email("manager"), made.email("admin")
    over, tries = threading.Event(), itertools.count()

    def flood(turn: int) -> int:
        with Tab(served.url, address=f"203.0.113.{turn}") as tab:
            tab.run()
            sent = 0
            while not over.is_set():
                assert b'"ticket"' not in send(tab, victim, f"guess {next(tries)}")
                sent += 1
                over.wait(0.02)
        return sent

    def people(count: int, network: str) -> float:
        times = []
        for turn in range(count):
            took, inside = signs_in(served, other, PASSWORD, f"{network}.{turn}")
            assert inside
            times.append(took)
        return sorted(times)[int(0.95 * len(times))]

    quiet = people(size(8, 40), "198.51.100")
    with ThreadPoolExecutor(10) as pool:
        floods = [pool.submit(flood, turn) for turn in range(10)]
        try:
            busy = people(size(12, 60), "192.0.2")
        finally:
            over.set()
        sent = sum(one.result() for one in floods)
    said = f"p95 of a sign-in: {quiet:.2f} s alone, {busy:.2f} s under {sent} wrong passwords"
    print(said)
    assert sent > 20
    # The promise is 1.5 s on a machine that has nothing else to do; here other tests run beside it.
    assert busy < max(size(5000, 1500) / 1000, 5 * quiet), said
    with made.office.store.system("a test", write=False) as session:
        failed = sa.select(sa.func.count(SignInAttempt.id)).where(SignInAttempt.succeeded.is_(False))
        assert session.scalar(failed) == 5
