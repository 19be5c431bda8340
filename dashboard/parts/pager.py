"""Which rows of how many are shown, and the way to the others."""

from dataclasses import replace

import streamlit as st

from crm_data import Page, Query, Records
from dashboard.parts import place
from dashboard.parts.icon_button import icon_button


def pager(records: Records, query: Query, page: Page, keep: tuple[str, ...] = ()) -> None:
    """First, previous, next, last; the place goes into the URL."""
    start = query.first()
    ways = (
        ("First page", "first_page", start, page.previous),
        ("Previous page", "chevron_left", replace(start, before=page.previous), page.previous),
        ("Next page", "chevron_right", replace(start, after=page.next), page.next),
        ("Last page", "last_page", replace(start, last=True), page.next),
    )
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        end = page.start + len(page.rows) - 1
        shown = f"{page.start:,}–{end:,}" if page.rows else "0"
        st.caption(f"{shown} of {page.total:,}", width="content")
        for words, icon, to, there in ways:
            icon_button(
                words,
                icon,
                f"{records.name}.{icon}",
                place.go,
                (records.params(to), keep),
                disabled=there is None,
            )
