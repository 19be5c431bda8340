"""The time zone that a person has chosen: every screen is drawn in it as in a browser that stands there."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy

from crm_data import clock
from crm_data.settings import ROOT
from crm_data.tables import Activity, Task, User
from dashboard import runtime, session
from dashboard.parts import say
from tests.dashboard import test_pages
from tests.dashboard.house import House, house
from tests.dashboard.test_pages import COSTS, drawn, everything
from tests.support.kinds import one_of_each

FAR = "Pacific/Kiritimati"  # fourteen hours ahead: another day for most of the day
NOW = clock.now() + timedelta(minutes=5)
ids: dict[str, int] = {}
held: dict[str, str] = {}


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        ids.update(one_of_each(made.office.at(0, "manager"), test_pages.OWN))
        held["token"] = made.token("admin")
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def sent(
    home: House, patch: pytest.MonkeyPatch, page: str, query: str, browser: str, chosen: str | None
) -> str:
    """What a screen sends, but for names that are made anew at each drawing."""
    patch.setattr(session, "token", lambda: held["token"])
    patch.setattr(clock, "now", lambda: NOW)  # how long ago something was is told to the second
    patch.setattr(ContextProxy, "timezone", browser)
    home.change(User, User.id == home.user("admin"), time_zone=chosen)
    if query.startswith("kind="):
        query += f"&id={ids[query.removeprefix('kind=')]}"
    at = drawn(page, query).run()
    assert not at.exception, at.exception
    made_anew = rb"[0-9a-f]{32,}|[\w-]{22,}|view_\d+"
    return re.sub(made_anew, b"*", everything(at)).decode(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize(("page", "query"), [at for at in COSTS if at[0] != "account"])
def test_every_screen_is_drawn_in_the_zone_that_was_chosen(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, query: str
) -> None:
    there = sent(home, monkeypatch, page, query, FAR, None)
    here = sent(home, monkeypatch, page, query, "America/Los_Angeles", FAR)
    at = next((i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), None)
    assert at is None, (here[at - 40 : at + 40], there[at - 40 : at + 40])


@pytest.mark.slow
def test_a_chosen_zone_shows_its_own_hour(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    home.change(Task, Task.id == ids["task"], due_date=noon)
    home.change(Activity, Activity.id == ids["activity"], activity_date=noon)
    shown = sent(home, monkeypatch, "record", "kind=activity", "UTC", "Asia/Kathmandu")
    assert "17:45" in shown
    assert "12:00" not in shown


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "01:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30"),
    ],
)
def test_clocks_that_change(monkeypatch: pytest.MonkeyPatch, at: datetime, said: str) -> None:
    monkeypatch.setitem(st.session_state, session.ZONE, "Europe/Vienna")
    assert say.moment(at).endswith(said)


def test_one_place_decides() -> None:
    """Nothing else asks the browser for its zone, and no moment is put into another one on a screen."""
    files = [file for part in ("dashboard", "pages") for file in (ROOT / part).rglob("*.py")]
    asks = {file.relative_to(ROOT).as_posix() for file in files if "context.timezone" in file.read_text()}
    assert asks == {"dashboard/session.py", "dashboard/sign_in/own_account.py"}  # which names it as a choice
    for file in files:
        for zone in _put_into(file):
            assert zone in ("say.zone()", "zone()", "zone", "here", "UTC"), (file, zone)


def _put_into(file: Path) -> list[str]:
    calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    return [
        ast.unparse(call.args[0]) if call.args else ""
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "astimezone"
    ]
