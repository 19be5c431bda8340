"""The databases that are measured on: made once, kept in the system's folder for temporary files."""

import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.plain import asking
from crm_data.demo import scale
from crm_data.finding.listing import list_words
from crm_data.settings import ROOT
from crm_data.store.migrating import upgrade
from crm_data.store.store import Store

PASSWORD = "a password for measuring"
EMAIL = "user1@scale.example"
COMPANY = 1
MADE_FROM = ("crm_data/demo", "crm_data/finding", "crm_data/tables", "migrations")


@dataclass(frozen=True)
class Member:
    """Somebody who works in the first company; everybody's password is PASSWORD."""

    id: int
    email: str


def address(path: Path) -> str:
    """The address of a database in a file."""
    return f"sqlite:///{path}"


def manager(url: str) -> Member:
    """The first manager of the first company who arrives there when signing in."""
    question = (
        "SELECT u.id, u.email FROM user_companies m JOIN users u ON u.id = m.user_id"
        " WHERE m.company_id = ? AND m.is_primary AND m.role = 'manager' ORDER BY u.id LIMIT 1"
    )
    with asking(url, COMPANY) as ask:
        found = ask(question, COMPANY)
    if not found:
        raise RuntimeError("Nobody is a manager of the first company; the database is not one of ours.")
    return Member(*found[0])


def folder() -> Path:
    """This person's own folder of kept databases. Those of an older schema or generator are removed."""
    top = Path(tempfile.gettempdir()) / f"foyer-bench-{os.getuid()}"
    top.mkdir(mode=0o700, exist_ok=True)
    if top.is_symlink() or top.stat().st_uid != os.getuid():
        raise RuntimeError(f"{top} belongs to somebody else; remove it, or set TMPDIR.")
    seen = hashlib.sha256()
    for part in MADE_FROM:
        for file in sorted((ROOT / part).rglob("*.py")):
            seen.update(file.read_bytes())
    mine = top / seen.hexdigest()[:16]
    for other in top.iterdir():
        if other != mine and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
    mine.mkdir(exist_ok=True)
    return mine


def year(n: float, big_tenant: bool, tell: Callable[[str], None]) -> Path:
    """A database of n times one year's size, made when it is not there; half of it one company's, if asked."""
    path = folder() / f"{'big' if big_tenant else 'even'}-{n:g}.db"
    if not path.exists():
        tell(f"making {path.name}, which is kept for the next time")
        begun = time.perf_counter()
        build(path.with_suffix(".part"), n, big_tenant)
        path.with_suffix(".seconds").write_text(f"{time.perf_counter() - begun:.1f}")
        path.with_suffix(".part").rename(path)
    return path


def build(path: Path, n: float, big_tenant: bool = False) -> None:
    """A new database of that size in one file."""
    remove(path)
    upgrade(address(path))
    scale(address(path), n, PASSWORD, big_tenant=big_tenant)
    list_all_words(address(path))
    one_file(path)


def list_all_words(url: str) -> None:
    """As a server has done that runs for a while: what was written is listed for the search."""
    store = Store(url)
    try:
        list_words(store)
    finally:
        store.close()


def one_file(path: Path) -> None:
    """Bring the write-ahead log into the file, so that the file alone is the whole database."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def remove(path: Path) -> None:
    """Remove a database with what lies beside it."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def copy(path: Path, to: Path) -> Path:
    """A copy that may be changed."""
    remove(to)
    one_file(path)
    shutil.copyfile(path, to)
    return to
