"""The audit log on the screen: acts as a feed, filtered by what the address says; for admins also sign-ins."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from crm_data import Act, Workspace, words
from crm_data.changes.security import Event
from crm_data.changes.sets import Asked, Done
from crm_data.tables import noun
from dashboard.components.feed import Day, Entry, Link, feed
from dashboard.parts import place, say
from dashboard.parts.feed import day_title
from dashboard.parts.heading import empty, heading
from dashboard.parts.views import choose_view

ICONS = {
    "add": "add_circle",
    "archive": "inventory_2",
    "change": "edit",
    "convert": "handshake",
    "erase_for_good": "delete_forever",
    "go_back": "settings_backup_restore",
    "import": "upload_file",
    "member": "group",
    "move": "swap_horiz",
    "pin": "keep",
    "profile": "badge",
    "put_back": "settings_backup_restore",
    "redo": "redo",
    "restore": "unarchive",
    "undo": "undo",
    "unpin": "keep_off",
}
KINDS = tuple(ICONS)
_BY = {"import": "by a file", "command": "by a command", "rule": "by a rule", "system": ""}
_ANY = "Anything"


def acts_screen(my: Workspace) -> None:
    """Draw the list of acts."""
    here = place.params()
    asked = Asked.read(here, my.kinds, say.zone())
    whose = "Everything that was done" if my.changes.all_seen else "What you did"
    with heading("History", whose):
        if my.may(Act.AUDIT) and my.may(Act.EXPORT):
            said = {name: said for name, said in here.items() if name != "before"}
            address = f"/export/history.csv?{urlencode({**said, 'zone': str(say.zone())})}"
            st.link_button("CSV", address, icon=":material/download:", help="These acts, a line a value")
        look = my.may(Act.AUDIT) and st.button(
            "Check the log",
            key="history.check",
            icon=":material/verified:",
            help="Read the whole log and see that nothing in it was changed, taken away or put in",
        )
    if look:
        found = my.changes.verify()
        for sentence in found.wrong or (found.sentence,):
            (st.error if found.wrong else st.success)(say.plain(sentence))
    views(my)
    _filters(my, here)
    done, before = my.changes.page(asked)
    if not done:
        empty("history", "Nothing was done that matches. Clear the filters above." if here else _NOTHING)
        return
    older = f"/history?{urlencode({**here, 'before': before})}" if before else ""
    feed("history.feed", _days([(one.at, _entry(one)) for one in done]), None, older)


def events_screen(my: Workspace) -> None:
    """Draw the company's security log, for its admins."""
    if not my.may(Act.MEMBERS):
        place.go({})
        acts_screen(my)
        return
    with heading("History", "Sign-ins, links, files that were taken away"):
        pass
    views(my)
    found, before = my.changes.events(Asked.read(place.params(), (), say.zone()).before)
    if not found:
        empty("shield", "Nobody has signed in to this company yet.")
        return
    older = f"/history?{urlencode({'tab': 'security', 'before': before})}" if before else ""
    feed("history.events", _days([(event.at, _told(event)) for event in found]), None, older)


def where_from(done: Done) -> str:
    """Who did it and by what, in words."""
    return " ".join(filter(None, (done.who, _BY.get(done.actor, ""))))


def counted(counts: Mapping[str, int]) -> str:
    """'2 customers, 1 deal'."""
    return ", ".join(f"{n:,} {noun(table, n)}" for table, n in counts.items() if table in place.KIND_OF)


_NOTHING = "What you and your colleagues do will stand here."


def views(my: Workspace) -> None:
    """The choice between what was done, sign-ins, what is archived and going back, as far as one may."""
    found = {"changes": "Changes"}
    if my.may(Act.MEMBERS):
        found["security"] = "Security"
    if my.may(Act.ARCHIVE):
        found["trash"] = "Trash"
    if my.may(Act.GO_BACK):
        found["back"] = "Go back"
    if len(found) > 1:
        choose_view("tab", found)


def _filters(my: Workspace, here: Mapping[str, str]) -> None:
    """Person, kind, table, days, text: each goes into the address."""
    people = {str(id_): name for id_, name in my.members().items()} if my.changes.all_seen else {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="history.bar"):
        _text(here)
        if people:
            _choice("person", "Anybody", people, here)
        _choice("kind", _ANY, {kind: words(kind) for kind in KINDS}, here)
        _choice("table", "All records", {kind: words(kind) for kind in my.kinds}, here)
        _days_between(here)


def _text(here: Mapping[str, str]) -> None:
    key = "history.q"
    if (st.session_state.get(key) or "").strip() != here.get("q", ""):
        st.session_state[key] = here.get("q", "")
    st.text_input(
        "Search",
        key=key,
        type="search",
        icon=":material/search:",
        placeholder="Search what was done",
        label_visibility="collapsed",
        on_change=lambda: _go("q", (st.session_state[key] or "").strip()[:100]),
    )


def _choice(name: str, nothing: str, labels: Mapping[str, str], here: Mapping[str, str]) -> None:
    key = f"history.{name}"
    st.session_state[key] = here.get(name, "") if here.get(name) in labels else ""
    st.selectbox(
        nothing,
        ["", *labels],
        key=key,
        format_func=lambda said: labels.get(said, nothing),
        label_visibility="collapsed",
        on_change=lambda: _go(name, st.session_state[key] or ""),
        width=160,
    )


def _days_between(here: Mapping[str, str]) -> None:
    asked, key = Asked.read(here, (), say.zone()), "history.days"
    st.session_state[key] = tuple(day for day in (asked.first, asked.last) if day)

    def changed() -> None:
        chosen = [day.isoformat() for day in st.session_state[key] or ()]
        if len(chosen) != 1:  # of two days the first is not the whole of it yet
            _goes({"from": chosen[0] if chosen else "", "to": chosen[-1] if chosen else ""})

    st.date_input("Days", key=key, label_visibility="collapsed", on_change=changed, width=220)


def _go(name: str, value: str) -> None:
    _goes({name: value})


def _goes(said: Mapping[str, str]) -> None:
    place.catch_up()
    here = {n: v for n, v in place.params().items() if n != "before"}
    place.go({name: value for name, value in {**here, **said}.items() if value})


def _days(found: list[tuple[Any, Entry]]) -> list[Day]:
    zone, today = say.zone(), say.today()
    local = [(at.astimezone(zone).date(), entry) for at, entry in found]
    return [
        Day(day_title(day, today), [entry for _, entry in entries])
        for day, entries in groupby(local, key=lambda pair: pair[0])
    ]


def _entry(done: Done) -> Entry:
    at = done.at.astimezone(say.zone())
    state = "undone since" if done.undone_by else ""
    return Entry(
        done.id,
        ICONS.get(done.kind, "edit"),
        done.title,
        f"{at:%H:%M}",
        f"{at.day} {at:%b %Y, %H:%M}",
        at.isoformat(),
        " · ".join(filter(None, (where_from(done), counted(done.counts), state))),
        "",
        [Link("Change", "Old and new, undo", f"/history?act={done.id}")],
    )


def _told(event: Event) -> Entry:
    at = event.at.astimezone(say.zone())
    detail = ", ".join(
        f"{words(name).lower()} {said}" for name, said in event.detail.items() if said is not None
    )
    return Entry(
        event.id,
        "shield",
        words(event.event),
        f"{at:%H:%M}",
        f"{at.day} {at:%b %Y, %H:%M}",
        at.isoformat(),
        " · ".join(filter(None, (event.who, detail))),
        "",
        [],
    )
