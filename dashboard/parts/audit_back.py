"""Back to a moment on the screen: what is otherwise since then, which of it goes back, and one button for it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from crm_data import Act, Workspace, errors, new_act, words
from crm_data.changes.back import MOST_SHOWN, Chosen, Difference, Differs
from crm_data.store.values import row_id
from crm_data.tables import noun
from dashboard import session
from dashboard.components import grid
from dashboard.parts import place, say
from dashboard.parts.acts import done, show_refusal
from dashboard.parts.audit import views
from dashboard.parts.audit_lines import told_lines
from dashboard.parts.heading import empty, heading
from dashboard.parts.undo import did

PLACE = "history.back"
_REST = f"{PLACE}.rest"
_MOST_NAMED = 500  # records to choose from, one by one
_WHAT = "Put the company's records back as they were"


def back_screen(my: Workspace) -> None:
    """Draw the choice of a moment, and what is otherwise since then. For admins."""
    if not my.may(Act.GO_BACK):
        place.go({})
        return
    with heading("History", _WHAT):
        pass
    views(my)
    here = place.params()
    moment = _moment(my, here.get("at", ""))
    act = row_id(here.get("since"))
    show_refusal(PLACE)
    if moment is None and act is None:
        empty(
            "settings_backup_restore", "Choose a day and a time. You see first what is otherwise since then."
        )
        return
    try:
        seen = my.changes.since(act or 0 if moment is None else moment)
    except errors.Invalid as refused:
        empty("settings_backup_restore", say.plain(str(refused)))
        return
    if not seen.records:
        empty("settings_backup_restore", "Every record is as it was then.")
        return
    _choose(my, seen)


def _moment(my: Workspace, said: str) -> datetime | None:
    """The moment that the address names, in the person's zone, with the two fields that change it."""
    chosen = _read(said)
    day, hour, backup = f"{PLACE}.day", f"{PLACE}.time", f"{PLACE}.backup"
    backups = session.installation().backups.moments(my.scope)
    of_one = chosen.astimezone(UTC) if chosen else None
    st.session_state[backup] = of_one if of_one in backups else None
    st.session_state[day] = chosen.date() if chosen else None
    st.session_state[hour] = chosen.time() if chosen else time(0, 0)

    def changed() -> None:
        st.session_state.pop(_REST, None)
        place.catch_up()
        on, at = st.session_state[day], st.session_state[hour] or time(0, 0)
        place.go({"tab": "back", **({"at": datetime.combine(on, at).isoformat()} if on else {})})

    def taken() -> None:
        st.session_state.pop(_REST, None)
        place.catch_up()
        made = st.session_state[backup]
        place.go({"tab": "back", **({"at": made.isoformat()} if made else {})})

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.date_input("Day", key=day, on_change=changed, max_value=say.today(), width=180)
        st.time_input("Time", key=hour, on_change=changed, step=timedelta(minutes=15), width=130)
        if backups:
            st.selectbox(
                "Or a backup",
                backups,
                key=backup,
                format_func=lambda made: f"made {say.moment(made)}",
                on_change=taken,
                placeholder="When it was made",
                help="Your company's records as they were when it was made. They are read from the history.",
                width=220,
            )
    return chosen


def _read(said: str) -> datetime | None:
    """Without a zone it is the person's own; where the clock was put back, a backup's moment is one of two."""
    try:
        read = datetime.fromisoformat(said) if said else None
        return read and (read.astimezone(say.zone()) if read.tzinfo else read.replace(tzinfo=say.zone()))
    except (ValueError, OverflowError):
        return None


def _choose(my: Workspace, seen: Difference) -> None:
    counts = seen.counts()
    acts = "One act" if seen.acts == 1 else f"{seen.acts:,} acts"
    several = "one record" if len(seen.records) == 1 else f"{len(seen.records):,} records"
    st.caption(f"{acts} since then left {several} otherwise.")
    tables = st.pills(
        "What goes back",
        list(counts),
        selection_mode="multi",
        default=list(counts),
        key=f"{PLACE}.tables.{seen.first}.{seen.last}",
        format_func=lambda table: say.plain(f"{words(table)}: {_counted(counts[table])}"),
    )
    within = [one for one in seen.records if one.table in tables]
    ones = _ones(seen, within)
    chosen = _chosen(seen, tables, ones)
    many = len(ones or within)
    _button(my, seen, chosen, many)
    shown = [line for one in (ones or within)[:MOST_SHOWN] for line in one.lines()]
    if shown:
        grid.table(f"{PLACE}.{len(shown)}", "What is otherwise", told_lines(my, shown, seen.names))
    if many > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {many:,} records are shown.")


def _ones(seen: Difference, within: list[Differs]) -> list[Differs]:
    """The records that were chosen one by one; none is all of them."""
    if not 1 < len(within) <= _MOST_NAMED:
        return []
    by_key = {(one.table, one.id): one for one in within}
    picked = st.multiselect(
        "Only these records",
        list(by_key),
        key=f"{PLACE}.ones.{seen.first}.{seen.last}",
        format_func=lambda key: _called(by_key[key]) if key in by_key else "",
        placeholder="All of them",
    )
    return [by_key[key] for key in picked if key in by_key]


def _chosen(seen: Difference, tables: list[str], ones: list[Differs]) -> Chosen | None:
    if ones:
        by_table: dict[str, set[int]] = {}
        for one in ones:
            by_table.setdefault(one.table, set()).add(one.id)
        return by_table
    return None if len(tables) == len(seen.counts()) else dict.fromkeys(tables)


def _button(my: Workspace, seen: Difference, chosen: Chosen | None, many: int) -> None:
    rest = bool(st.session_state.get(_REST) == (seen.first, seen.last, repr(chosen)))
    several = "1 record" if many == 1 else f"{many:,} records"
    label = f"Put back the rest of {several}" if rest else f"Put back {several}"

    def put_back() -> None:
        st.session_state.pop(_REST, None)
        mine = new_act()

        def act() -> None:
            try:
                my.changes.go_back(seen.first, seen.last, chosen, rest, mine, say.zone())
            except errors.ChangedSince as since:
                if since.rest:
                    st.session_state[_REST] = (seen.first, seen.last, repr(chosen))
                raise

        if done(PLACE, act):
            did(my, f"{label}.", mine, icon="settings_backup_restore")
            place.go({})

    icon = ":material/settings_backup_restore:"
    st.button(label, key=f"{PLACE}.do", type="primary", icon=icon, on_click=put_back, disabled=not many)


def _called(one: Differs) -> str:
    return f"{noun(one.table).capitalize()} {one.name} ({one.what})"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {what}" for what, n in counts.items())
