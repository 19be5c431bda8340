"""A leaver's open records: every field that names a colleague, the company's own too, is handed over with them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm_data import Edit, Workspace
from crm_data.accounts.handover import OpenWork
from crm_data.tables.fields import Kind
from tests.changes.looking import last
from tests.nouns.makers import a_deal, a_lead, a_task
from tests.support.fields import own
from tests.support.office import Office, office

pytestmark = pytest.mark.slow


def _customer(my: Workspace, **values: Any) -> int:
    return my.customers.add({"name": "Firm", **values})


MAKERS: dict[str, Callable[..., int]] = {
    "customers": _customer,
    "leads": a_lead,
    "deals": a_deal,
    "tasks": a_task,
}
CLOSED = {
    "deals": {"stage": "closed_lost", "loss_reason": "Price"},
    "leads": {"status": "lost"},
    "tasks": {"status": "completed"},
}


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    """Two companies with a person a role."""
    made = office(database_url)
    yield made
    made.store.close()


def persons(my: Workspace, kind: str) -> list[str]:
    """The fields of a kind that name a colleague and that people fill in."""
    fields = my.records(kind).fields.items()
    return [name for name, field in fields if field.kind is Kind.MEMBER and field.edit]


def test_the_kinds_are_all_that_are_somebodys(two: Office) -> None:
    my = two.at(0, "admin")
    assert set(MAKERS) == {kind for kind in my.kinds if "assigned_to" in my.records(kind).fields}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_field_that_names_the_leaver_names_the_next(two: Office, kind: str) -> None:
    admin = two.at(0, "admin")
    for label in ("Second", "Third", "Not shown"):
        hidden = admin.own_fields.add(kind, label, "member")
    theirs = two.at(1, "admin").own_fields.add(kind, "Of another company", "member")
    my = own(two, "admin")
    leaver, taker, other = (two.people[0][role] for role in ("sales_rep", "user", "manager"))
    names = persons(my, kind)
    assert len(names) == 4
    assert theirs in names, "the same column, and nothing to this company"
    ids = {name: MAKERS[kind](my, **(dict.fromkeys(names, other) | {name: leaver})) for name in names}
    every = MAKERS[kind](my, **dict.fromkeys(names, leaver))
    gone = MAKERS[kind](my, **dict.fromkeys(names, leaver))
    my.records(kind).archive([gone])
    my.own_fields.hide(kind, hidden)
    my = own(two, "admin")
    assert my.people.open_work(leaver) == OpenWork({kind: 4})
    my.people.end(leaver, hand_over_to=taker, close=True)
    act = last(my)
    assert my.changes.get(act).title.startswith("Ended the membership of ")
    assert my.people.open_work(leaver).total == 0
    shown = [name for name in names if name != hidden]
    for name, id_ in ids.items():
        row = my.records(kind).get(id_)
        wanted = dict.fromkeys(shown, other) | ({name: taker} if name in shown else {})
        assert {held: row[held] for held in shown} == wanted
    row = my.records(kind).get(every)
    assert {name: row[name] for name in shown} == dict.fromkeys(shown, taker)
    lines = my.changes.lines(act).lines
    assert {line.field for line in lines if line.table == kind} == set(shown)
    assert my.changes.verify().wrong == ()


@pytest.mark.parametrize("kind", CLOSED)
def test_what_is_finished_keeps_their_names(two: Office, kind: str) -> None:
    name = two.at(0, "admin").own_fields.add(kind, "Second", "member")
    my = own(two, "admin")
    leaver, other = two.people[0]["sales_rep"], two.people[0]["manager"]
    id_ = MAKERS[kind](my, assigned_to=other, **{name: leaver})
    assert my.people.open_work(leaver).total == 1
    row = my.records(kind).get(id_)
    wanted = {field: (row[field], value) for field, value in CLOSED[kind].items()}
    my.records(kind).change([Edit(id_, wanted)])
    assert my.people.open_work(leaver).total == 0
    my.people.end(leaver, close=True)
    assert my.records(kind).get(id_)[name] == leaver
