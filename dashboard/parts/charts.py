"""Charts, each an Altair picture of bars that know their rows: a click on a bar gives its figure."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa
import streamlit as st

from crm_data import Bar, Chart, Figure, Workspace
from dashboard.parts import figures, place, say
from dashboard.parts.bar_labels import TEXT, label_rows, with_labels
from dashboard.parts.explaining import made

# The theme's own colours, of which a test computes contrast and distance: stages from cool to warm, then won.
STAGES = {
    "light": ["#1d4a9c", "#1f7fae", "#918c9b", "#bd7f2c"],
    "dark": ["#5b88e0", "#93d3ec", "#a9a5b3", "#edc983"],
}
QUIET = {"light": "#5b5d66", "dark": "#b4b6bd"}  # the theme's grey text
PAIR = {"light": ["#1f7a4d", "#918c9b"], "dark": ["#5cc08c", "#a9a5b3"]}
LYING = {"light": ["#1f7fae", "#918c9b"], "dark": ["#93d3ec", "#a9a5b3"]}
HEIGHT = 300
ROOM = 1.35
ABOVE = {False: 1.09, True: 1.18}  # and above upright ones, of which stacks may have two lines
LABELLED = ("stage", "month", "owner")
ROWS = 10  # of a bar that was clicked
AROUND, A_BAR = 120, 18  # pixels: what a chart of lying bars has above and below them, and one of them
_BILLIONS = "replace(datum.label, 'G', 'B')"
_TWO_LINES = "split(datum.label, ' ')"  # 'Mar 2026', month above year: nothing has to be turned
NO_AMOUNT = "Nothing to draw: those that are here have no amount."


@dataclass(frozen=True)
class Ready:
    """A chart made ready to be drawn, on light or on dark ground: making it takes longer than drawing it."""

    chart: Chart
    rows: pa.Table
    picture: dict[str, Any]
    behind: Mapping[str, Figure]


def prepare(name: str, chart: Chart, *notes: str) -> Ready:
    """Its name says how it is drawn, see `PICTURES`; `notes`: what else is said below the title."""
    rows, behind = chart.drawn()
    rows["said"] = [_said(bar) for bar in chart.bars]
    rows["exact"] = [figures.exactly(bar.figure) for bar in chart.bars]
    rows["made"] = [made(bar.figure) for bar in chart.bars]
    picture = deepcopy(_picture(name, chart.currency, ground()))
    picture["title"] |= {"text": chart.title, "subtitle": [chart.basis, *filter(None, notes)]}
    bars = picture["layer"][0] if "layer" in picture else picture
    lying = name not in ("stage", "month", "own_line")
    stacked = name in ("month", "owner")
    reach = _reach(rows, stacked)
    if name in LABELLED:
        label_rows(rows, not lying, stacked)
    if "layer" in picture:  # there has to be room for the words behind the longest bar
        reach[1] *= ROOM if lying else ABOVE[stacked]
    if "layer" in picture and name not in LABELLED:
        _paired(picture, bars, rows)
    bars["encoding"]["x" if lying else "y"]["scale"] = {"domain": reach}
    if lying:  # every one with a name beside the bar
        picture["height"] = _height(rows, stacked)
    return Ready(chart, pa.Table.from_pandas(rows, preserve_index=False), picture, behind)


def draw_one(ready: Ready, key: str, instead: Callable[[], None]) -> Figure | None:
    """Draw a chart; returns the figure of the bar that was clicked last, if one is chosen.

    `instead` draws what stands there when nothing has an amount.
    """
    if ready.chart.empty:
        instead()
        return None
    event = st.vega_lite_chart(
        ready.rows,
        dict(ready.picture),
        height=ready.picture["height"],  # room before it is drawn: what stands below does not move
        key=key,
        on_select="rerun",
        selection_mode="pick",
    )
    # What a browser says was clicked is only looked up among the bars that were drawn for this person.
    points = event["selection"].get("pick")
    names = [p.get("bar") for p in points if isinstance(p, dict)] if isinstance(points, list) else []
    said = (bar for bar in reversed(names) if isinstance(bar, str) and bar in ready.behind)
    return next((ready.behind[bar] for bar in said), None)


def behind(my: Workspace, figure: Figure, key: str) -> None:
    """The first rows of the bar that was clicked, and the way to all of them."""
    page = my.records(figure.rows.table).page(replace(figure.rows.query, size=ROWS))
    title = my.records(figure.rows.table).title
    figures.line(
        my, [(figure, f"{say.count(page.total, figure.rows.table[:-1])} behind this bar")], f"{key}.rows"
    )
    for row in page.rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                say.plain(row[title]),
                key=f"{key}.row.{row['id']}",
                type="tertiary",
                on_click=place.leave_for,
                args=(figure.rows.table, row["id"]),
            )
            if "deal_value" in row:
                st.text(say.money(row["deal_value"], row["currency"]), width="content")


def _height(rows: pd.DataFrame, stacked: bool) -> int:
    """So many pixels that every bar is as thick as another, whatever their number."""
    if stacked:
        return max(HEIGHT, AROUND + A_BAR * int(rows["place"].nunique()))
    return AROUND + A_BAR * max(len(rows), 2 * int(rows["place"].nunique()))


def _said(bar: Bar) -> str:
    """What is written at the end of a bar."""
    if bar.figure.value is None:
        return ""
    words = figures.shown(bar.figure)
    return f"{words} · {figures.shown(bar.beside)}" if bar.beside else words


def _paired(picture: dict[str, Any], bars: dict[str, Any], rows: pd.DataFrame) -> None:
    """Where there is one series, it needs no legend and no second lane."""
    if rows["series"].nunique() > 1:
        return
    for layer in (bars, picture["layer"][1]):
        layer["encoding"].pop("yOffset", None)
    bars["encoding"]["color"] = {"value": bars["encoding"]["color"]["scale"]["range"][0]}


def _reach(rows: pd.DataFrame, stacked: bool) -> list[float]:
    """From where to where the bars go. Vega would ask the rows, which come to it after the picture."""
    up: dict[str, float] = {}
    down: dict[str, float] = {}
    for bar, amount in zip(
        rows["place" if stacked else "bar"].tolist(), rows["amount"].tolist(), strict=True
    ):
        side = up if amount > 0 else down
        side[bar] = side.get(bar, 0.0) + amount
    low, high = min(down.values(), default=0.0), max(up.values(), default=0.0)
    return [min(low, 0.0), high if high > low else low + 1]


@cache
def _picture(name: str, currency: str, ground: str) -> dict[str, Any]:
    """A chart's specification without its rows: Altair takes longer to make and check one than they to be read.

    It holds nothing of any company. Bars stand in the order of the rows.
    """
    drawn = PICTURES[name](currency, ground).properties(width="container", height=HEIGHT)
    specification: dict[str, Any] = drawn.to_dict()
    del specification["data"]
    return specification


def ground() -> str:
    """Whether the screen is light or dark now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _chart(currency: str, ground: str, **encoding: Any) -> Any:
    return _bars(currency, **encoding).properties(data=alt.NamedData("rows"), title=_title(ground))


def _layered(layers: list[Any], ground: str) -> Any:
    return alt.layer(*layers, data=alt.NamedData("rows"), title=_title(ground))


def _bars(currency: str, **encoding: Any) -> Any:
    pick = alt.selection_point("pick", fields=["bar"])
    tooltip = [
        alt.Tooltip("place:N", title="Where"),
        alt.Tooltip("series:N", title="Which"),
        alt.Tooltip("amount:Q", title=currency, format=",.2f"),
        alt.Tooltip("deals:Q", title="Deals", format=","),
        alt.Tooltip("made:N", title="How"),
    ]
    return (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(fillOpacity=alt.condition(pick, alt.value(1), alt.value(0.35)), tooltip=tooltip, **encoding)
        .add_params(pick)
    )


def _money() -> alt.Axis:
    return alt.Axis(title=None, format="~s", labelExpr=_BILLIONS, grid=True, tickCount=5)


def _legend(**more: Any) -> alt.Legend:
    return alt.Legend(orient="top", title=None, offset=8, **more)


def _pair(first: str, second: str, ground: str) -> alt.Color:
    return alt.Color(
        "series:N", scale=alt.Scale(domain=[first, second], range=PAIR[ground]), legend=_legend()
    )


def _by_stage(currency: str, ground: str) -> Any:
    series = ["Value", "Weighted"]
    lanes = {
        "x": alt.X("place:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        "xOffset": alt.XOffset("series:N", sort=series),
    }
    bars = _bars(
        currency,
        **lanes,
        y=alt.Y("amount:Q", axis=_money()),
        color=alt.Color("place:N", scale=alt.Scale(range=STAGES[ground]), sort=None, legend=None),
        # Of the channels that fade a bar this alone has a legend; the other one shows what was clicked.
        opacity=alt.Opacity(
            "series:O",
            sort=series,
            scale=alt.Scale(domain=series, range=[0.55, 1]),
            legend=_legend(symbolFillColor=STAGES[ground][0], symbolStrokeWidth=0),
        ),
    )
    return _layered(with_labels(bars, ground, True, _money(), **lanes), ground)


def _by_month(currency: str, ground: str) -> Any:
    axis = alt.Axis(labelAngle=0, labelExpr=_TWO_LINES, labelOverlap="greedy")
    lanes = {"x": alt.X("place:N", sort=None, title=None, axis=axis)}
    bars = _bars(
        currency,
        **lanes,
        y=alt.Y("amount:Q", axis=_money(), stack=True),
        color=_pair("Won", "Expected (weighted)", ground),
    )
    return _layered(with_labels(bars, ground, True, _money(), **lanes), ground)


def _by_owner(currency: str, ground: str) -> Any:
    lanes = {"y": alt.Y("place:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False))}
    bars = _bars(
        currency,
        **lanes,
        x=alt.X("amount:Q", axis=_money(), stack=True),
        color=_pair("Won", "Weighted open", ground),
    )
    return _layered(with_labels(bars, ground, False, _money(), **lanes), ground)


def _lying(currency: str, ground: str) -> Any:
    """Lying bars with what they say written at their end, one beside the other where there are two series."""
    pick = alt.selection_point("pick", fields=["bar"])
    lanes = {
        "y": alt.Y("place:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False, labelLimit=150)),
        "yOffset": alt.YOffset("series:N", sort=None),
        "x": alt.X("amount:Q", axis=None),
    }
    bars = (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(
            **lanes,
            **_picked(pick, ground),
        )
        .add_params(pick)
    )
    words = alt.Chart().mark_text(align="left", dx=5, color=TEXT[ground]).encode(**lanes, text="said:N")
    return alt.layer(bars, words, data=alt.NamedData("rows"), title=_title(ground))


def _picked(pick: Any, ground: str) -> dict[str, Any]:
    """How a bar or a point is seen: its series by colour, others fade when it is picked, its number in full."""
    return {
        "color": alt.Color("series:N", sort=None, scale=alt.Scale(range=LYING[ground]), legend=_legend()),
        "fillOpacity": alt.condition(pick, alt.value(1), alt.value(0.35)),
        "tooltip": [
            alt.Tooltip("exact:N", title="Exactly"),
            alt.Tooltip("deals:Q", title="Rows", format=","),
            alt.Tooltip("made:N", title="How"),
        ],
    }


def _title(ground: str) -> Any:
    """Room above a chart for what it is of, which comes with its numbers."""
    return alt.Title("", anchor="start", offset=10, subtitleFontSize=12, subtitleColor=QUIET[ground])


def _line(currency: str, ground: str) -> Any:
    """A line through places in time, each a point that can be clicked."""
    pick = alt.selection_point("pick", fields=["bar"])
    axis = alt.Axis(labelAngle=0, labelExpr=_TWO_LINES, labelOverlap="greedy")
    at = {
        "x": alt.X("place:N", sort=None, title=None, axis=axis),
        "y": alt.Y("amount:Q", axis=_money()),
    }
    points = (
        alt.Chart()
        .mark_point(filled=True, size=90, cursor="pointer")
        .encode(
            **at,
            **_picked(pick, ground),
        )
        .add_params(pick)
    )
    line = alt.Chart().mark_line(color=LYING[ground][0]).encode(**at)
    return alt.layer(points, line, data=alt.NamedData("rows"), title=_title(ground))


PICTURES: Mapping[str, Callable[[str, str], Any]] = {
    "stage": _by_stage,
    "month": _by_month,
    "owner": _by_owner,
    "funnel": _lying,
    "days": _lying,
    "losses": _lying,
    "sources": _lying,
    "ages": _lying,
    "pushed": _lying,
    "own_bar": _lying,
    "own_line": _line,
}
