"""The database's own errors as sentences: what a constraint, a lock or a full disk means to a person."""

import logging
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.orm import exc as orm_exc

from crm_data.errors import CrmError, DiskFull, Fault, Invalid, NotFound, Unavailable
from crm_data.store.again import GivenUp
from crm_data.tables import APPEND_ONLY, Base
from crm_data.tables.fields import words

log = logging.getLogger("foyer.store")

_FULL = DiskFull.sentence
_CLOSED = "The database cannot be written to. Nothing was changed; ask whoever runs this installation."
_FAULT = "The disk is full or has a fault. Nothing was changed; look at it and try again."
_MISSING = "The database file cannot be opened. See that it is there and may be read; then try again."
_BUSY = "The database is busy. Nothing was changed; try again in a moment."
_DAMAGED = "The database file is damaged. Nothing was changed; restore the last verified backup."
_TROUBLE = (
    ("disk is full", _FULL),
    ("no space left", _FULL),
    ("i/o error", _FAULT),
    ("unable to open", _MISSING),
    ("readonly", _CLOSED),
    ("it is a view", _CLOSED),  # what a SQLite reader sees are views
    ("permission denied", _CLOSED),
    ("read-only", _CLOSED),
    ("locked", _BUSY),
    ("lock timeout", _BUSY),
    ("malformed", _DAMAGED),
    ("not a database", _DAMAGED),
)
# What SQLite calls a fault of the statement; PostgreSQL's are no OperationalError.
_OURS = ("no such ", "syntax error", "has no column", "ambiguous column", "unrecognized token", "misuse of")
# PostgreSQL's codes for: could not serialize, deadlock, and a server that shuts down or restarts.
_GIVEN_UP = ("40001", "40P01", "57P01", "57P02", "57P03")
_ONLY_GROWS = "What is logged can only be added to; nothing was changed."
_WRONG = "The database refused these values; nothing was changed."


def unreadable(what: str) -> Unavailable:
    """For a caller that finds a value kept which none of the product's checks lets in: the file is damaged."""
    log.error("what is kept cannot be read: %s", what)
    return Unavailable(_DAMAGED)


@contextmanager
def as_sentence() -> Iterator[None]:
    """Turn what the database raises, at a statement or at COMMIT, into a CrmError."""
    try:
        yield
    except exc.IntegrityError as error:
        raise _refused(error) from error
    except exc.DataError as error:
        raise Invalid(_WRONG) from error
    except exc.DBAPIError as error:
        raise _trouble(error) from error
    except exc.TimeoutError as error:  # every connection of the pool is taken
        raise Unavailable(_BUSY) from error
    except (orm_exc.StaleDataError, orm_exc.ObjectDeletedError) as error:
        raise NotFound from error
    except exc.StatementError as error:
        if isinstance(error.orig, ValueError | ArithmeticError):  # a column type would not take the value
            raise Invalid(_WRONG) from error
        raise
    except (OverflowError, UnicodeEncodeError) as error:  # the driver cannot even send the value
        raise Invalid(_WRONG) from error
    except (ValueError, ArithmeticError) as error:
        if not _while_reading(error):
            raise
        raise unreadable(type(error).__name__) from error


def _refused(error: exc.IntegrityError) -> CrmError:
    said = str(error.orig)
    lower = said.lower()
    if "another company" in said:
        return NotFound()
    if "append-only" in said:
        return Invalid(_ONLY_GROWS)
    if "foreign key" in lower:
        return Invalid(
            "A record or a colleague named here is not in your company, or is still needed by others."
            " Nothing was changed; choose another."
        )
    if "unique" in lower or "duplicate key" in lower:
        return Invalid("There is already a record with this value, and it may exist only once.")
    for check, (column, label) in _checks().items():
        if check in said:
            return Invalid(f"{label} has a value that is not allowed here.", column)
    if "not null" in lower or "not-null" in lower:
        return Invalid("A value that is needed is missing.")
    return Invalid(_WRONG)


def _trouble(error: exc.DBAPIError) -> CrmError:
    said = str(_first(error).orig).lower()
    if "another company" in said or "row-level security" in said:
        return NotFound()
    if "append-only" in said or any(f"permission denied for table {name}" in said for name in APPEND_ONLY):
        return Invalid(_ONLY_GROWS)
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _GIVEN_UP:
        return GivenUp(_BUSY)
    log.error("database trouble: %s", said.splitlines()[0] if said else "unknown")
    for sign, sentence in _TROUBLE:
        if sign in said:
            return DiskFull(sentence) if sentence in (_FULL, _FAULT) else Unavailable(sentence)
    if isinstance(error, exc.OperationalError | exc.InterfaceError) and not any(
        sign in said for sign in _OURS
    ):
        return Unavailable()
    code = secrets.token_hex(3).upper()
    log.error("error %s: a statement that the database does not understand", code, exc_info=error)
    return Fault(code)


def _while_reading(error: BaseException) -> bool:
    """Whether it came out of SQLAlchemy or the driver: a stored date that is none, a text that is no UTF-8."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(str(frame.f_globals.get("__name__")).startswith("sqlalchemy.") for frame, _ in frames)


def _first(error: exc.DBAPIError) -> exc.DBAPIError:
    """What began it: SQLite undoes everything where a disk fails it, and what tidies up after that fails too."""
    first, before = error, error.__context__
    while before is not None and not isinstance(before, CrmError):
        first = before if isinstance(before, exc.DBAPIError) else first
        before = before.__context__
    return first


@cache
def _checks() -> dict[str, tuple[str, str]]:
    """Name of each CHECK -> the column it is about and what people call that; '' when it is about the row."""
    found = {}
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, sa.CheckConstraint):
                rest = str(constraint.name).removeprefix(f"ck_{table.name}_")
                about = [column for column in table.columns if rest.startswith(f"{column.name}_")]
                column = max(about, key=lambda column: len(column.name), default=None)
                field = column.info.get("field") if column is not None else None
                label = field.label if field else words(column.name if column is not None else rest)
                found[str(constraint.name)] = ("" if column is None else column.name, label)
    return found
