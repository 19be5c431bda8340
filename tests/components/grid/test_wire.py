"""What a browser says is read without fault whatever it says, and nothing forged is ever written."""

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Edit, Kind, Query, Workspace
from crm_data.store.values import to_text
from dashboard.components.grid import wire
from dashboard.components.grid.adding import make
from dashboard.components.grid.saving import keep
from dashboard.components.grid.wire import MOST_CELLS, MOST_ROWS, Save
from tests.store.test_rights import dump
from tests.support.office import Office, office
from tests.support.statements import counted

ZONE = ZoneInfo("Europe/Vienna")
HOSTILE: list[Any] = [
    None, True, False, -1, 0, 2**31, 2**53 + 1, 10**400, 1.5, float("nan"), float("-inf"), "", " ",
    "x" * 40_001, "\0", "\ud800", "'; DROP TABLE deals; --", "<b onclick=alert(1)>", "=1+1", "9" * 400, "٣", "-5",
    [], [[]], ["x"] * 101, ["a,b"], [None], [float("nan")], {}, {"a": 1}, {"__class__": "x"}, "0001-01-01",
    "9999-12-31T23:59:59Z", "2026-02-30", "NaN", "Infinity", "1e999",
]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    """A record of every kind in both companies, all an admin's."""
    made = office(new_database(request.param).url)
    for company in (0, 1):
        my = made.at(company, "admin")
        buyer = my.customers.add({"name": "Kept", "notes": "kept"})
        my.leads.add({"lead_name": "Kept", "estimated_value": 5})
        my.deals.add({"deal_name": "Kept", "deal_value": 5, "customer_id": buyer})
        my.tasks.add({"title": "Kept"})
        my.activities.log("note", "Kept")
    yield made
    made.store.close()


def first(my: Workspace, kind: str) -> dict[str, Any]:
    """The oldest record of a kind."""
    return my.records(kind).page(Query(sort="created_at", descending=False)).rows[0]


def said(id_: Any, cells: Any, token: Any = "t") -> dict[str, Any]:
    """A Save of one row."""
    return {"token": token, "edits": {str(id_): cells}}


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_every_value_of_every_field_goes_to_the_browser_and_comes_back(two: Office, kind: str) -> None:
    my = two.at(0, "admin")
    records, row = my.records(kind), first(my, kind)
    for name, declared in records.fields.items():
        if declared.kind is Kind.JSON:
            continue
        shown = wire.packed(declared, row[name])
        assert json.loads(json.dumps(shown, allow_nan=False)) == shown
        assert not isinstance(shown, float)
        if not declared.edit:
            continue
        asked = wire.save(said(row["id"], {name: [shown, shown]}), records.fields)
        assert asked is not None
        assert asked.edits == [Edit(row["id"], {name: (shown, shown)})], name
        if kind == "activities" and name == "activity_type":
            continue
        assert records.change(asked.edits, zone=ZONE) == 0, "what is shown is what is stored"
    packed = wire.packing(list(records.fields.values()))(row)
    assert packed == [wire.packed(declared, row[name]) for name, declared in records.fields.items()]


def test_amounts_are_text_and_moments_end_in_z(two: Office) -> None:
    fields = two.at().deals.fields
    assert wire.packed(fields["deal_value"], Decimal("1234.5")) == "1234.50"
    created = first(two.at(), "deals")["created_at"]
    assert wire.packed(fields["created_at"], created) == to_text(fields["created_at"], created)


MESSAGES = [
    {"token": "t", "edits": {"1": {"name": ["a", "b"]}}},
    {"start": 0, "n": 50},
    {"n": 1, "field": "name", "text": "x"},
    {"act": "archive", "ids": [1, 2]},
    {"act": "archive", "all": True, "query": "x", "count": 3, "text": "Ltd"},
    {"id": 1, "field": "name"},
    {"token": "t", "rows": [{"name": "x"}]},
    {"n": 1, "text": "x", "after": 3, "back": True},
]


def forgeries() -> Iterator[Any]:
    """Each message with each part in turn as something else, or gone, or nested; and what is no message."""
    yield from HOSTILE
    for message in MESSAGES:
        for name, value in product(message, HOSTILE):
            yield {**message, name: value}
            yield {**message, name: [value]}
            yield {**message, name: {"1": value}}
            yield {**message, name: {"1": {"name": value}}}
            yield {**message, name: {"1": {"name": [value, value]}}}
        for name in message:
            yield {key: value for key, value in message.items() if key != name}
        yield {**message, "more": "than asked"}
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    yield {"token": "t", "edits": {"1": {"name": [deep, deep]}}}


def test_whatever_is_said_is_read_without_fault(two: Office) -> None:
    fields = two.at().customers.fields
    for message in forgeries():
        asked = wire.save(message, fields)
        assert asked is None or all(type(edit.id) is int and 0 < edit.id < 2**31 for edit in asked.edits)
        assert asked is None or all(set(edit.fields) <= set(fields) for edit in asked.edits)
        assert asked is None or asked.cells <= MOST_CELLS
        start, n = wire.want(message, 50)
        assert type(start) is int
        assert start >= 0
        assert 1 <= n <= MOST_ROWS
        acted = wire.acted(message, ["archive"])
        assert acted is None or acted.ids is None or all(type(id_) is int for id_ in acted.ids)
        assert acted is None or (type(acted.text) is str and len(acted.text) <= 100)
        question = wire.ask(message, fields)
        assert question is None or (question.field in fields and len(question.text) <= 100)
        undone = wire.undo(message)
        assert undone is None or all(type(act) is str and len(act) <= 100 for act in undone.acts)
        assert undone is None or (
            undone.last in ("", "undo", "redo") and bool(undone.last) != bool(undone.acts)
        )
        assert wire.count(message) >= 0
        assert wire.opened(message) is None or type(message) is int
        assert wire.cell(message, fields) in (None, (1, "name"))
        lines = wire.added(message, fields)
        assert lines is None or len(lines.rows) <= MOST_ROWS
        assert lines is None or all(set(row) <= set(fields) for row in lines.rows)
        looked = wire.find(message)
        assert looked is None or (len(looked.text) <= 100 and -1 <= looked.after <= 2**53)


@pytest.mark.slow
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_a_forged_save_writes_nothing(two: Office, kind: str) -> None:
    """By a person who may change none of these; of every column there is, and some that there are not."""
    my, own = two.at(0, "user"), first(two.at(0, "admin"), kind)
    foreign = first(two.at(1, "admin"), kind)
    records, before = my.records(kind), dump(two)
    columns = [c.name for c in records.table.__table__.columns]  # type: ignore[attr-defined]
    for name in [*columns, "password_hash", "__class__", "", "x" * 101]:
        for value in HOSTILE:
            pair = [own.get(name) if value != value else None, value]
            edits = {str(id_): {name: pair} for id_ in (own["id"], foreign["id"], 2**31 - 1)}
            asked = wire.save({"token": "t", "edits": edits}, records.fields)
            assert asked is not None
            result = keep(my, records, asked, {}, ZONE)
            assert result["saved"] == {}
            assert result["words"]
            json.dumps(result, allow_nan=False)
    assert dump(two) == before


@pytest.mark.parametrize("name", ["id", "version", "company_id", "created_by", "archived_at", "updated_at"])
def test_what_nobody_edits_is_refused_in_its_cell(two: Office, name: str) -> None:
    my = two.at(0, "admin")
    row, before = first(my, "customers"), dump(two)
    asked = wire.save(said(row["id"], {name: [None, 1]}), my.customers.fields)
    assert asked is not None
    result = keep(my, my.customers, asked, {}, ZONE)
    assert (result["ok"], result["saved"]) == (False, {})
    assert "cannot be changed" in result["problems"][str(row["id"])][name]
    assert dump(two) == before


def test_a_save_of_more_than_there_is_room_for_is_refused_whole(two: Office) -> None:
    my = two.at(0, "admin")
    edits = {str(id_): {"name": ["a", "b"], "city": [None, "c"]} for id_ in range(1, MOST_CELLS // 2 + 2)}
    asked = wire.save({"token": "t", "edits": edits}, my.customers.fields)
    assert asked is not None
    result = keep(my, my.customers, asked, {}, ZONE)
    assert (result["ok"], result["saved"]) == (False, {})
    assert "2,000" in result["words"]


def customers(my: Workspace, many: int) -> list[int]:
    """New customers of this person."""
    return [my.customers.add({"name": f"No. {at}", "city": "Graz"}) for at in range(many)]


def test_the_right_ones_are_saved_and_each_wrong_one_says_why(two: Office) -> None:
    my, colleague = two.at(0, "manager"), two.at(0, "admin")
    good, wrong, stale, gone, locked = customers(my, 5)
    colleague.customers.change([Edit(stale, {"city": ("Graz", "Linz")})])
    colleague.customers.archive([gone])
    edits = {
        str(good): {"city": ["Graz", "Wien"]},
        str(wrong): {"email": [None, "no address"], "city": ["Graz", "Wien"]},
        str(stale): {"city": ["Graz", "Wien"]},
        str(gone): {"city": ["Graz", "Wien"]},
        str(locked): {"city": ["Graz", "Wien"], "version": [1, 9]},
    }
    asked = wire.save({"token": "t", "edits": edits}, my.customers.fields)
    assert asked is not None
    result = keep(my, my.customers, asked, my.members(), ZONE)
    assert result["saved"] == {str(good): {"city": "Wien"}, str(locked): {"city": "Wien"}}
    assert result["problems"].keys() == {str(wrong), str(gone), str(locked)}
    assert result["problems"][str(wrong)].keys() == {"email"}
    assert "archived" in result["problems"][str(gone)]["city"]
    clash = result["clashes"][str(stale)]["city"]
    assert (clash["now"], clash["who"]) == ("Linz", "Alpha Admin")
    assert clash["when"].startswith("today")
    assert (result["ok"], result["token"]) == (False, "t")
    stored = {id_: my.customers.get(id_)["city"] for id_ in (good, wrong, stale, gone, locked)}
    assert stored == {good: "Wien", wrong: "Graz", stale: "Linz", gone: "Graz", locked: "Wien"}


def test_what_is_a_colleagues_says_so_in_its_cell(two: Office) -> None:
    my, theirs = two.at(0, "sales_rep"), customers(two.at(0, "admin"), 1)[0]
    two.at(0, "admin").customers.change([Edit(theirs, {"assigned_to": (None, two.people[0]["admin"])})])
    mine = customers(my, 1)[0]
    edits = {str(id_): {"city": ["Graz", "Wien"]} for id_ in (theirs, mine)}
    asked = wire.save({"token": "t", "edits": edits}, my.customers.fields)
    assert asked is not None
    result = keep(my, my.customers, asked, {}, ZONE)
    assert result["saved"].keys() == {str(mine)}
    assert "owner or a manager" in result["problems"][str(theirs)]["city"]


def test_a_name_that_was_pasted_is_the_one_who_is_called_so(two: Office) -> None:
    my = two.at(0, "manager")
    buyer, *_ = (my.customers.add({"name": name}) for name in ("Only One", "Twice", "twice"))
    deal = my.deals.add({"deal_name": "x", "deal_value": 1, "customer_id": buyer})
    for text, word in (("only one", ""), ("Twice", "More than one"), ("Nowhere", "Nobody here")):
        asked = wire.save(said(deal, {"customer_id": [buyer, text]}), my.deals.fields)
        assert asked is not None
        found = keep(my, my.deals, asked, my.members(), ZONE)
        assert bool(found["saved"]) == (word == "")
        assert word in found["problems"].get(str(deal), {}).get("customer_id", "")
    asked = wire.save(said(deal, {"assigned_to": [None, " alpha MANAGER "]}), my.deals.fields)
    assert asked is not None
    assert keep(my, my.deals, asked, my.members(), ZONE)["ok"]
    assert my.deals.get(deal)["assigned_to"] == two.people[0]["manager"]


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_forged_lines_below_the_end_make_nothing(two: Office, kind: str) -> None:
    """Of every column that nobody fills in, by whom nothing can be added, and with what cannot be read."""
    my = two.at(0, "manager")
    records, before = my.records(kind), dump(two)
    unedited = [name for name, field in records.fields.items() if not field.edit]
    foreign = first(two.at(1, "admin"), "customers")["id"]
    rows = [{name: "1"} for name in [*unedited, "id", "company_id", "version", "created_by", "password_hash"]]
    rows += [{name: value} for name in records.fields for value in (["x"], {"a": 1}, "\ud800", 2**70)]
    rows += [{n: foreign} for n, field in records.fields.items() if field.kind is Kind.LINK]
    for row, each in [(row, each) for row in rows for each in (False, True)]:
        asked = wire.added({"token": "t", "rows": [row], "each": each}, records.fields)
        assert asked is not None
        result = make(my, records, asked, my.members(), ZONE, "forged")
        assert not result["ok"], row
        assert result["words"].startswith("Nothing was added"), row
        json.dumps(result, allow_nan=False)
    assert dump(two) == before


def test_pasted_lines_are_read_as_a_file_is_and_become_one_act(two: Office) -> None:
    my = two.at(0, "manager")
    buyer = my.customers.add({"name": "Buyer of lines"})
    lines = [
        {"deal_name": "One", "deal_value": "1.234,50", "customer_id": "buyer OF lines", "stage": "Proposal"},
        {"deal_name": "", "deal_value": " ", "customer_id": None},
        {"deal_name": "Two", "deal_value": "99", "customer_id": "Buyer of lines",
         "expected_close_date": "24.12.2026", "assigned_to": "Alpha Manager"},
    ]  # fmt: skip
    asked = wire.added({"token": "t", "rows": lines}, my.deals.fields)
    assert asked is not None
    found = make(my, my.deals, asked, my.members(), ZONE, "an act of lines")
    assert (found["ok"], found["words"]) == (True, "Added 2 records to deals.")
    assert make(my, my.deals, asked, my.members(), ZONE, "an act of lines")["ok"]
    made = [row for row in my.deals.page().rows if row["customer_id"] == buyer]
    assert {row["deal_name"]: row["deal_value"] for row in made} == {"One": Decimal("1234.50"), "Two": 99}
    two_ = next(row for row in made if row["deal_name"] == "Two")
    assert str(two_["expected_close_date"]) == "2026-12-24"
    assert two_["assigned_to"] == two.people[0]["manager"]
    lines[0]["customer_id"] = "nobody"
    asked = wire.added({"token": "u", "rows": lines}, my.deals.fields)
    assert asked is not None
    refused = make(my, my.deals, asked, my.members(), ZONE, "another act")
    assert not refused["ok"]
    assert refused["words"].startswith("Nothing was added. Line 1: Customer: Nobody here")
    asked = wire.added({"token": "u", "rows": [{"deal_name": "x"}]}, my.deals.fields)
    assert asked is not None
    assert "Line 1: Value is needed" in make(my, my.deals, asked, {}, ZONE, "one more")["words"]
    assert not make(two.at(0, "user"), two.at(0, "user").deals, asked, {}, ZONE, "no right")["ok"]
    assert my.deals.count(Query(where={"customer_id": (buyer,)})) == 2


def test_of_rows_that_were_typed_each_that_can_be_kept_is_and_the_others_say_why(two: Office) -> None:
    my = two.at(0, "manager")
    lines = [
        {"deal_name": "Good", "deal_value": "5", "customer_id": "nobody at all"},
        {"deal_name": "Better", "deal_value": "1.234,50", "customer_id": my.customers.add({"name": "B"})},
        {"deal_value": "7"},
        {"deal_name": "Worse", "deal_value": "much"},
    ]
    asked = wire.added({"token": "t", "rows": lines, "each": True}, my.deals.fields)
    assert asked is not None
    found = make(my, my.deals, asked, my.members(), ZONE, "typed")
    assert found["made"] == [1]
    assert found["words"] == "Added 1 record. 3 new rows could not be added; the marked cells say why."
    assert {at: sorted(cells) for at, cells in found["problems"].items()} == {
        "0": ["customer_id"], "2": ["customer_id", "deal_name"], "3": ["customer_id", "deal_value"],
    }  # fmt: skip
    again = make(my, my.deals, asked, my.members(), ZONE, "typed")
    assert (again["made"], my.deals.count(Query(search="Better"))) == ([1], 1)
    act = my.changes.find(found["act"])
    assert my.changes.undo(act) == []
    assert my.deals.count(Query(search="Better")) == 0


@pytest.mark.slow
def test_a_paste_of_two_hundred_rows_is_few_statements(two: Office) -> None:
    my = two.at(0, "manager")
    ids, owner = customers(my, 200), two.people[0]["sales_rep"]
    wanted = {
        "name": "New", "email": "a@b.example", "phone": "1", "city": "Wien", "country": "AT", "status": "prospect",
        "priority": "high", "credit_limit": "1.50", "assigned_to": owner, "industry": "Steel",
    }  # fmt: skip
    seen = my.customers.get(ids[0])
    edits = {
        str(id_): {
            name: [
                wire.packed(my.customers.fields[name], seen[name]) if name != "name" else f"No. {at}",
                value,
            ]
            for name, value in wanted.items()
            if at % 3 or name != "priority"  # not all of them the same columns
        }
        for at, id_ in enumerate(ids)
    }
    asked = wire.save({"token": "t", "edits": edits}, my.customers.fields)
    assert isinstance(asked, Save)
    assert not asked.problems
    with counted(two.store) as sent:
        result = keep(my, my.customers, asked, my.members(), ZONE)
    assert result["ok"], result["words"]
    # Two are for the act: whether its name is free, and its change set. SQLite asks for all ends of the log
    # at once; PostgreSQL reads the head of the chain, numbers the change set and looks at references before.
    chain = 4 if two.store.engines.write.dialect.name == "postgresql" else 1
    alike = 9  # look for who is like them, however many rows there are
    assert len(sent) <= 8 + chain + alike, [statement[:60] for statement in sent]
    assert my.customers.get(ids[1])["credit_limit"] == Decimal("1.50")
    assert len(my.customers.history(ids[1])) == 11
    assert [my.customers.get(id_)["priority"] for id_ in ids[:2]] == ["medium", "high"]
