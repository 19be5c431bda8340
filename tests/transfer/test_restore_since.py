"""What a restore would take away is said before, by counts: exact by the chain of each company, else by time."""

import json
from datetime import timedelta

import pytest

from crm_data import clock
from crm_data.errors import BadBackup, NotAllowed
from crm_data.store.changes import Doing
from crm_data.store.log import record
from crm_data.store.scope import CompanyScope
from crm_data.transfer.manifest import manifest_path
from crm_data.transfer.restoring import CompanyLoss
from crm_data.workspace import Workspace
from tests.transfer.office import ADMIN, OPERATOR, Office

pytestmark = pytest.mark.slow
LATER = "2040-01-01 00:00:00"


def add(office: Office, company: int = 1, name: str = "Secret Works") -> None:
    """One act of a person."""
    Workspace(office.store, CompanyScope(company, 1, "admin")).customers.add({"name": name})


def by_the_system(office: Office, later: int = 0) -> None:
    """One act of nobody's, some hours later."""
    with office.store.system("a test writes") as session:
        entry = (1, {"name": "A"}, {"name": "B"})
        doing = Doing(None, at=clock.now() + timedelta(hours=later), actor="system")
        record(session, doing, "customers", "change", [entry], company=1, name="A")


def test_it_counts_by_company_and_tells_no_content(either: Office) -> None:
    either.sql(
        "INSERT INTO companies (name, email, created_at) VALUES ('Other', 'o@o.com', '2020-01-01 00:00:00')"
    )
    either.sql("INSERT INTO user_companies (user_id, company_id, role) VALUES (1, 2, 'admin')")
    add(either)
    name = either.backups.make(None).name
    nothing = either.backups.since(name, OPERATOR)
    assert (nothing.companies, nothing.people, nothing.unsaid) == ((), 0, "")
    assert "Nothing was done since." in nothing.sentence()
    for _ in range(2):
        add(either)
    add(either, 2)
    either.sql(
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('n@o.com', 'x', 'Nia', 'Noor')"
    )
    either.sql(f"INSERT INTO companies (name, email, created_at) VALUES ('Third', 't@o.com', '{LATER}')")
    found = either.backups.since(name, OPERATOR)
    assert found.companies == (
        CompanyLoss("Acme", 2, 2, False),
        CompanyLoss("Other", 1, 1, False),
        CompanyLoss("Third", 0, 0, True),
    )
    told = " ".join([found.sentence("yesterday"), *map(str, found.companies)])
    assert "made yesterday." in told
    assert "is lost: 3 acts, 3 of people; 1 new company; 1 new person." in told
    assert "The safety backup that is made first keeps it." in told
    for word in ("Secret", "Nia", "n@o.com"):
        assert word not in told


def test_acts_of_nobody_are_told_apart(either: Office) -> None:
    name = either.backups.make(None).name
    add(either)
    by_the_system(either)
    found = either.backups.since(name, None)
    assert found.companies == (CompanyLoss("Acme", 2, 1, False),)


def test_of_another_past_it_counts_by_time(either: Office) -> None:
    first = either.backups.make(None).name
    add(either)
    second = either.backups.make(None)
    either.backups.restore(first, None)
    by_the_system(either, 1)
    found = either.backups.since(second.name, None)
    assert found.companies == (CompanyLoss("Acme", 1, 0, False),), (
        "its first act is another than the backup's"
    )


def test_an_old_manifest_without_ends_counts_by_time(either: Office) -> None:
    name = either.backups.make(None).name
    path = manifest_path(either.folder / name)
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"heads": None}))
    add(either)
    either.sql(f"INSERT INTO companies (name, email, created_at) VALUES ('Third', 't@o.com', '{LATER}')")
    found = either.backups.since(name, None)
    assert CompanyLoss("Third", 0, 0, True) in found.companies


def test_only_the_operator_is_told(either: Office) -> None:
    name = either.backups.make(None).name
    for ask in (
        lambda: either.backups.since(name, ADMIN),
        lambda: either.backups.since_file(either.folder / name, ADMIN),
    ):
        with pytest.raises(NotAllowed):
            ask()
    manifest_path(either.folder / name).unlink()
    with pytest.raises(BadBackup):
        either.backups.since(name, OPERATOR)


def test_a_damaged_database_is_said_to_be_unread(office: Office) -> None:
    name = office.backups.make(None).name
    office.store.close()
    with open(office.path, "rb+") as file:
        file.write(b"\xff" * 4096)
    found = office.backups.since(name, None)
    assert found.unsaid
    assert found.sentence().endswith("so it cannot be said what would be lost.")
