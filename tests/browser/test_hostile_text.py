"""Text that would be something else if it were not kept plain: on every screen it stands as it was typed."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from crm_data import Edit
from crm_data.tables import User
from tests.browser.conftest import DANIEL, MARTA, RUTH, TOM, Door, Town
from tests.support.screen import at_rest, choose, listed, menu, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A script, a picture that would call out, colour, a formula, a link that runs, an icon, an e-mail address.
BAD = (
    "<script>alert(1)</script>![x](http://x.example/p.png):red[x]${7*7}$[y](javascript:alert(2)):material/home:"
    " **b** a@b.example"
)


@pytest.fixture(scope="module")
def ids(town: Town) -> dict[str, int]:
    """A customer, and a deal, lead, task and activity of theirs, all of that name."""
    my = town.my()
    customer = my.customers.add(
        {"name": BAD, "notes": BAD, "city": BAD[:100], "tags": ["<b>x</b>", ":red[t]"]}
    )
    deal = my.deals.add({"deal_name": BAD, "customer_id": customer, "deal_value": "5", "notes": BAD})
    lead = my.leads.add({"lead_name": BAD, "customer_id": customer})
    me = my.scope.user_id
    task = my.tasks.add({"title": BAD, "customer_id": customer, "deal_id": deal, "assigned_to": me})
    activity = my.activities.log("call", BAD, description=BAD, outcome=BAD[:100], customer_id=customer)
    return {"customer": customer, "deal": deal, "lead": lead, "task": task, "activity": activity}


def plain(where: Page | Locator) -> None:
    """The text is to be read there, letter by letter."""
    expect(where.get_by_text(BAD).first).to_be_visible()


def test_in_a_grid_and_in_the_words_of_a_refusal(ids: dict[str, int], enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=javascript")
    sheet = listed(page)
    expect(sheet.cell(0, "Name")).to_have_text(BAD)
    sheet.edit(0, "E-mail", "nonsense")
    sheet.says("E-mail: ")
    sheet.cell(0, "Name").click(button="right")
    sheet.choose("History of this cell")
    plain(page.get_by_role("dialog"))


def test_in_what_two_people_have_to_choose_between(town: Town, ids: dict[str, int], enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=javascript")
    sheet = listed(page)
    sheet.edit(0, "City", "![x](http://x.example/p.png)")
    my = town.my()
    my.customers.change(
        [Edit(ids["customer"], {"city": (my.customers.get(ids["customer"])["city"], ":red[2]")})]
    )
    page.get_by_role("button", name="Save 1 change").click()
    page.get_by_role("button", name="1 changed by a colleague too").click()
    sheet.says("wrote “:red[2]”")
    expect(sheet.cell(0, "City")).to_have_text("![x](http://x.example/p.png)")


@pytest.mark.parametrize("kind", ["customer", "deal", "lead", "task", "activity"])
def test_on_a_record(kind: str, ids: dict[str, int], enter: Door) -> None:
    page = enter(DANIEL, f"/record?kind={kind}&id={ids[kind]}")
    expect(page.get_by_role("heading", name=BAD)).to_be_visible()
    views = page.get_by_role("radiogroup", name="View")
    for view in [text for text in views.get_by_role("radio").all_text_contents() if text]:
        views.get_by_role("radio", name=view).click(force=True)
        at_rest(page)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_visible()
    at_rest(page)


def test_in_lists_buttons_and_the_feed(ids: dict[str, int], enter: Door) -> None:
    page = enter(DANIEL, f"/record?kind=customer&id={ids['customer']}")
    views = page.get_by_role("radiogroup", name="View")
    for view in ("Timeline", "Tasks", "Deals", "Leads"):
        views.get_by_role("radio", name=view).click(force=True)
        at_rest(page)
        plain(page.get_by_test_id("stMain"))
    enter.go(page, "/timeline")
    plain(page)
    enter.go(page, "/tasks?q=javascript")
    expect(listed(page).cell(0, "Title")).to_have_text(BAD)


def test_on_the_board_in_its_toast_and_behind_its_charts(ids: dict[str, int], enter: Door) -> None:
    page = enter(DANIEL, "/pipeline?q=javascript")
    card = page.locator(".foyer-board .card")
    expect(card.locator(".title")).to_have_text(BAD)
    expect(card.locator(".clip")).to_have_text(BAD)
    card.focus()
    page.keyboard.press("Alt+ArrowRight")
    toast(page, f"{BAD}: Prospect to Qualified.")
    card.locator("select").select_option(label="Lost", force=True)
    plain(page.get_by_role("dialog"))
    page.keyboard.press("Escape")
    enter.go(page, "/")
    at_rest(page)


def test_in_the_names_of_companies_and_people(town: Town, enter: Door) -> None:
    my = town.my(RUTH)
    was = my.profile.get()["name"]
    my.profile.change({"name": (was, BAD)})
    with town.store.system("a test") as session:
        session.execute(
            sa.update(User).where(User.email == TOM).values(first_name=BAD[:50], last_name=BAD[50:150])
        )
    page = enter(MARTA, "/account")
    plain(page.locator(".st-key-who"))
    menu(page, BAD, "Harbour Light Instruments")
    expect(page.get_by_role("button", name="Harbour Light Instruments")).to_be_visible()
    page.get_by_role("button", name="Harbour Light Instruments").click()
    plain(page)
    page.keyboard.press("Escape")
    page = enter(TOM, "/")
    plain(page.get_by_role("main"))
    who = f"{BAD[:50]} {BAD[50:150]}"
    expect(page.locator(".st-key-who").get_by_text(who).first).to_be_visible()
    page = enter(RUTH, "/admin")
    choose(page, "Member", who)
    expect(page.get_by_text(f"End the membership of {who}").first).to_be_visible()
    my.profile.change({"name": (BAD, was)})


def test_in_the_url_too(enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text("No customer matches.")).to_be_visible()
