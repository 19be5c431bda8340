"""Which rows transactions lock on PostgreSQL, in which order, as their statements say."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from crm_data.store.locks import rank
from crm_data.store.store import Store
from crm_data.tables import Base

# Table and what follows: a lock that is asked for, or a change, which takes one.
_LOCK = re.compile(r"\bFROM (\w+)\b(.*?)\bFOR (?:NO KEY )?UPDATE", re.DOTALL)
_CHANGE = re.compile(r"^(?:UPDATE|DELETE FROM) (\w+)\b(.*)$", re.DOTALL)
_NEW = re.compile(r"INSERT INTO (\w+) ")
_WRITE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) ")
_ONE_ROW = re.compile(
    r"\b(\w+\.)?id = %|\btoken_hash = %|user_companies.user_id = .*company_id = ", re.DOTALL
)


@contextmanager
def locking(store: Store) -> Iterator[list[list[str]]]:
    """The statements of each transaction, as they are sent."""
    transactions: list[list[str]] = [[]]

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        transactions[-1].append(statement)

    def ended(connection: Any) -> None:
        transactions.append([])

    engine = store.engines.write
    event.listen(engine, "before_cursor_execute", note)
    for end in ("commit", "rollback"):
        event.listen(engine, end, ended)
    yield transactions
    event.remove(engine, "before_cursor_execute", note)
    for end in ("commit", "rollback"):
        event.remove(engine, end, ended)


def out_of_order(transactions: list[list[str]]) -> list[str]:
    """What is wrong with the locks of some transactions, in words."""
    wrong = []
    for statements in transactions:
        held: list[str] = []
        made: set[str] = set()  # a row of one's own making is nobody else's yet
        for sql in statements:
            if new := _NEW.match(sql):
                made.add(new[1])
            if "WHERE false" in sql:  # no row: only that the table is in use, as an INSERT would say
                continue
            asked, changed = _LOCK.search(sql), _CHANGE.match(sql)
            found = asked or changed
            if found is None or found[1] not in Base.metadata.tables:
                continue
            table, where = found[1], found[2]
            if table.startswith("search_"):  # whoever lists words waits for the turn of all who do
                continue
            if changed and table in made - {*held} and _ONE_ROW.search(where):
                continue
            if asked and "ORDER BY" not in where and not _ONE_ROW.search(where) and table != "companies":
                wrong.append(f"in any order: {sql}")
            if changed and table not in held and not _ONE_ROW.search(where):
                wrong.append(f"many rows that were not locked before: {sql}")
            if table not in held and held and rank(table) < max(map(rank, held)):
                wrong.append(f"{table} behind {held}: {sql}")
            if asked and table == "users" and table in held:
                wrong.append(f"people once more, who may be before those that are held: {sql}")
            held.append(table)
    return wrong


def written(transactions: list[list[str]]) -> bool:
    """Whether any of them put a row in, changed one or took one away."""
    return any(_WRITE.match(sql) for statements in transactions for sql in statements)
