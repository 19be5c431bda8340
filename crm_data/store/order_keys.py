"""What a list is ordered by in each kind of column, as people read it: in SQL, alike on both engines.

A column that is declared for it has an index on its key (`tables.checks`); any other is sorted when it is asked.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.store.folding import reading
from crm_data.tables import Membership, User, by_name, title_of
from crm_data.tables.checks import sort_key
from crm_data.tables.fields import Field, Kind
from crm_data.tables.types import MOST_NUMBER

_BELOW = -MOST_NUMBER - 1  # every number


def order_key(model: Any, field: Field) -> sa.ColumnElement[Any]:
    """The key of one column: choices in the order of their list, colleagues and records by their names.

    What is empty comes behind all days and moments, and before everything else.
    """
    name, column = field.name, getattr(model, field.name)
    if field.sort or field.title or field.kind in (Kind.DAY, Kind.MOMENT):
        return sort_key(sa.inspect(model).columns[name], model)
    if field.kind is Kind.CHOICE:
        places = {value: at for at, value in enumerate(field.choice_labels())}
        return sa.case(places, value=column, else_=-1)
    if field.kind is Kind.YES_NO:
        return sa.case((column, 1), else_=0)
    if field.kind in (Kind.MONEY, Kind.RATE, Kind.WHOLE):
        return sa.func.coalesce(column, sa.literal(-1, column.type))
    if field.kind is Kind.NUMBER:
        return sa.func.coalesce(column, sa.literal(_BELOW, column.type))
    if field.kind is Kind.MEMBER:
        return sa.func.coalesce(_colleague(column), "")
    if field.kind is Kind.LINK:
        return sa.func.coalesce(_record(field, column), "")
    return sa.func.coalesce(reading(column), "")


def _colleague(column: Any) -> Any:
    name = reading(User.first_name) + " " + reading(User.last_name)
    wanted = sa.select(name).join(Membership, Membership.user_id == User.id).where(User.id == column)
    return wanted.scalar_subquery()


def _record(field: Field, column: Any) -> Any:
    table: Any = by_name(field.to or "")
    other: Any = aliased(table)
    title = sort_key(sa.inspect(table).columns[title_of(field.to or "")], other)
    return sa.select(title).where(other.id == column).scalar_subquery()
