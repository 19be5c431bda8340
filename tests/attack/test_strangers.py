"""A stranger asks for everything: every route, every page, every kind of message. No byte of data comes."""

import json
from collections.abc import Iterator
from unittest.mock import MagicMock

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from crm_data import Workspace
from crm_data.settings import settings
from crm_data.transfer.csv_out import Form
from dashboard import server
from dashboard.menu import SCREENS
from dashboard.web.gate import NEVER
from dashboard.web.messages import USED
from tests.attack.tab import Tab, state
from tests.attack.town import Town, canaries, held
from tests.support.kinds import ONES
from tests.support.serving import Served

pytestmark = pytest.mark.slow

OPEN = {  # what a stranger may have, by method and the route's own path
    ("GET", "/healthz"): 200,
    ("GET", "/session"): 200,
    ("POST", "/session"): 403,
    ("POST", "/session/end"): 204,
    ("GET", "/favicon.png"): 200,
    ("GET", "/overview"): 307,
    ("GET", "/_stcore/health"): 200,
    ("OPTIONS", "/_stcore/health"): 204,
    ("GET", "/_stcore/host-config"): 200,
    ("GET", "/component/{path:path}"): 404,
    ("OPTIONS", "/component/{path:path}"): 204,
    ("GET", "/_stcore/bidi-components/{path:path}"): 404,
    ("OPTIONS", "/_stcore/bidi-components/{path:path}"): 204,
    ("GET", "/"): 200,
}
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
FORGED = (
    "",
    "x" * 43,
    "x" * 8000,
    "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoxfQ.",
    "' OR 1=1 --",
    "1",
    "\xff\xfe",
)


def the_routes() -> list[tuple[str, str]]:
    """Method and path of every route of the app, read from the app itself."""
    app = server.build(settings({}))
    app._runtime = MagicMock()
    return sorted(set(_walk(app._build_starlette_app().routes)))


def _walk(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Route):
            for method in route.methods or ("GET",):
                if method != "HEAD":
                    yield method, route.path
        elif isinstance(route, WebSocketRoute):
            assert route.path == "/_stcore/stream", "a websocket that no test here opens"
        else:
            assert isinstance(route, Mount), f"a kind of route that nobody has judged: {route!r}"
            assert route.path in ("", "/"), "a mount that nobody has judged"
            yield "GET", "/"


ROUTES = the_routes()


def expected(method: str, path: str) -> tuple[int, ...]:
    if path.startswith(NEVER):
        return (404,)
    if path.startswith(
        (
            "/media",
            "/export",
            "/components",
            "/changed",
            "/find",
            "/portrait",
            "/_stcore/upload_file",
            "/_stcore/metrics",
        )
    ):
        return (401,)
    return (OPEN[method, path],)


def addresses(path: str, there: Town) -> list[str]:
    """The addresses that a route's pattern stands for."""
    if path.startswith("/export"):
        files = [f"/export/{kind}.{form}" for kind in Workspace.kinds for form in Form]
        return [*files, "/export/company.zip", "/export/history.csv", "/export/made", "/export/x"]
    made = path
    for pattern in ("{path:path}", "{file_id:path}", "{session_id}", "{file_id}"):
        made = made.replace(pattern, f"{there.ids[0]['deal']}")
    return [made]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_tells_a_stranger_anything(served: Served, there: Town, method: str, path: str) -> None:
    for address in addresses(path, there):
        for token in FORGED[:4]:
            answer = httpx.request(
                method,
                served.url + address + "?id=1&company_id=2&kind=deal",
                headers={"Origin": served.url, "Cookie": held(served, token)},
            )
            assert answer.status_code in expected(method, path), answer.text
            innocent(answer)


def innocent(answer: httpx.Response) -> None:
    """Nothing of any company in the body or the headers, no trace, every security header, no loose cookie."""
    everything = answer.content + repr(answer.headers.raw).encode()
    assert canaries(everything, 0) + canaries(everything, 1) == []
    assert b"Traceback" not in everything
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers
    for cookie in answer.headers.get_list("set-cookie"):
        name, _, flags = cookie.partition("=")
        assert "SameSite=" in flags, cookie
        # Streamlit's token against forged uploads is read by its script; it opens nothing.
        assert name == "_streamlit_xsrf" or "HttpOnly" in flags, cookie


@pytest.mark.parametrize("screen", [*(screen.name for screen in SCREENS), ""])
def test_every_address_of_a_page_is_the_same_shell(served: Served, screen: str) -> None:
    answer = httpx.get(f"{served.url}/{screen}?kind=customer&id=1", follow_redirects=True)
    assert answer.status_code == 200
    innocent(answer)


@pytest.mark.parametrize("address", ["no-such-page", "../etc/passwd", "record/../../x"])
def test_no_other_address_is_a_page(served: Served, address: str) -> None:
    answer = httpx.get(f"{served.url}/{address}?kind=customer&id=1", follow_redirects=True)
    assert answer.status_code == 404
    innocent(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/%6dedia/abc.csv", 401),
        ("//media/abc.csv", 401),
        ("/export/../export/customers.csv", 401),
        ("/export//company.zip", 401),
        ("/_stcore/metrics/", 401),
        ("/_stcore//metrics", 404),
        ("/%5fstcore/metrics", 401),
        ("/_stcore/agent/../metrics", 401),
        ("/customers/_stcore/metrics", 404),
        ("/crm.db", 404),
        ("/..%2f..%2fdata/crm.db", 400),
        ("/static/..%2f..%2f..%2fdata/crm.db", 400),
    ],
)
def test_no_spelling_of_an_address_passes(served: Served, path: str, status: int) -> None:
    answer = httpx.get(served.url + path)
    assert answer.status_code == status
    innocent(answer)
    assert b"# TYPE" not in answer.content


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_no_other_method_tells_more(served: Served, method: str) -> None:
    for path in ("/media/a", "/export/company.zip", "/_stcore/upload_file/a/b", "/_stcore/metrics"):
        answer = httpx.request(method, served.url + path, headers={"Origin": served.url})
        assert answer.status_code == 401
        innocent(answer)
    for path, head in (("/session", 200), ("/session/end", 404), ("/", 200)):
        answer = httpx.request(method, served.url + path, headers={"Origin": served.url})
        assert answer.status_code == (head if method == "HEAD" else 405)
        innocent(answer)


def queries(there: Town) -> list[tuple[str, str]]:
    """Pages with the ids of records that exist."""
    own = [("record", f"kind={kind}&id={there.ids[at][kind]}") for kind in ONES.values() for at in (0, 1)]
    return [*own, ("pipeline", "tab=deals&q=kittiwake"), ("tasks", "preset=all"), ("admin", "company_id=1")]


def test_no_page_draws_for_a_stranger_whatever_the_address(served: Served, there: Town) -> None:
    for screen in SCREENS:
        with Tab(served.url, screen.name) as tab:
            form_alone(tab.run())
    for page, query in queries(there):
        with Tab(served.url, page, query) as tab:
            form_alone(tab.run())


@pytest.mark.parametrize("token", FORGED)
def test_no_cookie_that_was_not_given_opens_a_page(served: Served, token: str) -> None:
    with Tab(served.url, "customers", cookie=held(served, token)) as tab:
        form_alone(tab.run())


def test_two_cookies_of_one_name_are_no_way_round(served: Served, there: Town) -> None:
    good, other = there.token(), there.token("user", 1)
    there.house.installation.sessions.end(other)
    for first, second in ((good, other), (other, good)):
        cookie = f"{held(served, first)}; {held(served, second)}"
        with Tab(served.url, "customers", cookie=cookie) as tab:
            assert canaries(tab.run(), 1) == []


def form_alone(heard: bytes) -> None:
    """The sign-in form came, and no word of anybody."""
    assert b"Password" in heard
    assert canaries(heard, 0) + canaries(heard, 1) == []
    assert b"Traceback" not in heard


_SAVE = {"token": "x", "edits": {str(id_): {"name": ["", "x"], "title": ["", "x"]} for id_ in range(1, 9)}}


def test_page_hashes_widgets_and_fragments_of_somebody_inside_do_not_help(
    served: Served, there: Town
) -> None:
    """What somebody signed in was given - hashes, widget ids, ids of fragments - is worth nothing without them."""
    before = there.dump()
    for page, query in [*queries(there), ("customers", ""), ("timeline", ""), ("overview", "")]:
        with Tab(served.url, page, query, held(served, there.token("admin"))) as inside:
            assert canaries(inside.run(), 0) or "id=" in query
            buttons = [state(found.id, trigger_value=True) for found in inside.all("button")]
            grids = [
                state(
                    f"$$STREAMLIT_INTERNAL_KEY_{found.id}__events",
                    json_trigger_value=json.dumps([{"event": "save", "value": _SAVE}]),
                )
                for found in inside.all("bidi_component")
                if found.component_name == "foyer_grid"
            ]
        with Tab(served.url, page, query) as tab:
            tab.run()
            form_alone(tab.run(page_hash=inside.page_hash))
            form_alone(tab.run(*grids, *buttons, page_hash=inside.page_hash))
    assert there.dump() == before


def messages(session: str) -> dict[str, BackMsg]:
    """One of every kind of message that Streamlit knows."""
    made = {name: BackMsg() for name in BackMsg.DESCRIPTOR.fields_by_name if name in KINDS_OF_MESSAGE}
    made["clear_cache"].clear_cache = True
    made["set_run_on_save"].set_run_on_save = True
    made["stop_script"].stop_script = True
    made["load_git_info"].load_git_info = True
    made["debug_disconnect_websocket"].debug_disconnect_websocket = True
    made["debug_shutdown_runtime"].debug_shutdown_runtime = True
    made["app_heartbeat"].app_heartbeat = True
    made["rerun_script"].rerun_script.page_name = "customers"
    made["file_urls_request"].file_urls_request.request_id = "1"
    made["file_urls_request"].file_urls_request.file_names.append("a.csv")
    asked = made["backend_operation_request"].backend_operation_request
    asked.request_id, asked.session_id = "1", session
    asked.install_skills.SetInParent()
    return made


KINDS_OF_MESSAGE = [f.name for f in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]


def test_every_kind_of_message_is_answered_with_nothing_or_the_form(served: Served) -> None:
    with Tab(served.url, "customers") as tab:
        form_alone(tab.run())
        for name, message in messages(tab.session).items():
            assert message.WhichOneof("type") == name
            if name == "rerun_script":
                tab.socket.send(message.SerializeToString())
                form_alone(tab.heard())
                continue
            answered = name in ("app_heartbeat", "file_urls_request")
            heard = tab.say(message, 0.2, 20 if answered else None)
            assert canaries(heard, 0) + canaries(heard, 1) == []
            assert bool(heard) == answered, name
        form_alone(tab.run())
    assert served.process.poll() is None


def test_a_new_kind_of_message_is_judged_here_before_it_is_let_through() -> None:
    assert set(KINDS_OF_MESSAGE) >= USED
    assert all(message.WhichOneof("type") for message in messages("x").values())


@pytest.mark.parametrize("frame", ["text", b"\xff\xff\xff\xff", b""])
def test_what_is_no_message_closes_the_websocket_and_leaves_no_trace(
    served: Served, frame: str | bytes
) -> None:
    with Tab(served.url) as tab:
        tab.run()
        tab.socket.send(frame)
        with pytest.raises(ConnectionClosed):
            tab.rest(10)
    assert "Traceback" not in served.said()


def test_the_name_of_somebodys_tab_is_not_the_tab(served: Served, there: Town) -> None:
    """Streamlit gives a tab to whoever names it; what it holds must not come with it."""
    token = there.token()
    with Tab(served.url, "customers", cookie=held(served, token)) as mine:
        assert canaries(mine.run(), 0)
        mine.click("New customer")
        assert mine.fragments
        name = mine.one("text_input", "Name *").id
        submit = mine.one("button", "Add customer").id
        before = there.dump()
        with Tab(served.url, "customers", resume=mine.session) as thief:
            for fragment in [*mine.fragments, ""]:
                heard = thief.run(
                    state(name, string_value="stolen"), state(submit, trigger_value=True), fragment=fragment
                )
                assert canaries(heard, 0) == []
            form_alone(thief.run())
            assert thief.session == mine.session, "Streamlit has refused the tab itself: this proves nothing"
    assert there.dump() == before
