"""The search's address: what a person looks for in their company, asked by the header's field as they type."""

import asyncio
import json
import logging
import threading
from collections.abc import Sequence
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from crm_data import Workspace
from crm_data.errors import CrmError, TooMany
from crm_data.finding.finder import Answer, Group, Hit, Text
from crm_data.tables import noun
from dashboard import runtime
from dashboard.parts import place
from dashboard.web import cookie
from dashboard.web.places import Places
from dashboard.web.rate import Rate

log = logging.getLogger("foyer.web")

_MOST = 2_000  # bytes of what is asked
_KEEP_OUT = {"Cache-Control": "no-store"}
# A quick hand types ten letters a second, and waits for each answer no longer than this.
_PACE = Rate(burst=40, rate=8.0, longest=60.0)
_LONGEST_WAIT = 2.0
PLACES = Places("searches", person=4, company=8, everybody=16)
_listing = threading.Lock()


async def answer(request: Request) -> Response:
    """POST /find {"text": "..."}: the records of this browser's company that answer, by kind, best first."""
    running = runtime.running()
    token = cookie.read(running.settings, request.scope)
    try:
        here = await run_in_threadpool(running.installation.sessions.resolve, token)
        if here is None:
            return _refused(401, "You are signed out. Sign in to go on.")
        said = await _said(request)
        if said is None:
            return _refused(400, "This search cannot be read. Type it again.")
        wait = _PACE.wait(str(here.account.id))
        if wait > _LONGEST_WAIT:
            return _refused(429, "These are many searches at once. Wait a moment.")
        await asyncio.sleep(wait)
        with PLACES.one(here.account.id, here.scope.company_id):
            found = await run_in_threadpool(Workspace(running.store, here.scope).find, said)
    except CrmError as refused:
        return _refused(429 if isinstance(refused, TooMany) else 503, str(refused))
    after = BackgroundTask(list_words) if found.due else None
    return JSONResponse(told(found), 200, _KEEP_OUT, background=after)


def told(found: Answer) -> dict[str, Any]:
    """An answer as the field reads it."""
    return {"groups": [_group(group) for group in found.groups], "waiting": found.waiting}


def list_words() -> None:
    """List what was written lately, so that the next search need not read it; one at a time of a process."""
    if not _listing.acquire(blocking=False):
        return
    try:
        runtime.running().installation.list_words()
    except CrmError as trouble:  # nobody waits for it, and it is tried again
        log.warning("the words of records were not listed: %s", trouble)
    finally:
        _listing.release()


def _group(group: Group) -> dict[str, Any]:
    name = noun(group.table, 2).capitalize() if group.table else "Changed lately"
    return {"name": name, "more": group.more, "hits": [_hit(hit, not group.table) for hit in group.hits]}


def _hit(hit: Hit, mixed: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "address": place.record(place.KIND_OF[hit.table], hit.id),
        "title": _parts(hit.title),
    }
    if hit.beside is not None:
        told |= {"label": hit.label, "beside": _parts(hit.beside)}
    elif mixed:
        told |= {"label": noun(hit.table).capitalize(), "beside": []}
    return told


def _parts(text: Text) -> Sequence[tuple[str, bool]]:
    """The text cut where it is marked, each part with whether it is."""
    parts, at = [], 0
    for start, end in text.marks:
        if end <= at:
            continue
        parts += [(text.said[at:start], False)] if start > at else []
        parts.append((text.said[max(start, at) : end], True))
        at = end
    return [*parts, (text.said[at:], False)] if at < len(text.said) else parts


async def _said(request: Request) -> str | None:
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST:
                return None
        said = json.loads(body)
    except (ValueError, ClientDisconnect, RecursionError):
        return None
    text = said.get("text") if isinstance(said, dict) else None
    return text if isinstance(text, str) else None


def _refused(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, _KEEP_OUT)
