"""Backups of the whole database, for the operator: how it stands, make, verify, prove, restore."""

from datetime import datetime

import streamlit as st

from crm_data import CrmError, clock
from crm_data.transfer.proofs import took
from dashboard import session
from dashboard.components import grid
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, show_refusal

PLACE = "backups"


def backups_panel() -> None:
    """State in one sentence, the list, and what can be done with one of them."""
    backups, me = session.installation().backups, session.signed().scope
    try:
        status, proofs, infos = backups.status(me), backups.proofs(me), backups.list(me)
        second, copies = backups.copies(me)
    except CrmError as error:
        st.error(say.plain(str(error)))
        return
    late = status.late or status.failure
    (st.warning if late else st.success)(status.sentence, icon=":material/backup:")
    unproved = proofs.late or proofs.failure
    (st.warning if unproved else st.success)(say.plain(proofs.sentence), icon=":material/fact_check:")
    if proofs.next is not None:
        st.caption(f"The server restores one into a database of its own next {_when(proofs.next)}.")
    if second.set:
        lacking = second.late or second.failure
        (st.warning if lacking else st.success)(say.plain(second.sentence), icon=":material/drive_file_move:")
    else:
        st.caption(f"{say.plain(second.sentence)} `CRM_SECOND_DIR` names a folder on another disk.")
    show_refusal(PLACE)
    st.button("Back up now", type="primary", icon=":material/backup:", on_click=_make)
    if not infos:
        st.caption("Every backup will be listed here. One is made each day while the server runs.")
        return
    there = {copy.name for copy in copies}
    lines = [
        {
            "Backup": info.name,
            "Made": say.moment(info.made_at),
            "Size": f"{info.size / 1e6:,.1f} MB",
            "Rows": f"{info.total:,}",
            "State": info.problem or "Verified when made",
            "Proved by restoring": say.moment(info.proof.at) if info.proof else say.NONE,
            "Second place": "Encrypted copy" if info.name in there else say.NONE,
            "It took": took(info.proof.seconds) if info.proof else say.NONE,
        }
        for info in infos
    ]
    grid.table(f"{PLACE}.list", "Backups", lines)
    chosen = st.selectbox("Backup", [info.name for info in infos])
    with st.container(horizontal=True):
        st.button("Verify", icon=":material/verified:", on_click=_verify, args=(chosen,))
        st.button("Prove by restoring", icon=":material/fact_check:", on_click=_prove, args=(chosen,))
        if second.set:
            st.button(
                "Copy to the second place", icon=":material/drive_file_move:", on_click=_send, args=(chosen,)
            )
    with st.expander("Restore this backup"):
        _restore(chosen)


def _make() -> None:
    with st.spinner("Backing up and verifying"):
        info = attempt(PLACE, lambda: session.installation().backups.make(session.signed().scope))
    if info is not None:
        announce(f"Backup {info.name} made and verified. {info.untried}".strip())


def _verify(name: str) -> None:
    with st.spinner("Verifying"):
        found = attempt(PLACE, lambda: session.installation().backups.verify(name, session.signed().scope))
    if found is not None:
        announce(f"{name} is whole: {sum(found.manifest.rows.values()):,} rows. {found.untried}".strip())


def _prove(name: str) -> None:
    with st.spinner("Restoring into a database of its own"):
        proof = attempt(PLACE, lambda: session.installation().backups.prove(name, session.signed().scope))
    if proof is not None:
        announce(proof.sentence)


def _send(name: str) -> None:
    with st.spinner("Encrypting and copying"):
        sent = attempt(PLACE, lambda: session.installation().backups.send(name, session.signed().scope))
    if sent is not None:
        announce(f"{sent.name} is in the second place, encrypted and read back.")


def _when(moment: datetime) -> str:
    return "within minutes" if moment <= clock.now() else f"after {say.moment(moment)}"


def _restore(name: str) -> None:
    st.markdown(
        "Everything in this installation, of every company, goes back to the moment of the backup. "
        "What stands now is kept as a safety backup, and everybody is signed out."
    )
    try:
        lost = session.installation().backups.since(name, session.signed().scope)
    except CrmError as error:
        st.error(say.plain(str(error)))
        return
    st.warning(say.plain(lost.sentence(say.moment(lost.made_at))), icon=":material/history:")
    if lost.companies:
        lines = [{"Company": one.name, "Lost": one.what} for one in lost.companies]
        grid.table(f"{PLACE}.lost", "What would be lost", lines)
    said = st.text_input("Type the name of the backup to confirm", key=f"{PLACE}.confirm", placeholder=name)

    def act() -> None:
        with st.spinner("Restoring"):
            done = attempt(
                PLACE, lambda: session.installation().backups.restore(name, session.signed().scope)
            )
        if (
            done is not None
        ):  # whoever did it is signed out as well, and reads it on the screen that comes then
            st.session_state[session.NOTICE] = f"{done.sentence(say.moment(done.made_at))} Sign in to go on."

    st.button("Restore everything from it", disabled=said != name, on_click=act)
