"""The model notices: each of these faults, put into the product on purpose, is found within some hundred calls."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import with_loader_criteria

from crm_data import rights
from crm_data.errors import CrmError
from crm_data.nouns.deals import Deals
from crm_data.rights import Act
from crm_data.store import log
from crm_data.store import scope as scope_module
from crm_data.store.changes import Doing
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.tables import OneTimeLink
from tests.model.calls import VERBS
from tests.model.checking import Checked
from tests.model.test_machine import public
from tests.model.world import new_world
from tests.support import chance
from tests.support.databases import Database

CALLS = 1_500
Patch = pytest.MonkeyPatch


@pytest.fixture
def checked(database: Database) -> Iterator[Checked]:
    """A world under the model."""
    made = Checked(new_world(database.url))
    yield made
    made.world.close()


def go_on(checked: Checked, verbs: Sequence[str]) -> None:
    """Any of some verbs, many times."""
    dice = chance.dice(5)
    for _ in range(CALLS):
        checked.step(dice.choice(verbs), dice)


def no_filter(patch: Patch) -> None:
    """Statements of a session are not held to its company."""
    nothing = with_loader_criteria(OneTimeLink, sa.true())
    patch.setattr(scope_module, "with_loader_criteria", lambda *args, **kw: nothing)


def sellers_archive(patch: Patch) -> None:
    """A role may do more than it should."""
    patch.setitem(rights._FROM, Act.ARCHIVE, "sales_rep")


def tasks_stay_behind(patch: Patch) -> None:
    """What hangs on a deal keeps its old customer."""
    patch.setattr("crm_data.nouns.deals.carry_customers", lambda *args: None)


def refusals_write(patch: Patch) -> None:
    """What was done before a refusal stays."""

    @contextmanager
    def write(self: Store, scope: CompanyScope) -> Iterator[CompanySession]:
        refused = None
        with CompanySession(self.engines.write, scope.company_id) as session, session.begin():
            try:
                yield session
            except CrmError as error:
                refused = error
        if refused:
            raise refused

    patch.setattr(Store, "write", write)


def a_crooked_log(patch: Patch) -> None:
    """The line in the log is about another row."""

    def record(session: Any, doing: Doing, table: str, action: str, entries: Any, **more: Any) -> None:
        crooked = [(id_ + 1, before, after) for id_, before, after in entries]
        log.record(session, doing, table, action, crooked, **more)

    patch.setattr("crm_data.store.writer.record", record)


def what_follows_is_not_logged(patch: Patch) -> None:
    """A line of the timeline that nobody could undo."""

    def record(session: Any, doing: Doing, table: str, *rest: Any, **more: Any) -> None:
        if table != "activities" or not more.get("follows"):
            log.record(session, doing, table, *rest, **more)

    patch.setattr("crm_data.store.writer.record", record)


WRITING = ("Records.add", "Records.change", "Records.change_many", "Leads.convert")
FAULTS = [
    (no_filter, tuple(VERBS)),
    (sellers_archive, tuple(VERBS)),
    (tasks_stay_behind, WRITING),
    (refusals_write, WRITING),
    (a_crooked_log, WRITING),
    (what_follows_is_not_logged, WRITING),
]


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize(("fault", "verbs"), FAULTS, ids=lambda said: getattr(said, "__name__", ""))
def test_a_fault_is_found(
    checked: Checked, monkeypatch: Patch, fault: Callable[[Patch], None], verbs: Sequence[str]
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        go_on(checked, verbs)


def test_a_new_verb_is_found() -> None:
    class More(Deals):
        """Deals, and something new."""

        def merge(self) -> None:
            """A verb without a rule."""

    assert set(public(More)) == {"merge"}
    assert "move" in set(public(Deals))
