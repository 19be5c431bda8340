"""Exchange rates: what other currencies are worth in the company's own, from which day on; set, and removed."""

import streamlit as st

from crm_data import Workspace, new_act
from crm_data.nouns.exchange_rates import Held
from dashboard.components import grid
from dashboard.parts import say
from dashboard.parts.acts import done, show_refusal
from dashboard.parts.currencies import currency_choice
from dashboard.parts.undo import did

PLACE = "rates"
_WHICH = f"{PLACE}.which"
KEYS = {part: f"{PLACE}.{part}" for part in ("currency", "day", "rate")}


def rates_panel(my: Workspace) -> None:
    """The rates that there are, the form of another one, and a way to take one away."""
    rates, into = my.exchange_rates.all(), my.exchange_rates.into
    st.subheader("Exchange rates", anchor=False)
    if rates:
        grid.table(f"{PLACE}.table", "Exchange rates", [_told(one, into) for one in rates])
    else:
        st.caption(
            say.plain(
                f"None yet. A rate says what one unit of another currency is worth in {into}, from a day on until"
                " the next one."
            )
        )
    _form(my, rates)
    if rates:
        _removal(my, rates)


def _told(one: Held, into: str) -> dict[str, str]:
    return {
        "Currency": one.currency,
        f"1 is worth, in {into}": say.rate(one.rate),
        "From": say.day(one.holds_from),
        "To": say.day(one.until) if one.until else "until another is set",
        "Set by": one.by or "The system",
        "Changed": say.moment(one.at),
    }


def _form(my: Workspace, rates: list[Held]) -> None:
    labels = {name: f"{say.plain(field.label)} *" for name, field in my.exchange_rates.fields.items()}

    def act() -> None:
        currency, day, rate = (st.session_state.get(key) for key in KEYS.values())
        known = str(currency or "").strip().upper()
        seen = next((one.rate for one in rates if (one.currency, one.holds_from) == (known, day)), None)
        mine = new_act()
        if done(PLACE, lambda: my.exchange_rates.set(currency, day, rate, seen, mine, say.zone())):
            did(my, f"The rate of {known} is set.", mine, f"Rate of {known}", "The rate is as it was.")
            for part in ("currency", "rate"):  # the next one is mostly of the same day
                st.session_state[KEYS[part]] = ""

    with st.form(PLACE, border=False, enter_to_submit=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            currency_choice(labels["currency"], KEYS["currency"], nothing="Choose a currency")
            st.text_input(labels["rate"], key=KEYS["rate"], placeholder="1.0825", max_chars=30)
            st.date_input(labels["holds_from"], say.today(), key=KEYS["day"])
        show_refusal(PLACE)
        st.form_submit_button("Set the rate", type="primary", on_click=act)


def _removal(my: Workspace, rates: list[Held]) -> None:
    """One rate is chosen and taken away; the one before it holds on."""
    called = {one.id: f"{one.currency} from {say.day(one.holds_from)}" for one in rates}

    def act() -> None:
        id_, mine = st.session_state.get(_WHICH), new_act()
        if id_ in called and done(PLACE, lambda: my.exchange_rates.remove([id_], mine)):
            did(my, f"Removed: {called[id_]}.", mine, f"Rate of {called[id_]}", "The rate is there again.")
            st.session_state.pop(_WHICH, None)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "A rate to take away",
            list(called),
            None,
            key=_WHICH,
            format_func=called.__getitem__,
            placeholder="Choose",
        )
        st.button("Remove", key=f"{PLACE}.remove", icon=":material/delete:", on_click=act)
