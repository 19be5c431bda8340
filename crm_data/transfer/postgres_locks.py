"""Making the writers of every process wait, without ever being the reason that one of them is thrown out."""

import random
import time

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import Unavailable
from crm_data.tables import Base
from crm_data.transfer.postgres_rows import tables
from crm_data.transfer.quoting import quoted

UNDER_WAY = "A long change is under way. Nothing was restored; try again when it is done."
_PATIENCE = "SELECT extract(epoch FROM current_setting('deadlock_timeout')::interval)"
_PAUSE = (0.05, 0.4)


def hold_writers(connection: Connection, wait: float) -> None:
    """Lock every table of the schema until the transaction ends: who reads goes on, and so does pg_dump.

    A writer may have one table already and ask for another that is locked here. PostgreSQL would throw out
    whichever of the two has waited longest, so this one always gives way first, and tries again for `wait`
    seconds. Raises Unavailable.
    """
    there = set(tables(connection))
    # Parents first, as writers go too, so that the two seldom meet.
    order = [table.name for table in Base.metadata.sorted_tables if table.name in there]
    named = ", ".join(map(quoted, [*order, *sorted(there.difference(order))]))
    if not named:
        return
    execute = connection.exec_driver_sql
    patience = int(float(execute(_PATIENCE).scalar_one()) * 700)
    deadline = time.monotonic() + wait
    while True:
        try:
            with connection.begin_nested():
                execute(f"SET LOCAL statement_timeout = {patience}")
                execute(f"LOCK TABLE {named} IN EXCLUSIVE MODE")
                execute("SET LOCAL statement_timeout = 0")
            return
        except sa.exc.OperationalError as error:
            gave_way = psycopg.errors.QueryCanceled, psycopg.errors.DeadlockDetected
            if not isinstance(error.orig, gave_way):
                raise
            if time.monotonic() > deadline:
                raise Unavailable(UNDER_WAY) from error
        time.sleep(random.uniform(*_PAUSE))
