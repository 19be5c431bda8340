"""What a restore would take away is said before, by counts: exact by ids and chains, else by time."""

import json
from collections.abc import Callable, Iterator
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


@pytest.mark.parametrize("seconds", [-1, 0, 1, 3600])
def test_what_is_in_the_backup_is_known_whatever_its_moment_and_what_came_after_is_not(
    either: Office, seconds: int
) -> None:
    """A backup takes a while, moments are kept in whole seconds, and one engine rounds them up."""
    at = f"{clock.now() + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"

    def joined(name: str) -> None:
        for table, more in (
            ("companies", "name, email"),
            ("users", "first_name, last_name, password_hash, email"),
        ):
            values = f"'{name}', " * more.count(",") + f"'{name}@o.com', '{at}'"
            either.sql(f"INSERT INTO {table} ({more}, created_at) VALUES ({values})")

    joined("before")
    name = either.backups.make(None).name
    assert either.backups.since(name, None).sentence().count("Nothing was done since.") == 1
    joined("after")
    found = either.backups.since(name, None)
    assert (found.companies, found.people) == ((CompanyLoss("after", 0, 0, True),), 1)


@pytest.fixture
def held() -> Iterator[Callable[[int], None]]:
    """The clock, which stands still at a minute of one hour until it is put to another."""
    hour = clock.now().replace(minute=0, second=0)

    def put(minute: int) -> None:
        clock.set_source(lambda: hour + timedelta(minutes=minute))

    put(0)
    yield put
    clock.set_source(None)


def test_of_another_past_it_counts_from_where_that_began(either: Office, held: Callable[[int], None]) -> None:
    either.sql("UPDATE companies SET created_at = '2020-01-01 00:00:00'")
    either.sql("UPDATE users SET created_at = '2020-01-01 00:00:00'")
    first = either.backups.make(None).name
    held(1)
    add(either)
    second = either.backups.make(None).name
    held(2)
    either.backups.restore(first, None)
    held(3)
    add(either, name="Elsewhere")
    found = either.backups.since(second, None)
    assert (found.companies, found.people) == ((CompanyLoss("Acme", 1, 1, False),), 0)
    either.backups.restore(second, None)
    assert either.backups.since(second, None).companies == ()


def test_whose_number_was_given_again_in_another_past_is_new(
    either: Office, held: Callable[[int], None]
) -> None:
    def third(name: str, minute: int) -> None:
        held(minute)
        at = f"{clock.now():%Y-%m-%d %H:%M:%S}"
        values = f"'{name}', 'o@o.com', '{at}'"
        either.sql(f"INSERT INTO companies (name, email, created_at) VALUES ({values})")

    either.sql("UPDATE companies SET created_at = '2020-01-01 00:00:00'")
    first = either.backups.make(None).name
    third("Then", 1)
    second = either.backups.make(None).name
    held(2)
    either.backups.restore(first, None)
    third("Now", 3)
    assert either.backups.since(second, None).companies == (CompanyLoss("Now", 0, 0, True),)


def test_an_old_manifest_without_ends_counts_by_time(either: Office) -> None:
    name = either.backups.make(None).name
    path = manifest_path(either.folder / name)
    said = json.loads(path.read_text())
    path.write_text(json.dumps({key: told for key, told in said.items() if key not in ("heads", "last")}))
    add(either)
    either.sql(f"INSERT INTO companies (name, email, created_at) VALUES ('Third', 't@o.com', '{LATER}')")
    found = either.backups.since(name, None)
    assert CompanyLoss("Third", 0, 0, True) in found.companies


@pytest.mark.parametrize(
    "wrong", [{"heads": []}, {"heads": {"1": "x y"}}, {"last": []}, {"last": {"users": "1"}}, {"rows": []}]
)
def test_a_manifest_of_another_kind_is_refused(office: Office, wrong: dict[str, object]) -> None:
    name = office.backups.make(None).name
    path = manifest_path(office.folder / name)
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    with pytest.raises(BadBackup, match="cannot be read"):
        office.backups.since(name, None)


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
