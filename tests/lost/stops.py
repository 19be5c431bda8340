"""What a process does until it is killed at a named point, and one that saves beside it."""

import os
import resource
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from crm_data import Workspace
from crm_data.errors import CrmError
from crm_data.settings import Settings
from crm_data.store import migrating, points
from crm_data.store.points import Point
from crm_data.store.sqlite_file import wal_path
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups
from crm_data.transfer.copying import copy
from tests.lost.acts import _acknowledging
from tests.migrations.trial import config
from tests.transfer.office import ADMIN

Act = Callable[..., object]


def killed_at(point: str, times: int, how: Callable[[], object], act: Act, *given: Any) -> None:
    """Do an act; when it comes to the point for so many times, `how` kills the process or lays a trap for it."""
    left = times

    def stop(here: Point) -> None:
        nonlocal left
        left -= here == point
        if here == point and left == 0:
            how()

    points.stop = stop
    act(*given)


def at_once() -> None:
    """As the kernel's own kill."""
    os.kill(os.getpid(), signal.SIGKILL)


def while_writing(path: Path, more: int, behind: bool = True) -> None:
    """The kernel kills this process in the middle of a write into the log of a file, so many bytes behind its end,
    or behind its beginning.
    """
    log = wal_path(path)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    long = more + (log.stat().st_size if behind and log.exists() else 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (long, long))


def with_the_commit_sent() -> None:
    """The next COMMIT leaves for the server, and nobody is there for its answer."""

    def sent(connection: "psycopg.Connection[Any]") -> None:
        connection.pgconn.send_query(b"COMMIT")
        connection.pgconn.flush()
        at_once()

    psycopg.Connection.commit = sent  # type: ignore[method-assign]


def save_words(url: str, said: Path, begun: Path) -> None:
    """Add customers without end, each called by a word that never comes again; told before and after."""
    my, begin, acknowledge = Workspace(Store(url), ADMIN), _acknowledging(begun), _acknowledging(said)
    while True:
        begin(word := uuid4().hex)
        try:
            my.customers.add({"name": word})
        except CrmError:
            continue
        acknowledge(word)


def back_up(told: Settings) -> None:
    """Make a backup."""
    Backups(Store(told.owner_url), told).make(None)


def put_back(told: Settings, name: str) -> None:
    """Restore a backup."""
    Backups(Store(told.owner_url), told).restore(name, None)


def move(source: str, target: str) -> None:
    """Copy one database into another."""
    copy(source, target)


def migrate(told: Settings, scripts: Path) -> None:
    """Bring the database to the newest revision of `scripts`."""
    migrating._config = partial(config, scripts)
    migrating.upgrade(told.owner_url, application=migrating.application_of(told.database_url))
