"""The routes of our own: the state of the server, the session cookie, and the files under /export."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crm_data import Workspace, room
from crm_data.errors import CrmError
from crm_data.settings import ROOT
from crm_data.transfer.backup_status import Told
from dashboard import runtime
from dashboard.components import assets, search
from dashboard.components.grid.showing import CHANGED
from dashboard.menu import SCREENS
from dashboard.web import cookie, exports, finds, large_exports, portraits

_MOST = 2_000  # bytes: a ticket is short


async def healthz(request: Request) -> Response:
    """GET /healthz: 200 when pages can be served, else 503; ?strict=1: 503 unless all is well."""
    settings = runtime.running().settings
    state = await run_in_threadpool(runtime.running().installation.state)
    proved = await run_in_threadpool(runtime.running().installation.backups.health)
    disks, open_now = await run_in_threadpool(room.disks, settings), room.descriptors()
    # A full disk is no reason for a proxy to send nobody here: who is signed in can read.
    kept = {what: disk.left.value for disk in disks for what in disk.holds}
    well = not any(disk.sentence for disk in disks) and open_now.left is room.Left.ENOUGH
    well = well and not any(Told(state).wrong for state in _states(proved))
    said = {
        "status": ("ok" if well else "degraded") if state.ready else "not ready",
        "database": "ok" if state.database else "unreachable",
        "migration": {"at": state.revision, "expected": state.expected},
        "disk": kept,
        "restore": proved,
        "descriptors": {"used": open_now.used, "most": open_now.most, "percent": open_now.percent},
    }
    good = state.ready and (well or "strict" not in request.query_params)
    return JSONResponse(said, 200 if good else 503, {"Cache-Control": "no-store"})


def _states(backups: dict[str, Any]) -> list[str]:
    return [backups["state"], *([backups["second_place"]["state"]] if backups.get("second_place") else [])]


async def current_session(request: Request) -> Response:
    """GET /session {"signed_in": true}: whether this browser's cookie opens a session now."""
    running = runtime.running()
    token = cookie.read(running.settings, request.scope)
    found = await run_in_threadpool(running.installation.is_signed_in, token)
    return JSONResponse({"signed_in": found}, 200, {"Cache-Control": "no-store"})


async def begin_session(request: Request) -> Response:
    """POST /session {"ticket": "..."}: a ticket becomes this browser's session cookie."""
    running = runtime.running()
    ticket = await _ticket(request)
    old = cookie.read(running.settings, request.scope)
    address = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")
    try:
        token = await run_in_threadpool(running.installation.sessions.open, ticket, address, agent, old)
    except CrmError as refused:
        return _said(403, str(refused))
    large_exports.let_go(old)
    return _set(cookie.setting(running.settings, token))


async def end_session(request: Request) -> Response:
    """POST /session/end: this browser's session ends, and its cookie goes."""
    running = runtime.running()
    token = cookie.read(running.settings, request.scope)
    await run_in_threadpool(running.installation.sessions.end, token)
    large_exports.let_go(token)
    return _set(cookie.clearing(running.settings))


async def changed(request: Request) -> Response:
    """GET /changed {"last": 7}: another number after each change in the company of this browser's session.

    An open list asks it every few seconds, by itself: that somebody is there is not to be told by it.
    """
    running = runtime.running()

    def last() -> int | None:
        here = running.installation.sessions.resolve(cookie.read(running.settings, request.scope), seen=False)
        return None if here is None else Workspace(running.store, here.scope).customers.last_change()

    try:
        found = await run_in_threadpool(last)
    except CrmError as refused:
        return _said(403, str(refused))
    if found is None:
        return _said(401, "Sign in first.")
    return JSONResponse({"last": found}, 200, {"Cache-Control": "no-store"})


async def favicon(request: Request) -> Response:
    """GET /favicon.png: the sign on the browser's tab, in place of Streamlit's own."""
    return FileResponse(ROOT / "dashboard" / "favicon.svg", media_type="image/svg+xml")


async def first_screen(request: Request) -> Response:
    """GET /overview: the first screen stands at the root, and Streamlit knows it by no other address."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", 307)


async def _ticket(request: Request) -> str:
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST:
                return ""
        said = json.loads(body)
    except (ValueError, ClientDisconnect, RecursionError):
        return ""
    ticket = said.get("ticket") if isinstance(said, dict) else None
    return ticket if isinstance(ticket, str) else ""


def _set(header: str) -> Response:
    return Response(status_code=204, headers={"Set-Cookie": header, "Cache-Control": "no-store"})


def _said(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, {"Cache-Control": "no-store"})


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz, methods=["GET"]),
    Route("/session", current_session, methods=["GET"]),
    Route("/session", begin_session, methods=["POST"]),
    Route("/session/end", end_session, methods=["POST"]),
    Route(CHANGED, changed, methods=["GET"]),
    Route(search.FIND, finds.answer, methods=["POST"]),
    Route("/portrait/{user_id:int}", portraits.answer, methods=["GET"]),
    Route("/favicon.png", favicon, methods=["GET"]),
    Route(f"/{SCREENS[0].name}", first_screen, methods=["GET"]),
    Route(f"{assets.ADDRESS}/{{version}}/{{path:path}}", assets.answer, methods=["GET"]),
    Route("/export/{path:path}", exports.answer, methods=["GET"]),
]
