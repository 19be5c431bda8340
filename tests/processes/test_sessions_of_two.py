"""A person at two servers of one database: what ends on one has ended on the other at the next interaction."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from crm_data import clock
from crm_data.accounts.members import Members
from crm_data.accounts.people import SYSTEM
from crm_data.tables import Membership, SignInSession
from tests.dashboard.house import House
from tests.processes.conftest import PUBLIC, Pair, cookie
from tests.support import wire

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

CLOSED = b"This page is not open to your role"


def suspended(home: House) -> None:
    home.installation.companies.change(SYSTEM, home.office.companies[0], {"status": ("active", "suspended")})


def active_again(home: House) -> None:
    home.installation.companies.change(SYSTEM, home.office.companies[0], {"status": ("suspended", "active")})


def deactivated(home: House) -> None:
    home.installation.people.set_active(SYSTEM, home.email("sales_rep"), False)


def active(home: House) -> None:
    home.installation.people.set_active(SYSTEM, home.email("sales_rep"), True)


def ended(home: House) -> None:
    members = Members(home.office.store, home.office.scope(0, "admin"))
    members.end(home.user("sales_rep"), home.user("manager"), close=True)


def taken_back(home: House) -> None:
    home.change(Membership, Membership.user_id == home.user("sales_rep"), ended_at=None)
    active(home)


def test_a_session_made_on_one_is_known_on_the_other_and_ends_on_both(pair: Pair) -> None:
    ticket = pair.home.installation.sign_in(pair.home.email("manager"), "a dozen words or so", "192.0.2.9")
    with httpx.Client(headers={"Origin": PUBLIC}) as browser:
        answer = browser.post(f"{pair.one.url}/session", json={"ticket": ticket})
        assert answer.status_code == 204
        assert browser.post(f"{pair.other.url}/session", json={"ticket": ticket}).status_code == 403
    token = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    for served in (pair.one, pair.other):
        assert b"Canary Canned Goods" in pair.page(served, token)
    with wire.tab(pair.other.url, cookie(token), PUBLIC) as run:
        assert b"Canary Canned Goods" in run("customers")
        assert pair.post(pair.one, "/session/end", token) == 204
        heard = run("customers")
    assert b"Canary" not in heard
    assert b"Password" in heard
    for served in (pair.one, pair.other):
        assert httpx.get(
            f"{served.url}/export/customers.csv", headers={"Cookie": cookie(token)}
        ).is_client_error
        assert b"Password" in pair.page(served, token)


@pytest.mark.parametrize(
    ("how", "back"), [(suspended, active_again), (deactivated, active), (ended, taken_back)]
)
def test_whoever_may_no_longer_come_in_is_out_of_both(
    pair: Pair, how: Callable[[House], None], back: Callable[[House], None]
) -> None:
    token = pair.home.token("sales_rep")
    with (
        wire.tab(pair.one.url, cookie(token), PUBLIC) as here,
        wire.tab(pair.other.url, cookie(token), PUBLIC) as there,
    ):
        for run in (here, there):
            assert b"Canary Canned Goods" in run("customers")
        how(pair.home)
        try:
            for run in (here, there):
                heard = run("customers")
                assert b"Canary" not in heard
                assert b"Password" in heard
        finally:
            back(pair.home)


def test_a_role_taken_away_is_gone_on_both(pair: Pair) -> None:
    home = pair.home
    home.join(home.user("user", 1), 0, "admin")
    members = Members(home.office.store, home.office.scope(0, "admin"))
    token = home.token("admin")
    with (
        wire.tab(pair.one.url, cookie(token), PUBLIC) as here,
        wire.tab(pair.other.url, cookie(token), PUBLIC) as there,
    ):
        for run in (here, there):
            assert CLOSED not in run("admin")
        members.change_role(home.user("admin"), "user")
        for run in (here, there):
            assert CLOSED in run("admin")


def test_dead_sessions_are_removed_by_whoever_comes_first(pair: Pair) -> None:
    dead = pair.home.token("manager", 1)
    pair.home.change(SignInSession, SignInSession.user_id == pair.home.user("manager", 1),
                     expires_at=clock.now() - timedelta(hours=1))  # fmt: skip
    for served in (pair.one, pair.other):
        assert b"Password" in pair.page(served, dead)
    for work in pair.home.installation.chores():
        work()
    with pair.home.office.store.system("a test", write=False) as session:
        left = session.query(SignInSession).filter_by(user_id=pair.home.user("manager", 1)).count()
    assert left == 0
