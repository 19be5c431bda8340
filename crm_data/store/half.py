"""Half a copy: the mark of a database that an installation is being copied into, which nobody may use yet."""

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import NotReady

MARK = "half_a_copy"
_HALF = (
    "This database is half a copy of another. Run the same `python -m crm_data copy --to ...` again, which goes on"
    " where it stood, or name another database in DATABASE_URL."
)


def is_half(connection: Connection) -> bool:
    """Whether a copy into this database was begun and did not end."""
    return sa.inspect(connection).has_table(MARK)


def demand_whole(connection: Connection) -> None:
    """Raise NotReady for half a copy."""
    if is_half(connection):
        raise NotReady(_HALF)
