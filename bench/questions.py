"""The pages' data calls against plain SQL that asks the same questions on an open connection."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from bench import databases
from bench.databases import COMPANY
from bench.plain import Ask, asking
from bench.reading import NAMES, many, workspace
from bench.rounds import Times, interleave
from bench.section import Line, Section
from crm_data import Workspace
from crm_data.tables import Activity, Task
from crm_data.tables.fields import fields_of

CALLS = 10
PER_COLUMN = 20
MINE = "company_id = ? AND assigned_to = ? AND archived_at IS NULL AND status IN ('pending', 'in_progress')"
LATELY = "company_id = ? AND archived_at IS NULL"
OPEN = "company_id = ? AND archived_at IS NULL AND status = 'open'"
# An absent day is ordered last, spelled as in each database's index.
DUE = {
    "SQLite": "coalesce(due_date, '9999-12-31 00:00:00'), id",
    "PostgreSQL": "coalesce(due_date, '9999-12-31 00:00:00+00'), id",
}
SUMS = (
    "SELECT stage, currency, count(*), sum(CAST(round(deal_value * 100) AS BIGINT)),"
    " sum((CAST(round(deal_value * 100) AS BIGINT) * probability + 50) / 100)"
    f" FROM deals WHERE {OPEN} GROUP BY stage, currency"
)
CARDS = (
    "SELECT id, deal_name, stage, deal_value, currency, probability, customer_id, assigned_to, stage_since"
    " FROM (SELECT *, row_number() OVER (PARTITION BY stage ORDER BY created_at DESC, id DESC) AS place"
    f" FROM deals WHERE {OPEN}) AS ranked WHERE place <= {PER_COLUMN} ORDER BY place"
)
STEPS = (
    "SELECT deal_id, id, title, due_date FROM (SELECT deal_id, id, title, due_date, row_number() OVER"
    " (PARTITION BY deal_id ORDER BY due_date) AS place FROM tasks WHERE company_id = ? AND archived_at IS NULL"
    " AND status IN ('pending', 'in_progress') AND deal_id IN ({})) AS ranked WHERE place = 1"
)
TITLES = {"customers": "name", "leads": "lead_name", "deals": "deal_name", "tasks": "title"}
Call = Callable[[], Any]
WORDS = {
    "mine": "my open tasks, what is due first at the top",
    "timeline": "the timeline's first page",
    "board": "the board: totals, first cards, next steps",
    "by_stage": "the pipeline by stage",
}


def section(even: str, big: str, rounds: int, on: str = "SQLite") -> Section:
    """Measure for a manager of one of many companies alike, and of one that has half of everything."""
    here, there = _measured(even, rounds, on), _measured(big, rounds, on)
    plainly = f"plain {'sqlite3' if on == 'SQLite' else 'psycopg'}"
    lines = []
    for name, words in WORDS.items():
        lines.append(Line(words, plainly, here.ratio(name, f"plain {name}")))
        lines.append(
            Line(
                f"{words}, a company with half of all rows",
                plainly,
                there.ratio(name, f"plain {name}"),
            )
        )
    return Section(
        f"The other pages' data calls, {on}",
        "Each with its counts and every name behind an id, within the walls. "
        f"{plainly.capitalize()} asks the same on an open connection, with the same indexes and as much memory, "
        "and makes nothing of the answers. For one of 100 companies its answers are so short that the ratio is "
        "mostly the price of a session.",
        lines,
    )


def _measured(url: str, rounds: int, on: str) -> Times:
    manager = databases.manager(url)
    store, my = workspace(url, manager.email)
    with asking(url, COMPANY) as ask:
        try:
            product, plain = _calls(my), _plain(ask, manager.id, DUE[on])
            _demand_the_same(product, plain)
            works = product | {f"plain {name}": call for name, call in plain.items()}
            return interleave({name: many(call, CALLS) for name, call in works.items()}, rounds)
        finally:
            store.close()


def _calls(my: Workspace) -> dict[str, Call]:
    return {
        "mine": lambda: my.tasks.page(my.tasks.query({"preset": "mine"})),
        "timeline": my.activities.page,
        "board": my.numbers.board,
        "by_stage": my.numbers.by_stage,
    }


def _plain(ask: Ask, me: int, due: str) -> dict[str, Call]:
    """The same questions; each answers with ids, or with totals, that can be held against the product's."""

    def names(ids: Mapping[str, Collection[int]]) -> None:
        for table, wanted in ids.items():
            some = ", ".join(map(str, wanted))
            ask(f"SELECT id, {TITLES[table]} FROM {table} WHERE company_id = ? AND id IN ({some})", COMPANY)
        ask(NAMES, COMPANY)

    def rows(table: type, where: str, by: str, links: Mapping[str, str], *values: Any) -> list[int]:
        fields, name = ["id", *fields_of(table)], table.__tablename__  # type: ignore[attr-defined]
        ask(f"SELECT count(*) FROM {name} WHERE {where}", *values)
        found = ask(f"SELECT {', '.join(fields)} FROM {name} WHERE {where} ORDER BY {by} LIMIT 51", *values)
        ids = {to: {row[fields.index(link)] for row in found} - {None} for link, to in links.items()}
        names({to: some for to, some in ids.items() if some})
        return [row[0] for row in found[:50]]

    def board() -> list[int]:
        ask(SUMS, COMPANY)
        found = ask(CARDS, COMPANY)
        names({"customers": {row[6] for row in found}})
        ask(STEPS.format(", ".join(str(row[0]) for row in found)), COMPANY)
        return [row[0] for row in found]

    three = {"customer_id": "customers", "lead_id": "leads", "deal_id": "deals"}
    four = three | {"task_id": "tasks"}
    return {
        "mine": lambda: rows(Task, MINE, due, three, COMPANY, me),
        "timeline": lambda: rows(Activity, LATELY, "activity_date DESC, id DESC", four, COMPANY),
        "board": board,
        "by_stage": lambda: ask(SUMS, COMPANY),
    }


def _demand_the_same(product: Mapping[str, Call], plain: Mapping[str, Call]) -> None:
    cards = [card.id for column in product["board"]() for card in column.cards]
    same = (
        [row["id"] for row in product["mine"]().rows] == plain["mine"]()
        and [row["id"] for row in product["timeline"]().rows] == plain["timeline"]()
        and sorted(cards) == sorted(plain["board"]())
        and product["by_stage"]().frame["count"].sum() == sum(row[2] for row in plain["by_stage"]())
    )
    if not same:
        raise RuntimeError("A page and plain SQL show different rows; the measure means nothing.")
