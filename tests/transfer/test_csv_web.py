"""Files over HTTP: only with a session, only one's own company, only for the roles that may."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Scope

from dashboard import runtime
from dashboard.web import cookie, csv_files
from dashboard.web.gate import Gate
from dashboard.web.routes import ROUTES
from tests.dashboard.asgi import Asked
from tests.dashboard.house import House, house
from tests.support.kinds import KINDS


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the way out."""
    return "sqlite"


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def web(home: House) -> Asked:
    def is_signed_in(scope: Scope) -> bool:
        return home.installation.sessions.resolve(cookie.read(home.settings, scope)) is not None

    csv_files.offer()
    return Asked(Starlette(routes=ROUTES, middleware=[Middleware(Gate, is_signed_in=is_signed_in)]))


def as_(web: Asked, home: House, role: str = "manager", company: int = 0) -> Asked:
    web.cookies.clear()
    web.cookies.set(cookie.name(home.settings), home.token(role, company), domain="127.0.0.1")
    return web


def test_a_list_as_a_file(web: Asked, home: House) -> None:
    my = home.office.at()
    my.customers.add({"name": "Zoë", "status": "lost"})
    my.customers.add({"name": "Ann"})
    answer = as_(web, home).get("/export/customers.csv?status=lost&zone=Europe/Zurich&sort=name")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''customers-")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xef\xbb\xbfId,")
    assert "Zoë" in answer.text
    assert "Ann" not in answer.text


def test_columns_may_be_chosen(web: Asked, home: House) -> None:
    home.office.at().customers.add({"name": "Ann"})
    answer = as_(web, home).get("/export/customers.csv?columns=name,email")
    headings, row = answer.content.decode("utf-8-sig").splitlines()
    assert headings == "Id,Name,E-mail,Foyer"
    assert row.startswith("1,Ann,,")


@pytest.mark.slow
@pytest.mark.parametrize("table", KINDS)
def test_nobody_and_the_wrong_role_get_nothing(web: Asked, home: House, table: str) -> None:
    home.office.at().customers.add({"name": "canary"})
    assert web.get(f"/export/{table}.csv").status_code == 401
    for role in ("user", "sales_rep"):
        answer = as_(web, home, role).get(f"/export/{table}.csv")
        assert (answer.status_code, b"canary" in answer.content) == (403, False)
    assert as_(web, home, "admin").get(f"/export/{table}.csv").status_code == 200
    assert b"canary" not in as_(web, home, "admin", 1).get(f"/export/{table}.csv").content


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/export/users.csv", 404),
        ("/export/customers.csv?sort=password_hash", 400),
        ("/export/customers.csv?columns=company_id", 400),
        ("/export/customers.csv?zone=../../etc", 200),
        ("/export/customers.csv?company_id=2", 200),
        ("/export/refused.csv", 404),
        ("/export/refused.csv?key=", 404),
        ("/export/../customers.csv", 404),
    ],
)
def test_odd_addresses(web: Asked, home: House, path: str, status: int) -> None:
    answer = as_(web, home).get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_refused_rows_are_for_who_imported_alone(web: Asked, home: House) -> None:
    address = csv_files.keep(home.office.at(), "x.refused.csv", b"a,Row,Reason\r\n")
    answer = as_(web, home).get(address)
    assert (answer.status_code, answer.content) == (200, b"a,Row,Reason\r\n")
    assert "x.refused.csv" in answer.headers["content-disposition"]
    assert as_(web, home).get(address).status_code == 200
    assert as_(web, home, "admin").get(address).status_code == 404
    assert as_(web, home, "manager", 1).get(address).status_code == 404
    web.cookies.clear()
    assert web.get(address).status_code == 401


def test_no_more_than_so_many_files_are_kept(web: Asked, home: House) -> None:
    first = csv_files.keep(home.office.at(), "first.csv", b"a")
    for n in range(50):
        last = csv_files.keep(home.office.at(), f"{n}.csv", b"a")
    assert as_(web, home).get(first).status_code == 404
    assert as_(web, home).get(last).status_code == 200
