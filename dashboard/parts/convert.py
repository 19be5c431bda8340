"""Making a deal of a lead: its customer is linked or made in the same act."""

from typing import Any

import streamlit as st

from crm_data import Lookalike, Reason, Workspace, new_act
from crm_data.nouns.leads import CONVERTED_TO
from crm_data.nouns.stages import lacking
from dashboard.parts import amount, say, twins, widgets
from dashboard.parts.acts import attempt, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.picker import pick_record
from dashboard.parts.place import leave_for
from dashboard.parts.undo import did

# What the dialog calls the new deal's fields.
NAMES = {"Name": "Deal"}
_ASKED = ("deal_name", "deal_value", "expected_close_date")


def begin(place: str, id_: int) -> None:
    """From a callback: open the dialog for this lead."""
    st.session_state[f"{place}.converting"] = (id_, new_act())
    forget_refusal(place)


def convert_dialog(my: Workspace, place: str) -> None:
    """Draw the dialog of a conversion that was begun."""
    begun = st.session_state.get(f"{place}.converting")
    if begun is None:
        return
    id_, act = begun

    def forget() -> None:
        st.session_state.pop(f"{place}.converting", None)

    @dialog(my, "Convert lead", forget)
    def show() -> None:
        if st.session_state.get(f"{place}.converting") is None:
            st.rerun()
        lead, key = my.leads.get(id_), f"{place}.convert.{act}"
        start = lead["customer_id"]
        known = None if start is None else my.customers.get(start)
        if known and known["archived_at"]:
            st.caption(say.plain(f"{known['name']} is archived. Restore it first, or go on without it."))
            start = None
        alike = _alike(my, lead) if start is None else []
        same = next((like for like in alike if Reason.EMAIL in like.reasons), None)
        if same is not None and not same.archived:
            st.caption(say.plain(f"{same.title} has the e-mail {lead['email']} already, and is chosen here."))
            start = same.id
        others = [like for like in alike if like is not same and not like.archived]
        if others:
            st.caption(
                say.plain(
                    "It may be here already: " + "; ".join(f"{like.title} ({like.why})" for like in others)
                )
            )
        customer = pick_record(my, my.leads.fields["customer_id"], f"{key}.customer", start)
        second = False
        if same is None:
            st.caption("Without a customer, a new one is made from the lead.")
        elif customer != same.id:
            away = " (archived)" if same.archived else ""
            label = say.plain(f"Make another customer with the e-mail of {same.title}{away}")
            second = customer is None and st.checkbox(label, key=f"{key}.second")
        with st.form(key, border=False):
            st.text_input("Deal", lead["lead_name"], key=f"{key}.deal_name", max_chars=255)
            st.session_state.setdefault(f"{key}.deal_value", amount.shown(lead["estimated_value"]))
            amount.amount_input("Value", f"{key}.deal_value")
            st.date_input("Expected close", None, key=f"{key}.expected_close_date")
            needed = _needed(my)
            members = my.members() if needed else {}
            for name in needed:
                widgets.widget(f"{key}.more", my.deals.fields[name], None, members)
            show_refusal(place)
            st.form_submit_button(
                "Convert to a deal",
                type="primary",
                on_click=_convert,
                args=(my, place, key, begun, customer, second, twins.despite(others)),
            )

    show()


def _needed(my: Workspace) -> list[str]:
    """The fields that the first stage of the deal asks for, beside those of the dialog and the lead's owner."""
    there = dict.fromkeys((*_ASKED, "assigned_to"), True)
    return lacking(there, CONVERTED_TO, my.scope.stages, my.deals.fields)


def _alike(my: Workspace, lead: dict[str, Any]) -> list[Lookalike]:
    """The customers who may be this lead: those in use first, then whoever has its e-mail and is put away."""
    said = {"name": lead["lead_name"], "email": lead["email"], "phone": lead["phone"]}
    return [like for like in my.alike.lookalikes("customers", said) if like.table == "customers"]


def _convert(
    my: Workspace,
    place: str,
    key: str,
    begun: tuple[int, str],
    customer: int | None,
    second: bool,
    despite: str,
) -> None:
    if st.session_state.get(f"{place}.converting") != begun:
        return  # the second click of two
    id_, act = begun
    deal: dict[str, Any] = {name: st.session_state.get(f"{key}.{name}") for name in _ASKED}
    deal |= {name: widgets.said(f"{key}.more", my.deals.fields[name]) for name in _needed(my)}
    deal = {name: value for name, value in deal.items() if value not in (None, "")}
    # No values of its own: a new customer as the lead names it, unless somebody has its e-mail by now. None would
    # mean the one the lead has already.
    whose: int | dict[str, Any] = {} if customer is None else customer
    said = despite if customer is None else ""
    made = attempt(place, lambda: my.leads.convert(id_, whose, deal, act, say.zone(), second, said), NAMES)
    if made is not None:
        st.session_state.pop(f"{place}.converting", None)
        did(my, "Lead converted to a deal.", act, icon="handshake")
        leave_for("deals", made.deal_id)
