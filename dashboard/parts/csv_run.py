"""The writing of an import on the screen: how far it is, Cancel, and what is told when it was broken off."""

from dataclasses import dataclass

import streamlit as st

from crm_data import Records, Workspace
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.plan import Plan
from crm_data.transfer.report import Report
from dashboard.parts.acts import announce, attempt, refusal
from dashboard.pressed import pressed_meanwhile

_CANCELLED = "Cancelled: nothing was imported."
_BROKEN = "The import was broken off: nothing was imported."
_LATE = "The import had ended before Cancel was heard. Undo takes it back."


class _Cancelled(Exception):
    """The person wants it no more."""


@dataclass
class Run:
    """One import that was begun. `report`: what it did, from the moment it is written; `told`: why it is not.

    `stopping`: Cancel was clicked, and what else was clicked before it counts no more.
    """

    act: str
    stem: str
    report: Report | None = None
    told: str = _BROKEN
    stopping: bool = False


def begun(place: str) -> Run | None:
    """The import that was begun last in this dialog, for the file that is in it."""
    found: Run | None = st.session_state.get(f"{place}.run")
    return found if found is not None and found.act == st.session_state.get(f"{place}.act") else None


def write(my: Workspace, records: Records, sheet: Sheet, plan: Plan, place: str) -> Run:
    """Import it, with the share that is done and a way to stop it. Cancelled or refused it leaves nothing.

    Whatever a click elsewhere breaks off here is found by `begun` in the next run.
    """
    run = Run(st.session_state[f"{place}.act"], sheet.stem)
    st.session_state[f"{place}.run"] = run
    telling, key = "Importing. If you close this, nothing is imported.", f"{place}.cancel"
    where = st.empty()
    with where.container():
        bar = st.progress(0.0, telling)
        st.button("Cancel", key=key, icon=":material/close:", on_click=_pressed, args=(run,))

    def heard(share: float) -> None:
        if pressed_meanwhile(key):
            raise _Cancelled
        bar.progress(min(share, 1.0), telling)

    def do() -> bool:
        # Kept in one step with the writing: what gives way to a click right behind it knows what was done.
        run.report = my.commit_import(records, sheet, plan, heard, run.act)
        return True

    try:
        if attempt(place, do) is None:
            run.told = ""  # the refusal says why
    except _Cancelled:
        run.told = _CANCELLED
    where.empty()
    return run


def show_broken_off(place: str) -> None:
    """Say that nothing was imported, where that is so."""
    run = begun(place)
    if run is not None and run.report is None and run.told and refusal(place) is None:
        st.info(run.told, icon=":material/info:")


def stopping(place: str) -> bool:
    """Whether Cancel was clicked in the last run; asked once."""
    run = begun(place)
    if run is None:
        return False
    found, run.stopping = run.stopping, False
    return found


def dismissed(place: str) -> Run | None:
    """From a callback: the dialog is closed. Says so where that broke an import off; the run, if there was one."""
    run = begun(place)
    if run is not None and run.report is None and run.told == _BROKEN:
        announce(_BROKEN, "info")
    return run


def _pressed(run: Run) -> None:
    run.stopping = True
    if run.report is not None:
        announce(_LATE, "info")
