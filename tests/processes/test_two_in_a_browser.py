"""Two servers of one database in a real browser, which keeps one cookie for both of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from crm_data.accounts.members import Members
from crm_data.tables import Membership, User
from tests.dashboard.house import PASSWORD, expect_form, sign_in
from tests.processes.conftest import Pair
from tests.support.screen import SLOW, arrived, listed, menu, says

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def two(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """The empty pages of two people."""
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(browser.new_context(viewport={"width": 1280, "height": 800})).new_page()
            for _ in range(2)
        )


def test_signing_in_on_one_is_signing_in_on_both_and_so_is_signing_out(pair: Pair, page: Page) -> None:
    page.goto(f"{pair.one.url}/account")
    sign_in(page, pair.home.email("manager"))
    arrived(page)
    other = page.context.new_page()
    other.goto(f"{pair.other.url}/account")
    arrived(other)
    menu(page, "Alpha Manager", "Sign out")
    expect_form(page)
    other.get_by_role("link", name="Customers").first.click()
    expect_form(other)


def test_failures_are_counted_across_both(pair: Pair, page: Page) -> None:
    for turn in range(5):
        page.goto((pair.one, pair.other)[turn % 2].url)
        sign_in(page, pair.home.email("sales_rep", 1), f"not the password {turn}")
        says(page, "do not open anything here")
    for served in (pair.one, pair.other):
        page.goto(served.url)
        sign_in(page, pair.home.email("sales_rep", 1), PASSWORD)
        says(page, "Too many attempts")


def test_of_two_who_use_a_link_at_once_one_comes_in(pair: Pair, two: tuple[Page, Page]) -> None:
    home = pair.home
    email = "new@alpha.example"
    token = Members(home.office.store, home.office.scope(0, "admin")).invite(email, "user")
    for page, served in zip(two, (pair.one, pair.other), strict=True):
        page.goto(f"{served.url}/?link={token}")
        says(page, "Join a company")
        for label, value in {
            "First name": "New", "Last name": "One", "New password": PASSWORD, "The same again": PASSWORD,
        }.items():  # fmt: skip
            page.get_by_role("textbox", name=label, exact=True).fill(value)
    for page in two:
        page.get_by_role("button", name="Join").click(no_wait_after=True)
    inside, spent = (".st-key-who", "text=This link has been used")
    for page in two:
        expect(page.locator(inside).or_(page.locator(spent)).first).to_be_visible(timeout=SLOW)
    assert sorted(page.locator(inside).count() for page in two) == [0, 1]
    with home.office.store.system("a test", write=False) as session:
        user = session.query(User).filter_by(email=email).one()
        assert session.query(Membership).filter_by(user_id=user.id).count() == 1


def test_an_edit_on_one_is_a_conflict_on_the_other(pair: Pair, two: tuple[Page, Page]) -> None:
    sheets = []
    for page, served, role in zip(two, (pair.one, pair.other), ("manager", "admin"), strict=True):
        page.goto(f"{served.url}/customers?q=Canary")
        sign_in(page, pair.home.email(role))
        arrived(page)
        sheets.append(listed(page))
    his, hers = sheets
    hers.edit(0, "Phone", "+47 300")
    his.edit(0, "Phone", "+47 200")
    his.save()
    hers.page.get_by_role("button", name="Save 1 change").click()
    hers.page.get_by_role("button", name="1 changed by a colleague too").click()
    hers.says("wrote “+47 200”")
    expect(hers.cell(0, "Phone")).to_have_text("+47 300")
    assert pair.home.office.at().customers.get(pair.canary)["phone"] == "+47 200"
