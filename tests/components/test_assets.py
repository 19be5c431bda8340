"""The scripts of components: one address a version, kept by browsers, compressed, and none that is not ours."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard import components
from dashboard.components import assets
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked

HERE = Path(components.__file__).parent
SCRIPTS = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.js"))


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked(Starlette(routes=[r for r in ROUTES if isinstance(r, Route) and "version" in r.path]))


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_each_is_served_as_it_stands_in_the_house(asked: Asked, name: str, encoding: str) -> None:
    found = asked.get(f"{assets.ADDRESS}/{assets.version()}/{name}", headers={"Accept-Encoding": encoding})
    assert found.status_code == 200
    assert found.content == (HERE / name).read_bytes()  # httpx unpacks
    assert found.headers["content-type"].startswith("text/javascript")
    assert "immutable" in found.headers["cache-control"]
    assert "public" not in found.headers["cache-control"]
    assert found.headers.get("content-encoding") == ("gzip" if "gzip" in encoding else None)


@pytest.mark.parametrize(
    "path",
    [
        f"0123456789abcdef/{SCRIPTS[0]}",
        f"{assets.version()}/nothing.js",
        f"{assets.version()}/feed/feed.css",
        f"{assets.version()}/feed/__init__.py",
        f"{assets.version()}/..%2f..%2fserver.py",
        f"{assets.version()}//etc/passwd",
    ],
)
def test_anything_else_is_not_here_and_is_not_kept(asked: Asked, path: str) -> None:
    found = asked.get(f"{assets.ADDRESS}/{path}")
    assert (found.status_code, found.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_imports_is_there(name: str) -> None:
    for wanted in re.findall(r'^import .*? from "([^"]+)";$', (HERE / name).read_text("utf-8"), re.MULTILINE):
        assert wanted.startswith((".", "../")), "addresses are relative, so that one hash stands before all"
        found = ((HERE / name).parent / wanted).resolve().relative_to(HERE).as_posix()
        assert found in SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_text_as_html(name: str) -> None:
    text = (HERE / name).read_text("utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in text


def test_the_packed_ones_are_smaller_and_always_the_same() -> None:
    for script in assets.scripts().values():
        assert len(script.packed.body) < len(script.plain)
        assert script.packed.body == gzip.compress(script.plain, 9, mtime=0)
