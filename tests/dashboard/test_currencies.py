"""A currency is chosen from a list wherever one is asked for: on every screen and in every form of a field."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Workspace
from crm_data.installation import Installation
from crm_data.numbers.own import ALL
from crm_data.store.currencies import codes
from crm_data.store.store import Store
from crm_data.tables import by_name
from crm_data.tables.fields import fields_of
from dashboard import runtime, session
from dashboard.parts.currencies import FIRST, called
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import DRAWN, ROOT, screen
from tests.support.own import own_settings

TYPED = ("text_input", "text_area", "number_input")
MAKING = "make=new&chart_kind=deals&chart_measure=sum:deal_value"


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def typed(at: AppTest) -> list[str]:
    """The labels and hints of all that is typed on a screen."""
    return [f"{box.label} {box.proto.placeholder}" for kind in TYPED for box in getattr(at, kind)]


def test_no_code_asks_for_one_in_a_text_box() -> None:
    for path in [*Path(ROOT).glob("dashboard/**/*.py"), *Path(ROOT).glob("pages/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TYPED:
                assert "currenc" not in ast.unparse(node).casefold(), (path, node.lineno)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "tab"), [*DRAWN, ("admin", "company"), ("dashboards", MAKING)])
def test_no_screen_asks_for_one_in_a_text_box(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, tab: str
) -> None:
    if page == "record":
        return
    query = tab if "=" in tab.partition("&")[0] else f"tab={tab}" if tab else ""
    at = screen(home, monkeypatch, page, query)
    assert not [said for said in typed(at) if "currenc" in said.casefold()]


DECLARED = [
    (kind, name)
    for kind in (*Workspace.kinds, "companies", "exchange_rates", "goals", "submissions")
    for name in fields_of(by_name(kind))
    if name == "currency"
]


@pytest.mark.parametrize(("kind", "name"), DECLARED)
def test_a_form_has_a_list_of_them(kind: str, name: str) -> None:
    """Whatever stands there at first is kept, also a code that there is not."""

    def drawn(kind: str, name: str, start: str | None) -> None:
        from crm_data.tables import by_name
        from crm_data.tables.fields import fields_of
        from dashboard.parts.widgets import widget

        widget("place", fields_of(by_name(kind))[name], start, {})

    for start in ("EUR", "XTS", "QQQ", None):
        at = AppTest.from_function(drawn, args=(kind, name, start)).run()
        (one,) = at.selectbox
        assert not typed(at)
        assert one.value == start
        assert any(option.startswith("CHF, Swiss") for option in one.options)


def test_all_that_there_are_are_offered_the_usual_ones_first() -> None:
    assert set(called()) == codes()
    assert tuple(called())[: len(FIRST)] == FIRST
    assert called()["EUR"] == "EUR, Euro"


@pytest.mark.slow
def test_a_chart_keeps_what_is_chosen_and_may_choose_none(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = screen(home, monkeypatch, "dashboards", MAKING)
    assert at.selectbox(key="chart.currency").value is None
    at.selectbox(key="chart.currency").set_value("CHF").run()
    assert at.query_params["chart_currency"] in ("CHF", ["CHF"])
    at.selectbox(key="chart.currency").set_value(None).run()
    assert not at.exception
    assert at.query_params.get("chart_currency") in (None, "", [""])
    at = screen(home, monkeypatch, "dashboards", f"{MAKING}&chart_currency={ALL}")
    assert at.selectbox(key="chart.currency").value is None


def test_setting_up_offers_the_usual_one(monkeypatch: pytest.MonkeyPatch, new_database: Any) -> None:
    settings = own_settings(new_database("sqlite").url)
    store = Store(settings.database_url)
    runtime.use(store, settings)
    monkeypatch.setattr(session, "token", lambda: None)
    monkeypatch.setattr(session, "address", lambda: "192.0.2.1")
    at = AppTest.from_file(str(SCRIPT), default_timeout=60)
    at.query_params["link"] = Installation(store, settings).links.setup() or ""
    at.run()
    (one,) = (box for box in at.selectbox if box.label == "Currency")
    assert one.value == "USD"
    runtime.stop()
    store.close()
