"""The Undo that a Save in the grid offers: the one verb, act by act, with what stays said before it is left."""

from datetime import UTC

from crm_data import Edit
from dashboard.components.grid.saving import keep
from dashboard.components.grid.undoing import taken_back
from dashboard.components.grid.wire import Save, Undo
from tests.nouns.makers import a_customer
from tests.support.office import Office


def test_a_save_in_parts_is_undone_and_done_again(two: Office) -> None:
    my = two.at()
    ids = [a_customer(my, f"No. {number}") for number in range(2)]
    parts = [keep(my, my.customers, Save("t", [Edit(id_, {"phone": (None, "1")})]), {}, UTC) for id_ in ids]
    acts = tuple(part["act"] for part in parts)
    back = taken_back(my, Undo("u", acts), UTC)
    assert (back["token"], back["ok"], back["words"], len(back["acts"])) == ("u", True, "Undone.", 2)
    assert [my.customers.get(id_)["phone"] for id_ in ids] == [None, None]
    again = taken_back(my, Undo("v", tuple(back["acts"])), UTC)
    assert again["words"] == "Done again."
    assert [my.customers.get(id_)["phone"] for id_ in ids] == ["1", "1"]


def test_what_a_colleague_changed_since_is_asked_about(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at()
    id_ = a_customer(mine)
    edits = [Edit(id_, {"phone": (None, "1"), "city": (None, "Bern")})]
    act = keep(mine, mine.customers, Save("t", edits), {}, UTC)["act"]
    theirs.customers.change([Edit(id_, {"phone": ("1", "2")})])
    asked = taken_back(mine, Undo("u", (act,)), UTC)
    assert (asked["ok"], asked["rest"], asked["acts"]) == (False, True, [act])
    assert "Phone was changed since" in asked["words"]
    rest = taken_back(mine, Undo("v", (act,), rest=True), UTC)
    assert rest["words"] == "Undone. What was changed since stays as it is."
    row = mine.customers.get(id_)
    assert (row["phone"], row["city"]) == ("2", None)


def test_nobody_undoes_a_save_of_somebody_else_by_its_name(two: Office) -> None:
    mine = two.at(0, "sales_rep")
    id_ = a_customer(mine)
    act = keep(mine, mine.customers, Save("t", [Edit(id_, {"phone": (None, "1")})]), {}, UTC)["act"]
    for other in (two.at(0, "admin"), two.at(0, "user"), two.at(1, "admin")):
        assert not taken_back(other, Undo("u", (act,)), UTC)["ok"]
    assert mine.customers.get(id_)["phone"] == "1"
