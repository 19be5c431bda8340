"""Making a deal of a lead: its customer is linked or made in the same act."""

from typing import Any

import streamlit as st

from crm_data import Workspace, new_act
from dashboard.parts import amount, say
from dashboard.parts.acts import announce, attempt, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.picker import pick_record
from dashboard.parts.place import leave_for

# What the dialog calls the new deal's fields.
NAMES = {"Name": "Deal"}


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
        same = _same_email(my, lead["email"]) if start is None else None
        if same is not None and same["archived_at"] is None:
            st.caption(
                say.plain(f"{same['name']} has the e-mail {lead['email']} already, and is chosen here.")
            )
            start = same["id"]
        customer = pick_record(my, my.leads.fields["customer_id"], f"{key}.customer", start)
        second = False
        if same is None:
            st.caption("Without a customer, a new one is made from the lead.")
        elif customer != same["id"]:
            away = " (archived)" if same["archived_at"] else ""
            label = say.plain(f"Make another customer with the e-mail of {same['name']}{away}")
            second = customer is None and st.checkbox(label, key=f"{key}.second")
        with st.form(key, border=False):
            st.text_input("Deal", lead["lead_name"], key=f"{key}.deal_name", max_chars=255)
            st.session_state.setdefault(f"{key}.deal_value", amount.shown(lead["estimated_value"]))
            amount.amount_input("Value", f"{key}.deal_value")
            st.date_input("Expected close", None, key=f"{key}.expected_close_date")
            show_refusal(place)
            st.form_submit_button(
                "Convert to a deal",
                type="primary",
                on_click=_convert,
                args=(my, place, key, begun, customer, second),
            )

    show()


def _same_email(my: Workspace, email: str | None) -> dict[str, Any] | None:
    """The customer who has the lead's e-mail already; one that is put away only where no other has it."""
    found = [my.customers.get(id_) for id_, _ in my.customers.lookalikes({"email": email})] if email else []
    return min(found, key=lambda row: row["archived_at"] is not None, default=None)


def _convert(
    my: Workspace, place: str, key: str, begun: tuple[int, str], customer: int | None, second: bool
) -> None:
    if st.session_state.get(f"{place}.converting") != begun:
        return  # the second click of two
    id_, act = begun
    names = ("deal_name", "deal_value", "expected_close_date")
    deal: dict[str, Any] = {name: st.session_state.get(f"{key}.{name}") for name in names}
    deal = {name: value for name, value in deal.items() if value not in (None, "")}
    # No values of its own: a new customer as the lead names it, unless somebody has its e-mail by now. None would
    # mean the one the lead has already.
    whose: int | dict[str, Any] = {} if customer is None else customer
    made = attempt(place, lambda: my.leads.convert(id_, whose, deal, act, say.zone(), second), NAMES)
    if made is not None:
        st.session_state.pop(f"{place}.converting", None)
        announce("Lead converted to a deal.", "handshake")
        leave_for("deals", made.deal_id)
