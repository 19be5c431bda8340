"""Account."""

import streamlit as st

from dashboard.session import signed

st.title(signed().account.name)
