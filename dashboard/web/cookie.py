"""The session cookie: out of reach of scripts, sent to this site alone, only over TLS where there is TLS."""

from starlette.types import Scope

from crm_data.settings import Settings


def secure(settings: Settings) -> bool:
    """Whether browsers reach us through TLS: a named proxy stands in front."""
    return bool(settings.trusted_proxy)


def name(settings: Settings) -> str:
    """The cookie's name. Without TLS it carries the port, since cookies are shared by all ports of a host."""
    return "__Host-foyer" if secure(settings) else f"foyer_{settings.port}"


def setting(settings: Settings, token: str) -> str:
    """The Set-Cookie header that gives a browser its session."""
    return _header(settings, token, settings.session_hours * 3600)


def clearing(settings: Settings) -> str:
    """The Set-Cookie header that takes it away."""
    return _header(settings, "", 0)


def read(settings: Settings, scope: Scope) -> str | None:
    """The session token in a request's headers."""
    wanted = name(settings)
    for header, value in scope.get("headers", ()):
        if header == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _, content = part.strip().partition("=")
                if key == wanted:
                    return str(content.strip('"'))
    return None


def _header(settings: Settings, token: str, seconds: int) -> str:
    parts = [f"{name(settings)}={token}", "Path=/", f"Max-Age={seconds}", "HttpOnly", "SameSite=Strict"]
    return "; ".join([*parts, "Secure"] if secure(settings) else parts)
