"""Killed at each named point, and in the middle of a commit and of a swap, while others save: nothing is lost."""

import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crm_data.store import migrating
from crm_data.store.points import Point
from crm_data.transfer.copying import copy, is_begun
from tests.lost import stops
from tests.lost.whole import halves
from tests.migrations.trial import folder_with
from tests.support.children import child, lines, wait_for_lines
from tests.support.databases import Database
from tests.support.plain import Plain, plain
from tests.transfer.conftest import either, untried
from tests.transfer.office import Office

__all__ = ["either", "untried"]
pytestmark = pytest.mark.slow

SAVES = (Point.ROWS_WRITTEN, Point.COMMITTED)
BACKUPS = (Point.BACKUP_BEGUN, Point.BACKUP_WRITTEN, Point.BACKUP_DESCRIBED, Point.BACKUP_NAMED)
RESTORES = (
    Point.COPY_VERIFIED,
    Point.WRITERS_STOPPED,
    Point.SAFETY_KEPT,
    Point.SWAP_BEGUN,
    Point.SWAPPED,
)
MIGRATIONS = (Point.MIGRATED,)
MOVES = (Point.MOVE_MARKED, Point.MOVE_ROWS, Point.MOVE_WHOLE, Point.MOVE_CHECKED, Point.MOVED)
# Bytes behind the end of the write-ahead log at which SQLite is killed: its header, a frame, a page, several.
INSIDE = (1, 40, 3000, 4200, 12_000)
ADDS_A_COLUMN = """
    op.execute("INSERT INTO security_log (event) VALUES ('migrated')")
    op.add_column("customers", sa.Column("made_up", sa.String(9)))
"""


class Others:
    """Somebody else who saves, in a process of their own, while the act is killed."""

    def __init__(self, office: Office, folder: Path) -> None:
        self._url = office.settings.database_url
        self.said, self.begun = folder / "said", folder / "begun"
        for file in (self.said, self.begun):
            file.touch(mode=0o600)

    @property
    def acknowledged(self) -> set[str]:
        """The words whose saving was acknowledged."""
        return set(lines(self.said))

    @contextmanager
    def saving(self) -> Iterator[None]:
        """They have saved before the act, and save again behind it."""
        with child(stops.save_words, self._url, self.said, self.begun) as process:
            wait_for_lines(process, self.said, 3)
            yield
            wait_for_lines(process, self.said, len(self.acknowledged) + 3)


@pytest.fixture
def others(either: Office, tmp_path: Path) -> Others:
    return Others(either, tmp_path)


@pytest.fixture
def sql(database: Database, either: Office) -> Iterator[Plain]:
    with plain(database, owner=True) as found:
        yield found


def killed(point: Point, act: Callable[..., object], *given: Any, times: int = 1, how: Any = None) -> None:
    """A process that does the act and is killed at the point, which it must come to."""
    with child(stops.killed_at, point, times, how or stops.at_once, act, *given) as process:
        process.join(60)
        assert process.exitcode in (-signal.SIGKILL, -signal.SIGXFSZ), f"it never came to: {point}"


def words(sql: Plain) -> set[str]:
    """Every word that is kept."""
    return {name for (name,) in sql.run("SELECT name FROM customers")}


def whole(sql: Plain) -> None:
    """No act is there by half, and the file is sound. (Ten customers were put there without a line in the log.)"""
    assert [half for half in halves(sql) if "the log says []" not in half] == []
    if sql.kind == "sqlite":
        assert sql.run("PRAGMA integrity_check") == [("ok",)]


def test_every_point_is_stopped_at() -> None:
    assert {*SAVES, *BACKUPS, *RESTORES, *MIGRATIONS, *MOVES} == set(Point)


@pytest.mark.parametrize("point", SAVES)
def test_a_save(either: Office, others: Others, sql: Plain, tmp_path: Path, point: Point) -> None:
    mine = Others(either, _folder(tmp_path / "mine"))
    with others.saving():
        killed(point, stops.save_words, either.settings.database_url, mine.said, mine.begun, times=4)
    under_way = lines(mine.begun)[-1]
    assert len(mine.acknowledged) == 3
    assert under_way not in mine.acknowledged
    assert mine.acknowledged | others.acknowledged <= words(sql)
    assert (under_way in words(sql)) == (point is Point.COMMITTED)
    whole(sql)


def in_the_middle(
    either: Office, others: Others, sql: Plain, folder: Path, how: Callable[[], object]
) -> None:
    """Killed within the first COMMIT; what was acknowledged is there, and nothing by half."""
    mine = Others(either, _folder(folder / "mine"))
    given = (either.settings.database_url, mine.said, mine.begun)
    with others.saving():
        killed(Point.ROWS_WRITTEN, stops.save_words, *given, how=how)
    assert mine.acknowledged | others.acknowledged <= words(sql)
    whole(sql)


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_in_the_middle_of_a_commit(
    either: Office, others: Others, sql: Plain, tmp_path: Path, inside: int
) -> None:
    in_the_middle(either, others, sql, tmp_path, partial(stops.while_writing, either.path, inside))


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_with_the_commit_sent(either: Office, others: Others, sql: Plain, tmp_path: Path) -> None:
    in_the_middle(either, others, sql, tmp_path, stops.with_the_commit_sent)


@pytest.mark.parametrize("point", BACKUPS)
def test_a_backup(either: Office, others: Others, sql: Plain, point: Point) -> None:
    with others.saving():
        killed(point, stops.back_up, either.settings)
    assert others.acknowledged <= words(sql)
    made = either.backups.make(None)
    good = [info.name for info in either.backups.list(None) if not info.problem]
    assert len(good) == 1 + (point is Point.BACKUP_NAMED)
    assert made.name in good
    whole_set = {name for one in good for name in (one, f"{Path(one).stem}.json")}
    assert {path.name for path in either.folder.iterdir()} == whole_set, "the next act clears what was left"
    assert bool(either.backups.cleared) == (point is not Point.BACKUP_NAMED)
    for name in good:
        either.backups.verify(name, None)
    whole(sql)


@pytest.mark.parametrize("point", RESTORES)
def test_a_restore(either: Office, others: Others, sql: Plain, point: Point) -> None:
    restored_and_killed(either, others, sql, point)


@pytest.mark.parametrize("inside", [1, 5000, 60_000])
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_in_the_middle_of_a_swap(either: Office, others: Others, sql: Plain, inside: int) -> None:
    how = partial(stops.while_writing, either.path, inside, behind=False)
    restored_and_killed(either, others, sql, Point.SWAP_BEGUN, how)


def restored_and_killed(
    either: Office, others: Others, sql: Plain, point: Point, how: Callable[[], object] | None = None
) -> None:
    """All is as it was, or all is as in the backup; each word is in the database or in the safety backup."""
    sql.run(
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('out@acme.com', 'x', 'O', 'T')"
    )
    first = either.backups.make(None).name
    sql.run("UPDATE users SET is_active = FALSE, shut_out = TRUE WHERE email = 'out@acme.com'")
    with others.saving():
        killed(point, stops.put_back, either.settings, first, how=how)
    restored = sql.value("SELECT count(*) FROM security_log WHERE event = 'backup_restored'") == 1
    assert restored == (point is Point.SWAPPED)
    assert sql.value("SELECT shut_out FROM users WHERE email = 'out@acme.com'"), "the old, or the new with it"
    whole(sql)
    missing = others.acknowledged - words(sql)
    assert restored or not missing
    if missing:
        safety = next(
            info.name for info in either.backups.list(None) if info.name != first and not info.problem
        )
        either.backups.restore(safety, None)
        assert missing <= words(sql), "what stood before is kept in the safety backup"
    either.backups.clear()
    assert not [
        path.name for path in either.folder.iterdir() if "partial" in path.name or "private" in path.name
    ]


@pytest.mark.parametrize("point", MOVES)
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_copy(either: Office, database: Database, sql: Plain, tmp_path: Path, point: Point) -> None:
    """Killed while nobody else is there, it goes on; see tests/transfer/test_copy_resuming.py for both ways."""
    here = f"sqlite:///{tmp_path / 'moved.db'}"
    killed(point, stops.move, database.admin_url, here)
    assert is_begun(here) == (point is not Point.MOVED)
    if point is not Point.MOVED:
        copy(database.admin_url, here)
    with closing(sqlite3.connect(tmp_path / "moved.db")) as moved:
        assert {name for (name,) in moved.execute("SELECT name FROM customers")} == words(sql)
        assert moved.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("point", MIGRATIONS)
def test_a_migration(either: Office, others: Others, sql: Plain, tmp_path: Path, point: Point) -> None:
    scripts = folder_with(ADDS_A_COLUMN, tmp_path)
    with others.saving():
        killed(point, stops.migrate, either.settings, scripts)
    assert sql.value("SELECT version_num FROM alembic_version") == migrating.head()
    assert sql.value("SELECT count(*) FROM security_log WHERE event = 'migrated'") == 0
    assert others.acknowledged <= words(sql)
    whole(sql)
    with child(stops.migrate, either.settings, scripts) as process:
        process.join(60)
        assert process.exitcode == 0
    assert sql.value("SELECT version_num FROM alembic_version") == "made_up"
    assert others.acknowledged <= words(sql)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
