"""The screen of one record: its facts, its next step, what belongs to it, what happened, what was changed."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import streamlit as st

from crm_data import Query, Question, Records, Workspace, errors, new_act, words
from crm_data.numbers.figures import counted
from crm_data.tables import noun
from dashboard.again import drawn
from dashboard.components.walk import walk
from dashboard.known import colleagues, known, reading
from dashboard.parts import convert, figures, place, say
from dashboard.parts.acts import attempt, refusal, show_announcements, show_refusal
from dashboard.parts.convert import convert_dialog
from dashboard.parts.facts import facts
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.heading import heading
from dashboard.parts.history import history
from dashboard.parts.icon_button import icon_button
from dashboard.parts.late import late_deal
from dashboard.parts.log_form import is_begun, log_in
from dashboard.parts.move import STAGES, ask_to_move, closing_dialog, stage_words
from dashboard.parts.record_feed import RecordFeed
from dashboard.parts.related import View, belonging, form_place, link_to, related
from dashboard.parts.task_row import OPEN, when
from dashboard.parts.undo import PLACE as UNDO
from dashboard.parts.undo import did, what_is_offered

Row = dict[str, Any]
PLACE = "record"
_READ = ("row", "goes on")
_STEP = f"{PLACE}.next"


def record_screen(my: Workspace) -> None:
    """Draw the record that the URL names, or say calmly that there is none."""
    kind, id_ = place.params().get("kind", ""), place.params().get("id", "")
    try:
        records = my.records(place.KINDS.get(kind, ""))
        row = _read(my, records, id_)
    except errors.NotFound as error:
        st.subheader("Not found", anchor=False)
        st.text(str(error))
        st.page_link("../pages/customers.py", label="Go to customers", icon=":material/arrow_back:")
        return
    if row.get("merged_into") is not None:  # links to it lead to the one in which it goes on
        st.info(say.plain(f"{row[records.title]} was merged into this {kind}."), icon=":material/merge:")
        row = _read(my, records, row["merged_into"], "goes on")
    _draw(my, records, row)
    place.follow()


def _read(my: Workspace, records: Records, id_: Any, name: str = "row") -> Row:
    """The record as it is. Raises NotFound."""
    return known(my, f"{PLACE}.{name}", (records.name, str(id_)), lambda: records.get(id_))


def _names(my: Workspace, records: Records, row: Row) -> Any:
    return known(my, f"{PLACE}.names", (records.name, row["id"]), lambda: records.names(row))


def _draw(my: Workspace, records: Records, row: Row) -> None:
    kind = noun(records.name)
    st.set_page_config(f"{row[records.title]} · Foyer")
    show_announcements()

    def head() -> None:
        with heading(str(row[records.title]), lambda: _what_it_is(my, records, kind, row)):
            _acts(my, records, kind, row)
        _notices(records, row)

    drawn(f"{PLACE}.head", (*_of(records, row), _stands(my, records, row), *_said(PLACE, UNDO)), head)
    _body(my, records, row, abreast=True)
    _dialogs(my, records, row)


def _of(records: Records, row: Row) -> tuple[Any, ...]:
    """What each part of the screen depends on: which reading of which record, and by what days are said."""
    read = (reading(f"{PLACE}.{name}") for name in _READ)
    return (records.name, row["id"], *read, say.today(), str(say.zone()))


def _said(*places: str) -> tuple[Any, ...]:
    """What was refused or can be undone."""
    return (what_is_offered(), *map(refusal, places))


def _body(my: Workspace, records: Records, row: Row, abreast: bool = False) -> None:
    """Its facts and what belongs to it, beside each other where there is room; all is read first."""
    names = _names(my, records, row)
    step, views = _step(my, records, row), _views(my, records, row, names)

    def draw() -> None:
        left, beside = st.columns([2, 3], gap="large") if abreast else (nullcontext(), nullcontext())
        with left:
            _next_step(my, records, row, step)
            facts(my, records, row, names)
        with beside:
            _view(records, views)

    chosen = _chosen(records, views)
    of = (*_of(records, row), *map(reading, (f"{PLACE}.names", _STEP)), chosen, *views[chosen].of())
    drawn(f"{PLACE}.body", of, draw)


def record_beside(my: Workspace, records: Records, id_: int, close: Callable[[], None]) -> None:
    """Draw a record beside its list, with all that its own page shows. `close` is called from a callback."""
    kind = noun(records.name)
    with st.container(key="beside"):
        walk(f"{PLACE}.walk", place.record(kind, id_), close)
        try:
            row = _read(my, records, id_)
        except errors.NotFound as error:
            st.text(str(error))
            return

        def head() -> None:
            st.subheader(say.plain(str(row[records.title])), anchor=False)
            _what_it_is(my, records, kind, row)
            with st.container(horizontal=True, vertical_alignment="center"):
                _acts(my, records, kind, row)
            _notices(records, row)

        drawn(f"{PLACE}.head", (*_of(records, row), _stands(my, records, row), *_said(PLACE)), head)
        _body(my, records, row)
    _dialogs(my, records, row)


def _notices(records: Records, row: Row) -> None:
    show_refusal(PLACE)
    if row.get("merged_into") is not None:
        st.button(
            "Merged into another: open that one",
            key="record.merged",
            icon=":material/merge:",
            on_click=place.leave_for,
            args=(records.name, row["merged_into"]),
        )
    if row["archived_at"] is not None:
        st.warning(
            f"Archived {say.moment(row['archived_at'])}. It is kept, and can be restored.",
            icon=":material/inventory_2:",
        )


def _view(records: Records, views: Mapping[str, View]) -> None:
    """The view that was chosen alone: tabs would ask the database for all of them at every click."""
    chosen = st.segmented_control(
        "View",
        list(views),
        default=next(iter(views)),
        key=f"{PLACE}.view.{records.name}",
        label_visibility="collapsed",
        required=True,
    )
    views[chosen or next(iter(views))].draw()


def _chosen(records: Records, views: Mapping[str, View]) -> str:
    """Which view that is, before it is drawn."""
    chosen = str(st.session_state.get(f"{PLACE}.view.{records.name}"))
    return chosen if chosen in views else next(iter(views))


def _dialogs(my: Workspace, records: Records, row: Row) -> None:
    members = colleagues(my)
    form_dialog(my, records, members, _form(records), noun(records.name))
    for other, link in belonging(my, records):
        form_dialog(my, other, members, form_place(other), noun(other.name), {link: row["id"]})
    closing_dialog(my, PLACE)
    convert_dialog(my, PLACE)


def _form(records: Records) -> str:
    return f"{PLACE}.{records.name}"


def _what_it_is(my: Workspace, records: Records, kind: str, row: Row) -> None:
    """The kind, and what its row in a list or its card says of it at a glance."""
    st.markdown(f":gray[{kind.capitalize()}]{_stands(my, records, row)}")


def _stands(my: Workspace, records: Records, row: Row) -> str:
    said = when(row) if records.name == "tasks" else ""
    if records.name == "deals":
        said = late_deal(row, my.scope.stages, _pushes(my, row))
    return f" · {said}" if said else ""


def _pushes(my: Workspace, row: Row) -> int:
    """How often the expected close of a deal was put off, where it has one."""
    if row["status"] != "open" or not row["expected_close_date"]:
        return 0
    id_ = row["id"]
    return known(my, f"{PLACE}.pushes", (id_,), lambda: my.deals.pushes([id_])).get(id_, 0)


def _acts(my: Workspace, records: Records, kind: str, row: Row) -> None:
    can_change = row["archived_at"] is None and records.may("change", row)
    if can_change and records.name == "tasks":
        _done(my, row)
    if can_change and records.name == "deals":
        _stage(my, row)
    if can_change and records.name == "leads" and row["converted_at"] is None and my.deals.may("add"):
        st.button(
            "Convert",
            key="record.convert",
            icon=":material/handshake:",
            on_click=convert.begin,
            args=(PLACE, row["id"]),
        )
    if can_change and row.get("activity_type") != "status_change":
        st.button(
            "Edit",
            key="record.edit",
            icon=":material/edit:",
            shortcut="e",
            on_click=open_form,
            args=(_form(records), row),
        )
    if records.may("archive"):
        _archive(my, records, kind, row)


def _done(my: Workspace, row: Row) -> None:
    is_open = row["status"] in OPEN

    def act() -> None:
        do = my.tasks.complete if is_open else my.tasks.reopen
        name = new_act()
        if attempt(PLACE, lambda: do(row["id"], name)) is not None:
            did(my, "Task completed." if is_open else "Task reopened.", name)

    label, icon = ("Complete", "check_circle") if is_open else ("Reopen", "undo")
    st.button(
        label,
        key="record.done",
        type="primary" if is_open else "secondary",
        icon=f":material/{icon}:",
        on_click=act,
    )


def _stage(my: Workspace, row: Row) -> None:
    key = f"record.stage.{row['id']}"
    st.session_state[key] = row["stage"]

    def changed() -> None:
        to = st.session_state[key]
        if to != row["stage"]:
            ask_to_move(my, PLACE, row["id"], row["stage"], to)

    st.selectbox(
        "Stage",
        STAGES,
        key=key,
        format_func=stage_words(my).__getitem__,
        on_change=changed,
        label_visibility="collapsed",
        width=160,
    )


def _archive(my: Workspace, records: Records, kind: str, row: Row) -> None:
    away = row["archived_at"] is None

    def act() -> None:
        do = records.archive if away else records.restore
        name = new_act()
        if attempt(PLACE, lambda: do([row["id"]], name)) is not None:
            said = f"{kind.capitalize()} {'archived' if away else 'restored'}."
            did(my, said, name, icon="inventory_2")

    label = f"Archive {kind}" if away else f"Restore {kind}"
    st.button(label, key="record.archive", icon=":material/inventory_2:", on_click=act)


def _step(my: Workspace, records: Records, row: Row) -> Row | None:
    """The open task that is due first."""
    link = link_to(my.tasks, records)
    if link is None:
        return None
    query = Query(where={link: (row["id"],), "status": OPEN}, sort="due_date", descending=False, size=1)
    return next(iter(known(my, _STEP, (query,), lambda: my.tasks.page(query)).rows), None)


def _next_step(my: Workspace, records: Records, row: Row, task: Row | None) -> None:
    """That task with its tick; for a deal or lead without one, a word that it lacks."""
    if task is None:
        if link_to(my.tasks, records) and row.get("status") in ("open", "new", "contacted"):
            st.markdown(":orange[No next step planned.]")
        return

    def complete() -> None:
        act = new_act()
        if attempt(PLACE, lambda: my.tasks.complete(task["id"], act)) is not None:
            did(my, "Task completed.", act, task["title"], f"{task['title']} is open again.")

    with st.container(horizontal=True, vertical_alignment="center", border=True):
        icon_button("Complete", "check_circle", "record.step.done", complete, type="secondary")
        st.text(f"Next: {task['title']}")
        st.markdown(when(task), width="content")


def _views(my: Workspace, records: Records, row: Row, names: Any) -> dict[str, View]:
    views: dict[str, View] = {}
    about = link_to(my.activities, records)
    if about is not None:
        views["Timeline"] = _timeline(my, records, about, row["id"])
    for other, link in belonging(my, records):
        views[words(other.name)] = related(my, other, link, row["id"])
    return {**views, "Changes": history(my, records, row, names)}


def _timeline(my: Workspace, records: Records, link: str, id_: int) -> View:
    log = f"{PLACE}.log.{id_}"  # what is typed is of this record alone
    query = Query(where={link: (id_,)}, sort="activity_date", zone=say.zone())
    feed = RecordFeed(my, records, id_, PLACE)

    def count() -> int:
        return known(my, f"{PLACE}.count", (query,), lambda: my.activities.count(query))

    def of() -> tuple[Any, ...]:
        count()
        anew = object() if is_begun(log) else None  # a form may say anything
        return (reading(f"{PLACE}.count"), *feed.of(), anew)

    def draw() -> None:
        if my.activities.may("add"):
            label = "Log a call, e-mail, meeting or note"
            box = st.expander(label, icon=":material/add:", key=f"{log}.box", on_change=place.catch_up)
            log_in(box, my, log, {link: id_})
        if held := count():
            every = counted("In the timeline", held, Question("activities", query))
            said = f"{say.count(held, 'activity', 'activities')} in the timeline"
            figures.line(my, [(every, said)], "record.timeline")
        feed.draw()

    return View(of, draw)
