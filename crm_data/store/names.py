"""The names behind ids: colleagues and records of one company, as people read them."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from crm_data.store.last_change import BESIDE
from crm_data.store.scope import CompanySession
from crm_data.tables import Membership, User, by_name, title_of
from crm_data.tables.reading import reading_order

_COLLEAGUES = sa.select(
    Membership.user_id, User.first_name, User.last_name, Membership.ended_at, User.is_active
).join(User, User.id == Membership.user_id)

_COLLEAGUES_NOW = _COLLEAGUES.add_columns(BESIDE)


def member_names(session: CompanySession, active: bool = False) -> dict[int, str]:
    """Every member's name by user id, former ones included unless `active`; ordered by name."""
    return colleagues(session)[1 if active else 0]


def colleagues(session: CompanySession) -> tuple[dict[int, str], dict[int, str]]:
    """Names by user id, ordered by name: of all there ever were, and of those who are active. One statement."""
    return _named(session.execute(_COLLEAGUES).all())


def members_and_last_change(session: CompanySession) -> tuple[dict[int, str], int | None]:
    """The names of the active members, and `last_change`, None where there is no member. One statement."""
    rows = session.execute(_COLLEAGUES_NOW).all()
    return _named(rows)[1], int(rows[0].last_change) if rows else None


def _named(rows: Sequence[Any]) -> tuple[dict[int, str], dict[int, str]]:
    every: dict[int, str] = {}
    active: dict[int, str] = {}
    for row in sorted(rows, key=_by_name):
        every[row.user_id] = f"{row.first_name} {row.last_name}".strip()
        if row.ended_at is None and row.is_active:
            active[row.user_id] = every[row.user_id]
    return every, active


def _by_name(row: Any) -> tuple[str, str, int]:
    return reading_order(row.first_name), reading_order(row.last_name), row.user_id


def record_names(session: CompanySession, table: str, ids: Collection[int]) -> dict[int, str]:
    """The names of some records of one table, by id."""
    model: Any = by_name(table)
    title = getattr(model, title_of(table))
    rows = session.execute(sa.select(model.id, title).where(model.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
