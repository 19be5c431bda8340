"""One's own last acts in a list, back and forth: by the change sets, whoever acted meanwhile, from any tab."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from crm_data import Edit, Workspace
from dashboard.components.grid.undoing import stepped
from dashboard.components.grid.wire import Undo
from tests.nouns.makers import a_customer
from tests.support.chance import dice
from tests.support.office import Office


def step(my: Workspace, way: str, table: str = "customers") -> Mapping[str, Any]:
    return stepped(my, table, Undo("t", (), last=way), UTC)


def put(my: Workspace, id_: int, city: str) -> None:
    my.customers.change([Edit(id_, {"city": (my.customers.get(id_)["city"], city)})])


def city(my: Workspace, id_: int) -> Any:
    return my.customers.get(id_)["city"]


def test_acts_are_undone_one_after_the_other_and_done_again(two: Office) -> None:
    my = two.at(0, "sales_rep")
    id_ = a_customer(my)
    for name in ("Bern", "Basel", "Chur"):
        put(my, id_, name)
    seen = []
    for way in ("undo", "undo", "redo", "undo", "undo", "redo", "redo", "redo"):
        assert step(my, way)["ok"]
        seen.append(city(my, id_))
    assert seen == ["Basel", "Bern", "Basel", "Bern", None, "Bern", "Basel", "Chur"]
    assert step(my, "redo") == {
        "token": "t",
        "ok": False,
        "words": "There is nothing to be done again.",
        "acts": [],
    }
    step(my, "undo")
    put(my, id_, "Genf")
    assert not step(my, "redo")["ok"], "a new act leaves nothing to be done again"
    step(my, "undo")
    assert (step(my, "undo")["ok"], city(my, id_)) == (True, "Bern")


def test_what_a_colleague_changed_since_is_said_and_what_they_did_is_theirs(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at()
    id_, other = a_customer(mine, "One"), a_customer(theirs, "Two")
    put(mine, id_, "Bern")
    theirs.customers.change([Edit(id_, {"city": ("Bern", "Zug")})])
    put(theirs, other, "Rom")
    refused = step(mine, "undo")
    assert (refused["ok"], "City was changed since" in refused["words"]) == (False, True)
    assert (city(mine, id_), city(mine, other)) == ("Zug", "Rom")
    assert step(theirs, "undo")["words"] == "Undone: Changed customer Two: City."
    assert (city(mine, id_), city(mine, other)) == ("Zug", None)


def test_a_step_is_of_its_list_of_its_person_and_of_its_company(two: Office) -> None:
    my = two.at(0, "sales_rep")
    assert not step(my, "undo")["ok"]
    a_customer(my)
    assert not step(my, "undo", "deals")["ok"]
    for other in (two.at(0, "user"), two.at(1, "admin")):
        assert not step(other, "undo")["ok"]
    assert step(my, "undo")["ok"]


def test_what_a_colleague_took_back_is_not_done_again_by_a_key(two: Office) -> None:
    mine, boss = two.at(0, "sales_rep"), two.at()
    id_ = a_customer(mine)
    put(mine, id_, "Bern")
    boss.changes.undo(mine.changes.steps("customers").back)
    assert city(mine, id_) is None
    assert mine.changes.steps("customers").forth is None


def test_a_long_walk_is_that_of_a_plain_stack(two: Office) -> None:
    my, chance = two.at(0, "sales_rep"), dice("a walk back and forth")
    id_ = a_customer(my)
    done: list[Any] = [None]
    undone: list[Any] = []
    for number in range(30):
        way = chance.choice(["do", "undo", "undo", "redo"])
        if way == "do":
            put(my, id_, f"City {number}")
            done, undone = [*done, f"City {number}"], []
        elif way == "undo" and len(done) > 1:
            assert step(my, "undo")["ok"]
            undone.append(done.pop())
        elif way == "redo":
            assert step(my, "redo")["ok"] == bool(undone)
            done += [undone.pop()] if undone else []
        assert city(my, id_) == done[-1], number
