"""What is the same for everybody is sent compressed, is the very file when unpacked; nothing else is touched."""

import asyncio
import gzip
import re
import threading
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from dashboard.web import frame, packed
from dashboard.web.addresses import Addresses
from dashboard.web.packed import ADDRESS, KINDS, STATIC, Packed, Static, takes_gzip
from tests.dashboard.asgi import HOME, Asked

FILES = sorted(path for path in STATIC.rglob("*") if path.is_file())
TEXTS = [path for path in FILES if path.suffix in KINDS]
ASKED = Asked(Starlette(routes=create_streamlit_static_assets_routes(""), middleware=[Middleware(Static)]))
PLAIN = Asked(Starlette(routes=create_streamlit_static_assets_routes("")))


def address(path: Path) -> str:
    return f"{ADDRESS}/{path.relative_to(STATIC).as_posix()}"


ONE = address(next(path for path in TEXTS if path.name.startswith("index.") and path.suffix == ".js"))


@pytest.mark.slow
def test_every_file_is_the_file_again_when_unpacked_and_says_what_it_said_before() -> None:
    async def all_of_them() -> None:
        transport, plainly = httpx.ASGITransport(ASKED.app), httpx.ASGITransport(PLAIN.app)
        async with (
            httpx.AsyncClient(transport=transport) as ours,
            httpx.AsyncClient(transport=plainly) as theirs,
        ):
            for path in FILES:
                found = await ours.get(HOME + address(path), headers={"Accept-Encoding": "br, gzip"})
                before = await theirs.head(HOME + address(path))
                assert found.content == path.read_bytes(), path
                for name in ("content-type", "cache-control"):
                    assert found.headers[name] == before.headers[name], path
                text = path.suffix in KINDS
                assert found.headers.get("content-encoding") == ("gzip" if text else None), path
                assert found.headers.get("vary") == ("Accept-Encoding" if text else None), path

    asyncio.run(all_of_them())


@pytest.mark.slow
def test_there_is_something_to_win() -> None:
    sent = sum(len(Packed.of(path.read_bytes()).body) for path in TEXTS[:80])
    assert sent < 0.4 * sum(path.stat().st_size for path in TEXTS[:80])


@pytest.mark.parametrize("said", ["identity", "", "br", "gzip;q=0", "gzip; q=0.0, *", "gzip;q=much"])
def test_who_takes_no_gzip_gets_the_file_as_it_is(said: str) -> None:
    found = ASKED.get(ONE, headers={"Accept-Encoding": said})
    assert "content-encoding" not in found.headers
    assert found.headers["vary"] == "Accept-Encoding"
    assert found.headers["content-length"] == str(len(found.content))
    assert found.content == PLAIN.get(ONE, headers={"Accept-Encoding": said}).content


@pytest.mark.parametrize(
    "said", ["gzip", "GZIP", "br;q=1, gzip;q=0.5", "*", "identity, *;q=0.1", "br,gzip ;q=1"]
)
def test_who_takes_it_is_understood(said: str) -> None:
    assert takes_gzip(Headers({"Accept-Encoding": said}))
    assert ASKED.get(ONE, headers={"Accept-Encoding": said}).headers["content-encoding"] == "gzip"


def test_head_says_what_get_would_and_sends_nothing() -> None:
    got = ASKED.get(ONE, headers={"Accept-Encoding": "gzip"})
    head = ASKED.request("HEAD", ONE, headers={"Accept-Encoding": "gzip"})
    assert head.content == b""
    assert head.headers == got.headers


def test_a_part_of_a_file_is_a_part_of_the_file_itself() -> None:
    part = ASKED.get(ONE, headers={"Accept-Encoding": "gzip", "Range": "bytes=10-19"})
    assert part.status_code == 206
    assert "content-encoding" not in part.headers
    assert part.content == ASKED.get(ONE, headers={"Accept-Encoding": "identity"}).content[10:20]
    tag = ASKED.get(ONE, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    whole = ASKED.get(ONE, headers={"Accept-Encoding": "gzip", "Range": "bytes=10-19", "If-Range": tag})
    assert whole.status_code == 200, "a part of the plain file is no part of the compressed one"


@pytest.mark.parametrize("around", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_is_told_so(around: str) -> None:
    tag = ASKED.get(ONE, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    again = ASKED.get(ONE, headers={"Accept-Encoding": "gzip", "If-None-Match": around.format(tag)})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in again.headers


def test_the_plain_and_the_packed_one_are_told_apart() -> None:
    both = {
        said: ASKED.get(ONE, headers={"Accept-Encoding": said}).headers["etag"] for said in ("gzip", "br")
    }
    assert both["gzip"] != both["br"]
    other = ASKED.get(ONE, headers={"Accept-Encoding": "gzip", "If-None-Match": both["br"]})
    assert other.status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered(method: str) -> None:
    assert ASKED.request(method, ONE, headers={"Accept-Encoding": "gzip"}).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/static/../index.html", "/static//js/../js", f"/{ONE}", "/static/js/none.js", "/static", f"{ONE}/"],
)
def test_no_other_address_is_answered(path: str) -> None:
    passed: list[str] = []

    async def below(scope: object, receive: object, send: object) -> None:
        passed.append(path)

    asyncio.run(Static(below)({"type": "http", "path": path, "method": "GET", "headers": []}, None, None))  # type: ignore[arg-type]
    assert passed == [path]


def test_many_who_ask_at_once_make_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.js").write_text("x" * 50_000)
    made, let = [], threading.Event()

    def slowly(plain: bytes) -> Packed:
        made.append(plain)
        let.wait(5)
        return Packed(gzip.compress(plain), '"tag"')

    monkeypatch.setattr(packed.Packed, "of", slowly)
    app = Static(Starlette(), tmp_path)

    async def many() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
            asks = [asyncio.create_task(http.get(f"{HOME}/static/one.js")) for _ in range(8)]
            while not made:
                await asyncio.sleep(0.001)
            let.set()
            return await asyncio.gather(*asks)

    assert {answer.text for answer in asyncio.run(many())} == {"x" * 50_000}
    assert len(made) == 1


@pytest.mark.parametrize("path", ["/", "/customers"])
def test_the_page_of_every_screen_is_packed_and_known_again(path: str) -> None:
    asked = Asked(Starlette(middleware=[Middleware(Addresses)]))
    for encoding in ("gzip", "identity"):
        found = asked.get(path, headers={"Accept-Encoding": encoding})
        assert found.text == frame.PAGE
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        assert found.headers["cache-control"] == "no-cache"
        assert found.headers.get("content-encoding") == ("gzip" if encoding == "gzip" else None)
        again = asked.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": found.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_parts_are_asked_for_ahead_once_and_after_what_the_page_begins_with() -> None:
    links = re.findall(r"<link[^>]*modulepreload[^>]*>", frame.PAGE)
    asked = [re.search(r'href="/static/js/([^"]+)"', link) for link in links]
    names = [found[1] for found in asked if found]
    assert len(names) == len(links) == len(set(names))
    assert set(names) >= set(frame.scripts())
    waiting = [name for name, link in zip(names, links, strict=True) if 'fetchpriority="low"' in link]
    began = set(re.findall(r'href="\./static/js/([^"]+)"', frame.INDEX.read_text(encoding="utf-8")))
    assert set(waiting) == set(frame.scripts()) - began
    assert waiting
