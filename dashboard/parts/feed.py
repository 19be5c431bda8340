"""The timeline in words: activities under the days they happened on, for the feed to draw."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from crm_data import Page, words
from dashboard.components.feed import Day, Entry, Link
from dashboard.components.feed import feed as draw
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


def feed(page: Page, where: str, here: tuple[str, int] | None = None) -> None:
    """Draw activities on the screen `where`. `here`: the record one is on, by link and id, which needs no link."""
    if not page.rows:
        return
    zone = say.zone()
    draw(f"{where}.feed", days(page.rows, page.names, here, zone, datetime.now(zone).date()))


def days(rows: list[Row], names: Names, here: tuple[str, int] | None, zone: tzinfo, today: date) -> list[Day]:
    """The rows, newest first as they come, under their days in this zone."""
    local = [(row["activity_date"].astimezone(zone), row) for row in rows]
    return [
        Day(_title(day, today), [_entry(row, at, names, here) for at, row in found])
        for day, found in groupby(local, key=lambda pair: pair[0].date())
    ]


def _title(day: date, today: date) -> str:
    near = {today: "Today", today - timedelta(days=1): "Yesterday", today + timedelta(days=1): "Tomorrow"}
    return near.get(day, f"{day:%A} {say.day(day)}")


def _entry(row: Row, at: datetime, names: Names, here: tuple[str, int] | None) -> Entry:
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
    )
