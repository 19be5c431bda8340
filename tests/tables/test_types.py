"""Moments and money come back as they went in, and mean the same to SQL as to Python, on both engines."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.numbers.sums import amount, cents, total
from crm_data.store.store import Store
from crm_data.tables import Customer, Deal, Task
from tests.support import chance, makers
from tests.support.databases import Database
from tests.support.plain import Plain, plain
from tests.support.soak import size

MOMENTS = [
    datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=5))),
    datetime(2026, 3, 29, 3, 0, tzinfo=ZoneInfo("Europe/Vienna")),
    datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=ZoneInfo("Europe/Vienna")),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Vienna")),
    datetime(2024, 2, 29, 23, 59, 59, tzinfo=ZoneInfo("Pacific/Apia")),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC),
]
AMOUNTS = [
    "0",
    "0.01",
    "0.10",
    "0.29",
    "1.005e3",
    "4.35",
    "1234567.89",
    "9999999999999.99",
    "9007199254740.93",
]
Ground = tuple[Store, Plain, int]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Ground]:
    """An open store, a plain connection beside it, and a company."""
    database = new_database(request.param)
    store = Store(database.url)
    with store.system("a company") as session:
        company_id = makers.company(session).id
    with plain(database, owner=True) as sql:  # COPY is the owner's: row security does not allow it
        yield store, sql, company_id
    store.close()


def kept(ground: Ground, column: Any, value: Any) -> Any:
    """Write a value into a new row and read it back."""
    store, _, company_id = ground
    with store.system("write") as session:
        own = {column.key: value}
        if column.class_ is Task:
            member = makers.member(session, company_id)
            row = makers.task(session, company_id, member.user_id, **own)
        else:
            row = makers.customer(session, company_id, **own)
    with store.system("read", write=False) as session:
        return session.scalars(select(column).where(column.class_.id == row.id)).one()


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_comes_back_in_utc(ground: Ground, moment: datetime) -> None:
    back = kept(ground, Task.due_date, moment)
    assert back == moment.astimezone(UTC)
    assert back.tzinfo is UTC or back.utcoffset() == timedelta(0)


def test_a_moment_keeps_whole_seconds(ground: Ground) -> None:
    whole = datetime(2026, 3, 2, 9, 30, 59, tzinfo=UTC)
    assert kept(ground, Task.due_date, whole.replace(microsecond=999_999)) == whole


def test_a_moment_without_a_zone_is_refused(ground: Ground) -> None:
    with pytest.raises(Invalid):
        kept(ground, Task.due_date, datetime(2026, 3, 2, 9, 30))  # noqa: DTZ001 - that is the point


def test_our_stamp_and_the_databases_are_of_one_form(ground: Ground) -> None:
    store, sql, company_id = ground
    before = clock.now() - timedelta(seconds=1)
    with store.system("by ourselves") as session:
        ours = makers.customer(session, company_id, name="ours").id
    sql.run("INSERT INTO customers (company_id, name) VALUES (?, 'theirs')", company_id)
    theirs = sql.value("SELECT max(id) FROM customers")
    texts = [
        sql.value("SELECT CAST(created_at AS VARCHAR) FROM customers WHERE id = ?", id_)
        for id_ in (ours, theirs)
    ]
    form = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d" + ("" if sql.kind == "sqlite" else r"[+-]\d\d")
    assert all(re.fullmatch(form, text) for text in texts), texts
    with store.system("read", write=False) as session:
        stamps = session.scalars(select(Customer.created_at).where(Customer.id.in_([ours, theirs]))).all()
        same = select(sa.func.count()).where(Customer.id == ours, Customer.created_at == stamps[0])
        assert session.scalar(same) == 1
    after = clock.now() + timedelta(seconds=2)
    assert all(before <= stamp <= after and stamp.microsecond == 0 for stamp in stamps)


def test_sql_orders_moments_as_python_does(ground: Ground) -> None:
    store, _, _ = ground
    made = [kept(ground, Task.due_date, moment) for moment in chance.dice(1).sample(MOMENTS, len(MOMENTS))]
    with store.system("read", write=False) as session:
        found = session.scalars(
            select(Task.due_date).where(Task.due_date.in_(made)).order_by(Task.due_date)
        ).all()
    assert list(found) == sorted(found)
    assert set(found) == set(made)


@pytest.mark.parametrize("said", AMOUNTS)
def test_an_amount_comes_back_to_the_cent(ground: Ground, said: str) -> None:
    back = kept(ground, Customer.credit_limit, Decimal(said))
    assert back == Decimal(said)
    assert isinstance(back, Decimal)
    assert back.as_tuple().exponent == -2


WRONG = [
    "NaN",
    "Infinity",
    "-Infinity",
    "sNaN",
    "0.005",
    "0.001",
    "-0.01",
    "9999999999999.995",
    "1e400",
    "1e13",
]


@pytest.mark.parametrize("said", WRONG)
def test_an_amount_that_is_none_is_refused(ground: Ground, said: str) -> None:
    with pytest.raises(Invalid):
        kept(ground, Customer.credit_limit, Decimal(said))


@pytest.mark.parametrize("said", ["abc", "", 0.1, float("nan"), float("inf")])
def test_what_is_no_amount_is_refused(ground: Ground, said: Any) -> None:
    with pytest.raises(Invalid):
        kept(ground, Customer.credit_limit, said)


def test_minus_nothing_is_nothing(ground: Ground) -> None:
    assert str(kept(ground, Customer.credit_limit, Decimal("-0.00"))).lstrip("-") == "0.00"


@pytest.mark.slow
def test_many_amounts_add_up_to_the_cent(ground: Ground) -> None:
    store, sql, _ = ground
    dice = chance.dice(7)
    amounts = [
        Decimal(dice.randrange(10 ** dice.randint(1, 12))).scaleb(-2) for _ in range(size(10_000, 100_000))
    ]
    with store.system("a customer") as session:
        company_id = makers.company(session).id
        customer_id = makers.customer(session, company_id).id
    same = {"company_id": company_id, "customer_id": customer_id, "deal_name": "x"}
    if sql.kind == "sqlite":
        with store.system("many deals") as session:
            session.execute(sa.insert(Deal.__table__), [{**same, "deal_value": value} for value in amounts])
    else:  # by the short way: there the amounts are exact by nature
        into = "COPY deals (company_id, customer_id, deal_name, deal_value) FROM STDIN"
        with sql.connection.cursor() as cursor, cursor.copy(into) as copy:
            for value in amounts:
                copy.write_row([*same.values(), value])
    with store.read(makers.scope(company_id)) as session:
        assert amount(session.scalar(select(total(cents())).select_from(Deal))) == sum(amounts)
        back = session.scalars(select(Deal.deal_value).order_by(Deal.id)).all()
    assert list(back) == amounts
    if sql.kind == "sqlite":  # what adding doubles would make of it
        raw = sql.value("SELECT sum(deal_value) FROM deals WHERE company_id = ?", company_id)
        assert Decimal(raw) != sum(amounts)


def test_a_hundred_dimes(ground: Ground) -> None:
    store, sql, _ = ground
    with store.system("dimes") as session:
        company_id = makers.company(session).id
        customer_id = makers.customer(session, company_id).id
        for _ in range(100):
            makers.deal(session, company_id, customer_id, deal_value=Decimal("0.10"))
    with store.read(makers.scope(company_id)) as session:
        assert amount(session.scalar(select(total(cents())).select_from(Deal))) == Decimal("10.00")
    if sql.kind == "sqlite":
        assert sql.value("SELECT sum(deal_value) FROM deals WHERE company_id = ?", company_id) != 10


def test_json_of_nothing_is_null(ground: Ground) -> None:
    _, sql, _ = ground
    assert kept(ground, Customer.tags, None) is None
    assert sql.value("SELECT count(*) FROM customers WHERE tags IS NOT NULL") == 0
    assert kept(ground, Customer.tags, ["ä", "b"]) == ["ä", "b"]
