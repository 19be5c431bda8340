"""What is written of a record that is put away or brought back."""

from collections.abc import Mapping
from typing import Any

from crm_data.store.changes import Doing
from crm_data.tables.base import MERGED


def put_away(row: Mapping[str, Any], doing: Doing, away: bool) -> dict[str, Any]:
    """The new values. What comes back goes on by itself, though it was merged into another."""
    if away:
        return {"archived_at": doing.at, "archived_by": doing.user_id}
    new: dict[str, Any] = {"archived_at": None, "archived_by": None}
    return {**new, MERGED: None} if row.get(MERGED) is not None else new
