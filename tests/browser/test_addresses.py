"""The list one looks at is in the address: it survives a reload, a copied link, Back; a bad one does no harm."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ALAN, DANIEL, PRIYA, Door, Town
from tests.support.screen import SLOW, Sheet, at_rest, customers, says

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def counted(page: Page) -> str:
    """What the pager says, as '1–50 of 137'."""
    shown = page.get_by_text(re.compile(r"^[\d,]+–[\d,]+ of [\d,]+$"))
    expect(shown).to_be_visible()
    return shown.inner_text()


def see(sheet: Sheet) -> tuple[list[str], str, str]:
    """What a person sees of a list: the names, how many, and the address."""
    sheet.ready()
    return sheet.texts("Name"), counted(sheet.page), sheet.page.url


def test_search_filter_sort_and_page_are_in_the_address(town: Town, enter: Door) -> None:
    my = town.my()
    page = enter(DANIEL, "/customers")
    sheet = customers(page)
    page.get_by_role("searchbox", name="Search").fill("example")
    expect(page).to_have_url(re.compile(r"[?&]q=example"))
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Type").click()
    page.get_by_role("option", name="Business").click()
    expect(page).to_have_url(re.compile(r"[?&]customer_type=business"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Name ↑").click()
    expect(page).to_have_url(re.compile(r"[?&]sort=name"))
    page.get_by_role("button", name="Next page").click()
    expect(page).to_have_url(re.compile(r"[?&]after="))
    seen = see(sheet)
    wanted = my.customers.query({"q": "example", "customer_type": "business", "sort": "name"})
    assert seen[1] == f"51–{min(my.customers.page(wanted).total, 100)} of {my.customers.page(wanted).total}"
    page.reload()
    assert see(sheet) == seen
    colleague = customers(enter(PRIYA, page.url.removeprefix(town.url)), archives=False)
    assert see(colleague) == seen


def test_back_and_forward_follow_the_list(enter: Door) -> None:
    page = enter(DANIEL, "/customers")
    sheet = customers(page)
    first = see(sheet)
    page.get_by_role("button", name="Next page").click()
    expect(page).to_have_url(re.compile("after="))
    second = see(sheet)
    page.get_by_role("button", name="Last page").click()
    expect(page).to_have_url(re.compile("at=last"))
    page.go_back()
    expect(page).to_have_url(second[2])
    at_rest(page)
    assert see(sheet) == second
    page.go_back()
    expect(page).to_have_url(first[2])
    assert see(sheet) == first
    page.go_forward()
    expect(page).to_have_url(second[2])
    assert see(sheet) == second


def test_back_from_a_record_returns_to_the_same_list(enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=Coffee&sort=name")
    sheet = customers(page)
    before = see(sheet)
    sheet.press(0, "open")
    expect(page).to_have_url(re.compile("/record"))
    says(page, "Timeline")
    page.go_back()
    expect(page).to_have_url(before[2])
    assert see(sheet) == before


def test_pages_are_turned_by_the_mouse_that_comes_from_the_grid(enter: Door) -> None:
    page = enter(DANIEL, "/customers")
    sheet = customers(page)
    sheet.press(0, "tick")
    sheet.press(0, "tick")
    button = page.get_by_role("button", name="Next page").bounding_box()
    grid = sheet.canvas.bounding_box()
    assert button
    assert grid
    page.mouse.move(button["x"] + button["width"] / 2, grid["y"] + 60)
    page.mouse.move(button["x"] + button["width"] / 2, button["y"] + button["height"] / 2, steps=12)
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile("after="))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/record?kind=customer&id=FOREIGN", "There is no such record here."),
        ("/record?kind=customer&id=999999", "There is no such record here."),
        ("/record?kind=customer&id=-1", "There is no such record here."),
        ("/record?kind=customer&id=1;DROP TABLE customers", "There is no such record here."),
        ("/record?kind=customer&id=٣", "There is no such record here."),
        ("/record?kind=customer&id=1e0", "There is no such record here."),
        ("/record?kind=users&id=1", "There is no such record here."),
        ("/record?kind=../../etc&id=1", "There is no such record here."),
        ("/record", "There is no such record here."),
        ("/customers?sort=password_hash", "This list cannot be sorted in that way."),
        ("/customers?after=garbage", "This link points to a place in a list that is no longer there."),
        ("/customers?before=" + "A" * 5000, "This link points to a place in a list that is no longer there."),
        ("/customers?assigned_to=nobody-known", "This link names a filter that cannot be read."),
        ("/customers?credit_limit=NaN..1e400", "Credit limit"),
        ('/customers?filter={"$where":1}&company_id=2&password_hash=x', "137 customers"),
        ("/customers?" + "&".join(f"p{n}={n}" for n in range(1000)), "137 customers"),
        ("/pipeline?tab=../../admin&sort=password_hash", "This list cannot be sorted in that way."),
        ("/tasks?preset=password_hash", "tasks"),
        ("/timeline?after=garbage", "This link points to a place in a list that is no longer there."),
    ],
)
def test_an_address_made_up_by_somebody_is_answered_with_a_sentence(
    address: str, sentence: str, town: Town, enter: Door
) -> None:
    foreign = town.my(ALAN).customers.page(town.my(ALAN).customers.query({})).rows[0]
    page = enter(DANIEL, address.replace("FOREIGN", str(foreign["id"])))
    expect(page.get_by_text(sentence).first).to_be_visible(timeout=SLOW)
    text = page.get_by_role("main").inner_text()
    assert "Traceback" not in text
    assert "Something went wrong" not in text
    assert foreign["name"] not in text
