"""What the screens draw as numbers: every figure of every screen opens its rows, and nothing else draws one."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Chart, Figure, Formula, Query, Wanted
from crm_data.store.filters import ME, Condition, Filter, Op
from dashboard import runtime, session
from dashboard.menu import SCREENS
from dashboard.parts import figures as drawing
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.numbers.checking import Checker
from tests.numbers.makers import lost, put_deals, won
from tests.numbers.test_pipeline import some_deals

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = ("overview", "pipeline", "tasks", "dashboards")  # the screens that show numbers of records
LISTS = ("deals", "leads")
TABS = {
    "pipeline": (
        "board",
        "board&as-of=2026-01-31",
        *LISTS,
        "review",
        "forecast",
        "forecast&shown=board",
        "forecast&accuracy=months",
        "changes",
        "insights",
        "insights&by=customer.industry",
        "insights&cohorts=yes",
        "goals",
    ),
    "admin": ("", "stages"),
}
DRAWN = [(one.name, tab) for one in SCREENS for tab in TABS.get(one.name, ("",))]
# What draws a number or a chart, and where that may be called. The rehearsal of an import counts lines of a file
# that no list holds; the refused ones stand below it.
DRAWS = (
    "metric",
    "altair_chart",
    "vega_lite_chart",
    "line_chart",
    "bar_chart",
    "area_chart",
    "scatter_chart",
)
DRAWS += ("plotly_chart", "pyplot", "graphviz_chart", "pydeck_chart", "map")
MAY = {("vega_lite_chart", "dashboard/parts/charts.py"), ("metric", "dashboard/parts/csv_panel.py")}
WARM_UP = "dashboard/warm_page.py"  # drawn before anybody comes, of nothing


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        fill(made)
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def fill(home: House) -> None:
    """Two currencies, closed deals of this and last year, tasks, a customer with more than is shown of it."""
    my, today = home.office.at(), datetime.now(UTC).date()
    some_deals(home.office, 90)
    begun = today.replace(day=1)
    put_deals(
        home.office, [won(begun, 120), won(begun, 80, currency="EUR"), lost(begun), won(today, "10.01")]
    )
    put_deals(home.office, [{"expected_close_date": begun, "deal_value": Decimal("5.55")}] * 25)
    customer = my.customers.add({"name": "Busy"})
    people = home.office.people[0]
    year = date(today.year, 1, 1)
    my.goals.set([Wanted(people["sales_rep"], year, 12, None, "240000")])
    my.goals.set([Wanted(people["user"], year, 3, None, "7000.01")], "EUR")
    first = my.submissions.give(begun, "900.50", "sure")
    my.submissions.give(begun, "1000", seen=first)
    my.submissions.give(begun, "800", over=people["sales_rep"])
    for number in range(23):
        my.deals.add({"deal_name": f"D{number}", "deal_value": "7", "customer_id": customer})
    for day in ("2020-01-01", today.isoformat(), "2090-01-01"):
        my.tasks.add({"title": day, "customer_id": customer, "due_date": day})


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Every figure that goes to the browser from now on."""
    seen: list[Figure] = []
    link, bars = drawing.link, Chart.drawn

    def noted(my, figure, text=""):  # type: ignore[no-untyped-def]
        seen.append(figure)
        return link(my, figure, text)

    def charted(chart):  # type: ignore[no-untyped-def]
        seen.extend(figure for bar in chart.bars for figure in (bar.figure, bar.beside) if figure)
        return bars(chart)

    monkeypatch.setattr(drawing, "link", noted)
    monkeypatch.setattr(Chart, "drawn", charted)
    return seen


def screen(home: House, monkeypatch: pytest.MonkeyPatch, page: str, query: str = "") -> AppTest:
    """A screen at an address, drawn for a manager."""
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60)
    at.run()
    for name, value in parse_qsl(query):
        at.query_params[name] = value
    if page != SCREENS[0].name:
        at.switch_page(f"../pages/{page}.py")
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Of every number in a tile or table from now on: its address, and how it is made as is said there, or ''."""
    said: list[tuple[str, str]] = []
    draw = drawing.draw

    def noted(key, kind, items, heads=(), means=()):  # type: ignore[no-untyped-def]
        for item in items if kind != "line" else ():
            for at, cell in enumerate(item.get("cells", ()), 1):
                if cell is not None:
                    at_itself = cell["exact"].partition(" Opens ")[2].partition(". ")[2]
                    at_head = means[at] if at < len(means) else ""
                    said.append((cell["address"], at_head or item["means"] or at_itself))
            if kind == "tiles":
                said.append((item["value"]["address"], item["means"]))
        return draw(key, kind, items, heads, means)

    monkeypatch.setattr(drawing, "draw", noted)
    return said


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "period=this_year", "period=all&currency=EUR"])
@pytest.mark.parametrize(("page", "tab"), DRAWN)
def test_every_figure_of_every_screen_opens_its_rows(
    home: House,
    monkeypatch: pytest.MonkeyPatch,
    drawn: list[Figure],
    explained: list[tuple[str, str]],
    page: str,
    tab: str,
    query: str,
) -> None:
    if page == "record":
        query = "kind=customer&id=" + str(max(home.office.at().customers.choices()))
    at = screen(home, monkeypatch, page, f"tab={tab}&{query}" if tab else query)
    views = next((list(group.options) for group in at.button_group if group.label == "View"), [])
    assert page != "pipeline" or len(views) == len({tab.partition("&")[0] for tab in TABS["pipeline"]})
    checker = Checker(home.office.at())
    for figure in drawn:
        checker.check(figure)
    assert page not in NUMBERS[:2] or tab in (*LISTS, "review") or len(drawn) > 15
    assert all(any(formula.value in said for formula in Formula) for _, said in explained), explained
    assert tab not in ("forecast", "changes", "insights", "goals") or len(explained) > 10


FILTERS = [
    (
        Filter(
            (Condition("deal_value", Op.MORE, (Decimal(3),)), Condition("deal_name", Op.HAS_NOT, ("zz",)))
        ),
        "Value is more than 3.00, Name does not contain zz",
    ),
    (
        Filter((Condition("assigned_to", Op.ANY, (ME, None)),)),
        " is me or nobody",
    ),  # of a goal the person, of a deal the owner
]


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "words"), FILTERS)
@pytest.mark.parametrize("tab", TABS["pipeline"])
def test_every_number_says_the_filter_that_its_rows_meet(
    home: House,
    monkeypatch: pytest.MonkeyPatch,
    explained: list[tuple[str, str]],
    tab: str,
    asked: Filter,
    words: str,
) -> None:
    """Whichever screen draws it: what stands in its address is said where it is explained."""
    set_ = home.office.at().deals.params(Query(filter=asked))
    screen(home, monkeypatch, "pipeline", f"tab={tab}&{urlencode(set_)}")
    (name,) = set_
    narrowed = [said for address, said in explained if name in dict(parse_qsl(urlsplit(address).query))]
    assert [said for said in narrowed if words not in said.partition(" Filter: ")[2]] == []
    assert (
        len(narrowed) > 10
        or tab.partition("&")[0] not in ("forecast", "changes", "insights")
        or "shown=" in tab
    )


@pytest.mark.slow
def test_the_list_that_is_reached_has_as_many(
    home: House, monkeypatch: pytest.MonkeyPatch, drawn: list[Figure]
) -> None:
    """The address as the browser follows it, through the list's own screen."""
    for page in NUMBERS[:2]:
        for tab in TABS.get(page, ("",)):
            screen(home, monkeypatch, page, f"tab={tab}" if tab else "")
    my, kinds = home.office.at(), {}
    for figure in list(drawn):
        address = drawing.link(my, figure).address
        said = parse_qsl(urlsplit(address).query)
        asked = tuple((name, value.partition(":")[0] if name == "preset" else "") for name, value in said)
        kinds.setdefault((urlsplit(address).path, asked), (address, figure.count))  # one of each kind
    assert len(kinds) > 15
    for address, count in kinds.values():
        parts = urlsplit(address)
        at = screen(home, monkeypatch, parts.path.strip("/"), parts.query)
        notes = [caption.value.replace(",", "") for caption in at.caption]
        assert any(note.split(" ")[0] == str(count) for note in notes), (address, count, notes)


def test_nothing_draws_a_number_without_a_figure() -> None:
    found = set()
    for path in [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("pages/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in DRAWS:
                found.add((node.attr, path.relative_to(ROOT).as_posix()))
    assert {pair for pair in found if pair[1] != WARM_UP} == MAY


@pytest.mark.parametrize(
    "said", [None, 1, "x", [1], [{"bar": ["x"]}], [{"bar": "Prospect|Value;--"}], {"bar": 2}]
)
def test_a_bar_that_was_not_drawn_opens_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    from dashboard.parts import charts

    chart = home.office.at().numbers.by_stage().chart
    monkeypatch.setattr(charts.st, "vega_lite_chart", lambda *a, **k: {"selection": {"pick": said}})
    assert charts.draw_one(charts.prepare("stage", chart, ""), "key", lambda: None) is None
