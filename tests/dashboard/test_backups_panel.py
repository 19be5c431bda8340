"""The operator's page of backups does on either database what it says: make, verify, restore."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from crm_data.tables import Customer, User
from dashboard import runtime, session
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.support.databases import Database

pytestmark = pytest.mark.slow


def backups_of(home: House) -> AppTest:
    """The Admin page as the operator sees it."""
    home.change(User, User.id == home.user("admin"), role="super_admin")
    at = AppTest.from_file(str(SCRIPT), default_timeout=60)
    at.run()
    at.query_params["tab"] = "backups"
    return at.switch_page("../pages/admin.py").run()


def press(at: AppTest, label: str) -> AppTest:
    """Click the button of that name."""
    found = next(button for button in at.button if button.label == label)
    at = found.click().run()
    assert not at.exception, at.exception
    return at


def test_make_verify_and_restore(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    admin = database.admin_url if database.kind == "postgresql" else ""
    environment = {
        "DATABASE_ADMIN_URL": admin,
        "CRM_BACKUP_DIR": str(tmp_path),
        "CRM_PG_BIN": os.environ.get("CRM_PG_BIN", ""),
    }
    with house(database.url, **environment) as home:
        runtime.use(home.office.store, home.settings)
        try:
            held = home.token("admin")
            monkeypatch.setattr(session, "token", lambda: held)
            at = backups_of(home)
            assert any("No backup has been made yet" in warning.value for warning in at.warning)
            at = press(at, "Back up now")
            (name,) = (path.name for path in tmp_path.iterdir() if path.suffix not in (".json", ".proof"))
            assert name.endswith(".db" if database.kind == "sqlite" else ".dump")
            assert any(name in toast.value.replace("\\", "") for toast in at.toast)
            at = press(at, "Verify")
            assert any("is whole" in toast.value for toast in at.toast)
            assert any("No backup has been proved" in warning.value for warning in at.warning)
            at = press(at, "Prove by restoring")
            assert any("restored into a database of its own and checked" in t.value for t in at.toast)
            assert any("The last proved restore is of" in success.value for success in at.success)
            home.office.at(0, "manager").customers.add({"name": "Too late"})
            home.change(User, User.id == home.user("manager"), is_active=False, shut_out=True)
            at.text_input(key="backups.confirm").set_value(name).run()
            (lost,) = (w.value for w in at.warning if "made today" in w.value)
            assert "What was done since is lost: 1 act, 1 of people." in lost
            assert "Too late" not in str([*at.markdown, *at.dataframe, *at.caption])
            at = press(at, "Restore everything from it")
            (notice,) = (info.value.replace("\\", "") for info in at.info)
            (safety,) = {p.name for p in tmp_path.iterdir() if p.suffix not in (".json", ".proof")} - {name}
            assert notice.startswith(f"{name}, made today ")
            assert f"kept as {safety}." in notice
            assert "What was decided about security since stays: 1 person shut out." in notice
            assert notice.endswith("Everybody is signed out. Sign in to go on.")
            with home.office.store.system("a test", write=False) as looking:
                assert looking.scalar(sa.select(sa.func.count()).select_from(Customer)) == 0
            assert not home.installation.is_signed_in(held)
        finally:
            runtime.stop()
