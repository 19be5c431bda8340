"""kill -9 at any moment of saves, imports, backups, restores and migrations: what was acknowledged is there,
and nothing by halves. With the named moments in tests/transfer and tests/migrations these are over 100 cycles.
"""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_data.store import migrating
from tests.lost import acts
from tests.lost.whole import halves
from tests.migrations.trial import folder_with
from tests.support import chance
from tests.support import office as offices
from tests.support.children import child, in_child, lines, wait_for_lines
from tests.support.databases import Database, fresh
from tests.support.office import Office
from tests.support.plain import Plain, plain
from tests.support.soak import size
from tests.tables.facts import words
from tests.transfer import office as small
from tests.transfer.office import content

pytestmark = pytest.mark.slow

ADDS_A_CHECK = """
    op.execute("INSERT INTO security_log (event) VALUES ('migrated')")
    for name in ("customers", "deals"):
        with rebuild(name) as batch:
            batch.create_check_constraint(f"ck_{name}_made_up", "id > 0")
"""


def cycles(kind: str, sqlite: int, postgresql: int = 0) -> range:
    """So many, ten times as many in a soak; PostgreSQL, which is only reached by a connection, fewer."""
    return range(size(1, 10) * (sqlite if kind == "sqlite" else postgresql))


@dataclass
class Scene:
    """A database with two companies of people, a plain look at it, and a file for what is acknowledged."""

    database: Database
    two: Office
    sql: Plain
    said: Path

    def settled(self) -> None:
        """Wait until PostgreSQL has noticed that the killed process is gone, and has undone what was open."""
        end = time.monotonic() + 30
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        others += " AND pid <> pg_backend_pid() AND usename IS NOT NULL"
        while self.database.kind == "postgresql" and self.sql.value(others):
            assert time.monotonic() < end
            time.sleep(0.002)


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Scene]:
    two = offices.office(database.url)
    two.store.close()
    with plain(database, owner=True) as sql:
        (tmp_path / "said").touch(mode=0o600)
        yield Scene(database, two, sql, tmp_path / "said")
    two.store.close()


def test_saves(scene: Scene) -> None:
    scope, dice = scene.two.scope(role="admin"), chance.dice(1)
    for cycle in cycles(scene.database.kind, 40, 20):
        before = len(lines(scene.said))
        with child(acts.save, scene.database.url, scope, scene.said, cycle) as process:
            wait_for_lines(process, scene.said, before + dice.randrange(12))
            time.sleep(dice.uniform(0, 0.03))
        scene.settled()
        found = {tuple(row) for row in scene.sql.run("SELECT act_id, table_name, row_id FROM change_log")}
        lost = {tuple(json.loads(line)) for line in lines(scene.said)} - found
        assert lost == set(), f"acknowledged in or before cycle {cycle}"
        assert halves(scene.sql) == [], f"cycle {cycle}"
    assert len(lines(scene.said)) > 3 * len(cycles(scene.database.kind, 40, 20))
    if scene.database.kind == "sqlite":
        assert scene.sql.run("PRAGMA integrity_check") == [("ok",)]


def test_half_an_act_would_be_seen(scene: Scene) -> None:
    with child(acts.save, scene.database.url, scene.two.scope(role="admin"), scene.said, 1) as process:
        wait_for_lines(process, scene.said, 30)
    scene.settled()
    assert halves(scene.sql) == []
    unlocked = {
        "sqlite": "DROP TRIGGER deal_stage_history_no_delete",
        "postgresql": "ALTER TABLE deal_stage_history DISABLE TRIGGER USER",
    }
    for spoil in (
        "DELETE FROM deal_stage_history WHERE id = (SELECT max(id) FROM deal_stage_history)",
        "DELETE FROM activities WHERE id = (SELECT min(id) FROM activities WHERE title LIKE 'Stage%')",
        "UPDATE customers SET version = 7 WHERE id = 1",
        "UPDATE customers SET name = 'Another' WHERE id = 1",
        "UPDATE leads SET converted_at = NULL, converted_deal_id = NULL WHERE converted_deal_id IS NOT NULL",
    ):
        scene.sql.run("BEGIN")
        scene.sql.run(unlocked[scene.database.kind])
        scene.sql.run(spoil)
        assert halves(scene.sql) != [], spoil
        scene.sql.run("ROLLBACK")


def test_imports(scene: Scene) -> None:
    my, dice = scene.two.at(role="admin"), chance.dice(2)
    my.customers.add({"name": "Firm"})
    scene.two.store.close()
    adds = "SELECT act_id, count(*) FROM change_log WHERE table_name = 'deals' GROUP BY act_id"
    rows = "SELECT count(*) FROM deals d JOIN deal_stage_history h ON h.deal_id = d.id"
    takes, cut_short = 0.1, 0
    for cycle in cycles(scene.database.kind, 20, 10):
        marks, before = [f"c{cycle}n{n}" for n in range(100)], len(lines(scene.said))
        with child(acts.bring, scene.database.url, my.scope, scene.said, marks) as process:
            wait_for_lines(process, scene.said, before + 1)
            if cycle == 0:
                started = time.monotonic()
                wait_for_lines(process, scene.said, before + 3)
                takes = (time.monotonic() - started) / 2
            time.sleep(dice.uniform(0, 2 * takes))
        scene.settled()
        acknowledged = [line for line in lines(scene.said)[before:] if line != "ready"]
        found = dict(scene.sql.run(adds))
        assert set(found.values()) <= {acts.IMPORTED}, "half an import"
        assert set(acknowledged) <= set(found)
        assert scene.sql.value(rows) == acts.IMPORTED * len(found)
        under_way = marks[len(acknowledged)]
        sheet = acts.sheet_of(my, under_way)
        again = my.commit_import(my.deals, sheet, my.guess(sheet, my.deals), act_id=under_way)
        scene.two.store.close()
        assert (again.created, again.repeated) == (acts.IMPORTED, under_way in found)
        assert scene.sql.value(rows) == acts.IMPORTED * len(set(found) | {under_way})
        cut_short += under_way not in found
    assert cut_short, "every kill came between two imports"


@pytest.fixture
def filled(office: small.Office, tmp_path: Path) -> small.Office:
    """An installation with rows enough that a backup is written for a while."""
    office.add_customers(2000)
    (tmp_path / "said").touch(mode=0o600)
    return office


def test_backups(filled: small.Office, tmp_path: Path) -> None:
    said, dice, sound = tmp_path / "said", chance.dice(3), set[str]()
    first, begun = filled.backups.make(None).name, time.monotonic()
    filled.backups.make(None)
    takes, halves_left = time.monotonic() - begun, 0
    for _ in cycles("sqlite", 14):
        before = len(lines(said))
        with child(acts.back_up, filled.store.url, filled.folder, said) as process:
            wait_for_lines(process, said, before + 1)
            time.sleep(dice.uniform(0, 2 * takes))
        acknowledged = {line for line in lines(said) if line != "ready"}
        counting = {info.name for info in filled.backups.list(None) if not info.problem}
        assert acknowledged <= counting
        for name in counting - sound:
            filled.backups.verify(name, None)
        sound |= counting
        halves_left += len({path.stem for path in filled.folder.iterdir()} - {Path(n).stem for n in sound})
    assert halves_left, "every kill came between two backups"
    filled.backups.restore(first, None)


def test_restores(filled: small.Office, tmp_path: Path) -> None:
    said, dice, seen = tmp_path / "said", chance.dice(7), set[str]()
    is_in = {}
    for change in (
        "UPDATE customers SET name = name || 'x' WHERE id % 3 = 0",
        "DELETE FROM customers WHERE id > 999",
    ):
        filled.sql(change)
        name = filled.backups.make(None).name
        is_in[content(filled.path)] = name
    names = list(is_in.values())
    begun = time.monotonic()
    filled.backups.restore(names[-1], None)
    takes = time.monotonic() - begun
    filled.store.close()
    for _ in cycles("sqlite", 14):
        stood, before = is_in[content(filled.path)], len(lines(said))
        order = [name for name in names if name != stood] + [stood]
        with child(acts.put_back, filled.store.url, filled.folder, said, order) as process:
            wait_for_lines(process, said, before + 1)
            time.sleep(dice.uniform(0, 2 * takes))
        acknowledged = lines(said)[before + 1 :]
        last = acknowledged[-1] if acknowledged else stood
        found = is_in[content(filled.path)]  # a mix is in neither
        assert found in (last, order[len(acknowledged) % 2])
        seen.add("old" if found == last else "new")
        signed_in = filled.sql("SELECT count(*) FROM sessions")
        assert signed_in == [(0,)]
    assert "old" in seen, "every kill came too late to tell anything"
    for info in filled.backups.list(None):
        assert info.problem or filled.backups.verify(info.name, None)


def test_migrations(tmp_path: Path) -> None:
    database, said, dice, ends = fresh("sqlite"), tmp_path / "said", chance.dice(5), set[str]()
    opened = small.open_office(database.url)
    opened.add_customers(2000)
    opened.store.close()
    opened.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    scripts = folder_with(ADDS_A_CHECK, tmp_path)
    old = shutil.copy(opened.path, tmp_path / "old.db")
    said.touch(mode=0o600)
    kept = content(opened.path)
    takes = 0.0
    for cycle in cycles("sqlite", 13):
        for path in opened.path.parent.glob("crm.db*"):
            path.unlink()
        shutil.copy(old, opened.path)
        before = len(lines(said))
        with child(acts.migrate, database.url, scripts, said) as process:
            wait_for_lines(process, said, before + 1)
            begun = time.monotonic()
            if cycle == 0:
                wait_for_lines(process, said, before + 2)
                takes = time.monotonic() - begun
            else:
                time.sleep(dice.uniform(0, takes))
        with plain(database) as sql:
            at = sql.value("SELECT version_num FROM alembic_version")
            parts = [
                sql.value("SELECT count(*) FROM security_log WHERE event = 'migrated'"),
                *(
                    "made_up" in sql.value("SELECT sql FROM sqlite_master WHERE name = ?", name)
                    for name in ("customers", "deals")
                ),
            ]
            assert parts == ([1, True, True] if at == "made_up" else [0, False, False])
            assert len(lines(said)) == before + 1 or at == "made_up"
            ends.add(at)
        assert content(opened.path) == kept
        assert in_child(acts.upgraded, database.url, scripts) == "made_up"
        with plain(database) as sql:
            everything = words(sql)
            if cycle == 0:
                good = everything
        assert everything == good
        assert content(opened.path) == kept
    assert ends == {migrating.head(), "made_up"}
    database.drop()
