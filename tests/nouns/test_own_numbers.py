"""Decimal numbers of a company's own: exact to six places, below zero too, in every place that a number has."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Query, Workspace, errors
from crm_data.numbers.own import Own
from crm_data.store.amounts import COMMA
from crm_data.store.filters import Condition, Filter, Op
from crm_data.tables import by_name
from crm_data.tables.types import trimmed
from crm_data.transfer.csv_out import Form
from dashboard.components.grid import summing
from dashboard.parts.filters import in_words
from tests.support.fields import own
from tests.support.office import Office
from tests.transfer.files import csv_bytes, firm

HELD = ["-999999999.999999", "-40.5", "-0.000001", "0", "0.1", "0.2", "47.376887", "999999999.999999", None]


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


@pytest.fixture
def held(two: Office) -> tuple[Workspace, str, dict[int, Decimal | None]]:
    """Customers with a number each, added in no order; the column; number by id."""
    name = two.at(0, "admin").own_fields.add("customers", "Latitude", "number")
    my = own(two)
    some = {}
    for n, said in enumerate(reversed(HELD)):
        id_ = my.customers.add({"name": f"Held {n}", name: said})
        some[id_] = None if said is None else Decimal(said)
    return my, name, some


def rows(my: Workspace, query: Query) -> list[int]:
    """The ids of a list, page by page."""
    found, query = [], replace(query, size=2)
    while True:
        page = my.customers.page(query)
        found += [row["id"] for row in page.rows]
        if page.next is None:
            return found
        query = replace(query, after=page.next)


def test_they_come_back_as_they_went_in(held: tuple[Workspace, str, dict[int, Decimal | None]]) -> None:
    my, name, some = held
    for id_, value in some.items():
        got = my.customers.get(id_)[name]
        assert got == value
        assert got is None or str(got) == f"{value:f}"


@pytest.mark.parametrize("down", [False, True])
def test_they_sort_by_what_they_are_and_nothing_before_all(
    held: tuple[Workspace, str, dict[int, Decimal | None]], down: bool
) -> None:
    my, name, some = held
    query = my.customers.query(my.customers.params(Query(sort=name, descending=down)))
    listed = [
        some[id_] for id_ in (row["id"] for row in my.customers.window(query, 0, 50).rows) if id_ in some
    ]
    assert listed == sorted(
        some.values(), key=lambda v: Decimal("-Infinity") if v is None else v, reverse=down
    )
    assert [some[id_] for id_ in rows(my, query) if id_ in some] == listed


@pytest.mark.parametrize(
    ("op", "values", "right"),
    [
        (Op.LESS, ("0",), lambda v: v < 0),
        (Op.AT_LEAST, ("-0.000001",), lambda v: v >= Decimal("-0.000001")),
        (Op.IS, ("47.376887",), lambda v: v == Decimal("47.376887")),
        (Op.IS, ("-40.50",), lambda v: v == Decimal("-40.5")),
        (Op.BETWEEN, ("-41", "0.1"), lambda v: -41 <= v <= Decimal("0.1")),
        (Op.MORE, ("999999999.999998",), lambda v: v > Decimal("999999999.999998")),
    ],
)
def test_they_are_filtered(
    held: tuple[Workspace, str, dict[int, Decimal | None]], op: Op, values: Any, right: Any
) -> None:
    my, name, some = held
    wanted = Query(filter=Filter((Condition(name, op, tuple(map(Decimal, values))),)))
    query = my.customers.query(my.customers.params(wanted))
    found = {id_ for id_ in my.customers.ids(query, 50) if id_ in some}
    assert found == {id_ for id_, value in some.items() if value is not None and right(value)}
    (said,) = in_words(my.customers, query, {})
    assert f"{trimmed(Decimal(values[0])):,}" in said


def test_they_are_added_up_exactly(held: tuple[Workspace, str, dict[int, Decimal | None]]) -> None:
    my, name, some = held
    total = Decimal("7.176886")
    query = Query(search="Held")
    footers = my.customers.footers
    assert sum((v for v in some.values() if v is not None), Decimal(0)) == total
    assert footers(query, {name: "sum"})[name] == {"": total}
    assert footers(query, {name: "average"})[name] == {"": Decimal("0.897111")}
    assert footers(query, {name: "unique"})[name] == {"": 8}
    assert summing.foot({name: "sum"}, footers(query, {name: "sum"})) == {name: "Σ 7.176886"}
    groups = my.customers.groups(query, ["customer_type"], [name])
    assert sum(group.sums[name][""] for group in groups) == total
    chart = my.numbers.own(Own("customers", "customer_type", f"sum:{name}"), query)
    assert sum(bar.figure.value for bar in chart.bars) == total


def test_a_sum_says_no_zeros_that_say_nothing(held: tuple[Workspace, str, dict[int, Decimal | None]]) -> None:
    my, name, some = held
    ids = {value: id_ for id_, value in some.items()}
    for value, new in (("0.1", "1.5"), ("0.2", "998.5")):
        my.customers.change([Edit(ids[Decimal(value)], {name: (Decimal(value), new)})])
    query = Query(filter=Filter((Condition(name, Op.BETWEEN, (Decimal(1), Decimal(1000))),)), search="Held")
    assert summing.amounts(my.customers.footers(query, {name: "sum"})[name]) == "1,047.376887"
    between = Filter((Condition(name, Op.MORE, (Decimal(48),)), Condition(name, Op.LESS, (Decimal(1000),))))
    query = Query(filter=between, search="Held")
    assert summing.amounts(my.customers.footers(query, {name: "sum"})[name]) == "998.5"


def test_a_text_that_shows_it_is_found(held: tuple[Workspace, str, dict[int, Decimal | None]]) -> None:
    my, name, some = held
    (found,) = [id_ for id_, value in some.items() if value == Decimal("-40.5")]
    groups = my.customers.groups(Query(search="Held"), ["customer_type"], (), [name], "-40.5")
    assert sum(group.count for group in groups) == 1
    assert my.customers.get(found)[name] == Decimal("-40.5")


@pytest.mark.parametrize("form", Form)
def test_a_file_holds_them_as_numbers_and_brings_them_back(
    held: tuple[Workspace, str, dict[int, Decimal | None]], form: Form
) -> None:
    my, _, some = held
    called, pieces = my.export(my.customers, form=form)
    data = b"".join(pieces)
    if form is Form.CSV:
        lines = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        told = {int(line["Id"]): line["Latitude"] for line in lines}
        assert {told[id_] for id_ in some} == {said or "" for said in HELD}
    sheet = my.read_file(data, called)
    report = my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    assert (report.updated, report.created) == (0, 0)
    assert report.unchanged >= len(some)


def test_a_file_with_decimal_commas_is_read_by_them(two: Office) -> None:
    name = two.at(0, "admin").own_fields.add("customers", "Latitude", "number")
    my = own(two)
    data = csv_bytes(
        [["Name", "Latitude"], ["A", "-47,3768"], ["B", "1.234,5"], ["C", "12 %"], ["D", "7,1234567"]]
    )
    sheet = my.read_file(data, "x.csv")
    plan = my.guess(sheet, my.customers)
    assert {column.to: column.numbers for column in plan.columns}[name] == COMMA
    report = my.commit_import(my.customers, sheet, plan)
    assert report.created == 4
    assert report.beside == {"Latitude": {"7,1234567": 1}}
    kept = {row["name"]: row[name] for row in my.customers.page(Query()).rows if row["name"] in "ABCD"}
    assert kept == {"A": Decimal("-47.3768"), "B": Decimal("1234.5"), "C": Decimal(12), "D": None}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("0.0000001", "a number has at most 6 places behind the point."),
        ("1,000,000,000", "a number from -999,999,999.999999 to 999,999,999.999999 is needed."),
        ("-1000000000", "a number from -999,999,999.999999 to 999,999,999.999999 is needed."),
        ("5 €", "a number is needed, with no sign of a currency beside it."),
        ("north", "that is not a number; write it like 1234.50."),
        (float("inf"), "that is not a number."),
        (True, "a number is needed."),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(two: Office, said: Any, why: str) -> None:
    name = two.at(0, "admin").own_fields.add("customers", "Latitude", "number")
    my = own(two)
    with pytest.raises(errors.Invalid) as refused:
        my.customers.add({"name": "Firm", name: said})
    assert str(refused.value) == f"Latitude: {why}"
    assert my.customers.count(Query(search="Firm")) == 0


def test_whole_numbers_stay_what_they_are(two: Office) -> None:
    admin = two.at(0, "admin").own_fields
    whole, number = admin.add("leads", "Seats", "whole"), admin.add("leads", "Change", "number")
    assert (whole, number) == ("own_whole_1", "own_number_1")
    lead: Any = by_name("leads")
    with two.store.system("a test looks", write=False) as session:
        held = session.scalars(sa.select(lead.own_number_1).where(lead.own_number_1.is_not(None))).all()
    assert held == []
    with pytest.raises(errors.Invalid, match="Seats: a whole number from 0"):
        own(two).leads.add({"lead_name": "L", whole: "-1", number: "-1"})
