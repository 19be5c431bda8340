"""What a browser may say over its websocket: what our screens use, and not more of it than they do."""

import logging
from collections.abc import Callable

from google.protobuf.message import DecodeError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from dashboard.web import limits
from dashboard.web.weigh import parts

log = logging.getLogger("foyer.web")

# The others need no sign-in: they tell a stranger branch and file names of the installation, empty every person's
# cache, write into its folder, or hand out parts of a frame that was drawn before the person signed out.
USED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
_UNSUPPORTED, _TOO_BIG = 1003, 1009  # the websocket's own codes
_MUCH = "This is more than a screen sends. Reload the page and do it in smaller steps."
_SCREEN = BackMsg(rerun_script=ClientState()).SerializeToString()


class Messages:
    """ASGI middleware. `is_signed_in` is asked of a message that is more than signing in needs, each time anew."""

    def __init__(self, app: ASGIApp, is_signed_in: Callable[[Scope], bool]) -> None:
        self.app = app
        self.is_signed_in = is_signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and listen to what the browser says."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def leave(code: int, why: str) -> Message:
            await send({"type": "websocket.close", "code": code, "reason": why})
            return {"type": "websocket.disconnect", "code": code}

        async def used() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                data = message.get("bytes") or b""
                if _more_than(limits.STRANGER, data):
                    if not await run_in_threadpool(self.is_signed_in, scope):
                        # What was typed before a session ended still comes along; the sign-in screen needs none.
                        log.info(
                            "a message of %d bytes by somebody who is not signed in was not read", len(data)
                        )
                        return {"type": "websocket.receive", "bytes": _SCREEN}
                    if _more_than(limits.SIGNED_IN, data):
                        log.warning("refused a websocket message of %d bytes", len(data))
                        return await leave(_TOO_BIG, _MUCH)
                kind = _kind(data)
                if kind in USED:
                    return message
                log.warning("dropped a websocket message: %s", kind or "not one of ours")
                if not kind:
                    return await leave(_UNSUPPORTED, "")

        await self.app(scope, used, send)


def _more_than(most: limits.Says, data: bytes) -> bool:
    return len(data) > most.size or parts(data, BackMsg.DESCRIPTOR, most.parts) > most.parts


def _kind(data: bytes) -> str:
    """The kind of a message; empty for what is none."""
    try:
        return str(BackMsg.FromString(data).WhichOneof("type") or "")
    except DecodeError:
        return ""
