"""Our own routes over a real installation, without Streamlit: health, sessions, exports."""

from collections.abc import Iterator, Mapping

import pytest
from starlette.applications import Starlette

from crm_data.accounts.sessions import Signed
from crm_data.errors import NotAllowed
from crm_data.transfer.backup_status import Told
from dashboard import runtime
from dashboard.web import exports
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked
from tests.dashboard.house import House, house
from tests.migrations.trial import older
from tests.support.databases import Database
from tests.support.plain import plain

_KEPT = {"sqlite": ("data", "backups", "temporary files"), "postgresql": ("backups", "temporary files")}


@pytest.fixture
def served(database_url: str) -> Iterator[tuple[House, Asked]]:
    """The routes over a real installation, without Streamlit."""
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        yield made, Asked(Starlette(routes=ROUTES))
        runtime.stop()


def test_healthz_tells_the_state_and_no_secret(served: tuple[House, Asked], database: Database) -> None:
    made, http = served
    answer = http.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["descriptors"]["percent"] < 80
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "migration": {
            "at": answer.json()["migration"]["expected"],
            "expected": answer.json()["migration"]["at"],
        },
        "disk": dict.fromkeys(_KEPT[made.office.store.engines.dialect], "ok"),
        "descriptors": answer.json()["descriptors"],
        "restore": {
            "state": "none yet",
            "proved_at": None,
            "took_seconds": None,
            "age_hours": None,
            "next": answer.json()["restore"]["next"],
            "second_place": None,
        },
    }
    made.office.store.engines.dispose()
    with plain(database, owner=True) as sql:
        sql.run(f"UPDATE alembic_version SET version_num = '{older()}'")
    assert http.get("/healthz").status_code == 503


@pytest.mark.parametrize("state", list(Told))
def test_strict_healthz_knows_a_restore_that_was_not_proved(
    served: tuple[House, Asked], monkeypatch: pytest.MonkeyPatch, state: Told
) -> None:
    _, http = served
    monkeypatch.setattr(runtime.running().installation.backups, "health", lambda: {"state": state.value})
    answer = http.get("/healthz")
    assert (answer.status_code, answer.json()["restore"]) == (200, {"state": state.value})
    assert answer.json()["status"] == ("degraded" if state.wrong else "ok")
    assert http.get("/healthz?strict=1").status_code == (503 if state.wrong else 200)


def test_a_ticket_becomes_a_cookie_and_the_cookie_goes(served: tuple[House, Asked]) -> None:
    made, http = served
    ticket = made.installation.sign_in(made.email("manager"), "a dozen words or so", "x")
    answer = http.post("/session", json={"ticket": ticket})
    assert answer.status_code == 204
    token = http.cookies["foyer_8501"]
    assert made.installation.sessions.resolve(token) is not None
    assert http.post("/session", json={"ticket": ticket}).status_code == 403
    assert http.post("/session/end").status_code == 204
    assert made.installation.sessions.resolve(token) is None
    assert "foyer_8501" not in http.cookies


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"ticket": 5}', b'{"ticket": null}', b'"x"', b"\xff", b"x" * 100_000, b"[" * 1900],
)
def test_no_other_body_makes_a_session(served: tuple[House, Asked], body: bytes) -> None:
    answer = served[1].post("/session", content=body)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_an_export_is_made_for_who_is_signed_in(
    served: tuple[House, Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, http = served

    def maker(signed: Signed, query: Mapping[str, str]) -> exports.Download:
        if query.get("refuse"):
            raise NotAllowed("Not for you.")
        pieces = (f"{signed.scope.company_name},{query['q']}\n".encode() for _ in range(3))
        return exports.Download("Käse \r\n.csv", "text/csv; charset=utf-8", pieces)

    monkeypatch.setitem(exports.MAKERS, "cheese.csv", maker)
    assert http.get("/export/cheese.csv?q=1").status_code == 401
    http.cookies.set("foyer_8501", made.token())
    answer = http.get("/export/cheese.csv?q=%C3%A9")
    assert (answer.status_code, answer.text) == (200, "Alpha,é\n" * 3)
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''K%C3%A4se%20%0D%0A.csv"
    assert answer.headers["cache-control"] == "no-store"
    assert http.get("/export/cheese.csv?refuse=1").status_code == 403
    assert http.get("/export/nothing").status_code == 404
