"""Random tokens of 256 bits: the browser or the link carries one, the database keeps only its SHA-256."""

import hashlib
import re
import secrets

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """A token nobody can guess: 43 letters that need no escaping in a URL or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str | None) -> str | None:
    """What the database keeps of a token; None for anything that cannot be one."""
    if not isinstance(token, str) or not _SHAPE.fullmatch(token):
        return None
    return hashlib.sha256(token.encode("ascii")).hexdigest()
