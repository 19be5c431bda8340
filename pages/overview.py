"""Overview: where one arrives."""

import streamlit as st

from dashboard.menu import SCREENS
from dashboard.session import signed

here = signed()

st.title(f"Good to see you, {here.account.first_name}")
st.caption(f"{here.scope.company_name}")
for screen in SCREENS[1:]:
    if screen.in_menu and screen.open_to(here.scope):
        st.page_link(screen.file, label=screen.title, icon=screen.icon)
