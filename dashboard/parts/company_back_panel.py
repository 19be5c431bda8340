"""A company back from its file, for the operator: what the file holds, who is known here, then the one act."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import CrmError, Workspace
from crm_data.tables import noun
from crm_data.transfer.company_back import Brought
from crm_data.transfer.company_look import CompanyTold
from crm_data.transfer.sealed import is_sealed
from dashboard import session
from dashboard.parts import say
from dashboard.parts.acts import attempt, forget_refusal, show_refusal
from dashboard.parts.proof import passphrase

PLACE = "company_back"
_CALLED = {"E-mail": "E-mail of the company"}
_NAMED = 10  # people that are named; of more the rest is counted
_LOG_TABLES = ("change_log", "change_sets")
_LARGEST = 20  # MB


@dataclass(frozen=True)
class _Looked:
    """What was found in one file with one passphrase: told once, however often the page is drawn."""

    asked: tuple[str, str]
    told: CompanyTold | None
    refusal: str = ""


def company_back_panel() -> None:
    """The steps one below the other; each appears when the one before it is done."""
    st.caption(
        "A file that a company's *Data* page or `take-away` made. It comes in as a new company beside the others,"
        " which stay as they are."
    )
    if sentence := st.session_state.get(f"{PLACE}.done"):
        st.success(say.plain(sentence), icon=":material/check:")
    file = st.file_uploader(
        "Company file", type=["zip"], key=_uploader(), max_upload_size=_LARGEST, on_change=_another,
        help=f"Up to {_LARGEST} MB. Bring a larger one in with `python -m crm_data bring-back`.",
    )  # fmt: skip
    if file is None:
        return
    secret = ""
    if is_sealed(file):
        secret = passphrase(f"{PLACE}.passphrase", "Passphrase of the file", "Open the file", "off")
        if not secret:
            st.caption("This file is encrypted. Type the passphrase that it was taken away with.")
            return
    found = _looked(file, secret)
    if found.told is None:
        st.error(say.plain(found.refusal), icon=":material/error:")
        return
    _tell(found.told)
    _bring(file, secret, found.told)


def _uploader() -> str:
    """The key of the box for files: another one after each act, so that it is empty again."""
    return f"{PLACE}.file.{st.session_state.get(f'{PLACE}.turn', 0)}"


def _another() -> None:
    """Another file: nothing was found in it and nothing done with it."""
    for name in ("done", "looked", "email", "passphrase"):
        st.session_state.pop(f"{PLACE}.{name}", None)
    forget_refusal(PLACE)


def _looked(file: Any, secret: str) -> _Looked:
    known: _Looked | None = st.session_state.get(f"{PLACE}.looked")
    asked = (file.file_id, secret)
    if known is None or known.asked != asked:
        with st.spinner("Reading all of the file"):
            try:
                look = session.installation().look_at_company
                known = _Looked(asked, look(session.signed().scope, file, secret))
            except CrmError as refused:
                known = _Looked(asked, None, str(refused))
        st.session_state[f"{PLACE}.looked"] = known
    return known


def _tell(told: CompanyTold) -> None:
    """What would come, and for whom."""
    st.subheader(say.plain(told.company))
    older = ", an earlier one, which is brought up to date" if told.older else ""
    st.text(
        f"Taken away {say.moment(told.made_at)} by {told.product}, schema {told.revision}{older}."
        f" {_counted(told.rows)}"
    )
    if told.known:
        st.text(f"Known here by e-mail, and members at once: {_named(told.known)}.")
    if told.new:
        st.text(f"New here, each to be given a link: {_named(told.new)}.")
    if told.gone:
        st.text(f"{say.count(told.gone, 'person', 'people')} could not sign in there and cannot here.")
    if told.log:
        st.warning(
            say.plain(f"The log was not whole when it was taken away. {told.log}"), icon=":material/link_off:"
        )


def _counted(rows: Mapping[str, int]) -> str:
    """'12 customers, 3 deals, 240 lines of history, 40 other rows.'"""
    kinds = [f"{rows[name]:,} {noun(name, rows[name])}" for name in Workspace.kinds if rows.get(name)]
    history = sum(rows.get(name, 0) for name in _LOG_TABLES)
    other = sum(rows.values()) - history - sum(rows.get(name, 0) for name in Workspace.kinds)
    parts = [*kinds, f"{say.count(history, 'line')} of history", say.count(other, "other row")]
    return f"{', '.join(parts)}."


def _named(people: tuple[str, ...]) -> str:
    more = f" and {len(people) - _NAMED:,} more" if len(people) > _NAMED else ""
    return f"{', '.join(people[:_NAMED])}{more}"


def _bring(file: Any, secret: str, told: CompanyTold) -> None:
    """The one button that writes. Drawn and done in one run, so that the progress is seen."""
    st.session_state.setdefault(f"{PLACE}.email", "" if told.taken else told.email)
    email = st.text_input(
        "E-mail of the company *", key=f"{PLACE}.email", max_chars=255,
        help="What an installation knows a company by; no two here have the same",
    )  # fmt: skip
    if told.taken:
        st.caption(
            f"{say.plain(told.email)}, which stands in the file, is another company's here. Give this one its own."
        )
    pressed = st.button(
        "Bring it in as a new company", key=f"{PLACE}.go", type="primary", icon=":material/move_to_inbox:",
        disabled=not email.strip(),
    )  # fmt: skip
    if not pressed:
        show_refusal(PLACE)
        return
    saying = "Bringing it in. If you leave this page now, nothing is brought in."
    bar = st.progress(0.0, saying)
    bring, me = session.installation().bring_back, session.signed().scope
    made = attempt(
        PLACE,
        lambda: bring(me, file, email.strip(), secret, lambda share: bar.progress(share, saying)),
        _CALLED,
    )
    if made is not None:
        _another()
        st.session_state[f"{PLACE}.turn"] = st.session_state.get(f"{PLACE}.turn", 0) + 1
        st.session_state[f"{PLACE}.done"] = _sentence(made)
    st.rerun()


def _sentence(made: Brought) -> str:
    said = f"{made.name} is here as a new company, number {made.company_id}: {say.count(made.rows, 'row')}."
    if made.people:
        said += (
            f" New here, without a password: {_named(made.people)}."
            f" Make each of them a reset link at A person's account below."
        )
    return said
