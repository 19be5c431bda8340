"""The board: totals over every deal, cards only for the first, and the same statements however many there are."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import NextStep, Query, Step
from crm_data.nouns.steps import next_steps
from tests.nouns.makers import a_customer, a_deal, a_task
from tests.numbers.makers import put_deals
from tests.support.office import Office
from tests.support.statements import counted


def column(two: Office, stage: str, query: Query | None = None, role: str = "manager") -> Any:
    """One column of the board."""
    return next(column for column in two.at(0, role).numbers.board(query) if column.stage == stage)


def test_the_header_counts_what_no_card_shows(two: Office) -> None:
    made = [{"deal_value": Decimal(n) + Decimal("0.10"), "stage": "proposal"} for n in range(105)]
    put_deals(two, made)
    put_deals(two, [{"deal_value": Decimal(10**6), "stage": "proposal"}] * 7, company=1)
    proposal = column(two, "proposal")
    assert (proposal.count, len(proposal.cards), proposal.probability) == (105, 20, 50)
    assert proposal.sum.value == sum(row["deal_value"] for row in made) == Decimal("5470.50")
    assert proposal.sum.weighted == Decimal("2735.25")


def test_a_moved_card_changes_both_columns_by_its_amount(two: Office) -> None:
    my = two.at()
    put_deals(two, [{"deal_value": Decimal("33.33")}] * 30)
    deal = a_deal(my, deal_value="1000.01")
    before = {c.stage: c.sum for c in my.numbers.board()}
    my.deals.move(deal, "proposal", "prospect")
    after = {c.stage: c.sum for c in my.numbers.board()}
    assert before["prospect"].value - after["prospect"].value == Decimal("1000.01")
    assert after["proposal"].value - before["proposal"].value == Decimal("1000.01")
    my.deals.move(deal, "closed_won", "proposal")
    assert {c.stage: c.sum for c in my.numbers.board()}["proposal"] == before["proposal"]


def test_a_card_says_whose_how_long_and_what_next(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    customer = a_customer(my, "Acme")
    deal = a_deal(my, customer, assigned_to=two.people[0]["sales_rep"], deal_value="12.30")
    frozen_clock.moment = datetime(2026, 3, 11, 23, 0, tzinfo=UTC)
    task = a_task(my, title="Send offer", deal_id=deal, due_date="2026-03-10")
    card = column(two, "prospect").cards[0]
    assert (card.id, card.name, card.customer, card.owner) == (deal, "Deal", "Acme", "Alpha Sales_rep")
    assert (card.value, card.currency, card.days) == (Decimal("12.30"), "USD", 9)
    assert (card.step.state, card.step.task_id, card.step.title) == (Step.OVERDUE, task, "Send offer")


@pytest.mark.slow
def test_the_next_step_is_the_open_task_that_is_due_first(two: Office) -> None:
    my = two.at()

    def steps_of(deals: list[int]) -> dict[int, NextStep]:
        with two.store.read(my.scope) as session:
            return next_steps(session, deals)

    wanted: dict[int, Step] = {}
    for dates, step in (
        (["2026-03-01"], Step.OVERDUE),
        (["2026-03-09", "2026-03-01", None], Step.OVERDUE),
        (["2026-03-02 00:00"], Step.TODAY),
        (["2026-03-02 08:00", "2026-04-01"], Step.TODAY),
        (["2026-03-03"], Step.PLANNED),
        ([None], Step.PLANNED),
        ([], Step.NONE),
    ):
        deal = a_deal(my)
        wanted[deal] = step
        for due in dates:
            a_task(my, deal_id=deal, due_date=due)
    for verb in ("complete", "archive"):
        deal = a_deal(my)
        task = a_task(my, deal_id=deal, due_date="2026-03-01")
        my.tasks.archive([task]) if verb == "archive" else my.tasks.complete(task)
        wanted[deal] = Step.NONE
    with counted(two.store) as sent:
        steps = steps_of(list(wanted))
    assert len(sent) == 1
    assert {id_: step.state for id_, step in steps.items()} == wanted
    assert steps_of([]) == {}
    foreign = a_deal(two.at(1))
    a_task(two.at(1), deal_id=foreign)
    assert steps_of([foreign])[foreign].state is Step.NONE


def test_the_board_follows_filter_and_order_of_the_list(two: Office) -> None:
    rep = two.people[0]["sales_rep"]
    values = (5, 3, 9, 1)
    put_deals(two, [{"deal_value": Decimal(v), "assigned_to": rep, "deal_name": f"{v}"} for v in values])
    put_deals(two, [{"deal_value": Decimal(77)}] * 3)
    query = Query(where={"assigned_to": (rep,)}, sort="deal_value", descending=True)
    shown = column(two, "prospect", query)
    assert (shown.count, shown.sum.value) == (4, Decimal(18))
    assert [card.name for card in shown.cards] == ["9", "5", "3", "1"]


@pytest.mark.slow
def test_other_currencies_stand_beside(two: Office) -> None:
    put_deals(two, [{"currency": "EUR", "deal_value": Decimal(7)}] * 2 + [{}])
    prospect = column(two, "prospect")
    assert (prospect.count, prospect.sum.count, prospect.sum.value) == (3, 1, Decimal(100))
    assert [(other.currency, other.count, other.value) for other in prospect.others] == [
        ("EUR", 2, Decimal(14))
    ]
    assert column(two, "prospect", Query(where={"currency": "EUR"})).sum.value == Decimal(14)


def test_the_board_costs_the_same_however_many_there_are(two: Office) -> None:
    sent_for = []
    for number in (1, 300):
        put_deals(two, [{"stage": stage} for stage in ("prospect", "proposal") for _ in range(number)])
        with counted(two.store) as sent:
            two.at().numbers.board()
        sent_for.append(len(sent))
    assert sent_for == [5, 5]


def test_days_in_stage_are_calendar_days(two: Office, frozen_clock: Any) -> None:
    begun = frozen_clock() - timedelta(hours=10)  # the evening before
    put_deals(two, [{"stage_since": begun}])
    assert column(two, "prospect").cards[0].days == 1


def test_a_card_says_that_it_is_stalled_or_past_its_date(two: Office, frozen_clock: Any) -> None:
    now = frozen_clock()
    put_deals(
        two,
        [
            {"deal_name": f"{days}", "stage": "proposal", "stage_since": now - timedelta(days=days)}
            for days in (9, 10)
        ]
        + [
            {
                "deal_name": f"due {day:%d}",
                "stage": "proposal",
                "stage_since": now,
                "expected_close_date": day,
            }
            for day in (now.date(), now.date() - timedelta(days=1))
        ],
    )
    cards = {card.name: (card.stalled, card.past) for card in column(two, "proposal").cards}
    assert cards == {"9": (False, 0), "10": (True, 0), "due 02": (False, 0), "due 01": (False, 1)}
