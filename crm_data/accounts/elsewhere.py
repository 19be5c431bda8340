"""What an account is beyond one company, asked and changed within a transaction of that company.

An account without a company is closed: it cannot be signed in to, until a company takes its person in again.
"""

import sqlalchemy as sa

from crm_data import clock
from crm_data.accounts.people import with_operators
from crm_data.errors import Invalid
from crm_data.store.connections import beyond_company
from crm_data.store.scope import CompanySession
from crm_data.tables import Membership, User
from crm_data.tables.user import UserRole


def works_elsewhere(session: CompanySession, user_id: int) -> bool:
    """Whether a person works in another company now; no more than that is told.

    Of two companies that ask at once the second waits, so that one of them ends the last membership. With the
    person the operators are held, of whom they may be the last.
    """
    other = sa.select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.company_id != session.company,
        Membership.ended_at.is_(None),
    )
    with beyond_company(session.core()):
        session.core().execute(with_operators(sa.select(User.id), user_id))
        return session.core().execute(other.limit(1)).first() is not None


def close_account(session: CompanySession, user_id: int) -> None:
    """The person works nowhere any more. Raises Invalid for the last operator of the installation."""
    wanted = sa.select(User.id).where(User.role == UserRole.SUPER_ADMIN.value, User.is_active)
    with beyond_company(session.core()):
        operators = session.core().execute(wanted).scalars().all()
    if list(operators) == [user_id]:
        raise Invalid(
            "This person runs this installation alone, and works only here. Let them make another operator first."
        )
    _set_active(session, user_id, False)


def open_account(session: CompanySession, user_id: int) -> None:
    """The person works somewhere again; whom the operator shut out stays outside.

    Another company that ends what it takes for their last membership waits, and then sees this one.
    """
    with beyond_company(session.core()):
        session.core().execute(_lock(user_id))
    _set_active(session, user_id, True, User.shut_out.is_(sa.false()))


def _lock(user_id: int) -> sa.Select[int]:
    return sa.select(User.id).where(User.id == user_id).with_for_update()


def _set_active(session: CompanySession, user_id: int, active: bool, *which: sa.ColumnElement[bool]) -> None:
    change = sa.update(User).where(User.id == user_id, User.is_active != active, *which)
    with beyond_company(session.core()):
        session.core().execute(change.values(is_active=active, updated_at=clock.now()))
    session.expire_all()
