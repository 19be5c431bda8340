"""What runs out on the machine, said where whoever looks after things comes by."""

import streamlit as st

from dashboard import session
from dashboard.parts import say


def shortages() -> None:
    """A line for each disk that is nearly full, and for open files; nothing when there is enough."""
    for sentence in session.installation().shortages():
        st.warning(say.plain(sentence), icon=":material/hard_drive:")
