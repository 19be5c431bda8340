"""A Save of the grid names once who is like what is typed; the same Save again keeps it, and the log says so."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Edit, Workspace, new_act
from crm_data.alike.likeness import known_by
from dashboard.components.grid import wire
from dashboard.components.grid.adding import make
from dashboard.components.grid.resembling import Named
from dashboard.components.grid.saving import keep
from tests.support.office import Office, office
from tests.support.statements import counted

ZONE = ZoneInfo("UTC")
ALIKE = [kind for kind in Workspace.kinds if known_by(kind)]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    made = office(new_database(request.param).url)
    yield made
    made.store.close()


def title(kind: str) -> str:
    known = known_by(kind)
    assert known is not None
    return known.title


def typed(kind: str, name: str, **more: str) -> dict[str, Any]:
    return {title(kind): name, **more}


def saved(my: Workspace, kind: str, edits: dict[int, dict[str, Any]], named: Named) -> dict[str, Any]:
    records = my.records(kind)
    said = {
        str(id_): {name: [records.get(id_)[name], wanted] for name, wanted in cells.items()}
        for id_, cells in edits.items()
    }
    asked = wire.save({"token": new_act(), "edits": said}, records.fields)
    assert asked is not None
    return keep(my, records, asked, my.members(), ZONE, named)


def added(
    my: Workspace, kind: str, rows: list[dict[str, Any]], named: Named, act: str, each: bool = True
) -> dict[str, Any]:
    records = my.records(kind)
    asked = wire.added({"token": "t", "rows": rows, "each": each}, records.fields)
    assert asked is not None
    return make(my, records, asked, my.members(), ZONE, act, named)


def newest(my: Workspace) -> str:
    (act, *_), _ = my.changes.page()
    return act.title


@pytest.mark.parametrize("kind", ALIKE)
def test_what_is_changed_into_another_waits_for_a_second_save(two: Office, kind: str) -> None:
    my, other, named = two.at(0, "admin"), two.at(1, "admin"), Named()
    records = my.records(kind)
    there = records.add(
        typed(kind, f"Quillfeather {kind}", email=f"q@{kind}.example", phone=f"+43 1 512345{len(kind)}")
    )
    other.records(kind).add(typed(kind, "Elsewhere", email=f"e@{kind}.example"))
    twin, free, plain = (
        records.add(typed(kind, f"{word} {kind}")) for word in ("Ostrich", "Pelican", "Heron")
    )
    edits = {
        twin: {"email": f" Q@{kind.upper()}.example", "phone": f"01 512345{len(kind)}"},
        free: {"email": f"e@{kind}.example"},  # another company's, of which nothing is known here
        plain: {"notes": "nothing by which it is known"},
    }
    first = saved(my, kind, edits, named)
    assert first["saved"].keys() == {str(free), str(plain)}
    assert first["problems"].keys() == {str(twin)}
    assert f"Quillfeather {kind} has the same e-mail" in first["problems"][str(twin)]["email"]
    assert [(like.table, like.id) for like in first["likes"]] == [(kind, there)]
    assert not first["ok"]
    assert "Saved 2 changes. 1 record may be here already" in first["words"]
    assert records.get(twin)["email"] is None
    again = saved(my, kind, {twin: edits[twin]}, named)
    assert again["ok"], again
    assert not again["likes"]
    assert records.get(twin)["email"] == f"q@{kind}.example"
    assert "although" in newest(my)
    assert f"Quillfeather {kind} has the same e-mail" in newest(my)


@pytest.mark.parametrize("kind", ALIKE)
def test_what_was_named_is_asked_anew_where_it_is_typed_otherwise(two: Office, kind: str) -> None:
    my, named = two.at(0, "admin"), Named()
    records = my.records(kind)
    for word in ("one", "two"):
        records.add(typed(kind, f"Albatross {word} {kind}", email=f"{word}@alb.{kind}.example"))
    mine = records.add(typed(kind, f"Sparrow {kind}"))
    assert saved(my, kind, {mine: {"email": f"one@alb.{kind}.example"}}, named)["likes"]
    assert saved(my, kind, {mine: {"email": f"two@alb.{kind}.example"}}, named)["likes"]
    assert records.get(mine)["email"] is None
    assert saved(my, kind, {mine: {"email": f"two@alb.{kind}.example"}}, named)["ok"]
    assert saved(my, kind, {mine: {"email": f"one@alb.{kind}.example"}}, Named())["likes"], "another tab"


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("each", [True, False])
def test_new_rows_that_are_like_a_record_wait_for_a_second_save(two: Office, kind: str, each: bool) -> None:
    my, named = two.at(0, "admin"), Named()
    records, word = my.records(kind), f"{kind}{'each' if each else 'all'}"
    there = records.add(typed(kind, f"Nightingale {word}", email=f"n@{word}.example"))
    rows = [typed(kind, f"Swallow {word}"), typed(kind, f"Nightingale {word} GmbH")]
    before, act = records.count(), new_act()
    first = added(my, kind, rows, named, act, each)
    assert first["made"] == ([0] if each else [])
    assert first["problems"].keys() == {"1"}
    assert "has the same name" in first["problems"]["1"][title(kind)]
    assert "may be here already" in first["words"]
    assert [like.id for like in first["likes"]] == [there]
    assert records.count() == before + len(first["made"])
    if each:
        same = added(my, kind, rows, named, act, each)
        assert (same["made"], list(same["problems"])) == ([0], ["1"]), (
            "an answer that was lost is given again"
        )
        assert records.count() == before + 1
        assert added(my, kind, rows, Named(), act, each)["made"] == [0], "after a reload too"
    again = added(my, kind, rows[1:] if each else rows, named, new_act(), each)
    assert again["ok"], again
    assert records.count() == before + 2
    assert "although" in newest(my)


def test_who_may_not_change_a_record_is_told_that_and_not_asked(two: Office) -> None:
    my, admin = two.at(0, "user"), two.at(0, "admin")
    admin.customers.add({"name": "Kingfisher", "email": "k@fisher.example"})
    theirs = admin.customers.add({"name": "Bittern"})
    admin.customers.change([Edit(theirs, {"assigned_to": (None, two.people[0]["admin"])})])
    told = saved(my, "customers", {theirs: {"email": "k@fisher.example"}}, Named())
    assert not told["likes"]
    assert "may be here already" not in told["words"]
    assert told["saved"] == {}


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_a_save_by_which_nobody_is_known_asks_nothing(two: Office, kind: str) -> None:
    my = two.at(0, "admin")
    records = my.records(kind)
    extra = {"deal_value": 5, "customer_id": my.customers.add({"name": "Rook"})} if kind == "deals" else {}
    own = (
        my.activities.log("note", "x")
        if kind == "activities"
        else records.add({records.title: "Rook", **extra})
    )
    name = next(n for n, f in records.fields.items() if f.edit and n not in (records.title, "email", "phone")
                and f.kind.value in ("text", "long_text"))  # fmt: skip
    with counted(two.store) as sent:
        saved(my, kind, {own: {name: "Jackdaw"}}, Named())
    assert not [said for said in sent if "search_pieces" in said or "kept_apart" in said]


def test_two_hundred_rows_are_looked_for_in_a_handful_of_statements(two: Office) -> None:
    my, sent = two.at(0, "admin"), []
    for many in (1, 200):
        rows = [
            typed("customers", f"Fieldfare{at} of {many}", email=f"f{at}@{many}.example")
            for at in range(many)
        ]
        with counted(two.store) as said:
            assert len(added(my, "customers", rows, Named(), new_act())["made"]) == many
        sent.append(len([one for one in said if one.lstrip().upper().startswith("SELECT")]))
    assert sent[1] <= sent[0] + 6, sent
