"""What the tables of a company hold, but for what every write leaves behind: versions, stamps, logs of acts."""

from typing import Any

import sqlalchemy as sa

from crm_data import Workspace
from crm_data.store.guards import guarded_tables
from crm_data.store.store import Store
from crm_data.tables import Base

LOGS = ("change_log", "change_sets", "chain_heads", "kept_imports", "looks")  # the last two are habits
STAMPS = ("updated_at", "version")
Tables = dict[str, dict[int, dict[str, Any]]]


def tables_of(store: Store, company: int, stamps: tuple[str, ...] = STAMPS) -> Tables:
    """Table -> id -> row, of one company."""
    found: Tables = {}
    with store.system("a test looks", write=False) as session:
        for name, column in guarded_tables().items():
            if name not in LOGS and not name.startswith("search_"):  # of which triggers take care
                table = Base.metadata.tables[name]
                rows = session.execute(sa.select(table).where(table.c[column] == company)).mappings()
                found[name] = {row["id"]: {n: v for n, v in row.items() if n not in stamps} for row in rows}
    return found


def last(my: Workspace) -> int:
    """The id of the newest act that this person sees."""
    return my.changes.page()[0][0].id


def undo_last(my: Workspace, rest: bool = False) -> Any:
    """Undo the newest act."""
    return my.changes.undo(last(my), rest=rest)
