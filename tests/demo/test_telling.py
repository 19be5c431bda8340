"""The log of the made-up companies tells every row as it is, act by act, each at its moment, to be undone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Query
from crm_data.changes.sets import Asked
from crm_data.demo import DemoPerson
from crm_data.demo.acts import TOLD
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.store.values import plain
from crm_data.tables import Base, ChangeLog, ChangeSet, Goal
from crm_data.workspace import Workspace
from tests.demo.support import TODAY, ask

# What fills it is tried quickly where the firms are looked at: tests/nouns/test_plans.py.
pytestmark = pytest.mark.slow
Filled = tuple[Store, list[DemoPerson]]
KEPT = {"id", "company_id", "created_at", "updated_at", "version"}


def _companies(store: Store) -> Iterator[Workspace]:
    for id_, currency in ask(store, "SELECT id, currency FROM companies ORDER BY id"):
        (admin,) = ask(
            store, f"SELECT user_id FROM user_companies WHERE company_id = {id_} AND role = 'admin'"
        )
        yield Workspace(store, CompanyScope(id_, admin[0], "admin", currency=currency))


def _told(store: Store) -> dict[tuple[str, int], dict[str, Any]]:
    """Every row as its lines in the log leave it."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    wanted = sa.select(
        ChangeLog.table_name, ChangeLog.row_id, ChangeLog.action, ChangeLog.before, ChangeLog.after
    )
    for table, row, action, before, after in ask(store, wanted.order_by(ChangeLog.id)):
        held = found.setdefault((table, row), {})
        assert (action == "add") == (not held), f"{table} {row} is added once, before it is changed"
        assert {name: held.get(name) for name in before or {}} == (before or {})
        held |= after
    return found


def test_every_row_is_what_the_log_tells(filled: Filled) -> None:
    store, told = filled[0], _told(filled[0])
    count = 0
    for table in TOLD:
        columns = [c for c in Base.metadata.tables[table].columns if not c.key.endswith("_sort_key")]
        for row in ask(store, sa.select(*columns)):
            count += 1
            is_ = dict(zip([c.key for c in columns], map(plain, row), strict=True))
            said = told[table, is_["id"]]
            differ = {n for n in is_.keys() - KEPT if is_[n] not in (None, "") and said.get(n) != is_[n]}
            assert not differ, (table, is_["id"], differ)
    assert count == len(told)


def test_the_chain_holds_and_its_acts_stand_in_order_of_time(filled: Filled) -> None:
    store = filled[0]
    for my in _companies(store):
        verdict = my.changes.verify()
        assert not verdict.wrong, verdict.sentence
        company = ChangeSet.company_id == my.scope.company_id
        acts = ask(
            store,
            sa.select(ChangeSet.at, ChangeSet.kind, ChangeSet.user_id).where(company).order_by(ChangeSet.id),
        )
        moments = [at for at, _, _ in acts]
        assert moments == sorted(moments)
        assert date(2025, 9, 20) < moments[0].date() < date(2025, 10, 15)
        assert moments[-1] < datetime(2026, 3, 4, tzinfo=UTC)
        assert {"import", "goals", "add", "move", "change", "convert"} <= {kind for _, kind, _ in acts}
        assert all(user for _, _, user in acts)


def test_values_dates_and_owners_were_changed_on_the_way(filled: Filled) -> None:
    changed = ask(
        filled[0],
        sa.select(ChangeLog.after).where(ChangeLog.action == "change", ChangeLog.table_name == "deals"),
    )
    names = [name for (after,) in changed for name in after]
    for name, least in (("stage", 150), ("expected_close_date", 60), ("deal_value", 10), ("assigned_to", 3)):
        assert names.count(name) >= least, name


def test_what_was_done_last_can_be_undone(filled: Filled) -> None:
    """Of each kind of act the last one that a person may take back whole."""
    for my in _companies(filled[0]):
        for kind in ("add", "change", "move"):
            acts, _ = my.changes.page(Asked(kind=kind))
            can = [act for act in acts if not (it := my.changes.preview(act.id)).why and not it.left]
            assert can, kind


def test_what_became_of_the_pipeline_has_something_to_tell(filled: Filled) -> None:
    for my in _companies(filled[0]):
        found = my.numbers.bridge(since=date(2026, 1, 15), currency=my.scope.currency)
        terms = {figure.label: figure.count for figure in found.terms}
        assert all(terms[name] for name in ("New", "Won", "Lost"))
        opening, *rest = (found.opening.value, *(figure.value for figure in found.terms))
        assert opening + sum(rest) == found.end.value


def test_people_gave_forecasts_so_that_their_accuracy_shows(filled: Filled) -> None:
    """Of months that are over and to come, own ones and a manager's over them, with and without a note."""
    for my in _companies(filled[0]):
        found = my.numbers.accuracy(period=my.numbers.period("2025-11-01..2026-03-03"))
        given = [line.figures[0] for line in found.lines]
        assert sum(figure.value is not None for figure in given if figure) >= 3
        rows = [row for page in my.submissions.walk(Query()) for row in page.rows]
        assert {row["by_manager"] for row in rows} == {True, False}
        assert {bool(row["note"]) for row in rows} == {True, False}
        assert all(row["amount"] > 0 and row["amount"] % 500 == 0 for row in rows)
        months = {row["month"] for row in rows}
        assert min(months) < date(2026, 1, 1)
        assert max(months) > date(2026, 3, 1)


def test_the_expected_close_of_deals_left_and_came_into_months(filled: Filled) -> None:
    moved = dict.fromkeys(("Pulled in", "Pushed out"), 0)
    for my in _companies(filled[0]):
        for month in ("2026-01-01..2026-01-31", "2026-02-01..2026-02-28", "2026-03-01..2026-03-31"):
            found = my.numbers.bridge(since=date(2025, 12, 1), closing=my.numbers.period(month))
            for figure in found.terms:
                if figure.label in moved:
                    moved[figure.label] += figure.count
    assert all(moved.values())


def test_each_who_sells_has_a_goal_in_each_month(filled: Filled) -> None:
    months = sa.select(Goal.company_id, Goal.month, sa.func.count(), sa.func.min(Goal.amount))
    found = ask(filled[0], months.group_by(Goal.company_id, Goal.month))
    assert len(found) == 36
    assert all(people >= 5 and least > 0 for _, _, people, least in found)
    assert {date(2025, 3, 1), TODAY.replace(day=1), date(2026, 8, 1)} <= {month for _, month, *_ in found}
