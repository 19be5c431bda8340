"""Lists are in the order of the alphabet on both engines: by a kept key, whoever wrote the text, in every kind."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Given, Query, Records, Way, Workspace
from crm_data.store import migrating
from crm_data.store.store import Store
from crm_data.tables import Base, SavedView, by_name
from crm_data.tables.dashboard import Dashboard
from crm_data.tables.fields import fields_of
from crm_data.tables.reading import reading_order
from crm_data.tables.sort_keys import has_sort_key, kept_key, sort_key_of, sorted_texts
from tests.migrations.trial import revisions
from tests.support.databases import Database, demo
from tests.support.kinds import TITLES, needed
from tests.support.makers import Filled, scope, two_companies
from tests.support.plain import plain

# In their order; those of one line are one and the same to the alphabet, and stand as they were made.
ALPHABET = (
    ("1 plus",), ("Aas",), ("Æsir",), ("Ångström",), ("anna",), ("Änne",), ("Béla", "BELA"), ("Çelik", "celik"),
    ("Đurić",), ("Émile", "emile"), ("ibex",), ("IBM", "ibm"), ("İnci",), ("Łódź", "lodz"), ("ñandú",),
    ("Øst", "ost"), ("Šárka",), ("Straße", "STRASSE"), ("Žižkov",), ("zoe",), ("ΟΔΟΣ", "οδος"), ("Привет",),
    ("東京",),
)  # fmt: skip
NAMES = sorted((name for names in ALPHABET for name in names), key=len)
SORTED = [kind for kind in Workspace.kinds if fields_of(by_name(kind))[TITLES[kind]].sort]
KEYED = {name: keys for name, table in Base.metadata.tables.items() if (keys := sorted_texts(table.c.keys()))}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    """One for the whole file."""
    return new_database(request.param)


@pytest.fixture(scope="module")
def own(database: Database) -> Filled:
    """The company of the test."""
    store = Store(database.url)
    found, _ = two_companies(store)
    store.close()
    return found


@pytest.fixture(scope="module")
def my(database: Database, own: Filled) -> Iterator[Workspace]:
    """Its admin at work; every kind has records by each name, made in no order."""
    store = Store(database.url)
    made = Workspace(store, own.scope)
    with store.system("names for a test") as session:
        for kind in Workspace.kinds:
            for name in NAMES:
                row = by_name(kind)(**values(made, own, kind, name), company_id=own.company_id)  # type: ignore[call-arg]
                session.add(row)
                session.flush()
    yield made
    store.close()


def values(my: Workspace, own: Filled, kind: str, name: str) -> dict[str, Any]:
    """What a new record of any kind needs, as its columns are declared."""
    return {**needed(my, own, kind), TITLES[kind]: name}


def records_of(my: Workspace, own: Filled, table: str) -> Records:
    """The records of any table that has keys: of a kind the admin's, else those of the rep whose they are."""
    if table in my.kinds:
        return my.records(table)
    return Workspace(my._store, scope(own.company_id, own.rep_id, "sales_rep")).changes._kinds[table]


def wrong_keys(store: Store) -> list[Any]:
    """(table, text, key) of every row of every table whose kept key is not that of its text."""
    found = []
    with store.system("a test reads every sort key", write=False) as session:
        for name, keys in KEYED.items():
            table = Base.metadata.tables[name]
            for key, text in keys.items():
                rows = session.execute(sa.select(table.c[text], table.c[key]))
                found += [(name, said, kept) for said, kept in rows if kept != kept_key(said)]
    return found


def in_order(rows: list[dict[str, Any]], title: str) -> None:
    """Every row is where the alphabet has its name, and those of one place are in the order of their ids."""
    place = {name: at for at, names in enumerate(ALPHABET) for name in names}
    here = [(place[row[title]], row["id"]) for row in rows if row[title] in place]
    assert len(here) == len(NAMES)
    assert here == sorted(here), [row[title] for row in rows]


def test_every_title_and_every_sorted_text_has_its_key() -> None:
    for kind in Workspace.kinds:
        for name, field in fields_of(by_name(kind)).items():
            assert (sort_key_of(name) in Base.metadata.tables[kind].c) == has_sort_key(field), (kind, name)
        assert sort_key_of(TITLES[kind]) in Base.metadata.tables[kind].c


@pytest.mark.slow
@pytest.mark.parametrize("kind", SORTED)
def test_pages_windows_and_files_are_in_the_order_of_the_alphabet(my: Workspace, kind: str) -> None:
    records, title = my.records(kind), TITLES[kind]
    query = replace(records.default_query(), preset="", sort=title, descending=False, size=7)
    pages = [records.page(query)]
    while pages[-1].next:
        pages.append(records.page(replace(query, after=pages[-1].next)))
    forth = [row for page in pages for row in page.rows]
    in_order(forth, title)
    back = [records.page(replace(query, last=True))]
    while back[-1].previous:
        back.append(records.page(replace(query, before=back[-1].previous)))
    assert [row["id"] for page in back[::-1] for row in page.rows] == [row["id"] for row in forth]
    down = records.window(replace(query, descending=True), 0, 500).rows
    assert [row["id"] for row in down] == [row["id"] for row in forth[::-1]]
    scrolled, ruler = [], None
    for start in range(0, len(forth), 5):
        window = records.window(query, start, 5, ruler)
        scrolled += window.rows[start - window.start :]
        ruler = window.ruler
    assert [row["id"] for row in scrolled] == [row["id"] for row in forth]
    assert [row["id"] for page in records.walk(query, chunk=9) for row in page.rows] == [
        row["id"] for row in forth
    ]


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_choices_are_in_the_order_of_the_alphabet(my: Workspace, kind: str) -> None:
    title = TITLES[kind]
    found = my.records(kind).choices(limit=500)
    in_order([{"id": id_, title: name} for id_, name in found.items()], title)


def test_what_a_person_keeps_is_in_the_order_of_the_alphabet(my: Workspace, own: Filled) -> None:
    owner = {"company_id": own.company_id, "user_id": own.admin_id}
    view = {"list_name": "customers", "asks": {}, "layout": {}}
    with my._store.system("names for a test") as session:
        for name in NAMES:
            session.add_all([SavedView(**owner, **view, name=name), Dashboard(**owner, name=name)])
            session.flush()
    views, _ = my.views.all(my.customers)
    for kept in (views, my.dashboards.all()):
        in_order([{"id": one.id, "name": one.name} for one in kept], "name")


@pytest.mark.slow
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_whoever_writes_a_text_writes_its_key(my: Workspace, own: Filled, kind: str) -> None:
    records, title = my.records(kind), TITLES[kind]
    first, second = (records.add(values(my, own, kind, name)) for name in ("Ähre", "Plain"))
    (other,) = {"notes", "description"} & set(records.fields)
    edits = [Edit(first, {title: ("Ähre", "Igel")}), Edit(second, {other: (records.get(second)[other], "x")})]
    assert records.change(edits) == 2
    records.change_many([first, second], Given(Way.SET, title, "Über"))
    records.archive([second])
    name, pieces = my.export(records)
    told = b"".join(pieces).decode("utf-8-sig")
    assert "ort key" not in next(csv.reader(io.StringIO(told)))
    sheet = my.read_file(told.replace("Über", "Échec").encode(), name)
    assert my.commit_import(records, sheet, my.guess(sheet, records)).updated >= 1
    assert records.get(first)[title] == "Échec"
    heading = records.fields[title].label
    rows = [row for row in csv.DictReader(io.StringIO(told)) if row[heading] == "Über"]
    new = io.StringIO()
    writer = csv.DictWriter(new, fieldnames=list(rows[0]))
    writer.writeheader()
    ids = [name for name in rows[0] if name.partition(" ")[0] in ("Id", "External", "Ids")]
    writer.writerow({**rows[0], heading: "Öresund", **dict.fromkeys(ids, "")})
    sheet = my.read_file(new.getvalue().encode(), "new.csv")
    assert my.commit_import(records, sheet, my.guess(sheet, records)).created == 1
    assert [row[title] for row in records.page(Query(search="ÖRESUND")).rows] == ["Öresund"]
    assert wrong_keys(my._store) == []


def test_people_are_not_shown_keys(my: Workspace, own: Filled) -> None:
    for kind in Workspace.kinds:
        records, keys = my.records(kind), set(KEYED[kind])
        assert not keys & {*records.fields, *records.get(own.id_in(kind)), *records.page().rows[0]}
        assert not [c for c in records.history(own.id_in(kind)) if c.field in keys]
    whole = zipfile.ZipFile(io.BytesIO(b"".join(my.take_away()[1])))
    assert {f"{table}.csv" for table in KEYED} <= {*whole.namelist()}
    assert not [name for name in whole.namelist() if b"sort_key" in whole.read(name)]


@pytest.mark.parametrize("table", KEYED)
def test_a_key_is_forgotten_when_another_program_writes_the_text(
    my: Workspace, own: Filled, database: Database, table: str
) -> None:
    ((key, text),) = KEYED[table].items()
    records = records_of(my, own, table)
    its = records.get(own.id_in(table))
    made = {name: its[name] for name, field in fields_of(by_name(table)).items() if field.required}
    with my._store.system("names for a test") as session:
        rows = [by_name(table)(**{**made, text: "Ärmel"}, company_id=own.company_id) for _ in range(2)]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
    with plain(database, owner=True) as sql:
        keys = f"SELECT {key} FROM {table} WHERE id = ?"
        sql.run(f"UPDATE {table} SET {text} = ? WHERE id = ?", "zzz", ids[0])
        sql.run(f"UPDATE {table} SET updated_at = '2026-03-02 09:30:00' WHERE id = ?", ids[1])
        assert [sql.value(keys, id_) for id_ in ids] == [None, "armel"]
        kept = f"UPDATE {table} SET {text} = ?, {key} = ? WHERE id = ?"
        sql.run(kept, "ÄRMEL", "zoe", ids[1])
        assert sql.value(keys, ids[1]) == "zoe"
    names = list(records.choices(limit=500).values())
    assert names.index("zzz") > names.index("ÄRMEL")
    with plain(database, owner=True) as sql:
        for id_ in ids:
            sql.run(f"UPDATE {table} SET {text} = 'x', archived_at = '2026-03-02 09:30:00' WHERE id = ?", id_)


@pytest.mark.slow
def test_made_up_data_has_its_keys() -> None:
    database = demo()
    store = Store(database.url)
    assert wrong_keys(store) == []
    store.close()
    database.drop()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_filled_database_gets_its_keys(
    kind: str, new_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrations.helpers._BATCH", 4)
    database = new_database(kind)
    store = Store(database.url)
    made, _ = two_companies(store)
    store.close()
    before = revisions()[revisions().index("017") - 1]
    migrating.downgrade(database.admin_url, before)
    with plain(database, owner=True) as sql:
        for number in range(11):
            sql.run("INSERT INTO customers (company_id, name) VALUES (?, ?)", made.company_id, NAMES[number])
        sql.run("UPDATE customers SET name = 'Ähre' WHERE id = ?", made.customer_id)
        sql.run("UPDATE activities SET title = 'Čaj'")
        sql.run("UPDATE customers SET updated_at = '2020-01-01 00:00:00'")
    # Tables that the way back took away are made anew, and whom Foyer serves as is let in to them.
    migrating.upgrade(database.admin_url, application=migrating.application_of(database.url))
    store = Store(database.url)
    assert wrong_keys(store) == []
    with store.system("a test looks", write=False) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM activities WHERE title_sort_key = 'caj'")) == 2
        assert session.scalar(sa.text("SELECT count(*) FROM customers WHERE updated_at > '2020-02-01'")) == 0
    store.close()


def test_the_order_of_the_alphabet() -> None:
    place = [[reading_order(name) for name in names] for names in ALPHABET]
    firsts = [keys[0] for keys in place]
    assert firsts == sorted(firsts)
    assert [names for names, keys in zip(ALPHABET, place, strict=True) if len(set(keys)) > 1] == []
