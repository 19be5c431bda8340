"""What a rehearsal says of each field, on the screen: values in words, of every field of every kind of record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Field, Kind, Records, Workspace
from crm_data.accounts.own_fields import TABLES
from crm_data.store.bulk import reading
from crm_data.transfer.lookup import Lookup
from crm_data.transfer.mapping import importable
from crm_data.transfer.plan import Plan, Unmatched
from crm_data.transfer.report import Changed, changed_of
from dashboard.parts import say
from dashboard.parts.csv_rows import changed_lines
from tests.support.fields import one_of_each, own
from tests.support.kinds import KINDS, TITLES, least
from tests.support.office import Office
from tests.transfer.files import csv_bytes, firm


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is how values are told."""
    return "sqlite"


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


PLAIN = {Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL}


def a_value(made: Office, my: Workspace, field: Field) -> tuple[Any, str]:
    """A value of a field as its column holds it, and how a person reads it."""
    if field.kind is Kind.CHOICE:
        code, label = list(field.choice_labels().items())[-1]
        return code, label
    if field.kind is Kind.MEMBER:
        return made.people[0]["sales_rep"], "Alpha Sales_rep"
    if field.kind is Kind.LINK:
        to = my.records(str(field.to))
        id_ = to.add({**least(my, to.name), TITLES[to.name]: f"One of the {to.name}"})
        return id_, f"One of the {to.name}"
    if field.kind in PLAIN:
        return f"{field.name}@example.org", f"{field.name}@example.org"
    return {
        Kind.MONEY: (Decimal("1234.50"), "€1,234.50"),
        Kind.RATE: (Decimal("1.25"), "1.25"),
        Kind.WHOLE: (7, "7"),
        Kind.NUMBER: (Decimal("2.5"), "2.5"),
        Kind.YES_NO: (True, "Yes"),
        Kind.DAY: (date(2025, 3, 1), "1 Mar 2025"),
        Kind.MOMENT: (datetime(2025, 3, 1, 9, 30, tzinfo=UTC), "1 Mar 2025 09:30"),
        Kind.TAGS: (["one", "two"], "one, two"),
    }[field.kind]


def told(my: Workspace, records: Records, changes: list[Changed], plan: Plan) -> list[dict[str, Any]]:
    with reading(records) as bulk:
        names = Lookup(bulk, plan).names(changes)
    return changed_lines(my, records, changes, names)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_told_in_words_then_and_now(made: Office, kind: str) -> None:
    if kind in TABLES:
        one_of_each(made, kind)
    my = own(made)
    records = my.records(kind)
    sheet = my.read_file(csv_bytes([["Name"], ["x"]]), "x.csv")
    plan = my.guess(sheet, records)
    fields = importable(records)
    assert len(fields) > 5
    for name, field in fields.items():
        value, words = a_value(made, my, field)
        euros = {} if name == "currency" else {"currency": "EUR"}
        changes = [
            *changed_of(2, "One", {name: None, **euros}, {name: value}),
            *changed_of(3, "One", {name: value, **euros}, {name: None}),
        ]
        then, now = told(my, records, changes, plan)
        assert then == {"Record": "One", "Field": field.label, "Now": say.NONE, "Then": words, "Row": 2}, name
        assert now == {"Record": "One", "Field": field.label, "Now": words, "Then": say.NONE, "Row": 3}, name


def test_a_rehearsal_says_who_which_customer_and_in_which_currency(made: Office) -> None:
    my = made.at()
    first, other = (my.customers.add({"name": name}) for name in ("Firm A", "Firm B"))
    me = made.people[0]["sales_rep"]
    deal = {
        "deal_name": "One",
        "deal_value": "5",
        "customer_id": first,
        "assigned_to": me,
        "stage": "prospect",
    }
    my.deals.add(deal)
    my.deals.add({**deal, "deal_name": "Two", "customer_id": other})
    data = csv_bytes(
        [
            ["Name", "Customer", "Owner", "Value", "Currency", "Stage", "Beside"],
            ["One", "Firm B", "Alpha Manager", "6.50", "EUR", "negotiation", "a word"],
            ["Two", "Firm C", "Who Was Here", "5", "USD", "prospect", ""],
        ]
    )
    sheet = my.read_file(data, "deals.csv")
    plan = my.guess(sheet, my.deals)
    plan = plan.with_column("Customer", unmatched=Unmatched.MAKE).with_column(
        "Owner", unmatched=Unmatched.FORMER
    )
    plan = replace(plan, key=("deal_name",))
    report = my.rehearse(my.deals, sheet, plan)
    assert report.updated == 2, report
    lines = {
        (line["Record"], line["Field"]): (line["Now"], line["Then"])
        for line in changed_lines(my, my.deals, report.changes, report.names)
    }
    assert lines["One", "Customer"] == ("Firm A", "Firm B")
    assert lines["One", "Owner"] == ("Alpha Sales_rep", "Alpha Manager")
    assert lines["One", "Value"] == ("$5.00", "€6.50")
    assert lines["One", "Stage"] == ("Prospect", "Negotiation")
    assert lines["One", "Beside (kept beside)"] == (say.NONE, "a word")
    assert lines["Two", "Customer"] == ("Firm B", "Firm C (to be added)")
    assert lines["Two", "Owner"] == ("Alpha Sales_rep", "A former colleague (to be added)")
    assert my.commit_import(my.deals, sheet, plan).updated == 2
