"""The board as of a past day: the day stands in the URL; what is shown is to be read, and nothing moves."""

from datetime import date, timedelta
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_data import CrmError, Query, Workspace
from crm_data.numbers.as_of_board import BoardThen, CardThen, ColumnThen
from crm_data.numbers.period import EARLIEST
from dashboard.components.board import Card, Column, board
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.board_head import head
from dashboard.parts.heading import heading
from dashboard.parts.late import late

AS_OF = "as-of"
_OPEN, _DAY = "as_of.open", "as_of.day"


def choose_day(my: Workspace) -> date | None:
    """Draw the choice and return the past day that the URL names; None for now, also where it names none."""
    said, day = place.params().get(AS_OF), None
    if said is not None:
        try:
            day = my.numbers.past_day(my.numbers.period(f"{said}..{said}", say.zone()).first, say.zone())
        except CrmError as error:
            st.warning(
                f"{say.plain(str(error))} The board is shown as it is now.", icon=":material/link_off:"
            )
    with st.container(horizontal=True, vertical_alignment="center", key="as_of.line"):
        if not day and not st.session_state.get(_OPEN):
            st.button("As of a past day", key="as_of.ask", icon=":material/history:", type="tertiary",
                      on_click=_ask)  # fmt: skip
            return None
        last = say.today() - timedelta(days=1)
        st.session_state[_DAY] = day or last
        st.date_input("As of the end of", key=_DAY, min_value=EARLIEST, max_value=last, width=170,
                      label_visibility="collapsed", on_change=lambda: _go(st.session_state[_DAY]))  # fmt: skip
        if not day:
            st.button("Show", key="as_of.show", on_click=lambda: _go(last))
        st.button("Back to now", key="as_of.now", icon=":material/undo:", on_click=lambda: _go(None))
        if day:
            st.markdown(f"**As it stood when {say.day(day)} ended**", width="content")
    return day


def _ask() -> None:
    st.session_state[_OPEN] = True


def _go(day: Any) -> None:
    """From a callback: say the day in the address, or that it is now."""
    st.session_state[_OPEN] = False
    place.catch_up()
    rest = {name: said for name, said in place.params().items() if name != AS_OF}
    place.go({**rest, AS_OF: day.isoformat()} if isinstance(day, date) else rest)


def stood(my: Workspace, query: Query, day: date, top: DeltaGenerator) -> None:
    """The numbers and the board of a day; the heading goes to `top`."""
    found = known(my, "board.then", (query, say.today(), day), lambda: my.numbers.board_then(query, day))
    with top, heading("Pipeline", lambda: _sum(my, found)):
        pass
    figures.tiles(my, [found.total.value, found.total.weighted, found.due, found.slipped])
    _left_out(my, found)
    st.caption(
        "Stage, value, expected close and owner are those of that day, read from the log of changes. What is "
        "filtered by and the currency of a deal are those of now. Deals erased for good since are in none of it. "
        "Which deals had stalled is not available: not of each the history says when it came to its stage."
    )
    board(
        "board.then",
        [_column(my, column) for column in found.columns],
        [],
        lambda id_, seen, to: None,
        lambda id_: place.leave_for("deals", id_),
        "No deals in this stage then." if found.known else "Not available.",
        "",
    )


def _sum(my: Workspace, found: BoardThen) -> None:
    words = say.count(found.every.count, "open deal") if found.known else "not available"
    worth = [totals.value for totals in (found.total, *found.beside) if totals.count.value]
    figures.line(my, [(found.every, words), *((value, "") for value in worth)], "open.then")


def _left_out(my: Workspace, found: BoardThen) -> None:
    """What is in none of the numbers, and why."""
    if not found.known:
        st.warning(
            "The log of changes begins after that day: how the deals stood is not available.",
            icon=":material/history_toggle_off:",
        )
        return
    left = []
    if found.unknown.count:
        many = say.count(found.unknown.count, "deal")
        left.append((found.unknown, f"{many} left out: the history does not say how they stood then"))
    if found.archived and found.archived.count:
        left.append((found.archived, f"{say.count(found.archived.count, 'deal')} left out: archived since"))
    if left:
        figures.line(my, left, "left.then")


def _column(my: Workspace, column: ColumnThen) -> Column:
    some = [totals for totals in column.totals if totals.count.count] or column.totals[:1]
    more = column.every.value is not None and column.every.count > len(column.cards)
    return Column(
        column.stage,
        column.label,
        [head(my, totals) for totals in some],
        [_card(card) for card in column.cards],
        figures.link(my, column.every, f"All {column.every.count:,} as rows") if more else None,
        takes=False,
    )


def _card(card: CardThen) -> Card:
    late_kind, late_words = late(card.past, False, 0)
    return Card(
        card.id,
        card.name,
        say.short_money(card.value, card.currency),
        card.customer,
        card.owner or "Nobody",
        "" if card.days is None else f"{card.days:,} d in stage",
        late_words,
        late_kind,
        f"Close {say.day(card.due)}" if card.due else "No close date",
        "planned",
        False,
    )
