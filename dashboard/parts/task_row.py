"""What can be done with a task in its row: done or reopened in one click, put off from a small menu."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from crm_data import Act as Crm
from crm_data import All, Given, Way, Workspace, new_act, words
from dashboard.components.grid.data import Act, Buttons, Words
from dashboard.parts import many, say
from dashboard.parts.acts import attempt, done, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.own import Own
from dashboard.parts.undo import did
from dashboard.parts.widgets import LATEST

Row = Mapping[str, Any]
DONE, REOPEN, OTHER = "complete", "reopen", "another_day"
LATER = {"today": 0, "tomorrow": 1, "next_week": 7}
_LATER_WORDS = {"today": "today", "tomorrow": "tomorrow", "next_week": "next week", OTHER: "another day"}
_DONE, _REOPEN, _LATER = "Done", "Reopen", "Later"  # on the buttons
OPEN = ("pending", "in_progress")


def own(my: Workspace, place: str) -> Own:
    """The columns and acts of a task's row; refusals are kept under `place`."""
    several = my.tasks.may(Crm.BULK)

    def act(name: str, which: list[int] | All) -> None:
        if name == DONE and (isinstance(which, All) or len(which) > 1):
            many.begin(my.tasks.name, which, Given(Way.SET, "status", "completed"), "Complete")
            return
        assert not isinstance(which, All)
        ids = which
        if name == DONE:
            _complete(my, place, ids[0])
        elif name == REOPEN:
            taken_up = new_act()
            if attempt(place, lambda: my.tasks.reopen(ids[0], taken_up)) is not None:
                did(my, "Task reopened.", taken_up)
        elif name == OTHER:
            st.session_state[f"{place}.later"] = ids[0]
            forget_refusal(f"{place}.later")
        else:
            day = say.today() + timedelta(days=LATER[name])
            _put_off(my, place, ids[0], day)

    later = [Act(name, f"Put off to {said}", many=False) for name, said in _LATER_WORDS.items()]
    return Own(
        (
            Buttons("done", "Done", _whether, {_DONE: [DONE], _REOPEN: [REOPEN]}),
            Buttons("later", "Later", _when_open, {_LATER: list(_LATER_WORDS)}),
            due_note(),
        ),
        (Act(DONE, "Complete", many=several), Act(REOPEN, "Reopen", many=False), *later),
        act,
    )


def _whether(row: Row) -> str:
    return _DONE if row["status"] in OPEN else _REOPEN


def _when_open(row: Row) -> str:
    return _LATER if row["status"] in OPEN else ""


def _complete(my: Workspace, place: str, id_: int) -> None:
    act = new_act()
    if attempt(place, lambda: my.tasks.complete(id_, act)) is not None:
        title = my.tasks.get(id_)["title"]
        did(my, "Task completed.", act, title, f"{title} is open again.")


def _put_off(my: Workspace, place: str, id_: int, day: date) -> bool:
    act = new_act()
    put = done(place, lambda: my.tasks.reschedule(id_, day, act, say.zone()))
    if put:
        did(my, f"Due {say.day(day)} now.", act)
    return put


def later_dialog(my: Workspace, place: str) -> None:
    """Draw the dialog behind 'Another day' when it was chosen and nothing has closed it since."""
    state = f"{place}.later"
    id_ = st.session_state.get(state)
    if id_ is None:
        return

    def forget() -> None:
        st.session_state.pop(state, None)

    def save() -> None:
        day = st.session_state.get(f"{state}.day.{id_}")
        if st.session_state.get(state) == id_ and day and _put_off(my, state, id_, day):
            forget()

    @dialog(my, "Another day", forget)
    def show() -> None:
        if st.session_state.get(state) != id_:
            st.rerun()
        task = my.tasks.get(id_)
        st.text(task["title"])
        today = say.today()
        due = task["due_date"].astimezone(say.zone()).date() if task["due_date"] else today
        with st.form(f"{state}.form", border=False):
            st.date_input("Due on", max(today, due), today, LATEST, key=f"{state}.day.{id_}")
            show_refusal(state)
            st.form_submit_button("Put off", type="primary", on_click=save)

    show()


def due_note() -> Words:
    """How an open task stands against today, in words."""
    return Words("when", "When", lambda row: stands(row)[0])


def when(row: Row) -> str:
    """How a task stands, in words and colour, as Markdown."""
    said, colour = stands(row)
    return f":{colour}[{said}]" if colour else said


def stands(row: Row) -> tuple[str, str]:
    """'Overdue 3 days', 'Today', 'In 5 days', or the state of a task that is not open; and its colour."""
    if row["status"] not in OPEN:
        return words(row["status"]), "gray"
    if row["due_date"] is None:
        return "No day", "gray"
    days = (row["due_date"].astimezone(say.zone()).date() - say.today()).days
    if days < 0:
        return f"Overdue {say.count(-days, 'day')}", "red"
    if days == 0:
        return "Today", "green"
    return ("Tomorrow" if days == 1 else f"In {days} days"), ""
