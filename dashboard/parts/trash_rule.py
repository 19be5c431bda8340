"""After how many days the trash empties itself: said on its screen, set by admins once they saw what it takes."""

import streamlit as st

from crm_data import Act, CrmError, Workspace
from crm_data.changes.dues import GRACE, Rule
from crm_data.changes.erasing import sentence_of
from crm_data.changes.trash import Outlook
from crm_data.tables import Company
from crm_data.tables.fields import fields_of
from dashboard import session
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.proof import proof

PLACE = "trash.rule"
_OPEN, _DAYS = f"{PLACE}.open", f"{PLACE}.days"
_USUAL = 365
_STAYS = (
    "A record stays as long as a deal or an open task that is not archived belongs to it, or the record that it"
    " was merged into is there."
)


def trash_rule(my: Workspace) -> Rule:
    """Say what holds, and offer admins to change it."""
    rule = my.trash.rule()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(say.plain(_said(rule)))
        if my.may(Act.ERASE):
            st.button(
                "Change…" if rule.days else "Empty by itself…",
                key=PLACE,
                icon=":material/auto_delete:",
                type="tertiary",
                on_click=_ask,
                args=(rule,),
            )
    if st.session_state.get(_OPEN):
        _dialog(my, rule)
    return rule


def _said(rule: Rule) -> str:
    if rule.days is None:
        return "Kept until somebody restores or erases it."
    said = f"Erased for good by itself when archived for more than {rule.days:,} days"
    waits = rule.start is not None and rule.start > say.today()
    return f"{said}, from {say.day(rule.start)} on." if waits else f"{said}."


def _ask(rule: Rule) -> None:
    forget_refusal(PLACE)
    st.session_state[_OPEN], st.session_state[_DAYS] = True, rule.days or _USUAL


def _forget() -> None:
    st.session_state.pop(_OPEN, None)


def _dialog(my: Workspace, rule: Rule) -> None:
    @dialog(my, "Empty the trash by itself", _forget)
    def show() -> None:
        if not st.session_state.get(_OPEN):
            st.rerun()
        field = fields_of(Company)["trash_days"]
        days = st.number_input("Days in the trash", field.low, field.high, key=_DAYS, step=1)
        try:
            st.warning(say.plain(_outlook(my.trash.outlook(days))), icon=":material/warning:")
        except CrmError as refused:
            st.error(say.plain(str(refused)), icon=":material/error:")
            return
        st.caption(_STAYS)
        said, icon = f"Erase after {say.count(int(days), 'day')}", ":material/auto_delete:"
        if rule.days is None or int(days) < rule.days:
            proof(PLACE, said, icon, lambda password: _set(my, int(days), rule.days, password))
        else:
            show_refusal(PLACE)
            act, same = (my, int(days), rule.days), days == rule.days
            st.button(said, type="primary", icon=icon, on_click=_set, args=act, disabled=same)
        if rule.days is not None:
            st.button("Never", icon=":material/block:", on_click=_set, args=(my, None, rule.days))

    show()


def _outlook(seen: Outlook) -> str:
    """What goes first and when, and how many wait."""
    first = say.day(seen.first)
    if seen.counts:
        said = f"On {first} (UTC) at most {sentence_of(seen.counts)} would be erased for good."
    else:
        said = f"Nothing is due on {first} (UTC)."
    later = f" {say.count(seen.later, 'more record')} would follow, each on its day." if seen.later else ""
    return f"{said}{later} Nobody can undo it, and nothing goes within {GRACE} days from now."


def _set(my: Workspace, days: int | None, seen: int | None, password: str = "") -> None:
    rule = attempt(PLACE, lambda: my.trash.keep_for(days, seen, password, session.address()))
    if rule is None:
        return
    _forget()
    if rule.days is None:
        announce("The trash is no longer emptied by itself.", "block")
    else:
        announce(f"Erased for good after {say.count(rule.days, 'day')} in the trash.", "auto_delete")
