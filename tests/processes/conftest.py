"""Two servers on one PostgreSQL database, as they stand behind a TLS proxy under one public address."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.dashboard.house import House, house
from tests.support import wire
from tests.support.databases import Database
from tests.support.serving import Served, serving

PUBLIC = "https://crm.example"
BEHIND = {"CRM_TRUSTED_PROXY": "127.0.0.1", "CRM_PUBLIC_URL": PUBLIC}


def cookie(token: str) -> str:
    """The Cookie header of a browser that comes through the proxy; it is the same for every process."""
    return f"__Host-foyer={token}"


@dataclass(frozen=True)
class Pair:
    """The two servers, the same database opened in the test's own process, and a customer in it."""

    home: House
    canary: int
    one: Served
    other: Served

    def page(self, served: Served, token: str, page: str = "customers") -> bytes:
        """A page as one of the two shows it to the holder of a token."""
        return wire.seen(served.url, page, cookie(token), PUBLIC)

    def post(self, served: Served, path: str, token: str) -> int:
        """What one of the two answers to a POST from its own page."""
        headers = {"Cookie": cookie(token), "Origin": PUBLIC, "X-Forwarded-Proto": "https"}
        return httpx.post(served.url + path, headers=headers).status_code


@pytest.fixture(scope="module")
def pair(new_database: Callable[[str], Database]) -> Iterator[Pair]:
    """Started once for a module; at the end neither has met anything it does not know."""
    database = new_database("postgresql")
    with (
        house(database.url) as home,
        serving(database.url, BEHIND) as one,
        serving(database.url, BEHIND) as other,
    ):
        canary = home.office.at().customers.add({"name": "Canary Canned Goods", "phone": "+47 100"})
        yield Pair(home, canary, one, other)
    for served in (one, other):
        assert "Traceback" not in served.said()
        assert "housekeeping failed" not in served.said()
