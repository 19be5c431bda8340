"""The one clock: every stamp is taken here, so that a test can hold time still."""

from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The present moment in UTC, to the whole second: what the database keeps."""
    moment = _source() if _source else datetime.now(UTC)
    return moment.astimezone(UTC).replace(microsecond=0)


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests), or put the real one back with None."""
    global _source
    _source = source
