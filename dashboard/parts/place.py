"""URLs, or where one is: the URL's parameters and the addresses of records."""

from collections.abc import Mapping

import streamlit as st

from crm_data import Workspace, new_act
from crm_data.tables import one_of
from dashboard.components.assets import ADDRESS, version

# What an address calls one record of a kind -> its table.
KINDS = {one_of(table): table for table in Workspace.kinds}
KIND_OF = {table: kind for kind, table in KINDS.items()}


_JS = f"""
const {{ visit }} = await import(new URL("{ADDRESS}/{version()}/visit.js", location.origin));
const gone = new Set();

export default function ({{ data }}) {{
  if (gone.has(data.once)) return;
  gone.add(data.once);
  visit(data.to);
}}
"""
_visit = st.components.v2.component("foyer_visit", js=_JS)


# Where the last acts led: the addresses they left, at most twenty, and the one they reached.
_LED = "place.led"


def params() -> dict[str, str]:
    """The URL's parameters; of a repeated one the last, and at most fifty."""
    led = st.session_state.get(_LED)
    if led and st.query_params.to_dict() != led[1]:  # Back, or another address: it leads no longer
        del st.session_state[_LED]
    return {name: st.query_params[name] for name in list(st.query_params)[:50]}


def go(wanted: Mapping[str, str], keep: tuple[str, ...] = ()) -> None:
    """Put these parameters, and those to keep, in the URL in place of what is there."""
    catch_up()
    before = st.query_params.to_dict()
    kept = {name: before[name] for name in keep if name in before}
    st.query_params.from_dict({**kept, **wanted})
    left = st.session_state.get(_LED, ((), None))[0]
    st.session_state[_LED] = (*left, before)[-20:], st.query_params.to_dict()


def settle(wanted: Mapping[str, str]) -> None:
    """While a screen is drawn: say in the address also what it shows without having been asked."""
    led = st.session_state.get(_LED)
    st.query_params.update(wanted)
    if led:
        st.session_state[_LED] = led[0], st.query_params.to_dict()


def catch_up() -> None:
    """From a callback: be where the acts before this one led, even if the browser did not know it yet.

    A second click that is quicker than the answer to the first is sent with the address before both, and would
    undo it. Only a callback can tell such a click from Back: that one calls none.
    """
    left, reached = st.session_state.get(_LED, ((), None))
    here = st.query_params.to_dict()
    if here != reached and here in left:
        st.query_params.from_dict(reached)


def visit(address: str) -> None:
    """Leave for another address of the house, as a link would.

    `st.switch_page` puts the new parameters under the old page into the browser's history first, so that Back
    leads to a list that nobody asked for.
    """
    _visit(key="visit", data={"to": address, "once": new_act()})


def record(kind: str, id_: int) -> str:
    """The address of one record's page."""
    return f"/record?kind={kind}&id={id_}"


def open_record(table: str, id_: int) -> None:
    """Go to the page of one record."""
    visit(record(KIND_OF[table], id_))


def leave_for(table: str, id_: int) -> None:
    """From a callback: open this record once the screen has been drawn."""
    st.session_state["goto"] = (table, id_)


def leading(label: str, address: str, icon: str) -> None:
    """Draw what leads to another address of the house, the screen that is here with other parameters too.

    `st.page_link` leaves the browser's address as it is when the page is the same one, so that the next click
    would be made on the screen before. `label` is a text of the product.
    """
    name = f"link.{address}"
    st.button(label, key=name, icon=f":material/{icon}:", type="tertiary", on_click=_lead, args=(address,))


def _lead(address: str) -> None:
    st.session_state["goto"] = address


def follow() -> None:
    """Go where a callback of this run said to go, if any did."""
    if "goto" in st.session_state:
        to = st.session_state.pop("goto")
        visit(to) if isinstance(to, str) else open_record(*to)
