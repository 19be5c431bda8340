"""The commands on PostgreSQL, with the application's address and the owner's."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.store.migrating import downgrade, upgrade
from crm_data.store.store import Store
from tests.cli.conftest import Run
from tests.migrations.trial import older
from tests.support import postgres
from tests.support.databases import Database, fresh
from tests.support.own import own_settings

pytestmark = pytest.mark.postgres

PASSWORD = "correct horse battery"
PUBLIC = "https://crm.example.com"


@pytest.fixture
def empty(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database without a table, which `run` works on behind a public address."""
    made = fresh("postgresql", migrated=False)
    monkeypatch.setenv("DATABASE_URL", made.url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", made.admin_url)
    monkeypatch.setenv("CRM_PUBLIC_URL", PUBLIC)
    yield made
    made.drop()


@pytest.fixture
def installation(run: Run, empty: Database) -> Iterator[Installation]:
    """The same database, migrated by the command and opened as the server opens it."""
    assert run("migrate").code == 0
    store = Store(empty.url)
    made = Installation(store, own_settings(empty.url))
    made.demand_ready()
    yield made
    store.close()


def token(said: str) -> str:
    (found,) = re.findall(rf"{re.escape(PUBLIC)}/\?link=(\S+)", said)
    return str(found)


def test_a_company_from_nothing_to_its_own_data_taken_away(
    run: Run, installation: Installation, tmp_path: Path
) -> None:
    assert "is up to date" in run("migrate").out
    said = run("new-company", "--name", "Acme", "--email", "a@acme.example", "--admin", "ann@acme.example")
    links = installation.links
    links.redeem_invite(token(said.out), PASSWORD, "127.0.0.1", "Ann", "Ames")
    said = run("invite", "bob@acme.example", "--company", 1, "--role", "manager", "--as", "ann@acme.example")
    links.redeem_invite(token(said.out), PASSWORD, "127.0.0.1", "Bob", "Bell")
    links.redeem_reset(token(run("reset-password", "bob@acme.example").out), PASSWORD + " staple")
    assert installation.sign_in("bob@acme.example", PASSWORD + " staple", "127.0.0.1")

    (tmp_path / "in.csv").write_text("name,city\nCanary,Bern\nWren,=1+1\n,Nowhere\n")
    mine = ("--company", 1, "--as", "bob@acme.example")
    said = run("import", tmp_path / "in.csv", *mine)
    assert (said.code, "2 added" in said.out, "Row 4" in said.err) == (1, True, True)
    assert run("export", tmp_path / "out.csv", *mine).code == 0
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as file:
        assert {row["Name"] for row in csv.DictReader(file)} == {"Canary", "Wren"}
    assert run("import", tmp_path / "out.csv", *mine).code == 0
    assert run("export", tmp_path / "all.zip", "--everything", "--company", 1).code == 0
    assert "admins" in run("export", tmp_path / "all.zip", "--everything", *mine).err

    for command in (("new-company", "--name", "B", "--email", "a@acme.example"), ("demo",)):
        assert run(*command).code == 1
    said = run("check")
    for line in ("ok   Revision", "ok   Triggers", "ok   Companies", "ok   People"):
        assert line in said.out


@pytest.mark.parametrize("scale", [(), ("--scale", "0.01")])
def test_demo_makes_the_database_that_it_fills(run: Run, empty: Database, scale: tuple[str, ...]) -> None:
    said = run("demo", *scale)
    assert said.code == 0
    email, password = (
        re.findall(r"\S+@\S+", said.out)[0],
        re.findall(r"The password of each: (\S+)", said.out)[0],
    )
    store = Store(empty.url)
    assert Installation(store, settings({})).sign_in(email, password, "127.0.0.1")
    store.close()


def test_without_the_owners_address_it_says_what_is_missing(
    run: Run, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_ADMIN_URL")
    for command in (("migrate",), ("demo",)):
        assert "owner's address in DATABASE_ADMIN_URL" in run(*command).err
    upgrade(empty.admin_url, application=postgres.server()["app"])
    assert "owner's address in DATABASE_ADMIN_URL" in run("migrate").err
    downgrade(empty.admin_url, older())
    assert "python -m crm_data migrate" in run("invite", "a@b.example", "--company", 1).err
