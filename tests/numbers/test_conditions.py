"""What an address may ask of a field: read back as it was, met by the rows that a plain reading finds, and by no
stranger's."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from crm_data import Query, errors
from crm_data.store.conditions import EMPTY, NOTHING, Except, both
from crm_data.tables import Deal
from crm_data.tables.fields import fields_of
from tests.numbers.makers import put_deals, rows_of, won
from tests.support.office import Office

DAY = date(2026, 2, 3)


def conditions(two: Office) -> list[dict[str, Any]]:
    """Of each kind, those that meet nothing too."""
    me, stranger = two.people[0]["manager"], two.people[1]["manager"]
    owners = [(me,), (me, None), (None,), Except((me,)), Except((me, None)), (stranger,), Except((stranger,))]
    each: dict[str, list[Any]] = {
        "assigned_to": [*owners, NOTHING],
        "status": [("open",), Except(("open",)), NOTHING],
        "currency": [("USD",), ("EUR", "USD"), "u", "=x", NOTHING],
        "actual_close_date": [EMPTY, (DAY, DAY), (DAY, None), NOTHING],
        "expected_close_date": [EMPTY, (None, DAY)],
        "deal_value": [(Decimal("10.00"), None), NOTHING],
    }
    return [{name: wanted} for name, some in each.items() for wanted in some]


def meets(row: dict[str, Any], name: str, wanted: Any) -> bool:
    """Whether a row meets a condition, said plainly."""
    value = row[name]
    if wanted == NOTHING:
        return False
    if isinstance(wanted, Except):
        return value not in wanted.values
    if isinstance(wanted, str):
        return wanted.lower() in value.lower()
    if name in ("assigned_to", "status", "currency") or wanted == EMPTY:
        return value in wanted
    low, high = wanted
    return value is not None and (low is None or low <= value) and (high is None or value <= high)


@pytest.mark.slow
def test_addresses_ask_for_what_they_say(two: Office) -> None:
    people = [None, *two.people[0].values()]
    put_deals(two, [{"assigned_to": who, "currency": code} for who, code in product(people, ("USD", "EUR"))])
    put_deals(two, [won(DAY, 5), {"expected_close_date": DAY}])
    put_deals(two, [won(DAY, 7, assigned_to=two.people[1]["manager"])], company=1)
    my = two.at()
    every = rows_of(my)
    for one, other in product(conditions(two), repeat=2):
        where = {**one, **other}
        query = Query(where=where)
        back = my.deals.query(my.deals.params(query))
        assert back.where == where
        found = {row["id"] for row in rows_of(my, back)}
        assert found == {r["id"] for r in every if all(meets(r, *pair) for pair in where.items())}, where


@pytest.mark.slow
def test_two_of_one_field_together(two: Office) -> None:
    put_deals(two, [{"assigned_to": who} for who in (None, *two.people[0].values())])
    put_deals(two, [{"currency": "EUR"}, won(DAY), {"expected_close_date": DAY}])
    my = two.at()
    some = [next(iter(each.items())) for each in conditions(two)]
    for (name, one), (_, other) in ((a, b) for a, b in product(some, some) if a[0] == b[0]):
        if isinstance(one, str) and isinstance(other, str):
            continue
        joined = both(fields_of(Deal)[name].kind, one, other)
        found = {row["id"] for row in rows_of(my, Query(where={name: joined}))}
        alone = [{row["id"] for row in rows_of(my, Query(where={name: part}))} for part in (one, other)]
        assert found == alone[0] & alone[1], (name, one, other, joined)


@pytest.mark.parametrize(
    "params",
    [
        {"assigned_to": "!"},
        {"assigned_to": "!x"},
        {"assigned_to": "!="},
        {"assigned_to": "!!4"},
        {"status": "!nothing"},
        {"preset": "moving:x..y"},
        {"preset": "moving:9999-01-01..9999-12-31"},
        {"preset": "open:2026-01-01..2026-02-01"},
        {"preset": "mine,nothing"},
        {"preset": ","},
    ],
)
def test_what_cannot_be_read_is_refused(two: Office, params: dict[str, str]) -> None:
    with pytest.raises(errors.Invalid):
        two.at().deals.query(params)
