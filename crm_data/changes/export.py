"""What was done as a CSV file: a line a field that was written, newest act first. For managers and admins."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

from crm_data import clock
from crm_data.changes.sets import MOST, Asked, Done, Line, lines_of, listed
from crm_data.rights import Act, Person, demand
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.store.values import plain
from crm_data.store.writer import MOST_IDS
from crm_data.transfer.csv_out import noted
from crm_data.transfer.formulas import disarmed

HEADINGS = (
    "Change",
    "When",
    "Who",
    "By",
    "What",
    "Undoes",
    "Table",
    "Record",
    "Action",
    "Field",
    "Was",
    "Is",
)


def history_file(store: Store, scope: CompanyScope, asked: Asked) -> tuple[str, Iterator[bytes]]:
    """The file's name, and its bytes piece by piece: UTF-8 with a mark that spreadsheets know, moments in UTC.

    Raises NotAllowed before anything is read.
    """
    person = Person(scope.role, scope.operator)
    demand(person, Act.AUDIT)
    demand(person, Act.EXPORT)
    noted(store, "export", scope.user_id, scope.company_id, table="change_sets")
    return f"history-{clock.now():%Y-%m-%d}.csv", _pieces(store, scope, asked)


def _pieces(store: Store, scope: CompanyScope, asked: Asked) -> Iterator[bytes]:
    """A transaction a page of acts: the log only grows, so that what is older stays as it was."""
    yield _written([HEADINGS]).encode("utf-8-sig")
    at: Asked | None = replace(asked, before=None, size=MOST)
    while at is not None:
        with store.read(scope) as session:
            acts, before = listed(session, scope, at)
            for done in acts:
                after: int | None = 0
                while after is not None:
                    lines, after = lines_of(session, done.act_id, after, MOST_IDS)
                    yield _written([_line(done, line) for line in lines]).encode()
        at = replace(at, before=before) if before is not None else None


def _line(done: Done, line: Line) -> tuple[object, ...]:
    when = f"{done.at:%Y-%m-%dT%H:%M:%SZ}"
    act = (done.id, when, done.who, done.actor, done.title, done.undoes or "")
    return (*act, line.table, line.row_id, line.action, line.field or "", line.before, line.after)


def _written(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    cells = (["" if cell is None else disarmed(str(plain(cell))) for cell in row] for row in rows)
    csv.writer(text).writerows(cells)
    return text.getvalue()
