"""Locks (advisory), called turns: what one process at a time may do. Whoever dies gives the turn back.

On SQLite every write transaction is alone already; on PostgreSQL a turn is an advisory lock, held until the
transaction ends. No two turns may share a number.
"""

from enum import IntEnum

from sqlalchemy import Connection


class Turn(IntEnum):
    """Each thing that is done by one at a time, with the number PostgreSQL knows it by."""

    MIGRATE = 708367
    SIGN_IN = 708368
    DAILY_BACKUP = 708369
    FIRST_COMPANY = 708371
    TIDY = 708372
    WORDS = 708373


def wait_for(connection: Connection, turn: Turn) -> None:
    """Wait until it is our turn, which then lasts as long as the transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int(turn),))


def is_free(connection: Connection, turn: Turn) -> bool:
    """Take the turn if nobody has it; False when somebody is at it just now."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.exec_driver_sql("SELECT pg_try_advisory_xact_lock(%s)", (int(turn),)).scalar_one())
