"""Whatever a change makes necessary can be given where one stands: for every kind of record and every choice."""

from collections.abc import Iterator
from typing import Any

import pytest

from crm_data import Kind, Records
from crm_data.errors import Invalid
from dashboard.parts.widgets import in_order
from tests.support.kinds import KINDS, least
from tests.support.office import Office, office


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[Office]:
    made = office(new_database("sqlite").url)
    yield made
    made.store.close()


def refusals(records: Records, id_: int) -> Iterator[tuple[str, str, Invalid]]:
    """Every choice of every field that a record as it is refuses."""
    before = records.get(id_)
    for name, field in records.fields.items():
        if field.kind is not Kind.CHOICE or not field.edit:
            continue
        for choice in field.choice_labels():
            try:
                records.judge(records.parse_all({name: choice}, None, adding=False), before)  # type: ignore[arg-type]
            except Invalid as wrong:
                yield name, choice, wrong


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_lacking_has_a_widget_in_the_form_and_in_the_dialog(home: Office, kind: str) -> None:
    my = home.at(0, "manager")
    records = my.records(kind)
    offered = {field.name for field in in_order(records)}
    for changed, choice, wrong in refusals(records, records.add(records.new_values() | least(my, kind))):
        for problem in wrong.problems:
            assert problem.field in offered, (changed, choice, problem)
            assert records.fields[problem.field].edit


def test_a_deal_lacks_something_when_it_is_closed(home: Office) -> None:
    """So that the sweep above is not one over nothing."""
    my = home.at(0, "manager")
    found = {
        (choice, problem.field)
        for _, choice, wrong in refusals(my.deals, my.deals.add(least(my, "deals")))
        for problem in wrong.problems
    }
    assert found == {("closed_lost", "loss_reason"), ("closed_won", "deal_value")}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_added_is_mine(home: Office, kind: str) -> None:
    my = home.at(0, "sales_rep")
    mine = {
        name: my.scope.user_id
        for name, f in my.records(kind).fields.items()
        if f.kind is Kind.MEMBER and f.form
    }
    assert mine
    assert mine.items() <= my.records(kind).new_values().items()


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_begins_with_the_name_and_how_to_reach_it(home: Office, kind: str) -> None:
    records = home.at(0, "manager").records(kind)
    order = [field.name for field in in_order(records)]
    assert order[0] == records.title
    assert sorted(order) == sorted(n for n, f in records.fields.items() if f.form and f.edit)
    if kind in ("customers", "leads"):
        assert order[1:3] == ["email", "phone"]
