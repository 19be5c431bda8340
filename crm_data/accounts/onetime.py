"""One-time tokens: made, looked at, used up. One UPDATE decides who of two was first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts.tokens import digest, new_token
from crm_data.errors import CrmError
from crm_data.store.locks import lock_rows
from crm_data.store.security_log import masked, note
from crm_data.tables import OneTimeLink, User
from crm_data.tables.security import LinkKind

LASTS = {
    LinkKind.SETUP: timedelta(hours=24),
    LinkKind.INVITE: timedelta(days=7),
    LinkKind.RESET: timedelta(minutes=60),
    LinkKind.TICKET: timedelta(seconds=30),
}
SPENT = "This link has been used, replaced by a newer one, or is too old. Ask for a new one."


class LinkSpent(CrmError):
    """The link or ticket does not work any more, or never did: the two are not told apart."""

    sentence = SPENT


@dataclass(frozen=True)
class Bound:
    """What a link was made for."""

    kind: LinkKind
    email: str | None
    user_id: int | None
    company_id: int | None
    role: str | None
    makes_operator: bool
    created_by: int | None
    expires_at: datetime


def make(
    session: Session,
    kind: LinkKind,
    email: str | None = None,
    user_id: int | None = None,
    company_id: int | None = None,
    role: str | None = None,
    created_by: int | None = None,
    makes_operator: bool = False,
) -> str:
    """A new token; older ones of the same kind for the same e-mail and company work no longer.

    `company_id` of a reset: the company that vouches for it, None for the operator. Whoever made the older one.
    """
    if kind is LinkKind.RESET:
        end(session, OneTimeLink.kind == kind.value, OneTimeLink.user_id == user_id)
    elif kind is not LinkKind.TICKET:
        void(session, kind, email, company_id)
    token = new_token()
    now = clock.now()
    session.add(
        OneTimeLink(
            token_hash=digest(token),
            kind=kind.value,
            email=email,
            user_id=user_id,
            company_id=company_id,
            role=role,
            makes_operator=makes_operator,
            created_by=created_by,
            created_at=now,
            expires_at=now + LASTS[kind],
        )
    )
    session.flush()
    return token


def invitation(
    session: Session, email: str, role: str, company_id: int, by: int | None, makes_operator: bool = False
) -> str:
    """A new token that lets whoever has this e-mail join the company in this role; noted in the security log."""
    note(session, "invited", by, company_id, email=masked(email), role=role, makes_operator=makes_operator)
    return make(
        session,
        LinkKind.INVITE,
        email=email,
        company_id=company_id,
        role=role,
        created_by=by,
        makes_operator=makes_operator,
    )


def void(session: Session, kind: LinkKind, email: str | None, company_id: int | None = None) -> None:
    """End the unused links of a kind for an e-mail and a company."""
    end(
        session,
        OneTimeLink.kind == kind.value,
        OneTimeLink.email.is_not_distinct_from(email),
        OneTimeLink.company_id.is_not_distinct_from(company_id),
    )


def end(session: Session, *which: sa.ColumnElement[bool]) -> None:
    """End unused links: they work no longer, whoever holds them."""
    if ids := lock_rows(session, OneTimeLink, OneTimeLink.used_at.is_(None), *which):
        session.execute(
            sa.update(OneTimeLink)
            .where(OneTimeLink.id.in_(ids))
            .values(used_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def look(session: Session, token: str | None) -> Bound:
    """What a link is for, without using it. Raises LinkSpent."""
    row = session.execute(sa.select(*_COLUMNS).where(*_alive(token))).first()
    return _bound(row)


def hold_person(session: Session, token: str | None) -> None:
    """Lock the person of a link before the link itself, as all do who end links of theirs. Raises LinkSpent."""
    user_id = look(session, token).user_id
    if user_id is not None:
        session.get(User, user_id, with_for_update=True)


def use(session: Session, token: str | None, kind: LinkKind) -> Bound:
    """Use it up, in the transaction of what it is used for. Of two who try at once one gets LinkSpent."""
    row = session.execute(
        sa.update(OneTimeLink)
        .where(*_alive(token), OneTimeLink.kind == kind.value)
        .values(used_at=clock.now())
        .returning(*_COLUMNS)
    ).first()
    return _bound(row)


def _bound(row: Sequence[Any] | None) -> Bound:
    if row is None:
        raise LinkSpent
    kind, *more = row
    return Bound(LinkKind(kind), *more)


_COLUMNS = (
    OneTimeLink.kind,
    OneTimeLink.email,
    OneTimeLink.user_id,
    OneTimeLink.company_id,
    OneTimeLink.role,
    OneTimeLink.makes_operator,
    OneTimeLink.created_by,
    OneTimeLink.expires_at,
)


def _alive(token: str | None) -> list[sa.ColumnElement[bool]]:
    return [
        OneTimeLink.token_hash == (digest(token) or ""),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > clock.now(),
    ]
