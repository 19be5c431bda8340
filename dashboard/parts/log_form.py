"""Logging a call, e-mail, meeting or note, from the timeline and from any record."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from crm_data import Workspace, new_act, words
from crm_data.errors import Invalid
from dashboard.known import colleagues
from dashboard.parts import say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.mentioning import offer_names
from dashboard.parts.picker import pick_record
from dashboard.parts.undo import did

# What the form calls the fields of what happened.
NAMES = {"Type": "What happened", "Description": "Details"}
TYPES = ("call", "email", "meeting", "note")


def log_in(box: Any, my: Workspace, place: str, about: Mapping[str, int] | None = None) -> None:
    """Draw the form in a box that opens and shuts, from the first time that it is open.

    Before, it would cost a screen more than all the rest; shut again it keeps what was typed.
    """
    if box.open or is_begun(place):
        with box:
            log_form(my, place, about)


def is_begun(place: str) -> bool:
    """Whether the form has been drawn in its box."""
    return f"{place}.turn" in st.session_state


def log_form(
    my: Workspace,
    place: str,
    about: Mapping[str, int] | None = None,
    after: Callable[[], object] = lambda: None,
) -> None:
    """Draw the form. `about`: the links of the record one is on; without one a customer can be chosen.

    `after` is called once it is logged.
    """
    turn = st.session_state.setdefault(f"{place}.turn", 0)
    key = f"{place}.{turn}"
    act = st.session_state.setdefault(f"{key}.act", new_act())
    st.segmented_control(
        "What happened", TYPES, key=f"{key}.type", default="call", format_func=words, required=True
    )
    members = colleagues(my)
    links: dict[str, Any] = dict(about or {})
    if not links:
        links["customer_id"] = pick_record(my, my.activities.fields["customer_id"], f"{key}.customer")
    with st.form(f"{key}.form", border=False, clear_on_submit=False, enter_to_submit=False):
        st.text_input("Title", key=f"{key}.title", max_chars=255, placeholder="What it was about")
        st.text_area("Details", key=f"{key}.description", height=80, help="@ and a name tells a colleague")
        st.multiselect(
            "Mention",
            [id_ for id_ in members if id_ != my.scope.user_id],
            key=f"{key}.mention",
            format_func=members.__getitem__,
            placeholder="Colleagues who should find it",
        )
        one, two = st.columns(2)
        # No bounds: with one the button does nothing and says nothing; the verb has a sentence.
        one.number_input("Minutes", key=f"{key}.duration", value=None, step=5)
        two.text_input("Outcome", key=f"{key}.outcome", max_chars=100)
        st.datetime_input("When", key=f"{key}.at", value=None, help="Empty means now")
        show_refusal(place)
        st.form_submit_button(
            "Log it",
            type="primary",
            on_click=_log,
            args=(my, place, key, act, links, after),
            shortcut="Ctrl+Enter",
        )
    offer_names(my, place, f"{key}.title", f"{key}.description")


def _log(
    my: Workspace, place: str, key: str, act: str, links: dict[str, Any], after: Callable[[], object]
) -> None:
    if key != f"{place}.{st.session_state[f'{place}.turn']}":
        return  # the second click of two
    said: dict[str, Any] = {
        name: st.session_state.get(f"{key}.{name}")
        for name in ("title", "description", "duration", "outcome", "at", "mention")
    }
    kind = st.session_state[f"{key}.type"]
    title = said.pop("title") or ""

    def do() -> int:
        if not (title.strip() or any(said.values())):
            raise Invalid("Title: say what it was about.", "title")
        return my.activities.log(kind, title, **said, **links, act_id=act, zone=say.zone())

    made = attempt(place, do, NAMES)
    if made is not None:
        logged = f"{words(kind)} logged"
        did(my, f"{logged}.{_told(my, made, title, said)}", act, logged)
        st.session_state[f"{place}.turn"] += 1
        after()


def _told(my: Workspace, made: int, title: str, said: Mapping[str, Any]) -> str:
    """Who finds it in Mentioned, in words: so one sees that a name was understood."""
    if not (said["mention"] or "@" in f"{title}{said['description'] or ''}"):
        return ""
    names = my.activities.mentioned([made]).get(made, ())
    if not names:
        return ""
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f" {listed} {'find' if names[1:] else 'finds'} it in Mentioned."
