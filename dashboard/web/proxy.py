"""The TLS proxy in front: only it may speak to us, and what it says of the browser behind it is believed."""

import logging
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from crm_data.errors import NotReady
from crm_data.settings import Settings

log = logging.getLogger("foyer.web")

ANYBODY = ("/healthz",)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def demand_tls(settings: Settings) -> None:
    """Raise NotReady when browsers elsewhere would send their passwords in the clear."""
    if settings.trusted_proxy:
        network(settings.trusted_proxy)
    elif not is_loopback(settings.host):
        raise NotReady(
            f"CRM_HOST is {settings.host}, which other machines can reach, and Foyer speaks no TLS itself. "
            "Put a TLS proxy in front and name its address in CRM_TRUSTED_PROXY, or use CRM_HOST=127.0.0.1."
        )
    if settings.public_url and bool(settings.trusted_proxy) != settings.public_url.startswith("https://"):
        raise NotReady(
            f"CRM_PUBLIC_URL is {settings.public_url}, and CRM_TRUSTED_PROXY "
            f"is {settings.trusted_proxy or 'empty'}. Name the TLS proxy there when people come by https://, "
            "and leave it empty when they come by http://."
        )


def network(said: str) -> IPv4Network | IPv6Network:
    """The proxy's address or network. Raises NotReady."""
    try:
        return ip_network(said)
    except ValueError:
        raise NotReady(
            f"CRM_TRUSTED_PROXY must be an IP address or a network like 10.0.0.0/24; it is {said!r}."
        ) from None


class Proxy:
    """ASGI middleware: refuses whoever is not the proxy, and takes the browser's address from its headers."""

    def __init__(self, app: ASGIApp, trusted: str) -> None:
        self.network = network(trusted)
        self.app = app
        self.behind = ProxyHeadersMiddleware(app, trusted_hosts=trusted)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the proxy through."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in ANYBODY:
            await self.app(scope, receive, send)
            return
        peer = scope["client"][0] if scope.get("client") else ""
        if peer and ip_address(peer) in self.network:
            await self.behind(scope, receive, send)  # type: ignore[arg-type]
            return
        log.warning("refused %s, whom CRM_TRUSTED_PROXY does not name", peer or "somebody without an address")
        if scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await PlainTextResponse("Foyer answers through its proxy only.", 403)(scope, receive, send)
