"""The timeline as its screen and a record's view ask for it: a page of activities, the newest first."""

from typing import Any

from crm_data import Page, Query, Workspace


def timeline(my: Workspace, where: dict[str, Any] | None = None, **more: Any) -> Page:
    """What happened, of one record or of all; `where` by field, one value or several."""
    wanted = {name: said if isinstance(said, tuple) else (said,) for name, said in (where or {}).items()}
    return my.activities.page(Query(where=wanted, sort="activity_date", **more))
