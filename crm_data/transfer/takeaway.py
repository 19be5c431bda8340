"""All of a company's data as one ZIP of CSV files, for its admins: it is theirs to take away at any time."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.rights import Act, Person, demand
from crm_data.store.query import Query
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.store.values import plain
from crm_data.tables import (
    ChangeLog,
    ChangeSet,
    Company,
    DealStageHistory,
    ExchangeRate,
    Goal,
    KeptApart,
    KeptImport,
    Membership,
    Mention,
    SavedView,
    Submission,
    User,
)
from crm_data.tables.dashboard import Chart, Dashboard
from crm_data.tables.sort_keys import sorted_texts
from crm_data.transfer.csv_out import export, noted
from crm_data.transfer.formulas import disarmed

_PIECE = 1 << 16  # characters that are compressed at a time
# Written beside the records, since no screen exports them: who worked here, and what happened to each row.
_LOGS = (
    ("deal_stage_history", DealStageHistory),
    ("change_sets", ChangeSet),
    ("change_log", ChangeLog),
    ("views", SavedView),
    ("goals", Goal),
    ("exchange_rates", ExchangeRate),
    ("submissions", Submission),
    ("dashboards", Dashboard),
    ("charts", Chart),
    ("kept_imports", KeptImport),
    ("kept_apart", KeptApart),
    ("mentions", Mention),
)
_SHARED: Mapping[Any, sa.ColumnElement[bool]] = {
    SavedView: SavedView.shared.is_(True),
    Dashboard: Dashboard.shared.is_(True),
    Chart: Chart.dashboard_id.in_(sa.select(Dashboard.id).where(Dashboard.shared.is_(True))),
}

README = """Foyer: all data of {company}, as of {at} UTC

Every file is CSV in UTF-8, with the names of its columns in the first line.

company.csv              the company's own profile
members.csv              who works or worked here, with their role
customers.csv, leads.csv, deals.csv, tasks.csv, activities.csv
                         the records; those put away are in files of the same name with -archived
deal_stage_history.csv   every move of every deal from stage to stage
change_sets.csv          what was done, an act a line: who, when, in words, and what it undoes
change_log.csv           what each act (by act_id) changed from what to what, as JSON
submissions.csv          what each person said they would win in a month, and a manager over it; the last counts
goals.csv                what each person is to win in a month, by its first day
exchange_rates.csv       what one unit of another currency is worth in the company's own, from a day on
dashboards.csv, charts.csv
                         the dashboards for the company, and their charts: filter as JSON
views.csv                the saved views for the company: filter, order and columns as JSON
kept_apart.csv           customers and leads that look alike and are not the same, two a line
mentions.csv             which activity names whom, by whom and since when
kept_imports.csv         how files were read that came in, by their headings: columns and words as JSON

How they link: customer_id, lead_id, deal_id and task_id are the id columns of those files; assigned_to,
created_by, user_id and moved_by are user_id in members.csv.
Amounts have two places behind a point, moments are in UTC.
A cell that a spreadsheet would run as a formula begins with an apostrophe, which is not part of it.
The files of records can be imported by Foyer: into this company without a change, into another as new records,
customers first, then leads, deals, tasks and activities, with their numbers here as external ids. There, records
that were put away are not, and colleagues are found by their names.
"""


def company_zip(store: Store, scope: CompanyScope, kinds: Sequence[Records]) -> tuple[str, Iterator[bytes]]:
    """The archive's name, and its bytes piece by piece. Raises NotAllowed before anything is read."""
    demand(Person(scope.role, scope.operator), Act.TAKE_AWAY)
    noted(store, "taken_away", scope.user_id, scope.company_id)
    return f"foyer-company-{scope.company_id}-{clock.now():%Y-%m-%d}.zip", _pieces(store, scope, kinds)


def _pieces(store: Store, scope: CompanyScope, kinds: Sequence[Records]) -> Iterator[bytes]:
    ready = _Ready()
    with zipfile.ZipFile(ready, "w", zipfile.ZIP_DEFLATED) as archive:
        at = f"{clock.now():%Y-%m-%d %H:%M}"
        archive.writestr("README.txt", README.format(company=scope.company_name or "the company", at=at))
        for name, pieces in chain(_records(kinds), _others(store, scope)):
            with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    yield ready.taken()
    yield ready.taken()


class _Ready(io.RawIOBase):
    """A file that is only written to its end: what was written is taken out and gone."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Yes, and nothing else."""
        return True

    def write(self, piece: Any) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        found, self._pieces = b"".join(self._pieces), []
        return found


def _records(kinds: Sequence[Records]) -> Iterator[tuple[str, Iterator[bytes]]]:
    for records in kinds:
        for archived, ending in ((False, ""), (True, "-archived")):
            _, pieces = export(records, Query(sort="created_at", archived=archived))
            yield f"{records.name}{ending}", pieces


def _others(store: Store, scope: CompanyScope) -> Iterator[tuple[str, Iterator[bytes]]]:
    """What is not a list of records, as (file name, its pieces)."""
    with store.read(scope) as session:
        for name, table in (("company", Company), *_LOGS):
            names = [column.key for column in table.__table__.columns]
            keys = sorted_texts(names)  # made of the texts beside them, and nobody's to read
            names = [name for name in names if name not in keys]
            wanted = sa.select(*(getattr(table, column) for column in names)).order_by(table.id)
            if table in _SHARED:  # those of one person are theirs
                wanted = wanted.where(_SHARED[table])
            yield name, _written(names, session.execute(wanted.execution_options(yield_per=1000)))
        people = (
            sa.select(
                Membership.user_id, User.first_name, User.last_name, User.email, Membership.role,
                Membership.joined_at, Membership.ended_at,
            )
            .join(User, User.id == Membership.user_id)
            .order_by(Membership.user_id)
        )  # fmt: skip
        columns = ["user_id", "first_name", "last_name", "email", "role", "joined_at", "ended_at"]
        yield "members", _written(columns, session.execute(people))


def _written(columns: list[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow("" if value is None else disarmed(str(plain(value))) for value in row)
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
