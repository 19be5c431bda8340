"""Dashboards: kept, changed and ordered by whoever may, seen by whom they are for, each act undone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crm_data import Own, Workspace, errors, new_act
from crm_data.numbers.dashboards import MOST_CHARTS, MOST_DASHBOARDS
from crm_data.numbers.over import EACH, Over
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import put_deals, won
from tests.support.office import Office

SOURCES = Own("leads", "source", name="Where from", asks={"status": "new"})
WON = Own("deals", "actual_close_date:month", "sum:deal_value", "line", "actual_close_date", "this_year")


def charts(my: Workspace, id_: int) -> list[str]:
    return [tile.own.name for tile in my.dashboards.get(id_).tiles]


def undo(my: Workspace, act: str) -> None:
    my.changes.undo(my.changes.find(act))


def test_kept_with_its_charts_in_order(two: Office) -> None:
    my = two.at()
    id_ = my.dashboards.add(" Mine ", [SOURCES, WON])
    board = my.dashboards.get(id_)
    assert (board.name, board.shared, board.mine, board.may_change) == ("Mine", False, True, True)
    assert [tile.own.params() for tile in board.tiles] == [
        SOURCES.params(),
        replace(WON, name="Sum of value by closed on, by month").params(),
    ]
    third = my.dashboards.add_chart(id_, Own("tasks", "status", name="Third"))
    my.dashboards.move_chart(third, -1)
    assert charts(my, id_) == ["Where from", "Third", "Sum of value by closed on, by month"]
    for _ in range(3):
        my.dashboards.move_chart(third, -1)
    assert charts(my, id_)[0] == "Third"
    my.dashboards.change_chart(third, Own("tasks", "priority", name="Fourth"))
    my.dashboards.remove_chart(board.tiles[0].id)
    assert charts(my, id_) == ["Fourth", "Sum of value by closed on, by month"]


def test_the_same_act_again_makes_nothing(two: Office) -> None:
    my, act, other = two.at(), new_act(), new_act()
    id_ = my.dashboards.add("Once", [SOURCES], act_id=act)
    assert my.dashboards.add("Once", [SOURCES], act_id=act) == id_
    assert my.dashboards.add_chart(id_, WON, act_id=other) == my.dashboards.add_chart(id_, WON, act_id=other)
    assert len(charts(my, id_)) == 2


@pytest.mark.slow
def test_every_act_is_undone_and_done_again(two: Office) -> None:
    my = two.at()
    id_ = my.dashboards.add("Kept", [SOURCES, WON])
    first, second = (tile.id for tile in my.dashboards.get(id_).tiles)
    acts: list[Any] = [
        lambda act: my.dashboards.change(id_, name="Other", act_id=act),
        lambda act: my.dashboards.change(id_, shared=True, act_id=act),
        lambda act: my.dashboards.change(id_, over=Over("this_year", "year", "EUR"), act_id=act),
        lambda act: my.dashboards.change_chart(second, replace(WON, name="Wide", width="full"), act_id=act),
        lambda act: my.dashboards.add_chart(id_, SOURCES, act_id=act),
        lambda act: my.dashboards.change_chart(first, replace(WON, name="New"), act_id=act),
        lambda act: my.dashboards.move_chart(second, -1, act_id=act),
        lambda act: my.dashboards.remove_chart(second, act_id=act),
        lambda act: my.dashboards.remove(id_, act_id=act),
    ]
    for do in acts:
        before, act = seen(my, id_), new_act()
        do(act)
        after = seen(my, id_)
        assert after != before
        undo(my, act)
        assert seen(my, id_) == before
        my.changes.undo(my.changes.page()[0][0].id)
        assert seen(my, id_) == after
        my.changes.undo(my.changes.page()[0][0].id)
    act = new_act()
    made = my.dashboards.add("Made", [SOURCES], act_id=act)
    undo(my, act)
    with pytest.raises(errors.NotFound):
        my.dashboards.get(made)


def seen(my: Workspace, id_: int) -> Any:
    try:
        board = my.dashboards.get(id_)
    except errors.NotFound:
        return None
    return replace(board, version=0, tiles=tuple(replace(tile, version=0) for tile in board.tiles))


def test_one_period_and_currency_over_a_whole_dashboard(two: Office) -> None:
    my = two.at()
    for name, over in (("Kept", Over("last_quarter", "before", "eur")), ("Plain", Over(compare="none"))):
        kept = my.dashboards.get(my.dashboards.add(name, [SOURCES, WON], over=over)).over
        assert kept == over.judged()
    over = Over("last_quarter", "before", "EUR")
    assert over.of(WON) == replace(WON, period="last_quarter", currency="EUR")
    assert over.of(SOURCES).period == "all", "what is of no period takes none"
    assert Over().of(WON) == WON
    assert over.said({}) == over
    assert over.said({"period": "this_week", "compare": EACH}) == Over("this_week", "", "EUR")
    assert over.said(dict.fromkeys(("period", "compare", "currency"), EACH)) == Over()
    for wrong in (Over("sometime"), Over("this_year", "goal"), Over(currency="E")):
        with pytest.raises(errors.Invalid):
            wrong.judged()
        id_ = my.dashboards.all()[0].id
        with pytest.raises(errors.Invalid):
            my.dashboards.change(id_, over=wrong)
    with pytest.raises(errors.Invalid, match="a third of a line"):
        my.dashboards.add("Wide", [replace(WON, width="wide")])
    with pytest.raises(errors.NotFound):
        two.at(1).dashboards.change(id_, over=Over("this_year"))


@pytest.mark.slow
def test_one_number_stands_beside_the_period_that_is_compared_with(two: Office) -> None:
    days = ((date(2026, 3, 1), 7), (date(2026, 2, 2), 5), (date(2025, 3, 1), 4), (date(2025, 3, 9), 3))
    put_deals(two, [won(day, value) for day, value in days])
    my = two.at()
    own = replace(WON, by="", picture="number", period="this_month")
    for compare, value in (("none", None), ("before", 5), ("year", 4)):
        (figure,) = (bar.figure for bar in my.numbers.own(own, compare=compare).bars)
        assert figure.value == 7
        assert (figure.before and figure.before.value) == value, compare
        for each in figures_in(figure):
            Checker(my).check(each)
    assert my.numbers.own(WON, compare="before").bars[0].figure.before is None


def test_ones_own_are_nobody_elses(two: Office) -> None:
    """Not even an admin's; another company's as none at all."""
    mine = two.at(role="user")
    id_ = mine.dashboards.add("Mine", [SOURCES])
    (tile,) = mine.dashboards.get(id_).tiles
    for other in (two.at(role="sales_rep"), two.at(role="admin"), two.at(1, role="admin")):
        assert other.dashboards.all() == []
        for do in (
            lambda my: my.dashboards.get(id_),
            lambda my: my.dashboards.change(id_, name="Taken"),
            lambda my: my.dashboards.remove(id_),
            lambda my: my.dashboards.add_chart(id_, SOURCES),
            lambda my: my.dashboards.change_chart(tile.id, WON),
            lambda my: my.dashboards.move_chart(tile.id, 1),
            lambda my: my.dashboards.remove_chart(tile.id),
        ):
            with pytest.raises(errors.NotFound):
                do(other)
    assert charts(mine, id_) == ["Where from"]


def test_for_the_company_by_who_may_publish(two: Office) -> None:
    for role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            two.at(role=role).dashboards.add("Ours", shared=True)
        own = two.at(role=role).dashboards.add("Mine")
        with pytest.raises(errors.NotAllowed):
            two.at(role=role).dashboards.change(own, shared=True)
    manager, admin, rep = (two.at(role=role) for role in ("manager", "admin", "sales_rep"))
    id_ = manager.dashboards.add("Ours", [SOURCES], shared=True)
    (tile,) = rep.dashboards.get(id_).tiles
    assert [board.name for board in rep.dashboards.all()] == ["Mine", "Ours"]
    assert not rep.dashboards.get(id_).may_change
    for do in (
        lambda: rep.dashboards.change(id_, name="Taken"),
        lambda: rep.dashboards.remove(id_),
        lambda: rep.dashboards.add_chart(id_, SOURCES),
        lambda: rep.dashboards.change_chart(tile.id, WON),
        lambda: rep.dashboards.move_chart(tile.id, 1),
        lambda: rep.dashboards.remove_chart(tile.id),
    ):
        with pytest.raises(errors.NotAllowed):
            do()
    admin.dashboards.change(id_, name="All of ours")
    assert manager.dashboards.get(id_).name == "All of ours"
    with pytest.raises(errors.NotFound):
        two.at(1).dashboards.get(id_)
    assert two.at(1).dashboards.all() == []


def test_what_was_put_back_by_the_history_asks_the_same_rights(two: Office) -> None:
    """A manager may not change an admin's dashboard by way of its history either."""
    admin, manager, act = two.at(role="admin"), two.at(role="manager"), new_act()
    id_ = admin.dashboards.add("Ours", [SOURCES], shared=True)
    admin.dashboards.change(id_, name="Renamed", act_id=act)
    with pytest.raises(errors.CrmError):
        manager.changes.put_back("dashboards", id_, act)
    with pytest.raises(errors.CrmError):
        manager.changes.undo(manager.changes.page()[0][0].id)
    assert admin.dashboards.get(id_).name == "Renamed"


def test_two_who_change_the_same(two: Office) -> None:
    manager, admin = two.at(role="manager"), two.at(role="admin")
    id_ = manager.dashboards.add("Ours", [SOURCES], shared=True)
    board = manager.dashboards.get(id_)
    admin.dashboards.change(id_, name="First", version=board.version)
    with pytest.raises(errors.Invalid, match="meanwhile"):
        manager.dashboards.change(id_, name="Second", version=board.version)
    (tile,) = board.tiles
    admin.dashboards.change_chart(tile.id, WON, version=tile.version)
    with pytest.raises(errors.Invalid, match="meanwhile"):
        manager.dashboards.change_chart(tile.id, SOURCES, version=tile.version)
    assert manager.dashboards.get(id_).name == "First"


def test_names_and_numbers_have_their_limits(two: Office) -> None:
    my = two.at()
    id_ = my.dashboards.add("One", [SOURCES] * MOST_CHARTS)
    for wrong in (
        lambda: my.dashboards.add("One"),
        lambda: my.dashboards.add(" "),
        lambda: my.dashboards.add("n" * 61),
        lambda: my.dashboards.add("Two", [replace(SOURCES, by="notes")]),
        lambda: my.dashboards.add("Two", [SOURCES] * (MOST_CHARTS + 1)),
        lambda: my.dashboards.add_chart(id_, SOURCES),
    ):
        with pytest.raises(errors.Invalid):
            wrong()
    assert [board.name for board in my.dashboards.all()] == ["One"]
    for n in range(MOST_DASHBOARDS - 1):
        my.dashboards.add(f"More {n}")
    with pytest.raises(errors.Invalid):
        my.dashboards.add("One more")
    my.dashboards.remove(id_)
    my.dashboards.add("One")


@pytest.mark.parametrize("id_", [0, -1, "x", None, "1; DROP", 2**63, "9" * 40, 1.5, True])
def test_an_address_of_nothing(two: Office, id_: Any) -> None:
    with pytest.raises(errors.NotFound):
        two.at().dashboards.get(id_)
