"""The chain of a company's log: whatever is changed, taken away, put in or moved is found and named."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, errors
from crm_data.store import chain_look
from crm_data.store.chain import digest_of, digests_of, hash_of_values, new_salts
from crm_data.store.chain_look import Verdict
from crm_data.store.many import table_of
from crm_data.tables import Base, ChangeLog, ChangeSet
from tests.support.databases import Database
from tests.support.office import Office, office
from tests.support.plain import Plain, plain

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
CHAINED = ("change_log", "change_sets")
COLUMNS = [(table, column.name) for table in CHAINED for column in Base.metadata.tables[table].columns]
HEADS = [column.name for column in Base.metadata.tables["chain_heads"].columns if column.name != "id"]
Row = dict[str, Any]


@dataclass
class Log:
    """Two companies that have worked, and a hand that no trigger holds."""

    two: Office
    sql: Plain

    def look(self, company: int = 0) -> Verdict:
        """What the company itself is told."""
        return self.two.at(company).changes.verify()

    def rows(self, table: str, company: int = 0) -> list[Row]:
        """All rows of a company, in the order in which they were written."""
        columns = list(Base.metadata.tables[table].columns)
        names = ", ".join(
            f"CAST({c.name} AS TEXT)" if isinstance(c.type, sa.JSON) else c.name for c in columns
        )
        said = f"SELECT {names} FROM {table} WHERE company_id = ? ORDER BY id"
        found = self.sql.run(said, self.two.companies[company])
        return [dict(zip((c.name for c in columns), row, strict=True)) for row in found]

    def set(self, table: str, id_: int, values: Mapping[str, Any]) -> None:
        """Write values over those of a row."""
        said = ", ".join(f"{name} = {self._mark(table, name)}" for name in values)
        self.sql.run(f"UPDATE {table} SET {said} WHERE id = ?", *values.values(), id_)

    def put(self, table: str, row: Row) -> None:
        """Put a row in."""
        marks = ", ".join(self._mark(table, name) for name in row)
        self.sql.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())

    def drop(self, table: str, id_: int) -> None:
        """Take a row away."""
        self.sql.run(f"DELETE FROM {table} WHERE id = ?", id_)

    def _mark(self, table: str, name: str) -> str:
        json = isinstance(Base.metadata.tables[table].c[name].type, sa.JSON)
        return "CAST(? AS json)" if json and self.sql.kind != "sqlite" else "?"

    @contextmanager
    def changed(self, table: str, id_: int, values: Mapping[str, Any]) -> Iterator[None]:
        """A row says something else for a while."""
        (before,) = [row for at in (0, 1) for row in self.rows(table, at) if row["id"] == id_]
        self.set(table, id_, values)
        yield
        self.set(table, values.get("id", id_), before)

    @contextmanager
    def without(self, table: str, row: Row) -> Iterator[None]:
        """A row is not there for a while."""
        self.drop(table, row["id"])
        yield
        self.put(table, row)

    @contextmanager
    def with_one_more(self, table: str, row: Row) -> Iterator[None]:
        """A row is there for a while."""
        self.put(table, row)
        yield
        self.drop(table, row["id"])


@pytest.fixture(scope="module", params=ENGINES)
def log(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Log]:
    database = new_database(request.param)
    two = office(database.url)
    for company in (0, 1):
        my = two.at(company)
        customers = [
            {"name": f"Ünal {n}", "phone": f"+1 503 555 01{n:02d}", "tags": ["a", "b"]} for n in range(3)
        ]
        ids = my.customers.add_all(customers)
        my.customers.change([Edit(ids[0], {"name": ("Ünal 0", "Acme")})])
        deal = my.deals.add({"deal_name": "Roast", "customer_id": ids[0], "deal_value": "12.50"})
        my.deals.move(deal, "qualified", "prospect")
        my.customers.archive([ids[2]])
        my.changes.undo(my.changes.page()[0][0].id)
        my.tasks.add({"title": "Ring back", "assigned_to": two.people[company]["manager"]})
    with plain(database, owner=True) as sql:
        for table in (*CHAINED, "chain_heads"):
            if sql.kind == "sqlite":
                for (name,) in sql.run(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table
                ):
                    sql.run(f"DROP TRIGGER {name}")
            else:
                sql.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield Log(two, sql)
    two.store.close()


def another(log: Log, table: str, column: str, row: Row) -> list[Any]:
    """Other values that a column could hold: another one, and nothing where there is something."""
    kind = Base.metadata.tables[table].c[column].type
    if column == "company_id":
        return [log.two.companies[1]]
    if isinstance(kind, sa.Integer):
        found: Any = (row[column] or 0) + 1000
    elif isinstance(kind, sa.JSON):
        found = '{"name": "Forged"}'
    elif isinstance(kind, sa.String):
        found = {"actor": "system"}.get(column, "f0" * (len(row[column] or "12") // 2))
    else:
        found = "2026-01-02 03:04:05"
    nothing = Base.metadata.tables[table].c[column].nullable and row[column] is not None
    return [found, None] if nothing else [found]


def names_it(log: Log, table: str, row: Row) -> str:
    """How a sentence names a row of the log."""
    return f"line {row['id']:,}," if table == "change_log" else f"entry {row['id']:,} ("


def first(log: Log, model: type) -> dict[str, Any]:
    """The first row of a table as the product reads it."""
    with log.two.store.system("a test looks", write=False) as session:
        wanted = sa.select(table_of(model)).order_by(sa.column("id")).limit(1)
        return dict(session.execute(wanted).mappings().one())


def test_a_log_that_nobody_touched_is_sound(log: Log) -> None:
    for company in (0, 1):
        seen = log.look(company)
        assert seen.wrong == ()
        assert (seen.acts, seen.lines) == (
            len(log.rows("change_sets", company)),
            len(log.rows("change_log", company)),
        )
        assert seen.lines > seen.acts > 6
        assert seen.head == log.rows("change_sets", company)[-1]["link"]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_whatever_is_changed_is_named(log: Log, table: str, column: str) -> None:
    rows = log.rows(table)
    for row in (rows[0], rows[3], rows[-1]):
        for value in another(log, table, column, row):
            with log.changed(table, row["id"], {column: value}):
                said = " ".join(log.look().wrong).lower()
                now = {**row, column: value} if column == "id" else row
                gone = column in ("company_id", "act_id", "number", "place")  # it is not where it was
                assert said if gone else names_it(log, table, now) in said, (column, value, said)
    assert log.look().wrong == log.look(1).wrong == ()


@pytest.mark.parametrize("column", HEADS)
def test_a_head_that_was_changed_is_told_of(log: Log, column: str) -> None:
    (head,) = log.rows("chain_heads")
    value = {"company_id": -1, "number": head["number"] - 1, "link": "0" * 64}[column]
    if column == "company_id":
        with log.without("chain_heads", head):
            assert "head of the log is gone" in log.look().sentence
    else:
        with log.changed("chain_heads", head["id"], {column: value}):
            assert "its head says otherwise" in log.look().sentence
    assert log.look().wrong == ()


@pytest.mark.parametrize("table", CHAINED)
def test_whatever_is_taken_away_is_missed(log: Log, table: str) -> None:
    for row in log.rows(table):
        with log.without(table, row):
            assert "gone" in log.look().sentence, row
        assert log.look().wrong == ()


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("table", CHAINED)
def test_whatever_is_put_in_is_named(log: Log, table: str, whole: bool) -> None:
    """A copy of a row with all that it bears, or with nothing of the chain, as plain SQL would write it."""
    chained = [c.name for c in Base.metadata.tables[table].columns if c.info.get("of_the_chain")]
    for row in log.rows(table):
        more = {**row, "id": row["id"] + 500} | ({} if whole else dict.fromkeys(chained))
        with log.with_one_more(table, more):
            assert names_it(log, table, more) in log.look().sentence.lower(), row
    assert log.look().wrong == ()


@pytest.mark.parametrize("table", CHAINED)
def test_another_order_is_seen(log: Log, table: str) -> None:
    """Two rows that stand beside each other change places: all that they say but their ids."""
    rows = log.rows(table)
    for one, two in pairwise(rows):
        with (
            log.changed(table, one["id"], {**two, "id": one["id"]}),
            log.changed(table, two["id"], {**one, "id": two["id"]}),
        ):
            assert log.look().wrong, (one, two)
    assert log.look().wrong == ()


@pytest.mark.parametrize("place", [1, 7])
def test_lines_that_are_hashed_together_bear_what_each_would(place: int) -> None:
    """Whatever they hold and share: texts of every kind, numbers, nothing at all, keys in another order."""
    shared = {"b": 'a "quoted" Größe \u2028', "a": None, "tags": ["vip", "\\"]}
    held = [None, {}, shared, {"a": 1, "b": "0.10", "c": True}, {"c": True, "b": "0.10", "a": 1}]
    lines = [
        {"id": 40 + at, "row_id": 9 - at % 3, "before": was, "after": now, "place": place + at, "salt": salt}
        for at, (was, now, salt) in enumerate(zip(held * 2, held[::-1] * 2, new_salts(10), strict=True))
    ]
    for user in (None, 3):
        same = {"company_id": 2, "act_id": 'an "act"', "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
        same |= {"user_id": user, "action": "change", "table_name": "leads", "sealed": None}
        assert digests_of(lines, same) == [digest_of({**same, **line}) for line in lines]
        assert len(set(digests_of(lines, same))) == len(lines)


def test_a_line_that_is_hashed_anew_is_seen_all_the_same(log: Log) -> None:
    """Who knows the rules writes another value and its digest: the entry bears the seal of all its lines."""
    row = first(log, ChangeLog)
    digest = digest_of({**row, "before": None, "after": {"name": "Forged"}})
    new = {"before": None, "after": '{"name": "Forged"}', "digest": digest}
    with log.changed("change_log", row["id"], new):
        assert "its lines are not those that were written with it" in log.look().sentence


def test_values_that_are_gone_without_a_word_are_missed(log: Log) -> None:
    """Blanked with the right hash, as erasing does, and no record was erased."""
    line, act = first(log, ChangeLog), first(log, ChangeSet)
    blank = {"before": None, "after": None, "salt": None, "sealed": hash_of_values("change_log", line)}
    with log.changed("change_log", line["id"], blank):
        (said,) = log.look().wrong
        assert said.startswith(f"Line {line['id']}, of customer {line['row_id']}, has lost its values")
    blank = {"title": "", "salt": None, "sealed": hash_of_values("change_sets", act)}
    with log.changed("change_sets", act["id"], blank):
        assert "has lost its title" in log.look().sentence
    half = {"after": '{"name": "Forged"}', "sealed": hash_of_values("change_log", line)}
    with log.changed("change_log", line["id"], half):
        assert "beside the hash" in log.look().sentence


def test_long_acts_are_read_piece_by_piece(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = log.look()
    monkeypatch.setattr(chain_look, "_LINES", 2)
    monkeypatch.setattr(chain_look, "_ACTS", 3)
    assert log.look() == whole
    with log.without("change_log", log.rows("change_log")[1]):
        assert "before it a line is gone" in log.look().sentence


def test_the_log_is_read_through_for_managers_alone(log: Log) -> None:
    for role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            log.two.at(0, role).changes.verify()
    assert log.two.at(0, "admin").changes.verify().wrong == ()


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ENGINES)
def test_many_who_write_at_once_make_one_chain(
    engine_kind: str, new_database: Callable[[str], Database]
) -> None:
    two = office(new_database(engine_kind).url)

    def work(place: int) -> None:
        my = two.at(place % 2, ("manager", "admin")[place // 2 % 2])
        for n in range(6):
            made = my.customers.add({"name": f"From {place} number {n}"})
            my.customers.change([Edit(made, {"phone": (None, f"+1 503 555 01{n:02d}")})])
            if n % 3 == 2:
                my.customers.archive([made])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    for company in (0, 1):
        seen = two.at(company).changes.verify()
        assert seen.wrong == ()
        assert seen.acts == 4 * (6 + 6 + 2)
    two.store.close()
