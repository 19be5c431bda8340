"""Rate limit of signing in: failures are counted in the database, before any hashing; a restart forgets none.

An account takes 5 failures in 15 minutes, an address 30; then tries are refused until the oldest failure is
15 minutes old. Where the person has signed in lately, or has used a link that was handed to them, only that
address's own failures count, so that a stranger who guesses cannot lock the person out.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from crm_data import clock
from crm_data.errors import Throttled
from crm_data.store import turns
from crm_data.tables import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 30
KNOWN_FOR = timedelta(days=30)


def begin(session: Session, email_key: str, address: str) -> int:
    """Count one try, as failed until `succeeded` says otherwise; returns its id. Raises Throttled.

    The count and the new try are one write transaction, so a hundred tries at once are counted one by one.
    """
    turns.wait_for(session.connection(), turns.Turn.SIGN_IN)
    address = address[:64]
    since = clock.now() - WINDOW
    if (
        _of_account(session, email_key, address, since) >= PER_ACCOUNT
        or _of_address(session, address, since) >= PER_ADDRESS
    ):
        raise Throttled("Too many attempts. Wait 15 minutes and try again.")
    attempt = SignInAttempt(email_key=email_key, address=address, at=clock.now(), succeeded=False)
    session.add(attempt)
    session.flush()
    return int(attempt.id)


def known(session: Session, email_key: str, address: str) -> None:
    """The person has proved to be at this address by other means than a password."""
    session.add(SignInAttempt(email_key=email_key, address=address[:64], at=clock.now(), succeeded=True))


def succeeded(session: Session, attempt_id: int) -> None:
    """The try was good: it counts no longer, nor do the failures before it from the same address."""
    session.execute(sa.update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True))


def _of_account(session: Session, email_key: str, address: str, since: datetime) -> int:
    good = aliased(SignInAttempt)
    known = session.scalar(
        sa.select(good.id)
        .where(good.email_key == email_key, good.succeeded, good.address == address)
        .where(good.at > clock.now() - KNOWN_FOR)
        .limit(1)
    )
    later = (
        sa.select(good.id)
        .where(good.email_key == SignInAttempt.email_key, good.address == SignInAttempt.address)
        .where(good.succeeded, good.id > SignInAttempt.id)
        .exists()
    )
    failures = (
        sa.select(sa.func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.email_key == email_key, SignInAttempt.at > since)
        .where(SignInAttempt.succeeded.is_(False), ~later)
    )
    if known is not None:
        failures = failures.where(SignInAttempt.address == address)
    return session.scalar(failures) or 0


def _of_address(session: Session, address: str, since: datetime) -> int:
    failures = (
        sa.select(sa.func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.address == address, SignInAttempt.at > since)
        .where(SignInAttempt.succeeded.is_(False))
    )
    return session.scalar(failures) or 0
