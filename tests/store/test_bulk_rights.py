"""Many rows at once: the same rights are asked below the screens and files that ask them already."""

from collections.abc import Iterator
from typing import Any

import pytest

from crm_data import errors
from crm_data.store import writer
from crm_data.store.bulk import Bulk, reading, writing
from crm_data.store.changes import Doing, new_act
from tests.support.databases import Database
from tests.support.office import Office, office
from tests.walls.without import KEYS, SESSION, store_with


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    made = office(database_url)
    yield made
    made.store.close()


def bulk(two: Office, session: Any, role: str) -> Bulk:
    """One open transaction of a person's, past the door that asks for the right to import."""
    return Bulk(two.at(0, role).customers, session, Doing(two.people[0][role]), writes=True)


@pytest.mark.parametrize("role", ["user", "sales_rep"])
def test_opening_is_asked(two: Office, role: str) -> None:
    customers = two.at(0, role).customers
    for way in (reading(customers), writing(customers, new_act())):
        with pytest.raises(errors.NotAllowed), way:
            pass


def test_adding_is_asked(two: Office) -> None:
    with pytest.raises(errors.NotAllowed), two.store.write(two.scope(0, "user")) as session:
        bulk(two, session, "user").insert([{"name": "New"}])
    assert two.at().customers.count() == 0


def test_changing_is_asked(two: Office) -> None:
    id_ = two.at().customers.add({"name": "Old"})
    before = two.at().customers.get(id_)
    with pytest.raises(errors.NotAllowed), two.store.write(two.scope(0, "sales_rep")) as session:
        bulk(two, session, "sales_rep").update([(before, {"name": "New"})])
    assert two.at().customers.get(id_) == before


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("alike", [1_000, 1], ids=["each", "together"])
def test_a_foreign_row_is_not_found(
    two: Office, database: Database, alike: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an id that is nobody's, and by the statements themselves: the database's own walls are down here."""
    monkeypatch.setattr(writer, "_ALIKE", alike)
    two.store.close()
    two.store = store_with(frozenset({SESSION, KEYS}), database)
    two.at(0).customers.add({"name": "Mine"})
    theirs = two.at(1).customers.get(two.at(1).customers.add({"name": "Theirs"}))
    for before in (theirs, {**theirs, "id": 999_999}):
        with pytest.raises(errors.NotFound), two.store.write(two.scope(0, "manager")) as session:
            bulk(two, session, "manager").update([(before, {"name": "Taken"})])
    assert two.at(1).customers.get(theirs["id"]) == theirs
