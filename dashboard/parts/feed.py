"""The timeline: what happened, newest first, day by day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from crm_data import Page, words
from dashboard.parts import place, say

Row = dict[str, Any]
ICONS = {
    "call": "call",
    "email": "mail",
    "meeting": "groups",
    "note": "sticky_note_2",
    "status_change": "swap_horiz",
}
LINKS = (("deal_id", "deal"), ("lead_id", "lead"), ("customer_id", "customer"), ("task_id", "task"))


def feed(page: Page, here: tuple[str, int] | None = None) -> None:
    """Draw activities under the days they happened on. `here`: the record one is on, which needs no link."""
    day = None
    for row in page.rows:
        local = row["activity_date"].astimezone(say.zone())
        if local.date() != day:
            day = local.date()
            st.caption(f"**{_day(local)}**")
        _line(row, local, page.names, here)


def _day(local: datetime) -> str:
    today = datetime.now(say.zone()).date()
    near = {today: "Today", today - timedelta(days=1): "Yesterday", today + timedelta(days=1): "Tomorrow"}
    return near.get(local.date(), f"{local:%A} {say.day(local.date())}")


def _line(
    row: Row, local: datetime, names: Mapping[str, Mapping[int, str]], here: tuple[str, int] | None
) -> None:
    who = names.get("user_id", {}).get(row["user_id"], "A former colleague")
    facts = [f"{local:%H:%M}", words(row["activity_type"]), who]
    if row["duration"]:
        facts.append(f"{row['duration']} min")
    if row["outcome"]:
        facts.append(row["outcome"])
    with st.container(border=True, gap=None, key=f"activity.{row['id']}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            icon = ICONS.get(row["activity_type"], "circle")
            st.markdown(f":material/{icon}: {say.plain(row['title'])}", width="content")
            for link, kind in LINKS:
                id_ = row[link]
                if id_ is not None and (link, id_) != here:
                    _link(kind, id_, names.get(link, {}).get(id_, "Record"), f"{row['id']}.{link}")
        # Few elements a line: fifty lines are drawn at once.
        st.text("\n".join(filter(None, (" · ".join(facts), row["description"]))))


def _link(kind: str, id_: int, name: str, key: str) -> None:
    st.button(
        say.plain(name[:40]),
        key=f"feed.{key}",
        type="tertiary",
        help=kind.capitalize(),
        on_click=place.leave_for,
        args=(place.KINDS[kind], id_),
    )
