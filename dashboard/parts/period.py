"""The one control of the period that a screen's numbers are of; what is chosen stands in the URL.

It is remembered: a screen whose address names no period has the one that the tab was at last, and a new tab the
one that the person chose last, on whichever machine.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import streamlit as st

from crm_data import CrmError, Period, Query, Workspace
from crm_data.numbers.period import COMPARED, EARLIEST, LATEST, NAMED, USUAL, Compare, past_periods
from dashboard.parts import place, say
from dashboard.session import workspace

PARAM, COMPARE = "period", "compare"
FROM_TO = "from_to"
_USUAL = {PARAM: USUAL, COMPARE: Compare.BEFORE.value}
_KEPT = "period.kept"


def choose_period(my: Workspace, query: Query, known: Period | None, compares: bool = True) -> Period:
    """Draw the choice and return the period that the URL names, the usual one when it names none.

    `known`: from the first to the last day that has something; its years and quarters are offered by name.
    `compares`: whether the screen shows what the period is compared with; else it is not asked, and kept.
    """
    word, compare = _asked(my, query)
    try:
        period = my.numbers.period(word, query.zone, compare)
    except CrmError as error:
        st.warning(say.plain(str(error)), icon=":material/link_off:")
        word, compare = _USUAL.values()
        period = my.numbers.period(word, query.zone, compare)
    st.session_state[_KEPT] = {PARAM: word, COMPARE: compare}
    past = past_periods(known.first, known.last, my.scope.fiscal) if known else {}
    labels = {**NAMED, **past, FROM_TO: "From … to …"}
    with st.container(horizontal=True, vertical_alignment="center", key="period.line"):
        _word_choice(word if word in labels else FROM_TO, labels)
        if word not in labels or st.session_state.get("period.open"):
            _days(period, known)
        note = say.span(*period.edges)
        if compares:
            _comparison(compare)
            before = period.before()
            beside = "the goal" if period.against_goal else say.span(*before.edges) if before else ""
            note = f"{note}, compared with {beside}" if beside else note
        st.caption(note, width="content")
        if known and (known.last < period.first or known.first > period.last):
            offer(known, "period.known")
    return period


def chosen_words() -> dict[str, str]:
    """What the address says, or could say, of the period that was chosen last and of its comparison."""
    kept: dict[str, str] = st.session_state.get(_KEPT, _USUAL)
    return dict(kept)


def offer(known: Period, key: str, show: Callable[[str], None] | None = None) -> None:
    """Where a period misses all that there is: the days that have something. `show`: how one comes there."""
    st.button(
        f"Show {say.span(known.first, known.last)}",
        key=key,
        icon=":material/date_range:",
        on_click=show or show_period,
        args=(f"{known.first}..{known.last}",),
    )


def _asked(my: Workspace, query: Query) -> tuple[str, str]:
    """Word and comparison of the URL. What it leaves out and was chosen before is put there."""
    said = place.params()
    if PARAM not in said and COMPARE not in said:
        kept: dict[str, str] | None = st.session_state.get(_KEPT)
        if kept is None:
            kept = _remembered(my, query)
        wanted = {name: word for name, word in kept.items() if word != _USUAL[name]}
        if wanted:
            place.settle(wanted)
            said = {**said, **wanted}
    return said.get(PARAM, _USUAL[PARAM]), said.get(COMPARE, _USUAL[COMPARE])


def _remembered(my: Workspace, query: Query) -> dict[str, str]:
    """What the person chose last, unless it means nothing any more."""
    kept = my.layouts.period()
    if kept is None:
        return {}
    try:
        my.numbers.period(kept[0], query.zone, kept[1])
    except CrmError:
        return {}
    return {PARAM: kept[0], COMPARE: kept[1]}


def show_period(word: str) -> None:
    """From a callback: go to another period, with everything else as it is."""
    st.session_state["period.open"] = False
    _show(PARAM, word)


def _show(name: str, word: str) -> None:
    place.catch_up()
    kept = st.session_state[_KEPT] = {**st.session_state.get(_KEPT, _USUAL), name: word}
    with suppress(CrmError):  # the choice holds all the same
        workspace().layouts.keep_period(kept[PARAM], kept[COMPARE])
    rest = {param: said for param, said in place.params().items() if param != name}
    place.go(rest if word == _USUAL[name] else {**rest, name: word})


def _comparison(compare: str) -> None:
    st.session_state["period.compare"] = compare
    st.selectbox(
        "Compared with",
        list(COMPARED),
        key="period.compare",
        format_func=COMPARED.__getitem__,
        label_visibility="collapsed",
        width=170,
        on_change=lambda: _show(COMPARE, st.session_state["period.compare"]),
    )


def _word_choice(word: str, labels: dict[str, str]) -> None:
    st.session_state["period.word"] = FROM_TO if st.session_state.get("period.open") else word

    def changed() -> None:
        chosen = st.session_state["period.word"]
        if chosen == FROM_TO:
            st.session_state["period.open"] = True
        else:
            show_period(chosen)

    st.selectbox(
        "Period",
        list(labels),
        key="period.word",
        format_func=labels.__getitem__,
        label_visibility="collapsed",
        width=190,
        on_change=changed,
    )


def _days(period: Period, known: Period | None) -> None:
    """The first and last day; the period is taken when both are there, in either order."""
    st.session_state["period.days"] = _shown(period, known, say.today())

    def changed() -> None:
        days = st.session_state["period.days"]
        if isinstance(days, tuple) and len(days) == 2:
            show_period(f"{min(days)}..{max(days)}")

    st.date_input(
        "First and last day",
        key="period.days",
        min_value=EARLIEST,
        max_value=LATEST,
        label_visibility="collapsed",
        width=230,
        on_change=changed,
    )


def _shown(period: Period, known: Period | None, today: date) -> tuple[date, date]:
    """What stands in the two days at first: where the period has no end, that of what there is, or today."""
    held = known or Period(today, today)
    first = period.first if period.first > EARLIEST else min(held.first, period.last)
    last = period.last if period.last < LATEST else max(held.last, first)
    return first, last
