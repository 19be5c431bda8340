"""Passphrases between the page that asks for one and the address that a file is taken from: in no address."""

import secrets
import threading
import time

from crm_data.accounts.sessions import Signed
from crm_data.errors import NotFound

_KEPT = 900.0  # seconds
_AGAIN = "The passphrase for this file is not kept any more. Type it again on the Admin page, under Data."
_lock = threading.Lock()
# The newest of each person in each company: what stands for it in the address, the passphrase, and until when.
_held: dict[tuple[int, int], tuple[str, str, float]] = {}


def hold(signed: Signed, passphrase: str) -> str:
    """Keep it for a while in this process; what stands for it in an address, good for this person alone."""
    now, whose = time.monotonic(), (signed.account.id, signed.scope.company_id)
    with _lock:
        for old in [key for key, (_, _, until) in _held.items() if until < now]:
            del _held[old]
        sign, kept, _ = _held.get(whose, ("", "", 0.0))
        if kept != passphrase:
            sign = secrets.token_urlsafe(16)
        _held[whose] = sign, passphrase, now + _KEPT
    return sign


def held(signed: Signed, sign: str) -> str:
    """The passphrase that it stands for. Raises NotFound."""
    with _lock:
        kept = _held.get((signed.account.id, signed.scope.company_id))
    if (
        kept is None
        or not secrets.compare_digest(kept[0].encode(), sign.encode())
        or kept[2] < time.monotonic()
    ):
        raise NotFound(_AGAIN)
    return kept[1]
