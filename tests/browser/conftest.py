"""A town of two made-up firms that is served for a module, and the door through which its people come in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

from crm_data import Workspace
from crm_data.accounts import passwords
from crm_data.installation import Installation
from crm_data.rights import ROLES
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, User
from tests.support import screen
from tests.support.databases import DEMO_PASSWORD, Database, demo
from tests.support.own import own_settings
from tests.support.profiles import Profiles
from tests.support.serving import Served, serving

PASSWORD = DEMO_PASSWORD
SETTLED = {
    "viewport": {"width": 1280, "height": 800},
    "color_scheme": "light",
    "locale": "en-GB",
    "timezone_id": "UTC",
}
HERE = "127.0.0.1"

# Whoever works at the coffee roasters: its admin, who is the operator too, two managers, two sales reps and
# a user. The second manager is a sales rep at the instrument makers as well, whose admin comes last.
RUTH = "ruth.calloway@bramblehill.example"
DANIEL = "daniel.osei@bramblehill.example"
MARTA = "marta.lindqvist@bramblehill.example"
PRIYA = "priya.raman@bramblehill.example"
TOM = "tom.hadley@bramblehill.example"
GRACE = "grace.okoye@bramblehill.example"
ALAN = "alan.fairbank@harbourlight.example"


@dataclass(frozen=True)
class Town:
    """The served installation, and the same database opened beside the server to prepare and to look."""

    served: Served
    store: Store
    installation: Installation

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.served.url

    def token(self, email: str) -> str:
        """A new session of somebody, as a browser's cookie holds it."""
        ticket = self.installation.sign_in(email, PASSWORD, HERE)
        return self.installation.sessions.open(ticket, HERE, "a test")

    def my(self, email: str = DANIEL) -> Workspace:
        """Somebody's workspace, past the screen."""
        signed = self.installation.sessions.resolve(self.token(email))
        assert signed is not None
        return Workspace(self.store, signed.scope)

    def newcomers(self, name: str) -> dict[str, str]:
        """A company with nothing in it and a person of each role: role -> e-mail. In letters, `name`."""
        hashed = passwords.hashed(PASSWORD)
        with self.store.system("a test's newcomers") as session:
            company = Company(name=name, email=f"info@{name}.example")
            session.add(company)
            session.flush()
            people = {role: f"{role}@{name}.example" for role in ROLES}
            for role, email in people.items():
                person = User(email=email, password_hash=hashed, first_name=role.capitalize(), last_name=name)
                session.add(person)
                session.flush()
                session.add(Membership(company_id=company.id, user_id=person.id, role=role, is_primary=True))
        return people


@contextmanager
def running(database: Database) -> Iterator[Town]:
    """Serve a database that holds the two firms."""
    store = Store(database.url)
    try:
        with serving(database.url) as served:
            yield Town(served, store, Installation(store, own_settings(database.url)))
    finally:
        store.close()


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """One server for a module."""
    database = demo()
    with running(database) as made:
        yield made
    database.drop()


@dataclass
class Door:
    """Lets people in, each in a browser of their own, and listens for what no page may do.

    `heard` collects errors on the console (a breach of the content policy is one), dialogs of the browser,
    and requests to anybody but the server. `left`: how often the browser asked before it left a page; it leaves.
    """

    town: Town
    browser: Browser
    profiles: Profiles
    heard: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    left: int = 0

    def __call__(
        self, email: str | None = DANIEL, path: str = "/", anew: bool = False, **context: Any
    ) -> Page:
        """A page of somebody who is signed in, at an address; of a stranger, when there is no e-mail.

        `anew`: in a browser that has read no script before, whose every page is as wide and as dark as this one.
        `context`: a viewport or a colour scheme, as Playwright names them.
        """
        wanted = SETTLED | context
        page = self._listened(self.fresh(**wanted).new_page() if anew else self.profiles.page(**wanted))
        if email is None:
            page.goto(f"{self.town.url}{path}")
            return page
        port = urlsplit(self.town.url).port
        cookie = {"name": f"foyer_{port}", "value": self.town.token(email), "url": self.town.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return self.go(page, path)

    def go(self, page: Page, path: str) -> Page:
        """Open another address in the same tab."""
        page.goto(f"{self.town.url}{path}")
        screen.arrived(page)
        return page

    def visit(self, page: Page, path: str) -> Page:
        """Go to another address without loading it anew, as a link of the house does."""
        page.evaluate(
            "(to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }", path
        )
        screen.at_rest(page)
        return page

    def another_tab(self, page: Page, path: str) -> Page:
        """A second tab of the same person."""
        seen = {"viewport": page.viewport_size} if page.viewport_size else {}
        return self.go(self._listened(self.profiles.dressed(page.context, SETTLED | seen)), path)

    def fresh(self, **context: Any) -> BrowserContext:
        """A browser that has read no script before."""
        self.contexts.append(screen.followed(self.browser.new_context(**(SETTLED | context))))
        return self.contexts[-1]

    def _listened(self, page: Page) -> Page:
        page.set_default_timeout(screen.SLOW)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("dialog", self._dialog)
        return page

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            self.left += 1
            dialog.accept()
        else:
            self.heard.append(f"dialog: {dialog.message}")
            dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"console: {message.text} {message.location.get('url', '')}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.town.url, "data:", "blob:")):
            self.heard.append(f"request: {url}")


@pytest.fixture(scope="module")
def profiles(browser: Browser) -> Profiles:
    """The browsers of a module's people."""
    return Profiles(browser)


@pytest.fixture
def enter(town: Town, browser: Browser, profiles: Profiles) -> Iterator[Door]:
    """`enter(PRIYA, "/tasks")` opens a browser in which she is signed in. At the end nothing bad was heard."""
    door = Door(town, browser, profiles)
    yield door
    for context in door.contexts:
        context.close()
    profiles.give_back()
    assert door.heard == []
