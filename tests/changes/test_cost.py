"""An undo sends a number of statements that hangs on the chunks of its rows, and not on each of them."""

import sqlite3
from contextlib import closing

import pytest

from tests.changes.looking import last
from tests.support.databases import Database
from tests.support.kinds import KINDS, TITLES, least
from tests.support.office import Office
from tests.support.statements import counted


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_forty_rows_and_four_hundred_cost_the_same(two: Office) -> None:
    my, sent = two.at(), []
    for many in (40, 400):
        lines = "Name,E-mail\n" + "".join(f"Firm {n},f{n}@x.example\n" for n in range(many))
        sheet = my.read_file(lines.encode(), "firms.csv")
        assert my.commit_import(my.customers, sheet, my.guess(sheet, my.customers)).created == many
        act = last(my)
        with counted(two.store) as looked:
            assert my.changes.preview(act).counts == {"customers": many}
        with counted(two.store) as undone:
            my.changes.undo(act)
        assert my.customers.count() == 0
        sent.append((len(looked), len(undone)))
    assert sent[0] == sent[1], sent
    assert sent[0][1] < 60


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_one_row_costs_to_take_away_does_not_grow_with_the_rows_of_its_company(
    two: Office, database: Database, kind: str
) -> None:
    """The engine looks whether another row names it. It counts its own steps; the clock has no part in it."""
    my, spent = two.at(), []
    made = my.records(kind)
    values = {**least(my, kind), TITLES[kind]: "One"}
    for many in (400, 1_600):
        while (now := made.count()) < many:
            made.add_all([values] * min(500, many - now))
        steps = [0]

        def step(steps: list[int] = steps) -> None:
            steps[0] += 1

        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as raw:
            raw.execute("PRAGMA foreign_keys = ON")
            ids = [id_ for (id_,) in raw.execute(f"SELECT id FROM {kind} ORDER BY id LIMIT 200")]
            raw.set_progress_handler(step, 100)
            raw.execute(f"DELETE FROM {kind} WHERE id IN ({', '.join(map(str, ids))})")
            raw.rollback()
        spent.append(steps[0])
    assert spent[1] < spent[0] * 1.5, spent
