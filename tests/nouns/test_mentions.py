"""Mentions: @ and a name in what is logged; they follow the text, are undone with it, and wait until looked at."""

from itertools import pairwise
from time import process_time
from typing import Any

import pytest

from crm_data import Edit, Query, Workspace, errors
from crm_data.accounts.members import Members
from crm_data.nouns.mentions import Names, callable_names, offered
from tests.changes.looking import last, tables_of
from tests.nouns.makers import a_customer
from tests.support.office import Office

EVERY = {1: "Ruth Calloway", 2: "Ruth Ann", 3: "Åsa Öberg", 4: "Jo", 5: "Jo", 6: "Dan O'Brien", 7: "Ann Past"}
NAMES = Names(EVERY, {id_: name for id_, name in EVERY.items() if id_ != 7})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@Ruth Calloway, please", {1}),
        ("(@ruth calloway)", {1}),
        ("@RUTH ANN's", {2}),
        ("@Ruth", set()),
        ("@Ruth Calloways", set()),
        ("@åsa öberg", {3}),
        ("@ÅSA, look", {3}),
        ("@Åsa and @Dan O'Brien", {3, 6}),
        ("@Dan", {6}),
        ("@Jo", {4, 5}),
        ("@Jol", set()),
        ("@ Dan", set()),
        ("mail@Dan", set()),
        ("dan@dan.example", set()),
        ("@@Dan", {6}),
        ("@Ann", {7}),
        ("@nobody", set()),
        ("", set()),
    ],
)
def test_who_is_meant_behind_an_at(text: str, meant: set[int]) -> None:
    assert NAMES.called(text) == meant


def rows(two: Office, company: int = 0) -> set[tuple[int, int, str]]:
    """(activity, person, text) of all mentions of a company."""
    held = tables_of(two.store, two.companies[company])["mentions"].values()
    return {(row["activity_id"], row["user_id"], row["said_in"]) for row in held}


def waits(my: Workspace) -> list[int]:
    """The activities that wait for a person because they mention them."""
    found = my.numbers.overview().queue
    shown = [one.id for one in found.first if one.table == "activities"]
    assert found.figures["mentioned"].count == len(shown)
    opened = my.activities.page(found.figures["mentioned"].rows.query)
    assert sorted(row["id"] for row in opened.rows) == sorted(shown)
    return shown


def test_a_long_text_in_a_large_company_takes_no_time() -> None:
    """It is read while others wait to write: a look at each name for each sign would take many seconds."""
    people = {id_: f"Person{id_} {'x' * (id_ % 40)}" for id_ in range(1, 5_001)}
    names, began = Names(people, people), process_time()
    assert names.called("@p " * 10_000 + "@person7") == {7}
    assert process_time() - began < 2


@pytest.mark.slow
def test_it_waits_until_it_is_looked_at_and_stays_in_mentioned(two: Office, frozen_clock: Any) -> None:
    my, theirs = two.at(0, "user"), two.at(0, "manager")
    manager = two.people[0]["manager"]
    note = my.activities.log("note", "For @Alpha Manager", description="See @alpha manager", customer_id=None)
    assert rows(two) == {(note, manager, "title"), (note, manager, "description")}
    assert [done.counts for done in my.changes.page()[0]][:1] == [{"activities": 1, "mentions": 2}]
    assert waits(theirs) == [note]
    assert waits(my) == waits(two.at(0, "admin")) == waits(two.at(1, "manager")) == []
    (line,) = theirs.numbers.overview().queue.first
    assert (line.by, line.since) == ("Alpha User", frozen_clock())
    frozen_clock.move(seconds=5)
    theirs.activities.look(note)
    assert waits(theirs) == []
    assert [row["id"] for row in theirs.activities.page(Query(preset="mentioned")).rows] == [note]
    assert my.activities.count(Query(preset="mentioned")) == 0
    frozen_clock.move(seconds=5)
    my.activities.change([Edit(note, {"outcome": (None, "Told")})])
    assert waits(theirs) == [], "it was told once"
    assert my.activities.mentioned([note]) == {note: ("Alpha Manager",)}


def test_it_grants_no_right(two: Office) -> None:
    theirs = two.at(0, "sales_rep")
    note = two.at(0, "admin").activities.log("note", "@Alpha Sales_rep look")
    with pytest.raises(errors.NotAllowed):
        theirs.activities.change([Edit(note, {"title": ("@Alpha Sales_rep look", "Mine")})])


@pytest.mark.slow
def test_every_edit_changes_the_mentions_and_is_undone_with_them(two: Office) -> None:
    my = two.at(0, "admin")
    texts = [
        None,
        "@Alpha Manager",
        "@Alpha Manager @Alpha User",
        "@Alpha User only",
        "nobody",
        None,
        "@Alpha User",
    ]
    note = my.activities.log("note", "Title")
    states = [rows(two)]
    for before, after in pairwise(texts):
        my.activities.change([Edit(note, {"description": (before, after)})])
        states.append(rows(two))
    people = two.people[0]
    assert [len(state) for state in states] == [0, 1, 2, 1, 0, 0, 1]
    assert states[3] == {(note, people["user"], "description")}
    acts = [done.id for done in my.changes.page()[0]]
    for act, state in zip(acts, reversed(states[:-1]), strict=False):
        assert my.changes.undo(act) == []
        assert rows(two) == state
    assert my.changes.undo(acts[-1]) == []
    assert rows(two) == set()
    assert my.activities.count() == 0
    for state in [set(), *states[1:]]:
        assert undo_last_undo(my) == []
        assert rows(two) == state
    assert my.changes.verify().wrong == ()


def undo_last_undo(my: Workspace) -> Any:
    """Have the latest act again that was undone and was not had again."""
    done = next(one for one in my.changes.page()[0] if one.kind == "undo" and one.undone_by is None)
    return my.changes.undo(done.id)


def test_a_text_that_stays_keeps_its_mentions(two: Office) -> None:
    my, theirs = two.at(0, "admin"), two.at(0, "manager")
    note = my.activities.log("note", "Title", description="Plain")
    my.activities.change([Edit(note, {"description": ("Plain", "@Alpha User"), "outcome": (None, "Yes")})])
    act = last(my)
    theirs.activities.change([Edit(note, {"description": ("@Alpha User", "Now @Alpha User and more")})])
    (left,) = my.changes.undo(act, rest=True)
    assert left.field == "description"
    assert rows(two) == {(note, two.people[0]["user"], "description")}
    assert my.activities.get(note)["outcome"] is None


def test_going_back_takes_mentions_with_their_activity_alone(two: Office, frozen_clock: Any) -> None:
    my = two.at(0, "admin")
    first = my.activities.log("note", "Title", description="@Alpha User")
    frozen_clock.move(seconds=60)
    moment = frozen_clock.moment
    my.activities.change([Edit(first, {"description": ("@Alpha User", "@Alpha Manager")})])
    second = my.activities.log("note", "Other", description="@Alpha User")
    people = two.people[0]
    seen = my.changes.since(moment)
    my.changes.go_back(seen.first, seen.last, {"activities": [first]})
    assert rows(two) == {(first, people["user"], "description"), (second, people["user"], "description")}
    my.changes.undo(last(my))
    assert rows(two) == {(first, people["manager"], "description"), (second, people["user"], "description")}
    my.changes.go_back(seen.first, seen.last)
    assert rows(two) == {(first, people["user"], "description")}


def test_a_former_colleague_is_named_and_not_told(two: Office) -> None:
    my, user = two.at(0, "admin"), two.people[0]["user"]
    note = my.activities.log("note", "T", description="@Alpha User")
    Members(two.store, two.scope(0, "admin")).end(user, two.people[0]["manager"], close=True)
    my.activities.change([Edit(note, {"description": ("@Alpha User", "@Alpha User and @Alpha Manager")})])
    assert my.activities.mentioned([note]) == {note: ("Alpha User", "Alpha Manager")}
    other = my.activities.log("note", "@Alpha User")
    assert my.activities.mentioned([other]) == {}
    with pytest.raises(errors.Invalid, match="no such colleague"):
        my.activities.log("note", "T", mention=[user])
    my.activities.change([Edit(note, {"description": ("@Alpha User and @Alpha Manager", "@Alpha Manager")})])
    assert my.activities.mentioned([note]) == {note: ("Alpha Manager",)}


def test_those_chosen_beside_the_text_stand_at_its_end_once(two: Office) -> None:
    my, people = two.at(0, "admin"), two.people[0]
    note = my.activities.log(
        "note", "T", description="Ask @Alpha User", mention=[people["user"], people["manager"]]
    )
    assert my.activities.get(note)["description"] == "Ask @Alpha User\n@Alpha Manager"
    assert (
        my.activities.get(my.activities.log("note", mention=[people["user"]]))["description"] == "@Alpha User"
    )
    with pytest.raises(errors.Invalid):
        my.activities.log("note", "T", mention=[two.people[1]["user"]])
    with two.store.read(two.scope(0, "admin")) as session:
        assert offered(session, None, []) is None


def test_a_file_tells_nobody_and_a_later_edit_invents_none(two: Office) -> None:
    my = two.at(0, "admin")
    a_customer(my)
    sheet = my.read_file(b"Type,Title,Description\nnote,From a file,@Alpha User wrote\n", "some.csv")
    my.commit_import(my.activities, sheet, my.guess(sheet, my.activities))
    (row,) = my.activities.page().rows
    my.activities.change([Edit(row["id"], {"description": ("@Alpha User wrote", "@Alpha User wrote this")})])
    assert rows(two) == set()


def test_nobody_of_another_company_is_meant(two: Office) -> None:
    two.at(0, "admin").activities.log("note", "@Omega User @Omega Manager")
    assert rows(two) == rows(two, 1) == set()


def test_every_name_that_is_offered_is_read_as_whom_it_was_offered_for() -> None:
    people = EVERY | {8: "(Dr) No", 9: "ÅSA ÖBERG", 10: "Zoë <img src=x onerror=alert(1)>", 11: "", 12: "_x"}
    active = {id_: name for id_, name in people.items() if id_ != 7}
    read = Names(people, active)
    found = {one.name: one.count for one in callable_names(active, me=1)}
    assert found == {
        "Ruth Ann": 1, "Åsa Öberg": 2, "Jo": 2, "Dan O'Brien": 1, "Zoë <img src=x onerror=alert(1)>": 1, "_x": 1
    }  # fmt: skip
    for name, count in found.items():
        for text in (f"@{name} ", f"See @{name} and more", f"(@{name} )"):
            told = read.called(text)
            assert (len(told), {people[id_].casefold() for id_ in told}) == (count, {name.casefold()}), text
    assert [one.count for one in callable_names({4: "Jo", 5: "Jo"}, me=4)] == [1]
    assert callable_names({1: "Ruth Calloway"}, me=1) == []
