"""What can be done with a task in its row: done or reopened in one click, put off from a small menu."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from crm_data import Workspace, words
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, done
from dashboard.parts.grid import Action, Note

Row = dict[str, Any]
DONE, UNDO = ":material/check_circle:", ":material/undo:"
LATER = {"Today": 0, "Tomorrow": 1, "Next week": 7}
OPEN = ("pending", "in_progress")


def task_actions(my: Workspace, place: str) -> tuple[Action, ...]:
    """The buttons of a task's row; refusals are kept under `place`."""

    def toggle(id_: int, label: str) -> None:
        if label == DONE:
            if attempt(place, lambda: my.tasks.complete(id_)) is not None:
                announce("Task completed.")
        elif attempt(place, lambda: my.tasks.reopen(id_)) is not None:
            announce("Task reopened.")

    return (
        Action("done", "Complete, or reopen", lambda row: DONE if row["status"] in OPEN else UNDO, toggle),
        Action(
            "later",
            "Put off",
            lambda row: list(LATER) if row["status"] in OPEN else [],
            put_off(my, place),
            60,
        ),
    )


def put_off(my: Workspace, place: str) -> Callable[[int, str], None]:
    """The act behind 'Today', 'Tomorrow', 'Next week': that day in the person's zone, the time of day kept."""

    def act(id_: int, label: str) -> None:
        zone = say.zone()
        day = datetime.now(zone).date() + timedelta(days=LATER[label])
        if done(place, lambda: my.tasks.reschedule(id_, day, zone=zone)):
            announce(f"Due {say.day(day)} now.")

    return act


def due_note() -> Note:
    """How an open task stands against today, in words."""
    return Note("when", "When", lambda row: _stands(row)[0])


def when(row: Row) -> str:
    """How a task stands, in words and colour, as Markdown."""
    said, colour = _stands(row)
    return f":{colour}[{said}]" if colour else said


def _stands(row: Row) -> tuple[str, str]:
    """'Overdue 3 days', 'Today', 'In 5 days', or the state of a task that is not open; and its colour."""
    if row["status"] not in OPEN:
        return words(row["status"]), "gray"
    if row["due_date"] is None:
        return "No day", "gray"
    zone = say.zone()
    days = (row["due_date"].astimezone(zone).date() - datetime.now(zone).date()).days
    if days < 0:
        return f"Overdue {say.count(-days, 'day')}", "red"
    if days == 0:
        return "Today", "green"
    return ("Tomorrow" if days == 1 else f"In {days} days"), ""
