"""Putting a verified backup in the place of the live SQLite database: the old content, or the new, never a mix."""

import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, timedelta
from pathlib import Path

from crm_data import clock
from crm_data.errors import CrmError, Unavailable
from crm_data.store.connections import sqlite_path
from crm_data.store.migrating import upgrade
from crm_data.store.points import Point, passing
from crm_data.store.sqlite_file import Moved, opened, replace_content, wal_path
from crm_data.store.store import Store
from crm_data.transfer.decided import Decided, Swapped, keep_in, standing
from crm_data.transfer.examine_sqlite import examine
from crm_data.transfer.held import holding
from crm_data.transfer.manifest import sync_folder
from crm_data.transfer.memory import RESTORED
from crm_data.transfer.quoting import quoted
from crm_data.transfer.trouble import as_trouble

_TRIES = 5
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# The bytes of a database that every connection keeps locked while it is open (SQLite's os.h).
_SHARED_FIRST, _SHARED_BYTES = 0x40000002, 510
_STOP = (
    "The database file is too damaged to be replaced while Foyer runs. "
    "Stop Foyer, then run: python -m crm_data restore NAME"
)


def prepare(copy: Path, older: bool, user_id: int | None, name: str) -> None:
    """Make a private copy of a backup ready to serve: today's tables, our own triggers, nobody signed in."""
    with as_trouble():
        with opened(copy, write=True) as connection:
            # First of all: a trigger of our name may have another's body. Ours are put back below.
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (trigger,) in connection.execute(triggers).fetchall():
                connection.execute(f"DROP TRIGGER {quoted(trigger)}")
        upgrade(f"sqlite:///{copy}")
        with opened(copy, write=True) as connection:
            _sign_out(connection, user_id, name)
            connection.execute("PRAGMA journal_mode=DELETE")
            if connection.execute("PRAGMA page_size").fetchone() != (4096,):
                connection.execute("PRAGMA page_size=4096")
                connection.execute("VACUUM")
        if older:  # a migration has rewritten what was examined before
            examine(copy)


def _sign_out(connection: sqlite3.Connection, user_id: int | None, name: str) -> None:
    """End every session; a link that was used since the backup must not work a second time."""
    stamp = clock.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM sessions")
    connection.execute("UPDATE one_time_links SET used_at = ? WHERE used_at IS NULL", (stamp,))
    connection.execute(
        "INSERT INTO security_log (at, event, user_id, detail) VALUES (?, ?, ?, ?)",
        (stamp, RESTORED, user_id, json.dumps({"name": name})),
    )
    connection.execute("COMMIT")


def put_in_place(
    store: Store, copy: Path, keep_safe: Callable[[], str], alone: bool, name: str, user_id: int | None
) -> Swapped:
    """Swap the live content for a prepared copy's while nobody writes, with what was decided about security since.

    `keep_safe()` makes the safety backup; it is made again when another process commits meanwhile.
    A file that SQLite cannot read is set aside instead, which needs Foyer stopped: `alone` says it is.
    """
    live = sqlite_path(store.url)
    said: list[str] = []

    def keep_decided() -> None:
        if words := _keep_decided(store, copy, name, user_id):
            said.append(words)

    with store.gate.shut(), as_trouble():
        try:
            for _ in range(_TRIES):
                with suppress(Moved):
                    safety = _replaced(live, copy, keep_decided, keep_safe)
                    return Swapped(safety, " ".join(said))
            raise Moved
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
        except UnicodeDecodeError:  # SQLite quotes a schema that is no text any more
            pass
        if not alone:
            raise Unavailable(_STOP)
        store.close()
        words = _written(copy, None, name, user_id)
        return Swapped(_set_aside(live, copy), words)


def _keep_decided(store: Store, copy: Path, name: str, user_id: int | None) -> str:
    """Lay what stands about security over the copy; what stays, in words.

    A round that is begun anew does it once more: it only ever makes the copy stricter, and says what came to it.
    """
    try:
        stood = standing(store)
    except CrmError:  # damaged, and so to be restored all the same
        return _written(copy, None, name, user_id)
    return _written(copy, stood, name, user_id) if stood.people else ""


def _written(copy: Path, stood: Decided | None, name: str, user_id: int | None) -> str:
    """Write into the copy by the store's own way, and leave it one plain file again."""
    inside = Store(f"sqlite:///{copy}")
    try:
        words = keep_in(inside, stood, name, user_id)
    finally:
        inside.close()
    with opened(copy, write=True) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return words


def _replaced(
    live: Path, copy: Path, keep_decided: Callable[[], object], keep_safe: Callable[[], str]
) -> str:
    with opened(live) as reader:  # a file that is none is left just as it was found
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with opened(live, write=True) as witness:
        # Other processes wait here too; what slips in between the two locks is seen and the round begun anew.
        witness.execute("BEGIN IMMEDIATE")
        before = _version(witness)
        keep_decided()
        safe = keep_safe()
        witness.execute("ROLLBACK")
        replace_content(live, copy, lambda: _version(witness) == before, lambda: passing(Point.SWAP_BEGUN))
    os.chmod(live, 0o600)
    return safe


def _version(witness: sqlite3.Connection) -> int:
    """A number that changes whenever another connection commits."""
    number: int = witness.execute("PRAGMA data_version").fetchone()[0]
    return number


def _set_aside(live: Path, copy: Path) -> str:
    """Keep a file that SQLite cannot read under another name, and put the copy in its place by one rename.

    The write-ahead log goes first: a crash leaves the damaged file without it, never the new one with it.
    """
    aside = _free_name(live)
    with holding(lambda: _beside(live), lambda path: path) as ready:
        with open(copy, "rb") as source, open(ready, "wb") as target:
            shutil.copyfileobj(source, target)
            os.fsync(target.fileno())
        with open(live, "rb+") as held:
            _demand_nobody_else(held.fileno())
            os.link(live, aside)
            if wal_path(live).exists():
                os.replace(wal_path(live), wal_path(aside))
            live.with_name(live.name + "-shm").unlink(missing_ok=True)
            sync_folder(live.parent)
            passing(Point.SWAP_BEGUN)
            os.replace(ready, live)
    sync_folder(live.parent)
    return aside.name


def restoring(live: Path) -> list[Path]:
    """What is there to take the place of a file that SQLite cannot read."""
    return list(live.parent.glob(f"{live.name}.restoring-*"))


def _beside(live: Path) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f"{live.name}.restoring-", dir=live.parent)
    os.close(descriptor)
    return Path(name)


def _free_name(live: Path) -> Path:
    moment = clock.now().astimezone(UTC)
    while (aside := live.with_name(f"{live.name}.damaged-{moment:%Y%m%d-%H%M%S}")).exists():
        moment += timedelta(seconds=1)
    return aside


def _demand_nobody_else(descriptor: int) -> None:
    """Another process that has the old file open would delete the new one's write-ahead log on closing."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FIRST)
    except OSError as error:
        raise Unavailable(_STOP) from error
