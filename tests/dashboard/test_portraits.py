"""The address of a picture: for colleagues who are signed in, and asked for anew each time."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from crm_data import clock
from crm_data.tables import Membership
from dashboard import runtime
from dashboard.web import cookie
from dashboard.web.routes import ROUTES
from tests.accounts.test_portraits import picture
from tests.dashboard.asgi import Asked
from tests.dashboard.house import House, house


@pytest.fixture
def served(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def as_(made: House, role: str, company: int = 0) -> Asked:
    http = Asked(Starlette(routes=ROUTES))
    http.cookies.set(cookie.name(made.settings), made.token(role, company))
    return http


def test_the_address_of_a_picture(served: House) -> None:
    of = served.user("manager")
    me = served.installation.sessions.resolve(served.token("manager"))
    assert me is not None
    at = f"/portrait/{of}"
    assert as_(served, "user").get(at).status_code == 404
    served.installation.change_portrait(me, picture())

    colleague = as_(served, "user")
    seen = colleague.get(at)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert seen.headers["cache-control"] == "private, no-cache"
    again = {"If-None-Match": seen.headers["etag"]}
    assert colleague.get(at, headers=again).status_code == 304

    stranger, nobody = as_(served, "admin", 1), Asked(Starlette(routes=ROUTES))
    absent = stranger.get("/portrait/999999")
    assert absent.status_code == 404
    assert stranger.get(at).content == absent.content
    assert stranger.get(at, headers=again).status_code == 404
    assert nobody.get(at, headers=again).status_code == 401
    for forged in (
        "/portrait/",
        "/portrait/-1",
        "/portrait/1e3",
        "/portrait/../users",
        f"/portrait/{10**30}",
    ):
        assert colleague.get(forged).status_code == 404, forged

    served.change(Membership, Membership.user_id == of, ended_at=clock.now())
    assert colleague.get(at, headers=again).status_code == 404
    mine = as_(served, "user")
    served.change(Membership, Membership.user_id == served.user("user"), ended_at=clock.now())
    assert mine.get(at).status_code == 401
