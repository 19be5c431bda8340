"""The charts of the pipeline, three Altair pictures: by stage, by month, by owner. A click selects rows below."""

from copy import deepcopy
from functools import cache
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
HEIGHT = 300
AROUND, A_BAR = 120, 18  # pixels: what a chart of bars has above and below them, and one of them


def pipeline_charts(
    stages: pd.DataFrame, months: pd.DataFrame, owners: pd.DataFrame, currency: str, key: str
) -> dict[str, Any]:
    """Draw the three charts side by side; returns what was clicked, as {'stage': 'proposal'} or nothing.

    Frames are those of `numbers.by_stage().frame`, `by_month` and `by_owner`.
    """
    rows = {"stage": _stage_rows(stages), "month": _month_rows(months), "owner": _owner_rows(owners)}
    clicked: dict[str, Any] = {}
    with st.grid(min_column_width=330, gap="small"):
        for name, bars in rows.items():
            picture = deepcopy(_picture(name, currency, _ground()))
            if name == "owner":  # every one with a name beside the bar
                picture["height"] = max(HEIGHT, AROUND + A_BAR * bars["owner"].nunique())
            event = st.vega_lite_chart(
                bars,
                picture,
                key=f"{key}.{name}",
                on_select="rerun",
                selection_mode="pick",
            )
            for point in event["selection"].get("pick", []):
                clicked |= point
    return clicked


@cache
def _picture(name: str, currency: str, ground: str) -> dict[str, Any]:
    """A chart's specification without its rows: Altair takes longer to make and check one than they to be read.

    It holds nothing of any company. Bars stand in the order of the rows.
    """
    made = {"stage": _by_stage, "month": _by_month, "owner": _by_owner}[name](currency, ground)
    specification: dict[str, Any] = made.properties(width="container", height=HEIGHT).to_dict()
    del specification["data"]
    return specification


def _ground() -> str:
    """Whether the screen is light or dark now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _chart(title: str) -> Any:
    return alt.Chart(alt.NamedData("rows"), title=alt.Title(title, offset=10)).mark_bar()


def _money() -> alt.Axis:
    return alt.Axis(title=None, format="~s", grid=True)


def _stage_rows(frame: pd.DataFrame) -> pd.DataFrame:
    long = frame.melt(["stage", "label", "count"], ["value", "weighted"], "kind", "amount")
    long["kind"] = long["kind"].map({"value": "Value", "weighted": "Weighted"})
    return long


def _by_stage(currency: str, ground: str) -> Any:
    pick = alt.selection_point("pick", fields=["stage"])
    return (
        _chart(f"Open pipeline by stage ({currency})")
        .encode(
            x=alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("kind:N", sort=["Value", "Weighted"]),
            y=alt.Y("amount:Q", axis=_money()),
            color=alt.Color("label:N", scale=alt.Scale(range=STAGES[ground]), sort=None, legend=None),
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


def _month_rows(frame: pd.DataFrame) -> pd.DataFrame:
    long = frame.melt(["month", "label"], ["won", "expected"], "kind", "amount")
    long["kind"] = long["kind"].map({"won": "Won", "expected": "Expected (weighted)"})
    long["day"] = long["month"].dt.strftime("%Y-%m-%d").fillna("none")
    return long.drop(columns="month")


def _by_month(currency: str, ground: str) -> Any:
    pick = alt.selection_point("pick", fields=["day", "kind"])
    return (
        _chart(f"Won and expected by month ({currency})")
        .encode(
            x=alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("amount:Q", axis=_money(), stack=True),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["Won", "Expected (weighted)"], range=PAIR[ground]),
                legend=alt.Legend(orient="top", title=None, offset=8),
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


def _owner_rows(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.assign(
        rate=frame["win_rate"].map(lambda rate: "not available" if pd.isna(rate) else f"{rate:.0%}"),
        owner_id=frame["owner_id"].astype("float64"),
    )
    long = frame.melt(["owner", "owner_id", "rate"], ["weighted", "won"], "kind", "amount")
    long["kind"] = long["kind"].map({"weighted": "Weighted open", "won": "Won"})
    return long


def _by_owner(currency: str, ground: str) -> Any:
    pick = alt.selection_point("pick", fields=["owner_id"])
    return (
        _chart(f"By owner, top 20 ({currency})")
        .encode(
            y=alt.Y("owner:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
            x=alt.X("amount:Q", axis=_money(), stack=True),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["Won", "Weighted open"], range=PAIR[ground]),
                legend=alt.Legend(orient="top", title=None, offset=8),
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
