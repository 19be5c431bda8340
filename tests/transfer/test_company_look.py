"""What a company's file would bring, told before it is brought; and files that were forged, swollen or cut off."""

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Workspace
from crm_data.accounts.people import SYSTEM
from crm_data.errors import BadBackup, CrmError, Invalid, NotAllowed
from crm_data.installation import Installation
from crm_data.store.migrating import head, migration_engine
from crm_data.store.store import Store
from crm_data.tables import Base, Company, SecurityLog, User
from crm_data.transfer import company_opened
from crm_data.transfer.by_file import write_file
from crm_data.transfer.company_file import contents
from crm_data.transfer.verify import digest
from tests.support import makers
from tests.support.databases import fresh
from tests.support.own import own_settings

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


class Here:
    """An installation with two companies, and the file of the first."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.database = fresh(kind)
        self.store = Store(self.database.url)
        self.installation = Installation(self.store, own_settings(self.database.url))
        self.filled = makers.two_companies(self.store)
        with self.store.system("two who will not be known") as session:
            users = [makers.person(session), makers.person(session, is_active=False)]
            for user in users:
                makers.member(session, self.filled[0].company_id, user_id=user.id)
            self.away, self.new = [user.id for user in users], (users[0].email,)
        self.engines = (self.store.engines.read, self.store.engines.write, self.store.engines.read_all)
        self.path = folder / "company.zip"
        scope = makers.scope(self.filled[0].company_id, role="admin")
        write_file(Workspace(self.store, scope).company_file()[1], self.path)

    def counted(self) -> dict[str, int]:
        """Rows of every table."""
        with self.store.system("a look", write=False) as session:
            return {
                table.name: int(session.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
                for table in Base.metadata.sorted_tables
            }

    def close(self) -> None:
        self.store.close()
        self.database.drop()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made; whatever is left there was left behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path, temporary: Path) -> Iterator[Here]:
    made = Here(request.param, tmp_path)
    yield made
    made.close()
    assert list(temporary.iterdir()) == [], "nothing is left behind"


def test_what_is_told_is_what_comes_and_nothing_is_written(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.store.system("somebody leaves the installation") as session:
        for at, user in enumerate(session.scalars(sa.select(User).where(User.id.in_(here.away)))):
            user.email = f"elsewhere-{at}@example.com"
    waiting: list[int] = []
    read = company_opened.contents

    def while_reading(file: sa.Connection) -> Any:
        waiting.append(sum(engine.pool.checkedout() for engine in here.engines))
        return read(file)

    monkeypatch.setattr(company_opened, "contents", while_reading)
    before = here.counted()
    with here.path.open("rb") as file:
        told = here.installation.look_at_company(SYSTEM, file)
    assert waiting == [0], "no connection is held while a file is read"
    assert here.counted() == before
    assert (told.taken, told.older, told.revision, told.log) == (True, False, head(), "")
    assert (told.new, told.gone) == (here.new, 1)
    assert told.known
    assert told.known == tuple(sorted(told.known))
    shares: list[float] = []
    came = here.installation.bring_back(SYSTEM, here.path, "again@example.com", "", shares.append)
    assert (came.name, came.rows, came.people) == (told.company, told.total, told.new)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert not here.installation.look_at_company(SYSTEM, here.path).new


def test_whoever_leaves_in_the_middle_leaves_nothing(here: Here) -> None:
    class Gone(Exception):
        pass

    def leave(share: float) -> None:
        raise Gone

    before = here.counted()
    with pytest.raises(Gone):
        here.installation.bring_back(SYSTEM, here.path, "again@example.com", "", leave)
    assert here.counted() == before


def test_strangers_hear_nothing_of_any_file(here: Here) -> None:
    """Whatever the file is, the right is asked first: the words are the same for a good one and for none."""
    said = set()
    for role in ("user", "sales_rep", "manager", "admin"):
        for source in (here.path, io.BytesIO(b"none"), Path("nowhere.zip")):
            actor = makers.scope(here.filled[1].company_id, role=role)
            with pytest.raises(NotAllowed) as refused:
                here.installation.look_at_company(actor, source)
            said.add(str(refused.value))
    assert len(said) == 1


def forged(path: Path, *statements: str, **words: object) -> Path:
    """The file with its database changed, and a manifest that says so wherever it can."""
    made = path.with_name("forged.zip")
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("manifest.json"))
        database = path.with_name("forged.db")
        database.write_bytes(archive.read("company.db"))
    with closing(sqlite3.connect(database, isolation_level=None)) as file:
        file.execute("PRAGMA ignore_check_constraints=ON")
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if statements:
                file.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            file.execute(statement)
    engine = migration_engine(f"sqlite:///{database}")
    # What cannot be read has no hash.
    with (
        suppress(ValueError, TypeError, ArithmeticError, sa.exc.SQLAlchemyError),
        engine.begin() as connection,
    ):
        found = contents(connection)
        told["tables"] = {name: {"rows": c.rows, "sha256": c.sha256} for name, c in found.items()}
    engine.dispose()
    told |= {"size": database.stat().st_size, "sha256": digest(database)} | words
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(told))
        archive.write(database, "company.db")
    return made


FORGED: dict[str, tuple[str, ...]] = {
    "a moment that is none": ("UPDATE customers SET created_at = 'rubbish'",),
    "a number that is none": ("UPDATE deals SET deal_value = 'many'",),
    "json that is none": ("UPDATE companies SET own_fields = '{'",),
    "a text of bytes": ("UPDATE customers SET name = x'FF00FE'",),
    "bytes in a number": ("UPDATE deals SET probability = x'01'",),
    "a word that none of ours is": ("UPDATE deals SET stage = 'elsewhere'",),
    "a role that is none": ("UPDATE user_companies SET role = 'super_admin'",),
    "no company": ("PRAGMA foreign_keys=OFF", "DELETE FROM companies"),
    "two companies": (
        "CREATE TEMP TABLE more AS SELECT * FROM companies",
        "UPDATE more SET id = id + 1000, email = 'b@example.com', export_mark = 'other'",
        "INSERT INTO companies SELECT * FROM more",
    ),
    "a record of nobody": ("PRAGMA foreign_keys=OFF", "UPDATE deals SET customer_id = 99999"),
    "a view in place of a table": ("ALTER TABLE goals RENAME TO x", "CREATE VIEW goals AS SELECT * FROM x"),
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON deals BEGIN DELETE FROM deals; END",),
    "a table less": ("PRAGMA foreign_keys=OFF", "DROP TABLE goals"),
    "another revision": ("UPDATE alembic_version SET version_num = '999'",),
}


def _sentence(refused: CrmError) -> None:
    said = str(refused)
    assert said.endswith((".", "?"))
    assert "\n" not in said
    assert len(said) < 250
    assert "backup" not in said.lower(), "the words are those of a company's file"


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_is_refused_in_a_sentence_and_leaves_nothing(here: Here, name: str) -> None:
    path = forged(here.path, *FORGED[name])
    before = here.counted()
    with pytest.raises((BadBackup, Invalid)) as refused:
        here.installation.bring_back(SYSTEM, path, "again@example.com")
    _sentence(refused.value)
    assert here.counted() == before
    try:
        here.installation.look_at_company(SYSTEM, path)
    except BadBackup as error:
        _sentence(error)


def test_a_forgery_that_changes_nothing_comes(here: Here) -> None:
    """So that the others are refused for what was changed in them, and not for the forging."""
    assert here.installation.bring_back(SYSTEM, forged(here.path), "again@example.com").rows


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "the end is missing": lambda data: data[:-30],
    "a byte of it": lambda data: data[:9_000] + bytes([data[9_000] ^ 1]) + data[9_001:],
    "a picture": lambda data: b"\x89PNG\r\n\x1a\n" + data[:100],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_a_sentence(here: Here, name: str) -> None:
    source = io.BytesIO(BROKEN[name](here.path.read_bytes()))
    with pytest.raises(BadBackup) as refused:
        here.installation.look_at_company(SYSTEM, source)
    _sentence(refused.value)


def test_a_file_that_swells_is_refused_before_it_fills_the_disk(
    here: Here, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how long it is, and is so long: all of nothing, which packs to a thousandth."""
    size = 70 << 20
    with zipfile.ZipFile(here.path) as archive:
        told = json.loads(archive.read("manifest.json")) | {"size": size}
    bomb = here.path.with_name("bomb.zip")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(told))
        with archive.open("company.db", "w") as file:
            for _ in range(size >> 20):
                file.write(bytes(1 << 20))
    written: list[str] = []
    opens = Path.open

    def noted(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        written.extend([str(self)] * ("w" in mode))
        return opens(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", noted)
    with pytest.raises(BadBackup) as refused:
        here.installation.look_at_company(SYSTEM, bomb)
    _sentence(refused.value)
    assert written == []


def test_it_is_told_who_brought_it(here: Here) -> None:
    actor = replace(makers.scope(here.filled[1].company_id, role="user"), operator=True)
    made = here.installation.bring_back(actor, here.path, "again@example.com")
    with here.store.system("a look", write=False) as session:
        wanted = sa.select(SecurityLog.company_id).where(SecurityLog.event == "company_brought_back")
        assert session.scalars(wanted).all() == [made.company_id]
        assert session.scalar(sa.select(Company.created_by).where(Company.id == made.company_id)) is None
