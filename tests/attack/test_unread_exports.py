"""Thirty files that are asked for and not read: others read and save meanwhile, and each has its share."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from crm_data.tables import Customer
from dashboard.web import exports
from tests.attack.tab import Tab, state
from tests.attack.town import Town, held, town
from tests.support.cost import cost
from tests.support.databases import Database
from tests.support.serving import Served, serving
from tests.support.soak import size

pytestmark = pytest.mark.slow

ROWS = size(4_000, 20_000)
MB = 1 << 20


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Town]:
    """Each export is several MB, more than sockets hold."""
    with town(new_database(request.param).url) as made:
        company = made.house.office.companies[0]
        rows = [{"company_id": company, "name": f"oak {n}", "notes": "n" * 2_000} for n in range(ROWS)]
        with made.house.office.store.system("a test") as session:
            session.execute(sa.insert(Customer), rows)
        yield made


@pytest.fixture(scope="module")
def served(home: Town) -> Iterator[Served]:
    with serving(home.house.settings.database_url) as running:
        yield running
        assert "Traceback" not in running.said()


def asked(served: Served, cookie: str) -> socket.socket:
    """An export that is asked for; nobody reads it."""
    place = urlsplit(served.url)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60)
    line.connect((place.hostname, place.port))
    line.sendall(f"GET /export/customers.csv HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
    return line


def status(line: socket.socket) -> int:
    """The status of the answer; the rest is left unread."""
    return int(line.recv(12).split()[1])


def shown(served: Served, cookie: str, there: Town) -> float:
    """Seconds in which a page is drawn and something is saved on it."""
    began = time.monotonic()
    id_ = there.ids[0]["customer"]
    with Tab(served.url, "record", f"kind=customer&id={id_}", cookie) as tab:
        assert b"kittiwake" in tab.run()
        tab.unfold(f"record.log.{id_}.box")
        title, send = tab.one("text_input", "Title"), tab.one("button", "Log it")
        before = there.house.office.at(0).activities.count()
        tab.run(state(title.id, string_value="Heron"), state(send.id, trigger_value=True))
        assert there.house.office.at(0).activities.count() == before + 1
    return time.monotonic() - began


def test_thirty_that_nobody_reads(served: Served, home: Town) -> None:
    people = [held(served, home.token(role)) for role in ("manager", "admin", "manager")]
    other = held(served, home.token("sales_rep"))
    quiet = shown(served, other, home)
    with ExitStack() as lines, cost(served) as spent:
        asks = [lines.enter_context(asked(served, people[n % 3])) for n in range(30)]
        answers = [status(line) for line in asks]
        assert set(answers) == {200, 429}
        assert answers.count(200) in (3, 4)  # two people, who leave places for others of their company
        busy = max(shown(served, other, home) for _ in range(5))
        refused = asks[answers.index(429)]
        assert b"files under way" in refused.recv(2_000)
        # The other company has its own.
        theirs = httpx.get(
            f"{served.url}/export/customers.csv", headers={"Cookie": held(served, home.token(company=1))}
        )
        assert theirs.status_code == 200
    assert busy < max(3.0, 5 * quiet), f"{quiet:.2f} s alone, {busy:.2f} s beside thirty exports"
    assert spent.bytes < 200 * MB
    # They went, so that their places are free.
    until = time.monotonic() + 20
    while time.monotonic() < until:
        whole = httpx.get(
            f"{served.url}/export/customers.csv",
            headers={"Cookie": people[0], "Accept-Encoding": "identity"},
            timeout=60,
        )
        if whole.status_code == 200:
            break
        time.sleep(0.2)
    assert len(whole.content) == int(whole.headers["content-length"]) > ROWS * 2_000


def test_whose_session_ends_midway_does_not_get_the_rest(served: Served, home: Town) -> None:
    token = home.token("admin")
    with asked(served, held(served, token)) as line:
        assert status(line) == 200
        home.house.installation.sessions.end(token)
        time.sleep(exports._ASK_AGAIN + 0.5)
        got = 0
        while part := line.recv(1 << 20):
            got += len(part)
    assert got < ROWS * 2_000


def test_files_leave_no_trace_on_the_disk(served: Served, home: Town) -> None:
    cookie = held(served, home.token("manager"))
    with asked(served, cookie) as line:
        assert status(line) == 200
        there = [path for path in served.log.parent.rglob("*") if path.is_file()]
        assert [path for path in there if path.parent.name != "backups"] == [served.log]
