"""What the operator of the installation does with anybody's account: let in, shut out, make an operator."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.accounts import onetime
from crm_data.accounts.handover import OpenWork, open_work
from crm_data.accounts.people import UNKNOWN, Actor, find_user, is_operator, with_operators
from crm_data.accounts.sessions import end_all
from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, Person, demand
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, OneTimeLink, User
from crm_data.tables.membership import Role
from crm_data.tables.user import UserRole


@dataclass(frozen=True)
class Left:
    """What somebody who was shut out leaves in one company. `without_admin`: nobody else is its admin."""

    company: str
    work: OpenWork
    without_admin: bool

    def __str__(self) -> str:
        """In one line, with what to do."""
        open_ = f"open there: {self.work}" if self.work.total else "nothing is open there"
        said = f"{self.company}: {open_}."
        if self.work.total:
            said += " An admin there hands it over by ending the membership."
        return f"{said} The company now has no admin: invite one." if self.without_admin else said


@dataclass(frozen=True)
class PersonLine:
    """One account of the installation, as the operator finds it. `companies`: where they work now."""

    email: str
    name: str
    active: bool
    operator: bool
    companies: tuple[str, ...]


class People:
    """Everybody's account, for the operator and the command line."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def has_operator(self) -> bool:
        """Whether anybody runs this installation; no more than that."""
        with self._store.system("is there an operator", write=False) as session:
            return operators(session) > 0

    def find(self, actor: Actor, email: str) -> PersonLine:
        """The account with this e-mail. Raises NotFound."""
        _demand(actor)
        with self._store.system("the operator looks for a person", write=False) as session:
            user = _known(session, email)
            places = session.execute(_places(user.id)).all()
            return PersonLine(
                user.email,
                user.full_name,
                user.is_active,
                is_operator(user),
                tuple(row.name for row in places),
            )

    def set_active(self, actor: Actor, email: str, active: bool) -> list[Left]:
        """Let a person sign in, or no longer: then sessions and links end at once, also those they made.

        What they leave in each company that they work in stays theirs, until its admins end the membership and
        hand it over. Raises NotFound, Invalid for oneself and for the last operator.
        """
        _demand(actor)
        with self._store.system("the operator lets a person in or out") as session:
            user = _known(session, email)
            if not active:
                if user.id == actor.user_id:
                    raise Invalid("You cannot shut yourself out. Ask another operator.")
                _demand_other_operator(session, user)
                end_all(session, user.id)
                onetime.end(
                    session,
                    (OneTimeLink.user_id == user.id)
                    | (OneTimeLink.email == user.email)
                    | (OneTimeLink.created_by == user.id),
                )
            user.is_active, user.shut_out = active, not active
            note(session, "activated" if active else "deactivated", actor.user_id, of=user.id)
            session.flush()
            return [] if active else _left(session, user)

    def set_operator(self, actor: Actor, email: str, given: bool) -> None:
        """Make a person an operator of this installation, or no longer. The last one stays.

        Only whose password no company can know is made one: the right would be that company's. Raises NotFound,
        Invalid.
        """
        _demand(actor)
        with self._store.system("an operator is made or unmade") as session:
            user = _known(session, email)
            if given and not user.is_active:
                raise Invalid("This person cannot sign in. Let them in first.")
            if given and not user.is_verified:
                raise Invalid(
                    "This account stands by a company's invitation alone, so that an admin there could know its "
                    "password. Make a link with `python -m crm_data reset-password EMAIL`, let the person use it, "
                    "then try again."
                )
            if given == is_operator(user):
                return
            if not given:
                _demand_other_operator(session, user)
            user.role = UserRole.SUPER_ADMIN.value if given else UserRole.USER.value
            note(session, "operator_given" if given else "operator_taken_away", actor.user_id, of=user.id)


def operators(session: Session) -> int:
    """How many people run this installation and can sign in."""
    wanted = sa.select(sa.func.count(User.id)).where(User.role == UserRole.SUPER_ADMIN.value, User.is_active)
    return session.scalar(wanted) or 0


def _demand(actor: Actor) -> None:
    demand(Person(actor.role, actor.operator), Act.COMPANIES)


def _known(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise NotFound(UNKNOWN)
    return user


def _demand_other_operator(session: Session, user: User) -> None:
    """Raise Invalid for the last one. Whoever takes the right from somebody waits for who does so already.

    The person is held as well, before their links, as everywhere.
    """
    everyone = with_operators(sa.select(User), user.id)
    session.scalars(everyone.execution_options(populate_existing=True)).all()
    if is_operator(user) and user.is_active and operators(session) == 1:
        raise Invalid("This is the last operator of this installation. Make somebody else one first.")


def _places(user_id: int) -> sa.Select[int, str, str]:
    return (
        sa.select(Company.id, Company.name, Membership.role)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Company.name, Company.id)
    )


def _left(session: Session, user: User) -> list[Left]:
    return [
        Left(name, open_work(session, id_, user.id), role == Role.ADMIN and not _has_admin(session, id_))
        for id_, name, role in session.execute(_places(user.id))
    ]


def _has_admin(session: Session, company_id: int) -> bool:
    wanted = (
        sa.select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.company_id == company_id, Membership.role == Role.ADMIN.value)
        .where(Membership.ended_at.is_(None), User.is_active)
    )
    return session.scalar(wanted.limit(1)) is not None
