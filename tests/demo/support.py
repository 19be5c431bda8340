"""What the tests of the made-up data ask a database."""

import hashlib
from datetime import date
from typing import Any

import sqlalchemy as sa

from crm_data.demo.ledger import ORDER
from crm_data.store.store import Store
from crm_data.tables import Base

PASSWORD = "a long demo password"
TODAY = date(2026, 3, 4)  # a Wednesday


def ask(store: Store, question: str | sa.Select[Any]) -> list[tuple[Any, ...]]:
    """The rows of a question across companies."""
    statement = sa.text(question) if isinstance(question, str) else question
    with store.system("test", write=False) as session:
        return [tuple(row) for row in session.execute(statement)]


def counts(store: Store) -> dict[str, int]:
    """Rows by table."""
    return {table: ask(store, f"SELECT count(*) FROM {table}")[0][0] for table in ORDER}


def fingerprint(store: Store) -> str:
    """A hash over every row of every table, but for the hash of the password, which is salted."""
    seen = hashlib.sha256()
    for table in ORDER:
        columns = [c for c in Base.metadata.tables[table].columns if c.key != "password_hash"]
        with store.system("test", write=False) as session:
            for row in session.execute(sa.select(*columns).order_by("id")):
                seen.update(repr(tuple(row)).encode())
    return seen.hexdigest()


def assert_whole(store: Store) -> None:
    """No reference leads nowhere, or out of its company; on PostgreSQL the keys themselves have said so."""
    if store.engines.dialect == "sqlite":
        assert ask(store, "PRAGMA foreign_key_check") == []
        assert ask(store, "PRAGMA integrity_check") == [("ok",)]
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            target = key.column.table
            if "company_id" in table.columns and "company_id" in target.columns and target.name in ORDER:
                foreign = (
                    f"SELECT count(*) FROM {table.name} a JOIN {target.name} b"
                    f" ON b.{key.column.name} = a.{key.parent.name} WHERE a.company_id <> b.company_id"
                )
                if key.column.name == "id":
                    assert ask(store, foreign) == [(0,)], f"{table.name}.{key.parent.name}"
