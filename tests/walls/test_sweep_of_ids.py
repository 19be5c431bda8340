"""Every id there is, of every table, tried in every filter and every verb that takes one: nothing of another's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Workspace
from crm_data.errors import NotFound
from crm_data.store.store import Store
from crm_data.tables import Base, by_name
from crm_data.tables.fields import Kind, fields_of
from tests.support import makers
from tests.support.databases import Database
from tests.support.soak import size

# How many more records another company has, and how many ids behind the last one are tried.
MORE, BEHIND = size(12, 1500), size(5, 2000)
ONES = (Kind.MEMBER, Kind.LINK)
FILTERS = [
    pytest.param(kind, name, id=f"{kind}.{name}")
    for kind in Workspace.kinds
    for name, field in fields_of(by_name(kind)).items()
    if field.filter and field.kind in ONES
]


class Ground:
    """Two companies that share nothing, one person's Workspace, and every id that any table holds."""

    def __init__(self, store: Store) -> None:
        self.own, other = makers.two_companies(store)
        self.my = Workspace(store, self.own.scope)
        self.canary = other.canary
        with store.system("what another company has more") as session:
            for at in range(MORE):
                made = makers.customer(session, other.company_id, name=f"{other.canary} {at}")
                lead = makers.lead(session, other.company_id, lead_name=f"{other.canary} {at}")
                links = {"lead_id": lead.id, "deal_name": f"{other.canary} {at}"}
                makers.deal(session, other.company_id, made.id, **links)
        with store.system("every id", write=False) as session:
            highest = [session.scalar(sa.select(sa.func.max(t.c.id))) for t in Base.metadata.tables.values()]
            self.ids = range(1, max(found or 0 for found in highest) + BEHIND)
            self.others: dict[str, set[int]] = {}
            for kind in Workspace.kinds:
                table = Base.metadata.tables[kind]
                theirs = sa.select(table.c.id).where(table.c.company_id == other.company_id)
                self.others[kind] = set(session.scalars(theirs))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Ground]:
    store = Store(new_database(request.param).url)
    yield Ground(store)
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), FILTERS)
def test_a_filter_by_any_id_gives_ones_own_rows_or_none(ground: Ground, kind: str, name: str) -> None:
    records = ground.my.records(kind)
    by_value: dict[Any, int] = {}
    for row in records.page(records.query({})).rows:
        by_value[row[name]] = by_value.get(row[name], 0) + 1
    assert by_value, "a list without a row proves nothing"
    for id_ in ground.ids:
        page = records.page(records.query({name: str(id_)}))
        assert page.total == by_value.get(id_, 0), id_
        assert ground.canary not in repr(page), id_


@pytest.mark.slow
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_a_record_of_any_id_is_ones_own_or_not_found(ground: Ground, kind: str) -> None:
    records, found = ground.my.records(kind), 0
    assert ground.others[kind]
    for id_ in ground.ids:
        for ask in (records.get, records.history):
            try:
                said = ask(id_)
            except NotFound:
                continue
            found += 1
            assert id_ not in ground.others[kind]
            assert ground.canary not in repr(said)
    assert found, "not even one's own were found"
