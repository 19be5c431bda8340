"""Counting the SQL that an act sends, so that a page cannot grow statements unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from crm_data.store.store import Store

_OVERHEAD = ("BEGIN", "COMMIT", "ROLLBACK", "SELECT set_config", "PRAGMA")


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements sent on a store's engines within, without those that only frame a transaction."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(_OVERHEAD):
            sent.append(statement)

    # On PostgreSQL they are one engine under several names.
    every = (store.engines.read, store.engines.read_all, store.engines.write)
    engines = list({id(e.pool): e for e in every}.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
