"""The least a Streamlit page can be: a title and a caption."""

import streamlit as st

st.title("Empty")
st.caption("Nothing here.")
