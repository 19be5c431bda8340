"""What a browser may say over its websocket: what our screens use. Streamlit hears nothing else."""

import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

log = logging.getLogger("foyer.web")

# The others need no sign-in: they tell a stranger branch and file names of the installation, empty every person's
# cache, write into its folder, or hand out parts of a frame that was drawn before the person signed out.
USED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
_UNSUPPORTED = 1003  # the websocket's own code for data of a kind that is not taken


class Messages:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and listen to what the browser says."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def used() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                kind = _kind(message.get("bytes"))
                if kind in USED:
                    return message
                log.warning("dropped a websocket message: %s", kind or "not one of ours")
                if not kind:
                    await send({"type": "websocket.close", "code": _UNSUPPORTED})
                    return {"type": "websocket.disconnect", "code": _UNSUPPORTED}

        await self.app(scope, used, send)


def _kind(data: bytes | None) -> str:
    """The kind of a message; empty for what is none."""
    try:
        return str(BackMsg.FromString(data or b"").WhichOneof("type") or "")
    except DecodeError:
        return ""
