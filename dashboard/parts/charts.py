"""The charts of the pipeline as one Altair picture: by stage, by month, by owner. A click selects rows below."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

# The theme's own colours, of which a test computes contrast and distance: stages from cool to warm, then won.
STAGES = {
    "light": ["#1d4a9c", "#1f7fae", "#918c9b", "#bd7f2c"],
    "dark": ["#5b88e0", "#93d3ec", "#a9a5b3", "#edc983"],
}
PAIR = {"light": ["#1f7a4d", "#918c9b"], "dark": ["#5cc08c", "#a9a5b3"]}
HEIGHT = 240


def pipeline_charts(
    stages: pd.DataFrame, months: pd.DataFrame, owners: pd.DataFrame, currency: str, key: str
) -> dict[str, Any]:
    """Draw the three charts side by side; returns what was clicked, as {'stage': 'proposal'} or nothing.

    Frames are those of `numbers.by_stage().frame`, `by_month` and `by_owner`.
    """
    width = "container"
    pictures = {
        "stage": _by_stage(stages, currency),
        "month": _by_month(months, currency),
        "owner": _by_owner(owners, currency),
    }
    clicked: dict[str, Any] = {}
    with st.grid(min_column_width=330, gap="small"):
        for name, picture in pictures.items():
            event = st.altair_chart(
                picture.properties(width=width, height=HEIGHT),
                key=f"{key}.{name}",
                on_select="rerun",
                selection_mode="pick",
            )
            for point in event["selection"].get("pick", []):
                clicked |= point
    return clicked


def _ground() -> str:
    """Whether the screen is light or dark now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _money(currency: str) -> alt.Axis:
    return alt.Axis(title=None, format="~s", grid=True)


def _by_stage(frame: pd.DataFrame, currency: str) -> Any:
    long = frame.melt(["stage", "label", "count"], ["value", "weighted"], "kind", "amount")
    long["kind"] = long["kind"].map({"value": "Value", "weighted": "Weighted"})
    pick = alt.selection_point("pick", fields=["stage"])
    return (
        alt.Chart(long, title=f"Open pipeline by stage ({currency})")
        .mark_bar()
        .encode(
            x=alt.X("label:N", sort=list(frame["label"]), title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("kind:N", sort=["Value", "Weighted"]),
            y=alt.Y("amount:Q", axis=_money(currency)),
            color=alt.Color(
                "label:N", scale=alt.Scale(range=STAGES[_ground()]), sort=list(frame["label"]), legend=None
            ),
            fillOpacity=alt.FillOpacity(
                "kind:N", scale=alt.Scale(domain=["Value", "Weighted"], range=[0.55, 1]), legend=None
            ),
            opacity=alt.condition(pick, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("label:N", title="Stage"),
                alt.Tooltip("kind:N", title="Which"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
                alt.Tooltip("count:Q", title="Deals"),
            ],
        )
        .add_params(pick)
    )


def _by_month(frame: pd.DataFrame, currency: str) -> Any:
    long = frame.melt(["month", "label"], ["won", "expected"], "kind", "amount")
    long["kind"] = long["kind"].map({"won": "Won", "expected": "Expected (weighted)"})
    long["day"] = long["month"].dt.strftime("%Y-%m-%d").fillna("none")
    pick = alt.selection_point("pick", fields=["day", "kind"])
    return (
        alt.Chart(long.drop(columns="month"), title=f"Won and expected by month ({currency})")
        .mark_bar()
        .encode(
            x=alt.X("label:N", sort=list(frame["label"]), title=None, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("amount:Q", axis=_money(currency), stack=True),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["Won", "Expected (weighted)"], range=PAIR[_ground()]),
                legend=alt.Legend(orient="top", title=None),
            ),
            opacity=alt.condition(pick, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("label:N", title="Month"),
                alt.Tooltip("kind:N", title="Which"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
            ],
        )
        .add_params(pick)
    )


def _by_owner(frame: pd.DataFrame, currency: str) -> Any:
    frame = frame.assign(
        rate=frame["win_rate"].map(lambda rate: "not available" if pd.isna(rate) else f"{rate:.0%}"),
        owner_id=frame["owner_id"].astype("float64"),
    )
    pick = alt.selection_point("pick", fields=["owner_id"])
    long = frame.melt(["owner", "owner_id", "rate"], ["weighted", "won"], "kind", "amount")
    long["kind"] = long["kind"].map({"weighted": "Weighted open", "won": "Won"})
    return (
        alt.Chart(long, title=f"By owner, top 20 ({currency})")
        .mark_bar()
        .encode(
            y=alt.Y("owner:N", sort=list(frame["owner"]), title=None),
            x=alt.X("amount:Q", axis=_money(currency), stack=True),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["Won", "Weighted open"], range=PAIR[_ground()]),
                legend=alt.Legend(orient="top", title=None),
            ),
            opacity=alt.condition(pick, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("owner:N", title="Owner"),
                alt.Tooltip("kind:N", title="Which"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
                alt.Tooltip("rate:N", title="Win rate"),
            ],
        )
        .add_params(pick)
    )
