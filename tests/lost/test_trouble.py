"""A closed folder, a lock, a file that is garbage or gone: a sentence, nothing changed, no restart afterwards."""

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crm_data.errors import CrmError
from crm_data.store import connections, migrating, sqlite_file
from crm_data.tables import Base
from crm_data.tables.fields import Kind
from tests.lost.small_disk import Place, bare
from tests.migrations.trial import folder_with
from tests.nouns.makers import a_deal, a_lead, a_task
from tests.support import chance
from tests.support import office as offices
from tests.support.children import in_child
from tests.support.databases import fresh
from tests.support.soak import size

pytestmark = pytest.mark.slow

NOTHING = "pass"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An installation with a few records of each kind and a backup, all of it in its file."""
    database = fresh("sqlite")
    two = offices.office(database.url)
    my = two.at(role="admin")
    firm = my.customers.add(
        {"name": "Firm", "tags": ["a", "b"], "credit_limit": "12.30", "notes": "words " * 50}
    )
    for _ in range(10):
        my.deals.move(a_deal(my, firm), "qualified", "prospect")
        a_task(my, due_date="2026-12-01")
        a_lead(my)
    two.store.close()
    (tmp_path / "backups").mkdir()
    made = Place(database.url, tmp_path / "backups", my.scope, folder_with(NOTHING, tmp_path))
    bare(made)
    yield made
    made.store.close()
    database.drop()


def everything(place: Place) -> dict[str, Callable[[], Any]]:
    """What people, the operator and the server do."""
    my = place.my
    return {
        **{f"read {kind}": lambda kind=kind: my.records(kind).page() for kind in my.kinds},
        "read the overview": lambda: my.numbers.overview(),
        "read the moves": lambda: my.deals.moves(1),
        "save": place.save,
        "import": place.bring,
        "back up": place.back_up,
        "restore": place.put_back,
        "migrate": lambda: migrating.upgrade(place.store.url),
        "daily": place.backups.daily,
        "status": lambda: place.backups.status(None),
    }


def told(place: Place, *leaving_out: str) -> dict[str, str]:
    """What each act says: '' when it is done. Anything but a CrmError is a failure of the test."""
    said = {}
    for name, act in everything(place).items():
        if name not in leaving_out:
            try:
                act()
            except CrmError as error:
                said[name] = str(error)
            else:
                said[name] = ""
    for sentence in filter(None, said.values()):
        assert sentence[0].isupper(), sentence
        assert sentence.endswith(".") or ": python -m crm_data " in sentence, sentence
        assert not {"\n", "sqlite", "Error", "Traceback"} & set(sentence.split()), sentence
    return said


def goes_on(place: Place) -> None:
    """The same process, the same store: everything works."""
    refused = {name: sentence for name, sentence in told(place).items() if sentence}
    assert refused == {}
    place.seen()


NEVER_REFUSED = {"daily", "status"}


@pytest.mark.parametrize("holder", ["another writes", "another has it to itself"])
def test_locked(place: Place, monkeypatch: pytest.MonkeyPatch, holder: str) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    monkeypatch.setattr(migrating, "BUSY_MS", 50)
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(sqlite_file.opened.__wrapped__, "__defaults__", (False, 0.05))  # type: ignore[attr-defined]
    monkeypatch.setattr(sqlite_file.checkpoint, "__defaults__", (0.05,))
    place.store.reopen()
    before = place.seen()
    place.store.close()
    with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
        if holder == "another has it to itself":
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE customers SET name = name")
        said = told(place)
        other.execute("ROLLBACK")
    writes = {"save", "import", "restore"}
    refused = {name for name, sentence in said.items() if sentence}
    assert writes <= refused
    if holder == "another writes":
        assert not any(said[name] for name in said if name.startswith("read") or name == "back up")
    assert {sentence.partition(".")[0] for sentence in said.values() if sentence} == {"The database is busy"}
    assert place.seen() == before
    goes_on(place)


GARBAGE: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "a text": lambda data, dice: b"a letter to the editor\n" * 40_000,
    "noise at the front": lambda data, dice: dice.randbytes(8192) + data[8192:],
    "noise everywhere": lambda data, dice: dice.randbytes(len(data)),
    "another's magic": lambda data, dice: b"SQLite format 4\0" + data[16:],
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage(place: Place, kind: str) -> None:
    good = place.path.read_bytes()
    bad = GARBAGE[kind](good, chance.dice(1))
    place.path.write_bytes(bad)
    number = place.path.stat().st_ino
    said = told(place)
    assert {name for name, sentence in said.items() if not sentence} == NEVER_REFUSED
    assert place.path.read_bytes() == bad
    assert place.path.stat().st_ino == number
    assert len(place.backups.list(None)) == 1
    place.path.write_bytes(good)
    goes_on(place)


def test_a_file_cut_short(place: Place) -> None:
    good = place.path.read_bytes()
    place.path.write_bytes(good[: len(good) // 2])
    said = told(place, "save", "import", "restore", "migrate")
    assert said["back up"]
    assert place.path.read_bytes() == good[: len(good) // 2]
    bare(place)
    place.path.write_bytes(good)
    goes_on(place)


def test_a_file_that_is_gone(place: Place) -> None:
    away = place.path.rename(place.path.with_name("away.db"))
    said = told(place, "migrate")  # which would make a new one: that is what it is for
    assert {name for name, sentence in said.items() if not sentence} == NEVER_REFUSED
    assert not place.path.exists()
    away.rename(place.path)
    goes_on(place)


def test_scattered_bytes(place: Place) -> None:
    good, refused = place.path.read_bytes(), 0
    for seed in range(size(40, 2_000)):
        dice, data = chance.dice(seed), bytearray(good)
        for _ in range(20):
            data[dice.randrange(100, len(data))] = dice.randrange(256)
        place.path.write_bytes(data)
        said = told(place, "restore", "migrate", "daily")
        refused += any(said.values())
        bare(place)
    assert refused
    place.path.write_bytes(good)
    goes_on(place)


CHOICES = [
    (mapper.local_table.name, column.name)
    for mapper in Base.registry.mappers
    for column in mapper.local_table.columns
    if "field" in column.info and column.info["field"].kind is Kind.CHOICE
]


def test_a_choice_that_is_none(place: Place) -> None:
    """Whichever choice the damage met: what is done with it is done, or refused in a sentence."""
    good, numbers = place.path.read_bytes(), place.my.numbers
    figures = [
        numbers.board, numbers.by_stage, numbers.by_month, numbers.by_owner, numbers.tiles, numbers.goal_year,
        numbers.against_goals, numbers.standing, numbers.bridge, numbers.forecast, numbers.funnel,
        numbers.stage_days, numbers.stage_rates, numbers.losses, numbers.sources, numbers.ages, numbers.put_off,
        numbers.then_and_now, numbers.breakdown, numbers.forecast_board,
        numbers.submitted, numbers.cohorts,
    ]  # fmt: skip
    refused = {}
    for table, column in CHOICES:
        place.path.write_bytes(good)
        with closing(sqlite3.connect(place.path, isolation_level=None)) as plain:
            plain.execute("PRAGMA ignore_check_constraints=ON")
            plain.execute("PRAGMA journal_mode=DELETE")
            for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                plain.execute(f"DROP TRIGGER {name}")
            plain.execute(f"UPDATE {table} SET {column} = 'quamified'")
        told(place, "restore", "migrate", "daily")
        for figure in figures:
            try:
                figure()
            except CrmError as error:
                refused[table, column, figure.__name__] = str(error)
        bare(place)
    assert {("deals", "stage", "board"), ("deals", "stage", "by_stage")} <= set(refused)
    assert {sentence.partition(".")[0] for sentence in refused.values()} == {"The database file is damaged"}
    place.path.write_bytes(good)
    goes_on(place)


def closed_to_us(url: str, folder: Path, scope: Any, scripts: Path, shut: str) -> dict[str, str]:
    """What each act says to a process that may not write; root steps down for good."""
    place = Place(url, folder, scope, scripts)
    goes_on(place)  # all that is imported late is imported now: root's own Python may be closed to others
    bare(place)
    if os.geteuid() == 0:
        for path in {place.path.parent, folder, *place.path.parent.iterdir(), *folder.iterdir()}:
            os.chown(path, 65534, 65534)
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    before, data = place.path.read_bytes(), place.path.parent
    modes = {"the file": (place.path, 0o400), "its folder": (data, 0o500), "the backups": (folder, 0o500)}
    path, mode = modes[shut]
    usual = path.stat().st_mode
    path.chmod(mode)
    if shut == "its folder":
        place.path.chmod(0o400)
    said = told(place)
    bare(place) if shut != "its folder" else place.store.close()
    path.chmod(usual)
    place.path.chmod(0o600)
    if shut != "the backups":
        assert place.path.read_bytes() == before
    goes_on(place)
    place.store.close()
    return said


@pytest.mark.parametrize("shut", ["the file", "its folder", "the backups"])
def test_closed_to_us(place: Place, tmp_path: Path, shut: str) -> None:
    place.store.close()
    for path in (tmp_path, *tmp_path.parents):
        if path.owner() == tmp_path.owner() and path.stat().st_mode & 0o055 != 0o055:
            path.chmod(path.stat().st_mode | 0o055)
    said = in_child(closed_to_us, place.store.url, place.folder, place.my.scope, place.scripts, shut)
    for name in ("save", "import") if shut != "the backups" else ("back up", "restore"):
        assert "cannot be written" in said[name], said
