"""The dashboards that come with Foyer, one for each role to begin with. A copy can be changed."""

from collections.abc import Mapping

from crm_data.numbers.own import Own
from crm_data.store.filters import ME, Condition, Filter, Op, say_text
from crm_data.tables.dashboard import Picture
from crm_data.tables.task import OPEN_TASK


def _asks(*conditions: Condition) -> dict[str, str]:
    return {"filter": say_text(Filter(conditions))}


def _is(field: str, *values: str) -> Condition:
    return Condition(field, Op.ANY, values)


_MINE, _OPEN = _is("assigned_to", ME), _is("status", "open")
_TO_DO = _is("status", *(status.value for status in OPEN_TASK))
_VALUE, _CLOSED, _MADE = "sum:deal_value", "actual_close_date", "created_at"

_MY_TASKS = Own("tasks", "due_date:week", name="My open tasks by week", asks=_asks(_MINE, _TO_DO))
_MY_DAYS = Own(
    "activities",
    "activity_type",
    dated="activity_date",
    period="30_days",
    name="What I did in 30 days",
    asks=_asks(_is("user_id", ME)),
)
_TEAM = Own(
    "activities", "user_id", dated="activity_date", period="30_days", name="Activities by person in 30 days"
)
# Role -> what its dashboard is called, and its charts in order.
STANDARD: Mapping[str, tuple[str, tuple[Own, ...]]] = {
    "user": (
        "For a user",
        (
            _MY_TASKS,
            Own("tasks", "priority", name="My open tasks by priority", asks=_asks(_MINE, _TO_DO)),
            _MY_DAYS,
        ),
    ),
    "sales_rep": (
        "For a sales rep",
        (
            Own("deals", "stage", _VALUE, name="My open deals by stage", asks=_asks(_MINE, _OPEN)),
            Own(
                "deals", f"{_CLOSED}:month", _VALUE, Picture.LINE, _CLOSED, "this_year",
                name="What I won this year", asks=_asks(_MINE, _is("status", "won")),
            ),
            Own("leads", "status", name="My leads by status", asks=_asks(_MINE)),
            _MY_TASKS,
            _MY_DAYS,
        ),
    ),
    "manager": (
        "For a manager",
        (
            Own("deals", "assigned_to", _VALUE, name="Open deals by owner", asks=_asks(_OPEN)),
            Own(
                "deals", f"{_CLOSED}:month", _VALUE, Picture.LINE, _CLOSED, "this_year",
                name="Won this year", asks=_asks(_is("status", "won")),
            ),
            Own(
                "deals", "assigned_to", "average:deal_value", Picture.TABLE, _CLOSED, "365_days",
                name="Average deal won in a year", asks=_asks(_is("status", "won")),
            ),
            Own("leads", "source", dated=_MADE, period="90_days", name="New leads by source in 90 days"),
            Own("tasks", "assigned_to", name="Open tasks by owner", asks=_asks(_TO_DO)),
            _TEAM,
        ),
    ),
    "admin": (
        "For an admin",
        (
            Own("customers", f"{_MADE}:month", picture=Picture.LINE, name="New customers by month"),
            Own("customers", "customer_type", name="Customers by type"),
            Own("customers", "industry", name="Customers by industry"),
            Own("customers", "assigned_to", name="Customers by owner"),
            _TEAM,
        ),
    ),
}  # fmt: skip
