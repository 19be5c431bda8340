"""Ids in a company's file: whatever names a row, a view, a chart or the log, names the same one where it comes."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_data import Chosen, Layout, Query, Workspace
from crm_data.numbers.own import Own
from crm_data.store.filters import ME, Condition, Filter, Group, Op, say_text
from crm_data.tables import User
from crm_data.transfer.company_file import contents
from tests.support import makers
from tests.transfer.companies import WAYS, There, changed, manifest, said_otherwise

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.mark.parametrize(("kind", "other"), WAYS[:2])
def test_views_and_charts_ask_there_what_they_asked_here(
    there: Callable[..., There], kind: str, other: str, tmp_path: Path
) -> None:
    first, second = there(kind), there(other, filled=False)
    my = Workspace(first.store, first.filled[0].scope)
    me = first.filled[0].admin_id
    with first.store.system("who it is") as session:
        email = session.get_one(User, me).email
    customer = next(iter(my.customers.choices()))
    mine, its = (
        Condition("assigned_to", Op.ANY, (me, ME, None)),
        Condition("customer_id", Op.NONE, (customer,)),
    )
    worded = Condition("deal_name", Op.HAS, ("[any",))
    filters = [
        Filter((mine,)),
        Filter((mine, its), any=True),
        Filter((Group((mine, worded), any=True), its)),
        Filter((Group((its, worded)), mine), any=True),
    ]
    asks = [my.deals.params(Query(search="[1", where={"assigned_to": (me,)}, filter=one)) for one in filters]
    views = [my.views.add(my.deals, f"View {at}", said, Layout(), True) for at, said in enumerate(asks)]
    whose = "of_customer:assigned_to:{}|,of_customer_else:assigned_to:{}"
    my.views.add(
        my.deals, "Of customers", my.deals.params(Query(preset=whose.format(me, me))), Layout(), True
    )
    my.views.choose(my.deals, Chosen((views[2], views[0]), views[1]))
    board = my.dashboards.add("Board", [Own(asks=said) for said in asks], shared=True)
    tile = my.dashboards.get(board).tiles[0]
    my.dashboards.change_chart(tile.id, replace(tile.own, asks=asks[2]))
    changed = my.changes.page()[0][0].id

    made = second.bring(first.taken(first.scope(), tmp_path))
    with second.store.system("who is who") as session:
        here = session.scalars(sa.select(User.id).where(User.email == email)).one()
    your = Workspace(second.store, makers.scope(made.company_id, user_id=here))
    name = my.customers.get(customer)["name"]
    its_there = next(id_ for id_, called in your.customers.choices(name).items() if called == name)

    def moved(filter_: Filter) -> str:
        said = say_text(filter_)
        return said.replace(f'"any",{me},', f'"any",{here},').replace(
            f'"none",{customer}]', f'"none",{its_there}]'
        )

    found, chosen = your.views.all(your.deals)
    by_name = {view.name: view for view in found}
    for at, filter_ in enumerate(filters):
        query = your.deals.query(by_name[f"View {at}"].params)
        assert say_text(query.filter) == moved(filter_)
        assert (query.where, query.search) == ({"assigned_to": (here,)}, "[1")
    assert chosen == Chosen((by_name["View 2"].id, by_name["View 0"].id), by_name["View 1"].id)
    assert by_name["Of customers"].params == {"preset": whose.format(here, here)}
    (there_board,) = [one for one in your.dashboards.all() if one.name == "Board"]
    tiles = your.dashboards.get(there_board.id).tiles
    expected = [filters[2], *filters[1:]]
    assert [say_text(your.deals.query(tile.own.asks).filter) for tile in tiles] == list(map(moved, expected))
    act = next(act for act in your.changes.page()[0] if act.title == my.changes.get(changed).title)
    assert your.changes.undo(act.id) == []
    back = your.dashboards.get(there_board.id).tiles[0].own
    assert say_text(your.deals.query(back.asks).filter) == moved(filters[0])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_erased_comes_back_under_a_number_of_its_own(
    there: Callable[..., There], kind: str, tmp_path: Path
) -> None:
    here = there(kind)
    my = Workspace(here.store, here.filled[0].scope)
    sheet = my.read_file(b"Name,E-mail\nFirm,firm@example.com\n", "firms.csv")
    my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    my.changes.undo(my.changes.page()[0][0].id)  # which takes the row away
    path = here.taken(here.scope(), tmp_path)
    made = here.bring(path, "again@example.com")
    there_too = makers.scope(made.company_id, user_id=my.scope.user_id)
    assert manifest(here.taken(there_too, tmp_path))["tables"] == manifest(path)["tables"]
    found = []
    for one in (Workspace(here.store, there_too), my):
        assert one.changes.undo(one.changes.page()[0][0].id) == []
        (id_,) = one.customers.choices("Firm")
        found.append(id_)
    assert found[0] != found[1]


def test_a_file_of_an_earlier_version_is_read_as_it_was_measured(
    there: Callable[..., There], tmp_path: Path
) -> None:
    here = there("sqlite")
    my = Workspace(here.store, here.filled[0].scope)
    sheet = my.read_file(b"Name,E-mail\nFirm,firm@example.com\n", "firms.csv")
    my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    my.changes.undo(my.changes.page()[0][0].id)
    path = here.taken(here.scope(), tmp_path)
    with zipfile.ZipFile(path) as archive:
        archive.extract("company.db", tmp_path)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'company.db'}")
    with engine.connect() as file:
        told = {name: vars(said) for name, said in contents(file, whole=False).items()}
    engine.dispose()
    assert told != manifest(path)["tables"]
    old = changed(path, lambda parts: said_otherwise(parts, tables=told))
    assert here.bring(old, "again@example.com").rows
