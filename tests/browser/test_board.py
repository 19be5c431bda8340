"""The board: a deal is moved by mouse, keyboard and menu; closing asks for what it needs; others' deals stay."""

import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from crm_data import Given, Way
from tests.browser.conftest import DANIEL, GRACE, PRIYA, Door, Town
from tests.support.screen import SLOW, at_rest, choose, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Board:
    """The board with nothing on it but the deals of one test, each worth 1,000."""

    town: Town
    page: Page
    word: str
    ids: list[int]

    def column(self, stage: int) -> Locator:
        """A column, by its place from 0."""
        return self.page.locator(".foyer-board .column").nth(stage)

    def card(self, number: int) -> Locator:
        """The card of a deal."""
        return self.page.locator(f".foyer-board .card[data-id='{self.ids[number]}']")

    def says(self, *heads: str) -> None:
        """Wait until the headers say this: count, sum and weighted sum."""
        expect(self.page.locator(".foyer-board header .note")).to_have_text(list(heads))

    def stage(self, number: int) -> str:
        """Where a deal stands in the database."""
        return str(self.deal(number)["stage"])

    def deal(self, number: int) -> dict[str, object]:
        """A deal as it is kept."""
        return dict(self.town.my().deals.get(self.ids[number]))


@pytest.fixture
def board(town: Town, enter: Door, request: pytest.FixtureRequest) -> Board:
    word = request.node.name.removeprefix("test_").replace("_", " ")
    my = town.my()
    customer = my.customers.add({"name": word})
    values = {"customer_id": customer, "deal_value": "1000", "assigned_to": my.scope.user_id}
    ids = [my.deals.add({"deal_name": f"{word} {number}", **values}) for number in range(2)]
    return Board(town, look(enter, DANIEL, word), word, ids)


def look(enter: Door, email: str, word: str) -> Page:
    """The board of one word, as somebody sees it."""
    page = enter(email, f"/pipeline?q={word}")
    expect(page.locator(".foyer-board .card").first).to_be_visible()
    at_rest(page)
    return page


EMPTY, FULL = "0 · $0 · weighted $0", "2 · $2.0 k · weighted $200"


def test_a_card_is_dragged_and_the_headers_count_anew(board: Board) -> None:
    board.says(FULL, EMPTY, EMPTY, EMPTY)
    board.card(0).drag_to(board.column(2))
    toast(board.page, f"{board.word} 0: Prospect to Proposal.")
    board.says("1 · $1.0 k · weighted $100", EMPTY, "1 · $1.0 k · weighted $500", EMPTY)
    expect(board.column(2).locator(".card")).to_have_count(1)
    assert (board.stage(0), board.stage(1)) == ("proposal", "prospect")
    assert board.deal(0)["probability"] == 50


def test_a_card_is_moved_by_the_keyboard_and_keeps_its_place_there(board: Board) -> None:
    board.card(1).focus()
    for key, column in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        board.page.keyboard.press(f"Alt+{key}")
        expect(board.column(column).locator(".card")).to_have_count(1)
        at_rest(board.page)
        expect(board.card(1)).to_be_focused()
    says(board.page, f"{board.word} 1: Proposal to Qualified.")
    assert board.stage(1) == "qualified"
    board.page.keyboard.press("Enter")
    expect(board.page).to_have_url(re.compile(rf"/record\?kind=deal&id={board.ids[1]}$"))


def test_a_card_is_moved_by_its_menu(board: Board) -> None:
    board.card(0).focus()
    board.page.keyboard.press("m")
    menu = board.card(0).get_by_role("combobox", name=f"Move {board.word} 0 to")
    expect(menu).to_be_focused()
    menu.select_option(label="Negotiation 75 %")
    toast(board.page, f"{board.word} 0: Prospect to Negotiation.")
    assert board.stage(0) == "negotiation"


def test_closing_as_won_asks_for_value_and_day(board: Board) -> None:
    page, dialog = board.page, board.page.get_by_role("dialog")
    board.card(0).drag_to(page.locator(".foyer-board .target.closed_won"))
    expect(dialog).to_contain_text("Close as won")
    expect(dialog.get_by_label("Closed on").first).to_be_visible()
    at_rest(page)
    dialog.get_by_label("Value won").fill("0")
    dialog.get_by_role("button", name="Close as won").click()
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("a won deal needs the amount")
    expect(dialog.get_by_label("Value won")).to_have_value("0")
    dialog.get_by_label("Value won").fill("1250.50")
    at_rest(page)
    dialog.get_by_role("button", name="Close as won").dblclick()
    toast(page, f"{board.word} 0 is won.")
    expect(dialog).to_have_count(0)
    expect(board.card(0)).to_have_count(0)
    deal = board.deal(0)
    assert (deal["stage"], deal["status"], deal["deal_value"]) == ("closed_won", "won", Decimal("1250.50"))
    assert deal["actual_close_date"] is not None
    expect(page.get_by_test_id("stToast")).to_have_count(0)


def test_closing_as_lost_asks_for_a_reason(board: Board) -> None:
    page, dialog = board.page, board.page.get_by_role("dialog")
    board.card(0).drag_to(page.locator(".foyer-board .target.closed_lost"))
    expect(dialog).to_contain_text("Close as lost")
    at_rest(page)
    dialog.get_by_role("button", name="Close as lost").click()
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("say why the deal was lost")
    choose(page, "Why was it lost?", "Price")
    dialog.get_by_role("button", name="Close as lost").click()
    toast(page, f"{board.word} 0 is lost.")
    deal = board.deal(0)
    assert (deal["status"], deal["loss_reason"]) == ("lost", "Price")


def test_won_and_lost_are_in_sight_while_a_card_is_dragged(town: Town, enter: Door) -> None:
    page = enter(DANIEL, "/pipeline")
    card = page.locator(".foyer-board .card").first
    expect(card).to_be_visible()
    at_rest(page)
    won = page.locator(".foyer-board .target.closed_won")
    below = won.bounding_box()
    assert below is not None
    assert below["y"] > 700, "the board is longer than the screen"
    card.hover()
    page.mouse.down()
    page.mouse.move(300, 400, steps=5)
    expect(page.locator(".foyer-board.dragging")).to_be_visible()
    box = won.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800
    page.mouse.move(box["x"] + 60, box["y"] + 15, steps=5)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_contain_text("Close as won")
    page.keyboard.press("Escape")


@pytest.mark.parametrize("way_out", ["Escape", "Close"])
def test_cancelling_puts_the_card_back(way_out: str, board: Board) -> None:
    page, dialog = board.page, board.page.get_by_role("dialog")
    board.says(FULL, EMPTY, EMPTY, EMPTY)
    board.card(0).drag_to(page.locator(".foyer-board .target.closed_won"))
    expect(dialog).to_contain_text("Close as won")
    at_rest(page)
    if way_out == "Escape":
        page.keyboard.press("Escape")
    else:
        dialog.get_by_role("button", name="Close", exact=True).click()
    expect(dialog).to_have_count(0)
    at_rest(page)
    expect(board.column(0).locator(".card")).to_have_count(2)
    board.says(FULL, EMPTY, EMPTY, EMPTY)
    assert board.stage(0) == "prospect"
    board.card(1).focus()
    page.keyboard.press("Alt+ArrowRight")
    toast(page, f"{board.word} 1: Prospect to Qualified.")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("email", [GRACE, PRIYA])
def test_nobody_but_its_owner_and_managers_moves_a_deal(email: str, board: Board, enter: Door) -> None:
    hers = board.town.my(email)
    values = {"customer_id": board.deal(0)["customer_id"], "deal_value": 1, "assigned_to": hers.scope.user_id}
    own = board.town.my().deals.add({"deal_name": f"{board.word} own", **values})
    page = look(enter, email, board.word)
    theirs, mine = (page.locator(f".foyer-board .card[data-id='{id_}']") for id_ in (board.ids[0], own))
    locked = "A colleague's deal, which only its owner or a manager may move"
    expect(theirs.get_by_role("img", name=locked)).to_be_visible()
    expect(theirs.get_by_role("combobox")).to_have_count(0)
    theirs.drag_to(page.locator(".column").nth(1))
    theirs.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".foyer-board [aria-live]")).to_have_text(locked)
    expect(mine.get_by_role("img")).to_have_count(0)
    mine.drag_to(page.locator(".column").nth(1))
    toast(page, f"{board.word} own: Prospect to Qualified.")
    assert board.stage(0) == "prospect"


def test_a_deal_given_away_meanwhile_is_not_moved(board: Board, enter: Door) -> None:
    """What the browser still offers is decided by the server."""
    his, hers = board.town.my(), board.town.my(PRIYA)
    his.deals.change_many(board.ids, Given(Way.SET, "assigned_to", hers.scope.user_id), rest=False)
    page = look(enter, PRIYA, board.word)
    his.deals.change_many(board.ids, Given(Way.SET, "assigned_to", his.scope.user_id), rest=False)
    page.locator(f".foyer-board .card[data-id='{board.ids[0]}']").drag_to(page.locator(".column").nth(1))
    says(page, "You may change only records that are yours. Ask their owner or a manager.")
    expect(page.locator(".foyer-board .column").nth(0).locator(".card")).to_have_count(2)
    assert board.stage(0) == "prospect"


def test_a_board_that_is_behind_the_times_moves_nothing_unseen(board: Board) -> None:
    board.town.my().deals.move(board.ids[0], "negotiation", "prospect")
    board.card(0).drag_to(board.column(1))
    at_rest(board.page)
    expect(board.page.get_by_test_id("stAlert").first).to_be_visible()
    assert board.stage(0) == "negotiation"
    expect(board.column(3).locator(".card")).to_have_count(1)


def test_a_bar_of_a_chart_leads_to_its_deals(town: Town, enter: Door) -> None:
    my = town.my()
    prospects = my.deals.count(my.deals.query({"stage": "prospect"}))
    page = enter(DANIEL, "/pipeline?tab=insights")
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart).to_be_visible(timeout=SLOW)
    chart.scroll_into_view_if_needed()
    at_rest(page)
    chart.locator("path[aria-roledescription=bar]").first.click(force=True)  # the value of the first stage
    page.get_by_role("link", name=f"{prospects} deals behind this bar").click()
    expect(page).to_have_url(re.compile(r"/pipeline\?.*stage=prospect"), timeout=SLOW)
    expect(page.get_by_text(f"{prospects} deals", exact=True)).to_be_visible(timeout=SLOW)
