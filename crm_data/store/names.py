"""The names behind ids: colleagues and records of one company, as people read them."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from crm_data.store.scope import CompanySession
from crm_data.tables import Membership, User, by_name, title_of


def member_names(session: CompanySession, active: bool = False) -> dict[int, str]:
    """Every member's name by user id, former ones included unless `active`; ordered by name."""
    wanted = sa.select(Membership.user_id, User.first_name, User.last_name).join(
        User, User.id == Membership.user_id
    )
    if active:
        wanted = wanted.where(Membership.ended_at.is_(None), User.is_active)
    rows = session.execute(wanted.order_by(User.first_name, User.last_name, User.id)).all()
    return {user_id: f"{first} {last}".strip() for user_id, first, last in rows}


def record_names(session: CompanySession, table: str, ids: Collection[int]) -> dict[int, str]:
    """The names of some records of one table, by id."""
    model: Any = by_name(table)
    title = getattr(model, title_of(table))
    rows = session.execute(sa.select(model.id, title).where(model.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
