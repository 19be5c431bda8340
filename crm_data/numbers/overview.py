"""The overview: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crm_data.numbers.figures import Figure, Question
from crm_data.numbers.pipeline import Pipeline
from crm_data.store.query import Query
from crm_data.store.reading import Page


@dataclass(frozen=True)
class Overview:
    """What the first screen shows. Lists hold their first rows; `figures` the true total of each, by name.

    `due`: my tasks that are overdue or due today. `without_step`: my open deals without an open task.
    `figures`: how many of my tasks are overdue, today, upcoming, due; without_step and without_step_all,
    everybody's; recent, of the timeline. `month`: won this month so far against as many days of last month;
    `last_month`: the whole of it.
    """

    figures: Mapping[str, Figure]
    due: Page
    without_step: Page
    pipeline: Pipeline
    month: list[Figure]
    last_month: Figure
    recent: Page


def lists(user_id: int | None, base: Query) -> dict[str, Question]:
    """The list behind each number of the overview."""
    tasks = replace(base, sort="due_date", descending=False)
    mine = {"assigned_to": (user_id,)}
    return {
        "overdue": Question("tasks", replace(tasks, preset="overdue")),
        "today": Question("tasks", replace(tasks, preset="today")),
        "upcoming": Question("tasks", replace(tasks, preset="upcoming")),
        "due": Question("tasks", replace(tasks, preset="due")),
        "without_step": Question("deals", replace(base, preset="without_step", where=mine)),
        "without_step_all": Question("deals", replace(base, preset="without_step")),
        "recent": Question("activities", replace(base, sort="activity_date")),
    }
