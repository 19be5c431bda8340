"""How the lists are found: the company first in an index, no table read whole, no sorting in a heap."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from crm_data import Figure, Query, Workspace
from crm_data.accounts.people import workplaces
from crm_data.store.filters import TEXTS, Filter
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import by_name
from crm_data.tables.fields import fields_of
from crm_data.tables.said import READ_BACK
from tests.numbers.checking import figures_in
from tests.support.asked import conditions
from tests.support.databases import demo
from tests.support.timeline import timeline

TABLES = "customers|leads|deals|tasks|activities|deal_stage_history|user_companies"
# By the row's own id, which the company's condition then judges.
BY_ID = "USING INTEGER PRIMARY KEY"


@pytest.fixture(scope="module", params=["as filled", "after ANALYZE"])
def my(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """A manager of the larger demo company, on SQLite, with and without statistics."""
    database = demo()
    store = Store(database.url)
    with store.system("statistics for the plans") as session:
        core = session.connection()
        core.exec_driver_sql("ANALYZE" if request.param == "after ANALYZE" else "DELETE FROM sqlite_stat1")
        user = core.exec_driver_sql("SELECT assigned_to FROM tasks WHERE company_id = 1 LIMIT 1").scalar()
    store.reopen()
    yield Workspace(store, CompanyScope(1, user, "manager"))
    store.close()
    database.drop()


LISTS: dict[str, Callable[[Workspace], Any]] = {
    "active customers": lambda my: my.customers.page(Query(where={"status": ("active",)})),
    "my tasks": lambda my: my.tasks.page(my.tasks.query({"preset": "mine"})),
    "my overdue tasks": lambda my: my.tasks.page(my.tasks.query({"preset": "overdue"})),
    "all tasks": lambda my: my.tasks.page(),
    "counts of tasks": lambda my: my.tasks.counts(),
    "a customer's timeline": lambda my: timeline(my, {"customer_id": 1}),
    "a deal's timeline": lambda my: timeline(my, {"deal_id": 1}),
    "a lead's timeline": lambda my: timeline(my, {"lead_id": 1}),
    "a person's timeline": lambda my: timeline(my, {"user_id": 1}),
    "the timeline": lambda my: timeline(my),
    "the timeline, second page": lambda my: timeline(my, after=timeline(my).next),
    "deals": lambda my: my.deals.page(),
    "leads": lambda my: my.leads.page(),
    "customers": lambda my: my.customers.page(),
    "a deal's way": lambda my: my.deals.moves(1),
}
SORTED = [(kind, name) for kind in Workspace.kinds for name, f in fields_of(by_name(kind)).items() if f.sort]


def _sorted(kind: str, name: str) -> Callable[[Workspace], Any]:
    """Any list in any order that it offers, its second page."""

    def shown(my: Workspace) -> Any:
        query = replace(my.records(kind).default_query(), preset="", sort=name, descending=False, size=5)
        return my.records(kind).page(replace(query, after=my.records(kind).page(query).next))

    return shown


LISTS |= {f"{kind} by {name}": _sorted(kind, name) for kind, name in SORTED}
NUMBERS: dict[str, Callable[[Workspace], Any]] = {
    "board": lambda my: my.numbers.board(),
    "by stage": lambda my: my.numbers.by_stage(),
    "by month": lambda my: my.numbers.by_month(),
    "by owner": lambda my: my.numbers.by_owner(),
    "tiles": lambda my: my.numbers.tiles(),
    "conversion": lambda my: my.numbers.conversion(),
    "overview": lambda my: my.numbers.overview(),
}


THEN: dict[str, Callable[[Workspace], Any]] = {
    "changes": lambda my: my.numbers.bridge(),
    "each deal then and now": lambda my: my.numbers.then_and_now(show="all"),
    "the deals behind a term": lambda my: my.deals.page(Query(preset="since:raised:2026-11-01:..")),
    "changes in some days": lambda my: my.numbers.bridge(closing=my.numbers.period("90_days")),
    "the deals that changed": lambda my: my.deals.page(Query(preset="since:changed:2026-11-01:..")),
    "forecast accuracy": lambda my: my.numbers.accuracy(period=my.numbers.period("90_days")),
    "the deals behind a forecast": lambda my: my.deals.page(
        Query(preset="then_in:commit:negotiation:2026-09-01:2026-11-01..2026-11-30")
    ),
    "the deals that nobody knows": lambda my: my.deals.page(Query(preset="unknown_then:2026-09-01")),
}


def plans(my: Workspace, act: Callable[[Workspace], Any]) -> list[tuple[str, list[str]]]:
    """Each statement that an act sends, with the lines of its plan."""
    sent: list[tuple[str, Any]] = []
    engine = my._store.engines.read

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    act(my)
    event.remove(engine, "before_cursor_execute", note)
    found = []
    with my._store.system("a test asks for plans", write=False) as session:
        for statement, parameters in sent:
            lines = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append((statement, [row[3] for row in lines]))
    return found


def unscoped(statement: str, lines: list[str]) -> list[str]:
    """The lines that read a table of a company by anything but the company or the row's id."""
    aliases = set(re.findall(rf"(?:FROM|JOIN|,) (?:{TABLES}) AS (\w+)", statement))
    names = "|".join([TABLES, *aliases])
    reads = [line for line in lines if re.match(rf"(SCAN|SEARCH) ({names})\b", line)]
    return [line for line in reads if "company_id=?" not in line and BY_ID not in line]


@pytest.mark.parametrize("name", [*LISTS, *NUMBERS])
def test_the_company_comes_first(my: Workspace, name: str) -> None:
    for statement, lines in plans(my, {**LISTS, **NUMBERS}[name]):
        assert unscoped(statement, lines) == [], f"{statement}\n" + "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_the_company_comes_first_by_every_filter(my: Workspace, kind: str) -> None:
    records = my.records(kind)
    some = [one for one in conditions(by_name(kind)) if records.fields[one.field].kind not in TEXTS]
    assert some
    for asked in some:  # a text is compared without its case, so by no index
        query = replace(records.default_query(), preset="", filter=Filter((asked,)))
        for statement, lines in plans(my, lambda my, query=query: my.records(kind).count(query)):  # type: ignore[misc]
            assert unscoped(statement, lines) == [], (asked, statement, lines)


@pytest.mark.parametrize("name", [name for name in LISTS if name != "counts of tasks"])
def test_no_list_is_sorted_in_a_heap(my: Workspace, name: str) -> None:
    for statement, lines in plans(my, LISTS[name]):
        if "LIMIT" in statement:
            assert not [line for line in lines if "TEMP B-TREE" in line], f"{statement}\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("active customers", "ix_customers_company_status_created"),
        ("my tasks", "ix_tasks_company_open_due"),
        ("my overdue tasks", "ix_tasks_company_open_due"),
        ("all tasks", "ix_tasks_by_due_date"),
        ("a customer's timeline", "ix_activities_company_customer"),
        ("a deal's timeline", "ix_activities_company_deal"),
        ("the timeline", "ix_activities_by_activity_date"),
        ("a deal's way", "ix_deal_stage_history_company_deal"),
        *((f"{kind} by {name}", f"ix_{kind}_by_{name}") for kind, name in SORTED),
    ],
)
def test_the_list_comes_out_of_its_own_index(my: Workspace, name: str, index: str) -> None:
    assert any(index in line for _, lines in plans(my, LISTS[name]) for line in lines)


# What stood then is looked up for each deal: the first line of a field since then, and the first move.
LOOKS = (
    *(f"ix_change_log_said_{name} (company_id=? AND row_id=? AND at>?)" for name in READ_BACK),
    OWNERS := "ix_change_log_said_assigned_to (company_id=? AND table_name=? AND row_id=? AND at>?)",
    "ix_change_log_deals_added (company_id=? AND row_id=? AND at>?)",
    "ix_change_log_company_row (company_id=? AND table_name=? AND row_id=?)",  # of the company's own row
    "COVERING INDEX ix_change_log_company_at (company_id=?)",  # when the log begins
    "ix_deal_stage_history_company_deal (company_id=? AND deal_id=? AND moved_at>?)",
    BY_ID,
)


@pytest.mark.parametrize("name", THEN)
def test_what_stood_then_is_looked_up_once_for_each_deal(my: Workspace, name: str) -> None:
    """However much was written since; and no line is read again because two parts of a question need it."""
    found = [lines for _, lines in plans(my, THEN[name])]
    every = [line for lines in found for line in lines]
    read = [
        line for line in every if re.match(r"(SCAN|SEARCH) (change_log|deal_stage_history)(_\d+)?\b", line)
    ]
    assert any("ix_change_log_said_" in line for line in read), every
    assert not [line for line in read if not any(look in line for look in LOOKS)], read
    assert not [line for line in every if "AUTOMATIC" in line], every
    for lines in found:
        said = [line for line in lines if "ix_change_log_said_" in line]
        assert len(said) == len(set(said)), lines


@pytest.mark.parametrize("kind", ["customers", "leads", "deals", "tasks"])
def test_what_was_handed_over_is_looked_up_for_each_record(my: Workspace, kind: str) -> None:
    found = [line for _, lines in plans(my, lambda my: my.records(kind).page(Query(preset="handed_over")))
             for line in lines if re.match(r"(SCAN|SEARCH) change_log_1 ", line)]  # fmt: skip
    assert found
    assert all(OWNERS in line for line in found), found


def test_what_is_otherwise_since_a_review_is_read_of_the_deal(my: Workspace) -> None:
    (deal, *_) = my.deals.ids(Query(), 1_000)
    found = [line for _, lines in plans(my, lambda my: my.deals.reviewed(deal)) for line in lines]
    read = [line for line in found if " change_log " in line]
    assert read
    assert all("(company_id=? AND table_name=? AND row_id=?" in line for line in read), found


def test_the_history_is_read_by_acts_and_rows(my: Workspace) -> None:
    """However much was written of others: an undo, a way back, and which acts were undone."""
    ids = [my.customers.add({"name": f"Looked for in the log {n}"}) for n in (1, 2)]
    act = my.changes.page()[0][0].id
    admin = Workspace(my._store, replace(my.scope, role="admin"))
    looks: dict[str, Callable[[Workspace], Any]] = {
        "an undo": lambda my: my.changes.preview(act),
        "a way back": lambda my: my.changes.since(act - 1),
        "the acts": lambda my: my.changes.page(),
    }
    found = {name: plans(admin, look) for name, look in looks.items()}
    my.changes.undo(act)
    my.changes.undo(act - 1)
    assert not {*ids} & {*my.customers.ids(Query(), 1_000)}
    every = {
        (name, line)
        for name, said in found.items()
        for statement, lines in said
        for line in lines
        if re.search(r" change_log(_1)? ", line) or (" change_sets " in line and "undoes IN" in statement)
    }
    by = (
        "ix_change_log_company_row (company_id=? AND table_name=? AND row_id=?",
        "ix_change_log_company_act (company_id=? AND act_id=?)",
        "ix_change_sets_company_undoes (company_id=? AND undoes=?)",
    )
    assert {name for name, _ in every} == looks.keys()
    assert not [one for one in every if not any(index in one[1] for index in by)], every


def test_a_persons_companies_come_by_the_person(my: Workspace) -> None:
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        sent.append((statement, parameters))

    with my._store.system("a test asks for a person's companies", write=False) as session:
        core = session.connection()
        event.listen(core, "before_cursor_execute", note)
        assert workplaces(session, my.scope.user_id or 0) == [1]
        statement, parameters = sent[0]
        event.remove(core, "before_cursor_execute", note)
        lines = [row[3] for row in core.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert any(re.match(r"SEARCH user_companies .*\(user_id=\?", line) for line in lines), lines
    assert not [line for line in lines if line.startswith("SCAN")], lines


@pytest.mark.slow
def test_the_company_comes_first_in_what_a_number_opens(my: Workspace) -> None:
    """The lists behind every figure of the pipeline and the overview, each kind of question once."""
    seen: dict[Any, Figure] = {}
    for verb in (my.numbers.board, my.numbers.by_month, my.numbers.by_owner, my.numbers.tiles):
        for figure in figures_in(verb()):
            asked = figure.rows.query
            seen[figure.rows.table, tuple(sorted(asked.where)), asked.preset.partition(":")[0]] = figure
    for figure in [*seen.values(), *figures_in(my.numbers.conversion()), *figures_in(my.numbers.overview())]:
        asked_of = my.records(figure.rows.table)
        for statement, lines in plans(my, lambda my, of=asked_of, q=figure.rows.query: of.page(q)):  # type: ignore[misc]
            assert unscoped(statement, lines) == [], f"{statement}\n" + "\n".join(lines)
