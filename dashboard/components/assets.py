"""The scripts of our components: served once under an address that holds their hash, so that a browser keeps them.

Streamlit sends a component's script with every message about it; it is given two lines that fetch the real one.
All scripts are under one hash, so that they can import each other by relative addresses.
"""

import hashlib
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


def component(name: str) -> Any:
    """The component of <name>/<name>.js and <name>/<name>.css, if there is one; called with a key, its data and
    callbacks."""
    script = f"{ADDRESS}/{version()}/{name}/{name}.js"
    loader = f'const it = await import(new URL("{script}", location.origin));\nexport default it.default;\n'
    style = _HERE / name / f"{name}.css"
    css = style.read_text(encoding="utf-8") if style.exists() else None
    return st.components.v2.component(f"foyer_{name}", css=css, js=loader)


async def answer(request: Request) -> Response:
    """GET /components/<hash>/<path>: a script of this version; any other is not here and must not be kept."""
    found = scripts().get(request.path_params["path"])
    if found is None or request.path_params["version"] != version():
        return PlainTextResponse("There is no such script.", 404, {"Cache-Control": "no-store"})
    return found.answer(request.scope, {"Cache-Control": _KEPT}, "text/javascript")
