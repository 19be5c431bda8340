"""A chart by the recipe: in a copy of the house it is drawn, and a click on each bar opens exactly its rows."""

from pathlib import Path

import pytest

from tests.migrations.test_write import copy, told
from tests.recipes import follow

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_data.store import migrating
from dashboard import runtime, session
from dashboard.parts import charts
from tests.dashboard.house import house
from tests.numbers.checking import Checker
from tests.numbers.test_pipeline import some_deals

url = sys.argv[1]
migrating.upgrade(url)
with house(url) as home:
    some_deals(home.office, 60)
    some_deals(home.office, 20, company=1)
    my = home.office.at(0, "manager")
    chart, checker = my.numbers.by_status(), Checker(my)
    _, behind = chart.drawn()
    assert len(behind) == 3 and not chart.empty
    runtime.use(home.office.store, home.settings)
    token = home.token("manager")
    session.token = lambda: token
    at = AppTest.from_file("dashboard/app.py", default_timeout=60).run()
    at.query_params["tab"] = "insights"
    at.switch_page("../pages/pipeline.py").run()
    assert not at.exception, at.exception
    drawn = [one.proto for kind in ("vega_lite_chart", "arrow_vega_lite_chart") for one in at.get(kind)]
    assert "By status (USD)" in str(drawn)
    for bar, figure in behind.items():  # a click on each of its bars
        charts.st.vega_lite_chart = lambda *a, **k: {"selection": {"pick": [{"bar": bar}]}}
        clicked = charts.draw_one(charts.prepare("status", chart, ""), "key", lambda: None)
        assert clicked is figure
        checker.check(clicked)
        assert clicked.count == len(checker.rows(clicked)) > 0
    runtime.stop()
print("drawn")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with the chart, made by the recipe and nothing else."""
    folder = copy(tmp_path_factory.mktemp("chart") / "copy")
    follow(folder, "A chart of your own")
    return folder


def test_the_recipe_is_in_the_style_of_the_house(made: Path) -> None:
    rooms = ("crm_data", "dashboard")
    told(made, "-m", "ruff", "check", *rooms)
    told(made, "-m", "ruff", "format", "--check", *rooms)


def test_it_is_drawn_and_a_click_opens_its_rows(made: Path, tmp_path: Path) -> None:
    assert told(made, "-c", SCRIPT, f"sqlite:///{tmp_path}/crm.db").endswith("drawn")


def test_what_is_generated_from_the_code_finds_it(made: Path) -> None:
    said = told(
        made, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not postgres and not browser",
        "tests/numbers/test_figures.py", "-k", "opens_its_rows and by_status",
    )  # fmt: skip
    assert "1 passed" in said
