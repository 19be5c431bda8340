"""What the security log holds of one company: sign-ins, links, files taken away. For its admins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crm_data.rights import Act, Person, demand
from crm_data.store.names import member_names
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import SecurityLog

MOST = 100


@dataclass(frozen=True)
class Event:
    """One line: what happened to whom, and what is told beside it."""

    id: int
    at: datetime
    event: str
    who: str
    detail: dict[str, Any]


def events(store: Store, scope: CompanyScope, before: int | None, n: int) -> tuple[list[Event], int | None]:
    """The newest first, and where the next page begins. Raises NotAllowed."""
    demand(Person(scope.role, scope.operator), Act.MEMBERS)
    n = min(max(n, 1), MOST)
    where = [SecurityLog.company_id == scope.company_id]
    where += [SecurityLog.id < before] if before is not None else []
    wanted = sa.select(SecurityLog).where(*where).order_by(SecurityLog.id.desc()).limit(n + 1)
    with store.read(scope) as session:
        who = member_names(session)
    with store.system("an admin looks at their company's security log", write=False) as session_:
        rows = list(session_.scalars(wanted))
    more, rows = len(rows) > n, rows[:n]
    found = [
        Event(
            row.id, row.at, row.event, who.get(row.user_id or 0, _other(row.user_id)), dict(row.detail or {})
        )
        for row in rows
    ]
    return found, (rows[-1].id if more else None)


def _other(user_id: int | None) -> str:
    return "Somebody from elsewhere" if user_id else "The system"
