"""What needs one now: each record with why it waits, done, put off, logged about or seen where it stands."""

from datetime import date, timedelta

import streamlit as st

from crm_data import Workspace, errors, new_act
from crm_data.numbers.queue import Queue, Reason, Waiting
from dashboard.components.queue import Act, Line, Said, turns
from dashboard.components.queue import queue as draw
from dashboard.parts import figures, place, say
from dashboard.parts.acts import attempt, done, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.log_form import log_form
from dashboard.parts.task_row import stands
from dashboard.parts.undo import did
from dashboard.parts.widgets import LATEST

PLACE = "overview"
QUEUE = f"{PLACE}.queue"
FIRST, STEP, MOST = 8, 20, 108
_ASKED = f"{PLACE}.queue.asked"  # (act, table, id) of the dialog that is open
_ICONS = {
    "customers": "person",
    "leads": "filter_alt",
    "deals": "handshake",
    "tasks": "task_alt",
    "activities": "alternate_email",
}
_LINKS = {"customers": "customer_id", "leads": "lead_id", "deals": "deal_id", "tasks": "task_id"}
_DONE = Act("done", "Done", "Complete")
_TOMORROW = Act("tomorrow", "Tomorrow", "Put off to tomorrow")
_OTHER = Act("later", "Later", "Put off to another day")
_LOG = Act("log", "Log", "Log what happened")
_SEEN = Act("seen", "Seen", "Seen: it waits no longer")
_TO_BE_SEEN = (Reason.HANDED, Reason.MENTIONED)
# What is always said, also of none; the rest where there is any.
_ALWAYS = ("overdue", "today")


def shown() -> int:
    """How many of the queue this tab has asked for."""
    return int(st.session_state.get(f"{PLACE}.queue.shown", FIRST))


def turn() -> int:
    """How often something was clicked in it."""
    return turns(QUEUE)


def draw_queue(my: Workspace, found: Queue) -> None:
    """Its numbers and its lines."""
    some = [figure for name, figure in found.figures.items() if figure.count or name in _ALWAYS]
    figures.line(my, [(figure, f"{figure.count:,} {figure.label}") for figure in some], "queue")
    more = _more if found.more and shown() < MOST else None
    if found.first:
        draw(QUEUE, [_line(my, one) for one in found.first], lambda said: _act(my, said), more)
    else:
        st.caption("Nothing waits for you: nothing is due, and every deal of yours has a next step.")


def _more() -> None:
    st.session_state[f"{PLACE}.queue.shown"] = min(shown() + STEP, MOST)


def _line(my: Workspace, one: Waiting) -> Line:
    why, tone = _why(my, one)
    worth = say.short_money(one.row["deal_value"], one.row["currency"]) if one.table == "deals" else ""
    acts = [_DONE] if one.table == "tasks" else []
    acts += [_TOMORROW, _OTHER, _LOG] if one.table in _LINKS else []
    acts += [_SEEN] if one.reason in _TO_BE_SEEN else []
    return Line(
        one.table,
        one.id,
        _ICONS.get(one.table, "circle"),
        one.title,
        place.record(place.KIND_OF[one.table], one.id),
        why,
        tone,
        " · ".join(filter(None, (one.customer, worth))),
        acts,
        one.reason in _TO_BE_SEEN,
    )


def _why(my: Workspace, one: Waiting) -> tuple[str, str]:
    """Why it waits, in words, and a colour."""
    days = (say.today() - one.since.astimezone(say.zone()).date()).days
    if one.reason in (Reason.OVERDUE, Reason.TODAY):
        return stands(one.row)
    if one.reason is Reason.HANDED:
        return f"Handed to you by {one.by}", "green"
    if one.reason is Reason.MENTIONED:
        return f"{one.by[:1].upper()}{one.by[1:]} mentions you", "green"
    if one.reason is Reason.NEW:
        return ("New today" if days < 1 else f"New for {say.count(days, 'day')}"), "green"
    if one.reason is Reason.STALLED:
        return (
            f"{say.count(days, 'day')} in {my.scope.stages.label(one.row['stage'])}, nothing planned",
            "orange",
        )
    return "No next step", ""


def _act(my: Workspace, said: Said) -> None:
    """From a callback: do what a line was clicked for."""
    if said.table not in _ICONS or not isinstance(said.id, int):
        return
    if said.table not in _LINKS and said.act != "seen":
        return
    if said.act == "done" and said.table == "tasks":
        act = new_act()
        if attempt(PLACE, lambda: my.tasks.complete(said.id, act)) is not None:
            title = my.tasks.get(said.id)["title"]
            did(my, "Task completed.", act, title, f"{title} is open again.")
    elif said.act == "seen":
        done(PLACE, lambda: my.records(said.table).look(said.id))
    elif said.act == "tomorrow":
        _put_off(my, PLACE, said.table, said.id, say.today() + timedelta(days=1))
    elif said.act in ("later", "log"):
        st.session_state[_ASKED] = (said.act, said.table, said.id)
        forget_refusal(_ASKED)


def _put_off(my: Workspace, refused: str, table: str, id_: int, day: date) -> bool:
    """A task gets another day; for any other record a task is planned, so that it is taken up again then."""
    act, records = new_act(), my.records(table)

    def do() -> None:
        if table == "tasks":
            my.tasks.reschedule(id_, day, act, say.zone())
        else:
            title = f"Follow up: {records.get(id_)[records.title]}"[:255]
            my.tasks.add({"title": title, "due_date": day, _LINKS[table]: id_}, act, say.zone())

    if not done(refused, do):
        return False
    what = str(records.get(id_)[records.title])
    if table == "tasks":
        did(my, f"Due {say.day(day)} now.", act, what, f"{what} is due when it was.")
    else:
        planned = f"A task to follow up is planned for {say.day(day)}."
        did(my, planned, act, f"follow up {what}", "The task is taken back.", "event")
    return True


def dialogs(my: Workspace) -> None:
    """Draw the dialog that a line has asked for, if one has."""
    asked = st.session_state.get(_ASKED)
    if asked is None:
        return
    act, table, id_ = asked

    def forget() -> None:
        st.session_state.pop(_ASKED, None)

    def title() -> None:
        """What it is about; ends the dialog that something has closed since, and says what is gone."""
        if st.session_state.get(_ASKED) != asked:
            st.rerun()
        records = my.records(table)
        st.text(records.get(id_)[records.title])

    def save() -> None:
        day = st.session_state.get(f"{_ASKED}.day.{table}.{id_}")
        if st.session_state.get(_ASKED) == asked and day and _put_off(my, _ASKED, table, id_, day):
            forget()

    @dialog(my, "Another day", forget)
    def later() -> None:
        title()
        tomorrow = say.today() + timedelta(days=1)
        with st.form(f"{_ASKED}.form", border=False):
            label = "Due on" if table == "tasks" else "Follow up on"
            st.date_input(label, tomorrow, say.today(), LATEST, key=f"{_ASKED}.day.{table}.{id_}")
            show_refusal(_ASKED)
            st.form_submit_button("Put off", type="primary", on_click=save)

    @dialog(my, "Log what happened", forget)
    def log() -> None:
        title()
        log_form(my, f"{PLACE}.log.{table}.{id_}", {_LINKS[table]: id_}, forget)

    try:
        my.records(table).get(id_)
    except errors.NotFound:
        forget()
        return
    (later if act == "later" else log)()
