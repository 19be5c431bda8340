"""The backup journal: what the security log remembers of backups: acts, refusals, the last failure."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import BadBackup, CrmError
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import SecurityLog

log = logging.getLogger("foyer.backups")
RESTORED = "backup_restored"
# What the page and `check` tell of for as long as it was not done since.
_REMEMBERED = ("backup_failed", "backup_unproved", "backup_unsent")


class Actor(Protocol):
    """Who asks: a CompanyScope is one."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def role(self) -> str: ...
    @property
    def operator(self) -> bool: ...


@contextmanager
def logged_only() -> Iterator[None]:
    """For what must not stop the act it belongs to: a refusal goes to the log."""
    try:
        yield
    except CrmError as error:
        log.error("%s", error)


class Memory:
    """Rows of the security log, and the last failure in memory too: the database may be what failed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failures: dict[str, tuple[datetime, str]] = {}

    def note(self, event: str, by: Actor | None, **detail: Any) -> None:
        """Add a row about an act; `by` None is the system."""
        with logged_only(), self._store.system(event) as session:
            note(session, event, by.user_id if by else None, **detail)

    @contextmanager
    def failing(self, event: str, by: Actor | None, **detail: Any) -> Iterator[None]:
        """Note a refusal within, and pass it on. A named backup that turns out bad is remembered as refused."""
        try:
            yield
        except CrmError as error:
            again = False
            if event in _REMEMBERED:
                last = self._failures.get(event)
                again = by is None and last is not None and last[1] == str(error)
                self._failures[event] = (clock.now(), str(error))
            if isinstance(error, BadBackup) and "name" in detail:
                event = "backup_refused"
            if not again:  # the daily round tries again every few minutes
                self.note(event, by, reason=str(error), **detail)
            raise

    def forget_failure(self, event: str = "backup_failed") -> None:
        """It was done: what failed before is over."""
        self._failures.pop(event, None)

    def refused(self) -> set[str]:
        """Names of backups that were last seen damaged."""
        last: dict[str, bool] = {}
        for row in self._rows("backup_refused", "backup_verified"):
            last.setdefault(str((row.detail or {}).get("name")), row.event == "backup_refused")
        return {name for name, was_refused in last.items() if was_refused}

    def restored(self) -> datetime | None:
        """When a backup was last put in the place of what stood here."""
        return next((row.at for row in self._rows(RESTORED)), None)

    def sent(self) -> datetime | None:
        """When a backup was last copied into the second place."""
        return next((row.at for row in self._rows("backup_sent")), None)

    def last_failure(
        self, since: datetime | None, event: str = "backup_failed"
    ) -> tuple[datetime | None, str]:
        """When and why making a backup, or what else is remembered, last failed, here or in another process,
        unless it was done since.
        """
        found = self._failures.get(event)
        for row in self._rows(event)[:1]:
            if found is None or row.at > found[0]:
                found = (row.at, str((row.detail or {}).get("reason", "")))
        return found if found and (since is None or found[0] > since) else (None, "")

    def _rows(self, *events: str) -> list[SecurityLog]:
        """The newest rows of these events."""
        wanted = sa.select(SecurityLog).where(SecurityLog.event.in_(events))
        found: list[SecurityLog] = []
        with logged_only(), self._store.system("backup state", write=False) as session:
            found += session.scalars(wanted.order_by(SecurityLog.id.desc()).limit(500))
        return found
