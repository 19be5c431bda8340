"""Every kind of widget once, for nobody: run at the start so that the first person waits for no first use."""

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components import grid

table = pd.DataFrame(
    {"Name": ["a", "b"], "Amount": [1.5, None], "When": pd.to_datetime(["2026-01-01", None], utc=True)},
    index=pd.Index([1, 2], name="id"),
)
st.title("Warm up")
with st.form("form"):
    st.text_input("Text")
    st.form_submit_button("Save")
st.selectbox("One", ["a", "b"])
st.multiselect("Many", ["a", "b"])
st.date_input("Day")
st.number_input("Number")
st.button("Button")
grid.table("table", "Table", [{"Name": "a", "Amount": 1}])
bars = alt.Chart(table.assign(Amount=1.0)).mark_bar().encode(x="Name", y="Amount")
st.altair_chart(bars.add_params(alt.selection_point(name="pick")), on_select="rerun", key="chart")
st.metric("Total", "1.2 M", delta="3 %", chart_data=[1, 2, 3])
