"""The real server, asked by real HTTP and a real websocket: what a stranger gets, and how it starts and stops."""

import signal
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from bench.ws import Tab
from dashboard.menu import SCREENS
from tests.dashboard.house import PASSWORD, House, house
from tests.support import wire
from tests.support.databases import Database
from tests.support.ports import free_port
from tests.support.serving import Served, refused, serving

pytestmark = pytest.mark.slow

AGAIN = 25_000  # bytes
PAGES = ("", *(screen.name for screen in SCREENS), "no-such-page")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database(request.param).url) as made:
        made.office.at().customers.add({"name": "Canary Canned Goods"})
        yield made


@pytest.fixture(scope="module")
def served(home: House) -> Iterator[Served]:
    with serving(home.settings.database_url) as running:
        yield running
    assert PASSWORD not in running.said()
    assert "Traceback" not in running.said()


def seen(served: Served, page: str, cookie: str = "", origin: str = "") -> bytes:
    return wire.seen(served.url, page, cookie, origin)


def cookie(served: Served, token: str) -> str:
    return f"foyer_{httpx.URL(served.url).port}={token}"


NOBODYS = (
    "",
    "x" * 43,
    "x" * 8000,
    '"><script>',
)  # the last two can be no token and are refused before all else


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("token", NOBODYS[:2])
def test_a_stranger_is_shown_the_form_and_nothing_else(served: Served, page: str, token: str) -> None:
    heard = seen(served, page, cookie(served, token) if token else "")
    assert b"Password" in heard
    for secret in (b"Canary", b"Alpha", b"alpha.example", b"Omega"):
        assert secret not in heard


@pytest.mark.parametrize("token", NOBODYS[2:])
def test_so_is_who_brings_what_can_be_no_token(served: Served, token: str) -> None:
    test_a_stranger_is_shown_the_form_and_nothing_else(served, "customers", token)


def test_somebody_signed_in_sees_their_company(served: Served, home: House) -> None:
    heard = seen(served, "customers", cookie(served, home.token()))
    assert b"Canary Canned Goods" in heard
    other = seen(served, "customers", cookie(served, home.token("manager", 1)))
    assert b"Canary" not in other
    assert b"Omega" in other


TABS = (
    "deals",
    "leads",
    "review",
    "forecast",
    "changes",
    "insights",
    "goals",
)  # of the pipeline, beside the board


@pytest.mark.parametrize(
    ("page", "query"),
    [
        *((page, "") for page in PAGES[:-1] if page != "overview"),
        *(("pipeline", f"tab={tab}") for tab in TABS),
    ],
)
def test_what_the_browser_holds_is_not_sent_again(served: Served, home: House, page: str, query: str) -> None:
    """A run in which nothing changed names what was sent before: a screen of charts is sent once."""
    with Tab(served.url, page, cookie(served, home.token()), query) as tab:
        tab.run()
        tab.run()  # the first has brought the styles and scripts of the frame besides
        drawn = tab.kinds
        tab.run()
        assert tab.kinds == drawn
        assert tab.received < AGAIN


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8501", "http://127.0.0.1"])
def test_a_websocket_from_elsewhere_is_refused(served: Served, home: House, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        seen(served, "customers", cookie(served, home.token()), origin)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/media/0123456789abcdef.csv", 401),
        ("/export/customers.csv", 401),
        ("/_stcore/metrics", 401),
        ("/_stcore/script-health-check", 401),
        ("/_stcore/agent/openapi.json", 404),
        ("/_stcore/agent/mcp", 404),
        ("/_stcore/health", 200),
        ("/healthz", 200),
        ("/customers?x=1", 200),
        ("/favicon.png", 200),
        ("/index.html", 200),
        ("/app/static/secret", 404),
        ("/no-such-page", 404),
        ("/customers/7/no-such-page?x=1", 404),
    ],
)
def test_what_http_answers_a_stranger(served: Served, path: str, status: int) -> None:
    answer = httpx.get(served.url + path)
    assert answer.status_code == status
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers
    for secret in ("Canary", "Alpha", "Traceback"):
        assert secret not in answer.text


@pytest.mark.parametrize("path", ["/no-such-page", "/customers/7/no-such-page?x=1"])
def test_an_address_without_a_screen_says_so_and_leads_on(served: Served, path: str) -> None:
    answer = httpx.get(served.url + path)
    assert "There is no such page" in answer.text
    assert '<a href="/">overview</a>' in answer.text
    assert 'id="root"' not in answer.text  # where Streamlit would draw


def test_nothing_is_written_without_our_origin(served: Served, home: House) -> None:
    mine = {"Cookie": cookie(served, home.token())}
    for headers in (mine, {**mine, "Origin": "https://evil.example"}):
        assert httpx.post(f"{served.url}/session/end", headers=headers).status_code == 403
        assert httpx.put(f"{served.url}/_stcore/upload_file/a/b", headers=headers).status_code == 403
        assert httpx.post(f"{served.url}/_stcore/agent/interact", headers=headers).status_code == 404
    assert httpx.post(f"{served.url}/session/end", headers={**mine, "Origin": served.url}).status_code == 204
    assert b"Password" in seen(served, "", mine["Cookie"])


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_it_does_not_start_where_it_must_not(served: Served, home: House) -> None:
    database = home.settings.database_url
    taken = str(httpx.URL(served.url).port)
    for environment, says in (
        ({"CRM_HOST": "0.0.0.0"}, "CRM_TRUSTED_PROXY"),
        ({"CRM_PORT": taken}, "Stop what runs there"),
        ({"CRM_PORT": "http"}, "CRM_PORT must be a whole number"),
        ({"DATABASE_URL": "sqlite:////dev/null/crm.db"}, "Check DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "must begin with sqlite:/// or postgresql://"),
    ):
        said = refused(**{"DATABASE_URL": database, "CRM_PORT": str(free_port()), **environment})
        assert says in said
        assert len(said.splitlines()) == 1


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_it_stops_when_told_and_leaves_everything_in_order(home: House) -> None:
    with serving(home.settings.database_url, by_command=True) as running:
        seen(running, "customers", cookie(running, home.token()))
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(10)
        assert time.monotonic() - began < 8
    assert "Traceback" not in running.said()


def test_whether_anything_has_changed_is_told_to_who_works_there_and_to_nobody_else(
    served: Served, home: House
) -> None:
    def asked(token: str) -> httpx.Response:
        cookie = f"foyer_{served.url.rpartition(':')[2]}={token}"
        return httpx.get(f"{served.url}/changed", headers={"Cookie": cookie})

    here, there = home.token(), home.token("manager", 1)
    before, theirs = asked(here).json()["last"], asked(there).json()["last"]
    assert asked(here).json() == {"last": before}
    home.office.at().customers.add({"name": "New here"})
    assert asked(here).json()["last"] != before
    assert asked(there).json() == {"last": theirs}
    assert asked(here).headers["cache-control"] == "no-store"
    home.installation.sessions.end(here)
    assert asked(here).status_code == asked("").status_code == asked("x" * 43).status_code == 401
