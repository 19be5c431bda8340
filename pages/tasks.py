"""Tasks: what is to be done, what is due first at the top; mine unless one asks for others."""

from dashboard.parts.listing import Listing
from dashboard.parts.task_row import later_dialog, own
from dashboard.session import workspace

my = workspace()

PRESETS = {"mine": "Mine", "overdue": "Overdue", "today": "Today", "upcoming": "Upcoming", "all": "All"}

Listing(
    my,
    my.tasks,
    "task",
    "task_alt",
    own=own(my, "tasks"),
    presets=PRESETS,
    counts=my.numbers.tasks,
).draw()
later_dialog(my, "tasks")
