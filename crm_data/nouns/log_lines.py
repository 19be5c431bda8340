"""What the log and the history say of a deal since a moment, by its id in the select around: one look in an index.

Only the first line since then is read, by the index of its field (`tables.said`), and not all that was written.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.tables import ChangeLog, Deal, DealStageHistory
from crm_data.tables.said import added, changed, said


def held(id_: Any, name: str, moment: datetime) -> sa.ScalarSelect[Any]:
    """What a field held before its first change since then; '' where it was empty, NULL where none changed it."""
    line = aliased(ChangeLog)
    before = sa.func.coalesce(said(line.before, name), sa.literal_column("''"))
    first = sa.select(before).where(*changed(line, name), *_since(line, id_, moment))
    return _first(first.order_by(line.at, line.id))


def came_in(id_: Any, moment: datetime) -> sa.ColumnElement[bool]:
    """Whether the deal came in since then, as the log tells."""
    line = aliased(ChangeLog)
    lines = sa.select(line.id).where(*added(line), *_since(line, id_, moment))
    return lines.exists()


def first_move(id_: Any, moment: datetime, begun: bool = True) -> sa.ScalarSelect[Any]:
    """The id of the deal's first move since then; `begun`: its beginning is one as well."""
    move = aliased(DealStageHistory)
    moves = sa.select(move.id).where(move.deal_id == id_, move.moved_at >= moment)
    moves = moves if begun else moves.where(move.from_stage.is_not(None))
    return _first(moves.order_by(move.moved_at, move.id))


def moved(id_: Any, moment: datetime) -> sa.ColumnElement[bool]:
    """Whether the deal was moved or begun since then: PostgreSQL may read all moves since then, once."""
    move = aliased(DealStageHistory)
    moves = sa.select(move.id).where(move.deal_id == id_, move.moved_at >= moment)
    return moves.exists()


def among(rows: sa.Subquery, which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether a deal is one of these, which are read once: as a join PostgreSQL may read them for each deal."""
    return _plainly(Deal.id.in_(sa.select(rows.c.id).where(_plainly(which))))


def each_once(rows: sa.Select[Any]) -> sa.Subquery:
    """Some rows, each worked out once, however often the select around names what stands in them.

    Without an offset a database puts what a column stands for in place of its name, and looks again each time.
    """
    return rows.offset(sa.literal_column("0")).subquery()


def _plainly(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    # For a bare equation SQLite would make an index of all rows first, to read it once.
    return sa.case((which, 1), else_=0) == 1


def _since(line: Any, id_: Any, moment: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return line.row_id == id_, line.at >= moment


def _first(of: sa.Select[Any]) -> sa.ScalarSelect[Any]:
    return of.limit(sa.literal_column("1")).scalar_subquery()
