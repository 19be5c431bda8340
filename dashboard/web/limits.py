"""What a browser may send, and how long it may take: a stranger what signing in needs, others what a screen sends.

Everything here is judged on bytes, before any of them is understood. `docs/operate.md` says it for operators.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

KB, MB = 1 << 10, 1 << 20


@dataclass(frozen=True)
class Says:
    """How much one message over a websocket may be: `size` in bytes, `parts` as protobuf counts its fields."""

    size: int
    parts: int


# A stranger's browser may still hold what its person typed before the session ended: that much is heard, to show
# the sign-in screen, and what is beyond `STRANGER` is not looked at.
HEARD = 256 * KB
STRANGER = Says(64 * KB, 500)
SIGNED_IN = Says(
    8 * MB, 20_000
)  # thousands of pasted cells, and every widget of the fullest screen many times over
PIECES = 256  # that a websocket message may come in; browsers make them of 128 KB

STRANGERS_OF_ADDRESS = 64  # tabs; an office behind one address whose sessions all ended over night
STRANGERS = 512  # tabs of all of them, but never more than a quarter of what there is room for
STRANGER_IDLE = 900.0  # seconds without a word; a browser that still shows the form connects anew by itself
# Messages: so many at once, so many a second after that. Who is over it waits.
BURST_OF_ADDRESS, RATE_OF_ADDRESS = 200, 10.0
BURST, RATE = 1_000, 50.0

HEAD = 32 * KB  # of a request: its address and its headers
BODY = 4 * KB  # of a request; a ticket is 60 bytes
BODY_SECONDS = 15.0
UPLOAD = 21 * MB  # `maxUploadSize` of .streamlit/config.toml, and what a form puts around the file
UPLOAD_SECONDS = 600.0
UPLOADS_OF_PERSON, UPLOADS = 2, 8  # on their way at once
KEPT_OF_TAB, KEPT = 3 * UPLOAD, 400 * MB  # bytes of files that came in and are still held

HEAD_SECONDS = 20.0  # from the connection, or the last answer, to the end of the next request's headers
STUCK_SECONDS = 60.0  # without 48 KB of an answer being taken


def group(address: str) -> str:
    """Whose an address is: of IPv6 a household has 2^64, which count as one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or IPv6Address(int(known) >> 64 << 64))
    return str(known)
