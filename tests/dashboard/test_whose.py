"""Whom a request is counted for: the person, however often they signed in."""

from collections.abc import Callable

import pytest

from dashboard import runtime, server
from dashboard.web import cookie
from tests.dashboard.house import house
from tests.support.databases import Database


def test_a_share_is_the_persons_and_not_the_sign_ins(
    new_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[str | None] = [None]
    monkeypatch.setattr(cookie, "read", lambda settings, scope: held[0])
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)

        def whose(token: str | None) -> str:
            held[0] = token
            return server._whose({"type": "http"})

        try:
            one, again, other = made.token("manager"), made.token("manager"), made.token("admin")
            assert whose(one) == whose(again) != ""
            assert whose(other) not in ("", whose(one))
            assert whose(None) == whose("x" * 43) == ""
        finally:
            runtime.stop()
