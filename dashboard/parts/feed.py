"""The timeline in words: activities under the days they happened on, for the feed to draw, more as one scrolls."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from crm_data import Page, Query, Workspace, words
from crm_data.nouns.mentions import calls_somebody
from crm_data.store.query import PAGE
from dashboard import again, session
from dashboard.components.feed import Day, Entry, Link
from dashboard.components.feed import feed as draw
from dashboard.known import known, reading
from dashboard.parts import place, say

Row = dict[str, Any]
Names = Mapping[str, Mapping[int, str]]
ICONS = {
    "call": "call",
    "email": "mail",
    "meeting": "groups",
    "note": "sticky_note_2",
    "status_change": "swap_horiz",
}
LINKS = (("deal_id", "deal"), ("lead_id", "lead"), ("customer_id", "customer"), ("task_id", "task"))
_MENTIONS = "feed.mentions"
MOST = 500  # entries of one drawing; older ones begin another


@dataclass
class _Shown:
    """How many entries a tab has asked for, of which list."""

    asked: Query
    n: int = PAGE


def feed(my: Workspace, page: Page, where: str, here: tuple[str, int] | None = None) -> None:
    """Draw activities on the screen `where`. `here`: the record one is on, by link and id, which needs no link."""
    if page.rows:
        draw(f"{where}.feed", _days(my, page, here))


def growing_feed(my: Workspace, query: Query, where: str, here: tuple[str, int] | None = None) -> Page:
    """Draw the list as a feed that gets longer as one reads on; returns what it begins with.

    More of them rerun the feed alone, not the screen around it. Of more than 500 the rest begins another feed.
    """
    key, part = f"{where}.feed.shown", f"{where}.feed"
    shown = st.session_state.get(key)
    if shown is None or shown.asked != query:
        shown = st.session_state[key] = _Shown(query)

    def read() -> Page:
        asked = replace(query, size=shown.n)
        return known(my, key, (asked,), lambda: my.activities.page(asked))

    def more() -> None:
        place.catch_up()
        shown.n = min(shown.n + PAGE, MOST)

    def drawn() -> None:
        session.demand_here(my)  # Streamlit runs it again without the script around it
        again.alone(part)
        now = read()
        if not now.rows:
            return
        rest = my.activities.params(replace(query.first(), after=now.next))
        older = f"/timeline?{urlencode(rest)}" if now.next and shown.n == MOST else ""
        draw(part, _days(my, now, here), more if now.next and not older else None, older)

    first = read()
    _mentions(my, first)
    again.drawn(part, (reading(key), reading(_MENTIONS), say.today()), st.fragment(drawn))
    return first


def _days(my: Workspace, page: Page, here: tuple[str, int] | None) -> list[Day]:
    return days(page.rows, page.names, here, say.zone(), say.today(), _mentions(my, page))


def _mentions(my: Workspace, page: Page) -> Mapping[int, tuple[str, ...]]:
    ids = tuple(row["id"] for row in page.rows if calls_somebody(row))
    return known(my, _MENTIONS, ids, lambda: my.activities.mentioned(ids)) if ids else {}


def days(
    rows: list[Row],
    names: Names,
    here: tuple[str, int] | None,
    zone: tzinfo,
    today: date,
    mentions: Mapping[int, tuple[str, ...]] = MappingProxyType({}),
) -> list[Day]:
    """The rows, newest first as they come, under their days in this zone. `mentions`: row -> whom it names."""
    local = [(row["activity_date"].astimezone(zone), row) for row in rows]

    def entry(row: Row, at: datetime) -> Entry:
        return _entry(row, at, names, here, mentions.get(row["id"], ()))

    return [
        Day(day_title(day, today), [entry(row, at) for at, row in found])
        for day, found in groupby(local, key=lambda pair: pair[0].date())
    ]


def day_title(day: date, today: date) -> str:
    """What a day is called in a feed."""
    near = {today: "Today", today - timedelta(days=1): "Yesterday", today + timedelta(days=1): "Tomorrow"}
    return near.get(day, f"{day:%A} {say.day(day)}")


def _entry(
    row: Row, at: datetime, names: Names, here: tuple[str, int] | None, mentions: tuple[str, ...]
) -> Entry:
    who = names.get("user_id", {}).get(row["user_id"], "A former colleague")
    lasted = f"{row['duration']} min" if row["duration"] else ""
    facts = (words(row["activity_type"]), who, lasted, row["outcome"])
    return Entry(
        row["id"],
        ICONS.get(row["activity_type"], "circle"),
        row["title"],
        f"{at:%H:%M}",
        f"{at.day} {at:%b %Y, %H:%M}",
        at.isoformat(),
        " · ".join(filter(None, facts)),
        row["description"] or "",
        [
            Link(kind.capitalize(), names.get(link, {}).get(id_, "Record"), place.record(kind, id_))
            for link, kind in LINKS
            if (id_ := row[link]) is not None and (link, id_) != here
        ],
        mentions,
    )
