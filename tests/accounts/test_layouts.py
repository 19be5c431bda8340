"""How a person has arranged a list: theirs alone, in one company, and nothing in it but what the list has."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Layout, Workspace, errors
from crm_data.accounts.layouts import HEIGHTS, NARROWEST, WIDEST
from crm_data.store.query import MOST_SORTS
from crm_data.store.summary import MEASURES
from crm_data.tables import GridLayout
from tests.support.office import ROLES, Office, office

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=ENGINES)
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    made = office(new_database(request.param).url)
    yield made
    made.store.close()


def some(my: Workspace, kind: str, pinned: int = 2) -> Layout:
    """An arrangement that says something of everything."""
    records = my.records(kind)
    names = list(records.fields)
    sorts = [name for name, field in records.fields.items() if field.sort]
    return Layout(
        tuple(reversed(names)), tuple(names[:2]), {names[0]: 200}, pinned, ((sorts[0], True),), "tall",
        {names[0]: "count"},
    )  # fmt: skip


def test_it_is_found_again_by_its_person_and_by_nobody_else(two: Office) -> None:
    kept = {}
    for at, (company, role, kind) in enumerate(
        (c, r, k) for c in (0, 1) for r in ROLES for k in Workspace.kinds
    ):
        my = two.at(company, role)
        assert my.layouts.get(my.records(kind)) == Layout()
        kept[company, role, kind] = my.layouts.keep(my.records(kind), some(my, kind, at % 7))
    for (company, role, kind), layout in kept.items():
        elsewhere = two.at(company, role)  # another machine
        assert (
            elsewhere.layouts.get(elsewhere.records(kind)) == layout == some(elsewhere, kind, layout.pinned)
        )
    with two.store.system("rows of arrangements", write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(GridLayout)) == len(kept)


def test_a_second_takes_the_place_of_the_first(two: Office) -> None:
    my = two.at(0, "user")
    first = my.layouts.keep(my.customers, some(my, "customers"))
    second = my.layouts.keep(my.customers, Layout(hidden=("email",)))
    assert first != second == my.layouts.get(my.customers)


def test_a_period_is_its_persons_in_one_company(two: Office) -> None:
    people = [(company, role) for company in (0, 1) for role in ROLES]
    assert {two.at(*who).layouts.period() for who in people} == {None}
    for at, who in enumerate(people):
        two.at(*who).layouts.keep_period("all", "none")
        two.at(*who).layouts.keep_period(f"{2010 + at}", "year")
    for at, who in enumerate(people):
        assert two.at(*who).layouts.period() == (f"{2010 + at}", "year")


@pytest.mark.parametrize("word", ["x" * 41, "a\nb", "a\0b"])
def test_what_is_no_word_is_no_period(two: Office, word: str) -> None:
    my = two.at(0, "manager")
    before = my.layouts.period()
    for words in ((word, "none"), ("all", word)):
        with pytest.raises(errors.Invalid, match="Choose one from the list"):
            my.layouts.keep_period(*words)
    assert my.layouts.period() == before


def test_a_kept_period_that_is_none_is_as_if_there_were_none(two: Office) -> None:
    my = two.at(1, "user")
    my.layouts.keep_period("all", "none")
    for said in ({}, [], "all", {"word": 1, "compare": "none"}, {"word": "all"}, None):
        with two.store.system("a habit written otherwise") as session:
            session.execute(
                sa.update(GridLayout)
                .where(GridLayout.user_id == my.scope.user_id, GridLayout.list_name == "period")
                .values(layout=sa.JSON.NULL if said is None else said)
            )
        assert my.layouts.period() is None


def test_the_system_arranges_nothing(two: Office) -> None:
    my = two.at(0, "system")
    with pytest.raises(errors.Invalid):
        my.layouts.keep_period("all", "none")
    assert my.layouts.period() is None
    with pytest.raises(errors.Invalid):
        my.layouts.keep(my.customers, Layout())
    assert my.layouts.get(my.customers) == Layout()


HOSTILE: list[Any] = [
    None, True, -1, 0, 7, 10**30, 1.5, float("nan"), float("inf"), "", "x" * 100_000, "name", "company_id",
    "__class__", [], {}, [[]], [["name"]], [["name", "asc", 1]], [["name", 3]], [[["name"], "asc"]], {"name": "x"},
    {"name": float("nan")}, {"name": 10**400}, {"name": True}, {1: 2}, ["name", "name", 5, None, ["name"]],
    {"name": ["sum"]}, [{"name": 1}], "short", {"company_id": 100}, ["company_id", "password_hash"],
]  # fmt: skip


def test_whatever_is_said_is_read_as_an_arrangement_of_the_list(two: Office) -> None:
    my = two.at()
    for kind in Workspace.kinds:
        fields = my.records(kind).fields
        for said in [*HOSTILE, *({name: value} for name in asdict(Layout()) for value in HOSTILE)]:
            layout = Layout.read(said, fields)
            assert {*layout.order, *layout.hidden, *layout.widths, *layout.foot, *layout.group} <= set(fields)
            assert all(type(w) is int and NARROWEST <= w <= WIDEST for w in layout.widths.values())
            assert all(fields[name].sort and type(down) is bool for name, down in layout.sort)
            assert len(layout.sort) <= MOST_SORTS
            assert layout.tall in HEIGHTS
            assert set(layout.foot.values()) <= set(MEASURES)
            assert type(layout.pinned) is int
            json.dumps(asdict(layout))
            assert Layout.read(json.loads(json.dumps(asdict(layout))), fields) == layout


def test_a_direction_may_be_a_word(two: Office) -> None:
    fields = two.at().customers.fields
    said = {"sort": [["name", "asc"], ["created_at", "desc"], ["name", "desc"], ["tags", "asc"]]}
    assert Layout.read(said, fields).sort == (("name", False), ("created_at", True))
