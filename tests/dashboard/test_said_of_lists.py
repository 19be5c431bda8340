"""What a screen says where there is nothing, and where what stands there is old."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crm_data import clock
from crm_data.nouns.goals import months_from
from dashboard import runtime
from dashboard.parts.submitted import OLD
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import screen

MINE = "preset=mine"


@pytest.fixture
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def said(home: House, monkeypatch: pytest.MonkeyPatch, page: str, query: str) -> str:
    at = screen(home, monkeypatch, page, query)
    return " ".join(one.value for one in (*at.caption, *at.markdown))


@pytest.mark.parametrize(("page", "kind"), [("tasks", "tasks"), ("pipeline", "deals")])
def test_a_selection_is_not_blamed_where_nothing_is_at_all(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, kind: str
) -> None:
    words = MINE + (f"&tab={kind}" if page == "pipeline" else "")
    assert f"Your {kind} will be listed here" in said(home, monkeypatch, page, words)
    my = home.office.at(0, "sales_rep")
    my.customers.add({"name": "Theirs"})
    customer = next(iter(my.customers.choices()))
    my.tasks.add({"title": "Theirs", "customer_id": customer})
    my.deals.add({"deal_name": "Theirs", "deal_value": "1", "customer_id": customer})
    assert "in Mine. Choose another selection above" in said(home, monkeypatch, page, words)


@pytest.mark.slow
@pytest.mark.parametrize("days", [OLD - 1, OLD, 40])
def test_a_number_that_was_not_given_anew_for_long_is_named(
    home: House, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    month = months_from(datetime.now(UTC).date().replace(day=1), 2)[-1]
    then = datetime.now(UTC) - timedelta(days=days)
    clock.set_source(lambda: then)
    try:
        home.office.at(0, "sales_rep").submissions.give(month, "5")
    finally:
        clock.set_source(None)
    monkeypatch.setattr("dashboard.parts.submitted.months_from", lambda *a: [month])
    told = said(home, monkeypatch, "pipeline", "tab=forecast")
    assert (f"Not updated for {OLD} days or more: " in told) == (days >= OLD)
    assert (f"({days} days)" in told) == (days >= OLD)
