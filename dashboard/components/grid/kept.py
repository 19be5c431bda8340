"""Whose drafts a browser keeps: those of the sign-in that lives; at its end they go, in every tab."""

from pathlib import Path
from typing import Final

import streamlit as st

# For the scripts of the frame, which forget drafts also where no grid was ever drawn.
SCRIPT: Final = Path(__file__).with_name("kept.js").read_text(encoding="utf-8")
_TOLD = "drafts kept for"
_JS = SCRIPT + "export default ({ data }) => only(data.owner);"
_only = st.components.v2.component("foyer_kept", js=_JS)


def only(owner: str) -> None:
    """At a tab's first run: what somebody else left in its storage goes."""
    if st.session_state.get(_TOLD) != owner:
        _only(key="kept", data={"owner": owner})
        st.session_state[_TOLD] = owner
