"""Moving a deal to another stage, from the board or its record: closing asks for what it needs first."""

from typing import Any

import streamlit as st

from crm_data import CrmError, Workspace, new_act, words
from crm_data.nouns.stages import lacking
from dashboard.parts import amount, say, widgets
from dashboard.parts.acts import attempt, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.undo import did

OPEN_STAGES = ("prospect", "qualified", "proposal", "negotiation")
WON, LOST = "closed_won", "closed_lost"
STAGES = (*OPEN_STAGES, WON, LOST)
_SHORT = {WON: "Won", LOST: "Lost"}


def stage_words(my: Workspace) -> dict[str, str]:
    """Stage -> what the company calls it; won and lost in short, where it says nothing of them."""
    rules = my.scope.stages
    own = dict(rules.called)
    return {stage: own.get(stage, _SHORT.get(stage, rules.label(stage))) for stage in STAGES}


def ask_to_move(my: Workspace, place: str, id_: Any, seen: str, to: str) -> None:
    """From a callback: move at once to an open stage, or begin the dialog that closing or the stage needs."""
    if to in (WON, LOST) or _lacks(my, id_, to):
        st.session_state[f"{place}.closing"] = (id_, seen, to, new_act())
        forget_refusal(place)
        return
    act = new_act()
    moved = attempt(place, lambda: my.deals.move(id_, to, seen, act_id=act, zone=say.zone()))
    if moved is not None:
        said = stage_words(my)
        did(my, f"{moved['deal_name']}: {said[seen]} to {said[to]}.", act, icon="swap_horiz")


def _lacks(my: Workspace, id_: Any, to: str) -> bool:
    """Whether the stage asks for what the deal does not hold; no such deal and no such stage the move refuses."""
    if to not in STAGES or not my.scope.stages.of(to).required:
        return False
    try:
        return bool(lacking(my.deals.get(id_), to, my.scope.stages, my.deals.fields))
    except CrmError:
        return False


def closing_dialog(my: Workspace, place: str) -> None:
    """Draw the dialog of a closing that was begun; dismissing it leaves the deal where it was."""
    closing = st.session_state.get(f"{place}.closing")
    if closing is None:
        return
    id_, _, to, act = closing

    def forget() -> None:
        st.session_state.pop(f"{place}.closing", None)
        forget_refusal(place)

    verb = "Close as" if to in (WON, LOST) else "Move to"
    label = say.plain(f"{verb} {_lowered(my, to)}")

    @dialog(my, label, forget)
    def show() -> None:
        if st.session_state.get(f"{place}.closing") is None:
            st.rerun()
        deal = my.deals.get(id_)
        st.text(f"{deal['deal_name']}, {say.money(deal['deal_value'], deal['currency'])}")
        key = f"{place}.closing.{act}"
        with st.form(key, border=False):
            said = _won(key, deal) if to == WON else _lost(my, key) if to == LOST else ()
            lacks = lacking(deal, to, my.scope.stages, my.deals.fields)
            needed = [name for name in lacks if (name, to) != ("deal_value", WON)]
            members = my.members() if needed else {}
            if needed:
                st.caption(say.plain(f"Needed in {my.scope.stages.label(to)}:"))
            for name in needed:
                widgets.widget(f"{key}.more", my.deals.fields[name], deal[name], members)
            show_refusal(f"{place}.dialog")
            st.form_submit_button(
                label, type="primary", on_click=_close, args=(my, place, key, closing, said, needed)
            )

    show()


def _lowered(my: Workspace, stage: str) -> str:
    """A word of ours within a sentence; the company's own as it is."""
    own = dict(my.scope.stages.called)
    return own.get(stage, _SHORT.get(stage, words(stage)).lower())


def _won(key: str, deal: dict[str, Any]) -> tuple[str, ...]:
    st.session_state.setdefault(f"{key}.value", amount.shown(deal["deal_value"]))
    amount.amount_input("Value won", f"{key}.value")
    st.date_input("Closed on", say.today(), key=f"{key}.close_date")
    return ("value", "close_date")


def _lost(my: Workspace, key: str) -> tuple[str, ...]:
    st.selectbox("Why was it lost?", my.deals.loss_reasons, index=None, key=f"{key}.why")
    st.text_input("In your words", key=f"{key}.text", help="Needed when the reason is Other")
    st.date_input("Closed on", say.today(), key=f"{key}.close_date")
    return ("why", "text", "close_date")


def _close(
    my: Workspace, place: str, key: str, closing: tuple[Any, ...], names: tuple[str, ...], needed: list[str]
) -> None:
    if st.session_state.get(f"{place}.closing") != closing:
        return  # the second click of two
    id_, seen, to, act = closing
    said = {name: st.session_state.get(f"{key}.{name}") for name in names}
    called = {"Value": "Value won"} if to == WON else {}
    if "why" in said:
        why, text = said.pop("why"), (said.pop("text") or "").strip()
        said["reason"] = f"{why}: {text}" if why and text else why
        # One field of a deal is two of the dialog.
        called = {"Reason lost": "In your words" if why else "Why was it lost"}
    more = {name: widgets.said(f"{key}.more", my.deals.fields[name]) for name in needed}
    moved = attempt(
        f"{place}.dialog",
        lambda: my.deals.move(id_, to, seen, **said, act_id=act, zone=say.zone(), more=more),
        called,
    )
    if moved is not None:
        did(my, f"{moved['deal_name']} is {_lowered(my, to)}.", act, icon="flag")
        st.session_state.pop(f"{place}.closing", None)
