"""Reviews: what became of a deal since this person's last one, and the order in which deals are gone through."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Query, Step, Workspace, errors
from crm_data.nouns.reviews import FIRST_DAYS, REVIEWED
from crm_data.tables.fields import Kind
from tests.nouns.makers import a_deal, a_task
from tests.support.fields import one_of_each, own
from tests.support.office import Office


def review(my: Workspace, deal: int, note: str | None = None) -> int:
    return my.activities.log("note", "Review", description=note, outcome=REVIEWED, deal_id=deal)


def queue(my: Workspace, query: Query | None = None) -> list[int]:
    return [deal.id for deal in my.numbers.review(query).deals]


def test_what_is_otherwise_since_the_last_review(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    deal = a_deal(my, deal_value="100")
    found = my.deals.reviewed(deal)
    assert (found.at, found.added, list(found.differs)) == (None, True, [])
    assert found.step.state is Step.NONE
    frozen_clock.move(hours=1)
    noted = review(my, deal, "Ask for the budget")
    frozen_clock.move(hours=1)
    my.deals.move(deal, "proposal", "prospect")
    my.deals.change([Edit(deal, {"deal_value": (Decimal(100), "250")})])
    my.deals.change([Edit(deal, {"notes": (None, "once")})])
    my.deals.change([Edit(deal, {"notes": ("once", None)})])
    a_task(my, title="Call them", deal_id=deal)
    found = my.deals.reviewed(deal)
    assert (found.at, found.note, found.added) == (
        my.activities.get(noted)["activity_date"],
        "Ask for the budget",
        False,
    )
    told = {one.field: (one.before, one.now) for one in found.differs}
    assert told == {
        "deal_value": ("100.00", "250.00"),
        "stage": ("prospect", "proposal"),
        "probability": (10, 50),
    }
    assert found.step.title == "Call them"


def test_fields_of_a_companys_own_are_among_it_until_they_are_hidden(two: Office, frozen_clock: Any) -> None:
    names = one_of_each(two, "deals")
    my = own(two)
    deal = a_deal(my)
    frozen_clock.move(hours=1)
    review(my, deal)
    frozen_clock.move(hours=1)
    said = {"text": "said", "whole": 7, "money": "7", "day": "2026-05-07", "choice": "own_choice_2"}
    said |= {"yes_no": True, "member": two.people[0]["user"], "number": "-1.5"}
    before = my.deals.get(deal)
    my.deals.change(
        [Edit(deal, {names[Kind(kind)]: (before[names[Kind(kind)]], new) for kind, new in said.items()})]
    )
    assert {one.field for one in my.deals.reviewed(deal).differs} == set(names.values())
    two.at(0, "admin").own_fields.hide("deals", names[Kind.MONEY])
    assert {one.field for one in own(two).deals.reviewed(deal).differs} == set(names.values()) - {
        names[Kind.MONEY]
    }


def test_each_has_reviews_of_their_own_and_an_undone_one_counts_no_more(
    two: Office, frozen_clock: Any
) -> None:
    my, other = two.at(), two.at(role="sales_rep")
    deal = a_deal(my)
    frozen_clock.move(days=1)
    review(my, deal)
    assert other.deals.reviewed(deal).at is None
    assert my.deals.reviewed(deal).at is not None
    acts, _ = my.changes.page()
    my.changes.undo(acts[0].id)
    assert my.deals.reviewed(deal).at is None


def test_a_deal_that_nobody_reviewed_is_looked_at_for_some_days(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    deal = a_deal(my)
    frozen_clock.move(days=FIRST_DAYS + 5)
    found = my.deals.reviewed(deal)
    assert not found.added
    assert timedelta(days=FIRST_DAYS) == frozen_clock() - found.since


def test_the_queue_begins_with_what_was_never_reviewed(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    small, large = a_deal(my, deal_value="10"), a_deal(my, deal_value="900")
    late = a_deal(my, deal_value="1", expected_close_date="2026-02-01")
    closed = a_deal(my, deal_value="5")
    my.deals.move(closed, "closed_won", "prospect")
    assert queue(my) == [late, large, small]
    assert my.numbers.review().every.count == 3
    review(my, late)
    frozen_clock.move(hours=1)
    review(my, large)
    assert queue(my) == [small, late, large]
    assert queue(two.at(role="sales_rep")) == [late, large, small]
    assert queue(my, Query(where={"assigned_to": (-1,)})) == []


def test_a_deal_of_another_company_is_not_there(two: Office) -> None:
    deal = a_deal(two.at())
    with pytest.raises(errors.NotFound):
        two.at(1).deals.reviewed(deal)
    assert queue(two.at(1)) == []
