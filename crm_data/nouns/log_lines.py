"""What the log says of deals since a moment, and a question by which those that were found there are listed.

Lines are read by their time and then grouped by `by_time(row_id)`: by the bare column SQLite would take the index
that has the rows in their order already, and read every line that there is of any deal.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crm_data.tables import ChangeLog, Deal


def by_time(id_: Any) -> sa.ColumnElement[int]:
    """The same number, by whose index nothing is read; a cast, so that SQLite may still make one to join by."""
    return sa.cast(id_, sa.Integer)


def first_lines(moment: datetime, names: Sequence[str]) -> sa.Subquery:
    """Deal (`row_id`) -> of each field the id of its first line since then; `made`: 1 where it came in."""
    changes = ChangeLog.action == "change"
    first = []
    for name in names:
        sides = (ChangeLog.before, ChangeLog.after)
        says = sa.and_(changes, sa.or_(*(side[name].as_string().is_not(None) for side in sides)))
        first.append(sa.func.min(sa.case((says, ChangeLog.id))).label(name))
    made = sa.func.max(sa.case((ChangeLog.action == "add", 1), else_=0)).label("made")
    since = (ChangeLog.at >= moment, ChangeLog.table_name == "deals")
    row = by_time(ChangeLog.row_id)
    return sa.select(row.label("row_id"), made, *first).where(*since).group_by(row).subquery()


def among(ids: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """Whether a deal is one of these, which are read once: as a join PostgreSQL may read them for each deal."""
    return sa.case((Deal.id.in_(ids), 1), else_=0) == 1
