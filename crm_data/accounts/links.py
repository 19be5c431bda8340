"""One-time links: set up an installation, join a company, choose a new password. Handed over by people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts import onetime, passwords
from crm_data.accounts.companies import any_company, judged_company, make_company
from crm_data.accounts.onetime import LinkSpent
from crm_data.accounts.people import Actor, email_key, find_user, judged_person, make_user
from crm_data.accounts.sessions import end_all
from crm_data.accounts.sign_in import REFUSED, prove
from crm_data.accounts.throttle import known, succeeded
from crm_data.errors import Invalid, NotFound, NotSignedIn
from crm_data.rights import Act, Person, demand
from crm_data.store import turns
from crm_data.store.changes import Doing, logged
from crm_data.store.security_log import masked, note
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, OneTimeLink, SignInAttempt, User
from crm_data.tables.company import CompanyStatus
from crm_data.tables.membership import Role
from crm_data.tables.security import LinkKind
from crm_data.tables.user import UserRole


@dataclass(frozen=True)
class LinkShown:
    """What the page of a link says before it is used. `known`: the person already has an account."""

    kind: LinkKind
    email: str
    company: str
    role: str
    known: bool


@dataclass(frozen=True)
class Joined:
    """What a used link led to: who, in which company, and the ticket that signs them in."""

    user_id: int
    company_id: int
    ticket: str


class Links:
    """The one-time links of an installation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # making

    def setup(self) -> str | None:
        """The token of a link that makes the first company; None when there is one already.

        Of several processes that start on an empty database the last one's link works.
        """
        with self._store.system("a setup link is made") as session:
            turns.wait_for(session.connection(), turns.Turn.FIRST_COMPANY)
            if any_company(session):
                return None
            note(session, "setup_link")
            return onetime.make(session, LinkKind.SETUP)

    def reset(self, actor: Actor, email: str) -> str:
        """The token of a reset link for anybody: for the operator and the command line. Raises NotFound."""
        demand(Person(actor.role, actor.operator), Act.COMPANIES)
        with self._store.system("the operator makes a reset link") as session:
            user = find_user(session, email)
            if user is None:
                raise NotFound("Nobody with this e-mail is known here. Check its spelling.")
            return make_reset(session, user, actor.user_id)

    # looking

    def look(self, token: str | None) -> LinkShown:
        """What a link is for. Raises LinkSpent for a used, replaced, old or made-up one."""
        with self._store.system("a one-time link is opened", write=False) as session:
            bound = onetime.look(session, token)
            if bound.kind is LinkKind.TICKET:
                raise LinkSpent
            company = session.get(Company, bound.company_id) if bound.company_id else None
            known = find_user(session, bound.email) is not None if bound.email else False
        return LinkShown(
            bound.kind, bound.email or "", company.name if company else "", bound.role or "", known
        )

    # using

    def redeem_setup(
        self, token: str, company: Mapping[str, Any], person: Mapping[str, str], password: str
    ) -> Joined:
        """Make the first company, its first admin, who is the operator too. Raises Invalid, LinkSpent.

        `company`: values of the company's profile; `person`: email, first_name, last_name.
        """
        judged_company(company)
        judged_person(**person, password=password)
        self.look(token)  # a spent link is told before the password is hashed
        kept = passwords.hashed(password)
        with self._store.system("the installation is set up") as session:
            turns.wait_for(session.connection(), turns.Turn.FIRST_COMPANY)
            onetime.use(session, token, LinkKind.SETUP)
            if any_company(session):
                raise LinkSpent(
                    "This installation is set up already. Sign in, or ask its operator to invite you."
                )
            user = make_user(
                session, **person, password_hash=kept, role=UserRole.SUPER_ADMIN.value, is_verified=True
            )
            made = make_company(session, company, user.id)
            join(session, user, made.id, Role.ADMIN.value, user.id)
            note(session, "set_up", user.id, made.id)
            return _joined(session, user, made.id)

    def redeem_invite(
        self, token: str, password: str, address: str, first_name: str = "", last_name: str = ""
    ) -> Joined:
        """Join the company of an invitation: with one's own password, or as a new person with names.

        Raises Invalid, LinkSpent, and for somebody known NotSignedIn or Throttled as signing in does.
        """
        shown = self.look(token)
        if shown.known:
            proved = prove(self._store, shown.email, password, address)
            kept, attempt = "", proved.attempt_id
        else:
            judged_person(shown.email, first_name, last_name, password)
            kept, attempt = passwords.hashed(password), 0
        with self._store.system("a person joins a company") as session:
            bound = onetime.use(session, token, LinkKind.INVITE)
            company = session.get(Company, bound.company_id)
            if company is None or company.status != CompanyStatus.ACTIVE:
                raise LinkSpent("This company is closed just now. Ask whoever invited you.")
            user = find_user(session, shown.email)
            if user is None and kept:
                user = make_user(session, shown.email, first_name, last_name, kept, is_verified=True)
                known(session, email_key(user.email), address)
            elif user is None or not user.is_active or not attempt:
                raise NotSignedIn(REFUSED)
            else:
                succeeded(session, attempt)
                user.is_verified = True
            join(session, user, company.id, bound.role or Role.USER.value, user.id)
            note(session, "joined", user.id, company.id, role=bound.role)
            user.last_login = clock.now()
            return _joined(session, user, company.id)

    def redeem_reset(self, token: str, password: str, address: str = "") -> None:
        """Set a new password and end every session of the person. Signing in comes after, as always.

        From `address` the person can then sign in, however many strangers guess at the account.
        """
        shown = self.look(token)
        passwords.judged(password, shown.email)
        kept = passwords.hashed(password)
        with self._store.system("a person chooses a new password by link") as session:
            bound = onetime.use(session, token, LinkKind.RESET)
            user = session.get(User, bound.user_id)
            if user is None:
                raise LinkSpent
            set_password(session, user, kept, keep=None)
            user.is_verified = True
            if address:
                known(session, email_key(user.email), address)
            note(session, "password_reset", user.id)

    def tidy(self) -> None:
        """Remove links long past and attempts that count no longer, unless another process is at it."""
        with self._store.system("old links and attempts are removed") as session:
            if not turns.is_free(session.connection(), turns.Turn.TIDY):
                return
            long_ago = clock.now() - timedelta(days=30)
            session.execute(sa.delete(OneTimeLink).where(OneTimeLink.expires_at < long_ago))
            session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < long_ago))


def make_reset(session: Session, user: User, created_by: int | None) -> str:
    """A reset link within a transaction."""
    note(session, "reset_link", user.id, by=created_by)
    return onetime.make(session, LinkKind.RESET, email=user.email, user_id=user.id, created_by=created_by)


def set_password(session: Session, user: User, kept: str, keep: int | None) -> None:
    """Write a new hash; every session but `keep` and every open reset link end."""
    user.password_hash = kept
    end_all(session, user.id, keep)
    onetime.void(session, LinkKind.RESET, user.email)


def join(session: Session, user: User, company_id: int, role: str, by: int | None) -> None:
    """Make somebody a member, or again a member, with a role. Raises Invalid when they are one now."""
    found = session.scalar(
        sa.select(Membership).where(Membership.user_id == user.id, Membership.company_id == company_id)
    )
    now = clock.now()
    if found is not None and found.ended_at is None:
        raise Invalid(f"{masked(user.email)} is a member of this company already. Sign in as usual.")
    if found is not None:
        before = {"role": found.role, "ended_at": found.ended_at}
        found.role, found.ended_at, found.updated_at, found.version = role, None, now, found.version + 1
        session.flush()
        after = {"role": role, "ended_at": None}
        session.add(logged(Doing(by), company_id, "change", found, before, after))
        return
    primary = session.scalar(
        sa.select(Membership.id).where(Membership.user_id == user.id, Membership.is_primary)
    )
    made = Membership(
        user_id=user.id,
        company_id=company_id,
        role=role,
        is_primary=primary is None,
        created_by=by,
        joined_at=now,
    )
    session.add(made)
    session.flush()
    session.add(logged(Doing(by), company_id, "add", made, None, {"user_id": user.id, "role": role}))


def _joined(session: Session, user: User, company_id: int) -> Joined:
    ticket = onetime.make(session, LinkKind.TICKET, user_id=user.id, company_id=company_id)
    return Joined(user.id, company_id, ticket)
