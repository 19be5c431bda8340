"""The list one looks at is in the address: it survives a reload, a copied link, Back; a bad one does no harm."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ALAN, DANIEL, PRIYA, Door, Town
from tests.support.screen import SLOW, Sheet, at_rest, listed, says, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def see(sheet: Sheet) -> tuple[list[str], int, str]:
    """What a person sees of a list: the names, how many there are, and the address."""
    sheet.ready()
    return sheet.texts("Name"), sheet.count(), sheet.page.url


def seen(sheet: Sheet, wanted: tuple[list[str], int, str]) -> None:
    """Wait until a person sees this."""
    expect(sheet.page).to_have_url(wanted[2])
    until(sheet.page, lambda: see(sheet) == wanted, f"{see(sheet)} is not {wanted}")


def test_search_filter_and_order_are_in_the_address(town: Town, enter: Door) -> None:
    my = town.my()
    page = enter(DANIEL, "/customers?sort=name")
    page.get_by_role("searchbox", name="Search").fill("example")
    expect(page).to_have_url(re.compile(r"[?&]q=example"))
    at_rest(page)
    page.get_by_role("button", name="Add filter", exact=True).click()
    page.get_by_role("option", name="Type", exact=True).click()
    page.get_by_role("checkbox", name="Business").check()
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"[?&]filter="))
    at_rest(page)
    rows = my.customers.page(
        my.customers.query({"q": "example", "filter": '[["customer_type","any","business"]]', "sort": "name"})
    )
    there = see(listed(page))
    assert there[:2] == ([row["name"] for row in rows.rows][: len(there[0])], rows.total)
    page.reload()
    seen(listed(page), there)
    seen(listed(enter(PRIYA, page.url.removeprefix(town.url))), there)


def test_back_and_forward_follow_the_list(enter: Door) -> None:
    page = enter(DANIEL, "/customers?sort=name")
    sheet = listed(page)
    first = see(sheet)
    page.get_by_role("searchbox", name="Search").fill("Coffee")
    expect(page).to_have_url(re.compile("q=Coffee"))
    at_rest(page)
    second = see(sheet)
    assert second != first
    page.go_back()
    seen(sheet, first)
    page.go_forward()
    seen(sheet, second)


def test_back_from_a_record_returns_to_the_same_list(enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=Coffee&sort=name")
    sheet = listed(page)
    before = see(sheet)
    sheet.open(0)
    expect(page).to_have_url(re.compile("/record"))
    says(page, "Timeline")
    page.go_back()
    seen(sheet, before)


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
