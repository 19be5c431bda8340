"""A salesperson's day: tasks done, undone and put off, the overview's numbers, a call logged and found again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from crm_data import Edit, Query
from dashboard.parts import say
from tests.browser.conftest import DANIEL, GRACE, PRIYA, TOM, Door, Town
from tests.support.screen import SLOW, at_rest, listed, says, toast, unfold

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def presets(page: Page) -> dict[str, int]:
    """The counts beside the names of the selections."""
    shown = page.get_by_role("radiogroup", name="Show").get_by_role("radio")
    expect(shown.first).to_be_attached()
    at_rest(page)
    found = [re.fullmatch(r"(\w+) ([\d,]+)", text) for text in shown.all_inner_texts()]
    return {match[1]: int(match[2].replace(",", "")) for match in found if match}


def due(days: int) -> datetime:
    """A moment in so many days, at noon."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)


def test_a_task_is_put_off_done_and_reopened_and_the_counts_follow(town: Town, enter: Door) -> None:
    my = town.my()
    task = my.tasks.add({"title": "Zeta call", "assigned_to": my.scope.user_id, "due_date": due(-3)})
    page = enter(DANIEL, "/tasks?q=Zeta")
    sheet = listed(page)
    assert presets(page) == {"Mine": 1, "Overdue": 1, "Today": 0, "Upcoming": 0, "All": 1}
    expect(sheet.cell(0, "When")).to_have_text("Overdue 3 days")
    sheet.press(0, "Later")
    sheet.choose("Put off to tomorrow")
    toast(page, "Due")
    expect(sheet.cell(0, "When")).to_have_text("Tomorrow")
    assert presets(page) == {"Mine": 1, "Overdue": 0, "Today": 0, "Upcoming": 1, "All": 1}
    assert my.tasks.get(task)["due_date"] == due(1)
    sheet.press(0, "Done")
    toast(page, "Task completed.")
    assert presets(page) == {"Mine": 0, "Overdue": 0, "Today": 0, "Upcoming": 0, "All": 1}
    assert my.tasks.get(task)["completed_at"] is not None
    page.get_by_role("radiogroup", name="Show").get_by_text("All").click()
    expect(page).to_have_url(re.compile("preset=all"))
    expect(sheet.ready().cell(0, "When")).to_have_text("Completed")
    sheet.press(0, "Reopen")
    toast(page, "Task reopened.")
    expect(sheet.cell(0, "When")).to_have_text("Tomorrow")
    row = my.tasks.get(task)
    assert (row["status"], row["completed_at"]) == ("pending", None)


def test_a_task_is_put_off_to_any_day_and_a_completion_is_taken_back(town: Town, enter: Door) -> None:
    my = town.my()
    task = my.tasks.add({"title": "Xi call", "assigned_to": my.scope.user_id, "due_date": due(0)})
    page = enter(DANIEL, "/tasks?q=Xi+call")
    sheet = listed(page)
    sheet.press(0, "Later")
    sheet.choose("Put off to another day")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Xi call")
    dialog.get_by_role("spinbutton", name="year, Due on").click()
    page.keyboard.type(f"{due(40):%Y%m%d}", delay=30)
    expect(dialog.get_by_role("spinbutton", name="day, Due on")).to_have_text(f"{due(40):%d}")
    page.keyboard.press("Enter")
    dialog.get_by_text("Xi call").click()  # the calendar goes
    at_rest(page)
    dialog.get_by_role("button", name="Put off").click()
    toast(page, "Due")
    expect(dialog).to_have_count(0)
    assert my.tasks.get(task)["due_date"] == due(40)
    sheet.press(0, "Done")
    toast(page, "Task completed.")
    says(page, "No task matches.")
    page.get_by_role("button", name="Undo: Xi call").click()
    toast(page, "Xi call is open again.")
    expect(sheet.ready().cell(0, "When")).to_have_text("In 40 days")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert my.tasks.get(task)["status"] == "pending"


def test_a_task_without_a_day_gets_one_west_of_greenwich(town: Town, enter: Door) -> None:
    my = town.my()
    task = my.tasks.add({"title": "Tau call", "assigned_to": my.scope.user_id})
    page = enter(DANIEL, "/tasks?q=Tau+call", timezone_id="America/Los_Angeles")
    sheet = listed(page)
    sheet.press(0, "Later")
    sheet.choose("Put off to another day")
    page.get_by_role("dialog").get_by_role("button", name="Put off").click()
    toast(page, "Due")
    expect(sheet.cell(0, "When")).to_have_text("Today")
    assert my.tasks.get(task)["due_date"] is not None


def test_an_edit_waits_through_other_selections_of_the_same_tasks(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    task = my.tasks.add({"title": "Sigma call", "assigned_to": my.scope.user_id, "due_date": due(2)})
    page = enter(PRIYA, "/tasks?q=Sigma+call")
    sheet = listed(page)
    sheet.edit(0, "Title", "Sigma talk")
    for preset in ("All", "Mine"):
        page.get_by_role("radiogroup", name="Show").get_by_text(preset).click()
        expect(page.get_by_text("1 task", exact=False).first).to_be_visible()
        at_rest(page)
        expect(sheet.cell(0, "Title")).to_have_text("Sigma talk")
        sheet.waits(1)
    sheet.press(0, "Done")  # it leaves the list, and the edit waits on
    toast(page, "Task completed.")
    sheet.save()
    row = my.tasks.get(task)
    assert (row["title"], row["status"]) == ("Sigma talk", "completed")


def test_on_a_phone_the_menu_goes_away_once_a_screen_is_chosen(enter: Door) -> None:
    page = enter(DANIEL, "/customers", viewport={"width": 400, "height": 800}, has_touch=True)
    for screen in ("Timeline", "Tasks"):
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebar").get_by_role("link", name=screen).click()
        expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
        expect(page.get_by_role("heading", name=screen)).to_be_visible()
        at_rest(page)


def test_a_user_cannot_complete_anothers_task(town: Town, enter: Door) -> None:
    my = town.my()
    my.tasks.add({"title": "Eta call", "assigned_to": my.scope.user_id, "due_date": due(0)})
    page = enter(GRACE, "/tasks?q=Eta&preset=all")
    sheet = listed(page)
    sheet.press(0, "Done")
    says(page, "You may change only records that are yours. Ask their owner or a manager.")
    assert my.tasks.page(my.tasks.query({"q": "Eta", "preset": "all"})).rows[0]["status"] == "pending"


def test_the_numbers_of_the_overview_lead_to_their_rows(town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/")
    links = page.locator(".foyer-figures.line").get_by_role("link")
    expect(links.first).to_be_visible()
    names = [text for text in links.all_inner_texts() if re.match(r"[\d,]+ ", text)]
    assert len(names) >= 5, names
    for name in names:
        wanted = int(re.match(r"[\d,]+", name)[0].replace(",", ""))  # type: ignore[index]
        links.get_by_text(name, exact=True).click()
        at_rest(page)
        expect(page.get_by_text(re.compile(rf"^{wanted:,} ")).first).to_be_visible()
        page.go_back()
        says(page, "What needs you now")
        at_rest(page)


def in_queue(page: Page, title: str) -> Locator:
    """The line of the overview's queue with this title."""
    return page.locator(".foyer-queue li").filter(has=page.get_by_role("link", name=title, exact=True))


def test_the_queue_is_worked_off_where_it_stands(town: Town, enter: Door) -> None:
    """Done and undone, put off, logged about, seen: each in one click, and the keyboard goes from line to line."""
    my, boss = town.my(TOM), town.my()
    me, day = my.scope.user_id, say.day(due(1).date())
    tasks = [
        my.tasks.add({"title": f"Theta {n}", "assigned_to": me, "due_date": due(-400 + n)}) for n in range(3)
    ]
    given = boss.customers.add({"name": "Theta Works"})
    boss.customers.change([Edit(given, {"assigned_to": (None, me)})])
    page = enter(TOM, "/")
    titles = page.locator(".foyer-queue .title")
    expect(titles.nth(2)).to_have_text("Theta 2")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    in_queue(page, "Theta 1").get_by_role("button", name="Complete").click()
    toast(page, "Task completed.")
    expect(in_queue(page, "Theta 1")).to_have_count(0)
    expect(titles.nth(1)).to_have_text("Theta 2")
    expect(titles.nth(1)).to_be_focused()
    assert my.tasks.get(tasks[1])["status"] == "completed"
    page.get_by_role("button", name="Undo: Theta 1").click()
    toast(page, "Theta 1 is open again.")
    expect(in_queue(page, "Theta 1")).to_have_count(1)

    in_queue(page, "Theta 2").get_by_role("button", name="Put off to tomorrow").click()
    toast(page, f"Due {day} now.")
    expect(in_queue(page, "Theta 2")).to_have_count(0)
    in_queue(page, "Theta 0").get_by_role("button", name="Put off to another day").click()
    page.get_by_role("dialog").get_by_role("button", name="Put off").click()
    toast(page, f"Due {day} now.")
    expect(in_queue(page, "Theta 0")).to_have_count(0)

    while in_queue(page, "Theta Works").count() == 0:
        page.get_by_role("button", name="Show more").click()
        at_rest(page)
    line = in_queue(page, "Theta Works")
    says(line, "Handed to you by")
    line.get_by_role("button", name="Log what happened").click()
    box = page.get_by_role("dialog")
    box.get_by_role("textbox", name="Title").fill("Said hello")
    box.get_by_role("button", name="Log it").click()
    toast(page, "Call logged.")
    expect(line).to_have_count(0)
    (logged,) = my.activities.page(Query(where={"customer_id": (given,)}, sort="activity_date")).rows
    assert logged["title"] == "Said hello"
    boss.tasks.archive(tasks)


def test_a_call_logged_on_a_record_is_on_the_timeline(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    customer = my.customers.add({"name": "Iota Works"})
    page = enter(PRIYA, f"/record?kind=customer&id={customer}")
    unfold(page, "Log a call, e-mail, meeting or note")
    log = page.get_by_role("button", name="Log it")
    log.click()
    says(page, "Say what it was about.")
    page.get_by_role("textbox", name="Title").fill("Asked for a sample")
    page.get_by_role("textbox", name="Details").fill("Two kilos, whole beans.")
    page.get_by_role("spinbutton", name="Minutes").fill("15")
    page.get_by_role("textbox", name="Outcome").fill("Interested")
    at_rest(page)
    log.dblclick()
    toast(page, "Call logged.")
    expect(page.get_by_test_id("stToast")).to_have_count(0)
    for words in ("Asked for a sample", "Two kilos, whole beans.", "15 min · Interested"):
        says(page, words)
    found = my.activities.page(my.activities.query({"q": "Asked for a sample"}))
    assert (found.total, found.rows[0]["customer_id"], found.rows[0]["duration"]) == (1, customer, 15)
    enter.go(page, "/timeline?q=Asked")
    says(page, "Asked for a sample")
    page.get_by_role("link", name="Iota Works").first.click()
    expect(page).to_have_url(f"{town.url}/record?kind=customer&id={customer}")


def test_what_was_done_is_said_also_where_a_slow_browser_was_clicked_twice(town: Town, enter: Door) -> None:
    customer = town.my(PRIYA).customers.add({"name": "Iota Mills"})
    page = enter(PRIYA, f"/record?kind=customer&id={customer}")
    unfold(page, "Log a call, e-mail, meeting or note")
    page.get_by_role("textbox", name="Title").fill("Asked for another sample")
    at_rest(page)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 8})
    page.get_by_role("button", name="Log it").dblclick()
    expect(page.get_by_test_id("stToast").filter(has_text="Call logged.")).to_have_count(1, timeout=SLOW)


def test_a_note_is_logged_from_the_timeline(town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/timeline?q=Kappa")
    page.get_by_role("button", name="Log", exact=True).click()
    at_rest(page)
    page.get_by_role("radio", name="Note").click(force=True)
    at_rest(page)
    page.get_by_role("textbox", name="Title").fill("Kappa is closing down")
    page.get_by_role("button", name="Log it").click()
    toast(page, "Note logged.")
    page.keyboard.press("Escape")
    says(page, "Kappa is closing down")
    my = town.my()
    (row,) = my.activities.page(my.activities.query({"q": "Kappa"})).rows
    assert row["activity_type"] == "note"


def test_an_activity_of_a_deal_shows_on_its_customer(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    customer = my.customers.add({"name": "Lambda Works"})
    deal = my.deals.add({"deal_name": "Lambda beans", "customer_id": customer, "deal_value": "10"})
    page = enter(PRIYA, f"/record?kind=deal&id={deal}")
    unfold(page, "Log a call, e-mail, meeting or note")
    page.get_by_role("textbox", name="Title").fill("Price agreed")
    page.get_by_role("button", name="Log it").click()
    toast(page, "Call logged.")
    enter.go(page, f"/record?kind=customer&id={customer}")
    says(page, "Price agreed")
    page.get_by_role("link", name="Lambda beans").first.click()
    expect(page).to_have_url(f"{town.url}/record?kind=deal&id={deal}")


def test_a_lead_becomes_a_deal_of_a_new_customer_where_its_own_is_taken_away(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    old = my.customers.add({"name": "Xi Works"})
    lead = my.leads.add({"lead_name": "Xi Junior", "customer_id": old})
    page = enter(PRIYA, f"/record?kind=lead&id={lead}")
    page.get_by_role("button", name="Convert").click()
    dialog = page.get_by_role("dialog")
    says(dialog, "Without a customer, a new one is made from the lead.")
    at_rest(page)
    dialog.get_by_role("button", name="Clear").first.click()
    at_rest(page)
    dialog.get_by_role("textbox", name="Value").fill("100")
    dialog.get_by_role("button", name="Convert to a deal").click()
    toast(page, "Lead converted to a deal.")
    made = my.customers.get(my.leads.get(lead)["customer_id"])
    assert (made["name"], made["id"] == old) == ("Xi Junior", False)
