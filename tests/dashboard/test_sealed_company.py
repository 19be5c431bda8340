"""A company's file under a passphrase: typed on the Admin page, and in no address that it is taken from."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from crm_data.transfer.sealed import unseal
from dashboard import runtime, session
from dashboard.server import SCRIPT
from dashboard.web import csv_files, secrets_held
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked
from tests.dashboard.house import House, house, typed_secret

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_passphrase")]
WORDS = "correct horse battery"


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        csv_files.offer()
        yield made
        runtime.stop()


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_it_is_typed_on_the_page_and_taken_encrypted(
    home: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = home.token("admin")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params["tab"] = "data"
    at = at.switch_page("../pages/admin.py").run()
    typed_secret(at, "data.passphrase", "too short")
    assert addresses(at) == []
    typed_secret(at, "data.passphrase", WORDS)
    (address,) = addresses(at)
    assert WORDS.split()[0] not in address
    at.run()
    assert addresses(at) == [address], "the next run of the page does not take it away"
    http = Asked(Starlette(routes=ROUTES))
    assert http.get(address).status_code == 401
    for role, company in (("manager", 0), ("admin", 1)):
        http.cookies.set("foyer_8501", home.token(role, company))
        assert http.get(address).status_code in (403, 404)
    http.cookies.set("foyer_8501", held)
    assert http.get(address + "x").status_code == 404
    answer = http.get(address)
    assert answer.status_code == 200
    path, out = tmp_path / "company.zip", io.BytesIO()
    path.write_bytes(answer.content)
    unseal(path, out, WORDS)
    assert out.getvalue().startswith(b"PK")
    monkeypatch.setattr(secrets_held, "_KEPT", -1.0)
    at.run()
    said = http.get(address)
    assert said.status_code == 404
    assert "Type it again" in said.json()["error"]


def addresses(at: AppTest) -> list[str]:
    """Where the links to an encrypted file lead."""
    found = [element.proto.url for element in at.get("link_button")]
    return [url for url in found if "sealed=" in url]
