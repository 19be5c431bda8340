"""Passwords: which are accepted, how they are kept (bcrypt), and a check that takes as long when it fails."""

import re
import threading
import unicodedata

import bcrypt

from crm_data.errors import Invalid, Throttled

COST = 12
SHORTEST = 12  # characters
LONGEST = 72  # bytes of UTF-8: bcrypt looks at no more

# A check takes a quarter of a second of one core: more than two at once would stall everybody else.
_TURNS = threading.BoundedSemaphore(2)
_PATIENCE = 20.0  # seconds
# What is checked when there is nothing to check against: the hash of bytes that were thrown away.
_NOBODY = b"$2b$12$FPklgiCmLG28PbJIQPfpauQmMWAwhpTSIDJSeLkupXhrEUxbQcvPK"
# A stored cost of 31 would occupy a core for a day, so costs far from ours count as a broken hash.
_KEPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}", re.ASCII)


def judged(password: str, email: str = "") -> str:
    """The password, when it may be used. Raises Invalid with a sentence for the field 'password'."""
    if len(password) < SHORTEST:
        raise Invalid(
            f"The password is too short: use at least {SHORTEST} characters, a few words in a row.",
            "password",
        )
    if _bytes(password) is None:
        raise Invalid(
            f"The password is too long: at most {LONGEST} plain letters fit, fewer with accents or signs.",
            "password",
        )
    if email and password.strip().casefold() == email.strip().casefold():
        raise Invalid("The password must not be your e-mail address. Choose another one.", "password")
    return password


def hashed(password: str) -> str:
    """The bcrypt hash of an accepted password, as it is kept. Takes a quarter of a second."""
    secret = _bytes(password)
    if secret is None:
        raise Invalid("This password cannot be kept; choose another one.", "password")
    with _Turn():
        return bcrypt.hashpw(secret, bcrypt.gensalt(COST)).decode("ascii")


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one. Never raises for what is stored or typed.

    `stored` None (nobody), a broken hash or an impossible password costs the same time as a wrong one.
    """
    secret = _bytes(password)
    usable = stored is not None and _KEPT.fullmatch(stored) is not None
    with _Turn():
        if secret is not None and stored is not None and usable:
            try:
                return bcrypt.checkpw(secret, stored.encode("ascii"))
            except ValueError:  # letters in the salt that no salt has
                pass
        bcrypt.checkpw(b"", _NOBODY)
        return False


def _bytes(password: str) -> bytes | None:
    """What bcrypt sees; None when it could not see all of it."""
    if len(password) > 4 * LONGEST:
        return None
    try:
        secret = unicodedata.normalize("NFC", password).encode("utf-8")
    except UnicodeEncodeError:
        return None
    return secret if len(secret) <= LONGEST else None


class _Turn:
    """One of the two places at which bcrypt may run."""

    def __enter__(self) -> None:
        if not _TURNS.acquire(timeout=_PATIENCE):
            raise Throttled("Too many people are signing in just now. Wait a moment and try again.")

    def __exit__(self, *raised: object) -> None:
        _TURNS.release()
