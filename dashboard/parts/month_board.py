"""The forecast as a board: open deals by month of expected close; moving a card sets the day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from crm_data import Edit, Period, Query, Workspace, new_act
from crm_data.errors import Invalid
from crm_data.nouns.converted import is_converted
from crm_data.numbers.forecast_board import MonthColumn, day_in
from dashboard.again import drawn
from dashboard.components.board import Card, Column, board
from dashboard.known import known, reading
from dashboard.parts import figures, place, say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.board_head import head
from dashboard.parts.pipeline import PER_COLUMN, card
from dashboard.parts.undo import did

SHOWN, BOARD = "shown", "board"  # in the address: the board in place of the table
PLACE = "forecast.board"
_UNDATED = "undated"  # what a move is told to be from where the deal has no day


def month_board(my: Workspace, query: Query, period: Period) -> None:
    """A column a month that is not over; every number leads to its rows."""
    asked = (query, say.today(), period)
    columns = known(my, PLACE, asked, lambda: my.numbers.forecast_board(query, period, per_column=PER_COLUMN))
    show_refusal(PLACE)
    drawn(PLACE, (reading(PLACE),), lambda: _board(my, columns))
    currency = say.plain(columns[0].totals.value.currency or "")
    whose = "Open deals of all currencies, told" if is_converted(query) else "Open deals"
    st.caption(
        f"{whose} in {currency} as of now, by expected close, those that are omitted from the forecast too. "
        "A deal that is moved is expected on the same day of the other month, or on its last day where there is "
        "no such day, where it has passed, and where the deal had no date."
    )
    place.follow()


def _board(my: Workspace, columns: Sequence[MonthColumn]) -> None:
    board(
        PLACE,
        [_column(my, column) for column in columns],
        [],
        lambda id_, seen, to: _move(my, id_, seen, to),
        lambda id_: place.leave_for("deals", id_),
        "No open deals.",
    )


def _column(my: Workspace, column: MonthColumn) -> Column:
    every = column.totals.count
    look = "month" if column.month else f"aside {column.name.lower()}"
    return Column(
        column.month.isoformat() if column.month else column.name,
        column.name,
        [head(my, column.totals)],
        [_card(my, found) for found in column.cards],
        figures.link(my, every, f"All {every.count:,} as rows") if every.count > len(column.cards) else None,
        column.month is not None,
        look,
    )


def _card(my: Workspace, found: Any) -> Card:
    """As on the board of stages; its stage in words, and its day where that one says how long it stood."""
    made = card(my, found)
    stage = f"{my.scope.stages.label(found.stage)} {found.probability} %"
    return replace(
        made,
        age=say.day(found.expected) if found.expected else "No date",
        by_hand=" · ".join(part for part in (stage, made.by_hand) if part),
        seen=found.expected.isoformat() if found.expected else _UNDATED,
    )


def _move(my: Workspace, id_: Any, seen: str, to: str) -> None:
    """From a callback: expect a deal in another month, if it is still expected when it was seen to be."""
    act = new_act()
    before = None if seen == _UNDATED else _day(seen)

    def do() -> tuple[str, date]:
        deal = my.deals.get(id_)
        month = _day(to)
        if month is None:
            raise Invalid("Move the deal to one of the months.")
        if deal["status"] != "open":
            raise Invalid("This deal is closed by now; it has left the board.")
        wanted = day_in(month.replace(day=1), before, say.today())
        my.deals.change([Edit(deal["id"], {"expected_close_date": (before, wanted)})], act, say.zone())
        return deal["deal_name"], wanted

    moved = attempt(PLACE, do)
    if moved is not None:
        name, wanted = moved
        did(my, f"{name}: expected {say.day(wanted)}.", act, icon="event")


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
