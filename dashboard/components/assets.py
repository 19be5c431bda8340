"""The scripts of our components: served once under an address that holds their hash, so that a browser keeps them.

Streamlit sends a component's script with every message about it; it is given three lines that fetch the real one.
All scripts are under one hash, so that they can import each other by relative addresses.

What a component is told goes out as the bytes of one text that is read there: of a mapping Streamlit would make
JSON twice, the second time in another order for the name of the element, and look at each value whether it is a
table; of a text it would do the same, with a stroke before each of its quotes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dashboard.web.packed import Both

_HERE = Path(__file__).parent
ADDRESS = "/components"
_KEPT = "private, max-age=31536000, immutable"


@cache
def scripts() -> dict[str, Both]:
    """Every script by its path below this folder, as 'feed/feed.js'."""
    return {
        path.relative_to(_HERE).as_posix(): Both(path.read_bytes()) for path in sorted(_HERE.rglob("*.js"))
    }


@cache
def version() -> str:
    """The hash of them all."""
    digest = hashlib.sha256()
    for name, script in scripts().items():
        digest.update(f"{name}\0{len(script.plain)}\0".encode())
        digest.update(script.plain)
    return digest.hexdigest()[:16]


def component(name: str, *looks: str, isolated: bool = True) -> Callable[..., Any]:
    """The component of <name>/<name>.js and <name>/<name>.css, if there is one, and of the named styles that some
    share; called with a key, its data and callbacks. `more` is further data, as `text` has made it already. What
    is not `isolated` is drawn among the page's own elements."""
    script = f"{ADDRESS}/{version()}/{name}/{name}.js"
    loader = (
        f'const it = await import(new URL("{script}", location.origin));\n'
        "const read = new TextDecoder();\n"
        "export default (told) => it.default({ ...told, data: JSON.parse(read.decode(told.data)) });\n"
    )
    styles = [_HERE / name / f"{name}.css", *(_HERE / f"{look}.css" for look in looks)]
    css = "".join(style.read_text(encoding="utf-8") for style in styles if style.exists()) or None
    mount = st.components.v2.component(f"foyer_{name}", css=css, js=loader, isolate_styles=isolated)

    def draw(key: str, data: Mapping[str, Any], more: str = "{}", **heard: Any) -> Any:
        both = text(data) if more == "{}" else f"{more[:-1]},{text(data)[1:]}"
        return mount(key=key, data=both.encode(), **heard)

    return draw


def text(data: Mapping[str, Any]) -> str:
    """Data as its text goes out; a dataclass in it is its fields by name."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_fields)


def _fields(value: Any) -> Mapping[str, Any]:
    if not is_dataclass(value):
        raise TypeError(f"A {type(value).__name__} cannot be told to a component.")
    return vars(value)


async def answer(request: Request) -> Response:
    """GET /components/<hash>/<path>: a script of this version; any other is not here and must not be kept."""
    found = scripts().get(request.path_params["path"])
    if found is None or request.path_params["version"] != version():
        return PlainTextResponse("There is no such script.", 404, {"Cache-Control": "no-store"})
    return found.answer(request.scope, {"Cache-Control": _KEPT}, "text/javascript")
