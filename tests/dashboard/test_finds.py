"""The search's address, without Streamlit: to whom it answers, what it takes, and that it keeps a pace."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette

from dashboard import runtime
from dashboard.components.search import FIND
from dashboard.web import finds
from dashboard.web.rate import Rate
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked
from tests.dashboard.house import House, house
from tests.support.databases import Database
from tests.support.kinds import KINDS, one_of_each

OWN, FOREIGN = "kittiwake", "wolverine"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, new_database: Any) -> Iterator[House]:
    database: Database = new_database(request.param)
    with house(database.url) as made:
        for company, word in enumerate((OWN, FOREIGN)):
            one_of_each(made.office.at(company, "manager"), word)
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def http(home: House, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setattr(finds, "_PACE", Rate(40, 8.0))
    return Asked(Starlette(routes=ROUTES))


def sign_in(home: House, http: Asked, role: str = "user") -> None:
    ticket = home.installation.sign_in(home.email(role), "a dozen words or so", "x")
    assert http.post("/session", json={"ticket": ticket}).status_code == 204


def found(http: Asked, text: str) -> dict[str, Any]:
    answer = http.post(FIND, json={"text": text})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


def test_a_stranger_is_told_nothing(http: Asked) -> None:
    answer = http.post(FIND, json={"text": OWN})
    assert (answer.status_code, list(answer.json())) == (401, ["error"])


def test_every_kind_is_found_with_its_address_and_what_matched(home: House, http: Asked) -> None:
    sign_in(home, http)
    told = found(http, OWN[:5])
    assert len(told["groups"]) == len(KINDS)
    for group in told["groups"]:
        (hit,) = group["hits"]
        assert hit["address"].startswith("/record?kind=")
        assert [OWN[:5], True] in hit["title"]
        assert "".join(part for part, _ in hit["title"]).startswith(OWN)


def test_of_another_company_nothing_is_said(home: House, http: Asked) -> None:
    sign_in(home, http)
    before = found(http, OWN)
    assert found(http, FOREIGN)["groups"] == []
    for text in ("", OWN, "customer", "call", "wolverien", "123"):
        assert FOREIGN not in json.dumps(found(http, text))
    runtime.running().installation.list_words()
    assert found(http, OWN)["groups"] == before["groups"]
    assert found(http, FOREIGN)["groups"] == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"text": 5}', b'{"text": null}', b"[" * 1900, b"x" * 3_000],
)
def test_what_cannot_be_read_is_refused_in_words(home: House, http: Asked, body: bytes) -> None:
    sign_in(home, http)
    answer = http.post(FIND, content=body)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "This search cannot be read. Type it again."},
    )


def test_who_asks_without_end_is_told_to_wait(
    home: House, http: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(home, http)
    monkeypatch.setattr(finds, "_PACE", Rate(2, 0.001))
    codes = [http.post(FIND, json={"text": OWN}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_what_was_written_is_listed_after_a_search(home: House, http: Asked) -> None:
    home.office.at(0, "manager").customers.add({"name": "Ptarmigan"})
    sign_in(home, http)
    assert found(http, "ptarmigan")["groups"]
    assert home.office.at(0, "manager").find("ptarmigan").due is False
    assert found(http, "ptarmigan")["groups"]


def test_one_whose_work_here_has_ended_finds_nothing(home: House, http: Asked) -> None:
    sign_in(home, http, "sales_rep")
    assert found(http, OWN)["groups"]
    people = home.office.at(0, "admin").people
    people.end(home.user("sales_rep"), home.user("manager"), True)
    assert http.post(FIND, json={"text": OWN}).status_code == 401
