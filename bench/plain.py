"""Plain SQL on one open connection, of sqlite3 or psycopg: what the product's calls are held against."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from crm_data.store.connections import sqlite_path

# A question with ? for each value -> its rows.
Ask = Callable[..., list[Any]]


@contextmanager
def asking(url: str, company: int) -> Iterator[Ask]:
    """A connection that reads. On PostgreSQL it is the application's own role, told the company once."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(f"file:{sqlite_path(url)}?mode=ro", uri=True)) as connection:
            # As the product sets its own: with two megabytes of cache alone, plain SQLite would lose.
            connection.execute("PRAGMA cache_size = -16000")
            connection.execute("PRAGMA mmap_size = 268435456")
            yield lambda question, *values: connection.execute(question, values).fetchall()
        return
    with psycopg.connect(url, autocommit=True) as opened:
        opened.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        spelled: dict[str, Any] = {}

        def ask(question: str, *values: Any) -> list[Any]:
            there = spelled.get(question)
            if there is None:
                there = spelled[question] = question.replace("?", "%s")
            return opened.execute(there, values).fetchall()

        yield ask
