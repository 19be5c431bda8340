"""The one control of period: what is chosen stands in the address, and what is empty offers another."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from crm_data.accounts.layouts import Layouts
from crm_data.errors import Unavailable
from crm_data.tables import GridLayout
from dashboard import runtime
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import screen
from tests.numbers.makers import put_deals, won


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        put_deals(made.office, [won(date(2017, 3, 1), 40), won(date(2017, 12, 31), "2.50")])
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture(autouse=True)
def _nothing_is_remembered(home: House) -> None:
    with home.office.store.system("habits") as session:
        session.execute(sa.delete(GridLayout))


def address(at: AppTest) -> dict[str, str]:
    """The parameters of the address."""
    said = {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}
    assert said.pop("tab") == "insights"
    return said


@pytest.mark.slow
def test_a_period_is_chosen_by_name_and_by_days(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights&q=Deal")
    choice = at.selectbox(key="period.word")
    assert (choice.label, choice.value) == ("Period", "90_days")
    assert {"This month", "Last quarter", "Last year", "All time", "2017"} <= set(choice.options)
    at.selectbox(key="period.word").set_value("last_quarter").run()
    assert address(at) == {"q": "Deal", "period": "last_quarter"}
    at.selectbox(key="period.word").set_value("from_to").run()
    at.date_input(key="period.days").set_value((date(2017, 2, 3), date(2017, 3, 4))).run()
    assert address(at) == {"q": "Deal", "period": "2017-02-03..2017-03-04"}
    at.selectbox(key="period.word").set_value("90_days").run()
    assert address(at) == {"q": "Deal"}
    assert not at.exception


@pytest.mark.slow
def test_what_is_empty_offers_the_days_that_have_something(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights")
    said = [caption.value for caption in at.caption]
    assert any("nothing was won in USD" in text for text in said)
    at.button(key="charts.month.known").click().run()
    assert address(at) == {"period": "2017-03-01..2017-12-31"}
    tiles = home.office.at().numbers.tiles(period=home.office.at().numbers.period(address(at)["period"]))
    assert tiles[0].value == Decimal("42.50")
    assert not [caption.value for caption in at.caption if "nothing was won" in caption.value]


@pytest.mark.slow
@pytest.mark.parametrize("tab", ["insights", "forecast"])
def test_so_does_the_control_itself_where_the_period_misses_all(
    home: House, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    at = screen(home, monkeypatch, "pipeline", f"tab={tab}")
    at.button(key="period.known").click().run()
    assert "2017-03-01..2017-12-31" in at.query_params["period"]
    assert not [button for button in at.button if button.key == "period.known"]
    beside = screen(home, monkeypatch, "pipeline", f"tab={tab}&period=2017-12-31..2018-01-05")
    assert not [button for button in beside.button if button.key == "period.known"]


@pytest.mark.slow
def test_a_period_that_is_none_is_said(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights&period=yesteryear")
    assert any("not a date" in warning.value or "cannot be read" in warning.value for warning in at.warning)
    assert at.selectbox(key="period.word").value == "90_days"


@pytest.mark.slow
def test_what_it_is_compared_with_is_chosen_too(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights&period=2017")
    at.selectbox(key="period.compare").set_value("year").run()
    assert address(at) == {"period": "2017", "compare": "year"}
    assert any(caption.value == "2017, compared with 2016" for caption in at.caption)
    at.selectbox(key="period.compare").set_value("none").run()
    assert address(at) == {"period": "2017", "compare": "none"}
    assert not any("compared with" in caption.value for caption in at.caption)
    at.selectbox(key="period.compare").set_value("before").run()
    assert address(at) == {"period": "2017"}


@pytest.mark.slow
@pytest.mark.parametrize("view", ["tab=forecast", "tab=forecast&accuracy=months"])
def test_a_screen_that_compares_with_nothing_does_not_ask_for_it_and_keeps_it(
    home: House, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    at = screen(home, monkeypatch, "pipeline", f"{view}&period=2017&compare=year")
    assert "period.compare" not in {choice.key for choice in at.selectbox}
    assert "2017" in [caption.value for caption in at.caption]
    at.selectbox(key="period.word").set_value("all").run()
    assert "year" in at.query_params["compare"]


@pytest.mark.slow
def test_a_quarter_of_a_past_year_is_offered_by_name(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights")
    assert {"Q1 2017", "Q4 2017"} <= set(at.selectbox(key="period.word").options)
    at.selectbox(key="period.word").set_value("2017-q1").run()
    assert address(at) == {"period": "2017-q1"}


@pytest.mark.slow
def test_a_tab_remembers_the_period(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights&period=2017-q1&compare=year")
    at.query_params.clear()
    at.query_params["tab"] = "insights"
    at.run()
    assert address(at) == {"period": "2017-q1", "compare": "year"}
    assert at.selectbox(key="period.word").value == "2017-q1"
    at.selectbox(key="period.word").set_value("90_days").run()
    at.query_params.clear()
    at.query_params["tab"] = "insights"
    at.run()
    assert address(at) == {"compare": "year"}
    assert at.selectbox(key="period.word").value == "90_days"


@pytest.mark.slow
@pytest.mark.parametrize("tab", ["insights", "forecast", "forecast&accuracy=months"])
def test_a_person_finds_it_on_another_machine(home: House, monkeypatch: pytest.MonkeyPatch, tab: str) -> None:
    at = screen(home, monkeypatch, "pipeline", f"tab={tab}&compare=year")
    at.selectbox(key="period.word").set_value("last_year").run()
    elsewhere = screen(home, monkeypatch, "pipeline", f"tab={tab}")
    assert elsewhere.selectbox(key="period.word").value == "last_year"
    assert "last_year" in elsewhere.query_params["period"]
    assert "year" in elsewhere.query_params["compare"]
    linked = screen(home, monkeypatch, "pipeline", f"tab={tab}&period=2017")
    assert linked.selectbox(key="period.word").value == "2017", "a link says what its sender saw"
    again = screen(home, monkeypatch, "pipeline", f"tab={tab}")
    assert again.selectbox(key="period.word").value == "last_year", "and changes nobody's habit"


def test_what_is_remembered_and_means_nothing_is_left_aside(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.office.at(0, "manager").layouts.keep_period("yesteryear", "before")
    at = screen(home, monkeypatch, "pipeline", "tab=insights")
    assert (at.selectbox(key="period.word").value, list(at.warning)) == ("90_days", [])


def test_it_is_chosen_also_where_it_cannot_be_remembered(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Layouts, word: str, compare: str) -> None:
        raise Unavailable

    monkeypatch.setattr(Layouts, "keep_period", busy)
    at = screen(home, monkeypatch, "pipeline", "tab=insights")
    at.selectbox(key="period.word").set_value("all").run()
    assert address(at) == {"period": "all"}
    assert not at.exception


@pytest.mark.slow
def test_what_the_funnel_is_of_stands_in_the_address(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "pipeline", "tab=insights&period=2017&q=Deal")
    said = {"period": "2017", "q": "Deal"}
    at.button_group(key="funnel.base").set_value("moved").run()
    assert address(at) == said | {"funnel": "moved"}
    at.toggle(key="funnel.skipped").set_value(False).run()
    assert address(at) == said | {"funnel": "moved", "skipped": "no"}
    at.selectbox(key="period.word").set_value("2017-q1").run()
    said["period"] = "2017-q1"
    assert address(at) == said | {"funnel": "moved", "skipped": "no"}
    opened = screen(home, monkeypatch, "pipeline", f"tab=insights&{urlencode(address(at))}")
    assert (opened.button_group(key="funnel.base").value, opened.toggle(key="funnel.skipped").value) == (
        "moved",
        False,
    )
    opened.button_group(key="funnel.base").set_value("made").run()
    opened.toggle(key="funnel.skipped").set_value(True).run()
    assert address(opened) == said
    odd = screen(home, monkeypatch, "pipeline", "tab=insights&funnel=sideways&skipped=maybe")
    assert (odd.button_group(key="funnel.base").value, odd.toggle(key="funnel.skipped").value) == (
        "made",
        True,
    )
    assert not odd.exception
