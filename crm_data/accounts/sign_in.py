"""Signing in with e-mail and password: one sentence and one length of time for every way to fail."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts import onetime, passwords, throttle
from crm_data.accounts.people import comparable, email_key, find_user, workplaces
from crm_data.errors import NotSignedIn
from crm_data.store.security_log import masked, note
from crm_data.store.store import Store
from crm_data.tables import User
from crm_data.tables.security import LinkKind

REFUSED = (
    "This e-mail and password do not open anything here. "
    "Check both and try again, or ask an admin of your company for a reset link."
)


@dataclass(frozen=True)
class Proved:
    """Who proved to know their password, the try it was proved with, and the hash it was held against."""

    user_id: int
    attempt_id: int
    against: str


def prove(store: Store, email: str, password: str, address: str, closed_too: bool = False) -> Proved:
    """Check a password: counted first, hashed outside of any transaction. Raises Throttled or NotSignedIn.

    `closed_too`: also of an account that closed because its person worked nowhere any more.
    """
    with store.system("a sign-in is counted before its password is looked at") as session:
        attempt = throttle.begin(session, email_key(email), address)
    with store.system("a person is looked up by e-mail", write=False) as session:
        user = find_user(session, email)
        stored = user.password_hash if user is not None else None
    may_be_here = user is not None and (user.is_active or (closed_too and not user.shut_out))
    if passwords.matches(password, stored) and user is not None and may_be_here:
        return Proved(user.id, attempt, user.password_hash)
    refuse(store, "password" if user is not None else "unknown", email, address)
    raise NotSignedIn(REFUSED)


def still(session: Session, proved: Proved) -> User:
    """The person, locked, if their password is still the one that was proved. Raises NotSignedIn.

    Hashing takes a good part of a second, outside of any transaction; a reset in it has the last word.
    """
    user = session.get(User, proved.user_id, with_for_update=True)
    if user is None or user.password_hash != proved.against:
        raise NotSignedIn(REFUSED)
    return user


def sign_in(store: Store, email: str, password: str, address: str) -> str:
    """A ticket of thirty seconds for the browser to turn into a session. Raises Throttled or NotSignedIn."""
    proved = prove(store, email, password, address)
    with store.system("a person signs in") as session:
        user = still(session, proved)
        companies = workplaces(session, user.id) if user.is_active else []
        if companies:
            throttle.succeeded(session, proved.attempt_id)
            user.last_login = clock.now()
            note(session, "sign_in", proved.user_id, companies[0], address=address)
            return onetime.make(session, LinkKind.TICKET, user_id=proved.user_id, company_id=companies[0])
    refuse(store, "no company", email, address)
    raise NotSignedIn(REFUSED)


def refuse(store: Store, why: str, email: str, address: str) -> None:
    """Log a refused sign-in; the reason is for the operator, the person hears one sentence."""
    with store.system("a refused sign-in is logged") as session:
        note(session, "sign_in_refused", why=why, email=masked(comparable(email)), address=address)
