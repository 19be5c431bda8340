"""Tells a book to its empty company as its people did it: act by act, through the one writer, each at its moment.

What was there before a day comes in with it by a few imports, as when a firm moves in with what it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from crm_data.demo.acts import FOLLOWING, MADE, TOLD, DemoAct, acts_of, goals_set
from crm_data.demo.book import Book
from crm_data.demo.ledger import Row, whole
from crm_data.demo.past import Change, at_first, changes_of, rows_of
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.scope import CompanySession
from crm_data.tables import Base

_Rows = Mapping[str, Mapping[int, Row]]


def tell(session: CompanySession, book: Book, since: datetime) -> None:
    """Write a book: what was there at `since` by imports right before it, then each act as one change set."""
    changes = changes_of(book)
    rows = {
        table: at_first(rows_of(book, table), [change for change in changes if change.table == table])
        for table in TOLD
    }
    acts, names = acts_of(book, rows, changes), Random(book.company_id)
    before = [act for act in acts if act.at < since]
    for act in [*_imports(before, since, book.helpers[0], rows), *acts[len(before) :]]:
        _write(session, act, rows, f"{names.getrandbits(128):032x}")


def _imports(before: Sequence[DemoAct], at: datetime, by: int, rows: _Rows) -> list[DemoAct]:
    """What had come together before a moment, brought in right before it, a kind of record at a time."""
    there: dict[str, list[Row]] = {table: [] for table in TOLD}
    links: list[Change] = []
    for act in before:
        for table, made in act.made.items():
            there[table] += made
        for change in act.changes:
            rows[change.table][change.row["id"]].update(change.after, updated_at=change.at)
            if deal := change.after.get("converted_deal_id"):
                told = {"converted_deal_id": deal}
                links.append(replace(change, before=dict.fromkeys(told), after=told))
    found = []
    for number, table in enumerate(TOLD):
        act = DemoAct(
            at - timedelta(minutes=4 * (len(TOLD) - number)), by, "import", made={table: there[table]}
        )
        if table == "goals":
            act.kind, act.title = "goals", goals_set(there[table])
        if table == "deals":
            act.made["deal_stage_history"] = there["deal_stage_history"]
            act.changes = links
        if table != "deal_stage_history" and there[table]:
            found.append(act)
    return found


def _write(session: CompanySession, act: DemoAct, rows: _Rows, name: str) -> None:
    doing = Doing(act.by, name, act.at, kind=act.kind or _kind(act), title=act.title)
    _put(session, doing, MADE, act)
    for change in act.changes:
        row = rows[change.table][change.row["id"]]
        target = Base.metadata.tables[change.table]
        writer.update(session, doing, target, [({**row, **change.before}, change.after)], change.action)
        row.update(change.after)
    _put(session, doing, FOLLOWING, act)


def _kind(act: DemoAct) -> str:
    """A change of stage is a move, as the product calls it."""
    return "move" if any("stage" in change.after for change in act.changes) else ""


def _put(session: CompanySession, doing: Doing, tables: Sequence[str], act: DemoAct) -> None:
    for table in [table for table in tables if act.made.get(table)]:
        target = Base.metadata.tables[table]
        own = whole(target, act.made[table])
        for row in own:
            del row["company_id"]  # the session says it
        writer.put_back(session, doing, target, own)
