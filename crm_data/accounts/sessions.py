"""Sessions: one sign-in in one browser, looked up anew at every interaction and ended the moment it must."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts import onetime, standing
from crm_data.accounts.people import Account
from crm_data.accounts.tokens import digest, new_token
from crm_data.errors import NotAllowed, NotFound, NotSignedIn, Unavailable
from crm_data.store import turns
from crm_data.store.locks import lock_rows
from crm_data.store.scope import CompanyScope
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import (
    Company,
    Membership,
    OneTimeLink,
    Portrait,
    SignInSession,
    User,
    own_fields,
    stage_rules,
)
from crm_data.tables.company import CompanyStatus, Month
from crm_data.tables.security import LinkKind
from crm_data.tables.user import UserRole

log = logging.getLogger("foyer.accounts")

SEEN_EVERY = timedelta(minutes=1)
UNKNOWN_PERMISSIONS = (
    "Your membership of this company carries special permissions that are not understood here, "
    "so it stays closed. Ask an admin of the company to clear them."
)


@dataclass(frozen=True)
class Workplace:
    """One company a person may switch to."""

    id: int
    name: str
    role: str


@dataclass(frozen=True)
class Signed:
    """Who is signed in, with what rights in which company, and where else they may go."""

    session_id: int
    account: Account
    scope: CompanyScope
    companies: tuple[Workplace, ...]


@dataclass(frozen=True)
class OpenSession:
    """One of a person's own sessions, for the list in which they end those they do not know."""

    id: int
    company: str
    created_at: datetime
    last_seen_at: datetime
    address: str
    agent: str
    here: bool


class Sessions:
    """The sessions of an installation."""

    def __init__(self, store: Store, idle: timedelta, longest: timedelta) -> None:
        self._store = store
        self._idle = idle
        self._longest = longest

    def open(self, ticket: str, address: str = "", agent: str = "", replacing: str | None = None) -> str:
        """Turn a ticket into a session and return its token; the session of the token `replacing` ends."""
        token, now = new_token(), clock.now()
        with self._store.system("a ticket becomes a session") as session:
            onetime.hold_person(session, ticket)
            bound = onetime.use(session, ticket, LinkKind.TICKET)
            standing.demand(session, bound)
            drop(session, SignInSession.token_hash == (digest(replacing) or ""))
            session.add(
                SignInSession(
                    token_hash=digest(token),
                    user_id=bound.user_id,
                    company_id=bound.company_id,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + self._longest,
                    address=address[:64],
                    agent=_printable(agent)[:255],
                )
            )
        return token

    def resolve(self, token: str | None, seen: bool = True) -> Signed | None:
        """Who holds this token now; None when nobody does any more. One indexed statement.

        `seen`: whether somebody did something; what a browser asks by itself keeps no session alive.

        Raises NotAllowed when the membership carries permissions that nobody has defined.
        """
        hashed = digest(token)
        if hashed is None:
            return None
        with self._store.system("who is signed in", write=False) as session:
            rows = session.execute(_WHO, {"token_hash": hashed}).all()
        here = next((row for row in rows if row.company_id == row.chosen), None)
        now = clock.now()
        if here is None or now >= here.expires_at or now >= here.last_seen_at + self._idle:
            return None
        if here.special:
            raise NotAllowed(UNKNOWN_PERMISSIONS)
        if seen and now - here.last_seen_at >= SEEN_EVERY:
            self._seen(here.session_id, now)
        operator = here.person_role == UserRole.SUPER_ADMIN
        account = Account(
            here.user_id, here.email, here.first_name, here.last_name, operator, here.time_zone, here.portrait
        )
        scope = CompanyScope(
            company_id=here.company_id,
            user_id=here.user_id,
            role=here.role,
            operator=operator,
            name=account.name,
            company_name=here.company,
            currency=here.currency,
            fiscal=Month(here.fiscal_year_begins).number,
            stages=stage_rules.read(here.stages),
            own=own_fields.read(here.own_fields),
        )
        places = tuple(Workplace(r.company_id, r.company, r.role) for r in rows if not r.special)
        return Signed(here.session_id, account, scope, places)

    def switch(self, signed: Signed, company_id: int) -> str:
        """A ticket for the same person in another of their companies. Raises NotFound, NotSignedIn."""
        if company_id not in {place.id for place in signed.companies}:
            raise NotFound("You do not work in this company. Choose another.")
        with self._store.system("a person switches company") as session:
            # Whoever ends all of a person's sessions holds the person: of one that has ended no ticket is made.
            session.get(User, signed.account.id, with_for_update=True)
            if session.get(SignInSession, signed.session_id) is None:
                raise NotSignedIn
            note(session, "switch_company", signed.account.id, company_id)
            return onetime.make(session, LinkKind.TICKET, user_id=signed.account.id, company_id=company_id)

    def end(self, token: str | None) -> None:
        """Sign out: the token is worth nothing from now on."""
        with self._store.system("a person signs out") as session:
            drop(session, SignInSession.token_hash == (digest(token) or ""))

    def end_one(self, signed: Signed, session_id: int) -> None:
        """End one of a person's own sessions."""
        with self._store.system("a person ends a session") as session:
            drop(session, SignInSession.id == session_id, SignInSession.user_id == signed.account.id)

    def end_everywhere(self, signed: Signed) -> None:
        """Sign out everywhere, here too."""
        with self._store.system("a person signs out everywhere") as session:
            note(session, "sign_out_everywhere", signed.account.id, signed.scope.company_id)
            end_all(session, signed.account.id)

    def of(self, signed: Signed) -> list[OpenSession]:
        """A person's own living sessions, the latest used first."""
        now = clock.now()
        wanted = (
            sa.select(SignInSession, Company.name)
            .join(Company, Company.id == SignInSession.company_id)
            .where(SignInSession.user_id == signed.account.id)
            .where(SignInSession.expires_at > now, SignInSession.last_seen_at > now - self._idle)
            .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
        )
        with self._store.system("a person's own sessions are listed", write=False) as session:
            rows = session.execute(wanted).all()
        return [
            OpenSession(
                row.id,
                company,
                row.created_at,
                row.last_seen_at,
                row.address or "",
                row.agent or "",
                row.id == signed.session_id,
            )
            for row, company in rows
        ]

    def tidy(self) -> None:
        """Remove sessions that can never be used again, unless another process is at it."""
        now = clock.now()
        dead = (SignInSession.expires_at <= now) | (SignInSession.last_seen_at <= now - self._idle)
        with self._store.system("dead sessions are removed") as session:
            if turns.is_free(session.connection(), turns.Turn.TIDY):
                drop(session, dead)

    def _seen(self, session_id: int, now: datetime) -> None:
        """Stamp the session. A database that is busy just now must not keep a page from showing."""
        try:
            with self._store.system("a session was used") as session:
                session.execute(
                    sa.update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=now)
                )
        except Unavailable:
            log.warning("session %s could not be stamped as seen", session_id)


def end_all(session: Session, user_id: int, keep: int | None = None) -> None:
    """End every session of a person, but `keep`, and every ticket that could still become one."""
    onetime.end(session, OneTimeLink.kind == LinkKind.TICKET.value, OneTimeLink.user_id == user_id)
    drop(session, SignInSession.user_id == user_id, SignInSession.id != (keep or 0))


def drop(session: Session, *which: sa.ColumnElement[bool]) -> None:
    """End these sessions."""
    if ids := lock_rows(session, SignInSession, *which):
        session.execute(sa.delete(SignInSession).where(SignInSession.id.in_(ids)))


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


# A row for every company that the holder of the token may be in; `chosen` is where the session is.
_WHO = (
    sa.select(
        SignInSession.id.label("session_id"),
        SignInSession.company_id.label("chosen"),
        SignInSession.last_seen_at,
        SignInSession.expires_at,
        User.id.label("user_id"),
        User.email,
        User.first_name,
        User.last_name,
        User.time_zone,
        Portrait.tag.label("portrait"),
        User.role.label("person_role"),
        Membership.role,
        Membership.permissions.is_not(sa.null()).label("special"),
        Company.id.label("company_id"),
        Company.name.label("company"),
        Company.currency,
        Company.fiscal_year_begins,
        Company.stages,
        Company.own_fields,
    )
    .join(User, User.id == SignInSession.user_id)
    .outerjoin(Portrait, Portrait.user_id == User.id)
    .join(Membership, Membership.user_id == User.id)
    .join(Company, Company.id == Membership.company_id)
    .where(SignInSession.token_hash == sa.bindparam("token_hash"))
    .where(User.is_active, Membership.ended_at.is_(None), Company.status == CompanyStatus.ACTIVE.value)
    .order_by(Company.name, Company.id)
)
