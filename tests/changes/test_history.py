"""The history: who sees which acts, found by what one asks, page by page, to the last value, and as a file."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from crm_data import Edit, errors
from crm_data.changes.sets import Asked
from tests.changes.looking import last
from tests.nouns.makers import a_customer, a_deal
from tests.support.office import Office
from tests.support.statements import counted


def titles(my: Any, **asked: Any) -> list[str]:
    """The titles of the acts that are meant, newest first."""
    return [done.title for done in my.changes.page(Asked(**asked))[0]]


def test_each_sees_their_own_and_managers_see_all(two: Office) -> None:
    rep, boss = two.at(0, "sales_rep"), two.at()
    a_customer(rep, "Mine")
    a_customer(boss, "Theirs")
    a_customer(two.at(1), "Elsewhere")
    assert titles(rep) == ["Added customer Mine"]
    assert titles(boss) == titles(two.at(0, "admin")) == ["Added customer Theirs", "Added customer Mine"]
    assert titles(two.at(0, "user")) == []


def test_acts_are_found_by_what_one_asks(two: Office) -> None:
    rep, boss = two.at(0, "sales_rep"), two.at()
    first, second = a_customer(rep, "Anna"), a_customer(boss, "Bert")
    boss.customers.change([Edit(second, {"phone": (None, "1")})])
    deal = a_deal(rep, first)
    rep.deals.move(deal, "proposal", "prospect")
    assert titles(boss, user_id=two.people[0]["sales_rep"]) == [
        "Moved deal Deal", "Added deal Deal", "Added customer Anna",
    ]  # fmt: skip
    assert titles(boss, kind="change") == ["Changed customer Bert: Phone"]
    assert titles(boss, table="customers", row=second) == [
        "Changed customer Bert: Phone",
        "Added customer Bert",
    ]
    assert titles(boss, table="activities") == ["Moved deal Deal"], "what followed counts as well"
    assert titles(boss, text="ANNA") == ["Added customer Anna"]
    assert titles(boss, text="%") == []
    assert len(titles(boss, first=date(2026, 3, 2), last=date(2026, 3, 2))) == 5
    assert titles(boss, last=date(2026, 3, 1)) == titles(boss, first=date(2026, 3, 3)) == []


def test_pages_follow_each_other_and_cost_the_same(two: Office) -> None:
    my = two.at()
    for number in range(7):
        a_customer(my, f"No. {number}")
    seen, before = [], None
    while True:
        with counted(two.store) as statements:
            done, before = my.changes.page(Asked(before=before, size=3))
        assert len(statements) <= 3
        seen += [one.title for one in done]
        if before is None:
            break
    assert seen == [f"Added customer No. {number}" for number in reversed(range(7))]


def test_an_act_is_opened_to_its_values_with_names(two: Office) -> None:
    my = two.at()
    customer, other = a_customer(my), a_customer(my, "Other")
    deal = a_deal(my, customer)
    my.deals.change(
        [Edit(deal, {"customer_id": (customer, other), "assigned_to": (None, two.people[0]["admin"])})]
    )
    shown = my.changes.lines(last(my))
    values = {line.field: (line.before, line.after) for line in shown.lines}
    assert values == {"customer_id": (customer, other), "assigned_to": (None, two.people[0]["admin"])}
    assert shown.names["customers"] == {customer: "Firm", other: "Other"}
    assert shown.names["users"][two.people[0]["admin"]] == "Alpha Admin"
    assert shown.names["deals"] == {deal: "Deal"}


def test_the_file_has_a_line_a_value_and_runs_no_formula(two: Office) -> None:
    my = two.at()
    a_customer(two.at(1), "Elsewhere")
    id_ = my.customers.add({"name": "=1+1"})
    my.customers.change([Edit(id_, {"phone": (None, "1"), "city": (None, "Bern")})])
    name, pieces = my.changes.export()
    assert name == "history-2026-03-02.csv"
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))
    assert [(row["Action"], row["Field"], row["Was"], row["Is"]) for row in rows[:2]] == [
        ("change", "phone", "", "1"), ("change", "city", "", "Bern"),
    ]  # fmt: skip
    assert {row["Is"] for row in rows if row["Field"] == "name"} == {"'=1+1"}
    assert not any("Elsewhere" in "".join(row.values()) for row in rows)
    for role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).changes.export()


def test_the_security_log_is_the_companys_own(two: Office) -> None:
    my = two.at()
    my.changes.export()
    two.at(1).changes.export()
    found, more = two.at(0, "admin").changes.events()
    assert [(event.event, event.who) for event in found] == [("export", "Alpha Manager")]
    assert more is None
    with pytest.raises(errors.NotAllowed):
        my.changes.events()


def test_an_address_that_cannot_be_read_asks_for_everything(two: Office) -> None:
    my = two.at()
    a_customer(my)
    wrong = {"person": "x", "record": "9" * 40, "from": "soon", "before": "-1", "table": "users", "q": "\x00"}
    assert Asked.read(wrong, my.kinds, Asked().zone) == Asked()
    assert len(my.changes.page(Asked.read(wrong, my.kinds, Asked().zone))[0]) == 1
