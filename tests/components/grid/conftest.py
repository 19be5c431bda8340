"""A page that has the grid's scripts and nothing else, from a server of two folders."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dashboard import components
from tests.components.grid.acting import Grid

_FOLDERS = {"components": Path(components.__file__).parent, "harness": Path(__file__).parent}


class _Files(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        folder, _, rest = path.partition("?")[0].lstrip("/").partition("/")
        return str(_FOLDERS.get(folder, _FOLDERS["harness"]) / rest)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what was fetched is of no interest."""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the scripts are served, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def blank(browser: Browser, address: str) -> Iterator[Page]:
    """A page with no grid on it, in which the pure modules can be imported; `load` puts them on the window."""
    page = browser.new_page()
    page.goto(f"{address}/harness/blank.html")
    yield page
    page.close()


@pytest.fixture
def grid(browser: Browser, address: str) -> Iterator[Grid]:
    """The drawn grid of sixty deals, with a server that is played by harness/play.js."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Grid(context.new_page(), address)
    context.close()
