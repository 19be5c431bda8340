"""The fields that a company adds to its records: a line each, with what an admin can do with it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from crm_data import Kind, Workspace, new_act, words
from crm_data.accounts.own_choices import MOST_CHOICES
from crm_data.accounts.own_choices import WORDS as CHOICE
from crm_data.accounts.own_fields import KINDS, LABEL, SECTION, TABLES
from crm_data.tables.own_fields import OwnField
from dashboard.parts import say
from dashboard.parts.acts import attempt, done, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.icon_button import icon_button
from dashboard.parts.undo import did

PLACE = "fields"
NEW = "fields.new"


def fields_panel(my: Workspace) -> None:
    """What the company has added to one kind of record, in the order of its form."""
    table: str = st.segmented_control(
        "Records", TABLES, default=TABLES[0], required=True, format_func=words, key=f"{PLACE}.table"
    )
    own = my.own_fields.get().of(table)
    show_refusal(PLACE)
    if not own:
        st.caption(
            f"No fields of your own yet. What you add here stands on every form and list of {say.plain(table)}."
        )
    for at, field in enumerate(own):
        _line(my, table, own, at, field)
    _add(my, table)
    _dialog(my, table, own)


def _line(my: Workspace, table: str, own: Sequence[OwnField], at: int, field: OwnField) -> None:
    names = [one.name for one in own]
    key = f"{PLACE}.{table}.{field.name}"
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.text(f"{field.label} (hidden)" if field.hidden else field.label)
            said = [KINDS[Kind(field.kind)], field.section and f"section {field.section}"]
            said.append(", ".join(choice for _, choice in field.choices))
            st.caption(say.plain(" · ".join(filter(None, said))))
        up, down = _moved(names, at, at - 1), _moved(names, at, at + 1)
        icon_button("Up", "arrow_upward", f"{key}.up", _order, (my, table, up), at == 0)
        icon_button("Down", "arrow_downward", f"{key}.down", _order, (my, table, down), at == len(own) - 1)
        icon_button("Edit", "edit", f"{key}.edit", _begin, (table, field))
        word, icon = ("Show", "visibility") if field.hidden else ("Hide", "visibility_off")
        icon_button(word, icon, f"{key}.hide", _hide, (my, table, field))


def _moved(names: Sequence[str], at: int, to: int) -> list[str]:
    rest = [name for place, name in enumerate(names) if place != at]
    return [*rest[: max(to, 0)], names[at], *rest[max(to, 0) :]]


def _order(my: Workspace, table: str, names: list[str]) -> None:
    act = new_act()
    if done(PLACE, lambda: my.own_fields.order(table, names, act)):
        did(my, "Order saved.", act)


def _hide(my: Workspace, table: str, field: OwnField) -> None:
    act = new_act()
    if done(PLACE, lambda: my.own_fields.hide(table, field.name, not field.hidden, act)):
        kept = f"{field.label} is hidden. What records hold in it is kept."
        said, what = (f"{field.label} is shown again.", "Shown") if field.hidden else (kept, "Hidden")
        did(my, said, act, f"{what}: {field.label}")


def _add(my: Workspace, table: str) -> None:
    """The form of a new field. It is of the kind of record that is shown."""
    keys = {part: f"{NEW}.{part}" for part in ("label", "kind", "section", "choices")}

    def act() -> None:
        said = {part: st.session_state.get(key) for part, key in keys.items()}
        choices = (said["choices"] or "").splitlines()
        label, kind, section = (said[part] or "" for part in ("label", "kind", "section"))
        mine = new_act()
        if attempt(NEW, lambda: my.own_fields.add(table, label, kind, section, choices, mine)):
            told, gone = (
                f"{label.strip()} is a field of {table} now.",
                "The field is hidden; its values are kept.",
            )
            did(my, told, mine, f"Added: {label.strip()}", gone)
            # Said, and not forgotten: the browser keeps in a form what it is not told.
            st.session_state.update(dict.fromkeys(keys.values(), "") | {keys["kind"]: next(iter(KINDS))})

    with st.form(NEW, enter_to_submit=False):
        st.subheader(f"Add a field to {say.plain(table)}")
        one, two = st.columns(2)
        with one:
            st.text_input("Name *", key=keys["label"], max_chars=LABEL.length)
            st.selectbox("Holds", list(KINDS), key=keys["kind"], format_func=KINDS.__getitem__)
        with two:
            st.text_input(
                "Section", key=keys["section"], max_chars=SECTION.length, help="A heading on the form, if any"
            )
            hint = "One a line, where the field holds a choice"
            st.text_area("Choices", key=keys["choices"], height=90, placeholder=hint)
        show_refusal(NEW)
        st.form_submit_button("Add the field", type="primary", on_click=act)


def _begin(table: str, field: OwnField) -> None:
    st.session_state[f"{PLACE}.edited"] = (table, field)
    for name in [name for name in st.session_state if str(name).startswith(f"{PLACE}.edit.")]:
        del st.session_state[name]
    forget_refusal(f"{PLACE}.edit")


def _dialog(my: Workspace, table: str, own: Sequence[OwnField]) -> None:
    """What a field is called, where it stands, and what can be chosen in it."""
    state = f"{PLACE}.edited"
    asked = st.session_state.get(state)
    if asked is None or asked[0] != table:
        return
    field: OwnField = asked[1]

    @dialog(my, "Edit field", lambda: st.session_state.pop(state, None))
    def show() -> None:
        if state not in st.session_state:
            st.rerun()
        with st.form(f"{PLACE}.edit", border=False, enter_to_submit=False):
            st.text_input("Name *", field.label, key=f"{PLACE}.edit.label", max_chars=LABEL.length)
            st.text_input("Section", field.section, key=f"{PLACE}.edit.section", max_chars=SECTION.length)
            if field.kind == Kind.CHOICE:
                _choices(field)
            show_refusal(f"{PLACE}.edit")
            st.form_submit_button("Save the field", type="primary", on_click=_save, args=(my, table, field))

    show()


def _choices(field: OwnField) -> None:
    st.caption("Other words are other words on every record that has the choice. Empty ones are taken away.")
    for at, (code, said) in enumerate(field.choices, 1):
        st.text_input(f"Choice {at:,}", said, key=f"{PLACE}.edit.{code}", max_chars=CHOICE.length)
    if len(field.choices) < MOST_CHOICES:
        st.text_area("More choices, one a line", key=f"{PLACE}.edit.more", height=90)


def _save(my: Workspace, table: str, field: OwnField) -> None:
    held = st.session_state
    wishes: dict[str, tuple[Any, Any]] = {
        part: (getattr(field, part), held.get(f"{PLACE}.edit.{part}")) for part in ("label", "section")
    }
    if field.kind == Kind.CHOICE:
        kept = [(code, held.get(f"{PLACE}.edit.{code}") or "") for code, _ in field.choices]
        more = [("", said) for said in (held.get(f"{PLACE}.edit.more") or "").splitlines()]
        wishes["choices"] = (field.choices, (*kept, *more))
    wishes = {part: pair for part, pair in wishes.items() if pair[0] != pair[1]}
    act = new_act()
    if not wishes or done(f"{PLACE}.edit", lambda: my.own_fields.change(table, field.name, wishes, act)):
        held.pop(f"{PLACE}.edited", None)
        did(my, "Field saved." if wishes else "Nothing was changed.", act, f"Saved: {field.label}")
