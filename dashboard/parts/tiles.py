"""Figures as tiles: short, with the exact amount, the definition and the previous period on hover or beside."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import streamlit as st

from crm_data.numbers.figures import Figure, Unit
from dashboard.parts import say


def tiles(figures: Sequence[Figure], least: int = 145) -> None:
    """One tile a figure, `least` pixels wide or more, in a row that wraps on a phone."""
    with st.grid(min_column_width=least, gap="small"):
        for figure in figures:
            st.metric(
                figure.label,
                shown(figure.unit, figure.value, figure.currency),
                delta=_delta(figure),
                delta_color=_colour(figure),
                delta_arrow="auto" if figure.change else "off",
                help=_help(figure),
                border=True,
            )


def shown(unit: Unit, value: Any, currency: str | None) -> str:
    """A figure for a tile; 'not available' where there was nothing to divide by."""
    if value is None:
        return "not available"
    if unit is Unit.SHARE:
        return f"{value * 100:.0f} %"
    if unit is Unit.MONEY:
        return say.short_money(Decimal(value), currency or "")
    if unit is Unit.MONEY_A_DAY:
        return f"{say.short_money(Decimal(value), currency or '')} a day"
    if unit is Unit.DAYS:
        return say.count(round(value), "day")
    return f"{value:,}"


def _colour(figure: Figure) -> Literal["normal", "inverse", "off"]:
    """Green for the better, which of days is fewer; grey where nothing has changed."""
    if not figure.change:
        return "off"
    return "inverse" if figure.unit is Unit.DAYS else "normal"


def _delta(figure: Figure) -> str | None:
    change: Any = figure.change
    if change is None:
        return None
    if not change:
        return "no change"
    sign = "-" if change < 0 else "+"
    if figure.unit is Unit.SHARE:
        return f"{sign}{say.count(round(abs(change) * 100), 'point')}"
    return f"{sign}{shown(figure.unit, abs(change), figure.currency)}"


def _help(figure: Figure) -> str:
    span = f"{say.day(figure.period.first)} to {say.day(figure.period.last)}"
    parts = [figure.means, f"Period: {span}."]
    if figure.unit in (Unit.MONEY, Unit.MONEY_A_DAY) and figure.value is not None:
        parts.append(f"Exactly {say.money(Decimal(figure.value), figure.currency or '')}.")
    if figure.before is not None:
        parts.append(f"Before: {shown(figure.unit, figure.before, figure.currency)}.")
    return say.plain(" ".join(parts))
