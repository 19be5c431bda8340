"""The finder: every pair that is alike stands in a group, the most certain first; kept apart until undone."""

import random
from itertools import combinations
from time import perf_counter
from typing import Any

import pytest

from crm_data import Workspace, errors
from crm_data.alike.likeness import known_by, marks_of
from crm_data.rights import ROLES
from crm_data.store.many import put, table_of
from crm_data.tables import by_name
from tests.changes.looking import tables_of, undo_last
from tests.support import chance
from tests.support.kinds import KINDS, TITLES
from tests.support.office import Office
from tests.support.soak import size
from tests.support.statements import counted

ALIKE = [kind for kind in KINDS if known_by(kind)]
NAMES = [
    "Müller GmbH",
    "Mueller",
    "Jonathan Meier",
    "Jonathan Maier",
    "Bluesky",
    "Blue Sky AG",
    "No 1",
    "No 2",
]


def some(my: Workspace, kind: str, dice: random.Random) -> list[int]:
    phones = [None, "+41 44 123 45 67", "0041441234567", "+49 30 901820", "030 90 18 20"]
    emails = [None, None, "a@x.example", "b@x.example"]
    return my.records(kind).add_all(
        [
            {TITLES[kind]: dice.choice(NAMES), "phone": dice.choice(phones), "email": dice.choice(emails)}
            for _ in range(14)
        ]
    )


def pairs(my: Workspace, kind: str) -> set[tuple[int, int]]:
    return {pair for group in my.alike.groups(kind) for pair in combinations(group.ids, 2)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("turn", range(size(2, 30)))
def test_every_pair_that_is_alike_is_in_a_group(two: Office, kind: str, turn: int) -> None:
    my, dice = two.at(), chance.dice(f"{kind} {turn}")
    ids = some(my, kind, dice)
    foreign = some(two.at(1), kind, dice)
    my.records(kind).archive(ids[:1])
    marks = {id_: marks_of(kind, my.records(kind).get(id_)) for id_ in ids[1:]}
    wanted = {pair for pair in combinations(ids[1:], 2) if marks[pair[0]].reasons(marks[pair[1]])}
    found = my.alike.groups(kind)
    assert wanted <= pairs(my, kind)
    assert {id_ for group in found for id_ in group.ids} == {id_ for pair in wanted for id_ in pair}
    assert not {id_ for group in found for id_ in group.ids} & set(foreign)
    assert [group.certainty for group in found] == sorted((g.certainty for g in found), reverse=True)
    for group in found:
        said = {reason for a, b in combinations(group.ids, 2) for reason in marks[a].reasons(marks[b])}
        assert set(group.reasons) == said


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_kept_apart_is_remembered_and_undone(two: Office, kind: str) -> None:
    my = two.at()
    ids = my.records(kind).add_all([{TITLES[kind]: "Acme", "email": "a@x.example"} for _ in range(3)])
    two.at(1).records(kind).add_all([{TITLES[kind]: "Acme"} for _ in range(2)])
    before = tables_of(two.store, two.companies[0])
    (group,) = my.alike.groups(kind)
    assert (group.ids, group.why) == (ids, "same e-mail, same name")
    assert my.alike.keep_apart(kind, ids[:2]) == 1
    assert my.alike.keep_apart(kind, ids) == 2
    assert my.alike.groups(kind) == []
    assert my.alike.lookalikes(kind, {"email": "a@x.example"}, ids[0]) == []
    assert len(my.alike.lookalikes(kind, {"email": "a@x.example"})) == 3, "who is new is like all of them"
    assert len(two.at(1).alike.groups(kind)) == 1
    assert my.changes.page()[0][0].title == "Kept apart: Acme, Acme, Acme"
    assert undo_last(my) == []
    assert pairs(my, kind) == {(ids[0], ids[2]), (ids[1], ids[2]), (ids[0], ids[1])}
    undo_last(my)
    assert my.alike.groups(kind) == [], "what is undone can be done again"
    undo_last(my)
    my.changes.undo(my.changes.page()[0][4].id)
    assert tables_of(two.store, two.companies[0]) == before
    assert my.alike.groups(kind) == [group]


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_merge_them_may_keep_them_apart(two: Office, kind: str, role: str) -> None:
    my = two.at(role=role)
    theirs = {TITLES[kind]: "Acme", "assigned_to": two.people[0]["admin"]}
    ids = two.at().records(kind).add_all([theirs, theirs])
    foreign = two.at(1).records(kind).add({TITLES[kind]: "Acme"})
    before = [tables_of(two.store, company) for company in two.companies]
    for wrong in ([ids[0], ids[0]], ["x", ids[0]]):
        with pytest.raises(errors.NotFound):
            my.alike.keep_apart(kind, wrong)
    if role in ("manager", "admin"):
        with pytest.raises(errors.NotFound):
            my.alike.keep_apart(kind, [ids[0], foreign])
        assert [tables_of(two.store, company) for company in two.companies] == before
        assert my.alike.keep_apart(kind, ids) == 1
        return
    # Like a merge it is refused by the role before anything is looked up, so that it tells of no record.
    said = set()
    for asked in (ids, [ids[0], foreign], [ids[0], max(*ids, foreign) + 1]):
        with pytest.raises(errors.NotAllowed) as refused:
            my.alike.keep_apart(kind, asked)
        said.add(str(refused.value))
    assert len(said) == 1
    assert [tables_of(two.store, company) for company in two.companies] == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_thousands_are_compared_in_three_statements_and_seconds(two: Office, kind: str) -> None:
    count, my = size(5_000, 50_000), two.at()
    with two.store.write(two.scope()) as session:
        rows: list[dict[str, Any]] = [
            {
                TITLES[kind]: f"{n * 7919 % 9973} Trading",
                "email": f"e{n}@x.example",
                "phone": f"+41 44 {n:07}",
            }
            for n in range(count)
        ]
        put(session, table_of(by_name(kind)), [*rows, {**rows[0], TITLES[kind]: "Else"}], {})
    with counted(two.store) as sent:
        began = perf_counter()
        found = my.alike.groups(kind)
        took = perf_counter() - began
    assert len(sent) <= 3
    assert found[0].why == "same e-mail, same phone number"
    assert took < count / 500
