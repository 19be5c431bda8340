"""Signing in, seen in a real browser: setup, deep links, two tabs, switching, invitations, reset."""

import re
import time
from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from crm_data.accounts.people import SYSTEM
from crm_data.tables import Membership
from dashboard import session
from tests.dashboard.house import PASSWORD, House, expect_form, house, sign_in
from tests.support import screen
from tests.support.databases import Database
from tests.support.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 15_000  # milliseconds; the machine may be busy


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        made.join(made.user("manager"), 1, "user")
        yield made


@pytest.fixture(scope="module")
def served(home: House) -> Iterator[Served]:
    with serving(home.settings.database_url) as running:
        yield running


# What a quiet page has asked for and has not got yet.
_asked: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page that must not complain, break the content policy, or ask anybody else for anything."""
    heard: list[str] = []
    asked = _asked[page] = set()
    page.on("request", lambda one: asked.add(one))
    page.on("requestfinished", lambda one: asked.discard(one))
    page.on("requestfailed", lambda one: asked.discard(one))
    ours = re.compile(r"(http|ws)://127\.0\.0\.1:|data:|blob:")
    # Below a deep link Streamlit asks for its own root first, which is not there; a refused ticket is no fault.
    expected = re.compile("status of (401|403|404)")
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda asked: None if ours.match(asked.url) else heard.append(asked.url))
    page.on(
        "console",
        lambda said: (
            heard.append(said.text) if said.type == "error" and not expected.search(said.text) else None
        ),
    )
    yield page
    assert heard == []


def greeted(page: Page) -> None:
    expect(page.get_by_text("Good to see you")).to_be_visible(timeout=SLOW)
    whole(page)


def whole(page: Page) -> None:
    """Wait until all that belongs to the screen has come: scripts are for who is signed in, and end with it."""
    screen.at_rest(page)
    screen.until(page, lambda: not _asked.get(page), "something is still asked for")


def choose(page: Page, menu: str, item: str) -> None:
    page.get_by_role("button", name=menu).first.click()
    page.get_by_role("menuitem", name=item).or_(page.get_by_role("option", name=item)).first.click()


def links_printed(running: Served) -> list[str]:
    """The links the server told of; it answers a moment before it tells them."""
    until = time.monotonic() + SLOW / 1000
    while True:
        found = re.findall(r"http://\S+\?link=\S+", running.said())
        if len(found) >= 2 or time.monotonic() > until:
            return found
        time.sleep(0.1)


def test_an_empty_installation_is_set_up_by_its_link(
    new_database: Callable[[str], Database], quiet: Page, browser: Browser
) -> None:
    with serving(new_database("sqlite").url) as running:
        printed = links_printed(running)
        assert len(printed) == 2, "the link is printed and logged"
        assert running.said().splitlines().count(printed[0]) == 1, "it stands alone on a line, to be copied"
        assert len(set(printed)) == 1
        quiet.goto(printed[0])
        expect(quiet.get_by_text("Set up Foyer")).to_be_visible(timeout=SLOW)
        expect(quiet).to_have_url(f"{running.url}/")
        for label, value in {
            "Company name": "Acme", "Company e-mail": "office@acme.example", "First name": "Ada",
            "Last name": "Byron", "Your e-mail": "ada@acme.example", "New password": PASSWORD,
            "The same again": PASSWORD,
        }.items():  # fmt: skip
            quiet.get_by_role("textbox", name=label, exact=True).fill(value)
        quiet.get_by_role("button", name="Set up").click()
        greeted(quiet)
        expect(quiet.get_by_role("link", name="Admin").first).to_be_visible()
        second = browser.new_page()
        second.goto(printed[0])
        expect(second.get_by_text("used, replaced by a newer one")).to_be_visible(timeout=SLOW)
        second.close()


def test_a_deep_link_survives_signing_in_and_loading_anew(served: Served, home: House, quiet: Page) -> None:
    address = f"{served.url}/record?kind=customer&id=7"
    quiet.goto(address)
    expect_form(quiet)
    sign_in(quiet, home.email("user"), "not the password")
    expect(quiet.get_by_text("do not open anything here")).to_be_visible(timeout=SLOW)
    sign_in(quiet, home.email("user"))
    expect(quiet.get_by_role("button", name="Alpha User")).to_be_visible(timeout=SLOW)
    expect(quiet).to_have_url(address)
    whole(quiet)
    quiet.reload()
    expect(quiet.get_by_role("button", name="Alpha User")).to_be_visible(timeout=SLOW)
    expect(quiet).to_have_url(address)
    cookie = next(c for c in quiet.context.cookies() if c["name"].startswith("foyer_"))
    assert (cookie["httpOnly"], cookie["sameSite"], len(cookie["value"])) == (True, "Strict", 43)
    assert quiet.evaluate("document.cookie").find(cookie["value"]) == -1


def test_signing_out_ends_the_other_tab_at_its_next_click(served: Served, home: House, quiet: Page) -> None:
    quiet.goto(f"{served.url}/account")
    sign_in(quiet, home.email("sales_rep"))
    drawn(quiet)
    stolen = next(c for c in quiet.context.cookies() if c["name"].startswith("foyer_"))
    other = quiet.context.new_page()
    other.goto(f"{served.url}/account")
    drawn(other)
    choose(quiet, "Alpha Sales_rep", "Sign out")
    expect_form(quiet)
    assert not [c for c in quiet.context.cookies() if c["name"].startswith("foyer_")]
    other.get_by_role("button", name="Change password").click()
    expect_form(other)
    expect(other.get_by_text("You are signed out: ")).to_be_visible()
    expect(other.get_by_text("Where you are signed in")).to_have_count(0)
    thief = quiet.context.browser.new_context() if quiet.context.browser else pytest.fail("no browser")
    thief.add_cookies([stolen])  # type: ignore[list-item]
    page = thief.new_page()
    page.goto(served.url)
    expect_form(page)
    thief.close()


def test_switching_company(served: Served, home: House, quiet: Page) -> None:
    quiet.goto(served.url)
    sign_in(quiet, home.email("manager"))
    greeted(quiet)
    other = quiet.context.new_page()
    other.goto(f"{served.url}/account")
    drawn(other)
    choose(quiet, "Alpha", "Omega")
    expect(quiet.get_by_role("button", name="Omega")).to_be_visible(timeout=SLOW)
    greeted(quiet)
    # The other tab still shows Alpha; its next act does nothing and leads to the company that is chosen now.
    other.get_by_role("button", name="Change password").click()
    expect(other.get_by_role("button", name="Omega")).to_be_visible(timeout=SLOW)
    expect(other.get_by_text("This tab was loaded anew")).to_be_visible()
    expect(other).to_have_url(f"{served.url}/account")


DRAFTS = "foyer.grid:"


def drafts(page: Page) -> list[str]:
    """The names under which this tab keeps what waits in grids."""
    found = page.evaluate("() => Object.keys(sessionStorage)")
    return [name for name in found if name.startswith(DRAFTS)]


def draft(page: Page, owner: str) -> None:
    """Leave something typed in this tab, as a grid keeps it."""
    page.evaluate("name => sessionStorage.setItem(name, '{}')", f"{DRAFTS}{owner}/customers")


def opened(served: Served, home: House, page: Page) -> str:
    """Sign the manager in; who owns what they type."""
    page.goto(f"{served.url}/account")
    sign_in(page, home.email("manager"))
    drawn(page)
    held = next(c["value"] for c in page.context.cookies() if c["name"].startswith("foyer_"))
    here = home.installation.sessions.resolve(held)
    assert here is not None
    return session.owner_of(here, held)


def drawn(page: Page) -> None:
    expect(page.get_by_text("Where you are signed in")).to_be_visible(timeout=SLOW)
    whole(page)


def signs_out(page: Page, home: House) -> None:
    choose(page, "Alpha Manager", "Sign out")
    expect_form(page)


def signs_out_everywhere(page: Page, home: House) -> None:
    page.get_by_role("button", name="Sign out everywhere").click()
    expect_form(page)


def switches(page: Page, home: House) -> None:
    choose(page, "Alpha", "Omega")
    expect(page.get_by_role("button", name="Omega")).to_be_visible(timeout=SLOW)
    greeted(page)


def is_ended(page: Page, home: House) -> None:
    """By an admin, by time: the tab learns of it at its next click."""
    home.installation.people.set_active(SYSTEM, home.email("manager"), False)
    home.installation.people.set_active(SYSTEM, home.email("manager"), True)
    page.get_by_role("button", name="Change password").click()
    expect_form(page)


@pytest.mark.parametrize("ends", [signs_out, signs_out_everywhere, switches, is_ended])
def test_what_waits_in_grids_is_gone_with_the_sign_in_in_every_tab(
    served: Served, home: House, quiet: Page, ends: Callable[[Page, House], None]
) -> None:
    owner = opened(served, home, quiet)
    other = quiet.context.new_page()
    other.goto(f"{served.url}/account")
    drawn(other)
    for tab in (quiet, other):
        draft(tab, owner)
        assert drafts(tab) == [f"{DRAFTS}{owner}/customers"]
    ends(quiet, home)
    for tab in (quiet, other):
        screen.until(tab, lambda tab=tab: drafts(tab) == [], "something waits")  # type: ignore[misc]


def test_a_tab_keeps_its_own_drafts_when_it_is_loaded_anew_and_nobody_elses(
    served: Served, home: House, quiet: Page
) -> None:
    owner = opened(served, home, quiet)
    draft(quiet, owner)
    draft(quiet, "another")
    quiet.reload()
    drawn(quiet)
    screen.until(quiet, lambda: drafts(quiet) == [f"{DRAFTS}{owner}/customers"], "what is another's is kept")


def test_somebody_deactivated_or_dismissed_is_out_at_the_next_click(
    served: Served, home: House, quiet: Page
) -> None:
    def enter() -> None:
        quiet.goto(f"{served.url}/account")
        sign_in(quiet, home.email("user", 1))
        drawn(quiet)

    enter()
    home.installation.people.set_active(SYSTEM, home.email("user", 1), False)
    quiet.get_by_role("button", name="Change password").click()
    expect_form(quiet)
    home.installation.people.set_active(SYSTEM, home.email("user", 1), True)
    enter()
    home.installation.members_of(SYSTEM, home.office.companies[1]).end(home.user("user", 1), close=True)
    quiet.get_by_role("button", name="Change password").click()
    expect_form(quiet)
    home.change(Membership, Membership.user_id == home.user("user", 1), ended_at=None)
    home.installation.people.set_active(SYSTEM, home.email("user", 1), True)


def test_an_invitation_and_a_reset(served: Served, home: House, quiet: Page) -> None:
    invite = home.installation.members_of(SYSTEM, home.office.companies[0]).invite(
        "new@alpha.example", "user"
    )
    quiet.goto(f"{served.url}/?link={invite}")
    expect(quiet.get_by_text("Alpha invites new@alpha.example")).to_be_visible(timeout=SLOW)
    assert invite not in quiet.url
    for label, value in {
        "First name": "New", "Last name": "One", "New password": PASSWORD, "The same again": PASSWORD,
    }.items():  # fmt: skip
        quiet.get_by_role("textbox", name=label, exact=True).fill(value)
    quiet.get_by_role("button", name="Join").click()
    greeted(quiet)
    quiet.goto(f"{served.url}/admin")
    expect(quiet.get_by_text("not open to your role")).to_be_visible(timeout=SLOW)
    whole(quiet)
    reset = home.installation.links.reset(SYSTEM, "new@alpha.example")
    quiet.goto(f"{served.url}/?link={reset}")
    quiet.get_by_role("textbox", name="New password", exact=True).fill("another dozen words")
    quiet.get_by_role("textbox", name="The same again", exact=True).fill("another dozen words")
    quiet.get_by_role("button", name="Save new password").click()
    expect(quiet.get_by_text("Your new password is saved")).to_be_visible(timeout=SLOW)
    sign_in(quiet, "new@alpha.example", "another dozen words")
    greeted(quiet)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_screen_fits_a_phone(served: Served, browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.url)
    expect_form(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    context.close()
