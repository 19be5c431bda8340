"""Every column of every list that can be sorted is: as people read its values, over all rows, on both engines."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Query, Workspace
from crm_data.store.store import Store
from crm_data.tables import User, by_name, title_of
from crm_data.tables.fields import Field, Kind, fields_of
from crm_data.tables.reading import reading_order
from tests.support.chance import dice
from tests.support.databases import Database
from tests.support.kinds import needed
from tests.support.makers import Filled, two_companies
from tests.support.statements import counted

ROWS = 40
TEXTS = (
    "Oslo", "oslo", "Łódź", "Lodz", "Ångström", "Zug", "zürich", "Æsir", "İzmir", "Ibiza", "Đà Nẵng", "dace",
    "Straße", "strasse", "Žilina", "Привет", "東京", "e\u0301pee", "10 B", "9 A", "IBM", "",
)  # fmt: skip
COLUMNS = [
    pytest.param(kind, name, id=f"{kind}.{name}")
    for kind in Workspace.kinds
    for name, field in fields_of(by_name(kind)).items()
    if field.sortable
]
NEVER = {Kind.LONG_TEXT, Kind.TAGS, Kind.JSON}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    """One for the whole file."""
    return new_database(request.param)


@pytest.fixture(scope="module")
def both(database: Database) -> Iterator[tuple[Store, Filled, Filled]]:
    """Two companies, the first with many records of every kind whose every column holds this and that."""
    store, chance = Store(database.url), dice("every order")
    own, other = two_companies(store)
    my = Workspace(store, own.scope)
    with store.system("people with names for a test") as session:
        for at, person in enumerate(session.scalars(sa.select(User))):
            person.first_name, person.last_name = TEXTS[at % 20], TEXTS[(at * 7) % 20]
    with store.system("records for a test") as session:
        for kind in Workspace.kinds:
            for at in range(ROWS):
                said = {**needed(my, own, kind), title_of(kind): f"{chance.choice(TEXTS[:20])} {at % 9}"}
                said["company_id"] = own.company_id
                session.add(by_name(kind)(**said))
            session.flush()
    with store.system("values for a test") as session:
        for kind in Workspace.kinds:
            model: Any = by_name(kind)
            rows = session.scalars(sa.select(model).where(model.company_id == own.company_id)).all()
            ids = {
                to: session.scalars(
                    sa.select(by_name(to).id).where(by_name(to).company_id == own.company_id)
                ).all()  # type: ignore[attr-defined]
                for to in {f.to for f in fields_of(model).values() if f.kind is Kind.LINK and f.to}
            }
            for row in rows:
                for name, field in fields_of(model).items():
                    if field.sortable and field.edit and not field.title and field.kind is not Kind.CHOICE:
                        setattr(row, name, _value(chance, field, ids, own, getattr(row, name)))
            session.flush()
            chosen = [field for field in fields_of(model).values() if field.kind is Kind.CHOICE]
            for row, field in [(row, field) for row in rows[::3] for field in chosen]:
                try:
                    with session.begin_nested():  # what a check holds to another column stays as it is
                        setattr(row, field.name, chance.choice(list(field.choice_labels())))
                        session.flush()
                except sa.exc.IntegrityError:
                    session.refresh(row)
    yield store, own, other
    store.close()


def _value(chance: Any, field: Field, ids: Any, own: Filled, now: Any) -> Any:
    """Something that a column of this kind may hold."""
    nothing = not field.required and now is None and field.default is None
    if nothing and chance.random() < 0.3:
        return None
    if field.name == "currency":
        return chance.choice(["USD", "EUR", "JPY"])
    if field.kind in (Kind.TEXT, Kind.URL, Kind.PHONE, Kind.EMAIL):
        return chance.choice(TEXTS if not field.required else TEXTS[:20])[: field.length]
    return {
        Kind.MONEY: lambda: Decimal(chance.choice(["0", "0.10", "9.99", "1234567.89"])),
        Kind.NUMBER: lambda: Decimal(chance.choice(["-1000", "-0.000001", "0", "0.5", "47.376887"])),
        Kind.WHOLE: lambda: chance.randint(field.low or 0, min(field.high or 100, 100)),
        Kind.YES_NO: lambda: now,
        Kind.DAY: lambda: date(2026, chance.randint(1, 12), 3),
        Kind.MOMENT: lambda: datetime(2026, chance.randint(1, 12), 3, 4, tzinfo=UTC) if nothing else now,
        Kind.MEMBER: lambda: chance.choice([own.admin_id, own.rep_id]),
        Kind.LINK: lambda: chance.choice(ids[field.to]) if ids.get(field.to) else now,
    }[field.kind]()


def plain_key(field: Field, row: dict[str, Any], names: Any) -> Any:
    """What a row is ordered by, said plainly."""
    value = row[field.name]
    if field.kind in (Kind.MEMBER, Kind.LINK):
        said = names.get(field.name, {}).get(value, "")
        return reading_order(said)
    if field.kind is Kind.CHOICE:
        return list(field.choice_labels()).index(value) if value is not None else -1
    if field.kind is Kind.DAY:
        return value or date(9999, 12, 31)
    if field.kind is Kind.MOMENT:
        return value or datetime(9999, 12, 31, tzinfo=UTC)
    if field.kind in (Kind.MONEY, Kind.WHOLE):
        return (0 if field.sort else -1) if value is None else value
    if field.kind is Kind.NUMBER:
        return Decimal("-Infinity") if value is None else value
    if field.kind is Kind.YES_NO:
        return bool(value)
    return reading_order(value or "")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_a_list_is_in_the_order_of_each_of_its_columns(
    both: tuple[Store, Filled, Filled], kind: str, name: str
) -> None:
    store, own, _ = both
    records = Workspace(store, own.scope).records(kind)
    for down in (False, True):
        query = replace(Query(size=500), sort=name, descending=down)
        page = records.page(query)
        assert page.total >= ROWS - 10
        wanted = sorted(page.rows, key=lambda row: row["id"], reverse=down)
        wanted.sort(key=lambda row: plain_key(records.fields[name], row, page.names), reverse=down)
        ids = [row["id"] for row in wanted]
        assert [row["id"] for row in page.rows] == ids
        walked, ruler = [], None
        for start in range(0, page.total, 16):
            window = records.window(query, start, 16, ruler)
            ruler = window.ruler
            walked += [row["id"] for row in window.rows][-min(16, page.total - start) :]
        assert walked == ids, "by windows, as one scrolls"
        if not down:
            continue
        small = replace(query, size=19)
        seen, here = [], records.page(small)
        while True:
            seen += [row["id"] for row in here.rows]
            if here.next is None:
                break
            here = records.page(replace(small, after=here.next))
        assert seen == ids, "by pages"


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_an_order_reads_one_company_alone(both: tuple[Store, Filled, Filled], kind: str) -> None:
    """As a stranger, and every statement says the company, in the names that it sorts by too."""
    store, own, other = both
    foreign, records = Workspace(store, other.scope).records(kind), Workspace(store, own.scope).records(kind)
    mine = {row["id"] for row in records.page(Query(size=500)).rows}
    for name, field in records.fields.items():
        if not field.sortable:
            continue
        assert not mine & {row["id"] for row in foreign.page(Query(size=500, sort=name)).rows}
        with counted(store) as sent:
            records.page(Query(sort=name))
        (rows,) = [sql for sql in sent if "ORDER BY" in sql and "LIMIT" in sql][:1]
        wanted = {Kind.MEMBER: 2, Kind.LINK: 2}.get(field.kind, 1)
        assert rows.count("company_id =") >= wanted, name


def test_what_cannot_be_sorted_is_long_or_a_list() -> None:
    for kind in Workspace.kinds:
        for field in fields_of(by_name(kind)).values():
            assert field.sortable != (field.kind in NEVER)
