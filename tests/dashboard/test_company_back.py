"""A company brought back on the Admin page: by the operator alone, told before, and said in a sentence after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from crm_data.tables import Company, User
from crm_data.transfer.by_file import write_file
from dashboard import runtime, session
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house, typed_secret

pytestmark = pytest.mark.slow
WORDS = "correct horse battery"
EMAIL = "again@example.com"


@pytest.fixture
def home(database_url: str) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def companies(home: House) -> int:
    with home.office.store.system("a test", write=False) as looking:
        return int(looking.scalar(sa.select(sa.func.count()).select_from(Company)) or 0)


def page(home: House, monkeypatch: pytest.MonkeyPatch, role: str = "admin") -> AppTest:
    held = home.token(role)
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params["tab"] = "companies"
    return at.switch_page("../pages/admin.py").run()


def given(at: AppTest, path: Path, turn: int = 0) -> AppTest:
    box = at.file_uploader(key=f"company_back.file.{turn}")
    at = box.set_value((path.name, path.read_bytes(), "application/zip")).run()
    assert not at.exception, at.exception
    return at


def read(at: AppTest) -> str:
    every = [*at.text, *at.error, *at.success, *at.caption, *at.warning]
    return " ".join(one.value for one in every).replace(":color[", "").replace("\\", "").replace("]", "")


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_told_then_brought_in_once(home: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home.change(User, User.id == home.user("admin"), role="super_admin")
    home.office.at(0, "manager").customers.add({"name": "Acme [x](http://x.example)"})
    path, closed = tmp_path / "company.zip", tmp_path / "closed.zip"
    write_file(home.office.at(0, "admin").company_file()[1], path)
    write_file(home.office.at(0, "admin").company_file(WORDS)[1], closed)
    here = companies(home)

    at = given(page(home, monkeypatch), closed)
    assert "encrypted" in read(at)
    typed_secret(at, "company_back.passphrase", "another horse battery")
    assert "The passphrase is not the one" in read(at)
    typed_secret(at, "company_back.passphrase", WORDS)
    assert "1 customer" in read(at)
    assert home.email("manager") in read(at)

    (tmp_path / "none.zip").write_bytes(path.read_bytes()[:5000])
    at = given(at, tmp_path / "none.zip")
    assert "not a company's file of Foyer" in read(at)
    assert not [button for button in at.button if button.key == "company_back.go"]

    at = given(at, path)
    assert "is another company's here" in read(at)
    assert at.button(key="company_back.go").disabled
    taken = home.office.at(0, "admin").profile.get()["email"]
    at.text_input(key="company_back.email").set_value(taken).run()
    at.button(key="company_back.go").click().run()
    assert "Another company here uses this e-mail" in read(at)
    assert companies(home) == here
    at.text_input(key="company_back.email").set_value(EMAIL).run()
    at.button(key="company_back.go").click().run()
    assert not at.exception, at.exception
    assert "is here as a new company" in read(at)
    assert companies(home) == here + 1
    assert not [button for button in at.button if button.key == "company_back.go"], "the file is put away"
    at.run()
    assert "is here as a new company" in read(at)
    assert companies(home) == here + 1


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_an_admin_who_is_no_operator_is_not_offered_it(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page(home, monkeypatch)
    assert "Companies" not in [option for group in at.button_group for option in group.options]
    assert not at.file_uploader


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_whose_right_was_taken_since_brings_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home.change(User, User.id == home.user("admin"), role="super_admin")
    path = tmp_path / "company.zip"
    write_file(home.office.at(0, "admin").company_file()[1], path)
    here = companies(home)
    at = given(page(home, monkeypatch), path)
    at.text_input(key="company_back.email").set_value(EMAIL).run()
    home.change(User, User.id == home.user("admin"), role="user")
    at.button(key="company_back.go").click().run()
    assert companies(home) == here
    assert "is here as a new company" not in read(at)
