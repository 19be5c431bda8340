"""The number by which one sees that something of a company has changed, alone or beside another question."""

import sqlalchemy as sa

from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog

_LATEST = 8  # the last one alone would hide a change that began before it and was committed after it
_NEWEST = sa.select(ChangeLog.id).order_by(ChangeLog.at.desc(), ChangeLog.id.desc()).limit(_LATEST)
_ids = _NEWEST.subquery()
# As a column of another question.
BESIDE = sa.select(sa.func.coalesce(sa.func.sum(_ids.c.id), 0)).scalar_subquery().label("last_change")


def last_change(session: CompanySession) -> int:
    """A number that is another after each change of anything in the company; 0 before the first."""
    return sum(session.scalars(_NEWEST))
