"""Whether a one-time link may stand: one question, asked when the link is made and again when it is used.

A password is its person's alone, and opens every company that they work in. So what one company can do with it
ends where another company begins; docs/decisions/0023 says why.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.accounts.onetime import Bound, LinkSpent
from crm_data.accounts.people import is_operator
from crm_data.errors import NotAllowed
from crm_data.rights import Act, Person, grantable, may
from crm_data.tables import Company, Membership, User
from crm_data.tables.company import CompanyStatus
from crm_data.tables.security import LinkKind

ONLY_THE_OPERATOR = "For this person only the operator of this installation can make a reset link."
CLOSED = "This company is closed just now. Ask whoever invited you."
NOBODY = Person("")
SYSTEM = Person("system", True)


def demand(session: Session, bound: Bound) -> None:
    """Raise LinkSpent unless whoever made the link could make it at this moment, for whom it was made."""
    if bound.kind is LinkKind.INVITE and not _open(session, bound.company_id):
        raise LinkSpent(CLOSED)
    if not _ASKED[bound.kind](session, bound):
        raise LinkSpent


def demand_reset(session: Session, by: int | None, user: User, company_id: int | None) -> None:
    """Raise NotAllowed unless `by` may make a reset link for `user`: for a company, or (None) as the operator."""
    if not _may_reset(session, by, user, company_id):
        raise NotAllowed(ONLY_THE_OPERATOR)


def by_operator(session: Session, bound: Bound) -> bool:
    """Whether no company vouches for the person of this link, but the operator or the command line does."""
    if bound.kind is LinkKind.SETUP:
        return True
    if bound.kind is LinkKind.RESET:
        return bound.company_id is None
    maker = _maker(session, bound.created_by, bound.company_id)
    for_the_company = maker != SYSTEM and may(Person(maker.role), Act.MEMBERS)
    return maker.operator and (bound.makes_operator or not for_the_company)


def belonged_elsewhere(session: Session, user_id: int, company_id: int) -> bool:
    """Whether a person works in another company than this one, or ever did."""
    other = sa.select(Membership.id).where(Membership.user_id == user_id, Membership.company_id != company_id)
    return session.scalar(other.limit(1)) is not None


def _may_invite(session: Session, bound: Bound) -> bool:
    maker = _maker(session, bound.created_by, bound.company_id)
    if bound.makes_operator:
        return maker.operator
    return maker.operator or (may(maker, Act.MEMBERS) and bound.role in grantable(maker.role))


def _may_use_reset(session: Session, bound: Bound) -> bool:
    user = session.get(User, bound.user_id) if bound.user_id else None
    same = user is not None and user.email == bound.email
    return same and user is not None and _may_reset(session, bound.created_by, user, bound.company_id)


def _may_reset(session: Session, by: int | None, user: User, company_id: int | None) -> bool:
    maker = _maker(session, by, company_id)
    if not user.is_active:
        return False
    if company_id is None:
        return maker.operator
    role = _role(session, user.id, company_id)
    return (
        _open(session, company_id)
        and may(maker, Act.MEMBERS)
        and role in grantable(maker.role)
        and not (is_operator(user) or user.is_verified or belonged_elsewhere(session, user.id, company_id))
    )


def _may_come_in(session: Session, bound: Bound) -> bool:
    """A ticket: the person may be signed in, and works in the company, which is open."""
    user = session.get(User, bound.user_id) if bound.user_id else None
    here = user is not None and user.is_active and bound.company_id is not None
    return here and bool(_role(session, bound.user_id, bound.company_id)) and _open(session, bound.company_id)


def _maker(session: Session, by: int | None, company_id: int | None) -> Person:
    """Who made a link, with the rights they have now; None is the command line."""
    if by is None:
        return SYSTEM
    user = session.get(User, by)
    if user is None or not user.is_active:
        return NOBODY
    return Person(_role(session, by, company_id), is_operator(user))


def _role(session: Session, user_id: int | None, company_id: int | None) -> str:
    """The role that a person has in a company now; '' for none."""
    wanted = sa.select(Membership.role).where(
        Membership.user_id == user_id,
        Membership.company_id == company_id,
        Membership.ended_at.is_(None),
        Membership.permissions.is_(sa.null()),
    )
    return session.scalar(wanted) or ""


def _open(session: Session, company_id: int | None) -> bool:
    company = session.get(Company, company_id) if company_id else None
    return company is not None and company.status == CompanyStatus.ACTIVE


# Every kind has its question: a kind that is not here cannot be used.
_ASKED = {
    LinkKind.SETUP: lambda session, bound: session.scalar(sa.select(Company.id).limit(1)) is None,
    LinkKind.INVITE: _may_invite,
    LinkKind.RESET: _may_use_reset,
    LinkKind.TICKET: _may_come_in,
}
