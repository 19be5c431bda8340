"""An undo sends a number of statements that hangs on the chunks of its rows, and not on each of them."""

import pytest

from tests.changes.looking import last
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
