"""What disks and SQLite raise while a backup is made or read, as sentences."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from crm_data.errors import Unavailable
from crm_data.store.sqlite_file import Moved

_DAMAGED = "The database file is damaged. Restore the last verified backup."
_FULL = "The disk is full. Nothing was changed; make room and try again."
_CLOSED = (
    "The backup folder cannot be written to. Allow writing there, or name another folder in CRM_BACKUP_DIR."
)
_MISSING = "The backup folder cannot be made there. Name another folder in CRM_BACKUP_DIR."
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: _CLOSED,
    errno.ENOENT: _MISSING,
    errno.ENOTDIR: _MISSING,
    errno.EEXIST: _MISSING,
}
_BY_WORD = (
    ("full", _FULL),
    ("i/o error", "The disk is full or has a fault. Nothing was changed; look at it and try again."),
    (
        "readonly",
        "The database cannot be written to. Nothing was changed; ask whoever runs this installation.",
    ),
    ("locked", "The database is busy. Try again in a moment."),
    ("not a database", _DAMAGED),
    ("malformed", _DAMAGED),
    ("unable to open", "The database file cannot be opened. See that it is there and may be read."),
)


@contextmanager
def as_trouble() -> Iterator[None]:
    """Turn what files and plain SQLite connections raise into Unavailable."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error).lower()
        raise Unavailable(next((words for sign, words in _BY_WORD if sign in said), None)) from error
    except UnicodeDecodeError as error:  # SQLite quotes a schema that is no text any more
        raise Unavailable(_DAMAGED) from error
    except OSError as error:
        raise Unavailable(_BY_ERRNO.get(error.errno or 0)) from error
    except Moved as error:
        raise Unavailable(
            "People keep saving while the backup is put in place. Nothing was restored; stop Foyer first."
        ) from error
