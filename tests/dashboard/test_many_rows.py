"""Duplicates, and one value for many rows: what changes, what is refused by name, what an undo puts back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import streamlit as st

from crm_data import CrmError, Edit, Field, Given, Kind, Way, Workspace
from crm_data.tables import by_name
from crm_data.tables.deal import Stage
from crm_data.tables.fields import fields_of
from dashboard.parts import many, say
from dashboard.parts.copies import copies
from tests.support.databases import Database
from tests.support.kinds import least
from tests.support.office import Office, office


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def two(request: pytest.FixtureRequest, new_database) -> Iterator[Office]:  # type: ignore[no-untyped-def]
    database: Database = new_database(request.param)
    made = office(database.url)
    yield made
    made.store.close()


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a tab keeps, without a page around it."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    monkeypatch.setattr(say, "zone", lambda: UTC)
    return kept


def full(my: Workspace) -> dict[str, int]:
    """A record of each kind of list that has got as far as it can."""
    customer = my.customers.add(
        {
            "name": "Fjord Foods",
            "customer_code": "F1",
            "email": "a@fjord.example",
            "tags": ["old"],
            "credit_limit": 5,
        }
    )
    lead = my.leads.add(
        {"lead_name": "Salt", "customer_id": customer, "status": "lost", "estimated_value": 9}
    )
    deal = my.deals.add({"deal_name": "Fish", "customer_id": customer, "deal_value": "10.50"})
    my.deals.move(deal, "closed_lost", "prospect", reason="Price", close_date=date(2026, 1, 5))
    task = my.tasks.add({"title": "x" * 255, "customer_id": customer})
    my.tasks.complete(task)
    return {"customers": customer, "leads": lead, "deals": deal, "tasks": task}


def test_a_duplicate_has_what_the_declarations_let_it_have_and_begins_anew(two: Office) -> None:
    my = two.at()
    for kind, id_ in full(my).items():
        records = my.records(kind)
        (made,) = records.add_all(copies(records, [id_], my.scope.user_id))
        old, new = records.get(id_), records.get(made)
        assert new[records.title].endswith(" (copy)")
        assert len(new[records.title]) <= 255
        for name, field in records.fields.items():
            if field.edit and field.copy and name != records.title:
                assert new[name] == old[name], (kind, name)
        assert not new["external_id"]
    assert new["status"] == "pending"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("customers", "customer_code"),
        ("customers", "email"),
        ("leads", "status"),
        ("deals", "stage"),
        ("deals", "loss_reason"),
        ("deals", "actual_close_date"),
        ("tasks", "completed_at"),
    ],
)
def test_what_tells_a_record_from_others_or_closes_it_is_not_copied(
    two: Office, kind: str, name: str
) -> None:
    my = two.at()
    records = my.records(kind)
    id_ = full(my)[kind]
    (made,) = records.add_all(copies(records, [id_], my.scope.user_id))
    assert records.get(id_)[name] is not None
    assert records.get(made)[name] in (None, records.fields[name].default)


def test_a_colleagues_record_is_duplicated_as_mine_and_a_strangers_not_at_all(two: Office) -> None:
    his, mine = two.at(), two.at(0, "sales_rep")
    id_ = his.customers.add({"name": "His", "assigned_to": his.scope.user_id})
    (wanted,) = copies(mine.customers, [id_], mine.scope.user_id)
    assert wanted["assigned_to"] == mine.scope.user_id
    with pytest.raises(CrmError, match="no longer in the list"):
        copies(two.at(1).customers, [id_], None)


def give(
    my: Workspace,
    kind: str,
    ids: list[int],
    name: str,
    value: Any,
    state: dict[str, Any],
    way: Way = Way.SET,
    rest: bool = True,
) -> None:
    """What a press of the dialog's button does, and the second of two."""
    records = my.records(kind)
    many.begin(kind, ids)
    asked = state[f"{kind}.many"]
    given = Given(way, name, None if way is Way.CLEAR else value)
    for _ in range(2):
        many.give(my, records, my.members(), asked, given, rest)


def stays(state: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    """The rows that the dialog names as refused."""
    asked = state.get(f"{kind}.many")
    return [(one.name, one.sentence) for one in asked.stays] if asked else []


def undo(my: Workspace, offered: Any) -> None:
    """What the button does that is offered afterwards."""
    my.changes.undo(my.changes.find(offered.act_id))


def test_many_get_one_owner_and_the_undo_gives_each_its_own(two: Office, state: dict[str, Any]) -> None:
    my, rep = two.at(), two.people[0]["sales_rep"]
    mine = [
        my.leads.add({"lead_name": f"Lead {n}", "assigned_to": o})
        for n, o in enumerate((None, rep, my.scope.user_id))
    ]
    gone, foreign = my.leads.add({"lead_name": "Gone"}), two.at(1).leads.add({"lead_name": "Theirs"})
    my.leads.archive([gone])
    give(my, "leads", [*mine, gone, foreign], "assigned_to", rep, state)
    owners = lambda: [my.leads.get(id_)["assigned_to"] for id_ in mine]  # noqa: E731
    assert owners() == [rep, rep, rep]
    assert sorted(stays(state, "leads")) == [
        ("", "It is not here any more."),
        ("Gone", "This record was archived meanwhile. Restore it before changing it."),
    ]
    assert two.at(1).leads.get(foreign)["assigned_to"] is None
    undo(my, state["undo"])
    assert owners() == [None, rep, my.scope.user_id]


def test_what_is_refused_is_named_and_the_rest_is_done(two: Office, state: dict[str, Any]) -> None:
    my = two.at()
    customer = my.customers.add({"name": "Fjord"})
    add = lambda name: my.deals.add({"deal_name": name, "customer_id": customer, "deal_value": 1})  # noqa: E731
    deals = [add("A"), add("B")]
    my.deals.change([Edit(deals[1], {"probability": (10, 35)})])
    give(my, "deals", deals, "stage", "proposal", state)
    assert [my.deals.get(id_)["stage"] for id_ in deals] == ["proposal", "proposal"]
    assert stays(state, "deals") == []
    undo(my, state["undo"])
    assert [(d["stage"], d["probability"]) for d in map(my.deals.get, deals)] == [
        ("prospect", 10),
        ("prospect", 35),
    ]
    lead = my.leads.add({"lead_name": "Won", "estimated_value": 1})
    my.leads.convert(lead)
    other = my.leads.add({"lead_name": "Other"})
    give(my, "leads", [lead, other], "status", "lost", state)
    assert my.leads.get(other)["status"] == "lost"
    assert stays(state, "leads") == [("Won", "Status: this lead became a deal. Make the change there.")]
    state.pop("leads.many")
    give(my, "leads", [lead, other], "status", "contacted", state, rest=False)
    assert my.leads.get(other)["status"] == "lost", "none was asked for rather than the rest"
    assert state["leads.many.refusal"].endswith("So none was changed.")
    assert [name for name, _ in stays(state, "leads")] == ["Won"]


def test_a_deal_is_closed_one_by_one(two: Office) -> None:
    my = two.at()
    stages = many._options(many.choices(my.deals)["stage"], {})
    assert set(Stage) - set(stages) == {Stage.CLOSED_WON, Stage.CLOSED_LOST}


def a_value(my: Workspace, field: Field) -> Any:
    """Something that a column can hold, as its widget gives it."""
    return {
        Kind.EMAIL: "new@many.example",
        Kind.PHONE: "+43 1 2345",
        Kind.URL: "https://many.example",
        Kind.MONEY: "1,234.50",
        Kind.WHOLE: 50,
        Kind.NUMBER: "-1.5",
        Kind.DAY: date(2026, 5, 6),
        Kind.MOMENT: datetime(2026, 5, 6, 7, 0),  # noqa: DTZ001 - as the widget gives it, in the person's zone
        Kind.TAGS: ["new", "öl"],
        Kind.MEMBER: my.scope.user_id,
        Kind.LINK: next(iter(my.records(field.to).choices())) if field.to in my.kinds else None,
        Kind.CHOICE: next(iter(many._options(field, {}))) if field.kind is Kind.CHOICE else None,
    }.get(field.kind, "EUR" if field.name == "currency" else "Many")


COLUMNS = [
    (kind, name)
    for kind in Workspace.kinds
    for name, field in fields_of(by_name(kind)).items()
    if field.edit and field.kind is not Kind.JSON
]


@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_every_column_is_given_to_many_and_cleared_or_says_why_not(
    two: Office, state: dict[str, Any], kind: str, name: str
) -> None:
    my = two.at()
    records = my.records(kind)
    field = many.choices(records)[name]
    made = [records.add(least(my, kind)) for _ in range(2)]
    my.leads.add({"lead_name": "To name"})
    value = a_value(my, field)

    def press(way: Way) -> list[Any]:
        state.clear()
        give(my, kind, made, name, value, state, way)
        return [records.get(id_)[name] for id_ in made]

    before = [records.get(id_)[name] for id_ in made]
    held = press(Way.SET)
    if stays(state, kind):
        assert held == before, "what is refused stays"
        assert field.name in ("loss_reason", "actual_close_date"), stays(state, kind)
        return
    assert held[0] == held[1]
    assert not say.holds_nothing(held[0])
    assert held != before or held[0] == field.default or field.kind in (Kind.MEMBER, Kind.CHOICE, Kind.LINK)
    if Way.CLEAR in many.ways(field):
        assert press(Way.CLEAR) == [None, None]
        undo(my, state["undo"])
        assert [records.get(id_)[name] for id_ in made] == held


def test_tags_are_added_and_taken_away_beside_others(two: Office, state: dict[str, Any]) -> None:
    my = two.at()
    tags = [["vip", "Öl"], None, ["öl"]]
    ids = [my.customers.add({"name": f"T{at}", "tags": each}) for at, each in enumerate(tags)]

    def press(way: Way, said: list[str]) -> list[Any]:
        give(my, "customers", ids, "tags", said, state, way)
        return [my.customers.get(id_)["tags"] for id_ in ids]

    assert press(Way.ADD, ["ÖL", "new"]) == [["vip", "Öl", "new"], ["ÖL", "new"], ["öl", "new"]]
    assert press(Way.TAKE, ["öl", "nowhere"]) == [["vip", "new"], ["new"], ["new"]]
    assert press(Way.TAKE, ["new"]) == [["vip"], None, None]
