"""Review: deals one by one, with what is otherwise since one's last review, stage, next step and a note."""

from decimal import Decimal
from typing import Any

import streamlit as st

from crm_data import CrmError, Field, Kind, Step, Workspace, new_act
from crm_data.nouns.reviews import REVIEWED, Reviewed
from crm_data.numbers.review import MOST, Review
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.filters import filter_bar
from dashboard.parts.heading import heading
from dashboard.parts.mentioning import offer_names
from dashboard.parts.move import STAGES, ask_to_move, closing_dialog, stage_words
from dashboard.parts.undo import did
from dashboard.parts.widgets import LATEST

PLACE, DEAL, FROM = "review", "deal", "from"
KEEP = ("tab", DEAL)
# What the screen calls the fields of a task and of a note.
NAMES = {"Title": "New next step", "Description": "Note"}
Row = dict[str, Any]


def review_screen(my: Workspace) -> None:
    """Filters, the queue, and the deal that is its turn: the first of it, or the one that the address names."""
    members = my.members()
    with heading("Review"):
        pass
    query = filter_bar(my.deals, lambda: members, KEEP, sort=False)
    first = _first()
    found = known(my, PLACE, (query, say.today(), first), lambda: my.numbers.review(query, first))
    show_refusal(PLACE)
    closing_dialog(my, PLACE)
    row = _deal(my, found)
    if row is None:
        figures.line(my, [(found.every, "No open deal here")], PLACE)
        st.caption("Choose another filter, or add a deal on the board.")
        return
    _steps(my, found, row["id"])
    state = known(my, f"{PLACE}.deal", (row["id"],), lambda: my.deals.reviewed(row["id"], say.zone()))
    _head(my, row)
    _since(my, row, state, members)
    if my.deals.may("change", row):
        _edits(my, row, state)
    elif state.step.title:
        st.text(f"Next: {state.step.title}")
    _note(my, row)
    place.follow()


def _first() -> int:
    """Where in the queue the address begins: at a whole number of pages."""
    said = place.params().get(FROM, "")
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else 0
    return number - number % MOST


def _deal(my: Workspace, found: Review) -> Row | None:
    """The deal that the address names, the first of the queue where it names none, or none there is."""
    said = place.params().get(DEAL)
    if said:
        try:
            return my.deals.get(said)
        except CrmError as error:
            st.warning(say.plain(str(error)), icon=":material/link_off:")
    return my.deals.get(found.deals[0].id) if found.deals else None


def _steps(my: Workspace, found: Review, id_: int) -> None:
    """Where in the queue one is, and the way to the deals beside."""
    ids = [deal.id for deal in found.deals]
    at = ids.index(id_) if id_ in ids else None
    before = (ids[at - 1], found.first) if at else None
    after = None
    if at is None:
        after = (ids[0], found.first) if ids else None
    elif at + 1 < len(ids):
        after = (ids[at + 1], found.first)
    if at == 0 and found.before:
        before = (found.before.id, found.first - MOST)
    if at is not None and at + 1 == len(ids) and found.after:
        after = (found.after.id, found.first + MOST)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            key=f"{PLACE}.back",
            shortcut="k",
            disabled=before is None,
            on_click=_turn_to,
            args=before or (None,),
        )
        st.button(
            "Next",
            key=f"{PLACE}.next",
            shortcut="j",
            disabled=after is None,
            on_click=_turn_to,
            args=after or (None,),
        )
        where = "Not in this queue" if at is None else f"{found.first + at + 1:,} of"
        st.caption(where, width="content")
        figures.line(my, [(found.every, say.count(found.every.count, "open deal"))], PLACE)


def _turn_to(id_: int | None, first: int | None = None) -> None:
    """To a deal of the page of the queue that begins at `first`; without one to the first of this page."""
    begins = {FROM: str(first)} if first else {}
    left = (DEAL,) if first is None else (DEAL, FROM)
    rest = tuple(name for name in place.params() if name not in left)
    place.go({**begins, **({} if id_ is None else {DEAL: str(id_)})}, rest)


def _head(my: Workspace, row: Row) -> None:
    behind = (row["id"], row["assigned_to"], row["customer_id"])
    names = known(my, f"{PLACE}.names", behind, lambda: my.deals.names(row))
    owner = (
        names["assigned_to"].get(row["assigned_to"], "A former colleague") if row["assigned_to"] else "Nobody"
    )
    facts = [
        names["customer_id"].get(row["customer_id"], say.NONE),
        say.money(row["deal_value"], row["currency"]),
        f"{row['probability']} %",
        owner,
        f"expected close {say.day(row['expected_close_date'])}",
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say.plain(row["deal_name"]), anchor=False, width="content")
        st.button(
            "Open", key=f"{PLACE}.open", type="tertiary", on_click=place.leave_for, args=("deals", row["id"])
        )
    st.text(" · ".join(facts))


def _since(my: Workspace, row: Row, state: Reviewed, members: Any) -> None:
    """When one looked at it the last time, what one noted, and what is otherwise since."""
    if state.at is None:
        st.caption(f"You have not reviewed this deal yet. Changes since {say.moment(state.since)}:")
    else:
        st.caption(f"Your last review: {say.moment(state.at)}. Changes since then:")
        if state.note:
            st.text(state.note)
    if state.added:
        st.text("The deal was added.")
    for one in state.differs:
        field = my.deals.fields[one.field]
        was, now = (say.value(field, value, members, row["currency"]) for value in (one.before, one.now))
        st.text(f"{field.label}: {was} → {now}{_sign(field, one.before, one.now)}")
    if not state.differs and not state.added:
        st.text("Nothing was changed.")


def _sign(field: Field, before: Any, now: Any) -> str:
    """Whether an amount or a day went up or down, for who reads quickly."""
    if before is None or now is None or field.kind not in (Kind.MONEY, Kind.DAY, Kind.WHOLE, Kind.NUMBER):
        return ""
    up = now > before if field.kind is Kind.DAY else Decimal(str(now)) > Decimal(str(before))
    return " ▲" if up else " ▼"


def _edits(my: Workspace, row: Row, state: Reviewed) -> None:
    """The stage, and the next step: done, or a new one."""
    key = f"{PLACE}.stage.{row['id']}"
    st.session_state[key] = row["stage"]

    def moved() -> None:
        if (to := st.session_state[key]) != row["stage"]:
            ask_to_move(my, PLACE, row["id"], row["stage"], to)

    st.selectbox(
        "Stage", STAGES, key=key, format_func=stage_words(my).__getitem__, on_change=moved, width=220
    )
    step = state.step
    if step.state is Step.NONE:
        st.markdown(":orange[No next step planned.]")
    else:
        due = f", due {say.moment(step.due)}" if step.due else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Next: {step.title}{due}")
            st.button(
                "Complete", key=f"{PLACE}.done", on_click=_complete, args=(my, step.task_id, step.title)
            )
    turn = f"{PLACE}.step.{row['id']}"  # what is typed is of this deal alone, and stays where it is refused
    act = st.session_state.setdefault(f"{turn}.act", new_act())
    with st.form(turn, border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("New next step", key=f"{turn}.title.{act}", max_chars=255)
        st.date_input("Due", None, key=f"{turn}.due.{act}", max_value=LATEST, width=150)
        st.form_submit_button("Add step", on_click=_add_step, args=(my, row, turn, act))


def _complete(my: Workspace, task: int, title: str) -> None:
    act = new_act()
    if attempt(PLACE, lambda: my.tasks.complete(task, act)) is not None:
        did(my, "Task completed.", act, title)


def _add_step(my: Workspace, row: Row, turn: str, act: str) -> None:
    if st.session_state.get(f"{turn}.act") != act:
        return  # the second click of two
    values = {
        "title": st.session_state[f"{turn}.title.{act}"],
        "due_date": st.session_state[f"{turn}.due.{act}"],
        "deal_id": row["id"],
        "assigned_to": row["assigned_to"] or my.scope.user_id,
    }
    if attempt(PLACE, lambda: my.tasks.add(values, act, say.zone()), NAMES) is not None:
        did(my, "Next step added.", act)
        del st.session_state[f"{turn}.act"]


def _note(my: Workspace, row: Row) -> None:
    """The note, and the button that keeps when the deal was reviewed and turns to the next one."""
    turn = f"{PLACE}.note.{row['id']}"
    act = st.session_state.setdefault(f"{turn}.act", new_act())
    with st.form(f"{turn}.form", border=False, enter_to_submit=False):
        st.text_area("Note", key=turn, height=80, placeholder="What you agreed on")
        st.form_submit_button("Reviewed, next deal", type="primary", shortcut="Ctrl+Enter",
                              on_click=_reviewed, args=(my, row, turn, act))  # fmt: skip
    offer_names(my, turn, turn)


def _reviewed(my: Workspace, row: Row, turn: str, act: str) -> None:
    if st.session_state.get(f"{turn}.act") != act:
        return  # the second click of two
    note = st.session_state.get(turn) or None
    kept = attempt(
        PLACE,
        lambda: my.activities.log(
            "note",
            "Review",
            description=note,
            outcome=REVIEWED,
            deal_id=row["id"],
            act_id=act,
            zone=say.zone(),
        ),
        NAMES,
    )
    if kept is not None:
        did(my, f"{row['deal_name']} is reviewed.", act, icon="task_alt")
        for name in (turn, f"{turn}.act"):
            st.session_state.pop(name, None)
        _turn_to(None)
