"""A disk that is full at any write call: one sentence, nothing half done, and no restart once there is room."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crm_data.store.connections import sqlite_path
from tests.lost.small_disk import FRAME, HEADER, PAGE, moves, tries
from tests.migrations.trial import folder_with
from tests.support.children import in_child
from tests.support.databases import fresh
from tests.support.office import office
from tests.support.soak import size

pytestmark = pytest.mark.slow

GROWS = """
    with rebuild("customers") as batch:
        batch.create_check_constraint("ck_customers_made_up", "id > 0")
"""


def writes(count: int, step: int) -> list[int]:
    """Where each write call to a new log ends: a frame's head, then its page."""
    return [
        0,
        HEADER,
        *(HEADER + frame * FRAME + part for frame in range(0, count, step) for part in (24, FRAME)),
    ]


def pages(count: int, step: int) -> list[int]:
    """Where writes to a new database file end."""
    return [page * PAGE for page in range(0, count, step)]


ACTS = {
    "save": writes(60, 1),
    # Each file that came in makes the next one touch more pages of the indexes: at last there is room for all.
    "bring": [*writes(200, size(4, 1)), HEADER + 1_000 * FRAME],
    # How many pages there are, and a table rebuilt touches, grows with the schema: at last there is room for all.
    "back_up": [*pages(420, size(12, 1)), 1_500 * PAGE],
    "put_back": [*pages(600, size(15, 1)), 1_500 * PAGE],
    "migrate": [*writes(150, size(8, 1)), HEADER + 1_000 * FRAME],
}


@pytest.mark.parametrize("act", ACTS)
def test_a_full_disk(act: str, tmp_path: Path) -> None:
    database = fresh("sqlite")
    two, folder = office(database.url), tmp_path / "backups"
    if act == "put_back":
        folder.mkdir()
    my = two.at(role="admin")
    my.customers.add({"name": "Firm"})
    for n in range(10):
        my.customers.add({"name": f"Other {n}", "notes": "x" * 20_000})
    two.store.close()
    told = in_child(tries, act, database.url, folder, my.scope, folder_with(GROWS, tmp_path), ACTS[act])
    sentences = {sentence for sentence in told if sentence}
    assert told[0]
    assert told[-1] == ""
    assert all(sentence.startswith("The disk") for sentence in sentences), sentences
    database.drop()


def test_a_copy_goes_on_once_there_is_room() -> None:
    database = fresh("sqlite")
    here = sqlite_path(database.url).with_name("new.db")
    two = office(database.url)
    my = two.at(role="admin")
    for n in range(300):
        my.customers.add({"name": f"Firm {n}", "notes": "x" * 20_000})
    two.store.close()
    sizes = [PAGE * pages for pages in (256, 1024, 1280, 1536, 1792, 8192)]
    told = in_child(moves, database.url, f"sqlite:///{here}", sizes)
    assert told.pop() == ""
    assert all(sentence.startswith("The disk") for sentence in told), told
    assert sum(sentence.endswith(" half") for sentence in told) > 1, told
    with closing(sqlite3.connect(here)) as moved:
        assert moved.execute("SELECT count(*) FROM customers").fetchone() == (300,)
        assert moved.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.drop()
