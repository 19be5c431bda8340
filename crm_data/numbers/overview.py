"""The overview: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crm_data.numbers.figures import Figure
from crm_data.numbers.pipeline import Pipeline
from crm_data.store.query import Query
from crm_data.store.reading import Page


@dataclass(frozen=True)
class Overview:
    """What the first screen shows. Lists hold their first rows and the true total of all.

    `tasks`: how many of mine are overdue, today, upcoming. `due`: mine that are overdue or due today.
    `without_step`: my open deals without an open task; `without_step_all`: everybody's, the number alone.
    `month`: won this month so far against as many days of last month; `last_month`: the whole of it.
    `rows`: name -> the list behind each number.
    """

    tasks: Mapping[str, int]
    due: Page
    without_step: Page
    without_step_all: int
    pipeline: Pipeline
    month: list[Figure]
    last_month: Figure
    recent: Page
    rows: Mapping[str, tuple[str, Query]]


def lists(user_id: int | None, base: Query) -> dict[str, tuple[str, Query]]:
    """The list behind each number of the overview: its table and its query."""
    tasks = replace(base, sort="due_date", descending=False)
    mine = {"assigned_to": (user_id,)}
    return {
        "overdue": ("tasks", replace(tasks, preset="overdue")),
        "today": ("tasks", replace(tasks, preset="today")),
        "upcoming": ("tasks", replace(tasks, preset="upcoming")),
        "due": ("tasks", replace(tasks, preset="due")),
        "without_step": ("deals", replace(base, preset="without_step", where=mine)),
        "without_step_all": ("deals", replace(base, preset="without_step")),
        "pipeline": ("deals", replace(base, preset="open")),
        "recent": ("activities", replace(base, sort="activity_date")),
    }
