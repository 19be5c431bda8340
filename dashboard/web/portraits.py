"""GET /portrait/7: the picture of a colleague. A browser that keeps it asks each time whether it may show it."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crm_data.errors import CrmError
from dashboard import runtime
from dashboard.web import cookie

_NOT_KEPT = {"Cache-Control": "no-store"}
_KEPT = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}


async def answer(request: Request) -> Response:
    """200 with it, 304 where the browser has it, 404 for whoever is no colleague here or has none."""
    running = runtime.running()
    token = cookie.read(running.settings, request.scope)
    try:
        here = await run_in_threadpool(running.installation.sessions.resolve, token, False)
        if here is None:
            return _said(401, "You are signed out. Sign in to go on.")
        found = await run_in_threadpool(running.installation.portrait, here, request.path_params["user_id"])
    except CrmError as refused:
        return _said(503, str(refused))
    if found is None:
        return _said(404, "There is no picture here.")
    headers = {**_KEPT, "ETag": f'"{found.tag}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.data, media_type="image/jpeg", headers=headers)


def _said(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, _NOT_KEPT)
