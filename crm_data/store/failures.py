"""The database's own errors as sentences: what a constraint, a lock or a full disk means to a person."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from crm_data.errors import CrmError, Invalid, NotFound, Unavailable
from crm_data.tables import Base
from crm_data.tables.fields import words

log = logging.getLogger("foyer.store")

_TROUBLE = (
    ("full", "The disk is full. Nothing was changed; make room and try again."),
    (
        "readonly",
        "The database cannot be written to. Nothing was changed; ask whoever runs this installation.",
    ),
    ("locked", "The database is busy. Nothing was changed; try again in a moment."),
    ("malformed", "The database file is damaged. Nothing was changed; restore the last verified backup."),
    (
        "not a database",
        "The database file is damaged. Nothing was changed; restore the last verified backup.",
    ),
)


@contextmanager
def as_sentence() -> Iterator[None]:
    """Turn what the database raises, at a statement or at COMMIT, into a CrmError."""
    try:
        yield
    except exc.IntegrityError as error:
        raise _refused(error) from error
    except exc.DBAPIError as error:
        raise _trouble(error) from error


def _refused(error: exc.IntegrityError) -> CrmError:
    said = str(error.orig)
    if "another company" in said:
        return NotFound()
    if "append-only" in said:
        return Invalid("The log of changes can only grow; nothing was changed.")
    if "foreign key" in said.lower():
        return Invalid("This refers to a record or a colleague that is not in your company. Choose another.")
    if "unique" in said.lower() or "duplicate key" in said:
        return Invalid("There is already a record with this value, and it may exist only once.")
    for check in _checks():
        if check in said:
            column = check.split("_", 2)[-1].rsplit("_", 1)[0]
            return Invalid(f"{words(column)} has a value that is not allowed here.", column)
    if "not null" in said.lower():
        return Invalid("A value that is needed is missing.")
    return Invalid("The database refused these values; nothing was changed.")


def _trouble(error: exc.DBAPIError) -> CrmError:
    said = str(error.orig).lower()
    if "another company" in said or "row-level security" in said:
        return NotFound()
    log.error("database trouble: %s", said.splitlines()[0] if said else "unknown")
    for sign, sentence in _TROUBLE:
        if sign in said:
            return Unavailable(sentence)
    return Unavailable()


def _checks() -> list[str]:
    return [
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    ]
