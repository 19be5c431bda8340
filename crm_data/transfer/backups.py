"""Backups of the whole database: make, list, verify, restore, prune, and the daily round. The operator's."""

import logging
import os
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crm_data import clock
from crm_data.errors import BadBackup, CrmError
from crm_data.rights import Act, Person, demand
from crm_data.settings import Settings
from crm_data.store.migrating import head
from crm_data.store.points import Point, passing
from crm_data.store.store import Store
from crm_data.transfer.backup_status import (
    AGAIN,
    NO_SECOND,
    BackupStatus,
    ProofStatus,
    SecondStatus,
    Told,
    backup_status,
    health,
    newest,
    proof_status,
    second_status,
)
from crm_data.transfer.kept import kept_by, name_of_database
from crm_data.transfer.manifest import (
    Manifest,
    manifest_path,
    product,
    read_manifest,
    sync_folder,
    write_manifest,
)
from crm_data.transfer.memory import Actor, Memory, logged_only
from crm_data.transfer.proofs import Proof
from crm_data.transfer.proving import prove
from crm_data.transfer.restoring import Restored, Since, since, unread
from crm_data.transfer.retention import Retention
from crm_data.transfer.second_place import Copy, SecondPlace
from crm_data.transfer.shelf import BackupInfo, Shelf
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import Verified, digest, verified_copy

log = logging.getLogger("foyer.backups")

_HEARD = timedelta(seconds=20)
Infos = list[BackupInfo]
Names = list[str]
Copies = list[Copy]
Moments = list[datetime]


class Backups:
    """The backups of one installation. Each act asks for the right and leaves a row in the security log.

    `by` is who asks; None is the system itself: the daily round and the command line. `cleared` is '' or says
    what acts that were killed had left behind.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._kept = kept_by(store, settings)
        self._shelf = Shelf(settings.backup_dir, self._kept.ending)
        self._memory = Memory(store)
        self._second = SecondPlace(settings, self._shelf)
        self._of = name_of_database(settings.database_url)
        self._retention = Retention(settings.backup_days, settings.backup_weeks, settings.backup_months)
        self._heard: tuple[datetime, dict[str, Any]] | None = None
        self.cleared = ""

    def make(self, by: Actor | None) -> BackupInfo:
        """Make a backup and verify it; it counts only then. Raises a CrmError, and keeps it for `status`."""
        self._allow(by)
        with self._memory.failing("backup_failed", by), as_trouble():
            self._kept.demand()
            self.clear()
            info = self._made()
        self._memory.forget_failure()
        self._memory.note("backup_made", by, name=info.name, size=info.size)
        return info

    def list(self, by: Actor | None) -> Infos:
        """Every backup, newest first, also those that cannot be used: their `problem` says why."""
        self._allow(by)
        return self._shelf.infos()

    def moments(self, by: Actor) -> Moments:
        """When each good backup was made, newest first: moments to which an admin takes their own company back."""
        demand(Person(by.role, by.operator), Act.GO_BACK)
        return [info.made_at for info in self._good()]

    def verify(self, name: str, by: Actor | None) -> Verified:
        """Check a backup as `restore` would. Raises BadBackup with what is wrong."""
        self._allow(by)
        return self.verify_file(self._shelf.path(name), by)

    def verify_file(self, path: Path, by: Actor | None) -> Verified:
        """As `verify`, for a file anywhere: the command line's."""
        self._allow(by)
        self.clear()
        with (
            self._memory.failing("verify_failed", by, name=self._called(path)),
            self._copied(path) as (_, verified),
        ):
            pass
        self._memory.note("backup_verified", by, name=self._called(path))
        return verified

    def prove(self, name: str, by: Actor | None) -> Proof:
        """Restore a backup into a database of its own, check, count and time it; the proof is kept beside it.

        Raises BadBackup for a damaged one; NotReady, Unavailable when it could not be proved. `proofs` tells it.
        """
        self._allow(by)
        path = self._shelf.path(name)
        self.clear()
        with self._memory.failing("backup_unproved", by, name=name):
            proof = prove(self._kept, path, self._shelf.ready())
        self._memory.forget_failure("backup_unproved")
        self._memory.note("backup_proved", by, name=name, rows=proof.total, seconds=round(proof.seconds, 1))
        return proof

    def send(self, name: str, by: Actor | None) -> Copy:
        """Copy a backup into the second place, encrypted. Raises NotReady, with what to do, and Unavailable."""
        self._allow(by)
        with self._memory.failing("backup_unsent", by):
            self.clear()
            copy = self._second.send(name)
        self._memory.forget_failure("backup_unsent")
        self._memory.note("backup_sent", by, name=name, size=copy.size)
        return copy

    def fetch(self, name: str, by: Actor | None) -> str:
        """Bring a backup back out of the second place, decrypted, to be restored as any; '' means the newest.

        Returns its name.
        """
        self._allow(by)
        self.clear()
        fetched = self._second.fetch(name)
        self._memory.note("backup_fetched", by, name=fetched)
        return fetched

    def copies(self, by: Actor | None) -> tuple[SecondStatus, Copies]:
        """How the second place stands, and what lies there, newest first."""
        self._allow(by)
        if self._second.folder is None:
            return NO_SECOND, []
        found: Copies = []
        try:
            found = self._second.copies()
            self._second.demand()
            _, failure = self._memory.last_failure(self._memory.sent(), "backup_unsent")
        except CrmError as error:
            failure = str(error)
        return second_status(found, failure, clock.now()), found

    def since(self, name: str, by: Actor | None) -> Since:
        """What restoring a backup would take away: what was done since, by counts. Raises BadBackup, NotFound."""
        self._allow(by)
        return self.since_file(self._shelf.path(name), by)

    def since_file(self, path: Path, by: Actor | None) -> Since:
        """As `since`, for a file anywhere: the command line's. The file itself is not examined."""
        self._allow(by)
        manifest = read_manifest(path)
        try:
            return since(self._store, manifest)
        except CrmError:  # to be restored all the same
            return unread(manifest)

    def restore(self, name: str, by: Actor | None) -> Restored:
        """Put a backup in the place of everything there is now, after a safety backup; ends every session."""
        self._allow(by)
        return self.restore_file(self._shelf.path(name), by, alone=False)

    def restore_file(self, path: Path, by: Actor | None, alone: bool = True) -> Restored:
        """As `restore`, for a file anywhere. `alone`: nobody else has the database open, so that even
        a file too damaged to be opened can be replaced.
        """
        self._allow(by)
        self.clear()
        with (
            self._memory.failing("restore_failed", by, name=self._called(path)),
            self._copied(path) as (copy, verified),
        ):
            passing(Point.COPY_VERIFIED)
            user_id = by.user_id if by else None
            done = self._kept.replace(copy, verified, user_id, self._keep_safe, alone)
        passing(Point.SWAPPED)
        log.warning("restored %s; what stood before is kept as %s", path.name, done.safety or "nothing")
        manifest = verified.manifest
        return Restored(path.name, done.safety, head(), manifest.rows, manifest.made_at, done.kept)

    def ends(self, by: Actor | None) -> dict[str, dict[str, str]]:
        """Where the log of each company ended, by its id, as the backups made since the last restore say: by name.

        An older one may be of another past than what stands here now.
        """
        self._allow(by)
        restored = self._memory.restored()
        return {
            info.name: dict(info.heads)
            for info in self._good()
            if info.of == self._of and (restored is None or info.made_at > restored)
        }

    def prune(self) -> Names:
        """Remove what need not be kept (see Shelf.prune); the names removed."""
        gone = self._shelf.prune(self._retention)
        if gone:
            self._memory.note("backups_pruned", None, count=len(gone))
        return gone

    def clear(self) -> Names:
        """Remove what acts that were killed left behind, unless somebody who lives is at it; the names removed.

        Every act begins with it, and so does every round of the server. It is told in the log and on `cleared`.
        """
        gone: Names = []
        with logged_only():
            gone = [*self._shelf.tidy(), *self._kept.clear(), *self._second.tidy()]
        if gone:
            self.cleared = f"What an act that was killed had left behind was removed: {', '.join(gone)}."
            log.warning("%s", self.cleared)
            self._memory.note("leftovers_removed", None, names=gone)
        return gone

    def daily(self) -> BackupInfo | None:
        """The daily round, called every few minutes: one verified backup a UTC day, old ones removed,
        the database tidied. Of several processes one makes it. Raises nothing that `status` does not
        show; returns the backup, if made.
        """
        made = None
        self.clear()
        if self._kept.cannot:
            return None
        try:
            if not self._of_today():
                made = self._made_by_one()
            self._proved_by_one()
            self.prune()
            self._sent_by_one()
        except CrmError as error:
            log.error("the daily backup failed: %s", error)
        self._kept.settle()
        return made

    def status(self, by: Actor | None) -> BackupStatus:
        """What the Admin page and `check` show."""
        self._allow(by)
        now, good = clock.now(), self._good()
        last = newest(good, now)
        failed = self._memory.last_failure(last.made_at if last else None)
        found = backup_status(good, failed, now)
        if found.late and not found.failure and self._kept.cannot:
            return replace(found, sentence=f"{found.sentence} {self._kept.cannot}")
        return found

    def proofs(self, by: Actor | None) -> ProofStatus:
        """The last proved restore and the next, for the Admin page and `check`."""
        self._allow(by)
        now, good = clock.now(), self._good()
        last = max((info.proof.at for info in good if info.proof), default=None)
        failed = self._memory.last_failure(last, "backup_unproved")
        return proof_status(good, failed, now, self._kept.cannot)

    def health(self) -> dict[str, Any]:
        """What /healthz tells anybody: no name of a file, and looked up every twenty seconds at most."""
        now = clock.now()
        if self._heard is None or abs(now - self._heard[0]) > _HEARD:
            self._heard = now, self._health(now)
        return self._heard[1]

    def _health(self, now: datetime) -> dict[str, Any]:
        try:
            return health(self.proofs(None), self.copies(None)[0], self._good(), now)
        except CrmError:
            return {"state": Told.FAILED.value}

    def _of_today(self) -> bool:
        today = clock.now().date()
        return any(info.made_at.date() == today for info in self._good())

    def _made_by_one(self) -> BackupInfo | None:
        """Today's backup, unless another process is making it or has just made it."""
        with self._memory.failing("backup_failed", None):
            self._shelf.ready()
        with self._kept.round() as ours:
            return self.make(None) if ours and not self._of_today() else None

    def _proved_by_one(self) -> None:
        """Prove the newest backup, unless it was, another process is at it, or it failed a while ago."""
        last = newest(self._good(), clock.now())
        if last is None or last.proof:
            return
        failed_at, _ = self._memory.last_failure(last.made_at, "backup_unproved")
        if failed_at is not None and clock.now() - failed_at < AGAIN:
            return
        with self._kept.round() as ours, logged_only():
            if ours and not self._shelf.info(last.name).proof:
                self.prove(last.name, None)

    def _sent_by_one(self) -> None:
        """Copy the newest backup into the second place, and remove there what need not be kept."""
        last = newest(self._good(), clock.now())
        if self._second.folder is None or last is None:
            return
        failed_at, _ = self._memory.last_failure(self._memory.sent(), "backup_unsent")
        if failed_at is not None and clock.now() - failed_at < AGAIN:
            return
        with self._kept.round() as ours, logged_only():
            if not ours:
                return
            with self._memory.failing("backup_unsent", None):
                there = {copy.name for copy in self._second.copies()}
            if last.name not in there:
                self.send(last.name, None)
                self._second.prune(self._retention)

    def _copied(self, path: Path) -> AbstractContextManager[tuple[Path, Verified]]:
        return verified_copy(path, self._shelf.ready(), self._kept.examine)

    def _good(self) -> Infos:
        """Backups that were verified and have not been refused since, newest first."""
        refused = self._memory.refused()
        return [info for info in self._shelf.infos() if not info.problem and info.name not in refused]

    def _called(self, path: Path) -> str:
        """A backup's name in the log; a file from elsewhere is never taken for one of the same name here."""
        return path.name if path.parent == self._shelf.folder else str(path)

    def _allow(self, by: Actor | None) -> None:
        if by is not None:
            demand(Person(by.role, by.operator), Act.BACKUP)

    def _made(self) -> BackupInfo:
        """Snapshot under a temporary name, checked and synced, then its manifest, then renamed."""
        self._shelf.ready()
        with self._shelf.partial() as (partial, final, moment):
            passing(Point.BACKUP_BEGUN)
            facts = self._kept.checked(partial)
            passing(Point.BACKUP_WRITTEN)
            with open(partial, "rb") as file:
                os.fsync(file.fileno())
            manifest = Manifest(
                digest(partial),
                partial.stat().st_size,
                facts.rows,
                facts.revision,
                moment,
                product(),
                self._of,
                facts.heads,
                facts.last,
            )
            # First what describes it: a backup that bears its name is whole and can be used.
            write_manifest(final, manifest)
            passing(Point.BACKUP_DESCRIBED)
            try:
                os.replace(partial, final)
            except OSError:
                manifest_path(final).unlink(missing_ok=True)
                raise
            sync_folder(final.parent)
            passing(Point.BACKUP_NAMED)
        return BackupInfo(
            final.name,
            moment,
            manifest.size,
            manifest.revision,
            manifest.product,
            manifest.rows,
            untried=facts.untried,
        )

    def _keep_safe(self) -> str:
        """The safety backup before a restore; of a damaged database a copy set aside, not counted as one."""
        passing(Point.WRITERS_STOPPED)
        safety = "" if self._kept.is_empty() else self._kept_safe()
        passing(Point.SAFETY_KEPT)
        return safety

    def _kept_safe(self) -> str:
        try:
            return self._made().name
        except BadBackup:
            with self._shelf.partial() as (partial, final, _):
                self._kept.write(partial)
                aside = final.with_name(final.name.replace("crm_backup", "crm_unverified"))
                os.replace(partial, aside)
            return aside.name
