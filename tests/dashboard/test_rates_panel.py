"""Exchange rates on the screen: an admin sets and removes them, and Insights offers all currencies in one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Query, Wanted
from dashboard import runtime, session
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.support.told import told


@pytest.fixture
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def at(home: House, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Opens a page as somebody."""

    def opened(role: str, page: str, **query: str) -> AppTest:
        held = home.token(role)
        monkeypatch.setattr(session, "token", lambda: held)
        tab = AppTest.from_file(str(SCRIPT), default_timeout=120)
        for name, value in query.items():
            tab.query_params[name] = value
        tab.run()
        return tab.switch_page(f"../pages/{page}.py").run()

    return opened


def put(tab: AppTest, currency: str, rate: str, day: date) -> AppTest:
    tab.selectbox(key="rates.currency").set_value(currency)
    tab.text_input(key="rates.rate").set_value(rate)
    tab.date_input(key="rates.day").set_value(day)
    next(button for button in tab.button if button.label == "Set the rate").click()
    tab.run()
    assert not tab.exception
    return tab


def test_an_admin_sets_a_rate_corrects_it_and_takes_it_away(home: House, at) -> None:  # type: ignore[no-untyped-def]
    rates, day = home.office.at(0, "admin").exchange_rates, date(2026, 1, 1)
    tab = put(at("admin", "admin", tab="company"), "EUR", "1.08", day)
    assert not tab.error
    # The browser is told that the form is empty: else it puts what stands there into the next rate.
    rate, currency = tab.text_input(key="rates.rate"), tab.selectbox(key="rates.currency")
    assert [(one.value or "", one.proto.set_value) for one in (rate, currency)] == [("", True)] * 2
    tab = put(tab, "EUR", "1.1", day)
    assert not tab.error
    assert [(one.currency, one.rate, one.holds_from) for one in rates.all()] == [("EUR", Decimal("1.1"), day)]
    tab = put(tab, "EUR", "0", day)
    assert [error.value for error in tab.error] == ["Rate: a rate is above zero, as 1.0825."]
    assert rates.all()[0].rate == Decimal("1.1")
    (held,) = rates.all()
    tab.selectbox(key="rates.which").set_value(held.id).run()
    tab.button(key="rates.remove").click().run()
    assert not tab.exception
    assert not tab.error
    assert rates.all() == []


def test_a_rate_that_somebody_else_has_set_meanwhile_is_not_written_over(home: House, at) -> None:  # type: ignore[no-untyped-def]
    rates, day = home.office.at(0, "admin").exchange_rates, date(2026, 1, 1)
    tab = at("admin", "admin", tab="company")
    rates.set("EUR", day, "1.2")
    tab = put(tab, "EUR", "1.3", day)
    assert len(tab.error) == 1
    assert rates.all()[0].rate == Decimal("1.2")


def test_who_is_no_admin_is_shown_no_form(at) -> None:  # type: ignore[no-untyped-def]
    tab = at("manager", "admin", tab="company")
    assert not [one for one in tab.text_input if one.key and one.key.startswith("rates.")]


SCREENS = {
    "overview": ("overview", {}),
    "board": ("pipeline", {"tab": "board"}),
    "insights": ("pipeline", {"tab": "insights", "by": "assigned_to"}),
    "forecast": ("pipeline", {"tab": "forecast"}),
    "forecast as a board": ("pipeline", {"tab": "forecast", "shown": "board"}),
    "changes": ("pipeline", {"tab": "changes"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_all_currencies_in_one_are_offered_where_there_are_rates(home: House, at, screen: str) -> None:  # type: ignore[no-untyped-def]
    page, asks = SCREENS[screen]
    some_deals(home)
    assert not offered(at("manager", page, **asks))
    home.office.at(0, "admin").exchange_rates.set("EUR", date(2025, 6, 1), "1.1")
    tab = at("manager", page, **asks)
    (choice,) = offered(tab)
    tab.segmented_control(key=choice.key).set_value(True).run()
    assert not tab.exception
    assert "1 EUR = 1.1 USD since 1 Jun 2025" in " ".join(caption.value for caption in tab.caption)
    drawn = str([told(tab, name) for name in ("figures", "board")])
    assert "1 deal without a rate of their day" in drawn
    assert "$1,200.00" in drawn
    assert "converted" in str(tab.query_params.get("preset"))
    (choice,) = offered(tab)
    tab.segmented_control(key=choice.key).set_value(False).run()
    assert "$1,200.00" not in str([told(tab, name) for name in ("figures", "board")])


@pytest.mark.slow
def test_given_forecasts_and_accuracy_are_told_in_one(home: House, at) -> None:  # type: ignore[no-untyped-def]
    some_deals(home)
    my, month = home.office.at(), datetime.now(UTC).date().replace(day=1)
    rep = home.office.people[0]["sales_rep"]
    my.submissions.give(month, "2000", over=rep, currency="EUR")
    my.submissions.give(month, "30", over=rep)
    home.office.at(0, "admin").exchange_rates.set("EUR", date(2025, 6, 1), "1.1")
    tab = at("manager", "pipeline", tab="forecast")
    assert [one for one in tab.button if one.label == "Give a forecast"]
    (choice,) = offered(tab)
    tab.segmented_control(key=choice.key).set_value(True).run()
    assert not tab.exception
    assert "$2,230.00" in str(told(tab, "figures"))
    said = " ".join(caption.value for caption in tab.caption)
    assert "A goal or a given forecast is converted by the rate of its month's last day" in said
    assert not [one for one in tab.button if one.label == "Give a forecast"]
    every = my.numbers.submitted(Query(preset="converted"), month).every
    assert every
    tab = at(
        "manager",
        "pipeline",
        **{"tab": "forecast", "given": "all", **my.submissions.params(every.rows.query)},
    )
    said = " ".join(caption.value for caption in tab.caption).replace("\\", "")
    assert "2 numbers behind the number that led here, $2,230.00 in all." in said
    assert "$2,200.00" in str(told(tab, "grid"))
    tab = at("manager", "pipeline", tab="forecast", accuracy="months", preset="converted")
    assert not tab.exception
    assert offered(tab)
    said = " ".join(caption.value for caption in tab.caption)
    assert "What a deal was worth then is converted by the rate that it has now" in said


def test_goals_are_told_in_one_and_set_in_theirs(home: House, at) -> None:  # type: ignore[no-untyped-def]
    my, today = home.office.at(), datetime.now(UTC).date()
    user, month = home.office.people[0]["sales_rep"], today.replace(day=1)
    my.goals.set([Wanted(user, month, 1, None, "50")])
    my.goals.set([Wanted(user, month, 1, None, "1000")], "EUR")
    assert not offered(at("manager", "pipeline", tab="goals"))
    home.office.at(0, "admin").exchange_rates.set("EUR", date(2025, 6, 1), "1.1")
    tab = at("manager", "pipeline", tab="goals", year=str(today.year))
    (choice,) = offered(tab)
    assert "$1,150.00" not in str(told(tab, "figures"))
    tab.segmented_control(key=choice.key).set_value(True).run()
    assert not tab.exception
    assert "$1,150.00" in str(told(tab, "figures"))
    said = " ".join(caption.value for caption in tab.caption)
    assert "1 EUR = 1.1 USD since 1 Jun 2025" in said
    assert "the rate of its month's last day" in said
    assert not told(tab, "goals_grid")
    goal = my.numbers.goal_year(Query(preset="converted")).months[today.month - 1].figures[0]
    tab = at("manager", "pipeline", tab="goals", **my.goals.params(goal.rows.query))
    said = " ".join(caption.value for caption in tab.caption).replace("\\", "")
    assert "2 goals behind the number that led here, $1,150.00 for the whole of their months." in said
    # One without a rate: the goal is not available, and opens it.
    my.goals.set([Wanted(user, month, 1, None, "7")], "CHF")
    goal = my.numbers.goal_year(Query(preset="converted")).months[today.month - 1].figures[0]
    tab = at("manager", "pipeline", tab="goals", **my.goals.params(goal.rows.query))
    assert (
        "1 goal behind the number that led here, without a rate of their month or too large to convert."
        in " ".join(caption.value for caption in tab.caption)
    )
    assert "7.00" in str(told(tab, "grid"))


def test_a_chart_and_a_dashboard_can_be_of_all_currencies(home: House, at) -> None:  # type: ignore[no-untyped-def]
    some_deals(home)
    asks = {"make": "new", "chart_measure": "sum:deal_value", "chart_picture": "number"}
    assert not [one for one in at("manager", "dashboards", **asks).toggle if one.label == "All, in USD"]
    home.office.at(0, "admin").exchange_rates.set("EUR", date(2025, 6, 1), "1.1")
    tab = at("manager", "dashboards", **asks)
    tab.toggle(key="chart.all").set_value(True).run()
    assert not tab.exception
    assert tab.query_params["chart_currency"] in ("*", ["*"])
    assert "$1,200.00" in str(told(tab, "figures"))
    assert "1 deal without a rate of their day" in str(told(tab, "figures"))
    tab.button(key="chart.save").click().run()
    board = home.office.at().dashboards.all()[0]
    assert home.office.at().dashboards.get(board.id).tiles[0].own.currency == "*"
    tab = at("manager", "dashboards", board=str(board.id))
    assert "$1,200.00" in str(told(tab, "figures"))
    assert "1 deal without a rate of their day" in str(told(tab, "figures"))
    tab.selectbox(key="boards.over.currency").set_value("USD").run()
    assert "$100.00" in str(told(tab, "figures"))
    assert "without a rate" not in str(told(tab, "figures"))
    tab.toggle(key="boards.over.all").set_value(True).run()
    assert "$1,200.00" in str(told(tab, "figures"))


def some_deals(home: House) -> None:
    """One of each currency; for one of them there is never a rate."""
    my = home.office.at()
    customer = my.customers.add({"name": "Firm"})
    for currency, value in (("USD", "100"), ("EUR", "1000"), ("CHF", "1")):
        deal = {"deal_name": currency, "deal_value": value, "currency": currency, "customer_id": customer}
        my.deals.add(deal)


def offered(tab: AppTest) -> list:  # type: ignore[type-arg]
    return [one for one in tab.segmented_control if one.label == "Currency"]
