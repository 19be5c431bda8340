"""Where one is: the URL's parameters and the addresses of records."""

from collections.abc import Mapping

import streamlit as st

KINDS = {
    "customer": "customers",
    "lead": "leads",
    "deal": "deals",
    "task": "tasks",
    "activity": "activities",
}
KIND_OF = {table: kind for kind, table in KINDS.items()}


def params() -> dict[str, str]:
    """The URL's parameters; of a repeated one the last, and at most fifty."""
    return {name: st.query_params[name] for name in list(st.query_params)[:50]}


def go(wanted: Mapping[str, str], keep: tuple[str, ...] = ()) -> None:
    """Put these parameters, and those to keep, in the URL in place of what is there."""
    kept = {name: st.query_params[name] for name in keep if name in st.query_params}
    st.query_params.from_dict({**kept, **wanted})


def open_record(table: str, id_: int) -> None:
    """Go to the page of one record."""
    st.switch_page("../pages/record.py", query_params={"kind": KIND_OF[table], "id": str(id_)})


def leave_for(table: str, id_: int) -> None:
    """From a callback: open this record once the screen has been drawn."""
    st.session_state["goto"] = (table, id_)


def follow() -> None:
    """Go where a callback of this run said to go, if any did."""
    if "goto" in st.session_state:
        open_record(*st.session_state.pop("goto"))
