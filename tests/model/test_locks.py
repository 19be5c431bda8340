"""The one order of locks over all writers: each verb of a Workspace, on each kind, until it has written."""

from collections.abc import Callable, Iterator

import pytest

from crm_data.errors import CrmError
from tests.model.calls import VERBS, Call, Scene, make, scene
from tests.model.world import World, new_world
from tests.store.doors import told
from tests.support import chance
from tests.support.databases import Database
from tests.support.kinds import KINDS
from tests.support.locking import locking, out_of_order, written

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
TRIES = 100
# Of records a verb is called on every kind; the others know theirs.
OF_EACH = ("Records.", "Workspace.commit_import", "Workspace.export", "Layouts.keep")
# What can be put back or undone was changed before, what is erased was put away, and a rate that goes was set.
BEFORE = {
    "Changes.go_back": "Records.change",
    "Changes.put_back": "Records.change",
    "Changes.undo": "Records.change",
    "ExchangeRates.remove": "ExchangeRates.set",
    "Trash.erase": "Records.archive",
}
CALLS = [
    (verb, kind) for verb in sorted(VERBS) for kind in (KINDS if verb.startswith(OF_EACH) else KINDS[:1])
]


@pytest.fixture(scope="module")
def world(new_database: Callable[[str], Database]) -> Iterator[World]:
    made = new_world(new_database("postgresql").url)
    yield made
    made.close()


def did(world: World, call: Call) -> bool:
    """Make a call; whether it was allowed."""
    try:
        told(call.do(world.at(call.company, call.user, call.role, call.currency)))
    except CrmError:
        return False
    return True


@pytest.mark.parametrize(("verb", "kind"), CALLS)
def test_a_call_locks_in_order(world: World, monkeypatch: pytest.MonkeyPatch, verb: str, kind: str) -> None:
    monkeypatch.setattr(Scene, "kind", lambda here: kind)
    dice, dump = chance.dice(1), world.dump()
    for _ in range(TRIES if verb in BEFORE else 0):
        world.tick(60)
        did(world, make(BEFORE[verb], scene(world, dump, dice, [])))
    dump = world.dump(known=dump)
    for _ in range(TRIES):
        world.tick(60)
        call = make(verb, scene(world, dump, dice, []))
        with locking(world.store) as sent:
            done = did(world, call)
        assert out_of_order(sent) == []
        if not call.writes or (done and written(sent)):
            return
        dump = world.dump(known=dump)
    pytest.fail("chance found no call of it that writes")
