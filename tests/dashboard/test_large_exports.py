"""Large exports: made in the background, listed for who began them alone, fetched, cancelled, let go of."""

import asyncio
import os
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import IO, Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.types import Message

from crm_data import clock, errors
from crm_data.tables import Customer
from crm_data.transfer.csv_out import Form
from dashboard import runtime
from dashboard.web import csv_files, exports, large_exports
from dashboard.web.large_exports import Line, State
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked
from tests.dashboard.house import House, house

pytestmark = pytest.mark.slow

ROWS = 2_500  # three chunks
_WAIT = 30.0


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        rows = [{"company_id": made.office.companies[0], "name": f"kittiwake {n}"} for n in range(ROWS)]
        with made.office.store.system("a test") as session:
            session.execute(sa.insert(Customer), rows)
        csv_files.offer()
        large_exports.offer()
        yield made
        jobs = list(large_exports._jobs.values())
        for job in jobs:
            job.ends(State.GONE)
        until(lambda: all(job.work is None or job.work.done() for job in jobs))
        large_exports._jobs.clear()
        runtime.stop()


@pytest.fixture
def web() -> Asked:
    return Asked(Starlette(routes=ROUTES))


def until(true: Callable[[], bool]) -> None:
    late = time.monotonic() + _WAIT
    while not true():
        assert time.monotonic() < late
        time.sleep(0.005)


class Held:
    """Makes an export wait after its first thousand of rows, until it is let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there, self.on, self.told = threading.Event(), threading.Event(), 0
        goes_on = large_exports._goes_on

        def held(job: Any, rows: int) -> None:
            self.told = rows
            if rows:
                self.there.set()
                assert self.on.wait(_WAIT)
            goes_on(job, rows)

        monkeypatch.setattr(large_exports, "_goes_on", held)


@pytest.fixture
def held(home: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    made = Held(monkeypatch)
    yield made
    made.on.set()


def begin(token: str, form: Form = Form.CSV, table: str = "customers", **params: str) -> Line:
    return large_exports.begin(token, table, form, params, "Customers")


def line(home: House, token: str, key: str) -> Line:
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    (found,) = [one for one in large_exports.lines(signed) if one.key == key]
    return found


def ended(home: House, token: str, key: str) -> Line:
    """What has become of it once it is over."""
    job = large_exports._jobs[key]
    until(lambda: not job.line.under_way and (job.work is None or job.work.done()))
    return line(home, token, key)


def fetched(web: Asked, token: str, key: str) -> tuple[int, bytes]:
    web.cookies.clear()
    web.cookies.set("foyer_8501", token)
    answer = web.get(f"/export/made?key={key}")
    return answer.status_code, answer.content


def connections(home: House) -> int:
    """How many are taken from the pools, which the two engines may share."""
    engines = home.office.store.engines
    pools: set[Any] = {engines.read.pool, engines.write.pool}
    return sum(pool.checkedout() for pool in pools)


@pytest.mark.parametrize("form", list(Form))
def test_it_is_made_and_fetched_by_who_began_it_alone(home: House, web: Asked, form: Form) -> None:
    token = home.token("manager")
    begun = begin(token, form)
    assert (begun.state, begun.rows, begun.title) == (State.WAITING, ROWS, "Customers")
    ready = ended(home, token, begun.key)
    assert (ready.state, ready.done) == (State.READY, ROWS)
    assert ready.until is not None
    assert ready.until > clock.now() + timedelta(hours=11)
    status, data = fetched(web, token, begun.key)
    assert (status, len(data)) == (200, ready.size)
    direct = web.get(f"/export/customers.{form}").content
    assert data == direct if form is Form.CSV else abs(len(data) - len(direct)) < 1_000
    # A second sign-in of the same person there finds it as well, and it is fetched as often as one likes.
    assert fetched(web, home.token("manager"), begun.key) == (200, data)
    for role, company, refused in (
        ("admin", 0, 404),
        ("manager", 1, 404),
        ("sales_rep", 0, 403),
        ("user", 1, 403),
    ):
        other = home.token(role, company)
        status, said = fetched(web, other, begun.key)
        assert (status, b"kittiwake" in said) == (refused, False)
        signed = home.installation.sessions.resolve(other)
        assert signed is not None
        assert large_exports.lines(signed) == large_exports.news(signed) == []
        for act in (large_exports.cancel, large_exports.remove):
            with pytest.raises(errors.NotFound, match="There is no such export"):
                act(signed, begun.key)
    assert fetched(web, "nobody", begun.key)[0] == 401
    assert fetched(web, token, "another")[0] == fetched(web, token, "")[0] == 404
    assert fetched(web, token, begun.key) == (200, data)
    assert connections(home) == 0


@pytest.mark.parametrize("role", ["user", "sales_rep"])
def test_who_may_not_begins_none(home: House, role: str) -> None:
    with pytest.raises(errors.NotAllowed, match="Exporting is for managers"):
        begin(home.token(role), table="nothing")  # rights are asked before what is said
    with pytest.raises(errors.NotSignedIn):
        begin("nobody")
    assert large_exports._jobs == {}


@pytest.mark.parametrize("wrong", [{"sort": "password_hash"}, {"columns": "company_id"}])
def test_what_cannot_be_read_takes_no_place(home: House, wrong: dict[str, str]) -> None:
    with pytest.raises(errors.Invalid):
        begin(home.token(), **wrong)
    assert large_exports._jobs == {}


@pytest.mark.parametrize("form", list(Form))
def test_a_cancelled_one_stops_and_gives_back_its_connection(
    home: House, web: Asked, held: Held, form: Form
) -> None:
    token = home.token()
    begun = begin(token, form)
    assert held.there.wait(_WAIT)
    assert connections(home) == 1
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    assert large_exports.cancel(signed, begun.key)
    assert line(home, token, begun.key).state is State.CANCELLED
    held.on.set()
    assert ended(home, token, begun.key).state is State.CANCELLED
    assert (held.told, connections(home)) == (1_000, 0)  # of 2,500
    assert fetched(web, token, begun.key)[0] == 404
    large_exports.remove(signed, begun.key)
    assert large_exports.lines(signed) == []


def test_its_progress_is_told(home: House, held: Held) -> None:
    token = home.token()
    begun = begin(token)
    assert held.there.wait(_WAIT)
    assert line(home, token, begun.key).state is State.MADE
    held.on.set()
    assert ended(home, token, begun.key).done == ROWS
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    assert [one.state for one in large_exports.news(signed)] == [State.READY]
    assert large_exports.news(signed) == []


def busy(home: House) -> None:
    """Give both threads something that is held, of two people: whatever is begun now waits."""
    for role in ("manager", "admin"):
        begin(home.token(role))
    until(lambda: all(job.line.state is State.MADE for job in large_exports._jobs.values()))


def test_one_that_waits_is_cancelled_without_having_begun(home: House, held: Held) -> None:
    people = [home.token("manager"), home.token("admin"), home.token("manager", 1)]
    first = begin(people[0]), begin(people[1])
    until(lambda: all(one.line.state is not State.WAITING for one in large_exports._jobs.values()))
    waits = begin(people[2])
    assert line(home, people[2], waits.key).state is State.WAITING
    signed = home.installation.sessions.resolve(people[2])
    assert signed is not None
    assert large_exports.cancel(signed, waits.key)
    assert large_exports._jobs[waits.key].pieces is None  # no thread will let go of what it was to be made of
    held.on.set()
    assert [ended(home, token, one.key).state for token, one in zip(people, first, strict=False)] == [
        State.READY
    ] * 2


def test_the_same_one_is_begun_once_and_a_person_has_so_many(home: House, held: Held) -> None:
    token = home.token()
    begun = begin(token)
    assert begin(token).key == begun.key
    held.on.set()
    ended(home, token, begun.key)
    for n in range(4):
        ended(home, token, begin(token, zone=f"Etc/GMT+{n}").key)
    with pytest.raises(errors.TooMany, match="You have 5 exports already"):
        begin(token)
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    large_exports.remove(signed, begun.key)
    assert ended(home, token, begin(token).key).state is State.READY
    assert begin(home.token("admin")).state is State.WAITING  # others have their own


def test_a_ready_one_is_fetched_while_others_wait(home: House, web: Asked, held: Held) -> None:
    token = home.token()
    held.on.set()
    ready = ended(home, token, begin(token).key)
    held.on.clear()
    for n in range(4):
        begin(token, zone=f"Etc/GMT+{n}")
    assert exports.PLACES._taken == {}
    assert fetched(web, token, ready.key)[0] == 200
    assert web.get("/export/customers.csv").status_code == 200  # and so is a small list


def at_once(token: str, zones: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Begun on threads that all come to counting their rows before one goes on: what each was told.

    One of them is let in: only of that is it noted that somebody takes rows away.
    """
    query_of, together, noted = csv_files.query_of, threading.Barrier(len(zones)), list[str]()
    told: list[str] = []

    def counted(*given: Any) -> Any:
        together.wait(_WAIT)
        return query_of(*given)

    def made(my: Any, table: str, form: Form, params: dict[str, str], written: Any) -> Any:
        noted.append(params["zone"])
        until(lambda: len(told) == len(zones) - 1 or len(noted) > 1)  # the others are answered meanwhile
        return "customers.csv", iter([b"rows"])

    def one(zone: str) -> None:
        try:
            told.append(begin(token, zone=zone).key)
        except errors.TooMany as refused:
            told.append(str(refused))

    monkeypatch.setattr(csv_files, "query_of", counted)
    monkeypatch.setattr(csv_files, "made", made)
    with ThreadPoolExecutor(len(zones)) as pool:
        list(pool.map(one, zones))
    assert len(noted) == 1
    return told


def test_five_are_five_however_many_begin_at_once(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = home.token()
    for n in range(4):
        ended(home, token, begin(token, zone=f"Etc/GMT+{n}").key)
    told = at_once(token, ["Etc/GMT-1", "Etc/GMT-2", "Etc/GMT-3"], monkeypatch)
    assert [one.startswith("You have 5 exports already") for one in sorted(told, key=len)] == [
        False,
        True,
        True,
    ]
    assert len(large_exports._jobs) == 5


def test_the_same_one_begun_thrice_at_once_is_one(
    home: House, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(home)
    told = at_once(home.token("manager", 1), ["UTC"] * 3, monkeypatch)
    assert len(set(told)) == 1
    assert len(large_exports._jobs) == 3


def test_one_cancelled_before_it_is_in_the_queue_is_not_made(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, made = home.token(), csv_files.made

    def meanwhile(*given: Any) -> Any:
        large_exports.let_go(token)
        return made(*given)

    monkeypatch.setattr(csv_files, "made", meanwhile)
    key = begin(token).key
    job = large_exports._jobs[key]
    assert (job.line.state, job.pieces, job.work) == (State.GONE, None, None)


def test_what_has_ended_does_not_pile_up(home: House, held: Held) -> None:
    busy(home)
    token = home.token("manager", 1)
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    keys = []
    for n in range(30):
        keys.append(begin(token, search=f"kittiwake {n}").key)
        assert large_exports.cancel(signed, keys[-1])
    last = begin(token).key
    assert [one.key for one in large_exports.lines(signed)] == [last, *reversed(keys[-20:])]
    jobs = large_exports._jobs.values()
    assert [job.line.key for job in jobs if job.owner.user_id == signed.account.id and job.pieces] == [last]
    assert len(jobs) == 20 + 1 + 2  # of others nothing is taken away


def test_one_that_is_over_is_not_cancelled(home: House, web: Asked) -> None:
    token = home.token()
    key = ended(home, token, begin(token).key).key
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    assert large_exports.cancel(signed, key) is False
    assert line(home, token, key).state is State.READY
    assert fetched(web, token, key)[0] == 200


def test_two_downloads_go_on_when_it_is_removed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has opened the file by then: it ends whole, and its bytes are those of no other file."""
    monkeypatch.setattr(exports, "_PIECE", 4 << 10)
    token = home.token()
    key = ended(home, token, begin(token).key).key
    file = large_exports._jobs[key].file
    assert file is not None
    whole = os.pread(file.fileno(), 10 << 20, 0)
    signed = home.installation.sessions.resolve(token)
    assert signed is not None
    got: list[list[bytes]] = [[], []]
    removed = asyncio.Event()

    async def take(into: list[bytes]) -> None:
        async def send(message: Message) -> None:
            into.append(message.get("body", b""))
            if len(into) == 3 and all(len(pieces) >= 3 for pieces in got):
                large_exports.remove(signed, key)
                # The number of its descriptor is taken by others at once.
                others.extend(tempfile.TemporaryFile() for _ in range(8))  # noqa: SIM115
                for other in others:
                    other.write(b"another's" * 100_000)
                    other.flush()
                removed.set()
            if len(into) == 3:
                await asyncio.wait_for(removed.wait(), _WAIT)

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        asked = {
            "type": "http",
            "method": "GET",
            "path": "/export/made",
            "query_string": f"key={key}".encode(),
            "headers": [(b"cookie", f"foyer_8501={token}".encode())],
        }
        await Starlette(routes=ROUTES)(asked, receive, send)

    async def both() -> None:
        await asyncio.gather(*map(take, got))

    others: list[IO[bytes]] = []
    try:
        asyncio.run(both())
    finally:
        for other in others:
            other.close()
    assert file.closed
    assert [b"".join(pieces) == whole for pieces in got] == [True, True]
    assert exports.PLACES._taken == {}


@pytest.mark.parametrize("kept", ["company", "everybody"])
def test_a_company_and_all_have_so_many(home: House, monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    monkeypatch.setitem(large_exports._MOST, kept, 1)
    token = home.token()
    ended(home, token, begin(token).key)
    with pytest.raises(errors.TooMany, match="exports"):
        begin(home.token("admin"))
    if kept == "company":
        begin(home.token("manager", 1))
    else:
        with pytest.raises(errors.TooMany, match="Try again later"):
            begin(home.token("manager", 1))


def test_it_is_kept_so_long_and_told_for_a_day(
    home: House, web: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = home.token()
    key = ended(home, token, begin(token).key).key
    file = large_exports._jobs[key].file
    now = clock.now()
    monkeypatch.setattr(large_exports.clock, "now", lambda: now + large_exports.KEPT)
    large_exports.tidy()
    assert file is not None
    assert file.closed
    monkeypatch.undo()
    gone = line(home, token, key)
    assert (gone.state, gone.why, gone.until) == (State.GONE, "Its time was up.", None)
    assert fetched(web, token, key)[0] == 404
    monkeypatch.setattr(large_exports.clock, "now", lambda: now + timedelta(days=1, minutes=1))
    large_exports.tidy()
    assert large_exports._jobs == {}


def test_signing_out_lets_go_of_it_at_once(home: House, web: Asked) -> None:
    token, elsewhere = home.token(), home.token()
    key = ended(home, token, begin(token).key).key
    file = large_exports._jobs[key].file
    web.cookies.set("foyer_8501", token)
    assert web.post("/session/end").status_code == 204
    assert file is not None
    assert file.closed
    assert fetched(web, elsewhere, key)[0] == 404
    assert line(home, elsewhere, key).why.startswith("You signed out")


def test_a_renamed_company_takes_no_file_away(
    home: House, web: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_ASK_AGAIN", 0.0)
    token = home.token()
    key = ended(home, token, begin(token).key).key
    home.office.at(0, "admin").profile.change({"name": ("Alpha", "Alpha and sons")})
    assert fetched(web, token, key)[0] == 200


def test_a_full_disk_is_said(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(large_exports.tempfile, "TemporaryFile", full)
    token = home.token()
    failed = ended(home, token, begin(token).key)
    assert (failed.state, failed.why) == (State.FAILED, exports.NO_ROOM)
    monkeypatch.setattr(exports, "no_room", lambda: True)
    with pytest.raises(errors.DiskFull, match="no room"):
        begin(token)
    assert connections(home) == 0


def test_a_fault_is_a_sentence_with_a_code(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(job: Any, file: Any) -> None:
        raise ValueError("kittiwake")

    monkeypatch.setattr(large_exports, "_write", breaks)
    token = home.token()
    failed = ended(home, token, begin(token).key)
    assert (failed.state, "kittiwake" in failed.why) == (State.FAILED, False)
    assert failed.why.split()[-1].rstrip(".") in caplog.text


def test_its_file_has_no_name_and_nobody_elses_rights(home: House) -> None:
    token = home.token()
    key = ended(home, token, begin(token).key).key
    file = large_exports._jobs[key].file
    assert file is not None
    facts = os.fstat(file.fileno())
    assert (facts.st_nlink, stat.S_IMODE(facts.st_mode)) == (0, 0o600)


def test_the_server_stops_them(home: House, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    token = home.token()
    begun = begin(token)
    assert held.there.wait(_WAIT)
    monkeypatch.setattr(exports, "stops", lambda: True)
    held.on.set()
    stopped = ended(home, token, begun.key)
    assert (stopped.state, stopped.why) == (State.FAILED, large_exports._STOPPED)
    assert connections(home) == 0
