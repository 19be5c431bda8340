"""Going back to the moment of a backup: what an admin chooses instead of a day and a time, for one company."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Workspace, errors
from crm_data.rights import ROLES
from crm_data.transfer.backups import Backups
from dashboard import runtime, session
from tests.dashboard.house import House, house

pytestmark = pytest.mark.slow


@pytest.fixture
def home(database_url: str, frozen_clock: Any, tmp_path: Any) -> Iterator[House]:
    with house(database_url, CRM_BACKUP_DIR=str(tmp_path)) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def my(home: House) -> Workspace:
    return home.office.at(0, "admin")


def screen() -> None:
    from dashboard.parts.audit_back import back_screen
    from dashboard.session import workspace

    back_screen(workspace())


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_the_records_are_as_they_were_when_it_was_made(
    home: House, my: Workspace, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    my.customers.add({"name": "Before"})
    frozen_clock.move(seconds=60)
    backups = Backups(home.office.store, home.settings)
    made = backups.make(None)
    assert backups.moments(my.scope) == [made.made_at]
    frozen_clock.move(days=1)
    my.customers.add({"name": "Since"})
    home.office.at(1).customers.add({"name": "Of another"})
    token = home.token("admin")
    monkeypatch.setattr(session, "token", lambda: token)
    at = AppTest.from_function(screen, default_timeout=60)
    at.query_params["tab"] = "back"
    at.run()
    assert not at.exception
    (choice,) = [box for box in at.selectbox if box.label == "Or a backup"]
    assert len(choice.options) == 1
    choice.set_value(choice.options[0]).run()
    assert not at.exception
    assert at.query_params["at"] == made.made_at.isoformat()
    at.run()
    assert [box.value for box in at.selectbox if box.label == "Or a backup"] == [made.made_at]
    (put_back,) = [button for button in at.button if button.label == "Put back 1 record"]
    put_back.click().run()
    assert not at.exception
    assert list(my.customers.choices().values()) == ["Before"]
    assert list(home.office.at(1).customers.choices().values()) == ["Of another"]


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("role", ROLES)
def test_when_backups_were_made_is_told_to_admins(home: House, role: str) -> None:
    backups = Backups(home.office.store, home.settings)
    if role in ("admin", "super_admin"):
        assert backups.moments(home.office.scope(0, role)) == []
        return
    with pytest.raises(errors.NotAllowed):
        backups.moments(home.office.scope(0, role))
