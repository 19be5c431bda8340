"""What bars are worth, written at their ends: short, and only where it has room beside the others."""

from collections.abc import Sequence
from math import ceil, log10
from typing import Any

import altair as alt
import pandas as pd

TEXT = {"light": "#17181c", "dark": "#e7e8ea"}
SIZE, LINE = 10.5, 12  # pixels
_SLOTS = 9  # labels side by side in the narrowest chart
_UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


def brief(value: float) -> str:
    """An amount in three digits, as the axis beside it has it: 950, 74.6k, 1.25M; '' for none."""
    if not value:
        return ""
    for size, unit in _UNITS:
        if abs(value) >= size * 0.9995:
            part = value / size
            digits = max(2 - int(log10(max(abs(part), 1))), 0)
            said = f"{part:.{digits}f}"
            return f"{said.rstrip('0').rstrip('.') if '.' in said else said}{unit}"
    return f"{value:.0f}"


def label_rows(rows: pd.DataFrame, upright: bool, stacked: bool) -> None:
    """Give each bar what is written at it ('label'), what above that ('over'), and where ('at').

    A stack has one label at its end: what its parts are worth, one + the other, an upright one in two lines. Where
    there are many upright bars, the greatest are labelled, as far apart as their labels are wide, and none that
    would be written across the bar beside it.
    """
    amounts, places = rows["amount"].tolist(), rows["place"].tolist()
    labels, over, at = [brief(value) for value in amounts], [""] * len(rows), list(amounts)
    if stacked:
        for place in dict.fromkeys(places):
            mine = [n for n, one in enumerate(places) if one == place]
            parts = [brief(amounts[n]) for n in mine if amounts[n] > 0]
            for n in mine:
                labels[n], at[n] = "", sum(amounts[n] for n in mine)
            if parts and upright and len(parts) > 1:
                labels[mine[0]], over[mine[0]] = f"+ {' + '.join(parts[1:])}", parts[0]
            elif parts:
                labels[mine[0]] = " + ".join(parts)
    if upright:
        for n in _too_near(at, places if stacked else list(range(len(rows)))):
            labels[n] = over[n] = ""
    rows["label"], rows["over"], rows["at"] = labels, over, at


def _too_near(at: Sequence[float], slots: Sequence[Any]) -> list[int]:
    """The bars that have no room for a label. `slots`: which of them stand on each other."""
    order = list(dict.fromkeys(slots))
    tall = [max(at[n] for n, one in enumerate(slots) if one == slot) for slot in order]
    apart, taken = ceil(len(order) / _SLOTS), list[int]()
    for here in sorted(range(len(order)), key=lambda here: -tall[here]):
        beside = [tall[near] for near in (here - 1, here + 1) if 0 <= near < len(order)]
        across = apart > 1 and any(one > tall[here] for one in beside)
        if not across and all(abs(here - other) >= apart for other in taken):
            taken.append(here)
    kept = {order[here] for here in taken}
    return [n for n, slot in enumerate(slots) if slot not in kept]


def with_labels(bars: Any, ground: str, upright: bool, axis: alt.Axis, **lanes: Any) -> list[Any]:
    """Layers: the bars, and above them what `label_rows` says of each. `lanes`: where they stand."""
    end = {"y" if upright else "x": (alt.Y if upright else alt.X)("at:Q", axis=axis)}

    def words(column: str, **how: Any) -> Any:
        mark = alt.Chart().mark_text(fontSize=SIZE, color=TEXT[ground], **how)
        return mark.encode(**lanes, **end, text=f"{column}:N")

    if not upright:
        return [bars, words("label", align="left", baseline="middle", dx=5)]
    two = (words(column, baseline="bottom", dy=dy) for column, dy in (("label", -3), ("over", -3 - LINE)))
    return [bars, *two]
