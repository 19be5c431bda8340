"""The screen of goals: what is typed is saved as one act or refused in words; nobody below a manager may."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Wanted
from dashboard import runtime, session
from dashboard.components import goals as component
from dashboard.components.goals import Typed
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import screen
from tests.dashboard.test_pages import drawn as page

YEAR = date(2030, 1, 1)


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def told(at: AppTest) -> dict[str, Any]:
    """What the grid was told."""
    (found,) = (one.proto.bytes for one in at.get("bidi_component") if b"sheet" in one.proto.bytes)
    return json.loads(found)  # type: ignore[no-any-return]


def kept(home: House) -> dict[int, dict[date, Decimal]]:
    return home.office.at().goals.year(YEAR, "USD")[0]


def test_what_is_typed_is_saved_refused_and_undone(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rep = home.user("sales_rep")
    saving: list[Any] = []
    monkeypatch.setattr("dashboard.parts.goals.goals_grid", lambda *a: saving.append(a[-1]))
    at = screen(home, monkeypatch, "pipeline", "tab=goals&year=2030&by=3")

    def save(*typed: Typed) -> None:
        monkeypatch.setattr("dashboard.parts.goals.goals_grid", lambda *a: a[-1](list(typed)))
        at.run()
        monkeypatch.setattr("dashboard.parts.goals.goals_grid", lambda *a: None)
        at.run()
        assert not at.exception

    save(Typed(rep, 0, "", "900.02"), Typed(rep, 7, "", "5"))
    assert list(kept(home)[rep].values()) == [Decimal("300.01"), Decimal("300.01"), Decimal("300.00")]
    save(Typed(rep, 0, "900.02", "many"))
    assert any("Goal of January 2030" in error.value for error in at.error)
    save(Typed(rep, 0, "1.00", "7"))
    assert any("changed by somebody else" in error.value for error in at.error)
    assert sum(kept(home)[rep].values()) == Decimal("900.02")
    at.button(key="undo.button").click().run()
    assert kept(home) == {}


def test_what_a_browser_sends_is_read_or_left(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    good = {"id": 1, "at": 0, "seen": "", "text": "5"}
    assert component._typed(good) == Typed(1, 0, "", "5")
    for wrong in (None, 1, "x", [], {}, {**good, "id": "1"}, {**good, "at": True}, {**good, "text": None}):
        assert component._typed(wrong) is None


@pytest.mark.slow
@pytest.mark.parametrize("role", ["user", "sales_rep", "manager", "admin"])
def test_each_role_sees_what_it_may(home: House, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    names = {"user": "Alpha User", "sales_rep": "Alpha Sales_rep"}
    cells = [Wanted(home.user(who), date(2031, 1, 1), 1, None, "77.77") for who in names]
    home.office.at().goals.set(cells, act_id="once")
    held = home.token(role)
    monkeypatch.setattr(session, "token", lambda: held)
    at = page("pipeline", "tab=goals&year=2031").run()
    assert not at.exception
    found = told(at)
    assert found["editable"] is (role in ("manager", "admin"))
    assert len(found["heads"]) == 12
    shown = {row["name"]: row["cells"][0]["text"] for row in found["rows"]}
    if role in names:
        assert shown == {names[role]: "77.77"}
    else:
        assert len(shown) == 4
        assert {shown[name] for name in names.values()} == {"77.77"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "said", ["year=9999", "year=x", "month=never", "by=5", "currency=%3DEUR", "user_id=none"]
)
def test_a_bad_address_is_said_or_left(home: House, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    at = screen(home, monkeypatch, "pipeline", f"tab=goals&{said}")
    assert len(told(at)["heads"]) == 12
