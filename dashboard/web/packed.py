"""What is the same for everybody, compressed once: Streamlit's scripts and styles, our own, and the empty page.

Streamlit sends its scripts as they are, megabytes of them before the first list is seen, and leaves it to a proxy
to make them smaller. Nothing that depends on who asks ever comes here.
"""

import gzip
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(streamlit.__file__).parent / "static" / "static"
ADDRESS = "/static"
# The rest of what lies there is pictures and fonts, which are compressed already.
KINDS = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}
KEPT = "public, immutable, max-age=31536000"  # as Streamlit says of them: each has its hash in its name
_VARY = {"Vary": "Accept-Encoding"}


@dataclass(frozen=True)
class Packed:
    """A body compressed by gzip, and the tag by which a browser says that it has it."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, plain: bytes) -> "Packed":
        """Compress it; the same body is always the same."""
        body = gzip.compress(plain, 9, mtime=0)
        return cls(body, _tag(body))

    def answer(self, scope: Scope, headers: Mapping[str, str], kind: str) -> Response:
        """The compressed body, for a GET or HEAD of somebody who `takes_gzip`."""
        return _answer(scope, self.body, self.tag, {**headers, **_VARY, "Content-Encoding": "gzip"}, kind)


class Both:
    """A body that is kept both as it is and compressed."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain
        self.packed = Packed.of(plain)
        self._tag = _tag(plain)

    def answer(self, scope: Scope, headers: Mapping[str, str], kind: str) -> Response:
        """Whichever is wanted; 304 for who has it."""
        if takes_gzip(Headers(scope=scope)):
            return self.packed.answer(scope, headers, kind)
        return _answer(scope, self.plain, self._tag, {**headers, **_VARY}, kind)


class Static:
    """ASGI middleware: answers GET and HEAD of what is below /static, compressed when it is first asked for.

    Whoever takes no gzip, or asks for a part of a file, gets it from Streamlit as it is.
    """

    def __init__(self, app: ASGIApp, folder: Path = STATIC) -> None:
        self.app = app
        # Only names that are there at the start are looked up, so no address can lead anywhere else.
        self._files = {
            f"{ADDRESS}/{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.suffix in KINDS and path.is_file()
        }
        self._packed: dict[Path, Packed] = {}
        self._turns = {path: threading.Lock() for path in self._files.values()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        path = self._files.get(scope["path"]) if scope["type"] == "http" else None
        if path is None or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "range" in headers or not takes_gzip(headers):
            await self.app(scope, receive, _varying(send))
            return
        packed = self._packed.get(path)
        if packed is None:
            packed = await run_in_threadpool(self._pack, path)
        await packed.answer(scope, {"Cache-Control": KEPT}, KINDS[path.suffix])(scope, receive, send)

    def _pack(self, path: Path) -> Packed:
        """Compress a file, once however many ask for it at the same moment."""
        with self._turns[path]:
            if path not in self._packed:
                self._packed[path] = Packed.of(path.read_bytes())
            return self._packed[path]


def takes_gzip(headers: Headers) -> bool:
    """Whether a request says that it can read gzip; q=0 says that it cannot."""
    weights: dict[str, float] = {}
    for part in ",".join(headers.getlist("accept-encoding")).split(","):
        name, _, rest = part.partition(";")
        said = rest.replace(" ", "").partition("q=")[2]
        try:
            weights[name.strip().lower()] = float(said) if said else 1.0
        except ValueError:
            weights[name.strip().lower()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def _answer(scope: Scope, body: bytes, tag: str, headers: Mapping[str, str], kind: str) -> Response:
    headers = {**headers, "ETag": tag}
    has = {said.strip().removeprefix("W/") for said in _if_none_match(scope).split(",")}
    if tag in has or "*" in has:
        return Response(
            status_code=304, headers={k: v for k, v in headers.items() if k != "Content-Encoding"}
        )
    headers["Content-Length"] = str(len(body))
    return Response(b"" if scope["method"] == "HEAD" else body, 200, headers, kind)


def _if_none_match(scope: Scope) -> str:
    return ",".join(Headers(scope=scope).getlist("if-none-match"))


def _varying(send: Send) -> Send:
    """With a word to caches between: the next who asks may get another answer."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return told
