"""Rows on the move: filling a database and backing it up, each against the barest way there is."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bench import databases
from bench.rounds import Times, interleave
from bench.section import Line, Section
from crm_data.demo.ledger import ORDER
from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.store.migrating import upgrade
from crm_data.store.sqlite_file import snapshot
from crm_data.store.store import Store

TENTH = 0.1


def section(even: Path, folder: Path, rounds: int) -> Section:
    """Each on copies of its own, in the run's folder."""
    filled, kept = _filling(folder, rounds), _backup(even, folder, rounds)
    minutes = float(even.with_suffix(".seconds").read_text()) / 60
    return Section(
        "Filling and backups",
        "The barest way to fill: the same rows by sqlite3's executemany, in one transaction, keys and checks on. "
        "The barest backup: SQLite's backup API in one step, synced to the disk.",
        [
            Line("`demo --scale 1`, when it was made", "one minute", minutes, 1.5),
            Line("`demo --scale 0.1`, made up and written", "executemany", filled.ratio("demo", "plain")),
            Line("a backup's copy", "the barest backup", kept.ratio("copy", "plain"), 1.5),
            Line(
                "a whole backup: copied, verified, listed", "the barest backup", kept.ratio("whole", "plain")
            ),
            Line(
                "a whole backup: copied, verified, listed",
                "the barest backup and SQLite's own checks",
                kept.ratio("whole", "checked"),
                1.5,
            ),
        ],
    )


def _filling(folder: Path, rounds: int) -> Times:
    empty, made, copied = folder / "empty.db", folder / "made.db", folder / "copied.db"
    upgrade(f"sqlite:///{empty}")
    databases.one_file(empty)
    databases.build(made, TENTH)
    tables = dict(_rows(made))

    def plain() -> None:
        shutil.copyfile(empty, copied)
        with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("PRAGMA defer_foreign_keys=ON")  # leads and deals name each other
            for table, (columns, rows) in tables.items():
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
            connection.execute("COMMIT")

    times = interleave({"demo": lambda: databases.build(made, TENTH), "plain": plain}, rounds)
    for path in (empty, made, copied):
        databases.remove(path)
    return times


def _rows(path: Path) -> Iterator[tuple[str, tuple[list[str], list[tuple[object, ...]]]]]:
    """Columns and rows by table, each table after those it points to."""
    with closing(sqlite3.connect(path)) as connection:
        for table in ORDER:
            found = connection.execute(f"SELECT * FROM {table}")
            yield table, ([column[0] for column in found.description], found.fetchall())


def _backup(even: Path, folder: Path, rounds: int) -> Times:
    live, shelf = databases.copy(even, folder / "live.db"), folder / "shelf"
    here = replace(settings({}), database_url=f"sqlite:///{live}", backup_dir=shelf)
    names = (folder / f"backup-{number}.db" for number in itertools.count())
    store = Store(here.database_url)

    def plain() -> Path:
        target = next(names)
        with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(target)) as to:
            source.backup(to, pages=-1)
        with open(target, "rb") as file:
            os.fsync(file.fileno())
        return target

    def checked() -> None:
        target = plain()
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("PRAGMA integrity_check").fetchall()
            connection.execute("PRAGMA foreign_key_check").fetchall()
        target.unlink()

    def copied() -> None:
        target = next(names)
        target.touch()
        snapshot(live, target)
        with open(target, "rb") as file:
            os.fsync(file.fileno())
        target.unlink()

    def whole() -> None:
        backups.make(None)
        shutil.rmtree(shelf)

    backups = Installation(store, here).backups
    try:
        return interleave(
            {"plain": lambda: plain().unlink(), "checked": checked, "copy": copied, "whole": whole}, rounds
        )
    finally:
        store.close()
        databases.remove(live)
