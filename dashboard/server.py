"""The web server: the Streamlit script, our routes and middleware around it, and uvicorn's own listener below."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.middleware import Middleware
from starlette.types import Scope
from streamlit import config
from streamlit import runtime as streamlit_runtime
from streamlit.starlette import App

from crm_data import room
from crm_data.errors import CrmError, NotReady
from crm_data.settings import ROOT, Settings
from dashboard import errors, runtime, warm_up
from dashboard.web import (
    cookie,
    csv_files,
    exports,
    held_parts,
    large_exports,
    last_words,
    lean_tabs,
    limits,
    one_wake,
    whole_acts,
)
from dashboard.web.addresses import Addresses
from dashboard.web.bodies import Bodies
from dashboard.web.gate import Gate
from dashboard.web.headers import SecurityHeaders
from dashboard.web.listening import Http, Websocket
from dashboard.web.messages import Messages
from dashboard.web.packed import Static
from dashboard.web.proxy import Proxy, demand_tls
from dashboard.web.routes import ROUTES
from dashboard.web.tabs import Tabs
from dashboard.web.uploads import Uploads

log = logging.getLogger("foyer.web")

SCRIPT = ROOT / "dashboard" / "app.py"
HOUSEKEEPING_EVERY = 300.0  # seconds
_FOR_REQUESTS = 64  # connections that are left for them when every tab there may be is open


def build(settings: Settings) -> App:
    """The ASGI application. `runtime` must be open before the first request."""
    tls = cookie.secure(settings)
    csv_files.offer()
    large_exports.offer()
    last_words.keep()
    held_parts.keep()
    whole_acts.keep()
    lean_tabs.keep()
    one_wake.keep()
    if settings.public_url:
        # Streamlit judges a websocket's origin once more, and would ask the internet for its own address first.
        config.set_option("browser.serverAddress", urlsplit(settings.public_url).hostname)
    middleware = [
        Middleware(SecurityHeaders, tls=tls),
        Middleware(Bodies),
        Middleware(Gate, is_signed_in=_is_signed_in, is_own_tab=_is_own_tab, public=settings.public_url),
        Middleware(Static),
        Middleware(Uploads, whose=_whose),
        Middleware(Tabs, whose=_whose, most=_tabs()),
        Middleware(Messages, is_signed_in=_is_signed_in),
        Middleware(Addresses),
    ]
    if settings.trusted_proxy:
        middleware.insert(1, Middleware(Proxy, trusted=settings.trusted_proxy))
    return App(
        SCRIPT,
        routes=ROUTES,
        middleware=middleware,
        lifespan=_while_serving,
        on_script_error=errors.on_script_error,
    )


def serve(settings: Settings) -> None:
    """Serve until stopped. Raises NotReady when the settings, the database or the port do not allow it."""
    demand_tls(settings)
    _demand_port(settings)
    Http.most = room.raise_limit().for_browsers
    running = runtime.start(settings)
    running.installation.demand_ready()
    warm_up.warm_up()
    listener = uvicorn.Config(
        build(settings),
        host=settings.host,
        port=settings.port,
        lifespan="on",
        http=Http,
        ws=Websocket,
        ws_max_size=limits.HEARD,
        ws_ping_interval=30,
        ws_ping_timeout=30,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    warm_up.settle()
    try:
        _Server(listener, settings).run()
    finally:
        runtime.stop()


class _Server(uvicorn.Server):
    """Uvicorn, whose own listener sets TCP_NODELAY; it tells where it answers once it does."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self.settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(announce, self.settings)


def announce(settings: Settings) -> None:
    """Print the address, and while there is no company the link that makes the first one."""
    behind = f", behind {settings.host} port {settings.port}" if settings.public_url else ""
    print(f"Foyer is running at {settings.address}{behind}", flush=True)
    token = runtime.running().installation.links.setup()
    if token is not None:
        link = f"{settings.address}/?link={token}"
        print("There is no company yet. Make the first one within 24 hours, by this link:", flush=True)
        print(link, flush=True)  # alone on its line, to be copied whole
        log.warning("one-time setup link: %s", link)


def _is_signed_in(scope: Scope) -> bool:
    running = runtime.running()
    return running.installation.is_signed_in(cookie.read(running.settings, scope))


def _whose(scope: Scope) -> str:
    """The account of a request, as a name to count by however often it signed in; '' for a stranger's."""
    running = runtime.running()
    try:
        found = running.installation.sessions.resolve(cookie.read(running.settings, scope))
    except CrmError:
        return ""
    return f"account {found.account.id}" if found else ""


def _tabs() -> int:
    most = room.descriptors().for_browsers
    return most - min(_FOR_REQUESTS, most // 2)


def _is_own_tab(scope: Scope, tab: str) -> bool:
    """Streamlit takes a file for whatever tab the address names; the name of another's tab must not be enough."""
    client = streamlit_runtime.get_instance().get_client(tab)
    if client is None:
        return True  # there is no such tab now, which Streamlit says itself
    settings, context = runtime.running().settings, client.client_context
    held = context.cookies.get(cookie.name(settings)) if context is not None else None
    return bool(held) and held == cookie.read(settings, scope)


@contextlib.asynccontextmanager
async def _while_serving(app: App) -> AsyncIterator[dict[str, Any] | None]:
    """Housekeeping at the start and every few minutes, beside the serving."""
    work = asyncio.create_task(_housekeeping())
    try:
        yield None
    finally:
        exports.stop()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def _housekeeping() -> None:
    while True:
        for work in (*runtime.running().installation.chores(), large_exports.tidy):
            await asyncio.to_thread(_tried, work)
        await asyncio.sleep(HOUSEKEEPING_EVERY)
        await asyncio.to_thread(warm_up.settle)


def _tried(work: Callable[[], object]) -> None:
    """One piece of housekeeping. Whatever happens in it, the rest is done, and it is tried again the next time."""
    try:
        work()
    except CrmError as trouble:
        log.error("housekeeping failed: %s", trouble)
    except Exception as unforeseen:  # noqa: BLE001 - nobody else would ever hear of it, and backups would end
        errors.logged(unforeseen)


def _demand_port(settings: Settings) -> None:
    """Raise NotReady when somebody listens there already: a sentence now instead of a trace later."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as trouble:
            raise NotReady(
                f"Foyer cannot listen on {settings.host}, port {settings.port} ({trouble.strerror}). "
                "Stop what runs there, or set CRM_PORT or CRM_HOST."
            ) from None
