"""What a stranger may cost: every route with a body too large or too slow, every message, tabs without end."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from dashboard.web import limits
from tests.attack.tab import Tab, state
from tests.attack.test_strangers import ROUTES, addresses
from tests.attack.town import Town, held
from tests.support.cost import cost
from tests.support.serving import Served

pytestmark = pytest.mark.slow

ENDLESS = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
# The reason is lost where the browser is still sending when the connection is closed.
CLOSED = (1009, 1006)
KINDS = [field.name for field in BackMsg.DESCRIPTOR.fields]


def called(served: Served, method: str, address: str, *headers: str) -> socket.socket:
    """A connection on which a request has begun."""
    place = urlsplit(served.url)
    line = socket.create_connection((place.hostname, place.port), timeout=limits.BODY_SECONDS + 20)
    head = [
        f"{method} {address} HTTP/1.1",
        f"Host: {place.netloc}",
        f"Origin: {served.url}",
        *headers,
        "",
        "",
    ]
    line.sendall("\r\n".join(head).encode())
    return line


def answered(line: socket.socket) -> bytes:
    """What comes until the server closes."""
    heard = b""
    try:
        while part := line.recv(65536):
            heard += part
    except ConnectionError:
        pass
    return heard


def every(there: Town) -> Iterator[tuple[str, str]]:
    for method, path in ROUTES:
        yield method, addresses(path, there)[0]


def test_a_body_that_is_declared_too_large_is_refused_unread(served: Served, there: Town) -> None:
    for method, address in every(there):
        with called(served, method, address, "Content-Length: 10000000000") as line:
            assert answered(line).startswith(b"HTTP/1.1 413"), (method, address)


def test_a_body_without_end_is_not_taken(served: Served, there: Town) -> None:
    with cost(served) as spent:
        for method, address in every(there):
            with called(served, method, address, "Transfer-Encoding: chunked") as line:
                taken = 0
                try:
                    while taken < 64 * limits.MB:
                        line.sendall(ENDLESS)
                        taken += len(ENDLESS)
                except OSError:
                    pass
                assert taken < 16 * limits.MB, (method, address)  # what sockets hold, and little more
    assert spent.seconds < 5
    assert spent.bytes < 30 * limits.MB


def test_who_sends_slowly_is_not_waited_for(served: Served, there: Town) -> None:
    """A body of which a byte comes now and then, and headers that never end, on every route at once."""
    began = time.monotonic()
    with ThreadPoolExecutor(64) as pool:
        lines = [called(served, m, a, "Content-Length: 2000") for m, a in every(there)]
        place = urlsplit(served.url)
        lines += [socket.create_connection((place.hostname, place.port), timeout=60) for _ in range(3)]
        lines[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        lines[-2].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        over = [pool.submit(answered, line) for line in lines]
        while time.monotonic() - began < limits.HEAD_SECONDS + 5 and not all(one.done() for one in over):
            for line in lines[:-2]:
                with suppress(OSError):
                    line.sendall(b"x")
            time.sleep(0.5)
        assert [one for one in over if not one.done()] == []
    for line in lines:
        line.close()


def test_large_headers_are_refused(served: Served) -> None:
    for address, *headers in (
        ("/" + "x" * 100_000,),
        ("/?" + "x" * 100_000,),
        ("/", "X-Much: " + "x" * 100_000),
    ):
        with called(served, "GET", address, *headers) as line:
            # The answer may be lost where the browser is still sending when the connection is closed.
            assert answered(line)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431", b"")
    assert httpx.get(f"{served.url}/?{'x' * 8_000}", headers={"X-Much": "x" * 4_000}).status_code == 200


# --- over the websocket


def millions(count: int = 2_000_000) -> bytes:
    """Millions of widgets' values, made without building them: one piece again and again."""
    asked = BackMsg()
    asked.rerun_script.widget_states.widgets.append(state("x", bool_value=True))
    one = asked.rerun_script.widget_states.SerializeToString()
    inner = BackMsg()
    inner.rerun_script.widget_states.ParseFromString(one * count)
    return inner.SerializeToString()


def said(served: Served, data: bytes, cookie: str = "") -> tuple[int, str]:
    """Code and reason with which a tab is closed for saying so much; 0 when it is not."""
    with Tab(served.url, cookie=cookie) as tab:
        try:
            tab.socket.send(data)
            tab.heard()
            tab.run()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
    return 0, ""


def test_millions_of_values_cost_next_to_nothing(served: Served) -> None:
    with cost(served) as spent:
        assert said(served, millions())[0] in CLOSED
    assert spent.seconds < 2
    assert spent.bytes < 20 * limits.MB


def test_what_a_stranger_may_still_say_is_not_all_read(served: Served) -> None:
    """What a browser kept from before its session ended: it gets the sign-in screen, unread."""
    asked = BackMsg()
    asked.rerun_script.widget_states.widgets.extend(state(f"w{n}", bool_value=True) for n in range(9_000))
    assert asked.ByteSize() < limits.HEARD
    with cost(served) as spent:
        assert said(served, asked.SerializeToString())[0] == 0
    assert spent.seconds < 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [limits.STRANGER.size * 2, limits.HEARD + 1, 20 * limits.MB])
def test_every_kind_of_message_is_bounded(served: Served, kind: str, size: int) -> None:
    message = BackMsg()
    field = BackMsg.DESCRIPTOR.fields_by_name[kind]
    if field.message_type is None:
        setattr(message, kind, True)
    else:
        getattr(message, kind).SetInParent()
    data = message.SerializeToString() + b"\x9a\x06" + varint(size) + b"x" * size  # a field nobody knows
    with cost(served) as spent:
        code, _ = said(served, data)
    assert code in (CLOSED if size > limits.HEARD else (0,))
    assert spent.seconds < 3
    assert spent.bytes < 30 * limits.MB


def varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def test_somebody_signed_in_may_say_more_but_not_without_end(served: Served, there: Town) -> None:
    cookie = held(served, there.token("manager"))
    with Tab(served.url, "customers", cookie=cookie) as tab:
        tab.run()
        tab.run(state("much", string_value="x" * 2 * limits.MB))
    assert said(served, b"x" * (limits.SIGNED_IN.size + 1), cookie)[0] in CLOSED
    with cost(served) as spent:
        code, why = said(served, millions(300_000), cookie)
    assert (code, "smaller steps" in why) == (1009, True)
    assert spent.seconds < 2


def test_a_newcomer_takes_the_place_of_the_stranger_who_is_silent_longest(
    served: Served, there: Town
) -> None:
    tabs = [Tab(served.url) for _ in range(limits.STRANGERS_OF_ADDRESS + 3)]
    cookie = held(served, there.token("manager"))
    with Tab(served.url, "customers", cookie=cookie) as mine:
        try:
            for tab in tabs:
                tab.__enter__()
            for tab in tabs[:3]:
                with pytest.raises(ConnectionClosed) as closed:
                    tab.socket.recv(20)
                assert closed.value.rcvd
                assert closed.value.rcvd.code == 1013
            assert b"Password" in tabs[-1].run()
            assert b"kittiwake" in mine.run()
        finally:
            for tab in tabs:
                tab.__exit__(None, None, None)
