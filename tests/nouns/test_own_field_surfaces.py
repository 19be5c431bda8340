"""Each kind of field that a company adds, on each surface on which a field stands: none knows which kind it is.

Files have theirs in tests/transfer/test_own_fields.py, charts in tests/numbers/test_own_charts.py.
"""

from typing import Any

import pytest

from crm_data import Given, Layout, Query, Way
from crm_data.accounts.own_fields import KINDS, TABLES
from crm_data.store.filters import OPS, Condition, Filter, Op
from crm_data.tables.fields import Kind
from dashboard.components.grid.data import column, order
from dashboard.parts import many, widgets
from tests.nouns.test_own_fields import KEPT, SAID, made
from tests.support.fields import one_of_each, own
from tests.support.office import Office
from tests.support.soak import one_quickly


@pytest.mark.parametrize("table", one_quickly(TABLES))
def test_every_kind_stands_on_every_surface_until_it_is_hidden(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    my, admin = own(two), two.at(0, "admin")
    admin.own_fields.change(table, names[Kind.DAY], {"section": ("", "Dates")})
    admin.own_fields.order(table, list(reversed(names.values())))
    my = own(two)
    records = my.records(table)
    form = [field.name for field in widgets.in_order(records) if field.name in names.values()]
    assert form == list(reversed(names.values()))
    assert [field.name for field in widgets.in_sections(widgets.in_order(records))[2]["Dates"]] == [
        names[Kind.DAY]
    ]
    for kind, name in names.items():
        field = records.fields[name]
        assert name in order(records, Layout()), kind
        assert column(field, None, {}, "")["edit"], kind
        assert OPS[field.kind], kind
        assert name in many.choices(records), kind
        admin.own_fields.hide(table, name)
        hidden = own(two).records(table)
        assert name not in order(hidden, Layout()), kind
        assert name not in many.choices(hidden), kind
        assert name not in [one.name for one in widgets.in_order(hidden)], kind
        admin.own_fields.hide(table, name, hidden=False)


@pytest.mark.parametrize("table", one_quickly(TABLES))
def test_many_rows_are_given_a_value_of_every_kind(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    my, me = own(two), two.people[0]["sales_rep"]
    ids = [made(my, table) for _ in range(3)]
    said: dict[Kind, Any] = {**SAID, Kind.MEMBER: me}
    kept: dict[Kind, Any] = {**KEPT, Kind.MEMBER: me}
    assert set(said) == set(KINDS)
    for kind, name in names.items():
        records = my.records(table)
        done = records.change_many(ids, Given(Way.SET, name, said[kind]), act_id=f"{kind}-{table}")
        assert (done.count, done.refused) == (3, ()), kind
        assert {records.get(id_)[name] for id_ in ids} == {kept[kind]}
        my.changes.undo(my.changes.find(f"{kind}-{table}"))
        assert kept[kind] not in {records.get(id_)[name] for id_ in ids}


@pytest.mark.parametrize("table", one_quickly(TABLES))
def test_a_view_may_ask_and_be_ordered_by_every_kind(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    my = own(two)
    records = my.records(table)
    for kind, name in names.items():
        ways = [op for op in OPS[kind] if op in (Op.FILLED, Op.IS, Op.ANY)]
        value: dict[Kind, Any] = {**KEPT, Kind.MEMBER: two.people[0]["sales_rep"]}
        for op in ways:
            values = () if op is Op.FILLED else (value[kind],)
            query = Query(filter=Filter((Condition(name, op, values),)), sort=name, descending=True)
            said = records.params(query)
            again = records.query(said)
            assert records.params(again) == said, (kind, op)
            assert records.count(again) == 0
        assert ways, kind
