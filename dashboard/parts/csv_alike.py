"""New rows of a file that look like something: what becomes of them, asked for the file and for each row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from crm_data import Records
from crm_data.tables import noun
from crm_data.transfer.plan import Lookalikes, Newer, Plan
from crm_data.transfer.report import Report
from crm_data.transfer.resembling import Resembles
from dashboard.parts import place as address
from dashboard.parts import say

_AT_ONCE = 5  # rows that are asked about at a time
_FILE = {
    Lookalikes.ADD: "Add them all the same",
    Lookalikes.LEAVE: "Leave them out",
    Lookalikes.CHANGE: "Change the ones that are there",
}
_ROW = {
    Lookalikes.ADD: "Add it all the same",
    Lookalikes.LEAVE: "Leave it out",
    Lookalikes.CHANGE: "Change the one that is there",
}


def with_choices(plan: Plan, place: str) -> Plan:
    """The plan with what was chosen for rows that are newer here or look like something, whatever is drawn."""
    for name in ("newer", "lookalikes"):
        if (key := f"{place}.{name}") in st.session_state:
            st.session_state[key] = st.session_state[key]  # kept while a long file is checked once more
    newer = st.session_state.get(f"{place}.newer", Newer.LEAVE)
    alike = st.session_state.get(f"{place}.lookalikes", Lookalikes.ADD)
    return replace(plan, newer=newer, lookalikes=alike, alike=dict(_rows(place)))


def ask(records: Records, plan: Plan, report: Report, place: str) -> None:
    """How many there are and what becomes of them all; then row by row what each looks like, with a link."""
    found, name = report.resembling, records.name
    look = "looks" if len(found) == 1 else "look"
    question = f"{say.count(len(found), f'new {noun(name)}')} {look} like one that is here or in the file"
    st.selectbox(question, list(_FILE), format_func=_FILE.__getitem__, key=f"{place}.lookalikes")
    with st.expander("Decide row by row", expanded=len(found) <= _AT_ONCE):
        said = ""
        if len(found) > _AT_ONCE:
            key = f"{place}.lookalikes.search"
            said = st.text_input("Search those that look alike", key=key, placeholder="A name in them")
        wanted = [each for each in found if _has(each, said)]
        if not wanted:
            st.caption("No row here says that.")
            return
        begin = _begin(place, len(wanted))
        for each in wanted[begin : begin + _AT_ONCE]:
            _row(each, plan, name, place)
        if len(wanted) > _AT_ONCE:
            _turn(place, begin, len(wanted))


def _row(each: Resembles, plan: Plan, name: str, place: str) -> None:
    """What one row looks like, and its own choice, which stands at the file's until it is made."""
    options = [choice for choice in _ROW if choice != Lookalikes.CHANGE or each.into is not None]
    chosen = plan.choice(each.row)
    if chosen not in options:  # it cannot change any; the row says so among the refused
        options = [*options, Lookalikes(chosen)]
    key = f"{place}.lookalikes.row.{each.row}.{plan.lookalikes}"
    st.selectbox(
        f"Row {each.row:,}, {say.plain(each.title[:80])}: {_like(each)}",
        options,
        index=options.index(Lookalikes(chosen)),
        format_func=_ROW.__getitem__,
        key=key,
        on_change=_choose,
        args=(place, each.row, key),
    )


def _like(each: Resembles) -> str:
    """The surest of what a row looks like, a record as a link that opens beside this screen."""
    what = say.plain(f"{each.what}: {each.why}")
    if not each.likes:
        return what
    like = each.likes[0]
    return f"[{what}]({address.record(address.KIND_OF[like.table], like.id)})"


def _choose(place: str, row: int, key: str) -> None:
    """From a callback: this row's own choice."""
    st.session_state[_key(place)] = {**_rows(place), str(row): st.session_state[key]}


def _rows(place: str) -> Mapping[str, str]:
    found: Mapping[str, str] = st.session_state.get(_key(place)) or {}
    return found


def _key(place: str) -> str:
    return f"{place}.lookalikes.rows"


def _begin(place: str, count: int) -> int:
    """The first row that is shown."""
    at: int = st.session_state.get(f"{place}.lookalikes.at", 0)
    return at if at < count else 0


def _turn(place: str, begin: int, count: int) -> None:
    """Which rows are shown, and a way to the next."""
    last = min(begin + _AT_ONCE, count)
    with st.container(horizontal=True, vertical_alignment="center"):
        told = (place, last if last < count else 0)
        key = f"{place}.lookalikes.next"
        st.button("Next rows", key=key, type="tertiary", on_click=_go, args=told)
        st.caption(f"{begin + 1:,} to {last:,} of {count:,}")


def _go(place: str, at: int) -> None:
    st.session_state[f"{place}.lookalikes.at"] = at


def _has(each: Resembles, said: str) -> bool:
    words = " ".join(said.split()).casefold()
    texts: Sequence[str] = (str(each.row), each.title, each.words)
    return not words or any(words in text.casefold() for text in texts)
