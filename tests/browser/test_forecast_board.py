"""The forecast as a board: a deal comes into another month by mouse, keyboard and menu; others' deals stay."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from crm_data import Edit
from crm_data.nouns.goals import months_from
from tests.browser.conftest import DANIEL, GRACE, Door, Town
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOARD = "/pipeline?tab=forecast&shown=board"


@dataclass(frozen=True)
class Months:
    """The board with two deals of a test on it: one with the first of next month, one without a date."""

    town: Town
    page: Page
    word: str
    ids: list[int]
    months: list[date]

    def column(self, name: str) -> Locator:
        """A column by its name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def month(self, ahead: int) -> Locator:
        """The column of a month, from this one on."""
        return self.column(f"{self.months[ahead]:%b %Y}")

    def card(self, number: int) -> Locator:
        """The card of a deal."""
        return self.page.locator(f".foyer-board .card[data-id='{self.ids[number]}']")

    def day(self, number: int) -> date | None:
        """When a deal is expected, in the database."""
        day: date | None = self.town.my().deals.get(self.ids[number])["expected_close_date"]
        return day


@pytest.fixture
def months(town: Town, enter: Door, request: pytest.FixtureRequest) -> Months:
    word = request.node.name.removeprefix("test_").replace("_", " ")
    my = town.my()
    these = months_from(datetime.now(UTC).date().replace(day=1), 6)
    values = {"customer_id": my.customers.add({"name": word}), "assigned_to": my.scope.user_id}
    ids = [
        my.deals.add(
            {"deal_name": f"{word} {at}", "deal_value": "1000", "expected_close_date": day, **values}
        )
        for at, day in enumerate((these[1], None))
    ]
    return Months(town, look(enter, DANIEL, word), word, ids, these)


def look(enter: Door, email: str, word: str, **context: object) -> Page:
    """The board of one word, as somebody sees it."""
    page = enter(email, f"{BOARD}&q={word}", **context)  # type: ignore[arg-type]
    expect(page.locator(".foyer-board .card").first).to_be_visible()
    at_rest(page)
    return page


def last_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def test_a_card_is_dragged_to_another_month_and_that_is_undone(months: Months) -> None:
    head = months.month(2).locator("header .note")
    expect(head).to_have_text("0 · $0 · weighted $0")
    months.card(0).drag_to(months.month(2))
    toast(months.page, f"{months.word} 0: expected")
    expect(months.month(2).locator(".card")).to_have_count(1)
    expect(head).to_have_text("1 · $1.0 k · weighted $100")
    assert months.day(0) == months.months[2]
    months.page.get_by_role("button", name="Undo:").click()
    expect(months.month(1).locator(".card")).to_have_count(1)
    expect(head).to_have_text("0 · $0 · weighted $0")
    assert months.day(0) == months.months[1]


def test_a_card_is_moved_by_the_keyboard_from_month_to_month(months: Months) -> None:
    months.card(1).focus()
    for key, ahead in (("ArrowRight", 0), ("ArrowRight", 1), ("ArrowLeft", 0)):
        months.page.keyboard.press(f"Alt+{key}")
        expect(months.month(ahead).locator(f".card[data-id='{months.ids[1]}']")).to_have_count(1)
        at_rest(months.page)
        expect(months.card(1)).to_be_focused()
    assert months.day(1) == last_of(months.months[0])
    months.page.keyboard.press("Alt+ArrowLeft")  # beside the months nothing is put
    months.page.keyboard.press("Alt+ArrowRight")
    expect(months.month(1).locator(".card")).to_have_count(2)


def test_a_card_is_moved_by_its_menu_on_a_phone(months: Months, enter: Door) -> None:
    page = look(
        enter, DANIEL, months.word, viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True
    )
    menu = page.get_by_role("combobox", name=f"Move {months.word} 1 to")
    assert menu.locator("option").all_text_contents()[1:] == [f"{month:%b %Y}" for month in months.months] + [
        f"{months_from(months.months[0], 7)[-1]:%b %Y}"
    ]
    menu.select_option(label=f"{months.months[3]:%b %Y}")
    toast(page, f"{months.word} 1: expected")
    assert months.day(1) == last_of(months.months[3])


def test_a_board_that_is_behind_the_times_moves_nothing_unseen(months: Months) -> None:
    day = months.months[4].replace(day=15)
    months.town.my().deals.change([Edit(months.ids[0], {"expected_close_date": (months.months[1], day)})])
    months.card(0).drag_to(months.month(2))
    at_rest(months.page)
    expect(months.page.get_by_test_id("stAlert").first).to_be_visible()
    assert months.day(0) == day
    expect(months.month(4).locator(".card")).to_have_count(1)


def test_a_deal_that_was_closed_meanwhile_is_not_moved(months: Months) -> None:
    months.town.my().deals.move(months.ids[0], "closed_won", "prospect")
    months.card(0).drag_to(months.month(2))
    says(months.page, "This deal is closed by now; it has left the board.")
    expect(months.card(0)).to_have_count(0)
    assert months.day(0) == months.months[1]


def test_nobody_moves_a_colleagues_deal(months: Months, enter: Door) -> None:
    page = look(enter, GRACE, months.word)
    theirs = page.locator(f".foyer-board .card[data-id='{months.ids[0]}']")
    expect(theirs.get_by_role("img")).to_be_visible()
    expect(theirs.get_by_role("combobox")).to_have_count(0)
    theirs.drag_to(page.get_by_role("region", name=f"{months.months[2]:%b %Y}", exact=True))
    theirs.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".foyer-board [aria-live]")).to_have_text(
        "A colleague's deal, which only its owner or a manager may move"
    )
    assert months.day(0) == months.months[1]


def test_the_figure_of_a_column_opens_its_deals_and_the_switch_leads_back(months: Months) -> None:
    months.month(1).locator("header a").first.click()
    expect(months.page.get_by_text("1 deal", exact=True)).to_be_visible()
    months.page.go_back()
    expect(months.card(0)).to_be_visible()
    at_rest(months.page)
    months.page.get_by_role("radio", name="Table").click()
    expect(months.page.get_by_role("button", name="Give a forecast")).to_be_visible()
    expect(months.page.locator(".foyer-board")).to_have_count(0)
