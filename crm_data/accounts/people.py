"""People as signing in sees them: an e-mail made comparable, an account, and where it may work."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.accounts import passwords
from crm_data.errors import Invalid, Problem
from crm_data.store.values import parse
from crm_data.tables import Company, Membership, User
from crm_data.tables.company import CompanyStatus
from crm_data.tables.fields import fields_of
from crm_data.tables.user import UserRole

LONGEST_EMAIL = 255
UNKNOWN = "Nobody with this e-mail is known here. Check its spelling."


class Actor(Protocol):
    """Who acts outside any one company: a CompanyScope is one, and so is the system."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def role(self) -> str: ...
    @property
    def operator(self) -> bool: ...


@dataclass(frozen=True)
class System:
    """The command line and the server themselves."""

    user_id: int | None = None
    role: str = "system"
    operator: bool = True


SYSTEM = System()


@dataclass(frozen=True)
class Account:
    """A person who can sign in."""

    id: int
    email: str
    first_name: str
    last_name: str
    operator: bool
    zone: str | None = None  # as IANA names it; None: that of the browser
    portrait: str | None = None  # the tag of their picture; None where there is none

    @property
    def name(self) -> str:
        """First and last name, as shown everywhere."""
        return f"{self.first_name} {self.last_name}".strip()


def comparable(email: str) -> str:
    """An e-mail as it is kept: NFC, trimmed, lower case. Takes anything, and no more than fits."""
    return unicodedata.normalize("NFC", email[: LONGEST_EMAIL * 4].strip().lower())


def email_key(email: str) -> str:
    """What failures are counted under: a hash, so that the count names nobody."""
    return hashlib.sha256(comparable(email).encode("utf-8", "surrogatepass")).hexdigest()


def find_user(session: Session, email: str) -> User | None:
    """The person with this e-mail; None also for what no database could look for."""
    known = comparable(email)
    if not known or len(known) > LONGEST_EMAIL or any(c == "\0" or "\ud800" <= c <= "\udfff" for c in known):
        return None
    return session.scalar(sa.select(User).where(User.email == known))


def workplaces(session: Session, user_id: int) -> list[int]:
    """The companies that a person may work in now, the primary one first."""
    wanted = (
        sa.select(Membership.company_id)
        .join(Company, Company.id == Membership.company_id)
        .where(
            Membership.user_id == user_id,
            Membership.ended_at.is_(None),
            Membership.permissions.is_(sa.null()),
            Company.status == CompanyStatus.ACTIVE,
        )
        .order_by(Membership.is_primary.desc(), Membership.company_id)
    )
    return list(session.scalars(wanted))


def make_user(
    session: Session, email: str, first_name: str, last_name: str, password_hash: str, **more: Any
) -> User:
    """Add a person; raises Invalid, also when the e-mail is taken."""
    values = parsed(User, {"email": email, "first_name": first_name, "last_name": last_name})
    if find_user(session, values["email"]) is not None:
        raise Invalid("Somebody with this e-mail is already known here. Sign in, or use another.", "email")
    user = User(**values, password_hash=password_hash, **more)
    session.add(user)
    session.flush()
    return user


def judged_person(email: str, first_name: str, last_name: str, password: str) -> None:
    """Raise Invalid with everything that is wrong with a new person, before anything slow or lasting."""
    problems: list[Problem] = []
    try:
        parsed(User, {"email": email, "first_name": first_name, "last_name": last_name})
    except Invalid as wrong:
        problems += wrong.problems
    try:
        passwords.judged(password, email)
    except Invalid as wrong:
        problems += wrong.problems
    if problems:
        raise Invalid(problems)


def parsed(table: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values judged by their declared fields, everything that is wrong told at once. Raises Invalid."""
    fields = fields_of(table)
    good: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in values.items():
        try:
            good[name] = parse(fields[name], raw)
        except Invalid as wrong:
            problems += wrong.problems
    if problems:
        raise Invalid(problems)
    return good


def with_operators(wanted: sa.Select[Any], user_id: int) -> sa.Select[Any]:
    """Lock a person and all operators together: whoever ends an account asks whether it is the last of them."""
    these = (User.role == UserRole.SUPER_ADMIN.value) | (User.id == user_id)
    return wanted.where(these).order_by(User.id).with_for_update()


def is_operator(user: User) -> bool:
    """Whether a person runs this installation."""
    return user.role == UserRole.SUPER_ADMIN
