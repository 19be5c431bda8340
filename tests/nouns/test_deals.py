"""Deals in the database: one contract behind board, grid, form and bulk, and the history it writes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Edit, Given, Query, Way, Workspace, errors, new_act
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support import makers
from tests.support.office import Office
from tests.support.timeline import timeline


def stages(my: Workspace, deal: int) -> list[tuple[str | None, str]]:
    """The moves of a deal as (from, to)."""
    return [(move.before, move.stage) for move in my.deals.moves(deal)]


def changes(my: Workspace, deal: int) -> list[str]:
    """The status changes on a deal's timeline, oldest first."""
    rows = timeline(my, {"deal_id": deal, "activity_type": "status_change"}).rows
    return [row["title"] for row in reversed(rows)]


def test_a_new_deal_starts_its_history_and_is_no_move(two: Office) -> None:
    my = two.at()
    deal = a_deal(my, stage="qualified")
    row = my.deals.get(deal)
    assert (row["status"], row["probability"], row["currency"]) == ("open", 25, "USD")
    assert stages(my, deal) == [(None, "qualified")]
    assert my.deals.moves(deal)[0].who == "Alpha Manager"
    assert changes(my, deal) == []


def test_a_deal_that_plain_sql_put_in_has_no_moves_until_its_first(two: Office) -> None:
    my = two.at()
    customer = a_customer(my)
    with two.store.system("a test") as session:
        deal = makers.deal(session, my.scope.company_id, customer).id
    assert my.deals.moves(deal) == []
    my.deals.move(deal, "qualified", "prospect")
    assert stages(my, deal) == [("prospect", "qualified")]


def test_an_empty_probability_and_currency_are_left_to_stage_and_company(two: Office) -> None:
    my = two.at()
    blank = a_deal(my, stage="proposal", probability=None, currency="")
    assert (my.deals.get(blank)["probability"], my.deals.get(blank)["currency"]) == (50, "USD")
    own = a_deal(my, probability="0", currency="chf")
    assert (my.deals.get(own)["probability"], my.deals.get(own)["currency"]) == (0, "CHF")
    my.deals.change([Edit(own, {"probability": (0, None)})])
    assert my.deals.get(own)["probability"] == 10
    for wrong in ("FRANKS", "12A", "€€€", "U"):
        with pytest.raises(errors.Invalid):
            a_deal(my, currency=wrong)


def test_the_same_rules_for_board_grid_form_and_bulk(two: Office) -> None:
    my = two.at()
    deal = a_deal(my)
    ways: list[Any] = [
        lambda: my.deals.move(deal, "closed_lost", "prospect"),
        lambda: my.deals.change([Edit(deal, {"stage": ("prospect", "closed_lost")})]),
        lambda: a_deal(my, stage="closed_lost"),
        lambda: my.deals.change_many([deal], Given(Way.SET, "stage", "closed_lost"), rest=False),
        lambda: my.deals.move(deal, "closed_lost", "prospect", reason="Other"),
        lambda: my.deals.change([Edit(deal, {"actual_close_date": (None, "2026-01-01")})]),
        lambda: my.deals.change([Edit(deal, {"status": ("open", "won")})]),
        lambda: my.deals.move(deal, "closed", "prospect"),
    ]
    for way in ways:
        with pytest.raises(errors.Invalid):
            way()
    assert my.deals.get(deal)["stage"] == "prospect"
    assert stages(my, deal) == [(None, "prospect")]
    assert my.deals.page().total == 1


def test_won_by_the_board(two: Office) -> None:
    my = two.at(0, "sales_rep")
    deal = a_deal(my, deal_value="0")
    with pytest.raises(errors.Invalid) as wrong:
        my.deals.move(deal, "closed_won", "prospect")
    assert wrong.value.problems[0].field == "deal_value"
    row = my.deals.move(deal, "closed_won", "prospect", value="1200.50", close_date="2026-02-27")
    assert row["deal_value"] == Decimal("1200.50")
    assert (row["actual_close_date"], row["status"], row["probability"]) == (date(2026, 2, 27), "won", 100)
    assert stages(my, deal) == [(None, "prospect"), ("prospect", "closed_won")]
    assert my.deals.moves(deal)[-1].deal_value == Decimal("1200.50")
    assert changes(my, deal) == ["Stage: Prospect to Closed won"]


def test_closing_without_a_day_takes_today_where_the_person_is(two: Office, frozen_clock: Any) -> None:
    frozen_clock.moment = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    my = two.at()
    here = my.deals.move(a_deal(my), "closed_won", "prospect", zone=ZoneInfo("Pacific/Auckland"))
    assert here["actual_close_date"] == date(2026, 3, 3)
    there = my.deals.move(
        a_deal(my), "closed_lost", "prospect", reason="Price", zone=ZoneInfo("America/Lima")
    )
    assert there["actual_close_date"] == date(2026, 3, 2)


def test_reopening_clears_and_the_log_keeps(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    deal = a_deal(my)
    my.deals.move(deal, "closed_lost", "prospect", reason="Price")
    frozen_clock.move(days=3)
    row = my.deals.move(deal, "proposal", "closed_lost")
    assert (row["loss_reason"], row["actual_close_date"], row["probability"]) == (None, None, 50)
    assert row["stage_since"] == frozen_clock()
    log = {(line.field, line.before, line.after) for line in my.deals.history(deal)}
    assert {("loss_reason", "Price", None), ("actual_close_date", "2026-03-02", None)} <= log
    assert [move.days for move in my.deals.moves(deal)] == [0, 3, 0]
    assert timeline(my, {"deal_id": deal}).rows[1]["description"] == "Price"


def test_a_stale_move_conflicts_and_changes_nothing(two: Office) -> None:
    my = two.at()
    deal = a_deal(my)
    my.deals.move(deal, "qualified", "prospect")
    for target in ("proposal", "qualified"):
        with pytest.raises(errors.Conflict) as stale:
            my.deals.move(deal, target, "prospect")
        assert stale.value.clashes[0].theirs == "qualified"
    assert len(stages(my, deal)) == 2


def test_a_move_sent_twice_happens_once(two: Office) -> None:
    my, act = two.at(), new_act()
    deal = a_deal(my)
    first = my.deals.move(deal, "qualified", "prospect", act_id=act)
    again = my.deals.move(deal, "qualified", "prospect", act_id=act)
    assert (again["stage"], again["version"]) == (first["stage"], first["version"])
    assert len(stages(my, deal)) == 2


def test_bulk_moves_open_stages_only_and_all_or_none(two: Office) -> None:
    my = two.at()
    deals = [a_deal(my) for _ in range(3)]
    assert my.deals.change_many(deals, Given(Way.SET, "stage", "proposal"), rest=False).count == 3
    assert [my.deals.get(id_)["probability"] for id_ in deals] == [50, 50, 50]
    assert all(len(stages(my, id_)) == 2 for id_ in deals)
    my.deals.move(deals[1], "closed_won", "proposal")
    with pytest.raises(errors.NotAll, match=r"1 deal cannot be changed\..* one by one.*So none was changed"):
        my.deals.change_many(deals, Given(Way.SET, "stage", "negotiation"), rest=False)
    assert my.deals.get(deals[0])["stage"] == "proposal"
    assert my.deals.change_many(deals, Given(Way.SET, "notes", "All three"), rest=False).count == 3


def test_closing_several_in_the_grid_asks_each_for_its_own(two: Office) -> None:
    my = two.at()
    won, lost = a_deal(my), a_deal(my)
    lose = {"stage": ("prospect", "closed_lost"), "loss_reason": (None, "Price")}
    edits = [Edit(won, {"stage": ("prospect", "closed_won")}), Edit(lost, lose)]
    assert my.deals.change(edits) == 2
    assert (my.deals.get(won)["status"], my.deals.get(lost)["status"]) == ("won", "lost")


def test_who_may_move_a_deal(two: Office) -> None:
    manager, rep, user = (two.at(0, role) for role in ("manager", "sales_rep", "user"))
    theirs = a_deal(manager, assigned_to=two.people[0]["admin"])
    for person in (rep, user):
        with pytest.raises(errors.NotAllowed):
            person.deals.move(theirs, "qualified", "prospect")
    free = a_deal(manager)
    with pytest.raises(errors.NotAllowed):
        user.deals.move(free, "qualified", "prospect")
    rep.deals.move(free, "qualified", "prospect")
    mine = a_deal(manager, assigned_to=two.people[0]["user"])
    user.deals.move(mine, "qualified", "prospect")
    for id_ in (theirs, 999, "x", None, -1):
        with pytest.raises(errors.NotFound):
            two.at(1).deals.move(id_, "qualified", "prospect")
        with pytest.raises(errors.NotFound):
            two.at(1).deals.moves(id_)
    assert manager.deals.get(theirs)["stage"] == "prospect"


def test_an_archived_deal_is_not_moved(two: Office) -> None:
    my = two.at()
    deal = a_deal(my)
    my.deals.archive([deal])
    with pytest.raises(errors.Invalid):
        my.deals.move(deal, "qualified", "prospect")


def test_the_system_moves_without_a_line_on_the_timeline(two: Office) -> None:
    my = two.at(0, "system")
    deal = a_deal(my)
    my.deals.move(deal, "qualified", "prospect")
    assert [move.who for move in my.deals.moves(deal)] == ["The system", "The system"]
    assert my.activities.page().total == 0


def test_a_deal_takes_its_tasks_and_activities_to_its_new_customer(two: Office) -> None:
    my = two.at()
    old, new = a_customer(my, "Old"), a_customer(my, "New")
    deal = a_deal(my, old)
    task, call = a_task(my, deal_id=deal), my.activities.log("call", deal_id=deal)
    my.deals.change([Edit(deal, {"customer_id": (old, new)})])
    assert my.tasks.get(task)["customer_id"] == new
    assert my.activities.get(call)["customer_id"] == new
    assert next((c.field, c.before, c.after) for c in my.tasks.history(task)) == ("customer_id", old, new)


def test_a_deal_of_a_lead_has_the_leads_customer(two: Office) -> None:
    my = two.at()
    one, other = a_customer(my, "One"), a_customer(my, "Other")
    lead = a_lead(my, customer_id=one)
    assert a_deal(my, one, lead_id=lead)
    with pytest.raises(errors.Invalid):
        a_deal(my, other, lead_id=lead)


@pytest.mark.slow
def test_lists_by_name(two: Office) -> None:
    my = two.at()
    me = two.people[0]["manager"]
    bare, planned = a_deal(my, assigned_to=me), a_deal(my, expected_close_date="2026-06-01")
    late, done = a_deal(my), a_deal(my)
    closed = a_deal(my, stage="closed_won")
    a_task(my, deal_id=planned, due_date="2026-03-09")
    a_task(my, deal_id=late, due_date="2026-03-01")
    my.tasks.complete(a_task(my, deal_id=done))

    def listed(preset: str) -> set[int]:
        return {row["id"] for row in my.deals.page(my.deals.query({"preset": preset})).rows}

    assert listed("open") == {bare, planned, late, done}
    assert listed("mine") == {bare}
    assert listed("without_step") == {bare, done}
    assert listed("overdue_step") == {late}
    assert listed("undated") == {bare, late, done}
    assert closed in {row["id"] for row in my.deals.page().rows}
    with pytest.raises(errors.Invalid):
        my.deals.query({"preset": "1=1"})
    assert my.deals.params(Query(preset="open")) == {"preset": "open"}


def test_a_sign_beside_an_amount_gives_the_currency_or_is_refused(two: Office) -> None:
    my = two.at()
    firm = my.customers.add({"name": "Firm"})

    def deal(**values: object) -> dict[str, Any]:
        return my.deals.get(my.deals.add({"deal_name": "D", "customer_id": firm, **values}))

    own = my.scope.currency
    assert (deal(deal_value="5 €")["currency"], deal(deal_value="5 €", currency="")["currency"]) == (
        "EUR",
        "EUR",
    )
    assert deal(deal_value="5 €", currency="EUR")["deal_value"] == 5
    assert deal(deal_value=f"5 {own}")["currency"] == own
    with pytest.raises(errors.Invalid, match="EUR, and not in CHF"):
        deal(deal_value="5 €", currency="CHF")
    with pytest.raises(errors.Invalid, match="EUR"):
        my.customers.add({"name": "Firm", "credit_limit": "5 €"})
    row = deal(deal_value="5", currency="CHF")
    my.deals.change([Edit(row["id"], {"deal_value": (row["deal_value"], "CHF 6")})])
    assert my.deals.get(row["id"])["deal_value"] == 6
    # The same number in another currency is another amount.
    my.deals.change([Edit(row["id"], {"deal_value": (6, "6 €")})])
    assert my.deals.get(row["id"])["currency"] == "EUR"
    with pytest.raises(errors.Invalid, match="Say which"):
        my.deals.change([Edit(row["id"], {"deal_value": (6, "$7")})])
