"""Companies, people and every public verb in any order: a plain model knows what each call does and shows."""

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from crm_data import Workspace
from crm_data.store.records import Records
from tests.model.calls import VERBS
from tests.model.checking import Checked
from tests.model.world import new_world
from tests.store.doors import RECORDS_PURE
from tests.support import chance
from tests.support.databases import fresh
from tests.support.kinds import CLASSES
from tests.support.rooms import ROOMS
from tests.support.soak import size

STEPS = 200
# In a soak each step of Hypothesis is followed by more of any verb, from the same seed.
BURST = size(1, 100)
SETTINGS = settings(
    max_examples=size(4, 51),  # the first one is always the simplest: one verb, over and over
    stateful_step_count=STEPS,
    derandomize=size(1, 0) == 1,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
TRIES = 200
OFTEN = ("Records.add", "Records.change", "Records.change_many", "Records.archive", "Records.restore")
OFTEN += ("Leads.convert", "Deals.move", "Tasks.complete", "Activities.log", "Workspace.commit_import")
OFTEN += ("Changes.undo", "Records.replace_many")
# The search and merging are held against plain models of their own, on both engines: tests/finding, tests/alike.
# What a company says of its stages is not in the model, whose deals follow the usual ones: tests/numbers.
ELSEWHERE = {
    "Workspace.find",
    "Stages.change",
    "Alike.merge",
    "Alike.groups",
    "Alike.keep_apart",
}
# What a company adds of its own changes no record: tests/nouns.
ELSEWHERE |= {"Fields.add", "Fields.change", "Fields.hide", "Fields.order"}
# What a company sets of its trash changes no record either: tests/changes/test_emptying.py.
ELSEWHERE |= {"Trash.keep_for"}
# What a person keeps of lists and charts is no record: test_views.py of accounts, test_dashboards.py of numbers.
OWN_ROOMS = {"views", "dashboards"}
# Verbs that neither read nor write rows: they judge, name or describe, and the others call them.


class Companies(RuleBasedStateMachine):
    """Three companies in a database of their own."""

    kind = "sqlite"
    done: ClassVar[Counter[tuple[str, bool]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.database = fresh(self.kind)
        self.steps = 0
        self.checked = Checked(new_world(self.database.url))

    def step(self, verb: str, seed: int) -> None:
        """One call of a verb, and in a soak many more."""
        self.steps += 1
        dice = chance.dice(seed + self.steps)  # the same seed again is not the same call again
        self.checked.step(verb, dice)
        for _ in range(BURST - 1):
            self.checked.step(dice.choice(list(VERBS)), dice)

    def teardown(self) -> None:
        """Nothing was changed by what came last either."""
        checked = self.checked
        self.done.update(checked.done)
        try:
            assert checked.world.dump() == checked.before
            assert checked.world.outside() == checked.outside
        finally:
            checked.world.close()
            self.database.drop()


def _rule(verb: str) -> Any:
    def step(self: Companies, seed: int) -> None:
        self.step(verb, seed)

    step.__name__ = verb.replace(".", "_")
    return rule(seed=st.integers(0, 2**40))(step)


for _verb in VERBS:
    setattr(Companies, _verb.replace(".", "_"), _rule(_verb))


def left_out(kind: str, done: Counter[tuple[str, bool]]) -> None:
    """Of the verbs that matter most, what chance left out: tried until each did something and was refused."""
    database = fresh(kind)
    checked, dice = Checked(new_world(database.url)), chance.dice(0)
    try:
        for outcome in [(verb, did) for verb in OFTEN for did in (True, False) if not done[verb, did]]:
            for _ in range(TRIES):
                if checked.done[outcome]:
                    break
                checked.step(outcome[0], dice)
                checked.step("Records.add", dice)
        done.update(checked.done)
    finally:
        checked.world.close()
        database.drop()


@pytest.mark.slow
@pytest.mark.timeout(900)  # some hundred calls, and each compared with the model
def test_every_call_is_as_the_model_says(engine_kind: str) -> None:
    done: Counter[tuple[str, bool]] = Counter()
    machine = type("Companies", (Companies,), {"kind": engine_kind, "done": done})
    run_state_machine_as_test(machine, settings=SETTINGS)
    left_out(engine_kind, done)
    assert [verb for verb in OFTEN if not done[verb, True]] == [], "each did something, and was refused"
    assert [verb for verb in OFTEN if not done[verb, False]] == []


def public(kind: type) -> Iterator[str]:
    """The verbs that a class itself brings: functions, and none that its base has already."""
    for name, value in vars(kind).items():
        inherited = any(name in vars(base) for base in kind.__mro__[1:])
        if inspect.isfunction(value) and not name.startswith("_") and not inherited:
            yield name


def test_every_public_verb_is_a_rule() -> None:
    known: dict[str, Callable[..., Any]] = dict(VERBS)
    found = set()
    modelled = [kind for name, kind in ROOMS.items() if name not in OWN_ROOMS]
    for kind in (Workspace, *CLASSES.values(), *modelled):
        found |= {f"{kind.__name__}.{name}" for name in public(kind)}
    for base in Records.__mro__[:-1]:
        found |= {f"Records.{name}" for name in public(base)}
    rules = {name for name in vars(Companies) if hasattr(vars(Companies)[name], "hypothesis_stateful_rule")}
    assert {
        name for name in found if name.partition(".")[2] not in RECORDS_PURE or name.startswith("Workspace")
    } - ELSEWHERE == set(known)
    assert rules == {verb.replace(".", "_") for verb in known}


def test_every_room_of_a_workspace_is_found() -> None:
    rooms = {
        name
        for name in dir(Workspace)
        if not name.startswith("_") and not inspect.isfunction(getattr(Workspace, name))
    }
    assert rooms == {*CLASSES, *ROOMS, "scope", "kinds"}
