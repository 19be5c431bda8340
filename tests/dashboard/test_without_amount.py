"""Charts of deals that have no amount: they are not called none, and no period is offered that holds no more."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from crm_data import Workspace
from crm_data.numbers.own import Own
from dashboard import runtime
from dashboard.parts import charts
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import screen


@pytest.fixture
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def my(home: House) -> Workspace:
    found = home.office.at()
    customer = found.customers.add({"name": "Firm"})
    found.deals.add({"deal_name": "Open", "deal_value": "0", "customer_id": customer})
    found.deals.add({"deal_name": "Lost", "deal_value": "0", "customer_id": customer, "stage": "closed_lost",
                     "loss_reason": "Price"})  # fmt: skip
    return found


@pytest.mark.slow
def test_they_are_not_called_none(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    board = my.dashboards.add("Ours", [Own("deals", "stage", "sum:deal_value")])
    for page, query in (("pipeline", "tab=insights"), ("dashboards", f"board={board}")):
        said = [caption.value for caption in screen(home, monkeypatch, page, query).caption]
        assert charts.NO_AMOUNT in said, page
        assert not [text for text in said if text.startswith(("There are no", "No open deal has"))], page


@pytest.mark.slow
def test_only_a_period_that_holds_more_is_offered(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = my.numbers.closed_days()
    assert closed is not None
    before = closed.first - timedelta(days=400)
    for first, last, offered in ((before, closed.last, False), (before, before + timedelta(days=9), True)):
        at = screen(home, monkeypatch, "pipeline", f"tab=insights&period={first}..{last}")
        assert any(button.label.startswith("Show ") for button in at.button) is offered
