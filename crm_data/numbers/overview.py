"""The overview: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crm_data.numbers.figures import Figure, Question
from crm_data.numbers.pipeline import Pipeline
from crm_data.numbers.queue import Queue
from crm_data.store.query import Query
from crm_data.store.reading import Page


@dataclass(frozen=True)
class Overview:
    """What the first screen shows.

    `queue`: what needs me now, see `queue`. `figures`: how many of my tasks are upcoming; everybody's deals
    without an open task; all that is on the timeline. `month`: won this month so far against as many days of last
    month; `last_month`: the whole of it. `recent`: the first of the timeline.
    """

    queue: Queue
    figures: Mapping[str, Figure]
    pipeline: Pipeline
    month: list[Figure]
    last_month: Figure
    recent: Page


def lists(base: Query) -> dict[str, Question]:
    """The list behind each number beside the queue."""
    tasks = replace(base, sort="due_date", descending=False)
    return {
        "upcoming": Question("tasks", replace(tasks, preset="upcoming")),
        "without_step_all": Question("deals", replace(base, preset="without_step")),
        "recent": Question("activities", replace(base, sort="activity_date")),
    }
