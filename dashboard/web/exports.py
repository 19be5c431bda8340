"""Files that people take away: each an address under /export, answered only to whoever is signed in."""

import logging
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from crm_data.accounts.sessions import Signed
from crm_data.errors import CrmError, NotAllowed, NotFound, NotSignedIn, Unavailable
from dashboard import runtime
from dashboard.web import cookie

log = logging.getLogger("foyer.web")


class Download(NamedTuple):
    """A file on its way: its name, its media type, and its bytes piece by piece."""

    filename: str
    media_type: str
    pieces: Iterator[bytes]


# path below /export -> who is signed in and the query's parameters -> the file. The function asks rights itself.
Maker = Callable[[Signed, Mapping[str, str]], Download]
MAKERS: dict[str, Maker] = {}


def register(path: str, maker: Maker) -> None:
    """Offer a file at /export/<path>."""
    MAKERS[path.strip("/")] = maker


async def answer(request: Request) -> Response:
    """GET /export/...: the session is looked up, the file is made and streamed."""
    try:
        download, pieces = await run_in_threadpool(_make, request)
    except CrmError as refused:
        return JSONResponse({"error": str(refused)}, _status(refused), {"Cache-Control": "no-store"})
    name = quote(download.filename, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=download.media_type, headers=headers)


def _make(request: Request) -> tuple[Download, Iterator[bytes]]:
    held = cookie.read(runtime.running().settings, request.scope)
    signed = runtime.running().installation.sessions.resolve(held)
    if signed is None:
        raise NotSignedIn
    maker = MAKERS.get(request.path_params["path"].strip("/"))
    if maker is None:
        raise NotFound("There is no such file to take away.")
    download = maker(signed, dict(request.query_params))
    # The first piece is made before the answer begins: a refusal is still a refusal then, not half a file.
    pieces = iter(download.pieces)
    first = next(pieces, b"")
    return download, chain([first], pieces)


def _status(refused: CrmError) -> int:
    for kind, status in ((NotSignedIn, 401), (NotAllowed, 403), (NotFound, 404), (Unavailable, 503)):
        if isinstance(refused, kind):
            return status
    return 400
