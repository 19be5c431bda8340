"""One-time links: set up an installation, join a company, choose a new password. Handed over by people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts import onetime, passwords, standing
from crm_data.accounts.companies import any_company, judged_company, make_company
from crm_data.accounts.onetime import LinkSpent
from crm_data.accounts.people import UNKNOWN, Actor, email_key, find_user, judged_person, make_user
from crm_data.accounts.sessions import end_all
from crm_data.accounts.sign_in import REFUSED, prove, still
from crm_data.accounts.throttle import begin, known, succeeded
from crm_data.errors import Invalid, NotFound, NotSignedIn
from crm_data.rights import Act, Person, demand
from crm_data.store import turns, writer
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_rows
from crm_data.store.security_log import masked, note
from crm_data.store.store import Store
from crm_data.tables import Company, Membership, OneTimeLink, SignInAttempt, User
from crm_data.tables.membership import Role
from crm_data.tables.security import LinkKind
from crm_data.tables.user import UserRole

TAKEN = (
    "This invitation cannot be used like that. If you sign in here already, say so and give your password. "
    "If you cannot, ask whoever runs this installation for a reset link; the invitation waits."
)


class ChooseNew(Invalid):
    """The account was proved, but a company could know its password: a new one is needed as well."""

    def __init__(self) -> None:
        super().__init__(
            "Another company of yours could know this password. Choose a new one, which nobody there can know.",
            "password",
        )


@dataclass(frozen=True)
class LinkShown:
    """What the page of a link says before it is used; not whether its e-mail has an account anywhere."""

    kind: LinkKind
    email: str
    company: str
    role: str


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
                raise NotFound(UNKNOWN)
            session.refresh(user, with_for_update=True)
            if not user.is_active:
                raise Invalid(
                    "This person cannot sign in, so a new password opens nothing. Let them in again first."
                )
            return make_reset(session, user, actor.user_id, None)

    # looking

    def look(self, token: str | None) -> LinkShown:
        """What a link is for. Raises LinkSpent for a used, replaced, old or made-up one."""
        with self._store.system("a one-time link is opened", write=False) as session:
            bound = onetime.look(session, token)
            if bound.kind is LinkKind.TICKET:
                raise LinkSpent
            standing.demand(session, bound)
            company = session.get(Company, bound.company_id) if bound.company_id else None
        return LinkShown(bound.kind, bound.email or "", company.name if company else "", bound.role or "")

    # using

    def redeem_setup(
        self, token: str, company: Mapping[str, Any], person: Mapping[str, str], password: str
    ) -> Joined:
        """Make the first company, its first admin, who is the operator too. Raises Invalid, LinkSpent.

        `company`: values of the company's profile; `person`: email, first_name, last_name.
        """
        judged_company(company)
        judged_person(**person, password=password)
        self._looked(token, LinkKind.SETUP)  # a spent link is told before the password is hashed
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
        self,
        token: str,
        password: str,
        address: str,
        first_name: str = "",
        last_name: str = "",
        old: str | None = None,
    ) -> Joined:
        """Join the company of an invitation: as somebody new, or with one's account (`old`: its password).

        Somebody new gives names and a `password`. Who has an account proves it, and where another company could
        know that password chooses a new one: ChooseNew is raised as long as it is missing; then all that was
        open ends. Raises Invalid, LinkSpent, and NotSignedIn or Throttled as signing in does.
        """
        shown = self._looked(token, LinkKind.INVITE)
        if old is None:
            return self._join_new(shown, token, password, address, first_name, last_name)
        if password:
            passwords.judged(password, shown.email)
        if password == old and old:
            raise Invalid("The new password is the old one. Choose another.", "password")
        proved = prove(self._store, shown.email, old, address, closed_too=True)
        with self._store.system("a password was proved") as session:
            succeeded(session, proved.attempt_id)
        kept = passwords.hashed(password) if password else ""
        with self._store.system("a person joins one more company") as session:
            user = still(session, proved)
            bound = self._used(session, token, LinkKind.INVITE)
            if user.email != shown.email or user.shut_out:
                raise NotSignedIn(REFUSED)
            if (
                not kept
                and not user.is_verified
                and (bound.makes_operator or _elsewhere(session, user, bound))
            ):
                raise ChooseNew
            if kept:
                set_password(session, user, kept, keep=None)
                user.is_verified = user.is_verified or standing.by_operator(session, bound)
            user.is_active = True
            return _joins(session, user, bound)

    def redeem_reset(self, token: str, password: str, address: str = "") -> None:
        """Set a new password and end every session of the person. Signing in comes after, as always.

        From `address` the person can then sign in, however many strangers guess at the account.
        """
        shown = self._looked(token, LinkKind.RESET)
        passwords.judged(password, shown.email)
        kept = passwords.hashed(password)
        with self._store.system("a person chooses a new password by link") as session:
            bound = self._used(session, token, LinkKind.RESET)
            user = session.get_one(User, bound.user_id)
            set_password(session, user, kept, keep=None)
            user.is_verified = user.is_verified or standing.by_operator(session, bound)
            if address:
                known(session, email_key(user.email), address)
            note(session, "password_reset", user.id, bound.company_id)

    def _join_new(
        self, shown: LinkShown, token: str, password: str, address: str, first_name: str, last_name: str
    ) -> Joined:
        """Whether somebody has this e-mail is told at the last moment, and counted as a try to sign in."""
        judged_person(shown.email, first_name, last_name, password)
        with self._store.system("a try to join is counted") as session:
            attempt = begin(session, email_key(shown.email), address)
        kept = passwords.hashed(password)
        with self._store.system("somebody new joins a company") as session:
            bound = self._used(session, token, LinkKind.INVITE)
            if find_user(session, shown.email) is not None:
                raise NotSignedIn(TAKEN)
            verified = standing.by_operator(session, bound)
            user = make_user(session, shown.email, first_name, last_name, kept, is_verified=verified)
            succeeded(session, attempt)
            return _joins(session, user, bound)

    def _looked(self, token: str, kind: LinkKind) -> LinkShown:
        shown = self.look(token)
        if shown.kind is not kind:
            raise LinkSpent
        return shown

    def _used(self, session: Session, token: str, kind: LinkKind) -> onetime.Bound:
        """Use a link up, if it still stands. Of its person nothing else is changed meanwhile.

        The person is locked before the link, as by all who end links of theirs: of two one waits for the other.
        """
        onetime.hold_person(session, token)
        bound = onetime.use(session, token, kind)
        standing.demand(session, bound)
        return bound

    def tidy(self) -> None:
        """Remove links long past and attempts that count no longer, unless another process is at it."""
        with self._store.system("old links and attempts are removed") as session:
            if not turns.is_free(session.connection(), turns.Turn.TIDY):
                return
            long_ago = clock.now() - timedelta(days=30)
            for old in (OneTimeLink.expires_at, SignInAttempt.at):
                model = old.class_
                if ids := lock_rows(session, model, old < long_ago):
                    session.execute(sa.delete(model).where(model.id.in_(ids)))


def make_reset(session: Session, user: User, by: int | None, company_id: int | None) -> str:
    """A reset link within a transaction, for a company or (None) as the operator. Raises NotAllowed."""
    standing.demand_reset(session, by, user, company_id)
    note(session, "reset_link", user.id, company_id, by=by)
    return onetime.make(
        session, LinkKind.RESET, email=user.email, user_id=user.id, company_id=company_id, created_by=by
    )


def set_password(session: Session, user: User, kept: str, keep: int | None) -> None:
    """Write a new hash; every session but `keep`, every ticket and every open reset link end."""
    user.password_hash = kept
    onetime.end(session, OneTimeLink.kind == LinkKind.RESET.value, OneTimeLink.user_id == user.id)
    end_all(session, user.id, keep)


def join(session: Session, user: User, company_id: int, role: str, by: int | None) -> None:
    """Make somebody a member, or again a member, with a role. Raises Invalid when they are one now."""
    found = session.scalar(
        sa.select(Membership).where(Membership.user_id == user.id, Membership.company_id == company_id)
    )
    now = clock.now()
    if found is not None and found.ended_at is None:
        raise Invalid(f"{masked(user.email)} is a member of this company already. Sign in as usual.")
    if found is not None:
        again = {"role": role, "ended_at": None}
        writer.amend(session, Doing(by, at=now, kind="member"), found, again, [company_id], user.full_name)
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
    kept = {"user_id": user.id, "role": role}
    writer.join(session, Doing(by, at=now, kind="member"), made, kept, company_id, user.full_name)


def _joins(session: Session, user: User, bound: onetime.Bound) -> Joined:
    company_id = bound.company_id or 0
    join(session, user, company_id, bound.role or Role.USER.value, user.id)
    note(session, "joined", user.id, company_id, role=bound.role)
    if bound.makes_operator:
        user.role = UserRole.SUPER_ADMIN.value
        note(session, "operator_given", bound.created_by, of=user.id)
    user.last_login = clock.now()
    session.flush()
    return _joined(session, user, company_id)


def _elsewhere(session: Session, user: User, bound: onetime.Bound) -> bool:
    return standing.belonged_elsewhere(session, user.id, bound.company_id or 0)


def _joined(session: Session, user: User, company_id: int) -> Joined:
    ticket = onetime.make(session, LinkKind.TICKET, user_id=user.id, company_id=company_id)
    return Joined(user.id, company_id, ticket)
