"""Large exports: made in the background while a person goes on, listed, fetched, cancelled, removed.

Each is of who began it, in that company alone, and goes with the sign-in that it was begun in. Its file has no
name on the disk, so that nothing of it outlives the process, however that ends. Decision 0056.
"""

import os
import secrets
import tempfile
import threading
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from io import SEEK_END, BufferedReader, RawIOBase
from typing import IO, Any

from crm_data import Workspace, clock
from crm_data.accounts.sessions import Signed
from crm_data.errors import CrmError, DiskFull, NotAllowed, NotFound, NotSignedIn, TooMany
from crm_data.rights import Act, Person, demand
from crm_data.transfer.csv_out import Form
from dashboard import errors, runtime
from dashboard.web import csv_files, exports
from dashboard.web.csv_files import Owner
from dashboard.web.exports import Download, Right

LARGE = 10_000  # rows; a list of no more is downloaded at once
KEPT = timedelta(hours=12)
_TOLD = timedelta(days=1)  # as long a list tells what became of one
_MOST_TOLD = 20  # of a person's that have no file any more
_MOST = {"person": 5, "company": 20, "everybody": 100}  # files that are kept
_LOOK_FOR_ROOM = 8 << 20  # bytes between two looks at the disk
# Beside those that make small files, and without a place among them: nobody waits for a download behind these.
_MAKING = ThreadPoolExecutor(2, "large export")
_NONE = "There is no such export. It may have been removed; begin it again from its list."
_SIGNED_OUT = "You signed out, or went to another company, where you had begun it."
_STOPPED = "The server was stopped. Begin it again from its list."


class State(StrEnum):
    """What has become of an export."""

    WAITING = "waiting"
    MADE = "being made"
    READY = "ready"
    CANCELLED = "cancelled"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True)
class Line:
    """One export as it stands: of `rows` rows of the list `title` so many are `done`; `size` in bytes.

    `until`: the moment up to which it can be fetched, once it is ready; `why` it failed or is gone.
    """

    key: str
    title: str
    form: Form
    begun: datetime
    rows: int
    done: int = 0
    state: State = State.WAITING
    size: int = 0
    until: datetime | None = None
    why: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it will change by itself."""
        return self.state in (State.WAITING, State.MADE)


@dataclass
class _Job:
    owner: Owner
    right: Right
    asked: tuple[Any, ...]
    line: Line
    filename: str = ""
    pieces: Iterator[bytes] | None = None
    file: IO[bytes] | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    work: "Future[None] | None" = None
    news: bool = False

    def ends(self, state: State, why: str = "") -> None:
        """Its file is let go of, and its work told to stop. Called while `_lock` is held."""
        self.line = replace(self.line, state=state, why=why, until=None)
        self.cancelled.set()
        if self.file is not None:
            self.file.close()
            self.file = None
        if self.work is not None and self.work.cancel():
            self.forgets()  # no thread will ever do it

    def forgets(self) -> None:
        """Let go of what it would be made of."""
        if isinstance(self.pieces, Generator):
            self.pieces.close()
        self.pieces = None


class _GivenUp(Exception):
    """Nobody wants it any more."""


_jobs: dict[str, _Job] = {}
_lock = threading.RLock()


def offer() -> None:
    """Put those that are ready under /export; called once, before the server answers."""
    exports.register("made", fetch)


def begin(token: str | None, table: str, form: Form, params: Mapping[str, str], title: str) -> Line:
    """Have a list made into a file, as its address under /export says; asked again meanwhile it is the same one.

    `token`: the session's, with which it goes. Raises NotSignedIn, NotAllowed, TooMany, DiskFull, Invalid.
    """
    right = Right(token, seen=False)
    signed = right.signed
    demand(Person(signed.scope.role, signed.scope.operator), Act.EXPORT, table)
    tidy()
    owner, asked = Owner(signed.scope.company_id, signed.account.id), (table, form, dict(params))
    with _lock:
        twin = _twin(owner, asked)
    if twin is not None:
        return twin.line
    if exports.no_room():
        raise DiskFull(exports.NO_ROOM)
    my = Workspace(runtime.running().store, signed.scope)
    rows = my.records(table).count(csv_files.query_of(my, table, params))
    line = Line(secrets.token_urlsafe(16), title, form, clock.now(), rows)
    job = _Job(owner, right, asked, line)
    with _lock:
        twin = _twin(owner, asked)  # others may have been begun while the rows were counted
        if twin is not None:
            return twin.line
        _jobs[line.key] = job  # before it is noted that rows are taken away: of one refused nothing is
    try:
        job.filename, job.pieces = csv_files.made(my, table, form, params, lambda n: _goes_on(job, n))
        with _lock:
            if job.cancelled.is_set():
                job.forgets()
            else:
                job.work = _MAKING.submit(_make, job)
            _shorten(owner)
    except BaseException:
        with _lock:
            _jobs.pop(line.key, None)
        raise
    return line


def lines(signed: Signed) -> list[Line]:
    """This person's in this company, the newest first."""
    tidy(Owner(signed.scope.company_id, signed.account.id))
    with _lock:
        mine = _of(Owner(signed.scope.company_id, signed.account.id))
        return [job.line for job in reversed(mine)]


def news(signed: Signed) -> list[Line]:
    """Those that have come to an end since this was last asked; no statement."""
    with _lock:
        told = [job for job in _of(Owner(signed.scope.company_id, signed.account.id)) if job.news]
        for job in told:
            job.news = False
        return [job.line for job in told]


def cancel(signed: Signed, key: str) -> bool:
    """Stop one that is under way, and whether it was; of any other nothing changes. Raises NotFound."""
    with _lock:
        job = _mine(signed, key)
        stopped = job.line.under_way
        if stopped:
            job.ends(State.CANCELLED)
        return stopped


def remove(signed: Signed, key: str) -> None:
    """Forget one, with its file. Raises NotFound."""
    with _lock:
        job = _mine(signed, key)
        job.ends(State.CANCELLED)
        del _jobs[key]


def fetch(signed: Signed, params: Mapping[str, str]) -> Download:
    """GET /export/made?key=...: one that is ready. Raises NotAllowed, NotFound."""
    demand(Person(signed.scope.role, signed.scope.operator), Act.EXPORT)
    tidy(Owner(signed.scope.company_id, signed.account.id))
    with _lock:
        job = _mine(signed, params.get("key", ""))
        if job.file is None:
            raise NotFound(_NONE)
        media_type = csv_files.MEDIA_TYPES[job.line.form]
        return Download(job.filename, media_type, iter(()), _reading(job.file.fileno()))


def let_go(token: str | None) -> None:
    """A sign-in has ended: what was begun in it is gone."""
    with _lock:
        for job in _jobs.values():
            if job.right.token == token and (job.line.under_way or job.file is not None):
                job.ends(State.GONE, _SIGNED_OUT)


def tidy(owner: Owner | None = None) -> None:
    """Let go of what is past its time or whose sign-in has ended: of one person's, or of all."""
    now = clock.now()
    with _lock:
        some = list(_jobs.values()) if owner is None else _of(owner)
        for job in some:
            if now - job.line.begun > _TOLD and not job.line.under_way:
                job.ends(State.GONE)
                del _jobs[job.line.key]
            elif job.line.until is not None and job.line.until <= now:
                job.ends(State.GONE, "Its time was up.")
    for job in some:
        if job.line.state is not State.READY:
            continue
        why = _ended(job.right)
        if why:
            with _lock:
                job.ends(State.GONE, why)


def _ended(right: Right, at_once: bool = False) -> str:
    """Why this sign-in is good for no file any more; '' while it is."""
    try:
        right.still(at_once)
    except NotSignedIn:
        return _SIGNED_OUT
    except NotAllowed as refused:
        return str(refused)
    except CrmError:  # a database that is busy just now has ended nothing
        return ""
    return ""


def _of(owner: Owner) -> list[_Job]:
    return [job for job in _jobs.values() if job.owner == owner]


def _mine(signed: Signed, key: str) -> _Job:
    job = _jobs.get(key)
    if job is None or job.owner != Owner(signed.scope.company_id, signed.account.id):
        raise NotFound(_NONE)
    return job


def _twin(owner: Owner, asked: tuple[Any, ...]) -> _Job | None:
    """The same one, under way already; if there is none, there must be room for one more. Raises TooMany."""
    for job in _of(owner):
        if job.asked == asked and job.line.under_way:
            return job
    _demand_few(owner)
    return None


def _shorten(owner: Owner) -> None:
    """Tell no more of this person's oldest that have ended: a list of them would grow for a day."""
    over = [job for job in _of(owner) if job.file is None and not job.line.under_way]
    for job in over[:-_MOST_TOLD]:
        del _jobs[job.line.key]


def _demand_few(owner: Owner) -> None:
    kept = [job for job in _jobs.values() if job.file is not None or job.line.under_way]
    if sum(job.owner == owner for job in kept) >= _MOST["person"]:
        raise TooMany(f"You have {_MOST['person']} exports already. Remove one of them under Exports.")
    if sum(job.owner.company_id == owner.company_id for job in kept) >= _MOST["company"]:
        raise TooMany(
            f"Your company has {_MOST['company']} exports already. Try again once colleagues have removed one."
        )
    if len(kept) >= _MOST["everybody"]:
        raise TooMany("The server keeps as many exports as it may. Try again later, or export fewer rows.")


def _goes_on(job: _Job, rows: int) -> None:
    """On the thread that makes it, between two thousands of rows."""
    if job.cancelled.is_set() or exports.stops():
        raise _GivenUp
    job.right.still()
    with _lock:
        if job.line.under_way:
            job.line = replace(job.line, state=State.MADE, done=rows)


def _make(job: _Job) -> None:
    """All of one, on a thread of its own. Its connection is given back whatever happens."""
    state, why = State.FAILED, ""
    file: IO[bytes] | None = None
    try:
        _goes_on(job, 0)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - it is kept
        _write(job, file)
        job.right.still(at_once=True)
        with _lock:
            if job.cancelled.is_set():
                raise _GivenUp
            size, until = file.tell(), clock.now() + KEPT
            file.flush()
            job.file, job.news = file, True
            job.line = replace(job.line, state=State.READY, done=job.line.rows, size=size, until=until)
        return
    except _GivenUp:
        why = _STOPPED
    except NotSignedIn:
        state, why = State.GONE, _SIGNED_OUT
    except OSError:
        why = exports.NO_ROOM
    except CrmError as refused:
        why = str(refused)
    except BaseException as unforeseen:  # noqa: BLE001 - nobody else would ever hear of it
        code = errors.logged(unforeseen)
        why = f"Something went wrong. Begin it again; if it fails again, tell whoever runs Foyer the code {code}."
    finally:
        job.forgets()
    if file is not None:
        file.close()
    with _lock:
        if job.line.under_way:
            job.ends(state, why)
            job.news = True


def _write(job: _Job, file: IO[bytes]) -> None:
    looked = 0
    for piece in job.pieces or ():
        file.write(piece)
        if job.cancelled.is_set() or exports.stops():
            raise _GivenUp
        if file.tell() - looked >= _LOOK_FOR_ROOM:
            looked = file.tell()
            if exports.no_room():
                raise DiskFull(exports.NO_ROOM)


class _Part(RawIOBase):
    """A file that is open already, read from a place of its own: it may be fetched twice at once."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = os.dup(descriptor), 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some of it; 0 at its end."""
        found = os.preadv(self._descriptor, [buffer], self._at)
        self._at += found
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place from its beginning, or to its end."""
        self._at = os.fstat(self._descriptor).st_size if whence == SEEK_END else offset
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def close(self) -> None:
        """Give the descriptor back."""
        if not self.closed:
            with suppress(OSError):
                os.close(self._descriptor)
        super().close()


def _reading(descriptor: int) -> IO[bytes]:
    file = BufferedReader(_Part(descriptor))
    file.seek(0, SEEK_END)
    return file
