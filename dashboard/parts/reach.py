"""Telephone numbers, e-mail and web addresses as links: `tel:`, `mailto:` and `https:`, and nothing else."""

import re
from urllib.parse import quote, urlsplit

from crm_data import Field, Kind

_EXTENSION = re.compile(r"[,x#*].*", re.IGNORECASE | re.DOTALL)  # what is dialled after somebody has answered
_EMAIL = re.compile(r"[\w.!$'*+/=^`{|}~-]+@[\w-]+(\.[\w-]+)+")
_SAFE = "/:@!$&()*+,;=-._~%?#"


def address(field: Field, raw: object) -> str | None:
    """Where a value of this field leads, in signs that no attribute or header can misread; None for nowhere."""
    said = str(raw or "")
    if field.kind is Kind.PHONE:
        number = re.sub(r"[^0-9+]", "", _EXTENSION.sub("", said.replace("ext", "x")))
        return f"tel:{number}" if re.fullmatch(r"\+?[0-9]{3,20}", number) else None
    if field.kind is Kind.EMAIL:
        return f"mailto:{quote(said, safe='@')}" if _EMAIL.fullmatch(said) else None
    if field.kind is Kind.URL:
        return _https(said)
    return None


def _https(said: str) -> str | None:
    try:
        parts = urlsplit(said)
        host, _ = parts.hostname or "", parts.port  # a port that is none raises
        named = host.encode("idna").decode() if not host.isascii() else host
    except ValueError:  # of which UnicodeError is one
        return None
    # Somebody's name and password before the host would show another address than the one it leads to.
    if parts.scheme.lower() != "https" or "@" in parts.netloc or not re.fullmatch(r"[\w.-]+", named):
        return None
    return quote(said, safe=_SAFE)
