"""The dashboards' screen: one for each role, ones own made, changed and taken back."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Own, Workspace
from crm_data.numbers.over import Over
from crm_data.numbers.own import dates_of, groups_of, measures_of
from crm_data.numbers.standard_boards import STANDARD
from crm_data.rights import ROLES
from dashboard import runtime, session
from dashboard.parts.chart_link import USUAL, of_list
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        my = made.office.at(0, "manager")
        customer = my.customers.add({"name": "Firm"})
        for value in ("10.50", "20"):
            my.deals.add({"deal_name": "D", "deal_value": value, "customer_id": customer})
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def my(home: House) -> Workspace:
    return home.office.at(0, "manager")


def drawn(home: House, patch: pytest.MonkeyPatch, role: str = "manager", **params: str) -> AppTest:
    held = home.token(role)
    patch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    for name, value in params.items():
        at.query_params[name] = value
    at.switch_page("../pages/dashboards.py").run()
    assert not at.exception, at.exception
    return at


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def charts(my: Workspace, id_: int) -> list[str]:
    return [tile.own.name for tile in my.dashboards.get(id_).tiles]


@pytest.mark.slow
def test_each_role_has_one_to_begin_with(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ROLES:
        at = drawn(home, monkeypatch, role)
        assert at.selectbox(key="boards.choice").value == role
        assert "New chart" not in labels(at)
        assert not at.warning


def test_all_that_comes_with_foyer_is_a_chart(my: Workspace) -> None:
    assert tuple(STANDARD) == ROLES
    for _, own in STANDARD.values():
        for each in own:
            my.numbers.own(each)
            assert each.name


def test_a_chart_of_every_list_is_one(my: Workspace) -> None:
    assert tuple(USUAL) == my.kinds
    for kind, by in USUAL.items():
        records = my.records(kind)
        assert by in groups_of(records)
        assert measures_of(records)
        assert dates_of(records)
        assert my.numbers.own(Own.read(of_list(kind, {"q": "x"}))).bars == []


@pytest.mark.slow
def test_a_chart_of_a_list_is_made_and_taken_back(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = drawn(home, monkeypatch, **of_list("deals", {"q": "D"}))
    assert any("D is in it" in caption.value for caption in at.caption)
    at.selectbox(key="chart.measure").set_value("sum:deal_value").run()
    at.selectbox(key="chart.picture").set_value("table").run()
    at.text_input(key="chart.name").input("What D is worth").run()
    at.button(key="chart.save").click().run()
    assert not at.exception, at.exception
    (board,) = my.dashboards.all()
    (tile,) = my.dashboards.get(board.id).tiles
    assert (tile.own.name, tile.own.measure, tile.own.asks) == (
        "What D is worth",
        "sum:deal_value",
        {"q": "D"},
    )
    assert "New chart" in labels(at)
    at.button(key="undo.button").click().run()
    assert my.dashboards.all() == []


@pytest.mark.slow
def test_charts_change_places_and_are_taken_away(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = my.dashboards.add("Ours", [Own(name="One"), Own(name="Two", picture="table")], shared=True)
    first, second = (tile.id for tile in my.dashboards.get(id_).tiles)
    at = drawn(home, monkeypatch, board=str(id_))
    at.button(key=f"boards.{id_}.{first}.arrow_forward").click().run()
    assert charts(my, id_) == ["Two", "One"]
    at.button(key=f"boards.{id_}.{second}.delete").click().run()
    assert charts(my, id_) == ["One"]
    at.button(key="undo.button").click().run()
    assert charts(my, id_) == ["Two", "One"]
    at.button(key=f"boards.{id_}.{first}.edit").click().run()
    assert at.selectbox(key="chart.by").value == "stage"
    at.selectbox(key="chart.by").set_value("status").run()
    at.button(key="chart.save").click().run()
    assert [tile.own.by for tile in my.dashboards.get(id_).tiles] == ["stage", "status"]
    my.dashboards.remove(id_)


def test_another_sees_it_and_copies_it(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = my.dashboards.add("Ours", [Own(name="One")], shared=True)
    at = drawn(home, monkeypatch, "user", board=str(id_))
    assert {"Change", "New chart", "Take away"}.isdisjoint(labels(at))
    at.button(key="boards.copy").click().run()
    theirs = home.office.at(0, "user").dashboards
    (copy,) = (board for board in theirs.all() if board.mine)
    assert (copy.name, charts(home.office.at(0, "user"), copy.id)) == ("Ours, copy", ["One"])
    theirs.remove(copy.id)
    my.dashboards.remove(id_)


@pytest.mark.parametrize("asked", ["0", "999999", "x", "''", "-1"])
def test_an_address_of_nothing_is_said(home: House, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    at = drawn(home, monkeypatch, board=asked)
    (warning,) = at.warning
    assert "no such dashboard" in warning.value
    assert at.selectbox(key="boards.choice").value == "manager"


@pytest.mark.slow
def test_a_period_over_all_charts_is_chosen_kept_and_taken_back(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Own("deals", "", dated="created_at", picture="number", name="Made", width="half")
    id_ = my.dashboards.add("With a period", [own])
    at = drawn(home, monkeypatch, board=str(id_), period="this_year", compare="before", currency="EUR")
    assert at.selectbox(key="boards.over.period").value == "this_year"
    assert at.selectbox(key="boards.over.compare").value == "before"
    assert my.dashboards.get(id_).over == Over(), "an address alone keeps nothing"
    at.button(key="boards.over.keep").click().run()
    assert my.dashboards.get(id_).over == Over("this_year", "before", "EUR")
    assert "Keep for this dashboard" not in labels(at)
    at = drawn(home, monkeypatch, board=str(id_))
    assert at.selectbox(key="boards.over.period").value == "this_year"
    at = drawn(home, monkeypatch, board=str(id_), period="each")
    assert at.selectbox(key="boards.over.period").value == ""
    my.changes.undo(my.changes.page()[0][0].id)
    assert my.dashboards.get(id_).over == Over()
    at = drawn(home, monkeypatch, board=str(id_), period="sometime")
    assert "Period: that is not a date" in at.warning[0].value
    assert "Keep for this dashboard" not in labels(drawn(home, monkeypatch, period="this_year")), (
        "it is no one's"
    )


@pytest.mark.slow
def test_somebody_elses_own_is_none(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = home.office.at(0, "user").dashboards.add("Secret plan", [Own(name="Hidden")])
    for role in ("manager", "admin"):
        at = drawn(home, monkeypatch, role, board=str(id_))
        assert len(at.warning) == 1
        assert not any("Secret" in str(option) for option in at.selectbox(key="boards.choice").options)


@pytest.mark.parametrize(
    "bad",
    [
        {"chart_kind": "users"},
        {"chart_by": "company_id"},
        {"chart_measure": "sum:id"},
        {"chart_picture": "pie"},
        {"chart_asks": "{"},
        {"chart_asks": '{"preset":"no"}'},
        {"chart_dated": "created_at", "chart_period": "never"},
    ],
)
def test_a_link_to_a_chart_that_cannot_be_is_said(
    home: House, monkeypatch: pytest.MonkeyPatch, bad: dict[str, str]
) -> None:
    at = drawn(home, monkeypatch, make="new", **bad)
    assert len(at.warning) == 1
    assert at.selectbox(key="chart.kind").value == "deals"


def test_a_chart_that_cannot_be_drawn_any_more_leaves_the_others(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a column is gone: its own sentence stands in its place."""
    id_ = my.dashboards.add("Old", [Own(name="Good", picture="table"), Own(name="Bad", picture="table")])
    get = type(my.dashboards).get

    def older(self: Any, asked: Any) -> Any:
        board = get(self, asked)
        good, bad = board.tiles
        return replace(board, tiles=(good, replace(bad, own=replace(bad.own, by="gone"))))

    monkeypatch.setattr(type(my.dashboards), "get", older)
    at = drawn(home, monkeypatch, board=str(id_))
    assert len(at.warning) == 1
    assert any("Good" in each.value for each in at.markdown)
