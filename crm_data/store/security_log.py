"""One way to write into the security log: what happened to whom, never a password, token or full e-mail."""

from typing import Any

from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.tables import SecurityLog


def note(
    session: Session,
    event: str,
    user_id: int | None = None,
    company_id: int | None = None,
    **detail: Any,
) -> None:
    """Add one line, in the transaction of what it tells about."""
    session.add(
        SecurityLog(
            at=clock.now(), event=event, user_id=user_id, company_id=company_id, detail=detail or None
        )
    )


def masked(email: str) -> str:
    """An e-mail that can be recognised by who knows it, and not read by who does not: 'a…@acme.com'."""
    name, _, place = email.partition("@")
    return f"{name[:1]}…@{place}"[:100]
