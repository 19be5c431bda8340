"""Which system made a file: said with the headings that tell it, and changed by the person."""

import streamlit as st

from crm_data import Records
from crm_data.tables import noun
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.keeping import Kept
from crm_data.transfer.plan import Plan
from crm_data.transfer.systems import known
from crm_data.transfer.systems.known import Found
from dashboard.parts import say

# What is chosen for a file: it holds for that file read in that way, and for no other.
_CHOICES = (
    "to",
    "as",
    "fill",
    "key",
    "mode",
    "blanks",
    "newer",
    "lookalikes",
    "source",
    "named",
    "words",
    "word",
    "checked",
)


def system_told(records: Records, sheet: Sheet, plan: Plan) -> None:
    """A sentence on what the file was recognised as and why, or where else its rows belong."""
    found = known.recognised(sheet.headings, records.name)
    if plan.system and found is not None and found.export.name == plan.system:
        said = f"Recognised as {plan.system}, {_because(found)}."
        st.caption(f":material/verified: {say.plain(said)}")
    elif plan.system:
        st.caption(f":material/verified: Read as {say.plain(plan.system)}, as you chose.")
    elif (other := known.elsewhere(sheet.headings, records.name)) is not None:
        there, here = noun(other.export.table, 2), noun(records.name, 2)
        said = (
            f"This looks like {other.export.name}, {_because(other)}: they are {there} here."
            f" Import the file from the list of {there}, or go on to make {here} of it."
        )
        st.info(say.plain(said), icon=":material/move_down:")


def kept_told(kept: Kept | None, key: str) -> None:
    """That the choices of an earlier file are taken again, and a way to go by this file alone."""
    if kept is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/history: {say.plain(kept.sentence())}")
        st.button("Go by the file alone", key=f"{key}.alone", type="tertiary", on_click=_anew, args=(key,))


def _anew(key: str) -> None:
    st.session_state[f"{key}.anew"] = True


def _because(found: Found) -> str:
    which = " and ".join(f'"{heading}"' for heading in found.because)
    return f"by {'the headings' if len(found.because) > 1 else 'the heading'} {which}"


def system_choice(records: Records, plan: Plan, key: str) -> None:
    """Another system, or none: the columns are matched anew."""
    options = ["", *known.offered(records.name)]
    st.selectbox(
        "Made by",
        options,
        index=options.index(plan.system),
        format_func=lambda name: name or "None of these: go by the headings alone",
        key=key,
        on_change=_chosen,
        args=(key,),
    )


def _chosen(key: str) -> None:
    st.session_state[f"{key}.said"] = st.session_state[key]


def forget_choices(place: str) -> None:
    """Forget where the columns go and all that follows from it."""
    for key in [key for key in st.session_state if str(key).startswith(f"{place}.")]:
        if str(key).removeprefix(f"{place}.").split(".")[0] in _CHOICES:
            del st.session_state[key]
