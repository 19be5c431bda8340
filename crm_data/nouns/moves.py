"""The line that the product itself writes on the timeline when a deal changes stage or a lead its status."""

from typing import Any

from crm_data.store.changes import Doing
from crm_data.tables import Activity
from crm_data.tables.activity import ActivityType


def noted(doing: Doing, title: str, description: str | None = None, **about: Any) -> list[tuple[type, Any]]:
    """The status_change row, as `consequences` wants it; none when the system acts, since a row needs a person."""
    if doing.user_id is None:
        return []
    row = {
        "activity_type": ActivityType.STATUS_CHANGE.value,
        "title": title[:255],
        "description": description,
        "activity_date": doing.at,
        "user_id": doing.user_id,
        "created_by": doing.user_id,
        **about,
    }
    return [(Activity, row)]
