"""The feed of one record: what happened, was changed and was to be done, in words, of one sort or of all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from crm_data import Records, Workspace, new_act, words
from crm_data.changes.feed import MOST_ENTRIES, Feed, Happened, Sort
from crm_data.store.query import PAGE
from dashboard import again, session
from dashboard.components.feed import Day, Entry, Link, Pin
from dashboard.components.feed import feed as draw
from dashboard.known import known, reading
from dashboard.parts import place, say
from dashboard.parts.acts import done
from dashboard.parts.feed import ICONS, LINKS, day_title
from dashboard.parts.undo import did

Names = Mapping[str, Mapping[int, str]]
SORTS = {
    "": "Everything",
    Sort.ACTIVITY.value: "Activities",
    Sort.MOVE.value: "Moves",
    Sort.CHANGE.value: "Changes",
    Sort.TASK.value: "Tasks",
}
_ACTS = {
    "add": ("Added", "add_circle"),
    "archive": ("Archived", "inventory_2"),
    "restore": ("Restored", "unarchive"),
    "erase": ("Erased", "delete_forever"),
}
_TABLES = {"customer_id": "customers", "lead_id": "leads", "deal_id": "deals", "task_id": "tasks"}


@dataclass
class _Shown:
    """How much of which feed a tab has asked for: `after` is where it begins, if not at its top."""

    of: tuple[str, int, str]
    n: int = PAGE
    after: str | None = None


@dataclass(frozen=True)
class RecordFeed:
    """The feed of a record on the screen `where`, and the choice of a sort above it.

    More comes as one scrolls; of very many the rest begins anew.
    """

    my: Workspace
    records: Records
    id_: int
    where: str

    def of(self) -> tuple[Any, ...]:
        """All that it depends on beside the day; what it begins with is read."""
        sort = st.session_state.get(self._sort) or ""
        shown = self._shown(sort)
        self._read(sort, shown)
        return (sort, shown.n, shown.after, reading(self._key))

    def draw(self) -> None:
        """Draw it."""
        sort = st.segmented_control(
            "Show",
            list(SORTS),
            default="",
            key=self._sort,
            format_func=SORTS.__getitem__,
            label_visibility="collapsed",
            required=True,
        )
        st.fragment(partial(self._draw, sort or ""))()

    @property
    def _key(self) -> str:
        return f"{self.where}.feed.of"

    @property
    def _sort(self) -> str:
        return f"{self.where}.sort.{self.records.name}"

    def _shown(self, sort: str) -> _Shown:
        of = (self.records.name, self.id_, sort)
        shown: _Shown | None = st.session_state.get(self._key)
        if shown is None or shown.of != of:
            shown = st.session_state[self._key] = _Shown(of)
        return shown

    def _read(self, sort: str, shown: _Shown) -> Feed:
        changes, sorts = self.my.changes, [Sort(sort)] if sort else []
        return known(
            self.my,
            self._key,
            (*shown.of, shown.n, shown.after),
            lambda: changes.feed(self.records.name, self.id_, sorts, shown.after, shown.n),
        )

    def _draw(self, sort: str) -> None:
        session.demand_here(self.my)  # Streamlit runs it again without the script around it
        my, records, where = self.my, self.records, self.where
        again.alone(f"{where}.body")
        if st.session_state.pop(f"{where}.feed.said", False):
            st.rerun()  # what was done or refused is said outside of the feed
        shown = self._shown(sort)
        now = self._read(sort, shown)

        def more() -> None:
            place.catch_up()
            if shown.n < MOST_ENTRIES:
                shown.n = min(shown.n + PAGE, MOST_ENTRIES)
            else:
                shown.after, shown.n = now.next, PAGE

        def pin(activity: int, pinned: bool) -> None:
            act = new_act()
            st.session_state[f"{where}.feed.said"] = True
            if done(where, lambda: my.activities.pin(activity, pinned, act)):
                did(my, "Pinned on top." if pinned else "No longer pinned.", act, icon="keep")

        def newest() -> None:
            place.catch_up()
            shown.after, shown.n = None, PAGE

        if shown.after is not None:
            st.button("Back to the newest", key=f"{where}.feed.newest", type="tertiary", on_click=newest)
        if now.entries or now.pinned or now.next:
            here = (records.name, self.id_)
            shown_days = days(records, now, here, lambda row: my.activities.may("change", row))
            draw(f"{where}.feed", shown_days, more if now.next else None, on_pin=pin)
        else:
            st.caption("Nothing of this has happened here yet." if sort else "Nothing has happened here yet.")


def days(
    records: Records,
    feed: Feed,
    here: tuple[str, int],
    may_pin: Callable[[Mapping[str, Any]], bool] = lambda row: False,
) -> list[Day]:
    """What is pinned, and the entries, newest first as they come, under their days in the person's zone."""
    zone, today = say.zone(), say.today()

    def entry(at: datetime, one: Happened) -> Entry:
        made = _entry(records, one, at, feed, here)
        may = one.sort is Sort.ACTIVITY and may_pin({"user_id": one.user_id, **one.row})
        return replace(made, pin=Pin(one.id, one.row["pinned_at"] is not None) if may else None)

    top = [entry(one.at.astimezone(zone), one) for one in feed.pinned]
    top = [replace(one, at=one.full) for one in top]  # no day stands above them
    local = [(one.at.astimezone(zone), one) for one in feed.entries]
    return [Day("Pinned", top)] * bool(top) + [
        Day(day_title(day, today), [entry(at, one) for at, one in found])
        for day, found in groupby(local, key=lambda pair: pair[0].date())
    ]


def _entry(records: Records, one: Happened, at: datetime, feed: Feed, here: tuple[str, int]) -> Entry:
    names = feed.names
    mentions = feed.mentions.get(one.id, ()) if one.sort is Sort.ACTIVITY else ()
    who = names["users"].get(one.user_id or 0, "A former colleague") if one.user_id else "The system"
    if one.sort is Sort.CHANGE:
        title, icon, text = _changed(records, one, names)
        facts, links = "Change · " + who, []
    elif one.sort is Sort.TASK:
        title, icon, text = str(one.row["title"]), "task_alt" if one.what == "done" else "add_task", ""
        facts = f"Task {one.what} · {who}{_due(one)}"
        links = [Link("Task", "Open the task", place.record("task", one.id)), *_links(one, names, here)]
    else:
        title, icon, text = one.row["title"], ICONS.get(one.what, "circle"), one.row["description"] or ""
        lasted = f"{one.row['duration']} min" if one.row["duration"] else ""
        facts = " · ".join(filter(None, (words(one.what), who, lasted, one.row["outcome"])))
        links = _links(one, names, here)
    return Entry(
        f"{one.sort} {one.what} {one.id}",
        icon,
        title,
        f"{at:%H:%M}",
        f"{at.day} {at:%b %Y, %H:%M}",
        at.isoformat(),
        facts,
        text,
        links,
        mentions,
    )


def _changed(records: Records, one: Happened, names: Names) -> tuple[str, str, str]:
    """What was changed, old to new: one field in the title, more of them below it."""
    if one.what in _ACTS:
        title, icon = _ACTS[one.what]
        return (f"{title} from a file" if one.by_file and one.what == "add" else title), icon, ""
    told = [_told(records, line.field or "", line.before, line.after, names) for line in one.lines]
    icon = "upload_file" if one.by_file else "edit"
    how = "" if one.what == "change" else f"{words(one.what)}: "
    if len(told) == 1:
        return f"{how}{told[0]}", icon, ""
    return f"{how}{say.count(len(told), 'field')} changed", icon, "\n".join(told)


def _told(records: Records, name: str, before: Any, after: Any, names: Names) -> str:
    field = records.fields.get(name)
    if field is None:
        return f"{words(name)} changed"
    known_ = names.get(field.to or "", {})
    was, now = (say.value(field, value, known_) for value in (before, after))
    return f"{field.label}: {was} to {now}" if before not in (None, "", []) else f"{field.label}: {now}"


def _due(one: Happened) -> str:
    due = one.row["due_date"]
    return f" · due {say.day(due.astimezone(say.zone()).date())}" if due and one.what == "made" else ""


def _links(one: Happened, names: Names, here: tuple[str, int]) -> list[Link]:
    return [
        Link(kind.capitalize(), names.get(_TABLES[link], {}).get(id_, "Record"), place.record(kind, id_))
        for link, kind in LINKS
        if (id_ := one.row.get(link)) is not None and (_TABLES[link], id_) != here
    ]
