"""Row locks in one order everywhere: of two who want the same rows one waits for the other, and neither for both.

First the company, then its records, kind behind kind, then people, then what is theirs; of one table by the id.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.tables import Base, Company

# A link is used up before the sessions end that it takes the place of: signing in, a new password.
_THEIRS = (
    "users",
    "portraits",
    "user_companies",
    "one_time_links",
    "sessions",
    "sign_in_attempts",
    "grid_layouts",
    "views",
    "kept_imports",
    "looks",
)


def rank(table: str) -> int:
    """The place of a table in the order: whoever holds a row of it locks none of a table before it."""
    if table == "companies":
        return 0
    records = [found.name for found in Base.metadata.sorted_tables if "archived_at" in found.columns]
    order = [*records, *_THEIRS]
    return 1 + (order.index(table) if table in order else len(order))


def lock_company(session: Session) -> None:
    """Be alone with what a company may have once only, to the end of the transaction. Others still add records."""
    session.execute(sa.select(Company.id).with_for_update(key_share=True))


def lock_rows(session: Session, model: Any, *which: sa.ColumnElement[bool]) -> list[int]:
    """Lock the rows that are to be changed or removed together; their ids."""
    wanted = sa.select(model.id).where(*which).order_by(model.id).with_for_update()
    return list(session.scalars(wanted))
