"""The pieces around the script, each by itself: policy, gate, proxy, cookie, log, menu."""

import asyncio
import gc
import logging
import re
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket

from crm_data.errors import NotReady, Unavailable
from crm_data.rights import ROLES
from crm_data.settings import ROOT, settings
from crm_data.store.scope import CompanyScope
from dashboard import errors, logs, runtime, server, warm_up
from dashboard.menu import SCREENS
from dashboard.web import cookie
from dashboard.web.frame import INDEX, PAGE
from dashboard.web.gate import Gate
from dashboard.web.headers import SecurityHeaders, content_policy
from dashboard.web.proxy import Proxy, demand_tls
from tests.dashboard.asgi import HOME, Asked


async def _ok(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.client.host if request.client else ''} {request.url.scheme}")


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("open")
    await websocket.close()


def client(*middleware: Middleware, peer: str = "127.0.0.1") -> Asked:
    methods = ["GET", "POST", "PUT", "DELETE"]
    routes = [WebSocketRoute("/_stcore/stream", _socket), Route("/{path:path}", _ok, methods=methods)]
    return Asked(Starlette(routes=routes, middleware=list(middleware)), peer)


def with_token(scope: Scope) -> bool:
    return (b"x-token", b"good") in scope["headers"]


GATED = client(Middleware(Gate, is_signed_in=with_token))


# --- headers


def test_the_policy_lets_through_the_one_inline_script_and_no_other() -> None:
    assert len(re.findall(r"<script>", INDEX.read_text(encoding="utf-8"))) == 1
    assert len(re.findall(r"<script>", PAGE)) == 1
    policy = content_policy(PAGE)
    script = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert re.fullmatch(r"script-src 'self' blob: 'sha256-[A-Za-z0-9+/]{43}='", script)
    for rule in ("frame-ancestors 'none'", "default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_every_answer_carries_the_headers() -> None:
    answer = client(Middleware(SecurityHeaders, tls=True)).get("/anything")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" in answer.headers
    plain = client(Middleware(SecurityHeaders)).get("/anything")
    assert "strict-transport-security" not in plain.headers


# --- gate


@pytest.mark.parametrize(
    "path",
    [
        "/media/abc.csv",
        "/media",
        "//media/abc",
        "/export/customers.csv",
        "/_stcore/upload_file/a/b",
        "/_stcore/metrics",
    ],
)
def test_files_and_numbers_are_for_those_who_are_signed_in(path: str) -> None:
    assert GATED.get(path).status_code == 401
    assert GATED.get(path, headers={"X-Token": "good"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/customers", "/static/js/index.js", "/_stcore/health", "/healthz", "/mediaeval"]
)
def test_what_shows_no_data_is_open(path: str) -> None:
    assert GATED.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/_stcore/agent", "/_stcore/agent/interact", "/_stcore/agent/mcp", "//_stcore/agent/x"]
)
def test_the_agent_interface_is_not_there(path: str) -> None:
    headers = {"X-Token": "good", "Origin": HOME}
    assert GATED.get(path, headers=headers).status_code == 404
    assert GATED.post(path, headers=headers, json={}).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (HOME, 200),
        (None, 403),
        ("null", 403),
        ("https://evil.example", 403),
        ("http://127.0.0.1:9999", 403),
        ("http://127.0.0.1:8501.evil.example", 403),
        ("http://[", 403),
    ],
)
def test_only_our_own_pages_may_change_something(method: str, origin: str | None, status: int) -> None:
    headers = {"Origin": origin} if origin else {}
    assert GATED.request(method, "/session", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://crm.example", 200),
        (HOME, 200),
        ("http://crm.example", 403),
        ("https://crm.example:8443", 403),
        ("https://crm.example.evil.example", 403),
        ("null", 403),
    ],
)
def test_the_public_address_is_ours_whatever_the_proxy_calls_us(origin: str, status: int) -> None:
    behind = client(Middleware(Gate, is_signed_in=with_token, public="https://crm.example"))
    assert behind.post("/session", headers={"Origin": origin}).status_code == status
    said = behind.websocket("/_stcore/stream", origin=origin, host="127.0.0.1:8501")
    assert (said[0]["type"] == "websocket.accept") == (status == 200)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8501"])
def test_a_websocket_of_another_origin_is_refused(origin: str) -> None:
    said = GATED.websocket("/_stcore/stream", origin=origin, host="127.0.0.1:8501")
    assert [message["type"] for message in said] == ["websocket.close"]


def test_our_own_websocket_opens() -> None:
    said = GATED.websocket("/_stcore/stream", origin=HOME, host="127.0.0.1:8501")
    assert said[0]["type"] == "websocket.accept"


# --- proxy


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "crm.example"])
def test_an_address_others_can_reach_needs_a_proxy(host: str) -> None:
    with pytest.raises(NotReady, match="CRM_TRUSTED_PROXY"):
        demand_tls(settings({"CRM_HOST": host}))
    demand_tls(settings({"CRM_HOST": host, "CRM_TRUSTED_PROXY": "10.0.0.2"}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_needs_none(host: str) -> None:
    demand_tls(settings({"CRM_HOST": host}))


@pytest.mark.parametrize("said", ["*", "proxy.example", "10.0.0.0/99"])
def test_a_proxy_is_named_by_its_address(said: str) -> None:
    with pytest.raises(NotReady, match="CRM_TRUSTED_PROXY must be"):
        demand_tls(settings({"CRM_TRUSTED_PROXY": said}))


@pytest.mark.parametrize(("public", "proxy"), [("https://crm.example", ""), ("http://crm.example", "::1")])
def test_the_public_address_and_the_proxy_agree(public: str, proxy: str) -> None:
    with pytest.raises(NotReady, match="CRM_PUBLIC_URL is"):
        demand_tls(settings({"CRM_PUBLIC_URL": public, "CRM_TRUSTED_PROXY": proxy}))
    demand_tls(settings({"CRM_PUBLIC_URL": public, "CRM_TRUSTED_PROXY": "" if proxy else "::1"}))


def test_only_the_proxy_speaks_and_is_believed() -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    behind = client(Middleware(Proxy, trusted="10.0.0.0/24"), peer="10.0.0.7")
    assert behind.get("/", headers=forwarded).text == "203.0.113.9 https"
    past = client(Middleware(Proxy, trusted="10.0.0.0/24"), peer="203.0.113.8")
    assert past.get("/", headers=forwarded).status_code == 403
    assert past.get("/healthz").status_code == 200


# --- cookie


@pytest.mark.parametrize("proxy", ["", "10.0.0.2"])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(proxy: str) -> None:
    wanted = settings({"CRM_TRUSTED_PROXY": proxy, "CRM_PORT": "8777"})
    said = cookie.setting(wanted, "secret")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(said.split("; "))
    assert ("Secure" in said, said.startswith("__Host-")) == (bool(proxy), bool(proxy))
    assert "Domain" not in said
    assert "Max-Age=0" in cookie.clearing(wanted)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ([], None),
        (["foyer_8501=abc"], "abc"),
        (["other=1; foyer_8501=abc; x=2"], "abc"),
        (["foyer_8501=first; foyer_8501=second"], "first"),
        (["xfoyer_8501=abc"], None),
        (["foyer_8501"], ""),
        (["\xff\xfe; foyer_8501=abc"], "abc"),
    ],
)
def test_reading_the_cookie(sent: list[str], found: str | None) -> None:
    scope = {"headers": [(b"cookie", line.encode("latin-1")) for line in sent]}
    assert cookie.read(settings({}), scope) == found


# --- log, errors, menu


def test_a_name_cannot_forge_a_line_of_the_log() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "hello %s", ("a\nERROR b\r\nc",), None)
    assert logs.OneLine("%(message)s").format(record) == "hello a\\nERROR b\\r\\nc"


def test_an_error_is_logged_under_the_code_that_is_told(caplog: pytest.LogCaptureFixture) -> None:
    code = errors.logged(ValueError("the cause"))
    assert re.fullmatch(r"[A-Z2-9]{6}", code)
    assert code in caplog.text
    assert "the cause" in caplog.text


@pytest.mark.slow
def test_housekeeping_goes_on_whatever_happens_in_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def unforeseen() -> None:
        raise ZeroDivisionError("the cause")

    def busy() -> None:
        raise Unavailable("The database is busy.")

    chores = (unforeseen, busy, lambda: done.append("tidy"))
    installation = SimpleNamespace(chores=lambda: chores)
    monkeypatch.setattr(runtime, "running", lambda: SimpleNamespace(installation=installation))
    monkeypatch.setattr(server, "HOUSEKEEPING_EVERY", 0.0)

    async def two_rounds() -> None:
        work = asyncio.create_task(server._housekeeping())
        while len(done) < 2:
            assert not work.done()
            await asyncio.sleep(0.01)
        work.cancel()

    asyncio.run(two_rounds())
    assert "The database is busy." in caplog.text
    assert "the cause" in caplog.text


def test_no_folder_of_pages_beside_the_script() -> None:
    # Streamlit runs what it finds there for a first request, past the script and so past the sign-in.
    assert not (ROOT / "dashboard" / "pages").exists()
    assert not (ROOT / "app.py").exists()


def test_every_screen_has_its_file_and_every_file_its_screen() -> None:
    files = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert {screen.name for screen in SCREENS} == files
    assert all(Path(screen.file).is_file() for screen in SCREENS)


def test_admin_is_for_admins_and_the_operator() -> None:
    admin = next(screen for screen in SCREENS if screen.name == "admin")
    may = {role: admin.open_to(CompanyScope(1, 1, role)) for role in ROLES}
    assert may == {"user": False, "sales_rep": False, "manager": False, "admin": True}
    assert admin.open_to(CompanyScope(1, 1, "user", operator=True))


# --- the collector


@pytest.mark.slow
def test_settling_again_lets_go_of_what_has_died_since() -> None:
    class Ring:
        """Something that only the collector can let go of."""

        def __init__(self) -> None:
            self.itself = self

    ring = Ring()
    seen = weakref.ref(ring)
    try:
        warm_up.settle()
        del ring
        gc.collect()
        assert seen() is not None, "what is settled is not walked"
        warm_up.settle()
        assert seen() is None
    finally:
        gc.unfreeze()
