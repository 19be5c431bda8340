"""The Review tab: one deal at a time, its changes, and what can be done with it where one stands."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Edit, clock
from crm_data.numbers import review as queue
from crm_data.tables import Membership
from dashboard import runtime
from dashboard.parts import review
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import screen


@pytest.fixture
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def said(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


@pytest.mark.slow
def test_one_goes_through_the_deals(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    my = home.office.at()
    customer = my.customers.add({"name": "Firm"})
    first, second = (
        my.deals.add({"deal_name": name, "deal_value": value, "customer_id": customer})
        for name, value in (("Larger", "900"), ("Smaller", "10"))
    )
    at = screen(home, monkeypatch, "pipeline", "tab=review")
    assert "The deal was added." in said(at)
    at.button(key="review.next").click().run()
    assert at.query_params["deal"] == str(second)
    at.button(key="review.back").click().run()
    at.text_area(key=f"review.note.{first}").input("Ask again")
    next(one for one in at.button if one.label == "Reviewed, next deal").click().run()
    assert not at.exception
    assert my.deals.reviewed(first).note == "Ask again"
    assert [deal.id for deal in my.numbers.review().deals] == [second, first]
    my.deals.change([Edit(first, {"deal_value": ("900", "950")})])
    at = screen(home, monkeypatch, "pipeline", f"tab=review&deal={first}")
    assert "Value: $900.00 → $950.00 ▲" in said(at)
    assert "Ask again" in said(at)


def test_stage_and_next_step_are_changed_where_one_stands(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    my = home.office.at()
    customer = my.customers.add({"name": "Firm"})
    deal = my.deals.add({"deal_name": "D", "deal_value": "9", "customer_id": customer})
    at = screen(home, monkeypatch, "pipeline", "tab=review")
    next(one for one in at.button if one.label == "Add step").click().run()
    assert [error.value for error in at.error] == ["New next step is needed; fill it in."]
    next(one for one in at.text_input if one.label == "New next step").input("Call them")
    next(one for one in at.button if one.label == "Add step").click().run()
    assert my.deals.reviewed(deal).step.title == "Call them"
    at.selectbox(key=f"{review.PLACE}.stage.{deal}").set_value("proposal").run()
    assert not at.exception
    assert my.deals.get(deal)["stage"] == "proposal"
    at.button(key=f"{review.PLACE}.done").click().run()
    assert my.deals.reviewed(deal).step.title is None


def test_what_a_stage_asks_for_is_asked_where_one_stands(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.office.at(0, "admin").stages.change(
        {("proposal", "required"): ((), ("expected_close_date", "notes"))}
    )
    my = home.office.at()
    customer = my.customers.add({"name": "Firm"})
    deal = my.deals.add({"deal_name": "D", "deal_value": "9", "customer_id": customer})
    at = screen(home, monkeypatch, "pipeline", "tab=review")
    at.selectbox(key=f"{review.PLACE}.stage.{deal}").set_value("proposal").run()
    assert my.deals.get(deal)["stage"] == "prospect"
    next(one for one in at.date_input if one.label == "Expected close").set_value(date(2026, 12, 31))
    next(one for one in at.button if one.label == "Move to proposal").click().run()
    assert [error.value for error in at.error] == [
        "Notes: a deal comes into Proposal only with it; fill it in."
    ]
    next(one for one in at.date_input if one.label == "Expected close").set_value(date(2026, 12, 31))
    next(one for one in at.text_area if one.label == "Notes").input("By e-mail")
    next(one for one in at.button if one.label == "Move to proposal").click().run()
    assert not at.exception
    row = my.deals.get(deal)
    assert (row["stage"], row["expected_close_date"], row["notes"]) == (
        "proposal",
        date(2026, 12, 31),
        "By e-mail",
    )


def test_a_deal_that_is_not_there_is_said(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=review&deal=999")
    assert len(at.warning) == 1
    assert not at.exception


def test_the_queue_goes_on_beyond_a_page(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first to the last and back, each once; what is reviewed leaves its place to the next."""
    monkeypatch.setattr(queue, "MOST", 3)
    monkeypatch.setattr(review, "MOST", 3)
    my = home.office.at()
    customer = my.customers.add({"name": "Firm"})
    ids = [
        my.deals.add({"deal_name": f"D{n}", "deal_value": str(100 - n), "customer_id": customer})
        for n in range(8)
    ]
    at = screen(home, monkeypatch, "pipeline", "tab=review")
    seen = [ids[0]]
    while not at.button(key="review.next").disabled:
        at.button(key="review.next").click().run()
        assert not at.exception
        (id_,) = at.query_params["deal"]
        seen.append(int(id_))
        assert any(one.value == f"{len(seen)} of" for one in at.caption)
    assert seen == ids
    back = [seen.pop()]
    while not at.button(key="review.back").disabled:
        at.button(key="review.back").click().run()
        back.append(int(at.query_params["deal"][0]))
    assert back == ids[::-1]
    for said, first in (("3", 3), ("5", 3), ("6", 6), ("99", 0), ("-1", 0), ("x", 0), ("9" * 30, 0)):
        at = screen(home, monkeypatch, "pipeline", f"tab=review&from={said}")
        assert any(one.value == f"{first + 1} of" for one in at.caption), said
    at = screen(home, monkeypatch, "pipeline", "tab=review&from=3")
    next(one for one in at.button if one.label == "Reviewed, next deal").click().run()
    assert my.deals.reviewed(ids[3]).at is not None
    assert any(one.value == "4 of" for one in at.caption)
    assert [deal.id for deal in my.numbers.review(None, 3).deals] == ids[4:7]


def test_a_deal_says_its_customer_and_whose_it_is_also_once_they_have_left(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    my = home.office.at()
    rep = home.user("sales_rep")
    my.deals.add({"deal_name": "D", "deal_value": "9", "customer_id": my.customers.add({"name": "Firm"}),
                  "assigned_to": rep})  # fmt: skip
    name = my.members()[rep]
    home.change(Membership, Membership.user_id == rep, ended_at=clock.now())
    head = next(text for text in said(screen(home, monkeypatch, "pipeline", "tab=review")) if "$9.00" in text)
    assert head.startswith("Firm · $9.00 · ")
    assert f" · {name} · " in head
