"""The one edge where an error that nobody foresaw becomes a calm sentence with a code; the log has the rest."""

import logging
import secrets

import streamlit as st

from crm_data.errors import CrmError, NoCompany, NotSignedIn
from dashboard.parts import say
from dashboard.sign_in import handover

log = logging.getLogger("foyer.errors")

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike


def on_script_error(error: Exception) -> bool:
    """Show what a person can use of an error that no page caught. Streamlit shows nothing of its own then."""
    if isinstance(error, CrmError) and not isinstance(error, NoCompany):
        log.info("a refusal reached the edge: %s", type(error).__name__)
        st.warning(say.plain(str(error)))
        if isinstance(error, NotSignedIn):
            handover.leave()  # a dialog runs without the rest of the script, which would have shown the form
        return True
    code = logged(error)
    st.error(
        f"Something went wrong here, and nothing was saved by this step. Try again; if it happens "
        f"again, tell whoever runs this installation the code {code}.",
        icon=":material/error:",
    )
    return True


def logged(error: BaseException) -> str:
    """Log an error with its traceback under a new short code, and return the code."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(6))
    log.error("error %s", code, exc_info=error)
    return code
