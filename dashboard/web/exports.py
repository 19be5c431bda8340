"""Files that people take away: each an address under /export, answered only to whoever is signed in.

A file is made whole, into a temporary file that has no name, before its first byte is sent: however slowly it is
taken, no connection to the database waits for that.
"""

import asyncio
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import IO, Any, NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from crm_data import room
from crm_data.accounts.sessions import Signed
from crm_data.errors import CrmError, DiskFull, NotAllowed, NotFound, NotSignedIn, TooMany, Unavailable
from dashboard import runtime
from dashboard.web import cookie
from dashboard.web.places import Places

log = logging.getLogger("foyer.web")

LONGEST = 3600.0  # seconds in which a file has to be taken
_ASK_AGAIN = 2.0  # seconds after which rights are asked anew
_PIECE = 256 << 10
_IN_MEMORY = 4 << 20  # of a small file nothing is written
_IN_MEMORY_ONLY = 64 << 20  # where there is no room for temporary files
NO_ROOM = "There is no room for this file on the server's disk. Take fewer rows, or tell who runs Foyer."
# Of each open export a file is kept, and some three at a time are being made, each with a connection of its own.
PLACES = Places("files", person=3, company=6, everybody=18)
_MAKING = ThreadPoolExecutor(3, "export")
_stopping = threading.Event()


class Download(NamedTuple):
    """A file on its way: its name, its media type, and its bytes piece by piece; `made`: all of it, at its end."""

    filename: str
    media_type: str
    pieces: Iterator[bytes]
    made: IO[bytes] | None = None


# path below /export -> who is signed in and the query's parameters -> the file. The function asks rights itself.
Maker = Callable[[Signed, Mapping[str, str]], Download]
MAKERS: dict[str, Maker] = {}


def register(path: str, maker: Maker) -> None:
    """Offer a file at /export/<path>."""
    MAKERS[path.strip("/")] = maker


def stop() -> None:
    """Make none any more: the server goes."""
    _stopping.set()


def stops() -> bool:
    """Whether it does."""
    return _stopping.is_set()


async def answer(request: Request) -> Response:
    """GET /export/...: the session is looked up, the file is made, then sent."""
    with ExitStack() as held:
        try:
            held_by = cookie.read(runtime.running().settings, request.scope)
            right = await run_in_threadpool(Right, held_by)
            maker = MAKERS.get(request.path_params["path"].strip("/"))
            if maker is None:
                raise NotFound("There is no such file to take away.")
            here = right.signed
            held.enter_context(PLACES.one(here.account.id, here.scope.company_id))
            gone = threading.Event()
            making = asyncio.get_running_loop().run_in_executor(
                _MAKING, _made, maker, right, dict(request.query_params), gone
            )
            download, file = await _while_there(request, making, gone)
        except CrmError as refused:
            return JSONResponse({"error": str(refused)}, _status(refused), {"Cache-Control": "no-store"})
        held.callback(file.close)
        return _Sending(download, file, right, held.pop_all())


class Right:
    """Who asked for a file with this session's token, and whether they still may have it.

    `seen`: whether asking again counts as doing something, which keeps the session alive. Raises NotSignedIn.
    """

    def __init__(self, token: str | None, seen: bool = True) -> None:
        self.token = token
        self._seen = seen
        found = self._now()
        if found is None:
            raise NotSignedIn
        self.signed: Signed = found
        self._asked = time.monotonic()

    def still(self, at_once: bool = False) -> None:
        """Raise when it has ended since; looked up now and then, however often it is asked, or `at_once`."""
        if not at_once and time.monotonic() - self._asked < _ASK_AGAIN:
            return
        now, then = self._now(), self.signed
        if now is None or now.account.id != then.account.id:
            raise NotSignedIn
        if now.scope.company_id != then.scope.company_id:
            raise NotSignedIn
        # What else a scope says, as what a stage is called, takes no right away.
        if (now.scope.role, now.scope.operator) != (then.scope.role, then.scope.operator):
            raise NotAllowed("Your role was changed. Ask for the file again.")
        self._asked = time.monotonic()

    def _now(self) -> Signed | None:
        return runtime.running().installation.sessions.resolve(self.token, self._seen)


class _Gone(Exception):
    """Nobody waits for the file any more."""


def _made(
    maker: Maker, right: Right, params: Mapping[str, str], gone: threading.Event
) -> tuple[Download, IO[bytes]]:
    """The whole file, on a thread of its own. Its connection is given back whatever happens."""
    pieces: Iterator[bytes] = iter(())
    file = tempfile.SpooledTemporaryFile(_in_memory())  # noqa: SIM115 - it is closed when it was sent
    try:
        if gone.is_set():
            raise _Gone
        download = maker(right.signed, params)
        if download.made is not None:
            file.close()
            return download, download.made
        pieces = download.pieces
        for piece in pieces:
            right.still()
            if gone.is_set() or _stopping.is_set():
                raise _Gone
            file.write(piece)
    except OSError as trouble:
        file.close()
        raise DiskFull(NO_ROOM) from trouble
    except BaseException:
        file.close()
        raise
    finally:
        if isinstance(pieces, Generator):
            pieces.close()
    return download, file


def _in_memory() -> int:
    return _IN_MEMORY_ONLY if no_room() else _IN_MEMORY


def no_room() -> bool:
    """Whether the disk of the temporary files is full."""
    temporary = [disk for disk in room.disks(runtime.running().settings) if room.TEMPORARY in disk.holds]
    return any(disk.left is room.Left.NONE for disk in temporary)


async def _while_there(
    request: Request, making: "asyncio.Future[tuple[Download, IO[bytes]]]", gone: threading.Event
) -> tuple[Download, IO[bytes]]:
    """What is made; its making ends when the browser goes."""
    leaves = asyncio.create_task(_leaves(request))
    try:
        waiting: set[asyncio.Future[Any]] = {making, leaves}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            gone.set()
        return await making
    except _Gone:
        raise Unavailable from None
    finally:
        gone.set()
        leaves.cancel()


async def _leaves(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class _Sending(Response):
    """The file, as fast as the browser takes it; its place is free when it was sent, or the browser has gone."""

    def __init__(self, download: Download, file: IO[bytes], right: Right, held: ExitStack) -> None:
        super().__init__(media_type=download.media_type)
        self._file, self._right, self._held = file, right, held
        name = quote(download.filename, safe="")
        self.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        self.headers["Cache-Control"] = "no-store"
        self.headers["Content-Length"] = str(file.tell())
        file.seek(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Whose right ends meanwhile gets half a file, and is told so by its length."""
        until = time.monotonic() + LONGEST
        with self._held:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while piece := await run_in_threadpool(self._file.read, _PIECE):
                try:
                    await run_in_threadpool(self._right.still)
                except CrmError:
                    log.info("the rest of a file was not sent: who asked for it is signed out")
                    return
                if time.monotonic() > until:
                    log.warning("the rest of a file was not sent: it was not taken within an hour")
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _status(refused: CrmError) -> int:
    for kind, status in (
        (NotSignedIn, 401),
        (NotAllowed, 403),
        (NotFound, 404),
        (TooMany, 429),
        (Unavailable, 503),
    ):
        if isinstance(refused, kind):
            return status
    return 400
