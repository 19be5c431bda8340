"""A company as one file: it comes back whole in any installation, and nothing else comes along."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_data import Workspace
from crm_data.accounts.people import SYSTEM
from crm_data.errors import BadBackup, Invalid, NotAllowed
from crm_data.store.migrating import head
from crm_data.tables import Company, User
from crm_data.transfer.by_file import write_file
from crm_data.transfer.moved_rows import company_tables
from tests.support import makers
from tests.support.plain import plain
from tests.transfer.companies import WAYS, There, changed, manifest, said_otherwise

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.mark.parametrize(("kind", "other"), WAYS)
def test_a_company_comes_back_whole_elsewhere(
    there: Callable[..., There], kind: str, other: str, tmp_path: Path
) -> None:
    first, second = there(kind), there(other)
    path = first.taken(first.scope(), tmp_path)
    with second.store.system("the first company's e-mail is free") as session:
        for company in session.scalars(sa.select(Company)):
            company.email = f"other-{company.email}"
        for user in session.scalars(sa.select(User)):
            user.email = f"other-{user.email}"
    made = second.bring(path)
    assert made.rows == sum(
        part["rows"] for name, part in manifest(path)["tables"].items() if name != "companies"
    )
    again = second.taken(makers.scope(made.company_id, role="admin"), tmp_path)
    assert manifest(again)["tables"] == manifest(path)["tables"]
    assert made.company_id not in {company.company_id for company in second.filled}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_beside_itself_nothing_that_was_there_changes(
    there: Callable[..., There], kind: str, tmp_path: Path
) -> None:
    here = there(kind)
    path = here.taken(here.scope(), tmp_path)
    before = {at: manifest(here.taken(here.scope(at), tmp_path))["tables"] for at in (0, 1)}
    with pytest.raises(Invalid, match="uses this e-mail"):
        here.bring(path)
    made = here.bring(path, "again@example.com")
    assert made.people == ()  # everybody is known by e-mail
    again = here.taken(makers.scope(made.company_id, role="admin"), tmp_path)
    assert manifest(again)["tables"] == manifest(path)["tables"]
    assert {at: manifest(here.taken(here.scope(at), tmp_path))["tables"] for at in (0, 1)} == before


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_of_others_and_no_secret_is_in_it(
    there: Callable[..., There], kind: str, tmp_path: Path
) -> None:
    here = there(kind)
    for at, own, other in ((0, b"canaryone", b"canarytwo"), (1, b"canarytwo", b"canaryone")):
        with zipfile.ZipFile(here.taken(here.scope(at), tmp_path)) as archive:
            said = b"".join(map(archive.read, archive.namelist()))
        assert own in said
        assert other not in said
        with plain(here.database, owner=True) as sql:
            for (secret,) in sql.run("SELECT password_hash FROM users"):
                assert len(secret) < 2 or secret.encode() not in said


def test_every_table_of_a_company_has_rows_in_it(there: Callable[..., There], tmp_path: Path) -> None:
    here = there("sqlite")
    with zipfile.ZipFile(here.taken(here.scope(), tmp_path)) as archive:
        archive.extract("company.db", tmp_path)
    empty = []
    with closing(sqlite3.connect(tmp_path / "company.db")) as file:
        for table in company_tables():
            (count,) = file.execute(f"SELECT count(*) FROM {table.name}").fetchone()
            empty += [table.name] * (not count)
    assert empty == [], "the maker of filled companies lacks these, so that nothing is proved of them"


def test_rights_are_asked(there: Callable[..., There], tmp_path: Path) -> None:
    here = there("sqlite")
    for role in ("user", "sales_rep", "manager"):
        with pytest.raises(NotAllowed):
            Workspace(here.store, here.scope(role=role)).company_file()
    path = here.taken(here.scope(), tmp_path)
    with pytest.raises(NotAllowed):
        here.installation.bring_back(here.scope(), path, "new@example.com")


HOSTILE: dict[str, Callable[[dict[str, bytes]], object]] = {
    "no manifest": lambda parts: parts.pop("manifest.json"),
    "no database": lambda parts: parts.pop("company.db"),
    "a manifest that is none": lambda parts: parts.update({"manifest.json": b"[" * 100_000}),
    "another format": lambda parts: said_otherwise(parts, format=2),
    "a newer version": lambda parts: said_otherwise(parts, revision="999"),
    "another revision": lambda parts: said_otherwise(parts, revision="001"),
    "a byte more": lambda parts: parts.update({"company.db": parts["company.db"] + b"x"}),
    "a byte less": lambda parts: parts.update({"company.db": parts["company.db"][:-1]}),
    "another size": lambda parts: said_otherwise(parts, size=10**18),
    "a size that is none": lambda parts: said_otherwise(parts, size="many"),
    "tables that are none": lambda parts: said_otherwise(parts, tables=[1]),
    "other content": lambda parts: said_otherwise(parts, tables={}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_was_changed_is_refused_and_nothing_is_made(
    there: Callable[..., There], name: str, tmp_path: Path
) -> None:
    here = there("sqlite")
    path = changed(here.taken(here.scope(), tmp_path), HOSTILE[name])
    with pytest.raises(BadBackup) as refused:
        here.bring(path, "new@example.com")
    assert "\n" not in str(refused.value)
    if name == "a newer version":
        assert "999" in str(refused.value)
        assert head() in str(refused.value)
    with here.store.system("a look", write=False) as session:
        assert session.scalar(sa.select(sa.func.count(Company.id))) == 2
    for data in (b"", b"PK\x03\x04", b"x" * 1000):
        (tmp_path / "none").write_bytes(data)
        with pytest.raises(BadBackup):
            here.bring(tmp_path / "none")


@pytest.mark.parametrize(("kind", "other"), WAYS[:2])
def test_the_log_can_be_followed_in_the_file_and_begins_anew_where_it_comes(
    there: Callable[..., There], kind: str, other: str, tmp_path: Path
) -> None:
    first, second = there(kind), there(other, filled=False)
    my = Workspace(first.store, first.scope())
    made = my.customers.add({"name": "Ünal & Co", "tags": ["a"], "credit_limit": "12.50"})
    my.customers.archive([made])
    with first.store.system("somebody who never worked here") as session:
        stranger = makers.person(session)
    Workspace(first.store, makers.scope(first.filled[0].company_id, stranger.id)).customers.add(
        {"name": "Far"}
    )
    whole = my.changes.verify()
    path = first.taken(first.scope(), tmp_path)
    assert manifest(path)["head"] == f"{whole.acts} {whole.head}"
    came = second.bring(path)
    assert came.log == ""
    theirs = Workspace(second.store, makers.scope(came.company_id, role="admin"))
    there_now = theirs.changes.verify()
    assert (there_now.wrong, there_now.acts, there_now.lines) == ((), whole.acts, whole.lines)
    assert there_now.head != whole.head
    theirs.customers.add({"name": "And on"})
    assert theirs.changes.verify().wrong == ()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_log_that_was_not_whole_says_so_and_the_company_comes_back(
    there: Callable[..., There], kind: str, tmp_path: Path
) -> None:
    here = there(kind)
    with plain(here.database, owner=True) as sql:
        if kind == "sqlite":
            sql.run("DROP TRIGGER change_log_no_update")
        else:
            sql.run("ALTER TABLE change_log DISABLE TRIGGER USER")
        sql.run("UPDATE change_log SET action = 'change' WHERE company_id = ?", here.filled[0].company_id)
    came = here.bring(here.taken(here.scope(), tmp_path), "again@example.com")
    assert "was changed" in came.log
    again = Workspace(here.store, makers.scope(came.company_id, role="admin"))
    assert again.changes.verify().wrong == ()


def test_a_company_whose_profile_was_changed_comes_back(there: Callable[..., There], tmp_path: Path) -> None:
    here = there("sqlite")
    Workspace(here.store, here.scope()).profile.change({"city": (None, "Graz")})
    came = here.bring(here.taken(here.scope(), tmp_path), "again@example.com")
    again = Workspace(here.store, makers.scope(came.company_id, role="admin"))
    assert again.profile.get()["city"] == "Graz"
    (act, *_), _ = again.changes.page()
    assert {line.row_id for line in again.changes.lines(act.id).lines} == {came.company_id}
    assert again.changes.verify().wrong == ()


@pytest.mark.usefixtures("cheap_passphrase")
def test_an_encrypted_file_comes_back_with_its_passphrase_alone(tmp_path: Path) -> None:
    here, there = There("sqlite", True), There("postgresql", False)
    words, path = "correct horse battery", tmp_path / "company.zip"
    my = Workspace(here.store, here.scope())
    name, pieces = my.company_file(words)
    write_file(pieces, path)
    assert name.endswith(".foyer.sealed.zip")
    kept = path.read_bytes()
    assert b"company.db" not in kept
    assert b"SQLite format" not in kept
    with pytest.raises(BadBackup, match=r"encrypted\. Give the passphrase"):
        there.bring(path)
    for wrong in ("another horse battery", "short"):
        with pytest.raises(BadBackup, match="passphrase"):
            there.installation.bring_back(SYSTEM, path, None, wrong)
    damaged = tmp_path / "damaged.zip"
    for at in (len(kept) // 2, len(kept) - 900):
        damaged.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        with pytest.raises(BadBackup, match="damaged"):
            there.installation.bring_back(SYSTEM, damaged, None, words)
    with there.store.system("a test", write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Company)) == 0
    plainly = here.taken(here.scope(), tmp_path)
    with zipfile.ZipFile(plainly) as archive:
        rows = json.loads(archive.read("manifest.json"))["tables"]["customers"]["rows"]
    there.installation.bring_back(SYSTEM, path, None, words)
    with there.store.system("a test", write=False) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM customers")) == rows
    with pytest.raises(Invalid, match="passphrase has 12"):
        my.company_file("short")
    here.store.close()
    there.store.close()


def test_an_encrypted_file_is_the_admins(tmp_path: Path) -> None:
    here = There("sqlite", True)
    for role in ("manager", "sales_rep", "user"):
        with pytest.raises(NotAllowed):
            Workspace(here.store, here.scope(0, role)).company_file("correct horse battery")
    here.store.close()
