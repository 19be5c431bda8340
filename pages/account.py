"""Account: one's own name and password, and the places where one is signed in."""

import streamlit as st

from dashboard.parts.heading import heading
from dashboard.session import signed
from dashboard.sign_in.own_account import password_panel, portrait_panel, profile_panel, sessions_panel

here = signed()

with heading(here.account.name, "Your account"):
    pass

left, right = st.columns([2, 3])
with left:
    profile_panel(here)
    portrait_panel(here)
    password_panel(here)
with right:
    sessions_panel(here)
