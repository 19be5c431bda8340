"""The small pieces that bound what a browser may cost, each by itself."""

import asyncio
from contextlib import ExitStack

import httpx
import pytest
from google.protobuf.descriptor import Descriptor
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from crm_data.errors import TooMany
from dashboard.web import limits, uploads
from dashboard.web.places import Places
from dashboard.web.rate import Rate
from dashboard.web.uploads import Uploads
from dashboard.web.weigh import parts
from tests.attack.tab import state
from tests.dashboard.asgi import HOME

KIND: Descriptor = BackMsg.DESCRIPTOR


def test_the_parts_of_a_message_are_counted_within_it() -> None:
    asked = BackMsg()
    asked.rerun_script.query_string = "a=1"
    asked.rerun_script.widget_states.widgets.append(state("w", string_value="x"))
    # the run, its query, its states, one of them, its name and its value
    assert parts(asked.SerializeToString(), KIND, 100) == 6
    assert parts(asked.SerializeToString(), KIND, 5) == 6
    assert parts(b"", KIND, 5) == 0


@pytest.mark.slow
@given(st.binary(max_size=300))
def test_any_bytes_are_counted_or_refused(data: bytes) -> None:
    found = parts(data, KIND, 50)
    assert -1 <= found <= 51
    try:
        understood = BackMsg.FromString(data)
    except Exception:  # noqa: BLE001 - whatever protobuf does not understand
        return
    # Groups are understood and skipped by protobuf; nothing of ours has them.
    assert found != 0 or understood == BackMsg()


def test_messages_within_messages_without_end_are_too_many() -> None:
    deep = b""
    for _ in range(60):
        deep = b"\x5a" + bytes([len(deep)]) + deep if len(deep) < 128 else deep
    assert parts(deep * 300, KIND, 500) in (-1, 501)


def test_a_rate_lets_a_burst_through_and_then_so_many_a_second() -> None:
    now = [100.0]
    rate = Rate(3, 2.0, longest=5.0, now=lambda: now[0])
    assert [rate.wait("a") for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    assert rate.wait("b") == 0  # each name has its own
    now[0] += 60
    assert rate.wait("a") == 0
    assert max(rate.wait("a") for _ in range(1_000)) == 5.0  # nobody waits longer, whatever came before
    now[0] += 60
    rate.wait("c")
    assert list(rate._until) == ["c"]  # those that are full again are forgotten


def test_places_are_a_persons_a_companys_and_everybodys() -> None:
    places = Places("files", person=2, company=3, everybody=4)
    with places.one("ann", 1), places.one("ann", 1):
        with pytest.raises(TooMany, match="You have 2 files under way"), places.one("ann", 1):
            pass
        with places.one("bob", 1):
            with pytest.raises(TooMany, match="Your company has 3 files"), places.one("cy", 1):
                pass
            with places.one("dora", 2), pytest.raises(TooMany, match="Too many files"), places.one("eve", 2):
                pass
    with places.one("ann", 1):
        pass
    assert not places._taken


def test_two_people_never_hold_all_places_of_their_company() -> None:
    places = Places("files", person=3, company=6, everybody=18)
    with ExitStack() as held:
        for person in ("ann", "ann", "ann", "bob"):
            held.enter_context(places.one(person, 1))
        with pytest.raises(TooMany, match="One at a time"), places.one("bob", 1):
            pass
        for person in ("cy", "dora"):
            held.enter_context(places.one(person, 1))
    assert not places._taken


def test_files_come_in_two_at_a_time_and_are_kept_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    arriving = asyncio.Event()

    async def slowly(scope: Scope, receive: Receive, send: Send) -> None:
        await arriving.wait()
        await PlainTextResponse("kept")(scope, receive, send)

    way_in = Uploads(slowly, lambda scope: "ann")
    kept: dict[str, int] = {}
    monkeypatch.setattr(uploads, "_kept", lambda: kept)

    async def put() -> int:
        transport = httpx.ASGITransport(way_in)
        async with httpx.AsyncClient(transport=transport, base_url=HOME) as http:
            return (await http.put("/_stcore/upload_file/tab/file", content=b"x")).status_code

    async def all_at_once() -> list[int]:
        first = [asyncio.create_task(put()) for _ in range(limits.UPLOADS_OF_PERSON)]
        await asyncio.sleep(0.1)
        third = await put()
        arriving.set()
        return [*[await one for one in first], third, await put()]

    assert asyncio.run(all_at_once()) == [200, 200, 429, 200]
    kept["tab"] = limits.KEPT_OF_TAB
    assert asyncio.run(put()) == 429
    kept.clear()
    kept["another"] = limits.KEPT
    assert asyncio.run(put()) == 429
    assert not way_in.coming


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_whose_an_address_is(address: str, group: str) -> None:
    assert limits.group(address) == group
