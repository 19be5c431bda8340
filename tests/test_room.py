"""How much room is left: told before there is none, by /healthz, by `check`, and on the Admin page."""

import resource
import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from crm_data import Workspace, clock, health, room
from crm_data.errors import DiskFull
from crm_data.installation import Installation
from crm_data.room import GB, MB, Descriptors, Disk, Left
from crm_data.store.store import Store
from crm_data.tables import SignInSession
from dashboard import runtime, session
from dashboard.parts import say
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked
from tests.dashboard.house import PASSWORD, House, house
from tests.lost import small_disk
from tests.support.children import in_child
from tests.support.own import own_settings

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("size", "free", "left"),
    [
        (100 * GB, 50 * GB, Left.ENOUGH),
        (100 * GB, 4 * GB, Left.LITTLE),
        (2_000 * GB, 60 * GB, Left.ENOUGH),  # three percent, and plenty
        (2_000 * GB, 9 * GB, Left.LITTLE),
        (1 * GB, 400 * MB, Left.ENOUGH),  # small, and mostly empty
        (1 * GB, 100 * MB, Left.LITTLE),
        (100 * GB, 15 * MB, Left.NONE),
        (100 * GB, 0, Left.NONE),
        (10 * MB, 9 * MB, Left.ENOUGH),
        (10 * MB, 0, Left.NONE),
    ],
)
def test_what_is_little(size: int, free: int, left: Left) -> None:
    disk = Disk(("data",), free, size)
    assert disk.left is left
    assert bool(disk.sentence) is (left is not Left.ENOUGH)


def test_a_disk_is_named_once_with_all_that_it_holds() -> None:
    said = Disk(("data", "backups", "temporary files"), 0, GB).sentence
    assert said.startswith(
        "The disk of the data, the backups and the temporary files is full: 0 MB are free."
    )
    assert "Nobody can sign in" in said
    assert "Nobody" not in Disk(("backups",), 0, GB).sentence


@pytest.mark.parametrize(
    ("used", "left"), [(0, Left.ENOUGH), (79, Left.ENOUGH), (80, Left.LITTLE), (99, Left.LITTLE)]
)
def test_near_the_limit_of_open_files(used: int, left: Left) -> None:
    found = Descriptors(used, 100)
    assert (found.left, bool(found.sentence)) == (left, left is Left.LITTLE)
    assert found.for_browsers == 50
    assert Descriptors(used, 10_000).for_browsers == 9_744


def test_the_limit_is_raised_as_far_as_the_system_lets() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 300), before[1]))
        assert room.raise_limit().most == min(before[1], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.mark.parametrize(
    ("free", "word", "status"),
    [(50 * GB, "ok", "ok"), (2 * GB, "nearly full", "degraded"), (0, "full", "degraded")],
)
def test_a_full_disk_is_told_everywhere(
    home: House, monkeypatch: pytest.MonkeyPatch, free: int, word: str, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * GB, 100 * GB - free, free))
    http = Asked(Starlette(routes=ROUTES))
    said = http.get("/healthz")
    assert said.status_code == 200  # pages are served: a proxy goes on sending people here
    assert said.json()["status"] == status
    assert set(said.json()["disk"].values()) == {word}
    assert http.get("/healthz?strict=1").status_code == (200 if status == "ok" else 503)
    found = {finding.what: finding for finding in health.check(home.office.store, home.settings)}
    assert found["Room on disk"].ok is (status == "ok")
    assert {word in line for line in home.installation.shortages()} == ({True} if status != "ok" else set())


def test_near_the_limit_healthz_is_degraded(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "descriptors", lambda: Descriptors(85, 100))
    said = Asked(Starlette(routes=ROUTES)).get("/healthz").json()
    assert (said["status"], said["descriptors"]["percent"]) == ("degraded", 85)


def test_the_admin_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def screen() -> None:
        from dashboard.parts.shortages import shortages

        shortages()

    short = SimpleNamespace(shortages=lambda: ["The disk is nearly full."])
    monkeypatch.setattr(session, "installation", lambda: short)
    said = [line.value for line in AppTest.from_function(screen).run().warning]
    assert said == [say.plain("The disk is nearly full.")]


def _on_a_full_disk(url: str, token: str, email: str) -> list[str]:
    """In a process that can write no byte to any file: what one who is signed in can do, and one who is not."""
    store = Store(url)
    installation = Installation(store, own_settings(url))
    with small_disk.room(0):
        signed = installation.sessions.resolve(token)
        assert signed is not None
        my = Workspace(store, signed.scope)
        _, pieces = my.export(my.customers, my.customers.query({}), None)
        told = [str(my.customers.page().total), str(b",Oak," in b"".join(pieces))]
        told.append(str(len(b"".join(my.take_away()[1])) > 1_000))
        try:
            installation.sign_in(email, PASSWORD, "192.0.2.1")
        except DiskFull as full:
            told.append(str(full))
    return told


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_on_a_full_disk_people_read_and_take_away_and_nobody_signs_in(home: House) -> None:
    home.office.at().customers.add({"name": "Oak"})
    token = home.token("admin")
    with home.office.store.system("a test") as session_:
        long_ago = clock.now() - timedelta(minutes=10)
        session_.execute(sa.update(SignInSession).values(last_seen_at=long_ago))
    rows, line, whole, refusal = in_child(
        _on_a_full_disk, home.settings.database_url, token, home.email("manager")
    )
    assert (rows, line, whole) == ("1", "True", "True")
    assert refusal == (
        "The disk here is full, and nobody can sign in until there is room. Tell whoever runs this installation."
    )
