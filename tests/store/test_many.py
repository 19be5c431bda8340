"""Many rows put in or changed by one statement: each column holds what it was given, or all of it is refused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import clock, errors
from crm_data.store.many import change_each, next_ids, put, table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import Customer
from tests.support.office import Office, office

TABLE = table_of(Customer)
ROWS: list[dict[str, Any]] = [
    {
        "name": 'Öl, "Söhne" \\ {NULL}',
        "tags": ["a\x1eb", 'say "n"'],
        "credit_limit": Decimal("0.10"),
        "city": None,
    },
    {"name": "NULL", "tags": None, "credit_limit": Decimal("0.00"), "city": ""},
    {"name": "x" * 255, "tags": [], "credit_limit": Decimal("9999999999999.99"), "city": "%s \n{}"},
]


@pytest.fixture
def two(engine_kind: str, new_database: Any) -> Iterator[Office]:
    made = office(new_database(engine_kind).url)
    yield made
    made.store.close()


def held(session: CompanySession, ids: list[int]) -> list[dict[str, Any]]:
    wanted = sa.select(*(getattr(Customer, name) for name in ROWS[0])).where(Customer.id.in_(ids))
    return [dict(row._mapping) for row in session.execute(wanted.order_by(Customer.id))]


def added(session: CompanySession, rows: list[dict[str, Any]]) -> list[int]:
    ids = next_ids(session, TABLE, len(rows))
    usual = {
        "customer_type": "business",
        "status": "active",
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }
    put(session, TABLE, [{**row, "id": id_} for id_, row in zip(ids, rows, strict=True)], usual)
    return ids


def test_rows_are_kept_as_they_were_given(two: Office) -> None:
    with two.store.write(two.scope()) as session:
        ids = added(session, ROWS)
        assert held(session, ids) == ROWS
        others = [ROWS[2], ROWS[0], ROWS[1]]
        assert change_each(session, TABLE, ids, others, clock.now()) == len(ids)
        assert held(session, ids) == others
        single = added(session, [ROWS[1]])
        assert held(session, single) == [ROWS[1]]
    assert {two.at().customers.get(id_)["version"] for id_ in ids} == {2}
    assert two.at(1).customers.count() == 0


def test_another_company_has_no_row_of_these(two: Office) -> None:
    with two.store.write(two.scope()) as session:
        ids = added(session, ROWS)
    with two.store.write(two.scope(1)) as session:
        assert change_each(session, TABLE, ids, ROWS, clock.now()) == 0


def test_a_text_without_room_is_refused_and_not_cut_off(two: Office) -> None:
    long = {**ROWS[0], "name": "x" * 256}

    def changed(session: CompanySession, row: dict[str, Any]) -> None:
        change_each(session, TABLE, added(session, ROWS[:1]), [row], clock.now())

    for way in (lambda session: added(session, [long]), lambda session: changed(session, long)):
        with pytest.raises(errors.CrmError), two.store.write(two.scope()) as session:
            way(session)
    assert two.at().customers.count() == 0
