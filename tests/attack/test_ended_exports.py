"""Ten ways for a session to end or change: of an export that was begun in it nothing is made, kept or fetched."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from crm_data.errors import NotFound
from crm_data.tables import Customer
from crm_data.transfer.csv_out import Form
from dashboard import runtime
from dashboard.web import csv_files, exports, large_exports
from dashboard.web.large_exports import State
from dashboard.web.routes import ROUTES
from tests.attack.test_revocation import ENDINGS, WHO, Case, role_changed
from tests.attack.town import Town, canaries
from tests.dashboard.asgi import Asked

pytestmark = pytest.mark.slow
_WAIT = 30.0


@pytest.fixture(scope="module", autouse=True)
def _open(there: Town) -> Iterator[None]:
    there.house.join(there.house.user(WHO), 1, "user")
    with there.house.office.store.system("a test") as session:
        company = there.house.office.companies[0]
        rows = [{"company_id": company, "name": f"kittiwake {n}"} for n in range(1_500)]
        session.execute(sa.insert(Customer), rows)
    runtime.use(there.house.office.store, there.house.settings)
    csv_files.offer()
    large_exports.offer()
    yield
    with suppress(Exception):
        runtime.stop()


@pytest.fixture
def case(there: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setattr(exports, "_ASK_AGAIN", 0.0)  # what may be known for two seconds is asked anew here
    made = Case(there, there.token(WHO))
    yield made
    for step in made.undo:
        step()
    for job in large_exports._jobs.values():
        job.ends(State.GONE)
    large_exports._jobs.clear()


def _over(job: Any) -> None:
    late = time.monotonic() + _WAIT
    while not job.work.done():
        assert time.monotonic() < late
        time.sleep(0.005)


def _asked(token: str, key: str) -> Any:
    web = Asked(Starlette(routes=ROUTES))
    web.cookies.set("foyer_8501", token)
    return web.get(f"/export/made?key={key}")


def _nothing(case: Case, key: str) -> None:
    """Neither the old cookie nor the new one fetches it; whom it was of can read why."""
    for token in {case.token, case.now} - {""}:
        answer = _asked(token, key)
        assert answer.status_code in (401, 403, 404)
        assert canaries(answer.content, 0) == []
    job = large_exports._jobs[key]
    assert job.file is None
    assert job.line.state in (State.GONE, State.FAILED)
    assert job.line.why


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda found: str(found.__name__))
def test_what_was_ready_is_gone(case: Case, ending: Callable[[Case], None]) -> None:
    key = large_exports.begin(case.token, "customers", Form.CSV, {}, "Customers").key
    job = large_exports._jobs[key]
    _over(job)
    assert len(canaries(_asked(case.token, key).content, 0)) > 0
    file = job.file
    ending(case)
    if ending is role_changed:
        case.now = case.token
    assert _asked(case.token, key).status_code in (401, 403)
    large_exports.tidy()
    assert file is not None
    assert file.closed
    _nothing(case, key)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda found: str(found.__name__))
def test_what_was_being_made_is_not(
    case: Case, monkeypatch: pytest.MonkeyPatch, ending: Callable[[Case], None]
) -> None:
    there, on = threading.Event(), threading.Event()
    goes_on = large_exports._goes_on

    def held(job: Any, rows: int) -> None:
        if rows:
            there.set()
            assert on.wait(_WAIT)
        goes_on(job, rows)

    monkeypatch.setattr(large_exports, "_goes_on", held)
    key = large_exports.begin(case.token, "customers", Form.CSV, {}, "Customers").key
    try:
        assert there.wait(_WAIT)
        ending(case)
    finally:
        on.set()
    _over(large_exports._jobs[key])
    assert large_exports._jobs[key].line.done == 0  # of the first thousand it heard of the end
    _nothing(case, key)


def test_without_an_ending_it_is_fetched_again(case: Case) -> None:
    key = large_exports.begin(case.token, "customers", Form.CSV, {}, "Customers").key
    _over(large_exports._jobs[key])
    large_exports.tidy()
    assert _asked(case.token, key).status_code == _asked(case.token, key).status_code == 200
    signed = case.there.house.installation.sessions.resolve(case.there.token("admin"))
    assert signed is not None
    with pytest.raises(NotFound):
        large_exports.remove(signed, key)
